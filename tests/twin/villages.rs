//! Villages: an environment that neighbours share, and a clinic with its doctor.

use fanpin::population::{HouseholdId, START};
use fanpin::random::{Key, stream, threshold};
use fanpin::scenario::plan::Place;
use fanpin::scenario::society::Villages;

use crate::setting::Setting;

#[derive(Debug, Clone)]
pub struct Village {
    /// That of its first household.
    pub id: u64,
    pub environment_number: u16,
    /// By regime.
    pub under: Vec<Clinic>,
}

#[derive(Debug, Clone, Copy)]
pub struct Clinic {
    pub has_doctor: bool,
    pub is_competent: bool,
}

/// The villages at the start: households in a row, as many a village as the parameter says.
pub fn at_start(key: Key, county: u16, households: std::ops::Range<u32>, setting: &Setting) -> Vec<Village> {
    let size = setting.society().population.village_households.max(1.0) as u32;
    let mut firsts: Vec<u32> = households.map(|index| index - index % size).collect();
    firsts.dedup();
    let of = |first: u32| {
        village(key, HouseholdId::root_of(county, first).bits(), setting.place, &setting.society().villages)
    };
    firsts.into_iter().map(of).collect()
}

fn village(key: Key, id: u64, place: &Place, villages: &Villages) -> Village {
    let [_, environment, doctor, competent] = key.block(0, id, START, stream::VILLAGE);
    let has_doctor = doctor < threshold(place.clinics_staffed);
    let is_competent = has_doctor && competent < threshold(villages.competent);
    let clinic = Clinic { has_doctor, is_competent };
    Village { id, environment_number: (environment >> 48) as u16, under: vec![clinic] }
}

/// What happens to a clinic on 1 January, by last year's contracts over what staff could serve.
pub fn open(setting: &Setting, village: &mut Village, load: f64) {
    let (villages, staff) = (&setting.society().villages, &setting.policy.staff);
    let [leaves, fills, competent, trained] =
        setting.key.block(0, village.id, setting.year, stream::VILLAGE_YEAR);
    let clinic = &mut village.under[setting.regime];
    if setting.policy.implementation.agency {
        *clinic = Clinic { has_doctor: true, is_competent: true };
        return;
    }
    let overload =
        if villages.doctor_leaves > 0.0 { setting.society().workforce.overload_attrition } else { 0.0 };
    let leaving =
        villages.doctor_leaves * staff.leaving_factor.at(setting.year) + overload * (load - 1.0).max(0.0);
    if leaves < threshold(leaving.min(1.0)) {
        clinic.has_doctor = false;
    }
    if clinic.has_doctor {
        clinic.is_competent |= trained < threshold(staff.training.at(setting.year).clamp(0.0, 1.0));
        return;
    }
    let vacancy = villages.vacancy_filled;
    let found = vacancy + (1.0 - vacancy) * staff.clinic_talent.at(setting.year).clamp(0.0, 1.0);
    clinic.has_doctor = fills < threshold(found);
    clinic.is_competent = clinic.has_doctor && competent < threshold(villages.competent_newcomer);
}
