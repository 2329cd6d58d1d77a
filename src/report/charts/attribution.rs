//! What each part of a regime contributes to its effect: bars with intervals, a panel an outcome, and a waterfall from the return rate
//! under the baseline to that under the regime.

use super::sheet::{AXIS_PT, GRID_PT, LINE_PT, MARGIN, Plot, Sheet, grid_across, numbers_across};
use super::{Chart, Setting, interval, interval_note};
use crate::attribution::{Attribution, Outcome, OutcomeAttribution};
use crate::measures::table::Statistics;
use crate::report::fonts::{Weight, width_mm};
use crate::report::layout::{Ticks, nice_ticks, wrap};
use crate::report::style::{Align, Colour, LABEL_PT, NOTE_PT, Text, line_height, number, signed};
use crate::scenario::plan::Language;

/// Height of a row in millimetres.
const ROW: f64 = 5.4;
/// Half the height of a bar.
const HALF: f64 = 1.2;

/// The factor to the unit of the chart, and the digits after the point that show the effect.
#[must_use]
pub fn scale(one: &OutcomeAttribution) -> (f64, usize) {
    let factor = if one.outcome == Outcome::Outlay { 1.0 } else { 100.0 };
    let parts = one.parts.iter().filter_map(|part| part.shapley.mean);
    let most = parts.chain(one.whole.mean).map(|mean| mean.abs() * factor).fold(0.0, f64::max);
    let decimals = [100.0, 10.0, 0.1].iter().position(|least| most >= *least).unwrap_or(3);
    (factor, if most == 0.0 { 1 } else { decimals })
}

/// The unit of differences.
#[must_use]
pub const fn unit(outcome: Outcome, language: Language) -> &'static str {
    match (outcome, language) {
        (Outcome::Outlay, Language::En) => "yuan of 2020, discounted at 3%",
        (Outcome::Outlay, Language::Zh) => "元，2020年价，年贴现率3%",
        (_, Language::En) => "percentage points",
        (_, Language::Zh) => "百分点",
    }
}

/// What the outcome is, with its years.
#[must_use]
pub fn head(found: &Attribution, one: &OutcomeAttribution, language: Language) -> String {
    let label = one.outcome.unit_and_label().1;
    let (first, last) = found.years;
    match (one.outcome, language) {
        (Outcome::Returned, Language::En) => format!("{} by {last}", label.en),
        (Outcome::Returned, Language::Zh) => format!("{}（至{last}年）", label.zh),
        (_, Language::En) => format!("{}, {first}–{last}", label.en),
        (_, Language::Zh) => format!("{}，{first}—{last}年", label.zh),
    }
}

/// Parts by the size of their Shapley values, the largest first.
#[must_use]
pub fn order(one: &OutcomeAttribution) -> Vec<usize> {
    let size = |part: &usize| one.parts[*part].shapley.mean.unwrap_or(0.0).abs();
    let mut order: Vec<usize> = (0..one.parts.len()).collect();
    order.sort_by(|a, b| size(b).total_cmp(&size(a)).then(a.cmp(b)));
    order
}

fn subtitle(found: &Attribution, setting: &Setting) -> String {
    let (regime, baseline) = (setting.bilingual(&found.regime.1), setting.bilingual(&found.baseline.1));
    match setting.language {
        Language::En => {
            format!("{regime} less {baseline}, for the same people with the same illnesses: Shapley values")
        }
        Language::Zh => format!("{regime}相对于{baseline}，同一人群、同样的疾病；沙普利值"),
    }
}

fn orders_note(found: &Attribution, setting: &Setting) -> String {
    match (found.orders, setting.language) {
        (None, _) => String::new(),
        (Some(n), Language::En) => {
            format!("Over {n} drawn orders of parts, whose error is not in the intervals. ")
        }
        (Some(n), Language::Zh) => format!("基于{n}个抽取的次序，其误差未计入区间。"),
    }
}

const NOTHING: [&str; 2] = ["The outcomes are not defined in these results.", "结果中这些指标没有定义。"];

/// The bars: rows are parts, the largest contribution to return first, and the whole effect under them.
#[must_use]
pub fn bars(found: &Attribution, setting: &Setting) -> Chart {
    let title = setting.pick("What each part of the regime contributes", "方案各组成部分的贡献");
    let mut sheet = Sheet::new(setting, "attribution", title, &subtitle(found, setting));
    let shown: Vec<&OutcomeAttribution> =
        found.outcomes.iter().filter(|one| one.whole.mean.is_some()).collect();
    let Some(first) = shown.first() else {
        return sheet.finish_empty(setting.pick(NOTHING[0], NOTHING[1]));
    };
    let order = order(first);
    let narrow = setting.width_mm < 120;
    let mut names: Vec<Vec<String>> = order
        .iter()
        .map(|part| {
            let label = setting.bilingual(&found.parts[*part].label);
            wrap(label, LABEL_PT, Weight::Regular, if narrow { 30.0 } else { 42.0 }, 3)
        })
        .collect();
    names.push(vec![setting.pick("Whole effect", "总效应").to_owned()]);
    let theme = setting.theme;
    sheet.key(&[
        (theme.gain, setting.pick("fewer people, less money", "人数或支出减少").to_owned()),
        (theme.loss, setting.pick("more people, more money", "人数或支出增加").to_owned()),
    ]);
    let columns = if narrow { 1 } else { shown.len() };
    let mut top = sheet.top;
    for row in shown.chunks(columns) {
        top = panel_row(&mut sheet, found, row, &order, &names, top) + 3.0;
    }
    let note = setting.pick(
        "Bars add up to the whole effect. Rings: the regime less the regime without the part; dots: the baseline with the part less the \
         baseline; these don't add up where parts act on each other. ",
        "各条之和等于总效应。圆圈：方案减去不含该项的方案；圆点：基准加入该项后减去基准；各项相互作用时，二者之和不等于总效应。",
    );
    let interval = interval_note(setting, found.replicates, "Lines", "横线");
    let bottom = top - 3.0;
    sheet.finish(bottom, &format!("{note}{}{interval}", orders_note(found, setting)))
}

fn widest(names: &[Vec<String>]) -> f64 {
    names.iter().flatten().map(|line| width_mm(line, LABEL_PT, Weight::Bold)).fold(0.0, f64::max)
}

/// Heights of rows for names of some lines.
fn heights(names: &[Vec<String>]) -> Vec<f64> {
    // A few lines.
    #[allow(clippy::cast_precision_loss)]
    let height = |name: &Vec<String>| ROW.max(name.len() as f64 * line_height(LABEL_PT) + 1.4);
    names.iter().map(height).collect()
}

fn panel_row(
    sheet: &mut Sheet,
    found: &Attribution,
    row: &[&OutcomeAttribution],
    order: &[usize],
    names: &[Vec<String>],
    top: f64,
) -> f64 {
    let setting = sheet.setting;
    let theme = setting.theme;
    let (gap, names_room) = (4.0, widest(names) + 2.0);
    // A handful of panels.
    #[allow(clippy::cast_precision_loss)]
    let count = row.len() as f64;
    let width = (sheet.width() - 2.0 * MARGIN - names_room - gap * (count - 1.0)) / count;
    let heads: Vec<Vec<String>> = row
        .iter()
        .map(|one| wrap(&head(found, one, setting.language), LABEL_PT, Weight::Bold, width, 3))
        .collect();
    let units: Vec<Vec<String>> = row
        .iter()
        .map(|one| wrap(unit(one.outcome, setting.language), NOTE_PT, Weight::Regular, width, 2))
        .collect();
    // A few lines.
    #[allow(clippy::cast_precision_loss)]
    let head_height = heads
        .iter()
        .zip(&units)
        .map(|(head, unit)| {
            head.len() as f64 * line_height(LABEL_PT) + unit.len() as f64 * line_height(NOTE_PT)
        })
        .fold(0.0, f64::max);
    let heights = heights(names);
    let plot_top = top + head_height + 1.0;
    let bottom = plot_top + heights.iter().sum::<f64>() + 0.8;
    let mut left = MARGIN + names_room;
    for ((one, head), unit) in row.iter().zip(&heads).zip(&units) {
        let mut y = top + 2.0;
        for line in head {
            sheet.canvas.text((left, y), line, Text::label(theme.ink).bold());
            y += line_height(LABEL_PT);
        }
        for line in unit {
            sheet.canvas.text((left, y - 0.2), line, Text::label(theme.muted).sized(NOTE_PT));
            y += line_height(NOTE_PT);
        }
        panel(sheet, one, order, &heights, (left, left + width), (plot_top, bottom));
        left += width + gap;
    }
    let mut y = plot_top;
    for (at, (name, height)) in names.iter().zip(&heights).enumerate() {
        let last = at + 1 == names.len();
        y += if last { 0.8 } else { 0.0 };
        let style = Text::label(theme.ink).aligned(Align::End);
        let style = if last { style.bold() } else { style };
        sheet.canvas.block_centred((MARGIN + names_room - 2.0, y + height / 2.0), name, style);
        y += height;
    }
    bottom + 3.8
}

/// Ends of an axis over some values and zero.
fn reach(values: impl Iterator<Item = f64>) -> (f64, f64) {
    values.fold((0.0, 0.0), |(low, high): (f64, f64), value| (low.min(value), high.max(value)))
}

fn panel(
    sheet: &mut Sheet,
    one: &OutcomeAttribution,
    order: &[usize],
    heights: &[f64],
    (left, right): (f64, f64),
    (top, bottom): (f64, f64),
) {
    let theme = sheet.setting.theme;
    let (factor, decimals) = scale(one);
    let ends = |s: &Statistics| {
        let mean = s.mean.unwrap_or(0.0);
        let (low, high) = interval(s).unwrap_or((mean, mean));
        [mean * factor, low * factor, high * factor]
    };
    let parts = one.parts.iter().flat_map(|part| {
        let beside = [part.leave_one_out, part.add_one_in].map(|s| s.mean.unwrap_or(0.0) * factor);
        ends(&part.shapley).into_iter().chain(beside)
    });
    let (low, high) = reach(parts.chain(ends(&one.whole)));
    let texts: Vec<String> = order
        .iter()
        .map(|part| &one.parts[*part].shapley)
        .chain([&one.whole])
        .map(|s| s.mean.map_or_else(|| "–".to_owned(), |mean| signed(mean * factor, decimals)))
        .collect();
    let room = texts.iter().map(|text| width_mm(text, NOTE_PT, Weight::Bold)).fold(0.0, f64::max) + 1.4;
    let (ticks, across) = nice_ticks(low, high, 6).trimmed(low, high);
    let plot = Plot { left: left + 1.0, right: right - room, top, bottom, across, up: (1.0, 0.0) };
    grid_across(sheet, &plot, &ticks);
    numbers_across(sheet, &plot, &ticks, number);
    let zero = plot.x(0.0);
    sheet.canvas.line(&[(zero, top), (zero, bottom)], AXIS_PT, theme.ink);
    let mut y = top;
    for (at, height) in heights.iter().enumerate() {
        let part = order.get(at).map(|part| &one.parts[*part]);
        if part.is_none() {
            sheet.canvas.line(&[(left, y + 0.4), (right, y + 0.4)], AXIS_PT, theme.muted);
            y += 0.8;
        }
        let shown = part.map_or(&one.whole, |part| &part.shapley);
        let centre = y + height / 2.0 - if part.is_some() { 0.5 } else { 0.0 };
        let mean = shown.mean.unwrap_or(0.0) * factor;
        let colour = if mean < 0.0 { theme.gain } else { theme.loss };
        let (a, b) = (zero.min(plot.x(mean)), zero.max(plot.x(mean)));
        let shade = if part.is_some() { colour.mixed(theme.paper, 35) } else { colour };
        if b > a {
            sheet.canvas.bar((a, centre - HALF), (b, centre + HALF), shade);
        }
        if let Some((low, high)) = interval(shown) {
            let ends = [(plot.x(low * factor), centre), (plot.x(high * factor), centre)];
            sheet.canvas.line(&ends, LINE_PT, theme.ink);
        }
        if let Some(part) = part {
            let beside = centre + HALF + 0.8;
            if let Some(mean) = part.leave_one_out.mean {
                sheet.canvas.ring((plot.x(mean * factor), beside), 0.55, 0.6, theme.ink);
            }
            if let Some(mean) = part.add_one_in.mean {
                sheet.canvas.dot((plot.x(mean * factor), beside), 0.4, theme.ink);
            }
        }
        let style = Text::label(theme.ink).sized(NOTE_PT).aligned(Align::End);
        let style = if part.is_some() { style } else { style.bold() };
        sheet.canvas.text_centred((right, centre), &texts[at], style);
        y += height;
    }
}

/// The waterfall of the return rate: from the baseline down or up part by part to the regime.
#[must_use]
pub fn waterfall(found: &Attribution, setting: &Setting) -> Chart {
    let title = setting.pick("From the baseline to the regime, part by part", "从基准到方案：逐项分解");
    let mut sheet = Sheet::new(setting, "attribution-waterfall", title, &subtitle(found, setting));
    let returned = found.outcomes.iter().find(|one| one.outcome == Outcome::Returned);
    let Some((one, from, to)) =
        returned.and_then(|one| Some((one, one.baseline.mean? * 100.0, one.regime.mean? * 100.0)))
    else {
        return sheet
            .finish_empty(setting.pick("No lifted people in these results.", "结果中没有脱贫人口。"));
    };
    let order = order(one);
    let steps = steps(one, &order, from, to);
    let narrow = setting.width_mm < 120;
    let names: Vec<Vec<String>> = [&found.baseline.1]
        .into_iter()
        .chain(order.iter().map(|part| &found.parts[*part].label))
        .chain([&found.regime.1])
        .map(|label| {
            let most = if narrow { 30.0 } else { 56.0 };
            wrap(setting.bilingual(label), LABEL_PT, Weight::Bold, most, 3)
        })
        .collect();
    let head = wrap(
        &format!("{}{}", head(found, one, setting.language), setting.pick(" (%)", "（%）")),
        LABEL_PT,
        Weight::Bold,
        sheet.width() - 2.0 * MARGIN,
        2,
    );
    let mut y = sheet.top + 2.0;
    for line in &head {
        sheet.canvas.text((MARGIN, y), line, Text::label(setting.theme.ink).bold());
        y += line_height(LABEL_PT);
    }
    let bottom = draw_steps(&mut sheet, one, &steps, &names, y - 1.2);
    let mut note = setting
        .pick(
            "Bars: Shapley values, the largest first, which add up to the difference of the two rates. The axis doesn't begin at zero. ",
            "各条为沙普利值，由大到小排列，其和等于两个比例之差。横轴不从零开始。",
        )
        .to_owned();
    note += &orders_note(found, setting);
    note += &interval_note(setting, found.replicates, "Lines", "横线");
    sheet.finish(bottom, &note)
}

/// A row of the waterfall: where it begins and ends, and the statistics of a part.
struct Step {
    from: f64,
    to: f64,
    part: Option<Statistics>,
}

/// The two levels and the steps between them, in percent.
fn steps(one: &OutcomeAttribution, order: &[usize], from: f64, to: f64) -> Vec<Step> {
    let mut steps = vec![Step { from, to: from, part: None }];
    let mut level = from;
    for part in order {
        let statistics = one.parts[*part].shapley.times(100.0);
        let next = level + statistics.mean.unwrap_or(0.0);
        steps.push(Step { from: level, to: next, part: Some(statistics) });
        level = next;
    }
    steps.push(Step { from: to, to, part: None });
    steps
}

fn draw_steps(
    sheet: &mut Sheet,
    one: &OutcomeAttribution,
    steps: &[Step],
    names: &[Vec<String>],
    top: f64,
) -> f64 {
    let theme = sheet.setting.theme;
    let (_, decimals) = scale(one);
    let decimals = decimals.max(2);
    let ends = |step: &Step| match step.part.as_ref().map(|s| (interval(s), s.mean)) {
        Some((Some((low, high)), Some(mean))) => {
            [step.from, step.to, step.to + low - mean, step.to + high - mean]
        }
        _ => [step.from, step.to, step.from, step.to],
    };
    let (low, high) = steps
        .iter()
        .flat_map(ends)
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(value), high.max(value)));
    let ticks: Ticks = nice_ticks(low, high, if sheet.width() < 120.0 { 4 } else { 7 });
    let texts: Vec<String> = steps
        .iter()
        .map(|step| match &step.part {
            None => number(step.to, decimals),
            Some(s) => signed(s.mean.unwrap_or(0.0), decimals),
        })
        .collect();
    let room = texts.iter().map(|text| width_mm(text, LABEL_PT, Weight::Bold)).fold(0.0, f64::max) + 2.0;
    let heights = heights(names);
    let bottom = top + heights.iter().sum::<f64>();
    let plot = Plot {
        left: MARGIN + widest(names) + 3.0,
        right: sheet.width() - MARGIN - room,
        top,
        bottom,
        across: (ticks.first(), ticks.last()),
        up: (1.0, 0.0),
    };
    grid_across(sheet, &plot, &ticks);
    numbers_across(sheet, &plot, &ticks, number);
    let mut y = top;
    for (at, ((step, height), name)) in steps.iter().zip(&heights).zip(names).enumerate() {
        let centre = y + height / 2.0;
        if let Some(next) = heights.get(at + 1) {
            let x = plot.x(step.to);
            sheet.canvas.line(&[(x, centre), (x, y + height + next / 2.0)], GRID_PT, theme.muted);
        }
        let whole = step.part.is_none();
        match &step.part {
            None => sheet.canvas.dot((plot.x(step.to), centre), 1.1, theme.ink),
            Some(statistics) => draw_step(sheet, &plot, step, statistics, centre),
        }
        let style = Text::label(theme.ink).aligned(Align::End);
        let style = if whole { style.bold() } else { style };
        sheet.canvas.block_centred((plot.left - 2.0, centre), name, style);
        sheet.canvas.text_centred((sheet.width() - MARGIN, centre), &texts[at], style);
        y += height;
    }
    bottom + 3.8
}

fn draw_step(sheet: &mut Sheet, plot: &Plot, step: &Step, statistics: &Statistics, centre: f64) {
    let theme = sheet.setting.theme;
    let colour: Colour = if step.to < step.from { theme.gain } else { theme.loss };
    let (a, b) = (plot.x(step.from.min(step.to)), plot.x(step.from.max(step.to)));
    if b > a {
        sheet.canvas.bar((a, centre - HALF), (b, centre + HALF), colour.mixed(theme.paper, 35));
    }
    if let (Some((low, high)), Some(mean)) = (interval(statistics), statistics.mean) {
        let (low, high) = (plot.x(step.to + low - mean), plot.x(step.to + high - mean));
        sheet.canvas.line(&[(low, centre), (high, centre)], LINE_PT, theme.ink);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::attribution::Contribution;

    fn mean(mean: f64) -> Statistics {
        Statistics { mean: Some(mean), replicates: 1, ..Statistics::default() }
    }

    fn outcome(outcome: Outcome, values: &[f64]) -> OutcomeAttribution {
        let part = |value: &f64| Contribution {
            shapley: mean(*value),
            leave_one_out: mean(*value),
            add_one_in: mean(*value),
            order_error: None,
            replicates: vec![*value],
        };
        let whole: f64 = values.iter().sum();
        OutcomeAttribution {
            outcome,
            baseline: mean(0.5),
            regime: mean(0.5 + whole),
            whole: mean(whole),
            whole_replicates: vec![whole],
            parts: values.iter().map(part).collect(),
        }
    }

    #[test]
    fn parts_stand_by_size_whatever_their_sign() {
        let one = outcome(Outcome::Returned, &[0.01, -0.03, 0.02, -0.02]);
        assert_eq!(order(&one), [1, 2, 3, 0]);
    }

    #[test]
    fn the_waterfall_ends_where_the_regime_stands() {
        let one = outcome(Outcome::Returned, &[0.01, -0.03, 0.005]);
        let steps = steps(&one, &order(&one), 50.0, 48.5);
        assert_eq!(steps.len(), 5);
        assert!((steps[3].to - steps[4].to).abs() < 1e-12, "{}", steps[3].to);
        assert!((steps[1].to - 47.0).abs() < 1e-12 && steps[2].from == steps[1].to);
    }

    #[test]
    fn digits_show_the_largest_number() {
        assert_eq!(scale(&outcome(Outcome::Returned, &[0.0004])), (100.0, 3));
        assert_eq!(scale(&outcome(Outcome::Returned, &[0.012, -0.011])), (100.0, 2));
        assert_eq!(scale(&outcome(Outcome::Outlay, &[50.0])), (1.0, 1));
        assert_eq!(scale(&outcome(Outcome::Outlay, &[-5_000.0])), (1.0, 0));
    }
}
