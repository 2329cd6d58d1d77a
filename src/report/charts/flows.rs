//! Who is saved and who is lost: the same households under two regimes.

use super::sheet::{AXIS_PT, GRID_PT, MARGIN, Plot, Sheet, grid_across, numbers_across};
use super::{Chart, Setting, interval, interval_note, last_year, replicates};
use crate::measures::table::{Results, Statistics};
use crate::report::fonts::{Weight, width_mm};
use crate::report::layout::{nice_ticks, wrap};
use crate::report::style::{Align, LABEL_PT, Text, line_height, number};
use crate::scenario::plan::Language;
use crate::units::Year;

/// Below this width in millimetres the numbers of the rest of the cohort are left out.
const NARROW: u32 = 120;
/// The rest of the cohort, beside the two bars.
const REST: [&str; 4] = ["both", "neither", "died_or_dissolved", "unmatched"];

struct Row {
    regime: usize,
    saved: Statistics,
    lost: Statistics,
    rest: [f64; 4],
    cohort: f64,
}

/// The chart, of the last year.
#[must_use]
pub fn draw(results: &Results, setting: &Setting) -> Chart {
    let title = setting.pick("Households saved and lost", "避免返贫与新增返贫的户");
    let rows: Vec<Row> = (0..results.regimes.len()).filter_map(|regime| row(results, regime)).collect();
    if rows.is_empty() {
        let reason = setting
            .pick("No second regime to compare, or no lifted households.", "没有可比较的方案或脱贫户。");
        return Sheet::new(setting, "flows", title, "").finish_empty(reason);
    }
    let year = last_year(results).map_or(0, Year::number);
    let baseline = results.regimes.iter().position(|r| r.0 == results.baseline);
    let name = baseline.map_or(results.baseline.as_str(), |index| setting.regime(results, index));
    let subtitle = match setting.language {
        Language::En => format!(
            "Lifted households per 1,000 that ever returned to poverty by {year} under one of two regimes only; \
             baseline: {name}"
        ),
        Language::Zh => format!("截至{year}年仅在两种方案之一下曾经返贫的脱贫户（每千户）；基准方案：{name}"),
    };
    let mut sheet = Sheet::new(setting, "flows", title, &subtitle);
    let bottom = draw_rows(&mut sheet, results, &rows);
    let mut note =
        interval_note(setting, replicates(rows.iter().map(|r| r.saved)), "Lines on bars", "条上横线");
    note += setting.pick(
        " Saved: returned under the baseline only; lost: under this regime only; each household is compared with itself.",
        "“避免返贫”指仅在基准方案下返贫，“新增返贫”指仅在本方案下返贫；每户与其自身比较。",
    );
    if setting.width_mm >= NARROW {
        note += setting.pick(
            " Right: the other households; died: died out or dissolved without having returned; unmatched: in one \
             regime only.",
            "右侧为其余各户：“消亡”指未返贫而死亡或解体，“不匹配”指仅存在于一种方案。",
        );
    }
    sheet.finish(bottom, note.trim())
}

fn row(results: &Results, regime: usize) -> Option<Row> {
    let id = &results.regimes[regime].0;
    let year = last_year(results);
    let of = |outcome: &str| {
        results
            .flows
            .iter()
            .find(|r| {
                r.outcome == outcome
                    && &r.regime == id
                    && Some(r.year) == year
                    && r.baseline == results.baseline
            })
            .map(|r| r.households)
    };
    let count = |outcome: &str| of(outcome).and_then(|s| s.mean).unwrap_or(0.0);
    let (saved, lost) = (of("saved")?, of("lost")?);
    let rest = REST.map(count);
    let cohort = saved.mean? + lost.mean? + rest.iter().sum::<f64>();
    (id != &results.baseline && cohort > 0.0).then_some(Row { regime, saved, lost, rest, cohort })
}

impl Row {
    fn per_1000(&self, households: f64) -> f64 {
        households / self.cohort * 1000.0
    }

    fn bar(&self, s: &Statistics) -> (f64, Option<(f64, f64)>) {
        let ends = interval(s).map(|(low, high)| (self.per_1000(low.max(0.0)), self.per_1000(high)));
        (self.per_1000(s.mean.unwrap_or(0.0)), ends)
    }
}

fn draw_rows(sheet: &mut Sheet, results: &Results, rows: &[Row]) -> f64 {
    let setting = sheet.setting;
    let theme = setting.theme;
    let narrow = setting.width_mm < NARROW;
    let name_room = if narrow { 22.0 } else { 38.0 };
    let names: Vec<Vec<String>> = rows
        .iter()
        .map(|r| wrap(setting.regime(results, r.regime), LABEL_PT, Weight::Bold, name_room, 4))
        .collect();
    let widest = names.iter().flatten().map(|l| width_mm(l, LABEL_PT, Weight::Bold)).fold(0.0, f64::max);
    let heads = if narrow { ["", "", "", ""] } else { rest_heads(setting) };
    let columns: Vec<f64> = heads
        .iter()
        .filter(|h| !h.is_empty())
        .map(|h| {
            width_mm(h, LABEL_PT, Weight::Regular).max(width_mm("1000", LABEL_PT, Weight::Regular)) + 4.0
        })
        .collect();

    let reach = |s: &Statistics, r: &Row| r.bar(s).1.map_or(0.0, |e| e.1).max(r.bar(s).0);
    let most_saved = rows.iter().map(|r| reach(&r.saved, r)).fold(0.0, f64::max);
    let most_lost = rows.iter().map(|r| reach(&r.lost, r)).fold(0.0, f64::max);
    let (ticks, across) =
        nice_ticks(-most_lost, most_saved, if narrow { 6 } else { 10 }).trimmed(-most_lost, most_saved);
    let left = MARGIN + widest + 3.0;
    // Numbers stand beyond the bars.
    let beyond = width_mm("000.0", LABEL_PT, Weight::Regular) + 2.0;
    let right = sheet.width() - MARGIN - columns.iter().sum::<f64>() - 2.0;
    // A few lines.
    #[allow(clippy::cast_precision_loss)]
    let row_height =
        names.iter().map(Vec::len).max().unwrap_or(1).max(1) as f64 * line_height(LABEL_PT) + 3.2;
    let top = sheet.top + 4.0;
    #[allow(clippy::cast_precision_loss)]
    let bottom = top + row_height * rows.len() as f64;
    let plot = Plot { left: left + beyond, right: right - beyond, top, bottom, across, up: (1.0, 0.0) };

    let zero = plot.x(0.0);
    let head = sheet.top + 1.6;
    let style = Text::label(theme.letters(theme.loss)).bold().aligned(Align::End);
    sheet.canvas.text((zero - 1.5, head), setting.pick("lost", "新增返贫"), style);
    let style = Text::label(theme.letters(theme.gain)).bold();
    sheet.canvas.text((zero + 1.5, head), setting.pick("saved", "避免返贫"), style);
    let mut x = right + 2.0;
    for (head_text, width) in heads.iter().zip(&columns) {
        x += width;
        sheet.canvas.text((x, head), head_text, Text::label(theme.muted).aligned(Align::End));
    }

    grid_across(sheet, &plot, &ticks);
    numbers_across(sheet, &plot, &ticks, |tick, decimals| number(tick.abs(), decimals));
    let mut y = top + row_height / 2.0;
    for (row, name) in rows.iter().zip(&names) {
        let letters = Text::label(theme.letters(theme.regime(row.regime))).bold();
        sheet.canvas.block_centred((MARGIN, y), name, letters);
        side(sheet, &plot, y, row.bar(&row.saved), Side::Saved);
        side(sheet, &plot, y, row.bar(&row.lost), Side::Lost);
        let mut x = right + 2.0;
        for (count, width) in row.rest.iter().zip(&columns) {
            x += width;
            let style = Text::label(theme.ink).aligned(Align::End);
            sheet.canvas.text_centred((x, y), &number(row.per_1000(*count), 0), style);
        }
        y += row_height;
        let line = y - row_height / 2.0;
        if line < bottom - 0.1 && !columns.is_empty() {
            sheet.canvas.line(&[(right + 2.0, line), (x, line)], GRID_PT, theme.grid);
        }
    }
    sheet.canvas.line(&[(zero, top), (zero, bottom)], AXIS_PT, theme.ink);
    bottom + 3.8
}

fn rest_heads(setting: &Setting) -> [&'static str; 4] {
    match setting.language {
        Language::En => ["both", "neither", "died", "unmatched"],
        Language::Zh => ["均返贫", "均未返贫", "消亡", "不匹配"],
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Saved,
    Lost,
}

fn side(sheet: &mut Sheet, plot: &Plot, y: f64, (value, ends): (f64, Option<(f64, f64)>), side: Side) {
    let theme = sheet.setting.theme;
    let (sign, colour) = match side {
        Side::Saved => (1.0, theme.gain),
        Side::Lost => (-1.0, theme.loss),
    };
    let half = 1.7;
    sheet.canvas.bar((plot.x(0.0), y - half), (plot.x(sign * value), y + half), colour);
    let mut end = plot.x(sign * value);
    if let Some((low, high)) = ends {
        sheet.canvas.line(&[(plot.x(sign * low), y), (plot.x(sign * high), y)], 0.7, theme.ink);
        end = plot.x(sign * high.max(value));
    }
    let align = if side == Side::Saved { Align::Start } else { Align::End };
    sheet.canvas.text_centred(
        (end + sign * 1.0, y),
        &number(value, 1),
        Text::label(theme.ink).aligned(align),
    );
}
