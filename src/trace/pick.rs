//! A typical household: among the lifted root households of a replicate that a regime saves, or loses, or that return
//! under it and the baseline, the one in the middle.
//!
//! The middle is that of three orders: by medical bills from the switch on, by income per head over the same years
//! (both under the baseline), and by members at the switch. In each a household is as many places from the middle of
//! the order as its rank is from that of the median, equals sharing their mean rank; the household with the smallest
//! sum of the three is picked, the lowest id of several. Nothing is scaled and nothing drawn.

use std::collections::BTreeMap;

use super::Flow;
use crate::county::Published;
use crate::experiment::{Interrupted, Watch, witness_counties};
use crate::population::columns::{County, CountyState};
use crate::record::{PanelRow, TALLIES};
use crate::scenario::Scenario;
use crate::simulation::{CountyTask, Witness};
use crate::units::Year;

/// What a picked household stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// Returned under the baseline only.
    Saved,
    /// Returned under the regime only.
    Lost,
    /// Returned under both.
    Both,
}

impl Wanted {
    /// The flow that is wanted.
    #[must_use]
    pub const fn flow(self) -> Flow {
        match self {
            Self::Saved => Flow::Saved,
            Self::Lost => Flow::Lost,
            Self::Both => Flow::Both,
        }
    }
}

/// What was picked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Picked {
    /// The household.
    pub household: u64,
    /// Of how many that the flow counts.
    pub of: usize,
}

/// Picks a household of some counties whose outcome by the end of a year, under the regime of an index against the
/// baseline, is the one wanted; `None` if there is none.
///
/// # Errors
/// [`Interrupted`] if the watcher stops it.
///
/// # Panics
/// If there is no regime of the index.
pub fn pick(
    scenario: &Scenario,
    counties: &[CountyTask],
    (wanted, regime, by): (Wanted, usize, Year),
    watch: &dyn Watch,
) -> Result<Option<Picked>, Interrupted> {
    // The others are not needed, and change nothing.
    let two = Scenario {
        regimes: vec![scenario.regimes[scenario.baseline].clone(), scenario.regimes[regime].clone()],
        baseline: 0,
        ..scenario.clone()
    };
    let span = (scenario.plan.switch_year, by);
    let census = || Census { span, wanted, sums: BTreeMap::new(), found: Vec::new() };
    let seen = witness_counties(&two, counties, watch, census)?;
    let candidates: Vec<Candidate> = seen.into_iter().flat_map(|census| census.found).collect();
    let household = middle(&candidates);
    Ok(household.map(|household| Picked { household, of: candidates.len() }))
}

/// A household that the flow counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Candidate {
    household: u64,
    /// Medical bills, income per head, members.
    measures: [i64; 3],
}

/// Who of a county the flow counts.
struct Census {
    span: (Year, Year),
    wanted: Wanted,
    /// Bills and incomes per head under the baseline so far.
    sums: BTreeMap<u64, (i64, i64)>,
    found: Vec<Candidate>,
}

impl Witness for Census {
    fn household(&mut self, _: &[i64; TALLIES], row: &PanelRow) {
        let spanned = (self.span.0.number()..=self.span.1.number()).contains(&row.year);
        if row.regime == 0 && row.lifted && row.household == row.root_household && spanned {
            let sums = self.sums.entry(row.household).or_default();
            sums.0 += row.bill_fen;
            sums.1 += row.income_fen / i64::from(row.persons.max(1));
        }
    }

    fn year(&mut self, year: Year, county: &County, states: &[CountyState], _: &[Published]) {
        let [baseline, regime] = states else { return };
        if year != self.span.1 {
            return;
        }
        for (row, household) in county.households.iter().enumerate().filter(|(_, h)| h.cohort) {
            let entered = |state: &CountyState| state.households[row].ever_entered;
            if Flow::between(entered(regime), entered(baseline)) == self.wanted.flow() {
                let (bills, income) = self.sums.get(&household.id).copied().unwrap_or_default();
                let measures = [bills, income, i64::from(household.persons_at_switch)];
                self.found.push(Candidate { household: household.id, measures });
            }
        }
    }
}

/// The candidate in the middle of all orders.
fn middle(candidates: &[Candidate]) -> Option<u64> {
    let mut away = vec![0; candidates.len()];
    for measure in 0..3 {
        let of = |candidate: &Candidate| candidate.measures[measure];
        let mut sorted: Vec<i64> = candidates.iter().map(of).collect();
        sorted.sort_unstable();
        for (away, candidate) in away.iter_mut().zip(candidates) {
            let value = of(candidate);
            let below = sorted.partition_point(|other| *other < value);
            let not_above = sorted.partition_point(|other| *other <= value);
            // Twice the mean rank from 0, and twice that of the median.
            *away += (below + not_above - 1).abs_diff(candidates.len() - 1);
        }
    }
    let nearest = away.iter().zip(candidates).min_by_key(|(away, candidate)| (**away, candidate.household));
    nearest.map(|(_, candidate)| candidate.household)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn candidates(all: &[[i64; 3]]) -> Vec<Candidate> {
        all.iter()
            .zip(1..)
            .map(|(measures, household)| Candidate { household, measures: *measures })
            .collect()
    }

    #[test]
    fn the_middle_is_the_median_where_the_orders_agree() {
        assert_eq!(middle(&candidates(&[[9, 9, 9], [1, 1, 1], [5, 5, 5], [7, 6, 6], [2, 2, 3]])), Some(3));
        assert_eq!(middle(&candidates(&[[4, 4, 4], [4, 4, 4]])), Some(1), "the lowest id of equals");
        assert_eq!(middle(&[]), None);
        // One very large bill moves no rank.
        let [near, far] =
            [10, 10_000_000].map(|most| middle(&candidates(&[[1, 1, 1], [2, 2, 2], [most, 3, 3]])));
        assert_eq!((near, far), (Some(2), Some(2)));
    }
}
