//! From exact sums to named measures.
//!
//! [`catalogue`] says what each measure is and of which sums it is made, [`compute`] takes the
//! records of the replicates to [`table::Results`], [`statistics`] sums up replicates,
//! [`inequality`] and [`poverty`] read whole distributions, [`consistency`] says what must hold in
//! a record.

pub mod catalogue;
pub mod compute;
pub mod consistency;
pub mod counties;
pub mod files;
pub mod inequality;
pub mod outlay;
pub mod poverty;
pub mod statistics;
pub mod table;

/// A measure taken from bins, with the most that the binning can have moved it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Binned {
    /// The measure.
    pub value: f64,
    /// Bound of the distance to the value of the unbinned data.
    pub error: f64,
}

/// An integer sum as a number: exact below 2^53, else rounded to 53 bits.
#[allow(clippy::cast_precision_loss)]
fn real(sum: i64) -> f64 {
    sum as f64
}

/// A wide integer sum as a number, rounded to 53 bits.
#[allow(clippy::cast_precision_loss)]
fn real_wide(sum: i128) -> f64 {
    sum as f64
}
