//! What happened to a household in a year, before it becomes sums.

use fanpin::scenario::policy::PAYERS;

use crate::accounts::Accounts;
use crate::people::Register;
use crate::support::{Grant, Support};

#[derive(Debug, Clone, Default)]
pub struct Outcome {
    pub members: i64,
    pub workers: i64,
    pub away: i64,
    pub elderly_only: bool,
    pub deaths: i64,
    /// Of them, members of the time of the switch, after it.
    pub died_since_switch: i64,
    pub births: i64,
    pub departures: i64,
    pub arrivals: i64,
    pub signed: i64,
    pub served: i64,
    pub managed: i64,
    pub with_doctor: i64,
    pub with_competent_doctor: i64,
    pub screened: i64,
    pub mental_treated: i64,
    pub literate_adults: i64,
    pub pupils: i64,
    pub left_school: i64,
    /// Members of 16 to 34, and the years of schooling that they lost.
    pub young: i64,
    pub young_years_lost: i64,
    pub insured: i64,
    pub is_aware: bool,
    /// True income last year was under the monitoring line.
    pub is_target: bool,
    pub at_risk: bool,
    pub risk_is_monitored: bool,
    pub found: bool,
    /// Recognised as illness-poor in the year.
    pub recognised: bool,
    pub claimed_back: i64,
    pub care: CareSums,
    pub support: Support,
    pub grants: Vec<Grant>,
    pub premiums_own: i64,
    pub premiums_aid: i64,
    pub premiums_subsidy: i64,
    pub accounts: Accounts,
    pub poor: bool,
    pub poor_last: bool,
    pub not_poor_by_add_back: bool,
    pub not_poor_by_twin: bool,
    /// What the register says that it didn't say last year.
    pub newly_on_register: Register,
    /// Deprived of income, medical care, schooling, a good environment.
    pub deprived: [bool; 4],
    /// Years since the lifting, of those not net poor since; 0 for others.
    pub years_since_lifting: i16,
    /// Years since the first major illness, before this year is counted.
    pub years_since_shock: Option<u8>,
    /// All bills of the year of each member, and the bill of each stay.
    pub billed: Vec<i64>,
    pub stays: Vec<i64>,
    /// At the year's end, before anything is inherited.
    pub medical_debt: i64,
}

/// Stays and bills of a household in a year. Money in fen.
#[derive(Debug, Clone, Default)]
pub struct CareSums {
    pub bill: i64,
    pub covered: i64,
    pub out_of_pocket: i64,
    pub paid: [i64; PAYERS],
    pub inpatient: i64,
    pub paid_inpatient: i64,
    /// Reimbursements of hospital bills that come next year.
    pub late: i64,
    /// Bills of members who wait for benefits.
    pub waiting: i64,
    pub admissions: i64,
    pub needed: i64,
    pub induced: i64,
    pub outside: i64,
    /// Members admitted in the year, more than once in it; last year, and then again this year.
    pub inpatients: i64,
    pub repeated: i64,
    pub inpatients_last: i64,
    pub again: i64,
    pub forgone_money: i64,
    pub forgone_distance: i64,
    pub forgone_capacity: i64,
    pub forgone_unaware: i64,
    pub forgone_other: i64,
}

impl CareSums {
    pub fn forgone(&self) -> i64 {
        self.forgone_money
            + self.forgone_distance
            + self.forgone_capacity
            + self.forgone_unaware
            + self.forgone_other
    }
}
