//! Regimes × replicates: the runs that a scenario asks for.
//!
//! A replicate is a new population and new fates under the next key. Counties and replicates run in
//! parallel; what they hand on are integers, so the order in which they finish is no part of the
//! result. Memory doesn't grow with replicates but for 8 bytes a result cell.

use std::sync::Mutex;

use crate::measures::compute::{Collector, Design};
use crate::measures::table::Results;
use crate::population::synthesis::Synthesiser;
use crate::population::tables::tables;
use crate::random::Key;
use crate::record::{PanelRow, ReplicateRecord};
use crate::scenario::Scenario;
use crate::simulation::{CountyRecord, CountyTask, Timetable, World, simulate_county};

/// Watches a run and may stop it.
pub trait Watch: Sync {
    /// A county of a replicate is done.
    fn county_done(&self) {}
    /// Whether to stop as soon as possible.
    fn stopped(&self) -> bool {
        false
    }
}

/// Watches nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct Unwatched;

impl Watch for Unwatched {}

/// How much was simulated.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Households of one replicate.
    pub households: u64,
    /// Living persons at the end of the first reported year under the baseline, over all replicates.
    pub persons: u64,
    /// Living person-years: regimes × reported years, plus the lead-in once.
    pub person_years: u64,
    /// Counties simulated.
    pub counties: u64,
}

/// A finished run.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Finished {
    /// Measures, differences, flows.
    pub results: Results,
    /// How much was simulated.
    pub counts: Counts,
    /// Household-years, if asked for, in the order of replicate, county, year, household, regime.
    pub panel: Vec<PanelRow>,
}

/// The run was stopped by its watcher.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Interrupted;

impl std::fmt::Display for Interrupted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "interrupted")
    }
}

impl std::error::Error for Interrupted {}

/// Number of counties of one replicate.
#[must_use]
pub fn counties(scenario: &Scenario) -> u64 {
    scenario.places.iter().map(|place| u64::from(place.counties)).sum()
}

/// Simulates every regime of a scenario over all replicates.
///
/// # Errors
/// [`Interrupted`] if the watcher stops the run.
pub fn run(scenario: &Scenario, watch: &dyn Watch) -> Result<Finished, Interrupted> {
    let tables = tables();
    let timetable = Timetable::compile(scenario, tables);
    let synthesisers = synthesisers(scenario);
    let world = World { scenario, tables, timetable: &timetable, synthesisers: &synthesisers };
    let collector = Mutex::new(Gathered {
        collector: Collector::new(design(scenario)),
        counts: Counts::default(),
        panel: Vec::new(),
    });
    for_each_replicate(scenario.plan.replicates, |replicate| {
        let (record, counts, panel) = run_replicate(&world, replicate, watch)?;
        let mut gathered = collector.lock().expect("no replicate panics while it hands over");
        gathered.collector.add(&record);
        gathered.counts.add(counts);
        gathered.panel.push((replicate, panel));
        Ok(())
    })?;
    let mut gathered = collector.into_inner().expect("no replicate panics while it hands over");
    gathered.panel.sort_by_key(|(replicate, _)| *replicate);
    Ok(Finished {
        results: gathered.collector.finish(),
        counts: gathered.counts,
        panel: gathered.panel.into_iter().flat_map(|(_, rows)| rows).collect(),
    })
}

fn design(scenario: &Scenario) -> Design {
    let label = |r: &crate::scenario::policy::Regime| (r.id.clone(), r.label_en.clone(), r.label_zh.clone());
    Design {
        scenario: scenario.name.clone(),
        regimes: scenario.regimes.iter().map(label).collect(),
        baseline: scenario.baseline,
        years: scenario.plan.first_year.through(scenario.plan.last_year).collect(),
        places: scenario.places.iter().map(|place| place.id.clone()).collect(),
    }
}

/// The synthesis of each place.
#[must_use]
pub fn synthesisers(scenario: &Scenario) -> Vec<Synthesiser> {
    let each = |place| Synthesiser::new(&scenario.society.population, place);
    scenario.places.iter().map(each).collect()
}

struct Gathered {
    collector: Collector,
    counts: Counts,
    panel: Vec<(u32, Vec<PanelRow>)>,
}

impl Counts {
    fn add(&mut self, other: Self) {
        self.households = other.households;
        self.persons += other.persons;
        self.person_years += other.person_years;
        self.counties += other.counties;
    }
}

/// The counties of a replicate: households are shared out over places and then evenly over counties,
/// the first counties taking the remainder.
#[must_use]
pub fn tasks(scenario: &Scenario, replicate: u32) -> Vec<CountyTask> {
    let mut tasks = Vec::new();
    let key = Key { seed: scenario.plan.seed, replicate: u64::from(replicate) };
    let panel = scenario.output.panel && replicate < scenario.output.panel_replicates;
    for (place, households) in households_by_place(scenario).into_iter().enumerate() {
        let counties = scenario.places[place].counties;
        for index in 0..counties {
            let households = households / counties + u32::from(index < households % counties);
            let county = u16::try_from(tasks.len()).expect("at most 4,096 counties");
            tasks.push(CountyTask { key, place, county, first: 0, households, panel });
        }
    }
    tasks
}

/// Households of each place, by largest remainder.
fn households_by_place(scenario: &Scenario) -> Vec<u32> {
    let total = f64::from(scenario.plan.households);
    let exact: Vec<f64> = scenario.places.iter().map(|place| place.share * total).collect();
    // Shares of a u32.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let mut whole: Vec<u32> = exact.iter().map(|x| *x as u32).collect();
    let mut order: Vec<usize> = (0..whole.len()).collect();
    order.sort_by(|a, b| (exact[*b].fract()).total_cmp(&exact[*a].fract()));
    let missing = scenario.plan.households.saturating_sub(whole.iter().sum());
    for place in order.into_iter().cycle().take(missing as usize) {
        whole[place] += 1;
    }
    whole
}

fn run_replicate(
    world: &World,
    replicate: u32,
    watch: &dyn Watch,
) -> Result<(ReplicateRecord, Counts, Vec<PanelRow>), Interrupted> {
    let tasks = tasks(world.scenario, replicate);
    let records = map_counties(&tasks, |task| {
        if watch.stopped() {
            return Err(Interrupted);
        }
        let record = simulate_county(world, task);
        watch.county_done();
        Ok(record)
    })?;
    let mut whole = empty_record(world, replicate);
    let mut counts = Counts { households: u64::from(world.scenario.plan.households), ..Counts::default() };
    let mut panel = Vec::new();
    for record in records {
        counts.counties += 1;
        counts.persons += record.persons;
        counts.person_years += record.person_years;
        add_county(&mut whole, &record);
        panel.extend(record.panel);
    }
    Ok((whole, counts, panel))
}

fn empty_record(world: &World, replicate: u32) -> ReplicateRecord {
    let regimes = world.scenario.regimes.len();
    let years = world.timetable.facts().len();
    let places = world.scenario.places.len();
    ReplicateRecord {
        replicate,
        sums: vec![vec![vec![crate::record::Sums::default(); places]; years]; regimes],
        histograms: vec![vec![vec![crate::record::Histograms::default(); places]; years]; regimes],
        flows: vec![vec![crate::record::Flows::default(); years]; regimes],
        counties: vec![vec![vec![crate::record::CountySums::default(); places]; years]; regimes],
        descent: vec![crate::record::Descent::default(); regimes],
        facts: world.timetable.facts().to_vec(),
    }
}

fn add_county(whole: &mut ReplicateRecord, county: &CountyRecord) {
    for (regime, years) in county.sums.iter().enumerate() {
        for (year, sums) in years.iter().enumerate() {
            whole.sums[regime][year][county.place].add(sums);
            whole.histograms[regime][year][county.place].add(&county.histograms[regime][year]);
            whole.flows[regime][year].add(&county.flows[regime][year]);
            whole.counties[regime][year][county.place].add(&county.counties[regime][year]);
        }
        whole.descent[regime].add(&county.descent[regime]);
    }
}

#[cfg(feature = "parallel")]
fn for_each_replicate(
    replicates: u32,
    each: impl Fn(u32) -> Result<(), Interrupted> + Sync + Send,
) -> Result<(), Interrupted> {
    use rayon::prelude::*;
    (0..replicates).into_par_iter().try_for_each(each)
}

#[cfg(not(feature = "parallel"))]
fn for_each_replicate(
    replicates: u32,
    each: impl Fn(u32) -> Result<(), Interrupted> + Sync + Send,
) -> Result<(), Interrupted> {
    (0..replicates).try_for_each(each)
}

#[cfg(feature = "parallel")]
fn map_counties(
    tasks: &[CountyTask],
    each: impl Fn(&CountyTask) -> Result<CountyRecord, Interrupted> + Sync + Send,
) -> Result<Vec<CountyRecord>, Interrupted> {
    use rayon::prelude::*;
    tasks.par_iter().map(each).collect()
}

#[cfg(not(feature = "parallel"))]
fn map_counties(
    tasks: &[CountyTask],
    each: impl Fn(&CountyTask) -> Result<CountyRecord, Interrupted> + Sync + Send,
) -> Result<Vec<CountyRecord>, Interrupted> {
    tasks.iter().map(each).collect()
}
