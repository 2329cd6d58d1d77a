//! Programmes of support, and the effort that support without condition costs.

use fanpin::scenario::policy::{Programme, ProgrammeKind};
use fanpin::units::{Money, Year};

use crate::evidence::yuan;
use crate::lists::Seen;
use crate::people::Household;
use crate::setting::{Setting, fen, limit, rate};

/// What a household gets in a year, fen.
#[derive(Debug, Clone, Copy, Default)]
pub struct Support {
    pub without_condition: i64,
    pub for_work: i64,
}

impl Support {
    pub fn total(self) -> i64 {
        self.without_condition + self.for_work
    }
}

pub fn in_force(programme: &Programme, year: Year) -> bool {
    programme.first_year.is_none_or(|first| first <= year)
        && programme.last_year.is_none_or(|last| year <= last)
}

/// What programmes pay on what is known on 1 January.
pub fn grant(setting: &Setting, household: &Household, seen: &Seen, has_worker: bool) -> Support {
    let own = &household.under[setting.regime];
    let mut support = Support::default();
    for programme in setting.policy.programmes.iter().filter(|p| in_force(p, setting.year)) {
        let is_named =
            programme.classes.0 == 0 || own.classes.iter().any(|class| programme.classes.has(*class));
        let spent = fen(own.out_of_pocket_last);
        let income = fen(own.income_last.max(0));
        let spending = programme.spending_above_income_share.as_ref();
        let is_heavy = spending.is_none_or(|share| spent > income.times(rate(share.at(setting.year))));
        let is_reached = u32::from(household.outreach_number) < limit(programme.share.at(setting.year));
        if !(is_named && is_heavy && is_reached && (has_worker || !programme.needs_worker)) {
            continue;
        }
        let amount = yuan(programme.amount_yuan.at(setting.year) * setting.terms_growth()).fen();
        let paid = match programme.kind {
            ProgrammeKind::IncomeGap => {
                let standard = yuan(programme.standards.at(setting.year) * setting.dibao_standard()).fen();
                (standard - seen.per_head).max(0).max(amount) * own.members_last
            }
            ProgrammeKind::Grant | ProgrammeKind::Job | ProgrammeKind::Industry => amount,
        };
        let for_work = matches!(programme.kind, ProgrammeKind::Job | ProgrammeKind::Industry);
        if programme.conditional || for_work {
            support.for_work += paid;
        } else {
            support.without_condition += paid;
        }
    }
    support
}

/// Labour earnings given up for support above need, after some years in a row of support.
pub fn effort_lost(setting: &Setting, above_need: Money, labour: Money, support_years: u8) -> Money {
    let effort = &setting.society().effort;
    let loss = if setting.policy.implementation.target_group { 0.0 } else { effort.loss };
    let full = above_need.min(labour).times(rate(loss));
    let years = effort.years.max(1.0) as i64;
    fen(full.fen() * i64::from(support_years).min(years) / years)
}
