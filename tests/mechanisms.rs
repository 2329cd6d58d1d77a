//! Exaggerations move what they must in the direction they must, and better protection never costs a
//! household more when behaviour is off.

mod means;
mod small;

use fanpin::experiment::Finished;
use fanpin::record::PanelRow;

const SMALL: &str = r#"
name = "small"
extends = "inclusive-vs-targeted"
baseline = "targeted"

[plan]
replicates = 2
households = 1500
last_year = 2026

[places.poor-county]
counties = 1

[regimes]
order = ["targeted", "inclusive"]

[output]
panel = true
"#;

fn run(settings: &[&str]) -> Finished {
    small::run(SMALL, settings)
}

/// Mean of a measure of everyone over the years from 2022, under the targeted regime.
fn mean(finished: &Finished, measure: &str) -> f64 {
    means::mean(finished, measure, |row| {
        row.regime == "targeted" && row.group == "all" && row.year.number() >= 2022
    })
}

#[test]
fn exaggerations_move_what_they_must() {
    let base = run(&[]);
    let cases: [(&[&str], &[&str], &[&str]); 16] = [
        (&["society.illness.onset_factor=2"], &["chronic_prevalence", "lost_earnings_per_head"], &[]),
        (&["society.demography.mortality_factor=2"], &["deaths_per_1000"], &["persons"]),
        (
            &["places.poor-county.staff_level=0", "society.workforce.filled=0"],
            &["forgone_capacity_rate"],
            &["staff_share", "contract_served_rate"],
        ),
        (
            &["history.funds.aid_yuan=0", "regimes.targeted.funds.aid_yuan=0"],
            &["oop_per_head"],
            &["aid_met_share", "fund_balance_per_head", "paid_medical_aid_per_head"],
        ),
        (
            &["society.awareness.aware=0", "society.awareness.aware_literate=0"],
            &["forgone_unaware_rate"],
            &["aware_rate"],
        ),
        (
            &["society.mental.debt_factor=4", "society.mental.catastrophe_factor=4"],
            &["depression_prevalence"],
            &[],
        ),
        (
            &["regimes.targeted.service.honoured=1", "regimes.targeted.staff.form_weight=0"],
            &["contract_served_rate"],
            &[],
        ),
        (
            &["society.migration.going_16=0", "society.migration.going_30=0", "society.migration.going_45=0"],
            &["resident_share"],
            &["remittances_per_head"],
        ),
        (
            &["society.formation.fission=0.6", "society.formation.fission_last=0.6"],
            &["elderly_only_households", "households"],
            &["household_size"],
        ),
        (
            &[
                "regimes.targeted.monitoring.self_report=0",
                "regimes.targeted.classes.detection=0",
                "regimes.targeted.monitoring.alert=0",
            ],
            &[],
            &["found_rate", "risk_monitored_share"],
        ),
        (
            &["places.poor-county.clinics_staffed=0", "society.villages.vacancy_filled=0"],
            &[],
            &["village_doctor_share", "contract_served_rate", "contract_effective_rate"],
        ),
        (
            &["places.poor-county.beds_factor=0"],
            &["forgone_capacity_rate", "outside_admission_share"],
            &["beds_found_share"],
        ),
        (
            &["regimes.targeted.programmes.dibao.budget_yuan=0"],
            &["poverty_rate_net"],
            &["support_per_head", "programme_gap_per_head", "programme_served_share"],
        ),
        (
            &["places.poor-county.programme_budget_factor=0"],
            &[],
            &["job_served_share", "industry_served_share", "grant_served_share", "support_per_head"],
        ),
        (
            &["places.poor-county.own_revenue_yuan=100"],
            &["county_burden_share", "oop_per_head"],
            &["own_revenue_per_head", "aid_met_share", "job_served_share", "county_burden_per_head"],
        ),
        (&["society.effort.loss=0.5"], &["effort_lost_share"], &["income_per_head"]),
    ];
    for (settings, up, down) in cases {
        let other = run(settings);
        for measure in up {
            assert!(mean(&other, measure) > mean(&base, measure), "{settings:?}: {measure} must rise");
        }
        for measure in down {
            assert!(mean(&other, measure) < mean(&base, measure), "{settings:?}: {measure} must fall");
        }
    }
}

#[test]
fn the_illness_poor_are_recognised_and_claim_back_earlier_bills() {
    let inclusive = SMALL.replace("baseline = \"targeted\"", "baseline = \"inclusive\"");
    let of = |settings: &[&str]| {
        let finished = small::run(&inclusive, settings);
        let mean = |measure: &str| {
            let rows = finished.results.measures.iter().filter(|row| {
                row.regime == "inclusive"
                    && row.group == "all"
                    && row.measure == measure
                    && row.year.number() >= 2022
            });
            let values: Vec<f64> = rows.filter_map(|row| row.statistics.mean).collect();
            values.iter().sum::<f64>() / values.len() as f64
        };
        ["illness_poor_rate", "claimed_back_per_head", "oop_per_head"].map(mean)
    };
    let base = of(&[]);
    assert!(base[0] > 0.0 && base[1] > 0.0, "{base:?}");
    let [rate, back, _] = of(&["regimes.inclusive.classes.illness_poor_lookback_months=0"]);
    assert!(rate > 0.0 && back == 0.0, "no window, no claim");
    let [rate, back, _] = of(&["regimes.inclusive.classes.illness_poor_share=0"]);
    assert_eq!([rate, back], [0.0, 0.0], "the class is not given");
    let [more, ..] = of(&["regimes.inclusive.classes.illness_poor_share=0.1"]);
    assert!(more > base[0], "an easier test takes in more");
}

#[test]
fn ideal_implementation_does_what_its_dimension_says() {
    let base = run(&[]);
    let ideal = |dimension: &str| run(&[&format!("regimes.targeted.implementation.{dimension}=\"ideal\"")]);
    let agency = ideal("agency");
    assert!(mean(&agency, "contract_honoured_share") > 0.99);
    assert!(mean(&agency, "risk_monitored_share") > mean(&base, "risk_monitored_share"));
    let target = ideal("target_group");
    assert!(mean(&target, "aware_rate") > 0.999 && mean(&target, "health_literacy") > 0.999);
    assert!(mean(&target, "insured_share") > 0.999 && mean(&target, "effort_lost_share") == 0.0);
    let environment = ideal("environment");
    assert!(mean(&environment, "forgone_distance_rate") < mean(&base, "forgone_distance_rate"));
    assert!(mean(&environment, "aid_met_share") > mean(&base, "aid_met_share"));
    let policy = ideal("policy");
    assert!(mean(&policy, "late_per_head") < mean(&base, "late_per_head"));
}

/// Behaviour off: who seeks care and insures doesn't depend on the terms.
const NO_BEHAVIOUR: [&str; 9] = [
    "society.switches.price_response=false",
    "society.switches.deposits=false",
    "society.switches.enrolment=false",
    "society.switches.monitoring=false",
    "society.switches.funds=false",
    "society.switches.effort=false",
    "society.switches.mental=false",
    "society.switches.onset_effects=false",
    "society.switches.forgone_effects=false",
];

/// What each household pays in the switch year under two regimes with the same bills: `(household, before, after)`.
fn payments(finished: &Finished, before: u16, after: u16) -> Vec<(u64, i64, i64)> {
    let of = |regime: u16| finished.panel.iter().filter(move |row| row.regime == regime && row.year == 2021);
    let theirs: std::collections::BTreeMap<u64, &PanelRow> =
        of(before).map(|row| (row.household, row)).collect();
    let pair = |row: &PanelRow| {
        let other = theirs[&row.household];
        assert_eq!(row.bill_fen, other.bill_fen, "the same bills");
        (row.household, other.out_of_pocket_fen, row.out_of_pocket_fen)
    };
    of(after).map(pair).collect()
}

#[test]
fn with_behaviour_off_a_more_generous_layer_leaves_no_household_paying_more() {
    let generous = [
        ("rate", "[regimes.rate.layers.basic.rate]\ncounty = 0.95\ntownship = 0.95\n"),
        ("ceiling", "[regimes.ceiling.layers.basic]\nceiling_yuan = 1000000\n"),
        ("deductible", "[regimes.deductible.layers.basic.deductible_yuan]\ncounty = 0\ncity = 0\n"),
        ("outpatient", "[regimes.outpatient.layers.chronic-outpatient]\ndeductible_yuan = 0\nrate = 0.9\n"),
    ];
    let names: Vec<String> = generous.iter().map(|(name, _)| format!("\"{name}\"")).collect();
    let regimes: String = generous
        .iter()
        .map(|(name, terms)| format!("[regimes.{name}]\npolicy = \"basic-only\"\n{terms}"))
        .collect();
    let text = SMALL.replace("baseline = \"targeted\"", "baseline = \"basic-only\"").replace(
        "order = [\"targeted\", \"inclusive\"]",
        &format!("order = [\"basic-only\", {}]\n{regimes}", names.join(", ")),
    );
    // Programmes look at what was paid the year before.
    let settings = [&NO_BEHAVIOUR[..], &["society.switches.programmes=false"]].concat();
    let finished = small::run(&text, &settings);
    for (regime, (name, _)) in (1..).zip(generous) {
        let paid = payments(&finished, 0, regime);
        for (household, before, after) in &paid {
            assert!(after <= before, "{name}, household {household}: {before} to {after}");
        }
        let better = paid.iter().filter(|(_, before, after)| after < before).count();
        assert!(better > 0, "{name} helps nobody");
    }
}

/// With several layers a household can pay more of a year's bills: what a first layer pays of one stay no longer
/// counts towards the yearly deductible of a later one, which then pays less of another stay that no further
/// layer covers. So it is held of each bill (tests/billing_properties.rs), and of the whole.
#[test]
fn a_more_generous_first_layer_leaves_less_to_pay_under_the_whole_stack() {
    let text = SMALL.replace(
        "order = [\"targeted\", \"inclusive\"]",
        "order = [\"targeted\", \"generous\"]\n[regimes.generous]\npolicy = \"targeted\"\n[regimes.generous.layers.basic.rate]\ncounty = 0.95\ntownship = 0.95\n",
    );
    let mut settings = NO_BEHAVIOUR.to_vec();
    // Lists look at what was paid the year before: fixed thresholds, nobody re-checked.
    settings.extend(["society.switches.programmes=false", "society.lists.quotas=false"]);
    settings.extend(["regimes.targeted.classes.list=\"frozen\"", "regimes.generous.classes.list=\"frozen\""]);
    let paid = payments(&small::run(&text, &settings), 0, 1);
    let (before, after): (i64, i64) = paid.iter().fold((0, 0), |sum, row| (sum.0 + row.1, sum.1 + row.2));
    assert!(after < before, "{before} to {after}");
    assert!(paid.iter().filter(|(_, before, after)| after < before).count() > 50);
}

#[test]
fn households_of_the_old_alone_grow_as_children_leave_marry_and_found_households() {
    let finished = run(&["plan.first_year=2011", "plan.switch_year=2021"]);
    let in_year = |year: i16, measure: &str| {
        finished
            .results
            .measures
            .iter()
            .find(|r| {
                r.regime == "targeted" && r.group == "all" && r.measure == measure && r.year.number() == year
            })
            .and_then(|row| row.statistics.mean)
            .expect("the measure is there")
    };
    assert!(in_year(2020, "elderly_only_households") > in_year(2011, "elderly_only_households") + 0.03);
    assert!(in_year(2020, "one_person_households") > in_year(2011, "one_person_households"));
    assert!(in_year(2020, "household_size") < in_year(2011, "household_size") - 0.2);
}
