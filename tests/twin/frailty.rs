//! Frailty: what makes some people ill again and again. A number for life falls into one of 4,096 classes of equal
//! size, and has the standard normal score of the middle of its class.

use fanpin::random::normal_quantile;

const CLASSES: u16 = 4_096;

fn score_of_class(class: u16) -> f64 {
    normal_quantile((f64::from(class) + 0.5) / f64::from(CLASSES))
}

/// The score of a number of 16 bits, in whole 1/4,096 of a standard deviation.
pub fn score(number: u16) -> i64 {
    crate::setting::whole(score_of_class(number / 16) * 4_096.0)
}

/// Mean over all classes of a factor that is lognormal in the score.
pub fn mean_factor(log_sd: f64) -> f64 {
    (0..CLASSES).map(|class| libm::exp(log_sd * score_of_class(class))).sum::<f64>() / f64::from(CLASSES)
}

/// Factor of a number for life on potential stays, in whole millionths; `mean` is that of all people.
pub fn factor(number: u16, log_sd: f64, mean: f64) -> i64 {
    crate::setting::whole(libm::exp(log_sd * score_of_class(number / 16)) / mean * 1e6)
}

/// Share of people who are admitted at a mean number of admissions, each counted with the outpatient spending that
/// goes with their frailty: over every sixty-fourth class.
pub fn admitted_by_spending(admissions: f64, log_sd: f64, spending_log_sd: f64) -> f64 {
    let scores: Vec<f64> = (32..CLASSES).step_by(64).map(score_of_class).collect();
    let people = scores.len() as f64;
    let mean = |slope: f64| scores.iter().map(|z| libm::exp(slope * z)).sum::<f64>() / people;
    let (mean_factor, mean_spending) = (mean(log_sd), mean(spending_log_sd));
    let admitted = |z: &f64| {
        let factor = libm::exp(log_sd * z) / mean_factor;
        libm::exp(spending_log_sd * z) / mean_spending * (1.0 - libm::exp(-admissions * factor))
    };
    scores.iter().map(admitted).sum::<f64>() / people
}
