//! A bill on its way through the layers of a regime, as `docs/odd.md` and the head of `billing` have it.
//!
//! Written on the layers as the scenario holds them, in whole millionths of a fen, so nothing is rounded but
//! where the rules say. `tests/reference` is a third settlement, in fractions from the policy text; it knows
//! no departments, no payers that are short by the year and no terms held in real terms.

use std::collections::BTreeMap;

use fanpin::random::threshold;
use fanpin::scenario::policy::{
    AccumulatesOver, Amount, Base, Class, ClassTerms, Covers, Department, Eligibility, Kind, Layer, Level,
    PAYERS, Schedule, Service, Settlement, Window,
};
use fanpin::units::{Money, Rate};

use crate::evidence::yuan;
use crate::people::Classes;
use crate::prevention::in_order;
use crate::setting::{Setting, rate};

#[derive(Debug, Clone)]
pub struct Bill {
    pub amount: i64,
    pub covered: i64,
    pub level: Level,
    pub service: Service,
    pub outside: bool,
    pub referred: bool,
    pub diseases: [bool; 8],
}

#[derive(Debug, Clone)]
pub struct Patient {
    /// Position in the household, for what accumulates over a person.
    pub at: usize,
    pub insured: bool,
    pub age: i16,
    pub chronic: [bool; 8],
    pub household_income: i64,
    pub income_per_head: i64,
    /// Classes on the list of each department, in their order.
    pub known: [Classes; 3],
}

/// What the year's bills have used up, by layer and person; nobody for the household.
#[derive(Debug, Clone, Default)]
pub struct UsedUp {
    counted: BTreeMap<(String, Option<usize>), i64>,
    paid: BTreeMap<(String, Option<usize>), i64>,
    /// Own in-catalogue payments of the household.
    covered_own: i64,
}

#[derive(Debug, Clone)]
pub struct Settled {
    pub paid: [i64; PAYERS],
    pub out_of_pocket: i64,
    /// Part of the payments that comes later, and months until the last of it.
    pub delayed: i64,
    pub delay_months: u32,
}

/// Settles a bill under the class, of all that any department knows, that leaves the least to the patient.
pub fn settle(setting: &Setting, bill: &Bill, patient: &Patient, claim: u64, used: &mut UsedUp) -> Settled {
    let classes: Classes = patient.known.iter().flatten().copied().collect();
    let mut best: Option<(Settled, UsedUp)> = None;
    for class in in_order(&classes) {
        let mut after = used.clone();
        let settled = settle_as(setting, bill, patient, class, claim, &mut after);
        if best.as_ref().is_none_or(|(best, _)| settled.out_of_pocket < best.out_of_pocket) {
            best = Some((settled, after));
        }
    }
    let (settled, after) = best.expect("one class at least");
    *used = after;
    settled
}

fn settle_as(
    setting: &Setting,
    bill: &Bill,
    patient: &Patient,
    class: Class,
    claim: u64,
    used: &mut UsedUp,
) -> Settled {
    let whole = Parts { covered: bill.covered, uncovered: bill.amount - bill.covered };
    let mut left = whole;
    let mut settled = Settled { paid: [0; PAYERS], out_of_pocket: 0, delayed: 0, delay_months: 0 };
    let mut caps = Vec::new();
    for layer in setting.policy.layers.iter().filter(|layer| reaches(setting, layer, bill)) {
        // A class that the payer's department doesn't know is none.
        let department: Department = layer.payer.department();
        let class = if patient.known[department as usize].contains(&class) { class } else { Class::Ordinary };
        let spent = used.covered_own + left.covered;
        let eligible = holds(setting, &layer.eligibility, patient, class, Some(spent));
        let would_be =
            tests_spending(&layer.eligibility) && holds(setting, &layer.eligibility, patient, class, None);
        if !(eligible || would_be) {
            continue;
        }
        let Some(layer_delay) = claimed(setting, layer, bill.outside, claim) else { continue };
        let person = (layer.accumulates_over == AccumulatesOver::Person).then_some(patient.at);
        let key = (layer.id.clone(), person);
        let presented = if layer.base == Base::Bill { whole.of(layer) } else { left.of(layer) };
        if layer.kind == Kind::Cap {
            caps.push((key.clone(), layer));
        }
        let counted = used.counted.get(&key).copied().unwrap_or(0);
        if layer.kind != Kind::Cap {
            used.counted.insert(key.clone(), counted + presented);
        }
        if !eligible {
            continue;
        }
        let counted = if layer.deductible_window == Window::Year { counted } else { 0 };
        let owed =
            owed(setting, layer, class, bill.level, counted, presented, whole.of(layer), left.of(layer));
        let factor = factor(setting, layer, bill);
        let paid = used.paid.get(&key).copied().unwrap_or(0);
        let paid_before = if layer.ceiling_window == Window::Year { paid } else { 0 };
        let ceiling = ceiling(setting, layer, class).map_or(i64::MAX, |most| (most - paid_before).max(0));
        let payment = rounded(owed * i128::from(factor.ppm())).min(ceiling).min(left.of(layer));
        left.pay(layer, payment);
        used.paid.insert(key, paid + payment);
        settled.paid[layer.payer as usize] += payment;
        let delay = layer_delay + setting.published.delay[layer.payer as usize];
        if delay > 0 && payment > 0 {
            settled.delayed += payment;
            settled.delay_months = settled.delay_months.max(delay);
        }
    }
    // What counts towards a cap is what was really paid oneself.
    for (key, layer) in caps {
        *used.counted.entry(key).or_insert(0) += left.of(layer);
    }
    used.covered_own += left.covered;
    settled.out_of_pocket = left.covered + left.uncovered;
    settled
}

/// What is left of a bill, fen.
#[derive(Clone, Copy)]
struct Parts {
    covered: i64,
    uncovered: i64,
}

impl Settled {
    /// What of the payments for a stay of a month comes next year.
    pub fn late(&self, month: u32) -> i64 {
        if month + self.delay_months >= 12 { self.delayed } else { 0 }
    }
}

impl Parts {
    fn of(self, layer: &Layer) -> i64 {
        match layer.covers {
            Covers::InCatalogue => self.covered,
            Covers::OutOfCatalogue => self.uncovered,
            Covers::All => self.covered + self.uncovered,
        }
    }

    /// The in-catalogue part is paid first.
    fn pay(&mut self, layer: &Layer, payment: i64) {
        let from_covered = match layer.covers {
            Covers::InCatalogue => payment,
            Covers::OutOfCatalogue => 0,
            Covers::All => payment.min(self.covered),
        };
        self.covered -= from_covered;
        self.uncovered -= payment - from_covered;
    }
}

fn reaches(setting: &Setting, layer: &Layer, bill: &Bill) -> bool {
    let has_begun = layer.first_year.is_none_or(|first| first <= setting.year);
    let goes_on = layer.last_year.is_none_or(|last| setting.year <= last);
    let named = |groups: u8| (0..8).any(|group| bill.diseases[group] && groups >> group & 1 == 1);
    has_begun && goes_on && layer.services.contains(&bill.service) && layer.diseases.is_none_or(named)
}

/// An amount in yuan by the rules of the year, fen.
fn yuan_of(setting: &Setting, schedule: &Schedule) -> i64 {
    yuan(schedule.at(setting.year)).times(rate(setting.terms_growth())).fen()
}

fn amount(setting: &Setting, amount: &Amount) -> i64 {
    match amount {
        Amount::Yuan(schedule) => yuan_of(setting, schedule),
        Amount::LocalIncomeShare(schedule) => {
            let last = setting.year.previous();
            let rural =
                yuan(setting.evidence.path("income_mean", last) * setting.place.income_level.at(last));
            let local = rural.times(rate(setting.society().poverty.local_income_ratio));
            local.times(rate(schedule.at(setting.year))).fen()
        }
    }
}

/// The better terms that hold for a class, if any.
fn better(layer: &Layer, class: Class) -> Option<&ClassTerms> {
    layer.class_terms.iter().find(|terms| terms.classes.has(class))
}

fn ceiling(setting: &Setting, layer: &Layer, class: Class) -> Option<i64> {
    if better(layer, class).is_some_and(|terms| terms.no_ceiling) {
        return None;
    }
    layer.ceiling.as_ref().map(|most| amount(setting, most))
}

/// What a layer owes before factor, ceiling and what is left, in millionths of a fen.
#[allow(clippy::too_many_arguments, reason = "all that a layer looks at")]
fn owed(
    setting: &Setting,
    layer: &Layer,
    class: Class,
    level: Level,
    counted: i64,
    presented: i64,
    whole: i64,
    left: i64,
) -> i128 {
    let terms = better(layer, class);
    let deductible_factor = terms.map_or(Rate::ONE, |terms| rate(terms.deductible_factor.at(setting.year)));
    let deductible =
        Money::from_fen(amount(setting, &layer.deductible[level as usize])).times(deductible_factor).fen();
    let bonus = terms.map_or(0, |terms| rate(terms.rate_bonus.at(setting.year)).ppm());
    let brackets: Vec<(i64, i128)> = layer.brackets[level as usize]
        .iter()
        .map(|bracket| {
            let rate = (rate(bracket.rate.at(setting.year)).ppm() + bonus).min(1_000_000);
            (yuan_of(setting, &bracket.from_yuan), i128::from(rate))
        })
        .collect();
    // What a sum earns in all: each bracket its rate on its part above the deductible.
    let earned = |sum: i64| -> i128 {
        let above = (sum - deductible).max(0);
        let part = |at: usize| {
            let (from, rate) = brackets[at];
            let to = brackets.get(at + 1).map_or(i64::MAX, |next| next.0);
            i128::from((above.min(to) - from).max(0)) * rate
        };
        (0..brackets.len()).map(part).sum()
    };
    match layer.kind {
        Kind::Share => earned(counted + presented) - earned(counted),
        Kind::Cap => i128::from((counted + left - deductible).max(0)) * 1_000_000,
        Kind::Floor => {
            let rate = brackets.first().map_or(0, |(_, rate)| *rate);
            (i128::from(whole) * rate - i128::from(whole - left) * 1_000_000).max(0)
        }
    }
}

/// Strength, care out of the area, and the share that the payer meets.
fn factor(setting: &Setting, layer: &Layer, bill: &Bill) -> Rate {
    let at = |schedule: &Schedule| rate(schedule.at(setting.year));
    let strength = at(&layer.strength);
    let away = if !bill.outside || setting.policy.implementation.policy {
        Rate::ONE
    } else if bill.referred {
        at(&layer.outside_factor)
    } else {
        at(&layer.unreferred_factor)
    };
    strength.times(away).times(setting.published.met[layer.payer as usize])
}

/// Months until a layer pays, if a claim is made; nothing need be claimed of an ideal policy.
fn claimed(setting: &Setting, layer: &Layer, outside: bool, claim: u64) -> Option<u32> {
    if setting.policy.implementation.policy {
        return Some(0);
    }
    match if outside { &layer.settlement_outside } else { &layer.settlement } {
        Settlement::Instant => Some(0),
        Settlement::Claimed { delay_months, take_up } => {
            let take_up = take_up.at(setting.year);
            (claim < threshold(take_up) || take_up >= 1.0).then_some(u32::from(*delay_months))
        }
    }
}

/// Millionths of millionths of a fen to the fen, half up.
fn rounded(amount: i128) -> i64 {
    i64::try_from((amount + 500_000_000_000).div_euclid(1_000_000_000_000)).expect("bills are small")
}

fn tests_spending(test: &Eligibility) -> bool {
    match test {
        Eligibility::SpendingAboveIncomeShare(_) => true,
        Eligibility::All(tests) | Eligibility::Any(tests) => tests.iter().any(tests_spending),
        Eligibility::Not(test) => tests_spending(test),
        _ => false,
    }
}

/// Whether a test holds; `spent` is the household's own in-catalogue spending with this bill, or nothing where
/// tests of spending are taken as passed.
fn holds(setting: &Setting, test: &Eligibility, patient: &Patient, class: Class, spent: Option<i64>) -> bool {
    let of = |test: &Eligibility| holds(setting, test, patient, class, spent);
    match test {
        Eligibility::Everyone => true,
        Eligibility::Insured => patient.insured,
        Eligibility::Classes(classes) => classes.has(class),
        Eligibility::AgeAtLeast(age) => patient.age >= i16::from(*age),
        Eligibility::Chronic(groups) => {
            (0..8).any(|group| patient.chronic[group] && groups >> group & 1 == 1)
        }
        Eligibility::IncomeBelow(limit) => patient.income_per_head < yuan_of(setting, limit),
        Eligibility::SpendingAboveIncomeShare(share) => spent.is_none_or(|spent| {
            let share = i128::from(rate(share.at(setting.year)).ppm());
            i128::from(spent) * 1_000_000 > i128::from(patient.household_income.max(0)) * share
        }),
        Eligibility::All(tests) => tests.iter().all(of),
        Eligibility::Any(tests) => tests.iter().any(of),
        Eligibility::Not(test) => !of(test),
    }
}
