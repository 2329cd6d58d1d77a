//! Starting points 2013, 2016 and 2021: the years before the first reported one are simulated all the
//! same, so the first reported year is no artefact of where reporting begins.

use std::collections::BTreeMap;

use fanpin::experiment::{self, Unwatched};
use fanpin::scenario::{Options, Override, load_text};

type Values = BTreeMap<(String, i16, String, &'static str), Option<f64>>;

fn run(first_year: i16) -> Values {
    let text = "name = \"start\"\nextends = \"inclusive-vs-targeted\"\nbaseline = \"targeted\"\n";
    let set = |text: String| Override { origin: "setting".to_owned(), text };
    let overrides = vec![
        set(format!("plan.first_year={first_year}")),
        set("plan.last_year=2023".to_owned()),
        set("plan.households=400".to_owned()),
        set("plan.replicates=2".to_owned()),
    ];
    let scenario = load_text("start.toml", text, &Options { overrides, ..Options::default() })
        .expect("the scenario holds");
    let finished = experiment::run(&scenario, &Unwatched).expect("nobody stops it");
    let rows = finished.results.measures.into_iter();
    rows.map(|row| ((row.regime, row.year.number(), row.group, row.measure), row.statistics.mean)).collect()
}

#[test]
fn a_year_is_the_same_wherever_reporting_begins() {
    let (from_2013, from_2016, from_2021) = (run(2013), run(2016), run(2021));
    for later in [&from_2016, &from_2021] {
        assert!(!later.is_empty());
        for (key, value) in later {
            // What is cumulated since the start depends on the start.
            if !key.3.contains("cumulative") {
                assert_eq!(from_2013.get(key), Some(value), "{key:?}");
            }
        }
    }
}

#[test]
fn until_the_switch_all_regimes_are_one() {
    let values = run(2016);
    let before = values.iter().filter(|((regime, year, ..), _)| regime == "targeted" && *year < 2021);
    let mut compared = 0;
    for ((_, year, group, measure), value) in before {
        let other = values.get(&("inclusive".to_owned(), *year, group.clone(), measure));
        assert_eq!(other, Some(value), "{year} {group} {measure}");
        compared += usize::from(value.is_some());
    }
    assert!(compared > 1_000);
    let differs = |measure: &str| {
        let at = |regime: &str| {
            values.iter().find(|(k, _)| k.0 == regime && k.1 == 2023 && k.2 == "lifted" && k.3 == measure)
        };
        at("targeted").map(|(_, v)| *v) != at("inclusive").map(|(_, v)| *v)
    };
    assert!(differs("oop_per_head"), "after the switch they part");
}
