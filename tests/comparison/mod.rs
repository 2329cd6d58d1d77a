//! Published figures, what they are compared with, and the verdict.

pub mod page;
pub mod panel;
pub mod runs;

use runs::{Estimate, Runs};

/// A published figure.
#[derive(Debug, Clone)]
pub struct Target {
    pub id: String,
    pub name: String,
    pub population: String,
    pub place: String,
    pub year: String,
    pub value: f64,
    pub low: Option<f64>,
    pub high: Option<f64>,
    pub unit: String,
}

/// What a figure is held against.
#[derive(Debug, Clone)]
pub struct Comparison {
    pub target: String,
    pub measure: String,
    pub group: String,
    pub years: Vec<i16>,
    pub factor: f64,
    pub run: String,
    pub difference: String,
}

impl Comparison {
    /// Ids of the catalogue that it uses.
    pub fn measures(&self) -> Vec<&str> {
        match self.measure.split_once(':') {
            None if self.measure == runs::RESIDENTS_PER_HOUSEHOLD => Vec::new(),
            None => vec![&self.measure],
            Some(("product", factors)) => factors.split('*').collect(),
            Some(("fall" | "without", id)) => vec![id],
            Some(_) => Vec::new(),
        }
    }
}

/// A figure that is not compared.
#[derive(Debug, Clone)]
pub struct NotCompared {
    pub target: String,
    pub reason: String,
}

/// What drives a miss.
#[derive(Debug, Clone)]
pub struct Driver {
    pub target: String,
    pub sentence: String,
}

/// The files of `data/validation`.
#[derive(Debug, Clone)]
pub struct Files {
    pub targets: Vec<Target>,
    pub comparisons: Vec<Comparison>,
    pub not_compared: Vec<NotCompared>,
    pub drivers: Vec<Driver>,
}

impl Files {
    pub fn read() -> Self {
        let targets = [
            include_str!("../../data/validation/targets.csv"),
            include_str!("../../data/validation/further.csv"),
        ];
        Self {
            targets: targets.into_iter().flat_map(records).map(|r| target(&r)).collect(),
            comparisons: records(include_str!("../../data/validation/comparisons.csv"))
                .map(|r| comparison(&r))
                .collect(),
            not_compared: records(include_str!("../../data/validation/not_compared.csv"))
                .map(|r| NotCompared { target: r[0].to_owned(), reason: r[1].to_owned() })
                .collect(),
            drivers: records(include_str!("../../data/validation/drivers.csv"))
                .map(|r| Driver { target: r[0].to_owned(), sentence: r[1].to_owned() })
                .collect(),
        }
    }

    pub fn driver(&self, target: &str) -> Option<&str> {
        self.drivers.iter().find(|d| d.target == target).map(|d| d.sentence.as_str())
    }
}

fn records(text: &'static str) -> impl Iterator<Item = csv::StringRecord> {
    csv::Reader::from_reader(text.as_bytes()).into_records().map(|record| record.expect("a well-formed line"))
}

fn target(r: &csv::StringRecord) -> Target {
    let number = |at: usize| r[at].parse().ok();
    let bounds = (number(7), number(8));
    // One number in place of an interval is a lower bound, which no rule here uses.
    let (low, high) = if bounds.0 == bounds.1 || bounds.1.is_none() { (None, None) } else { bounds };
    Target {
        id: r[0].to_owned(),
        name: r[1].to_owned(),
        population: r[3].to_owned(),
        place: r[4].to_owned(),
        year: r[5].to_owned(),
        value: number(6).expect("a figure"),
        low,
        high,
        unit: r[9].to_owned(),
    }
}

fn comparison(r: &csv::StringRecord) -> Comparison {
    let (first, last) = r[3].split_once('-').unwrap_or((&r[3], &r[3]));
    let year = |text: &str| text.parse::<i16>().expect("a year");
    Comparison {
        target: r[0].to_owned(),
        measure: r[1].to_owned(),
        group: r[2].to_owned(),
        years: (year(first)..=year(last)).collect(),
        factor: r[4].parse().expect("a factor"),
        run: r[5].to_owned(),
        difference: r[6].to_owned(),
    }
}

/// How a figure of the model lies to the published one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// In the published interval.
    Within,
    /// From four fifths to five fourths of the published value.
    Near,
    /// Neither.
    Miss,
}

impl Verdict {
    pub fn of(value: f64, low: Option<f64>, high: Option<f64>, model: f64) -> Self {
        if let (Some(low), Some(high)) = (low, high)
            && (low..=high).contains(&model)
        {
            return Self::Within;
        }
        if (0.8..=1.25).contains(&(model / value)) { Self::Near } else { Self::Miss }
    }
}

/// A published figure beside the model's.
#[derive(Debug, Clone)]
pub struct Finding {
    pub target: Target,
    pub comparison: Comparison,
    pub model: Estimate,
    pub verdict: Verdict,
}

impl Finding {
    pub fn all(files: &Files, runs: &Runs) -> Vec<Self> {
        let of = |comparison: &Comparison| {
            let target =
                files.targets.iter().find(|t| t.id == comparison.target).expect("a published figure");
            let model = runs.estimate(comparison, &files.comparisons);
            Self {
                verdict: Verdict::of(target.value, target.low, target.high, model.mean),
                target: target.clone(),
                comparison: comparison.clone(),
                model,
            }
        };
        files.comparisons.iter().map(of).collect()
    }

    pub fn lacks_driver(&self, files: &Files) -> bool {
        self.verdict == Verdict::Miss && files.driver(&self.target.id).is_none()
    }
}
