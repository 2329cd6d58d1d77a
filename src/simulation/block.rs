//! A block of households goes through its year together, part by part.
//!
//! Each part is short enough for its code to stay in cache while all households of the block pass through it under
//! every regime, and a block is small enough for what is known of it to stay there from part to part.

use std::ops::Range;

use super::CountyRun;
use super::fates::SharedYear;
use super::household::{Passages, Setting, Situation, Stories};
use crate::population::columns::CountyState;
use crate::units::Year;

/// Households that go through a year together.
const BLOCK: usize = 16;

/// A household's year under all regimes.
#[derive(Debug, Clone, Default)]
pub(super) struct HouseholdYear {
    pub shared: SharedYear,
    pub passages: Passages,
    pub stories: Stories,
}

impl CountyRun<'_> {
    /// Advances all households by a year, block by block.
    pub(super) fn advance_households(&mut self, year: Year) {
        let mut block = std::mem::take(&mut self.block);
        block.resize_with(BLOCK, HouseholdYear::default);
        let households = self.county.households.len();
        for first in (0..households).step_by(BLOCK) {
            self.advance_block(year, first..households.min(first + BLOCK), &mut block);
        }
        self.block = block;
    }

    /// Advances a block of households by a year. The order of its parts is that of the model: what officials see and
    /// give and what the members live through, their care, then the accounts.
    fn advance_block(&mut self, year: Year, rows: Range<usize>, block: &mut [HouseholdYear]) {
        for (row, of) in rows.clone().zip(&mut *block) {
            self.draw_shared(year, row, &mut of.shared);
        }
        let mut states = std::mem::take(&mut self.states);
        for (row, HouseholdYear { shared, passages, stories }) in rows.clone().zip(&mut *block) {
            passages.clear();
            stories.begin(states.len());
            self.under_each(&self.situation(year, row, shared), &mut states, |setting, regime, state| {
                setting.open(stories.of(regime), passages, state);
            });
        }
        for (row, HouseholdYear { shared, passages, stories }) in rows.clone().zip(&mut *block) {
            self.under_each(&self.situation(year, row, shared), &mut states, |setting, regime, state| {
                setting.give_care(stories.of(regime), passages, state);
            });
        }
        for (row, of) in rows.clone().zip(&mut *block) {
            self.close_year(
                self.situation(year, row, &of.shared),
                (&of.passages, &mut of.stories),
                &mut states,
            );
        }
        self.states = states;
        for (row, of) in rows.zip(block) {
            self.record_household(year, row, of);
        }
    }

    /// Does a part of a household's year under every regime.
    #[inline]
    fn under_each(
        &self,
        situation: &Situation,
        states: &mut [CountyState],
        mut part: impl FnMut(&Setting, usize, &mut CountyState),
    ) {
        for (regime, state) in states.iter_mut().enumerate() {
            part(&self.setting(situation, regime, state), regime, state);
        }
    }

    /// Closes a household's year, once for all regimes that share it. Deaths in a household that was set up from
    /// another count for the cohort of its root, from the year after.
    fn close_year(
        &self,
        situation: Situation,
        (passages, stories): (&Passages, &mut Stories),
        states: &mut [CountyState],
    ) {
        let (row, root) = (situation.row, situation.household.root as usize);
        stories.join(&situation, states);
        for regime in 0..states.len() {
            let teller = stories.teller(regime);
            let (earlier, later) = states.split_at_mut(regime);
            let state = &mut later[0];
            if teller == regime {
                let setting = self.setting(&situation, regime, state);
                setting.close(stories.of(regime), passages, state);
            } else {
                situation.copy(&earlier[teller], state);
            }
            if root != row {
                let died = stories.of(teller).died();
                let root = &mut state.households[root];
                root.died_since_switch = root.died_since_switch.saturating_add(died);
            }
        }
    }

    /// What is fixed of a household's year under every regime.
    pub(super) fn situation<'b>(&'b self, year: Year, row: usize, shared: &'b SharedYear) -> Situation<'b> {
        let household = &self.county.households[row];
        Situation {
            world: self.world,
            year,
            place_year: self.world.timetable.place_year(year),
            village: &self.county.villages[household.village as usize],
            row,
            household,
            draws: &self.draws,
            shared,
            people: &self.county.persons[household.range()],
            switched: self.switched,
        }
    }

    /// What is fixed of it under a regime.
    #[inline]
    pub(super) fn setting<'b>(
        &'b self,
        situation: &'b Situation<'b>,
        regime: usize,
        state: &CountyState,
    ) -> Setting<'b> {
        let rules = &self.rules[regime];
        let clinic = state.clinics[situation.household.village as usize];
        Setting { situation, regime_year: rules.regime_year, rules, clinic }
    }
}
