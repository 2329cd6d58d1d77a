//! Where values come from: the comments beside them in the files of a scenario.
//!
//! A policy or place that ships says beside each value where it is from. This reads those words, so that the appendix
//! can print them. A comment belongs to the key on its line; one on lines of its own to the keys that follow without an
//! empty line, or to the whole table if a head follows. What is not understood is left out: a value then has no note.

use std::collections::BTreeMap;

use toml::{Table, Value};

use crate::scenario::resolver::{DocumentKind, Resolver};
use crate::scenario::shipped;

/// Most files that are followed through `extends`.
const MOST: usize = 16;

/// A file with its values and the notes beside them.
#[derive(Debug)]
pub struct Document {
    /// How it is called: `policy \`historical\``, or the path as written.
    pub name: String,
    /// Its values.
    pub table: Table,
    notes: BTreeMap<String, Note>,
}

/// What stands on a value's line, and above it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Note {
    own: Option<String>,
    around: Option<String>,
}

/// Where a value was set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// The file, or the option of the command line.
    pub file: String,
    /// What stands on its line.
    pub own: Option<String>,
    /// What stands above it, or above its table.
    pub around: Option<String>,
}

impl Document {
    /// Reads a text; one that is no TOML has no values.
    pub fn read(name: &str, text: &str) -> Self {
        Self { name: name.to_owned(), table: text.parse().unwrap_or_default(), notes: notes(text) }
    }

    /// Where a path, or something below it, is set here.
    fn origin(&self, path: &str) -> Option<Origin> {
        let below = format!("{path}.");
        let found = || self.notes.iter().filter(|(key, _)| *key == path || key.starts_with(&below));
        found().next()?;
        let own = found().filter_map(|(key, note)| {
            let words = note.own.as_ref()?;
            // Several keys below one path say which they are.
            Some(key.strip_prefix(&below).map_or_else(|| words.clone(), |key| format!("{key}: {words}")))
        });
        let around = found().filter_map(|(_, note)| note.around.clone());
        Some(Origin { file: self.name.clone(), own: joined(own), around: joined(around) })
    }
}

/// Each text once, without its full stop; nothing if there is none.
fn joined(texts: impl Iterator<Item = String>) -> Option<String> {
    let mut once: Vec<String> = Vec::new();
    for text in texts {
        let text = text.trim_end_matches('.').to_owned();
        if !once.contains(&text) {
            once.push(text);
        }
    }
    (!once.is_empty()).then(|| once.join("; "))
}

/// The first of several files, each lying over the next, that sets a path.
pub fn origin(documents: &[Document], path: &str) -> Option<Origin> {
    documents.iter().find_map(|document| document.origin(path))
}

/// A file and those that it extends, the uppermost first. A file that can't be read ends the chain.
pub fn chain(kind: DocumentKind, name: &str, resolver: &dyn Resolver) -> Vec<Document> {
    let mut documents = Vec::new();
    let mut next = Some((name.to_owned(), true));
    while let Some((name, may_read)) = next.take().filter(|_| documents.len() < MOST) {
        let document = match shipped::find(kind, &name) {
            Some(file) => Document::read(&format!("{} `{name}`", kind.word()), file.text),
            // Paths in files that ship name nothing.
            None if may_read => match resolver.read(&name) {
                Ok(bytes) => Document::read(&format!("`{name}`"), &String::from_utf8_lossy(&bytes)),
                Err(_) => break,
            },
            None => break,
        };
        let is_shipped = shipped::find(kind, &name).is_some();
        let base = document.table.get("extends").and_then(Value::as_str);
        next = base.map(|base| (beside(&name, base, kind), !is_shipped));
        documents.push(document);
    }
    documents
}

/// The path of a file that another names, as seen from the folder of the first.
fn beside(from: &str, name: &str, kind: DocumentKind) -> String {
    match from.rsplit_once('/') {
        Some((folder, _)) if shipped::find(kind, name).is_none() => format!("{folder}/{name}"),
        _ => name.to_owned(),
    }
}

/// The notes of a text by dotted path; nothing beside a value that has none.
fn notes(text: &str) -> BTreeMap<String, Note> {
    let mut reader = Reader::default();
    text.lines().for_each(|line| reader.line(line.trim()));
    reader.notes
}

#[derive(Default)]
struct Reader {
    notes: BTreeMap<String, Note>,
    table: String,
    /// Of the whole table.
    table_note: Option<String>,
    /// Lines of comment that nothing has followed yet.
    above: Vec<String>,
    /// Of the keys that follow until an empty line.
    block: Option<String>,
    /// Brackets open in a value that goes on, and its path.
    open: Option<(i64, String)>,
}

impl Reader {
    fn line(&mut self, line: &str) {
        let (content, comment) = split_comment(line);
        if let Some((depth, path)) = self.open.take() {
            let depth = depth + brackets(content);
            if let Some(comment) = comment {
                self.add(&path, comment);
            }
            self.open = (depth > 0).then_some((depth, path));
        } else if content.is_empty() {
            match comment {
                None => (self.above, self.block, self.table_note) = (Vec::new(), None, None),
                Some(words) if words.starts_with("---") => {}
                Some(words) => {
                    self.block = None;
                    self.above.push(words.to_owned());
                }
            }
        } else if let Some(head) = content.strip_prefix('[') {
            let table = head.trim_matches(['[', ']']).trim().replace('"', "");
            if !self.above.is_empty() {
                self.table_note = Some(self.above.join(" "));
                self.above.clear();
            } else if !are_parts(&self.table, &table) {
                self.table_note = None;
            }
            self.table = table;
            self.block = None;
        } else if let Some((key, value)) = content.split_once('=') {
            self.key(key.trim(), value, comment);
        }
    }

    fn key(&mut self, key: &str, value: &str, comment: Option<&str>) {
        if !self.above.is_empty() {
            self.block = Some(self.above.join(" "));
            self.above.clear();
        }
        let key = key.replace('"', "");
        let path = if self.table.is_empty() { key } else { format!("{}.{key}", self.table) };
        let around = self.block.clone().or_else(|| self.table_note.clone());
        let note = Note { own: comment.map(str::to_owned), around };
        self.notes.insert(path.clone(), note);
        let depth = brackets(value);
        self.open = (depth > 0).then_some((depth, path));
    }

    fn add(&mut self, path: &str, comment: &str) {
        let own = &mut self.notes.entry(path.to_owned()).or_default().own;
        *own = Some(own.take().map_or_else(|| comment.to_owned(), |known| format!("{known} {comment}")));
    }
}

/// Whether two tables are parts of the same layer or programme.
fn are_parts(a: &str, b: &str) -> bool {
    let parent =
        |table: &'_ str| table.rsplit_once('.').map_or(String::new(), |(parent, _)| parent.to_owned());
    parent(a) == parent(b) && parent(a).contains('.')
}

/// What stands before and after the first `#` outside a text.
fn split_comment(line: &str) -> (&str, Option<&str>) {
    let mut quote = None;
    for (place, c) in line.char_indices() {
        match (quote, c) {
            (None, '#') => return (line[..place].trim(), Some(line[place + 1..].trim())),
            (None, '"' | '\'') => quote = Some(c),
            (Some(open), _) if open == c => quote = None,
            _ => {}
        }
    }
    (line, None)
}

/// Brackets opened less brackets closed, outside texts.
fn brackets(value: &str) -> i64 {
    let mut quote = None;
    let mut depth = 0;
    for c in value.chars() {
        match (quote, c) {
            (None, '[' | '{') => depth += 1,
            (None, ']' | '}') => depth -= 1,
            (None, '"' | '\'') => quote = Some(c),
            (Some(open), _) if open == c => quote = None,
            _ => {}
        }
    }
    depth
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::resolver::NoFiles;

    const TEXT: &str = "# Of the file.\n\nname = \"x#y\" # not it\n\n# Of two.\n# and more\na = 1 # one\nb = 2\n\nc = [ # first\n  3, # second\n]\n\
        # Of the table.\n[s.t.u]\nd = { e = 1 }\n[s.t.v]\nf = 2\n[s.z]\nh = 3\n\n[s.t.w]\ng = 3\n";

    #[test]
    fn a_comment_belongs_to_what_it_stands_by() {
        let document = Document::read("x", TEXT);
        let note = |path: &str| document.origin(path).map(|origin| (origin.own, origin.around));
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(note("name"), Some((some("not it"), None)));
        assert_eq!(note("a"), Some((some("one"), some("Of two. and more"))));
        assert_eq!(note("b"), Some((None, some("Of two. and more"))));
        assert_eq!(note("c"), Some((some("first second"), None)));
        assert_eq!(note("s.t.u.d"), Some((None, some("Of the table"))));
        assert_eq!(
            note("s.t.v"),
            Some((None, some("Of the table"))),
            "of the next part too, as no line is empty"
        );
        assert_eq!(note("s.z"), Some((None, None)), "no part of the same");
        assert_eq!(note("s.t.w.g"), Some((None, None)));
        assert_eq!(document.origin("t.x"), None);
    }

    #[test]
    fn the_uppermost_file_that_sets_a_value_has_its_note() {
        let documents = chain(DocumentKind::Policy, "inclusive", &NoFiles);
        assert_eq!(documents.len(), 2);
        let of = |path: &str| origin(&documents, path).expect("it is set");
        let deposit = of("deposits.share_outside");
        let one = |file: &str, own: &str| Origin { file: file.into(), own: Some(own.into()), around: None };
        assert_eq!(deposit, one("policy `historical`", "assumption"));
        let edge = of("premiums.aid_share.dibao_edge");
        assert_eq!(edge, one("policy `inclusive`", "280 of 400 [CQ seen, C]"));
        let first = of("layers.tilt-aid.first_year");
        assert_eq!((first.own, first.around), (None, None), "what stands above is of another layer");
        let rate = of("layers.basic.deductible_yuan");
        assert!(rate.own.is_some_and(|own| own.contains("county: default 500 in 2020, unverified")));
        assert!(rate.around.is_some_and(|around| around.starts_with("2020 on: centre of the local tables")));
    }
}
