//! What draws from a posterior say of each parameter, and of pairs of them.

use super::belief::Belief;
use crate::measures::statistics::{covariance, mean, quantile, variance};

/// Under which share of prior variance removed a parameter counts as not pinned down.
pub const PINNED_FROM: f64 = 0.25;

/// A parameter before and after.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ParameterSummary {
    /// Value at the best point.
    pub best: f64,
    /// Posterior mean.
    pub mean: f64,
    /// Posterior standard deviation.
    pub sd: f64,
    /// 2.5 % quantile.
    pub low: f64,
    /// 97.5 % quantile.
    pub high: f64,
    /// Share of the variance held before that the targets removed, on the scale of the prior; 0 where they say nothing.
    pub removed: f64,
}

impl ParameterSummary {
    /// The summary of a parameter from its draws in the unit interval, its best place there, what was held of it before, and what a
    /// place stands for.
    ///
    /// # Panics
    /// With fewer than two draws.
    #[must_use]
    pub fn of(draws: &[f64], best: f64, belief: Belief, value: &dyn Fn(f64) -> f64) -> Self {
        let mut values: Vec<f64> = draws.iter().map(|share| value(*share)).collect();
        let spread = |values: &[f64]| variance(values).expect("there are draws");
        let (mean, sd) = (mean(&values).expect("there are draws"), libm::sqrt(spread(&values)));
        values.sort_by(f64::total_cmp);
        Self {
            best: value(best),
            mean,
            sd,
            low: quantile(&values, 0.025),
            high: quantile(&values, 0.975),
            removed: (1.0 - spread(draws) / belief.variance()).max(0.0),
        }
    }

    /// Whether the targets pin it down.
    #[must_use]
    pub fn is_pinned(&self) -> bool {
        self.removed >= PINNED_FROM
    }
}

/// The draws of one parameter.
#[must_use]
pub fn column(draws: &[Vec<f64>], parameter: usize) -> Vec<f64> {
    draws.iter().map(|draw| draw[parameter]).collect()
}

/// Correlations of all pairs of parameters, `[one][other]`; nought where one doesn't vary.
#[must_use]
pub fn correlations(draws: &[Vec<f64>]) -> Vec<Vec<f64>> {
    let dimensions = draws.first().map_or(0, Vec::len);
    let columns: Vec<Vec<f64>> = (0..dimensions).map(|parameter| column(draws, parameter)).collect();
    let sd: Vec<f64> = columns.iter().map(|values| libm::sqrt(variance(values).unwrap_or(0.0))).collect();
    let of = |i: usize, j: usize| match covariance(&columns[i], &columns[j]) {
        _ if i == j => 1.0,
        Some(together) if sd[i] > 0.0 && sd[j] > 0.0 => together / (sd[i] * sd[j]),
        _ => 0.0,
    };
    (0..dimensions).map(|i| (0..dimensions).map(|j| of(i, j)).collect()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn even_draws_remove_nothing() {
        let draws: Vec<f64> = (0..1000).map(|i| (f64::from(i) + 0.5) / 1000.0).collect();
        let found = ParameterSummary::of(&draws, 0.25, Belief::Flat, &|share| 10.0 + 4.0 * share);
        assert!(found.removed < 0.002 && !found.is_pinned());
        assert!((found.mean - 12.0).abs() < 1e-9 && (found.best - 11.0).abs() < 1e-12);
        assert!((found.low - 10.1).abs() < 0.005 && (found.high - 13.9).abs() < 0.005);
        let half: Vec<f64> = draws.iter().map(|x| 0.25 + x / 2.0).collect();
        assert!((ParameterSummary::of(&half, 0.5, Belief::Flat, &|x| x).removed - 0.75).abs() < 0.002);
    }

    #[test]
    fn correlations_are_those_of_the_draws() {
        let draws: Vec<Vec<f64>> = [0.1, 0.4, 0.7, 0.2].iter().map(|x| vec![*x, 1.0 - x, 0.5]).collect();
        let found = correlations(&draws);
        assert!((found[0][1] + 1.0).abs() < 1e-12 && found[0][0] == 1.0 && found[0][2] == 0.0);
    }
}
