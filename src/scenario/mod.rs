//! The scenario: file as written → resolved and complete.
//!
//! [`load`](load::load) takes a text and a [`resolver`] for what it names, holds everything
//! against the [book](crate::evidence), and gives a [`Scenario`] in which every default is filled
//! in, or all that is wrong, each with its line.

mod checks;
pub mod compare;
pub mod diagnostics;
pub mod document;
mod fitting;
pub mod load;
mod merge;
pub mod observed;
pub mod plan;
pub mod policy;
pub mod raw_policy;
pub mod resolved;
pub mod resolver;
pub mod shape;
pub mod shipped;
pub mod society;
pub mod sweep;
mod switches;
mod typed;
mod values;

pub use diagnostics::ScenarioError;
pub use load::{Options, Override, load, load_bytes, load_text};
pub use resolved::resolved_text;
pub(crate) use values::MAX_NAMED;

/// The main scenario under settings as `--set` has them, for the tests of the modules.
///
/// # Panics
/// If the settings don't hold.
#[cfg(test)]
pub(crate) fn main_scenario(settings: &[&str]) -> Scenario {
    let text = "name = \"x\"\nextends = \"inclusive-vs-targeted\"\nbaseline = \"targeted\"\n";
    let set = |text: &&str| Override { origin: "set".into(), text: (*text).into() };
    let overrides = settings.iter().map(set).collect();
    load_text("x.toml", text, &Options { overrides, ..Options::default() }).expect("the scenario holds")
}

use plan::{Bilingual, Output, Place, Plan};
use policy::{Policy, Regime};

/// A scenario, checked and complete: what a run needs to know.
#[derive(Debug, Clone, PartialEq)]
pub struct Scenario {
    /// Its name; results go to `output/<name>`.
    pub name: String,
    /// Title in both languages; the name where none is given.
    pub title: Bilingual,
    /// What it is for.
    pub description: Bilingual,
    /// Years, replicates, seed, size.
    pub plan: Plan,
    /// Places in their order.
    pub places: Vec<Place>,
    /// Society: the same under every regime.
    pub society: society::Society,
    /// What surveys make of it; moves no result.
    pub observation: observed::Observation,
    /// What all regimes follow before the switch.
    pub history: Policy,
    /// Regimes in their order, the baseline among them.
    pub regimes: Vec<Regime>,
    /// Index of the baseline among the regimes.
    pub baseline: usize,
    /// What is written.
    pub output: Output,
    /// What `fanpin sweep` varies; a run takes no notice of it.
    pub sweep: Option<sweep::Sweep>,
    /// Everything in force as it would stand in a file.
    pub resolved: toml::Table,
}
