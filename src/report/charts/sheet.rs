//! What all charts share: the heading, the notes, axes, the grid of panels, the empty chart.

use super::{Chart, Setting};
use crate::report::fonts::{self, Weight, width_mm};
use crate::report::layout::{Ticks, nice_ticks, wrap, year_ticks};
use crate::report::style::{Align, Canvas, LABEL_PT, NOTE_PT, TITLE_PT, Text, line_height, number};

/// White around a chart in millimetres.
pub const MARGIN: f64 = 2.0;
/// Thickness of axes in points.
pub const AXIS_PT: f64 = 0.5;
/// Thickness of grid lines in points.
pub const GRID_PT: f64 = 0.35;
/// Thickness of lines of data in points.
pub const LINE_PT: f64 = 1.1;
/// Length of a tick in millimetres.
const TICK: f64 = 0.9;

/// A chart that is being drawn: the heading is on it, and [`Sheet::top`] is where the rest begins.
#[derive(Debug)]
pub struct Sheet<'s> {
    /// What is drawn on.
    pub canvas: Canvas,
    /// How.
    pub setting: &'s Setting,
    /// First free millimetre under the heading.
    pub top: f64,
    id: &'static str,
    title: String,
    subtitle: String,
}

impl<'s> Sheet<'s> {
    /// A sheet with its title and, under it, what is shown in which unit.
    #[must_use]
    pub fn new(setting: &'s Setting, id: &'static str, title: &str, subtitle: &str) -> Self {
        let mut canvas = Canvas::default();
        let room = f64::from(setting.width_mm) - 2.0 * MARGIN;
        let theme = setting.theme;
        let mut y = MARGIN + 2.2;
        for line in wrap(title, TITLE_PT, Weight::Bold, room, 4) {
            canvas.text((MARGIN, y), &line, Text::label(theme.ink).bold().sized(TITLE_PT));
            y += line_height(TITLE_PT);
        }
        y += 0.1;
        for line in wrap(subtitle, LABEL_PT, Weight::Regular, room, 4) {
            canvas.text((MARGIN, y), &line, Text::label(theme.muted));
            y += line_height(LABEL_PT);
        }
        Self { canvas, setting, top: y + 1.2, id, title: title.to_owned(), subtitle: subtitle.to_owned() }
    }

    /// Width of the sheet in millimetres.
    #[must_use]
    pub fn width(&self) -> f64 {
        f64::from(self.setting.width_mm)
    }

    /// The chart, with notes under `bottom`.
    #[must_use]
    pub fn finish(mut self, bottom: f64, notes: &str) -> Chart {
        let theme = self.setting.theme;
        let mut y = bottom + 3.4;
        for line in wrap(notes, NOTE_PT, Weight::Regular, self.width() - 2.0 * MARGIN, 8) {
            self.canvas.text((MARGIN, y), &line, Text::label(theme.muted).sized(NOTE_PT));
            y += line_height(NOTE_PT);
        }
        let last_line = if notes.is_empty() { bottom } else { y - line_height(NOTE_PT) };
        // Tenths of a millimetre look tidy in the file.
        let height_mm = ((last_line + MARGIN) * 10.0).ceil() / 10.0;
        let width_mm = self.width();
        Chart {
            id: self.id,
            language: self.setting.language,
            description: format!("{} {notes}", self.subtitle).trim().to_owned(),
            title: self.title,
            width_mm,
            height_mm,
            svg: self.canvas.to_svg(width_mm, height_mm, &theme),
            missing: self.canvas.texts().flat_map(fonts::missing).collect(),
        }
    }

    /// A chart without data, which says why.
    #[must_use]
    pub fn finish_empty(mut self, reason: &str) -> Chart {
        let (width, height) = (self.width(), 24.0);
        let theme = self.setting.theme;
        let (left, right, y) = (MARGIN, width - MARGIN, self.top);
        self.canvas.line(&[(left, y), (right, y)], GRID_PT, theme.grid);
        self.canvas.line(&[(left, y + height), (right, y + height)], GRID_PT, theme.grid);
        let lines = wrap(reason, LABEL_PT, Weight::Regular, width - 8.0 * MARGIN, 3);
        let style = Text::label(theme.muted).aligned(Align::Middle);
        self.canvas.block_centred((width / 2.0, y + height / 2.0), &lines, style);
        self.finish(y + height - 2.0, "")
    }

    /// A key without a box: swatches with names in a row, wrapped, long names too; moves [`Sheet::top`].
    pub fn key(&mut self, entries: &[(crate::report::style::Colour, String)]) {
        let (left, right) = (MARGIN, self.width() - MARGIN);
        let (mut x, mut y) = (left, self.top + 1.0);
        for (colour, name) in entries {
            let lines = wrap(name, LABEL_PT, Weight::Regular, right - left - 3.0, 3);
            let widest = lines.iter().map(|l| width_mm(l, LABEL_PT, Weight::Regular)).fold(0.0, f64::max);
            let room = 3.0 + widest;
            if x > left && x + room > right {
                x = left;
                y += line_height(LABEL_PT) + 0.3;
            }
            self.canvas.bar((x, y - 1.0), (x + 2.0, y + 1.0), *colour);
            for (i, line) in lines.iter().enumerate() {
                y += if i > 0 { line_height(LABEL_PT) } else { 0.0 };
                self.canvas.text_centred((x + 3.0, y), line, Text::label(self.setting.theme.ink));
            }
            // Beside a name of several lines nothing fits.
            x = if lines.len() > 1 { right } else { x + room + 4.0 };
        }
        self.top = y + 3.2;
    }
}

/// A rectangle of a chart with its scales: years or values across, values up.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Plot {
    /// Left edge in millimetres.
    pub left: f64,
    /// Right edge.
    pub right: f64,
    /// Upper edge.
    pub top: f64,
    /// Lower edge.
    pub bottom: f64,
    /// Values at the left and right edges.
    pub across: (f64, f64),
    /// Values at the lower and upper edges.
    pub up: (f64, f64),
}

impl Plot {
    /// Place of a value across.
    #[must_use]
    pub fn x(&self, value: f64) -> f64 {
        scale(value, self.across, (self.left, self.right))
    }

    /// Place of a value up.
    #[must_use]
    pub fn y(&self, value: f64) -> f64 {
        scale(value, self.up, (self.bottom, self.top))
    }
}

fn scale(value: f64, from: (f64, f64), to: (f64, f64)) -> f64 {
    if from.1 > from.0 {
        to.0 + (value - from.0) / (from.1 - from.0) * (to.1 - to.0)
    } else {
        f64::midpoint(to.0, to.1)
    }
}

/// Whether an axis shows its numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Numbers {
    /// It does.
    Shown,
    /// A neighbour on the same scale shows them.
    Left,
}

/// Room that the numbers of a vertical axis need.
#[must_use]
pub fn axis_room(ticks: &Ticks) -> f64 {
    let widest = ticks.at.iter().map(|t| width_mm(&number(*t, ticks.decimals), LABEL_PT, Weight::Regular));
    widest.fold(0.0, f64::max) + 1.4
}

/// Horizontal grid lines with their numbers.
pub fn grid_up(sheet: &mut Sheet, plot: &Plot, ticks: &Ticks, numbers: Numbers) {
    let theme = sheet.setting.theme;
    for tick in &ticks.at {
        let y = plot.y(*tick);
        sheet.canvas.line(&[(plot.left, y), (plot.right, y)], GRID_PT, theme.grid);
        if numbers == Numbers::Shown {
            let style = Text::label(theme.ink).aligned(Align::End);
            sheet.canvas.text_centred((plot.left - 1.4, y), &number(*tick, ticks.decimals), style);
        }
    }
}

/// Vertical grid lines.
pub fn grid_across(sheet: &mut Sheet, plot: &Plot, ticks: &Ticks) {
    let theme = sheet.setting.theme;
    for tick in &ticks.at {
        let x = plot.x(*tick);
        sheet.canvas.line(&[(x, plot.top), (x, plot.bottom)], GRID_PT, theme.grid);
    }
}

/// Numbers under a plot; where they would meet, only every second, third … from zero on.
pub fn numbers_across(sheet: &mut Sheet, plot: &Plot, ticks: &Ticks, form: fn(f64, usize) -> String) {
    let style = Text::label(sheet.setting.theme.ink).aligned(Align::Middle);
    let texts: Vec<String> = ticks.at.iter().map(|tick| form(*tick, ticks.decimals)).collect();
    let widest = texts.iter().map(|t| width_mm(t, LABEL_PT, Weight::Regular)).fold(0.0, f64::max) + 1.6;
    let apart = ticks.at.windows(2).map(|w| plot.x(w[1]) - plot.x(w[0])).fold(f64::INFINITY, f64::min);
    let every = (1_u8..100).find(|n| apart * f64::from(*n) >= widest).map_or(1, usize::from);
    let zero = ticks.at.iter().position(|t| *t == 0.0).unwrap_or(0);
    for (i, (tick, text)) in ticks.at.iter().zip(&texts).enumerate() {
        if i.abs_diff(zero).is_multiple_of(every) {
            sheet.canvas.text_centred((plot.x(*tick), plot.bottom + 2.4), text, style);
        }
    }
}

/// The axis of years: a line, a tick a labelled year.
pub fn years_axis(sheet: &mut Sheet, plot: &Plot, (first, last): (i16, i16), numbers: Numbers) {
    let theme = sheet.setting.theme;
    sheet.canvas.line(&[(plot.left, plot.bottom), (plot.right, plot.bottom)], AXIS_PT, theme.ink);
    let apart = width_mm(&last.to_string(), LABEL_PT, Weight::Regular) + 5.0;
    for year in year_ticks(first, last, plot.right - plot.left, apart) {
        let x = plot.x(f64::from(year));
        sheet.canvas.line(&[(x, plot.bottom), (x, plot.bottom + TICK)], AXIS_PT, theme.ink);
        if numbers == Numbers::Shown {
            let style = Text::label(theme.ink).aligned(Align::Middle);
            sheet.canvas.text_centred((x, plot.bottom + TICK + 2.0), &year.to_string(), style);
        }
    }
}

/// Room between panels side by side that each have years under them: more than between the years of one.
#[must_use]
pub const fn panel_gap(setting: &Setting) -> f64 {
    if setting.width_mm < 120 { 9.0 } else { 13.0 }
}

/// Columns and rows for a number of panels, as even as can be.
#[must_use]
pub fn panels(count: usize, most_columns: usize) -> (usize, usize) {
    let rows = count.div_ceil(most_columns.max(1)).max(1);
    (count.div_ceil(rows).max(1), rows)
}

/// The frame of a plot of values against values: grid, lower axis and numbers, over nice ticks round what it has to hold.
pub fn scatter(
    sheet: &mut Sheet,
    (left, right): (f64, f64),
    (top, bottom): (f64, f64),
    (across, up): ((f64, f64), (f64, f64)),
) -> Plot {
    let (across_ticks, up_ticks) = (nice_ticks(across.0, across.1, 6), nice_ticks(up.0, up.1, 6));
    let plot = Plot {
        left: left + axis_room(&up_ticks) + 0.6,
        right: right - 3.0,
        top,
        bottom,
        across: (across_ticks.first(), across_ticks.last()),
        up: (up_ticks.first(), up_ticks.last()),
    };
    grid_up(sheet, &plot, &up_ticks, Numbers::Shown);
    grid_across(sheet, &plot, &across_ticks);
    let ink = sheet.setting.theme.ink;
    sheet.canvas.line(&[(plot.left, plot.bottom), (plot.right, plot.bottom)], AXIS_PT, ink);
    numbers_across(sheet, &plot, &across_ticks, number);
    plot
}

/// Such plots under their heads, side by side where the sheet is wide, from `top` on: `draw` gets the index of a head, left and
/// right, upper and lower end. Returns the lower end of all.
pub fn scatters(
    sheet: &mut Sheet,
    mut top: f64,
    heads: &[&str],
    mut draw: impl FnMut(&mut Sheet, usize, (f64, f64), (f64, f64)),
) -> f64 {
    let ink = sheet.setting.theme.ink;
    let columns = if sheet.setting.width_mm < 120 { 1 } else { 2 };
    // One or two.
    #[allow(clippy::cast_precision_loss)]
    let width = (sheet.width() - 2.0 * MARGIN - 8.0 * (columns as f64 - 1.0)) / columns as f64;
    for (row, heads) in heads.chunks(columns).enumerate() {
        let (mut left, mut lowest) = (MARGIN, top);
        for (column, head) in heads.iter().enumerate() {
            let mut y = top + 2.0;
            for line in wrap(head, LABEL_PT, Weight::Bold, width, 2) {
                sheet.canvas.text((left, y), &line, Text::label(ink).bold());
                y += line_height(LABEL_PT);
            }
            draw(sheet, row * columns + column, (left, left + width), (y + 1.0, y + 53.0));
            lowest = lowest.max(y + 57.6);
            left += width + 8.0;
        }
        top = lowest + 3.0;
    }
    top - 3.0
}

/// An interval with its ends, lying; a dot at the mean.
pub fn lying_interval(
    canvas: &mut Canvas,
    plot: &Plot,
    y: f64,
    mean: f64,
    ends: Option<(f64, f64)>,
    colour: crate::report::style::Colour,
) {
    if let Some((low, high)) = ends {
        canvas.line(&[(plot.x(low), y), (plot.x(high), y)], LINE_PT, colour);
    }
    canvas.dot((plot.x(mean), y), 0.65, colour);
}
