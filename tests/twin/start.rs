//! The county at the end of 2010, made of the households that were drawn.

use std::collections::BTreeMap;

use fanpin::population::synthesis::{Founder, HouseholdDraw, Relation, Synthesiser, draw_household};
use fanpin::population::{HouseholdId, PersonId, START, Sex};
use fanpin::random::{Draw, Key, normal, stream, threshold};
use fanpin::simulation::CountyTask;

use crate::families::nothing;
use crate::illness::lognormal;
use crate::income::{illness_free, permanent_rank, rank_of, strength, whole_rank};
use crate::lists::{Seen, seen};
use crate::lives::{going_rate, returning_rate};
use crate::people::{County, CountyState, Household, HouseholdState, Person, PersonState, Place};
use crate::setting::{Setting, whole};

/// One of the four numbers of 16 bits in a word, the lowest first.
pub fn quarter(word: u64, at: u32) -> u16 {
    (word >> (16 * at)) as u16
}

/// Numbers for health literacy, for a family-doctor contract, for work and for frailty.
pub fn numbers_for_life(key: Key, id: PersonId) -> [u16; 4] {
    let word = key.block(0, id.bits(), START, stream::PROPENSITY)[0];
    [0, 1, 2, 3].map(|at| quarter(word, at))
}

/// Who belongs to which couple, with whom, and who leads a couple that lives with the parents: by position.
struct Couples {
    couple: Vec<u32>,
    partner: Vec<Option<usize>>,
    leads: Vec<bool>,
}

/// The head and spouse, and a father and mother of theirs, are couple 0; each child's spouse makes a couple with
/// the first single child of the other sex; grandchildren belong to the first of these couples.
fn couples(members: &[Founder]) -> Couples {
    let mut found = Couples {
        couple: vec![0; members.len()],
        partner: vec![None; members.len()],
        leads: vec![false; members.len()],
    };
    let of = |relation: Relation| -> Vec<usize> {
        (0..members.len()).filter(|at| members[*at].relation == relation).collect()
    };
    if let ([head, ..], [spouse, ..]) = (&of(Relation::Head)[..], &of(Relation::Spouse)[..]) {
        (found.partner[*head], found.partner[*spouse]) = (Some(*spouse), Some(*head));
    }
    if let [a, b, ..] = of(Relation::Parent)[..]
        && members[a].sex != members[b].sex
    {
        (found.partner[a], found.partner[b]) = (Some(b), Some(a));
    }
    let mut number = 0;
    for in_law in of(Relation::ChildInLaw) {
        let children = of(Relation::Child);
        let single = children
            .iter()
            .find(|at| members[**at].sex != members[in_law].sex && found.partner[**at].is_none());
        if let Some(child) = single {
            number += 1;
            (found.couple[*child], found.couple[in_law]) = (number, number);
            (found.partner[*child], found.partner[in_law]) = (Some(in_law), Some(*child));
            found.leads[*child] = true;
        }
    }
    of(Relation::Grandchild).into_iter().for_each(|at| found.couple[at] = number.min(1));
    found
}

fn founder(
    setting: &Setting,
    household: HouseholdId,
    members: &[Founder],
    couples: &Couples,
    at: usize,
) -> Person {
    let (member, id) = (&members[at], household.founder(members[at].slot));
    let [literacy_number, contract_number, work_number, frailty_number] = numbers_for_life(setting.key, id);
    let mut person = Person {
        id,
        sex: member.sex,
        born: member.birth_year,
        schooling: member.schooling_years,
        couple: couples.couple[at],
        partner: couples.partner[at].map(|partner| household.founder(members[partner].slot)),
        leads: couples.leads[at],
        may_leave: matches!(member.relation, Relation::Child | Relation::ChildInLaw | Relation::Grandchild),
        insure_number: (member.insure_word >> 32) as u32,
        literacy_number,
        contract_number,
        work_number,
        frailty_number,
        under: vec![PersonState::absent()],
    };
    // Away with the share at which as many go as come home.
    let woman = if member.sex == Sex::Female { setting.society().migration.women_factor } else { 1.0 };
    let age = person.age(START);
    let (goes, returns) = (going_rate(setting, age) * woman, returning_rate(setting, age));
    let lane = setting.key.lanes_of(Draw::Going.block(), id.bits(), START)[Draw::Going.lane()];
    let number = setting.key.extended(Draw::Going, lane, id.bits(), START);
    let state = &mut person.under[0];
    state.place = Place::Here;
    state.chronic = std::array::from_fn(|group| member.chronic.0 >> group & 1 == 1);
    state.disabled = member.disabled;
    state.insured = true;
    state.away = !member.disabled && goes > 0.0 && number < threshold(goes / (goes + returns));
    person
}

/// A household as drawn. `setting` is of the first year.
fn household(
    setting: &Setting,
    (root, village): (usize, usize),
    id: HouseholdId,
    draw: &HouseholdDraw,
) -> Household {
    let (society, couples) = (setting.society(), couples(&draw.members));
    let people: Vec<Person> =
        (0..draw.members.len()).map(|at| founder(setting, id, &draw.members, &couples, at)).collect();
    let [transitory, _, error, _] = setting.key.block(0, id.bits(), START, stream::HOUSEHOLD_YEAR);
    let [own, education, judgement, _] = setting.key.block(0, id.bits(), START, stream::PROPENSITY);
    let members = i64::try_from(people.len()).expect("a household is small");
    let workers = people.iter().filter(|person| setting.works(person.age(START)));
    let strength = workers.map(|person| strength(society, &person.under[0])).sum();
    let (persistent, transitory) = (i64::from(draw.permanent_score), rank_of(normal(transitory)));
    let permanent = permanent_rank(society, persistent, members, strength);
    let rank = whole_rank(society, permanent, transitory);
    let income = illness_free(society, setting.place, setting.evidence, START, rank).fen();
    let minutes = f64::from(draw.travel_minutes.max(1));
    let distance = libm::pow(minutes / 45.0, society.care.distance_elasticity).clamp(0.2, 5.0);
    let state = HouseholdState {
        savings: draw.savings_fen,
        medical_debt: draw.medical_debt_fen,
        other_debt: draw.other_debt_fen,
        assets: draw.productive_assets_fen,
        income_last: income * members,
        net_per_head_last: income,
        members_last: members,
        poor_last: income < setting.official_line(START),
        ..nothing()
    };
    Household {
        id: id.bits(),
        root,
        persistent,
        transitory,
        error: lognormal(society.lists.income_error, normal(error)).ppm(),
        error_last: 0,
        judgement: lognormal(society.lists.dibao_error, normal(judgement)).ppm(),
        distance: (distance * 1e6) as u32,
        awareness_number: quarter(own, 0),
        village,
        outreach_number: quarter(own, 3),
        education_number: quarter(education, 0),
        group: None,
        persons_at_switch: 0,
        in_cohort: false,
        weight: 1,
        members: people,
        under: vec![state],
    }
}

/// The county at the end of 2010, with full funds and the staff of the place.
pub fn county(setting: &Setting, synthesiser: &Synthesiser, task: &CountyTask) -> County {
    let mut draw = HouseholdDraw::default();
    let mut households = Vec::new();
    let indices = task.first..task.first + task.households;
    let villages = crate::villages::at_start(task.key, task.county, indices.clone(), setting);
    for index in indices {
        draw_household(synthesiser, task.key, task.county, index, &mut draw);
        let id = HouseholdId::root_of(task.county, index);
        // The last village that begins at or before the household.
        let village = villages.iter().rposition(|village| village.id <= id.bits()).expect("a village");
        households.push(household(setting, (households.len(), village), id, &draw));
    }
    let seen: Vec<Seen> =
        households.iter().map(|h| seen(setting, (h.error, h.judgement), &h.under[0])).collect();
    let state = CountyState {
        seen_incomes: seen.iter().map(|seen| seen.per_head).collect(),
        judged_incomes: seen.iter().map(|seen| seen.judged_per_head).collect(),
        balance: [0; 4],
        money_share: [1_000_000; 4],
        purses: BTreeMap::new(),
        staff: whole(setting.place.staff_level * 1e6),
        talents: vec![0; 15],
        load: 0,
        beds: 1_000_000,
    };
    County { households, villages, under: vec![state] }
}
