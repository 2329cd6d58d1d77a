//! The scenario: file as written → resolved and complete.

pub mod plan;
pub mod policy;
pub mod raw_policy;
