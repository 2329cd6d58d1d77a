//! Regimes × replicates: the runs that a scenario asks for.
//!
//! A replicate is a new population and new fates under the next key. Counties stream through: each is made,
//! simulated, added to its replicate and dropped, several at a time. What they hand on are integers, so the order
//! in which they finish is no part of the result. Memory doesn't grow with counties, nor with replicates but for 8
//! bytes a result cell.

pub mod equalise;

use std::collections::BTreeMap;
use std::ops::{Deref, Range};
use std::sync::{Mutex, OnceLock};

use crate::measures::compute::{Collector, Design};
use crate::measures::counties::{self, CountyName, CountyYear};
use crate::measures::table::Results;
use crate::population::heterogeneity;
use crate::population::synthesis::Synthesiser;
use crate::population::tables::{Tables, tables};
use crate::random::Key;
use crate::record::{CountySums, Descent, Flows, Histograms, PanelRow, ReplicateRecord, Sums, YearFacts};
use crate::scenario::Scenario;
use crate::scenario::plan::Place;
use crate::simulation::{
    CountyRecord, CountyTask, Ground, Weights, Witness, simulate_county, watch_county, year_facts,
};
use crate::units::Year;

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
    /// Living persons simulated at the end of the first reported year under the baseline, over all replicates.
    pub persons: u64,
    /// Persons that they stand for.
    pub persons_represented: u64,
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
    run_by_county(scenario, watch, &mut |_| {})
}

/// The same, and hands on the years of each county as it comes, in the order of replicates and counties.
///
/// # Errors
/// [`Interrupted`] if the watcher stops the run.
pub fn run_by_county(
    scenario: &Scenario,
    watch: &dyn Watch,
    by_county: &mut (dyn FnMut(&[CountyYear]) + Send),
) -> Result<Finished, Interrupted> {
    let whole = Batch { scenario, replicates: 0..scenario.plan.replicates };
    let mut gathered = Gathered::new(&whole, Kept::collected(scenario, by_county));
    gather(&whole, watch, &mut gathered)?;
    Ok(gathered.finish())
}

/// Simulates the same regimes at several values of parameters, `replicates` under each: the scenario of number `k` has the replicates
/// from `k · replicates` on, so none shares a key with another. Only what parameters stand for may differ between the scenarios.
///
/// # Errors
/// [`Interrupted`] if the watcher stops the run.
///
/// # Panics
/// If there is no scenario, or their regimes, years or places aren't the same.
pub fn run_each(
    scenarios: &[Scenario],
    replicates: u32,
    watch: &dyn Watch,
    by_county: &mut (dyn FnMut(&[CountyYear]) + Send),
) -> Result<Finished, Interrupted> {
    let first = scenarios.first().expect("a scenario");
    assert!(scenarios.iter().all(|other| design(other) == design(first)), "scenarios of one design");
    let batch =
        |(number, scenario)| Batch { scenario, replicates: number * replicates..(number + 1) * replicates };
    let batches: Vec<Batch> = (0u32..).zip(scenarios).map(batch).collect();
    let mut gathered = Gathered::new(&batches[0], Kept::collected(first, by_county));
    batches.iter().try_for_each(|batch| gather(batch, watch, &mut gathered))?;
    Ok(gathered.finish())
}

/// Simulates a scenario until a rule has enough of it: after the plan's replicates and again after each addition, `wanted` says how
/// many replicates there should be; as many as there are, or fewer, end the run.
///
/// # Errors
/// [`Interrupted`] if the watcher stops the run.
pub fn run_until(
    scenario: &Scenario,
    watch: &dyn Watch,
    by_county: &mut (dyn FnMut(&[CountyYear]) + Send),
    wanted: &mut dyn FnMut(&Collector, u32) -> u32,
) -> Result<Finished, Interrupted> {
    let mut batch = Batch { scenario, replicates: 0..scenario.plan.replicates };
    let mut gathered = Gathered::new(&batch, Kept::collected(scenario, by_county));
    while !batch.replicates.is_empty() {
        gather(&batch, watch, &mut gathered)?;
        let done = batch.replicates.end;
        batch.replicates = done..gathered.collector().map_or(done, |collector| wanted(collector, done));
    }
    Ok(gathered.finish())
}

/// Simulates every regime of a scenario over all replicates and hands on the record of each replicate as it is complete, in any order;
/// no tables are made.
///
/// # Errors
/// [`Interrupted`] if the watcher stops the run.
pub fn run_by_replicate(
    scenario: &Scenario,
    watch: &dyn Watch,
    by_replicate: &mut (dyn FnMut(&ReplicateRecord) + Send),
) -> Result<Counts, Interrupted> {
    let whole = Batch { scenario, replicates: 0..scenario.plan.replicates };
    let mut gathered = Gathered::new(&whole, Kept::HandedOn(by_replicate));
    gather(&whole, watch, &mut gathered)?;
    Ok(gathered.finish().counts)
}

/// Replicates of a scenario.
struct Batch<'a> {
    scenario: &'a Scenario,
    replicates: Range<u32>,
}

/// Simulates the replicates of a batch; batches come in the order of their replicates.
fn gather(batch: &Batch, watch: &dyn Watch, gathered: &mut Gathered) -> Result<(), Interrupted> {
    let (scenario, tables) = (batch.scenario, tables());
    let grounds = Grounds::of(scenario, tables);
    let tasks = tasks(scenario);
    let years = scenario.plan.first_year.through(scenario.plan.last_year);
    let facts: Vec<(Year, YearFacts)> = years.zip(year_facts(scenario, tables)).collect();
    let by_county = matches!(gathered.kept, Kept::Collected(_));
    let first = batch.replicates.start as usize * tasks.len();
    let gathered = Mutex::new(gathered);
    in_order(tasks.len() * batch.replicates.len(), |job| {
        if watch.stopped() {
            return Err(Interrupted);
        }
        let job = first + job;
        let replicate = u32::try_from(job / tasks.len()).expect("replicates are counted in u32");
        let task = tasks[job % tasks.len()].of_replicate(scenario, replicate);
        let record = simulate_county(&grounds.of_county(&task).world(scenario, tables), &task);
        let small = |n: usize| u16::try_from(n).expect("places are few");
        let name = CountyName { replicate, place: small(task.place), county: task.county };
        let rows = if by_county { counties::rows(name, &record, &facts) } else { Vec::new() };
        let empty = || empty_record(scenario, &facts, replicate);
        gathered.lock().expect("no county panics while it hands over").add(job, record, rows, empty);
        watch.county_done();
        Ok(())
    })
}

/// The counties of a replicate, without microdata.
#[must_use]
pub fn counties_of(scenario: &Scenario, replicate: u32) -> Vec<CountyTask> {
    let plain = |task: CountyTask| CountyTask { panel: false, ..task.of_replicate(scenario, replicate) };
    tasks(scenario).into_iter().map(plain).collect()
}

/// Simulates some counties before a witness each, and hands the witnesses on in the order of the counties.
///
/// # Errors
/// [`Interrupted`] if the watcher stops the run.
pub fn witness_counties<W: Witness + Send>(
    scenario: &Scenario,
    counties: &[CountyTask],
    watch: &dyn Watch,
    witness: impl Fn() -> W + Sync + Send,
) -> Result<Vec<W>, Interrupted> {
    let tables = tables();
    let grounds = Grounds::of(scenario, tables);
    in_parallel(counties.len(), |job| {
        if watch.stopped() {
            return Err(Interrupted);
        }
        let mut witness = witness();
        let ground = grounds.of_county(&counties[job]);
        let _ = watch_county(&ground.world(scenario, tables), &counties[job], Some(&mut witness));
        watch.county_done();
        Ok(witness)
    })
}

/// What counties stand on: made when the first county of a place needs it, or for each county where they differ.
struct Grounds<'a> {
    scenario: &'a Scenario,
    tables: &'static Tables,
    nation: Synthesiser,
    places: Vec<OnceLock<Ground>>,
}

/// The ground of a county.
enum Of<'g> {
    /// All counties of its place stand on it.
    Shared(&'g Ground),
    /// It is dropped with the county.
    Own(Box<Ground>),
}

impl Deref for Of<'_> {
    type Target = Ground;

    fn deref(&self) -> &Ground {
        match self {
            Self::Shared(ground) => ground,
            Self::Own(ground) => ground,
        }
    }
}

impl<'a> Grounds<'a> {
    fn of(scenario: &'a Scenario, tables: &'static Tables) -> Self {
        let nation = Synthesiser::nation(&scenario.society.population);
        Self { scenario, tables, nation, places: scenario.places.iter().map(|_| OnceLock::new()).collect() }
    }

    fn of_county(&self, task: &CountyTask) -> Of<'_> {
        let place = &self.scenario.places[task.place];
        let ground = |place: Place| Ground::of_place(self.scenario, self.tables, &self.nation, place);
        if place.spread.is_some() {
            return Of::Own(Box::new(ground(heterogeneity::county(place, task.number))));
        }
        Of::Shared(self.places[task.place].get_or_init(|| ground(place.clone())))
    }
}

fn design(scenario: &Scenario) -> Design {
    let of_place = |p: &Place| (p.id.clone(), p.label.en.clone(), p.label.zh.clone());
    let label = |r: &crate::scenario::policy::Regime| (r.id.clone(), r.label_en.clone(), r.label_zh.clone());
    Design {
        scenario: scenario.name.clone(),
        regimes: scenario.regimes.iter().map(label).collect(),
        baseline: scenario.baseline,
        years: scenario.plan.first_year.through(scenario.plan.last_year).collect(),
        places: scenario.places.iter().map(of_place).collect(),
    }
}

/// What counties handed over so far: the open replicates, and what is kept of the finished ones.
struct Gathered<'k> {
    counties: usize,
    kept: Kept<'k>,
    /// Replicates with counties still to come. Counties begin in order, so these are few.
    open: BTreeMap<u32, Open>,
    counts: Counts,
    panel: BTreeMap<usize, Vec<PanelRow>>,
}

/// What becomes of records.
enum Kept<'a> {
    /// They become tables.
    Collected(Box<Collected<'a>>),
    /// Somebody else takes what is needed of them.
    HandedOn(&'a mut (dyn FnMut(&ReplicateRecord) + Send)),
}

impl<'a> Kept<'a> {
    fn collected(scenario: &Scenario, by_county: &'a mut (dyn FnMut(&[CountyYear]) + Send)) -> Self {
        let collector = Collector::new(design(scenario));
        Self::Collected(Box::new(Collected { collector, by_county, next: 0, waiting: BTreeMap::new() }))
    }
}

/// Tables in the making.
struct Collected<'a> {
    collector: Collector,
    by_county: &'a mut (dyn FnMut(&[CountyYear]) + Send),
    /// The next county to be handed on, and those that wait for it: as many as threads, about.
    next: usize,
    waiting: BTreeMap<usize, Vec<CountyYear>>,
}

impl Collected<'_> {
    fn add_county(&mut self, job: usize, rows: Vec<CountyYear>, of: (usize, u64)) {
        self.collector.add_county(&rows, of);
        self.waiting.insert(job, rows);
        while let Some(rows) = self.waiting.remove(&self.next) {
            (self.by_county)(&rows);
            self.next += 1;
        }
    }
}

/// A replicate under way.
struct Open {
    record: ReplicateRecord,
    missing: usize,
}

impl<'k> Gathered<'k> {
    fn new(batch: &Batch, kept: Kept<'k>) -> Self {
        Self {
            kept,
            counties: tasks(batch.scenario).len(),
            open: BTreeMap::new(),
            counts: Counts { households: u64::from(batch.scenario.plan.households), ..Counts::default() },
            panel: BTreeMap::new(),
        }
    }

    fn collector(&self) -> Option<&Collector> {
        match &self.kept {
            Kept::Collected(collected) => Some(&collected.collector),
            Kept::HandedOn(_) => None,
        }
    }

    /// Adds a county: whole numbers, so the order in which counties come is no part of the result.
    fn add(
        &mut self,
        job: usize,
        county: CountyRecord,
        rows: Vec<CountyYear>,
        empty: impl FnOnce() -> ReplicateRecord,
    ) {
        let replicate = u32::try_from(job / self.counties).expect("replicates are counted in u32");
        if let Kept::Collected(collected) = &mut self.kept {
            collected.add_county(job, rows, (county.place, county.persons));
        }
        self.counts.counties += 1;
        self.counts.persons += county.persons;
        self.counts.persons_represented += county.persons_represented;
        self.counts.person_years += county.person_years;
        let new = || Open { record: empty(), missing: self.counties };
        let open = self.open.entry(replicate).or_insert_with(new);
        add_county(&mut open.record, &county);
        open.missing -= 1;
        if open.missing == 0
            && let Some(whole) = self.open.remove(&replicate)
        {
            match &mut self.kept {
                Kept::Collected(collected) => collected.collector.add(&whole.record),
                Kept::HandedOn(by_replicate) => by_replicate(&whole.record),
            }
        }
        if !county.panel.is_empty() {
            self.panel.insert(job, county.panel);
        }
    }

    fn finish(self) -> Finished {
        Finished {
            results: match self.kept {
                Kept::Collected(collected) => collected.collector.finish(),
                Kept::HandedOn(_) => Results::default(),
            },
            counts: self.counts,
            panel: self.panel.into_values().flatten().collect(),
        }
    }
}

/// The counties of the first replicate: households are shared out over places, and over the counties of each by
/// size where they differ, else evenly, the first counties taking the remainder.
#[must_use]
pub fn tasks(scenario: &Scenario) -> Vec<CountyTask> {
    let mut tasks = Vec::new();
    let key = Key { seed: scenario.plan.seed, replicate: 0 };
    let shares: Vec<f64> = scenario.places.iter().map(|place| place.share).collect();
    for (at, households) in shared_out(scenario.plan.households, &shares).into_iter().enumerate() {
        let place = &scenario.places[at];
        let weights =
            Weights { factor: scenario.plan.sampling_factor, unregistered: place.unregistered_weight };
        for (number, households) in (0..).zip(households_by_county(place, households)) {
            let county = u16::try_from(tasks.len()).expect("at most 4,096 counties");
            let (first, panel) = (0, scenario.output.panel);
            tasks.push(CountyTask { key, place: at, county, number, first, households, weights, panel });
        }
    }
    tasks
}

/// Households of each county of a place, at least one.
fn households_by_county(place: &Place, households: u32) -> Vec<u32> {
    if place.spread.is_some() {
        let sizes = heterogeneity::sizes(place);
        return shared_out(households.saturating_sub(place.counties), &sizes)
            .into_iter()
            .map(|more| 1 + more)
            .collect();
    }
    let counties = place.counties;
    (0..counties).map(|index| households / counties + u32::from(index < households % counties)).collect()
}

impl CountyTask {
    /// The same county in another replicate.
    fn of_replicate(self, scenario: &Scenario, replicate: u32) -> Self {
        Self {
            key: Key { replicate: u64::from(replicate), ..self.key },
            panel: scenario.output.panel && replicate < scenario.output.panel_replicates,
            ..self
        }
    }
}

/// Households by share, by largest remainder.
fn shared_out(households: u32, shares: &[f64]) -> Vec<u32> {
    let total = f64::from(households);
    let exact: Vec<f64> = shares.iter().map(|share| share * total).collect();
    // Shares of a u32.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let mut whole: Vec<u32> = exact.iter().map(|x| *x as u32).collect();
    let mut order: Vec<usize> = (0..whole.len()).collect();
    order.sort_by(|a, b| (exact[*b].fract()).total_cmp(&exact[*a].fract()));
    let missing = households.saturating_sub(whole.iter().sum());
    for at in order.into_iter().cycle().take(missing as usize) {
        whole[at] += 1;
    }
    whole
}

fn empty_record(scenario: &Scenario, facts: &[(Year, YearFacts)], replicate: u32) -> ReplicateRecord {
    let (regimes, years, places) = (scenario.regimes.len(), facts.len(), scenario.places.len());
    ReplicateRecord {
        replicate,
        sums: vec![vec![vec![Sums::default(); places]; years]; regimes],
        histograms: vec![vec![vec![Histograms::default(); places]; years]; regimes],
        flows: vec![vec![Flows::default(); years]; regimes],
        counties: vec![vec![vec![CountySums::default(); places]; years]; regimes],
        descent: vec![Descent::default(); regimes],
        facts: facts.iter().map(|(_, facts)| *facts).collect(),
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

/// What each of some jobs gives, in their order; the jobs run in parallel, begun from first to last.
///
/// # Errors
/// [`Interrupted`] as soon as a job says so.
pub fn in_parallel<T: Send>(
    jobs: usize,
    each: impl Fn(usize) -> Result<T, Interrupted> + Sync + Send,
) -> Result<Vec<T>, Interrupted> {
    let done = Mutex::new(BTreeMap::new());
    in_order(jobs, |job| {
        let result = each(job)?;
        done.lock().expect("no job panics while it hands over").insert(job, result);
        Ok(())
    })?;
    Ok(done.into_inner().expect("no job panics while it hands over").into_values().collect())
}

/// Does the jobs from first to last, each begun after all before it were begun: so at any time only as many are
/// under way as there are threads, however many there are in all.
#[cfg(feature = "parallel")]
fn in_order(
    jobs: usize,
    each: impl Fn(usize) -> Result<(), Interrupted> + Sync + Send,
) -> Result<(), Interrupted> {
    use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
    let (next, stopped) = (AtomicUsize::new(0), AtomicBool::new(false));
    let work = || {
        while !stopped.load(Ordering::Relaxed) {
            let job = next.fetch_add(1, Ordering::Relaxed);
            if job >= jobs {
                return;
            }
            if each(job).is_err() {
                stopped.store(true, Ordering::Relaxed);
            }
        }
    };
    rayon::scope(|scope| {
        for _ in 0..rayon::current_num_threads() {
            scope.spawn(|_| work());
        }
    });
    if stopped.into_inner() { Err(Interrupted) } else { Ok(()) }
}

#[cfg(not(feature = "parallel"))]
fn in_order(
    jobs: usize,
    each: impl Fn(usize) -> Result<(), Interrupted> + Sync + Send,
) -> Result<(), Interrupted> {
    (0..jobs).try_for_each(each)
}
