//! What was measured.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::instructions::Recorded;

/// All figures of the page.
pub struct Figures {
    /// `benches/instructions.toml`.
    pub instructions: Recorded,
    /// `docs/speed.csv`, by name.
    pub speed: BTreeMap<String, Speed>,
    /// `docs/scaling.csv`.
    pub scaling: Scaling,
}

/// A line of `docs/speed.csv`: of a text, in `unit`, or of several runs.
#[derive(Debug, Deserialize)]
pub struct Speed {
    what: String,
    pub unit: String,
    pub median: Option<f64>,
    pub least: Option<f64>,
    pub most: Option<f64>,
}

/// A line of `docs/scaling.csv`.
#[derive(Debug, Deserialize)]
struct Run {
    axis: String,
    value: f64,
    threads: u32,
    person_years: f64,
    simulation_seconds: f64,
    wall_seconds: f64,
    cpu_seconds: f64,
    peak_memory_bytes: f64,
}

/// Runs along the axes.
#[derive(Debug)]
pub struct Scaling(Vec<Run>);

/// The median of the runs at a place of an axis.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    pub value: f64,
    pub threads: u32,
    pub person_years: f64,
    /// Of the simulation.
    pub seconds: f64,
    /// Of the whole program.
    pub wall: f64,
    /// Of the whole program, over all threads.
    pub cpu: f64,
    pub mebibytes: f64,
}

impl Figures {
    /// Reads the three files.
    pub fn read(root: &str) -> Self {
        let text = |path: &str| {
            std::fs::read_to_string(format!("{root}/{path}")).unwrap_or_else(|e| panic!("{path}: {e}"))
        };
        let instructions = toml::from_str(&text("benches/instructions.toml")).expect("it holds");
        let speed = rows::<Speed>(&text("docs/speed.csv")).into_iter();
        let scaling = Scaling::parse(&text("docs/scaling.csv"));
        Self { instructions, speed: speed.map(|row| (row.what.clone(), row)).collect(), scaling }
    }
}

fn rows<T: for<'de> Deserialize<'de>>(text: &str) -> Vec<T> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    reader.deserialize().map(|row| row.expect("a line of what `benches/measure` wrote")).collect()
}

impl Scaling {
    /// Reads `docs/scaling.csv`.
    pub fn parse(text: &str) -> Self {
        Self(rows(text))
    }

    /// Points of an axis in ascending order.
    pub fn axis(&self, axis: &str) -> Vec<Point> {
        let runs: Vec<&Run> = self.0.iter().filter(|run| run.axis == axis).collect();
        let mut values: Vec<f64> = runs.iter().map(|run| run.value).collect();
        values.sort_by(f64::total_cmp);
        values.dedup();
        values.into_iter().map(|value| Point::of(value, &runs)).collect()
    }
}

impl Point {
    fn of(value: f64, runs: &[&Run]) -> Self {
        let here: Vec<&&Run> = runs.iter().filter(|run| run.value == value).collect();
        let middle = |of: fn(&Run) -> f64| median(here.iter().map(|run| of(run)).collect());
        Self {
            value,
            threads: here[0].threads,
            person_years: middle(|run| run.person_years),
            seconds: middle(|run| run.simulation_seconds),
            wall: middle(|run| run.wall_seconds),
            cpu: middle(|run| run.cpu_seconds),
            mebibytes: middle(|run| run.peak_memory_bytes) / 1_048_576.0,
        }
    }

    /// Million person-years a second.
    pub fn rate(&self) -> f64 {
        self.person_years / self.seconds / 1e6
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let half = values.len() / 2;
    if values.len() % 2 == 1 { values[half] } else { f64::midpoint(values[half - 1], values[half]) }
}
