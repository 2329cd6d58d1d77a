//! Lists on 1 January, alerts during the year, and what each department knows.

use fanpin::random::threshold;
use fanpin::scenario::policy::{Class, Department, ListRule, Schedule};
use fanpin::units::{Rate, Year};

use crate::evidence::yuan;
use crate::illness_poor;
use crate::people::{Classes, Household, HouseholdState, Registration, Risk};
use crate::setting::{Setting, fen, rate};

/// Last year's income and net income per head as officials see them.
pub struct Seen {
    pub per_head: i64,
    pub net_per_head: i64,
    /// Income as the village judges it for dibao.
    pub judged_per_head: i64,
}

/// What officials see at an error in millionths, and what the village makes of that; means tests leave support
/// without condition out. An ideal agency sees what there is.
pub fn seen(setting: &Setting, (error, judgement): (u32, u32), state: &HouseholdState) -> Seen {
    let is_ideal = setting.policy.implementation.agency;
    let [error, judgement] =
        [error, judgement].map(|view| Rate::from_ppm(if is_ideal { 1_000_000 } else { view }));
    let per_head = fen((state.income_last - state.allowance_last) / state.members_last.max(1)).times(error);
    Seen {
        per_head: per_head.fen(),
        judged_per_head: per_head.times(judgement).fen(),
        net_per_head: fen(state.net_per_head_last).times(error).fen(),
    }
}

/// What the departments do of themselves: all of it if the agency is ideal.
fn chance(setting: &Setting, schedule: &Schedule) -> u64 {
    threshold(if setting.policy.implementation.agency { 1.0 } else { schedule.at(setting.year) })
}

/// Whole months; none if the agency is ideal.
pub fn months(setting: &Setting, schedule: &Schedule) -> u32 {
    if setting.policy.implementation.agency { 0 } else { (schedule.at(setting.year) + 0.5) as u32 }
}

/// A multiple of last year's official line, fen.
fn lines(setting: &Setting, factor: f64) -> i64 {
    fen(setting.official_line(setting.year.previous())).times(rate(factor)).fen()
}

fn monitors(setting: &Setting) -> bool {
    setting.policy.classes.monitoring.at(setting.year) >= 0.5
}

pub fn is_near_line(setting: &Setting, seen: &Seen) -> bool {
    seen.net_per_head < setting.monitoring_line(setting.year.previous())
        && seen.per_head < setting.published.monitored
}

/// Whether own spending is over the share of last year's income that makes sudden difficulty.
fn is_large(setting: &Setting, spent: i64, state: &HouseholdState) -> bool {
    let share = rate(setting.policy.classes.sudden_difficulty_share.at(setting.year));
    fen(spent) > fen(state.income_last.max(0)).times(share)
}

pub fn is_at_risk(setting: &Setting, seen: &Seen, state: &HouseholdState) -> bool {
    monitors(setting) && (is_near_line(setting, seen) || is_large(setting, state.out_of_pocket_last, state))
}

/// Registration, lifting, the list, dibao, monitoring; the classes of the year.
pub fn open(setting: &Setting, household: &mut Household, has_worker: bool, is_aware: bool) {
    let [rounds, destitute, report, _] = setting.list_words(household.id);
    let views = (household.error_last, household.judgement);
    let seen = seen(setting, views, &household.under[setting.regime]);
    let state = &mut household.under[setting.regime];
    register(setting, &seen, state);
    keep_list(setting, &seen, rounds, state);
    illness_poor::carry(setting, state);
    state.found_month = None;
    let found = rounds < chance(setting, &setting.policy.classes.detection)
        || (is_aware && report < threshold(setting.policy.monitoring.self_report.at(setting.year)));
    let found_as = follow(setting, &seen, found, state);
    let classes = classes_by_income(setting, &seen, has_worker, destitute, state);
    state.classes_opening = with_monitored(classes.clone(), state);
    if let Some(risk) = found_as {
        find(setting, risk, 0, state);
    }
    state.classes = with_monitored(classes, state);
}

fn register(setting: &Setting, seen: &Seen, state: &mut HouseholdState) {
    let (lists, year) = (&setting.society().lists, i64::from(setting.year.number()));
    if year == lists.registration_year && seen.per_head < setting.published.registration {
        state.registration = Registration::Registered;
        state.listed = true;
    }
    let in_campaign = year > lists.registration_year && year <= lists.lifting_last_year;
    let passed_line = in_campaign && seen.per_head >= lines(setting, lists.lifting_lines);
    let all = year == lists.lifting_last_year + 1;
    if state.registration == Registration::Registered && (passed_line || all) {
        state.registration = Registration::Lifted;
        state.lifted_in = Some(setting.year);
    }
}

/// After the campaign the list is kept by the regime's rule; in it nobody leaves.
fn keep_list(setting: &Setting, seen: &Seen, rounds: u64, state: &mut HouseholdState) {
    let (lists, year) = (&setting.society().lists, i64::from(setting.year.number()));
    if (lists.registration_year..=lists.lifting_last_year).contains(&year) {
        return;
    }
    let rules = &setting.policy.classes;
    let has_ended = rules.list_last_year.is_some_and(|last: Year| setting.year > last);
    match rules.list {
        _ if has_ended => state.listed = false,
        ListRule::Ended => state.listed = false,
        ListRule::Frozen => {}
        ListRule::Rechecked => {
            let exit = lines(setting, rules.list_exit_lines.at(setting.year));
            let is_poor = seen.net_per_head < setting.official_line(setting.year.previous());
            if state.listed && seen.net_per_head >= exit {
                state.listed = false;
            } else if is_poor && rounds < chance(setting, &rules.detection) {
                state.listed = true;
            }
        }
    }
}

/// Follows a household that is monitored, and says what another is found to be.
fn follow(setting: &Setting, seen: &Seen, found: bool, state: &mut HouseholdState) -> Option<Risk> {
    if !monitors(setting) {
        state.monitored = None;
        return None;
    }
    let near = is_near_line(setting, seen);
    let sudden = is_large(setting, state.out_of_pocket_last, state);
    if state.monitored.is_some() {
        state.safe_years = if near || sudden { 0 } else { state.safe_years + 1 };
        if state.safe_years >= setting.policy.monitoring.watch_years.max(1) {
            state.monitored = None;
        }
        return None;
    }
    if !found {
        return None;
    }
    if near {
        Some(Risk::NearLine)
    } else if sudden {
        Some(Risk::Sudden)
    } else {
        None
    }
}

fn find(setting: &Setting, risk: Risk, month: u32, state: &mut HouseholdState) {
    state.monitored = Some(risk);
    state.safe_years = 0;
    state.found_month = Some(month + months(setting, &setting.policy.monitoring.lag_months));
}

fn classes_by_income(
    setting: &Setting,
    seen: &Seen,
    has_worker: bool,
    destitute: u64,
    state: &HouseholdState,
) -> Classes {
    let mut classes = Classes::new();
    if state.listed {
        classes.insert(Class::Registered);
    }
    let edge = setting.policy.classes.dibao_edge_standards.at(setting.year);
    if seen.judged_per_head < setting.published.dibao {
        let is_destitute = !has_worker && destitute < threshold(setting.society().lists.destitute_share);
        classes.insert(if is_destitute { Class::Destitute } else { Class::Dibao });
    } else if seen.per_head < yuan(setting.dibao_standard() * edge).fen() {
        classes.insert(Class::DibaoEdge);
    }
    classes
}

fn with_monitored(mut classes: Classes, state: &HouseholdState) -> Classes {
    let is_lifted = state.registration == Registration::Lifted;
    match state.monitored {
        Some(Risk::NearLine) if is_lifted => classes.insert(Class::Unstable),
        Some(Risk::NearLine) => classes.insert(Class::Marginal),
        Some(Risk::Sudden) => classes.insert(Class::SuddenDifficulty),
        None if is_lifted => classes.insert(Class::LiftedStable),
        None => false,
    };
    classes
}

/// An alert on the year's own spending, in the month of a stay.
pub fn alert(setting: &Setting, household: u64, spent: i64, month: u32, state: &mut HouseholdState) -> bool {
    let [.., word] = setting.list_words(household);
    let raised = monitors(setting)
        && state.monitored.is_none()
        && word < chance(setting, &setting.policy.monitoring.alert)
        && is_large(setting, spent, state);
    if raised {
        find(setting, Risk::Sudden, month, state);
        state.classes.remove(&Class::LiftedStable);
        state.classes.insert(Class::SuddenDifficulty);
    }
    raised
}

/// The classes on a department's list in a month.
pub fn known_to(setting: &Setting, department: Department, month: u32, state: &HouseholdState) -> Classes {
    let age = months(setting, &setting.policy.monitoring.list_age_months[department as usize]);
    if month < age {
        return state.classes_before.clone();
    }
    let mut classes = match state.found_month {
        Some(found) if month - age >= found => state.classes.clone(),
        _ => state.classes_opening.clone(),
    };
    if state.illness_poor_from.is_some_and(|from| month - age >= from) {
        classes.insert(Class::IllnessPoor);
    }
    classes
}

pub fn is_monitored(classes: &Classes) -> bool {
    [Class::Unstable, Class::Marginal, Class::SuddenDifficulty].iter().any(|class| classes.contains(class))
}
