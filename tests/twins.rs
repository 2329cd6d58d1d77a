//! Twins: the same households with the same fates under every regime, whatever else is in the run.

mod small;

use fanpin::experiment::{self, Finished, Unwatched};
use fanpin::record::PanelRow;
use fanpin::scenario::Scenario;
use fanpin::simulation::{CountyTask, Ground, simulate_county};

const SMALL: &str = r#"
name = "small"
extends = "inclusive-vs-targeted"
baseline = "targeted"

[plan]
replicates = 2
households = 300
last_year = 2028

[places.poor-county]
counties = 3

[output]
panel = true
panel_replicates = 2
"#;

fn scenario(settings: &[&str]) -> Scenario {
    small::scenario(SMALL, settings)
}

fn run(settings: &[&str]) -> Finished {
    small::run(SMALL, settings)
}

fn rows_of(finished: &Finished, scenario: &Scenario, regime: &str) -> Vec<PanelRow> {
    let index = scenario.regimes.iter().position(|r| r.id == regime).expect("the regime is in the run");
    let of = |row: &&PanelRow| usize::from(row.regime) == index;
    finished.panel.iter().filter(of).map(|row| PanelRow { regime: 0, ..*row }).collect()
}

#[test]
fn results_are_the_same_at_any_number_of_threads() {
    let with = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads can be had");
        pool.install(|| run(&[]))
    };
    let one = with(1);
    for threads in [2, 3, 8] {
        let many = with(threads);
        assert!(one == many, "{threads} threads give other results than one");
    }
}

#[test]
fn a_regime_equal_to_the_baseline_differs_by_nothing_in_every_household() {
    let text = SMALL.to_owned()
        + "\n[regimes]\norder = [\"targeted\", \"copy\"]\n[regimes.copy]\npolicy = \"targeted\"\nlabel = { en = \"copy\", zh = \"复本\" }\n";
    let scenario = small::scenario(&text, &[""; 0]);
    let finished = experiment::run(&scenario, &Unwatched).expect("nobody stops it");
    assert_eq!(rows_of(&finished, &scenario, "targeted"), rows_of(&finished, &scenario, "copy"));
    let differences = finished.results.differences.iter().filter(|row| row.regime == "copy");
    for row in differences {
        assert!(row.statistics.mean.is_none_or(|mean| mean == 0.0), "{row:?}");
    }
}

#[test]
fn removing_a_regime_changes_no_other() {
    let (all, fewer) = (scenario(&[]), scenario(&["regimes.order=[\"targeted\",\"inclusive\"]"]));
    let run = |s: &Scenario| experiment::run(s, &Unwatched).expect("nobody stops it");
    let (of_all, of_fewer) = (run(&all), run(&fewer));
    for regime in ["targeted", "inclusive"] {
        assert_eq!(rows_of(&of_all, &all, regime), rows_of(&of_fewer, &fewer, regime), "{regime}");
    }
}

#[test]
fn a_longer_horizon_leaves_earlier_years_unchanged() {
    let short = run(&["plan.last_year=2025"]);
    let long = run(&[]);
    let early: Vec<PanelRow> = long.panel.iter().filter(|row| row.year <= 2025).copied().collect();
    let sorted = |mut rows: Vec<PanelRow>| {
        rows.sort_by_key(|r| (r.replicate, r.household, r.year, r.regime));
        rows
    };
    assert_eq!(sorted(early), sorted(short.panel));
}

/// Without what couples the households of a county.
const UNCOUPLED: [&str; 4] = [
    "society.lists.quotas=false",
    "society.switches.funds=false",
    "society.switches.workforce=false",
    "society.switches.capacity=false",
];

#[test]
fn a_household_added_first_or_last_changes_no_other_when_quotas_are_off() {
    let scenario = scenario(&UNCOUPLED);
    let tables = fanpin::population::tables::tables();
    let ground = Ground::new(&scenario, tables, scenario.places[0].clone());
    let world = ground.world(&scenario, tables);
    let county = |first: u32, households: u32| {
        let task = experiment::tasks(&scenario)[0];
        let task = CountyTask { first, households, ..task };
        // Households set up later come after all others, so rows are put in an order of their own.
        let mut rows = simulate_county(&world, &task).panel;
        rows.sort_by_key(|row| (row.year, row.household, row.regime));
        rows
    };
    let whole = county(1, 60);
    let without = |rows: Vec<PanelRow>, index: u64| -> Vec<PanelRow> {
        rows.into_iter().filter(|row| row.household >> 30 & 0x3f_ffff != index).collect()
    };
    assert!(!whole.is_empty());
    assert_eq!(without(county(0, 61), 0), whole, "added first");
    assert_eq!(without(county(1, 61), 61), whole, "added last");
}

#[test]
fn the_first_households_are_the_same_in_a_larger_run() {
    let small = run(&[&["plan.households=150"][..], &UNCOUPLED].concat());
    let large = run(&[&["plan.households=300"][..], &UNCOUPLED].concat());
    let count = small.panel.len();
    let known: std::collections::BTreeMap<_, _> =
        large.panel.iter().map(|r| ((r.replicate, r.household, r.year, r.regime), *r)).collect();
    assert!(count > 0);
    for row in &small.panel {
        assert_eq!(known.get(&(row.replicate, row.household, row.year, row.regime)), Some(row));
    }
}
