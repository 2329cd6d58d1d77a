//! The files of `data/validation` and `data/calibration`, compiled in. Tests hold them against each other, so reading can't fail.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use csv::StringRecord;

use super::{Comparison, Error, Family, Figure, Mismatch, Split, Target};

/// A published figure that the model is not held against.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotCompared {
    /// Id of the target.
    pub target: String,
    /// Why not.
    pub reason: String,
}

/// What drives a miss.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Driver {
    /// Id of the target.
    pub target: String,
    /// One sentence.
    pub sentence: String,
}

/// All published figures, compared or not.
#[must_use]
pub fn targets() -> &'static [Target] {
    static TARGETS: OnceLock<Vec<Target>> = OnceLock::new();
    TARGETS.get_or_init(|| {
        let files = [
            include_str!("../../data/validation/targets.csv"),
            include_str!("../../data/validation/further.csv"),
        ];
        files.into_iter().flat_map(records).map(|r| target(&r)).collect()
    })
}

/// The figures that the model is not held against.
#[must_use]
pub fn not_compared() -> Vec<NotCompared> {
    records(include_str!("../../data/validation/not_compared.csv"))
        .map(|r| NotCompared { target: r[0].to_owned(), reason: r[1].to_owned() })
        .collect()
}

/// What drives misses, as known before the run in hand.
#[must_use]
pub fn drivers() -> Vec<Driver> {
    records(include_str!("../../data/validation/drivers.csv"))
        .map(|r| Driver { target: r[0].to_owned(), sentence: r[1].to_owned() })
        .collect()
}

pub(super) fn figures() -> Vec<Figure> {
    let errors = by_target(include_str!("../../data/validation/errors.csv"));
    let splits = by_target(include_str!("../../data/calibration/split.csv"));
    let figure = |r: StringRecord| {
        let id = &r[0];
        let (errors, split) = (&errors[id], &splits[id]);
        Figure {
            target: target_of(id),
            comparison: comparison(&r),
            error: error(errors, 1),
            family: named(Family::ALL, Family::name, &split[1]),
            split: named(Split::ALL, Split::name, &split[2]),
            repeats: Some(split[3].to_owned()).filter(|id| !id.is_empty()),
            reason: split[4].to_owned(),
        }
    };
    records(include_str!("../../data/validation/comparisons.csv")).map(figure).collect()
}

pub(super) fn experiments() -> Vec<Figure> {
    let figure = |r: StringRecord| Figure {
        target: target_of(&r[0]),
        comparison: comparison(&r),
        error: error(&r, 7),
        family: Family::Programme,
        split: Split::HeldOut,
        reason: r[11].to_owned(),
        repeats: None,
    };
    records(include_str!("../../data/validation/experiments.csv")).map(figure).collect()
}

fn target_of(id: &str) -> Target {
    targets().iter().find(|target| target.id == *id).expect("a published figure").clone()
}

/// The error in four columns from one on.
fn error(r: &StringRecord, from: usize) -> Error {
    Error {
        sd: number(&r[from]),
        sampling_sd: number(&r[from + 1]),
        sampling: r[from + 2].to_owned(),
        mismatch: named(Mismatch::ALL, Mismatch::name, &r[from + 3]),
    }
}

fn records(text: &'static str) -> impl Iterator<Item = StringRecord> {
    csv::Reader::from_reader(text.as_bytes()).into_records().map(|record| record.expect("a well-formed line"))
}

fn by_target(text: &'static str) -> BTreeMap<String, StringRecord> {
    records(text).map(|record| (record[0].to_owned(), record)).collect()
}

fn number(text: &str) -> f64 {
    text.parse().expect("a number")
}

fn named<T: Copy, const N: usize>(all: [T; N], name: impl Fn(T) -> &'static str, text: &str) -> T {
    all.into_iter().find(|one| name(*one) == text).expect("a name of the list")
}

fn target(r: &StringRecord) -> Target {
    let number = |at: usize| r[at].parse().ok();
    let bounds = (number(7), number(8));
    // One number in place of an interval is a lower bound, which no rule here uses.
    let (low, high) = if bounds.0 == bounds.1 || bounds.1.is_none() { (None, None) } else { bounds };
    Target {
        id: r[0].to_owned(),
        name: r[1].to_owned(),
        definition: r[2].to_owned(),
        population: r[3].to_owned(),
        place: r[4].to_owned(),
        year: r[5].to_owned(),
        value: number(6).expect("a figure"),
        low,
        high,
        unit: r[9].to_owned(),
        source: r[10].to_owned(),
    }
}

fn comparison(r: &StringRecord) -> Comparison {
    let (first, last) = r[3].split_once('-').unwrap_or((&r[3], &r[3]));
    let year = |text: &str| text.parse::<i16>().expect("a year");
    Comparison {
        measure: r[1].to_owned(),
        group: r[2].to_owned(),
        years: (year(first)..=year(last)).collect(),
        factor: number(&r[4]),
        run: r[5].to_owned(),
        difference: r[6].to_owned(),
    }
}
