//! Enrolment in basic insurance: decided in the autumn before.
//!
//! A person enrols if a number that stays with the person is below the enrolment rate of the household's
//! best class, whose odds fall with the household's premiums over its income and rise after a hospital bill.
//! The policy's rate is the rate at the reference burden without a bill the year before. Who lapses waits on
//! return: some months, and more for each missed year; listed classes are exempt.
//!
//! Parameters: `society.enrolment`, `premiums`.

use crate::scenario::policy::{BestOfClasses, CLASSES, Class, ClassSet, PremiumRules};
use crate::scenario::society::Enrolment;
use crate::units::{Money, Year};

/// Classes that never wait: rural low-income people (Shanxi 2021).
const EXEMPT: ClassSet = ClassSet(
    ClassSet::MONITORED.0
        | 1 << Class::Registered as u16
        | 1 << Class::Destitute as u16
        | 1 << Class::Dibao as u16
        | 1 << Class::DibaoEdge as u16,
);
/// Burdens between which the odds are worked out: powers of two of the reference, from 1/16 to 16.
const STEPS: usize = 9;

/// Enrolment of a year under a regime, compiled for the loop.
#[derive(Debug, Clone)]
pub struct EnrolmentYear {
    /// Limit of the person's number: `[class][burden step][ill]`.
    limits: [[[u32; 2]; STEPS]; CLASSES],
    /// The class with the highest rate.
    best: BestOfClasses<Class>,
    /// The lowest of its limits, by class.
    lowest: [u32; CLASSES],
    reference_ppm: i64,
    waiting: Waiting,
}

/// Months without benefits of who comes back.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Waiting {
    months: u32,
    /// More for each year missed after the first.
    months_per_year: u32,
}

impl Waiting {
    /// Months that a member waits for benefits who comes back after `missed` years.
    #[must_use]
    pub fn months(self, missed: u8) -> u8 {
        if missed == 0 {
            return 0;
        }
        let months = (self.months + self.months_per_year * u32::from(missed - 1)).min(12);
        u8::try_from(months).expect("at most twelve")
    }
}

impl EnrolmentYear {
    /// Compiles the year; `everybody` for an ideal target group.
    #[must_use]
    pub fn compile(enrolment: &Enrolment, premiums: &PremiumRules, year: Year, everybody: bool) -> Self {
        let rates = premiums.enrolment.each_ref().map(|rate| rate.at(year));
        let share = |class: usize, step: usize, ill: usize| -> f64 {
            let rate = rates[class];
            if everybody || rate >= 1.0 {
                return 1.0;
            }
            // Steps 0 to 8 are doublings −4 to 4.
            #[allow(clippy::cast_precision_loss)]
            let doublings = step as f64 - 4.0;
            let illness = if ill == 1 { enrolment.illness_odds } else { 1.0 };
            let odds = rate / (1.0 - rate) * libm::pow(enrolment.burden_odds, doublings) * illness;
            odds / (1.0 + odds)
        };
        // Months and parts per million of bounded parameters.
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let months = |x: f64| libm::floor(x + 0.5) as u32;
        #[allow(clippy::cast_possible_truncation)]
        let reference_ppm = (enrolment.reference_burden * 1e6) as i64;
        let better = |a: Class, b: Class| if rates[a as usize] >= rates[b as usize] { a } else { b };
        let limits: [[[u32; 2]; STEPS]; CLASSES] = std::array::from_fn(|class| {
            std::array::from_fn(|step| std::array::from_fn(|ill| whole(share(class, step, ill))))
        });
        let lowest =
            |limits: &[[u32; 2]; STEPS]| limits.as_flattened().iter().copied().fold(u32::MAX, u32::min);
        Self {
            best: BestOfClasses::new(Class::ALL, better),
            lowest: limits.each_ref().map(lowest),
            limits,
            reference_ppm,
            waiting: Waiting {
                months: months(premiums.waiting_months.at(year)),
                months_per_year: months(premiums.waiting_months_per_year.at(year)),
            },
        }
    }

    /// The limit under which a member's number enrols: the best of the household's classes.
    #[must_use]
    pub fn limit(&self, classes: ClassSet, premiums: Money, income: Money, ill: bool) -> u32 {
        let class = self.best.of(classes);
        self.limits[class as usize][self.step(premiums, income)][usize::from(ill)]
    }

    /// A limit that holds whatever the premiums and the bills: under it a member's number enrols.
    #[must_use]
    #[inline]
    pub fn lowest_limit(&self, classes: ClassSet) -> u32 {
        self.lowest[self.best.of(classes) as usize]
    }

    /// The doubling of the reference burden that the premiums are nearest below.
    fn step(&self, premiums: Money, income: Money) -> usize {
        let lowest = self.reference_ppm * income.fen().max(1) / 16;
        let burden = premiums.fen() * 1_000_000;
        let doublings = burden.checked_div(lowest).map_or(STEPS, |times| times.max(1).ilog2() as usize);
        doublings.min(STEPS - 1)
    }

    /// How long members of a household in these classes wait.
    #[must_use]
    pub const fn waiting(&self, classes: ClassSet) -> Waiting {
        if classes.0 & EXEMPT.0 != 0 { Waiting { months: 0, months_per_year: 0 } } else { self.waiting }
    }
}

/// A share as a limit of a 32-bit number.
fn whole(share: f64) -> u32 {
    if share >= 1.0 { u32::MAX } else { (crate::random::threshold(share) >> 32) as u32 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::main_scenario;

    fn year(everybody: bool) -> EnrolmentYear {
        let scenario = main_scenario(&[]);
        let policy = &scenario.regimes[1].policy;
        EnrolmentYear::compile(&scenario.society.enrolment, &policy.premiums, Year::new(2026), everybody)
    }

    #[test]
    fn burden_lowers_enrolment_and_illness_raises_it() {
        let year = year(false);
        let none = ClassSet::default();
        let limit =
            |premium: i64, ill| year.limit(none, Money::from_yuan(premium), Money::from_yuan(40_000), ill);
        assert!(limit(800, false) > limit(1_600, false));
        assert!(limit(1_600, false) > limit(6_400, false));
        assert!(limit(1_600, true) > limit(1_600, false));
        // At the reference of 2 % the policy's rate.
        let rate = f64::from(limit(800, false)) / 4_294_967_296.0;
        assert!((rate - 0.943).abs() < 1e-6, "{rate}");
    }

    #[test]
    fn who_lapsed_waits_unless_listed() {
        let year = year(false);
        let none = ClassSet::default();
        assert_eq!(year.waiting(none).months(0), 0);
        assert_eq!(year.waiting(none).months(1), 3);
        assert_eq!(year.waiting(none).months(4), 6);
        assert_eq!(year.waiting(none.with(Class::Dibao)).months(4), 0);
    }

    #[test]
    fn an_ideal_target_group_insures() {
        assert_eq!(
            year(true).limit(ClassSet::default(), Money::from_yuan(9_000), Money::ZERO, false),
            u32::MAX
        );
    }
}
