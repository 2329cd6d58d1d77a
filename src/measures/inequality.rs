//! Gini coefficient and concentration index, exactly from microdata and from the fixed bins of
//! [`crate::record`].
//!
//! Both are `2 cov(y, R) / mean(y)` with R the weighted fractional rank (O'Donnell et al. 2008,
//! ch. 8); the Gini coefficient ranks by what it measures. Ties share their middle rank.

use crate::measures::poverty::limits;
use crate::measures::{Binned, real, real_wide};

/// Concentration index of `amounts` over persons ranked by `ranked_by`, with weights. `None` if the
/// amounts sum to nothing or less.
#[must_use]
pub fn concentration_index(ranked_by: &[f64], amounts: &[f64], weights: &[f64]) -> Option<f64> {
    let total_weight: f64 = weights.iter().sum();
    let total: f64 = amounts.iter().zip(weights).map(|(amount, weight)| amount * weight).sum();
    if total <= 0.0 || total_weight <= 0.0 {
        return None;
    }
    let mut order: Vec<usize> = (0..ranked_by.len()).collect();
    order.sort_unstable_by(|a, b| ranked_by[*a].total_cmp(&ranked_by[*b]));
    let mut below = 0.0;
    let mut sum = 0.0;
    for tie in order.chunk_by(|a, b| ranked_by[*a] == ranked_by[*b]) {
        let weight: f64 = tie.iter().map(|person| weights[*person]).sum();
        let amount: f64 = tie.iter().map(|person| amounts[*person] * weights[*person]).sum();
        sum += amount * (2.0 * (below + weight / 2.0) / total_weight - 1.0);
        below += weight;
    }
    Some(sum / total)
}

/// Gini coefficient of weighted values. `None` if they sum to nothing or less.
#[must_use]
pub fn gini(values: &[f64], weights: &[f64]) -> Option<f64> {
    concentration_index(values, values, weights)
}

/// Concentration index of amounts over persons ranked by the bins they are in. Within a bin persons
/// count as tied; were they not, each bin could add at most its share of persons times its share
/// of the amounts, which is the error stated (for amounts that are not negative).
#[must_use]
pub fn concentration_from_bins(persons: &[i64], amounts: &[i64]) -> Option<Binned> {
    let everybody: i128 = persons.iter().map(|count| i128::from(*count)).sum();
    let total: i128 = amounts.iter().map(|amount| i128::from(*amount)).sum();
    if everybody <= 0 || total <= 0 {
        return None;
    }
    let (mut below, mut sum, mut within) = (0, 0, 0);
    for (count, amount) in persons.iter().zip(amounts) {
        let (count, amount) = (i128::from(*count), i128::from(*amount));
        sum += amount * (2 * below + count - everybody);
        within += amount.abs() * count;
        below += count;
    }
    let scale = real_wide(everybody) * real_wide(total);
    Some(Binned { value: real_wide(sum) / scale, error: real_wide(within) / scale })
}

/// Gini coefficient of amounts in fen from bins with exact sums. The value lies between no spread
/// within bins and all of it at their ends (Gastwirth 1972), at two thirds of the way, as if
/// spread evenly (Cowell 2011, *Measuring Inequality*, ch. 5); the error is what is left to the
/// further bound.
#[must_use]
pub fn gini_from_bins(persons: &[i64], fen: &[i64]) -> Option<Binned> {
    let between = concentration_from_bins(persons, fen)?;
    let everybody = real(persons.iter().sum());
    let mean = real(fen.iter().sum()) / everybody / 100.0;
    let (mut likely, mut most) = (0.0, 0.0);
    for bin in (0..persons.len()).filter(|bin| persons[*bin] > 0) {
        let weight = real(persons[bin]) / everybody;
        let (from, to) = limits(bin);
        let here = real(fen[bin]) / real(persons[bin]) / 100.0;
        let spread = match (from.is_finite(), to.is_finite()) {
            (true, true) => (here - from) * (to - here) / (to - from),
            (false, _) => to - here,
            (_, false) => here - from,
        };
        let bound = weight * weight * spread / mean;
        most += bound;
        likely += if from.is_finite() && to.is_finite() { bound * 2.0 / 3.0 } else { 0.0 };
    }
    Some(Binned { value: between.value + likely, error: likely.max(most - likely) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{self, BINS};

    #[test]
    fn gini_by_hand() {
        // Mean absolute difference of 1, 2, 3 over all nine pairs is 8/9; over twice the mean: 2/9.
        assert!((gini(&[1.0, 2.0, 3.0], &[1.0; 3]).unwrap() - 2.0 / 9.0).abs() < 1e-15);
        // One of n holds all: (n − 1) / n.
        assert!((gini(&[0.0, 0.0, 0.0, 5.0], &[1.0; 4]).unwrap() - 0.75).abs() < 1e-15);
        // A weight of two is a person twice.
        let twice = gini(&[1.0, 1.0, 4.0], &[1.0; 3]).unwrap();
        assert!((gini(&[1.0, 4.0], &[2.0, 1.0]).unwrap() - twice).abs() < 1e-15);
        assert_eq!(gini(&[0.0, 0.0], &[1.0; 2]), None);
    }

    #[test]
    fn ties_share_their_rank() {
        // All in one tie: no ranking, no concentration, whatever the order of the amounts.
        assert_eq!(concentration_index(&[7.0, 7.0], &[0.0, 9.0], &[1.0; 2]), Some(0.0));
        assert_eq!(concentration_index(&[1.0, 2.0], &[9.0, 0.0], &[1.0; 2]), Some(-0.5));
    }

    #[test]
    fn bins_give_the_exact_gini_within_their_stated_error() {
        let fen: Vec<i64> = (1..3_000).map(|i: i64| i * i / 3 + (i * 7_919) % 5_000 - 1_000).collect();
        let (mut persons, mut sums) = (vec![0; BINS], vec![0; BINS]);
        let (mut payments, mut paid) = (vec![0; BINS], Vec::new());
        for amount in &fen {
            let bin = record::bin(*amount);
            persons[bin] += 1;
            sums[bin] += amount;
            paid.push((amount * 31) % 70_000);
            payments[bin] += (amount * 31) % 70_000 + 70_000;
        }
        // Exact below 2^53.
        #[allow(clippy::cast_precision_loss)]
        let real = |all: &[i64], plus: i64| all.iter().map(|x| (*x + plus) as f64).collect::<Vec<f64>>();
        let weights = vec![1.0; fen.len()];
        let exact = gini(&real(&fen, 0), &weights).unwrap();
        let found = gini_from_bins(&persons, &sums).unwrap();
        assert!((exact - found.value).abs() <= found.error, "{exact} {found:?}");
        assert!(found.error < 1e-3, "{found:?}");
        let exact = concentration_index(&real(&fen, 0), &real(&paid, 70_000), &weights).unwrap();
        let found = concentration_from_bins(&persons, &payments).unwrap();
        assert!((exact - found.value).abs() <= found.error, "{exact} {found:?}");
        assert!(found.error < 0.02, "{found:?}");
    }
}
