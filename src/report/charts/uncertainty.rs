//! Paired differences with both intervals: how well the run knows them, and how far parameters may move them; beside each, whence
//! its spread comes.

use super::sheet::{AXIS_PT, MARGIN, Plot, Sheet, grid_across, numbers_across, panels};
use super::{Chart, Setting};
use crate::measures::table::Results;
use crate::report::fonts::{Weight, width_mm};
use crate::report::layout::{nice_ticks, wrap};
use crate::report::style::{Align, LABEL_PT, NOTE_PT, Text, line_height, number, signed};
use crate::scenario::plan::Language;
use crate::uncertainty::table::{HEADLINE, Row, difference, unit_and_label};

/// Width of the bars of shares in millimetres.
const BAR: f64 = 11.0;
/// Height of a row with a name of one line, and of two.
const ROW: [f64; 2] = [4.6, 6.4];
/// Thickness of the interval of chance and of that of parameters, in points.
const THICK_PT: f64 = 4.2;
const THIN_PT: f64 = 1.1;

/// The chart; it says that there is nothing to show where parameters were not drawn.
#[must_use]
pub fn draw(results: &Results, setting: &Setting) -> Chart {
    let title = setting.pick("How uncertain the differences are", "差异的不确定性");
    let baseline = (0..results.regimes.len()).find(|i| results.regimes[*i].0 == results.baseline);
    let name = baseline.map_or(results.baseline.as_str(), |index| setting.regime(results, index));
    let subtitle = match setting.language {
        Language::En => {
            format!("Each regime less {name}, on the same people, at drawn parameters")
        }
        Language::Zh => format!("各方案与{name}之差，同一人群，参数取自抽样"),
    };
    let mut sheet = Sheet::new(setting, "uncertainty", title, &subtitle);
    let shown: Vec<Vec<(usize, &Row)>> =
        HEADLINE.iter().map(|(id, group)| rows(results, id, group)).collect();
    let shown: Vec<(usize, Vec<(usize, &Row)>)> =
        shown.into_iter().enumerate().filter(|(_, rows)| !rows.is_empty()).collect();
    if shown.is_empty() {
        return sheet
            .finish_empty(setting.pick("Parameters were not drawn in this run.", "本次运行未抽取参数。"));
    }
    let (columns, _) = panels(shown.len(), if setting.width_mm < 120 { 1 } else { 2 });
    // One or two.
    #[allow(clippy::cast_precision_loss)]
    let width = (sheet.width() - 2.0 * MARGIN - 6.0 * (columns as f64 - 1.0)) / columns as f64;
    let mut top = sheet.top;
    for line in shown.chunks(columns) {
        let mut lowest = top;
        for (column, (at, rows)) in line.iter().enumerate() {
            #[allow(clippy::cast_precision_loss)]
            let left = MARGIN + column as f64 * (width + 6.0);
            lowest = lowest.max(panel(&mut sheet, results, HEADLINE[*at].0, rows, (left, top, width)));
        }
        top = lowest + 3.0;
    }
    let draws = results.uncertainty.iter().map(|row| row.components.draws).max().unwrap_or(0);
    let variants = shown.iter().flat_map(|(_, rows)| rows).any(|(_, row)| row.variance_scenario.is_some());
    let note = match (setting.language, variants) {
        (Language::En, false) => format!(
            "Pale and thick: 95% interval of the mean as far as chance goes. Thin: from the 2.5 to the 97.5% quantile over {draws} draws of \
             parameters, chance taken out. Bars: shares of the variance of one replicate's difference, parameters dark, chance light."
        ),
        (Language::En, true) => format!(
            "Pale and thick: 95% interval of the mean as far as chance goes. Thin: from the 2.5 to the 97.5% quantile over {draws} draws of \
             parameters, chance taken out. Bars: shares of the variance of one replicate's difference, parameters dark, choice of scenario \
             mid, chance light."
        ),
        (Language::Zh, false) => format!(
            "浅色粗线：仅计随机误差的均值95%区间；细线：{draws}组参数抽样的2.5%至97.5%分位数，已扣除随机误差。\
             条形：单次重复差值方差的构成，深色为参数，浅色为随机。"
        ),
        (Language::Zh, true) => format!(
            "浅色粗线：仅计随机误差的均值95%区间；细线：{draws}组参数抽样的2.5%至97.5%分位数，已扣除随机误差。\
             条形：单次重复差值方差的构成，深色为参数，中间色为情景选择，浅色为随机。"
        ),
    };
    sheet.finish(top - 3.0, &note)
}

/// Differences of the regimes, in the order of the scenario.
fn rows<'r>(results: &'r Results, measure: &str, group: &str) -> Vec<(usize, &'r Row)> {
    let of = |regime: usize| {
        let row = difference(&results.uncertainty, &results.regimes[regime].0, measure, group)?;
        Some((regime, row))
    };
    (0..results.regimes.len()).filter_map(of).collect()
}

/// A panel; returns its lower end.
fn panel(
    sheet: &mut Sheet,
    results: &Results,
    measure: &'static str,
    rows: &[(usize, &Row)],
    (left, top, width): (f64, f64, f64),
) -> f64 {
    let setting = sheet.setting;
    let theme = setting.theme;
    let (unit, label) = unit_and_label(measure);
    let factor = if unit == "share" { 100.0 } else { 1.0 };
    let in_words = if unit == "share" {
        setting.pick("points", "百分点")
    } else {
        setting.pick("yuan of 2020", "2020年价，元")
    };
    let year = rows.first().map_or("", |(_, row)| row.subject.year.as_str());
    let head = match setting.language {
        Language::En => format!("{} ({in_words}, {})", label.en, year.replace('-', "–")),
        Language::Zh => format!("{}（{in_words}，{}）", label.zh, year.replace('-', "—")),
    };
    let mut y = top + 2.0;
    for line in wrap(&head, LABEL_PT, Weight::Bold, width, 2) {
        sheet.canvas.text((left, y), &line, Text::label(theme.ink).bold());
        y += line_height(LABEL_PT);
    }
    let names: Vec<&str> = rows.iter().map(|(regime, _)| setting.regime(results, *regime)).collect();
    let widest = names.iter().map(|name| width_mm(name, NOTE_PT, Weight::Regular)).fold(0.0, f64::max);
    let room = widest.min(width * 0.33);
    let ends = |row: &Row| {
        let all = [row.components.monte_carlo, row.components.parameter].into_iter().flatten();
        let mean = row.components.mean;
        all.fold((mean, mean), |(low, high), (a, b)| (low.min(a), high.max(b)))
    };
    let reach = rows
        .iter()
        .map(|(_, row)| ends(row))
        .fold((0.0_f64, 0.0_f64), |(low, high), (a, b)| (low.min(a), high.max(b)));
    let ticks = nice_ticks(reach.0 * factor, reach.1 * factor, 5);
    let lines: Vec<Vec<String>> =
        names.iter().map(|name| wrap(name, NOTE_PT, Weight::Regular, room + 0.5, 2)).collect();
    let row_height = ROW[usize::from(lines.iter().any(|lines| lines.len() > 1))];
    // A handful of rows.
    #[allow(clippy::cast_precision_loss)]
    let height = rows.len() as f64 * row_height;
    let plot = Plot {
        left: left + room + 2.0,
        right: left + width - BAR - 3.5,
        top: y,
        bottom: y + height,
        across: (ticks.first(), ticks.last()),
        up: (0.0, 1.0),
    };
    grid_across(sheet, &plot, &ticks);
    sheet.canvas.line(&[(plot.x(0.0), plot.top), (plot.x(0.0), plot.bottom)], AXIS_PT, theme.ink);
    for (((regime, row), lines), at) in rows.iter().zip(&lines).zip(0u32..) {
        let middle = plot.top + (f64::from(at) + 0.5) * row_height;
        let style = Text::label(theme.ink).sized(NOTE_PT).aligned(Align::End);
        sheet.canvas.block_centred((left + room, middle), lines, style);
        let colour = theme.regime(*regime);
        let place =
            |(low, high): (f64, f64)| [(plot.x(low * factor), middle), (plot.x(high * factor), middle)];
        if let Some(ends) = row.components.monte_carlo {
            sheet.canvas.line(&place(ends), THICK_PT, colour.mixed(theme.paper, 60));
        }
        if let Some(ends) = row.components.parameter {
            sheet.canvas.line(&place(ends), THIN_PT, colour);
        }
        sheet.canvas.dot((plot.x(row.components.mean * factor), middle), 0.75, colour);
        shares(sheet, row, (left + width - BAR, middle));
    }
    sheet.canvas.line(&[(plot.left, plot.bottom), (plot.right, plot.bottom)], AXIS_PT, theme.ink);
    let form: fn(f64, usize) -> String = if reach.0 < 0.0 { signed } else { number };
    numbers_across(sheet, &plot, &ticks, form);
    let style = Text::label(theme.muted).sized(NOTE_PT).aligned(Align::Middle);
    let bars = (left + width - BAR / 2.0, plot.bottom + 2.4);
    sheet.canvas.text_centred(bars, setting.pick("variance", "方差构成"), style);
    plot.bottom + 4.4
}

/// The bar of shares of a row from its left end, at its middle.
fn shares(sheet: &mut Sheet, row: &Row, (left, middle): (f64, f64)) {
    let theme = sheet.setting.theme;
    let (Some(chance), Some(parameter)) =
        (row.components.variance_monte_carlo, row.components.variance_parameter)
    else {
        return;
    };
    let parts = [
        (parameter, theme.ink.mixed(theme.muted, 40)),
        (row.variance_scenario.unwrap_or(0.0), theme.muted.mixed(theme.grid, 50)),
        (chance, theme.grid),
    ];
    let whole: f64 = parts.iter().map(|(part, _)| part).sum();
    if whole <= 0.0 {
        return;
    }
    let mut x = left;
    for (part, colour) in parts {
        let width = part / whole * BAR;
        if width > 0.0 {
            sheet.canvas.bar((x, middle - 1.1), (x + width, middle + 1.1), colour);
        }
        x += width;
    }
}
