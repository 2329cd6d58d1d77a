//! What the fast core did, household by household and year by year.

use std::collections::BTreeMap;

use fanpin::county::Published;
use fanpin::population::columns::{self, CountyState, HouseholdState, Monitored, NEVER, Status};
use fanpin::record::{PanelRow, TALLIES};
use fanpin::simulation::Witness;
use fanpin::units::Year;

use crate::compare::Quantities;

/// A year of the county as it stood at the end.
pub struct FastYear {
    pub county: columns::County,
    pub states: Vec<CountyState>,
    pub published: Vec<Published>,
}

/// Everything the fast core showed.
#[derive(Default)]
pub struct Seen {
    pub years: BTreeMap<i16, FastYear>,
    /// By year, regime and household.
    pub households: BTreeMap<(i16, usize, u64), ([i64; TALLIES], PanelRow)>,
}

impl Witness for Seen {
    fn household(&mut self, tallies: &[i64; TALLIES], row: &PanelRow) {
        let key = (row.year, usize::from(row.regime), row.household);
        assert!(self.households.insert(key, (*tallies, *row)).is_none(), "a household-year is seen once");
    }

    fn year(
        &mut self,
        year: Year,
        county: &columns::County,
        states: &[CountyState],
        published: &[Published],
    ) {
        let seen =
            FastYear { county: county.clone(), states: states.to_vec(), published: published.to_vec() };
        self.years.insert(year.number(), seen);
    }
}

impl FastYear {
    /// What the county published, and its money and staff at the end of the year, with as many programmes as the
    /// policy has.
    pub fn of_county(&self, regime: usize, programmes: usize, into: &mut Quantities) {
        let (state, published) = (&self.states[regime], &self.published[regime]);
        into.add("threshold of registration", state.thresholds.registration);
        into.add("threshold of dibao", state.thresholds.dibao);
        into.add("threshold of monitoring", state.thresholds.monitored);
        into.add("contracts honoured", published.honoured);
        into.add("county cases treated", published.capability);
        into.add("township cases that staff lack for", published.turned_away);
        into.add("staff published", published.staff_ppm);
        into.add("beds published", published.beds_ppm);
        for (village, clinic) in self.county.villages.iter().zip(&state.clinics) {
            into.add("village", village.id as i64);
            into.add("environment number", village.environment_word);
            into.add("doctor", clinic.doctor);
            into.add("competent doctor", clinic.competent);
        }
        for payer in 0..published.proration.len() {
            into.add(format!("share met by payer {payer}"), published.proration[payer].ppm());
            into.add(format!("months late of payer {payer}"), published.delay_months[payer]);
        }
        for (at, served) in published.served[..programmes].iter().enumerate() {
            into.add(format!("share served by programme {at}"), served.ppm());
        }
        let funds = &state.funds;
        for account in 0..4 {
            into.add(format!("balance of account {account}"), funds.balance[account]);
            into.add(format!("money share of account {account}"), funds.share[account]);
        }
        for (at, purse) in funds.purses[..programmes].iter().enumerate() {
            into.add(format!("balance of programme {at}"), purse.balance);
            into.add(format!("money share of programme {at}"), purse.share);
        }
        into.add("staff", funds.staff_ppm);
        into.add("load", funds.load_ppm);
        into.add("beds", funds.beds_ppm);
        for (years, talents) in funds.talents.into_iter().enumerate() {
            into.add(format!("talents of {years} years"), talents);
        }
    }

    pub fn of_household(&self, row: usize, regime: usize, into: &mut Quantities) {
        let household = &self.county.households[row];
        into.add("root", household.root);
        into.add("persistent rank", household.persistent);
        into.add("transitory rank", household.transitory);
        into.add("officials' error", household.official_error);
        into.add("factor of distance", household.distance_factor);
        into.add("village's judgement", household.judgement);
        into.add("awareness number", household.awareness_word);
        into.add("village", household.village);
        into.add("outreach number", household.outreach_word);
        into.add("education number", household.education_word);
        for slot in household.range() {
            self.of_person(slot, household.start as usize, regime, into);
        }
        let state = &self.states[regime].households[row];
        into.add("members", state.members_last);
        if state.members_last > 0 {
            of_state(state, into);
        }
    }

    fn of_person(&self, slot: usize, start: usize, regime: usize, into: &mut Quantities) {
        let (person, state) = (&self.county.persons[slot], &self.states[regime].persons[slot]);
        let partner = usize::from(person.partner).checked_sub(1).map(|at| self.county.persons[start + at].id);
        into.of_person(person.id);
        into.add("sex", person.sex);
        into.add("year of birth", person.birth_year);
        into.add("schooling", person.schooling);
        into.add("couple", person.unit);
        into.add("partner", partner.unwrap_or(0) as i64);
        into.add("leads", person.leads);
        into.add("may leave", person.may_leave);
        into.add("number to insure", person.insure_word);
        into.add("number of literacy", person.literacy_word);
        into.add("number of contract", person.contract_word);
        into.add("number of work", person.work_word);
        into.add("score of frailty", i64::from(person.frailty_score));
        into.add("where", state.status as u8);
        if state.status == Status::Present {
            into.add("chronic groups", state.chronic);
            into.add("disabled", state.disabled);
            into.add("care forgone", state.untreated);
            into.add("away", state.away);
            into.add("insured", state.insured);
            into.add("years missed", state.missed);
            into.add("benefits from month", if state.insured { state.benefits_from } else { 0 });
            into.add("years widowed", state.widowed);
            into.add("admitted last year", state.admitted);
            into.add("schooling lost", state.schooling_lost);
            into.add("years since cancer", i64::from(state.since_cancer) - 1);
            into.add("years since stroke", i64::from(state.since_stroke) - 1);
        }
        into.of_household();
    }
}

fn of_state(state: &HouseholdState, into: &mut Quantities) {
    into.add("savings", state.savings);
    into.add("medical debt", state.medical_debt);
    into.add("other debt", state.other_debt);
    into.add("assets", state.assets);
    into.add("assets sold", state.assets_sold);
    into.add("receivable", state.receivable);
    into.add("income", state.income_last);
    into.add("allowance", state.allowance_last);
    into.add("out of pocket", state.out_of_pocket_last);
    into.add("net income a head", state.net_per_head_last);
    into.add("poor", state.poor_last);
    into.add("catastrophic", state.catastrophic_last);
    into.add("hospital", state.hospital_last);
    into.add("registration", state.registration as u8);
    into.add("lifted in", state.lifted_in);
    into.add("listed", state.listed);
    into.add("classes", state.classes);
    into.add("classes on 1 January", state.classes_opening);
    into.add("classes last year", state.classes_before);
    into.add("found in month", if state.found_month == NEVER { -1 } else { i64::from(state.found_month) });
    let from = state.illness_poor_from;
    into.add("illness-poor from month", if from == NEVER { -1 } else { i64::from(from) });
    into.add("illness-poor last year", state.illness_poor_last);
    into.add("monitored", state.monitored as u8);
    into.add("years without risk", if state.monitored == Monitored::No { 0 } else { state.safe_years });
    into.add("years of support", state.support_years);
    into.add("children away", state.children_away);
    into.add("years in poverty", state.poor_years);
    into.add("poor since lifting", state.poor_since_exit);
    into.add("on the register", state.register as u8);
    into.add("years since a major illness", i64::from(state.shock_years) - 1);
    into.add("ever entered", state.ever_entered);
    into.add("died since the switch", state.died_since_switch);
}
