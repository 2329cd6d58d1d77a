//! Prevention, onset, disability, recovery, and the potential episodes that happen.

use super::{HouseholdOutcome, Step};
use crate::illness::{CANCER, CARDIOVASCULAR, FOLLOWED_YEARS, MENTAL, STROKE, risk};
use crate::population::Chronic;
use crate::random::{Draw, threshold, unit};
use crate::units::Money;

/// What a person has of prevention and knowledge in a year.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Health {
    /// Health-literate.
    pub literate: bool,
    /// Screened.
    pub screened: bool,
    /// A chronic patient whose contract is honoured.
    pub served: bool,
    /// Served by somebody competent, or to good effect all the same.
    pub managed: bool,
    /// Mentally ill and treated.
    pub mental_treated: bool,
}

impl Step<'_> {
    /// Screening, contracts and treatment as delivered.
    pub(super) fn prevent(&mut self, outcome: &mut HouseholdOutcome) {
        let service = &self.regime_year.service;
        let signed_limit = service.signed(self.classes());
        self.scratch.health.clear();
        for at in 0..self.people.len() {
            let mut health = Health::default();
            if self.present(at) {
                let (state, lanes) = (&self.states[at], &self.shared.second[at]);
                let lane = |draw: Draw| u32::from(lanes[draw.lane()]);
                health.literate = self.is_literate(at);
                health.screened = self.age(at) >= 18 && lane(Draw::Screening) < service.screening;
                let signed = state.chronic != 0 && u32::from(self.people[at].contract_word) < signed_limit;
                let (clinic, rules) = (self.clinic, &self.regime_year.clinics);
                let reached = clinic.doctor || lane(Draw::Clinic) < rules.team;
                health.served = signed && reached && lane(Draw::Contract) < self.published.honoured;
                // A team from the township is competent.
                let well = !clinic.doctor || clinic.competent || lane(Draw::Clinic) < rules.untrained;
                health.managed = health.served && well;
                let care = if health.literate { service.mental_care } else { service.mental_care_unaware };
                let ill = state.chronic & (1 << MENTAL) != 0;
                health.mental_treated = ill && lane(Draw::MentalCare) < care;
                outcome.counts.signed += i64::from(signed);
                outcome.counts.served += i64::from(health.served);
                outcome.counts.managed += i64::from(health.managed);
                outcome.counts.with_doctor += i64::from(clinic.doctor);
                outcome.counts.with_competent_doctor += i64::from(clinic.competent);
                outcome.counts.screened += i64::from(health.screened);
            }
            self.scratch.health.push(health);
        }
    }

    /// Onsets, disability, recovery; the potential episodes that happen are gathered by date.
    pub(super) fn illness(&mut self) {
        self.scratch.episodes.clear();
        self.count_years();
        for candidate in &self.shared.candidates {
            let at = usize::from(candidate.offset);
            if !self.present(at) {
                continue;
            }
            let (sex, age) = (usize::from(self.people[at].sex), self.age(at));
            let (state, health) = (self.states[at], self.scratch.health[at]);
            let illness = &self.place_year.illness;
            let group = (candidate.draw as usize).wrapping_sub(Draw::OnsetCardiovascular as usize);
            match candidate.draw {
                Draw::Disability if !state.disabled => {
                    let p = illness.disability(sex, age, state.chronic, state.untreated, health.managed);
                    self.states[at].disabled = candidate.word < threshold(p);
                }
                Draw::Recovery if candidate.word < illness.recovery[usize::from(health.mental_treated)] => {
                    self.states[at].chronic &= !(1 << MENTAL);
                }
                _ if group < 8 && state.chronic & (1 << group) == 0 => {
                    let p = illness.onset(group, sex, age, state.chronic, self.risk(at), self.strain(at));
                    if candidate.word < threshold(p) {
                        self.states[at].chronic |= 1 << group;
                        self.follow(at, group);
                        self.begin_major(at, group, candidate.word);
                    }
                }
                _ => {}
            }
        }
        self.states.iter_mut().for_each(|state| state.widowed = state.widowed.saturating_sub(1));
        for episode in &self.shared.episodes {
            let at = episode.slot as usize;
            let (state, served) = (&self.states[at], self.scratch.health[at].managed);
            let share =
                self.place_year.illness.episode_share(state.chronic, state.disabled, state.untreated, served);
            if self.present(at) && episode.thinning < share {
                self.scratch.episodes.push(*episode);
            }
        }
        self.follow_up();
        self.scratch.episodes.sort_by_key(|e| (e.date, e.slot));
    }

    /// Whether the village's living environment is improved.
    pub(super) fn improved(&self) -> bool {
        u32::from(self.village.environment_word) < self.regime_year.improved_environment
    }

    /// After a cancer or a stroke stays follow for some years.
    fn follow(&mut self, at: usize, group: usize) {
        match group {
            CANCER => self.states[at].since_cancer = 1,
            STROKE => self.states[at].since_stroke = 1,
            _ => {}
        }
    }

    /// A year more since cancers and strokes, until they are followed no longer.
    fn count_years(&mut self) {
        let next = |since: u8| match since {
            0 => 0,
            _ if usize::from(since) > FOLLOWED_YEARS => 0,
            _ => since + 1,
        };
        for state in self.states.iter_mut() {
            (state.since_cancer, state.since_stroke) = (next(state.since_cancer), next(state.since_stroke));
        }
    }

    /// The stays that follow a cancer or a stroke of the years before.
    fn follow_up(&mut self) {
        for at in 0..self.people.len() {
            let state = &self.states[at];
            let since = [state.since_cancer, state.since_stroke].map(usize::from);
            if since == [0; 2] || !self.present(at) {
                continue;
            }
            let slot = u32::try_from(at).expect("a household is small");
            for (followed, since) in since.into_iter().enumerate() {
                // One in the year of the onset itself.
                if let Some(years) = since.checked_sub(1).filter(|years| *years > 0) {
                    let (when, who) = ((self.key(), self.year), (self.people[at].id, slot));
                    let illness = &self.place_year.illness;
                    illness.draw_follow_up(when, who, (followed, years), &mut self.scratch.episodes);
                }
            }
        }
    }

    /// What makes chronic disease likelier in a member.
    fn risk(&self, at: usize) -> u8 {
        const MANAGED: u8 = 1 << Chronic::Cardiovascular as u8 | 1 << Chronic::Diabetes as u8;
        let (state, health) = (&self.states[at], &self.scratch.health[at]);
        let bit = |bit: u8, holds: bool| if holds { bit } else { 0 };
        bit(risk::LOW_LITERACY, !health.literate)
            | bit(risk::ENVIRONMENT, !self.improved())
            | bit(risk::POOR, self.state.poor_last)
            | bit(risk::MENTALLY_ILL, state.chronic & (1 << MENTAL) != 0)
            | bit(risk::SCREENED, health.screened)
            | bit(risk::SERVED, health.managed && state.chronic & MANAGED != 0)
    }

    /// What makes mental illness likelier in a member.
    fn strain(&self, at: usize) -> u8 {
        let (state, household) = (&self.states[at], &self.state);
        let bit = |bit: u8, holds: bool| if holds { bit } else { 0 };
        bit(risk::DEBT, 2 * household.medical_debt > household.income_last.max(0))
            | bit(risk::CATASTROPHE, household.catastrophic_last)
            | bit(risk::WIDOWED, state.widowed > 0)
            | bit(risk::CHRONIC, state.chronic != 0)
    }

    /// Cancer, stroke and a share of cardiovascular disease begin with a major stay.
    fn begin_major(&mut self, at: usize, group: usize, word: u64) {
        let acute = match group {
            STROKE | CANCER => true,
            // The low bits of the word that decided the onset are fresh.
            CARDIOVASCULAR => unit(word << 40) < self.world.scenario.society.care.acute_cardiovascular,
            _ => false,
        };
        if !acute {
            return;
        }
        if self.switched && self.state.shock_years == 0 {
            self.state.shock_years = 1;
        }
        let slot = u32::try_from(at).expect("a household is small");
        let screened = self.scratch.health[at].screened;
        let person = self.people[at].id;
        let when = (self.key(), self.year);
        let episode = self.place_year.illness.major_episode(when, (person, slot), group, screened);
        self.scratch.episodes.push(episode);
    }

    /// Share of earnings lost for good to a member's chronic disease and disability, in parts per million:
    /// treatment saves a part of what mental illness takes.
    pub(super) fn lasting_loss(&self, at: usize) -> i64 {
        let (state, economy) = (&self.states[at], &self.place_year.economy);
        let loss =
            |chronic: u8| i64::from(economy.earnings_loss[usize::from(state.disabled)][usize::from(chronic)]);
        let whole = loss(state.chronic);
        if !self.scratch.health[at].mental_treated {
            return whole;
        }
        let without = loss(state.chronic & !(1 << MENTAL));
        let saved = Money::from_fen(whole - without).times(self.place_year.mental_earnings_kept);
        whole - saved.fen()
    }
}
