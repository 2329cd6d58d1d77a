//! The runs behind the comparisons and the figures read from them, one a replicate.

use std::collections::BTreeMap;

use fanpin::experiment::{self, Finished, Unwatched};
use fanpin::measures::catalogue::MEASURES;
use fanpin::measures::statistics::CriticalValues;
use fanpin::scenario::{Options, Override, load_text};

use super::{Comparison, panel};

/// Residents over households with a resident: two denominators, no measure of its own.
pub const RESIDENTS_PER_HOUSEHOLD: &str = "residents_per_household";

/// By how much reimbursement rates fall for the elasticities.
const DEARER: f64 = 0.9;

/// Size of the runs.
#[derive(Debug, Clone, Copy)]
pub struct Size {
    pub households: u32,
    pub replicates: u32,
}

/// Mean over replicates and the ends of its 95 % t interval.
#[derive(Debug, Clone, Copy)]
pub struct Estimate {
    pub mean: f64,
    pub low: f64,
    pub high: f64,
}

impl Estimate {
    fn of(values: &[f64]) -> Self {
        let s = CriticalValues::up_to(values.len()).describe(values);
        let get = |x: Option<f64>| x.unwrap_or(f64::NAN);
        Self { mean: get(s.mean), low: get(s.ci_low), high: get(s.ci_high) }
    }
}

/// A finished run with its cells by key.
struct Run {
    finished: Finished,
    cells: BTreeMap<(u32, i16, u16, &'static str), f64>,
}

impl Run {
    fn new(size: Size, settings: &[(&str, String)]) -> Self {
        let text = include_str!("../../scenarios/history.toml");
        let sizes = [
            ("plan.households", size.households.to_string()),
            ("plan.replicates", size.replicates.to_string()),
        ];
        let set = |(key, value): &(&str, String)| Override {
            origin: "setting".to_owned(),
            text: format!("{key}={value}"),
        };
        let overrides = sizes.iter().chain(settings).map(set).collect();
        let scenario = load_text("history.toml", text, &Options { overrides, ..Options::default() })
            .unwrap_or_else(|e| panic!("the scenario holds: {e:?}"));
        let finished = experiment::run(&scenario, &Unwatched).expect("nobody stops it");
        let key = |c: &fanpin::measures::table::CellValue| {
            (c.replicate, c.year.number(), c.group, MEASURES[usize::from(c.measure)].id)
        };
        let cells = finished.results.cells.iter().map(|c| (key(c), c.value)).collect();
        Self { finished, cells }
    }

    fn group(&self, id: &str) -> u16 {
        let at = self.finished.results.groups.iter().position(|group| group == id);
        u16::try_from(at.unwrap_or_else(|| panic!("there is no group `{id}`"))).expect("few groups")
    }

    fn value(&self, replicate: u32, year: i16, group: &str, id: &str) -> Option<f64> {
        let id = MEASURES.iter().find(|m| m.id == id).unwrap_or_else(|| panic!("no measure `{id}`")).id;
        self.cells.get(&(replicate, year, self.group(group), id)).copied()
    }

    /// Mean denominator over replicates.
    fn denominator(&self, year: i16, group: &str, id: &str) -> Option<f64> {
        let mut rows = self.finished.results.measures.iter();
        rows.find(|row| row.year.number() == year && row.group == group && row.measure == id)?.denominator
    }
}

/// All runs.
pub struct Runs {
    size: Size,
    history: Run,
    at_2013: Run,
    dearer_inpatient: Run,
    dearer_outpatient: Run,
    at_2016: Run,
}

impl Runs {
    pub fn simulate(size: Size) -> Self {
        let plan = |first: i16, switch: i16, last: i16| {
            vec![
                ("plan.first_year", first.to_string()),
                ("plan.switch_year", switch.to_string()),
                ("plan.last_year", last.to_string()),
            ]
        };
        let mut history = plan(2011, 2020, 2020);
        history.push(("output.panel", "true".to_owned()));
        history.push(("output.panel_replicates", size.replicates.to_string()));
        Self {
            size,
            history: Run::new(size, &history),
            at_2013: Run::new(size, &plan(2013, 2013, 2013)),
            dearer_inpatient: Run::new(size, &[plan(2013, 2013, 2013), dearer_inpatient()].concat()),
            dearer_outpatient: Run::new(size, &[plan(2013, 2013, 2013), dearer_outpatient()].concat()),
            at_2016: Run::new(size, &plan(2016, 2016, 2024)),
        }
    }

    /// A measure of everyone in the history, mean over replicates.
    pub fn mean(&self, id: &str, year: i16) -> f64 {
        let of = |replicate| self.history.value(replicate, year, "all", id);
        Estimate::of(&(0..self.size.replicates).filter_map(of).collect::<Vec<_>>()).mean
    }

    fn run(&self, name: &str) -> &Run {
        match name {
            "history" => &self.history,
            "at-2013" => &self.at_2013,
            "at-2016" => &self.at_2016,
            _ => panic!("there is no run `{name}`"),
        }
    }

    /// The model's figure for a comparison, in the published unit.
    pub fn estimate(&self, comparison: &Comparison, all: &[Comparison]) -> Estimate {
        let of = |replicate| self.in_replicate(comparison, all, replicate);
        let values: Vec<f64> = (0..self.size.replicates).filter_map(of).collect();
        Estimate::of(&values)
    }

    fn in_replicate(&self, c: &Comparison, all: &[Comparison], replicate: u32) -> Option<f64> {
        if let Some(pair) = c.measure.strip_prefix("ratio:") {
            let of = |id: &str| {
                let part = all.iter().find(|c| c.target == id).expect("a comparison");
                self.in_replicate(part, all, replicate)
            };
            let (top, bottom) = pair.split_once('/').expect("two comparisons");
            return Some(of(top)? / of(bottom)?);
        }
        if let Some(what) = c.measure.strip_prefix("panel:") {
            let rows = &self.run(&c.run).finished.panel;
            return Some(c.factor * panel::estimate(what, rows, replicate, &c.group, &c.years)?);
        }
        let by_year = c.years.iter().map(|year| self.in_year(c, replicate, *year));
        let values: Vec<f64> = by_year.collect::<Option<_>>()?;
        Some(c.factor * values.iter().sum::<f64>() / values.len() as f64)
    }

    fn in_year(&self, c: &Comparison, replicate: u32, year: i16) -> Option<f64> {
        let run = self.run(&c.run);
        let value = |id: &str| run.value(replicate, year, &c.group, id);
        match c.measure.split_once(':') {
            None if c.measure == RESIDENTS_PER_HOUSEHOLD => residents_per_household(run, year, &c.group),
            None => value(&c.measure),
            Some(("product", ids)) => ids.split('*').map(value).product(),
            Some(("fall", id)) => Some(run.value(replicate, year - 1, &c.group, id)? - value(id)?),
            Some(("without", id)) => without(run, replicate, year, &c.group, id),
            Some(("elasticity", "inpatient")) => self.inpatient_elasticity(replicate, year),
            Some(("elasticity", "outpatient")) => self.outpatient_elasticity(year),
            Some((kind, _)) => panic!("there is no estimator `{kind}`"),
        }
    }

    /// Log change of admissions over log change of the own share of inpatient bills.
    fn inpatient_elasticity(&self, replicate: u32, year: i16) -> Option<f64> {
        let at = |run: &Run| {
            let own = 1.0 - run.value(replicate, year, "all", "effective_reimbursement_inpatient")?;
            Some((run.value(replicate, year, "all", "admissions_per_1000")?.ln(), own.ln()))
        };
        let (before, after) = (at(&self.at_2013)?, at(&self.dearer_inpatient)?);
        Some((after.0 - before.0) / (after.1 - before.1))
    }

    /// Log change of outpatient bills over log change of their own share; of the means over replicates.
    fn outpatient_elasticity(&self, year: i16) -> Option<f64> {
        let at = |run: &Run| {
            let mean = |id: &str| {
                let rows = &run.finished.results.measures;
                let row =
                    rows.iter().find(|r| r.year.number() == year && r.group == "all" && r.measure == id)?;
                row.statistics.mean
            };
            let (bills, inpatient) = (
                run.denominator(year, "all", "effective_reimbursement")?,
                run.denominator(year, "all", "effective_reimbursement_inpatient")?,
            );
            let paid = bills * mean("effective_reimbursement")?
                - inpatient * mean("effective_reimbursement_inpatient")?;
            let outpatient = bills - inpatient;
            Some((outpatient.ln(), (1.0 - paid / outpatient).ln()))
        };
        let (before, after) = (at(&self.at_2013)?, at(&self.dearer_outpatient)?);
        Some((after.0 - before.0) / (after.1 - before.1))
    }
}

/// Reimbursement rates of the inpatient layer of `policies/historical.toml` in 2013, less a tenth.
fn dearer_inpatient() -> Vec<(&'static str, String)> {
    let of = |rate: f64| format!("{:.3}", rate * DEARER);
    let (township, county, city, province) = (of(0.80), of(0.70), of(0.55), of(0.48));
    let rates =
        format!("{{ township = {township}, county = {county}, city = {city}, province = {province} }}");
    vec![("regimes.historical.layers.basic.rate", rates)]
}

/// Rates and annual ceiling of its outpatient layer in 2013, less a tenth: the ceiling binds on a mean
/// bill, so lower rates alone leave the price that families expect as it was.
fn dearer_outpatient() -> Vec<(&'static str, String)> {
    let of = |x: f64| format!("{:.3}", x * DEARER);
    let rates = format!("{{ township = {}, county = {}, city = 0.0, province = 0.0 }}", of(0.55), of(0.3));
    vec![
        ("regimes.historical.layers.outpatient.rate", rates),
        ("regimes.historical.layers.outpatient.ceiling_yuan", of(60.0)),
    ]
}

fn residents_per_household(run: &Run, year: i16, group: &str) -> Option<f64> {
    let residents = run.denominator(year, group, "poverty_rate_residents")?;
    Some(residents / run.denominator(year, group, "one_person_households")?)
}

/// A share of households outside a group, from those of all and of the group.
fn without(run: &Run, replicate: u32, year: i16, group: &str, id: &str) -> Option<f64> {
    let of = |group: &str| {
        let households = run.value(replicate, year, group, "households")?;
        Some((households, households * run.value(replicate, year, group, id)?))
    };
    let (all, inside) = (of("all")?, of(group)?);
    Some((all.1 - inside.1) / (all.0 - inside.0))
}
