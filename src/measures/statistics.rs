//! What is said of a measure over replicates.
//!
//! Two intervals are never mixed: the t interval of the *mean* (how well the model's expectation
//! is known) and the quantiles of the *spread* between replicates (how far one county's history
//! may lie). With one replicate neither exists.

use crate::measures::table::Statistics;
use crate::random::normal_quantile;

/// The critical values of the 95 % t interval by number of replicates, made once a run.
#[derive(Debug, Clone)]
pub struct CriticalValues(Vec<f64>);

impl CriticalValues {
    /// Critical values for up to this many replicates.
    #[must_use]
    pub fn up_to(replicates: usize) -> Self {
        Self((2..=replicates).map(|n| t_quantile(0.975, degrees(n - 1))).collect())
    }

    /// The critical value for a number of replicates, of which there are two or more.
    ///
    /// # Panics
    /// If it was not made.
    #[must_use]
    pub fn of(&self, replicates: usize) -> f64 {
        self.0[replicates - 2]
    }

    /// Mean, spread and interval of the values of a measure, one a replicate, in the order of the
    /// replicates. Everything but the mean is missing with a single value, and the mean with none.
    ///
    /// # Panics
    /// If there are more values than critical values were made for.
    #[must_use]
    pub fn describe(&self, values: &[f64]) -> Statistics {
        let replicates = u32::try_from(values.len()).expect("replicates are counted in u32");
        let Some(mean) = mean(values) else { return Statistics::default() };
        let Some(variance) = variance(values) else {
            return Statistics { mean: Some(mean), replicates, ..Statistics::default() };
        };
        let sd = libm::sqrt(variance);
        let se = sd / libm::sqrt(degrees(values.len()));
        let half = self.of(values.len()) * se;
        let mut sorted = values.to_vec();
        sorted.sort_unstable_by(f64::total_cmp);
        Statistics {
            mean: Some(mean),
            sd: Some(sd),
            se: Some(se),
            ci_low: Some(mean - half),
            ci_high: Some(mean + half),
            q025: Some(quantile(&sorted, 0.025)),
            median: Some(quantile(&sorted, 0.5)),
            q975: Some(quantile(&sorted, 0.975)),
            replicates,
        }
    }
}

/// The paired difference of a measure between two regimes over the replicates in which both are
/// defined, and the variance of the unpaired difference over that of the paired one (how many
/// times more replicates independent draws would have needed).
#[must_use]
pub fn difference(regime: &[f64], baseline: &[f64], critical: &CriticalValues) -> (Statistics, Option<f64>) {
    let paired: Vec<f64> = regime.iter().zip(baseline).map(|(a, b)| a - b).collect();
    let ratio = match (variance(regime), variance(baseline), variance(&paired)) {
        (Some(a), Some(b), Some(d)) if d > 0.0 => Some((a + b) / d),
        _ => None,
    };
    (critical.describe(&paired), ratio)
}

/// The mean, unless there are no values.
#[must_use]
pub fn mean(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / degrees(values.len()))
}

/// The sample variance (divisor n − 1), unless there are fewer than two values. Two passes.
#[must_use]
pub fn variance(values: &[f64]) -> Option<f64> {
    if values.len() < 2 {
        return None;
    }
    let mean = mean(values)?;
    let squares: f64 = values.iter().map(|value| (value - mean) * (value - mean)).sum();
    Some(squares / degrees(values.len() - 1))
}

/// The sample covariance (divisor n − 1) of pairs, unless there are fewer than two.
#[must_use]
pub fn covariance(xs: &[f64], ys: &[f64]) -> Option<f64> {
    if xs.len() < 2 || xs.len() != ys.len() {
        return None;
    }
    let (x, y) = (mean(xs)?, mean(ys)?);
    let products: f64 = xs.iter().zip(ys).map(|(a, b)| (a - x) * (b - y)).sum();
    Some(products / degrees(xs.len() - 1))
}

/// The quantile of sorted values at `p` in `[0, 1]`: Hyndman and Fan (1996), type 7, linear between
/// order statistics.
///
/// # Panics
/// If there are no values.
#[must_use]
pub fn quantile(sorted: &[f64], p: f64) -> f64 {
    let position = degrees(sorted.len() - 1) * p;
    // Between 0 and the last index.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let below = (libm::floor(position) as usize).min(sorted.len() - 1);
    let above = (below + 1).min(sorted.len() - 1);
    sorted[below] + (sorted[above] - sorted[below]) * (position - degrees(below))
}

/// The quantile of Student's t distribution at `p` in `(0, 1)` with `df > 0` degrees of freedom.
///
/// Newton's method on the distribution function. Above its median that function is concave, so the
/// iterates rise to the solution from the normal quantile, which lies below it.
#[must_use]
pub fn t_quantile(p: f64, df: f64) -> f64 {
    if p < 0.5 {
        return -t_quantile(1.0 - p, df);
    }
    let mut t = normal_quantile(p);
    for _ in 0..200 {
        let step = (p - t_distribution(t, df)) / t_density(t, df);
        t += step;
        if libm::fabs(step) <= 1e-14 * (1.0 + t) {
            break;
        }
    }
    t
}

/// The distribution function of Student's t at `t ≥ 0`: Abramowitz and Stegun (1964), 26.7.1.
fn t_distribution(t: f64, df: f64) -> f64 {
    1.0 - 0.5 * incomplete_beta(df / (df + t * t), df / 2.0, 0.5)
}

fn t_density(t: f64, df: f64) -> f64 {
    let log_scale =
        libm::lgamma((df + 1.0) / 2.0) - libm::lgamma(df / 2.0) - 0.5 * libm::log(df * std::f64::consts::PI);
    libm::exp(log_scale - (df + 1.0) / 2.0 * libm::log1p(t * t / df))
}

/// The regularised incomplete beta function, by its continued fraction (Abramowitz and Stegun
/// 1964, 26.5.8), on the side where that converges fast.
fn incomplete_beta(x: f64, a: f64, b: f64) -> f64 {
    if x <= 0.0 || x >= 1.0 {
        return x.clamp(0.0, 1.0);
    }
    if x > (a + 1.0) / (a + b + 2.0) {
        return 1.0 - incomplete_beta(1.0 - x, b, a);
    }
    let log_front =
        libm::lgamma(a + b) - libm::lgamma(a) - libm::lgamma(b) + a * libm::log(x) + b * libm::log1p(-x);
    libm::exp(log_front) / a * beta_fraction(x, a, b)
}

/// Lentz's evaluation of 26.5.8.
fn beta_fraction(x: f64, a: f64, b: f64) -> f64 {
    const TINY: f64 = 1e-300;
    let guard = |value: f64| if libm::fabs(value) < TINY { TINY } else { value };
    let mut c = 1.0;
    let mut d = 1.0 / guard(1.0 - (a + b) * x / (a + 1.0));
    let mut fraction = d;
    for step in 1..10_000 {
        let m = f64::from(step);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        d = 1.0 / guard(1.0 + even * d);
        c = guard(1.0 + even / c);
        fraction *= d * c;
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        d = 1.0 / guard(1.0 + odd * d);
        c = guard(1.0 + odd / c);
        fraction *= d * c;
        if libm::fabs(d * c - 1.0) < 1e-16 {
            break;
        }
    }
    fraction
}

/// A count of replicates as a number.
fn degrees(count: usize) -> f64 {
    f64::from(u32::try_from(count).expect("replicates are counted in u32"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use statrs::distribution::{ContinuousCDF, StudentsT};

    #[test]
    fn t_quantiles_agree_with_statrs() {
        for df in [1.0, 2.0, 3.0, 4.0, 9.0, 19.0, 29.0, 99.0, 999.0] {
            let oracle = StudentsT::new(0.0, 1.0, df).expect("a proper distribution");
            for p in [0.01, 0.4, 0.6, 0.9, 0.975, 0.999] {
                let ours = t_quantile(p, df);
                assert!(
                    (oracle.cdf(ours) - p).abs() < 1e-12,
                    "df {df}, p {p}: {ours} against {}",
                    oracle.inverse_cdf(p)
                );
            }
        }
    }

    #[test]
    fn t_quantiles_match_the_printed_table() {
        // NIST/SEMATECH e-Handbook, critical values of Student's t, 0.975.
        for (df, t) in [(1.0, 12.706), (4.0, 2.776), (19.0, 2.093), (100.0, 1.984)] {
            assert!((t_quantile(0.975, df) - t).abs() < 5e-4, "{df}: {}", t_quantile(0.975, df));
        }
        assert!((t_quantile(0.975, 1.0) - 12.706_204_736_174_7).abs() < 1e-10);
    }

    #[test]
    fn quantiles_are_those_of_type_seven() {
        // R: quantile(c(1, 2, 4, 8), c(0.025, 0.5, 0.975), type = 7), by hand: position 3p.
        let sorted = [1.0, 2.0, 4.0, 8.0];
        assert_eq!(quantile(&sorted, 0.025), 1.075);
        assert_eq!(quantile(&sorted, 0.5), 3.0);
        assert!((quantile(&sorted, 0.975) - 7.7).abs() < 1e-12);
        assert_eq!(quantile(&sorted, 1.0), 8.0);
    }

    #[test]
    fn one_replicate_has_a_mean_and_nothing_else() {
        let critical = CriticalValues::up_to(3);
        let one = critical.describe(&[0.25]);
        assert_eq!(one, Statistics { mean: Some(0.25), replicates: 1, ..Statistics::default() });
        assert_eq!(critical.describe(&[]), Statistics::default());
        let (paired, ratio) = difference(&[0.25], &[0.5], &critical);
        assert_eq!((paired.mean, paired.se, ratio), (Some(-0.25), None, None));
    }

    #[test]
    fn mean_and_interval_of_three_values() {
        let statistics = CriticalValues::up_to(3).describe(&[1.0, 2.0, 3.0]);
        assert_eq!((statistics.mean, statistics.sd), (Some(2.0), Some(1.0)));
        // The quantile with two degrees of freedom is (2p − 1) √(2 / (4p (1 − p))).
        let half = 0.95 * (2.0f64 / (4.0 * 0.975 * 0.025)).sqrt() / 3f64.sqrt();
        assert!((statistics.ci_high.unwrap() - 2.0 - half).abs() < 1e-12);
        assert!((statistics.ci_low.unwrap() - 2.0 + half).abs() < 1e-12);
    }

    #[test]
    fn the_variance_ratio_counts_what_pairing_saves() {
        let critical = CriticalValues::up_to(4);
        let baseline = [1.0, 2.0, 3.0, 4.0];
        let regime = [0.0, 1.5, 2.0, 3.5];
        let (paired, ratio) = difference(&regime, &baseline, &critical);
        assert_eq!(paired.mean, Some(-0.75));
        let expected =
            (variance(&regime).unwrap() + variance(&baseline).unwrap()) / (0.25 * 0.25 * 4.0 / 3.0);
        assert!((ratio.unwrap() - expected).abs() < 1e-12);
        let (same, none) = difference(&baseline, &baseline, &critical);
        assert_eq!((same.mean, same.sd, none), (Some(0.0), Some(0.0), None));
    }
}
