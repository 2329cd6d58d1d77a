//! Symmetric positive definite matrices, factored: A = L Lᵀ.

/// The lower factor of a matrix, rows one after the other.
#[derive(Debug, Clone)]
pub struct Cholesky {
    size: usize,
    lower: Vec<f64>,
}

/// The sum of products, in eight partial sums that a processor adds side by side.
#[must_use]
pub fn dot(a: &[f64], b: &[f64]) -> f64 {
    let mut sums = [0.0; 8];
    let (left, right) = (a.chunks_exact(8), b.chunks_exact(8));
    let rest: f64 = left.remainder().iter().zip(right.remainder()).map(|(x, y)| x * y).sum();
    for (x, y) in left.zip(right) {
        for lane in 0..8 {
            sums[lane] += x[lane] * y[lane];
        }
    }
    sums.iter().sum::<f64>() + rest
}

impl Cholesky {
    /// Factors a matrix given by rows, of which the lower half is read; nothing if it is not positive definite.
    #[must_use]
    pub fn of(matrix: &[f64], size: usize) -> Option<Self> {
        let mut lower = matrix.to_vec();
        for i in 0..size {
            let (above, own) = lower.split_at_mut(i * size);
            let row = &mut own[..size];
            for j in 0..i {
                let other = &above[j * size..=j * size + j];
                row[j] = (row[j] - dot(&row[..j], &other[..j])) / other[j];
            }
            let pivot = row[i] - dot(&row[..i], &row[..i]);
            if pivot.is_nan() || pivot <= 0.0 {
                return None;
            }
            row[i] = libm::sqrt(pivot);
            row[i + 1..].fill(0.0);
        }
        Some(Self { size, lower })
    }

    fn row(&self, i: usize) -> &[f64] {
        &self.lower[i * self.size..i * self.size + i + 1]
    }

    /// L⁻¹ b in place.
    pub fn forward(&self, b: &mut [f64]) {
        for i in 0..self.size {
            let row = self.row(i);
            b[i] = (b[i] - dot(&row[..i], &b[..i])) / row[i];
        }
    }

    /// L⁻ᵀ b in place.
    pub fn backward(&self, b: &mut [f64]) {
        for i in (0..self.size).rev() {
            let row = self.row(i);
            b[i] /= row[i];
            let x = b[i];
            for (b, l) in b[..i].iter_mut().zip(row) {
                *b -= l * x;
            }
        }
    }

    /// A⁻¹ b.
    #[must_use]
    pub fn solve(&self, b: &[f64]) -> Vec<f64> {
        let mut x = b.to_vec();
        self.forward(&mut x);
        self.backward(&mut x);
        x
    }

    /// Natural logarithm of the determinant of A.
    #[must_use]
    pub fn log_determinant(&self) -> f64 {
        (0..self.size).map(|i| 2.0 * libm::log(self.lower[i * self.size + i])).sum()
    }

    /// A⁻¹ by rows.
    #[must_use]
    pub fn inverse(&self) -> Vec<f64> {
        let n = self.size;
        let mut inverse = vec![0.0; n * n];
        for (i, row) in inverse.chunks_exact_mut(n).enumerate() {
            row[i] = 1.0;
            // Nothing stands before the unit's place, so the way forward begins there.
            for k in i..n {
                let lower = self.row(k);
                row[k] = (row[k] - dot(&lower[i..k], &row[i..k])) / lower[k];
            }
            self.backward(row);
        }
        inverse
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A matrix with a known inverse: the Lehmer matrix min(i, j) / max(i, j) has a tridiagonal one.
    fn lehmer(n: usize) -> Vec<f64> {
        let at = |i: usize, j: usize| (i.min(j) + 1) as f64 / (i.max(j) + 1) as f64;
        (0..n * n).map(|k| at(k / n, k % n)).collect()
    }

    #[test]
    fn the_inverse_of_a_lehmer_matrix_is_tridiagonal() {
        let n = 19;
        let factor = Cholesky::of(&lehmer(n), n).expect("it is positive definite");
        let inverse = factor.inverse();
        for i in 0..n {
            for j in 0..n {
                let (a, b) = ((i.max(j) + 1) as f64, (i.min(j) + 1) as f64);
                let expected = match (i.abs_diff(j), i + 1 == n) {
                    (0, true) => a * a / (2.0 * a - 1.0),
                    (0, false) => 4.0 * a * a * a / (4.0 * a * a - 1.0),
                    (1, _) => -(b * (b + 1.0)) / (2.0 * b + 1.0),
                    _ => 0.0,
                };
                assert!((inverse[i * n + j] - expected).abs() < 1e-9, "{i} {j}");
            }
        }
    }

    #[test]
    fn solving_gives_back_what_was_multiplied() {
        let n = 13;
        let matrix = lehmer(n);
        let x: Vec<f64> = (0..n).map(|i| i as f64 - 5.0).collect();
        let b: Vec<f64> = matrix.chunks(n).map(|row| dot(row, &x)).collect();
        let found = Cholesky::of(&matrix, n).expect("it is positive definite").solve(&b);
        assert!(found.iter().zip(&x).all(|(a, b)| (a - b).abs() < 1e-9));
    }

    #[test]
    fn the_determinant_is_the_product_of_the_pivots() {
        let factor = Cholesky::of(&[4.0, 0.0, 2.0, 3.0], 2).expect("it is positive definite");
        assert!((factor.log_determinant() - libm::log(8.0)).abs() < 1e-14);
    }

    #[test]
    fn a_matrix_that_is_not_positive_definite_is_refused() {
        assert!(Cholesky::of(&[1.0, 2.0, 2.0, 1.0], 2).is_none());
    }
}
