//! What becomes of households after a stroke, heart attack or cancer: net income, medical debt and poverty by years
//! since, a panel each.

use super::lines::{Foot, Panel, Trace, panel_row};
use super::sheet::Sheet;
use super::{Chart, Setting, interval_note, replicates};
use crate::measures::table::Results;
use crate::report::style::number;
use crate::scenario::plan::Language;

/// The chart.
#[must_use]
pub fn draw(results: &Results, setting: &Setting) -> Chart {
    let title = setting.pick(
        "A household's descent after a stroke, heart attack or cancer",
        "脑卒中、心肌梗死或癌症之后农户的困境",
    );
    let subtitle =
        setting.pick("Means over households, by years since a member fell ill", "农户均值，按成员发病后年数");
    let mut sheet = Sheet::new(setting, "descent", title, subtitle);
    let of_income =
        setting.pick("% of the household's income without illness", "占该户无病时收入的比例（%）");
    let panel = |quantity, en, zh, unit| Panel {
        head: setting.pick(en, zh),
        unit,
        foot: if quantity == "net_income" { Foot::Values } else { Foot::Zero },
        traces: traces(results, quantity),
        dashed: Vec::new(),
    };
    let row = [
        panel("net_income", "Net income", "净收入", of_income),
        panel("medical_debt", "Medical debt", "医疗债务", of_income),
        panel("poor", "In net poverty", "处于净贫困", setting.pick("% of households", "占户数的比例（%）")),
    ];
    if row.iter().all(|panel| panel.traces.is_empty()) {
        return sheet
            .finish_empty(setting.pick("Nobody fell so ill in these results.", "结果中无人患此类疾病。"));
    }
    let bottom = panel_row(&mut sheet, results, &row, setting.pick("Years since onset", "发病后年数"));
    let points = row.iter().flat_map(|p| &p.traces).flat_map(|t| &t.points);
    let note = setting.pick(
        "Followed: households in which a member has the first stroke, heart attack or cancer since the switch, as long \
         as they last. The descent is not put in: it comes of bills, lost earnings, debt and sold assets. ",
        "跟踪政策转换后首次有成员患脑卒中、心肌梗死或癌症的户，至该户消亡或模拟结束。下滑并非设定，而是由医疗费用、误工损失、\
         债务和变卖资产产生。",
    );
    let interval = interval_note(setting, replicates(points.map(|p| p.1)), "Ribbons", "色带");
    sheet.finish(bottom, &format!("{note}{}{interval}", followed(results, setting)))
}

/// A quantity by years since the onset, in percent, for the regimes that have it.
fn traces(results: &Results, quantity: &str) -> Vec<Trace> {
    let of = |regime: usize| {
        let id = &results.regimes[regime].0;
        let mut points: Vec<_> = results
            .descent
            .iter()
            .filter(|row| row.quantity == quantity && &row.regime == id && row.statistics.mean.is_some())
            .map(|row| (i16::from(row.years_since), row.statistics.times(100.0)))
            .collect();
        points.sort_by_key(|(years, _)| *years);
        Trace { regime, points }
    };
    (0..results.regimes.len()).map(of).filter(|trace| !trace.points.is_empty()).collect()
}

/// How many households each end of the lines rests on.
fn followed(results: &Results, setting: &Setting) -> String {
    let mut counts: Vec<(u8, f64)> = results
        .descent
        .iter()
        .filter(|row| row.quantity == "households" && row.regime == results.baseline)
        .filter_map(|row| row.statistics.mean.map(|mean| (row.years_since, mean)))
        .filter(|(_, mean)| *mean > 0.0)
        .collect();
    counts.sort_by_key(|(years, _)| *years);
    let (Some((0, first)), Some((last @ 1.., late))) = (counts.first(), counts.last()) else {
        return String::new();
    };
    let (first, late) = (number(*first, 0), number(*late, 0));
    match setting.language {
        Language::En => format!(
            "Later years rest on those who fell ill early: under the baseline {first} households a replicate in the \
             year of onset, {late} in year {last}. "
        ),
        Language::Zh => {
            format!("较晚年数仅含较早发病者：基准方案每次重复模拟发病当年{first}户，第{last}年{late}户。")
        }
    }
}
