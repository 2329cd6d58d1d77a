//! What a model would give at a point at which it was not run: a Gaussian process through the points at which it was.
//!
//! y(x) = h(x)β + f(x) + ε with a linear mean h(x) = (1, x), f of squared-exponential correlation with a length for each
//! parameter (so that parameters without effect drop out), and a nugget ε for what is rough on small scales: households that fall to
//! one or the other side of a threshold. β and the variance are integrated out or profiled; lengths and nugget maximise the restricted
//! likelihood (Harville 1974) under weak priors, by its gradient with resilient steps (Blum and Riedmiller 2013). Left-out residuals
//! come in closed form (Dubrule 1983); where they are larger than the emulator says, its variance is raised to match.
//!
//! Points are of the unit cube.

use super::cholesky::{Cholesky, dot};

/// Steps of the gradient.
const STEPS: usize = 60;
/// Mean and standard deviation of the prior on the logarithm of a length; a length of 1 is the width of the cube.
const LENGTH_PRIOR: (f64, f64) = (0.3, 1.0);
/// The same of the nugget, relative to the variance of the process: 0.01 within two orders of magnitude.
const NUGGET_PRIOR: (f64, f64) = (-4.6, 2.3);
/// Least and greatest logarithm of a length.
const LENGTHS: (f64, f64) = (-2.5, 3.5);
/// Least and greatest logarithm of the nugget.
const NUGGETS: (f64, f64) = (-16.0, 2.0);

/// An emulator of one output.
#[derive(Debug, Clone)]
pub struct Emulator {
    dimensions: usize,
    /// One over each length.
    rates: Vec<f64>,
    /// Points at which the model was run, each coordinate over its length.
    scaled: Vec<f64>,
    /// Weights of the correlations with the points.
    weights: Vec<f64>,
    /// Coefficients of the mean.
    beta: Vec<f64>,
    /// C⁻¹ − C⁻¹H(HᵀC⁻¹H)⁻¹HᵀC⁻¹.
    projection: Vec<f64>,
    /// (HᵀC⁻¹H)⁻¹HᵀC⁻¹ by rows.
    slopes: Vec<f64>,
    /// (HᵀC⁻¹H)⁻¹ by rows.
    inverse_information: Vec<f64>,
    variance: f64,
    nugget: f64,
    /// Factor on the variance that left-out residuals ask for, at least 1.
    inflation: f64,
    fit: LeftOut,
}

/// How an emulator does at points that it is not shown.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LeftOut {
    /// Share of the variance between points that is foretold: 1 is all, 0 no better than their mean.
    pub explained: f64,
    /// Root mean square error, in the output's unit.
    pub error: f64,
    /// Share of points within two standard errors.
    pub within_two: f64,
    /// Root mean square of the error over the standard error; 1 for an emulator that knows what it doesn't know.
    pub calibration: f64,
}

/// A prediction.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Prediction {
    /// Expected output.
    pub mean: f64,
    /// Variance of the expectation, without the nugget.
    pub variance: f64,
}

/// Lengths and nugget, as logarithms.
#[derive(Debug, Clone)]
struct Shape(Vec<f64>);

impl Shape {
    fn start(dimensions: usize) -> Self {
        let mut shape = vec![LENGTH_PRIOR.0; dimensions];
        shape.push(NUGGET_PRIOR.0);
        Self(shape)
    }

    fn dimensions(&self) -> usize {
        self.0.len() - 1
    }

    fn rates(&self) -> Vec<f64> {
        self.0[..self.dimensions()].iter().map(|length| libm::exp(-length)).collect()
    }

    fn nugget(&self) -> f64 {
        libm::exp(self.0[self.dimensions()])
    }

    fn of(&self, index: usize) -> ((f64, f64), (f64, f64)) {
        if index < self.dimensions() { (LENGTH_PRIOR, LENGTHS) } else { (NUGGET_PRIOR, NUGGETS) }
    }

    /// Logarithm of the prior, and its slope.
    fn prior(&self, index: usize) -> (f64, f64) {
        let ((mean, sd), _) = self.of(index);
        let away = (self.0[index] - mean) / sd;
        (-0.5 * away * away, -away / sd)
    }
}

/// The data of an emulator.
struct Data<'a> {
    points: &'a [Vec<f64>],
    outputs: Vec<f64>,
}

/// What one choice of lengths and nugget comes to.
struct Trial {
    /// Lengths and nugget, as logarithms.
    shape: Vec<f64>,
    density: f64,
    gradient: Vec<f64>,
    scaled: Vec<f64>,
    projection: Vec<f64>,
    slopes: Vec<f64>,
    inverse_information: Vec<f64>,
    residual: Vec<f64>,
    variance: f64,
}

impl Data<'_> {
    fn dimensions(&self) -> usize {
        self.points[0].len()
    }

    fn scaled(&self, rates: &[f64]) -> Vec<f64> {
        self.points.iter().flat_map(|point| point.iter().zip(rates).map(|(x, rate)| x * rate)).collect()
    }

    /// Density, gradient, and all that predictions need; nothing where the matrix can't be factored.
    fn trial(&self, shape: &Shape) -> Option<Trial> {
        let (n, d, q) = (self.points.len(), self.dimensions(), self.dimensions() + 1);
        let scaled = self.scaled(&shape.rates());
        let correlation = correlations(&scaled, n, d);
        let mut matrix = correlation.clone();
        for i in 0..n {
            matrix[i * n + i] += shape.nugget();
        }
        let factor = Cholesky::of(&matrix, n)?;
        let mut projection = factor.inverse();
        let basis = basis(self.points);
        // C⁻¹H by columns, then HᵀC⁻¹H.
        let solved: Vec<Vec<f64>> = basis.iter().map(|column| factor.solve(column)).collect();
        let information: Vec<f64> = basis.iter().flat_map(|a| solved.iter().map(|b| dot(a, b))).collect();
        let information = Cholesky::of(&information, q)?;
        let slopes = slopes(&information, &solved, n);
        for (i, row) in projection.chunks_exact_mut(n).enumerate() {
            for (column, slope) in solved.iter().zip(slopes.chunks_exact(n)) {
                let a = column[i];
                row.iter_mut().zip(slope).for_each(|(p, s)| *p -= a * s);
            }
        }
        let residual: Vec<f64> = projection.chunks_exact(n).map(|row| dot(row, &self.outputs)).collect();
        let variance = dot(&residual, &self.outputs).max(f64::MIN_POSITIVE) / (n - q) as f64;
        let likelihood = -0.5
            * ((n - q) as f64 * libm::log(variance)
                + factor.log_determinant()
                + information.log_determinant());
        let prior: f64 = (0..=d).map(|index| shape.prior(index).0).sum();
        let gradient = self.gradient(shape, &correlation, &scaled, &projection, &residual, variance);
        Some(Trial {
            shape: shape.0.clone(),
            density: likelihood + prior,
            gradient,
            scaled,
            inverse_information: information.inverse(),
            projection,
            slopes,
            residual,
            variance,
        })
    }

    /// −½ tr(G ∂C) with G = P − P y yᵀ P / σ², and the prior's slope.
    fn gradient(
        &self,
        shape: &Shape,
        correlation: &[f64],
        scaled: &[f64],
        projection: &[f64],
        residual: &[f64],
        variance: f64,
    ) -> Vec<f64> {
        let (n, d) = (self.points.len(), self.dimensions());
        let mut gradient = vec![0.0; d + 1];
        for i in 0..n {
            let own = &scaled[i * d..(i + 1) * d];
            for j in 0..i {
                let g = projection[i * n + j] - residual[i] * residual[j] / variance;
                let weight = g * correlation[i * n + j];
                let other = &scaled[j * d..(j + 1) * d];
                for k in 0..d {
                    let apart = own[k] - other[k];
                    gradient[k] -= weight * apart * apart;
                }
            }
            let g = projection[i * n + i] - residual[i] * residual[i] / variance;
            gradient[d] -= 0.5 * g * shape.nugget();
        }
        for (index, slope) in gradient.iter_mut().enumerate() {
            *slope += shape.prior(index).1;
        }
        gradient
    }
}

/// Squared-exponential correlations of points whose coordinates are over their lengths.
fn correlations(scaled: &[f64], n: usize, d: usize) -> Vec<f64> {
    let mut matrix = vec![0.0; n * n];
    for i in 0..n {
        for j in 0..i {
            let value = correlation(&scaled[i * d..(i + 1) * d], &scaled[j * d..(j + 1) * d]);
            matrix[i * n + j] = value;
            matrix[j * n + i] = value;
        }
        matrix[i * n + i] = 1.0;
    }
    matrix
}

fn correlation(a: &[f64], b: &[f64]) -> f64 {
    let squares: f64 = a.iter().zip(b).map(|(x, y)| (x - y) * (x - y)).sum();
    libm::exp(-0.5 * squares)
}

/// The columns of the mean: 1, then each parameter.
fn basis(points: &[Vec<f64>]) -> Vec<Vec<f64>> {
    let constant = vec![1.0; points.len()];
    let of = |k: usize| points.iter().map(|point| point[k]).collect();
    std::iter::once(constant).chain((0..points[0].len()).map(of)).collect()
}

/// (HᵀC⁻¹H)⁻¹HᵀC⁻¹ by rows.
fn slopes(information: &Cholesky, solved: &[Vec<f64>], n: usize) -> Vec<f64> {
    let mut rows = vec![0.0; solved.len() * n];
    for i in 0..n {
        let column: Vec<f64> = solved.iter().map(|column| column[i]).collect();
        for (row, value) in information.solve(&column).into_iter().enumerate() {
            rows[row * n + i] = value;
        }
    }
    rows
}

/// Climbs to the greatest density by the signs of its gradient (iRprop−).
fn climb(data: &Data) -> Option<Trial> {
    let mut shape = Shape::start(data.dimensions());
    let mut best = data.trial(&shape)?;
    let mut steps = vec![0.3; shape.0.len()];
    let mut before = vec![0.0; shape.0.len()];
    let mut gradient = best.gradient.clone();
    for _ in 0..STEPS {
        for index in 0..shape.0.len() {
            let turned = gradient[index] * before[index];
            if turned > 0.0 {
                steps[index] = (steps[index] * 1.2_f64).min(0.8);
            } else if turned < 0.0 {
                steps[index] *= 0.5;
                gradient[index] = 0.0;
            }
            let (_, (least, most)) = shape.of(index);
            let step = if gradient[index] == 0.0 { 0.0 } else { steps[index].copysign(gradient[index]) };
            shape.0[index] = (shape.0[index] + step).clamp(least, most);
        }
        before.clone_from(&gradient);
        let Some(trial) = data.trial(&shape) else { break };
        gradient.clone_from(&trial.gradient);
        if trial.density > best.density {
            best = trial;
        } else if steps.iter().all(|step| *step < 1e-3) {
            break;
        }
    }
    Some(best)
}

impl Emulator {
    /// Learns an output from what the model gave at some points; nothing if there are too few points for a mean and a variance.
    ///
    /// # Panics
    /// If points and outputs are not as many.
    #[must_use]
    pub fn of(points: &[Vec<f64>], outputs: &[f64]) -> Option<Self> {
        assert_eq!(points.len(), outputs.len(), "an output a point");
        let dimensions = points.first()?.len();
        if points.len() < dimensions + 4 {
            return None;
        }
        let count = points.len() as f64;
        let centre = outputs.iter().sum::<f64>() / count;
        let spread = libm::sqrt(outputs.iter().map(|y| (y - centre) * (y - centre)).sum::<f64>() / count);
        // An output that no parameter moves has nothing to learn; its last bits are no signal.
        if spread <= 1e-12 * (1.0 + centre.abs()) {
            return Some(Self::constant(points, centre));
        }
        let outputs = outputs.iter().map(|y| (y - centre) / spread).collect();
        let data = Data { points, outputs };
        let trial = climb(&data)?;
        Some(Self::from_trial(&data, trial, centre, spread))
    }

    fn constant(points: &[Vec<f64>], value: f64) -> Self {
        let (n, d) = (points.len(), points[0].len());
        let mut beta = vec![0.0; d + 1];
        beta[0] = value;
        Self {
            dimensions: d,
            rates: vec![1.0; d],
            scaled: points.concat(),
            weights: vec![0.0; n],
            beta,
            projection: vec![0.0; n * n],
            slopes: vec![0.0; (d + 1) * n],
            inverse_information: vec![0.0; (d + 1) * (d + 1)],
            variance: 0.0,
            nugget: 0.0,
            inflation: 1.0,
            fit: LeftOut { explained: 1.0, error: 0.0, within_two: 1.0, calibration: 0.0 },
        }
    }

    fn from_trial(data: &Data, trial: Trial, centre: f64, spread: f64) -> Self {
        let n = data.points.len();
        let fit = left_out(data, &trial, spread);
        let beta: Vec<f64> = trial.slopes.chunks_exact(n).map(|row| dot(row, &data.outputs)).collect();
        // C⁻¹(y − Hβ) is P y.
        let weights = trial.residual.iter().map(|w| w * spread).collect();
        let mut beta: Vec<f64> = beta.into_iter().map(|b| b * spread).collect();
        beta[0] += centre;
        let shape = Shape(trial.shape);
        Self {
            dimensions: data.dimensions(),
            rates: shape.rates(),
            scaled: trial.scaled,
            weights,
            beta,
            projection: trial.projection,
            slopes: trial.slopes,
            inverse_information: trial.inverse_information,
            variance: trial.variance * spread * spread,
            nugget: shape.nugget(),
            inflation: (fit.calibration * fit.calibration).max(1.0),
            fit,
        }
    }

    /// How it does at points that it is not shown.
    #[must_use]
    pub const fn left_out(&self) -> LeftOut {
        self.fit
    }

    /// The length of each parameter, in widths of the cube: the shorter, the more the output bends along it.
    #[must_use]
    pub fn lengths(&self) -> Vec<f64> {
        self.rates.iter().map(|rate| 1.0 / rate).collect()
    }

    /// Variance of what is rough on small scales, in the output's unit squared.
    #[must_use]
    pub fn roughness(&self) -> f64 {
        self.variance * self.nugget
    }

    fn correlations(&self, point: &[f64]) -> Vec<f64> {
        let own: Vec<f64> = point.iter().zip(&self.rates).map(|(x, rate)| x * rate).collect();
        self.scaled.chunks_exact(self.dimensions).map(|other| correlation(&own, other)).collect()
    }

    /// The expected output at a point.
    #[must_use]
    pub fn mean(&self, point: &[f64]) -> f64 {
        self.beta[0] + dot(&self.beta[1..], point) + dot(&self.weights, &self.correlations(point))
    }

    /// The expected output at a point and how sure it is.
    #[must_use]
    pub fn predict(&self, point: &[f64]) -> Prediction {
        let near = self.correlations(point);
        let mean = self.beta[0] + dot(&self.beta[1..], point) + dot(&self.weights, &near);
        if self.variance == 0.0 {
            return Prediction { mean, variance: 0.0 };
        }
        let (n, q) = (near.len(), self.beta.len());
        // A symmetric form: each pair once.
        let known: f64 = self
            .projection
            .chunks_exact(n)
            .enumerate()
            .map(|(i, row)| near[i] * (2.0 * dot(&row[..i], &near[..i]) + row[i] * near[i]))
            .sum();
        let at = |index: usize| if index == 0 { 1.0 } else { point[index - 1] };
        let mut share = 1.0 - known;
        for (i, slope) in self.slopes.chunks_exact(n).enumerate() {
            let row = &self.inverse_information[i * q..(i + 1) * q];
            let own: f64 = row.iter().enumerate().map(|(j, value)| value * at(j)).sum();
            share += at(i) * (own - 2.0 * dot(slope, &near));
        }
        Prediction { mean, variance: self.variance * self.inflation * share.max(0.0) }
    }
}

/// Left-out residuals: (P y)ᵢ / Pᵢᵢ with variance σ² / Pᵢᵢ.
fn left_out(data: &Data, trial: &Trial, spread: f64) -> LeftOut {
    let n = data.points.len();
    let count = n as f64;
    let (mut squares, mut standardised, mut within) = (0.0, 0.0, 0.0);
    for i in 0..n {
        let own = trial.projection[i * n + i];
        let error = trial.residual[i] / own;
        let ratio = error * error * own / trial.variance;
        squares += error * error;
        standardised += ratio;
        within += if ratio <= 4.0 { 1.0 } else { 0.0 };
    }
    LeftOut {
        // Outputs were standardised: the variance of the points is 1.
        explained: 1.0 - squares / count,
        error: libm::sqrt(squares / count) * spread,
        within_two: within / count,
        calibration: libm::sqrt(standardised / count),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calibration::drawn;

    fn points(count: usize, dimensions: usize, seed: u64) -> Vec<Vec<f64>> {
        let mut generator = drawn(seed, 1);
        (0..count).map(|_| (0..dimensions).map(|_| generator.uniform()).collect()).collect()
    }

    /// Bends along the first parameter, is straight along the second, and has nothing to do with the third.
    fn curve(x: &[f64]) -> f64 {
        libm::sin(4.0 * x[0]) + 0.5 * x[1]
    }

    #[test]
    fn a_smooth_curve_is_foretold_and_its_idle_parameter_found() {
        let shown = points(60, 3, 5);
        let outputs: Vec<f64> = shown.iter().map(|x| curve(x)).collect();
        let emulator = Emulator::of(&shown, &outputs).expect("enough points");
        let fit = emulator.left_out();
        assert!(fit.explained > 0.999, "{fit:?}");
        let fresh = points(200, 3, 6);
        let worst = fresh.iter().map(|x| (emulator.mean(x) - curve(x)).abs()).fold(0.0, f64::max);
        assert!(worst < 0.05, "{worst}");
        let lengths = emulator.lengths();
        assert!(lengths[2] > 3.0 * lengths[0], "{lengths:?}");
    }

    #[test]
    fn its_standard_error_covers_what_it_does_not_know() {
        let shown = points(30, 3, 15);
        let outputs: Vec<f64> = shown.iter().map(|x| curve(x)).collect();
        let emulator = Emulator::of(&shown, &outputs).expect("enough points");
        let fresh = points(400, 3, 16);
        let within = fresh.iter().filter(|x| {
            let found = emulator.predict(x);
            (found.mean - curve(x)).abs() <= 3.0 * libm::sqrt(found.variance) + 1e-9
        });
        // Three standard errors; new points of a smooth curve aren't independent, so no binomial bound applies.
        assert!(within.count() >= 360);
        let known = emulator.predict(&shown[0]).variance;
        let far = emulator.predict(&[0.0, 1.0, 0.0]).variance;
        assert!(known < far, "{known} {far}");
    }

    #[test]
    fn noise_goes_to_the_nugget() {
        let shown = points(120, 2, 25);
        let mut generator = drawn(3, 3);
        let outputs: Vec<f64> =
            shown.iter().map(|x| x[0] + 0.1 * crate::random::normal_quantile(generator.uniform())).collect();
        let emulator = Emulator::of(&shown, &outputs).expect("enough points");
        let sd = libm::sqrt(emulator.roughness());
        // The standard error of a standard deviation from 117 residuals is 0.1 / sqrt(234) = 0.0065; five of them.
        assert!((sd - 0.1).abs() < 0.033, "{sd}");
        let middle = emulator.predict(&[0.5, 0.5]);
        assert!((middle.mean - 0.5).abs() < 0.05 && middle.variance < 0.002, "{middle:?}");
    }

    #[test]
    fn left_out_residuals_are_those_of_leaving_out() {
        let shown = points(20, 2, 35);
        let outputs: Vec<f64> = shown.iter().map(|x| curve(&[x[0], x[1], 0.0])).collect();
        let data = Data { points: &shown, outputs: outputs.clone() };
        let shape = Shape(vec![-0.5, 0.5, -6.0]);
        let trial = data.trial(&shape).expect("positive definite");
        for left in [0, 7, 19] {
            let keep = |i: &usize| *i != left;
            let rest: Vec<Vec<f64>> = (0..20).filter(keep).map(|i| shown[i].clone()).collect();
            let given: Vec<f64> = (0..20).filter(keep).map(|i| outputs[i]).collect();
            let data = Data { points: &rest, outputs: given };
            let without = data.trial(&shape).expect("positive definite");
            let emulator = Emulator::from_trial(&data, without, 0.0, 1.0);
            let error = outputs[left] - emulator.mean(&shown[left]);
            let closed = trial.residual[left] / trial.projection[left * 20 + left];
            assert!((error - closed).abs() < 1e-8, "{error} {closed}");
        }
    }

    #[test]
    fn the_gradient_is_the_slope_of_the_density() {
        let shown = points(25, 2, 45);
        let outputs: Vec<f64> = shown.iter().map(|x| curve(&[x[0], x[1], 0.0])).collect();
        let data = Data { points: &shown, outputs };
        let shape = Shape(vec![-0.4, 0.6, -4.0]);
        let gradient = data.trial(&shape).expect("positive definite").gradient;
        for index in 0..3 {
            let at = |step: f64| {
                let mut moved = shape.clone();
                moved.0[index] += step;
                data.trial(&moved).expect("positive definite").density
            };
            let slope = (at(1e-4) - at(-1e-4)) / 2e-4;
            assert!(
                (slope - gradient[index]).abs() < 1e-4 * (1.0 + slope.abs()),
                "{index}: {slope} {gradient:?}"
            );
        }
    }

    #[test]
    fn an_output_that_never_moves_is_a_constant() {
        let shown = points(20, 2, 55);
        let emulator = Emulator::of(&shown, &[7.5; 20]).expect("enough points");
        assert_eq!(emulator.predict(&[0.1, 0.9]), Prediction { mean: 7.5, variance: 0.0 });
    }

    #[test]
    fn too_few_points_make_no_emulator() {
        assert!(Emulator::of(&points(5, 2, 65), &[1.0, 2.0, 3.0, 4.0, 5.0]).is_none());
    }
}
