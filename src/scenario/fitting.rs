//! What `[calibration]` can't break value by value: keys that can be fitted, ranges within those of the book, figures that were published.

use super::diagnostics::Problem;
use super::document::{Node, Value};
use crate::evidence::{Book, Kind, Parameter, nearest, plain_number};
use crate::observation;

/// Checks `[calibration]`, if there is one.
pub(super) fn check(root: &Node, problems: &mut Vec<Problem>) {
    let Some(calibration) = root.get(&["calibration"]) else { return };
    for (name, free) in calibration.get(&["free"]).and_then(Node::table).into_iter().flatten() {
        let Some(parameter) = parameter(name, free, problems) else { continue };
        ends(name, free, parameter, problems);
    }
    for item in calibration.get(&["targets"]).and_then(Node::array).unwrap_or(&[]) {
        target(item, problems);
    }
}

/// The parameter of the book that a key names, if it is a number.
fn parameter(name: &str, free: &Node, problems: &mut Vec<Problem>) -> Option<&'static Parameter> {
    let path = format!("calibration.free.{name}.key");
    let Some(node) = free.get(&["key"]) else {
        let message = format!("missing key `{path}`");
        problems.push(Problem::new(message, free.at.of_key(), "`key` must be given"));
        return None;
    };
    let key = node.text()?;
    let Some(parameter) = Book::get().lookup(key) else {
        let problem = Problem::new(
            format!("`{path}` is \"{key}\", which is no key of a scenario"),
            node.at.of_value(),
            "expected a dotted path",
        );
        problems.push(match Book::get().nearest(key) {
            Some(near) => problem.help(format!("did you mean `{near}`?")),
            None => problem,
        });
        return None;
    };
    if !matches!(parameter.kind, Kind::Number | Kind::Schedule) {
        let message = format!("`{path}` is \"{key}\", which is not a number that can be fitted");
        problems.push(Problem::new(message, node.at.of_value(), "expected the key of a number"));
        return None;
    }
    Some(parameter)
}

fn ends(name: &str, free: &Node, parameter: &Parameter, problems: &mut Vec<Problem>) {
    let end = |key: &str| {
        let node = free.get(&[key])?;
        Some((node.number()?, node))
    };
    let (low, high) = (end("low"), end("high"));
    if let Some((least, most)) = parameter.range {
        for (key, (value, node)) in
            [("low", low), ("high", high)].into_iter().filter_map(|(k, e)| Some((k, e?)))
        {
            if !(least..=most).contains(&value) {
                let message = format!("`calibration.free.{name}.{key}` is {}", plain_number(value));
                let label = format!(
                    "expected {} to {}, the range of `{}`",
                    plain_number(least),
                    plain_number(most),
                    parameter.pattern
                );
                problems.push(Problem::new(message, node.at.of_value(), label));
            }
        }
    }
    let prior = parameter.prior();
    let ends = (low.map(|e| e.0).or(prior.map(|p| p.low)), high.map(|e| e.0).or(prior.map(|p| p.high)));
    let (Some(least), Some(most)) = ends else {
        let message = format!("`{}` has no prior in the book", parameter.pattern);
        let label = "expected `low` and `high` beside the key";
        problems.push(Problem::new(message, free.at.of_key(), label));
        return;
    };
    let at = || high.or(low).map_or_else(|| free.at.of_key(), |(_, node)| node.at.of_value());
    if least >= most {
        let message =
            format!("`calibration.free.{name}` goes from {} to {}", plain_number(least), plain_number(most));
        problems.push(Problem::new(message, at(), "expected `low` under `high`"));
    } else if free.get(&["scale"]).and_then(Node::text) == Some("log") && least <= 0.0 {
        let message = format!("`calibration.free.{name}` begins at {}", plain_number(least));
        problems.push(Problem::new(message, at(), "expected a positive `low` on a log scale"));
    } else if let Some((centre, node)) = end("centre").filter(|(centre, _)| !(least..=most).contains(centre))
    {
        let message = format!("`calibration.free.{name}.centre` is {}", plain_number(centre));
        let label = format!("expected {} to {}", plain_number(least), plain_number(most));
        problems.push(Problem::new(message, node.at.of_value(), label));
    }
}

fn target(item: &Node, problems: &mut Vec<Problem>) {
    let Value::Text(id) = &item.value else { return };
    if observation::figure(id).is_some() {
        return;
    }
    let problem = Problem::new(
        format!("there is no published figure `{id}`"),
        item.at.of_value(),
        "expected an id of data/validation",
    );
    let ids = observation::figures().iter().map(|figure| figure.target.id.as_str());
    problems.push(match nearest(id, ids) {
        Some(near) => problem.help(format!("did you mean `{near}`?")),
        None => problem,
    });
}

#[cfg(test)]
mod tests {
    use crate::scenario::{Options, load_text};

    fn problems(calibration: &str) -> String {
        let text = format!("name = \"x\"\nextends = \"history\"\n{calibration}");
        load_text("x.toml", &text, &Options::default()).expect_err("it does not hold").to_string()
    }

    #[test]
    fn a_calibration_that_holds_is_kept() {
        let text = "name = \"x\"\nextends = \"history\"\n[calibration]\ntargets = [\"ADM-NHSS11\"]\n\
                    [calibration.free.a]\nkey = \"society.care.admission_factor\"\nlow = 0.5\nhigh = 2\nscale = \"log\"\n";
        let scenario = load_text("x.toml", text, &Options::default()).expect("it holds");
        assert!(scenario.resolved["calibration"]["free"]["a"]["high"].as_float() == Some(2.0));
        let plain = load_text("x.toml", "name = \"x\"\nextends = \"history\"\n", &Options::default());
        assert!(!plain.expect("it holds").resolved.contains_key("calibration"));
    }

    #[test]
    fn what_does_not_hold_is_said_with_its_place() {
        let found = problems("[calibration.free.a]\nkey = \"society.care.admision_factor\"\n");
        assert!(
            found.contains("no key of a scenario") && found.contains("society.care.admission_factor"),
            "{found}"
        );
        assert!(found.contains("x.toml:4:7"), "{found}");
        let found = problems("[calibration.free.a]\nkey = \"plan.vary\"\nlow = 1\nhigh = 2\n");
        assert!(found.contains("no key of a scenario"), "{found}");
        let found = problems("[calibration.free.a]\nkey = \"output.languages\"\nlow = 1\nhigh = 2\n");
        assert!(found.contains("not a number that can be fitted"), "{found}");
        let key = "[calibration.free.a]\nkey = \"society.care.admission_factor\"\n";
        let found = problems(&format!("{key}low = 0.01\n"));
        assert!(found.contains("`calibration.free.a.low` is 0.01"), "{found}");
        let found = problems(&format!("{key}low = 2\nhigh = 1.5\n"));
        assert!(found.contains("goes from 2 to 1.5"), "{found}");
        let found = problems(&format!("{key}low = 1\nhigh = 2\ncentre = 2.5\n"));
        assert!(found.contains("`calibration.free.a.centre` is 2.5"), "{found}");
        let found = problems("[calibration]\ntargets = [\"ADM-NHSS12\"]\n");
        assert!(
            found.contains("no published figure `ADM-NHSS12`") && found.contains("ADM-NHSS11"),
            "{found}"
        );
        let found = problems("[calibration.free.a]\nlow = 2\n");
        assert!(found.contains("missing key `calibration.free.a.key`"), "{found}");
    }
}
