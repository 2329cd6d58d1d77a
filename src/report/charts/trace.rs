//! One household's years, a lane a regime: net income against the poverty line, illness, and who paid the bills.

use super::sheet::{AXIS_PT, GRID_PT, LINE_PT, MARGIN, Numbers, Plot, Sheet, axis_room, grid_up, years_axis};
use super::{Chart, Setting};
use crate::measures::catalogue::{OUT_OF_POCKET_LABEL, payer_label};
use crate::report::fonts::{Weight, width_mm};
use crate::report::layout::{Ticks, nice_ticks, wrap};
use crate::report::style::{Canvas, Colour, LABEL_PT, NOTE_PT, Text, line_height};
use crate::scenario::Scenario;
use crate::scenario::plan::Language;
use crate::scenario::policy::{PAYERS, Payer};
use crate::trace::words;
use crate::trace::{Happened, Life, LifeYear, Trace};
use crate::units::Money;

/// Heights in millimetres: income, illness, bills, and the room between lanes.
const INCOME: f64 = 15.0;
const STRIP: f64 = 4.4;
const BILLS: f64 = 11.0;
const BETWEEN: f64 = 4.6;
/// Poverty lines that the scale of incomes reaches up to at most.
const MOST_LINES: f64 = 4.0;
/// Rules that a lane names at most.
const NAMED_RULES: usize = 3;

/// What is marked in the strip of illness.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mark {
    Onset,
    Stay,
    Forgone,
    Death,
}

const MARKS: [Mark; 4] = [Mark::Onset, Mark::Stay, Mark::Forgone, Mark::Death];

/// The scales that all lanes share.
struct Scales {
    years: (i16, i16),
    income: (Ticks, (f64, f64)),
    bills: (Ticks, (f64, f64)),
    /// Whether incomes go beyond the scale.
    cut: bool,
    left: f64,
    right: f64,
}

/// The chart.
#[must_use]
pub fn draw(trace: &Trace, scenario: &Scenario, setting: &Setting) -> Chart {
    let title = setting.pick("One household under each regime", "同一农户在各制度下的历程");
    let subtitle = match setting.language {
        Language::En => format!(
            "Household {}. Above: net income per head (line), official poverty line (dashed). Below: the year's \
             medical bills by payer. Thousand yuan, current prices",
            trace.household
        ),
        Language::Zh => format!(
            "农户{}。上：人均净收入（实线）与官方贫困线（虚线）；下：当年医疗费用按支付方。千元，当年价",
            trace.household
        ),
    };
    let mut sheet = Sheet::new(setting, "trace", title, &subtitle);
    let alive = trace.lives.iter().flat_map(|life| &life.years).any(|year| year.row.persons > 0);
    if !alive {
        return sheet.finish_empty(
            setting.pick("Nobody of the household lives in these years.", "这些年份中该户已无人在世。"),
        );
    }
    keys(&mut sheet, trace);
    let scales = scales(trace, setting);
    let mut bottom = sheet.top;
    for regime in 0..trace.lives.len() {
        bottom = lane(&mut sheet, trace, scenario, regime, &scales, bottom);
    }
    let mut note = setting
        .pick(
            if scales.cut { "Higher incomes are cut off at the top. " } else { "" },
            if scales.cut { "更高的收入在顶端截断。" } else { "" },
        )
        .to_owned();
    if trace.lives.iter().any(|life| life.ended.is_some()) {
        note += setting.pick("Grey: nobody of the household is left. ", "灰色：该户已无人。");
    }
    note += setting.pick(
        "Shaded: in net poverty; ring: the year of falling back. Grey verticals: the years named above the lane, \
         with through what they differ from the baseline's (+: more than there).",
        "阴影：净收入贫困；圆环：返贫当年。灰色竖线：泳道上方所列年份及其与基准不同之处（+表示多于基准）。",
    );
    sheet.finish(bottom - BETWEEN + 1.6, &note)
}

fn thousands(fen: i64) -> f64 {
    Money::from_fen(fen).yuan() / 1_000.0
}

fn living(life: &Life) -> impl Iterator<Item = &LifeYear> {
    life.years.iter().filter(|year| year.row.persons > 0)
}

fn scales(trace: &Trace, setting: &Setting) -> Scales {
    let (mut low, mut high, mut bill) = (0.0_f64, 0.0_f64, 0.0_f64);
    for year in trace.lives.iter().flat_map(living) {
        let income = thousands(year.row.net_income_per_head_fen);
        (low, high) = (low.min(income), high.max(income));
        bill = bill.max(thousands(year.row.bill_fen));
    }
    let line = trace.lines.iter().map(|line| thousands(line.fen())).fold(0.0, f64::max);
    // What matters happens near the line.
    let cut = high > MOST_LINES * line;
    let high = if cut { MOST_LINES * line } else { high.max(line) };
    let income = nice_ticks(low, high, 4).trimmed(low, high);
    let bills = nice_ticks(0.0, bill, 3).trimmed(0.0, bill);
    let room = axis_room(&income.0).max(axis_room(&bills.0));
    let first = trace.years.first().map_or(0, |year| year.number());
    let last = trace.years.last().map_or(0, |year| year.number());
    Scales {
        years: (first, last),
        income,
        bills,
        cut,
        left: MARGIN + room,
        right: f64::from(setting.width_mm) - MARGIN - 1.0,
    }
}

/// Payers by colour, and the marks of illness.
fn keys(sheet: &mut Sheet, trace: &Trace) {
    let setting = sheet.setting;
    let theme = setting.theme;
    let mut entries = vec![(theme.own, setting.label(OUT_OF_POCKET_LABEL).to_owned())];
    for (at, payer) in Payer::ALL.into_iter().enumerate() {
        if trace.lives.iter().flat_map(|life| &life.years).any(|year| year.row.paid_fen[at] > 0) {
            entries.push((theme.payers[at], setting.label(payer_label(payer)).to_owned()));
        }
    }
    sheet.key(&entries);
    let (mut x, mut y) = (MARGIN, sheet.top);
    for kind in MARKS {
        let name = match kind {
            Mark::Onset => setting.pick("chronic disease begins", "新患慢性病"),
            Mark::Stay => setting.pick("hospital stay", "住院"),
            Mark::Forgone => setting.pick("needed stay forgone", "放弃所需住院"),
            Mark::Death => setting.pick("a member dies", "成员去世"),
        };
        let room = 3.0 + width_mm(name, LABEL_PT, Weight::Regular);
        if x > MARGIN && x + room > sheet.width() - MARGIN {
            (x, y) = (MARGIN, y + line_height(LABEL_PT) + 0.3);
        }
        mark(&mut sheet.canvas, (x + 1.0, y), kind, theme.ink, theme.loss);
        sheet.canvas.text_centred((x + 3.0, y), name, Text::label(theme.ink));
        x += room + 4.0;
    }
    sheet.top = y + 3.6;
}

fn mark(canvas: &mut Canvas, (x, y): (f64, f64), kind: Mark, ink: Colour, loss: Colour) {
    match kind {
        Mark::Onset => canvas.area(&[(x - 0.85, y + 0.7), (x + 0.85, y + 0.7), (x, y - 0.85)], ink, 1.0),
        Mark::Stay => canvas.dot((x, y), 0.75, ink),
        Mark::Forgone => canvas.ring((x, y), 0.7, 1.0, loss),
        Mark::Death => {
            canvas.line(&[(x - 0.7, y - 0.7), (x + 0.7, y + 0.7)], 0.9, ink);
            canvas.line(&[(x - 0.7, y + 0.7), (x + 0.7, y - 0.7)], 0.9, ink);
        }
    }
}

/// Draws a lane and returns where the next begins.
fn lane(
    sheet: &mut Sheet,
    trace: &Trace,
    scenario: &Scenario,
    regime: usize,
    scales: &Scales,
    top: f64,
) -> f64 {
    let setting = sheet.setting;
    let theme = setting.theme;
    let colour = theme.regime(regime);
    let life = &trace.lives[regime];
    let mut y = top + 1.0;
    let room = sheet.width() - 2.0 * MARGIN;
    for line in wrap(&head(trace, scenario, regime, setting), LABEL_PT, Weight::Bold, room, 2) {
        sheet.canvas.text((MARGIN, y + 1.6), &line, Text::label(theme.letters(colour)).bold());
        y += line_height(LABEL_PT);
    }
    let named = named(life, &trace.lives[trace.baseline]);
    let rules: Vec<String> = named
        .iter()
        .filter_map(|year| {
            let rule = words::rule(year.mattered.as_ref()?, scenario, regime, setting.language);
            Some(format!("{}{}{rule}", year.row.year, setting.pick(": ", "年：")))
        })
        .collect();
    for line in wrap(&rules.join(setting.pick("; ", "；")), NOTE_PT, Weight::Regular, room, 2) {
        sheet.canvas.text((MARGIN, y + 1.4), &line, Text::label(theme.muted).sized(NOTE_PT));
        y += line_height(NOTE_PT);
    }
    let across = (f64::from(scales.years.0) - 0.5, f64::from(scales.years.1) + 0.5);
    let (left, right) = (scales.left, scales.right);
    let (_, up) = scales.income;
    let income = Plot { left, right, top: y + 1.2, bottom: y + 1.2 + INCOME, across, up };
    let strip = income.bottom + STRIP / 2.0 + 0.4;
    let top_of_bills = income.bottom + STRIP + 0.8;
    let bills =
        Plot { left, right, top: top_of_bills, bottom: top_of_bills + BILLS, across, up: scales.bills.1 };
    for year in &named {
        let x = income.x(f64::from(year.row.year));
        sheet.canvas.dashed(&[(x, income.top), (x, bills.bottom)], GRID_PT, theme.muted, 0.8, 0.8);
    }
    if let Some(end) = life.ended {
        // From the end of the year on, or over all that is drawn if nobody lived in it.
        let from = living(life).next().map_or(across.0, |_| f64::from(end.number()) + 0.5);
        let (from, to) = (income.x(from.min(across.1)), income.x(across.1));
        let corners = [(from, income.top), (to, income.top), (to, bills.bottom), (from, bills.bottom)];
        sheet.canvas.area(&corners, theme.muted, 0.14);
    }
    draw_income(sheet, &income, &scales.income.0, trace, life, colour);
    for year in &life.years {
        draw_marks(sheet, &bills, strip, year);
    }
    grid_up(sheet, &bills, &scales.bills.0, Numbers::Shown);
    for year in living(life) {
        draw_bill(sheet, &bills, year);
    }
    let last = regime + 1 == trace.lives.len();
    years_axis(sheet, &bills, scales.years, if last { Numbers::Shown } else { Numbers::Left });
    bills.bottom + if last { BETWEEN + 2.4 } else { BETWEEN }
}

/// The regime, and what became of the household.
fn head(trace: &Trace, scenario: &Scenario, regime: usize, setting: &Setting) -> String {
    let of = &scenario.regimes[regime];
    let label = setting.pick(&of.label_en, &of.label_zh);
    let mut head = if label.trim().is_empty() { of.id.clone() } else { label.to_owned() };
    if regime == trace.baseline {
        head += setting.pick(" (baseline)", "（基准）");
    }
    let life = &trace.lives[regime];
    head += &format!("{}{}", setting.pick(": ", "："), words::returned(life, setting.language));
    if let Some(flow) = life.flow {
        head += &format!("{}{}", setting.pick(", ", "，"), words::flow(flow, setting.language));
    }
    if let Some(ended) = words::ended(life, setting.language) {
        head += &format!("{}{ended}", setting.pick(", ", "，"));
    }
    head
}

/// The years whose difference from the baseline is largest in net income, in their order; years in which the household
/// is poor under one of the two only go before any other.
fn named<'l>(life: &'l Life, baseline: &Life) -> Vec<&'l LifeYear> {
    let mut years: Vec<&LifeYear> = living(life)
        .filter(|year| {
            let sizes = year.mattered.as_ref().map(|m| (m.net_income.fen(), m.own_payment.fen()));
            sizes.is_some_and(|(net, own)| net != 0 || own != 0)
        })
        .collect();
    let size = |year: &LifeYear| year.mattered.as_ref().map_or(0, |m| m.net_income.fen().abs());
    let there = |year: &LifeYear| baseline.years.iter().any(|b| b.row.year == year.row.year && b.row.poor);
    years.sort_by_key(|year| (year.row.poor == there(year), -size(year), year.row.year));
    years.truncate(NAMED_RULES);
    years.sort_by_key(|year| year.row.year);
    years
}

fn draw_income(sheet: &mut Sheet, plot: &Plot, ticks: &Ticks, trace: &Trace, life: &Life, colour: Colour) {
    let theme = sheet.setting.theme;
    for year in living(life).filter(|year| year.row.poor) {
        let at = f64::from(year.row.year);
        let (from, to) = (plot.x(at - 0.5), plot.x(at + 0.5));
        let corners = [(from, plot.top), (to, plot.top), (to, plot.bottom), (from, plot.bottom)];
        sheet.canvas.area(&corners, theme.loss, 0.16);
    }
    grid_up(sheet, plot, ticks, Numbers::Shown);
    if plot.up.0 < 0.0 {
        sheet.canvas.line(&[(plot.left, plot.y(0.0)), (plot.right, plot.y(0.0))], AXIS_PT, theme.ink);
    }
    let line =
        |at: usize| (plot.x(f64::from(trace.years[at].number())), plot.y(thousands(trace.lines[at].fen())));
    let line: Vec<(f64, f64)> = (0..trace.years.len()).map(line).collect();
    sheet.canvas.dashed(&line, 0.8, theme.muted, 1.4, 0.9);
    let value = |year: &LifeYear| thousands(year.row.net_income_per_head_fen);
    let point = |year: &LifeYear| (plot.x(f64::from(year.row.year)), plot.y(value(year).min(plot.up.1)));
    let points: Vec<(f64, f64)> = living(life).map(point).collect();
    sheet.canvas.line(&points, LINE_PT, colour);
    for year in living(life) {
        if value(year) <= plot.up.1 {
            sheet.canvas.dot(point(year), 0.5, colour);
        }
        if year.row.poor && !year.row.poor_last {
            sheet.canvas.ring(point(year), 1.2, 1.0, theme.ink);
        }
    }
}

/// The marks of a year, side by side.
fn draw_marks(sheet: &mut Sheet, plot: &Plot, y: f64, year: &LifeYear) {
    let theme = sheet.setting.theme;
    let count = |kind: Mark| match kind {
        Mark::Onset => year.events.iter().filter(|e| matches!(e.what, Happened::Onset(_))).count(),
        Mark::Stay => year.detail.stays.len(),
        Mark::Forgone => year.detail.forgone.len(),
        Mark::Death => year.events.iter().filter(|e| e.what == Happened::Died).count(),
    };
    let marks: Vec<Mark> =
        MARKS.into_iter().flat_map(|kind| std::iter::repeat_n(kind, count(kind))).collect();
    let width = plot.x(1.0) - plot.x(0.0);
    // A few marks.
    #[allow(clippy::cast_precision_loss)]
    let (count, apart) = (marks.len() as f64, (width * 0.96 / marks.len().max(1) as f64).min(2.1));
    let mut x = plot.x(f64::from(year.row.year)) - apart * (count - 1.0) / 2.0;
    for kind in marks {
        mark(&mut sheet.canvas, (x, y), kind, theme.ink, theme.loss);
        x += apart;
    }
}

/// What was paid oneself first, then the payers.
fn draw_bill(sheet: &mut Sheet, plot: &Plot, year: &LifeYear) {
    let theme = sheet.setting.theme;
    let x = plot.x(f64::from(year.row.year));
    let half = (plot.x(1.0) - plot.x(0.0)) * 0.31;
    let mut from = 0.0;
    let own = std::iter::once((year.row.out_of_pocket_fen, theme.own));
    for (fen, colour) in own.chain((0..PAYERS).map(|at| (year.row.paid_fen[at], theme.payers[at]))) {
        if fen > 0 {
            let to = from + thousands(fen);
            sheet.canvas.bar((x - half, plot.y(to)), (x + half, plot.y(from)), colour);
            from = to;
        }
    }
}
