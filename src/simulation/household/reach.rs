//! Whom a regime reaches at the year's start: knowledge, enrolment, screening, contracts, treatment.

use std::cell::Cell;

use super::lives::schooling;
use super::{Passages, Setting};
use crate::enrolment::Waiting;
use crate::illness::{CANCER, MENTAL, STROKE, risk};
use crate::population::columns::{HouseholdState, PersonState, Status};
use crate::random::Draw;
use crate::scenario::policy::{Class, ClassSet};
use crate::simulation::members::Members;
use crate::units::Money;

/// The members of a household at the start of a year, the same for all regimes that can't tell their states
/// apart.
#[derive(Debug, Clone, Default)]
pub(super) struct Beginning {
    pub states: Vec<PersonState>,
    pub present: Members,
    /// Working away.
    pub away: Members,
    pub chronic: Members,
    pub mental: Members,
    /// Able to work.
    pub able: Members,
    /// Disabled, or seriously ill for good.
    pub ailing: Members,
    pub before: YearBefore,
    /// With health literacy, in a household that health education doesn't reach and in one that it does.
    literate: [Members; 2],
    /// Missed the year before.
    missed: Members,
    /// The highest number of a member by which who enrols is decided: under a limit above it all do.
    last_to_enrol: u32,
    screened: Below,
    signed: Below,
}

/// Members whose numbers are below a limit, kept for the next regime with the same limit.
#[derive(Debug, Clone, Default)]
struct Below(Cell<(u32, Members)>);

impl Below {
    #[inline]
    fn of(&self, members: Members, limit: u32, number: impl Fn(usize) -> u16) -> Members {
        let (known, below) = self.0.get();
        if known == limit {
            return below;
        }
        let below = members.filter(|at| u32::from(number(at)) < limit);
        self.0.set((limit, below));
        below
    }
}

/// Those for whom something of the year before goes on, whether still there or not.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct YearBefore {
    /// Married in on this 1 January.
    pub arrived: Members,
    pub widowed: Members,
    /// With needed care that was forgone.
    pub untreated: Members,
    pub admitted: Members,
    /// In the years after a cancer or a stroke.
    pub followed: Members,
}

/// What a regime decides for the members before their year.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Reach {
    /// With health literacy.
    pub literate: Members,
    /// Screened.
    pub screened: Members,
    /// Chronic patients with a contract.
    pub signed: Members,
    /// Of them, those whose contract is honoured.
    pub served: Members,
    /// Of them, served by somebody competent, or to good effect all the same.
    pub managed: Members,
    /// Mentally ill and treated.
    pub mental_treated: Members,
    /// Enrolled in basic insurance.
    pub insured: Members,
    /// How long those who come back wait, if anybody missed a year.
    pub waiting: Waiting,
    /// What makes onset likelier for all members.
    pub risk: u8,
    /// What makes mental illness likelier for all members.
    pub strain: u8,
}

/// Stroke and cancer.
const HEAVY: u8 = 1 << STROKE | 1 << CANCER;

impl YearBefore {
    fn add(&mut self, at: usize, state: &PersonState) {
        self.arrived.add_if(at, state.arrived);
        self.widowed.add_if(at, state.widowed > 0);
        self.admitted.add_if(at, state.admitted);
        self.followed.add_if(at, state.since_cancer > 0 || state.since_stroke > 0);
    }
}

impl Setting<'_> {
    /// Looks up the members' states at the year's start among those already met in the row.
    pub(super) fn begin(&self, states: &[PersonState], passages: &mut Passages) -> usize {
        let count = passages.begun;
        if let Some(found) = passages.beginnings[..count].iter().position(|met| met.states == *states) {
            return found;
        }
        if count == passages.beginnings.len() {
            passages.beginnings.push(Beginning::default());
        }
        self.fill(states, &mut passages.beginnings[count]);
        passages.begun += 1;
        count
    }

    fn fill(&self, states: &[PersonState], beginning: &mut Beginning) {
        beginning.states.clear();
        beginning.states.extend_from_slice(states);
        (beginning.screened, beginning.signed) = (Below::default(), Below::default());
        beginning.last_to_enrol = 0;
        let [mut present, mut away, mut chronic, mut mental, mut missed, mut disabled, mut heavy] =
            [Members::default(); 7];
        let mut before = YearBefore::default();
        for (at, state) in states.iter().enumerate() {
            present.add_if(at, state.status == Status::Present);
            away.add_if(at, state.away);
            chronic.add_if(at, state.chronic != 0);
            missed.add_if(at, state.missed > 0);
            disabled.add_if(at, state.disabled);
            if state.chronic != 0 {
                mental.add_if(at, state.chronic & (1 << MENTAL) != 0);
                heavy.add_if(at, state.chronic & HEAVY != 0);
            }
            before.untreated.add_if(at, state.untreated);
            if state.is_followed() {
                before.add(at, state);
            }
        }
        beginning.literate = [Members::default(); 2];
        for at in present.iter() {
            let person = &self.people[at];
            beginning.last_to_enrol = beginning.last_to_enrol.max(person.insure_word);
            let limits = self.place_year.knowledge.literate(schooling(person, &states[at]), self.age(at));
            for (members, limit) in beginning.literate.iter_mut().zip(limits) {
                members.add_if(at, u32::from(person.literacy_word) < limit);
            }
        }
        beginning.able = present.and(self.shared.workers).without(disabled);
        (beginning.present, beginning.away, beginning.chronic) = (present, away, chronic);
        (beginning.mental, beginning.missed, beginning.ailing) = (mental, missed, disabled.or(heavy));
        beginning.before = before;
    }

    /// Members with health literacy.
    fn literate(&self, beginning: &Beginning) -> Members {
        let service = &self.regime_year.service;
        if service.everybody_knows {
            return Members::all(self.people.len());
        }
        let educated = u32::from(self.household.education_word) < service.education;
        beginning.literate[usize::from(educated)]
    }

    /// Whether the household knows the rules: likelier with a literate adult, or where officials came.
    pub(super) fn is_aware(&self, beginning: &Beginning) -> bool {
        let (knowledge, service) = (&self.place_year.knowledge, &self.regime_year.service);
        let literate = self.literate(beginning).and(beginning.present).and(self.shared.adults).any();
        let outreach = u32::from(self.household.outreach_word) < service.outreach;
        service.everybody_knows || knowledge.is_aware(self.household.awareness_word, literate, outreach)
    }

    /// Enrolment for the year, screening, contracts and treatment as delivered.
    pub(super) fn reach(&self, beginning: &Beginning, state: &HouseholdState) -> Reach {
        let service = &self.regime_year.service;
        let (clinic, rules) = (self.clinic, &self.regime_year.clinics);
        let lane = |at: usize, draw: Draw| u32::from(self.shared.members[at].second[draw.lane()]);
        let literate = self.literate(beginning);
        let signed_limit = service.signed(ClassSet(state.classes));
        let signed = beginning.signed.of(beginning.chronic, signed_limit, |at| self.people[at].contract_word);
        let served = signed.filter(|at| {
            (clinic.doctor || lane(at, Draw::Clinic) < rules.team)
                && lane(at, Draw::Contract) < self.rules.published.honoured
        });
        let well = |at| !clinic.doctor || clinic.competent || lane(at, Draw::Clinic) < rules.untrained;
        let mental_treated = beginning.mental.filter(|at| {
            let care = if literate.has(at) { service.mental_care } else { service.mental_care_unaware };
            lane(at, Draw::MentalCare) < care
        });
        let screened = beginning.screened.of(self.shared.adults, service.screening, |at| {
            self.shared.members[at].second[Draw::Screening.lane()]
        });
        let classes = classes_of_premiums(state);
        let (risk, strain) = if self.shared.onsets { (self.risk(state), strain(state)) } else { (0, 0) };
        Reach {
            literate,
            screened,
            signed,
            served,
            managed: served.filter(well),
            mental_treated,
            insured: self.enrolled(beginning, classes, state),
            waiting: if beginning.missed.any() {
                self.regime_year.enrolment.waiting(classes)
            } else {
                Waiting::default()
            },
            risk,
            strain,
        }
    }

    /// Who enrols for the year, on the classes of 1 January and last year's income and bills.
    fn enrolled(&self, beginning: &Beginning, classes: ClassSet, state: &HouseholdState) -> Members {
        let rules = &self.regime_year.enrolment;
        if beginning.last_to_enrol < rules.lowest_limit(classes) {
            return beginning.present;
        }
        let members = i64::from(state.members_last);
        let aid = self.regime_year.premium_aid(classes);
        let premiums = Money::from_fen((self.regime_year.premium - aid).fen() * members);
        let income = Money::from_fen(state.income_last);
        let limit = rules.limit(classes, premiums, income, state.hospital_last);
        beginning.present.filter(|at| self.people[at].insure_word < limit || limit == u32::MAX)
    }

    /// What makes onset likelier for every member.
    fn risk(&self, state: &HouseholdState) -> u8 {
        let bit = |bit: u8, holds: bool| if holds { bit } else { 0 };
        bit(risk::ENVIRONMENT, !self.improved()) | bit(risk::POOR, state.poor_last)
    }

    /// Whether the village's living environment is improved.
    pub(super) fn improved(&self) -> bool {
        u32::from(self.village.environment_word) < self.regime_year.improved_environment
    }
}

/// What makes mental illness likelier for every member.
fn strain(state: &HouseholdState) -> u8 {
    let bit = |bit: u8, holds: bool| if holds { bit } else { 0 };
    bit(risk::DEBT, 2 * state.medical_debt > state.income_last.max(0))
        | bit(risk::CATASTROPHE, state.catastrophic_last)
}

/// Classes by which premiums and enrolment go: those of 1 January, and illness-poor where that was in force
/// when the year's premiums were paid.
pub(super) fn classes_of_premiums(state: &HouseholdState) -> ClassSet {
    let classes = ClassSet(state.classes_opening);
    if state.illness_poor_last { classes.with(Class::IllnessPoor) } else { classes }
}
