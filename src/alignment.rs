//! Demography aligned to an external projection of the rural population by age.
//!
//! Off by default. The model's population is followed by cohort in expectation, without illness and without any
//! regime, and each year two factors are found with which it has the projected shares of children and of people
//! of 60 and over: one on leaving for good, one on births. They are made once, from society and history, and are
//! the same under every regime, so no regime changes them and identities stay.
//!
//! Parameters: `society.alignment`; the projection is `data/tables/projection.csv`.

use crate::demography::{AGES, age_of};
use crate::formation::marriage_rate;
use crate::population::Sex;
use crate::population::tables::Tables;
use crate::scenario::society::{Demography, Formation};
use crate::units::Year;

/// First age of the old in the projection.
const OLD: usize = 60;
/// Age at which childhood ends in the projection.
const ADULT: usize = 15;
/// Largest factor, and one over the least.
const MOST: f64 = 4.0;

/// Where people stand towards leaving.
pub const STANDINGS: usize = 3;
/// Single children and grandchildren of the household.
pub const SINGLE: usize = 0;
/// Married members who live with the parents of one of them.
pub const COUPLED: usize = 1;
/// Heads, their spouses and parents, who don't leave.
pub const SETTLED: usize = 2;

/// Relative numbers: `[standing][sex][age]`.
pub type Cohorts = [[[f64; AGES]; 2]; STANDINGS];

/// Factors of one year on what the tables give.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Alignment {
    /// On leaving for good.
    pub leaving: f64,
    /// On births.
    pub births: f64,
}

impl Alignment {
    /// Nothing is aligned.
    pub const NONE: Self = Self { leaving: 1.0, births: 1.0 };

    /// The factors with a part of their effect: 0 is none, 1 all.
    #[must_use]
    pub fn in_part(self, strength: f64) -> Self {
        Self { leaving: libm::pow(self.leaving, strength), births: libm::pow(self.births, strength) }
    }
}

/// The population by cohort in expectation.
#[derive(Debug, Clone)]
pub struct ExpectedPopulation<'a> {
    demography: &'a Demography,
    formation: &'a Formation,
    tables: &'a Tables,
    people: Cohorts,
}

impl<'a> ExpectedPopulation<'a> {
    /// The population at the start, as synthesis draws it.
    #[must_use]
    pub const fn at_start(
        demography: &'a Demography,
        formation: &'a Formation,
        tables: &'a Tables,
        people: Cohorts,
    ) -> Self {
        Self { demography, formation, tables, people }
    }

    /// Shares of children and of the old.
    #[must_use]
    pub fn shares(&self) -> (f64, f64) {
        shares(&self.people)
    }

    /// A year on with the factors that meet the projection; `brides` is the number of daughters who marry for each
    /// son who does.
    pub fn advance(&mut self, brides: f64, year: Year) -> Alignment {
        let (children, old) = self.tables.projected_shares(year);
        // Of adults, the share of the old; children enter by births.
        let goal = old / (1.0 - children);
        let old_of_adults = |people: &Cohorts| {
            let (children, old) = shares(people);
            old / (1.0 - children)
        };
        let (mut low, mut high) = (1.0 / MOST, MOST);
        for _ in 0..40 {
            let middle = f64::midpoint(low, high);
            if old_of_adults(&self.aged(middle, brides, year)) < goal {
                low = middle;
            } else {
                high = middle;
            }
        }
        let leaving = f64::midpoint(low, high);
        self.people = self.aged(leaving, brides, year);
        let due = self.births(year);
        let (everybody, young) = (total(&self.people, 0, AGES), total(&self.people, 0, ADULT));
        let wanted = (children * everybody - young) / (1.0 - children);
        let births = if due > 0.0 { (wanted / due).clamp(1.0 / MOST, MOST) } else { 1.0 };
        let boys = self.tables.share_of_boys(year);
        self.people[SINGLE][0][0] = due * births * boys;
        self.people[SINGLE][1][0] = due * births * (1.0 - boys);
        Alignment { leaving, births }
    }

    /// Everybody a year older, some dead, gone, married or in a household of their own; without newborns.
    fn aged(&self, factor: f64, brides: f64, year: Year) -> Cohorts {
        let mut next = [[[0.0; AGES]; 2]; STANDINGS];
        let gap = self.formation.spouse_age_gap;
        // Nearly all households have one couple with the parents, the last.
        let fission = self.formation.fission_last;
        for sex in 0..2 {
            for age in 1..AGES {
                let (band, who) = (age_of(age), Sex::ALL[sex]);
                let death = self.tables.death_probability(year, who, band) * self.demography.mortality_factor;
                let leaving = self.tables.leaving_probability(who, band) * self.demography.leaving_factor;
                let (stay, alive) = ((1.0 - (leaving * factor).min(1.0)), 1.0 - death.min(1.0));
                let here = |standing: usize| {
                    let last = if age == AGES - 1 { self.people[standing][sex][age] } else { 0.0 };
                    (self.people[standing][sex][age - 1] + last) * alive
                };
                let rate = marriage_rate(self.formation, age);
                let single = here(SINGLE) * stay;
                let fission = if age <= crate::formation::LAST_FISSION_AGE { fission } else { 0.0 };
                let coupled = here(COUPLED) * stay;
                next[SETTLED][sex][age] += here(SETTLED) + coupled * fission;
                next[COUPLED][sex][age] += coupled * (1.0 - fission);
                // A daughter goes to her husband's household; a son marries where he finds a bride.
                let married = single * rate * if sex == 0 { brides.min(1.0) } else { 1.0 };
                next[SINGLE][sex][age] += single - married;
                if sex == 0 {
                    let own = self.formation.own_household;
                    // Years of a bounded parameter.
                    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
                    let bride = age.saturating_sub(gap as usize).max(20);
                    for (sex, age) in [(0, age), (1, bride)] {
                        next[SETTLED][sex][age] += married * own;
                        next[COUPLED][sex][age] += married * (1.0 - own);
                    }
                }
            }
        }
        next
    }

    fn births(&self, year: Year) -> f64 {
        let of = |age: usize| {
            let women: f64 = self.people.iter().map(|standing| standing[1][age]).sum();
            women * self.tables.birth_probability(year, age_of(age)) * self.demography.fertility_factor
        };
        (0..AGES).map(of).sum::<f64>() * (1.0 + self.demography.twin_share)
    }
}

fn total(people: &Cohorts, from: usize, to: usize) -> f64 {
    people.iter().flatten().map(|by_age| by_age[from..to].iter().sum::<f64>()).sum()
}

/// Shares of children and of the old.
fn shares(people: &Cohorts) -> (f64, f64) {
    let all = total(people, 0, AGES).max(1e-12);
    (total(people, 0, ADULT) / all, total(people, OLD, AGES) / all)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::population::START;
    use crate::population::synthesis::expected_members;
    use crate::population::tables::tables;

    #[test]
    fn the_expected_population_follows_the_projection() {
        let society = crate::scenario::main_scenario(&[]).society;
        let mut expected = ExpectedPopulation::at_start(
            &society.demography,
            &society.formation,
            tables(),
            expected_members(),
        );
        let (children, old) = expected.shares();
        // The synthesis is raked to the census of the same year by five-year ages.
        assert!((children - 0.192).abs() < 0.03 && (old - 0.15).abs() < 0.03, "{children} {old}");
        for year in START.next().through(Year::new(2020)) {
            let factors = expected.advance(1.0, year);
            assert!(factors.leaving > 0.25 && factors.leaving < 4.0, "{year:?} {factors:?}");
        }
        let (children, old) = expected.shares();
        assert!((children - 0.1927).abs() < 0.01, "{children}");
        assert!((old - 0.2381).abs() < 0.01, "{old}");
    }

    #[test]
    fn without_strength_nothing_is_aligned() {
        let factors = Alignment { leaving: 2.0, births: 0.5 };
        assert_eq!(factors.in_part(0.0), Alignment::NONE);
        assert_eq!(factors.in_part(1.0), factors);
    }
}
