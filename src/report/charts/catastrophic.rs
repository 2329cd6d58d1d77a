//! Catastrophic spending by income fifth: a panel a regime, the baseline behind each as rings.

use super::sheet::{MARGIN, Plot, Sheet, grid_across, lying_interval, numbers_across, panels};
use super::{Chart, Setting, by_year, interval, interval_note, last_year, replicates};
use crate::measures::catalogue::{group_label, info};
use crate::measures::table::{Results, Statistics};
use crate::report::fonts::{Weight, width_mm};
use crate::report::layout::{nice_ticks, wrap};
use crate::report::style::{Align, LABEL_PT, NOTE_PT, Text, line_height, number};
use crate::scenario::plan::Language;
use crate::units::Year;

const FIFTHS: [&str; 5] = ["income_1", "income_2", "income_3", "income_4", "income_5"];
/// In order of preference; the first that the results have is drawn.
const MEASURES: [&str; 3] = ["che_40_nonfood", "che_10", "che_25"];
/// Height of a fifth in millimetres.
const ROW: f64 = 5.4;

type Fifths = [Option<Statistics>; 5];

/// The chart, of the last year.
#[must_use]
pub fn draw(results: &Results, setting: &Setting) -> Chart {
    let title = setting.pick("Catastrophic spending by income", "按收入分组的灾难性卫生支出");
    let found = MEASURES.into_iter().find_map(|measure| {
        let values = values(results, measure);
        values.iter().flatten().any(Option::is_some).then_some((measure, values))
    });
    let year = last_year(results).map_or(0, Year::number);
    let Some((measure, values)) = found else {
        let sheet = Sheet::new(setting, "catastrophic", title, "");
        return sheet.finish_empty(
            setting.pick("Not measured by income fifth in these results.", "结果中无按收入分组的数据。"),
        );
    };
    let label = info(measure).map_or(measure, |i| setting.pick(i.label_en, i.label_zh)).replace(" %", "%");
    let subtitle = match setting.language {
        Language::En => format!("{label}: share of persons in {year} (%)"),
        Language::Zh => format!("{year}年{label}，占人口比例（%）"),
    };
    let mut sheet = Sheet::new(setting, "catastrophic", title, &subtitle);
    let bottom = draw_panels(&mut sheet, results, &values);
    let count = replicates(values.iter().flatten().flatten().copied());
    let mut note = interval_note(setting, count, "Lines", "横线");
    note += setting.pick(
        " Care forgone for money: needed hospital stays not taken, of all needed, whole population.",
        "放弃住院指需要住院而因经济原因未住院的次数占全部需要次数的比例（全部人口）。",
    );
    let other = (0..results.regimes.len()).any(|i| results.regimes[i].0 != results.baseline);
    if other {
        note += setting.pick(" Rings: the baseline.", "空心圆为基准方案。");
    }
    sheet.finish(bottom, &note)
}

fn values(results: &Results, measure: &str) -> Vec<Fifths> {
    let year = last_year(results);
    let of = |regime: &str, group: &str| {
        results
            .measures
            .iter()
            .find(|r| r.measure == measure && r.group == group && r.regime == regime && Some(r.year) == year)
            .map(|row| row.statistics)
            .filter(|s| s.mean.is_some())
    };
    results.regimes.iter().map(|(id, _, _)| FIFTHS.map(|group| of(id, group))).collect()
}

/// Care forgone for money stands beside hardship, since who can't pay spends nothing.
fn forgone_for_money(results: &Results, setting: &Setting, regime: usize) -> String {
    let forgone = by_year(results, regime, "all", "forgone_for_money_rate");
    match forgone.last().and_then(|(year, s)| s.mean.map(|mean| (*year, mean))) {
        Some((year, mean)) if Some(year) == last_year(results) => {
            format!(
                "{}{}%",
                setting.pick("Care forgone for money: ", "因经济原因放弃住院："),
                number(mean * 100.0, 1)
            )
        }
        _ => String::new(),
    }
}

fn draw_panels(sheet: &mut Sheet, results: &Results, values: &[Fifths]) -> f64 {
    let setting = sheet.setting;
    let theme = setting.theme;
    let ends = |s: &Statistics| interval(s).map_or(0.0, |i| i.1).max(s.mean.unwrap_or(0.0));
    let top_value = values.iter().flatten().flatten().map(ends).fold(0.0, f64::max);
    let names: Vec<&str> =
        FIFTHS.iter().map(|id| group_label(id).map_or(*id, |label| setting.label(label))).collect();
    let room = names.iter().map(|n| width_mm(n, LABEL_PT, Weight::Regular)).fold(0.0, f64::max) + 1.6;
    let (columns, rows) = panels(values.len(), if setting.width_mm < 120 { 2 } else { 4 });
    let gap = 5.0;
    // A handful of panels.
    #[allow(clippy::cast_precision_loss)]
    let width = (sheet.width() - 2.0 * MARGIN - room - gap * (columns as f64 - 1.0) - 1.5) / columns as f64;
    let most = top_value * 100.0;
    let (ticks, across) = nice_ticks(0.0, most, if width > 32.0 { 5 } else { 4 }).trimmed(0.0, most);
    let baseline = results.regimes.iter().position(|r| r.0 == results.baseline);
    let mut top = sheet.top;
    for row in 0..rows {
        let here = row * columns..((row + 1) * columns).min(values.len());
        let heads: Vec<Vec<String>> = here
            .clone()
            .map(|i| wrap(&setting.regime_marked(results, i), LABEL_PT, Weight::Bold, width + 2.0, 3))
            .collect();
        let forgone: Vec<Vec<String>> = here
            .clone()
            .map(|i| wrap(&forgone_for_money(results, setting, i), NOTE_PT, Weight::Regular, width + 3.0, 2))
            .collect();
        // A few lines.
        #[allow(clippy::cast_precision_loss)]
        let head = heads
            .iter()
            .zip(&forgone)
            .map(|(h, f)| h.len() as f64 * line_height(LABEL_PT) + f.len() as f64 * line_height(NOTE_PT))
            .fold(0.0, f64::max);
        for (column, ((i, lines), forgone)) in here.zip(&heads).zip(&forgone).enumerate() {
            #[allow(clippy::cast_precision_loss)]
            let left = MARGIN + room + column as f64 * (width + gap);
            let plot = Plot {
                left,
                right: left + width,
                top: top + head + 0.6,
                bottom: top + head + 0.6 + ROW * 5.0,
                across,
                up: (5.0, 0.0),
            };
            let colour = theme.regime(i);
            let mut y = top + 2.0;
            for line in lines {
                sheet.canvas.text((left, y), line, Text::label(theme.letters(colour)).bold());
                y += line_height(LABEL_PT);
            }
            for line in forgone {
                sheet.canvas.text((left, y - 0.2), line, Text::label(theme.muted).sized(NOTE_PT));
                y += line_height(NOTE_PT);
            }
            grid_across(sheet, &plot, &ticks);
            numbers_across(sheet, &plot, &ticks, number);
            for (fifth, name) in names.iter().enumerate() {
                let y = plot.top + ROW * (f64::from(u8::try_from(fifth).unwrap_or(0)) + 0.5);
                if column == 0 {
                    sheet.canvas.text_centred(
                        (left - 1.6, y),
                        name,
                        Text::label(theme.ink).aligned(Align::End),
                    );
                }
                if let Some(other) = baseline.filter(|b| *b != i).and_then(|b| values[b][fifth]) {
                    let at = plot.x(other.mean.unwrap_or(0.0) * 100.0);
                    sheet.canvas.ring((at, y), 0.8, 0.6, theme.muted);
                }
                if let Some(s) = values[i][fifth] {
                    let ends = interval(&s).map(|(low, high)| (low.max(0.0) * 100.0, high * 100.0));
                    lying_interval(&mut sheet.canvas, &plot, y, s.mean.unwrap_or(0.0) * 100.0, ends, colour);
                }
            }
        }
        top += head + 0.6 + ROW * 5.0 + 6.6;
    }
    top - 2.6
}
