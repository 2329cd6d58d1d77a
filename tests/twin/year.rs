//! The year of a county and of a household, in the order of `docs/odd.md`, section 3.

use fanpin::random::{normal, stream, threshold};
use fanpin::scenario::policy::Class;

use crate::accounts::{Inputs, add_worker, close, lasting_loss, liquidity, loss_before};
use crate::care::Seeking;
use crate::county::{Totals, publish};
use crate::estates::{Estate, inherit};
use crate::illness::{fall_ill, lognormal};
use crate::income::{next_persistent, rank_of};
use crate::knowledge::is_aware;
use crate::lists;
use crate::lives::{deaths_departures_births, is_able, migrate, name_newborns};
use crate::measures::Sums;
use crate::outcome::Outcome;
use crate::people::{County, Household, HouseholdState, PersonState};
use crate::poverty::judge;
use crate::prevention::{Delivered, in_order, prevent};
use crate::schooling::leave_in_distress;
use crate::setting::{Published, Setting, rate};
use crate::support::{Support, apply, received};

/// What became of every household under every regime, and of the county: `[regime]`.
pub struct CountyYear {
    pub published: Vec<Published>,
    /// `[regime][household]`; nothing of a household that was passed over.
    pub outcomes: Vec<Vec<Option<Outcome>>>,
    /// What each household-year adds to the sums: `[regime][household]`.
    pub sums: Vec<Vec<Sums>>,
    /// What households left that came to an end.
    pub estates: Vec<Vec<Estate>>,
    pub totals: Vec<Totals>,
    pub books: Vec<crate::county::Books>,
}

/// A year of a county under the settings of its regimes, one each.
pub fn of_county(settings: &[Setting], county: &mut County) -> CountyYear {
    let regimes = settings.len();
    let published: Vec<Published> =
        (0..regimes).map(|regime| publish(&settings[regime], &county.under[regime])).collect();
    for setting in settings {
        let load = county.under[setting.regime].load as f64 / 1e6;
        for village in &mut county.villages {
            crate::villages::open(setting, village, load);
        }
    }
    crate::families::form(&settings[0], county);
    for state in &mut county.under {
        state.seen_incomes.clear();
        state.judged_incomes.clear();
    }
    let mut year = CountyYear {
        published: published.clone(),
        outcomes: vec![Vec::new(); regimes],
        sums: vec![Vec::new(); regimes],
        estates: Vec::new(),
        totals: vec![Totals::default(); regimes],
        books: Vec::new(),
    };
    let villages = county.villages.clone();
    let mut died_elsewhere = Vec::new();
    for household in &mut county.households {
        draw_shared(&settings[0], household);
        name_newborns(&settings[0], household, regimes);
        for regime in 0..regimes {
            let setting = Setting { published: &published[regime], villages: &villages, ..settings[regime] };
            let outcome = of_household(&setting, household);
            if let Some(outcome) = &outcome {
                (0..household.weight).for_each(|_| year.totals[regime].add(outcome));
                died_elsewhere.push((household.root, household.id, regime, outcome.died_since_switch));
                if outcome.members > 0 {
                    let views = (household.error, household.judgement);
                    let seen = lists::seen(&setting, views, &household.under[regime]);
                    for _ in 0..household.weight {
                        county.under[regime].seen_incomes.push(seen.per_head);
                        county.under[regime].judged_incomes.push(seen.judged_per_head);
                    }
                }
            }
            year.sums[regime].push(crate::measures::of_household(&setting, household, outcome.as_ref()));
            year.outcomes[regime].push(outcome);
        }
    }
    // Deaths in a household that was set up from another count for the cohort of its root from the year after.
    for (root, id, regime, died) in died_elsewhere {
        if county.households[root].id != id {
            county.households[root].under[regime].died_since_switch += died;
        }
    }
    for setting in settings {
        year.estates.push(inherit(setting, county));
    }
    for regime in 0..regimes {
        let setting = Setting { published: &published[regime], ..settings[regime] };
        let books = crate::county::close(&setting, &year.totals[regime], &mut county.under[regime]);
        year.books.push(books);
    }
    year
}

/// The ranks and the officials' error of the year, the same under every regime.
fn draw_shared(setting: &Setting, household: &mut Household) {
    let [transitory, innovation, error, _] =
        setting.key.block(0, household.id, setting.year, stream::HOUSEHOLD_YEAR);
    household.transitory = rank_of(normal(transitory));
    household.persistent =
        next_persistent(&setting.society().economy, household.persistent, rank_of(normal(innovation)));
    household.error_last = household.error;
    household.error = lognormal(setting.society().lists.income_error, normal(error)).ppm();
}

/// A year of a household under a regime; a household without members is passed over.
fn of_household(setting: &Setting, household: &mut Household) -> Option<Outcome> {
    let regime = setting.regime;
    let own = &household.under[regime];
    if own.members_last == 0 {
        return None;
    }
    let mut outcome =
        Outcome { poor_last: own.poor_last, billed: vec![0; household.members.len()], ..Outcome::default() };
    let before: Vec<PersonState> = household.members.iter().map(|p| p.under[regime].clone()).collect();
    open_lists(setting, household, &mut outcome);
    enrol(setting, household);
    deaths_departures_births(setting, household, &mut outcome);
    migrate(setting, household);
    let delivered = prevent(setting, household, &mut outcome);
    let stays = fall_ill(setting, household, &delivered);
    let mut seeking = Seeking {
        setting,
        delivered: &delivered,
        used: Default::default(),
        liquidity: liquidity(setting, household),
        lost: vec![0; household.members.len()],
        admitted: vec![0; household.members.len()],
        forgone: vec![false; household.members.len()],
        settled: Vec::new(),
        household,
    };
    seeking.through_the_year(&stays, &mut outcome);
    let lost = seeking.lost;
    close_accounts(setting, household, &before, &delivered, &lost, &mut outcome);
    judge(setting, household, &mut outcome);
    leave_in_distress(setting, household, &mut outcome);
    Some(outcome)
}

/// Lists on 1 January, and the programmes that follow from them.
fn open_lists(setting: &Setting, household: &mut Household, outcome: &mut Outcome) {
    let regime = setting.regime;
    let has_worker = household.members.iter().any(|person| is_able(setting, person));
    outcome.is_aware = is_aware(setting, household);
    lists::open(setting, household, has_worker, outcome.is_aware);
    let own = &household.under[regime];
    let seen = lists::seen(setting, (household.error_last, household.judgement), own);
    outcome.at_risk = lists::is_at_risk(setting, &seen, own);
    outcome.risk_is_monitored = outcome.at_risk && lists::is_monitored(&own.classes);
    outcome.found = own.found_month.is_some();
    let line = setting.monitoring_line(setting.year.previous());
    outcome.is_target = own.income_last < line * own.members_last;
    outcome.grants = apply(setting, household, &seen, has_worker);
    outcome.support = received(setting, &outcome.grants);
}

/// The classes by which premiums and enrolment go: those of 1 January, and illness-poor if it was that at the end
/// of last year.
fn classes_of_premiums(own: &HouseholdState) -> Vec<Class> {
    let mut classes = own.classes_opening.clone();
    if own.illness_poor_last {
        classes.insert(Class::IllnessPoor);
    }
    in_order(&classes)
}

/// A premium and the part of it that aid pays, fen: the best of the household's classes.
fn premium_and_aid(setting: &Setting, household: &Household) -> (i64, i64) {
    let (rules, year) = (&setting.policy.premiums, setting.year);
    let premium = crate::evidence::yuan(rules.premium_yuan.at(year) * setting.terms_growth());
    let classes = classes_of_premiums(&household.under[setting.regime]);
    let share = |class: Class| rate(rules.aid_share[class as usize].at(year).clamp(0.0, 1.0));
    let best = classes.into_iter().map(share).max().expect("one class at least");
    (premium.fen(), premium.times(best).fen())
}

/// Enrolment in basic insurance on the classes of 1 January and last year's income and bills.
fn enrol(setting: &Setting, household: &mut Household) {
    let (rules, year) = (&setting.policy.premiums, setting.year);
    let enrolment = &setting.society().enrolment;
    let (premium, aid) = premium_and_aid(setting, household);
    let own = &household.under[setting.regime];
    let burden = i128::from((premium - aid) * own.members_last) * 1_000_000;
    let reference = (enrolment.reference_burden * 1e6) as i128 * i128::from(own.income_last.max(1));
    // Whole doublings of the reference burden, from a sixteenth to sixteen times.
    let doublings = (-3..=4_i32).rev().find(|k| burden * 16 >= reference << (k + 4)).unwrap_or(-4);
    let chance = |class: Class| {
        let of_policy = rules.enrolment[class as usize].at(year);
        if of_policy >= 1.0 || setting.policy.implementation.target_group {
            return 1.0;
        }
        let illness = if own.hospital_last { enrolment.illness_odds } else { 1.0 };
        let burden = libm::pow(enrolment.burden_odds, f64::from(doublings));
        let odds = of_policy / (1.0 - of_policy) * burden * illness;
        odds / (1.0 + odds)
    };
    let classes = classes_of_premiums(own);
    let best = classes.iter().map(|class| chance(*class)).fold(0.0, f64::max);
    let never_wait =
        |class: &Class| !matches!(class, Class::Ordinary | Class::LiftedStable | Class::IllnessPoor);
    let is_exempt = classes.iter().any(never_wait);
    let months = |schedule: &fanpin::scenario::policy::Schedule| (schedule.at(year) + 0.5) as u32;
    let (first, further) = (months(&rules.waiting_months), months(&rules.waiting_months_per_year));
    for at in household.here(setting.regime) {
        let number = household.members[at].insure_number;
        let state = household.person_mut(at, setting.regime);
        state.insured = best >= 1.0 || u64::from(number) < threshold(best) >> 32;
        if !state.insured {
            state.missed_years = state.missed_years.saturating_add(1);
            continue;
        }
        let waits = state.missed_years > 0 && !is_exempt;
        let months = if waits { first + further * u32::from(state.missed_years - 1) } else { 0 };
        state.benefits_from_month = months.min(12) as u8;
        state.missed_years = 0;
    }
}

/// Income and payments of the year; where the household enters net poverty, its twin without this year's
/// illness too.
fn close_accounts(
    setting: &Setting,
    household: &mut Household,
    before: &[PersonState],
    delivered: &[Delivered],
    lost: &[i64],
    outcome: &mut Outcome,
) {
    let (regime, year) = (setting.regime, setting.year);
    let (premium, aid) = premium_and_aid(setting, household);
    let subsidy =
        crate::evidence::yuan(setting.policy.premiums.subsidy_yuan.at(year) * setting.terms_growth()).fen();
    let mut inputs = Inputs {
        persistent: household.persistent,
        transitory: household.transitory,
        support: outcome.support,
        out_of_pocket: outcome.care.out_of_pocket,
        late: outcome.care.late,
        ..Inputs::default()
    };
    let mut healthy = Inputs { out_of_pocket: 0, late: 0, ..inputs.clone() };
    for at in household.here(regime) {
        let (age, state) = (household.members[at].age(year), household.person(at, regime));
        inputs.members += 1;
        outcome.away += i64::from(state.away);
        if state.insured {
            outcome.insured += 1;
            outcome.premiums_own += premium - aid;
            outcome.premiums_aid += aid;
            outcome.premiums_subsidy += subsidy;
        }
        outcome.literate_adults += i64::from(age >= 18 && delivered[at].literate);
        if setting.works(age) {
            outcome.workers += 1;
            let member = &household.members[at];
            let lasting = lasting_loss(setting, state, delivered[at].mental_treated);
            add_worker(setting, &mut inputs, member, lasting, lost[at]);
            let of_before = loss_before(setting, &before[at], state, &delivered[at]);
            add_worker(setting, &mut healthy, member, of_before, 0);
        }
    }
    let residents = household.here(regime).into_iter().filter(|at| !household.person(*at, regime).away);
    outcome.elderly_only = residents.map(|at| household.members[at].age(year)).all(|age| age >= 60);
    outcome.members = inputs.members;
    inputs.premiums = outcome.premiums_own;
    if outcome.members == 0 {
        outcome.support = Support::default();
        outcome.grants.clear();
        return;
    }
    (healthy.members, healthy.premiums) = (inputs.members, inputs.premiums);
    let own = &mut household.under[regime];
    let mut twin = own.clone();
    outcome.accounts = close(setting, &inputs, own);
    let line = setting.official_line(year) * outcome.members;
    let enters = !outcome.poor_last && outcome.accounts.net_income < line;
    outcome.not_poor_by_twin = enters && close(setting, &healthy, &mut twin).net_income >= line;
    own.support_years =
        if inputs.support.without_condition > 0 { own.support_years.saturating_add(1) } else { 0 };
}

/// Fixes the groups of households on 31 December before the switch.
pub fn fix_groups(setting: &Setting, county: &mut County) {
    for row in 0..county.households.len() {
        let root = county.households[row].root;
        if root == row {
            crate::groups::of_root(setting, &mut county.households[row]);
        } else {
            county.households[row].group = county.households[root].group;
        }
    }
}
