//! `replicates.parquet`: one value a regime, replicate, year, group and measure.

use std::io::Write;
use std::sync::Arc;

use parquet::basic::Compression;
use parquet::data_type::{ByteArray, ByteArrayType, DataType, DoubleType, Int32Type};
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::parser::parse_message_type;

use super::store::{StoreError, finite};
use crate::measures::catalogue::MEASURES;
use crate::measures::table::{CellValue, Results};

/// File name.
pub const REPLICATES_PARQUET: &str = "replicates.parquet";

const SCHEMA: &str = "message replicates {
    REQUIRED BYTE_ARRAY regime (STRING);
    REQUIRED INT32 replicate (INTEGER(32,false));
    REQUIRED INT32 year (INTEGER(16,true));
    REQUIRED BYTE_ARRAY group (STRING);
    REQUIRED BYTE_ARRAY measure (STRING);
    REQUIRED DOUBLE value;
}";

/// Why the file could not be written.
#[derive(Debug)]
pub enum ReplicatesError {
    /// A value is not finite.
    Store(StoreError),
    /// The file could not be written.
    Parquet(ParquetError),
}

impl From<ParquetError> for ReplicatesError {
    fn from(error: ParquetError) -> Self {
        Self::Parquet(error)
    }
}

/// Writes the values, a row group a replicate, sorted by replicate, regime, year, group and measure in their
/// canonical orders; `facts` go into the metadata of the file.
///
/// # Errors
///
/// [`ReplicatesError`].
pub fn write(
    results: &Results,
    facts: &[(&str, String)],
    to: impl Write + Send,
) -> Result<(), ReplicatesError> {
    let mut cells: Vec<&CellValue> = results.cells.iter().collect();
    cells.sort_by_key(|c| (c.replicate, c.regime, c.year, c.group, c.measure));
    for cell in &cells {
        let what = || format!("{} of replicate {}", MEASURES[usize::from(cell.measure)].id, cell.replicate);
        finite(cell.value, REPLICATES_PARQUET, what).map_err(ReplicatesError::Store)?;
    }
    let metadata = facts.iter().map(|(key, value)| KeyValue::new((*key).to_owned(), value.clone())).collect();
    let properties = WriterProperties::builder()
        .set_compression(Compression::SNAPPY)
        .set_created_by(concat!("fanpin version ", env!("CARGO_PKG_VERSION")).to_owned())
        .set_key_value_metadata(Some(metadata))
        .build();
    let schema = Arc::new(parse_message_type(SCHEMA)?);
    let mut file = SerializedFileWriter::new(to, schema, Arc::new(properties))?;
    for replicate in cells.chunk_by(|a, b| a.replicate == b.replicate) {
        let mut rows = file.next_row_group()?;
        write_columns(results, replicate, &mut rows)?;
        rows.close()?;
    }
    file.close()?;
    Ok(())
}

fn write_columns<W: Write + Send>(
    results: &Results,
    cells: &[&CellValue],
    rows: &mut SerializedRowGroupWriter<'_, W>,
) -> Result<(), ParquetError> {
    let names = |of: &dyn Fn(&CellValue) -> ByteArray| cells.iter().map(|c| of(c)).collect::<Vec<_>>();
    let regimes: Vec<ByteArray> = results.regimes.iter().map(|r| ByteArray::from(r.0.as_str())).collect();
    let groups: Vec<ByteArray> = results.groups.iter().map(|g| ByteArray::from(g.as_str())).collect();
    let measures: Vec<ByteArray> = MEASURES.iter().map(|m| ByteArray::from(m.id)).collect();
    column::<ByteArrayType, W>(rows, &names(&|c| regimes[usize::from(c.regime)].clone()))?;
    // Replicates are counted far below two thousand million.
    column::<Int32Type, W>(rows, &cells.iter().map(|c| c.replicate.cast_signed()).collect::<Vec<_>>())?;
    column::<Int32Type, W>(rows, &cells.iter().map(|c| i32::from(c.year.number())).collect::<Vec<_>>())?;
    column::<ByteArrayType, W>(rows, &names(&|c| groups[usize::from(c.group)].clone()))?;
    column::<ByteArrayType, W>(rows, &names(&|c| measures[usize::from(c.measure)].clone()))?;
    column::<DoubleType, W>(rows, &cells.iter().map(|c| c.value).collect::<Vec<_>>())
}

pub(super) fn column<T: DataType, W: Write + Send>(
    rows: &mut SerializedRowGroupWriter<'_, W>,
    values: &[T::T],
) -> Result<(), ParquetError> {
    let mut column = rows.next_column()?.expect("the schema has this column");
    column.typed::<T>().write_batch(values, None, None)?;
    column.close()
}
