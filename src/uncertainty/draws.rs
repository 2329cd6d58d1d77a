//! Draws of parameters, and the scenario at each.

use std::fmt;

use super::posterior::{Posterior, PosteriorError};
use super::{Free, Loader, overrides};
use crate::design::latin_hypercube;
use crate::evidence::{Book, Kind};
use crate::scenario::{Override, Scenario, ScenarioError};

/// What messages call a drawn value.
const ORIGIN: &str = "drawn parameters";

/// How often a refused point is drawn again.
const MOST_ROUNDS: u64 = 50;

/// Where parameters come from.
#[derive(Debug, Clone, PartialEq)]
pub enum From {
    /// The priors of the book.
    Prior,
    /// A posterior; what it doesn't hold stays as the scenario has it.
    Posterior(Posterior),
    /// A posterior, and the priors of the book for what it doesn't hold.
    PosteriorAndPrior(Posterior),
}

impl From {
    const fn posterior(&self) -> Option<&Posterior> {
        match self {
            Self::Prior => None,
            Self::Posterior(posterior) | Self::PosteriorAndPrior(posterior) => Some(posterior),
        }
    }
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
    /// Keys that the scenario or its user sets and that were therefore left alone.
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
        let found = value(scenario, &key);
        let own = found.is_some() && found != parameter.default().and_then(number);
        if own { kept.push(key) } else { free.push(Free { key, prior }) }
    }
    (free, kept)
}

/// The number that a scenario has under a dotted key.
fn value(scenario: &Scenario, key: &str) -> Option<f64> {
    let mut names = key.split('.');
    let first = scenario.resolved.get(names.next()?)?;
    number(names.try_fold(first, |table, name| table.get(name))?)
}

fn number(value: &toml::Value) -> Option<f64> {
    // Whole numbers of a scenario are far below 2^53.
    #[allow(clippy::cast_precision_loss)]
    value.as_float().or_else(|| value.as_integer().map(|n| n as f64))
}

/// Whether a key is one of those that are set, or lies below one.
fn is_set(key: &str, set: &[String]) -> bool {
    let below = |own: &String| key.strip_prefix(own.as_str()).is_some_and(|rest| rest.starts_with('.'));
    set.iter().any(|own| own == key || below(own))
}

impl Draws {
    /// Draws of a scenario's parameters: `load` gives it with keys laid under what its user sets, which are the keys `set`.
    ///
    /// Points of priors are a Latin hypercube chosen by `seed`; those of a posterior are spread evenly over its rows.
    ///
    /// # Errors
    /// [`DrawError`].
    pub fn of(
        from: &From,
        draws: usize,
        seed: u64,
        set: &[String],
        load: &Loader,
    ) -> Result<Self, DrawError> {
        let posterior = from.posterior();
        let found = posterior.map_or(usize::MAX, |posterior| posterior.draws.len());
        if draws > found {
            return Err(DrawError::TooFew { wanted: draws, found });
        }
        let known =
            |key: &str| posterior.is_some_and(|posterior| posterior.keys.iter().any(|own| own == key));
        let (free, mut kept) = match from {
            From::Posterior(_) => (Vec::new(), Vec::new()),
            From::Prior | From::PosteriorAndPrior(_) => free(&load(&[]).map_err(DrawError::Scenario)?),
        };
        kept.retain(|key| !known(key));
        let (left, free): (Vec<Free>, Vec<Free>) =
            free.into_iter().filter(|free| !known(&free.key)).partition(|free| is_set(&free.key, set));
        kept.extend(left.into_iter().map(|free| free.key));
        let fitted: Vec<usize> = posterior.map_or_else(Vec::new, |posterior| {
            let (own, drawn) = (0..posterior.keys.len()).partition(|at| is_set(&posterior.keys[*at], set));
            let own: Vec<usize> = own;
            kept.extend(own.into_iter().map(|at| posterior.keys[at].clone()));
            drawn
        });
        kept.sort_unstable();
        let fitted_of = |draw: usize| -> Vec<f64> {
            let row = |posterior: &Posterior| posterior.draws[draw * posterior.draws.len() / draws].clone();
            let row = posterior.map_or_else(Vec::new, row);
            fitted.iter().map(|at| row[*at]).collect()
        };
        let fitted_keys = posterior.into_iter().flat_map(|p| fitted.iter().map(|at| p.keys[*at].clone()));
        let keys = fitted_keys.chain(free.iter().map(|free| free.key.clone())).collect();
        let drawn = Self { keys, values: Vec::new(), scenarios: Vec::new(), refused: 0, kept };
        drawn.filled(draws, seed, &free, &fitted_of, load)
    }

    /// With values and scenarios. A refused draw gets another point of the priors; those that hold stay where they are.
    fn filled(
        mut self,
        draws: usize,
        seed: u64,
        free: &[Free],
        fitted_of: &dyn Fn(usize) -> Vec<f64>,
        load: &Loader,
    ) -> Result<Self, DrawError> {
        let mut found: Vec<Option<(Vec<f64>, Scenario)>> = vec![None; draws];
        for round in 0..MOST_ROUNDS {
            let missing: Vec<usize> = (0..draws).filter(|draw| found[*draw].is_none()).collect();
            if missing.is_empty() {
                break;
            }
            let points = latin_hypercube(missing.len(), free.len(), seed.wrapping_add(round << 32));
            let mut refusal = None;
            for (draw, point) in missing.into_iter().zip(points) {
                let mut values = fitted_of(draw);
                values.extend(free.iter().zip(point).map(|(free, share)| free.prior.at(share)));
                match load(&self.overrides(&values)) {
                    Ok(scenario) => found[draw] = Some((values, scenario)),
                    Err(error) if free.is_empty() => return Err(DrawError::Scenario(error)),
                    Err(error) => {
                        self.refused += 1;
                        refusal = Some(error);
                    }
                }
            }
            if let Some(error) = refusal.filter(|_| round + 1 == MOST_ROUNDS) {
                return Err(DrawError::Refused(error));
            }
        }
        let found =
            found.into_iter().map(|drawn| drawn.expect("a round without refusals fills what is missing"));
        (self.values, self.scenarios) = found.unzip();
        Ok(self)
    }

    /// Another scenario at the same draws, and the keys that it sets otherwise than `main` does: these stay as it has them.
    ///
    /// # Errors
    /// [`ScenarioError`] if it doesn't hold, as it is or at a draw.
    pub fn of_variant(
        &self,
        main: &Scenario,
        load: &Loader,
    ) -> Result<(Vec<Scenario>, Vec<String>), ScenarioError> {
        let own = load(&[])?;
        let (free, kept): (Vec<usize>, Vec<usize>) =
            (0..self.keys.len()).partition(|at| value(&own, &self.keys[*at]) == value(main, &self.keys[*at]));
        let keys: Vec<String> = free.iter().map(|at| self.keys[*at].clone()).collect();
        let at = |values: &Vec<f64>| {
            let values: Vec<f64> = free.iter().map(|at| values[*at]).collect();
            load(&overrides(&keys, &values, ORIGIN))
        };
        let scenarios = self.values.iter().map(at).collect::<Result<Vec<Scenario>, ScenarioError>>()?;
        Ok((scenarios, kept.iter().map(|at| self.keys[*at].clone()).collect()))
    }

    fn overrides(&self, values: &[f64]) -> Vec<Override> {
        overrides(&self.keys, values, ORIGIN)
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
        let found = Draws::of(&From::Prior, 8, 7, &[], &load).expect("draws");
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
        assert_eq!(found, Draws::of(&From::Prior, 8, 7, &[], &load).expect("draws"));
        assert_ne!(found.values, Draws::of(&From::Prior, 8, 8, &[], &load).expect("draws").values);
    }

    #[test]
    fn what_a_scenario_sets_itself_is_left_alone() {
        let key = "society.care.admission_factor";
        let (free_of, kept) = free(&main_scenario(&["society.care.admission_factor=1.3"]));
        assert!(kept.iter().any(|k| k == key) && free_of.iter().all(|free| free.key != key));
        let (free_of, kept) = free(&main_scenario(&[]));
        assert!(kept.is_empty() && free_of.iter().any(|free| free.key == key));
    }

    const KEY: &str = "society.care.admission_factor";

    fn posterior() -> Posterior {
        let text = format!(
            "draw,{KEY},society.economy.floor_lines\n0,1.0,0.6\n1,1.25,0.5\n2,0.75,0.7\n3,1.1,0.8\n4,0.9,0.9\n"
        );
        Posterior::read("p.csv", &text).expect("it reads")
    }

    #[test]
    fn a_posterior_gives_its_draws_in_their_order_spread_over_all_of_them() {
        let from = From::Posterior(posterior());
        let factors = |draws: &Draws| {
            draws.scenarios.iter().map(|s| s.society.care.admission_factor).collect::<Vec<f64>>()
        };
        let all = Draws::of(&from, 4, 1, &[], &load).expect("draws");
        assert_eq!(factors(&all), [1.25, 0.75, 1.1, 0.9]);
        let two = Draws::of(&from, 2, 1, &[], &load).expect("draws");
        assert_eq!(factors(&two), [1.25, 1.1]);
        assert_eq!(two.csv(), format!("draw,{KEY},society.economy.floor_lines\n1,1.25,0.5\n2,1.1,0.8\n"));
        let error = Draws::of(&from, 5, 1, &[], &load).expect_err("too few");
        assert_eq!(error, DrawError::TooFew { wanted: 5, found: 4 });
    }

    #[test]
    fn what_the_user_sets_is_no_part_of_a_draw() {
        let found = Draws::of(&From::Posterior(posterior()), 2, 1, &["society.care".to_owned()], &load)
            .expect("draws");
        assert_eq!(
            (found.keys.as_slice(), found.kept.as_slice()),
            (&["society.economy.floor_lines".to_owned()][..], &[KEY.to_owned()][..])
        );
        assert_eq!(found.values, [[0.5], [0.8]]);
        // Also where it is set to the book's value.
        let found = Draws::of(&From::Prior, 2, 1, &[KEY.to_owned()], &load).expect("draws");
        assert!(found.kept.contains(&KEY.to_owned()) && !found.keys.contains(&KEY.to_owned()));
    }

    #[test]
    fn priors_stand_in_for_what_a_posterior_does_not_hold() {
        let both = Draws::of(&From::PosteriorAndPrior(posterior()), 4, 7, &[], &load).expect("draws");
        let prior = Draws::of(&From::Prior, 4, 7, &[], &load).expect("draws");
        assert_eq!(both.keys.len(), prior.keys.len());
        assert!(both.keys.iter().all(|key| both.keys.iter().filter(|other| *other == key).count() == 1));
        let fitted: Vec<&[f64]> = both.values.iter().map(|values| &values[..2]).collect();
        assert_eq!(fitted, posterior().draws);
    }

    #[test]
    fn draws_that_are_refused_are_drawn_again_and_counted() {
        let at = |with: &[Override]| {
            with.iter()
                .find_map(|o| o.text.strip_prefix("society.economy.kin_gift_share=").map(str::to_owned))
        };
        let prior =
            Book::get().pattern("society.economy.kin_gift_share").and_then(|p| p.prior()).expect("a prior");
        let lower_half = |with: &[Override]| match at(with) {
            Some(text) if prior.share(text.parse().expect("a number")) > 0.5 => {
                load(&[Override { origin: "test".into(), text: "plan.replicates=0".into() }])
            }
            _ => load(with),
        };
        let found = Draws::of(&From::Prior, 4, 7, &[], &lower_half).expect("draws");
        let key = found.keys.iter().position(|key| key == "society.economy.kin_gift_share").expect("free");
        assert!(found.refused >= 2, "two of the four slices are refused at first");
        assert!(found.values.iter().all(|values| prior.share(values[key]) <= 0.5));
        let never = |with: &[Override]| {
            if with.is_empty() {
                load(with)
            } else {
                load(&[Override { origin: "test".into(), text: "plan.replicates=0".into() }])
            }
        };
        assert!(matches!(Draws::of(&From::Prior, 2, 7, &[], &never), Err(DrawError::Refused(_))));
    }

    #[test]
    fn what_a_variant_sets_otherwise_stays_so() {
        let found = Draws::of(&From::Posterior(posterior()), 2, 1, &[], &load).expect("draws");
        let variant = |with: &[Override]| {
            // As a file: below what is drawn.
            let own = Override { origin: "file".into(), text: format!("{KEY}=2.0") };
            load(&[&[own], with].concat())
        };
        let main = load(&[]).expect("it holds");
        let (scenarios, kept) = found.of_variant(&main, &variant).expect("they hold");
        assert_eq!(kept, [KEY]);
        let values: Vec<(f64, f64)> = scenarios
            .iter()
            .map(|s| (s.society.care.admission_factor, s.society.economy.floor_lines))
            .collect();
        assert_eq!(values, [(2.0, 0.5), (2.0, 0.8)]);
        let (_, kept) = found.of_variant(&main, &load).expect("they hold");
        assert!(kept.is_empty());
    }
}
