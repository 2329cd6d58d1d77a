//! Nothing is lost: people, money, households of a cohort.

use fanpin::experiment;
use fanpin::record::{CountyTally, STANDINGS, Standing, Sums, Tally};
use fanpin::scenario::policy::PAYERS;
use fanpin::scenario::{Options, Override, Scenario, load_text};
use fanpin::simulation::{CountyRecord, Ground, simulate_county};

fn scenario() -> Scenario {
    let text = "name = \"small\"\nextends = \"inclusive-vs-targeted\"\nbaseline = \"targeted\"\n";
    let set = |text: &str| Override { origin: "setting".to_owned(), text: text.to_owned() };
    let overrides = vec![set("plan.households=2000"), set("plan.last_year=2030"), set("plan.replicates=1")];
    load_text("small.toml", text, &Options { overrides, ..Options::default() }).expect("the scenario holds")
}

fn county(scenario: &Scenario) -> CountyRecord {
    let tables = fanpin::population::tables::tables();
    let ground = Ground::new(scenario, tables, scenario.places[0].clone());
    simulate_county(&ground.world(scenario, tables), &experiment::tasks(scenario)[0])
}

fn all(sums: &Sums, tally: Tally) -> i64 {
    sums.total(tally, |_| true)
}

#[test]
fn people_are_born_die_and_leave_and_are_never_lost() {
    for years in county(&scenario()).sums {
        for pair in years.windows(2) {
            let flow = all(&pair[1], Tally::Births) + all(&pair[1], Tally::Arrivals)
                - all(&pair[1], Tally::Deaths)
                - all(&pair[1], Tally::Departures);
            assert_eq!(all(&pair[1], Tally::Persons), all(&pair[0], Tally::Persons) + flow);
        }
        let ever = |tally| years.iter().map(|year| all(year, tally)).sum::<i64>();
        assert!(ever(Tally::Deaths) > 0 && ever(Tally::Births) > 0);
        assert!(ever(Tally::Departures) > 0 && ever(Tally::Arrivals) > 0);
    }
}

#[test]
fn payers_and_patients_together_pay_each_bill_to_the_fen() {
    for year in county(&scenario()).sums.iter().flatten() {
        let paid: i64 = (0..PAYERS)
            .map(|payer| {
                (0..fanpin::record::CELLS)
                    .map(|c| year.cell(c)[Tally::PaidFirst as usize + payer])
                    .sum::<i64>()
            })
            .sum();
        assert_eq!(all(year, Tally::Bill), paid + all(year, Tally::OutOfPocket));
        assert!(paid > 0);
    }
}

#[test]
fn the_cohort_of_flows_is_the_cohort_of_the_lifted() {
    let record = county(&scenario());
    for (regime, years) in record.flows.iter().enumerate() {
        for (year, flows) in years.iter().enumerate() {
            let rows = flows.saved
                + flows.lost
                + flows.both
                + flows.neither
                + flows.died_or_dissolved
                + flows.unmatched;
            assert_eq!(rows, all(&record.sums[regime][year], Tally::CohortHouseholds));
            let returned = all(&record.sums[regime][year], Tally::CohortEverEntered);
            assert_eq!(flows.lost + flows.both, returned);
        }
    }
}

#[test]
fn standings_partition_the_households() {
    for year in county(&scenario()).sums.iter().flatten() {
        let by = |s: Standing| year.total(Tally::Households, |cell| cell.standing == s);
        let sum: i64 = [Standing::Lifted, Standing::Marginal, Standing::NeverPoor].map(by).iter().sum();
        assert_eq!(sum, all(year, Tally::Households));
        assert_eq!(STANDINGS, 3);
    }
}

#[test]
fn a_fund_spends_what_its_county_s_households_got() {
    let scenario = scenario();
    let record = county(&scenario);
    let paid = |sums: &Sums, payer: usize| -> i64 {
        (0..fanpin::record::CELLS).map(|c| sums.cell(c)[Tally::PaidFirst as usize + payer]).sum()
    };
    for (sums, books) in record.sums.iter().flatten().zip(record.counties.iter().flatten()) {
        let spent = |account: usize| books.0[CountyTally::Spending as usize + account];
        assert_eq!(spent(0), paid(sums, 0));
        assert_eq!(spent(1), paid(sums, 1));
        assert_eq!(spent(2), paid(sums, 2) + all(sums, Tally::PremiumAid));
        assert_eq!(spent(3), paid(sums, 3) + paid(sums, 4));
        assert_eq!(books.0[CountyTally::Persons as usize], all(sums, Tally::Persons));
    }
}

#[test]
fn programmes_pay_what_households_got() {
    let record = county(&scenario());
    let mut budgeted = 0;
    for (sums, books) in record.sums.iter().flatten().zip(record.counties.iter().flatten()) {
        let by_kind = [Tally::SupportGap, Tally::SupportGrant, Tally::SupportJob, Tally::SupportIndustry]
            .map(|tally| all(sums, tally));
        assert_eq!(by_kind.iter().sum::<i64>(), all(sums, Tally::Support));
        // Dibao has no budget; the others have.
        let book = |tally: CountyTally| books.0[tally as usize];
        assert_eq!(book(CountyTally::ProgrammePaid), by_kind[1] + by_kind[2] + by_kind[3]);
        assert!(book(CountyTally::ProgrammePaid) <= book(CountyTally::ProgrammeOwed));
        let kinds = |first: CountyTally| (0..4).map(|kind| books.0[first as usize + kind]).sum::<i64>();
        assert_eq!(kinds(CountyTally::Applied), all(sums, Tally::Applications));
        assert_eq!(kinds(CountyTally::Served), all(sums, Tally::ApplicationsServed));
        budgeted += book(CountyTally::ProgrammePaid);
    }
    assert!(budgeted > 0);
}

#[test]
fn a_county_bears_its_part_of_what_is_paid() {
    let record = county(&scenario());
    for (sums, books) in record.sums.iter().flatten().zip(record.counties.iter().flatten()) {
        let book = |tally: CountyTally| books.0[tally as usize];
        let spending = |account: usize| books.0[CountyTally::Spending as usize + account];
        let gap = spending(0) + spending(1) - book(CountyTally::Revenue) - book(CountyTally::Revenue1);
        // A tenth of what higher levels help to pay, and of the pools' gap; top-ups are the county's.
        let shared = spending(2)
            + all(sums, Tally::PremiumSubsidy)
            + all(sums, Tally::Support)
            + book(CountyTally::ServiceCost)
            + gap.max(0);
        let burden = shared / 10 + spending(3);
        assert!((book(CountyTally::Burden) - burden).abs() <= 16, "{} {burden}", book(CountyTally::Burden));
    }
}

#[test]
fn needed_episodes_are_treated_or_forgone_for_a_named_reason() {
    for year in county(&scenario()).sums.iter().flatten() {
        let reasons = [
            Tally::EpisodesForgoneMoney,
            Tally::EpisodesForgoneDistance,
            Tally::EpisodesForgoneCapacity,
            Tally::EpisodesForgoneUnaware,
            Tally::EpisodesForgoneOther,
        ];
        let named: i64 = reasons.iter().map(|reason| all(year, *reason)).sum();
        assert_eq!(named, all(year, Tally::EpisodesForgone));
        assert!(all(year, Tally::Served) <= all(year, Tally::Signed));
        assert!(all(year, Tally::Signed) <= all(year, Tally::Chronic) + all(year, Tally::Deaths));
    }
}
