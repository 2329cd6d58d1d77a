//! `fanpin timeline`: which policies are in force when.

use std::io::Write;

use clap::Args;
use serde_json::json;

use super::bill::pick;
use super::drawing::{self, DrawArgs};
use super::run::catch_interrupts;
use super::{CliError, RulesArgs, files};
use crate::population::START;
use crate::report::charts::policy_timeline;
use crate::report::fonts::{Weight, width_mm};
use crate::report::store;
use crate::report::style::number;
use crate::scenario::Scenario;
use crate::scenario::plan::Language;
use crate::timeline::{Cell, Group, Row, Timeline, Unit};
use crate::units::Year;

/// Options of `fanpin timeline`.
#[derive(Debug, Clone, Args)]
pub struct TimelineArgs {
    /// The scenario.
    #[command(flatten)]
    pub rules: RulesArgs,
    /// First year shown [default: 2017, or the first reported year if that is earlier]
    #[arg(long, value_name = "Y", allow_negative_numbers = true)]
    pub from: Option<i64>,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
    /// Where the chart goes.
    #[command(flatten)]
    pub draw: DrawArgs,
}

/// Prints what is in force in each year and what changes, and draws it if a folder is given.
///
/// # Errors
/// [`CliError::Scenario`] and [`CliError::Usage`] for what does not hold, [`CliError::Store`] if the files could not
/// be written.
pub fn run(args: &TimelineArgs, out: &mut dyn Write) -> Result<(), CliError> {
    catch_interrupts();
    let scenario = files::load(&args.rules.file, &args.rules.set(), args.draw.overrides())?;
    let timeline = Timeline::new(&scenario, args.from.map(|from| year(&scenario, from)).transpose()?);
    if args.json {
        out.write_all(store::json(&as_json(&timeline)).as_bytes())?;
    } else {
        let language = scenario.output.languages.first().copied().unwrap_or(Language::En);
        out.write_all(as_text(&timeline, language).as_bytes())?;
    }
    if let Some(folder) = &args.draw.out {
        let tables = [("timeline.json", store::json(&as_json(&timeline)))];
        let target = args.draw.target(folder, "timeline");
        drawing::write(&scenario, target, &tables, &|setting| policy_timeline::draw(&timeline, setting))?;
    }
    Ok(())
}

fn year(scenario: &Scenario, asked: i64) -> Result<Year, CliError> {
    let last = scenario.plan.last_year;
    let year = Year::try_new(asked).ok().filter(|year| (START..=last).contains(year));
    year.ok_or_else(|| {
        CliError::Usage(format!("--from: expected a year from {START} to {last}, found {asked}"))
    })
}

fn as_json(timeline: &Timeline) -> serde_json::Value {
    let bars = |row: &Row, regime: usize| -> Vec<serde_json::Value> {
        let bar = |bar: crate::timeline::Bar| {
            let terms: serde_json::Map<_, _> =
                bar.cell.terms.iter().map(|(name, value)| (name.clone(), json!(value))).collect();
            json!({
                "from": bar.from.number(),
                "to": bar.to.number(),
                "value": bar.cell.value,
                "shade": bar.cell.shade,
                "terms": terms,
            })
        };
        timeline.bars(row, regime).into_iter().map(bar).collect()
    };
    let rows: Vec<_> = timeline
        .rows
        .iter()
        .map(|row| {
            let regimes: serde_json::Map<_, _> = timeline
                .regimes
                .iter()
                .enumerate()
                .map(|(index, (id, ..))| (id.clone(), json!(bars(row, index))))
                .collect();
            json!({
                "group": row.group.name(),
                "id": row.id,
                "label": { "en": row.label.en, "zh": row.label.zh },
                "payer": row.payer.map(crate::scenario::policy::Payer::name),
                "unit": unit_name(row.unit),
                "regimes": regimes,
            })
        })
        .collect();
    json!({
        "scenario": timeline.scenario,
        "first_year": timeline.years.0.number(),
        "last_year": timeline.years.1.number(),
        "switch_year": timeline.switch_year.number(),
        "rows": rows,
    })
}

const fn unit_name(unit: Unit) -> &'static str {
    match unit {
        Unit::Share => "share",
        Unit::Yuan => "yuan_nominal",
        Unit::Times => "times",
        Unit::Switch => "switch",
    }
}

/// Columns that a text takes on a terminal: a Chinese character takes two.
fn columns(text: &str) -> usize {
    // A character of the font is as wide as its size, others about half of it.
    let em = width_mm("贫", 7.0, Weight::Regular);
    text.chars()
        .map(
            |c| {
                if c.is_ascii() || width_mm(&c.to_string(), 7.0, Weight::Regular) < 0.99 * em { 1 } else { 2 }
            },
        )
        .sum()
}

fn padded(text: &str, width: usize) -> String {
    format!("{text}{}", " ".repeat(width.saturating_sub(columns(text))))
}

/// A mark a year: nothing, or darker the more is given.
fn strip(cells: &[Option<Cell>]) -> String {
    let mark = |cell: &Option<Cell>| match cell.as_ref().map(|cell| cell.shade) {
        None => '·',
        Some(shade) if shade <= 0.25 => '░',
        Some(shade) if shade <= 0.5 => '▒',
        Some(shade) if shade <= 0.75 => '▓',
        Some(_) => '█',
    };
    cells.iter().map(mark).collect()
}

/// Longest label in columns of a terminal; what is longer is cut.
const LABEL: usize = 44;

fn as_text(timeline: &Timeline, language: Language) -> String {
    let (first, last) = timeline.years;
    let label = |row: &Row| {
        let mut text = pick(language, &row.label.en, &row.label.zh).to_owned();
        if columns(&text) > LABEL {
            while columns(&text) > LABEL - 3 {
                text.pop();
            }
            text.push_str("...");
        }
        text
    };
    let width = timeline.rows.iter().map(|row| columns(&label(row))).max().unwrap_or(0) + 2;
    let years = usize::try_from(last.since(first)).unwrap_or(0) + 1;
    let wide = timeline.regimes.iter().map(|(id, ..)| id.len()).max().unwrap_or(0).max(years) + 2;
    let mut text = match language {
        Language::En => format!(
            "{first} to {last}, a mark a year: · not in force, ░ ▒ ▓ █ the more is given; before {} history\n\n",
            timeline.switch_year
        ),
        Language::Zh => format!(
            "{first}—{last}年，每年一格：· 未实施，░ ▒ ▓ █ 越深给付越多；{}年之前为历史政策\n\n",
            timeline.switch_year
        ),
    };
    let heads: String = timeline.regimes.iter().map(|(id, ..)| padded(id, wide)).collect();
    text += &format!("{}{}\n", " ".repeat(width), heads.trim_end());
    for group in Group::ALL {
        let rows: Vec<&Row> = timeline.rows.iter().filter(|row| row.group == group).collect();
        if rows.is_empty() {
            continue;
        }
        text += &format!("{}\n", pick(language, group.label().en, group.label().zh));
        for row in rows {
            let strips: String = row.cells.iter().map(|cells| format!("{:wide$}", strip(cells))).collect();
            text += &format!("{}{}\n", padded(&format!("  {}", label(row)), width + 2), strips.trim_end());
        }
    }
    text.push('\n');
    text += &changes(timeline, language);
    text
}

/// What begins, ends and changes in each year, a line for regimes in which the same does.
fn changes(timeline: &Timeline, language: Language) -> String {
    let mut text = String::new();
    let years: Vec<Year> = timeline.years.0.through(timeline.years.1).collect();
    for (at, year) in years.iter().enumerate().skip(1) {
        let mut lines: Vec<(Vec<&str>, String)> = Vec::new();
        for (regime, (id, ..)) in timeline.regimes.iter().enumerate() {
            let sentences: Vec<String> = timeline
                .rows
                .iter()
                .filter_map(|row| {
                    let cells = &row.cells[regime];
                    change(row, cells[at - 1].as_ref(), cells[at].as_ref(), language)
                })
                .collect();
            if sentences.is_empty() {
                continue;
            }
            let line = sentences.join(pick(language, "; ", "；"));
            match lines.iter_mut().find(|(_, known)| *known == line) {
                Some((ids, _)) => ids.push(id),
                None => lines.push((vec![id], line)),
            }
        }
        for (ids, line) in lines {
            let all = ids.len() == timeline.regimes.len();
            let who = if all { pick(language, "all", "全部").to_owned() } else { ids.join(", ") };
            text += &format!("{year} {who}: {line}\n");
        }
    }
    text
}

/// What becomes of a policy from one year to the next, if anything.
fn change(row: &Row, before: Option<&Cell>, after: Option<&Cell>, language: Language) -> Option<String> {
    let label = pick(language, &row.label.en, &row.label.zh);
    let words = |cell: &Cell| cell_words(cell, row.unit, language);
    let text = match (before, after) {
        (None, None) => return None,
        (None, Some(cell)) if row.unit == Unit::Switch => {
            let _ = cell;
            format!("+ {label}")
        }
        (None, Some(cell)) => format!("+ {label} {}", words(cell)),
        (Some(_), None) => format!("− {label}"),
        (Some(a), Some(b)) if a == b => return None,
        (Some(a), Some(b)) if words(a) == words(b) => {
            let terms = changed_terms(a, b);
            format!("{label}{}", pick(language, ": ", "：")) + &terms
        }
        (Some(a), Some(b)) => format!("{label} {} → {}", words(a), words(b)),
    };
    Some(text)
}

/// Terms that differ, by name; a few of them.
fn changed_terms(before: &Cell, after: &Cell) -> String {
    let value =
        |cell: &Cell, name: &str| cell.terms.iter().find(|(known, _)| known == name).map(|(_, value)| *value);
    let mut names: Vec<&str> = Vec::new();
    for (name, _) in before.terms.iter().chain(&after.terms) {
        if value(before, name) != value(after, name) && !names.contains(&name.as_str()) {
            names.push(name);
        }
    }
    let words = |value: Option<f64>| value.map_or_else(|| "–".to_owned(), crate::evidence::plain_number);
    let shown: Vec<String> = names
        .iter()
        .take(3)
        .map(|name| format!("{name} {} → {}", words(value(before, name)), words(value(after, name))))
        .collect();
    let more = if names.len() > 3 { format!(" (+{})", names.len() - 3) } else { String::new() };
    format!("{}{more}", shown.join(", "))
}

/// A layer's highest rate and, if it pays a part of what its terms give, that part: a tapered floor of 90 % is no floor of less.
fn cell_words(cell: &Cell, unit: Unit, language: Language) -> String {
    let strength =
        cell.terms.iter().find(|(name, _)| name == "strength").map_or(1.0, |(_, strength)| *strength);
    let words = value_words(cell.value / strength, unit, language);
    if strength < 1.0 {
        format!("{words} × {}", value_words(strength, Unit::Times, language))
    } else {
        words
    }
}

pub(super) fn value_words(value: f64, unit: Unit, language: Language) -> String {
    match unit {
        Unit::Share | Unit::Switch => format!("{} %", number(100.0 * value, 1).trim_end_matches(".0")),
        Unit::Yuan => format!("{}{}", number(value, 0), pick(language, " yuan", "元")),
        Unit::Times => number(value, 2).trim_end_matches('0').trim_end_matches('.').to_owned(),
    }
}
