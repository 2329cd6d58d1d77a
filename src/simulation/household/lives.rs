//! The members' year: demography, migration, onset, disability, recovery, and the potential episodes that happen.
//!
//! Nothing of it depends on a regime but through the members' states and whom the regime reaches ([`Reach`]), so
//! regimes that agree in these share one passage through the year.

use super::reach::{Beginning, Reach};
use super::{Passages, Setting, small};
use crate::economy::Usual;
use crate::illness::{CANCER, CARDIOVASCULAR, FOLLOWED_YEARS, MENTAL, PotentialEpisode, STROKE, risk};
use crate::population::Chronic;
use crate::population::columns::{PersonState, Status};
use crate::random::{Draw, threshold, unit};
use crate::schooling::SchoolingYear;
use crate::simulation::fates::{Candidate, onset_group};
use crate::simulation::members::Members;
use crate::units::Money;
use crate::work::Work;

/// Years of compulsory schooling.
const COMPULSORY_YEARS: u8 = 9;

/// What became of the members in a year, but for care.
#[derive(Debug, Clone, Default)]
pub(super) struct Lives {
    /// Which beginning, and whom the regime reached: what makes these lives the same for another regime.
    pub beginning: usize,
    pub reach: Reach,
    /// States at the end of the year; care forgone and admissions come later.
    pub states: Vec<PersonState>,
    pub present: Members,
    pub away: Members,
    /// Those in whom a partner's death is felt.
    widowed: Members,
    /// Present members who were admitted the year before.
    pub admitted_last: Members,
    /// How many they are.
    pub inpatients_last: i64,
    /// Episodes that happen, by date.
    pub episodes: Vec<PotentialEpisode>,
    pub counts: Counts,
    pub members: u8,
    pub members_away: u8,
    /// Members of the time of the switch who died.
    pub died: u8,
    pub departed: u8,
    /// Whether a major illness began.
    pub major: bool,
    /// Members who work.
    pub workers: Vec<Worker>,
    /// Earning strength of them all, in thousandths of a local worker.
    pub strength: i64,
    /// What the household usually has and spends.
    pub usual: Usual,
    /// Pupils who may leave school, and the years they have finished.
    pub pupils: Vec<(usize, u8)>,
    /// Whether every resident member is 60 or over.
    pub elderly_only: bool,
    /// Whether an adult has nine years of schooling.
    pub taught: bool,
}

/// A member who works.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Worker {
    pub at: usize,
    pub work: Work,
    /// Weight in the household's labour income.
    pub earning: i64,
    /// Share lost for good to chronic disease and disability, in parts per million.
    pub loss: i64,
}

/// How many members are what.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Counts {
    pub deaths: i64,
    pub births: i64,
    pub departures: i64,
    pub arrivals: i64,
    pub elderly_60: i64,
    pub elderly_65: i64,
    pub adults: i64,
    pub chronic: i64,
    pub multimorbid_60: i64,
    pub mental: i64,
    pub mental_treated: i64,
    pub disabled: i64,
    pub insured: i64,
    pub lapsed: i64,
    pub signed: i64,
    pub served: i64,
    pub managed: i64,
    pub screened: i64,
    pub literate_adults: i64,
    pub young: i64,
    pub young_years_lost: i64,
}

impl Setting<'_> {
    /// Looks up the members' year among those that other regimes have lived through, or lives it.
    pub(super) fn live(&self, beginning: usize, reach: Reach, passages: &mut Passages) -> usize {
        let count = passages.lived;
        let lived = &passages.lives[..count];
        if let Some(found) = lived.iter().position(|l| l.beginning == beginning && l.reach == reach) {
            return found;
        }
        if count == passages.lives.len() {
            passages.lives.push(Lives::default());
        }
        let lives = &mut passages.lives[count];
        let start = &passages.beginnings[beginning];
        lives.start(beginning, reach, start);
        enrol(lives);
        self.demography(start, lives);
        self.migrate(start, lives);
        self.illness(start, lives);
        self.take_stock(lives);
        lives.begin_care(start);
        passages.lived += 1;
        count
    }

    fn demography(&self, start: &Beginning, lives: &mut Lives) {
        for at in start.before.arrived.iter() {
            let state = &mut lives.states[at];
            state.arrived = false;
            lives.counts.arrivals += i64::from(state.status == Status::Present);
        }
        for candidate in &self.shared.candidates {
            let at = usize::from(candidate.offset);
            if !lives.present.has(at) {
                continue;
            }
            match candidate.draw {
                Draw::Death if self.decides(candidate, threshold(self.death_probability(at, lives))) => {
                    self.die(at, lives);
                }
                // Leaving for the town, or a daughter for her husband's household.
                Draw::Leaving | Draw::Marriage => {
                    lives.states[at].status = Status::Left;
                    lives.present.remove(at);
                    lives.departed = lives.departed.saturating_add(1);
                    lives.counts.departures += 1;
                }
                _ => {}
            }
        }
        for birth in &self.shared.births {
            if lives.present.has(usize::from(birth.mother)) {
                let newborn = usize::from(birth.newborn);
                lives.states[newborn].status = Status::Present;
                lives.states[newborn].insured = true;
                lives.present.add(newborn);
                lives.counts.births += 1;
            }
        }
    }

    fn death_probability(&self, at: usize, lives: &Lives) -> f64 {
        let state = &lives.states[at];
        let sex = usize::from(self.people[at].sex);
        let demography = &self.place_year.demography;
        demography.death(sex, self.age(at), state.chronic, state.disabled, state.untreated)
    }

    fn die(&self, at: usize, lives: &mut Lives) {
        lives.states[at].status = Status::Dead;
        lives.present.remove(at);
        lives.counts.deaths += 1;
        let switch = self.world.scenario.plan.switch_year;
        if self.switched && self.people[at].birth_year < switch.number() {
            lives.died = lives.died.saturating_add(1);
        }
        let partner = usize::from(self.people[at].partner);
        if partner > 0 && lives.present.has(partner - 1) {
            lives.states[partner - 1].widowed = 2;
            lives.widowed.add(partner - 1);
        }
    }

    /// Who goes away to work and who comes home.
    fn migrate(&self, start: &Beginning, lives: &mut Lives) {
        let migration = &self.place_year.migration;
        let care_needed = self.care_needed(start, lives.present);
        for at in lives.present.and(start.away).iter() {
            let state = &mut lives.states[at];
            let p = migration.returns(self.age(at), care_needed, !state.disabled);
            state.away = !self.happens(Draw::Returning, at, p);
        }
        if care_needed {
            return;
        }
        for at in lives.present.and(start.able).without(start.away).iter() {
            let (person, state) = (&self.people[at], &mut lives.states[at]);
            let p = migration.goes(usize::from(person.sex), self.age(at), schooling(person, state));
            state.away = p > 0.0 && self.happens(Draw::Going, at, p);
        }
    }

    /// Whether a resident is disabled or has had a stroke or cancer, and no other adult who is able is there.
    fn care_needed(&self, start: &Beginning, present: Members) -> bool {
        let residents = present.without(start.away);
        let ailing = residents.and(start.ailing);
        ailing.any() && !residents.without(ailing).and(self.shared.workers).any()
    }

    /// Onsets, disability, recovery; the potential episodes that happen are gathered by date.
    fn illness(&self, start: &Beginning, lives: &mut Lives) {
        lives.count_years(start);
        for candidate in &self.shared.candidates {
            let at = usize::from(candidate.offset);
            if !lives.present.has(at) {
                continue;
            }
            let (sex, age) = (usize::from(self.people[at].sex), self.age(at));
            let (state, reach) = (lives.states[at], &lives.reach);
            let illness = &self.place_year.illness;
            match (candidate.draw, onset_group(candidate.draw)) {
                (Draw::Disability, _) if !state.disabled => {
                    let managed = reach.managed.has(at);
                    let p = illness.disability(sex, age, state.chronic, state.untreated, managed);
                    lives.states[at].disabled = self.decides(candidate, threshold(p));
                }
                (Draw::Recovery, _) if state.chronic & (1 << MENTAL) != 0 => {
                    let limit = illness.recovery[usize::from(reach.mental_treated.has(at))];
                    if self.decides(candidate, limit) {
                        lives.states[at].chronic &= !(1 << MENTAL);
                    }
                }
                (_, Some(group)) if state.chronic & (1 << group) == 0 => {
                    let (risk, strain) = (lives.risk(at), lives.strain(at));
                    let p = illness.onset(group, sex, age, state.chronic, risk, strain);
                    if self.decides(candidate, threshold(p)) {
                        lives.states[at].chronic |= 1 << group;
                        lives.follow(at, group);
                        self.begin_major(lives, candidate, group);
                    }
                }
                _ => {}
            }
        }
        lives.widowed.iter().for_each(|at| lives.states[at].widowed -= 1);
        for episode in &self.shared.episodes {
            let at = episode.slot as usize;
            let (state, managed) = (&lives.states[at], lives.reach.managed.has(at));
            let illness = &self.place_year.illness;
            let share = illness.episode_share(state.chronic, state.disabled, state.untreated, managed);
            if lives.present.has(at) && episode.thinning < share {
                let who = self.people[at].id;
                lives.episodes.push(illness.happening(&self.draws.episodes, who, episode));
            }
        }
        self.follow_up(start, lives);
        lives.episodes.sort_by_key(|e| (e.date, e.slot));
    }

    /// Whether the number of a candidate is below a threshold.
    fn decides(&self, candidate: &Candidate, limit: u64) -> bool {
        let id = self.people[usize::from(candidate.offset)].id;
        self.key().is_below((candidate.draw, candidate.lane), id, self.year, limit)
    }

    /// The stays that follow a cancer or a stroke of the years before.
    fn follow_up(&self, start: &Beginning, lives: &mut Lives) {
        for at in lives.present.and(start.before.followed).iter() {
            let since = [lives.states[at].since_cancer, lives.states[at].since_stroke].map(usize::from);
            let slot = u32::try_from(at).expect("a household is small");
            for (followed, since) in since.into_iter().enumerate() {
                // One in the year of the onset itself.
                if let Some(years) = since.checked_sub(1).filter(|years| *years > 0) {
                    let (when, who) = ((self.key(), self.year), (self.people[at].id, slot));
                    let illness = &self.place_year.illness;
                    illness.draw_follow_up(when, who, (followed, years), &mut lives.episodes);
                }
            }
        }
    }

    /// Cancer, stroke and a share of cardiovascular disease begin with a major stay.
    fn begin_major(&self, lives: &mut Lives, candidate: &Candidate, group: usize) {
        let at = usize::from(candidate.offset);
        let word = || self.key().extended(candidate.draw, candidate.lane, self.people[at].id, self.year);
        let acute = match group {
            STROKE | CANCER => true,
            // The low bits of the word that decided the onset are fresh.
            CARDIOVASCULAR => unit(word() << 40) < self.world.scenario.society.care.acute_cardiovascular,
            _ => false,
        };
        if !acute {
            return;
        }
        lives.major = true;
        let slot = u32::try_from(at).expect("a household is small");
        let (when, who) = ((self.key(), self.year), (self.people[at].id, slot));
        let screened = lives.reach.screened.has(at);
        lives.episodes.push(self.place_year.illness.major_episode(when, who, group, screened));
    }

    /// Counts who is there at the end of the year, and what they do.
    fn take_stock(&self, lives: &mut Lives) {
        let (shared, present, reach) = (self.shared, lives.present, lives.reach);
        let Lives { states, away, counts, workers, strength, pupils, taught, .. } = lives;
        for at in present.iter() {
            let state = &states[at];
            away.add_if(at, state.away);
            counts.person(state, (shared.adults.has(at), shared.aged_60.has(at)));
            let schooling = schooling(&self.people[at], state);
            *taught |= shared.grown.has(at) && schooling >= COMPULSORY_YEARS;
            if shared.workers.has(at) {
                let (worker, earns) = self.worker(at, state, (schooling, reach.mental_treated.has(at)));
                workers.push(worker);
                *strength += earns;
            }
            if shared.young.has(at) {
                counts.young += 1;
                counts.young_years_lost += i64::from(state.schooling_lost);
            }
            if let Some(finished) = SchoolingYear::finished(self.age(at), schooling) {
                pupils.push((at, finished));
            }
        }
        let adults = present.and(shared.adults);
        counts.adults = adults.count();
        counts.elderly_60 = present.and(shared.aged_60).count();
        counts.elderly_65 = present.and(shared.aged_65).count();
        counts.literate_adults = adults.and(reach.literate).count();
        counts.signed = present.and(reach.signed).count();
        counts.served = present.and(reach.served).count();
        counts.managed = present.and(reach.managed).count();
        counts.screened = present.and(reach.screened).count();
        counts.mental_treated = present.and(reach.mental_treated).count();
        (lives.members, lives.members_away) = (small(present.count()), small(lives.away.count()));
        lives.elderly_only = !present.without(lives.away).without(shared.aged_60).any();
        if present.any() {
            let rank = (self.household.persistent, self.household.transitory);
            let economy = &self.place_year.economy;
            lives.usual = economy.usual(self.world.tables, rank, present.count(), lives.strength);
        }
    }

    /// A member who works, and the member's earning strength.
    fn worker(
        &self,
        at: usize,
        state: &PersonState,
        (schooling, mental_treated): (u8, bool),
    ) -> (Worker, i64) {
        let person = &self.people[at];
        let strength = self.place_year.strength(state);
        let who = (usize::from(person.sex), self.age(at));
        let work = self.place_year.work.of(who, schooling, (state.away, state.disabled), person.work_word);
        let earning = self.place_year.work.weight(work, strength);
        (Worker { at, work, earning, loss: self.lasting_loss(state, mental_treated) }, strength)
    }

    /// Share of earnings lost for good to a member's chronic disease and disability, in parts per million:
    /// treatment saves a part of what mental illness takes.
    fn lasting_loss(&self, state: &PersonState, mental_treated: bool) -> i64 {
        let losses = &self.place_year.economy.earnings_loss[usize::from(state.disabled)];
        let loss = |chronic: u8| i64::from(losses[usize::from(chronic)]);
        let whole = loss(state.chronic);
        if !mental_treated {
            return whole;
        }
        let without = loss(state.chronic & !(1 << MENTAL));
        let saved = Money::from_fen(whole - without).times(self.place_year.mental_earnings_kept);
        whole - saved.fen()
    }
}

fn enrol(lives: &mut Lives) {
    let reach = lives.reach;
    for at in lives.present.iter() {
        let state = &mut lives.states[at];
        state.insured = reach.insured.has(at);
        if state.insured {
            state.benefits_from = reach.waiting.months(state.missed);
            state.missed = 0;
        } else {
            state.missed = state.missed.saturating_add(1);
        }
    }
}

/// Years of schooling that a member has or will have.
pub(super) fn schooling(person: &crate::population::columns::Person, state: &PersonState) -> u8 {
    person.schooling.saturating_sub(state.schooling_lost)
}

impl Lives {
    fn start(&mut self, beginning: usize, reach: Reach, start: &Beginning) {
        // All fields are named, so that none is left as the passage before had it.
        let Self {
            beginning: begun,
            reach: reached,
            states,
            present,
            away,
            widowed,
            admitted_last,
            inpatients_last,
            episodes,
            counts,
            members,
            members_away,
            died,
            departed,
            major,
            workers,
            strength,
            usual,
            pupils,
            elderly_only,
            taught,
        } = self;
        (*begun, *reached) = (beginning, reach);
        (*present, *widowed) = (start.present, start.before.widowed);
        (*away, *admitted_last, *inpatients_last) = (Members::default(), Members::default(), 0);
        (*counts, *usual, *strength) = (Counts::default(), Usual::default(), 0);
        (*members, *members_away, *died, *departed) = (0, 0, 0, 0);
        (*major, *elderly_only, *taught) = (false, false, false);
        states.clear();
        states.extend_from_slice(&start.states);
        episodes.clear();
        workers.clear();
        pupils.clear();
    }

    /// Before the year's care nobody is admitted and nobody untreated.
    fn begin_care(&mut self, start: &Beginning) {
        self.admitted_last = self.present.and(start.before.admitted);
        self.inpatients_last = self.admitted_last.count();
        self.admitted_last.iter().for_each(|at| self.states[at].admitted = false);
        start.before.untreated.iter().for_each(|at| self.states[at].untreated = false);
    }

    /// A year more since cancers and strokes, until they are followed no longer.
    fn count_years(&mut self, start: &Beginning) {
        let next = |since: u8| match since {
            0 => 0,
            _ if usize::from(since) > FOLLOWED_YEARS => 0,
            _ => since + 1,
        };
        for at in start.before.followed.iter() {
            let state = &mut self.states[at];
            (state.since_cancer, state.since_stroke) = (next(state.since_cancer), next(state.since_stroke));
        }
    }

    /// After a cancer or a stroke stays follow for some years.
    fn follow(&mut self, at: usize, group: usize) {
        match group {
            CANCER => self.states[at].since_cancer = 1,
            STROKE => self.states[at].since_stroke = 1,
            _ => {}
        }
    }

    /// What makes chronic disease likelier in a member.
    fn risk(&self, at: usize) -> u8 {
        const MANAGED: u8 = 1 << Chronic::Cardiovascular as u8 | 1 << Chronic::Diabetes as u8;
        let (chronic, reach) = (self.states[at].chronic, &self.reach);
        let bit = |bit: u8, holds: bool| if holds { bit } else { 0 };
        reach.risk
            | bit(risk::LOW_LITERACY, !reach.literate.has(at))
            | bit(risk::MENTALLY_ILL, chronic & (1 << MENTAL) != 0)
            | bit(risk::SCREENED, reach.screened.has(at))
            | bit(risk::SERVED, reach.managed.has(at) && chronic & MANAGED != 0)
    }

    /// What makes mental illness likelier in a member.
    fn strain(&self, at: usize) -> u8 {
        let bit = |bit: u8, holds: bool| if holds { bit } else { 0 };
        self.reach.strain
            | bit(risk::WIDOWED, self.states[at].widowed > 0)
            | bit(risk::CHRONIC, self.states[at].chronic != 0)
    }
}

impl Counts {
    fn person(&mut self, state: &PersonState, (adult, aged_60): (bool, bool)) {
        self.insured += i64::from(state.insured);
        self.lapsed += i64::from(state.missed > 0);
        if state.chronic != 0 {
            self.chronic += 1;
            self.mental += i64::from(adult && state.chronic & (1 << MENTAL) != 0);
            self.multimorbid_60 += i64::from(aged_60 && state.chronic.count_ones() >= 2);
        }
        self.disabled += i64::from(state.disabled);
    }
}
