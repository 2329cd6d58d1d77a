//! One bill through the layers.

use super::compile::{Claim, CompiledLayer, CompiledLayers, Terms, Test};
use crate::scenario::policy::{
    AccumulatesOver, Base, Class, ClassSet, Covers, DEPARTMENTS, Kind, Level, MAX_LAYERS, PAYERS, Payer,
    Service, Window,
};
use crate::units::{Exact, Money, Rate};

/// A bill.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bill {
    /// The whole bill.
    pub amount: Money,
    /// Its in-catalogue part, between nothing and the whole.
    pub covered: Money,
    /// Level of the provider.
    pub level: Level,
    /// Kind of care.
    pub service: Service,
    /// Whether the provider is out of the pooling area.
    pub outside: bool,
    /// Whether care out of the area was referred.
    pub referred: bool,
    /// Chronic groups that the bill is for, one bit each.
    pub diseases: u8,
}

/// Who is billed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patient {
    /// Enrolled in basic insurance.
    pub insured: bool,
    /// Classes that the payers know of.
    pub classes: ClassSet,
    /// Age in years.
    pub age: u8,
    /// Chronic groups, one bit each.
    pub chronic: u8,
    /// Last year's income of the household.
    pub household_income: Money,
    /// Last year's income of the household per head.
    pub household_income_per_head: Money,
}

/// What the payers know and can pay when a bill comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Payers {
    /// Classes on each department's list; a class that a department doesn't know of is no class for the
    /// layers it pays. `None`: every department knows all.
    pub known: Option<[ClassSet; DEPARTMENTS]>,
    /// Share of its obligations that each payer meets.
    pub proration: [Rate; PAYERS],
    /// Months by which each payer pays later than the layer says.
    pub delay_months: [u8; PAYERS],
}

impl Default for Payers {
    /// Payers that know all, and pay in full and in time.
    fn default() -> Self {
        Self { known: None, proration: [Rate::ONE; PAYERS], delay_months: [0; PAYERS] }
    }
}

impl Payers {
    /// Whether any payer pays less or later.
    #[must_use]
    pub fn are_short(&self) -> bool {
        self.proration != [Rate::ONE; PAYERS] || self.delay_months != [0; PAYERS]
    }

    /// Whether all departments have the same classes on their lists.
    fn agree(&self, classes: ClassSet) -> bool {
        self.known.is_none_or(|known| known.iter().all(|set| *set == classes))
    }
}

/// What one person's bills of the year have used up, by slot.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PersonYear {
    slots: Slots,
    /// All bills of the year.
    billed: Money,
}

/// What a household's bills of the year have used up, by slot.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct HouseholdYear {
    slots: Slots,
    /// The household's own in-catalogue payments of the year so far.
    pub covered_own: Money,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Slots {
    /// What counts for the deductible: for a cap what was paid oneself, else what was presented.
    counted: [Money; MAX_LAYERS],
    /// What the layer has paid.
    paid: [Money; MAX_LAYERS],
}

/// How a bill was settled. Payments by slot, or by payer, and `out_of_pocket` add up to the bill.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settlement {
    /// Payment of each layer, by slot.
    pub payments: [Money; MAX_LAYERS],
    /// Payment of each payer.
    pub by_payer: [Money; PAYERS],
    /// What is left to the patient.
    pub out_of_pocket: Money,
    /// In-catalogue part of what is left.
    pub covered_own: Money,
    /// The class whose terms were used.
    pub class_used: Class,
    /// Part of the payments that comes after discharge.
    pub delayed: Money,
    /// Months until the last of it comes.
    pub delay_months: u8,
}

impl PersonYear {
    /// A year in which the person has already paid `own` in-catalogue yuan that reached every layer
    /// over the year, and was paid nothing.
    #[must_use]
    pub const fn after_own_payments(own: Money) -> Self {
        let slots = Slots { counted: [own; MAX_LAYERS], paid: [Money::ZERO; MAX_LAYERS] };
        Self { slots, billed: Money::ZERO }
    }

    /// All bills of the year so far.
    #[must_use]
    pub const fn billed(&self) -> Money {
        self.billed
    }
}

impl HouseholdYear {
    /// A year in which the household has already paid `own` in-catalogue yuan.
    #[must_use]
    pub const fn after_own_payments(own: Money) -> Self {
        let slots = Slots { counted: [own; MAX_LAYERS], paid: [Money::ZERO; MAX_LAYERS] };
        Self { slots, covered_own: own }
    }
}

impl CompiledLayers {
    /// Passes a bill through the layers. `claim_word` is the bill's uniform word: a claim with
    /// take-up `p` is made if it is below `threshold(p)`, the same word for every layer.
    ///
    /// # Panics
    /// If the in-catalogue part is negative or more than the bill.
    #[inline]
    pub fn settle(
        &self,
        bill: &Bill,
        patient: &Patient,
        claim_word: u64,
        person: &mut PersonYear,
        household: &mut HouseholdYear,
    ) -> Settlement {
        self.settle_by(bill, patient, claim_word, person, household, &Payers::default())
    }

    /// The same with payers that may know less, and may pay less or later.
    ///
    /// # Panics
    /// If the in-catalogue part is negative or more than the bill.
    pub fn settle_by(
        &self,
        bill: &Bill,
        patient: &Patient,
        claim_word: u64,
        person: &mut PersonYear,
        household: &mut HouseholdYear,
        payers: &Payers,
    ) -> Settlement {
        assert!(Money::ZERO <= bill.covered && bill.covered <= bill.amount, "covered is a part of the bill");
        person.billed += bill.amount;
        if !self.reaches(bill.service) {
            household.covered_own += bill.covered;
            return Settlement::unpaid(bill, first_class(patient.classes));
        }
        let mut best = None;
        let mut tried = 0_u16;
        let agreed = payers.agree(patient.classes);
        for class in patient.classes.iter() {
            let profile = 1_u16 << self.profile[class as usize];
            if agreed && tried & profile != 0 {
                continue;
            }
            tried |= profile;
            let case = Case { bill, patient, class, covered_own_before: household.covered_own, payers };
            let passage = Passage::through(self, &case, claim_word, person, household);
            if best.as_ref().is_none_or(|best: &Passage| passage.out_of_pocket() < best.out_of_pocket()) {
                best = Some(passage);
            }
        }
        let best = best.expect("a set of classes names at least `ordinary`");
        best.record(self, person, household);
        best.settlement(self)
    }
}

fn first_class(classes: ClassSet) -> Class {
    classes.iter().next().expect("a set of classes names at least `ordinary`")
}

impl Settlement {
    fn unpaid(bill: &Bill, class: Class) -> Self {
        Self {
            payments: [Money::ZERO; MAX_LAYERS],
            by_payer: [Money::ZERO; PAYERS],
            out_of_pocket: bill.amount,
            covered_own: bill.covered,
            class_used: class,
            delayed: Money::ZERO,
            delay_months: 0,
        }
    }

    /// What one payer pays.
    #[must_use]
    pub const fn paid_by(&self, payer: Payer) -> Money {
        self.by_payer[payer as usize]
    }
}

/// What is left of a bill.
#[derive(Clone, Copy)]
struct Parts {
    covered: Money,
    uncovered: Money,
}

impl Parts {
    fn of(self, covers: Covers) -> Money {
        match covers {
            Covers::InCatalogue => self.covered,
            Covers::OutOfCatalogue => self.uncovered,
            Covers::All => self.covered + self.uncovered,
        }
    }

    /// Takes a payment off, from the in-catalogue part first where both are covered.
    fn pay(&mut self, covers: Covers, payment: Money) {
        let from_covered = match covers {
            Covers::InCatalogue => payment,
            Covers::OutOfCatalogue => Money::ZERO,
            Covers::All => payment.min(self.covered),
        };
        self.covered -= from_covered;
        self.uncovered -= payment - from_covered;
    }
}

/// A bill on its way under the terms of one class; nothing is recorded until it is chosen.
struct Passage {
    class: Class,
    whole: Parts,
    left: Parts,
    payments: [Money; MAX_LAYERS],
    /// Added to `counted` for share layers.
    presented: [Money; MAX_LAYERS],
    /// Layers that the bill was presented to, one bit a slot.
    slots: u32,
    delayed: Money,
    delay_months: u8,
}

/// Everything about the bill that a layer may look at.
struct Case<'a> {
    bill: &'a Bill,
    patient: &'a Patient,
    class: Class,
    covered_own_before: Money,
    payers: &'a Payers,
}

impl Case<'_> {
    /// The class as a payer's department knows it.
    fn class_for(&self, payer: Payer) -> Class {
        match &self.payers.known {
            Some(known) if !known[payer.department() as usize].has(self.class) => Class::Ordinary,
            _ => self.class,
        }
    }
}

impl Passage {
    fn through(
        layers: &CompiledLayers,
        case: &Case,
        claim_word: u64,
        person: &PersonYear,
        household: &HouseholdYear,
    ) -> Self {
        let bill = case.bill;
        let whole = Parts { covered: bill.covered, uncovered: bill.amount - bill.covered };
        let zero = [Money::ZERO; MAX_LAYERS];
        let mut passage = Self {
            class: case.class,
            whole,
            left: whole,
            payments: zero,
            presented: zero,
            slots: 0,
            delayed: Money::ZERO,
            delay_months: 0,
        };
        for (slot, layer) in layers.layers.iter().enumerate() {
            let used = match layer.over {
                AccumulatesOver::Person => &person.slots,
                AccumulatesOver::Household => &household.slots,
            };
            passage.meet(slot, layer, layers, case, claim_word, used);
        }
        passage
    }

    fn meet(
        &mut self,
        slot: usize,
        layer: &CompiledLayer,
        layers: &CompiledLayers,
        case: &Case,
        claim_word: u64,
        used: &Slots,
    ) {
        if !layer.covers_care(case.bill) {
            return;
        }
        let spent = case.covered_own_before + self.left.covered;
        let class = case.class_for(layer.payer);
        let eligible = layer.test.holds(case, class, Some(spent));
        let presented = eligible || (layer.spending_triggered && layer.test.holds(case, class, None));
        if !presented {
            return;
        }
        let claim = layer.claim[usize::from(case.bill.outside)];
        if !claim.is_made(claim_word) {
            return;
        }
        self.slots |= 1 << slot;
        let (whole, left) = (self.whole.of(layer.covers), self.left.of(layer.covers));
        self.presented[slot] = if layer.base == Base::Bill { whole } else { left };
        if !eligible {
            return;
        }
        let terms = &layer.terms[class as usize];
        let brackets = layer.brackets[case.bill.level as usize];
        let brackets = &layers.brackets[brackets.0..brackets.1];
        let factor = layer.factor[if !case.bill.outside { 0 } else { 1 + usize::from(!case.bill.referred) }];
        let counted = if layer.deductible_window == Window::Year { used.counted[slot] } else { Money::ZERO };
        let deductible = terms.deductible[case.bill.level as usize];
        let proration = case.payers.proration[layer.payer as usize];
        let factor = if proration == Rate::ONE { factor } else { factor.times(proration) };
        let owed = match layer.kind {
            Kind::Share => share(brackets, terms, deductible, counted, self.presented[slot]),
            Kind::Cap => (counted + left).less(deductible).exactly(Rate::ONE),
            Kind::Floor => floor(brackets, terms, whole, whole - left),
        };
        let paid_before = if layer.ceiling_window == Window::Year { used.paid[slot] } else { Money::ZERO };
        let payment = owed.rounded_times(factor).min(terms.ceiling.less(paid_before)).min(left);
        self.left.pay(layer.covers, payment);
        self.payments[slot] = payment;
        let late = claim.delay_months().saturating_add(case.payers.delay_months[layer.payer as usize]);
        if late > 0 && payment > Money::ZERO {
            self.delayed += payment;
            self.delay_months = self.delay_months.max(late);
        }
    }

    fn out_of_pocket(&self) -> Money {
        self.left.covered + self.left.uncovered
    }

    /// Adds the bill to what the year has used up.
    fn record(&self, layers: &CompiledLayers, person: &mut PersonYear, household: &mut HouseholdYear) {
        household.covered_own += self.left.covered;
        for (slot, layer) in layers.layers.iter().enumerate().filter(|(slot, _)| self.slots & 1 << slot != 0)
        {
            let used = match layer.over {
                AccumulatesOver::Person => &mut person.slots,
                AccumulatesOver::Household => &mut household.slots,
            };
            // What a person has paid above a cap is known only after the last layer.
            used.counted[slot] += match layer.kind {
                Kind::Cap => self.left.of(layer.covers),
                Kind::Share | Kind::Floor => self.presented[slot],
            };
            used.paid[slot] += self.payments[slot];
        }
    }

    fn settlement(&self, layers: &CompiledLayers) -> Settlement {
        let mut by_payer = [Money::ZERO; PAYERS];
        for (layer, payment) in layers.layers.iter().zip(self.payments) {
            by_payer[layer.payer as usize] += payment;
        }
        Settlement {
            payments: self.payments,
            by_payer,
            out_of_pocket: self.out_of_pocket(),
            covered_own: self.left.covered,
            class_used: self.class,
            delayed: self.delayed,
            delay_months: self.delay_months,
        }
    }
}

/// What the brackets earn on the part of `base` that lies above the deductible, after `counted`.
fn share(brackets: &[(Money, Rate)], terms: &Terms, deductible: Money, counted: Money, base: Money) -> Exact {
    let from = counted.less(deductible);
    let to = (counted + base).less(deductible);
    let mut sum = Exact::ZERO;
    for (i, (start, rate)) in brackets.iter().enumerate() {
        let end = brackets.get(i + 1).map_or(Money::MAX, |(next, _)| *next);
        let part = to.min(end).less(from.max(*start));
        sum += part.exactly(rate.plus_at_most_one(terms.bonus));
    }
    sum
}

/// What is missing to the rate on the whole covered part.
fn floor(brackets: &[(Money, Rate)], terms: &Terms, whole: Money, paid: Money) -> Exact {
    let rate = brackets.first().map_or(Rate::ZERO, |(_, rate)| rate.plus_at_most_one(terms.bonus));
    whole.exactly(rate).less(paid.exactly(Rate::ONE))
}

impl CompiledLayer {
    fn covers_care(&self, bill: &Bill) -> bool {
        self.services & 1 << bill.service as u8 != 0
            && self.diseases.is_none_or(|groups| groups & bill.diseases != 0)
    }
}

impl Claim {
    const fn delay_months(self) -> u8 {
        match self {
            Self::Instant => 0,
            Self::Claimed { delay_months, .. } => delay_months,
        }
    }

    fn is_made(self, word: u64) -> bool {
        match self {
            Self::Instant => true,
            // The largest threshold stands for certainty.
            Self::Claimed { threshold, .. } => word < threshold || threshold == u64::MAX,
        }
    }
}

impl Test {
    /// Whether the case is eligible; `spent` is the household's own in-catalogue spending with this
    /// bill, `None` to take every test of spending as passed.
    fn holds(&self, case: &Case, class: Class, spent: Option<Money>) -> bool {
        let patient = case.patient;
        match self {
            Self::Everyone => true,
            Self::Insured => patient.insured,
            Self::Classes(mask) => mask & 1 << class as u16 != 0,
            Self::AgeAtLeast(age) => *age <= patient.age,
            Self::Chronic(groups) => groups & patient.chronic != 0,
            Self::IncomeBelow(limit) => patient.household_income_per_head < *limit,
            Self::SpendingAbove(share) => spent.is_none_or(|spent| {
                spent.exactly(Rate::ONE) > patient.household_income.or_zero().exactly(*share)
            }),
            Self::All(tests) => tests.iter().all(|test| test.holds(case, class, spent)),
            Self::Any(tests) => tests.iter().any(|test| test.holds(case, class, spent)),
            Self::Not(test) => !test.holds(case, class, spent),
        }
    }
}
