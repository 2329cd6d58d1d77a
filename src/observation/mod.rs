//! What surveys, registers and accounts would have seen of the model, held against what they published.
//!
//! A published figure is a [`Figure`]: the [`Target`] with its source, the [`Comparison`] that says how the model gives the same
//! quantity, the error of the target ([`Error`]) and whether a calibration may use it ([`Split`]). All of it stands in
//! `data/validation` and `data/calibration`, compiled in. [`observe`] runs what the asked figures need and gives the model's figure by
//! replicate; [`Verdict`] says how it lies to the published one.

mod experiments;
mod files;
mod panel;
mod runs;
mod survey;

use std::fmt;
use std::sync::OnceLock;

pub use files::{Driver, NotCompared, drivers, not_compared, targets};

use crate::experiment::{Interrupted, Watch};
use crate::measures::statistics::CriticalValues;
use crate::measures::table::Statistics;
use crate::scenario::ScenarioError;
use crate::uncertainty::Loader;

/// Normal deviate of a two-sided interval of 95 %.
const DEVIATE_95: f64 = 1.96;
/// From how many errors on a figure is a miss.
const MISS_FROM: f64 = 3.0;
/// Last year whose figures the calibration may use, but for the terms of reimbursement; later ones are predictions.
pub const LAST_FITTED_YEAR: i16 = 2015;

/// A published figure.
#[derive(Debug, Clone, PartialEq)]
pub struct Target {
    /// Id, the same in all files.
    pub id: String,
    /// What it is, in words.
    pub name: String,
    /// Definition of the source.
    pub definition: String,
    /// Whom the source looked at.
    pub population: String,
    /// Where.
    pub place: String,
    /// Year or years, as the source gives them.
    pub year: String,
    /// The published value, in `unit`.
    pub value: f64,
    /// Lower end of the published interval.
    pub low: Option<f64>,
    /// Upper end of the published interval.
    pub high: Option<f64>,
    /// Unit.
    pub unit: String,
    /// Author, year, journal.
    pub source: String,
}

/// What a figure is held against.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// A measure of the catalogue, or an estimator with its arguments after a colon.
    pub measure: String,
    /// Group of households.
    pub group: String,
    /// Years, averaged.
    pub years: Vec<i16>,
    /// From the model's unit to the published one.
    pub factor: f64,
    /// Which run.
    pub run: String,
    /// Where the two definitions part.
    pub difference: String,
}

/// How far the published figure may be from what the model should give: fixed before any fit.
#[derive(Debug, Clone, PartialEq)]
pub struct Error {
    /// Standard deviation, in the published unit: sampling and mismatch together.
    pub sd: f64,
    /// Of it, the sampling error.
    pub sampling_sd: f64,
    /// Where the sampling error comes from.
    pub sampling: String,
    /// How well the definitions meet.
    pub mismatch: Mismatch,
}

/// How well the definition of a figure meets the model's, and what share of its value is allowed for that.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mismatch {
    /// The same definition, population, place and year.
    Same,
    /// Another year, place or population.
    PlaceYear,
    /// A definition that comes near.
    Definition,
    /// Another concept, or a unit that is in doubt.
    Concept,
}

impl Mismatch {
    /// All of them, the closest first.
    pub const ALL: [Self; 4] = [Self::Same, Self::PlaceYear, Self::Definition, Self::Concept];

    /// Name in the files.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::PlaceYear => "place-year",
            Self::Definition => "definition",
            Self::Concept => "concept",
        }
    }

    /// Standard deviation of the discrepancy as a share of the published value.
    #[must_use]
    pub const fn share(self) -> f64 {
        match self {
            Self::Same => 0.05,
            Self::PlaceYear => 0.15,
            Self::Definition => 0.25,
            Self::Concept => 0.5,
        }
    }
}

/// What a figure is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Family {
    /// Catastrophic spending and the burden of payments.
    Catastrophic,
    /// Impoverishing spending.
    Impoverishing,
    /// Poverty and its spells.
    Poverty,
    /// Incomes and consumption.
    Income,
    /// Use of care and what it is spent on.
    Utilisation,
    /// What is paid of bills.
    Reimbursement,
    /// Households and their members.
    Structure,
    /// Answers to prices.
    Elasticity,
    /// Programmes and their effects.
    Programme,
    /// Monitoring and returns to the register.
    Monitoring,
}

impl Family {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::Catastrophic,
        Self::Impoverishing,
        Self::Poverty,
        Self::Income,
        Self::Utilisation,
        Self::Reimbursement,
        Self::Structure,
        Self::Elasticity,
        Self::Programme,
        Self::Monitoring,
    ];

    /// Name in the files.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Catastrophic => "catastrophic",
            Self::Impoverishing => "impoverishing",
            Self::Poverty => "poverty",
            Self::Income => "income",
            Self::Utilisation => "utilisation",
            Self::Reimbursement => "reimbursement",
            Self::Structure => "structure",
            Self::Elasticity => "elasticity",
            Self::Programme => "programme",
            Self::Monitoring => "monitoring",
        }
    }
}

/// What a figure is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Split {
    /// A calibration may use it.
    Fit,
    /// No calibration may; it is looked at afterwards.
    HeldOut,
    /// A parameter was set from it.
    Input,
}

impl Split {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Fit, Self::HeldOut, Self::Input];

    /// Name in the files.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Fit => "fit",
            Self::HeldOut => "held-out",
            Self::Input => "input",
        }
    }
}

/// A published figure and all that it takes to hold the model against it.
#[derive(Debug, Clone, PartialEq)]
pub struct Figure {
    /// What was published.
    pub target: Target,
    /// How the model gives it.
    pub comparison: Comparison,
    /// Its error.
    pub error: Error,
    /// What it is about.
    pub family: Family,
    /// Fitted, held out, or an input.
    pub split: Split,
    /// Why.
    pub reason: String,
    /// The figure that says the same in another unit, or from which this one follows: of the two only that one counts in a fit.
    pub repeats: Option<String>,
}

impl Figure {
    /// What an interval of 95 % around the published value is: 1.96 standard errors either way.
    #[must_use]
    pub fn interval(&self) -> (f64, f64) {
        let half = DEVIATE_95 * self.error.sd;
        (self.target.value - half, self.target.value + half)
    }

    /// Last year that it is about in the model.
    #[must_use]
    pub fn last_year(&self) -> i16 {
        self.comparison.years.last().copied().unwrap_or_default()
    }

    /// Whether it is of years after those that a calibration may use.
    #[must_use]
    pub fn is_prediction(&self) -> bool {
        self.split == Split::HeldOut && self.comparison.years.iter().all(|year| *year > LAST_FITTED_YEAR)
    }
}

/// All figures that the model is held against, in the order of `data/validation/comparisons.csv`.
#[must_use]
pub fn figures() -> &'static [Figure] {
    static FIGURES: OnceLock<Vec<Figure>> = OnceLock::new();
    FIGURES.get_or_init(files::figures)
}

/// Effects of policies that studies estimated, to be estimated in the model as they did; all held out.
#[must_use]
pub fn experiments() -> &'static [Figure] {
    static EXPERIMENTS: OnceLock<Vec<Figure>> = OnceLock::new();
    EXPERIMENTS.get_or_init(files::experiments)
}

/// The figure or experiment with an id.
#[must_use]
pub fn figure(id: &str) -> Option<&'static Figure> {
    figures().iter().chain(experiments()).find(|figure| figure.target.id == id)
}

/// Size of the runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    /// Households.
    pub households: u32,
    /// Replicates.
    pub replicates: u32,
}

/// Why the model can't be held against the figures.
#[derive(Debug)]
pub enum ObserveError {
    /// The scenario doesn't hold with what a run sets.
    Scenario(ScenarioError),
    /// The scenario has no place or group that a figure is of.
    NoGroup {
        /// The figure.
        figure: String,
        /// The group.
        group: String,
    },
    /// The watcher stopped it.
    Interrupted,
}

impl fmt::Display for ObserveError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Scenario(error) => error.fmt(f),
            Self::NoGroup { figure, group } => {
                write!(
                    f,
                    "`{figure}` is of `{group}`, which the scenario doesn't have; expected places as in the scenario `history`"
                )
            }
            Self::Interrupted => Interrupted.fmt(f),
        }
    }
}

impl std::error::Error for ObserveError {}

impl From<ScenarioError> for ObserveError {
    fn from(error: ScenarioError) -> Self {
        Self::Scenario(error)
    }
}

impl From<Interrupted> for ObserveError {
    fn from(_: Interrupted) -> Self {
        Self::Interrupted
    }
}

/// For each figure the model's value by replicate, in the published unit; nothing where a replicate has none (nobody in the group).
///
/// Only the runs that these figures need are made, one after the other, each dropped as soon as its figures are read.
///
/// # Errors
/// [`ObserveError`] if a run's scenario doesn't hold, lacks a group, or is stopped.
pub fn observe(
    load: &Loader,
    figures: &[&Figure],
    size: Size,
    watch: &dyn Watch,
) -> Result<Vec<Option<Vec<f64>>>, ObserveError> {
    runs::observe(load, figures, size, watch)
}

/// How many counties [`observe`] simulates for these figures: what its watcher will be told of.
///
/// # Errors
/// [`ObserveError`] if a run's scenario doesn't hold.
pub fn counties(load: &Loader, figures: &[&Figure], size: Size) -> Result<u64, ObserveError> {
    runs::counties(load, figures, size)
}

/// Mean over replicates and its 95 % t interval.
#[must_use]
pub fn estimate(values: &[f64]) -> Statistics {
    CriticalValues::up_to(values.len()).describe(values)
}

/// How a figure of the model lies to the published one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// At most 1.96 of the figure's errors away.
    Within,
    /// Further, but not more than 3.
    Near,
    /// More than 3.
    Miss,
}

impl Verdict {
    /// All of them, the best first.
    pub const ALL: [Self; 3] = [Self::Within, Self::Near, Self::Miss];

    /// The verdict on the model's mean. The model's own interval has no part in it.
    #[must_use]
    pub fn of(published: f64, error_sd: f64, model: f64) -> Self {
        let away = (model - published).abs();
        if away <= DEVIATE_95 * error_sd {
            Self::Within
        } else if away <= MISS_FROM * error_sd {
            Self::Near
        } else {
            Self::Miss
        }
    }

    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Within => "within",
            Self::Near => "near",
            Self::Miss => "miss",
        }
    }
}

#[cfg(test)]
mod tests;
