//! Return to poverty of an autoregressive income, by the product's own step.

use fanpin::population::tables::tables;
use fanpin::random::{normal, stream};
use fanpin::scenario::{Options, Override, load_text};
use fanpin::simulation::Timetable;
use fanpin::units::Year;

use crate::harness::{Findings, Row, Sample, World};

const N: u64 = 1_500_000;
const PERSISTENCE: f64 = 0.8;
const YEAR: Year = Year::new(2021);

/// Income ranks of two years, 0 the median, under the model's stationary autoregression.
pub fn findings(world: World) -> Findings {
    let text = "name = \"autoregression\"\nextends = \"inclusive-vs-targeted\"\n";
    let set =
        Override { origin: "test".to_owned(), text: format!("society.economy.persistence={PERSISTENCE}") };
    let options = Options { overrides: vec![set], ..Options::default() };
    let scenario = load_text("autoregression.toml", text, &options).expect("the scenario holds");
    let timetable = Timetable::compile(&scenario, &scenario.places[0], tables());
    let place_year = timetable.place_year(YEAR);
    let (mut stays, mut returns, mut product, mut spread) = Default::default();
    for id in 0..N {
        let [first, second, ..] = world.block(0, id, YEAR, stream::HOUSEHOLD_YEAR).map(rank);
        let next = place_year.next_persistent(first, second);
        let outcome: &mut Sample = if first < 0 { &mut stays } else { &mut returns };
        outcome.count(next < 0);
        let (x, y): (f64, f64) = (f64::from(first) / 65_536.0, f64::from(next) / 65_536.0);
        let (product, spread): (&mut Sample, &mut Sample) = (&mut product, &mut spread);
        product.add(x * y);
        spread.add(y * y);
    }
    let angle = libm::asin(PERSISTENCE) / std::f64::consts::PI;
    let rows = vec![
        Row::of("Below a median line: below it again a year on", "1/2 + asin(ρ) / π", 0.5 + angle, &stays),
        Row::of("Above it: return within a year", "1/2 − asin(ρ) / π", 0.5 - angle, &returns),
        Row::of("Autocovariance of ranks", "ρ", PERSISTENCE, &product),
        Row::of("Variance of ranks a year on", "1", 1.0, &spread),
    ];
    Findings { rows, bounds: Vec::new() }
}

/// A rank in 1/65,536 standard deviations, as the model keeps it.
fn rank(word: u64) -> i32 {
    libm::floor(normal(word) * 65_536.0 + 0.5) as i32
}
