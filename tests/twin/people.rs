//! Persons, households and a county, with what every regime keeps of them.

use std::collections::{BTreeMap, BTreeSet};

use fanpin::population::{PersonId, Sex};
use fanpin::record::Cell;
use fanpin::scenario::policy::Class;
use fanpin::units::Year;

use crate::villages::Village;

/// Where a person is under a regime.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Was never here.
    Absent,
    /// A living member of the household.
    Here,
    Dead,
    /// In another household of the county.
    Moved,
    /// Out of the rural population.
    Left,
}

/// What all regimes share of a person.
#[derive(Debug, Clone)]
pub struct Person {
    pub id: PersonId,
    pub sex: Sex,
    pub born: i16,
    pub schooling: u8,
    /// Couple of the household that the person belongs to; 0 is the head's.
    pub couple: u32,
    pub partner: Option<PersonId>,
    /// The child of the household in a couple that lives with the parents.
    pub leads: bool,
    pub may_leave: bool,
    /// Numbers for life: insures, is health-literate, has a contract, works for a local wage when below a limit.
    pub insure_number: u32,
    pub literacy_number: u16,
    pub contract_number: u16,
    pub work_number: u16,
    /// The rank among all people by frailty.
    pub frailty_number: u16,
    /// By regime.
    pub under: Vec<PersonState>,
}

/// What a regime keeps of a person.
#[derive(Debug, Clone)]
pub struct PersonState {
    pub place: Place,
    /// Which of the eight chronic groups the person has.
    pub chronic: [bool; 8],
    pub disabled: bool,
    /// Needed hospital care was forgone last year.
    pub forgone: bool,
    pub away: bool,
    pub insured: bool,
    pub missed_years: u8,
    pub benefits_from_month: u8,
    /// Years, this one included, in which a partner's death is felt.
    pub widowed_years: u8,
    /// Married in on 1 January of this year.
    pub arrived: bool,
    /// Admitted last year.
    pub admitted: bool,
    /// Years of schooling lost in distress.
    pub schooling_lost: u8,
    /// Years since the onset of cancer and of stroke, while stays follow.
    pub since_cancer: Option<u8>,
    pub since_stroke: Option<u8>,
}

/// What all regimes share of a household.
#[derive(Debug, Clone)]
pub struct Household {
    /// That of its founder, or of the root household.
    pub id: u64,
    /// Position of the root household.
    pub root: usize,
    /// Ranks in 1/65,536 of a standard deviation.
    pub persistent: i64,
    pub transitory: i64,
    /// Officials' errors about income of this and of last year, in millionths.
    pub error: u32,
    pub error_last: u32,
    /// How its village judges its income for dibao, in millionths, for life.
    pub judgement: u32,
    /// Factor of travel time on care, in millionths.
    pub distance: u32,
    pub awareness_number: u16,
    /// Position of its village.
    pub village: usize,
    pub outreach_number: u16,
    pub education_number: u16,
    /// Group of the root household, known from the switch on.
    pub group: Option<Cell>,
    pub persons_at_switch: i64,
    pub in_cohort: bool,
    /// Households of the county that it stands for.
    pub weight: i64,
    pub members: Vec<Person>,
    /// By regime.
    pub under: Vec<HouseholdState>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Registration {
    Never,
    Registered,
    Lifted,
}

/// What the register of the poor says of a household.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Register {
    #[default]
    Not,
    FallenBack,
    NewlyPoor,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Risk {
    NearLine,
    Sudden,
}

/// Classes of beneficiaries that a household is in.
pub type Classes = BTreeSet<Class>;

/// What a regime keeps of a household. Money in fen.
#[derive(Debug, Clone)]
pub struct HouseholdState {
    pub savings: i64,
    pub medical_debt: i64,
    pub other_debt: i64,
    pub assets: i64,
    pub assets_sold: i64,
    /// Reimbursements of last year that are still to come.
    pub receivable: i64,
    pub income_last: i64,
    /// Support without condition of last year.
    pub allowance_last: i64,
    pub out_of_pocket_last: i64,
    pub net_per_head_last: i64,
    pub members_last: i64,
    pub poor_last: bool,
    pub catastrophic_last: bool,
    pub hospital_last: bool,
    pub registration: Registration,
    pub lifted_in: Option<Year>,
    pub listed: bool,
    /// At the end of the year so far; on 1 January without what was found then; at the end of last year.
    pub classes: Classes,
    pub classes_opening: Classes,
    pub classes_before: Classes,
    /// Month from which a class found this year is in force for payers.
    pub found_month: Option<u32>,
    /// Month of this year from which the household counts as illness-poor; from 12 on, of the next year.
    pub illness_poor_from: Option<u32>,
    /// Was illness-poor at the end of last year.
    pub illness_poor_last: bool,
    pub monitored: Option<Risk>,
    pub safe_years: u8,
    pub support_years: u8,
    pub children_away: u8,
    pub poor_years: u8,
    pub poor_since_lifting: bool,
    pub register: Register,
    /// Years since the first major illness after the switch; the year of it is 0.
    pub years_since_shock: Option<u8>,
    pub ever_entered: bool,
    pub died_since_switch: i64,
}

/// The money of a programme that has a budget.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Purse {
    /// Fen.
    pub balance: i64,
    /// Share of applicants for whom there is money, in millionths.
    pub share: i64,
}

/// What a regime keeps of the county.
#[derive(Debug, Clone)]
pub struct CountyState {
    /// Incomes per head of last year as officials see them, one a household.
    pub seen_incomes: Vec<i64>,
    /// The same as their villages judge them for dibao.
    pub judged_incomes: Vec<i64>,
    /// Of resident insurance, critical-illness insurance, medical aid, top-ups, fen.
    pub balance: [i64; 4],
    /// Share of obligations for which there is money, in millionths.
    pub money_share: [i64; 4],
    /// By the name of the programme; those that had no budget so far have none.
    pub purses: BTreeMap<String, Purse>,
    /// Staff over posts, in millionths.
    pub staff: i64,
    /// Staff of talent programmes in millionths of posts, by year of service.
    pub talents: Vec<i64>,
    /// Contracts over what staff could serve, in millionths.
    pub load: i64,
    /// Share of cases that find a bed, in millionths.
    pub beds: i64,
}

#[derive(Debug, Clone)]
pub struct County {
    pub households: Vec<Household>,
    pub villages: Vec<Village>,
    /// By regime.
    pub under: Vec<CountyState>,
}

impl CountyState {
    /// The purse of a programme: empty and in full where there was none.
    pub fn purse(&self, programme: &str) -> Purse {
        self.purses.get(programme).copied().unwrap_or(Purse { balance: 0, share: 1_000_000 })
    }
}

impl PersonState {
    /// Nobody yet.
    pub fn absent() -> Self {
        Self {
            place: Place::Absent,
            chronic: [false; 8],
            disabled: false,
            forgone: false,
            away: false,
            insured: false,
            missed_years: 0,
            benefits_from_month: 0,
            widowed_years: 0,
            arrived: false,
            admitted: false,
            schooling_lost: 0,
            since_cancer: None,
            since_stroke: None,
        }
    }

    pub fn groups(&self) -> i32 {
        self.chronic.iter().map(|has| i32::from(*has)).sum()
    }

    pub fn is_here(&self) -> bool {
        self.place == Place::Here
    }

    /// Whether stays follow a cancer or a stroke, the year of its onset included.
    pub fn is_followed(&self) -> bool {
        self.since_cancer.is_some() || self.since_stroke.is_some()
    }
}

impl Person {
    /// Age reached in a year; all over 100 are 100.
    pub fn age(&self, year: Year) -> i16 {
        (year.number() - self.born).clamp(0, 100)
    }

    /// Years of schooling that the person has or will have under a regime.
    pub fn schooling_left(&self, regime: usize) -> u8 {
        self.schooling.saturating_sub(self.under[regime].schooling_lost)
    }

    pub fn lives_under_some_regime(&self) -> bool {
        self.under.iter().any(PersonState::is_here)
    }
}

impl Household {
    /// Positions of those who are members under a regime.
    pub fn here(&self, regime: usize) -> Vec<usize> {
        (0..self.members.len()).filter(|at| self.members[*at].under[regime].is_here()).collect()
    }

    pub fn person(&self, at: usize, regime: usize) -> &PersonState {
        &self.members[at].under[regime]
    }

    pub fn person_mut(&mut self, at: usize, regime: usize) -> &mut PersonState {
        &mut self.members[at].under[regime]
    }
}
