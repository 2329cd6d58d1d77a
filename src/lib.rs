//! fanpin.
#![deny(missing_docs, rustdoc::broken_intra_doc_links)]

pub mod billing;
pub mod measures;
pub mod random;
pub mod record;
pub mod scenario;
pub mod units;
