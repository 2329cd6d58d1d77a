//! Working away, coming home, and what is sent home.
//!
//! Members of working age who are able to work go away at rates by age, sex and schooling and come home at
//! rates by age; disabled migrants come home at once, and others oftener when a member at home is seriously
//! ill and no other adult is there. Migrants stay on the roster. A migrant earns more than a local worker;
//! the household's rank of income follows the earning strength of its members, so the mean of published
//! incomes stays. What a migrant spends away is part of the roster's income and not of the residents'.
//!
//! Parameters: `society.migration`.

use crate::demography::AGES;
use crate::random::threshold;
use crate::scenario::society::Migration;

/// Earning strength of a local worker.
const LOCAL_WORKER: i64 = 1_000;

/// Migration in one year, compiled for the loop.
#[derive(Debug, Clone)]
pub struct MigrationYear {
    /// Chance of going: `[sex][age]`, for six years of schooling or fewer.
    pub going: [[f64; AGES]; 2],
    /// Factor on going by steps of three years of schooling over six.
    pub schooling: [f64; 4],
    /// Chance of coming home by age.
    pub returning: [f64; AGES],
    /// Factor on it when care is needed at home.
    pub care_factor: f64,
    /// Threshold of being away at the start: `[sex][age]`.
    pub away_at_start: [[u64; AGES]; 2],
    strength: i64,
}

impl MigrationYear {
    /// Compiles the year.
    #[must_use]
    pub fn compile(migration: &Migration) -> Self {
        let by_age = |young: f64, middle: f64, old: f64| -> [f64; AGES] {
            std::array::from_fn(|age| match age {
                16..=29 => young,
                30..=44 => middle,
                45..=59 => old,
                _ => 0.0,
            })
        };
        let men = by_age(migration.going_16, migration.going_30, migration.going_45);
        let women = men.map(|chance| chance * migration.women_factor);
        let mut returning = by_age(migration.returning_16, migration.returning_30, migration.returning_45);
        // Who is past working age is at home.
        returning[60..].fill(1.0);
        let stock = |going: &[f64; AGES]| {
            std::array::from_fn(|age| {
                let (go, back) = (going[age], returning[age]);
                if go > 0.0 { threshold(go / (go + back)) } else { 0 }
            })
        };
        // Strength of a bounded ratio.
        #[allow(clippy::cast_possible_truncation)]
        let strength = libm::floor(migration.wage_ratio * 1_000.0 + 0.5) as i64;
        Self {
            away_at_start: [stock(&men), stock(&women)],
            going: [men, women],
            schooling: [0, 1, 2, 3].map(|steps| libm::pow(migration.schooling_factor, f64::from(steps))),
            returning,
            care_factor: migration.care_return_factor,
            strength,
        }
    }

    /// Chance that a member who is able to work goes away.
    #[must_use]
    #[inline]
    pub fn goes(&self, sex: usize, age: usize, schooling: u8) -> f64 {
        let steps = usize::from(schooling.saturating_sub(6) / 3).min(3);
        (self.going[sex][age] * self.schooling[steps]).min(1.0)
    }

    /// Chance that a migrant comes home.
    #[must_use]
    #[inline]
    pub fn returns(&self, age: usize, care_needed: bool, able: bool) -> f64 {
        if !able {
            return 1.0;
        }
        let factor = if care_needed { self.care_factor } else { 1.0 };
        (self.returning[age] * factor).min(1.0)
    }

    /// Earning strength of a member who works, in thousandths of a local worker.
    #[must_use]
    #[inline]
    pub const fn strength_of(&self, away: bool) -> i64 {
        if away { self.strength } else { LOCAL_WORKER }
    }
}

/// Mean earning strength of a worker that the published incomes contain.
#[must_use]
pub fn expected_strength(migration: &Migration) -> f64 {
    1.0 + migration.reference_share * (migration.wage_ratio - 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_cannot_work_comes_home_and_care_brings_home() {
        let society = crate::scenario::main_scenario(&[]).society;
        let year = MigrationYear::compile(&society.migration);
        assert_eq!(year.returns(30, false, false), 1.0);
        assert!(year.returns(30, true, true) > year.returns(30, false, true));
        assert_eq!(year.returns(60, false, true), 1.0);
        assert!(year.goes(0, 25, 9) > year.goes(1, 25, 9) && year.goes(0, 25, 9) > year.goes(0, 25, 6));
        assert_eq!(year.goes(0, 15, 9), 0.0);
    }
}
