//! Outpatient care of the year: one bill a person, settled after the stays.

use super::{BeforeAccounts, CareSums, Step};
use crate::billing::{self, Ledger, OutpatientTerms, Patient};
use crate::care::OutpatientNeed;
use crate::scenario::policy::{ClassSet, DEPARTMENTS, PAYERS};
use crate::simulation::alike::Alike;
use crate::units::{Money, Rate};

/// December, counted from 0: when the year's outpatient bills are settled.
const DECEMBER: u8 = 11;

/// What the outpatient care of a household without stays depends on.
#[derive(Debug, Clone, Copy, Default)]
struct Need {
    lives: usize,
    doctor: bool,
    price_factors: [u32; 2],
    /// Classes that every department knows.
    classes: ClassSet,
    /// The regimes with the same terms.
    alike: Alike,
}

impl Need {
    /// Whether all that outpatient care depends on is the same.
    fn is_as(&self, other: &Self) -> bool {
        self.lives == other.lives
            && self.doctor == other.doctor
            && self.price_factors == other.price_factors
            && self.classes == other.classes
            && self.alike.is_as(other.alike, self.classes)
    }
}

/// What the outpatient bills of a year without stays come to.
#[derive(Debug, Clone, Copy, Default)]
struct OutpatientSums {
    bill: Money,
    covered: Money,
    out_of_pocket: Money,
    late: Money,
    paid: [Money; PAYERS],
}

/// The outpatient care of a household without stays.
#[derive(Debug, Clone, Default)]
struct Outpatient {
    need: Need,
    sums: OutpatientSums,
    spent: Vec<Money>,
}

/// The members of a household who see doctors in the year: the same under all regimes whose members lead the same
/// lives, where the village has a doctor under each of them or under none.
#[derive(Debug, Clone, Default)]
struct Visitors {
    lives: usize,
    doctor: bool,
    all: Vec<Visitor>,
}

/// A member who sees doctors in the year.
#[derive(Debug, Clone, Copy)]
struct Visitor {
    at: usize,
    insured: bool,
    age: u8,
    chronic: u8,
    /// Cost of the visits before the price that the family expects, without a hospital stay in the year and with one.
    cost: [Money; 2],
}

/// What is known of a household-year's outpatient care so far.
#[derive(Debug, Clone, Default)]
pub(super) struct Outpatients {
    /// Who sees doctors.
    visitors: Vec<Visitors>,
    visited: usize,
    /// What came of it without stays under some regimes.
    all: Vec<Outpatient>,
    known: usize,
}

impl Outpatients {
    /// Forgets the household-year before.
    pub const fn clear(&mut self) {
        (self.visited, self.known) = (0, 0);
    }

    fn find(&self, need: &Need) -> Option<&Outpatient> {
        self.all[..self.known].iter().find(|known| known.need.is_as(need))
    }

    fn keep(&mut self, need: Need, sums: OutpatientSums, spent: &[Money]) {
        if self.known == self.all.len() {
            self.all.push(Outpatient::default());
        }
        let new = &mut self.all[self.known];
        (new.need, new.sums) = (need, sums);
        new.spent.clear();
        new.spent.extend_from_slice(spent);
        self.known += 1;
    }
}

/// What of a year's outpatient reimbursements comes the year after: visits are spread over the year, so a delay
/// of some months carries as many twelfths past December.
fn past_december(settled: &billing::Settled) -> Money {
    if settled.delayed == Money::ZERO {
        return Money::ZERO;
    }
    let twelfths = u32::from(settled.delay_months).min(12);
    settled.delayed.times(Rate::from_ppm(twelfths * 1_000_000 / 12))
}

/// What a household's outpatient care goes by under a regime.
struct Terms {
    /// Classes that each department knows.
    known: [ClassSet; DEPARTMENTS],
    /// Classes that any department knows.
    classes: ClassSet,
    /// Factors of price of who is not insured and who is.
    price_factors: [u32; 2],
}

impl Step<'_> {
    /// The outpatient care of a year without stays: the same as under an earlier regime whose terms are the same to
    /// the household.
    pub(super) fn see_doctors(
        &mut self,
        lives: usize,
        outpatients: &mut Outpatients,
        outcome: &mut BeforeAccounts,
    ) {
        let terms = self.outpatient_terms(outcome.aware);
        let Terms { known, classes, price_factors } = terms;
        let need =
            Need { lives, doctor: self.clinic.doctor, price_factors, classes, alike: self.rules.alike };
        // Before the switch there is one past for all.
        let agreed = self.switched && known == [classes; DEPARTMENTS];
        if agreed && let Some(same) = outpatients.find(&need) {
            outcome.care.take_outpatient(&same.sums);
            self.scratch.spent.clear();
            self.scratch.spent.extend_from_slice(&same.spent);
            return;
        }
        self.begin_bills();
        self.outpatient(&terms, (lives, outpatients), &mut outcome.care);
        if agreed && outcome.care.bill <= OutpatientTerms::MOST {
            outpatients.keep(need, outcome.care.outpatient(), &self.scratch.spent);
        }
    }

    /// The outpatient care of a year with stays, whose bills count for it.
    pub(super) fn see_doctors_after_stays(
        &mut self,
        lives: usize,
        outpatients: &mut Outpatients,
        outcome: &mut BeforeAccounts,
    ) {
        let terms = self.outpatient_terms(outcome.aware);
        self.outpatient(&terms, (lives, outpatients), &mut outcome.care);
    }

    /// What outpatient care goes by at the end of the year.
    fn outpatient_terms(&self, aware: bool) -> Terms {
        let known = self.regime_year.lists.known_classes(self.state, DECEMBER);
        let classes = super::care::known_of(&known);
        Terms { known, classes, price_factors: self.rules.care_terms().outpatient_factors(classes, aware) }
    }

    /// Settles the year's outpatient bills, one a person.
    fn outpatient(
        &mut self,
        terms: &Terms,
        (lives, outpatients): (usize, &mut Outpatients),
        sums: &mut CareSums,
    ) {
        let payers = self.payers(terms.known);
        let anybody = self.anybody();
        let care = &self.setting.place_year.care;
        let layers = &self.setting.regime_year.layers;
        for visitor in self.visitors(lives, outpatients) {
            let Visitor { at, insured, age, chronic, cost } = *visitor;
            let stayed = self.scratch.admitted.has(at);
            let price_factor = terms.price_factors[usize::from(insured)];
            let Some(bill) = care.outpatient_bill(cost[usize::from(stayed)], chronic, price_factor) else {
                continue;
            };
            let person = &mut self.scratch.persons[at];
            if !stayed {
                person.begin();
            }
            let patient = Patient { insured, classes: terms.classes, age, chronic, ..anybody };
            let mut ledger = Ledger { person, household: &mut self.scratch.household, paid: &mut sums.paid };
            let settled = layers.settle_last(&bill, &patient, 0, &payers, &mut ledger);
            self.scratch.spent[at] += bill.amount;
            sums.add(&bill, &settled);
            sums.late += past_december(&settled);
        }
    }

    /// Looks up who sees doctors, or finds out.
    fn visitors<'a>(&self, lives: usize, outpatients: &'a mut Outpatients) -> &'a [Visitor] {
        let (doctor, count) = (self.clinic.doctor, outpatients.visited);
        let met = &outpatients.visitors[..count];
        if let Some(at) = met.iter().position(|known| known.lives == lives && known.doctor == doctor) {
            return &outpatients.visitors[at].all;
        }
        if count == outpatients.visitors.len() {
            outpatients.visitors.push(Visitors::default());
        }
        let new = &mut outpatients.visitors[count];
        (new.lives, new.doctor) = (lives, doctor);
        new.all.clear();
        for at in self.lives.present.iter() {
            if let Some(visitor) = self.visitor(at) {
                new.all.push(visitor);
            }
        }
        outpatients.visited += 1;
        &new.all
    }

    /// A member as somebody who sees doctors, if that is so.
    #[inline(always)]
    fn visitor(&self, at: usize) -> Option<Visitor> {
        let (person, state) = (&self.people[at], &self.states[at]);
        // A newborn has none.
        if person.birth_year == self.year.number() {
            return None;
        }
        let need = OutpatientNeed {
            chronic: state.chronic,
            frailty_score: person.frailty_score,
            lane: self.shared.members[at].outpatient,
            states: self.outpatient_states(at),
            doctor_near: self.clinic.doctor,
            means: self.place_year.care.means_factor(self.household.persistent),
        };
        let cost = self.place_year.care.outpatient_cost(&need)?;
        let age = u8::try_from(self.age(at)).expect("ages are capped at 100");
        Some(Visitor { at, insured: state.insured, age, chronic: state.chronic, cost })
    }

    /// Factors on a member's outpatient spending without a stay and with one: more in the years after a major illness.
    fn outpatient_states(&self, at: usize) -> [u32; 2] {
        let (state, sex) = (&self.states[at], usize::from(self.people[at].sex));
        let followed = state.since_cancer > 0 || state.since_stroke > 0;
        let [alone, stay, followed_alone, followed_stay] =
            self.place_year.illness.outpatient[sex][self.age(at)];
        if followed { [followed_alone, followed_stay] } else { [alone, stay] }
    }
}

impl CareSums {
    /// What a year without stays comes to.
    const fn outpatient(&self) -> OutpatientSums {
        let Self { bill, covered, out_of_pocket, late, paid, .. } = *self;
        OutpatientSums { bill, covered, out_of_pocket, late, paid }
    }

    /// Takes over what a year without stays comes to.
    const fn take_outpatient(&mut self, sums: &OutpatientSums) {
        let OutpatientSums { bill, covered, out_of_pocket, late, paid } = *sums;
        (self.bill, self.covered, self.out_of_pocket) = (bill, covered, out_of_pocket);
        (self.late, self.paid) = (late, paid);
    }
}
