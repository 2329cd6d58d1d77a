//! Programmes with a budget, and what the county bears out of its own revenue.

use std::collections::BTreeMap;

use fanpin::scenario::policy::{Programme, Schedule, Shortage};
use fanpin::units::{Rate, Year};

use crate::county::{self, Books, CRITICAL_ILLNESS, INSURANCE, MEDICAL_AID, TOP_UP, Totals, a_head};
use crate::evidence::yuan;
use crate::people::{CountyState, Purse};
use crate::setting::{Setting, fen, rate};
use crate::support::{Grant, in_force};

/// What a year's households applied for and got in a programme.
#[derive(Debug, Clone, Copy, Default)]
pub struct ProgrammeTotals {
    pub applied: i64,
    pub served: i64,
    pub owed: i64,
    pub paid: i64,
}

impl ProgrammeTotals {
    pub fn add(&mut self, grant: &Grant) {
        self.applied += 1;
        self.served += i64::from(grant.is_served);
        self.owed += grant.owed;
        self.paid += grant.paid();
    }
}

/// The purse of a programme in a year, fen.
#[derive(Debug, Clone, Copy, Default)]
pub struct PurseBooks {
    pub revenue: i64,
    pub balance: i64,
    /// Share of next year over what means allow, in millionths.
    pub held_back: i64,
}

/// The budget of a programme, yuan a head, where it has one and is in force.
fn budget(setting: &Setting, programme: &Programme) -> Option<f64> {
    let budget = programme.budget_yuan.as_ref().filter(|_| in_force(programme, setting.year))?;
    Some(budget.at(setting.year) * setting.place.programme_budget_factor)
}

/// The share of its applicants that each programme serves.
pub fn served(setting: &Setting, county: &CountyState) -> Vec<Rate> {
    let runs_short = setting.society().switches.funds && county::shortage(setting) != Shortage::None;
    let share = |programme: &Programme| match budget(setting, programme) {
        Some(_) if runs_short => Rate::from_ppm(county.purse(&programme.id).share as u32),
        _ => Rate::ONE,
    };
    setting.policy.programmes.iter().map(share).collect()
}

/// The part of an amount that the county bears.
fn borne(setting: &Setting, amount: i64, share: &Schedule) -> i64 {
    let share = share.at(setting.year) * setting.place.local_share_factor;
    fen(amount).times(rate(share.min(1.0))).fen()
}

/// The county's part of something of the programmes with a budget, or of those without.
fn of_programmes(
    setting: &Setting,
    totals: &Totals,
    has_budget: bool,
    amount: impl Fn(&ProgrammeTotals) -> i64,
) -> i64 {
    let of = |(at, sums): (&usize, &ProgrammeTotals)| {
        let programme = &setting.policy.programmes[*at];
        let concerned = budget(setting, programme).is_some() == has_budget;
        if concerned { borne(setting, amount(sums), &programme.local_share) } else { 0 }
    };
    totals.programmes.iter().map(of).sum()
}

/// What the county bears and can't cut: premium subsidies, premium aid, the pools' gap, services, entitlements.
fn fixed(setting: &Setting, books: &Books, totals: &Totals) -> i64 {
    let (funds, year) = (&setting.policy.funds, setting.year);
    let gap = |account: usize| books.spending[account] - books.revenue[account];
    let pools_gap = (gap(INSURANCE) + gap(CRITICAL_ILLNESS)).max(0);
    let services = a_head(setting, totals, setting.policy.service.cost_yuan.at(year));
    borne(setting, totals.subsidies, &funds.subsidy_local_share)
        + borne(setting, totals.premium_aid, &funds.aid_local_share)
        + fen(pools_gap).times(rate(funds.local_risk_share.at(year))).fen()
        + borne(setting, services, &funds.service_local_share)
        + of_programmes(setting, totals, false, |sums| sums.paid)
}

/// What the county bears of what is paid.
pub fn burden(setting: &Setting, books: &Books, totals: &Totals) -> i64 {
    let aid = books.spending[MEDICAL_AID] - totals.premium_aid;
    fixed(setting, books, totals)
        + borne(setting, aid, &setting.policy.funds.aid_local_share)
        + books.spending[TOP_UP]
        + of_programmes(setting, totals, true, |sums| sums.paid)
}

/// The county's own revenue, which grows with rural income.
pub fn own_revenue(setting: &Setting, totals: &Totals) -> i64 {
    let mean = |year: Year| setting.evidence.path("income_mean", year);
    let growth = mean(setting.year) / mean(Year::new(2020));
    yuan(setting.place.own_revenue_yuan * growth).fen() * totals.persons
}

/// The share of what it may cut that the county can afford within the limit on its own revenue, in millionths.
pub fn affordable(setting: &Setting, books: &Books, totals: &Totals, owed: &[i64]) -> i64 {
    let aid = owed[MEDICAL_AID] - totals.premium_aid;
    let may_be_cut = borne(setting, aid, &setting.policy.funds.aid_local_share)
        + owed[TOP_UP]
        + of_programmes(setting, totals, true, |sums| sums.owed);
    let most = fen(books.own_revenue).times(rate(setting.society().funds.burden_limit)).fen();
    county::goal(setting, most - fixed(setting, books, totals), may_be_cut)
}

/// Closes the purses of the programmes with a budget, and says what share of applicants is served next year.
pub fn keep(
    setting: &Setting,
    totals: &Totals,
    affordable: i64,
    county: &mut CountyState,
) -> BTreeMap<usize, PurseBooks> {
    let mut books = BTreeMap::new();
    for (at, programme) in setting.policy.programmes.iter().enumerate() {
        let Some(budget) = budget(setting, programme) else { continue };
        let sums = totals.programmes.get(&at).copied().unwrap_or_default();
        let before = county.purse(&programme.id);
        let revenue = a_head(setting, totals, budget);
        let most = fen(revenue).times(rate(setting.society().funds.reserve)).fen();
        let balance = (before.balance + revenue - sums.paid).min(most);
        let goal = county::goal(setting, revenue + balance, sums.owed).min(affordable);
        // An appropriation has no floor.
        let share = county::approach(setting, before.share, goal).clamp(0, 1_000_000);
        county.purses.insert(programme.id.clone(), Purse { balance, share });
        books.insert(at, PurseBooks { revenue, balance, held_back: share - goal });
    }
    books
}
