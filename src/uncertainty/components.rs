//! Components of variance: how much of a result's spread is chance, parameters, and the choice of scenario.
//!
//! A run at `D` draws of parameters with `R` replicates each is a one-way layout (Searle, Casella and McCulloch 1992, ch. 3): the mean
//! square within draws estimates the variance of chance σ², that between draws estimates σ² + R·τ², τ² the variance that parameters
//! bring. A negative estimate of τ² is set to nought. With several scenarios at the same draws, the variance of their means over draws, less
//! what draws and chance give it, is the scenarios' own.

use crate::measures::statistics::{mean, quantile, t_quantile, variance};

/// A quantity over draws of parameters.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Components {
    /// Mean over all replicates.
    pub mean: f64,
    /// Ends of the 95 % t interval of the mean as far as chance goes, draws held fixed.
    pub monte_carlo: Option<(f64, f64)>,
    /// 2.5 and 97.5 % quantiles over draws, with what chance adds to their spread taken out; nothing with under two draws.
    pub parameter: Option<(f64, f64)>,
    /// Variance between replicates of the same draw.
    pub variance_monte_carlo: Option<f64>,
    /// Variance between draws, chance taken out.
    pub variance_parameter: Option<f64>,
    /// Number of draws with a value.
    pub draws: usize,
    /// Number of replicates with a value.
    pub replicates: usize,
}

impl Components {
    /// Of the values of replicates by draw. Draws without a value are left out; nothing if all are.
    #[must_use]
    pub fn of(values: &[Vec<f64>]) -> Option<Self> {
        let draws: Vec<&Vec<f64>> = values.iter().filter(|values| !values.is_empty()).collect();
        let means: Vec<f64> = draws.iter().filter_map(|values| mean(values)).collect();
        let centre = mean(&means)?;
        let replicates: usize = draws.iter().map(|values| values.len()).sum();
        // Draws weigh alike, so a draw with fewer defined replicates isn't slighted.
        let within: Vec<f64> = draws.iter().filter_map(|values| variance(values)).collect();
        let chance = mean(&within);
        let noise = chance.map(|chance| {
            let shares = draws.iter().map(|values| chance / real(values.len()));
            mean(&shares.collect::<Vec<f64>>()).unwrap_or(0.0)
        });
        let between = match (variance(&means), noise) {
            (Some(between), Some(noise)) => Some((between - noise).max(0.0)),
            _ => None,
        };
        let degrees = replicates.saturating_sub(draws.len());
        let monte_carlo = noise.filter(|_| degrees > 0).map(|noise| {
            let half = t_quantile(0.975, real(degrees)) * libm::sqrt(noise / real(draws.len()));
            (centre - half, centre + half)
        });
        let parameter = between.zip(noise).map(|(between, _)| spread(&means, centre, between));
        Some(Self {
            mean: centre,
            monte_carlo,
            parameter,
            variance_monte_carlo: chance,
            variance_parameter: between,
            draws: draws.len(),
            replicates,
        })
    }
}

/// Quantiles of the means of draws, drawn together to the centre until their variance is that of parameters alone.
fn spread(means: &[f64], centre: f64, between: f64) -> (f64, f64) {
    let observed = variance(means).unwrap_or(0.0);
    let shrink = if observed > 0.0 { libm::sqrt(between / observed) } else { 0.0 };
    let mut shrunk: Vec<f64> = means.iter().map(|mean| centre + shrink * (mean - centre)).collect();
    shrunk.sort_unstable_by(f64::total_cmp);
    (quantile(&shrunk, 0.025), quantile(&shrunk, 0.975))
}

/// Variance between scenarios of their means over draws, less what draws and chance give it; nothing with under two scenarios or under
/// two draws with a value in all of them.
///
/// Scenarios are run at the same draws with the same random numbers, so draws are the blocks of a two-way layout: what moves a
/// draw under all scenarios alike is no noise. What moves it under one and not another is, mean square of interaction over the number
/// of draws (Searle, Casella and McCulloch 1992, ch. 4). `[scenario][draw][replicate]`.
#[must_use]
pub fn between_scenarios(scenarios: &[&[Vec<f64>]]) -> Option<f64> {
    let draws = scenarios.iter().map(|draws| draws.len()).min()?;
    let of_draw =
        |draw: usize| scenarios.iter().map(|draws| mean(&draws[draw])).collect::<Option<Vec<f64>>>();
    let blocks: Vec<Vec<f64>> = (0..draws).filter_map(of_draw).collect();
    let column = |at: usize| mean(&blocks.iter().map(|block| block[at]).collect::<Vec<f64>>());
    let centres: Vec<f64> = (0..scenarios.len()).map(column).collect::<Option<_>>()?;
    let between = variance(&centres)?;
    if blocks.len() < 2 {
        return None;
    }
    let (whole, mut interaction) = (mean(&centres)?, 0.0);
    for block in &blocks {
        let level = mean(block)?;
        let apart = block.iter().zip(&centres).map(|(value, centre)| value - level - centre + whole);
        interaction += apart.map(|apart| apart * apart).sum::<f64>();
    }
    let degrees = real((blocks.len() - 1) * (scenarios.len() - 1));
    Some((between - interaction / degrees / real(blocks.len())).max(0.0))
}

/// Counts of draws and replicates are far below 2^53.
#[allow(clippy::cast_precision_loss)]
const fn real(count: usize) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::normal_quantile;

    fn near(a: f64, b: f64) {
        assert!((a - b).abs() < 1e-12, "{a} {b}");
    }

    #[test]
    fn a_layout_worked_by_hand() {
        // Means 2, 6, 10; within variances 2, 2, 2; between 16; noise 2/2 = 1.
        let found = Components::of(&[vec![1.0, 3.0], vec![5.0, 7.0], vec![9.0, 11.0]]).expect("values");
        near(found.mean, 6.0);
        near(found.variance_monte_carlo.expect("within"), 2.0);
        near(found.variance_parameter.expect("between"), 15.0);
        // Half-width t(0.975; 3)·√(1/3) = 3.182446·0.577350.
        let (low, high) = found.monte_carlo.expect("an interval");
        assert!((high - low - 2.0 * 1.837_386).abs() < 1e-5, "{low} {high}");
        // Means drawn together by √(15/16): 6 ± 3.872983; type 7 at 2.5 % lies 0.05 of the way from the first.
        let (low, high) = found.parameter.expect("an interval");
        assert!(
            (low - (6.0 - 3.872_983 * 0.95)).abs() < 1e-5 && (high - (6.0 + 3.872_983 * 0.95)).abs() < 1e-5
        );
        assert_eq!((found.draws, found.replicates), (3, 6));
    }

    #[test]
    fn chance_alone_gives_parameters_no_variance() {
        let found = Components::of(&[vec![0.0, 10.0], vec![1.0, 9.0], vec![4.0, 6.0]]).expect("values");
        near(found.variance_parameter.expect("between"), 0.0);
        let (low, high) = found.parameter.expect("an interval");
        near(low, 5.0);
        near(high, 5.0);
    }

    #[test]
    fn what_is_undefined_stays_so() {
        assert_eq!(Components::of(&[vec![], vec![]]), None);
        let one = Components::of(&[vec![1.0, 2.0]]).expect("values");
        assert_eq!((one.parameter, one.variance_parameter), (None, None));
        let single = Components::of(&[vec![1.0], vec![2.0]]).expect("values");
        assert_eq!((single.monte_carlo, single.variance_parameter), (None, None));
        let gap = Components::of(&[vec![1.0, 3.0], vec![], vec![5.0, 7.0]]).expect("values");
        assert_eq!((gap.draws, gap.replicates), (2, 4));
    }

    /// Values with known components, from keyed draws.
    fn layout(draws: u32, replicates: u32, parameter_sd: f64, chance_sd: f64) -> Vec<Vec<f64>> {
        let points = crate::design::latin_hypercube(draws as usize, 1 + replicates as usize, 5);
        let of = |point: &Vec<f64>| -> Vec<f64> {
            let centre = parameter_sd * normal_quantile(point[0]);
            point[1..].iter().map(|share| centre + chance_sd * normal_quantile(*share)).collect()
        };
        points.iter().map(of).collect()
    }

    #[test]
    fn components_are_recovered() {
        let found = Components::of(&layout(997, 4, 2.0, 1.0)).expect("values");
        // Standard error of a variance of 997 normals: √(2/996) of it; 4.5 of them. Means of draws have the variance 4 + 1/4.
        let tolerance = 4.5 * libm::sqrt(2.0 / 996.0);
        let parameter = found.variance_parameter.expect("between");
        assert!((parameter / 4.0 - 1.0).abs() < tolerance * 4.25 / 4.0, "{parameter}");
        let chance = found.variance_monte_carlo.expect("within");
        assert!((chance - 1.0).abs() < tolerance, "{chance}");
        // The ends of a normal spread of standard deviation 2: each quantile of 997 has the standard error 2·√(0.025·0.975/997)/0.0584 = 0.169,
        // the distance of the two √2 times as much; 0.6 is 2.5 of them, and a hypercube's points lie more evenly.
        let (low, high) = found.parameter.expect("an interval");
        assert!((high - low - 2.0 * 1.96 * 2.0).abs() < 0.6, "{low} {high}");
    }

    #[test]
    fn scenarios_apart_by_more_than_draws_and_chance() {
        let of = |draws: &[(f64, f64)]| draws.iter().map(|(a, b)| vec![*a, *b]).collect::<Vec<Vec<f64>>>();
        // Draws' means 1, 5, 9 and 3, 10, 11: scenarios' 5 and 8, variance 4.5. Apart from scenario and draw: 1/2, -1, 1/2 and the
        // opposite, sum of squares 3, over 2 degrees of freedom and 3 draws.
        let (first, second) =
            (of(&[(0.0, 2.0), (5.0, 5.0), (8.0, 10.0)]), of(&[(3.0, 3.0), (9.0, 11.0), (10.0, 12.0)]));
        near(between_scenarios(&[&first, &second]).expect("two"), 4.5 - 3.0 / 2.0 / 3.0);
        // A shift that all draws share has no noise, however far draws lie apart.
        let shifted: Vec<Vec<f64>> =
            first.iter().map(|draw| draw.iter().map(|value| value + 2.0).collect()).collect();
        near(between_scenarios(&[&first, &shifted]).expect("two"), 2.0);
        // Two scenarios whose draws differ in both directions aren't told apart.
        let crossed = of(&[(9.0, 9.0), (5.0, 5.0), (1.0, 1.0)]);
        near(between_scenarios(&[&first, &crossed]).expect("two"), 0.0);
        assert_eq!(between_scenarios(&[&first]), None);
        assert_eq!(between_scenarios(&[&first[..1], &second[..1]]), None);
        // A draw without a value in one of them is left out of both.
        let gap = vec![second[0].clone(), Vec::new(), second[2].clone()];
        let kept = |all: &[Vec<f64>]| vec![all[0].clone(), all[2].clone()];
        assert_eq!(between_scenarios(&[&first, &gap]), between_scenarios(&[&kept(&first), &kept(&second)]));
    }
}
