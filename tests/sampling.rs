//! Households that stand for others: what they add up to, and whom they leave alone.

mod means;
mod small;

use fanpin::experiment::Finished;
use fanpin::record::PanelRow;

const SMALL: &str = r#"
name = "small"
extends = "inclusive-vs-targeted"
baseline = "targeted"

[plan]
replicates = 1
households = 3000
last_year = 2023

[places.poor-county]
counties = 2

[regimes]
order = ["targeted", "inclusive"]

[output]
panel = true
"#;

const WEIGHT: &str = "places.poor-county.unregistered_weight=5";

fn run(settings: &[&str]) -> Finished {
    small::run(SMALL, settings)
}

/// Mean of a measure of a group under the baseline in a year.
fn measure(finished: &Finished, (group, id): (&str, &str), year: i16) -> f64 {
    means::mean(finished, id, |row| {
        row.regime == "targeted" && row.group == group && row.year.number() == year
    })
}

/// Standard error of the persons represented: each line of households that was not registered is in with a chance of
/// one in w, and lines are taken as independent, which a systematic sample betters.
fn standard_error(finished: &Finished, year: i16) -> f64 {
    let mut lines = std::collections::BTreeMap::new();
    let sampled = |row: &&PanelRow| row.year == year && row.regime == 0 && row.weight > 1;
    for row in finished.panel.iter().filter(sampled) {
        *lines.entry(row.root_household).or_insert(0.0) += f64::from(row.persons) * f64::from(row.weight);
    }
    let w = 5.0;
    (lines.values().map(|persons| persons * persons).sum::<f64>() * (1.0 - 1.0 / w)).sqrt()
}

#[test]
fn weights_add_up_to_the_population_that_they_stand_for() {
    let (all, sampled) = (run(&[]), run(&[WEIGHT]));
    for year in 2021..=2023 {
        let se = standard_error(&sampled, year);
        let persons = |finished: &Finished| measure(finished, ("all", "persons"), year);
        let off = (persons(&sampled) - persons(&all)) / se;
        assert!(off.abs() < 4.5, "{year}: {off} standard errors");
        // The check would find weights that were not applied.
        let simulated: f64 = sampled
            .panel
            .iter()
            .filter(|row| row.year == year && row.regime == 0)
            .map(|row| f64::from(row.persons))
            .sum();
        assert!((simulated - persons(&all)).abs() > 4.5 * se);
        let weighted: f64 = sampled
            .panel
            .iter()
            .filter(|row| row.year == year && row.regime == 0)
            .map(|row| f64::from(row.persons) * f64::from(row.weight))
            .sum();
        assert_eq!(weighted, persons(&sampled), "the panel's weights make the measure");
    }
    assert_eq!(sampled.counts.persons_represented as f64, measure(&sampled, ("all", "persons"), 2021));
    assert!(sampled.counts.persons * 2 < sampled.counts.persons_represented);
    assert_eq!(all.counts.persons, all.counts.persons_represented);
}

#[test]
fn the_lifted_all_stay_and_dont_feel_who_else_does_where_the_county_couples_nobody() {
    let uncoupled = [
        "society.lists.quotas=false",
        "society.switches.funds=false",
        "society.switches.workforce=false",
        "society.switches.capacity=false",
    ];
    let all = run(&uncoupled);
    let sampled = run(&[&uncoupled[..], &[WEIGHT]].concat());
    let lifted = |finished: &Finished| -> Vec<PanelRow> {
        let mut rows: Vec<PanelRow> = finished.panel.iter().filter(|row| row.lifted).copied().collect();
        rows.sort_by_key(|row| (row.year, row.household, row.regime));
        rows
    };
    assert!(lifted(&all).len() > 1000);
    assert!(lifted(&all) == lifted(&sampled), "a lifted household lives another life");
    assert!(all.results.flows == sampled.results.flows);
    let rows = |finished: &Finished| -> Vec<_> {
        finished.results.measures.iter().filter(|row| row.group == "lifted").cloned().collect()
    };
    assert!(rows(&all) == rows(&sampled));
}

#[test]
fn a_factor_multiplies_counts_and_leaves_rates_alone() {
    let (one, seven) = (run(&[WEIGHT]), run(&[WEIGHT, "plan.sampling_factor=7"]));
    assert_eq!(one.counts.persons, seven.counts.persons);
    assert_eq!(7 * one.counts.persons_represented, seven.counts.persons_represented);
    let pairs = one.results.measures.iter().zip(&seven.results.measures);
    for (a, b) in pairs {
        // Counts aren't divided by anything.
        let times = if a.denominator.is_none() { 7.0 } else { 1.0 };
        let of = |mean: Option<f64>| mean.unwrap_or(0.0);
        let (a_mean, b_mean) = (of(a.statistics.mean) * times, of(b.statistics.mean));
        let at = format!("{} {} {} {}", a.regime, a.year, a.group, a.measure);
        assert!((a_mean - b_mean).abs() <= 1e-9 * a_mean.abs(), "{at}: {a_mean} and {b_mean}");
    }
    for (a, b) in one.results.flows.iter().zip(&seven.results.flows) {
        assert_eq!(a.households.mean.map(|n| 7.0 * n), b.households.mean);
    }
}

#[test]
fn a_sampled_run_is_the_same_at_any_number_of_threads() {
    let with = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
        pool.install(|| run(&[WEIGHT, "plan.sampling_factor=3", "plan.replicates=2"]))
    };
    let one = with(1);
    assert!(one == with(3));
}
