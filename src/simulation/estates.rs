//! What a household leaves when its last member has died or gone.
//!
//! Money, claims and productive assets go in equal parts to the households that were set up from the same root
//! and have members; debts go with them as far as the estate covers them, as the Civil Code limits the
//! liability of heirs. What nobody inherits, and debts that the estate doesn't cover, are lost.

use super::CountyRun;
use crate::population::columns::HouseholdState;
use crate::record::Tally;
use crate::units::Year;

/// What is divided, in fen.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Estate {
    savings: i64,
    receivable: i64,
    assets: i64,
    assets_sold: i64,
    medical_debt: i64,
    other_debt: i64,
}

impl Estate {
    /// Takes what a household has, and leaves it nothing.
    const fn take(state: &mut HouseholdState) -> Self {
        let estate = Self {
            savings: state.savings,
            receivable: state.receivable,
            assets: state.assets,
            assets_sold: state.assets_sold,
            medical_debt: state.medical_debt,
            other_debt: state.other_debt,
        };
        (state.savings, state.receivable, state.assets, state.assets_sold) = (0, 0, 0, 0);
        (state.medical_debt, state.other_debt) = (0, 0);
        estate
    }

    /// What is left for heirs after debts.
    const fn worth(&self) -> i64 {
        self.savings + self.receivable + self.assets - self.assets_sold - self.medical_debt - self.other_debt
    }

    /// The part of one of some heirs; the first has what doesn't divide.
    const fn part(&self, heirs: i64, first: bool) -> Self {
        const fn of(fen: i64, heirs: i64, first: bool) -> i64 {
            fen / heirs + if first { fen % heirs } else { 0 }
        }
        Self {
            savings: of(self.savings, heirs, first),
            receivable: of(self.receivable, heirs, first),
            assets: of(self.assets, heirs, first),
            assets_sold: of(self.assets_sold, heirs, first),
            medical_debt: of(self.medical_debt, heirs, first),
            other_debt: of(self.other_debt, heirs, first),
        }
    }

    const fn add_to(&self, heir: &mut HouseholdState) {
        heir.savings += self.savings;
        heir.receivable += self.receivable;
        heir.assets += self.assets;
        heir.assets_sold += self.assets_sold;
        heir.medical_debt += self.medical_debt;
        heir.other_debt += self.other_debt;
    }
}

impl CountyRun<'_> {
    /// Divides what the households that came to an end this year left behind, under every regime.
    pub(super) fn inherit(&mut self, year: Year) {
        if !self.world.scenario.society.switches.inheritance {
            return;
        }
        let report = self.reported(year);
        let later = self.later_households();
        for regime in 0..self.states.len() {
            for row in 0..self.county.households.len() {
                let state = &mut self.states[regime].households[row];
                if state.members_last > 0 {
                    continue;
                }
                let estate = Estate::take(state);
                if estate == Estate::default() {
                    continue;
                }
                let inherited = self.pass_on(regime, row, &estate, &later);
                if let Some(report) = report {
                    let sums = if self.waits() {
                        self.waiting.of(report, row)
                    } else {
                        let cell = usize::from(self.county.households[row].cell);
                        self.record.sums[regime][report].cell_mut(cell)
                    };
                    let tally = if inherited { Tally::EstatesInherited } else { Tally::EstatesLost };
                    sums[tally as usize] += estate.worth();
                }
            }
        }
    }

    /// Households that were set up from others, by root: (root, row), in order.
    fn later_households(&self) -> Vec<(u32, usize)> {
        let rows = self.county.households.iter().enumerate();
        let mut later: Vec<(u32, usize)> = rows
            .filter(|(row, household)| household.root as usize != *row)
            .map(|(row, h)| (h.root, row))
            .collect();
        later.sort_unstable();
        later
    }

    /// Gives an estate to its heirs; false where there are none, or where it is worth nothing.
    fn pass_on(&mut self, regime: usize, row: usize, estate: &Estate, later: &[(u32, usize)]) -> bool {
        let root = self.county.households[row].root;
        let from = later.partition_point(|(of, _)| *of < root);
        let line = later[from..].iter().take_while(|(of, _)| *of == root).map(|(_, row)| *row);
        let states = &mut self.states[regime].households;
        let heirs: Vec<usize> = std::iter::once(root as usize)
            .chain(line)
            .filter(|heir| states[*heir].members_last > 0)
            .collect();
        if heirs.is_empty() || estate.worth() < 0 {
            return false;
        }
        let count = i64::try_from(heirs.len()).expect("a few households");
        for (at, heir) in heirs.into_iter().enumerate() {
            estate.part(count, at == 0).add_to(&mut states[heir]);
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heirs_have_all_of_it_to_the_fen() {
        let mut dead = HouseholdState {
            savings: 1_001,
            receivable: 7,
            assets: 500,
            assets_sold: 100,
            medical_debt: 301,
            other_debt: 50,
            ..HouseholdState::default()
        };
        let estate = Estate::take(&mut dead);
        assert_eq!(dead, HouseholdState::default());
        assert_eq!(estate.worth(), 1_057);
        let mut heirs = [HouseholdState::default(); 3];
        for (at, heir) in heirs.iter_mut().enumerate() {
            estate.part(3, at == 0).add_to(heir);
        }
        let sum = |of: fn(&HouseholdState) -> i64| heirs.iter().map(of).sum::<i64>();
        assert_eq!((sum(|h| h.savings), sum(|h| h.receivable), sum(|h| h.assets)), (1_001, 7, 500));
        assert_eq!((sum(|h| h.assets_sold), sum(|h| h.medical_debt), sum(|h| h.other_debt)), (100, 301, 50));
    }
}
