//! A household-year as a survey of spending and income has it.
//!
//! A survey is told of payments, consumption and income with an error each, and counts as health spending what bills don't: medicine
//! that was bought without a bill, transport and board around a stay. Both come out of the consumption that the household's accounts
//! have, so that what it spends in all is the same. Food that is grown at home isn't spent, and short questionnaires miss some consumption and find more payments than
//! accounts.
//!
//! Errors are lognormal with mean one (of payments and consumption, with the share that is told of), and keyed by household and year: twins make the same error, and a parameter moves them smoothly.
//! Parameters: `observation` ([`Observation`]).

use crate::population::tables::{Path, tables};
use crate::random::{Key, normal, stream};
use crate::record::PanelRow;
use crate::scenario::Scenario;
use crate::scenario::observed::Observation;
use crate::units::Year;

/// What a survey has of a household-year, yuan.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Answers {
    /// Income.
    pub income: f64,
    /// Payments for care after reimbursement, self-bought medicine and what a stay costs beside its bill among them.
    pub payments: f64,
    /// The same before reimbursement.
    pub gross: f64,
    /// All spending, payments among it, home-grown food not.
    pub spending: f64,
    /// Spending on food.
    pub food: f64,
    /// Self-bought medicine, without error.
    pub medicine: f64,
}

impl Answers {
    /// What would have been told had nothing been reimbursed: the whole bill paid and spent, all else alike.
    pub fn before_reimbursement(&self) -> Self {
        Self { payments: self.gross, spending: self.spending - self.payments + self.gross, ..*self }
    }
}

/// A survey of a run.
pub(super) struct Survey<'a> {
    observation: &'a Observation,
    seed: u64,
}

impl<'a> Survey<'a> {
    /// The survey of a scenario's runs.
    pub const fn of(scenario: &'a Scenario) -> Self {
        Self { observation: &scenario.observation, seed: scenario.plan.seed }
    }

    /// What it is told by a household in a year.
    pub fn ask(&self, row: &PanelRow) -> Answers {
        let (o, year) = (self.observation, Year::new(row.year));
        let key = Key { seed: self.seed, replicate: u64::from(row.replicate) };
        let words = key.block(0, row.household, year, stream::SURVEY);
        let income_word = key.block(0, row.household, year, stream::HOUSEHOLD_YEAR)[3];
        let of_payments = o.payment_reported * error(o.payment_log_sd, words[0]);
        let of_consumption = o.consumption_reported * error(o.consumption_log_sd, words[1]);
        let of_income = error(o.income_log_sd, income_word);

        let (healthy, ill) = (f64::from(row.persons - row.chronic), f64::from(row.chronic));
        let usual = healthy * o.self_medication_yuan + ill * o.self_medication_chronic_yuan;
        let medicine = usual * tables().path(Path::Cpi, year) * error(o.self_medication_log_sd, words[2]);
        let (paid, bill) = (yuan(row.out_of_pocket_fen), yuan(row.bill_fen));
        let for_stays = yuan(row.bill_inpatient_fen - row.paid_inpatient_fen).clamp(0.0, paid);
        let beside = medicine + o.stay_costs * for_stays;

        let grown = o.own_food_share * yuan(row.food_fen);
        let food = yuan(row.food_fen) - grown;
        let other = (yuan(row.consumption_fen - row.food_fen) - beside).max(0.0);
        let payments = (paid + beside) * of_payments;
        Answers {
            income: yuan(row.income_fen) * of_income,
            payments,
            gross: (bill + beside) * of_payments,
            spending: (food + other) * of_consumption + payments,
            food: food * of_consumption,
            medicine,
        }
    }
}

/// A lognormal factor with mean one.
fn error(log_sd: f64, word: u64) -> f64 {
    libm::exp(log_sd * normal(word) - log_sd * log_sd / 2.0)
}

/// Yuan of an amount.
#[allow(clippy::cast_precision_loss, reason = "a household's amounts are far below 2^53 fen")]
pub(super) fn yuan(fen: i64) -> f64 {
    fen as f64 / 100.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::main_scenario;

    /// Four members, one of them ill; 30,000 yuan of income, 20,000 of consumption, half of it food; a bill of 8,000 for a stay, 3,000 of
    /// it paid by insurance, and of 1,000 for doctors.
    fn row(household: u64) -> PanelRow {
        PanelRow {
            year: 2020,
            household,
            persons: 4,
            chronic: 1,
            income_fen: 3_000_000,
            consumption_fen: 2_000_000,
            food_fen: 1_000_000,
            bill_fen: 900_000,
            bill_inpatient_fen: 800_000,
            paid_inpatient_fen: 300_000,
            out_of_pocket_fen: 600_000,
            ..PanelRow::default()
        }
    }

    fn close(a: f64, b: f64) {
        assert!((a - b).abs() < 1e-9 * b.abs().max(1.0), "{a} is not {b}");
    }

    #[test]
    fn without_errors_it_counts_what_bills_do_not() {
        let exact = main_scenario(&[
            "observation.payment_log_sd=0",
            "observation.payment_reported=1",
            "observation.consumption_reported=1",
            "observation.consumption_log_sd=0",
            "observation.income_log_sd=0",
            "observation.self_medication_log_sd=0",
            "observation.self_medication_yuan=40",
            "observation.self_medication_chronic_yuan=200",
            "observation.stay_costs=0.1",
            "observation.own_food_share=0.2",
        ]);
        let told = Survey::of(&exact).ask(&row(7));
        // Medicine: 3 × 40 + 200 = 320 at prices of 2020; beside the stay: a tenth of 5,000.
        close(told.medicine, 320.0);
        close(told.payments, 6000.0 + 320.0 + 500.0);
        close(told.gross, 9000.0 + 320.0 + 500.0);
        close(told.food, 8000.0);
        // What is counted as health spending is no longer other consumption; 2,000 of food were not bought.
        close(told.spending, 20_000.0 + 6000.0 - 2000.0);
        close(told.income, 30_000.0);
    }

    #[test]
    fn errors_have_mean_one_and_the_spread_asked_for() {
        let noisy = main_scenario(&["observation.income_log_sd=0.3", "observation.consumption_log_sd=0"]);
        let survey = Survey::of(&noisy);
        let n = 4000u32;
        let logs: Vec<f64> =
            (0..n).map(|i| libm::log(survey.ask(&row(u64::from(i))).income / 30_000.0)).collect();
        let mean = logs.iter().sum::<f64>() / f64::from(n);
        let variance = logs.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / f64::from(n);
        // Four and a half standard errors.
        assert!((mean + 0.045).abs() < 4.5 * 0.3 / libm::sqrt(f64::from(n)), "{mean}");
        assert!((variance - 0.09).abs() < 4.5 * 0.09 * libm::sqrt(2.0 / f64::from(n)), "{variance}");
    }

    #[test]
    fn an_error_is_the_households_own_and_does_not_move_with_its_money() {
        let scenario = main_scenario(&[]);
        let survey = Survey::of(&scenario);
        let richer = PanelRow { income_fen: 6_000_000, ..row(7) };
        close(survey.ask(&richer).income, 2.0 * survey.ask(&row(7)).income);
        assert!((survey.ask(&row(8)).income - survey.ask(&row(7)).income).abs() > 1.0);
    }
}
