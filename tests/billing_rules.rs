//! Rule tables: every case of `tests/rules/*.toml` three ways — the arithmetic shown in the case, an
//! independent settlement in exact fractions, and `billing` — must agree to the fen.

mod arithmetic;
mod reference;

use arithmetic::evaluate;
use fanpin::billing::{Bill, CompiledLayers, HouseholdYear, Patient, PersonYear, YearContext};
use fanpin::random::threshold;
use fanpin::scenario::policy::{Class, ClassSet, Level, ListRule, MAX_LAYERS, Payer, Policy, Service};
use fanpin::scenario::raw_policy::{CHRONIC_GROUPS, policy_from_table};
use fanpin::units::{Money, Rate, Year};
use reference::{Fraction, State, World};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use toml::{Table, Value};

/// Classes, premiums and deposits play no part in a bill; a policy needs them to be read.
const REST: &str = "
    [classes]
    list_exit_lines = 1.5
    dibao_share = 0.06
    dibao_edge_standards = 1.5
    monitoring = 1
    detection = 0.5
    sudden_difficulty_share = 0.5
    [premiums]
    premium_yuan = 320
    subsidy_yuan = 580
    enrolment = { ordinary = 0.95 }
    [deposits]
    share = { ordinary = 0.3 }
";

fn read(path: &Path) -> Table {
    let text = fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    text.parse().unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// Tables merge, everything else replaces; schedules and eligibility are values.
fn merge(base: &mut Table, over: &Table) {
    for (key, value) in over {
        let is_value = ["eligible", "step", "taper"].contains(&key.as_str())
            || value.as_table().is_some_and(|t| t.contains_key("step") || t.contains_key("taper"));
        match (base.get_mut(key), value) {
            (Some(Value::Table(base)), Value::Table(over)) if !is_value => merge(base, over),
            _ => {
                base.insert(key.clone(), value.clone());
            }
        }
    }
}

fn shipped(name: &str) -> Table {
    let own = read(&Path::new("scenarios/policies").join(format!("{name}.toml")));
    let Some(parent) = own.get("extends").and_then(Value::as_str) else { return own };
    let mut policy = shipped(parent);
    merge(&mut policy, &own);
    policy
}

/// The policy of a file: inline layers, a shipped policy, or both.
fn policy_of(file: &Table) -> Table {
    let mut policy = match file.get("policy").and_then(Value::as_str) {
        Some(name) => shipped(name),
        None => REST.parse().expect("the rest parses"),
    };
    if let Some(layers) = file.get("layers").and_then(Value::as_table) {
        merge(&mut policy, &Table::from_iter([("layers".to_owned(), Value::Table(layers.clone()))]));
    }
    policy
}

fn money(value: &Value) -> Money {
    let yuan = value.as_float().unwrap_or_else(|| value.as_integer().expect("a number") as f64);
    Money::try_from_yuan(yuan).expect("in range")
}

fn text<'a>(table: &'a Table, key: &str, default: &'a str) -> &'a str {
    table.get(key).and_then(Value::as_str).unwrap_or(default)
}

fn truth(table: &Table, key: &str, default: bool) -> bool {
    table.get(key).and_then(Value::as_bool).unwrap_or(default)
}

fn chronic_bits(table: &Table, key: &str) -> u8 {
    let names = table.get(key).and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    names.iter().fold(0, |bits, name| {
        let bit =
            CHRONIC_GROUPS.iter().position(|group| Some(*group) == name.as_str()).expect("a chronic group");
        bits | 1 << bit
    })
}

fn bill(table: &Table) -> Bill {
    let amount = money(&table["amount"]);
    let level = text(table, "level", "county");
    let service = text(table, "service", "inpatient");
    Bill {
        amount,
        covered: table.get("in_catalogue").map_or(amount, money),
        level: Level::ALL.into_iter().find(|l| l.name() == level).expect("a level"),
        service: Service::ALL.into_iter().find(|s| s.name() == service).expect("a service"),
        outside: truth(table, "outside", false),
        referred: truth(table, "referred", false),
        diseases: chronic_bits(table, "diseases"),
    }
}

fn patient(table: &Table) -> Patient {
    let classes = table.get("classes").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let classes = classes.iter().fold(ClassSet::default(), |set, name| {
        set.with(Class::ALL.into_iter().find(|class| Some(class.name()) == name.as_str()).expect("a class"))
    });
    Patient {
        insured: truth(table, "insured", true),
        classes,
        age: table
            .get("age")
            .and_then(Value::as_integer)
            .map_or(40, |age| u8::try_from(age).expect("an age")),
        chronic: chronic_bits(table, "chronic"),
        household_income: table.get("household_income").map_or(Money::from_yuan(80_000), money),
        household_income_per_head: table.get("income_per_head").map_or(Money::from_yuan(20_000), money),
    }
}

fn context(local_income: Money, proration: &Table) -> YearContext {
    let mut context = YearContext::new(local_income);
    for payer in Payer::ALL {
        if let Some(share) = proration.get(payer.name()).and_then(Value::as_float) {
            context.proration[payer as usize] = Rate::try_from_share(share).expect("a share");
        }
    }
    context
}

/// A shown sum such as `(5000 - 400) * 0.8 = 3680`: checks it, and gives its result.
fn shown(arithmetic: &str, case: &str) -> Fraction {
    let (expression, result) = arithmetic.split_once('=').unwrap_or((arithmetic, arithmetic));
    let (value, result) = (evaluate(expression).round_to(100), evaluate(result));
    assert_eq!(value.fen(), result.fen(), "{case}: `{arithmetic}` does not hold");
    result
}

/// The settlement by `billing` of a case's bills in order; the last one counts.
struct Settled {
    payments: BTreeMap<String, i64>,
    out_of_pocket: i64,
    class: String,
    delayed: i64,
}

fn settle_all(policy: &Policy, year: i64, context: &YearContext, who: &Table, bills: &[&Table]) -> Settled {
    let compiled = CompiledLayers::compile(policy, Year::try_new(year).expect("a year"), context);
    let claim = who.get("claim").map_or(0.0, |v| v.as_float().expect("a share"));
    let mut persons: BTreeMap<i64, PersonYear> = BTreeMap::new();
    let mut household = HouseholdYear::default();
    let mut last = None;
    for table in bills {
        let person = persons.entry(table.get("person").and_then(Value::as_integer).unwrap_or(1)).or_default();
        let bill = bill(table);
        let settled = compiled.settle(&bill, &patient(who), threshold(claim), person, &mut household);
        let by_layer: Money = settled.payments.iter().copied().sum();
        let by_payer: Money = settled.by_payer.iter().copied().sum();
        assert_eq!(by_layer + settled.out_of_pocket, bill.amount, "parts add up to the bill");
        assert_eq!(by_layer, by_payer);
        assert!(
            settled.payments.iter().all(|paid| *paid >= Money::ZERO) && settled.out_of_pocket >= Money::ZERO
        );
        last = Some(settled);
    }
    let settled = last.expect("a bill");
    let names = (0..compiled.len()).map(|slot| policy.layers[compiled.source(slot)].id.clone());
    Settled {
        payments: names.zip(settled.payments.iter().map(|paid| paid.fen())).collect(),
        out_of_pocket: settled.out_of_pocket.fen(),
        class: settled.class_used.name().to_owned(),
        delayed: settled.delayed.fen(),
    }
}

fn check_case(file: &Table, case: &Table, path: &Path) {
    let label = format!("{}: {}", path.display(), text(case, "name", "without a name"));
    assert!(case.contains_key("name"), "{label}");
    assert!(case.contains_key("source") || file.contains_key("source"), "{label}: no source");
    let get = |key: &str| case.get(key).or_else(|| file.get(key));
    let year = get("year").and_then(Value::as_integer).expect("a year");
    let local_income = get("local_income").cloned().unwrap_or(Value::Integer(30_000));
    let empty = Table::new();
    let who = get("patient").and_then(Value::as_table).unwrap_or(&empty);
    let proration = get("proration").and_then(Value::as_table).unwrap_or(&empty);
    let mut bills: Vec<&Table> = Vec::new();
    bills.extend(
        case.get("earlier").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_table),
    );
    bills.push(case["bill"].as_table().expect("a bill"));
    let table = policy_of(file);
    let policy = policy_from_table(&table).unwrap_or_else(|errors| panic!("{label}: {errors:?}"));

    let context = context(money(&local_income), proration);
    let settled = settle_all(&policy, year, &context, who, &bills);

    let local_income = Fraction::new(i128::from(money(&local_income).fen()), 100);
    let world = World { year, local_income, proration, patient: who };
    let mut state = State::default();
    let mut second = None;
    for bill in &bills {
        second = Some(reference::settle(&table, &world, bill, &mut state));
    }
    let second = second.expect("a bill");

    let pays = case.get("pays").and_then(Value::as_table).unwrap_or(&empty);
    for name in pays.keys() {
        assert!(settled.payments.contains_key(name), "{label}: `{name}` is not in force in {year}");
    }
    for (name, paid) in &settled.payments {
        let expected = pays.get(name).map_or(0, |v| shown(v.as_str().expect("arithmetic"), &label).fen());
        assert_eq!(
            *paid, expected,
            "{label}: billing pays {paid} fen by `{name}`, the arithmetic says {expected}"
        );
        let reference = second.payments.get(name).map_or(0, |paid| paid.fen());
        assert_eq!(reference, expected, "{label}: the reference pays {reference} fen by `{name}`");
    }
    let own = shown(case["out_of_pocket"].as_str().expect("arithmetic"), &label).fen();
    assert_eq!(settled.out_of_pocket, own, "{label}: out of pocket by billing");
    assert_eq!(second.out_of_pocket.fen(), own, "{label}: out of pocket by the reference");
    assert_eq!(settled.class, second.class, "{label}: class used");
    if let Some(class) = case.get("class_used").and_then(Value::as_str) {
        assert_eq!(settled.class, class, "{label}: class used");
    }
    if let Some(delayed) = case.get("delayed").and_then(Value::as_str) {
        assert_eq!(settled.delayed, shown(delayed, &label).fen(), "{label}: delayed");
    }
}

fn rule_files() -> Vec<std::path::PathBuf> {
    let mut files: Vec<_> =
        fs::read_dir("tests/rules").expect("the rule tables").flatten().map(|e| e.path()).collect();
    files.retain(|path| path.extension().is_some_and(|e| e == "toml"));
    files.sort();
    files
}

#[test]
fn every_case_of_the_rule_tables_holds_to_the_fen() {
    let (mut cases, mut wrong) = (0, 0);
    for path in rule_files() {
        let file = read(&path);
        for case in file["case"].as_array().expect("cases").iter().filter_map(Value::as_table) {
            // Each failure prints itself; the rest of the table is still worth seeing.
            wrong += u32::from(std::panic::catch_unwind(|| check_case(&file, case, &path)).is_err());
            cases += 1;
        }
    }
    assert!(cases >= 80, "only {cases} cases were found");
    assert_eq!(wrong, 0, "cases that do not hold");
}

#[test]
fn every_shipped_policy_is_read_and_fits_in_every_year() {
    for entry in fs::read_dir("scenarios/policies").expect("the policies").flatten() {
        let name = entry.path().file_stem().and_then(|s| s.to_str()).expect("a name").to_owned();
        let table = shipped(&name);
        assert_eq!(table["name"].as_str(), Some(name.as_str()));
        for key in ["title", "description"] {
            assert!(
                ["en", "zh"].iter().all(|l| table[key][*l].as_str().is_some_and(|t| !t.is_empty())),
                "{name} {key}"
            );
        }
        let policy = policy_from_table(&table).unwrap_or_else(|errors| panic!("{name}: {errors:?}"));
        for layer in &policy.layers {
            assert!(
                layer.label_en != layer.id && layer.label_zh != layer.id,
                "{name}: {} has no label",
                layer.id
            );
        }
        for year in Year::new(2010).through(Year::new(2040)) {
            let layers = CompiledLayers::compile(&policy, year, &YearContext::new(Money::from_yuan(30_000)));
            assert!((3..=MAX_LAYERS).contains(&layers.len()), "{name} {year}: {} layers", layers.len());
        }
    }
}

#[test]
fn a_list_ends_where_its_policy_says_so_and_nowhere_else() {
    let lists = [
        "historical",
        "targeted",
        "targeted-frozen",
        "transition",
        "inclusive",
        "cliff",
        "basic-only",
        "hybrid",
        "prevention-first",
        "two-step",
        "shanxi-136",
        "shanxi-ends-at-once",
        "shanxi-two-steps",
        "shanxi-income-linked",
    ]
    .map(|name| {
        let classes = policy_from_table(&shipped(name)).expect("every shipped policy holds").classes;
        (classes.list, classes.list_last_year.map(Year::number))
    });
    let expected = [
        (ListRule::Frozen, None),
        (ListRule::Rechecked, None),
        (ListRule::Frozen, None),
        (ListRule::Frozen, Some(2025)),
        (ListRule::Ended, None),
        (ListRule::Ended, None),
        (ListRule::Ended, None),
        (ListRule::Ended, None),
        (ListRule::Ended, None),
        (ListRule::Frozen, Some(2022)),
        (ListRule::Rechecked, None),
        (ListRule::Frozen, Some(2021)),
        (ListRule::Frozen, Some(2022)),
        (ListRule::Frozen, Some(2021)),
    ];
    assert_eq!(lists, expected);
}

#[test]
fn a_wrong_case_is_found() {
    let file: Table = "source = \"none\"\nyear = 2020\n[layers]\norder = [\"basic\"]\n[layers.basic]\npayer = \"basic_insurance\"\nrate = 0.5"
        .parse()
        .expect("parses");
    let case = |pays: &str, own: &str| -> Table {
        format!("name = \"a case\"\nbill = {{ amount = 100 }}\npays = {{ basic = \"{pays}\" }}\nout_of_pocket = \"{own}\"")
            .parse()
            .expect("parses")
    };
    check_case(&file, &case("100 * 0.5 = 50", "50"), Path::new("right"));
    for (pays, own) in [("100 * 0.5 = 50.01", "50"), ("50.01", "50"), ("50", "50.01")] {
        let wrong = case(pays, own);
        assert!(
            std::panic::catch_unwind(|| check_case(&file, &wrong, Path::new("wrong"))).is_err(),
            "{pays} {own}"
        );
    }
}
