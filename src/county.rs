//! The county's money and staff: what a year leaves to the next.
//!
//! Four accounts: resident insurance and critical-illness insurance, pools of the prefecture of which the
//! county bears a share; medical aid and local top-ups, its own. After a year's bills revenue and spending
//! are held against one another; a fund that runs short pays a share of its obligations in the next year, or
//! pays late, and carries its deficit on. A programme of support that has a budget has a purse of its own: where
//! it owes its applicants more than it has, it serves a share of them in the next year. What the county itself bears
//! is held against its own revenue, and beyond a limit it cuts aid, top-ups and programmes with a budget. Health
//! workers leave, more of them where there are more contracts than they can serve, and vacancies are filled in
//! part; beds have room for so many stays. All of it acts on 1 January of the next year, so within a year households
//! don't wait for one another and sums are exact.
//!
//! Parameters: `society.funds`, `society.workforce`, `society.capacity`, `funds`, `staff`, budgets and local shares of
//! `programmes`, and money, staff and beds of `places`.

use crate::scenario::plan::Place;
use crate::scenario::policy::{MAX_PROGRAMMES, PAYERS, Payer, Policy, Programme, Schedule, Shortage};
use crate::scenario::society::{Capacity, Funds, Workforce};
use crate::support::Grants;
use crate::units::{Money, Rate, Year};

/// An account of the county.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(usize)]
pub enum Account {
    /// Resident basic insurance.
    Insurance,
    /// Critical-illness insurance.
    CriticalIllness,
    /// Medical aid.
    MedicalAid,
    /// Local top-ups and supplementary insurance.
    TopUp,
}

/// Number of accounts.
pub const ACCOUNTS: usize = 4;

impl Account {
    /// All accounts.
    pub const ALL: [Self; ACCOUNTS] = [Self::Insurance, Self::CriticalIllness, Self::MedicalAid, Self::TopUp];

    /// The account that a payer pays from; charity has none.
    #[must_use]
    pub const fn of(payer: Payer) -> Option<Self> {
        match payer {
            Payer::BasicInsurance => Some(Self::Insurance),
            Payer::CriticalIllnessInsurance => Some(Self::CriticalIllness),
            Payer::MedicalAid => Some(Self::MedicalAid),
            Payer::LocalTopUp | Payer::SupplementaryInsurance => Some(Self::TopUp),
            Payer::Charity => None,
        }
    }
}

/// What a year's households add up to, for the county's decisions.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Totals {
    /// Living members.
    pub persons: i64,
    /// Paid by payer, fen.
    pub paid: [i64; PAYERS],
    /// Premiums of households, of aid, and subsidies, fen.
    pub premiums: i64,
    /// Of them paid by medical aid, fen.
    pub premium_aid: i64,
    /// Of them subsidies, fen.
    pub subsidies: i64,
    /// Chronic patients with a contract.
    pub contracts: i64,
    /// Stays in the county.
    pub stays: i64,
    /// Programmes of support, in the order of the policy.
    pub programmes: [ProgrammeTotals; MAX_PROGRAMMES],
}

/// What a year's households add up to in one programme.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ProgrammeTotals {
    /// Households that applied.
    pub applied: i64,
    /// Of them, served.
    pub served: i64,
    /// What all applicants would get, fen.
    pub owed: i64,
    /// What those served got, fen.
    pub paid: i64,
}

impl Totals {
    /// Adds other households, each of which stands for so many.
    pub fn add(&mut self, others: &Self, weight: i64) {
        self.persons += weight * others.persons;
        self.paid.iter_mut().zip(others.paid).for_each(|(sum, more)| *sum += weight * more);
        self.premiums += weight * others.premiums;
        self.premium_aid += weight * others.premium_aid;
        self.subsidies += weight * others.subsidies;
        self.contracts += weight * others.contracts;
        self.stays += weight * others.stays;
        for (sum, more) in self.programmes.iter_mut().zip(others.programmes) {
            sum.applied += weight * more.applied;
            sum.served += weight * more.served;
            sum.owed += weight * more.owed;
            sum.paid += weight * more.paid;
        }
    }

    /// Adds what a household applied for and got.
    pub fn add_grants(&mut self, grants: &Grants) {
        let mut applied = grants.applied;
        while applied != 0 {
            let at = applied.trailing_zeros() as usize;
            applied &= applied - 1;
            let sums = &mut self.programmes[at];
            sums.applied += 1;
            sums.served += i64::from(grants.served >> at & 1);
            sums.owed += grants.owed[at].fen();
            sums.paid += grants.paid(at).fen();
        }
    }
}

/// The numbers that a county publishes on 1 January.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Published {
    /// Share of its obligations that each payer meets.
    pub proration: [Rate; PAYERS],
    /// Months by which each payer pays later.
    pub delay_months: [u8; PAYERS],
    /// Health workers over posts, in parts per million.
    pub staff_ppm: i64,
    /// Share of signed contracts that can be honoured, as the limit of a 16-bit number.
    pub honoured: u32,
    /// Share of county-level cases that the county hospital can treat, as the limit of a 16-bit number.
    pub capability: u32,
    /// Share of township-level cases that health centres lack staff or beds for, as the limit of a 16-bit number.
    pub turned_away: u32,
    /// Share of the cases meant for the county's beds that find one, in parts per million.
    pub beds_ppm: i64,
    /// Contracts over what staff could serve last year.
    pub load: f64,
    /// Share of its applicants that each programme serves, in the order of the policy.
    pub served: [Rate; MAX_PROGRAMMES],
}

/// The money of a programme that has a budget.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Purse {
    /// Balance carried, fen.
    pub balance: i64,
    /// Share of applicants for whom there is money this year, in parts per million.
    pub share: i64,
}

impl Default for Purse {
    fn default() -> Self {
        Self { balance: 0, share: MILLION }
    }
}

/// What a regime keeps of a county's money and staff.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CountyFunds {
    /// Balance carried, fen.
    pub balance: [i64; ACCOUNTS],
    /// Share of obligations for which there is money this year, in parts per million.
    pub share: [i64; ACCOUNTS],
    /// Health workers over posts, in parts per million.
    pub staff_ppm: i64,
    /// Staff of talent programmes by year of service, in parts per million of posts.
    pub talents: [i64; MOST_DUTY_YEARS],
    /// Contracts over what staff could serve last year, in parts per million.
    pub load_ppm: i64,
    /// Share of the cases meant for the county's beds that find one this year, in parts per million.
    pub beds_ppm: i64,
    /// Programmes in the order of the policy.
    pub purses: [Purse; MAX_PROGRAMMES],
}

/// Longest duty that is told apart, years.
pub const MOST_DUTY_YEARS: usize = 15;
const MILLION: i64 = 1_000_000;

/// The accounts of a county-year, fen.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Books {
    /// Revenue of the year.
    pub revenue: [i64; ACCOUNTS],
    /// Spending of the year.
    pub spending: [i64; ACCOUNTS],
    /// Balance at the end of the year.
    pub balance: [i64; ACCOUNTS],
    /// What the county itself bears: top-ups, its part of aid, premium subsidies, programmes and services, and of
    /// the pools' gap.
    pub county_burden: i64,
    /// The county's own fiscal revenue.
    pub own_revenue: i64,
    /// Spending of the pools over their revenue.
    pools_gap: i64,
    /// By how much next year's share is over (under, if negative) what its means allow, because of the damping
    /// and the floor, in parts per million.
    pub held_back: [i64; ACCOUNTS],
    /// Programmes that have a budget, in the order of the policy.
    pub programmes: [Option<ProgrammeBooks>; MAX_PROGRAMMES],
}

/// The purse of a programme in a county-year, fen.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ProgrammeBooks {
    /// Budget of the year.
    pub revenue: i64,
    /// Balance at the end of the year.
    pub balance: i64,
    /// As `Books::held_back`.
    pub held_back: i64,
}

/// A year's rules of money and staff, compiled for the loop.
#[derive(Debug, Clone)]
pub struct CountyYear {
    /// Whether accounts are kept.
    pub kept: bool,
    aid_per_head: Money,
    top_up_per_head: Money,
    /// Budget a head of each programme that has one and is in force.
    programmes: [Option<Money>; MAX_PROGRAMMES],
    own_revenue_per_head: Money,
    service_per_head: Money,
    burden_limit: Rate,
    subsidy_local: Rate,
    aid_local: Rate,
    service_local: Rate,
    programme_local: [Rate; MAX_PROGRAMMES],
    critical_share: Rate,
    local_risk_share: Rate,
    shortage: Shortage,
    damping: i64,
    floor: i64,
    reserve: Rate,
    attrition: f64,
    overload_attrition: f64,
    filled: f64,
    talent: f64,
    duty_years: usize,
    duty_stay: f64,
    contracts_per_post: f64,
    honoured: f64,
    capability: f64,
    hospital_elasticity: f64,
    township_full: f64,
    full_staff: bool,
    stays_per_head: f64,
}

impl CountyYear {
    /// Compiles the year's rules for a place under a policy. `yuan_factor` carries amounts on in real terms,
    /// `income_growth` is rural income over that of 2020, with which the county's own revenue grows.
    #[must_use]
    pub fn compile(
        (funds, workforce, capacity): (&Funds, &Workforce, &Capacity),
        place: &Place,
        policy: &Policy,
        kept: bool,
        (yuan_factor, income_growth): (f64, f64),
        year: Year,
    ) -> Self {
        let local = |share: &Schedule| {
            let share = share.at(year) * place.local_share_factor;
            Rate::try_from_share(share.min(1.0)).expect("the book bounds shares")
        };
        let yuan = |x: f64| Money::try_from_yuan(x * yuan_factor).expect("the book bounds amounts");
        let share = |x: f64| Rate::try_from_share(x).expect("the book bounds shares");
        let ppm = |x: f64| i64::from(share(x).ppm());
        let ideal = policy.implementation;
        let staff = &policy.staff;
        let form = if ideal.agency { 0.0 } else { staff.form_weight.at(year) };
        // Years of a bounded parameter.
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let duty_years = (workforce.duty_years as usize).clamp(1, MOST_DUTY_YEARS);
        Self {
            kept,
            aid_per_head: yuan(policy.funds.aid_yuan.at(year) * place.aid_budget_factor),
            top_up_per_head: yuan(policy.funds.top_up_yuan.at(year)),
            programmes: std::array::from_fn(|at| {
                let programme = policy.programmes.get(at).filter(|programme| programme.in_force(year))?;
                let budget = programme.budget_yuan.as_ref()?.at(year);
                Some(yuan(budget * place.programme_budget_factor))
            }),
            own_revenue_per_head: Money::try_from_yuan(place.own_revenue_yuan * income_growth)
                .expect("the book bounds amounts"),
            service_per_head: yuan(policy.service.cost_yuan.at(year)),
            burden_limit: Rate::try_from_fraction(funds.burden_limit).expect("the book bounds it"),
            subsidy_local: local(&policy.funds.subsidy_local_share),
            aid_local: local(&policy.funds.aid_local_share),
            service_local: local(&policy.funds.service_local_share),
            programme_local: std::array::from_fn(|at| {
                policy.programmes.get(at).map_or(Rate::ZERO, |programme| local(&programme.local_share))
            }),
            critical_share: share(policy.funds.critical_share.at(year)),
            local_risk_share: share(policy.funds.local_risk_share.at(year)),
            shortage: match policy.funds.shortage {
                _ if ideal.environment => Shortage::None,
                Shortage::Delay if ideal.agency => Shortage::None,
                shortage => shortage,
            },
            damping: ppm(funds.damping),
            floor: ppm(funds.floor),
            reserve: Rate::try_from_fraction(funds.reserve).expect("the book bounds it"),
            attrition: workforce.attrition * staff.leaving_factor.at(year),
            overload_attrition: workforce.overload_attrition,
            filled: workforce.filled,
            talent: staff.talent.at(year),
            duty_years,
            duty_stay: workforce.duty_stay,
            contracts_per_post: workforce.doctors_per_1000 / 1_000.0
                * workforce.visits_per_doctor
                * (1.0 - form)
                / workforce.visits_per_contract.max(1e-9),
            honoured: if ideal.agency { 1.0 } else { policy.service.honoured.at(year) },
            capability: place.county_capability,
            hospital_elasticity: capacity.hospital_elasticity,
            township_full: capacity.township_full,
            full_staff: ideal.agency,
            stays_per_head: f64::INFINITY,
        }
    }

    /// The year with as many stays a head as the beds have room for.
    #[must_use]
    pub fn with_beds(self, stays_per_head: f64) -> Self {
        Self { stays_per_head: if self.full_staff { f64::INFINITY } else { stays_per_head }, ..self }
    }

    /// What the county publishes on 1 January from what the year before left.
    #[must_use]
    pub fn publish(&self, funds: &CountyFunds) -> Published {
        // Staff over posts is near one.
        #[allow(clippy::cast_precision_loss)]
        let staff = if self.full_staff { 1.0 } else { funds.staff_ppm as f64 / 1e6 };
        let share =
            |payer: Payer| Account::of(payer).map_or(MILLION, |account| funds.share[account as usize]);
        let proration = Payer::ALL.map(|payer| {
            let paid = if self.shortage == Shortage::Prorate { share(payer) } else { MILLION };
            parts_rate(paid)
        });
        // A fund that lacks a share of the year's money pays that share of a year later.
        let delay = |payer: Payer| months(MILLION - share(payer));
        let delay_months =
            Payer::ALL.map(|payer| if self.shortage == Shortage::Delay { delay(payer) } else { 0 });
        #[allow(clippy::cast_precision_loss)]
        let load = funds.load_ppm as f64 / 1e6;
        let served = if self.full_staff { 1.0 } else { (1.0 / load.max(1e-9)).min(1.0) };
        let capability = self.capability * libm::pow(staff.max(0.0), self.hospital_elasticity);
        let lacking = (1.0 - staff / self.township_full.max(1e-9)).clamp(0.0, 1.0);
        let lacking = if self.township_full <= 0.0 || self.full_staff { 0.0 } else { lacking };
        #[allow(clippy::cast_precision_loss)]
        let beds = if self.full_staff { 1.0 } else { funds.beds_ppm as f64 / 1e6 };
        Published {
            proration,
            delay_months,
            staff_ppm: if self.full_staff { MILLION } else { funds.staff_ppm },
            honoured: crate::knowledge::limit(self.honoured * served),
            capability: crate::knowledge::limit(capability.min(1.0) * beds),
            turned_away: crate::knowledge::limit(1.0 - (1.0 - lacking) * beds),
            beds_ppm: parts(beds),
            load,
            served: std::array::from_fn(|at| match self.programmes[at] {
                Some(_) if self.kept && self.shortage != Shortage::None => parts_rate(funds.purses[at].share),
                _ => Rate::ONE,
            }),
        }
    }

    /// Closes a year: the books, and the money and staff of the next.
    pub fn close(&self, totals: &Totals, funds: &mut CountyFunds) -> Books {
        let mut books = self.keep_books(totals, funds);
        let owed = Account::ALL.map(|account| self.owed(account, &books, totals, funds));
        let affordable = self.affordable(&books, totals, &owed);
        self.decide(&mut books, (&owed, affordable), funds);
        self.keep_purses(&mut books, totals, affordable, funds);
        self.staff(totals, funds);
        self.beds(totals, funds);
        books
    }

    fn keep_books(&self, totals: &Totals, funds: &mut CountyFunds) -> Books {
        let mut books = Books::default();
        if !self.kept {
            return books;
        }
        let per_head = |amount: Money| amount.fen() * totals.persons;
        let critical = Money::from_fen(totals.premiums).times(self.critical_share).fen();
        books.revenue = [
            totals.premiums - critical,
            critical,
            per_head(self.aid_per_head),
            per_head(self.top_up_per_head),
        ];
        for payer in Payer::ALL {
            if let Some(account) = Account::of(payer) {
                books.spending[account as usize] += totals.paid[payer as usize];
            }
        }
        books.spending[Account::MedicalAid as usize] += totals.premium_aid;
        let mut pools_gap = 0;
        for account in Account::ALL {
            let at = account as usize;
            let gap = books.spending[at] - books.revenue[at];
            let most = Money::from_fen(books.revenue[at]).times(self.reserve).fen();
            let carried = match account {
                // The county bears a share of the pool; the prefecture carries the rest.
                Account::Insurance | Account::CriticalIllness => {
                    pools_gap += gap;
                    funds.balance[at] - Money::from_fen(gap).times(self.local_risk_share).fen()
                }
                Account::MedicalAid | Account::TopUp => funds.balance[at] - gap,
            };
            funds.balance[at] = carried.min(most);
        }
        books.balance = funds.balance;
        books.own_revenue = per_head(self.own_revenue_per_head);
        let aid_bills = books.spending[Account::MedicalAid as usize] - totals.premium_aid;
        books.county_burden = self.fixed_burden(totals, pools_gap)
            + part(aid_bills, self.aid_local)
            + books.spending[Account::TopUp as usize]
            + self.programmes_burden(|at| {
                if self.programmes[at].is_some() { totals.programmes[at].paid } else { 0 }
            });
        books.pools_gap = pools_gap;
        books
    }

    /// What the county bears and can't cut: its part of premium subsidies and premium aid, of the pools' gap, of
    /// prevention and primary care, and of programmes that are entitlements.
    fn fixed_burden(&self, totals: &Totals, pools_gap: i64) -> i64 {
        part(totals.subsidies, self.subsidy_local)
            + part(totals.premium_aid, self.aid_local)
            + part(pools_gap.max(0), self.local_risk_share)
            + part(self.service_per_head.fen() * totals.persons, self.service_local)
            + self.programmes_burden(|at| {
                if self.programmes[at].is_none() { totals.programmes[at].paid } else { 0 }
            })
    }

    /// The county's part of amounts of programmes.
    fn programmes_burden(&self, amount: impl Fn(usize) -> i64) -> i64 {
        (0..MAX_PROGRAMMES).map(|at| part(amount(at), self.programme_local[at])).sum()
    }

    /// The share of what it may cut that the county can pay within the limit on its own revenue: what the limit
    /// leaves after what is fixed, over its part of what aid, top-ups and programmes with a budget owe.
    fn affordable(&self, books: &Books, totals: &Totals, owed: &[i128; ACCOUNTS]) -> i64 {
        let fen = |wide: i128| i64::try_from(wide).expect("a county's money is far inside i64");
        let aid = part(fen(owed[Account::MedicalAid as usize]) - totals.premium_aid, self.aid_local);
        let programmes = self.programmes_burden(|at| {
            if self.programmes[at].is_some() { totals.programmes[at].owed } else { 0 }
        });
        let cuttable = aid + fen(owed[Account::TopUp as usize]) + programmes;
        let room = part(books.own_revenue, self.burden_limit) - self.fixed_burden(totals, books.pools_gap);
        self.goal(i128::from(room), i128::from(cuttable))
    }

    /// What an account would have paid in full: bills are cut, premium aid is not.
    fn owed(&self, account: Account, books: &Books, totals: &Totals, funds: &CountyFunds) -> i128 {
        let at = account as usize;
        let met = if self.shortage == Shortage::Prorate { funds.share[at].max(1) } else { MILLION };
        let uncut = if account == Account::MedicalAid { totals.premium_aid } else { 0 };
        i128::from(books.spending[at] - uncut) * i128::from(MILLION) / i128::from(met) + i128::from(uncut)
    }

    /// Programmes with a budget: what they owe is known to the fen, since who applied and wasn't served is.
    fn keep_purses(&self, books: &mut Books, totals: &Totals, affordable: i64, funds: &mut CountyFunds) {
        if !self.kept {
            return;
        }
        for (at, per_head) in self.programmes.iter().enumerate() {
            let (Some(per_head), sums) = (per_head, &totals.programmes[at]) else { continue };
            let purse = &mut funds.purses[at];
            let revenue = per_head.fen() * totals.persons;
            let most = Money::from_fen(revenue).times(self.reserve).fen();
            purse.balance = (purse.balance + revenue - sums.paid).min(most);
            let goal = self.goal(i128::from(revenue + purse.balance), i128::from(sums.owed)).min(affordable);
            // An appropriation has no floor: without money nobody is served.
            purse.share = self.approach(purse.share, goal).clamp(0, MILLION);
            let held_back = purse.share - goal;
            books.programmes[at] = Some(ProgrammeBooks { revenue, balance: purse.balance, held_back });
        }
    }

    /// The share of obligations for which there are means.
    fn goal(&self, means: i128, obligations: i128) -> i64 {
        if obligations <= 0 || !self.kept || self.shortage == Shortage::None {
            return MILLION;
        }
        let share = (means * i128::from(MILLION) / obligations).clamp(0, i128::from(MILLION));
        i64::try_from(share).expect("clamped to a million")
    }

    /// A share moved towards its goal, as far as the damping lets it.
    const fn approach(&self, before: i64, goal: i64) -> i64 {
        before + (goal - before) * self.damping / MILLION
    }

    /// The share of obligations met next year: what revenue and the balance allow, and of the county's own accounts
    /// what its own revenue allows, approached by the damping.
    fn decide(
        &self,
        books: &mut Books,
        (owed, affordable): (&[i128; ACCOUNTS], i64),
        funds: &mut CountyFunds,
    ) {
        for account in Account::ALL {
            let at = account as usize;
            let before = funds.share[at];
            let obligations = owed[at];
            let (means, most) = match account {
                // A pool's means are its revenue; the county answers for its share of the gap only.
                Account::Insurance | Account::CriticalIllness => {
                    let gap = obligations - i128::from(books.revenue[at]);
                    let borne = gap.max(0) * i128::from(self.local_risk_share.ppm()) / i128::from(MILLION);
                    (obligations - borne + i128::from(funds.balance[at].max(0)).min(borne), MILLION)
                }
                Account::MedicalAid | Account::TopUp => {
                    (i128::from(books.revenue[at]) + i128::from(funds.balance[at]), affordable)
                }
            };
            let goal = self.goal(means, obligations).min(most);
            funds.share[at] = self.approach(before, goal).clamp(self.floor.min(MILLION), MILLION);
            books.held_back[at] = funds.share[at] - goal;
        }
    }

    /// The share of cases that find a bed next year: room over the stays that there would be with room for all.
    fn beds(&self, totals: &Totals, funds: &mut CountyFunds) {
        // Counts of a county and parts per million are far below 2^53.
        #[allow(clippy::cast_precision_loss)]
        let (stays, persons, found) =
            (totals.stays as f64, totals.persons as f64, funds.beds_ppm.max(1) as f64 / 1e6);
        let wanted = stays / found;
        let room = persons * self.stays_per_head;
        funds.beds_ppm = match (room > 0.0, wanted > room) {
            (false, _) => 0,
            (true, true) => parts(room / wanted),
            (true, false) => MILLION,
        };
    }

    fn staff(&self, totals: &Totals, funds: &mut CountyFunds) {
        // Counts of a county and parts per million are far below 2^53.
        #[allow(clippy::cast_precision_loss)]
        let (staff, persons, contracts) =
            (funds.staff_ppm as f64 / 1e6, totals.persons as f64, totals.contracts as f64);
        let can = persons * self.contracts_per_post * if self.full_staff { 1.0 } else { staff };
        let load = if can > 0.0 {
            contracts / can
        } else if contracts > 0.0 {
            1e3
        } else {
            0.0
        };
        let leaving = (self.attrition + self.overload_attrition * (load - 1.0).max(0.0)).min(1.0);
        let ended = funds.talents[self.duty_years - 1];
        funds.talents.copy_within(..MOST_DUTY_YEARS - 1, 1);
        funds.talents[0] = parts(self.talent);
        // Staff under duty stay; those whose duty ends stay in part.
        #[allow(clippy::cast_precision_loss)]
        let bound = funds.talents[1..self.duty_years].iter().sum::<i64>() as f64 / 1e6;
        #[allow(clippy::cast_precision_loss)]
        let freed = ended as f64 / 1e6 * (1.0 - self.duty_stay);
        let free = (staff - bound).max(0.0);
        let kept = (staff - free * leaving - freed).max(0.0);
        let hired = (1.0 - kept).max(0.0) * self.filled;
        funds.staff_ppm = parts(kept + hired + self.talent);
        funds.load_ppm = parts(load.min(1e3));
    }
}

impl CountyFunds {
    /// Money and staff at the start.
    #[must_use]
    pub fn at_start(place: &Place) -> Self {
        Self {
            share: [MILLION; ACCOUNTS],
            staff_ppm: parts(place.staff_level),
            beds_ppm: MILLION,
            ..Self::default()
        }
    }

    /// The same funds under another policy: a programme's purse follows its name; new ones begin empty and in
    /// full, and what purses that end had is gone.
    pub fn hand_over(&mut self, from: &[Programme], to: &[Programme]) {
        let before = self.purses;
        self.purses = std::array::from_fn(|at| {
            let kept = to.get(at).and_then(|new| from.iter().position(|old| old.id == new.id));
            kept.map_or_else(Purse::default, |old| before[old])
        });
    }
}

/// A part of an amount in fen.
fn part(fen: i64, share: Rate) -> i64 {
    Money::from_fen(fen).times(share).fen()
}

fn parts_rate(ppm: i64) -> Rate {
    Rate::from_ppm(u32::try_from(ppm).expect("a share is between none and a million"))
}

/// Months that a missing share of a year's money is.
fn months(missing_ppm: i64) -> u8 {
    u8::try_from(12 * missing_ppm / MILLION).expect("at most twelve")
}

fn parts(share: f64) -> i64 {
    // A few posts at most.
    #[allow(clippy::cast_possible_truncation)]
    {
        libm::floor(share * 1e6 + 0.5) as i64
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::main_scenario;

    fn year(settings: &[&str]) -> (CountyYear, CountyFunds) {
        let s = main_scenario(settings);
        let society = (&s.society.funds, &s.society.workforce, &s.society.capacity);
        let place = &s.places[0];
        let year =
            CountyYear::compile(society, place, &s.regimes[1].policy, true, (1.0, 1.0), Year::new(2022));
        (year, CountyFunds::at_start(place))
    }

    const PERSONS: i64 = 10_000;

    fn totals(aid_yuan_per_head: i64) -> Totals {
        let mut totals = Totals { persons: PERSONS, premiums: PERSONS * 96_000, ..Totals::default() };
        totals.paid[Payer::MedicalAid as usize] = PERSONS * aid_yuan_per_head * 100;
        totals
    }

    #[test]
    fn a_fund_in_balance_pays_in_full() {
        let (year, mut funds) = year(&["places.poor-county.aid_budget_factor=1"]);
        for _ in 0..5 {
            year.close(&totals(60), &mut funds);
            assert_eq!(year.publish(&funds).proration, [Rate::ONE; PAYERS]);
        }
    }

    #[test]
    fn a_fund_that_runs_short_pays_less_the_year_after_and_owes_what_it_overspent() {
        let (year, mut funds) = year(&["places.poor-county.aid_budget_factor=1"]);
        let books = year.close(&totals(128), &mut funds);
        let aid = Account::MedicalAid as usize;
        assert_eq!(books.revenue[aid], PERSONS * 6_400);
        assert_eq!(books.balance[aid], PERSONS * (6_400 - 12_800));
        let published = year.publish(&funds);
        // Means of nothing against obligations: half of the way down to the floor.
        assert_eq!(published.proration[Payer::MedicalAid as usize], Rate::from_ppm(500_000));
        assert_eq!(published.proration[Payer::BasicInsurance as usize], Rate::ONE);
    }

    #[test]
    fn a_late_payer_pays_in_full_but_late() {
        let (year, mut funds) =
            year(&["places.poor-county.aid_budget_factor=1", "regimes.targeted.funds.shortage=\"delay\""]);
        year.close(&totals(128), &mut funds);
        let published = year.publish(&funds);
        assert_eq!(published.proration[Payer::MedicalAid as usize], Rate::ONE);
        assert_eq!(published.delay_months[Payer::MedicalAid as usize], 6);
    }

    #[test]
    fn staff_leave_and_talents_stay_for_their_duty() {
        let (without, mut plain) = year(&["society.workforce.filled=0"]);
        let (with, mut trained) = year(&["society.workforce.filled=0", "regimes.targeted.staff.talent=0.02"]);
        for _ in 0..5 {
            without.close(&totals(10), &mut plain);
            with.close(&totals(10), &mut trained);
        }
        let staff = |year: &CountyYear, funds: &CountyFunds| year.publish(funds).staff_ppm;
        assert!(staff(&without, &plain) < 850_000);
        assert!(staff(&with, &trained) > staff(&without, &plain) + 60_000);
    }

    #[test]
    fn a_programme_serves_the_share_of_its_applicants_for_which_it_has_money() {
        let settings = [
            "places.poor-county.programme_budget_factor=1",
            "regimes.targeted.programmes.dibao.budget_yuan=50",
        ];
        let (year, mut funds) = year(&settings);
        // Half of what is owed; in the end what is paid is the budget.
        let owed = PERSONS * 10_000;
        let mut paid = 0;
        for _ in 0..12 {
            let served = year.publish(&funds).served[0];
            paid = Money::from_fen(owed).times(served).fen();
            let mut totals = totals(10);
            totals.programmes[0] = ProgrammeTotals { owed, paid, ..ProgrammeTotals::default() };
            year.close(&totals, &mut funds);
        }
        // What was overspent at first is paid back, so a little less than half is served.
        assert!((owed * 40 / 100..=owed * 50 / 100).contains(&paid), "{paid} of {owed}");
        assert_eq!(year.publish(&funds).served[1], Rate::ONE, "who owes nothing serves all");
    }

    #[test]
    fn a_county_whose_own_revenue_falls_short_cuts_what_it_may_to_what_it_can_pay() {
        let settings = [
            "places.poor-county.aid_budget_factor=10",
            "places.poor-county.own_revenue_yuan=10",
            "regimes.targeted.funds.subsidy_local_share=0",
            "regimes.targeted.funds.service_local_share=0",
        ];
        let (year, mut funds) = year(&settings);
        let aid = Account::MedicalAid as usize;
        // The limit is half of 10 yuan; the county's tenth of what aid owes is 10 yuan.
        for _ in 0..12 {
            let paid = Money::from_fen(PERSONS * 10_000)
                .times(year.publish(&funds).proration[Payer::MedicalAid as usize]);
            let mut totals = Totals { premium_aid: 0, ..totals(0) };
            totals.paid[Payer::MedicalAid as usize] = paid.fen();
            let books = year.close(&totals, &mut funds);
            assert_eq!(books.own_revenue, PERSONS * 1_000);
            assert_eq!(books.county_burden, paid.fen() / 10);
        }
        assert!((funds.share[aid] - MILLION / 2).abs() < 2_000, "{}", funds.share[aid]);
    }

    #[test]
    fn a_purse_follows_the_name_of_its_programme_to_another_policy() {
        let s = main_scenario(&["regimes.inclusive.programmes.order=[\"industry\", \"dibao\"]"]);
        let (year, mut funds) = year(&["regimes.targeted.programmes.dibao.budget_yuan=0"]);
        let mut totals = totals(10);
        totals.programmes[0] = ProgrammeTotals { owed: 100, paid: 100, ..ProgrammeTotals::default() };
        year.close(&totals, &mut funds);
        let dibao = funds.purses[0];
        assert!(dibao.share < MILLION);
        let regime = |id: &str| s.regimes.iter().find(|r| r.id == id).expect("the regime is there");
        funds.hand_over(&regime("targeted").policy.programmes, &regime("inclusive").policy.programmes);
        assert_eq!(funds.purses[1], dibao);
        assert_eq!(funds.purses[2], Purse::default());
    }

    #[test]
    fn too_many_contracts_are_not_honoured() {
        let (year, mut funds) = year(&[]);
        let busy = Totals { contracts: PERSONS, ..totals(10) };
        let before = year.publish(&funds).honoured;
        year.close(&busy, &mut funds);
        assert!(year.publish(&funds).honoured < before);
    }
}
