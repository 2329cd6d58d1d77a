//! Illness-free income by rank, what published incomes contain of support, and usual consumption.
//!
//! Ranks and weights are whole numbers of 1/65,536 of a standard deviation; products of ranks are cut.

use fanpin::scenario::Scenario;
use fanpin::scenario::plan::Place;
use fanpin::scenario::policy::ProgrammeKind;
use fanpin::scenario::society::{Economy, Society};
use fanpin::units::{Money, Rate, Year};

use crate::evidence::{Evidence, yuan};
use crate::people::PersonState;
use crate::setting::{Setting, fen, rate, whole};
use crate::support::{in_force, share_of_applicants};

const ONE: i64 = 65_536;
/// What is worked out at points is linear between them: from -5 to 5 in steps of 1/32.
const STEP: i64 = 2_048;

fn points() -> impl Iterator<Item = i64> {
    (-5 * ONE..=5 * ONE).step_by(STEP as usize)
}

/// A function of rank in fen, linear between the points, cut to the fen; constant outside.
fn between_points(rank: i64, at: impl Fn(i64) -> i64) -> i64 {
    let rank = rank.clamp(-5 * ONE, 5 * ONE);
    let below = (rank - rank.rem_euclid(STEP)).min(5 * ONE - STEP);
    let (low, high) = (at(below), at(below + STEP));
    low + (high - low) * (rank - below) / STEP
}

/// The mean over standard normal ranks of a function, at the points.
fn mean_over_ranks(of: impl Fn(i64) -> f64) -> f64 {
    let (mut sum, mut weights) = (0.0, 0.0);
    for rank in points() {
        let z = rank as f64 / ONE as f64;
        let weight = libm::exp(-0.5 * z * z);
        sum += of(rank) * weight;
        weights += weight;
    }
    sum / weights
}

/// A standard normal number as a rank.
pub fn rank_of(z: f64) -> i64 {
    whole(z * ONE as f64)
}

/// The persistent part a year on: a stationary autoregression of first order.
pub fn next_persistent(economy: &Economy, persistent: i64, innovation: i64) -> i64 {
    let kept = whole(economy.persistence * ONE as f64);
    let new = whole(libm::sqrt((1.0 - economy.persistence * economy.persistence).max(0.0)) * ONE as f64);
    (persistent * kept + innovation * new) / ONE
}

/// Earning strength of a member who works, in thousandths of a local worker.
pub fn strength(society: &Society, state: &PersonState) -> i64 {
    let whole_strength = if state.away { whole(society.migration.wage_ratio * 1_000.0) } else { 1_000 };
    // Each year of schooling lost takes a part for life, in millionths.
    let lost = whole(society.schooling.earnings_per_year * 1e6) * i64::from(state.schooling_lost);
    whole_strength * (1_000_000 - lost).max(0) / 1_000_000
}

/// The rank without its transitory part: the persistent part, and earning strength a member.
pub fn permanent_rank(society: &Society, persistent: i64, members: i64, strength: i64) -> i64 {
    let economy = &society.economy;
    let share = (1.0 - economy.transitory_share - economy.workers_share).max(0.0);
    let of_household = persistent * whole(libm::sqrt(share) * ONE as f64) / ONE;
    if members == 0 {
        return of_household;
    }
    // What published incomes contain, and the rank of a millionth of a worker a member more, in 2^-20.
    let usual = 1.0 + society.migration.reference_share * (society.migration.wage_ratio - 1.0);
    let mean = whole(economy.workers_mean * usual * 1e6);
    let weight = libm::sqrt(economy.workers_share) * ONE as f64;
    let slope = whole(weight / (economy.workers_sd * usual * 1e6) * 1_048_576.0);
    let above = strength * 1_000 / members - mean;
    of_household + (above * slope).div_euclid(1_048_576)
}

/// The whole rank.
pub fn whole_rank(society: &Society, permanent: i64, transitory: i64) -> i64 {
    permanent + transitory * whole(libm::sqrt(society.economy.transitory_share) * ONE as f64) / ONE
}

fn level(society: &Society, place: &Place, year: Year) -> Rate {
    rate(place.income_level.at(year) * society.economy.illness_free_factor)
}

/// Illness-free income a head at a rank in a place, support as expected in it.
pub fn illness_free(society: &Society, place: &Place, evidence: &Evidence, year: Year, rank: i64) -> Money {
    fen(evidence.income(year, rank)).times(level(society, place, year))
}

/// Illness-free income a head before any support.
pub fn before_support(setting: &Setting, rank: i64) -> Money {
    let (society, place) = (setting.society(), setting.place);
    let with = illness_free(society, place, setting.evidence, setting.year, rank);
    with.less(fen(between_points(rank, |point| expected_support(setting, point).fen())))
}

/// What programmes are expected to have paid a head at a rank: the part g of income y, at most a share of it, that
/// is the gap seen where the test leaves g out. Found by halving to a yuan, the lower end taken.
fn expected_support(setting: &Setting, rank: i64) -> Money {
    let society = setting.society();
    let income = illness_free(society, setting.place, setting.evidence, setting.year, rank);
    let most = income.or_zero().times(rate(society.economy.support_share_most));
    let at_most = expected_gap(setting, income - most);
    if at_most == Money::ZERO || at_most >= most {
        return most.min(at_most);
    }
    let (mut low, mut high) = (0, most.fen());
    while high - low > 100 {
        let middle = (low + high) / 2;
        if expected_gap(setting, income - fen(middle)) < fen(middle) {
            high = middle;
        } else {
            low = middle;
        }
    }
    fen(low)
}

/// The gap that officials are expected to see at an income a head under the threshold of dibao, over five points
/// of their error, by the historical programmes.
fn expected_gap(setting: &Setting, income: Money) -> Money {
    // Gauss-Hermite points and weights of the standard normal distribution.
    let points = [
        (-2.856_970_013_872_806, 0.011_257_411_327_720_7),
        (-1.355_626_179_974_266, 0.222_075_922_005_612_6),
        (0.0, 0.533_333_333_333_333_3),
        (1.355_626_179_974_266, 0.222_075_922_005_612_6),
        (2.856_970_013_872_806, 0.011_257_411_327_720_7),
    ];
    let lists = &setting.society().lists;
    if lists.dibao_error > 0.0 {
        return expected_gap_judged(setting, income);
    }
    let log_sd = lists.income_error;
    let mut expected = 0.0;
    for (z, weight) in points {
        let seen = yuan(income.yuan() * libm::exp(log_sd * z - log_sd * log_sd / 2.0));
        if seen >= setting.expected.dibao_threshold {
            continue;
        }
        for programme in &setting.scenario.history.programmes {
            if programme.kind != ProgrammeKind::IncomeGap || !in_force(programme, setting.year) {
                continue;
            }
            let standard = yuan(programme.standards.at(setting.year) * setting.dibao_standard());
            let least = yuan(programme.amount_yuan.at(setting.year) * setting.terms_growth());
            let gap = standard.less(seen).max(least);
            let reach = share_of_applicants(setting, programme) as f64 / 4_294_967_296.0;
            expected += weight * gap.yuan() * reach;
        }
    }
    yuan(expected)
}

/// The spread of what the list of dibao makes of incomes: of officials' error and the village's judgement together.
fn list_log_sd(society: &Society) -> f64 {
    libm::hypot(society.lists.income_error, society.lists.dibao_error)
}

/// The same where villages judge incomes too: the mean over the lognormal distribution of their view.
fn expected_gap_judged(setting: &Setting, income: Money) -> Money {
    let s = list_log_sd(setting.society());
    let y = income.yuan().max(1e-9);
    let threshold = setting.expected.dibao_threshold.yuan();
    let deviate = |limit: f64| (libm::log(limit.max(1e-9) / y) + 0.5 * s * s) / s;
    let normal = |z: f64| 0.5 * libm::erfc(-z * std::f64::consts::FRAC_1_SQRT_2);
    let mut expected = 0.0;
    for programme in &setting.scenario.history.programmes {
        if programme.kind != ProgrammeKind::IncomeGap || !in_force(programme, setting.year) {
            continue;
        }
        let standard = yuan(programme.standards.at(setting.year) * setting.dibao_standard()).yuan();
        let least = yuan(programme.amount_yuan.at(setting.year) * setting.terms_growth()).yuan();
        let reach = share_of_applicants(setting, programme) as f64 / 4_294_967_296.0;
        // Up to here the gap is more than the least amount.
        let limit = deviate((standard - least).min(threshold));
        let gaps = standard * normal(limit) - y * normal(limit - s);
        let least_amounts = least * (normal(deviate(threshold)) - normal(limit));
        expected += (gaps + least_amounts) * reach;
    }
    yuan(expected)
}

/// The seen income under which the share of dibao is expected, in yuan by halving forty times from 100,000.
pub fn expected_dibao_threshold(
    scenario: &Scenario,
    place: &Place,
    evidence: &Evidence,
    year: Year,
) -> Money {
    let society = &scenario.society;
    let share = scenario.history.classes.dibao_share.at(year);
    let incomes: Vec<(i64, f64)> =
        points().map(|rank| (rank, illness_free(society, place, evidence, year, rank).yuan())).collect();
    let income_at = |rank: i64| incomes[usize::try_from((rank + 5 * ONE) / STEP).expect("a point")].1;
    let below = |threshold: f64| {
        mean_over_ranks(|rank| chance_seen_below(income_at(rank), threshold, list_log_sd(society)))
    };
    let (mut low, mut high) = (0.0, 100_000.0);
    for _ in 0..40 {
        let middle = (low + high) / 2.0;
        if below(middle) < share {
            low = middle;
        } else {
            high = middle;
        }
    }
    yuan(low)
}

fn chance_seen_below(income: f64, threshold: f64, log_sd: f64) -> f64 {
    if log_sd == 0.0 {
        return f64::from(u8::from(income < threshold));
    }
    let distance = libm::log(threshold.max(1e-9)) - libm::log(income.max(1e-9));
    let z = (distance + log_sd * log_sd / 2.0) / log_sd;
    libm::erfc(-z / std::f64::consts::SQRT_2) / 2.0
}

/// Income at a rank to the elasticity of consumption.
fn consumption_shape(economy: &Economy, evidence: &Evidence, year: Year, rank: i64) -> f64 {
    libm::pow(evidence.income(year, rank).max(1) as f64, economy.consumption_elasticity)
}

/// Its mean, by which the published mean of consumption is kept.
pub fn consumption_scale(economy: &Economy, evidence: &Evidence, year: Year) -> f64 {
    mean_over_ranks(|rank| consumption_shape(economy, evidence, year, rank))
}

/// Usual consumption a head of the nation at a point of the permanent rank, fen.
fn consumption_at(setting: &Setting, rank: i64) -> i64 {
    let shape = consumption_shape(&setting.society().economy, setting.evidence, setting.year, rank);
    let mean = setting.evidence.path("consumption", setting.year) * 100.0;
    whole(shape / setting.expected.consumption_scale * mean)
}

/// Food in it by Engel's law: between 15 and 75 %.
fn food_at(setting: &Setting, rank: i64) -> i64 {
    let consumption = consumption_at(setting, rank) as f64;
    let mean = setting.evidence.path("consumption", setting.year) * 100.0;
    let relative = libm::pow((consumption / mean).max(1e-3), setting.society().economy.engel_elasticity);
    let share = (setting.evidence.path("food_share", setting.year) * relative).clamp(0.15, 0.75);
    whole(consumption * share)
}

/// Usual consumption and food a head in the place at a permanent rank.
pub fn usual_consumption(setting: &Setting, permanent: i64) -> (Money, Money) {
    let economy = &setting.society().economy;
    let place = libm::pow(setting.place.income_level.at(setting.year), economy.consumption_place_elasticity);
    let level = rate(place * economy.illness_free_factor);
    let consumption = between_points(permanent, |rank| consumption_at(setting, rank));
    let food = between_points(permanent, |rank| food_at(setting, rank));
    (fen(consumption).times(level), fen(food).times(level))
}
