//! What households leave that come to an end, and who inherits it.

use crate::people::{County, HouseholdState};
use crate::setting::Setting;

/// What a household left.
#[derive(Debug, Clone, Copy)]
pub struct Estate {
    /// Position of the household.
    pub row: usize,
    /// What was left after debts, fen.
    pub worth: i64,
    pub is_inherited: bool,
}

/// Everything of a household that is divided: what it has, and what it owes.
fn parts(own: &mut HouseholdState) -> [&mut i64; 6] {
    [
        &mut own.savings,
        &mut own.receivable,
        &mut own.assets,
        &mut own.assets_sold,
        &mut own.medical_debt,
        &mut own.other_debt,
    ]
}

/// At the end of the year what households without members leave goes in equal parts to those of the same root that
/// have members, the fen that don't divide to the first of them; it is lost where there are none, or where debts are
/// more than the estate.
pub fn inherit(setting: &Setting, county: &mut County) -> Vec<Estate> {
    let mut estates = Vec::new();
    if !setting.society().switches.inheritance {
        return estates;
    }
    let regime = setting.regime;
    for row in 0..county.households.len() {
        let own = &mut county.households[row].under[regime];
        if own.members_last > 0 {
            continue;
        }
        let left = parts(own).map(std::mem::take);
        if left == [0; 6] {
            continue;
        }
        let [savings, receivable, assets, assets_sold, medical_debt, other_debt] = left;
        let worth = savings + receivable + assets - assets_sold - medical_debt - other_debt;
        let root = county.households[row].root;
        let mut heirs: Vec<&mut HouseholdState> = county
            .households
            .iter_mut()
            .filter(|household| household.root == root && household.under[regime].members_last > 0)
            .map(|household| &mut household.under[regime])
            .collect();
        let is_inherited = !heirs.is_empty() && worth >= 0;
        if is_inherited {
            let number = i64::try_from(heirs.len()).expect("a few households");
            for (at, heir) in heirs.iter_mut().enumerate() {
                for (part, left) in parts(heir).into_iter().zip(left) {
                    *part += left / number + if at == 0 { left % number } else { 0 };
                }
            }
        }
        estates.push(Estate { row, worth, is_inherited });
    }
    estates
}
