//! Lines with ribbons over years, and rows of panels of them that share a key.

use super::sheet::{AXIS_PT, LINE_PT, MARGIN, Numbers, Plot, Sheet, axis_room, grid_up, panels, years_axis};
use super::{by_year, interval};
use crate::measures::table::{Results, Statistics};
use crate::report::fonts::Weight;
use crate::report::layout::{nice_ticks, wrap};
use crate::report::style::{Align, Colour, LABEL_PT, NOTE_PT, Text, line_height};

/// What one regime has by year, in the unit of the axis.
#[derive(Debug, Clone, PartialEq)]
pub struct Trace {
    /// Index of the regime.
    pub regime: usize,
    /// By calendar year or years since something, ascending; years in which it is undefined are left out.
    pub points: Vec<(i16, Statistics)>,
}

impl Trace {
    /// A measure by calendar year, `factor` times what the results have.
    #[must_use]
    pub fn of_measure(results: &Results, regime: usize, group: &str, measure: &str, factor: f64) -> Self {
        let points = by_year(results, regime, group, measure);
        Self {
            regime,
            points: points.into_iter().map(|(year, s)| (year.number(), s.times(factor))).collect(),
        }
    }

    /// The mean of the last year.
    #[must_use]
    pub fn end(&self) -> f64 {
        self.points.last().and_then(|(_, s)| s.mean).unwrap_or(0.0)
    }

    /// Whether no eye could tell the two lines apart: means within half a percent. Means over counties differ a little
    /// between regimes that share a rule, since not the same people live on.
    fn looks_like(&self, other: &Self) -> bool {
        let near = |a: f64, b: f64| (a - b).abs() <= 0.005 * a.abs();
        self.points.len() == other.points.len()
            && self.points.iter().zip(&other.points).all(|((year, a), (other_year, b))| {
                year == other_year && a.mean.zip(b.mean).is_some_and(|(a, b)| near(a, b))
            })
    }
}

/// How far traces reach.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reach {
    /// First and last year.
    pub across: (i16, i16),
    /// Lowest and highest mean or end of an interval.
    pub up: (f64, f64),
}

impl Reach {
    /// Of all these traces.
    #[must_use]
    pub fn of<'t>(traces: impl IntoIterator<Item = &'t Trace>) -> Self {
        let mut across: Option<(i16, i16)> = None;
        let mut up: Option<(f64, f64)> = None;
        for (year, s) in traces.into_iter().flat_map(|t| &t.points) {
            across = Some(across.map_or((*year, *year), |(a, b)| (a.min(*year), b.max(*year))));
            let mean = s.mean.unwrap_or(0.0);
            let (low, high) = interval(s).unwrap_or((mean, mean));
            let (low, high) = (low.min(mean), high.max(mean));
            up = Some(up.map_or((low, high), |(a, b)| (a.min(low), b.max(high))));
        }
        Self { across: across.unwrap_or_default(), up: up.unwrap_or_default() }
    }

    /// The same, and zero.
    #[must_use]
    pub const fn with_zero(self) -> Self {
        Self { up: (self.up.0.min(0.0), self.up.1.max(0.0)), ..self }
    }

    /// First and last year as values of an axis.
    #[must_use]
    pub fn years(&self) -> (f64, f64) {
        (f64::from(self.across.0), f64::from(self.across.1))
    }
}

/// A ribbon over each unbroken stretch of years that has intervals, cut off where the plot ends.
pub fn ribbon(sheet: &mut Sheet, plot: &Plot, trace: &Trace, colour: Colour) {
    for stretch in stretches(&trace.points) {
        let ends: Option<Vec<(f64, f64, f64)>> =
            stretch.iter().map(|(year, s)| interval(s).map(|(l, h)| (f64::from(*year), l, h))).collect();
        let Some(ends) = ends.filter(|ends| ends.len() > 1) else { continue };
        let up = |value: f64| plot.y(value.clamp(plot.up.0, plot.up.1));
        let upper = ends.iter().map(|(year, _, high)| (plot.x(*year), up(*high)));
        let lower = ends.iter().rev().map(|(year, low, _)| (plot.x(*year), up(*low)));
        sheet.canvas.area(&upper.chain(lower).collect::<Vec<_>>(), colour, 0.18);
    }
}

/// A line over each unbroken stretch of years, with a dot at the end of the last.
pub fn line(sheet: &mut Sheet, plot: &Plot, trace: &Trace, colour: Colour) {
    for stretch in stretches(&trace.points) {
        let path = path(plot, stretch);
        if path.len() > 1 {
            sheet.canvas.line(&path, LINE_PT, colour);
        } else if let Some(at) = path.first() {
            sheet.canvas.dot(*at, 0.5, colour);
        }
    }
    if let Some(end) = path(plot, &trace.points).last() {
        sheet.canvas.dot(*end, 0.75, colour);
    }
}

/// Places of the means.
pub fn path(plot: &Plot, points: &[(i16, Statistics)]) -> Vec<(f64, f64)> {
    points.iter().map(|(year, s)| (plot.x(f64::from(*year)), plot.y(s.mean.unwrap_or(0.0)))).collect()
}

fn stretches(points: &[(i16, Statistics)]) -> impl Iterator<Item = &[(i16, Statistics)]> {
    points.chunk_by(|a, b| b.0 - a.0 == 1)
}

/// Room for the years under a panel in millimetres.
const UNDER: f64 = 5.2;
/// Room between panels one under the other.
const BETWEEN: f64 = 2.0;

/// Where the axis up begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Foot {
    /// At zero, or where values below it do.
    Zero,
    /// Where the values do: for levels whose changes would be too small to see.
    Values,
}

/// A panel with its own scale up.
#[derive(Debug, Clone)]
pub struct Panel<'p> {
    /// What it shows.
    pub head: &'p str,
    /// In which unit, and what is dashed.
    pub unit: &'p str,
    /// Where its axis begins.
    pub foot: Foot,
    /// A line a regime.
    pub traces: Vec<Trace>,
    /// Lines to compare with, dashed: grey where one holds for all regimes.
    pub dashed: Vec<Trace>,
}

/// Panels in a row, or one under the other where the sheet is narrow, under a key of the regimes; the years of all
/// are `across`, under the name of their axis. Returns the lower end.
pub fn panel_row(sheet: &mut Sheet, results: &Results, row: &[Panel<'_>], axis: &str) -> f64 {
    let setting = sheet.setting;
    let theme = setting.theme;
    let drawn = |regime: &usize| row.iter().flat_map(|p| &p.traces).any(|t| t.regime == *regime);
    let key: Vec<(Colour, String)> = (0..results.regimes.len())
        .filter(drawn)
        .map(|regime| (theme.regime(regime), setting.regime_marked(results, regime)))
        .collect();
    sheet.key(&key);

    let narrow = setting.width_mm < 120;
    let (columns, rows) = panels(row.len(), if narrow { 1 } else { 4 });
    let gap = 5.0;
    // A handful of panels.
    #[allow(clippy::cast_precision_loss)]
    let width = (sheet.width() - 2.0 * MARGIN - gap * (columns as f64 - 1.0) - 2.0) / columns as f64;
    let years = Reach::of(row.iter().flat_map(|p| &p.traces));
    let mut bottom = sheet.top;
    for panels in row.chunks(columns) {
        let heads: Vec<Vec<String>> =
            panels.iter().map(|p| wrap(p.head, LABEL_PT, Weight::Bold, width, 3)).collect();
        let units: Vec<Vec<String>> =
            panels.iter().map(|p| wrap(p.unit, NOTE_PT, Weight::Regular, width, 3)).collect();
        // A few lines.
        #[allow(clippy::cast_precision_loss)]
        let lines = |lines: &[Vec<String>], pt| {
            lines.iter().map(Vec::len).max().unwrap_or(0) as f64 * line_height(pt)
        };
        let top = bottom + lines(&heads, LABEL_PT) + lines(&units, NOTE_PT) + 2.4;
        let height = if rows > 1 { 30.0 } else { 42.0 };
        let mut left = MARGIN;
        for ((panel, head), unit) in panels.iter().zip(&heads).zip(&units) {
            let mut y = bottom + 2.4;
            for text in head {
                sheet.canvas.text((left, y), text, Text::label(theme.ink).bold());
                y += line_height(LABEL_PT);
            }
            for text in unit {
                sheet.canvas.text((left, y - 0.2), text, Text::label(theme.muted).sized(NOTE_PT));
                y += line_height(NOTE_PT);
            }
            draw_panel(sheet, panel, &years, (left, left + width), (top, top + height));
            left += width + gap;
        }
        bottom = top + height + UNDER + BETWEEN;
    }
    bottom -= BETWEEN;
    if !axis.is_empty() {
        let style = Text::label(theme.ink).aligned(Align::Middle);
        sheet.canvas.text_centred((sheet.width() / 2.0, bottom + 0.6), axis, style);
        bottom += 3.0;
    }
    bottom - 1.0
}

fn draw_panel(
    sheet: &mut Sheet,
    panel: &Panel<'_>,
    years: &Reach,
    (left, right): (f64, f64),
    (top, bottom): (f64, f64),
) {
    let theme = sheet.setting.theme;
    let reach = Reach::of(panel.traces.iter().chain(&panel.dashed));
    let (low, high) = match panel.foot {
        Foot::Zero => reach.with_zero().up,
        Foot::Values => reach.up,
    };
    let (ticks, up) = nice_ticks(low, high, 6).trimmed(low, high);
    let plot = Plot { left: left + axis_room(&ticks), right, top, bottom, across: years.years(), up };
    grid_up(sheet, &plot, &ticks, Numbers::Shown);
    for trace in &panel.traces {
        ribbon(sheet, &plot, trace, theme.regime(trace.regime));
    }
    if low < 0.0 {
        sheet.canvas.line(&[(plot.left, plot.y(0.0)), (plot.right, plot.y(0.0))], AXIS_PT, theme.ink);
    }
    match panel.dashed.split_first() {
        Some((first, others)) if others.iter().all(|other| other.looks_like(first)) => {
            sheet.canvas.dashed(&path(&plot, &first.points), 0.8, theme.muted, 1.4, 0.9);
        }
        _ => {
            for trace in &panel.dashed {
                let colour = theme.regime(trace.regime);
                sheet.canvas.dashed(&path(&plot, &trace.points), 0.8, colour, 1.4, 0.9);
            }
        }
    }
    for trace in &panel.traces {
        line(sheet, &plot, trace, theme.regime(trace.regime));
    }
    years_axis(sheet, &plot, years.across, Numbers::Shown);
}
