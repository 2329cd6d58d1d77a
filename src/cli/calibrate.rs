//! `fanpin calibrate`: fit free parameters to published figures.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use clap::{Args, ValueEnum};
use comfy_table::presets::UTF8_FULL_CONDENSED;
use comfy_table::{CellAlignment, Table};
use indicatif::ProgressStyle;
use serde_json::json;

use super::drawing::{self, DrawArgs};
use super::run::{Bar, threads};
use super::{CliError, NoChartsArgs, ScenarioArgs, files};
use crate::calibration::declared::Declared;
use crate::calibration::likelihood::Tails;
use crate::calibration::observed::{Journal, Known, LEAST_REPLICATES, Observed, bits};
use crate::calibration::self_check::{self, LEVEL, Pair, SelfCheck};
use crate::calibration::told::Told;
use crate::calibration::{CalibrationError, Outcome, Settings, Stage, calibrate};
use crate::experiment::Watch;
use crate::observation::{Size, Verdict};
use crate::report::calibration::{self as report, shown};
use crate::report::charts::calibration as charts;
use crate::report::store::{self, Store};
use crate::scenario::{Override, Scenario, resolved_text};

/// Sizes where neither the command line nor the file gives them.
const POINTS: usize = 20;
const WAVES: usize = 3;
const DRAWS: usize = 100;
const VERIFY: usize = 40;
const POLISH: usize = 5;
const STEPS: usize = 2000;
/// What a manifest says of a folder.
const CALIBRATE: &str = "calibrate";
const SELF_CHECK: &str = "calibrate --self-check";
/// How far the seed of a self-check's truths is from that of the simulations.
const OTHER_SEED: u64 = 1_000_003;

/// How the errors of targets are distributed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum TailsArg {
    /// Normal.
    Normal,
    /// Student's t with 4 degrees of freedom.
    Student,
}

impl TailsArg {
    const fn tails(self) -> Tails {
        match self {
            Self::Normal => Tails::Normal,
            Self::Student => Tails::Student,
        }
    }
}

/// Options of `fanpin calibrate`.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
`[calibration]` of the scenario names free parameters and targets. Waves of simulations and emulators leave out what can't be
reconciled with the targets; the best point is followed down on the simulation itself; draws from the posterior say what the
targets leave open. Only figures that the split gives to fitting may be targets.
A calibration that was stopped goes on with `--resume`.")]
pub struct CalibrateArgs {
    /// The scenario.
    #[command(flatten)]
    pub scenario: ScenarioArgs,
    /// Where the results go.
    #[command(flatten)]
    pub draw: DrawArgs,
    /// Points of the first wave for each free parameter; later waves have half as many
    #[arg(long, value_name = "N")]
    pub points: Option<usize>,
    /// Waves of history matching
    #[arg(long, value_name = "N")]
    pub waves: Option<usize>,
    /// Draws from the posterior
    #[arg(long, value_name = "N")]
    pub draws: Option<usize>,
    /// Of the draws, so many are simulated
    #[arg(long, value_name = "N")]
    pub verify: Option<usize>,
    /// Simulations on the way down from the best point, for each free parameter
    #[arg(long, value_name = "N")]
    pub polish: Option<usize>,
    /// Steps of each walker of the posterior's ensemble
    #[arg(long, value_name = "N")]
    pub steps: Option<usize>,
    /// How the errors of targets are distributed
    #[arg(long, value_name = "NAME")]
    pub tails: Option<TailsArg>,
    /// Instead: draw N true parameter sets, simulate targets from them, and say how often intervals hold the truth
    #[arg(long, value_name = "N")]
    pub self_check: Option<usize>,
    /// Take targets that are held out, for a calibration that is not to be validated with them
    #[arg(long)]
    pub any_target: bool,
    /// Go on from what a stopped calibration left
    #[arg(long)]
    pub resume: bool,
    /// Whether there are charts.
    #[command(flatten)]
    pub charts: NoChartsArgs,
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

impl CalibrateArgs {
    fn load(&self) -> Result<Scenario, CliError> {
        let mut more = self.draw.overrides();
        more.extend(self.charts.overrides());
        Ok(files::load(&self.scenario.file, &self.scenario.set, more)?)
    }

    fn settings(
        &self,
        declared: &Declared,
        scenario: &Scenario,
        threads: usize,
    ) -> Result<Settings, CliError> {
        let sizes = &declared.sizes;
        let parameters = declared.free.len();
        let settings = Settings {
            points: self.points.or(sizes.points).unwrap_or(POINTS),
            waves: self.waves.or(sizes.waves).unwrap_or(WAVES),
            draws: self.draws.or(sizes.draws).unwrap_or(DRAWS),
            verify: self.verify.or(sizes.verify).unwrap_or(VERIFY),
            polish: self.polish.or(sizes.polish).unwrap_or(POLISH) * parameters,
            steps: self.steps.or(sizes.steps).unwrap_or(STEPS),
            tails: self.tails.map_or(declared.tails, TailsArg::tails),
            seed: scenario.plan.seed,
            threads,
        };
        let bounds = [
            ("--points", settings.points, 4, 1000),
            ("--waves", settings.waves, 1, 10),
            ("--draws", settings.draws, 10, 100_000),
            ("--verify", settings.verify, 2, 100_000),
            ("--polish", settings.polish / parameters, 0, 10_000),
            ("--steps", settings.steps, 50, 1_000_000),
        ];
        for (name, value, least, most) in bounds {
            if !(least..=most).contains(&value) {
                return Err(CliError::Usage(format!("{name} is {value}, expected {least} to {most}")));
            }
        }
        Ok(settings)
    }

    fn folder(&self, scenario: &Scenario) -> PathBuf {
        self.draw.out.clone().unwrap_or_else(|| PathBuf::from("output").join(&scenario.name))
    }

    /// The command as it stands in the record: what determines the result, not where it goes.
    fn command(&self, settings: &Settings, size: Size, parameters: usize) -> String {
        let file = &self.scenario.file;
        let shown = if file.is_absolute() { file.file_name().map(Path::new).unwrap_or(file) } else { file };
        let mut text = format!("fanpin calibrate {}", shown.display());
        for set in &self.scenario.set.set {
            text += &format!(" --set '{set}'");
        }
        text += &format!(
            " --seed {} --households {} --replicates {} --points {} --waves {} --draws {} --verify {} --polish {} --steps {} --tails {}",
            settings.seed,
            size.households,
            size.replicates,
            settings.points,
            settings.waves,
            settings.draws,
            settings.verify,
            settings.polish / parameters,
            settings.steps,
            settings.tails.name()
        );
        if let Some(count) = self.self_check {
            text += &format!(" --self-check {count}");
        }
        if self.any_target { text + " --any-target" } else { text }
    }
}

/// Runs the command.
///
/// # Errors
/// [`CliError`]: a scenario that does not hold or declares nothing to fit, a place that is taken, an interruption.
pub fn run(args: &CalibrateArgs, out: &mut dyn Write) -> Result<(), CliError> {
    let scenario = args.load()?;
    let declared = declared(&scenario, args)?;
    let pool = threads(args.threads)?;
    let settings = args.settings(&declared, &scenario, pool.current_num_threads())?;
    let size = Size { households: scenario.plan.households, replicates: scenario.plan.replicates };
    if size.replicates < LEAST_REPLICATES {
        return Err(CliError::Usage(format!(
            "{} replicates are too few to tell Monte Carlo noise: expected {LEAST_REPLICATES} or more (`--replicates`, `plan.replicates`)",
            size.replicates
        )));
    }
    let command = args.command(&settings, size, declared.free.len());
    let load = |more: &[Override]| files::load(&args.scenario.file, &args.scenario.set, more.to_vec());
    let work = Work { args, scenario: &scenario, declared: &declared, settings, size, command: &command };
    let text = match args.self_check {
        Some(count) => pool.install(|| work.self_check(&load, count)),
        None => pool.install(|| work.calibrate(&load)),
    }?;
    out.write_all(text.as_bytes())?;
    Ok(())
}

fn declared(scenario: &Scenario, args: &CalibrateArgs) -> Result<Declared, CliError> {
    let declared = Declared::of(scenario).ok_or_else(|| {
        CliError::Usage(format!(
            "`{}` declares no free parameter: expected `[calibration.free.NAME]` with a `key` (see docs/calibration.md)",
            scenario.name
        ))
    })?;
    let keys = declared.keys();
    if let Some(twice) = keys.iter().enumerate().find(|(i, key)| keys[..*i].contains(key)) {
        return Err(CliError::Usage(format!("`{}` is free twice under `[calibration.free]`", twice.1)));
    }
    let held: Vec<&str> = declared.not_to_fit().iter().map(|figure| figure.target.id.as_str()).collect();
    if !held.is_empty() && !args.any_target {
        return Err(CliError::Usage(format!(
            "`calibration.targets` names {}, which the split doesn't give to fitting: leave them out, or say `--any-target` and don't \
             validate with them",
            held.join(", ")
        )));
    }
    Ok(declared)
}

/// What a calibration is made of.
struct Work<'a> {
    args: &'a CalibrateArgs,
    scenario: &'a Scenario,
    declared: &'a Declared,
    settings: Settings,
    size: Size,
    command: &'a str,
}

type Load<'a> = crate::uncertainty::Loader<'a>;

impl Work<'_> {
    /// Calibrates, writes the folder, and gives what is printed.
    fn calibrate(&self, load: &Load) -> Result<String, CliError> {
        let (args, settings) = (self.args, &self.settings);
        let folder = args.folder(self.scenario);
        let store = Store::begin(&folder, args.draw.existing(CALIBRATE))?;
        let kept = kept_file(&folder);
        let (known, file) = self.kept(&kept)?;
        let simulations = settings.simulations(self.declared.free.len()) + 1;
        self.announce(simulations, known.len())?;
        let keeper = Keeper::new(simulations, args.quiet, Some((kept.clone(), file)));
        let model = Observed::new(self.declared, load, Vec::new(), self.size, &keeper, known);
        let found = model
            .probe()
            .and_then(|()| calibrate(&model, &self.declared.beliefs, &self.declared.targets(), settings));
        keeper.bar.bar.finish_and_clear();
        let found = found.map_err(|error| self.stopped(error, Some(&kept)))?;
        let told = Told::of(&found, self.declared, self.scenario, *settings, self.size);
        self.write(store, &told)?;
        std::fs::remove_file(&kept).map_err(|error| CliError::Io("remove", kept.clone(), error))?;
        Ok(match (args.json, args.quiet) {
            (true, _) => store::json(&report::as_json(&told, self.command)),
            (_, true) => String::new(),
            _ => format!("{}results: {}\n", as_text(&told), folder.display()),
        })
    }

    /// Checks itself, writes a folder if asked to, and gives what is printed.
    fn self_check(&self, load: &Load, count: usize) -> Result<String, CliError> {
        if !(5..=10_000).contains(&count) {
            return Err(CliError::Usage(format!("--self-check is {count}, expected 5 to 10000")));
        }
        let (args, parameters) = (self.args, self.declared.free.len());
        let store = args.draw.begin(SELF_CHECK)?;
        let simulations = self.settings.wave_points(1, parameters) + count + 1;
        self.announce(simulations, 0)?;
        let keeper = Keeper::new(simulations, args.quiet, None);
        let model = Observed::new(self.declared, load, Vec::new(), self.size, &keeper, Known::new());
        let seed = (self.settings.seed + OTHER_SEED) % (1 << 53);
        let other = vec![Override { origin: "calibrate".to_owned(), text: format!("plan.seed={seed}") }];
        let world = Observed::new(self.declared, load, other, self.size, &keeper, Known::new());
        let pair = Pair { model: &model, world: &world };
        let found = model.probe().and_then(|()| {
            self_check::self_check(
                pair,
                &self.declared.beliefs,
                &self.declared.targets(),
                &self.settings,
                count,
            )
        });
        keeper.bar.bar.finish_and_clear();
        let found = found.map_err(|error| self.stopped(error, None))?;
        let told = check_json(self, &found);
        if let Some(mut store) = store {
            store.write("self_check.json", store::json(&told).as_bytes())?;
            store.write("self_check.csv", check_csv(self.declared, &found).as_bytes())?;
            store.write("scenario.resolved.toml", resolved_text(self.scenario).as_bytes())?;
            finish(store, SELF_CHECK, self)?;
        }
        Ok(match (args.json, args.quiet) {
            (true, _) => store::json(&told),
            (_, true) => String::new(),
            _ => check_text(self.declared, &found),
        })
    }

    /// How much is simulated, so that nobody is surprised.
    fn announce(&self, simulations: usize, known: usize) -> Result<(), CliError> {
        if self.args.quiet {
            return Ok(());
        }
        let (size, declared) = (self.size, self.declared);
        writeln!(
            io::stderr(),
            "{} free parameters, {} targets; up to {simulations} simulations of {} households × {} replicates",
            declared.free.len(),
            declared.figures.len(),
            size.households,
            size.replicates
        )?;
        if known > 0 {
            writeln!(io::stderr(), "{known} of them were kept from before")?;
        }
        Ok(())
    }

    /// The error of a calibration, and where what was simulated is kept.
    fn stopped(&self, error: CalibrationError, kept: Option<&Path>) -> CliError {
        match (error, kept) {
            (CalibrationError::Interrupted, Some(kept)) => {
                if !self.args.quiet {
                    // The message is a help; that it can't be printed changes nothing.
                    let _ = writeln!(
                        io::stderr(),
                        "simulations so far are kept in `{}`; the same command with `--resume` goes on",
                        kept.display()
                    );
                }
                CliError::Interrupted
            }
            (CalibrationError::Interrupted, None) => CliError::Interrupted,
            (error, _) => CliError::NotFound(error.to_string()),
        }
    }

    /// What determines the outcomes of a point: a file of kept points holds for it only.
    fn identity(&self) -> String {
        let mut table = self.scenario.resolved.clone();
        for apart in ["calibration", "output"] {
            table.remove(apart);
        }
        let keys = self.declared.keys().join(",");
        let targets: Vec<&str> =
            self.declared.figures.iter().map(|figure| figure.target.id.as_str()).collect();
        let version = env!("CARGO_PKG_VERSION");
        report::hash(&format!("{version}\n{table}\n{keys}\n{}\n{:?}", targets.join(","), self.size))
    }

    /// Points that an earlier call kept, and the file to keep more in.
    fn kept(&self, path: &Path) -> Result<(Known, File), CliError> {
        let failed = |action| move |error| CliError::Io(action, path.to_owned(), error);
        let head = format!("# points of `fanpin calibrate`, {}\n", self.identity());
        if self.args.resume && path.exists() {
            let text = std::fs::read_to_string(path).map_err(failed("read"))?;
            let Some(rows) = text.strip_prefix(&head) else {
                return Err(CliError::Usage(format!(
                    "`{}` holds points of another scenario, size or version: go on with the command that made it, or leave `--resume` out",
                    path.display()
                )));
            };
            let known = read_kept(rows, self.declared.free.len(), self.declared.figures.len());
            // A line that was cut off while it was written is written again.
            let whole = rows.rfind('\n').map_or(0, |end| end + 1);
            let file = OpenOptions::new().write(true).open(path).map_err(failed("open"))?;
            file.set_len((head.len() + whole) as u64).map_err(failed("write"))?;
            drop(file);
            let file = OpenOptions::new().append(true).open(path).map_err(failed("open"))?;
            return Ok((known, file));
        }
        if path.exists()
            && !std::fs::read_to_string(path).is_ok_and(|text| text.starts_with("# points of `fanpin"))
        {
            return Err(CliError::Usage(format!(
                "`{}` is there and no calibration made it: move it away",
                path.display()
            )));
        }
        let mut file = File::create(path).map_err(failed("create"))?;
        file.write_all(head.as_bytes()).map_err(failed("write"))?;
        Ok((Known::new(), file))
    }

    fn write(&self, mut store: Store, told: &Told) -> Result<(), CliError> {
        let texts = report::files(told, self.command).map_err(|error| CliError::Report(error.into()))?;
        for (name, text) in &texts {
            store.write(name, text.as_bytes())?;
        }
        store.write("scenario.resolved.toml", resolved_text(self.scenario).as_bytes())?;
        drawing::charts(&mut store, self.scenario, &|setting| charts::draw_all(told, setting))?;
        finish(store, CALIBRATE, self)
    }
}

fn finish(store: Store, command: &str, work: &Work) -> Result<(), CliError> {
    let manifest = json!({
        "program": "fanpin",
        "command": command,
        "version": env!("CARGO_PKG_VERSION"),
        "called": work.command,
        "scenario": work.scenario.name,
        "seed": work.settings.seed,
        "split_sha256": report::split_hash(),
    });
    drawing::finish(store, manifest)
}

/// Where points are kept while a calibration runs: beside the folder that it will write.
fn kept_file(folder: &Path) -> PathBuf {
    let mut name = folder.file_name().map_or_else(|| "calibration".into(), std::ffi::OsStr::to_os_string);
    name.push(".points.csv");
    folder.with_file_name(name)
}

/// Rows of kept points: values of the parameters, then mean and variance of each target, or `refused`. A row that isn't whole ends it.
fn read_kept(rows: &str, parameters: usize, targets: usize) -> Known {
    let mut known = Known::new();
    for row in rows.split_inclusive('\n').filter_map(|row| row.strip_suffix('\n')) {
        let cells: Vec<&str> = row.split(',').collect();
        let numbers =
            |cells: &[&str]| cells.iter().map(|cell| cell.parse().ok()).collect::<Option<Vec<f64>>>();
        let Some(values) = cells.get(..parameters).and_then(numbers) else { continue };
        let rest = &cells[parameters..];
        let outcomes = match (rest, numbers(rest)) {
            (["refused"], _) => None,
            (_, Some(found)) if found.len() == 2 * targets => {
                Some(found.chunks(2).map(|pair| Outcome { mean: pair[0], variance: pair[1] }).collect())
            }
            _ => continue,
        };
        known.insert(bits(&values), outcomes);
    }
    known
}

/// The row of a point.
fn kept_row(values: &[f64], outcomes: Option<&[Outcome]>) -> String {
    let mut cells: Vec<String> = values.iter().map(|value| format!("{value:?}")).collect();
    match outcomes {
        None => cells.push("refused".to_owned()),
        Some(outcomes) => {
            cells
                .extend(outcomes.iter().flat_map(|o| [format!("{:?}", o.mean), format!("{:?}", o.variance)]));
        }
    }
    cells.join(",") + "\n"
}

/// The bar, and the file in which points are kept.
struct Keeper {
    bar: Bar,
    file: Option<(PathBuf, Mutex<File>)>,
}

impl Keeper {
    fn new(simulations: usize, quiet: bool, file: Option<(PathBuf, File)>) -> Self {
        let bar = Bar::new(simulations as u64, quiet);
        let template = "{msg:24} {bar:30} {pos}/{len} simulations, {elapsed} so far, {eta} to go";
        let style = ProgressStyle::with_template(template);
        bar.bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        bar.bar.set_message("the middle of the prior");
        Self { bar, file: file.map(|(path, file)| (path, Mutex::new(file))) }
    }
}

impl Journal for Keeper {
    fn stage(&self, stage: Stage, _simulations: usize) {
        let message = match stage {
            Stage::Wave(wave) => format!("wave {wave}"),
            Stage::Emulators => "emulators".to_owned(),
            Stage::Verification => "draws".to_owned(),
            Stage::Polish => "down to the best point".to_owned(),
            Stage::Truths => "truths".to_owned(),
        };
        self.bar.bar.set_message(message);
    }

    fn done(&self, values: &[f64], outcomes: Option<&[Outcome]>, new: bool) -> Result<(), String> {
        if let (true, Some((path, file))) = (new, &self.file) {
            let row = kept_row(values, outcomes);
            let mut file = file.lock().expect("no point panics");
            file.write_all(row.as_bytes())
                .map_err(|error| format!("cannot write `{}`: {error}", path.display()))?;
        }
        self.bar.bar.inc(1);
        Ok(())
    }

    fn stopped(&self) -> bool {
        self.bar.stopped()
    }
}

fn right_aligned(table: &mut Table, columns: std::ops::Range<usize>) {
    for index in columns {
        if let Some(column) = table.column_mut(index) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
}

fn as_text(told: &Told) -> String {
    let mut fit = Table::new();
    fit.load_style(UTF8_FULL_CONDENSED);
    fit.set_header([
        "target",
        "published\n± 1.96 errors",
        "model",
        "posterior,\n95 %",
        "distance,\nerrors",
        "",
    ]);
    for row in &told.fit {
        let target = &row.figure.target;
        fit.add_row([
            target.id.clone(),
            format!("{} ± {}", shown(target.value), shown(1.96 * row.figure.error.sd)),
            shown(row.model),
            row.posterior
                .map_or_else(String::new, |(low, _, high)| format!("{} to {}", shown(low), shown(high))),
            format!("{:+.1}", row.residual),
            if row.verdict == Verdict::Within { String::new() } else { row.verdict.name().to_owned() },
        ]);
    }
    right_aligned(&mut fit, 1..5);
    let mut parameters = Table::new();
    parameters.load_style(UTF8_FULL_CONDENSED);
    parameters.set_header(["parameter", "prior", "before", "best", "posterior, 95 %", "variance\nremoved"]);
    for row in &told.parameters {
        let (prior, summary) = (&row.free.prior, &row.summary);
        parameters.add_row([
            row.free.key.clone(),
            format!("{} to {}", shown(prior.low), shown(prior.high)),
            row.before.map_or_else(|| "–".to_owned(), shown),
            shown(summary.best),
            format!("{} to {}", shown(summary.low), shown(summary.high)),
            format!("{:.0} %", 100.0 * summary.removed),
        ]);
    }
    right_aligned(&mut parameters, 1..6);
    let open: Vec<&str> = told
        .parameters
        .iter()
        .filter(|row| !row.summary.is_pinned())
        .map(|row| report::leaf(&row.free.key))
        .collect();
    let open = if open.is_empty() { "none".to_owned() } else { open.join(", ") };
    format!(
        "{fit}\n{parameters}\n{} of {} targets within their interval; misfit {:.1} after {} simulations.\n\
         Not pinned down by the targets: {open}.\n",
        told.within(),
        told.fit.len(),
        told.misfit,
        told.simulations
    )
}

fn check_text(declared: &Declared, found: &SelfCheck) -> String {
    let mut table = Table::new();
    table.load_style(UTF8_FULL_CONDENSED);
    table.set_header(["parameter", "truth held", "of", "probability behind", ""]);
    for (coverage, key) in found.coverage().iter().zip(declared.keys()) {
        table.add_row([
            key,
            coverage.held.to_string(),
            coverage.of.to_string(),
            format!("{:.2} to {:.2}", coverage.between.0, coverage.between.1),
            if coverage.is_honest() { String::new() } else { "not honest".to_owned() },
        ]);
    }
    right_aligned(&mut table, 1..4);
    let verdict = if found.is_honest() {
        "The intervals may hold what they claim, for every parameter."
    } else {
        "The intervals of some parameters don't hold what they claim."
    };
    format!(
        "{table}\nIntervals of {:.0} % for {} true parameter sets{}; {} of the truths are not implausible.\n{verdict}\n\
         One wave and one set of emulators serve all truths. The bounds on the probabilities hold together in 95 %.\n",
        100.0 * LEVEL,
        found.recovered.len(),
        if found.refused > 0 { format!(" ({} refused)", found.refused) } else { String::new() },
        found.plausible(),
    )
}

fn check_json(work: &Work, found: &SelfCheck) -> serde_json::Value {
    let coverage = found.coverage();
    let rows = coverage.iter().zip(work.declared.keys()).map(|(coverage, key)| {
        json!({
            "key": key, "held": coverage.held, "of": coverage.of, "probability_low": coverage.between.0,
            "probability_high": coverage.between.1, "honest": coverage.is_honest(),
        })
    });
    json!({
        "command": work.command, "scenario": work.scenario.name, "level": LEVEL, "truths": found.recovered.len(),
        "refused": found.refused, "not_implausible": found.plausible(), "honest": found.is_honest(),
        "simulations": found.simulations, "coverage": rows.collect::<Vec<_>>(),
    })
}

/// A row a truth and parameter.
fn check_csv(declared: &Declared, found: &SelfCheck) -> String {
    let mut text = "truth,key,value,low,high,held,implausibility\n".to_owned();
    for (number, one) in found.recovered.iter().enumerate() {
        for (k, (_, free)) in declared.free.iter().enumerate() {
            let (low, high) = one.interval[k];
            let held = (low..=high).contains(&one.truth[k]);
            text += &format!(
                "{number},{},{:?},{:?},{:?},{},{:?}\n",
                free.key,
                free.prior.at(one.truth[k]),
                free.prior.at(low),
                free.prior.at(high),
                if held { "yes" } else { "no" },
                one.implausibility
            );
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kept_points_are_read_as_they_were() {
        let outcomes =
            vec![Outcome { mean: 1.0 / 3.0, variance: 1e-9 }, Outcome { mean: -2.0, variance: 0.0 }];
        let text = kept_row(&[0.1, 2e-7], Some(&outcomes)) + &kept_row(&[0.3, 4.0], None) + "0.5,0.6,1.0";
        let known = read_kept(&text, 2, 2);
        assert_eq!(known.len(), 2);
        assert_eq!(known[&bits(&[0.1, 2e-7])], Some(outcomes));
        assert_eq!(known[&bits(&[0.3, 4.0])], None);
    }

    #[test]
    fn points_are_kept_beside_the_folder() {
        assert_eq!(kept_file(Path::new("output/fit")), Path::new("output/fit.points.csv"));
    }
}
