//! A toy model whose posterior is known: outcomes linear in the parameters, errors normal, so that the posterior is normal with mean
//! (AᵀWA)⁻¹AᵀW(z − c) and covariance (AᵀWA)⁻¹, W the inverse variances.

use super::belief::Belief;
use super::cholesky::Cholesky;
use super::likelihood::Target;
use super::self_check::{Pair, self_check};
use super::summary::{column, correlations};
use super::*;
use crate::measures::statistics::{mean, variance};

/// Outcomes c + A u, with noise of a known variance that is the same at every point, as twins have it.
struct Linear {
    noise: f64,
    offset: f64,
}

const SLOPES: [[f64; 2]; 3] = [[1.0, 0.5], [0.3, -1.0], [0.8, 0.8]];
const START: [f64; 3] = [2.0, 1.0, -1.0];
const ERRORS: [f64; 3] = [0.08, 0.1, 0.12];
const TRUTH: [f64; 2] = [0.55, 0.45];

fn outcome(target: usize, point: &[f64]) -> f64 {
    START[target] + SLOPES[target][0] * point[0] + SLOPES[target][1] * point[1]
}

impl Model for Linear {
    fn simulate(&self, point: &[f64]) -> Result<Option<Vec<Outcome>>, CalibrationError> {
        let of = |target| Outcome { mean: outcome(target, point) + self.offset, variance: self.noise };
        Ok(self.allows(point).then(|| (0..3).map(of).collect()))
    }

    fn allows(&self, _point: &[f64]) -> bool {
        true
    }
}

fn targets() -> Vec<Target> {
    (0..3)
        .map(|target| Target {
            id: format!("t{target}"),
            value: outcome(target, &TRUTH) + 0.02,
            error_sd: ERRORS[target],
        })
        .collect()
}

const FLAT: [Belief; 2] = [Belief::Flat; 2];

const SETTINGS: Settings = Settings {
    points: 12,
    waves: 2,
    draws: 100,
    verify: 20,
    polish: 60,
    steps: 1500,
    tails: Tails::Normal,
    seed: 5,
    threads: 2,
};

/// AᵀWA and AᵀW(z − c), with what beliefs add: the inverse of their variance, here a sixteenth, and that times their centre.
fn normal_equations(noise: f64, beliefs: &[Belief; 2]) -> (Vec<f64>, Vec<f64>) {
    let (mut information, mut right) = (vec![0.0; 4], vec![0.0; 2]);
    for (target, published) in targets().iter().enumerate() {
        let weight = 1.0 / (ERRORS[target] * ERRORS[target] + noise);
        for i in 0..2 {
            right[i] += weight * SLOPES[target][i] * (published.value - START[target]);
            for j in 0..2 {
                information[2 * i + j] += weight * SLOPES[target][i] * SLOPES[target][j];
            }
        }
    }
    for (i, belief) in beliefs.iter().enumerate() {
        if let Belief::Normal { centre } = belief {
            information[3 * i] += 16.0;
            right[i] += 16.0 * centre;
        }
    }
    (information, right)
}

#[test]
fn the_posterior_of_a_linear_model_is_the_normal_one() {
    the_posterior_is_the_normal_one(&FLAT);
}

/// Far enough from the ends of the range that their being cut off doesn't show.
#[test]
fn so_it_is_with_normal_beliefs_that_pull_it_off() {
    the_posterior_is_the_normal_one(&[Belief::Normal { centre: 0.3 }, Belief::Normal { centre: 0.7 }]);
}

fn the_posterior_is_the_normal_one(beliefs: &[Belief; 2]) {
    let noise = 0.001;
    let found = calibrate(&Linear { noise, offset: 0.0 }, beliefs, &targets(), &SETTINGS).expect("it runs");
    let (information, right) = normal_equations(noise, beliefs);
    let factor = Cholesky::of(&information, 2).expect("it is positive definite");
    let (centre, covariance) = (factor.solve(&right), factor.inverse());
    let draws: Vec<Vec<f64>> = found.chain.draws().cloned().collect();
    // 4.5 standard errors, from the number of independent draws.
    let error = 4.5 / libm::sqrt(found.chain.effective());
    assert!(error < 0.2, "{error}");
    let mut sds = Vec::new();
    for (parameter, expected) in centre.iter().enumerate() {
        let values = column(&draws, parameter);
        let sd = libm::sqrt(covariance[3 * parameter]);
        let (mean, spread) = (mean(&values).expect("draws"), libm::sqrt(variance(&values).expect("draws")));
        assert!((mean - expected).abs() < sd * error, "{parameter}: {mean}, expected {expected} ± {sd}");
        assert!((spread / sd - 1.0).abs() < error, "{parameter}: {spread}, expected {sd}");
        sds.push(sd);
    }
    let correlation = covariance[1] / (sds[0] * sds[1]);
    assert!((correlations(&draws)[0][1] - correlation).abs() < error, "expected {correlation}");
    // The optimum is the least-squares one, which is the posterior's mean.
    for (at, expected) in found.best.point.iter().zip(&centre) {
        assert!((at - expected).abs() < 0.005, "{:?}, expected {centre:?}", found.best.point);
    }
    assert_eq!(found.draws.len(), 100);
    assert_eq!(found.simulations, SETTINGS.simulations(2).min(found.simulations));
    assert_eq!(found.foretold(), Some(1.0));
    let last = found.waves.last().expect("a wave");
    assert!(last.rank == 1 && last.share < 0.5 && last.share <= found.waves[0].share);
}

#[test]
fn a_calibration_is_the_same_at_any_number_of_threads() {
    let with = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
        let settings = Settings { threads, steps: 60, ..SETTINGS };
        let model = Linear { noise: 0.001, offset: 0.0 };
        let found = pool.install(|| calibrate(&model, &FLAT, &targets(), &settings)).expect("it runs");
        (found.best, found.draws, found.waves, found.verified)
    };
    assert!(with(1) == with(3));
}

/// Refuses half of the cube.
struct Half(Linear);

impl Model for Half {
    fn simulate(&self, point: &[f64]) -> Result<Option<Vec<Outcome>>, CalibrationError> {
        if self.allows(point) { self.0.simulate(point) } else { Ok(None) }
    }

    fn allows(&self, point: &[f64]) -> bool {
        point[0] + point[1] < 1.0
    }
}

#[test]
fn what_the_model_refuses_is_no_part_of_the_posterior() {
    let model = Half(Linear { noise: 0.001, offset: 0.0 });
    let found = calibrate(&model, &FLAT, &targets(), &Settings { steps: 200, ..SETTINGS }).expect("it runs");
    assert!(found.draws.len() > 50 && found.draws.iter().all(|point| model.allows(point)));
    assert!(model.allows(&found.best.point));
}

/// Refuses everything.
struct Nothing;

impl Model for Nothing {
    fn simulate(&self, _point: &[f64]) -> Result<Option<Vec<Outcome>>, CalibrationError> {
        Ok(None)
    }

    fn allows(&self, point: &[f64]) -> bool {
        point[0] < 0.5
    }
}

#[test]
fn a_model_that_refuses_everything_is_said_to() {
    let error = calibrate(&Nothing, &FLAT, &targets(), &SETTINGS).expect_err("nothing runs");
    assert_eq!(error, CalibrationError::TooFewPoints { found: 0, needed: 12 });
}

#[test]
fn targets_that_contradict_each_other_are_left_aside_and_said_to_be() {
    let mut contradicting = targets();
    contradicting[2].value += 3.0;
    let settings = Settings { waves: 1, steps: 60, ..SETTINGS };
    let found =
        calibrate(&Linear { noise: 0.001, offset: 0.0 }, &FLAT, &contradicting, &settings).expect("it runs");
    assert_eq!(found.waves[0].rank, 2);
    assert!(found.misfit > 9.0);
}

#[test]
fn heavier_tails_keep_a_target_that_cannot_be_met_from_bending_the_rest() {
    let mut contradicting = targets();
    contradicting[2].value += 3.0;
    let with = |tails| {
        let settings = Settings { tails, steps: 60, ..SETTINGS };
        calibrate(&Linear { noise: 0.001, offset: 0.0 }, &FLAT, &contradicting, &settings)
            .expect("it runs")
            .best
            .point
    };
    let away = |at: &[f64]| (at[0] - TRUTH[0]).hypot(at[1] - TRUTH[1]);
    let (normal, student) = (with(Tails::Normal), with(Tails::Student));
    assert!(away(&student) < 0.15 && away(&normal) > 0.3, "{student:?} {normal:?}");
}

/// A model whose noise has a standard deviation of 0.02, and a world that this noise has moved by as much.
#[test]
fn honest_intervals_hold_the_truth_as_often_as_they_say() {
    let model = Linear { noise: 0.0004, offset: 0.0 };
    let world = Linear { noise: 0.0004, offset: 0.02 };
    let settings = Settings { steps: 300, ..SETTINGS };
    let found = self_check(Pair { model: &model, world: &world }, &FLAT, &targets(), &settings, 120)
        .expect("it runs");
    assert!(found.is_honest(), "{:?}", found.coverage());
    assert!(found.plausible() >= 110);
}

/// A world that differs from the model by more than the errors, which know of no noise, allow for.
#[test]
fn a_wrong_error_model_fails_the_check() {
    let model = Linear { noise: 0.0, offset: 0.0 };
    let world = Linear { noise: 0.0, offset: 0.15 };
    let settings = Settings { steps: 300, ..SETTINGS };
    let found = self_check(Pair { model: &model, world: &world }, &FLAT, &targets(), &settings, 120)
        .expect("it runs");
    assert!(!found.is_honest(), "{:?}", found.coverage());
}
