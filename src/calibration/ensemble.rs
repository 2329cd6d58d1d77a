//! Draws from a density over the unit cube: the affine-invariant ensemble of Goodman and Weare (2010), as in Foreman-Mackey et al.
//! (2013).
//!
//! Half of the walkers move at a time, each along the line to a walker of the other half, so that the moves of a half are
//! independent of each other and can be made side by side. All random numbers are drawn before the densities are asked for, so that the
//! chain is the same at any number of threads.

use rayon::iter::{IntoParallelRefIterator, ParallelIterator};

use super::drawn;
use crate::measures::statistics::mean;

/// Greatest stretch of a move.
const STRETCH: f64 = 2.0;

/// Logarithm of a density at a point of the unit cube; minus infinity where it is nought.
pub type LogDensity<'a> = dyn Fn(&[f64]) -> f64 + Sync + 'a;

/// A chain of draws.
#[derive(Debug, Clone)]
pub struct Chain {
    /// `[step][walker][parameter]`.
    pub steps: Vec<Vec<Vec<f64>>>,
    /// Share of moves that were taken.
    pub accepted: f64,
}

/// A walker and its density.
#[derive(Debug, Clone)]
struct Walker {
    at: Vec<f64>,
    log_density: f64,
}

/// A proposed move.
struct Move {
    to: Vec<f64>,
    /// Logarithm of z^(d−1).
    log_stretch: f64,
    /// Logarithm of the number that decides.
    log_uniform: f64,
}

/// Walks an ensemble from where it starts.
///
/// # Panics
/// With fewer than four walkers, or an odd number of them.
#[must_use]
pub fn walk(density: &LogDensity, start: &[Vec<f64>], steps: usize, seed: u64) -> Chain {
    assert!(start.len() >= 4 && start.len().is_multiple_of(2), "two halves of walkers");
    let mut generator = drawn(seed, 0);
    let mut walkers: Vec<Walker> =
        start.par_iter().map(|at| Walker { at: at.clone(), log_density: density(at) }).collect();
    let half = walkers.len() / 2;
    let mut taken = 0_usize;
    let mut chain = Vec::with_capacity(steps);
    for _ in 0..steps {
        for side in 0..2 {
            let (first, second) = walkers.split_at_mut(half);
            let (moving, other) = if side == 0 { (first, second) } else { (second, first) };
            let moves: Vec<Move> =
                moving.iter().map(|walker| propose(&walker.at, other, &mut generator)).collect();
            let inside = |to: &[f64]| to.iter().all(|x| (0.0..=1.0).contains(x));
            let found: Vec<f64> = moves
                .par_iter()
                .map(|step| if inside(&step.to) { density(&step.to) } else { f64::NEG_INFINITY })
                .collect();
            for ((walker, step), log_density) in moving.iter_mut().zip(moves).zip(found) {
                let ratio = step.log_stretch + log_density - walker.log_density;
                if log_density > f64::NEG_INFINITY && step.log_uniform < ratio {
                    *walker = Walker { at: step.to, log_density };
                    taken += 1;
                }
            }
        }
        chain.push(walkers.iter().map(|walker| walker.at.clone()).collect());
    }
    let moves = (steps * walkers.len()).max(1);
    Chain { steps: chain, accepted: taken as f64 / moves as f64 }
}

fn propose(at: &[f64], other: &[Walker], generator: &mut crate::random::Generator) -> Move {
    // z has density 1/√z on [1/a, a].
    let root =
        1.0 / libm::sqrt(STRETCH) + generator.uniform() * (libm::sqrt(STRETCH) - 1.0 / libm::sqrt(STRETCH));
    let z = root * root;
    let from = &other[below(generator.uniform(), other.len())].at;
    let to = at.iter().zip(from).map(|(own, other)| other + z * (own - other)).collect();
    let log_stretch = (at.len() as f64 - 1.0) * libm::log(z);
    Move { to, log_stretch, log_uniform: libm::log(generator.uniform()) }
}

/// A whole number below `count` from a uniform number in (0, 1).
pub(super) fn below(uniform: f64, count: usize) -> usize {
    // Positive and below the count.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let index = (uniform * count as f64) as usize;
    index.min(count - 1)
}

impl Chain {
    /// Without its first steps.
    #[must_use]
    pub fn without_first(mut self, steps: usize) -> Self {
        self.steps.drain(..steps.min(self.steps.len()));
        self
    }

    /// All draws, step after step.
    pub fn draws(&self) -> impl Iterator<Item = &Vec<f64>> {
        self.steps.iter().flatten()
    }

    /// So many draws, evenly over the chain; all if there are not so many.
    #[must_use]
    pub fn thinned(&self, count: usize) -> Vec<Vec<f64>> {
        let all: Vec<&Vec<f64>> = self.draws().collect();
        let count = count.min(all.len());
        (0..count).map(|i| all[(2 * i + 1) * all.len() / (2 * count)].clone()).collect()
    }

    /// Steps until a walker has forgotten where it was, of the parameter that forgets slowest: the integrated autocorrelation
    /// time, by the window of Sokal (1997).
    #[must_use]
    pub fn autocorrelation(&self) -> f64 {
        let dimensions = self.steps.first().and_then(|step| step.first()).map_or(0, Vec::len);
        (0..dimensions).map(|parameter| self.autocorrelation_of(parameter)).fold(1.0, f64::max)
    }

    fn autocorrelation_of(&self, parameter: usize) -> f64 {
        let walkers = self.steps[0].len();
        let all: Vec<f64> = self.draws().map(|draw| draw[parameter]).collect();
        let centre = mean(&all).unwrap_or(0.0);
        let paths: Vec<Vec<f64>> = (0..walkers)
            .map(|walker| self.steps.iter().map(|step| step[walker][parameter] - centre).collect())
            .collect();
        let covariance = |lag: usize| -> f64 {
            let of = |path: &Vec<f64>| -> f64 {
                path.iter().zip(&path[lag.min(path.len())..]).map(|(a, b)| a * b).sum()
            };
            paths.iter().map(of).sum::<f64>()
        };
        let variance = covariance(0);
        if variance <= 0.0 {
            return 1.0;
        }
        let mut time = 1.0;
        for lag in 1..self.steps.len() {
            time += 2.0 * covariance(lag) / variance;
            if lag as f64 >= 5.0 * time {
                break;
            }
        }
        time.max(1.0)
    }

    /// How many independent draws the chain is worth.
    #[must_use]
    pub fn effective(&self) -> f64 {
        self.draws().count() as f64 / self.autocorrelation()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn start(walkers: usize) -> Vec<Vec<f64>> {
        let mut generator = drawn(9, 9);
        (0..walkers).map(|_| vec![0.3 + 0.4 * generator.uniform(), 0.3 + 0.4 * generator.uniform()]).collect()
    }

    /// A normal density with means 0.5 and 0.45, standard deviations 0.06 and 0.1, correlation 0.8.
    fn normal(at: &[f64]) -> f64 {
        let (x, y) = ((at[0] - 0.5) / 0.06, (at[1] - 0.45) / 0.1);
        -0.5 * (x * x - 1.6 * x * y + y * y) / (1.0 - 0.64)
    }

    #[test]
    fn draws_have_the_moments_of_a_normal_density() {
        let chain = walk(&normal, &start(20), 3000, 4).without_first(300);
        let effective = chain.effective();
        assert!(effective > 500.0, "{effective}");
        let draws: Vec<&Vec<f64>> = chain.draws().collect();
        let count = draws.len() as f64;
        let mean = |k: usize| draws.iter().map(|draw| draw[k]).sum::<f64>() / count;
        let (a, b) = (mean(0), mean(1));
        let product = |j: usize, k: usize, (u, v): (f64, f64)| {
            draws.iter().map(|draw| (draw[j] - u) * (draw[k] - v)).sum::<f64>() / count
        };
        // 4.5 standard errors of a mean, a variance and a correlation from so many independent draws.
        let error = 4.5 / libm::sqrt(effective);
        assert!((a - 0.5).abs() < 0.06 * error && (b - 0.45).abs() < 0.1 * error, "{a} {b}");
        let (sa, sb) = (libm::sqrt(product(0, 0, (a, a))), libm::sqrt(product(1, 1, (b, b))));
        assert!((sa / 0.06 - 1.0).abs() < error / std::f64::consts::SQRT_2, "{sa}");
        assert!((sb / 0.1 - 1.0).abs() < error / std::f64::consts::SQRT_2, "{sb}");
        let correlation = product(0, 1, (a, b)) / (sa * sb);
        assert!((correlation - 0.8).abs() < 0.36 * error, "{correlation}");
    }

    #[test]
    fn a_walk_is_the_same_at_any_number_of_threads() {
        let with = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
            pool.install(|| walk(&normal, &start(8), 50, 4).steps)
        };
        assert_eq!(with(1), with(3));
    }

    #[test]
    fn no_walker_leaves_the_cube_or_the_support() {
        let upper = |at: &[f64]| if at[0] > 0.5 { 0.0 } else { f64::NEG_INFINITY };
        let begin: Vec<Vec<f64>> = start(8).into_iter().map(|at| vec![0.5 + at[0] / 2.0, at[1]]).collect();
        let chain = walk(&upper, &begin, 200, 4);
        assert!(chain.draws().all(|at| at[0] > 0.5 && at[0] <= 1.0 && (0.0..=1.0).contains(&at[1])));
        assert!(chain.draws().any(|at| at[0] > 0.95) && chain.draws().any(|at| at[1] < 0.05));
    }

    #[test]
    fn a_chain_that_never_moves_is_worth_little() {
        let still = Chain { steps: vec![vec![vec![0.1], vec![0.9]]; 100], accepted: 0.0 };
        assert!(still.effective() < 10.0);
    }
}
