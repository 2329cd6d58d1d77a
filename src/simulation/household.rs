//! One household under one regime for one year, in the order of the model.

mod accounts;
mod care;
mod detail;
mod lives;
mod outpatient;
mod reach;
mod recording;

use std::ops::Deref;

use self::care::{NotHad, SettledStay};
pub use self::detail::{Detail, Forgone, Stay};
use self::lives::Lives;
use self::outpatient::Outpatients;
use self::reach::Beginning;
pub(super) use self::recording::count_cohort;
use super::county_rules::CountyRules;
use super::fates::{SharedYear, YearDraws};
use super::members::Members;
use super::{CountyTask, PlaceYear, RegimeYear, World};
use crate::billing::{HouseholdYear, Payers, PersonYear};
use crate::economy::Accounts;
use crate::population::columns::{
    CountyState, Household, HouseholdState, NEVER, Person, PersonState, Register,
};
use crate::poverty::Deprivations;
use crate::random::{Draw, Key, threshold};
use crate::scenario::policy::{ClassSet, DEPARTMENTS, PAYERS};
use crate::support::{Grants, Numbers, Support};
use crate::targeting::Known;
use crate::units::{Money, Rate, Year};
use crate::village::{Clinic, Village};

/// Reused memory of the loop.
#[derive(Debug, Clone, Default)]
pub(super) struct Scratch {
    /// Bills of the year of those who have any.
    persons: Vec<PersonYear>,
    household: HouseholdYear,
    lost: Vec<i64>,
    /// Stays of the year as they were settled.
    bills: Vec<SettledStay>,
    /// Needed episodes of the year that were not treated.
    forgone: Vec<NotHad>,
    admitted: Members,
    /// Admitted more than once.
    readmitted: Members,
    /// All bills of the year by member.
    spent: Vec<Money>,
}

/// What members live through in a household-year: each passage once for all the regimes that share it.
#[derive(Debug, Clone, Default)]
pub(super) struct Passages {
    beginnings: Vec<Beginning>,
    begun: usize,
    lives: Vec<Lives>,
    lived: usize,
    /// Of a household that came to an end before.
    nobody: Lives,
    outpatients: Outpatients,
    /// The household's numbers for programmes.
    numbers: Numbers,
}

impl Passages {
    /// Forgets the household-year before.
    pub fn clear(&mut self) {
        (self.begun, self.lived) = (0, 0);
        self.outpatients.clear();
        self.numbers.clear();
    }
}

/// A household-year under a regime, and under all later ones that share it: they came to the household's accounts
/// with the same past, the same care and the same rules, so that what follows is the same.
#[derive(Debug, Clone, Default)]
pub(super) struct Story {
    /// The regimes, one bit each; none if the household-year is told in the story of an earlier regime.
    pub regimes: u64,
    /// The regime in whose story it is told.
    teller: usize,
    /// Place of the members' passage; `None` of a household that came to an end before.
    lives: Option<usize>,
    scratch: Scratch,
    outcome: HouseholdOutcome,
}

/// The stories of a household-year, by regime.
#[derive(Debug, Clone, Default)]
pub(super) struct Stories(Vec<Story>);

impl Stories {
    /// Begins a household-year, in which each of some regimes has a story of its own so far.
    pub fn begin(&mut self, regimes: usize) {
        self.0.resize_with(regimes, Story::default);
        for (regime, story) in self.0.iter_mut().enumerate() {
            (story.regimes, story.teller) = (1 << regime, regime);
        }
    }

    /// The story of a regime, told or not.
    pub fn of(&mut self, regime: usize) -> &mut Story {
        &mut self.0[regime]
    }

    /// The regime in whose story that of a regime is told: its own, or an earlier one's.
    pub fn teller(&self, regime: usize) -> usize {
        self.0[regime].teller
    }

    /// The story in which that of a regime is told.
    pub fn told_of(&self, regime: usize) -> &Story {
        &self.0[self.teller(regime)]
    }

    /// The stories that are told.
    pub fn told(&self) -> impl Iterator<Item = &Story> {
        self.0.iter().filter(|story| story.regimes != 0)
    }

    /// Lets each regime that came to the accounts as an earlier one did join that one's story.
    pub fn join(&mut self, situation: &Situation, states: &[CountyState]) {
        for regime in 1..self.0.len() {
            let (earlier, later) = self.0.split_at_mut(regime);
            let story = &mut later[0];
            let ours = situation.here(&states[regime]);
            let same = earlier.iter_mut().enumerate().find(|(teller, other)| {
                other.regimes != 0 && other.leads_to(story, situation.here(&states[*teller]), ours)
            });
            if let Some((teller, same)) = same {
                same.regimes |= story.regimes;
                (story.regimes, story.teller) = (0, teller);
            }
        }
    }
}

/// A household under a regime, and its members.
type Here<'a> = (&'a HouseholdState, &'a [PersonState]);

/// What is fixed of a household's year under every regime.
#[derive(Debug, Clone, Copy)]
pub(super) struct Situation<'a> {
    pub world: &'a World<'a>,
    pub year: Year,
    pub place_year: &'a PlaceYear,
    pub village: &'a Village,
    /// The household's place in the county.
    pub row: usize,
    pub household: &'a Household,
    pub draws: &'a YearDraws,
    pub shared: &'a SharedYear,
    pub people: &'a [Person],
    pub switched: bool,
}

impl Situation<'_> {
    fn here<'b>(&self, state: &'b CountyState) -> Here<'b> {
        (&state.households[self.row], &state.persons[self.household.range()])
    }

    /// The same, to be changed.
    fn here_mut<'b>(&self, state: &'b mut CountyState) -> (&'b mut HouseholdState, &'b mut [PersonState]) {
        (&mut state.households[self.row], &mut state.persons[self.household.range()])
    }

    /// Copies the household and its members from one regime to another.
    pub fn copy(&self, from: &CountyState, to: &mut CountyState) {
        let ((state, states), (new, new_states)) = (self.here(from), self.here_mut(to));
        *new = *state;
        new_states.copy_from_slice(states);
    }
}

/// What is fixed of a household's year under a regime.
#[derive(Debug, Clone, Copy)]
pub(super) struct Setting<'a> {
    pub situation: &'a Situation<'a>,
    pub regime_year: &'a RegimeYear,
    pub rules: &'a CountyRules<'a>,
    pub clinic: Clinic,
}

impl<'a> Deref for Setting<'a> {
    type Target = Situation<'a>;

    #[inline]
    fn deref(&self) -> &Situation<'a> {
        self.situation
    }
}

/// A household in its year under a regime.
struct Step<'a> {
    setting: &'a Setting<'a>,
    beginning: &'a Beginning,
    lives: &'a Lives,
    states: &'a mut [PersonState],
    state: &'a mut HouseholdState,
    scratch: &'a mut Scratch,
}

impl<'a> Deref for Step<'a> {
    type Target = Setting<'a>;

    #[inline]
    fn deref(&self) -> &Setting<'a> {
        self.setting
    }
}

/// A household-year that is over, with what is needed to record it.
pub(super) struct Telling<'a> {
    setting: &'a Setting<'a>,
    lives: &'a Lives,
    state: &'a HouseholdState,
    scratch: &'a Scratch,
    pub outcome: &'a HouseholdOutcome,
}

/// What of a regime's rules the accounts and the records of a household-year depend on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Rules {
    /// Effort given up under support.
    effort: (Rate, u8),
    /// How programmes pay, if the household applied to any.
    kinds: u32,
    true_incomes: bool,
    improved: bool,
    clinic: Clinic,
}

/// What happened to the household before its accounts were closed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct BeforeAccounts {
    care: CareSums,
    premiums: Premiums,
    support: Support,
    grants: Grants,
    rules: Rules,
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
    aware: bool,
    died_now: u8,
    /// Bills claimed back.
    claimed_back: Money,
}

/// What happened to the household.
#[derive(Debug, Clone, Default)]
pub(super) struct HouseholdOutcome {
    before: BeforeAccounts,
    accounts: Accounts,
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
    ever_entered: bool,
    shock_years: u8,
    debt: (i64, i64, i64),
}

impl Deref for HouseholdOutcome {
    type Target = BeforeAccounts;

    #[inline]
    fn deref(&self) -> &BeforeAccounts {
        &self.before
    }
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
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

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Premiums {
    own: Money,
    aid: Money,
    subsidy: Money,
}

impl HouseholdOutcome {
    /// A household that came to an end before.
    pub fn dissolved(state: &HouseholdState) -> Self {
        Self {
            before: BeforeAccounts { poor_last: state.poor_last, ..BeforeAccounts::default() },
            died_since_switch: state.died_since_switch,
            ever_entered: state.ever_entered,
            ..Self::default()
        }
    }
}

impl<'a> Setting<'a> {
    /// Opens the year: what officials see and give, whom the regime reaches, and what the members live through.
    pub fn open(&self, story: &mut Story, passages: &mut Passages, state: &mut CountyState) {
        let (state, states) = self.here_mut(state);
        if state.members_last == 0 && self.shared.births.is_empty() {
            story.come_to_an_end(state);
            return;
        }
        let outcome = &mut story.outcome.before;
        *outcome = BeforeAccounts {
            members_before: state.members_last,
            poor_last: state.poor_last,
            ..BeforeAccounts::default()
        };
        let beginning = self.begin(states, passages);
        let Passages { beginnings, numbers, .. } = &mut *passages;
        self.open_lists(&beginnings[beginning], numbers, state, outcome);
        let reach = self.reach(&passages.beginnings[beginning], state);
        story.lives = Some(self.live(beginning, reach, passages));
    }

    /// Takes over what the members lived through, gives them care, and charges premiums: all that comes before the
    /// accounts.
    pub fn give_care(&self, story: &mut Story, passages: &mut Passages, state: &mut CountyState) {
        let Some(passage) = story.lives else { return };
        let (state, states) = self.here_mut(state);
        let Passages { beginnings, lives, outpatients, .. } = passages;
        let Story { scratch, outcome: HouseholdOutcome { before: outcome, .. }, .. } = story;
        let lives = &lives[passage];
        let beginning = &beginnings[lives.beginning];
        let mut step = Step { setting: self, beginning, lives, states, state, scratch };
        step.take_over(outcome);
        step.seek_care(passage, outpatients, outcome);
        step.charge_premiums(outcome);
    }

    /// Closes the year: accounts, poverty, and pupils who leave school in distress.
    pub fn close(&self, story: &mut Story, passages: &Passages, state: &mut CountyState) {
        let Some(passage) = story.lives else { return };
        let (state, states) = self.here_mut(state);
        let Story { scratch, outcome, .. } = story;
        let lives = &passages.lives[passage];
        let beginning = &passages.beginnings[lives.beginning];
        let mut step = Step { setting: self, beginning, lives, states, state, scratch };
        step.close_accounts(outcome);
        step.judge_poverty(outcome);
        step.leave_school(outcome);
    }

    /// What is needed to record a household-year.
    pub fn tell(&'a self, passages: &'a Passages, story: &'a Story, state: &'a CountyState) -> Telling<'a> {
        let lives = story.lives.map_or(&passages.nobody, |at| &passages.lives[at]);
        let (state, Story { scratch, outcome, .. }) = (&state.households[self.row], story);
        Telling { setting: self, lives, state, scratch, outcome }
    }

    fn age(&self, at: usize) -> usize {
        usize::from(self.shared.members[at].age)
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
        let lane = self.shared.members[at].second[draw.lane()];
        self.key().is_below((draw, lane), self.people[at].id, self.year, limit)
    }

    fn open_lists(
        &self,
        beginning: &Beginning,
        numbers: &mut Numbers,
        state: &mut HouseholdState,
        outcome: &mut BeforeAccounts,
    ) {
        let has_worker = beginning.able.any();
        outcome.aware = self.is_aware(beginning);
        let error = self.regime_year.official_error(self.shared.official_error_last);
        let judgement = self.regime_year.official_error(self.household.judgement);
        let known = self.known((error, judgement), state, (has_worker, outcome.aware));
        let lists = &self.regime_year.lists;
        outcome.at_risk_seen = lists.open(&known, &self.rules.thresholds, state);
        outcome.risk_monitored = outcome.at_risk_seen && state.classes & ClassSet::MONITORED.0 != 0;
        outcome.found = state.found_month != NEVER;
        let members = i64::from(state.members_last.max(1));
        outcome.target = state.income_last < self.place_year.start_lines.monitoring * members;
        let applicant = crate::support::Applicant {
            classes: ClassSet(state.classes),
            members: i64::from(state.members_last),
            has_worker,
            judged_per_head: Money::from_fen(known.seen.judged_per_head),
            income_last: Money::from_fen(state.income_last),
            out_of_pocket_last: Money::from_fen(state.out_of_pocket_last),
            id: self.household.id,
        };
        let when = (self.key(), self.year, numbers);
        (outcome.support, outcome.grants) =
            self.regime_year.support.grant(&applicant, &self.rules.published.served, when);
        outcome.rules = Rules {
            effort: self.regime_year.support.effort(),
            kinds: if outcome.grants.applied == 0 { 0 } else { self.regime_year.support.kinds_code() },
            true_incomes: self.regime_year.official_error(0) != 0,
            improved: self.improved(),
            clinic: self.clinic,
        };
    }

    fn known(
        &self,
        views: (u32, u32),
        state: &HouseholdState,
        (has_worker, aware): (bool, bool),
    ) -> Known<'_> {
        Known { seen: crate::targeting::seen(views, state), has_worker, aware, words: &self.shared.words }
    }
}

impl Step<'_> {
    /// Takes over what the members lived through.
    fn take_over(&mut self, outcome: &mut BeforeAccounts) {
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
        (outcome.members, outcome.away) = (lives.members, lives.members_away);
        outcome.residents = outcome.members - outcome.away;
        if outcome.members == 0 {
            (outcome.support, outcome.grants) = (Support::default(), Grants::default());
        }
    }

    /// The payers with what each department knows, and what they can pay this year.
    fn payers(&self, known: [ClassSet; DEPARTMENTS]) -> Payers {
        Payers {
            known: Some(known),
            proration: self.rules.published.proration,
            delay_months: self.rules.published.delay_months,
        }
    }

    /// Pupils of a household in distress who leave school for good.
    fn leave_school(&mut self, outcome: &mut HouseholdOutcome) {
        outcome.left_school = 0;
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
}

impl Story {
    /// The first of the regimes.
    pub const fn first(&self) -> usize {
        self.regimes.trailing_zeros() as usize
    }

    /// Members of the time of the switch who died in the year.
    pub const fn died(&self) -> u8 {
        self.outcome.before.died_now
    }

    /// The household came to an end before.
    fn come_to_an_end(&mut self, state: &HouseholdState) {
        self.lives = None;
        self.outcome = HouseholdOutcome::dissolved(state);
        self.scratch.clear();
    }

    /// Whether another regime that came to its accounts as told would leave them as this one.
    fn leads_to(&self, other: &Self, (ours, our_members): Here, (theirs, their_members): Here) -> bool {
        // What differs most often comes first. A household that came to an end before is nothing but its state.
        self.lives == other.lives
            && ours.savings == theirs.savings
            && self.outcome.care.out_of_pocket == other.outcome.care.out_of_pocket
            && ours == theirs
            && (self.lives.is_none() || self.spends_as(other) && our_members == their_members)
    }

    /// Whether both came to their accounts with the same care, support and rules.
    fn spends_as(&self, other: &Self) -> bool {
        self.outcome.before == other.outcome.before && self.scratch.spent_as(&other.scratch)
    }
}

impl Scratch {
    fn clear(&mut self) {
        self.spent.clear();
        self.bills.clear();
        self.forgone.clear();
    }

    /// Admits a member, whose bills of the year begin with the first stay.
    fn admit(&mut self, at: usize) {
        self.readmitted.add_if(at, self.admitted.has(at));
        if !self.admitted.has(at) {
            self.admitted.add_if(at, true);
            self.persons[at].begin();
        }
    }

    /// Whether stays were paid for, and needed ones forgone, in the same way: no sum depends on it, but what a
    /// witness is told does.
    fn is_told_as(&self, other: &Self) -> bool {
        self.forgone == other.forgone
            && self.bills.iter().map(SettledStay::shares).eq(other.bills.iter().map(SettledStay::shares))
    }

    /// Whether all spent the same in the year, stay by stay and member by member.
    fn spent_as(&self, other: &Self) -> bool {
        self.lost == other.lost
            && self.bills.iter().map(SettledStay::amount).eq(other.bills.iter().map(SettledStay::amount))
            && self.spent == other.spent
            && self.is_told_as(other)
    }
}

impl Telling<'_> {
    /// Adds the household to what the county decides on.
    pub fn add_to(&self, totals: &mut crate::county::Totals) {
        let outcome = self.outcome;
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
