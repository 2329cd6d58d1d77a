//! Records of the model itself: consistent, and giving the measures that its microdata give.

use fanpin::experiment::{self, Finished, Unwatched};
use fanpin::measures::consistency::inconsistencies;
use fanpin::measures::inequality::{concentration_from_bins, concentration_index, gini, gini_from_bins};
use fanpin::measures::poverty::median;
use fanpin::population::tables::tables;
use fanpin::record::{BINS, PanelRow, ReplicateRecord, bin};
use fanpin::scenario::{Options, Scenario, load_text};
use fanpin::simulation::{Ground, simulate_county, year_facts};

const SMALL: &str = r#"
name = "small"
extends = "inclusive-vs-targeted"
baseline = "targeted"

[plan]
replicates = 1
households = 3000
last_year = 2026

[output]
panel = true
panel_replicates = 1
"#;

fn scenario() -> Scenario {
    load_text("small.toml", SMALL, &Options::default()).expect("the scenario holds")
}

#[test]
fn the_record_of_a_county_holds_nothing_impossible() {
    let scenario = scenario();
    let ground = Ground::new(&scenario, tables(), scenario.places[0].clone());
    let county = simulate_county(&ground.world(&scenario, tables()), &experiment::tasks(&scenario)[0]);
    let one_place = |years: Vec<_>| years.into_iter().map(|sums| vec![sums]).collect();
    let record = ReplicateRecord {
        replicate: 0,
        sums: county.sums.into_iter().map(one_place).collect(),
        histograms: county
            .histograms
            .into_iter()
            .map(|years| years.into_iter().map(|bins| vec![bins]).collect())
            .collect(),
        flows: county.flows,
        counties: county
            .counties
            .into_iter()
            .map(|years| years.into_iter().map(|sums| vec![sums]).collect())
            .collect(),
        descent: county.descent,
        facts: year_facts(&scenario, tables()),
    };
    assert_eq!(inconsistencies(&record), Vec::<String>::new());
}

/// A measure of everyone under the first regime in the last year.
fn measure(finished: &Finished, id: &str) -> f64 {
    let results = &finished.results;
    let of = |row: &&fanpin::measures::table::MeasureRow| {
        row.regime == results.regimes[0].0
            && Some(&row.year) == results.years.last()
            && row.group == "all"
            && row.measure == id
    };
    let row = results.measures.iter().find(of).expect("the row is there");
    row.statistics.mean.unwrap_or_else(|| panic!("{id} is defined"))
}

struct Micro {
    rows: Vec<PanelRow>,
}

impl Micro {
    fn sum(&self, of: impl Fn(&PanelRow) -> i64) -> f64 {
        real(self.rows.iter().map(of).sum())
    }

    fn persons(&self, belongs: impl Fn(&PanelRow) -> bool) -> f64 {
        self.sum(|row| if belongs(row) { i64::from(row.persons) } else { 0 })
    }

    /// A column of weights or values, one a household.
    fn column(&self, of: impl Fn(&PanelRow) -> i64) -> Vec<f64> {
        self.rows.iter().map(|row| real(of(row))).collect()
    }

    /// Bins by income per head of an amount a household.
    fn bins(&self, of: impl Fn(&PanelRow) -> i64) -> Vec<i64> {
        let mut bins = vec![0; BINS];
        self.rows.iter().for_each(|row| bins[bin(income_per_head(row))] += of(row));
        bins
    }
}

#[allow(clippy::cast_precision_loss)]
fn real(fen: i64) -> f64 {
    fen as f64
}

fn income_per_head(row: &PanelRow) -> i64 {
    row.income_fen / i64::from(row.persons)
}

fn close(a: f64, b: f64) {
    assert!((a - b).abs() <= 1e-9 * (1.0 + a.abs()), "{a} against {b}");
}

#[test]
fn measures_are_those_of_the_microdata_within_the_error_of_their_bins() {
    let finished = experiment::run(&scenario(), &Unwatched).expect("nobody stops it");
    let rows: Vec<PanelRow> = finished
        .panel
        .iter()
        .filter(|row| row.regime == 0 && row.year == 2026 && row.persons > 0)
        .copied()
        .collect();
    let micro = Micro { rows };
    let persons = micro.persons(|_| true);
    close(measure(&finished, "persons"), persons);
    close(measure(&finished, "oop_per_head"), micro.sum(|row| row.out_of_pocket_fen) / 100.0 / persons);
    close(measure(&finished, "poverty_rate_net"), micro.persons(|row| row.poor) / persons);
    let at_risk = micro.persons(|row| row.lifted && !row.poor_last);
    close(
        measure(&finished, "poverty_return_rate"),
        micro.persons(|row| row.lifted && !row.poor_last && row.poor) / at_risk,
    );
    let spent = |row: &PanelRow| row.consumption_fen + row.out_of_pocket_fen;
    let catastrophic = micro.persons(|row| 10 * row.out_of_pocket_fen > spent(row));
    close(measure(&finished, "che_10"), catastrophic / persons);

    let incomes = micro.column(income_per_head);
    let weights = micro.column(|row| i64::from(row.persons));
    let counts = micro.bins(|row| i64::from(row.persons));
    let binned = gini_from_bins(&counts, &micro.bins(|row| income_per_head(row) * i64::from(row.persons)))
        .expect("incomes are positive");
    close(measure(&finished, "gini"), binned.value);
    let exact = gini(&incomes, &weights).expect("incomes are positive");
    assert!((exact - binned.value).abs() <= binned.error && binned.error < 1e-3, "{exact} {binned:?}");

    let binned =
        concentration_from_bins(&counts, &micro.bins(|row| row.out_of_pocket_fen)).expect("somebody pays");
    close(measure(&finished, "concentration_index_oop"), binned.value);
    let per_head: Vec<f64> =
        micro.rows.iter().map(|row| real(row.out_of_pocket_fen) / f64::from(row.persons)).collect();
    let exact = concentration_index(&incomes, &per_head, &weights).expect("somebody pays");
    assert!((exact - binned.value).abs() <= binned.error && binned.error < 0.02, "{exact} {binned:?}");

    let mut order: Vec<(i64, u8)> =
        micro.rows.iter().map(|row| (income_per_head(row), row.persons)).collect();
    order.sort_unstable();
    let mut below = 0.0;
    let exact = order
        .iter()
        .find(|(_, persons)| {
            below += f64::from(*persons);
            below >= real(order.iter().map(|(_, persons)| i64::from(*persons)).sum()) / 2.0
        })
        .map(|(income, _)| real(*income) / 100.0)
        .expect("there are persons");
    let binned = median(&counts).expect("incomes are positive");
    close(measure(&finished, "median_income"), binned.value);
    assert!((exact - binned.value).abs() <= binned.error, "{exact} {binned:?}");
}
