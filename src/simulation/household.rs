//! One household under one regime for one year, in the order of the model.

mod accounts;
mod care;
mod lives;
mod reach;
mod recording;

use std::ops::Deref;

use self::lives::Lives;
use self::reach::Beginning;
use super::fates::SharedYear;
use super::{CountyTask, PlaceYear, RegimeYear, World};
use crate::billing::{Payers, PersonYear};
use crate::county::Published;
use crate::economy::Accounts;
use crate::population::columns::{Household, HouseholdState, NEVER, Person, PersonState, Register};
use crate::poverty::Deprivations;
use crate::random::{Draw, Key, threshold};
use crate::scenario::policy::{ClassSet, PAYERS};
use crate::support::{Grants, Support};
use crate::targeting::{Known, SeenIncomes, Thresholds};
use crate::units::{Money, Year};
use crate::village::{Clinic, Village};

/// Reused memory of the loop.
#[derive(Debug, Clone, Default)]
pub(super) struct Scratch {
    persons: Vec<PersonYear>,
    lost: Vec<i64>,
    /// Stays of the year as they were settled.
    bills: Vec<care::SettledStay>,
    /// Admissions by member.
    admitted: Vec<u8>,
}

/// What members live through in a household-year: each passage once for all the regimes that share it.
#[derive(Debug, Clone, Default)]
pub(super) struct Passages {
    beginnings: Vec<Beginning>,
    begun: usize,
    lives: Vec<Lives>,
    lived: usize,
    /// Of a household that came to an end before.
    nobody: (Beginning, Lives),
}

impl Passages {
    /// Forgets the household-year before.
    pub const fn clear(&mut self) {
        (self.begun, self.lived) = (0, 0);
    }
}

/// What is fixed of a household's year under a regime.
#[derive(Debug, Clone, Copy)]
pub(super) struct Setting<'a> {
    pub world: &'a World<'a>,
    pub year: Year,
    pub place_year: &'a PlaceYear,
    pub regime_year: &'a RegimeYear,
    /// What the county publishes for the year.
    pub published: &'a Published,
    pub thresholds: &'a Thresholds,
    pub village: &'a Village,
    pub clinic: Clinic,
    /// What families expect of prices, at the county's cuts.
    pub care_terms: &'a crate::care::CareTerms,
    pub household: &'a Household,
    pub shared: &'a SharedYear,
    pub people: &'a [Person],
    pub switched: bool,
}

/// A household in its year under a regime.
pub(super) struct Step<'a> {
    setting: Setting<'a>,
    beginning: &'a Beginning,
    lives: &'a Lives,
    states: &'a mut [PersonState],
    state: &'a mut HouseholdState,
    scratch: &'a mut Scratch,
}

impl<'a> Deref for Step<'a> {
    type Target = Setting<'a>;

    fn deref(&self) -> &Setting<'a> {
        &self.setting
    }
}

/// What happened to the household.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct HouseholdOutcome {
    pub members: u8,
    away: u8,
    residents: u8,
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
    care: CareSums,
    accounts: Accounts,
    support: Support,
    grants: Grants,
    premiums: Premiums,
    /// Pupils who left school in distress.
    left_school: i64,
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
    /// A household that came to an end before.
    pub fn dissolved(state: &HouseholdState) -> Self {
        Self {
            poor_last: state.poor_last,
            died_since_switch: state.died_since_switch,
            ever_entered: state.ever_entered,
            ..Self::default()
        }
    }

    /// Person-years for the measure of speed.
    pub fn persons_for_speed(&self, counted: bool) -> u64 {
        if counted { u64::from(self.members) } else { 0 }
    }

    /// Members of the time of the switch who died this year.
    pub const fn died_now(&self) -> u8 {
        self.died_now
    }
}

impl<'a> Setting<'a> {
    /// The year of the household. The order is that of the model, and written only here.
    pub fn advance(
        self,
        passages: &'a mut Passages,
        (states, state): (&'a mut [PersonState], &'a mut HouseholdState),
        (seen, scratch): (&mut SeenIncomes, &'a mut Scratch),
    ) -> (Step<'a>, HouseholdOutcome) {
        if state.members_last == 0 && self.shared.births.is_empty() {
            let outcome = HouseholdOutcome::dissolved(state);
            let (beginning, lives) = (&passages.nobody.0, &passages.nobody.1);
            return (Step { setting: self, beginning, lives, states, state, scratch }, outcome);
        }
        let mut outcome = HouseholdOutcome {
            members_before: state.members_last,
            poor_last: state.poor_last,
            ..HouseholdOutcome::default()
        };
        let beginning = self.begin(states, passages);
        self.open_lists(&passages.beginnings[beginning], state, &mut outcome);
        let reach = self.reach(&passages.beginnings[beginning], state);
        let lives = self.live(beginning, reach, passages);
        let (beginning, lives) = (&passages.beginnings[beginning], &passages.lives[lives]);
        let mut step = Step { setting: self, beginning, lives, states, state, scratch };
        step.take_over(&mut outcome);
        step.seek_care(&mut outcome);
        step.close_accounts(&mut outcome);
        step.judge_poverty(&mut outcome);
        step.be_seen(&outcome, seen);
        step.leave_school(&mut outcome);
        (step, outcome)
    }

    fn age(&self, at: usize) -> usize {
        usize::from(self.shared.ages[at])
    }

    const fn key(&self) -> Key {
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

    fn open_lists(&self, beginning: &Beginning, state: &mut HouseholdState, outcome: &mut HouseholdOutcome) {
        let has_worker = beginning.able.any();
        outcome.aware = self.is_aware(beginning);
        let error = self.regime_year.official_error(self.shared.official_error_last);
        let known = self.known(error, state, (has_worker, outcome.aware));
        let lists = &self.regime_year.lists;
        lists.open(&known, self.thresholds, state);
        outcome.at_risk_seen = lists.at_risk(&known, self.thresholds, state);
        outcome.risk_monitored = outcome.at_risk_seen && state.classes & ClassSet::MONITORED.0 != 0;
        outcome.found = state.found_month != NEVER;
        let members = i64::from(state.members_last.max(1));
        outcome.target = state.income_last < self.place_year.start_lines.monitoring * members;
        let applicant = crate::support::Applicant {
            classes: ClassSet(state.classes),
            members: i64::from(state.members_last),
            has_worker,
            seen_per_head: Money::from_fen(known.seen_per_head),
            income_last: Money::from_fen(state.income_last),
            out_of_pocket_last: Money::from_fen(state.out_of_pocket_last),
            id: self.household.id,
        };
        let when = (self.key(), self.year);
        (outcome.support, outcome.grants) =
            self.regime_year.support.grant(&applicant, &self.published.served, when);
    }

    fn known(&self, error: u32, state: &HouseholdState, (has_worker, aware): (bool, bool)) -> Known {
        let (seen_per_head, seen_net_per_head) = crate::targeting::seen(error, state);
        Known {
            seen_per_head,
            seen_net_per_head,
            has_worker,
            aware,
            detection_word: self.shared.detection_word,
            report_word: self.shared.report_word,
            destitute_word: self.shared.destitute_word,
        }
    }
}

impl Step<'_> {
    /// Takes over what the members lived through.
    fn take_over(&mut self, outcome: &mut HouseholdOutcome) {
        let (lives, state) = (self.lives, &mut *self.state);
        self.states.copy_from_slice(&lives.states);
        state.children_away = state.children_away.saturating_add(lives.departed);
        if outcome.members_before > 0 {
            state.died_since_switch = state.died_since_switch.saturating_add(lives.died);
            outcome.died_now = lives.died;
        }
        if lives.major && self.setting.switched && state.shock_years == 0 {
            state.shock_years = 1;
        }
        outcome.members = small(lives.present.count());
        outcome.away = small(lives.away.count());
        outcome.residents = outcome.members - outcome.away;
    }

    /// What the payers know in a month and can pay this year.
    fn payers(&self, month: u8) -> Payers {
        Payers {
            known: Some(self.regime_year.lists.known_classes(self.state, month)),
            proration: self.published.proration,
            delay_months: self.published.delay_months,
        }
    }

    fn present(&self, at: usize) -> bool {
        self.lives.present.has(at)
    }

    /// Pupils of a household in distress who leave school for good.
    fn leave_school(&mut self, outcome: &mut HouseholdOutcome) {
        let unpaid = outcome.accounts.unpaid > Money::ZERO;
        let distress = outcome.members > 0 && (outcome.poor || unpaid || self.state.catastrophic_last);
        if !distress {
            return;
        }
        for (at, finished) in self.lives.pupils.iter().copied() {
            let limit = self.place_year.schooling.leaving(finished);
            if self.is_below(Draw::LeavingSchool, at, limit) {
                let taught = lives::schooling(&self.people[at], &self.states[at]);
                self.states[at].schooling_lost += taught - finished;
                outcome.left_school += 1;
            }
        }
    }

    /// Adds the household to what the county decides on.
    pub fn add_to(&self, outcome: &HouseholdOutcome, totals: &mut crate::county::Totals) {
        totals.persons += i64::from(outcome.members);
        for (sum, paid) in totals.paid.iter_mut().zip(outcome.care.paid) {
            *sum += paid.fen();
        }
        let premiums = &outcome.premiums;
        totals.premiums += (premiums.own + premiums.aid + premiums.subsidy).fen();
        totals.premium_aid += premiums.aid.fen();
        totals.subsidies += premiums.subsidy.fen();
        totals.contracts += self.lives.counts.signed;
        totals.stays += outcome.care.admissions - outcome.care.outside;
        totals.add_grants(&outcome.grants);
    }
}

fn small(count: i64) -> u8 {
    u8::try_from(count).expect("a household is small")
}
