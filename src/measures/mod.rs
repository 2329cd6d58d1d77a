//! From exact sums to named measures.

pub mod table;
