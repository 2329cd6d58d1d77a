//! Who is eligible for a layer: tests with their amounts worked out, and what of them is left to the bill once
//! class and insurance are known.

use super::compile::{YearContext, rate};
use super::settle::Patient;
use crate::scenario::policy::{Class, Eligibility};
use crate::units::{Money, Rate, Year};

/// Eligibility with its amounts worked out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Test {
    Everyone,
    Nobody,
    Insured,
    Classes(u16),
    AgeAtLeast(u8),
    Chronic(u8),
    IncomeBelow(Money),
    SpendingAbove(Rate),
    All(Vec<Test>),
    Any(Vec<Test>),
    Not(Box<Test>),
}

/// What a bill is to a layer that covers its kind of care.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Paid.
    Eligible,
    /// Counted for the deductible, and not paid: spending is still too low.
    Presented,
    Refused,
}

/// A test of age, illness, income and spending: class and insurance are known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Condition {
    /// All that is asked for, each once.
    Every { age: u8, chronic: Option<u8>, income_below: Option<Money>, spending_above: Option<Rate> },
    /// Any other.
    Other(Test),
}

impl Test {
    pub fn new(eligibility: &Eligibility, year: Year, context: &YearContext) -> Self {
        let all = |tests: &[Eligibility]| tests.iter().map(|test| Self::new(test, year, context)).collect();
        match eligibility {
            Eligibility::Everyone => Self::Everyone,
            Eligibility::Insured => Self::Insured,
            Eligibility::Classes(classes) => Self::Classes(classes.0),
            Eligibility::AgeAtLeast(age) => Self::AgeAtLeast(*age),
            Eligibility::Chronic(groups) => Self::Chronic(*groups),
            Eligibility::IncomeBelow(yuan) => Self::IncomeBelow(context.yuan(yuan, year)),
            Eligibility::SpendingAboveIncomeShare(share) => Self::SpendingAbove(rate(share, year)),
            Eligibility::All(tests) => Self::All(all(tests)),
            Eligibility::Any(tests) => Self::Any(all(tests)),
            Eligibility::Not(test) => Self::Not(Box::new(Self::new(test, year, context))),
        }
    }

    pub fn sees_spending(&self) -> bool {
        match self {
            Self::SpendingAbove(_) => true,
            Self::All(tests) | Self::Any(tests) => tests.iter().any(Self::sees_spending),
            Self::Not(test) => test.sees_spending(),
            _ => false,
        }
    }

    /// Whether it looks at the household's income or spending.
    pub fn sees_money(&self) -> bool {
        match self {
            Self::SpendingAbove(_) | Self::IncomeBelow(_) => true,
            Self::All(tests) | Self::Any(tests) => tests.iter().any(Self::sees_money),
            Self::Not(test) => test.sees_money(),
            _ => false,
        }
    }

    pub fn fail_spending(&mut self) {
        match self {
            Self::SpendingAbove(_) => *self = Self::Nobody,
            Self::All(tests) | Self::Any(tests) => tests.iter_mut().for_each(Self::fail_spending),
            Self::Not(test) => test.fail_spending(),
            _ => {}
        }
    }

    /// What is left of the test for a class, insured or not.
    pub fn given(&self, class: Class, insured: bool) -> Self {
        let known = |passed: bool| if passed { Self::Everyone } else { Self::Nobody };
        match self {
            Self::Insured => known(insured),
            Self::Classes(mask) => known(mask >> class as u16 & 1 != 0),
            Self::All(tests) => Self::All(Self::undecided(tests, class, insured, &Self::Everyone)).settled(),
            Self::Any(tests) => Self::Any(Self::undecided(tests, class, insured, &Self::Nobody)).settled(),
            Self::Not(test) => match test.given(class, insured) {
                Self::Everyone => Self::Nobody,
                Self::Nobody => Self::Everyone,
                rest => Self::Not(Box::new(rest)),
            },
            other => other.clone(),
        }
    }

    /// What is left of several tests, without those that change nothing.
    fn undecided(tests: &[Self], class: Class, insured: bool, neutral: &Self) -> Vec<Self> {
        tests.iter().map(|test| test.given(class, insured)).filter(|test| test != neutral).collect()
    }

    /// A list of tests that is decided, or holds one test, as that.
    fn settled(self) -> Self {
        let (Self::All(tests) | Self::Any(tests)) = &self else { return self };
        let (neutral, decisive) = match self {
            Self::All(_) => (Self::Everyone, Self::Nobody),
            _ => (Self::Nobody, Self::Everyone),
        };
        match tests.as_slice() {
            [] => neutral,
            [one] => one.clone(),
            many if many.contains(&decisive) => decisive,
            _ => self,
        }
    }

    /// Whether a test without classes and insurance passes; `spent` is the household's own in-catalogue spending
    /// with this bill, `None` to take every test of spending as passed.
    fn holds(&self, patient: &Patient, spent: Option<Money>) -> bool {
        match self {
            Self::Everyone => true,
            Self::Nobody => false,
            Self::Insured | Self::Classes(_) => unreachable!("known before the bill is"),
            Self::AgeAtLeast(age) => *age <= patient.age,
            Self::Chronic(groups) => groups & patient.chronic != 0,
            Self::IncomeBelow(limit) => patient.household_income_per_head < *limit,
            Self::SpendingAbove(share) => spent.is_none_or(|spent| is_above(spent, *share, patient)),
            Self::All(tests) => tests.iter().all(|test| test.holds(patient, spent)),
            Self::Any(tests) => tests.iter().any(|test| test.holds(patient, spent)),
            Self::Not(test) => !test.holds(patient, spent),
        }
    }
}

/// Whether spending is above a share of the household's income.
fn is_above(spent: Money, share: Rate, patient: &Patient) -> bool {
    spent.exactly(Rate::ONE) > patient.household_income.or_zero().exactly(share)
}

impl Condition {
    /// The condition of a test without classes and insurance.
    pub fn new(test: Test) -> Self {
        let anybody = Self::Every { age: 0, chronic: None, income_below: None, spending_above: None };
        let tests = if let Test::All(tests) = &test { tests.as_slice() } else { std::slice::from_ref(&test) };
        tests.iter().try_fold(anybody, Self::and).unwrap_or(Self::Other(test))
    }

    /// The condition and one thing more, unless it asks for that already.
    fn and(mut self, test: &Test) -> Option<Self> {
        let Self::Every { age, chronic, income_below, spending_above } = &mut self else { return None };
        match test {
            Test::AgeAtLeast(least) => *age = (*age).max(*least),
            Test::Chronic(groups) if chronic.is_none() => *chronic = Some(*groups),
            Test::IncomeBelow(limit) if income_below.is_none() => *income_below = Some(*limit),
            Test::SpendingAbove(share) if spending_above.is_none() => *spending_above = Some(*share),
            _ => return None,
        }
        Some(self)
    }

    /// What a bill is, where `spent` is the household's own in-catalogue spending with it.
    pub fn judge(&self, patient: &Patient, spent: Money) -> Verdict {
        let (presented, eligible) = match self {
            Self::Every { age, chronic, income_below, spending_above } => (
                *age <= patient.age
                    && chronic.is_none_or(|groups| groups & patient.chronic != 0)
                    && income_below.is_none_or(|limit| patient.household_income_per_head < limit),
                spending_above.is_none_or(|share| is_above(spent, share, patient)),
            ),
            Self::Other(test) => {
                let eligible = test.holds(patient, Some(spent));
                (eligible || test.holds(patient, None), eligible)
            }
        };
        match (presented, eligible) {
            (false, _) => Verdict::Refused,
            (true, false) => Verdict::Presented,
            (true, true) => Verdict::Eligible,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::policy::ClassSet;

    fn patient(age: u8, income: i64) -> Patient {
        Patient {
            insured: true,
            classes: ClassSet::default(),
            age,
            chronic: 0b10,
            household_income: Money::from_fen(income),
            household_income_per_head: Money::from_fen(income),
        }
    }

    #[test]
    fn a_test_of_classes_and_insurance_is_decided_ahead() {
        let dibao = Test::Classes(1 << Class::Dibao as u16);
        let both = Test::All(vec![Test::Insured, dibao.clone()]);
        assert_eq!(both.given(Class::Dibao, true), Test::Everyone);
        assert_eq!(both.given(Class::Dibao, false), Test::Nobody);
        assert_eq!(both.given(Class::Ordinary, true), Test::Nobody);
        let either = Test::Any(vec![dibao.clone(), Test::AgeAtLeast(60)]);
        assert_eq!(either.given(Class::Dibao, true), Test::Everyone);
        assert_eq!(either.given(Class::Ordinary, true), Test::AgeAtLeast(60));
        assert_eq!(Test::Not(Box::new(either)).given(Class::Dibao, true), Test::Nobody);
        assert_eq!(Test::All(Vec::new()).given(Class::Dibao, true), Test::Everyone);
        assert_eq!(Test::Any(Vec::new()).given(Class::Dibao, true), Test::Nobody);
    }

    #[test]
    fn a_condition_judges_as_its_test_does() {
        let spending = Test::SpendingAbove(Rate::from_ppm(500_000));
        let tests = [
            spending.clone(),
            Test::All(vec![
                spending.clone(),
                Test::AgeAtLeast(60),
                Test::IncomeBelow(Money::from_fen(1_000)),
            ]),
            Test::All(vec![Test::Chronic(0b11), Test::Chronic(0b10), spending.clone()]),
            Test::Any(vec![spending.clone(), Test::AgeAtLeast(60)]),
            Test::Not(Box::new(spending)),
        ];
        let plain = tests.iter().map(|test| Condition::new(test.clone()));
        let plain: Vec<bool> = plain.map(|condition| matches!(condition, Condition::Every { .. })).collect();
        assert_eq!(plain, [true, true, false, false, false]);
        for test in tests {
            let condition = Condition::new(test.clone());
            for (age, income, spent) in [59, 60, 61].into_iter().flat_map(|age| {
                [999, 1_000].into_iter().flat_map(move |income| [499, 500, 501].map(|s| (age, income, s)))
            }) {
                let (patient, spent) = (patient(age, income), Money::from_fen(spent));
                let expected = match (test.holds(&patient, Some(spent)), test.holds(&patient, None)) {
                    (true, _) => Verdict::Eligible,
                    (false, true) => Verdict::Presented,
                    (false, false) => Verdict::Refused,
                };
                assert_eq!(condition.judge(&patient, spent), expected, "{test:?} {age} {income} {spent}");
            }
        }
    }
}
