//! Persons and households: what they are, how they are named, and how they are drawn at the start.
//!
//! Identifiers are laid out in bits and never hashed (`docs/architecture.md`), so that a newborn's or a
//! split-off household's identifier is the same under every regime and no two can collide.

pub mod columns;
pub mod heterogeneity;
pub mod synthesis;
pub mod tables;

use crate::units::Year;

/// The year at whose end the population is synthesised: the census of 2010.
pub const START: Year = Year::new(2010);

/// Sex as registered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Sex {
    /// Male.
    Male,
    /// Female.
    Female,
}

impl Sex {
    /// Both, in the order of tables.
    pub const ALL: [Self; 2] = [Self::Male, Self::Female];

    /// The other sex.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::Male => Self::Female,
            Self::Female => Self::Male,
        }
    }
}

/// A group of chronic diseases. The order is that of the bits of [`ChronicSet`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Chronic {
    /// Diagnosed hypertension and heart disease.
    Cardiovascular,
    /// Ever had a stroke.
    Stroke,
    /// Diagnosed diabetes.
    Diabetes,
    /// Chronic respiratory disease.
    Respiratory,
    /// Cancer.
    Cancer,
    /// Musculoskeletal disease.
    Musculoskeletal,
    /// Mental disorder in the last twelve months, diagnosed or not.
    Mental,
    /// Any other diagnosed chronic disease.
    Other,
}

/// Number of chronic groups.
pub const CHRONIC_GROUPS: usize = 8;

impl Chronic {
    /// All groups in the order of their bits.
    pub const ALL: [Self; CHRONIC_GROUPS] = [
        Self::Cardiovascular,
        Self::Stroke,
        Self::Diabetes,
        Self::Respiratory,
        Self::Cancer,
        Self::Musculoskeletal,
        Self::Mental,
        Self::Other,
    ];

    /// The name used in scenario files, data tables and columns.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Cardiovascular => "cardiovascular",
            Self::Stroke => "stroke",
            Self::Diabetes => "diabetes",
            Self::Respiratory => "respiratory",
            Self::Cancer => "cancer",
            Self::Musculoskeletal => "musculoskeletal",
            Self::Mental => "mental",
            Self::Other => "other",
        }
    }
}

/// A set of chronic groups, one bit each.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct ChronicSet(pub u8);

impl ChronicSet {
    /// No chronic disease.
    pub const NONE: Self = Self(0);
    /// The groups that make a household's illness serious: stroke, respiratory disease, cancer and mental
    /// illness (an assumption, used where the poor "because of illness" are counted).
    pub const SERIOUS: Self = Self::NONE
        .with(Chronic::Stroke)
        .with(Chronic::Respiratory)
        .with(Chronic::Cancer)
        .with(Chronic::Mental);

    /// The set with one group more.
    #[must_use]
    pub const fn with(self, group: Chronic) -> Self {
        Self(self.0 | 1 << group as u8)
    }

    /// The set without a group.
    #[must_use]
    pub const fn without(self, group: Chronic) -> Self {
        Self(self.0 & !(1 << group as u8))
    }

    /// Whether a group is in the set.
    #[must_use]
    pub const fn has(self, group: Chronic) -> bool {
        self.0 & (1 << group as u8) != 0
    }

    /// Whether the two sets share a group.
    #[must_use]
    pub const fn meets(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// Whether no group is in the set.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Number of groups in the set.
    #[must_use]
    pub const fn count(self) -> u32 {
        self.0.count_ones()
    }

    /// The groups in the set, in order.
    pub fn iter(self) -> impl Iterator<Item = Chronic> {
        Chronic::ALL.into_iter().filter(move |group| self.has(*group))
    }
}

const COUNTY_SHIFT: u32 = 52;
const ROOT_SHIFT: u32 = 30;
const SLOT_SHIFT: u32 = 25;
/// Shifts of the three birth-year fields: of the first, second and third generation born after the start.
const BIRTH_SHIFT: [u32; GENERATIONS] = [19, 13, 7];
const BIRTH_MASK: u64 = 63;
/// Twin flags are bits 4 to 6 (by generation), spouse flags bits 0 to 3 (by the partner's generation).
const TWIN_SHIFT: u32 = 4;

/// Generations that can be born after the start.
pub const GENERATIONS: usize = 3;
/// Most counties in a run.
pub const MAX_COUNTIES: u32 = 1 << 12;
/// Most root households in a county.
pub const MAX_HOUSEHOLDS: u32 = 1 << 22;
/// Most persons of a household at the start.
pub const MAX_FOUNDERS: usize = 31;
/// Last calendar year in which a birth can be named.
pub const LAST_BIRTH_YEAR: i16 = 2010 + 63;

/// Whether a newborn is a single or first child of its birth, or the second of twins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BirthOrder {
    /// A single child, or the first of twins.
    First,
    /// The second of twins.
    SecondTwin,
}

/// A person's identifier: county 12 bits, root household 22, founder slot 5 (from 1), three birth years of 6 bits
/// (years since 2010), tag 7 (three twin flags, four spouse flags).
///
/// A newborn's identifier is its mother's with the year of birth in the next free field, so it doesn't depend on
/// how many children were born before. Who marries in has the partner's identifier with the spouse flag of the
/// partner's generation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PersonId(u64);

/// A household's identifier: a root household is slot 0, a split-off household has its founder's person id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HouseholdId(u64);

impl HouseholdId {
    /// A household of the start.
    ///
    /// # Panics
    /// If the county is not below [`MAX_COUNTIES`] or the index not below [`MAX_HOUSEHOLDS`].
    #[must_use]
    pub const fn root_of(county: u16, index: u32) -> Self {
        assert!((county as u32) < MAX_COUNTIES, "a run has at most 4,096 counties");
        assert!(index < MAX_HOUSEHOLDS, "a county has at most 4,194,304 households");
        Self((county as u64) << COUNTY_SHIFT | (index as u64) << ROOT_SHIFT)
    }

    /// The identifier that these bits are.
    #[must_use]
    pub const fn from_bits(bits: u64) -> Self {
        Self(bits)
    }

    /// The household that a person founds by leaving.
    #[must_use]
    pub const fn founded_by(person: PersonId) -> Self {
        Self(person.0)
    }

    /// The bits, as the generator's counter takes them.
    #[must_use]
    pub const fn bits(self) -> u64 {
        self.0
    }

    /// The county's index.
    #[must_use]
    pub const fn county(self) -> u16 {
        (self.0 >> COUNTY_SHIFT) as u16
    }

    /// The root household's index in its county.
    #[must_use]
    pub const fn index(self) -> u32 {
        (self.0 >> ROOT_SHIFT) as u32 & (MAX_HOUSEHOLDS - 1)
    }

    /// The household of the start from which this one comes.
    #[must_use]
    pub const fn root(self) -> Self {
        Self(self.0 >> ROOT_SHIFT << ROOT_SHIFT)
    }

    /// A person of this root household at the start, by slot from 1.
    ///
    /// # Panics
    /// If the slot is 0 or above [`MAX_FOUNDERS`].
    #[must_use]
    pub const fn founder(self, slot: u8) -> PersonId {
        assert!(slot >= 1 && slot as usize <= MAX_FOUNDERS, "founder slots run from 1 to 31");
        PersonId(self.root().0 | (slot as u64) << SLOT_SHIFT)
    }
}

impl PersonId {
    /// The identifier that these bits are.
    #[must_use]
    pub const fn from_bits(bits: u64) -> Self {
        Self(bits)
    }

    /// The bits, as the generator's counter takes them.
    #[must_use]
    pub const fn bits(self) -> u64 {
        self.0
    }

    /// The root household of the person's line.
    #[must_use]
    pub const fn root(self) -> HouseholdId {
        HouseholdId(self.0).root()
    }

    /// Generations born since the start: 0 for founders and their spouses.
    #[must_use]
    pub const fn generation(self) -> usize {
        let mut filled = 0;
        while filled < GENERATIONS && self.0 >> BIRTH_SHIFT[filled] & BIRTH_MASK != 0 {
            filled += 1;
        }
        filled
    }

    /// The identifier of a child born to this mother in a year.
    ///
    /// `None` if the mother is of the third generation or the year is outside 2011–2073. With mothers of 15 and
    /// over a fourth generation can't be born before 2056, so a run that ends by 2055 never sees `None`.
    #[must_use]
    pub const fn newborn(self, year: Year, order: BirthOrder) -> Option<Self> {
        let generation = self.generation();
        let since = year.number() - START.number();
        if generation == GENERATIONS || since < 1 || since > 63 {
            return None;
        }
        let twin = match order {
            BirthOrder::First => 0,
            BirthOrder::SecondTwin => 1 << (TWIN_SHIFT + generation as u32),
        };
        Some(Self(self.0 | (since as u64) << BIRTH_SHIFT[generation] | twin))
    }

    /// The identifier of the person who marries in as this one's spouse.
    ///
    /// `None` if this person has married in already: the line of a second spouse has no name of its own.
    #[must_use]
    pub const fn spouse(self) -> Option<Self> {
        let flag = 1 << self.generation();
        if self.0 & flag != 0 { None } else { Some(Self(self.0 | flag)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn identifiers_have_the_published_layout() {
        let household = HouseholdId::root_of(3, 5);
        assert_eq!(household.bits(), 3 << 52 | 5 << 30);
        let mother = household.founder(2);
        assert_eq!(mother.bits(), 3 << 52 | 5 << 30 | 2 << 25);
        let child = mother.newborn(Year::new(2021), BirthOrder::First).expect("2021 can be named");
        assert_eq!(child.bits(), mother.bits() | 11 << 19);
        let twin = mother.newborn(Year::new(2021), BirthOrder::SecondTwin).expect("2021 can be named");
        assert_eq!(twin.bits(), child.bits() | 1 << 4);
        assert_eq!(child.spouse().map(PersonId::bits), Some(child.bits() | 1 << 1));
        assert_eq!((household.county(), household.index()), (3, 5));
        assert_eq!(child.root(), household);
    }

    /// Every person that two founders' lines can hold in a coarse calendar, with spouses and twins.
    fn line(person: PersonId, years: &[i16], into: &mut Vec<PersonId>) {
        into.push(person);
        into.extend(person.spouse());
        for mother in [Some(person), person.spouse()].into_iter().flatten() {
            for &year in years {
                for order in [BirthOrder::First, BirthOrder::SecondTwin] {
                    if let Some(child) = mother.newborn(Year::new(year), order) {
                        line(child, years, into);
                    }
                }
            }
        }
    }

    #[test]
    fn no_two_persons_of_a_line_share_an_identifier() {
        let mut persons = Vec::new();
        for (county, index, slot) in [(0, 0, 1), (0, 0, 2), (0, 1, 1), (1, 0, 1), (4095, 4_194_303, 31)] {
            line(HouseholdId::root_of(county, index).founder(slot), &[2011, 2035, 2073], &mut persons);
        }
        let distinct: BTreeSet<PersonId> = persons.iter().copied().collect();
        assert!(persons.len() > 10_000);
        assert_eq!(distinct.len(), persons.len());
    }

    #[test]
    fn no_household_has_the_identifier_of_another() {
        let root = HouseholdId::root_of(7, 9);
        let mut ids = BTreeSet::from([root]);
        for slot in 1..=MAX_FOUNDERS {
            let founder = root.founder(u8::try_from(slot).expect("at most 31"));
            assert!(ids.insert(HouseholdId::founded_by(founder)), "slot {slot}");
        }
        assert!(ids.iter().all(|id| id.root() == root));
    }

    #[test]
    fn a_fourth_generation_has_no_name_and_cannot_be_born_before_2056() {
        let mut person = HouseholdId::root_of(0, 0).founder(1);
        let mut year = START.number() + 1;
        for generation in 1..=GENERATIONS {
            person =
                person.newborn(Year::new(year), BirthOrder::First).expect("three generations have names");
            assert_eq!(person.generation(), generation);
            year += 15;
        }
        assert_eq!(year, 2056);
        assert_eq!(person.newborn(Year::new(year), BirthOrder::First), None);
    }

    #[test]
    fn years_outside_the_field_have_no_newborn() {
        let mother = HouseholdId::root_of(0, 0).founder(1);
        assert_eq!(mother.newborn(START, BirthOrder::First), None);
        assert!(mother.newborn(Year::new(LAST_BIRTH_YEAR), BirthOrder::First).is_some());
        assert_eq!(mother.newborn(Year::new(LAST_BIRTH_YEAR + 1), BirthOrder::First), None);
    }

    #[test]
    fn who_married_in_cannot_bring_another_spouse() {
        let spouse = HouseholdId::root_of(0, 0).founder(1).spouse().expect("a founder has one");
        assert_eq!(spouse.spouse(), None);
        let child = spouse.newborn(Year::new(2020), BirthOrder::First).expect("2020 can be named");
        assert!(child.spouse().is_some());
    }

    #[test]
    fn chronic_sets_use_the_bits_of_the_book() {
        let set = ChronicSet::NONE.with(Chronic::Cancer).with(Chronic::Mental);
        assert_eq!(set.0, 0b0101_0000);
        assert_eq!(set.iter().collect::<Vec<_>>(), [Chronic::Cancer, Chronic::Mental]);
        assert_eq!(set.without(Chronic::Cancer).0, 0b0100_0000);
        assert!(set.meets(ChronicSet::SERIOUS) && !set.has(Chronic::Stroke));
    }
}
