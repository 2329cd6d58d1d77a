//! The household's accounts, and whether it is poor.

use super::{Counts, HouseholdOutcome, Step};
use crate::economy::{Accounts, YearInput};
use crate::population::columns::{HouseholdState, PersonState, Register, Registration};
use crate::poverty::{Deprivations, Dimension, is_poor};
use crate::scenario::policy::ClassSet;
use crate::support::{Grants, Support};
use crate::units::Money;
use crate::work::{WORKS, Work};

/// Age from which schooling is over.
const ADULT: usize = 16;
/// Years of compulsory schooling.
const COMPULSORY_YEARS: u8 = 9;

impl Step<'_> {
    pub(super) fn close_accounts(&mut self, outcome: &mut HouseholdOutcome) {
        let mut input = YearInput {
            persistent: self.household.persistent,
            transitory: self.household.transitory,
            out_of_pocket: outcome.care.out_of_pocket,
            late: outcome.care.late,
            support: outcome.support,
            support_years: self.state.support_years,
            children_away: self.state.children_away,
            ..YearInput::default()
        };
        let aid = self.regime_year.premium_aid(self.classes_of_premiums());
        for at in 0..self.people.len() {
            if !self.present(at) {
                continue;
            }
            input.members += 1;
            self.count_worker(at, &mut input, outcome);
            let state = self.states[at];
            if state.insured {
                outcome.counts.insured += 1;
                outcome.premiums.own += self.regime_year.premium - aid;
                outcome.premiums.aid += aid;
                outcome.premiums.subsidy += self.regime_year.subsidy;
            }
            outcome.counts.lapsed += i64::from(state.missed > 0);
            let health = self.scratch.health[at];
            outcome.counts.mental_treated += i64::from(health.mental_treated);
            outcome.counts.person(self.age(at), &state, health.literate);
            outcome.away += u8::from(state.away);
        }
        input.premiums = outcome.premiums.own;
        outcome.members = u8::try_from(input.members).expect("a household is small");
        outcome.residents = outcome.members - outcome.away;
        outcome.elderly_only = self.elderly_only();
        if input.members == 0 {
            (outcome.support, outcome.grants) = (Support::default(), Grants::default());
            return;
        }
        let before = *self.state;
        let mut after = before;
        outcome.accounts = self.close(&input, &mut after);
        debug_assert_eq!(outcome.accounts.imbalance(&input), Money::ZERO);
        *self.state = after;
        self.judge_twin(&input, before, outcome);
        self.state.support_years = if input.support.unconditional > Money::ZERO {
            self.state.support_years.saturating_add(1)
        } else {
            0
        };
    }

    fn close(&self, input: &YearInput, state: &mut HouseholdState) -> Accounts {
        self.place_year.economy.close(self.world.tables, &self.regime_year.support, input, state)
    }

    fn count_worker(&self, at: usize, input: &mut YearInput, outcome: &mut HouseholdOutcome) {
        if !self.place_year.works(self.age(at)) {
            return;
        }
        outcome.workers += 1;
        let strength = self.strength(at);
        input.strength += strength;
        let work = self.work(at);
        let earning = self.place_year.work.weight(work, strength);
        input.earning[work as usize] += earning;
        let lost = self.lasting_loss(at) + self.place_year.work.days(work, self.scratch.lost[at]);
        input.earning_lost_ppm[work as usize] += earning * lost.min(1_000_000);
    }

    /// What a member of working age does.
    fn work(&self, at: usize) -> Work {
        let (person, state) = (&self.people[at], &self.states[at]);
        let who = (usize::from(person.sex), self.age(at));
        self.place_year.work.of(who, self.schooling(at), (state.away, state.disabled), person.work_word)
    }

    /// Whether every resident member is 60 or over.
    fn elderly_only(&self) -> bool {
        let mut residents = (0..self.people.len()).filter(|at| self.present(*at) && !self.states[*at].away);
        residents.all(|at| self.age(at) >= 60)
    }

    /// The twin without this year's illness: the same past, county and support, no stays, bills or days lost
    /// and nobody who fell ill this year; who was ill before stays so.
    fn judge_twin(&self, input: &YearInput, before: HouseholdState, outcome: &mut HouseholdOutcome) {
        let members = i64::from(outcome.members);
        let line = self.place_year.lines.official;
        if outcome.poor_last || !is_poor(outcome.accounts.net_income, members, line) {
            return;
        }
        let mut healthy = YearInput {
            out_of_pocket: Money::ZERO,
            late: Money::ZERO,
            earning_lost_ppm: [0; WORKS],
            ..*input
        };
        for at in 0..self.people.len() {
            if self.present(at) && self.place_year.works(self.age(at)) {
                let strength = self.strength(at);
                let work = self.work(at);
                let lost = self.place_year.work.weight(work, strength) * self.loss_before(at);
                healthy.earning_lost_ppm[work as usize] += lost;
            }
        }
        let twin = self.close(&healthy, &mut before.clone());
        outcome.illness_twin = !is_poor(twin.net_income, members, line);
    }

    /// Lasting loss of earnings by what a member had at the year's start.
    fn loss_before(&self, at: usize) -> i64 {
        let (chronic, disabled) = self.scratch.before[at];
        i64::from(self.place_year.economy.earnings_loss[usize::from(disabled)][usize::from(chronic)])
            .min(self.lasting_loss(at))
    }

    pub(super) fn judge_poverty(&mut self, outcome: &mut HouseholdOutcome) {
        let members = i64::from(outcome.members);
        let line = self.place_year.lines.official;
        let accounts = &outcome.accounts;
        let net = accounts.net_income;
        outcome.poor = outcome.members > 0 && is_poor(net, members, line);
        let restored = net
            + outcome.care.out_of_pocket
            + accounts.lost_earnings
            + accounts.medical_interest
            + accounts.lost_asset_income;
        outcome.deprived = self.deprivations(outcome, members, line);
        outcome.illness_attributed = outcome.poor && !is_poor(restored, members, line);
        let entered = outcome.poor && !outcome.poor_last && outcome.members_before > 0;
        let monitored = ClassSet(self.state.classes).0 & ClassSet::MONITORED.0 != 0;
        let lifted = self.state.registration == Registration::Lifted;
        let register = match self.state.registration {
            _ if !monitored || !self.seen_poor(net, members, line) => Register::No,
            Registration::Lifted => Register::FallenBack,
            Registration::Never => Register::NewlyPoor,
            Registration::Registered => Register::No,
        };
        outcome.newly_on_register = if register == self.state.register { Register::No } else { register };
        let state = &mut *self.state;
        if entered && self.switched {
            state.ever_entered = true;
        }
        outcome.years_since_exit =
            if lifted && !state.poor_since_exit { self.year.number() - state.lifted_in } else { 0 };
        state.poor_since_exit |= lifted && outcome.poor;
        state.register = register;
        state.poor_years = if outcome.poor { state.poor_years.saturating_add(1) } else { 0 };
        outcome.poor_years = state.poor_years;
        let spent = outcome.care.out_of_pocket.fen();
        let non_food = accounts.consumption.fen() + spent - accounts.food.fen();
        state.catastrophic_last = spent > 0 && 10 * spent >= 4 * non_food;
        state.hospital_last = outcome.care.admissions > 0;
        outcome.shock_years = state.shock_years;
        state.shock_years = if state.shock_years == 0 { 0 } else { state.shock_years.saturating_add(1) };
        state.income_last = accounts.income.fen();
        state.allowance_last = outcome.support.unconditional.fen();
        state.out_of_pocket_last = spent;
        state.net_per_head_last = net.fen() / members.max(1);
        state.members_last = outcome.members;
        state.poor_last = outcome.poor;
        if outcome.members > 0 {
            let error = self.regime_year.official_error(self.household.official_error);
            self.seen.count(crate::targeting::seen(error, state).0);
        }
        outcome.ever_entered = state.ever_entered;
        outcome.died_since_switch = state.died_since_switch;
        outcome.debt = (state.medical_debt, state.other_debt, state.savings);
    }

    /// In which dimensions the household is deprived.
    fn deprivations(&self, outcome: &HouseholdOutcome, members: i64, line: i64) -> Deprivations {
        let members_there = || (0..self.people.len()).filter(|at| self.present(*at));
        let uninsured = members_there().any(|at| !self.states[at].insured);
        let taught =
            members_there().any(|at| self.age(at) >= ADULT && self.schooling(at) >= COMPULSORY_YEARS);
        Deprivations::default()
            .with(Dimension::Income, is_poor(outcome.accounts.income, members, line))
            .with(Dimension::Care, outcome.care.forgone > 0 || uninsured)
            .with(Dimension::Schooling, !taught)
            .with(Dimension::Environment, !self.improved())
    }

    /// Whether officials see the household under the line.
    fn seen_poor(&self, net: Money, members: i64, line: i64) -> bool {
        let error = self.regime_year.official_error(self.household.official_error);
        is_poor(net.times(crate::units::Rate::from_ppm(error)), members, line)
    }
}

impl Counts {
    fn person(&mut self, age: usize, state: &PersonState, literate: bool) {
        let mental = state.chronic & (1 << crate::illness::MENTAL) != 0;
        self.elderly_60 += i64::from(age >= 60);
        self.elderly_65 += i64::from(age >= 65);
        self.adults += i64::from(age >= 18);
        self.literate_adults += i64::from(age >= 18 && literate);
        self.chronic += i64::from(state.chronic != 0);
        self.multimorbid_60 += i64::from(age >= 60 && state.chronic.count_ones() >= 2);
        self.mental += i64::from(age >= 18 && mental);
        self.disabled += i64::from(state.disabled);
    }
}
