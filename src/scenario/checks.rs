//! What no single value can break: names that must exist, years that must follow one another,
//! shares that must add up.

use std::collections::BTreeSet;

use super::diagnostics::{Location, Problem};
use super::document::{Node, Table, Value};
use super::sweep;
use crate::evidence::{nearest, plain_number};
use crate::population::{MAX_COUNTIES, MAX_HOUSEHOLDS};

/// How far a document lies above others: the higher one was laid over the lower.
pub(super) struct Ranks(pub Vec<u32>);

impl Ranks {
    fn of(&self, node: &Node) -> u32 {
        self.0.get(node.at.source).copied().unwrap_or(0)
    }
}

/// Checks a merged and completed scenario.
pub(super) fn check(root: &Node, ranks: &Ranks, problems: &mut Vec<Problem>) {
    years(root, problems);
    places(root, ranks, problems);
    regimes(root, ranks, problems);
    panel(root, problems);
    weights(root, problems);
    super::fitting::check(root, problems);
    sweep::check(root, ranks, problems);
}

/// Keeps only some regimes, and the baseline.
pub(super) fn select_regimes(root: &mut Node, wanted: &[String], problems: &mut Vec<Problem>) {
    let baseline = root.get(&["baseline"]).and_then(Node::text).map(str::to_owned);
    let Some(regimes) = root.table_mut().and_then(|table| table.get_mut("regimes")).and_then(Node::table_mut)
    else {
        return;
    };
    let Some(Value::Array(order)) = regimes.get_mut("order").map(|node| &mut node.value) else { return };
    let known: Vec<String> = order.iter().filter_map(|item| item.text().map(str::to_owned)).collect();
    for name in wanted.iter().filter(|name| !known.contains(name)) {
        let help = match nearest(name, known.iter().map(String::as_str)) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("the regimes are {}", known.join(", ")),
        };
        problems.push(Problem::new(format!("--regimes: there is no regime `{name}`"), None, "").help(help));
    }
    order.retain(|item| {
        item.text().is_some_and(|name| wanted.iter().any(|w| w == name) || baseline.as_deref() == Some(name))
    });
}

fn integer(root: &Node, path: &[&str]) -> Option<(i64, Option<Location>)> {
    let node = root.get(path)?;
    Some((node.integer()?, node.at.of_value()))
}

fn years(root: &Node, problems: &mut Vec<Problem>) {
    let first = integer(root, &["plan", "first_year"]);
    let last = integer(root, &["plan", "last_year"]);
    let (Some((first, _)), Some((last, at_last))) = (first, last) else { return };
    if last < first {
        let message = format!("`plan.last_year` is {last}, before `plan.first_year` {first}");
        problems.push(Problem::new(message, at_last, format!("expected {first} or later")));
        return;
    }
    let Some((switch, at)) = integer(root, &["plan", "switch_year"]) else { return };
    if !(first..=last).contains(&switch) {
        let message = format!("`plan.switch_year` is {switch}, outside the reported years {first} to {last}");
        problems.push(Problem::new(message, at, format!("expected {first} to {last}")));
    }
}

fn panel(root: &Node, problems: &mut Vec<Problem>) {
    let panel = integer(root, &["output", "panel_replicates"]);
    let replicates = integer(root, &["plan", "replicates"]);
    let (Some((panel, at)), Some((replicates, _))) = (panel, replicates) else { return };
    if panel > replicates {
        let message =
            format!("`output.panel_replicates` is {panel}, more than the {replicates} of `plan.replicates`");
        problems.push(Problem::new(message, at, format!("expected 1 to {replicates}")));
    }
}

/// Who stands for whom is known once the poor are registered, and groups go by who was lifted: years are reported
/// after the one, and groups fixed after the other.
fn weights(root: &Node, problems: &mut Vec<Problem>) {
    let Some(places) = root.get(&["places"]) else { return };
    let weight = |place: &Node| integer(place, &["unregistered_weight"]).filter(|(weight, _)| *weight > 1);
    let Some((_, at)) = in_order(places).into_iter().find_map(|(_, place)| weight(place)) else { return };
    let follows = [
        ("plan.first_year", ["plan", "first_year"], "registration_year"),
        ("plan.switch_year", ["plan", "switch_year"], "lifting_last_year"),
    ];
    for (name, path, key) in follows {
        let (year, after) = (integer(root, &path), integer(root, &["society", "lists", key]));
        let (Some((year, _)), Some((after, _))) = (year, after) else { continue };
        if year <= after {
            let message = format!(
                "`unregistered_weight` is over 1, but `{name}` is {year}, not after `society.lists.{key}` {after}"
            );
            let label = format!("expected 1, or {} or later for `{name}`", after + 1);
            problems.push(Problem::new(message, at.clone(), label));
        }
    }
}

/// Whether the list `order` of a table and the tables beside it agree.
///
/// A table that a lower file brought may be left out of `order`; one that stands beside `order` or
/// above it would silently do nothing.
pub(super) fn order(parent: &Node, what: &str, of: &str, ranks: &Ranks, problems: &mut Vec<Problem>) {
    let (Some(order), Some(table)) = (parent.get(&["order"]), parent.table()) else { return };
    let Some(items) = order.array() else { return };
    let tables: Vec<&str> = table.keys().map(String::as_str).filter(|key| *key != "order").collect();
    for item in items {
        let Some(name) = item.text().filter(|name| !tables.contains(name)) else { continue };
        let problem =
            Problem::new(format!("there is no {what} `{name}`{of}"), item.at.of_value(), "it has no table");
        problems.push(match nearest(name, tables.iter().copied()) {
            Some(near) => problem.help(format!("did you mean `{near}`?")),
            None => problem.help(format!("the tables are {}", tables.join(", "))),
        });
    }
    for name in tables {
        let listed = items.iter().any(|item| item.text() == Some(name) || item.value == Value::Refused);
        let Some(node) = table.get(name).filter(|node| !listed && ranks.of(node) >= ranks.of(order)) else {
            continue;
        };
        let message = format!("the {what} `{name}`{of} is not in `order`");
        problems.push(
            Problem::new(message, node.at.of_key(), "this would have no effect")
                .help(format!("add \"{name}\" to `order`, or take the table away")),
        );
    }
}

/// The tables of a parent in the order of its list.
pub(super) fn in_order(parent: &Node) -> Vec<(&str, &Node)> {
    let names = parent.get(&["order"]).and_then(Node::array).unwrap_or(&[]);
    let names: Vec<&str> = names.iter().filter_map(Node::text).collect();
    names.into_iter().filter_map(|name| Some((name, parent.get(&[name])?))).collect()
}

fn places(root: &Node, ranks: &Ranks, problems: &mut Vec<Problem>) {
    let Some(places) = root.get(&["places"]) else { return };
    order(places, "place", "", ranks, problems);
    let listed = in_order(places);
    let shares: Option<Vec<f64>> = listed.iter().map(|(_, place)| place.get(&["share"])?.number()).collect();
    let Some(shares) = shares.filter(|shares| !shares.is_empty()) else { return };
    let total: f64 = shares.iter().sum();
    if libm::fabs(total - 1.0) > 1e-9 {
        let message = format!("the shares of the places add up to {}", plain_number(round(total)));
        let at = listed[0].1.get(&["share"]).and_then(|node| node.at.of_value());
        problems.push(Problem::new(message, at, "expected shares that add up to 1"));
        return;
    }
    let Some((households, at_households)) = integer(root, &["plan", "households"]) else { return };
    let all: i64 = listed.iter().filter_map(|(_, place)| integer(place, &["counties"])).map(|(n, _)| n).sum();
    if all > i64::from(MAX_COUNTIES) {
        let message = format!("the places have {all} counties together");
        let at = listed[0].1.get(&["counties"]).and_then(|node| node.at.of_value());
        problems.push(Problem::new(message, at, format!("expected at most {MAX_COUNTIES} over all places")));
    }
    for ((name, place), share) in listed.into_iter().zip(shares) {
        let Some((counties, at)) = integer(place, &["counties"]) else { continue };
        let most = i64::from(MAX_HOUSEHOLDS) * counties;
        // Counts far below 2^53.
        #[allow(clippy::cast_precision_loss)]
        if households as f64 * share > most as f64 {
            let message = format!("the place `{name}` has more than {MAX_HOUSEHOLDS} households a county");
            let label = format!("expected at most {most} households in its {counties} counties");
            problems.push(
                Problem::new(message, at_households.clone(), label)
                    .help("raise `counties`, or lower `plan.households` and raise `plan.sampling_factor`"),
            );
        }
        // Counts far below 2^53.
        #[allow(clippy::cast_precision_loss)]
        if households as f64 * share < counties as f64 {
            let message = format!(
                "the place `{name}` has {counties} counties, more than its {} of the households",
                plain_number(round(households as f64 * share))
            );
            let label = "expected at least one household a county";
            problems
                .push(Problem::new(message, at, label).help("raise `plan.households` or lower `counties`"));
        }
    }
}

fn round(x: f64) -> f64 {
    libm::round(x * 1e9) / 1e9
}

fn regimes(root: &Node, ranks: &Ranks, problems: &mut Vec<Problem>) {
    let switch = integer(root, &["plan", "switch_year"]).map(|(year, _)| year);
    let last = integer(root, &["plan", "last_year"]).map(|(year, _)| year);
    if let Some(history) = root.get(&["history"]) {
        policy(history, "history", ranks, problems);
        covered(history, "history", Some(2011), switch.map(|year| year - 1), problems);
    }
    let Some(regimes) = root.get(&["regimes"]) else { return };
    order(regimes, "regime", "", ranks, problems);
    for (name, regime) in in_order(regimes) {
        policy(regime, name, ranks, problems);
        covered(regime, name, switch, last, problems);
    }
    baseline(root, regimes, problems);
}

fn baseline(root: &Node, regimes: &Node, problems: &mut Vec<Problem>) {
    let Some((node, name)) = root.get(&["baseline"]).and_then(|node| Some((node, node.text()?))) else {
        return;
    };
    let order = regimes.get(&["order"]).and_then(Node::array).unwrap_or(&[]);
    let known: Vec<&str> = order.iter().filter_map(Node::text).collect();
    if known.is_empty() || known.contains(&name) {
        return;
    }
    let problem = Problem::new(
        format!("the baseline `{name}` is not a regime"),
        node.at.of_value(),
        "expected one of `regimes.order`",
    );
    problems.push(match nearest(name, known.iter().copied()) {
        Some(near) => problem.help(format!("did you mean `{near}`?")),
        None => problem.help(format!("the regimes are {}", known.join(", "))),
    });
}

fn policy(regime: &Node, name: &str, ranks: &Ranks, problems: &mut Vec<Problem>) {
    if let Some(programmes) = regime.get(&["programmes"]) {
        order(programmes, "programme", &format!(" of `{name}`"), ranks, problems);
    }
    let Some(layers) = regime.get(&["layers"]) else { return };
    order(layers, "layer", &format!(" of `{name}`"), ranks, problems);
    for (layer_name, layer) in in_order(layers) {
        if let Some(terms) = layer.get(&["class_terms"]) {
            order(terms, "class term", &format!(" of the layer `{layer_name}`"), ranks, problems);
        }
    }
}

/// A year in which nothing pays is a mistake: leaving a layer out is said by leaving it out.
fn covered(regime: &Node, name: &str, from: Option<i64>, to: Option<i64>, problems: &mut Vec<Problem>) {
    let (Some(from), Some(to), Some(layers)) = (from, to, regime.get(&["layers"])) else { return };
    let listed = in_order(layers);
    if listed.is_empty() || layers.has_refused() {
        return;
    }
    let year_of = |layer: &Node, key: &str| layer.get(&[key]).and_then(Node::integer);
    let in_force = |year: i64| {
        listed.iter().any(|(_, layer)| {
            year_of(layer, "first_year").is_none_or(|first| first <= year)
                && year_of(layer, "last_year").is_none_or(|last| year <= last)
        })
    };
    if let Some(year) = (from..=to).find(|year| !in_force(*year)) {
        let at = layers.get(&["order"]).and_then(|order| order.at.of_value());
        let message = format!("no layer of `{name}` is in force in {year}");
        problems.push(Problem::new(
            message,
            at,
            format!("expected a layer in every year from {from} to {to}"),
        ));
    }
}

/// Takes away the tables that no `order` lists: they have no effect and are not part of what is
/// in force.
pub(super) fn prune(root: &mut Node) {
    let Some(table) = root.table_mut() else { return };
    if let Some(places) = table.get_mut("places") {
        prune_one(places);
    }
    if let Some(keys) = table.get_mut("sweep").and_then(Node::table_mut).and_then(|t| t.get_mut("keys")) {
        prune_one(keys);
    }
    if let Some(history) = table.get_mut("history") {
        prune_policy(history);
    }
    if let Some(regimes) = table.get_mut("regimes") {
        prune_one(regimes);
        regimes.table_mut().into_iter().flat_map(Table::values_mut).for_each(prune_policy);
    }
}

fn prune_policy(regime: &mut Node) {
    if let Some(programmes) = regime.table_mut().and_then(|table| table.get_mut("programmes")) {
        prune_one(programmes);
    }
    let Some(layers) = regime.table_mut().and_then(|table| table.get_mut("layers")) else { return };
    prune_one(layers);
    for layer in layers.table_mut().into_iter().flat_map(Table::values_mut) {
        if let Some(terms) = layer.table_mut().and_then(|table| table.get_mut("class_terms")) {
            prune_one(terms);
        }
    }
}

fn prune_one(parent: &mut Node) {
    let Some(names) = parent.get(&["order"]).and_then(Node::array) else { return };
    let names: BTreeSet<String> = names.iter().filter_map(|name| name.text().map(str::to_owned)).collect();
    if let Some(table) = parent.table_mut() {
        table.retain(|key, _| key == "order" || names.contains(key));
    }
}
