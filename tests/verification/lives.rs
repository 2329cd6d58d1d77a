//! Yearly decisions: lane, bound, extension, threshold.

use fanpin::demography::age_index;
use fanpin::population::Sex;
use fanpin::population::tables::tables;
use fanpin::random::{Draw, threshold};
use fanpin::scenario::{Options, Scenario, load_text};
use fanpin::simulation::{PlaceYear, Timetable};
use fanpin::units::Year;

use crate::harness::{Findings, Row, Sample, World};

const BEGIN: Year = Year::new(2020);

pub fn findings(world: World) -> Findings {
    let mut rows = survival(world);
    rows.extend(geometric(world));
    rows.extend(two_states(world));
    Findings { rows, bounds: Vec::new() }
}

/// A cohort of women born in 1950 from 2021 on, by the model's own timetable, with illness making no
/// difference: every year candidates by lane, then the exact probability.
fn survival(world: World) -> Vec<Row> {
    const N: u64 = 1_000_000;
    const BORN: i16 = 1950;
    const SPANS: [usize; 3] = [5, 10, 15];
    let women = Sex::Female as usize;
    let scenario = no_excess_mortality();
    let timetable = Timetable::compile(&scenario, &scenario.places[0], tables());
    let years: Vec<Year> = Year::new(2021).through(Year::new(2035)).collect();
    let place_years: Vec<&PlaceYear> = years.iter().map(|year| timetable.place_year(*year)).collect();
    let limit = |(place_year, year): (&&PlaceYear, &Year)| {
        threshold(place_year.demography.death(women, age_index(*year, BORN), 0, false, false))
    };
    let limits: Vec<u64> = place_years.iter().zip(&years).map(limit).collect();
    let mut alive = [Sample::default(); SPANS.len()];
    for id in 0..N {
        let dies = |at: usize| {
            let (year, lanes) = (years[at], world.key.lanes(id, years[at]));
            let candidates = place_years[at].candidates(&lanes, (women, age_index(year, BORN)), 1_000_000);
            candidates & 1 << Draw::Death.lane() != 0
                && world.word(world.key.extended(Draw::Death, lanes[Draw::Death.lane()], id, year))
                    < limits[at]
        };
        let lived = (0..years.len()).position(dies).unwrap_or(years.len());
        alive.iter_mut().zip(SPANS).for_each(|(sample, span)| sample.count(lived >= span));
    }
    let published = |year: &Year| {
        let age = u8::try_from(age_index(*year, BORN)).expect("ages are at most 100");
        tables().death_probability(*year, Sex::Female, age)
    };
    SPANS
        .iter()
        .zip(&alive)
        .map(|(span, sample)| {
            let expected = years[..*span].iter().map(|year| 1.0 - published(year)).product();
            Row::of(format!("Women of 70 alive after {span} years"), "Π (1 − q(year, age))", expected, sample)
        })
        .collect()
}

/// The shipped scenario with illness that changes no mortality.
fn no_excess_mortality() -> Scenario {
    let text = "name = \"life-table\"\nextends = \"inclusive-vs-targeted\"\n";
    let mut scenario =
        load_text("life-table.toml", text, &Options::default()).expect("the shipped scenario holds");
    scenario.society.demography.mortality_factor = 1.0;
    let illness = &mut scenario.society.illness;
    for factor in [
        &mut illness.mortality_cardiovascular,
        &mut illness.mortality_stroke,
        &mut illness.mortality_diabetes,
        &mut illness.mortality_respiratory,
        &mut illness.mortality_cancer,
        &mut illness.mortality_musculoskeletal,
        &mut illness.mortality_mental,
        &mut illness.mortality_other,
        &mut illness.mortality_disability,
        &mut illness.mortality_forgone,
        &mut illness.mortality_together_young,
        &mut illness.mortality_together_old,
    ] {
        *factor = 1.0;
    }
    scenario
}

/// A constant hazard, looked at for a hundred years.
fn geometric(world: World) -> Vec<Row> {
    const N: u64 = 600_000;
    const HAZARD: f64 = 0.08;
    let (bound, p) = (threshold(1.5 * HAZARD), threshold(HAZARD));
    let (mut wait, mut ten) = (Sample::default(), Sample::default());
    for id in 0..N {
        let years = (0..100)
            .position(|offset| {
                world.happens(Draw::OnsetOther, id, Year::new(BEGIN.number() + offset), bound, p)
            })
            .map_or(100, |before| before + 1);
        wait.add(years as f64);
        ten.count(years > 10);
    }
    let stay = 1.0 - HAZARD;
    vec![
        Row::of(
            "Years until an event of hazard 0.08, at most 100",
            "(1 − (1 − p)^100) / p",
            (1.0 - libm::pow(stay, 100.0)) / HAZARD,
            &wait,
        ),
        Row::of("No event within ten years", "(1 − p)^10", libm::pow(stay, 10.0), &ten),
    ]
}

/// Illness that comes and goes.
fn two_states(world: World) -> Vec<Row> {
    const N: u64 = 400_000;
    const ONSET: f64 = 0.06;
    const RECOVERY: f64 = 0.2;
    const YEARS: i16 = 40;
    let (onset, recovery) = (threshold(ONSET), threshold(RECOVERY));
    let (onset_bound, recovery_bound) = (threshold(0.1), threshold(0.3));
    let (mut onsets, mut recoveries) = (Sample::default(), Sample::default());
    let mut ill_after = [Sample::default(); 3];
    for id in 0..N {
        let mut ill = false;
        for offset in 1..=YEARS {
            let year = Year::new(BEGIN.number() + offset);
            ill = if ill {
                let well = world.happens(Draw::Recovery, id, year, recovery_bound, recovery);
                recoveries.count(well);
                !well
            } else {
                let falls_ill = world.happens(Draw::OnsetMental, id, year, onset_bound, onset);
                onsets.count(falls_ill);
                falls_ill
            };
            if let Some(index) = [3, 10, YEARS].iter().position(|at| *at == offset) {
                ill_after[index].count(ill);
            }
        }
    }
    let stationary = ONSET / (ONSET + RECOVERY);
    let after = |years: f64| stationary * (1.0 - libm::pow(1.0 - ONSET - RECOVERY, years));
    vec![
        Row::of("Two states: onset among the well", "a", ONSET, &onsets),
        Row::of("Two states: recovery among the ill", "b", RECOVERY, &recoveries),
        Row::of(
            "Two states: ill after 3 years, well at first",
            "a / (a + b) (1 − (1 − a − b)^k)",
            after(3.0),
            &ill_after[0],
        ),
        Row::of(
            "Two states: ill after 10 years",
            "a / (a + b) (1 − (1 − a − b)^k)",
            after(10.0),
            &ill_after[1],
        ),
        Row::of("Two states: ill in the long run (40 years)", "a / (a + b)", stationary, &ill_after[2]),
    ]
}
