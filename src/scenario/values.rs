//! Holds a document against its shape: unknown keys, wrong kinds, values out of range.
//!
//! What is wrong is reported and replaced by [`Value::Refused`], so that later checks neither
//! report it again nor stumble over it. Whole numbers where a number is due become numbers.

use std::collections::BTreeSet;

use super::diagnostics::Problem;
use super::document::{Node, Table, Value};
use super::policy::{Class, Level};
use super::shape::Shape;
use crate::evidence::{Kind, Parameter, nearest, plain_number};

/// Most tables under names that the user chooses: regimes, places, layers.
pub(crate) const MAX_NAMED: usize = 64;
/// Most brackets of a layer, or conditions in a list.
const MAX_ITEMS: usize = 64;
/// First and last year that a schedule may name.
const YEARS: (i64, i64) = (1990, 2100);
/// Chronic groups as in the condition `chronic`.
pub(super) const CHRONIC: [&str; 8] =
    ["cardiovascular", "stroke", "diabetes", "respiratory", "cancer", "musculoskeletal", "mental", "other"];

/// Checks a document and refuses what does not fit.
pub(super) fn check(root: &mut Node, shape: &Shape, problems: &mut Vec<Problem>) {
    Checker { problems }.table(root, shape, "");
}

struct Checker<'a> {
    problems: &'a mut Vec<Problem>,
}

fn join(path: &str, key: &str) -> String {
    if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") }
}

/// Whether a name may be chosen: lower-case letters, digits and hyphens, at most 64.
fn is_name(name: &str) -> bool {
    let sound = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    !name.is_empty() && name.len() <= 64 && !name.starts_with('-') && name.chars().all(sound)
}

impl Checker<'_> {
    fn table(&mut self, node: &mut Node, shape: &Shape, path: &str) {
        if !matches!(node.value, Value::Table(_)) {
            let what = if path.is_empty() { "the document" } else { path };
            let message = format!("`{what}` must be a table, found {}", node.in_words());
            return self.refuse(node, message, "expected a table of keys", None);
        }
        let Value::Table(table) = &mut node.value else { return };
        self.unknown_keys(table, shape, path);
        self.named_keys(table, shape, path);
        for (key, child) in table.iter_mut() {
            let Some(below) = shape.under(key) else { continue };
            let path = join(path, key);
            match below.parameter {
                Some(parameter) => self.value(child, parameter, &path),
                None => self.table(child, below, &path),
            }
        }
    }

    /// Takes unknown keys away; whether there was none.
    fn unknown_keys(&mut self, table: &mut Table, shape: &Shape, path: &str) -> bool {
        let unknown: Vec<String> = table.keys().filter(|key| shape.under(key).is_none()).cloned().collect();
        for key in &unknown {
            let Some(node) = table.remove(key) else { continue };
            let known = shape.known();
            let help = match nearest(key, known.iter().copied()) {
                Some(name) => format!("did you mean `{name}`?"),
                None if known.len() <= 24 => format!("known keys: {}", known.join(", ")),
                None => "`fanpin list evidence` names all keys".into(),
            };
            let message = format!("unknown key `{}`", join(path, key));
            self.problems.push(Problem::new(message, node.at.of_key(), "unknown key").help(help));
        }
        unknown.is_empty()
    }

    fn named_keys(&mut self, table: &mut Table, shape: &Shape, path: &str) {
        if shape.named.is_none() {
            return;
        }
        let named: Vec<String> = table.keys().filter(|key| !shape.keys.contains_key(*key)).cloned().collect();
        for (index, key) in named.iter().enumerate() {
            let Some(node) = table.get(key) else { continue };
            let problem = if index >= MAX_NAMED {
                let message = format!("`{path}` has more than {MAX_NAMED} tables");
                Problem::new(message, node.at.of_key(), "one too many")
            } else if is_name(key) {
                continue;
            } else {
                let message = format!("`{}` is not a name", join(path, key));
                Problem::new(message, node.at.of_key(), "expected lower-case letters, digits and hyphens")
            };
            self.problems.push(problem);
            table.remove(key);
            if index >= MAX_NAMED {
                table.retain(|key, _| !named[index..].contains(key));
                return;
            }
        }
    }

    fn refuse(&mut self, node: &mut Node, message: String, label: impl Into<String>, help: Option<String>) {
        if node.value == Value::Refused {
            return;
        }
        let mut problem = Problem::new(message, node.at.of_value(), label);
        problem.help = help;
        self.problems.push(problem);
        node.value = Value::Refused;
    }

    fn wrong(&mut self, node: &mut Node, parameter: &Parameter, path: &str) {
        let message = format!("`{path}` cannot be {}", node.in_words());
        self.refuse(node, message, format!("expected {}", parameter.expected()), None);
    }

    fn value(&mut self, node: &mut Node, parameter: &Parameter, path: &str) {
        if node.value == Value::Refused {
            return;
        }
        match parameter.kind {
            Kind::Number => self.number(node, parameter, path),
            Kind::Integer => self.integer(node, parameter, path),
            Kind::Bool if matches!(node.value, Value::Bool(_)) => {}
            Kind::Text if node.text().is_some() => {}
            Kind::Name if node.text().is_some() => self.name(node, path),
            Kind::Reference if node.text().is_some_and(|text| !text.is_empty()) => {}
            Kind::Choice if node.text().is_some() => self.choice(node, &parameter.choices, path),
            Kind::Choices if node.array().is_some() => {
                self.choices(node, &parameter.choices, parameter.empty_allowed, path);
            }
            Kind::Order | Kind::Texts if node.array().is_some() => self.order(node, parameter, path),
            Kind::Bilingual if node.table().is_some() => self.bilingual(node, path),
            Kind::Numbers if node.array().is_some() => self.numbers(node, parameter, path),
            Kind::Schedule => self.schedule(node, parameter.range, &parameter.unit, path),
            Kind::LevelSchedule => self.level_schedule(node, parameter, path),
            Kind::Eligibility if node.table().is_some() => self.eligibility(node, path),
            Kind::Brackets if node.array().is_some() => self.brackets(node, parameter.range, path),
            _ => self.wrong(node, parameter, path),
        }
    }

    /// Makes a number of a whole number, and refuses one out of range.
    fn in_range(&mut self, node: &mut Node, range: Option<(f64, f64)>, unit: &str, path: &str) {
        let Some(x) = node.number() else { return };
        let (least, most) = range.unwrap_or((f64::MIN, f64::MAX));
        if (least..=most).contains(&x) {
            return;
        }
        let (least, most) = (plain_number(least), plain_number(most));
        let message = format!("`{path}` is {}, outside {least} to {most}", node.in_words());
        self.refuse(node, message, format!("expected {least} to {most} ({unit})"), None);
    }

    fn number(&mut self, node: &mut Node, parameter: &Parameter, path: &str) {
        let Some(x) = node.number() else { return self.wrong(node, parameter, path) };
        self.in_range(node, parameter.range, &parameter.unit, path);
        if node.value != Value::Refused {
            node.value = Value::Float(x);
        }
    }

    fn integer(&mut self, node: &mut Node, parameter: &Parameter, path: &str) {
        if node.integer().is_none() {
            return self.wrong(node, parameter, path);
        }
        self.in_range(node, parameter.range, &parameter.unit, path);
    }

    fn numbers(&mut self, node: &mut Node, parameter: &Parameter, path: &str) {
        let Value::Array(items) = &mut node.value else { return };
        if parameter.length.is_some_and(|length| length != items.len()) {
            let message = format!("`{path}` has {} elements", items.len());
            return self.refuse(node, message, format!("expected {}", parameter.expected()), None);
        }
        for (index, item) in items.iter_mut().enumerate() {
            self.number(item, parameter, &format!("{path}[{index}]"));
        }
    }

    fn name(&mut self, node: &mut Node, path: &str) {
        let text = node.text().unwrap_or("").to_owned();
        if !is_name(&text) {
            let message = format!("`{path}` is \"{text}\", which is not a name");
            self.refuse(node, message, "expected lower-case letters, digits and hyphens", None);
        }
    }

    fn choice(&mut self, node: &mut Node, choices: &[String], path: &str) {
        let text = node.text().unwrap_or("").to_owned();
        if choices.contains(&text) {
            return;
        }
        let help =
            nearest(&text, choices.iter().map(String::as_str)).map(|name| format!("did you mean `{name}`?"));
        let message = format!("`{path}` cannot be \"{text}\"");
        self.refuse(node, message, format!("expected one of {}", choices.join(", ")), help);
    }

    fn choices(&mut self, node: &mut Node, choices: &[String], empty_allowed: bool, path: &str) {
        let Value::Array(items) = &mut node.value else { return };
        if items.is_empty() && !empty_allowed {
            return self.refuse(node, format!("`{path}` is empty"), "expected at least one", None);
        }
        let mut seen = BTreeSet::new();
        for item in items {
            match item.text().map(str::to_owned) {
                Some(text) if choices.contains(&text) && !seen.insert(text.clone()) => {
                    self.refuse(item, format!("`{path}` names \"{text}\" twice"), "named before", None);
                }
                Some(_) => self.choice(item, choices, path),
                None => {
                    let message = format!("`{path}` cannot hold {}", item.in_words());
                    self.refuse(item, message, format!("expected one of {}", choices.join(", ")), None);
                }
            }
        }
    }

    fn order(&mut self, node: &mut Node, parameter: &Parameter, path: &str) {
        let Value::Array(items) = &mut node.value else { return };
        if items.is_empty() && !parameter.empty_allowed {
            return self.refuse(node, format!("`{path}` is empty"), "expected at least one name", None);
        }
        let mut seen = BTreeSet::new();
        for item in items {
            match item.text().map(str::to_owned) {
                None => {
                    let message = format!("`{path}` cannot hold {}", item.in_words());
                    self.refuse(item, message, "expected a name", None);
                }
                Some(name) if !seen.insert(name.clone()) => {
                    self.refuse(item, format!("`{path}` names \"{name}\" twice"), "named before", None);
                }
                Some(_) => {}
            }
        }
    }

    fn bilingual(&mut self, node: &mut Node, path: &str) {
        let Value::Table(table) = &mut node.value else { return };
        let known = self.known_keys(table, &["en", "zh"], path);
        for (key, item) in table {
            if item.text().is_none() {
                let message = format!("`{path}.{key}` cannot be {}", item.in_words());
                self.refuse(item, message, "expected a text", None);
            }
        }
        if !known {
            node.value = Value::Refused;
        }
    }

    /// Whether a value's own table has known keys only; others are reported and taken away.
    fn known_keys(&mut self, table: &mut Table, known: &[&str], path: &str) -> bool {
        let mut shape = Shape::default();
        for key in known {
            shape.keys.insert((*key).to_owned(), Shape::default());
        }
        self.unknown_keys(table, &shape, path)
    }

    fn schedule(&mut self, node: &mut Node, range: Option<(f64, f64)>, unit: &str, path: &str) {
        if let Some(x) = node.number() {
            self.in_range(node, range, unit, path);
            if node.value != Value::Refused {
                node.value = Value::Float(x);
            }
            return;
        }
        let expected = "expected a number, { step = [[year, value], …] } or { taper = [[year, value], …] }";
        let message = format!("`{path}` cannot be {}", node.in_words());
        let Value::Table(table) = &mut node.value else { return self.refuse(node, message, expected, None) };
        let count = table.len();
        if !self.known_keys(table, &["step", "taper"], path) {
            node.value = Value::Refused;
            return;
        }
        if count != 1 {
            return self.refuse(node, format!("`{path}` must either step or taper"), expected, None);
        }
        for (way, points) in table.iter_mut() {
            self.points(points, way, range, unit, path);
        }
    }

    fn points(&mut self, node: &mut Node, way: &str, range: Option<(f64, f64)>, unit: &str, path: &str) {
        let least = if way == "taper" { 2 } else { 1 };
        let message = format!("`{path}.{way}` cannot be {}", node.in_words());
        let Value::Array(points) = &mut node.value else {
            return self.refuse(node, message, "expected a list of [year, value]", None);
        };
        if points.len() < least {
            let message = match points.len() {
                0 => format!("`{path}.{way}` is empty"),
                _ => format!("`{path}.{way}` has one point"),
            };
            return self.refuse(node, message, format!("expected at least {least} [year, value]"), None);
        }
        for (index, point) in points.iter_mut().enumerate() {
            self.point(point, range, unit, &format!("{path}.{way}[{index}]"));
        }
        self.rising(points, way, path);
    }

    fn point(&mut self, node: &mut Node, range: Option<(f64, f64)>, unit: &str, path: &str) {
        let message = format!("`{path}` cannot be {}", node.in_words());
        let Value::Array(pair) = &mut node.value else {
            return self.refuse(node, message, "expected [year, value]", None);
        };
        let [year, value] = pair.as_mut_slice() else {
            let message = format!("`{path}` has {} elements", pair.len());
            return self.refuse(node, message, "expected [year, value]", None);
        };
        if !year.integer().is_some_and(|year| (YEARS.0..=YEARS.1).contains(&year)) {
            let message = format!("`{path}` has {} as its year", year.in_words());
            self.refuse(year, message, format!("expected a year from {} to {}", YEARS.0, YEARS.1), None);
        }
        match value.number() {
            Some(x) => {
                self.in_range(value, range, unit, path);
                if value.value != Value::Refused {
                    value.value = Value::Float(x);
                }
            }
            None => {
                let message = format!("`{path}` has {} as its value", value.in_words());
                self.refuse(value, message, "expected a number", None);
            }
        }
    }

    fn rising(&mut self, points: &mut [Node], way: &str, path: &str) {
        let year = |point: &Node| point.array().and_then(|pair| pair.first()?.integer());
        let tapers_back = way == "taper" && points.len() == 2;
        for index in 1..points.len() {
            let (Some(before), Some(after)) = (year(&points[index - 1]), year(&points[index])) else {
                continue;
            };
            if before < after {
                continue;
            }
            let message = if tapers_back && after < before {
                format!("`{path}` tapers until {after}, before it starts in {before}")
            } else {
                format!("`{path}.{way}` has the year {after} after {before}")
            };
            return self.refuse(&mut points[index], message, "expected a later year", None);
        }
    }

    fn level_schedule(&mut self, node: &mut Node, parameter: &Parameter, path: &str) {
        let is_by_level = node.table().is_some_and(|table| {
            !table.is_empty() && !table.contains_key("step") && !table.contains_key("taper")
        });
        if !is_by_level {
            return self.schedule(node, parameter.range, &parameter.unit, path);
        }
        let Value::Table(table) = &mut node.value else { return };
        let mut names = Level::ALL.map(Level::name).to_vec();
        names.extend(["step", "taper"]);
        let known = self.known_keys(table, &names, path);
        for (level, item) in table {
            self.schedule(item, parameter.range, &parameter.unit, &join(path, level));
        }
        if !known {
            node.value = Value::Refused;
        }
    }

    fn eligibility(&mut self, node: &mut Node, path: &str) {
        const KNOWN: [&str; 10] = [
            "everyone",
            "insured",
            "classes",
            "age_at_least",
            "chronic",
            "income_below_yuan",
            "spending_above_income_share",
            "all",
            "any",
            "not",
        ];
        let message = format!("`{path}` cannot be {}", node.in_words());
        let Value::Table(table) = &mut node.value else {
            return self.refuse(node, message, "expected a condition such as { insured = true }", None);
        };
        if table.is_empty() {
            let message = format!("`{path}` is an empty condition");
            return self.refuse(node, message, format!("expected one of {}", KNOWN.join(", ")), None);
        }
        let known = self.known_keys(table, &KNOWN, path);
        for (key, item) in table {
            self.condition(item, key, &join(path, key));
        }
        if !known {
            node.value = Value::Refused;
        }
    }

    fn condition(&mut self, node: &mut Node, key: &str, path: &str) {
        let found = node.in_words();
        let other = |checker: &mut Self, node: &mut Node, expected: &str| {
            checker.refuse(node, format!("`{path}` cannot be {found}"), expected, None);
        };
        match key {
            "everyone" if node.value != Value::Bool(true) => {
                other(self, node, "expected true; leave a layer for nobody out of `layers.order`");
            }
            "insured" if !matches!(node.value, Value::Bool(_)) => other(self, node, "expected true or false"),
            "age_at_least" if !node.integer().is_some_and(|age| (0..=120).contains(&age)) => {
                other(self, node, "expected an age from 0 to 120");
            }
            "classes" if node.array().is_some() => {
                let mut names = Class::ALL.map(|class| class.name().to_owned()).to_vec();
                names.push("monitored".into());
                self.choices(node, &names, false, path);
            }
            "chronic" if node.array().is_some() => {
                self.choices(node, &CHRONIC.map(str::to_owned), false, path);
            }
            "classes" | "chronic" => other(self, node, "expected a list of names"),
            "income_below_yuan" => self.schedule(node, Some((0.0, 1e7)), "yuan per head", path),
            "spending_above_income_share" => {
                self.schedule(node, Some((0.0, 20.0)), "share of household income", path);
            }
            "not" => self.eligibility(node, path),
            "all" | "any" => match &mut node.value {
                Value::Array(items) if !items.is_empty() && items.len() <= MAX_ITEMS => {
                    for (index, item) in items.iter_mut().enumerate() {
                        self.eligibility(item, &format!("{path}[{index}]"));
                    }
                }
                Value::Array(items) => {
                    let message = format!("`{path}` has {} conditions", items.len());
                    self.refuse(node, message, format!("expected 1 to {MAX_ITEMS}"), None);
                }
                _ => other(self, node, "expected a list of conditions"),
            },
            _ => {}
        }
    }

    fn brackets(&mut self, node: &mut Node, range: Option<(f64, f64)>, path: &str) {
        let Value::Array(items) = &mut node.value else { return };
        if items.is_empty() || items.len() > MAX_ITEMS {
            let message = format!("`{path}` has {} brackets", items.len());
            return self.refuse(node, message, format!("expected 1 to {MAX_ITEMS}"), None);
        }
        for (index, item) in items.iter_mut().enumerate() {
            self.bracket(item, range, &format!("{path}[{index}]"));
        }
        self.bracket_limits(items, path);
    }

    fn bracket(&mut self, node: &mut Node, range: Option<(f64, f64)>, path: &str) {
        let message = format!("`{path}` cannot be {}", node.in_words());
        let Value::Table(table) = &mut node.value else {
            return self.refuse(node, message, "expected { from_yuan = …, rate = … }", None);
        };
        if !self.known_keys(table, &["from_yuan", "rate"], path) {
            node.value = Value::Refused;
            return;
        }
        for key in ["from_yuan", "rate"] {
            if !table.contains_key(key) {
                let message = format!("missing key `{path}.{key}`");
                return self.refuse(node, message, "expected { from_yuan = …, rate = … }", None);
            }
        }
        for (key, item) in table {
            let (range, unit) = if key == "rate" { (range, "share") } else { (Some((0.0, 1e8)), "yuan") };
            self.schedule(item, range, unit, &join(path, key));
        }
    }

    fn bracket_limits(&mut self, items: &mut [Node], path: &str) {
        let from = |node: &Node| node.get(&["from_yuan"]).and_then(Node::number);
        if let Some(first) = from(&items[0]).filter(|first| *first != 0.0) {
            let message = format!("`{path}` starts at {} yuan", plain_number(first));
            self.refuse(&mut items[0], message, "expected the first bracket to start at 0", None);
        }
        for index in 1..items.len() {
            let (Some(before), Some(after)) = (from(&items[index - 1]), from(&items[index])) else {
                continue;
            };
            if after <= before {
                let (before, after) = (plain_number(before), plain_number(after));
                let message = format!("`{path}` overlap: one from {after} yuan after one from {before}");
                return self.refuse(&mut items[index], message, "expected a higher `from_yuan`", None);
            }
        }
    }
}
