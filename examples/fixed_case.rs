//! The fixed case on which instructions are counted: one county of a thousand households under the five
//! regimes of the main job, 2011 to 2035, in one thread and without files. It prints its person-years.
//!
//! ```sh
//! cargo run --release --no-default-features --example fixed_case
//! ```
//!
//! `tests/instructions` runs it under callgrind and counts what happens inside [`fixed_county`].

use fanpin::experiment;
use fanpin::population::tables::tables;
use fanpin::scenario::{Options, Scenario, load_text};
use fanpin::simulation::{CountyRecord, Ground, World, simulate_county};

const SCENARIO: &str = r#"
name = "fixed-case"
extends = "inclusive-vs-targeted"
baseline = "targeted"

[plan]
households = 1000
replicates = 1
seed = 2021
first_year = 2021
last_year = 2035

[places.poor-county]
counties = 1
"#;

fn main() {
    let scenario = fixed_load();
    let ground = fixed_ground(&scenario);
    println!("{}", fixed_county(&ground.world(&scenario, tables())).person_years);
}

// The names of these three are where counting begins and ends, so they must stay functions of their own.

/// Reading and checking the scenario.
#[inline(never)]
fn fixed_load() -> Scenario {
    load_text("fixed-case.toml", SCENARIO, &Options::default()).expect("the scenario holds")
}

/// Compiling its years and fitting its population.
#[inline(never)]
fn fixed_ground(scenario: &Scenario) -> Ground {
    Ground::new(scenario, tables(), scenario.places[0].clone())
}

/// The county, from synthesis to its sums.
#[inline(never)]
fn fixed_county(world: &World) -> CountyRecord {
    let tasks = experiment::tasks(world.scenario);
    simulate_county(world, &tasks[0])
}
