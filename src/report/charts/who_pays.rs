//! Who pays the medical bills: a stacked bar a regime, yuan per head and year.

use super::sheet::{MARGIN, Plot, Sheet, grid_across, numbers_across};
use super::{Chart, Setting, last_year, replicates};
use crate::measures::catalogue::{OUT_OF_POCKET_LABEL, paid_measure, payer_label};
use crate::measures::table::Results;
use crate::report::fonts::{Weight, width_mm};
use crate::report::layout::{nice_ticks, wrap};
use crate::report::style::{Align, Colour, LABEL_PT, NOTE_PT, Text, line_height, number};
use crate::scenario::plan::Language;
use crate::scenario::policy::{PAYERS, Payer};
use crate::units::Year;

/// Out-of-pocket payments first, then the payers: what patients pay starts at zero and so compares by eye.
const PARTS: usize = PAYERS + 1;

/// The chart, of the last year.
#[must_use]
pub fn draw(results: &Results, setting: &Setting) -> Chart {
    let title = setting.pick("Who pays the medical bills", "医疗费用由谁支付");
    let year = last_year(results).map_or(0, Year::number);
    let subtitle = match setting.language {
        Language::En => format!("Yuan per head in {year}, current prices"),
        Language::Zh => format!("{year}年人均金额（元，当年价）"),
    };
    let mut sheet = Sheet::new(setting, "who-pays", title, &subtitle);
    let bars: Vec<(usize, [f64; PARTS])> =
        (0..results.regimes.len()).filter_map(|regime| parts(results, regime).map(|p| (regime, p))).collect();
    if bars.is_empty() {
        return sheet.finish_empty(setting.pick("No payments in these results.", "结果中没有支付数据。"));
    }
    let key: Vec<(Colour, String)> = (0..PARTS)
        .filter(|part| bars.iter().any(|(_, parts)| parts[*part] > 0.0))
        .map(|part| (colour(setting, part), name(setting, part).to_owned()))
        .collect();
    sheet.key(&key);
    let bottom = draw_bars(&mut sheet, results, &bars);
    let note = if replicates(results.measures.iter().map(|row| row.statistics)) > 1 {
        setting.pick(
            "Means over replicates; intervals are in measures.csv. Right of the bars: the whole bill.",
            "为各次重复模拟的均值，区间见measures.csv；条右数字为医疗费用总额。",
        )
    } else {
        setting.pick(
            "One replicate: no interval. Right of the bars: the whole bill.",
            "仅一次重复模拟，无区间；条右数字为医疗费用总额。",
        )
    };
    sheet.finish(bottom, note)
}

fn parts(results: &Results, regime: usize) -> Option<[f64; PARTS]> {
    let year = last_year(results);
    let id = &results.regimes[regime].0;
    let of = |measure: &str| {
        let row = results
            .measures
            .iter()
            .find(|r| r.measure == measure && r.group == "all" && &r.regime == id && Some(r.year) == year);
        row.and_then(|r| r.statistics.mean)
    };
    let own = of("oop_per_head")?;
    let mut parts = [0.0; PARTS];
    parts[0] = own.max(0.0);
    for (part, payer) in parts[1..].iter_mut().zip(Payer::ALL) {
        *part = of(paid_measure(payer)).unwrap_or(0.0).max(0.0);
    }
    Some(parts)
}

fn colour(setting: &Setting, part: usize) -> Colour {
    if part == 0 { setting.theme.own } else { setting.theme.payers[part - 1] }
}

fn name(setting: &Setting, part: usize) -> &'static str {
    setting.label(if part == 0 { OUT_OF_POCKET_LABEL } else { payer_label(Payer::ALL[part - 1]) })
}

fn draw_bars(sheet: &mut Sheet, results: &Results, bars: &[(usize, [f64; PARTS])]) -> f64 {
    let setting = sheet.setting;
    let theme = setting.theme;
    let narrow = setting.width_mm < 120;
    let names: Vec<Vec<String>> = bars
        .iter()
        .map(|(regime, _)| {
            let most = if narrow { 24.0 } else { 42.0 };
            wrap(&setting.regime_marked(results, *regime), LABEL_PT, Weight::Bold, most, 4)
        })
        .collect();
    let widest = names.iter().flatten().map(|l| width_mm(l, LABEL_PT, Weight::Bold)).fold(0.0, f64::max);
    let total = |parts: &[f64; PARTS]| parts.iter().sum::<f64>();
    let most = bars.iter().map(|(_, parts)| total(parts)).fold(0.0, f64::max);
    let (ticks, across) = nice_ticks(0.0, most, if narrow { 4 } else { 7 }).trimmed(0.0, most);
    // A few lines.
    #[allow(clippy::cast_precision_loss)]
    let row = (names.iter().map(Vec::len).max().unwrap_or(1) as f64 * line_height(LABEL_PT) + 1.2).max(6.6);
    let total_room = width_mm(&number(most, 0), LABEL_PT, Weight::Bold) + 1.6;
    #[allow(clippy::cast_precision_loss)]
    let plot = Plot {
        left: MARGIN + widest + 2.0,
        right: sheet.width() - MARGIN - total_room,
        top: sheet.top,
        bottom: sheet.top + row * bars.len() as f64,
        across,
        up: (1.0, 0.0),
    };
    grid_across(sheet, &plot, &ticks);
    numbers_across(sheet, &plot, &ticks, number);
    let mut y = plot.top + row / 2.0;
    for ((regime, parts), name) in bars.iter().zip(&names) {
        let letters = Text::label(theme.letters(theme.regime(*regime))).bold();
        sheet.canvas.block_centred((MARGIN, y), name, letters);
        let mut from = 0.0;
        for (part, value) in parts.iter().enumerate().filter(|(_, v)| **v > 0.0) {
            segment(sheet, &plot, y, (from, from + value), colour(setting, part));
            from += value;
        }
        let style = Text::label(theme.ink).bold();
        sheet.canvas.text_centred((plot.x(from) + 1.2, y), &number(from, 0), style);
        y += row;
    }
    plot.bottom + 3.8
}

/// A part of a bar, with its number if there is room for it.
fn segment(sheet: &mut Sheet, plot: &Plot, y: f64, (from, to): (f64, f64), colour: Colour) {
    let theme = sheet.setting.theme;
    let half = 2.2;
    let (left, right) = (plot.x(from), plot.x(to));
    sheet.canvas.bar((left, y - half), (right, y + half), colour);
    if from > 0.0 {
        sheet.canvas.line(&[(left, y - half), (left, y + half)], 0.5, theme.paper);
    }
    let text = number(to - from, 0);
    if width_mm(&text, NOTE_PT, Weight::Regular) + 1.2 < right - left {
        let on_light = Colour(0x11, 0x11, 0x11);
        let on_dark = Colour(0xFF, 0xFF, 0xFF);
        let letters = if colour.is_light() { on_light } else { on_dark };
        let style = Text::label(letters).sized(NOTE_PT).aligned(Align::Middle);
        sheet.canvas.text_centred((f64::midpoint(left, right), y), &text, style);
    }
}
