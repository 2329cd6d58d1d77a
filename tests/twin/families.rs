//! Marriages of sons and new households of couples, on 1 January: once for all regimes.

use fanpin::population::{HouseholdId, PersonId, START, Sex};
use fanpin::random::{Draw, normal, stream, threshold, unit};

use crate::expected::marriage_rate;
use crate::illness::lognormal;
use crate::people::{
    Classes, County, Household, HouseholdState, Person, PersonState, Place, Register, Registration,
};
use crate::setting::{Setting, fen};
use crate::start::{numbers_for_life, quarter};
use fanpin::units::Rate;

pub fn form(setting: &Setting, county: &mut County) {
    for row in 0..county.households.len() {
        for at in 0..county.households[row].members.len() {
            let household = &county.households[row];
            let person = &household.members[at];
            if !person.lives_under_some_regime() {
                continue;
            }
            let [bride, own, leaves, _] =
                setting.key.block(0, person.id.bits(), setting.year, stream::FORMATION);
            let formation = &setting.society().formation;
            let age = person.age(setting.year);
            if person.leads && age <= 59 {
                let leads = |person: &&Person| person.leads && person.lives_under_some_regime();
                let is_last = household.members.iter().filter(leads).count() == 1;
                let chance = if is_last { formation.fission_last } else { formation.fission };
                if leaves < threshold(chance) {
                    set_up(setting, county, row, at);
                }
                continue;
            }
            let is_single_son = person.sex == Sex::Male && person.may_leave && person.partner.is_none();
            let marries = is_single_son
                && setting.happens(Draw::Marriage, person.id, marriage_rate(formation, age))
                && bride < threshold(setting.expected.brides.min(1.0));
            if marries {
                marry(setting, &mut county.households[row], at);
                if own < threshold(formation.own_household) {
                    set_up(setting, county, row, at);
                }
            }
        }
    }
}

/// A wife comes from outside, under every regime under which her husband lives here.
fn marry(setting: &Setting, household: &mut Household, at: usize) {
    let husband = &household.members[at];
    let id = husband.id.spouse().expect("who married in has a partner");
    let gap = setting.society().formation.spouse_age_gap as i16;
    let born = (husband.born + gap).min(setting.year.number() - 20);
    let [_, _, taught, insures] = setting.key.block(0, id.bits(), setting.year, stream::NEWBORN);
    let couple = 1 + household.members.iter().map(|member| member.couple).max().expect("a husband");
    let [literacy_number, contract_number, work_number, frailty_number] = numbers_for_life(setting.key, id);
    let mut wife = Person {
        id,
        sex: Sex::Female,
        born,
        schooling: setting.evidence.schooling_years(Sex::Female, born, unit(taught)),
        couple,
        partner: Some(husband.id),
        leads: false,
        may_leave: true,
        insure_number: (insures >> 32) as u32,
        literacy_number,
        contract_number,
        work_number,
        frailty_number,
        under: vec![PersonState::absent(); husband.under.len()],
    };
    let chronic = chronic_of_bride(setting, id, wife.age(setting.year));
    for (regime, of_husband) in husband.under.iter().enumerate() {
        if of_husband.is_here() {
            let state = &mut wife.under[regime];
            (state.place, state.chronic, state.insured, state.arrived) = (Place::Here, chronic, true, true);
        }
    }
    let husband = &mut household.members[at];
    (husband.partner, husband.couple, husband.leads) = (Some(id), couple, true);
    household.members.push(wife);
}

/// Each group at the national prevalence of her age in 2010.
fn chronic_of_bride(setting: &Setting, id: PersonId, age: i16) -> [bool; 8] {
    let mut words = setting.key.generator(id.bits(), setting.year, stream::SPOUSE);
    std::array::from_fn(|group| words.uniform() < setting.evidence.prevalence(group, Sex::Female, age))
}

/// The couple that a member leads moves with its children to a household of its own, under every regime under
/// which the member lives here; under the others they stay.
fn set_up(setting: &Setting, county: &mut County, row: usize, leader: usize) {
    let old = &mut county.households[row];
    let (leader_id, couple) = (old.members[leader].id, old.members[leader].couple);
    let moves_under: Vec<bool> = old.members[leader].under.iter().map(PersonState::is_here).collect();
    let movers: Vec<usize> = (0..old.members.len()).filter(|at| old.members[*at].couple == couple).collect();
    let mover_ids: Vec<PersonId> = movers.iter().map(|at| old.members[*at].id).collect();
    let mut people = Vec::new();
    for at in &movers {
        let before = &mut old.members[*at];
        let mut after = before.clone();
        for (regime, moves) in moves_under.iter().enumerate() {
            if *moves && before.under[regime].is_here() {
                before.under[regime].place = Place::Moved;
            } else {
                after.under[regime] = PersonState::absent();
            }
        }
        // The couple are the heads; their children may leave them.
        after.may_leave = before.partner.is_none();
        after.partner = before.partner.filter(|partner| mover_ids.contains(partner));
        (after.couple, after.leads) = (0, false);
        (before.may_leave, before.leads, before.partner) = (false, false, None);
        people.push(after);
    }
    let here = |people: &[Person], regime: usize| {
        people.iter().filter(|person| person.under[regime].is_here()).count() as i64
    };
    let mut states = Vec::new();
    for (regime, moves) in moves_under.iter().enumerate() {
        if *moves {
            let (moved, staying) = (here(&people, regime), here(&old.members, regime));
            states.push(divide(&mut old.under[regime], moved, staying));
        } else {
            states.push(nothing());
        }
    }
    let id = HouseholdId::founded_by(leader_id).bits();
    // Block 0 is its founder's, who has the same id.
    let [own, education, judgement, _] = setting.key.block(2, id, START, stream::PROPENSITY);
    let new = Household {
        id,
        judgement: lognormal(setting.society().lists.dibao_error, normal(judgement)).ppm(),
        awareness_number: quarter(own, 0),
        outreach_number: quarter(own, 3),
        education_number: quarter(education, 0),
        persons_at_switch: 0,
        in_cohort: false,
        members: people,
        under: states,
        ..county.households[row].clone()
    };
    county.households.push(new);
}

/// What a household has is divided by heads, to the fen; of registration and lists both keep all.
fn divide(old: &mut HouseholdState, moved: i64, staying: i64) -> HouseholdState {
    let share = Rate::from_ppm((moved * 1_000_000 / (moved + staying)) as u32);
    let mut new = old.clone();
    for (of_old, of_new) in [
        (&mut old.savings, &mut new.savings),
        (&mut old.medical_debt, &mut new.medical_debt),
        (&mut old.other_debt, &mut new.other_debt),
        (&mut old.assets, &mut new.assets),
        (&mut old.assets_sold, &mut new.assets_sold),
        (&mut old.receivable, &mut new.receivable),
        (&mut old.income_last, &mut new.income_last),
        (&mut old.allowance_last, &mut new.allowance_last),
        (&mut old.out_of_pocket_last, &mut new.out_of_pocket_last),
    ] {
        *of_new = fen(*of_old).times(share).fen();
        *of_old -= *of_new;
    }
    (new.members_last, old.members_last) = (moved, staying);
    (new.died_since_switch, new.years_since_shock, new.children_away) = (0, None, 0);
    old.children_away = old.children_away.saturating_add(1);
    new
}

/// A household that nobody lives in under a regime.
pub fn nothing() -> HouseholdState {
    HouseholdState {
        savings: 0,
        medical_debt: 0,
        other_debt: 0,
        assets: 0,
        assets_sold: 0,
        receivable: 0,
        income_last: 0,
        allowance_last: 0,
        out_of_pocket_last: 0,
        net_per_head_last: 0,
        members_last: 0,
        poor_last: false,
        catastrophic_last: false,
        hospital_last: false,
        registration: Registration::Never,
        lifted_in: None,
        listed: false,
        classes: Classes::new(),
        classes_opening: Classes::new(),
        classes_before: Classes::new(),
        found_month: None,
        illness_poor_from: None,
        illness_poor_last: false,
        monitored: None,
        safe_years: 0,
        support_years: 0,
        children_away: 0,
        poor_years: 0,
        poor_since_lifting: false,
        register: Register::Not,
        years_since_shock: None,
        ever_entered: false,
        died_since_switch: 0,
    }
}
