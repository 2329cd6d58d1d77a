//! Where a model is looked at: designs of experiments over the unit cube, and what their results say.
//!
//! A design is a list of points, `[point][dimension]`, each number from 0 to 1; what a dimension stands for is the business of who
//! asks. Designs and estimators are functions of their arguments and a seed: no files, no clocks, the same on every machine.
//!
//! * [`grid`]: every combination of levels.
//! * [`latin_hypercube`]: each dimension cut into as many slices as there are points, each slice used once (McKay, Beckman and
//!   Conover 1979).
//! * [`sobol`]: the Sobol' sequence (Sobol' 1967, with the direction numbers of Joe and Kuo 2008), scrambled as Owen (1995) does, so
//!   that it fills the cube evenly and still has an error that can be estimated: other seeds give independent scrambles.
//! * [`morris`]: trajectories that change one parameter at a time, for screening.
//! * [`saltelli`]: pairs of points and their mixtures, for indices of variance.
//!
//! Numbers drawn here decide no fate: they come from streams of their own ([`crate::random::stream::DESIGN`]).

pub mod bootstrap;
pub mod morris;
pub mod saltelli;

use crate::random::{Generator, Key, stream};
use crate::units::Year;

/// Most points of a [`sobol`] design: the generator's direction numbers are made for so many.
pub const MAX_SOBOL_POINTS: usize = 1 << 16;
/// Most dimensions of a [`sobol`] design.
pub const MAX_SOBOL_DIMENSIONS: usize = sobol_burley::NUM_DIMENSIONS as usize;

/// The first points of a Sobol' sequence under an Owen scramble that the seed chooses. A power of two of points is the most even.
///
/// Each number is the middle of a cell of width 2⁻²³, so none is 0 or 1.
///
/// # Panics
/// With more points or dimensions than [`MAX_SOBOL_POINTS`] and [`MAX_SOBOL_DIMENSIONS`].
#[must_use]
pub fn sobol(points: usize, dimensions: usize, seed: u64) -> Vec<Vec<f64>> {
    assert!(points <= MAX_SOBOL_POINTS, "at most {MAX_SOBOL_POINTS} points");
    assert!(dimensions <= MAX_SOBOL_DIMENSIONS, "at most {MAX_SOBOL_DIMENSIONS} dimensions");
    const HALF_A_CELL: f64 = 1.0 / 16_777_216.0;
    let seed = scramble_seed(seed);
    let at =
        |point: u32, dimension: u32| f64::from(sobol_burley::sample(point, dimension, seed)) + HALF_A_CELL;
    (0..narrow(points)).map(|point| (0..narrow(dimensions)).map(|d| at(point, d)).collect()).collect()
}

/// The 32 bits that choose the scramble: a word of the generator, so that near seeds give unlike scrambles.
fn scramble_seed(seed: u64) -> u32 {
    // The upper half of the word.
    (generator(seed, u64::MAX).word() >> 32) as u32
}

/// Points of a Latin hypercube: of the slices of each dimension every one holds one point, at a drawn place.
#[must_use]
pub fn latin_hypercube(points: usize, dimensions: usize, seed: u64) -> Vec<Vec<f64>> {
    let mut design = vec![vec![0.0; dimensions]; points];
    for dimension in 0..dimensions {
        let mut generator = generator(seed, dimension as u64);
        let slices = shuffled(points, &mut generator);
        for (point, slice) in design.iter_mut().zip(slices) {
            point[dimension] = (real(slice) + generator.uniform()) / real(points);
        }
    }
    design
}

/// Every combination of levels, the last dimension changing fastest. Levels lie evenly from 0 to 1; a single one lies at 0.
#[must_use]
pub fn grid(levels: &[usize]) -> Vec<Vec<f64>> {
    combinations(levels)
        .into_iter()
        .map(|point| point.iter().zip(levels).map(|(level, of)| share(*level, *of)).collect())
        .collect()
}

/// Every combination of whole numbers below `levels`, the last one changing fastest.
#[must_use]
pub fn combinations(levels: &[usize]) -> Vec<Vec<usize>> {
    let mut all = vec![Vec::new()];
    for count in levels {
        let longer = |point: &Vec<usize>| {
            let point = point.clone();
            (0..*count).map(move |level| [point.as_slice(), &[level]].concat())
        };
        all = all.iter().flat_map(longer).collect();
    }
    all
}

/// Where a level lies among `of`, from 0 to 1.
#[must_use]
pub fn share(level: usize, of: usize) -> f64 {
    if of < 2 { 0.0 } else { real(level) / real(of - 1) }
}

/// The generator of a design's numbered part.
fn generator(seed: u64, part: u64) -> Generator {
    Key { seed, replicate: 0 }.generator(part, Year::new(1900), stream::DESIGN)
}

/// The numbers below `count` in a drawn order (Fisher and Yates 1938, in Durstenfeld's form).
fn shuffled(count: usize, generator: &mut Generator) -> Vec<usize> {
    let mut order: Vec<usize> = (0..count).collect();
    for last in (1..count).rev() {
        order.swap(last, below(last + 1, generator));
    }
    order
}

/// A drawn whole number below `count`; its bias is `count` in 2⁶⁴.
fn below(count: usize, generator: &mut Generator) -> usize {
    // The upper half of a product with a word is less than `count`.
    ((u128::from(generator.word()) * count as u128) >> 64) as usize
}

fn narrow(count: usize) -> u32 {
    u32::try_from(count).expect("points and dimensions are far fewer than 2^32")
}

/// A count as a number.
fn real(count: usize) -> f64 {
    f64::from(narrow(count))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    /// Slices, `of` to a dimension, that hold a point.
    fn filled(design: &[Vec<f64>], dimension: usize, of: usize) -> usize {
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let slice = |point: &Vec<f64>| (point[dimension] * real(of)) as usize;
        design.iter().map(slice).collect::<BTreeSet<usize>>().len()
    }

    #[test]
    fn every_slice_of_a_latin_hypercube_holds_one_point() {
        for points in [1, 7, 100] {
            let design = latin_hypercube(points, 5, 3);
            for dimension in 0..5 {
                assert_eq!(filled(&design, dimension, points), points);
            }
        }
        let plain = |seed| -> Vec<Vec<f64>> {
            (0..100).map(|point| vec![generator(seed, point).uniform()]).collect()
        };
        assert!(filled(&plain(3), 0, 100) < 100, "plain points leave slices empty");
    }

    #[test]
    fn a_power_of_two_of_sobol_points_fills_slices_and_squares() {
        let design = sobol(64, 3, 1);
        for dimension in 0..3 {
            assert_eq!(filled(&design, dimension, 64), 64);
        }
        // The first two dimensions are a (0, 6, 2)-net in base 2: each of 8 × 8 squares holds one point.
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let square = |point: &Vec<f64>| ((point[0] * 8.0) as usize, (point[1] * 8.0) as usize);
        assert_eq!(design.iter().map(square).collect::<BTreeSet<_>>().len(), 64);
        let drawn = latin_hypercube(64, 2, 1);
        assert!(drawn.iter().map(square).collect::<BTreeSet<_>>().len() < 64, "a Latin hypercube does not");
    }

    #[test]
    fn seeds_give_other_designs_and_the_same_seed_the_same() {
        for design in [sobol, latin_hypercube] {
            assert_eq!(design(16, 4, 5), design(16, 4, 5));
            assert_ne!(design(16, 4, 5), design(16, 4, 6));
            let inside = |x: &f64| *x > 0.0 && *x < 1.0;
            assert!(design(256, 4, 5).iter().flatten().all(inside));
        }
    }

    #[test]
    fn designs_keep_their_numbers() {
        let found = [latin_hypercube(4, 2, 1)[0].clone(), sobol(2, 3, 1)[1].clone()].concat();
        let expected =
            [0.218_998_076_141, 0.820_193_776_708, 0.627_518_117_428, 0.125_641_047_955, 0.912_218_987_942];
        let near = found.iter().zip(expected).all(|(found, expected)| (found - expected).abs() < 1e-12);
        assert!(near && found.len() == expected.len(), "{found:.12?}");
    }

    #[test]
    fn a_grid_has_every_combination_and_its_ends() {
        assert_eq!(grid(&[2, 3])[1..4], [vec![0.0, 0.5], vec![0.0, 1.0], vec![1.0, 0.0]]);
        assert_eq!(grid(&[3, 4, 5]).len(), 60);
        assert_eq!(grid(&[1]), [[0.0]]);
        assert_eq!(grid(&[]), [Vec::<f64>::new()]);
    }
}
