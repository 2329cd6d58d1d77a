//! What all regimes share of a household-year: the numbers drawn for it, and who is a candidate for what.

use super::members::Members;
use super::{CountyRun, PlaceYear, families, rank};
use crate::demography::{age_index, age_of};
use crate::illness::{OpenEpisode, lognormal_ppm};
use crate::population::columns::{Person, Status};
use crate::population::synthesis::schooling_years;
use crate::population::{BirthOrder, CHRONIC_GROUPS, PersonId, Sex};
use crate::random::{Draw, Key, normal, stream, unit};
use crate::targeting::ListWords;
use crate::units::Year;

/// The decisions by lane.
pub(super) const FIRST_STAGE: [Draw; 16] = [
    Draw::Death,
    Draw::Birth,
    Draw::OnsetCardiovascular,
    Draw::OnsetStroke,
    Draw::OnsetDiabetes,
    Draw::OnsetRespiratory,
    Draw::OnsetCancer,
    Draw::OnsetMusculoskeletal,
    Draw::OnsetMental,
    Draw::OnsetOther,
    Draw::Disability,
    Draw::Episodes,
    Draw::Outpatient,
    Draw::Leaving,
    Draw::Recovery,
    Draw::Marriage,
];

/// A decision that is open for a person this year: its lane passed the bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Candidate {
    /// Offset of the person in the household.
    pub offset: u8,
    pub draw: Draw,
    pub lane: u16,
}

/// The chronic group whose onset a decision is about.
pub(super) fn onset_group(draw: Draw) -> Option<usize> {
    (draw as usize).checked_sub(Draw::OnsetCardiovascular as usize).filter(|group| *group < CHRONIC_GROUPS)
}

/// A birth that happens wherever the mother lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Birth {
    pub mother: u8,
    pub newborn: u8,
}

/// What all regimes share of a household-year.
#[derive(Debug, Clone, Default)]
pub(super) struct SharedYear {
    pub candidates: Vec<Candidate>,
    pub births: Vec<Birth>,
    pub episodes: Vec<OpenEpisode>,
    /// Lanes of the first block by offset.
    pub first: Vec<[u16; 16]>,
    /// Lanes of the second block by offset.
    pub second: Vec<[u16; 16]>,
    /// Age that each member reaches in the year.
    pub ages: Vec<u8>,
    /// Aged 18 and over.
    pub adults: Members,
    /// Aged 16 and over.
    pub grown: Members,
    /// Of working age.
    pub workers: Members,
    pub aged_60: Members,
    pub aged_65: Members,
    /// Aged 16 to 34.
    pub young: Members,
    /// Whether the onset of a chronic group is open for anybody.
    pub onsets: bool,
    pub official_error_last: u32,
    pub words: ListWords,
    pub key: Key,
}

impl SharedYear {
    /// Sorts the members by age.
    fn count_ages(&mut self, place_year: &PlaceYear) {
        let [mut adults, mut grown, mut workers, mut aged_60, mut aged_65, mut from_35] =
            [Members::default(); 6];
        for at in Members::all(self.ages.len()).iter() {
            let age = usize::from(self.ages[at]);
            adults.add_if(at, age >= 18);
            grown.add_if(at, age >= 16);
            workers.add_if(at, place_year.works(age));
            aged_60.add_if(at, age >= 60);
            aged_65.add_if(at, age >= 65);
            from_35.add_if(at, age >= 35);
        }
        (self.adults, self.grown, self.workers) = (adults, grown, workers);
        (self.aged_60, self.aged_65, self.young) = (aged_60, aged_65, grown.without(from_35));
    }
}

impl CountyRun<'_> {
    /// Draws what all regimes share of a household-year, once.
    pub(super) fn draw_shared(&mut self, year: Year, row: usize, shared: &mut SharedYear) {
        let place_year = self.world.timetable.place_year(year);
        let key = self.task.key;
        shared.candidates.clear();
        shared.births.clear();
        shared.episodes.clear();
        shared.first.clear();
        shared.second.clear();
        shared.ages.clear();
        shared.onsets = false;
        shared.key = key;
        let household = &mut self.county.households[row];
        let words = key.block(0, household.id, year, stream::HOUSEHOLD_YEAR);
        household.transitory = rank(normal(words[0]));
        household.persistent = place_year.next_persistent(household.persistent, rank(normal(words[1])));
        shared.official_error_last = household.official_error;
        household.official_error = lognormal_ppm(place_year.income_error, normal(words[2]));
        shared.words = ListWords::new(key, household.id, year);
        let mut newborns = 0;
        for (offset, slot) in household.range().enumerate() {
            let person = &self.county.persons[slot];
            let age = age_index(year, person.birth_year);
            shared.ages.push(age_of(age));
            if self.states.iter().all(|state| state.persons[slot].status != Status::Present) {
                shared.first.push([0; 16]);
                shared.second.push([0; 16]);
                continue;
            }
            let lanes = key.lanes(person.id, year);
            shared.second.push(key.lanes_of(1, person.id, year));
            let sex = usize::from(person.sex);
            shared.first.push(lanes);
            let mut mask = place_year.candidates(&lanes, (sex, age), person.frailty);
            while mask != 0 {
                let draw = FIRST_STAGE[mask.trailing_zeros() as usize];
                mask &= mask - 1;
                let lane = lanes[draw.lane()];
                let below = |limit: u64| key.is_below((draw, lane), person.id, year, limit);
                let offset = u8::try_from(offset).expect("a household is small");
                let is_open = match draw {
                    Draw::Episodes => {
                        let word = key.extended(draw, lane, person.id, year);
                        let who = (person, u32::from(offset));
                        place_year.illness.draw_episodes((key, year), who, word, &mut shared.episodes);
                        false
                    }
                    Draw::Birth => {
                        let is_born = below(place_year.demography.birth[age]);
                        newborns += usize::from(is_born);
                        is_born
                    }
                    Draw::Leaving => person.may_leave && below(place_year.demography.leaving[sex][age]),
                    // A daughter who has no husband here leaves when she marries.
                    Draw::Marriage => {
                        let is_daughter = person.may_leave && person.partner == 0;
                        is_daughter && below(place_year.formation.marriage[age])
                    }
                    _ => true,
                };
                if is_open {
                    shared.onsets |= onset_group(draw).is_some();
                    shared.candidates.push(Candidate { offset, draw, lane });
                }
            }
        }
        if newborns > 0 {
            self.add_newborns(year, row, shared);
        }
        shared.episodes.sort_unstable_by_key(|e| (e.date, e.slot));
        shared.count_ages(place_year);
    }

    /// Gives each child that is born under any regime its slot, and twins theirs.
    fn add_newborns(&mut self, year: Year, row: usize, shared: &mut SharedYear) {
        let place_year = self.world.timetable.place_year(year);
        let births: Vec<u8> =
            shared.candidates.iter().filter(|c| c.draw == Draw::Birth).map(|c| c.offset).collect();
        shared.candidates.retain(|c| c.draw != Draw::Birth);
        for mother in births {
            let start = self.county.households[row].range().start;
            let mother_id = PersonId::from_bits(self.county.persons[start + usize::from(mother)].id);
            let Some(first) = mother_id.newborn(year, BirthOrder::First) else {
                unreachable!("a run ends before a fourth generation can be born")
            };
            let [_, twin_word, ..] = self.task.key.block(0, first.bits(), year, stream::NEWBORN);
            self.add_newborn((year, row), (mother, first), shared);
            if twin_word < place_year.demography.twin {
                let second = mother_id.newborn(year, BirthOrder::SecondTwin);
                let second = second.expect("a first child was named");
                self.add_newborn((year, row), (mother, second), shared);
            }
        }
    }

    fn add_newborn(
        &mut self,
        (year, row): (Year, usize),
        (mother, id): (u8, PersonId),
        shared: &mut SharedYear,
    ) {
        let place_year = self.world.timetable.place_year(year);
        let [sex_word, _, taught_word, insure_word] =
            self.task.key.block(0, id.bits(), year, stream::NEWBORN);
        let sex = u8::from(unit(sex_word) >= place_year.male_share);
        let unit_of =
            self.county.persons[self.county.households[row].range().start + usize::from(mother)].unit;
        let person = Person {
            insure_word: (insure_word >> 32) as u32,
            birth_year: year.number(),
            sex,
            may_leave: true,
            schooling: schooling_years(Sex::ALL[usize::from(sex)], year.number(), unit(taught_word)),
            unit: unit_of,
            ..families::with_propensities(self.task.key, id, self.world.timetable.frailty())
        };
        let slot = self.county.add_person(&mut self.states, row, person);
        let newborn = slot - self.county.households[row].range().start;
        let newborn = u8::try_from(newborn).expect("a household is small");
        shared.births.push(Birth { mother, newborn });
        // A child born in the year decides nothing yet.
        shared.first.push([u16::MAX; 16]);
        shared.second.push([u16::MAX; 16]);
        shared.ages.push(0);
    }
}
