//! A mechanism that is switched off is out of the model: no parameter that the book puts under its switch
//! moves a byte of the result tables.

mod small;

use fanpin::evidence::{Book, Kind, Parameter};
use fanpin::experiment::Finished;

const SMALL: &str = r#"
name = "small"
extends = "inclusive-vs-targeted"
baseline = "targeted"

[plan]
replicates = 1
households = 60
first_year = 2019
last_year = 2023

[places.poor-county]
counties = 1

[regimes]
order = ["targeted", "inclusive"]
"#;

fn run(settings: &[String]) -> Finished {
    small::run(SMALL, settings)
}

fn switches() -> Vec<String> {
    let of = |parameter: &Parameter| parameter.pattern.strip_prefix("society.switches.").map(str::to_owned);
    Book::get().iter().filter_map(of).collect()
}

/// The keys of a scenario at which a parameter stands, so that every regime and the past are moved.
fn keys(pattern: &str) -> Vec<String> {
    let policies = ["history", "regimes.targeted", "regimes.inclusive"];
    match pattern {
        _ if pattern.starts_with("society.") => vec![pattern.to_owned()],
        _ if pattern.starts_with("places.") => vec![pattern.replace('*', "poor-county")],
        _ if pattern.starts_with("programmes.*") => {
            policies.iter().map(|p| format!("{p}.{}", pattern.replace('*', "dibao"))).collect()
        }
        _ => policies.iter().map(|p| format!("{p}.{}", pattern.replace("<class>", "dibao"))).collect(),
    }
}

/// The ends of a parameter's range as values of a file.
fn ends(parameter: &Parameter) -> Vec<String> {
    match (parameter.kind, parameter.range) {
        (Kind::Choice, _) => parameter.choices.iter().map(|choice| format!("\"{choice}\"")).collect(),
        (Kind::Integer, Some((least, most))) => vec![format!("{least:.0}"), format!("{most:.0}")],
        (_, Some((least, most))) => vec![format!("{least:?}"), format!("{most:?}")],
        _ => panic!("{} has no range", parameter.pattern),
    }
}

#[test]
fn a_mechanism_that_is_off_has_no_parameter_that_matters() {
    let mut moved = 0;
    for switch in switches() {
        let off = format!("society.switches.{switch}=false");
        let without = run(std::slice::from_ref(&off));
        let under = Book::get().iter().filter(|p| p.switch.as_deref() == Some(switch.as_str()));
        // All of its parameters at one end together, then at the other: a byte that any of them moves shows.
        let mut at = [vec![off.clone()], vec![off.clone()]];
        for parameter in under {
            let ends = ends(parameter);
            for (end, settings) in [ends.first(), ends.last()].into_iter().zip(&mut at) {
                let value = end.expect("a range has ends");
                settings.extend(keys(&parameter.pattern).iter().map(|key| format!("{key}={value}")));
            }
            moved += 1;
        }
        for settings in at {
            assert!(run(&settings).results == without.results, "{switch}: {settings:?}");
        }
    }
    assert!(moved > 100, "{moved} parameters stand under a switch");
}

#[test]
fn every_switch_takes_something_out() {
    let many = "plan.households=500".to_owned();
    let with = run(std::slice::from_ref(&many));
    for switch in switches() {
        let without = run(&[many.clone(), format!("society.switches.{switch}=false")]);
        assert!(without.results != with.results, "{switch} changes nothing");
    }
}

#[test]
fn every_switch_that_a_parameter_names_exists() {
    let known = switches();
    for parameter in Book::get().iter() {
        if let Some(switch) = &parameter.switch {
            assert!(known.contains(switch), "{}: {switch}", parameter.pattern);
        }
    }
}
