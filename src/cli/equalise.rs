//! `fanpin equalise`: two regimes at equal cost, return and hardship.

use std::io::Write;
use std::path::Path;

use clap::Args;
use comfy_table::presets::UTF8_FULL_CONDENSED;
use comfy_table::{CellAlignment, Table};
use serde_json::json;

use super::drawing::{self, DrawArgs, Target};
use super::run::{Bar, threads};
use super::{CliError, ScenarioArgs, files};
use crate::evidence::nearest;
use crate::experiment;
use crate::experiment::equalise::{self, Equal, Equalised, Goal, Way, change};
use crate::measures::files as tables;
use crate::measures::outlay::{CATASTROPHIC, HARDSHIP, OUTLAY, PUBLIC_OUTLAY, RETURNED};
use crate::measures::table::{OutlayRow, Statistics};
use crate::report::charts::equal as chart;
use crate::report::store::{self, Store};
use crate::report::style::{number, signed};
use crate::scenario::{Override, Scenario, resolved_text};

/// Options of `fanpin equalise`.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
The regime that costs more is scaled down until both cost the same, the one under which fewer lifted people return until as
many return under both, and the one with fewer people in hardship until there are as many under both: by a factor on what medical aid and local top-ups pay, and again by a deductible on medical aid. Cost is
public outlay over all reported years, discounted at 3 %, with deficits; funds don't ration meanwhile (society.switches.funds is
off). A conclusion holds only if both ways of scaling agree on it.")]
pub struct EqualiseArgs {
    /// The scenario.
    #[command(flatten)]
    pub scenario: ScenarioArgs,
    /// The two regimes, separated by a comma [default: those of a scenario that has two]
    #[arg(long, value_name = "A,B", value_delimiter = ',')]
    pub pair: Option<Vec<String>>,
    /// Where tables and chart go.
    #[command(flatten)]
    pub draw: DrawArgs,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
    /// Number of threads [default: all cores]
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub threads: Option<usize>,
    /// Print nothing but errors
    #[arg(short, long, conflicts_with = "json")]
    pub quiet: bool,
}

/// Runs the command.
///
/// # Errors
/// [`CliError`]: a scenario that does not hold, names that are none of its regimes, a place that is taken, an interruption.
pub fn run(args: &EqualiseArgs, out: &mut dyn Write) -> Result<(), CliError> {
    let mut more =
        vec![Override { origin: "equalise".to_owned(), text: "society.switches.funds=false".to_owned() }];
    more.extend(args.draw.overrides());
    let scenario = files::load(&args.scenario.file, &args.scenario.set, more)?;
    let pair = pair(&scenario, args.pair.as_deref())?;
    if let Some(folder) = &args.draw.out {
        // A folder that is taken is said before the work, not after it.
        drop(Store::begin(folder, args.draw.existing("equalise"))?);
    }
    let pool = threads(args.threads)?;
    let counties = experiment::counties(&scenario) * u64::from(scenario.plan.replicates);
    let runs = equalise::most_runs() as u64;
    if !args.quiet {
        writeln!(
            std::io::stderr(),
            "up to {runs} runs of up to 37 regimes: {counties} counties of {} households each",
            scenario.plan.households
                / u32::try_from(experiment::counties(&scenario).max(1)).unwrap_or(u32::MAX)
        )?;
    }
    let watch = Bar::new(counties * runs, args.quiet);
    let done =
        pool.install(|| equalise::equalise(&scenario, pair, &watch)).map_err(|_| CliError::Interrupted)?;
    watch.bar.finish_and_clear();
    if let Some(folder) = &args.draw.out {
        write(folder, &args.draw, &scenario, &done)?;
    }
    if args.json {
        out.write_all(store::json(&as_json(&done)).as_bytes())?;
    } else if !args.quiet {
        out.write_all(as_text(&done).as_bytes())?;
    }
    Ok(())
}

/// The places of the two regimes.
fn pair(scenario: &Scenario, names: Option<&[String]>) -> Result<[usize; 2], CliError> {
    let ids: Vec<&str> = scenario.regimes.iter().map(|regime| regime.id.as_str()).collect();
    let Some(names) = names else {
        if ids.len() == 2 {
            return Ok([scenario.baseline, 1 - scenario.baseline]);
        }
        return Err(CliError::Usage(format!("--pair: name two of the regimes {}", ids.join(", "))));
    };
    let [first, second] = names else {
        return Err(CliError::Usage(format!("--pair: expected two regimes, found {}", names.len())));
    };
    let find = |name: &String| {
        ids.iter().position(|id| id == name).ok_or_else(|| {
            let near = nearest(name, ids.iter().copied());
            let near = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
            CliError::Usage(format!("--pair: there is no regime `{name}`, expected {}{near}", ids.join(", ")))
        })
    };
    let found = [find(first)?, find(second)?];
    if found[0] == found[1] {
        return Err(CliError::Usage("--pair: the two regimes are the same".to_owned()));
    }
    Ok(found)
}

fn write(folder: &Path, args: &DrawArgs, scenario: &Scenario, done: &Equalised) -> Result<(), CliError> {
    let table = csv(&scenario.name, done).map_err(|error| CliError::Report(error.into()))?;
    let written = [
        ("equalise.csv", table),
        ("equalise.json", store::json(&as_json(done))),
        ("scenario.resolved.toml", resolved_text(scenario)),
    ];
    let target = Target { folder, command: "equalise", existing: args.existing("equalise") };
    drawing::write(scenario, target, &written, &|setting| chart::draw(done, setting))
}

const HEAD: &str = "scenario,role,goal,way,scaled,other,value,quantity,unit,mean,ci_low,ci_high,\
                    difference_mean,difference_ci_low,difference_ci_high,replicates";

fn csv(scenario: &str, done: &Equalised) -> Result<String, tables::NotFinite> {
    let mut table = tables::Table::new("equalise.csv", HEAD);
    let name = |side: usize| done.pair[side].0.as_str();
    let mut rows =
        |role: &str, goal: &str, way: &str, side: usize, value: Option<f64>, rows: &[OutlayRow]| {
            for row in rows.iter().filter(|row| row.value.mean.is_some()) {
                let unit =
                    OUTLAY.iter().find(|(id, _, _)| *id == row.quantity).map_or("", |(_, unit, _)| unit);
                table.text(scenario).text(role).text(goal).text(way).text(name(side)).text(name(1 - side));
                table.number(value)?.text(row.quantity).text(unit);
                let (own, change) = (&row.value, &row.change);
                table.number(own.mean)?.number(own.ci_low)?.number(own.ci_high)?;
                table.number(change.mean)?.number(change.ci_low)?.number(change.ci_high)?;
                table.whole(own.replicates).end();
            }
            Ok(())
        };
    for (side, unscaled) in done.unscaled.iter().enumerate() {
        rows("unscaled", "", "", side, None, unscaled)?;
    }
    for trial in &done.trials {
        rows("trial", "", trial.way.name(), trial.scaled, Some(trial.value), &trial.rows)?;
    }
    for equal in &done.equal {
        if let Some(trial) = &equal.at {
            rows("equal", equal.goal.name(), equal.way.name(), equal.scaled, Some(trial.value), &trial.rows)?;
        }
    }
    Ok(String::from_utf8_lossy(&table.finish()).into_owned())
}

fn as_json(done: &Equalised) -> serde_json::Value {
    let statistics = |s: &Statistics| json!({ "mean": s.mean, "ci_low": s.ci_low, "ci_high": s.ci_high });
    let quantities = |rows: &[OutlayRow]| -> serde_json::Value {
        let of = |row: &OutlayRow| {
            let pair = json!({ "value": statistics(&row.value), "difference": statistics(&row.change) });
            (row.quantity.to_owned(), pair)
        };
        serde_json::Value::Object(rows.iter().filter(|r| r.value.mean.is_some()).map(of).collect())
    };
    let equal: Vec<_> = done
        .equal
        .iter()
        .map(|equal| {
            json!({
                "goal": equal.goal.name(),
                "way": equal.way.name(),
                "scaled": done.pair[equal.scaled].0,
                "other": done.pair[1 - equal.scaled].0,
                "reached": equal.at.is_some(),
                "value": equal.at.as_ref().or(equal.farthest.as_ref()).map(|trial| trial.value),
                "quantities": equal.at.as_ref().or(equal.farthest.as_ref()).map(|trial| quantities(&trial.rows)),
            })
        })
        .collect();
    let better = |goal: Goal| {
        let of = |quantity: &&str| {
            let better = done.better(goal, quantity).map(|side| done.pair[side].0.clone());
            ((*quantity).to_owned(), json!(better))
        };
        serde_json::Value::Object(goal.compared().iter().map(of).collect())
    };
    json!({
        "pair": [done.pair[0].0, done.pair[1].0],
        "unscaled": [quantities(&done.unscaled[0]), quantities(&done.unscaled[1])],
        "equal": equal,
        "better": Goal::ALL.iter().map(|goal| (goal.name().to_owned(), better(*goal))).collect::<serde_json::Map<_, _>>(),
    })
}

fn interval(s: &Statistics, factor: f64, decimals: usize) -> String {
    let Some(mean) = s.mean else { return "–".to_owned() };
    let mean = signed(mean * factor, decimals);
    match (s.ci_low, s.ci_high) {
        (Some(low), Some(high)) => {
            format!("{mean} [{}, {}]", signed(low * factor, decimals), signed(high * factor, decimals))
        }
        _ => mean,
    }
}

fn as_text(done: &Equalised) -> String {
    let mut table = Table::new();
    table.load_style(UTF8_FULL_CONDENSED);
    table.set_header([
        "",
        "scaled",
        "outlay,\nyuan a person",
        "ever returned,\npoints",
        "hardship,\npoints",
        "catastrophic,\npoints",
    ]);
    let cells = |rows: &[OutlayRow]| {
        let of = |quantity, factor, decimals| interval(&change(rows, quantity), factor, decimals);
        [
            of(PUBLIC_OUTLAY, 1.0, 0),
            of(RETURNED, 100.0, 2),
            of(HARDSHIP, 100.0, 2),
            of(CATASTROPHIC, 100.0, 2),
        ]
    };
    let mut row = |first: String, scaled: String, rows: &[OutlayRow]| {
        table.add_row([first, scaled].into_iter().chain(cells(rows)));
    };
    row(format!("{} less {}", done.pair[1].0, done.pair[0].0), "no".to_owned(), &done.unscaled[1]);
    for equal in &done.equal {
        let name = |side: usize| done.pair[side].0.as_str();
        let first = format!("{}\n{} less {}", words(equal.goal), name(equal.scaled), name(1 - equal.scaled));
        match &equal.at {
            Some(trial) => row(first, how(equal, trial.value), &trial.rows),
            None => {
                let rows = equal.farthest.as_ref().map_or(&[][..], |trial| &trial.rows);
                row(first, not_reached(equal.way).to_owned(), rows);
            }
        }
    }
    for index in 2..6 {
        if let Some(column) = table.column_mut(index) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    let mut text = format!("{table}\n");
    for goal in Goal::ALL {
        text += &verdict(done, goal);
    }
    text += "In brackets: 95 % interval of the paired mean over replicates. Outlay: discounted at 3 %, prices of 2020, all years.\n";
    text
}

const fn words(goal: Goal) -> &'static str {
    match goal {
        Goal::Cost => "at equal cost",
        Goal::Return => "at equal return",
        Goal::Hardship => "at equal hardship",
    }
}

fn capital(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

const fn not_reached(way: Way) -> &'static str {
    match way {
        Way::Payments => "not even\nwithout them",
        Way::Deductible => "not even with\n+ 200 % of income",
    }
}

fn how(equal: &Equal, value: f64) -> String {
    match equal.way {
        Way::Payments => format!("aid and top-ups\n× {}", number(value, 3)),
        Way::Deductible => format!("aid deductible\n+ {} of income", number(value, 3)),
    }
}

/// What can be said where a goal is reached: a line a quantity.
fn verdict(done: &Equalised, goal: Goal) -> String {
    let name = |side: usize| done.pair[side].0.as_str();
    let of_goal = || done.equal.iter().filter(|equal| equal.goal == goal);
    let Some(scaled) = of_goal().next().map(|equal| equal.scaled) else {
        return format!("{}: undefined, there is nobody to count.\n", capital(words(goal)));
    };
    if of_goal().all(|equal| equal.at.is_none()) {
        if !of_goal().all(Equal::never) {
            return format!(
                "{}: not reached, and whether a difference is left where medical aid is cut most is open.\n",
                capital(words(goal))
            );
        }
        let (scaled, other) = (name(scaled), name(1 - scaled));
        let what = match goal {
            Goal::Cost => format!("{scaled} costs more than {other}"),
            Goal::Return => format!("fewer lifted people return under {scaled} than under {other}"),
            Goal::Hardship => format!("fewer people are in hardship under {scaled} than under {other}"),
        };
        return format!(
            "Even where medical aid is cut most, {what}: what else differs between them is enough.\n"
        );
    }
    let line = |quantity: &&str| {
        let at = words(goal);
        let Some(side) = done.better(goal, quantity) else {
            let label =
                OUTLAY.iter().find(|(id, _, _)| id == quantity).map_or(*quantity, |(_, _, label)| label.en);
            return format!("{label} {at}: open, since not both ways show a difference of one sign.\n");
        };
        let (better, other) = (name(side), name(1 - side));
        match *quantity {
            RETURNED => {
                format!("Fewer lifted people return under {better} than under {other} {at}, both ways.\n")
            }
            HARDSHIP => {
                format!("Fewer people are in hardship under {better} than under {other} {at}, both ways.\n")
            }
            _ => format!("{better} costs less than {other} {at}, both ways.\n"),
        }
    };
    goal.compared().iter().map(line).collect()
}
