//! What protection costs the public over the reported years, and what it buys.
//!
//! Public outlay of a year is what basic insurance, critical-illness insurance, medical aid and local top-ups pay for bills, with
//! the support of all programmes, prevention and primary care, less the premiums that households pay themselves. Premium
//! subsidies and premium aid are inside: they are what the insurance pays out less what households pay in. So a fund's deficit
//! counts, whoever covers it one day. Supplementary insurance and charity are not public. Years are at rural consumer prices of
//! 2020, discounted at 3 % a year to the first, summed, and divided by the persons living at the end of the first year.

use std::collections::{BTreeMap, BTreeSet};

use crate::measures::catalogue::{Label, MEASURES};
use crate::measures::statistics::{CriticalValues, covariance, difference, mean, variance};
use crate::measures::table::{CellValue, OutlayRow, Results, Statistics};

/// Discount of a year: a convention of this comparison (assumption), as 40 % is of catastrophic spending.
pub const DISCOUNT: f64 = 0.03;

/// What is paid in a year, and with which sign: all per person and in yuan of the year.
const PARTS: [(&str, f64); 7] = [
    ("paid_basic_insurance_per_head", 1.0),
    ("paid_critical_illness_insurance_per_head", 1.0),
    ("paid_medical_aid_per_head", 1.0),
    ("paid_local_top_up_per_head", 1.0),
    ("support_per_head", 1.0),
    ("service_cost_per_head", 1.0),
    ("premium_own_per_head", -1.0),
];

/// Quantities of `outlay.csv` with their units, in the order of its rows.
pub const OUTLAY: [(&str, &str, Label); 5] = [
    (PUBLIC_OUTLAY, "yuan_2020", Label { en: "Public outlay per person", zh: "人均公共支出" }),
    (RETURNED, "share", Label { en: "Lifted people ever returned", zh: "脱贫人口累计返贫比例" }),
    (
        HARDSHIP,
        "share",
        Label {
            en: "People in hardship, mean of the years", zh: "医疗困难人口比例（各年平均）"
        },
    ),
    (
        CATASTROPHIC,
        "share",
        Label {
            en: "Catastrophic spending, mean of the years", zh: "灾难性支出人口比例（各年平均）"
        },
    ),
    (PER_SAVED, "yuan_2020", Label { en: "Outlay per household saved", zh: "每避免一户返贫的公共支出" }),
];

/// Discounted public outlay per person.
pub const PUBLIC_OUTLAY: &str = "public_outlay";
/// `poverty_return_cumulative` of the lifted in the last year.
pub const RETURNED: &str = "returned_ever";
/// `hardship_headline` of everybody, mean of the reported years.
pub const HARDSHIP: &str = "hardship_mean";
/// `che_40` of everybody, mean of the reported years.
pub const CATASTROPHIC: &str = "catastrophic_mean";
/// Additional outlay over the households that the regime saves less those that it loses.
pub const PER_SAVED: &str = "outlay_per_household_saved";

/// A regime's values, one a replicate.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct RegimeOutlay {
    /// Discounted outlay of all simulated persons, yuan of 2020.
    pub total: Vec<f64>,
    /// The same per person of the first year.
    pub per_person: Vec<f64>,
    /// Share of the lifted that ever returned.
    pub returned: Vec<f64>,
    /// Share in hardship, mean of the years.
    pub hardship: Vec<f64>,
    /// Share with catastrophic spending, mean of the years.
    pub catastrophic: Vec<f64>,
    /// Lifted households saved less lost, against the baseline.
    pub saved: Vec<f64>,
}

impl RegimeOutlay {
    /// From `value(replicate, year, measure, group)`, a measure's value by the index of its year, and the households saved
    /// less lost of each replicate.
    pub fn of(years: usize, saved: Vec<f64>, value: impl Fn(usize, usize, &str, &str) -> f64) -> Self {
        let per_replicate = |f: &dyn Fn(usize) -> f64| (0..saved.len()).map(f).collect::<Vec<f64>>();
        let total = per_replicate(&|replicate| {
            let all = |year, measure: &str| value(replicate, year, measure, "all");
            (0..years).map(|year| yearly(|measure| all(year, measure)) * discount(year)).sum()
        });
        let over_years = |measure: &str| {
            per_replicate(&|replicate| {
                let values: Vec<f64> =
                    (0..years).map(|year| value(replicate, year, measure, "all")).collect();
                mean(&values).unwrap_or(f64::NAN)
            })
        };
        let per_person = total
            .iter()
            .enumerate()
            .map(|(replicate, sum)| sum / value(replicate, 0, "persons", "all"))
            .collect();
        Self {
            per_person,
            returned: per_replicate(&|replicate| {
                value(replicate, years - 1, "poverty_return_cumulative", "lifted")
            }),
            hardship: over_years("hardship_headline"),
            catastrophic: over_years("che_40"),
            total,
            saved,
        }
    }

    /// The rows of a regime beside those of the baseline.
    pub fn rows(
        &self,
        regime: &str,
        baseline: &Self,
        name: &str,
        critical: &CriticalValues,
    ) -> Vec<OutlayRow> {
        let row = |at: usize, value, change| OutlayRow {
            regime: regime.to_owned(),
            baseline: name.to_owned(),
            quantity: OUTLAY[at].0,
            value,
            change,
        };
        let pairs = [
            (&self.per_person, &baseline.per_person),
            (&self.returned, &baseline.returned),
            (&self.hardship, &baseline.hardship),
            (&self.catastrophic, &baseline.catastrophic),
        ];
        let is_baseline = regime == name;
        let mut rows: Vec<OutlayRow> = pairs
            .into_iter()
            .enumerate()
            .map(|(at, (own, base))| {
                let (own, base): (Vec<f64>, Vec<f64>) =
                    own.iter().zip(base).filter(|(a, b)| !a.is_nan() && !b.is_nan()).unzip();
                let change =
                    if is_baseline { Statistics::default() } else { difference(&own, &base, critical).0 };
                row(at, critical.describe(&own), change)
            })
            .collect();
        if !is_baseline {
            let more: Vec<f64> = self.total.iter().zip(&baseline.total).map(|(a, b)| a - b).collect();
            rows.push(row(4, Statistics::default(), ratio_of_means(&more, &self.saved, critical)));
        }
        rows
    }
}

/// What a regime comes to in a replicate: a value is NaN where it is undefined.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Totals {
    /// [`PUBLIC_OUTLAY`], yuan of 2020 per person.
    pub outlay: f64,
    /// [`RETURNED`], a share.
    pub returned: f64,
    /// [`HARDSHIP`], a share.
    pub hardship: f64,
    /// [`CATASTROPHIC`], a share.
    pub catastrophic: f64,
}

impl Totals {
    /// From `value(year, measure, group)`, a measure's value by the index of its year.
    pub(super) fn of(years: usize, value: impl Fn(usize, &str, &str) -> f64) -> Self {
        let one = RegimeOutlay::of(years, vec![0.0], |_, year, measure, group| value(year, measure, group));
        Self {
            outlay: one.per_person[0],
            returned: one.returned[0],
            hardship: one.hardship[0],
            catastrophic: one.catastrophic[0],
        }
    }
}

/// What each regime comes to in each replicate, from the cells of a run: `[regime][replicate]`, replicates by number.
#[must_use]
pub fn by_replicate(results: &Results) -> Vec<Vec<Totals>> {
    let wanted =
        |cell: &&CellValue| ["all", "lifted"].contains(&results.groups[usize::from(cell.group)].as_str());
    let key = |c: &CellValue| {
        (c.regime, c.replicate, c.year.number(), c.group, MEASURES[usize::from(c.measure)].id)
    };
    let cells: BTreeMap<_, f64> = results.cells.iter().filter(wanted).map(|c| (key(c), c.value)).collect();
    let replicates: BTreeSet<u32> = results.cells.iter().map(|cell| cell.replicate).collect();
    let index = |at: usize| u16::try_from(at).expect("few regimes and groups");
    let group =
        |id: &str| index(results.groups.iter().position(|group| group == id).expect("a group of all runs"));
    let of = |regime: usize, replicate: u32| {
        Totals::of(results.years.len(), |year, measure, of| {
            let key = (
                index(regime),
                replicate,
                results.years[year].number(),
                group(of),
                MEASURES[measure_index(measure)].id,
            );
            cells.get(&key).copied().unwrap_or(f64::NAN)
        })
    };
    (0..results.regimes.len()).map(|regime| replicates.iter().map(|r| of(regime, *r)).collect()).collect()
}

/// Outlay of a year from its parts: yuan of 2020, all persons.
fn yearly(value: impl Fn(&str) -> f64) -> f64 {
    let nominal: f64 = PARTS.iter().map(|(measure, sign)| sign * value(measure)).sum();
    let deflator = value("income_per_head_2020") / value("income_per_head");
    nominal * deflator * value("persons")
}

fn discount(year: usize) -> f64 {
    // A few years.
    #[allow(clippy::cast_precision_loss)]
    libm::pow(1.0 + DISCOUNT, -(year as f64))
}

/// The ratio of two means over paired replicates with Fieller's interval (1954), which is left out where the denominator's
/// mean isn't told apart from zero; no ratio where fewer households are saved than lost.
fn ratio_of_means(top: &[f64], bottom: &[f64], critical: &CriticalValues) -> Statistics {
    let replicates = u32::try_from(top.len()).expect("replicates are counted in u32");
    let (Some(a), Some(b)) = (mean(top), mean(bottom)) else { return Statistics::default() };
    if b <= 0.0 || a.is_nan() {
        return Statistics { replicates, ..Statistics::default() };
    }
    let ratio = a / b;
    let mut statistics = Statistics { mean: Some(ratio), replicates, ..Statistics::default() };
    let (Some(s_aa), Some(s_bb), Some(s_ab)) = (variance(top), variance(bottom), covariance(top, bottom))
    else {
        return statistics;
    };
    let n = f64::from(replicates);
    let (s_aa, s_bb, s_ab) = (s_aa / n, s_bb / n, s_ab / n);
    let t = critical.of(top.len());
    let g = t * t * s_bb / (b * b);
    let under = s_aa - 2.0 * ratio * s_ab + ratio * ratio * s_bb
        - if s_bb > 0.0 { g * (s_aa - s_ab * s_ab / s_bb) } else { 0.0 };
    if g < 1.0 && under >= 0.0 {
        let middle = ratio - if s_bb > 0.0 { g * s_ab / s_bb } else { 0.0 };
        let half = t / b * libm::sqrt(under);
        statistics.ci_low = Some((middle - half) / (1.0 - g));
        statistics.ci_high = Some((middle + half) / (1.0 - g));
    }
    statistics
}

/// Index of a measure.
pub(super) fn measure_index(id: &str) -> usize {
    MEASURES.iter().position(|measure| measure.id == id).unwrap_or_else(|| panic!("{id} is a measure"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outlay_is_payments_less_own_premiums_discounted_at_prices_of_2020() {
        // Two years, 10 and 12 persons; each person costs 3 + 5 + 7 + 11 + 13 + 17 − 6 = 50 yuan; prices 25 % over 2020.
        let value = |_: usize, year: usize, measure: &str, _: &str| match measure {
            "paid_basic_insurance_per_head" => 3.0,
            "paid_critical_illness_insurance_per_head" => 5.0,
            "paid_medical_aid_per_head" => 7.0,
            "paid_local_top_up_per_head" => 11.0,
            "support_per_head" => 13.0,
            "service_cost_per_head" => 17.0,
            "premium_own_per_head" => 6.0,
            "income_per_head" => 125.0,
            "income_per_head_2020" => 100.0,
            "persons" => [10.0, 12.0][year],
            "poverty_return_cumulative" => [0.1, 0.3][year],
            "hardship_headline" => [0.1, 0.2][year],
            "che_40" => [0.0, 0.5][year],
            other => panic!("{other}"),
        };
        let outlay = RegimeOutlay::of(2, vec![0.0], value);
        let expected = 50.0 * 0.8 * (10.0 + 12.0 / 1.03);
        assert!((outlay.total[0] - expected).abs() < 1e-9);
        assert!((outlay.per_person[0] - expected / 10.0).abs() < 1e-9);
        assert!((outlay.returned[0] - 0.3).abs() < 1e-12);
        assert!((outlay.hardship[0] - 0.15).abs() < 1e-12 && (outlay.catastrophic[0] - 0.25).abs() < 1e-12);
    }

    #[test]
    fn a_ratio_of_means_has_fiellers_interval() {
        let critical = CriticalValues::up_to(4);
        // A constant denominator: the t interval of the mean over it.
        let found = ratio_of_means(&[8.0, 10.0, 12.0, 14.0], &[2.0; 4], &critical);
        let plain = critical.describe(&[4.0, 5.0, 6.0, 7.0]);
        let near = |a: Option<f64>, b: Option<f64>| (a.unwrap() - b.unwrap()).abs() < 1e-12;
        assert!(
            near(found.mean, plain.mean)
                && near(found.ci_low, plain.ci_low)
                && near(found.ci_high, plain.ci_high)
        );
        // Proportional parts: the ratio is certain.
        let found = ratio_of_means(&[3.0, 6.0, 4.5, 6.0], &[2.0, 4.0, 3.0, 4.0], &critical);
        assert!(near(found.ci_low, Some(1.5)) && near(found.ci_high, Some(1.5)));
        // The ends solve (mean a − r mean b)² = t² var(a − r b) / n.
        let (a, b) = ([5.0, 9.0, 7.0, 8.0], [2.0, 3.0, 4.0, 3.5]);
        let found = ratio_of_means(&a, &b, &critical);
        for end in [found.ci_low.unwrap(), found.ci_high.unwrap()] {
            let rest: Vec<f64> = a.iter().zip(&b).map(|(a, b)| a - end * b).collect();
            let statistics = critical.describe(&rest);
            let touches = statistics.ci_low.unwrap().abs().min(statistics.ci_high.unwrap().abs());
            assert!(touches < 1e-9, "{end}: {statistics:?}");
        }
        // Not told apart from zero, or lost rather than saved.
        assert_eq!(ratio_of_means(&a, &[-1.0, 3.0, -2.0, 4.0], &critical).ci_low, None);
        assert_eq!(ratio_of_means(&a, &[-1.0, -3.0, -2.0, -4.0], &critical).mean, None);
    }
}
