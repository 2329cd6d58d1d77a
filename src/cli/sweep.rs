//! `fanpin sweep`: a scenario at many values of some of its keys.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use clap::Args;
use comfy_table::presets::NOTHING;
use comfy_table::{CellAlignment, Table};
use serde_json::{Value, json};

use super::bill::{pick, unknown};
use super::drawing::{self, DrawArgs};
use super::run::{Bar, Clock, threads};
use super::sensitivity::duration;
use super::{CliError, NoChartsArgs, ScenarioArgs, files};
use crate::experiment::{self, Interrupted, Watch};
use crate::measures::catalogue::{GROUPS, MEASURES, info};
use crate::measures::table::Statistics;
use crate::report::charts::sensitivity::short;
use crate::report::charts::sweep::{Swept, draw, name as name_of};
use crate::report::store::{self, Store, StoreError};
use crate::report::style::{number, signed};
use crate::scenario::plan::Language;
use crate::scenario::sweep::Design;
use crate::scenario::{Override, Scenario, resolved_text};
use crate::sweep::files::{Chunk, DESIGN_CSV, DIFFERENCES_CSV, Ends, HEADLINE, SWEEP_CSV, Selection, ends};
use crate::sweep::{self, Plan};

/// Options of `fanpin sweep`.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
What is varied stands in the scenario's table [sweep], or is given by --vary, which takes its place. Every point has the scenario's
seed, so points are twins and differ by what is varied. All points are checked before one runs. Finished points are kept beside the
results until all are there, and --resume goes on with them.")]
pub struct SweepArgs {
    /// The scenario.
    #[command(flatten)]
    pub scenario: ScenarioArgs,
    /// Vary a key: KEY=a,b,c, KEY=low..high or KEY=low..high/steps; repeatable
    #[arg(long, value_name = "KEY=LEVELS")]
    pub vary: Vec<String>,
    /// How points are chosen: grid, latin-hypercube, sobol [default: grid if every key has levels, else sobol]
    #[arg(long, value_name = "DESIGN")]
    pub design: Option<String>,
    /// Number of points of a Latin hypercube or Sobol design [default: 64]
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub points: Option<u32>,
    /// Measures that are written, separated by commas, or all [default: the headline measures]
    #[arg(long, value_name = "A,B", value_delimiter = ',')]
    pub measures: Option<Vec<String>>,
    /// Groups that are written, separated by commas, or all [default: all of the people, and the lifted]
    #[arg(long, value_name = "A,B", value_delimiter = ',')]
    pub groups: Option<Vec<String>>,
    /// What is written [default folder: the scenario's name and `-sweep` in `output`]
    #[command(flatten)]
    pub draw: DrawArgs,
    /// Go on with the finished points of a sweep that was stopped
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
    /// Print nothing but errors, and what --json asks for
    #[arg(short, long)]
    pub quiet: bool,
}

impl SweepArgs {
    fn overrides(&self) -> Vec<Override> {
        let mut overrides = self.draw.overrides();
        overrides.extend(self.charts.overrides());
        overrides
    }

    /// The points: `--vary` in place of the scenario's keys, the other options in place of its other settings.
    fn plan(&self, scenario: &Scenario) -> Result<Plan, CliError> {
        let mut sweep = scenario.sweep.clone().unwrap_or_default();
        let usage =
            |option: &str, error: &dyn std::fmt::Display| CliError::Usage(format!("{option}: {error}"));
        if !self.vary.is_empty() {
            sweep.axes = self
                .vary
                .iter()
                .map(|text| sweep::axis(text).map_err(|error| usage("--vary", &error)))
                .collect::<Result<_, _>>()?;
        }
        if let Some(name) = &self.design {
            let names = Design::ALL.iter().map(|design| design.name());
            let found = Design::ALL.into_iter().find(|design| design.name() == name);
            sweep.design = Some(found.ok_or_else(|| unknown("--design", name, names))?);
        }
        if let Some(points) = self.points {
            if points == 0 {
                return Err(CliError::Usage("--points takes a number from 1 on".to_owned()));
            }
            sweep.points = Some(points);
        }
        Plan::new(&sweep, scenario.plan.seed).map_err(|error| usage("sweep", &error))
    }

    fn selection(&self, scenario: &Scenario) -> Result<Selection, CliError> {
        let places: Vec<String> = scenario.places.iter().map(|place| format!("place:{}", place.id)).collect();
        let groups = || GROUPS.iter().map(|(id, _)| *id).chain(places.iter().map(String::as_str));
        let measures = || MEASURES.iter().map(|measure| measure.id);
        let owned = |names: &[&str]| Some(names.iter().map(|&name| name.to_owned()).collect());
        let chosen = |names: &Option<Vec<String>>, usual: &[&str]| match names.as_deref() {
            None => owned(usual),
            Some([all]) if all == "all" => None,
            Some(names) => Some(names.to_vec()),
        };
        for name in self.measures.iter().flatten().filter(|name| *name != "all") {
            if !measures().any(|id| id == name) {
                return Err(unknown_measure(name));
            }
        }
        for name in self.groups.iter().flatten() {
            if !groups().any(|id| id == name) {
                return Err(unknown("--groups", name, groups()));
            }
        }
        // `all` is a group of people too: alone it means every group.
        Ok(Selection {
            measures: chosen(&self.measures, &HEADLINE),
            groups: chosen(&self.groups, &sweep::files::GROUPS),
        })
    }
}

fn unknown_measure(name: &str) -> CliError {
    let near = crate::evidence::nearest(name, MEASURES.iter().map(|measure| measure.id));
    let near = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
    CliError::Usage(format!("--measures: there is no measure `{name}`, see `fanpin list measures`{near}"))
}

impl From<Interrupted> for CliError {
    fn from(_: Interrupted) -> Self {
        Self::Interrupted
    }
}

/// Runs the command.
///
/// # Errors
/// [`CliError`]: a scenario or point that does not hold, nothing to vary, a place that is taken, an interruption.
pub fn run(args: &SweepArgs, out: &mut dyn Write) -> Result<(), CliError> {
    let load = |more: &[Override]| {
        let overrides = args.overrides().into_iter().chain(more.iter().cloned()).collect();
        files::load(&args.scenario.file, &args.scenario.set, overrides)
    };
    let scenario = load(&[])?;
    let plan = args.plan(&scenario)?;
    let selection = args.selection(&scenario)?;
    let pool = threads(args.threads)?;
    let counties = experiment::counties(&scenario) * u64::from(scenario.plan.replicates);
    let watch = Bar::new(counties * plan.points.len() as u64, args.quiet);
    refuse(&plan, pool.install(|| plan.refused(&load, &watch))?)?;
    let folder = args
        .draw
        .out
        .clone()
        .unwrap_or_else(|| PathBuf::from("output").join(format!("{}-sweep", scenario.name)));
    let mut store = Store::begin(&folder, args.draw.existing("sweep"))?;
    let kept = Kept::begin(&folder, args.resume)?;
    if !args.quiet {
        writeln!(io::stderr(), "{}", size(&scenario, &plan))?;
    }
    let done = pool.install(|| points(args, &plan, &load, &selection, &kept, &mut store, &watch));
    watch.bar.finish_and_clear();
    if matches!(done, Err(CliError::Interrupted)) && !args.quiet {
        writeln!(io::stderr(), "finished points are kept: `--resume` goes on with them")?;
    }
    let regimes = || scenario.regimes.iter();
    let swept = Swept {
        plan: &plan,
        regimes: regimes().map(|r| (r.id.clone(), r.label_en.clone(), r.label_zh.clone())).collect(),
        baseline: scenario.baseline,
        year: scenario.plan.last_year,
        charted: selection.charted(),
        ends: done?,
    };
    write(store, &scenario, &swept)?;
    kept.clear();
    if args.json {
        out.write_all(store::json(&as_json(&swept)).as_bytes())?;
    } else if !args.quiet {
        let language = scenario.output.languages.first().copied().unwrap_or(Language::En);
        out.write_all(as_text(&swept, language).as_bytes())?;
        writeln!(out, "{}{}", pick(language, "results: ", "结果："), folder.display())?;
    }
    Ok(())
}

/// Points that don't hold are said before anything runs, the first few of them in full.
fn refuse(plan: &Plan, refused: Vec<(usize, crate::scenario::ScenarioError)>) -> Result<(), CliError> {
    const SHOWN: usize = 5;
    let Some((_, first)) = refused.first() else { return Ok(()) };
    let mut text = format!("{} of {} points don't hold:", refused.len(), plan.points.len());
    for (point, error) in refused.iter().take(SHOWN) {
        let problem = error.problems().first().unwrap_or_else(|| &first.problems()[0]);
        text += &format!("\n  point {} ({}): {}", point + 1, plan.in_words(*point), problem.message);
        if !problem.label.is_empty() {
            text += &format!(": {}", problem.label);
        }
    }
    if refused.len() > SHOWN {
        text += &format!("\n  and {} more", refused.len() - SHOWN);
    }
    Err(CliError::Usage(text))
}

/// Members of a household on average over the years, for an estimate of the size only.
const MEMBERS: u64 = 3;

fn size(scenario: &Scenario, plan: &Plan) -> String {
    let p = &scenario.plan;
    let years = |from: crate::units::Year, to: crate::units::Year| u64::try_from(to.since(from)).unwrap_or(0);
    let regimes = scenario.regimes.len() as u64;
    let lived =
        years(crate::units::Year::new(2010), p.first_year) + regimes * (years(p.first_year, p.last_year) + 1);
    let points = plan.points.len() as u64;
    let person_years = points * u64::from(p.replicates) * u64::from(p.households) * MEMBERS * lived;
    // An estimate.
    #[allow(clippy::cast_precision_loss)]
    let millions = person_years as f64 / 1e6;
    format!(
        "{points} points ({}) × {regimes} regimes × {} replicates × {} households, {} to {}: about {} million person-years",
        plan.design.name(),
        p.replicates,
        p.households,
        p.first_year,
        p.last_year,
        number(millions, if millions < 10.0 { 1 } else { 0 })
    )
}

/// Runs the points; their rows go into the tables one point after the other. What they come to in the last year.
fn points(
    args: &SweepArgs,
    plan: &Plan,
    load: &crate::uncertainty::Loader<'_>,
    selection: &Selection,
    kept: &Kept,
    store: &mut Store,
    watch: &Bar,
) -> Result<Vec<Ends>, CliError> {
    let (clock, first) = (Clock::start(), AtomicBool::new(true));
    let each = |point: usize, scenario: &Scenario| -> Result<(Chunk, Vec<String>), CliError> {
        let regimes = scenario.regimes.iter().map(|regime| regime.id.clone()).collect();
        let name = kept.name(point, scenario, selection);
        if let Some(chunk) = kept.read(point, &name) {
            for _ in 0..experiment::counties(scenario) * u64::from(scenario.plan.replicates) {
                watch.county_done();
            }
            return Ok((chunk, regimes));
        }
        let results = experiment::run(scenario, watch)?.results;
        let chunk = plan.chunk(point, &results, selection).map_err(StoreError::from)?;
        kept.write(point, &name, &chunk)?;
        let threads = rayon::current_num_threads();
        if first.swap(false, Ordering::Relaxed) && plan.points.len() > threads && !args.quiet {
            // Points that run at once are done at about the same time.
            #[allow(clippy::cast_precision_loss)]
            let all = clock.seconds() * plan.points.len() as f64 / threads as f64;
            let line = format!("about {} for all points", duration(all));
            watch.bar.suspend(|| writeln!(io::stderr(), "{line}"))?;
        }
        Ok((chunk, regimes))
    };
    let mut measures = store.create(SWEEP_CSV)?;
    let mut differences = store.create(DIFFERENCES_CSV)?;
    let failed = |source| CliError::Io("write", PathBuf::from(SWEEP_CSV), source);
    measures.write_all(&plan.measures_head()).map_err(failed)?;
    differences.write_all(&plan.differences_head()).map_err(failed)?;
    let mut found = Vec::new();
    plan.run(load, watch, each, &mut |_, (chunk, regimes): (Chunk, Vec<String>)| {
        measures.write_all(&chunk.measures).map_err(failed)?;
        differences.write_all(&chunk.differences).map_err(failed)?;
        found.push(ends(plan.axes.len(), &chunk, &selection.charted(), &regimes));
        Ok(())
    })?;
    store.keep(measures)?;
    store.keep(differences)?;
    Ok(found)
}

/// The folder of finished points beside the results, until all are there.
struct Kept {
    folder: PathBuf,
}

/// Says of a folder that this program made it.
const MARK: &str = ".fanpin-points";

impl Kept {
    /// The folder of a result, emptied unless the sweep goes on.
    fn begin(target: &Path, resume: bool) -> Result<Self, CliError> {
        let mut folder = target.as_os_str().to_owned();
        folder.push(".points");
        let kept = Self { folder: PathBuf::from(folder) };
        let there = kept.folder.exists();
        if there && !kept.folder.join(MARK).exists() {
            return Err(CliError::Usage(format!(
                "`{}` is there and no sweep made it: move it away or choose another folder",
                kept.folder.display()
            )));
        }
        if there && !resume {
            kept.clear();
        }
        let failed = |source| CliError::Io("create", kept.folder.clone(), source);
        fs::create_dir_all(&kept.folder).map_err(failed)?;
        fs::write(kept.folder.join(MARK), "").map_err(failed)?;
        Ok(kept)
    }

    /// What a point's rows depend on: the program, everything in force, what is written.
    fn name(&self, point: usize, scenario: &Scenario, selection: &Selection) -> String {
        let version = env!("CARGO_PKG_VERSION");
        let text = format!("{version}\n{point}\n{selection:?}\n{}", resolved_text(scenario));
        store::sha256(text.as_bytes())
    }

    fn path(&self, point: usize) -> PathBuf {
        self.folder.join(format!("{:06}", point + 1))
    }

    /// The rows of a point, if they are there and of the same scenario.
    fn read(&self, point: usize, name: &str) -> Option<Chunk> {
        let bytes = fs::read(self.path(point)).ok()?;
        let mut parts = bytes.splitn(3, |byte| *byte == b'\n');
        let (found, length, rest) = (parts.next()?, parts.next()?, parts.next()?);
        let length: usize = std::str::from_utf8(length).ok()?.parse().ok()?;
        (found == name.as_bytes() && length <= rest.len())
            .then(|| Chunk { measures: rest[..length].to_vec(), differences: rest[length..].to_vec() })
    }

    fn write(&self, point: usize, name: &str, chunk: &Chunk) -> Result<(), CliError> {
        let path = self.path(point);
        let failed = |source| CliError::Io("write", path.clone(), source);
        let mut bytes = format!("{name}\n{}\n", chunk.measures.len()).into_bytes();
        bytes.extend_from_slice(&chunk.measures);
        bytes.extend_from_slice(&chunk.differences);
        let temporary = path.with_extension("tmp");
        fs::write(&temporary, bytes).map_err(failed)?;
        fs::rename(&temporary, &path).map_err(failed)
    }

    /// Takes the folder away. If that fails the next sweep does it.
    fn clear(&self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

fn write(mut store: Store, scenario: &Scenario, swept: &Swept<'_>) -> Result<(), CliError> {
    store.write("scenario.resolved.toml", resolved_text(scenario).as_bytes())?;
    store.write(DESIGN_CSV, &swept.plan.design_csv())?;
    drawing::charts(&mut store, scenario, &|setting| vec![draw(swept, setting)])?;
    let keys: BTreeMap<&str, &str> =
        swept.plan.axes.iter().map(|axis| (axis.name.as_str(), axis.key.as_str())).collect();
    let manifest = json!({
        "program": "fanpin",
        "command": "sweep",
        "version": env!("CARGO_PKG_VERSION"),
        "scenario": scenario.name,
        "seed": scenario.plan.seed,
        "design": swept.plan.design.name(),
        "points": swept.plan.points.len(),
        "keys": keys,
    });
    drawing::finish(store, manifest)
}

fn as_json(swept: &Swept<'_>) -> Value {
    let statistics = |s: &Statistics| json!({ "mean": s.mean, "ci_low": s.ci_low, "ci_high": s.ci_high });
    let point = |point: usize| {
        let values: serde_json::Map<String, Value> = swept
            .plan
            .axes
            .iter()
            .zip(&swept.plan.points[point])
            .map(|(axis, value)| {
                let number = value.parse::<f64>().ok().map(|x| json!(x));
                (axis.key.clone(), number.unwrap_or_else(|| json!(value)))
            })
            .collect();
        let measures = swept.charted.iter().zip(&swept.ends[point]).map(|((measure, group), regimes)| {
            let regimes: serde_json::Map<String, Value> = swept
                .regimes
                .iter()
                .zip(regimes)
                .map(|((id, _, _), [level, difference])| {
                    (id.clone(), json!({ "value": statistics(level), "difference": statistics(difference) }))
                })
                .collect();
            json!({ "measure": measure, "group": group, "regimes": regimes })
        });
        json!({ "point": point + 1, "keys": values, "measures": measures.collect::<Vec<_>>() })
    };
    json!({
        "design": swept.plan.design.name(),
        "year": swept.year.number(),
        "baseline": swept.regimes[swept.baseline].0,
        "points": (0..swept.plan.points.len()).map(point).collect::<Vec<_>>(),
    })
}

/// Rows that a table on the terminal shows.
const SHOWN: usize = 24;

/// The first measure in the last year: the baseline's level and the others' differences, a row a point.
fn as_text(swept: &Swept<'_>, language: Language) -> String {
    let Some((measure, group)) = swept.charted.first() else { return String::new() };
    let share = info(measure).is_some_and(|info| info.unit == "share");
    let factor = if share { 100.0 } else { 1.0 };
    let mut table = Table::new();
    table.load_style(NOTHING);
    let others = || (0..swept.regimes.len()).filter(|regime| *regime != swept.baseline);
    let name = |regime: usize| swept.regimes[regime].0.as_str();
    let mut head: Vec<String> = vec![pick(language, "point", "点").to_owned()];
    head.extend(swept.plan.axes.iter().map(name_of));
    head.push(name(swept.baseline).to_owned());
    head.extend(others().map(|regime| format!("{}{}", pick(language, "less it: ", "差值："), name(regime))));
    let columns = head.len();
    table.set_header(head);
    for (point, values) in swept.plan.points.iter().enumerate().take(SHOWN) {
        let of = &swept.ends[point][0];
        let level = of[swept.baseline][0].mean;
        let mut row = vec![(point + 1).to_string()];
        row.extend(values.iter().map(|value| value.parse().map_or_else(|_| value.clone(), short)));
        row.push(level.map_or_else(|| "–".to_owned(), |mean| number(mean * factor, 2)));
        row.extend(others().map(|regime| {
            let s = of[regime][1].times(factor);
            let half = s.ci_high.zip(s.ci_low).map(|(high, low)| (high - low) / 2.0);
            let half = half.map_or_else(String::new, |half| format!(" ± {}", number(half, 2)));
            s.mean.map_or_else(|| "–".to_owned(), |mean| format!("{}{half}", signed(mean, 2)))
        }));
        table.add_row(row);
    }
    for column in 0..columns {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    let unit = if share { " (%)".to_owned() } else { String::new() };
    let mut text = format!("{measure}, {group}, {}{unit}\n", swept.year);
    for line in table.to_string().lines() {
        text += &format!("{}\n", line.trim_end());
    }
    if swept.plan.points.len() > SHOWN {
        let more = swept.plan.points.len() - SHOWN;
        text += &match language {
            Language::En => format!("and {more} points more, see {SWEEP_CSV}\n"),
            Language::Zh => format!("另有{more}个点，见{SWEEP_CSV}\n"),
        };
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kept_points_are_read_only_for_the_same_thing() {
        let parent = tempfile::tempdir().unwrap();
        let target = parent.path().join("swept");
        let kept = Kept::begin(&target, false).unwrap();
        let chunk = Chunk { measures: b"1,a\n2,b\n".to_vec(), differences: b"1,c\n".to_vec() };
        kept.write(3, "name", &chunk).unwrap();
        assert_eq!(kept.read(3, "name"), Some(chunk.clone()));
        assert_eq!((kept.read(3, "other"), kept.read(2, "name")), (None, None));
        assert_eq!(Kept::begin(&target, true).unwrap().read(3, "name"), Some(chunk));
        assert_eq!(Kept::begin(&target, false).unwrap().read(3, "name"), None);
        kept.clear();
        fs::create_dir(parent.path().join("swept.points")).unwrap();
        fs::write(parent.path().join("swept.points/thesis.tex"), "mine").unwrap();
        assert!(Kept::begin(&target, false).is_err(), "somebody else's folder is left alone");
    }
}
