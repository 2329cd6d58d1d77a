//! What happened to the members of a household in a year, from who they were at its end and the year before.

use std::collections::BTreeMap;

use crate::population::columns::{Person, PersonState, Status};
use crate::population::{Chronic, ChronicSet, Sex};
use crate::units::Year;

/// A member at the end of a year.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Member {
    /// Id of the person.
    pub person: u64,
    /// Sex.
    pub sex: Sex,
    /// Age reached in the year.
    pub age: i16,
    /// Chronic diseases.
    pub chronic: ChronicSet,
    /// Whether disabled.
    pub disabled: bool,
    /// Whether away at work.
    pub away: bool,
    /// Whether insured.
    pub insured: bool,
}

/// Something that happened to a member.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Event {
    /// To whom.
    pub who: Member,
    /// What.
    pub what: Happened,
}

/// What can happen to a member.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Happened {
    /// Born.
    Born,
    /// Married in from outside.
    MarriedIn,
    /// Came with the household when it was set up.
    Founded,
    /// Died.
    Died,
    /// Left for the town, or married out.
    Left,
    /// Moved into a household set up from this one.
    SetUp,
    /// A chronic disease began.
    Onset(Chronic),
    /// A mental illness ended.
    Recovered(Chronic),
    /// Became disabled.
    Disabled,
    /// Went away to work.
    WentAway,
    /// Came home from work away.
    CameHome,
    /// Left school in a year of distress.
    LeftSchool,
}

impl Happened {
    /// The name in JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Born => "born",
            Self::MarriedIn => "married_in",
            Self::Founded => "founded",
            Self::Died => "died",
            Self::Left => "left",
            Self::SetUp => "set_up_household",
            Self::Onset(_) => "onset",
            Self::Recovered(_) => "recovered",
            Self::Disabled => "disabled",
            Self::WentAway => "went_away",
            Self::CameHome => "came_home",
            Self::LeftSchool => "left_school",
        }
    }

    /// The disease that it is about.
    #[must_use]
    pub const fn disease(self) -> Option<Chronic> {
        match self {
            Self::Onset(group) | Self::Recovered(group) => Some(group),
            _ => None,
        }
    }
}

/// The members of a household under a regime as they were the year before.
#[derive(Debug, Clone, Default)]
pub(super) struct Roster(BTreeMap<u64, PersonState>);

impl Roster {
    /// Takes a year on: who is there at its end, and what happened. The first year that is seen tells no arrivals.
    pub fn advance<'p>(
        &mut self,
        year: Year,
        people: impl Iterator<Item = (&'p Person, &'p PersonState)>,
    ) -> (Vec<Member>, Vec<Event>) {
        let (mut members, mut events) = (Vec::new(), Vec::new());
        let mut now = BTreeMap::new();
        let arrival = if self.0.is_empty() { Happened::Founded } else { Happened::MarriedIn };
        for (person, state) in people {
            let before = self.0.get(&person.id).copied().unwrap_or_default();
            let who = member(year, person, state);
            let arrival = if person.birth_year == year.number() { Happened::Born } else { arrival };
            events.extend(happened(arrival, &before, state).into_iter().map(|what| Event { who, what }));
            if state.status == Status::Present {
                members.push(who);
            }
            now.insert(person.id, *state);
        }
        self.0 = now;
        (members, events)
    }
}

fn member(year: Year, person: &Person, state: &PersonState) -> Member {
    Member {
        person: person.id,
        sex: Sex::ALL[usize::from(person.sex)],
        age: year.number() - person.birth_year,
        chronic: ChronicSet(state.chronic),
        disabled: state.disabled,
        away: state.away,
        insured: state.insured,
    }
}

fn happened(arrival: Happened, before: &PersonState, now: &PersonState) -> Vec<Happened> {
    let mut all = Vec::new();
    let was_here = before.status == Status::Present;
    if before.status == Status::Absent && now.status != Status::Absent {
        all.push(arrival);
    }
    match now.status {
        Status::Dead if before.status != Status::Dead => all.push(Happened::Died),
        Status::Left if before.status != Status::Left => all.push(Happened::Left),
        Status::Moved if was_here => all.push(Happened::SetUp),
        Status::Present if was_here => {
            let (had, has) = (ChronicSet(before.chronic), ChronicSet(now.chronic));
            all.extend(has.iter().filter(|group| !had.has(*group)).map(Happened::Onset));
            all.extend(had.iter().filter(|group| !has.has(*group)).map(Happened::Recovered));
            let flags = [
                (now.disabled && !before.disabled, Happened::Disabled),
                (now.away && !before.away, Happened::WentAway),
                (before.away && !now.away, Happened::CameHome),
                (now.schooling_lost > before.schooling_lost, Happened::LeftSchool),
            ];
            all.extend(flags.into_iter().filter(|(happened, _)| *happened).map(|(_, what)| what));
        }
        _ => {}
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state(status: Status, chronic: u8) -> PersonState {
        PersonState { status, chronic, ..PersonState::default() }
    }

    #[test]
    fn a_life_is_told_from_its_years() {
        let person = Person { id: 1 << 25, birth_year: 1960, ..Person::default() };
        let child = Person { id: (1 << 25) | 11 << 19, birth_year: 2021, sex: 1, ..Person::default() };
        let mut roster = Roster::default();
        let mut year = |number: i16, states: [PersonState; 2]| {
            let (members, events) =
                roster.advance(Year::new(number), [&person, &child].into_iter().zip(states.iter()));
            (members.len(), events.into_iter().map(|e| (e.who.age, e.what)).collect::<Vec<_>>())
        };
        let (here, absent) = (state(Status::Present, 0), PersonState::default());
        assert_eq!(year(2020, [here, absent]), (1, vec![(60, Happened::Founded)]));
        assert_eq!(
            year(2021, [state(Status::Present, 0b10), here]),
            (2, vec![(61, Happened::Onset(Chronic::Stroke)), (0, Happened::Born)])
        );
        let away = PersonState { away: true, disabled: true, ..here };
        assert_eq!(
            year(2022, [away, here]),
            (
                2,
                vec![
                    (62, Happened::Recovered(Chronic::Stroke)),
                    (62, Happened::Disabled),
                    (62, Happened::WentAway)
                ]
            )
        );
        assert_eq!(
            year(2023, [state(Status::Dead, 0), state(Status::Moved, 0)]),
            (0, vec![(63, Happened::Died), (2, Happened::SetUp)])
        );
        assert_eq!(year(2024, [state(Status::Dead, 0), state(Status::Moved, 0)]), (0, vec![]));
    }
}
