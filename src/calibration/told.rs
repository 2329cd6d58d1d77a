//! A finished calibration as rows: the fit of each target, each parameter before and after, correlations.

use super::belief::Belief;
use super::declared::{Declared, value_at};
use super::summary::{ParameterSummary, column, correlations};
use super::{Calibrated, Settings, Simulated, WaveReport};
use crate::evidence::Book;
use crate::measures::statistics::{mean, quantile};
use crate::observation::{Figure, Size, Verdict};
use crate::scenario::Scenario;
use crate::uncertainty::{Free, Scale};

/// Draws of the chain from which parameters are described.
const DESCRIBED: usize = 4000;

/// The fit of a target.
#[derive(Debug, Clone, PartialEq)]
pub struct FitRow {
    /// The published figure.
    pub figure: &'static Figure,
    /// The model at the best point.
    pub model: f64,
    /// Monte Carlo standard error of it.
    pub noise: f64,
    /// 2.5 % and 97.5 % quantile over the points of the first wave.
    pub prior: (f64, f64),
    /// 2.5 % quantile, mean and 97.5 % quantile over the draws from the posterior that were simulated; nothing if none was.
    pub posterior: Option<(f64, f64, f64)>,
    /// The model less the published value, in errors of the published value.
    pub residual: f64,
    /// How it lies to the published interval.
    pub verdict: Verdict,
    /// Share of the variance that the emulator foretells at left-out points.
    pub explained: f64,
}

/// A parameter before and after.
#[derive(Debug, Clone, PartialEq)]
pub struct ParameterRow {
    /// Its name under `[calibration.free]`.
    pub name: String,
    /// Its key and prior.
    pub free: Free,
    /// Unit.
    pub unit: String,
    /// What it is, in English and Chinese.
    pub description: (String, String),
    /// What was held of it.
    pub belief: Belief,
    /// The value that the scenario has without the calibration.
    pub before: Option<f64>,
    /// What the targets say of it.
    pub summary: ParameterSummary,
}

/// A finished calibration, told.
#[derive(Debug, Clone)]
pub struct Told {
    /// The scenario's name.
    pub scenario: String,
    /// Sizes.
    pub settings: Settings,
    /// Size of a simulation.
    pub size: Size,
    /// Seed of the simulations.
    pub seed: u64,
    /// Fit of each target.
    pub fit: Vec<FitRow>,
    /// The parameters.
    pub parameters: Vec<ParameterRow>,
    /// Correlations of the posterior.
    pub correlations: Vec<Vec<f64>>,
    /// The waves.
    pub waves: Vec<WaveReport>,
    /// Sum of squared distances at the best point, in errors and Monte Carlo noise.
    pub misfit: f64,
    /// The same where the emulators expected the least.
    pub emulated_misfit: f64,
    /// Values of the parameters: the best point, then the draws.
    pub draws: Vec<Vec<f64>>,
    /// Points of the posterior in the unit cube, for densities.
    pub density: Vec<Vec<f64>>,
    /// All points at which the model ran.
    pub simulated: Vec<Simulated>,
    /// Draws that were simulated.
    pub verified: usize,
    /// Share of what emulators said of them that lies within two standard errors.
    pub foretold: Option<f64>,
    /// Share of moves that the posterior's walkers took.
    pub accepted: f64,
    /// Steps until a walker forgets.
    pub autocorrelation: f64,
    /// Independent draws that the chain is worth.
    pub effective: f64,
    /// Number of simulations.
    pub simulations: usize,
}

impl Told {
    /// Tells a calibration of a scenario.
    #[must_use]
    pub fn of(
        found: &Calibrated,
        declared: &Declared,
        scenario: &Scenario,
        settings: Settings,
        size: Size,
    ) -> Self {
        let density = found.chain.thinned(DESCRIBED);
        let best = &found.best.point;
        let parameters = declared
            .free
            .iter()
            .enumerate()
            .map(|(k, (name, free))| {
                let value = |share: f64| free.prior.at(share);
                let summary =
                    ParameterSummary::of(&column(&density, k), best[k], declared.beliefs[k], &value);
                parameter(name, (free, declared.beliefs[k]), scenario, summary)
            })
            .collect();
        let fit = declared.figures.iter().enumerate().map(|(t, figure)| fit(found, t, figure)).collect();
        let points = std::iter::once(best).chain(&found.draws);
        Self {
            scenario: scenario.name.clone(),
            settings,
            size,
            seed: scenario.plan.seed,
            fit,
            parameters,
            correlations: correlations(&density),
            waves: found.waves.clone(),
            misfit: found.misfit,
            emulated_misfit: found.emulated.cost,
            draws: points.map(|point| declared.values(point)).collect(),
            density,
            simulated: found.simulated.clone(),
            verified: found.verified.len(),
            foretold: found.foretold(),
            accepted: found.chain.accepted,
            autocorrelation: found.chain.autocorrelation(),
            effective: found.chain.effective(),
            simulations: found.simulations,
        }
    }

    /// How many targets lie within their interval at the best point.
    #[must_use]
    pub fn within(&self) -> usize {
        self.fit.iter().filter(|row| row.verdict == Verdict::Within).count()
    }

    /// Keys of the parameters.
    #[must_use]
    pub fn keys(&self) -> Vec<&str> {
        self.parameters.iter().map(|row| row.free.key.as_str()).collect()
    }
}

fn parameter(
    name: &str,
    (free, belief): (&Free, Belief),
    scenario: &Scenario,
    summary: ParameterSummary,
) -> ParameterRow {
    let known = Book::get().lookup(&free.key);
    let text = |of: fn(&crate::evidence::Parameter) -> &String| known.map(of).cloned().unwrap_or_default();
    ParameterRow {
        name: name.to_owned(),
        free: free.clone(),
        unit: text(|parameter| &parameter.unit),
        description: (text(|parameter| &parameter.description), text(|parameter| &parameter.description_zh)),
        belief,
        before: value_at(&scenario.resolved, &free.key),
        summary,
    }
}

fn fit(found: &Calibrated, target: usize, figure: &'static Figure) -> FitRow {
    let ends = |simulated: &[Simulated]| {
        let mut values: Vec<f64> = simulated.iter().map(|one| one.outcomes[target].mean).collect();
        values.sort_by(f64::total_cmp);
        let centre = mean(&values)?;
        Some((quantile(&values, 0.025), centre, quantile(&values, 0.975)))
    };
    let model = found.best.outcomes[target].mean;
    let (published, error) = (figure.target.value, figure.error.sd);
    let prior = ends(&found.prior).map_or((model, model), |(low, _, high)| (low, high));
    FitRow {
        figure,
        model,
        noise: libm::sqrt(found.matched.noise()[target]),
        prior,
        posterior: ends(&found.verified),
        residual: (model - published) / error,
        verdict: Verdict::of(published, error, model),
        explained: found.matched.emulators()[target].left_out().explained,
    }
}

/// Name of a scale in files.
#[must_use]
pub const fn scale_name(scale: Scale) -> &'static str {
    match scale {
        Scale::Linear => "linear",
        Scale::Log => "log",
    }
}
