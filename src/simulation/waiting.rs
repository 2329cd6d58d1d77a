//! Household-years before the switch, which wait for the groups by which they are counted.
//!
//! Groups are fixed on 31 December before the switch, and reported years before it are counted by them too. A county
//! of usual size keeps what each household-year adds until then. A larger one, or one that a witness wants to see with
//! its groups, goes through these years twice: once to find the groups, once to be counted.

use super::household::count_cohort;
use super::{CountyRun, CountyTask, World};
use crate::record::{TALLIES, Tally};

/// Most household-years that wait in a county at a time: some 20 MiB.
const MOST: u64 = 16_384;

/// What household-years add to the sums of their cells, while the cells are not known: `[year][row]`.
#[derive(Debug, Default)]
pub(super) struct Waiting {
    years: Vec<Vec<[i64; TALLIES]>>,
}

impl Waiting {
    /// Whether the years before the switch of a county are few enough to wait.
    pub fn has_room(world: &World, task: &CountyTask) -> bool {
        let plan = &world.scenario.plan;
        let years = u64::try_from(plan.switch_year.since(plan.first_year)).unwrap_or(0);
        years * u64::from(task.households) <= MOST
    }

    /// The sums of the next household in a reported year.
    pub fn next(&mut self, report: usize) -> &mut [i64; TALLIES] {
        self.years.resize_with(self.years.len().max(report + 1), Vec::new);
        let year = &mut self.years[report];
        year.push([0; TALLIES]);
        year.last_mut().expect("it was just added")
    }

    /// The sums of a household in a reported year that is under way.
    pub fn of(&mut self, report: usize, row: usize) -> &mut [i64; TALLIES] {
        &mut self.years[report][row]
    }
}

impl CountyRun<'_> {
    /// Counts what waited, now that the groups are fixed. Until the switch there is one past for all regimes, which
    /// is kept as that of the first.
    pub(super) fn count_waiting(&mut self) {
        let mut rows = self.record.panel.iter_mut();
        for (report, year) in std::mem::take(&mut self.waiting.years).into_iter().enumerate() {
            for (household, mut tallies) in self.county.households.iter().zip(year) {
                if household.cohort {
                    let dissolved = tallies[Tally::Persons as usize] == 0;
                    count_cohort(&mut tallies, household, dissolved);
                }
                let cell = self.record.sums[0][report].cell_mut(usize::from(household.cell));
                cell.iter_mut().zip(tallies).for_each(|(sum, more)| *sum += more);
                if let Some(row) = rows.next() {
                    (row.cell, row.lifted) = (household.cell, household.is_lifted());
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Ground, Witness, simulate_county, watch_county};
    use crate::county::Published;
    use crate::experiment;
    use crate::population::columns::{County, CountyState};
    use crate::population::tables::tables;
    use crate::record::PanelRow;
    use crate::simulation::Detail;
    use crate::units::Year;

    use super::*;

    struct Looker;

    impl Witness for Looker {
        fn household(&mut self, _: &[i64; TALLIES], _: &PanelRow) {}

        fn detail(&mut self, _: &PanelRow, _: &Detail) {}

        fn year(&mut self, _: Year, _: &County, _: &[CountyState], _: &[Published]) {}
    }

    /// What the county hands on where its years before the switch wait, and where they are gone through twice.
    fn both(settings: &[&str]) -> [String; 2] {
        let scenario = crate::scenario::main_scenario(settings);
        let ground = Ground::new(&scenario, tables(), scenario.places[0].clone());
        let world = ground.world(&scenario, tables());
        let task = CountyTask { panel: true, ..experiment::tasks(&scenario)[0] };
        assert!(Waiting::has_room(&world, &task));
        let watched = watch_county(&world, &task, Some(&mut Looker));
        assert!(watched.panel.iter().any(|row| row.year < scenario.plan.switch_year.number() && row.lifted));
        [simulate_county(&world, &task), watched].map(|record| format!("{record:?}"))
    }

    #[test]
    fn years_that_waited_for_their_groups_are_counted_as_if_the_groups_had_been_known() {
        let small = ["plan.households=800", "plan.last_year=2022", "places.poor-county.counties=4"];
        let of = |more: &[&str]| both(&[&small, more].concat());
        let [waited, twice] = of(&["plan.first_year=2011", "plan.switch_year=2021"]);
        assert!(waited == twice, "all households, from before the registration on");
        let [waited, twice] = of(&[
            "plan.first_year=2016",
            "plan.switch_year=2021",
            "places.poor-county.unregistered_weight=3",
        ]);
        assert!(waited == twice, "where households stand for others");
    }
}
