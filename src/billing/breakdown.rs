//! One bill's way through the layers of a regime, for tables and charts.

use super::compile::{CompiledLayers, YearContext};
use super::settle::{Bill, HouseholdYear, Patient, PersonYear};
use crate::scenario::policy::{Payer, Policy, Regime};
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

/// One bill under one regime: the payments, in the order of the layers, and `out_of_pocket` add up
/// to the bill.
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
    /// What each layer that covers this kind of care pays, also if it is nothing.
    pub payments: Vec<LayerPayment>,
    /// What is left to the patient.
    pub out_of_pocket: Money,
    /// In-catalogue part of what is left.
    pub covered_own: Money,
    /// Layers that would pay more if their test of spending were applied.
    pub triggered: Vec<String>,
}

impl BillBreakdown {
    /// Works out a bill under a regime, every claim made and no test of spending applied, after own
    /// in-catalogue payments of `already_paid` in the same year. `policy` is the regime's own, or
    /// history before the switch.
    #[must_use]
    pub fn of(
        regime: &Regime,
        policy: &Policy,
        year: Year,
        context: &YearContext,
        bill: &Bill,
        patient: &Patient,
        already_paid: Money,
    ) -> Self {
        let layers = CompiledLayers::as_implemented(policy, year, context);
        let settle = |layers: &CompiledLayers| {
            let mut person = PersonYear::after_own_payments(already_paid);
            let mut household = HouseholdYear::after_own_payments(already_paid);
            layers.settle(bill, patient, 0, &mut person, &mut household)
        };
        let applied = settle(&layers.without_spending_triggers());
        let with_triggers = settle(&layers);
        let layer = |slot: usize| &policy.layers[layers.source(slot)];
        let reached = (0..layers.len()).filter(|slot| layer(*slot).services.contains(&bill.service));
        let payments = reached.map(|slot| LayerPayment {
            layer: layer(slot).id.clone(),
            label_en: layer(slot).label_en.clone(),
            label_zh: layer(slot).label_zh.clone(),
            payer: layer(slot).payer,
            paid: applied.payments[slot],
        });
        let triggered = (0..layers.len()).filter(|slot| {
            layers.is_spending_triggered(*slot) && with_triggers.payments[*slot] > applied.payments[*slot]
        });
        Self {
            regime: regime.id.clone(),
            label_en: regime.label_en.clone(),
            label_zh: regime.label_zh.clone(),
            year,
            bill: *bill,
            payments: payments.collect(),
            out_of_pocket: applied.out_of_pocket,
            covered_own: applied.covered_own,
            triggered: triggered.map(|slot| layer(slot).id.clone()).collect(),
        }
    }

    /// Sum of the payments of all layers.
    #[must_use]
    pub fn paid(&self) -> Money {
        self.bill.amount - self.out_of_pocket
    }
}
