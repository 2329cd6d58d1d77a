//! What members do, and where the household's income comes from.
//!
//! A member of working age who isn't away works for a local wage if a number for life is below a chance by age,
//! sex, schooling and disability, and on the farm otherwise. The household's labour income is divided by what its
//! members do: a farm worker counts `farm_earnings` of a wage worker. Days of illness take the whole day's wage,
//! but less of the farm's income, since others do the work; assets sold for illness take farm income. What members
//! do moves the composition of income and how illness lowers it, never its level without illness, so the mean of
//! published incomes stays.
//!
//! Parameters: `society.work`.

use crate::demography::AGES;
use crate::knowledge::limit;
use crate::scenario::society::Work as Parameters;
use crate::units::{Money, Rate};

/// Weight of a wage worker in labour income.
const WAGE: i64 = 1_000;

/// Number of kinds of work.
pub const WORKS: usize = 3;

/// What a member of working age does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(usize)]
pub enum Work {
    /// Works on the household's farm or in its own business.
    Farm,
    /// Works for a wage and lives at home.
    LocalWage,
    /// Works away.
    Away,
}

/// Work in one year, compiled for the loop.
#[derive(Debug, Clone)]
pub struct WorkYear {
    /// Limit of the number for life for a local wage: `[sex][age][steps of schooling]`.
    wage: Box<[[[u32; 4]; AGES]; 2]>,
    disabled: Rate,
    farm_weight: i64,
    farm_days: Rate,
}

impl WorkYear {
    /// Compiles the year.
    #[must_use]
    pub fn compile(work: &Parameters) -> Self {
        let rate = |x: f64| Rate::try_from_fraction(x).expect("the book bounds it");
        let by_age = |age: usize| match age {
            0..=29 => work.wage_16,
            30..=44 => work.wage_30,
            _ => work.wage_45,
        };
        let chance = |sex: usize, age: usize, steps: usize| {
            let women = if sex == 1 { work.women_factor } else { 1.0 };
            // At most three steps.
            #[allow(clippy::cast_precision_loss)]
            let schooling = libm::pow(work.schooling_factor, steps as f64);
            limit(by_age(age) * women * schooling)
        };
        let mut wage = Box::new([[[0; 4]; AGES]; 2]);
        for (sex, by_age) in wage.iter_mut().enumerate() {
            for (age, by_steps) in by_age.iter_mut().enumerate() {
                *by_steps = std::array::from_fn(|steps| chance(sex, age, steps));
            }
        }
        // Thousandths of a bounded ratio.
        #[allow(clippy::cast_possible_truncation)]
        let farm_weight = libm::floor(work.farm_earnings * 1_000.0 + 0.5) as i64;
        Self { wage, disabled: rate(work.disabled_factor), farm_weight, farm_days: rate(work.farm_days) }
    }

    /// What a member of working age does, by the number for life.
    #[must_use]
    #[inline]
    pub fn of(
        &self,
        (sex, age): (usize, usize),
        schooling: u8,
        (away, disabled): (bool, bool),
        word: u16,
    ) -> Work {
        if away {
            return Work::Away;
        }
        let steps = usize::from(schooling.saturating_sub(6) / 3).min(3);
        let limit = self.wage[sex][age][steps];
        let limit = if disabled {
            (u64::from(limit) * u64::from(self.disabled.ppm()) / 1_000_000) as u32
        } else {
            limit
        };
        if u32::from(word) < limit { Work::LocalWage } else { Work::Farm }
    }

    /// Weight of a member with an earning strength in the household's labour income.
    #[must_use]
    #[inline]
    pub fn weight(&self, work: Work, strength: i64) -> i64 {
        strength * if work == Work::Farm { self.farm_weight } else { WAGE } / WAGE
    }

    /// Share of a member's earnings that days of illness and care take, of the share that the days are of the year.
    #[must_use]
    #[inline]
    pub fn days(&self, work: Work, lost_ppm: i64) -> i64 {
        if work == Work::Farm { Money::from_fen(lost_ppm).times(self.farm_days).fen() } else { lost_ppm }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn year() -> WorkYear {
        WorkYear::compile(&Parameters {
            wage_16: 0.5,
            wage_30: 0.4,
            wage_45: 0.25,
            women_factor: 0.5,
            schooling_factor: 1.5,
            disabled_factor: 0.5,
            farm_earnings: 0.6,
            farm_days: 0.5,
            property_share: 0.1,
        })
    }

    #[test]
    fn a_number_for_life_schooling_and_health_say_who_earns_a_wage() {
        let year = year();
        let of = |sex, age, schooling, state, word| year.of((sex, age), schooling, state, word);
        assert_eq!(of(0, 50, 6, (true, false), 65_535), Work::Away);
        assert_eq!(of(0, 50, 6, (false, false), 16_383), Work::LocalWage);
        assert_eq!(of(0, 50, 6, (false, false), 16_384), Work::Farm);
        assert_eq!(of(0, 50, 9, (false, false), 24_575), Work::LocalWage);
        assert_eq!(of(1, 50, 6, (false, false), 8_192), Work::Farm);
        assert_eq!(of(0, 50, 6, (false, true), 8_192), Work::Farm);
    }

    #[test]
    fn a_day_of_illness_takes_less_of_farm_income() {
        let year = year();
        assert_eq!((year.weight(Work::Farm, 1_000), year.weight(Work::LocalWage, 1_000)), (600, 1_000));
        assert_eq!((year.days(Work::Farm, 40_000), year.days(Work::Away, 40_000)), (20_000, 40_000));
    }
}
