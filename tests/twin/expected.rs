//! What is expected of people by age and sex whatever the regime: by it published rates, which are of
//! everybody, become those of people without illness. Carried from year to year by cohort, and frozen.

use fanpin::population::synthesis::expected_singles;
use fanpin::population::{Chronic, Sex};
use fanpin::scenario::Scenario;
use fanpin::scenario::plan::Place;
use fanpin::scenario::society::{Care, Formation, Illness, Society};
use fanpin::units::{Money, Year};

use crate::alignment::{Population, Rates};
use crate::evidence::Evidence;
use crate::illness::{CANCER, STROKE, mean_further_stays};
use crate::prevention::improved_after;
use crate::{frailty, income, knowledge, outpatient};

/// Number of conditions: eight chronic groups and disability.
const CONDITIONS: usize = 9;
pub const DISABILITY: usize = 8;
pub const MENTAL: usize = Chronic::Mental as usize;
/// Diseases after which stays follow.
const FOLLOWED: [usize; 2] = [CANCER, STROKE];

pub struct Expected {
    /// Share with each condition: `[sex][age][condition]`.
    prevalence: [Vec<[f64; CONDITIONS]>; 2],
    /// Share whose cancer and whose stroke began this year, last year and so on: `[sex][age][disease][years]`.
    recent: [Vec<[[f64; 4]; 2]>; 2],
    /// Mean factor of frailty before it is made one.
    pub mean_frailty: f64,
    /// Mean outpatient spending by score before it is made one: with every score a user's, and with some.
    pub mean_spending_of_chronic: f64,
    pub mean_spending_of_others: f64,
    /// Single children of households: `[sex][age]`, relative numbers.
    singles: [Vec<f64>; 2],
    /// Daughters who marry for each son who does.
    pub brides: f64,
    /// The population, where it is aligned to a projection.
    aligned: Option<Population>,
    /// Factors on leaving for good and on births; one where nothing is aligned.
    pub leaving_factor: f64,
    pub birth_factor: f64,
    /// Share of villages with an improved environment under the historical rules.
    pub improved: f64,
    /// Odds of literacy of an adult with six years of schooling.
    pub literacy_odds: f64,
    /// Share of literate adults that published rates contain.
    pub literate: f64,
    /// Seen income per head under which the share of dibao is expected.
    pub dibao_threshold: Money,
    /// Mean over ranks of income to the elasticity of consumption.
    pub consumption_scale: f64,
}

/// Factor on mortality of each condition.
pub fn mortality_factors(illness: &Illness) -> [f64; CONDITIONS] {
    [
        illness.mortality_cardiovascular,
        illness.mortality_stroke,
        illness.mortality_diabetes,
        illness.mortality_respiratory,
        illness.mortality_cancer,
        illness.mortality_musculoskeletal,
        illness.mortality_mental,
        illness.mortality_other,
        illness.mortality_disability,
    ]
}

/// Mean of a factor that a share of people has.
pub fn mean(share: f64, factor: f64) -> f64 {
    1.0 + share * (factor - 1.0)
}

impl Expected {
    /// At the end of 2010.
    pub fn at_start(society: &Society, place: &Place, evidence: &Evidence) -> Self {
        let care = &society.care;
        let at = |sex: Sex, age: i16| {
            std::array::from_fn(|condition| {
                let share = evidence.prevalence(condition, sex, age);
                (if condition == DISABILITY { share } else { share * place.morbidity }).min(0.95)
            })
        };
        Self {
            prevalence: Sex::ALL.map(|sex| (0..=100).map(|age| at(sex, age)).collect()),
            // Who had them before the start is past the years in which stays follow.
            recent: [(); 2].map(|()| vec![[[0.0; 4]; 2]; 101]),
            mean_frailty: frailty::mean_factor(care.frailty_log_sd),
            mean_spending_of_chronic: outpatient::mean_by_score(care.outpatient_log_sd, 1.0),
            mean_spending_of_others: outpatient::mean_by_score(
                care.outpatient_log_sd,
                care.outpatient_user_share,
            ),
            singles: expected_singles().map(|by_age| by_age.to_vec()),
            brides: 0.0,
            aligned: (society.alignment.strength > 0.0).then(Population::at_start),
            leaving_factor: 1.0,
            birth_factor: 1.0,
            improved: place.improved_environment,
            literacy_odds: 0.0,
            literate: 0.0,
            dibao_threshold: Money::ZERO,
            consumption_scale: 0.0,
        }
    }

    /// A year on.
    pub fn advance(&mut self, scenario: &Scenario, place: &Place, evidence: &Evidence, year: Year) {
        let society = &scenario.society;
        self.age_the_recently_ill(&society.illness, place, evidence, year);
        self.age_the_ill(&society.illness, place, evidence, year);
        self.marry_the_single(scenario, evidence, year);
        self.align(society, evidence, year);
        self.improved = improved_after(self.improved, &scenario.history, &society.prevention, year);
        self.literacy_odds = knowledge::odds_of_the_year(&society.literacy, evidence, year);
        self.literate =
            knowledge::literate_adults_under_65(self.literacy_odds, &society.literacy, evidence, year);
        self.dibao_threshold = income::expected_dibao_threshold(scenario, place, evidence, year);
        self.consumption_scale = income::consumption_scale(&society.economy, evidence, year);
    }

    /// Everybody is a year older; cancers and strokes have begun in those who had none, and some who had one died.
    fn age_the_recently_ill(&mut self, illness: &Illness, place: &Place, evidence: &Evidence, year: Year) {
        let factors = mortality_factors(illness);
        for sex in Sex::ALL {
            let last_year = self.recent[sex as usize].clone();
            for age in 0..=100_i16 {
                let death = evidence.death(year, sex, age).min(0.9);
                for (disease, group) in FOLLOWED.into_iter().enumerate() {
                    let (had, recent) = if age == 0 {
                        (0.0, [0.0; 4])
                    } else {
                        let at = age as usize - 1;
                        (self.prevalence[sex as usize][at][group], last_year[at][disease])
                    };
                    let relative = factors[group] / mean(had, factors[group]);
                    let survival = (1.0 - (death * relative).min(0.95)) / (1.0 - death);
                    let onset =
                        evidence.onset(year, group, sex, age) * illness.onset_factor * place.morbidity;
                    let now = &mut self.recent[sex as usize][age as usize][disease];
                    now[0] = (1.0 - had) * onset;
                    for years in 1..4 {
                        now[years] = recent[years - 1] * survival;
                    }
                }
            }
        }
    }

    /// Everybody is a year older, some of the ill have died or recovered, some of the healthy fell ill.
    fn age_the_ill(&mut self, illness: &Illness, place: &Place, evidence: &Evidence, year: Year) {
        let factors = mortality_factors(illness);
        for sex in Sex::ALL {
            let last_year = self.prevalence[sex as usize].clone();
            for age in 0..=100_i16 {
                let death = evidence.death(year, sex, age).min(0.9);
                for condition in 0..CONDITIONS {
                    let before = if age == 0 { 0.0 } else { last_year[age as usize - 1][condition] };
                    let relative = factors[condition] / mean(before, factors[condition]);
                    let left = before * (1.0 - (death * relative).min(0.95)) / (1.0 - death);
                    let recovery = (evidence.recovery(condition) * illness.recovery_factor).min(1.0);
                    let published = evidence.onset(year, condition, sex, age);
                    let onset = if condition == DISABILITY {
                        published
                    } else {
                        published * illness.onset_factor * place.morbidity
                    };
                    self.prevalence[sex as usize][age as usize][condition] =
                        (left * (1.0 - recovery) + (1.0 - left) * onset).clamp(0.0, 0.95);
                }
            }
        }
    }

    /// Single children grow a year older, die, leave, marry; births keep the youngest as many as they were.
    fn marry_the_single(&mut self, scenario: &Scenario, evidence: &Evidence, year: Year) {
        let demography = &scenario.society.demography;
        let mut married = [0.0, 0.0];
        for sex in Sex::ALL {
            let last_year = self.singles[sex as usize].clone();
            let now = &mut self.singles[sex as usize];
            for age in 1..=100_i16 {
                let died = (evidence.death(year, sex, age) * demography.mortality_factor).min(1.0);
                let left = (evidence.leaving(sex, age) * demography.leaving_factor).min(1.0);
                let rate = marriage_rate(&scenario.society.formation, age);
                let here = last_year[age as usize - 1];
                married[sex as usize] += here * rate;
                now[age as usize] = here * (1.0 - died) * (1.0 - left) * (1.0 - rate);
            }
            now[0] = now[1];
        }
        let [sons, daughters] = married;
        self.brides = if sons > 0.0 { daughters / sons } else { 1.0 };
    }

    fn align(&mut self, society: &Society, evidence: &Evidence, year: Year) {
        let Some(population) = &mut self.aligned else { return };
        let factors = population.advance(&Rates { society, evidence, year, brides: self.brides });
        self.leaving_factor = libm::pow(factors.leaving, society.alignment.strength);
        self.birth_factor = libm::pow(factors.births, society.alignment.strength);
    }

    fn shares(&self, sex: Sex, age: i16) -> &[f64; CONDITIONS] {
        &self.prevalence[sex as usize][age as usize]
    }

    /// Expected factor on mortality.
    pub fn mortality(&self, illness: &Illness, sex: Sex, age: i16) -> f64 {
        let factors = mortality_factors(illness);
        (0..CONDITIONS).map(|condition| mean(self.shares(sex, age)[condition], factors[condition])).product()
    }

    /// Expected factor of something that each chronic group multiplies.
    pub fn by_groups(&self, factor: f64, sex: Sex, age: i16) -> f64 {
        (0..DISABILITY).map(|group| mean(self.shares(sex, age)[group], factor)).product()
    }

    pub fn disabled(&self, sex: Sex, age: i16) -> f64 {
        self.shares(sex, age)[DISABILITY]
    }

    pub fn mentally_ill(&self, sex: Sex, age: i16) -> f64 {
        self.shares(sex, age)[MENTAL]
    }

    /// Expected share with any chronic disease.
    pub fn any_chronic(&self, sex: Sex, age: i16) -> f64 {
        1.0 - (0..DISABILITY).map(|group| 1.0 - self.shares(sex, age)[group]).product::<f64>()
    }

    /// Sum over those whose cancer or stroke is recent of something that depends on the years since.
    fn over_recent(&self, sex: Sex, age: i16, of: impl Fn(usize, u8) -> f64) -> f64 {
        let mut sum = 0.0;
        for (disease, group) in FOLLOWED.into_iter().enumerate() {
            for years in 0..4_u8 {
                let share = self.recent[sex as usize][age as usize][disease][usize::from(years)];
                sum += share * of(group, years);
            }
        }
        sum
    }

    /// Stays a person that follow a cancer or stroke of the years before.
    pub fn further_stays(&self, care: &Care, sex: Sex, age: i16) -> f64 {
        let stays = |group, years| if years == 0 { 0.0 } else { mean_further_stays(care, group, years) };
        self.over_recent(sex, age, stays)
    }

    /// Share of people with a recent cancer or stroke.
    pub fn followed(&self, sex: Sex, age: i16) -> f64 {
        self.over_recent(sex, age, |_, _| 1.0)
    }

    /// Share of people who are admitted for it: all in the year of the onset.
    pub fn admitted_for_it(&self, care: &Care, sex: Sex, age: i16) -> f64 {
        self.over_recent(sex, age, |group, years| match years {
            0 => 1.0,
            _ => 1.0 - libm::exp(-mean_further_stays(care, group, years)),
        })
    }

    /// Mean outpatient visits where some are without chronic disease and the others have groups, in sum over
    /// all; what is summed may be weighted.
    fn visits(care: &Care, healthy: f64, ill: f64, groups: f64) -> f64 {
        let of_users = care.outpatient_visits / care.outpatient_user_share.max(1e-6);
        healthy * care.outpatient_visits + ill * of_users + groups * care.outpatient_visits_chronic
    }

    fn mean_visits(&self, care: &Care, sex: Sex, age: i16) -> f64 {
        let ill = self.any_chronic(sex, age);
        Self::visits(care, 1.0 - ill, ill, self.groups(sex, age)).max(1e-6)
    }

    /// Mean number of chronic groups.
    fn groups(&self, sex: Sex, age: i16) -> f64 {
        self.shares(sex, age)[..DISABILITY].iter().sum()
    }

    /// Outpatient visits of those with a recent cancer or stroke over those of all: they have that group, and
    /// others as everybody.
    pub fn visits_of_followed(&self, care: &Care, sex: Sex, age: i16) -> f64 {
        Self::visits(care, 0.0, 1.0, 1.0 + self.groups(sex, age)) / self.mean_visits(care, sex, age)
    }

    /// Outpatient visits of the admitted over those of all: everybody counts by the factor of the chronic
    /// groups on admissions.
    pub fn visits_of_admitted(&self, care: &Care, sex: Sex, age: i16) -> f64 {
        let factor = care.admission_per_chronic;
        let weight = self.by_groups(factor, sex, age);
        let groups = |shares: &[f64]| -> f64 {
            shares.iter().map(|share| share * factor / mean(*share, factor)).sum()
        };
        let healthy = 1.0 - self.any_chronic(sex, age);
        let groups = weight * groups(&self.shares(sex, age)[..DISABILITY]);
        Self::visits(care, healthy, weight - healthy, groups) / (weight * self.mean_visits(care, sex, age))
    }

    /// Expected share with cardiovascular disease or diabetes.
    pub fn managed(&self, sex: Sex, age: i16) -> f64 {
        let shares = self.shares(sex, age);
        1.0 - (1.0 - shares[Chronic::Cardiovascular as usize]) * (1.0 - shares[Chronic::Diabetes as usize])
    }
}

/// Yearly chance of marriage of a single child of the household.
pub fn marriage_rate(formation: &Formation, age: i16) -> f64 {
    match age {
        20..=24 => formation.marriage_20,
        25..=29 => formation.marriage_25,
        30..=39 => formation.marriage_30,
        _ => 0.0,
    }
}
