//! Priors: how far a parameter may lie from its value in the book.
//!
//! Where the evidence gives an interval, the entry of the book names it (`prior`). Elsewhere a rule by status holds: a half-width
//! of a tenth of the value if it was seen in its source, of a fifth if derived, of 35 % if recalled, of a half if assumed. It is a
//! share of the excess over one for a factor that can't be less, multiplicative for other factors and odds, and cut at the range. Inside
//! its ends a prior is flat on its scale: nothing published says more. What is a convention and no quantity of the world (`fixed`),
//! and what is nought because a mechanism is off, has none.

use crate::evidence::{Kind, Parameter, Status};

/// On which scale a prior is flat.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scale {
    /// On the value.
    Linear,
    /// On its logarithm.
    Log,
}

/// A flat distribution between two ends.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Prior {
    /// Least value.
    pub low: f64,
    /// Greatest value.
    pub high: f64,
    /// Scale on which it is flat.
    pub scale: Scale,
}

impl Prior {
    /// The value at a share from 0 to 1 of the way from the least to the greatest.
    #[must_use]
    pub fn at(&self, share: f64) -> f64 {
        let between = |low: f64, high: f64| low + (high - low) * share;
        match self.scale {
            Scale::Linear => between(self.low, self.high),
            Scale::Log => {
                libm::exp(between(libm::log(self.low), libm::log(self.high))).clamp(self.low, self.high)
            }
        }
    }

    /// The share of the way at which a value lies: under 0 or over 1 outside.
    #[must_use]
    pub fn share(&self, value: f64) -> f64 {
        let share = |low: f64, high: f64, value: f64| (value - low) / (high - low);
        match self.scale {
            Scale::Linear => share(self.low, self.high, value),
            Scale::Log => share(libm::log(self.low), libm::log(self.high), libm::log(value)),
        }
    }
}

impl Parameter {
    /// The prior of a number of society or of a place, if it is uncertain.
    #[must_use]
    pub fn prior(&self) -> Option<Prior> {
        let uncertain =
            ["society.", "places.", "observation."].iter().any(|root| self.pattern.starts_with(root));
        let numeric = matches!(self.kind, Kind::Number | Kind::Integer);
        if self.fixed || !uncertain || !numeric || self.status == Status::Choice {
            return None;
        }
        if let Some((low, high)) = self.prior_ends {
            return Some(Prior { low, high, scale: Scale::Linear });
        }
        if self.kind == Kind::Integer {
            return None;
        }
        let value = self.default()?.as_float().or_else(|| self.default()?.as_integer().map(whole))?;
        by_rule(value, self.range?, half_width(self.status)?, self.is_factor())
    }

    fn is_factor(&self) -> bool {
        ["factor", "odds", "times", "ratio"].iter().any(|word| self.unit.contains(word))
    }
}

/// Whole numbers of the book are far below 2^53.
#[allow(clippy::cast_precision_loss)]
const fn whole(number: i64) -> f64 {
    number as f64
}

const fn half_width(status: Status) -> Option<f64> {
    match status {
        Status::Seen => Some(0.10),
        Status::Derived => Some(0.20),
        Status::Unverified => Some(0.35),
        Status::Assumption => Some(0.50),
        Status::Choice => None,
    }
}

/// The prior of a value by its range and half-width.
fn by_rule(value: f64, (least, most): (f64, f64), width: f64, factor: bool) -> Option<Prior> {
    if value == 0.0 {
        return None;
    }
    let (low, high, scale) = if least >= 1.0 && factor {
        // A factor that only raises; one of just one may raise by the half-width.
        let excess = if value > 1.0 { value - 1.0 } else { 1.0 };
        let low = if value > 1.0 { 1.0 + excess * (1.0 - width) } else { 1.0 };
        (low, 1.0 + excess * if value > 1.0 { 1.0 + width } else { width }, Scale::Linear)
    } else if factor && value > 0.0 {
        (value / (1.0 + width), value * (1.0 + width), Scale::Log)
    } else {
        let ends = (value * (1.0 - width), value * (1.0 + width));
        (ends.0.min(ends.1), ends.0.max(ends.1), Scale::Linear)
    };
    let (low, high) = (low.max(least), high.min(most));
    (low < high).then_some(Prior { low, high, scale })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::Book;

    #[test]
    fn every_number_of_society_has_a_prior_or_says_why_not() {
        let mut with = 0;
        for parameter in Book::get().iter().filter(|p| p.pattern.starts_with("society.")) {
            let number = parameter.kind == Kind::Number && parameter.status != Status::Choice;
            let off = parameter.default().and_then(toml::Value::as_float) == Some(0.0);
            let none = parameter.prior().is_none();
            assert!(!number || !none || parameter.fixed || off, "{} has no prior", parameter.pattern);
            with += usize::from(!none);
        }
        assert!(with > 150, "{with}");
    }

    #[test]
    fn a_prior_holds_the_value_and_lies_in_the_range() {
        for parameter in Book::get().iter() {
            let (Some(prior), Some((least, most))) = (parameter.prior(), parameter.range) else { continue };
            assert!(
                least <= prior.low && prior.low < prior.high && prior.high <= most,
                "{}",
                parameter.pattern
            );
            if let Some(value) = parameter.default().and_then(toml::Value::as_float) {
                assert!(
                    (prior.low..=prior.high).contains(&value),
                    "{}: {value} {prior:?}",
                    parameter.pattern
                );
            }
        }
    }

    #[test]
    fn the_rule_by_status_and_kind() {
        let is = |value, range, width, factor, (low, high, scale): (f64, f64, Scale)| {
            let prior = by_rule(value, range, width, factor).expect("a prior");
            let near = |x: f64, y: f64| (x - y).abs() < 1e-12;
            assert!(near(prior.low, low) && near(prior.high, high) && prior.scale == scale, "{prior:?}");
        };
        is(0.4, (0.0, 1.0), 0.5, false, (0.2, 0.6, Scale::Linear));
        is(0.8, (0.0, 1.0), 0.5, false, (0.4, 1.0, Scale::Linear));
        is(-0.4, (-0.5, 0.0), 0.5, false, (-0.5, -0.2, Scale::Linear));
        is(3.0, (0.5, 9.0), 0.5, true, (2.0, 4.5, Scale::Log));
        is(2.0, (1.0, 9.0), 0.5, true, (1.5, 2.5, Scale::Linear));
        is(1.0, (1.0, 9.0), 0.5, true, (1.0, 1.5, Scale::Linear));
        assert_eq!(by_rule(0.0, (0.0, 1.0), 0.5, false), None);
    }

    #[test]
    fn shares_and_values_of_a_prior_go_both_ways() {
        let log = Prior { low: 0.5, high: 2.0, scale: Scale::Log };
        assert!((log.at(0.5) - 1.0).abs() < 1e-12);
        assert!((log.share(1.0) - 0.5).abs() < 1e-12);
        let flat = Prior { low: -0.5, high: -0.1, scale: Scale::Linear };
        for share in [0.0, 0.25, 1.0] {
            assert!((flat.share(flat.at(share)) - share).abs() < 1e-12);
            assert!((log.share(log.at(share)) - share).abs() < 1e-12);
        }
        assert!(flat.share(0.0) > 1.0);
    }
}
