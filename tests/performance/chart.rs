//! The chart of growth, in the style of the program's own.

use fanpin::report::charts::Setting;
use fanpin::report::charts::sheet::{AXIS_PT, GRID_PT, LINE_PT, MARGIN, Plot, Sheet};
use fanpin::report::fonts::{Weight, width_mm};
use fanpin::report::layout::{Ticks, nice_ticks};
use fanpin::report::render::render;
use fanpin::report::style::{Align, LABEL_PT, NOTE_PT, PAPER, Text, line_height, number};
use fanpin::scenario::plan::{ChartFormat, Language};

use crate::figures::{Point, Scaling};

const COLUMNS: usize = 3;
const GAP: f64 = 6.0;
const HEIGHT: f64 = 34.0;
const HEAD: f64 = 9.0;
const FOOT: f64 = 6.0;

/// How an axis is divided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Scale {
    Even,
    /// In whole numbers.
    Whole,
    /// By powers of ten.
    Powers,
}

/// What a panel shows.
struct Panel {
    title: &'static str,
    unit: &'static str,
    points: Vec<(f64, f64)>,
    scales: (Scale, Scale),
    /// A point of the dashed line of proportional growth, and where it ends across.
    proportional: Option<((f64, f64), f64)>,
}

/// The chart as PNG.
pub fn draw(scaling: &Scaling) -> Vec<u8> {
    let setting = Setting { language: Language::En, width_mm: 180, theme: PAPER };
    let mut sheet = Sheet::new(
        &setting,
        "scaling",
        "Cost against size",
        "The main comparison with one thing varied: 100,000 people, one replicate, five regimes, 15 years and all \
         threads else (400,000 people for threads)",
    );
    let panels = panels(scaling);
    // A handful of columns.
    #[allow(clippy::cast_precision_loss)]
    let width = (sheet.width() - 2.0 * MARGIN - GAP * (COLUMNS as f64 - 1.0)) / COLUMNS as f64;
    let mut top = sheet.top;
    for row in panels.chunks(COLUMNS) {
        let mut left = MARGIN;
        for panel in row {
            panel.draw(&mut sheet, (left, left + width), top);
            left += width + GAP;
        }
        top += HEAD + HEIGHT + FOOT;
    }
    let notes = "Dots: median of the runs, of the simulation alone. Dashed: proportional growth, through the last dot, \
                 of threads through one.";
    render(&sheet.finish(top - 1.0, notes), ChartFormat::Png)
}

fn panels(scaling: &Scaling) -> Vec<Panel> {
    let seconds = |axis: &str| points(&scaling.axis(axis), |point| point.seconds);
    let through_last = |points: &[(f64, f64)]| points.last().map(|last| (*last, last.0));
    let even = |axis: &'static str, title: &'static str| Panel {
        title,
        unit: "Seconds",
        points: seconds(axis),
        scales: (Scale::Whole, Scale::Even),
        proportional: through_last(&seconds(axis)),
    };
    let threads = scaling.axis("threads");
    let one = threads.first().map_or(1.0, Point::rate);
    vec![
        Panel {
            title: "People",
            unit: "Seconds",
            points: seconds("people"),
            scales: (Scale::Powers, Scale::Powers),
            proportional: through_last(&seconds("people")),
        },
        Panel {
            title: "People",
            unit: "Peak memory, MiB",
            points: points(&scaling.axis("people"), |point| point.mebibytes),
            scales: (Scale::Powers, Scale::Even),
            proportional: None,
        },
        Panel {
            title: "Threads",
            unit: "Person-years a second over those of one thread",
            points: threads.iter().map(|point| (point.value, point.rate() / one)).collect(),
            scales: (Scale::Whole, Scale::Even),
            proportional: threads.last().map(|last| ((1.0, 1.0), last.value)),
        },
        even("replicates", "Replicates"),
        even("regimes", "Regimes"),
        even("years", "Years"),
    ]
}

fn points(axis: &[Point], of: impl Fn(&Point) -> f64) -> Vec<(f64, f64)> {
    axis.iter().map(|point| (point.value, of(point))).collect()
}

impl Panel {
    fn draw(&self, sheet: &mut Sheet, (left, right): (f64, f64), top: f64) {
        let theme = sheet.setting.theme;
        let mut y = top + 2.4;
        sheet.canvas.text((left, y), self.title, Text::label(theme.ink).bold());
        y += line_height(LABEL_PT);
        sheet.canvas.text((left, y), self.unit, Text::label(theme.muted).sized(NOTE_PT));
        let across = ticks(self.scales.0, self.points.iter().map(|point| point.0));
        let dashed = self.proportional.map(|((x, y), to)| y / x * to);
        let up = ticks(self.scales.1, self.points.iter().map(|point| point.1).chain(dashed));
        let room =
            up.iter().map(|(_, text)| width_mm(text, LABEL_PT, Weight::Regular)).fold(0.0, f64::max) + 1.4;
        let ends = |ticks: &[(f64, String)]| (ticks[0].0, ticks[ticks.len() - 1].0);
        let plot = Plot {
            left: left + room,
            right: right - 2.0,
            top: top + HEAD,
            bottom: top + HEAD + HEIGHT - 3.0,
            across: ends(&across),
            up: ends(&up),
        };
        for (at, text) in &up {
            let y = plot.y(*at);
            sheet.canvas.line(&[(plot.left, y), (plot.right, y)], GRID_PT, theme.grid);
            let style = Text::label(theme.ink).aligned(Align::End);
            sheet.canvas.text_centred((plot.left - 1.4, y), text, style);
        }
        sheet.canvas.line(&[(plot.left, plot.bottom), (plot.right, plot.bottom)], AXIS_PT, theme.ink);
        for (at, text) in &across {
            let x = plot.x(*at);
            sheet.canvas.line(&[(x, plot.bottom), (x, plot.bottom + 0.9)], AXIS_PT, theme.ink);
            let style = Text::label(theme.ink).aligned(Align::Middle);
            sheet.canvas.text_centred((x, plot.bottom + 2.9), text, style);
        }
        self.draw_points(sheet, &plot);
    }

    fn draw_points(&self, sheet: &mut Sheet, plot: &Plot) {
        let theme = sheet.setting.theme;
        let at = |(x, y): (f64, f64)| {
            (plot.x(place(self.scales.0, x)), plot.y(place(self.scales.1, y)).min(plot.bottom))
        };
        if let (Some(((x, y), to)), Some((first, _))) = (self.proportional, self.points.first()) {
            let from = if self.scales.0 == Scale::Powers { *first } else { 0.0 };
            let line = [from, to].map(|across| at((across, y / x * across)));
            sheet.canvas.dashed(&line, 0.8, theme.muted, 1.4, 0.9);
        }
        let path: Vec<(f64, f64)> = self.points.iter().copied().map(at).collect();
        let colour = theme.regime(0);
        sheet.canvas.line(&path, LINE_PT, colour);
        for dot in path {
            sheet.canvas.dot(dot, 0.75, colour);
        }
    }
}

fn place(scale: Scale, value: f64) -> f64 {
    match scale {
        Scale::Even | Scale::Whole => value,
        Scale::Powers => libm::log10(value.max(1e-9)),
    }
}

/// Places and texts of the ticks that enclose these values.
fn ticks(scale: Scale, values: impl Iterator<Item = f64>) -> Vec<(f64, String)> {
    let places: Vec<f64> = values.map(|value| place(scale, value)).collect();
    let (low, high) = places.iter().fold((f64::MAX, f64::MIN), |(low, high), p| (low.min(*p), high.max(*p)));
    match scale {
        Scale::Even => {
            let Ticks { at, decimals } = nice_ticks(0.0, high, 6);
            at.into_iter().map(|at| (at, number(at, decimals))).collect()
        }
        Scale::Whole => {
            let whole = nice_ticks(0.0, high, 6).at.into_iter().filter(|at| at.fract() == 0.0);
            whole.map(|at| (at, number(at, 0))).collect()
        }
        Scale::Powers => {
            let (low, high) = ((low + 1e-9).floor(), (high - 1e-9).ceil());
            // A handful of powers of ten.
            #[allow(clippy::cast_possible_truncation)]
            let powers = low as i32..=high as i32;
            powers.map(|power| (f64::from(power), power_of_ten(power))).collect()
        }
    }
}

/// A power of ten as people write it.
fn power_of_ten(power: i32) -> String {
    match power {
        ..0 => format!("0.{}1", "0".repeat(usize::try_from(-power - 1).expect("a small power"))),
        0..4 => format!("1{}", "0".repeat(usize::try_from(power).expect("a small power"))),
        4..6 => format!("1{} k", "0".repeat(usize::try_from(power - 3).expect("a small power"))),
        6.. => format!("1{} M", "0".repeat(usize::try_from(power - 6).expect("a small power"))),
    }
}
