//! `fanpin bill`: one bill through the layers of each regime.

use std::io::Write;
use std::path::Path;

use comfy_table::presets::UTF8_FULL_CONDENSED;
use comfy_table::{CellAlignment, Table};
use serde_json::json;

use super::drawing::{self, Target};
use super::{BillArgs, CliError};
use crate::billing::{Bill, BillBreakdown, Patient, YearContext};
use crate::evidence::nearest;
use crate::gap::MEMBERS;
use crate::population::START;
use crate::population::tables::tables;
use crate::report::charts::bill as waterfall;
use crate::report::store::{self, Existing};
use crate::scenario::Scenario;
use crate::scenario::plan::{Bilingual, Language};
use crate::scenario::policy::{Class, ClassSet, Level, Payer, Service};
use crate::simulation::{rural_income_last_year, year_context};
use crate::units::{Money, Rate, Year};

/// Largest bill, in yuan: far above any hospital's, far below what money can hold.
const LARGEST_YUAN: f64 = 1e9;

/// What is asked: a bill, a patient and what the year has brought so far.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// Year of the bill.
    pub year: Year,
    /// What the amounts of the year depend on.
    pub context: YearContext,
    /// The bill.
    pub bill: Bill,
    /// The patient, insured and of the class that was asked for.
    pub patient: Patient,
    /// Own in-catalogue part of earlier bills of the year.
    pub already_paid: Money,
}

/// Prints the payments of each regime, and draws them if a folder is given.
///
/// # Errors
/// [`CliError::Scenario`] and [`CliError::Usage`] for what does not hold, [`CliError::Store`] if
/// the chart could not be written.
pub fn run(args: &BillArgs, out: &mut dyn Write) -> Result<(), CliError> {
    let scenario = args.scenario.load()?;
    let question = question(&scenario, args)?;
    let bills = answers(&scenario, &question);
    if args.json {
        out.write_all(store::json(&bills.iter().map(as_json).collect::<Vec<_>>()).as_bytes())?;
    } else {
        let language = scenario.output.languages.first().copied().unwrap_or(Language::En);
        out.write_all(as_text(&bills, &question, language).as_bytes())?;
    }
    if let Some(folder) = &args.out {
        draw(&scenario, &bills, folder)?;
    }
    Ok(())
}

/// What the arguments ask of a scenario.
///
/// # Errors
/// [`CliError::Usage`] for a number out of range or a name that is not there.
pub fn question(scenario: &Scenario, args: &BillArgs) -> Result<Question, CliError> {
    let year = year(scenario, args)?;
    let place = match &args.place {
        None => &scenario.places[0],
        Some(name) => {
            let found = scenario.places.iter().find(|place| place.id == *name);
            found.ok_or_else(|| unknown("--place", name, scenario.places.iter().map(|p| p.id.as_str())))?
        }
    };
    let mut context = year_context(&scenario.society.poverty, place, tables(), year);
    for payer in [Payer::MedicalAid, Payer::LocalTopUp] {
        context.proration[payer as usize] = share("--proration", args.proration)?;
    }
    let amount = yuan("--amount", args.amount)?;
    let levels = Level::ALL.into_iter().find(|level| level.name() == args.level);
    let bill = Bill {
        amount,
        covered: amount.times(share("--in-catalogue", args.in_catalogue)?),
        level: levels
            .ok_or_else(|| unknown("--level", &args.level, Level::ALL.map(Level::name).into_iter()))?,
        service: Service::Inpatient,
        outside: args.outside,
        referred: true,
        diseases: 0,
    };
    let household_income = match args.household_income_yuan {
        Some(income) => yuan("--household-income-yuan", income)?,
        None => Money::from_fen(rural_income_last_year(place, tables(), year).fen() * MEMBERS),
    };
    let patient = Patient {
        insured: true,
        classes: classes(&args.class)?,
        age: 40,
        chronic: 0,
        household_income,
        household_income_per_head: Money::from_fen(household_income.fen() / MEMBERS),
    };
    Ok(Question { year, context, bill, patient, already_paid: yuan("--already-paid", args.already_paid)? })
}

/// The bill under each regime of the scenario, in their order.
#[must_use]
pub fn answers(scenario: &Scenario, question: &Question) -> Vec<BillBreakdown> {
    let Question { year, context, bill, patient, already_paid } = question;
    let before = *year < scenario.plan.switch_year;
    let of = scenario.regimes.iter().map(|regime| {
        let policy = if before { &scenario.history } else { &regime.policy };
        BillBreakdown::of(regime, policy, *year, context, bill, patient, *already_paid)
    });
    of.collect()
}

fn year(scenario: &Scenario, args: &BillArgs) -> Result<Year, CliError> {
    let (first, last) = (START.next(), scenario.plan.last_year);
    let Some(asked) = args.year else { return Ok(scenario.plan.first_year) };
    let year = Year::try_new(asked).ok().filter(|year| (first..=last).contains(year));
    year.ok_or_else(|| {
        CliError::Usage(format!("--year: expected a year from {first} to {last}, found {asked}"))
    })
}

pub(super) fn yuan(option: &str, amount: f64) -> Result<Money, CliError> {
    let money = Money::try_from_yuan(amount).ok().filter(|_| (0.0..=LARGEST_YUAN).contains(&amount));
    money.ok_or_else(|| {
        CliError::Usage(format!("{option}: expected an amount from 0 to {LARGEST_YUAN} yuan, found {amount}"))
    })
}

pub(super) fn share(option: &str, value: f64) -> Result<Rate, CliError> {
    let rate = Rate::try_from_share(value).ok();
    rate.ok_or_else(|| CliError::Usage(format!("{option}: expected a share between 0 and 1, found {value}")))
}

fn classes(name: &str) -> Result<ClassSet, CliError> {
    if name == "monitored" {
        return Ok(ClassSet::MONITORED);
    }
    let class = Class::ALL.into_iter().find(|class| class.name() == name);
    let names = Class::ALL.map(Class::name).into_iter().chain(["monitored"]);
    class.map(|class| ClassSet::default().with(class)).ok_or_else(|| unknown("--as", name, names))
}

pub(super) fn unknown<'n>(
    option: &str,
    name: &str,
    names: impl Iterator<Item = &'n str> + Clone,
) -> CliError {
    let near =
        nearest(name, names.clone()).map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
    let all: Vec<&str> = names.collect();
    CliError::Usage(format!("{option}: there is no `{name}`, expected one of {}{near}", all.join(", ")))
}

fn as_json(bill: &BillBreakdown) -> serde_json::Value {
    let payments: Vec<_> = bill
        .payments
        .iter()
        .map(|p| json!({ "layer": p.layer, "payer": p.payer.name(), "paid_fen": p.paid.fen() }))
        .collect();
    json!({
        "regime": bill.regime,
        "year": bill.year.number(),
        "bill_fen": bill.bill.amount.fen(),
        "covered_fen": bill.bill.covered.fen(),
        "payments": payments,
        "out_of_pocket_fen": bill.out_of_pocket.fen(),
        "covered_own_fen": bill.covered_own.fen(),
        "triggered_by_spending": bill.triggered,
    })
}

pub(super) const fn pick<'t>(language: Language, en: &'t str, zh: &'t str) -> &'t str {
    match language {
        Language::En => en,
        Language::Zh => zh,
    }
}

/// A row a layer, a column a regime.
fn as_text(bills: &[BillBreakdown], question: &Question, language: Language) -> String {
    let say = |en: &'static str, zh: &'static str| pick(language, en, zh);
    let bill = &question.bill;
    let mut text = format!(
        "{}: {} {} · {} {} · {}\n",
        question.year,
        say("bill", "费用"),
        bill.amount,
        say("in the catalogue", "目录内"),
        bill.covered,
        say("yuan", "元"),
    );
    let mut table = Table::new();
    table.load_style(UTF8_FULL_CONDENSED);
    let mut header = vec![say("pays", "支付").to_owned()];
    header.extend(bills.iter().map(|b| pick(language, &b.label_en, &b.label_zh).to_owned()));
    table.set_header(header);
    for layer in layer_ids(bills) {
        let found = |b: &BillBreakdown| b.payments.iter().find(|p| p.layer == layer).cloned();
        let Some(any) = bills.iter().find_map(found) else { continue };
        let mut row = vec![pick(language, &any.label_en, &any.label_zh).to_owned()];
        row.extend(bills.iter().map(|b| found(b).map_or_else(|| "–".to_owned(), |p| p.paid.to_string())));
        table.add_row(row);
    }
    let mut row = |name: &str, of: &dyn Fn(&BillBreakdown) -> String| {
        let mut cells = vec![name.to_owned()];
        cells.extend(bills.iter().map(of));
        table.add_row(cells);
    };
    row(say("Out of pocket", "个人自付"), &|b| b.out_of_pocket.to_string());
    row(say("Paid of the whole bill", "实际补偿比"), &|b| percent(b.paid(), b.bill.amount));
    row(say("Paid of the catalogue part", "目录内补偿比"), &|b| {
        percent(b.bill.covered - b.covered_own, b.bill.covered)
    });
    for index in 1..=bills.len() {
        if let Some(column) = table.column_mut(index) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    text += &format!("{table}\n");
    for b in bills.iter().filter(|b| !b.triggered.is_empty()) {
        let regime = pick(language, &b.label_en, &b.label_zh);
        let what = say("own spending would trigger", "自付支出将触发");
        text += &format!("{regime}: {what} {}\n", b.triggered.join(", "));
    }
    text
}

/// Every layer of the regimes once; one that only some have stands after what it follows there.
fn layer_ids(bills: &[BillBreakdown]) -> Vec<&str> {
    let mut ids: Vec<&str> = Vec::new();
    for bill in bills {
        let mut next = 0;
        for payment in &bill.payments {
            match ids.iter().position(|id| *id == payment.layer) {
                Some(at) => next = at + 1,
                None => {
                    ids.insert(next, &payment.layer);
                    next += 1;
                }
            }
        }
    }
    ids
}

fn percent(part: Money, whole: Money) -> String {
    if whole == Money::ZERO {
        "–".to_owned()
    } else {
        format!("{:.1} %", 100.0 * part.yuan() / whole.yuan())
    }
}

/// Writes the waterfall in the languages and formats of the scenario, and the payments as JSON.
fn draw(scenario: &Scenario, bills: &[BillBreakdown], folder: &Path) -> Result<(), CliError> {
    let shown: Vec<waterfall::BillBreakdown> = bills.iter().map(for_chart).collect();
    let list: Vec<_> = bills.iter().map(as_json).collect();
    let tables = [("bill.json", store::json(&list))];
    let target = Target { folder, command: "bill", existing: Existing::Refuse };
    drawing::write(scenario, target, &tables, &|setting| waterfall::draw(&shown, setting))
}

fn for_chart(bill: &BillBreakdown) -> waterfall::BillBreakdown {
    let both = |en: &str, zh: &str| Bilingual { en: en.to_owned(), zh: zh.to_owned() };
    let payments = bill.payments.iter().map(|p| waterfall::Payment {
        layer: both(&p.label_en, &p.label_zh),
        payer: p.payer,
        paid: p.paid,
    });
    waterfall::BillBreakdown {
        regime: both(&bill.label_en, &bill.label_zh),
        year: bill.year,
        bill: bill.bill.amount,
        payments: payments.collect(),
        out_of_pocket: bill.out_of_pocket,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bill(layers: &[&str]) -> BillBreakdown {
        let payment = |layer: &&str| crate::billing::LayerPayment {
            layer: (*layer).to_owned(),
            label_en: (*layer).to_owned(),
            label_zh: (*layer).to_owned(),
            payer: Payer::Charity,
            paid: Money::from_yuan(10),
        };
        BillBreakdown {
            regime: "r".into(),
            label_en: "R".into(),
            label_zh: "制度".into(),
            year: Year::new(2021),
            bill: Bill {
                amount: Money::from_yuan(100),
                covered: Money::from_yuan(80),
                level: Level::County,
                service: Service::Inpatient,
                outside: false,
                referred: true,
                diseases: 0,
            },
            payments: layers.iter().map(payment).collect(),
            out_of_pocket: Money::from_yuan(100 - 10 * i64::try_from(layers.len()).expect("few")),
            covered_own: Money::from_yuan(60),
            triggered: Vec::new(),
        }
    }

    #[test]
    fn layers_stand_in_an_order_that_fits_every_regime() {
        let bills =
            [bill(&["basic", "aid"]), bill(&["basic", "critical", "aid", "cap"]), bill(&["basic", "tilt"])];
        assert_eq!(layer_ids(&bills), ["basic", "tilt", "critical", "aid", "cap"]);
    }

    #[test]
    fn shares_are_of_the_whole_and_of_the_catalogue_part() {
        assert_eq!(percent(Money::from_yuan(1), Money::from_yuan(8)), "12.5 %");
        assert_eq!(percent(Money::ZERO, Money::ZERO), "–");
        let json = as_json(&bill(&["basic", "aid"]));
        assert_eq!(json["payments"][1]["paid_fen"], 1000);
        assert_eq!(json["out_of_pocket_fen"], 8000);
    }
}
