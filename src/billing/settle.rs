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
    #[inline]
    fn known(&self, class: Class) -> Known {
        match self.known {
            Some(known) if class != Class::Ordinary && known != [known[0]; DEPARTMENTS] => {
                known.map(|set| if set.has(class) { class } else { Class::Ordinary })
            }
            _ => [class; DEPARTMENTS],
        }
    }
}

/// What one person's bills of the year have used up, by slot.
#[derive(Debug, Clone, Copy, Default)]
pub struct PersonYear {
    used: UsedUp,
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
    /// Slots that a bill of the year was presented to; the sums of others mean nothing.
    slots: SlotSet,
    by_slot: [Sums; MAX_LAYERS],
}

/// A layer's sums of a year.
#[derive(Debug, Clone, Copy, Default)]
struct Sums {
    /// What counts for the deductible: for a cap what was paid oneself, else what was presented.
    counted: Money,
    /// What the layer has paid.
    paid: Money,
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
        Self { used: UsedUp::after_own_payments(own) }
    }

    /// Begins a year without bills.
    #[inline]
    pub const fn begin(&mut self) {
        self.used.slots = 0;
    }
}

impl HouseholdYear {
    /// A year in which the household has already paid `own` in-catalogue yuan.
    #[must_use]
    pub const fn after_own_payments(own: Money) -> Self {
        Self { used: UsedUp::after_own_payments(own), covered_own: own }
    }

    /// Begins a year without bills.
    #[inline]
    pub const fn begin(&mut self) {
        self.used.slots = 0;
        self.covered_own = Money::ZERO;
    }
}

impl UsedUp {
    const fn after_own_payments(own: Money) -> Self {
        Self { slots: SlotSet::MAX, by_slot: [Sums { counted: own, paid: Money::ZERO }; MAX_LAYERS] }
    }

    #[inline]
    fn sums(&self, slot: usize) -> Sums {
        if self.slots >> slot & 1 == 0 { Sums::default() } else { self.by_slot[slot] }
    }

    #[inline]
    fn set(&mut self, slot: usize, sums: Sums) {
        self.by_slot[slot] = sums;
        self.slots |= 1 << slot;
    }
}

impl Ledger<'_> {
    #[inline]
    fn sums(&self, layer: &CompiledLayer, slot: usize) -> Sums {
        match layer.over {
            AccumulatesOver::Person => self.person.used.sums(slot),
            AccumulatesOver::Household => self.household.used.sums(slot),
        }
    }

    #[inline]
    fn set(&mut self, layer: &CompiledLayer, slot: usize, sums: Sums) {
        match layer.over {
            AccumulatesOver::Person => self.person.used.set(slot, sums),
            AccumulatesOver::Household => self.household.used.set(slot, sums),
        }
    }
}

/// What a passage reads the year so far from, and writes into.
trait Books {
    /// The year so far.
    fn so_far(&self) -> &Ledger<'_>;

    /// A layer's sums, with the bill if it was written.
    fn sums(&self, layer: &CompiledLayer, slot: usize) -> Sums;

    /// Writes a layer's sums with the bill, and what it pays of that.
    fn write(&mut self, layer: &CompiledLayer, slot: usize, sums: Sums, payment: Money);

    /// Writes what of the bill is left to the patient in the catalogue.
    fn close(&mut self, covered_own: Money);
}

/// What a passage on trial would write.
#[derive(Default)]
struct Draft {
    slots: SlotSet,
    by_slot: [(Sums, Money); MAX_LAYERS],
}

/// A passage on trial: what it would write is drafted.
struct Trial<'a, 'b> {
    so_far: &'a Ledger<'b>,
    draft: &'a mut Draft,
}

/// A passage of which each payment is kept.
struct Itemised<'a> {
    ledger: Ledger<'a>,
    payments: [Money; MAX_LAYERS],
}

impl<'a, 'b> Trial<'a, 'b> {
    fn new(so_far: &'a Ledger<'b>, draft: &'a mut Draft) -> Self {
        draft.slots = 0;
        Self { so_far, draft }
    }
}

impl Books for Trial<'_, '_> {
    fn so_far(&self) -> &Ledger<'_> {
        self.so_far
    }

    #[inline]
    fn sums(&self, layer: &CompiledLayer, slot: usize) -> Sums {
        if self.draft.slots >> slot & 1 == 0 {
            self.so_far.sums(layer, slot)
        } else {
            self.draft.by_slot[slot].0
        }
    }

    #[inline]
    fn write(&mut self, _: &CompiledLayer, slot: usize, sums: Sums, payment: Money) {
        let before = if self.draft.slots >> slot & 1 == 0 { Money::ZERO } else { self.draft.by_slot[slot].1 };
        self.draft.by_slot[slot] = (sums, before + payment);
        self.draft.slots |= 1 << slot;
    }

    fn close(&mut self, _: Money) {}
}

impl Books for Ledger<'_> {
    fn so_far(&self) -> &Ledger<'_> {
        self
    }

    #[inline]
    fn sums(&self, layer: &CompiledLayer, slot: usize) -> Sums {
        Ledger::sums(self, layer, slot)
    }

    #[inline]
    fn write(&mut self, layer: &CompiledLayer, slot: usize, sums: Sums, payment: Money) {
        self.set(layer, slot, sums);
        self.paid[layer.payer as usize] += payment;
    }

    #[inline]
    fn close(&mut self, covered_own: Money) {
        self.household.covered_own += covered_own;
    }
}

impl Books for Itemised<'_> {
    fn so_far(&self) -> &Ledger<'_> {
        &self.ledger
    }

    fn sums(&self, layer: &CompiledLayer, slot: usize) -> Sums {
        self.ledger.sums(layer, slot)
    }

    fn write(&mut self, layer: &CompiledLayer, slot: usize, sums: Sums, payment: Money) {
        self.payments[slot] += payment;
        self.ledger.write(layer, slot, sums, payment);
    }

    fn close(&mut self, covered_own: Money) {
        self.ledger.close(covered_own);
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
        let covering = self.entitlement.covering(bill);
        let settled = self.settle_into((bill, covering), patient, claim_word, &Payers::default(), &mut books);
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
        self.settle_into((bill, self.entitlement.covering(bill)), patient, claim_word, payers, ledger)
    }

    /// The same of the last bill of a patient's year: if none came before, layers that can't pay any of it are passed by
    /// and left out of the patient's year, which means nothing afterwards.
    ///
    /// # Panics
    /// If the in-catalogue part is negative or more than the bill.
    pub fn settle_last(
        &self,
        bill: &Bill,
        patient: &Patient,
        claim_word: u64,
        payers: &Payers,
        ledger: &mut Ledger,
    ) -> Settled {
        let mut covering = self.entitlement.covering(bill);
        if ledger.person.used.slots == 0 {
            covering &= !self.entitlement.idle(bill.amount);
        }
        self.settle_into((bill, covering), patient, claim_word, payers, ledger)
    }

    fn settle_into(
        &self,
        (bill, covering): (&Bill, SlotSet),
        patient: &Patient,
        claim_word: u64,
        payers: &Payers,
        books: &mut impl Books,
    ) -> Settled {
        assert!(Money::ZERO <= bill.covered && bill.covered <= bill.amount, "covered is a part of the bill");
        let case = Case { layers: self, bill, patient, claim_word, payers, covering };
        match case.only_class() {
            Some(class) => case.pass(class, books),
            None => case.pass_best(books),
        }
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

/// A layer that a bill comes to.
#[derive(Clone, Copy)]
struct Stop<'a> {
    slot: usize,
    layer: &'a CompiledLayer,
    /// The class as the layer's department knows it.
    class: Class,
    verdict: Verdict,
}

/// What of a bill a layer covers.
#[derive(Clone, Copy)]
struct Share {
    whole: Money,
    left: Money,
    /// What the terms apply to.
    presented: Money,
}

impl Case<'_> {
    /// The patient's class, if there is one only that matters here.
    #[inline]
    fn only_class(&self) -> Option<Class> {
        let classes = self.patient.classes;
        let one = classes.has_one() || !self.layers.entitlement.depends_on_class(self.covering);
        one.then(|| classes.first())
    }

    /// Passes the bill under the class that leaves the least to the patient, the first of several; of those that no
    /// layer here tells apart only the first is tried.
    #[inline(never)]
    fn pass_best(&self, books: &mut impl Books) -> Settled {
        let mut distinct = [Class::Ordinary; CLASSES];
        let mut count = 0;
        for class in self.patient.classes.iter() {
            if !distinct[..count].iter().any(|other| self.are_alike(*other, class)) {
                distinct[count] = class;
                count += 1;
            }
        }
        if count == 1 {
            return self.pass(distinct[0], books);
        }
        let (mut drafts, mut best) = ([Draft::default(), Draft::default()], 0);
        let mut settled = self.pass(distinct[0], &mut Trial::new(books.so_far(), &mut drafts[0]));
        for class in &distinct[1..count] {
            let other = self.pass(*class, &mut Trial::new(books.so_far(), &mut drafts[1 - best]));
            if other.out_of_pocket < settled.out_of_pocket {
                (settled, best) = (other, 1 - best);
            }
        }
        self.write(&drafts[best], books);
        books.close(settled.covered_own);
        settled
    }

    /// Writes what was drafted.
    fn write(&self, draft: &Draft, books: &mut impl Books) {
        let mut slots = draft.slots;
        while slots != 0 {
            let slot = slots.trailing_zeros() as usize;
            slots &= slots - 1;
            let (sums, payment) = draft.by_slot[slot];
            books.write(&self.layers.layers[slot], slot, sums, payment);
        }
    }

    fn are_alike(&self, a: Class, b: Class) -> bool {
        let known = (self.payers.known(a), self.payers.known(b));
        self.layers.entitlement.are_alike(self.patient.insured, known, self.covering)
    }

    /// Passes the bill through the layers under one class.
    #[inline]
    fn pass(&self, class: Class, books: &mut impl Books) -> Settled {
        let bill = self.bill;
        let known = self.payers.known(class);
        let (sure, open) = self.layers.entitlement.reached(self.patient.insured, known);
        let left = Parts { covered: bill.covered, uncovered: bill.amount - bill.covered };
        let mut passage = Passage { left, caps: 0, delayed: Money::ZERO, delay_months: 0 };
        let mut reached = self.covering & (sure | open);
        while reached != 0 {
            let slot = reached.trailing_zeros() as usize;
            reached &= reached - 1;
            let layer = &self.layers.layers[slot];
            let mut stop =
                Stop { slot, layer, class: known[layer.department as usize], verdict: Verdict::Eligible };
            if sure >> slot & 1 == 0 {
                stop.verdict = self.judge(stop, books.so_far().household.covered_own + passage.left.covered);
            }
            if stop.verdict != Verdict::Refused && layer.claim_of(bill).is_made(self.claim_word) {
                self.present(stop, &mut passage, books);
            }
        }
        self.close(class, &passage, books)
    }

    /// What the bill is to a layer that has a condition, by own spending with it.
    fn judge(&self, stop: Stop, spent: Money) -> Verdict {
        let entitlement = &self.layers.entitlement;
        entitlement.condition(self.patient.insured, stop.class, stop.slot).judge(self.patient, spent)
    }

    /// Presents a layer with the bill, for which it pays if it is eligible.
    #[inline]
    fn present(&self, stop: Stop, passage: &mut Passage, books: &mut impl Books) {
        let Stop { slot, layer, .. } = stop;
        let left = passage.left.of(layer.covers);
        let whole = match layer.covers {
            Covers::InCatalogue => self.bill.covered,
            Covers::OutOfCatalogue => self.bill.amount - self.bill.covered,
            Covers::All => self.bill.amount,
        };
        let share = Share { whole, left, presented: if layer.base == Base::Bill { whole } else { left } };
        let mut sums = books.sums(layer, slot);
        let mut payment = Money::ZERO;
        if stop.verdict == Verdict::Eligible {
            payment = self.payment(stop, share, sums);
        }
        if layer.kind == Kind::Cap {
            passage.caps |= 1 << slot;
        } else {
            sums.counted += share.presented;
        }
        sums.paid += payment;
        books.write(layer, slot, sums, payment);
        if payment > Money::ZERO {
            passage.take(layer, payment, self.delay(layer));
        }
    }

    /// Months until a layer pays.
    #[inline]
    fn delay(&self, layer: &CompiledLayer) -> u8 {
        let delay = self.payers.delay_months[layer.payer as usize];
        layer.claim_of(self.bill).delay_months.saturating_add(delay)
    }

    /// What a layer pays.
    #[inline(always)]
    fn payment(&self, stop: Stop, share: Share, sums: Sums) -> Money {
        let Stop { layer, class, .. } = stop;
        let level = self.bill.level as usize;
        let terms = &layer.terms[class as usize];
        let counted = if layer.deductible_window == Window::Year { sums.counted } else { Money::ZERO };
        let deductible = terms.deductible[level];
        let owed = match layer.kind {
            Kind::Share => {
                let (from, to) = (counted.above(deductible), (counted + share.presented).above(deductible));
                if to == Money::ZERO {
                    return Money::ZERO;
                }
                if layer.flat[level] {
                    (to - from).exactly(terms.rate[level])
                } else {
                    earned(&self.layers.brackets[layer.brackets[level].clone()], terms, (from, to))
                }
            }
            Kind::Cap => (counted + share.left).above(deductible).exactly(Rate::ONE),
            Kind::Floor => {
                share.whole.exactly(terms.rate[level]).less((share.whole - share.left).exactly(Rate::ONE))
            }
        };
        let paid_before = if layer.ceiling_window == Window::Year { sums.paid } else { Money::ZERO };
        owed.rounded_times(self.factor(layer)).min(terms.ceiling.above(paid_before)).min(share.left)
    }

    /// Strength, the factor for care out of the area and the payer's proration.
    #[inline]
    fn factor(&self, layer: &CompiledLayer) -> Rate {
        let factor = layer.factor[match (self.bill.outside, self.bill.referred) {
            (false, _) => 0,
            (true, true) => 1,
            (true, false) => 2,
        }];
        let proration = self.payers.proration[layer.payer as usize];
        if proration == Rate::ONE { factor } else { factor.times(proration) }
    }

    /// Closes the books; what a person has paid above a cap is known only after the last layer.
    #[inline]
    fn close(&self, class: Class, passage: &Passage, books: &mut impl Books) -> Settled {
        let left = passage.left;
        let mut caps = passage.caps;
        while caps != 0 {
            let slot = caps.trailing_zeros() as usize;
            caps &= caps - 1;
            let layer = &self.layers.layers[slot];
            let sums = books.sums(layer, slot);
            let counted = sums.counted + left.of(layer.covers);
            books.write(layer, slot, Sums { counted, ..sums }, Money::ZERO);
        }
        books.close(left.covered);
        Settled {
            out_of_pocket: left.covered + left.uncovered,
            covered_own: left.covered,
            class_used: class,
            delayed: passage.delayed,
            delay_months: passage.delay_months,
        }
    }
}

impl Passage {
    /// Takes a payment off what is left; it comes after some months.
    #[inline]
    fn take(&mut self, layer: &CompiledLayer, payment: Money, delay: u8) {
        self.left.pay(layer.covers, payment);
        if delay > 0 {
            self.delayed += payment;
            self.delay_months = self.delay_months.max(delay);
        }
    }
}

/// What brackets earn between two sums above the deductible.
#[inline(never)]
fn earned(brackets: &[(Money, Rate)], terms: &Terms, (from, to): (Money, Money)) -> Exact {
    let mut sum = Exact::ZERO;
    for (i, (start, rate)) in brackets.iter().enumerate() {
        let end = brackets.get(i + 1).map_or(Money::MAX, |(next, _)| *next);
        let part = to.min(end).above(from.max(*start));
        sum += part.exactly(rate.plus_at_most_one(terms.bonus));
    }
    sum
}

impl CompiledLayer {
    /// Whether the layer covers a kind of care, for chronic groups.
    pub(super) fn covers_care(&self, service: Service, diseases: u8) -> bool {
        self.services & 1 << service as u8 != 0 && self.diseases.is_none_or(|groups| groups & diseases != 0)
    }

    fn claim_of(&self, bill: &Bill) -> Claim {
        self.claim[usize::from(bill.outside)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::billing::YearContext;
    use crate::units::Year;

    /// A settlement of a person's first bill: what is left, what comes late, what each payer pays, and the household's
    /// own payments.
    fn first(settle: impl Fn(&mut Ledger) -> Settled) -> (Money, (Money, u8), [Money; PAYERS], Money) {
        let (mut person, mut household) = (PersonYear::default(), HouseholdYear::default());
        let mut paid = [Money::ZERO; PAYERS];
        let mut ledger = Ledger { person: &mut person, household: &mut household, paid: &mut paid };
        let settled = settle(&mut ledger);
        (settled.out_of_pocket, (settled.delayed, settled.delay_months), paid, household.covered_own)
    }

    /// Settles bills at each deductible, a fen below and a fen above, both as the last and as any of a year, and says how
    /// many layers the last passed by.
    fn only_bills(layers: &CompiledLayers) -> usize {
        let deductibles = layers.layers.iter().flat_map(|layer| layer.terms.iter());
        let mut fen: Vec<i64> = deductibles.map(|terms| terms.deductible[0].fen()).collect();
        fen.sort_unstable();
        fen.dedup();
        let payers = Payers::default();
        let mut passed_by = 0;
        for (fen, chronic) in fen.iter().flat_map(|fen| {
            [-1, 0, 1].into_iter().flat_map(move |more| [0, 1, u8::MAX].map(|chronic| (fen + more, chronic)))
        }) {
            let amount = Money::from_fen(fen).or_zero();
            let service = if chronic == 0 { Service::Outpatient } else { Service::ChronicOutpatient };
            let bill = Bill {
                amount,
                covered: amount,
                level: Level::Township,
                service,
                outside: false,
                referred: true,
                diseases: chronic,
            };
            let idle = layers.entitlement.covering(&bill) & layers.entitlement.idle(amount);
            passed_by += idle.count_ones() as usize;
            for (a, b) in Class::ALL.into_iter().flat_map(|a| Class::ALL.map(|b| (a, b))) {
                let classes = ClassSet::default().with(a).with(b);
                let patient = Patient {
                    insured: a != Class::Ordinary || b != Class::Dibao,
                    classes,
                    age: 70,
                    chronic,
                    household_income: Money::from_yuan(30_000),
                    household_income_per_head: Money::from_yuan(10_000),
                };
                let any = first(|ledger| layers.settle_by(&bill, &patient, 0, &payers, ledger));
                let last = first(|ledger| layers.settle_last(&bill, &patient, 0, &payers, ledger));
                assert_eq!(last, any, "{bill:?} {patient:?}");
            }
        }
        passed_by
    }

    #[test]
    fn the_only_bill_of_a_year_is_settled_as_the_first_of_several() {
        let scenario = crate::scenario::main_scenario(&[]);
        let context = YearContext::new(Money::from_yuan(20_000));
        for regime in &scenario.regimes {
            let layers = CompiledLayers::compile(&regime.policy, Year::new(2022), &context);
            assert!(only_bills(&layers) > 0, "{} has layers that are passed by", regime.id);
        }
    }

    #[test]
    fn a_layer_whose_deductible_is_a_fen_smaller_is_not_passed_by() {
        let scenario =
            crate::scenario::main_scenario(&["regimes.inclusive.layers.tilt-aid.deductible_yuan=2000"]);
        let regime = scenario.regimes.iter().find(|regime| regime.id == "inclusive").expect("it is there");
        let context = YearContext::new(Money::from_yuan(20_000));
        let layers = CompiledLayers::compile(&regime.policy, Year::new(2022), &context);
        let tilt = |slot: &usize| regime.policy.layers[layers.source(*slot)].id == "tilt-aid";
        let slot = (0..layers.len()).find(tilt).expect("it is in force");
        let idle = |fen: i64| layers.entitlement.idle(Money::from_fen(fen)) >> slot & 1 != 0;
        assert_eq!([199_999, 200_000, 200_001].map(idle), [true, true, false]);
    }
}
