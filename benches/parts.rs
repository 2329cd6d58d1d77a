//! The parts of a run, each alone: reading a scenario, compiling a place, synthesis, the years of a county,
//! settlement, measures, and the whole program with its files. `cargo bench --bench parts`.

use std::process::Command;

use divan::Bencher;
use divan::counter::ItemsCount;
use fanpin::billing::{Bill, CompiledLayers, HouseholdYear, Patient, PersonYear};
use fanpin::experiment;
use fanpin::measures::compute::{Collector, Design};
use fanpin::measures::table::Results;
use fanpin::population::synthesis::{HouseholdDraw, draw_household};
use fanpin::population::tables::tables;
use fanpin::record::ReplicateRecord;
use fanpin::scenario::policy::{Class, ClassSet, Level, Service};
use fanpin::scenario::{Options, Scenario, load_text};
use fanpin::simulation::{CountyRecord, Ground, simulate_county, year_facts};
use fanpin::units::{Money, Year};

fn main() {
    divan::main();
}

/// The five regimes of the main job in one county.
const SCENARIO: &str = "
name = \"parts\"
extends = \"inclusive-vs-targeted\"
baseline = \"targeted\"
plan.replicates = 1
plan.households = 1000
places.poor-county.counties = 1
";

fn scenario() -> Scenario {
    load_text("parts.toml", SCENARIO, &Options::default()).expect("the scenario holds")
}

fn ground(scenario: &Scenario) -> Ground {
    Ground::new(scenario, tables(), scenario.places[0].clone())
}

fn county(scenario: &Scenario, ground: &Ground) -> CountyRecord {
    simulate_county(&ground.world(scenario, tables()), &experiment::tasks(scenario)[0])
}

/// Reading and checking a scenario, defaults and policies included.
#[divan::bench]
fn scenario_load() -> Scenario {
    scenario()
}

/// Compiling the years of a place and fitting its population: once a place.
#[divan::bench]
fn place(bencher: Bencher) {
    let scenario = scenario();
    bencher.bench(|| ground(&scenario));
}

/// Drawing the households of the start; items are households.
#[divan::bench]
fn synthesis(bencher: Bencher) {
    let scenario = scenario();
    let (ground, task) = (ground(&scenario), experiment::tasks(&scenario)[0]);
    bencher.counter(ItemsCount::new(task.households)).bench(|| {
        let mut draw = HouseholdDraw::default();
        for index in 0..task.households {
            draw_household(&ground.synthesiser, task.key, task.county, index, &mut draw);
            divan::black_box(&draw);
        }
    });
}

/// The years of a county under five regimes, synthesis included, in one thread; items are person-years.
#[divan::bench]
fn years(bencher: Bencher) {
    let scenario = scenario();
    let ground = ground(&scenario);
    let person_years = county(&scenario, &ground).person_years;
    bencher.counter(ItemsCount::new(person_years)).bench(|| county(&scenario, &ground));
}

/// Stays and outpatient bills of four people of one household through the layers of 2025; items are bills.
#[divan::bench(args = ["basic-only", "targeted", "inclusive", "transition", "cliff"])]
fn settlement(bencher: Bencher, regime: &str) {
    let scenario = scenario();
    let ground = ground(&scenario);
    let index = scenario.regimes.iter().position(|r| r.id == regime).expect("a regime of the scenario");
    let year = Year::new(2025);
    let layers = &ground.timetable.regime_year(year, Some(index)).layers;
    let cases = cases();
    bencher.counter(ItemsCount::new(cases.len())).bench(|| settle_all(layers, &cases));
}

type Case = (Bill, Patient, u64);

/// A hundred bills from 80 to 120,000 yuan, at every level, of people in every class.
fn cases() -> Vec<Case> {
    let case = |at: u32| {
        let yuan = 80 + i64::from(at * at) * 12;
        let class = Class::ALL[at as usize % Class::ALL.len()];
        let service = if at.is_multiple_of(3) { Service::Inpatient } else { Service::Outpatient };
        let bill = Bill {
            amount: Money::from_fen(yuan * 100),
            covered: Money::from_fen(yuan * 87),
            level: Level::ALL[at as usize % Level::ALL.len()],
            service,
            outside: at.is_multiple_of(11),
            referred: at.is_multiple_of(2),
            diseases: 0,
        };
        let income = Money::from_fen(1_200_000 + i64::from(at) * 40_000);
        let patient = Patient {
            insured: !at.is_multiple_of(20),
            classes: ClassSet(0).with(class),
            age: u8::try_from(at % 90).expect("below ninety"),
            chronic: 0,
            household_income: income,
            household_income_per_head: income,
        };
        (bill, patient, u64::from(at).wrapping_mul(0x9E37_79B9_7F4A_7C15))
    };
    (0..100).map(case).collect()
}

fn settle_all(layers: &CompiledLayers, cases: &[Case]) -> Money {
    let mut own = Money::ZERO;
    for of_household in cases.chunks(8) {
        let mut household = HouseholdYear::default();
        for of_person in of_household.chunks(2) {
            let mut person = PersonYear::default();
            for (bill, patient, word) in of_person {
                own += layers.settle(bill, patient, *word, &mut person, &mut household).out_of_pocket;
            }
        }
    }
    own
}

/// Measures, differences and flows of one replicate from its sums; items are rows.
#[divan::bench]
fn measures(bencher: Bencher) {
    let scenario = scenario();
    let record = record(&scenario, county(&scenario, &ground(&scenario)));
    let results = results(&scenario, &record);
    bencher
        .counter(ItemsCount::new(results.measures.len() + results.differences.len()))
        .bench(|| self::results(&scenario, &record));
}

fn record(scenario: &Scenario, county: CountyRecord) -> ReplicateRecord {
    fn one_place<T>(regimes: Vec<Vec<T>>) -> Vec<Vec<Vec<T>>> {
        regimes.into_iter().map(|years| years.into_iter().map(|of_place| vec![of_place]).collect()).collect()
    }
    ReplicateRecord {
        replicate: 0,
        sums: one_place(county.sums),
        histograms: one_place(county.histograms),
        flows: county.flows,
        counties: one_place(county.counties),
        descent: county.descent,
        facts: year_facts(scenario, tables()),
    }
}

fn results(scenario: &Scenario, record: &ReplicateRecord) -> Results {
    let mut collector = Collector::new(Design {
        scenario: scenario.name.clone(),
        regimes: scenario.regimes.iter().map(|r| (r.id.clone(), String::new(), String::new())).collect(),
        baseline: scenario.baseline,
        years: scenario.plan.first_year.through(scenario.plan.last_year).collect(),
        places: scenario
            .places
            .iter()
            .map(|p| (p.id.clone(), p.label.en.clone(), p.label.zh.clone()))
            .collect(),
    });
    collector.add(record);
    collector.finish()
}

/// `fanpin check` and `fanpin run` of a thousand households, from the start of the process to its end.
#[divan::bench(args = ["check", "run --no-charts", "run"], sample_count = 5, sample_size = 1)]
fn program(bencher: Bencher, command: &str) {
    let folder = tempfile::tempdir().expect("a folder for results");
    let mut words = command.split(' ');
    let verb = words.next().expect("a command");
    let mut program = Command::new(env!("CARGO_BIN_EXE_fanpin"));
    program.arg(verb).arg(concat!(env!("CARGO_MANIFEST_DIR"), "/scenarios/inclusive-vs-targeted.toml"));
    if verb == "run" {
        program.args(["--households", "1000", "--replicates", "1", "--quiet", "--force"]).args(words);
        program.arg("-o").arg(folder.path().join("run"));
    }
    bencher.bench_local(|| assert!(program.output().expect("it starts").status.success(), "it runs"));
}
