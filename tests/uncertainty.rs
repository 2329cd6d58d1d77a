//! Drawn parameters and replicates until an interval is narrow: what such a run writes is what plain runs would.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use assert_cmd::Command;

const SMALL: [&str; 9] = [
    "scenarios/inclusive-vs-targeted.toml",
    "--households",
    "200",
    "--regimes",
    "targeted,inclusive",
    "--set",
    "plan.last_year=2023",
    "--no-charts",
    "-q",
];

fn fanpin(folder: &Path, more: &[&str]) -> assert_cmd::assert::Assert {
    let mut command = Command::cargo_bin("fanpin").expect("the program is built");
    command.current_dir(env!("CARGO_MANIFEST_DIR")).arg("run").args(SMALL).arg("-o").arg(folder);
    command.args(more).assert()
}

/// A column of a table by the columns that name its rows.
fn column(path: &Path, key: &[&str], value: &str) -> BTreeMap<Vec<String>, String> {
    let mut reader = csv::Reader::from_path(path).expect("a table");
    let head = reader.headers().expect("a head").clone();
    let at =
        |name: &str| head.iter().position(|column| column == name).unwrap_or_else(|| panic!("no {name}"));
    let (keys, value) = (key.iter().map(|name| at(name)).collect::<Vec<_>>(), at(value));
    let row =
        |row: csv::StringRecord| (keys.iter().map(|k| row[*k].to_owned()).collect(), row[value].to_owned());
    reader.records().map(|record| row(record.expect("a row"))).collect()
}

const POSTERIOR: &str = "# made for this test\ndraw,society.care.admission_factor,society.economy.floor_lines\n\
                         0,1.1,0.6\n1,0.8,0.5\n2,1.6,0.9\n3,1.2,0.7\n";

#[test]
fn a_draw_is_the_run_with_its_values_set() {
    let home = tempfile::tempdir().expect("a folder");
    let posterior = home.path().join("posterior.csv");
    fs::write(&posterior, POSTERIOR).expect("writable");
    let (drawn, set) = (home.path().join("drawn"), home.path().join("set"));
    let file = posterior.to_str().expect("a text");
    fanpin(&drawn, &["--parameters", file, "--draws", "3", "--replicates", "2"]).success();
    // Draw 1 has the replicates 0 and 1, as a run with its values set.
    let values = ["society.care.admission_factor=0.8", "society.economy.floor_lines=0.5"];
    fanpin(&set, &["--replicates", "2", "--set", values[0], "--set", values[1]]).success();
    let parameters = fs::read_to_string(drawn.join("parameters.csv")).expect("it is there");
    assert_eq!(
        parameters,
        "draw,society.care.admission_factor,society.economy.floor_lines\n1,0.8,0.5\n2,1.6,0.9\n3,1.2,0.7\n"
    );
    let (of_draws, of_set) = (replicates(&drawn), replicates(&set));
    let first: BTreeMap<_, _> = of_draws.iter().filter(|(key, _)| key.1 < 2).collect();
    assert_eq!(first.len(), of_set.len());
    assert!(of_set.iter().all(|(key, value)| first[key] == value), "draw 1 isn't the run with its values");
    assert!(of_draws.keys().any(|key| key.1 == 5), "three draws of two replicates");
}

/// Values by regime, replicate, year, group and measure.
type Cells = BTreeMap<(String, u32, i32, String, String), u64>;

/// The bits of the values of `replicates.parquet`.
fn replicates(folder: &Path) -> Cells {
    use parquet::file::reader::{FileReader, SerializedFileReader};
    use parquet::record::RowAccessor;
    let file = fs::File::open(folder.join("replicates.parquet")).expect("it is there");
    let reader = SerializedFileReader::new(file).expect("a Parquet file");
    let names: Vec<String> = reader
        .metadata()
        .file_metadata()
        .schema_descr()
        .columns()
        .iter()
        .map(|c| c.name().to_owned())
        .collect();
    let at =
        |name: &str| names.iter().position(|n| n == name).unwrap_or_else(|| panic!("no {name} in {names:?}"));
    let (regime, replicate, year, group, measure, value) =
        (at("regime"), at("replicate"), at("year"), at("group"), at("measure"), at("value"));
    let row = |row: Result<parquet::record::Row, parquet::errors::ParquetError>| {
        let row = row.expect("a row");
        let text = |at| row.get_string(at).expect("a text").clone();
        let number =
            |at: usize| row.get_column_iter().nth(at).map(|(_, field)| field.to_string()).expect("a field");
        let key = (
            text(regime),
            number(replicate).parse().expect("a number"),
            number(year).parse().expect("a year"),
            text(group),
            text(measure),
        );
        (key, row.get_double(value).expect("a value").to_bits())
    };
    reader.get_row_iter(None).expect("rows").map(row).collect()
}

#[test]
fn draws_that_are_alike_leave_only_chance() {
    let home = tempfile::tempdir().expect("a folder");
    let posterior = home.path().join("posterior.csv");
    let same = "draw,society.care.admission_factor\n0,1.0\n1,1.0\n2,1.0\n3,1.0\n4,1.0\n";
    fs::write(&posterior, same).expect("writable");
    let (alike, plain) = (home.path().join("alike"), home.path().join("plain"));
    let file = posterior.to_str().expect("a text");
    fanpin(&alike, &["--parameters", file, "--draws", "4", "--replicates", "2"]).success();
    fanpin(&plain, &["--replicates", "8"]).success();
    // Draws at the book's value are replicates of the plain run, byte for byte.
    for table in ["measures.csv", "differences.csv", "flows.csv", "outlay.csv"] {
        let read = |folder: &Path| fs::read(folder.join(table)).expect("it is there");
        assert!(read(&alike) == read(&plain), "{table}");
    }
    let key = ["regime", "baseline", "year", "group", "measure"];
    let of = |value: &str| column(&alike.join("uncertainty.csv"), &key, value);
    let (chance, parameter) = (of("variance_monte_carlo"), of("variance_parameter"));
    // About half of the estimates are negative and set to nought; parameters never have most of the variance in most rows.
    let number = |text: &String| text.parse::<f64>().unwrap_or(0.0);
    let most = parameter.iter().filter(|(key, value)| number(value) > number(&chance[*key])).count();
    assert!(most * 4 < parameter.len(), "{most} of {}", parameter.len());
    assert!(parameter.values().filter(|value| number(value) == 0.0).count() * 4 > parameter.len());
}

#[test]
fn draws_of_the_prior_are_the_same_at_any_number_of_threads_and_tell_their_variance() {
    let home = tempfile::tempdir().expect("a folder");
    let (one, two) = (home.path().join("one"), home.path().join("two"));
    let variant = home.path().join("variant.toml");
    let text = "name = \"variant\"\nextends = \"inclusive-vs-targeted\"\nbaseline = \"targeted\"\n\n[society.switches]\neffort = false\n";
    fs::write(&variant, text).expect("writable");
    let more = ["--parameters", "prior", "--draws", "3", "--variants", variant.to_str().expect("a text")];
    fanpin(&one, &[&more[..], &["--threads", "1"]].concat()).success();
    fanpin(&two, &[&more[..], &["--threads", "2"]].concat()).success();
    for table in
        ["uncertainty.csv", "parameters.csv", "manifest.json", "differences.csv", "tables/uncertainty.en.tex"]
    {
        let read = |folder: &Path| fs::read(folder.join(table)).expect("it is there");
        assert!(read(&one) == read(&two), "{table}");
    }
    let key = ["regime", "baseline", "year", "group", "measure"];
    let spread = column(&one.join("uncertainty.csv"), &key, "variance_parameter");
    let scenario = column(&one.join("uncertainty.csv"), &key, "variance_scenario");
    let row = ["targeted", "", "2023", "all", "oop_per_head"].map(str::to_owned).to_vec();
    assert!(spread[&row].parse::<f64>().expect("a number") > 0.0);
    let row = ["inclusive", "targeted", "2021-2023", "all", "public_outlay"].map(str::to_owned).to_vec();
    assert!(!scenario[&row].is_empty());
    let manifest = fs::read_to_string(one.join("manifest.json")).expect("it is there");
    assert!(
        manifest.contains("\"parameters\": \"prior\"") && manifest.contains("\"draws\": \"3\""),
        "{manifest}"
    );
}

#[test]
fn a_run_goes_on_until_it_is_precise_and_is_the_plain_run_of_as_many_replicates() {
    let home = tempfile::tempdir().expect("a folder");
    let (precise, plain, short) =
        (home.path().join("precise"), home.path().join("plain"), home.path().join("short"));
    let wide = "hardship_headline=0.02";
    let said = fanpin(&precise, &["--replicates", "2", "--precision", wide]).success();
    let said = String::from_utf8_lossy(&said.get_output().stderr).into_owned();
    let key = ["regime", "year", "group", "measure"];
    let of = |value: &str| column(&precise.join("differences.csv"), &key, value);
    let row = ["inclusive", "2023", "all", "hardship_headline"].map(str::to_owned).to_vec();
    let number = |value: &str| of(value)[&row].parse::<f64>().expect("a number");
    assert!(number("ci_high") - number("ci_low") <= 0.02, "{said}");
    let replicates = of("replicates")[&row].clone();
    assert!(replicates.parse::<u32>().expect("a count") > 2, "{said}");
    fanpin(&plain, &["--replicates", &replicates]).success();
    for table in ["measures.csv", "differences.csv", "scenario.resolved.toml", "manifest.json"] {
        let read = |folder: &Path| fs::read(folder.join(table)).expect("it is there");
        assert!(read(&precise) == read(&plain), "{table}");
    }
    let narrow = ["--replicates", "2", "--precision", "hardship_headline=0.0001", "--max-replicates", "3"];
    let said = fanpin(&short, &narrow).success();
    let said = String::from_utf8_lossy(&said.get_output().stderr).into_owned();
    assert!(said.contains("still") && said.contains("with 3 replicates") && said.contains("about"), "{said}");
}

#[test]
fn what_does_not_go_together_is_refused() {
    let home = tempfile::tempdir().expect("a folder");
    let folder = home.path().join("none");
    let refused = |more: &[&str], part: &str| {
        let said = fanpin(&folder, more).code(2);
        let said = String::from_utf8_lossy(&said.get_output().stderr).into_owned();
        assert!(said.contains(part), "{more:?}: {said}");
        assert!(!folder.exists());
    };
    refused(&["--parameters", "nowhere.csv"], "can't be read");
    refused(&["--parameters", "prior", "--draws", "1"], "from 2 to 100000");
    refused(&["--parameters", "prior", "--precision", "che_40=0.1"], "not with drawn parameters");
    refused(&["--precision", "che_4=0.1"], "did you mean `che_40`?");
    refused(&["--precision", "che_40@marginl=0.1"], "did you mean `marginal`?");
    refused(&["--precision", "che_40=0.1", "--max-replicates", "10001"], "to 10000, found 10001");
    refused(&["--draws", "3"], "--parameters");
    let none = home.path().join("none.csv");
    fs::write(&none, "# none yet\ndraw\n").expect("writable");
    refused(&["--parameters", none.to_str().expect("a text")], "none.csv:2: there is no posterior yet");
    let variant = home.path().join("variant.toml");
    let text = "name = \"variant\"\nextends = \"inclusive-vs-targeted\"\nbaseline = \"inclusive\"\n";
    fs::write(&variant, text).expect("writable");
    let variant = variant.to_str().expect("a text");
    refused(&["--parameters", "prior", "--draws", "2", "--variants", variant], "other regimes, years");
}

#[test]
fn what_is_set_is_not_drawn_and_a_draw_may_take_the_rest_from_priors() {
    let home = tempfile::tempdir().expect("a folder");
    let (posterior, folder) = (home.path().join("posterior.csv"), home.path().join("run"));
    fs::write(&posterior, POSTERIOR).expect("writable");
    let source = format!("{}+prior", posterior.display());
    let set = ["--parameters", &source, "--draws", "2", "--set", "society.economy.floor_lines=0.7"];
    let said = fanpin(&folder, &[&set[..], &["--set", "plan.replicates=3"]].concat()).success();
    let said = String::from_utf8_lossy(&said.get_output().stderr).into_owned();
    assert!(said.contains("not drawn, but as the scenario sets them: society.economy.floor_lines"), "{said}");
    let drawn = fs::read_to_string(folder.join("parameters.csv")).expect("it is there");
    let head: Vec<&str> = drawn.lines().next().expect("a head").split(',').collect();
    assert_eq!(head[..2], ["draw", "society.care.admission_factor"]);
    assert!(head.len() > 100 && !head.contains(&"society.economy.floor_lines"));
    // Rows 1 and 2 of three: evenly from the first.
    let firsts: Vec<&str> =
        drawn.lines().skip(1).map(|line| line.split(',').nth(1).expect("a value")).collect();
    assert_eq!(firsts, ["0.8", "1.6"]);
    let manifest = fs::read_to_string(folder.join("manifest.json")).expect("it is there");
    assert!(manifest.contains("\"parameters\": \"file+prior\""), "{manifest}");
    assert!(
        manifest.contains("\"replicates_per_draw\": \"3\"") && manifest.contains("\"replicates\": 6"),
        "{manifest}"
    );
}
