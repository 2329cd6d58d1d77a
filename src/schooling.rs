//! Children's schooling in a household in distress.
//!
//! A child starts school at six and stays for the years that its cohort gives it. In a year in which the
//! household is in net poverty, can't pay, or pays a catastrophic share for care, a pupil of junior or senior
//! middle school may leave for good; the years not finished are lost. Who has lost years knows less about
//! health, goes away to work less often and earns less for life, so distress reaches the next generation.
//! The number that decides is the child's of the year; a regime changes only whether there is distress.
//!
//! Parameters: `society.schooling`.

use crate::random::threshold;
use crate::scenario::society::Schooling;

/// Age at which school starts.
const FIRST_AGE: usize = 6;
/// Years finished at the start of junior middle school.
const JUNIOR: u8 = 6;
/// Years finished at the start of senior middle school.
const SENIOR: u8 = 9;
/// Years finished at its end.
const AFTER: u8 = 12;

/// What distress does to pupils, compiled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SchoolingYear {
    /// Threshold of leaving from junior and from senior middle school.
    leaving: [u64; 2],
    /// Earning strength lost with each year, in parts per million.
    year_lost_ppm: i64,
}

impl SchoolingYear {
    /// Compiles the rules.
    #[must_use]
    pub fn compile(schooling: &Schooling) -> Self {
        // A share.
        #[allow(clippy::cast_possible_truncation)]
        let year_lost_ppm = libm::floor(schooling.earnings_per_year * 1e6 + 0.5) as i64;
        Self {
            leaving: [threshold(schooling.leaving_junior), threshold(schooling.leaving_senior)],
            year_lost_ppm,
        }
    }

    /// Years finished by a pupil who will have `schooling` years in all; `None` if not at school.
    #[must_use]
    pub fn finished(age: usize, schooling: u8) -> Option<u8> {
        let years = u8::try_from(age.checked_sub(FIRST_AGE)?).ok()?;
        (years < schooling.min(AFTER)).then_some(years)
    }

    /// Threshold of leaving school in a year of distress, by years finished.
    #[must_use]
    pub const fn leaving(&self, finished: u8) -> u64 {
        match finished {
            JUNIOR..SENIOR => self.leaving[0],
            SENIOR..AFTER => self.leaving[1],
            _ => 0,
        }
    }

    /// Earning strength of a worker who has lost years of schooling.
    #[must_use]
    #[inline]
    pub fn strength(&self, strength: i64, years_lost: u8) -> i64 {
        if years_lost == 0 {
            return strength;
        }
        let left = (1_000_000 - self.year_lost_ppm * i64::from(years_lost)).max(0);
        strength * left / 1_000_000
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn year() -> SchoolingYear {
        SchoolingYear::compile(&Schooling {
            leaving_junior: 0.25,
            leaving_senior: 0.5,
            earnings_per_year: 0.06,
        })
    }

    #[test]
    fn a_pupil_is_at_school_until_the_years_of_the_cohort_are_over() {
        assert_eq!(SchoolingYear::finished(5, 9), None);
        assert_eq!(SchoolingYear::finished(6, 9), Some(0));
        assert_eq!(SchoolingYear::finished(14, 9), Some(8));
        assert_eq!(SchoolingYear::finished(15, 9), None);
        assert_eq!(SchoolingYear::finished(17, 16), Some(11));
        assert_eq!(SchoolingYear::finished(18, 16), None);
    }

    #[test]
    fn only_middle_school_is_left() {
        let year = year();
        assert_eq!((year.leaving(5), year.leaving(12)), (0, 0));
        assert_eq!((year.leaving(6), year.leaving(8)), (1 << 62, 1 << 62));
        assert_eq!((year.leaving(9), year.leaving(11)), (1 << 63, 1 << 63));
    }

    #[test]
    fn each_year_lost_takes_its_part_of_earnings() {
        assert_eq!(year().strength(1_000, 0), 1_000);
        assert_eq!(year().strength(1_000, 3), 820);
        assert_eq!(year().strength(1_000, 20), 0);
    }
}
