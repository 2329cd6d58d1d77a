use std::collections::BTreeMap;

use super::*;
use crate::experiment::Unwatched;
use crate::measures::catalogue;
use crate::scenario::{Options, Override, Scenario, load_text};

/// Ids of the catalogue that a comparison uses.
fn measures(comparison: &Comparison) -> Vec<&str> {
    match comparison.measure.split_once(':') {
        _ if comparison.needs_panel() => Vec::new(),
        None if comparison.measure == runs::RESIDENTS_PER_HOUSEHOLD => Vec::new(),
        None => vec![&comparison.measure],
        Some(("product", factors)) => factors.split('*').collect(),
        Some(("quotient", factors)) => factors.split(['*', '/']).collect(),
        Some(("fall" | "without", id)) => vec![id],
        Some(_) => Vec::new(),
    }
}

fn history(overrides: &[Override]) -> Result<Scenario, ScenarioError> {
    let text = include_str!("../../scenarios/history.toml");
    load_text("history.toml", text, &Options { overrides: overrides.to_vec(), ..Options::default() })
}

#[test]
fn every_published_figure_is_compared_or_listed() {
    let mut seen: BTreeMap<&str, usize> = targets().iter().map(|t| (t.id.as_str(), 0)).collect();
    assert_eq!(seen.len(), targets().len(), "an id stands twice");
    let not = not_compared();
    let all = figures().iter().chain(experiments());
    let named = all.map(|f| f.target.id.as_str()).chain(not.iter().map(|n| n.target.as_str()));
    for target in named {
        *seen.get_mut(target).unwrap_or_else(|| panic!("{target} is no published figure")) += 1;
    }
    let wrong: Vec<_> = seen.into_iter().filter(|(_, times)| *times != 1).collect();
    assert!(wrong.is_empty(), "not exactly once compared or listed: {wrong:?}");
    assert!(not.iter().all(|n| !n.reason.is_empty()));
}

#[test]
fn every_measure_of_the_map_is_there() {
    for figure in figures() {
        for id in measures(&figure.comparison) {
            assert!(catalogue::info(id).is_some(), "{}: there is no measure `{id}`", figure.target.id);
        }
    }
}

#[test]
fn every_driver_belongs_to_a_figure() {
    for driver in drivers() {
        assert!(figure(&driver.target).is_some(), "{}", driver.target);
    }
}

#[test]
fn an_error_is_its_sampling_error_and_the_discrepancy_that_its_mismatch_allows() {
    for figure in figures().iter().chain(experiments()) {
        let (error, value) = (&figure.error, figure.target.value);
        let discrepancy = error.mismatch.share() * value.abs();
        let together = libm::sqrt(error.sampling_sd * error.sampling_sd + discrepancy * discrepancy);
        // Three figures are written.
        assert!(
            (error.sd / together - 1.0).abs() < 0.006,
            "{}: {} is not {together}",
            figure.target.id,
            error.sd
        );
        if let (Some(low), Some(high)) = (figure.target.low, figure.target.high) {
            let published = (high - low) / 3.92;
            assert!((error.sampling_sd / published - 1.0).abs() < 0.006, "{}: {published}", figure.target.id);
        }
    }
}

#[test]
fn what_repeats_a_figure_is_on_its_side_of_the_split() {
    for one in figures() {
        let Some(id) = &one.repeats else { continue };
        let other = figure(id).unwrap_or_else(|| panic!("{}: there is no figure {id}", one.target.id));
        assert_eq!((one.split, &other.repeats), (other.split, &None), "{}", one.target.id);
    }
}

#[test]
fn nothing_after_the_window_is_fitted_but_the_terms_of_reimbursement() {
    let late = figures().iter().filter(|f| f.split == Split::Fit && f.comparison.years[0] > LAST_FITTED_YEAR);
    assert!(late.into_iter().all(|f| f.family == Family::Reimbursement));
}

#[test]
fn the_rule_can_fail_on_either_side() {
    let of = |model| Verdict::of(10.0, 1.0, model);
    assert_eq!([of(8.05), of(11.95)], [Verdict::Within; 2]);
    assert_eq!([of(8.03), of(11.97), of(7.0), of(13.0)], [Verdict::Near; 4]);
    assert_eq!([of(6.99), of(13.01)], [Verdict::Miss; 2]);
    assert_eq!(Verdict::of(-0.1, 0.05, 0.1), Verdict::Miss);
}

#[test]
fn each_figure_can_be_observed_and_asking_for_one_changes_none() {
    let all: Vec<&Figure> = figures().iter().chain(experiments()).collect();
    let size = Size { households: 1200, replicates: 2 };
    let values = observe(&history, &all, size, &Unwatched).expect("it runs");
    let missing: Vec<_> =
        all.iter().zip(&values).filter(|(_, v)| v.is_none()).map(|(f, _)| &f.target.id).collect();
    assert!(missing.is_empty(), "no value: {missing:?}");
    for (asked, expected) in [all[3], all[14], all[52]].iter().zip([&values[3], &values[14], &values[52]]) {
        let alone = observe(&history, &[*asked], size, &Unwatched).expect("it runs");
        assert_eq!(&alone[0], expected, "{}", asked.target.id);
    }
}

#[test]
fn a_place_that_is_not_there_is_said() {
    let without = |overrides: &[Override]| {
        let text = "name = \"one\"\nextends = \"history\"\n[places]\norder = [\"ordinary-county\"]\n[places.ordinary-county]\nshare = 1.0\n";
        load_text("one.toml", text, &Options { overrides: overrides.to_vec(), ..Options::default() })
    };
    let asked = figure("CS-HHS-T-pre").expect("a figure");
    let size = Size { households: 100, replicates: 1 };
    let error = observe(&without, &[asked], size, &Unwatched).expect_err("no such place").to_string();
    assert!(
        error.starts_with("`CS-HHS-T-pre` is of `lifted@poor-county`, which the scenario doesn't have"),
        "{error}"
    );
}

#[test]
#[cfg(feature = "output")]
fn the_split_is_the_one_that_was_fixed_before_any_fit() {
    use sha2::{Digest, Sha256};
    let split = include_bytes!("../../data/calibration/split.csv");
    let digits: String = Sha256::digest(split).iter().map(|byte| format!("{byte:02x}")).collect();
    let fixed = include_str!("../../data/calibration/split.sha256");
    assert_eq!(fixed.split_whitespace().next(), Some(digits.as_str()));
}

#[test]
fn what_surveys_make_of_it_moves_no_result() {
    let run = |more: &[&str]| {
        let settings =
            ["plan.households=150", "plan.replicates=1", "plan.last_year=2013", "output.panel=true"];
        let settings = settings.iter().copied().chain(["plan.switch_year=2013"]).chain(more.iter().copied());
        let overrides: Vec<Override> =
            settings.map(|text| Override { origin: "set".to_owned(), text: text.to_owned() }).collect();
        crate::experiment::run(&history(&overrides).expect("it holds"), &Unwatched).expect("it runs")
    };
    let plain = run(&[]);
    for parameter in crate::evidence::Book::get().iter().filter(|p| p.pattern.starts_with("observation.")) {
        let (_, most) = parameter.range.expect("a range");
        assert_eq!(run(&[&format!("{}={most}", parameter.pattern)]), plain, "{}", parameter.pattern);
    }
}

#[test]
fn the_past_is_seen_wherever_the_baseline_stands_among_the_regimes() {
    let second = |overrides: &[Override]| {
        let text = "name = \"two\"\nextends = \"history\"\nbaseline = \"historical\"\n[regimes]\norder = [\"other\", \"historical\"]\n\
                    [regimes.other]\npolicy = \"inclusive\"\n";
        load_text("two.toml", text, &Options { overrides: overrides.to_vec(), ..Options::default() })
    };
    let asked: Vec<&Figure> =
        ["HPIP-SX13-PRE", "HH65-2020", "CS-DID-CHE"].map(|id| figure(id).expect("a figure")).to_vec();
    let size = Size { households: 300, replicates: 1 };
    let alone = observe(&history, &asked, size, &Unwatched).expect("it runs");
    assert!(alone.iter().all(Option::is_some));
    assert_eq!(observe(&second, &asked, size, &Unwatched).expect("it runs"), alone);
}
