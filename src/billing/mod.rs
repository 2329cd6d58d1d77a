//! Layers of protection: what each payer pays of a bill, and what is left to the patient.
//!
//! A regime's layers are data ([`crate::scenario::policy::Layer`]); this is their one interpreter.
//! Once a year [`CompiledLayers::compile`] turns them into amounts in fen and rates in parts per
//! million, then [`CompiledLayers::settle`] passes each bill through them. It knows no household
//! and no file: who the patient is comes in as [`Patient`], what the year has brought so far as
//! [`PersonYear`] and [`HouseholdYear`].
//!
//! # Rules
//!
//! - A bill has a part in the catalogue and a part outside it; both are tracked to the end. A layer
//!   that covers both pays the in-catalogue part first.
//! - A layer never pays more than is left of what it covers. All its brackets are summed exactly,
//!   and rounded once, half up to the fen, to its payer.
//! - A deductible and brackets over a year apply to the sum of what reaches the layer: a bill gets
//!   what the sum with it earns less what the sum without it earns, both at the terms of this bill.
//! - A cap pays all above the annual personal amount; what counts is what the person has really
//!   paid, after every layer.
//! - A floor lifts the share of the covered part that all payers together have paid.
//! - Class tests and terms see one class at a time. Of several, the one with the least
//!   out-of-pocket payment over the whole stack is used, ties by listed order.
//! - A department whose list lacks a class pays its layers as if the household were in none, and a payer
//!   whose fund is short pays a share, or later ([`Payers`]).
//! - A claimed layer pays nothing if the claim isn't made, and the bill doesn't count for its
//!   deductible: it was never presented.
//! - Spending tests see the household's own in-catalogue payments of the year so far and what the
//!   layers before have left of this bill. Bills before the trigger count for the deductible of
//!   such a layer, but are not paid by it.
//! - `strength`, the factor for care out of the area and the payer's proration multiply the payment
//!   before it is rounded and before the ceiling.

mod alike;
mod breakdown;
mod compile;
mod eligibility;
mod entitlement;
mod notch;
mod settle;

pub use alike::OutpatientTerms;
pub use breakdown::{BillBreakdown, LayerPayment};
pub use compile::{CompiledLayers, YearContext};
pub use notch::Notch;
pub use settle::{Bill, HouseholdYear, Ledger, Patient, Payers, PersonYear, Settled, Settlement};
