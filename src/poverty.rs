//! Poverty: lines, the three named states, and what illness had to do with it.
//!
//! On the line is not poor. `net` income is disposable income less out-of-pocket payments, interest
//! on illness debt and the household's own premiums. Foster, Greer and Thorbecke (1984) give
//! headcount, gap and severity.

use crate::population::tables::{Path, Tables};
use crate::scenario::society::Poverty;
use crate::units::{Money, Year};

/// Lines of a year, fen per head and year.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn on_the_line_is_not_poor_and_a_fen_below_is() {
        assert!(!is_poor(Money::from_fen(800_000), 2, 400_000));
        assert!(is_poor(Money::from_fen(799_999), 2, 400_000));
    }

    #[test]
    fn gaps_are_bounded() {
        assert_eq!(gap_ppm(Money::from_fen(-5), 1, 400_000), 1_000_000);
        assert_eq!(gap_ppm(Money::from_fen(300_000), 1, 400_000), 250_000);
        assert_eq!(severity_ppm(250_000), 62_500);
        assert_eq!(gap_ppm(Money::from_fen(400_000), 1, 400_000), 0);
    }
}
