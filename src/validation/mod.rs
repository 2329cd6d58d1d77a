//! The model beside the published record, under the five headings of ISPOR-SMDM (Eddy et al. 2012, Medical Decision Making 32:733):
//! face validity, verification, cross validity, external validity and predictive validity.
//!
//! Figures and what the model gives for them come from [`crate::observation`]. A miss is a finding, reported as it fell.

use crate::experiment::Watch;
use crate::measures::table::Statistics;
use crate::observation::{
    self, Driver, Figure, NotCompared, ObserveError, Size, Split, Verdict, drivers, estimate, experiments,
    figures, not_compared, observe,
};
use crate::uncertainty::Loader;

/// A check of face validity or verification.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// `face`, `verification` or `cross`.
    pub heading: String,
    /// What is checked.
    pub what: String,
    /// A file of the project, `::` and a test of it if it is one.
    pub place: String,
}

/// The checks of face validity and verification, and where each is.
///
/// # Panics
/// Never: a test holds the file against what it names.
#[must_use]
pub fn checks() -> Vec<Check> {
    let text = include_str!("../../data/validation/checks.csv");
    let check = |r: csv::StringRecord| Check {
        heading: r[0].to_owned(),
        what: r[1].to_owned(),
        place: r[2].to_owned(),
    };
    let records = csv::Reader::from_reader(text.as_bytes()).into_records();
    records.map(|record| check(record.expect("a well-formed line"))).collect()
}

/// Under which heading a figure stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Heading {
    /// External validity, dependent: the figure may be used in a calibration.
    Dependent,
    /// External validity, dependent: a parameter was set from it.
    Input,
    /// External validity, independent: held out.
    Independent,
    /// External validity, independent: the effect of a policy, estimated as a study did.
    Experiment,
    /// Predictive validity: held out, of years after those that a calibration may use.
    Predictive,
}

impl Heading {
    /// All of them, in the order of the page.
    pub const ALL: [Self; 5] =
        [Self::Dependent, Self::Independent, Self::Experiment, Self::Predictive, Self::Input];

    /// Name in files.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Dependent => "external-dependent",
            Self::Input => "external-input",
            Self::Independent => "external-independent",
            Self::Experiment => "external-experiment",
            Self::Predictive => "predictive",
        }
    }

    /// Where a figure stands.
    #[must_use]
    pub fn of(figure: &Figure) -> Self {
        if experiments().iter().any(|one| one.target.id == figure.target.id) {
            return Self::Experiment;
        }
        match figure.split {
            Split::Fit => Self::Dependent,
            Split::Input => Self::Input,
            Split::HeldOut if figure.is_prediction() => Self::Predictive,
            Split::HeldOut => Self::Independent,
        }
    }
}

/// A published figure beside the model's.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// The figure.
    pub figure: &'static Figure,
    /// Where it stands.
    pub heading: Heading,
    /// The model's mean over replicates and its interval; without a mean nothing could be observed.
    pub model: Statistics,
    /// How it lies to the published value.
    pub verdict: Option<Verdict>,
    /// What drives a miss, as known before the run in hand.
    pub driver: Option<String>,
}

impl Finding {
    /// How many of the figure's errors the model is over the published value.
    #[must_use]
    pub fn errors_away(&self) -> Option<f64> {
        Some((self.model.mean? - self.figure.target.value) / self.figure.error.sd)
    }

    /// The model's value over the published one.
    #[must_use]
    pub fn ratio(&self) -> Option<f64> {
        Some(self.model.mean? / self.figure.target.value)
    }
}

/// How many figures of a heading have which verdict; those that repeat another are left out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// In the interval.
    pub within: usize,
    /// Up to three errors away.
    pub near: usize,
    /// Further.
    pub miss: usize,
    /// Not observed.
    pub none: usize,
}

impl Tally {
    /// All figures.
    #[must_use]
    pub const fn all(self) -> usize {
        self.within + self.near + self.miss + self.none
    }
}

/// The model beside the published record.
#[derive(Debug, Clone, PartialEq)]
pub struct Validation {
    /// Name of the scenario.
    pub scenario: String,
    /// Size of the runs.
    pub size: Size,
    /// Seed.
    pub seed: u64,
    /// What is known of parameters beside the book: how the command was told to take them, or nothing.
    pub parameters: Option<String>,
    /// Findings in the order of the files, experiments last.
    pub findings: Vec<Finding>,
    /// What is not compared, and why.
    pub not_compared: Vec<NotCompared>,
    /// Checks of face validity and verification.
    pub checks: Vec<Check>,
}

impl Validation {
    /// How many figures of a heading have which verdict.
    #[must_use]
    pub fn tally(&self, heading: Heading) -> Tally {
        let mut tally = Tally::default();
        let counted = |f: &&Finding| f.heading == heading && f.figure.repeats.is_none();
        for finding in self.findings.iter().filter(counted) {
            match finding.verdict {
                Some(Verdict::Within) => tally.within += 1,
                Some(Verdict::Near) => tally.near += 1,
                Some(Verdict::Miss) => tally.miss += 1,
                None => tally.none += 1,
            }
        }
        tally
    }
}

/// All figures and experiments.
#[must_use]
pub fn all() -> Vec<&'static Figure> {
    figures().iter().chain(experiments()).collect()
}

/// Observes every figure and says how the model lies to it.
///
/// # Errors
/// [`ObserveError`] if a run's scenario doesn't hold, lacks a place, or is stopped.
pub fn validate(
    load: &Loader,
    size: Size,
    parameters: Option<String>,
    watch: &dyn Watch,
) -> Result<Validation, ObserveError> {
    let scenario = load(&[])?;
    let all = all();
    let values = observe(load, &all, size, watch)?;
    let drivers = drivers();
    let finding = |(figure, values): (&&'static Figure, Option<Vec<f64>>)| found(figure, values, &drivers);
    Ok(Validation {
        scenario: scenario.name,
        size,
        seed: scenario.plan.seed,
        parameters,
        findings: all.iter().zip(values).map(finding).collect(),
        not_compared: not_compared(),
        checks: checks(),
    })
}

fn found(figure: &'static Figure, values: Option<Vec<f64>>, drivers: &[Driver]) -> Finding {
    let model = values.map(|values| estimate(&values)).unwrap_or_default();
    let verdict = model.mean.map(|mean| Verdict::of(figure.target.value, figure.error.sd, mean));
    let driver = drivers.iter().find(|driver| driver.target == figure.target.id);
    Finding {
        figure,
        heading: Heading::of(figure),
        model,
        verdict,
        driver: driver.map(|driver| driver.sentence.clone()).filter(|_| verdict != Some(Verdict::Within)),
    }
}

/// How many counties [`validate`] simulates.
///
/// # Errors
/// [`ObserveError`] if a run's scenario doesn't hold.
pub fn counties(load: &Loader, size: Size) -> Result<u64, ObserveError> {
    observation::counties(load, &all(), size)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_check_is_where_it_says() {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
        for check in checks() {
            let (file, test) = check.place.split_once("::").unwrap_or((&check.place, ""));
            assert!(root.join(file).exists(), "{file} of `{}` isn't there", check.what);
            if !test.is_empty() {
                let text = std::fs::read_to_string(root.join(file)).expect("a test file");
                assert!(text.contains(&format!("fn {test}(")), "{file} has no test {test}");
            }
            assert!(["face", "verification"].contains(&check.heading.as_str()), "{}", check.heading);
        }
    }

    #[test]
    fn each_figure_stands_under_one_heading() {
        let heading = |id: &str| Heading::of(observation::figure(id).expect("a figure"));
        assert_eq!(heading("CHE-SX13"), Heading::Dependent);
        assert_eq!(heading("REIMB-TOT-2023"), Heading::Dependent);
        assert_eq!(heading("CHE-CHARLSr-2013"), Heading::Independent);
        assert_eq!(heading("HH1-2020"), Heading::Predictive);
        assert_eq!(heading("RINC-2019"), Heading::Input);
        assert_eq!(heading("CS-DID-CHE"), Heading::Experiment);
    }

    #[test]
    fn a_driver_is_named_only_where_something_is_off_and_repeats_do_not_count() {
        let figure = |id| observation::figure(id).expect("a figure");
        let drivers = [Driver { target: "CHE-SX13".to_owned(), sentence: "why".to_owned() }];
        let met = found(figure("CHE-SX13"), Some(vec![15.83]), &drivers);
        let missed = found(figure("CHE-SX13"), Some(vec![1.0]), &drivers);
        assert_eq!((met.verdict, met.driver), (Some(Verdict::Within), None));
        assert_eq!((missed.verdict, missed.driver.as_deref()), (Some(Verdict::Miss), Some("why")));
        let repeated = found(figure("POOR-2012"), Some(vec![1.0]), &[]);
        let validation = Validation {
            scenario: String::new(),
            size: Size { households: 1, replicates: 1 },
            seed: 0,
            parameters: None,
            findings: vec![missed, repeated, found(figure("POOR-2011"), None, &[])],
            not_compared: Vec::new(),
            checks: Vec::new(),
        };
        let expected = Tally { miss: 1, none: 1, ..Tally::default() };
        assert_eq!(validation.tally(Heading::Dependent), expected);
    }
}
