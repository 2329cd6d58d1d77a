//! Demography aligned to a projection of the rural population by age: each year two factors, on leaving for good and
//! on births, with which the population followed by cohort in expectation has the projected shares of children and of
//! the old.

use fanpin::population::Sex;
use fanpin::population::synthesis::expected_members;
use fanpin::scenario::society::Society;
use fanpin::units::Year;

use crate::evidence::Evidence;
use crate::expected::marriage_rate;

/// The population in expectation, in relative numbers: `[sex][age]`. No illness and no regime acts on it.
#[derive(Clone)]
pub struct Population {
    /// Single children and grandchildren of the household.
    singles: [Vec<f64>; 2],
    /// Married members who live with the parents of one of them.
    couples: [Vec<f64>; 2],
    /// Heads, their spouses and parents, who don't leave.
    settled: [Vec<f64>; 2],
}

/// What a year on is reckoned with.
pub struct Rates<'a> {
    pub society: &'a Society,
    pub evidence: &'a Evidence,
    pub year: Year,
    /// Daughters who marry for each son who does.
    pub brides: f64,
}

/// Factors on what the tables give.
#[derive(Clone, Copy)]
pub struct Factors {
    pub leaving: f64,
    pub births: f64,
}

fn nobody() -> [Vec<f64>; 2] {
    [vec![0.0; 101], vec![0.0; 101]]
}

impl Population {
    /// As synthesis draws it.
    pub fn at_start() -> Self {
        let [singles, couples, settled] =
            expected_members().map(|by_sex| by_sex.map(|by_age| by_age.to_vec()));
        Self { singles, couples, settled }
    }

    fn of_ages(&self, ages: std::ops::RangeInclusive<usize>) -> f64 {
        let of = |people: &[Vec<f64>; 2]| -> f64 {
            people.iter().map(|by_age| by_age[ages.clone()].iter().sum::<f64>()).sum()
        };
        of(&self.singles) + of(&self.couples) + of(&self.settled)
    }

    /// Of adults, the share of 60 and over.
    fn old_of_adults(&self) -> f64 {
        self.of_ages(60..=100) / self.of_ages(15..=100)
    }

    /// A year on: the factor on leaving is found by halving, then that on births; both between a quarter and four.
    pub fn advance(&mut self, rates: &Rates) -> Factors {
        let (children, old) = rates.evidence.projected_shares(rates.year);
        let goal = old / (1.0 - children);
        let (mut low, mut high) = (0.25, 4.0);
        for _ in 0..40 {
            let middle = (low + high) / 2.0;
            if self.a_year_older(middle, rates).old_of_adults() < goal {
                low = middle;
            } else {
                high = middle;
            }
        }
        let leaving = (low + high) / 2.0;
        *self = self.a_year_older(leaving, rates);
        let due = self.births_due(rates);
        let missing = (children * self.of_ages(0..=100) - self.of_ages(0..=14)) / (1.0 - children);
        let births = if due > 0.0 { (missing / due).clamp(0.25, 4.0) } else { 1.0 };
        let boys = rates.evidence.boys(rates.year);
        self.singles[Sex::Male as usize][0] = due * births * boys;
        self.singles[Sex::Female as usize][0] = due * births * (1.0 - boys);
        Factors { leaving, births }
    }

    /// Some have died, left, married or set up a household of their own; without newborns.
    fn a_year_older(&self, leaving: f64, rates: &Rates) -> Self {
        let (demography, formation) = (&rates.society.demography, &rates.society.formation);
        let mut next = Self { singles: nobody(), couples: nobody(), settled: nobody() };
        for sex in Sex::ALL {
            for age in 1..=100_usize {
                let years = age as i16;
                let died =
                    (rates.evidence.death(rates.year, sex, years) * demography.mortality_factor).min(1.0);
                let left =
                    (rates.evidence.leaving(sex, years) * demography.leaving_factor * leaving).min(1.0);
                // All over 100 are 100.
                let alive = |people: &[Vec<f64>; 2]| {
                    let by_age = &people[sex as usize];
                    (by_age[age - 1] + if age == 100 { by_age[100] } else { 0.0 }) * (1.0 - died)
                };
                let (singles, couples) = (alive(&self.singles), alive(&self.couples));
                let (singles, couples) = (singles * (1.0 - left), couples * (1.0 - left));
                // Nearly all households have one couple with the parents, the last.
                let parting = couples * if age <= 59 { formation.fission_last } else { 0.0 };
                next.settled[sex as usize][age] += alive(&self.settled) + parting;
                next.couples[sex as usize][age] += couples - parting;
                let brides = if sex == Sex::Male { rates.brides.min(1.0) } else { 1.0 };
                let married = singles * marriage_rate(formation, years) * brides;
                next.singles[sex as usize][age] += singles - married;
                if sex == Sex::Female {
                    continue;
                }
                let of_bride = age.saturating_sub(formation.spouse_age_gap as usize).max(20);
                for (sex, age) in [(Sex::Male, age), (Sex::Female, of_bride)] {
                    next.settled[sex as usize][age] += married * formation.own_household;
                    next.couples[sex as usize][age] += married * (1.0 - formation.own_household);
                }
            }
        }
        next
    }

    fn births_due(&self, rates: &Rates) -> f64 {
        let demography = &rates.society.demography;
        let of_age = |age: i16| {
            let women = self.of_women(age as usize);
            women * rates.evidence.birth(rates.year, age) * demography.fertility_factor
        };
        (0..=100).map(of_age).sum::<f64>() * (1.0 + demography.twin_share)
    }

    fn of_women(&self, age: usize) -> f64 {
        let women = Sex::Female as usize;
        self.singles[women][age] + self.couples[women][age] + self.settled[women][age]
    }
}
