//! The illness-poor: who is recognised, until when, and what they claim back.

use fanpin::scenario::policy::Class;

use crate::bills::{Bill, Patient, Settled, UsedUp, settle};
use crate::care::Seeking;
use crate::evidence::yuan;
use crate::lists::{is_monitored, months};
use crate::outcome::Outcome;
use crate::people::HouseholdState;
use crate::setting::{Setting, fen, rate, whole};

/// A stay as it was settled.
#[derive(Debug, Clone)]
pub struct SettledStay {
    pub bill: Bill,
    /// Position of the patient in the household.
    pub patient: usize,
    pub insured: bool,
    pub month: u32,
    pub claim: u64,
    pub settled: Settled,
}

fn share(setting: &Setting) -> f64 {
    setting.policy.classes.illness_poor_share.at(setting.year)
}

/// On 1 January recognition ends with its calendar year; one that was to come into force this year does. What
/// departments with an old list know of last year goes by the classes that were in force at its end.
pub fn carry(setting: &Setting, own: &mut HouseholdState) {
    own.classes_before = own.classes.clone();
    own.illness_poor_last = own.illness_poor_from.is_some_and(|from| from < 12);
    if own.illness_poor_last {
        own.classes_before.insert(Class::IllnessPoor);
    }
    let is_given = rate(share(setting)).ppm() > 0;
    own.illness_poor_from = own.illness_poor_from.filter(|_| is_given).and_then(|from| from.checked_sub(12));
}

/// Recognises a household by what it has paid itself in the year so far, in the month of a stay.
pub fn recognise(
    setting: &Setting,
    spent: i64,
    is_aware: bool,
    month: u32,
    own: &mut HouseholdState,
) -> bool {
    let better = [Class::Destitute, Class::Dibao, Class::DibaoEdge];
    let has_better = is_monitored(&own.classes) || better.iter().any(|class| own.classes.contains(class));
    let share = rate(share(setting));
    let most = setting.policy.classes.illness_poor_income_yuan.at(setting.year) * setting.terms_growth();
    let income = own.income_last.max(0);
    let recognised = share.ppm() > 0
        && own.illness_poor_from.is_none()
        && is_aware
        && !has_better
        && income < yuan(most).fen() * own.members_last
        && spent > fen(income).times(share).fen();
    if recognised {
        own.illness_poor_from = Some(month + months(setting, &setting.policy.monitoring.lag_months));
    }
    recognised
}

/// Whether a stay of a month is claimed back: it was before the class is in force, and not too long.
fn is_claimed(setting: &Setting, own: &HouseholdState, month: u32) -> bool {
    let lookback = whole(setting.policy.classes.illness_poor_lookback_months.at(setting.year)) as u32;
    own.illness_poor_from.is_some_and(|from| month < from && from - month <= lookback)
}

/// Settles the stays of the year again, those of the window as if every department had known the class, and keeps
/// it if less is left to pay.
pub fn claim_back(seeking: &mut Seeking, outcome: &mut Outcome) {
    let setting = seeking.setting;
    let own = &seeking.household.under[setting.regime];
    let claimed: Vec<bool> =
        seeking.settled.iter().map(|stay| is_claimed(setting, own, stay.month)).collect();
    if !claimed.contains(&true) {
        return;
    }
    let mut used = UsedUp::default();
    let mut again = Vec::new();
    for (stay, is_claimed) in seeking.settled.iter().zip(&claimed) {
        let mut patient: Patient = seeking.patient(stay.patient, stay.insured, stay.month);
        if *is_claimed {
            for known in &mut patient.known {
                known.insert(Class::IllnessPoor);
            }
        }
        again.push(settle(setting, &stay.bill, &patient, stay.claim, &mut used));
    }
    let before: i64 = seeking.settled.iter().map(|stay| stay.settled.out_of_pocket).sum();
    let after: i64 = again.iter().map(|settled| settled.out_of_pocket).sum();
    if after >= before {
        return;
    }
    let comes_next_year = own.illness_poor_from.is_some_and(|from| from >= 12);
    for ((stay, new), is_claimed) in seeking.settled.iter().zip(&again).zip(&claimed) {
        let (sums, old) = (&mut outcome.care, &stay.settled);
        sums.out_of_pocket += new.out_of_pocket - old.out_of_pocket;
        sums.paid_inpatient += old.out_of_pocket - new.out_of_pocket;
        for (sum, (new, old)) in sums.paid.iter_mut().zip(new.paid.iter().zip(old.paid)) {
            *sum += new - old;
        }
        if !is_claimed {
            sums.late += new.late(stay.month) - old.late(stay.month);
        } else if comes_next_year {
            sums.late += (old.out_of_pocket - new.out_of_pocket).max(0);
        }
    }
    outcome.claimed_back = before - after;
    seeking.used = used;
}
