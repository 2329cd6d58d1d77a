//! Alignment of demography: nearer to the census, the same for every regime, and the same people.

mod small;

use std::collections::BTreeSet;

use fanpin::experiment::Finished;

const TEXT: &str = r#"
name = "small"
extends = "inclusive-vs-targeted"
baseline = "targeted"

[plan]
replicates = 1
households = 4000
first_year = 2019
last_year = 2035

[regimes]
order = ["targeted", "basic-only"]

[output]
panel = true
"#;

fn run(settings: &[&str]) -> Finished {
    small::run(TEXT, settings)
}

fn share_of_60(finished: &Finished, year: i16) -> f64 {
    let found = |row: &&fanpin::measures::table::MeasureRow| {
        row.group == "all" && row.measure == "elderly_60_share" && row.year.number() == year
    };
    finished.results.measures.iter().find(found).and_then(|row| row.statistics.mean).expect("it is there")
}

#[test]
fn aligned_the_age_structure_of_2020_is_nearer_to_the_census() {
    // Rural residents of 60 and over: census of 2020 (NBS), projection of 2035 (data/tables/projection.csv).
    let miss = |finished: &Finished, year: i16, share: f64| (share_of_60(finished, year) - share).abs();
    // Rates that would keep the young: alignment makes up for them.
    let few = "society.demography.leaving_factor=0.4";
    let (free, aligned) = (run(&[few]), run(&[few, "society.alignment.strength=1"]));
    let of = |finished| miss(finished, 2020, 0.2381);
    assert!(of(&aligned) < 0.7 * of(&free), "{} {}", of(&aligned), of(&free));
    let (free, aligned) = (run(&[]), run(&["society.alignment.strength=1"]));
    let of = |finished| miss(finished, 2035, 0.3561);
    assert!(of(&aligned) < 0.7 * of(&free), "{} {}", of(&aligned), of(&free));
}

#[test]
fn aligned_factors_are_the_same_for_every_regime_and_twins_keep_their_names() {
    let with = |regimes: &str| run(&["society.alignment.strength=1", &format!("regimes.order={regimes}")]);
    let (both, alone) = (with(r#"["targeted", "basic-only"]"#), with(r#"["targeted"]"#));
    let of = |finished: &Finished| -> Vec<_> {
        finished.panel.iter().filter(|row| row.regime == 0).copied().collect()
    };
    assert!(of(&both) == of(&alone), "another regime changes nothing");
    let names = |regime: u16| -> BTreeSet<u64> {
        let row = |row: &&fanpin::record::PanelRow| row.regime == regime && row.year == 2021;
        both.panel.iter().filter(row).map(|row| row.root_household).collect()
    };
    assert_eq!(names(0), names(1));
}
