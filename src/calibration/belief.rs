//! What is held of a parameter before any target is looked at.
//!
//! Within its range every value is as credible as any other, or, where more parameters are free than targets can tell apart, the evidence
//! that the book's value rests on counts too: a normal distribution about that value with a quarter of the range as its standard deviation,
//! cut off at the ends.

use crate::random::{normal_quantile, normal_share};

/// Standard deviation of a normal belief, as a share of the range.
const SD: f64 = 0.25;
/// Points at which its variance is summed.
const POINTS: u32 = 2000;

/// What is held of a parameter, over its range as 0 to 1 on the scale of its prior.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Belief {
    /// All of the range alike.
    Flat,
    /// Normal about a place, cut off at the ends.
    Normal {
        /// Where.
        centre: f64,
    },
}

impl Belief {
    /// Minus twice the logarithm of its density at a place, but for a constant.
    #[must_use]
    pub fn cost(self, place: f64) -> f64 {
        match self {
            Self::Flat => 0.0,
            Self::Normal { centre } => {
                let away = (place - centre) / SD;
                away * away
            }
        }
    }

    /// A draw from it, by a uniform number.
    #[must_use]
    pub fn draw(self, uniform: f64) -> f64 {
        match self {
            Self::Flat => uniform,
            Self::Normal { centre } => {
                let below = |place: f64| normal_share((place - centre) / SD);
                let (low, high) = (below(0.0), below(1.0));
                (centre + SD * normal_quantile(low + uniform * (high - low))).clamp(0.0, 1.0)
            }
        }
    }

    /// Its variance.
    #[must_use]
    pub fn variance(self) -> f64 {
        let places = (0..POINTS).map(|i| (f64::from(i) + 0.5) / f64::from(POINTS));
        let (mut weights, mut first, mut second) = (0.0, 0.0, 0.0);
        for place in places {
            let weight = libm::exp(-0.5 * self.cost(place));
            weights += weight;
            first += weight * place;
            second += weight * place * place;
        }
        second / weights - (first / weights) * (first / weights)
    }

    /// Its name in files.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Flat => "flat",
            Self::Normal { .. } => "normal",
        }
    }
}

/// What all beliefs cost at a point of the unit cube.
#[must_use]
pub fn cost(beliefs: &[Belief], point: &[f64]) -> f64 {
    beliefs.iter().zip(point).map(|(belief, place)| belief.cost(*place)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_have_the_variance_and_stay_in_the_range() {
        for belief in [Belief::Flat, Belief::Normal { centre: 0.5 }, Belief::Normal { centre: 0.0 }] {
            let draws: Vec<f64> = (0..4000).map(|i| belief.draw((f64::from(i) + 0.5) / 4000.0)).collect();
            assert!(draws.iter().all(|draw| (0.0..=1.0).contains(draw)));
            let variance = crate::measures::statistics::variance(&draws).expect("there are draws");
            assert!((variance / belief.variance() - 1.0).abs() < 0.01, "{belief:?}: {variance}");
        }
        assert!((Belief::Flat.variance() - 1.0 / 12.0).abs() < 1e-6);
    }

    #[test]
    fn a_quarter_of_the_range_away_costs_one() {
        let normal = Belief::Normal { centre: 0.4 };
        assert!((normal.cost(0.65) - 1.0).abs() < 1e-12 && normal.cost(0.4) == 0.0);
        assert!((cost(&[normal, Belief::Flat, normal], &[0.65, 0.9, 0.15]) - 2.0).abs() < 1e-12);
    }
}
