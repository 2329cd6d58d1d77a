//! Poisson episodes with lognormal bills through basic insurance (deductible, rate, ceiling), then
//! critical-illness insurance, then medical aid, by the product's own settlement.

use fanpin::billing::{Bill, CompiledLayers, HouseholdYear, Patient, PersonYear, YearContext};
use fanpin::illness::{lognormal_ppm, poisson_count};
use fanpin::random::{normal, stream};
use fanpin::scenario::policy::{
    AccumulatesOver, Amount, Base, Bracket, ClassSet, Covers, Eligibility, Kind, LEVELS, Layer, Level, Payer,
    Policy, Schedule, Service, Settlement, Window,
};
use fanpin::scenario::{Options, load_text};
use fanpin::units::{Money, Rate, Year};

use crate::harness::{Findings, Row, Sample, World, normal_distribution};

const N: u64 = 1_000_000;
const YEAR: Year = Year::new(2021);
const EPISODES: f64 = 0.8;
const MEAN_BILL: f64 = 9_000.0;
const LOG_SD: f64 = 1.1;
const DEDUCTIBLE: f64 = 800.0;
const RATE: f64 = 0.65;
const CEILING: f64 = 30_000.0;
const CRITICAL_DEDUCTIBLE: f64 = 7_000.0;
const CRITICAL_RATE: f64 = 0.6;
const AID_RATE: f64 = 0.4;

type Part = fn(&Split) -> f64;

/// What is counted of a person-year, in yuan.
const PARTS: [(&str, Part); 5] = [
    ("bills", |split| split.bill),
    ("paid by basic insurance", |split| split.basic),
    ("paid by critical-illness insurance", |split| split.critical),
    ("paid by medical aid", |split| split.aid),
    ("out of pocket", |split| split.own),
];

#[derive(Debug, Clone, Copy, Default)]
struct Split {
    bill: f64,
    basic: f64,
    critical: f64,
    aid: f64,
    own: f64,
}

pub fn findings(world: World) -> Findings {
    let layers = CompiledLayers::compile(&policy(), YEAR, &YearContext::new(Money::ZERO));
    let mean_bill = Money::try_from_yuan(MEAN_BILL).expect("a small amount");
    let mut episodes = Sample::default();
    let mut parts = [Sample::default(); PARTS.len()];
    for id in 0..N {
        let count = poisson_count(EPISODES, world.block(0, id, YEAR, stream::NEWBORN)[0]);
        episodes.add(f64::from(count));
        let mut year = Split::default();
        let (mut person, mut household) = (PersonYear::default(), HouseholdYear::default());
        for index in 0..count {
            let [_, _, _, cost] = world.block(u64::from(index), id, YEAR, stream::EPISODE);
            let bill = mean_bill.times(Rate::from_ppm(lognormal_ppm(LOG_SD, normal(cost))));
            let settled = layers.settle(&stay(bill), &patient(), 0, &mut person, &mut household);
            year.bill += bill.yuan();
            year.basic += settled.paid_by(Payer::BasicInsurance).yuan();
            year.critical += settled.paid_by(Payer::CriticalIllnessInsurance).yuan();
            year.aid += settled.paid_by(Payer::MedicalAid).yuan();
            year.own += settled.out_of_pocket.yuan();
        }
        parts.iter_mut().zip(PARTS).for_each(|(sample, (_, part))| sample.add(part(&year)));
    }
    let mut rows = vec![Row::of("Episodes a person-year", "λ", EPISODES, &episodes)];
    rows.extend(PARTS.iter().zip(&parts).map(|((name, part), sample)| {
        let expected = EPISODES * expected_of(|x| part(&split(x)));
        Row::of(format!("Yuan a person-year: {name}"), "λ Σ slope (E[X ∧ b] − E[X ∧ a])", expected, sample)
    }));
    Findings { rows, bounds: Vec::new() }
}

/// How a bill in yuan should be split, in real numbers.
fn split(bill: f64) -> Split {
    let basic = (RATE * (bill - DEDUCTIBLE).max(0.0)).min(CEILING);
    let critical = CRITICAL_RATE * (bill - basic - CRITICAL_DEDUCTIBLE).max(0.0);
    let aid = AID_RATE * (bill - basic - critical);
    Split { bill, basic, critical, aid, own: bill - basic - critical - aid }
}

/// The expectation of a function of a bill that is linear between the breaks of [`split`]: on each
/// stretch its slope times the difference of limited expected values.
fn expected_of(part: impl Fn(f64) -> f64) -> f64 {
    let at_ceiling = DEDUCTIBLE + CEILING / RATE;
    // Where the own part after basic insurance reaches the deductible of critical illness.
    let critical = (CRITICAL_DEDUCTIBLE - RATE * DEDUCTIBLE) / (1.0 - RATE);
    assert!(DEDUCTIBLE < critical && critical < at_ceiling, "the breaks are in this order");
    let breaks = [0.0, DEDUCTIBLE, critical, at_ceiling];
    let inner: f64 = breaks
        .windows(2)
        .map(|ends| {
            let slope = (part(ends[1]) - part(ends[0])) / (ends[1] - ends[0]);
            slope * (limited(ends[1]) - limited(ends[0]))
        })
        .sum();
    let last_slope = part(at_ceiling + 1_000.0) / 1_000.0 - part(at_ceiling) / 1_000.0;
    inner + last_slope * (MEAN_BILL - limited(at_ceiling))
}

/// The limited expected value of the lognormal bill (Klugman, Panjer and Willmot, *Loss Models*,
/// appendix A): `E[X ∧ d]`.
fn limited(d: f64) -> f64 {
    if d <= 0.0 {
        return 0.0;
    }
    let mu = libm::log(MEAN_BILL) - LOG_SD * LOG_SD / 2.0;
    let at = (libm::log(d) - mu) / LOG_SD;
    MEAN_BILL * normal_distribution(at - LOG_SD) + d * normal_distribution(-at)
}

const fn stay(amount: Money) -> Bill {
    Bill {
        amount,
        covered: amount,
        level: Level::County,
        service: Service::Inpatient,
        outside: false,
        referred: false,
        diseases: 0,
    }
}

const fn patient() -> Patient {
    Patient {
        insured: true,
        classes: ClassSet(0),
        age: 50,
        chronic: 0,
        household_income: Money::ZERO,
        household_income_per_head: Money::ZERO,
    }
}

/// The layers alone; what the rest of a policy says doesn't come into a bill.
fn policy() -> Policy {
    let text = "name = \"bills\"\nextends = \"inclusive-vs-targeted\"\nbaseline = \"targeted\"\n";
    let scenario = load_text("bills.toml", text, &Options::default()).expect("the scenario holds");
    Policy {
        layers: vec![
            layer(Payer::BasicInsurance, DEDUCTIBLE, RATE, Some(CEILING)),
            layer(Payer::CriticalIllnessInsurance, CRITICAL_DEDUCTIBLE, CRITICAL_RATE, None),
            layer(Payer::MedicalAid, 0.0, AID_RATE, None),
        ],
        ..scenario.history
    }
}

fn layer(payer: Payer, deductible: f64, rate: f64, ceiling: Option<f64>) -> Layer {
    let constant = Schedule::Constant;
    let bracket = Bracket { from_yuan: constant(0.0), rate: constant(rate) };
    Layer {
        id: payer.name().to_owned(),
        label_en: String::new(),
        label_zh: String::new(),
        payer,
        kind: Kind::Share,
        first_year: None,
        last_year: None,
        strength: constant(1.0),
        eligibility: Eligibility::Everyone,
        services: vec![Service::Inpatient],
        diseases: None,
        covers: Covers::InCatalogue,
        base: Base::Left,
        accumulates_over: AccumulatesOver::Person,
        deductible_window: Window::Episode,
        deductible: std::array::from_fn::<_, LEVELS, _>(|_| Amount::Yuan(constant(deductible))),
        brackets: std::array::from_fn::<_, LEVELS, _>(|_| vec![bracket.clone()]),
        ceiling_window: Window::Episode,
        ceiling: ceiling.map(|yuan| Amount::Yuan(constant(yuan))),
        class_terms: Vec::new(),
        outside_factor: constant(1.0),
        unreferred_factor: constant(1.0),
        settlement: Settlement::Instant,
        settlement_outside: Settlement::Instant,
    }
}

#[test]
fn the_expected_parts_add_up_to_the_mean_bill() {
    let whole = expected_of(|x| split(x).bill);
    assert!((whole - MEAN_BILL).abs() < 1e-9 * MEAN_BILL, "{whole}");
    let parts: f64 = PARTS[1..].iter().map(|(_, part)| expected_of(|x| part(&split(x)))).sum();
    assert!((parts - MEAN_BILL).abs() < 1e-9 * MEAN_BILL, "{parts}");
}
