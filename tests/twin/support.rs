//! Programmes of support, and the effort that support without condition costs.

use fanpin::population::START;
use fanpin::random::{stream, threshold};
use fanpin::scenario::policy::{Programme, ProgrammeKind};
use fanpin::units::{Money, Year};

use crate::evidence::yuan;
use crate::lists::Seen;
use crate::people::Household;
use crate::setting::{Setting, fen, rate};

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

/// What a household applied for.
#[derive(Debug, Clone)]
pub struct Grant {
    /// Position of the programme in the policy.
    pub programme: usize,
    pub owed: i64,
    pub is_served: bool,
}

impl Grant {
    pub fn paid(&self) -> i64 {
        if self.is_served { self.owed } else { 0 }
    }
}

/// What a household applies for on what is known on 1 January, and where it is served.
pub fn apply(setting: &Setting, household: &Household, seen: &Seen, has_worker: bool) -> Vec<Grant> {
    let own = &household.under[setting.regime];
    let mut grants = Vec::new();
    for (at, programme) in setting.policy.programmes.iter().enumerate() {
        let is_named =
            programme.classes.0 == 0 || own.classes.iter().any(|class| programme.classes.has(*class));
        let spent = fen(own.out_of_pocket_last);
        let income = fen(own.income_last.max(0));
        let spending = programme.spending_above_income_share.as_ref();
        let is_heavy = spending.is_none_or(|share| spent > income.times(rate(share.at(setting.year))));
        let is_for = is_named && is_heavy && (has_worker || !programme.needs_worker);
        let number = number_of(setting, programme, household.id);
        let applicants = share_of_applicants(setting, programme);
        if !(in_force(programme, setting.year) && is_for && number < applicants) {
            continue;
        }
        let amount = yuan(programme.amount_yuan.at(setting.year) * setting.terms_growth()).fen();
        let owed = match programme.kind {
            ProgrammeKind::IncomeGap => {
                let standard = yuan(programme.standards.at(setting.year) * setting.dibao_standard()).fen();
                (standard - seen.judged_per_head).max(0).max(amount) * own.members_last
            }
            ProgrammeKind::Grant | ProgrammeKind::Job | ProgrammeKind::Industry => amount,
        };
        // Of those who apply, the lowest numbers are served.
        let served = u64::from(setting.published.served[at].ppm());
        let is_served = number * 1_000_000 < applicants * served;
        grants.push(Grant { programme: at, owed, is_served });
    }
    grants
}

/// The share that applies, as the limit of a number of 32 bits, rounded up.
pub fn share_of_applicants(setting: &Setting, programme: &Programme) -> u64 {
    threshold(programme.share.at(setting.year)).div_ceil(1 << 32)
}

/// A household's number for a programme: of 32 bits, keyed by the programme's name and the year in which the
/// household's term began.
fn number_of(setting: &Setting, programme: &Programme, household: u64) -> u64 {
    let draw = |year: Year| setting.key.block(spelt(&programme.id), household, year, stream::PROGRAMME);
    let for_life = draw(START)[1] >> 32;
    let term = u64::from(programme.term_years.max(1));
    let year = setting.year.number();
    let years_into = (year as u64 + for_life) % term;
    draw(Year::new(year - years_into as i16))[0] >> 32
}

/// The number that the first twelve letters of a name spell in base 38: a to z are 1 to 26, figures 27 to 36,
/// anything else is 37.
fn spelt(name: &str) -> u64 {
    const DIGITS: &str = "abcdefghijklmnopqrstuvwxyz0123456789";
    let digit = |letter: char| DIGITS.find(letter).unwrap_or(36) as u64 + 1;
    name.chars().take(12).fold(0, |number, letter| number * 38 + digit(letter))
}

/// What a household gets of what it applied for.
pub fn received(setting: &Setting, grants: &[Grant]) -> Support {
    let mut support = Support::default();
    for grant in grants {
        let programme = &setting.policy.programmes[grant.programme];
        let for_work = matches!(programme.kind, ProgrammeKind::Job | ProgrammeKind::Industry);
        if programme.conditional || for_work {
            support.for_work += grant.paid();
        } else {
            support.without_condition += grant.paid();
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
