//! What a scenario declares under `[calibration]`: free parameters with their ranges, targets, sizes.

use super::belief::Belief;
use super::likelihood::{Tails, Target};
use crate::evidence::Book;
use crate::observation::{Figure, Split, figure, figures};
use crate::scenario::Scenario;
use crate::uncertainty::{Free, Prior, Scale};

/// What a scenario declares.
#[derive(Debug, Clone)]
pub struct Declared {
    /// Names and free parameters, by name.
    pub free: Vec<(String, Free)>,
    /// What is held of each of them before the fit.
    pub beliefs: Vec<Belief>,
    /// Targets.
    pub figures: Vec<&'static Figure>,
    /// How the errors of targets are distributed.
    pub tails: Tails,
    /// Sizes, where the file gives them.
    pub sizes: Sizes,
}

/// Sizes, where the file gives them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Sizes {
    /// Points of the first wave for each free parameter.
    pub points: Option<usize>,
    /// Waves.
    pub waves: Option<usize>,
    /// Draws from the posterior.
    pub draws: Option<usize>,
    /// Of them, simulated.
    pub verify: Option<usize>,
    /// Simulations on the way down, for each free parameter.
    pub polish: Option<usize>,
    /// Steps of the posterior's ensemble.
    pub steps: Option<usize>,
}

impl Declared {
    /// What a scenario declares; nothing if it declares no free parameter.
    #[must_use]
    pub fn of(scenario: &Scenario) -> Option<Self> {
        let calibration = scenario.resolved.get("calibration")?.as_table()?;
        let free: Vec<(String, Free)> = calibration
            .get("free")?
            .as_table()?
            .iter()
            .map(|(name, table)| Some((name.clone(), free(table.as_table()?)?)))
            .collect::<Option<_>>()?;
        let is_normal = calibration.get("prior").and_then(toml::Value::as_str) == Some("normal");
        let belief = |(name, free): &(String, Free)| {
            let given = calibration["free"][name].get("centre").and_then(toml::Value::as_float);
            let centre = given.or_else(|| value_at(&scenario.resolved, &free.key)).filter(|_| is_normal);
            centre.map_or(Belief::Flat, |value| Belief::Normal {
                centre: free.prior.share(value).clamp(0.0, 1.0),
            })
        };
        let beliefs = free.iter().map(belief).collect();
        let size = |key: &str| usize::try_from(calibration.get(key)?.as_integer()?).ok();
        let sizes = Sizes {
            points: size("points"),
            waves: size("waves"),
            draws: size("draws"),
            verify: size("verify"),
            polish: size("polish"),
            steps: size("steps"),
        };
        let figures = match calibration.get("targets").and_then(toml::Value::as_array) {
            Some(ids) => ids.iter().map(|id| figure(id.as_str()?)).collect::<Option<_>>()?,
            None => fitted(),
        };
        let tails = calibration.get("tails").and_then(toml::Value::as_str).and_then(Tails::named);
        let tails = tails.unwrap_or(Tails::Normal);
        (!free.is_empty()).then_some(Self { free, beliefs, figures, tails, sizes })
    }

    /// Dotted keys of the free parameters.
    #[must_use]
    pub fn keys(&self) -> Vec<String> {
        self.free.iter().map(|(_, free)| free.key.clone()).collect()
    }

    /// Values of the free parameters at a point of the unit cube.
    #[must_use]
    pub fn values(&self, point: &[f64]) -> Vec<f64> {
        self.free.iter().zip(point).map(|((_, free), share)| free.prior.at(*share)).collect()
    }

    /// The targets with their errors.
    #[must_use]
    pub fn targets(&self) -> Vec<Target> {
        let of = |figure: &&Figure| Target {
            id: figure.target.id.clone(),
            value: figure.target.value,
            error_sd: figure.error.sd,
        };
        self.figures.iter().map(of).collect()
    }

    /// The targets that no calibration may use: held out, or an input.
    #[must_use]
    pub fn not_to_fit(&self) -> Vec<&'static Figure> {
        self.figures.iter().copied().filter(|figure| figure.split != Split::Fit).collect()
    }
}

/// The number at a dotted path.
pub(super) fn value_at(table: &toml::Table, key: &str) -> Option<f64> {
    let mut segments = key.split('.');
    let first = table.get(segments.next()?)?;
    segments.try_fold(first, |value, segment| value.get(segment))?.as_float()
}

/// The figures that the split gives to fitting, without those that repeat another.
fn fitted() -> Vec<&'static Figure> {
    figures().iter().filter(|figure| figure.split == Split::Fit && figure.repeats.is_none()).collect()
}

fn free(table: &toml::Table) -> Option<Free> {
    let key = table.get("key")?.as_str()?.to_owned();
    let prior = Book::get().lookup(&key)?.prior();
    let end = |name: &str| table.get(name).and_then(toml::Value::as_float);
    let scale = match table.get("scale").and_then(toml::Value::as_str) {
        Some("log") => Scale::Log,
        Some(_) => Scale::Linear,
        None => prior.map_or(Scale::Linear, |prior| prior.scale),
    };
    let low = end("low").or(prior.map(|prior| prior.low))?;
    let high = end("high").or(prior.map(|prior| prior.high))?;
    Some(Free { key, prior: Prior { low, high, scale } })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::{Options, load_text};

    fn declared(text: &str) -> Option<Declared> {
        let text = format!("name = \"x\"\nextends = \"history\"\n{text}");
        Declared::of(&load_text("x.toml", &text, &Options::default()).expect("it holds"))
    }

    #[test]
    fn a_scenario_without_free_parameters_declares_nothing() {
        assert!(declared("").is_none());
        assert!(declared("[calibration]\npoints = 10\n").is_none());
    }

    #[test]
    fn ranges_come_from_the_file_or_from_the_book() {
        let found = declared(
            "[calibration]\nwaves = 2\n[calibration.free.b]\nkey = \"society.care.admission_factor\"\n\
             [calibration.free.a]\nkey = \"society.economy.labour_share\"\nlow = 0.5\nhigh = 0.9\n",
        );
        let found = found.expect("it declares");
        assert_eq!(found.keys(), ["society.economy.labour_share", "society.care.admission_factor"]);
        assert_eq!(found.sizes, Sizes { waves: Some(2), ..Sizes::default() });
        let values = found.values(&[0.25, 0.5]);
        assert!((values[0] - 0.6).abs() < 1e-12 && (values[1] - 1.0).abs() < 1e-9, "{values:?}");
        assert!(found.not_to_fit().is_empty() && found.figures.len() > 10);
        assert!(found.figures.iter().all(|figure| figure.repeats.is_none()));
    }

    #[test]
    fn a_normal_prior_lies_about_the_scenarios_value_or_the_one_that_is_given() {
        let free = "[calibration.free.a]\nkey = \"society.economy.labour_share\"\nlow = 0.565\nhigh = 0.965\n\
                    [calibration.free.b]\nkey = \"society.economy.floor_lines\"\nlow = 0.5\nhigh = 1\ncentre = 0.6\n";
        let normal = declared(&format!("[calibration]\nprior = \"normal\"\n{free}")).expect("it declares");
        let centres: Vec<f64> = normal.beliefs.iter().map(|belief| belief.draw(0.5)).collect();
        // The book has 0.765, the middle of the range; the median of what is cut off at one end lies a little further in.
        assert!((centres[0] - 0.5).abs() < 1e-9, "{centres:?}");
        assert_eq!(normal.beliefs[1], Belief::Normal { centre: normal.free[1].1.prior.share(0.6) });
        assert_eq!(
            declared(&format!("[calibration]\n{free}")).expect("it declares").beliefs,
            [Belief::Flat; 2]
        );
    }

    #[test]
    fn held_out_targets_are_found_out() {
        let text = "[calibration]\ntargets = [\"ADM-NHSS11\", \"CS-OOP-T-pre\"]\n\
                    [calibration.free.b]\nkey = \"society.care.admission_factor\"\n";
        let found = declared(text).expect("it declares");
        assert_eq!(found.not_to_fit().len(), 1);
    }
}
