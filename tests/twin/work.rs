//! What members of working age do, and what days of illness take of it.

use fanpin::population::Sex;

use crate::people::Person;
use crate::setting::{Setting, fen, limit, rate, whole};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Work {
    /// On the household's farm or in its own business.
    Farm,
    /// For a wage at home.
    LocalWage,
    Away,
}

/// What a member of working age does, by a number for life.
pub fn of(setting: &Setting, person: &Person) -> Work {
    let (work, state) = (&setting.society().work, &person.under[setting.regime]);
    if state.away {
        return Work::Away;
    }
    let of_age = match person.age(setting.year) {
        ..=29 => work.wage_16,
        30..=44 => work.wage_30,
        _ => work.wage_45,
    };
    let woman = if person.sex == Sex::Female { work.women_factor } else { 1.0 };
    let steps = (person.schooling_left(setting.regime).saturating_sub(6) / 3).min(3);
    let chance = (of_age * woman * libm::pow(work.schooling_factor, f64::from(steps))).min(1.0);
    let mut below = u64::from(limit(chance));
    if state.disabled {
        below = below * u64::from(rate(work.disabled_factor).ppm()) / 1_000_000;
    }
    if u64::from(person.work_number) < below { Work::LocalWage } else { Work::Farm }
}

/// Weight in the household's labour income of a member with an earning strength.
pub fn weight(setting: &Setting, work: Work, strength: i64) -> i64 {
    let of_a_wage =
        if work == Work::Farm { whole(setting.society().work.farm_earnings * 1_000.0) } else { 1_000 };
    strength * of_a_wage / 1_000
}

/// What days of illness and care take of a member's earnings, in millionths: on the farm others do part of the work.
pub fn lost_by_days(setting: &Setting, work: Work, days: i64) -> i64 {
    if work == Work::Farm { fen(days).times(rate(setting.society().work.farm_days)).fen() } else { days }
}
