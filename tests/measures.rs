//! What must hold of measures whatever the sums: counties add, groups partition, flows are whole.

use fanpin::measures::catalogue::{MEASURES, OUTCOMES};
use fanpin::measures::compute::{Collector, Design};
use fanpin::measures::table::{MeasureRow, Results};
use fanpin::record::{
    BINS, CELLS, COLUMNS, Column, CountySums, Descent, Flows, Histograms, ReplicateRecord, Sums, TALLIES,
    Tally, YearFacts,
};
use fanpin::units::Year;
use proptest::prelude::*;

/// Sums of a county from a seed: uneven, many zeros, some cells empty.
fn county(seed: u64) -> (Sums, Histograms) {
    let mut state = seed;
    let mut next = move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        i64::try_from(state >> 40).expect("24 bits")
    };
    let mut sums = Sums::default();
    for cell in 0..CELLS {
        if next() % 3 == 0 {
            continue;
        }
        for tally in sums.cell_mut(cell) {
            *tally = next() % 1_000;
        }
        // Nobody lives on negative person-years.
        sums.cell_mut(cell)[Tally::Persons as usize] += 1_000;
    }
    let mut histograms = Histograms::default();
    for _ in 0..400 {
        let column = COLUMN[usize::try_from(next()).expect("not negative") % COLUMNS];
        histograms.count(column, usize::try_from(next()).expect("not negative") % BINS, next() % 50);
    }
    (sums, histograms)
}

const COLUMN: [Column; COLUMNS] = [
    Column::IncomePersons,
    Column::IncomeSum,
    Column::IncomeOutOfPocket,
    Column::IncomeChePersons,
    Column::ConsumptionPersons,
    Column::SdgCritical,
    Column::SdgImpoverishing,
    Column::FoodShareHouseholds,
    Column::FoodShareFood,
    Column::SpendingPersons,
    Column::SpendingSum,
    Column::Stays,
    Column::StaysSum,
    Column::XuCritical,
    Column::XuCriticalPersons,
];

/// A record of two regimes and one year over places.
fn record(replicate: u32, places: &[Vec<(Sums, Histograms)>; 2], flows: Flows) -> ReplicateRecord {
    let sums = |regime: usize| vec![places[regime].iter().map(|county| county.0.clone()).collect()];
    let histograms = |regime: usize| vec![places[regime].iter().map(|county| county.1.clone()).collect()];
    ReplicateRecord {
        replicate,
        sums: vec![sums(0), sums(1)],
        histograms: vec![histograms(0), histograms(1)],
        flows: vec![vec![Flows::default()], vec![flows]],
        counties: [0, 1].map(|regime| vec![vec![CountySums::default(); places[regime].len()]]).to_vec(),
        descent: vec![Descent::default(); 2],
        facts: vec![YearFacts {
            price_index: 1.1,
            official_line_yuan: 4_300.0,
            monitoring_line_yuan: 6_900.0,
            yuan_per_ppp_dollar: 4.2,
        }],
    }
}

fn results(records: &[ReplicateRecord], places: &[&str]) -> Results {
    let design = Design {
        scenario: "random".to_owned(),
        regimes: ["baseline", "other"].map(|id| (id.to_owned(), id.to_owned(), id.to_owned())).to_vec(),
        baseline: 0,
        years: vec![Year::new(2024)],
        places: places
            .iter()
            .map(|place| ((*place).to_owned(), (*place).to_owned(), (*place).to_owned()))
            .collect(),
    };
    let mut collector = Collector::new(design);
    records.iter().for_each(|record| collector.add(record));
    collector.finish()
}

fn group<'a>(results: &'a Results, id: &'a str) -> impl Iterator<Item = &'a MeasureRow> {
    results.measures.iter().filter(move |row| row.group == id)
}

fn sum_of(counties: &[(Sums, Histograms)]) -> (Sums, Histograms) {
    let mut whole = (Sums::default(), Histograms::default());
    for (sums, histograms) in counties {
        whole.0.add(sums);
        whole.1.add(histograms);
    }
    whole
}

fn seeds() -> impl Strategy<Value = [u64; 4]> {
    any::<[u64; 4]>()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// A place in two counties has the measures of the same place in one, and everyone the same
    /// measures whether their counties are one place or two.
    #[test]
    fn measures_do_not_depend_on_how_people_are_split_into_counties(seeds in seeds()) {
        let counties = [vec![county(seeds[0]), county(seeds[1])], vec![county(seeds[2]), county(seeds[3])]];
        let merged = [vec![sum_of(&counties[0])], vec![sum_of(&counties[1])]];
        let apart = results(&[record(0, &counties, Flows::default())], &["x", "y"]);
        let together = results(&[record(0, &merged, Flows::default())], &["x"]);
        for id in ["all", "lifted", "income_2", "chronic"] {
            let pairs = group(&apart, id).zip(group(&together, id));
            for (two, one) in pairs {
                prop_assert_eq!(two, one);
            }
        }
        for (everyone, place) in group(&together, "all").zip(group(&together, "place:x")) {
            prop_assert_eq!(everyone.statistics, place.statistics, "{}", everyone.measure);
        }
    }

    /// Sums over a partition of the groups are those of everyone, for every measure that is a ratio
    /// of sums: value times denominator adds up, and so does the denominator.
    #[test]
    fn groups_that_partition_everyone_add_up_to_everyone(seed in any::<u64>()) {
        let (sums, histograms) = county(seed);
        let places = [vec![(sums.clone(), histograms.clone())], vec![(sums, histograms)]];
        let found = results(&[record(0, &places, Flows::default())], &["x"]);
        let partitions: [&[&str]; 2] = [
            &["lifted", "marginal", "never_poor"],
            &["income_1", "income_2", "income_3", "income_4", "income_5"],
        ];
        let amount = |row: &MeasureRow| {
            row.statistics.mean.unwrap_or(0.0) * row.denominator.unwrap_or(1.0)
        };
        for partition in partitions {
            for all in group(&found, "all") {
                let parts: Vec<&MeasureRow> = partition
                    .iter()
                    .flat_map(|id| group(&found, id))
                    .filter(|row| row.measure == all.measure && row.regime == all.regime)
                    .collect();
                if parts.is_empty() {
                    // Distributions are for everyone and for places.
                    continue;
                }
                let (whole, sum) = (amount(all), parts.iter().map(|row| amount(row)).sum::<f64>());
                prop_assert!(close(whole, sum), "{}: {} against {}", all.measure, sum, whole);
                let denominators: f64 = parts.iter().filter_map(|row| row.denominator).sum();
                prop_assert!(close(all.denominator.unwrap_or(0.0), denominators), "{}", all.measure);
            }
        }
    }

    /// The same of the sums themselves, exactly, for every tally.
    #[test]
    fn standings_add_up_to_everyone_for_every_tally(seed in any::<u64>()) {
        let (sums, _) = county(seed);
        for tally in 0..TALLIES {
            let mut by_standing = [0_i64; 3];
            for cell in 0..CELLS {
                by_standing[fanpin::record::Cell::at(cell).standing as usize] += sums.cell(cell)[tally];
            }
            let all: i64 = (0..CELLS).map(|cell| sums.cell(cell)[tally]).sum();
            prop_assert_eq!(by_standing.iter().sum::<i64>(), all);
        }
    }

    /// Means of the outcomes add up to the cohort, and the rows come in their order.
    #[test]
    fn the_rows_of_the_flows_add_up_to_the_cohort(
        cohort in 1..100_000_i64,
        cuts in prop::collection::vec(prop::array::uniform5(0.0..1.0_f64), 1..6),
    ) {
        let empty = [vec![(Sums::default(), Histograms::default())], vec![(Sums::default(), Histograms::default())]];
        let records: Vec<ReplicateRecord> = cuts
            .iter()
            .zip(0..)
            .map(|(cuts, replicate)| record(replicate, &empty, split(cohort, *cuts)))
            .collect();
        let found = results(&records, &["x"]);
        prop_assert_eq!(found.flows.len(), OUTCOMES.len());
        for (row, (outcome, _)) in found.flows.iter().zip(OUTCOMES) {
            prop_assert_eq!(row.outcome, outcome);
            prop_assert_eq!(row.households.replicates as usize, cuts.len());
        }
        let sum: f64 = found.flows.iter().filter_map(|row| row.households.mean).sum();
        prop_assert!(close(sum, f64::from(i32::try_from(cohort).expect("small"))), "{} of {}", sum, cohort);
    }
}

/// Cuts a cohort into the six outcomes.
fn split(cohort: i64, mut cuts: [f64; 5]) -> Flows {
    cuts.sort_unstable_by(f64::total_cmp);
    #[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation)]
    let [a, b, c, d, e] = cuts.map(|cut| (cut * cohort as f64) as i64);
    Flows {
        saved: a,
        lost: b - a,
        both: c - b,
        neither: d - c,
        died_or_dissolved: e - d,
        unmatched: cohort - e,
    }
}

fn close(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-9 * (1.0 + a.abs().max(b.abs()))
}

#[test]
fn equal_regimes_differ_by_exactly_nothing() {
    let same = |seed| {
        let county = county(seed);
        [vec![county.clone()], vec![county]]
    };
    let records: Vec<ReplicateRecord> =
        (0..3).map(|replicate| record(replicate, &same(u64::from(replicate)), Flows::default())).collect();
    let found = results(&records, &["x"]);
    assert!(found.differences.len() > MEASURES.len());
    for row in &found.differences {
        assert!(row.statistics.mean.is_none_or(|mean| mean == 0.0), "{row:?}");
        assert_eq!(row.variance_ratio, None, "no variance to compare with: {row:?}");
    }
}
