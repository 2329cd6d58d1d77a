//! From exact sums to named measures.

pub mod catalogue;
pub mod table;
