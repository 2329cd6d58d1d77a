//! The household's accounts: income, consumption, and how it pays. All in fen.

use fanpin::units::{Money, Rate};

use crate::evidence::yuan;
use crate::expected::MENTAL;
use crate::income::{before_support, illness_free, permanent_rank, strength, usual_consumption, whole_rank};
use crate::people::{Household, HouseholdState, Person, PersonState};
use crate::prevention::Delivered;
use crate::setting::{Setting, fen, rate};
use crate::support::{Support, effort_lost};
use crate::work::{self, Work};

/// What comes into the accounts.
#[derive(Debug, Clone, Default)]
pub struct Inputs {
    pub members: i64,
    /// Earning strength of those who work, in thousandths.
    pub strength: i64,
    /// Their weights in labour income by what they do, and what illness takes of them, times a million.
    pub farm: Earning,
    pub local_wage: Earning,
    pub away: Earning,
    pub persistent: i64,
    pub transitory: i64,
    pub support: Support,
    pub out_of_pocket: i64,
    pub late: i64,
    pub premiums: i64,
}

/// Weight of some workers in labour income, and what of it is lost to illness, times a million.
#[derive(Debug, Clone, Copy, Default)]
pub struct Earning {
    pub weight: i64,
    pub lost: i64,
}

impl Earning {
    /// What is left after illness, times a million.
    fn left(self) -> i64 {
        (self.weight * 1_000_000 - self.lost).max(0)
    }
}

#[derive(Debug, Clone, Default)]
pub struct Accounts {
    pub illness_free_income: i64,
    pub labour: i64,
    pub lost_earnings: i64,
    pub lost_asset_income: i64,
    pub effort_lost: i64,
    pub support: i64,
    pub earned_away: i64,
    pub remitted: i64,
    /// Income from the farm, wages at home, property, and all other.
    pub farm: i64,
    pub wages: i64,
    pub property: i64,
    pub transfers: i64,
    pub income: i64,
    pub consumption: i64,
    pub food: i64,
    pub medical_interest: i64,
    pub net_income: i64,
    pub assets_sold: i64,
    pub unpaid: i64,
}

/// A share of an amount, rounded half up to the fen.
fn part(amount: i64, share: f64) -> i64 {
    fen(amount).times(rate(share)).fen()
}

/// Share of earnings lost for good to disease and disability, in millionths: each takes its part of what the
/// others leave; treatment of mental illness saves a part of what that takes.
pub fn lasting_loss(setting: &Setting, state: &PersonState, is_treated: bool) -> i64 {
    let loss = |chronic: &[bool; 8]| loss_with(setting, chronic, state.disabled);
    let all = loss(&state.chronic);
    if !is_treated {
        return all;
    }
    let mut others = state.chronic;
    others[MENTAL] = false;
    all - part(all - loss(&others), setting.society().mental.earnings_kept)
}

pub fn loss_with(setting: &Setting, chronic: &[bool; 8], disabled: bool) -> i64 {
    let economy = &setting.society().economy;
    let losses = [
        economy.loss_cardiovascular,
        economy.loss_stroke,
        economy.loss_diabetes,
        economy.loss_respiratory,
        economy.loss_cancer,
        economy.loss_musculoskeletal,
        economy.loss_mental,
        economy.loss_other,
    ];
    let mut kept = if disabled { 1.0 - economy.loss_disability } else { 1.0 };
    for (has, loss) in chronic.iter().zip(losses) {
        if *has {
            kept *= 1.0 - loss;
        }
    }
    i64::from(rate(1.0 - kept).ppm())
}

/// Adds a member who works, with the millionths of its earnings that disease and that days take.
pub fn add_worker(setting: &Setting, inputs: &mut Inputs, member: &Person, lasting: i64, days: i64) {
    let strength = strength(setting.society(), &member.under[setting.regime]);
    inputs.strength += strength;
    let work = work::of(setting, member);
    let (weight, days) = (work::weight(setting, work, strength), work::lost_by_days(setting, work, days));
    let earning = match work {
        Work::Farm => &mut inputs.farm,
        Work::LocalWage => &mut inputs.local_wage,
        Work::Away => &mut inputs.away,
    };
    earning.weight += weight;
    earning.lost += weight * (lasting + days).min(1_000_000);
}

/// The lasting loss by what a member had at the year's start, at most that of today.
pub fn loss_before(setting: &Setting, before: &PersonState, now: &PersonState, delivered: &Delivered) -> i64 {
    let today = lasting_loss(setting, now, delivered.mental_treated);
    loss_with(setting, &before.chronic, before.disabled).min(today)
}

/// What a household could raise at once: savings, unused credit, assets it may sell.
pub fn liquidity(setting: &Setting, household: &Household) -> i64 {
    let (economy, own) = (&setting.society().economy, &household.under[setting.regime]);
    let credit = part(own.income_last.max(0), economy.debt_limit) - own.medical_debt - own.other_debt;
    let sellable = part((own.assets - own.assets_sold).max(0), economy.asset_sale_limit);
    own.savings + credit.max(0) + sellable
}

/// Closes a year: the state is carried forward.
pub fn close(setting: &Setting, inputs: &Inputs, own: &mut HouseholdState) -> Accounts {
    let society = setting.society();
    let economy = &society.economy;
    let permanent = permanent_rank(society, inputs.persistent, inputs.members, inputs.strength);
    let rank = whole_rank(society, permanent, inputs.transitory);
    let mut a = Accounts {
        illness_free_income: before_support(setting, rank).fen() * inputs.members,
        ..Accounts::default()
    };
    earn(setting, inputs, own, &mut a);
    let usual = illness_free(society, setting.place, setting.evidence, setting.year, permanent);
    let (consumption, food) = usual_consumption(setting, permanent);
    let line = setting.evidence.path("official_line", setting.year) * society.poverty.line_factor;
    let floor = yuan(economy.floor_lines * line).fen() * inputs.members;
    let shortfall = (usual.fen() * inputs.members - a.income).max(0);
    let passed = part(shortfall, economy.shortfall_passed);
    a.consumption = (consumption.fen() * inputs.members - passed).max(0).max(floor);
    a.food = (food.fen() * inputs.members).min(a.consumption);
    a.medical_interest = part(own.medical_debt, economy.interest);
    let other_interest = part(own.other_debt, economy.interest);
    a.net_income = a.income - inputs.out_of_pocket - a.medical_interest - inputs.premiums;
    let means = a.income + own.receivable;
    own.receivable = inputs.late;
    let needs = a.consumption
        + inputs.out_of_pocket
        + inputs.late
        + a.medical_interest
        + other_interest
        + inputs.premiums;
    if means >= needs {
        use_surplus(setting, means - needs, own, &mut a);
    } else {
        meet_shortage(setting, needs - means, floor, inputs.out_of_pocket, own, &mut a);
    }
    a
}

fn earn(setting: &Setting, inputs: &Inputs, own: &HouseholdState, a: &mut Accounts) {
    let society = setting.society();
    let mut labour = 0;
    if inputs.strength > 0 {
        labour = part(a.illness_free_income, society.economy.labour_share);
    }
    let all = [inputs.farm, inputs.local_wage, inputs.away];
    let weight: i64 = all.iter().map(|earning| earning.weight).sum();
    if weight > 0 {
        let lost: i64 = all.iter().map(|earning| earning.lost).sum();
        let share = (lost / weight).clamp(0, 1_000_000);
        a.lost_earnings = fen(labour).times(Rate::from_ppm(share as u32)).fen();
    }
    a.labour = labour - a.lost_earnings;
    a.lost_asset_income = part(own.assets_sold, society.economy.asset_return);
    a.support = inputs.support.total();
    let earned = a.illness_free_income - a.lost_earnings - a.lost_asset_income;
    let need = (setting.official_line(setting.year) * inputs.members - earned).max(0);
    let above_need = (inputs.support.without_condition - need).max(0);
    let labour_left: Money = fen(a.labour);
    a.effort_lost = effort_lost(setting, fen(above_need), labour_left, own.support_years).fen();
    a.income = (earned - a.effort_lost).max(0) + a.support;
    divide(setting, inputs, labour, a);
}

/// Income by where it comes from. Labour earnings are divided by what each kind of work has left: that away, then
/// that on the farm; the last kind that the household has takes what rounding leaves.
fn divide(setting: &Setting, inputs: &Inputs, labour: i64, a: &mut Accounts) {
    let (farm, wage, away) = (inputs.farm.left(), inputs.local_wage.left(), inputs.away.left());
    let earned = a.labour - a.effort_lost;
    let share = |of_kind: i64| {
        let millionths = of_kind * 1_000 / ((farm + wage + away) / 1_000).max(1);
        fen(earned).times(Rate::from_ppm(millionths.min(1_000_000) as u32)).fen()
    };
    a.earned_away = match (away > 0, farm + wage > 0) {
        (false, _) => 0,
        (true, false) => earned,
        (true, true) => share(away).min(earned),
    };
    let at_home = earned - a.earned_away;
    let on_the_farm = match (farm > 0, wage > 0) {
        (false, _) => 0,
        (true, false) => at_home,
        (true, true) => share(farm).min(at_home),
    };
    a.remitted = part(a.earned_away, setting.society().migration.remitted_share);
    a.wages = at_home - on_the_farm;
    a.farm = on_the_farm - a.lost_asset_income;
    a.property = part(a.illness_free_income - labour, setting.society().work.property_share);
    a.transfers = a.income - a.earned_away - a.wages - a.farm - a.property;
}

/// Debt first, medical before other; assets that were sold; savings; the rest is spent on other things.
fn use_surplus(setting: &Setting, surplus: i64, own: &mut HouseholdState, a: &mut Accounts) {
    let economy = &setting.society().economy;
    let repaid = part(surplus, economy.repayment_share).min(own.medical_debt + own.other_debt);
    let medical = repaid.min(own.medical_debt);
    own.medical_debt -= medical;
    own.other_debt -= repaid - medical;
    let left = surplus - repaid;
    let replaced = part(left, economy.rebuilding_share).min(own.assets_sold);
    own.assets_sold -= replaced;
    a.assets_sold = -replaced;
    own.savings += part(left - replaced, economy.saving_share);
}

/// Savings, kin, debt, assets, consumption down to the floor; what is left stays unpaid.
fn meet_shortage(
    setting: &Setting,
    shortage: i64,
    floor: i64,
    out_of_pocket: i64,
    own: &mut HouseholdState,
    a: &mut Accounts,
) {
    let economy = &setting.society().economy;
    let saved = shortage.min(own.savings);
    own.savings -= saved;
    let mut left = shortage - saved;
    let children = i64::from(own.children_away.min(3)) * i64::from(rate(economy.child_gift_share).ppm());
    let gift_share = (i64::from(rate(economy.kin_gift_share).ppm()) + children).min(1_000_000);
    left -= fen(left.min(out_of_pocket)).times(Rate::from_ppm(gift_share as u32)).fen();
    // Of what is borrowed, as much as is open of own payments is medical debt.
    let open_bills = left.min(out_of_pocket);
    let credit = (part(a.income, economy.debt_limit) - own.medical_debt - own.other_debt).max(0);
    let borrowed = left.min(credit);
    let medical = borrowed.min(open_bills);
    own.medical_debt += medical;
    own.other_debt += borrowed - medical;
    left -= borrowed;
    let sellable = part((own.assets - own.assets_sold).max(0), economy.asset_sale_limit);
    a.assets_sold = left.min(sellable);
    own.assets_sold += a.assets_sold;
    left -= a.assets_sold;
    let cut = left.min((a.consumption - floor).max(0));
    a.consumption -= cut;
    a.food = a.food.min(a.consumption);
    a.unpaid = left - cut;
}
