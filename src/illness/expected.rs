//! What illness is expected to be by age, sex and year, whatever the regime.
//!
//! Published rates of death, admission and disability are of everybody; the model multiplies them for
//! the ill. So the rate of a person without illness is the published one over the *expected factor*
//! of the age: the mean of the factors under the prevalence that the tables of the start and of onset
//! imply, followed by cohort. It is computed once, from society alone, and frozen for all regimes.
//! Diseases are taken as independent of one another here; a parameter for each rate
//! corrects for their going together.

use crate::demography::{AGES, age_of, mortality_by_group};
use crate::illness::{FOLLOWED, FOLLOWED_YEARS, follow_up};
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
    /// Stays a person that follow a cancer or stroke of the years before.
    pub follow_up: [[f64; AGES]; 2],
    /// Share of people in the years that are followed, the year of the onset with them.
    pub followed: [[f64; AGES]; 2],
    /// Share of people in them who are admitted for it.
    pub followed_admitted: [[f64; AGES]; 2],
    /// Outpatient visits of the admitted over those of all, as chronic disease brings both.
    pub admitted_visits: [[f64; AGES]; 2],
    /// Outpatient visits of those followed over those of all.
    pub followed_visits: [[f64; AGES]; 2],
}

/// Share of people whose cancer or stroke began this year, last year and so on: `[group][years since]`.
type Recent = [[f64; FOLLOWED_YEARS + 1]; 2];

/// Prevalence by cohort, carried from year to year.
#[derive(Debug, Clone)]
pub struct ExpectedIllness<'a> {
    illness: &'a Illness,
    care: &'a Care,
    place: &'a Place,
    tables: &'a Tables,
    /// `[sex][age][condition]`
    prevalence: Vec<Vec<[f64; CONDITIONS]>>,
    /// `[sex][age]`
    recent: Vec<Vec<Recent>>,
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
        // Whose disease began before the start is past the years that are followed.
        let recent = vec![vec![Recent::default(); AGES]; 2];
        Self { illness, care, place, tables, prevalence, recent }
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
            follow_up: self.over_recent(&|mean, since| if since == 0 { 0.0 } else { mean }),
            admitted_visits: over(&|p| admitted_visits(self.care, p)),
            followed_visits: over(&|p| followed_visits(self.care, p) / mean_visits(self.care, p)),
            followed: self.over_recent(&|_, _| 1.0),
            followed_admitted: self
                .over_recent(&|mean, since| if since == 0 { 1.0 } else { 1.0 - libm::exp(-mean) }),
        }
    }

    /// Sum over those whose cancer or stroke began in the years that are followed, of what the mean number of
    /// stays of their year gives.
    fn over_recent(&self, value: &dyn Fn(f64, usize) -> f64) -> [[f64; AGES]; 2] {
        let stays = follow_up(self.care);
        let of = |recent: &Recent| -> f64 {
            let mut sum = 0.0;
            for (shares, means) in recent.iter().zip(&stays) {
                for (since, (share, mean)) in shares.iter().zip(means).enumerate() {
                    sum += share * value(*mean, since);
                }
            }
            sum
        };
        std::array::from_fn(|sex| std::array::from_fn(|age| of(&self.recent[sex][age])))
    }

    /// A year on: everybody is a year older, some have died, some have fallen ill.
    pub fn advance(&mut self, year: Year) {
        let by_group = mortality_by_group(self.illness);
        for sex in 0..2 {
            for age in (0..AGES).rev() {
                let from = age.saturating_sub(1);
                let death = self.tables.death_probability(year, Sex::ALL[sex], age_of(age)).min(0.9);
                let old = if age == 0 { [0.0; CONDITIONS] } else { self.prevalence[sex][from] };
                let recent = if age == 0 { Recent::default() } else { self.recent[sex][from] };
                for (at, group) in FOLLOWED.into_iter().enumerate() {
                    let relative = by_group[group] / mean(old[group], by_group[group]);
                    let survival = (1.0 - (death * relative).min(0.95)) / (1.0 - death);
                    let began = (1.0 - old[group]) * self.onset(group, sex, age, year);
                    let now = &mut self.recent[sex][age][at];
                    now[0] = began;
                    for (here, before) in now[1..].iter_mut().zip(&recent[at]) {
                        *here = before * survival;
                    }
                }
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

/// Outpatient visits of users without chronic disease.
fn visits_of_users(care: &Care) -> f64 {
    care.outpatient_visits / care.outpatient_user_share.max(1e-6)
}

/// Mean outpatient visits under a prevalence: without chronic disease, and with each group.
fn mean_visits(care: &Care, prevalence: &[f64; CONDITIONS]) -> f64 {
    let healthy = none(prevalence);
    let groups: f64 = prevalence[..CHRONIC_GROUPS].iter().sum();
    let visits = healthy * care.outpatient_visits
        + (1.0 - healthy) * visits_of_users(care)
        + groups * care.outpatient_visits_chronic;
    visits.max(1e-6)
}

/// Mean outpatient visits of those who have had a cancer or a stroke: a group, and others as everybody.
fn followed_visits(care: &Care, prevalence: &[f64; CONDITIONS]) -> f64 {
    let groups: f64 = prevalence[..CHRONIC_GROUPS].iter().sum();
    visits_of_users(care) + (1.0 + groups) * care.outpatient_visits_chronic
}

/// Mean outpatient visits, each person counted by the factor of chronic groups on admissions, over the mean of
/// all: what the admitted have.
fn admitted_visits(care: &Care, prevalence: &[f64; CONDITIONS]) -> f64 {
    let factor = care.admission_per_chronic;
    let weight = counted(prevalence, factor);
    let groups: f64 =
        prevalence[..CHRONIC_GROUPS].iter().map(|share| share * factor / mean(*share, factor)).sum();
    let healthy = none(prevalence);
    let visits = healthy * care.outpatient_visits
        + (weight - healthy) * visits_of_users(care)
        + weight * groups * care.outpatient_visits_chronic;
    visits / (weight * mean_visits(care, prevalence))
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
