//! The tables of a sweep: `design.csv`, `sweep.csv`, `sweep_differences.csv`, made point by point.

use super::Plan;
use crate::measures::catalogue::{MEASURES, info};
use crate::measures::files::{NotFinite, finite, shortest};
use crate::measures::table::{Results, Statistics};

/// File name of the points.
pub const DESIGN_CSV: &str = "design.csv";
/// File name of the measures of every point.
pub const SWEEP_CSV: &str = "sweep.csv";
/// File name of the differences of every point.
pub const DIFFERENCES_CSV: &str = "sweep_differences.csv";

/// Measures that are written unless others are asked for.
pub const HEADLINE: [&str; 8] = [
    "poverty_return_rate",
    "poverty_return_cumulative",
    "illness_return_rate",
    "poverty_rate_net",
    "che_40",
    "forgone_for_money_rate",
    "hardship_headline",
    "fund_spending_per_head",
];
/// Groups that are written unless others are asked for.
pub const GROUPS: [&str; 2] = ["all", "lifted"];
/// What charts show, with whom it is about, if it is written.
const CHARTED: [(&str, &str); 2] = [("poverty_return_cumulative", "lifted"), ("hardship_headline", "all")];

/// What is written of the results of a point.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selection {
    /// Ids of measures; all without them.
    pub measures: Option<Vec<String>>,
    /// Ids of groups; all without them.
    pub groups: Option<Vec<String>>,
}

impl Selection {
    fn has(&self, measure: &str, group: &str) -> bool {
        let among = |names: &Option<Vec<String>>, name: &str| {
            names.as_ref().is_none_or(|names| names.iter().any(|known| known == name))
        };
        among(&self.measures, measure) && among(&self.groups, group)
    }

    /// Measures that charts show, with their groups: the usual ones, else the first two that are written.
    #[must_use]
    pub fn charted(&self) -> Vec<(String, String)> {
        let owned = |(measure, group): (&str, &str)| (measure.to_owned(), group.to_owned());
        let usual: Vec<_> = CHARTED.into_iter().filter(|(m, g)| self.has(m, g)).map(owned).collect();
        if !usual.is_empty() {
            return usual;
        }
        let group = self.groups.as_ref().and_then(|groups| groups.first()).map_or("all", String::as_str);
        let written = MEASURES.iter().filter(|measure| self.has(measure.id, group));
        written.take(2).map(|measure| owned((measure.id, group))).collect()
    }
}

/// What is written of a point: rows of the two tables, without their heads.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Chunk {
    /// Rows of `sweep.csv`.
    pub measures: Vec<u8>,
    /// Rows of `sweep_differences.csv`.
    pub differences: Vec<u8>,
}

const IN_MEMORY: &str = "rows of equal length written into memory do not fail";
const STATISTICS: [&str; 5] = ["mean", "se", "ci_low", "ci_high", "replicates"];

fn line(cells: impl IntoIterator<Item = String>) -> Vec<u8> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(cells.into_iter().collect::<Vec<String>>()).expect(IN_MEMORY);
    writer.into_inner().expect(IN_MEMORY)
}

impl Plan {
    fn columns(&self, more: &[&str]) -> Vec<u8> {
        let names = self.axes.iter().map(|axis| axis.name.as_str());
        line(["point"].into_iter().chain(names).chain(more.iter().copied()).map(str::to_owned))
    }

    /// The first line of `sweep.csv`.
    #[must_use]
    pub fn measures_head(&self) -> Vec<u8> {
        let columns = ["scenario", "regime", "year", "group", "measure", "unit"];
        self.columns(&[&columns[..], &STATISTICS[..]].concat())
    }

    /// The first line of `sweep_differences.csv`.
    #[must_use]
    pub fn differences_head(&self) -> Vec<u8> {
        let columns = ["scenario", "regime", "baseline", "year", "group", "measure", "unit"];
        self.columns(&[&columns[..], &STATISTICS[..]].concat())
    }

    fn cells(&self, point: usize) -> impl Iterator<Item = String> {
        let values = self.points[point].iter().map(|value| value.trim_matches('"').to_owned());
        std::iter::once((point + 1).to_string()).chain(values)
    }

    /// The text of `design.csv`: a line a point, numbered from 1.
    #[must_use]
    pub fn design_csv(&self) -> Vec<u8> {
        let lines = (0..self.points.len()).map(|point| line(self.cells(point)));
        std::iter::once(self.columns(&[])).chain(lines).flatten().collect()
    }

    /// The rows of a point, sorted as in the tables of a run.
    ///
    /// # Errors
    /// [`NotFinite`].
    pub fn chunk(&self, point: usize, results: &Results, selection: &Selection) -> Result<Chunk, NotFinite> {
        let mut chunk = Chunk::default();
        let front = |regime: &str| {
            self.cells(point).chain([results.scenario.clone(), regime.to_owned()]).collect::<Vec<String>>()
        };
        let mut measures: Vec<_> =
            results.measures.iter().filter(|row| selection.has(row.measure, &row.group)).collect();
        measures.sort_by_key(|row| (&row.regime, row.year, &row.group, row.measure));
        for row in measures {
            let mut cells = front(&row.regime);
            cells.extend([row.year.to_string(), row.group.clone()]);
            cells.extend(statistics(SWEEP_CSV, row.measure, &row.statistics)?);
            chunk.measures.extend(line(cells));
        }
        let mut differences: Vec<_> =
            results.differences.iter().filter(|row| selection.has(row.measure, &row.group)).collect();
        differences.sort_by_key(|row| (&row.regime, &row.baseline, row.year, &row.group, row.measure));
        for row in differences {
            let mut cells = front(&row.regime);
            cells.extend([row.baseline.clone(), row.year.to_string(), row.group.clone()]);
            cells.extend(statistics(DIFFERENCES_CSV, row.measure, &row.statistics)?);
            chunk.differences.extend(line(cells));
        }
        Ok(chunk)
    }
}

fn statistics(file: &str, measure: &str, s: &Statistics) -> Result<Vec<String>, NotFinite> {
    let unit = info(measure).map_or("", |info| info.unit);
    let mut cells = vec![measure.to_owned(), unit.to_owned()];
    for (value, name) in [s.mean, s.se, s.ci_low, s.ci_high].into_iter().zip(STATISTICS) {
        let cell = value.map(|value| finite(value, file, || name.to_owned())).transpose()?;
        cells.push(cell.map_or_else(String::new, shortest));
    }
    cells.push(s.replicates.to_string());
    Ok(cells)
}

/// What a point comes to in the last year: `[measure][regime]`, the level and its difference from the baseline.
pub type Ends = Vec<Vec<[Statistics; 2]>>;

/// What the rows of a point say of some measures in the last year, for charts.
#[must_use]
pub fn ends(axes: usize, chunk: &Chunk, charted: &[(String, String)], regimes: &[String]) -> Ends {
    let mut ends = vec![vec![[Statistics::default(); 2]; regimes.len()]; charted.len()];
    for (which, (bytes, skipped)) in [(&chunk.measures, 0), (&chunk.differences, 1)].into_iter().enumerate() {
        let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(bytes.as_slice());
        // Rows are sorted by year, so the last year is the last to be put in.
        for row in reader.records().map_while(Result::ok) {
            let cell = |at: usize| row.get(1 + axes + at).unwrap_or("");
            let later = |at: usize| cell(at + skipped);
            let regime = regimes.iter().position(|id| id == cell(1));
            let measure = charted.iter().position(|(m, g)| m == later(4) && g == later(3));
            if let (Some(regime), Some(measure)) = (regime, measure) {
                let number = |at: usize| later(at).parse().ok();
                ends[measure][regime][which] = Statistics {
                    mean: number(6),
                    se: number(7),
                    ci_low: number(8),
                    ci_high: number(9),
                    replicates: later(10).parse().unwrap_or(0),
                    ..Statistics::default()
                };
            }
        }
    }
    ends
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::{Unwatched, run};
    use crate::scenario::main_scenario;
    use crate::scenario::sweep::Sweep;

    #[test]
    fn rows_of_a_point_carry_what_was_varied_and_read_back() {
        let axes = vec![super::super::axis("society.care.share_county=0.58,0.6").unwrap()];
        let plan = Plan::new(&Sweep { axes, ..Sweep::default() }, 1).unwrap();
        let scenario = main_scenario(&[
            "plan.households=100",
            "plan.replicates=2",
            "plan.last_year=2022",
            "places.poor-county.counties=1",
        ]);
        let results = run(&scenario, &Unwatched).unwrap().results;
        let names = |names: &[&str]| Some(names.iter().map(|&name| name.to_owned()).collect());
        let selection = Selection { measures: names(&HEADLINE), groups: names(&GROUPS) };
        let chunk = plan.chunk(1, &results, &selection).unwrap();
        let text = String::from_utf8(chunk.measures.clone()).unwrap();
        let head = String::from_utf8(plan.measures_head()).unwrap();
        // Regimes, years, measures of two groups; one of them needs a distribution, which the lifted don't have.
        assert_eq!(text.lines().count(), 5 * 2 * (2 * HEADLINE.len() - 1));
        assert!(text.lines().all(|row| row.starts_with("2,0.6,x,")), "{text}");
        assert_eq!(text.lines().next().unwrap().split(',').count(), head.split(',').count());
        let regimes: Vec<String> = results.regimes.iter().map(|(id, _, _)| id.clone()).collect();
        let ends = ends(1, &chunk, &selection.charted(), &regimes);
        for (regime, id) in regimes.iter().enumerate() {
            let row = results.measures.iter().find(|row| {
                row.regime == *id
                    && row.year.number() == 2022
                    && row.group == "lifted"
                    && row.measure == "poverty_return_cumulative"
            });
            let shown = ends[0][regime][0];
            assert_eq!(
                (shown.mean, shown.ci_low),
                row.map(|r| (r.statistics.mean, r.statistics.ci_low)).unwrap()
            );
            assert_eq!(ends[0][regime][1].mean.is_some(), *id != results.baseline);
        }
    }

    #[test]
    fn charts_show_what_is_written() {
        let names = |names: &[&str]| Some(names.iter().map(|&name| name.to_owned()).collect());
        let all = Selection { measures: None, groups: None };
        assert_eq!(all.charted().len(), 2);
        let one = Selection { measures: names(&["che_40"]), groups: names(&["lifted"]) };
        assert_eq!(one.charted(), [("che_40".to_owned(), "lifted".to_owned())]);
    }

    #[test]
    fn headline_measures_are_measures() {
        assert!(HEADLINE.iter().all(|id| info(id).is_some()));
        assert!(GROUPS.iter().all(|id| crate::measures::catalogue::group_label(id).is_some()));
    }
}
