//! Natural experiments run as the studies ran them: the policy comes on the same synthetic panel, and the paper's estimator is applied to
//! the paper's window.
//!
//! They use what registers and settlements have, as the studies did.

use std::collections::BTreeMap;

use super::panel::mean;
use super::survey::yuan;
use crate::population::tables::{Path, tables};
use crate::record::PanelRow;
use crate::scenario::Scenario;
use crate::scenario::policy::{Class, ClassSet, Payer};
use crate::units::Year;

/// First year of the health project for the registered in Chishui; two years before and two from then on are compared.
const PROJECT_FROM: i16 = 2016;
/// Least and greatest own payment that the regression at the border of critical-illness insurance looks at, of the border: 10,000 and
/// 30,000 yuan of 20,000 in the study.
const WINDOW: (f64, f64) = (0.5, 1.5);

/// Difference in differences over households that were registered the year before the project and others, of the means of two years
/// before and two after. `out_of_pocket` is a percentage of what the registered would have paid, `admissions` a number a household,
/// the others percentage points.
///
/// Method of Chen et al. 2019 (Int J Equity Health 18) without their matching: in the model both groups live in the same counties.
pub(super) fn difference_in_differences(
    outcome: &str,
    rows: &[&PanelRow],
    scenario: &Scenario,
    place: &str,
) -> Option<f64> {
    let here: Vec<&PanelRow> = rows
        .iter()
        .copied()
        .filter(|row| row.persons > 0 && scenario.places[usize::from(row.place)].id == place)
        .collect();
    let before = here.iter().filter(|row| row.year == PROJECT_FROM - 1);
    let registered: BTreeMap<u64, bool> =
        before.map(|row| (row.household, ClassSet(row.classes).has(Class::Registered))).collect();
    let of = |treated: bool, after: bool| {
        let years = if after { PROJECT_FROM..=PROJECT_FROM + 1 } else { PROJECT_FROM - 2..=PROJECT_FROM - 1 };
        let group: Vec<&PanelRow> = here
            .iter()
            .copied()
            .filter(|row| years.contains(&row.year) && registered.get(&row.household) == Some(&treated))
            .collect();
        mean(&group, |row| f64::from(row.weight), |row| value(outcome, row))
    };
    let without_it = of(true, false)? + of(false, true)? - of(false, false)?;
    let effect = of(true, true)? - without_it;
    match outcome {
        "out_of_pocket" => (without_it > 0.0).then(|| 100.0 * effect / without_it),
        "admissions" => Some(effect),
        _ => Some(100.0 * effect),
    }
}

fn value(outcome: &str, row: &PanelRow) -> f64 {
    let holds = |holds: bool| f64::from(u8::from(holds));
    match outcome {
        "out_of_pocket" => yuan(row.out_of_pocket_fen),
        "admissions" => f64::from(row.admissions),
        "che_10_income" => holds(10 * row.out_of_pocket_fen > row.income_fen),
        "impoverished" => holds(impoverished(row)),
        _ => panic!("there is no outcome `{outcome}`"),
    }
}

/// Whether payments force a household into poverty or deeper into it: income less payments under the line, and something was paid.
pub(super) fn impoverished(row: &PanelRow) -> bool {
    let line = f64::from(row.persons) * tables().path(Path::OfficialLine, Year::new(row.year));
    row.out_of_pocket_fen > 0 && yuan(row.income_fen - row.out_of_pocket_fen) < line
}

/// Change in per cent of what families pay whom critical-illness insurance pays something, against the same families without it.
pub(super) fn with_and_without(with: &[&PanelRow], without: &[&PanelRow]) -> Option<f64> {
    let other: BTreeMap<(u64, i16), i64> =
        without.iter().map(|row| ((row.household, row.year), row.out_of_pocket_fen)).collect();
    let (mut paid, mut would_have) = (0.0, 0.0);
    for row in with.iter().filter(|row| row.paid_fen[Payer::CriticalIllnessInsurance as usize] > 0) {
        let Some(fen) = other.get(&(row.household, row.year)) else { continue };
        paid += f64::from(row.weight) * yuan(row.out_of_pocket_fen);
        would_have += f64::from(row.weight) * yuan(*fen);
    }
    (would_have > 0.0).then(|| 100.0 * (paid / would_have - 1.0))
}

/// Jump, in percentage points, of the share of inpatient bills that is paid, where the own payment after basic insurance passes the
/// border of critical-illness insurance: a straight line on either side, over households with one person admitted.
///
/// Method of the study of Jinzhai County (BMC Health Serv Res 2020;20), which had patients and what they owed in the catalogue.
pub(super) fn jump_at_the_border(rows: &[&PanelRow], scenario: &Scenario, years: &[i16]) -> Option<f64> {
    let (mut below, mut above) = (Vec::new(), Vec::new());
    for row in rows.iter().filter(|row| row.inpatients == 1 && years.contains(&row.year)) {
        let bill = yuan(row.bill_inpatient_fen);
        let own = bill - yuan(row.paid_fen[Payer::BasicInsurance as usize]);
        let from_border = own / border(row, scenario) - 1.0;
        if bill <= 0.0 || !(WINDOW.0 - 1.0..WINDOW.1 - 1.0).contains(&from_border) {
            continue;
        }
        let point = (from_border, yuan(row.paid_inpatient_fen) / bill);
        if from_border < 0.0 { below.push(point) } else { above.push(point) }
    }
    Some(100.0 * (at_zero(&above)? - at_zero(&below)?))
}

/// The border: a year's income per head of the area, as of the year before.
fn border(row: &PanelRow, scenario: &Scenario) -> f64 {
    let last = Year::new(row.year - 1);
    let level = scenario.places[usize::from(row.place)].income_level.at(last);
    tables().path(Path::IncomeMean, last) * level * scenario.society.poverty.local_income_ratio
}

/// Where the least-squares line through points meets zero.
fn at_zero(points: &[(f64, f64)]) -> Option<f64> {
    let x = mean(points, |_| 1.0, |point| point.0)?;
    let y = mean(points, |_| 1.0, |point| point.1)?;
    let spread: f64 = points.iter().map(|point| (point.0 - x) * (point.0 - x)).sum();
    let together: f64 = points.iter().map(|point| (point.0 - x) * (point.1 - y)).sum();
    (spread > 0.0).then(|| y - together / spread * x)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::main_scenario;

    fn row(household: u64, year: i16, registered: bool, paid_yuan: i64) -> PanelRow {
        let classes = if registered { ClassSet(0).with(Class::Registered) } else { ClassSet(0) };
        PanelRow {
            household,
            year,
            persons: 1,
            weight: 1,
            classes: classes.0,
            out_of_pocket_fen: paid_yuan * 100,
            ..PanelRow::default()
        }
    }

    #[test]
    fn the_trend_of_the_others_is_taken_off() {
        let scenario = main_scenario(&[]);
        let mut rows = Vec::new();
        for (year, registered, others) in [(2014, 100, 50), (2015, 100, 50), (2016, 60, 70), (2017, 60, 70)] {
            rows.push(row(1, year, true, registered));
            rows.push(row(2, year, false, others));
        }
        let rows: Vec<&PanelRow> = rows.iter().collect();
        let place = scenario.places[0].id.clone();
        // Without it 100 + 20 yuan; with it 60: half.
        assert_eq!(difference_in_differences("out_of_pocket", &rows, &scenario, &place), Some(-50.0));
        assert_eq!(difference_in_differences("out_of_pocket", &rows, &scenario, "nowhere"), None);
    }

    #[test]
    fn only_families_that_the_insurance_pays_are_compared() {
        let paid = |household, yuan, by_insurance| {
            let mut row = row(household, 2014, false, yuan);
            row.paid_fen[Payer::CriticalIllnessInsurance as usize] = by_insurance;
            row
        };
        let (with, without) = ([paid(1, 300, 100), paid(2, 10, 0)], [paid(1, 400, 0), paid(2, 99, 0)]);
        let change = with_and_without(&with.iter().collect::<Vec<_>>(), &without.iter().collect::<Vec<_>>());
        assert_eq!(change, Some(-25.0));
    }

    #[test]
    fn a_line_is_followed_to_zero() {
        let at = at_zero(&[(1.0, 3.0), (2.0, 5.0), (3.0, 7.0)]).expect("a line");
        assert!((at - 1.0).abs() < 1e-12, "{at}");
        assert_eq!(at_zero(&[(1.0, 3.0)]), None);
    }
}
