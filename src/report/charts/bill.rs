//! One bill on its way through the layers of each regime: a waterfall.

use super::sheet::{AXIS_PT, GRID_PT, MARGIN, Plot, Sheet, grid_across, numbers_across};
use super::{Chart, Setting};
use crate::measures::catalogue::OUT_OF_POCKET_LABEL;
use crate::report::fonts::{Weight, width_mm};
use crate::report::layout::{nice_ticks, wrap};
use crate::report::style::{Align, Colour, LABEL_PT, Text, line_height, number};
use crate::scenario::plan::Bilingual;
use crate::scenario::policy::Payer;
use crate::units::{Money, Year};

/// What one layer pays of a bill.
#[derive(Debug, Clone, PartialEq)]
pub struct Payment {
    /// Label of the layer.
    pub layer: Bilingual,
    /// Who pays.
    pub payer: Payer,
    /// How much.
    pub paid: Money,
}

/// A bill under one regime; the payments and what is left add up to it.
#[derive(Debug, Clone, PartialEq)]
pub struct BillBreakdown {
    /// Label of the regime.
    pub regime: Bilingual,
    /// Year of the bill.
    pub year: Year,
    /// The whole bill.
    pub bill: Money,
    /// In the order of the layers.
    pub payments: Vec<Payment>,
    /// What the patient is left with.
    pub out_of_pocket: Money,
}

/// Height of a row in millimetres.
const ROW: f64 = 4.2;

/// The chart, a panel a regime on one scale.
#[must_use]
pub fn draw(bills: &[BillBreakdown], setting: &Setting) -> Chart {
    let title = setting.pick("One bill through the layers of protection", "一张医疗账单在各层保障中的分担");
    let subtitle = setting
        .pick("Yuan; from the whole bill down to what the patient pays", "元；由费用总额逐层扣减至个人自付");
    let mut sheet = Sheet::new(setting, "bill", title, subtitle);
    let most = bills.iter().map(|b| b.bill.yuan()).fold(0.0, f64::max);
    if bills.is_empty() || most <= 0.0 {
        return sheet.finish_empty(setting.pick("There is no bill.", "没有账单。"));
    }
    let narrow = setting.width_mm < 120;
    let names: Vec<Vec<Vec<String>>> = bills
        .iter()
        .map(|bill| {
            row_names(bill, setting)
                .iter()
                .map(|n| wrap(n, LABEL_PT, Weight::Regular, if narrow { 30.0 } else { 50.0 }, 2))
                .collect()
        })
        .collect();
    let widest =
        names.iter().flatten().flatten().map(|l| width_mm(l, LABEL_PT, Weight::Bold)).fold(0.0, f64::max);
    let ticks = nice_ticks(0.0, most, if narrow { 4 } else { 7 });
    let number_room = width_mm(&money(most), LABEL_PT, Weight::Bold) + 2.0;
    let (left, right) = (MARGIN + widest + 2.0, sheet.width() - MARGIN - number_room);
    let mut top = sheet.top;
    for ((index, bill), names) in bills.iter().enumerate().zip(&names) {
        let theme = setting.theme;
        let mut head = setting.bilingual(&bill.regime).to_owned();
        head += &format!("{}{}", setting.pick(", ", "，"), bill.year.number());
        for line in wrap(&head, LABEL_PT, Weight::Bold, sheet.width() - 2.0 * MARGIN, 2) {
            sheet.canvas.text(
                (MARGIN, top + 2.0),
                &line,
                Text::label(theme.letters(theme.regime(index))).bold(),
            );
            top += line_height(LABEL_PT);
        }
        let heights: Vec<f64> = names.iter().map(|n| if n.len() > 1 { ROW * 1.6 } else { ROW }).collect();
        let (plot_top, bottom) = (top + 0.8, top + 0.8 + heights.iter().sum::<f64>());
        let plot = Plot { left, right, top: plot_top, bottom, across: (0.0, ticks.last()), up: (1.0, 0.0) };
        grid_across(&mut sheet, &plot, &ticks);
        if index + 1 == bills.len() {
            numbers_across(&mut sheet, &plot, &ticks, number);
        }
        sheet.canvas.line(&[(left, plot_top), (left, bottom)], AXIS_PT, theme.ink);
        steps(&mut sheet, &plot, bill, names, &heights);
        top = bottom + 3.4;
    }
    sheet.finish(top + 0.6, "")
}

fn row_names(bill: &BillBreakdown, setting: &Setting) -> Vec<String> {
    let mut names = vec![setting.pick("Bill", "费用总额").to_owned()];
    names.extend(bill.payments.iter().map(|p| setting.bilingual(&p.layer).to_owned()));
    names.push(setting.label(OUT_OF_POCKET_LABEL).to_owned());
    names
}

/// Yuan to the fen, thousands always apart: sums stand one under the other here.
fn money(yuan: f64) -> String {
    let text = number(yuan, 2);
    let digits = text.trim_start_matches('−');
    if digits.len() == "0000.00".len() {
        text.replacen(digits, &format!("{},{}", &digits[..1], &digits[1..]), 1)
    } else {
        text
    }
}

fn steps(sheet: &mut Sheet, plot: &Plot, bill: &BillBreakdown, names: &[Vec<String>], heights: &[f64]) {
    let theme = sheet.setting.theme;
    let mut bars: Vec<(f64, f64, Colour)> = vec![(0.0, bill.bill.yuan(), theme.muted)];
    let mut left = bill.bill;
    for payment in &bill.payments {
        let after = left.less(payment.paid);
        bars.push((after.yuan(), left.yuan(), theme.payers[payment.payer as usize]));
        left = after;
    }
    bars.push((0.0, bill.out_of_pocket.yuan(), theme.own));
    let last = bars.len() - 1;
    let mut y = plot.top;
    for (i, (((from, to, colour), name), height)) in bars.iter().zip(names).zip(heights).enumerate() {
        let centre = y + height / 2.0;
        let (a, b) = (plot.x(*from), plot.x(*to));
        sheet.canvas.bar((a, centre - 1.4), (b, centre + 1.4), *colour);
        if i < last {
            // To where the next bar ends.
            let next = plot.x(if i == 0 { bars[0].1 } else { *from });
            sheet.canvas.line(&[(next, centre + 1.4), (next, centre + height - 1.4)], GRID_PT, theme.muted);
        }
        let whole = i == 0 || i == last;
        let style = Text::label(theme.ink).aligned(Align::End);
        sheet.canvas.block_centred((plot.left - 1.6, centre), name, if whole { style.bold() } else { style });
        let sign = if whole { 1.0 } else { -1.0 };
        let style = Text::label(theme.ink);
        let text = money(sign * (to - from));
        sheet.canvas.text_centred((b + 1.0, centre), &text, if whole { style.bold() } else { style });
        y += height;
    }
}
