//! How return to poverty spreads between counties: a row a place and a panel a regime, all on one scale, the median
//! county as a line, the middle half and nine tenths of all counties as bands.

use super::sheet::{
    LINE_PT, MARGIN, Numbers, Plot, Sheet, axis_room, grid_up, panel_gap, panels, years_axis,
};
use super::{Chart, Setting, replicates};
use crate::measures::counties::spread;
use crate::measures::table::{PlaceInfo, Results, SpreadRow};
use crate::report::fonts::Weight;
use crate::report::layout::{Ticks, nice_ticks, wrap};
use crate::report::style::{LABEL_PT, NOTE_PT, Text, line_height, number};
use crate::scenario::plan::Language;

/// Fewest counties whose spread is worth a band.
const FEWEST: u32 = 8;

/// Persons of the median county below which the note warns of chance: with a third of them lifted, a tenth of those
/// returning and households of two or three that return together, one standard error is a point or more.
const SMALL: u64 = 5_000;

/// A place whose counties are shown.
struct Row<'r> {
    head: String,
    under: String,
    persons: Option<u64>,
    /// `[regime][year]`.
    spreads: Vec<Vec<&'r SpreadRow>>,
}

/// The chart, of all places of the scenario that have counties enough.
#[must_use]
pub fn draw(results: &Results, setting: &Setting) -> Chart {
    let title = setting.pick("Return to poverty from county to county", "各县返贫率的分布");
    let subtitle = setting.pick(
        "Lifted persons not in net poverty last year who are in it this year (%), by county",
        "上年未处于净贫困、当年陷入净贫困的脱贫人口比例（%），按县",
    );
    let mut sheet = Sheet::new(setting, "counties", title, subtitle);
    let rows: Vec<Row<'_>> = results.groups.iter().filter_map(|group| row(results, setting, group)).collect();
    if rows.is_empty() {
        let reason =
            setting.pick("Fewer than eight counties of a kind in these results.", "结果中同类县不足八个。");
        return sheet.finish_empty(reason);
    }
    let bottom = draw_rows(&mut sheet, results, &rows);
    let mut note = setting
        .pick(
            "Line: median county. Dark band: middle half of the counties, light band: nine in ten. Counties count alike, \
             whatever their size; bands hold what differs between counties and chance within them.",
            "线为中位数县，深色带为居中一半的县，浅色带为九成的县。各县等权，不论规模；色带包含县间差异与县内随机波动。",
        )
        .to_owned();
    if rows.iter().any(|row| row.persons.is_some_and(|persons| persons < SMALL)) {
        note += setting.pick(
            " Counties with so few simulated persons spread in large part by chance.",
            "模拟人数如此之少的县，其差异在很大程度上出于随机波动。",
        );
    }
    sheet.finish(bottom, &note)
}

/// The row of a group, if it is a place with counties enough.
fn row<'r>(results: &'r Results, setting: &Setting, group: &'r str) -> Option<Row<'r>> {
    let id = group.strip_prefix("place:")?;
    let of_regime = |regime: &'r str| spread(results, (regime, group, "poverty_return_rate")).collect();
    let spreads: Vec<Vec<&SpreadRow>> = results.regimes.iter().map(|regime| of_regime(&regime.0)).collect();
    let counties = spreads.iter().flatten().map(|row| row.counties).max().filter(|most| *most >= FEWEST)?;
    let place = results.places.iter().find(|place| place.id == id);
    let label = place.map_or("", |place| setting.pick(&place.en, &place.zh)).trim();
    let persons = place.and_then(|place: &PlaceInfo| place.persons_per_county);
    Some(Row {
        head: if label.is_empty() { id } else { label }.to_owned(),
        under: size(
            setting,
            counties,
            replicates(results.measures.iter().map(|row| row.statistics)),
            persons,
        ),
        persons,
        spreads,
    })
}

/// "832 counties, the median one with 900 simulated persons".
fn size(setting: &Setting, counties: u32, replicates: u32, persons: Option<u64>) -> String {
    let all = number(f64::from(counties), 0);
    // Persons of a county.
    #[allow(clippy::cast_precision_loss)]
    let persons = persons.map(|persons| number(persons as f64, 0));
    match setting.language {
        Language::En => {
            let over = if replicates > 1 { format!(" over {replicates} replicates") } else { String::new() };
            let persons =
                persons.map_or_else(String::new, |n| format!(", the median one with {n} simulated persons"));
            format!("{all} counties{over}{persons}")
        }
        Language::Zh => {
            let over = if replicates > 1 { format!("{replicates}次重复模拟共") } else { String::new() };
            let persons = persons.map_or_else(String::new, |n| format!("，中位数县模拟{n}人"));
            format!("{over}{all}个县{persons}")
        }
    }
}

fn percent(row: &SpreadRow) -> [f64; 5] {
    row.quantiles.map(|value| value * 100.0)
}

/// The scales that all panels share.
struct Scales {
    years: (i16, i16),
    ticks: Ticks,
    up: (f64, f64),
    height: f64,
    columns: usize,
}

fn draw_rows(sheet: &mut Sheet, results: &Results, rows: &[Row<'_>]) -> f64 {
    let all = || rows.iter().flat_map(|row| &row.spreads).flatten();
    let most = all().map(|row| percent(row)[4]).fold(0.0, f64::max);
    let years = all().map(|row| row.year.number());
    let (ticks, up) = nice_ticks(0.0, most, 6).trimmed(0.0, most);
    let (columns, lines) = panels(results.regimes.len(), if sheet.setting.width_mm < 120 { 2 } else { 4 });
    // A page holds 200 mm of panels, each with 17 mm of names and years.
    #[allow(clippy::cast_precision_loss)]
    let height = (200.0 / (lines * rows.len()) as f64 - 17.0).clamp(16.0, 40.0);
    let years = (years.clone().min().unwrap_or(0), years.max().unwrap_or(0));
    let scales = Scales { years, ticks, up, height, columns };
    let mut top = sheet.top;
    for row in rows {
        top = draw_head(sheet, row, top);
        top = draw_panels(sheet, results, row, &scales, top) + 2.0;
    }
    top - 5.0
}

/// The name of a place, and under it how many counties there are; returns the lower end.
fn draw_head(sheet: &mut Sheet, row: &Row<'_>, top: f64) -> f64 {
    let theme = sheet.setting.theme;
    let room = sheet.width() - 2.0 * MARGIN;
    let mut y = top + 2.0;
    for line in wrap(&row.head, LABEL_PT, Weight::Bold, room, 3) {
        sheet.canvas.text((MARGIN, y), &line, Text::label(theme.ink).bold());
        y += line_height(LABEL_PT);
    }
    for line in wrap(&row.under, NOTE_PT, Weight::Regular, room, 3) {
        sheet.canvas.text((MARGIN, y - 0.2), &line, Text::label(theme.muted).sized(NOTE_PT));
        y += line_height(NOTE_PT);
    }
    y - 1.0
}

fn draw_panels(sheet: &mut Sheet, results: &Results, of: &Row<'_>, scales: &Scales, mut top: f64) -> f64 {
    let setting = sheet.setting;
    let theme = setting.theme;
    let (by_regime, columns) = (&of.spreads, scales.columns);
    let (room, gap) = (axis_room(&scales.ticks), panel_gap(setting));
    // A handful of panels.
    #[allow(clippy::cast_precision_loss)]
    let width = (sheet.width() - 2.0 * MARGIN - room - gap * (columns as f64 - 1.0) - 2.0) / columns as f64;
    for row in 0..by_regime.len().div_ceil(columns) {
        let here = row * columns..((row + 1) * columns).min(by_regime.len());
        let heads: Vec<Vec<String>> = here
            .clone()
            .map(|regime| wrap(&setting.regime_marked(results, regime), LABEL_PT, Weight::Bold, width, 3))
            .collect();
        // A few lines.
        #[allow(clippy::cast_precision_loss)]
        let head = heads.iter().map(|lines| lines.len() as f64 * line_height(LABEL_PT)).fold(0.0, f64::max);
        let mut left = MARGIN + room;
        for (column, (regime, lines)) in here.zip(&heads).enumerate() {
            let colour = theme.regime(regime);
            let mut y = top + 2.0;
            for line in lines {
                sheet.canvas.text((left, y), line, Text::label(theme.letters(colour)).bold());
                y += line_height(LABEL_PT);
            }
            let upper = top + head + 1.4;
            let plot = Plot {
                left,
                right: left + width,
                top: upper,
                bottom: upper + scales.height,
                across: (f64::from(scales.years.0), f64::from(scales.years.1)),
                up: scales.up,
            };
            let numbers = if column == 0 { Numbers::Shown } else { Numbers::Left };
            grid_up(sheet, &plot, &scales.ticks, numbers);
            let at = |index: usize| -> Vec<(f64, f64)> {
                let place = |row: &&SpreadRow| {
                    (plot.x(f64::from(row.year.number())), plot.y(percent(row)[index].min(plot.up.1)))
                };
                by_regime[regime].iter().map(place).collect()
            };
            for (low, high) in [(0, 4), (1, 3)] {
                let band: Vec<(f64, f64)> = at(high).into_iter().chain(at(low).into_iter().rev()).collect();
                sheet.canvas.area(&band, colour, 0.2);
            }
            sheet.canvas.line(&at(2), LINE_PT, colour);
            years_axis(sheet, &plot, scales.years, Numbers::Shown);
            left += width + gap;
        }
        top += head + 1.4 + scales.height + 6.8;
    }
    top
}
