//! One household under one regime for one year, in the order of the model.

mod accounts;
mod care;
mod health;
mod recording;

use super::{CountyTask, PlaceYear, RegimeYear, SharedYear, World, known};
use crate::billing::{Payers, PersonYear};
use crate::county::Published;
use crate::demography::age_index;
use crate::economy::Accounts;
use crate::illness::{CANCER, PotentialEpisode, STROKE};
use crate::population::columns::{Household, HouseholdState, NEVER, Person, PersonState, Register, Status};
use crate::poverty::Deprivations;
use crate::random::{Draw, Key, threshold};
use crate::scenario::policy::{Class, ClassSet, PAYERS};
use crate::schooling::SchoolingYear;
use crate::support::{Grants, Support};
use crate::targeting::{SeenIncomes, Thresholds};
use crate::units::{Money, Year};
use crate::village::{Clinic, Village};

/// Reused memory of the loop.
#[derive(Debug, Clone, Default)]
pub(super) struct Scratch {
    episodes: Vec<PotentialEpisode>,
    persons: Vec<PersonYear>,
    lost: Vec<i64>,
    untreated: Vec<bool>,
    /// Stays of the year as they were settled.
    bills: Vec<care::SettledStay>,
    /// Admissions by member.
    admitted: Vec<u8>,
    health: Vec<health::Health>,
    /// Chronic groups and disability at the year's start.
    before: Vec<(u8, bool)>,
}

/// A household at a year's start under a regime, with all it needs.
pub(super) struct Step<'a> {
    pub world: &'a World<'a>,
    pub year: Year,
    pub place_year: &'a PlaceYear,
    pub regime_year: &'a RegimeYear,
    /// What the county publishes for the year.
    pub published: &'a Published,
    pub village: &'a Village,
    pub clinic: Clinic,
    /// What families expect of prices, at the county's cuts.
    pub care_terms: &'a crate::care::CareTerms,
    pub household: &'a Household,
    pub shared: &'a SharedYear,
    pub people: &'a [Person],
    pub states: &'a mut [PersonState],
    pub state: &'a mut HouseholdState,
    pub thresholds: &'a Thresholds,
    pub seen: &'a mut SeenIncomes,
    pub scratch: &'a mut Scratch,
    pub switched: bool,
}

/// What happened to the household.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct HouseholdOutcome {
    pub members: u8,
    workers: u8,
    away: u8,
    residents: u8,
    elderly_only: bool,
    members_before: u8,
    poor_last: bool,
    target: bool,
    at_risk_seen: bool,
    risk_monitored: bool,
    found: bool,
    /// Recognised as illness-poor in the year.
    recognised: bool,
    /// Bills claimed back.
    claimed_back: Money,
    aware: bool,
    counts: Counts,
    care: CareSums,
    accounts: Accounts,
    support: Support,
    grants: Grants,
    premiums: Premiums,
    poor: bool,
    deprived: Deprivations,
    poor_years: u8,
    years_since_exit: i16,
    newly_on_register: Register,
    illness_attributed: bool,
    illness_twin: bool,
    died_since_switch: u8,
    died_now: u8,
    ever_entered: bool,
    shock_years: u8,
    debt: (i64, i64, i64),
}

#[derive(Debug, Clone, Copy, Default)]
struct Counts {
    deaths: i64,
    births: i64,
    departures: i64,
    arrivals: i64,
    elderly_60: i64,
    elderly_65: i64,
    adults: i64,
    chronic: i64,
    multimorbid_60: i64,
    mental: i64,
    mental_treated: i64,
    disabled: i64,
    insured: i64,
    lapsed: i64,
    signed: i64,
    served: i64,
    managed: i64,
    with_doctor: i64,
    with_competent_doctor: i64,
    screened: i64,
    literate_adults: i64,
    pupils: i64,
    left_school: i64,
    young: i64,
    young_years_lost: i64,
}

#[derive(Debug, Clone, Copy, Default)]
struct CareSums {
    bill: Money,
    covered: Money,
    inpatient: Money,
    paid_inpatient: Money,
    out_of_pocket: Money,
    paid: [Money; PAYERS],
    late: Money,
    waiting: Money,
    needed: i64,
    forgone: i64,
    forgone_for_money: i64,
    forgone_distance: i64,
    forgone_capacity: i64,
    forgone_unaware: i64,
    forgone_other: i64,
    admissions: i64,
    induced: i64,
    outside: i64,
    inpatients: i64,
    repeated: i64,
    inpatients_last: i64,
    again: i64,
}

#[derive(Debug, Clone, Copy, Default)]
struct Premiums {
    own: Money,
    aid: Money,
    subsidy: Money,
}

impl HouseholdOutcome {
    /// Person-years for the measure of speed.
    pub fn persons_for_speed(&self, counted: bool) -> u64 {
        if counted { u64::from(self.members) } else { 0 }
    }

    /// Members of the time of the switch who died this year.
    pub const fn died_now(&self) -> u8 {
        self.died_now
    }

    /// Adds the household to what the county decides on.
    pub fn add_to(&self, totals: &mut crate::county::Totals) {
        totals.persons += i64::from(self.members);
        for (sum, paid) in totals.paid.iter_mut().zip(self.care.paid) {
            *sum += paid.fen();
        }
        totals.premiums += (self.premiums.own + self.premiums.aid + self.premiums.subsidy).fen();
        totals.premium_aid += self.premiums.aid.fen();
        totals.subsidies += self.premiums.subsidy.fen();
        totals.contracts += self.counts.signed;
        totals.stays += self.care.admissions - self.care.outside;
        totals.add_grants(&self.grants);
    }
}

impl Step<'_> {
    /// The year of the household. The order is that of the model, and written only here.
    pub fn advance(&mut self) -> HouseholdOutcome {
        let mut outcome = HouseholdOutcome {
            members_before: self.state.members_last,
            poor_last: self.state.poor_last,
            ..HouseholdOutcome::default()
        };
        if self.state.members_last == 0 && self.shared.births.is_empty() {
            self.keep_dissolved(&mut outcome);
            return outcome;
        }
        self.remember();
        self.open_lists(&mut outcome);
        self.enrol();
        self.demography(&mut outcome);
        self.migrate();
        self.prevent(&mut outcome);
        self.illness();
        self.seek_care(&mut outcome);
        self.close_accounts(&mut outcome);
        self.judge_poverty(&mut outcome);
        self.leave_school(&mut outcome);
        outcome
    }

    fn remember(&mut self) {
        self.scratch.before.clear();
        self.scratch.before.extend(self.states.iter().map(|state| (state.chronic, state.disabled)));
    }

    fn keep_dissolved(&self, outcome: &mut HouseholdOutcome) {
        outcome.died_since_switch = self.state.died_since_switch;
        outcome.ever_entered = self.state.ever_entered;
    }

    /// Classes in force at the end of the year so far.
    fn classes(&self) -> ClassSet {
        ClassSet(self.state.classes)
    }

    fn age(&self, at: usize) -> usize {
        age_index(self.year, self.people[at].birth_year)
    }

    fn present(&self, at: usize) -> bool {
        self.states[at].status == Status::Present
    }

    /// Years of schooling that a member has or will have.
    fn schooling(&self, at: usize) -> u8 {
        self.people[at].schooling.saturating_sub(self.states[at].schooling_lost)
    }

    /// Earning strength of a member who works, in thousandths of a local worker.
    fn strength(&self, at: usize) -> i64 {
        self.place_year.strength(&self.states[at])
    }

    /// Whether a member can work: of working age, and not disabled.
    fn able(&self, at: usize) -> bool {
        self.present(at) && !self.states[at].disabled && self.place_year.works(self.age(at))
    }

    fn key(&self) -> Key {
        self.shared.key
    }

    /// Whether an event of probability `p` happens, by its lane and, where that decides nothing, its
    /// extension.
    fn happens(&self, draw: Draw, at: usize, p: f64) -> bool {
        self.is_below(draw, at, threshold(p))
    }

    /// Whether the number of a decision is below a threshold.
    fn is_below(&self, draw: Draw, at: usize, limit: u64) -> bool {
        let lane = u64::from(self.shared.second[at][draw.lane()]);
        match lane.cmp(&(limit >> 48)) {
            std::cmp::Ordering::Less => true,
            std::cmp::Ordering::Greater => false,
            std::cmp::Ordering::Equal => {
                // Lanes are 16 bits.
                #[allow(clippy::cast_possible_truncation)]
                let word = self.key().extended(draw, lane as u16, self.people[at].id, self.year);
                word < limit
            }
        }
    }

    /// What the payers know in a month and can pay this year.
    fn payers(&self, month: u8) -> Payers {
        Payers {
            known: Some(self.regime_year.lists.known_classes(self.state, month)),
            proration: self.published.proration,
            delay_months: self.published.delay_months,
        }
    }

    fn open_lists(&mut self, outcome: &mut HouseholdOutcome) {
        let has_worker = (0..self.people.len()).any(|at| self.able(at));
        outcome.aware = self.is_aware();
        let error = self.regime_year.official_error(self.shared.official_error_last);
        let known = known(self.shared, error, self.state, (has_worker, outcome.aware));
        self.regime_year.lists.open(&known, self.thresholds, self.state);
        outcome.at_risk_seen = self.regime_year.lists.at_risk(&known, self.thresholds, self.state);
        outcome.risk_monitored = outcome.at_risk_seen && self.classes().0 & ClassSet::MONITORED.0 != 0;
        outcome.found = self.state.found_month != NEVER;
        let members = i64::from(self.state.members_last.max(1));
        outcome.target = self.state.income_last < self.place_year.start_lines.monitoring * members;
        let applicant = crate::support::Applicant {
            classes: self.classes(),
            members: i64::from(self.state.members_last),
            has_worker,
            seen_per_head: Money::from_fen(known.seen_per_head),
            income_last: Money::from_fen(self.state.income_last),
            out_of_pocket_last: Money::from_fen(self.state.out_of_pocket_last),
            id: self.household.id,
        };
        let when = (self.key(), self.year);
        (outcome.support, outcome.grants) =
            self.regime_year.support.grant(&applicant, &self.published.served, when);
    }

    /// Whether the household knows the rules: likelier with a literate adult, or where officials came.
    fn is_aware(&self) -> bool {
        let knowledge = &self.place_year.knowledge;
        let limits = &self.regime_year.service;
        let literate = (0..self.people.len()).any(|at| self.age(at) >= 18 && self.is_literate(at));
        let outreach = u32::from(self.household.outreach_word) < limits.outreach;
        limits.everybody_knows || knowledge.is_aware(self.household.awareness_word, literate, outreach)
    }

    fn is_literate(&self, at: usize) -> bool {
        let person = &self.people[at];
        let educated = u32::from(self.household.education_word) < self.regime_year.service.education;
        let knows = self.regime_year.service.everybody_knows;
        self.present(at)
            && (knows
                || self.place_year.knowledge.is_literate(
                    person.literacy_word,
                    self.schooling(at),
                    self.age(at),
                    educated,
                ))
    }

    /// Classes by which premiums and enrolment go: those of 1 January, and illness-poor where that was in force
    /// when the year's premiums were paid.
    fn classes_of_premiums(&self) -> ClassSet {
        let classes = ClassSet(self.state.classes_opening);
        if self.state.illness_poor_last { classes.with(Class::IllnessPoor) } else { classes }
    }

    /// Enrolment for the year, on the classes of 1 January and last year's income and bills.
    fn enrol(&mut self) {
        let members = i64::from(self.state.members_last);
        let classes = self.classes_of_premiums();
        let aid = self.regime_year.premium_aid(classes);
        let premiums = Money::from_fen((self.regime_year.premium - aid).fen() * members);
        let limit = self.regime_year.enrolment.limit(
            classes,
            premiums,
            Money::from_fen(self.state.income_last),
            self.state.hospital_last,
        );
        for (person, state) in self.people.iter().zip(self.states.iter_mut()) {
            if state.status != Status::Present {
                continue;
            }
            state.insured = person.insure_word < limit || limit == u32::MAX;
            if state.insured {
                let waiting = self.regime_year.enrolment.waiting(classes, state.missed);
                state.benefits_from = u8::try_from(waiting).expect("at most twelve months");
                state.missed = 0;
            } else {
                state.missed = state.missed.saturating_add(1);
            }
        }
    }

    fn demography(&mut self, outcome: &mut HouseholdOutcome) {
        for state in self.states.iter_mut().filter(|state| state.arrived) {
            state.arrived = false;
            outcome.counts.arrivals += i64::from(state.status == Status::Present);
        }
        for candidate in &self.shared.candidates {
            let at = usize::from(candidate.offset);
            if self.states[at].status != Status::Present {
                continue;
            }
            match candidate.draw {
                Draw::Death if candidate.word < threshold(self.death_probability(at)) => {
                    self.die(at, outcome);
                }
                // Leaving for the town, or a daughter for her husband's household.
                Draw::Leaving | Draw::Marriage => {
                    self.states[at].status = Status::Left;
                    self.state.children_away = self.state.children_away.saturating_add(1);
                    outcome.counts.departures += 1;
                }
                _ => {}
            }
        }
        for birth in &self.shared.births {
            if self.states[usize::from(birth.mother)].status == Status::Present {
                let newborn = &mut self.states[usize::from(birth.newborn)];
                newborn.status = Status::Present;
                newborn.insured = true;
                outcome.counts.births += 1;
            }
        }
    }

    fn death_probability(&self, at: usize) -> f64 {
        let state = &self.states[at];
        let sex = usize::from(self.people[at].sex);
        let demography = &self.place_year.demography;
        demography.death(sex, self.age(at), state.chronic, state.disabled, state.untreated)
    }

    fn die(&mut self, at: usize, outcome: &mut HouseholdOutcome) {
        self.states[at].status = Status::Dead;
        outcome.counts.deaths += 1;
        let switch = self.world.scenario.plan.switch_year;
        if self.switched && self.people[at].birth_year < switch.number() && outcome.members_before > 0 {
            self.state.died_since_switch = self.state.died_since_switch.saturating_add(1);
            outcome.died_now += 1;
        }
        let partner = usize::from(self.people[at].partner);
        if partner > 0 && self.present(partner - 1) {
            self.states[partner - 1].widowed = 2;
        }
    }

    /// Pupils of a household in distress who leave school for good.
    fn leave_school(&mut self, outcome: &mut HouseholdOutcome) {
        let unpaid = outcome.accounts.unpaid > Money::ZERO;
        let distress = outcome.members > 0 && (outcome.poor || unpaid || self.state.catastrophic_last);
        for at in 0..self.people.len() {
            if !self.present(at) {
                continue;
            }
            let age = self.age(at);
            if (16..35).contains(&age) {
                outcome.counts.young += 1;
                outcome.counts.young_years_lost += i64::from(self.states[at].schooling_lost);
            }
            let schooling = self.schooling(at);
            let Some(finished) = SchoolingYear::finished(age, schooling) else { continue };
            outcome.counts.pupils += 1;
            let limit = self.place_year.schooling.leaving(finished);
            if distress && self.is_below(Draw::LeavingSchool, at, limit) {
                self.states[at].schooling_lost += schooling - finished;
                outcome.counts.left_school += 1;
            }
        }
    }

    /// Who goes away to work and who comes home.
    fn migrate(&mut self) {
        let migration = &self.place_year.migration;
        let care_needed = self.care_needed();
        for at in 0..self.people.len() {
            if !self.present(at) {
                continue;
            }
            let (age, person) = (self.age(at), &self.people[at]);
            if self.states[at].away {
                let p = migration.returns(age, care_needed, !self.states[at].disabled);
                self.states[at].away = !self.happens(Draw::Returning, at, p);
            } else if !care_needed && self.able(at) {
                let p = migration.goes(usize::from(person.sex), age, self.schooling(at));
                self.states[at].away = p > 0.0 && self.happens(Draw::Going, at, p);
            }
        }
    }

    /// Whether a resident is disabled or has had a stroke or cancer, and no other adult who is able is there.
    fn care_needed(&self) -> bool {
        const HEAVY: u8 = 1 << STROKE | 1 << CANCER;
        let resident = |at: usize| self.present(at) && !self.states[at].away;
        let ill =
            |at: usize| resident(at) && (self.states[at].disabled || self.states[at].chronic & HEAVY != 0);
        let carers = |at: usize| resident(at) && self.able(at) && !ill(at);
        let members = 0..self.people.len();
        members.clone().any(ill) && !members.clone().any(carers)
    }
}
