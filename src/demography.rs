//! Births, deaths and leaving home.
//!
//! A death is decided on 1 January from the age reached in the year, the chronic groups,
//! disability and care forgone the year before. The published life table is of everybody, so the
//! probability of a person without illness is the table's over the expected factor of the age, and
//! illness multiplies it; the product saturates at a bound that belongs to society. Births and
//! leaving home depend on age and sex only, so no regime can change them, but only who lives gives
//! birth or leaves.

use crate::alignment::Alignment;
use crate::illness::CHRONIC_SETS;
use crate::illness::expected::ExpectedFactors;
use crate::population::Sex;
use crate::population::tables::Tables;
use crate::random::threshold;
use crate::scenario::society::{Demography, Illness};
use crate::units::Year;

/// Ages are capped here; the life table ends at it.
pub const MAX_AGE: usize = 100;
/// Number of ages.
pub const AGES: usize = MAX_AGE + 1;

/// Age bands over which hazards that need no finer grid are constant are read by single year.
#[must_use]
#[inline]
pub fn age_index(year: Year, birth_year: i16) -> usize {
    usize::try_from((year.number() - birth_year).max(0)).expect("not negative").min(MAX_AGE)
}

/// An age index as the tables take it.
#[must_use]
pub fn age_of(index: usize) -> u8 {
    u8::try_from(index).expect("ages are at most 100")
}

/// Probabilities of one year, compiled for the loop: `[sex][age]`.
#[derive(Debug, Clone)]
pub struct DemographyYear {
    /// Probability of death of a person without illness.
    pub healthy_death: [[f64; AGES]; 2],
    /// Mortality factor: `[disabled + 2 × untreated][chronic set]`.
    pub death_factor: Box<[[f64; CHRONIC_SETS]; 4]>,
    /// Largest mortality factor.
    pub death_factor_bound: f64,
    /// Threshold of a birth: `[age]`, for women.
    pub birth: [u64; AGES],
    /// Threshold of leaving for good: `[sex][age]`.
    pub leaving: [[u64; AGES]; 2],
    /// Threshold of a twin birth.
    pub twin: u64,
}

impl DemographyYear {
    /// Compiles the year's probabilities.
    #[must_use]
    pub fn compile(
        parameters: &Demography,
        illness: &Illness,
        (expected, alignment): (&ExpectedFactors, Alignment),
        tables: &Tables,
        year: Year,
    ) -> Self {
        let death = |sex: usize| {
            std::array::from_fn(|age| {
                let published = tables.death_probability(year, Sex::ALL[sex], age_of(age));
                let together = together_factor(illness, age);
                (published * parameters.mortality_factor * together / expected.mortality[sex][age]).min(1.0)
            })
        };
        let birth = std::array::from_fn(|age| {
            let factor = parameters.fertility_factor * alignment.births;
            threshold((tables.birth_probability(year, age_of(age)) * factor).min(1.0))
        });
        let leaving = |sex: usize| {
            std::array::from_fn(|age| {
                let published = tables.leaving_probability(Sex::ALL[sex], age_of(age));
                threshold((published * parameters.leaving_factor * alignment.leaving).min(1.0))
            })
        };
        Self {
            healthy_death: [death(0), death(1)],
            death_factor: mortality_factors(illness),
            death_factor_bound: illness.mortality_factor_bound,
            birth,
            leaving: [leaving(0), leaving(1)],
            twin: threshold(parameters.twin_share),
        }
    }

    /// Probability of death.
    #[must_use]
    #[inline]
    pub fn death(&self, sex: usize, age: usize, chronic: u8, disabled: bool, untreated: bool) -> f64 {
        let flags = usize::from(disabled) | usize::from(untreated) << 1;
        self.healthy_death[sex][age] * self.death_factor[flags][usize::from(chronic)]
    }

    /// The largest probability of death at an age and sex.
    #[must_use]
    pub fn death_bound(&self, sex: usize, age: usize) -> f64 {
        self.healthy_death[sex][age] * self.death_factor_bound
    }
}

/// Correction for diseases that go together, which the expected factor leaves out: linear in age between
/// 60 and 80.
fn together_factor(illness: &Illness, age: usize) -> f64 {
    // Ages are at most 100.
    #[allow(clippy::cast_precision_loss)]
    let position = ((age as f64 - 60.0) / 20.0).clamp(0.0, 1.0);
    illness.mortality_together_young
        + (illness.mortality_together_old - illness.mortality_together_young) * position
}

fn mortality_factors(illness: &Illness) -> Box<[[f64; CHRONIC_SETS]; 4]> {
    let by_group = mortality_by_group(illness);
    let mut factors = Box::new([[1.0; CHRONIC_SETS]; 4]);
    for (flags, row) in factors.iter_mut().enumerate() {
        let disability = if flags & 1 != 0 { illness.mortality_disability } else { 1.0 };
        let forgone = if flags & 2 != 0 { illness.mortality_forgone } else { 1.0 };
        for (set, factor) in row.iter_mut().enumerate() {
            let chronic: f64 = (0..8).filter(|g| set & (1 << g) != 0).map(|g| by_group[g]).product();
            *factor = (chronic * disability * forgone).min(illness.mortality_factor_bound);
        }
    }
    factors
}

/// Factor on mortality of each chronic group, in the order of bits.
#[must_use]
pub fn mortality_by_group(illness: &Illness) -> [f64; 8] {
    [
        illness.mortality_cardiovascular,
        illness.mortality_stroke,
        illness.mortality_diabetes,
        illness.mortality_respiratory,
        illness.mortality_cancer,
        illness.mortality_musculoskeletal,
        illness.mortality_mental,
        illness.mortality_other,
    ]
}
