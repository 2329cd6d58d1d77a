//! `validation.csv`, `validation.json` and the page `validation.md`.

use std::fmt::Write;

use serde_json::{Value, json};

use crate::measures::files::{NotFinite, Table};
use crate::measures::table::Statistics;
use crate::observation::{Verdict, targets};
use crate::report::store::sha256;
use crate::validation::{Finding, Heading, Validation};

/// Columns of `validation.csv`.
const HEAD: &str = "target,name,family,split,heading,repeats,population,place,year,published,low,high,error_sd,sampling_sd,\
                    mismatch,unit,model,ci_low,ci_high,replicates,errors_away,verdict,measure,group,first_year,last_year,run,\
                    difference,driver,source";

/// The table of findings.
///
/// # Errors
/// [`NotFinite`] if a figure of the model is no number.
pub fn csv(validation: &Validation) -> Result<String, NotFinite> {
    let mut table = Table::new("validation.csv", HEAD);
    for finding in &validation.findings {
        let (f, m) = (finding.figure, &finding.model);
        let (t, c, (low, high)) = (&f.target, &f.comparison, f.interval());
        table.text(&t.id).text(&t.name).text(f.family.name()).text(f.split.name());
        table.text(finding.heading.name()).text(f.repeats.as_deref().unwrap_or(""));
        table.text(&t.population).text(&t.place).text(&t.year);
        table.number(Some(t.value))?.number(Some(low))?.number(Some(high))?;
        table.number(Some(f.error.sd))?.number(Some(f.error.sampling_sd))?;
        table.text(f.error.mismatch.name()).text(&t.unit);
        table.number(m.mean)?.number(m.ci_low)?.number(m.ci_high)?.whole(m.replicates);
        table.number(finding.errors_away())?.text(finding.verdict.map_or("", Verdict::name));
        table.text(&c.measure).text(&c.group).text(&year(c.years.first())).text(&year(c.years.last()));
        table.text(&c.run).text(&c.difference).text(finding.driver.as_deref().unwrap_or("")).text(&t.source);
        table.end();
    }
    Ok(String::from_utf8_lossy(&table.finish()).into_owned())
}

fn year(year: Option<&i16>) -> String {
    year.map(ToString::to_string).unwrap_or_default()
}

/// Everything as JSON.
#[must_use]
pub fn as_json(validation: &Validation) -> Value {
    let finding = |f: &Finding| {
        let (figure, (low, high)) = (f.figure, f.figure.interval());
        let t = &figure.target;
        json!({
            "target": t.id,
            "name": t.name,
            "family": figure.family.name(),
            "split": figure.split.name(),
            "heading": f.heading.name(),
            "repeats": figure.repeats,
            "published": { "value": t.value, "low": low, "high": high, "error_sd": figure.error.sd, "unit": t.unit },
            "model": { "mean": f.model.mean, "ci_low": f.model.ci_low, "ci_high": f.model.ci_high },
            "errors_away": f.errors_away(),
            "verdict": f.verdict.map(Verdict::name),
            "difference": figure.comparison.difference,
            "driver": f.driver,
            "source": t.source,
        })
    };
    let tally = |heading: Heading| {
        let t = validation.tally(heading);
        let counts = json!({ "within": t.within, "near": t.near, "miss": t.miss, "not_observed": t.none });
        (heading.name().to_owned(), counts)
    };
    let checks = |heading: &str| -> Vec<Value> {
        let of = validation.checks.iter().filter(|check| check.heading == heading);
        of.map(|check| json!({ "what": check.what, "where": check.place })).collect()
    };
    json!({
        "scenario": validation.scenario,
        "parameters": validation.parameters,
        "households": validation.size.households,
        "replicates": validation.size.replicates,
        "seed": validation.seed,
        "data": fingerprint(),
        "face": checks("face"),
        "verification": checks("verification"),
        "cross": [],
        "summary": Heading::ALL.into_iter().map(tally).collect::<serde_json::Map<_, _>>(),
        "findings": validation.findings.iter().map(finding).collect::<Vec<_>>(),
        "not_compared": validation.not_compared.iter()
            .map(|not| json!({ "target": not.target, "reason": not.reason }))
            .collect::<Vec<_>>(),
    })
}

/// SHA-256 of the files that say what is held against what: a page that names another is old.
#[must_use]
pub fn fingerprint() -> String {
    let files = [
        include_str!("../../data/validation/targets.csv"),
        include_str!("../../data/validation/further.csv"),
        include_str!("../../data/validation/comparisons.csv"),
        include_str!("../../data/validation/errors.csv"),
        include_str!("../../data/validation/experiments.csv"),
        include_str!("../../data/validation/not_compared.csv"),
        include_str!("../../data/validation/drivers.csv"),
        include_str!("../../data/validation/checks.csv"),
        include_str!("../../data/calibration/split.csv"),
    ];
    sha256(files.concat().as_bytes())
}

const INTRODUCTION: &str = "\
The model beside the published record, under the five headings of ISPOR-SMDM (Eddy et al. 2012, Medical Decision Making 32:733).
What is compared with what, and the error of each published figure, stands in `data/validation`; which figures a calibration may
use stands in `data/calibration/split.csv`.

**Order.** The first map from figures to measures was committed before the model was looked at. It was refined after the uncalibrated
model had been seen, and before any fit: surveys are now observed through a survey layer (`observation` in the scenario) and under their
own definitions, where the first map compared them with what the model holds true. Errors and split were fixed then, before any fit.
Between the first fit and the second, figures of Shaanxi and Fujian got counties of their own and poverty before reimbursement the
definition of its method; held-out figures had been seen by then (`docs/calibration.md`).

**The rule.** A figure's interval is its value ± 1.96 errors. *Within*: the model's mean lies in it. *Near*: up to 3 errors away. *Miss*:
further. The model's own interval, 95 % of the mean over replicates, has no part in it: it is sampling, and not what is unknown.
Figures that say the same as another (`repeats`) are shown and not counted.

**Returns.** A return on the register is a household that officials saw, checked and wrote down. A return to *net* poverty is
income less health payments under the line in a year, seen by nobody. The second is many times the first by definition, and they
must not be compared: official returns stand here beside `register_return_rate` only.
";

/// The page.
#[must_use]
pub fn page(validation: &Validation) -> String {
    let mut text = "# Validation\n\n".to_owned();
    let size = validation.size;
    let parameters = validation.parameters.as_deref().unwrap_or("those of the book");
    text.push_str(INTRODUCTION);
    line(
        &mut text,
        &format!(
            "\nScenario `{}`, parameters: {parameters}; {} households, {} replicates, seed {}. Made by `fanpin validate -o`.",
            validation.scenario, size.households, size.replicates, validation.seed
        ),
    );
    line(&mut text, &format!("Data: `{}`.\n", fingerprint()));
    summary(&mut text, validation);
    checks(
        &mut text,
        validation,
        "face",
        "## 1. Face validity\n\nWhether the model has what experts of the field expect in it, and moves as they expect. `docs/odd.md` describes each\nmechanism with its evidence; these checks run with the tests.\n",
    );
    checks(
        &mut text,
        validation,
        "verification",
        "\n## 2. Verification\n\nWhether the program computes what the description says: closed forms (`docs/verification.md`) and a second, readable implementation.\n",
    );
    text.push_str("\n## 3. Cross validity\n\nNone: no other published model was found that computes one of these figures under the same rules (`LZZ22-m`, among the figures\nnot compared, is a parameter of one).\n");
    text.push_str("\n## 4. External validity\n");
    let sections = [
        (Heading::Dependent, "\n### Dependent: figures that a calibration may use\n"),
        (
            Heading::Input,
            "\n### Dependent: figures that parameters were set from\n\nThey show only that the model keeps an input.\n",
        ),
        (Heading::Independent, "\n### Independent: held-out figures up to 2015\n"),
        (
            Heading::Experiment,
            "\n### Independent: natural experiments, run as the studies ran them\n\nThe policy comes on the same synthetic panel; the paper's estimator is applied to the paper's window.\n",
        ),
        (Heading::Predictive, "\n## 5. Predictive validity: held-out figures of years after 2015\n"),
    ];
    for (heading, head) in sections {
        text.push_str(head);
        findings(&mut text, validation, heading);
    }
    drivers(&mut text, validation);
    left_out(&mut text, validation);
    text
}

fn line(text: &mut String, line: &str) {
    text.push_str(line);
    text.push('\n');
}

fn summary(text: &mut String, validation: &Validation) {
    text.push_str("| heading | figures | within | near | missed |\n|---|---:|---:|---:|---:|\n");
    for heading in Heading::ALL {
        let t = validation.tally(heading);
        line(text, &format!("| {} | {} | {} | {} | {} |", heading.name(), t.all(), t.within, t.near, t.miss));
    }
    text.push('\n');
}

fn checks(text: &mut String, validation: &Validation, heading: &str, head: &str) {
    text.push_str(head);
    text.push_str("\n| check | where |\n|---|---|\n");
    for check in validation.checks.iter().filter(|check| check.heading == heading) {
        line(text, &format!("| {} | `{}` |", cell(&check.what), check.place));
    }
}

fn findings(text: &mut String, validation: &Validation, heading: Heading) {
    text.push_str(
        "\n| figure | what | population, year | published (interval) | model (95 %) | errors away | verdict | measure, group, year | definitions part in | source |\n\
         |---|---|---|---|---|---:|---|---|---|---|\n",
    );
    for finding in validation.findings.iter().filter(|finding| finding.heading == heading) {
        row(text, finding);
    }
}

fn row(text: &mut String, finding: &Finding) {
    let (f, (low, high)) = (finding.figure, finding.figure.interval());
    let (t, c) = (&f.target, &f.comparison);
    let repeats = f.repeats.as_ref().map(|id| format!(" (repeats {id})")).unwrap_or_default();
    let years = match c.years.as_slice() {
        [year] => year.to_string(),
        [first, .., last] => format!("{first}–{last}"),
        [] => String::new(),
    };
    let verdict = match finding.verdict {
        Some(Verdict::Miss) => "**miss**",
        Some(verdict) => verdict.name(),
        None => "not observed",
    };
    let away = finding.errors_away().map(|away| format!("{away:+.1}")).unwrap_or_default();
    writeln!(
        text,
        "| {} | {}{repeats} | {}, {}, {} | {} ({} to {}) {} | {} | {away} | {verdict} | `{}`, {}, {years} | {} | {} |",
        t.id,
        cell(&t.name),
        cell(&t.population),
        cell(&t.place),
        t.year,
        t.value,
        short(low),
        short(high),
        cell(&t.unit),
        interval(&finding.model),
        c.measure,
        c.group,
        cell(&c.difference),
        cell(&t.source),
    )
    .expect("text grows");
}

fn drivers(text: &mut String, validation: &Validation) {
    text.push_str("\n## What drives the misses\n\n| figure | what drives it |\n|---|---|\n");
    for finding in validation.findings.iter().filter(|f| f.verdict == Some(Verdict::Miss)) {
        let driver = finding.driver.as_deref().unwrap_or("not known");
        line(text, &format!("| {} | {} |", finding.figure.target.id, cell(driver)));
    }
}

fn left_out(text: &mut String, validation: &Validation) {
    text.push_str("\n## Figures not compared\n\n| figure | what | year | published | why not |\n|---|---|---|---|---|\n");
    for not in &validation.not_compared {
        if let Some(t) = targets().iter().find(|target| target.id == not.target) {
            let (name, unit) = (cell(&t.name), cell(&t.unit));
            let reason = cell(&not.reason);
            line(text, &format!("| {} | {name} | {} | {} {unit} | {reason} |", t.id, t.year, t.value));
        }
    }
}

/// Mean and interval.
#[must_use]
pub fn interval(model: &Statistics) -> String {
    let Some(mean) = model.mean else { return "–".to_owned() };
    match (model.ci_low, model.ci_high) {
        (Some(low), Some(high)) if high - low > 1e-9 => {
            format!("{} ({} to {})", short(mean), short(low), short(high))
        }
        _ => short(mean),
    }
}

/// Three figures, or whole numbers from a hundred on.
#[must_use]
pub fn short(x: f64) -> String {
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
