//! Parameter uncertainty: which parameters are uncertain, by how much, and the scenario at other values of them.
//!
//! A parameter that is not settled has a prior ([`Prior`]), from the evidence or by a rule of its status. A run at drawn
//! values is a run of the scenario with these keys set, so whatever the check of scenarios refuses is refused here too.

pub mod components;
pub mod draws;
pub mod posterior;
pub mod prior;
pub mod table;

pub use prior::{Prior, Scale};

use crate::scenario::{Override, Scenario, ScenarioError};

/// Loads a scenario with more keys set: the first in the list are the first to be laid over it.
pub type Loader<'a> = dyn Fn(&[Override]) -> Result<Scenario, ScenarioError> + Sync + 'a;

/// A parameter that is free to move.
#[derive(Debug, Clone, PartialEq)]
pub struct Free {
    /// Its dotted key in a scenario.
    pub key: String,
    /// Where it may lie.
    pub prior: Prior,
}

/// Keys set to values, as overrides that messages call by `origin`.
///
/// # Panics
/// If there aren't as many values as keys.
#[must_use]
pub fn overrides(keys: &[String], values: &[f64], origin: &str) -> Vec<Override> {
    assert_eq!(keys.len(), values.len(), "a value for each key");
    // The shortest text that reads as the same number; `{:?}` keeps the point that makes it a TOML float.
    let of = |(key, value): (&String, &f64)| Override {
        origin: origin.to_owned(),
        text: format!("{key}={value:?}"),
    };
    keys.iter().zip(values).map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_come_back_from_an_override() {
        let key = "society.care.admission_factor".to_owned();
        for value in [1.0, 0.1 + 0.2, 1.0 / 3.0] {
            let set = overrides(std::slice::from_ref(&key), &[value], "draw 3");
            let text: Vec<&str> = set.iter().map(|o| o.text.as_str()).collect();
            let scenario = crate::scenario::main_scenario(&text);
            assert!((scenario.society.care.admission_factor - value).abs() < f64::EPSILON);
        }
    }
}
