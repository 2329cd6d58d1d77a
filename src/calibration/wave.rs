//! History matching: waves of runs, each where the emulators of the one before see no contradiction to the targets (Craig et al. 1997;
//! Vernon, Goldstein and Bower 2010; Andrianakis et al. 2015).
//!
//! A point is implausible if the target that is `rank`-th furthest off is more than `cutoff` = 3 standard errors away (Pukelsheim 1994:
//! at most 5 % of any unimodal distribution lies further from its mean). `rank` is 1; if nothing is left then, some
//! targets contradict each other under this model, and up to two of them are left aside at each point.

use rayon::iter::{IntoParallelIterator, IntoParallelRefIterator, ParallelIterator};

use super::belief::Belief;
use super::emulator::Emulator;
use super::ensemble::{self, Chain};
use super::likelihood::{Matched, Tails, Target, misfit};
use super::{CalibrationError, Model, Simulated, drawn, optimum, walkers};
use crate::design;

/// Up to how many standard errors a target may be off.
const CUTOFF: f64 = 3.0;
/// Most targets that may be left aside, and one.
const MOST_RANK: usize = 3;
/// Points of the prior at which implausibility is looked at.
const CANDIDATES: usize = 4096;
/// Most points that an emulator learns from.
const MOST_LEARNED: usize = 300;
/// Steps of the ensemble that fills the space that is left.
const FILL_STEPS: usize = 160;
/// Steps of the ensemble that draws points of the next wave from the posterior.
const LIKELY_STEPS: usize = 300;

/// What is not implausible.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Region {
    /// Which target counts: the `rank`-th furthest off.
    pub rank: usize,
    /// Up to which implausibility a point stays.
    pub cutoff: f64,
}

impl Region {
    /// Whether a point stays.
    #[must_use]
    pub fn holds(&self, matched: &Matched, point: &[f64]) -> bool {
        matched.implausibility_at(point, self.rank) <= self.cutoff
    }
}

/// The region with some points of it and its share of the prior.
#[derive(Debug, Clone)]
pub struct Space {
    /// The region.
    pub region: Region,
    /// Share of the prior; one over the number of candidates where none of them lies in it.
    pub share: f64,
    /// Points of it to begin from.
    pub begin: Vec<Vec<f64>>,
}

/// Emulators of all targets, from what was simulated.
///
/// # Errors
/// [`CalibrationError::TooFewPoints`].
pub fn learn(
    simulated: &[Simulated],
    targets: &[Target],
    beliefs: &[Belief],
    tails: Tails,
) -> Result<Matched, CalibrationError> {
    let needed = 2 * (beliefs.len() + 4);
    if simulated.len() < needed {
        return Err(CalibrationError::TooFewPoints { found: simulated.len(), needed });
    }
    let noise = noise(simulated, targets.len());
    let chosen = chosen(simulated, targets, &noise, tails);
    let points: Vec<Vec<f64>> = chosen.iter().map(|simulated| simulated.point.clone()).collect();
    let emulators: Vec<Option<Emulator>> = (0..targets.len())
        .into_par_iter()
        .map(|target| {
            let outputs: Vec<f64> = chosen.iter().map(|simulated| simulated.outcomes[target].mean).collect();
            Emulator::of(&points, &outputs)
        })
        .collect();
    let found = emulators.into_iter().collect::<Option<Vec<_>>>();
    let emulators = found.ok_or(CalibrationError::TooFewPoints { found: simulated.len(), needed })?;
    Ok(Matched::new(targets.to_vec(), emulators, noise, beliefs.to_vec(), tails))
}

/// Monte Carlo variance of each target, averaged over points.
fn noise(simulated: &[Simulated], targets: usize) -> Vec<f64> {
    let of = |target: usize| simulated.iter().map(|one| one.outcomes[target].variance).sum::<f64>();
    (0..targets).map(|target| of(target) / simulated.len() as f64).collect()
}

/// The points to learn from: all, or those with the least misfit, in the order in which they were simulated.
fn chosen<'s>(
    simulated: &'s [Simulated],
    targets: &[Target],
    noise: &[f64],
    tails: Tails,
) -> Vec<&'s Simulated> {
    let mut order: Vec<(f64, usize)> = simulated
        .iter()
        .enumerate()
        .map(|(i, one)| (misfit(targets, noise, one.means(), tails), i))
        .collect();
    order.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    let mut kept: Vec<usize> = order.into_iter().take(MOST_LEARNED).map(|(_, index)| index).collect();
    kept.sort_unstable();
    kept.into_iter().map(|index| &simulated[index]).collect()
}

/// The simulated points that cost least.
#[must_use]
pub fn nearest(simulated: &[Simulated], matched: &Matched, count: usize) -> Vec<Vec<f64>> {
    let mut all: Vec<(f64, &Simulated)> = simulated.iter().map(|one| (matched.cost(one), one)).collect();
    all.sort_by(|a, b| a.0.total_cmp(&b.0));
    all.into_iter().take(count).map(|(_, one)| one.point.clone()).collect()
}

impl Space {
    /// Looks for what is not implausible: among points of the prior and those that were simulated, then by a swarm.
    #[must_use]
    pub fn find(matched: &Matched, simulated: &[Simulated], parameters: usize, seed: u64) -> Self {
        let candidates = design::sobol(CANDIDATES, parameters, seed);
        let near = nearest(simulated, matched, 40);
        let rate = |points: &[Vec<f64>]| -> Vec<Vec<f64>> {
            points.par_iter().map(|point| matched.implausibility(point)).collect()
        };
        let (prior, known) = (rate(&candidates), rate(&near));
        let most = MOST_RANK.min(matched.targets().len());
        let mut lowest = Vec::new();
        for rank in 1..=most {
            let inside = |all: &[f64]| all[rank - 1] <= CUTOFF;
            let of = |points: &[Vec<f64>], rated: &[Vec<f64>]| -> Vec<Vec<f64>> {
                let pairs = points.iter().zip(rated).filter(|(_, all)| inside(all));
                pairs.map(|(point, _)| point.clone()).collect()
            };
            let within = of(&candidates, &prior);
            let share = within.len().max(1) as f64 / CANDIDATES as f64;
            let mut begin = [of(&near, &known), within].concat();
            let region = Region { rank, cutoff: CUTOFF };
            if begin.is_empty() {
                let cost = |point: &[f64]| matched.implausibility_at(point, rank);
                let found = optimum::swarm(&cost, &near, parameters, seed);
                if found.cost <= CUTOFF {
                    begin.push(found.at.clone());
                }
                lowest.push(found);
            }
            if !begin.is_empty() {
                return Self { region, share, begin };
            }
        }
        let found = lowest.pop().expect("a swarm looked at every rank");
        // Nothing can be reconciled: the least implausible surroundings are looked at, and the table of waves says so.
        let region = Region { rank: most, cutoff: found.cost + 0.5 };
        Self { region, share: 1.0 / CANDIDATES as f64, begin: vec![found.at] }
    }
}

/// Places for walkers: points of a region, and points close by where there are too few.
fn begin(space: &Space, parameters: usize, seed: u64) -> Vec<Vec<f64>> {
    let mut generator = drawn(seed, 2);
    let mut near = |point: &[f64], most: f64| -> Vec<f64> {
        point.iter().map(|x| (x + most * (generator.uniform() - 0.5)).clamp(0.0, 1.0)).collect()
    };
    (0..walkers(parameters))
        .map(|index| {
            let from = &space.begin[index % space.begin.len()];
            // The first ones stand in the region, so that there is a place in it.
            if index < space.begin.len() { from.clone() } else { near(from, 0.05) }
        })
        .collect()
}

/// Draws from the posterior: the likelihood times the beliefs. Walkers begin at the simulated points that cost least, which lie
/// widely, and half as many steps as wanted come first and are dropped.
///
/// It isn't cut off where the space that is not implausible ends: the likelihood is small there anyway, and where some targets can't be met
/// at all, a cut would move the draws to where these are met least badly and not to where the likelihood is.
#[must_use]
pub fn posterior(matched: &Matched, simulated: &[Simulated], steps: usize, seed: u64) -> Chain {
    let density = |point: &[f64]| matched.assess(point).log_density;
    let parameters = simulated[0].point.len();
    let mut start = nearest(simulated, matched, walkers(parameters));
    let mut generator = drawn(seed, 2);
    while start.len() < walkers(parameters) {
        start.push((0..parameters).map(|_| generator.uniform()).collect());
    }
    let burn_in = steps / 2 + 1;
    ensemble::walk(&density, &start, steps + burn_in, seed).without_first(burn_in)
}

/// The points of the next wave: half of them spread over what is not implausible, half drawn from the posterior; all as far as can be from
/// each other and from the points that are known.
#[must_use]
pub fn next_points(
    model: &dyn Model,
    matched: &Matched,
    space: &Space,
    simulated: &[Simulated],
    count: usize,
    seed: u64,
) -> Vec<Vec<f64>> {
    let inside = |point: &[f64]| if space.region.holds(matched, point) { 0.0 } else { f64::NEG_INFINITY };
    let start = begin(space, space.begin[0].len(), seed);
    let fill = ensemble::walk(&inside, &start, FILL_STEPS, seed).without_first(FILL_STEPS / 4);
    let likely = posterior(matched, simulated, LIKELY_STEPS, seed);
    let mut known: Vec<Vec<f64>> = simulated.iter().map(|one| one.point.clone()).collect();
    let mut points = Vec::new();
    for (chain, wanted) in [(fill, count.div_ceil(2)), (likely, count / 2)] {
        let offered: Vec<Vec<f64>> =
            chain.thinned(6 * wanted).into_iter().filter(|point| model.allows(point)).collect();
        let taken = spread(&offered, &known, wanted);
        known.extend(taken.iter().cloned());
        points.extend(taken);
    }
    points
}

/// Of the offered points so many, one after the other the one that is furthest from all that are taken or known.
fn spread(offered: &[Vec<f64>], known: &[Vec<f64>], count: usize) -> Vec<Vec<f64>> {
    let squares = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(x, y)| (x - y) * (x - y)).sum::<f64>();
    let mut apart: Vec<f64> = offered
        .iter()
        .map(|point| known.iter().map(|other| squares(point, other)).fold(f64::INFINITY, f64::min))
        .collect();
    let mut taken = Vec::new();
    while taken.len() < count {
        let Some((index, most)) =
            apart.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1).then(b.0.cmp(&a.0)))
        else {
            break;
        };
        if *most <= 0.0 {
            break;
        }
        let point = offered[index].clone();
        for (left, other) in apart.iter_mut().zip(offered) {
            *left = left.min(squares(other, &point));
        }
        taken.push(point);
    }
    taken
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_are_spread() {
        let offered: Vec<Vec<f64>> = (0..=10).map(|i| vec![f64::from(i) / 10.0]).collect();
        let taken = spread(&offered, &[vec![0.0]], 3);
        assert_eq!(taken, [vec![1.0], vec![0.5], vec![0.2]]);
        // No point is taken twice.
        assert_eq!(spread(&offered, &[vec![0.0]], 30).len(), 10);
    }
}
