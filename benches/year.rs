//! Person-years a second of whole runs, from population to measures: five regimes, fifteen years and the lead-in, at
//! 10 thousand, 100 thousand and a million people. `cargo bench --bench year`; items are person-years.

use divan::counter::ItemsCount;
use fanpin::experiment::{self, Unwatched};
use fanpin::scenario::{Options, Override, Scenario, load_text};

fn main() {
    divan::main();
}

fn scenario(households: u32) -> Scenario {
    let text = "name = \"bench\"\nextends = \"inclusive-vs-targeted\"\nbaseline = \"targeted\"\n";
    let set = |text: String| Override { origin: "setting".to_owned(), text };
    let overrides = vec![set(format!("plan.households={households}")), set("plan.replicates=1".to_owned())];
    load_text("bench.toml", text, &Options { overrides, ..Options::default() }).expect("the scenario holds")
}

/// Persons in a household at the start of 2021, about, in the place of the scenario.
const PERSONS_A_HOUSEHOLD: f64 = 2.837;

/// A run from population to measures; the counter is person-years over all regimes.
#[divan::bench(args = [10_000, 100_000, 1_000_000], sample_count = 3, sample_size = 1)]
fn persons(bencher: divan::Bencher, persons: u32) {
    // Far below 2^32.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let scenario = scenario((f64::from(persons) / PERSONS_A_HOUSEHOLD).round() as u32);
    let once = experiment::run(&scenario, &Unwatched).expect("nobody stops it");
    bencher
        .counter(ItemsCount::new(once.counts.person_years))
        .bench(|| experiment::run(&scenario, &Unwatched).expect("nobody stops it"));
}
