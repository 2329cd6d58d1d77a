//! The rule that mattered: through what a year under a regime differs from the same year under the baseline.
//!
//! Found by comparison, the first that holds:
//! 1. other people live in the household (somebody died under one of the two only);
//! 2. a stay was had under one of the two and forgone under the other;
//! 3. another episode happened, since care of the years before was not the same;
//! 4. the payer or the programme with the largest difference in what it paid, of a yuan at least, premiums paid by aid among them;
//! 5. the household is in other classes;
//! 6. what the years before left: debt or savings, whichever differs more; else something else did.
//!
//! Beside it stand the classes that the household is in under one of the two only.

use super::LifeYear;
use crate::care::Reason;
use crate::scenario::policy::{ClassSet, PAYERS, Payer, Policy};
use crate::units::Money;

/// Through what a year differs from the baseline's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mattered {
    /// The rule.
    pub rule: Rule,
    /// Classes that the household is in under the regime and not under the baseline.
    pub classes_gained: ClassSet,
    /// Classes that it is in under the baseline and not under the regime.
    pub classes_lacked: ClassSet,
    /// Own payment for care under the regime less that under the baseline.
    pub own_payment: Money,
    /// Net income of the household under the regime less that under the baseline.
    pub net_income: Money,
}

/// What made the difference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rule {
    /// Other people live in the household.
    Members,
    /// A stay that was forgone under the regime and had under the baseline.
    StayForgone(Reason),
    /// A stay that was had under the regime and forgone under the baseline, there for this reason.
    StayHad(Reason),
    /// Another episode happened.
    Illness,
    /// A payer paid more, or less.
    Payer {
        /// Who.
        payer: Payer,
        /// Its layers that are in force under the regime, else under the baseline.
        layers: Vec<String>,
        /// Payment under the regime less that under the baseline.
        more: Money,
    },
    /// A programme paid more, or less.
    Programme {
        /// Its name.
        programme: String,
        /// Payment under the regime less that under the baseline.
        more: Money,
    },
    /// Aid paid more, or less, of the premiums.
    PremiumAid {
        /// Payment under the regime less that under the baseline.
        more: Money,
    },
    /// Other classes.
    Classes,
    /// Debt that the years before left.
    PastDebt {
        /// Under the regime less under the baseline.
        more: Money,
    },
    /// Savings that the years before left.
    PastSavings {
        /// Under the regime less under the baseline.
        more: Money,
    },
    /// Something else.
    Other,
}

impl Rule {
    /// The name in JSON.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Members => "members",
            Self::StayForgone(_) => "stay_forgone",
            Self::StayHad(_) => "stay_had",
            Self::Illness => "illness",
            Self::Payer { .. } => "payer",
            Self::Programme { .. } => "programme",
            Self::PremiumAid { .. } => "premium_aid",
            Self::Classes => "classes",
            Self::PastDebt { .. } => "past_debt",
            Self::PastSavings { .. } => "past_savings",
            Self::Other => "other",
        }
    }

    /// By how much it paid, or left, more than under the baseline, where it is a sum.
    #[must_use]
    pub const fn more(&self) -> Option<Money> {
        match self {
            Self::Payer { more, .. }
            | Self::Programme { more, .. }
            | Self::PremiumAid { more }
            | Self::PastDebt { more }
            | Self::PastSavings { more } => Some(*more),
            _ => None,
        }
    }
}

/// The rule of a year, by its place among the years; `None` where the year came out alike.
pub(super) fn find(
    here: &[LifeYear],
    there: &[LifeYear],
    at: usize,
    [policy, baseline]: [&Policy; 2],
) -> Option<Mattered> {
    let (ours, theirs) = (&here[at], &there[at]);
    let alike = crate::record::PanelRow { regime: theirs.row.regime, ..ours.row } == theirs.row;
    if alike && ours.detail == theirs.detail && ours.members == theirs.members {
        return None;
    }
    let rule = other_people(ours, theirs)
        .or_else(|| other_care(ours, theirs))
        .or_else(|| other_payment(ours, theirs, policy, baseline))
        .or_else(|| (ours.row.classes != theirs.row.classes).then_some(Rule::Classes))
        .or_else(|| Some(past(&here[at.checked_sub(1)?], &there[at - 1])))
        .unwrap_or(Rule::Other);
    Some(Mattered {
        rule,
        classes_gained: ClassSet(ours.row.classes & !theirs.row.classes),
        classes_lacked: ClassSet(theirs.row.classes & !ours.row.classes),
        own_payment: fen(ours.row.out_of_pocket_fen - theirs.row.out_of_pocket_fen),
        net_income: ours.detail.accounts.net_income - theirs.detail.accounts.net_income,
    })
}

const fn fen(fen: i64) -> Money {
    Money::from_fen(fen)
}

fn other_people(ours: &LifeYear, theirs: &LifeYear) -> Option<Rule> {
    let who = |year: &LifeYear| year.members.iter().map(|member| member.person).collect::<Vec<_>>();
    (who(ours) != who(theirs)).then_some(Rule::Members)
}

/// A person's episode of a month: it happens to the same person at the same time wherever it happens.
type Episode = (u64, u8);

fn other_care(ours: &LifeYear, theirs: &LifeYear) -> Option<Rule> {
    let had = |year: &LifeYear| year.detail.stays.iter().map(|s| (s.person, s.month)).collect::<Vec<_>>();
    let forgone = |year: &LifeYear, episode: &Episode| {
        let forgone = &year.detail.forgone;
        forgone.iter().find(|f| (f.person, f.month) == *episode).map(|forgone| forgone.reason)
    };
    let (had_here, had_there) = (had(ours), had(theirs));
    let missed = had_there.iter().filter(|episode| !had_here.contains(episode));
    let gained = had_here.iter().filter(|episode| !had_there.contains(episode));
    let (missed, gained): (Vec<&Episode>, Vec<&Episode>) = (missed.collect(), gained.collect());
    if let Some(reason) = missed.iter().find_map(|episode| forgone(ours, episode)) {
        return Some(Rule::StayForgone(reason));
    }
    if let Some(reason) = gained.iter().find_map(|episode| forgone(theirs, episode)) {
        return Some(Rule::StayHad(reason));
    }
    let needed = |year: &LifeYear| year.detail.stays.len() + year.detail.forgone.len();
    (!missed.is_empty() || !gained.is_empty() || needed(ours) != needed(theirs)).then_some(Rule::Illness)
}

/// Payments that differ by less than a yuan are no reason to name: prices that families expect move by fractions.
const LEAST_FEN: i64 = 100;

/// The largest difference in payment, the first in order of payers, programmes, premiums where equal.
fn other_payment(ours: &LifeYear, theirs: &LifeYear, policy: &Policy, baseline: &Policy) -> Option<Rule> {
    let mut rules: Vec<Rule> = Vec::new();
    for (at, payer) in Payer::ALL.into_iter().enumerate().take(PAYERS) {
        let more = fen(ours.row.paid_fen[at] - theirs.row.paid_fen[at]);
        let layers = layers(policy, payer, ours.row.year);
        let layers = if layers.is_empty() { self::layers(baseline, payer, ours.row.year) } else { layers };
        rules.push(Rule::Payer { payer, layers, more });
    }
    let paid = |policy: &Policy, year: &LifeYear, name: &str| {
        let at = policy.programmes.iter().position(|programme| programme.id == name);
        at.map_or(Money::ZERO, |at| year.detail.grants.paid(at))
    };
    let mut names: Vec<&str> =
        policy.programmes.iter().chain(&baseline.programmes).map(|p| p.id.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    for programme in names {
        let more = paid(policy, ours, programme) - paid(baseline, theirs, programme);
        rules.push(Rule::Programme { programme: programme.to_owned(), more });
    }
    rules.push(Rule::PremiumAid { more: ours.detail.premium_aid - theirs.detail.premium_aid });
    let size = |rule: &Rule| rule.more().map_or(0, |more| more.fen().abs());
    let largest = rules.iter().map(size).max().filter(|largest| *largest >= LEAST_FEN)?;
    rules.into_iter().find(|rule| size(rule) == largest)
}

fn layers(policy: &Policy, payer: Payer, year: i16) -> Vec<String> {
    let year = crate::units::Year::new(year);
    let of_payer = policy.layers.iter().filter(|layer| layer.payer == payer && layer.in_force(year));
    of_payer.map(|layer| layer.id.clone()).collect()
}

/// What the year before left.
fn past(ours: &LifeYear, theirs: &LifeYear) -> Rule {
    let debt = fen(ours.row.debt_fen - theirs.row.debt_fen);
    let savings = fen(ours.row.savings_fen - theirs.row.savings_fen);
    match (debt.fen().abs(), savings.fen().abs()) {
        (0, 0) => Rule::Other,
        (debt_size, savings_size) if debt_size >= savings_size => Rule::PastDebt { more: debt },
        _ => Rule::PastSavings { more: savings },
    }
}
