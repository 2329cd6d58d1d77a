//! One bill's way through the layers of a regime, for tables and charts.

use super::settle::Bill;
use crate::scenario::policy::Payer;
use crate::units::{Money, Year};

/// What one layer pays of a bill.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LayerPayment {
    /// Name of the layer in the scenario.
    pub layer: String,
    /// English label.
    pub label_en: String,
    /// Chinese label.
    pub label_zh: String,
    /// Who pays.
    pub payer: Payer,
    /// What is paid.
    pub paid: Money,
}

/// One bill under one regime: the payments, in the order of the layers in force, and
/// `out_of_pocket` add up to the bill.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BillBreakdown {
    /// Name of the regime.
    pub regime: String,
    /// English label of the regime.
    pub label_en: String,
    /// Chinese label of the regime.
    pub label_zh: String,
    /// The year whose terms hold.
    pub year: Year,
    /// The bill.
    pub bill: Bill,
    /// What each layer in force pays, also if it is nothing.
    pub payments: Vec<LayerPayment>,
    /// What is left to the patient.
    pub out_of_pocket: Money,
    /// In-catalogue part of what is left.
    pub covered_own: Money,
    /// Layers whose test of spending this bill would pass; they are not applied.
    pub triggered: Vec<String>,
}
