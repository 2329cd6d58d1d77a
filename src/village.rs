//! Villages: what neighbours share, and the clinic with its doctor.
//!
//! A village has one way to the county's hospital and one living environment. Its clinic has a doctor or not,
//! and the doctor is competent or not; each regime keeps its own clinics, since pay, load and talent programmes
//! decide who stays. A contract is honoured where the village has a doctor; without one, a team from the
//! township comes to a part. Being served does something where whoever serves is competent. Where no doctor is
//! near, fewer visits are made.
//!
//! What happens to a clinic on 1 January follows from the load that the county's books showed last year.
//! Parameters: `society.villages`, `places.*.clinics_staffed`, `staff.clinic_talent`, `staff.training`.

use crate::knowledge::limit;
use crate::population::HouseholdId;
use crate::random::{Key, stream, threshold};
use crate::scenario::plan::Place;
use crate::scenario::policy::Policy;
use crate::scenario::society::{Villages, Workforce};
use crate::units::Year;

/// What all regimes share of a village.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Village {
    /// Id in bits: that of its first household.
    pub id: u64,
    /// What stays with the village: an improved environment when below the share of villages.
    pub environment_word: u16,
}

/// What one regime keeps of a village.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Clinic {
    /// Whether the clinic has a doctor.
    pub doctor: bool,
    /// Whether the doctor is competent; false where there is none.
    pub competent: bool,
}

/// The village of a household: the first of `size` households that live together.
#[must_use]
pub const fn village_of(county: u16, index: u32, size: u32) -> HouseholdId {
    HouseholdId::root_of(county, index - index % size)
}

/// Clinics of a year under a regime, compiled for the loop.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ClinicYear {
    leaving: f64,
    overload: f64,
    filled: u64,
    competent: u64,
    trained: u64,
    /// Every clinic has a competent doctor (an ideal agency).
    full: bool,
    /// Share of contracts served by a team where there is no doctor, as the limit of a 16-bit number.
    pub team: u32,
    /// Share of those served by a doctor who isn't competent to whom it does good, likewise.
    pub untrained: u32,
}

impl Village {
    /// The village with an id.
    #[must_use]
    pub fn new(key: Key, id: HouseholdId) -> Self {
        let [_, environment, ..] = key.block(0, id.bits(), crate::population::START, stream::VILLAGE);
        Self { id: id.bits(), environment_word: (environment >> 48) as u16 }
    }
}

impl Clinic {
    /// The clinic at the start.
    #[must_use]
    pub fn at_start(key: Key, village: &Village, place: &Place, villages: &Villages) -> Self {
        let [_, _, doctor, competent] = key.block(0, village.id, crate::population::START, stream::VILLAGE);
        let doctor = doctor < threshold(place.clinics_staffed);
        Self { doctor, competent: doctor && competent < threshold(villages.competent) }
    }

    /// The clinic on 1 January of a year: a doctor may leave, a vacancy be filled, a doctor be trained. `load`
    /// is contracts over what staff could serve last year.
    pub fn open(&mut self, key: Key, village: &Village, year: Year, rules: &ClinicYear, load: f64) {
        if rules.full {
            *self = Self { doctor: true, competent: true };
            return;
        }
        let [leaves, fills, competent, trained] = key.block(0, village.id, year, stream::VILLAGE_YEAR);
        let leaving = rules.leaving + rules.overload * (load - 1.0).max(0.0);
        if self.doctor && leaves < threshold(leaving.min(1.0)) {
            *self = Self::default();
        }
        if !self.doctor {
            self.doctor = fills < rules.filled;
            self.competent = self.doctor && competent < rules.competent;
        } else if trained < rules.trained {
            self.competent = true;
        }
    }
}

impl ClinicYear {
    /// Compiles the year's rules.
    #[must_use]
    pub fn compile(villages: &Villages, workforce: &Workforce, policy: &Policy, year: Year) -> Self {
        let staff = &policy.staff;
        let talent = staff.clinic_talent.at(year).clamp(0.0, 1.0);
        let filled = villages.vacancy_filled + (1.0 - villages.vacancy_filled) * talent;
        Self {
            leaving: villages.doctor_leaves * staff.leaving_factor.at(year),
            // No doctor leaves where the chance is none: so the switch takes overload out too.
            overload: if villages.doctor_leaves > 0.0 { workforce.overload_attrition } else { 0.0 },
            filled: threshold(filled),
            competent: threshold(villages.competent_newcomer),
            trained: threshold(staff.training.at(year).clamp(0.0, 1.0)),
            full: policy.implementation.agency,
            team: limit(villages.team_service),
            untrained: limit(villages.untrained_effect),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::main_scenario;

    /// Share of 2,000 villages with a doctor, and with a competent one, at the start and after ten years.
    fn staffed(settings: &[&str], load: f64) -> [(f64, f64); 2] {
        let s = main_scenario(settings);
        let (key, first) = (Key { seed: 1, replicate: 0 }, Year::new(2011));
        let mut sums = [(0.0, 0.0); 2];
        for index in 0..2_000 {
            let village = Village::new(key, village_of(3, index * 24 + 5, 24));
            let mut clinic = Clinic::at_start(key, &village, &s.places[0], &s.society.villages);
            let mut count = |at: usize, clinic: &Clinic| {
                sums[at].0 += f64::from(u8::from(clinic.doctor)) / 2_000.0;
                sums[at].1 += f64::from(u8::from(clinic.competent)) / 2_000.0;
            };
            count(0, &clinic);
            for year in first.through(Year::new(2020)) {
                let (villages, workforce) = (&s.society.villages, &s.society.workforce);
                let rules = ClinicYear::compile(villages, workforce, &s.history, year);
                clinic.open(key, &village, year, &rules, load);
            }
            count(1, &clinic);
        }
        sums
    }

    #[test]
    fn without_load_as_many_come_as_leave() {
        let [start, later] = staffed(&[], 1.0);
        // Two shares of 2,000 at 0.95, each with a standard error under 0.005.
        assert!((start.0 - 0.95).abs() < 0.02 && (later.0 - 0.95).abs() < 0.02, "{start:?} {later:?}");
    }

    #[test]
    fn overload_empties_clinics_and_training_mends_doctors() {
        let [_, easy] = staffed(&["society.villages.vacancy_filled=0"], 1.0);
        let [_, hard] = staffed(&["society.villages.vacancy_filled=0"], 3.0);
        // 0.95 × 0.96¹⁰.
        assert!((easy.0 - 0.632).abs() < 0.03, "{easy:?}");
        assert!(hard.0 < easy.0 - 0.05, "{hard:?}");
        let [before, after] = staffed(&["history.staff.training=0.2"], 1.0);
        assert!(after.1 > before.1 + 0.2, "{before:?} {after:?}");
    }

    #[test]
    fn neighbours_share_a_village() {
        assert_eq!(village_of(7, 24, 24), village_of(7, 47, 24));
        assert_ne!(village_of(7, 23, 24), village_of(7, 24, 24));
    }
}
