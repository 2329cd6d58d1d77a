//! `fanpin run`: simulate every regime of a scenario, write tables, charts and report, print a short
//! summary.

use std::collections::BTreeMap;
use std::io::{self, IsTerminal, Write};
use std::path::Path;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use indicatif::{ProgressBar, ProgressStyle};

use super::uncertain::{Done, Work};
use super::{CliError, RunArgs};
use crate::experiment::{Finished, Watch};
use crate::gap;
use crate::measures::outlay::CATASTROPHIC;
use crate::measures::table::{Results, Statistics};
use crate::report::counties::{COUNTIES_PARQUET, CountiesWriter};
use crate::report::panel;
use crate::report::store::{Existing, Store};
use crate::report::style;
use crate::report::{self, Counts, RunMeta, Timing};
use crate::scenario::{Scenario, resolved_text};
use crate::uncertainty::table::{HEADLINE, difference, unit_and_label};
use crate::units::Year;

/// File of drawn parameters.
const PARAMETERS_CSV: &str = "parameters.csv";

/// Runs the command.
///
/// # Errors
/// [`CliError`]: a scenario that does not hold, a place that is taken, an interruption.
pub fn run(args: &RunArgs, out: &mut dyn Write) -> Result<(), CliError> {
    let work = Work::of(args)?;
    let folder = args.folder(work.scenario());
    let existing = if args.output.force { Existing::Replace } else { Existing::Refuse };
    let mut store = Store::begin(&folder, existing)?;
    let pool = threads(args.threads)?;
    let watch = Bar::new(work.counties(), args.quiet);
    let clock = Clock::start();
    let parquet = |error| CliError::Report(report::ReportError::Parquet(error));
    let file = store.create(COUNTIES_PARQUET)?;
    let mut by_county = CountiesWriter::new(work.scenario(), file).map_err(parquet)?;
    let done = pool.install(|| work.run(args, &watch, &mut |rows| by_county.add(rows)))?;
    let file = by_county.finish().map_err(parquet)?;
    store.keep(file)?;
    watch.bar.finish_and_clear();
    let Done { scenario, finished, replicates, options, parameters, remarks, warnings } = done;
    let timing = clock.timing(&finished, pool.current_num_threads());
    for remark in &remarks {
        writeln!(io::stderr(), "note: {remark}").map_err(CliError::Print)?;
    }
    if let Some(parameters) = &parameters {
        store.write(PARAMETERS_CSV, parameters.as_bytes())?;
    }
    if scenario.output.panel {
        panel::write_into(&mut store, &finished.panel, &scenario).map_err(CliError::Report)?;
    }
    let meta = RunMeta { options, ..meta(&scenario, &finished, replicates, timing) };
    let written =
        report::write_into(store, &finished.results, &meta, &scenario.output).map_err(CliError::Report)?;
    for warning in warnings.iter().chain(&written.warnings) {
        writeln!(io::stderr(), "warning: {warning}").map_err(CliError::Print)?;
    }
    if let (1.., Some(timing)) = (args.verbose, &meta.timing) {
        let (seconds, speed) = (timing.wall_seconds, timing.person_years_per_second / 1e6);
        writeln!(io::stderr(), "{seconds:.1} s, {speed:.2} million person-years a second")?;
    }
    if !args.quiet {
        summary(&finished.results, &meta, scenario.plan.switch_year, &folder, out)?;
    }
    Ok(())
}

/// The threads that are asked for, or one for each core.
pub(super) fn threads(wanted: Option<usize>) -> Result<rayon::ThreadPool, CliError> {
    if wanted.is_some_and(|n| !(1..=1024).contains(&n)) {
        return Err(CliError::Usage("--threads takes a number from 1 to 1024".to_owned()));
    }
    rayon::ThreadPoolBuilder::new()
        .num_threads(wanted.unwrap_or(0))
        .build()
        .map_err(|error| CliError::Usage(format!("these threads can't be had: {error}")))
}

fn meta(scenario: &Scenario, finished: &Finished, replicates: u32, timing: Timing) -> RunMeta {
    let persons = finished.counts.persons / u64::from(replicates.max(1));
    RunMeta {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        title: scenario.title.clone(),
        description: scenario.description.clone(),
        scenario: resolved_text(scenario),
        inputs: BTreeMap::new(),
        seed: scenario.plan.seed,
        options: BTreeMap::new(),
        counts: Counts {
            households: finished.counts.households,
            persons,
            person_years: finished.counts.person_years,
            replicates,
            persons_represented: finished.counts.persons_represented / u64::from(replicates.max(1)),
        },
        timing: Some(timing),
        gap: gap::of_run(scenario),
    }
}

/// The wall clock of a run: the only clock in the program.
pub(super) struct Clock {
    start: Instant,
}

impl Clock {
    #[allow(
        clippy::disallowed_methods,
        reason = "timing.json is the one file that holds the time a run took; long work says on the terminal how long it may take"
    )]
    pub(super) fn start() -> Self {
        Self { start: Instant::now() }
    }

    /// Seconds since the start.
    pub(super) fn seconds(&self) -> f64 {
        self.start.elapsed().as_secs_f64()
    }

    fn timing(&self, finished: &Finished, threads: usize) -> Timing {
        let wall_seconds = self.seconds();
        // Person-years are far below 2^53.
        #[allow(clippy::cast_precision_loss)]
        let person_years = finished.counts.person_years as f64;
        Timing {
            wall_seconds,
            person_years_per_second: person_years / wall_seconds.max(1e-9),
            threads,
            peak_memory_bytes: peak_memory_bytes(),
            phases_seconds: BTreeMap::from([("simulation".to_owned(), wall_seconds)]),
        }
    }
}

/// Peak resident memory, where the system has a `/proc`.
fn peak_memory_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix(" kB")?.trim().parse::<u64>().ok().map(|kib| kib * 1024)
}

/// A progress bar that knows of Ctrl-C.
pub(super) struct Bar {
    pub(super) bar: ProgressBar,
}

/// Set by Ctrl-C.
static STOPPED: AtomicBool = AtomicBool::new(false);

/// Has Ctrl-C noted. The first one stops the work after the county or file in hand and leaves nothing behind; a second one
/// ends the process at once, as having no handler would, and leaves a folder `….partial` for the next run to clear.
pub(super) fn catch_interrupts() {
    static HANDLER: OnceLock<bool> = OnceLock::new();
    HANDLER.get_or_init(|| {
        let stop = || {
            if STOPPED.swap(true, Ordering::Relaxed) {
                std::process::exit(130);
            }
        };
        ctrlc::set_handler(stop).is_ok()
    });
}

/// Nothing, unless the user stopped the work.
///
/// # Errors
/// [`CliError::Interrupted`].
pub(super) fn not_stopped() -> Result<(), CliError> {
    if STOPPED.load(Ordering::Relaxed) { Err(CliError::Interrupted) } else { Ok(()) }
}

impl Bar {
    /// A bar over this many counties.
    pub(super) fn new(total: u64, quiet: bool) -> Self {
        catch_interrupts();
        let hidden = quiet || !io::stderr().is_terminal();
        let bar = if hidden { ProgressBar::hidden() } else { ProgressBar::new(total) };
        let style =
            ProgressStyle::with_template("{bar:30} {pos}/{len} counties, {elapsed} so far, {eta} to go");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        Self { bar }
    }
}

impl Watch for Bar {
    fn county_done(&self) {
        self.bar.inc(1);
    }

    fn stopped(&self) -> bool {
        STOPPED.load(Ordering::Relaxed)
    }
}

/// The short summary: return per regime with interval, paired difference, cost, saved and lost.
fn summary(
    results: &Results,
    meta: &RunMeta,
    switch: Year,
    folder: &Path,
    out: &mut dyn Write,
) -> Result<(), CliError> {
    let (Some(first), Some(last)) = (results.years.first(), results.years.last()) else { return Ok(()) };
    let mut table = comfy_table::Table::new();
    table.load_style(comfy_table::presets::NOTHING);
    table.set_header([
        format!("\n{last}"),
        "returned,\n% of lifted".to_owned(),
        format!("less {},\npoints", results.baseline),
        format!("ever since\n{switch}, %"),
        "hardship,\n% of all".to_owned(),
        "funds,\nyuan a head".to_owned(),
        "saved / lost,\nhouseholds".to_owned(),
    ]);
    for (regime, _, _) in &results.regimes {
        let measure = |id: &str, group: &str| {
            results.measures.iter().find(|row| {
                &row.regime == regime && row.year == *last && row.group == group && row.measure == id
            })
        };
        let difference = results.differences.iter().find(|row| {
            &row.regime == regime
                && row.year == *last
                && row.group == "lifted"
                && row.measure == "poverty_return_rate"
        });
        let flow = |outcome: &str| {
            let found = results
                .flows
                .iter()
                .find(|row| &row.regime == regime && row.year == *last && row.outcome == outcome);
            found.and_then(|row| row.households.mean).map_or("–".to_owned(), whole)
        };
        let statistics = |id: &str| measure(id, "lifted").map(|row| row.statistics).unwrap_or_default();
        table.add_row([
            regime.clone(),
            interval(&statistics("poverty_return_rate"), 100.0),
            if regime == &results.baseline {
                "–".to_owned()
            } else {
                interval(&difference.map(|row| row.statistics).unwrap_or_default(), 100.0)
            },
            number(statistics("poverty_return_cumulative").mean, 100.0),
            number(measure("hardship_headline", "all").and_then(|row| row.statistics.mean), 100.0),
            number(measure("fund_spending_per_head", "all").and_then(|row| row.statistics.mean), 1.0),
            if regime == &results.baseline {
                "–".to_owned()
            } else {
                format!("{} / {}", flow("saved"), flow("lost"))
            },
        ]);
    }
    writeln!(
        out,
        "{}: {} households, {} persons{}, {} replicate{}, {first}–{last}, seed {}",
        results.scenario,
        grouped(meta.counts.households),
        grouped(meta.counts.persons),
        if meta.counts.persons == meta.counts.persons_represented {
            String::new()
        } else {
            format!(" who stand for {}", grouped(meta.counts.persons_represented))
        },
        meta.counts.replicates,
        if meta.counts.replicates == 1 { "" } else { "s" },
        meta.seed
    )?;
    for line in table.to_string().lines() {
        writeln!(out, "{}", line.trim_end())?;
    }
    let interval_is = match (meta.counts.replicates, results.uncertainty.is_empty()) {
        (0 | 1, _) => "",
        (_, true) => "±: 95 % interval of the mean over replicates, paired for differences\n",
        (_, false) => {
            "±: the same over all replicates as if their parameters had not been drawn; both intervals stand below\n"
        }
    };
    writeln!(
        out,
        "{}hardship: catastrophic spending (40 % of non-food) or needed hospital care forgone for money\n\
         saved, lost: lifted households that returned since {switch} under {} only, under this regime only",
        interval_is, results.baseline
    )?;
    if !results.uncertainty.is_empty() {
        uncertain(results, out)?;
    }
    writeln!(out, "results: {}", folder.display())?;
    Ok(())
}

/// The headline differences with the interval of chance and the one of parameters.
fn uncertain(results: &Results, out: &mut dyn Write) -> Result<(), CliError> {
    let mut table = comfy_table::Table::new();
    table.load_style(comfy_table::presets::NOTHING);
    table.set_header([
        format!("\nless {}", results.baseline),
        "\nquantity".to_owned(),
        "\nmean".to_owned(),
        "as far as\nchance goes".to_owned(),
        "over draws of\nparameters".to_owned(),
        "share of variance\nfrom parameters".to_owned(),
    ]);
    let mut settled = false;
    let shown = HEADLINE.into_iter().chain([(CATASTROPHIC, "all")]);
    let of = |(measure, group)| {
        results
            .regimes
            .iter()
            .filter_map(move |(regime, ..)| difference(&results.uncertainty, regime, measure, group))
    };
    for row in shown.flat_map(of) {
        let (unit, label) = unit_and_label(row.subject.measure);
        let (factor, decimals) = if unit == "share" { (100.0, 2) } else { (1.0, 0) };
        let ends = |ends: Option<(f64, f64)>| {
            let of = |x: f64| style::signed(x * factor, decimals);
            ends.map_or("–".to_owned(), |(low, high)| format!("{} to {}", of(low), of(high)))
        };
        let found = &row.components;
        settled |= found.variance_parameter == Some(0.0);
        let share = found.variance_parameter.zip(found.variance_monte_carlo).filter(|(a, b)| a + b > 0.0);
        table.add_row([
            row.subject.regime.clone(),
            format!(
                "{}, {}, {}",
                label.en,
                row.subject.year,
                if unit == "share" { "points" } else { "yuan" }
            ),
            style::signed(found.mean * factor, decimals),
            ends(found.monte_carlo),
            ends(found.parameter),
            share.map_or("–".to_owned(), |(a, b)| format!("{:.0} %", a / (a + b) * 100.0)),
        ]);
    }
    writeln!(out)?;
    for line in table.to_string().lines() {
        writeln!(out, "{}", line.trim_end())?;
    }
    writeln!(out, "95 % intervals; over draws, what chance adds to their spread is taken out")?;
    if settled {
        writeln!(
            out,
            "equal ends, 0 %: draws differ no more than chance would make them; --replicates tells more"
        )?;
    }
    Ok(())
}

/// Households, to the nearest: thousands apart by commas.
fn whole(households: f64) -> String {
    style::number(households, 0)
}

/// A count with its thousands apart by commas.
fn grouped(count: u64) -> String {
    // Far below 2^53.
    #[allow(clippy::cast_precision_loss)]
    style::number(count as f64, 0)
}

fn number(value: Option<f64>, factor: f64) -> String {
    value.map_or("–".to_owned(), |value| format!("{:.2}", value * factor))
}

/// A mean and half the width of its 95 % interval.
fn interval(statistics: &Statistics, factor: f64) -> String {
    let mean = number(statistics.mean, factor);
    match (statistics.ci_low, statistics.ci_high) {
        (Some(low), Some(high)) => format!("{mean} ± {:.2}", (high - low) / 2.0 * factor),
        _ => mean,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn households_of_the_summary_are_whole_and_grouped() {
        assert_eq!((whole(307_300.0), whole(118_499.6)), ("307,300".to_owned(), "118,500".to_owned()));
        assert_eq!(grouped(500_452_600), "500,452,600");
    }
}
