//! The least of a function over the unit cube, by two methods of the crate `argmin`: a particle swarm (Kennedy and Eberhart 1995) that
//! looks everywhere, and the simplex of Nelder and Mead (1965) that goes down from where it is put. Neither needs a slope.

use std::sync::Mutex;

use argmin::core::{CostFunction, Error, Executor, IterState, PopulationState};
use argmin::solver::neldermead::NelderMead;
use argmin::solver::particleswarm::{Particle, ParticleSwarm};

use super::drawn;
use crate::random::Generator;

/// Particles of a swarm.
const PARTICLES: usize = 40;
/// Its steps.
const SWARM_STEPS: u64 = 120;
/// Edge of the first simplex.
const EDGE: f64 = 0.06;

/// The program's own random words under the trait that the crate wants.
struct Words(Generator);

impl rand_core::RngCore for Words {
    fn next_u32(&mut self) -> u32 {
        (self.0.word() >> 32) as u32
    }

    fn next_u64(&mut self) -> u64 {
        self.0.word()
    }

    fn fill_bytes(&mut self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(8) {
            let word = self.0.word().to_le_bytes();
            chunk.copy_from_slice(&word[..chunk.len()]);
        }
    }
}

/// A point of the cube with its cost.
#[derive(Debug, Clone, PartialEq)]
pub struct Lowest {
    /// Where.
    pub at: Vec<f64>,
    /// What it costs.
    pub cost: f64,
}

/// A cost as the crate wants it.
struct Cost<'a>(&'a (dyn Fn(&[f64]) -> f64 + Sync));

impl CostFunction for Cost<'_> {
    type Param = Vec<f64>;
    type Output = f64;

    fn cost(&self, at: &Vec<f64>) -> Result<f64, Error> {
        Ok((self.0)(at))
    }
}

/// The lowest point that a swarm finds, of which some particles begin at given points.
#[must_use]
pub fn swarm(
    cost: &(dyn Fn(&[f64]) -> f64 + Sync),
    begin: &[Vec<f64>],
    dimensions: usize,
    seed: u64,
) -> Lowest {
    let mut generator = drawn(seed, 0);
    let mut coordinates = |least: f64, most: f64| -> Vec<f64> {
        (0..dimensions).map(|_| least + (most - least) * generator.uniform()).collect()
    };
    let particles: Vec<Particle<Vec<f64>, f64>> = (0..PARTICLES)
        .map(|index| {
            let anywhere = coordinates(0.0, 1.0);
            let at = begin.get(index).cloned().unwrap_or(anywhere);
            let value = cost(&at);
            Particle::new(at, value, coordinates(-0.25, 0.25))
        })
        .collect();
    let bounds = (vec![0.0; dimensions], vec![1.0; dimensions]);
    let solver = ParticleSwarm::new(bounds, PARTICLES).with_rng_generator(Words(drawn(seed, 1)));
    let state = |state: PopulationState<Particle<Vec<f64>, f64>, f64>| {
        state.population(particles).max_iters(SWARM_STEPS)
    };
    let done = Executor::new(Cost(cost), solver).timer(false).configure(state).run();
    let best = done.ok().and_then(|mut done| done.state.take_best_individual());
    let best = best.expect("a swarm that has particles has a best one, and no cost fails");
    Lowest { cost: best.cost, at: best.position }
}

/// The cube's own point for one beyond its faces: mirrored back.
#[must_use]
pub fn mirrored(at: &[f64]) -> Vec<f64> {
    let fold = |x: &f64| {
        let x = x.rem_euclid(2.0);
        if x > 1.0 { 2.0 - x } else { x }
    };
    at.iter().map(fold).collect()
}

/// A cost that may be asked for so many times only, and remembers its lowest point.
struct Counted<'a, E> {
    cost: &'a dyn Fn(&[f64]) -> Result<f64, E>,
    state: Mutex<State<E>>,
}

struct State<E> {
    left: usize,
    lowest: Lowest,
    failure: Option<E>,
}

/// What a point costs once nothing may be asked any more.
const SPENT: f64 = 1e200;

impl<E> CostFunction for &Counted<'_, E> {
    type Param = Vec<f64>;
    type Output = f64;

    // The crate panics on a cost that fails while it begins, so a failure is kept and every further point costs too much.
    fn cost(&self, at: &Vec<f64>) -> Result<f64, Error> {
        let at = mirrored(at);
        let mut state = self.state.lock().expect("no cost panics");
        if state.left == 0 || state.failure.is_some() {
            return Ok(SPENT);
        }
        state.left -= 1;
        match (self.cost)(&at) {
            Ok(cost) => {
                if cost < state.lowest.cost {
                    state.lowest = Lowest { at, cost };
                }
                Ok(cost)
            }
            Err(failure) => {
                state.failure = Some(failure);
                Ok(SPENT)
            }
        }
    }
}

/// Corners of a simplex about a point: the point, and a step inwards along each parameter.
#[must_use]
pub fn simplex(from: &[f64]) -> Vec<Vec<f64>> {
    let corner = |index: usize| {
        let mut at = from.to_vec();
        at[index] += if at[index] > 0.5 { -EDGE } else { EDGE };
        at
    };
    std::iter::once(from.to_vec()).chain((0..from.len()).map(corner)).collect()
}

/// Goes down from a point by at most so many evaluations; the lowest point that was seen.
///
/// # Errors
/// Those of the cost.
pub fn polish<E>(
    cost: &dyn Fn(&[f64]) -> Result<f64, E>,
    from: Lowest,
    evaluations: usize,
) -> Result<Lowest, E> {
    let solver = NelderMead::new(simplex(&from.at));
    let state = Mutex::new(State { left: evaluations, lowest: from, failure: None });
    let counted = Counted { cost, state };
    let steps = |state: IterState<_, (), (), (), (), f64>| state.max_iters(evaluations as u64);
    let done = Executor::new(&counted, solver).timer(false).configure(steps).run();
    done.expect("no cost fails, and a simplex has a corner more than there are parameters");
    let state = counted.state.into_inner().expect("no cost panics");
    state.failure.map_or(Ok(state.lowest), Err)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Many hollows, the deepest at (0.7, 0.3).
    fn hilly(at: &[f64]) -> f64 {
        let of = |x: f64| 30.0 * x * x + 1.0 - libm::cos(30.0 * x);
        of(at[0] - 0.7) + of(at[1] - 0.3)
    }

    #[test]
    fn a_swarm_finds_the_deepest_hollow() {
        for seed in 0..5 {
            let found = swarm(&hilly, &[vec![0.1, 0.9]], 2, seed);
            assert!(found.cost < 0.01, "{found:?}");
            assert!((found.at[0] - 0.7).abs() < 0.01 && (found.at[1] - 0.3).abs() < 0.01);
        }
    }

    #[test]
    fn a_swarm_is_the_same_for_the_same_seed() {
        assert_eq!(swarm(&hilly, &[], 2, 8), swarm(&hilly, &[], 2, 8));
        assert_ne!(swarm(&hilly, &[], 2, 8), swarm(&hilly, &[], 2, 9));
    }

    #[test]
    fn a_simplex_goes_down_and_stays_in_the_cube() {
        let cost = |at: &[f64]| -> Result<f64, ()> {
            assert!(at.iter().all(|x| (0.0..=1.0).contains(x)));
            // The least lies on a face.
            let (across, along) = (at[1] - at[0] * at[0], 1.0 - at[0]);
            Ok(100.0 * across * across + along * along)
        };
        let from = Lowest { at: vec![0.2, 0.6], cost: cost(&[0.2, 0.6]).expect("it holds") };
        let found = polish(&cost, from, 400).expect("it holds");
        assert!(found.cost < 1e-4, "{found:?}");
    }

    #[test]
    fn evaluations_are_counted_and_failures_come_through() {
        let asked = std::cell::Cell::new(0);
        let cost = |at: &[f64]| -> Result<f64, &str> {
            asked.set(asked.get() + 1);
            if asked.get() > 12 { Err("stopped") } else { Ok(at[0] + at[1]) }
        };
        let from = || Lowest { at: vec![0.9, 0.9], cost: 1.8 };
        let lower = polish(&cost, from(), 10).expect("ten are enough");
        assert!(asked.get() == 10 && lower.cost < 1.8);
        assert_eq!(polish(&cost, from(), 10), Err("stopped"));
    }

    #[test]
    fn points_beyond_a_face_are_mirrored() {
        let found = mirrored(&[-0.25, 1.25, 0.5, 2.5]);
        assert_eq!(found, [0.25, 0.75, 0.5, 0.5]);
    }
}
