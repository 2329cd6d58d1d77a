//! Which policies are in force when: a row a policy, a column a regime, a bar over its years. Regimes that are the same
//! in every row share a column; where the columns don't fit beside each other, rows that are the same under all
//! regimes stand in the first block alone.

use super::sheet::{AXIS_PT, GRID_PT, MARGIN, Numbers, Plot, Sheet, years_axis};
use super::{Chart, Setting, alike};
use crate::measures::catalogue::payer_label;
use crate::report::fonts::Weight;
use crate::report::layout::{wrap, year_ticks};
use crate::report::style::{Align, Colour, LABEL_PT, NOTE_PT, Text, line_height};
use crate::scenario::plan::Language;
use crate::scenario::policy::Payer;
use crate::timeline::{Group, Row, Timeline};

/// Height of a row in millimetres.
const ROW: f64 = 3.1;
/// Height of a bar.
const BAR: f64 = 2.3;
/// Difference of shade that an eye sees; less is marked.
const VISIBLE: f64 = 0.04;

/// The chart.
#[must_use]
pub fn draw(timeline: &Timeline, setting: &Setting) -> Chart {
    let title = setting.pick("Which policies are in force when", "各项政策的实施时段");
    let subtitle = setting.pick(
        "Darker: pays or gives more (a layer: its highest rate times its strength; shares; yuan and multiples relative \
         to the row's largest)",
        "颜色越深，支付或提供越多（保障层为最高报销比例×力度；比例；金额与倍数相对于该行最大值）",
    );
    let mut sheet = Sheet::new(setting, "policy-timeline", title, subtitle);
    if timeline.rows.is_empty() {
        return sheet.finish_empty(setting.pick("No policy is in force.", "没有实施中的政策。"));
    }
    let payers =
        Payer::ALL.into_iter().filter(|payer| timeline.rows.iter().any(|row| row.payer == Some(*payer)));
    let mut key: Vec<(Colour, String)> = payers
        .map(|payer| (colour(setting, Some(payer)), setting.label(payer_label(payer)).to_owned()))
        .collect();
    key.push((colour(setting, None), setting.pick("Other policies", "其他政策").to_owned()));
    sheet.key(&key);
    let sets = alike::sets(timeline.regimes.len(), |regime| {
        timeline.rows.iter().map(|row| &row.cells[regime]).collect::<Vec<_>>()
    });
    let most = match setting.width_mm {
        ..120 => 3,
        // So many that two blocks of six don't hold them stand closer.
        _ if sets.len() > 12 => 7,
        _ => 6,
    };
    let (columns, blocks) = super::sheet::panels(sets.len(), most);
    let mut bottom = sheet.top;
    for (place, block) in sets.chunks(columns).enumerate() {
        let shown = |row: &&Row| {
            let in_force = block.iter().any(|set| row.cells[set[0]].iter().any(Option::is_some));
            in_force && (place == 0 || row.cells.iter().any(|cells| *cells != row.cells[0]))
        };
        let rows: Vec<&Row> = timeline.rows.iter().filter(shown).collect();
        bottom = draw_block(&mut sheet, timeline, &rows, (block, columns), bottom) + 3.0;
    }
    let switch = timeline.switch_year;
    let mut note = match setting.language {
        Language::En => format!(
            "Grey: before {switch} all regimes follow history. White ticks: other terms change (deductibles, ceilings, \
             claims, classes)."
        ),
        Language::Zh => {
            format!(
                "灰底：{switch}年之前各方案均执行历史政策。白色刻线：其他条款变动（起付线、封顶线、申领方式、对象）。"
            )
        }
    };
    if blocks > 1 {
        note += setting.pick(
            " Rows that are the same under all regimes stand in the first block only.",
            "各方案相同的行仅列于第一组。",
        );
    }
    note += &alike::note(&timeline.regimes, &sets, setting);
    sheet.finish(bottom - 3.0, &note)
}

/// Colour of a bar that gives the most.
fn colour(setting: &Setting, payer: Option<Payer>) -> Colour {
    let theme = setting.theme;
    payer.map_or(theme.ink.mixed(theme.paper, 30), |payer| theme.payers[payer as usize])
}

fn draw_block(
    sheet: &mut Sheet,
    timeline: &Timeline,
    rows: &[&Row],
    (sets, columns): (&[Vec<usize>], usize),
    top: f64,
) -> f64 {
    let (setting, theme) = (sheet.setting, sheet.setting.theme);
    let room = if setting.width_mm < 120 { 34.0 } else { 48.0 };
    let gap = if setting.width_mm < 120 { 2.0 } else { 3.0 };
    // A handful of columns.
    #[allow(clippy::cast_precision_loss)]
    let width = (sheet.width() - 2.0 * MARGIN - room - 2.0 - gap * (columns as f64 - 1.0)) / columns as f64;
    #[allow(clippy::cast_precision_loss)]
    let left = |column: usize| MARGIN + room + column as f64 * (width + gap);
    let mut lowest = top;
    let most_lines = if columns > 6 { 7 } else { 4 };
    for (column, set) in sets.iter().enumerate() {
        let head = alike::head(&timeline.regimes, set, setting);
        let mut y = top + 2.0;
        for line in wrap(&head, LABEL_PT, Weight::Bold, width + 1.0, most_lines) {
            sheet.canvas.text((left(column), y), &line, Text::label(theme.ink).bold());
            y += line_height(LABEL_PT);
        }
        lowest = lowest.max(y);
    }
    let first_row = lowest - 0.6;
    let (layout, bottom) = layout(rows, setting, first_row, room);
    let (first, last) = (f64::from(timeline.years.0.number()), f64::from(timeline.years.1.number()) + 1.0);
    for column in 0..sets.len() {
        let (x, across) = (left(column), (first, last));
        let plot = Plot { left: x, right: x + width, top: first_row, bottom, across, up: (0.0, 1.0) };
        ground(sheet, timeline, &plot);
    }
    for place in &layout {
        let Place { row, lines, top, height } = place;
        let centre = top + height / 2.0;
        match row {
            None => {
                let style = Text::label(theme.ink).bold();
                sheet.canvas.text_centred((MARGIN, centre + 0.2), lines.first().map_or("", |l| l), style);
            }
            Some(row) => {
                let style = Text::label(theme.ink).sized(NOTE_PT).aligned(Align::End);
                sheet.canvas.block_centred((MARGIN + room - 1.4, centre), lines, style);
                for (column, set) in sets.iter().enumerate() {
                    let x = left(column);
                    let plot = Plot {
                        left: x,
                        right: x + width,
                        top: *top,
                        bottom: top + height,
                        across: (first, last),
                        up: (0.0, 1.0),
                    };
                    bars(sheet, timeline, row, set[0], (&plot, centre));
                }
            }
        }
    }
    for column in 0..sets.len() {
        let x = left(column);
        // A year's label stands under the middle of its part of the bar.
        let half = width / (last - first) / 2.0;
        let across = (first, last - 1.0);
        let plot =
            Plot { left: x + half, right: x + width - half, top: first_row, bottom, across, up: (0.0, 1.0) };
        years_axis(sheet, &plot, (timeline.years.0.number(), timeline.years.1.number()), Numbers::Shown);
        sheet.canvas.line(&[(x, bottom), (x + width, bottom)], AXIS_PT, theme.ink);
    }
    bottom + 4.0
}

/// A row of the picture: a policy or the name of a group.
struct Place<'r> {
    row: Option<&'r Row>,
    lines: Vec<String>,
    top: f64,
    height: f64,
}

fn layout<'r>(rows: &[&'r Row], setting: &Setting, first_row: f64, room: f64) -> (Vec<Place<'r>>, f64) {
    let mut places = Vec::new();
    let mut y = first_row;
    for group in Group::ALL {
        let rows: Vec<&'r Row> = rows.iter().copied().filter(|row| row.group == group).collect();
        if rows.is_empty() {
            continue;
        }
        let height = ROW + 0.9;
        places.push(Place {
            row: None,
            lines: vec![setting.label(group.label()).to_owned()],
            top: y,
            height,
        });
        y += height;
        for row in rows {
            let lines = wrap(setting.bilingual(&row.label), NOTE_PT, Weight::Regular, room - 1.6, 3);
            // A few lines.
            #[allow(clippy::cast_precision_loss)]
            let height = ROW.max(lines.len() as f64 * line_height(NOTE_PT) + 0.3);
            places.push(Place { row: Some(row), lines, top: y, height });
            y += height;
        }
    }
    (places, y + 0.6)
}

/// The past that all regimes share, and lines at labelled years.
fn ground(sheet: &mut Sheet, timeline: &Timeline, plot: &Plot) {
    let theme = sheet.setting.theme;
    let switch = plot.x(f64::from(timeline.switch_year.number())).min(plot.right);
    if switch > plot.left {
        sheet.canvas.bar((plot.left, plot.top), (switch, plot.bottom), theme.paper.mixed(theme.grid, 45));
        sheet.canvas.line(&[(switch, plot.top), (switch, plot.bottom)], GRID_PT, theme.muted);
    }
    let (first, last) = (timeline.years.0.number(), timeline.years.1.number());
    for year in year_ticks(first, last, plot.right - plot.left, 12.0) {
        let x = plot.x(f64::from(year) + 0.5);
        sheet.canvas.line(&[(x, plot.top), (x, plot.bottom)], GRID_PT, theme.grid);
    }
}

fn bars(sheet: &mut Sheet, timeline: &Timeline, row: &Row, regime: usize, (plot, centre): (&Plot, f64)) {
    let theme = sheet.setting.theme;
    let full = colour(sheet.setting, row.payer);
    let bars = timeline.bars(row, regime);
    for (place, bar) in bars.iter().enumerate() {
        let (from, to) = (plot.x(f64::from(bar.from.number())), plot.x(f64::from(bar.to.number()) + 1.0));
        // The faintest is still seen on the grey of the past.
        let paper = 85.0 * (1.0 - bar.cell.shade.clamp(0.0, 1.0));
        // Between 0 and 85.
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let colour = full.mixed(theme.paper, paper.round() as u8);
        sheet.canvas.bar((from, centre - BAR / 2.0), (to, centre + BAR / 2.0), colour);
        let before = place.checked_sub(1).map(|before| &bars[before]);
        let unseen = before.is_some_and(|before| {
            before.to.next() == bar.from && (before.cell.shade - bar.cell.shade).abs() < VISIBLE
        });
        if unseen {
            sheet.canvas.bar(
                (from - 0.12, centre - BAR / 2.0),
                (from + 0.12, centre + BAR / 2.0),
                theme.paper,
            );
        }
    }
}
