//! The people of one county as flat columns: what all regimes share, and what each regime keeps.
//!
//! A slot belongs to one person id in the union over regimes. The members of a household stand side
//! by side, with spare slots for births; a household that outgrows its slots moves to the end.

use crate::record::{Cell, Standing};
use crate::village::{Clinic, Village};

/// Status of a slot under one regime.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[repr(u8)]
pub enum Status {
    /// Never existed here.
    #[default]
    Absent,
    /// A living member of the household.
    Present,
    /// Dead.
    Dead,
    /// Lives in another household of the county, under the same id.
    Moved,
    /// Left the rural population for good.
    Left,
}

/// What all regimes share of a person.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Person {
    /// Id in bits (see `population`); 0 marks an unused slot.
    pub id: u64,
    /// Propensity to insure: enrolled when below the enrolment rate.
    pub insure_word: u32,
    /// Calendar year of birth.
    pub birth_year: i16,
    /// 0 male, 1 female.
    pub sex: u8,
    /// Whether the person may leave the household for good (a child or grandchild of it).
    pub may_leave: bool,
    /// Years of schooling that the person has or will have.
    pub schooling: u8,
    /// Couple of the household that the person belongs to; 0 is the head's.
    pub unit: u8,
    /// Whether the person is the child of the household who leads a couple that lives with the parents.
    pub leads: bool,
    /// Offset of the partner in the household plus one; 0 is none.
    pub partner: u8,
    /// What stays with the person: health literacy when below its share.
    pub literacy_word: u16,
    /// What stays with the person: a family-doctor contract when below the share signed.
    pub contract_word: u16,
    /// What stays with the person: a local wage when below its chance.
    pub work_word: u16,
    /// What stays with the person: frailty, as a factor on potential episodes in parts per million.
    pub frailty: u32,
    /// The same as a standard normal score, in 1/4,096.
    pub frailty_score: i16,
}

/// What one regime keeps of a person.
#[derive(Debug, Clone, Copy, Default, Eq)]
#[repr(C)]
pub struct PersonState {
    /// Status under the regime.
    pub status: Status,
    /// Chronic groups, one bit each.
    pub chronic: u8,
    /// Whether disabled.
    pub disabled: bool,
    /// Whether needed hospital care was forgone last year.
    pub untreated: bool,
    /// Whether the person works away.
    pub away: bool,
    /// Enrolled in basic insurance this year.
    pub insured: bool,
    /// Years not enrolled in a row.
    pub missed: u8,
    /// Month from which benefits are paid this year.
    pub benefits_from: u8,
    /// Years in which the partner's death is felt, counted down from two; 0 is none.
    pub widowed: u8,
    /// Married in on this 1 January.
    pub arrived: bool,
    /// Admitted last year.
    pub admitted: bool,
    /// Years of schooling lost by leaving school in a year of distress.
    pub schooling_lost: u8,
    /// Years since the onset of cancer plus one, while stays follow; 0 is none.
    pub since_cancer: u8,
    /// The same since a stroke.
    pub since_stroke: u8,
    /// Nothing: it makes the state two whole words, which are compared and copied as such.
    pub spare: [u8; 2],
}

impl PersonState {
    /// All fields in two words: regimes look for one another's states in every household-year.
    const fn words(&self) -> [u64; 2] {
        let Self { status, chronic, disabled, untreated, away, insured, missed, benefits_from, .. } = *self;
        let Self { widowed, arrived, admitted, schooling_lost, since_cancer, since_stroke, spare, .. } =
            *self;
        [
            u64::from_le_bytes([
                status as u8,
                chronic,
                disabled as u8,
                untreated as u8,
                away as u8,
                insured as u8,
                missed,
                benefits_from,
            ]),
            u64::from_le_bytes([
                widowed,
                arrived as u8,
                admitted as u8,
                schooling_lost,
                since_cancer,
                since_stroke,
                spare[0],
                spare[1],
            ]),
        ]
    }

    /// Whether something of the year before goes on: a partner's death, marriage, an admission, cancer or stroke.
    #[must_use]
    #[inline]
    pub const fn is_followed(&self) -> bool {
        let marked = self.arrived | self.admitted;
        self.widowed | self.since_cancer | self.since_stroke | marked as u8 != 0
    }
}

impl PartialEq for PersonState {
    fn eq(&self, other: &Self) -> bool {
        self.words() == other.words()
    }
}

/// What all regimes share of a household.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Household {
    /// Id in bits; a root household is its own, one set up later has its founder's.
    pub id: u64,
    /// Row of the root household.
    pub root: u32,
    /// First slot.
    pub start: u32,
    /// Slots in use.
    pub used: u8,
    /// Slots owned.
    pub slots: u8,
    /// Persistent part of the rank of illness-free income, in 1/65,536 standard deviations.
    pub persistent: i32,
    /// Transitory part of this year.
    pub transitory: i32,
    /// Officials' error about income of this year, in parts per million.
    pub official_error: u32,
    /// Factor by which its village judges its income for dibao, in parts per million: it stays with the household.
    pub judgement: u32,
    /// Factor of distance on care seeking, in parts per million.
    pub distance_factor: u32,
    /// What stays with the household: knows the rules when below the share of the year.
    pub awareness_word: u16,
    /// Its village, an index into those of the county.
    pub village: u32,
    /// What stays with the household: reached by officials who explain the rules.
    pub outreach_word: u16,
    /// What stays with the household: reached by health education.
    pub education_word: u16,
    /// Cell for measures, set before the switch.
    pub cell: u16,
    /// Living members at the switch.
    pub persons_at_switch: u8,
    /// Whether it stands for others too: of a root household that was not registered, in a county that is sampled.
    pub sampled: bool,
    /// Whether lifted at the switch and so in the cohort of flows.
    pub cohort: bool,
}

/// Registration of a household.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[repr(u8)]
pub enum Registration {
    /// Never registered.
    #[default]
    Never,
    /// Registered as poor.
    Registered,
    /// Registered and lifted.
    Lifted,
}

/// What the register of the poor says of a household: monitored, and seen under the line after support.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[repr(u8)]
pub enum Register {
    /// Not on it.
    #[default]
    No,
    /// Lifted, and fallen back.
    FallenBack,
    /// Never registered, and newly poor.
    NewlyPoor,
}

/// No month of this year.
pub const NEVER: u8 = u8::MAX;

/// Monitored class of a household.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[repr(u8)]
pub enum Monitored {
    /// Not monitored.
    #[default]
    No,
    /// Near the line: unstable if lifted, marginal if never registered.
    NearLine,
    /// Sudden severe difficulty.
    Sudden,
}

/// What one regime keeps of a household.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct HouseholdState {
    /// Money saved, fen.
    pub savings: i64,
    /// Debt made for illness, fen.
    pub medical_debt: i64,
    /// Other debt, fen.
    pub other_debt: i64,
    /// Productive assets when all are there, fen.
    pub assets: i64,
    /// Productive assets sold and not replaced, fen.
    pub assets_sold: i64,
    /// Reimbursements of last year that are still to come, fen.
    pub receivable: i64,
    /// Disposable income of the year before, fen.
    pub income_last: i64,
    /// Of it, support without condition, which means tests leave out, fen.
    pub allowance_last: i64,
    /// Out-of-pocket payments of the year before, fen.
    pub out_of_pocket_last: i64,
    /// Net income per head of the year before, fen.
    pub net_per_head_last: i64,
    /// Classes in force at the end of this year.
    pub classes: u16,
    /// Classes on 1 January, without what was found later in the year.
    pub classes_opening: u16,
    /// Classes of the year before.
    pub classes_before: u16,
    /// Month from which a monitored class found this year is in force; [`NEVER`] if none was.
    pub found_month: u8,
    /// Month of this year from which the household is recognised as illness-poor; from 12 on, of next year;
    /// [`NEVER`] if it isn't.
    pub illness_poor_from: u8,
    /// Illness-poor at the end of last year: premiums and enrolment of this year go by it.
    pub illness_poor_last: bool,
    /// Monitored class.
    pub monitored: Monitored,
    /// Years in a row without risk since the household was monitored.
    pub safe_years: u8,
    /// Consecutive years with support without condition.
    pub support_years: u8,
    /// Children who left the household.
    pub children_away: u8,
    /// Years since the first stroke, heart attack or cancer after the switch plus one; 0 is none.
    pub shock_years: u8,
    /// Consecutive years in net poverty.
    pub poor_years: u8,
    /// Year of lifting; 0 is none.
    pub lifted_in: i16,
    /// Has been in net poverty since the lifting.
    pub poor_since_exit: bool,
    /// What the register of the poor said last year.
    pub register: Register,
    /// Spent a catastrophic share on care last year.
    pub catastrophic_last: bool,
    /// Had a hospital bill last year.
    pub hospital_last: bool,
    /// Members at the end of the year before.
    pub members_last: u8,
    /// Registration.
    pub registration: Registration,
    /// Whether on the list of the regime (registered, or lifted with the list in force).
    pub listed: bool,
    /// In net poverty last year.
    pub poor_last: bool,
    /// Has entered net poverty since the switch.
    pub ever_entered: bool,
    /// Members at the switch who have died since.
    pub died_since_switch: u8,
}

/// The columns of one county.
#[derive(Debug, Clone, Default)]
pub struct County {
    /// Slots.
    pub persons: Vec<Person>,
    /// Households.
    pub households: Vec<Household>,
    /// Villages.
    pub villages: Vec<Village>,
}

/// The columns that one regime keeps of a county.
#[derive(Debug, Clone, Default)]
pub struct CountyState {
    /// By slot.
    pub persons: Vec<PersonState>,
    /// By household.
    pub households: Vec<HouseholdState>,
    /// By village.
    pub clinics: Vec<Clinic>,
    /// Thresholds published on 1 January.
    pub thresholds: crate::targeting::Thresholds,
    /// Money and staff of the county.
    pub funds: crate::county::CountyFunds,
}

/// Spare slots that a household starts with, for births.
const SPARE_SLOTS: u8 = 2;

impl Household {
    /// The slots in use.
    #[must_use]
    #[inline]
    pub fn range(&self) -> std::ops::Range<usize> {
        let start = self.start as usize;
        start..start + usize::from(self.used)
    }

    /// The cell of the household as a value.
    #[must_use]
    pub fn cell(&self) -> Cell {
        Cell::at(usize::from(self.cell))
    }

    /// Whether the root household was lifted at the switch.
    #[must_use]
    pub fn is_lifted(&self) -> bool {
        self.cell().standing == Standing::Lifted
    }
}

impl County {
    /// Adds a household with its founders and spare slots; the states are added beside it.
    pub fn add_household(
        &mut self,
        state: &mut CountyState,
        mut household: Household,
        household_state: HouseholdState,
        founders: &[(Person, PersonState)],
    ) {
        household.start = u32::try_from(self.persons.len()).expect("a county has under 4e9 slots");
        household.used = u8::try_from(founders.len()).expect("a household has under 255 founders");
        household.slots = household.used + SPARE_SLOTS;
        for (person, person_state) in founders {
            self.persons.push(*person);
            state.persons.push(*person_state);
        }
        for _ in 0..SPARE_SLOTS {
            self.persons.push(Person::default());
            state.persons.push(PersonState::default());
        }
        self.households.push(household);
        state.households.push(household_state);
    }

    /// Gives a newborn a slot in a household, moving the household to the end if it is full, and
    /// returns the slot. In every state the slot starts [`Status::Absent`].
    pub fn add_person(&mut self, states: &mut [CountyState], row: usize, person: Person) -> usize {
        if self.households[row].used == self.households[row].slots {
            self.move_to_end(states, row);
        }
        let household = &mut self.households[row];
        let slot = household.start as usize + usize::from(household.used);
        household.used += 1;
        self.persons[slot] = person;
        for state in states {
            state.persons[slot] = PersonState::default();
        }
        slot
    }

    fn move_to_end(&mut self, states: &mut [CountyState], row: usize) {
        let household = &mut self.households[row];
        let old = household.range();
        let slots = household.slots.checked_add(4).expect("a household has under 250 members ever");
        household.start = u32::try_from(self.persons.len()).expect("a county has under 4e9 slots");
        household.slots = slots;
        let end = self.persons.len() + usize::from(slots);
        self.persons.extend_from_within(old.clone());
        self.persons.resize(end, Person::default());
        self.persons[old.clone()].fill(Person::default());
        for state in states {
            state.persons.extend_from_within(old.clone());
            state.persons.resize(end, PersonState::default());
            state.persons[old.clone()].fill(PersonState::default());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_tells_states_apart() {
        let same = PersonState::default();
        let others = [
            PersonState { status: Status::Left, ..same },
            PersonState { chronic: 1, ..same },
            PersonState { disabled: true, ..same },
            PersonState { untreated: true, ..same },
            PersonState { away: true, ..same },
            PersonState { insured: true, ..same },
            PersonState { missed: 1, ..same },
            PersonState { benefits_from: 1, ..same },
            PersonState { widowed: 1, ..same },
            PersonState { arrived: true, ..same },
            PersonState { admitted: true, ..same },
            PersonState { schooling_lost: 1, ..same },
            PersonState { since_cancer: 1, ..same },
            PersonState { since_stroke: 1, ..same },
        ];
        assert_eq!(others.len() + same.spare.len(), std::mem::size_of::<PersonState>());
        assert!(others.iter().all(|other| *other != same));
    }

    fn person(id: u64) -> (Person, PersonState) {
        (
            Person { id, ..Person::default() },
            PersonState { status: Status::Present, ..PersonState::default() },
        )
    }

    fn household() -> Household {
        Household {
            id: 1,
            official_error: 1_000_000,
            judgement: 1_000_000,
            distance_factor: 1_000_000,
            ..Household::default()
        }
    }

    #[test]
    fn a_household_that_outgrows_its_slots_keeps_its_members_in_every_regime() {
        let mut county = County::default();
        let mut state = CountyState::default();
        county.add_household(&mut state, household(), HouseholdState::default(), &[person(1), person(2)]);
        county.add_household(&mut state, household(), HouseholdState::default(), &[person(9)]);
        let mut states = vec![state.clone(), state];
        states[1].persons[1].chronic = 7;
        for id in 3..8 {
            county.add_person(&mut states, 0, Person { id, ..Person::default() });
        }
        let ids: Vec<u64> = county.households[0].range().map(|slot| county.persons[slot].id).collect();
        assert_eq!(ids, [1, 2, 3, 4, 5, 6, 7]);
        let first = county.households[0].range().start;
        assert_eq!(states[1].persons[first + 1].chronic, 7);
        assert_eq!(states[0].persons[first + 1].chronic, 0);
        assert_eq!(states[0].persons.len(), county.persons.len());
        assert_eq!(county.persons[county.households[1].range().start].id, 9);
    }
}
