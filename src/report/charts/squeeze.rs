//! What a county's medical-aid fund can bear: spending against budget, the balance carried, the share of its
//! obligations that it pays.

use super::lines::{Foot, Panel, Trace, panel_row};
use super::sheet::Sheet;
use super::{Chart, Setting, interval_note, replicates};
use crate::measures::table::Results;

/// The chart.
#[must_use]
pub fn draw(results: &Results, setting: &Setting) -> Chart {
    let title = setting.pick("A county fund's squeeze", "县级医疗救助基金的收支压力");
    let subtitle = setting.pick(
        "Medical aid in the simulated counties: what it spends, what it carries on, what it pays of what its rules \
         promise",
        "模拟各县的医疗救助：支出、结转和按规定应付部分的支付程度",
    );
    let mut sheet = Sheet::new(setting, "squeeze", title, subtitle);
    let spends = |regime: &usize| {
        let spending = Trace::of_measure(results, *regime, "all", "aid_spending_per_head", 1.0);
        spending.points.iter().any(|(_, s)| s.mean.is_some_and(|mean| mean > 0.0))
    };
    let regimes: Vec<usize> = (0..results.regimes.len()).filter(spends).collect();
    if regimes.is_empty() {
        return sheet.finish_empty(
            setting.pick("No medical-aid funds in these results.", "结果中没有医疗救助基金。"),
        );
    }
    let traces = |measure, factor| -> Vec<Trace> {
        regimes.iter().map(|r| Trace::of_measure(results, *r, "all", measure, factor)).collect()
    };
    let row = [
        Panel {
            head: setting.pick("Spending", "支出"),
            unit: setting
                .pick("Yuan per head, current prices; dashed: budget", "人均，元（当年价）；虚线为预算"),
            foot: Foot::Zero,
            traces: traces("aid_spending_per_head", 1.0),
            dashed: traces("aid_revenue_per_head", 1.0),
        },
        Panel {
            head: setting.pick("Balance carried", "结转结余"),
            unit: setting.pick("Yuan per head, current prices", "人均，元（当年价）"),
            foot: Foot::Zero,
            traces: traces("fund_balance_per_head", 1.0),
            dashed: Vec::new(),
        },
        Panel {
            head: setting.pick("Obligations paid", "支付到位率"),
            unit: setting.pick("% of what the rules promise", "占按规定应付的比例（%）"),
            foot: Foot::Zero,
            traces: traces("aid_met_share", 100.0),
            dashed: Vec::new(),
        },
    ];
    let bottom = panel_row(&mut sheet, results, &row, "");
    let points = row.iter().flat_map(|p| &p.traces).flat_map(|t| &t.points);
    let mut note = setting
        .pick(
            "A fund that overspends carries a deficit, and pays a smaller share of its obligations, or pays later, in the \
             years after; a surplus is kept up to a reserve. ",
            "超支的基金结转赤字，此后各年仅支付应付额的一部分或延迟支付；结余仅保留至准备金上限。",
        )
        .to_owned();
    if regimes.len() < results.regimes.len() {
        note += setting.pick("Regimes without medical aid are left out. ", "未列无医疗救助的方案。");
    }
    note += &interval_note(setting, replicates(points.map(|p| p.1)), "Ribbons", "色带");
    sheet.finish(bottom, &note)
}
