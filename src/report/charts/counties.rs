//! How return to poverty spreads between counties: a panel a regime on one scale, the median county as a line, the
//! middle half and nine tenths of all counties as bands.

use super::sheet::{MARGIN, Numbers, Plot, Sheet, axis_room, grid_up, panels, years_axis};
use super::{Chart, Setting};
use crate::measures::counties::spread;
use crate::measures::table::{Results, SpreadRow};
use crate::report::charts::sheet::LINE_PT;
use crate::report::fonts::Weight;
use crate::report::layout::{nice_ticks, wrap};
use crate::report::style::{LABEL_PT, Text, line_height};
use crate::scenario::plan::Language;

/// Fewest counties whose spread is worth a band.
const FEWEST: u32 = 8;

/// The chart, of the first place of the scenario that has counties enough.
#[must_use]
pub fn draw(results: &Results, setting: &Setting) -> Chart {
    let title = setting.pick("Return to poverty from county to county", "各县返贫率的分布");
    let measure = "poverty_return_rate";
    let place = results.groups.iter().find(|group| {
        group.starts_with("place:")
            && results.counties.iter().any(|row| &row.group == *group && row.counties >= FEWEST)
    });
    let by_regime: Vec<Vec<&SpreadRow>> = results
        .regimes
        .iter()
        .map(|(id, _, _)| {
            place.map_or_else(Vec::new, |place| spread(results, (id, place, measure)).collect())
        })
        .collect();
    let counties = by_regime.iter().flatten().map(|row| row.counties).max().unwrap_or(0);
    let name = place.and_then(|place| place.strip_prefix("place:")).unwrap_or("");
    let subtitle = match setting.language {
        Language::En => format!(
            "Lifted persons not in net poverty last year who are in it this year (%), {counties} counties ({name})"
        ),
        Language::Zh => {
            format!("上年未处于净贫困、当年陷入净贫困的脱贫人口比例（%），{counties}个县（{name}）")
        }
    };
    let mut sheet = Sheet::new(setting, "counties", title, &subtitle);
    if counties == 0 {
        let reason =
            setting.pick("Fewer than eight counties of a kind in these results.", "结果中同类县不足八个。");
        return sheet.finish_empty(reason);
    }
    let bottom = draw_panels(&mut sheet, results, &by_regime);
    let note = setting.pick(
        "Line: median county. Dark band: middle half of the counties, light band: nine in ten. Counties count alike, \
         whatever their size; bands hold what differs between counties and chance within them.",
        "线为中位数县，深色带为居中一半的县，浅色带为九成的县。各县等权，不论规模；色带包含县间差异与县内随机波动。",
    );
    sheet.finish(bottom, note)
}

fn draw_panels(sheet: &mut Sheet, results: &Results, by_regime: &[Vec<&SpreadRow>]) -> f64 {
    let setting = sheet.setting;
    let theme = setting.theme;
    let all = || by_regime.iter().flatten();
    let percent = |row: &SpreadRow| row.quantiles.map(|value| value * 100.0);
    let most = all().map(|row| percent(row)[4]).fold(0.0, f64::max);
    let years = all().map(|row| row.year.number());
    let across = (years.clone().min().unwrap_or(0), years.max().unwrap_or(0));
    let (ticks, up) = nice_ticks(0.0, most, 6).trimmed(0.0, most);
    let room = axis_room(&ticks);
    let (columns, rows) = panels(by_regime.len(), if setting.width_mm < 120 { 2 } else { 4 });
    let gap = 4.0;
    // A handful of panels.
    #[allow(clippy::cast_precision_loss)]
    let width = (sheet.width() - 2.0 * MARGIN - room - gap * (columns as f64 - 1.0) - 2.0) / columns as f64;
    let mut top = sheet.top;
    for row in 0..rows {
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
                bottom: upper + 40.0,
                across: (f64::from(across.0), f64::from(across.1)),
                up,
            };
            let numbers = if column == 0 { Numbers::Shown } else { Numbers::Left };
            grid_up(sheet, &plot, &ticks, numbers);
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
            years_axis(sheet, &plot, across, Numbers::Shown);
            left += width + gap;
        }
        top += head + 1.4 + 40.0 + 6.8;
    }
    top - 3.0
}
