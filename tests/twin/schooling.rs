//! Children's schooling in a household in distress.

use fanpin::random::Draw;

use crate::outcome::Outcome;
use crate::people::Household;
use crate::setting::Setting;

/// Years that a pupil of an age has finished; nothing of who isn't at school. School starts at six and has twelve
/// years at most; who will have `schooling` years leaves after them.
fn finished(age: i16, schooling: u8) -> Option<u8> {
    let years = u8::try_from(age - 6).ok()?;
    (years < schooling.min(12)).then_some(years)
}

/// Chance that a pupil leaves school in a year of distress.
fn chance(setting: &Setting, finished: u8) -> f64 {
    match finished {
        6..=8 => setting.society().schooling.leaving_junior,
        9..=11 => setting.society().schooling.leaving_senior,
        _ => 0.0,
    }
}

/// Pupils at the year's end, and who of them leave for good. Poverty and a catastrophic bill of the year are known.
pub fn leave_in_distress(setting: &Setting, household: &mut Household, outcome: &mut Outcome) {
    let regime = setting.regime;
    let is_catastrophic = household.under[regime].catastrophic_last;
    let distress = outcome.poor || outcome.accounts.unpaid > 0 || is_catastrophic;
    for at in household.here(regime) {
        let person = &household.members[at];
        let (age, schooling, id) = (person.age(setting.year), person.schooling_left(regime), person.id);
        let state = household.person_mut(at, regime);
        if (16..=34).contains(&age) {
            outcome.young += 1;
            outcome.young_years_lost += i64::from(state.schooling_lost);
        }
        let Some(finished) = finished(age, schooling) else { continue };
        outcome.pupils += 1;
        if distress && setting.happens(Draw::LeavingSchool, id, chance(setting, finished)) {
            state.schooling_lost += schooling - finished;
            outcome.left_school += 1;
        }
    }
}
