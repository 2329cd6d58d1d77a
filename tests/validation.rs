//! The model beside the published record: `data/validation` says what is compared with what.
//!
//! `docs/validation.md` is written by
//! `FANPIN_WRITE_DOCS=1 cargo test --test validation`, which runs the scenario `history` at full size.
//! Without it, the map is checked for gaps and each comparison is made once at small size.
#![allow(clippy::cast_precision_loss, reason = "counts of households are far below 2^53")]
#![allow(clippy::disallowed_methods, reason = "statistics of a test are compared within a tolerance")]

mod comparison;

use std::collections::BTreeMap;

use comparison::runs::{Runs, Size};
use comparison::{Files, Finding, Verdict, page};
use fanpin::measures::catalogue;

const FULL: Size = Size { households: 12_000, replicates: 5 };
const SMALL: Size = Size { households: 400, replicates: 2 };

#[test]
fn every_published_figure_is_compared_or_listed() {
    let files = Files::read();
    let mut seen: BTreeMap<&str, usize> = files.targets.iter().map(|t| (t.id.as_str(), 0)).collect();
    assert_eq!(seen.len(), files.targets.len(), "an id stands twice");
    let named =
        files.comparisons.iter().map(|c| &c.target).chain(files.not_compared.iter().map(|n| &n.target));
    for target in named {
        *seen.get_mut(target.as_str()).unwrap_or_else(|| panic!("{target} is no published figure")) += 1;
    }
    let wrong: Vec<_> = seen.into_iter().filter(|(_, times)| *times != 1).collect();
    assert!(wrong.is_empty(), "not exactly once compared or listed: {wrong:?}");
    assert!(files.not_compared.iter().all(|n| !n.reason.is_empty()));
}

#[test]
fn every_measure_of_the_map_is_there() {
    for comparison in Files::read().comparisons {
        for id in comparison.measures() {
            assert!(catalogue::info(id).is_some(), "{}: there is no measure `{id}`", comparison.target);
        }
    }
}

#[test]
fn every_driver_belongs_to_a_comparison() {
    let files = Files::read();
    for driver in &files.drivers {
        assert!(files.comparisons.iter().any(|c| c.target == driver.target), "{}", driver.target);
    }
}

#[test]
fn the_rule_can_fail_on_either_side() {
    let of = |value, low, high, model| Verdict::of(value, low, high, model);
    assert_eq!(of(10.0, Some(9.0), Some(11.0), 9.0), Verdict::Within);
    assert_eq!(of(10.0, Some(9.0), Some(11.0), 8.99), Verdict::Near);
    assert_eq!(of(10.0, None, None, 12.5), Verdict::Near);
    assert_eq!(of(10.0, None, None, 12.51), Verdict::Miss);
    assert_eq!(of(10.0, None, None, 8.0), Verdict::Near);
    assert_eq!(of(10.0, None, None, 7.99), Verdict::Miss);
    assert_eq!(of(-0.1, None, None, 0.1), Verdict::Miss);
}

#[test]
fn each_comparison_can_be_made_and_the_page_shows_it() {
    let files = Files::read();
    let write = std::env::var_os("FANPIN_WRITE_DOCS").is_some();
    let size = if write { FULL } else { SMALL };
    let runs = Runs::simulate(size);
    let findings = Finding::all(&files, &runs);
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/validation.md");
    if write {
        std::fs::write(path, page::markdown(&files, &findings, &runs, size)).expect("docs can be written");
        let unexplained: Vec<_> = findings.iter().filter(|f| f.lacks_driver(&files)).collect();
        assert!(unexplained.is_empty(), "misses without a driver: {unexplained:#?}");
    }
    let on_page = std::fs::read_to_string(path).expect("docs/validation.md is there");
    for target in &files.targets {
        assert!(
            on_page.contains(&format!("| {} |", target.id)),
            "docs/validation.md is old: no {}",
            target.id
        );
    }
    for driver in &files.drivers {
        assert!(on_page.contains(&driver.sentence), "docs/validation.md is old: {}", driver.target);
    }
}
