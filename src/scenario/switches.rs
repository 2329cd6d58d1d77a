//! Mechanisms that a scenario switches off: their parameters take values that change nothing.
//!
//! One place says what *off* means for each mechanism. After it, no parameter of the mechanism can move a
//! result, since its value is no longer read; the tests turn each switch off and move every parameter that
//! the book puts under it.

use super::Scenario;
use super::plan::Place;
use super::policy::{Policy, Schedule, Shortage};
use super::society::{Society, Switches};

const ZERO: Schedule = Schedule::Constant(0.0);

/// Takes the mechanisms that are off out of a scenario.
pub(super) fn apply(scenario: &mut Scenario) {
    let switches = scenario.society.switches.clone();
    society(&mut scenario.society, &switches);
    scenario.places.iter_mut().for_each(|place| of_place(place, &switches));
    policy(&mut scenario.history, &switches);
    scenario.regimes.iter_mut().for_each(|regime| policy(&mut regime.policy, &switches));
}

fn society(s: &mut Society, on: &Switches) {
    lives(s, on);
    illness(s, on);
    care(s, on);
    knowledge(s, on);
    money(s, on);
    county(s, on);
}

fn lives(s: &mut Society, on: &Switches) {
    let d = &mut s.demography;
    if !on.mortality {
        d.mortality_factor = 0.0;
    }
    if !on.fertility {
        (d.fertility_factor, d.twin_share) = (0.0, 0.0);
    }
    if !on.leaving {
        d.leaving_factor = 0.0;
    }
    if !on.formation {
        let f = &mut s.formation;
        (f.marriage_20, f.marriage_25, f.marriage_30) = (0.0, 0.0, 0.0);
        (f.own_household, f.fission, f.fission_last, f.spouse_age_gap) = (0.0, 0.0, 0.0, 0.0);
    }
    if !on.migration {
        let m = &mut s.migration;
        (m.going_16, m.going_30, m.going_45) = (0.0, 0.0, 0.0);
        (m.returning_16, m.returning_30, m.returning_45) = (1.0, 1.0, 1.0);
        (m.women_factor, m.schooling_factor, m.care_return_factor) = (1.0, 1.0, 1.0);
        (m.wage_ratio, m.remitted_share, m.reference_share) = (1.0, 1.0, 0.0);
    }
}

fn illness(s: &mut Society, on: &Switches) {
    if !on.onset {
        s.illness.onset_factor = 0.0;
    }
    if !on.comorbidity {
        s.illness.comorbidity_factor = 1.0;
    }
    if !on.onset_effects {
        let e = &mut s.effects;
        (e.low_literacy, e.environment, e.poverty, e.mental) = (1.0, 1.0, 1.0, 1.0);
        e.expected_poor = 0.0;
    }
    if !on.disability {
        (s.illness.disability_per_chronic, s.illness.disability_bound) = (1.0, 0.0);
    }
    if !on.mental {
        let m = &mut s.mental;
        (m.debt_factor, m.catastrophe_factor, m.widowhood_factor) = (1.0, 1.0, 1.0);
        (m.chronic_factor, m.expected_factor, m.recovery_treated) = (1.0, 1.0, 1.0);
        (m.earnings_kept, m.care_seeking, m.unaware_treated) = (0.0, 1.0, 1.0);
    }
    if !on.prevention {
        let p = &mut s.prevention;
        (p.screening_onset, p.screening_major, p.education_odds) = (1.0, 1.0, 1.0);
        (p.served_onset, p.served_disability, p.served_admission) = (1.0, 1.0, 1.0);
        (p.reference_screened, p.reference_served, p.works_effect) = (0.0, 0.0, 0.0);
    }
}

fn care(s: &mut Society, on: &Switches) {
    let c = &mut s.care;
    if !on.major_illness {
        (c.major_cancer, c.major_stroke, c.major_cardiovascular) = (1.0, 1.0, 1.0);
        (c.acute_cardiovascular, c.major_days_factor) = (0.0, 1.0);
        (c.follow_up_cancer, c.follow_up_stroke, c.follow_up_fade) = (0.0, 0.0, 0.0);
        c.outpatient_major = 1.0;
    }
    if !on.frailty {
        (c.frailty_log_sd, c.outpatient_lasting_share) = (0.0, 0.0);
    }
    if !on.price_response {
        (c.inpatient_elasticity, c.outpatient_elasticity) = (0.0, 0.0);
        (c.reference_own_share, c.saturation_own_share) = (1.0, 1.0);
    }
    if !on.distance {
        c.distance_elasticity = 0.0;
    }
    if !on.forgone_effects {
        (s.illness.mortality_forgone, s.illness.disability_forgone) = (1.0, 1.0);
        (c.admission_forgone, c.untreated_days_factor) = (1.0, 0.0);
    }
    if !on.lost_earnings {
        (c.stay_days, c.convalescence_days) = (0.0, 0.0);
    }
    if !on.capacity {
        let c = &mut s.capacity;
        (c.hospital_elasticity, c.township_full, c.turned_away) = (0.0, 0.0, 0.0);
        (c.bed_days, c.bed_occupancy) = (1.0, f64::INFINITY);
    }
}

fn knowledge(s: &mut Society, on: &Switches) {
    if !on.literacy {
        // Odds beyond any share: everybody is literate.
        (s.literacy.level_factor, s.literacy.schooling_odds, s.literacy.age_odds) = (1e12, 1.0, 1.0);
    }
    if !on.schooling {
        let school = &mut s.schooling;
        (school.leaving_junior, school.leaving_senior, school.earnings_per_year) = (0.0, 0.0, 0.0);
    }
    if !on.awareness {
        let a = &mut s.awareness;
        (a.aware, a.aware_literate, a.reference, a.outreach_odds) = (1.0, 1.0, 1.0, 1.0);
    }
}

fn money(s: &mut Society, on: &Switches) {
    let e = &mut s.economy;
    if !on.lost_earnings {
        (e.carer_share, e.working_days) = (0.0, 250.0);
        (e.loss_cardiovascular, e.loss_stroke, e.loss_diabetes) = (0.0, 0.0, 0.0);
        (e.loss_respiratory, e.loss_cancer, e.loss_musculoskeletal) = (0.0, 0.0, 0.0);
        (e.loss_mental, e.loss_other, e.loss_disability) = (0.0, 0.0, 0.0);
    }
    if !on.income_shocks {
        (e.transitory_share, e.persistence) = (0.0, 1.0);
    }
    if !on.work {
        let w = &mut s.work;
        (w.wage_16, w.wage_30, w.wage_45, w.women_factor) = (1.0, 1.0, 1.0, 1.0);
        (w.schooling_factor, w.disabled_factor, w.farm_earnings, w.farm_days) = (1.0, 1.0, 1.0, 1.0);
        w.property_share = 0.0;
    }
    if !on.kin {
        (e.kin_gift_share, e.child_gift_share) = (0.0, 0.0);
    }
    if !on.borrowing {
        (e.debt_limit, e.interest) = (0.0, 0.0);
    }
    if !on.asset_sales {
        (e.asset_sale_limit, e.asset_return, e.rebuilding_share) = (0.0, 0.0, 0.0);
    }
    if !on.programmes {
        e.support_share_most = 0.0;
    }
    if !on.identification_error {
        (s.lists.income_error, s.lists.dibao_error) = (0.0, 0.0);
    }
    if !on.effort {
        (s.effort.loss, s.effort.years) = (0.0, 1.0);
    }
    if !on.enrolment {
        let e = &mut s.enrolment;
        (e.burden_odds, e.reference_burden, e.illness_odds) = (1.0, 0.02, 1.0);
    }
}

fn county(s: &mut Society, on: &Switches) {
    if !on.funds {
        (s.funds.damping, s.funds.floor, s.funds.reserve) = (0.0, 1.0, 0.0);
        s.funds.burden_limit = 0.0;
    }
    if !on.workforce {
        let w = &mut s.workforce;
        (w.attrition, w.overload_attrition, w.filled) = (0.0, 0.0, 0.0);
        (w.duty_stay, w.duty_years) = (0.0, 1.0);
        // Enough for any number of contracts.
        (w.visits_per_doctor, w.visits_per_contract, w.doctors_per_1000) = (1e9, 1.0, 1.0);
    }
    if !on.villages {
        let v = &mut s.villages;
        (v.doctor_leaves, v.vacancy_filled, v.competent, v.competent_newcomer) = (0.0, 1.0, 1.0, 1.0);
        (v.team_service, v.untrained_effect, v.visits_without_doctor) = (1.0, 1.0, 1.0);
    }
}

fn of_place(place: &mut Place, on: &Switches) {
    if !on.workforce {
        place.staff_level = 1.0;
    }
    if !on.villages {
        place.clinics_staffed = 1.0;
    }
    if !on.capacity {
        place.beds_factor = 1.0;
    }
    if !on.funds {
        (place.aid_budget_factor, place.programme_budget_factor) = (0.0, 1.0);
        (place.own_revenue_yuan, place.local_share_factor) = (0.0, 1.0);
    }
}

fn policy(p: &mut Policy, on: &Switches) {
    if !on.deposits {
        p.deposit_share.fill(ZERO);
        p.deposit_share_outside = ZERO;
    }
    if !on.monitoring {
        (p.classes.detection, p.classes.monitoring) = (ZERO, ZERO);
        (p.classes.sudden_difficulty_share, p.monitoring.share) = (Schedule::Constant(1.0), ZERO);
        (p.classes.illness_poor_share, p.classes.illness_poor_income_yuan) = (ZERO, ZERO);
        p.classes.illness_poor_lookback_months = ZERO;
        let m = &mut p.monitoring;
        (m.self_report, m.alert, m.lag_months, m.watch_years) = (ZERO, ZERO, ZERO, 0);
    }
    if !on.department_lists {
        p.monitoring.list_age_months.fill(ZERO);
    }
    if !on.prevention {
        let s = &mut p.service;
        s.signed.fill(ZERO);
        (s.honoured, s.screening, s.education, s.environment) = (ZERO, ZERO, ZERO, ZERO);
    }
    if !on.mental {
        p.service.mental_care = ZERO;
    }
    if !on.awareness {
        p.service.outreach = ZERO;
    }
    if !on.funds {
        let f = &mut p.funds;
        (f.aid_yuan, f.top_up_yuan, f.critical_share, f.local_risk_share) = (ZERO, ZERO, ZERO, ZERO);
        f.shortage = Shortage::None;
        (f.subsidy_local_share, f.aid_local_share, f.service_local_share) = (ZERO, ZERO, ZERO);
        for programme in &mut p.programmes {
            (programme.budget_yuan, programme.local_share) = (None, ZERO);
        }
    }
    if !on.workforce {
        let s = &mut p.staff;
        (s.talent, s.form_weight, s.leaving_factor) = (ZERO, ZERO, ZERO);
    }
    if !on.villages {
        (p.staff.clinic_talent, p.staff.training) = (ZERO, ZERO);
    }
    if !on.enrolment {
        (p.premiums.waiting_months, p.premiums.waiting_months_per_year) = (ZERO, ZERO);
    }
    if !on.programmes {
        p.programmes.clear();
    }
}
