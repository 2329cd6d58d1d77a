//! Pieces of Markdown: texts made safe, code, tables.

/// A text as it stands, whatever is in it. Line ends become spaces.
pub fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '|' | '#' | '~' | '&' | '$' => {
                out.extend(['\\', c])
            }
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

/// A text in which backticks, where they come in pairs, mark code.
pub fn prose(text: &str) -> String {
    let pieces: Vec<&str> = text.split('`').collect();
    if pieces.len().is_multiple_of(2) {
        return plain(text);
    }
    let piece = |(place, piece): (usize, &&str)| if place % 2 == 0 { plain(piece) } else { code(piece) };
    pieces.iter().enumerate().map(piece).collect()
}

/// Code. A bar would end the cell of a table, so it is written as one that doesn't.
pub fn code(text: &str) -> String {
    if text.is_empty() {
        return String::new();
    }
    let text = text.replace(char::is_control, " ").replace('|', "\\|");
    if text.contains('`') { format!("`` {text} ``") } else { format!("`{text}`") }
}

/// A table with a head.
#[derive(Debug)]
pub struct Table {
    columns: usize,
    text: String,
}

impl Table {
    /// A table with these heads of columns.
    pub fn new(head: &[&str]) -> Self {
        let mut table = Self { columns: head.len(), text: String::new() };
        table.row(&head.iter().map(|cell| plain(cell)).collect::<Vec<_>>());
        table.text.push_str(&format!("|{}\n", " --- |".repeat(head.len())));
        table
    }

    /// Adds a row of Markdown.
    ///
    /// # Panics
    /// If there are not as many cells as heads.
    pub fn row(&mut self, cells: &[String]) {
        assert_eq!(cells.len(), self.columns, "a cell a column");
        self.text.push_str(&format!("| {} |\n", cells.join(" | ")));
    }

    /// The table with an empty line after it.
    pub fn finish(self) -> String {
        self.text + "\n"
    }
}

/// Lines within a cell.
pub fn lines(lines: &[String]) -> String {
    lines.join("<br>")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_text_is_taken_for_markup() {
        assert_eq!(
            plain("a_b *c* [d](e) <f> |g| `h`\n# i"),
            "a\\_b \\*c\\* \\[d\\](e) \\<f\\> \\|g\\| \\`h\\` \\# i"
        );
        let text = "output/<name> costs 1_000 * 2 | [3] & `x` ~ $y$ \\ # end";
        let events: String = pulldown_cmark::Parser::new(&plain(text))
            .filter_map(|event| match event {
                pulldown_cmark::Event::Text(text) => Some(text.into_string()),
                _ => None,
            })
            .collect();
        assert_eq!(events, text);
    }

    #[test]
    fn backticks_in_pairs_are_code() {
        assert_eq!(prose("layer `a_b` pays 5 %"), "layer `a_b` pays 5 %");
        assert_eq!(prose("a lone ` of_it"), "a lone \\` of\\_it");
        assert_eq!(code("a`b"), "`` a`b ``");
    }
}
