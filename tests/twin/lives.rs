//! Deaths, departures for good, births; who goes away to work and who comes home.

use fanpin::population::{BirthOrder, Chronic, PersonId, Sex};
use fanpin::random::{Draw, stream, threshold, unit};

use crate::expected::{marriage_rate, mortality_factors};
use crate::outcome::Outcome;
use crate::people::{Household, Person, PersonState, Place};
use crate::setting::Setting;
use crate::start::numbers_for_life;

fn death_chance(setting: &Setting, person: &Person) -> f64 {
    let (illness, demography) = (&setting.society().illness, &setting.society().demography);
    let (state, age) = (&person.under[setting.regime], person.age(setting.year));
    let factors = mortality_factors(illness);
    let mut factor = 1.0;
    for (has, of_group) in state.chronic.iter().zip(factors) {
        if *has {
            factor *= of_group;
        }
    }
    if state.disabled {
        factor *= illness.mortality_disability;
    }
    if state.forgone {
        factor *= illness.mortality_forgone;
    }
    let to_80 = ((f64::from(age) - 60.0) / 20.0).clamp(0.0, 1.0);
    let (young, old) = (illness.mortality_together_young, illness.mortality_together_old);
    let together = young + (old - young) * to_80;
    let published = setting.evidence.death(setting.year, person.sex, age) * demography.mortality_factor;
    let expected = setting.expected.mortality(illness, person.sex, age);
    (published * together / expected).min(1.0) * factor.min(illness.mortality_factor_bound)
}

/// Deaths and departures on 1 January, person by person; then the births of the mothers who are still here.
pub fn deaths_departures_births(setting: &Setting, household: &mut Household, outcome: &mut Outcome) {
    let regime = setting.regime;
    for at in 0..household.members.len() {
        let state = household.person_mut(at, regime);
        if state.arrived {
            state.arrived = false;
            outcome.arrivals += i64::from(state.is_here());
        }
    }
    for at in 0..household.members.len() {
        let person = &household.members[at];
        if !person.under[regime].is_here() || is_born_this_year(setting, person) {
            continue;
        }
        if setting.happens(Draw::Death, person.id, death_chance(setting, person)) {
            die(setting, household, at, outcome);
        } else if leaves(setting, person) || marries_out(setting, person) {
            household.person_mut(at, regime).place = Place::Left;
            let children = &mut household.under[regime].children_away;
            *children = children.saturating_add(1);
            outcome.departures += 1;
        }
    }
    for at in 0..household.members.len() {
        let child = &household.members[at];
        if !is_born_this_year(setting, child) {
            continue;
        }
        let mother = household.members.iter().find(|woman| is_child_of(setting, child.id, woman.id));
        if mother.is_some_and(|mother| mother.under[regime].is_here()) {
            let state = household.person_mut(at, regime);
            (state.place, state.insured) = (Place::Here, true);
            outcome.births += 1;
        }
    }
}

fn die(setting: &Setting, household: &mut Household, at: usize, outcome: &mut Outcome) {
    household.person_mut(at, setting.regime).place = Place::Dead;
    outcome.deaths += 1;
    let person = &household.members[at];
    if setting.switched && person.born < setting.scenario.plan.switch_year.number() {
        household.under[setting.regime].died_since_switch += 1;
        outcome.died_since_switch += 1;
    }
    let Some(partner) = household.members[at].partner else { return };
    for other in &mut household.members {
        if other.id == partner && other.under[setting.regime].is_here() {
            other.under[setting.regime].widowed_years = 2;
        }
    }
}

fn leaves(setting: &Setting, person: &Person) -> bool {
    let published = setting.evidence.leaving(person.sex, person.age(setting.year));
    let chance =
        (published * setting.society().demography.leaving_factor * setting.expected.leaving_factor).min(1.0);
    person.may_leave && setting.happens(Draw::Leaving, person.id, chance)
}

/// A daughter without a husband here leaves when she marries.
fn marries_out(setting: &Setting, person: &Person) -> bool {
    let is_single_daughter = person.sex == Sex::Female && person.may_leave && person.partner.is_none();
    let chance = marriage_rate(&setting.society().formation, person.age(setting.year));
    is_single_daughter && setting.happens(Draw::Marriage, person.id, chance)
}

pub fn is_born_this_year(setting: &Setting, person: &Person) -> bool {
    person.born == setting.year.number()
}

fn is_child_of(setting: &Setting, child: PersonId, mother: PersonId) -> bool {
    [BirthOrder::First, BirthOrder::SecondTwin]
        .into_iter()
        .any(|order| mother.newborn(setting.year, order) == Some(child))
}

/// Names the children that women who live under some regime may bear this year.
pub fn name_newborns(setting: &Setting, household: &mut Household, regimes: usize) {
    for at in 0..household.members.len() {
        let woman = &household.members[at];
        let (age, mother) = (woman.age(setting.year), woman.id);
        let published = setting.evidence.birth(setting.year, age);
        let chance =
            (published * setting.society().demography.fertility_factor * setting.expected.birth_factor)
                .min(1.0);
        let bears = woman.sex == Sex::Female
            && woman.lives_under_some_regime()
            && setting.happens(Draw::Birth, mother, chance);
        if !bears {
            continue;
        }
        let couple = woman.couple;
        let first = mother.newborn(setting.year, BirthOrder::First).expect("a third generation at most");
        household.members.push(newborn(setting, first, couple, regimes));
        let twin_word = setting.key.block(0, first.bits(), setting.year, stream::NEWBORN)[1];
        if twin_word < threshold(setting.society().demography.twin_share) {
            let second = mother.newborn(setting.year, BirthOrder::SecondTwin).expect("as the first");
            household.members.push(newborn(setting, second, couple, regimes));
        }
    }
}

fn newborn(setting: &Setting, id: PersonId, couple: u32, regimes: usize) -> Person {
    let [sex, _, taught, insures] = setting.key.block(0, id.bits(), setting.year, stream::NEWBORN);
    let sex = if unit(sex) < setting.evidence.boys(setting.year) { Sex::Male } else { Sex::Female };
    let born = setting.year.number();
    let [literacy_number, contract_number, work_number, frailty_number] = numbers_for_life(setting.key, id);
    Person {
        id,
        sex,
        born,
        schooling: setting.evidence.schooling_years(sex, born, unit(taught)),
        couple,
        partner: None,
        leads: false,
        may_leave: true,
        insure_number: (insures >> 32) as u32,
        literacy_number,
        contract_number,
        work_number,
        frailty_number,
        under: vec![PersonState::absent(); regimes],
    }
}

/// Yearly chance of going away by age, of men with six years of schooling or fewer.
pub fn going_rate(setting: &Setting, age: i16) -> f64 {
    let migration = &setting.society().migration;
    match age {
        16..=29 => migration.going_16,
        30..=44 => migration.going_30,
        45..=59 => migration.going_45,
        _ => 0.0,
    }
}

/// Yearly chance of coming home by age: who is 60 or under 16 is at home.
pub fn returning_rate(setting: &Setting, age: i16) -> f64 {
    let migration = &setting.society().migration;
    match age {
        16..=29 => migration.returning_16,
        30..=44 => migration.returning_30,
        45..=59 => migration.returning_45,
        60.. => 1.0,
        _ => 0.0,
    }
}

/// Whether a member can work.
pub fn is_able(setting: &Setting, person: &Person) -> bool {
    let state = &person.under[setting.regime];
    state.is_here() && !state.disabled && setting.works(person.age(setting.year))
}

/// Whether a member at home is disabled or has had a stroke or cancer and nobody else at home is able.
fn care_is_needed(setting: &Setting, household: &Household) -> bool {
    let at_home = |person: &&Person| {
        let state = &person.under[setting.regime];
        state.is_here() && !state.away
    };
    let is_ill = |person: &Person| {
        let state = &person.under[setting.regime];
        state.disabled || state.chronic[Chronic::Stroke as usize] || state.chronic[Chronic::Cancer as usize]
    };
    let residents: Vec<&Person> = household.members.iter().filter(at_home).collect();
    residents.iter().any(|person| is_ill(person))
        && !residents.iter().any(|person| is_able(setting, person) && !is_ill(person))
}

/// Who goes away to work and who comes home.
pub fn migrate(setting: &Setting, household: &mut Household) {
    let migration = &setting.society().migration;
    let care_needed = care_is_needed(setting, household);
    for at in household.here(setting.regime) {
        let person = &household.members[at];
        let (age, state) = (person.age(setting.year), &person.under[setting.regime]);
        if is_born_this_year(setting, person) {
            continue;
        }
        let away = if state.away {
            let care = if care_needed { migration.care_return_factor } else { 1.0 };
            let chance = if state.disabled { 1.0 } else { (returning_rate(setting, age) * care).min(1.0) };
            !setting.happens(Draw::Returning, person.id, chance)
        } else if !care_needed && is_able(setting, person) {
            let woman = if person.sex == Sex::Female { migration.women_factor } else { 1.0 };
            let steps = (person.schooling_left(setting.regime).saturating_sub(6) / 3).min(3);
            let schooling = libm::pow(migration.schooling_factor, f64::from(steps));
            let chance = (going_rate(setting, age) * woman * schooling).min(1.0);
            setting.happens(Draw::Going, person.id, chance)
        } else {
            state.away
        };
        household.person_mut(at, setting.regime).away = away;
    }
}
