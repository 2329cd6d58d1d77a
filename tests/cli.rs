//! The program as a user meets it: what it prints, where, and with which exit status.

use std::fs;
use std::path::Path;
use std::process::Output;

use assert_cmd::Command;

fn fanpin(folder: &Path, args: &[&str]) -> Output {
    Command::cargo_bin("fanpin")
        .expect("it is built")
        .current_dir(folder)
        .args(args)
        .output()
        .expect("it runs")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("UTF-8")
}

fn folder_with(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, content) in files {
        fs::write(folder.path().join(name), content).expect("writable");
    }
    folder
}

const MINE: &str = "name = \"mine\"\nextends = \"inclusive-vs-targeted\"\n";

#[test]
fn a_scenario_that_holds_is_summed_up() {
    let folder = folder_with(&[("mine.toml", MINE)]);
    let output = fanpin(folder.path(), &["check", "mine.toml", "--replicates", "3"]);
    assert_eq!((output.status.code(), text(&output.stderr)), (Some(0), String::new()));
    let out = text(&output.stdout);
    assert!(
        out.starts_with(
            "mine.toml: holds\n  5 regimes, 2021 to 2035, 3 replicates of 20000 households in 10 counties\n"
        ),
        "{out}"
    );
}

#[test]
fn a_regime_is_attributed_to_its_parts() {
    let folder = folder_with(&[("mine.toml", MINE)]);
    let small = ["--households", "300", "--replicates", "2", "--set", "plan.last_year=2022"];
    let merged = [
        "--group",
        "critical-illness+aid-registered+top-up-floor+top-up-cap",
        "--group",
        "aid-near-poor+aid-illness-poor+tilt-aid",
        "--group",
        "classes+premiums",
    ];
    let attribute =
        |more: &[&str]| fanpin(folder.path(), &[&["attribute", "mine.toml"][..], &small, more].concat());
    let whole =
        [&merged[..], &["--regime", "inclusive", "-o", "why", "--format", "svg", "--lang", "both"]].concat();
    let output = attribute(&whole);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let (out, work) = (text(&output.stdout), text(&output.stderr));
    assert_eq!(
        work,
        "`inclusive` less `targeted`: 3 parts, all 8 coalitions in 1 run\n8 coalitions × 2 replicates × 300 households, 2021 to 2022\n"
    );
    assert!(
        out.starts_with("Inclusive (2021 State Council design) less Targeted (benefits of 2020 kept)\n"),
        "{out}"
    );
    assert_eq!(out.matches("whole effect").count(), 3, "{out}");
    let csv = fs::read_to_string(folder.path().join("why/attribution.csv")).expect("it is written");
    assert_eq!(csv.lines().count(), 1 + 3 * (3 * 3 + 3));
    for chart in ["attribution.en", "attribution.zh", "attribution-waterfall.en", "attribution-waterfall.zh"]
    {
        let svg =
            fs::read_to_string(folder.path().join(format!("why/charts/{chart}.svg"))).expect("it is written");
        assert!(svg.starts_with("<svg "), "{chart}");
    }
    // The folder is taken now; nothing is simulated to find that out.
    assert_eq!(attribute(&whole).status.code(), Some(1));

    let json = |more: &[&str]| {
        let output = attribute(&[&["--json", "-q"], more].concat());
        assert_eq!((output.status.code(), text(&output.stderr)), (Some(0), String::new()));
        output.stdout
    };
    let one = json(&[&merged[..], &["--regime", "inclusive", "--threads", "1"]].concat());
    assert_eq!(one, json(&[&merged[..], &["--regime", "inclusive", "--threads", "2"]].concat()));
    let rows: serde_json::Value = serde_json::from_slice(&one).expect("JSON");
    let sum = |method: &str| -> f64 {
        let rows = rows["rows"].as_array().expect("rows").iter();
        let of = rows.filter(|row| row["method"] == method && row["outcome"] == "returned_ever");
        of.map(|row| row["mean"].as_f64().expect("a number")).sum()
    };
    assert!((sum("shapley") - sum("difference")).abs() < 1e-12 && sum("difference") != 0.0);
}

#[test]
fn what_can_not_be_attributed_is_refused_with_a_reason() {
    let folder = folder_with(&[("mine.toml", MINE)]);
    let refused = |more: &[&str]| {
        let output = fanpin(folder.path(), &[&["attribute", "mine.toml"][..], more].concat());
        assert_eq!((output.status.code(), text(&output.stdout)), (Some(2), String::new()));
        text(&output.stderr)
    };
    let found = refused(&["--regime", "inclusiv"]);
    assert!(
        found.starts_with("error: --regime: there is no `inclusiv`, expected one of basic-only, targeted, "),
        "{found}"
    );
    assert!(found.ends_with("did you mean `inclusive`?\n"), "{found}");
    let found = refused(&["--regime", "targeted"]);
    assert!(found.starts_with("error: --regime: `targeted` is the baseline; choose another"), "{found}");
    let found = refused(&["--regimes", "targeted"]);
    assert_eq!(found, "error: there is no regime beside the baseline `targeted`: nothing to attribute\n");
    let found = refused(&["--group", "tilt-ad+classes", "--regime", "inclusive"]);
    assert!(
        found.starts_with("error: --group: there is no part `tilt-ad`") && found.contains("`tilt-aid`?"),
        "{found}"
    );
    assert_eq!(
        refused(&["--permutations", "5"]),
        "error: --permutations takes an even number from 2 to 100000\n"
    );
    assert_eq!(refused(&["--exact-up-to", "17"]), "error: --exact-up-to takes a number from 0 to 16\n");
}

#[test]
fn a_class_that_spending_triggers_is_reported_with_its_notch() {
    let folder = folder_with(&[("mine.toml", MINE)]);
    let notch = |settings: &[&str]| {
        let mut args = vec!["check", "mine.toml", "--regimes", "basic-only"];
        settings.iter().for_each(|setting| args.extend(["--set", setting]));
        let output = fanpin(folder.path(), &args);
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        text(&output.stdout).lines().filter(|line| line.contains("notch: `basic-only`")).count()
    };
    let layer = "regimes.basic-only.layers.extra={ payer = \"medical_aid\", rate = 0.5, eligible = { spending_above_income_share = 0.3 } }";
    let order = "regimes.basic-only.layers.order=[\"basic\", \"extra\"]";
    assert_eq!(notch(&[]), 0);
    assert_eq!(notch(&[layer, order]), 3);
}

#[test]
fn a_scenario_that_does_not_hold_gives_status_2_and_its_line() {
    let folder = folder_with(&[("mine.toml", &format!("{MINE}[plan]\nreplicates = 0\n"))]);
    let output =
        fanpin(folder.path(), &["check", "mine.toml", "--set", "plan.seed=-1", "--households", "many"]);
    let expected = "\
error: `plan.replicates` is 0, outside 1 to 10000
 --> mine.toml:4:14
  |
4 | replicates = 0
  |              ^ expected 1 to 10000 (replicates)

error: `plan.seed` is -1, outside 0 to 9007199254740991
 --> --set #1:1:11
  |
1 | plan.seed=-1
  |           ^^ expected 0 to 9007199254740991 (seed)

error: `plan.households` cannot be the text \"many\"
 --> --households:1:17
  |
1 | plan.households=many
  |                 ^^^^ expected a whole number from 1 to 400000000

3 errors
";
    assert_eq!((output.status.code(), text(&output.stderr)), (Some(2), expected.to_owned()));
    assert_eq!(text(&output.stdout), "");
}

#[test]
fn each_of_several_files_is_checked() {
    let folder = folder_with(&[("good.toml", MINE), ("bad.toml", "name = \"Bad\"\n")]);
    let output = fanpin(folder.path(), &["check", "bad.toml", "good.toml", "gone.toml"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stdout).starts_with("good.toml: holds\n"));
    let errors = text(&output.stderr);
    assert!(errors.contains(" --> bad.toml:1:8\n"), "{errors}");
    assert!(errors.contains("error: cannot read `gone.toml`: there is no such file\n"), "{errors}");
    assert!(errors.ends_with("error: 2 of 3 scenarios do not hold\n"), "{errors}");
}

#[test]
fn files_are_named_as_the_user_named_them() {
    let folder = folder_with(&[]);
    fs::create_dir(folder.path().join("sub")).expect("a folder");
    fs::write(
        folder.path().join("sub/base.toml"),
        "name = \"base\"\nextends = \"inclusive-vs-targeted\"\nplan = 3\n",
    )
    .expect("writable");
    fs::write(folder.path().join("sub/mine.toml"), "name = \"mine\"\nextends = \"base.toml\"\n")
        .expect("writable");
    let output = fanpin(folder.path(), &["check", "sub/mine.toml"]);
    assert!(text(&output.stderr).contains(" --> sub/base.toml:3:8\n"), "{}", text(&output.stderr));
}

#[test]
fn a_scenario_reads_nothing_outside_its_folder() {
    let folder = folder_with(&[("secret.toml", MINE)]);
    fs::create_dir(folder.path().join("sub")).expect("a folder");
    fs::write(folder.path().join("sub/mine.toml"), "name = \"mine\"\nextends = \"link.toml\"\n")
        .expect("writable");
    std::os::unix::fs::symlink("../secret.toml", folder.path().join("sub/link.toml")).expect("a link");
    let output = fanpin(folder.path(), &["check", "sub/mine.toml"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        text(&output.stderr).contains("it lies outside the scenario's folder"),
        "{}",
        text(&output.stderr)
    );
}

#[test]
fn a_new_scenario_holds_and_is_never_overwritten() {
    let folder = folder_with(&[]);
    let output = fanpin(folder.path(), &["new", "My First.toml"]);
    assert_eq!((output.status.code(), text(&output.stderr)), (Some(0), String::new()));
    assert_eq!(fanpin(folder.path(), &["check", "My First.toml"]).status.code(), Some(0));
    let before = fs::read_to_string(folder.path().join("My First.toml")).expect("it is there");
    assert!(before.contains("name = \"my-first\"\n"));
    let again = fanpin(folder.path(), &["new", "My First.toml"]);
    assert_eq!(again.status.code(), Some(2));
    assert_eq!(text(&again.stderr), "error: `My First.toml` is there already and is not overwritten\n");
    assert_eq!(fs::read_to_string(folder.path().join("My First.toml")).expect("it is there"), before);
}

#[test]
fn the_half_deductible_of_a_new_scenario_holds() {
    let folder = folder_with(&[]);
    fanpin(folder.path(), &["new", "mine.toml"]);
    let text = fs::read_to_string(folder.path().join("mine.toml")).expect("it is there");
    let settings =
        text.lines().skip_while(|line| *line != "# [regimes]").take_while(|line| line.starts_with('#'));
    let example: Vec<&str> = settings.map(|line| line.trim_start_matches('#').trim_start()).collect();
    let whole = format!("name = \"mine\"\nextends = \"inclusive-vs-targeted\"\n{}\n", example.join("\n"));
    fs::write(folder.path().join("whole.toml"), &whole).expect("writable");
    let output = fanpin(folder.path(), &["check", "whole.toml"]);
    assert_eq!(output.status.code(), Some(0), "{whole}\n{}", String::from_utf8_lossy(&output.stderr));
    assert!(String::from_utf8_lossy(&output.stdout).contains("2 regimes"), "{whole}");
}

#[test]
fn everything_listed_can_be_shown() {
    let folder = folder_with(&[]);
    for what in ["places", "policies", "scenarios", "measures", "evidence"] {
        let output = fanpin(folder.path(), &["list", what]);
        assert_eq!(output.status.code(), Some(0), "{what}");
        let list = text(&output.stdout);
        let first = list.split_whitespace().next().expect("something ships");
        let shown = fanpin(folder.path(), &["show", first]);
        assert_eq!(shown.status.code(), Some(0), "{what}: {first}");
        assert!(text(&shown.stdout).contains(first), "{first}");
    }
    let policies = text(&fanpin(folder.path(), &["list", "policies"]).stdout);
    let jiangxi = policies.lines().find(|line| line.contains("jiangxi")).expect("it ships");
    assert!(jiangxi.ends_with("(seen, grade C)]") && jiangxi.contains("江西"), "{jiangxi}");
    let draws = text(&fanpin(folder.path(), &["show", "draws"]).stdout);
    assert!(draws.lines().count() > 30 && draws.contains("death "), "{draws}");
}

#[test]
fn an_unknown_name_gives_the_nearest() {
    let folder = folder_with(&[]);
    let output = fanpin(folder.path(), &["show", "poor-conty"]);
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(
        text(&output.stderr),
        "error: nothing here is called `poor-conty`; did you mean `poor-county`?\n"
    );
}

#[test]
fn a_reader_who_goes_away_is_no_error() {
    use std::process::{Command, Stdio};
    let binary = assert_cmd::cargo::cargo_bin("fanpin");
    let mut child = Command::new(binary)
        .arg("schema")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("it ends");
    assert_eq!((output.status.code(), text(&output.stderr)), (Some(0), String::new()));
}

#[test]
fn the_schema_knows_every_key_of_a_resolved_scenario_and_no_other() {
    let folder = folder_with(&[]);
    let schema: serde_json::Value =
        serde_json::from_slice(&fanpin(folder.path(), &["schema"]).stdout).expect("JSON");
    let shipped = fanpin::scenario::shipped::find(
        fanpin::scenario::resolver::DocumentKind::Scenario,
        "inclusive-vs-targeted",
    );
    let options = fanpin::scenario::Options::default();
    let scenario =
        fanpin::scenario::load_text("a.toml", shipped.expect("it ships").text, &options).expect("it holds");
    let document = serde_json::to_value(&scenario.resolved).expect("a document");
    let mut wrong = Vec::new();
    validate(&schema, &document, "", &schema, &mut wrong);
    assert_eq!(wrong, Vec::<String>::new());
    for (path, value) in [
        ("plan", serde_json::json!({ "sead": 1 })),
        ("plan", serde_json::json!({ "replicates": 0 })),
        ("output", serde_json::json!({ "formats": ["jpg"] })),
        ("places", serde_json::json!({ "Poor County": {} })),
    ] {
        let mut document = document.clone();
        document[path] = value;
        let mut wrong = Vec::new();
        validate(&schema, &document, "", &schema, &mut wrong);
        assert_eq!(wrong.len(), 1, "{path}: {wrong:?}");
    }
}

/// As much of JSON Schema as our own schema uses.
fn validate(
    schema: &serde_json::Value,
    value: &serde_json::Value,
    path: &str,
    root: &serde_json::Value,
    wrong: &mut Vec<String>,
) {
    use serde_json::Value;
    let Value::Object(rules) = schema else { panic!("{path}: a schema is an object") };
    for (rule, argument) in rules {
        let holds = match rule.as_str() {
            "$schema" | "title" | "$defs" | "description" | "default" => true,
            "$ref" => {
                let target = argument
                    .as_str()
                    .and_then(|r| root.pointer(r.trim_start_matches('#')))
                    .expect("a definition");
                validate(target, value, path, root, wrong);
                true
            }
            "type" => match argument.as_str().expect("a type") {
                "object" => value.is_object(),
                "array" => value.is_array(),
                "string" => value.is_string(),
                "boolean" => value.is_boolean(),
                "integer" => value.is_i64(),
                "number" => value.is_number(),
                other => panic!("{path}: unknown type {other}"),
            },
            "minimum" => value.as_f64().is_none_or(|x| x >= argument.as_f64().expect("a number")),
            "maximum" => value.as_f64().is_none_or(|x| x <= argument.as_f64().expect("a number")),
            "enum" => argument.as_array().expect("a list").contains(value),
            "const" => argument == value,
            "pattern" => value.as_str().is_none_or(is_name),
            "minLength" => value.as_str().is_none_or(|text| !text.is_empty()),
            "minItems" => {
                value.as_array().is_none_or(|items| items.len() as u64 >= argument.as_u64().expect("a count"))
            }
            "maxItems" => {
                value.as_array().is_none_or(|items| items.len() as u64 <= argument.as_u64().expect("a count"))
            }
            "minProperties" => value
                .as_object()
                .is_none_or(|table| table.len() as u64 >= argument.as_u64().expect("a count")),
            "uniqueItems" => {
                value.as_array().is_none_or(|items| (1..items.len()).all(|i| !items[..i].contains(&items[i])))
            }
            "items" => {
                for item in value.as_array().into_iter().flatten() {
                    validate(argument, item, path, root, wrong);
                }
                true
            }
            "prefixItems" => {
                for (rule, item) in
                    argument.as_array().expect("a list").iter().zip(value.as_array().into_iter().flatten())
                {
                    validate(rule, item, path, root, wrong);
                }
                true
            }
            "required" => argument
                .as_array()
                .expect("a list")
                .iter()
                .all(|key| value.get(key.as_str().expect("a key")).is_some()),
            "anyOf" => argument.as_array().expect("a list").iter().any(|way| {
                let mut wrong = Vec::new();
                validate(way, value, path, root, &mut wrong);
                wrong.is_empty()
            }),
            "properties" | "patternProperties" => true,
            "additionalProperties" => {
                let properties = rules["properties"].as_object().expect("properties");
                let pattern = rules.get("patternProperties").and_then(|p| p.as_object()?.values().next());
                value.as_object().is_none_or(|table| {
                    table.iter().all(|(key, item)| {
                        let path = format!("{path}.{key}");
                        match properties.get(key).or(pattern.filter(|_| is_name(key))) {
                            Some(rule) => {
                                validate(rule, item, &path, root, wrong);
                                true
                            }
                            None => false,
                        }
                    })
                })
            }
            other => panic!("{path}: unknown rule {other}"),
        };
        if !holds {
            wrong.push(format!("{path}: {rule}"));
        }
    }
}

fn is_name(text: &str) -> bool {
    let sound = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    !text.is_empty() && text.chars().all(sound) && !text.starts_with('-')
}

#[test]
fn the_policy_gap_is_printed_and_written_with_its_chart() {
    let folder = folder_with(&[("mine.toml", GAP)]);
    let args = ["gap", "mine.toml", "--amount", "10000", "--in-catalogue", "0.8"];
    let output = fanpin(folder.path(), &args);
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert!(
        text(&output.stdout).contains("aid-registered ends, nothing follows"),
        "{}",
        text(&output.stdout)
    );
    let chinese = fanpin(folder.path(), &[&args[..], &["--lang", "zh"]].concat());
    assert!(text(&chinese.stdout).contains("aid-registered终止，无接续"), "{}", text(&chinese.stdout));

    let to_files = [&args[..], &["-o", "out", "--format", "svg", "--json"]].concat();
    let output = fanpin(folder.path(), &to_files);
    let printed: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert!(printed["handovers"][0]["layer"].is_string());
    for file in ["gap.csv", "handovers.csv", "charts/policy-gap.en.svg", "charts/policy-gap.zh.svg"] {
        assert!(folder.path().join("out").join(file).is_file(), "{file}");
    }
    let written = std::fs::read(folder.path().join("out/gap.json")).expect("written");
    assert_eq!(written, output.stdout);
    assert_eq!(fanpin(folder.path(), &to_files).status.code(), Some(1), "the folder is taken");
    assert!(fanpin(folder.path(), &[&to_files[..], &["--force"]].concat()).status.success());
    let other = fanpin(folder.path(), &["timeline", "mine.toml", "-o", "out", "--force"]);
    assert_eq!(other.status.code(), Some(1), "what another command wrote stays");
    assert!(text(&other.stderr).contains("`fanpin gap` wrote"), "{}", text(&other.stderr));
    assert_eq!(std::fs::read(folder.path().join("out/gap.json")).expect("there"), written);
    for option in ["--seed=1", "--replicates=2", "--households=100"] {
        for command in ["gap", "timeline"] {
            let refused = fanpin(folder.path(), &[command, "mine.toml", option]);
            assert_eq!(refused.status.code(), Some(2), "{command} {option}: nothing is simulated");
        }
    }

    let output = fanpin(folder.path(), &["gap", "mine.toml", "--place", "poor-cuonty"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("did you mean `poor-county`?"), "{}", text(&output.stderr));
    let output = fanpin(folder.path(), &["gap", "mine.toml", "--level", "city"]);
    assert_eq!(output.status.code(), Some(2), "a level without an amount");
}

const GAP: &str = "name = \"mine\"\nextends = \"inclusive-vs-targeted\"\nbaseline = \"targeted\"\n\
                   [regimes]\norder = [\"targeted\", \"cliff\"]\n";

#[test]
fn the_timeline_shows_years_and_changes_and_is_written_with_its_chart() {
    let folder = folder_with(&[("mine.toml", GAP)]);
    let output =
        fanpin(folder.path(), &["timeline", "mine.toml", "--from", "2020", "--set", "plan.last_year=2023"]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    let out = text(&output.stdout);
    let row = out.lines().find(|line| line.contains("Aid for the registered")).expect("the row of the layer");
    assert!(row.ends_with("▓▓▓▓      ▓···"), "targeted, then cliff: {row}");
    let change = out.lines().find(|line| line.starts_with("2021 cliff: ")).expect("the switch");
    assert!(change.contains("− Aid for the registered; − Local top-up to 90 %"), "{change}");

    let args = ["timeline", "mine.toml", "--json", "-o", "out", "--format", "svg", "--lang", "zh"];
    let output = fanpin(folder.path(), &args);
    let printed: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let rows = printed["rows"].as_array().expect("a list");
    let aid = rows.iter().find(|row| row["id"] == "aid-registered").expect("the row of the layer");
    assert_eq!(
        (&aid["regimes"]["cliff"][0]["from"], &aid["regimes"]["cliff"][0]["to"]),
        (&2017.into(), &2020.into())
    );
    assert!(folder.path().join("out/charts/policy-timeline.zh.svg").is_file());
    assert!(!folder.path().join("out/charts/policy-timeline.en.svg").exists());
    assert_eq!(fs::read(folder.path().join("out/timeline.json")).expect("written"), output.stdout);

    let output = fanpin(folder.path(), &["timeline", "mine.toml", "--from", "1999"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("--from: expected a year from 2010 to 2035, found 1999"));
}

#[test]
fn two_regimes_are_made_equal_and_a_wrong_name_is_answered_with_the_right_one() {
    let folder = folder_with(&[("mine.toml", MINE)]);
    let small = ["--households", "300", "--replicates", "2", "--set", "plan.last_year=2023"];
    let asked = |more: &[&str]| {
        let mut args = vec!["equalise", "mine.toml"];
        args.extend(small);
        args.extend(["--set", "places.poor-county.counties=1"]);
        args.extend(more);
        fanpin(folder.path(), &args)
    };
    let wrong = asked(&["--pair", "targeted,inclusve"]);
    assert_eq!(wrong.status.code(), Some(2));
    assert!(text(&wrong.stderr).contains("did you mean `inclusive`?"), "{}", text(&wrong.stderr));
    assert_eq!(asked(&[]).status.code(), Some(2), "five regimes are no pair");
    let done = asked(&["--pair", "targeted,inclusive", "--json", "-o", "out", "--format", "svg"]);
    assert_eq!(done.status.code(), Some(0), "{}", text(&done.stderr));
    let json: serde_json::Value = serde_json::from_slice(&done.stdout).expect("JSON");
    assert_eq!(json["equal"].as_array().map(Vec::len), Some(6));
    for file in ["equalise.csv", "equalise.json", "scenario.resolved.toml", "charts/equalise.zh.svg"] {
        assert!(folder.path().join("out").join(file).exists(), "{file}");
    }
    let up = asked(&["--pair", "targeted,inclusive", "--scale", "both", "--lang", "zh"]);
    assert_eq!(up.status.code(), Some(0), "{}", text(&up.stderr));
    let told = text(&up.stdout);
    assert!(told.contains("缩减：") && told.contains("增加："), "{told}");
    let words = told.replace("targeted", "").replace("inclusive", "") + &text(&up.stderr);
    assert!(!words.contains(|letter: char| letter.is_ascii_alphabetic()), "Chinese only: {words}");
}

#[test]
fn the_methods_appendix_names_the_hash_of_the_run_and_replaces_no_file() {
    let folder = folder_with(&[("mine.toml", MINE)]);
    let small = [
        "--households",
        "100",
        "--replicates",
        "1",
        "--set",
        "plan.last_year=2021",
        "--set",
        "places.poor-county.counties=1",
    ];
    let methods =
        |more: &[&str]| fanpin(folder.path(), &[&["methods", "mine.toml"][..], &small, more].concat());
    let output = methods(&[]);
    assert_eq!((output.status.code(), text(&output.stderr)), (Some(0), String::new()));
    let appendix = text(&output.stdout);
    assert!(appendix.starts_with("# Methods appendix: "), "{}", &appendix[..80]);
    assert!(appendix.contains("fanpin run mine.toml --set plan.last_year=2021 --set places.poor-county.counties=1 --replicates 1 --households 100\n"));
    assert!(appendix.contains("from 1 replicates of 100 households in 1 counties"));
    let svg = ["--format", "svg", "--lang", "en"];
    let of_output = ["--set", "output.formats=[\"svg\"]", "--set", "output.languages=[\"en\"]"];
    let run = fanpin(folder.path(), &[&["run", "mine.toml", "-q"][..], &small, &svg].concat());
    assert_eq!(run.status.code(), Some(0), "{}", text(&run.stderr));
    let manifest =
        fs::read_to_string(folder.path().join("output/mine/manifest.json")).expect("it is written");
    let hash =
        manifest.split("\"scenario_sha256\": \"").nth(1).and_then(|rest| rest.get(..64)).expect("a hash");
    assert!(text(&methods(&of_output).stdout).contains(&format!("- `scenario.resolved.toml`: `{hash}`\n")));
    let written = methods(&["-o", "appendix.tex", "--lang", "zh"]);
    assert_eq!((written.status.code(), text(&written.stdout)), (Some(0), "wrote appendix.tex\n".to_owned()));
    let tex = fs::read(folder.path().join("appendix.tex")).expect("it is written");
    assert!(text(&tex).contains("\\usepackage[UTF8]{ctex}") && text(&tex).contains("方法附录"));
    let again = methods(&["-o", "appendix.tex"]);
    assert_eq!(again.status.code(), Some(2));
    assert!(
        text(&again.stderr).contains("is there already and is not overwritten"),
        "{}",
        text(&again.stderr)
    );
    assert_eq!(fs::read(folder.path().join("appendix.tex")).expect("readable"), tex);
}

/// Sends Ctrl-C as soon as it is caught, and gives how the program ended.
#[cfg(target_os = "linux")]
fn interrupted(folder: &Path, args: &[&str]) -> Output {
    use std::process::{Command, Stdio};
    const INTERRUPT: u64 = 1 << 1;
    let mut child = Command::new(assert_cmd::cargo::cargo_bin("fanpin"))
        .current_dir(folder)
        .args(args)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    let status = format!("/proc/{}/status", child.id());
    let catches = || {
        let status = fs::read_to_string(&status).ok()?;
        let mask = status.lines().find_map(|line| line.strip_prefix("SigCgt:"))?.trim().to_owned();
        Some(u64::from_str_radix(&mask, 16).ok()? & INTERRUPT != 0)
    };
    while child.try_wait().expect("it is ours").is_none() && catches() != Some(true) {
        std::thread::sleep(std::time::Duration::from_millis(1));
    }
    let kill = format!("kill -INT {}", child.id());
    assert!(Command::new("sh").args(["-c", &kill]).status().expect("a shell").success(), "it still runs");
    child.wait_with_output().expect("it ends")
}

#[test]
#[cfg(target_os = "linux")]
fn a_command_stopped_by_ctrl_c_says_so_and_leaves_nothing() {
    let folder =
        folder_with(&[("mine.toml", MINE), ("county.toml", "name = \"county\"\nextends = \"p-county\"\n")]);
    let pick = ["trace", "mine.toml", "--pick", "saved", "--regime", "inclusive", "-o", "out"];
    let one = ["trace", "mine.toml", "--household", "0", "-o", "out"];
    for args in [&pick[..], &one, &["gap", "county.toml", "-o", "out"]] {
        let output = interrupted(folder.path(), args);
        assert_eq!(
            (output.status.code(), text(&output.stderr)),
            (Some(130), "error: interrupted\n".to_owned())
        );
        assert_eq!(text(&output.stdout), "", "{args:?}");
        let mut left: Vec<_> =
            fs::read_dir(folder.path()).expect("there").map(|e| e.expect("there").file_name()).collect();
        left.sort();
        assert_eq!(left, ["county.toml", "mine.toml"], "{args:?}");
    }
}
