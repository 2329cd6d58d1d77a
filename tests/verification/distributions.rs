//! Poverty and inequality of a lognormal income, through the product's bins and tallies.

use fanpin::measures::Binned;
use fanpin::measures::inequality::{concentration_from_bins, concentration_index, gini, gini_from_bins};
use fanpin::measures::poverty::{fgt_from_bins, median};
use fanpin::poverty::{gap_ppm, severity_ppm};
use fanpin::random::{normal, stream};
use fanpin::record::{BINS, bin};
use fanpin::units::{Money, Year};

use crate::harness::{Findings, Row, Sample, World, normal_distribution};

const N: usize = 1_000_000;
const YEAR: Year = Year::new(2021);
const MEDIAN: f64 = 9_000.0;
const LOG_SD: f64 = 0.7;
const LINE: f64 = 7_310.0;
/// Payments rise with income to this power.
const ELASTICITY: f64 = 0.6;

pub fn findings(world: World) -> Findings {
    let fen: Vec<i64> = (0..N as u64 / 4)
        .flat_map(|id| world.block(0, id, YEAR, stream::SYNTHESIS_HOUSEHOLD))
        .map(|word| libm::round(100.0 * MEDIAN * libm::exp(LOG_SD * normal(word))) as i64)
        .collect();
    let payment = |fen: i64| libm::round(100.0 * libm::pow(fen as f64 / 100.0, ELASTICITY)) as i64;
    let (mut persons, mut sums, mut paid) = (vec![0; BINS], vec![0; BINS], vec![0; BINS]);
    for amount in &fen {
        persons[bin(*amount)] += 1;
        sums[bin(*amount)] += amount;
        paid[bin(*amount)] += payment(*amount);
    }
    let mut rows = poverty(&fen, &persons, &sums);
    let incomes: Vec<f64> = fen.iter().map(|fen| *fen as f64).collect();
    let payments: Vec<f64> = fen.iter().map(|fen| payment(*fen) as f64).collect();
    rows.push(middle(&incomes, &persons));
    let weights = vec![1.0; N];
    let of_sample = gini(&incomes, &weights).expect("incomes are positive");
    rows.push(index(
        "Gini from bins",
        "2 Φ(σ / √2) − 1",
        LOG_SD,
        &incomes,
        gini_from_bins(&persons, &sums).expect("incomes are positive"),
    ));
    rows.push(index(
        "Gini from microdata",
        "2 Φ(σ / √2) − 1",
        LOG_SD,
        &incomes,
        Binned { value: of_sample, error: 0.0 },
    ));
    rows.push(index(
        "Concentration index of payments that rise with income to the power 0.6, from bins",
        "2 Φ(0.6 σ / √2) − 1",
        ELASTICITY * LOG_SD,
        &payments,
        concentration_from_bins(&persons, &paid).expect("payments are positive"),
    ));
    let of_sample = concentration_index(&incomes, &payments, &weights).expect("payments are positive");
    rows.push(index(
        "The same from microdata",
        "2 Φ(0.6 σ / √2) − 1",
        ELASTICITY * LOG_SD,
        &payments,
        Binned { value: of_sample, error: 0.0 },
    ));
    Findings { rows, bounds: Vec::new() }
}

/// Headcount, gap and severity: FGT(a) of a lognormal is Σ over j of binomial(a, j) (−1/z)^j times
/// the partial moment `E[X^j; X < z]`.
fn poverty(fen: &[i64], persons: &[i64], sums: &[i64]) -> Vec<Row> {
    let k = libm::log(LINE / MEDIAN) / LOG_SD;
    let partial = |order: f64| {
        let moment = libm::pow(MEDIAN / LINE, order) * libm::exp(order * order * LOG_SD * LOG_SD / 2.0);
        moment * normal_distribution(k - order * LOG_SD)
    };
    let expected =
        [partial(0.0), partial(0.0) - partial(1.0), partial(0.0) - 2.0 * partial(1.0) + partial(2.0)];
    let line = (LINE * 100.0) as i64;
    let gaps = || fen.iter().map(|amount| gap_ppm(Money::from_fen(*amount), 1, line));
    let tallies: [Sample; 3] = [
        fen.iter().map(|amount| f64::from(u8::from(*amount < line))).collect(),
        gaps().map(|gap| gap as f64 / 1e6).collect(),
        gaps().map(|gap| severity_ppm(gap) as f64 / 1e6).collect(),
    ];
    let bins = fgt_from_bins(persons, sums, LINE).expect("there are persons");
    let bins = [bins.headcount, bins.gap, bins.severity];
    let names = ["Headcount", "Gap", "Severity"];
    let forms = [
        "Φ(k), k = ln(z / median) / σ",
        "Φ(k) − m₁ Φ(k − σ)",
        "Φ(k) − 2 m₁ Φ(k − σ) + m₂ Φ(k − 2σ), mⱼ = E[Xʲ] / zʲ",
    ];
    let mut rows = Vec::new();
    for measure in 0..3 {
        let tally = Row::of(
            format!("{} of a lognormal income, from tallies", names[measure]),
            forms[measure],
            expected[measure],
            &tallies[measure],
        );
        rows.push(Row {
            claim: format!("{} of a lognormal income, from bins", names[measure]),
            got: bins[measure].value,
            slack: bins[measure].error,
            ..tally.clone()
        });
        // Parts per million are rounded down.
        rows.push(Row { slack: if measure == 0 { 0.0 } else { 2e-6 }, ..tally });
    }
    rows
}

/// The median, with the large-sample standard error `√(π / 2) σ median / √n` of a lognormal's.
fn middle(incomes: &[f64], persons: &[i64]) -> Row {
    let found = median(persons).expect("incomes are positive");
    let logs: Sample = incomes.iter().map(|fen| libm::log(*fen)).collect();
    Row {
        claim: "Median of a lognormal income, from bins".to_owned(),
        closed_form: "exp(μ)",
        n: logs.n,
        expected: MEDIAN,
        got: found.value,
        se: libm::sqrt(std::f64::consts::FRAC_PI_2) * logs.standard_error() * MEDIAN,
        slack: found.error,
    }
}

/// An index beside that of a lognormal whose logarithm has this standard deviation, with the
/// standard error of Kakwani, Wagstaff and van Doorslaer (1997) from the sample. The amounts rise
/// with the rank, so that sorting them ranks the persons.
fn index(claim: &str, closed_form: &'static str, log_sd: f64, amounts: &[f64], found: Binned) -> Row {
    Row {
        claim: claim.to_owned(),
        closed_form,
        n: amounts.len() as u64,
        expected: 2.0 * normal_distribution(log_sd * std::f64::consts::FRAC_1_SQRT_2) - 1.0,
        got: found.value,
        se: standard_error(amounts, found.value),
        slack: found.error,
    }
}

fn standard_error(amounts: &[f64], index: f64) -> f64 {
    let mut sorted = amounts.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let n = sorted.len() as f64;
    let total: f64 = sorted.iter().sum();
    let (mut below, mut squares) = (0.0, 0.0);
    for (place, amount) in sorted.iter().enumerate() {
        let rank = (place as f64 + 0.5) / n;
        let (before, after) = (below / total, (below + amount) / total);
        let a = amount * n / total * (2.0 * rank - 1.0 - index) + 2.0 - before - after;
        squares += a * a;
        below += amount;
    }
    libm::sqrt((squares / n - (1.0 + index) * (1.0 + index)) / n)
}
