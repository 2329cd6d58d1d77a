//! Who is poor, what illness had to do with it, and what a household takes into the next year.

use fanpin::units::Rate;

use crate::lists::is_monitored;
use crate::outcome::Outcome;
use crate::people::{Household, Person, Register, Registration};
use crate::setting::{Setting, fen};

pub fn judge(setting: &Setting, household: &mut Household, outcome: &mut Outcome) {
    let error = if setting.policy.implementation.agency { 1_000_000 } else { household.error };
    outcome.deprived = deprived(setting, household, outcome);
    let own = &mut household.under[setting.regime];
    let (accounts, members) = (&outcome.accounts, outcome.members);
    let line = setting.official_line(setting.year) * members;
    let net = accounts.net_income;
    // On the line is not poor.
    outcome.poor = members > 0 && net < line;
    let restored = net
        + outcome.care.out_of_pocket
        + accounts.lost_earnings
        + accounts.medical_interest
        + accounts.lost_asset_income;
    outcome.not_poor_by_add_back = outcome.poor && restored >= line;
    let is_lifted = own.registration == Registration::Lifted;
    let seen_net = fen(net).times(Rate::from_ppm(error)).fen();
    let register = match own.registration {
        _ if !is_monitored(&own.classes) || seen_net >= line => Register::Not,
        Registration::Lifted => Register::FallenBack,
        Registration::Never => Register::NewlyPoor,
        Registration::Registered => Register::Not,
    };
    outcome.newly_on_register = if register == own.register { Register::Not } else { register };
    own.register = register;
    if setting.switched && outcome.poor && !outcome.poor_last {
        own.ever_entered = true;
    }
    if is_lifted && !own.poor_since_lifting {
        let lifted_in = own.lifted_in.expect("a lifted household has its year");
        outcome.years_since_lifting = setting.year.since(lifted_in);
    }
    own.poor_since_lifting |= is_lifted && outcome.poor;
    own.poor_years = if outcome.poor { own.poor_years.saturating_add(1) } else { 0 };
    let spent = outcome.care.out_of_pocket;
    let non_food = accounts.consumption + spent - accounts.food;
    own.catastrophic_last = spent > 0 && 10 * spent >= 4 * non_food;
    own.hospital_last = outcome.care.admissions > 0;
    outcome.years_since_shock = own.years_since_shock;
    own.years_since_shock = own.years_since_shock.map(|years| years.saturating_add(1));
    outcome.medical_debt = own.medical_debt;
    own.income_last = accounts.income;
    own.allowance_last = outcome.support.without_condition;
    own.out_of_pocket_last = spent;
    own.net_per_head_last = net / members.max(1);
    own.members_last = members;
    own.poor_last = outcome.poor;
}

/// The dimensions of multidimensional poverty in which the household is deprived.
fn deprived(setting: &Setting, household: &Household, outcome: &Outcome) -> [bool; 4] {
    let here: Vec<_> = household.here(setting.regime).into_iter().map(|at| &household.members[at]).collect();
    let is_taught =
        |person: &&Person| person.age(setting.year) >= 16 && person.schooling_left(setting.regime) >= 9;
    [
        outcome.accounts.income < setting.official_line(setting.year) * outcome.members,
        outcome.care.forgone() > 0 || here.iter().any(|person| !person.under[setting.regime].insured),
        !here.iter().any(is_taught),
        !setting.has_improved_environment(household),
    ]
}
