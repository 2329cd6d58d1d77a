//! A TOML document in which every value knows where it was written.

use std::collections::BTreeMap;
use std::ops::Range;

use toml::de::{DeTable, DeValue};

use super::diagnostics::{Location, Problem, Source};

/// Largest text of one document, in bytes.
pub const MAX_BYTES: usize = 1 << 20;
/// Deepest nesting of brackets and longest dotted key. A scenario needs 8.
const MAX_DEPTH: usize = 24;

/// Where a value stands.
#[derive(Debug, Clone, PartialEq)]
pub struct At {
    /// Index of the source.
    pub source: usize,
    /// Bytes of the key (of the header, for a table).
    pub key: Range<usize>,
    /// Bytes of the value.
    pub value: Range<usize>,
}

impl At {
    /// The key as a location.
    pub fn of_key(&self) -> Option<Location> {
        Some(Location { source: self.source, span: self.key.clone() })
    }

    /// The value as a location.
    pub fn of_value(&self) -> Option<Location> {
        Some(Location { source: self.source, span: self.value.clone() })
    }
}

/// A value with its place.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// Where it stands.
    pub at: At,
    /// What it is.
    pub value: Value,
}

/// Named values.
pub type Table = BTreeMap<String, Node>;

/// What a value is.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// `true` or `false`.
    Bool(bool),
    /// A whole number.
    Integer(i64),
    /// A number, always finite.
    Float(f64),
    /// A text.
    Text(String),
    /// A date or time, which no key takes.
    Datetime,
    /// A list.
    Array(Vec<Node>),
    /// A table.
    Table(Table),
    /// Something that was refused and reported already.
    Refused,
}

impl Node {
    /// The table, if it is one.
    pub fn table(&self) -> Option<&Table> {
        match &self.value {
            Value::Table(table) => Some(table),
            _ => None,
        }
    }

    /// The table to change, if it is one.
    pub fn table_mut(&mut self) -> Option<&mut Table> {
        match &mut self.value {
            Value::Table(table) => Some(table),
            _ => None,
        }
    }

    /// The list, if it is one.
    pub fn array(&self) -> Option<&[Node]> {
        match &self.value {
            Value::Array(items) => Some(items),
            _ => None,
        }
    }

    /// The text, if it is one.
    pub fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The whole number, if it is one.
    pub fn integer(&self) -> Option<i64> {
        match self.value {
            Value::Integer(n) => Some(n),
            _ => None,
        }
    }

    /// The number, if it is one.
    pub fn number(&self) -> Option<f64> {
        match self.value {
            Value::Float(x) => Some(x),
            // Exact below 2^53, and ranges keep numbers far below.
            #[allow(clippy::cast_precision_loss)]
            Value::Integer(n) => Some(n as f64),
            _ => None,
        }
    }

    /// The node at a path of keys, if there is one.
    pub fn get(&self, path: &[&str]) -> Option<&Self> {
        path.iter().try_fold(self, |node, key| node.table()?.get(*key))
    }

    /// Whether something in it was refused.
    pub fn has_refused(&self) -> bool {
        match &self.value {
            Value::Refused => true,
            Value::Array(items) => items.iter().any(Self::has_refused),
            Value::Table(table) => table.values().any(Self::has_refused),
            _ => false,
        }
    }

    /// What it is, in words: `text "ten"`.
    pub fn in_words(&self) -> String {
        match &self.value {
            Value::Bool(x) => format!("`{x}`"),
            Value::Integer(x) => format!("{x}"),
            Value::Float(x) => format!("{x:?}"),
            Value::Text(text) => format!("the text \"{text}\""),
            Value::Datetime => "a date".into(),
            Value::Array(_) => "a list".into(),
            Value::Table(_) => "a table".into(),
            Value::Refused => "something else".into(),
        }
    }

    /// The value without places. Refused parts are left out.
    pub fn to_toml(&self) -> Option<toml::Value> {
        Some(match &self.value {
            Value::Bool(x) => toml::Value::Boolean(*x),
            Value::Integer(x) => toml::Value::Integer(*x),
            Value::Float(x) => toml::Value::Float(*x),
            Value::Text(text) => toml::Value::String(text.clone()),
            Value::Array(items) => toml::Value::Array(items.iter().filter_map(Self::to_toml).collect()),
            Value::Table(table) => toml::Value::Table(to_toml_table(table)),
            Value::Datetime | Value::Refused => return None,
        })
    }

    /// A value of the book, standing where `at` says.
    pub fn from_toml(value: &toml::Value, at: &At) -> Self {
        let value = match value {
            toml::Value::Boolean(x) => Value::Bool(*x),
            toml::Value::Integer(x) => Value::Integer(*x),
            toml::Value::Float(x) => Value::Float(*x),
            toml::Value::String(text) => Value::Text(text.clone()),
            toml::Value::Datetime(_) => Value::Datetime,
            toml::Value::Array(items) => {
                Value::Array(items.iter().map(|item| Self::from_toml(item, at)).collect())
            }
            toml::Value::Table(table) => Value::Table(
                table.iter().map(|(key, item)| (key.clone(), Self::from_toml(item, at))).collect(),
            ),
        };
        Self { at: at.clone(), value }
    }
}

/// A table without places.
pub fn to_toml_table(table: &Table) -> toml::Table {
    table.iter().filter_map(|(key, node)| Some((key.clone(), node.to_toml()?))).collect()
}

/// Reads a document. All its syntax errors are reported, and then there is no document.
pub fn parse(source: usize, sources: &[Source], problems: &mut Vec<Problem>) -> Option<Node> {
    let text = &sources[source].text;
    if let Some(at) = too_deep(text) {
        let at = Location { source, span: at..at + 1 };
        problems.push(Problem::new("nested too deeply", Some(at), format!("at most {MAX_DEPTH} levels")));
        return None;
    }
    let (document, errors) = DeTable::parse_recoverable(text);
    if errors.is_empty() {
        let start = At { source, key: 0..0, value: 0..0 };
        let mut reader = Reader { source, problems };
        return Some(Node { value: Value::Table(reader.table(document.get_ref())), at: start });
    }
    for error in errors {
        let at = error.span().map(|span| Location { source, span });
        problems.push(Problem::new("this is not TOML", at, error.message()));
    }
    None
}

/// Byte at which brackets nest, or a key has more parts, than a scenario can need: checked before
/// parsing, so that no parser and no drop runs out of stack.
fn too_deep(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let (mut depth, mut dots, mut at) = (0usize, 0usize, 0usize);
    while at < bytes.len() {
        match bytes[at] {
            b'#' => at = end_of_line(bytes, at),
            quote @ (b'"' | b'\'') => at = end_of_text(bytes, at, quote),
            b'[' | b'{' => depth += 1,
            b']' | b'}' => depth = depth.saturating_sub(1),
            b'.' => dots += 1,
            b'\n' | b'=' | b',' => dots = 0,
            _ => {}
        }
        if depth > MAX_DEPTH || dots > MAX_DEPTH {
            return Some(at);
        }
        at += 1;
    }
    None
}

fn end_of_line(bytes: &[u8], from: usize) -> usize {
    // The newline itself is read next.
    bytes[from..].iter().position(|byte| *byte == b'\n').map_or(bytes.len(), |ahead| from + ahead - 1)
}

/// Last byte of the text that opens at `from`; one-line texts end with their line at the latest.
fn end_of_text(bytes: &[u8], from: usize, quote: u8) -> usize {
    let long = bytes[from..].starts_with(&[quote; 3]);
    let mut at = from + if long { 3 } else { 1 };
    while at < bytes.len() {
        match bytes[at] {
            b'\\' if quote == b'"' => at += 1,
            b'\n' if !long => return at - 1,
            byte if byte == quote && !long => return at,
            byte if byte == quote && bytes[at..].starts_with(&[quote; 3]) => return at + 2,
            _ => {}
        }
        at += 1;
    }
    bytes.len()
}

struct Reader<'a> {
    source: usize,
    problems: &'a mut Vec<Problem>,
}

impl Reader<'_> {
    fn table(&mut self, table: &DeTable<'_>) -> Table {
        let mut out = Table::new();
        for (key, value) in table {
            let node = self.node(key.span(), value.span(), value.get_ref());
            out.insert(key.get_ref().to_string(), node);
        }
        out
    }

    fn node(&mut self, key: Range<usize>, span: Range<usize>, value: &DeValue<'_>) -> Node {
        let at = At { source: self.source, key, value: span };
        let value = match value {
            DeValue::String(text) => Value::Text(text.to_string()),
            DeValue::Boolean(x) => Value::Bool(*x),
            DeValue::Datetime(_) => Value::Datetime,
            DeValue::Integer(n) => match i64::from_str_radix(n.as_str(), n.radix()) {
                Ok(n) => Value::Integer(n),
                Err(_) => self.refuse(&at, "this number is too large"),
            },
            DeValue::Float(x) => match x.as_str().parse::<f64>() {
                Ok(x) if x.is_finite() => Value::Float(x),
                _ => self.refuse(&at, "this is not a finite number"),
            },
            DeValue::Array(items) => Value::Array(
                items.iter().map(|item| self.node(item.span(), item.span(), item.get_ref())).collect(),
            ),
            DeValue::Table(table) => Value::Table(self.table(table)),
        };
        Node { at, value }
    }

    fn refuse(&mut self, at: &At, message: &str) -> Value {
        self.problems.push(Problem::new(message, at.of_value(), "expected a finite number"));
        Value::Refused
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (Option<Node>, Vec<Problem>) {
        let sources = [Source { name: "t.toml".into(), text: text.into() }];
        let mut problems = Vec::new();
        let node = parse(0, &sources, &mut problems);
        (node, problems)
    }

    #[test]
    fn values_know_their_places() {
        let (node, problems) = read("[plan]\nseed = 7\n");
        assert_eq!(problems, []);
        let node = node.expect("it reads");
        let seed = node.get(&["plan", "seed"]).expect("seed");
        assert_eq!(seed.value, Value::Integer(7));
        assert_eq!((seed.at.key.clone(), seed.at.value.clone()), (7..11, 14..15));
    }

    #[test]
    fn deep_nesting_is_refused_before_parsing() {
        let deep = [
            format!("a = {}", "[".repeat(500_000)),
            format!("[{}]", vec!["a"; 500_000].join(".")),
            format!("a = {}", "{a=".repeat(300_000)),
            "[[".repeat(400_000),
        ];
        for text in deep {
            assert!(too_deep(&text).is_some());
        }
        for text in [
            "a = \"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\"",
            "# [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[",
            "a='''\n[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\n'''",
        ] {
            assert_eq!(too_deep(text), None, "{text}");
        }
    }

    #[test]
    fn numbers_that_are_no_numbers_are_refused() {
        for text in ["a = nan", "a = -inf", "a = 1e999", "a = 99999999999999999999"] {
            let (_, problems) = read(text);
            assert_eq!(problems.len(), 1, "{text}: {problems:?}");
        }
    }

    #[test]
    fn all_syntax_errors_are_reported() {
        let (node, problems) = read("a = = 1\nb = 2\nc = [1,\nd = \"x\n");
        assert!(node.is_none());
        assert!(problems.len() > 1, "{problems:?}");
    }
}
