//! The bootstrap: how far an estimate would move if other rows had been drawn.
//!
//! Rows are drawn with replacement, as many as there are, and the estimate is made again (Efron 1979); the interval lies between
//! the 2.5 % and 97.5 % quantiles of these estimates. Drawn rows depend on the seed and the number of the resample only. Rows of a
//! [`sobol`](super::sobol) design are more even than independent ones, so for them the interval is rather too wide than too narrow.

use super::{below, real};
use crate::measures::statistics::{quantile, variance};
use crate::random::{Key, stream};
use crate::units::Year;

/// Resamples that tell an interval's ends.
pub const RESAMPLES: usize = 1000;

/// An estimate with its 95 % bootstrap interval; no interval where there are fewer than two rows.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Estimate {
    /// The estimate from all rows.
    pub value: f64,
    /// Standard deviation over resamples.
    pub error: Option<f64>,
    /// Ends of the interval.
    pub interval: Option<(f64, f64)>,
}

/// What is estimated from rows drawn from a sample: estimates that are undefined for some resample are NaN.
///
/// `estimate` gets the numbers of the rows and gives as many numbers each time. `None` where an estimate is undefined for all rows;
/// resamples for which it is undefined count no further.
#[must_use]
pub fn bootstrap(rows: usize, seed: u64, estimate: impl Fn(&[usize]) -> Vec<f64>) -> Vec<Option<Estimate>> {
    let all: Vec<usize> = (0..rows).collect();
    let values = estimate(&all);
    let resamples: Vec<Vec<f64>> = if rows < 2 {
        Vec::new()
    } else {
        (0..RESAMPLES).map(|number| estimate(&resample(rows, seed, number as u64))).collect()
    };
    let one = |(at, value): (usize, &f64)| {
        let mut drawn: Vec<f64> = resamples.iter().map(|row| row[at]).filter(|x| x.is_finite()).collect();
        value.is_finite().then(|| of(*value, &mut drawn))
    };
    values.iter().enumerate().map(one).collect()
}

fn of(value: f64, drawn: &mut [f64]) -> Estimate {
    drawn.sort_unstable_by(f64::total_cmp);
    let Some(variance) = variance(drawn) else { return Estimate { value, ..Estimate::default() } };
    let interval = (quantile(drawn, 0.025), quantile(drawn, 0.975));
    Estimate { value, error: Some(libm::sqrt(variance)), interval: Some(interval) }
}

/// As many numbers below `rows`, drawn with replacement.
fn resample(rows: usize, seed: u64, number: u64) -> Vec<usize> {
    let key = Key { seed, replicate: 0 };
    let mut generator = key.generator(number, Year::new(1900), stream::BOOTSTRAP);
    (0..rows).map(|_| below(rows, &mut generator)).collect()
}

/// The mean of the values at some rows.
pub(super) fn mean_at(values: &[f64], rows: &[usize]) -> f64 {
    rows.iter().map(|row| values[*row]).sum::<f64>() / real(rows.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::normal;

    /// Rows of standard normals of a numbered sample.
    fn sample(number: u64, rows: usize) -> Vec<f64> {
        let mut generator =
            Key { seed: 9, replicate: 0 }.generator(number, Year::new(1901), stream::BOOTSTRAP);
        (0..rows).map(|_| normal(generator.word())).collect()
    }

    #[test]
    fn the_error_of_a_mean_is_the_one_of_the_textbook() {
        let values = sample(0, 400);
        let found = bootstrap(400, 1, |rows| vec![mean_at(&values, rows)])[0].unwrap();
        let textbook = libm::sqrt(variance(&values).unwrap() / 400.0);
        // The standard deviation of 1000 resamples has a relative standard error of 1 in √2000.
        let off = (found.error.unwrap() / textbook - 1.0).abs();
        assert!(off < 4.5 / libm::sqrt(2000.0), "{off}");
    }

    #[test]
    fn intervals_of_a_mean_cover_it_as_often_as_they_say() {
        let covered = (0..300_u64)
            .filter(|number| {
                let values = sample(1 + number, 50);
                let found = bootstrap(50, 1, |rows| vec![mean_at(&values, rows)])[0].unwrap();
                let (low, high) = found.interval.unwrap();
                (low..=high).contains(&0.0)
            })
            .count();
        // 95 % of 300, and 4.5 binomial standard deviations; the percentile interval of 50 values is a little narrow.
        assert!((268..=300).contains(&covered) && covered < 300, "{covered}");
    }

    #[test]
    fn what_is_undefined_stays_so() {
        assert_eq!(bootstrap(5, 1, |_| vec![f64::NAN]), [None]);
        let one = bootstrap(1, 1, |_| vec![2.0])[0].unwrap();
        assert_eq!((one.value, one.error, one.interval), (2.0, None, None));
    }
}
