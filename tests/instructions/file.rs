//! What stands in `benches/instructions.toml`.

use serde::Deserialize;

/// Instructions of the fixed case.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recorded {
    /// The compiler.
    pub rustc: String,
    /// Regime-person-years of the case.
    pub person_years: u64,
    /// Instructions of the county per regime-person-year.
    pub a_person_year: f64,
    /// Instructions of reading and checking the scenario, once a run.
    pub load: u64,
    /// Instructions of compiling the years of a place and fitting its population, once a place.
    pub ground: u64,
    /// Instructions per regime-person-year by process, in the order of the year.
    pub process: Vec<Process>,
}

/// Instructions of a process.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Process {
    /// What it is called in `benches/processes.csv`.
    pub name: String,
    /// Instructions per regime-person-year.
    pub a_person_year: f64,
}
