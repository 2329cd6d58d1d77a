//! What `fanpin run` does beyond a fixed number of replicates at the scenario's own values: drawn parameters, and as many replicates as
//! an interval needs.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::Args;

use super::run::Bar;
use super::{CliError, RunArgs, SetArgs, files};
use crate::experiment::{self, Finished};
use crate::measures::catalogue::GROUPS;
use crate::measures::compute::Collector;
use crate::measures::counties::CountyYear;
use crate::measures::table::{Results, Statistics};
use crate::report::store::sha256;
use crate::scenario::{Override, Scenario, ScenarioError, resolved_text};
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

/// Most replicates of a plan.
const MOST_OF_A_PLAN: u32 = 10_000;

/// Options of `fanpin run` about uncertainty.
#[derive(Debug, Clone, Default, Args)]
pub struct UncertaintyArgs {
    /// Values of parameters: `prior` draws them from the book's priors, `posterior` from the shipped calibration and a file from
    /// another one; `posterior+prior` takes the rest from priors; `best` is the calibration's best point
    #[arg(long, value_name = "prior|posterior|posterior+prior|best|FILE")]
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
    /// Other scenarios at the same draws, `[variant][draw]`.
    variants: Vec<Vec<Scenario>>,
    /// What the manifest tells of it.
    options: BTreeMap<String, String>,
    /// What the user should know.
    remarks: Vec<String>,
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
    /// What was asked for and isn't so.
    pub warnings: Vec<String>,
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
                let set = &args.scenario.set;
                let scenario = files::load_over(&args.scenario.file, best()?, set, args.output.overrides())?;
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
        let begin = scenario.plan.replicates.max(2);
        if !(begin..=MOST_OF_A_PLAN).contains(&most) {
            let message = format!(
                "--max-replicates: expected a number from {begin}, with which the run begins, to {MOST_OF_A_PLAN}, found {most}"
            );
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
                Ok(Done {
                    scenario: (**scenario).clone(),
                    finished,
                    replicates,
                    options: BTreeMap::new(),
                    parameters: None,
                    remarks: Vec::new(),
                    warnings: Vec::new(),
                })
            }
            Self::Drawn(work) => work.run(watch, by_county),
            Self::Precise(scenario, wanted, most) => precise(args, scenario, wanted, *most, watch, by_county),
        }
    }
}

fn shipped() -> Result<Posterior, CliError> {
    Posterior::shipped().map_err(|error| CliError::Usage(error.to_string()))
}

/// The best point of the calibration that ships, as keys laid under what the command line sets.
pub(super) fn best() -> Result<Vec<Override>, CliError> {
    let posterior = shipped()?;
    Ok(overrides(&posterior.keys, &posterior.best, "--parameters best"))
}

/// Loads scenario files for a run at drawn parameters.
struct Loading<'a> {
    args: &'a RunArgs,
    /// Replicates of a draw where the user doesn't say.
    replicates: Option<u32>,
}

impl Loading<'_> {
    fn of(args: &RunArgs) -> Loading<'_> {
        let own = &args.scenario.set;
        let said = own.replicates.is_some() || set_keys(own).iter().any(|key| key == "plan.replicates");
        Loading { args, replicates: (!said).then_some(PER_DRAW) }
    }

    fn load(&self, file: &Path, under: &[Override]) -> Result<Scenario, ScenarioError> {
        let mut more = self.args.output.overrides();
        let origin = || "--parameters".to_owned();
        more.extend(
            self.replicates.map(|n| Override { origin: origin(), text: format!("plan.replicates={n}") }),
        );
        files::load_over(file, under.to_vec(), &self.args.scenario.set, more)
    }
}

/// The keys that `--set` names.
fn set_keys(set: &SetArgs) -> Vec<String> {
    set.set.iter().filter_map(|text| Some(text.split_once('=')?.0.trim().to_owned())).collect()
}

/// Where draws come from, with the hash of a posterior.
fn source(from: &str) -> Result<(draws::From, Option<String>), CliError> {
    let shipped_hash = || Some(sha256(Posterior::shipped_text().as_bytes()));
    Ok(match from {
        "prior" => (draws::From::Prior, None),
        "posterior" => (draws::From::Posterior(shipped()?), shipped_hash()),
        "posterior+prior" => (draws::From::PosteriorAndPrior(shipped()?), shipped_hash()),
        other => {
            let (file, rest) = other.strip_suffix("+prior").map_or((other, false), |file| (file, true));
            let text = std::fs::read_to_string(file).map_err(|error| {
                let known = "expected prior, posterior, posterior+prior, best or a file that can be read";
                CliError::Usage(format!("--parameters: {known}; `{file}` can't be read: {error}"))
            })?;
            let posterior =
                Posterior::read(file, &text).map_err(|error| CliError::Usage(error.to_string()))?;
            let from = if rest { draws::From::PosteriorAndPrior } else { draws::From::Posterior };
            (from(posterior), Some(sha256(text.as_bytes())))
        }
    })
}

impl DrawnWork {
    fn of(args: &RunArgs, from: &str) -> Result<Self, CliError> {
        let (source, posterior) = source(from)?;
        let most = match &source {
            draws::From::Prior => usize::MAX,
            draws::From::Posterior(posterior) | draws::From::PosteriorAndPrior(posterior) => {
                posterior.draws.len()
            }
        };
        let own = &args.uncertainty;
        let count = own.draws.unwrap_or(DRAWS.min(most));
        if !(2..=100_000).contains(&count) {
            let message = format!("--draws: expected a number from 2 to 100000, found {count}");
            return Err(CliError::Usage(message));
        }
        let loading = Loading::of(args);
        let main = |under: &[Override]| loading.load(&args.scenario.file, under);
        let scenario = main(&[])?;
        let refused = |error: DrawError| match error {
            DrawError::Scenario(error) | DrawError::Refused(error) => CliError::Scenario(error),
            other => CliError::Usage(format!("--draws: {other}")),
        };
        let set = set_keys(&args.scenario.set);
        let draws = Draws::of(&source, count, scenario.plan.seed, &set, &main).map_err(refused)?;
        let mut options = BTreeMap::from([
            // A posterior by path is a file of the user's; its name is no part of the result, its hash is.
            ("parameters".to_owned(), source_name(&source, from).to_owned()),
            ("draws".to_owned(), count.to_string()),
            ("replicates_per_draw".to_owned(), scenario.plan.replicates.to_string()),
        ]);
        options.extend(posterior.map(|hash| ("posterior_sha256".to_owned(), hash)));
        let mut work = Self { scenario, draws, variants: Vec::new(), options, remarks: Vec::new() };
        work.tell_of_draws();
        for file in &own.variants {
            work.add_variant(file, &|under| loading.load(file, under))?;
        }
        Ok(work)
    }

    fn tell_of_draws(&mut self) {
        let draws = &self.draws;
        if draws.refused > 0 {
            self.remarks.push(format!(
                "{} drawn points did not hold as scenarios and were drawn again",
                draws.refused
            ));
        }
        if !draws.kept.is_empty() {
            self.remarks.push(format!("not drawn, but as the scenario sets them: {}", draws.kept.join(", ")));
        }
        if self.scenario.plan.replicates < 2 {
            let message = "with one replicate a draw, chance can't be told from parameters: take two or more";
            self.remarks.push(message.to_owned());
        }
    }

    /// Another scenario at the same draws.
    fn add_variant(
        &mut self,
        file: &Path,
        load: &(dyn Fn(&[Override]) -> Result<Scenario, ScenarioError> + Sync),
    ) -> Result<(), CliError> {
        let own = load(&[])?;
        let ids = |scenario: &Scenario| scenario.regimes.iter().map(|r| r.id.clone()).collect::<Vec<_>>();
        let plan = |s: &Scenario| (s.plan.first_year, s.plan.last_year, s.plan.replicates, s.baseline);
        if ids(&own) != ids(&self.scenario) || plan(&own) != plan(&self.scenario) {
            let message = "has other regimes, years, replicates or another baseline than the scenario";
            return Err(CliError::Usage(format!("--variants: `{}` {message}", file.display())));
        }
        let (scenarios, kept) = self.draws.of_variant(&self.scenario, load)?;
        if !kept.is_empty() {
            self.remarks.push(format!("{}: as this scenario sets them: {}", file.display(), kept.join(", ")));
        }
        let number = self.variants.len() + 1;
        self.options.insert(format!("variant_{number}_sha256"), sha256(resolved_text(&own).as_bytes()));
        self.variants.push(scenarios);
        Ok(())
    }

    fn run(&self, watch: &Bar, by_county: &mut (dyn FnMut(&[CountyYear]) + Send)) -> Result<Done, CliError> {
        let per_draw = self.scenario.plan.replicates;
        let stopped = |_| CliError::Interrupted;
        let mut finished =
            experiment::run_each(&self.draws.scenarios, per_draw, watch, by_county).map_err(stopped)?;
        let mut others: Vec<Results> = Vec::new();
        for variant in &self.variants {
            let run = experiment::run_each(variant, per_draw, watch, &mut |_| {});
            others.push(run.map_err(stopped)?.results);
        }
        finished.results.uncertainty = table::rows(&finished.results, per_draw, &others);
        let draws = u32::try_from(self.draws.scenarios.len()).expect("at most 100,000 draws");
        Ok(Done {
            finished,
            replicates: draws * per_draw,
            options: self.options.clone(),
            parameters: Some(self.draws.csv()),
            remarks: self.remarks.clone(),
            warnings: Vec::new(),
            scenario: self.scenario.clone(),
        })
    }
}

/// What the manifest calls a source of draws.
const fn source_name<'a>(source: &draws::From, from: &'a str) -> &'a str {
    match (source, from.as_bytes()) {
        (_, b"prior" | b"posterior" | b"posterior+prior") => from,
        (draws::From::PosteriorAndPrior(_), _) => "file+prior",
        _ => "file",
    }
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
        let places = scenario.places.iter().map(|place| format!("place:{}", place.id));
        let groups: Vec<String> = GROUPS.iter().map(|(id, _)| (*id).to_owned()).chain(places).collect();
        if !groups.contains(&group) {
            let near = crate::evidence::nearest(&group, groups.iter().map(String::as_str));
            let near = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
            return Err(wrong(format!("there is no group `{group}`{near}")));
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
            if done < 2 {
                return Some(2);
            }
            let paired = collector.paired(&wanted.group, &wanted.measure, wanted.year);
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
    let (remarks, warnings) = remarks(wanted, &finished.results, reached, missing);
    let set = Override { origin: "--precision".to_owned(), text: format!("plan.replicates={reached}") };
    let under = match args.uncertainty.parameters.as_deref() {
        Some("best") => best()?,
        _ => Vec::new(),
    };
    let more = args.output.overrides().into_iter().chain([set]).collect();
    let scenario = files::load_over(&args.scenario.file, under, &args.scenario.set, more)?;
    let (options, parameters) = (BTreeMap::new(), None);
    Ok(Done { scenario, finished, replicates: reached, options, parameters, remarks, warnings })
}

/// What was reached and what wasn't, measure by measure.
fn remarks(
    wanted: &[Wanted],
    results: &Results,
    reached: u32,
    missing: Option<u32>,
) -> (Vec<String>, Vec<String>) {
    let (mut remarks, mut warnings) = (Vec::new(), Vec::new());
    for wanted in wanted {
        let rows = results.differences.iter().filter(|row| {
            row.measure == wanted.measure && row.group == wanted.group && row.year == wanted.year
        });
        let widest = rows
            .filter_map(|row| Some(row.statistics.ci_high? - row.statistics.ci_low?))
            .fold(None, |widest: Option<f64>, width| Some(widest.map_or(width, |w| w.max(width))));
        let what = format!("{} in {}", wanted.text, wanted.year);
        match widest {
            None => warnings.push(format!("{what}: no paired difference is defined in two replicates")),
            Some(width) if width <= wanted.width => {
                remarks.push(format!("{what}: {width:.3e} wide with {reached} replicates"));
            }
            Some(width) => {
                let about = missing.map_or(String::new(), |n| format!("; about {n} would do"));
                warnings.push(format!(
                    "{what}: still {width:.3e} wide with {reached} replicates, {:.3e} was wanted{about}",
                    wanted.width
                ));
            }
        }
    }
    (remarks, warnings)
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
        assert!(read("che_40@marginl=0.1").expect_err("group").contains("did you mean `marginal`?"));
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
