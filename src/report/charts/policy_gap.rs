//! The policy gap: a row a border, a column a regime, a line a bill over the years. Regimes with the same lines share
//! a column.

use super::sheet::{AXIS_PT, LINE_PT, MARGIN, Numbers, Plot, Sheet, axis_room, grid_up, years_axis};
use super::{Chart, Setting, alike};
use crate::gap::{BORDERS, Gap, Meter};
use crate::report::fonts::Weight;
use crate::report::layout::{Ticks, nice_ticks, wrap};
use crate::report::style::{Colour, LABEL_PT, Text, line_height, number};
use crate::scenario::plan::Language;
use crate::units::Year;

/// Gaps that are drawn as none, points.
const NOTHING: f64 = 0.05;

/// The chart.
#[must_use]
pub fn draw(meter: &Meter, setting: &Setting) -> Chart {
    let title = setting.pick("The policy gap at each border of eligibility", "各资格界线上的政策断层");
    let subtitle = setting.pick(
        "Share of the whole bill paid on the left side of the border less that on the right, same bill and same \
         household, by rule (percentage points)",
        "同一费用、同一家庭，界线左侧与右侧的实际报销比例之差，按规定计算（百分点）",
    );
    let mut sheet = Sheet::new(setting, "policy-gap", title, subtitle);
    let seen =
        |border: usize| meter.gaps.iter().any(|gap| gap.border == border && gap.points().abs() >= NOTHING);
    let (drawn, empty): (Vec<usize>, Vec<usize>) = (0..BORDERS.len()).partition(|border| seen(*border));
    if drawn.is_empty() {
        return sheet.finish_empty(setting.pick("No border makes a difference.", "各界线两侧报销无差异。"));
    }
    let key: Vec<(Colour, String)> = (0..meter.bills.len())
        .map(|bill| {
            let (label, amounts) = (setting.label(meter.bills[bill].label), amounts(meter, setting, bill));
            let name = match setting.language {
                Language::En => format!("{label} ({amounts})"),
                Language::Zh => format!("{label}（{amounts}）"),
            };
            (colour(setting, bill), name)
        })
        .collect();
    sheet.key(&key);
    let sets = alike::sets(meter.regimes.len(), |regime| lines(meter, regime));
    let bottom = panels(&mut sheet, meter, &drawn, &sets);
    let note = note(meter, setting, &empty) + &alike::note(&meter.regimes, &sets, setting);
    sheet.finish(bottom, &note)
}

/// All that is drawn of a regime: its gaps, and where there are dots.
fn lines(meter: &Meter, regime: usize) -> Vec<(f64, bool)> {
    let gaps = meter.gaps.iter().filter(|gap| gap.regime == regime);
    gaps.map(|gap| (gap.points(), is_handover(meter, gap))).collect()
}

fn note(meter: &Meter, setting: &Setting, empty: &[usize]) -> String {
    let switch = meter.switch_year;
    let mut note = match setting.language {
        Language::En => format!(
            "Grey: before {switch} all regimes have the terms of history. Dots: hand-overs, years whose rules pay the class \
             on the left over a point more or less of the same bill than those of the year before."
        ),
        Language::Zh => format!(
            "灰底：{switch}年之前各方案均执行历史政策。圆点为政策交接：当年规定使左侧对象同一费用的报销比例较上年变动超过1个百分点。"
        ),
    };
    if !empty.is_empty() {
        let names: Vec<&str> = empty.iter().map(|border| setting.label(BORDERS[*border].label)).collect();
        note += &match setting.language {
            Language::En => format!(" No gap: {}.", names.join("; ")),
            Language::Zh => format!("无断层：{}。", names.join("；")),
        };
    }
    note
}

/// Colour of a bill.
fn colour(setting: &Setting, bill: usize) -> Colour {
    let theme = setting.theme;
    [theme.ink, theme.gain, theme.loss][bill % 3]
}

/// All panels, a block of regimes under the other; returns the lower end.
fn panels(sheet: &mut Sheet, meter: &Meter, drawn: &[usize], sets: &[Vec<usize>]) -> f64 {
    let most = match sheet.setting.width_mm {
        ..120 => 3,
        // So many that two blocks of six don't hold them stand closer.
        _ if sets.len() > 12 => 8,
        _ => 6,
    };
    let (columns, blocks) = super::sheet::panels(sets.len(), most);
    let panel_height = match (blocks, sheet.setting.width_mm) {
        (1, 120..) => 15.5,
        (1, _) => 11.0,
        _ => 8.5,
    };
    let mut top = sheet.top;
    for block in sets.chunks(columns) {
        top = draw_block(sheet, meter, drawn, (block, columns, panel_height), top) + 2.0;
    }
    top - 2.0
}

fn draw_block(
    sheet: &mut Sheet,
    meter: &Meter,
    drawn: &[usize],
    (sets, columns, panel_height): (&[Vec<usize>], usize, f64),
    top: f64,
) -> f64 {
    let setting = sheet.setting;
    let theme = setting.theme;
    let points = || meter.gaps.iter().filter(|gap| drawn.contains(&gap.border)).map(Gap::points);
    let (low, high) = (points().fold(0.0, f64::min), points().fold(0.0, f64::max));
    let (ticks, up) = nice_ticks(low, high, 4).trimmed(low, high);
    let room = axis_room(&ticks);
    let gap = if columns > 6 { 3.5 } else { 5.0 };
    // A handful of columns.
    #[allow(clippy::cast_precision_loss)]
    let width = (sheet.width() - 2.0 * MARGIN - room - 3.0 - gap * (columns as f64 - 1.0)) / columns as f64;
    #[allow(clippy::cast_precision_loss)]
    let left = |column: usize| MARGIN + room + column as f64 * (width + gap);
    let most_lines = if columns > 6 { 6 } else { 4 };
    let heads: Vec<Vec<String>> = sets
        .iter()
        .map(|set| {
            let head = alike::head(&meter.regimes, set, setting);
            wrap(&head, LABEL_PT, Weight::Bold, width + gap - 2.0, most_lines)
        })
        .collect();
    let mut lowest = top;
    for (column, lines) in heads.iter().enumerate() {
        let mut y = top + 2.0;
        for line in lines {
            sheet.canvas.text((left(column), y), line, Text::label(theme.ink).bold());
            y += line_height(LABEL_PT);
        }
        lowest = lowest.max(y);
    }
    let (first, last) = (meter.years.0.number(), meter.years.1.number());
    let mut top = lowest - 0.8;
    for (row, border) in drawn.iter().enumerate() {
        for line in wrap(
            setting.label(BORDERS[*border].label),
            LABEL_PT,
            Weight::Regular,
            sheet.width() - 2.0 * MARGIN,
            2,
        ) {
            sheet.canvas.text((MARGIN, top + 2.2), &line, Text::label(theme.ink));
            top += line_height(LABEL_PT);
        }
        top += 0.9;
        for (column, set) in sets.iter().enumerate() {
            let (x, bottom) = (left(column), top + panel_height);
            let across = (f64::from(first), f64::from(last));
            let plot = Plot { left: x, right: x + width, top, bottom, across, up };
            let numbers = if column == 0 { Numbers::Shown } else { Numbers::Left };
            panel(sheet, meter, (*border, set[0]), &plot, (&ticks, numbers));
            let years = if row + 1 == drawn.len() { Numbers::Shown } else { Numbers::Left };
            years_axis(sheet, &plot, (first, last), years);
        }
        top += panel_height + 2.2;
    }
    top + 2.4
}

/// "7,213 yuan in 2021, 12,020 in 2035".
fn amounts(meter: &Meter, setting: &Setting, bill: usize) -> String {
    let at = |year: Year| {
        let gap = meter.gaps.iter().find(|gap| gap.bill == bill && gap.year == year);
        gap.map_or_else(String::new, |gap| number(gap.amount.yuan(), 0))
    };
    let (first, last) = (meter.switch_year.max(meter.years.0), meter.years.1);
    let (a, b) = (at(first), at(last));
    match setting.language {
        _ if a == b => format!("{a}{}", setting.pick(" yuan", "元")),
        Language::En => format!("{a} yuan in {first}, {b} in {last}"),
        Language::Zh => format!("{first}年{a}元，{last}年{b}元"),
    }
}

fn panel(
    sheet: &mut Sheet,
    meter: &Meter,
    (border, regime): (usize, usize),
    plot: &Plot,
    (ticks, numbers): (&Ticks, Numbers),
) {
    let (setting, theme) = (sheet.setting, sheet.setting.theme);
    let switch = plot.x(f64::from(meter.switch_year.number()) - 0.5).min(plot.right);
    if switch > plot.left {
        // The past that all regimes share.
        sheet.canvas.bar((plot.left, plot.top), (switch, plot.bottom), theme.paper.mixed(theme.grid, 45));
    }
    grid_up(sheet, plot, ticks, numbers);
    sheet.canvas.line(&[(plot.left, plot.y(0.0)), (plot.right, plot.y(0.0))], AXIS_PT, theme.ink);
    for bill in 0..meter.bills.len() {
        let of_bill =
            meter.gaps.iter().filter(|gap| (gap.regime, gap.border, gap.bill) == (regime, border, bill));
        let place = |gap: &Gap| (plot.x(f64::from(gap.year.number())), plot.y(gap.points()));
        let path: Vec<(f64, f64)> = of_bill.clone().map(place).collect();
        let colour = colour(setting, bill);
        sheet.canvas.line(&path, LINE_PT, colour);
        if let [only] = path[..] {
            sheet.canvas.dot(only, 0.7, colour);
        }
        let gaps: Vec<&Gap> = of_bill.collect();
        for pair in gaps.windows(2) {
            let there = pair.iter().any(|gap| gap.points().abs() >= NOTHING);
            if there && is_handover(meter, pair[1]) {
                sheet.canvas.dot(place(pair[1]), 0.65, colour);
            }
        }
    }
}

/// Whether the class within is paid otherwise than the year before.
fn is_handover(meter: &Meter, gap: &Gap) -> bool {
    let class = BORDERS[gap.border].within;
    meter.handovers.iter().any(|handover| {
        (handover.regime, handover.year, handover.class, handover.bill)
            == (gap.regime, gap.year, class, gap.bill)
    })
}
