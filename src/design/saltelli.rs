//! Indices of variance: how much of the variance of a result is due to each parameter.
//!
//! Where parameters are independent, the variance V of a result falls into parts (Sobol' 2001). The *first-order* index of parameter i
//! is S = Var(E(y | xᵢ)) / V: what would go on average if xᵢ were known. The *total* index is T = E(Var(y | all but xᵢ)) / V: what would
//! stay if everything else were known; T − S is due to interactions with others. Both come from two independent samples A and B of N
//! points, and N points Aᵢ for each parameter, which are those of A with xᵢ from B: N (k + 2) runs.
//!
//! * S = mean(y_B (y_Aᵢ − y_A)) / V (Saltelli et al. 2010, table 2, (b)), with the mean of all y taken off y_B, which changes no
//!   expectation and takes away most of the error;
//! * T = mean((y_A − y_Aᵢ)²) / 2V (Jansen 1999);
//! * V: the variance of y over A and B.
//!
//! A and B are the two halves of the columns of one [`sobol`] design. Intervals come from a bootstrap of rows.

use super::bootstrap::{Estimate, bootstrap};
use super::{MAX_SOBOL_DIMENSIONS, real, sobol};

/// Most parameters of a design: each needs two columns.
pub const MAX_PARAMETERS: usize = MAX_SOBOL_DIMENSIONS / 2;

/// The points A, then B, then Aᵢ for each parameter: `[point][parameter]`, in the unit cube.
///
/// # Panics
/// With more than [`MAX_PARAMETERS`] parameters or [`super::MAX_SOBOL_POINTS`] points.
#[must_use]
pub fn design(points: usize, parameters: usize, seed: u64) -> Vec<Vec<f64>> {
    mixed(&sobol(points, 2 * parameters, seed))
}

/// A, B and their mixtures from points with two columns a parameter.
fn mixed(both: &[Vec<f64>]) -> Vec<Vec<f64>> {
    let parameters = both.first().map_or(0, |row| row.len() / 2);
    let a = || both.iter().map(|row| row[..parameters].to_vec());
    let b = both.iter().map(|row| row[parameters..].to_vec());
    let mixture = |parameter: usize| {
        a().zip(both).map(move |(mut point, row)| {
            point[parameter] = row[parameters + parameter];
            point
        })
    };
    a().chain(b).chain((0..parameters).flat_map(mixture)).collect()
}

/// Runs of a design.
#[must_use]
pub const fn size(points: usize, parameters: usize) -> usize {
    points * (parameters + 2)
}

/// The indices of each parameter.
#[derive(Debug, Clone, PartialEq)]
pub struct Indices {
    /// Mean of the result over A and B.
    pub mean: Option<Estimate>,
    /// Its variance.
    pub variance: Option<Estimate>,
    /// First-order indices; none where the variance is nothing.
    pub first: Vec<Option<Estimate>>,
    /// Total indices.
    pub total: Vec<Option<Estimate>>,
    /// Rows in which A and B have values.
    pub rows: usize,
    /// Of these, rows in which the mixture of each parameter has a value too.
    pub complete: Vec<usize>,
}

/// Indices from the results at the points of a [`design`], in its order; `None` where there is no result.
///
/// A row without the result of A or B counts nowhere, and one without that of a mixture not for that parameter. What is left are
/// indices within the part of the cube that has results, which are exact only if it is a cube too.
///
/// # Panics
/// If there are other numbers of values than of points.
#[must_use]
pub fn indices(points: usize, parameters: usize, values: &[Option<f64>], seed: u64) -> Indices {
    assert_eq!(values.len(), size(points, parameters), "a value for every point");
    let rows = rows(points, parameters, values);
    let found = bootstrap(rows.len(), seed, |drawn| estimate(&rows, parameters, drawn));
    let complete = (0..parameters).map(|at| rows.iter().filter(|row| row.mixed[at].is_some()).count());
    Indices {
        mean: found[0],
        variance: found[1],
        first: found[2..2 + parameters].to_vec(),
        total: found[2 + parameters..].to_vec(),
        rows: rows.len(),
        complete: complete.collect(),
    }
}

/// Results of a row.
struct Row {
    a: f64,
    b: f64,
    mixed: Vec<Option<f64>>,
}

fn rows(points: usize, parameters: usize, values: &[Option<f64>]) -> Vec<Row> {
    let row = |at: usize| {
        let mixed = (0..parameters).map(|parameter| values[points * (2 + parameter) + at]).collect();
        Some(Row { a: values[at]?, b: values[points + at]?, mixed })
    };
    (0..points).filter_map(row).collect()
}

/// Mean, variance, first-order and total indices from drawn rows; NaN where undefined.
fn estimate(rows: &[Row], parameters: usize, drawn: &[usize]) -> Vec<f64> {
    let ends = |drawn: usize| [rows[drawn].a, rows[drawn].b];
    let count = 2.0 * real(drawn.len());
    let mean = drawn.iter().flat_map(|row| ends(*row)).sum::<f64>() / count;
    let square = |y: f64| (y - mean) * (y - mean);
    let variance = drawn.iter().flat_map(|row| ends(*row)).map(square).sum::<f64>() / (count - 1.0);
    let mut found = vec![mean, variance];
    let (mut first, mut total) = (Vec::new(), Vec::new());
    for parameter in 0..parameters {
        let (mut products, mut squares, mut n) = (0.0, 0.0, 0);
        for row in drawn.iter().map(|row| &rows[*row]) {
            let Some(mixed) = row.mixed[parameter] else { continue };
            products += (row.b - mean) * (mixed - row.a);
            squares += (row.a - mixed) * (row.a - mixed);
            n += 1;
        }
        // Nothing over nothing is not a number, which says that the index is undefined.
        first.push(products / real(n) / variance);
        total.push(squares / (2.0 * real(n)) / variance);
    }
    found.append(&mut first);
    found.append(&mut total);
    found
}

#[cfg(test)]
mod tests {
    use super::super::latin_hypercube;
    use super::*;
    use crate::measures::statistics::{mean, variance};
    use crate::random::{Key, stream};
    use crate::units::Year;

    const PI: f64 = std::f64::consts::PI;

    /// Ishigami and Homma (1990): sin x₁ + 7 sin² x₂ + 0.1 x₃⁴ sin x₁ on (−π, π).
    fn ishigami(point: &[f64]) -> f64 {
        let x: Vec<f64> = point.iter().map(|u| (2.0 * u - 1.0) * PI).collect();
        let (first, second) = (libm::sin(x[0]), libm::sin(x[1]));
        first + 7.0 * second * second + 0.1 * x[2] * x[2] * x[2] * x[2] * first
    }

    /// First-order and total indices in closed form.
    fn ishigami_known() -> [[f64; 3]; 2] {
        let (pi4, a, b) = (PI * PI * PI * PI, 7.0, 0.1);
        let first = 0.5 * (1.0 + b * pi4 / 5.0) * (1.0 + b * pi4 / 5.0);
        let second = a * a / 8.0;
        let both = b * b * pi4 * pi4 * (1.0 / 18.0 - 1.0 / 50.0);
        let all = first + second + both;
        [[first / all, second / all, 0.0], [(first + both) / all, second / all, both / all]]
    }

    const WEIGHTS: [f64; 5] = [0.0, 0.5, 3.0, 9.0, 99.0];

    /// Saltelli and Sobol' (1995): the product of (|4xᵢ − 2| + aᵢ) / (1 + aᵢ).
    fn sobol_g(point: &[f64]) -> f64 {
        point.iter().zip(WEIGHTS).map(|(x, a)| ((4.0 * x - 2.0).abs() + a) / (1.0 + a)).product()
    }

    fn sobol_g_known() -> [Vec<f64>; 2] {
        let parts = WEIGHTS.map(|a| 1.0 / (3.0 * (1.0 + a) * (1.0 + a)));
        let product: f64 = parts.iter().map(|part| 1.0 + part).product();
        let all = product - 1.0;
        let total = |part: f64| part * product / (1.0 + part) / all;
        [parts.map(|part| part / all).to_vec(), parts.map(total).to_vec()]
    }

    fn found(points: usize, parameters: usize, seed: u64, model: fn(&[f64]) -> f64) -> Vec<f64> {
        let values: Vec<Option<f64>> =
            design(points, parameters, seed).iter().map(|x| Some(model(x))).collect();
        let rows = rows(points, parameters, &values);
        estimate(&rows, parameters, &(0..points).collect::<Vec<usize>>())[2..].to_vec()
    }

    /// Whether known indices lie within 4.5 standard errors of the mean over independent scrambles.
    fn agree(parameters: usize, model: fn(&[f64]) -> f64, known: &[f64]) -> Vec<bool> {
        let scrambles: Vec<Vec<f64>> = (0..16).map(|seed| found(1024, parameters, seed, model)).collect();
        let holds = |(at, known): (usize, &f64)| {
            let values: Vec<f64> = scrambles.iter().map(|one| one[at]).collect();
            let error = libm::sqrt(variance(&values).unwrap() / 16.0);
            assert!(error < 0.004, "{at}: {error}");
            (mean(&values).unwrap() - known).abs() < 4.5 * error
        };
        known.iter().enumerate().map(holds).collect()
    }

    #[test]
    fn indices_of_ishigami_are_the_known_ones_and_no_others() {
        let known = ishigami_known().concat();
        for (known, printed) in known.iter().zip([0.3139, 0.4424, 0.0, 0.5576, 0.4424, 0.2437]) {
            assert!((known - printed).abs() < 5e-5);
        }
        assert_eq!(agree(3, ishigami, &known), [true; 6]);
        let wrong: Vec<f64> = known.iter().map(|index| index + 0.02).collect();
        assert_eq!(agree(3, ishigami, &wrong), [false; 6]);
    }

    #[test]
    fn indices_of_sobol_g_are_the_known_ones_and_no_others() {
        let known = sobol_g_known().concat();
        assert_eq!(agree(5, sobol_g, &known), [true; 10]);
        let wrong: Vec<f64> = known.iter().map(|index| index + 0.02).collect();
        assert_eq!(agree(5, sobol_g, &wrong), [false; 10]);
    }

    /// Indices from plain independent rows, for which the bootstrap is made.
    fn plain(number: u64, points: usize) -> Indices {
        let mut generator = Key { seed: 3, replicate: 0 }.generator(number, Year::new(1901), stream::DESIGN);
        let both: Vec<Vec<f64>> =
            (0..points).map(|_| (0..6).map(|_| generator.uniform()).collect()).collect();
        let values: Vec<Option<f64>> = mixed(&both).iter().map(|x| Some(ishigami(x))).collect();
        indices(points, 3, &values, 1)
    }

    #[test]
    fn intervals_cover_the_known_indices_as_often_as_they_say() {
        let [first, total] = ishigami_known();
        let mut covered = [0; 6];
        for number in 0..100 {
            let found = plain(number, 256);
            let all = found.first.iter().chain(&found.total);
            for ((hit, estimate), known) in covered.iter_mut().zip(all).zip(first.iter().chain(&total)) {
                let (low, high) = estimate.unwrap().interval.unwrap();
                *hit += i32::from((low..=high).contains(known));
            }
        }
        // 95 of 100, less 4.5 binomial standard deviations; an interval of half the width would cover 67.
        assert!(covered.iter().all(|hit| (85..=100).contains(hit)), "{covered:?}");
        assert!(covered.iter().sum::<i32>() < 600, "intervals that always cover say nothing: {covered:?}");
    }

    #[test]
    fn a_parameter_without_effect_has_none_and_a_constant_has_no_indices() {
        let values: Vec<Option<f64>> = design(64, 2, 1).iter().map(|x| Some(x[0])).collect();
        let found = indices(64, 2, &values, 1);
        assert_eq!((found.first[1].unwrap().value, found.total[1].unwrap().value), (0.0, 0.0));
        assert!((found.total[0].unwrap().value - 1.0).abs() < 0.1);
        let constant = indices(64, 2, &vec![Some(3.0); 256], 1);
        assert_eq!((constant.first, constant.total), (vec![None; 2], vec![None; 2]));
    }

    #[test]
    fn rows_without_results_are_left_out_and_counted() {
        let points = latin_hypercube(40, 4, 1);
        let mut values: Vec<Option<f64>> = mixed(&points).iter().map(|x| Some(x[0] + x[1])).collect();
        values[3] = None;
        values[2 * 40 + 7] = None;
        let found = indices(40, 2, &values, 1);
        assert_eq!((found.rows, found.complete.as_slice()), (39, [38, 39].as_slice()));
        let none = indices(40, 2, &vec![None; 160], 1);
        assert_eq!((none.rows, none.first), (0, vec![None; 2]));
    }
}
