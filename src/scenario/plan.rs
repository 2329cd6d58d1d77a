//! What is run: years, replicates, places, and what is written.

use crate::scenario::policy::Schedule;
use crate::units::Year;

/// A text in both languages.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Bilingual {
    /// English.
    pub en: String,
    /// Chinese.
    pub zh: String,
}

/// Years, replicates, seed and size of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// First reported year.
    pub first_year: Year,
    /// Last reported year.
    pub last_year: Year,
    /// Year from which each regime follows its own policy; until then all follow `historical`.
    pub switch_year: Year,
    /// Number of replicates, at least 1.
    pub replicates: u32,
    /// Seed of every draw.
    pub seed: u64,
    /// Households per replicate over all places.
    pub households: u32,
    /// Households that each of the sample stands for in every county, at least 1.
    pub sampling_factor: u32,
}

/// A kind of county and how many of it are simulated.
#[derive(Debug, Clone, PartialEq)]
pub struct Place {
    /// Its name, as in the group `place:<name>`.
    pub id: String,
    /// Label in both languages.
    pub label: Bilingual,
    /// Share of the scenario's households, summing to 1 over places.
    pub share: f64,
    /// Number of simulated counties of this kind.
    pub counties: u32,
    /// Households that each that stays in the sample stands for once the poor are registered, among those that
    /// were not; at least 1.
    pub unregistered_weight: u16,
    /// How its counties differ, if they do.
    pub spread: Option<Spread>,
    /// Income per head relative to the national rural mean.
    pub income_level: Schedule,
    /// Share of households registered as poor in 2014.
    pub registered_share: f64,
    /// Median travel time to the county hospital in minutes.
    pub travel_minutes: f64,
    /// Log standard deviation of travel time between villages.
    pub travel_log_sd: f64,
    /// Share of admissions that the county hospital can treat.
    pub county_capability: f64,
    /// Level of medical prices relative to the national rural mean.
    pub price_level: f64,
    /// Odds ratio of age 60 and over against the national rural age structure.
    pub ageing: f64,
    /// Factor on the onset of chronic disease.
    pub morbidity: f64,
    /// Share of villages with an improved living environment in 2010.
    pub improved_environment: f64,
    /// Health workers at the start relative to posts.
    pub staff_level: f64,
    /// Share of villages whose clinic has a doctor at the start.
    pub clinics_staffed: f64,
    /// Hospital beds a head relative to the rural nation.
    pub beds_factor: f64,
    /// Medical-aid budget a head relative to the nation.
    pub aid_budget_factor: f64,
    /// Budgets of programmes a head relative to what the policy says.
    pub programme_budget_factor: f64,
    /// The county's own fiscal revenue in 2020, yuan a rural resident.
    pub own_revenue_yuan: f64,
    /// The county's shares of what higher levels help to pay, relative to those of the policy.
    pub local_share_factor: f64,
}

/// How counties of a kind spread about the place.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spread {
    /// Loading of traits on the common factor.
    pub correlation: f64,
    /// Log standard deviation of income per head.
    pub income_log_sd: f64,
    /// Standard deviation of the log odds of being registered.
    pub registered_logit_sd: f64,
    /// Log standard deviation of median travel time.
    pub travel_log_sd: f64,
    /// Standard deviation of the log odds that the county hospital can treat.
    pub capability_logit_sd: f64,
    /// Log standard deviation of own revenue a head.
    pub revenue_log_sd: f64,
    /// Log standard deviation of the number of households.
    pub households_log_sd: f64,
}

/// A language of charts and reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// English.
    En,
    /// Chinese.
    Zh,
}

/// A format of charts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChartFormat {
    /// Scalable vector graphics.
    Svg,
    /// Portable document format.
    Pdf,
    /// Portable network graphics, 300 dpi.
    Png,
}

/// What a run writes beside its tables.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Output {
    /// Languages of charts and report.
    pub languages: Vec<Language>,
    /// Formats of charts; empty for no charts.
    pub formats: Vec<ChartFormat>,
    /// Width of charts in millimetres.
    pub width_mm: u32,
    /// Whether `panel.parquet` is written.
    pub panel: bool,
    /// Number of replicates in the panel.
    pub panel_replicates: u32,
}
