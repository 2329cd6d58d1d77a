//! Made-up results of a plausible shape, to draw and write.
#![allow(clippy::disallowed_methods, reason = "invented numbers for drawing decide no result")]

use fanpin::measures::catalogue::{DESCENT, GROUPS, MEASURES, OUTCOMES};
use fanpin::measures::outlay::OUTLAY;
use fanpin::measures::table::{
    CellValue, DescentRow, DifferenceRow, FlowRow, MeasureRow, OutlayRow, PlaceInfo, Results, SpreadRow,
    Statistics,
};
use fanpin::units::Year;

/// How big the made-up run is.
#[derive(Debug, Clone, Copy)]
pub struct Shape {
    pub regimes: usize,
    pub replicates: u32,
    pub years: i16,
    pub long_labels: bool,
}

pub const USUAL: Shape = Shape { regimes: 5, replicates: 20, years: 15, long_labels: false };

const REGIMES: [(&str, &str, &str, f64); 8] = [
    ("basic-only", "Basic insurance only", "仅基本医保", 3.9),
    ("targeted", "Targeted", "精准保障", 2.2),
    ("inclusive", "Inclusive", "普惠保障", 2.5),
    ("transition", "Transition", "五年过渡", 2.35),
    ("cliff", "Cliff", "断崖退出", 3.1),
    ("prevention-first", "Prevention first", "预防优先", 2.1),
    ("hybrid", "Hybrid", "混合方案", 2.0),
    ("targeted-frozen", "Targeted, list frozen in 2020", "精准保障（2020年名单冻结）", 2.4),
];

const LONG: [(&str, &str); 8] = [
    (
        "Basic medical insurance alone, without any preferential layer",
        "仅有城乡居民基本医疗保险而无任何倾斜保障",
    ),
    (
        "Targeted protection of 2020, list checked again every year",
        "延续2020年精准扶贫保障且每年动态调整名单",
    ),
    ("Inclusive design of the State Council, introduced at once", "国务院普惠性保障方案一次到位"),
    ("Targeted tapering into inclusive from 2021 to 2025", "2021至2025年由精准逐步过渡到普惠"),
    ("Preferential layers end in 2021, national layers stay", "2021年取消倾斜政策仅保留国家基本制度"),
    ("Prevention first, with family doctors who honour contracts", "预防优先，家庭医生签约服务落到实处"),
    ("Hybrid of targeted and inclusive protection with a cap", "精准与普惠相结合并设自付封顶线"),
    ("Targeted, frozen list", "精准保障（名单冻结）"),
];

/// Values that look random but are the same every time.
struct Noise(u64);

impl Noise {
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 40) as f64 / (1_u64 << 24) as f64 * 2.0 - 1.0
    }
}

fn statistics(values: &[f64]) -> Statistics {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let mut s = Statistics { mean: Some(mean), replicates: values.len() as u32, ..Statistics::default() };
    if values.len() > 1 {
        let sd = (values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / (n - 1.0)).sqrt();
        let se = sd / n.sqrt();
        let mut sorted = values.to_vec();
        sorted.sort_by(f64::total_cmp);
        s.sd = Some(sd);
        s.se = Some(se);
        s.ci_low = Some(mean - 2.093 * se);
        s.ci_high = Some(mean + 2.093 * se);
        s.q025 = Some(sorted[0]);
        s.median = Some(sorted[sorted.len() / 2]);
        s.q975 = Some(sorted[sorted.len() - 1]);
    }
    s
}

fn centre(measure: &str, group: usize, regime: usize, year: f64) -> Option<f64> {
    let level = REGIMES[regime].3;
    let fade = if regime == 3 { (year / 5.0).min(1.0) * 0.2 } else { 0.0 };
    let poorer = if (4..9).contains(&group) { 1.6 - 0.3 * (group - 4) as f64 } else { 1.0 };
    Some(match measure {
        "poverty_return_rate" => (level + fade - 0.06 * year + 0.25 * (year * 0.9).sin()) / 100.0,
        "poverty_return_cumulative" => 1.0 - (1.0 - level / 120.0).powf(year + 1.0),
        "che_40_nonfood" => (6.0 + 2.0 * level) / 100.0 * poorer,
        "che_10" => (12.0 + 3.0 * level) / 100.0 * poorer,
        "oop_per_head" => (260.0 + 110.0 * level) * (1.0 + 0.04 * year),
        "paid_basic_insurance_per_head" => 840.0 * (1.0 + 0.05 * year),
        "paid_critical_illness_insurance_per_head" if regime != 0 => 74.0 + 12.0 * level,
        "paid_medical_aid_per_head" if regime != 0 => 240.0 - 55.0 * level,
        "paid_local_top_up_per_head" if regime == 1 || regime == 3 => 46.0,
        "paid_supplementary_insurance_per_head" if regime == 6 => 31.0,
        "paid_charity_per_head" if regime != 0 => 4.0,
        "fund_spending_per_head" => 1100.0 - 20.0 * level,
        "aid_spending_per_head" if regime != 0 => 210.0 - 40.0 * level + 12.0 * year,
        "aid_revenue_per_head" => 160.0 + 9.0 * year,
        "fund_balance_per_head" => 30.0 * level - 90.0 + 11.0 * year,
        "aid_met_share" => 1.0 - (0.5 - 0.1 * level).abs() * (-0.3 * year).exp(),
        "gini" => return (group == 0).then_some(0.41),
        "forgone_for_money_rate" => 0.05 + 0.01 * level,
        "persons" => 56_000.0 / (1.0 + group as f64),
        _ => return None,
    })
}

/// The group of the only place.
const PLACE: &str = "place:poor-county";

/// Results of a made-up run.
pub fn results(shape: Shape) -> Results {
    let mut noise = Noise(7);
    let years: Vec<Year> = (0..shape.years).map(|y| Year::new(2021 + y)).collect();
    let regimes = (0..shape.regimes)
        .map(|i| {
            let (id, en, zh, _) = REGIMES[i];
            let (en, zh) = if shape.long_labels { LONG[i] } else { (en, zh) };
            (id.to_owned(), en.to_owned(), zh.to_owned())
        })
        .collect();
    let mut results = Results {
        scenario: "inclusive-vs-targeted".into(),
        regimes,
        baseline: if shape.regimes > 1 { "targeted" } else { "basic-only" }.into(),
        years: years.clone(),
        groups: GROUPS.iter().map(|(id, _)| (*id).to_owned()).chain([PLACE.to_owned()]).collect(),
        places: vec![PlaceInfo {
            id: "poor-county".into(),
            en: "Formerly poor county".into(),
            zh: "原贫困县".into(),
            persons_per_county: Some(2_800),
        }],
        ..Results::default()
    };
    let baseline = usize::from(shape.regimes > 1);
    let shocks: Vec<f64> = (0..shape.replicates).map(|_| noise.next()).collect();
    for (r, (regime, _, _)) in results.regimes.clone().iter().enumerate() {
        for (y, year) in years.iter().enumerate() {
            for (g, (group, _)) in GROUPS.iter().enumerate() {
                for (m, measure) in MEASURES.iter().enumerate() {
                    if measure.id.starts_with("poverty_return") && *group != "lifted" {
                        continue;
                    }
                    let Some(at) = centre(measure.id, g, r, y as f64) else { continue };
                    let base = centre(measure.id, g, baseline, y as f64).unwrap_or(0.0);
                    let draw = |noise: &mut Noise, at: f64, k: usize| {
                        at * (1.0 + 0.10 * shocks[k]) + 0.03 * at * noise.next()
                    };
                    let values: Vec<f64> =
                        (0..shape.replicates as usize).map(|k| draw(&mut noise, at, k)).collect();
                    for (k, value) in values.iter().enumerate() {
                        results.cells.push(CellValue {
                            regime: r as u16,
                            replicate: k as u32,
                            year: *year,
                            group: g as u16,
                            measure: m as u16,
                            value: *value,
                        });
                    }
                    results.measures.push(MeasureRow {
                        regime: regime.clone(),
                        year: *year,
                        group: (*group).to_owned(),
                        measure: measure.id,
                        denominator: Some(12_345.25),
                        statistics: statistics(&values),
                    });
                    if r != baseline {
                        let paired: Vec<f64> =
                            values.iter().enumerate().map(|(k, v)| v - draw(&mut noise, base, k)).collect();
                        results.differences.push(DifferenceRow {
                            regime: regime.clone(),
                            baseline: results.baseline.clone(),
                            year: *year,
                            group: (*group).to_owned(),
                            measure: measure.id,
                            statistics: statistics(&paired),
                            variance_ratio: (shape.replicates > 1).then_some(6.25),
                        });
                    }
                }
            }
            results.counties.push(SpreadRow {
                regime: regime.clone(),
                year: *year,
                group: PLACE.to_owned(),
                measure: "poverty_return_rate",
                counties: 20,
                quantiles: [0.03, 0.06, 0.08, 0.11, 0.17]
                    .map(|at| at * (1.0 + 0.02 * r as f64 + 0.01 * y as f64)),
            });
            if r != baseline {
                flows(&mut results, &mut noise, shape, r, y, *year);
            }
        }
        descent(&mut results, &mut noise, shape, r);
        outlay(&mut results, &mut noise, shape, r, baseline);
    }
    results
}

/// After a run of `shape.years` nobody has been followed for longer.
fn descent(results: &mut Results, noise: &mut Noise, shape: Shape, regime: usize) {
    let level = REGIMES[regime].3;
    for years_since in 0..9_u8 {
        let years = f64::from(years_since);
        for (quantity, _, _) in DESCENT {
            let at = match quantity {
                "households" => 1200.0 - 80.0 * years,
                "net_income" => 0.72 - 0.01 * level - 0.2 * (-years).exp(),
                "lost_earnings" => 0.15 + 0.12 * (-years).exp(),
                "medical_debt" => 0.1 + 0.03 * level + 0.01 * years,
                _ => 0.12 + 0.01 * level + 0.15 * (-years).exp(),
            };
            let followed = i16::from(years_since) < shape.years;
            let values: Vec<f64> = (0..if followed { shape.replicates } else { 0 })
                .map(|_| at * (1.0 + 0.1 * noise.next()))
                .collect();
            let all = if followed { statistics(&values) } else { Statistics::default() };
            results.descent.push(DescentRow {
                regime: results.regimes[regime].0.clone(),
                years_since,
                quantity,
                // What the file has columns for.
                statistics: Statistics { q025: None, median: None, q975: None, ..all },
            });
        }
    }
}

fn outlay(results: &mut Results, noise: &mut Noise, shape: Shape, regime: usize, baseline: usize) {
    let level = REGIMES[regime].3;
    for (quantity, _, _) in OUTLAY {
        let (at, base) = match quantity {
            "public_outlay" => (16_000.0 - 800.0 * level, 16_000.0 - 800.0 * REGIMES[baseline].3),
            "outlay_per_household_saved" => (60_000.0, 0.0),
            _ => (0.3 + 0.02 * level, 0.3 + 0.02 * REGIMES[baseline].3),
        };
        let values: Vec<f64> = (0..shape.replicates).map(|_| at * (1.0 + 0.01 * noise.next())).collect();
        let changes: Vec<f64> =
            (0..shape.replicates).map(|_| (at - base) * (1.0 + 0.05 * noise.next())).collect();
        let only_difference = quantity == "outlay_per_household_saved";
        let bare = |s: Statistics| Statistics { q025: None, median: None, q975: None, ..s };
        let of =
            |wanted: bool, values: &[f64]| if wanted { statistics(values) } else { Statistics::default() };
        let changed = regime != baseline;
        if only_difference && !changed {
            continue;
        }
        results.outlay.push(OutlayRow {
            regime: results.regimes[regime].0.clone(),
            baseline: results.baseline.clone(),
            quantity,
            // What the file has columns for.
            value: Statistics { replicates: shape.replicates, ..bare(of(!only_difference, &values)) },
            change: Statistics { sd: None, ..bare(of(changed, &changes)) },
        });
    }
}

fn flows(results: &mut Results, noise: &mut Noise, shape: Shape, regime: usize, y: usize, year: Year) {
    let gap = REGIMES[regime].3 - REGIMES[1].3;
    let time = (y + 1) as f64;
    for (outcome, _) in OUTCOMES {
        let at = match outcome {
            "saved" => (4.0 - 2.0 * gap).max(0.7) * time,
            "lost" => (4.0 + 12.0 * gap).max(0.9) * time,
            "both" => 42.0 * time,
            "neither" => 2900.0 - 90.0 * time,
            "died_or_dissolved" => 19.0 * time,
            _ => 0.4 * time,
        };
        let values: Vec<f64> =
            (0..shape.replicates).map(|_| (at * (1.0 + 0.15 * noise.next())).round()).collect();
        results.flows.push(FlowRow {
            regime: results.regimes[regime].0.clone(),
            baseline: results.baseline.clone(),
            year,
            group: "lifted".to_owned(),
            outcome,
            households: statistics(&values),
        });
    }
}
