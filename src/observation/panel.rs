//! Figures that need household-years: those that no measure of the catalogue gives.
//!
//! Estimators whose name begins with `survey_` see households as a survey does ([`super::survey`]); the others see what registers and
//! settlements have.

use std::collections::BTreeMap;

use super::survey::{Answers, yuan};
use crate::population::tables::{Path, tables};
use crate::record::{Cell, PanelRow, Standing};
use crate::scenario::Scenario;
use crate::units::Year;

/// Share of the catastrophic threshold.
const THRESHOLD: f64 = 0.4;
/// Exponent of household size in equivalent adults (Xu et al. 2003).
const EQUIVALENCE: f64 = 0.56;

/// A household-year with what a survey has of it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Seen<'a> {
    pub row: &'a PanelRow,
    pub told: &'a Answers,
}

impl Seen<'_> {
    fn persons(&self) -> f64 {
        f64::from(self.row.persons)
    }

    fn weight(&self) -> f64 {
        f64::from(self.row.weight)
    }

    /// The official poverty line of the household, yuan.
    fn line(&self) -> f64 {
        self.persons() * tables().path(Path::OfficialLine, Year::new(self.row.year))
    }

    fn is_poor(&self) -> bool {
        self.told.income < self.line()
    }

    /// Payments over non-food spending.
    fn burden(&self) -> f64 {
        share_of(self.told.payments, self.told.spending - self.told.food)
    }

    fn equivalents(&self) -> f64 {
        libm::pow(self.persons(), EQUIVALENCE)
    }
}

/// A figure of one replicate, averaged over years. The rows are those of the replicate.
pub(super) fn estimate(
    what: &str,
    rows: &[Seen],
    scenario: &Scenario,
    group: &str,
    years: &[i16],
) -> Option<f64> {
    let rows: Vec<Seen> = rows
        .iter()
        .copied()
        .filter(|seen| seen.row.persons > 0 && belongs(seen.row, scenario, group))
        .collect();
    match what {
        "survey_shock_income" => return shock_income(&rows, years),
        "survey_exit" => return exit_by_next_wave(&rows, years),
        _ => {}
    }
    let of_year = |what: &str, year: i16| {
        let rows: Vec<Seen> = rows.iter().copied().filter(|seen| seen.row.year == year).collect();
        in_year(what, &rows)
    };
    let value = |year: &i16| match what.strip_prefix("fall:") {
        Some(what) => Some(of_year(what, year - 1)? - of_year(what, *year)?),
        None => of_year(what, *year),
    };
    let values: Vec<f64> = years.iter().map(value).collect::<Option<_>>()?;
    mean(&values, |_| 1.0, |value| *value)
}

/// Whether a household is of a group: a standing (`all`, `lifted`, `others`), `@` a place, `+` what its members are.
fn belongs(row: &PanelRow, scenario: &Scenario, group: &str) -> bool {
    let (group, members) = group.split_once('+').unwrap_or((group, ""));
    let (standing, place) = group.split_once('@').unwrap_or((group, ""));
    let lifted = Cell::at(usize::from(row.cell)).standing == Standing::Lifted;
    let standing = match standing {
        "all" => true,
        "lifted" => lifted,
        "others" => !lifted,
        _ => panic!("there is no group `{group}`"),
    };
    let members = match members {
        "" => true,
        "45" => row.members_45 > 0,
        "no-chronic" => row.chronic == 0,
        "cardiovascular" => row.chronic > 0 && row.chronic == row.cardiovascular_only,
        _ => panic!("there are no households with `{members}`"),
    };
    standing && members && (place.is_empty() || scenario.places[usize::from(row.place)].id == place)
}

fn in_year(what: &str, rows: &[Seen]) -> Option<f64> {
    let share = |is: &dyn Fn(&Seen) -> bool| mean(rows, Seen::weight, |seen| f64::from(u8::from(is(seen))));
    let average = |of: &dyn Fn(&Seen) -> f64| mean(rows, Seen::weight, of);
    let of_persons = |is: &dyn Fn(&Seen) -> bool| {
        mean(rows, |seen| seen.weight() * seen.persons(), |seen| f64::from(u8::from(is(seen))))
    };
    match what {
        "out_of_pocket" => average(&|seen| yuan(seen.row.out_of_pocket_fen)),
        "size" => average(&|seen| seen.persons()),
        "members_65" => average(&|seen| f64::from(seen.row.members_65)),
        "any_65" => share(&|seen| seen.row.members_65 > 0),
        "admissions" => average(&|seen| f64::from(seen.row.admissions)),
        "admissions_outside" => average(&|seen| f64::from(seen.row.admissions_outside)),
        "che_10_income" => share(&|seen| 10 * seen.row.out_of_pocket_fen > seen.row.income_fen),
        "impoverished" => share(&|seen| super::experiments::impoverished(seen.row)),
        "monitored" => of_persons(&|seen| seen.row.monitored),
        "illness_share_of_poor" => illness_share_of_poor(rows),
        "inpatient_paid_share" => inpatient_paid_share(rows),
        "health_share" => health_share(rows),
        "survey_poor" => of_persons(&|seen| seen.is_poor()),
        "survey_che_non_food" => share(&|seen| seen.burden() >= THRESHOLD),
        "survey_che_capacity" => che_by_capacity(rows).map(|che| total(rows, &che) / weights(rows)),
        "survey_overshoot" => {
            let over: Vec<Seen> = rows.iter().copied().filter(|seen| seen.burden() >= THRESHOLD).collect();
            mean(&over, Seen::weight, |seen| seen.burden() - THRESHOLD)
        }
        "survey_concentration_non_food" => {
            concentration(rows, &rows.iter().map(|seen| seen.burden() >= THRESHOLD).collect::<Vec<_>>())
        }
        "survey_concentration_capacity" => concentration(rows, &che_by_capacity(rows)?),
        "survey_impoverished_subsistence" => {
            let adult = subsistence(rows)?;
            share(&|seen| crosses(seen.told, seen.told.payments, adult * seen.equivalents()))
        }
        "survey_impoverished" => share(&|seen| crosses(seen.told, seen.told.payments, seen.line())),
        // Spending before a payment contains that payment (Wagstaff and van Doorslaer 2003), here the whole bill.
        "survey_impoverished_gross" => {
            share(&|seen| crosses(&seen.told.before_reimbursement(), seen.told.gross, seen.line()))
        }
        _ => panic!("there is no estimator `panel:{what}`"),
    }
}

/// The weighted mean, unless nothing has a weight.
pub(super) fn mean<T>(items: &[T], weight: impl Fn(&T) -> f64, of: impl Fn(&T) -> f64) -> Option<f64> {
    let all: f64 = items.iter().map(&weight).sum();
    (all > 0.0).then(|| items.iter().map(|item| weight(item) * of(item)).sum::<f64>() / all)
}

fn weights(rows: &[Seen]) -> f64 {
    rows.iter().map(Seen::weight).sum()
}

/// Weight of the households for which something holds.
fn total(rows: &[Seen], holds: &[bool]) -> f64 {
    rows.iter().zip(holds).filter(|(_, holds)| **holds).map(|(seen, _)| seen.weight()).sum()
}

/// Payments as a share of what they are held against: without payments nothing, with nothing left more than any threshold.
fn share_of(payments: f64, of: f64) -> f64 {
    if payments <= 0.0 {
        0.0
    } else if of <= 0.0 {
        f64::INFINITY
    } else {
        payments / of
    }
}

/// Spending at or over a line, and under it less a payment.
fn crosses(told: &Answers, payment: f64, line: f64) -> bool {
    told.spending >= line && told.spending - payment < line
}

/// Spending for subsistence of an equivalent adult: mean food spending, per equivalent, of the households between the 45th and the 55th
/// percentile of the food share (Xu et al. 2003).
fn subsistence(rows: &[Seen]) -> Option<f64> {
    let share = |seen: &Seen| seen.told.food / seen.told.spending.max(f64::MIN_POSITIVE);
    let mut sorted = rows.to_vec();
    sorted.sort_by(|a, b| share(a).total_cmp(&share(b)).then_with(|| a.row.household.cmp(&b.row.household)));
    let all = weights(rows);
    let mut below = 0.0;
    let middle: Vec<Seen> = sorted
        .into_iter()
        .filter(|seen| {
            let at = (below + seen.weight() / 2.0) / all;
            below += seen.weight();
            (0.45..=0.55).contains(&at)
        })
        .collect();
    mean(&middle, Seen::weight, |seen| seen.told.food / seen.equivalents())
}

/// Whether each household pays at least 40 % of its capacity to pay: spending less subsistence, or less food where it eats for less than
/// that.
fn che_by_capacity(rows: &[Seen]) -> Option<Vec<bool>> {
    let adult = subsistence(rows)?;
    let capacity = |seen: &Seen| seen.told.spending - seen.told.food.min(adult * seen.equivalents());
    Some(rows.iter().map(|seen| share_of(seen.told.payments, capacity(seen)) >= THRESHOLD).collect())
}

/// Concentration index of something over households by surveyed income a head.
fn concentration(rows: &[Seen], holds: &[bool]) -> Option<f64> {
    let mut ranked: Vec<(&Seen, bool)> = rows.iter().zip(holds.iter().copied()).collect();
    let income = |seen: &Seen| seen.told.income / seen.persons();
    ranked.sort_by(|(a, _), (b, _)| {
        income(a).total_cmp(&income(b)).then_with(|| a.row.household.cmp(&b.row.household))
    });
    let (all, mut below, mut ranks) = (weights(rows), 0.0, 0.0);
    for (seen, holds) in ranked {
        if holds {
            ranks += seen.weight() * (below + seen.weight() / 2.0) / all;
        }
        below += seen.weight();
    }
    let with = total(rows, holds);
    (with > 0.0).then(|| 2.0 * ranks / with - 1.0)
}

/// Of households in net poverty, those whom the year's payments and lost earnings put there.
fn illness_share_of_poor(rows: &[Seen]) -> Option<f64> {
    let poor: Vec<Seen> = rows.iter().copied().filter(|seen| seen.row.poor).collect();
    let restored = |seen: &Seen| {
        let net = yuan(seen.row.net_income_per_head_fen) * seen.persons();
        net + yuan(seen.row.out_of_pocket_fen + seen.row.lost_earnings_fen)
    };
    mean(&poor, Seen::weight, |seen| f64::from(u8::from(restored(seen) >= seen.line())))
}

/// Mean over households with a stay of the share of its bill that was paid for them.
fn inpatient_paid_share(rows: &[Seen]) -> Option<f64> {
    let admitted: Vec<Seen> = rows.iter().copied().filter(|seen| seen.row.bill_inpatient_fen > 0).collect();
    mean(&admitted, Seen::weight, |seen| {
        yuan(seen.row.paid_inpatient_fen) / yuan(seen.row.bill_inpatient_fen)
    })
}

/// Payments and self-bought medicine over consumption, as household accounts have it: of sums, so errors play no part.
fn health_share(rows: &[Seen]) -> Option<f64> {
    let health = mean(rows, Seen::weight, |seen| yuan(seen.row.out_of_pocket_fen) + seen.told.medicine)?;
    let all = mean(rows, Seen::weight, |seen| yuan(seen.row.consumption_fen + seen.row.out_of_pocket_fen))?;
    (all > 0.0).then(|| health / all)
}

fn by_household<'a>(rows: &[Seen<'a>]) -> BTreeMap<u64, BTreeMap<i16, Seen<'a>>> {
    let mut households: BTreeMap<u64, BTreeMap<i16, Seen>> = BTreeMap::new();
    for seen in rows {
        households.entry(seen.row.household).or_default().insert(seen.row.year, *seen);
    }
    households
}

/// Of households whose surveyed income is under the line in one wave and wasn't two years before, the share over it two years later.
fn exit_by_next_wave(rows: &[Seen], years: &[i16]) -> Option<f64> {
    let (mut entered, mut out) = (0.0, 0.0);
    for waves in by_household(rows).values() {
        for year in years {
            let at = |year: i16| waves.get(&year);
            let (Some(last), Some(now), Some(next)) = (at(year - 2), at(*year), at(year + 2)) else {
                continue;
            };
            if now.is_poor() && !last.is_poor() {
                entered += now.weight();
                out += if next.is_poor() { 0.0 } else { now.weight() };
            }
        }
    }
    (entered > 0.0).then(|| out / entered)
}

/// Difference in differences of log surveyed income a head: a year with admissions after two without, against households not admitted
/// from two years before to two years after; the mean of the year and the two after it against the year before.
fn shock_income(rows: &[Seen], years: &[i16]) -> Option<f64> {
    let (mut shocked, mut calm) = (Vec::new(), Vec::new());
    let log_income = |seen: &Seen| {
        let a_head = seen.told.income / seen.persons();
        (a_head > 0.0).then(|| libm::log(a_head))
    };
    for years_of in by_household(rows).values() {
        for year in years {
            let window: Option<Vec<Seen>> =
                (year - 2..=year + 2).map(|year| years_of.get(&year).copied()).collect();
            let Some(window) = window else { continue };
            let admitted: Vec<bool> = window.iter().map(|seen| seen.row.admissions > 0).collect();
            if admitted[0] || admitted[1] {
                continue;
            }
            let logs: Option<Vec<f64>> = window[1..].iter().map(log_income).collect();
            let Some(logs) = logs else { continue };
            let change = (*year, (logs[1] + logs[2] + logs[3]) / 3.0 - logs[0]);
            if admitted[2] {
                shocked.push(change);
            } else if !admitted[3] && !admitted[4] {
                calm.push(change);
            }
        }
    }
    let of_year = |values: &[(i16, f64)], year: i16| {
        let of: Vec<f64> = values.iter().filter(|(y, _)| *y == year).map(|(_, change)| *change).collect();
        mean(&of, |_| 1.0, |change| *change)
    };
    let differences: Vec<f64> =
        years.iter().filter_map(|year| Some(of_year(&shocked, *year)? - of_year(&calm, *year)?)).collect();
    mean(&differences, |_| 1.0, |difference| *difference).map(libm::expm1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(income: f64, spending: f64, food: f64, payments: f64) -> Answers {
        Answers { income, payments, gross: payments, spending, food, medicine: 0.0 }
    }

    fn rows(n: usize) -> Vec<PanelRow> {
        let row =
            |household| PanelRow { year: 2013, persons: 1, weight: 1, household, ..PanelRow::default() };
        (0..n as u64).map(row).collect()
    }

    fn seen<'a>(rows: &'a [PanelRow], told: &'a [Answers]) -> Vec<Seen<'a>> {
        rows.iter().zip(told).map(|(row, told)| Seen { row, told }).collect()
    }

    #[test]
    fn capacity_to_pay_is_spending_less_subsistence_or_less_cheaper_food() {
        // Food shares 0.1 to 1.0 of 1,000: the two in the middle of ten would be at 0.45 and 0.55, with food of 500 and 600.
        let answers: Vec<Answers> =
            (1..=10).map(|i| told(1000.0, 1000.0, 100.0 * f64::from(i), 200.0)).collect();
        let rows = rows(10);
        let seen = seen(&rows, &answers);
        assert_eq!(subsistence(&seen), Some(550.0));
        // Capacity is 1,000 less 550, or less food where that is cheaper: 200 is 40 % of 500 or less.
        let che = che_by_capacity(&seen).expect("there are households");
        assert_eq!(che.iter().filter(|che| **che).count(), 6);
        assert!(!che[3] && che[4]);
    }

    #[test]
    fn concentration_is_minus_and_plus_when_only_the_poorest_or_the_richest_pay() {
        let answers: Vec<Answers> = (1..=4).map(|i| told(f64::from(i), 1.0, 0.0, 0.0)).collect();
        let rows = rows(4);
        let seen = seen(&rows, &answers);
        // One of four at rank 1/8: 2 × 1/8 − 1.
        assert_eq!(concentration(&seen, &[true, false, false, false]), Some(-0.75));
        assert_eq!(concentration(&seen, &[false, false, false, true]), Some(0.75));
        assert_eq!(concentration(&seen, &[true; 4]), Some(0.0));
        assert_eq!(concentration(&seen, &[false; 4]), None);
    }

    #[test]
    fn who_pays_without_anything_left_is_catastrophic_and_who_pays_nothing_is_not() {
        assert!(share_of(1.0, 0.0) >= THRESHOLD && share_of(1.0, -5.0) >= THRESHOLD);
        assert!(share_of(0.0, 0.0) < THRESHOLD);
        assert!(crosses(&told(0.0, 100.0, 0.0, 1.0), 1.0, 100.0));
        assert!(!crosses(&told(0.0, 99.0, 0.0, 1.0), 1.0, 100.0));
        assert!(!crosses(&told(0.0, 101.0, 0.0, 1.0), 1.0, 100.0));
    }

    #[test]
    fn exit_counts_only_who_came_in_between_two_waves() {
        let line = tables().path(Path::OfficialLine, Year::new(2013));
        // Poor or not in 2011, 2013 and 2015, household by household; the first two came in, one of them is out again.
        let histories =
            [[false, true, false], [false, true, true], [true, true, false], [false, false, true]];
        let mut rows = Vec::new();
        let mut answers = Vec::new();
        for (household, history) in (0..).zip(histories) {
            for (year, poor) in [2011, 2013, 2015].into_iter().zip(history) {
                rows.push(PanelRow { year, household, persons: 1, weight: 1, ..PanelRow::default() });
                answers.push(told(if poor { line / 2.0 } else { line * 2.0 }, 1.0, 0.0, 0.0));
            }
        }
        assert_eq!(exit_by_next_wave(&seen(&rows, &answers), &[2013]), Some(0.5));
    }
}
