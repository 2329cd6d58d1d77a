//! From results to files: tables, charts, report page, manifest.

pub mod charts;
pub mod fonts;
pub mod layout;
pub mod render;
pub mod store;
pub mod style;
pub mod csv_tables;
pub mod replicates;
