//! Screening by elementary effects: which of many parameters matter at all.
//!
//! A trajectory begins at a drawn point of a grid of [`LEVELS`] levels and changes every parameter once, in a drawn order, by
//! Δ = p / (2(p − 1)) = 2/3, up from the lower half of the levels and down from the upper one (Morris 1991), so that every level is
//! equally likely. The elementary effect of a parameter is the change of the result over the change of the parameter, the parameter's
//! range being 1. Over trajectories, μ is its mean, μ* the mean of its absolute value, which effects of both signs don't cancel
//! (Campolongo, Cariboni and Saltelli 2007), and σ its standard deviation: large where the effect depends on other parameters or bends.

use super::bootstrap::{Estimate, bootstrap, mean_at};
use super::{below, generator, real, share, shuffled};
use crate::measures::statistics::variance;

/// Levels of each parameter (Morris 1991, p. 164: an even number).
pub const LEVELS: usize = 4;

/// A walk that changes each parameter once.
#[derive(Debug, Clone, PartialEq)]
pub struct Trajectory {
    /// One point more than parameters, of the unit cube.
    pub points: Vec<Vec<f64>>,
    /// The parameter that changes from each point to the next.
    pub changed: Vec<usize>,
}

/// Trajectories over so many parameters. The first ones are the same however many there are.
#[must_use]
pub fn trajectories(count: usize, parameters: usize, seed: u64) -> Vec<Trajectory> {
    (0..count as u64).map(|number| trajectory(parameters, seed, number)).collect()
}

fn trajectory(parameters: usize, seed: u64, number: u64) -> Trajectory {
    // Parts of a design of dimensions are numbered from 0; these lie beyond.
    let mut generator = generator(seed, (1 << 32) + number);
    let mut levels: Vec<usize> = (0..parameters).map(|_| below(LEVELS, &mut generator)).collect();
    let changed = shuffled(parameters, &mut generator);
    let place = |levels: &[usize]| levels.iter().map(|level| share(*level, LEVELS)).collect();
    let mut points = vec![place(&levels)];
    for parameter in &changed {
        let half = LEVELS / 2;
        let level = &mut levels[*parameter];
        *level = if *level < half { *level + half } else { *level - half };
        points.push(place(&levels));
    }
    Trajectory { points, changed }
}

/// What screening says of a parameter.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Screened {
    /// μ: mean elementary effect.
    pub mu: Estimate,
    /// μ*: mean absolute elementary effect.
    pub mu_star: Estimate,
    /// σ: standard deviation of elementary effects; none where there are fewer than two.
    pub sigma: Option<Estimate>,
    /// Number of elementary effects.
    pub effects: usize,
}

/// The elementary effects of each parameter, one a trajectory in which both its ends have a value.
///
/// `values` are the results at the points of each trajectory; `None` where there is none.
///
/// # Panics
/// If there are other numbers of values than of points.
#[must_use]
pub fn elementary_effects(trajectories: &[Trajectory], values: &[Vec<Option<f64>>]) -> Vec<Vec<f64>> {
    assert_eq!(trajectories.len(), values.len(), "values for every trajectory");
    let parameters = trajectories.first().map_or(0, |trajectory| trajectory.changed.len());
    let mut effects = vec![Vec::new(); parameters];
    for (trajectory, values) in trajectories.iter().zip(values) {
        assert_eq!(trajectory.points.len(), values.len(), "a value for every point");
        for (step, parameter) in trajectory.changed.iter().enumerate() {
            let moved = trajectory.points[step + 1][*parameter] - trajectory.points[step][*parameter];
            if let (Some(before), Some(after)) = (values[step], values[step + 1]) {
                effects[*parameter].push((after - before) / moved);
            }
        }
    }
    effects
}

/// What the elementary effects of a parameter come to; nothing without any.
#[must_use]
pub fn screen(effects: &[f64], seed: u64) -> Option<Screened> {
    let sizes: Vec<f64> = effects.iter().map(|effect| effect.abs()).collect();
    let spread = |rows: &[usize]| {
        let drawn: Vec<f64> = rows.iter().map(|row| effects[*row]).collect();
        variance(&drawn).map_or(f64::NAN, libm::sqrt)
    };
    let found = bootstrap(effects.len(), seed, |rows| {
        if rows.is_empty() {
            return vec![f64::NAN; 3];
        }
        vec![mean_at(effects, rows), mean_at(&sizes, rows), spread(rows)]
    });
    let [mu, mu_star, sigma] = found.as_slice() else { return None };
    Some(Screened { mu: (*mu)?, mu_star: (*mu_star)?, sigma: *sigma, effects: effects.len() })
}

/// Points of so many trajectories over so many parameters.
#[must_use]
pub const fn size(trajectories: usize, parameters: usize) -> usize {
    trajectories * (parameters + 1)
}

/// Standard error of the mean of effects, for judging a screening against what is known.
#[must_use]
pub fn standard_error(effects: &[f64]) -> Option<f64> {
    variance(effects).map(|variance| libm::sqrt(variance / real(effects.len())))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn screened(model: impl Fn(&[f64]) -> f64, count: usize, parameters: usize) -> Vec<Vec<f64>> {
        let walks = trajectories(count, parameters, 1);
        let values: Vec<Vec<Option<f64>>> =
            walks.iter().map(|walk| walk.points.iter().map(|point| Some(model(point))).collect()).collect();
        elementary_effects(&walks, &values)
    }

    #[test]
    fn a_walk_changes_each_parameter_once_by_two_thirds() {
        for walk in trajectories(20, 6, 4) {
            let mut seen = walk.changed.clone();
            seen.sort_unstable();
            assert_eq!(seen, [0, 1, 2, 3, 4, 5]);
            assert_eq!(walk.points.len(), 7);
            for (step, parameter) in walk.changed.iter().enumerate() {
                for at in 0..6 {
                    let moved = (walk.points[step + 1][at] - walk.points[step][at]).abs();
                    let expected = if at == *parameter { 2.0 / 3.0 } else { 0.0 };
                    assert!((moved - expected).abs() < 1e-12);
                }
            }
        }
        assert_eq!(trajectories(3, 4, 7)[..2], trajectories(2, 4, 7)[..]);
    }

    #[test]
    fn effects_of_a_plane_are_its_slopes() {
        let effects = screened(|x| 3.0 * x[0] - 2.0 * x[1] + 7.0, 10, 3);
        for (effects, slope) in effects.iter().zip([3.0, -2.0, 0.0]) {
            let found = screen(effects, 1).unwrap();
            assert!((found.mu.value - slope).abs() < 1e-12);
            assert!((found.mu_star.value - slope.abs()).abs() < 1e-12);
            assert!(found.sigma.unwrap().value < 1e-12);
        }
    }

    #[test]
    fn effects_of_a_product_have_the_moments_of_the_other_factor() {
        // The effect of the first factor is the second: 0, 1/3, 2/3 or 1, so its mean is 1/2 and its variance 5/36.
        let effects = &screened(|x| x[0] * x[1], 2000, 2)[0];
        let found = screen(effects, 1).unwrap();
        let error = standard_error(effects).unwrap();
        let holds = |mean: f64| (found.mu.value - mean).abs() < 4.5 * error;
        assert!(holds(0.5) && !holds(0.55), "{found:?}");
        let sigma = found.sigma.unwrap();
        let holds = |sd: f64| (sigma.value - sd).abs() < 4.5 * sigma.error.unwrap();
        assert!(holds(libm::sqrt(5.0 / 36.0)) && !holds(0.35), "{sigma:?}");
    }

    #[test]
    fn effects_of_both_signs_cancel_in_the_mean_only() {
        // Of (x − 1/2)², the effect is −1/3 from 0 or 2/3, and 1/3 from 1/3 or 1.
        let found = screen(&screened(|x| (x[0] - 0.5) * (x[0] - 0.5), 400, 1)[0], 1).unwrap();
        assert!((found.mu_star.value - 1.0 / 3.0).abs() < 1e-12);
        assert!(found.mu.value.abs() < 4.5 / 3.0 / libm::sqrt(400.0), "{found:?}");
    }

    #[test]
    fn a_missing_value_takes_the_two_effects_beside_it() {
        let walks = trajectories(2, 3, 1);
        let mut values = vec![vec![Some(0.0); 4]; 2];
        values[0][1] = None;
        let effects = elementary_effects(&walks, &values);
        assert_eq!(effects.iter().map(Vec::len).sum::<usize>(), 4);
        assert_eq!(effects[walks[0].changed[2]].len(), 2);
        assert!(screen(&[], 1).is_none() && screen(&[1.0], 1).unwrap().sigma.is_none());
    }
}
