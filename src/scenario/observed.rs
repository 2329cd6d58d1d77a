//! What surveys make of the model: their errors, and what they count that bills don't.
//!
//! Every field is a key `observation.<field>` of the book. None of them moves a byte of a run: they are read where the model is held
//! against what surveys published ([`crate::observation`]).

use serde::Deserialize;

/// What surveys make of a household's year.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Observation {
    /// Log standard deviation of the error of reported payments; its mean is one.
    pub payment_log_sd: f64,
    /// Payments that surveys are told of over those made.
    pub payment_reported: f64,
    /// Share of consumption other than health care that surveys are told of.
    pub consumption_reported: f64,
    /// Log standard deviation of the error of reported consumption other than health care; its mean is one.
    pub consumption_log_sd: f64,
    /// Log standard deviation of the error of reported income; its mean is one.
    pub income_log_sd: f64,
    /// Spending on self-bought medicine per member without a chronic disease, yuan of 2020 a year.
    pub self_medication_yuan: f64,
    /// The same per member with one.
    pub self_medication_chronic_yuan: f64,
    /// Log standard deviation of a household's spending on self-bought medicine around its mean.
    pub self_medication_log_sd: f64,
    /// Transport, board and the like around a stay, as a share of what was paid for it.
    pub stay_costs: f64,
    /// Share of food that is grown at home and not counted as spending.
    pub own_food_share: f64,
}
