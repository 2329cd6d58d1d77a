//! How far the model is from the targets at a point, as the emulators have it.
//!
//! A target z with standard error e, an emulator that expects E with variance v, and Monte Carlo noise of variance m: the distance is
//! |z − E| / √(e² + v + m), which history matching calls implausibility (Craig et al. 1997), and the likelihood is the density of
//! z − E with that variance, normal or with [heavier tails](Tails). Errors of different targets are taken as independent.

use super::Simulated;
use super::belief::{self, Belief};
use super::emulator::{Emulator, Prediction};
use crate::measures::statistics::t_quantile;
use crate::random::normal_quantile;

/// What was published, and its error.
#[derive(Debug, Clone, PartialEq)]
pub struct Target {
    /// Its id.
    pub id: String,
    /// The value.
    pub value: f64,
    /// Standard deviation of the value less the model's expectation: sampling error and discrepancy.
    pub error_sd: f64,
}

/// How the errors of targets are distributed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tails {
    /// Normal: a target that the model can't meet bends all parameters towards it.
    Normal,
    /// Student's t with 4 degrees of freedom and the same variance (Lange, Little and Taylor 1989): a target that is far off whatever the
    /// parameters are has little say.
    Student,
}

impl Tails {
    /// Minus twice the logarithm of the density of a squared distance in standard errors, but for a constant.
    #[must_use]
    pub fn cost(self, squared: f64) -> f64 {
        match self {
            Self::Normal => squared,
            // (ν + 1) ln(1 + d² / (ν − 2)), since the variance of t is ν / (ν − 2).
            Self::Student => 5.0 * libm::log1p(squared / 2.0),
        }
    }

    /// A draw of an error in standard errors from a uniform number in (0, 1).
    #[must_use]
    pub fn draw(self, uniform: f64) -> f64 {
        match self {
            Self::Normal => normal_quantile(uniform),
            Self::Student => t_quantile(uniform, 4.0) / std::f64::consts::SQRT_2,
        }
    }

    /// Its name in files.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Normal => "normal",
            Self::Student => "student",
        }
    }

    /// The one with a name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        [Self::Normal, Self::Student].into_iter().find(|tails| tails.name() == name)
    }
}

/// How a point lies to the targets.
#[derive(Debug, Clone, PartialEq)]
pub struct Assessment {
    /// Implausibility of each target, the greatest first.
    pub implausibility: Vec<f64>,
    /// Logarithm of the likelihood times the density of beliefs, but for a constant.
    pub log_density: f64,
}

impl Assessment {
    /// Implausibility of the target that is the `rank`-th furthest off, from 1.
    #[must_use]
    pub fn at(&self, rank: usize) -> f64 {
        self.implausibility.get(rank - 1).or(self.implausibility.last()).copied().unwrap_or(0.0)
    }
}

/// Targets with an emulator each.
#[derive(Debug, Clone)]
pub struct Matched {
    targets: Vec<Target>,
    emulators: Vec<Emulator>,
    /// Monte Carlo variance of each.
    noise: Vec<f64>,
    beliefs: Vec<Belief>,
    tails: Tails,
}

impl Matched {
    /// Puts targets, emulators and Monte Carlo variances together, and what is held of each parameter before.
    ///
    /// # Panics
    /// If they are not as many.
    #[must_use]
    pub fn new(
        targets: Vec<Target>,
        emulators: Vec<Emulator>,
        noise: Vec<f64>,
        beliefs: Vec<Belief>,
        tails: Tails,
    ) -> Self {
        assert!(targets.len() == emulators.len() && targets.len() == noise.len(), "one of each a target");
        Self { targets, emulators, noise, beliefs, tails }
    }

    /// The targets.
    #[must_use]
    pub fn targets(&self) -> &[Target] {
        &self.targets
    }

    /// Their emulators.
    #[must_use]
    pub fn emulators(&self) -> &[Emulator] {
        &self.emulators
    }

    /// Their Monte Carlo variances.
    #[must_use]
    pub fn noise(&self) -> &[f64] {
        &self.noise
    }

    /// The same emulators for other published values.
    #[must_use]
    pub fn with_values(&self, values: &[f64]) -> Self {
        let mut other = self.clone();
        for (target, value) in other.targets.iter_mut().zip(values) {
            target.value = *value;
        }
        other
    }

    /// The same with other Monte Carlo variances.
    #[must_use]
    pub fn with_noise(&self, noise: Vec<f64>) -> Self {
        Self { noise, ..self.clone() }
    }

    /// What the emulators expect at a point.
    #[must_use]
    pub fn predict(&self, point: &[f64]) -> Vec<Prediction> {
        self.emulators.iter().map(|emulator| emulator.predict(point)).collect()
    }

    /// Implausibility of each target, the greatest first.
    #[must_use]
    pub fn implausibility(&self, point: &[f64]) -> Vec<f64> {
        self.assess(point).implausibility
    }

    /// Implausibility of the target that is the `rank`-th furthest off, from 1.
    #[must_use]
    pub fn implausibility_at(&self, point: &[f64], rank: usize) -> f64 {
        self.assess(point).at(rank)
    }

    /// How a point lies to the targets.
    #[must_use]
    pub fn assess(&self, point: &[f64]) -> Assessment {
        let mut implausibility = Vec::with_capacity(self.targets.len());
        let mut log_density = -0.5 * self.surprise(point);
        for ((target, noise), emulator) in self.targets.iter().zip(&self.noise).zip(&self.emulators) {
            let Prediction { mean, variance } = emulator.predict(point);
            let variance = target.error_sd * target.error_sd + variance + noise;
            let squared = (target.value - mean) * (target.value - mean) / variance;
            implausibility.push(libm::sqrt(squared));
            log_density -= 0.5 * (self.tails.cost(squared) + libm::log(variance));
        }
        implausibility.sort_by(|a, b| b.total_cmp(a));
        Assessment { implausibility, log_density }
    }

    /// What beliefs cost at a point.
    #[must_use]
    pub fn surprise(&self, point: &[f64]) -> f64 {
        belief::cost(&self.beliefs, point)
    }

    /// What a simulated point costs: its misfit and beliefs, minus twice the logarithm of the posterior's density there.
    #[must_use]
    pub fn cost(&self, simulated: &Simulated) -> f64 {
        self.misfit(simulated.means()) + self.surprise(&simulated.point)
    }

    /// The misfit of the emulated means at a point.
    #[must_use]
    pub fn emulated_misfit(&self, point: &[f64]) -> f64 {
        self.misfit(self.emulators.iter().map(|emulator| emulator.mean(point)))
    }

    /// Sum over targets of what their distances cost, in errors and Monte Carlo noise: with normal errors the sum of squares.
    #[must_use]
    pub fn misfit(&self, values: impl IntoIterator<Item = f64>) -> f64 {
        misfit(&self.targets, &self.noise, values, self.tails)
    }

    /// How errors are distributed.
    #[must_use]
    pub const fn tails(&self) -> Tails {
        self.tails
    }
}

/// Sum over targets of what the distances of some values cost, in errors and Monte Carlo noise.
#[must_use]
pub fn misfit(targets: &[Target], noise: &[f64], values: impl IntoIterator<Item = f64>, tails: Tails) -> f64 {
    let squares = targets.iter().zip(noise).zip(values).map(|((target, noise), value)| {
        let away = target.value - value;
        tails.cost(away * away / (target.error_sd * target.error_sd + noise))
    });
    squares.sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heavier_tails_have_the_same_variance_and_let_go_of_what_is_far_off() {
        let uniform = |i: i32| (f64::from(i) + 0.5) / 200_000.0;
        let squares: f64 = (0..200_000).map(|i| Tails::Student.draw(uniform(i))).map(|x| x * x).sum();
        // The outermost quantiles of 200,000 leave out a little of the variance of a t distribution.
        assert!((squares / 200_000.0 - 1.0).abs() < 0.02, "{squares}");
        let further = |tails: Tails| tails.cost(400.0) - tails.cost(361.0);
        assert!(further(Tails::Normal) > 30.0 && further(Tails::Student) < 0.6);
        assert_eq!((Tails::Normal.cost(4.0), Tails::Student.cost(0.0)), (4.0, 0.0));
        assert_eq!((Tails::named("student"), Tails::named("cauchy")), (Some(Tails::Student), None));
    }
}
