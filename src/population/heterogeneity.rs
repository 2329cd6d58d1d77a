//! Counties of a kind that differ from one another, numbered and not named.
//!
//! A place may stand for many counties whose traits spread about its own as published between counties. Each county
//! draws a score for each trait from its own number alone: neither seed nor replicate nor how many counties there are
//! is in it, so county 17 of a kind is the same in every run. Scores have one common factor, how developed a
//! county is, with a loading that is assumed: of published marginals the correlations are not known.
//!
//! The share of old people and improved living environments follow quantiles between rural counties in the census of 2020
//! (`data/tables/county_spread.csv`), relative to their median: the place says where the middle is. Income, registered share,
//! travel, capability of the hospital, own revenue and population have no published spread that could be read; theirs are
//! assumptions. Left out, though published: household size and schooling, which the types of households would have to be
//! fitted to anew.
//!
//! Parameters: `places.*.vary`, `places.*.spread`.

use std::sync::OnceLock;

use crate::population::{HouseholdId, START};
use crate::random::{Key, normal, normal_quantile, stream};
use crate::scenario::plan::{Place, Spread};

/// What a county draws a score for, in the order of its words after that of the common factor. Append only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(usize)]
enum Trait {
    Income,
    Registered,
    Environment,
    Travel,
    Capability,
    Revenue,
    Ageing,
    Households,
}

const TRAITS: usize = 8;
/// How each trait goes with development: up, down, or not at all.
const SIGNS: [f64; TRAITS] = [1.0, -1.0, 1.0, -1.0, 1.0, 1.0, 0.0, 0.0];
/// The key of counties: its own, so that no draw of a run is in it.
const COUNTIES: Key = Key { seed: 0x0063_6f75_6e74_7973, replicate: u64::MAX };

/// The scores of a county of a kind.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Scores([f64; TRAITS]);

impl Scores {
    fn of(number: u32, loading: f64) -> Self {
        let id = HouseholdId::root_of(0, number).bits();
        let mut words = COUNTIES.generator(id, START, stream::COUNTY);
        let common = normal(words.word());
        let own = libm::sqrt(1.0 - loading * loading);
        Self(SIGNS.map(|sign| {
            let alone = normal(words.word());
            if sign == 0.0 { alone } else { sign * loading * common + own * alone }
        }))
    }

    const fn at(&self, of: Trait) -> f64 {
        self.0[of as usize]
    }
}

/// The place of the county with a number among those of its kind.
#[must_use]
pub fn county(place: &Place, number: u32) -> Place {
    let Some(spread) = &place.spread else { return place.clone() };
    let scores = Scores::of(number, spread.correlation);
    let marginals = Marginals::get();
    // With the mean of the place.
    let level = |of: Trait, log_sd: f64| libm::exp(log_sd * scores.at(of) - log_sd * log_sd / 2.0);
    let income = level(Trait::Income, spread.income_log_sd);
    Place {
        income_level: place.income_level.map(|x| (x * income).clamp(0.2, 3.0)),
        registered_share: shifted(
            place.registered_share,
            spread.registered_logit_sd * scores.at(Trait::Registered),
        )
        .min(0.8),
        improved_environment: shifted(
            place.improved_environment,
            marginals.environment.logit(scores.at(Trait::Environment)),
        ),
        travel_minutes: (place.travel_minutes * libm::exp(spread.travel_log_sd * scores.at(Trait::Travel)))
            .clamp(5.0, 300.0),
        county_capability: shifted(
            place.county_capability,
            spread.capability_logit_sd * scores.at(Trait::Capability),
        )
        .clamp(0.3, 1.0),
        own_revenue_yuan: place.own_revenue_yuan * level(Trait::Revenue, spread.revenue_log_sd),
        ageing: (place.ageing * libm::exp(marginals.old.logit(scores.at(Trait::Ageing)))).clamp(0.3, 3.0),
        ..place.clone()
    }
}

/// Shares of the households of a kind by county, adding up to one.
#[must_use]
pub fn sizes(place: &Place) -> Vec<f64> {
    let size = |number: u32| {
        place.spread.as_ref().map_or(1.0, |spread: &Spread| {
            let score = Scores::of(number, spread.correlation).at(Trait::Households);
            libm::exp(spread.households_log_sd * score)
        })
    };
    let sizes: Vec<f64> = (0..place.counties).map(size).collect();
    let total: f64 = sizes.iter().sum();
    sizes.into_iter().map(|size| size / total).collect()
}

fn logit(share: f64) -> f64 {
    libm::log(share / (1.0 - share))
}

/// A share moved on the scale of log odds; none stays none, and all stays all.
fn shifted(share: f64, by: f64) -> f64 {
    if share <= 0.0 || share >= 1.0 { share } else { 1.0 / (1.0 + libm::exp(-logit(share) - by)) }
}

/// A published share between counties: log odds over those of the median county at scores of a standard normal.
#[derive(Debug, Clone, PartialEq)]
struct Marginal(Vec<(f64, f64)>);

impl Marginal {
    /// Log odds over the median's at a score: linear between the quantiles, held beyond the last.
    fn logit(&self, score: f64) -> f64 {
        let (first, last) = (self.0[0], self.0[self.0.len() - 1]);
        if score <= first.0 {
            return first.1;
        }
        for pair in self.0.windows(2) {
            let ((from, low), (to, high)) = (pair[0], pair[1]);
            if score < to {
                return low + (high - low) * (score - from) / (to - from);
            }
        }
        last.1
    }
}

/// The published shares.
struct Marginals {
    old: Marginal,
    environment: Marginal,
}

/// Quantiles between rural counties in 2020, by indicator.
const TEXT: &str = include_str!("../../data/tables/county_spread.csv");

impl Marginals {
    fn get() -> &'static Self {
        static MARGINALS: OnceLock<Marginals> = OnceLock::new();
        MARGINALS.get_or_init(|| Self {
            old: marginal("share_65plus"),
            environment: marginal("piped_water_in_dwelling_share"),
        })
    }
}

fn marginal(indicator: &str) -> Marginal {
    let quantile = |line: &str| -> Option<(f64, f64)> {
        let cells: Vec<&str> = line.split(',').collect();
        let percent: f64 = cells.get(1)?.strip_prefix('p')?.parse().ok()?;
        Some((normal_quantile(percent / 100.0), logit(cells.get(2)?.parse().ok()?)))
    };
    let of = format!("{indicator},");
    let mut points: Vec<(f64, f64)> =
        TEXT.lines().filter(|line| line.starts_with(&of)).filter_map(quantile).collect();
    points.sort_by(|a, b| a.0.total_cmp(&b.0));
    let median =
        points.iter().find(|(score, _)| libm::fabs(*score) < 1e-9).expect("the median is published").1;
    points.iter_mut().for_each(|(_, log_odds)| *log_odds -= median);
    Marginal(points)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::main_scenario;

    fn place(settings: &[&str]) -> Place {
        let vary = ["places.poor-county.vary=\"county-heterogeneity\"", "places.poor-county.counties=832"];
        main_scenario(&[&vary[..], settings].concat()).places[0].clone()
    }

    fn share_of_old(place: &Place) -> f64 {
        shifted(0.145, libm::log(place.ageing))
    }

    /// Value below which a share of the counties lie.
    fn quantile(of: impl Fn(&Place) -> f64, share: f64) -> f64 {
        let base = place(&["places.poor-county.ageing=1"]);
        let mut values: Vec<f64> = (0..832).map(|number| of(&county(&base, number))).collect();
        values.sort_by(f64::total_cmp);
        crate::measures::statistics::quantile(&values, share)
    }

    #[test]
    fn counties_spread_as_published() {
        // Census of 2020, share of 65 and over between rural counties; the standard error of a quantile of 832 draws.
        for (share, published, sd) in [(0.1, 0.0954, 0.0035), (0.5, 0.145, 0.0015), (0.9, 0.1909, 0.003)] {
            let ours = quantile(share_of_old, share);
            assert!((ours - published).abs() < 4.5 * sd, "{share}: {ours} against {published}");
        }
        let income = |place: &Place| place.income_level.at(crate::units::Year::new(2020)) / 0.735;
        let (low, high) = (quantile(income, 0.1), quantile(income, 0.9));
        assert!((libm::log(high / low) / (2.0 * 1.2816) - 0.2).abs() < 0.03, "{low} {high}");
    }

    #[test]
    fn a_county_is_the_same_however_many_there_are_and_poorer_ones_have_more_registered() {
        let base = place(&[]);
        let few = Place { counties: 10, ..base.clone() };
        assert_eq!(county(&base, 7), Place { counties: 832, ..county(&few, 7) });
        let at = |number| {
            let of = county(&base, number);
            (of.income_level.at(START), of.registered_share)
        };
        let all: Vec<(f64, f64)> = (0..832).map(at).collect();
        let mean = |of: fn(&(f64, f64)) -> f64| all.iter().map(of).sum::<f64>() / 832.0;
        let (x, y) = (mean(|p| p.0), mean(|p| p.1));
        let cov: f64 = all.iter().map(|p| (p.0 - x) * (p.1 - y)).sum();
        assert!(cov < 0.0);
        let same = place(&["places.poor-county.vary=\"none\""]);
        assert_eq!(county(&same, 3), same);
    }

    #[test]
    fn sizes_add_up_and_differ_only_where_counties_do() {
        let sizes_of = |settings: &[&str]| sizes(&place(settings));
        let varied = sizes_of(&[]);
        assert!((varied.iter().sum::<f64>() - 1.0).abs() < 1e-12);
        assert!(varied.iter().any(|size| *size > 2.0 / 832.0));
        assert!(
            sizes_of(&["places.poor-county.vary=\"none\""])
                .iter()
                .all(|size| (size * 832.0 - 1.0).abs() < 1e-12)
        );
    }
}
