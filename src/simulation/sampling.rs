//! Households that stand for others.
//!
//! Who is registered as poor is decided inside the simulation, so no household can be left out before. Every
//! household of a county's sample lives until the poor are registered; then, where the place says so, one in w of
//! those whose root household was not registered stays and stands for w, and the registered, later the lifted, all
//! stay and stand for themselves. It is a systematic sample: the root's index in the county plus a keyed number of the
//! county is divisible by w, so each stays with a chance of 1/w whoever else is there, and households set up from
//! others go or stay with their root. Two strata with one weight each: sums are kept by stratum and the weight is
//! applied once, in what the county decides on and in what it hands on.
//!
//! Parameters: `plan.sampling_factor`, `places.*.unregistered_weight`.

use super::{CountyRecord, CountyRun};
use crate::county::Totals;
use crate::population::columns::{County, CountyState, Person, PersonState, Registration};
use crate::population::{HouseholdId, START};
use crate::random::stream;
use crate::record::{Cell, Descent, Histograms, Standing, Tally};
use crate::targeting::SeenIncomes;
use crate::units::Year;

/// Households that one stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Weights {
    /// Every household of the county, in the nation.
    pub factor: u32,
    /// A household that was not registered, in the county, once the registered are known.
    pub unregistered: u16,
}

impl Weights {
    /// Whether a county leaves households out when the registered are known.
    pub(super) const fn thins(self) -> bool {
        self.unregistered > 1
    }

    /// What a household of a cell stands for in the nation.
    fn of(self, cell: Cell) -> i64 {
        let within = if cell.standing == Standing::Lifted { 1 } else { i64::from(self.unregistered) };
        i64::from(self.factor) * within
    }

    /// What a household stands for in the nation.
    pub(super) fn of_household(self, sampled: bool) -> u32 {
        self.factor * if sampled { u32::from(self.unregistered) } else { 1 }
    }
}

/// Numbers of households that stand for themselves in the county, and of those that stand for others.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct ByStratum<T> {
    own: T,
    sampled: T,
}

impl<T> ByStratum<T> {
    pub(super) const fn of_mut(&mut self, sampled: bool) -> &mut T {
        if sampled { &mut self.sampled } else { &mut self.own }
    }
}

impl ByStratum<Totals> {
    /// The totals of the county.
    pub(super) fn whole(mut self, weights: Weights) -> Totals {
        self.own.add(&self.sampled, i64::from(weights.unregistered));
        self.own
    }
}

impl ByStratum<SeenIncomes> {
    /// Households of the county by seen income.
    pub(super) fn whole(mut self, weights: Weights) -> SeenIncomes {
        self.own.add(&self.sampled, u32::from(weights.unregistered));
        self.own
    }
}

/// What is counted apart of sampled households, since their cells don't tell: `[regime][year]`, `[regime]`.
#[derive(Debug, Default)]
pub(super) struct Sampled {
    pub(super) histograms: Vec<Vec<Histograms>>,
    pub(super) descent: Vec<Descent>,
}

impl CountyRun<'_> {
    /// On the first 1 January after the registration: leaves out what others stand for.
    pub(super) fn sample(&mut self, year: Year) {
        let registration = self.world.scenario.society.lists.registration_year;
        let weights = self.task.weights;
        if !weights.thins() || i64::from(year.number()) != registration + 1 {
            return;
        }
        let weight = u64::from(weights.unregistered);
        let county = HouseholdId::root_of(self.task.county, 0).bits();
        let word = self.task.key.block(0, county, START, stream::SAMPLING)[0];
        // Below the weight.
        #[allow(clippy::cast_possible_truncation)]
        let first = ((u128::from(word) * u128::from(weight)) >> 64) as u64;
        let [state] = &mut self.states[..] else { unreachable!("the poor are registered before the switch") };
        let unregistered: Vec<bool> =
            state.households.iter().map(|of| of.registration == Registration::Never).collect();
        for household in &mut self.county.households {
            household.sampled = unregistered[household.root as usize];
        }
        let is_kept =
            |sampled: bool, index: u32| !sampled || (u64::from(index) + first).is_multiple_of(weight);
        let kept: Vec<bool> = self
            .county
            .households
            .iter()
            .map(|of| is_kept(of.sampled, HouseholdId::from_bits(of.id).index()))
            .collect();
        keep(&mut self.county, state, &kept);
        self.take_groups();
    }
}

/// Keeps some households of a county, in their order, with their villages; new columns, so that the memory of the
/// others is free.
fn keep(county: &mut County, state: &mut CountyState, kept: &[bool]) {
    const GONE: u32 = u32::MAX;
    let rows: Vec<usize> = (0..kept.len()).filter(|row| kept[*row]).collect();
    let mut new_row = vec![GONE; kept.len()];
    let mut new_village = vec![GONE; county.villages.len()];
    let slots = rows.iter().map(|row| usize::from(county.households[*row].slots)).sum();
    let mut persons: Vec<Person> = Vec::with_capacity(slots);
    let mut person_states: Vec<PersonState> = Vec::with_capacity(slots);
    let (mut villages, mut clinics) = (Vec::new(), Vec::new());
    let mut households = Vec::with_capacity(rows.len());
    let small = |n: usize| u32::try_from(n).expect("a county has under 4e9 slots");
    for row in &rows {
        let mut household = county.households[*row];
        new_row[*row] = small(households.len());
        let owned = household.start as usize..household.start as usize + usize::from(household.slots);
        household.start = small(persons.len());
        persons.extend_from_slice(&county.persons[owned.clone()]);
        person_states.extend_from_slice(&state.persons[owned]);
        let village = household.village as usize;
        if new_village[village] == GONE {
            new_village[village] = small(villages.len());
            villages.push(county.villages[village]);
            clinics.push(state.clinics[village]);
        }
        household.village = new_village[village];
        // A root comes before what was set up from it, and goes or stays with it.
        household.root = new_row[household.root as usize];
        households.push(household);
    }
    let mut row = 0;
    state.households.retain(|_| {
        row += 1;
        kept[row - 1]
    });
    state.households.shrink_to_fit();
    (county.persons, county.households, county.villages) = (persons, households, villages);
    (state.persons, state.clinics) = (person_states, clinics);
}

impl CountyRecord {
    /// Applies what each household stands for, and counts the persons represented.
    pub(super) fn weigh(&mut self, weights: Weights, sampled: &Sampled, baseline: usize) {
        let factor = i64::from(weights.factor);
        let sampled_factor = factor * i64::from(weights.unregistered);
        if weights.thins() || weights.factor > 1 {
            for sums in self.sums.iter_mut().flatten() {
                sums.weigh(|cell| weights.of(cell));
            }
            self.histograms.iter_mut().flatten().for_each(|of| of.weigh(factor));
            self.flows.iter_mut().flatten().for_each(|of| of.weigh(factor));
            self.counties.iter_mut().flatten().for_each(|of| of.weigh(factor));
            self.descent.iter_mut().for_each(|of| of.weigh(factor));
        }
        for (all, more) in self.histograms.iter_mut().flatten().zip(sampled.histograms.iter().flatten()) {
            let mut more = more.clone();
            more.weigh(sampled_factor);
            all.add(&more);
        }
        for (all, more) in self.descent.iter_mut().zip(&sampled.descent) {
            let mut more = *more;
            more.weigh(sampled_factor);
            all.add(&more);
        }
        let represented = self.sums[baseline][0].total(Tally::Persons, |_| true);
        self.persons_represented = u64::try_from(represented).expect("a count");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::population::columns::{Household, HouseholdState};
    use crate::village::{Clinic, Village};

    #[test]
    fn those_who_stay_keep_members_root_and_village() {
        let mut county = County::default();
        let mut state = CountyState::default();
        for (row, root, village) in [(0, 0, 0), (1, 1, 0), (2, 2, 1), (3, 2, 1)] {
            let household = Household { id: row, root, village, ..Household::default() };
            let person = Person { id: 10 + row, ..Person::default() };
            let person_state = PersonState { chronic: 1 << row, ..PersonState::default() };
            county.add_household(&mut state, household, HouseholdState::default(), &[(person, person_state)]);
            state.households[row as usize].savings = i64::try_from(row).unwrap();
        }
        county.villages = [7, 8].map(|id| Village { id, environment_word: 0 }).to_vec();
        state.clinics = vec![Clinic::default(), Clinic { doctor: true, competent: true }];
        keep(&mut county, &mut state, &[false, false, true, true]);
        assert_eq!(
            county.households.iter().map(|h| (h.id, h.root, h.village)).collect::<Vec<_>>(),
            [(2, 0, 0), (3, 0, 0)]
        );
        assert_eq!(state.households.iter().map(|h| h.savings).collect::<Vec<_>>(), [2, 3]);
        for (household, row) in county.households.iter().zip([2, 3]) {
            let slot = household.range().start;
            assert_eq!((county.persons[slot].id, state.persons[slot].chronic), (10 + row, 1 << row));
        }
        assert_eq!(county.villages.iter().map(|v| v.id).collect::<Vec<_>>(), [8]);
        assert!(state.clinics[0].competent);
    }
}
