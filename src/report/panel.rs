//! `panel.parquet`: household-years, so that anyone can compute the measures again.
//!
//! A row is a household under a regime in a year of a replicate; row groups follow replicates. Ids are
//! decimal text, since 64 bits without sign are read as numbers of other sizes by some programs.

use std::sync::Arc;

use parquet::basic::Compression;
use parquet::data_type::{BoolType, ByteArray, ByteArrayType, Int32Type, Int64Type};
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::parser::parse_message_type;

use super::ReportError;
use super::replicates::column;
use super::store::Store;
use crate::record::{Cell, PanelRow, Standing};
use crate::scenario::Scenario;
use crate::scenario::policy::{Class, ClassSet, Payer};

/// File name.
pub const PANEL_PARQUET: &str = "panel.parquet";

type Writer<'a, 'b> = SerializedRowGroupWriter<'a, &'b mut Vec<u8>>;

/// Writes the household-years of a run.
///
/// # Errors
/// [`ReportError`] if the file can't be written.
pub fn write_into(store: &mut Store, rows: &[PanelRow], scenario: &Scenario) -> Result<(), ReportError> {
    let bytes = encode(rows, scenario).map_err(ReportError::Parquet)?;
    store.write(PANEL_PARQUET, &bytes)?;
    Ok(())
}

fn encode(rows: &[PanelRow], scenario: &Scenario) -> Result<Vec<u8>, parquet::errors::ParquetError> {
    let metadata = vec![
        KeyValue::new("scenario".to_owned(), scenario.name.clone()),
        KeyValue::new("seed".to_owned(), scenario.plan.seed.to_string()),
        KeyValue::new("version".to_owned(), env!("CARGO_PKG_VERSION").to_owned()),
    ];
    let properties = WriterProperties::builder()
        .set_compression(Compression::SNAPPY)
        .set_created_by(concat!("fanpin version ", env!("CARGO_PKG_VERSION")).to_owned())
        .set_key_value_metadata(Some(metadata))
        .build();
    let schema = Arc::new(parse_message_type(&schema())?);
    let mut bytes = Vec::new();
    let mut file = SerializedFileWriter::new(&mut bytes, schema, Arc::new(properties))?;
    for replicate in rows.chunk_by(|a, b| a.replicate == b.replicate) {
        let mut group = file.next_row_group()?;
        write_columns(replicate, scenario, &mut group)?;
        group.close()?;
    }
    file.close()?;
    Ok(bytes)
}

type Count = (&'static str, fn(&PanelRow) -> i32);
type Amount = (&'static str, fn(&PanelRow) -> i64);
type Flag = (&'static str, fn(&PanelRow) -> bool);

const COUNTS: [Count; 16] = [
    ("replicate", |row| row.replicate.cast_signed()),
    ("year", |row| i32::from(row.year)),
    ("weight", |row| row.weight.cast_signed()),
    ("persons", |row| i32::from(row.persons)),
    ("workers", |row| i32::from(row.workers)),
    ("away", |row| i32::from(row.away)),
    ("admissions", |row| i32::from(row.admissions)),
    ("forgone", |row| i32::from(row.forgone)),
    ("admissions_outside", |row| i32::from(row.admissions_outside)),
    ("inpatients", |row| i32::from(row.inpatients)),
    ("residents", |row| i32::from(row.residents)),
    ("members_45", |row| i32::from(row.members_45)),
    ("members_65", |row| i32::from(row.members_65)),
    ("chronic", |row| i32::from(row.chronic)),
    ("cardiovascular_only", |row| i32::from(row.cardiovascular_only)),
    ("insured", |row| i32::from(row.insured)),
];

const AMOUNTS: [Amount; 16] = [
    ("illness_free_income_fen", |row| row.illness_free_income_fen),
    ("income_fen", |row| row.income_fen),
    ("consumption_fen", |row| row.consumption_fen),
    ("food_fen", |row| row.food_fen),
    ("bill_fen", |row| row.bill_fen),
    ("bill_inpatient_fen", |row| row.bill_inpatient_fen),
    ("paid_inpatient_fen", |row| row.paid_inpatient_fen),
    ("out_of_pocket_fen", |row| row.out_of_pocket_fen),
    ("premium_fen", |row| row.premium_fen),
    ("lost_earnings_fen", |row| row.lost_earnings_fen),
    ("debt_fen", |row| row.debt_fen),
    ("medical_debt_fen", |row| row.medical_debt_fen),
    ("savings_fen", |row| row.savings_fen),
    ("support_fen", |row| row.support_fen),
    ("effort_lost_fen", |row| row.effort_lost_fen),
    ("net_income_per_head_fen", |row| row.net_income_per_head_fen),
];

const FLAGS: [Flag; 5] = [
    ("poor", |row| row.poor),
    ("poor_last", |row| row.poor_last),
    ("lifted", |row| row.lifted),
    ("monitored", |row| row.monitored),
    ("returned", |row| row.returned),
];

const TEXTS: [&str; 6] = ["regime", "place", "household", "root_household", "standing", "classes"];

fn schema() -> String {
    let mut fields: Vec<String> =
        TEXTS.iter().map(|name| format!("REQUIRED BYTE_ARRAY {name} (STRING);")).collect();
    fields.extend(COUNTS.iter().map(|(name, _)| format!("REQUIRED INT32 {name};")));
    fields.extend(AMOUNTS.iter().map(|(name, _)| format!("REQUIRED INT64 {name};")));
    fields.extend(Payer::ALL.iter().map(|payer| format!("REQUIRED INT64 paid_{}_fen;", payer.name())));
    fields.extend(FLAGS.iter().map(|(name, _)| format!("REQUIRED BOOLEAN {name};")));
    format!("message panel {{ {} }}", fields.join(" "))
}

fn write_columns(
    rows: &[PanelRow],
    scenario: &Scenario,
    group: &mut Writer<'_, '_>,
) -> Result<(), parquet::errors::ParquetError> {
    for name in TEXTS {
        let values: Vec<ByteArray> =
            rows.iter().map(|row| ByteArray::from(text(name, row, scenario).as_str())).collect();
        column::<ByteArrayType, _>(group, &values)?;
    }
    for (_, of) in COUNTS {
        column::<Int32Type, _>(group, &rows.iter().map(of).collect::<Vec<_>>())?;
    }
    for (_, of) in AMOUNTS {
        column::<Int64Type, _>(group, &rows.iter().map(of).collect::<Vec<_>>())?;
    }
    for payer in 0..Payer::ALL.len() {
        column::<Int64Type, _>(group, &rows.iter().map(|row| row.paid_fen[payer]).collect::<Vec<_>>())?;
    }
    for (_, of) in FLAGS {
        column::<BoolType, _>(group, &rows.iter().map(of).collect::<Vec<_>>())?;
    }
    Ok(())
}

/// A row as JSON, with the columns of the file.
#[must_use]
pub fn as_json(row: &PanelRow, scenario: &Scenario) -> serde_json::Map<String, serde_json::Value> {
    let texts = TEXTS.iter().map(|name| ((*name).to_owned(), text(name, row, scenario).into()));
    let counts = COUNTS.iter().map(|(name, of)| ((*name).to_owned(), of(row).into()));
    let amounts = AMOUNTS.iter().map(|(name, of)| ((*name).to_owned(), of(row).into()));
    let paid = Payer::ALL.iter().zip(row.paid_fen);
    let paid = paid.map(|(payer, fen)| (format!("paid_{}_fen", payer.name()), fen.into()));
    let flags = FLAGS.iter().map(|(name, of)| ((*name).to_owned(), of(row).into()));
    texts.chain(counts).chain(amounts).chain(paid).chain(flags).collect()
}

fn text(name: &str, row: &PanelRow, scenario: &Scenario) -> String {
    match name {
        "regime" => scenario.regimes[usize::from(row.regime)].id.clone(),
        "place" => scenario.places[usize::from(row.place)].id.clone(),
        "household" => row.household.to_string(),
        "root_household" => row.root_household.to_string(),
        "standing" => match Cell::at(usize::from(row.cell)).standing {
            Standing::Lifted => "lifted",
            Standing::Marginal => "marginal",
            Standing::NeverPoor => "never_poor",
        }
        .to_owned(),
        _ => ClassSet(row.classes).iter().map(Class::name).collect::<Vec<_>>().join(" "),
    }
}
