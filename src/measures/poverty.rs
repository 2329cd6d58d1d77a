//! Headcount, gap and severity: Foster, Greer and Thorbecke (1984), exactly from microdata and
//! from the fixed bins of [`crate::record`], where each bin has its count and its exact sum.
//!
//! On the line is not poor. From bins, amounts are taken as spread evenly over the bin that holds
//! the line; the bound of the error stands beside every value.

use crate::measures::{Binned, real};
use crate::record::{BINS, bin_from_yuan};

/// The three poverty measures.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fgt<T> {
    /// Share of persons below the line: FGT(0).
    pub headcount: T,
    /// Mean shortfall as a share of the line: FGT(1).
    pub gap: T,
    /// Mean squared shortfall as a share of the line: FGT(2).
    pub severity: T,
}

/// The three measures of weighted values at a positive line, in the same unit; `None` if the
/// weights sum to nothing.
#[must_use]
pub fn fgt(values: &[f64], weights: &[f64], line: f64) -> Option<Fgt<f64>> {
    let total: f64 = weights.iter().sum();
    if total <= 0.0 {
        return None;
    }
    let mut sums = Fgt { headcount: 0.0, gap: 0.0, severity: 0.0 };
    for (value, weight) in values.iter().zip(weights).filter(|(value, _)| **value < line) {
        let short = (line - value) / line;
        sums.headcount += weight;
        sums.gap += weight * short;
        sums.severity += weight * short * short;
    }
    Some(Fgt { headcount: sums.headcount / total, gap: sums.gap / total, severity: sums.severity / total })
}

/// The three measures at a positive line in yuan from bins of persons and of their amounts in fen.
/// `None` if there is nobody.
#[must_use]
pub fn fgt_from_bins(persons: &[i64], fen: &[i64], line_yuan: f64) -> Option<Fgt<Binned>> {
    let total = real(persons.iter().sum());
    if total <= 0.0 {
        return None;
    }
    let headcount = share_below(persons, line_yuan, total)?;
    let mut gap = Binned { value: 0.0, error: 0.0 };
    let mut severity = gap;
    for bin in (0..BINS).filter(|bin| persons[*bin] > 0) {
        let (from, to) = limits(bin);
        if from >= line_yuan {
            break;
        }
        let weight = real(persons[bin]) / total;
        let mean = real(fen[bin]) / real(persons[bin]) / 100.0;
        let part = if to <= line_yuan {
            whole_bin(from, to, mean, line_yuan)
        } else {
            split_bin(from, to, line_yuan)
        };
        add(&mut gap, part.0, weight);
        add(&mut severity, part.1, weight);
    }
    Some(Fgt { headcount, gap, severity })
}

fn add(sum: &mut Binned, part: Binned, weight: f64) {
    sum.value += weight * part.value;
    sum.error += weight * part.error;
}

/// Mean gap and squared gap in a bin below the line: the gap is exact; the spread within the bin
/// lies between nothing and that of values at its ends, and is a third of that if even. Below zero
/// the bin has no lower end: the spread there is left out, and could be anything.
fn whole_bin(from: f64, to: f64, mean: f64, line: f64) -> (Binned, Binned) {
    let short = 1.0 - mean / line;
    let gap = Binned { value: short, error: 0.0 };
    if !from.is_finite() {
        return (gap, Binned { value: short * short, error: f64::INFINITY });
    }
    let spread = ((mean - from) * (to - mean) / (line * line)).max(0.0);
    (gap, Binned { value: short * short + spread / 3.0, error: spread * 2.0 / 3.0 })
}

/// Mean gap and squared gap in the bin that holds the line. With even spread the values below the
/// line are a part `below` of the bin with mean gap `depth / 2`; at most everybody lies at the
/// lower end. In the open bin at the top nobody is taken to be below.
fn split_bin(from: f64, to: f64, line: f64) -> (Binned, Binned) {
    let depth = (line - from) / line;
    let below = if to.is_finite() { (line - from) / (to - from) } else { 0.0 };
    let gap = below * depth / 2.0;
    let severity = below * depth * depth / 3.0;
    (
        Binned { value: gap, error: (depth - gap).max(gap) },
        Binned { value: severity, error: (depth * depth - severity).max(severity) },
    )
}

/// Share of a total that the bins below a line hold, spread evenly over the bin with the line; in
/// error by at most that bin. `None` if the total is nothing.
#[must_use]
pub fn share_below(counts: &[i64], line_yuan: f64, total: f64) -> Option<Binned> {
    if total <= 0.0 {
        return None;
    }
    let mut value = 0.0;
    for (bin, count) in counts.iter().enumerate() {
        let (from, to) = limits(bin);
        if to <= line_yuan {
            value += real(*count) / total;
            continue;
        }
        let part = if from.is_finite() && to.is_finite() { (line_yuan - from) / (to - from) } else { 0.0 };
        let part = part.clamp(0.0, 1.0);
        let held = real(*count) / total;
        let error = held * part.max(1.0 - part);
        return Some(Binned { value: value + held * part, error });
    }
    Some(Binned { value, error: 0.0 })
}

/// The median in yuan of persons in bins, interpolated within its bin; in error by at most the
/// width of that bin. `None` if there is nobody or the median lies in an open bin.
#[must_use]
pub fn median(persons: &[i64]) -> Option<Binned> {
    let half = real(persons.iter().sum()) / 2.0;
    let mut below = 0.0;
    for (bin, count) in persons.iter().enumerate() {
        let count = real(*count);
        if count > 0.0 && below + count >= half {
            let (from, to) = limits(bin);
            let value = from + (to - from) * (half - below) / count;
            return value.is_finite().then_some(Binned { value, error: to - from });
        }
        below += count;
    }
    None
}

/// Lower and upper limit of a bin in yuan.
pub(super) fn limits(bin: usize) -> (f64, f64) {
    let to = if bin + 1 < BINS { bin_from_yuan(bin + 1) } else { f64::INFINITY };
    (bin_from_yuan(bin), to)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record;

    #[test]
    fn fgt_of_four_persons_by_hand() {
        // Line 100: 50 and 80 are poor, 100 is on the line and is not.
        let values = [50.0, 80.0, 100.0, 400.0];
        let found = fgt(&values, &[1.0, 1.0, 1.0, 1.0], 100.0).unwrap();
        assert_eq!(found.headcount, 0.5);
        assert!((found.gap - 0.7 / 4.0).abs() < 1e-15);
        assert!((found.severity - 0.29 / 4.0).abs() < 1e-15);
        assert_eq!(fgt(&[], &[], 100.0), None);
    }

    fn binned(fen: &[i64]) -> (Vec<i64>, Vec<i64>) {
        let (mut persons, mut sums) = (vec![0; BINS], vec![0; BINS]);
        for amount in fen {
            persons[record::bin(*amount)] += 1;
            sums[record::bin(*amount)] += amount;
        }
        (persons, sums)
    }

    #[test]
    fn bins_give_the_exact_value_within_their_stated_error() {
        // Deterministic and uneven: squares spread over 0 to 26,000 yuan.
        let fen: Vec<i64> = (0..1_600).map(|i: i64| i * i + (i * 7_919) % 100).collect();
        let (persons, sums) = binned(&fen);
        // Whole yuan are exact.
        #[allow(clippy::cast_precision_loss)]
        let values: Vec<f64> = fen.iter().map(|amount| *amount as f64 / 100.0).collect();
        for line in [3_000.0, 4_013.0, 7_777.7, 16_100.0] {
            let exact = fgt(&values, &vec![1.0; values.len()], line).unwrap();
            let found = fgt_from_bins(&persons, &sums, line).unwrap();
            for (exact, found) in
                [(exact.headcount, found.headcount), (exact.gap, found.gap), (exact.severity, found.severity)]
            {
                assert!((exact - found.value).abs() <= found.error + 1e-12, "{line}: {exact} {found:?}");
                assert!(found.error < 0.02, "the stated error is useful: {found:?}");
            }
        }
        // At a limit of a bin the headcount and the gap are exact.
        let found = fgt_from_bins(&persons, &sums, 4_000.0).unwrap();
        let exact = fgt(&values, &vec![1.0; values.len()], 4_000.0).unwrap();
        assert!((exact.headcount - found.headcount.value).abs() < 1e-12);
        assert!((exact.gap - found.gap.value).abs() < 1e-12);
    }

    #[test]
    fn the_median_is_interpolated() {
        let mut persons = vec![0; BINS];
        persons[record::bin(100_000)] = 4; // 1,000 to 1,050 yuan
        persons[record::bin(200_000)] = 2;
        assert_eq!(median(&persons).unwrap().value, 1_000.0 + 50.0 * 0.75);
        assert_eq!(median(&vec![0; BINS]), None);
        persons[0] = 100;
        assert_eq!(median(&persons), None, "below zero there is no limit to interpolate from");
    }
}
