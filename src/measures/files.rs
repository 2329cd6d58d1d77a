//! The text of `measures.csv`, `differences.csv`, `flows.csv`, `descent.csv`, `outlay.csv`, `counties.csv`.
//!
//! UTF-8, comma, a dot for decimals whatever the locale. Numbers are the shortest that read back as the same number.
//! An undefined value is an empty cell in a row that stays. Rows are sorted by regime, (baseline,) year, group and
//! measure or outcome, as texts. The columns that scripts rely on come first; what was added later stands after them.

use std::fmt;

use crate::measures::catalogue::{DESCENT, OUTCOMES, info};
use crate::measures::outlay::OUTLAY;
use crate::measures::table::{DescentRow, DifferenceRow, FlowRow, MeasureRow, OutlayRow, Results, SpreadRow};

/// File name of the measures.
pub const MEASURES_CSV: &str = "measures.csv";
/// File name of the paired differences.
pub const DIFFERENCES_CSV: &str = "differences.csv";
/// File name of the flows.
pub const FLOWS_CSV: &str = "flows.csv";

/// File name of the descent after a major illness.
pub const DESCENT_CSV: &str = "descent.csv";

/// Columns of the measures.
pub(crate) const MEASURES_HEAD: &str = "scenario,regime,year,group,measure,unit,mean,sd,q025,median,q975,replicates,\
                             weight,denominator,se,ci_low,ci_high";
/// Columns of the differences.
pub(crate) const DIFFERENCES_HEAD: &str = "scenario,regime,baseline,year,group,measure,unit,mean,q025,q975,replicates,\
                                sd,se,ci_low,ci_high,median,variance_ratio";
/// Columns of the flows.
pub(crate) const FLOWS_HEAD: &str = "scenario,regime,baseline,year,group,outcome,households_mean,q025,q975,\
                          sd,se,ci_low,ci_high,median,replicates";

/// Columns of the descent after a major illness.
pub(crate) const DESCENT_HEAD: &str =
    "scenario,regime,years_since,quantity,unit,mean,sd,se,ci_low,ci_high,replicates";

/// File name of public outlay and what it buys.
pub const OUTLAY_CSV: &str = "outlay.csv";
/// Columns of public outlay.
pub(crate) const OUTLAY_HEAD: &str = "scenario,regime,baseline,quantity,unit,mean,sd,se,ci_low,ci_high,replicates,\
                           difference_mean,difference_se,difference_ci_low,difference_ci_high";

/// File name of the spread between counties.
pub const COUNTIES_CSV: &str = "counties.csv";
/// Columns of the spread between counties.
pub(crate) const COUNTIES_HEAD: &str =
    "scenario,regime,year,group,measure,unit,counties,q05,q25,median,q75,q95";

/// A number that is not finite was about to be written.
#[derive(Debug, Clone, PartialEq)]
pub struct NotFinite {
    /// The file.
    pub file: String,
    /// Which number.
    pub what: String,
    /// The number.
    pub value: f64,
}

impl fmt::Display for NotFinite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} in `{}` is {}, which is no number to write", self.what, self.file, self.value)
    }
}

impl std::error::Error for NotFinite {}

/// The number, if it may be written.
///
/// # Errors
///
/// [`NotFinite`] for NaN and the infinities.
pub fn finite(value: f64, file: &str, what: impl FnOnce() -> String) -> Result<f64, NotFinite> {
    if value.is_finite() {
        // Minus zero would print as `-0`.
        return Ok(if value == 0.0 { 0.0 } else { value });
    }
    Err(NotFinite { file: file.to_owned(), what: what(), value })
}

/// The content of `measures.csv`.
///
/// # Errors
///
/// [`NotFinite`].
pub fn measures(results: &Results) -> Result<Vec<u8>, NotFinite> {
    let mut rows: Vec<&MeasureRow> = results.measures.iter().collect();
    rows.sort_by_key(|r| (&r.regime, r.year, &r.group, r.measure));
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
/// [`NotFinite`].
pub fn differences(results: &Results) -> Result<Vec<u8>, NotFinite> {
    let mut rows: Vec<&DifferenceRow> = results.differences.iter().collect();
    rows.sort_by_key(|r| (&r.regime, &r.baseline, r.year, &r.group, r.measure));
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
/// [`NotFinite`].
pub fn flows(results: &Results) -> Result<Vec<u8>, NotFinite> {
    let place = |outcome: &str| OUTCOMES.iter().position(|(id, _)| *id == outcome);
    let mut rows: Vec<&FlowRow> = results.flows.iter().collect();
    rows.sort_by_key(|r| (&r.regime, &r.baseline, r.year, &r.group, place(r.outcome)));
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

/// The content of `descent.csv`.
///
/// # Errors
///
/// [`NotFinite`].
pub fn descent(results: &Results) -> Result<Vec<u8>, NotFinite> {
    let place = |quantity: &str| DESCENT.iter().position(|(id, _, _)| *id == quantity);
    let mut rows: Vec<&DescentRow> = results.descent.iter().collect();
    rows.sort_by_key(|r| (&r.regime, r.years_since, place(r.quantity)));
    let mut table = Table::new(DESCENT_CSV, DESCENT_HEAD);
    for row in rows {
        let s = &row.statistics;
        let unit = place(row.quantity).map_or("", |at| DESCENT[at].1);
        table.text(&results.scenario).text(&row.regime).whole(row.years_since);
        table.text(row.quantity).text(unit);
        table.number(s.mean)?.number(s.sd)?.number(s.se)?.number(s.ci_low)?.number(s.ci_high)?;
        table.whole(s.replicates).end();
    }
    Ok(table.finish())
}

/// The content of `outlay.csv`.
///
/// # Errors
///
/// [`NotFinite`].
pub fn outlay(results: &Results) -> Result<Vec<u8>, NotFinite> {
    let place = |quantity: &str| OUTLAY.iter().position(|(id, _, _)| *id == quantity);
    let mut rows: Vec<&OutlayRow> = results.outlay.iter().collect();
    rows.sort_by_key(|r| (&r.regime, place(r.quantity)));
    let mut table = Table::new(OUTLAY_CSV, OUTLAY_HEAD);
    for row in rows {
        let (value, change) = (&row.value, &row.change);
        let unit = place(row.quantity).map_or("", |at| OUTLAY[at].1);
        table.text(&results.scenario).text(&row.regime).text(&row.baseline).text(row.quantity).text(unit);
        table.number(value.mean)?.number(value.sd)?.number(value.se)?;
        table.number(value.ci_low)?.number(value.ci_high)?.whole(value.replicates.max(change.replicates));
        table.number(change.mean)?.number(change.se)?.number(change.ci_low)?.number(change.ci_high)?.end();
    }
    Ok(table.finish())
}

/// The text of `counties.csv`.
///
/// # Errors
///
/// [`NotFinite`].
pub fn counties(results: &Results) -> Result<Vec<u8>, NotFinite> {
    let mut rows: Vec<&SpreadRow> = results.counties.iter().collect();
    rows.sort_by_key(|r| (&r.regime, r.year, &r.group, r.measure));
    let mut table = Table::new(COUNTIES_CSV, COUNTIES_HEAD);
    for row in rows {
        table.text(&results.scenario).text(&row.regime).whole(row.year.number());
        table.text(&row.group).text(row.measure).text(unit_and_weight(row.measure).0).whole(row.counties);
        for value in row.quantiles {
            table.number(Some(value))?;
        }
        table.end();
    }
    Ok(table.finish())
}

fn unit_and_weight(measure: &str) -> (&'static str, &'static str) {
    info(measure).map_or(("", ""), |info| (info.unit, info.weight))
}

/// The shortest digits that read back as the same number, with an exponent where they are long.
pub(crate) fn shortest(value: f64) -> String {
    let text = format!("{value:?}");
    text.strip_suffix(".0").unwrap_or(&text).to_owned()
}

/// A table that is being written.
pub(crate) struct Table {
    file: &'static str,
    head: Vec<&'static str>,
    writer: csv::Writer<Vec<u8>>,
    column: usize,
}

const IN_MEMORY: &str = "rows of equal length written into memory do not fail";

impl Table {
    pub(crate) fn new(file: &'static str, head: &'static str) -> Self {
        let head: Vec<&str> = head.split(',').collect();
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(&head).expect(IN_MEMORY);
        Self { file, head, writer, column: 0 }
    }

    pub(crate) fn text(&mut self, text: &str) -> &mut Self {
        self.writer.write_field(text).expect(IN_MEMORY);
        self.column += 1;
        self
    }

    pub(crate) fn whole(&mut self, number: impl Into<i64>) -> &mut Self {
        let text = number.into().to_string();
        self.text(&text)
    }

    pub(crate) fn number(&mut self, number: Option<f64>) -> Result<&mut Self, NotFinite> {
        let Some(value) = number else { return Ok(self.text("")) };
        let column = self.head.get(self.column).copied().unwrap_or("a number");
        let value = finite(value, self.file, || column.to_owned())?;
        Ok(self.text(&shortest(value)))
    }

    pub(crate) fn end(&mut self) {
        debug_assert_eq!(self.column, self.head.len(), "a cell a column");
        self.column = 0;
        self.writer.write_record(None::<&[u8]>).expect(IN_MEMORY);
    }

    pub(crate) fn finish(self) -> Vec<u8> {
        self.writer.into_inner().unwrap_or_else(|_| unreachable!("{IN_MEMORY}"))
    }
}
