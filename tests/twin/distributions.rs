//! What a household-year adds to the histograms, and to the descent after a major illness.

use fanpin::record::{Column, DescentYear, Histograms, bin};

use crate::outcome::Outcome;

/// Adds a household that has members.
pub fn count(outcome: &Outcome, histograms: &mut Histograms) {
    let (members, paid) = (outcome.members, outcome.care.out_of_pocket);
    let income = outcome.accounts.income / members;
    let consumption = outcome.accounts.consumption + paid;
    let food = outcome.accounts.food;
    histograms.count(Column::IncomePersons, bin(income), members);
    histograms.count(Column::IncomeSum, bin(income), income * members);
    histograms.count(Column::IncomeOutOfPocket, bin(income), paid);
    histograms.count(Column::ConsumptionPersons, bin(consumption / members), members);
    if paid > 0 && 10 * paid >= 4 * (consumption - food) {
        histograms.count(Column::IncomeChePersons, bin(income), members);
    }
    // Of size^0.56 equivalent adults, in millionths.
    let equivalents = (libm::pow(members.min(15) as f64, 0.56) * 1e6).round() as i64;
    let share = (food * 500 / consumption.max(1)).min(511) as usize;
    histograms.count(Column::FoodShareHouseholds, share, 1);
    histograms.count(Column::FoodShareFood, share, food * 1_000_000 / equivalents);
    if paid > 0 {
        let critical = consumption - paid * 5 / 2;
        histograms.count(Column::SdgCritical, bin(critical.div_euclid(members)), members);
        histograms.count(Column::SdgImpoverishing, bin((consumption - paid).div_euclid(members)), members);
        if food >= critical {
            let at = bin(critical * 1_000_000 / equivalents);
            histograms.count(Column::XuCritical, at, 1);
            histograms.count(Column::XuCriticalPersons, at, members);
        }
    }
    for stay in &outcome.stays {
        histograms.count(Column::Stays, bin(*stay), 1);
        histograms.count(Column::StaysSum, bin(*stay), *stay);
    }
    for spent in outcome.billed.iter().filter(|spent| **spent > 0) {
        histograms.count(Column::SpendingPersons, bin(*spent), 1);
        histograms.count(Column::SpendingSum, bin(*spent), *spent);
    }
}

/// Adds a household to its year after the first major illness.
pub fn descend(outcome: &Outcome, descent: &mut [DescentYear]) {
    let Some(years) = outcome.years_since_shock else { return };
    let Some(year) = descent.get_mut(usize::from(years)) else { return };
    let healthy = (outcome.accounts.illness_free_income + outcome.accounts.support).max(1);
    let over_healthy = |amount: i64| (amount.max(0) * 1_000_000 / healthy).min(10_000_000);
    year.households += 1;
    year.net_income_ppm += over_healthy(outcome.accounts.net_income);
    year.lost_ppm += over_healthy(outcome.accounts.lost_earnings);
    year.debt_ppm += over_healthy(outcome.medical_debt);
    year.poor += i64::from(outcome.poor);
}
