//! What illness is expected to be by age, sex and year, whatever the regime.
//!
//! Published rates of death, admission and disability are of everybody; the model multiplies them for
//! the ill. So the rate of a person without illness is the published one over the *expected factor*
//! of the age: the mean of the factors under the prevalence that the tables of the start and of onset
//! imply, followed by cohort. It is computed once, from society alone, and frozen for all regimes.
//! Diseases are taken as independent of one another here; a parameter for each rate
//! corrects for their going together.

use crate::demography::{AGES, age_of, mortality_by_group};
use crate::population::tables::{CONDITIONS, Condition, Tables};
use crate::population::{CHRONIC_GROUPS, Chronic, Sex};
use crate::scenario::plan::Place;
use crate::scenario::society::{Care, Illness};
use crate::units::Year;

/// Index of disability among the conditions.
const DISABILITY: usize = CHRONIC_GROUPS;

/// Expected factors of one year: `[sex][age]`.
#[derive(Debug, Clone)]
pub struct ExpectedFactors {
    /// On mortality.
    pub mortality: [[f64; AGES]; 2],
    /// On admissions.
    pub admission: [[f64; AGES]; 2],
    /// On the onset of disability.
    pub disability: [[f64; AGES]; 2],
    /// On the onset of a chronic group, from having another.
    pub comorbidity: [[f64; AGES]; 2],
    /// Share of people with any chronic group.
    pub any_chronic: [[f64; AGES]; 2],
    /// Share of people with cardiovascular disease or diabetes, whom family doctors manage.
    pub managed: [[f64; AGES]; 2],
    /// Share of people with mental illness.
    pub mental_prevalence: [[f64; AGES]; 2],
}

/// Prevalence by cohort, carried from year to year.
#[derive(Debug, Clone)]
pub struct ExpectedIllness<'a> {
    illness: &'a Illness,
    care: &'a Care,
    place: &'a Place,
    tables: &'a Tables,
    /// `[sex][age][condition]`
    prevalence: Vec<Vec<[f64; CONDITIONS]>>,
}

impl<'a> ExpectedIllness<'a> {
    /// The prevalence at the start.
    #[must_use]
    pub fn at_start(illness: &'a Illness, care: &'a Care, place: &'a Place, tables: &'a Tables) -> Self {
        let at = |sex: usize, age: usize| -> [f64; CONDITIONS] {
            std::array::from_fn(|condition| {
                let share = tables.prevalence(Condition::ALL[condition], Sex::ALL[sex], age_of(age));
                let factor = if condition == DISABILITY { 1.0 } else { place.morbidity };
                (share * factor).min(0.95)
            })
        };
        let prevalence = (0..2).map(|sex| (0..AGES).map(|age| at(sex, age)).collect()).collect();
        Self { illness, care, place, tables, prevalence }
    }

    /// The expected factors with this prevalence.
    #[must_use]
    pub fn factors(&self) -> ExpectedFactors {
        let over = |f: &dyn Fn(&[f64; CONDITIONS]) -> f64| {
            std::array::from_fn(|sex| std::array::from_fn(|age| f(&self.prevalence[sex][age])))
        };
        let by_group = mortality_by_group(self.illness);
        ExpectedFactors {
            mortality: over(&|p| {
                let chronic = (0..CHRONIC_GROUPS).map(|g| mean(p[g], by_group[g])).product::<f64>();
                chronic * mean(p[DISABILITY], self.illness.mortality_disability)
            }),
            admission: over(&|p| {
                counted(p, self.care.admission_per_chronic)
                    * mean(p[DISABILITY], self.care.admission_disability)
            }),
            disability: over(&|p| counted(p, self.illness.disability_per_chronic)),
            comorbidity: over(&|p| mean(1.0 - none(p), self.illness.comorbidity_factor)),
            any_chronic: over(&|p| 1.0 - none(p)),
            managed: over(&|p| {
                let managed = [Chronic::Cardiovascular, Chronic::Diabetes];
                1.0 - managed.iter().map(|group| 1.0 - p[*group as usize]).product::<f64>()
            }),
            mental_prevalence: over(&|p| p[crate::illness::MENTAL]),
        }
    }

    /// A year on: everybody is a year older, some have died, some have fallen ill.
    pub fn advance(&mut self, year: Year) {
        let by_group = mortality_by_group(self.illness);
        for sex in 0..2 {
            for age in (0..AGES).rev() {
                let from = age.saturating_sub(1);
                let death = self.tables.death_probability(year, Sex::ALL[sex], age_of(age)).min(0.9);
                let old = if age == 0 { [0.0; CONDITIONS] } else { self.prevalence[sex][from] };
                self.prevalence[sex][age] = std::array::from_fn(|condition| {
                    let factor = match condition {
                        DISABILITY => self.illness.mortality_disability,
                        group => by_group[group],
                    };
                    let relative = factor / mean(old[condition], factor);
                    let alive = old[condition] * (1.0 - (death * relative).min(0.95)) / (1.0 - death);
                    let recovery =
                        self.tables.recovery(Condition::ALL[condition]) * self.illness.recovery_factor;
                    let onset = self.onset(condition, sex, age, year);
                    (alive * (1.0 - recovery.min(1.0)) + (1.0 - alive) * onset).clamp(0.0, 0.95)
                });
            }
        }
    }

    fn onset(&self, condition: usize, sex: usize, age: usize, year: Year) -> f64 {
        let published =
            self.tables.onset_probability(year, Condition::ALL[condition], Sex::ALL[sex], age_of(age));
        if condition == DISABILITY {
            return published;
        }
        published * self.illness.onset_factor * self.place.morbidity
    }
}

/// Share of people without any chronic group.
fn none(prevalence: &[f64; CONDITIONS]) -> f64 {
    prevalence[..CHRONIC_GROUPS].iter().map(|share| 1.0 - share).product()
}

/// Mean of a factor that a share of people has.
fn mean(share: f64, factor: f64) -> f64 {
    1.0 + share * (factor - 1.0)
}

/// Mean of a factor that applies once for each chronic group.
fn counted(prevalence: &[f64; CONDITIONS], factor: f64) -> f64 {
    (0..CHRONIC_GROUPS).map(|g| mean(prevalence[g], factor)).product()
}
