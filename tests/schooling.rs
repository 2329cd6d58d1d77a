//! Children's schooling in distress: who leaves school, and what follows for life.

mod means;
mod small;

use fanpin::experiment::Finished;

const SMALL: &str = r#"
name = "small"
extends = "inclusive-vs-targeted"
baseline = "targeted"

[plan]
replicates = 2
households = 2000
last_year = 2035

[places.poor-county]
counties = 1

[regimes]
order = ["targeted", "basic-only"]
"#;

fn run(settings: &[&str]) -> Finished {
    small::run(SMALL, settings)
}

/// Mean of a measure of everyone from a year on, under a regime.
fn mean(finished: &Finished, regime: &str, measure: &str, from: i16) -> f64 {
    means::mean(finished, measure, |row| {
        row.regime == regime && row.group == "all" && row.year.number() >= from
    })
}

#[test]
fn pupils_leave_in_distress_and_more_of_them_where_protection_is_worse() {
    let finished = run(&[]);
    let left = |regime| mean(&finished, regime, "left_school_rate", 2022);
    assert!(left("targeted") > 0.0 && left("targeted") < 0.03, "{}", left("targeted"));
    let harsh = run(&["society.schooling.leaving_junior=0.5", "society.schooling.leaving_senior=0.5"]);
    let lost = |regime| mean(&harsh, regime, "schooling_years_lost", 2030);
    assert!(lost("basic-only") > lost("targeted"), "{} {}", lost("basic-only"), lost("targeted"));
    assert!(lost("targeted") > 4.0 * mean(&finished, "targeted", "schooling_years_lost", 2030));
}

#[test]
fn lost_years_cost_earnings_and_keep_people_at_home() {
    let none = run(&["society.switches.schooling=false"]);
    assert_eq!(mean(&none, "targeted", "left_school_rate", 2021), 0.0);
    assert_eq!(mean(&none, "targeted", "schooling_years_lost", 2021), 0.0);
    let harsh = run(&["society.schooling.leaving_junior=0.5", "society.schooling.leaving_senior=0.5"]);
    let both = |measure| (mean(&harsh, "targeted", measure, 2030), mean(&none, "targeted", measure, 2030));
    for measure in ["income_per_head", "health_literacy", "earned_away_share"] {
        let (with, without) = both(measure);
        assert!(with < without, "{measure}: {with} {without}");
    }
}
