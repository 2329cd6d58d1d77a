//! `measures.csv`, `differences.csv`, `flows.csv`, `descent.csv`, `outlay.csv`, `counties.csv`, read back to draw a finished run again.

use std::fmt;

use crate::measures::catalogue::{DESCENT, OUTCOMES, info};
use crate::measures::files::{
    COUNTIES_HEAD, DESCENT_HEAD, DIFFERENCES_HEAD, FLOWS_HEAD, MEASURES_HEAD, OUTLAY_HEAD,
};
use crate::measures::outlay::OUTLAY;
use crate::measures::table::{
    DescentRow, DifferenceRow, FlowRow, MeasureRow, OutlayRow, SpreadRow, Statistics,
};
use crate::uncertainty::components::Components;
use crate::uncertainty::table::{self as uncertainty, Row as UncertaintyRow, Subject, UNCERTAINTY_CSV};
use crate::units::Year;

pub use crate::measures::files::{
    COUNTIES_CSV, DESCENT_CSV, DIFFERENCES_CSV, FLOWS_CSV, MEASURES_CSV, OUTLAY_CSV, counties, descent,
    differences, flows, measures, outlay,
};

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

/// The rows of `descent.csv`.
///
/// # Errors
///
/// [`TableError`] at the first cell that is not as [`descent`] writes it.
pub fn read_descent(bytes: &[u8]) -> Result<Vec<DescentRow>, TableError> {
    read(DESCENT_CSV, DESCENT_HEAD, bytes, |row| {
        let known = DESCENT.iter().map(|(id, _, _)| *id).find(|id| *id == row.cell("quantity"));
        Ok(DescentRow {
            regime: row.text("regime"),
            years_since: row.count("years_since")?,
            quantity: known.ok_or_else(|| row.bad("quantity"))?,
            statistics: row.statistics("mean")?,
        })
    })
}

/// The rows of `outlay.csv`.
///
/// # Errors
///
/// [`TableError`] at the first cell that is not as [`outlay`] writes it.
pub fn read_outlay(bytes: &[u8]) -> Result<Vec<OutlayRow>, TableError> {
    read(OUTLAY_CSV, OUTLAY_HEAD, bytes, |row| {
        let known = OUTLAY.iter().map(|(id, _, _)| *id).find(|id| *id == row.cell("quantity"));
        let value = row.statistics("mean")?;
        let change = Statistics {
            mean: row.number("difference_mean")?,
            se: row.number("difference_se")?,
            ci_low: row.number("difference_ci_low")?,
            ci_high: row.number("difference_ci_high")?,
            ..Statistics::default()
        };
        let replicates = if change.mean.is_some() { value.replicates } else { 0 };
        Ok(OutlayRow {
            regime: row.text("regime"),
            baseline: row.text("baseline"),
            quantity: known.ok_or_else(|| row.bad("quantity"))?,
            value,
            change: Statistics { replicates, ..change },
        })
    })
}

/// The rows of `counties.csv`.
///
/// # Errors
///
/// [`TableError`] at the first cell that is not as [`counties`] writes it.
pub fn read_counties(bytes: &[u8]) -> Result<Vec<SpreadRow>, TableError> {
    read(COUNTIES_CSV, COUNTIES_HEAD, bytes, |row| {
        let value = |column| row.number(column)?.ok_or_else(|| row.bad(column));
        Ok(SpreadRow {
            regime: row.text("regime"),
            year: row.year()?,
            group: row.text("group"),
            measure: row.measure()?,
            counties: row.count("counties")?,
            quantiles: [value("q05")?, value("q25")?, value("median")?, value("q75")?, value("q95")?],
        })
    })
}

/// The rows of `uncertainty.csv`.
///
/// # Errors
///
/// [`TableError`] at the first cell that is not as [`uncertainty::csv`] writes it.
pub fn read_uncertainty(bytes: &[u8]) -> Result<Vec<UncertaintyRow>, TableError> {
    read(UNCERTAINTY_CSV, uncertainty::HEAD, bytes, |row| {
        let known = OUTLAY.iter().map(|(id, _, _)| *id).find(|id| *id == row.cell("measure"));
        let measure = known.map_or_else(|| row.measure(), Ok)?;
        let ends = |low, high| Ok(row.number(low)?.zip(row.number(high)?));
        Ok(UncertaintyRow {
            subject: Subject {
                regime: row.text("regime"),
                baseline: row.text("baseline"),
                year: row.text("year"),
                group: row.text("group"),
                measure,
            },
            components: Components {
                mean: row.number("mean")?.ok_or_else(|| row.bad("mean"))?,
                monte_carlo: ends("monte_carlo_low", "monte_carlo_high")?,
                parameter: ends("parameter_low", "parameter_high")?,
                variance_monte_carlo: row.number("variance_monte_carlo")?,
                variance_parameter: row.number("variance_parameter")?,
                draws: row.count("draws")?,
                replicates: row.count("replicates")?,
            },
            variance_scenario: row.number("variance_scenario")?,
        })
    })
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
        Year::try_new(self.count("year")?).map_err(|_| self.bad("year"))
    }

    fn measure(&self) -> Result<&'static str, TableError> {
        info(self.cell("measure")).map(|info| info.id).ok_or_else(|| self.bad("measure"))
    }

    /// Statistics; those that the file has no column for are missing.
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
            replicates: self.count("replicates")?,
        })
    }

    fn count<T: std::str::FromStr>(&self, column: &'static str) -> Result<T, TableError> {
        self.cell(column).parse().map_err(|_| self.bad(column))
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
