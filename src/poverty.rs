//! Poverty: lines, the three named states, and what illness had to do with it.
//!
//! On the line is not poor. `net` income is disposable income less out-of-pocket payments, interest
//! on illness debt and the household's own premiums. Foster, Greer and Thorbecke (1984) give
//! headcount, gap and severity.

use crate::population::tables::{Path, Tables};
use crate::scenario::society::Poverty;
use crate::units::{Money, Year};

/// Lines of a year, fen per head and year.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Lines {
    /// Official line.
    pub official: i64,
    /// Monitoring line.
    pub monitoring: i64,
    /// Line under which a never registered household is marginal.
    pub marginal: i64,
}

impl Lines {
    /// The lines of a year.
    #[must_use]
    pub fn compile(poverty: &Poverty, tables: &Tables, year: Year) -> Self {
        let fen = |yuan: f64| Money::try_from_yuan(yuan).expect("a poverty line is a small amount").fen();
        let official = tables.path(Path::OfficialLine, year) * poverty.line_factor;
        Self {
            official: fen(official),
            monitoring: fen(tables.path(Path::MonitoringLine, year) * poverty.line_factor),
            marginal: fen(official * poverty.marginal_lines),
        }
    }
}

/// Whether a household's income is below a line per head.
#[must_use]
#[inline]
pub fn is_poor(income: Money, members: i64, line: i64) -> bool {
    income.fen() < line * members
}

/// The gap ratio of a household below a line in parts per million: 0 on the line, a million at no
/// income; negative income counts as none.
#[must_use]
pub fn gap_ppm(income: Money, members: i64, line: i64) -> i64 {
    let need = line * members;
    (need - income.fen().clamp(0, need)) * 1_000_000 / need.max(1)
}

/// The squared gap ratio in parts per million.
#[must_use]
pub fn severity_ppm(gap_ppm: i64) -> i64 {
    gap_ppm * gap_ppm / 1_000_000
}

/// A dimension of multidimensional poverty: what the two assurances and three guarantees promise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Dimension {
    /// Disposable income per head under the official line.
    Income,
    /// A member needed hospital care and didn't have it, or isn't insured.
    Care,
    /// No adult has nine years of schooling.
    Schooling,
    /// An unimproved living environment.
    Environment,
}

/// Number of dimensions, all of the same weight.
pub const DIMENSIONS: usize = 4;

impl Dimension {
    /// All dimensions.
    pub const ALL: [Self; DIMENSIONS] = [Self::Income, Self::Care, Self::Schooling, Self::Environment];
}

/// The dimensions in which a household is deprived (Alkire and Foster 2011).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Deprivations(u8);

impl Deprivations {
    /// The set with one more dimension, if deprived in it.
    #[must_use]
    pub const fn with(self, dimension: Dimension, deprived: bool) -> Self {
        Self(self.0 | (deprived as u8) << dimension as u8)
    }

    /// Whether a dimension is in it.
    #[must_use]
    pub const fn has(self, dimension: Dimension) -> bool {
        self.0 & 1 << dimension as u8 != 0
    }

    /// How many there are.
    #[must_use]
    pub const fn count(self) -> u32 {
        self.0.count_ones()
    }
}

/// Dimensions in which the multidimensionally poor are deprived at least, for a cut-off as a share of all.
#[must_use]
pub fn least_dimensions(cutoff: f64) -> u32 {
    // The small part keeps a third or a half from the next dimension by rounding.
    (1..4).find(|count| f64::from(*count) / 4.0 >= cutoff - 1e-9).unwrap_or(4)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn on_the_line_is_not_poor_and_a_fen_below_is() {
        assert!(!is_poor(Money::from_fen(800_000), 2, 400_000));
        assert!(is_poor(Money::from_fen(799_999), 2, 400_000));
    }

    #[test]
    fn a_third_of_four_dimensions_is_two_and_all_is_four() {
        assert_eq!([0.1, 0.25, 0.333, 0.5, 0.51, 1.0].map(least_dimensions), [1, 1, 2, 2, 3, 4]);
        let one = Deprivations::default().with(Dimension::Care, true).with(Dimension::Income, false);
        assert_eq!(Dimension::ALL.map(|dimension| one.has(dimension)), [false, true, false, false]);
        assert_eq!(one.with(Dimension::Environment, true).count(), 2);
    }

    #[test]
    fn gaps_are_bounded() {
        assert_eq!(gap_ppm(Money::from_fen(-5), 1, 400_000), 1_000_000);
        assert_eq!(gap_ppm(Money::from_fen(300_000), 1, 400_000), 250_000);
        assert_eq!(severity_ppm(250_000), 62_500);
        assert_eq!(gap_ppm(Money::from_fen(400_000), 1, 400_000), 0);
    }
}
