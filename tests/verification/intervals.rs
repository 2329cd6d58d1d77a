//! Coverage of the intervals that the tables print.

use fanpin::measures::statistics::{CriticalValues, difference};
use fanpin::random::{normal, stream};
use fanpin::units::Year;

use crate::harness::{Findings, Row, Sample, World};

const RUNS: u64 = 100_000;
const YEAR: Year = Year::new(2021);
const TRUTH: f64 = 3.0;

pub fn findings(world: World) -> Findings {
    let mut rows: Vec<Row> = [5, 20]
        .map(|replicates| {
            let covered = covered(world, replicates, 1.0);
            Row::of(
                format!("t interval of the mean of {replicates} replicates covers it"),
                "0.95",
                0.95,
                &covered,
            )
        })
        .to_vec();
    rows.extend(pairs(world));
    Findings { rows, bounds: Vec::new() }
}

/// Whether the interval, stretched by a factor, covers the mean of normal replicates.
fn covered(world: World, replicates: usize, stretch: f64) -> Sample {
    let critical = CriticalValues::up_to(replicates);
    let mut covered = Sample::default();
    for run in 0..RUNS {
        let blocks = (0..5).map(|block| world.block(block, run, YEAR, stream::MAJOR).map(normal));
        let values: Vec<f64> = blocks.flatten().take(replicates).map(|z| TRUTH + 0.5 * z).collect();
        let found = critical.describe(&values);
        let (mean, low) = (found.mean.expect("there are values"), found.ci_low.expect("more than one"));
        covered.count((mean - TRUTH).abs() <= (mean - low) * stretch);
    }
    covered
}

/// Two regimes whose replicates share nine tenths of their variance: pairing takes a tenth of what
/// independent draws would need. With 9 degrees of freedom the ratio's mean isn't that of the
/// variances, so variances are averaged.
fn pairs(world: World) -> Vec<Row> {
    const SHARED: f64 = 0.9;
    let critical = CriticalValues::up_to(10);
    let (mut paired, mut unpaired) = (Sample::default(), Sample::default());
    for run in 0..RUNS {
        let z: Vec<f64> = (0..8)
            .flat_map(|block| world.block(block, run, YEAR, stream::EPISODE_PLACE).map(normal))
            .collect();
        let own = |shared: f64, own: f64| libm::sqrt(SHARED) * shared + libm::sqrt(1.0 - SHARED) * own;
        let regime: Vec<f64> = (0..10).map(|r| own(z[r], z[10 + r])).collect();
        let baseline: Vec<f64> = (0..10).map(|r| own(z[r], z[20 + r])).collect();
        let (difference, ratio) = difference(&regime, &baseline, &critical);
        let variance = difference.sd.map(|sd| sd * sd).expect("ten replicates");
        paired.add(variance);
        unpaired.add(variance * ratio.expect("the difference varies"));
    }
    vec![
        Row::of("Variance of a paired difference, nine tenths shared", "2 (1 − 0.9)", 0.2, &paired),
        Row::of("Variance of the same unpaired", "2", 2.0, &unpaired),
    ]
}

#[test]
fn an_interval_from_the_normal_distribution_is_rejected() {
    // 1.96 in place of 2.776 with five replicates.
    let narrow = covered(World::fair(6), 5, 1.959_964 / 2.776_445);
    assert!(!Row::of("", "", 0.95, &narrow).holds());
}
