//! Who is in a household at the start, who marries in, and who sets up a household.

use super::{CountyRun, rank};
use crate::demography::{AGES, age_index};
use crate::formation::{FormationYear, LAST_FISSION_AGE};
use crate::illness::frailty::Frailty;
use crate::illness::lognormal_ppm;
use crate::migration::MigrationYear;
use crate::population::columns::{Household, HouseholdState, Person, PersonState, Status};
use crate::population::synthesis::{Founder, Relation, couples, schooling_years};
use crate::population::tables::Condition;
use crate::population::{CHRONIC_GROUPS, HouseholdId, PersonId, START, Sex};
use crate::random::{Draw, Key, normal, stream, unit};
use crate::units::{Money, Rate, Year};

/// One of the four 16-bit parts of a word.
pub(super) const fn part(word: u64, index: u32) -> u16 {
    (word >> (16 * index)) as u16
}

/// A person with an id and the numbers that stay with it for life.
pub(super) fn with_propensities(key: Key, id: PersonId, frailty: &Frailty) -> Person {
    let word = key.block(0, id.bits(), START, stream::PROPENSITY)[0];
    let (frailty, frailty_score) = frailty.of(part(word, 3));
    Person {
        id: id.bits(),
        literacy_word: part(word, 0),
        contract_word: part(word, 1),
        work_word: part(word, 2),
        frailty,
        frailty_score,
        ..Person::default()
    }
}

/// The members of a household at the start with their states.
pub(super) fn founders(
    key: Key,
    household: HouseholdId,
    members: &[Founder],
    (migration, frailty): (&MigrationYear, &Frailty),
) -> Vec<(Person, PersonState)> {
    let relations: Vec<(Relation, Sex)> = members.iter().map(|m| (m.relation, m.sex)).collect();
    let place = |(member, (unit, partner, leads)): (&Founder, (u8, u8, bool))| {
        let id = household.founder(member.slot);
        let may_leave =
            matches!(member.relation, Relation::Child | Relation::ChildInLaw | Relation::Grandchild);
        let person = Person {
            insure_word: (member.insure_word >> 32) as u32,
            birth_year: member.birth_year,
            sex: member.sex as u8,
            may_leave,
            schooling: member.schooling_years,
            unit,
            partner,
            leads,
            ..with_propensities(key, id, frailty)
        };
        let age = age_index(START, member.birth_year);
        let away_word = key.extended(
            Draw::Going,
            key.lanes_of(1, id.bits(), START)[Draw::Going.lane()],
            id.bits(),
            START,
        );
        let state = PersonState {
            status: Status::Present,
            chronic: member.chronic.0,
            disabled: member.disabled,
            insured: true,
            away: !member.disabled && away_word < migration.away_at_start[member.sex as usize][age],
            ..PersonState::default()
        };
        (person, state)
    };
    members.iter().zip(couples(&relations)).map(place).collect()
}

/// What a member does on 1 January.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Change {
    /// A son brings a wife home.
    BringsWife,
    /// A son and his wife set up a household.
    OwnHousehold,
    /// A couple that lives with the parents sets up a household.
    Leaves,
}

impl CountyRun<'_> {
    /// Marriages of sons and new households of couples, on 1 January. Nothing of it depends on a regime but
    /// who is alive.
    pub(super) fn form_households(&mut self, year: Year) {
        let place_year = self.world.timetable.place_year(year);
        for row in 0..self.county.households.len() {
            for offset in 0..usize::from(self.county.households[row].used) {
                let slot = self.county.households[row].start as usize + offset;
                let person = &self.county.persons[slot];
                if !may_change(&place_year.formation, year, person) || !self.lives_anywhere(slot) {
                    continue;
                }
                let person = *person;
                match self.change(&place_year.formation, year, row, &person) {
                    Some(Change::BringsWife) => {
                        self.marry(year, row, offset, place_year.formation.spouse_age_gap);
                    }
                    Some(Change::OwnHousehold) => {
                        self.marry(year, row, offset, place_year.formation.spouse_age_gap);
                        self.set_up(row, offset);
                    }
                    Some(Change::Leaves) => self.set_up(row, offset),
                    None => {}
                }
            }
        }
    }

    fn lives_anywhere(&self, slot: usize) -> bool {
        self.states.iter().any(|state| state.persons[slot].status == Status::Present)
    }

    /// What a member does who may change households.
    fn change(&self, formation: &FormationYear, year: Year, row: usize, person: &Person) -> Option<Change> {
        let age = age_index(year, person.birth_year);
        let key = self.task.key;
        let words = || key.block(0, person.id, year, stream::FORMATION);
        if may_leave_parents(person, age) {
            let leads = |slot: &usize| self.county.persons[*slot].leads && self.lives_anywhere(*slot);
            let last = self.county.households[row].range().filter(leads).count() == 1;
            return (words()[2] < formation.fission[usize::from(last)]).then_some(Change::Leaves);
        }
        let lane = key.lanes(person.id, year)[Draw::Marriage.lane()];
        if key.extended(Draw::Marriage, lane, person.id, year) >= formation.marriage[age] {
            return None;
        }
        let [bride, own, ..] = words();
        match (bride < formation.bride, own < formation.own_household) {
            (false, _) => None,
            (true, false) => Some(Change::BringsWife),
            (true, true) => Some(Change::OwnHousehold),
        }
    }

    /// A son's wife comes from outside, where he is alive.
    fn marry(&mut self, year: Year, row: usize, offset: usize, age_gap: i16) {
        let husband = self.county.persons[self.county.households[row].start as usize + offset];
        let Some(id) = PersonId::from_bits(husband.id).spouse() else { return };
        let birth_year = (husband.birth_year + age_gap).min(year.number() - 20);
        let [_, _, taught, insure] = self.task.key.block(0, id.bits(), year, stream::NEWBORN);
        let range = self.county.households[row].range();
        let unit_of = 1 + self.county.persons[range].iter().map(|member| member.unit).max().unwrap_or(0);
        let wife = Person {
            insure_word: (insure >> 32) as u32,
            birth_year,
            sex: Sex::Female as u8,
            may_leave: true,
            schooling: schooling_years(Sex::Female, birth_year, unit(taught)),
            unit: unit_of,
            partner: small(offset + 1),
            ..with_propensities(self.task.key, id, self.world.timetable.frailty())
        };
        let chronic = self.chronic_of(id, age_index(year, birth_year), year);
        let slot = self.county.add_person(&mut self.states, row, wife);
        let start = self.county.households[row].start as usize;
        let husband = &mut self.county.persons[start + offset];
        husband.partner = small(slot - start + 1);
        husband.unit = unit_of;
        husband.leads = true;
        for state in &mut self.states {
            if state.persons[start + offset].status == Status::Present {
                state.persons[slot] = PersonState {
                    status: Status::Present,
                    chronic,
                    insured: true,
                    arrived: true,
                    ..PersonState::default()
                };
            }
        }
    }

    /// Chronic disease of a wife who marries in: the prevalence of her age.
    fn chronic_of(&self, id: PersonId, age: usize, year: Year) -> u8 {
        let mut words = self.task.key.generator(id.bits(), year, stream::SPOUSE);
        let tables = self.world.tables;
        let age = u8::try_from(age.min(AGES - 1)).expect("ages are at most 100");
        let ill =
            |group: &usize| words.uniform() < tables.prevalence(Condition::ALL[*group], Sex::Female, age);
        (0..CHRONIC_GROUPS).filter(ill).fold(0, |set, group| set | 1 << group)
    }

    /// The couple that a member leads moves with its children to a household of its own, in every regime in
    /// which the member is there.
    fn set_up(&mut self, row: usize, offset: usize) {
        let old = self.county.households[row];
        let leader = self.county.persons[old.start as usize + offset];
        let movers: Vec<usize> =
            old.range().filter(|slot| self.county.persons[*slot].unit == leader.unit).collect();
        let household = self.new_household(&old, PersonId::from_bits(leader.id));
        let people: Vec<Person> = movers.iter().map(|slot| self.settled(*slot, &old, &movers)).collect();
        let start = self.county.persons.len();
        let founders: Vec<(Person, PersonState)> =
            people.iter().map(|person| (*person, PersonState::default())).collect();
        let new_row = self.county.households.len();
        let mut first = std::mem::take(&mut self.states[0]);
        self.county.add_household(&mut first, household, HouseholdState::default(), &founders);
        self.states[0] = first;
        let total = self.county.persons.len();
        for state in &mut self.states {
            state.persons.resize(total, PersonState::default());
            state.households.resize(new_row + 1, HouseholdState::default());
            let leader_there = state.persons[old.start as usize + offset].status == Status::Present;
            if leader_there {
                let moved = move_people(&mut state.persons, &movers, start);
                let there = old.range().filter(|slot| state.persons[*slot].status == Status::Present).count();
                state.households[new_row] = divide(&mut state.households[row], moved, there);
            }
        }
        for slot in movers {
            let gone = &mut self.county.persons[slot];
            (gone.may_leave, gone.leads, gone.partner) = (false, false, 0);
        }
    }

    fn new_household(&self, old: &Household, leader: PersonId) -> Household {
        let id = HouseholdId::founded_by(leader).bits();
        // Block 0 is its founder's own, who has the same id.
        let [own, education, judgement, _] = self.task.key.block(2, id, START, stream::PROPENSITY);
        let transitory = rank(normal(self.task.key.block(1, id, START, stream::PROPENSITY)[0]));
        Household {
            id,
            transitory,
            judgement: lognormal_ppm(self.world.scenario.society.lists.dibao_error, normal(judgement)),
            awareness_word: part(own, 0),
            outreach_word: part(own, 3),
            education_word: part(education, 0),
            persons_at_switch: 0,
            cohort: false,
            ..*old
        }
    }

    /// A mover as a member of the new household: the couple are its heads, their children may leave it.
    fn settled(&self, slot: usize, old: &Household, movers: &[usize]) -> Person {
        let person = self.county.persons[slot];
        let partner = (usize::from(person.partner) + old.start as usize).checked_sub(1);
        let partner = partner
            .filter(|_| person.partner > 0)
            .and_then(|partner| movers.iter().position(|m| *m == partner));
        Person {
            unit: 0,
            leads: false,
            partner: partner.map_or(0, |at| small(at + 1)),
            may_leave: person.partner == 0,
            ..person
        }
    }
}

/// Whether a member may marry or set up a household in a year.
fn may_change(formation: &FormationYear, year: Year, person: &Person) -> bool {
    let age = age_index(year, person.birth_year);
    let single_son = person.sex == Sex::Male as u8 && person.may_leave && person.partner == 0;
    may_leave_parents(person, age) || single_son && formation.marriage[age] > 0
}

/// Whether a member leads a couple that may set up a household.
const fn may_leave_parents(person: &Person, age: usize) -> bool {
    person.leads && age <= LAST_FISSION_AGE
}

/// Moves those of the movers who are there to the slots from `start`; returns how many.
fn move_people(persons: &mut [PersonState], movers: &[usize], start: usize) -> i64 {
    let mut moved = 0;
    for (to, from) in (start..).zip(movers) {
        if persons[*from].status == Status::Present {
            persons[to] = persons[*from];
            persons[*from].status = Status::Moved;
            moved += 1;
        }
    }
    moved
}

/// Divides what a household has between those who move and those who stay, by heads; nothing is lost.
fn divide(old: &mut HouseholdState, moved: i64, staying: usize) -> HouseholdState {
    let staying = i64::try_from(staying).expect("a household is small");
    let share = Rate::from_ppm(u32::try_from(moved * 1_000_000 / (moved + staying).max(1)).expect("a share"));
    let mut new = *old;
    let split = |old: &mut i64, new: &mut i64| {
        *new = Money::from_fen(*old).times(share).fen();
        *old -= *new;
    };
    split(&mut old.savings, &mut new.savings);
    split(&mut old.medical_debt, &mut new.medical_debt);
    split(&mut old.other_debt, &mut new.other_debt);
    split(&mut old.assets, &mut new.assets);
    split(&mut old.assets_sold, &mut new.assets_sold);
    split(&mut old.receivable, &mut new.receivable);
    split(&mut old.income_last, &mut new.income_last);
    split(&mut old.allowance_last, &mut new.allowance_last);
    split(&mut old.out_of_pocket_last, &mut new.out_of_pocket_last);
    new.members_last = small(usize::try_from(moved).expect("not negative"));
    old.members_last = small(usize::try_from(staying).expect("not negative"));
    (new.died_since_switch, new.shock_years, new.children_away) = (0, 0, 0);
    old.children_away = old.children_away.saturating_add(1);
    new
}

fn small(n: usize) -> u8 {
    u8::try_from(n).expect("a household is small")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_divided_adds_up() {
        let mut old = HouseholdState {
            savings: 10_001,
            medical_debt: 7,
            other_debt: 99,
            assets: 5_003,
            assets_sold: 11,
            receivable: 13,
            income_last: 30_000,
            members_last: 5,
            ..HouseholdState::default()
        };
        let before = old;
        let new = divide(&mut old, 3, 2);
        assert_eq!((new.members_last, old.members_last), (3, 2));
        assert_eq!(new.savings + old.savings, before.savings);
        assert_eq!(new.assets + old.assets, before.assets);
        assert_eq!(new.assets_sold + old.assets_sold, before.assets_sold);
        assert_eq!(new.medical_debt + old.medical_debt, before.medical_debt);
        assert_eq!(new.other_debt + old.other_debt, before.other_debt);
        assert_eq!(new.income_last, 18_000);
        assert_eq!(old.children_away, 1);
    }
}
