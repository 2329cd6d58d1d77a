//! Households that stand for others, from the first 1 January after the registration.

use fanpin::population::{HouseholdId, START};
use fanpin::random::stream;
use fanpin::simulation::CountyTask;

use crate::people::{County, Registration};
use crate::setting::Setting;

/// Of those whose root was not registered, one in so many stays, by the root's place in the county, from a first that
/// is drawn; the registered all stay. Villages where nobody is left are gone too.
pub fn sample(setting: &Setting, task: &CountyTask, county: &mut County) {
    let weight = i64::from(setting.place.unregistered_weight);
    let after = setting.society().lists.registration_year + 1;
    if weight == 1 || i64::from(setting.year.number()) != after {
        return;
    }
    let id = HouseholdId::root_of(task.county, 0).bits();
    let [number, ..] = setting.key.block(0, id, START, stream::SAMPLING);
    let first = ((u128::from(number) * weight as u128) >> 64) as i64;
    let roots: Vec<(bool, i64)> = county
        .households
        .iter()
        .map(|of| {
            let root = &county.households[of.root];
            (root.under[0].registration != Registration::Never, (root.id >> 30 & 0x3f_ffff) as i64)
        })
        .collect();
    let stays = |row: &usize| roots[*row].0 || (roots[*row].1 + first) % weight == 0;
    let rows: Vec<usize> = (0..roots.len()).filter(stays).collect();
    let mut households = Vec::new();
    for row in &rows {
        let mut household = county.households[*row].clone();
        household.root =
            rows.iter().position(|of| *of == household.root).expect("a root stays with its line");
        household.weight = if roots[*row].0 { 1 } else { weight };
        households.push(household);
    }
    let mut villages = Vec::new();
    for household in &mut households {
        let village = &county.villages[household.village];
        let found = villages.iter().position(|of: &crate::villages::Village| of.id == village.id);
        household.village = found.unwrap_or(villages.len());
        if found.is_none() {
            villages.push(village.clone());
        }
    }
    (county.households, county.villages) = (households, villages);
}
