//! Concentration of medical spending: as unequal as published over a year, while one admission costs as
//! unequally as published, and the same people are admitted again.

mod means;
mod small;

use fanpin::experiment::Finished;

/// The rules in force, around the year of the published concentration (2014).
const HISTORY: &str = r#"
name = "small"
extends = "history"
baseline = "historical"

[plan]
replicates = 2
households = 3000
first_year = 2013
last_year = 2016
switch_year = 2016
"#;

fn run(settings: &[&str]) -> Finished {
    small::run(HISTORY, settings)
}

/// Mean of a measure of everyone over the years.
fn mean(finished: &Finished, measure: &str) -> f64 {
    means::mean(finished, measure, |row| row.group == "all")
}

#[test]
fn annual_spending_is_as_concentrated_as_published_and_one_admission_as_unequal() {
    let finished = run(&[]);
    // Gini 0.81 and 68 % with the top 5 % of users (BMJ Open 2018;8:e022721): near 0.8, near two thirds.
    let (gini, top) = (mean(&finished, "spending_gini"), mean(&finished, "spending_top_5"));
    assert!((0.78..=0.84).contains(&gini), "{gini}");
    assert!((0.62..=0.72).contains(&top), "{top}");
    // Top 5 % of inpatients 21.5 to 29.9 % of cost, by disease system (doi 10.3969/j.issn.1008-9985.2009.08.030).
    let stay = mean(&finished, "stay_cost_top_5");
    assert!((0.215..=0.299).contains(&stay), "{stay}");
}

#[test]
fn frailty_lets_the_same_people_be_admitted_again_and_leaves_the_means() {
    let (with, without) = (run(&[]), run(&["society.switches.frailty=false"]));
    let ratio = |measure| mean(&with, measure) / mean(&without, measure);
    for measure in ["repeat_admission_share", "admitted_again_share"] {
        assert!(ratio(measure) > 1.1, "{measure}: {}", ratio(measure));
    }
    assert!(ratio("inpatient_share") < 1.0);
    // Twins: the same people with other admissions. Over two replicates of 40,000 person-years admissions have
    // a relative standard error of about 2 %.
    for measure in ["admissions_per_1000", "bill_per_head"] {
        assert!((ratio(measure) - 1.0).abs() < 0.06, "{measure}: {}", ratio(measure));
    }
    // A factor whose mean is not one would show: a fifth more episodes are over the limit.
    let more = run(&["society.care.admission_factor=1.2"]);
    assert!(mean(&more, "admissions_per_1000") / mean(&with, "admissions_per_1000") > 1.06);
}

#[test]
fn stays_after_cancer_and_stroke_take_the_place_of_others() {
    let (with, without) =
        (run(&[]), run(&["society.care.follow_up_cancer=0", "society.care.follow_up_stroke=0"]));
    let ratio = |measure| mean(&with, measure) / mean(&without, measure);
    assert!((ratio("admissions_per_1000") - 1.0).abs() < 0.06, "{}", ratio("admissions_per_1000"));
    assert!(ratio("admitted_again_share") > 1.0, "{}", ratio("admitted_again_share"));
}
