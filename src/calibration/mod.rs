//! Fitting free parameters to published figures, with what the figures leave open.
//!
//! The model is dear to run, so it is run at few points and [emulated](emulator) between them. Waves of [history matching](wave) leave
//! out what can't be reconciled with the targets and look closer at the rest; an [optimum] is looked for on the emulators and then
//! followed down on the model itself; [draws](ensemble) from the posterior carry what remains open. The model enters as
//! something that gives outcomes at a point of the unit cube ([`Model`]): a parameter at its place in its prior, which is uniform. Runs
//! at two points with the same seed are twins, so an outcome is smooth in the parameters.
//!
//! After Kennedy and O'Hagan (2001), Craig et al. (1997), Vernon, Goldstein and Bower (2010), Andrianakis et al. (2015).

// Points, parameters and targets are counted in thousands at most.
#![allow(clippy::cast_precision_loss)]

pub mod belief;
pub mod cholesky;
pub mod declared;
pub mod emulator;
pub mod ensemble;
pub mod likelihood;
pub mod observed;
pub mod optimum;
pub mod self_check;
pub mod summary;
pub mod told;
pub mod wave;

use std::fmt;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::design;
use crate::random::{Generator, Key, stream};
use crate::units::Year;
use belief::Belief;
use ensemble::Chain;
use likelihood::{Matched, Tails, Target};
use optimum::Lowest;
use wave::Region;

/// Cost of a point that the model refuses.
const REFUSED: f64 = 1e12;
/// Walkers of an ensemble, at least.
const WALKERS: usize = 40;

/// The generator of a numbered part of a calibration.
#[must_use]
pub fn drawn(seed: u64, part: u64) -> Generator {
    Key { seed, replicate: 0 }.generator(part, Year::new(1900), stream::CALIBRATION)
}

/// An even number of walkers, more than twice the parameters.
const fn walkers(dimensions: usize) -> usize {
    let least = 4 * dimensions;
    if least > WALKERS { least } else { WALKERS }
}

/// What the model gives for a target at a point.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Outcome {
    /// Mean over replicates.
    pub mean: f64,
    /// Monte Carlo variance of that mean.
    pub variance: f64,
}

/// Why a calibration stopped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CalibrationError {
    /// Its watcher stopped it.
    Interrupted,
    /// The model refused too many points.
    TooFewPoints {
        /// Points at which it ran.
        found: usize,
        /// Points that an emulator needs.
        needed: usize,
    },
    /// The model failed.
    Model(String),
}

impl fmt::Display for CalibrationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Interrupted => f.write_str("interrupted"),
            Self::TooFewPoints { found, needed } => write!(
                f,
                "the scenario holds at {found} points only, and {needed} are needed: narrow the ranges of the free parameters or \
                 raise `--points`"
            ),
            Self::Model(message) => f.write_str(message),
        }
    }
}

impl std::error::Error for CalibrationError {}

/// What a calibration is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Simulating a wave, from 1.
    Wave(usize),
    /// Fitting emulators and drawing from them.
    Emulators,
    /// Simulating the emulated optimum and draws from the posterior.
    Verification,
    /// Going down on the model itself.
    Polish,
    /// Simulating true parameters of a self-check.
    Truths,
}

/// A model with free parameters, at points of the unit cube.
pub trait Model: Sync {
    /// What it gives at a point, an outcome a target; nothing where it refuses the point.
    ///
    /// # Errors
    /// [`CalibrationError::Interrupted`], [`CalibrationError::Model`].
    fn simulate(&self, point: &[f64]) -> Result<Option<Vec<Outcome>>, CalibrationError>;
    /// Whether it would run at a point: cheap.
    fn allows(&self, point: &[f64]) -> bool;
    /// Says what is being done, and how many simulations it takes.
    fn stage(&self, _stage: Stage, _simulations: usize) {}
}

/// Size of a calibration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settings {
    /// Points of the first wave for each free parameter; later waves have half as many.
    pub points: usize,
    /// Waves.
    pub waves: usize,
    /// Draws from the posterior.
    pub draws: usize,
    /// Of them, simulated.
    pub verify: usize,
    /// Simulations on the way down from the best point.
    pub polish: usize,
    /// Steps of the posterior's ensemble.
    pub steps: usize,
    /// How the errors of targets are distributed.
    pub tails: Tails,
    /// Seed of designs and draws.
    pub seed: u64,
    /// Points that are simulated side by side.
    pub threads: usize,
}

impl Settings {
    /// Points of a wave, from 1.
    #[must_use]
    pub const fn wave_points(&self, wave: usize, parameters: usize) -> usize {
        let all = self.points * parameters;
        if wave == 1 { all } else { all.div_ceil(2) }
    }

    /// Simulations of a calibration, at most.
    #[must_use]
    pub fn simulations(&self, parameters: usize) -> usize {
        let waves: usize = (1..=self.waves).map(|wave| self.wave_points(wave, parameters)).sum();
        waves + 1 + self.verify + self.polish
    }
}

/// A point at which the model ran.
#[derive(Debug, Clone, PartialEq)]
pub struct Simulated {
    /// Where in the unit cube.
    pub point: Vec<f64>,
    /// What it gave.
    pub outcomes: Vec<Outcome>,
}

impl Simulated {
    /// Means of the targets.
    pub fn means(&self) -> impl Iterator<Item = f64> {
        self.outcomes.iter().map(|outcome| outcome.mean)
    }
}

/// What a wave left.
#[derive(Debug, Clone, PartialEq)]
pub struct WaveReport {
    /// Number, from 1.
    pub wave: usize,
    /// Points that were looked at.
    pub points: usize,
    /// Of them, refused.
    pub refused: usize,
    /// Least misfit of any point so far.
    pub lowest_misfit: f64,
    /// Which target counts: the `rank`-th furthest off.
    pub rank: usize,
    /// Up to which implausibility a point stays.
    pub cutoff: f64,
    /// Share of the prior that is not implausible.
    pub share: f64,
    /// Share of the variance that left-out points explain: the least and the median over targets.
    pub explained: (f64, f64),
}

/// A finished calibration.
#[derive(Debug, Clone)]
pub struct Calibrated {
    /// The waves.
    pub waves: Vec<WaveReport>,
    /// Points of the first wave: the prior.
    pub prior: Vec<Simulated>,
    /// The point of all that were simulated that costs least, by misfit and beliefs.
    pub best: Simulated,
    /// Its misfit: what the distances to the targets cost, in errors and Monte Carlo noise, summed.
    pub misfit: f64,
    /// The emulated optimum before it was followed down.
    pub emulated: Lowest,
    /// Emulators of the last wave, with targets and noise.
    pub matched: Matched,
    /// Not-implausible space of the last wave.
    pub region: Region,
    /// Draws from the posterior, evenly along the chain.
    pub draws: Vec<Vec<f64>>,
    /// Those that were simulated.
    pub verified: Vec<Simulated>,
    /// The chain behind them.
    pub chain: Chain,
    /// All points at which the model ran, in their order.
    pub simulated: Vec<Simulated>,
    /// Number of simulations.
    pub simulations: usize,
}

impl Calibrated {
    /// Share of what the emulators said of the simulated draws that lies within two standard errors.
    #[must_use]
    pub fn foretold(&self) -> Option<f64> {
        let within = |simulated: &Simulated| {
            let found = self.matched.predict(&simulated.point);
            let close = |(target, outcome): (usize, &Outcome)| {
                let variance = found[target].variance + self.matched.emulators()[target].roughness();
                let away = outcome.mean - found[target].mean;
                away * away <= 4.0 * variance + 1e-18
            };
            simulated.outcomes.iter().enumerate().filter(|pair| close(*pair)).count()
        };
        let all = self.verified.len() * self.matched.targets().len();
        let close: usize = self.verified.iter().map(within).sum();
        (all > 0).then(|| close as f64 / all as f64)
    }
}

/// Simulates points, several at a time, each on a thread of its own; the answers stand in the order of the points.
///
/// A point's own counties then run one after the other, so that no more points are in memory than threads.
///
/// # Errors
/// Those of the model.
pub fn simulate_all(
    model: &dyn Model,
    points: &[Vec<f64>],
    threads: usize,
) -> Result<Vec<Option<Vec<Outcome>>>, CalibrationError> {
    let next = AtomicUsize::new(0);
    let found = Mutex::new(vec![None; points.len()]);
    let failure = Mutex::new(None);
    let work = || {
        let alone = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("a thread can be had");
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(point) = points.get(index) else { return };
            match alone.install(|| model.simulate(point)) {
                Ok(outcomes) => found.lock().expect("no point panics")[index] = outcomes,
                Err(error) => {
                    next.store(points.len(), Ordering::Relaxed);
                    failure.lock().expect("no point panics").get_or_insert(error);
                    return;
                }
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..threads.min(points.len()).max(1) {
            scope.spawn(work);
        }
    });
    match failure.into_inner().expect("no point panics") {
        Some(error) => Err(error),
        None => Ok(found.into_inner().expect("no point panics")),
    }
}

/// The first points of a design that the model allows; of twenty times as many as asked for.
fn allowed(model: &dyn Model, points: usize, dimensions: usize, seed: u64) -> Vec<Vec<f64>> {
    let most = (20 * points).min(design::MAX_SOBOL_POINTS);
    let all = design::sobol(most, dimensions, seed).into_iter();
    all.filter(|point| model.allows(point)).take(points).collect()
}

/// All that has been simulated so far.
#[derive(Debug, Default)]
struct Log {
    simulated: Vec<Simulated>,
    simulations: usize,
}

impl Log {
    /// Simulates points; those that were refused are dropped. Returns the others.
    fn run(
        &mut self,
        model: &dyn Model,
        points: &[Vec<f64>],
        threads: usize,
    ) -> Result<Vec<Simulated>, CalibrationError> {
        let found = simulate_all(model, points, threads)?;
        let pairs = points.iter().zip(found);
        let made: Vec<Simulated> = pairs
            .filter_map(|(point, outcomes)| Some(Simulated { point: point.clone(), outcomes: outcomes? }))
            .collect();
        self.simulations += points.len();
        self.simulated.extend(made.iter().cloned());
        Ok(made)
    }

    /// The point that costs least, by misfit and beliefs.
    fn lowest(&self, matched: &Matched) -> Option<(f64, &Simulated)> {
        let of = |simulated| (matched.cost(simulated), simulated);
        self.simulated.iter().map(of).min_by(|a, b| a.0.total_cmp(&b.0))
    }
}

/// Fits the parameters of a model to targets; `beliefs` has one of each parameter.
///
/// # Errors
/// [`CalibrationError`] if the model refuses too many points, fails or is stopped.
///
/// # Panics
/// Without parameters, targets or waves.
pub fn calibrate(
    model: &dyn Model,
    beliefs: &[Belief],
    targets: &[Target],
    settings: &Settings,
) -> Result<Calibrated, CalibrationError> {
    let parameters = beliefs.len();
    assert!(parameters > 0 && !targets.is_empty() && settings.waves > 0, "there is something to fit");
    let mut log = Log::default();
    let mut waves: Vec<WaveReport> = Vec::new();
    let mut points = allowed(model, settings.wave_points(1, parameters), parameters, settings.seed);
    let mut prior = Vec::new();
    let mut last = None;
    for wave in 1..=settings.waves {
        model.stage(Stage::Wave(wave), points.len());
        let made = log.run(model, &points, settings.threads)?;
        model.stage(Stage::Emulators, 0);
        let matched = wave::learn(&log.simulated, targets, beliefs, settings.tails)?;
        let seed = settings.seed.wrapping_add(wave as u64);
        let space = wave::Space::find(&matched, &log.simulated, parameters, seed);
        waves.push(report(wave, (points.len(), made.len()), &log, &matched, &space, waves.last()));
        if wave == 1 {
            prior = made;
        }
        if wave < settings.waves {
            let count = settings.wave_points(wave + 1, parameters);
            points = wave::next_points(model, &matched, &space, &log.simulated, count, seed);
        }
        last = Some((matched, space));
    }
    let (matched, space) = last.expect("there is a wave");
    finish(model, parameters, settings, log, waves, prior, &matched, &space)
}

fn report(
    wave: usize,
    (points, made): (usize, usize),
    log: &Log,
    matched: &Matched,
    space: &wave::Space,
    before: Option<&WaveReport>,
) -> WaveReport {
    let mut explained: Vec<f64> =
        matched.emulators().iter().map(|emulator| emulator.left_out().explained).collect();
    explained.sort_by(f64::total_cmp);
    let misfits = log.simulated.iter().map(|simulated| matched.misfit(simulated.means()));
    let lowest = misfits.fold(f64::INFINITY, f64::min);
    let share = before.map_or(1.0, |before| before.share).min(space.share);
    WaveReport {
        wave,
        points,
        refused: points - made,
        lowest_misfit: lowest,
        rank: space.region.rank,
        cutoff: space.region.cutoff,
        share,
        explained: (explained[0], crate::measures::statistics::quantile(&explained, 0.5)),
    }
}

#[allow(clippy::too_many_arguments, reason = "it takes the waves over from `calibrate`")]
fn finish(
    model: &dyn Model,
    parameters: usize,
    settings: &Settings,
    mut log: Log,
    waves: Vec<WaveReport>,
    prior: Vec<Simulated>,
    matched: &Matched,
    space: &wave::Space,
) -> Result<Calibrated, CalibrationError> {
    let chain = wave::posterior(matched, &log.simulated, settings.steps, settings.seed);
    // Three times as many as wanted, since the model may refuse some: what is left is the posterior where the scenario holds.
    let candidates = chain.thinned(3 * settings.draws);
    let permitted: Vec<Vec<f64>> = candidates.into_iter().filter(|point| model.allows(point)).collect();
    let count = settings.draws.min(permitted.len());
    let draws: Vec<Vec<f64>> =
        (0..count).map(|i| permitted[(2 * i + 1) * permitted.len() / (2 * count)].clone()).collect();
    let cost = |point: &[f64]| matched.emulated_misfit(point) + matched.surprise(point);
    let emulated =
        optimum::swarm(&cost, &wave::nearest(&log.simulated, matched, 20), parameters, settings.seed);
    let verify = settings.verify.min(draws.len());
    model.stage(Stage::Verification, verify + 1);
    let of = |i: usize| draws[i * draws.len() / verify].clone();
    let verified = log.run(model, &(0..verify).map(of).collect::<Vec<_>>(), settings.threads)?;
    log.run(model, std::slice::from_ref(&emulated.at), settings.threads)?;
    model.stage(Stage::Polish, settings.polish);
    polish(model, settings, &mut log, matched)?;
    let (_, best) = log.lowest(matched).expect("the model ran at some points");
    let misfit = matched.misfit(best.means());
    Ok(Calibrated {
        waves,
        prior,
        best: best.clone(),
        misfit,
        emulated,
        region: space.region,
        matched: matched.clone(),
        draws,
        verified,
        chain,
        simulations: log.simulations,
        simulated: log.simulated.clone(),
    })
}

/// Follows the cost on the model itself down from the best point so far.
fn polish(
    model: &dyn Model,
    settings: &Settings,
    log: &mut Log,
    matched: &Matched,
) -> Result<(), CalibrationError> {
    let (cost, best) = log.lowest(matched).expect("the model ran at some points");
    let from = Lowest { at: best.point.clone(), cost };
    let seen = Mutex::new((Vec::new(), 0));
    let cost = |point: &[f64]| -> Result<f64, CalibrationError> {
        let outcomes = if model.allows(point) { model.simulate(point)? } else { None };
        let mut seen = seen.lock().expect("no point panics");
        seen.1 += 1;
        let Some(outcomes) = outcomes else { return Ok(REFUSED) };
        let simulated = Simulated { point: point.to_vec(), outcomes };
        let cost = matched.cost(&simulated);
        seen.0.push(simulated);
        Ok(cost)
    };
    let lowest = optimum::polish(&cost, from, settings.polish);
    let (simulated, count) = seen.into_inner().expect("no point panics");
    log.simulated.extend(simulated);
    log.simulations += count;
    lowest.map(|_| ())
}

#[cfg(test)]
mod tests;
