//! The charts of a run, one short file a kind.
//!
//! Each is drawn from [`Results`] alone, so a finished folder can be drawn again from its tables. No legend boxes:
//! lines are labelled at their ends, panels by their titles; a row of panels has one line of names above it. Regimes keep their colour, which is that of their place
//! in the scenario. A chart without data says so; it is never left out and never panics.

mod alike;
pub mod attribution;
pub mod bill;
#[cfg(feature = "calibration")]
pub mod calibration;
pub mod catastrophic;
pub mod counties;
pub mod descent;
pub mod difference;
pub mod equal;
pub mod flows;
pub mod frontier;
pub mod lines;
pub mod policy_gap;
pub mod policy_timeline;
pub mod rates;
pub mod sensitivity;
pub mod sheet;
pub mod squeeze;
pub mod sweep;
pub mod trace;
pub mod uncertainty;
pub mod validation;
pub mod who_pays;

use std::collections::BTreeSet;

use crate::measures::catalogue::{Label, info};
use crate::measures::table::{Results, Statistics};
use crate::report::style::Theme;
use crate::scenario::plan::{Bilingual, Language};
use crate::units::Year;

/// How charts are drawn.
#[derive(Debug, Clone, Copy)]
pub struct Setting {
    /// Language.
    pub language: Language,
    /// Width in millimetres; journals ask for 90 (one column) or 180 (two).
    pub width_mm: u32,
    /// Colours.
    pub theme: Theme,
}

impl Setting {
    /// The text of the language.
    #[must_use]
    pub const fn pick<'t>(&self, en: &'t str, zh: &'t str) -> &'t str {
        match self.language {
            Language::En => en,
            Language::Zh => zh,
        }
    }

    /// The label in the language.
    #[must_use]
    pub const fn label(&self, label: Label) -> &'static str {
        match self.language {
            Language::En => label.en,
            Language::Zh => label.zh,
        }
    }

    /// The text in the language.
    #[must_use]
    pub fn bilingual<'t>(&self, text: &'t Bilingual) -> &'t str {
        self.pick(&text.en, &text.zh)
    }

    /// Label of a measure; its id if it is none.
    #[must_use]
    pub fn measure<'t>(&self, id: &'t str) -> &'t str {
        info(id).map_or(id, |info| self.pick(info.label_en, info.label_zh))
    }

    /// Label of a regime by its place in the scenario's order.
    #[must_use]
    pub fn regime<'r>(&self, results: &'r Results, index: usize) -> &'r str {
        let (id, en, zh) = &results.regimes[index];
        let label = self.pick(en, zh);
        if label.trim().is_empty() { id } else { label }
    }

    /// The same, and whether it is the baseline.
    #[must_use]
    pub fn regime_marked(&self, results: &Results, index: usize) -> String {
        let label = self.regime(results, index);
        if results.regimes[index].0 == results.baseline {
            format!("{label}{}", self.pick(" (baseline)", "（基准）"))
        } else {
            label.to_owned()
        }
    }
}

/// A chart that has been drawn.
#[derive(Debug, Clone)]
pub struct Chart {
    /// Its name in file names.
    pub id: &'static str,
    /// Its language.
    pub language: Language,
    /// Its title.
    pub title: String,
    /// What it shows, in a sentence, for readers who can't see it.
    pub description: String,
    /// Width in millimetres.
    pub width_mm: f64,
    /// Height in millimetres.
    pub height_mm: f64,
    /// The picture as SVG with text as text.
    pub svg: String,
    /// Characters that the fonts do not have.
    pub missing: BTreeSet<char>,
}

impl Chart {
    /// `en` or `zh`.
    #[must_use]
    pub const fn language_tag(&self) -> &'static str {
        language_tag(self.language)
    }
}

/// `en` or `zh`, as in file names.
#[must_use]
pub const fn language_tag(language: Language) -> &'static str {
    match language {
        Language::En => "en",
        Language::Zh => "zh",
    }
}

/// All charts of a run, in the order of the report.
#[must_use]
pub fn draw_all(results: &Results, setting: &Setting) -> Vec<Chart> {
    let mut charts = vec![
        rates::annual(results, setting),
        difference::draw(results, setting),
        rates::cumulative(results, setting),
        flows::draw(results, setting),
        frontier::draw(results, setting),
        who_pays::draw(results, setting),
        catastrophic::draw(results, setting),
        descent::draw(results, setting),
        squeeze::draw(results, setting),
        counties::draw(results, setting),
    ];
    // A chart of runs at drawn parameters only: an empty one would stand in every other report.
    if !results.uncertainty.is_empty() {
        charts.push(uncertainty::draw(results, setting));
    }
    charts
}

/// Statistics of a measure by year, for one regime and group; years in which it is undefined are left out.
fn by_year(results: &Results, regime: usize, group: &str, measure: &str) -> Vec<(Year, Statistics)> {
    let id = &results.regimes[regime].0;
    let mut points: Vec<(Year, Statistics)> = results
        .measures
        .iter()
        .filter(|row| row.measure == measure && row.group == group && &row.regime == id)
        .filter(|row| row.statistics.mean.is_some())
        .map(|row| (row.year, row.statistics))
        .collect();
    points.sort_by_key(|(year, _)| *year);
    points
}

/// The last reported year, if any.
fn last_year(results: &Results) -> Option<Year> {
    results.years.iter().max().copied()
}

/// Most replicates that any shown value has.
fn replicates(values: impl IntoIterator<Item = Statistics>) -> u32 {
    values.into_iter().map(|s| s.replicates).max().unwrap_or(0)
}

/// What the intervals of a chart are, for its note.
fn interval_note(setting: &Setting, replicates: u32, shape_en: &str, shape_zh: &str) -> String {
    match replicates {
        0 | 1 => setting.pick("One replicate: no interval.", "仅一次重复模拟，无区间。").to_owned(),
        n => match setting.language {
            Language::En => format!("{shape_en}: 95% interval of the mean over {n} replicates."),
            Language::Zh => format!("{shape_zh}为{n}次重复模拟均值的95%置信区间。"),
        },
    }
}

/// Ends of the interval, if there is one.
const fn interval(statistics: &Statistics) -> Option<(f64, f64)> {
    match (statistics.ci_low, statistics.ci_high) {
        (Some(low), Some(high)) => Some((low, high)),
        _ => None,
    }
}
