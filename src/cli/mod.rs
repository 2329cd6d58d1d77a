//! The program `fanpin`: arguments in, files and text out. No model logic.

pub mod attribute;
pub mod bill;
pub mod calibrate;
pub mod check;
pub mod diff;
pub mod drawing;
pub mod equalise;
pub mod files;
pub mod gap;
pub mod list;
pub mod methods;
pub mod new;
pub mod plot;
pub mod run;
pub mod schema;
pub mod sensitivity;
pub mod show;
pub mod sweep;
pub mod timeline;
pub mod trace;
mod uncertain;
pub mod validate;

use std::fmt;
use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, CommandFactory, Parser, Subcommand, ValueEnum};

use crate::report::ReportError;
use crate::report::store::StoreError;
use crate::scenario::{Override, Scenario, ScenarioError};

/// Simulates how illness drives rural Chinese households back into poverty, and what protects them.
#[derive(Debug, Parser)]
#[command(name = "fanpin", version, about, max_term_width = 100)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What the program does.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Simulate every regime of a scenario, write tables, charts and report, print a short summary
    Run(Box<RunArgs>),
    /// Validate scenarios without running them
    Check(check::CheckArgs),
    /// List what ships with the program, a line each
    List(list::ListArgs),
    /// Print one of the things that ship
    Show(show::ShowArgs),
    /// Write a commented scenario to start from; never overwrites
    New(new::NewArgs),
    /// Pass one bill through the layers of each regime
    Bill(BillArgs),
    /// Measure the policy gap: the same bill on both sides of each border of eligibility and of each hand-over
    Gap(Box<gap::GapArgs>),
    /// Show which policies are in force when, under each regime
    Timeline(Box<timeline::TimelineArgs>),
    /// One household's life, year by year, under every regime side by side
    Trace(Box<trace::TraceArgs>),
    /// Compare two regimes at equal cost and at equal effect
    Equalise(equalise::EqualiseArgs),
    /// Attribute a regime's effect to its layers, programmes and rules, or to the dimensions of implementation
    Attribute(Box<attribute::AttributeArgs>),
    /// Run a scenario at many values of some of its keys: grid, Latin hypercube, Sobol design
    Sweep(Box<sweep::SweepArgs>),
    /// Find the parameters that move the difference between two regimes most: Morris screening, Sobol' indices, tornado
    Sensitivity(Box<sensitivity::SensitivityArgs>),
    /// Fit free parameters to published figures, with what the figures leave open
    Calibrate(Box<calibrate::CalibrateArgs>),
    /// Hold the model against the published record: figures under their own definitions, natural experiments, verdicts
    Validate(Box<validate::ValidateArgs>),
    /// Say in words what differs between two scenarios, policies, places or regimes
    Diff(diff::DiffArgs),
    /// Write a paper's methods appendix: what was run, the model (ODD), every parameter in force with its source
    Methods(methods::MethodsArgs),
    /// Draw the charts of a finished run again, without simulating
    Plot(plot::PlotArgs),
    /// Print the JSON Schema of scenario files, for editors
    Schema,
    /// Print shell completions
    Completions {
        /// Shell to complete in
        shell: clap_complete::Shell,
    },
}

/// A scenario with what the command line sets in it.
#[derive(Debug, Clone, Args)]
pub struct ScenarioArgs {
    /// Scenario file (TOML)
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// What the command line sets in it.
    #[command(flatten)]
    pub set: SetArgs,
}

/// What the command line sets in a scenario.
#[derive(Debug, Clone, Default, Args)]
pub struct SetArgs {
    /// Set any scenario key by its dotted path, e.g. `plan.seed=7`; repeatable
    #[arg(long = "set", value_name = "KEY=VALUE")]
    pub set: Vec<String>,
    /// Seed of every random draw
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub seed: Option<String>,
    /// Number of replicates
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub replicates: Option<String>,
    /// Households per replicate over all places
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub households: Option<String>,
    /// Only these regimes, separated by commas; the baseline always joins them
    #[arg(long, value_name = "A,B", value_delimiter = ',')]
    pub regimes: Option<Vec<String>>,
}

/// A scenario whose rules are looked at and not simulated: chance and size have no meaning.
#[derive(Debug, Clone, Args)]
pub struct RulesArgs {
    /// Scenario file (TOML)
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Set any scenario key by its dotted path, e.g. `plan.last_year=2030`; repeatable
    #[arg(long = "set", value_name = "KEY=VALUE")]
    pub set: Vec<String>,
    /// Only these regimes, separated by commas; the baseline always joins them
    #[arg(long, value_name = "A,B", value_delimiter = ',')]
    pub regimes: Option<Vec<String>>,
}

impl RulesArgs {
    /// What the command line sets.
    #[must_use]
    pub fn set(&self) -> SetArgs {
        SetArgs { set: self.set.clone(), regimes: self.regimes.clone(), ..SetArgs::default() }
    }

    /// Loads the scenario with what the command line sets in it.
    ///
    /// # Errors
    /// [`CliError::Scenario`] with everything that does not hold.
    pub fn load(&self) -> Result<Scenario, CliError> {
        ScenarioArgs { file: self.file.clone(), set: self.set() }.load()
    }
}

impl SetArgs {
    /// The settings in the order in which they apply: `--set` first, so that the named options
    /// say the last word.
    #[must_use]
    pub fn overrides(&self) -> Vec<Override> {
        let numbered = self
            .set
            .iter()
            .enumerate()
            .map(|(index, text)| Override { origin: format!("--set #{}", index + 1), text: text.clone() });
        let named = [
            ("--seed", "plan.seed", &self.seed),
            ("--replicates", "plan.replicates", &self.replicates),
            ("--households", "plan.households", &self.households),
        ];
        let named = named.into_iter().filter_map(|(origin, key, value)| {
            let text = format!("{key}={}", value.as_ref()?);
            Some(Override { origin: origin.to_owned(), text })
        });
        numbered.chain(named).collect()
    }
}

impl ScenarioArgs {
    /// Loads the scenario with what the command line sets in it.
    ///
    /// # Errors
    /// [`CliError::Scenario`] with everything that does not hold.
    pub fn load(&self) -> Result<Scenario, CliError> {
        Ok(files::load(&self.file, &self.set, Vec::new())?)
    }
}

/// Language of charts and reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LanguageArg {
    /// English.
    En,
    /// Chinese.
    Zh,
    /// Both.
    Both,
}

/// What texts and charts look like; the options set keys of `[output]`.
#[derive(Debug, Clone, Default, Args)]
pub struct LookArgs {
    /// Language of texts and charts
    #[arg(long, value_name = "LANG")]
    pub lang: Option<LanguageArg>,
    /// Formats of charts, separated by commas: svg, pdf, png
    #[arg(long, value_name = "FORMATS", value_delimiter = ',')]
    pub format: Option<Vec<String>>,
    /// Width of charts in millimetres
    #[arg(long, value_name = "MM", allow_negative_numbers = true)]
    pub width_mm: Option<String>,
}

impl LookArgs {
    /// The settings of `[output]` that the options stand for.
    #[must_use]
    pub fn overrides(&self) -> Vec<Override> {
        let mut out = Vec::new();
        let mut set = |origin: &str, text: String| out.push(Override { origin: origin.to_owned(), text });
        match self.lang {
            Some(LanguageArg::En) => set("--lang", "output.languages=[\"en\"]".into()),
            Some(LanguageArg::Zh) => set("--lang", "output.languages=[\"zh\"]".into()),
            Some(LanguageArg::Both) => set("--lang", "output.languages=[\"en\", \"zh\"]".into()),
            None => {}
        }
        if let Some(formats) = &self.format {
            let quoted: Vec<String> = formats.iter().map(|format| format!("{format:?}")).collect();
            set("--format", format!("output.formats=[{}]", quoted.join(", ")));
        }
        if let Some(width) = &self.width_mm {
            set("--width-mm", format!("output.width_mm={width}"));
        }
        out
    }
}

/// The option to draw no charts, of commands whose tables are wanted alone.
#[derive(Debug, Clone, Default, Args)]
pub struct NoChartsArgs {
    /// Draw no charts
    #[arg(long, conflicts_with = "format")]
    pub no_charts: bool,
}

impl NoChartsArgs {
    /// The setting of `[output]` that the option stands for.
    #[must_use]
    pub fn overrides(&self) -> Vec<Override> {
        let origin = "--no-charts".to_owned();
        let none = self.no_charts.then(|| Override { origin, text: "output.formats=[]".to_owned() });
        none.into_iter().collect()
    }
}

/// Options of what a run writes; they set the keys of `[output]`.
#[derive(Debug, Clone, Default, Args)]
pub struct OutputArgs {
    /// Folder of the results [default: the scenario's name in `output`]
    #[arg(short, long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// What they look like.
    #[command(flatten)]
    pub look: LookArgs,
    /// Also write household-year microdata (panel.parquet)
    #[arg(long)]
    pub panel: bool,
    /// Number of replicates in the microdata
    #[arg(long, value_name = "N", allow_negative_numbers = true, requires = "panel")]
    pub panel_replicates: Option<String>,
    /// Whether there are charts.
    #[command(flatten)]
    pub charts: NoChartsArgs,
    /// Replace the results of another run
    #[arg(long)]
    pub force: bool,
}

impl OutputArgs {
    /// The settings of `[output]` that the options stand for.
    #[must_use]
    pub fn overrides(&self) -> Vec<Override> {
        let mut out = self.look.overrides();
        out.extend(self.charts.overrides());
        let mut set = |origin: &str, text: String| out.push(Override { origin: origin.to_owned(), text });
        if self.panel {
            set("--panel", "output.panel=true".into());
        }
        if let Some(replicates) = &self.panel_replicates {
            set("--panel-replicates", format!("output.panel_replicates={replicates}"));
        }
        out
    }
}

/// Options of `fanpin run`.
#[derive(Debug, Clone, Args)]
pub struct RunArgs {
    /// The scenario.
    #[command(flatten)]
    pub scenario: ScenarioArgs,
    /// What is written.
    #[command(flatten)]
    pub output: OutputArgs,
    /// Drawn parameters, and replicates until an interval is narrow.
    #[command(flatten)]
    pub uncertainty: uncertain::UncertaintyArgs,
    /// Number of threads [default: all cores]
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub threads: Option<usize>,
    /// Print nothing but errors
    #[arg(short, long)]
    pub quiet: bool,
    /// Say more; repeatable
    #[arg(short, long, action = clap::ArgAction::Count, conflicts_with = "quiet")]
    pub verbose: u8,
}

impl RunArgs {
    /// Loads the scenario with what the command line sets in it.
    ///
    /// # Errors
    /// [`CliError::Scenario`] with everything that does not hold.
    pub fn load(&self) -> Result<Scenario, CliError> {
        Ok(files::load(&self.scenario.file, &self.scenario.set, self.output.overrides())?)
    }

    /// The folder of the results.
    #[must_use]
    pub fn folder(&self, scenario: &Scenario) -> PathBuf {
        self.output.out.clone().unwrap_or_else(|| PathBuf::from("output").join(&scenario.name))
    }
}

/// Options of `fanpin bill`.
#[derive(Debug, Clone, Args)]
pub struct BillArgs {
    /// The scenario, whose rules are looked at.
    #[command(flatten)]
    pub scenario: RulesArgs,
    /// Amount of the bill in yuan
    #[arg(long, value_name = "YUAN", allow_negative_numbers = true)]
    pub amount: f64,
    /// Level of the hospital: township, county, city, province
    #[arg(long, default_value = "county")]
    pub level: String,
    /// Share of the bill that is in the catalogue
    #[arg(long, value_name = "SHARE", allow_negative_numbers = true, default_value_t = 0.85)]
    pub in_catalogue: f64,
    /// Class of the patient: ordinary, registered, monitored, dibao, …
    #[arg(long = "as", value_name = "CLASS", default_value = "ordinary")]
    pub class: String,
    /// Year of the bill [default: the scenario's first year]
    #[arg(long, value_name = "Y", allow_negative_numbers = true)]
    pub year: Option<i64>,
    /// Own in-catalogue part of earlier bills this year, in yuan
    #[arg(long, value_name = "YUAN", allow_negative_numbers = true, default_value_t = 0.0)]
    pub already_paid: f64,
    /// Care out of the pooling area
    #[arg(long)]
    pub outside: bool,
    /// Place of the patient [default: the scenario's first]
    #[arg(long, value_name = "NAME")]
    pub place: Option<String>,
    /// Household income in yuan, for layers that look at it
    #[arg(long, value_name = "YUAN", allow_negative_numbers = true)]
    pub household_income_yuan: Option<f64>,
    /// Share of what they owe that the county's own funds can pay
    #[arg(long, value_name = "SHARE", allow_negative_numbers = true, default_value_t = 1.0)]
    pub proration: f64,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
    /// Also draw a waterfall chart into this folder
    #[arg(short, long, value_name = "DIR")]
    pub out: Option<PathBuf>,
}

/// Why the program stopped.
#[derive(Debug)]
pub enum CliError {
    /// The command line asks for something that is not there.
    Usage(String),
    /// A scenario does not hold.
    Scenario(ScenarioError),
    /// Results could not be written.
    Store(StoreError),
    /// Results could not be written or drawn again.
    Report(ReportError),
    /// What was looked for isn't among the results.
    NotFound(String),
    /// Reading or writing failed.
    Io(&'static str, PathBuf, io::Error),
    /// Standard output failed.
    Print(io::Error),
    /// The user stopped it.
    Interrupted,
}

impl fmt::Display for CliError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Usage(message) | Self::NotFound(message) => f.write_str(message),
            Self::Scenario(error) => error.fmt(f),
            Self::Store(error) => error.fmt(f),
            Self::Report(error) => error.fmt(f),
            Self::Io(action, path, _) => write!(f, "cannot {action} `{}`", path.display()),
            Self::Print(_) => f.write_str("cannot print"),
            Self::Interrupted => f.write_str("interrupted"),
        }
    }
}

impl std::error::Error for CliError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Io(_, _, source) | Self::Print(source) => Some(source),
            Self::Store(error) => error.source(),
            Self::Report(error) => error.source(),
            Self::Usage(_) | Self::NotFound(_) | Self::Scenario(_) | Self::Interrupted => None,
        }
    }
}

impl From<ScenarioError> for CliError {
    fn from(error: ScenarioError) -> Self {
        Self::Scenario(error)
    }
}

impl From<StoreError> for CliError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<ReportError> for CliError {
    fn from(error: ReportError) -> Self {
        match error {
            ReportError::NotAResult { .. } => Self::Usage(error.to_string()),
            ReportError::Store(error) => Self::Store(error),
            error => Self::Report(error),
        }
    }
}

impl From<io::Error> for CliError {
    fn from(error: io::Error) -> Self {
        Self::Print(error)
    }
}

impl CliError {
    /// The exit status: 1 failed, 2 bad usage or scenario, 130 interrupted; 0 if only a reader
    /// went away.
    #[must_use]
    pub fn status(&self) -> u8 {
        match self {
            Self::Print(error) if error.kind() == io::ErrorKind::BrokenPipe => 0,
            Self::Usage(_) | Self::Scenario(_) => 2,
            Self::NotFound(_) | Self::Store(_) | Self::Report(_) | Self::Io(..) | Self::Print(_) => 1,
            Self::Interrupted => 130,
        }
    }
}

/// Runs the program with the arguments of the process.
#[must_use]
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    match dispatch(&cli.command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            report(&error);
            ExitCode::from(error.status())
        }
    }
}

fn dispatch(command: &Command) -> Result<(), CliError> {
    let mut out = io::stdout().lock();
    match command {
        Command::Run(args) => run::run(args, &mut out),
        Command::Check(args) => check::run(args, &mut out),
        Command::List(args) => list::run(args, &mut out),
        Command::Show(args) => show::run(args, &mut out),
        Command::New(args) => new::run(args, &mut out),
        Command::Bill(args) => bill::run(args, &mut out),
        Command::Gap(args) => gap::run(args, &mut out),
        Command::Timeline(args) => timeline::run(args, &mut out),
        Command::Trace(args) => trace::run(args, &mut out),
        Command::Equalise(args) => equalise::run(args, &mut out),
        Command::Attribute(args) => attribute::run(args, &mut out),
        Command::Sweep(args) => sweep::run(args, &mut out),
        Command::Sensitivity(args) => sensitivity::run(args, &mut out),
        Command::Calibrate(args) => calibrate::run(args, &mut out),
        Command::Validate(args) => validate::run(args, &mut out),
        Command::Diff(args) => diff::run(args, &mut out),
        Command::Methods(args) => methods::run(args, &mut out),
        Command::Plot(args) => plot::run(args, &mut out),
        Command::Schema => schema::run(&mut out),
        Command::Completions { shell } => completions(*shell, &mut out),
    }?;
    out.flush()?;
    Ok(())
}

fn completions(shell: clap_complete::Shell, out: &mut dyn Write) -> Result<(), CliError> {
    // The generator panics when its writer fails, so it gets one that cannot.
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "fanpin", &mut script);
    out.write_all(&script)?;
    Ok(())
}

/// Prints an error and what caused it. That a reader went away is no error.
fn report(error: &CliError) {
    if error.status() == 0 {
        return;
    }
    let mut text = match error {
        CliError::Scenario(error) if colours() => error.styled(),
        CliError::Scenario(error) => error.to_string(),
        other => format!("error: {other}"),
    };
    let mut cause = std::error::Error::source(error);
    while let Some(source) = cause {
        text.push_str(&format!("\n  caused by: {source}"));
        cause = source.source();
    }
    // Nothing is left to tell if this fails as well.
    let _ = writeln!(io::stderr(), "{text}");
}

/// Whether errors may be coloured: on a terminal, unless `NO_COLOR` is set.
fn colours() -> bool {
    let refused = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    io::stderr().is_terminal() && !refused
}
