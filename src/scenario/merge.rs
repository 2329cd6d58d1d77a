//! Lays one document over another, and completes the result from the book.

use super::diagnostics::Problem;
use super::document::{Node, Table, Value};
use super::policy::{Class, Level};
use super::shape::Shape;
use crate::evidence::{Absent, Kind, Parameter};

/// The classes that `monitored` stands for.
const MONITORED: [&str; 3] = ["unstable", "marginal", "sudden_difficulty"];

/// Lays `over` over `base`: tables merge, everything else is replaced.
///
/// A schedule or a condition is one value, though it is written as a table: it is replaced. A
/// schedule by level merges level by level. A key that stands in for another (`brackets` for
/// `rate`) takes the other away.
pub(super) fn overlay(base: &mut Node, over: Node, shape: &Shape) {
    if let Some(parameter) = shape.parameter {
        return overlay_value(base, over, parameter);
    }
    match (&mut base.value, over.value) {
        (Value::Table(below), Value::Table(above)) => {
            base.at = over.at;
            remove_alternatives(below, &above, shape);
            overlay_table(below, above, shape);
        }
        (_, value) => *base = Node { at: over.at, value },
    }
}

fn overlay_table(below: &mut Table, above: Table, shape: &Shape) {
    for (key, node) in above {
        match (below.get_mut(&key), shape.under(&key)) {
            (Some(base), Some(shape)) => overlay(base, node, shape),
            _ => {
                below.insert(key, node);
            }
        }
    }
}

fn remove_alternatives(below: &mut Table, above: &Table, shape: &Shape) {
    for key in above.keys() {
        let Some(parameter) = shape.under(key).and_then(|shape| shape.parameter) else { continue };
        for other in &parameter.instead_of {
            if !above.contains_key(other) {
                below.remove(other);
            }
        }
    }
    if shape.classes.is_some() && above.contains_key("monitored") {
        below.retain(|key, _| !MONITORED.contains(&key.as_str()) || above.contains_key(key));
    }
}

fn overlay_value(base: &mut Node, over: Node, parameter: &Parameter) {
    let by_key = match parameter.kind {
        Kind::Bilingual => true,
        Kind::LevelSchedule => is_by_level(&over),
        _ => false,
    };
    if parameter.kind == Kind::LevelSchedule && by_key && !is_by_level(base) && base.value != Value::Refused {
        let every = Level::ALL.map(|level| (level.name().to_owned(), base.clone()));
        base.value = Value::Table(every.into_iter().collect());
    }
    match (by_key, &mut base.value, over.value) {
        (true, Value::Table(below), Value::Table(above)) => {
            base.at = over.at;
            below.extend(above);
        }
        (_, _, value) => *base = Node { at: over.at, value },
    }
}

fn is_by_level(node: &Node) -> bool {
    node.table().is_some_and(|table| Level::ALL.iter().any(|level| table.contains_key(level.name())))
}

/// Fills in every default of the book and reports every key that must be given and is not.
pub(super) fn complete(node: &mut Node, shape: &Shape, problems: &mut Vec<Problem>) {
    complete_table(node, shape, "", problems);
}

fn complete_table(node: &mut Node, shape: &Shape, path: &str, problems: &mut Vec<Problem>) {
    let at = node.at.clone();
    let Value::Table(table) = &mut node.value else { return };
    let class_keys = Class::ALL.iter().filter_map(|class| Some((class.name(), shape.classes.as_deref()?)));
    let keys = shape.keys.iter().map(|(key, below)| (key.as_str(), below)).chain(class_keys);
    for (key, below) in keys {
        let path = if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
        let Some(parameter) = below.parameter else {
            let mut child =
                table.remove(key).unwrap_or(Node { at: at.clone(), value: Value::Table(Table::new()) });
            complete_table(&mut child, below, &path, problems);
            if !child.table().is_some_and(Table::is_empty) {
                table.insert(key.to_owned(), child);
            }
            continue;
        };
        if let Some(child) = table.get_mut(key) {
            complete_value(child, parameter, &path, problems);
            continue;
        }
        match &parameter.absent {
            Absent::Default(value) if !parameter.instead_of.iter().any(|other| table.contains_key(other)) => {
                table.insert(key.to_owned(), Node::from_toml(value, &at));
            }
            Absent::Required => {
                let label = format!("`{key}` must be given");
                let help = format!("`{key}`: {} ({})", parameter.description, parameter.expected());
                problems.push(Problem::new(format!("missing key `{path}`"), at.of_key(), label).help(help));
                table.insert(key.to_owned(), Node { at: at.clone(), value: Value::Refused });
            }
            Absent::Default(_) | Absent::Optional => {}
        }
    }
    let Some(below) = &shape.named else { return };
    for (name, child) in table.iter_mut().filter(|(name, _)| !shape.keys.contains_key(*name)) {
        complete_table(child, below, &format!("{path}.{name}"), problems);
    }
}

/// A text in one language, or a rate for some levels only, is not complete.
fn complete_value(node: &mut Node, parameter: &Parameter, path: &str, problems: &mut Vec<Problem>) {
    let due: Vec<&str> = match parameter.kind {
        Kind::Bilingual => vec!["en", "zh"],
        Kind::LevelSchedule if is_by_level(node) => Level::ALL.map(Level::name).to_vec(),
        _ => return,
    };
    let Some(table) = node.table() else { return };
    if table.values().any(Node::has_refused) {
        return;
    }
    let missing: Vec<&str> = due.into_iter().filter(|key| !table.contains_key(*key)).collect();
    if !missing.is_empty() {
        let message = format!("`{path}` lacks {}", missing.join(", "));
        problems.push(Problem::new(message, node.at.of_key(), format!("expected {}", parameter.expected())));
        node.value = Value::Refused;
    }
}
