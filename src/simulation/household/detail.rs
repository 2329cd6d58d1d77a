//! A household-year in detail, for a witness that follows the household: what sums and microdata leave out.

use super::Telling;
use crate::care::Reason;
use crate::economy::Accounts;
use crate::scenario::policy::{Level, PAYERS};
use crate::support::Grants;
use crate::units::Money;

/// What happened to a household in a year under a regime, beside its row of microdata.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Detail {
    /// Hospital stays, by date; with outpatient care they are the year's bill.
    pub stays: Vec<Stay>,
    /// Needed episodes that were not treated, by date.
    pub forgone: Vec<Forgone>,
    /// The closed accounts.
    pub accounts: Accounts,
    /// Reimbursements of the year that come the year after.
    pub late: Money,
    /// Claimed back of the year's earlier bills by who was recognised as illness-poor.
    pub claimed_back: Money,
    /// Premiums paid by aid.
    pub premium_aid: Money,
    /// What programmes owed and paid, in the order of the policy.
    pub grants: Grants,
    /// Found in the year by officials' rounds, its own report or an alert on spending.
    pub found: bool,
    /// Whether the household knew the rules.
    pub aware: bool,
}

/// A hospital stay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stay {
    /// Id of the patient.
    pub person: u64,
    /// Month, from 0.
    pub month: u8,
    /// Level of the hospital.
    pub level: Level,
    /// Whether out of the county.
    pub outside: bool,
    /// Chronic groups whose onset it treats, one bit each.
    pub major: u8,
    /// The bill.
    pub bill: Money,
    /// Paid by each payer.
    pub paid: [Money; PAYERS],
    /// What was left to the family.
    pub out_of_pocket: Money,
}

/// A needed episode that was not treated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Forgone {
    /// Id of the person.
    pub person: u64,
    /// Month, from 0.
    pub month: u8,
    /// Chronic groups whose onset it would have treated, one bit each.
    pub major: u8,
    /// Why.
    pub reason: Reason,
}

impl Telling<'_> {
    /// The household-year in detail.
    pub fn detail(&self) -> Detail {
        let o = self.outcome;
        Detail {
            stays: self.stays(),
            forgone: self.forgone(),
            accounts: o.accounts,
            late: o.care.late,
            claimed_back: o.claimed_back,
            premium_aid: o.premiums.aid,
            grants: o.grants,
            found: o.found,
            aware: o.aware,
        }
    }
}
