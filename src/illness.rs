//! Chronic disease, disability and mental illness; potential hospital episodes.
//!
//! Eight chronic groups begin at rates by age and sex, more often in who already has one. A person
//! with a disease is admitted more often. Potential episodes are made under an intensity that no
//! regime changes, each with a fixed index, date, severity, cost and place; a regime thins them with
//! the mark that each carries, so preventing one episode doesn't give the next another fate. The
//! intensity has a factor that stays with the person for life ([`frailty`]). After a cancer or a stroke
//! further stays follow for some years; published admissions contain them, so others are fewer.

pub mod expected;
pub mod frailty;
pub mod risk;

use self::expected::ExpectedFactors;
use self::frailty::ExpectedFrailty;
use self::risk::{ExpectedRisks, RISKS, STRAINS};
use crate::demography::{AGES, age_of};
use crate::population::tables::{Condition, Tables};
use crate::population::{Chronic, Sex};
use crate::random::{Key, YearBlock, normal, stream, threshold, unit};
use crate::scenario::plan::Place;
use crate::scenario::society::{Care, Illness, Society};
use crate::units::{Rate, Year};

/// Number of sets of chronic groups.
pub const CHRONIC_SETS: usize = 256;
/// Bit of stroke in a set of chronic groups.
pub const STROKE: usize = 1;
/// Bit of cancer.
pub const CANCER: usize = 4;
/// Bit of cardiovascular disease.
pub const CARDIOVASCULAR: usize = 0;
/// Bit of mental illness.
pub const MENTAL: usize = 6;

/// Years after the onset of cancer or stroke in which stays follow.
pub const FOLLOWED_YEARS: usize = 3;
/// The groups after whose onset stays follow.
pub const FOLLOWED: [usize; 2] = [CANCER, STROKE];

/// Most potential episodes of a person in a year. The frailest of the book's defaults have a mean near 36, so the chance
/// of more is nil; with 40 it was 5e-5 for the old of 2030.
const MOST_EPISODES: u32 = 200;

/// Hazards of one year, compiled for the loop.
#[derive(Debug, Clone)]
pub struct IllnessYear {
    /// Onset of each group in a person without any risk: `[group][sex][age]`.
    pub onset: Box<[[[f64; AGES]; 2]; 8]>,
    /// Factor on onset by state of risk, with another chronic disease or without:
    /// `[comorbid][group][risk]`.
    pub risk_factor: [Box<[[f64; RISKS]; 8]>; 2],
    /// Factor on the onset of mental illness by strain.
    pub strain_factor: [f64; STRAINS],
    /// Largest factor on onset: `[group]`.
    pub most: [f64; 8],
    /// Onset of disability without chronic disease: `[sex][age]`.
    pub disability: [[f64; AGES]; 2],
    /// Factor on it: `[untreated + 2 × served][number of groups, at most 4]`.
    pub disability_factor: [[f64; 5]; 4],
    /// Largest probability of disability.
    pub disability_bound: f64,
    /// Threshold of recovery from mental illness: untreated, treated.
    pub recovery: [u64; 2],
    /// Factor on the cost of a cancer's first stay of a screened person, in parts per million.
    pub screened_cost: Rate,
    /// Bounding intensity of potential episodes: `[sex][age]`.
    pub episode_bound: [[f64; AGES]; 2],
    /// Share of potential episodes that happen, in `[0, 1]`:
    /// `[disabled + 2 × untreated + 4 × served][groups, at most 4]`.
    pub episode_share: [[f64; 5]; 8],
    /// Largest share that a person at most so ill has: `[disabled + 2 × untreated][groups, at most 4]`.
    largest_episode_share: [[f64; 5]; 4],
    /// Log standard deviation of the cost of a stay.
    pub cost_log_sd: f64,
    /// Factor on outpatient spending, over its mean at the age, in parts per million:
    /// `[sex][age][admitted + 2 × within the years after a major illness that are followed]`.
    pub outpatient: Box<[[[u32; 4]; AGES]; 2]>,
    /// Mean number of stays that follow a major illness: `[cancer, stroke][years since the onset]`.
    pub follow_up: [[f64; FOLLOWED_YEARS + 1]; 2],
}

/// A potential hospital episode of which it is open whether it happens.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct OpenEpisode {
    /// Slot of the person.
    pub slot: u32,
    /// Its index in the person's year.
    pub index: u32,
    /// Position in the year, for the order of bills.
    pub date: u64,
    /// Happens under a regime when below its share.
    pub thinning: f64,
    severity: u64,
    cost: u64,
}

/// Where the marks of the potential episodes of a year are drawn from.
#[derive(Debug, Clone, Default)]
pub struct EpisodeBlocks {
    when: Option<(Key, Year)>,
    /// Marks and further marks of the first episodes of a person; few have more.
    first: [[YearBlock; 2]; 16],
}

/// The streams of the marks of an episode, and of its further marks.
const EPISODE_STREAMS: [u64; 2] = [stream::EPISODE, stream::EPISODE_PLACE];

impl EpisodeBlocks {
    /// Prepares a year.
    #[must_use]
    pub fn new(key: Key, year: Year) -> Self {
        let blocks =
            |index: usize| EPISODE_STREAMS.map(|stream| YearBlock::new(key, index as u64, year, stream));
        Self { when: Some((key, year)), first: std::array::from_fn(blocks) }
    }

    /// Makes a person's potential episodes, but for those that happen under no regime: their thinning isn't below
    /// the largest share.
    pub fn draw(
        &self,
        (id, slot): (u64, u32),
        (count, largest_share): (u32, f64),
        episodes: &mut Vec<OpenEpisode>,
    ) {
        for index in 0..count {
            let [date, thinning, severity, cost] = self.words::<0>(index, id);
            let thinning = unit(thinning);
            if thinning < largest_share {
                episodes.push(OpenEpisode { slot, index, date, thinning, severity, cost });
            }
        }
    }

    /// The further marks of a person's episode.
    fn place(&self, index: u32, id: u64) -> [u64; 4] {
        self.words::<1>(index, id)
    }

    /// The words of a person's episode in one of the [`EPISODE_STREAMS`].
    #[inline]
    fn words<const STREAM: usize>(&self, index: u32, id: u64) -> [u64; 4] {
        if let Some(blocks) = self.first.get(index as usize) {
            return blocks[STREAM].of(id);
        }
        let (key, year) = self.when.expect("a year is prepared before it is drawn");
        key.block(u64::from(index), id, year, EPISODE_STREAMS[STREAM])
    }
}

/// Marks of a potential hospital episode, the same under every regime.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PotentialEpisode {
    /// Slot of the person.
    pub slot: u32,
    /// Position in the year, for the order of bills.
    pub date: u64,
    /// Happens under a regime when below its share.
    pub thinning: f64,
    /// One minus clinical severity: small numbers are severe.
    pub mildness: f64,
    /// Cost relative to the mean of its level, in parts per million.
    pub cost_factor: u32,
    /// Bits for level, capability, referral.
    pub place_word: u64,
    /// Bits for whether a claim is made.
    pub claim_word: u64,
    /// The chronic group whose onset this is the major episode of.
    pub major: Option<u8>,
}

impl IllnessYear {
    /// Compiles the year's hazards for a place. `shares` are those that the published rates contain.
    #[must_use]
    pub fn compile(
        society: &Society,
        place: &Place,
        expected: &ExpectedFactors,
        shares: &ExpectedRisks,
        tables: &Tables,
        year: Year,
    ) -> Self {
        let (illness, care, prevention) = (&society.illness, &society.care, &society.prevention);
        let risk_factor = risk_factors(society);
        let strain_factor = risk::strain_factors(&society.mental);
        let most = largest(&risk_factor, &strain_factor);
        let mut onset = Box::new([[[0.0; AGES]; 2]; 8]);
        for (group, by_sex) in onset.iter_mut().enumerate() {
            for (sex, by_age) in by_sex.iter_mut().enumerate() {
                for (age, hazard) in by_age.iter_mut().enumerate() {
                    let published =
                        tables.onset_probability(year, Condition::ALL[group], Sex::ALL[sex], age_of(age));
                    let served = shares.served * expected.managed[sex][age];
                    let mean = risk::expected(
                        &society.effects,
                        prevention,
                        &ExpectedRisks { served, ..*shares },
                        group,
                        expected.mental_prevalence[sex][age],
                    );
                    let comorbid = if group == MENTAL { 1.0 } else { expected.comorbidity[sex][age] };
                    *hazard = (published * illness.onset_factor * place.morbidity / (comorbid * mean))
                        .min(1.0 / most[group]);
                }
            }
        }
        let bound = care.admission_factor_bound;
        let served_mean = |sex: usize, age: usize, factor: f64| {
            1.0 + expected.any_chronic[sex][age] * shares.served * (factor - 1.0)
        };
        let episode_bound = std::array::from_fn(|sex| {
            std::array::from_fn(|age| {
                let published = tables.admission_rate(year, age_of(age));
                let followed = expected.follow_up[sex][age] * (1.0 - care.untreated_other);
                let published = (published - followed).max(0.2 * published);
                let mean = expected.admission[sex][age] * served_mean(sex, age, prevention.served_admission);
                let healthy = published * care.admission_together / mean;
                healthy * care.admission_factor * bound / care.treated_share
            })
        });
        let episode_share = std::array::from_fn(|flags| {
            std::array::from_fn(|groups| {
                let factor = |bit: usize, factor: f64| if flags & bit != 0 { factor } else { 1.0 };
                // At most 4.
                #[allow(clippy::cast_precision_loss)]
                let chronic = libm::pow(care.admission_per_chronic, groups as f64);
                let served = if groups > 0 { factor(4, prevention.served_admission) } else { 1.0 };
                let state = factor(1, care.admission_disability) * factor(2, care.admission_forgone);
                (chronic * state * served / bound).min(1.0)
            })
        });
        let recovery = |factor: f64| {
            let published = tables.recovery(Condition::Chronic(Chronic::Mental));
            threshold((published * illness.recovery_factor * factor).min(1.0))
        };
        Self {
            onset,
            risk_factor,
            strain_factor,
            most,
            disability: std::array::from_fn(|sex| {
                std::array::from_fn(|age| {
                    tables.onset_probability(year, Condition::Disability, Sex::ALL[sex], age_of(age))
                        / (expected.disability[sex][age]
                            * served_mean(sex, age, prevention.served_disability))
                })
            }),
            disability_factor: disability_factors(illness, prevention.served_disability),
            disability_bound: illness.disability_bound,
            recovery: [recovery(1.0), recovery(society.mental.recovery_treated)],
            screened_cost: Rate::try_from_fraction(risk::screened_cost(prevention, CANCER, true))
                .expect("the book bounds it"),
            episode_bound,
            episode_share,
            largest_episode_share: largest_shares(&episode_share),
            cost_log_sd: care.inpatient_log_sd,
            outpatient: outpatient_factors(care, expected, |age| tables.admission_rate(year, age_of(age))),
            follow_up: follow_up(care),
        }
    }

    /// Probability that a chronic group begins in a person with these groups, risks and strains.
    #[must_use]
    #[inline]
    pub fn onset(&self, group: usize, sex: usize, age: usize, chronic: u8, risk: u8, strain: u8) -> f64 {
        let base = self.onset[group][sex][age];
        if group == MENTAL {
            return base
                * self.risk_factor[0][group][usize::from(risk)]
                * self.strain_factor[usize::from(strain)];
        }
        base * self.risk_factor[usize::from(chronic != 0)][group][usize::from(risk)]
    }

    /// Largest probability that a chronic group begins.
    #[must_use]
    pub fn onset_bound(&self, group: usize, sex: usize, age: usize) -> f64 {
        self.onset[group][sex][age] * self.most[group]
    }

    /// Probability that a disability begins.
    #[must_use]
    #[inline]
    pub fn disability(&self, sex: usize, age: usize, chronic: u8, untreated: bool, served: bool) -> f64 {
        let groups = chronic.count_ones().min(4) as usize;
        let flags = usize::from(untreated) | usize::from(served && groups > 0) << 1;
        (self.disability[sex][age] * self.disability_factor[flags][groups]).min(self.disability_bound)
    }

    /// Largest probability that a disability begins.
    #[must_use]
    pub fn disability_bound(&self, sex: usize, age: usize) -> f64 {
        let most = self.disability_factor.iter().flatten().fold(0.0, |most: f64, f| most.max(*f));
        (self.disability[sex][age] * most).min(self.disability_bound)
    }

    /// Share of potential episodes that happen to a person in this state.
    #[must_use]
    #[inline]
    pub fn episode_share(&self, chronic: u8, disabled: bool, untreated: bool, served: bool) -> f64 {
        let flags = usize::from(disabled) | usize::from(untreated) << 1 | usize::from(served) << 2;
        self.episode_share[flags][chronic.count_ones().min(4) as usize]
    }

    /// Largest share of potential episodes that happen to a person who is at most so ill.
    #[must_use]
    #[inline]
    pub fn largest_episode_share(&self, chronic: u8, disabled: bool, untreated: bool) -> f64 {
        let flags = usize::from(disabled) | usize::from(untreated) << 1;
        self.largest_episode_share[flags][chronic.count_ones().min(4) as usize]
    }

    /// The number of potential episodes of a person-year from the uniform that decides it: its lane, and the word
    /// that the lane begins where that is asked for.
    #[must_use]
    pub fn count_episodes(
        &self,
        (sex, age): (usize, usize),
        frailty: u32,
        (lane, word): (u16, impl FnOnce() -> u64),
    ) -> u32 {
        let intensity = self.episode_bound[sex][age] * f64::from(frailty) / 1e6;
        poisson_count_of_lane(intensity, lane).unwrap_or_else(|| poisson_count(intensity, word()))
    }

    /// A potential episode that happens, with all its marks.
    #[must_use]
    pub fn happening(&self, blocks: &EpisodeBlocks, id: u64, open: &OpenEpisode) -> PotentialEpisode {
        let [place_word, claim_word, ..] = blocks.place(open.index, id);
        PotentialEpisode {
            slot: open.slot,
            date: open.date,
            thinning: open.thinning,
            mildness: unit(open.severity),
            cost_factor: self.cost_factor(open.cost),
            place_word,
            claim_word,
            major: None,
        }
    }

    /// The stay that comes with the onset of a major illness.
    #[must_use]
    pub fn major_episode(
        &self,
        (key, year): (Key, Year),
        (id, slot): (u64, u32),
        group: usize,
        screened: bool,
    ) -> PotentialEpisode {
        let [cost, date, place_word, claim_word] = key.block(group as u64, id, year, stream::MAJOR);
        PotentialEpisode {
            slot,
            date,
            thinning: 0.0,
            mildness: unit(claim_word.rotate_left(32)) * 0.5,
            cost_factor: self.first_cost(cost, group, screened),
            place_word,
            claim_word,
            // One of eight groups.
            major: u8::try_from(group).ok(),
        }
    }

    /// The stays that follow a major illness in a year after its onset. Their number and marks are those of
    /// the person, the group and the year; how long ago the onset was says how many of them there are.
    pub fn draw_follow_up(
        &self,
        (key, year): (Key, Year),
        (id, slot): (u64, u32),
        (followed, since): (usize, usize),
        episodes: &mut Vec<PotentialEpisode>,
    ) {
        let group = FOLLOWED[followed];
        let [count_word, ..] = key.block(group as u64, id, year, stream::FOLLOW_UP);
        for index in 1..=poisson_count(self.follow_up[followed][since], count_word) {
            let block = u64::from(index) * 8 + group as u64;
            let [cost, date, place_word, claim_word] = key.block(block, id, year, stream::FOLLOW_UP);
            episodes.push(PotentialEpisode {
                slot,
                date,
                thinning: 0.0,
                mildness: unit(claim_word.rotate_left(32)) * 0.5,
                cost_factor: self.cost_factor(cost),
                place_word,
                claim_word,
                major: None,
            });
        }
    }

    fn first_cost(&self, word: u64, group: usize, screened: bool) -> u32 {
        let factor = Rate::from_ppm(self.cost_factor(word));
        if screened && group == CANCER { factor.times(self.screened_cost).ppm() } else { factor.ppm() }
    }

    fn cost_factor(&self, word: u64) -> u32 {
        lognormal_ppm(self.cost_log_sd, normal(word))
    }
}

/// A lognormal factor with mean one, in parts per million.
#[must_use]
pub fn lognormal_ppm(log_sd: f64, z: f64) -> u32 {
    let factor = libm::exp(log_sd * z - 0.5 * log_sd * log_sd);
    // Saturates at 4,294-fold, beyond eight standard deviations of any log sd in range.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    {
        (factor * 1e6 + 0.5) as u32
    }
}

/// The number of events of a Poisson process from one uniform word, small words giving many: the
/// inverse of the distribution function.
#[must_use]
pub fn poisson_count(intensity: f64, word: u64) -> u32 {
    poisson_inverse(intensity, word).0
}

/// The same by the lane of a word alone; `None` where the bits below it decide.
#[must_use]
pub fn poisson_count_of_lane(intensity: f64, lane: u16) -> Option<u32> {
    let least = u64::from(lane) << 48;
    let (count, cumulative) = poisson_inverse(intensity, least | (u64::MAX >> 16));
    // The least word gives the most events.
    (1.0 - unit(least) <= cumulative).then_some(count)
}

/// The number of events, and the chance of so many or fewer.
#[inline]
fn poisson_inverse(intensity: f64, word: u64) -> (u32, f64) {
    let upper = 1.0 - unit(word);
    let mut probability = libm::exp(-intensity);
    let mut cumulative = probability;
    let mut count = 0;
    while upper > cumulative && count < MOST_EPISODES {
        count += 1;
        probability *= intensity / f64::from(count);
        cumulative += probability;
    }
    (count, cumulative)
}

/// Factors on outpatient spending of the admitted and of those followed after a major illness, over their mean.
fn outpatient_factors(
    care: &Care,
    expected: &ExpectedFactors,
    admissions: impl Fn(usize) -> f64,
) -> Box<[[[u32; 4]; AGES]; 2]> {
    let slope = care.outpatient_log_sd * libm::sqrt(care.outpatient_lasting_share);
    let frailty = ExpectedFrailty::compile(care.frailty_log_sd, slope);
    let (stay, major) = (care.outpatient_after_stay, care.outpatient_major);
    let mut factors = Box::new([[[0; 4]; AGES]; 2]);
    for (sex, by_age) in factors.iter_mut().enumerate() {
        for (age, by_state) in by_age.iter_mut().enumerate() {
            let followed = expected.followed[sex][age];
            let admitted = frailty.admitted(admissions(age)) * expected.admitted_visits[sex][age];
            let others = 1.0 - followed + (1.0 - followed) * admitted * (stay - 1.0);
            let theirs = followed + expected.followed_admitted[sex][age] * (stay - 1.0);
            let visits = expected.followed_visits[sex][age];
            // Who is followed has more visits, and the others are those who are left.
            let mean = (others - followed * (visits - 1.0)).max(0.5) + major * visits * theirs;
            // Products of bounded factors over a mean of at least about one.
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
            let ppm = |factor: f64| (factor / mean * 1e6 + 0.5) as u32;
            *by_state = [ppm(1.0), ppm(stay), ppm(major), ppm(stay * major)];
        }
    }
    factors
}

/// Mean number of stays that follow: in the first year after the onset as the book says, then fading.
#[must_use]
pub fn follow_up(care: &Care) -> [[f64; FOLLOWED_YEARS + 1]; 2] {
    [care.follow_up_cancer, care.follow_up_stroke].map(|first| {
        let mut stays = [0.0; FOLLOWED_YEARS + 1];
        let mut now = first;
        for mean in &mut stays[1..] {
            *mean = now;
            now *= care.follow_up_fade;
        }
        stays
    })
}

fn disability_factors(illness: &Illness, served_factor: f64) -> [[f64; 5]; 4] {
    std::array::from_fn(|flags| {
        std::array::from_fn(|groups| {
            // At most 4.
            #[allow(clippy::cast_precision_loss)]
            let chronic = libm::pow(illness.disability_per_chronic, groups as f64);
            let untreated = if flags & 1 != 0 { illness.disability_forgone } else { 1.0 };
            let served = if flags & 2 != 0 { served_factor } else { 1.0 };
            chronic * untreated * served
        })
    })
}

/// Largest share of potential episodes: `[disabled + 2 × untreated][groups]` at most, served or not.
fn largest_shares(episode_share: &[[f64; 5]; 8]) -> [[f64; 5]; 4] {
    std::array::from_fn(|most| {
        std::array::from_fn(|groups| {
            let within = episode_share.iter().enumerate().filter(|(flags, _)| flags & 3 & !most == 0);
            within
                .flat_map(|(_, by_groups)| &by_groups[..=groups])
                .fold(0.0, |most: f64, share| most.max(*share))
        })
    })
}

/// Factors on onset by state of risk, without another chronic disease and with one.
fn risk_factors(society: &Society) -> [Box<[[f64; RISKS]; 8]>; 2] {
    let alone = risk::factors(&society.effects, &society.prevention);
    let mut together = alone.clone();
    together.iter_mut().flatten().for_each(|factor| *factor *= society.illness.comorbidity_factor);
    [alone, together]
}

fn largest(risk_factor: &[Box<[[f64; RISKS]; 8]>; 2], strain_factor: &[f64; STRAINS]) -> [f64; 8] {
    let most = |values: &[f64]| values.iter().fold(0.0, |most: f64, f| most.max(*f));
    std::array::from_fn(|group| {
        let risk = most(&risk_factor[0][group]);
        if group == MENTAL { risk * most(strain_factor) } else { risk.max(most(&risk_factor[1][group])) }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_frailest_once_had_fewer_episodes_than_their_number_gave() {
        use crate::simulation::Timetable;
        let scenario = crate::scenario::main_scenario(&[]);
        let timetable =
            Timetable::compile(&scenario, &scenario.places[0], crate::population::tables::tables());
        let (frailty, _) = timetable.frailty().of(u16::MAX);
        let bounds = &timetable.place_year(scenario.plan.last_year).illness.episode_bound;
        let most = bounds.iter().flatten().fold(0.0, |most: f64, bound| most.max(*bound));
        // A number that one in 1e12 falls under.
        let episodes = poisson_count(most * f64::from(frailty) / 1e6, 1 << 24);
        assert!(episodes > 40 && episodes < MOST_EPISODES, "{episodes}");
    }

    #[test]
    fn a_word_over_the_threshold_of_any_episode_gives_none() {
        for intensity in [0.01, 0.3, 2.0] {
            let limit = threshold(1.0 - libm::exp(-intensity));
            assert_eq!(poisson_count(intensity, limit.saturating_add(1 << 20)), 0);
            assert!(poisson_count(intensity, limit - (1 << 20)) >= 1);
        }
    }

    #[test]
    fn a_lane_that_decides_the_number_of_episodes_decides_it_as_the_word_does() {
        let mut undecided = 0;
        for lane in (0..u16::MAX).step_by(7) {
            let words = [0, 1 << 47, u64::MAX >> 16].map(|rest| u64::from(lane) << 48 | rest);
            let counts = words.map(|word| poisson_count(3.7, word));
            match poisson_count_of_lane(3.7, lane) {
                Some(count) => assert_eq!(counts, [count; 3]),
                None => undecided += 1,
            }
        }
        assert!(undecided > 0 && undecided < 20, "{undecided}");
    }

    #[test]
    fn the_mean_number_of_episodes_is_the_intensity() {
        let n = 1_u64 << 16;
        let total: u64 = (0..n).map(|i| u64::from(poisson_count(1.7, (i << 48) + (1 << 47)))).sum();
        // Stratified uniforms: the mean errs by at most the number of steps of the count over n.
        #[allow(clippy::cast_precision_loss)]
        let mean = total as f64 / n as f64;
        assert!((mean - 1.7).abs() < 20.0 / 65_536.0, "{mean}");
    }
}
