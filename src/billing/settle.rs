//! One bill through the layers.

use super::compile::{Claim, CompiledLayer, CompiledLayers, Terms};
use super::eligibility::Verdict;
use super::entitlement::{Known, SlotSet};
use crate::scenario::policy::{
    AccumulatesOver, Base, CLASSES, Class, ClassSet, Covers, DEPARTMENTS, Kind, Level, MAX_LAYERS, PAYERS,
    Payer, Service, Window,
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

    /// A class as each department knows it.
    fn known(&self, class: Class) -> Known {
        self.known.map_or([class; DEPARTMENTS], |known| {
            known.map(|set| if set.has(class) { class } else { Class::Ordinary })
        })
    }
}

/// What one person's bills of the year have used up, by slot.
#[derive(Debug, Clone, Copy, Default)]
pub struct PersonYear {
    used: UsedUp,
    /// All bills of the year.
    billed: Money,
}

/// What a household's bills of the year have used up, by slot.
#[derive(Debug, Clone, Copy, Default)]
pub struct HouseholdYear {
    used: UsedUp,
    /// The household's own in-catalogue payments of the year so far.
    pub covered_own: Money,
}

#[derive(Debug, Clone, Copy, Default)]
struct UsedUp {
    /// Slots that a bill of the year was presented to; the amounts of others mean nothing.
    slots: SlotSet,
    /// What counts for the deductible: for a cap what was paid oneself, else what was presented.
    counted: [Money; MAX_LAYERS],
    /// What the layer has paid.
    paid: [Money; MAX_LAYERS],
}

/// What a settlement is written into.
#[derive(Debug)]
pub struct Ledger<'a> {
    /// The patient's year.
    pub person: &'a mut PersonYear,
    /// The household's year.
    pub household: &'a mut HouseholdYear,
    /// Sum that each payer has paid.
    pub paid: &'a mut [Money; PAYERS],
}

/// What a settled bill leaves to the patient.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settled {
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

impl Settlement {
    /// What one payer pays.
    #[must_use]
    pub const fn paid_by(&self, payer: Payer) -> Money {
        self.by_payer[payer as usize]
    }
}

impl PersonYear {
    /// A year in which the person has already paid `own` in-catalogue yuan that reached every layer
    /// over the year, and was paid nothing.
    #[must_use]
    pub const fn after_own_payments(own: Money) -> Self {
        Self { used: UsedUp::after_own_payments(own), billed: Money::ZERO }
    }

    /// Begins a year without bills.
    #[inline]
    pub const fn begin(&mut self) {
        self.used.slots = 0;
        self.billed = Money::ZERO;
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
        Self { used: UsedUp::after_own_payments(own), covered_own: own }
    }
}

impl UsedUp {
    const fn after_own_payments(own: Money) -> Self {
        Self { slots: SlotSet::MAX, counted: [own; MAX_LAYERS], paid: [Money::ZERO; MAX_LAYERS] }
    }

    const fn has(&self, slot: usize) -> bool {
        self.slots >> slot & 1 != 0
    }

    fn counted(&self, slot: usize) -> Money {
        if self.has(slot) { self.counted[slot] } else { Money::ZERO }
    }

    fn paid(&self, slot: usize) -> Money {
        if self.has(slot) { self.paid[slot] } else { Money::ZERO }
    }

    fn add(&mut self, slot: usize, counted: Money, paid: Money) {
        self.counted[slot] = self.counted(slot) + counted;
        self.paid[slot] = self.paid(slot) + paid;
        self.slots |= 1 << slot;
    }
}

impl Ledger<'_> {
    fn used(&self, over: AccumulatesOver) -> &UsedUp {
        match over {
            AccumulatesOver::Person => &self.person.used,
            AccumulatesOver::Household => &self.household.used,
        }
    }

    fn used_mut(&mut self, over: AccumulatesOver) -> &mut UsedUp {
        match over {
            AccumulatesOver::Person => &mut self.person.used,
            AccumulatesOver::Household => &mut self.household.used,
        }
    }
}

/// What a passage reads the year so far from, and writes into.
trait Books {
    /// The year so far.
    fn so_far(&self) -> &Ledger<'_>;

    /// Writes what counts and what is paid of a bill that a layer was presented with.
    fn present(&mut self, layer: &CompiledLayer, slot: usize, counted: Money, paid: Money);

    /// Writes the bill, and what of it is left to the patient in the catalogue.
    fn close(&mut self, bill: &Bill, covered_own: Money);
}

/// A passage on trial: nothing is written.
struct Trial<'a, 'b>(&'a Ledger<'b>);

/// A passage of which each payment is kept.
struct Itemised<'a> {
    ledger: Ledger<'a>,
    payments: [Money; MAX_LAYERS],
}

impl Books for Trial<'_, '_> {
    fn so_far(&self) -> &Ledger<'_> {
        self.0
    }

    fn present(&mut self, _: &CompiledLayer, _: usize, _: Money, _: Money) {}

    fn close(&mut self, _: &Bill, _: Money) {}
}

impl Books for Ledger<'_> {
    fn so_far(&self) -> &Ledger<'_> {
        self
    }

    fn present(&mut self, layer: &CompiledLayer, slot: usize, counted: Money, paid: Money) {
        self.used_mut(layer.over).add(slot, counted, paid);
        self.paid[layer.payer as usize] += paid;
    }

    fn close(&mut self, bill: &Bill, covered_own: Money) {
        self.person.billed += bill.amount;
        self.household.covered_own += covered_own;
    }
}

impl Books for Itemised<'_> {
    fn so_far(&self) -> &Ledger<'_> {
        &self.ledger
    }

    fn present(&mut self, layer: &CompiledLayer, slot: usize, counted: Money, paid: Money) {
        self.payments[slot] += paid;
        self.ledger.present(layer, slot, counted, paid);
    }

    fn close(&mut self, bill: &Bill, covered_own: Money) {
        self.ledger.close(bill, covered_own);
    }
}

impl CompiledLayers {
    /// Passes a bill through the layers. `claim_word` is the bill's uniform word: a claim with
    /// take-up `p` is made if it is below `threshold(p)`, the same word for every layer.
    ///
    /// # Panics
    /// If the in-catalogue part is negative or more than the bill.
    pub fn settle(
        &self,
        bill: &Bill,
        patient: &Patient,
        claim_word: u64,
        person: &mut PersonYear,
        household: &mut HouseholdYear,
    ) -> Settlement {
        let mut by_payer = [Money::ZERO; PAYERS];
        let ledger = Ledger { person, household, paid: &mut by_payer };
        let mut books = Itemised { ledger, payments: [Money::ZERO; MAX_LAYERS] };
        let settled = self.settle_into(bill, patient, claim_word, &Payers::default(), &mut books);
        Settlement {
            payments: books.payments,
            by_payer,
            out_of_pocket: settled.out_of_pocket,
            covered_own: settled.covered_own,
            class_used: settled.class_used,
            delayed: settled.delayed,
            delay_months: settled.delay_months,
        }
    }

    /// The same with payers that may know less, and may pay less or later, into a ledger.
    ///
    /// # Panics
    /// If the in-catalogue part is negative or more than the bill.
    pub fn settle_by(
        &self,
        bill: &Bill,
        patient: &Patient,
        claim_word: u64,
        payers: &Payers,
        ledger: &mut Ledger,
    ) -> Settled {
        self.settle_into(bill, patient, claim_word, payers, ledger)
    }

    fn settle_into(
        &self,
        bill: &Bill,
        patient: &Patient,
        claim_word: u64,
        payers: &Payers,
        books: &mut impl Books,
    ) -> Settled {
        assert!(Money::ZERO <= bill.covered && bill.covered <= bill.amount, "covered is a part of the bill");
        let covering = self.entitlement.covering(bill);
        let case = Case { layers: self, bill, patient, claim_word, payers, covering };
        let class = case.best_class(books.so_far());
        case.pass(class, books)
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

/// Everything about the bill that a layer may look at.
struct Case<'a> {
    layers: &'a CompiledLayers,
    bill: &'a Bill,
    patient: &'a Patient,
    claim_word: u64,
    payers: &'a Payers,
    /// Layers that cover the care.
    covering: SlotSet,
}

/// A bill on its way under the terms of one class.
struct Passage {
    left: Parts,
    /// Caps that the bill was presented to.
    caps: SlotSet,
    delayed: Money,
    delay_months: u8,
}

impl Case<'_> {
    /// The class that leaves the least to the patient, the first of several.
    #[inline]
    fn best_class(&self, so_far: &Ledger) -> Class {
        let mut classes = self.patient.classes.iter();
        let first = classes.next().expect("a set of classes names at least `ordinary`");
        if !self.layers.entitlement.depends_on_class(self.covering) {
            return first;
        }
        let Some(second) = classes.next() else { return first };
        self.best_of([first, second].into_iter().chain(classes), so_far)
    }

    /// The best of several classes; of those that no layer here tells apart only the first is tried.
    fn best_of(&self, classes: impl Iterator<Item = Class>, so_far: &Ledger) -> Class {
        let mut distinct = [Class::Ordinary; CLASSES];
        let mut count = 0;
        for class in classes {
            if !distinct[..count].iter().any(|other| self.are_alike(*other, class)) {
                distinct[count] = class;
                count += 1;
            }
        }
        if count == 1 {
            return distinct[0];
        }
        let own = |class: &Class| self.pass(*class, &mut Trial(so_far)).out_of_pocket;
        distinct[..count].iter().copied().min_by_key(own).expect("one class at least")
    }

    fn are_alike(&self, a: Class, b: Class) -> bool {
        let known = (self.payers.known(a), self.payers.known(b));
        self.layers.entitlement.are_alike(self.patient.insured, known, self.covering)
    }

    /// Passes the bill through the layers under one class.
    fn pass(&self, class: Class, books: &mut impl Books) -> Settled {
        let (bill, entitlement) = (self.bill, &self.layers.entitlement);
        let known = self.payers.known(class);
        let (sure, open) = entitlement.reached(self.patient.insured, known);
        let whole = Parts { covered: bill.covered, uncovered: bill.amount - bill.covered };
        let mut passage = Passage { left: whole, caps: 0, delayed: Money::ZERO, delay_months: 0 };
        let mut reached = self.covering & (sure | open);
        while reached != 0 {
            let slot = reached.trailing_zeros() as usize;
            reached &= reached - 1;
            let layer = &self.layers.layers[slot];
            let class = known[layer.department as usize];
            let verdict = if sure >> slot & 1 != 0 {
                Verdict::Eligible
            } else {
                let spent = books.so_far().household.covered_own + passage.left.covered;
                entitlement.condition(self.patient.insured, class, slot).judge(self.patient, spent)
            };
            if verdict != Verdict::Refused && layer.claim_of(bill).is_made(self.claim_word) {
                self.present(&mut passage, (slot, layer), class, verdict, books);
            }
        }
        self.close(class, passage, books)
    }

    /// Presents a layer with the bill, for which it pays if it is eligible.
    #[inline]
    fn present(
        &self,
        passage: &mut Passage,
        (slot, layer): (usize, &CompiledLayer),
        class: Class,
        verdict: Verdict,
        books: &mut impl Books,
    ) {
        let whole = Parts { covered: self.bill.covered, uncovered: self.bill.amount - self.bill.covered };
        let (whole, left) = (whole.of(layer.covers), passage.left.of(layer.covers));
        let presented = if layer.base == Base::Bill { whole } else { left };
        let payment = if verdict == Verdict::Eligible {
            let used = books.so_far().used(layer.over);
            self.payment((slot, layer), class, (whole, left, presented), used)
        } else {
            Money::ZERO
        };
        let counted = match layer.kind {
            Kind::Cap => Money::ZERO,
            Kind::Share | Kind::Floor => presented,
        };
        passage.caps |= SlotSet::from(layer.kind == Kind::Cap) << slot;
        books.present(layer, slot, counted, payment);
        passage.left.pay(layer.covers, payment);
        let delay = self.payers.delay_months[layer.payer as usize];
        let late = layer.claim_of(self.bill).delay_months.saturating_add(delay);
        if late > 0 && payment > Money::ZERO {
            passage.delayed += payment;
            passage.delay_months = passage.delay_months.max(late);
        }
    }

    /// What a layer pays of the whole of what it covers, what is left of that, and what it is presented with.
    #[inline]
    fn payment(
        &self,
        (slot, layer): (usize, &CompiledLayer),
        class: Class,
        (whole, left, presented): (Money, Money, Money),
        used: &UsedUp,
    ) -> Money {
        let level = self.bill.level as usize;
        let terms = &layer.terms[class as usize];
        let brackets = layer.brackets[level];
        let brackets = &self.layers.brackets[brackets.0..brackets.1];
        let deductible = terms.deductible[level];
        let counted = if layer.deductible_window == Window::Year { used.counted(slot) } else { Money::ZERO };
        let owed = match layer.kind {
            Kind::Share => share(brackets, terms, deductible, counted, presented),
            Kind::Cap => (counted + left).less(deductible).exactly(Rate::ONE),
            Kind::Floor => floor(brackets, terms, whole, whole - left),
        };
        let factor = layer.factor_of(self.bill);
        let proration = self.payers.proration[layer.payer as usize];
        let factor = if proration == Rate::ONE { factor } else { factor.times(proration) };
        let paid_before = if layer.ceiling_window == Window::Year { used.paid(slot) } else { Money::ZERO };
        owed.rounded_times(factor).min(terms.ceiling.less(paid_before)).min(left)
    }

    /// What a person has paid above a cap is known only after the last layer.
    #[inline]
    fn close(&self, class: Class, passage: Passage, books: &mut impl Books) -> Settled {
        let left = passage.left;
        let mut caps = passage.caps;
        while caps != 0 {
            let slot = caps.trailing_zeros() as usize;
            caps &= caps - 1;
            let layer = &self.layers.layers[slot];
            books.present(layer, slot, left.of(layer.covers), Money::ZERO);
        }
        books.close(self.bill, left.covered);
        Settled {
            out_of_pocket: left.covered + left.uncovered,
            covered_own: left.covered,
            class_used: class,
            delayed: passage.delayed,
            delay_months: passage.delay_months,
        }
    }
}

/// What the brackets earn on the part of `base` that lies above the deductible, after `counted`.
#[inline]
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
#[inline]
fn floor(brackets: &[(Money, Rate)], terms: &Terms, whole: Money, paid: Money) -> Exact {
    let rate = brackets.first().map_or(Rate::ZERO, |(_, rate)| rate.plus_at_most_one(terms.bonus));
    whole.exactly(rate).less(paid.exactly(Rate::ONE))
}

impl CompiledLayer {
    /// Whether the layer covers a kind of care, for chronic groups.
    pub(super) fn covers_care(&self, service: Service, diseases: u8) -> bool {
        self.services & 1 << service as u8 != 0 && self.diseases.is_none_or(|groups| groups & diseases != 0)
    }

    fn claim_of(&self, bill: &Bill) -> Claim {
        self.claim[usize::from(bill.outside)]
    }

    fn factor_of(&self, bill: &Bill) -> Rate {
        self.factor[if bill.outside { 1 + usize::from(!bill.referred) } else { 0 }]
    }
}
