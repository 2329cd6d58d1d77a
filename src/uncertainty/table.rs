//! `uncertainty.csv`: what results at drawn parameters say, with both intervals and the components of variance.

use std::collections::BTreeMap;

use super::components::{Components, between_scenarios};
use crate::measures::catalogue::{Label, MEASURES, info};
use crate::measures::files::{NotFinite, Table};
use crate::measures::outlay::{self, OUTLAY, Totals};
use crate::measures::table::Results;
use crate::units::Year;

/// File name.
pub const UNCERTAINTY_CSV: &str = "uncertainty.csv";

/// Columns.
pub(crate) const HEAD: &str = "scenario,regime,baseline,year,group,measure,unit,mean,monte_carlo_low,monte_carlo_high,parameter_low,\
                    parameter_high,variance_monte_carlo,variance_parameter,variance_scenario,draws,replicates";

/// Measures whose uncertainty is told, with the groups that exist for all: the headline of tables and charts.
pub const TOLD: [&str; 16] = [
    "poverty_return_rate",
    "poverty_return_cumulative",
    "illness_return_rate",
    "new_poverty_rate",
    "poverty_rate",
    "poverty_rate_net",
    "hardship_headline",
    "che_40",
    "impoverished_rate",
    "forgone_for_money_rate",
    "oop_per_head",
    "oop_share",
    "effective_reimbursement",
    "medical_aid_per_head",
    "fund_spending_per_head",
    "monitored_rate",
];

/// Groups that it is told of.
const GROUPS: [&str; 4] = ["all", "lifted", "marginal", "never_poor"];

/// What summaries, charts and tables show: a measure or quantity and its group.
pub const HEADLINE: [(&str, &str); 4] = [
    (outlay::RETURNED, "lifted"),
    ("poverty_return_rate", "lifted"),
    (outlay::HARDSHIP, "all"),
    (outlay::PUBLIC_OUTLAY, "all"),
];

/// What a row is about: a level of a regime, or its paired difference to the baseline.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Subject {
    /// Regime id.
    pub regime: String,
    /// Baseline of a difference; empty for a level.
    pub baseline: String,
    /// The year, or the years that it is over.
    pub year: String,
    /// Group id.
    pub group: String,
    /// Id of a measure or of a quantity of `outlay.csv`.
    pub measure: &'static str,
}

/// A row of the file.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// What it is about.
    pub subject: Subject,
    /// What is known of it.
    pub components: Components,
    /// Variance between scenarios, where several were run.
    pub variance_scenario: Option<f64>,
}

/// Unit and label of a measure or quantity.
///
/// # Panics
/// If there is no such measure.
#[must_use]
pub fn unit_and_label(measure: &str) -> (&'static str, Label) {
    if let Some((_, unit, label)) = OUTLAY.iter().find(|(id, _, _)| *id == measure) {
        return (unit, *label);
    }
    let info = info(measure).expect("a measure of the catalogue");
    (info.unit, Label { en: info.label_en, zh: info.label_zh })
}

/// Rows of a run in which every `per_draw` replicates share a draw; `others` are runs of other scenarios at the same draws.
#[must_use]
pub fn rows(results: &Results, per_draw: u32, others: &[Results]) -> Vec<Row> {
    let own = values(results, per_draw);
    let others: Vec<BTreeMap<Subject, Vec<Vec<f64>>>> =
        others.iter().map(|other| values(other, per_draw)).collect();
    let row = |(subject, by_draw): (Subject, Vec<Vec<f64>>)| {
        let components = Components::of(&by_draw)?;
        let all: Option<Vec<&[Vec<f64>]>> = std::iter::once(Some(by_draw.as_slice()))
            .chain(others.iter().map(|other| other.get(&subject).map(Vec::as_slice)))
            .collect();
        let variance_scenario = all.and_then(|all| between_scenarios(&all));
        Some(Row { subject, components, variance_scenario })
    };
    own.into_iter().filter_map(row).collect()
}

/// The paired difference of a regime in a measure of a group: of the last year, where there are several.
#[must_use]
pub fn difference<'r>(rows: &'r [Row], regime: &str, measure: &str, group: &str) -> Option<&'r Row> {
    let own = |row: &&Row| {
        let subject = &row.subject;
        let what = (subject.regime.as_str(), subject.measure, subject.group.as_str());
        what == (regime, measure, group) && !subject.baseline.is_empty()
    };
    rows.iter().filter(own).max_by(|a, b| a.subject.year.cmp(&b.subject.year))
}

/// Values by subject and draw: `[draw][replicate]`, undefined ones left out.
fn values(results: &Results, per_draw: u32) -> BTreeMap<Subject, Vec<Vec<f64>>> {
    let mut levels: BTreeMap<(usize, String, String, &'static str), BTreeMap<u32, f64>> = BTreeMap::new();
    let wanted = |id: &str| TOLD.contains(&id);
    for cell in &results.cells {
        let (group, measure) =
            (&results.groups[usize::from(cell.group)], MEASURES[usize::from(cell.measure)].id);
        if wanted(measure) && GROUPS.contains(&group.as_str()) {
            let key = (usize::from(cell.regime), cell.year.to_string(), group.clone(), measure);
            levels.entry(key).or_default().insert(cell.replicate, cell.value);
        }
    }
    let span = span(&results.years);
    for (regime, totals) in outlay::by_replicate(results).into_iter().enumerate() {
        for (measure, group, of) in QUANTITIES {
            let defined = totals.iter().map(of).zip(0u32..).filter(|(value, _)| !value.is_nan());
            let by_replicate = defined.map(|(value, replicate)| (replicate, value)).collect();
            levels.insert((regime, span.clone(), group.to_owned(), measure), by_replicate);
        }
    }
    subjects(results, &levels, per_draw)
}

/// Quantities of `outlay.csv` with their groups.
type Quantity = (&'static str, &'static str, fn(&Totals) -> f64);
const QUANTITIES: [Quantity; 4] = [
    (outlay::PUBLIC_OUTLAY, "all", |totals| totals.outlay),
    (outlay::RETURNED, "lifted", |totals| totals.returned),
    (outlay::HARDSHIP, "all", |totals| totals.hardship),
    (outlay::CATASTROPHIC, "all", |totals| totals.catastrophic),
];

/// The years of a quantity that is over all of them.
#[must_use]
pub fn span(years: &[Year]) -> String {
    match years {
        [] => String::new(),
        [one] => one.to_string(),
        [first, .., last] => format!("{first}-{last}"),
    }
}

/// Levels and paired differences from levels by replicate.
fn subjects(
    results: &Results,
    levels: &BTreeMap<(usize, String, String, &'static str), BTreeMap<u32, f64>>,
    per_draw: u32,
) -> BTreeMap<Subject, Vec<Vec<f64>>> {
    let baseline = results.regimes.iter().position(|(id, _, _)| *id == results.baseline);
    let draws = results.cells.iter().map(|cell| cell.replicate / per_draw + 1).max().unwrap_or(0) as usize;
    let by_draw = |values: &mut dyn Iterator<Item = (u32, f64)>| {
        let mut draws = vec![Vec::new(); draws];
        values.for_each(|(replicate, value)| draws[(replicate / per_draw) as usize].push(value));
        draws
    };
    let mut all = BTreeMap::new();
    for ((regime, year, group, measure), values) in levels {
        let subject = |baseline: &str| Subject {
            regime: results.regimes[*regime].0.clone(),
            baseline: baseline.to_owned(),
            year: year.clone(),
            group: group.clone(),
            measure,
        };
        all.insert(subject(""), by_draw(&mut values.iter().map(|(replicate, value)| (*replicate, *value))));
        let base = baseline.filter(|baseline| baseline != regime);
        let base = base.and_then(|baseline| levels.get(&(baseline, year.clone(), group.clone(), *measure)));
        if let Some(base) = base {
            let mut paired = values
                .iter()
                .filter_map(|(replicate, value)| Some((*replicate, value - base.get(replicate)?)));
            all.insert(subject(&results.baseline), by_draw(&mut paired));
        }
    }
    all
}

/// The text of the file.
///
/// # Errors
/// [`NotFinite`] if a number is not.
pub fn csv(scenario: &str, rows: &[Row]) -> Result<Vec<u8>, NotFinite> {
    let mut table = Table::new(UNCERTAINTY_CSV, HEAD);
    for row in rows {
        let (subject, found) = (&row.subject, &row.components);
        table.text(scenario).text(&subject.regime).text(&subject.baseline).text(&subject.year);
        table.text(&subject.group).text(subject.measure).text(unit_and_label(subject.measure).0);
        table.number(Some(found.mean))?;
        for ends in [found.monte_carlo, found.parameter] {
            table.number(ends.map(|ends| ends.0))?.number(ends.map(|ends| ends.1))?;
        }
        table.number(found.variance_monte_carlo)?.number(found.variance_parameter)?;
        table.number(row.variance_scenario)?.whole(count(found.draws)).whole(count(found.replicates)).end();
    }
    Ok(table.finish())
}

fn count(number: usize) -> u32 {
    u32::try_from(number).expect("replicates are counted in u32")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_told_is_a_measure_or_a_quantity() {
        for id in TOLD {
            assert!(info(id).is_some(), "{id}");
        }
        for (id, _, _) in QUANTITIES {
            assert!(!unit_and_label(id).0.is_empty());
        }
    }
}
