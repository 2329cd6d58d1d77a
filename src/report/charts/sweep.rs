//! A sweep: lines over one key, a heat map over two, main effects over more.

use super::sensitivity::short;
use super::sheet::{AXIS_PT, GRID_PT, LINE_PT, MARGIN, Numbers, Plot, Sheet, axis_room, grid_up, panels};
use super::{Chart, Setting, interval, interval_note};
use crate::measures::catalogue::{group_label, info};
use crate::measures::table::Statistics;
use crate::report::fonts::{Weight, width_mm};
use crate::report::layout::{nice_ticks, wrap};
use crate::report::style::{Align, Colour, LABEL_PT, NOTE_PT, Text, line_height, number, signed};
use crate::scenario::plan::Language;
use crate::scenario::sweep::{Axis, Design, Levels};
use crate::sweep::Plan;
use crate::sweep::files::Ends;
use crate::uncertainty::Scale;
use crate::units::Year;

/// What is drawn.
#[derive(Debug, Clone)]
pub struct Swept<'a> {
    /// The points.
    pub plan: &'a Plan,
    /// Regimes with their labels (en, zh).
    pub regimes: Vec<(String, String, String)>,
    /// Index of the baseline.
    pub baseline: usize,
    /// Last year of the scenario.
    pub year: Year,
    /// Measures with their groups.
    pub charted: Vec<(String, String)>,
    /// By point.
    pub ends: Vec<Ends>,
}

impl Swept<'_> {
    fn label(&self, setting: &Setting, regime: usize) -> String {
        let (id, en, zh) = &self.regimes[regime];
        let label = setting.pick(en, zh).trim();
        if label.is_empty() { id.clone() } else { label.to_owned() }
    }

    /// Regimes whose difference from the baseline is shown; the baseline's level if it is alone.
    fn shown(&self) -> (Vec<usize>, Kind) {
        if self.regimes.len() == 1 {
            return (vec![0], Kind::Level);
        }
        ((0..self.regimes.len()).filter(|regime| *regime != self.baseline).collect(), Kind::Difference)
    }

    fn value(&self, point: usize, measure: usize, regime: usize, kind: Kind) -> Statistics {
        let [level, difference] = self.ends[point][measure][regime];
        let factor = if self.is_share(measure) { 100.0 } else { 1.0 };
        if kind == Kind::Level { level.times(factor) } else { difference.times(factor) }
    }

    fn is_share(&self, measure: usize) -> bool {
        info(&self.charted[measure].0).is_some_and(|info| info.unit == "share")
    }

    fn unit(&self, setting: &Setting, measure: usize, kind: Kind) -> String {
        match (self.is_share(measure), kind) {
            (true, Kind::Level) => "%".to_owned(),
            (true, Kind::Difference) => setting.pick("percentage points", "百分点").to_owned(),
            _ => info(&self.charted[measure].0).map_or("", |info| info.unit).replace('_', " "),
        }
    }

    fn head(&self, setting: &Setting, measure: usize) -> String {
        let (id, group) = &self.charted[measure];
        let label = setting.measure(id);
        let group = group_label(group).map_or(group.as_str(), |label| setting.label(label));
        match setting.language {
            Language::En => format!("{label}: {}", group.to_lowercase()),
            Language::Zh => format!("{label}：{group}"),
        }
    }
}

/// What is shown of a regime.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Level,
    Difference,
}

/// A varied key as an axis.
struct Across {
    /// Place of each point.
    places: Vec<f64>,
    /// Distinct places with what stands there, ascending.
    levels: Vec<(f64, String)>,
    name: String,
}

impl Across {
    fn of(plan: &Plan, at: usize) -> Self {
        let axis = &plan.axes[at];
        let values: Vec<&str> = plan.points.iter().map(|point| point[at].trim_matches('"')).collect();
        let log = matches!(axis.levels, Levels::Range { scale: Scale::Log, .. });
        let numbers: Option<Vec<f64>> = values.iter().map(|value| value.parse().ok()).collect();
        let mut levels: Vec<(f64, String)> = Vec::new();
        let places: Vec<f64> = match numbers {
            Some(numbers) => {
                let place = |x: &f64| if log { libm::log10(*x) } else { *x };
                levels.extend(numbers.iter().map(|x| (place(x), short(*x))));
                numbers.iter().map(place).collect()
            }
            None => {
                let mut names: Vec<&str> = Vec::new();
                for value in &values {
                    if !names.contains(value) {
                        names.push(value);
                    }
                }
                let place = |value: &&str| whole(names.iter().position(|name| name == value).unwrap_or(0));
                levels.extend(names.iter().map(|name| (place(name), (*name).to_owned())));
                values.iter().map(place).collect()
            }
        };
        levels.sort_by(|a, b| a.0.total_cmp(&b.0));
        levels.dedup_by(|a, b| a.0.total_cmp(&b.0).is_eq());
        Self { places, levels, name: name(axis) }
    }

    fn ends(&self) -> (f64, f64) {
        let (low, high) = (self.levels.first().map_or(0.0, |l| l.0), self.levels.last().map_or(1.0, |l| l.0));
        if high > low { (low, high) } else { (low - 0.5, high + 0.5) }
    }
}

/// The last two parts of a path, or the name that the file gives it.
#[must_use]
pub fn name(axis: &Axis) -> String {
    if axis.name != axis.key {
        return axis.name.clone();
    }
    let parts: Vec<&str> = axis.key.split('.').collect();
    parts[parts.len().saturating_sub(2)..].join(".")
}

/// A small count as a number.
fn whole(count: usize) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}

/// The chart.
#[must_use]
pub fn draw(swept: &Swept<'_>, setting: &Setting) -> Chart {
    let axes = swept.plan.axes.len();
    match axes {
        1 => lines(swept, setting),
        2 if swept.plan.design == Design::Grid => heat(swept, setting),
        _ => effects(swept, setting),
    }
}

fn note(swept: &Swept<'_>, setting: &Setting, more: (&str, &str), intervals: bool) -> String {
    let replicates = swept.ends.iter().flatten().flatten().map(|pair| pair[0].replicates).max().unwrap_or(0);
    let twins = setting
        .pick("Every point is lived by the same people with the same luck. ", "各点使用相同的人群与随机数。");
    let intervals =
        if intervals { interval_note(setting, replicates, "Ribbons", "色带") } else { String::new() };
    format!("{}{twins}{intervals}", setting.pick(more.0, more.1)).trim().to_owned()
}

fn title(swept: &Swept<'_>, setting: &Setting) -> (String, String) {
    let names: Vec<String> = swept.plan.axes.iter().map(name).collect();
    let year = swept.year;
    match setting.language {
        Language::En => (format!("The effect of {}", names.join(" and ")), format!("Results of {year}")),
        Language::Zh => (format!("{}的影响", names.join("、")), format!("{year}年结果")),
    }
}

fn key(sheet: &mut Sheet, swept: &Swept<'_>, regimes: &[usize]) {
    let setting = sheet.setting;
    let entries: Vec<(Colour, String)> =
        regimes.iter().map(|regime| (setting.theme.regime(*regime), swept.label(setting, *regime))).collect();
    sheet.key(&entries);
}

/// A head and a unit; the lower end.
fn headed(sheet: &mut Sheet, head: &str, unit: &str, (left, right): (f64, f64), top: f64) -> f64 {
    let theme = sheet.setting.theme;
    let mut y = top + 2.0;
    for line in wrap(head, LABEL_PT, Weight::Bold, right - left, 3) {
        sheet.canvas.text((left, y), &line, Text::label(theme.ink).bold());
        y += line_height(LABEL_PT);
    }
    for line in wrap(unit, NOTE_PT, Weight::Regular, right - left, 2) {
        sheet.canvas.text((left, y - 0.2), &line, Text::label(theme.muted).sized(NOTE_PT));
        y += line_height(NOTE_PT);
    }
    y
}

/// The axis of a key: a line, its levels or nice numbers, its name.
fn axis_across(sheet: &mut Sheet, plot: &Plot, across: &Across) -> f64 {
    let theme = sheet.setting.theme;
    sheet.canvas.line(&[(plot.left, plot.bottom), (plot.right, plot.bottom)], AXIS_PT, theme.ink);
    let ends = across.ends();
    let ticks: Vec<(f64, String)> = if across.levels.len() <= 12 {
        across.levels.clone()
    } else {
        let ticks = nice_ticks(ends.0, ends.1, 6);
        let inside = ticks.at.iter().filter(|tick| (ends.0..=ends.1).contains(*tick));
        inside.map(|tick| (*tick, number(*tick, ticks.decimals))).collect()
    };
    let style = Text::label(theme.ink).aligned(Align::Middle);
    let mut free = f64::NEG_INFINITY;
    for (place, text) in &ticks {
        let x = plot.x(*place);
        sheet.canvas.line(&[(x, plot.bottom), (x, plot.bottom + 0.9)], AXIS_PT, theme.ink);
        let half = width_mm(text, LABEL_PT, Weight::Regular) / 2.0;
        if x - half > free {
            sheet.canvas.text_centred((x, plot.bottom + 2.9), text, style);
            free = x + half + 1.2;
        }
    }
    let middle = f64::midpoint(plot.left, plot.right);
    sheet.canvas.text_centred((middle, plot.bottom + 6.2), &across.name, style);
    plot.bottom + 7.8
}

/// Ends of an axis over values.
fn reach(values: impl Iterator<Item = f64>) -> Option<(f64, f64)> {
    values.fold(None, |reach, value| match reach {
        None => Some((value, value)),
        Some((low, high)) => Some((f64::min(low, value), f64::max(high, value))),
    })
}

fn empty(sheet: Sheet<'_>) -> Chart {
    let reason =
        sheet.setting.pick("The measures are not defined in these results.", "结果中这些指标没有定义。");
    let reason = reason.to_owned();
    sheet.finish_empty(&reason)
}

/// Columns, their width, and left ends.
fn columns(sheet: &Sheet<'_>, count: usize, most: usize, gap: f64) -> (usize, f64) {
    let most = if sheet.setting.width_mm < 120 { 1 } else { most };
    let (columns, _) = panels(count, most);
    let width = (sheet.width() - 2.0 * MARGIN - gap * (whole(columns) - 1.0)) / whole(columns);
    (columns, width)
}

/// One key: a line with a ribbon for each regime, a panel a measure.
fn lines(swept: &Swept<'_>, setting: &Setting) -> Chart {
    let (title, subtitle) = title(swept, setting);
    let mut sheet = Sheet::new(setting, "sweep", &title, &subtitle);
    let across = Across::of(swept.plan, 0);
    let regimes: Vec<usize> = (0..swept.regimes.len()).collect();
    key(&mut sheet, swept, &regimes);
    let kinds: &[Kind] =
        if swept.regimes.len() > 1 { &[Kind::Level, Kind::Difference] } else { &[Kind::Level] };
    let (columns, width) = columns(&sheet, swept.charted.len(), 2, 8.0);
    let mut bottom = None;
    let mut top = sheet.top;
    for kind in kinds {
        for row in (0..swept.charted.len()).collect::<Vec<usize>>().chunks(columns) {
            let mut lowest: Option<f64> = None;
            for (column, measure) in row.iter().enumerate() {
                let left = MARGIN + (width + 8.0) * whole(column);
                let drawn =
                    line_panel(&mut sheet, swept, (*measure, *kind), &across, (left, left + width), top);
                lowest = [lowest, drawn].into_iter().flatten().reduce(f64::max);
            }
            bottom = lowest.or(bottom);
            top = lowest.map_or(top, |lowest| lowest + 2.0);
        }
    }
    let Some(bottom) = bottom else { return empty(sheet) };
    sheet.finish(bottom - 0.6, &note(swept, setting, ("", ""), true))
}

/// Lines of all regimes; the lower end, unless there is nothing to draw.
fn line_panel(
    sheet: &mut Sheet,
    swept: &Swept<'_>,
    (measure, kind): (usize, Kind),
    across: &Across,
    (left, right): (f64, f64),
    top: f64,
) -> Option<f64> {
    let setting = sheet.setting;
    let mut order: Vec<usize> = (0..across.places.len()).collect();
    order.sort_by(|a, b| across.places[*a].total_cmp(&across.places[*b]));
    let regimes = (0..swept.regimes.len()).filter(|r| kind == Kind::Level || *r != swept.baseline);
    let traces: Vec<(usize, Vec<(f64, Statistics)>)> = regimes
        .map(|regime| {
            let at = |point: &usize| (across.places[*point], swept.value(*point, measure, regime, kind));
            (regime, order.iter().map(at).filter(|(_, s)| s.mean.is_some()).collect())
        })
        .collect();
    let statistics = || traces.iter().flat_map(|(_, trace)| trace).map(|(_, s)| s);
    let (low, high) = reach(statistics().flat_map(|s| [s.mean, s.ci_low, s.ci_high]).flatten())?;
    let unit = swept.unit(setting, measure, kind);
    let baseline = swept.label(setting, swept.baseline);
    let unit = match (kind, setting.language) {
        (Kind::Level, _) => unit,
        (Kind::Difference, Language::En) => format!("{unit}, difference from {baseline}"),
        (Kind::Difference, Language::Zh) => format!("{unit}，相对于{baseline}的差值"),
    };
    let y = headed(sheet, &swept.head(setting, measure), &unit, (left, right), top);
    let (ticks, up) = nice_ticks(low, high, 6).trimmed(low, high);
    let plot = Plot {
        left: left + axis_room(&ticks) + 1.0,
        right: right - 3.0,
        top: y,
        bottom: y + 42.0,
        across: across.ends(),
        up: (up.0.min(low), up.1.max(high)),
    };
    grid_up(sheet, &plot, &ticks, Numbers::Shown);
    for (regime, trace) in &traces {
        ribbon(sheet, &plot, trace, setting.theme.regime(*regime));
    }
    if plot.up.0 < 0.0 && plot.up.1 > 0.0 {
        let zero = plot.y(0.0);
        sheet.canvas.line(&[(plot.left, zero), (plot.right, zero)], AXIS_PT, setting.theme.muted);
    }
    for (regime, trace) in &traces {
        let path: Vec<(f64, f64)> =
            trace.iter().map(|(x, s)| (plot.x(*x), plot.y(s.mean.unwrap_or(0.0)))).collect();
        sheet.canvas.line(&path, LINE_PT, setting.theme.regime(*regime));
        for at in path {
            sheet.canvas.dot(at, 0.6, setting.theme.regime(*regime));
        }
    }
    Some(axis_across(sheet, &plot, across))
}

fn ribbon(sheet: &mut Sheet, plot: &Plot, trace: &[(f64, Statistics)], colour: Colour) {
    let ends: Option<Vec<(f64, f64, f64)>> =
        trace.iter().map(|(x, s)| interval(s).map(|(low, high)| (*x, low, high))).collect();
    let Some(ends) = ends.filter(|ends| ends.len() > 1) else { return };
    let upper = ends.iter().map(|(x, _, high)| (plot.x(*x), plot.y(*high)));
    let lower = ends.iter().rev().map(|(x, low, _)| (plot.x(*x), plot.y(*low)));
    sheet.canvas.area(&upper.chain(lower).collect::<Vec<_>>(), colour, 0.16);
}

/// Most panels of a heat map.
const MOST_MAPS: usize = 6;

/// Two keys in a grid: a map of differences for each regime, a row of maps a measure.
fn heat(swept: &Swept<'_>, setting: &Setting) -> Chart {
    let (title, subtitle) = title(swept, setting);
    let (regimes, kind) = swept.shown();
    let subtitle = match (kind, setting.language) {
        (Kind::Level, _) => subtitle,
        (Kind::Difference, Language::En) => {
            format!("{subtitle}: difference from {}", swept.label(setting, swept.baseline))
        }
        (Kind::Difference, Language::Zh) => {
            format!("{subtitle}：相对于{}的差值", swept.label(setting, swept.baseline))
        }
    };
    let mut sheet = Sheet::new(setting, "sweep", &title, &subtitle);
    let (across, up) = (Across::of(swept.plan, 1), Across::of(swept.plan, 0));
    let maps: Vec<(usize, usize)> = (0..swept.charted.len())
        .flat_map(|measure| regimes.iter().map(move |regime| (measure, *regime)))
        .take(MOST_MAPS)
        .collect();
    let per_row = regimes.len().clamp(2, 3);
    let (columns, width) = columns(&sheet, maps.len(), per_row, 6.0);
    // The maps of a measure share their colours, so that regimes can be compared.
    let largest: Vec<f64> = (0..swept.charted.len())
        .map(|measure| {
            let of_point =
                |point| regimes.iter().filter_map(move |r| swept.value(point, measure, *r, kind).mean);
            (0..swept.plan.points.len()).flat_map(of_point).map(f64::abs).fold(0.0, f64::max)
        })
        .collect();
    let mut top = sheet.top;
    let mut drawn = false;
    for row in maps.chunks(columns) {
        let mut lowest = top;
        for (column, (measure, regime)) in row.iter().enumerate() {
            let left = MARGIN + (width + 6.0) * whole(column);
            let cells: Vec<(f64, f64, f64)> = (0..swept.plan.points.len())
                .filter_map(|point| {
                    let mean = swept.value(point, *measure, *regime, kind).mean?;
                    Some((across.places[point], up.places[point], mean))
                })
                .collect();
            if cells.is_empty() {
                continue;
            }
            drawn = true;
            let head = swept.head(setting, *measure);
            let (label, unit) = (swept.label(setting, *regime), swept.unit(setting, *measure, kind));
            let what = match setting.language {
                Language::En => format!("{label} ({unit})"),
                Language::Zh => format!("{label}（{unit}）"),
            };
            let y = headed(&mut sheet, &head, &what, (left, left + width), top);
            lowest = lowest.max(map(
                &mut sheet,
                (&across, &up),
                &Cells { cells, kind, largest: largest[*measure] },
                (left, left + width),
                y,
            ));
        }
        top = lowest + 2.0;
    }
    if !drawn {
        return empty(sheet);
    }
    let colours = match kind {
        Kind::Difference => {
            ("Blue: less than the baseline; orange: more. ", "蓝色：低于基准；橙色：高于基准。")
        }
        Kind::Level => ("The darker, the more. ", "颜色越深，数值越大。"),
    };
    sheet.finish(top - 2.4, &note(swept, setting, colours, false))
}

/// The cells of a map: place across, place up, value.
struct Cells {
    cells: Vec<(f64, f64, f64)>,
    kind: Kind,
    /// The largest value of all maps of the measure, whatever its sign.
    largest: f64,
}

/// A map of cells, each with its number where there is room.
fn map(
    sheet: &mut Sheet,
    (across, up): (&Across, &Across),
    Cells { cells, kind, largest }: &Cells,
    (left, right): (f64, f64),
    top: f64,
) -> f64 {
    let theme = sheet.setting.theme;
    let names = up.levels.iter().map(|(_, text)| width_mm(text, LABEL_PT, Weight::Regular));
    let left = left + names.fold(0.0, f64::max) + 1.6;
    let right = right - 1.0;
    let (wide, high) = ((right - left) / whole(across.levels.len()), cell_height(up.levels.len()));
    let caption = Text::label(theme.ink);
    sheet.canvas.text_centred((left, top + 1.0), &format!("↑ {}", up.name), caption.sized(NOTE_PT));
    let top = top + 3.0;
    let bottom = top + high * whole(up.levels.len());
    let (size, kind) = (*largest, *kind);
    let least = cells.iter().map(|cell| cell.2).fold(f64::INFINITY, f64::min);
    let decimals = if size >= 100.0 {
        0
    } else if size >= 10.0 {
        1
    } else {
        2
    };
    let column = |place: f64| across.levels.iter().position(|level| level.0.total_cmp(&place).is_eq());
    let row = |place: f64| up.levels.iter().position(|level| level.0.total_cmp(&place).is_eq());
    for (x, y, value) in cells {
        let (Some(column), Some(row)) = (column(*x), row(*y)) else { continue };
        let from = (left + wide * whole(column), bottom - high * whole(row + 1));
        let strength = match kind {
            Kind::Difference if size > 0.0 => value.abs() / size,
            Kind::Level if size > least => (value - least) / (size - least),
            _ => 0.0,
        };
        let full = if *value > 0.0 && kind == Kind::Difference { theme.loss } else { theme.gain };
        // From 0 to 85 of a hundred.
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let paper = 100 - (85.0 * strength.clamp(0.0, 1.0)) as u8;
        let colour = full.mixed(theme.paper, paper);
        sheet.canvas.bar(from, (from.0 + wide - 0.15, from.1 + high - 0.15), colour);
        let text = if kind == Kind::Difference { signed(*value, decimals) } else { number(*value, decimals) };
        if width_mm(&text, NOTE_PT, Weight::Regular) < wide - 0.8 && high > 3.0 {
            let ink = if colour.is_light() { Colour(0x22, 0x22, 0x22) } else { Colour(0xFF, 0xFF, 0xFF) };
            let style = Text::label(ink).sized(NOTE_PT).aligned(Align::Middle);
            sheet.canvas.text_centred((from.0 + wide / 2.0, from.1 + high / 2.0), &text, style);
        }
    }
    let style = Text::label(theme.ink).aligned(Align::End);
    for (row, (_, text)) in up.levels.iter().enumerate() {
        if high > 2.4 || row.is_multiple_of(3) {
            sheet.canvas.text_centred((left - 1.0, bottom - high * (whole(row) + 0.5)), text, style);
        }
    }
    let mut free = f64::NEG_INFINITY;
    for (column, (_, text)) in across.levels.iter().enumerate() {
        let (x, half) =
            (left + wide * (whole(column) + 0.5), width_mm(text, LABEL_PT, Weight::Regular) / 2.0);
        if x - half > free {
            sheet.canvas.text_centred((x, bottom + 2.2), text, style.aligned(Align::Middle));
            free = x + half + 1.0;
        }
    }
    let middle = f64::midpoint(left, right);
    sheet.canvas.text_centred((middle, bottom + 5.4), &across.name, style.aligned(Align::Middle));
    bottom + 7.4
}

fn cell_height(rows: usize) -> f64 {
    (52.0 / whole(rows.max(1))).clamp(1.6, 9.0)
}

/// Most panels of main effects.
const MOST_EFFECTS: usize = 9;

/// Several keys: every point against each of them, with the mean at its levels or over neighbours.
fn effects(swept: &Swept<'_>, setting: &Setting) -> Chart {
    let (regimes, kind) = swept.shown();
    let title = setting.pick("What each key does", "各参数的影响");
    let year = swept.year;
    let head = swept.charted.first().map_or_else(String::new, |_| {
        let (head, unit) = (swept.head(setting, 0), swept.unit(setting, 0, kind));
        match setting.language {
            Language::En => format!("{head} ({unit})"),
            Language::Zh => format!("{head}（{unit}）"),
        }
    });
    let subtitle = match (kind, setting.language) {
        (Kind::Level, Language::En) => format!("{head}, {year}"),
        (Kind::Level, Language::Zh) => format!("{head}，{year}年"),
        (Kind::Difference, Language::En) => {
            format!("{head}, {year}: difference from {}", swept.label(setting, swept.baseline))
        }
        (Kind::Difference, Language::Zh) => {
            format!("{head}，{year}年：相对于{}的差值", swept.label(setting, swept.baseline))
        }
    };
    let mut sheet = Sheet::new(setting, "sweep", title, &subtitle);
    let value = |point: usize, regime: usize| -> Option<f64> {
        swept.ends[point].first()?;
        swept.value(point, 0, regime, kind).mean
    };
    let all = (0..swept.plan.points.len()).flat_map(|p| regimes.iter().filter_map(move |r| value(p, *r)));
    let Some((low, high)) = reach(all) else { return empty(sheet) };
    key(&mut sheet, swept, &regimes);
    let (ticks, up) = nice_ticks(low, high, 5).trimmed(low, high);
    let up = (up.0.min(low), up.1.max(high));
    let count = swept.plan.axes.len().min(MOST_EFFECTS);
    let (columns, width) = columns(&sheet, count, 3, 5.0);
    let mut top = sheet.top;
    for row in (0..count).collect::<Vec<usize>>().chunks(columns) {
        let mut lowest = top;
        for (column, axis) in row.iter().enumerate() {
            let left = MARGIN + (width + 5.0) * whole(column);
            let across = Across::of(swept.plan, *axis);
            let plot = Plot {
                left: left + axis_room(&ticks) + 0.6,
                right: left + width - 2.0,
                top: top + 1.0,
                bottom: top + 37.0,
                across: across.ends(),
                up,
            };
            grid_up(&mut sheet, &plot, &ticks, Numbers::Shown);
            if up.0 < 0.0 && up.1 > 0.0 {
                let zero = plot.y(0.0);
                sheet.canvas.line(
                    &[(plot.left, zero), (plot.right, zero)],
                    GRID_PT * 2.0,
                    setting.theme.muted,
                );
            }
            for regime in &regimes {
                let points: Vec<(f64, f64)> = (0..swept.plan.points.len())
                    .filter_map(|point| Some((across.places[point], value(point, *regime)?)))
                    .collect();
                draw_effect(&mut sheet, &plot, &points, setting.theme.regime(*regime));
            }
            lowest = lowest.max(axis_across(&mut sheet, &plot, &across));
        }
        top = lowest + 2.0;
    }
    let more = (
        "Dots: points; lines: their means at each level, or over neighbours. ",
        "圆点为各点，折线为各水平（或相邻各点）的均值。",
    );
    sheet.finish(top - 2.6, &note(swept, setting, more, false))
}

fn draw_effect(sheet: &mut Sheet, plot: &Plot, points: &[(f64, f64)], colour: Colour) {
    let light = colour.mixed(sheet.setting.theme.paper, 55);
    for (x, y) in points {
        sheet.canvas.dot((plot.x(*x), plot.y(*y)), 0.45, light);
    }
    let path: Vec<(f64, f64)> =
        main_effect(points).into_iter().map(|(x, y)| (plot.x(x), plot.y(y))).collect();
    sheet.canvas.line(&path, LINE_PT, colour);
}

/// Means by level, or over three to eight groups of neighbours where there are many levels.
fn main_effect(points: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let mut sorted = points.to_vec();
    sorted.sort_by(|a, b| a.0.total_cmp(&b.0));
    let levels: Vec<&[(f64, f64)]> = sorted.chunk_by(|a, b| a.0.total_cmp(&b.0).is_eq()).collect();
    let groups = if levels.len() <= 12 {
        levels
    } else {
        sorted.chunks(sorted.len().div_ceil((sorted.len() / 8).clamp(3, 8))).collect()
    };
    let mean = |group: &&[(f64, f64)]| {
        let n = whole(group.len());
        (group.iter().map(|p| p.0).sum::<f64>() / n, group.iter().map(|p| p.1).sum::<f64>() / n)
    };
    groups.iter().map(mean).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn main_effects_are_means_by_level_or_over_neighbours() {
        let found = main_effect(&[(1.0, 2.0), (0.0, 1.0), (1.0, 4.0)]);
        assert_eq!(found, [(0.0, 1.0), (1.0, 3.0)]);
        let line: Vec<(f64, f64)> = (0..64).map(|at| (f64::from(at), 2.0 * f64::from(at))).collect();
        let found = main_effect(&line);
        assert_eq!(found.len(), 8);
        assert!(found.iter().all(|(x, y)| (y - 2.0 * x).abs() < 1e-12));
    }
}
