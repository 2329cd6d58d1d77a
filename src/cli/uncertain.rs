//! What `fanpin run` does beyond a fixed number of replicates at the scenario's own values: drawn parameters, and as many replicates as
//! an interval needs.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::Args;
use sha2::{Digest, Sha256};

use super::run::Bar;
use super::{CliError, RunArgs, files};
use crate::experiment::{self, Finished};
use crate::measures::compute::Collector;
use crate::measures::counties::CountyYear;
use crate::measures::table::{Results, Statistics};
use crate::scenario::{Override, Scenario};
use crate::uncertainty::draws::{self, DrawError, Draws};
use crate::uncertainty::overrides;
use crate::uncertainty::posterior::Posterior;
use crate::uncertainty::table;
use crate::units::Year;

/// Draws unless more are asked for.
const DRAWS: usize = 50;
/// Replicates of a draw unless more are asked for: the fewest that tell chance from parameters.
const PER_DRAW: u32 = 2;
/// Most replicates of a run that goes on until it is precise.
const MOST_REPLICATES: u32 = 1000;

/// Options of `fanpin run` about uncertainty.
#[derive(Debug, Clone, Default, Args)]
pub struct UncertaintyArgs {
    /// Values of parameters: `prior` draws them from the book's ranges, `posterior` from the shipped calibration, a file from
    /// another one; `best` takes the calibration's best point
    #[arg(long, value_name = "prior|posterior|best|FILE")]
    pub parameters: Option<String>,
    /// Draws of parameters, each with the replicates of --replicates (then 2 unless given) [default: 50]
    #[arg(long, value_name = "N", requires = "parameters")]
    pub draws: Option<usize>,
    /// Also run these scenarios at the same draws: how much the choice of scenario adds
    #[arg(long, value_name = "FILE,…", value_delimiter = ',', requires = "parameters")]
    pub variants: Vec<PathBuf>,
    /// Add replicates until the 95 % interval of the paired difference is at most this wide for every regime; the group is
    /// `lifted` for measures of return and `all` for others, the year the last, unless named; repeatable
    #[arg(long, value_name = "MEASURE[@GROUP][@YEAR]=WIDTH")]
    pub precision: Vec<String>,
    /// Most replicates of --precision [default: 1000]
    #[arg(long, value_name = "N", requires = "precision")]
    pub max_replicates: Option<u32>,
}

/// What is to be run.
pub(super) enum Work {
    /// The replicates of the plan.
    Plain(Box<Scenario>),
    /// Replicates at each draw of parameters.
    Drawn(Box<DrawnWork>),
    /// Replicates until an interval is narrow.
    Precise(Box<Scenario>, Vec<Wanted>, u32),
}

/// Draws to be run.
pub(super) struct DrawnWork {
    scenario: Scenario,
    draws: Draws,
    variants: Vec<Draws>,
    /// What the manifest tells of it.
    options: BTreeMap<String, String>,
}

/// An interval that is to be narrow.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Wanted {
    text: String,
    measure: String,
    group: String,
    year: Year,
    width: f64,
}

/// A finished run, and what its writing needs to know.
pub(super) struct Done {
    /// The scenario, with the replicates that were run.
    pub scenario: Scenario,
    /// What came out.
    pub finished: Finished,
    /// Replicates run.
    pub replicates: u32,
    /// Options for the manifest.
    pub options: BTreeMap<String, String>,
    /// `parameters.csv`, where parameters were drawn.
    pub parameters: Option<String>,
    /// What the user should know.
    pub remarks: Vec<String>,
}

impl Work {
    /// What the command line asks for.
    pub fn of(args: &RunArgs) -> Result<Self, CliError> {
        let own = &args.uncertainty;
        match own.parameters.as_deref() {
            None if own.precision.is_empty() => Ok(Self::Plain(Box::new(args.load()?))),
            None => Self::precise(args, args.load()?),
            Some("best") => {
                if own.draws.is_some() || !own.variants.is_empty() {
                    let message = "--parameters best is one point: --draws and --variants don't go with it";
                    return Err(CliError::Usage(message.to_owned()));
                }
                let best = shipped()?;
                let under = overrides(&best.keys, &best.best, "--parameters best");
                let scenario = loader(args, &args.scenario.file)(&under)?;
                if own.precision.is_empty() {
                    Ok(Self::Plain(Box::new(scenario)))
                } else {
                    Self::precise(args, scenario)
                }
            }
            Some(_) if !own.precision.is_empty() => {
                let message = "--precision goes with values that are fixed, not with drawn parameters";
                Err(CliError::Usage(message.to_owned()))
            }
            Some(from) => Ok(Self::Drawn(Box::new(DrawnWork::of(args, from)?))),
        }
    }

    fn precise(args: &RunArgs, scenario: Scenario) -> Result<Self, CliError> {
        let last = scenario.plan.last_year;
        let wanted: Result<Vec<Wanted>, String> =
            args.uncertainty.precision.iter().map(|text| Wanted::parse(text, &scenario, last)).collect();
        let most = args.uncertainty.max_replicates.unwrap_or(MOST_REPLICATES);
        if scenario.regimes.len() < 2 {
            return Err(CliError::Usage("--precision is of differences, and there is one regime".to_owned()));
        }
        if most < scenario.plan.replicates.max(2) {
            let message = format!("--max-replicates {most} is fewer than the replicates to begin with");
            return Err(CliError::Usage(message));
        }
        Ok(Self::Precise(Box::new(scenario), wanted.map_err(CliError::Usage)?, most))
    }

    /// The scenario that tells names, places and what is written.
    pub fn scenario(&self) -> &Scenario {
        match self {
            Self::Plain(scenario) | Self::Precise(scenario, ..) => scenario,
            Self::Drawn(work) => &work.scenario,
        }
    }

    /// Counties to be simulated, as far as is known.
    pub fn counties(&self) -> u64 {
        let one = experiment::counties(self.scenario()) * u64::from(self.scenario().plan.replicates);
        match self {
            Self::Plain(_) | Self::Precise(..) => one,
            Self::Drawn(work) => one * work.draws.scenarios.len() as u64 * (1 + work.variants.len() as u64),
        }
    }

    /// Runs it.
    pub fn run(
        &self,
        args: &RunArgs,
        watch: &Bar,
        by_county: &mut (dyn FnMut(&[CountyYear]) + Send),
    ) -> Result<Done, CliError> {
        let stopped = |_| CliError::Interrupted;
        match self {
            Self::Plain(scenario) => {
                let finished = experiment::run_by_county(scenario, watch, by_county).map_err(stopped)?;
                let replicates = scenario.plan.replicates;
                let (options, parameters, remarks) = (BTreeMap::new(), None, Vec::new());
                Ok(Done {
                    scenario: (**scenario).clone(),
                    finished,
                    replicates,
                    options,
                    parameters,
                    remarks,
                })
            }
            Self::Drawn(work) => work.run(watch, by_county),
            Self::Precise(scenario, wanted, most) => precise(args, scenario, wanted, *most, watch, by_county),
        }
    }
}

/// Loads a scenario file with keys laid under what the command line sets.
fn loader<'a>(
    args: &'a RunArgs,
    file: &'a Path,
) -> impl Fn(&[Override]) -> Result<Scenario, crate::scenario::ScenarioError> + 'a {
    move |under| files::load_over(file, under.to_vec(), &args.scenario.set, args.output.overrides())
}

pub(super) fn shipped() -> Result<Posterior, CliError> {
    Posterior::shipped().map_err(|error| CliError::Usage(error.to_string()))
}

impl DrawnWork {
    fn of(args: &RunArgs, from: &str) -> Result<Self, CliError> {
        let mut options = BTreeMap::new();
        let mut option = |key: &str, value: String| options.insert(key.to_owned(), value);
        let (source, most) = match from {
            "prior" => (draws::From::Prior, usize::MAX),
            "posterior" => {
                option("posterior_sha256", hash(Posterior::shipped_text().as_bytes()));
                let posterior = shipped()?;
                let most = posterior.draws.len();
                (draws::From::Posterior(posterior), most)
            }
            file => {
                let text = std::fs::read_to_string(file).map_err(|error| {
                    CliError::Usage(format!("--parameters: `{file}` can't be read: {error}"))
                })?;
                option("posterior_sha256", hash(text.as_bytes()));
                let posterior =
                    Posterior::read(file, &text).map_err(|error| CliError::Usage(error.to_string()))?;
                let most = posterior.draws.len();
                (draws::From::Posterior(posterior), most)
            }
        };
        let own = &args.uncertainty;
        let count = own.draws.unwrap_or(DRAWS.min(most));
        if !(2..=100_000).contains(&count) {
            return Err(CliError::Usage(format!(
                "--draws: expected a number from 2 to 100000, found {count}"
            )));
        }
        // A posterior by path is a file of the user's; its name is no part of the result, its hash is.
        option("parameters", if matches!(from, "prior" | "posterior") { from } else { "file" }.to_owned());
        option("draws", count.to_string());
        let per_draw = args.scenario.set.replicates.is_none().then_some(PER_DRAW);
        let load = |file: &Path, under: &[Override]| {
            let mut more = args.output.overrides();
            let text = |n| format!("plan.replicates={n}");
            more.extend(per_draw.map(|n| Override { origin: "--parameters".to_owned(), text: text(n) }));
            files::load_over(file, under.to_vec(), &args.scenario.set, more)
        };
        let main = |under: &[Override]| load(&args.scenario.file, under);
        let scenario = main(&[])?;
        let refused = |error: DrawError| match error {
            DrawError::Scenario(error) | DrawError::Refused(error) => CliError::Scenario(error),
            other => CliError::Usage(format!("--draws: {other}")),
        };
        let draws = Draws::of(&source, count, scenario.plan.seed, &main).map_err(refused)?;
        let mut variants = Vec::new();
        for file in &own.variants {
            variants.push(variant(&scenario, &draws, file, &|under| load(file, under))?);
        }
        if !variants.is_empty() {
            options.insert("variants".to_owned(), variants.len().to_string());
        }
        Ok(Self { scenario, draws, variants, options })
    }

    fn run(&self, watch: &Bar, by_county: &mut (dyn FnMut(&[CountyYear]) + Send)) -> Result<Done, CliError> {
        let per_draw = self.scenario.plan.replicates;
        let stopped = |_| CliError::Interrupted;
        let mut finished =
            experiment::run_each(&self.draws.scenarios, per_draw, watch, by_county).map_err(stopped)?;
        let mut others: Vec<Results> = Vec::new();
        for variant in &self.variants {
            let run = experiment::run_each(&variant.scenarios, per_draw, watch, &mut |_| {});
            others.push(run.map_err(stopped)?.results);
        }
        finished.results.uncertainty = table::rows(&finished.results, per_draw, &others);
        let mut remarks = Vec::new();
        if self.draws.refused > 0 {
            remarks.push(format!(
                "{} drawn points were refused by the check of scenarios and drawn again",
                self.draws.refused
            ));
        }
        if !self.draws.kept.is_empty() {
            remarks.push(format!("left as the scenario sets them: {}", self.draws.kept.join(", ")));
        }
        let draws = u32::try_from(self.draws.scenarios.len()).expect("at most 100,000 draws");
        Ok(Done {
            finished,
            replicates: draws * per_draw,
            options: self.options.clone(),
            parameters: Some(self.draws.csv()),
            remarks,
            scenario: self.scenario.clone(),
        })
    }
}

/// Another scenario at the same draws.
fn variant(
    scenario: &Scenario,
    draws: &Draws,
    file: &Path,
    load: &dyn Fn(&[Override]) -> Result<Scenario, crate::scenario::ScenarioError>,
) -> Result<Draws, CliError> {
    let at = |values: &Vec<f64>| load(&overrides(&draws.keys, values, "drawn parameters"));
    let scenarios: Result<Vec<Scenario>, _> = draws.values.iter().map(at).collect();
    let scenarios = scenarios?;
    let ids = |scenario: &Scenario| scenario.regimes.iter().map(|r| r.id.clone()).collect::<Vec<_>>();
    let plan = |s: &Scenario| (s.plan.first_year, s.plan.last_year, s.plan.replicates, s.baseline);
    let other = &scenarios[0];
    if ids(other) != ids(scenario) || plan(other) != plan(scenario) {
        let message = "has other regimes, years, replicates or another baseline than the scenario";
        return Err(CliError::Usage(format!("--variants: `{}` {message}", file.display())));
    }
    Ok(Draws { scenarios, ..draws.clone() })
}

fn hash(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

impl Wanted {
    fn parse(text: &str, scenario: &Scenario, last: Year) -> Result<Self, String> {
        let wrong = |message: String| format!("--precision {text}: {message}");
        let (what, width) = text.split_once('=').ok_or_else(|| {
            wrong("expected MEASURE[@GROUP][@YEAR]=WIDTH, such as poverty_return_rate=0.001".to_owned())
        })?;
        let width: f64 = width.parse().map_err(|_| wrong(format!("expected a number, found `{width}`")))?;
        if !(width.is_finite() && width > 0.0) {
            return Err(wrong(format!("expected a width over 0, found {width}")));
        }
        let mut parts = what.split('@');
        let measure = parts.next().unwrap_or_default();
        if crate::measures::catalogue::info(measure).is_none() {
            let known = crate::measures::catalogue::MEASURES.iter().map(|m| m.id);
            let near = crate::evidence::nearest(measure, known);
            let near = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
            return Err(wrong(format!("there is no measure `{measure}`{near}")));
        }
        let mut group = if measure.contains("return") { "lifted" } else { "all" }.to_owned();
        let mut year = last;
        for part in parts {
            match part.parse::<i64>() {
                Ok(number) => {
                    year = Year::try_new(number).map_err(|error| wrong(error.to_string()))?;
                    if !(scenario.plan.first_year..=last).contains(&year) {
                        return Err(wrong(format!(
                            "{year} isn't reported, {} to {last} are",
                            scenario.plan.first_year
                        )));
                    }
                }
                Err(_) => part.clone_into(&mut group),
            }
        }
        Ok(Self { text: what.to_owned(), measure: measure.to_owned(), group, year, width })
    }
}

/// Replicates that a difference needs for its interval to be as wide as is wanted: none more if it is.
fn needed(statistics: &Statistics, wanted: f64, done: u32) -> Option<u32> {
    let width = statistics.ci_high? - statistics.ci_low?;
    if width <= wanted {
        return Some(done);
    }
    let ratio = width / wanted;
    // The width falls with the root of the replicates.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let needed = (f64::from(done) * ratio * ratio).ceil().min(1e9) as u32;
    Some(needed.max(done + 1))
}

fn precise(
    args: &RunArgs,
    scenario: &Scenario,
    wanted: &[Wanted],
    most: u32,
    watch: &Bar,
    by_county: &mut (dyn FnMut(&[CountyYear]) + Send),
) -> Result<Done, CliError> {
    let counties = experiment::counties(scenario);
    let (mut reached, mut missing) = (scenario.plan.replicates, None);
    let finished = experiment::run_until(scenario, watch, by_county, &mut |collector: &Collector, done| {
        reached = done;
        let of = |wanted: &Wanted| -> Option<u32> {
            let paired = collector.paired(&wanted.group, &wanted.measure, wanted.year);
            if done < 2 {
                return Some(2);
            }
            paired?.iter().filter_map(|(_, statistics)| needed(statistics, wanted.width, done)).max()
        };
        let needs: Vec<Option<u32>> = wanted.iter().map(of).collect();
        let next = needs.iter().flatten().max().copied().unwrap_or(done);
        missing = (next > done && done >= most).then_some(next);
        // An early guess is a rough one: at most four times as many at once.
        let next = next.min(done.saturating_mul(4)).min(most);
        watch.bar.set_length(counties * u64::from(next.max(done)));
        next
    })
    .map_err(|_| CliError::Interrupted)?;
    let remarks = remarks(wanted, &finished.results, reached, missing);
    let set = Override { origin: "--precision".to_owned(), text: format!("plan.replicates={reached}") };
    let under = match args.uncertainty.parameters.as_deref() {
        Some("best") => {
            let best = shipped()?;
            overrides(&best.keys, &best.best, "--parameters best")
        }
        _ => Vec::new(),
    };
    let more = args.output.overrides().into_iter().chain([set]).collect();
    let scenario = files::load_over(&args.scenario.file, under, &args.scenario.set, more)?;
    let (options, parameters) = (BTreeMap::new(), None);
    Ok(Done { scenario, finished, replicates: reached, options, parameters, remarks })
}

/// What was reached, measure by measure.
fn remarks(wanted: &[Wanted], results: &Results, reached: u32, missing: Option<u32>) -> Vec<String> {
    let of = |wanted: &Wanted| {
        let rows = results.differences.iter().filter(|row| {
            row.measure == wanted.measure && row.group == wanted.group && row.year == wanted.year
        });
        let widest = rows
            .filter_map(|row| Some(row.statistics.ci_high? - row.statistics.ci_low?))
            .fold(None, |widest: Option<f64>, width| Some(widest.map_or(width, |w| w.max(width))));
        match widest {
            None => format!("{}: no paired difference is defined", wanted.text),
            Some(width) if width <= wanted.width => {
                format!("{}: {width:.3e} wide with {reached} replicates", wanted.text)
            }
            Some(width) => {
                let about = missing.map_or(String::new(), |n| format!("; about {n} would do"));
                format!("{}: still {width:.3e} wide with {reached} replicates{about}", wanted.text)
            }
        }
    };
    wanted.iter().map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::main_scenario;

    #[test]
    fn a_precision_is_read_or_says_what_is_wrong() {
        let scenario = main_scenario(&[]);
        let last = scenario.plan.last_year;
        let read = |text: &str| Wanted::parse(text, &scenario, last);
        let plain = read("poverty_return_rate=0.001").expect("it reads");
        assert_eq!((plain.group.as_str(), plain.year), ("lifted", last));
        let named = read("che_40@marginal@2025=0.01").expect("it reads");
        assert_eq!((named.group.as_str(), named.year.number()), ("marginal", 2025));
        assert!(
            read("poverty_retrun_rate=0.1")
                .expect_err("misspelt")
                .contains("did you mean `poverty_return_rate`?")
        );
        assert!(read("che_40=0").expect_err("no width").contains("over 0"));
        assert!(read("che_40=x").expect_err("no number").contains("found `x`"));
        assert!(read("che_40").expect_err("no width").contains("expected MEASURE"));
        assert!(read("che_40@1999=0.1").expect_err("year").contains("1999 isn't reported"));
    }

    #[test]
    fn replicates_needed_go_with_the_square_of_the_width() {
        let of = |width: f64| Statistics { ci_low: Some(0.0), ci_high: Some(width), ..Statistics::default() };
        assert_eq!(needed(&of(0.2), 0.1, 10), Some(40));
        assert_eq!(needed(&of(0.1), 0.1, 10), Some(10));
        assert_eq!(needed(&of(0.1001), 0.1, 10), Some(11));
        assert_eq!(needed(&Statistics::default(), 0.1, 10), None);
    }
}
