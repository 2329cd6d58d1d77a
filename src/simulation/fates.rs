//! What all regimes share of a household-year: the numbers drawn for it, and who is a candidate for what.

use super::members::Members;
use super::{CountyRun, PlaceYear, families, rank};
use crate::demography::{AGES, age_index, age_of};
use crate::illness::{EpisodeBlocks, OpenEpisode, lognormal_ppm};
use crate::population::columns::{CountyState, Person, PersonState, Status};
use crate::population::synthesis::schooling_years;
use crate::population::{BirthOrder, CHRONIC_GROUPS, PersonId, Sex};
use crate::random::{Draw, Key, PERSON_YEAR, YearBlock, normal, stream, unit};
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

/// Where the numbers of a year are drawn from, whoever they are for.
#[derive(Debug, Clone, Default)]
pub(super) struct YearDraws {
    household: YearBlock,
    /// The lanes of a person-year.
    lanes: [YearBlock; 2],
    pub episodes: EpisodeBlocks,
}

impl YearDraws {
    /// Prepares a year.
    pub fn new(key: Key, year: Year) -> Self {
        Self {
            household: YearBlock::new(key, 0, year, stream::HOUSEHOLD_YEAR),
            lanes: [0, 1].map(|block| YearBlock::new(key, block, year, PERSON_YEAR)),
            episodes: EpisodeBlocks::new(key, year),
        }
    }
}

/// What is drawn for a member's year, and the age that the member reaches in it.
#[derive(Debug, Clone, Copy)]
pub(super) struct MemberYear {
    pub age: u8,
    /// Lane of the annual outpatient need.
    pub outpatient: u16,
    /// Lanes of the second block.
    pub second: [u16; 16],
}

/// What all regimes share of a household-year.
#[derive(Debug, Clone, Default)]
pub(super) struct SharedYear {
    pub candidates: Vec<Candidate>,
    pub births: Vec<Birth>,
    pub episodes: Vec<OpenEpisode>,
    /// By offset.
    pub members: Vec<MemberYear>,
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

/// Ages at which members come to be counted otherwise.
const BORDERS: [u8; 5] = [16, 18, 35, 60, 65];

/// The number of borders that each age has reached.
const BAND: [u8; AGES] = {
    let mut bands = [0; AGES];
    let mut age = 0;
    while age < AGES {
        let mut border = 0;
        while border < BORDERS.len() {
            bands[age] += (age >= BORDERS[border] as usize) as u8;
            border += 1;
        }
        age += 1;
    }
    bands
};

impl SharedYear {
    /// Forgets the household-year before.
    fn clear(&mut self) {
        self.candidates.clear();
        self.births.clear();
        self.episodes.clear();
        self.members.clear();
        self.onsets = false;
    }

    /// Sorts the members by age.
    fn count_ages(&mut self, place_year: &PlaceYear) {
        let mut by_band = [Members::default(); BORDERS.len() + 1];
        let mut workers = Members::default();
        for (at, member) in self.members.iter().enumerate() {
            let age = usize::from(member.age);
            by_band[usize::from(BAND[age])].add(at);
            workers.add_if(at, place_year.works(age));
        }
        let [_, from_16, from_18, from_35, from_60, from_65] = by_band;
        (self.workers, self.young) = (workers, from_16.or(from_18));
        self.aged_65 = from_65;
        self.aged_60 = from_60.or(from_65);
        self.adults = from_18.or(from_35).or(self.aged_60);
        self.grown = from_16.or(self.adults);
    }
}

/// The most that may be wrong with a member at the start of a year, whatever the regime: chronic groups, whether
/// disabled, whether left untreated.
fn worst(states: &[CountyState], slot: usize) -> (u8, bool, bool) {
    let (mut chronic, mut disabled, mut untreated) = (0, false, false);
    for state in states.iter().map(|state| &state.persons[slot]) {
        chronic |= state.chronic;
        disabled |= state.disabled;
        untreated |= state.untreated;
    }
    (chronic, disabled, untreated)
}

impl CountyRun<'_> {
    /// Draws what all regimes share of a household-year, once.
    pub(super) fn draw_shared(&mut self, year: Year, row: usize, shared: &mut SharedYear) {
        let place_year = self.world.timetable.place_year(year);
        shared.clear();
        shared.key = self.task.key;
        let household = &mut self.county.households[row];
        let words = self.draws.household.of(household.id);
        household.transitory = rank(normal(words[0]));
        household.persistent = place_year.next_persistent(household.persistent, rank(normal(words[1])));
        shared.official_error_last = household.official_error;
        household.official_error = lognormal_ppm(place_year.income_error, normal(words[2]));
        shared.words = ListWords::new(shared.key, household.id, year);
        let range = household.range();
        let mut newborns = 0;
        let (first_regime, others) = self.states.split_first().expect("there is a regime");
        let people = self.county.persons[range.clone()].iter().zip(&first_regime.persons[range.clone()]);
        for (at, (person, state)) in people.enumerate() {
            let age = age_index(year, person.birth_year);
            let slot = range.start + at;
            let is_here = |state: &PersonState| state.status == Status::Present;
            if !is_here(state) && !others.iter().any(|other| is_here(&other.persons[slot])) {
                shared.members.push(MemberYear { age: age_of(age), outpatient: 0, second: [0; 16] });
                continue;
            }
            let [first, second] = self.draws.lanes.each_ref().map(|block| block.lanes(person.id));
            let outpatient = first[Draw::Outpatient.lane()];
            shared.members.push(MemberYear { age: age_of(age), outpatient, second });
            let sex = usize::from(person.sex);
            let offset = u8::try_from(at).expect("a household is small");
            // What may begin this year comes before the episodes, which it makes likelier.
            let (mut onsets, mut disability) = (0, false);
            let mut mask = place_year.candidates(&first, (sex, age), person.frailty);
            while mask != 0 {
                let draw = FIRST_STAGE[mask.trailing_zeros() as usize];
                mask &= mask - 1;
                let lane = first[draw.lane()];
                let below = |limit: u64| shared.key.is_below((draw, lane), person.id, year, limit);
                let is_open = match draw {
                    Draw::Episodes => {
                        let word = || shared.key.extended(draw, lane, person.id, year);
                        let (who, number) = ((sex, age), (lane, word));
                        let count = place_year.illness.count_episodes(who, person.frailty, number);
                        if count > 0 {
                            let (chronic, disabled, untreated) = worst(&self.states, slot);
                            let (chronic, disabled) = (chronic | onsets, disabled | disability);
                            let most = place_year.illness.largest_episode_share(chronic, disabled, untreated);
                            let who = (person.id, u32::from(offset));
                            self.draws.episodes.draw(who, (count, most), &mut shared.episodes);
                        }
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
                    onsets |= onset_group(draw).map_or(0, |group| 1 << group);
                    disability |= draw == Draw::Disability;
                    shared.candidates.push(Candidate { offset, draw, lane });
                }
            }
            shared.onsets |= onsets != 0;
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
        shared.members.push(MemberYear { age: 0, outpatient: u16::MAX, second: [u16::MAX; 16] });
    }
}
