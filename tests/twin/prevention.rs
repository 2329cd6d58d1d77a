//! Prevention and primary care as delivered to each member.

use fanpin::random::Draw;
use fanpin::scenario::policy::{Class, Policy};
use fanpin::scenario::society::Prevention;
use fanpin::units::Year;

use crate::expected::MENTAL;
use crate::knowledge::is_literate;
use crate::outcome::Outcome;
use crate::people::{Classes, Household};
use crate::setting::{Setting, limit};

/// What a member has of it in a year.
#[derive(Debug, Clone, Copy, Default)]
pub struct Delivered {
    pub literate: bool,
    pub screened: bool,
    /// Has a contract that is honoured, by somebody competent or to good effect all the same.
    pub managed: bool,
    /// Mentally ill and treated.
    pub mental_treated: bool,
}

/// Share of villages improved after a year's works, from the share before.
pub fn improved_after(before: f64, policy: &Policy, prevention: &Prevention, year: Year) -> f64 {
    let works = if policy.implementation.policy { 1.0 } else { policy.service.environment.at(year) };
    before + (1.0 - before) * works * prevention.works_effect
}

/// The classes of a household in their order; ordinary if there is none.
pub fn in_order(classes: &Classes) -> Vec<Class> {
    if classes.is_empty() { vec![Class::Ordinary] } else { classes.iter().copied().collect() }
}

/// Largest limit over the classes of a household.
pub fn best_limit(classes: &Classes, of: impl Fn(Class) -> f64) -> u32 {
    in_order(classes).into_iter().map(|class| limit(of(class))).max().expect("one class at least")
}

pub fn prevent(setting: &Setting, household: &Household, outcome: &mut Outcome) -> Vec<Delivered> {
    let (service, ideal) = (&setting.policy.service, setting.policy.implementation);
    let classes = &household.under[setting.regime].classes;
    let signed_limit = best_limit(classes, |class| service.signed[class as usize].at(setting.year));
    let screening = limit(if ideal.policy { 1.0 } else { service.screening.at(setting.year) });
    let mental_care = if ideal.target_group { 1.0 } else { service.mental_care.at(setting.year) };
    let unaware = if ideal.target_group { 1.0 } else { setting.society().mental.unaware_treated };
    let (clinic, villages) = (setting.clinic(household), &setting.society().villages);
    let mut delivered = vec![Delivered::default(); household.members.len()];
    for at in household.here(setting.regime) {
        let person = &household.members[at];
        let state = &person.under[setting.regime];
        let lane = |draw: Draw| u32::from(setting.lane(draw, person.id));
        let literate = is_literate(setting, household, person);
        let signed = state.groups() > 0 && u32::from(person.contract_number) < signed_limit;
        // Where there is no doctor a team from the township comes to a part.
        let reached = clinic.has_doctor || lane(Draw::Clinic) < limit(villages.team_service);
        let served = signed && reached && lane(Draw::Contract) < setting.published.honoured;
        let well = !clinic.has_doctor
            || clinic.is_competent
            || lane(Draw::Clinic) < limit(villages.untrained_effect);
        let treated = limit(if literate { mental_care } else { mental_care * unaware });
        delivered[at] = Delivered {
            literate,
            screened: person.age(setting.year) >= 18 && lane(Draw::Screening) < screening,
            managed: served && well,
            mental_treated: state.chronic[MENTAL] && lane(Draw::MentalCare) < treated,
        };
        outcome.signed += i64::from(signed);
        outcome.served += i64::from(served);
        outcome.managed += i64::from(served && well);
        outcome.with_doctor += i64::from(clinic.has_doctor);
        outcome.with_competent_doctor += i64::from(clinic.is_competent);
        outcome.screened += i64::from(delivered[at].screened);
        outcome.mental_treated += i64::from(delivered[at].mental_treated);
    }
    delivered
}
