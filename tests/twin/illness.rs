//! Onset of chronic disease, disability, recovery, and the potential stays of the year.

use fanpin::population::{Chronic, Sex};
use fanpin::random::{Draw, normal, stream, unit};
use fanpin::scenario::society::Care;
use fanpin::units::Rate;

use crate::expected::{DISABILITY, MENTAL, mean};
use crate::frailty;
use crate::lives::is_born_this_year;
use crate::people::{Household, Person, PersonState};
use crate::prevention::Delivered;
use crate::setting::{Setting, rate};

/// A stay in hospital that may come about.
#[derive(Debug, Clone)]
pub struct Stay {
    /// Position of the patient in the household.
    pub patient: usize,
    /// Point of the year in 2^-64.
    pub date: u64,
    /// One minus severity.
    pub mildness: f64,
    /// Cost over the mean of its level.
    pub cost: Rate,
    pub place_word: u64,
    pub claim_word: u64,
    /// The disease that begins with it.
    pub major: Option<Chronic>,
}

const RESPIRATORY_MUSCULOSKELETAL_OTHER: [usize; 3] =
    [Chronic::Respiratory as usize, Chronic::Musculoskeletal as usize, Chronic::Other as usize];
pub const STROKE: usize = Chronic::Stroke as usize;
pub const CANCER: usize = Chronic::Cancer as usize;
const DIABETES: usize = Chronic::Diabetes as usize;
const CARDIOVASCULAR: usize = Chronic::Cardiovascular as usize;

/// The risks of chronic disease: low literacy, environment, poverty, mental illness, not being screened, not
/// being served. Factors on the onset of a group; one where the risk is nothing to it.
fn risk_factors(setting: &Setting, group: usize) -> [f64; 6] {
    let (effects, prevention) = (&setting.society().effects, &setting.society().prevention);
    let only = |concerned: bool, factor: f64| if concerned { factor } else { 1.0 };
    [
        effects.low_literacy,
        only(RESPIRATORY_MUSCULOSKELETAL_OTHER.contains(&group), effects.environment),
        effects.poverty,
        only(group != MENTAL, effects.mental),
        only(group == STROKE || group == DIABETES, prevention.screening_onset),
        only(group == STROKE, prevention.served_onset),
    ]
}

/// Shares of people at each risk that the published rates contain.
fn expected_shares(setting: &Setting, sex: Sex, age: i16) -> [f64; 6] {
    let (expected, society) = (setting.expected, setting.society());
    [
        1.0 - expected.literate,
        1.0 - expected.improved,
        society.effects.expected_poor,
        expected.mentally_ill(sex, age),
        society.prevention.reference_screened,
        society.prevention.reference_served * expected.managed(sex, age),
    ]
}

/// Strains that make mental illness likelier, as far as they hold, over their expected mean.
fn strain_factor(setting: &Setting, household: &Household, state: &PersonState) -> f64 {
    let (mental, own) = (&setting.society().mental, &household.under[setting.regime]);
    let mut factor = 1.0 / mental.expected_factor;
    if 2 * own.medical_debt > own.income_last.max(0) {
        factor *= mental.debt_factor;
    }
    if own.catastrophic_last {
        factor *= mental.catastrophe_factor;
    }
    if state.widowed_years > 0 {
        factor *= mental.widowhood_factor;
    }
    if state.groups() > 0 {
        factor *= mental.chronic_factor;
    }
    factor
}

fn onset_chance(
    setting: &Setting,
    household: &Household,
    person: &Person,
    delivered: &Delivered,
    group: usize,
) -> f64 {
    let (society, state) = (setting.society(), &person.under[setting.regime]);
    let (sex, age) = (person.sex, person.age(setting.year));
    let holds = [
        !delivered.literate,
        !setting.has_improved_environment(household),
        household.under[setting.regime].poor_last,
        state.chronic[MENTAL],
        delivered.screened,
        delivered.managed && (state.chronic[CARDIOVASCULAR] || state.chronic[DIABETES]),
    ];
    let (factors, shares) = (risk_factors(setting, group), expected_shares(setting, sex, age));
    let mut factor = 1.0;
    for risk in 0..6 {
        factor /= mean(shares[risk], factors[risk]);
        if holds[risk] {
            factor *= factors[risk];
        }
    }
    let published = setting.evidence.onset(setting.year, group, sex, age);
    let rate = published * society.illness.onset_factor * setting.place.morbidity;
    if group == MENTAL {
        return rate * factor * strain_factor(setting, household, state);
    }
    let comorbidity = society.illness.comorbidity_factor;
    let another = if state.groups() > 0 { comorbidity } else { 1.0 };
    rate * factor * another / mean(setting.expected.any_chronic(sex, age), comorbidity)
}

/// Mean of a factor of being served, over all people of an age.
fn served_mean(setting: &Setting, sex: Sex, age: i16, factor: f64) -> f64 {
    let share = setting.society().prevention.reference_served;
    mean(setting.expected.any_chronic(sex, age) * share, factor)
}

fn disability_chance(setting: &Setting, person: &Person, is_managed: bool) -> f64 {
    let (illness, prevention) = (&setting.society().illness, &setting.society().prevention);
    let (state, age) = (&person.under[setting.regime], person.age(setting.year));
    let published = setting.evidence.onset(setting.year, DISABILITY, person.sex, age);
    let per_group = illness.disability_per_chronic;
    let mut chance = published
        / setting.expected.by_groups(per_group, person.sex, age)
        / served_mean(setting, person.sex, age, prevention.served_disability)
        * libm::pow(per_group, f64::from(state.groups().min(4)));
    if state.forgone {
        chance *= illness.disability_forgone;
    }
    if is_managed && state.groups() > 0 {
        chance *= prevention.served_disability;
    }
    chance.min(illness.disability_bound)
}

fn recovery_chance(setting: &Setting, is_treated: bool) -> f64 {
    let treatment = if is_treated { setting.society().mental.recovery_treated } else { 1.0 };
    (setting.evidence.recovery(MENTAL) * setting.society().illness.recovery_factor * treatment).min(1.0)
}

/// Onsets, disability and recovery of a year, person by person, and the stays that come about, by date.
pub fn fall_ill(setting: &Setting, household: &mut Household, delivered: &[Delivered]) -> Vec<Stay> {
    const ONSETS: [Draw; 8] = [
        Draw::OnsetCardiovascular,
        Draw::OnsetStroke,
        Draw::OnsetDiabetes,
        Draw::OnsetRespiratory,
        Draw::OnsetCancer,
        Draw::OnsetMusculoskeletal,
        Draw::OnsetMental,
        Draw::OnsetOther,
    ];
    let mut stays = Vec::new();
    for person in &mut household.members {
        let state = &mut person.under[setting.regime];
        // Stays follow up to the third year after the onset.
        let a_year_on = |since: u8| if since < 3 { Some(since + 1) } else { None };
        state.since_cancer = state.since_cancer.and_then(a_year_on);
        state.since_stroke = state.since_stroke.and_then(a_year_on);
    }
    for at in household.here(setting.regime) {
        if is_born_this_year(setting, &household.members[at]) {
            continue;
        }
        for (group, draw) in ONSETS.into_iter().enumerate() {
            let person = &household.members[at];
            let (id, had) = (person.id, person.under[setting.regime].chronic[group]);
            let chance = onset_chance(setting, household, person, &delivered[at], group);
            if !had && setting.happens(draw, id, chance) {
                let state = household.person_mut(at, setting.regime);
                state.chronic[group] = true;
                match Chronic::ALL[group] {
                    Chronic::Cancer => state.since_cancer = Some(0),
                    Chronic::Stroke => state.since_stroke = Some(0),
                    _ => {}
                }
                stays.extend(first_stay(setting, household, at, group, delivered[at].screened));
            }
        }
        let person = &household.members[at];
        let id = person.id;
        let disability = disability_chance(setting, person, delivered[at].managed);
        let state = household.person_mut(at, setting.regime);
        state.disabled = state.disabled || setting.happens(Draw::Disability, id, disability);
        if setting.happens(Draw::Recovery, id, recovery_chance(setting, delivered[at].mental_treated)) {
            state.chronic[MENTAL] = false;
        }
    }
    for person in &mut household.members {
        let widowed = &mut person.under[setting.regime].widowed_years;
        *widowed = widowed.saturating_sub(1);
    }
    for at in household.here(setting.regime) {
        let person = &household.members[at];
        if !is_born_this_year(setting, person) {
            stays.extend(other_stays(setting, person, at, delivered[at].managed));
        }
    }
    for at in household.here(setting.regime) {
        let state = household.person(at, setting.regime);
        for (group, since) in [(CANCER, state.since_cancer), (STROKE, state.since_stroke)] {
            if let Some(years @ 1..) = since {
                stays.extend(further_stays(setting, &household.members[at], at, group, years));
            }
        }
    }
    stays.sort_by_key(|stay| (stay.date, stay.patient));
    stays
}

/// Stroke, cancer and acute cardiovascular disease begin with a costly stay.
fn first_stay(
    setting: &Setting,
    household: &mut Household,
    at: usize,
    group: usize,
    is_screened: bool,
) -> Option<Stay> {
    let id = household.members[at].id;
    let care = &setting.society().care;
    let begins_with_a_stay = match Chronic::ALL[group] {
        Chronic::Stroke | Chronic::Cancer => true,
        // The lowest 24 bits of the number that decided the onset.
        Chronic::Cardiovascular => {
            unit(setting.number(Draw::OnsetCardiovascular, id) << 40) < care.acute_cardiovascular
        }
        _ => false,
    };
    if !begins_with_a_stay {
        return None;
    }
    let own = &mut household.under[setting.regime];
    if setting.switched && own.years_since_shock.is_none() {
        own.years_since_shock = Some(0);
    }
    let [cost, date, place_word, claim_word] =
        setting.key.block(group as u64, id.bits(), setting.year, stream::MAJOR);
    let cost = lognormal(care.inpatient_log_sd, normal(cost));
    let found_early = is_screened && Chronic::ALL[group] == Chronic::Cancer;
    Some(Stay {
        patient: at,
        date,
        mildness: unit(claim_word.rotate_left(32)) * 0.5,
        cost: if found_early { cost.times(rate(setting.society().prevention.screening_major)) } else { cost },
        place_word,
        claim_word,
        major: Some(Chronic::ALL[group]),
    })
}

/// Mean number of stays that follow a cancer or a stroke in a year after its onset.
pub fn mean_further_stays(care: &Care, group: usize, years: u8) -> f64 {
    let in_the_first_year = if group == CANCER { care.follow_up_cancer } else { care.follow_up_stroke };
    (1..years).fold(in_the_first_year, |mean, _| mean * care.follow_up_fade)
}

/// The stays that follow a cancer or a stroke some years after its onset: as severe as the first, not thinned, at
/// the ordinary cost of their level.
fn further_stays(setting: &Setting, person: &Person, at: usize, group: usize, years: u8) -> Vec<Stay> {
    let care = &setting.society().care;
    let block = |block: u64| setting.key.block(block, person.id.bits(), setting.year, stream::FOLLOW_UP);
    let number = poisson(mean_further_stays(care, group, years), block(group as u64)[0]);
    let stay = |index: u64| {
        let [cost, date, place_word, claim_word] = block(8 * index + group as u64);
        Stay {
            patient: at,
            date,
            mildness: unit(claim_word.rotate_left(32)) * 0.5,
            cost: lognormal(care.inpatient_log_sd, normal(cost)),
            place_word,
            claim_word,
            major: None,
        }
    };
    (1..=number).map(stay).collect()
}

/// The potential stays of a person that come about: their number under a bound that no regime changes, each
/// thinned by the state of the person.
fn other_stays(setting: &Setting, person: &Person, at: usize, is_managed: bool) -> Vec<Stay> {
    let (care, state) = (&setting.society().care, &person.under[setting.regime]);
    let served_factor = setting.society().prevention.served_admission;
    let (sex, age) = (person.sex, person.age(setting.year));
    let expected = setting.expected.by_groups(care.admission_per_chronic, sex, age)
        * mean(setting.expected.disabled(sex, age), care.admission_disability);
    // Published admissions contain the stays that follow cancer and stroke; others are a fifth of them at least.
    let published = setting.evidence.admissions(setting.year, age);
    let following = setting.expected.further_stays(care, sex, age) * (1.0 - care.untreated_other);
    let others = (published - following).max(0.2 * published);
    let healthy = others * care.admission_factor * care.admission_together
        / expected
        / served_mean(setting, sex, age, served_factor);
    let bound = care.admission_factor_bound;
    let frailty = frailty::factor(person.frailty_number, care.frailty_log_sd, setting.expected.mean_frailty);
    let potential = healthy * bound / care.treated_share * frailty as f64 / 1e6;
    let mut factor = libm::pow(care.admission_per_chronic, f64::from(state.groups().min(4)));
    if state.disabled {
        factor *= care.admission_disability;
    }
    if state.forgone {
        factor *= care.admission_forgone;
    }
    if is_managed && state.groups() > 0 {
        factor *= served_factor;
    }
    let number = poisson(potential, setting.number(Draw::Episodes, person.id));
    let stay = |index: u64| {
        let block = |stream| setting.key.block(index, person.id.bits(), setting.year, stream);
        let [date, mark, severity, cost] = block(stream::EPISODE);
        let [place_word, claim_word, ..] = block(stream::EPISODE_PLACE);
        (unit(mark) < factor / bound).then(|| Stay {
            patient: at,
            date,
            mildness: unit(severity),
            cost: lognormal(care.inpatient_log_sd, normal(cost)),
            place_word,
            claim_word,
            major: None,
        })
    };
    (0..number).filter_map(stay).collect()
}

/// A lognormal factor with mean one, in millionths.
pub fn lognormal(log_sd: f64, z: f64) -> Rate {
    Rate::from_ppm((libm::exp(log_sd * z - log_sd * log_sd / 2.0) * 1e6 + 0.5) as u32)
}

/// The number of events at an intensity: the least whose chance of being exceeded is at most the number drawn,
/// so that small numbers give many; never more than 200.
fn poisson(intensity: f64, word: u64) -> u64 {
    let (mut number, mut chance) = (0, libm::exp(-intensity));
    let mut at_most = chance;
    while at_most < 1.0 - unit(word) && number < 200 {
        number += 1;
        chance *= intensity / number as f64;
        at_most += chance;
    }
    number
}
