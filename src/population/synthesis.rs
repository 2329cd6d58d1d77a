//! The rural population at the end of 2010, drawn household by household.
//!
//! Joint probabilities are fitted once: the types of households with the sexes and ages of their members by raking
//! to the census of 2010 (`data/tables/fit_households.py`), then, when a [`Synthesiser`] is made, tilted to the
//! place's age structure as little as possible. After that each household is drawn from its own key alone, so a
//! household is the same however many there are.
//!
//! Conditions of a person share a latent factor of the person and one of the household, so illnesses come together.
//! The permanent score, the persistent part of a household's rank by log income per head, falls with illness,
//! dependants and missing schooling; it is standard normal over the place's households, whose income level is the
//! place's own parameter. Savings, assets and debts follow score and illness.
//!
//! Left out: who works away. The census margins are those of residents; the roster of a household that counts its
//! migrants is younger (60 and over 20.0 % against 23.8 % in 2020).

use std::sync::OnceLock;

use serde::Deserialize;

use crate::alignment::{self, Cohorts};
use crate::population::tables::{CONDITIONS, Condition, tables};
use crate::population::{Chronic, ChronicSet, HouseholdId, START, Sex};
use crate::random::{Generator, Key, normal, normal_quantile, normal_share, stream, threshold, unit};
use crate::scenario::plan::Place;
use crate::units::Money;

/// What a founder is to the head of the household.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Relation {
    /// The head.
    Head,
    /// The head's spouse.
    Spouse,
    /// A child of the head.
    Child,
    /// The spouse of a child of the head.
    ChildInLaw,
    /// A grandchild of the head.
    Grandchild,
    /// A parent of the head or of the head's spouse.
    Parent,
}

/// A member of a household at the start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Founder {
    /// Slot in the household's identifiers, from 1.
    pub slot: u8,
    /// Sex.
    pub sex: Sex,
    /// Calendar year of birth, 1911 to 2010.
    pub birth_year: i16,
    /// What the person is to the head.
    pub relation: Relation,
    /// Schooling that the person has or will have: 0, 6, 9, 12 or 15 years.
    pub schooling_years: u8,
    /// Chronic diseases at the end of 2010.
    pub chronic: ChronicSet,
    /// Whether the person needs help in daily life or can't work.
    pub disabled: bool,
    /// A uniform word that stays with the person: the propensity to insure.
    pub insure_word: u64,
}

impl Founder {
    /// Completed age at the end of 2010.
    #[must_use]
    pub const fn age(&self) -> u8 {
        (START.number() - self.birth_year) as u8
    }
}

/// A household as drawn. Money is of 2010. Make one and draw into it again and again.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HouseholdDraw {
    /// Members in order of their slots; the first is the head.
    pub members: Vec<Founder>,
    /// Permanent part of the household's rank by log income per head, in 1/65,536 of a standard normal.
    pub permanent_score: i32,
    /// Liquid savings, fen.
    pub savings_fen: i64,
    /// Debt for medical care, fen.
    pub medical_debt_fen: i64,
    /// Other debt, fen.
    pub other_debt_fen: i64,
    /// Productive assets (livestock, machines, stock), fen.
    pub productive_assets_fen: i64,
    /// House and durable goods, which are not sold for care, fen.
    pub housing_fen: i64,
    /// Travel time to the county hospital, minutes.
    pub travel_minutes: u16,
}

impl HouseholdDraw {
    /// All that is owned less all debt, fen.
    #[must_use]
    pub const fn net_wealth_fen(&self) -> i64 {
        self.savings_fen + self.productive_assets_fen + self.housing_fen
            - self.medical_debt_fen
            - self.other_debt_fen
    }

    /// Whether a member has a chronic disease or a disability.
    #[must_use]
    pub fn has_patient(&self) -> bool {
        self.members.iter().any(|member| member.disabled || !member.chronic.is_empty())
    }

    /// Whether a member has a serious disease ([`ChronicSet::SERIOUS`]) or a disability.
    #[must_use]
    pub fn has_serious_patient(&self) -> bool {
        self.members.iter().any(|member| member.disabled || member.chronic.meets(ChronicSet::SERIOUS))
    }
}

/// Scalar parameters of the start: `society.population.*` in the book.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PopulationParameters {
    /// Share of the variance of a condition's liability that a person's conditions have in common.
    pub illness_person_share: f64,
    /// Share of that variance that the members of a household have in common.
    pub illness_household_share: f64,
    /// Share of the variance of schooling, given sex and year of birth, common to a household.
    pub schooling_household_share: f64,
    /// Effect of three more years of the best schooling of an adult on the score, in noise standard deviations.
    pub schooling_effect: f64,
    /// Effect of the share of members under 16 or over 64, from none to all.
    pub dependency_effect: f64,
    /// Effect of one member more: larger households have less a head.
    pub size_effect: f64,
    /// Effect of a member with a chronic disease or disability.
    pub illness_effect: f64,
    /// Further effect of a member with a serious disease or disability.
    pub serious_illness_effect: f64,
    /// Effect of one unit of score on log savings and assets.
    pub wealth_score_effect: f64,
    /// Median savings of a household, yuan of 2010.
    pub savings_median_yuan: f64,
    /// Log standard deviation of savings, given the score.
    pub savings_log_sd: f64,
    /// Median productive assets, yuan of 2010.
    pub productive_assets_median_yuan: f64,
    /// Log standard deviation of productive assets, given the score.
    pub productive_assets_log_sd: f64,
    /// Median value of house and durable goods, yuan of 2010.
    pub housing_median_yuan: f64,
    /// Log standard deviation of house and durable goods, given the score.
    pub housing_log_sd: f64,
    /// Share of households with any debt.
    pub any_debt_share: f64,
    /// Share of households with medical debt.
    pub medical_debt_share: f64,
    /// Median medical debt of those who have it, yuan of 2010.
    pub medical_debt_median_yuan: f64,
    /// Median other debt of those who have it, yuan of 2010.
    pub other_debt_median_yuan: f64,
    /// Log standard deviation of debts.
    pub debt_log_sd: f64,
    /// Simulated households of a village, who share travel time, environment and clinic.
    pub village_households: f64,
}

impl PopulationParameters {
    /// Simulated households of a village, at least one.
    #[must_use]
    pub fn village_size(&self) -> u32 {
        // A bounded parameter.
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        {
            self.village_households.max(1.0) as u32
        }
    }
}

/// A person as the type of a household lists it.
#[derive(Debug, Clone, Copy)]
struct Member {
    relation: Relation,
    sex: Sex,
    band: u8,
}

/// The fitted types of households: weights and members, side by side.
#[derive(Debug)]
struct Types {
    weights: Vec<f64>,
    /// Members of 60 and over, and younger ones.
    ages: Vec<(usize, f64)>,
    /// Start of each type's members; one more at the end.
    starts: Vec<u32>,
    members: Vec<Member>,
}

/// Age groups of types: five years each, the last 85 to 99.
const BANDS: usize = 18;
const LAST_BAND_AGES: usize = 15;
const OLD_BAND: u8 = 12;
/// Types with their fitted weights; the tests read all of it.
const TYPES_TEXT: &str = include_str!("../../data/tables/households.csv");

impl Types {
    fn get() -> &'static Self {
        static TYPES: OnceLock<Types> = OnceLock::new();
        TYPES.get_or_init(Self::parse)
    }

    fn parse() -> Self {
        let mut types = Self { weights: Vec::new(), ages: Vec::new(), starts: vec![0], members: Vec::new() };
        for line in TYPES_TEXT.lines().skip(1) {
            let mut cells = line.split(',');
            let weight = cells.next().and_then(|cell| cell.parse().ok()).filter(|weight: &f64| *weight > 0.0);
            types.weights.push(weight.unwrap_or_else(|| panic!("households.csv: no weight in {line:?}")));
            let members = cells.next().unwrap_or_default().split(' ').map(member);
            types.members.extend(
                members.map(|m| m.unwrap_or_else(|| panic!("households.csv: no member in {line:?}"))),
            );
            types.starts.push(u32::try_from(types.members.len()).expect("a few thousand types"));
        }
        let ages = |index| {
            let members = types.members_of(index);
            let old = members.iter().filter(|member| member.band >= OLD_BAND).count();
            (old, (members.len() - old) as f64)
        };
        types.ages = (0..types.weights.len()).map(ages).collect();
        types
    }

    fn members_of(&self, index: usize) -> &[Member] {
        &self.members[self.starts[index] as usize..self.starts[index + 1] as usize]
    }

    /// Weights of types, tilted by `exp(tilt · members of 60 and over)`.
    fn tilted(&self, tilt: f64) -> impl Iterator<Item = f64> {
        let most = self.ages.iter().map(|(old, _)| *old).max().unwrap_or_default();
        let factors: Vec<f64> = (0..=most).map(|old| libm::exp(tilt * old as f64)).collect();
        self.weights.iter().zip(&self.ages).map(move |(weight, (old, _))| weight * factors[*old])
    }

    /// Odds of being 60 or over among persons, when types are weighted by `exp(tilt · members of 60 and over)`.
    fn old_odds(&self, tilt: f64) -> f64 {
        let (mut old, mut young) = (0.0, 0.0);
        for (weight, (aged, others)) in self.tilted(tilt).zip(&self.ages) {
            old += weight * *aged as f64;
            young += weight * others;
        }
        old / young
    }

    /// The tilt that multiplies those odds by a ratio: the smallest change of the fitted types that does so.
    fn tilt(&self, odds_ratio: f64) -> f64 {
        let goal = self.old_odds(0.0) * odds_ratio;
        bisect(-12.0, 12.0, |tilt| self.old_odds(tilt) < goal)
    }
}

fn member(text: &str) -> Option<Member> {
    let relation = match text.get(0..1)? {
        "H" => Relation::Head,
        "S" => Relation::Spouse,
        "C" => Relation::Child,
        "L" => Relation::ChildInLaw,
        "G" => Relation::Grandchild,
        "P" => Relation::Parent,
        _ => return None,
    };
    let sex = match text.get(1..2)? {
        "M" => Sex::Male,
        "F" => Sex::Female,
        _ => return None,
    };
    let band = text.get(2..)?.parse().ok().filter(|band| usize::from(*band) < BANDS)?;
    Some(Member { relation, sex, band })
}

/// Couple and partner of each member of a household, by relation: who belongs to which couple (0 is the
/// head's), the partner's index plus one, and whether the member is the child who leads a couple that lives
/// with the parents.
#[must_use]
pub fn couples(members: &[(Relation, Sex)]) -> Vec<(u8, u8, bool)> {
    let mut places = vec![(0, 0, false); members.len()];
    let index = |at: usize| u8::try_from(at).expect("a household is small");
    let pair = |places: &mut Vec<(u8, u8, bool)>, a: usize, b: usize, unit: u8| {
        places[a] = (unit, index(b + 1), unit > 0);
        places[b] = (unit, index(a + 1), false);
    };
    let of = |relation: Relation| members.iter().enumerate().filter(move |(_, m)| m.0 == relation);
    if let (Some((head, _)), Some((spouse, _))) = (of(Relation::Head).next(), of(Relation::Spouse).next()) {
        pair(&mut places, head, spouse, 0);
    }
    let mut parents = of(Relation::Parent);
    if let (Some((a, first)), Some((b, second))) = (parents.next(), parents.next())
        && first.1 != second.1
    {
        pair(&mut places, a, b, 0);
    }
    let mut unit = 0;
    for (in_law, (_, sex)) in of(Relation::ChildInLaw) {
        let single = of(Relation::Child).find(|(at, child)| child.1 != *sex && places[*at].1 == 0);
        if let Some((child, _)) = single {
            unit += 1;
            pair(&mut places, child, in_law, unit);
        }
    }
    for (grandchild, _) in of(Relation::Grandchild) {
        places[grandchild].0 = unit.min(1);
    }
    places
}

/// Members by whether they may leave and are married, sex and age over all types, in relative numbers.
#[must_use]
pub fn expected_members() -> Cohorts {
    let types = Types::get();
    let mut people = [[[0.0; crate::demography::AGES]; 2]; alignment::STANDINGS];
    for (index, weight) in types.weights.iter().enumerate() {
        let members = types.members_of(index);
        let relations: Vec<(Relation, Sex)> = members.iter().map(|m| (m.relation, m.sex)).collect();
        for (member, (_, partner, _)) in members.iter().zip(couples(&relations)) {
            let standing = match member.relation {
                Relation::Child | Relation::Grandchild if partner == 0 => alignment::SINGLE,
                Relation::Child | Relation::Grandchild | Relation::ChildInLaw => alignment::COUPLED,
                _ => alignment::SETTLED,
            };
            let first = usize::from(member.band) * 5;
            people[standing][member.sex as usize][first..first + 5]
                .iter_mut()
                .for_each(|n| *n += weight / 5.0);
        }
    }
    people
}

/// Single children of the household by sex and age over all types, in relative numbers.
#[must_use]
pub fn expected_singles() -> [[f64; crate::demography::AGES]; 2] {
    expected_members()[alignment::SINGLE]
}

/// The point in a range up to which a condition holds.
fn bisect(mut low: f64, mut high: f64, holds: impl Fn(f64) -> bool) -> f64 {
    for _ in 0..60 {
        let middle = f64::midpoint(low, high);
        if holds(middle) {
            low = middle;
        } else {
            high = middle;
        }
    }
    low
}

/// Draws households of one kind of place.
#[derive(Debug, Clone)]
pub struct Synthesiser {
    parameters: PopulationParameters,
    /// Cumulative thresholds of types.
    types: Vec<u64>,
    /// Cumulative thresholds of single ages from 85.
    oldest: [u64; LAST_BAND_AGES],
    /// Limits of liabilities, `[condition][sex][band]`.
    limits: Vec<f64>,
    /// Standard normal score at evenly spaced values of the index.
    scores: Vec<f64>,
    medical_debt_intercept: f64,
    other_debt_intercept: f64,
    /// Income level of the place in 2010: factor on money.
    level: f64,
    travel_log_median: f64,
    travel_log_sd: f64,
}

/// The pilot that fixes the distribution of the index and the intercepts of debt: its own key, so that no household
/// of a run is in it.
const PILOT: Key = Key { seed: 0x0070_696c_6f74, replicate: u64::MAX };
const PILOT_HOUSEHOLDS: u32 = 4096;
/// Values of the index between which the score is linear: from −8 to 8.
const INDEX_LIMIT: f64 = 8.0;
const INDEX_POINTS: usize = 257;
/// Best years of schooling and size around which the effects turn; they shift the index only.
const SCHOOLING_CENTRE: f64 = 8.0;
const SIZE_CENTRE: f64 = 3.0;
const SCHOOLING_UNIT: f64 = 3.0;
/// Log odds of medical debt for a patient, a serious patient and a unit of score (assumptions: the medically indebted
/// are mostly families of the seriously ill and poor).
const MEDICAL_DEBT_SLOPES: [f64; 3] = [0.8, 1.2, -0.6];
/// Log odds of other debt for a unit of score and for a head under 50, who builds and marries off (assumptions).
const OTHER_DEBT_SLOPES: [f64; 2] = [-0.15, 0.5];
/// Savings of the medically indebted against others' (assumption).
const SAVINGS_LEFT: f64 = 0.25;
/// No household is farther than ten hours from a county hospital.
const LONGEST_TRAVEL: f64 = 600.0;

/// What the score and the debts depend on.
#[derive(Debug, Clone, Copy)]
struct Features {
    /// The index less its noise.
    index: f64,
    patient: bool,
    serious: bool,
    young_head: bool,
}

impl Synthesiser {
    /// Fits the population of a place: tilts the types to its age structure, its prevalence to its morbidity, and
    /// scales the score to a standard normal over its households. Intercepts of debt are the nation's, so that a
    /// sicker place owes more.
    #[must_use]
    pub fn new(parameters: &PopulationParameters, place: &Place) -> Self {
        Self::of_place(&Self::nation(parameters), place)
    }

    /// The population of the nation, from which that of each place is fitted.
    #[must_use]
    pub fn nation(parameters: &PopulationParameters) -> Self {
        let fitted = Self::unscaled(parameters, 1.0, 1.0);
        let pilot = fitted.pilot();
        fitted.with_scores(&pilot).with_debts(&pilot)
    }

    /// The same as [`Synthesiser::new`], where the nation is at hand.
    #[must_use]
    pub fn of_place(nation: &Self, place: &Place) -> Self {
        let fitted = Self::unscaled(&nation.parameters, place.ageing, place.morbidity);
        let pilot = fitted.pilot();
        let mut fitted = fitted.with_scores(&pilot);
        fitted.medical_debt_intercept = nation.medical_debt_intercept;
        fitted.other_debt_intercept = nation.other_debt_intercept;
        fitted.level = place.income_level.at(START);
        fitted.travel_log_median = libm::log(place.travel_minutes.max(1.0));
        fitted.travel_log_sd = place.travel_log_sd;
        fitted
    }

    fn unscaled(parameters: &PopulationParameters, ageing: f64, morbidity: f64) -> Self {
        let types = Types::get();
        let tilted: Vec<f64> = types.tilted(types.tilt(ageing)).collect();
        Self {
            parameters: *parameters,
            types: cumulative(&tilted),
            oldest: oldest_ages(),
            limits: limits(morbidity),
            scores: Vec::new(),
            medical_debt_intercept: 0.0,
            other_debt_intercept: 0.0,
            level: 1.0,
            travel_log_median: 0.0,
            travel_log_sd: 0.0,
        }
    }

    /// The index is normal given what it depends on, so its distribution is the mean of the pilot's normals.
    fn with_scores(mut self, pilot: &[Features]) -> Self {
        let mut means: Vec<f64> = pilot.iter().map(|features| features.index).collect();
        means.sort_by(f64::total_cmp);
        let equal: Vec<(f64, f64)> =
            means.chunk_by(|a, b| a == b).map(|same| (same[0], same.len() as f64)).collect();
        let below = |x: f64| {
            let sum: f64 = equal.iter().map(|(mean, count)| count * normal_share(x - mean)).sum();
            normal_quantile((sum / means.len() as f64).clamp(1e-12, 1.0 - 1e-12))
        };
        self.scores = (0..INDEX_POINTS).map(|point| below(index_at(point))).collect();
        self
    }

    /// Intercepts that give the wanted shares with debt over the pilot.
    fn with_debts(mut self, pilot: &[Features]) -> Self {
        let PopulationParameters { medical_debt_share, any_debt_share, .. } = self.parameters;
        let households: Vec<(Features, f64)> =
            (0u32..).zip(pilot).map(|(i, f)| (*f, self.score(f.index + noise(i)))).collect();
        let mean = |chance: &dyn Fn(&Features, f64) -> f64| {
            households.iter().map(|(features, score)| chance(features, *score)).sum::<f64>()
                / households.len() as f64
        };
        let medical = bisect(-30.0, 30.0, |intercept| {
            mean(&|f, z| medical_debt_chance(intercept, f, z)) < medical_debt_share
        });
        let any = |other: f64| {
            mean(&|f, z| {
                1.0 - (1.0 - medical_debt_chance(medical, f, z)) * (1.0 - other_debt_chance(other, f, z))
            })
        };
        self.medical_debt_intercept = medical;
        self.other_debt_intercept = bisect(-30.0, 30.0, |intercept| any(intercept) < any_debt_share);
        self
    }

    fn pilot(&self) -> Vec<Features> {
        let mut members = Vec::new();
        let features = (0..PILOT_HOUSEHOLDS).map(|index| {
            let id = HouseholdId::root_of(0, index);
            let mut words = PILOT.generator(id.bits(), START, stream::SYNTHESIS_HOUSEHOLD);
            self.draw_members(PILOT, id, &mut words, &mut members);
            self.features(&members)
        });
        features.collect()
    }

    /// Draws the members into `members` and returns nothing else: the first words of the household's stream.
    fn draw_members(&self, key: Key, id: HouseholdId, words: &mut Generator, members: &mut Vec<Founder>) {
        let types = Types::get();
        let word = words.word();
        let index = self.types.partition_point(|limit| *limit <= word).min(self.types.len() - 1);
        let p = &self.parameters;
        let illness = libm::sqrt(p.illness_household_share) * normal(words.word());
        let schooling = libm::sqrt(p.schooling_household_share) * normal(words.word());
        members.clear();
        for (slot, member) in (1u8..).zip(types.members_of(index)) {
            let mut own = key.generator(id.founder(slot).bits(), START, stream::SYNTHESIS_PERSON);
            members.push(self.draw_person(&mut own, slot, *member, illness, schooling));
        }
    }

    fn draw_person(
        &self,
        words: &mut Generator,
        slot: u8,
        member: Member,
        illness: f64,
        schooling: f64,
    ) -> Founder {
        let age = self.age_in_band(member.band, words.word());
        let birth_year = START.number() - age;
        let p = &self.parameters;
        let rest = libm::sqrt(1.0 - p.schooling_household_share);
        let taught = normal_share(schooling + rest * normal(words.word()));
        let insure_word = words.word();
        let shared = illness + libm::sqrt(p.illness_person_share) * normal(words.word());
        let own = libm::sqrt(1.0 - p.illness_person_share - p.illness_household_share);
        let mut ill = |condition: Condition| {
            let limit = self.limits[limit_index(condition, member.sex, usize::from(member.band))];
            shared + own * normal(words.word()) < limit
        };
        let mut chronic = ChronicSet::NONE;
        for group in Chronic::ALL {
            if ill(Condition::Chronic(group)) {
                chronic = chronic.with(group);
            }
        }
        Founder {
            slot,
            sex: member.sex,
            birth_year,
            relation: member.relation,
            schooling_years: schooling_years(member.sex, birth_year, taught),
            chronic,
            disabled: ill(Condition::Disability),
            insure_word,
        }
    }

    /// A single age in a group: uniform, from 85 on as the tables of the census are.
    fn age_in_band(&self, band: u8, word: u64) -> i16 {
        if usize::from(band) == BANDS - 1 {
            let later = self.oldest.partition_point(|limit| *limit <= word).min(LAST_BAND_AGES - 1);
            return 85 + later as i16;
        }
        i16::from(band) * 5 + ((u128::from(word) * 5) >> 64) as i16
    }

    fn features(&self, members: &[Founder]) -> Features {
        let p = &self.parameters;
        let adults = members.iter().filter(|member| member.age() >= 16);
        let best = adults.map(|member| member.schooling_years).max().unwrap_or(0);
        let dependants = members.iter().filter(|member| !(16..65).contains(&member.age())).count();
        let patient = members.iter().any(|member| member.disabled || !member.chronic.is_empty());
        let serious =
            members.iter().any(|member| member.disabled || member.chronic.meets(ChronicSet::SERIOUS));
        let index = p.schooling_effect * (f64::from(best) - SCHOOLING_CENTRE) / SCHOOLING_UNIT
            - p.dependency_effect * dependants as f64 / members.len() as f64
            - p.size_effect * (members.len() as f64 - SIZE_CENTRE)
            - p.illness_effect * f64::from(u8::from(patient))
            - p.serious_illness_effect * f64::from(u8::from(serious));
        Features { index, patient, serious, young_head: members[0].age() < 50 }
    }

    /// The standard normal score of a value of the index.
    fn score(&self, index: f64) -> f64 {
        let at = ((index + INDEX_LIMIT) / (2.0 * INDEX_LIMIT) * (INDEX_POINTS - 1) as f64)
            .clamp(0.0, (INDEX_POINTS - 1) as f64);
        let below = (at as usize).min(INDEX_POINTS - 2);
        let part = at - below as f64;
        self.scores[below] * (1.0 - part) + self.scores[below + 1] * part
    }
}

/// Draws the household with an index in a county into `draw`, from its own key alone.
///
/// # Panics
/// If the county or index doesn't fit an identifier ([`HouseholdId::root_of`]).
pub fn draw_household(
    synthesiser: &Synthesiser,
    key: Key,
    county: u16,
    index: u32,
    draw: &mut HouseholdDraw,
) {
    let id = HouseholdId::root_of(county, index);
    let mut words = key.generator(id.bits(), START, stream::SYNTHESIS_HOUSEHOLD);
    synthesiser.draw_members(key, id, &mut words, &mut draw.members);
    let features = synthesiser.features(&draw.members);
    let score = synthesiser.score(features.index + normal(words.word()));
    draw.permanent_score = libm::round(score * 65_536.0) as i32;
    // Once the household's own travel time: what follows keeps its place.
    words.word();
    let village = crate::village::village_of(county, index, synthesiser.parameters.village_size());
    let [way, ..] = key.block(0, village.bits(), START, stream::VILLAGE);
    let travel = libm::exp(synthesiser.travel_log_median + synthesiser.travel_log_sd * normal(way));
    draw.travel_minutes = libm::round(travel.clamp(1.0, LONGEST_TRAVEL)) as u16;
    draw_wealth(synthesiser, &features, score, &mut words, draw);
}

fn draw_wealth(
    synthesiser: &Synthesiser,
    features: &Features,
    score: f64,
    words: &mut Generator,
    draw: &mut HouseholdDraw,
) {
    let p = &synthesiser.parameters;
    let medical = medical_debt_chance(synthesiser.medical_debt_intercept, features, score);
    let indebted_for_care = unit(words.word()) < medical;
    let other = other_debt_chance(synthesiser.other_debt_intercept, features, score);
    let indebted = unit(words.word()) < other;
    let mut amount = |median: f64, effect: f64, log_sd: f64| {
        let log = effect * score + log_sd * normal(words.word());
        Money::try_from_yuan((median * synthesiser.level * libm::exp(log)).min(1e9))
            .expect("at most a billion yuan")
            .fen()
    };
    let left = if indebted_for_care { SAVINGS_LEFT } else { 1.0 };
    draw.savings_fen = amount(p.savings_median_yuan * left, p.wealth_score_effect, p.savings_log_sd);
    draw.productive_assets_fen =
        amount(p.productive_assets_median_yuan, p.wealth_score_effect, p.productive_assets_log_sd);
    draw.housing_fen = amount(p.housing_median_yuan, p.wealth_score_effect, p.housing_log_sd);
    let medical_debt = amount(p.medical_debt_median_yuan, 0.0, p.debt_log_sd);
    let other_debt = amount(p.other_debt_median_yuan, 0.0, p.debt_log_sd);
    draw.medical_debt_fen = if indebted_for_care { medical_debt } else { 0 };
    draw.other_debt_fen = if indebted { other_debt } else { 0 };
}

fn medical_debt_chance(intercept: f64, features: &Features, score: f64) -> f64 {
    let [patient, serious, rank] = MEDICAL_DEBT_SLOPES;
    let log_odds = intercept
        + patient * f64::from(u8::from(features.patient))
        + serious * f64::from(u8::from(features.serious))
        + rank * score;
    logistic(log_odds)
}

fn other_debt_chance(intercept: f64, features: &Features, score: f64) -> f64 {
    let [rank, young_head] = OTHER_DEBT_SLOPES;
    logistic(intercept + rank * score + young_head * f64::from(u8::from(features.young_head)))
}

fn logistic(x: f64) -> f64 {
    1.0 / (1.0 + libm::exp(-x))
}

/// Noise of the pilot's index: evenly spread normals in a fixed shuffle (an odd multiplier permutes powers of two).
fn noise(index: u32) -> f64 {
    let shuffled = index.wrapping_mul(2_654_435_761) % PILOT_HOUSEHOLDS;
    normal_quantile((f64::from(shuffled) + 0.5) / f64::from(PILOT_HOUSEHOLDS))
}

fn index_at(point: usize) -> f64 {
    (point as f64 / (INDEX_POINTS - 1) as f64 * 2.0 - 1.0) * INDEX_LIMIT
}

/// Thresholds on a uniform word below which the sum of weights up to each item lies.
fn cumulative(weights: &[f64]) -> Vec<u64> {
    let total: f64 = weights.iter().sum();
    let mut sum = 0.0;
    let mut limits = Vec::with_capacity(weights.len());
    for weight in weights {
        sum += weight;
        limits.push(threshold(sum / total));
    }
    limits
}

fn oldest_ages() -> [u64; LAST_BAND_AGES] {
    let shares: Vec<f64> = (85..100).map(|age| tables().share_at_age_2010(Sex::Male, age)).collect();
    let limits = cumulative(&shares);
    std::array::from_fn(|i| limits[i])
}

fn limit_index(condition: Condition, sex: Sex, band: usize) -> usize {
    (condition.index() * 2 + sex as usize) * BANDS + band
}

/// Liabilities below which a person has a condition; morbidity multiplies the odds.
fn limits(morbidity: f64) -> Vec<f64> {
    let mut limits = vec![0.0; CONDITIONS * 2 * BANDS];
    for condition in Condition::ALL {
        for sex in Sex::ALL {
            for band in 0..BANDS {
                let share = tables().prevalence(condition, sex, (band * 5) as u8);
                let odds = share / (1.0 - share) * morbidity;
                limits[limit_index(condition, sex, band)] =
                    normal_quantile((odds / (1.0 + odds)).clamp(1e-12, 1.0 - 1e-12));
            }
        }
    }
    limits
}

/// Years of schooling that a person of a rank has or will have: 0, 6, 9, 12 or 15.
#[must_use]
pub fn schooling_years(sex: Sex, birth_year: i16, rank: f64) -> u8 {
    const YEARS: [u8; 5] = [0, 6, 9, 12, 15];
    let limits = tables().schooling(sex, birth_year);
    YEARS[limits.iter().position(|limit| rank < *limit).unwrap_or(4)]
}
