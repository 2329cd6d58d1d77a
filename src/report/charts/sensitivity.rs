//! What moves the difference between two regimes: elementary effects, indices of variance, and both ends of each parameter; a panel a
//! quantity, the parameters that move it most from the top down.

use super::sheet::{AXIS_PT, LINE_PT, MARGIN, Plot, Sheet, grid_across, numbers_across};
use super::{Chart, Setting};
use crate::design::bootstrap::Estimate;
use crate::evidence::plain_number;
use crate::report::fonts::Weight;
use crate::report::layout::{nice_ticks, wrap};
use crate::report::style::{Align, Colour, LABEL_PT, NOTE_PT, Text, line_height, number};
use crate::scenario::plan::Language;
use crate::sensitivity::keys::Factor;
use crate::sensitivity::{QUANTITIES, Sensitivity, unit_and_label};

/// Rows of a panel.
const ROWS: usize = 8;
/// Half the height of a bar in millimetres.
const HALF: f64 = 0.9;

/// The charts of the steps that were done.
#[must_use]
pub fn draw(found: &Sensitivity, setting: &Setting) -> Vec<Chart> {
    let mut charts = Vec::new();
    if found.screening.is_some() {
        charts.push(morris(found, setting));
    }
    if found.variance.is_some() {
        charts.push(sobol(found, setting));
    }
    if found.tornado.is_some() {
        charts.push(tornado(found, setting));
    }
    charts
}

/// Something in a row, `lower` millimetres under its middle.
enum Mark {
    Bar { from: f64, to: f64, colour: Colour, lower: f64 },
    Span { ends: Option<(f64, f64)>, lower: f64 },
    Dot { at: f64, colour: Colour },
    Ring { at: f64 },
}

impl Mark {
    fn values(&self) -> Vec<f64> {
        match self {
            Self::Bar { from, to, .. } => vec![*from, *to],
            Self::Span { ends, .. } => ends.map_or_else(Vec::new, |(low, high)| vec![low, high]),
            Self::Dot { at, .. } | Self::Ring { at } => vec![*at],
        }
    }
}

struct Row<'f> {
    factor: &'f Factor,
    marks: Vec<Mark>,
}

struct Panel<'f> {
    head: String,
    unit: String,
    rows: Vec<Row<'f>>,
    /// A value to compare with.
    upright: f64,
}

/// The factor to the unit of a chart.
fn scale(quantity: usize) -> f64 {
    if unit_and_label(quantity).0 == "share" { 100.0 } else { 1.0 }
}

fn unit(quantity: usize, language: Language) -> &'static str {
    match (unit_and_label(quantity).0, language) {
        ("share", Language::En) => "percentage points",
        ("share", Language::Zh) => "百分点",
        (_, Language::En) => "yuan of 2020, discounted at 3%",
        (_, Language::Zh) => "元，2020年价，年贴现率3%",
    }
}

fn subtitle(found: &Sensitivity, setting: &Setting, what: (&str, &str)) -> String {
    let label = |side: usize| {
        let (id, en, zh) = &found.pair[side];
        let label = setting.pick(en, zh).trim();
        if label.is_empty() { id.clone() } else { label.to_owned() }
    };
    let (first, last) = found.years;
    match setting.language {
        Language::En => {
            format!("{} less {}, {first}–{last}, for the same people: {}", label(1), label(0), what.0)
        }
        Language::Zh => format!("{}相对于{}，{first}—{last}年，同一人群：{}", label(1), label(0), what.1),
    }
}

/// Elementary effects: μ* with its interval, and σ.
fn morris(found: &Sensitivity, setting: &Setting) -> Chart {
    let title = setting.pick("Which parameters matter", "哪些参数重要");
    let what = (
        "change of the difference over the whole prior of a parameter",
        "参数在其先验范围内变动所引起的差值变化",
    );
    let mut sheet = Sheet::new(setting, "sensitivity-morris", title, &subtitle(found, setting, what));
    let Some(screening) = &found.screening else { return nothing(sheet) };
    let panels = (0..QUANTITIES.len()).map(|quantity| {
        let factor = scale(quantity);
        let row = |at: usize| {
            let screened = screening.screened[quantity][at]?;
            let mut marks = vec![
                Mark::Span { ends: times(Some(screened.mu_star), factor), lower: 0.0 },
                Mark::Dot { at: screened.mu_star.value * factor, colour: setting.theme.gain },
            ];
            if let Some(sigma) = screened.sigma {
                marks.push(Mark::Ring { at: sigma.value * factor });
            }
            Some(Row { factor: &found.factors[at], marks })
        };
        let rows = screening.most(quantity).into_iter().filter_map(|(at, _)| row(at)).take(ROWS);
        panel(setting, quantity, unit(quantity, setting.language), rows.collect(), 0.0)
    });
    let Some(bottom) = draw_panels(&mut sheet, &panels.collect::<Vec<_>>()) else { return nothing(sheet) };
    let trajectories = screening.trajectories;
    let note = match setting.language {
        Language::En => format!(
            "Dots: mean absolute elementary effect μ*, with its 95% bootstrap interval over {trajectories} trajectories. Rings: standard \
             deviation σ, large where the effect depends on other parameters. In brackets: the prior. {}",
            refusals(found, "morris", setting)
        ),
        Language::Zh => format!(
            "圆点：基本效应绝对值的均值μ*及其95%自助区间（{trajectories}条轨迹）；圆圈：标准差σ，越大说明效应越依赖其他参数。方括号内为先验范围。{}",
            refusals(found, "morris", setting)
        ),
    };
    sheet.finish(bottom, note.trim())
}

/// First-order and total indices.
fn sobol(found: &Sensitivity, setting: &Setting) -> Chart {
    let title = setting.pick("What the uncertainty comes from", "不确定性从何而来");
    let what = ("shares of the variance of the difference", "各参数占差值方差的份额");
    let mut sheet = Sheet::new(setting, "sensitivity-sobol", title, &subtitle(found, setting, what));
    let Some(variance) = &found.variance else { return nothing(sheet) };
    let theme = setting.theme;
    let light = theme.gain.mixed(theme.paper, 55);
    sheet.key(&[
        (theme.gain, setting.pick("first order: alone", "一阶指数：单独作用").to_owned()),
        (light, setting.pick("total: alone and with others", "总指数：单独及交互作用").to_owned()),
    ]);
    let panels = (0..QUANTITIES.len()).map(|quantity| {
        let indices = &variance.indices[quantity];
        let row = |factor: usize| {
            let at = variance.factors.iter().position(|other| *other == factor)?;
            let (first, total) = (indices.first[at]?, indices.total[at]?);
            let bar = |to: f64, colour, lower| Mark::Bar { from: 0.0, to: to.max(0.0), colour, lower };
            let marks = vec![
                bar(first.value, theme.gain, -1.0),
                bar(total.value, light, 1.0),
                Mark::Span { ends: first.interval, lower: -1.0 },
                Mark::Span { ends: total.interval, lower: 1.0 },
            ];
            Some(Row { factor: &found.factors[factor], marks })
        };
        let rows = found.most(quantity).into_iter().filter_map(|(at, _)| row(at)).take(ROWS);
        panel(setting, quantity, setting.pick("share of the variance", "占方差的份额"), rows.collect(), 0.0)
    });
    let Some(bottom) = draw_panels(&mut sheet, &panels.collect::<Vec<_>>()) else { return nothing(sheet) };
    let rows = variance.rows;
    let note = match setting.language {
        Language::En => format!(
            "Lines: 95% bootstrap intervals over {rows} rows of a scrambled Sobol' design. All other parameters at their values. In brackets: the prior. {}{}",
            monte_carlo(found, setting),
            refusals(found, "sobol", setting)
        ),
        Language::Zh => format!(
            "横线：95%自助区间（随机化索博尔序列，{rows}行）；其余参数取情景值。方括号内为先验范围。{}{}",
            monte_carlo(found, setting),
            refusals(found, "sobol", setting)
        ),
    };
    sheet.finish(bottom, note.trim())
}

/// The difference with each parameter at its ends.
fn tornado(found: &Sensitivity, setting: &Setting) -> Chart {
    let title = setting.pick("How far one parameter moves the conclusion", "单个参数对结论的影响");
    let what = ("one parameter at either end of its prior", "单个参数取先验范围两端的值");
    let mut sheet = Sheet::new(setting, "sensitivity-tornado", title, &subtitle(found, setting, what));
    let theme = setting.theme;
    sheet.key(&[
        (theme.regimes[2], setting.pick("at the low end", "取低端值").to_owned()),
        (theme.regimes[1], setting.pick("at the high end", "取高端值").to_owned()),
    ]);
    let panels = (0..QUANTITIES.len()).map(|quantity| {
        let factor = scale(quantity);
        let centre = found.at_values(quantity).mean.unwrap_or(0.0) * factor;
        let mut rows: Vec<(f64, Row<'_>)> = (0..found.factors.len())
            .filter_map(|at| {
                let swing = found.swing(quantity, at)?;
                let ends = [swing.ends[0].mean? * factor, swing.ends[1].mean? * factor];
                let bar = |to, colour, lower| Mark::Bar { from: centre, to, colour, lower };
                let marks = vec![bar(ends[0], theme.regimes[2], -1.0), bar(ends[1], theme.regimes[1], 1.0)];
                let reach = ends.map(|end| (end - centre).abs());
                let width = reach[0].max(reach[1]).max((ends[1] - ends[0]).abs());
                Some((width, Row { factor: &found.factors[at], marks }))
            })
            .collect();
        rows.sort_by(|a, b| b.0.total_cmp(&a.0));
        let rows = rows.into_iter().map(|(_, row)| row).take(ROWS).collect();
        panel(setting, quantity, unit(quantity, setting.language), rows, centre)
    });
    let Some(bottom) = draw_panels(&mut sheet, &panels.collect::<Vec<_>>()) else { return nothing(sheet) };
    let note = match setting.language {
        Language::En => format!(
            "Upright line: all parameters at their values. In brackets: the prior. The axis doesn't begin at zero. {}",
            refusals(found, "tornado", setting)
        ),
        Language::Zh => {
            format!(
                "竖线：所有参数取情景值。方括号内为先验范围。横轴不从零开始。{}",
                refusals(found, "tornado", setting)
            )
        }
    };
    sheet.finish(bottom, note.trim())
}

fn nothing(sheet: Sheet<'_>) -> Chart {
    let reason = sheet.setting.pick("No point has a result.", "没有可用的结果。").to_owned();
    sheet.finish_empty(&reason)
}

fn times(estimate: Option<Estimate>, factor: f64) -> Option<(f64, f64)> {
    estimate.and_then(|estimate| estimate.interval).map(|(low, high)| (low * factor, high * factor))
}

fn refusals(found: &Sensitivity, step: &str, setting: &Setting) -> String {
    let Some((_, points)) = found.points().find(|(name, _)| *name == step) else { return String::new() };
    let (refused, count) = (points.refusals(), points.count());
    match (refused, setting.language) {
        (0, _) => String::new(),
        (_, Language::En) => format!("{refused} of {count} points don't hold as scenarios and are left out."),
        (_, Language::Zh) => format!("{count}个点中有{refused}个未通过情景检查，未计入。"),
    }
}

/// How much of the variance is noise, over the quantities.
fn monte_carlo(found: &Sensitivity, setting: &Setting) -> String {
    let Some(variance) = &found.variance else { return String::new() };
    let shares: Vec<f64> =
        (0..QUANTITIES.len()).filter_map(|at| variance.points.noise(at)).map(|noise| noise.share).collect();
    let Some(most) = shares.into_iter().reduce(f64::max) else {
        return setting
            .pick(
                "One replicate: the share of Monte Carlo noise is not known. ",
                "仅一次重复模拟，蒙特卡洛误差份额未知。",
            )
            .to_owned();
    };
    if most >= 1.0 {
        return setting
            .pick(
                "Monte Carlo noise is as large as the differences between points: more households or replicates are needed. ",
                "蒙特卡洛误差不小于各点间的差异，需增加户数或重复次数。",
            )
            .to_owned();
    }
    let percent = number(most * 100.0, 1);
    match setting.language {
        Language::En => format!("At most {percent}% of the variance is Monte Carlo. "),
        Language::Zh => format!("蒙特卡洛误差至多占方差的{percent}%。"),
    }
}

fn panel<'f>(setting: &Setting, quantity: usize, unit: &str, rows: Vec<Row<'f>>, upright: f64) -> Panel<'f> {
    Panel { head: setting.label(unit_and_label(quantity).1).to_owned(), unit: unit.to_owned(), rows, upright }
}

/// Lines of a parameter's name: the key with its prior, and what it is.
fn name(setting: &Setting, factor: &Factor, room: f64) -> [Vec<String>; 2] {
    let prior = format!("{} [{}, {}]", factor.short(), short(factor.at(0.0)), short(factor.at(1.0)));
    let what = setting.bilingual(&factor.description);
    [wrap(&prior, NOTE_PT, Weight::Regular, room, 2), wrap(what, NOTE_PT, Weight::Regular, room, 2)]
}

/// A number to three digits that count.
#[must_use]
pub fn short(value: f64) -> String {
    let size = value.abs();
    let rounding = [(100.0, 1.0), (10.0, 10.0), (1.0, 100.0), (0.1, 1e3), (0.01, 1e4), (0.0, 1e6)];
    let factor = rounding.iter().find(|(least, _)| size >= *least).map_or(1.0, |(_, factor)| *factor);
    plain_number((value * factor).round() / factor).replace('-', "−")
}

/// Panels beside and under one another; the lower end, unless there is none.
fn draw_panels(sheet: &mut Sheet, panels: &[Panel<'_>]) -> Option<f64> {
    let panels: Vec<&Panel<'_>> = panels.iter().filter(|panel| !panel.rows.is_empty()).collect();
    let narrow = sheet.setting.width_mm < 120;
    let columns = if narrow { 1 } else { 2 };
    let gap = 5.0;
    // One or two.
    #[allow(clippy::cast_precision_loss)]
    let width = (sheet.width() - 2.0 * MARGIN - gap * (columns as f64 - 1.0)) / columns as f64;
    let mut top = sheet.top;
    for row in panels.chunks(columns) {
        let mut lowest = top;
        for (column, panel) in row.iter().enumerate() {
            // One or two.
            #[allow(clippy::cast_precision_loss)]
            let left = MARGIN + (width + gap) * column as f64;
            lowest = lowest.max(draw_panel(sheet, panel, (left, left + width), top));
        }
        top = lowest + 3.4;
    }
    (!panels.is_empty()).then_some(top - 3.4)
}

fn draw_panel(sheet: &mut Sheet, panel: &Panel<'_>, (left, right): (f64, f64), top: f64) -> f64 {
    let setting = sheet.setting;
    let theme = setting.theme;
    let mut y = top + 2.0;
    for line in wrap(&panel.head, LABEL_PT, Weight::Bold, right - left, 2) {
        sheet.canvas.text((left, y), &line, Text::label(theme.ink).bold());
        y += line_height(LABEL_PT);
    }
    sheet.canvas.text((left, y - 0.2), &panel.unit, Text::label(theme.muted).sized(NOTE_PT));
    y += 1.4;
    let room = (right - left) * 0.47;
    let names: Vec<[Vec<String>; 2]> = panel.rows.iter().map(|row| name(setting, row.factor, room)).collect();
    // A few lines.
    #[allow(clippy::cast_precision_loss)]
    let height =
        |name: &[Vec<String>; 2]| (name[0].len() + name[1].len()) as f64 * line_height(NOTE_PT) + 1.3;
    let bottom = y + names.iter().map(height).sum::<f64>();
    let values = panel.rows.iter().flat_map(|row| row.marks.iter().flat_map(Mark::values));
    let (low, high) = values.fold((panel.upright, panel.upright), |(low, high): (f64, f64), value| {
        (low.min(value), high.max(value))
    });
    let (ticks, across) = nice_ticks(low, high, 5).trimmed(low, high);
    let plot = Plot { left: left + room + 2.0, right: right - 1.5, top: y, bottom, across, up: (1.0, 0.0) };
    grid_across(sheet, &plot, &ticks);
    numbers_across(sheet, &plot, &ticks, number);
    let upright = plot.x(panel.upright);
    for (row, name) in panel.rows.iter().zip(&names) {
        let centre = y + height(name) / 2.0 - 0.4;
        draw_name(sheet, name, (left + room, y));
        for mark in &row.marks {
            draw_mark(sheet, &plot, mark, centre);
        }
        y += height(name);
    }
    sheet.canvas.line(&[(upright, plot.top), (upright, plot.bottom)], AXIS_PT, theme.ink);
    bottom + 3.8
}

fn draw_name(sheet: &mut Sheet, name: &[Vec<String>; 2], (right, top): (f64, f64)) {
    let theme = sheet.setting.theme;
    let mut y = top + line_height(NOTE_PT) / 2.0;
    for (lines, colour) in name.iter().zip([theme.ink, theme.muted]) {
        for line in lines {
            let style = Text::label(colour).sized(NOTE_PT).aligned(Align::End);
            sheet.canvas.text_centred((right, y), line, style);
            y += line_height(NOTE_PT);
        }
    }
}

fn draw_mark(sheet: &mut Sheet, plot: &Plot, mark: &Mark, centre: f64) {
    let ink = sheet.setting.theme.ink;
    match mark {
        Mark::Bar { from, to, colour, lower } => {
            let (a, b) = (plot.x(from.min(*to)), plot.x(from.max(*to)));
            if b > a {
                let y = centre + lower;
                sheet.canvas.bar((a, y - HALF), (b, y + HALF), *colour);
            }
        }
        Mark::Span { ends: Some((low, high)), lower } => {
            let y = centre + lower;
            sheet.canvas.line(&[(plot.x(*low), y), (plot.x(*high), y)], LINE_PT * 0.7, ink);
        }
        Mark::Span { ends: None, .. } => {}
        Mark::Dot { at, colour } => sheet.canvas.dot((plot.x(*at), centre), 0.9, *colour),
        Mark::Ring { at } => sheet.canvas.ring((plot.x(*at), centre), 0.8, LINE_PT * 0.7, ink),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_of_priors_are_short() {
        let found = [0.333_333_3, -1.5, 12.345, 250.4, 0.0, 0.004_567, 20_000.0].map(short);
        assert_eq!(found, ["0.333", "−1.5", "12.3", "250", "0", "0.004567", "20000"].map(str::to_owned));
    }
}
