//! The price that families expect: their own share of a mean bill, through the whole stack.

use fanpin::scenario::policy::{Class, Level, Service};

use crate::bills::{Bill, Patient, UsedUp, settle};
use crate::care::{in_catalogue, mean_cost, only};
use crate::people::Classes;
use crate::prevention::in_order;
use crate::setting::Setting;

/// Own share of a bill under a class: an insured person of 40 without disease and without want, nothing used
/// up this year, every claim made and every department knowing the class.
pub fn own_share(setting: &Setting, class: Class, bill: &Bill) -> f64 {
    if bill.amount == 0 {
        return 1.0;
    }
    let classes: Classes = [class].into_iter().filter(|class| *class != Class::Ordinary).collect();
    let patient = Patient {
        at: 0,
        insured: true,
        age: 40,
        chronic: [false; 8],
        household_income: i64::MAX,
        income_per_head: i64::MAX,
        known: [classes.clone(), classes.clone(), classes],
    };
    let settled = settle(setting, bill, &patient, 0, &mut UsedUp::default());
    settled.out_of_pocket as f64 / bill.amount as f64
}

/// Share of potential stays that are treated at a level, but for distance and mental illness: at the best of
/// some classes, or without insurance.
pub fn inpatient_demand(setting: &Setting, classes: &Classes, insured: bool, level: Level) -> f64 {
    let care = &setting.society().care;
    let at_price = |own: f64| {
        let price = own.max(care.saturation_own_share) / care.reference_own_share;
        care.treated_share * libm::pow(price, care.inpatient_elasticity)
    };
    if !insured {
        return at_price(1.0);
    }
    let amount = mean_cost(setting, level);
    let bill = Bill {
        amount: amount.fen(),
        covered: amount.times(in_catalogue(setting, level)).fen(),
        level,
        service: Service::Inpatient,
        outside: level >= Level::City,
        referred: true,
        diseases: only(None),
    };
    in_order(classes).into_iter().map(|class| at_price(own_share(setting, class, &bill))).fold(0.0, f64::max)
}
