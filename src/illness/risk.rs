//! What makes the onset of a chronic group likelier or less likely, as bits of a person's state.
//!
//! Published rates of onset are of everybody. The factor of a state is divided by the mean that is
//! expected of the published population ([`ExpectedRisks`]), so the factors move who falls ill and not how
//! many, until a regime changes the shares. Sources stand at the parameters `society.effects`,
//! `society.prevention` and `society.mental`.

use crate::illness::{CANCER, MENTAL, STROKE};
use crate::population::{CHRONIC_GROUPS, Chronic};
use crate::scenario::society::{Effects, Mental, Prevention};

/// No health literacy.
pub const LOW_LITERACY: u8 = 1;
/// Unimproved living environment.
pub const ENVIRONMENT: u8 = 1 << 1;
/// In net poverty the year before.
pub const POOR: u8 = 1 << 2;
/// Mentally ill.
pub const MENTALLY_ILL: u8 = 1 << 3;
/// Screened this year.
pub const SCREENED: u8 = 1 << 4;
/// A patient with cardiovascular disease or diabetes served by a family doctor.
pub const SERVED: u8 = 1 << 5;
/// Number of states of risk.
pub const RISKS: usize = 1 << 6;

/// Medical debt over half a year's income.
pub const DEBT: u8 = 1;
/// Catastrophic spending the year before.
pub const CATASTROPHE: u8 = 1 << 1;
/// A partner died within two years.
pub const WIDOWED: u8 = 1 << 2;
/// Another chronic disease.
pub const CHRONIC: u8 = 1 << 3;
/// Number of states of strain.
pub const STRAINS: usize = 1 << 4;

/// Shares of people in each state that the published rates contain.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ExpectedRisks {
    /// Without health literacy.
    pub low_literacy: f64,
    /// In an unimproved living environment.
    pub environment: f64,
    /// In net poverty the year before.
    pub poor: f64,
    /// Screened.
    pub screened: f64,
    /// Served by a family doctor, of those whom the factor is held against: chronic patients as given, people of
    /// an age and sex in [`expected`].
    pub served: f64,
}

/// Factor on onset of a group in a state: `[group][risk]`.
#[must_use]
pub fn factors(effects: &Effects, prevention: &Prevention) -> Box<[[f64; RISKS]; CHRONIC_GROUPS]> {
    let mut factors = Box::new([[1.0; RISKS]; CHRONIC_GROUPS]);
    for (group, by_risk) in factors.iter_mut().enumerate() {
        for (risk, factor) in by_risk.iter_mut().enumerate() {
            *factor = (0..6)
                .filter(|bit| risk & (1 << bit) != 0)
                .map(|bit| single(effects, prevention, group, 1 << bit))
                .product();
        }
    }
    factors
}

/// Factor of one bit on one group.
fn single(effects: &Effects, prevention: &Prevention, group: usize, bit: u8) -> f64 {
    const AIR_AND_WORK: [usize; 3] =
        [Chronic::Respiratory as usize, Chronic::Musculoskeletal as usize, Chronic::Other as usize];
    match bit {
        LOW_LITERACY => effects.low_literacy,
        ENVIRONMENT if AIR_AND_WORK.contains(&group) => effects.environment,
        POOR => effects.poverty,
        MENTALLY_ILL if group != MENTAL => effects.mental,
        SCREENED if group == STROKE || group == Chronic::Diabetes as usize => prevention.screening_onset,
        SERVED if group == STROKE => prevention.served_onset,
        _ => 1.0,
    }
}

/// The mean factor on a group that the published rates contain, with this prevalence of mental illness.
#[must_use]
pub fn expected(
    effects: &Effects,
    prevention: &Prevention,
    shares: &ExpectedRisks,
    group: usize,
    mental_prevalence: f64,
) -> f64 {
    let mean = |share: f64, bit: u8| 1.0 + share * (single(effects, prevention, group, bit) - 1.0);
    mean(shares.low_literacy, LOW_LITERACY)
        * mean(shares.environment, ENVIRONMENT)
        * mean(shares.poor, POOR)
        * mean(mental_prevalence, MENTALLY_ILL)
        * mean(shares.screened, SCREENED)
        * mean(shares.served, SERVED)
}

/// Factor on the onset of mental illness by strain, over the mean that the published rates contain.
#[must_use]
pub fn strain_factors(mental: &Mental) -> [f64; STRAINS] {
    std::array::from_fn(|strain| {
        let part = |bit: u8, factor: f64| if strain & usize::from(bit) != 0 { factor } else { 1.0 };
        part(DEBT, mental.debt_factor)
            * part(CATASTROPHE, mental.catastrophe_factor)
            * part(WIDOWED, mental.widowhood_factor)
            * part(CHRONIC, mental.chronic_factor)
            / mental.expected_factor
    })
}

/// Factor on the cost of the stay at the onset of a major illness.
#[must_use]
pub fn screened_cost(prevention: &Prevention, group: usize, screened: bool) -> f64 {
    if screened && group == CANCER { prevention.screening_major } else { 1.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn society() -> crate::scenario::society::Society {
        crate::scenario::main_scenario(&[]).society
    }

    #[test]
    fn the_expected_factor_is_the_mean_of_the_factors() {
        let society = society();
        let shares =
            ExpectedRisks { low_literacy: 0.8, environment: 0.3, poor: 0.1, screened: 0.1, served: 0.2 };
        let table = factors(&society.effects, &society.prevention);
        let probability = |risk: usize| -> f64 {
            [0.8, 0.3, 0.1, 0.07, 0.1, 0.2]
                .iter()
                .enumerate()
                .map(|(bit, share)| if risk & (1 << bit) != 0 { *share } else { 1.0 - share })
                .product()
        };
        for group in 0..CHRONIC_GROUPS {
            let mean: f64 = (0..RISKS).map(|risk| table[group][risk] * probability(risk)).sum();
            let expected = expected(&society.effects, &society.prevention, &shares, group, 0.07);
            assert!((mean - expected).abs() < 1e-12, "{group}: {mean} {expected}");
        }
    }
}
