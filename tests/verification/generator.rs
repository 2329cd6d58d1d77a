//! The generator and what is made of its words.

use fanpin::random::{normal, normal_quantile, stream, unit};
use fanpin::units::Year;
use rand_distr::{Distribution, StandardNormal};

use crate::harness::{Bound, Findings, Row, Sample, World, normal_distribution};

const N: u64 = 1_000_000;
const YEAR: Year = Year::new(2021);
/// The Kolmogorov distribution exceeds this as rarely as a normal variate 4.5 standard deviations:
/// `√(−ln(p / 2) / 2)` with p = 6.8e-6.
const KOLMOGOROV: f64 = 2.51;

pub fn findings(world: World) -> Findings {
    let uniforms: Vec<f64> =
        (0..N / 4).flat_map(|id| world.block(0, id, YEAR, stream::NEWBORN)).map(unit).collect();
    let normals: Vec<f64> =
        (0..N / 4).flat_map(|id| world.block(0, id, YEAR, stream::HOUSEHOLD_YEAR)).map(normal).collect();
    let mean = |values: &[f64], f: fn(f64) -> f64| values.iter().map(|x| f(*x)).collect::<Sample>();
    let rows = vec![
        Row::of("Mean of uniforms", "1/2", 0.5, &mean(&uniforms, |u| u)),
        Row::of("Variance of uniforms", "1/12", 1.0 / 12.0, &mean(&uniforms, |u| (u - 0.5) * (u - 0.5))),
        Row::of("Product of neighbouring uniforms", "1/4", 0.25, &neighbours(&uniforms)),
        lanes(world),
        Row::of("Mean of normals", "0", 0.0, &mean(&normals, |z| z)),
        Row::of("Variance of normals", "1", 1.0, &mean(&normals, |z| z * z)),
        Row::of("Fourth moment of normals", "3", 3.0, &mean(&normals, |z| z * z * z * z)),
    ];
    let bounds = vec![
        Bound {
            claim: "Uniforms: Kolmogorov's √n D".to_owned(),
            against: "the uniform distribution",
            distance: kolmogorov(uniforms, |u| u),
            limit: KOLMOGOROV,
        },
        Bound {
            claim: "Normals: Kolmogorov's √n D".to_owned(),
            against: "the normal distribution, by the complementary error function",
            distance: kolmogorov(normals.clone(), normal_distribution),
            limit: KOLMOGOROV,
        },
        Bound {
            claim: "Normals: two samples' √(n/2) D".to_owned(),
            against: "`rand_distr::StandardNormal` (ziggurat) from the same generator",
            distance: two_samples(normals, rand_distr_normals(world)),
            limit: KOLMOGOROV,
        },
        Bound {
            claim: "Normal quantile, p from 1e-16 to 1 − 1e-10: largest relative error of p".to_owned(),
            against: "the complementary error function",
            distance: quantile_error(),
            limit: 1e-13,
        },
    ];
    Findings { rows, bounds }
}

fn neighbours(uniforms: &[f64]) -> Sample {
    uniforms.chunks_exact(2).map(|pair| pair[0] * pair[1]).collect()
}

/// Pearson's χ² of the 16 lanes over their upper 8 bits: mean and variance are 255 and 2 × 255 for
/// each lane, and lanes are independent.
fn lanes(world: World) -> Row {
    let mut counts = [[0_u64; 256]; 16];
    for id in 0..N / 4 {
        for (lane, bits) in world.key.lanes(id, YEAR).into_iter().enumerate() {
            let whole = world.word(u64::from(bits) << 48 | 1 << 47);
            counts[lane][(whole >> 56) as usize] += 1;
        }
    }
    let expected = (N / 4) as f64 / 256.0;
    let statistic = |counts: &[u64; 256]| -> f64 {
        counts.iter().map(|count| (*count as f64 - expected) * (*count as f64 - expected) / expected).sum()
    };
    let sum: f64 = counts.iter().map(statistic).sum();
    Row {
        claim: "χ² of the 16 lanes over 256 cells".to_owned(),
        closed_form: "16 × 255, variance twice that",
        n: N / 4,
        expected: 16.0 * 255.0,
        got: sum,
        se: libm::sqrt(2.0 * 16.0 * 255.0),
        slack: 0.0,
    }
}

fn kolmogorov(mut values: Vec<f64>, distribution: fn(f64) -> f64) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    let n = values.len() as f64;
    let steps = values.iter().enumerate().map(|(index, value)| {
        let at = distribution(*value);
        (at - index as f64 / n).max((index + 1) as f64 / n - at)
    });
    steps.fold(0.0, f64::max) * libm::sqrt(n)
}

fn two_samples(mut a: Vec<f64>, mut b: Vec<f64>) -> f64 {
    assert_eq!(a.len(), b.len(), "two samples of one size");
    a.sort_unstable_by(f64::total_cmp);
    b.sort_unstable_by(f64::total_cmp);
    let (mut behind, mut most) = (0_usize, 0_usize);
    for (index, value) in a.iter().enumerate() {
        while behind < b.len() && b[behind] <= *value {
            behind += 1;
        }
        most = most.max((index + 1).abs_diff(behind));
    }
    most as f64 / a.len() as f64 * libm::sqrt(a.len() as f64 / 2.0)
}

fn rand_distr_normals(world: World) -> Vec<f64> {
    let mut generator = world.key.generator(u64::MAX, YEAR, stream::SYNTHESIS_PERSON);
    (0..N).map(|_| StandardNormal.sample(&mut generator)).collect()
}

fn quantile_error() -> f64 {
    let tails = (0..160).map(|step| libm::exp10(-f64::from(step) / 10.0 - 0.01));
    let upper = (0..100).map(|step| 1.0 - libm::exp10(-f64::from(step) / 10.0 - 0.01));
    let lower = tails.map(|p| (normal_distribution(normal_quantile(p)) - p).abs() / p);
    // Above the middle the tail beyond is what a relative error means.
    let upper = upper.map(|p| {
        let tail = 1.0 - p;
        (normal_distribution(-normal_quantile(p)) - tail).abs() / tail
    });
    lower.chain(upper).fold(0.0, f64::max)
}

#[test]
fn kolmogorov_sees_a_shift() {
    let shifted: Vec<f64> = (0..10_000).map(|i| (f64::from(i) + 0.5) / 10_000.0 * 0.97).collect();
    assert!(kolmogorov(shifted.clone(), |u| u) > KOLMOGOROV);
    let even: Vec<f64> = (0..10_000).map(|i| (f64::from(i) + 0.5) / 10_000.0).collect();
    assert!(kolmogorov(even.clone(), |u| u) < 0.01);
    assert!(two_samples(even.clone(), even.clone()) < 0.01);
    assert!(two_samples(even.iter().map(|u| u * 0.95).collect(), even) > KOLMOGOROV);
}
