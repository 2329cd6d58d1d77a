//! `fanpin trace`: one household's life, year by year, under every regime side by side.

mod json;
mod table;

use std::io::Write;

use clap::{ArgGroup, Args, ValueEnum};

use super::bill::unknown;
use super::drawing::{self, DrawArgs};
use super::run::{Bar, not_stopped, threads};
use super::{CliError, ScenarioArgs, files};
use crate::experiment::{Watch, counties_of};
use crate::population::{HouseholdId, MAX_HOUSEHOLDS};
use crate::report::charts::{Setting, trace as timeline};
use crate::report::store;
use crate::scenario::Scenario;
use crate::scenario::plan::Language;
use crate::simulation::CountyTask;
use crate::trace::{Picked, TraceError, Wanted, follow, pick};
use crate::units::Year;

/// Options of `fanpin trace`.
///
/// A picked household is typical by a fixed rule: among the lifted households of the replicate that the outcome
/// counts, the one nearest the middle of three orders together (medical bills and income per head from the switch
/// on, both under the baseline, and members at the switch), the lowest id of several.
#[derive(Debug, Clone, Args)]
#[command(group(ArgGroup::new("which").required(true).args(["household", "pick"])))]
pub struct TraceArgs {
    /// The scenario.
    #[command(flatten)]
    pub scenario: ScenarioArgs,
    /// The household: its id as in panel.parquet, or its number in the county of --place and --county
    #[arg(long, value_name = "ID")]
    pub household: Option<u64>,
    /// Find a typical household instead: of the lifted ones with this outcome against the baseline, the one nearest
    /// the middle of the orders by medical bills, by income per head (both since the switch, under the baseline)
    /// and by members at the switch; the lowest id of several
    #[arg(long, value_name = "OUTCOME")]
    pub pick: Option<PickArg>,
    /// Regime of the outcome to pick [default: the one beside the baseline, if there is one only]
    #[arg(long, value_name = "NAME", requires = "pick")]
    pub regime: Option<String>,
    /// Year by whose end the outcome to pick is counted [default: the last]
    #[arg(long, value_name = "YEAR", allow_negative_numbers = true, requires = "pick")]
    pub by: Option<i64>,
    /// Replicate, from 0
    #[arg(long, value_name = "K", default_value_t = 0)]
    pub replicate: u32,
    /// Place of the household, or in which to pick one
    #[arg(long, value_name = "NAME")]
    pub place: Option<String>,
    /// County of the place, from 0 [default, with --place: any to pick from, else the first]
    #[arg(long, value_name = "N")]
    pub county: Option<u32>,
    /// What is drawn.
    #[command(flatten)]
    pub draw: DrawArgs,
    /// Number of threads [default: all cores]
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub threads: Option<usize>,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
    /// Print nothing but errors
    #[arg(short, long)]
    pub quiet: bool,
}

/// Outcomes to pick from, against the baseline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum PickArg {
    /// Returned under the baseline only.
    Saved,
    /// Returned under the regime only.
    Lost,
    /// Returned under both.
    Both,
}

impl PickArg {
    const fn wanted(self) -> Wanted {
        match self {
            Self::Saved => Wanted::Saved,
            Self::Lost => Wanted::Lost,
            Self::Both => Wanted::Both,
        }
    }
}

/// How a household was picked.
#[derive(Debug, Clone, Copy)]
pub(super) struct Choice {
    picked: Picked,
    wanted: Wanted,
    regime: usize,
    by: Year,
}

/// Prints a household's life, and draws it if a folder is given.
///
/// # Errors
/// [`CliError::Scenario`] and [`CliError::Usage`] for what does not hold or isn't there, [`CliError::NotFound`] if no
/// household has the outcome, [`CliError::Store`] if files could not be written, [`CliError::Interrupted`].
pub fn run(args: &TraceArgs, out: &mut dyn Write) -> Result<(), CliError> {
    let scenario = files::load(&args.scenario.file, &args.scenario.set, args.draw.overrides())?;
    if args.replicate >= scenario.plan.replicates {
        let (last, asked) = (scenario.plan.replicates - 1, args.replicate);
        return Err(CliError::Usage(format!(
            "--replicate: expected a number from 0 to {last}, found {asked}"
        )));
    }
    let counties = counties(&scenario, args)?;
    let pool = threads(args.threads)?;
    // The counties to pick from, and that of the household.
    let searched = if args.pick.is_some() { counties.len() as u64 } else { 0 };
    let watch = Bar::new(searched + 1, args.quiet);
    let choice =
        args.pick.map(|outcome| pool.install(|| choose(&scenario, &counties, (args, outcome), &watch)));
    let choice = choice.transpose()?;
    let household = match (choice, args.household) {
        (Some(choice), _) => choice.picked.household,
        (None, Some(asked)) => named(&counties, args, asked)?,
        (None, None) => unreachable!("one of --household and --pick is required"),
    };
    let followed = pool.install(|| follow(&scenario, household, args.replicate, &watch));
    watch.bar.finish_and_clear();
    let trace = followed.map_err(|error| match error {
        TraceError::Interrupted => CliError::Interrupted,
        error => CliError::Usage(format!("--household: {error}")),
    })?;
    not_stopped()?;
    let json = store::json(&json::of_trace(&trace, &scenario, choice.as_ref()));
    if args.json {
        out.write_all(json.as_bytes())?;
    } else if !args.quiet {
        let language = scenario.output.languages.first().copied().unwrap_or(Language::En);
        out.write_all(table::of_trace(&trace, &scenario, choice.as_ref(), language).as_bytes())?;
    }
    if let Some(folder) = &args.draw.out {
        let draw = |setting: &Setting| timeline::draw(&trace, &scenario, setting);
        let target = args.draw.target(folder, "trace");
        drawing::write(&scenario, target, &[("trace.json", json)], &draw)?;
    }
    Ok(())
}

/// The counties of the replicate that the arguments leave.
fn counties(scenario: &Scenario, args: &TraceArgs) -> Result<Vec<CountyTask>, CliError> {
    let mut counties = counties_of(scenario, args.replicate);
    if args.place.is_none() && args.county.is_none() {
        return Ok(counties);
    }
    let place = match &args.place {
        None => 0,
        Some(name) => {
            let found = scenario.places.iter().position(|place| place.id == *name);
            found.ok_or_else(|| unknown("--place", name, scenario.places.iter().map(|p| p.id.as_str())))?
        }
    };
    counties.retain(|county| county.place == place);
    if let Some(number) = args.county {
        let last = counties.len() - 1;
        counties.retain(|county| county.number == number);
        if counties.is_empty() {
            let place = &scenario.places[place].id;
            return Err(CliError::Usage(format!(
                "--county: expected a county of `{place}` from 0 to {last}, found {number}"
            )));
        }
    }
    Ok(counties)
}

/// The id that the arguments name, which has to be of one of the counties.
fn named(counties: &[CountyTask], args: &TraceArgs, asked: u64) -> Result<u64, CliError> {
    let restricted = args.place.is_some() || args.county.is_some();
    if !restricted {
        return Ok(asked);
    }
    if let Some(number) = u32::try_from(asked).ok().filter(|number| *number < MAX_HOUSEHOLDS) {
        let county = counties[0];
        if number >= county.households {
            return Err(CliError::Usage(format!(
                "--household: expected a household of the county from 0 to {}, found {number}",
                county.households - 1
            )));
        }
        return Ok(HouseholdId::root_of(county.county, county.first + number).bits());
    }
    let of = HouseholdId::from_bits(asked).county();
    if counties.iter().any(|county| county.county == of) {
        return Ok(asked);
    }
    let there: Vec<String> = counties.iter().map(|county| county.county.to_string()).collect();
    Err(CliError::Usage(format!(
        "--household: {asked} is of county {of}, and --place and --county leave {}",
        there.join(", ")
    )))
}

/// Picks a typical household.
fn choose(
    scenario: &Scenario,
    counties: &[CountyTask],
    (args, outcome): (&TraceArgs, PickArg),
    watch: &dyn Watch,
) -> Result<Choice, CliError> {
    let others = || scenario.regimes.iter().enumerate().filter(|(at, _)| *at != scenario.baseline);
    let names = others().map(|(_, regime)| regime.id.as_str());
    let regime = match &args.regime {
        Some(name) => {
            let found = others().find(|(_, regime)| regime.id == *name);
            found.ok_or_else(|| unknown("--regime", name, names))?.0
        }
        None => match others().collect::<Vec<_>>().as_slice() {
            [(only, _)] => *only,
            _ => {
                let names: Vec<&str> = names.collect();
                return Err(CliError::Usage(format!(
                    "--pick: say which --regime, one of {}",
                    names.join(", ")
                )));
            }
        },
    };
    let (switch, last) = (scenario.plan.switch_year.max(scenario.plan.first_year), scenario.plan.last_year);
    let by = args.by.map_or(Ok(last), |asked| {
        let year = Year::try_new(asked).ok().filter(|year| (switch..=last).contains(year));
        let message = || format!("--by: expected a year from {switch} to {last}, found {asked}");
        year.ok_or_else(|| CliError::Usage(message()))
    })?;
    let wanted = outcome.wanted();
    let picked = pick(scenario, counties, (wanted, regime, by), watch).map_err(|_| CliError::Interrupted)?;
    let picked = picked.ok_or_else(|| {
        let (id, baseline) = (&scenario.regimes[regime].id, &scenario.regimes[scenario.baseline].id);
        let flow = match wanted {
            Wanted::Saved => format!("returns under `{baseline}` and not under `{id}`"),
            Wanted::Lost => format!("returns under `{id}` and not under `{baseline}`"),
            Wanted::Both => format!("returns under both `{id}` and `{baseline}`"),
        };
        let households: u64 = counties.iter().map(|county| u64::from(county.households)).sum();
        CliError::NotFound(format!(
            "no lifted household {flow} by {by}, among {households} households of replicate {}; look at more households or \
             another year",
            args.replicate
        ))
    })?;
    Ok(Choice { picked, wanted, regime, by })
}

#[cfg(test)]
mod tests {
    use clap::Parser;
    use serde_json::Value;

    use super::*;
    use crate::cli::{Cli, Command};
    use crate::experiment::Unwatched;
    use crate::record::PanelRow;
    use crate::report::panel;
    use crate::report::style::PAPER;

    const SCENARIO: &str = "scenarios/inclusive-vs-targeted.toml";
    const SMALL: [&str; 6] = [
        "--households=400",
        "--replicates=1",
        "--set=plan.last_year=2025",
        "--regimes=targeted,inclusive",
        "--lang=en",
        "--set=places.poor-county.counties=2",
    ];

    fn traced(arguments: &[&str]) -> Result<String, CliError> {
        let all = [&["fanpin", "trace", SCENARIO], &SMALL[..], arguments].concat();
        let cli = Cli::try_parse_from(all).expect("clap takes it");
        let Command::Trace(args) = cli.command else { panic!("another command") };
        let mut out = Vec::new();
        run(&args, &mut out)?;
        Ok(String::from_utf8(out).expect("UTF-8"))
    }

    fn refused(arguments: &[&str]) -> (u8, String) {
        let error = traced(arguments).expect_err("it is refused");
        (error.status(), error.to_string())
    }

    #[test]
    fn json_is_read_back_as_it_was_and_has_the_panels_columns() {
        let id = HouseholdId::root_of(1, 7).bits().to_string();
        let text = traced(&["--household", &id, "--json"]).expect("it is there");
        let json: Value = serde_json::from_str(&text).expect("JSON");
        assert_eq!(store::json(&json), text);
        assert_eq!((json["household"].as_str(), json["county"].as_u64()), (Some(id.as_str()), Some(1)));
        let number = traced(&["--household=7", "--county=1", "--json"]).expect("it is there");
        assert_eq!(number, text, "the number in the county is the same household");
        let args = [&["fanpin", "trace", SCENARIO, "--household=0"], &SMALL[..]].concat();
        let Command::Trace(args) = Cli::parse_from(args).command else { panic!("another command") };
        let scenario = args.scenario.load().expect("it holds");
        let trace = follow(&scenario, id.parse().expect("a number"), 0, &Unwatched).expect("it is there");
        let regimes = json["regimes"].as_array().expect("a list");
        assert_eq!(regimes.len(), 2);
        for (regime, life) in regimes.iter().zip(&trace.lives) {
            let years = regime["years"].as_array().expect("a list");
            assert_eq!(years.len(), 5);
            for (year, told) in years.iter().zip(&life.years) {
                for (column, value) in panel::as_json(&told.row, &scenario) {
                    assert_eq!(year[&column], value, "{column}");
                }
                let fen = |name: &str| year[name].as_i64().expect(name);
                let paid = PanelRow::default().paid_fen.len();
                let payers = crate::scenario::policy::Payer::ALL.iter();
                let sum: i64 = payers.map(|payer| fen(&format!("paid_{}_fen", payer.name()))).sum();
                assert_eq!((paid, sum + fen("out_of_pocket_fen")), (6, fen("bill_fen")));
                let stays = year["stays"].as_array().expect("a list");
                let inpatient: i64 = stays.iter().map(|stay| stay["bill_fen"].as_i64().expect("fen")).sum();
                assert_eq!(inpatient + fen("outpatient_bill_fen"), fen("bill_fen"));
            }
        }
    }

    #[test]
    fn what_is_not_there_is_refused_with_what_is() {
        let (status, message) = refused(&["--household=7", "--county=2"]);
        assert_eq!(
            (status, message.as_str()),
            (2, "--county: expected a county of `poor-county` from 0 to 1, found 2")
        );
        let (status, message) = refused(&["--household=200", "--county=0"]);
        assert_eq!(
            (status, message.as_str()),
            (2, "--household: expected a household of the county from 0 to 199, found 200")
        );
        let (status, message) = refused(&["--household=1"]);
        assert_eq!(status, 2);
        assert_eq!(
            message,
            "--household: county 0 has no such household, expected one of its 200 of the start or one set up from \
             them; the nearest is 0"
        );
        assert_eq!(
            refused(&["--household=0", "--replicate=1"]),
            (2, "--replicate: expected a number from 0 to 0, found 1".to_owned())
        );
        let (status, message) = refused(&["--pick=saved", "--regime=inclusiv"]);
        assert_eq!(status, 2);
        assert!(message.contains("did you mean `inclusive`?"), "{message}");
        let (status, message) = refused(&["--pick=saved", "--by=2036"]);
        assert_eq!((status, message.as_str()), (2, "--by: expected a year from 2021 to 2025, found 2036"));
    }

    #[test]
    fn none_to_pick_is_said_with_status_1() {
        // Under the baseline's own policy nobody is saved.
        let same = "--set=regimes.inclusive.policy=\"targeted\"";
        let (status, message) = refused(&["--pick=saved", same]);
        assert_eq!(status, 1);
        assert_eq!(
            message,
            "no lifted household returns under `targeted` and not under `inclusive` by 2025, among 400 households of \
             replicate 0; look at more households or another year"
        );
        let both = traced(&["--pick=both", same]).expect("some return under both");
        assert!(both.contains("\npicked as typical of "), "{both}");
        assert!(!both.contains("┆ rule that mattered"), "nothing matters between two that are the same");
    }

    #[test]
    fn the_timeline_has_all_its_letters_in_both_languages() {
        let args = [&["fanpin", "trace", SCENARIO, "--household=0"], &SMALL[..]].concat();
        let Command::Trace(args) = Cli::parse_from(args).command else { panic!("another command") };
        let scenario = args.scenario.load().expect("it holds");
        for index in [0, 3, 11] {
            let trace = follow(&scenario, index << 30, 0, &Unwatched).expect("it is there");
            for (language, width_mm) in [(Language::En, 180), (Language::Zh, 90)] {
                let chart = timeline::draw(&trace, &scenario, &Setting { language, width_mm, theme: PAPER });
                assert!(chart.missing.is_empty(), "{:?}", chart.missing);
                assert!(chart.height_mm < 240.0, "{}", chart.height_mm);
            }
        }
    }
}
