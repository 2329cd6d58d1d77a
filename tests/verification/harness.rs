//! Findings: a simulated figure beside its closed form, and how far apart they may lie.
//!
//! The tolerance of a sampled figure is 4.5 standard errors, with the standard deviation taken from
//! the sample itself: at that width a true claim fails once in 150,000 seeds. Seeds are fixed and
//! were not chosen.

use std::fmt::Write;

use fanpin::random::{Draw, Key, lane_bound, threshold, unit};
use fanpin::units::Year;

/// Standard errors by which a true claim may miss.
pub const TOLERANCE: f64 = 4.5;

/// A sampled figure beside its closed form.
#[derive(Debug, Clone)]
pub struct Row {
    pub claim: String,
    pub closed_form: &'static str,
    pub n: u64,
    pub expected: f64,
    pub got: f64,
    pub se: f64,
    /// What bins or rounding may add, as the product states it.
    pub slack: f64,
}

impl Row {
    pub fn of(claim: impl Into<String>, closed_form: &'static str, expected: f64, sample: &Sample) -> Self {
        Self {
            claim: claim.into(),
            closed_form,
            n: sample.n,
            expected,
            got: sample.mean,
            se: sample.standard_error(),
            slack: 0.0,
        }
    }

    pub fn z(&self) -> f64 {
        (self.got - self.expected) / self.se
    }

    pub fn holds(&self) -> bool {
        self.se > 0.0 && (self.got - self.expected).abs() <= TOLERANCE * self.se + self.slack
    }
}

/// A distance beside its bound.
#[derive(Debug, Clone)]
pub struct Bound {
    pub claim: String,
    pub against: &'static str,
    pub distance: f64,
    pub limit: f64,
}

impl Bound {
    pub fn holds(&self) -> bool {
        self.distance <= self.limit
    }
}

/// What a family of cases found.
#[derive(Debug, Clone, Default)]
pub struct Findings {
    pub rows: Vec<Row>,
    pub bounds: Vec<Bound>,
}

impl Findings {
    /// The claims that don't hold, in words.
    pub fn broken(&self) -> Vec<String> {
        let rows = self.rows.iter().filter(|row| !row.holds()).map(|row| format!("{row:?} z = {}", row.z()));
        let bounds = self.bounds.iter().filter(|bound| !bound.holds()).map(|bound| format!("{bound:?}"));
        rows.chain(bounds).collect()
    }

    /// The findings as Markdown tables.
    pub fn markdown(&self) -> String {
        let mut text = String::new();
        if !self.rows.is_empty() {
            text += "| claim | closed form | n | expected | got | se | bins | z |\n";
            text += "| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |\n";
        }
        for row in &self.rows {
            let slack = if row.slack > 0.0 { format!("{:.1e}", row.slack) } else { String::new() };
            let Row { claim, closed_form, n, .. } = row;
            let (expected, got) = (figure(row.expected), figure(row.got));
            writeln!(
                text,
                "| {claim} | {closed_form} | {n} | {expected} | {got} | {:.1e} | {slack} | {:+.2} |",
                row.se,
                row.z()
            )
            .expect("a string takes all text");
        }
        if !self.bounds.is_empty() {
            text += if self.rows.is_empty() { "" } else { "\n" };
            text += "| claim | against | distance | bound |\n| --- | --- | ---: | ---: |\n";
        }
        for Bound { claim, against, distance, limit } in &self.bounds {
            writeln!(text, "| {claim} | {against} | {distance:.2e} | {limit:.1e} |")
                .expect("a string takes all text");
        }
        text
    }
}

/// A figure with six significant digits.
fn figure(value: f64) -> String {
    let digits = if value == 0.0 { 0 } else { libm::floor(libm::log10(value.abs())) as i32 };
    format!("{value:.*}", usize::try_from((5 - digits).max(0)).expect("not negative"))
}

/// Mean and variance of a sample, one value at a time (Welford 1962).
#[derive(Debug, Clone, Copy, Default)]
pub struct Sample {
    pub n: u64,
    pub mean: f64,
    squares: f64,
}

impl Sample {
    pub fn add(&mut self, value: f64) {
        self.n += 1;
        let off = value - self.mean;
        self.mean += off / self.n as f64;
        self.squares += off * (value - self.mean);
    }

    pub fn count(&mut self, happened: bool) {
        self.add(f64::from(u8::from(happened)));
    }

    pub fn standard_error(&self) -> f64 {
        libm::sqrt(self.squares / (self.n - 1) as f64 / self.n as f64)
    }
}

impl FromIterator<f64> for Sample {
    fn from_iter<I: IntoIterator<Item = f64>>(values: I) -> Self {
        let mut sample = Self::default();
        values.into_iter().for_each(|value| sample.add(value));
        sample
    }
}

/// The product's generator, or one whose uniforms come out too small, for testing the tests.
#[derive(Debug, Clone, Copy)]
pub struct World {
    pub key: Key,
    shrink: f64,
}

impl World {
    pub const fn fair(replicate: u64) -> Self {
        Self { key: Key { seed: 1, replicate }, shrink: 1.0 }
    }

    /// Every event of probability `p` happens with probability `1.01 p`.
    pub const fn biased(replicate: u64) -> Self {
        Self { key: Key { seed: 1, replicate }, shrink: 1.0 / 1.01 }
    }

    pub fn word(&self, word: u64) -> u64 {
        if self.shrink < 1.0 { threshold(unit(word) * self.shrink) } else { word }
    }

    pub fn block(&self, block: u64, id: u64, year: Year, stream: u64) -> [u64; 4] {
        self.key.block(block, id, year, stream).map(|word| self.word(word))
    }

    /// A decision as the loop takes it: the lane against a bound, then lane and extension together
    /// against the threshold of the probability itself.
    pub fn happens(&self, draw: Draw, id: u64, year: Year, bound: u64, p: u64) -> bool {
        let lane = self.key.lanes(id, year)[draw.lane()];
        u32::from(lane) < lane_bound(bound) && self.word(self.key.extended(draw, lane, id, year)) < p
    }
}

/// The standard normal distribution function.
pub fn normal_distribution(x: f64) -> f64 {
    0.5 * libm::erfc(-x * std::f64::consts::FRAC_1_SQRT_2)
}

#[test]
fn a_claim_fails_just_outside_its_tolerance() {
    let row =
        |got| Row { claim: String::new(), closed_form: "", n: 1, expected: 0.0, got, se: 1.0, slack: 0.25 };
    assert!(row(4.74).holds() && row(-4.74).holds());
    assert!(!row(4.76).holds() && !row(-4.76).holds() && !row(f64::NAN).holds());
    let bound = |distance| Bound { claim: String::new(), against: "", distance, limit: 1.0 };
    assert!(bound(1.0).holds() && !bound(1.000_001).holds() && !bound(f64::NAN).holds());
}

#[test]
fn a_sample_knows_its_spread() {
    let sample: Sample = [1.0, 2.0, 3.0, 4.0].into_iter().collect();
    assert_eq!((sample.n, sample.mean), (4, 2.5));
    assert!((sample.standard_error() - libm::sqrt(5.0 / 3.0 / 4.0)).abs() < 1e-15);
}

#[test]
fn a_sample_without_spread_proves_nothing() {
    let sample: Sample = [0.5, 0.5, 0.5].into_iter().collect();
    assert!(!Row::of("", "", 0.5, &sample).holds());
}
