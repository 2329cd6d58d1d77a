//! The frontier of cost against protection: public outlay across, people who return or are in hardship up; a point a regime,
//! numbered, with a line through the regimes that no other beats on both.

use super::sheet::{AXIS_PT, LINE_PT, MARGIN, Plot, Sheet, scatter, scatters};
use super::{Chart, Setting, interval, interval_note, replicates};
use crate::measures::outlay::{HARDSHIP, PUBLIC_OUTLAY, RETURNED};
use crate::measures::table::{OutlayRow, Results, Statistics};
use crate::report::fonts::{Weight, width_mm};
use crate::report::layout::wrap;
use crate::report::style::{Align, Colour, NOTE_PT, Text, line_height};

/// A regime in a panel: outlay in thousand yuan and a share in percent.
struct Point {
    regime: usize,
    across: f64,
    up: f64,
    /// Ends of the intervals of the paired differences, moved to the regime's own place.
    across_ends: Option<(f64, f64)>,
    up_ends: Option<(f64, f64)>,
}

/// The chart.
#[must_use]
pub fn draw(results: &Results, setting: &Setting) -> Chart {
    let title = setting.pick("What protection costs and what it buys", "保障的成本与效果");
    let subtitle = setting.pick(
        "Across: public outlay over all years, thousand yuan of 2020 a person, discounted at 3%; up: people not protected",
        "横轴：各年公共支出合计（人均，千元，2020年价，年贴现率3%）；纵轴：未受保护的人口",
    );
    let mut sheet = Sheet::new(setting, "frontier", title, subtitle);
    let panels = [
        (RETURNED, setting.pick("Lifted people ever returned (%)", "脱贫人口累计返贫比例（%）")),
        (
            HARDSHIP,
            setting.pick("All people in hardship, mean of years (%)", "医疗困难人口比例，各年平均（%）"),
        ),
    ];
    let points: Vec<Vec<Point>> = panels.iter().map(|(id, _)| points(results, id)).collect();
    if points.iter().all(|panel| panel.len() < 2) {
        return sheet.finish_empty(setting.pick(
            "No two regimes with an outlay in these results.",
            "结果中没有两种可比较公共支出的方案。",
        ));
    }
    let top = sheet.top;
    let bottom = scatters(&mut sheet, top, &panels.map(|(_, head)| head), |sheet, at, across, down| {
        if points[at].len() > 1 {
            draw_panel(sheet, &points[at], across, down);
        }
    });
    let bottom = draw_names(&mut sheet, results, bottom + 5.0);
    let all = results.outlay.iter().map(|row| row.change);
    let mut note = setting
        .pick(
            "Lower left is better; grey line: regimes that no other beats on both. Outlay counts deficits and leaves out premiums that \
             households pay. ",
            "左下方为优；灰线连接未被其他方案在两方面同时超越的方案。支出含赤字，已扣除农户自缴保费。",
        )
        .to_owned();
    note += &interval_note(
        setting,
        replicates(all),
        "Crosses at points: paired difference to the baseline",
        "十字线为与基准方案的配对差值，",
    );
    sheet.finish(bottom, &note)
}

fn row<'r>(results: &'r Results, regime: &str, quantity: &str) -> Option<&'r OutlayRow> {
    results.outlay.iter().find(|row| row.regime == regime && row.quantity == quantity)
}

fn points(results: &Results, quantity: &str) -> Vec<Point> {
    let of = |regime: usize| {
        let id = &results.regimes[regime].0;
        let (outlay, share) = (row(results, id, PUBLIC_OUTLAY)?, row(results, id, quantity)?);
        let ends = |row: &OutlayRow, factor: f64| {
            let middle = row.change.mean?;
            let (low, high) = interval(&row.change)?;
            let mean = row.value.mean?;
            Some(((mean + low - middle) * factor, (mean + high - middle) * factor))
        };
        let mean = |s: &Statistics, factor: f64| s.mean.map(|mean| mean * factor);
        Some(Point {
            regime,
            across: mean(&outlay.value, 1e-3)?,
            up: mean(&share.value, 100.0)?,
            across_ends: ends(outlay, 1e-3),
            up_ends: ends(share, 100.0),
        })
    };
    (0..results.regimes.len()).filter_map(of).collect()
}

/// Colours go by the place in the scenario; with more regimes than colours they repeat, and the numbers tell.
fn colour(setting: &Setting, regime: usize) -> Colour {
    setting.theme.regimes[regime % setting.theme.regimes.len()]
}

fn reach(values: impl Iterator<Item = (f64, Option<(f64, f64)>)>) -> (f64, f64) {
    values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), (mean, ends)| {
        let (a, b) = ends.unwrap_or((mean, mean));
        (low.min(a).min(mean), high.max(b).max(mean))
    })
}

fn draw_panel(sheet: &mut Sheet, points: &[Point], horizontal: (f64, f64), vertical: (f64, f64)) {
    let theme = sheet.setting.theme;
    let across = reach(points.iter().map(|p| (p.across, p.across_ends)));
    let up = reach(points.iter().map(|p| (p.up, p.up_ends)));
    let plot = scatter(sheet, horizontal, vertical, (across, up));
    let best: Vec<(f64, f64)> = frontier(points).iter().map(|p| (plot.x(p.across), plot.y(p.up))).collect();
    sheet.canvas.line(&best, LINE_PT, theme.grid.mixed(theme.muted, 50));
    for point in points {
        let colour = colour(sheet.setting, point.regime);
        let (x, y) = (plot.x(point.across), plot.y(point.up));
        if let Some((low, high)) = point.across_ends {
            sheet.canvas.line(&[(plot.x(low), y), (plot.x(high), y)], AXIS_PT, colour);
        }
        if let Some((low, high)) = point.up_ends {
            sheet.canvas.line(&[(x, plot.y(low)), (x, plot.y(high))], AXIS_PT, colour);
        }
        sheet.canvas.dot((x, y), 0.9, colour);
    }
    draw_numbers(sheet, points, &plot);
}

/// Regimes that no other beats on both, from the cheapest on.
fn frontier(points: &[Point]) -> Vec<&Point> {
    let mut sorted: Vec<&Point> = points.iter().collect();
    sorted.sort_by(|a, b| a.across.total_cmp(&b.across).then(a.up.total_cmp(&b.up)));
    let mut best: Vec<&Point> = Vec::new();
    for point in sorted {
        if best.last().is_none_or(|last| point.up < last.up) {
            best.push(point);
        }
    }
    best
}

/// The number of each regime beside its point: at the first of eight places round it that meets no other point or number.
fn draw_numbers(sheet: &mut Sheet, points: &[Point], plot: &Plot) {
    let theme = sheet.setting.theme;
    let dots: Vec<(f64, f64)> = points.iter().map(|p| (plot.x(p.across), plot.y(p.up))).collect();
    let mut taken: Vec<(f64, f64, f64)> = Vec::new();
    for (point, (x, y)) in points.iter().zip(&dots) {
        let text = (point.regime + 1).to_string();
        let half = width_mm(&text, NOTE_PT, Weight::Bold) / 2.0;
        let places = [
            (1.0, -1.0),
            (-1.0, -1.0),
            (1.0, 1.0),
            (-1.0, 1.0),
            (0.0, -1.3),
            (0.0, 1.3),
            (1.4, 0.0),
            (-1.4, 0.0),
        ];
        let rings = [1.0, 1.9, 2.8];
        let mut spots = rings
            .iter()
            .flat_map(|ring| places.map(|(dx, dy)| (x + dx * ring * (1.1 + half), y + dy * ring * 2.0)));
        let free = |(a, b): &(f64, f64)| {
            let of_dots = dots.iter().all(|(u, v)| (a - u).abs() > half + 0.9 || (b - v).abs() > 1.9);
            let of_texts =
                taken.iter().all(|(u, v, w)| (a - u).abs() > half + w + 0.3 || (b - v).abs() > 2.2);
            of_dots
                && of_texts
                && *a - half > plot.left - 1.0
                && *a + half < plot.right + 3.0
                && *b < plot.bottom
        };
        let spot = spots.find(free).unwrap_or((x + 1.1 + half, y - 2.0));
        taken.push((spot.0, spot.1, half));
        let letters = theme.letters(colour(sheet.setting, point.regime));
        let style = Text::label(letters).bold().sized(NOTE_PT).aligned(Align::Middle);
        sheet.canvas.text_centred(spot, &text, style);
    }
}

/// The names of the numbers in columns; returns the lower end.
fn draw_names(sheet: &mut Sheet, results: &Results, top: f64) -> f64 {
    let setting = sheet.setting;
    let theme = setting.theme;
    let columns = if setting.width_mm < 120 { 1 } else { 3 };
    // A few columns.
    #[allow(clippy::cast_precision_loss)]
    let width = (sheet.width() - 2.0 * MARGIN) / columns as f64;
    let per_column = results.regimes.len().div_ceil(columns);
    let mut lowest = top;
    for column in 0..columns {
        #[allow(clippy::cast_precision_loss)]
        let left = MARGIN + width * column as f64;
        let mut y = top;
        for regime in
            (column * per_column..(column + 1) * per_column).take_while(|r| *r < results.regimes.len())
        {
            let letters = theme.letters(colour(setting, regime));
            let style = Text::label(letters).bold().sized(NOTE_PT).aligned(Align::End);
            sheet.canvas.text_centred((left + 4.0, y), &(regime + 1).to_string(), style);
            let name = setting.regime_marked(results, regime);
            for line in wrap(&name, NOTE_PT, Weight::Regular, width - 7.0, 2) {
                sheet.canvas.text_centred((left + 5.2, y), &line, Text::label(theme.ink).sized(NOTE_PT));
                y += line_height(NOTE_PT);
            }
            y += 0.4;
        }
        lowest = lowest.max(y);
    }
    lowest - 1.6
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(regime: usize, across: f64, up: f64) -> Point {
        Point { regime, across, up, across_ends: None, up_ends: None }
    }

    #[test]
    fn the_frontier_leaves_out_what_another_beats() {
        let points = [
            point(0, 3.0, 5.0),
            point(1, 1.0, 9.0),
            point(2, 2.0, 9.5),
            point(3, 2.5, 6.0),
            point(4, 4.0, 5.0),
        ];
        let found: Vec<usize> = frontier(&points).iter().map(|p| p.regime).collect();
        assert_eq!(found, [1, 3, 0]);
    }
}
