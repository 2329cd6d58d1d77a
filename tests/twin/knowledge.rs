//! Health literacy, and who knows the rules.

use fanpin::population::Sex;
use fanpin::random::threshold;
use fanpin::scenario::society::Literacy;
use fanpin::units::Year;

use crate::evidence::Evidence;
use crate::people::{Household, Person};
use crate::setting::{Setting, limit};

/// Years of schooling of the five levels.
const LEVELS: [f64; 5] = [0.0, 6.0, 9.0, 12.0, 15.0];

fn of_odds(odds: f64) -> f64 {
    if odds.is_infinite() { 1.0 } else { odds / (1.0 + odds) }
}

/// Odds of literacy: those of six years of schooling times the factors of schooling and age.
fn odds(base: f64, literacy: &Literacy, schooling: f64, is_old: bool) -> f64 {
    let age = if is_old { literacy.age_odds } else { 1.0 };
    base * libm::pow(literacy.schooling_odds, (schooling - 6.0) / 3.0) * age
}

/// Shares of adults at each level of schooling: of men and women of 25, 40, 55 and 70, alike.
fn schooling_of_adults(evidence: &Evidence, year: Year) -> [f64; 5] {
    let mut shares = [0.0; 5];
    for age in [25, 40, 55, 70] {
        for sex in Sex::ALL {
            let [none, primary, junior, senior] = evidence.schooling(sex, year.number() - age);
            let own = [none, primary - none, junior - primary, senior - junior, 1.0 - senior];
            (0..5).for_each(|level| shares[level] += own[level] / 8.0);
        }
    }
    shares
}

/// The odds at six years of schooling that give the published share of literate adults, a quarter of them old.
pub fn odds_of_the_year(literacy: &Literacy, evidence: &Evidence, year: Year) -> f64 {
    let published = evidence.path("health_literacy", year);
    let goal = of_odds(published / (1.0 - published) * literacy.level_factor);
    let schooling = schooling_of_adults(evidence, year);
    let mean = |base: f64| -> f64 {
        let share = |level: usize| {
            let of_age = |is_old| of_odds(odds(base, literacy, LEVELS[level], is_old));
            schooling[level] * (0.75 * of_age(false) + 0.25 * of_age(true))
        };
        (0..5).map(share).sum()
    };
    // Halved in logs eighty times between a billionth and a billion.
    let (mut low, mut high) = (1e-9, 1e9);
    for _ in 0..80 {
        let middle = libm::sqrt(low * high);
        if mean(middle) < goal {
            low = middle;
        } else {
            high = middle;
        }
    }
    low
}

/// Literate share of adults under 65 without health education.
pub fn literate_adults_under_65(base: f64, literacy: &Literacy, evidence: &Evidence, year: Year) -> f64 {
    let schooling = schooling_of_adults(evidence, year);
    (0..5).map(|level| schooling[level] * of_odds(odds(base, literacy, LEVELS[level], false))).sum()
}

/// Whether a living member is health-literate.
pub fn is_literate(setting: &Setting, household: &Household, person: &Person) -> bool {
    let policy = setting.policy;
    if policy.implementation.target_group {
        return true;
    }
    let literacy = &setting.society().literacy;
    let reached = if policy.implementation.policy { 1.0 } else { policy.service.education.at(setting.year) };
    let educated = u32::from(household.education_number) < limit(reached);
    let education = if educated { setting.society().prevention.education_odds } else { 1.0 };
    let is_old = person.age(setting.year) >= 65;
    // Of a level that isn't finished the years don't count.
    let years = f64::from(person.schooling_left(setting.regime));
    let finished = LEVELS.into_iter().rfind(|level| *level <= years).expect("0 is least");
    let odds = odds(setting.expected.literacy_odds, literacy, finished, is_old);
    u32::from(person.literacy_number) < limit(of_odds(odds * education))
}

/// Whether the household knows the rules.
pub fn is_aware(setting: &Setting, household: &Household) -> bool {
    if setting.policy.implementation.target_group {
        return true;
    }
    let awareness = &setting.society().awareness;
    let here = household.here(setting.regime);
    let literate_adult = here
        .iter()
        .map(|at| &household.members[*at])
        .any(|person| person.age(setting.year) >= 18 && is_literate(setting, household, person));
    let share = if literate_adult { awareness.aware_literate } else { awareness.aware };
    let visited = limit(setting.policy.service.outreach.at(setting.year));
    let is_visited = u32::from(household.outreach_number) < visited;
    let share = if is_visited && share < 1.0 {
        of_odds(share / (1.0 - share) * awareness.outreach_odds)
    } else {
        share
    };
    u32::from(household.awareness_number) < limit(share)
}

/// The word of a claim: who knows the rules claims first, and over all it stays uniform.
pub fn claim_word(setting: &Setting, word: u64, is_aware: bool) -> u64 {
    let reference = threshold(setting.society().awareness.reference);
    if reference == u64::MAX {
        return word;
    }
    let part = |of: u64| ((u128::from(word) * u128::from(of)) >> 64) as u64;
    if is_aware { part(reference) } else { reference + part(u64::MAX - reference) }
}
