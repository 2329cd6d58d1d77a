//! What is wrong with a scenario: every problem, where it is, and what would be right.

use std::fmt;
use std::ops::Range;

use super::resolver::ReadError;
use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

/// A text that was read, under the name that messages give it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// A path, `--set #1`, or `shipped policies/targeted.toml`.
    pub name: String,
    /// The text.
    pub text: String,
}

/// A part of a source, in bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Location {
    /// Index of the source.
    pub source: usize,
    /// Bytes of its text.
    pub span: Range<usize>,
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// What was found.
    pub message: String,
    /// Where.
    pub at: Option<Location>,
    /// What was expected, written at the marked part.
    pub label: String,
    /// What would be right, or the nearest right name.
    pub help: Option<String>,
}

impl Problem {
    /// A problem at a place.
    #[must_use]
    pub fn new(message: impl Into<String>, at: Option<Location>, label: impl Into<String>) -> Self {
        Self { message: message.into(), at, label: label.into(), help: None }
    }

    /// The problem with a line of help.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

/// Problems that are printed; more are counted.
const SHOWN: usize = 100;
/// Columns of a message; longer lines are cut around the marked part.
const WIDTH: usize = 140;

/// Everything that is wrong with a scenario, in the order of its files and lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScenarioError {
    sources: Vec<Source>,
    problems: Vec<Problem>,
}

impl ScenarioError {
    pub(super) fn new(sources: Vec<Source>, mut problems: Vec<Problem>) -> Self {
        let place = |problem: &Problem| problem.at.as_ref().map(|at| (at.source, at.span.start, at.span.end));
        problems.sort_by_key(|problem| (place(problem), problem.message.clone()));
        // A policy that two regimes use is wrong once.
        problems.dedup_by(|a, b| {
            a.at.is_some() && place(a) == place(b) && in_policy(&a.message) == in_policy(&b.message)
        });
        Self { sources, problems }
    }

    /// The scenario itself could not be read.
    #[must_use]
    pub fn unreadable(name: &str, error: &ReadError) -> Self {
        Self::new(Vec::new(), vec![Problem::new(format!("cannot read `{name}`: {error}"), None, "")])
    }

    /// The problems in the order in which they are printed.
    #[must_use]
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// Line and column of a problem, both from 1, with the name of its source.
    #[must_use]
    pub fn position(&self, problem: &Problem) -> Option<(&str, usize, usize)> {
        let at = problem.at.as_ref()?;
        let source = &self.sources[at.source];
        let before = &source.text[..floor_boundary(&source.text, at.span.start)];
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or("").chars().count() + 1;
        Some((&source.name, line, column))
    }

    /// All problems as text for a terminal, with colours.
    #[must_use]
    pub fn styled(&self) -> String {
        self.render(&Renderer::styled().term_width(WIDTH))
    }

    fn render(&self, renderer: &Renderer) -> String {
        let mut out = String::new();
        for problem in self.problems.iter().take(SHOWN) {
            out.push_str(&renderer.render(&[self.group(problem)]));
            out.push_str("\n\n");
        }
        let left = self.problems.len().saturating_sub(SHOWN);
        if left > 0 {
            out.push_str(&format!("and {left} more\n\n"));
        }
        out.push_str(&match self.problems.len() {
            1 => "1 error".to_owned(),
            n => format!("{n} errors"),
        });
        out
    }

    fn group<'a>(&'a self, problem: &'a Problem) -> Group<'a> {
        let mut group = Group::with_title(Level::ERROR.primary_title(printable(&problem.message)));
        if let Some(at) = &problem.at {
            let source = &self.sources[at.source];
            let window = Window::around(&source.text, &at.span);
            let annotation = AnnotationKind::Primary.span(window.span).label(printable(&problem.label));
            group = group.element(
                Snippet::source(window.text)
                    .path(printable(&source.name))
                    .line_start(window.line)
                    .annotation(annotation),
            );
        }
        if let Some(help) = &problem.help {
            group = group.element(Level::HELP.message(printable(help)));
        }
        group
    }
}

impl fmt::Display for ScenarioError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.render(&Renderer::plain().term_width(WIDTH)))
    }
}

impl std::error::Error for ScenarioError {}

/// A message with paths as they stand in a policy file, without the regime's name.
fn in_policy(message: &str) -> String {
    let Some((before, after)) = message.split_once("`regimes.") else {
        return message.replacen("`history.", "`", 1);
    };
    after.split_once('.').map_or_else(|| message.to_owned(), |(_, rest)| format!("{before}`{rest}"))
}

/// The line of a span: a renderer that gets the whole text would read it once a problem.
struct Window<'a> {
    text: &'a str,
    line: usize,
    span: Range<usize>,
}

impl<'a> Window<'a> {
    fn around(text: &'a str, span: &Range<usize>) -> Self {
        let start = floor_boundary(text, span.start);
        let end = floor_boundary(text, span.end.max(start));
        let first = text[..start].rfind('\n').map_or(0, |at| at + 1);
        let line_end = text[start..].find('\n').map_or(text.len(), |at| start + at);
        let line_end = if text[start..line_end].ends_with('\r') { line_end - 1 } else { line_end };
        let line = text[..first].matches('\n').count() + 1;
        Self { text: &text[first..line_end], line, span: start - first..end.clamp(start, line_end) - first }
    }
}

fn floor_boundary(text: &str, at: usize) -> usize {
    let at = at.min(text.len());
    (0..=at).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

/// Text from a file without what could command a terminal, and not longer than a line.
fn printable(text: &str) -> String {
    let mut out: String =
        text.chars().take(400).map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect();
    if text.chars().nth(400).is_some() {
        out.push('…');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(text: &str, span: Range<usize>) -> ScenarioError {
        let source = Source { name: "a.toml".into(), text: text.into() };
        let at = Some(Location { source: 0, span });
        ScenarioError::new(
            vec![source],
            vec![Problem::new("unknown key `种子`", at, "unknown key").help("did you mean `seed`?")],
        )
    }

    #[test]
    fn a_problem_shows_its_line() {
        let text = "[plan]\n\"种子\" = 1\n";
        let error = error(text, 7..15);
        let expected = "\
error: unknown key `种子`
 --> a.toml:2:1
  |
2 | \"种子\" = 1
  | ^^^^^^ unknown key
  |
  = help: did you mean `seed`?

1 error";
        assert_eq!(error.to_string(), expected);
        assert_eq!(error.position(&error.problems()[0]), Some(("a.toml", 2, 1)));
    }

    #[test]
    fn spans_beyond_the_text_or_inside_a_letter_do_no_harm() {
        for span in [0..100, 50..60, 9..10, 8..8] {
            assert!(error("[plan]\n\"种子\" = 1\n", span).to_string().contains("a.toml:"));
        }
    }

    #[test]
    fn many_problems_are_counted() {
        let source = Source { name: "a.toml".into(), text: "x".repeat(200) };
        let problem = |at| Problem::new("p", Some(Location { source: 0, span: at..at + 1 }), "");
        let error = ScenarioError::new(vec![source], (0..130).map(problem).collect());
        assert!(error.to_string().ends_with("and 30 more\n\n130 errors"));
    }
}
