//! `fanpin sweep` and `fanpin sensitivity` as whole programs: files, exit statuses, the same bytes at any number of threads.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Output};

const SMALL: &str = "name = \"small\"\nextends = \"inclusive-vs-targeted\"\nbaseline = \"targeted\"\n\
    [plan]\nhouseholds = 80\nreplicates = 2\nlast_year = 2022\n[places.poor-county]\ncounties = 1\n";

const SWEEP: &str = "[sweep.keys]\norder = [\"share\", \"gifts\"]\n\
    [sweep.keys.gifts]\nkey = \"society.economy.kin_gift_share\"\nfrom = 0\nto = 0.6\nsteps = 2\n\
    [sweep.keys.share]\nkey = \"society.care.share_county\"\nvalues = [0.4, 0.6]\n";

fn fanpin(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_fanpin"))
        .args(arguments)
        .current_dir(folder)
        .output()
        .expect("the program runs")
}

fn folder(text: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("small.toml"), text).expect("writable");
    folder
}

/// Every file below a folder with its content.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let names = fanpin::report::store::files_of(folder).expect("a result");
    names.into_iter().map(|name| (name.clone(), std::fs::read(folder.join(name)).expect("a file"))).collect()
}

/// What a command writes with one thread and with three, which has to be the same.
fn written(folder: &Path, arguments: &[&str]) -> BTreeMap<String, Vec<u8>> {
    let run = |threads, out| {
        let more = ["small.toml", "--format", "svg", "-q", "--threads", threads, "-o", out];
        let output = fanpin(folder, &[arguments, &more[..]].concat());
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        assert!(output.stdout.is_empty(), "quiet");
        files(&folder.join(out))
    };
    let (one, three) = (run("1", "one"), run("3", "three"));
    assert_eq!(one, three);
    one
}

#[test]
fn a_sweep_writes_tidy_tables_whatever_the_threads() {
    let folder = folder(&format!("{SMALL}{SWEEP}"));
    let written = written(folder.path(), &["sweep"]);
    let names: Vec<&str> = written.keys().map(String::as_str).collect();
    assert_eq!(
        names,
        [
            "charts/sweep.en.svg",
            "charts/sweep.zh.svg",
            "design.csv",
            "manifest.json",
            "scenario.resolved.toml",
            "sweep.csv",
            "sweep_differences.csv"
        ]
    );
    let text = |name: &str| String::from_utf8(written[name].clone()).expect("UTF-8");
    assert_eq!(text("design.csv"), "point,share,gifts\n1,0.4,0\n2,0.4,0.6\n3,0.6,0\n4,0.6,0.6\n");
    assert!(
        text("sweep.csv").starts_with("point,share,gifts,scenario,regime,year,group,measure,unit,mean,se,")
    );
    for point in 1..=4 {
        let rows =
            text("sweep_differences.csv").lines().filter(|l| l.starts_with(&format!("{point},"))).count();
        assert_eq!(rows, 4 * 2 * 15, "regimes but the baseline, years, measures of two groups");
    }
    assert!(!folder.path().join("one.points").exists(), "nothing is left beside it");
}

#[test]
fn points_of_a_sweep_that_were_kept_give_the_same_tables() {
    let folder = folder(&format!("{SMALL}{SWEEP}"));
    let whole = written(folder.path(), &["sweep"]);
    // As if a sweep had been stopped after its second point.
    let broken = folder.path().join("again.points");
    std::fs::create_dir(&broken).expect("writable");
    std::fs::write(broken.join(".fanpin-points"), "").expect("writable");
    std::fs::write(broken.join("000001"), "another key\n0\n").expect("writable");
    let arguments = ["sweep", "small.toml", "--format", "svg", "-q", "--resume", "-o", "again"];
    let output = fanpin(folder.path(), &arguments);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(files(&folder.path().join("again")), whole, "what is of something else is not used");
}

#[test]
fn a_sweep_that_cannot_be_is_refused_before_it_runs() {
    let folder = folder(SMALL);
    let refused = |arguments: &[&str]| {
        let output = fanpin(folder.path(), &[&["sweep", "small.toml"], arguments].concat());
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        String::from_utf8(output.stderr).expect("UTF-8")
    };
    assert!(refused(&[]).starts_with("error: sweep: nothing is varied"));
    assert!(refused(&["--vary", "plan.seed=1,2"]).contains("`plan.seed` is nothing that a sweep can vary"));
    let text = refused(&["--vary", "society.care.share_county=0.5,1.5"]);
    assert!(
        text.contains("point 2 (society.care.share_county=1.5): `society.care.share_county` is 1.5"),
        "{text}"
    );
    assert!(
        refused(&["--vary", "society.care.share_county=0.5", "--measures", "poverty_return_rat"])
            .contains("did you mean `poverty_return_rate`?")
    );
    assert!(!folder.path().join("output").exists());
}

#[test]
fn sensitivity_writes_its_tables_whatever_the_threads() {
    let folder = folder(SMALL);
    let keys = "society.care.share_county,society.economy.kin_gift_share,places.poor-county.registered_share";
    let small = ["--trajectories", "2", "--points", "4", "--most", "2", "--pair", "targeted,inclusive"];
    let written = written(folder.path(), &[&["sensitivity", "--keys", keys], &small[..]].concat());
    let text = |name: &str| String::from_utf8(written[name].clone()).expect("UTF-8");
    assert!(text("sensitivity.csv").contains("\nsobol,,,,points,16,,,16\n"));
    assert_eq!(text("sensitivity_parameters.csv").lines().count(), 4);
    for chart in ["morris", "sobol", "tornado"] {
        assert!(written.contains_key(&format!("charts/sensitivity-{chart}.zh.svg")));
    }
    let json: serde_json::Value = serde_json::from_str(&text("sensitivity.json")).expect("JSON");
    assert_eq!(json["quantities"]["public_outlay"]["most"].as_array().map(Vec::len), Some(2));
}

#[test]
fn sensitivity_says_what_it_cannot_do() {
    let folder = folder(SMALL);
    let refused = |arguments: &[&str]| {
        let output = fanpin(folder.path(), &[&["sensitivity", "small.toml"], arguments].concat());
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        String::from_utf8(output.stderr).expect("UTF-8")
    };
    assert!(refused(&["--pair", "targeted,inclusiv"]).contains("did you mean `inclusive`?"));
    assert!(refused(&["--pair", "targeted,targeted"]).contains("two different regimes"));
    assert!(
        refused(&["--keys", "society.care.share_countie"])
            .contains("did you mean `society.care.share_county`?")
    );
    assert!(refused(&["--method", "sobol"]).contains("name fewer with --keys"));
    assert!(refused(&["--trajectories", "1"]).contains("--trajectories takes a number"));
}
