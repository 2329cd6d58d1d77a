//! What the difference between two regimes depends on: which of the numbers that nobody knows exactly move the conclusion.
//!
//! The result that is looked at is not what a regime comes to but the *paired difference* between two of them, lived by the same
//! twins: lifted people ever returned, public outlay, hardship, catastrophic spending, all from the same runs. Parameters
//! are independent, each uniform between the ends of its prior on the prior's scale ([`crate::uncertainty::Prior`]). Every point has the scenario's seed, so points are twins too, and
//! what differs between them is the parameters, not the luck.
//!
//! 1. [`screening`](Study::screen): Morris trajectories over all parameters ([`crate::design::morris`]).
//! 2. [`indices`](Study::indices): first-order and total indices of variance over the few that matter most
//!    ([`crate::design::saltelli`]), all others at their values.
//! 3. [`tornado`](Study::tornado): each parameter at both ends of its prior, all others at their values.
//!
//! A point that the scenario's check refuses has no result: it is counted, and what would have needed it is left out.

pub mod files;
pub mod keys;
pub mod noise;

use std::collections::BTreeMap;

use crate::design::bootstrap::Estimate;
use crate::design::morris::{self, Screened, elementary_effects, screen, trajectories};
use crate::design::saltelli::{self, Indices};
use crate::experiment::{Interrupted, Watch, counties, in_parallel, run_by_replicate};
use crate::measures::catalogue::Label;
use crate::measures::compute::totals;
use crate::measures::outlay::{CATASTROPHIC, HARDSHIP, OUTLAY, PUBLIC_OUTLAY, RETURNED, Totals};
use crate::measures::statistics::{CriticalValues, mean};
use crate::measures::table::Statistics;
use crate::scenario::{Override, Scenario, ScenarioError};
use crate::uncertainty::Loader;
use crate::units::Year;
use keys::Factor;
use noise::{Noise, noise};

/// The quantities whose paired difference is looked at, the conclusion first.
pub const QUANTITIES: [&str; 4] = [RETURNED, PUBLIC_OUTLAY, HARDSHIP, CATASTROPHIC];

/// Unit and label of a quantity.
#[must_use]
pub fn unit_and_label(quantity: usize) -> (&'static str, Label) {
    let (_, unit, label) = OUTLAY
        .iter()
        .find(|(id, _, _)| *id == QUANTITIES[quantity])
        .expect("each is a quantity of outlay.csv");
    (unit, *label)
}

const fn of_totals(totals: &Totals) -> [f64; QUANTITIES.len()] {
    [totals.returned, totals.outlay, totals.hardship, totals.catastrophic]
}

/// What two regimes differ by at a point: `[quantity][replicate]`, the second less the first.
pub type Differences = [Vec<f64>; QUANTITIES.len()];

/// The differences at points, and why some have none.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Points {
    /// One a point; nothing where the scenario's check refuses it.
    pub differences: Vec<Option<Differences>>,
    /// What the check said, with the number of points of which it was the first thing it said.
    pub refused: BTreeMap<String, usize>,
}

impl Points {
    /// Number of points.
    #[must_use]
    pub const fn count(&self) -> usize {
        self.differences.len()
    }

    /// Number of points without a result.
    #[must_use]
    pub fn refusals(&self) -> usize {
        self.refused.values().sum()
    }

    /// Mean differences of a quantity; nothing where it is undefined in a replicate.
    #[must_use]
    pub fn means(&self, quantity: usize) -> Vec<Option<f64>> {
        let of =
            |point: &Option<Differences>| mean(&point.as_ref()?[quantity]).filter(|mean| mean.is_finite());
        self.differences.iter().map(of).collect()
    }

    /// How noisy a quantity is over the points that have it.
    #[must_use]
    pub fn noise(&self, quantity: usize) -> Option<Noise> {
        let defined = |point: &&[f64]| point.iter().all(|y| y.is_finite());
        let points: Vec<&[f64]> = self
            .differences
            .iter()
            .flatten()
            .map(|point| point[quantity].as_slice())
            .filter(defined)
            .collect();
        noise(&points)
    }
}

/// What is asked.
pub struct Study<'a> {
    /// Makes the scenario of a point.
    pub load: &'a Loader<'a>,
    /// Ids of the two regimes.
    pub pair: [String; 2],
    /// The parameters.
    pub factors: Vec<Factor>,
    /// Seed of the designs, which is the scenario's.
    pub seed: u64,
}

/// What screening found.
#[derive(Debug, Clone, PartialEq)]
pub struct Screening {
    /// Number of trajectories.
    pub trajectories: usize,
    /// Points and their differences.
    pub points: Points,
    /// `[quantity][parameter]`; nothing where no elementary effect is known.
    pub screened: Vec<Vec<Option<Screened>>>,
}

/// What the indices of variance are.
#[derive(Debug, Clone, PartialEq)]
pub struct Variance {
    /// Parameters that were varied, by their place among the factors.
    pub factors: Vec<usize>,
    /// Rows of the design.
    pub rows: usize,
    /// Points and their differences.
    pub points: Points,
    /// By quantity.
    pub indices: Vec<Indices>,
}

/// The differences with each parameter at both ends.
#[derive(Debug, Clone, PartialEq)]
pub struct Tornado {
    /// Low end, high end of each parameter.
    pub points: Points,
}

impl Study<'_> {
    /// The difference with all parameters at the scenario's values.
    ///
    /// # Errors
    /// [`Interrupted`] if the watcher stops it.
    pub fn centre(&self, scenario: &Scenario, watch: &dyn Watch) -> Result<Differences, Interrupted> {
        differences(scenario, &self.pair, watch)
    }

    /// Screens all parameters by Morris trajectories.
    ///
    /// # Errors
    /// [`Interrupted`] if the watcher stops it.
    pub fn screen(&self, count: usize, watch: &dyn Watch) -> Result<Screening, Interrupted> {
        let walks = trajectories(count, self.factors.len(), self.seed);
        let all: Vec<usize> = (0..self.factors.len()).collect();
        let flat: Vec<Vec<f64>> = walks.iter().flat_map(|walk| walk.points.clone()).collect();
        let points = self.evaluate(&all, &flat, "morris", watch)?;
        let of_quantity = |quantity: usize| {
            let means = points.means(quantity);
            let values: Vec<Vec<Option<f64>>> =
                means.chunks(self.factors.len() + 1).map(<[_]>::to_vec).collect();
            elementary_effects(&walks, &values).iter().map(|effects| screen(effects, self.seed)).collect()
        };
        let screened = (0..QUANTITIES.len()).map(of_quantity).collect();
        Ok(Screening { trajectories: count, points, screened })
    }

    /// Indices of variance over some parameters, all others at their values.
    ///
    /// # Errors
    /// [`Interrupted`] if the watcher stops it.
    ///
    /// # Panics
    /// With more parameters or rows than [`saltelli::design`] has.
    pub fn indices(
        &self,
        factors: Vec<usize>,
        rows: usize,
        watch: &dyn Watch,
    ) -> Result<Variance, Interrupted> {
        let design = saltelli::design(rows, factors.len(), self.seed);
        let points = self.evaluate(&factors, &design, "sobol", watch)?;
        let of_quantity =
            |quantity| saltelli::indices(rows, factors.len(), &points.means(quantity), self.seed);
        let indices = (0..QUANTITIES.len()).map(of_quantity).collect();
        Ok(Variance { factors, rows, points, indices })
    }

    /// Each parameter at both ends of its prior, all others at their values.
    ///
    /// # Errors
    /// [`Interrupted`] if the watcher stops it.
    pub fn tornado(&self, watch: &dyn Watch) -> Result<Tornado, Interrupted> {
        let end = |job: usize| Point {
            factors: vec![job / 2],
            at: vec![if job.is_multiple_of(2) { 0.0 } else { 1.0 }],
            origin: "tornado",
        };
        Ok(Tornado { points: self.differences(2 * self.factors.len(), end, watch)? })
    }

    fn evaluate(
        &self,
        factors: &[usize],
        points: &[Vec<f64>],
        origin: &'static str,
        watch: &dyn Watch,
    ) -> Result<Points, Interrupted> {
        let point = |job: usize| Point { factors: factors.to_vec(), at: points[job].clone(), origin };
        self.differences(points.len(), point, watch)
    }

    fn differences(
        &self,
        count: usize,
        point: impl Fn(usize) -> Point + Sync + Send,
        watch: &dyn Watch,
    ) -> Result<Points, Interrupted> {
        let found = in_parallel(count, |job| {
            if watch.stopped() {
                return Err(Interrupted);
            }
            match (self.load)(&point(job).settings(&self.factors)) {
                Ok(scenario) => Ok(Ok(differences(&scenario, &self.pair, watch)?)),
                Err(error) => Ok(Err(first_problem(&error))),
            }
        })?;
        let mut points = Points::default();
        for one in found {
            match one {
                Ok(differences) => points.differences.push(Some(differences)),
                Err(problem) => {
                    points.differences.push(None);
                    *points.refused.entry(problem).or_default() += 1;
                }
            }
        }
        Ok(points)
    }
}

/// Where a study looks: some parameters, each at a share of the way through its prior.
struct Point {
    factors: Vec<usize>,
    at: Vec<f64>,
    origin: &'static str,
}

impl Point {
    fn settings(&self, factors: &[Factor]) -> Vec<Override> {
        let set = |(factor, at): (&usize, &f64)| {
            let factor = &factors[*factor];
            factor.set(factor.at(*at), self.origin)
        };
        self.factors.iter().zip(&self.at).map(set).collect()
    }
}

fn first_problem(error: &ScenarioError) -> String {
    error.problems().first().map_or_else(|| error.to_string(), |problem| problem.message.clone())
}

/// Runs the two regimes and nothing else.
fn differences(
    scenario: &Scenario,
    pair: &[String; 2],
    watch: &dyn Watch,
) -> Result<Differences, Interrupted> {
    let regime = |id: &String| scenario.regimes.iter().find(|regime| regime.id == *id).cloned();
    let regimes: Vec<_> = pair.iter().filter_map(regime).collect();
    let mut scenario = Scenario { regimes, baseline: 0, ..scenario.clone() };
    scenario.output.panel = false;
    let mut found = BTreeMap::new();
    run_by_replicate(&scenario, watch, &mut |record| {
        if let [first, second] = totals(record, 0).as_slice() {
            let (first, second) = (of_totals(first), of_totals(second));
            found.insert(record.replicate, std::array::from_fn::<f64, 4, _>(|at| second[at] - first[at]));
        }
    })?;
    Ok(std::array::from_fn(|quantity| found.values().map(|differences| differences[quantity]).collect()))
}

/// Counties that a number of points goes through, for a progress bar.
#[must_use]
pub fn work(scenario: &Scenario, points: usize) -> u64 {
    counties(scenario) * u64::from(scenario.plan.replicates) * points as u64
}

/// Points of all that a study is asked to do.
#[must_use]
pub const fn sizes(factors: usize, trajectories: usize, rows: usize, most: usize) -> [usize; 3] {
    let most = if most < factors { most } else { factors };
    [morris::size(trajectories, factors), saltelli::size(rows, most), 2 * factors]
}

/// What a study found.
#[derive(Debug, Clone, PartialEq)]
pub struct Sensitivity {
    /// Name of the scenario.
    pub scenario: String,
    /// First and last reported year.
    pub years: (Year, Year),
    /// Ids and labels (en, zh) of the two regimes; differences are the second less the first.
    pub pair: [(String, String, String); 2],
    /// Replicates of each point.
    pub replicates: u32,
    /// Households of each replicate.
    pub households: u32,
    /// The parameters.
    pub factors: Vec<Factor>,
    /// The difference at the scenario's values.
    pub centre: Differences,
    /// Step 1, if asked for.
    pub screening: Option<Screening>,
    /// Step 2.
    pub variance: Option<Variance>,
    /// Step 3.
    pub tornado: Option<Tornado>,
}

/// How far a parameter moves the difference.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Swing {
    /// With the parameter at its low end and at its high one.
    pub ends: [Statistics; 2],
    /// High less low, paired.
    pub swing: Statistics,
}

impl Sensitivity {
    /// The difference of a quantity at the scenario's values, over replicates.
    #[must_use]
    pub fn at_values(&self, quantity: usize) -> Statistics {
        describe(&self.centre[quantity])
    }

    /// What a parameter's ends do to a quantity, where both ends have a result.
    #[must_use]
    pub fn swing(&self, quantity: usize, factor: usize) -> Option<Swing> {
        let points = &self.tornado.as_ref()?.points.differences;
        let end = |at: usize| Some(points[2 * factor + at].as_ref()?[quantity].as_slice());
        let (low, high) = (end(0)?, end(1)?);
        let moved: Vec<f64> = high.iter().zip(low).map(|(high, low)| high - low).collect();
        Some(Swing { ends: [describe(low), describe(high)], swing: describe(&moved) })
    }

    /// The parameters that move a quantity most, the first one most, each with the number that says so: the total index where
    /// indices were found, else μ*, else the swing between the ends.
    #[must_use]
    pub fn most(&self, quantity: usize) -> Vec<(usize, f64)> {
        let value = |estimate: &Option<Estimate>| estimate.map(|estimate| estimate.value);
        if let Some(variance) = &self.variance {
            let total = variance.indices[quantity].total.iter().map(value);
            return ranked(variance.factors.iter().copied().zip(total));
        }
        if let Some(screening) = &self.screening {
            return screening.most(quantity);
        }
        let swing = |factor| self.swing(quantity, factor)?.swing.mean.map(f64::abs);
        ranked((0..self.factors.len()).map(|factor| (factor, swing(factor))))
    }
}

impl Screening {
    /// Parameters by μ*, the largest first.
    #[must_use]
    pub fn most(&self, quantity: usize) -> Vec<(usize, f64)> {
        let mu_star = |screened: &Option<Screened>| screened.map(|screened| screened.mu_star.value);
        ranked(self.screened[quantity].iter().map(mu_star).enumerate())
    }

    /// The parameters that matter most in any quantity: by the largest μ*, over the largest of its quantity.
    #[must_use]
    pub fn important(&self, most: usize) -> Vec<usize> {
        let mut best = BTreeMap::new();
        for quantity in 0..QUANTITIES.len() {
            let ranked = self.most(quantity);
            let largest = ranked.first().map_or(0.0, |(_, largest)| *largest);
            for (factor, value) in ranked.iter().filter(|(_, value)| *value > 0.0) {
                let share = value / largest;
                best.entry(*factor).and_modify(|old: &mut f64| *old = old.max(share)).or_insert(share);
            }
        }
        ranked(best.into_iter().map(|(factor, share)| (factor, Some(share))))
            .into_iter()
            .take(most)
            .map(|(factor, _)| factor)
            .collect()
    }
}

/// By value, the largest first; equal ones in their order.
fn ranked(values: impl Iterator<Item = (usize, Option<f64>)>) -> Vec<(usize, f64)> {
    let mut known: Vec<(usize, f64)> = values.filter_map(|(factor, value)| Some((factor, value?))).collect();
    known.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    known
}

/// Statistics over the replicates in which a value is defined.
fn describe(values: &[f64]) -> Statistics {
    let defined: Vec<f64> = values.iter().copied().filter(|value| value.is_finite()).collect();
    CriticalValues::up_to(defined.len()).describe(&defined)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::Unwatched;
    use crate::scenario::{Options, load_text};

    const SMALL: &str = "name = \"small\"\nextends = \"inclusive-vs-targeted\"\nbaseline = \"targeted\"\n\
        [plan]\nhouseholds = 100\nreplicates = 2\nlast_year = 2022\n[places.poor-county]\ncounties = 1\n";

    fn load(more: &[Override]) -> Result<Scenario, ScenarioError> {
        load_text("small.toml", SMALL, &Options { overrides: more.to_vec(), ..Options::default() })
    }

    fn study(keys: &[&str]) -> Study<'static> {
        let patterns: Vec<String> = keys.iter().map(|&key| key.to_owned()).collect();
        let factors = keys::factors(&load(&[]).unwrap(), &patterns).unwrap();
        Study { load: &load, pair: ["targeted".to_owned(), "inclusive".to_owned()], factors, seed: 1 }
    }

    const THREE: [&str; 3] = [
        "society.care.share_county",
        "society.economy.kin_gift_share",
        "places.poor-county.registered_share",
    ];

    #[test]
    fn a_study_says_the_same_at_any_number_of_threads() {
        let run = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| study(&THREE).screen(2, &Unwatched)).unwrap()
        };
        let one = run(1);
        assert_eq!(one, run(3));
        assert_eq!((one.points.count(), one.points.refusals()), (8, 0));
    }

    #[test]
    fn regimes_differ_and_a_regime_against_itself_does_not() {
        let study = study(&THREE[..2]);
        let scenario = load(&[]).unwrap();
        let found = study.centre(&scenario, &Unwatched).unwrap();
        assert!(found.iter().flatten().any(|difference| *difference != 0.0));
        let same = Study { pair: ["targeted".to_owned(), "targeted".to_owned()], ..study };
        assert_eq!(same.screen(1, &Unwatched).unwrap().points.means(0), [Some(0.0); 3]);
    }

    #[test]
    fn refused_points_are_counted_and_leave_the_rest_alone() {
        let refusing = |more: &[Override]| -> Result<Scenario, ScenarioError> {
            if more.iter().any(|one| {
                one.text.starts_with("society.care.share_county=")
                    && *one.text < *"society.care.share_county=0.5"
            }) {
                return load(&[Override { origin: "x".into(), text: "plan.last_year=2012".into() }]);
            }
            load(more)
        };
        let plain = study(&THREE[..2]);
        let study =
            Study { load: &refusing, factors: plain.factors.clone(), pair: plain.pair.clone(), seed: 1 };
        let tornado = study.tornado(&Unwatched).unwrap();
        assert_eq!((tornado.points.count(), tornado.points.refusals()), (4, 1));
        let all = plain.tornado(&Unwatched).unwrap();
        assert_eq!(tornado.points.differences[1..], all.points.differences[1..]);
        let found = Sensitivity {
            scenario: "small".into(),
            years: (Year::new(2021), Year::new(2022)),
            pair: Default::default(),
            replicates: 2,
            households: 100,
            factors: study.factors.clone(),
            centre: Differences::default(),
            screening: None,
            variance: None,
            tornado: Some(tornado),
        };
        assert!(found.swing(0, 0).is_none() && found.swing(0, 1).is_some());
        assert_eq!(found.most(0).len(), 1);
    }

    #[test]
    fn indices_of_a_study_are_made_of_its_differences() {
        let found = study(&THREE[..2]).indices(vec![1, 0], 4, &Unwatched).unwrap();
        assert_eq!((found.points.count(), found.indices.len()), (16, 4));
        assert_eq!(found.indices[1].rows, 4);
        assert!(found.indices[1].variance.unwrap().value > 0.0);
    }

    #[test]
    fn the_table_has_a_row_a_statistic_and_the_same_bytes_each_time() {
        let study = study(&THREE[..2]);
        let whole = || Sensitivity {
            scenario: "small".into(),
            years: (Year::new(2021), Year::new(2022)),
            pair: Default::default(),
            replicates: 2,
            households: 100,
            factors: study.factors.clone(),
            centre: study.centre(&load(&[]).unwrap(), &Unwatched).unwrap(),
            screening: Some(study.screen(2, &Unwatched).unwrap()),
            variance: Some(study.indices(vec![0, 1], 4, &Unwatched).unwrap()),
            tornado: Some(study.tornado(&Unwatched).unwrap()),
        };
        let (found, text) = (whole(), whole().csv().unwrap());
        assert_eq!(found.csv().unwrap(), text);
        let text = String::from_utf8(text).unwrap();
        let rows = |start: &str| text.lines().filter(|line| line.starts_with(start)).count();
        assert_eq!(text.lines().next(), Some(files::SENSITIVITY_HEAD));
        assert_eq!((rows("values,"), rows("morris,,"), rows("tornado,,")), (4, 2, 2));
        assert_eq!(rows("morris,public_outlay,"), 2 * 3 + 1, "three statistics a parameter, and the noise");
        assert_eq!(rows("sobol,public_outlay,"), 2 * 2 + 3);
        assert_eq!(rows("tornado,public_outlay,"), 2 * 3);
        assert!(text.contains("sobol,,,,points,16,,,16"), "{text}");
    }

    #[test]
    fn what_matters_in_any_quantity_is_important() {
        let effect = |value: f64| screen(&[value, value], 1);
        let none = vec![effect(0.0), effect(0.0), effect(0.0)];
        let screening = Screening {
            trajectories: 2,
            points: Points::default(),
            screened: vec![
                vec![effect(1.0), effect(0.5), None],
                vec![effect(10.0), effect(2.0), effect(-100.0)],
                none.clone(),
                none,
            ],
        };
        assert_eq!(screening.important(3), [0, 2, 1]);
        assert_eq!(screening.important(2), [0, 2]);
        assert_eq!(screening.most(1)[0], (2, 100.0));
    }
}
