//! fanpin.
#![deny(missing_docs, rustdoc::broken_intra_doc_links)]

pub mod billing;
pub mod care;
#[cfg(feature = "cli")]
pub mod cli;
pub mod demography;
pub mod economy;
pub mod evidence;
pub mod experiment;
pub mod illness;
pub mod measures;
pub mod population;
pub mod poverty;
pub mod random;
pub mod record;
#[cfg(feature = "output")]
pub mod report;
pub mod scenario;
pub mod simulation;
pub mod targeting;
pub mod units;
