//! The income process, measured as panel studies measure it: survey income with error, the ends of each
//! year's distribution cut, variances and autocovariances of logs.

use std::collections::BTreeMap;

use fanpin::experiment::{self, Unwatched};
use fanpin::measures::table::{MeasureRow, Results};
use fanpin::random::{Key, normal, stream};
use fanpin::scenario::{Options, Override, load_text};
use fanpin::units::Year;

const TEXT: &str = r#"
name = "small"
extends = "history"
baseline = "historical"

[plan]
replicates = 1
households = 6000
first_year = 2013
last_year = 2018
switch_year = 2018

[output]
panel = true
"#;

/// Log variance of the error of survey income: half of the transitory variance of 0.20 "including error".
const ERROR_VARIANCE: f64 = 0.10;
/// Share cut off at each end of a year's distribution.
const CUT: f64 = 0.01;

/// Logs of survey income per head, `[household][year]`, of households that every year has within the cut.
fn survey() -> Vec<Vec<f64>> {
    let scenario = load_text("small.toml", TEXT, &Options::default()).expect("the scenario holds");
    let finished = experiment::run(&scenario, &Unwatched).expect("nobody stops it");
    let key = Key { seed: 1, replicate: 0 };
    let mut by_year: BTreeMap<i16, BTreeMap<u64, f64>> = BTreeMap::new();
    for row in finished.panel.iter().filter(|row| row.persons > 0 && row.income_fen > 0) {
        let error = normal(key.block(0, row.household, Year::new(row.year), stream::HOUSEHOLD_YEAR)[3]);
        let log =
            libm::log(row.income_fen as f64 / f64::from(row.persons)) + libm::sqrt(ERROR_VARIANCE) * error;
        by_year.entry(row.year).or_default().insert(row.household, log);
    }
    for incomes in by_year.values_mut() {
        let mut sorted: Vec<f64> = incomes.values().copied().collect();
        sorted.sort_by(f64::total_cmp);
        let cut = (CUT * sorted.len() as f64) as usize;
        let (low, high) = (sorted[cut], sorted[sorted.len() - 1 - cut]);
        let mean = sorted[cut..sorted.len() - cut].iter().sum::<f64>() / (sorted.len() - 2 * cut) as f64;
        incomes.retain(|_, log| (low..=high).contains(log));
        incomes.values_mut().for_each(|log| *log -= mean);
    }
    let years: Vec<&BTreeMap<u64, f64>> = by_year.values().collect();
    let whole = |household: &u64| years.iter().map(|year| year.get(household).copied()).collect();
    years[0].keys().filter_map(whole).collect()
}

/// Mean product of logs some years apart.
fn autocovariance(incomes: &[Vec<f64>], apart: usize) -> f64 {
    let years = incomes[0].len();
    let products = incomes.iter().flat_map(|logs| (apart..years).map(move |t| logs[t] * logs[t - apart]));
    products.sum::<f64>() / (incomes.len() * (years - apart)) as f64
}

#[test]
fn volatility_of_income_measured_as_published_is_as_published() {
    let incomes = survey();
    assert!(incomes.len() > 3_000, "{} households", incomes.len());
    let gamma: Vec<f64> = (0..4).map(|apart| autocovariance(&incomes, apart)).collect();
    let correlation = gamma[1] / gamma[0];
    // A random walk and a passing part: the permanent shock is what the covariance loses in a year (twice, since
    // ours returns to its mean), the transitory variance what is left at no distance.
    let permanent = gamma[1] - gamma[3];
    let transitory = gamma[0] - gamma[1] - permanent / 2.0;
    // Published: correlation of log income a year apart 0.55, transitory variance with error 0.20, permanent
    // shocks 0.03 a year; all of them approximate, within a quarter, a quarter and a half.
    let within = |got: f64, published: f64, share: f64| (got / published - 1.0).abs() <= share;
    assert!(within(correlation, 0.55, 0.25), "{correlation} of {gamma:?}");
    assert!(within(transitory, 0.20, 0.25), "{transitory} of {gamma:?}");
    assert!(within(permanent, 0.03, 0.5), "{permanent} of {gamma:?}");
}

#[test]
fn income_by_source_adds_up_and_illness_takes_more_of_wages_than_of_the_farm() {
    let run = |settings: &[&str]| {
        let set = |text: &&str| Override { origin: "setting".to_owned(), text: (*text).to_owned() };
        let options = Options { overrides: settings.iter().map(set).collect(), ..Options::default() };
        let scenario = load_text("small.toml", TEXT, &options).expect("the scenario holds");
        experiment::run(&scenario, &Unwatched).expect("nobody stops it").results
    };
    let base = run(&["plan.households=1500"]);
    let mean = |results: &Results, measure: &str, year: i16| {
        let found =
            |row: &&MeasureRow| row.group == "all" && row.measure == measure && row.year.number() == year;
        results.measures.iter().find(found).and_then(|row| row.statistics.mean).expect("the measure is there")
    };
    for year in 2013..=2018 {
        let sources = ["farm", "wages", "away", "property", "transfers"];
        let parts = sources.map(|source| mean(&base, &format!("income_{source}_per_head"), year));
        assert!(parts.iter().all(|part| *part > 0.0), "{parts:?}");
        let whole = mean(&base, "income_per_head", year);
        assert!((parts.iter().sum::<f64>() - whole).abs() < 1e-6 * whole, "{parts:?} {whole}");
    }
    // If a day of illness took all of a day on the farm, the farm would give less.
    let strict = run(&["plan.households=1500", "society.work.farm_days=1"]);
    assert!(mean(&strict, "income_farm_per_head", 2018) < mean(&base, "income_farm_per_head", 2018));
    let none = run(&[
        "plan.households=1500",
        "society.work.wage_16=0",
        "society.work.wage_30=0",
        "society.work.wage_45=0",
    ]);
    assert_eq!(mean(&none, "income_wages_per_head", 2018), 0.0);
}
