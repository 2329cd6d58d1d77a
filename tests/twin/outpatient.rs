//! Outpatient care: one bill a person and year, settled after the stays.

use fanpin::random::{Draw, normal_quantile, threshold};
use fanpin::scenario::policy::{Level, Service};
use fanpin::units::{Money, Rate};

use crate::bills::{Bill, settle};
use crate::care::{Seeking, only};
use crate::evidence::yuan;
use crate::illness::lognormal;
use crate::lives::is_born_this_year;
use crate::outcome::Outcome;
use crate::setting::{Setting, rate};

pub fn of_the_year(seeking: &mut Seeking, outcome: &mut Outcome) {
    let (setting, regime) = (seeking.setting, seeking.setting.regime);
    for at in seeking.household.here(regime) {
        let insured = seeking.household.person(at, regime).insured;
        let Some(bill) = bill(seeking, at, insured, outcome.is_aware) else { continue };
        // Paid within the year by the lists of December; every claim is made.
        let patient = seeking.patient(at, insured, 11);
        let settled = settle(setting, &bill, &patient, 0, &mut seeking.used);
        outcome.care.add(&bill, &settled);
        outcome.billed[at] += bill.amount;
    }
}

fn bill(seeking: &Seeking, at: usize, insured: bool, is_aware: bool) -> Option<Bill> {
    let (setting, care) = (seeking.setting, &seeking.setting.society().care);
    let person = &seeking.household.members[at];
    let state = &person.under[setting.regime];
    let groups = u32::try_from(state.groups()).expect("a count");
    let number = setting.lane(Draw::Outpatient, person.id);
    let users = (threshold(care.outpatient_user_share) >> 48) as u16;
    if groups == 0 && (is_born_this_year(setting, person) || number > users) {
        return None;
    }
    // Users without chronic disease are spread over the whole distribution.
    let position = if groups > 0 {
        u32::from(number)
    } else {
        (u32::from(number) * 65_535 / u32::from(users.max(1))).min(65_535)
    };
    // In 4,096 steps, each at its middle.
    let z = normal_quantile((f64::from(position / 16) + 0.5) / 4_096.0);
    let visits_of_users = rate(care.outpatient_visits / care.outpatient_user_share.max(1e-6));
    let visits = visits_of_users.ppm() + groups * rate(care.outpatient_visits_chronic).ppm();
    let amount = visit_cost(setting)
        .times(Rate::from_ppm(visits))
        .times(nearness(setting, setting.clinic(seeking.household).has_doctor))
        .times(lognormal(care.outpatient_log_sd, z))
        .times(price_factor(seeking, insured, is_aware, visits_of_users));
    (amount > Money::ZERO).then(|| Bill {
        amount: amount.fen(),
        covered: amount.times(rate(care.in_catalogue_outpatient)).fen(),
        level: Level::Township,
        service: if groups == 0 { Service::Outpatient } else { Service::ChronicOutpatient },
        outside: false,
        referred: true,
        diseases: state.chronic,
    })
}

fn visit_cost(setting: &Setting) -> Money {
    yuan(setting.evidence.path("visit_cost_township", setting.year) * setting.place.price_level)
}

/// Factor on spending of the own share that is expected of general outpatient care: one who pays all has one.
fn price_factor(seeking: &Seeking, insured: bool, is_aware: bool, visits: Rate) -> Rate {
    let (setting, care) = (seeking.setting, &seeking.setting.society().care);
    let amount = visit_cost(setting).times(visits);
    let mean_bill = Bill {
        amount: amount.fen(),
        covered: amount.times(rate(care.in_catalogue_outpatient)).fen(),
        level: Level::Township,
        service: Service::Outpatient,
        outside: false,
        referred: true,
        diseases: only(None),
    };
    let factor = |own: f64| rate(libm::pow(own.max(care.saturation_own_share), care.outpatient_elasticity));
    let shares = seeking.expected_shares(insured, is_aware, &mean_bill);
    shares.into_iter().map(factor).max().expect("one class at least")
}

/// Factor on visits of a doctor in the village: published visits contain the villages without one.
fn nearness(setting: &Setting, has_doctor: bool) -> Rate {
    let without = setting.society().villages.visits_without_doctor;
    let mean = 1.0 - (1.0 - setting.place.clinics_staffed) * (1.0 - without);
    rate(if has_doctor { 1.0 } else { without } / mean)
}
