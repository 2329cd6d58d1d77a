//! fanpin.
#![deny(missing_docs, rustdoc::broken_intra_doc_links)]

pub mod measures;
pub mod population;
pub mod random;
pub mod record;
#[cfg(feature = "output")]
pub mod report;
pub mod scenario;
pub mod units;
