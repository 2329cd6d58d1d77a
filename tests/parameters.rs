//! `docs/parameters.md` is the book of parameters in print.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::Path;

use fanpin::evidence::{Absent, Book, Parameter, Status};
use fanpin::uncertainty::Scale;

const HEAD: &str = "\
# Parameters

Every key of a scenario with its default, range, unit, status and source, made from the book (`data/parameters.toml`);
`FANPIN_ACCEPT=1 cargo test --test parameters` writes it again. `*` stands for a name that you choose, `<class>` for a
class of beneficiary. The keys of a policy (`layers`, `classes`, `premiums`, `deposits`) stand at the top of a policy
file, under `regimes.<name>` and under `history`.

`seen`: read in its source. `derived`: computed from values that were. `unverified`: recalled, or from a source that
could not be read. `assumption`: for want of evidence. `choice`: up to whoever runs it, no evidence.

The prior is where a number may lie in an analysis of uncertainty, flat between its ends (`log`: on the logarithm). Where the
evidence gives an interval it is that one; elsewhere it goes by status: a tenth of the value to either side if seen, a fifth if
derived, 35 % if unverified, a half if assumed; multiplicative for factors and odds, on the excess over one for a factor
that can't be less, and cut at the range. Conventions (lines, bounds of the sampler) and mechanisms that are off have none.
";

const COLUMNS: &str = "\
| key | default | range | prior | unit | status | description | source |
| --- | --- | --- | --- | --- | --- | --- | --- |";

fn printed() -> String {
    let mut text = HEAD.to_owned();
    writeln!(text, "\n| status | parameters |\n| --- | ---: |").expect("a string takes it");
    for status in Status::ALL {
        let count = Book::get().iter().filter(|parameter| parameter.status == status).count();
        writeln!(text, "| {} | {count} |", status.name()).expect("a string takes it");
    }
    let mut sections: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for parameter in Book::get().iter() {
        sections.entry(section_of(&parameter.pattern)).or_default().push(row(parameter));
    }
    for (section, rows) in sections {
        let title =
            if section.is_empty() { "At the top of a file".to_owned() } else { format!("`{section}`") };
        write!(text, "\n## {title}\n\n{COLUMNS}\n{}\n", rows.join("\n")).expect("a string takes it");
    }
    text
}

/// `society.care` of `society.care.sigma`, `plan` of `plan.seed`, nothing of `name`.
fn section_of(pattern: &str) -> &str {
    let depth = if pattern.starts_with("society.") { 2 } else { 1 };
    match pattern.match_indices('.').nth(depth - 1) {
        Some((at, _)) => &pattern[..at],
        None => "",
    }
}

fn row(parameter: &Parameter) -> String {
    let default = match &parameter.absent {
        Absent::Required => "required".to_owned(),
        Absent::Optional => "optional".to_owned(),
        Absent::Default(toml::Value::Table(table)) => table.to_string().trim().replace('\n', "; "),
        Absent::Default(value) => value.to_string(),
    };
    let range = parameter.range_in_words();
    let range = range.trim().strip_prefix("from ").unwrap_or("");
    let prior = parameter.prior().map_or_else(String::new, |prior| {
        let scale = if prior.scale == Scale::Log { " (log)" } else { "" };
        format!("{} to {}{scale}", short(prior.low), short(prior.high))
    });
    let cells = [
        &format!("`{}`", parameter.pattern),
        &default,
        range,
        &prior,
        &parameter.unit,
        parameter.status.name(),
        &format!("{}<br>{}", parameter.description, parameter.description_zh),
        &parameter.source,
    ];
    format!("| {} |", cells.map(|cell| cell.replace('|', "\\|")).join(" | "))
}

/// Four figures.
fn short(value: f64) -> String {
    let digits = 3 - libm::floor(libm::log10(value.abs().max(1e-9))).clamp(-9.0, 3.0) as i32;
    let places = usize::try_from(digits.max(0)).expect("not negative");
    fanpin::evidence::plain_number(format!("{value:.places$}").parse().expect("a number"))
}

#[test]
fn the_printed_book_is_the_book() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/parameters.md");
    if std::env::var_os("FANPIN_ACCEPT").is_some() {
        fs::write(&path, printed()).expect("writable");
    }
    let found = fs::read_to_string(&path).unwrap_or_default();
    let differs = printed()
        .lines()
        .zip(found.lines())
        .find(|(printed, found)| printed != found)
        .map(|(printed, _)| printed.to_owned());
    assert_eq!(differs, None, "docs/parameters.md is not the book; FANPIN_ACCEPT=1 writes it again");
    assert_eq!(printed().lines().count(), found.lines().count());
}
