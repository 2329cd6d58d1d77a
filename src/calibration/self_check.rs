//! Whether a calibration finds what is there: true parameters are drawn from the prior, targets simulated from them with another seed and
//! given their errors, and recovered. Intervals are honest if they hold the truth as often as they say.
//!
//! One wave of runs and one set of emulators serve all truths, since each truth would else cost a calibration; so this is a check of a first
//! wave's emulators and of the inference, and a real calibration, whose later waves look closer, does better.

use rayon::iter::{IndexedParallelIterator, IntoParallelRefIterator, ParallelIterator};

use super::belief::Belief;
use super::likelihood::{Matched, Target};
use super::summary::column;
use super::{CalibrationError, Model, Outcome, Settings, Stage, allowed, drawn, simulate_all};
use super::{Simulated, wave};
use crate::measures::statistics::quantile;

/// What intervals claim to hold.
pub const LEVEL: f64 = 0.9;
/// How sure the bounds on coverage are, over all parameters together.
const SURE: f64 = 0.95;

/// A truth and what was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Recovered {
    /// True parameters, in the unit cube.
    pub truth: Vec<f64>,
    /// Their interval of 90 %, lower and upper end each.
    pub interval: Vec<(f64, f64)>,
    /// Implausibility of the truth.
    pub implausibility: f64,
}

/// How often the truth was found.
#[derive(Debug, Clone, PartialEq)]
pub struct SelfCheck {
    /// The truths.
    pub recovered: Vec<Recovered>,
    /// Truths that the model refused.
    pub refused: usize,
    /// Simulations that it took.
    pub simulations: usize,
}

/// How often intervals of a parameter held the truth.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Coverage {
    /// Truths held.
    pub held: usize,
    /// Of so many.
    pub of: usize,
    /// The interval of the probability behind, such that those of all parameters hold together in 95 %.
    pub between: (f64, f64),
}

impl Coverage {
    /// Whether it may be what was claimed.
    #[must_use]
    pub fn is_honest(&self) -> bool {
        (self.between.0..=self.between.1).contains(&LEVEL)
    }
}

impl SelfCheck {
    /// Coverage of each parameter.
    #[must_use]
    pub fn coverage(&self) -> Vec<Coverage> {
        let parameters = self.recovered.first().map_or(0, |one| one.truth.len());
        let level = 1.0 - (1.0 - SURE) / parameters.max(1) as f64;
        let of = self.recovered.len();
        let holds =
            |one: &&Recovered, k: usize| (one.interval[k].0..=one.interval[k].1).contains(&one.truth[k]);
        (0..parameters)
            .map(|k| {
                let held = self.recovered.iter().filter(|one| holds(one, k)).count();
                Coverage { held, of, between: binomial_interval(held, of, level) }
            })
            .collect()
    }

    /// How many truths are not implausible.
    #[must_use]
    pub fn plausible(&self) -> usize {
        self.recovered.iter().filter(|one| one.implausibility <= 3.0).count()
    }

    /// Whether the coverage of every parameter may be what was claimed.
    #[must_use]
    pub fn is_honest(&self) -> bool {
        !self.recovered.is_empty() && self.coverage().iter().all(Coverage::is_honest)
    }
}

/// The model twice: as calibrated, and with another seed for the truths.
#[derive(Clone, Copy)]
pub struct Pair<'a> {
    /// The model that learns.
    pub model: &'a dyn Model,
    /// The model that stands for the world.
    pub world: &'a dyn Model,
}

impl std::fmt::Debug for Pair<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Pair")
    }
}

/// Draws so many truths and recovers them.
///
/// # Errors
/// Those of [`calibrate`](super::calibrate).
pub fn self_check(
    pair: Pair,
    beliefs: &[Belief],
    targets: &[Target],
    settings: &Settings,
    count: usize,
) -> Result<SelfCheck, CalibrationError> {
    let parameters = beliefs.len();
    let points = allowed(pair.model, settings.wave_points(1, parameters), parameters, settings.seed);
    pair.model.stage(Stage::Wave(1), points.len());
    let found = simulate_all(pair.model, &points, settings.threads)?;
    let simulated: Vec<Simulated> = points
        .iter()
        .zip(found)
        .filter_map(|(point, outcomes)| Some(Simulated { point: point.clone(), outcomes: outcomes? }))
        .collect();
    let matched = wave::learn(&simulated, targets, beliefs, settings.tails)?;
    let truths = truths(pair.world, beliefs, count, settings.seed);
    pair.world.stage(Stage::Truths, truths.len());
    let worlds = simulate_all(pair.world, &truths, settings.threads)?;
    pair.model.stage(Stage::Emulators, 0);
    let made: Vec<(usize, &Vec<f64>, &Vec<Outcome>)> = truths
        .iter()
        .zip(&worlds)
        .enumerate()
        .filter_map(|(index, (truth, outcomes))| Some((index, truth, outcomes.as_ref()?)))
        .collect();
    let recovered: Vec<Recovered> = made
        .par_iter()
        .with_max_len(1)
        .map(|(index, truth, outcomes)| recover(&matched, &simulated, truth, outcomes, *index, settings))
        .collect();
    let refused = truths.len() - recovered.len();
    Ok(SelfCheck { recovered, refused, simulations: points.len() + truths.len() })
}

/// True parameters from the prior that the model allows.
fn truths(world: &dyn Model, beliefs: &[Belief], count: usize, seed: u64) -> Vec<Vec<f64>> {
    let mut generator = drawn(seed, 3);
    let mut draw = || beliefs.iter().map(|belief| belief.draw(generator.uniform())).collect::<Vec<f64>>();
    let all = (0..20 * count).map(|_| draw());
    all.filter(|point| world.allows(point)).take(count).collect()
}

fn recover(
    matched: &Matched,
    simulated: &[Simulated],
    truth: &[f64],
    outcomes: &[Outcome],
    index: usize,
    settings: &Settings,
) -> Recovered {
    let mut generator = drawn(settings.seed, 1000 + index as u64);
    let pairs = outcomes.iter().zip(matched.targets());
    let values: Vec<f64> = pairs
        .map(|(outcome, target)| outcome.mean + target.error_sd * settings.tails.draw(generator.uniform()))
        .collect();
    // The world has Monte Carlo noise of its own.
    let noise = matched.noise().iter().zip(outcomes).map(|(own, world)| own + world.variance).collect();
    let posed = matched.with_values(&values).with_noise(noise);
    let seed = settings.seed.wrapping_add(7919 * (index as u64 + 1));
    let draws = wave::posterior(&posed, simulated, settings.steps, seed).thinned(4000);
    let interval = (0..truth.len())
        .map(|parameter| {
            let mut values = column(&draws, parameter);
            values.sort_by(f64::total_cmp);
            (quantile(&values, (1.0 - LEVEL) / 2.0), quantile(&values, f64::midpoint(1.0, LEVEL)))
        })
        .collect();
    Recovered { truth: truth.to_vec(), interval, implausibility: posed.implausibility_at(truth, 1) }
}

/// The interval of a probability after `held` of `of` (Clopper and Pearson 1934).
#[must_use]
pub fn binomial_interval(held: usize, of: usize, level: f64) -> (f64, f64) {
    let tail = (1.0 - level) / 2.0;
    let solve = |at_most: usize, wanted: f64| {
        // The distribution function falls in the probability.
        let (mut low, mut high) = (0.0, 1.0);
        for _ in 0..60 {
            let middle = f64::midpoint(low, high);
            if binomial_at_most(at_most, of, middle) > wanted { low = middle } else { high = middle }
        }
        f64::midpoint(low, high)
    };
    let low = if held == 0 { 0.0 } else { solve(held - 1, 1.0 - tail) };
    let high = if held == of { 1.0 } else { solve(held, tail) };
    (low, high)
}

/// Probability of at most so many of `of`.
fn binomial_at_most(most: usize, of: usize, p: f64) -> f64 {
    let n = of as f64;
    let term = |k: usize| {
        let k = k as f64;
        let ways = libm::lgamma(n + 1.0) - libm::lgamma(k + 1.0) - libm::lgamma(n - k + 1.0);
        libm::exp(ways + k * libm::log(p) + (n - k) * libm::log1p(-p))
    };
    (0..=most).map(term).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn binomial_intervals_are_those_of_the_books() {
        // Clopper and Pearson (1934): 10 of 10 at 95 % from 0.6915, since 0.025^(1/10) = 0.6915; 0 of 10 up to 0.3085.
        let (low, high) = binomial_interval(10, 10, 0.95);
        assert!((low - 0.691_5).abs() < 1e-4 && high == 1.0);
        let (low, high) = binomial_interval(0, 10, 0.95);
        assert!(low == 0.0 && (high - 0.308_5).abs() < 1e-4);
        // The middle of a symmetric case.
        let (low, high) = binomial_interval(5, 10, 0.95);
        assert!((low + high - 1.0).abs() < 1e-9 && (low - 0.187_1).abs() < 1e-4);
    }
}
