//! Prevention and primary care: what a regime promises, as limits of the numbers that stay with people.
//!
//! Screening, health education, contracts with family doctors, treatment of mental illness, outreach and
//! environment works reach a share of people or households. What is *delivered* of contracts is decided by
//! the county's staff (`county`); the difference between promise and delivery is a measure.

use crate::knowledge::limit;
use crate::scenario::policy::{BestOfClasses, ClassSet, Policy, Schedule};
use crate::scenario::society::{Mental, Prevention};
use crate::units::{Money, Year};

/// Prevention and primary care of a year under a regime, compiled for the loop. Limits are of 16-bit numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceYear {
    /// Members with a contract.
    signed: BestOfClasses<u32>,
    /// Adults screened.
    pub screening: u32,
    /// Households reached by health education.
    pub education: u32,
    /// Households to whom officials explain the rules.
    pub outreach: u32,
    /// People with mental illness who are treated.
    pub mental_care: u32,
    /// The same without health literacy.
    pub mental_care_unaware: u32,
    /// Whether everybody has health literacy and knows the rules (an ideal target group).
    pub everybody_knows: bool,
    /// Whether distance is no hindrance (an ideal environment).
    pub no_distance: bool,
    /// Cost a head and year.
    pub cost: Money,
}

impl ServiceYear {
    /// Compiles the year.
    #[must_use]
    pub fn compile(policy: &Policy, mental: &Mental, yuan_factor: f64, year: Year) -> Self {
        let (service, ideal) = (&policy.service, policy.implementation);
        let reach = |schedule: &Schedule, full: bool| if full { 1.0 } else { schedule.at(year) };
        let care = reach(&service.mental_care, ideal.target_group);
        let unaware = if ideal.target_group { 1.0 } else { mental.unaware_treated };
        Self {
            signed: BestOfClasses::new(
                service.signed.each_ref().map(|share| limit(share.at(year))),
                Ord::max,
            ),
            screening: limit(reach(&service.screening, ideal.policy)),
            education: limit(reach(&service.education, ideal.policy)),
            outreach: limit(service.outreach.at(year)),
            mental_care: limit(care),
            mental_care_unaware: limit(care * unaware),
            everybody_knows: ideal.target_group,
            no_distance: ideal.environment,
            cost: Money::try_from_yuan(service.cost_yuan.at(year) * yuan_factor).expect("the book bounds it"),
        }
    }

    /// The limit under which a member has a contract: the best of the household's classes.
    #[must_use]
    #[inline]
    pub fn signed(&self, classes: ClassSet) -> u32 {
        self.signed.of(classes)
    }
}

/// Share of villages with an improved living environment a year on: works improve a share of the rest.
#[must_use]
pub fn improve(improved: f64, policy: &Policy, prevention: &Prevention, year: Year) -> f64 {
    let works = if policy.implementation.policy { 1.0 } else { policy.service.environment.at(year) };
    improved + (1.0 - improved) * works * prevention.works_effect
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::main_scenario;
    use crate::scenario::policy::Class;

    #[test]
    fn the_listed_have_contracts_and_works_improve_villages() {
        let scenario = main_scenario(&[]);
        let policy = &scenario.regimes[1].policy;
        let service = ServiceYear::compile(policy, &scenario.society.mental, 1.0, Year::new(2021));
        let ordinary = service.signed(ClassSet::default());
        assert!(service.signed(ClassSet::default().with(Class::Registered)) > ordinary);
        let improved = improve(0.6, policy, &scenario.society.prevention, Year::new(2021));
        assert!((0.6..1.0).contains(&improved) && improved > 0.6);
    }
}
