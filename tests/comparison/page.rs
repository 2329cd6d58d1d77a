//! `docs/validation.md`.

use std::fmt::Write;

use super::runs::{Runs, Size};
use super::{Files, Finding, Verdict};

const HEAD: &str = "# Validation

The model beside the published record, under the rules in force year by year (`scenarios/history.toml`), from 2013 and from 2016.
Made by `FANPIN_WRITE_DOCS=1 cargo test --test validation`; what is compared with what stands in `data/validation`.

**Nothing was tuned to these rows.** Parameters are those of the book, from their sources or assumed; calibration is a later step.
Some rows are near what is an input, and say so: they show only that the model keeps it. The map from figures to measures was
committed before the model was looked at.

**Returns.** A return on the register is a household that officials saw, checked and wrote down. A return to *net* poverty is
income less health payments under the line in a year, seen by nobody. The second is many times the first by definition, and they
must not be compared: official returns stand here beside `register_return_rate` only.

**The rule**, stated before the run: *within* if the model's mean lies in the published interval; *near* if it lies from 4/5 to
5/4 of the published value; otherwise a *miss*. The model's own interval has no part in it: it is the 95 % interval of the mean
over replicates, so sampling, not what is unknown. A different year, population or definition is named and doesn't soften the rule.

";

pub fn markdown(files: &Files, findings: &[Finding], runs: &Runs, size: Size) -> String {
    let mut text = HEAD.to_owned();
    let count = |verdict| findings.iter().filter(|f| f.verdict == verdict).count();
    writeln!(
        text,
        "{} households, {} replicates; {} figures compared: {} within, {} near, {} missed; {} not compared.\n",
        size.households,
        size.replicates,
        findings.len(),
        count(Verdict::Within),
        count(Verdict::Near),
        count(Verdict::Miss),
        files.not_compared.len()
    )
    .expect("text grows");
    text.push_str("## Figures compared\n\n");
    text.push_str("| figure | what | population, year | published | measure, group, year | model (95 %) | ratio | verdict | definitions part in |\n");
    text.push_str("|---|---|---|---|---|---|---|---|---|\n");
    findings.iter().for_each(|finding| row(&mut text, finding));
    structure(&mut text, runs);
    text.push_str("\n## What drives the misses\n\n| figure | what drives it |\n|---|---|\n");
    for finding in findings.iter().filter(|f| f.verdict == Verdict::Miss) {
        let driver = files.driver(&finding.target.id).unwrap_or("not known");
        writeln!(text, "| {} | {driver} |", finding.target.id).expect("text grows");
    }
    text.push_str("\n## Figures not compared\n\n| figure | what | year | published | why not |\n|---|---|---|---|---|\n");
    for not in &files.not_compared {
        let t = files.targets.iter().find(|t| t.id == not.target).expect("a published figure");
        writeln!(
            text,
            "| {} | {} | {} | {} {} | {} |",
            t.id,
            cell(&t.name),
            t.year,
            t.value,
            cell(&t.unit),
            not.reason
        )
        .expect("text grows");
    }
    text
}

/// Households as they change; where the census has no like, a dash.
fn structure(text: &mut String, runs: &Runs) {
    text.push_str(
        "\n## Household structure from 2011 to 2020\n\nThe census counts residents; the roster of the model has \
         migrants too. The census's households with any member of 65 or over (23.8 to 30.6 %) have no measure; \
         households of residents of 60 and over only are another thing and stand here for their growth.\n\n\
         | what | model 2011 | model 2020 | census 2010 | census 2020 |\n|---|---|---|---|---|\n",
    );
    let rows = [
        ("members of the roster a household", "household_size", "3.34", "2.80"),
        ("households of one resident", "one_person_households", "0.122", "0.229"),
        ("households of residents of 60 and over only", "elderly_only_households", "–", "–"),
        ("persons of 65 and over", "elderly_share", "–", "–"),
    ];
    for (what, id, census_2010, census_2020) in rows {
        let (first, last) = (short(runs.mean(id, 2011)), short(runs.mean(id, 2020)));
        writeln!(text, "| {what} (`{id}`) | {first} | {last} | {census_2010} | {census_2020} |")
            .expect("text grows");
    }
}

fn row(text: &mut String, finding: &Finding) {
    let (t, c, m) = (&finding.target, &finding.comparison, &finding.model);
    let interval = match (t.low, t.high) {
        (Some(low), Some(high)) => format!(" ({low} to {high})"),
        _ => String::new(),
    };
    let years = match c.years.as_slice() {
        [year] => year.to_string(),
        [first, .., last] => format!("{first}–{last}"),
        [] => String::new(),
    };
    let verdict = match finding.verdict {
        Verdict::Within => "within",
        Verdict::Near => "near",
        Verdict::Miss => "**miss**",
    };
    let model = if (m.high - m.low).abs() < 1e-9 || !m.low.is_finite() {
        short(m.mean)
    } else {
        format!("{} ({} to {})", short(m.mean), short(m.low), short(m.high))
    };
    let ratio = m.mean / t.value;
    writeln!(
        text,
        "| {} | {} | {}, {}, {} | {}{} {} | `{}`, {}, {} | {} | {:.2} | {} | {} |",
        t.id,
        cell(&t.name),
        cell(&t.population),
        cell(&t.place),
        t.year,
        t.value,
        interval,
        cell(&t.unit),
        c.measure,
        c.group,
        years,
        model,
        ratio,
        verdict,
        c.difference
    )
    .expect("text grows");
}

/// Three figures, or whole numbers from a hundred on.
fn short(x: f64) -> String {
    let size = x.abs();
    if size >= 100.0 {
        format!("{x:.0}")
    } else if size >= 10.0 {
        format!("{x:.1}")
    } else if size >= 1.0 {
        format!("{x:.2}")
    } else {
        format!("{x:.3}")
    }
}

fn cell(text: &str) -> String {
    text.replace('|', "/")
}
