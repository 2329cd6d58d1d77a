//! What households add up to in a year, gathered once for all the regimes that share a household-year and handed to
//! each when the year is over.

use super::CountyRun;
use super::household::Telling;
use crate::county::Totals;
use crate::record::{CELLS, Descent, Sums};
use crate::scenario::MAX_NAMED;
use crate::targeting::SeenIncomes;

const _: () = assert!(MAX_NAMED <= u64::BITS as usize, "a set of regimes has a bit for each");

/// Most sets of regimes that are gathered for apart; rarer ones are gathered for regime by regime.
const MOST_SETS: usize = 48;

/// What the household-years of one set of regimes add up to.
#[derive(Debug, Clone)]
struct Gathered {
    /// One bit for each regime.
    regimes: u64,
    /// Households that stand for others.
    sampled: bool,
    totals: Totals,
    seen: SeenIncomes,
    sums: Sums,
    /// Cells that anything was added to.
    cells: [bool; CELLS],
    descent: Descent,
    /// Whether anything was added this year.
    used: bool,
}

/// Sets of regimes that are told apart by their last bits when their place is looked up.
const LOOKED_UP: usize = 64;

/// What a year's households add up to, by set of regimes.
#[derive(Debug, Clone, Default)]
pub(super) struct Gathering {
    sets: Vec<Gathered>,
    /// Where a set with these last bits was found last, sampled households after the others.
    found: Vec<usize>,
}

impl Gathering {
    /// Adds a household-year that a set of regimes share; `reported` if the year is.
    pub fn add(&mut self, regimes: u64, telling: &Telling, reported: bool) {
        let sampled = telling.is_sampled();
        match self.place(regimes, sampled) {
            Some(at) => self.sets[at].add(telling, reported),
            None => each(regimes).for_each(|one| {
                let at = self.place(1 << one, sampled).expect("there is room for each regime");
                self.sets[at].add(telling, reported);
            }),
        }
    }

    /// Place of a set of regimes, unless there are too many of them.
    fn place(&mut self, regimes: u64, sampled: bool) -> Option<usize> {
        let is_it = |set: &Gathered| set.regimes == regimes && set.sampled == sampled;
        // Below the number of places that are looked up.
        #[allow(clippy::cast_possible_truncation)]
        let last_bits = regimes as usize % LOOKED_UP + if sampled { LOOKED_UP } else { 0 };
        if let Some(found) = self.found.get(last_bits).copied()
            && self.sets.get(found).is_some_and(is_it)
        {
            return Some(found);
        }
        let found = self.sets.iter().position(is_it).unwrap_or(self.sets.len());
        if found == self.sets.len() {
            if self.sets.len() >= MOST_SETS && !regimes.is_power_of_two() {
                return None;
            }
            self.sets.push(Gathered::new(regimes, sampled));
        }
        self.found.resize(2 * LOOKED_UP, 0);
        self.found[last_bits] = found;
        Some(found)
    }
}

/// The places of the bits of a set.
pub(super) fn each(regimes: u64) -> impl Iterator<Item = usize> {
    let mut left = regimes;
    std::iter::from_fn(move || {
        let next = (left != 0).then(|| left.trailing_zeros() as usize)?;
        left &= left - 1;
        Some(next)
    })
}

impl Gathered {
    fn new(regimes: u64, sampled: bool) -> Self {
        Self {
            regimes,
            sampled,
            totals: Totals::default(),
            seen: SeenIncomes::default(),
            sums: Sums::default(),
            cells: [false; CELLS],
            descent: Descent::default(),
            used: false,
        }
    }

    fn add(&mut self, telling: &Telling, reported: bool) {
        self.used = true;
        telling.add_to(&mut self.totals);
        telling.be_seen(&mut self.seen);
        if reported {
            let cell = telling.cell();
            self.cells[cell] = true;
            telling.record(self.sums.cell_mut(cell));
            telling.follow_shock(&mut self.descent);
        }
    }

    fn clear(&mut self) {
        self.totals = Totals::default();
        self.seen.clear();
        for cell in (0..CELLS).filter(|cell| self.cells[*cell]) {
            self.sums.cell_mut(cell).fill(0);
        }
        self.cells = [false; CELLS];
        self.descent = Descent::default();
        self.used = false;
    }
}

impl CountyRun<'_> {
    /// Hands each regime what its households add up to in the year, and begins anew.
    pub(super) fn hand_over(&mut self, report: Option<usize>) {
        for set in self.gathering.sets.iter_mut().filter(|set| set.used) {
            for regime in each(set.regimes) {
                self.totals[regime].of_mut(set.sampled).add(&set.totals, 1);
                self.seen[regime].of_mut(set.sampled).add(&set.seen, 1);
                let Some(report) = report else { continue };
                let sums = &mut self.record.sums[regime][report];
                (0..CELLS).filter(|cell| set.cells[*cell]).for_each(|cell| sums.add_cell(cell, &set.sums));
                let strata = (&mut self.record.descent, &mut self.sampled.descent);
                let descent = if set.sampled { strata.1 } else { strata.0 };
                descent[regime].add(&set.descent);
            }
            set.clear();
        }
    }
}
