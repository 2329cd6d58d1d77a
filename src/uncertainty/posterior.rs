//! The posterior of a calibration: draws of its free parameters, the first of them the best.
//!
//! A file of comma-separated values: lines of remarks (`#`), a head `draw,<key>,<key>…`, then a row a draw; draw 0 is the best
//! point and no draw of the posterior. A head of `draw` alone stands for one that is still to be drawn.

use std::fmt;

use crate::evidence::{Book, nearest};

/// The posterior that ships: of `scenarios/calibrate.toml`.
const SHIPPED: &str = include_str!("../../data/calibration/posterior.csv");

/// What messages call it.
const SHIPPED_NAME: &str = "data/calibration/posterior.csv";

/// Values of parameters by draw.
#[derive(Debug, Clone, PartialEq)]
pub struct Posterior {
    /// The keys of the scenario.
    pub keys: Vec<String>,
    /// The best point.
    pub best: Vec<f64>,
    /// The draws, each with a value a key.
    pub draws: Vec<Vec<f64>>,
}

/// Why a text is no posterior.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PosteriorError {
    /// The file.
    pub file: String,
    /// The line, from 1.
    pub line: u64,
    /// What was found and what was expected.
    pub message: String,
}

impl fmt::Display for PosteriorError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file, self.line, self.message)
    }
}

impl std::error::Error for PosteriorError {}

impl Posterior {
    /// The one that ships.
    ///
    /// # Errors
    /// [`PosteriorError`] as long as there is none.
    pub fn shipped() -> Result<Self, PosteriorError> {
        Self::read(SHIPPED_NAME, SHIPPED)
    }

    /// The text of the one that ships.
    #[must_use]
    pub const fn shipped_text() -> &'static str {
        SHIPPED
    }

    /// Reads a posterior.
    ///
    /// # Errors
    /// [`PosteriorError`] at the first line that doesn't hold: another head, a key that is no number of a scenario or stands
    /// twice, a row of another length, a value that is no finite number, no draw.
    pub fn read(file: &str, text: &str) -> Result<Self, PosteriorError> {
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .comment(Some(b'#'))
            .flexible(true)
            .from_reader(text.as_bytes());
        let error = |line, message: String| PosteriorError { file: file.to_owned(), line, message };
        let mut rows = Vec::new();
        for record in reader.records() {
            let record =
                record.map_err(|e| error(e.position().map_or(1, csv::Position::line), e.to_string()))?;
            rows.push((line_of(text, record.position().map_or(1, csv::Position::line)), record));
        }
        let Some(((at, head), rows)) = rows.split_first() else {
            return Err(error(1, "expected a head `draw,<key>,…`, found nothing".to_owned()));
        };
        if head.len() == 1 && head.get(0) == Some("draw") && rows.is_empty() {
            return Err(error(*at, "there is no posterior yet: `fanpin calibrate` draws one".to_owned()));
        }
        let keys = keys(head).map_err(|message| error(*at, message))?;
        let mut draws = Vec::new();
        for (line, row) in rows {
            draws.push(values(row, &keys).map_err(|message| error(*line, message))?);
        }
        if draws.len() < 2 {
            let message =
                format!("expected the best point and at least one draw, found {} rows", draws.len());
            return Err(error(*at, message));
        }
        Ok(Self { keys, best: draws.remove(0), draws })
    }
}

/// The line of a record that was looked for from a line on: past remarks and empty lines.
fn line_of(text: &str, from: u64) -> u64 {
    let skipped = |line: &&str| line.starts_with('#') || line.trim().is_empty();
    let lines = text.lines().zip(1..).skip_while(|(_, number)| *number < from);
    lines.skip_while(|(line, _)| skipped(line)).map(|(_, number)| number).next().unwrap_or(from)
}

fn keys(head: &csv::StringRecord) -> Result<Vec<String>, String> {
    if head.get(0) != Some("draw") || head.len() < 2 {
        return Err(format!(
            "expected a head `draw,<key>,…`, found `{}`",
            head.iter().collect::<Vec<_>>().join(",")
        ));
    }
    let keys: Vec<String> = head.iter().skip(1).map(str::to_owned).collect();
    for (at, key) in keys.iter().enumerate() {
        let number = Book::get().lookup(key).is_some_and(|parameter| parameter.range.is_some());
        if !number {
            let near = nearest(key, Book::get().iter().map(|parameter| parameter.pattern.as_str()));
            let near = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
            return Err(format!("`{key}` is no number of a scenario{near}"));
        }
        if keys[..at].contains(key) {
            return Err(format!("`{key}` stands twice"));
        }
    }
    Ok(keys)
}

fn values(row: &csv::StringRecord, keys: &[String]) -> Result<Vec<f64>, String> {
    if row.len() != keys.len() + 1 {
        return Err(format!("expected {} values, found {}", keys.len() + 1, row.len()));
    }
    let number = |(text, key): (&str, &String)| match text.trim().parse::<f64>() {
        Ok(value) if value.is_finite() => Ok(value),
        _ => Err(format!("expected a number for `{key}`, found `{text}`")),
    };
    row.iter().skip(1).zip(keys).map(number).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "# remark\ndraw,society.care.admission_factor,society.economy.persistence\n";

    #[test]
    fn the_one_that_ships_is_read_or_is_still_to_be_drawn() {
        if let Err(error) = Posterior::shipped() {
            assert!(error.message.contains("there is no posterior yet"), "{error}");
            assert_eq!(SHIPPED.lines().filter(|line| !line.starts_with('#')).collect::<Vec<_>>(), ["draw"]);
        }
        let none = Posterior::read("p.csv", "# none\ndraw\n").expect_err("none").to_string();
        assert_eq!(none, "p.csv:2: there is no posterior yet: `fanpin calibrate` draws one");
    }

    #[test]
    fn draws_are_read_and_the_first_is_the_best() {
        let text = format!("{HEAD}0,1.1,0.9\n1,1.2,0.95\n2,1.0,0.91\n");
        let found = Posterior::read("p.csv", &text).expect("it reads");
        assert_eq!(found.best, [1.1, 0.9]);
        assert_eq!(found.draws, [[1.2, 0.95], [1.0, 0.91]]);
    }

    #[test]
    fn what_does_not_hold_is_named_with_its_line() {
        let message = |text: &str| Posterior::read("p.csv", text).expect_err("it doesn't hold").to_string();
        assert_eq!(message(""), "p.csv:1: expected a head `draw,<key>,…`, found nothing");
        assert_eq!(
            message("draw,society.care.admision_factor\n"),
            "p.csv:1: `society.care.admision_factor` is no number of a scenario; did you mean \
             `society.care.admission_factor`?"
        );
        assert_eq!(message(&format!("{HEAD}0,1.1\n")), "p.csv:3: expected 3 values, found 2");
        let bad = message(&format!("{HEAD}0,1.1,0.9\n1,x,0.9\n"));
        assert_eq!(bad, "p.csv:4: expected a number for `society.care.admission_factor`, found `x`");
        assert!(message(&format!("{HEAD}0,1.1,NaN\n")).contains("found `NaN`"));
        assert!(message(&format!("{HEAD}0,1.1,0.9\n")).contains("at least one draw"));
        let twice = "draw,society.care.admission_factor,society.care.admission_factor\n";
        assert!(message(twice).contains("stands twice"));
    }
}
