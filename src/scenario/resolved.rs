//! A scenario with everything in force written out, as `scenario.resolved.toml`.

use super::Scenario;

/// The text of a scenario with every default and every file it builds on written out. Loading it
/// gives the same scenario.
#[must_use]
pub fn resolved_text(scenario: &Scenario) -> String {
    let body = toml::to_string(&scenario.resolved).expect("tables of checked values have a text");
    format!(
        "# Everything in force in the scenario `{}`, defaults included. It needs no other file:\n\
         # running it gives the same result.\n\n{body}",
        scenario.name
    )
}
