//! `fanpin check`: whether scenarios hold, without running them.

use std::io::Write;
use std::path::PathBuf;

use clap::Args;

use super::{CliError, SetArgs, files};
use crate::billing::{Bill, CompiledLayers, Patient};
use crate::evidence::{Book, Status};
use crate::measures::catalogue::{GROUPS, MEASURES};
use crate::population::tables::tables;
use crate::scenario::Scenario;
use crate::scenario::policy::{ClassSet, Level, Service};
use crate::simulation::{rural_income_last_year, year_context};
use crate::units::Money;

/// Options of `fanpin check`.
#[derive(Debug, Args)]
pub struct CheckArgs {
    /// Scenario files (TOML)
    #[arg(value_name = "FILE", required = true)]
    pub files: Vec<PathBuf>,
    /// What the command line sets in it.
    #[command(flatten)]
    pub set: SetArgs,
}

/// Prints a line for each scenario that holds, and for each that does not all that is wrong.
///
/// # Errors
/// [`CliError::Usage`] if one of several does not hold, its own error if there is only one.
pub fn run(args: &CheckArgs, out: &mut dyn Write) -> Result<(), CliError> {
    let mut wrong = 0;
    for file in &args.files {
        match files::load(file, &args.set, Vec::new()) {
            Ok(scenario) => write!(out, "{}: holds\n{}", file.display(), summary(&scenario))?,
            Err(error) if args.files.len() == 1 => return Err(error.into()),
            Err(error) => {
                wrong += 1;
                super::report(&error.into());
            }
        }
    }
    match wrong {
        0 => Ok(()),
        n => Err(CliError::Usage(format!("{n} of {} scenarios do not hold", args.files.len()))),
    }
}

/// What a run would do and write, so that nobody is surprised by its size.
fn summary(scenario: &Scenario) -> String {
    let plan = &scenario.plan;
    let years = u64::try_from(plan.last_year.since(plan.first_year)).unwrap_or(0) + 1;
    let regimes = scenario.regimes.len() as u64;
    let groups = (GROUPS.len() + scenario.places.len()) as u64;
    let rows = regimes * years * groups * MEASURES.len() as u64;
    let households = u64::from(plan.households);
    let mut text = format!(
        "  {regimes} regimes, {} to {}, {} replicates of {households} households in {} counties\n  at most {rows} rows in measures.csv, {} in replicates.parquet\n",
        plan.first_year,
        plan.last_year,
        plan.replicates,
        scenario.places.iter().map(|place| u64::from(place.counties)).sum::<u64>(),
        rows * u64::from(plan.replicates),
    );
    if scenario.output.panel {
        let panel = regimes * years * households * u64::from(scenario.output.panel_replicates);
        text.push_str(&format!("  about {panel} rows in panel.parquet\n"));
    }
    text.push_str(&evidence(scenario));
    for line in notches(scenario) {
        text.push_str(&line);
    }
    text
}

/// Where a layer that spending triggers makes a larger bill cheaper: for the first place and
/// reported year, a county hospital, and an ordinary patient of a household of three with the local
/// mean income, half and twice of it.
fn notches(scenario: &Scenario) -> Vec<String> {
    let Some(place) = scenario.places.first() else { return Vec::new() };
    let year = scenario.plan.first_year.max(scenario.plan.switch_year);
    let context = year_context(&scenario.society.poverty, place, tables(), year);
    let bill = Bill {
        amount: Money::from_yuan(500_000),
        covered: Money::from_yuan(500_000),
        level: Level::County,
        service: Service::Inpatient,
        outside: false,
        referred: true,
        diseases: 0,
    };
    let mut lines = Vec::new();
    for regime in &scenario.regimes {
        let layers = CompiledLayers::compile(&regime.policy, year, &context);
        for twice in [1, 2, 4] {
            let per_head = Money::from_fen(rural_income_last_year(place, tables(), year).fen() * twice / 2);
            let patient = Patient {
                insured: true,
                classes: ClassSet::default(),
                age: 40,
                chronic: 0,
                household_income: Money::from_fen(per_head.fen() * 3),
                household_income_per_head: per_head,
            };
            for notch in layers.notches(&bill, &patient) {
                let layer = &regime.policy.layers[layers.source(notch.slot)].id;
                lines.push(format!(
                    "  notch: `{}` in {year}, layer `{layer}`: with a household income of {} yuan, a bill of {} yuan leaves {} yuan less to pay than one a fen lower\n",
                    regime.id, patient.household_income, notch.bill, notch.below - notch.at,
                ));
            }
        }
    }
    lines
}

/// How well the values in force are founded.
fn evidence(scenario: &Scenario) -> String {
    let society = scenario.resolved.get("society").and_then(toml::Value::as_table);
    let mut counts = [0usize; Status::ALL.len()];
    let mut changed = 0;
    for parameter in Book::get().iter().filter(|parameter| parameter.pattern.starts_with("society.")) {
        let in_force =
            parameter.pattern.split('.').skip(1).try_fold(None, |found: Option<&toml::Value>, key| {
                let table = found.map_or(society, toml::Value::as_table)?;
                table.get(key).map(Some)
            });
        let default = parameter.default();
        match in_force.flatten() {
            Some(value) if default.is_some_and(|default| !same(default, value)) => changed += 1,
            _ => counts[parameter.status as usize] += 1,
        }
    }
    let words: Vec<String> = Status::ALL
        .into_iter()
        .zip(counts)
        .filter(|(_, count)| *count > 0)
        .map(|(status, count)| format!("{count} {}", status.name()))
        .collect();
    format!("  parameters of society: {}; {changed} changed by the scenario\n", words.join(", "))
}

fn same(a: &toml::Value, b: &toml::Value) -> bool {
    // Whole numbers of the book are far below 2^53.
    #[allow(clippy::cast_precision_loss)]
    let number = |value: &toml::Value| value.as_float().or_else(|| value.as_integer().map(|n| n as f64));
    a == b || number(a).is_some_and(|x| number(b) == Some(x))
}
