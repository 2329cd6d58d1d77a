//! A county from 2011 to the end of the plan: one past until the switch, then every regime.

use fanpin::population::START;
use fanpin::population::synthesis::Synthesiser;
use fanpin::scenario::Scenario;
use fanpin::scenario::plan::Place;
use fanpin::scenario::policy::Policy;
use fanpin::simulation::CountyTask;
use fanpin::units::Year;

use crate::evidence::Evidence;
use crate::expected::Expected;
use crate::people::{County, Household};
use crate::prevention::improved_after;
use crate::setting::{Published, Setting};
use crate::year::{CountyYear, fix_groups, of_county};

pub struct World<'a> {
    pub scenario: &'a Scenario,
    pub task: &'a CountyTask,
    pub place: &'a Place,
    pub synthesiser: &'a Synthesiser,
    pub evidence: &'a Evidence,
}

/// Lives through the plan before a witness of each year. Where years before the switch are reported, groups are
/// known from the start: they are found in a first life.
pub fn live(world: &World, witness: &mut dyn FnMut(&[Setting], &County, &CountyYear)) {
    let plan = &world.scenario.plan;
    let county = at_start(world);
    let mut found = Vec::new();
    if plan.first_year < plan.switch_year {
        let before = plan.switch_year.previous();
        found = through(world, county.clone(), &[], before, &mut |_, _, _| {}).households;
    }
    through(world, county, &found, plan.last_year, witness);
}

/// Takes over the groups that a first life found, once it is known who stands for others.
fn take_groups(setting: &Setting, found: &[Household], county: &mut County) {
    let sampled = setting.place.unregistered_weight > 1;
    let after = if sampled { setting.society().lists.registration_year } else { i64::from(START.number()) };
    if i64::from(setting.year.number()) == after + 1 {
        for household in &mut county.households {
            let Some(found) = found.iter().find(|found| found.id == household.id) else { continue };
            household.group = found.group;
            household.persons_at_switch = found.persons_at_switch;
            household.in_cohort = found.in_cohort;
        }
    }
}

fn setting<'a>(
    world: &World<'a>,
    year: Year,
    expected: &'a Expected,
    published: &'a Published,
) -> Setting<'a> {
    Setting {
        scenario: world.scenario,
        place: world.place,
        evidence: world.evidence,
        expected,
        key: world.task.key,
        year,
        policy: &world.scenario.history,
        regime: 0,
        switched: false,
        improved: expected.improved,
        published,
        villages: &[],
    }
}

fn at_start(world: &World) -> County {
    let expected = Expected::at_start(&world.scenario.society, world.place, world.evidence);
    let nothing = Published::default();
    crate::start::county(&setting(world, START.next(), &expected, &nothing), world.synthesiser, world.task)
}

fn through(
    world: &World,
    mut county: County,
    found: &[Household],
    last: Year,
    witness: &mut dyn FnMut(&[Setting], &County, &CountyYear),
) -> County {
    let (scenario, switch) = (world.scenario, world.scenario.plan.switch_year);
    let place = world.place;
    let mut expected = Expected::at_start(&scenario.society, place, world.evidence);
    let nothing = Published::default();
    let mut improved = vec![place.improved_environment];
    for year in START.next().through(last) {
        if year == switch {
            let regimes = scenario.regimes.len();
            improved = vec![improved[0]; regimes];
            part(&mut county, regimes);
        }
        let switched = year >= switch;
        let rules: Vec<&Policy> = if switched {
            scenario.regimes.iter().map(|regime| &regime.policy).collect()
        } else {
            vec![&scenario.history]
        };
        expected.advance(scenario, place, world.evidence, year);
        let mut settings = Vec::new();
        for (regime, policy) in rules.into_iter().enumerate() {
            let prevention = &scenario.society.prevention;
            improved[regime] = improved_after(improved[regime], policy, prevention, year);
            let is_ideal = switched && policy.implementation.environment;
            settings.push(Setting {
                policy,
                regime,
                switched,
                improved: if is_ideal { 1.0 } else { improved[regime] },
                ..setting(world, year, &expected, &nothing)
            });
        }
        crate::sample::sample(&settings[0], world.task, &mut county);
        take_groups(&settings[0], found, &mut county);
        let lived = of_county(&settings, &mut county);
        witness(&settings, &county, &lived);
        if year.next() == switch && county.households.iter().all(|household| household.group.is_none()) {
            fix_groups(&settings[0], &mut county);
        }
    }
    county
}

/// From the same past each regime goes its own way.
fn part(county: &mut County, regimes: usize) {
    county.under = vec![county.under[0].clone(); regimes];
    for village in &mut county.villages {
        village.under = vec![village.under[0]; regimes];
    }
    for household in &mut county.households {
        household.under = vec![household.under[0].clone(); regimes];
        for person in &mut household.members {
            person.under = vec![person.under[0].clone(); regimes];
        }
    }
}
