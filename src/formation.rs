//! Marriage and new households.
//!
//! A child of the household marries at a rate by age. A daughter leaves for her husband's household; a son
//! brings a wife from outside, home or into a household of their own. Brides come in as often as daughters
//! go, in expectation: in years with fewer daughters than sons who marry, some sons find no bride. Couples
//! who live with the parents set up a household of their own, the last of them less often, and leave the old
//! behind. All of this depends on age and on who lives with whom at the start of a line, never on a regime:
//! a regime changes only who is alive to do it.
//!
//! Parameters: `society.formation`.

use crate::demography::{AGES, age_of};
use crate::population::Sex;
use crate::population::tables::Tables;
use crate::random::threshold;
use crate::scenario::society::{Demography, Formation};
use crate::units::Year;

/// Oldest age at which a couple that lives with the parents may leave them.
pub const LAST_FISSION_AGE: usize = 59;
/// Ages at which children marry.
const MARRIAGE_AGES: std::ops::RangeInclusive<usize> = 20..=39;

/// Marriage and fission in one year.
#[derive(Debug, Clone)]
pub struct FormationYear {
    /// Threshold of marriage of a single child of the household: `[age]`.
    pub marriage: [u64; AGES],
    /// Threshold of finding a bride.
    pub bride: u64,
    /// Threshold of a household of one's own at marriage.
    pub own_household: u64,
    /// Threshold of a couple's own household: where another couple stays, where it is the last.
    pub fission: [u64; 2],
    /// Years by which a wife who marries in is younger.
    pub spouse_age_gap: i16,
}

impl FormationYear {
    /// Compiles the year; `brides` is the number of daughters who marry for each son who does.
    #[must_use]
    pub fn compile(formation: &Formation, brides: f64) -> Self {
        let marriage = std::array::from_fn(|age| threshold(marriage_rate(formation, age)));
        // Years of a bounded parameter.
        #[allow(clippy::cast_possible_truncation)]
        let spouse_age_gap = formation.spouse_age_gap as i16;
        Self {
            marriage,
            bride: threshold(brides.min(1.0)),
            own_household: threshold(formation.own_household),
            fission: [threshold(formation.fission), threshold(formation.fission_last)],
            spouse_age_gap,
        }
    }
}

/// Yearly chance of marriage of a single child of the household.
#[must_use]
pub fn marriage_rate(formation: &Formation, age: usize) -> f64 {
    match age {
        _ if !MARRIAGE_AGES.contains(&age) => 0.0,
        20..=24 => formation.marriage_20,
        25..=29 => formation.marriage_25,
        _ => formation.marriage_30,
    }
}

/// Single children of the household by age and sex, in expectation, carried from year to year: for
/// balancing brides who come in against daughters who go.
#[derive(Debug, Clone)]
pub struct ExpectedSingles {
    /// `[sex][age]`, relative numbers.
    singles: [[f64; AGES]; 2],
}

impl ExpectedSingles {
    /// The singles at the start, as synthesis draws them.
    #[must_use]
    pub const fn at_start(singles: [[f64; AGES]; 2]) -> Self {
        Self { singles }
    }

    /// A year on; gives the number of daughters who marry for each son who does.
    pub fn advance(
        &mut self,
        formation: &Formation,
        demography: &Demography,
        tables: &Tables,
        year: Year,
    ) -> f64 {
        let mut married = [0.0; 2];
        for (sex, by_age) in self.singles.iter_mut().enumerate() {
            for age in (1..AGES).rev() {
                let died =
                    tables.death_probability(year, Sex::ALL[sex], age_of(age)) * demography.mortality_factor;
                let left = tables.leaving_probability(Sex::ALL[sex], age_of(age)) * demography.leaving_factor;
                let here = by_age[age - 1];
                let rate = marriage_rate(formation, age);
                married[sex] += here * rate;
                by_age[age] = here * (1.0 - died.min(1.0)) * (1.0 - left.min(1.0)) * (1.0 - rate);
            }
            // Births keep the numbers of the youngest; those born after the start marry from 2031 on.
            by_age[0] = by_age[1];
        }
        if married[0] > 0.0 { married[1] / married[0] } else { 1.0 }
    }
}
