//! Markdown to LaTeX.
//!
//! The Markdown is parsed by `pulldown-cmark`; this module only writes what its events say. Symbols become commands, so
//! that a text without Chinese compiles under any engine; Chinese needs `ctex` and XeLaTeX or LuaLaTeX.

use pulldown_cmark::{Event, HeadingLevel, LinkType, Options, Parser, Tag, TagEnd, TextMergeStream};

use crate::scenario::plan::Language;

/// Characters of the small type that fit on a line of the text's width.
const LINE: f64 = 112.0;

/// How a text is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Notation {
    /// As it stands.
    Plain,
    /// `x_i` and `x^2` are sub- and superscripts.
    Formulae,
}

/// A document that compiles by itself.
#[must_use]
pub fn document(title: &str, subtitle: &str, body: &str, language: Language) -> String {
    let chinese = [title, subtitle, body].iter().any(|text| text.chars().any(is_wide));
    let engine = if chinese { "XeLaTeX or LuaLaTeX" } else { "pdfLaTeX, XeLaTeX or LuaLaTeX" };
    let fonts = match (language, chinese) {
        (Language::Zh, _) => "\\usepackage[UTF8]{ctex}\n",
        (Language::En, true) => "\\usepackage[UTF8,scheme=plain,punct=plain]{ctex}\n",
        (Language::En, false) => {
            "\\usepackage{iftex}\n\\ifPDFTeX\n\\usepackage[T1]{fontenc}\n\\usepackage[utf8]{inputenc}\n\\usepackage{lmodern}\n\\usepackage{textcomp}\n\\else\n\\usepackage{fontspec}\n\\fi\n"
        }
    };
    format!(
        "% Compiles by itself with {engine}, twice for the contents.\n\\documentclass[a4paper,10pt]{{article}}\n{fonts}\
         \\usepackage[margin=22mm]{{geometry}}\n\\usepackage{{array,booktabs,longtable}}\n\\usepackage[hidelinks,unicode]{{hyperref}}\n\
         \\setcounter{{secnumdepth}}{{0}}\n\\setcounter{{tocdepth}}{{2}}\n\\setlength{{\\emergencystretch}}{{3em}}\n\
         \\setlength{{\\tabcolsep}}{{3pt}}\n\\newcommand{{\\code}}[1]{{\\texttt{{#1}}}}\n\
         \\newcolumntype{{W}}[1]{{>{{\\raggedright\\arraybackslash}}p{{\\dimexpr #1\\linewidth-2\\tabcolsep\\relax}}}}\n\
         \\title{{{}}}\n\\author{{}}\n\\date{{{}}}\n\\begin{{document}}\n\\maketitle\n\\tableofcontents\n\n{body}\\end{{document}}\n",
        escape(title, language),
        escape(subtitle, language),
    )
}

/// The body of a document: headings of the second level become sections.
#[must_use]
pub fn body(markdown: &str, notation: Notation, language: Language) -> String {
    let mut writer = Writer::new(notation, language);
    // The end of a line may stand within a script.
    let joined = |event| if matches!(event, Event::SoftBreak) { Event::Text(" ".into()) } else { event };
    for event in TextMergeStream::new(Parser::new_ext(markdown, Options::ENABLE_TABLES).map(joined)) {
        writer.event(event);
    }
    writer.out
}

/// A cell of a table.
#[derive(Debug, Default)]
struct Cell {
    tex: String,
    /// The text alone, for its width.
    plain: String,
}

#[derive(Debug, Default)]
struct Grid {
    alignments: Vec<pulldown_cmark::Alignment>,
    rows: Vec<Vec<Cell>>,
}

struct Writer {
    notation: Notation,
    language: Language,
    out: String,
    table: Option<Grid>,
    /// Whether the text so far ends with the mark of a script whose argument is code.
    script: Option<char>,
    /// Whether code has just ended.
    after_code: bool,
    verbatim: bool,
    /// For each link that is open, whether it leads out of the document.
    links: Vec<bool>,
    /// Whether the text is an address that is written already.
    bare: bool,
}

impl Writer {
    fn new(notation: Notation, language: Language) -> Self {
        let out = String::new();
        Self {
            notation,
            language,
            out,
            table: None,
            script: None,
            after_code: false,
            verbatim: false,
            links: Vec::new(),
            bare: false,
        }
    }

    /// Where text goes: the cell that is being read, or the document.
    fn push(&mut self, tex: &str) {
        match self.table.as_mut().and_then(|grid| grid.rows.last_mut()?.last_mut()) {
            Some(cell) => cell.tex.push_str(tex),
            None => self.out.push_str(tex),
        }
    }

    fn push_plain(&mut self, text: &str) {
        if let Some(cell) = self.table.as_mut().and_then(|grid| grid.rows.last_mut()?.last_mut()) {
            cell.plain.push_str(text);
        }
    }

    fn event(&mut self, event: Event) {
        if !matches!(event, Event::Code(_)) && self.script.take().is_some() {
            // A mark without an argument stands for itself.
            self.push("\\textasciicircum{}");
        }
        let after_code = std::mem::replace(&mut self.after_code, matches!(event, Event::Code(_)));
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => self.end(tag),
            Event::Text(text) if self.verbatim => self.push(&text),
            Event::Text(text) if self.bare => self.push_plain(&text),
            Event::Text(text) => self.text(&text, after_code),
            Event::Code(text) => {
                self.push_plain(&text);
                let tex = format!("\\code{{{}}}", escape_code(&text));
                let tex = match self.script.take() {
                    Some(mark) => format!("{}{{{tex}}}", script_command(mark)),
                    None => tex,
                };
                self.push(&tex);
            }
            Event::InlineHtml(html) | Event::Html(html) if html.trim() == "<br>" => {
                self.push_plain("\n");
                self.push("\\newline ");
            }
            Event::Html(text)
            | Event::InlineHtml(text)
            | Event::InlineMath(text)
            | Event::DisplayMath(text) => {
                self.text(&text, false);
            }
            Event::SoftBreak => self.push(" "),
            Event::HardBreak => self.push("\\newline\n"),
            Event::Rule => self.push("\\medskip\\hrule\\medskip\n\n"),
            Event::FootnoteReference(_) | Event::TaskListMarker(_) => {}
        }
    }

    fn text(&mut self, text: &str, after_code: bool) {
        self.push_plain(text);
        let tex = match self.notation {
            Notation::Plain => escape(text, self.language),
            Notation::Formulae => {
                let (tex, script) = formulae(text, after_code, self.language);
                self.script = script;
                tex
            }
        };
        // Names of keys are long and have no other place to break.
        self.push(&tex.replace("\\_", "\\_\\allowbreak{}"));
    }

    fn start(&mut self, tag: Tag) {
        match tag {
            Tag::Heading { level, .. } => {
                let command = match level {
                    HeadingLevel::H1 | HeadingLevel::H2 => "section",
                    HeadingLevel::H3 => "subsection",
                    HeadingLevel::H4 => "subsubsection",
                    HeadingLevel::H5 | HeadingLevel::H6 => "paragraph",
                };
                self.push(&format!("\\{command}{{"));
            }
            Tag::List(None) => self.push("\\begin{itemize}\n"),
            Tag::List(Some(first)) => {
                self.push("\\begin{enumerate}\n");
                if first != 1 {
                    self.push(&format!("\\addtocounter{{enumi}}{{{}}}\n", i128::from(first) - 1));
                }
            }
            // Braces, since a bracket that follows would be taken for a label.
            Tag::Item => self.push("\\item{} "),
            Tag::Emphasis => self.push("\\emph{"),
            Tag::Strong => self.push("\\textbf{"),
            Tag::BlockQuote(_) => self.push("\\begin{quote}\n"),
            Tag::CodeBlock(_) => {
                self.verbatim = true;
                self.push("\\begin{verbatim}\n");
            }
            Tag::Link { dest_url, link_type, .. } => {
                let external = is_external(&dest_url);
                self.links.push(external);
                // An address that is its own text may break anywhere.
                let bare = link_type == LinkType::Autolink && dest_url.chars().all(is_plain_in_url);
                if external && bare {
                    self.bare = true;
                    self.push(&format!("\\url{{{dest_url}"));
                } else if external {
                    self.push(&format!("\\href{{{}}}{{", escape_url(&dest_url)));
                }
            }
            Tag::Table(alignments) => self.table = Some(Grid { alignments, rows: Vec::new() }),
            Tag::TableHead | Tag::TableRow => {
                if let Some(grid) = &mut self.table {
                    grid.rows.push(Vec::new());
                }
            }
            Tag::TableCell => {
                if let Some(row) = self.table.as_mut().and_then(|grid| grid.rows.last_mut()) {
                    row.push(Cell::default());
                }
            }
            // What follows of these is text.
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Heading(_) => self.push("}\n\n"),
            TagEnd::Paragraph => self.push("\n\n"),
            TagEnd::List(false) => self.push("\\end{itemize}\n\n"),
            TagEnd::List(true) => self.push("\\end{enumerate}\n\n"),
            TagEnd::Item => self.push("\n"),
            TagEnd::Emphasis | TagEnd::Strong => self.push("}"),
            TagEnd::Link => {
                self.bare = false;
                if self.links.pop() == Some(true) {
                    self.push("}");
                }
            }
            TagEnd::BlockQuote(_) => self.push("\\end{quote}\n\n"),
            TagEnd::CodeBlock => {
                self.verbatim = false;
                self.push("\\end{verbatim}\n\n");
            }
            TagEnd::Table => {
                if let Some(grid) = self.table.take() {
                    self.out.push_str(&longtable(&grid));
                }
            }
            _ => {}
        }
    }
}

fn is_plain_in_url(c: char) -> bool {
    c.is_ascii_alphanumeric() || "-./:()?=+".contains(c)
}

fn is_external(address: &str) -> bool {
    address.starts_with("https://") || address.starts_with("http://")
}

/// A table that breaks over pages.
fn longtable(grid: &Grid) -> String {
    let Some((head, rows)) = grid.rows.split_first() else { return String::new() };
    let columns = columns(grid);
    let space = if columns.starts_with('W') { "\\addlinespace[2pt]" } else { "" };
    let line = |row: &[Cell]| -> String {
        let cells: Vec<&str> = row.iter().map(|cell| cell.tex.trim()).collect();
        // Not two backslashes: they would take a bracket that begins the next row for a distance.
        format!("{} \\tabularnewline{}\n", cells.join(" & "), space)
    };
    let bold: Vec<String> = head
        .iter()
        .map(|cell| {
            if cell.tex.trim().is_empty() {
                String::new()
            } else {
                format!("\\textbf{{{}}}", cell.tex.trim())
            }
        })
        .collect();
    let bold = format!("{} \\tabularnewline\n", bold.join(" & "));
    let body: String = rows.iter().map(|row| line(row)).collect();
    format!(
        "{{\\footnotesize\n\\begin{{longtable}}{{@{{}}{columns}@{{}}}}\n\\toprule\n{bold}\\midrule\n\\endfirsthead\n\\toprule\n{bold}\\midrule\n\\endhead\n\
         \\bottomrule\n\\endfoot\n{body}\\end{{longtable}}}}\n\n"
    )
}

/// Columns as wide as their texts where all fit on a line, else shares of the line by how much stands in them.
fn columns(grid: &Grid) -> String {
    let count = grid.rows.first().map_or(0, Vec::len);
    let cells = |column: usize| grid.rows.iter().filter_map(move |row| row.get(column));
    let natural: Vec<f64> =
        (0..count).map(|column| cells(column).map(|cell| width(&cell.plain)).fold(1.0, f64::max)).collect();
    let one_line = !grid.rows.iter().flatten().any(|cell| cell.tex.contains("\\newline"));
    if one_line && natural.iter().sum::<f64>() + 2.0 * natural.len() as f64 <= LINE {
        let letter = |column: usize| match grid.alignments.get(column) {
            Some(pulldown_cmark::Alignment::Right) => 'r',
            Some(pulldown_cmark::Alignment::Center) => 'c',
            _ => 'l',
        };
        return (0..count).map(letter).collect();
    }
    let least: Vec<f64> = (0..count)
        .map(|column| cells(column).map(|cell| longest_word(&cell.plain)).fold(3.0, f64::max).min(24.0) + 3.5)
        .collect();
    let mean: Vec<f64> = (0..count)
        .map(|column| {
            cells(column).map(|cell| width(&cell.plain)).sum::<f64>() / cells(column).count().max(1) as f64
        })
        .collect();
    let open = (LINE - least.iter().sum::<f64>()).max(0.0);
    let wanted: Vec<f64> = least.iter().zip(&mean).map(|(least, mean)| (mean - least).max(0.0)).collect();
    let all = wanted.iter().sum::<f64>();
    let widths: Vec<f64> = least
        .iter()
        .zip(&wanted)
        .map(|(least, wanted)| if all > 0.0 { least + open * wanted / all } else { *least })
        .collect();
    let total = widths.iter().sum::<f64>().max(1.0);
    widths.iter().map(|width| format!("W{{{:.3}}}", width / total * 0.999)).collect()
}

/// Columns of a terminal that a text takes, its widest line.
fn width(text: &str) -> f64 {
    text.split('\n')
        .map(|line| line.chars().map(|c| if is_wide(c) { 2.0 } else { 1.0 }).sum())
        .fold(0.0, f64::max)
}

/// The widest part of a text that can't be broken.
fn longest_word(text: &str) -> f64 {
    let breaks = |c: char| c.is_whitespace() || matches!(c, '.' | '_' | '-' | '/' | ',') || is_wide(c);
    text.split(breaks).map(width).fold(0.0, f64::max) + 1.0
}

/// Whether a character is Chinese, or punctuation as wide.
pub fn is_wide(c: char) -> bool {
    matches!(c, '\u{2e80}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{fe30}'..='\u{fe4f}' | '\u{ff00}'..='\u{ff60}' | '\u{ffe0}'..='\u{ffe6}' | '\u{20000}'..='\u{2ffff}')
}

const fn script_command(mark: char) -> &'static str {
    if mark == '^' { "\\textsuperscript" } else { "\\textsubscript" }
}

/// A text with its scripts, and the mark at its end if its argument is what follows.
fn formulae(text: &str, after_code: bool, language: Language) -> (String, Option<char>) {
    let mut out = String::new();
    let mut rest = text;
    let mut before = if after_code { Some('x') } else { None };
    while let Some(c) = rest.chars().next() {
        rest = &rest[c.len_utf8()..];
        let carries =
            before.is_some_and(|before| before.is_alphanumeric() || matches!(before, ')' | ']' | '}'));
        before = Some(c);
        if !(c == '^' || c == '_' && carries) {
            push_escaped(&mut out, c, language);
            continue;
        }
        if rest.is_empty() && c == '^' {
            return (out, Some(c));
        }
        let (argument, after) = argument(c, rest);
        if argument.is_empty() {
            push_escaped(&mut out, c, language);
            continue;
        }
        let (inner, _) = formulae(argument, false, language);
        out.push_str(&format!("{}{{{inner}}}", script_command(c)));
        before = argument.chars().last();
        rest = after;
    }
    (out, None)
}

/// The argument of a script and what follows it.
fn argument(mark: char, text: &str) -> (&str, &str) {
    let raised = mark == '^';
    match text.chars().next() {
        Some('{') => within(text, 1),
        Some('(') if raised => within(text, 1),
        Some('[') if raised => within(text, 0),
        _ => {
            let sign = if raised {
                text.strip_prefix(['−', '-']).map_or(0, |after| text.len() - after.len())
            } else {
                0
            };
            let word = text[sign..]
                .find(|c: char| !(c.is_alphanumeric() || c == '-' && !raised))
                .map_or(text.len(), |end| sign + end);
            let end = if raised && word > sign + 1 && text[word..].starts_with('(') {
                word + balanced(&text[word..])
            } else {
                word
            };
            (text[..end].trim_end_matches('-'), &text[text[..end].trim_end_matches('-').len()..])
        }
    }
}

/// What the brackets at the beginning of a text hold, without `outer` characters at each end, and the rest.
fn within(text: &str, outer: usize) -> (&str, &str) {
    let end = balanced(text);
    if end < 2 { ("", text) } else { (&text[outer..end - outer], &text[end..]) }
}

/// Length of the brackets with which a text begins; nought if they don't close.
fn balanced(text: &str) -> usize {
    let mut depth = 0usize;
    for (place, c) in text.char_indices() {
        match c {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => {
                depth -= 1;
                if depth == 0 {
                    return place + c.len_utf8();
                }
            }
            _ => {}
        }
    }
    0
}

/// A text made safe.
#[must_use]
pub fn escape(text: &str, language: Language) -> String {
    let mut out = String::with_capacity(text.len());
    text.chars().for_each(|c| push_escaped(&mut out, c, language));
    out
}

/// Code made safe, with places where a line may break.
fn escape_code(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        // Two hyphens would become a dash.
        if c == '-' && out.ends_with('-') {
            out.push_str("{}");
        }
        let joins = c == '-' && out.ends_with(|before: char| before.is_ascii_alphanumeric());
        push_escaped(&mut out, c, Language::En);
        if joins || matches!(c, '.' | '_' | '/' | ',' | '=') {
            out.push_str("\\allowbreak{}");
        }
    }
    out
}

/// What an address needs within `\href`.
fn escape_url(address: &str) -> String {
    let mut out = String::new();
    for c in address.chars() {
        match c {
            '%' | '#' | '&' | '_' => out.extend(['\\', c]),
            '{' => out.push_str("\\%7B"),
            '}' => out.push_str("\\%7D"),
            '\\' => out.push_str("\\%5C"),
            '^' => out.push_str("\\%5E"),
            '~' => out.push_str("\\%7E"),
            '$' => out.push_str("\\%24"),
            c => out.push(c),
        }
    }
    out
}

/// Symbols as commands, so that any font has them.
const SYMBOLS: [(char, &str); 44] = [
    ('\\', "\\textbackslash{}"),
    ('~', "\\textasciitilde{}"),
    ('^', "\\textasciicircum{}"),
    ('<', "\\textless{}"),
    ('>', "\\textgreater{}"),
    ('|', "\\textbar{}"),
    ('\'', "'"),
    ('–', "--"),
    ('±', "\\ensuremath{\\pm}"),
    ('²', "\\textsuperscript{2}"),
    ('³', "\\textsuperscript{3}"),
    ('·', "\\ensuremath{\\cdot}"),
    ('¼', "\\ensuremath{1/4}"),
    ('½', "\\ensuremath{1/2}"),
    ('×', "\\ensuremath{\\times}"),
    ('Π', "\\ensuremath{\\Pi}"),
    ('Σ', "\\ensuremath{\\Sigma}"),
    ('α', "\\ensuremath{\\alpha}"),
    ('β', "\\ensuremath{\\beta}"),
    ('δ', "\\ensuremath{\\delta}"),
    ('ε', "\\ensuremath{\\varepsilon}"),
    ('λ', "\\ensuremath{\\lambda}"),
    ('μ', "\\ensuremath{\\mu}"),
    ('σ', "\\ensuremath{\\sigma}"),
    ('φ', "\\ensuremath{\\varphi}"),
    ('‰', "\\textperthousand{}"),
    ('⁰', "\\textsuperscript{0}"),
    ('¹', "\\textsuperscript{1}"),
    ('⁴', "\\textsuperscript{4}"),
    ('⁶', "\\textsuperscript{6}"),
    ('⁻', "\\textsuperscript{\\ensuremath{-}}"),
    ('₂', "\\textsubscript{2}"),
    ('←', "\\ensuremath{\\leftarrow}"),
    ('→', "\\ensuremath{\\rightarrow}"),
    ('∈', "\\ensuremath{\\in}"),
    ('−', "\\ensuremath{-}"),
    ('√', "\\ensuremath{\\surd}"),
    ('≈', "\\ensuremath{\\approx}"),
    ('≤', "\\ensuremath{\\le}"),
    ('≥', "\\ensuremath{\\ge}"),
    ('≠', "\\ensuremath{\\ne}"),
    ('⌊', "\\ensuremath{\\lfloor}"),
    ('⌋', "\\ensuremath{\\rfloor}"),
    ('\u{a0}', "~"),
];

/// Marks that Chinese has in its own font and English has not.
const ENGLISH: [(char, &str); 6] =
    [('“', "``"), ('”', "''"), ('‘', "`"), ('’', "'"), ('—', "---"), ('…', "\\ldots{}")];

fn push_escaped(out: &mut String, c: char, language: Language) {
    if matches!(c, '&' | '%' | '$' | '#' | '_' | '{' | '}') {
        out.extend(['\\', c]);
    } else if let Some((_, command)) = SYMBOLS.iter().find(|(symbol, _)| *symbol == c) {
        out.push_str(command);
    } else if let Some((_, command)) = ENGLISH.iter().find(|(mark, _)| *mark == c && language == Language::En)
    {
        out.push_str(command);
    } else if c.is_control() {
        out.push(' ');
    } else {
        out.push(c);
    }
}

/// Whether every character has a glyph in what a document loads.
#[cfg(test)]
pub fn is_known(c: char) -> bool {
    c.is_ascii()
        || is_wide(c)
        || ('\u{c0}'..='\u{17f}').contains(&c)
        || SYMBOLS.iter().chain(&ENGLISH).any(|(symbol, _)| *symbol == c)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn formula(text: &str) -> String {
        body(text, Notation::Formulae, Language::En).trim().to_owned()
    }

    #[test]
    fn what_latex_would_read_is_escaped() {
        let all = "50% & a_b {x} \\ #1 $2 ~ ^ < > | 2021–35";
        let escaped = "50\\% \\& a\\_b \\{x\\} \\textbackslash{} \\#1 \\$2 \\textasciitilde{} \\textasciicircum{} \\textless{} \\textgreater{} \\textbar{} 2021--35";
        assert_eq!(escape(all, Language::En), escaped);
        assert_eq!(escape("“甲”—乙", Language::Zh), "“甲”—乙");
        assert_eq!(escape_code("--set a.b_c"), "-{}-set a.\\allowbreak{}b\\_\\allowbreak{}c");
        assert_eq!(escape_code("cap-all"), "cap-\\allowbreak{}all");
        assert_eq!(escape_url("https://doi.org/10.1/a_b#c%d"), "https://doi.org/10.1/a\\_b\\#c\\%d");
    }

    #[test]
    fn scripts_take_what_belongs_to_them() {
        let sup = |text: &str| format!("\\textsuperscript{{{text}}}");
        let sub = |text: &str| format!("\\textsubscript{{{text}}}");
        assert_eq!(formula("m_g · q^2"), format!("m{} \\ensuremath{{\\cdot}} q{}", sub("g"), sup("2")));
        assert_eq!(formula("Π_{g∈C} x"), format!("\\ensuremath{{\\Pi}}{} x", sub("g\\ensuremath{\\in}C")));
        assert_eq!(
            formula("m_forgone^[forgone last year], b"),
            format!("m{}{}, b", sub("forgone"), sup("[forgone last year]"))
        );
        assert_eq!(
            formula("`a`^min(n,4) · b"),
            format!("\\code{{a}}{} \\ensuremath{{\\cdot}} b", sup("min(n,4)"))
        );
        assert_eq!(formula("x^`a_b` y"), format!("x{} y", sup("\\code{a\\_\\allowbreak{}b}")));
        assert_eq!(formula("e^(−(r)F)) z"), format!("e{}) z", sup("\\ensuremath{-}(r)F")));
        assert_eq!(formula("S_top-up, S_aid"), format!("S{}, S{}", sub("top-up"), sub("aid")));
        assert_eq!(formula("Q_t(√b)"), format!("Q{}(\\ensuremath{{\\surd}}b)", sub("t")));
        assert_eq!(
            formula("share`x`_p · S"),
            format!("share\\code{{x}}{} \\ensuremath{{\\cdot}} S", sub("p"))
        );
        assert_eq!(formula("a _ b ^ c^"), "a \\_\\allowbreak{} b \\textasciicircum{} c\\textasciicircum{}");
        assert_eq!(formula("x^[a\nb] y"), format!("x{} y", sup("[a b]")), "over the end of a line");
        assert_eq!(body("m_g", Notation::Plain, Language::En).trim(), "m\\_\\allowbreak{}g");
    }

    #[test]
    fn blocks_become_environments() {
        let tex = body(
            "## H & *i*\n\n1. one\n2. two\n\n- [x] a\n\n```\na_b\n```\n\n[l](https://x.org/a_b) [r](r.md) <https://x.org/a-b> <https://x.org/a_b>\n",
            Notation::Plain,
            Language::En,
        );
        for part in [
            "\\section{H \\& \\emph{i}}",
            "\\begin{enumerate}\n\\item{} one\n\\item{} two\n\\end{enumerate}",
            "\\item{} [x] a",
            "\\begin{verbatim}\na_b\n\\end{verbatim}",
            "\\href{https://x.org/a\\_b}{l} r \\url{https://x.org/a-b} \\href{https://x.org/a\\_b}{https:",
        ] {
            assert!(tex.contains(part), "{part}\n{tex}");
        }
    }

    #[test]
    fn a_wide_table_shares_the_line_and_a_narrow_one_does_not() {
        let narrow = body("| a | b |\n| --- | ---: |\n| x | 1 |\n", Notation::Plain, Language::En);
        assert!(narrow.contains("\\begin{longtable}{@{}lr@{}}"), "{narrow}");
        assert!(narrow.contains("x & 1 \\tabularnewline"), "{narrow}");
        let long = "word ".repeat(60);
        let wide =
            body(&format!("| a | b |\n| --- | --- |\n| x | {long} |\n"), Notation::Plain, Language::En);
        let spec = wide.split("{@{}").nth(1).expect("columns");
        let shares: Vec<f64> =
            spec.split("W{").skip(1).map(|part| part[..5].parse().expect("a share")).collect();
        assert_eq!(shares.len(), 2, "{spec}");
        assert!(shares[1] > 3.0 * shares[0] && shares.iter().sum::<f64>() < 1.0, "{shares:?}");
        let broken = body("| a | b |\n| --- | --- |\n| x<br>y | 1 |\n", Notation::Plain, Language::En);
        assert!(broken.contains("x\\newline y & 1"), "{broken}");
    }
}
