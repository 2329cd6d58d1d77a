//! The model's own functions against closed forms. The findings are `docs/verification.md`; this
//! writes it again after a change that is meant:
//!
//! ```text
//! FANPIN_WRITE_DOCS=1 cargo test --test verification
//! ```
#![allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss)]

mod bills;
mod distributions;
mod generator;
mod harness;
mod histories;
mod intervals;
mod lives;

use std::sync::OnceLock;

use harness::{Findings, TOLERANCE, World};

/// Cases about one part of the model.
struct Family {
    title: &'static str,
    words: &'static str,
    cases: fn(World) -> Findings,
}

const FAMILIES: [Family; 6] = [
    Family {
        title: "Random numbers",
        words: "Philox4x64-10 keyed by (seed, replicate), counter (block, id, year, stream); normals by \
                Wichura's AS 241. Known answers of Random123 and NumPy are in the unit tests of `random`.",
        cases: generator::findings,
    },
    Family {
        title: "Yearly decisions",
        words: "A 16-bit lane against a bound, then lane and 48-bit extension together against the threshold \
                of the exact probability. Mortality goes through the model's own timetable, with illness that \
                changes no hazard.",
        cases: lives::findings,
    },
    Family {
        title: "Bills through the layers",
        words: "Poisson episodes (0.8 a year) with lognormal bills (mean 9,000 yuan, log sd 1.1) through basic \
                insurance (deductible 800, rate 65 %, ceiling 30,000), critical-illness insurance (deductible \
                7,000, rate 60 %) and medical aid (40 % of what is left), all per episode, by \
                `CompiledLayers::settle`. Expected values are limited expected values of the lognormal.",
        cases: bills::findings,
    },
    Family {
        title: "Poverty and inequality",
        words: "Lognormal income (median 9,000 yuan, log sd 0.7), line 7,310 yuan, through the fen of the \
                tallies and the bins of the histograms. The column *bins* is the error that the product \
                itself states for its bins, allowed beside the sampling error.",
        cases: distributions::findings,
    },
    Family {
        title: "Return to poverty",
        words: "Income ranks follow the model's stationary autoregression (ρ = 0.8, fixed point) across a line \
                at the median.",
        cases: histories::findings,
    },
    Family {
        title: "Intervals",
        words: "What `measures.csv` and `differences.csv` print, over normal replicates.",
        cases: intervals::findings,
    },
];

/// The findings of a family, made once.
fn findings(family: usize) -> &'static Findings {
    static FINDINGS: [OnceLock<Findings>; FAMILIES.len()] = [const { OnceLock::new() }; FAMILIES.len()];
    FINDINGS[family].get_or_init(|| (FAMILIES[family].cases)(World::fair(family as u64)))
}

fn assert_holds(family: usize) {
    let broken = findings(family).broken();
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn random_numbers_hold() {
    assert_holds(0);
}

#[test]
fn yearly_decisions_hold() {
    assert_holds(1);
}

#[test]
fn bills_hold() {
    assert_holds(2);
}

#[test]
fn poverty_and_inequality_hold() {
    assert_holds(3);
}

#[test]
fn return_to_poverty_holds() {
    assert_holds(4);
}

#[test]
fn intervals_hold() {
    assert_holds(5);
}

/// Every family but the last, whose subject is the interval: its own test stretches that.
#[test]
fn a_generator_with_a_bias_of_one_per_cent_is_rejected_by_every_family() {
    for (family, replicate) in FAMILIES[..FAMILIES.len() - 1].iter().zip(0..) {
        let broken = (family.cases)(World::biased(replicate)).broken();
        assert!(!broken.is_empty(), "{} does not see the bias", family.title);
    }
}

#[test]
fn the_document_says_what_was_found() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/verification.md");
    let document = document();
    if std::env::var_os("FANPIN_WRITE_DOCS").is_some() {
        std::fs::write(path, &document).expect("docs/ can be written");
    }
    let committed = std::fs::read_to_string(path).unwrap_or_default();
    let first = committed.lines().zip(document.lines()).find(|(committed, found)| committed != found);
    assert!(
        committed == document,
        "docs/verification.md differs from the findings, first at {first:?}; \
         FANPIN_WRITE_DOCS=1 cargo test --test verification writes it again"
    );
}

fn document() -> String {
    let mut text = format!(
        "# Verification\n\nEach claim is a closed form beside what the model's own functions give. A sampled \
         figure holds if it lies within {TOLERANCE} standard errors (standard deviation of the sample itself, \
         over √n) and the error that bins are stated to have; z counts standard errors. Seeds are fixed and were \
         not chosen. Tests show that the same cases reject a generator whose probabilities are 1 % too high.\n\n\
         `cargo test --test verification` checks all of it and this file; with `FANPIN_WRITE_DOCS=1` it writes \
         this file again.\n"
    );
    for (index, family) in FAMILIES.iter().enumerate() {
        text += &format!("\n## {}\n\n{}\n\n{}", family.title, family.words, findings(index).markdown());
    }
    text
}
