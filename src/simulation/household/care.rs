//! Care: each episode is treated or forgone, and its bill settled; then the year's outpatient care.

use super::outpatient::Outpatients;
use super::{BeforeAccounts, CareSums, Forgone, Scratch, Stay, Step, Telling};
use crate::billing::{self, HouseholdYear, Ledger, Patient, Payers, PersonYear};
use crate::care::{Outcome, Reason, Seeker};
use crate::illness::{MENTAL, PotentialEpisode};
use crate::record::{Marks, small_bin};
use crate::scenario::policy::{Class, ClassSet, DEPARTMENTS, PAYERS};
use crate::simulation::members::Members;
use crate::units::Money;

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

/// The month of a date, from 0.
fn month_of(date: u64) -> u8 {
    // Below twelve.
    #[allow(clippy::cast_possible_truncation)]
    {
        ((u128::from(date) * u128::from(MONTHS)) >> 64) as u8
    }
}

/// The classes that any department knows of.
pub(super) fn known_of(known: &[ClassSet; DEPARTMENTS]) -> ClassSet {
    ClassSet(known.iter().fold(0, |all, classes| all | classes.0))
}

/// A household on its way through a year with episodes.
struct Care {
    /// As the payers stand in the month.
    payers: Payers,
    /// The family, with what it can raise by now.
    seeker: Seeker,
    /// What is the same for all of its patients.
    anybody: Patient,
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
        self.scratch.admitted = Members::default();
        outcome.care.inpatients_last = self.lives.inpatients_last;
        if self.lives.episodes.is_empty() {
            self.see_doctors(lives, outpatients, outcome);
            return;
        }
        self.scratch.lost.resize(self.people.len(), 0);
        self.scratch.readmitted = Members::default();
        let mut care = self.begin_care(outcome.aware);
        for episode in &self.lives.episodes {
            self.attend(episode, &mut care, outcome);
        }
        if self.scratch.bills.is_empty() {
            self.see_doctors(lives, outpatients, outcome);
        } else {
            if outcome.recognised {
                self.claim_back(&mut care, outcome);
            }
            self.see_doctors_after_stays(lives, outpatients, outcome);
            self.count_admitted(outcome);
        }
    }

    /// Begins the members' bills of the year.
    pub(super) fn begin_bills(&mut self) {
        let count = self.people.len();
        let scratch = &mut *self.scratch;
        if scratch.persons.len() < count {
            scratch.persons.resize(count, PersonYear::default());
        }
        scratch.household.begin();
        scratch.spent.clear();
        scratch.spent.resize(count, Money::ZERO);
    }

    /// Counts who was admitted once, again in the year, and again after last year.
    fn count_admitted(&mut self, outcome: &mut BeforeAccounts) {
        let sums = &mut outcome.care;
        let admitted = self.scratch.admitted.and(self.lives.present);
        sums.inpatients = admitted.count();
        sums.repeated = self.scratch.readmitted.and(self.lives.present).count();
        sums.again = admitted.and(self.lives.admitted_last).count();
        admitted.iter().for_each(|at| self.states[at].admitted = true);
    }

    fn begin_care(&self, aware: bool) -> Care {
        let near = self.regime_year.service.no_distance;
        let distance = f64::from(self.household.distance_factor) / 1e6;
        Care {
            payers: self.payers([ClassSet::default(); DEPARTMENTS]),
            seeker: Seeker {
                classes: ClassSet::default(),
                insured: false,
                distance_factor: if near { distance.max(1.0) } else { distance },
                liquidity: self.place_year.economy.liquidity(self.state),
                aware,
                mentally_ill: false,
                capability: self.rules.published.capability,
                lacking: self.rules.published.turned_away,
                means: self.place_year.care.means_factor(self.household.persistent),
            },
            anybody: self.anybody(),
        }
    }

    /// Anybody of the household as a patient.
    pub(super) fn anybody(&self) -> Patient {
        Patient {
            insured: false,
            classes: ClassSet::default(),
            age: 0,
            chronic: 0,
            household_income: Money::from_fen(self.state.income_last),
            household_income_per_head: Money::from_fen(
                self.state.income_last / i64::from(self.state.members_last.max(1)),
            ),
        }
    }

    /// A member as a patient in every class that any department knows of.
    fn patient(&self, at: usize, insured: bool, care: &Care) -> Patient {
        Patient {
            insured,
            classes: care.payers.known.as_ref().map_or(ClassSet::default(), known_of),
            age: u8::try_from(self.age(at)).expect("ages are capped at 100"),
            chronic: self.states[at].chronic,
            ..care.anybody
        }
    }

    /// Whether a member has a mental illness that isn't treated.
    fn is_mentally_ill(&self, at: usize) -> bool {
        self.states[at].chronic & (1 << MENTAL) != 0 && !self.lives.reach.mental_treated.has(at)
    }

    fn attend(&mut self, episode: &PotentialEpisode, care: &mut Care, outcome: &mut BeforeAccounts) {
        let at = episode.slot as usize;
        let month = month_of(episode.date);
        let insured = self.states[at].insured && month >= self.states[at].benefits_from;
        care.payers.known = Some(self.regime_year.lists.known_classes(self.state, month));
        let patient = self.patient(at, insured, care);
        let mentally_ill = self.is_mentally_ill(at);
        care.seeker = Seeker { classes: patient.classes, insured, mentally_ill, ..care.seeker };
        let sums = &mut outcome.care;
        let (needed, bill) = match self.place_year.care.seek(self.rules.care_terms(), episode, &care.seeker) {
            Outcome::NotNeeded => return,
            Outcome::Forgone(reason) => {
                sums.forgo(reason);
                self.scratch.forgone.push(NotHad { at, month, major: episode.major, reason });
                self.stay_ill(at);
                return;
            }
            Outcome::Treated { needed, bill } => (needed, bill),
        };
        if self.scratch.bills.is_empty() {
            self.begin_bills();
        }
        sums.needed += i64::from(needed);
        sums.induced += i64::from(!needed);
        sums.admissions += 1;
        self.scratch.admit(at);
        sums.outside += i64::from(bill.outside);
        if self.states[at].insured && !insured {
            sums.waiting += bill.amount;
        }
        let claim = self.place_year.knowledge.claim_word(episode.claim_word, outcome.aware);
        let layers = &self.setting.regime_year.layers;
        let mut paid = [Money::ZERO; PAYERS];
        let Scratch { persons, household, spent, .. } = &mut *self.scratch;
        let mut ledger = Ledger { person: &mut persons[at], household, paid: &mut paid };
        let settled = layers.settle_by(&bill, &patient, claim, &care.payers, &mut ledger);
        spent[at] += bill.amount;
        sums.add(&bill, &settled);
        sums.add_payments(&paid);
        sums.inpatient += bill.amount;
        sums.paid_inpatient += bill.amount - settled.out_of_pocket;
        if u64::from(month) + u64::from(settled.delay_months) >= MONTHS {
            sums.late += settled.delayed;
        }
        let liquidity = &mut care.seeker.liquidity;
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
    fn claim_back(&mut self, care: &mut Care, outcome: &mut BeforeAccounts) {
        let lists = &self.regime_year.lists;
        if !self.scratch.bills.iter().any(|stay| lists.claims_back(self.state, stay.month)) {
            return;
        }
        let mut again = HouseholdYear::default();
        let mut persons = vec![PersonYear::default(); self.people.len()];
        let settle = |stay: &SettledStay| {
            let mut known = lists.known_classes(self.state, stay.month);
            if lists.claims_back(self.state, stay.month) {
                known = known.map(|classes| classes.with(Class::IllnessPoor));
            }
            care.payers.known = Some(known);
            let patient = self.patient(stay.at, stay.insured, care);
            let mut paid = [Money::ZERO; PAYERS];
            let person = &mut persons[stay.at];
            let mut ledger = Ledger { person, household: &mut again, paid: &mut paid };
            let layers = &self.regime_year.layers;
            let settled = layers.settle_by(&stay.bill, &patient, stay.claim, &care.payers, &mut ledger);
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
        self.scratch.household = again;
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
    pub(super) fn add(&mut self, bill: &billing::Bill, settled: &billing::Settled) {
        self.bill += bill.amount;
        self.covered += bill.covered;
        self.out_of_pocket += settled.out_of_pocket;
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
