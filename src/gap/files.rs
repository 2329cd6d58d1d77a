//! `gap.csv` and `handovers.csv`: tidy, in a fixed order, the same bytes for the same scenario.

use std::fmt::Write;

use super::{BORDERS, Gap, Handover, Meter, Side};

/// File name of the gaps.
pub const GAP_CSV: &str = "gap.csv";
/// File name of the hand-overs.
pub const HANDOVERS_CSV: &str = "handovers.csv";

/// Columns of `gap.csv`.
const GAP_HEAD: &str = "scenario,regime,year,border,bill,measure,unit,value";
/// Columns of `handovers.csv`.
const HANDOVERS_HEAD: &str = "scenario,regime,year,class,bill,bill_yuan,rate_before,rate_after,change_points,layer,\
                              layer_change_points,ended,successor,years_without";

/// Both sides of every border, a row a number.
#[must_use]
pub fn gaps_csv(meter: &Meter) -> String {
    let mut text = format!("{GAP_HEAD}\n");
    for gap in &meter.gaps {
        let border = BORDERS[gap.border].id;
        let head = format!(
            "{},{},{},{border},{}",
            meter.scenario, meter.regimes[gap.regime].0, gap.year, meter.bills[gap.bill].id
        );
        for (measure, unit, value) in rows(gap) {
            writeln!(text, "{head},{measure},{unit},{value}").expect("writing into a text does not fail");
        }
    }
    text
}

fn rows(gap: &Gap) -> Vec<(String, &'static str, String)> {
    let border = BORDERS[gap.border].id;
    // Adding nothing takes the sign off a zero.
    let points = |value: f64| format!("{:.4}", (value * 1e4).round() / 1e4 + 0.0);
    let mut rows = vec![
        (format!("policy_gap_{border}"), "percentage_points", points(gap.points())),
        (format!("policy_gap_{border}_expected"), "percentage_points", points(gap.points_expected())),
        ("bill".to_owned(), "yuan_nominal", gap.amount.to_string()),
    ];
    rows.extend(side_rows("within", &gap.within));
    rows.extend(side_rows("beyond", &gap.beyond));
    rows
}

fn side_rows(name: &str, side: &Side) -> [(String, &'static str, String); 8] {
    let share = |value: f64| format!("{value:.6}");
    let whether = |value: bool| u8::from(value).to_string();
    [
        (format!("rate_{name}"), "share", share(side.rate)),
        (format!("rate_{name}_expected"), "share", share(side.rate_expected)),
        (format!("own_{name}"), "yuan_nominal", side.own.to_string()),
        (format!("own_{name}_expected"), "yuan_nominal", format!("{:.2}", side.own_expected)),
        (format!("catastrophic_{name}"), "yes_no", whether(side.catastrophic)),
        (format!("catastrophic_{name}_chance"), "share", share(side.catastrophic_chance)),
        (format!("impoverished_{name}"), "yes_no", whether(side.impoverished)),
        (format!("impoverished_{name}_chance"), "share", share(side.impoverished_chance)),
    ]
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
