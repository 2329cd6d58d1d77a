//! The simulation as a [`Model`]: its figures at a point, from runs under the scenario with the free parameters set.

use std::collections::BTreeMap;
use std::sync::Mutex;

use super::declared::Declared;
use super::{CalibrationError, Model, Outcome, Stage};
use crate::experiment::Watch;
use crate::measures::statistics::{mean, variance};
use crate::observation::{ObserveError, Size, observe};
use crate::scenario::Override;
use crate::uncertainty::{Loader, overrides};

/// Least replicates from which Monte Carlo noise can be told: with fewer the variance of a t distribution doesn't exist.
pub const LEAST_REPLICATES: u32 = 4;

/// What watches and keeps the simulations.
pub trait Journal: Sync {
    /// Says what is being done, and how many simulations it takes.
    fn stage(&self, stage: Stage, simulations: usize);
    /// A simulation is done, or was known. What is new is kept.
    ///
    /// # Errors
    /// Why it can't be kept.
    fn done(&self, values: &[f64], outcomes: Option<&[Outcome]>, new: bool) -> Result<(), String>;
    /// Whether to stop as soon as possible.
    fn stopped(&self) -> bool;
}

/// Points that were simulated before, by the bits of their parameter values.
pub type Known = BTreeMap<Vec<u64>, Option<Vec<Outcome>>>;

/// Bits of parameter values: what points are known by.
#[must_use]
pub fn bits(values: &[f64]) -> Vec<u64> {
    values.iter().map(|value| value.to_bits()).collect()
}

/// The simulation with free parameters.
pub struct Observed<'a> {
    declared: &'a Declared,
    load: &'a Loader<'a>,
    /// What is set beside the free parameters.
    more: Vec<Override>,
    size: Size,
    journal: &'a dyn Journal,
    known: Mutex<Known>,
}

impl std::fmt::Debug for Observed<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Observed").field("size", &self.size).finish_non_exhaustive()
    }
}

/// Passes on whether to stop, not each county.
struct Stopping<'a>(&'a dyn Journal);

impl Watch for Stopping<'_> {
    fn stopped(&self) -> bool {
        self.0.stopped()
    }
}

impl<'a> Observed<'a> {
    /// A simulation of a size, with points that are known already.
    #[must_use]
    pub fn new(
        declared: &'a Declared,
        load: &'a Loader<'a>,
        more: Vec<Override>,
        size: Size,
        journal: &'a dyn Journal,
        known: Known,
    ) -> Self {
        Self { declared, load, more, size, journal, known: Mutex::new(known) }
    }

    fn settings(&self, values: &[f64]) -> Vec<Override> {
        let mut settings = overrides(&self.declared.keys(), values, "calibrate");
        settings.extend(self.more.iter().cloned());
        settings
    }

    fn run(&self, values: &[f64]) -> Result<Option<Vec<Outcome>>, CalibrationError> {
        let settings = self.settings(values);
        let load = |more: &[Override]| (self.load)(&[settings.as_slice(), more].concat());
        match observe(&load, &self.declared.figures, self.size, &Stopping(self.journal)) {
            Ok(found) => Ok(found.iter().map(|values| outcome(values.as_deref()?)).collect()),
            Err(ObserveError::Scenario(_)) => Ok(None),
            Err(ObserveError::Interrupted) => Err(CalibrationError::Interrupted),
            Err(error @ ObserveError::NoGroup { .. }) => Err(CalibrationError::Model(error.to_string())),
        }
    }

    /// Simulates the middle of the prior and says which figures have no value there, so that a calibration doesn't begin in vain.
    ///
    /// # Errors
    /// [`CalibrationError::Model`] naming the figures; those of the simulation.
    pub fn probe(&self) -> Result<(), CalibrationError> {
        let values = self.declared.values(&vec![0.5; self.declared.free.len()]);
        let settings = self.settings(&values);
        let load = |more: &[Override]| (self.load)(&[settings.as_slice(), more].concat());
        let found = match observe(&load, &self.declared.figures, self.size, &Stopping(self.journal)) {
            Ok(found) => found,
            // Points of the prior may be refused; that the file itself holds is known.
            Err(ObserveError::Scenario(_)) => return Ok(()),
            Err(ObserveError::Interrupted) => return Err(CalibrationError::Interrupted),
            Err(error @ ObserveError::NoGroup { .. }) => {
                return Err(CalibrationError::Model(error.to_string()));
            }
        };
        let undefined = self.declared.figures.iter().zip(found).filter(|(_, values)| values.is_none());
        let ids: Vec<&str> = undefined.map(|(figure, _)| figure.target.id.as_str()).collect();
        if ids.is_empty() {
            return Ok(());
        }
        Err(CalibrationError::Model(format!(
            "no value of {} in some replicate at this size: raise `--households`, or leave the target out",
            ids.join(", ")
        )))
    }
}

/// Mean over replicates and its variance. The variance is itself an estimate from few replicates; that of a t distribution with as many
/// degrees of freedom is taken, n − 1 over n − 3 times as large.
fn outcome(values: &[f64]) -> Option<Outcome> {
    let (mean, variance) = (mean(values)?, variance(values)?);
    let count = values.len() as f64;
    if !mean.is_finite() || !variance.is_finite() || count < f64::from(LEAST_REPLICATES) {
        return None;
    }
    Some(Outcome { mean, variance: variance / count * (count - 1.0) / (count - 3.0) })
}

impl Model for Observed<'_> {
    fn simulate(&self, point: &[f64]) -> Result<Option<Vec<Outcome>>, CalibrationError> {
        let values = self.declared.values(point);
        if self.journal.stopped() {
            return Err(CalibrationError::Interrupted);
        }
        let before = self.known.lock().expect("no point panics").get(&bits(&values)).cloned();
        let new = before.is_none();
        let outcomes = match before {
            Some(outcomes) => outcomes,
            None => self.run(&values)?,
        };
        self.journal.done(&values, outcomes.as_deref(), new).map_err(CalibrationError::Model)?;
        if new {
            self.known.lock().expect("no point panics").insert(bits(&values), outcomes.clone());
        }
        Ok(outcomes)
    }

    fn allows(&self, point: &[f64]) -> bool {
        (self.load)(&self.settings(&self.declared.values(point))).is_ok()
    }

    fn stage(&self, stage: Stage, simulations: usize) {
        self.journal.stage(stage, simulations);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_noise_of_a_mean_knows_that_it_is_an_estimate() {
        let found = outcome(&[1.0, 2.0, 3.0, 4.0, 5.0]).expect("five values");
        // 2.5 / 5, times 4 / 2.
        assert_eq!(found, Outcome { mean: 3.0, variance: 1.0 });
        assert_eq!(outcome(&[1.0, 2.0, 3.0]), None);
    }
}
