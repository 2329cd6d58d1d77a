//! `fanpin bill` as a user sees it.
#![cfg(feature = "cli")]

use assert_cmd::Command;
use serde_json::Value;

const SCENARIO: &str = "scenarios/inclusive-vs-targeted.toml";

fn bill(arguments: &[&str]) -> assert_cmd::assert::Assert {
    Command::cargo_bin("fanpin")
        .expect("the program is built")
        .args(["bill", SCENARIO])
        .args(arguments)
        .assert()
}

fn text(arguments: &[&str]) -> String {
    String::from_utf8(bill(arguments).success().get_output().stdout.clone()).expect("UTF-8")
}

fn json(arguments: &[&str]) -> Vec<Value> {
    let assert = bill(&[arguments, &["--json"]].concat()).success();
    serde_json::from_slice(&assert.get_output().stdout).expect("JSON")
}

fn fen(value: &Value, key: &str) -> i64 {
    value[key].as_i64().unwrap_or_else(|| panic!("`{key}` in {value}"))
}

#[test]
fn every_regime_pays_a_bill_in_full() {
    for class in ["ordinary", "registered", "monitored", "dibao", "destitute", "dibao_edge", "illness_poor"] {
        let bills = json(&["--amount", "43210.98", "--level", "city", "--as", class, "--year", "2024"]);
        assert_eq!(bills.len(), 5);
        for bill in &bills {
            let paid: i64 =
                bill["payments"].as_array().expect("a list").iter().map(|p| fen(p, "paid_fen")).sum();
            assert_eq!(paid + fen(bill, "out_of_pocket_fen"), 4_321_098);
            assert_eq!(fen(bill, "bill_fen"), 4_321_098);
            assert_eq!(fen(bill, "year"), 2024);
        }
    }
}

#[test]
fn before_the_switch_all_regimes_follow_history() {
    let bills = json(&["--amount", "10000", "--in-catalogue", "0.9", "--as", "registered", "--year", "2020"]);
    for bill in &bills {
        // 9,000 in the catalogue: (9,000 - 500) × 0.76 = 6,460, aid 70 % of 2,540 = 1,778.
        assert_eq!(fen(bill, "out_of_pocket_fen"), 1_000_000 - 646_000 - 177_800, "{}", bill["regime"]);
    }
}

/// As in the simulation and under `gap`: an ideal policy pays out of the area as in it.
#[test]
fn an_ideal_policy_pays_a_bill_out_of_the_area_as_in_it() {
    let own = |more: &[&str]| {
        let usual = ["--amount", "30000", "--level", "city", "--as", "registered", "--year", "2022"];
        fen(&json(&[&usual, more].concat())[1], "out_of_pocket_fen")
    };
    let ideal = "regimes.targeted.implementation.policy=\"ideal\"";
    assert_eq!(own(&["--outside", "--set", ideal]), own(&["--set", ideal]));
    assert!(own(&["--outside"]) > own(&[]));
}

#[test]
fn own_payments_of_the_year_use_up_deductibles_and_caps() {
    let own = |paid: &str| {
        let arguments =
            ["--amount", "9000", "--in-catalogue", "1", "--as", "registered", "--already-paid", paid];
        fen(&json(&arguments)[1], "out_of_pocket_fen")
    };
    // Targeted, 2021: (9,000 - 500) × 0.76 = 6,460; aid 70 % of 2,540; 762 own.
    assert_eq!(own("0"), 76_200);
    // Deductible of critical-illness insurance used up: 65 % of 2,540 = 1,651, aid 70 % of 889; 266.70 own.
    assert_eq!(own("4733.30"), 26_670);
    // A fen more, and the cap of 5,000 pays a fen.
    assert_eq!(own("4733.31"), 26_669);
    assert_eq!(own("6000"), 0);
}

#[test]
fn proration_and_area_reach_their_layers() {
    let own = |more: &[&str]| {
        let arguments = [&["--amount", "8000", "--in-catalogue", "1", "--as", "dibao"], more].concat();
        fen(&json(&arguments)[2], "out_of_pocket_fen")
    };
    // Inclusive: basic (8,000 - 500) × 0.76 = 5,700, aid 70 % of 2,300 = 1,610; half of it if the fund can pay half.
    assert_eq!(own(&[]), 69_000);
    assert_eq!(own(&["--proration", "0.5"]), 230_000 - 80_500);
    // Referred out of the area: basic × 0.9 = 5,130, aid 70 % of 2,870 = 2,009.
    assert_eq!(own(&["--outside"]), 86_100);
}

#[test]
fn spending_triggers_are_shown_but_not_applied() {
    let arguments = ["--amount", "90000", "--level", "province", "--household-income-yuan", "30000"];
    let bills = json(&arguments);
    assert_eq!(bills[2]["regime"], "inclusive");
    assert_eq!(bills[2]["triggered_by_spending"][0], "aid-illness-poor");
    let aid =
        bills[2]["payments"].as_array().expect("a list").iter().find(|p| p["layer"] == "aid-illness-poor");
    assert_eq!(fen(aid.expect("the layer is in force"), "paid_fen"), 0);
    assert!(text(&arguments).contains("own spending would trigger aid-illness-poor"));
}

#[test]
fn the_table_speaks_the_language_of_the_scenario() {
    assert!(text(&["--amount", "9000"]).contains("Out of pocket"));
    assert!(text(&["--amount", "9000", "--set", "output.languages=[\"zh\"]"]).contains("个人自付"));
}

#[test]
fn what_does_not_hold_is_said_and_ends_with_status_2() {
    for (arguments, message) in [
        (
            &["--amount", "1e10"][..],
            "error: --amount: expected an amount from 0 to 1000000000 yuan, found 10000000000\n",
        ),
        (
            &["--amount", "9", "--as", "dibau"],
            "error: --as: there is no `dibau`, expected one of ordinary, registered, lifted_stable, unstable, marginal, \
             sudden_difficulty, destitute, dibao, dibao_edge, illness_poor, monitored; did you mean `dibao`?\n",
        ),
        (
            &["--amount", "9", "--level", "town"],
            "error: --level: there is no `town`, expected one of township, county, city, province; did you mean `township`?\n",
        ),
        (
            &["--amount", "9", "--year", "1999"],
            "error: --year: expected a year from 2011 to 2035, found 1999\n",
        ),
        (
            &["--amount", "9", "--in-catalogue", "1.1"],
            "error: --in-catalogue: expected a share between 0 and 1, found 1.1\n",
        ),
        (
            &["--amount", "9", "--place", "moon"],
            "error: --place: there is no `moon`, expected one of poor-county\n",
        ),
    ] {
        bill(arguments).code(2).stderr(message);
    }
}

#[test]
fn the_waterfall_is_written_whole_and_never_over_another() {
    let parent = tempfile::tempdir().expect("a folder");
    let folder = parent.path().join("waterfall");
    let out = folder.to_str().expect("a path");
    bill(&["--amount", "9000", "--out", out, "--set", "output.formats=[\"svg\"]"]).success();
    let files: Vec<&str> = ["manifest.json", "bill.json", "charts/bill.en.svg", "charts/bill.zh.svg"].into();
    assert!(files.iter().all(|file| folder.join(file).is_file()));
    let before = std::fs::read(folder.join("bill.json")).expect("readable");
    bill(&["--amount", "8000", "--out", out]).code(1);
    assert_eq!(std::fs::read(folder.join("bill.json")).expect("readable"), before);
}

#[test]
fn a_negative_amount_is_a_wrong_amount_and_no_unknown_option() {
    let refused = bill(&["--amount", "-5"]).failure().code(2);
    let message = String::from_utf8_lossy(&refused.get_output().stderr).into_owned();
    assert_eq!(message, "error: --amount: expected an amount from 0 to 1000000000 yuan, found -5\n");
}
