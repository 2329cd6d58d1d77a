//! fanpin (返贫, "return to poverty"): an agent-based simulation of how illness drives rural Chinese
//! households back into poverty, and of what protects them.
//!
//! # The model in one page
//!
//! Households of the 2010 census, with their members' ages, diseases, debts and assets, are drawn by
//! [`population`] and live year by year ([`simulation`]): on 1 January officials make their lists from
//! last year's income as they see it ([`targeting`]); people die, leave and are born ([`demography`]),
//! fall ill ([`illness`]) and seek care or forgo it ([`care`]); each bill passes through the regime's
//! layers of protection ([`billing`]); the household closes its accounts from income, savings, kin,
//! debt and sold assets ([`economy`]); [`poverty`] says who is poor and whether illness did it.
//!
//! Until a switch year there is one past, under the rules in force at the time; from then on every
//! regime advances the same households with the same fates. Each random number is a function of (seed,
//! replicate, id, year, purpose) ([`random`]), so a household and its *twin* under another regime
//! differ only by what the regime does, and results are the same bytes at any number of threads.
//!
//! What the years hand on are exact integer sums ([`record`]); [`measures`] makes named measures of
//! them, with intervals, paired differences and flows; [`report`] makes files, charts and a page.
//! A [`scenario`] says all of it in TOML; every parameter stands in the book ([`evidence`]).
//!
//! # Example
//!
//! ```
//! use fanpin::experiment::{self, Unwatched};
//! use fanpin::scenario::{Options, load_text};
//!
//! let text = r#"
//! name = "small"
//! extends = "inclusive-vs-targeted"
//! baseline = "targeted"
//! [plan]
//! households = 200
//! replicates = 2
//! last_year = 2023
//! "#;
//! let scenario = load_text("small.toml", text, &Options::default())?;
//! let finished = experiment::run(&scenario, &Unwatched)?;
//! let row = finished.results.measures.iter().find(|row| {
//!     row.regime == "inclusive" && row.group == "all" && row.measure == "poverty_rate_net"
//! });
//! let share = row.and_then(|row| row.statistics.mean);
//! assert!(share.is_some_and(|share| (0.0..1.0).contains(&share)));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
#![deny(missing_docs, rustdoc::broken_intra_doc_links)]

pub mod units;

pub mod evidence;
pub mod random;

pub mod scenario;

pub mod population;

pub mod demography;

pub mod alignment;

pub mod knowledge;

pub mod formation;

pub mod migration;

pub mod work;

pub mod illness;

pub mod schooling;

pub mod service;

pub mod village;

pub mod care;

pub mod billing;

pub mod gap;

pub mod timeline;

pub mod enrolment;

pub mod support;

pub mod economy;

pub mod targeting;

pub mod county;

pub mod poverty;

pub mod simulation;

pub mod record;

pub mod measures;

pub mod design;

pub mod experiment;

pub mod observation;

pub mod validation;

pub mod sensitivity;

pub mod uncertainty;

pub mod sweep;

pub mod trace;

pub mod attribution;

#[cfg(feature = "calibration")]
pub mod calibration;

#[cfg(feature = "output")]
pub mod report;

#[cfg(feature = "cli")]
pub mod cli;
