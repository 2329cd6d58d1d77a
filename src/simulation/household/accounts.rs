//! The household's accounts, and whether it is poor.

use super::reach::classes_of_premiums;
use super::{BeforeAccounts, HouseholdOutcome, Premiums, Step};
use crate::economy::{Accounts, YearInput};
use crate::population::columns::{HouseholdState, Register, Registration};
use crate::poverty::{Deprivations, Dimension, is_poor};
use crate::scenario::policy::ClassSet;
use crate::units::Money;
use crate::work::WORKS;

impl Step<'_> {
    /// Closes the household's accounts.
    pub(super) fn close_accounts(&mut self, outcome: &mut HouseholdOutcome) {
        outcome.illness_twin = false;
        if outcome.members == 0 {
            outcome.accounts = Accounts::default();
            return;
        }
        let mut input = YearInput {
            members: i64::from(outcome.members),
            usual: self.lives.usual,
            out_of_pocket: outcome.care.out_of_pocket,
            late: outcome.care.late,
            support: outcome.support,
            support_years: self.state.support_years,
            children_away: self.state.children_away,
            premiums: outcome.premiums.own,
            ..YearInput::default()
        };
        for worker in &self.lives.workers {
            // Nobody lost days in a year without episodes.
            let days = self.scratch.lost.get(worker.at).copied().unwrap_or(0);
            let days = self.place_year.work.days(worker.work, days);
            let lost = (worker.loss + days).min(1_000_000);
            input.earning[worker.work as usize] += worker.earning;
            input.earning_lost_ppm[worker.work as usize] += worker.earning * lost;
        }
        let before = *self.state;
        let (economy, support) = (&self.place_year.economy, &self.regime_year.support);
        economy.close(support, &input, self.state, &mut outcome.accounts);
        debug_assert_eq!(outcome.accounts.imbalance(&input), Money::ZERO);
        self.judge_twin(&input, &before, outcome);
        self.state.support_years = if input.support.unconditional > Money::ZERO {
            self.state.support_years.saturating_add(1)
        } else {
            0
        };
    }

    /// Premiums of the members who enrolled.
    pub(super) fn charge_premiums(&self, outcome: &mut BeforeAccounts) {
        let (rules, insured) = (self.regime_year, self.lives.counts.insured);
        let aid = rules.premium_aid(classes_of_premiums(self.state));
        let of_all = |one: Money| Money::from_fen(one.fen() * insured);
        outcome.premiums =
            Premiums { own: of_all(rules.premium - aid), aid: of_all(aid), subsidy: of_all(rules.subsidy) };
    }

    /// The twin without this year's illness: the same past, county and support, no stays, bills or days lost
    /// and nobody who fell ill this year; who was ill before stays so.
    fn judge_twin(&self, input: &YearInput, before: &HouseholdState, outcome: &mut HouseholdOutcome) {
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
        for worker in &self.lives.workers {
            let lost = worker.earning * self.loss_before(worker.at).min(worker.loss);
            healthy.earning_lost_ppm[worker.work as usize] += lost;
        }
        let (support, mut twin) = (&self.regime_year.support, Accounts::default());
        self.place_year.economy.close(support, &healthy, &mut before.clone(), &mut twin);
        outcome.illness_twin = !is_poor(twin.net_income, members, line);
    }

    /// Lasting loss of earnings by what a member had at the year's start.
    fn loss_before(&self, at: usize) -> i64 {
        let before = &self.beginning.states[at];
        let losses = &self.place_year.economy.earnings_loss[usize::from(before.disabled)];
        i64::from(losses[usize::from(before.chronic)])
    }

    pub(super) fn judge_poverty(&mut self, outcome: &mut HouseholdOutcome) {
        let members = i64::from(outcome.members);
        let line = self.place_year.lines.official;
        let accounts = &outcome.accounts;
        let net = accounts.net_income;
        outcome.poor = outcome.members > 0 && is_poor(net, members, line);
        outcome.deprived = self.deprivations(outcome, members, line);
        outcome.illness_attributed = outcome.poor && !is_poor(restored(outcome), members, line);
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
        let (setting, state) = (self.setting, &mut *self.state);
        if entered && setting.switched {
            state.ever_entered = true;
        }
        outcome.years_since_exit =
            if lifted && !state.poor_since_exit { setting.year.number() - state.lifted_in } else { 0 };
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
        outcome.ever_entered = state.ever_entered;
        outcome.died_since_switch = state.died_since_switch;
        outcome.debt = (state.medical_debt, state.other_debt, state.savings);
    }

    /// In which dimensions the household is deprived.
    fn deprivations(&self, outcome: &HouseholdOutcome, members: i64, line: i64) -> Deprivations {
        let uninsured = self.lives.counts.insured < i64::from(outcome.members);
        Deprivations::default()
            .with(Dimension::Income, is_poor(outcome.accounts.income, members, line))
            .with(Dimension::Care, outcome.care.forgone > 0 || uninsured)
            .with(Dimension::Schooling, !self.lives.taught)
            .with(Dimension::Environment, !self.improved())
    }

    /// Whether officials see the household under the line.
    fn seen_poor(&self, net: Money, members: i64, line: i64) -> bool {
        let error = self.regime_year.official_error(self.household.official_error);
        is_poor(net.times(crate::units::Rate::from_ppm(error)), members, line)
    }
}

/// Net income with what this year's illness took added back.
fn restored(outcome: &HouseholdOutcome) -> Money {
    let a = &outcome.accounts;
    a.net_income + outcome.care.out_of_pocket + a.lost_earnings + a.medical_interest + a.lost_asset_income
}
