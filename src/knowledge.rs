//! Health literacy, and who knows what they are entitled to.
//!
//! A person is health-literate if a number that stays with the person is below the share of the year for
//! their schooling and age; the shares follow the published path of rural China, spread over schooling
//! and age by published odds ratios. A household knows the rules if a number that stays with it is below
//! a share that is higher where an adult is literate or officials came to explain. Families that don't
//! know expect the terms of ordinary people, and claim last.

use crate::population::Sex;
use crate::population::tables::{Path, Tables};
use crate::random::threshold;
use crate::scenario::society::{Awareness, Literacy, Prevention};
use crate::units::Year;

/// Years of schooling of the levels that are told apart.
pub const SCHOOLING: [u8; 5] = [0, 6, 9, 12, 15];
/// Years of schooling over which nobody is told apart.
const MOST_SCHOOLING: usize = SCHOOLING[SCHOOLING.len() - 1] as usize;
/// Age from which the old are less literate.
const OLD: usize = 65;

/// Literacy and awareness of a year, compiled for the loop.
#[derive(Debug, Clone)]
pub struct KnowledgeYear {
    /// Limit of a 16-bit number: `[old][years of schooling][educated]`.
    literate: [[[u32; 2]; MOST_SCHOOLING + 1]; 2],
    /// Share of adults who are literate.
    pub literate_share: f64,
    /// Limit of a 16-bit number: `[outreach][literate adult]`.
    aware: [[u32; 2]; 2],
    /// Share of households that know, to which the take-up of claims refers, in 2⁻⁶⁴.
    reference: u64,
}

impl KnowledgeYear {
    /// Compiles the year.
    #[must_use]
    pub fn compile(
        literacy: &Literacy,
        awareness: &Awareness,
        prevention: &Prevention,
        tables: &Tables,
        year: Year,
    ) -> Self {
        let level = tables.path(Path::HealthLiteracy, year);
        let odds = level / (1.0 - level) * literacy.level_factor;
        let schooling = adult_schooling(tables, year);
        let base = base_odds(literacy, &schooling, odds / (1.0 + odds));
        let share = |educated: usize, old: usize, step: usize| {
            let education = if educated == 1 { prevention.education_odds } else { 1.0 };
            probability(base * education * schooling_odds(literacy, step) * old_odds(literacy, old == 1))
        };
        let known = |outreach: usize, literate: usize| {
            let share = if literate == 1 { awareness.aware_literate } else { awareness.aware };
            if share >= 1.0 || outreach == 0 {
                return limit(share);
            }
            limit(probability(share / (1.0 - share) * awareness.outreach_odds))
        };
        Self {
            literate: std::array::from_fn(|old| {
                std::array::from_fn(|years| {
                    let step = SCHOOLING[1..].iter().filter(|from| years >= usize::from(**from)).count();
                    [0, 1].map(|educated| limit(share(educated, old, step)))
                })
            }),
            literate_share: (0..SCHOOLING.len()).map(|step| schooling[step] * share(0, 0, step)).sum(),
            aware: std::array::from_fn(|outreach| std::array::from_fn(|literate| known(outreach, literate))),
            reference: threshold(awareness.reference),
        }
    }

    /// Limits under which a person's 16-bit number makes the person health-literate: without health education, and
    /// with it.
    #[must_use]
    #[inline]
    pub fn literate(&self, schooling: u8, age: usize) -> [u32; 2] {
        self.literate[usize::from(age >= OLD)][usize::from(schooling).min(MOST_SCHOOLING)]
    }

    /// Whether a household knows the rules.
    #[must_use]
    #[inline]
    pub fn is_aware(&self, word: u16, literate_adult: bool, outreach: bool) -> bool {
        u32::from(word) < self.aware[usize::from(outreach)][usize::from(literate_adult)]
    }

    /// The word of a claim: uniform over all households at the reference share of those that know, and
    /// smaller for those, who so claim first.
    #[must_use]
    #[inline]
    pub fn claim_word(&self, word: u64, aware: bool) -> u64 {
        let scale = |share: u64| ((u128::from(word) * u128::from(share)) >> 64) as u64;
        if self.reference == u64::MAX {
            return word;
        }
        if aware { scale(self.reference) } else { self.reference + scale(u64::MAX - self.reference) }
    }
}

/// A share as the limit of a 16-bit number: a number below it belongs to the share.
#[must_use]
pub fn limit(share: f64) -> u32 {
    // Between 0 and 65,536.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    {
        libm::floor(share.clamp(0.0, 1.0) * 65_536.0 + 0.5) as u32
    }
}

fn probability(odds: f64) -> f64 {
    if odds.is_infinite() { 1.0 } else { odds / (1.0 + odds) }
}

fn schooling_odds(literacy: &Literacy, step: usize) -> f64 {
    libm::pow(literacy.schooling_odds, (f64::from(SCHOOLING[step]) - 6.0) / 3.0)
}

fn old_odds(literacy: &Literacy, old: bool) -> f64 {
    if old { literacy.age_odds } else { 1.0 }
}

/// Shares of adults by schooling: of both sexes at 25, 40, 55 and 70 years.
fn adult_schooling(tables: &Tables, year: Year) -> [f64; SCHOOLING.len()] {
    let mut shares = [0.0; SCHOOLING.len()];
    for age in [25, 40, 55, 70] {
        for sex in Sex::ALL {
            let limits = tables.schooling(sex, year.number() - age);
            let mut below = 0.0;
            for (step, share) in shares.iter_mut().enumerate() {
                let to = limits.get(step).copied().unwrap_or(1.0);
                *share += (to - below) / 8.0;
                below = to;
            }
        }
    }
    shares
}

/// The odds of an adult with six years of schooling at which the mean share is the published one; one in
/// four adults of [`adult_schooling`] is old.
fn base_odds(literacy: &Literacy, schooling: &[f64; SCHOOLING.len()], goal: f64) -> f64 {
    let mean = |odds: f64| -> f64 {
        let of = |old: bool| -> f64 {
            let each = |step| probability(odds * schooling_odds(literacy, step) * old_odds(literacy, old));
            (0..SCHOOLING.len()).map(|step| schooling[step] * each(step)).sum()
        };
        0.75 * of(false) + 0.25 * of(true)
    };
    let (mut low, mut high) = (1e-9, 1e9);
    for _ in 0..80 {
        let middle = libm::sqrt(low * high);
        if mean(middle) < goal {
            low = middle;
        } else {
            high = middle;
        }
    }
    low
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::population::tables::tables;

    fn compiled(year: i16, set: &[&str]) -> KnowledgeYear {
        let s = crate::scenario::main_scenario(set).society;
        KnowledgeYear::compile(&s.literacy, &s.awareness, &s.prevention, tables(), Year::new(year))
    }

    #[test]
    fn literacy_follows_the_published_path_and_rises_with_schooling() {
        for (year, published) in [(2020, 0.2002), (2023, 0.2623)] {
            let knowledge = compiled(year, &[]);
            // The mean over the young is a little above that of all, of whom a quarter is old.
            assert!((knowledge.literate_share - published).abs() < 0.04, "{}", knowledge.literate_share);
            let known = |schooling| {
                (0..=u16::MAX).filter(|w| u32::from(*w) < knowledge.literate(schooling, 40)[0]).count()
            };
            assert!(known(0) < known(6) && known(6) < known(9) && known(9) < known(15));
        }
    }

    #[test]
    fn claims_stay_uniform_at_the_reference_share_and_the_aware_claim_first() {
        let knowledge = compiled(2020, &[]);
        let n = 1_u64 << 12;
        let words: Vec<u64> = (0..n).map(|i| (i << 52) + (1 << 51)).collect();
        let below = |aware: bool, p: f64| {
            words.iter().filter(|w| knowledge.claim_word(**w, aware) < threshold(p)).count() as f64 / n as f64
        };
        for take_up in [0.3, 0.6, 0.92] {
            let mean = 0.6 * below(true, take_up) + 0.4 * below(false, take_up);
            assert!((mean - take_up).abs() < 1e-3, "{take_up}: {mean}");
            assert!(below(true, take_up) > below(false, take_up));
        }
    }

    #[test]
    fn outreach_informs() {
        let knowledge = compiled(2020, &[]);
        let known = |outreach| (0..=u16::MAX).filter(|w| knowledge.is_aware(*w, false, outreach)).count();
        assert!(known(true) > known(false));
    }
}
