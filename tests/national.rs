//! The nation by a few households a county: counties that differ, stream through, and add up.

mod means;

use std::collections::BTreeMap;

use fanpin::experiment::{self, Finished, Unwatched};
use fanpin::measures::counties::{COUNTY_COUNTS, CountyYear};
use fanpin::scenario::{Options, Override, load_text};

const FEW: [&str; 4] = [
    "plan.households=900",
    "plan.last_year=2022",
    "places.poor-counties.counties=20",
    "places.other-counties.counties=10",
];

fn run(settings: &[&str], threads: usize) -> (Finished, Vec<CountyYear>) {
    let set = |text: &&str| Override { origin: "setting".to_owned(), text: (*text).to_owned() };
    let options = Options { overrides: FEW.iter().chain(settings).map(set).collect(), ..Options::default() };
    let text = "name = \"small\"\nextends = \"national-1pct\"\n";
    let scenario = load_text("small.toml", text, &options).unwrap_or_else(|e| panic!("{settings:?}: {e:?}"));
    let mut rows = Vec::new();
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
    let finished = pool.install(|| {
        experiment::run_by_county(&scenario, &Unwatched, &mut |county| rows.extend_from_slice(county))
    });
    (finished.expect("nobody stops it"), rows)
}

fn measure(finished: &Finished, (regime, group, id): (&str, &str, &str), year: i16) -> f64 {
    means::mean(finished, id, |row| row.regime == regime && row.group == group && row.year.number() == year)
}

#[test]
fn counties_add_up_to_the_whole_exactly() {
    let (finished, rows) = run(&[], 2);
    assert_eq!(rows.len(), 30 * 3 * 2);
    let count = |name: &str| COUNTY_COUNTS.iter().position(|known| *known == name).expect("a column");
    let mut sums: BTreeMap<(u16, i16), [i64; COUNTY_COUNTS.len()]> = BTreeMap::new();
    for row in &rows {
        let sum = sums.entry((row.regime, row.year.number())).or_default();
        sum.iter_mut().zip(row.counts).for_each(|(sum, more)| *sum += more);
    }
    for ((regime, year), sum) in sums {
        let regime = finished.results.regimes[usize::from(regime)].0.clone();
        let of = |group, id| measure(&finished, (&regime, group, id), year);
        let sum = |name| sum[count(name)] as f64;
        assert_eq!(sum("persons"), of("all", "persons"));
        assert_eq!(sum("lifted_persons"), of("lifted", "persons"));
        assert_eq!(sum("net_poor_persons") / sum("persons"), of("all", "poverty_rate_net"));
        let returned = sum("lifted_returned_persons") / sum("lifted_at_risk_persons");
        assert_eq!(returned, of("lifted", "poverty_return_rate"));
        let illness = sum("lifted_returned_illness_persons") / sum("lifted_at_risk_persons");
        assert_eq!(illness, of("lifted", "illness_return_rate"));
        assert_eq!(sum("persons").rem_euclid(100.0), 0.0, "everybody stands for a hundred, or for hundreds");
    }
}

#[test]
fn counties_come_in_order_and_are_the_same_at_any_number_of_threads() {
    let (one, rows) = run(&["plan.replicates=2"], 1);
    let (three, same) = run(&["plan.replicates=2"], 3);
    assert!(one == three);
    assert!(rows == same);
    let order: Vec<(u32, u16)> = rows.iter().map(|row| (row.name.replicate, row.name.county)).collect();
    assert!(order.is_sorted());
}

#[test]
fn counties_of_a_kind_differ_only_where_the_file_says_so() {
    let spread = |settings: &[&str]| {
        let (finished, _) = run(settings, 2);
        let row = finished.results.counties.iter().find(|row| {
            row.group == "place:poor-counties" && row.measure == "oop_per_head" && row.regime == "targeted"
        });
        let row = row.expect("twenty counties have a spread").clone();
        assert_eq!(row.counties, 20);
        row.quantiles[4] - row.quantiles[0]
    };
    let size = ["plan.households=9000"];
    let alike = ["plan.households=9000", "places.poor-counties.vary=\"none\""];
    assert!(spread(&size) > spread(&alike), "what differs between counties is beyond chance");
}
