//! Outpatient care: one bill a person and year, settled after the stays.

use fanpin::random::{Draw, normal_quantile};
use fanpin::scenario::policy::{Level, Service};
use fanpin::units::{Money, Rate};

use crate::bills::{Bill, settle};
use crate::care::{Seeking, means_factor, only};
use crate::evidence::yuan;
use crate::frailty;
use crate::lives::is_born_this_year;
use crate::outcome::Outcome;
use crate::people::Person;
use crate::setting::{Setting, fen, rate, whole};

pub fn of_the_year(seeking: &mut Seeking, outcome: &mut Outcome) {
    let (setting, regime) = (seeking.setting, seeking.setting.regime);
    for at in seeking.household.here(regime) {
        let insured = seeking.household.person(at, regime).insured;
        let Some(bill) = bill(seeking, at, insured, outcome.is_aware) else { continue };
        // Paid within the year by the lists of December; every claim is made.
        let patient = seeking.patient(at, insured, 11);
        let settled = settle(setting, &bill, &patient, 0, &mut seeking.used);
        outcome.care.add(&bill, &settled);
        // Visits are spread over the year: so many twelfths come next year as months late.
        let twelfths = settled.delay_months.min(12) * 1_000_000 / 12;
        outcome.care.late += fen(settled.delayed).times(Rate::from_ppm(twelfths)).fen();
        outcome.billed[at] += bill.amount;
    }
}

fn bill(seeking: &Seeking, at: usize, insured: bool, is_aware: bool) -> Option<Bill> {
    let (setting, care) = (seeking.setting, &seeking.setting.society().care);
    let person = &seeking.household.members[at];
    let state = &person.under[setting.regime];
    let groups = u32::try_from(state.groups()).expect("a count");
    if is_born_this_year(setting, person) {
        return None;
    }
    let visits_of_users = rate(care.outpatient_visits / care.outpatient_user_share.max(1e-6));
    let visits = visits_of_users.ppm() + groups * rate(care.outpatient_visits_chronic).ppm();
    let amount = visit_cost(setting)
        .times(Rate::from_ppm(visits))
        .times(nearness(setting, setting.clinic(seeking.household).has_doctor))
        .times(by_score(setting, person))
        .times(by_illness(seeking, at))
        .times(means_factor(setting, seeking.household.persistent))
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

/// The step of 1/64 standard deviations, from -6 to 6, that the score of a person's spending falls into. A share of
/// its variance is the frailty score and the rest the year's, of which small numbers are high.
fn step(setting: &Setting, person: &Person) -> i64 {
    let lasting = setting.society().care.outpatient_lasting_share;
    let weight = |share: f64| whole(libm::sqrt(share) * 4_096.0);
    let of_year = -frailty::score(setting.lane(Draw::Outpatient, person.id));
    let of_person = frailty::score(person.frailty_number);
    let score = (of_person * weight(lasting) + of_year * weight(1.0 - lasting)) / 4_096;
    ((score + 6 * 4_096) / 64).clamp(0, STEPS - 1)
}

const STEPS: i64 = 768;

/// Share of people with scores under that of a point, in steps.
fn share_below(step: f64) -> f64 {
    0.5 * libm::erfc(-(step / 64.0 - 6.0) / std::f64::consts::SQRT_2)
}

/// Spending in the middle of a step, not yet over its mean: users are the share of people with the highest scores,
/// and among them spending is lognormal.
fn spending(step: i64, log_sd: f64, users: f64) -> f64 {
    let above = 1.0 - share_below(step as f64 + 0.5);
    if above >= users { 0.0 } else { libm::exp(-log_sd * normal_quantile((above / users).max(1e-12))) }
}

/// Its mean over users.
pub fn mean_by_score(log_sd: f64, users: f64) -> f64 {
    let of_step = |step: i64| {
        let share = share_below(step as f64 + 1.0) - share_below(step as f64);
        share * spending(step, log_sd, users)
    };
    (0..STEPS).map(of_step).sum::<f64>() / users.max(1e-6)
}

/// Factor on spending by score, with mean one over users; all with chronic disease are users.
fn by_score(setting: &Setting, person: &Person) -> Rate {
    let (care, expected) = (&setting.society().care, setting.expected);
    let (users, mean) = if person.under[setting.regime].groups() > 0 {
        (1.0, expected.mean_spending_of_chronic)
    } else {
        (care.outpatient_user_share, expected.mean_spending_of_others)
    };
    let factor = spending(step(setting, person), care.outpatient_log_sd, users) / mean.max(1e-12);
    Rate::from_ppm((factor * 1e6 + 0.5) as u32)
}

/// Factor of a stay in the year and of a recent cancer or stroke, over its mean at the age and sex.
fn by_illness(seeking: &Seeking, at: usize) -> Rate {
    let (setting, care) = (seeking.setting, &seeking.setting.society().care);
    let person = &seeking.household.members[at];
    let (expected, sex, age) = (setting.expected, person.sex, person.age(setting.year));
    let (stay, major) = (care.outpatient_after_stay, care.outpatient_major);
    let with_frailty = care.outpatient_log_sd * libm::sqrt(care.outpatient_lasting_share);
    let admissions = setting.evidence.admissions(setting.year, age);
    let admitted = frailty::admitted_by_spending(admissions, care.frailty_log_sd, with_frailty)
        * expected.visits_of_admitted(care, sex, age);
    // Of all visits, the part of those who are followed, and what is left to the others.
    let (followed, visits) = (expected.followed(sex, age), expected.visits_of_followed(care, sex, age));
    let others =
        (1.0 - followed + (1.0 - followed) * admitted * (stay - 1.0) - followed * (visits - 1.0)).max(0.5);
    let theirs = visits * (followed + expected.admitted_for_it(care, sex, age) * (stay - 1.0));
    let mean = others + major * theirs;
    let mut factor = 1.0;
    if seeking.admitted[at] > 0 {
        factor *= stay;
    }
    if person.under[setting.regime].is_followed() {
        factor *= major;
    }
    Rate::from_ppm((factor / mean * 1e6 + 0.5) as u32)
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
    // Settled by the lists of December.
    let shares = seeking.expected_shares(insured, is_aware, 11, &mean_bill);
    shares.into_iter().map(factor).max().expect("one class at least")
}

/// Factor on visits of a doctor in the village: published visits contain the villages without one.
fn nearness(setting: &Setting, has_doctor: bool) -> Rate {
    let without = setting.society().villages.visits_without_doctor;
    let mean = 1.0 - (1.0 - setting.place.clinics_staffed) * (1.0 - without);
    rate(if has_doctor { 1.0 } else { without } / mean)
}
