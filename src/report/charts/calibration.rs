//! What a calibration found: the fit of each target, each parameter before and after, and which pairs go together.

use super::sheet::{AXIS_PT, LINE_PT, MARGIN, Plot, Sheet, grid_across, numbers_across};
use super::{Chart, Setting};
use crate::calibration::belief::Belief;
use crate::calibration::told::{FitRow, ParameterRow, Told};
use crate::observation::Verdict;
use crate::report::calibration::leaf;
use crate::report::fonts::{Weight, width_mm};
use crate::report::layout::{nice_ticks, wrap};
use crate::report::style::{Align, Colour, NOTE_PT, Text, number, signed};
use crate::scenario::plan::Language;

/// Height of a row in millimetres.
const ROW: f64 = 4.6;
/// Furthest distance that is drawn, in errors.
const FURTHEST: f64 = 9.0;
/// Bins of a density.
const BINS: usize = 40;

/// The fit: every target on one scale, the distance to the published value in its errors.
#[must_use]
pub fn fit(told: &Told, setting: &Setting) -> Chart {
    let title =
        setting.pick("The model and the published figures it was fitted to", "模型与拟合所用的已发表指标");
    let subtitle = setting.pick(
        "Distance of the model from the published value, in standard errors of that value",
        "模型与已发表值之差（以已发表值的标准误为单位）",
    );
    let mut sheet = Sheet::new(setting, "calibration-fit", title, subtitle);
    let theme = setting.theme;
    let (after, before) = (theme.regimes[0], theme.muted.mixed(theme.paper, 45));
    sheet.key(&[
        (
            before,
            setting.pick("before: 95% of the first wave's points", "拟合前：首轮设计点的95%区间").to_owned(),
        ),
        (after, setting.pick("after: 95% of the posterior", "拟合后：后验95%区间").to_owned()),
        (theme.grid, setting.pick("published interval", "已发表值的区间").to_owned()),
    ]);
    let mut rows: Vec<&FitRow> = told.fit.iter().collect();
    rows.sort_by(|a, b| (a.figure.family, &a.figure.target.id).cmp(&(b.figure.family, &b.figure.target.id)));
    let names: Vec<&str> = rows.iter().map(|row| row.figure.target.id.as_str()).collect();
    let published: Vec<String> = rows.iter().map(|row| short(row.figure.target.value)).collect();
    let model: Vec<String> = rows.iter().map(|row| short(row.model)).collect();
    let heads = [setting.pick("published", "已发表"), setting.pick("model", "模型")];
    let wide = |texts: &mut dyn Iterator<Item = &str>| {
        texts.map(|text| width_mm(text, NOTE_PT, Weight::Bold)).fold(0.0, f64::max)
    };
    let left_room = wide(&mut names.iter().copied());
    let model_room = wide(&mut model.iter().map(String::as_str).chain([heads[1]]));
    let right_room = model_room + 2.6 + wide(&mut published.iter().map(String::as_str).chain([heads[0]]));
    let (model_at, published_at) = (sheet.width() - MARGIN, sheet.width() - MARGIN - model_room - 2.6);
    let top = sheet.top + 2.6;
    let head = Text::label(theme.ink).sized(NOTE_PT).bold().aligned(Align::End);
    sheet.canvas.text_centred((published_at, top - 1.8), heads[0], head);
    sheet.canvas.text_centred((model_at, top - 1.8), heads[1], head);
    let bottom = top + ROW * rows.len() as f64 + 0.8;
    let most =
        rows.iter().flat_map(|row| distances(row)).fold(3.0, |most: f64, d| most.max(d.abs())).min(FURTHEST);
    let ticks = nice_ticks(-most, most, 9);
    let plot = Plot {
        left: MARGIN + left_room + 1.6,
        right: sheet.width() - MARGIN - right_room - 2.6,
        top,
        bottom,
        across: (-most - 0.4, most + 0.4),
        up: (0.0, 1.0),
    };
    let ticks = crate::report::layout::Ticks {
        at: ticks.at.into_iter().filter(|tick| tick.abs() <= most + 0.4).collect(),
        decimals: ticks.decimals,
    };
    sheet.canvas.bar((plot.x(-1.96), top), (plot.x(1.96), bottom), theme.grid.mixed(theme.paper, 30));
    grid_across(&mut sheet, &plot, &ticks);
    sheet.canvas.line(&[(plot.x(0.0), top), (plot.x(0.0), bottom)], AXIS_PT, theme.ink);
    numbers_across(&mut sheet, &plot, &ticks, signed_whole);
    for (index, row) in rows.iter().enumerate() {
        let y = top + ROW * (index as f64 + 0.5) + 0.4;
        fit_row(&mut sheet, &plot, row, y, (before, after));
        let ink = Text::label(theme.ink).sized(NOTE_PT);
        sheet.canvas.text_centred((plot.left - 2.0, y), names[index], ink.aligned(Align::End));
        sheet.canvas.text_centred((published_at, y), &published[index], ink.aligned(Align::End));
        sheet.canvas.text_centred((model_at, y), &model[index], ink.aligned(Align::End));
    }
    let cut = rows.iter().flat_map(|row| distances(row)).any(|distance| distance.abs() > most);
    sheet.finish(bottom + 3.6, &fit_note(told, setting, cut))
}

fn signed_whole(value: f64, decimals: usize) -> String {
    signed(value, decimals)
}

fn fit_note(told: &Told, setting: &Setting, cut: bool) -> String {
    let (within, all) = (told.within(), told.fit.len());
    let verified = told.verified;
    match setting.language {
        Language::En => format!(
            "Dots: the best point; filled where it lies within the published interval ({within} of {all}), a ring where not. Bars after the \
             fit: {verified} draws from the posterior, simulated. The interval is the published value ± 1.96 errors, fixed before the fit.{}",
            if cut { " What lies further off ends at the frame." } else { "" }
        ),
        Language::Zh => format!(
            "圆点为最优点：实心为落入已发表值区间（{all}项中{within}项），空心为未落入。拟合后的线条为{verified}个后验抽样的模拟结果。\
             区间为已发表值±1.96倍误差，误差在拟合前确定。{}",
            if cut { "超出图框者止于边框。" } else { "" }
        ),
    }
}

/// Everything of a row in errors of its published value.
fn distances(row: &FitRow) -> Vec<f64> {
    let away = |value: f64| (value - row.figure.target.value) / row.figure.error.sd;
    let posterior = row.posterior.into_iter().flat_map(|(low, _, high)| [low, high]);
    [row.model, row.prior.0, row.prior.1].into_iter().chain(posterior).map(away).collect()
}

fn fit_row(sheet: &mut Sheet, plot: &Plot, row: &FitRow, y: f64, (before, after): (Colour, Colour)) {
    let at = |value: f64| {
        let away = (value - row.figure.target.value) / row.figure.error.sd;
        plot.x(away.clamp(plot.across.0 + 0.15, plot.across.1 - 0.15))
    };
    let canvas = &mut sheet.canvas;
    canvas.bar((at(row.prior.0), y - 1.1), (at(row.prior.1), y + 1.1), before);
    if let Some((low, _, high)) = row.posterior {
        canvas.line(&[(at(low), y), (at(high), y)], 2.2 * LINE_PT, after);
    }
    match row.verdict {
        Verdict::Within => canvas.dot((at(row.model), y), 1.0, after),
        Verdict::Near | Verdict::Miss => {
            canvas.dot((at(row.model), y), 1.0, sheet.setting.theme.paper);
            canvas.ring((at(row.model), y), 1.0, LINE_PT, after);
        }
    }
}

/// A number in three digits or so.
fn short(value: f64) -> String {
    let size = value.abs();
    if size == 0.0 {
        return "0".to_owned();
    }
    let decimals = [(100.0, 0), (10.0, 1), (1.0, 2)].into_iter().find(|(least, _)| size >= *least);
    number(value, decimals.map_or(3, |(_, decimals)| decimals))
}

/// Names of the parameters in the language, wrapped.
fn names(told: &Told, setting: &Setting, room: f64) -> Vec<Vec<String>> {
    let of = |row: &ParameterRow| {
        let text = setting.pick(&row.description.0, &row.description.1);
        let text = if text.is_empty() { leaf(&row.free.key) } else { text };
        wrap(text, NOTE_PT, Weight::Regular, room, 2)
    };
    told.parameters.iter().map(of).collect()
}

/// Each parameter before and after: its density over the range of its prior.
#[must_use]
pub fn parameters(told: &Told, setting: &Setting) -> Chart {
    let title = setting.pick("What the published figures say of each parameter", "已发表指标对各参数的约束");
    let subtitle = setting.pick(
        "Density of the posterior over the range of the prior; right: posterior mean and 95% interval, variance removed",
        "后验密度（横轴为先验范围）；右侧为后验均值、95%区间与消除的方差比例",
    );
    let mut sheet = Sheet::new(setting, "calibration-parameters", title, subtitle);
    let theme = setting.theme;
    sheet.key(&[
        (theme.regimes[0].mixed(theme.paper, 45), setting.pick("posterior", "后验").to_owned()),
        (theme.grid, setting.pick("prior", "先验").to_owned()),
        (theme.loss, setting.pick("best point", "最优点").to_owned()),
    ]);
    let narrow = setting.width_mm < 120;
    let room = if narrow { 26.0 } else { 58.0 };
    let names = names(told, setting, room);
    let texts: Vec<[String; 2]> = told.parameters.iter().map(parameter_texts).collect();
    let right_room =
        texts.iter().flatten().map(|text| width_mm(text, NOTE_PT, Weight::Regular)).fold(0.0, f64::max);
    let (left, right) = (MARGIN + room + 1.6, sheet.width() - MARGIN - right_room - 2.0);
    let height = 9.4;
    let top = sheet.top;
    for (index, row) in told.parameters.iter().enumerate() {
        let base = top + height * (index as f64 + 1.0) - 3.2;
        density(&mut sheet, told, index, (left, right), base, height - 4.0);
        let ink = Text::label(theme.ink).sized(NOTE_PT);
        let middle = base - 2.0;
        sheet.canvas.block_centred((left - 1.6, middle), &names[index], ink.aligned(Align::End));
        sheet.canvas.block_centred((sheet.width() - MARGIN, middle), &texts[index], ink.aligned(Align::End));
        let muted = Text::label(theme.muted).sized(NOTE_PT - 0.5);
        sheet.canvas.text_centred((left, base + 1.5), &short(row.free.prior.low), muted);
        sheet.canvas.text_centred(
            (right, base + 1.5),
            &short(row.free.prior.high),
            muted.aligned(Align::End),
        );
    }
    let bottom = top + height * told.parameters.len() as f64;
    let note = setting.pick(
        "Variance removed: share of the prior's variance that the targets take away, on the prior's scale; under 25% the data don't pin the \
         parameter down.",
        "消除的方差：指标使先验方差减少的比例（按先验的尺度）；低于25%视为数据未能约束该参数。",
    );
    sheet.finish(bottom, note)
}

fn parameter_texts(row: &ParameterRow) -> [String; 2] {
    let summary = &row.summary;
    let first = format!("{} ({}–{})", short(summary.mean), short(summary.low), short(summary.high));
    [first, format!("{}%", number(100.0 * summary.removed, 0))]
}

/// The density of a parameter as an area over a base line, the prior's behind it, the best point as a line.
fn density(
    sheet: &mut Sheet,
    told: &Told,
    parameter: usize,
    (left, right): (f64, f64),
    base: f64,
    height: f64,
) {
    let theme = sheet.setting.theme;
    let mut bins = [0.0_f64; BINS];
    for draw in &told.density {
        // From 0 to the number of bins.
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let bin = (draw[parameter] * BINS as f64) as usize;
        bins[bin.min(BINS - 1)] += 1.0;
    }
    let even = told.density.len() as f64 / BINS as f64;
    let most = bins.iter().fold(2.5 * even, |most, bin| most.max(*bin));
    let x = |share: f64| left + share * (right - left);
    let y = |count: f64| base - height * count / most;
    let outline = |counts: &[f64]| -> Vec<(f64, f64)> {
        let step =
            |(bin, count): (usize, &f64)| [bin, bin + 1].map(|end| (x(end as f64 / BINS as f64), y(*count)));
        let steps = counts.iter().enumerate().flat_map(step);
        std::iter::once((left, base)).chain(steps).chain([(right, base)]).collect()
    };
    let held = held_before(told.parameters[parameter].belief).map(|share| share * even);
    sheet.canvas.area(&outline(&held), theme.grid, 1.0);
    sheet.canvas.area(&outline(&bins), theme.regimes[0], 0.55);
    sheet.canvas.line(&[(left, base), (right, base)], AXIS_PT, theme.ink);
    let best = x(told.parameters[parameter].free.prior.share(told.draws[0][parameter]).clamp(0.0, 1.0));
    sheet.canvas.line(&[(best, base), (best, base - height)], LINE_PT, theme.loss);
}

/// The density of what was held of a parameter in each bin; one everywhere if all of the range was held alike.
fn held_before(belief: Belief) -> [f64; BINS] {
    let density = |bin: usize| libm::exp(-0.5 * belief.cost((bin as f64 + 0.5) / BINS as f64));
    let densities: [f64; BINS] = std::array::from_fn(density);
    let mean = densities.iter().sum::<f64>() / BINS as f64;
    densities.map(|density| density / mean)
}

/// Correlations of the posterior, a square a pair.
#[must_use]
pub fn correlations(told: &Told, setting: &Setting) -> Chart {
    let title = setting.pick("Which parameters the figures don't tell apart", "哪些参数难以由指标区分");
    let subtitle = setting.pick(
        "Correlations of parameters in the posterior; columns are numbered as rows are",
        "后验中各参数的相关系数；列的编号与行相同",
    );
    let mut sheet = Sheet::new(setting, "calibration-correlations", title, subtitle);
    let count = told.parameters.len();
    if count < 2 {
        return sheet.finish_empty(setting.pick("One parameter has no pairs.", "仅一个参数，无相关系数。"));
    }
    let theme = setting.theme;
    let room = if setting.width_mm < 120 { 30.0 } else { 62.0 };
    let names = names(told, setting, room - 6.0);
    let left = MARGIN + room;
    let cell = ((sheet.width() - MARGIN - left) / count as f64).min(9.0);
    let top = sheet.top + 3.4;
    let size = if cell < 6.5 { NOTE_PT - 1.0 } else { NOTE_PT };
    for (i, name) in names.iter().enumerate() {
        let y = top + cell * (i as f64 + 0.5);
        let ink = Text::label(theme.ink).sized(NOTE_PT);
        sheet.canvas.block_centred((left - 6.0, y), name, ink.aligned(Align::End));
        sheet.canvas.text_centred((left - 1.6, y), &(i + 1).to_string(), ink.bold().aligned(Align::End));
        let head = (left + cell * (i as f64 + 0.5), top - 2.0);
        sheet.canvas.text_centred(head, &(i + 1).to_string(), ink.bold().aligned(Align::Middle));
        for j in 0..count {
            let corner = (left + cell * j as f64, top + cell * i as f64);
            let to = (corner.0 + cell - 0.3, corner.1 + cell - 0.3);
            let correlation = told.correlations[i][j];
            let colour = if i == j { theme.grid.mixed(theme.paper, 50) } else { shade(correlation, setting) };
            sheet.canvas.bar(corner, to, colour);
            if i != j && correlation.abs() >= 0.1 {
                let ink = if colour.is_light() { theme.ink } else { theme.paper };
                let style = Text::label(ink).sized(size).aligned(Align::Middle);
                let middle = (corner.0 + cell / 2.0 - 0.15, corner.1 + cell / 2.0 - 0.15);
                sheet.canvas.text_centred(middle, &hundredths(correlation), style);
            }
        }
    }
    let bottom = top + cell * count as f64;
    let note = setting.pick(
        "In hundredths; nothing is written under 10. Blue: both high or both low fit the figures; orange: the one high where the other is low.",
        "单位为百分之一，绝对值小于10者不标。蓝色为同向，橙色为反向：此时指标只约束二者的组合。",
    );
    sheet.finish(bottom, note)
}

fn hundredths(correlation: f64) -> String {
    signed(100.0 * correlation, 0)
}

/// From paper to the colour of gain or loss.
fn shade(correlation: f64, setting: &Setting) -> Colour {
    let theme = setting.theme;
    let full = if correlation > 0.0 { theme.gain } else { theme.loss };
    // From 0 to 100.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let paper = (100.0 * (1.0 - correlation.abs().min(1.0))) as u8;
    full.mixed(theme.paper, paper.min(94))
}

/// All charts of a calibration.
#[must_use]
pub fn draw_all(told: &Told, setting: &Setting) -> Vec<Chart> {
    vec![fit(told, setting), parameters(told, setting), correlations(told, setting)]
}
