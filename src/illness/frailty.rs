//! Frailty: what makes some people ill again and again, beyond age, disease and disability.
//!
//! One number for life, the same under every regime. It multiplies the bounding intensity of potential
//! episodes by a lognormal factor of mean one, so admissions are overdispersed and the same people are
//! admitted again, and a part of the score of a year's outpatient spending is that of the person
//! (`society.care.outpatient_lasting_share`). Means over people don't move.
//!
//! Parameters: `society.care.frailty_log_sd`.

use crate::random::normal_quantile;

/// Classes of equal size that the number for life falls into.
const CLASSES: usize = 4_096;
/// One standard deviation of a score.
pub const SCORE_ONE: i32 = 4_096;

/// Factors and scores by class of the number for life.
#[derive(Debug, Clone)]
pub struct Frailty {
    /// Factor on the intensity of potential episodes, in parts per million.
    factors: Vec<u32>,
    /// Standard normal score, in 1/4,096.
    scores: Vec<i16>,
}

impl Frailty {
    /// Compiles the classes: lognormal factors whose mean over the classes is one.
    #[must_use]
    pub fn compile(log_sd: f64) -> Self {
        let z: Vec<f64> = (0..CLASSES).map(class_score).collect();
        let raw: Vec<f64> = z.iter().map(|z| libm::exp(log_sd * z)).collect();
        // A few thousand classes.
        #[allow(clippy::cast_precision_loss)]
        let mean = raw.iter().sum::<f64>() / CLASSES as f64;
        // Factors are under a few hundred, scores under four standard deviations.
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let ppm = |x: &f64| (x / mean * 1e6 + 0.5) as u32;
        #[allow(clippy::cast_possible_truncation)]
        let score = |z: &f64| libm::floor(z * f64::from(SCORE_ONE) + 0.5) as i16;
        Self { factors: raw.iter().map(ppm).collect(), scores: z.iter().map(score).collect() }
    }

    /// Factor in parts per million and score of a person with this number for life.
    #[must_use]
    pub fn of(&self, word: u16) -> (u32, i16) {
        let class = usize::from(word >> 4);
        (self.factors[class], self.scores[class])
    }
}

/// What frailty does to outpatient spending in expectation.
#[derive(Debug, Clone)]
pub struct ExpectedFrailty(Vec<(f64, f64)>);

impl ExpectedFrailty {
    /// Compiles classes of frailty with their outpatient spending, whose log rises by `slope` a standard
    /// deviation; both have mean one.
    #[must_use]
    pub fn compile(log_sd: f64, slope: f64) -> Self {
        let z: Vec<f64> = (CLASSES / 128..CLASSES).step_by(CLASSES / 64).map(class_score).collect();
        let with_mean_one = |slope: f64| -> Vec<f64> {
            let raw: Vec<f64> = z.iter().map(|z| libm::exp(slope * z)).collect();
            // Sixty-four classes.
            #[allow(clippy::cast_precision_loss)]
            let mean = raw.iter().sum::<f64>() / raw.len() as f64;
            raw.iter().map(|x| x / mean).collect()
        };
        Self(with_mean_one(log_sd).into_iter().zip(with_mean_one(slope)).collect())
    }

    /// Share of people admitted at a mean number of admissions, each counted with their outpatient spending.
    #[must_use]
    pub fn admitted(&self, rate: f64) -> f64 {
        let sum: f64 =
            self.0.iter().map(|(factor, spending)| spending * (1.0 - libm::exp(-rate * factor))).sum();
        // Sixty-four classes.
        #[allow(clippy::cast_precision_loss)]
        {
            sum / self.0.len() as f64
        }
    }
}

/// Standard normal score in the middle of a class.
fn class_score(class: usize) -> f64 {
    // A few thousand classes.
    #[allow(clippy::cast_precision_loss)]
    normal_quantile((class as f64 + 0.5) / CLASSES as f64)
}

/// Standard normal scores of a 16-bit lane, by its class, in 1/4,096.
#[must_use]
pub fn lane_scores() -> Vec<i16> {
    Frailty::compile(0.0).scores
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mean_factor_is_one_and_its_variance_that_of_the_lognormal() {
        let frailty = Frailty::compile(0.8);
        let factors: Vec<f64> =
            (0..CLASSES).map(|c| f64::from(frailty.of(u16::try_from(c * 16).unwrap()).0) / 1e6).collect();
        // Counts of classes are exact.
        #[allow(clippy::cast_precision_loss)]
        let n = CLASSES as f64;
        let mean = factors.iter().sum::<f64>() / n;
        let variance = factors.iter().map(|f| (f - mean) * (f - mean)).sum::<f64>() / n;
        // Rounding to parts per million errs by half of one.
        assert!((mean - 1.0).abs() < 5e-7, "{mean}");
        // exp(s²) − 1; classes leave out the tail beyond the last, under 4 % of it.
        let whole = libm::exp(0.64) - 1.0;
        assert!(variance < whole && variance > 0.96 * whole, "{variance} {whole}");
    }

    #[test]
    fn the_admitted_are_the_poisson_share_and_more_where_the_frail_spend_more() {
        let none = 1.0 - libm::exp(-0.2);
        assert!((ExpectedFrailty::compile(0.0, 0.7).admitted(0.2) - none).abs() < 1e-12);
        let spread = ExpectedFrailty::compile(1.0, 0.0).admitted(0.2);
        assert!(spread < none && spread > 0.7 * none, "{spread}");
        assert!(ExpectedFrailty::compile(1.0, 0.5).admitted(0.2) > spread);
    }

    #[test]
    fn without_spread_everybody_has_factor_one() {
        let frailty = Frailty::compile(0.0);
        assert!([0, 77, u16::MAX].iter().all(|word| frailty.of(*word).0 == 1_000_000));
    }
}
