//! How much of what differs between points is Monte Carlo.
//!
//! All points are lived by the same twins, so a result is y = point + replicate + rest: what a replicate does to all points alike moves
//! no index. The rest, in which a replicate differs between points, is the noise of the points' means: with P points and R replicates
//! its variance is Σ (y − ȳ of the point − ȳ of the replicate + ȳ)² / ((P − 1)(R − 1)), as in a table of two ways without repetition
//! (Fisher 1925), and a mean over replicates has one R-th of it.

/// Variances of a result over points and replicates.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Noise {
    /// Share of the variance of the points' means that is Monte Carlo.
    pub share: f64,
    /// Standard error of a point's difference from another that is due to the number of replicates.
    pub error: f64,
}

/// The noise of results `[point][replicate]`; nothing with fewer than two of either, or if all points come out alike.
#[must_use]
pub fn noise(results: &[&[f64]]) -> Option<Noise> {
    let replicates = results.first()?.len();
    if results.len() < 2 || replicates < 2 || results.iter().any(|point| point.len() != replicates) {
        return None;
    }
    let (p, r) = (real(results.len()), real(replicates));
    let of_point: Vec<f64> = results.iter().map(|point| point.iter().sum::<f64>() / r).collect();
    let of_replicate: Vec<f64> =
        (0..replicates).map(|at| results.iter().map(|point| point[at]).sum::<f64>() / p).collect();
    let all = of_point.iter().sum::<f64>() / p;
    let rest = |(point, mean): (&&[f64], &f64)| -> f64 {
        let square = |(y, replicate): (&f64, &f64)| {
            let rest = y - mean - replicate + all;
            rest * rest
        };
        point.iter().zip(&of_replicate).map(square).sum()
    };
    let rest: f64 = results.iter().zip(&of_point).map(rest).sum::<f64>() / ((p - 1.0) * (r - 1.0));
    let between: f64 = of_point.iter().map(|mean| (mean - all) * (mean - all)).sum::<f64>() / (p - 1.0);
    let of_mean = rest / r;
    (between > 0.0).then(|| Noise { share: of_mean / between, error: libm::sqrt(2.0 * of_mean) })
}

fn real(count: usize) -> f64 {
    f64::from(u32::try_from(count).expect("points and replicates are far fewer than 2^32"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{Key, normal, stream};
    use crate::units::Year;

    /// Points that lie `spread` apart, replicates that shift all of them, and noise.
    fn sample(points: u64, replicates: usize, spread: f64, sd: f64) -> Vec<Vec<f64>> {
        let key = Key { seed: 5, replicate: 0 };
        let mut shift = key.generator(u64::MAX, Year::new(1902), stream::DESIGN);
        let shift: Vec<f64> = (0..replicates).map(|_| 10.0 * normal(shift.word())).collect();
        let point = |number| {
            let mut generator = key.generator(number, Year::new(1902), stream::DESIGN);
            let place = spread * normal(generator.word());
            shift.iter().map(|shift| place + shift + sd * normal(generator.word())).collect()
        };
        (0..points).map(point).collect()
    }

    fn found(sample: &[Vec<f64>]) -> Option<Noise> {
        noise(&sample.iter().map(Vec::as_slice).collect::<Vec<&[f64]>>())
    }

    #[test]
    fn the_share_of_noise_is_what_was_put_in_whatever_shifts_all_points() {
        // Variance 1 of the points, 4 of the noise over 4 replicates: 1 of 2.
        let share = found(&sample(4000, 4, 1.0, 2.0)).unwrap().share;
        // The relative standard error of the ratio of two variances with 11,997 and 3,999 degrees of freedom is 0.026.
        assert!((share / 0.5 - 1.0).abs() < 4.5 * 0.026, "{share}");
        assert!((share / 0.6 - 1.0).abs() > 4.5 * 0.026, "{share}");
        let none = found(&sample(50, 4, 1.0, 0.0)).unwrap();
        assert!(none.share < 1e-20);
    }

    #[test]
    fn one_replicate_or_one_point_says_nothing() {
        assert_eq!(found(&sample(10, 1, 1.0, 1.0)), None);
        assert_eq!(found(&sample(1, 5, 1.0, 1.0)), None);
        assert_eq!(found(&[vec![1.0, 2.0], vec![1.0, 2.0]]), None);
    }
}
