//! `fanpin list`: what ships with the program, a line each.

use std::io::{self, Write};

use clap::{Args, ValueEnum};

use super::CliError;
use crate::evidence::{Absent, Book, Parameter};
use crate::measures::catalogue::MEASURES;
use crate::random::{LANES, WORDS};
use crate::scenario::resolver::DocumentKind;
use crate::scenario::shipped::{self, Shipped};

/// What can be listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Listed {
    /// Kinds of county
    Places,
    /// What a regime may start from
    Policies,
    /// Scenarios
    Scenarios,
    /// Measures in the result tables
    Measures,
    /// Every parameter with its default, status and source
    Evidence,
    /// What each random number decides
    Draws,
}

/// Options of `fanpin list`.
#[derive(Debug, Args)]
pub struct ListArgs {
    /// What to list; scenarios, policies and places if nothing is said
    pub what: Option<Listed>,
}

/// Prints a line for each thing of the kind.
///
/// # Errors
/// [`CliError::Print`] if the output fails.
pub fn run(args: &ListArgs, out: &mut dyn Write) -> Result<(), CliError> {
    match args.what {
        Some(Listed::Places) => files(DocumentKind::Place, true, out)?,
        Some(Listed::Policies) => files(DocumentKind::Policy, true, out)?,
        Some(Listed::Scenarios) => files(DocumentKind::Scenario, true, out)?,
        Some(Listed::Measures) => measures(out)?,
        Some(Listed::Evidence) => evidence(out)?,
        Some(Listed::Draws) => draws(out)?,
        None => {
            for (title, kind) in [
                ("scenarios", DocumentKind::Scenario),
                ("policies", DocumentKind::Policy),
                ("places", DocumentKind::Place),
            ] {
                writeln!(out, "{title}:")?;
                files(kind, false, out)?;
            }
            writeln!(
                out,
                "\n`fanpin list measures`, `evidence` and `draws` list the rest; `fanpin show NAME` prints one."
            )?;
        }
    }
    Ok(())
}

/// A line for each file of the kind: name, titles, and with `sources` where its values come from.
fn files(kind: DocumentKind, sources: bool, out: &mut dyn Write) -> io::Result<()> {
    let width = shipped::of(kind).map(|file| file.name.len()).max().unwrap_or(0);
    for file in shipped::of(kind) {
        let (en, zh, source) = head(file);
        let source = source.filter(|_| sources).map_or_else(String::new, |source| format!("  [{source}]"));
        writeln!(out, "  {:width$}  {en} · {zh}{source}", file.name)?;
    }
    Ok(())
}

/// English and Chinese title of a file that ships, and its source if it says one.
fn head(file: &Shipped) -> (String, String, Option<String>) {
    let table: toml::Table = file.text.parse().unwrap_or_default();
    let text = |language: &str| table.get("title")?.get(language)?.as_str().map(str::to_owned);
    let source = table.get("source").and_then(toml::Value::as_str).map(str::to_owned);
    (text("en").unwrap_or_default(), text("zh").unwrap_or_default(), source)
}

fn measures(out: &mut dyn Write) -> io::Result<()> {
    let width = MEASURES.iter().map(|measure| measure.id.len()).max().unwrap_or(0);
    for measure in MEASURES {
        writeln!(
            out,
            "{:width$}  [{}] {} · {}",
            measure.id, measure.unit, measure.label_en, measure.label_zh
        )?;
    }
    Ok(())
}

fn evidence(out: &mut dyn Write) -> io::Result<()> {
    let width = Book::get().iter().map(|parameter| parameter.pattern.len()).max().unwrap_or(0);
    for parameter in Book::get().iter() {
        let (status, default) = (parameter.status.name(), default(parameter));
        writeln!(
            out,
            "{:width$}  {status:10}  {default} [{}]  {}",
            parameter.pattern, parameter.unit, parameter.source
        )?;
    }
    Ok(())
}

/// The default as it stands in a file, or that there is none.
pub(super) fn default(parameter: &Parameter) -> String {
    match &parameter.absent {
        Absent::Required => "required".into(),
        Absent::Optional => "optional".into(),
        Absent::Default(value) => inline(value),
    }
}

/// A value on one line, as it stands in a file.
pub(super) fn inline(value: &toml::Value) -> String {
    let list = |items: Vec<String>| items.join(", ");
    match value {
        toml::Value::Array(items) => format!("[{}]", list(items.iter().map(inline).collect())),
        toml::Value::Table(table) => {
            let items = table.iter().map(|(key, value)| format!("{key} = {}", inline(value))).collect();
            format!("{{ {} }}", list(items))
        }
        other => other.to_string(),
    }
}

pub(super) fn draws(out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{:52}  {:9}  {:>6}  {:28}  extension", "decision", "entity", "stream", "bits")?;
    for place in LANES.iter().chain(&WORDS) {
        let extension = place.extension.map_or_else(String::new, |stream| stream.to_string());
        let line = format!(
            "{:52}  {:9}  {:>6}  {:28}  {extension}",
            place.name, place.entity, place.stream, place.bits
        );
        writeln!(out, "{}", line.trim_end())?;
    }
    Ok(())
}
