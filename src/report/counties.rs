//! `counties.parquet`: one row a regime, replicate, county and year, written as counties come.

use std::io::Write;
use std::sync::Arc;

use parquet::basic::Compression;
use parquet::data_type::{ByteArray, ByteArrayType, DoubleType, Int32Type, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::parser::parse_message_type;

use super::replicates::column;
use crate::measures::counties::{COUNTY_COUNTS, COUNTY_MEASURES, CountyYear};
use crate::scenario::Scenario;

/// File name.
pub const COUNTIES_PARQUET: &str = "counties.parquet";
/// Rows of a row group.
const GROUP: usize = 1 << 16;

/// Writes rows in the order in which they come; memory holds one row group.
pub struct CountiesWriter<'s, W: Write + Send> {
    scenario: &'s Scenario,
    file: SerializedFileWriter<W>,
    rows: Vec<CountyYear>,
    /// The first thing that went wrong: a run isn't stopped for it, and its results aren't written.
    failed: Option<ParquetError>,
}

impl<'s, W: Write + Send> CountiesWriter<'s, W> {
    /// A file for the counties of a scenario.
    ///
    /// # Errors
    /// [`ParquetError`] if it can't be begun.
    pub fn new(scenario: &'s Scenario, to: W) -> Result<Self, ParquetError> {
        let metadata = vec![
            KeyValue::new("fanpin.version".to_owned(), env!("CARGO_PKG_VERSION").to_owned()),
            KeyValue::new("fanpin.scenario".to_owned(), scenario.name.clone()),
            KeyValue::new("fanpin.seed".to_owned(), scenario.plan.seed.to_string()),
        ];
        let properties = WriterProperties::builder()
            .set_compression(Compression::SNAPPY)
            .set_created_by(concat!("fanpin version ", env!("CARGO_PKG_VERSION")).to_owned())
            .set_key_value_metadata(Some(metadata))
            .build();
        let file =
            SerializedFileWriter::new(to, Arc::new(parse_message_type(&schema())?), Arc::new(properties))?;
        Ok(Self { scenario, file, rows: Vec::new(), failed: None })
    }

    /// Takes the rows of a county.
    pub fn add(&mut self, rows: &[CountyYear]) {
        self.rows.extend_from_slice(rows);
        if self.rows.len() >= GROUP
            && let Err(error) = self.write_group()
        {
            self.failed.get_or_insert(error);
        }
    }

    /// Writes what is left, and gives the file back.
    ///
    /// # Errors
    /// [`ParquetError`]: the first that there was.
    pub fn finish(mut self) -> Result<W, ParquetError> {
        if !self.rows.is_empty() {
            self.write_group()?;
        }
        match self.failed {
            Some(error) => Err(error),
            None => self.file.into_inner(),
        }
    }

    fn write_group(&mut self) -> Result<(), ParquetError> {
        let rows = std::mem::take(&mut self.rows);
        let mut group = self.file.next_row_group()?;
        write_columns(&rows, self.scenario, &mut group)?;
        group.close()?;
        Ok(())
    }
}

fn schema() -> String {
    let mut fields = vec![
        "REQUIRED BYTE_ARRAY regime (STRING);".to_owned(),
        "REQUIRED INT32 replicate (INTEGER(32,false));".to_owned(),
        "REQUIRED BYTE_ARRAY place (STRING);".to_owned(),
        "REQUIRED INT32 county;".to_owned(),
        "REQUIRED INT32 year (INTEGER(16,true));".to_owned(),
    ];
    fields.extend(COUNTY_COUNTS.iter().map(|name| format!("REQUIRED INT64 {name};")));
    fields.extend(COUNTY_MEASURES.iter().map(|name| format!("OPTIONAL DOUBLE {name};")));
    format!("message counties {{ {} }}", fields.join(" "))
}

fn write_columns<W: Write + Send>(
    rows: &[CountyYear],
    scenario: &Scenario,
    group: &mut SerializedRowGroupWriter<'_, W>,
) -> Result<(), ParquetError> {
    let texts = |of: &dyn Fn(&CountyYear) -> String| -> Vec<ByteArray> {
        rows.iter().map(|row| ByteArray::from(of(row).as_str())).collect()
    };
    let numbers = |of: &dyn Fn(&CountyYear) -> i32| -> Vec<i32> { rows.iter().map(of).collect() };
    column::<ByteArrayType, W>(group, &texts(&|row| scenario.regimes[usize::from(row.regime)].id.clone()))?;
    column::<Int32Type, W>(group, &numbers(&|row| row.name.replicate.cast_signed()))?;
    column::<ByteArrayType, W>(
        group,
        &texts(&|row| scenario.places[usize::from(row.name.place)].id.clone()),
    )?;
    column::<Int32Type, W>(group, &numbers(&|row| i32::from(row.name.county)))?;
    column::<Int32Type, W>(group, &numbers(&|row| i32::from(row.year.number())))?;
    for at in 0..COUNTY_COUNTS.len() {
        column::<Int64Type, W>(group, &rows.iter().map(|row| row.counts[at]).collect::<Vec<_>>())?;
    }
    for at in 0..COUNTY_MEASURES.len() {
        let values: Vec<f64> = rows.iter().filter_map(|row| row.values[at]).collect();
        let defined: Vec<i16> = rows.iter().map(|row| i16::from(row.values[at].is_some())).collect();
        let mut column = group.next_column()?.expect("the schema has this column");
        column.typed::<DoubleType>().write_batch(&values, Some(&defined), None)?;
        column.close()?;
    }
    Ok(())
}
