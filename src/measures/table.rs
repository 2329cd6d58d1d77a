//! Results as typed values: what the tables and charts are made of.

use crate::units::Year;

/// What a measure is, for tables, `fanpin list measures` and axis labels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MeasureInfo {
    /// Stable id, e.g. `poverty_return_rate`.
    pub id: &'static str,
    /// English label for axes and tables.
    pub label_en: &'static str,
    /// Chinese label.
    pub label_zh: &'static str,
    /// Unit in the files: `share`, `yuan_nominal`, `yuan_2020`, `per_1000`, `index`, `persons`, `households`.
    pub unit: &'static str,
    /// `person` or `household`.
    pub weight: &'static str,
    /// What the denominator counts, in a few words.
    pub denominator: &'static str,
    /// One sentence of definition, with its source.
    pub definition: &'static str,
}

/// A group of households or persons, as in the column `group`.
pub type Group = String;

/// Statistics of one measure over replicates. `None` is an empty cell.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Statistics {
    /// Mean over the replicates in which the measure is defined.
    pub mean: Option<f64>,
    /// Standard deviation between replicates.
    pub sd: Option<f64>,
    /// Standard error of the mean.
    pub se: Option<f64>,
    /// Lower end of the 95 % t interval of the mean.
    pub ci_low: Option<f64>,
    /// Upper end of the 95 % t interval of the mean.
    pub ci_high: Option<f64>,
    /// 2.5 % quantile between replicates (Hyndman and Fan type 7).
    pub q025: Option<f64>,
    /// Median between replicates.
    pub median: Option<f64>,
    /// 97.5 % quantile between replicates.
    pub q975: Option<f64>,
    /// Number of replicates in which the measure is defined.
    pub replicates: u32,
}

impl Statistics {
    /// The same in a unit this many times smaller: 100 makes percent of shares.
    #[must_use]
    pub fn times(self, factor: f64) -> Self {
        let times = |value: Option<f64>| value.map(|value| value * factor);
        Self {
            mean: times(self.mean),
            sd: times(self.sd),
            se: times(self.se),
            ci_low: times(self.ci_low),
            ci_high: times(self.ci_high),
            q025: times(self.q025),
            median: times(self.median),
            q975: times(self.q975),
            replicates: self.replicates,
        }
    }
}

/// A row of `measures.csv`.
#[derive(Debug, Clone, PartialEq)]
pub struct MeasureRow {
    /// Regime id.
    pub regime: String,
    /// Calendar year.
    pub year: Year,
    /// Group id.
    pub group: Group,
    /// Measure id.
    pub measure: &'static str,
    /// Mean denominator over replicates (persons or households represented); `None` if the measure has none.
    pub denominator: Option<f64>,
    /// Statistics over replicates.
    pub statistics: Statistics,
}

/// A row of `differences.csv`: regime minus baseline, paired by replicate.
#[derive(Debug, Clone, PartialEq)]
pub struct DifferenceRow {
    /// Regime id.
    pub regime: String,
    /// Baseline regime id.
    pub baseline: String,
    /// Calendar year.
    pub year: Year,
    /// Group id.
    pub group: Group,
    /// Measure id.
    pub measure: &'static str,
    /// Statistics of the paired difference.
    pub statistics: Statistics,
    /// Variance of the unpaired difference over that of the paired one.
    pub variance_ratio: Option<f64>,
}

/// A row of `flows.csv`: households by what became of them under two regimes.
#[derive(Debug, Clone, PartialEq)]
pub struct FlowRow {
    /// Regime id.
    pub regime: String,
    /// Baseline regime id.
    pub baseline: String,
    /// Calendar year; outcome "ever returned by the end of this year".
    pub year: Year,
    /// Group id (`lifted`).
    pub group: Group,
    /// `saved`, `lost`, `both`, `neither`, `died_or_dissolved`, `unmatched`.
    pub outcome: &'static str,
    /// Number of root households represented, per replicate.
    pub households: Statistics,
}

/// A row of `descent.csv`: households with a member's first stroke, heart attack or cancer since the switch.
#[derive(Debug, Clone, PartialEq)]
pub struct DescentRow {
    /// Regime id.
    pub regime: String,
    /// Years since the onset, 0 being its year.
    pub years_since: u8,
    /// Id of [`crate::measures::catalogue::DESCENT`].
    pub quantity: &'static str,
    /// Statistics over the replicates that have such households.
    pub statistics: Statistics,
}

/// A row of `counties.csv`: how a measure spreads between the counties of a place.
#[derive(Debug, Clone, PartialEq)]
pub struct SpreadRow {
    /// Regime id.
    pub regime: String,
    /// Calendar year.
    pub year: Year,
    /// Group id, `place:<name>`.
    pub group: Group,
    /// Measure id.
    pub measure: &'static str,
    /// Counties in which it is defined, over all replicates.
    pub counties: u32,
    /// Quantiles at [`SpreadRow::AT`], each county counting alike.
    pub quantiles: [f64; 5],
}

impl SpreadRow {
    /// Where the quantiles lie.
    pub const AT: [f64; 5] = [0.05, 0.25, 0.5, 0.75, 0.95];
}

/// Rows of `outlay.csv`: what a regime costs the public over the reported years, and what it buys.
#[derive(Debug, Clone, PartialEq)]
pub struct OutlayRow {
    /// Regime id.
    pub regime: String,
    /// Baseline regime id.
    pub baseline: String,
    /// Id of [`crate::measures::outlay::OUTLAY`].
    pub quantity: &'static str,
    /// Its value over replicates; nothing for what only a difference has.
    pub value: Statistics,
    /// The paired difference to the baseline; nothing for the baseline itself.
    pub change: Statistics,
}

/// A kind of county, as charts name it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PlaceInfo {
    /// Id, as in the group `place:<id>`.
    pub id: String,
    /// English label.
    pub en: String,
    /// Chinese label.
    pub zh: String,
    /// Median over its counties and all replicates of the persons simulated at the end of the first reported year
    /// under the baseline; nothing where no county was counted.
    pub persons_per_county: Option<u64>,
}

/// One value per replicate: a row of `replicates.parquet`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CellValue {
    /// Index into [`Results::regimes`].
    pub regime: u16,
    /// Replicate number.
    pub replicate: u32,
    /// Calendar year.
    pub year: Year,
    /// Index into [`Results::groups`].
    pub group: u16,
    /// Index into [`crate::measures::catalogue::MEASURES`].
    pub measure: u16,
    /// The value, `NaN` never: undefined cells are left out.
    pub value: f64,
}

/// Everything that a finished run hands to tables, charts and report.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Results {
    /// Name of the scenario.
    pub scenario: String,
    /// Regime ids in scenario order, with labels (en, zh).
    pub regimes: Vec<(String, String, String)>,
    /// Baseline regime id.
    pub baseline: String,
    /// Reported years.
    pub years: Vec<Year>,
    /// Group ids in canonical order.
    pub groups: Vec<Group>,
    /// Places in scenario order.
    pub places: Vec<PlaceInfo>,
    /// Rows of `measures.csv`, sorted by regime order as in the file (regime id, year, group, measure).
    pub measures: Vec<MeasureRow>,
    /// Rows of `differences.csv`.
    pub differences: Vec<DifferenceRow>,
    /// Rows of `flows.csv`.
    pub flows: Vec<FlowRow>,
    /// Rows of `descent.csv`.
    pub descent: Vec<DescentRow>,
    /// Rows of `outlay.csv`.
    pub outlay: Vec<OutlayRow>,
    /// Rows of `counties.csv`.
    pub counties: Vec<SpreadRow>,
    /// Rows of `uncertainty.csv`, where parameters were drawn.
    pub uncertainty: Vec<crate::uncertainty::table::Row>,
    /// Values per replicate.
    pub cells: Vec<CellValue>,
}
