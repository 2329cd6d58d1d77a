//! `gap.csv` and `handovers.csv`: tidy, in a fixed order, the same bytes for the same scenario.

use std::fmt::Write;

use super::{BORDERS, Gap, Handover, Meter, Side};

/// File name of the gaps.
pub const GAP_CSV: &str = "gap.csv";
/// File name of the hand-overs.
pub const HANDOVERS_CSV: &str = "handovers.csv";

/// Columns of `gap.csv` before those of the two sides.
const GAP_HEAD: &str = "scenario,regime,year,border,bill,bill_yuan,gap_points,gap_points_expected";
/// Columns of a side, to which its name is added.
const SIDE_HEAD: [&str; 8] = [
    "rate",
    "rate_expected",
    "own_yuan",
    "own_yuan_expected",
    "catastrophic",
    "catastrophic_chance",
    "impoverished",
    "impoverished_chance",
];
/// Columns of `handovers.csv`.
const HANDOVERS_HEAD: &str = "scenario,regime,year,class,bill,bill_yuan,rate_before,rate_after,change_points,layer,\
                              layer_change_points,ended,successor,years_without";

/// Both sides of every border: a row a regime, year, border and bill, a column a number.
#[must_use]
pub fn gaps_csv(meter: &Meter) -> String {
    let sides = ["within", "beyond"].map(|side| SIDE_HEAD.map(|column| format!(",{side}_{column}")).concat());
    let mut text = format!("{GAP_HEAD}{}\n", sides.concat());
    for gap in &meter.gaps {
        writeln!(text, "{}", gap_row(meter, gap)).expect("writing into a text does not fail");
    }
    text
}

fn gap_row(meter: &Meter, gap: &Gap) -> String {
    // Adding nothing takes the sign off a zero.
    let points = |value: f64| plain((value * 1e4).round() / 1e4 + 0.0, 4);
    format!(
        "{},{},{},{},{},{},{},{},{},{}",
        meter.scenario,
        meter.regimes[gap.regime].0,
        gap.year,
        BORDERS[gap.border].id,
        meter.bills[gap.bill].id,
        gap.amount,
        points(gap.points()),
        points(gap.points_expected()),
        side_cells(&gap.within),
        side_cells(&gap.beyond),
    )
}

fn side_cells(side: &Side) -> String {
    let share = |value: f64| plain(value, 6);
    let whether = |value: bool| u8::from(value).to_string();
    [
        share(side.rate),
        share(side.rate_expected),
        side.own.to_string(),
        plain(side.own_expected, 2),
        whether(side.catastrophic),
        share(side.catastrophic_chance),
        whether(side.impoverished),
        share(side.impoverished_chance),
    ]
    .join(",")
}

/// A number with at most some decimals, one or more, without noughts at its end.
fn plain(value: f64, decimals: usize) -> String {
    let text = format!("{value:.decimals$}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// Changes from one year to the next, a row a class and bill.
#[must_use]
pub fn handovers_csv(meter: &Meter) -> String {
    let mut text = format!("{HANDOVERS_HEAD}\n");
    for handover in &meter.handovers {
        writeln!(text, "{}", handover_row(meter, handover)).expect("writing into a text does not fail");
    }
    text
}

fn handover_row(meter: &Meter, handover: &Handover) -> String {
    format!(
        "{},{},{},{},{},{},{:.6},{:.6},{:.4},{},{:.4},{},{},{}",
        meter.scenario,
        meter.regimes[handover.regime].0,
        handover.year,
        handover.class.name(),
        meter.bills[handover.bill].id,
        handover.amount,
        handover.before,
        handover.after,
        handover.points(),
        handover.layer,
        handover.layer_points,
        handover.ended,
        handover.successor.as_deref().unwrap_or(""),
        handover.years_without.map_or_else(String::new, |years| years.to_string()),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gap::{measure, reference_bills};
    use crate::scenario::main_scenario;

    #[test]
    fn a_number_is_written_without_noughts_at_its_end() {
        let written = [0.0, 1.0, 0.5, 100.0, 0.123_456_7, -12.3].map(|value| plain(value, 6));
        assert_eq!(written, ["0", "1", "0.5", "100", "0.123457", "-12.3"]);
        assert_eq!(plain(1_200.0, 2), "1200", "noughts before the point stay");
    }

    #[test]
    fn every_gap_has_its_row_with_all_its_numbers() {
        let scenario = main_scenario(&[]);
        let meter = measure(&scenario, &scenario.places[0], &reference_bills(&scenario));
        let text = gaps_csv(&meter);
        let (head, rows) = text.split_once('\n').expect("a head");
        let head: Vec<&str> = head.split(',').collect();
        assert_eq!((head.len(), head[8], head[16]), (24, "within_rate", "beyond_rate"));
        assert_eq!(rows.lines().count(), meter.gaps.len());
        for (row, gap) in rows.lines().zip(&meter.gaps) {
            let cells: Vec<&str> = row.split(',').collect();
            assert_eq!(cells.len(), head.len(), "{row}");
            let cell = |name: &str| cells[head.iter().position(|column| *column == name).expect(name)];
            let number = |name: &str| cell(name).parse::<f64>().expect(name);
            assert_eq!(
                (cell("regime"), cell("border")),
                (&*meter.regimes[gap.regime].0, BORDERS[gap.border].id)
            );
            assert!((number("gap_points") - gap.points()).abs() <= 5.1e-5, "{row}");
            for (name, side) in [("within", &gap.within), ("beyond", &gap.beyond)] {
                assert!((number(&format!("{name}_rate")) - side.rate).abs() <= 5.1e-7, "{row}");
                assert!((number(&format!("{name}_own_yuan_expected")) - side.own_expected).abs() <= 5.1e-3);
                assert_eq!(number(&format!("{name}_catastrophic")), f64::from(u8::from(side.catastrophic)));
                let chance = number(&format!("{name}_impoverished_chance"));
                assert!((chance - side.impoverished_chance).abs() <= 5.1e-7, "{row}");
            }
        }
        assert!(text.len() < 160 * meter.gaps.len(), "{} bytes for {} gaps", text.len(), meter.gaps.len());
    }
}
