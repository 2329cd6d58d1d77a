//! `measures.csv`, `differences.csv`, `flows.csv`: written, and read back to draw a finished run again.
//!
//! UTF-8, comma, a dot for decimals whatever the locale. Numbers are the shortest that read back as the same number.
//! An undefined value is an empty cell in a row that stays. Rows are sorted by regime, (baseline,) year, group and
//! measure or outcome, as texts. The columns that scripts rely on come first; what was added later stands after them.

use std::fmt;

use super::store::{StoreError, finite};
use crate::measures::catalogue::{OUTCOMES, info};
use crate::measures::table::{DifferenceRow, FlowRow, MeasureRow, Results, Statistics};
use crate::units::Year;

/// File name of the measures.
pub const MEASURES_CSV: &str = "measures.csv";
/// File name of the paired differences.
pub const DIFFERENCES_CSV: &str = "differences.csv";
/// File name of the flows.
pub const FLOWS_CSV: &str = "flows.csv";

const MEASURES_HEAD: &str = "scenario,regime,year,group,measure,unit,mean,sd,q025,median,q975,replicates,\
                             weight,denominator,se,ci_low,ci_high";
const DIFFERENCES_HEAD: &str = "scenario,regime,baseline,year,group,measure,unit,mean,q025,q975,replicates,\
                                sd,se,ci_low,ci_high,median,variance_ratio";
const FLOWS_HEAD: &str = "scenario,regime,baseline,year,group,outcome,households_mean,q025,q975,\
                          sd,se,ci_low,ci_high,median,replicates";

/// Why a table can't be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TableError {
    /// The columns are not those of this version.
    Columns {
        /// The file.
        file: &'static str,
    },
    /// A cell is not what its column holds.
    Cell {
        /// The file.
        file: &'static str,
        /// Line, the heading being the first.
        line: u64,
        /// Column.
        column: &'static str,
        /// What was found.
        found: String,
    },
    /// The file is not CSV.
    NotCsv {
        /// The file.
        file: &'static str,
        /// What is wrong with it.
        reason: String,
    },
}

impl fmt::Display for TableError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Columns { file } => write!(f, "`{file}` has not the columns that this version writes"),
            Self::Cell { file, line, column, found } => {
                write!(f, "line {line} of `{file}` has `{found}` as its {column}")
            }
            Self::NotCsv { file, reason } => write!(f, "`{file}` can't be read as CSV: {reason}"),
        }
    }
}

impl std::error::Error for TableError {}

/// The content of `measures.csv`.
///
/// # Errors
///
/// [`StoreError::NotFinite`].
pub fn measures(results: &Results) -> Result<Vec<u8>, StoreError> {
    let mut rows: Vec<&MeasureRow> = results.measures.iter().collect();
    rows.sort_by(|a, b| {
        (&a.regime, a.year, &a.group, a.measure).cmp(&(&b.regime, b.year, &b.group, b.measure))
    });
    let mut table = Table::new(MEASURES_CSV, MEASURES_HEAD);
    for row in rows {
        let (s, (unit, weight)) = (&row.statistics, unit_and_weight(row.measure));
        table.text(&results.scenario).text(&row.regime).whole(row.year.number());
        table.text(&row.group).text(row.measure).text(unit);
        table.number(s.mean)?.number(s.sd)?.number(s.q025)?.number(s.median)?.number(s.q975)?;
        table.whole(s.replicates).text(weight).number(row.denominator)?;
        table.number(s.se)?.number(s.ci_low)?.number(s.ci_high)?.end();
    }
    Ok(table.finish())
}

/// The content of `differences.csv`.
///
/// # Errors
///
/// [`StoreError::NotFinite`].
pub fn differences(results: &Results) -> Result<Vec<u8>, StoreError> {
    let mut rows: Vec<&DifferenceRow> = results.differences.iter().collect();
    rows.sort_by(|a, b| {
        let key =
            |r: &DifferenceRow| (r.regime.clone(), r.baseline.clone(), r.year, r.group.clone(), r.measure);
        key(a).cmp(&key(b))
    });
    let mut table = Table::new(DIFFERENCES_CSV, DIFFERENCES_HEAD);
    for row in rows {
        let (s, (unit, _)) = (&row.statistics, unit_and_weight(row.measure));
        table.text(&results.scenario).text(&row.regime).text(&row.baseline).whole(row.year.number());
        table.text(&row.group).text(row.measure).text(unit);
        table.number(s.mean)?.number(s.q025)?.number(s.q975)?.whole(s.replicates);
        table.number(s.sd)?.number(s.se)?.number(s.ci_low)?.number(s.ci_high)?.number(s.median)?;
        table.number(row.variance_ratio)?.end();
    }
    Ok(table.finish())
}

/// The content of `flows.csv`.
///
/// # Errors
///
/// [`StoreError::NotFinite`].
pub fn flows(results: &Results) -> Result<Vec<u8>, StoreError> {
    let place = |outcome: &str| OUTCOMES.iter().position(|(id, _)| *id == outcome);
    let mut rows: Vec<&FlowRow> = results.flows.iter().collect();
    rows.sort_by(|a, b| {
        let key =
            |r: &FlowRow| (r.regime.clone(), r.baseline.clone(), r.year, r.group.clone(), place(r.outcome));
        key(a).cmp(&key(b))
    });
    let mut table = Table::new(FLOWS_CSV, FLOWS_HEAD);
    for row in rows {
        let s = &row.households;
        table.text(&results.scenario).text(&row.regime).text(&row.baseline).whole(row.year.number());
        table.text(&row.group).text(row.outcome);
        table.number(s.mean)?.number(s.q025)?.number(s.q975)?;
        table.number(s.sd)?.number(s.se)?.number(s.ci_low)?.number(s.ci_high)?.number(s.median)?;
        table.whole(s.replicates).end();
    }
    Ok(table.finish())
}

fn unit_and_weight(measure: &str) -> (&'static str, &'static str) {
    info(measure).map_or(("", ""), |info| (info.unit, info.weight))
}

/// The rows of `measures.csv`.
///
/// # Errors
///
/// [`TableError`] at the first cell that is not as [`measures`] writes it.
pub fn read_measures(bytes: &[u8]) -> Result<Vec<MeasureRow>, TableError> {
    read(MEASURES_CSV, MEASURES_HEAD, bytes, |row| {
        Ok(MeasureRow {
            regime: row.text("regime"),
            year: row.year()?,
            group: row.text("group"),
            measure: row.measure()?,
            denominator: row.number("denominator")?,
            statistics: row.statistics("mean")?,
        })
    })
}

/// The rows of `differences.csv`.
///
/// # Errors
///
/// [`TableError`] at the first cell that is not as [`differences`] writes it.
pub fn read_differences(bytes: &[u8]) -> Result<Vec<DifferenceRow>, TableError> {
    read(DIFFERENCES_CSV, DIFFERENCES_HEAD, bytes, |row| {
        Ok(DifferenceRow {
            regime: row.text("regime"),
            baseline: row.text("baseline"),
            year: row.year()?,
            group: row.text("group"),
            measure: row.measure()?,
            statistics: row.statistics("mean")?,
            variance_ratio: row.number("variance_ratio")?,
        })
    })
}

/// The rows of `flows.csv`.
///
/// # Errors
///
/// [`TableError`] at the first cell that is not as [`flows`] writes it.
pub fn read_flows(bytes: &[u8]) -> Result<Vec<FlowRow>, TableError> {
    read(FLOWS_CSV, FLOWS_HEAD, bytes, |row| {
        let outcome = row.text("outcome");
        let known = OUTCOMES.iter().find(|(id, _)| *id == outcome).map(|(id, _)| *id);
        Ok(FlowRow {
            regime: row.text("regime"),
            baseline: row.text("baseline"),
            year: row.year()?,
            group: row.text("group"),
            outcome: known.ok_or_else(|| row.bad("outcome"))?,
            households: row.statistics("households_mean")?,
        })
    })
}

/// A table that is being written.
pub(super) struct Table {
    file: &'static str,
    head: Vec<&'static str>,
    writer: csv::Writer<Vec<u8>>,
    column: usize,
}

const IN_MEMORY: &str = "rows of equal length written into memory do not fail";

impl Table {
    pub(super) fn new(file: &'static str, head: &'static str) -> Self {
        let head: Vec<&str> = head.split(',').collect();
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(&head).expect(IN_MEMORY);
        Self { file, head, writer, column: 0 }
    }

    pub(super) fn text(&mut self, text: &str) -> &mut Self {
        self.writer.write_field(text).expect(IN_MEMORY);
        self.column += 1;
        self
    }

    fn whole(&mut self, number: impl Into<i64>) -> &mut Self {
        let text = number.into().to_string();
        self.text(&text)
    }

    pub(super) fn number(&mut self, number: Option<f64>) -> Result<&mut Self, StoreError> {
        let Some(value) = number else { return Ok(self.text("")) };
        let column = self.head.get(self.column).copied().unwrap_or("a number");
        let value = finite(value, self.file, || column.to_owned())?;
        // Debug prints the shortest digits that read back as the same number, with an exponent where they are long.
        let text = format!("{value:?}");
        Ok(self.text(text.strip_suffix(".0").unwrap_or(&text)))
    }

    pub(super) fn end(&mut self) {
        debug_assert_eq!(self.column, self.head.len(), "a cell a column");
        self.column = 0;
        self.writer.write_record(None::<&[u8]>).expect(IN_MEMORY);
    }

    pub(super) fn finish(self) -> Vec<u8> {
        self.writer.into_inner().unwrap_or_else(|_| unreachable!("{IN_MEMORY}"))
    }
}

/// A row that is being read.
struct Row<'r> {
    file: &'static str,
    head: &'r [&'static str],
    record: &'r csv::StringRecord,
}

impl Row<'_> {
    fn text(&self, column: &'static str) -> String {
        self.cell(column).to_owned()
    }

    fn cell(&self, column: &'static str) -> &str {
        self.head.iter().position(|c| *c == column).and_then(|i| self.record.get(i)).unwrap_or("")
    }

    fn number(&self, column: &'static str) -> Result<Option<f64>, TableError> {
        match self.cell(column) {
            "" => Ok(None),
            text => {
                let value: f64 = text.parse().map_err(|_| self.bad(column))?;
                if value.is_finite() { Ok(Some(value)) } else { Err(self.bad(column)) }
            }
        }
    }

    fn year(&self) -> Result<Year, TableError> {
        let number: i64 = self.cell("year").parse().map_err(|_| self.bad("year"))?;
        Year::try_new(number).map_err(|_| self.bad("year"))
    }

    fn measure(&self) -> Result<&'static str, TableError> {
        info(self.cell("measure")).map(|info| info.id).ok_or_else(|| self.bad("measure"))
    }

    fn statistics(&self, mean: &'static str) -> Result<Statistics, TableError> {
        Ok(Statistics {
            mean: self.number(mean)?,
            sd: self.number("sd")?,
            se: self.number("se")?,
            ci_low: self.number("ci_low")?,
            ci_high: self.number("ci_high")?,
            q025: self.number("q025")?,
            median: self.number("median")?,
            q975: self.number("q975")?,
            replicates: self.cell("replicates").parse().map_err(|_| self.bad("replicates"))?,
        })
    }

    fn bad(&self, column: &'static str) -> TableError {
        let line = self.record.position().map_or(0, csv::Position::line);
        TableError::Cell { file: self.file, line, column, found: self.text(column) }
    }
}

fn read<T>(
    file: &'static str,
    head: &'static str,
    bytes: &[u8],
    take: impl Fn(&Row) -> Result<T, TableError>,
) -> Result<Vec<T>, TableError> {
    let broken = |e: csv::Error| TableError::NotCsv { file, reason: e.to_string() };
    let mut reader = csv::Reader::from_reader(bytes);
    let columns: Vec<&str> = head.split(',').collect();
    if !reader.headers().map_err(broken)?.iter().eq(columns.iter().copied()) {
        return Err(TableError::Columns { file });
    }
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(broken)?;
        rows.push(take(&Row { file, head: &columns, record: &record })?);
    }
    Ok(rows)
}
