//! The shape of a file, made from the book: which keys stand where.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use super::policy::Class;
use super::resolver::DocumentKind;
use crate::evidence::{Book, POLICY_ROOTS, Parameter, is_class};

/// Keys at the top of every file.
const HEADER: [&str; 5] = ["name", "title", "description", "source", "extends"];

/// What may stand below a key.
#[derive(Debug, Clone, Default)]
pub struct Shape {
    /// Keys with fixed names.
    pub keys: BTreeMap<String, Shape>,
    /// What stands under a name that the user chooses.
    pub named: Option<Box<Shape>>,
    /// What stands under the name of a class.
    pub classes: Option<Box<Shape>>,
    /// The parameter, where a value stands rather than a table.
    pub parameter: Option<&'static Parameter>,
}

impl Shape {
    /// The shape of a kind of file.
    #[must_use]
    pub fn of(kind: DocumentKind) -> &'static Self {
        static SHAPES: OnceLock<[Shape; 3]> = OnceLock::new();
        let shapes = SHAPES.get_or_init(|| [scenario(), policy(), place()]);
        match kind {
            DocumentKind::Scenario => &shapes[0],
            DocumentKind::Policy => &shapes[1],
            DocumentKind::Place => &shapes[2],
        }
    }

    /// What stands under a key, if the key may stand here.
    #[must_use]
    pub fn under(&self, key: &str) -> Option<&Self> {
        let class = || self.classes.as_deref().filter(|_| is_class(key));
        self.keys.get(key).or_else(class).or(self.named.as_deref())
    }

    /// The keys that may stand here, for messages.
    #[must_use]
    pub fn known(&self) -> Vec<&str> {
        let classes = Class::ALL.iter().map(|class| class.name()).filter(|_| self.classes.is_some());
        self.keys.keys().map(String::as_str).chain(classes).collect()
    }

    fn insert(&mut self, pattern: &str, parameter: &'static Parameter) {
        let mut shape = self;
        for segment in pattern.split('.') {
            shape = match segment {
                "*" => shape.named.get_or_insert_default(),
                "<class>" => shape.classes.get_or_insert_default(),
                key => shape.keys.entry(key.to_owned()).or_default(),
            };
        }
        shape.parameter = Some(parameter);
    }
}

fn root(pattern: &str) -> &str {
    pattern.split('.').next().unwrap_or(pattern)
}

fn scenario() -> Shape {
    let mut shape = Shape::default();
    for parameter in Book::get().iter() {
        let pattern = &parameter.pattern;
        if POLICY_ROOTS.contains(&root(pattern)) {
            shape.insert(&format!("regimes.*.{pattern}"), parameter);
            shape.insert(&format!("history.{pattern}"), parameter);
        } else {
            shape.insert(pattern, parameter);
        }
    }
    shape
}

fn policy() -> Shape {
    let mut shape = Shape::default();
    for parameter in Book::get().iter() {
        let root = root(&parameter.pattern);
        if POLICY_ROOTS.contains(&root) || HEADER.contains(&root) {
            shape.insert(&parameter.pattern, parameter);
        }
    }
    shape
}

fn place() -> Shape {
    let mut shape = Shape::default();
    for parameter in Book::get().iter() {
        let pattern = &parameter.pattern;
        if HEADER.contains(&root(pattern)) {
            shape.insert(pattern, parameter);
        }
        let field = pattern.strip_prefix("places.*.");
        if let Some(field) = field.filter(|field| !matches!(*field, "place" | "label")) {
            shape.insert(field, parameter);
        }
    }
    shape
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn policies_stand_in_three_places() {
        let scenario = Shape::of(DocumentKind::Scenario);
        let policy = Shape::of(DocumentKind::Policy);
        let rate = |shape: &'static Shape, path: &[&str]| {
            path.iter().try_fold(shape, |shape, key| shape.under(key)).and_then(|shape| shape.parameter)
        };
        let found = [
            rate(scenario, &["regimes", "mine", "layers", "basic", "rate"]),
            rate(scenario, &["history", "layers", "basic", "rate"]),
            rate(policy, &["layers", "basic", "rate"]),
        ];
        for parameter in found {
            assert_eq!(parameter.map(|p| p.pattern.as_str()), Some("layers.*.rate"));
        }
        assert!(Shape::of(DocumentKind::Place).under("income_level").is_some());
        assert!(Shape::of(DocumentKind::Place).under("plan").is_none());
    }
}
