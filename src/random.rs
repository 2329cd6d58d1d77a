//! Random numbers: one keyed, counter-based generator and the table of what each number decides.
//!
//! The generator is Philox4x64 with ten rounds (Salmon et al. 2011, "Parallel random numbers: as
//! easy as 1, 2, 3", table 2). Its key is (seed, replicate) and its counter is
//! `[block, id, year, stream]`, laid out without hashing, so no two decisions can share a number
//! and a number never depends on how many were drawn before. NumPy's `Philox` gives the same
//! words, so any fate can be drawn again in Python.
//!
//! First-stage decisions of a person-year are 16-bit lanes of one block (stream
//! [`PERSON_YEAR`]). A decision whose lane passes a bound is extended by 48 bits from a stream of
//! its own; lane and extension together are one uniform number. Thinning with the same bits is
//! exact, and twins stay twins.

use crate::units::Year;

/// The stream of the first-stage lanes of a person-year.
pub const PERSON_YEAR: u64 = 0;

/// What a random number decides. The table is append-only: a decision keeps its place for ever, so
/// that adding another moves no result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Draw {
    /// Death in the year.
    Death,
    /// A birth to a woman in the year.
    Birth,
    /// Onset of one of the eight chronic groups; the group is the lane after this one.
    OnsetCardiovascular,
    /// Onset of stroke.
    OnsetStroke,
    /// Onset of diabetes.
    OnsetDiabetes,
    /// Onset of chronic respiratory disease.
    OnsetRespiratory,
    /// Onset of cancer.
    OnsetCancer,
    /// Onset of musculoskeletal disease.
    OnsetMusculoskeletal,
    /// Onset of mental illness.
    OnsetMental,
    /// Onset of another chronic disease.
    OnsetOther,
    /// Onset of disability.
    Disability,
    /// Number of potential hospital episodes.
    Episodes,
    /// Annual outpatient need.
    Outpatient,
    /// Leaving the household for good.
    Leaving,
    /// Recovery from mental illness.
    Recovery,
    /// Marriage of a child of the household.
    Marriage,
    /// Going away to work.
    Going,
    /// Coming home for good.
    Returning,
    /// Whether a family doctor honours the contract this year.
    Contract,
    /// Whether the person is screened this year.
    Screening,
    /// Whether mental illness is treated this year.
    MentalCare,
    /// Whether a contract is served, or serves, where the village has no doctor, or one who isn't competent.
    Clinic,
    /// Leaving school in a year of distress.
    LeavingSchool,
}

/// Where the bits of a decision lie, for `fanpin show draws` and the documentation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DrawPlace {
    /// The decision.
    pub name: &'static str,
    /// Whose id stands in the counter.
    pub entity: &'static str,
    /// Word 3 of the counter.
    pub stream: u64,
    /// Word 0 of the counter.
    pub block: u64,
    /// Which bits of the block: `lane n` (16 bits) or `word n` (64 bits).
    pub bits: &'static str,
    /// The stream of the 48-bit extension, if any.
    pub extension: Option<u64>,
}

macro_rules! lane_places {
    ($($name:literal $lane:literal $ext:literal;)*) => {
        [$(DrawPlace {
            name: $name, entity: "person", stream: PERSON_YEAR, block: $lane / 16,
            bits: concat!("lane ", $lane), extension: Some($ext),
        }),*]
    };
}

/// First-stage decisions of a person-year, in the order of their lanes, sixteen a block.
pub const LANES: [DrawPlace; 23] = lane_places! {
    "death" 0 16;
    "birth" 1 17;
    "onset: cardiovascular" 2 18;
    "onset: stroke" 3 19;
    "onset: diabetes" 4 20;
    "onset: chronic respiratory" 5 21;
    "onset: cancer" 6 22;
    "onset: musculoskeletal" 7 23;
    "onset: mental illness" 8 24;
    "onset: other" 9 25;
    "disability" 10 26;
    "number of potential hospital episodes" 11 27;
    "outpatient need" 12 28;
    "leaving the household for good" 13 29;
    "recovery from mental illness" 14 30;
    "marriage of a child of the household" 15 31;
    "going away to work" 16 32;
    "coming home for good" 17 33;
    "contract honoured" 18 34;
    "screened" 19 35;
    "mental illness treated" 20 36;
    "served without a competent village doctor" 21 37;
    "leaving school in distress" 22 38;
};

const fn word(
    name: &'static str,
    entity: &'static str,
    stream: u64,
    block: u64,
    bits: &'static str,
) -> DrawPlace {
    DrawPlace { name, entity, stream, block, bits, extension: None }
}

/// Draws that are whole words, each from a stream of its own.
pub const WORDS: [DrawPlace; 43] = [
    word("episode: date", "person", stream::EPISODE, 0, "word 0 of block = episode index"),
    word("episode: thinning", "person", stream::EPISODE, 0, "word 1 of block = episode index"),
    word("episode: severity", "person", stream::EPISODE, 0, "word 2 of block = episode index"),
    word("episode: cost", "person", stream::EPISODE, 0, "word 3 of block = episode index"),
    word("episode: place of care", "person", stream::EPISODE_PLACE, 0, "word 0 of block = episode index"),
    word("episode: claim made", "person", stream::EPISODE_PLACE, 0, "word 1 of block = episode index"),
    word("household: transitory income", "household", stream::HOUSEHOLD_YEAR, 0, "word 0"),
    word("household: persistent income", "household", stream::HOUSEHOLD_YEAR, 0, "word 1"),
    word("household: error of officials' view of income", "household", stream::HOUSEHOLD_YEAR, 0, "word 2"),
    word("household: error of survey income", "household", stream::HOUSEHOLD_YEAR, 0, "word 3"),
    word(
        "household: detection by self-report, rounds or alert",
        "household",
        stream::HOUSEHOLD_LISTS,
        0,
        "word 0",
    ),
    word("household: error of the yearly re-check", "household", stream::HOUSEHOLD_LISTS, 0, "word 1"),
    word("household: detection lag", "household", stream::HOUSEHOLD_LISTS, 0, "word 2"),
    word("newborn: sex", "person", stream::NEWBORN, 0, "word 0"),
    word("newborn: twin birth", "person", stream::NEWBORN, 0, "word 1"),
    word("newborn: schooling", "person", stream::NEWBORN, 0, "word 2"),
    word("newborn: propensity to insure", "person", stream::NEWBORN, 0, "word 3"),
    word("synthesis: household", "household", stream::SYNTHESIS_HOUSEHOLD, 0, "words in order"),
    word("synthesis: person", "person", stream::SYNTHESIS_PERSON, 0, "words in order"),
    word("synthesis: registration", "household", stream::SYNTHESIS_LISTS, 0, "words in order"),
    word("major illness: cost", "person", stream::MAJOR, 0, "word 0 of block = chronic group"),
    word(
        "major illness: severity and place of care",
        "person",
        stream::MAJOR,
        0,
        "words 1 to 3 of block = chronic group",
    ),
    word("bride to be found; own household at marriage", "person", stream::FORMATION, 0, "words 0 and 1"),
    word("couple sets up its own household", "person", stream::FORMATION, 0, "word 2"),
    word("spouse: health", "person", stream::SPOUSE, 0, "words in order"),
    word(
        "what stays with a person: literacy, contract, work, frailty",
        "person",
        stream::PROPENSITY,
        0,
        "word 0",
    ),
    word(
        "what stays with a household: awareness, (formerly environment and programmes), outreach",
        "household",
        stream::PROPENSITY,
        0,
        "word 0, 16 bits each",
    ),
    word("what stays with a household: health education", "household", stream::PROPENSITY, 0, "word 1"),
    word("what stays with a household: village's judgement", "household", stream::PROPENSITY, 0, "word 2"),
    word(
        "household set up later: transitory income at the start",
        "household",
        stream::PROPENSITY,
        1,
        "word 0",
    ),
    word(
        "household set up later: what stays with it, as in block 0",
        "household",
        stream::PROPENSITY,
        2,
        "words 0 to 2",
    ),
    word(
        "programme: whose turn it is, and when it ends",
        "household",
        stream::PROGRAMME,
        0,
        "words 0 and 1 of block = the programme's name",
    ),
    word(
        "village: travel time, environment, doctor and competence at the start",
        "household",
        stream::VILLAGE,
        0,
        "words 0 to 3",
    ),
    word(
        "village: doctor leaves, vacancy filled, newcomer competent, doctor trained",
        "household",
        stream::VILLAGE_YEAR,
        0,
        "words 0 to 3",
    ),
    word(
        "stays after a major illness: number",
        "person",
        stream::FOLLOW_UP,
        0,
        "word 0 of block = chronic group",
    ),
    word(
        "stay after a major illness: cost, date, place, claim",
        "person",
        stream::FOLLOW_UP,
        0,
        "words 0 to 3 of block = 8 × number of the stay + chronic group",
    ),
    word("county: first of the households that stay in the sample", "county", stream::SAMPLING, 0, "word 0"),
    word(
        "county: its traits, the same in every run",
        "county",
        stream::COUNTY,
        0,
        "words in a row, nine of them",
    ),
    word(
        "attribution: order in which parts are added, the same in every replicate",
        "pair of orders",
        stream::ATTRIBUTION,
        0,
        "words in order",
    ),
    word(
        "design of experiments: where parameters are looked at, the same in every replicate",
        "dimension or trajectory",
        stream::DESIGN,
        0,
        "words in order",
    ),
    word(
        "calibration: draws from emulated densities; decides no fate",
        "number of the sampler",
        stream::CALIBRATION,
        0,
        "words in order",
    ),
    word("bootstrap: rows of a resample", "resample", stream::BOOTSTRAP, 0, "words in order"),
    word(
        "survey: error of payments, error of consumption, self-bought medicine",
        "household",
        stream::SURVEY,
        0,
        "words 0 to 2",
    ),
];

/// Streams that are not lanes.
pub mod stream {
    /// Marks of a potential hospital episode; the block is the index of the episode.
    pub const EPISODE: u64 = 64;
    /// Further marks of a potential hospital episode; the block is its index.
    pub const EPISODE_PLACE: u64 = 65;
    /// Yearly draws of a household.
    pub const HOUSEHOLD_YEAR: u64 = 66;
    /// Yearly draws of a household about lists and detection.
    pub const HOUSEHOLD_LISTS: u64 = 67;
    /// What a newborn is born with.
    pub const NEWBORN: u64 = 68;
    /// Synthesis of a household at the start.
    pub const SYNTHESIS_HOUSEHOLD: u64 = 69;
    /// Synthesis of a person at the start.
    pub const SYNTHESIS_PERSON: u64 = 70;
    /// Registration at the start.
    pub const SYNTHESIS_LISTS: u64 = 71;
    /// The episode that comes with the onset of a major illness; the block is the chronic group.
    pub const MAJOR: u64 = 72;
    /// Marriage and new households.
    pub const FORMATION: u64 = 73;
    /// Health of a spouse who marries in.
    pub const SPOUSE: u64 = 74;
    /// What stays with a person or a household for life.
    pub const PROPENSITY: u64 = 75;
    /// What stays with a village, whose id is that of its first household.
    pub const VILLAGE: u64 = 76;
    /// Yearly draws of a village.
    pub const VILLAGE_YEAR: u64 = 77;
    /// Turns at a programme of support; the block is its name (`support::block_of`).
    pub const PROGRAMME: u64 = 78;
    /// Stays that follow a major illness; the block is the chronic group, plus eight times the stay.
    pub const FOLLOW_UP: u64 = 80;
    /// Which households of a county stand for those that were never registered.
    pub const SAMPLING: u64 = 81;
    /// How a county differs from others of its kind, under a key of its own.
    pub const COUNTY: u64 = 82;
    /// In which orders the parts of a regime are added where not all orders are gone through; decides no fate.
    pub const ATTRIBUTION: u64 = 83;
    /// What a survey of a household in a year gets wrong or asks beside bills; decides no fate.
    pub const SURVEY: u64 = 84;
    /// Draws of a calibration from what emulators say; decides no fate.
    pub const CALIBRATION: u64 = 90;
    /// Where a design of experiments looks at parameters; decides no fate.
    pub const DESIGN: u64 = 86;
    /// Which rows a bootstrap draws; decides no fate.
    pub const BOOTSTRAP: u64 = 87;
}

impl Draw {
    /// The 16-bit lane of the decision in its block of the person-year.
    #[must_use]
    pub const fn lane(self) -> usize {
        self as usize % 16
    }

    /// The block of the person-year in which the lane lies.
    #[must_use]
    pub const fn block(self) -> u64 {
        (self as u64) / 16
    }

    /// The stream of the 48-bit extension.
    #[must_use]
    pub const fn extension_stream(self) -> u64 {
        16 + self as u64
    }
}

/// The key of all draws of one replicate.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Key {
    /// The scenario's seed.
    pub seed: u64,
    /// The number of the replicate, from 0.
    pub replicate: u64,
}

/// Rounds of the generator.
const ROUNDS: usize = 10;
/// Factors of the two products of a round.
const FACTORS: [u64; 2] = [0xD2E7_470E_E14C_6C93, 0xCA5A_8263_9512_1157];
/// What the key grows by from round to round.
const KEY_STEPS: [u64; 2] = [0x9E37_79B9_7F4A_7C15, 0xBB67_AE85_84CA_A73B];

/// Philox4x64 with ten rounds (Salmon et al. 2011).
#[must_use]
#[inline]
pub const fn philox(counter: [u64; 4], key: [u64; 2]) -> [u64; 4] {
    let (mut c, mut k) = (counter, key);
    let mut done = 0;
    while done < ROUNDS {
        c = round(c, k);
        k = next_key(k);
        done += 1;
    }
    c
}

#[inline]
const fn round(c: [u64; 4], k: [u64; 2]) -> [u64; 4] {
    let (high_0, low_0) = halves(FACTORS[0], c[0]);
    let (high_1, low_1) = halves(FACTORS[1], c[2]);
    [high_1 ^ c[1] ^ k[0], low_1, high_0 ^ c[3] ^ k[1], low_0]
}

const fn next_key(k: [u64; 2]) -> [u64; 2] {
    [k[0].wrapping_add(KEY_STEPS[0]), k[1].wrapping_add(KEY_STEPS[1])]
}

/// The upper and the lower half of a product.
#[inline]
const fn halves(a: u64, b: u64) -> (u64, u64) {
    let product = a as u128 * b as u128;
    ((product >> 64) as u64, product as u64)
}

/// One block of a stream in a year, for every id: the keys of all rounds, and what of the first three rounds doesn't
/// depend on the id, are worked out once.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct YearBlock {
    /// What the id is combined with before its first product.
    first: u64,
    /// What the upper half of that is combined with.
    second: u64,
    /// Words 0, 2 and 3 after the third round, but for what comes of the id.
    third: [u64; 3],
    /// Keys of the rounds that follow.
    keys: [[u64; 2]; ROUNDS - 3],
}

impl YearBlock {
    /// Prepares a block.
    #[must_use]
    pub const fn new(key: Key, block: u64, year: Year, stream: u64) -> Self {
        let mut k = [key.seed, key.replicate];
        // The id is word 1, which a round combines with word 0 of the next and nothing else.
        let c = round([block, 0, year.number() as u64, stream], k);
        k = next_key(k);
        let (first, second) = (c[0], c[3] ^ k[1]);
        let (high, low) = halves(FACTORS[1], c[2]);
        let c = [high ^ c[1] ^ k[0], low];
        k = next_key(k);
        let (high, low) = halves(FACTORS[0], c[0]);
        let third = [c[1] ^ k[0], high ^ k[1], low];
        let mut keys = [[0; 2]; ROUNDS - 3];
        let mut at = 0;
        while at < keys.len() {
            k = next_key(k);
            keys[at] = k;
            at += 1;
        }
        Self { first, second, third, keys }
    }

    /// The four words of an id, as [`Key::block`] gives them.
    #[must_use]
    #[inline]
    pub fn of(&self, id: u64) -> [u64; 4] {
        let (high, low) = halves(FACTORS[0], id ^ self.first);
        let (high_1, low_1) = halves(FACTORS[1], high ^ self.second);
        let c = [high_1 ^ self.third[0], low_1, low ^ self.third[1], self.third[2]];
        self.keys.iter().fold(c, |c, k| round(c, *k))
    }

    /// The sixteen lanes of an id.
    #[must_use]
    #[inline]
    pub fn lanes(&self, id: u64) -> [u16; 16] {
        lanes(&self.of(id))
    }
}

/// The sixteen lanes of a block.
#[inline]
const fn lanes(words: &[u64; 4]) -> [u16; 16] {
    let mut lanes = [0; 16];
    let mut i = 0;
    while i < 16 {
        lanes[i] = (words[i / 4] >> (16 * (i % 4))) as u16;
        i += 1;
    }
    lanes
}

impl Key {
    /// The four words of one block.
    #[must_use]
    #[inline]
    pub const fn block(self, block: u64, id: u64, year: Year, stream: u64) -> [u64; 4] {
        philox([block, id, year.number() as u64, stream], [self.seed, self.replicate])
    }

    /// The sixteen first-stage lanes of a person-year.
    #[must_use]
    #[inline]
    pub const fn lanes(self, id: u64, year: Year) -> [u16; 16] {
        self.lanes_of(0, id, year)
    }

    /// The sixteen lanes of one block of a person-year.
    #[must_use]
    #[inline]
    pub const fn lanes_of(self, block: u64, id: u64, year: Year) -> [u16; 16] {
        lanes(&self.block(block, id, year, PERSON_YEAR))
    }

    /// The whole 64-bit uniform of a first-stage decision: lane above, extension below.
    #[must_use]
    #[inline]
    pub const fn extended(self, draw: Draw, lane: u16, id: u64, year: Year) -> u64 {
        let extension = self.block(0, id, year, draw.extension_stream())[0];
        ((lane as u64) << 48) | (extension >> 16)
    }

    /// Whether the number of a first-stage decision is below a threshold: by its lane and, where that decides
    /// nothing, its extension.
    #[must_use]
    #[inline]
    pub const fn is_below(self, (draw, lane): (Draw, u16), id: u64, year: Year, limit: u64) -> bool {
        let known = limit >> 48;
        if lane as u64 == known {
            return self.extended(draw, lane, id, year) < limit;
        }
        (lane as u64) < known
    }

    /// A generator over successive blocks, with the traits of `rand`.
    #[must_use]
    pub const fn generator(self, id: u64, year: Year, stream: u64) -> Generator {
        Generator { key: self, id, year, stream, block: 0, buffer: [0; 4], used: 4 }
    }
}

/// A stream of words under one counter: for synthesis and for tests against `rand_distr`.
#[derive(Debug, Clone)]
pub struct Generator {
    key: Key,
    id: u64,
    year: Year,
    stream: u64,
    block: u64,
    buffer: [u64; 4],
    used: usize,
}

impl Generator {
    /// The next 64 bits.
    pub fn word(&mut self) -> u64 {
        if self.used == 4 {
            self.buffer = self.key.block(self.block, self.id, self.year, self.stream);
            self.block += 1;
            self.used = 0;
        }
        self.used += 1;
        self.buffer[self.used - 1]
    }

    /// The next uniform number in (0, 1).
    pub fn uniform(&mut self) -> f64 {
        unit(self.word())
    }
}

impl rand::TryRng for Generator {
    type Error = std::convert::Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Self::Error> {
        Ok((self.word() >> 32) as u32)
    }

    fn try_next_u64(&mut self) -> Result<u64, Self::Error> {
        Ok(self.word())
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Self::Error> {
        for chunk in bytes.chunks_mut(8) {
            let word = self.word().to_le_bytes();
            chunk.copy_from_slice(&word[..chunk.len()]);
        }
        Ok(())
    }
}

/// A 64-bit word as a number strictly between 0 and 1 (53 bits, centred in its cell).
#[must_use]
#[inline]
pub fn unit(word: u64) -> f64 {
    // 53 bits are exact in f64.
    #[allow(clippy::cast_precision_loss)]
    let cell = (word >> 11) as f64;
    (cell + 0.5) * (1.0 / 9_007_199_254_740_992.0)
}

/// A probability as a threshold: an event of probability `p` happens when a 64-bit uniform word is
/// below it. Probabilities are clamped to `[0, 1]`; one is represented by the largest word, which
/// errs by 2⁻⁶⁴.
#[must_use]
#[inline]
pub fn threshold(p: f64) -> u64 {
    // The cast saturates: above 2^64 to the largest word, below zero and NaN to nothing.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    {
        (p * 18_446_744_073_709_551_616.0) as u64
    }
}

/// The least 16-bit bound that no word below `threshold` exceeds: a lane at or above it can't lead
/// to the event. At most 65,536, which excludes no lane.
#[must_use]
#[inline]
pub const fn lane_bound(threshold: u64) -> u32 {
    ((threshold >> 48) as u32) + 1
}

/// Bounds of the sixteen lanes of a block.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LaneBounds {
    /// The largest lane below each bound.
    most: [u16; 16],
    /// The bit of each lane that has a bound over nothing.
    bits: [u16; 16],
}

impl LaneBounds {
    /// Bounds up to 65,536, below which a lane is to lie.
    #[must_use]
    pub fn new(bounds: &[u32; 16]) -> Self {
        let most = |bound: u32| u16::try_from(bound.saturating_sub(1)).unwrap_or(u16::MAX);
        let bit = |at: usize| if bounds[at] > 0 { 1 << at } else { 0 };
        Self { most: bounds.map(most), bits: std::array::from_fn(bit) }
    }

    /// The lanes below their bounds, one bit each. Not inlined: only lanes that lie in memory are compared side by
    /// side.
    #[must_use]
    #[inline(never)]
    pub fn below(&self, lanes: &[u16; 16]) -> u16 {
        let mut below = 0;
        for (at, lane) in lanes.iter().enumerate() {
            below |= if *lane <= self.most[at] { self.bits[at] } else { 0 };
        }
        below
    }
}

/// The standard normal distribution function: the chance of a number up to `z`.
#[must_use]
pub fn normal_share(z: f64) -> f64 {
    0.5 * libm::erfc(-z * std::f64::consts::FRAC_1_SQRT_2)
}

/// The standard normal quantile: Wichura (1988), algorithm AS 241 (PPND16), relative error about
/// 1e-16. One uniform gives one variate, monotonically.
#[must_use]
pub fn normal_quantile(p: f64) -> f64 {
    let q = p - 0.5;
    if q.abs() <= 0.425 {
        let r = 0.180_625 - q * q;
        return q * polynomial(&CENTRE_TOP, r) / polynomial(&CENTRE_BOTTOM, r);
    }
    let tail = if q < 0.0 { p } else { 1.0 - p };
    let r = libm::sqrt(-libm::log(tail));
    let value = if r <= 5.0 {
        polynomial(&MIDDLE_TOP, r - 1.6) / polynomial(&MIDDLE_BOTTOM, r - 1.6)
    } else {
        polynomial(&TAIL_TOP, r - 5.0) / polynomial(&TAIL_BOTTOM, r - 5.0)
    };
    if q < 0.0 { -value } else { value }
}

/// A standard normal variate from one word.
#[must_use]
#[inline]
pub fn normal(word: u64) -> f64 {
    normal_quantile(unit(word))
}

fn polynomial(coefficients: &[f64; 8], x: f64) -> f64 {
    coefficients.iter().rev().fold(0.0, |sum, c| sum * x + c)
}

const CENTRE_TOP: [f64; 8] = [
    3.387_132_872_796_366_5,
    1.331_416_678_917_843_8e2,
    1.971_590_950_306_551_3e3,
    1.373_169_376_550_946e4,
    4.592_195_393_154_987e4,
    6.726_577_092_700_87e4,
    3.343_057_558_358_813e4,
    2.509_080_928_730_122_7e3,
];
const CENTRE_BOTTOM: [f64; 8] = [
    1.0,
    4.231_333_070_160_091e1,
    6.871_870_074_920_579e2,
    5.394_196_021_424_751e3,
    2.121_379_430_158_659_7e4,
    3.930_789_580_009_271e4,
    2.872_908_573_572_194_3e4,
    5.226_495_278_852_545e3,
];
const MIDDLE_TOP: [f64; 8] = [
    1.423_437_110_749_683_5,
    4.630_337_846_156_546,
    5.769_497_221_460_691,
    3.647_848_324_763_204_5,
    1.270_458_252_452_368_4,
    2.417_807_251_774_506e-1,
    2.272_384_498_926_918_4e-2,
    7.745_450_142_783_414e-4,
];
const MIDDLE_BOTTOM: [f64; 8] = [
    1.0,
    2.053_191_626_637_759,
    1.676_384_830_183_803_8,
    6.897_673_349_851e-1,
    1.481_039_764_274_800_8e-1,
    1.519_866_656_361_645_7e-2,
    5.475_938_084_995_345e-4,
    1.050_750_071_644_416_9e-9,
];
const TAIL_TOP: [f64; 8] = [
    6.657_904_643_501_103,
    5.463_784_911_164_114,
    1.784_826_539_917_291_3,
    2.965_605_718_285_048_7e-1,
    2.653_218_952_657_612_4e-2,
    1.242_660_947_388_078_4e-3,
    2.711_555_568_743_487_6e-5,
    2.010_334_399_292_288_1e-7,
];
const TAIL_BOTTOM: [f64; 8] = [
    1.0,
    5.998_322_065_558_88e-1,
    1.369_298_809_227_358e-1,
    1.487_536_129_085_061_5e-2,
    7.868_691_311_456_133e-4,
    1.846_318_317_510_054_7e-5,
    1.421_511_758_316_446e-7,
    2.044_263_103_389_939_8e-15,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lanes_below_their_bounds_are_found() {
        let edges = [0, 1, 2, 0x7fff, 0x8000, 0x8001, 0xfffe, 0xffff, 0x1_0000];
        for bound in edges {
            for at in 0..16 {
                let mut bounds = [0x9000; 16];
                bounds[at] = bound;
                for lane in edges.iter().filter_map(|lane| u16::try_from(*lane).ok()) {
                    for others in [0, 0x8fff, 0x9000, 0xffff] {
                        let mut lanes = [others; 16];
                        lanes[at] = lane;
                        let expected = (0..16)
                            .fold(0, |set, at| set | u16::from(u32::from(lanes[at]) < bounds[at]) << at);
                        assert_eq!(LaneBounds::new(&bounds).below(&lanes), expected, "{bound} {at} {lane}");
                    }
                }
            }
        }
    }

    #[test]
    fn philox_gives_the_published_known_answers() {
        assert_eq!(
            philox([0; 4], [0; 2]),
            [0x1655_4d9e_ca36_314c, 0xdb20_fe9d_672d_0fdc, 0xd7e7_72ce_e186_176b, 0x7e68_b68a_ec7b_a23b]
        );
        assert_eq!(
            philox([u64::MAX; 4], [u64::MAX; 2]),
            [0x87b0_92c3_013f_e90b, 0x438c_3c67_be8d_0224, 0x9cc7_d7c6_9cd7_77b6, 0xa09c_aebf_594f_0ba0]
        );
    }

    #[test]
    fn a_block_prepared_for_a_year_gives_every_id_its_words() {
        let key = Key { seed: 42, replicate: 7 };
        for (block, stream) in [(0, PERSON_YEAR), (1, PERSON_YEAR), (5, stream::EPISODE)] {
            let prepared = YearBlock::new(key, block, Year::new(2021), stream);
            for id in [0, 1, 123_456, u64::MAX] {
                assert_eq!(prepared.of(id), key.block(block, id, Year::new(2021), stream));
            }
        }
        let first = YearBlock::new(key, 0, Year::new(2021), PERSON_YEAR);
        assert_eq!(first.lanes(9), key.lanes(9, Year::new(2021)));
    }

    #[test]
    fn philox_agrees_with_numpy_under_a_key_and_counter_of_ours() {
        let key = Key { seed: 42, replicate: 7 };
        let mut generator = key.generator(123_456, Year::new(2021), 3);
        let words: Vec<u64> = (0..5).map(|_| generator.word()).collect();
        assert_eq!(
            words,
            [
                14_665_870_397_951_125_119,
                7_195_391_669_077_737_783,
                16_029_872_553_653_455_674,
                88_843_349_814_249_505,
                1_914_257_378_225_414_971
            ]
        );
    }

    #[test]
    fn lanes_cover_the_block_and_extensions_do_not_share_a_stream() {
        let key = Key { seed: 1, replicate: 2 };
        let words = key.block(0, 99, Year::new(2015), PERSON_YEAR);
        let lanes = key.lanes(99, Year::new(2015));
        assert_eq!(u64::from(lanes[5]), (words[1] >> 16) & 0xffff);
        let mut streams: Vec<u64> = LANES.iter().filter_map(|place| place.extension).collect();
        streams.extend(WORDS.iter().map(|place| place.stream));
        streams.dedup();
        let count = streams.len();
        streams.sort_unstable();
        streams.dedup();
        assert_eq!(streams.len(), count, "a stream serves two purposes");
        assert!(!streams.contains(&PERSON_YEAR));
    }

    #[test]
    fn every_draw_is_where_the_table_says() {
        for (lane, place) in LANES.iter().enumerate() {
            assert_eq!(place.bits, format!("lane {lane}"));
            assert_eq!(place.extension, Some(16 + lane as u64));
        }
        assert_eq!(Draw::Recovery.lane(), 14);
        assert_eq!(16 * Draw::LeavingSchool.block() as usize + Draw::LeavingSchool.lane(), LANES.len() - 1);
    }

    #[test]
    fn a_lane_at_the_bound_cannot_be_below_the_threshold() {
        for p in [0.0, 1e-9, 0.001, 0.25, 0.999_999, 1.0] {
            let limit = threshold(p);
            let bound = lane_bound(limit);
            if bound < 65_536 {
                assert!((u64::from(bound) << 48) >= limit);
            }
        }
    }

    #[test]
    fn normal_quantile_matches_tabulated_values() {
        // NIST/SEMATECH e-Handbook, table of the standard normal distribution.
        for (p, z) in [(0.5, 0.0), (0.975, 1.959_963_984_540_054), (0.001, -3.090_232_306_167_813_5)] {
            assert!((normal_quantile(p) - z).abs() < 1e-14, "{p}: {}", normal_quantile(p));
        }
        assert!((normal_quantile(1e-20) + 9.262_340_089_798_408).abs() < 1e-13);
    }
}
