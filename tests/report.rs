//! The folder of a run: whole or absent, the same bytes every time, read back as it was written.
//!
//! `FANPIN_RUN=folder cargo test --test report` also leaves a folder there to be looked at.

#![cfg(feature = "cli")]

mod sample;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use fanpin::gap::of_run;
use fanpin::measures::outlay::OUTLAY;
use fanpin::measures::table::Results;
use fanpin::report::csv_tables::{self, TableError};
use fanpin::report::store::{Existing, Store, StoreError, files_of, sha256};
use fanpin::report::style::{DARK, PAPER};
use fanpin::report::{
    Counts, PlotOptions, ReportError, RunMeta, Timing, plot, read_manifest, read_results, write_into,
    write_run,
};
use fanpin::scenario::plan::{Bilingual, ChartFormat, Language, Output};
use fanpin::scenario::{Options, load_text, resolved_text};
use sample::{Shape, USUAL, results};

const ALL: [ChartFormat; 3] = [ChartFormat::Svg, ChartFormat::Pdf, ChartFormat::Png];
const SMALL: Shape = Shape { regimes: 3, replicates: 3, years: 4, long_labels: false };

fn meta() -> RunMeta {
    let text = |en: &str, zh: &str| Bilingual { en: en.into(), zh: zh.into() };
    RunMeta {
        version: "0.1.0".into(),
        title: text("Inclusive against targeted protection", "普惠保障与精准保障之比较"),
        description: text("Five regimes on the same households <&>.", "五种方案，同样的农户。"),
        scenario: "name = \"inclusive-vs-targeted\"\n".into(),
        inputs: BTreeMap::from([("policies/targeted.toml".into(), sha256(b"x"))]),
        seed: 42,
        options: BTreeMap::from([("households".into(), "20000".into())]),
        counts: Counts {
            households: 20_000,
            persons: 56_000,
            person_years: 84_000_000,
            replicates: 20,
            persons_represented: 56_000,
        },
        timing: Some(Timing { wall_seconds: 98_765.432, threads: 2, ..Timing::default() }),
        gap: None,
    }
}

fn output(formats: &[ChartFormat]) -> Output {
    Output {
        languages: vec![Language::En, Language::Zh],
        formats: formats.to_vec(),
        width_mm: 180,
        panel: false,
        panel_replicates: 1,
    }
}

fn read_all(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    files_of(folder).unwrap().into_iter().map(|f| (f.clone(), fs::read(folder.join(&f)).unwrap())).collect()
}

#[test]
fn a_run_is_the_same_bytes_every_time_and_hashed() {
    let parent = tempfile::tempdir().unwrap();
    let results = results(SMALL);
    let write = |name: &str, meta: &RunMeta| {
        let target = parent.path().join(name);
        let written = write_run(&results, meta, &output(&ALL), &target, Existing::Refuse).unwrap();
        assert_eq!(written.files, files_of(&target).unwrap());
        assert_eq!(written.warnings, [""; 0]);
        read_all(&target)
    };
    let slower = RunMeta { timing: Some(Timing { wall_seconds: 99.0, ..Timing::default() }), ..meta() };
    let (mut first, mut second) = (write("a", &meta()), write("b", &slower));
    assert_ne!(first.remove("timing.json"), second.remove("timing.json"));
    assert!(first == second, "only timing differs");
    assert_eq!(first.keys().filter(|f| f.starts_with("charts/")).count(), 10 * 2 * 3);
    for file in [
        "measures.csv",
        "differences.csv",
        "flows.csv",
        "descent.csv",
        "outlay.csv",
        "counties.csv",
        "replicates.parquet",
        "report.html",
        "tables/main.zh.tex",
    ] {
        assert!(first.contains_key(file), "{file}");
    }
    let manifest = read_manifest(&parent.path().join("a")).unwrap();
    assert_eq!(manifest.files.len(), first.len() - 1, "all but the manifest");
    for (file, hash) in &manifest.files {
        assert_eq!(*hash, sha256(&first[file]), "{file}");
    }
}

#[test]
fn a_folder_to_look_at() {
    let Some(folder) = std::env::var_os("FANPIN_RUN") else { return };
    write_run(&results(USUAL), &meta(), &output(&ALL), Path::new(&folder), Existing::Replace).unwrap();
}

#[test]
fn tables_read_back_as_they_were_written() {
    let mut results = results(SMALL);
    results.measures[0].statistics.sd = None;
    results.measures[1].denominator = None;
    results.measures[2].statistics.mean = Some(1e-300);
    results.measures[3].statistics.mean = Some(0.1 + 0.2);
    let parent = tempfile::tempdir().unwrap();
    let target = parent.path().join("run");
    write_run(&results, &meta(), &output(&[]), &target, Existing::Refuse).unwrap();
    let read = read_results(&target, &read_manifest(&target).unwrap()).unwrap();
    results.measures.sort_by_key(|r| (r.regime.clone(), r.year, r.group.clone(), r.measure));
    results.differences.sort_by_key(|r| (r.regime.clone(), r.year, r.group.clone(), r.measure));
    results.flows.sort_by_key(|r| (r.regime.clone(), r.year, place(r.outcome)));
    results.descent.sort_by_key(|r| (r.regime.clone(), r.years_since));
    let quantity = |q: &str| OUTLAY.iter().position(|(id, _, _)| *id == q);
    results.outlay.sort_by_key(|r| (r.regime.clone(), quantity(r.quantity)));
    results.counties.sort_by_key(|r| (r.regime.clone(), r.year));
    results.cells.clear();
    assert_eq!(read, results);
    assert!(read.descent.iter().any(|r| r.statistics.mean.is_none()), "undefined values stay empty cells");
}

fn place(outcome: &str) -> usize {
    ["saved", "lost", "both", "neither", "died_or_dissolved", "unmatched"]
        .iter()
        .position(|o| *o == outcome)
        .unwrap()
}

#[test]
fn the_agreed_columns_come_first() {
    let results = results(SMALL);
    let first = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap().lines().next().unwrap().to_owned();
    let agreed = "scenario,regime,year,group,measure,unit,mean,sd,q025,median,q975,replicates,";
    assert!(first(csv_tables::measures(&results).unwrap()).starts_with(agreed));
    let agreed = "scenario,regime,baseline,year,group,measure,unit,mean,q025,q975,replicates,";
    assert!(first(csv_tables::differences(&results).unwrap()).starts_with(agreed));
    let agreed = "scenario,regime,baseline,year,group,outcome,households_mean,q025,q975,";
    assert!(first(csv_tables::flows(&results).unwrap()).starts_with(agreed));
    let agreed = "scenario,regime,years_since,quantity,unit,mean,sd,se,ci_low,ci_high,replicates";
    assert!(first(csv_tables::descent(&results).unwrap()).starts_with(agreed));
}

#[test]
fn a_number_that_is_not_finite_stops_the_run_and_leaves_nothing() {
    type Spoil = fn(&mut Results);
    let spoil: [(&str, Spoil); 7] = [
        ("measures.csv", |r| r.measures[5].statistics.se = Some(f64::NAN)),
        ("differences.csv", |r| r.differences[5].variance_ratio = Some(f64::INFINITY)),
        ("flows.csv", |r| r.flows[0].households.mean = Some(f64::NEG_INFINITY)),
        ("descent.csv", |r| r.descent[2].statistics.sd = Some(f64::NAN)),
        ("outlay.csv", |r| r.outlay[0].change.ci_low = Some(f64::NAN)),
        ("counties.csv", |r| r.counties[1].quantiles[2] = f64::NAN),
        ("replicates.parquet", |r| r.cells[7].value = f64::NAN),
    ];
    for (file, spoil) in spoil {
        let parent = tempfile::tempdir().unwrap();
        let mut results = results(SMALL);
        spoil(&mut results);
        match write_run(&results, &meta(), &output(&[]), &parent.path().join("run"), Existing::Refuse) {
            Err(ReportError::Store(StoreError::NotFinite { file: found, .. })) => assert_eq!(found, file),
            other => panic!("{file}: {other:?}"),
        }
        assert_eq!(files_of(parent.path()).unwrap(), [""; 0]);
    }
    let timing = Timing { wall_seconds: f64::NAN, ..Timing::default() };
    let parent = tempfile::tempdir().unwrap();
    let meta = RunMeta { timing: Some(timing), ..meta() };
    let written =
        write_run(&results(SMALL), &meta, &output(&[]), &parent.path().join("run"), Existing::Refuse);
    assert!(matches!(written, Err(ReportError::Store(StoreError::NotFinite { .. }))));
}

#[test]
fn no_fault_leaves_half_a_run() {
    let results = results(Shape { regimes: 2, replicates: 2, years: 1, long_labels: false });
    let mut operation = 1;
    loop {
        let parent = tempfile::tempdir().unwrap();
        let mut store = Store::begin(&parent.path().join("run"), Existing::Refuse).unwrap();
        store.fail_at(operation);
        if write_into(store, &results, &meta(), &output(&[])).is_ok() {
            break;
        }
        assert_eq!(fs::read_dir(parent.path()).unwrap().count(), 0, "operation {operation}");
        operation += 1;
    }
    assert!(operation > 60, "a dozen files of five operations each, not {operation}");
}

#[test]
fn a_place_that_is_taken_is_refused_in_words() {
    let parent = tempfile::tempdir().unwrap();
    let target = parent.path().join("run");
    write_run(&results(SMALL), &meta(), &output(&[]), &target, Existing::Refuse).unwrap();
    let again = write_run(&results(SMALL), &meta(), &output(&[]), &target, Existing::Refuse).unwrap_err();
    let expected = format!(
        "`{}` holds results already: choose another folder with `--out`, or replace them with `--force`",
        target.display()
    );
    assert_eq!(again.to_string(), expected);
    write_run(&results(SMALL), &meta(), &output(&[]), &target, Existing::Replace).unwrap();
}

#[test]
fn charts_are_drawn_again_without_simulating() {
    let parent = tempfile::tempdir().unwrap();
    let target = parent.path().join("run");
    write_run(&results(SMALL), &meta(), &output(&[ChartFormat::Svg]), &target, Existing::Refuse).unwrap();
    let before = read_all(&target);
    let options = PlotOptions {
        languages: vec![Language::Zh],
        formats: vec![ChartFormat::Svg],
        width_mm: 180,
        theme: PAPER,
    };
    assert_eq!(plot(&target, &options).unwrap().files.len(), 10);
    assert!(read_all(&target) == before, "drawn the same way, it is the same folder");

    let dark = PlotOptions {
        formats: vec![ChartFormat::Svg, ChartFormat::Pdf],
        width_mm: 90,
        theme: DARK,
        ..options
    };
    plot(&target, &dark).unwrap();
    let after = read_all(&target);
    let changed: Vec<&String> = after.keys().filter(|f| before.get(*f) != Some(&after[*f])).collect();
    assert_eq!(changed.len(), 10 * 2 + 1, "{changed:?}");
    assert!(changed.iter().all(|f| f.contains(".zh.") || *f == "manifest.json"));
    for (file, hash) in read_manifest(&target).unwrap().files {
        assert_eq!(hash, sha256(&after[&file]), "{file}");
    }

    fs::write(target.join("flows.csv"), "changed").unwrap();
    match plot(&target, &dark) {
        Err(ReportError::Changed { file, .. }) => assert_eq!(file, "flows.csv"),
        other => panic!("{other:?}"),
    }
    assert!(matches!(plot(parent.path(), &dark), Err(ReportError::NotAResult { .. })));
}

#[test]
fn a_table_of_another_make_is_refused_with_its_line() {
    let text = String::from_utf8(csv_tables::measures(&results(SMALL)).unwrap()).unwrap();
    let found =
        csv_tables::read_measures(text.replacen("0,", "NaN,", 1).replacen("che_10", "che_11", 1).as_bytes());
    assert!(matches!(found, Err(TableError::Cell { line: 2.., .. })), "{found:?}");
    let text = String::from_utf8(csv_tables::descent(&results(SMALL)).unwrap()).unwrap();
    let found = csv_tables::read_descent(text.replacen("lost_earnings", "lost", 1).as_bytes()).unwrap_err();
    assert_eq!(found.to_string(), "line 4 of `descent.csv` has `lost` as its quantity");
    let headless = csv_tables::read_measures(b"a,b\n1,2\n").unwrap_err();
    assert_eq!(headless.to_string(), "`measures.csv` has not the columns that this version writes");
}

#[test]
fn the_page_is_whole_offline_and_tells_no_secrets() {
    let parent = tempfile::tempdir().unwrap();
    let target = parent.path().join("run");
    write_run(&results(SMALL), &meta(), &output(&[ChartFormat::Svg]), &target, Existing::Refuse).unwrap();
    let page = fs::read_to_string(target.join("report.html")).unwrap();
    assert_eq!(page.matches("<svg").count(), 20);
    assert!(page.contains("households &lt;&amp;&gt;"), "texts of the scenario are escaped");
    assert!(page.contains(&sha256(meta().scenario.as_bytes())));
    for outside in ["src=\"http", "href=\"http", "@import", "url(", "<script", "<link"] {
        assert!(!page.contains(outside), "{outside}");
    }
    assert!(!page.contains("98765"), "no timing");
    assert!(!page.contains(&*parent.path().to_string_lossy()), "no path");
}

#[test]
fn brackets_are_announced_only_where_there_are_some() {
    let parent = tempfile::tempdir().unwrap();
    for (replicates, brackets) in [(1, false), (3, true)] {
        let target = parent.path().join(replicates.to_string());
        let counts = Counts { replicates, ..meta().counts };
        let meta = RunMeta { counts, ..meta() };
        let results = results(Shape { replicates, ..SMALL });
        write_run(&results, &meta, &output(&[]), &target, Existing::Refuse).unwrap();
        let page = fs::read_to_string(target.join("report.html")).unwrap();
        for (with, without) in [("In brackets:", "One replicate:"), ("方括号为", "仅一次重复模拟")]
        {
            assert_eq!((page.contains(with), page.contains(without)), (brackets, !brackets), "{with}");
        }
    }
}

#[test]
fn the_program_draws_a_finished_run_again() {
    let parent = tempfile::tempdir().unwrap();
    let target = parent.path().join("run");
    write_run(&results(SMALL), &meta(), &output(&[ChartFormat::Svg]), &target, Existing::Refuse).unwrap();
    let program = || assert_cmd::Command::cargo_bin("fanpin").unwrap();
    let before = read_all(&target);
    let done = program().arg("plot").arg(&target).assert().success();
    assert_eq!(String::from_utf8_lossy(&done.get_output().stdout).lines().count(), 20);
    assert!(read_all(&target) == before, "without options it is drawn as it was");
    program()
        .arg("plot")
        .arg(&target)
        .args(["--lang", "en", "--format", "png", "--width-mm", "90"])
        .assert()
        .success();
    assert!(target.join("charts/poverty-return.en.png").exists());
    let nothing = program().arg("plot").arg(parent.path()).assert().code(2);
    let said = String::from_utf8_lossy(&nothing.get_output().stderr).into_owned();
    assert!(said.contains("is not the folder of a finished run"), "{said}");
}

/// A run that measured the policy gap writes it, and `plot` measures and draws it again; a gap that this version
/// measures otherwise keeps its chart, and the user is told.
#[test]
fn the_policy_gap_is_written_and_drawn_again_from_the_scenario() {
    let parent = tempfile::tempdir().unwrap();
    let main = fs::read_to_string("scenarios/inclusive-vs-targeted.toml").unwrap();
    let scenario = load_text("main.toml", &main, &Options::default()).expect("the scenario holds");
    let measured = RunMeta { scenario: resolved_text(&scenario), gap: of_run(&scenario), ..meta() };
    assert!(measured.gap.is_some());
    let other = RunMeta {
        gap: measured.gap.clone().map(|mut meter| {
            meter.gaps.truncate(10);
            meter
        }),
        ..measured.clone()
    };
    let options = PlotOptions {
        languages: vec![Language::Zh],
        formats: vec![ChartFormat::Svg],
        width_mm: 90,
        theme: PAPER,
    };
    let chart = "charts/policy-gap.zh.svg";
    for (name, meta, drawn) in [("run", &measured, true), ("other", &other, false)] {
        let target = parent.path().join(name);
        let formats = output(&[ChartFormat::Svg]);
        let written = write_run(&results(SMALL), meta, &formats, &target, Existing::Refuse).unwrap();
        for file in ["gap.csv", "handovers.csv", "charts/policy-gap.en.svg", chart] {
            assert!(written.files.iter().any(|f| f == file), "{file}");
        }
        let manifest = read_manifest(&target).unwrap();
        assert_eq!(manifest.files["gap.csv"], sha256(&fs::read(target.join("gap.csv")).unwrap()));
        assert!(fs::read_to_string(target.join("report.html")).unwrap().contains("href=\"gap.csv\""));
        let before = fs::read(target.join(chart)).unwrap();
        let again = plot(&target, &options).unwrap();
        assert_eq!(again.files.iter().any(|f| f == chart), drawn);
        assert_eq!(before != fs::read(target.join(chart)).unwrap(), drawn);
        assert_eq!(again.warnings.iter().any(|warning| warning.contains("gap.csv")), !drawn);
    }
}
