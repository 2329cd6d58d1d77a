//! Means of measures of a run.

use fanpin::experiment::Finished;
use fanpin::measures::table::MeasureRow;

/// Mean of a measure over the rows of some regimes, groups and years.
pub fn mean(finished: &Finished, measure: &str, of: impl Fn(&MeasureRow) -> bool) -> f64 {
    let rows = finished.results.measures.iter().filter(|row| row.measure == measure && of(row));
    let means: Vec<f64> = rows.filter_map(|row| row.statistics.mean).collect();
    assert!(!means.is_empty(), "{measure} is there");
    means.iter().sum::<f64>() / means.len() as f64
}
