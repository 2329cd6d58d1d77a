//! Care: each episode is treated or forgone, and its bill settled; then the year's outpatient care.

use super::{BeforeAccounts, CareSums, Forgone, Scratch, Stay, Step, Telling};
use crate::billing::{self, HouseholdYear, Ledger, OutpatientTerms, Patient, Payers, PersonYear};
use crate::care::{Outcome, OutpatientNeed, Reason, Seeker};
use crate::illness::{MENTAL, PotentialEpisode};
use crate::random::Draw;
use crate::record::{Marks, small_bin};
use crate::scenario::policy::{Class, ClassSet, PAYERS};
use crate::simulation::alike::Alike;
use crate::units::{Money, Rate};

/// Months of a year.
const MONTHS: u64 = 12;

/// A stay as it was settled.
#[derive(Debug, Clone, Copy)]
pub(super) struct SettledStay {
    at: usize,
    month: u8,
    insured: bool,
    claim: u64,
    bill: billing::Bill,
    settled: billing::Settled,
    /// Payment of each payer.
    paid: [Money; PAYERS],
}

impl SettledStay {
    /// The bill.
    pub const fn amount(&self) -> Money {
        self.bill.amount
    }

    /// What each payer paid of it, and what was left.
    pub const fn shares(&self) -> ([Money; PAYERS], Money) {
        (self.paid, self.settled.out_of_pocket)
    }
}

/// A needed episode that was not treated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct NotHad {
    at: usize,
    month: u8,
    major: Option<u8>,
    reason: Reason,
}

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

/// What a year's outpatient bills come to.
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

/// The outpatient care of a household without stays as it was worked out under some regimes.
#[derive(Debug, Clone, Default)]
pub(super) struct Outpatients {
    all: Vec<Outpatient>,
    known: usize,
}

impl Outpatients {
    /// Forgets the household-year before.
    pub const fn clear(&mut self) {
        self.known = 0;
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

/// The month of a date, from 0.
fn month_of(date: u64) -> u8 {
    // Below twelve.
    #[allow(clippy::cast_possible_truncation)]
    {
        ((u128::from(date) * u128::from(MONTHS)) >> 64) as u8
    }
}

/// The classes that any department knows of.
fn known_of(payers: &Payers) -> ClassSet {
    ClassSet(payers.known.iter().flatten().fold(0, |all, classes| all | classes.0))
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

impl Step<'_> {
    /// Each episode is treated or forgone; then the year's outpatient care.
    pub(super) fn seek_care(
        &mut self,
        lives: usize,
        outpatients: &mut Outpatients,
        outcome: &mut BeforeAccounts,
    ) {
        self.scratch.bills.clear();
        self.scratch.forgone.clear();
        self.scratch.lost.clear();
        if self.lives.episodes.is_empty() {
            outcome.care.inpatients_last = self.lives.admitted_last;
            self.see_doctors(lives, outpatients, outcome);
            return;
        }
        self.scratch.lost.resize(self.people.len(), 0);
        self.begin_bills();
        self.states.iter_mut().for_each(|state| state.untreated = false);
        let mut household = HouseholdYear::default();
        let mut liquidity = self.place_year.economy.liquidity(self.state);
        for episode in &self.lives.episodes {
            self.attend(episode, &mut household, &mut liquidity, outcome);
        }
        if self.scratch.bills.is_empty() {
            self.see_doctors(lives, outpatients, outcome);
        } else {
            if outcome.recognised {
                self.claim_back(&mut household, outcome);
            }
            let (payers, classes, price_factors) = self.outpatient_terms(outcome.aware);
            let sums = self.outpatient((&payers, classes, price_factors), &mut household);
            outcome.care.add_outpatient(&sums);
            self.add_up_bills();
        }
        self.count_admitted(outcome);
    }

    /// The outpatient care of a year without stays: the same as under an earlier regime whose terms are the same to
    /// the household.
    fn see_doctors(&mut self, lives: usize, outpatients: &mut Outpatients, outcome: &mut BeforeAccounts) {
        let (payers, classes, price_factors) = self.outpatient_terms(outcome.aware);
        let known = payers.known.unwrap_or_default();
        let need =
            Need { lives, doctor: self.clinic.doctor, price_factors, classes, alike: self.rules.alike };
        let agreed = known.iter().all(|of| *of == classes);
        if agreed && let Some(same) = outpatients.find(&need) {
            outcome.care.add_outpatient(&same.sums);
            self.scratch.spent.clear();
            self.scratch.spent.extend_from_slice(&same.spent);
            return;
        }
        self.begin_bills();
        let sums = self.outpatient((&payers, classes, price_factors), &mut HouseholdYear::default());
        self.add_up_bills();
        outcome.care.add_outpatient(&sums);
        if agreed && sums.bill <= OutpatientTerms::MOST {
            outpatients.keep(need, sums, &self.scratch.spent);
        }
    }

    /// What outpatient care goes by at the end of the year: payers, the classes that any department knows, and the
    /// factors of price of who is not insured and who is.
    fn outpatient_terms(&self, aware: bool) -> (Payers, ClassSet, [u32; 2]) {
        let payers = self.payers(11);
        let classes = known_of(&payers);
        let price_factors = self.rules.care_terms().outpatient_factors(classes, aware);
        (payers, classes, price_factors)
    }

    /// Begins the members' bills of the year.
    fn begin_bills(&mut self) {
        let count = self.people.len();
        if self.scratch.persons.len() < count {
            self.scratch.persons.resize(count, PersonYear::default());
        }
        self.scratch.persons[..count].iter_mut().for_each(PersonYear::begin);
        self.scratch.admitted.clear();
        self.scratch.admitted.resize(self.people.len(), 0);
    }

    /// Adds up the bills of each member.
    fn add_up_bills(&mut self) {
        let Scratch { persons, spent, .. } = &mut *self.scratch;
        spent.clear();
        spent.extend(persons[..self.setting.people.len()].iter().map(PersonYear::billed));
    }

    /// Counts who was admitted once, again in the year, and again after last year.
    fn count_admitted(&mut self, outcome: &mut BeforeAccounts) {
        let sums = &mut outcome.care;
        for at in self.lives.present.iter() {
            let (state, times) = (&mut self.states[at], &self.scratch.admitted[at]);
            sums.inpatients += i64::from(*times > 0);
            sums.repeated += i64::from(*times > 1);
            sums.inpatients_last += i64::from(state.admitted);
            sums.again += i64::from(state.admitted && *times > 0);
            state.admitted = *times > 0;
        }
    }

    fn seeker(
        &self,
        at: usize,
        liquidity: Money,
        (insured, aware): (bool, bool),
        classes: ClassSet,
    ) -> Seeker {
        let treated = self.lives.reach.mental_treated.has(at);
        let untreated = self.states[at].chronic & (1 << MENTAL) != 0 && !treated;
        let near = self.regime_year.service.no_distance;
        let distance = f64::from(self.household.distance_factor) / 1e6;
        Seeker {
            classes,
            insured,
            distance_factor: if near { distance.max(1.0) } else { distance },
            liquidity,
            aware,
            mentally_ill: untreated,
            capability: self.rules.published.capability,
            lacking: self.rules.published.turned_away,
            means: self.place_year.care.means_factor(self.household.persistent),
        }
    }

    /// The patient in every class that any department knows of.
    fn patient(&self, at: usize, insured: bool, classes: ClassSet) -> Patient {
        self.member_patient(at, insured, self.household_patient(classes))
    }

    /// A member as a patient, of what is the same for all the household.
    fn member_patient(&self, at: usize, insured: bool, household: Patient) -> Patient {
        Patient {
            insured,
            age: u8::try_from(self.age(at)).expect("ages are capped at 100"),
            chronic: self.states[at].chronic,
            ..household
        }
    }

    /// What is the same for all patients of the household.
    fn household_patient(&self, classes: ClassSet) -> Patient {
        Patient {
            insured: false,
            classes,
            age: 0,
            chronic: 0,
            household_income: Money::from_fen(self.state.income_last),
            household_income_per_head: Money::from_fen(
                self.state.income_last / i64::from(self.state.members_last.max(1)),
            ),
        }
    }

    fn attend(
        &mut self,
        episode: &PotentialEpisode,
        household: &mut HouseholdYear,
        liquidity: &mut Money,
        outcome: &mut BeforeAccounts,
    ) {
        let at = episode.slot as usize;
        let month = month_of(episode.date);
        let insured = self.states[at].insured && month >= self.states[at].benefits_from;
        let payers = self.payers(month);
        let classes = known_of(&payers);
        let seeker = self.seeker(at, *liquidity, (insured, outcome.aware), classes);
        let sums = &mut outcome.care;
        let (needed, bill) = match self.place_year.care.seek(self.rules.care_terms(), episode, &seeker) {
            Outcome::NotNeeded => return,
            Outcome::Forgone(reason) => {
                sums.forgo(reason);
                self.scratch.forgone.push(NotHad { at, month, major: episode.major, reason });
                self.stay_ill(at);
                return;
            }
            Outcome::Treated { needed, bill } => (needed, bill),
        };
        sums.needed += i64::from(needed);
        sums.induced += i64::from(!needed);
        sums.admissions += 1;
        self.scratch.admitted[at] = self.scratch.admitted[at].saturating_add(1);
        sums.outside += i64::from(bill.outside);
        if self.states[at].insured && !insured {
            sums.waiting += bill.amount;
        }
        let patient = self.patient(at, insured, classes);
        let claim = self.place_year.knowledge.claim_word(episode.claim_word, outcome.aware);
        let layers = &self.setting.regime_year.layers;
        let mut paid = [Money::ZERO; PAYERS];
        let mut ledger = Ledger { person: &mut self.scratch.persons[at], household, paid: &mut paid };
        let settled = layers.settle_by(&bill, &patient, claim, &payers, &mut ledger);
        sums.add(&bill, &settled);
        sums.add_payments(&paid);
        sums.inpatient += bill.amount;
        sums.paid_inpatient += bill.amount - settled.out_of_pocket;
        if u64::from(month) + u64::from(settled.delay_months) >= MONTHS {
            sums.late += settled.delayed;
        }
        *liquidity = liquidity.less(settled.out_of_pocket + settled.delayed);
        self.scratch.bills.push(SettledStay { at, month, insured, claim, bill, settled, paid });
        let spent = sums.out_of_pocket;
        let before = self.state.monitored;
        self.regime_year.lists.alert(spent, &self.shared.words, month, self.state);
        outcome.found |= before != self.state.monitored;
        outcome.recognised |= self.regime_year.lists.recognise(spent, outcome.aware, month, self.state);
        self.lose_days(at, needed, episode.major.is_some());
    }

    /// The illness-poor claim back the year's earlier bills within the window: the stays are settled again in their
    /// order, those of the window as if the class had been known, and the claim is made if less is left to pay.
    /// What it brings comes when the class is in force.
    fn claim_back(&mut self, household: &mut HouseholdYear, outcome: &mut BeforeAccounts) {
        let lists = &self.regime_year.lists;
        if !self.scratch.bills.iter().any(|stay| lists.claims_back(self.state, stay.month)) {
            return;
        }
        let mut again = HouseholdYear::default();
        let mut persons = vec![PersonYear::default(); self.people.len()];
        let settle = |stay: &SettledStay| {
            let mut payers = self.payers(stay.month);
            if lists.claims_back(self.state, stay.month) {
                payers.known =
                    payers.known.map(|known| known.map(|classes| classes.with(Class::IllnessPoor)));
            }
            let patient = self.patient(stay.at, stay.insured, known_of(&payers));
            let mut paid = [Money::ZERO; PAYERS];
            let person = &mut persons[stay.at];
            let mut ledger = Ledger { person, household: &mut again, paid: &mut paid };
            let layers = &self.regime_year.layers;
            let settled = layers.settle_by(&stay.bill, &patient, stay.claim, &payers, &mut ledger);
            SettledStay { settled, paid, ..*stay }
        };
        let settled: Vec<SettledStay> = self.scratch.bills.iter().map(settle).collect();
        let left = |stays: &[SettledStay]| stays.iter().map(|stay| stay.settled.out_of_pocket).sum::<Money>();
        let (before, after) = (left(&self.scratch.bills), left(&settled));
        if after >= before {
            return;
        }
        let next_year = u64::from(self.state.illness_poor_from) >= MONTHS;
        let sums = &mut outcome.care;
        for (stay, new) in self.scratch.bills.iter().zip(&settled) {
            sums.replace(stay, new);
            let late = |stay: &SettledStay| {
                let months = u64::from(stay.month) + u64::from(stay.settled.delay_months);
                if months >= MONTHS { stay.settled.delayed } else { Money::ZERO }
            };
            if !lists.claims_back(self.state, stay.month) {
                sums.late = sums.late - late(stay) + late(new);
            } else if next_year {
                sums.late += (stay.settled.out_of_pocket - new.settled.out_of_pocket).or_zero();
            }
        }
        outcome.claimed_back = before - after;
        self.scratch.persons = persons;
        self.scratch.bills = settled;
        *household = again;
    }

    /// Needed care that is not had: days are lost all the same, and next year is worse.
    fn stay_ill(&mut self, at: usize) {
        self.states[at].untreated = true;
        self.scratch.lost[at] += self.place_year.days_lost.untreated;
    }

    /// Days lost by the patient, and by one other adult at home who cares.
    fn lose_days(&mut self, at: usize, needed: bool, major: bool) {
        let days = &self.place_year.days_lost;
        let (patient, carer) = match (needed, major) {
            (_, true) => (days.patient_major, days.carer_major),
            (true, false) => (days.patient, days.carer),
            (false, false) => (days.induced, days.carer),
        };
        self.scratch.lost[at] += patient;
        let carers = self.lives.present.without(self.lives.away).and(self.shared.workers);
        if let Some(carer_at) = carers.iter().find(|other| *other != at) {
            self.scratch.lost[carer_at] += carer;
        }
    }

    /// Outpatient care of the year, one bill a person, settled after the stays.
    fn outpatient(
        &mut self,
        (payers, classes, price_factors): (&Payers, ClassSet, [u32; 2]),
        household: &mut HouseholdYear,
    ) -> OutpatientSums {
        let mut sums = OutpatientSums::default();
        let anybody = self.household_patient(classes);
        for at in self.lives.present.iter() {
            // A newborn has none.
            if self.people[at].birth_year == self.year.number() {
                continue;
            }
            let need = self.outpatient_need(at);
            let insured = self.states[at].insured;
            let price_factor = price_factors[usize::from(insured)];
            let Some(bill) = self.place_year.care.outpatient_bill(&need, price_factor) else {
                continue;
            };
            let patient = self.member_patient(at, insured, anybody);
            let layers = &self.setting.regime_year.layers;
            let (person, paid) = (&mut self.scratch.persons[at], &mut sums.paid);
            let mut ledger = Ledger { person, household, paid };
            let settled = layers.settle_by(&bill, &patient, 0, payers, &mut ledger);
            sums.bill += bill.amount;
            sums.covered += bill.covered;
            sums.out_of_pocket += settled.out_of_pocket;
            sums.late += past_december(&settled);
        }
        sums
    }

    fn outpatient_need(&self, at: usize) -> OutpatientNeed {
        OutpatientNeed {
            chronic: self.states[at].chronic,
            frailty_score: self.people[at].frailty_score,
            lane: self.shared.first[at][Draw::Outpatient.lane()],
            state: self.outpatient_state(at),
            doctor_near: self.clinic.doctor,
            means: self.place_year.care.means_factor(self.household.persistent),
        }
    }

    /// Factor on a member's outpatient spending: more with a stay, and in the years after a major illness.
    fn outpatient_state(&self, at: usize) -> u32 {
        let (state, sex) = (&self.states[at], usize::from(self.people[at].sex));
        let followed = state.since_cancer > 0 || state.since_stroke > 0;
        let index = usize::from(self.scratch.admitted[at] > 0) | usize::from(followed) << 1;
        self.place_year.illness.outpatient[sex][self.age(at)][index]
    }
}

impl Telling<'_> {
    /// The stays of the year as they were settled in the end.
    pub(super) fn stays(&self) -> Vec<Stay> {
        let stay = |stay: &SettledStay| Stay {
            person: self.setting.people[stay.at].id,
            month: stay.month,
            level: stay.bill.level,
            outside: stay.bill.outside,
            major: stay.bill.diseases,
            bill: stay.bill.amount,
            paid: stay.paid,
            out_of_pocket: stay.settled.out_of_pocket,
        };
        self.scratch.bills.iter().map(stay).collect()
    }

    /// The needed episodes of the year that were not treated.
    pub(super) fn forgone(&self) -> Vec<Forgone> {
        let forgone = |not_had: &NotHad| Forgone {
            person: self.setting.people[not_had.at].id,
            month: not_had.month,
            major: not_had.major.map_or(0, |group| 1 << group),
            reason: not_had.reason,
        };
        self.scratch.forgone.iter().map(forgone).collect()
    }

    /// The year's spending of each member who spent anything, and each stay by its cost.
    pub(super) fn mark_spending(&self, marks: &mut Marks) {
        let mark = |amount: Money| (small_bin(amount.fen()), amount.fen());
        let spent = self.scratch.spent.iter().copied().filter(|spent| *spent > Money::ZERO);
        marks.stays.clear();
        marks.stays.extend(self.scratch.bills.iter().map(|stay| mark(stay.bill.amount)));
        marks.spending.clear();
        marks.spending.extend(spent.map(mark));
    }
}

impl CareSums {
    fn add(&mut self, bill: &billing::Bill, settled: &billing::Settled) {
        self.bill += bill.amount;
        self.covered += bill.covered;
        self.out_of_pocket += settled.out_of_pocket;
    }

    fn add_outpatient(&mut self, sums: &OutpatientSums) {
        self.bill += sums.bill;
        self.covered += sums.covered;
        self.out_of_pocket += sums.out_of_pocket;
        self.late += sums.late;
        self.add_payments(&sums.paid);
    }

    fn add_payments(&mut self, paid: &[Money; PAYERS]) {
        for (sum, paid) in self.paid.iter_mut().zip(paid) {
            *sum += *paid;
        }
    }

    /// Takes a settlement of a stay out and another of the same bill in.
    fn replace(&mut self, old: &SettledStay, new: &SettledStay) {
        let less = old.settled.out_of_pocket - new.settled.out_of_pocket;
        self.out_of_pocket -= less;
        self.paid_inpatient += less;
        for (sum, (old, new)) in self.paid.iter_mut().zip(old.paid.iter().zip(new.paid)) {
            *sum += new - *old;
        }
    }

    fn forgo(&mut self, reason: Reason) {
        self.needed += 1;
        self.forgone += 1;
        *match reason {
            Reason::Money => &mut self.forgone_for_money,
            Reason::Distance => &mut self.forgone_distance,
            Reason::Capacity => &mut self.forgone_capacity,
            Reason::Unaware => &mut self.forgone_unaware,
            Reason::Other => &mut self.forgone_other,
        } += 1;
    }
}
