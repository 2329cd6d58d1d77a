//! Measures county by county: the rows of `counties.parquet`, and how they spread between counties.
//!
//! A county's sums are turned into the rows of its years before it is dropped. What its rates are made of stands beside
//! them in whole numbers, so that counties add up to the whole exactly.

use std::collections::BTreeMap;

use crate::measures::catalogue::MEASURES;
use crate::measures::compute::{County, of_county};
use crate::measures::statistics::quantile;
use crate::measures::table::{Results, SpreadRow};
use crate::record::{Cell, Standing, Tally, YearFacts};
use crate::simulation::CountyRecord;
use crate::units::Year;

/// Measures of a county and year, in the order of the columns.
pub const COUNTY_MEASURES: [&str; 12] = [
    "poverty_return_rate",
    "illness_return_rate",
    "poverty_return_cumulative",
    "poverty_rate",
    "poverty_rate_net",
    "new_poverty_rate",
    "hardship_headline",
    "oop_per_head",
    "effective_reimbursement",
    "forgone_for_money_rate",
    "aid_met_share",
    "fund_balance_per_head",
];

/// Counts of persons of a county and year, in the order of the columns: represented, not simulated.
pub const COUNTY_COUNTS: [&str; 6] = [
    "persons",
    "lifted_persons",
    "lifted_at_risk_persons",
    "lifted_returned_persons",
    "lifted_returned_illness_persons",
    "net_poor_persons",
];

/// A county, its place and its replicate.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CountyName {
    /// Replicate.
    pub replicate: u32,
    /// Index of the place.
    pub place: u16,
    /// Number of the county over all places, as in the ids of its households.
    pub county: u16,
}

/// A row of `counties.parquet`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CountyYear {
    /// Which county.
    pub name: CountyName,
    /// Index of the regime.
    pub regime: u16,
    /// Calendar year.
    pub year: Year,
    /// In the order of [`COUNTY_COUNTS`].
    pub counts: [i64; COUNTY_COUNTS.len()],
    /// In the order of [`COUNTY_MEASURES`]; nothing where undefined.
    pub values: [Option<f64>; COUNTY_MEASURES.len()],
}

/// The rows of a county: by regime and year.
#[must_use]
pub fn rows(name: CountyName, record: &CountyRecord, facts: &[(Year, YearFacts)]) -> Vec<CountyYear> {
    let index = |id: &&str| MEASURES.iter().position(|measure| measure.id == *id);
    let measures = COUNTY_MEASURES.each_ref().map(|id| index(id).expect("the catalogue has it"));
    let mut rows = Vec::new();
    for (regime, years) in (0u16..).zip(&record.sums) {
        for (at, (sums, (year, facts))) in years.iter().zip(facts).enumerate() {
            let lifted = |tally| sums.total(tally, |cell: Cell| cell.standing == Standing::Lifted);
            let county = County { sums, county: &record.counties[usize::from(regime)][at], facts };
            rows.push(CountyYear {
                name,
                regime,
                year: *year,
                counts: [
                    sums.total(Tally::Persons, |_| true),
                    lifted(Tally::Persons),
                    lifted(Tally::AtRiskPersons),
                    lifted(Tally::EnteredPersons),
                    lifted(Tally::EnteredPersonsIllness),
                    sums.total(Tally::PoorNet, |_| true),
                ],
                values: of_county(&county, &measures),
            });
        }
    }
    rows
}

/// Gathers values to say how they spread between counties: 8 bytes a county, regime, year and measure.
#[derive(Debug, Clone, Default)]
pub struct Spreads(BTreeMap<(u16, Year, u16, u8), Vec<f64>>);

impl Spreads {
    /// Adds the rows of a county, in any order.
    pub fn add(&mut self, rows: &[CountyYear]) {
        for row in rows {
            for (at, value) in (0u8..).zip(row.values) {
                let Some(value) = value else { continue };
                self.0.entry((row.regime, row.year, row.name.place, at)).or_default().push(value);
            }
        }
    }

    /// Takes over what others gathered.
    pub fn merge(&mut self, other: Self) {
        for (at, values) in other.0 {
            self.0.entry(at).or_default().extend(values);
        }
    }

    /// Quantiles between the counties of each place, every replicate's counties beside one another.
    #[must_use]
    pub fn finish(self, regimes: &[String], places: &[String]) -> Vec<SpreadRow> {
        let row = |((regime, year, place, at), mut values): ((u16, Year, u16, u8), Vec<f64>)| {
            values.sort_unstable_by(f64::total_cmp);
            SpreadRow {
                regime: regimes[usize::from(regime)].clone(),
                year,
                group: format!("place:{}", places[usize::from(place)]),
                measure: COUNTY_MEASURES[usize::from(at)],
                counties: u32::try_from(values.len()).expect("counties are counted in u32"),
                quantiles: SpreadRow::AT.map(|p| quantile(&values, p)),
            }
        };
        self.0.into_iter().map(row).collect()
    }
}

/// Rows of a regime, group and measure by year.
pub fn spread<'r>(
    results: &'r Results,
    (regime, group, measure): (&'r str, &'r str, &'r str),
) -> impl Iterator<Item = &'r SpreadRow> {
    results
        .counties
        .iter()
        .filter(move |row| row.regime == regime && row.group == group && row.measure == measure)
}
