//! Where a class triggered by spending makes a larger bill cheaper for the patient.

use super::compile::CompiledLayers;
use super::settle::{Bill, HouseholdYear, Patient, PersonYear};
use crate::units::Money;

/// A bill at which the patient's share falls although the bill rises by a fen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Notch {
    /// The layer that spending triggers.
    pub slot: usize,
    /// The least bill that triggers it.
    pub bill: Money,
    /// Out-of-pocket payment of the bill that is a fen lower.
    pub below: Money,
    /// Out-of-pocket payment of the bill.
    pub at: Money,
}

impl CompiledLayers {
    /// The notches for a patient's first bill of the year, wholly in the catalogue, of the kind of
    /// `bill` and up to its amount; every claim is made.
    #[must_use]
    pub fn notches(&self, bill: &Bill, patient: &Patient) -> Vec<Notch> {
        let triggered = (0..self.len()).filter(|slot| self.layers[*slot].spending_triggered);
        triggered.filter_map(|slot| self.notch(slot, bill, patient)).collect()
    }

    /// The first bill that the layer pays for, found by halving: own spending before the layer
    /// rises with the bill, so what it pays is nothing up to some bill and something from there on.
    fn notch(&self, slot: usize, bill: &Bill, patient: &Patient) -> Option<Notch> {
        let (mut low, mut high) = (0, bill.amount.fen());
        if self.first_bill(bill, patient, Money::from_fen(high)).0[slot] == Money::ZERO {
            return None;
        }
        while low + 1 < high {
            let middle = low + (high - low) / 2;
            if self.first_bill(bill, patient, Money::from_fen(middle)).0[slot] == Money::ZERO {
                low = middle;
            } else {
                high = middle;
            }
        }
        let (below, at) = (Money::from_fen(low), Money::from_fen(high));
        let (below, at) = (self.first_bill(bill, patient, below).1, self.first_bill(bill, patient, at).1);
        (at < below).then_some(Notch { slot, bill: Money::from_fen(high), below, at })
    }

    fn first_bill(&self, bill: &Bill, patient: &Patient, amount: Money) -> (Vec<Money>, Money) {
        let bill = Bill { amount, covered: amount, ..*bill };
        let (mut person, mut household) = (PersonYear::default(), HouseholdYear::default());
        let settled = self.settle(&bill, patient, 0, &mut person, &mut household);
        (settled.payments.to_vec(), settled.out_of_pocket)
    }
}
