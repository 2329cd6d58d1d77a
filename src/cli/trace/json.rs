//! A trace as JSON: amounts in fen, ids as decimal text, the columns of `panel.parquet` among each year's.

use serde_json::{Map, Value, json};

use super::Choice;
use crate::economy::Accounts;
use crate::population::columns::{HouseholdState, NEVER, Registration};
use crate::population::{ChronicSet, Sex};
use crate::report::panel;
use crate::scenario::Scenario;
use crate::scenario::policy::{Class, ClassSet, PAYERS, Payer, Policy};
use crate::simulation::{Forgone, Stay};
use crate::trace::words::reason_name;
use crate::trace::{Event, LifeYear, Mattered, Member, Rule, Trace};
use crate::units::{Money, Year};

/// The whole trace.
pub(super) fn of_trace(trace: &Trace, scenario: &Scenario, choice: Option<&Choice>) -> Value {
    let picked = choice.map(|choice| {
        json!({
            "outcome": choice.wanted.flow().name(),
            "regime": scenario.regimes[choice.regime].id,
            "by": choice.by.number(),
            "of": choice.picked.of,
        })
    });
    let split_offs = trace.split_offs.iter();
    let split_offs: Vec<Value> = split_offs
        .map(|(household, year)| json!({ "household": household.to_string(), "year": year.number() }))
        .collect();
    let regimes = scenario.regimes.iter().zip(&trace.lives).map(|(regime, life)| {
        let years = life.years.iter().zip(&trace.lines);
        json!({
            "regime": regime.id,
            "label": { "en": regime.label_en, "zh": regime.label_zh },
            "flow": life.flow.map(|flow| flow.name()),
            "ended": life.ended.map(|year| year.number()),
            "years": years.map(|(year, line)| of_year(year, *line, scenario, &regime.policy)).collect::<Vec<_>>(),
        })
    });
    json!({
        "scenario": scenario.name,
        "seed": scenario.plan.seed,
        "replicate": trace.replicate,
        "place": scenario.places[trace.place].id,
        "county": trace.county,
        "household": trace.household.to_string(),
        "root_household": trace.root.to_string(),
        "split_offs": split_offs,
        "baseline": scenario.regimes[trace.baseline].id,
        "picked": picked,
        "regimes": regimes.collect::<Vec<_>>(),
    })
}

fn of_year(year: &LifeYear, line: Money, scenario: &Scenario, policy: &Policy) -> Value {
    let mut all = panel::as_json(&year.row, scenario);
    let detail = &year.detail;
    let inpatient: Money = detail.stays.iter().map(|stay| stay.bill).sum();
    // Before the switch all follow history.
    let before = Year::new(year.row.year) < scenario.plan.switch_year;
    let policy = if before { &scenario.history } else { policy };
    let paid = policy.programmes.iter().enumerate();
    let programmes: Map<String, Value> =
        paid.map(|(at, programme)| (programme.id.clone(), detail.grants.paid(at).fen().into())).collect();
    let more = json!({
        "poverty_line_fen": line.fen(),
        "members": year.members.iter().map(of_member).collect::<Vec<_>>(),
        "events": year.events.iter().map(of_event).collect::<Vec<_>>(),
        "stays": detail.stays.iter().map(of_stay).collect::<Vec<_>>(),
        "forgone_episodes": detail.forgone.iter().map(of_forgone).collect::<Vec<_>>(),
        "outpatient_bill_fen": year.row.bill_fen - inpatient.fen(),
        "accounts": of_accounts(&detail.accounts),
        "late_to_come_fen": detail.late.fen(),
        "claimed_back_fen": detail.claimed_back.fen(),
        "premium_aid_fen": detail.premium_aid.fen(),
        "programmes": programmes,
        "registration": registration(&year.state),
        "found": detail.found,
        "found_month": (year.state.found_month != NEVER).then(|| year.state.found_month + 1),
        "knows_the_rules": detail.aware,
        "rule": year.mattered.as_ref().map(of_rule),
    });
    if let Value::Object(more) = more {
        all.extend(more);
    }
    Value::Object(all)
}

fn diseases(set: ChronicSet) -> Vec<&'static str> {
    set.iter().map(crate::population::Chronic::name).collect()
}

const fn sex(sex: Sex) -> &'static str {
    match sex {
        Sex::Male => "male",
        Sex::Female => "female",
    }
}

fn of_member(member: &Member) -> Value {
    json!({
        "person": member.person.to_string(),
        "sex": sex(member.sex),
        "age": member.age,
        "chronic": diseases(member.chronic),
        "disabled": member.disabled,
        "away": member.away,
        "insured": member.insured,
    })
}

fn of_event(event: &Event) -> Value {
    json!({
        "person": event.who.person.to_string(),
        "sex": sex(event.who.sex),
        "age": event.who.age,
        "what": event.what.name(),
        "disease": event.what.disease().map(crate::population::Chronic::name),
    })
}

fn of_stay(stay: &Stay) -> Value {
    json!({
        "person": stay.person.to_string(),
        "month": stay.month + 1,
        "level": stay.level.name(),
        "outside": stay.outside,
        "onset": diseases(ChronicSet(stay.major)),
        "bill_fen": stay.bill.fen(),
        "paid_fen": by_payer(&stay.paid),
        "out_of_pocket_fen": stay.out_of_pocket.fen(),
    })
}

fn by_payer(paid: &[Money; PAYERS]) -> Map<String, Value> {
    Payer::ALL.iter().zip(paid).map(|(payer, paid)| (payer.name().to_owned(), paid.fen().into())).collect()
}

fn of_forgone(forgone: &Forgone) -> Value {
    json!({
        "person": forgone.person.to_string(),
        "month": forgone.month + 1,
        "onset": diseases(ChronicSet(forgone.major)),
        "reason": reason_name(forgone.reason),
    })
}

fn of_accounts(accounts: &Accounts) -> Value {
    json!({
        "medical_interest_fen": accounts.medical_interest.fen(),
        "other_interest_fen": accounts.other_interest.fen(),
        "gifts_fen": accounts.gifts.fen(),
        "savings_used_fen": accounts.savings_used.fen(),
        "borrowed_fen": accounts.borrowed.fen(),
        "assets_sold_fen": accounts.assets_sold.fen(),
        "late_received_fen": accounts.late_received.fen(),
        "unpaid_fen": accounts.unpaid.fen(),
        "net_income_fen": accounts.net_income.fen(),
        "other_spending_fen": accounts.other_spending.fen(),
    })
}

const fn registration(state: &HouseholdState) -> &'static str {
    match state.registration {
        Registration::Never => "never",
        Registration::Registered => "registered",
        Registration::Lifted => "lifted",
    }
}

fn of_rule(mattered: &Mattered) -> Value {
    let names = |set: ClassSet| set.iter().map(Class::name).collect::<Vec<_>>();
    let mut rule = json!({
        "rule": mattered.rule.name(),
        "classes_gained": names(mattered.classes_gained),
        "classes_lacked": names(mattered.classes_lacked),
        "own_payment_more_fen": mattered.own_payment.fen(),
        "net_income_more_fen": mattered.net_income.fen(),
    });
    match &mattered.rule {
        Rule::StayForgone(reason) | Rule::StayHad(reason) => rule["reason"] = reason_name(*reason).into(),
        Rule::Payer { payer, layers, .. } => {
            rule["payer"] = payer.name().into();
            rule["layers"] = layers.clone().into();
        }
        Rule::Programme { programme, .. } => rule["programme"] = programme.clone().into(),
        _ => {}
    }
    if let Some(more) = mattered.rule.more() {
        rule["more_fen"] = more.fen().into();
    }
    rule
}
