//! Text → [`Scenario`]: reads a scenario and everything it names, checks all of it, and fills in
//! the book's defaults.

use std::collections::BTreeMap;

use super::checks;
use super::diagnostics::{Location, Problem, ScenarioError, Source};
use super::document::{self, At, MAX_BYTES, Node, Table, Value};
use super::merge::{complete, overlay};
use super::resolver::{DocumentKind, NoFiles, ReadError, Resolver, join};
use super::shape::Shape;
use super::{Scenario, shipped, typed, values};
use crate::evidence::{POLICY_ROOTS, nearest};

/// Longest chain of `extends`.
const MAX_EXTENDS: usize = 8;
/// Most documents of one scenario.
const MAX_DOCUMENTS: usize = 64;
/// Rank of a scenario that nothing extends; overrides lie above it.
const RANK_OF_SCENARIO: usize = 4 * MAX_DOCUMENTS;
/// A reference to nothing.
const NONE: &str = "none";

/// A key set from outside the file, such as `--set plan.seed=7`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Override {
    /// What messages call it: `--set #1`.
    pub origin: String,
    /// `KEY=VALUE`.
    pub text: String,
}

/// What is asked of a scenario beside its file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Options {
    /// Keys set from outside, the last one first.
    pub overrides: Vec<Override>,
    /// Only these regimes, in the scenario's order; the baseline always joins them.
    pub regimes: Option<Vec<String>>,
    /// What messages put before the paths that the resolver knows, such as `scenarios/`.
    pub shown_folder: String,
}

/// Loads the scenario that the resolver has at a path.
///
/// # Errors
/// Everything that does not hold, each with its place.
pub fn load(path: &str, resolver: &dyn Resolver, options: &Options) -> Result<Scenario, ScenarioError> {
    let mut loader = Loader::new(resolver, options);
    let origin = Origin { kind: DocumentKind::Scenario, place: Place::Path(path.to_owned()) };
    let root = loader.read_path(path, &origin, None).and_then(|source| loader.document(source, &origin));
    loader.finish(root)
}

/// Loads a scenario from its text; it may build on what ships with the program.
///
/// # Errors
/// Everything that does not hold, each with its place.
pub fn load_text(name: &str, text: &str, options: &Options) -> Result<Scenario, ScenarioError> {
    load_bytes(name, text.as_bytes(), &NoFiles, options)
}

/// Loads a scenario from bytes that were read already, with files beside it from a resolver.
///
/// # Errors
/// Everything that does not hold, each with its place.
pub fn load_bytes(
    name: &str,
    bytes: &[u8],
    resolver: &dyn Resolver,
    options: &Options,
) -> Result<Scenario, ScenarioError> {
    let mut loader = Loader::new(resolver, options);
    let origin = Origin { kind: DocumentKind::Scenario, place: Place::Path(name.to_owned()) };
    let source = loader.source(format!("{}{name}", options.shown_folder), &origin, bytes, None);
    let root = source.and_then(|source| loader.document(source, &origin));
    loader.finish(root)
}

/// Where a document comes from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    /// Compiled in.
    Shipped(String),
    /// A path that the resolver knows.
    Path(String),
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Origin {
    kind: DocumentKind,
    place: Place,
}

struct Loader<'a> {
    resolver: &'a dyn Resolver,
    options: &'a Options,
    sources: Vec<Source>,
    problems: Vec<Problem>,
    /// Documents with what they extend already below them. `None` for one that did not read.
    read: BTreeMap<Origin, Option<Node>>,
    /// The chain of documents that are being read.
    open: Vec<Origin>,
    /// Where each source comes from: what it names is relative to it.
    places: Vec<Place>,
    /// How far each source lies above the others.
    ranks: Vec<u32>,
}

impl<'a> Loader<'a> {
    fn new(resolver: &'a dyn Resolver, options: &'a Options) -> Self {
        let (sources, problems, read, open) = (Vec::new(), Vec::new(), BTreeMap::new(), Vec::new());
        Self { resolver, options, sources, problems, read, open, places: Vec::new(), ranks: Vec::new() }
    }

    fn report(&mut self, problem: Problem) {
        self.problems.push(problem);
    }

    fn finish(mut self, root: Option<Node>) -> Result<Scenario, ScenarioError> {
        let scenario = root.and_then(|root| self.scenario(root));
        match scenario {
            Some(scenario) if self.problems.is_empty() => Ok(scenario),
            _ => Err(ScenarioError::new(self.sources, self.problems)),
        }
    }

    /// Puts a text on the list of sources, if it can be one. A file lies above those it extends,
    /// and a scenario above the policies and places that it names.
    fn source(&mut self, name: String, origin: &Origin, bytes: &[u8], at: Option<Location>) -> Option<usize> {
        let index = self.sources.len();
        if bytes.len() > MAX_BYTES {
            let message = format!("`{name}` is larger than {MAX_BYTES} bytes");
            self.report(Problem::new(message, at, "expected a scenario of at most 1 MiB"));
            return None;
        }
        // What is set from outside stands among the sources and is no file.
        if index >= MAX_DOCUMENTS + self.options.overrides.len() {
            let message = format!("a scenario is made of at most {MAX_DOCUMENTS} files");
            self.report(Problem::new(message, at, "one too many"));
            return None;
        }
        let text = String::from_utf8_lossy(bytes).into_owned();
        self.sources.push(Source { name, text });
        let above = if origin.kind == DocumentKind::Scenario { RANK_OF_SCENARIO } else { 2 * MAX_DOCUMENTS };
        self.places.push(origin.place.clone());
        self.ranks.push(u32::try_from(above - self.open.len()).unwrap_or(0));
        if let Err(error) = std::str::from_utf8(bytes) {
            let from = error.valid_up_to();
            let at = Location { source: index, span: from..from + 1 };
            self.report(Problem::new("this text is not UTF-8", Some(at), "expected UTF-8"));
            return None;
        }
        Some(index)
    }

    fn read_path(&mut self, path: &str, origin: &Origin, at: Option<Location>) -> Option<usize> {
        let shown = format!("{}{path}", self.options.shown_folder);
        let error = match self.resolver.read(path) {
            Ok(bytes) => return self.source(shown, origin, &bytes, at),
            Err(error) => error,
        };
        let mut help = None;
        if let ReadError::NotFound(others) = &error {
            let stem = |path: &str| path.strip_suffix(".toml").unwrap_or(path).to_owned();
            let others: Vec<String> = others.iter().map(|other| stem(other)).collect();
            help = nearest(&stem(path), others.iter().map(String::as_str))
                .map(|near| format!("did you mean `{near}.toml`?"));
        }
        let label = error.to_string();
        let message = match at {
            Some(_) => format!("cannot read `{shown}`"),
            None => format!("cannot read `{shown}`: {label}"),
        };
        self.report(Problem { message, at, label, help });
        None
    }

    /// The document of a source, laid over what it extends.
    fn document(&mut self, source: usize, origin: &Origin) -> Option<Node> {
        let mut node = document::parse(source, &self.sources, &mut self.problems)?;
        let shape = Shape::of(origin.kind);
        values::check(&mut node, shape, &mut self.problems);
        let extends = node.table_mut().and_then(|table| table.remove("extends"));
        let Some(extends) = extends.filter(|node| node.text().is_some()) else { return Some(node) };
        self.open.push(origin.clone());
        let base = self.referred(&extends, origin.kind);
        self.open.pop();
        let mut base = base?;
        // A file that was read for another stands as high as it did there: this one stands over it.
        let below = self.ranks.get(base.at.source).copied().unwrap_or(0);
        self.ranks[source] = self.ranks[source].max(below + 1);
        overlay(&mut base, node, shape);
        Some(base)
    }

    /// The document that a reference names, as seen from the file in which it stands.
    fn referred(&mut self, reference: &Node, kind: DocumentKind) -> Option<Node> {
        let name = reference.text()?.to_owned();
        let at = reference.at.of_value();
        let origin = Origin { kind, place: self.place(&name, kind, reference.at.source, at.clone())? };
        if let Some(read) = self.read.get(&origin) {
            return read.clone();
        }
        if self.open.contains(&origin) {
            let message = format!("`{name}` extends itself");
            self.report(Problem::new(message, at, "this leads back to a file that is being read"));
            return None;
        }
        if self.open.len() > MAX_EXTENDS {
            let message = format!("more than {MAX_EXTENDS} files extend one another");
            self.report(Problem::new(message, at, "one too many"));
            return None;
        }
        let source = match &origin.place {
            Place::Path(path) => self.read_path(path, &origin, at),
            Place::Shipped(name) => {
                let text = shipped::find(kind, name).map_or("", |shipped| shipped.text);
                self.source(format!("shipped {} {name}.toml", kind.word()), &origin, text.as_bytes(), at)
            }
        };
        let node = source.and_then(|source| self.document(source, &origin));
        self.read.insert(origin, node.clone());
        node
    }

    fn place(
        &mut self,
        name: &str,
        kind: DocumentKind,
        source: usize,
        at: Option<Location>,
    ) -> Option<Place> {
        if shipped::find(kind, name).is_some() {
            return Some(Place::Shipped(name.to_owned()));
        }
        let known: Vec<&str> = shipped::of(kind).map(|shipped| shipped.name).collect();
        if !name.ends_with(".toml") {
            let message = format!("there is no {} `{name}`", kind.word());
            let help = match nearest(name, known.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("these ship: {}; a path ends in .toml", known.join(", ")),
            };
            self.report(
                Problem::new(message, at, format!("expected the name of a {} or a path", kind.word()))
                    .help(help),
            );
            return None;
        }
        let path = match self.places.get(source) {
            Some(Place::Path(from)) => join(from, name),
            Some(Place::Shipped(_)) | None => None,
        };
        if path.is_none() {
            let message = format!("`{name}` leads out of the scenario's folder");
            self.report(Problem::new(message, at, "expected a path inside the folder of this file"));
        }
        path.map(Place::Path)
    }

    /// Puts the whole scenario together.
    fn scenario(&mut self, mut root: Node) -> Option<Scenario> {
        let shape = Shape::of(DocumentKind::Scenario);
        for node in self.overrides() {
            overlay(&mut root, node, shape);
        }
        self.build_on(&mut root, &["places"], "place", DocumentKind::Place);
        self.build_on(&mut root, &["regimes"], "policy", DocumentKind::Policy);
        self.history(&mut root);
        complete(&mut root, shape, &mut self.problems);
        checks::check(&root, &checks::Ranks(self.ranks.clone()), &mut self.problems);
        if let Some(regimes) = &self.options.regimes {
            checks::select_regimes(&mut root, regimes, &mut self.problems);
        }
        typed::scenario(root, &mut self.problems)
    }

    /// Lays every table under a name over the file that it names.
    fn build_on(&mut self, root: &mut Node, path: &[&str], key: &str, kind: DocumentKind) {
        let shape = Shape::of(DocumentKind::Scenario);
        let Some(shape) = path.iter().try_fold(shape, |shape, key| shape.under(key)) else { return };
        let Some(parent) = root.table_mut().and_then(|table| table.get_mut(path[0])) else { return };
        let Some(tables) = parent.table_mut() else { return };
        for (name, node) in tables.iter_mut() {
            let Some(shape) = shape.under(name).filter(|shape| shape.parameter.is_none()) else { continue };
            self.build_one(node, key, kind, shape);
        }
    }

    fn build_one(&mut self, node: &mut Node, key: &str, kind: DocumentKind, shape: &Shape) {
        let Some(table) = node.table_mut() else { return };
        let Some(reference) = table.get(key).cloned() else { return };
        if reference.text().is_none_or(|name| name == NONE) {
            return;
        }
        let Some(found) = self.referred(&reference, kind) else {
            // What the reference would have given is not missing as well.
            node.value = Value::Refused;
            return;
        };
        let mut base = below(found, kind, &node.at, shape);
        let over = std::mem::replace(node, Node { at: node.at.clone(), value: Value::Refused });
        overlay(&mut base, over, shape);
        *node = base;
    }

    /// The policy that all regimes follow before the switch: `historical` unless the file says so.
    fn history(&mut self, root: &mut Node) {
        let Some(shape) = Shape::of(DocumentKind::Scenario).under("history") else { return };
        let at = root.at.clone();
        let Some(table) = root.table_mut() else { return };
        let node = table.entry("history".into()).or_insert(Node { at, value: Value::Table(Table::new()) });
        let mut history = node.clone();
        if let Some(keys) = history.table_mut() {
            let default = shape.under("policy").and_then(|shape| shape.parameter?.default());
            if let Some(default) = default {
                let at = node.at.clone();
                keys.entry("policy".into()).or_insert_with(|| Node::from_toml(default, &at));
            }
        }
        self.build_one(&mut history, "policy", DocumentKind::Policy, shape);
        if let Some(table) = root.table_mut() {
            table.insert("history".into(), history);
        }
    }

    fn overrides(&mut self) -> Vec<Node> {
        let options = self.options;
        options.overrides.iter().filter_map(|given| self.one_override(given)).collect()
    }

    /// `KEY=VALUE` as a document. A value that is a bare word is a text.
    fn one_override(&mut self, given: &Override) -> Option<Node> {
        let source = self.sources.len();
        let main = self.places.first().cloned();
        self.places.extend(main);
        self.ranks.push(u32::MAX);
        self.sources.push(Source { name: given.origin.clone(), text: given.text.clone() });
        let whole = Location { source, span: 0..given.text.len() };
        let Some((key, value)) = given.text.split_once('=').filter(|(key, _)| !key.trim().is_empty()) else {
            self.report(Problem::new("this sets nothing", Some(whole), "expected KEY=VALUE"));
            return None;
        };
        if given.text.len() > MAX_BYTES || given.text.contains(['\n', '\r']) {
            self.report(Problem::new("this is more than one line", Some(whole), "expected KEY=VALUE"));
            return None;
        }
        let mut node = if is_bare_word(value.trim()) {
            let quoted = Source { name: String::new(), text: format!("{key}=0") };
            let texts = self.sources.iter().take(source).cloned().chain([quoted]).collect::<Vec<_>>();
            let mut node = document::parse(source, &texts, &mut self.problems)?;
            set_leaf(&mut node, value.trim(), key.len() + 1..given.text.len());
            node
        } else {
            document::parse(source, &self.sources, &mut self.problems)?
        };
        values::check(&mut node, Shape::of(DocumentKind::Scenario), &mut self.problems);
        if let Some(extends) = node.table_mut().and_then(|table| table.remove("extends")) {
            let message = "`extends` cannot be set from outside";
            self.report(Problem::new(message, extends.at.of_key(), "only a file can extend another"));
        }
        Some(node)
    }
}

/// Whether a value is a word that needs no quotes on a command line.
fn is_bare_word(value: &str) -> bool {
    let first =
        value.starts_with(char::is_alphabetic) || ["/", "./", "../"].iter().any(|way| value.starts_with(way));
    let sound = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '/' | '.');
    first && value.chars().all(sound) && !matches!(value, "true" | "false" | "nan" | "inf")
}

fn set_leaf(node: &mut Node, text: &str, span: std::ops::Range<usize>) {
    match &mut node.value {
        Value::Table(table) => table.values_mut().for_each(|child| set_leaf(child, text, span.clone())),
        value => {
            *value = Value::Text(text.to_owned());
            node.at.value = span;
        }
    }
}

/// What a policy or place gives to the table that names it: its keys without the header, its title
/// as label.
fn below(mut found: Node, kind: DocumentKind, at: &At, shape: &Shape) -> Node {
    let Some(table) = found.table_mut() else { return found };
    let title = table.remove("title");
    match kind {
        DocumentKind::Policy => table.retain(|key, _| POLICY_ROOTS.contains(&key.as_str())),
        DocumentKind::Place | DocumentKind::Scenario => {
            table.retain(|key, _| !matches!(key.as_str(), "name" | "description" | "source"));
        }
    }
    if let Some(title) = title.filter(|_| shape.under("label").is_some()) {
        table.insert("label".into(), title);
    }
    found.at = at.clone();
    found
}
