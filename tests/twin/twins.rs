//! Runs both, and stops at the first household-year that differs.

use fanpin::experiment;
use fanpin::population::heterogeneity;
use fanpin::population::tables::tables;
use fanpin::record::{TALLIES, Tally};
use fanpin::scenario::{Options, Override, Scenario, load_text};
use fanpin::simulation::{CountyRecord, Ground, watch_county};

use crate::compare::{self, Quantities, Record};
use crate::county_life::{self, live};
use crate::distributions;
use crate::evidence::Evidence;
use crate::fast::{FastYear, Seen};
use crate::people::County;
use crate::setting::Setting;
use crate::year::CountyYear;

/// The scenario of a text under settings, if they hold together.
pub fn scenario(text: &str, settings: &[&str]) -> Result<Scenario, String> {
    let set = |text: &&str| Override { origin: "setting".to_owned(), text: (*text).to_owned() };
    let options = Options { overrides: settings.iter().map(set).collect(), ..Options::default() };
    load_text("small.toml", text, &options).map_err(|e| format!("{settings:?}: {e:?}"))
}

/// Holds both against one another for every county of a scenario, and gives the sums over all of it.
pub fn agree(text: &str, settings: &[&str]) -> [i64; TALLIES] {
    let mut totals = [0; TALLIES];
    let scenario = scenario(text, settings).unwrap_or_else(|e| panic!("{e}"));
    let evidence = Evidence::read();
    for task in experiment::tasks(&scenario) {
        let mut seen = Seen::default();
        let place = heterogeneity::county(&scenario.places[task.place], task.number);
        let ground = Ground::new(&scenario, tables(), place);
        let fast = watch_county(&ground.world(&scenario, tables()), &task, Some(&mut seen));
        let years = fast.sums[0].len();
        let mut record = Record::empty(scenario.regimes.len(), years);
        let plain = county_life::World {
            scenario: &scenario,
            task: &task,
            place: &ground.place,
            synthesiser: &ground.synthesiser,
            evidence: &evidence,
        };
        live(&plain, &mut |settings, county, lived| {
            let fast = &seen.years[&settings[0].year.number()];
            hold_county(settings, county, lived, fast);
            for setting in settings {
                hold_households(setting, county, lived, fast, &seen);
                add(setting, county, lived, &mut record);
            }
        });
        hold_record(&scenario, &fast, &mut record);
        for sums in record.sums.iter().flatten() {
            Tally::ALL.into_iter().for_each(|tally| totals[tally as usize] += sums.total(tally, |_| true));
        }
    }
    totals
}

fn regime_name(setting: &Setting) -> String {
    if setting.switched { setting.scenario.regimes[setting.regime].id.clone() } else { "history".to_owned() }
}

/// Published numbers first: from them household by household follows.
fn hold_county(settings: &[Setting], county: &County, lived: &CountyYear, fast: &FastYear) {
    for setting in settings {
        let (mut ours, mut theirs) = (Quantities::default(), Quantities::default());
        fast.of_county(setting.regime, setting.policy.programmes.len(), &mut theirs);
        compare::of_county(setting, &lived.published[setting.regime], county, &mut ours);
        // Money and staff of the year's end come out of the households, which are held first.
        let published: Vec<String> = theirs.differences(&ours);
        let at_start = published.iter().filter(|line| !is_of_the_years_end(line));
        let lines: Vec<&String> = at_start.collect();
        let (year, regime) = (setting.year, regime_name(setting));
        assert!(lines.is_empty(), "{year}, {regime}, the county on 1 January:\n{lines:#?}");
    }
}

fn is_of_the_years_end(line: &str) -> bool {
    ["balance", "money share", "staff:", "load", "beds:", "talents"].iter().any(|name| line.starts_with(name))
}

fn hold_households(setting: &Setting, county: &County, lived: &CountyYear, fast: &FastYear, seen: &Seen) {
    let (year, regime) = (setting.year, regime_name(setting));
    assert_eq!(fast.county.households.len(), county.households.len(), "{year}: households of the county");
    for (row, household) in county.households.iter().enumerate() {
        let (mut ours, mut theirs) = (Quantities::default(), Quantities::default());
        fast.of_household(row, setting.regime, &mut theirs);
        compare::of_household(household, setting.regime, &mut ours);
        let (tallies, panel) = &seen.households[&(year.number(), setting.regime, household.id)];
        let outcome = lived.outcomes[setting.regime][row].as_ref();
        let sums = &lived.sums[setting.regime][row];
        for tally in Tally::ALL {
            theirs.add(format!("{tally:?}"), tallies[tally as usize]);
            ours.add(format!("{tally:?}"), sums.0[tally as usize]);
        }
        if let Some(outcome) = outcome.filter(|outcome| outcome.members > 0) {
            theirs.add("illness-free income", panel.illness_free_income_fen);
            ours.add("illness-free income", outcome.accounts.illness_free_income);
            theirs.add("food", panel.food_fen);
            ours.add("food", outcome.accounts.food);
            theirs.add("workers", panel.workers);
            ours.add("workers", outcome.workers);
        }
        let lines = theirs.differences(&ours);
        let id = household.id;
        assert!(
            lines.is_empty(),
            "{year}, {regime}, household {row} ({id:#018x}):\n{lines:#?}\n{household:#?}\n{outcome:#?}"
        );
    }
    let (mut ours, mut theirs) = (Quantities::default(), Quantities::default());
    fast.of_county(setting.regime, setting.policy.programmes.len(), &mut theirs);
    compare::of_county(setting, &lived.published[setting.regime], county, &mut ours);
    let lines = theirs.differences(&ours);
    assert!(lines.is_empty(), "{year}, {regime}, the county on 31 December:\n{lines:#?}");
}

/// Adds a year of a regime to the sums.
fn add(setting: &Setting, county: &County, lived: &CountyYear, record: &mut Record) {
    let plan = &setting.scenario.plan;
    let regime = setting.regime;
    let report = usize::try_from(setting.year.since(plan.first_year)).ok();
    let years = lived.outcomes[regime].iter().zip(&lived.sums[regime]);
    for (household, (outcome, sums)) in county.households.iter().zip(years) {
        let members = outcome.as_ref().map_or(0, |outcome| outcome.members);
        if report.is_some() || regime == 0 {
            record.person_years += u64::try_from(members).expect("a count");
        }
        let Some(report) = report else { continue };
        let group = household.group.expect("groups are known in reported years");
        let cell = record.sums[regime][report].cell_mut(group.index());
        let weight = household.weight * i64::from(plan.sampling_factor);
        (0..TALLIES).for_each(|tally| cell[tally] += weight * sums.0[tally]);
        if report == 0 && (regime == setting.scenario.baseline || !setting.switched) {
            record.persons += u64::try_from(members).expect("a count");
            record.represented += u64::try_from(weight * members).expect("a count");
        }
        if let Some(outcome) = outcome.as_ref().filter(|outcome| outcome.members > 0) {
            for _ in 0..weight {
                distributions::count(outcome, &mut record.histograms[regime][report]);
                distributions::descend(outcome, &mut record.descent[regime].0);
            }
        }
        if setting.switched && household.in_cohort {
            let baseline = &household.under[setting.scenario.baseline];
            let own = &household.under[regime];
            let flows = &mut record.flows[regime][report];
            let is_gone = own.members_last == 0 || baseline.members_last == 0;
            *match (own.ever_entered, baseline.ever_entered) {
                (true, true) => &mut flows.both,
                (true, false) => &mut flows.lost,
                (false, true) => &mut flows.saved,
                (false, false) if is_gone => &mut flows.died_or_dissolved,
                (false, false) => &mut flows.neither,
            } += weight;
        }
    }
    if let Some(report) = report {
        for estate in &lived.estates[regime] {
            let household = &county.households[estate.row];
            let group = household.group.expect("groups are known in reported years");
            let weight = household.weight * i64::from(plan.sampling_factor);
            let tally = if estate.is_inherited { Tally::EstatesInherited } else { Tally::EstatesLost };
            record.sums[regime][report].cell_mut(group.index())[tally as usize] += weight * estate.worth;
        }
        record.counties[regime][report] = compare::county_sums(setting, lived, county);
        record.counties[regime][report].0.iter_mut().for_each(|sum| *sum *= i64::from(plan.sampling_factor));
    }
}

fn hold_record(scenario: &Scenario, fast: &CountyRecord, record: &mut Record) {
    let plan = &scenario.plan;
    let shared = usize::try_from(plan.switch_year.since(plan.first_year)).unwrap_or(0);
    for regime in 0..scenario.regimes.len() {
        for year in 0..record.sums[regime].len() {
            if year < shared && regime > 0 {
                // Until the switch there is one past for all.
                record.sums[regime][year] = record.sums[0][year].clone();
                record.histograms[regime][year] = record.histograms[0][year].clone();
                record.counties[regime][year] = record.counties[0][year];
            }
            let at = format!("{} in reported year {year}", scenario.regimes[regime].id);
            assert!(fast.sums[regime][year] == record.sums[regime][year], "sums of {at}");
            assert!(fast.histograms[regime][year] == record.histograms[regime][year], "histograms of {at}");
            assert_eq!(fast.flows[regime][year], record.flows[regime][year], "flows of {at}");
            assert_eq!(fast.counties[regime][year], record.counties[regime][year], "county sums of {at}");
        }
        assert_eq!(
            fast.descent[regime], record.descent[regime],
            "descent of {}",
            scenario.regimes[regime].id
        );
    }
    assert_eq!((fast.persons, fast.person_years), (record.persons, record.person_years), "persons");
    assert_eq!(fast.persons_represented, record.represented, "persons represented");
}
