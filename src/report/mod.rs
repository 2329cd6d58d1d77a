//! From results to files: tables, charts, report page, manifest.

pub mod store;
