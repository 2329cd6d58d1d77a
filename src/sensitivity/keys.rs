//! Which parameters are varied, and between which ends.

use std::fmt;

use crate::evidence::{Book, Kind, Status, nearest};
use crate::scenario::plan::Bilingual;
use crate::scenario::{Override, Scenario};
use crate::uncertainty::Prior;

/// The keys that are varied unless others are asked for: everything that regimes don't change.
pub const SOCIETY: &str = "society.*";

/// A parameter that is varied.
#[derive(Debug, Clone, PartialEq)]
pub struct Factor {
    /// Dotted path in the scenario.
    pub key: String,
    /// Where it may lie.
    pub prior: Prior,
    /// Its value in the scenario.
    pub value: f64,
    /// Whether it is a whole number.
    pub whole: bool,
    /// Unit.
    pub unit: String,
    /// How well the value is founded.
    pub status: Status,
    /// What it is.
    pub description: Bilingual,
}

impl Factor {
    /// The value at a share of the way from the low end of the prior to the high one.
    #[must_use]
    pub fn at(&self, share: f64) -> f64 {
        let value = self.prior.at(share);
        if self.whole { libm::round(value) } else { value }
    }

    /// The setting that gives it a value, as `--set` has it.
    #[must_use]
    pub fn set(&self, value: f64, origin: &str) -> Override {
        let value = if self.whole { format!("{value:.0}") } else { format!("{value:?}") };
        Override { origin: origin.to_owned(), text: format!("{}={value}", self.key) }
    }

    /// The key without its first part, for tables.
    #[must_use]
    pub fn short(&self) -> &str {
        self.key.strip_prefix("society.").unwrap_or(&self.key)
    }
}

/// Why there is nothing to vary.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeysError {
    /// No key of the scenario is meant.
    Unknown {
        /// The pattern.
        pattern: String,
        /// A key like it.
        near: Option<String>,
    },
    /// Keys are meant, but none that has a prior.
    NoPrior(String),
}

impl fmt::Display for KeysError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown { pattern, near } => {
                write!(f, "`{pattern}` is no key of the scenario")?;
                near.as_ref().map_or(Ok(()), |near| write!(f, "; did you mean `{near}`?"))
            }
            Self::NoPrior(pattern) => write!(
                f,
                "`{pattern}` names no single number with a prior; `fanpin list evidence` shows which keys have one"
            ),
        }
    }
}

impl std::error::Error for KeysError {}

/// The numbers of a scenario that the patterns mean and that have a prior, in the order of their keys.
///
/// A pattern is a dotted path in which `*` stands for anything, dots too. What a switch of the scenario has taken out of force is
/// left out: it can move nothing.
///
/// # Errors
/// [`KeysError`] for the first pattern that means nothing.
pub fn factors(scenario: &Scenario, patterns: &[String]) -> Result<Vec<Factor>, KeysError> {
    let mut leaves = Vec::new();
    collect("", &scenario.resolved, &mut leaves);
    let mut factors: Vec<Factor> = Vec::new();
    for pattern in patterns {
        let meant: Vec<&(String, toml::Value)> =
            leaves.iter().filter(|(key, _)| is_like(key, pattern)).collect();
        if meant.is_empty() {
            let near = nearest(pattern, leaves.iter().map(|(key, _)| key.as_str())).map(str::to_owned);
            return Err(KeysError::Unknown { pattern: pattern.clone(), near });
        }
        let found: Vec<Factor> =
            meant.into_iter().filter_map(|(key, value)| factor(scenario, key, value)).collect();
        if found.is_empty() {
            return Err(KeysError::NoPrior(pattern.clone()));
        }
        factors.extend(found);
    }
    factors.sort_by(|a, b| a.key.cmp(&b.key));
    factors.dedup_by(|a, b| a.key == b.key);
    Ok(factors)
}

fn collect(path: &str, table: &toml::Table, leaves: &mut Vec<(String, toml::Value)>) {
    for (key, value) in table {
        let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
        match value {
            toml::Value::Table(below) if Book::get().lookup(&path).is_none() => collect(&path, below, leaves),
            value => leaves.push((path, value.clone())),
        }
    }
}

fn factor(scenario: &Scenario, key: &str, value: &toml::Value) -> Option<Factor> {
    let parameter = Book::get().lookup(key)?;
    let number =
        value.as_float().or_else(|| value.as_integer().and_then(|n| i32::try_from(n).ok()).map(f64::from))?;
    let off = |switch: &String| {
        let switches = scenario.resolved.get("society").and_then(|society| society.get("switches"));
        switches.and_then(|switches| switches.get(switch)) == Some(&toml::Value::Boolean(false))
    };
    if parameter.switch.as_ref().is_some_and(off) {
        return None;
    }
    Some(Factor {
        key: key.to_owned(),
        prior: parameter.prior()?,
        value: number,
        whole: parameter.kind == Kind::Integer,
        unit: parameter.unit.clone(),
        status: parameter.status,
        description: Bilingual { en: parameter.description.clone(), zh: parameter.description_zh.clone() },
    })
}

/// Whether a text is like a pattern in which `*` stands for anything.
fn is_like(text: &str, pattern: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or("");
    let Some(mut rest) = text.strip_prefix(first) else { return false };
    let parts: Vec<&str> = parts.collect();
    let Some((last, middle)) = parts.split_last() else { return rest.is_empty() };
    for part in middle {
        let Some(at) = rest.find(part) else { return false };
        rest = &rest[at + part.len()..];
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::main_scenario;

    fn keys(patterns: &[&str], settings: &[&str]) -> Result<Vec<String>, KeysError> {
        let patterns: Vec<String> = patterns.iter().map(|&p| p.to_owned()).collect();
        let found = factors(&main_scenario(settings), &patterns)?;
        Ok(found.into_iter().map(|factor| factor.key).collect())
    }

    #[test]
    fn patterns_mean_what_they_say() {
        assert!(is_like("a.b.c", "a.*") && is_like("a.b.c", "*.c") && is_like("a.b.c", "a.*.c"));
        assert!(is_like("a.b.c", "a.b.c") && !is_like("a.b.c", "a.b") && !is_like("a.b.c", "b.*"));
        assert!(!is_like("ab", "ab*b"), "a letter serves once");
    }

    #[test]
    fn society_is_varied_and_places_if_asked_for() {
        let all = keys(&[SOCIETY], &[]).unwrap();
        assert!(all.len() > 100 && all.iter().all(|key| key.starts_with("society.")), "{}", all.len());
        assert!(all.iter().all(|key| !key.starts_with("society.switches.")));
        let mut two = keys(&["society.care.share_county", "places.poor-county.*"], &[]).unwrap();
        assert_eq!(two.pop().as_deref(), Some("society.care.share_county"));
        assert!(
            matches!(keys(&["regimes.inclusive.*"], &[]), Err(KeysError::NoPrior(_))),
            "policy is not uncertain"
        );
        assert!(!two.is_empty() && two.iter().all(|key| key.starts_with("places.poor-county.")));
    }

    #[test]
    fn what_is_switched_off_is_not_varied() {
        let twins = "society.demography.twin_share";
        assert!(keys(&[SOCIETY], &[]).unwrap().iter().any(|key| key == twins));
        let without = keys(&[SOCIETY], &["society.switches.fertility=false"]).unwrap();
        assert!(without.iter().all(|key| key != twins));
    }

    #[test]
    fn what_is_no_key_is_said() {
        let error = keys(&["society.care.share_countie"], &[]).unwrap_err();
        assert_eq!(
            error.to_string(),
            "`society.care.share_countie` is no key of the scenario; did you mean `society.care.share_county`?"
        );
        assert!(matches!(keys(&["plan.seed"], &[]), Err(KeysError::NoPrior(_))));
    }
}
