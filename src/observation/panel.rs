//! Figures that need household-years: those that no measure of the catalogue gives.
#![allow(clippy::cast_precision_loss, reason = "counts of households are far below 2^53")]

use std::collections::BTreeMap;

use crate::population::tables::{Path, tables};
use crate::record::{Cell, PanelRow, Standing};
use crate::scenario::Scenario;
use crate::units::Year;

/// Share of the catastrophic threshold, as in the catalogue.
const THRESHOLD: f64 = 0.4;

/// A figure of one replicate, averaged over years.
pub(super) fn estimate(
    what: &str,
    rows: &[PanelRow],
    scenario: &Scenario,
    replicate: u32,
    group: &str,
    years: &[i16],
) -> Option<f64> {
    let first = rows.partition_point(|row| row.replicate < replicate);
    let last = rows.partition_point(|row| row.replicate <= replicate);
    let rows: Vec<&PanelRow> = rows[first..last].iter().filter(|row| belongs(row, scenario, group)).collect();
    match what {
        "shock_income" => return shock_income(&rows, years),
        "exit_after_one" => return exit_after_one(&rows, years),
        _ => {}
    }
    let of_year = |year: &i16| {
        let rows: Vec<&PanelRow> =
            rows.iter().copied().filter(|row| row.year == *year && row.persons > 0).collect();
        in_year(what, &rows)
    };
    let values: Vec<f64> = years.iter().map(of_year).collect::<Option<_>>()?;
    Some(values.iter().sum::<f64>() / values.len() as f64)
}

fn belongs(row: &PanelRow, scenario: &Scenario, group: &str) -> bool {
    let (standing, place) = group.split_once('@').unwrap_or((group, ""));
    let lifted = Cell::at(usize::from(row.cell)).standing == Standing::Lifted;
    let standing = match standing {
        "all" => true,
        "lifted" => lifted,
        "others" => !lifted,
        _ => panic!("there is no group `{group}`"),
    };
    standing && (place.is_empty() || scenario.places[usize::from(row.place)].id == place)
}

fn in_year(what: &str, rows: &[&PanelRow]) -> Option<f64> {
    let share = |is: &dyn Fn(&PanelRow) -> bool| {
        let count = rows.iter().filter(|row| is(row)).count();
        Some(count as f64 / rows.len() as f64)
    };
    let mean =
        |of: &dyn Fn(&PanelRow) -> f64| Some(rows.iter().map(|row| of(row)).sum::<f64>() / rows.len() as f64);
    match what {
        "out_of_pocket" => mean(&|row| yuan(row.out_of_pocket_fen)),
        "size" => mean(&|row| f64::from(row.persons)),
        "admissions" => mean(&|row| f64::from(row.admissions)),
        "che_10_income" => share(&|row| 10 * row.out_of_pocket_fen > row.income_fen),
        "impoverished" => share(&|row| impoverished(row, row.out_of_pocket_fen)),
        "impoverished_gross" => share(&|row| impoverished(row, row.bill_fen)),
        "monitored" => {
            let persons = |row: &&&PanelRow| f64::from(row.persons);
            let monitored: f64 = rows.iter().filter(|row| row.monitored).map(|row| persons(&row)).sum();
            Some(monitored / rows.iter().map(|row| persons(&row)).sum::<f64>())
        }
        "che_overshoot" => {
            let over: Vec<f64> =
                rows.iter().map(|row| burden(row) - THRESHOLD).filter(|over| *over >= 0.0).collect();
            (!over.is_empty()).then(|| over.iter().sum::<f64>() / over.len() as f64)
        }
        "che_concentration" => che_concentration(rows),
        "illness_share_of_poor" => illness_share_of_poor(rows),
        _ => panic!("there is no estimator `panel:{what}`"),
    }
}

fn yuan(fen: i64) -> f64 {
    fen as f64 / 100.0
}

/// Out-of-pocket payments over non-food consumption with them.
fn burden(row: &PanelRow) -> f64 {
    let non_food = row.consumption_fen + row.out_of_pocket_fen - row.food_fen;
    if row.out_of_pocket_fen == 0 { 0.0 } else { row.out_of_pocket_fen as f64 / non_food as f64 }
}

fn line(row: &PanelRow) -> f64 {
    let year = Year::new(row.year);
    f64::from(row.persons) * tables().path(Path::OfficialLine, year)
}

/// Consumption with what was paid at or over the official line, and under it less a payment.
fn impoverished(row: &PanelRow, payment_fen: i64) -> bool {
    let consumption = row.consumption_fen + row.out_of_pocket_fen;
    // Before reimbursement a family would have paid the whole bill from the same means.
    yuan(consumption) >= line(row) && yuan(consumption - payment_fen) < line(row)
}

/// Of households in net poverty, those whom the year's payments and lost earnings put there.
fn illness_share_of_poor(rows: &[&PanelRow]) -> Option<f64> {
    let poor: Vec<_> = rows.iter().filter(|row| row.poor).collect();
    let restored = |row: &PanelRow| {
        let net = yuan(row.net_income_per_head_fen) * f64::from(row.persons);
        net + yuan(row.out_of_pocket_fen) + yuan(row.lost_earnings_fen)
    };
    let ill = poor.iter().filter(|row| restored(row) >= line(row)).count();
    (!poor.is_empty()).then(|| ill as f64 / poor.len() as f64)
}

/// Concentration index of catastrophic spending over households by income a head.
fn che_concentration(rows: &[&PanelRow]) -> Option<f64> {
    let mut rows = rows.to_vec();
    let income = |row: &PanelRow| row.income_fen / i64::from(row.persons);
    rows.sort_by_key(|row| (income(row), row.household));
    let n = rows.len() as f64;
    let che = |row: &PanelRow| f64::from(u8::from(burden(row) >= THRESHOLD));
    let mean = rows.iter().map(|row| che(row)).sum::<f64>() / n;
    let ranked = rows.iter().zip(0u32..).map(|(row, at)| che(row) * ((f64::from(at) + 0.5) / n));
    (mean > 0.0).then(|| 2.0 * ranked.sum::<f64>() / (n * mean) - 1.0)
}

fn by_household<'a>(rows: &[&'a PanelRow]) -> BTreeMap<u64, BTreeMap<i16, &'a PanelRow>> {
    let mut households: BTreeMap<u64, BTreeMap<i16, &PanelRow>> = BTreeMap::new();
    for row in rows.iter().filter(|row| row.persons > 0) {
        households.entry(row.household).or_default().insert(row.year, row);
    }
    households
}

/// Of households that entered net poverty in a year, the share out of it the year after.
fn exit_after_one(rows: &[&PanelRow], years: &[i16]) -> Option<f64> {
    let (mut entered, mut out) = (0u32, 0u32);
    for years_of in by_household(rows).values() {
        for year in years {
            let (Some(now), Some(next)) = (years_of.get(year), years_of.get(&(year + 1))) else { continue };
            if now.poor && !now.poor_last {
                entered += 1;
                out += u32::from(!next.poor);
            }
        }
    }
    (entered > 0).then(|| f64::from(out) / f64::from(entered))
}

/// Difference in differences of log income a head: a year with admissions after two without, against
/// households not admitted from two years before to two years after; the mean of the year and the two
/// after it against the year before.
fn shock_income(rows: &[&PanelRow], years: &[i16]) -> Option<f64> {
    let (mut shocked, mut calm) = (Vec::new(), Vec::new());
    let log_income = |row: &PanelRow| {
        let a_head = yuan(row.income_fen) / f64::from(row.persons);
        (a_head > 0.0).then(|| libm::log(a_head))
    };
    for years_of in by_household(rows).values() {
        for year in years {
            let window: Option<Vec<&PanelRow>> =
                (year - 2..=year + 2).map(|year| years_of.get(&year).copied()).collect();
            let Some(window) = window else { continue };
            if window[0].admissions + window[1].admissions > 0 {
                continue;
            }
            let logs: Option<Vec<f64>> = window[1..].iter().map(|row| log_income(row)).collect();
            let Some(logs) = logs else { continue };
            let change = (logs[1] + logs[2] + logs[3]) / 3.0 - logs[0];
            if window[2].admissions > 0 {
                shocked.push((*year, change));
            } else if window[3].admissions + window[4].admissions == 0 {
                calm.push((*year, change));
            }
        }
    }
    let mean = |values: &[(i16, f64)], year: i16| {
        let of: Vec<f64> = values.iter().filter(|(y, _)| *y == year).map(|(_, change)| *change).collect();
        (!of.is_empty()).then(|| of.iter().sum::<f64>() / of.len() as f64)
    };
    let differences: Vec<f64> =
        years.iter().filter_map(|year| Some(mean(&shocked, *year)? - mean(&calm, *year)?)).collect();
    (!differences.is_empty()).then(|| libm::expm1(differences.iter().sum::<f64>() / differences.len() as f64))
}
