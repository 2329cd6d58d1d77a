//! Paired difference of the return rate to the baseline, a panel a regime on one scale.

use super::lines::{Reach, Trace, line, path, ribbon};
use super::sheet::{
    AXIS_PT, MARGIN, Numbers, Plot, Sheet, axis_room, grid_up, panel_gap, panels, years_axis,
};
use super::{Chart, Setting, interval, interval_note, replicates};
use crate::measures::table::{Results, Statistics};
use crate::report::fonts::Weight;
use crate::report::layout::{nice_ticks, wrap};
use crate::report::style::{LABEL_PT, NOTE_PT, Text, line_height, signed};
use crate::scenario::plan::Language;

const MEASURE: &str = "poverty_return_rate";

/// The chart.
#[must_use]
pub fn draw(results: &Results, setting: &Setting) -> Chart {
    let title = setting.pick("What each regime changes", "各方案相对基准方案的变化");
    let baseline = (0..results.regimes.len()).find(|i| results.regimes[*i].0 == results.baseline);
    let name = baseline.map_or(results.baseline.as_str(), |index| setting.regime(results, index));
    let subtitle = match setting.language {
        Language::En => format!(
            "Poverty-return rate of lifted people less that under {name}: same people, same illnesses (percentage \
             points)"
        ),
        Language::Zh => {
            format!("脱贫人口返贫率与基准方案（{name}）之差，同一人群、同样的疾病（百分点）")
        }
    };
    let mut sheet = Sheet::new(setting, "difference", title, &subtitle);
    let series: Vec<Trace> = (0..results.regimes.len())
        .filter(|regime| Some(*regime) != baseline)
        .map(|regime| differences(results, regime))
        .filter(|trace| !trace.points.is_empty())
        .collect();
    if series.is_empty() {
        return sheet.finish_empty(setting.pick("No second regime to compare.", "没有可与基准比较的方案。"));
    }
    let bottom = draw_panels(&mut sheet, results, &series);
    let count = replicates(series.iter().flat_map(|s| &s.points).map(|p| p.1));
    let mut note = setting
        .pick("Below zero: fewer people return than under the baseline. ", "低于零：返贫者少于基准方案。")
        .to_owned();
    note += &interval_note(
        setting,
        count,
        "Ribbons and brackets, paired by replicate",
        "色带和方括号（按重复配对）",
    );
    if series.len() > 1 {
        note += setting.pick(" Grey: the other regimes.", "灰线为其他方案。");
    }
    sheet.finish(bottom, &note)
}

/// In percentage points.
fn differences(results: &Results, regime: usize) -> Trace {
    let id = &results.regimes[regime].0;
    let mut points: Vec<(i16, Statistics)> = results
        .differences
        .iter()
        .filter(|row| row.measure == MEASURE && row.group == "lifted" && &row.regime == id)
        .filter(|row| row.statistics.mean.is_some())
        .map(|row| (row.year.number(), row.statistics.times(100.0)))
        .collect();
    points.sort_by_key(|p| p.0);
    Trace { regime, points }
}

fn draw_panels(sheet: &mut Sheet, results: &Results, series: &[Trace]) -> f64 {
    let setting = sheet.setting;
    let theme = setting.theme;
    let reach = Reach::of(series).with_zero();
    let (low, high) = reach.up;
    let (ticks, up) = nice_ticks(low, high, 6).trimmed(low, high);

    let (columns, rows) = panels(series.len(), if setting.width_mm < 120 { 2 } else { 4 });
    let (room, gap) = (axis_room(&ticks), panel_gap(setting));
    // A handful of panels.
    #[allow(clippy::cast_precision_loss)]
    let width = (sheet.width() - 2.0 * MARGIN - room - gap * (columns as f64 - 1.0) - 2.0) / columns as f64;
    let heads: Vec<Vec<String>> = series
        .iter()
        .map(|one| wrap(setting.regime(results, one.regime), LABEL_PT, Weight::Bold, width + 2.0, 3))
        .collect();
    let decimals =
        series.iter().filter_map(|one| one.points.last()).map(|p| decimals(&p.1)).max().unwrap_or(1);
    let ends: Vec<Vec<String>> = series
        .iter()
        .map(|one| wrap(&last_value(&one.points, decimals), NOTE_PT, Weight::Regular, width + 3.0, 2))
        .collect();
    let height = if rows > 1 { 32.0 } else { 42.0 };
    let mut top = sheet.top;
    for row in 0..rows {
        let here = row * columns..((row + 1) * columns).min(series.len());
        // A few lines.
        #[allow(clippy::cast_precision_loss)]
        let head_height = here
            .clone()
            .map(|i| {
                heads[i].len() as f64 * line_height(LABEL_PT) + ends[i].len() as f64 * line_height(NOTE_PT)
            })
            .fold(0.0, f64::max);
        let plot_top = top + head_height + 1.0;
        for i in here {
            let one = &series[i];
            #[allow(clippy::cast_precision_loss)]
            let left = MARGIN + room + (i % columns) as f64 * (width + gap);
            let plot = Plot {
                left,
                right: left + width,
                top: plot_top,
                bottom: plot_top + height,
                across: reach.years(),
                up,
            };
            let colour = theme.regime(one.regime);
            let mut y = top + 2.0;
            for text in &heads[i] {
                sheet.canvas.text((left, y), text, Text::label(theme.letters(colour)).bold());
                y += line_height(LABEL_PT);
            }
            for text in &ends[i] {
                sheet.canvas.text((left, y - 0.2), text, Text::label(theme.muted).sized(NOTE_PT));
                y += line_height(NOTE_PT);
            }
            let shown = if i % columns == 0 { Numbers::Shown } else { Numbers::Left };
            grid_up(sheet, &plot, &ticks, shown);
            for other in series.iter().filter(|s| s.regime != one.regime) {
                sheet.canvas.line(&path(&plot, &other.points), 0.5, theme.grid.mixed(theme.muted, 30));
            }
            ribbon(sheet, &plot, one, colour);
            sheet.canvas.line(&[(plot.left, plot.y(0.0)), (plot.right, plot.y(0.0))], AXIS_PT, theme.ink);
            line(sheet, &plot, one, colour);
            years_axis(sheet, &plot, reach.across, Numbers::Shown);
        }
        top = plot_top + height + 7.0;
    }
    top - 2.8
}

/// Digits after the point of percentage points that show half the width of its interval.
fn decimals(statistics: &Statistics) -> usize {
    let half = interval(statistics).map_or(0.0, |(low, high)| (high - low) / 2.0);
    // Regimes that do the same differ by exactly zero: no digits show that better.
    if half <= 0.0 { 1 } else { [0.1, 0.01, 0.001].iter().position(|least| half >= *least).unwrap_or(3) + 1 }
}

/// "2035: −0.42 [−0.60, −0.24]".
fn last_value(trace: &[(i16, Statistics)], decimals: usize) -> String {
    let Some((year, s)) = trace.last() else { return String::new() };
    let points = |points: f64| signed(points, decimals);
    let mean = points(s.mean.unwrap_or(0.0));
    match interval(s) {
        Some((low, high)) => format!("{year}: {mean} [{}, {}]", points(low), points(high)),
        None => format!("{year}: {mean}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interval_is_printed_with_digits_that_show_its_width() {
        let of = |low: f64, high: f64| {
            let (ci_low, ci_high) = (Some(low), Some(high));
            let mean = Some(f64::midpoint(low, high));
            let statistics = Statistics { mean, ci_low, ci_high, ..Statistics::default() };
            last_value(&[(2035, statistics)], decimals(&statistics))
        };
        assert_eq!(of(-2.6, -2.2), "2035: −2.4 [−2.6, −2.2]");
        assert_eq!(of(-0.04, 0.06), "2035: +0.01 [−0.04, +0.06]", "not 0.0 [0.0, +0.1]");
        assert_eq!(of(-0.0693, -0.0361), "2035: −0.05 [−0.07, −0.04]");
        assert_eq!(of(0.0, 0.0), "2035: 0.0 [0.0, 0.0]");
    }
}
