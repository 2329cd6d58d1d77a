//! `fanpin validate`: the model beside the published record.

use std::io::Write;
use std::path::{Path, PathBuf};

use clap::Args;
use comfy_table::presets::UTF8_FULL_CONDENSED;
use comfy_table::{CellAlignment, Table};

use super::drawing::{self, DrawArgs};
use super::run::{Bar, threads};
use super::{CliError, SetArgs, files, uncertain};
use crate::observation::{ObserveError, Size, Verdict};
use crate::report::charts::validation as chart;
use crate::report::store;
use crate::report::validation as report;
use crate::scenario::resolver::DocumentKind;
use crate::scenario::{Options, Override, Scenario, ScenarioError, load_text, resolved_text, shipped};
use crate::validation::{self, Finding, Heading, Validation};

/// The scenario that is held against the record unless another is named.
const DEFAULT: &str = "history";

/// Options of `fanpin validate`.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Each published figure beside the model's, under its own definition, with its interval and a verdict: within the interval of the
published figure (1.96 of its errors), near (up to 3) or a miss. A miss is a finding: the exit status is 0. Years and switch of the
scenario are set as each figure needs them; size, seed, places and parameters are its own.")]
pub struct ValidateArgs {
    /// Scenario file (TOML) [default: the scenario `history`, which ships]
    #[arg(value_name = "FILE")]
    pub file: Option<PathBuf>,
    /// What the command line sets in it.
    #[command(flatten)]
    pub set: SetArgs,
    /// Under which parameters: `best`, the best point of the calibration that ships [default: those of the scenario]
    #[arg(long, value_name = "FROM", value_parser = ["best"])]
    pub parameters: Option<String>,
    /// Where tables, page and chart go.
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

impl ValidateArgs {
    /// What lies under the settings of the command line: values of a calibration.
    fn under(&self) -> Result<Vec<Override>, CliError> {
        if self.parameters.is_some() { uncertain::best() } else { Ok(Vec::new()) }
    }

    fn load(&self, under: &[Override], more: &[Override]) -> Result<Scenario, ScenarioError> {
        let mut over = self.draw.overrides();
        over.extend_from_slice(more);
        if let Some(file) = &self.file {
            return files::load_over(file, under.to_vec(), &self.set, over);
        }
        let text = shipped::find(DocumentKind::Scenario, DEFAULT).map_or("", |shipped| shipped.text);
        let overrides = under.iter().cloned().chain(self.set.overrides()).chain(over).collect();
        let options = Options { overrides, regimes: self.set.regimes.clone(), ..Options::default() };
        load_text(&format!("{DEFAULT}.toml"), text, &options)
    }
}

/// Runs the command.
///
/// # Errors
/// [`CliError`]: a scenario that does not hold or lacks the places of a figure, a folder that is taken, an interruption.
pub fn run(args: &ValidateArgs, out: &mut dyn Write) -> Result<(), CliError> {
    let under = args.under()?;
    let scenario = args.load(&under, &[])?;
    // A folder that is taken is said before the work, not after it.
    drop(args.draw.begin("validate")?);
    let pool = threads(args.threads)?;
    let load = |more: &[Override]| args.load(&under, more);
    let size = Size { households: scenario.plan.households, replicates: scenario.plan.replicates };
    let told = args
        .parameters
        .as_ref()
        .map(|_| "the best point of the calibration (`--parameters best`)".to_owned());
    let watch = Bar::new(validation::counties(&load, size)?, args.quiet);
    let done = pool.install(|| validation::validate(&load, size, told.clone(), &watch))?;
    watch.bar.finish_and_clear();
    if let Some(folder) = &args.draw.out {
        write(folder, &args.draw, &scenario, &done)?;
    }
    if args.json {
        out.write_all(store::json(&report::as_json(&done)).as_bytes())?;
    } else if !args.quiet {
        out.write_all(as_text(&done).as_bytes())?;
    }
    Ok(())
}

impl From<ObserveError> for CliError {
    fn from(error: ObserveError) -> Self {
        match error {
            ObserveError::Scenario(error) => Self::Scenario(error),
            ObserveError::NoGroup { .. } => Self::Usage(error.to_string()),
            ObserveError::Interrupted => Self::Interrupted,
        }
    }
}

fn write(folder: &Path, args: &DrawArgs, scenario: &Scenario, done: &Validation) -> Result<(), CliError> {
    let table = report::csv(done).map_err(|error| CliError::Report(error.into()))?;
    let written = [
        ("validation.csv", table),
        ("validation.json", store::json(&report::as_json(done))),
        ("validation.md", report::page(done)),
        ("scenario.resolved.toml", resolved_text(scenario)),
    ];
    drawing::write(scenario, args.target(folder, "validate"), &written, &|setting| chart::draw(done, setting))
}

const fn words(heading: Heading) -> &'static str {
    match heading {
        Heading::Dependent => "external validity, dependent: may be fitted",
        Heading::Input => "external validity, dependent: inputs",
        Heading::Independent => "external validity, independent: held out, up to 2015",
        Heading::Experiment => "external validity, independent: natural experiments",
        Heading::Predictive => "predictive validity: held out, later years",
    }
}

fn as_text(done: &Validation) -> String {
    let of = |heading: &str| done.checks.iter().filter(|check| check.heading == heading).count();
    let mut text = format!(
        "face validity: {} checks, verification: {} (both run with the tests; -o lists them); cross validity: no other model\n",
        of("face"),
        of("verification")
    );
    for heading in Heading::ALL {
        let tally = done.tally(heading);
        text += &format!(
            "\n{}: {} figures, {} within, {} near, {} missed\n{}\n",
            words(heading),
            tally.all(),
            tally.within,
            tally.near,
            tally.miss,
            table(done, heading)
        );
    }
    text += "\nIn brackets: published value ± 1.96 errors; 95 % interval of the mean over replicates. Away: in errors of the published \
             figure; within up to 1.96, near up to 3.\n";
    text
}

fn table(done: &Validation, heading: Heading) -> Table {
    let mut table = Table::new();
    table.load_style(UTF8_FULL_CONDENSED);
    table.set_header(["figure", "published", "unit", "model", "away", "verdict", "source"]);
    for finding in done.findings.iter().filter(|finding| finding.heading == heading) {
        table.add_row(row(finding));
    }
    for index in [1, 3, 4] {
        if let Some(column) = table.column_mut(index) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table
}

fn row(finding: &Finding) -> [String; 7] {
    let (target, (low, high)) = (&finding.figure.target, finding.figure.interval());
    let short_text = |text: &str, most: usize| {
        let cut: String = text.chars().take(most).collect();
        if cut.len() < text.len() { cut.trim_end().to_owned() + "…" } else { cut }
    };
    [
        target.id.clone(),
        format!("{} ({} to {})", target.value, report::short(low), report::short(high)),
        short_text(&target.unit, 22),
        report::interval(&finding.model),
        finding.errors_away().map(|away| format!("{away:+.1}")).unwrap_or_default(),
        finding.verdict.map_or("not observed", Verdict::name).to_owned(),
        short_text(&target.source, 40),
    ]
}
