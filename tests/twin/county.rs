//! The county: what it publishes on 1 January, its books, money and staff of the next year.

use std::collections::BTreeMap;

use fanpin::scenario::policy::{PAYERS, Payer, Shortage};
use fanpin::units::Rate;

use crate::evidence::yuan;
use crate::outcome::Outcome;
use crate::people::CountyState;
use crate::purses::{self, ProgrammeTotals, PurseBooks};
use crate::setting::{Published, Setting, fen, limit, rate, whole};

const MILLION: i64 = 1_000_000;
pub const INSURANCE: usize = 0;
pub const CRITICAL_ILLNESS: usize = 1;
pub const MEDICAL_AID: usize = 2;
pub const TOP_UP: usize = 3;

/// The account a payer pays from; charity has none.
pub fn account_of(payer: Payer) -> Option<usize> {
    match payer {
        Payer::BasicInsurance => Some(INSURANCE),
        Payer::CriticalIllnessInsurance => Some(CRITICAL_ILLNESS),
        Payer::MedicalAid => Some(MEDICAL_AID),
        Payer::LocalTopUp | Payer::SupplementaryInsurance => Some(TOP_UP),
        Payer::Charity => None,
    }
}

/// What a fund that runs short does: nothing runs short in an ideal environment, and an ideal agency is never
/// late.
pub fn shortage(setting: &Setting) -> Shortage {
    let ideal = setting.policy.implementation;
    match setting.policy.funds.shortage {
        _ if ideal.environment => Shortage::None,
        Shortage::Delay if ideal.agency => Shortage::None,
        shortage => shortage,
    }
}

/// The seen income under which a share of households lie, from last year's counts in classes of income,
/// within which they are taken as evenly spread.
fn quantile(seen_incomes: &[i64], share: f64) -> i64 {
    let mut limits: Vec<f64> = (0..300).map(|step| f64::from(step * 50)).collect();
    limits.extend((0..100).map(|step| f64::from(15_000 + step * 250)));
    limits.extend((0..80).map(|step| f64::from(40_000 + step * 2_000)));
    limits.extend((0..=30).map(|step| f64::from(200_000 + step * 34_000)));
    let class_of = |fen: i64| limits.iter().filter(|limit| fen.div_euclid(100) as f64 >= **limit).count();
    let mut counts = vec![0.0; limits.len() + 1];
    seen_incomes.iter().for_each(|income| counts[class_of(*income)] += 1.0);
    // Incomes below zero are counted with the lowest.
    counts[1] += counts[0];
    let mut left = share * seen_incomes.len() as f64;
    for class in 1..limits.len() {
        if left < counts[class] {
            let (from, to) = (limits[class - 1], limits[class]);
            return yuan(from + (to - from) * left / counts[class]).fen();
        }
        left -= counts[class];
    }
    yuan(limits[limits.len() - 1]).fen()
}

/// Thresholds of lists, and what money and staff allow, from what last year left. `setting.published` is not
/// looked at.
pub fn publish(setting: &Setting, county: &CountyState) -> Published {
    let (society, policy) = (setting.society(), setting.policy);
    let lists = &society.lists;
    let dibao_share = policy.classes.dibao_share.at(setting.year);
    let [registration, dibao, monitored] = if lists.quotas {
        let near = (dibao_share + policy.monitoring.share.at(setting.year)).min(1.0);
        let seen = &county.seen_incomes;
        let registered = quantile(seen, setting.place.registered_share);
        [registered, quantile(&county.judged_incomes, dibao_share), quantile(seen, near)]
    } else {
        let line = fen(setting.official_line(setting.year.previous()));
        [
            line.times(rate(lists.registration_lines)).fen(),
            yuan(setting.dibao_standard() * lists.dibao_standards).fen(),
            i64::MAX,
        ]
    };
    let money = |payer: Payer| account_of(payer).map_or(MILLION, |account| county.money_share[account]);
    let prorates = shortage(setting) == Shortage::Prorate;
    let delays = shortage(setting) == Shortage::Delay;
    let is_ideal = policy.implementation.agency;
    let staff = if is_ideal { MILLION } else { county.staff };
    let over_posts = staff as f64 / 1e6;
    let capacity = &society.capacity;
    let treated =
        setting.place.county_capability * libm::pow(over_posts.max(0.0), capacity.hospital_elasticity);
    let lacking = if is_ideal || capacity.township_full <= 0.0 {
        0.0
    } else {
        (1.0 - over_posts / capacity.township_full).clamp(0.0, 1.0)
    };
    let honoured = if is_ideal {
        1.0
    } else {
        let load = county.load as f64 / 1e6;
        policy.service.honoured.at(setting.year) * (1.0 / load.max(1e-9)).min(1.0)
    };
    let beds = if is_ideal { 1.0 } else { county.beds as f64 / 1e6 };
    Published {
        registration,
        dibao,
        monitored,
        met: Payer::ALL.map(|payer| Rate::from_ppm(if prorates { money(payer) } else { MILLION } as u32)),
        delay: Payer::ALL.map(
            |payer| {
                if delays { (12 * (MILLION - money(payer)) / MILLION) as u32 } else { 0 }
            },
        ),
        served: purses::served(setting, county),
        staff,
        honoured: limit(honoured),
        capability: limit(treated.min(1.0) * beds),
        lacking: limit(1.0 - (1.0 - lacking) * beds),
        beds: whole(beds * 1e6),
    }
}

/// What a year's households add up to.
#[derive(Debug, Clone, Default)]
pub struct Totals {
    pub persons: i64,
    pub paid: [i64; PAYERS],
    pub premiums: i64,
    pub premium_aid: i64,
    pub subsidies: i64,
    pub contracts: i64,
    /// Stays in the county.
    pub stays: i64,
    /// By position of the programme.
    pub programmes: BTreeMap<usize, ProgrammeTotals>,
}

impl Totals {
    pub fn add(&mut self, outcome: &Outcome) {
        self.persons += outcome.members;
        (0..PAYERS).for_each(|payer| self.paid[payer] += outcome.care.paid[payer]);
        self.premiums += outcome.premiums_own + outcome.premiums_aid + outcome.premiums_subsidy;
        self.premium_aid += outcome.premiums_aid;
        self.subsidies += outcome.premiums_subsidy;
        self.contracts += outcome.signed;
        self.stays += outcome.care.admissions - outcome.care.outside;
        for grant in &outcome.grants {
            self.programmes.entry(grant.programme).or_default().add(grant);
        }
    }
}

/// The books of a year, fen.
#[derive(Debug, Clone, Default)]
pub struct Books {
    pub revenue: [i64; 4],
    pub spending: [i64; 4],
    pub burden: i64,
    pub own_revenue: i64,
    /// Share of next year over what means allow, in millionths.
    pub held_back: [i64; 4],
    /// Purses by position of their programme.
    pub purses: BTreeMap<usize, PurseBooks>,
}

/// Closes the books, and leaves money and staff to the next year.
pub fn close(setting: &Setting, totals: &Totals, county: &mut CountyState) -> Books {
    let mut books = Books::default();
    if setting.society().switches.funds {
        books = keep_books(setting, totals, county);
        let owed: Vec<i64> = (0..4).map(|at| owed(setting, &books, totals, at, county)).collect();
        let affordable = purses::affordable(setting, &books, totals, &owed);
        for (account, owed) in owed.into_iter().enumerate() {
            decide(setting, &mut books, owed, affordable, account, county);
        }
        books.purses = purses::keep(setting, totals, affordable, county);
    }
    staff(setting, totals, county);
    beds(setting, totals, county);
    books
}

pub fn is_pool(account: usize) -> bool {
    account == INSURANCE || account == CRITICAL_ILLNESS
}

/// So much a head, by the prices of the year.
pub fn a_head(setting: &Setting, totals: &Totals, amount: f64) -> i64 {
    yuan(amount * setting.terms_growth()).fen() * totals.persons
}

fn keep_books(setting: &Setting, totals: &Totals, county: &mut CountyState) -> Books {
    let (funds, year) = (&setting.policy.funds, setting.year);
    let critical = fen(totals.premiums).times(rate(funds.critical_share.at(year))).fen();
    let mut books = Books {
        revenue: [
            totals.premiums - critical,
            critical,
            a_head(setting, totals, funds.aid_yuan.at(year) * setting.place.aid_budget_factor),
            a_head(setting, totals, funds.top_up_yuan.at(year)),
        ],
        ..Books::default()
    };
    for payer in Payer::ALL {
        if let Some(account) = account_of(payer) {
            books.spending[account] += totals.paid[payer as usize];
        }
    }
    books.spending[MEDICAL_AID] += totals.premium_aid;
    let risk_share = rate(funds.local_risk_share.at(year));
    for account in 0..4 {
        let gap = books.spending[account] - books.revenue[account];
        // Of the pools the county bears a share; the prefecture carries the rest.
        let borne = if is_pool(account) { fen(gap).times(risk_share).fen() } else { gap };
        let most = fen(books.revenue[account]).times(rate(setting.society().funds.reserve)).fen();
        county.balance[account] = (county.balance[account] - borne).min(most);
    }
    books.own_revenue = purses::own_revenue(setting, totals);
    books.burden = purses::burden(setting, &books, totals);
    books
}

/// What an account would have paid in full: bills were cut to the share met, premium aid was not.
fn owed(setting: &Setting, books: &Books, totals: &Totals, account: usize, county: &CountyState) -> i64 {
    let prorates = shortage(setting) == Shortage::Prorate;
    let met = if prorates { county.money_share[account].max(1) } else { MILLION };
    let uncut = if account == MEDICAL_AID { totals.premium_aid } else { 0 };
    let in_full = i128::from(books.spending[account] - uncut) * i128::from(MILLION) / i128::from(met);
    i64::try_from(in_full).expect("a county's money is small") + uncut
}

/// The share of obligations for which there are means, in millionths.
pub fn goal(setting: &Setting, means: i64, owed: i64) -> i64 {
    if owed <= 0 || shortage(setting) == Shortage::None {
        return MILLION;
    }
    let share = i128::from(means) * i128::from(MILLION) / i128::from(owed);
    share.clamp(0, i128::from(MILLION)) as i64
}

/// From a share towards its goal, as far as the damping lets it.
pub fn approach(setting: &Setting, before: i64, goal: i64) -> i64 {
    before + (goal - before) * i64::from(rate(setting.society().funds.damping).ppm()) / MILLION
}

/// The share of next year's obligations for which there is money.
fn decide(
    setting: &Setting,
    books: &mut Books,
    owed: i64,
    affordable: i64,
    account: usize,
    county: &mut CountyState,
) {
    let (revenue, balance) = (books.revenue[account], county.balance[account]);
    let goal = if is_pool(account) {
        let risk_share = i64::from(rate(setting.policy.funds.local_risk_share.at(setting.year)).ppm());
        let borne = i128::from((owed - revenue).max(0)) * i128::from(risk_share) / i128::from(MILLION);
        let borne = i64::try_from(borne).expect("a county's money is small");
        goal(setting, owed - borne + borne.min(balance.max(0)), owed)
    } else {
        goal(setting, revenue + balance, owed).min(affordable)
    };
    let floor = i64::from(rate(setting.society().funds.floor).ppm()).min(MILLION);
    let next = approach(setting, county.money_share[account], goal).clamp(floor, MILLION);
    county.money_share[account] = next;
    books.held_back[account] = next - goal;
}

/// Staff leave, the more of them the more contracts a post has; vacancies are filled in part; talents come and
/// stay for their duty.
fn staff(setting: &Setting, totals: &Totals, county: &mut CountyState) {
    let workforce = &setting.society().workforce;
    let (rules, is_ideal) = (&setting.policy.staff, setting.policy.implementation.agency);
    let millionths = |x: f64| whole(x * 1e6);
    let over_posts = county.staff as f64 / 1e6;
    let form = if is_ideal { 0.0 } else { rules.form_weight.at(setting.year) };
    let contracts_a_post = workforce.doctors_per_1000 / 1_000.0 * workforce.visits_per_doctor * (1.0 - form)
        / workforce.visits_per_contract.max(1e-9);
    let at_work = if is_ideal { 1.0 } else { over_posts };
    let served = totals.persons as f64 * contracts_a_post * at_work;
    let load = match totals.contracts {
        contracts if served > 0.0 => contracts as f64 / served,
        0 => 0.0,
        _ => 1_000.0,
    };
    let attrition = workforce.attrition * rules.leaving_factor.at(setting.year);
    let leaving = (attrition + workforce.overload_attrition * (load - 1.0).max(0.0)).min(1.0);
    let duty_years = (workforce.duty_years as usize).clamp(1, 15);
    let new = rules.talent.at(setting.year);
    let duty_ends = county.talents[duty_years - 1] as f64 / 1e6;
    county.talents.insert(0, millionths(new));
    county.talents.pop();
    let bound = county.talents[1..duty_years].iter().sum::<i64>() as f64 / 1e6;
    let free = (over_posts - bound).max(0.0);
    let kept = (over_posts - free * leaving - duty_ends * (1.0 - workforce.duty_stay)).max(0.0);
    county.staff = millionths(kept + (1.0 - kept).max(0.0) * workforce.filled + new);
    county.load = millionths(load.min(1_000.0));
}

/// The share of cases that find a bed next year: room over the stays that there would be with room for all.
fn beds(setting: &Setting, totals: &Totals, county: &mut CountyState) {
    let (society, place) = (setting.society(), setting.place);
    let beds = setting.evidence.path("beds", setting.year) / 1_000.0 * place.beds_factor;
    let stays_a_head = beds * 365.0 * society.capacity.bed_occupancy / society.capacity.bed_days;
    let is_ideal = setting.policy.implementation.agency;
    let room = totals.persons as f64 * if is_ideal { f64::INFINITY } else { stays_a_head };
    let wanted = totals.stays as f64 / (county.beds.max(1) as f64 / 1e6);
    county.beds = if room > 0.0 { whole((room / wanted).min(1.0) * 1e6) } else { 0 };
}
