//! From results to files: tables, charts, report page, manifest.
//!
//! [`write_run`] makes the folder of a run, [`plot`] draws the charts of a finished one again. Both
//! write through [`store`] alone. What is written depends on its arguments alone: no date, no host,
//! no path, no timing but in `timing.json`.

#[cfg(feature = "calibration")]
pub mod calibration;
pub mod charts;
pub mod counties;
pub mod csv_tables;
pub mod fonts;
pub mod layout;
pub mod page;
pub mod panel;
pub mod render;
pub mod replicates;
pub mod store;
pub mod style;
pub mod tables;
mod uncertainty_table;
pub mod validation;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use self::charts::{Chart, Setting, draw_all, language_tag, policy_gap};
use self::csv_tables::{
    COUNTIES_CSV, DESCENT_CSV, DIFFERENCES_CSV, FLOWS_CSV, MEASURES_CSV, OUTLAY_CSV, TableError,
};
use self::replicates::{REPLICATES_PARQUET, ReplicatesError};
use self::store::{Existing, MANIFEST, Store, StoreError, TIMING, finite, json, sha256};
use self::style::{PAPER, Theme};
use crate::gap::{GAP_CSV, HANDOVERS_CSV, Meter, gaps_csv, handovers_csv, of_run};
use crate::measures::files::NotFinite;
use crate::measures::table::{PlaceInfo, Results};
use crate::scenario::plan::{Bilingual, ChartFormat, Language, Output};
use crate::scenario::{Options, load_text};
use crate::uncertainty::table::{self as uncertainty, UNCERTAINTY_CSV};
use crate::units::{UnitError, Year};

/// File name of the scenario with everything in force.
pub const SCENARIO: &str = "scenario.resolved.toml";
/// File name of the report page.
pub const REPORT: &str = "report.html";

/// What a run was made of, beside its results.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RunMeta {
    /// Version of the program.
    pub version: String,
    /// Title of the scenario.
    pub title: Bilingual,
    /// Description of the scenario.
    pub description: Bilingual,
    /// The scenario with everything in force, as TOML.
    pub scenario: String,
    /// SHA-256 of each input, by its name in the scenario.
    pub inputs: BTreeMap<String, String>,
    /// Seed.
    pub seed: u64,
    /// Options of the command that determine the result, as written.
    pub options: BTreeMap<String, String>,
    /// How much was simulated.
    pub counts: Counts,
    /// How long it took; written to its own file.
    pub timing: Option<Timing>,
    /// The policy gap that its regimes leave, where it is measured.
    pub gap: Option<Meter>,
}

/// How much was simulated.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Households of a replicate at the start.
    pub households: u64,
    /// Persons of a replicate at the start.
    pub persons: u64,
    /// Living persons summed over reported years, regimes and replicates, with the lead-in once.
    pub person_years: u64,
    /// Replicates.
    pub replicates: u32,
    /// Persons that those of a replicate stand for; equal to `persons` without weights.
    pub persons_represented: u64,
}

/// How long a run took.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Timing {
    /// Wall seconds from start to the end of the reduction.
    pub wall_seconds: f64,
    /// Person-years over wall seconds.
    pub person_years_per_second: f64,
    /// Threads.
    pub threads: usize,
    /// Most memory in use, where the system tells.
    pub peak_memory_bytes: Option<u64>,
    /// Wall seconds of each phase.
    pub phases_seconds: BTreeMap<String, f64>,
}

/// `manifest.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// Always `fanpin`.
    pub program: String,
    /// Version of the program.
    pub version: String,
    /// Name of the scenario.
    pub scenario: String,
    /// SHA-256 of `scenario.resolved.toml`.
    pub scenario_sha256: String,
    /// SHA-256 of each input, by its name in the scenario.
    pub inputs: BTreeMap<String, String>,
    /// Seed.
    pub seed: u64,
    /// Options of the command that determine the result.
    pub options: BTreeMap<String, String>,
    /// How much was simulated.
    pub counts: Counts,
    /// Regimes in the scenario's order.
    pub regimes: Vec<RegimeEntry>,
    /// Baseline regime.
    pub baseline: String,
    /// Reported years.
    pub years: Vec<i16>,
    /// Groups in canonical order.
    pub groups: Vec<String>,
    /// Places in the scenario's order; none in folders of versions that didn't write them.
    #[serde(default)]
    pub places: Vec<PlaceEntry>,
    /// How charts were drawn.
    pub output: OutputEntry,
    /// SHA-256 of each file but `timing.json`.
    pub files: BTreeMap<String, String>,
}

/// How the charts of a run were drawn, in a manifest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutputEntry {
    /// `en`, `zh`.
    pub languages: Vec<String>,
    /// `svg`, `pdf`, `png`.
    pub formats: Vec<String>,
    /// Width in millimetres.
    pub width_mm: u32,
}

/// A regime in a manifest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RegimeEntry {
    /// Id.
    pub id: String,
    /// English label.
    pub en: String,
    /// Chinese label.
    pub zh: String,
}

/// A place in a manifest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlaceEntry {
    /// Id.
    pub id: String,
    /// English label.
    pub en: String,
    /// Chinese label.
    pub zh: String,
    /// Persons simulated in its median county.
    pub persons_per_county: Option<u64>,
}

impl From<&PlaceInfo> for PlaceEntry {
    fn from(place: &PlaceInfo) -> Self {
        let PlaceInfo { id, en, zh, persons_per_county } = place.clone();
        Self { id, en, zh, persons_per_county }
    }
}

impl From<&PlaceEntry> for PlaceInfo {
    fn from(place: &PlaceEntry) -> Self {
        let PlaceEntry { id, en, zh, persons_per_county } = place.clone();
        Self { id, en, zh, persons_per_county }
    }
}

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// The folder.
    pub folder: PathBuf,
    /// Files within it, sorted.
    pub files: Vec<String>,
    /// What the user should know of: characters that the fonts do not have.
    pub warnings: Vec<String>,
}

/// Why a result could not be written or drawn again.
#[derive(Debug)]
pub enum ReportError {
    /// The folder or a number refused.
    Store(StoreError),
    /// The Parquet writer failed.
    Parquet(parquet::errors::ParquetError),
    /// A table of a finished run can't be read.
    Table(TableError),
    /// There is no manifest, or not one of this program.
    NotAResult {
        /// The folder.
        folder: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// A file is not what the manifest says it is.
    Changed {
        /// The folder.
        folder: PathBuf,
        /// The file.
        file: String,
    },
}

impl fmt::Display for ReportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Store(error) => error.fmt(f),
            Self::Parquet(error) => write!(f, "cannot write `{REPLICATES_PARQUET}`: {error}"),
            Self::Table(error) => error.fmt(f),
            Self::NotAResult { folder, reason } => {
                write!(f, "`{}` is not the folder of a finished run: {reason}", folder.display())
            }
            Self::Changed { folder, file } => {
                write!(f, "`{file}` in `{}` has changed since its run, or is missing", folder.display())
            }
        }
    }
}

impl std::error::Error for ReportError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            // Their own words are in ours already.
            Self::Store(error) => error.source(),
            Self::Parquet(error) => error.source(),
            Self::Table(error) => error.source(),
            Self::NotAResult { .. } | Self::Changed { .. } => None,
        }
    }
}

impl From<StoreError> for ReportError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<NotFinite> for ReportError {
    fn from(error: NotFinite) -> Self {
        Self::Store(error.into())
    }
}

impl From<TableError> for ReportError {
    fn from(error: TableError) -> Self {
        Self::Table(error)
    }
}

impl From<ReplicatesError> for ReportError {
    fn from(error: ReplicatesError) -> Self {
        match error {
            ReplicatesError::Store(error) => Self::Store(error),
            ReplicatesError::Parquet(error) => Self::Parquet(error),
        }
    }
}

/// Writes the folder of a run.
///
/// # Errors
///
/// [`ReportError::Store`] if the place is taken or can't be written or a number is not finite; then nothing of the run
/// is there. [`ReportError::Parquet`].
pub fn write_run(
    results: &Results,
    meta: &RunMeta,
    output: &Output,
    target: &Path,
    existing: Existing,
) -> Result<Written, ReportError> {
    write_into(Store::begin(target, existing)?, results, meta, output)
}

/// The same into a store that has been begun: before a long run, so that a place that is taken is known at once, or
/// with further files already in it.
///
/// # Errors
///
/// As [`write_run`].
pub fn write_into(
    mut store: Store,
    results: &Results,
    meta: &RunMeta,
    output: &Output,
) -> Result<Written, ReportError> {
    let scenario_hash = sha256(meta.scenario.as_bytes());
    store.write(SCENARIO, meta.scenario.as_bytes())?;
    store.write(MEASURES_CSV, &csv_tables::measures(results)?)?;
    store.write(DIFFERENCES_CSV, &csv_tables::differences(results)?)?;
    store.write(FLOWS_CSV, &csv_tables::flows(results)?)?;
    store.write(DESCENT_CSV, &csv_tables::descent(results)?)?;
    store.write(OUTLAY_CSV, &csv_tables::outlay(results)?)?;
    store.write(COUNTIES_CSV, &csv_tables::counties(results)?)?;
    if !results.uncertainty.is_empty() {
        store.write(UNCERTAINTY_CSV, &uncertainty::csv(&results.scenario, &results.uncertainty)?)?;
    }
    write_replicates(&mut store, results, meta, &scenario_hash)?;
    if let Some(meter) = &meta.gap {
        store.write(GAP_CSV, gaps_csv(meter).as_bytes())?;
        store.write(HANDOVERS_CSV, handovers_csv(meter).as_bytes())?;
    }

    let settings: Vec<Setting> = output
        .languages
        .iter()
        .map(|language| Setting { language: *language, width_mm: output.width_mm, theme: PAPER })
        .collect();
    write_tables(&mut store, results, &settings)?;
    let drawn: Vec<Vec<Chart>> = settings
        .iter()
        .map(|setting| match output.formats[..] {
            [] => Vec::new(),
            _ => charts_of_run(results, meta.gap.as_ref(), setting),
        })
        .collect();
    write_charts(&mut store, drawn.iter().flatten(), &output.formats)?;
    let editions: Vec<page::Edition<'_>> = settings
        .iter()
        .zip(&drawn)
        .map(|(setting, charts)| page::Edition { setting: *setting, charts })
        .collect();
    store.write(REPORT, page::page(results, meta, output, &scenario_hash, &editions).as_bytes())?;
    write_timing(&mut store, meta.timing.as_ref())?;

    let files = file_names(&store);
    let warnings = warnings(drawn.iter().flatten());
    let folder = store.finish(|files| json(&manifest(results, meta, output, scenario_hash, files)))?;
    Ok(Written { folder, files, warnings })
}

/// The charts of the results, and that of the policy gap where it is measured.
fn charts_of_run(results: &Results, meter: Option<&Meter>, setting: &Setting) -> Vec<Chart> {
    let mut charts = draw_all(results, setting);
    charts.extend(meter.map(|meter| policy_gap::draw(meter, setting)));
    charts
}

fn write_replicates(
    store: &mut Store,
    results: &Results,
    meta: &RunMeta,
    scenario_hash: &str,
) -> Result<(), ReportError> {
    let facts = [
        ("fanpin.version", meta.version.clone()),
        ("fanpin.scenario", results.scenario.clone()),
        ("fanpin.scenario_sha256", scenario_hash.to_owned()),
        ("fanpin.seed", meta.seed.to_string()),
    ];
    let mut file = store.create(REPLICATES_PARQUET)?;
    replicates::write(results, &facts, &mut file)?;
    Ok(store.keep(file)?)
}

fn write_tables(store: &mut Store, results: &Results, settings: &[Setting]) -> Result<(), StoreError> {
    let table = tables::MainTable::new(results);
    for setting in settings {
        let csv = setting.pick("tables/main.en.csv", "tables/main.zh.csv");
        let tex = setting.pick("tables/main.en.tex", "tables/main.zh.tex");
        store.write(csv, &table.csv(setting.pick("tables/main.en.csv", "tables/main.zh.csv"), setting)?)?;
        store.write(tex, table.latex(setting).as_bytes())?;
        if !results.uncertainty.is_empty() {
            let csv = setting.pick("tables/uncertainty.en.csv", "tables/uncertainty.zh.csv");
            let tex = setting.pick("tables/uncertainty.en.tex", "tables/uncertainty.zh.tex");
            store.write(csv, &uncertainty_table::csv(results, csv, setting)?)?;
            store.write(tex, uncertainty_table::latex(results, setting).as_bytes())?;
        }
    }
    Ok(())
}

fn write_charts<'c>(
    store: &mut Store,
    charts: impl Iterator<Item = &'c Chart>,
    formats: &[ChartFormat],
) -> Result<(), StoreError> {
    for chart in charts {
        for format in formats {
            store.write(&chart_file(chart, *format), &render::render(chart, *format))?;
        }
    }
    Ok(())
}

fn write_timing(store: &mut Store, timing: Option<&Timing>) -> Result<(), StoreError> {
    let Some(timing) = timing else { return Ok(()) };
    let phases = timing.phases_seconds.iter().map(|(name, seconds)| (name.as_str(), *seconds));
    let numbers =
        [("wall_seconds", timing.wall_seconds), ("person_years_per_second", timing.person_years_per_second)];
    for (name, value) in numbers.into_iter().chain(phases) {
        finite(value, TIMING, || name.to_owned())?;
    }
    store.write(TIMING, json(timing).as_bytes())
}

fn manifest(
    results: &Results,
    meta: &RunMeta,
    output: &Output,
    scenario_sha256: String,
    files: &BTreeMap<String, String>,
) -> Manifest {
    let regime = |(id, en, zh): &(String, String, String)| RegimeEntry {
        id: id.clone(),
        en: en.clone(),
        zh: zh.clone(),
    };
    Manifest {
        program: env!("CARGO_PKG_NAME").to_owned(),
        version: meta.version.clone(),
        scenario: results.scenario.clone(),
        scenario_sha256,
        inputs: meta.inputs.clone(),
        seed: meta.seed,
        options: meta.options.clone(),
        counts: meta.counts,
        regimes: results.regimes.iter().map(regime).collect(),
        baseline: results.baseline.clone(),
        years: results.years.iter().map(|y| y.number()).collect(),
        groups: results.groups.clone(),
        places: results.places.iter().map(PlaceEntry::from).collect(),
        output: OutputEntry {
            languages: output.languages.iter().map(|l| language_tag(*l).to_owned()).collect(),
            formats: output.formats.iter().map(|f| extension(*f).to_owned()).collect(),
            width_mm: output.width_mm,
        },
        files: files.clone(),
    }
}

fn file_names(store: &Store) -> Vec<String> {
    store.hashes().keys().cloned().chain([MANIFEST.to_owned()]).collect::<BTreeSet<_>>().into_iter().collect()
}

/// File of a chart within the folder.
#[must_use]
pub fn chart_file(chart: &Chart, format: ChartFormat) -> String {
    format!("charts/{}.{}.{}", chart.id, language_tag(chart.language), extension(format))
}

/// Extension of a format.
#[must_use]
pub const fn extension(format: ChartFormat) -> &'static str {
    match format {
        ChartFormat::Svg => "svg",
        ChartFormat::Pdf => "pdf",
        ChartFormat::Png => "png",
    }
}

/// What the user should know of charts: characters that would show as boxes.
pub fn warnings<'c>(charts: impl Iterator<Item = &'c Chart>) -> Vec<String> {
    let missing: BTreeSet<char> = charts.flat_map(|chart| chart.missing.iter().copied()).collect();
    if missing.is_empty() {
        return Vec::new();
    }
    let listed: String = missing.iter().collect();
    vec![format!("the chart fonts have no glyph for `{listed}`: it shows as a box in charts")]
}

/// How charts are drawn again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlotOptions {
    /// Languages.
    pub languages: Vec<Language>,
    /// Formats.
    pub formats: Vec<ChartFormat>,
    /// Width in millimetres.
    pub width_mm: u32,
    /// Colours.
    pub theme: Theme,
}

/// Draws the charts of a finished run again from its tables, without simulating. Charts in other languages and formats
/// and all other files stay as they are; the manifest gets the new hashes. The folder is replaced whole or not at all.
///
/// # Errors
///
/// [`ReportError::NotAResult`], [`ReportError::Changed`], [`ReportError::Table`], [`ReportError::Store`].
pub fn plot(folder: &Path, options: &PlotOptions) -> Result<Written, ReportError> {
    let manifest = read_manifest(folder)?;
    let results = read_results(folder, &manifest)?;
    let gap = read_gap(folder, &manifest)?;
    let mut charts = Vec::new();
    for language in &options.languages {
        let setting = Setting { language: *language, width_mm: options.width_mm, theme: options.theme };
        charts.extend(charts_of_run(&results, gap.as_ref().ok().and_then(Option::as_ref), &setting));
    }
    let redrawn: BTreeSet<String> =
        charts.iter().flat_map(|c| options.formats.iter().map(|f| chart_file(c, *f))).collect();

    let mut store = Store::begin(folder, Existing::Replace)?;
    for name in manifest.files.keys().filter(|name| !redrawn.contains(*name)) {
        store.write(name, &read_file(folder, name, &manifest)?)?;
    }
    if let Ok(timing) = std::fs::read(folder.join(TIMING)) {
        store.write(TIMING, &timing)?;
    }
    write_charts(&mut store, charts.iter(), &options.formats)?;
    let files = file_names(&store);
    let folder = store.finish(|files| json(&Manifest { files: files.clone(), ..manifest }))?;
    Ok(Written {
        folder,
        files: files.into_iter().filter(|f| redrawn.contains(f)).collect(),
        warnings: warnings(charts.iter())
            .into_iter()
            .chain(gap.err().map(|other| other.to_string()))
            .collect(),
    })
}

/// The manifest of a finished run.
///
/// # Errors
///
/// [`ReportError::NotAResult`] if there is none that this version understands.
pub fn read_manifest(folder: &Path) -> Result<Manifest, ReportError> {
    let not = |reason: String| ReportError::NotAResult { folder: folder.to_owned(), reason };
    let text = std::fs::read(folder.join(MANIFEST)).map_err(|e| not(format!("{MANIFEST}: {e}")))?;
    let manifest: Manifest = serde_json::from_slice(&text).map_err(|e| not(format!("{MANIFEST}: {e}")))?;
    if manifest.program != env!("CARGO_PKG_NAME") {
        return Err(not(format!("its manifest is of `{}`", manifest.program)));
    }
    Ok(manifest)
}

/// The results of a finished run as its tables tell them; the values per replicate stay in their file.
///
/// # Errors
///
/// [`ReportError::Changed`] if a table is not the one that was written, [`ReportError::Table`], [`ReportError::NotAResult`].
pub fn read_results(folder: &Path, manifest: &Manifest) -> Result<Results, ReportError> {
    let year = |number: &i16| Year::try_new(i64::from(*number));
    let years: Result<Vec<Year>, UnitError> = manifest.years.iter().map(year).collect();
    Ok(Results {
        scenario: manifest.scenario.clone(),
        regimes: manifest.regimes.iter().map(|r| (r.id.clone(), r.en.clone(), r.zh.clone())).collect(),
        baseline: manifest.baseline.clone(),
        years: years
            .map_err(|e| ReportError::NotAResult { folder: folder.to_owned(), reason: e.to_string() })?,
        groups: manifest.groups.clone(),
        places: manifest.places.iter().map(PlaceInfo::from).collect(),
        measures: csv_tables::read_measures(&read_file(folder, MEASURES_CSV, manifest)?)?,
        differences: csv_tables::read_differences(&read_file(folder, DIFFERENCES_CSV, manifest)?)?,
        flows: csv_tables::read_flows(&read_file(folder, FLOWS_CSV, manifest)?)?,
        outlay: csv_tables::read_outlay(&read_file(folder, OUTLAY_CSV, manifest)?)?,
        descent: csv_tables::read_descent(&read_file(folder, DESCENT_CSV, manifest)?)?,
        counties: csv_tables::read_counties(&read_file(folder, COUNTIES_CSV, manifest)?)?,
        uncertainty: if manifest.files.contains_key(UNCERTAINTY_CSV) {
            csv_tables::read_uncertainty(&read_file(folder, UNCERTAINTY_CSV, manifest)?)?
        } else {
            Vec::new()
        },
        cells: Vec::new(),
    })
}

/// A run whose policy gap this version measures otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct OtherGap;

impl fmt::Display for OtherGap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{GAP_CSV}` is of another version of this program: its chart is left as it was")
    }
}

/// The policy gap of a finished run, measured again from its scenario, which takes no simulation; nothing for a run
/// without one.
fn read_gap(folder: &Path, manifest: &Manifest) -> Result<Result<Option<Meter>, OtherGap>, ReportError> {
    if !manifest.files.contains_key(GAP_CSV) {
        return Ok(Ok(None));
    }
    let written = read_file(folder, GAP_CSV, manifest)?;
    let scenario = read_file(folder, SCENARIO, manifest)?;
    let scenario = load_text(SCENARIO, &String::from_utf8_lossy(&scenario), &Options::default());
    let meter = scenario.ok().and_then(|scenario| of_run(&scenario));
    let same = |meter: &Meter| gaps_csv(meter).as_bytes() == written;
    Ok(meter.filter(same).map(Some).ok_or(OtherGap))
}

/// A file of a finished run, if it is still the one that was written.
fn read_file(folder: &Path, name: &str, manifest: &Manifest) -> Result<Vec<u8>, ReportError> {
    let changed = || ReportError::Changed { folder: folder.to_owned(), file: name.to_owned() };
    let bytes = std::fs::read(folder.join(name)).map_err(|_| changed())?;
    if manifest.files.get(name) == Some(&sha256(&bytes)) { Ok(bytes) } else { Err(changed()) }
}
