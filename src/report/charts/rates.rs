//! Rates of return to poverty by regime and year: lines with ribbons, labelled at their ends.

use super::sheet::{LINE_PT, MARGIN, Numbers, Plot, Sheet, axis_room, grid_up, years_axis};
use super::{Chart, Setting, by_year, interval, interval_note, replicates};
use crate::measures::table::{Results, Statistics};
use crate::report::fonts::{Weight, width_mm};
use crate::report::layout::{nice_ticks, spread, wrap};
use crate::report::style::{Colour, LABEL_PT, Text, line_height, number};
use crate::units::Year;

/// The yearly rate of return among lifted people.
#[must_use]
pub fn annual(results: &Results, setting: &Setting) -> Chart {
    let title = setting.pick("Return to poverty of lifted people", "脱贫人口返贫率");
    let subtitle = setting.pick(
        "Persons not in net poverty last year who are in it this year (%)",
        "上年未处于净贫困、当年陷入净贫困者所占比例（%）",
    );
    draw(results, setting, "poverty-return", "poverty_return_rate", title, subtitle)
}

/// The share of lifted people that has ever returned.
#[must_use]
pub fn cumulative(results: &Results, setting: &Setting) -> Chart {
    let title = setting.pick("Ever returned to poverty since the switch", "政策转换以来累计返贫");
    let subtitle =
        setting.pick("Share of lifted people alive at the switch (%)", "占转换时在世脱贫人口的比例（%）");
    draw(results, setting, "poverty-return-cumulative", "poverty_return_cumulative", title, subtitle)
}

struct Series {
    regime: usize,
    points: Vec<(Year, Statistics)>,
}

fn draw(
    results: &Results,
    setting: &Setting,
    id: &'static str,
    measure: &str,
    title: &str,
    subtitle: &str,
) -> Chart {
    let mut sheet = Sheet::new(setting, id, title, subtitle);
    let all = (0..results.regimes.len())
        .map(|regime| Series { regime, points: by_year(results, regime, "lifted", measure) });
    let series: Vec<Series> = all.filter(|s| !s.points.is_empty()).collect();
    if series.is_empty() {
        let reason = setting.pick("No lifted people in these results.", "结果中没有脱贫人口。");
        return sheet.finish_empty(reason);
    }
    let points = || series.iter().flat_map(|s| &s.points);
    let top = points()
        .map(|(_, s)| interval(s).map_or(0.0, |i| i.1).max(s.mean.unwrap_or(0.0)))
        .fold(0.0, f64::max);
    let first = points().map(|p| p.0.number()).min().unwrap_or(0);
    let last = points().map(|p| p.0.number()).max().unwrap_or(0);
    let (ticks, up) = nice_ticks(0.0, top * 100.0, 6).trimmed(0.0, top * 100.0);

    let labels = EndLabels::new(results, setting, &series, ticks.decimals);
    let left = MARGIN + axis_room(&ticks);
    let height = labels.height().max(if setting.width_mm < 120 { 48.0 } else { 62.0 });
    let plot = Plot {
        left,
        right: f64::from(setting.width_mm) - MARGIN - labels.width - LEADER,
        top: sheet.top + 1.0,
        bottom: sheet.top + 1.0 + height,
        across: (f64::from(first), f64::from(last)),
        up,
    };
    grid_up(&mut sheet, &plot, &ticks, Numbers::Shown);
    for one in &series {
        ribbon(&mut sheet, &plot, &one.points, setting.theme.regime(one.regime));
    }
    for one in &series {
        line(&mut sheet, &plot, &one.points, setting.theme.regime(one.regime));
    }
    years_axis(&mut sheet, &plot, (first, last), Numbers::Shown);
    labels.draw(&mut sheet, &plot, &series);
    let note = interval_note(setting, replicates(points().map(|p| p.1)), "Ribbons", "色带");
    sheet.finish(plot.bottom + 4.2, &note)
}

/// A ribbon over each unbroken stretch of years that has intervals.
pub(super) fn ribbon(sheet: &mut Sheet, plot: &Plot, points: &[(Year, Statistics)], colour: Colour) {
    for stretch in stretches(points) {
        let ends: Option<Vec<(f64, f64, f64)>> = stretch
            .iter()
            .map(|(year, s)| interval(s).map(|(l, h)| (f64::from(year.number()), l, h)))
            .collect();
        let Some(ends) = ends.filter(|ends| ends.len() > 1) else { continue };
        let upper = ends.iter().map(|(year, _, high)| (plot.x(*year), plot.y(high * 100.0)));
        let lower = ends.iter().rev().map(|(year, low, _)| (plot.x(*year), plot.y(low * 100.0)));
        sheet.canvas.area(&upper.chain(lower).collect::<Vec<_>>(), colour, 0.18);
    }
}

/// A line over each unbroken stretch of years, with a dot at the end of the last.
pub(super) fn line(sheet: &mut Sheet, plot: &Plot, points: &[(Year, Statistics)], colour: Colour) {
    let place = |(year, s): &(Year, Statistics)| {
        (plot.x(f64::from(year.number())), plot.y(s.mean.unwrap_or(0.0) * 100.0))
    };
    for stretch in stretches(points) {
        let path: Vec<(f64, f64)> = stretch.iter().map(place).collect();
        if path.len() > 1 {
            sheet.canvas.line(&path, LINE_PT, colour);
        } else if let Some(at) = path.first() {
            sheet.canvas.dot(*at, 0.5, colour);
        }
    }
    if let Some(end) = points.last() {
        sheet.canvas.dot(place(end), 0.75, colour);
    }
}

fn stretches(points: &[(Year, Statistics)]) -> impl Iterator<Item = &[(Year, Statistics)]> {
    points.chunk_by(|a, b| b.0.since(a.0) == 1)
}

/// Room between the plot and its labels, for the lines that lead to those that had to move.
const LEADER: f64 = 4.4;

/// The labels at the ends of lines.
struct EndLabels {
    width: f64,
    /// Per label: lines of the name in bold, and the value after the last or under it.
    blocks: Vec<Vec<(String, String)>>,
}

impl EndLabels {
    fn new(results: &Results, setting: &Setting, series: &[Series], decimals: usize) -> Self {
        let most = f64::from(setting.width_mm) * 0.3;
        let mut width: f64 = 0.0;
        let mut blocks = Vec::new();
        for one in series {
            let name = setting.regime_marked(results, one.regime);
            let value = one.points.last().and_then(|(_, s)| s.mean).unwrap_or(0.0);
            let value = format!("{}%", number(value * 100.0, decimals + 1));
            let mut block: Vec<(String, String)> = wrap(&name, LABEL_PT, Weight::Bold, most, 4)
                .into_iter()
                .map(|line| (line, String::new()))
                .collect();
            let room = most - width_mm(&value, LABEL_PT, Weight::Regular) - 1.0;
            match block.last_mut() {
                Some(last) if width_mm(&last.0, LABEL_PT, Weight::Bold) <= room => last.1 = value,
                _ => block.push((String::new(), value)),
            }
            width = block.iter().map(line_width).fold(width, f64::max);
            blocks.push(block);
        }
        Self { width, blocks }
    }

    fn heights(&self) -> Vec<f64> {
        // A few lines.
        #[allow(clippy::cast_precision_loss)]
        self.blocks.iter().map(|b| b.len() as f64 * line_height(LABEL_PT)).collect()
    }

    fn height(&self) -> f64 {
        self.heights().iter().map(|h| h + GAP).sum()
    }

    fn draw(&self, sheet: &mut Sheet, plot: &Plot, series: &[Series]) {
        let ends: Vec<f64> = series
            .iter()
            .map(|s| plot.y(s.points.last().and_then(|p| p.1.mean).unwrap_or(0.0) * 100.0))
            .collect();
        let centres = spread(&ends, &self.heights(), GAP, plot.top - 1.5, plot.bottom + 1.5);
        let x = plot.right + LEADER;
        for (((block, one), centre), end) in self.blocks.iter().zip(series).zip(&centres).zip(&ends) {
            let theme = sheet.setting.theme;
            let colour = theme.regime(one.regime);
            let from = one.points.last().map_or(plot.right, |p| plot.x(f64::from(p.0.number())));
            sheet.canvas.line(&[(from + 1.1, *end), (x - 0.7, *centre)], 0.4, colour.mixed(theme.paper, 30));
            let letters = Text::label(theme.letters(colour));
            let step = line_height(LABEL_PT);
            // A few lines.
            #[allow(clippy::cast_precision_loss)]
            let mut y = centre - step * (block.len() as f64 - 1.0) / 2.0;
            for (name, value) in block {
                sheet.canvas.text_centred((x, y), name, letters.bold());
                let after = if name.is_empty() { 0.0 } else { width_mm(name, LABEL_PT, Weight::Bold) + 1.0 };
                sheet.canvas.text_centred((x + after, y), value, letters);
                y += step;
            }
        }
    }
}

const GAP: f64 = 0.5;

fn line_width((name, value): &(String, String)) -> f64 {
    let gap = if name.is_empty() || value.is_empty() { 0.0 } else { 1.0 };
    width_mm(name, LABEL_PT, Weight::Bold) + gap + width_mm(value, LABEL_PT, Weight::Regular)
}
