//! Scenario files: what holds loads, and what does not hold is said in these very words.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use fanpin::evidence::{Absent, Book};
use fanpin::scenario::document::MAX_BYTES;
use fanpin::scenario::resolver::{DocumentKind, InMemory, NoFiles, ReadError, Resolver};
use fanpin::scenario::{
    Options, Override, Scenario, ScenarioError, load, load_bytes, load_text, resolved_text, shipped,
};

fn invalid_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scenarios/invalid")
}

/// Every file of the folder and of `parts` below it, as a resolver.
fn files() -> InMemory {
    let mut files = BTreeMap::new();
    for (folder, prefix) in [(invalid_folder(), ""), (invalid_folder().join("parts"), "parts/")] {
        for entry in fs::read_dir(folder).expect("the folder is there") {
            let path = entry.expect("readable").path();
            if path.extension().is_some_and(|extension| extension == "toml") {
                let name = path.file_name().expect("a name").to_string_lossy();
                files.insert(format!("{prefix}{name}"), fs::read(&path).expect("readable"));
            }
        }
    }
    InMemory(files)
}

/// With `FANPIN_ACCEPT=1` the messages are written instead of compared.
#[test]
fn invalid_files_give_exactly_their_messages() {
    let files = files();
    let accept = std::env::var_os("FANPIN_ACCEPT").is_some();
    let mut wrong = Vec::new();
    let names: Vec<&String> = files.0.keys().filter(|name| !name.contains('/')).collect();
    assert!(names.len() >= 60, "only {} invalid files", names.len());
    for name in names {
        let error = load(name, &files, &Options::default()).expect_err(name);
        let got = format!("{error}\n");
        let expected_path = invalid_folder().join(name).with_extension("stderr");
        if accept {
            fs::write(&expected_path, &got).expect("writable");
        }
        let expected = fs::read_to_string(&expected_path).unwrap_or_default();
        if got != expected {
            wrong.push(format!("{name}: expected\n{expected}\ngot\n{got}"));
        }
    }
    assert!(wrong.is_empty(), "{}\n{} differ; FANPIN_ACCEPT=1 accepts", wrong.join("\n"), wrong.len());
}

#[test]
fn no_message_stands_without_its_file() {
    for entry in fs::read_dir(invalid_folder()).expect("the folder is there") {
        let path = entry.expect("readable").path();
        if path.extension().is_some_and(|extension| extension == "stderr") {
            assert!(path.with_extension("toml").exists(), "{}", path.display());
        }
    }
}

#[test]
fn the_base_of_the_invalid_files_holds() {
    let scenario = load("parts/base.toml", &files(), &Options::default());
    assert_eq!(scenario.map(|scenario| scenario.regimes.len()).map_err(|e| e.to_string()), Ok(2));
}

fn base(set: &[&str]) -> Result<Scenario, ScenarioError> {
    let text = "name = \"mine\"\nextends = \"parts/base.toml\"\n";
    let overrides = set
        .iter()
        .enumerate()
        .map(|(index, text)| Override { origin: format!("--set #{}", index + 1), text: (*text).to_owned() });
    let options = Options { overrides: overrides.collect(), ..Options::default() };
    load_bytes("mine.toml", text.as_bytes(), &files(), &options)
}

fn messages(result: Result<Scenario, ScenarioError>) -> String {
    result.map(|_| String::new()).map_err(|error| error.to_string()).unwrap_or_else(|error| error)
}

#[test]
fn settings_replace_what_the_file_says() {
    let scenario = base(&["plan.seed=9", "plan.seed = 7", "baseline=other", "output.formats=[\"svg\"]"])
        .expect("it holds");
    assert_eq!(scenario.plan.seed, 7);
    assert_eq!(scenario.regimes[scenario.baseline].id, "other");
    assert_eq!(scenario.output.formats.len(), 1);
}

#[test]
fn a_setting_reaches_into_a_regime() {
    use fanpin::scenario::policy::{Amount, Level, Schedule};
    let set = [
        "regimes.other.layers.basic.deductible_yuan.county=250",
        "regimes.other.layers.basic.strength={ taper = [[2021, 1], [2025, 0.5]] }",
        "regimes.other.layers.aid.rate.township=0.9",
        "regimes.other.layers.aid.deductible_income_share=0.1",
    ];
    let scenario = base(&set).expect("it holds");
    let (plain, other) = (&scenario.regimes[0].policy.layers, &scenario.regimes[1].policy.layers);
    assert_eq!(other[0].deductible[Level::County as usize], Amount::Yuan(Schedule::Constant(250.0)));
    assert_eq!(plain[0].deductible[Level::County as usize], Amount::Yuan(Schedule::Constant(500.0)));
    assert_eq!(other[0].deductible[Level::City as usize], plain[0].deductible[Level::City as usize]);
    assert_eq!(other[0].strength.at(fanpin::units::Year::new(2023)), 0.75);
    assert_eq!(other[1].brackets[Level::Township as usize][0].rate, Schedule::Constant(0.9));
    assert_eq!(other[1].brackets[Level::County as usize][0].rate, Schedule::Constant(0.7));
    assert_eq!(other[1].deductible[0], Amount::LocalIncomeShare(Schedule::Constant(0.1)));
}

#[test]
fn an_error_in_a_setting_cites_it() {
    let expected = "\
error: `plan.replicates` is 0, outside 1 to 10000
 --> --set #2:1:17
  |
1 | plan.replicates=0
  |                 ^ expected 1 to 10000 (replicates)

error: unknown key `plan.sead`
 --> --set #3:1:6
  |
1 | plan.sead=1
  |      ^^^^ unknown key
  |
  = help: did you mean `seed`?

error: this sets nothing
 --> --set #4:1:1
  |
1 | seed
  | ^^^^ expected KEY=VALUE

error: the baseline `nobody` is not a regime
 --> --set #5:1:10
  |
1 | baseline=nobody
  |          ^^^^^^ expected one of `regimes.order`
  |
  = help: the regimes are plain, other

4 errors";
    assert_eq!(
        messages(base(&["plan.seed=1", "plan.replicates=0", "plan.sead=1", "seed", "baseline=nobody"])),
        expected
    );
}

#[test]
fn a_setting_is_one_line_and_cannot_extend() {
    for (text, message) in [
        ("plan.seed=1\nname='x'", "this is more than one line"),
        ("extends=historical", "`extends` cannot be set from outside"),
        ("=1", "this sets nothing"),
        ("plan.seed=nan", "this is not a finite number"),
        ("plan.seed=[1", "this is not TOML"),
        ("regimes.other.policy=../x.toml", "leads out of the scenario's folder"),
    ] {
        let got = messages(base(&[text]));
        assert!(got.contains(message), "{text}: {got}");
    }
}

#[test]
fn selected_regimes_keep_their_order_and_the_baseline() {
    let select = |names: &[&str]| {
        let regimes = Some(names.iter().map(|name| (*name).to_owned()).collect());
        let options = Options { regimes, ..Options::default() };
        load("parts/base.toml", &files(), &options)
    };
    let ids = |scenario: Scenario| scenario.regimes.into_iter().map(|regime| regime.id).collect::<Vec<_>>();
    assert_eq!(ids(select(&["other"]).expect("it holds")), ["plain", "other"]);
    assert_eq!(ids(select(&["plain"]).expect("it holds")), ["plain"]);
    let error = messages(select(&["othre"]));
    assert!(error.starts_with("error: --regimes: there is no regime `othre`"), "{error}");
    assert!(error.contains("did you mean `other`?"), "{error}");
}

/// A policy that builds on one that builds on another once lay no higher than it if the lowest had been read
/// before.
#[test]
fn any_two_shipped_policies_stand_in_one_scenario() {
    let names: Vec<&str> = shipped::of(DocumentKind::Policy).map(|policy| policy.name).collect();
    for first in &names {
        for second in names.iter().filter(|name| *name != first) {
            let text = format!(
                "name = \"x\"\nextends = \"inclusive-vs-targeted\"\nbaseline = \"a\"\n\
                 [regimes]\norder = [\"a\", \"b\"]\n\
                 [regimes.a]\npolicy = \"{first}\"\n[regimes.b]\npolicy = \"{second}\"\n"
            );
            let loaded = load_text("x.toml", &text, &Options::default());
            assert!(loaded.is_ok(), "{first} and {second}: {}", messages(loaded));
        }
    }
}

/// Says the same of every path, and remembers which were asked for.
struct Recorder(std::cell::RefCell<Vec<String>>);

impl Resolver for Recorder {
    fn read(&self, path: &str) -> Result<Vec<u8>, ReadError> {
        self.0.borrow_mut().push(path.to_owned());
        Err(ReadError::NotFound(Vec::new()))
    }
}

#[test]
fn a_resolver_is_never_asked_for_a_path_outside() {
    let recorder = Recorder(std::cell::RefCell::new(Vec::new()));
    for path in [
        "../a.toml",
        "/a.toml",
        "b/../../a.toml",
        "C:/a.toml",
        "..\\\\a.toml",
        "./../a.toml",
        "b//a.toml",
        "b/./a.toml",
    ] {
        let text = format!("name = \"x\"\nextends = \"{path}\"\n");
        assert!(load_bytes("x.toml", text.as_bytes(), &recorder, &Options::default()).is_err(), "{path}");
    }
    assert_eq!(*recorder.0.borrow(), Vec::<String>::new());
    let text = "name = \"x\"\nextends = \"b/a.toml\"\n";
    assert!(load_bytes("x.toml", text.as_bytes(), &recorder, &Options::default()).is_err());
    assert_eq!(*recorder.0.borrow(), ["b/a.toml"]);
}

#[test]
fn a_file_that_is_too_large_is_refused_unread() {
    let text = format!("name = \"x\"\n#{}", " ".repeat(MAX_BYTES));
    let error = messages(load_text("x.toml", &text, &Options::default()));
    assert!(error.starts_with("error: `x.toml` is larger than"), "{error}");
}

fn shipped_scenario(name: &str) -> Scenario {
    let text = shipped::find(DocumentKind::Scenario, name).expect("it ships").text;
    load_text(&format!("{name}.toml"), text, &Options::default()).unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn every_shipped_scenario_holds_and_bears_its_files_name() {
    for file in shipped::of(DocumentKind::Scenario) {
        let scenario = shipped_scenario(file.name);
        assert_eq!(scenario.name, file.name);
        assert_ne!(scenario.description.zh, "");
    }
}

#[test]
fn every_shipped_policy_and_place_holds() {
    for (kind, key) in
        [(DocumentKind::Policy, "regimes.other.policy"), (DocumentKind::Place, "places.here.place")]
    {
        for file in shipped::of(kind) {
            let loaded = base(&[&format!("{key}=\"{}\"", file.name)]);
            assert_eq!(messages(loaded), "", "{}", file.name);
            assert!(file.text.contains(&format!("name = \"{}\"", file.name)), "{}", file.name);
        }
    }
}

#[test]
fn the_resolved_text_gives_the_same_scenario() {
    let mut scenarios: Vec<Scenario> =
        shipped::of(DocumentKind::Scenario).map(|file| shipped_scenario(file.name)).collect();
    scenarios.push(
        base(&["regimes.other.layers.aid.brackets=[{ from_yuan = 0, rate = 0.5 }]"]).expect("it holds"),
    );
    for scenario in scenarios {
        let text = resolved_text(&scenario);
        let again = load_bytes("resolved.toml", text.as_bytes(), &NoFiles, &Options::default());
        let again = again.unwrap_or_else(|error| panic!("{}: {error}", scenario.name));
        assert_eq!(again, scenario);
        assert_eq!(resolved_text(&again), text);
    }
}

/// Every dotted path of a table that holds a value of the book.
fn leaves(table: &toml::Table, path: &str, out: &mut Vec<String>) {
    for (key, value) in table {
        let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
        match value {
            toml::Value::Table(table) if Book::get().lookup(&path).is_none() => leaves(table, &path, out),
            _ => out.push(path),
        }
    }
}

#[test]
fn every_key_has_its_entry_and_every_entry_its_key() {
    let mut paths = Vec::new();
    leaves(&shipped_scenario("inclusive-vs-targeted").resolved, "", &mut paths);
    let mut found: Vec<&str> = Vec::new();
    for path in &paths {
        let parameter = Book::get().lookup(path).unwrap_or_else(|| panic!("{path} has no entry"));
        found.push(&parameter.pattern);
    }
    for parameter in Book::get().iter().filter(|parameter| parameter.absent != Absent::Optional) {
        let waits_for_a_name = ["layers.*.class_terms.*.", "sweep.keys.*."]
            .iter()
            .any(|named| parameter.pattern.starts_with(named));
        assert!(
            waits_for_a_name || found.contains(&parameter.pattern.as_str()),
            "{} is in no scenario",
            parameter.pattern
        );
    }
}

/// Whatever is loaded, there is an answer: a scenario, or problems that can be printed.
fn answers(bytes: &[u8]) {
    let files = files();
    match load_bytes("fuzz.toml", bytes, &files, &Options::default()) {
        Ok(scenario) => assert!(!scenario.regimes.is_empty()),
        Err(error) => assert!(!error.problems().is_empty() && error.to_string().contains("error")),
    }
}

/// Pieces that scenarios are made of, and some that they are not.
const PIECES: [&str; 40] = [
    "name = \"x\"\n",
    "extends = \"parts/base.toml\"\n",
    "[plan]\n",
    "[[plan]]\n",
    "[places]\n",
    "order = [",
    "]",
    "\"here\"",
    "[places.here]\n",
    "[regimes.other.layers.basic]\n",
    "[regimes.other.layers.basic.rate]\n",
    "rate = ",
    "{ step = [[2021, ",
    "{ taper = [[2025, 1], [2021, 0]] }\n",
    "eligible = { any = [{ not = { ",
    "classes = [\"dibao\"]",
    " } }] }\n",
    "0.5",
    "nan",
    "-9223372036854775808",
    "1e308",
    "99999999999999999999",
    "\"",
    "'''",
    "\n",
    "=",
    ".",
    ",",
    "{",
    "}",
    "#",
    "\r\n",
    "种子",
    "\u{feff}",
    "\u{0}",
    "policy = \"parts/policy.toml\"\n",
    "baseline = \"plain\"\n",
    "replicates = ",
    "2021-01-01",
    "brackets = [{ from_yuan = 0, rate = 1 }]\n",
];

proptest::proptest! {
    #![proptest_config(proptest::test_runner::Config { cases: 400, failure_persistence: None, ..Default::default() })]

    #[test]
    fn any_bytes_get_an_answer(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..400)) {
        answers(&bytes);
    }

    #[test]
    fn any_mixture_of_pieces_gets_an_answer(picks in proptest::collection::vec(0..PIECES.len(), 0..40)) {
        let text: String = picks.into_iter().map(|pick| PIECES[pick]).collect();
        answers(text.as_bytes());
    }

    #[test]
    fn a_scenario_with_a_cut_or_a_splice_gets_an_answer(
        from in 0.0..1.0f64, length in 0usize..60, piece in 0..PIECES.len(), at in 0.0..1.0f64,
    ) {
        let whole = resolved_base();
        let place = |share: f64| ((whole.len() as f64) * share) as usize;
        let cut = place(from)..(place(from) + length).min(whole.len());
        let mut bytes = whole.as_bytes().to_vec();
        bytes.drain(cut);
        let at = place(at).min(bytes.len());
        bytes.splice(at..at, PIECES[piece].bytes());
        answers(&bytes);
    }

    #[test]
    fn any_setting_gets_an_answer(key in "[a-z.\"*\\-]{0,30}", value in "\\PC{0,20}") {
        let _ = messages(base(&[&format!("{key}={value}"), &format!("regimes.other.layers.basic.rate={value}")]));
    }
}

fn resolved_base() -> &'static str {
    static TEXT: std::sync::OnceLock<String> = std::sync::OnceLock::new();
    TEXT.get_or_init(|| resolved_text(&base(&[]).expect("it holds")))
}

#[test]
fn hostile_sizes_get_an_answer_soon() {
    let many = |piece: &str| piece.repeat(MAX_BYTES / piece.len());
    for text in [
        many("["),
        many("[["),
        many("a."),
        many("{a="),
        many("a={a={"),
        many("\n"),
        many("\""),
        many("a=1\n"),
        many("'''"),
        many("#"),
        (0..60_000).map(|i| format!("k{i}=1\n")).collect(),
        (0..40_000).map(|i| format!("[regimes.r{i}]\n")).collect(),
        format!("name = \"{}\"", "x".repeat(MAX_BYTES - 20)),
        format!("\"{}\" = 1", "x".repeat(MAX_BYTES - 20)),
        format!("[regimes.other.layers.basic]\nrate = {{ step = [{}] }}", "[2021, 0.5], ".repeat(70_000)),
    ] {
        answers(text.as_bytes());
    }
}
