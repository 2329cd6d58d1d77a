//! Draws of parameters, and the scenario at each.

use std::fmt;

use super::posterior::{Posterior, PosteriorError};
use super::{Free, Loader, overrides};
use crate::design::latin_hypercube;
use crate::evidence::{Book, Kind};
use crate::scenario::{Override, Scenario, ScenarioError};

/// Most refused points for one that holds.
const MOST_REFUSED: usize = 20;

/// Where parameters come from.
#[derive(Debug, Clone, PartialEq)]
pub enum From {
    /// The priors of the book.
    Prior,
    /// A posterior.
    Posterior(Posterior),
}

/// Drawn parameters with the scenario of each draw.
#[derive(Debug, Clone, PartialEq)]
pub struct Draws {
    /// The keys that were drawn.
    pub keys: Vec<String>,
    /// Their values, `[draw][key]`.
    pub values: Vec<Vec<f64>>,
    /// The scenario at each draw.
    pub scenarios: Vec<Scenario>,
    /// Points that the check of scenarios refused, drawn again.
    pub refused: usize,
    /// Keys that the scenario sets itself and that were therefore left alone.
    pub kept: Vec<String>,
}

/// Why nothing was drawn.
#[derive(Debug, Clone, PartialEq)]
pub enum DrawError {
    /// The scenario doesn't hold as it is, or at a draw of a posterior.
    Scenario(ScenarioError),
    /// The posterior doesn't hold.
    Posterior(PosteriorError),
    /// The posterior has fewer draws than were asked for.
    TooFew {
        /// Draws asked for.
        wanted: usize,
        /// Draws that there are.
        found: usize,
    },
    /// Too many points of the prior were refused; the last refusal.
    Refused(ScenarioError),
}

impl fmt::Display for DrawError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Scenario(error) => write!(f, "{error}"),
            Self::Posterior(error) => write!(f, "{error}"),
            Self::TooFew { wanted, found } => {
                write!(f, "{wanted} draws were asked for, and the posterior has {found}")
            }
            Self::Refused(error) => {
                write!(f, "nearly all points of the priors are refused, such as: {error}")
            }
        }
    }
}

impl std::error::Error for DrawError {}

/// Parameters of society with a prior that the scenario leaves at the book's value, and those that it sets itself.
#[must_use]
pub fn free(scenario: &Scenario) -> (Vec<Free>, Vec<String>) {
    let (mut free, mut kept) = (Vec::new(), Vec::new());
    for parameter in
        Book::get().iter().filter(|p| p.pattern.starts_with("society.") && p.kind == Kind::Number)
    {
        let Some(prior) = parameter.prior() else { continue };
        let key = parameter.pattern.clone();
        let found = key.split('.').try_fold(None, |table: Option<&toml::Value>, name| {
            table.map_or_else(|| scenario.resolved.get(name), |table| table.get(name)).map(Some)
        });
        let own = found.flatten().is_some_and(|value| number(value) != parameter.default().and_then(number));
        if own { kept.push(key) } else { free.push(Free { key, prior }) }
    }
    (free, kept)
}

fn number(value: &toml::Value) -> Option<f64> {
    // Whole numbers of a scenario are far below 2^53.
    #[allow(clippy::cast_precision_loss)]
    value.as_float().or_else(|| value.as_integer().map(|n| n as f64))
}

impl Draws {
    /// Draws of a scenario's parameters; `load` gives it with keys laid under what its user sets.
    ///
    /// # Errors
    /// [`DrawError`].
    pub fn of(from: &From, draws: usize, seed: u64, load: &Loader) -> Result<Self, DrawError> {
        match from {
            From::Prior => Self::of_prior(draws, seed, load),
            From::Posterior(posterior) => Self::of_posterior(posterior, draws, load),
        }
    }

    fn of_prior(draws: usize, seed: u64, load: &Loader) -> Result<Self, DrawError> {
        let (free, kept) = free(&load(&[]).map_err(DrawError::Scenario)?);
        let keys: Vec<String> = free.iter().map(|free| free.key.clone()).collect();
        let mut found = Self { keys, values: Vec::new(), scenarios: Vec::new(), refused: 0, kept };
        // A refused point is drawn again from a further hypercube, so those that hold stay where they are.
        for round in 0.. {
            let missing = draws - found.values.len();
            if missing == 0 {
                break;
            }
            let points = latin_hypercube(missing, free.len(), seed.wrapping_add(round << 32));
            let before = found.values.len();
            let mut last = None;
            for point in points {
                let values: Vec<f64> =
                    free.iter().zip(point).map(|(free, share)| free.prior.at(share)).collect();
                match load(&found.overrides(&values)) {
                    Ok(scenario) => {
                        found.values.push(values);
                        found.scenarios.push(scenario);
                    }
                    Err(error) => {
                        found.refused += 1;
                        last = Some(error);
                    }
                }
            }
            if let (Some(error), true) = (last, found.refused > MOST_REFUSED * (before + draws)) {
                return Err(DrawError::Refused(error));
            }
        }
        Ok(found)
    }

    fn of_posterior(posterior: &Posterior, draws: usize, load: &Loader) -> Result<Self, DrawError> {
        if draws > posterior.draws.len() {
            return Err(DrawError::TooFew { wanted: draws, found: posterior.draws.len() });
        }
        let keys = posterior.keys.clone();
        let mut found =
            Self { keys, values: Vec::new(), scenarios: Vec::new(), refused: 0, kept: Vec::new() };
        for values in &posterior.draws[..draws] {
            found.scenarios.push(load(&found.overrides(values)).map_err(DrawError::Scenario)?);
            found.values.push(values.clone());
        }
        Ok(found)
    }

    fn overrides(&self, values: &[f64]) -> Vec<Override> {
        overrides(&self.keys, values, "drawn parameters")
    }

    /// `parameters.csv`: a row a draw, a column a key.
    #[must_use]
    pub fn csv(&self) -> String {
        let head = format!("draw,{}\n", self.keys.join(","));
        let row = |(number, values): (usize, &Vec<f64>)| {
            let values: Vec<String> = values.iter().map(f64::to_string).collect();
            format!("{},{}\n", number + 1, values.join(","))
        };
        head + &self.values.iter().enumerate().map(row).collect::<String>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::main_scenario;

    fn load(with: &[Override]) -> Result<Scenario, ScenarioError> {
        let texts: Vec<&str> = with.iter().map(|o| o.text.as_str()).collect();
        let options = crate::scenario::Options {
            overrides: texts
                .iter()
                .map(|text| Override { origin: "test".into(), text: (*text).into() })
                .collect(),
            ..crate::scenario::Options::default()
        };
        let main = "name = \"small\"\nextends = \"inclusive-vs-targeted\"\nbaseline = \"targeted\"\n";
        crate::scenario::load_text("small.toml", main, &options)
    }

    #[test]
    fn draws_of_the_prior_fill_each_slice_and_are_what_the_scenario_holds() {
        let found = Draws::of(&From::Prior, 8, 7, &load).expect("draws");
        assert_eq!(found.scenarios.len(), 8);
        let at = found.keys.iter().position(|key| key == "society.economy.kin_gift_share").expect("free");
        for (values, scenario) in found.values.iter().zip(&found.scenarios) {
            assert!((scenario.society.economy.kin_gift_share - values[at]).abs() < 1e-15);
        }
        let prior =
            Book::get().pattern("society.economy.kin_gift_share").and_then(|p| p.prior()).expect("a prior");
        let shares: Vec<f64> = found.values.iter().map(|values| prior.share(values[at])).collect();
        assert!(shares.iter().all(|share| (0.0..=1.0).contains(share)));
        if found.refused == 0 {
            let mut slices: Vec<i64> = shares.iter().map(|share| libm::floor(share * 8.0) as i64).collect();
            slices.sort_unstable();
            assert_eq!(slices, (0..8).collect::<Vec<i64>>());
        }
        assert_eq!(found, Draws::of(&From::Prior, 8, 7, &load).expect("draws"));
        assert_ne!(found.values, Draws::of(&From::Prior, 8, 8, &load).expect("draws").values);
    }

    #[test]
    fn what_a_scenario_sets_itself_is_left_alone() {
        let key = "society.care.admission_factor";
        let (free_of, kept) = free(&main_scenario(&["society.care.admission_factor=1.3"]));
        assert!(kept.iter().any(|k| k == key) && free_of.iter().all(|free| free.key != key));
        let (free_of, kept) = free(&main_scenario(&[]));
        assert!(kept.is_empty() && free_of.iter().any(|free| free.key == key));
    }

    #[test]
    fn a_posterior_gives_its_draws_in_their_order() {
        let text = "draw,society.care.admission_factor\n0,1.0\n1,1.25\n2,0.75\n";
        let posterior = Posterior::read("p.csv", text).expect("it reads");
        let found = Draws::of(&From::Posterior(posterior.clone()), 2, 1, &load).expect("draws");
        let factors: Vec<f64> = found.scenarios.iter().map(|s| s.society.care.admission_factor).collect();
        assert_eq!(factors, [1.25, 0.75]);
        assert_eq!(found.csv(), "draw,society.care.admission_factor\n1,1.25\n2,0.75\n");
        let error = Draws::of(&From::Posterior(posterior), 3, 1, &load).expect_err("too few");
        assert_eq!(error, DrawError::TooFew { wanted: 3, found: 2 });
    }
}
