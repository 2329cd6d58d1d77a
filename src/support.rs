//! Programmes of support, and what they do to work effort.
//!
//! A programme is data: the gap between a standard and the income that officials see (dibao), a grant
//! (temporary aid), the wage of a public job, or income from supported industry. It goes to the classes it
//! names, as far as its budget reaches, in the order of the regime. Published incomes contain what
//! programmes paid, so what is expected at an income is taken out of the household's income first
//! (`SupportYear::expected_gap`) and paid back to whom officials see.
//!
//! Support above need (what lifts income over the poverty line) that asks nothing in return lowers labour
//! earnings by a stated share, after some years of it;
//! support for work does not. The size is an assumption, small by default (`society.effort`).

use crate::scenario::policy::{ClassSet, Policy, ProgrammeKind};
use crate::scenario::society::Effort;
use crate::units::{Money, Rate, Year};

/// Programmes in force in a year, compiled for the loop.
#[derive(Debug, Clone, Default)]
pub struct SupportYear {
    programmes: Vec<Compiled>,
    effort_loss: Rate,
    effort_years: u8,
}

#[derive(Debug, Clone)]
struct Compiled {
    kind: ProgrammeKind,
    classes: ClassSet,
    amount: Money,
    standard: Money,
    reach: u32,
    spending: Option<Rate>,
    needs_worker: bool,
    conditional: bool,
}

/// What programmes know of a household.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Applicant {
    /// Classes in force.
    pub classes: ClassSet,
    /// Living members.
    pub members: i64,
    /// Whether a member can work.
    pub has_worker: bool,
    /// Income per head as officials saw it last year.
    pub seen_per_head: Money,
    /// Household income of last year.
    pub income_last: Money,
    /// Out-of-pocket payments of last year.
    pub out_of_pocket_last: Money,
    /// The household's number for programmes that don't reach all.
    pub word: u16,
}

/// What a household gets in a year.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Support {
    /// Without condition.
    pub unconditional: Money,
    /// For work, or through industry.
    pub conditional: Money,
}

impl Support {
    /// All of it.
    #[must_use]
    pub fn total(self) -> Money {
        self.unconditional + self.conditional
    }
}

impl SupportYear {
    /// Compiles the programmes of a year. `yuan_factor` carries amounts on in real terms.
    #[must_use]
    pub fn compile(
        policy: &Policy,
        effort: &Effort,
        dibao_standard_yuan: f64,
        yuan_factor: f64,
        year: Year,
    ) -> Self {
        let yuan = |x: f64| Money::try_from_yuan(x).expect("the book bounds amounts");
        let in_force = |first: Option<Year>, last: Option<Year>| {
            first.is_none_or(|first| first <= year) && last.is_none_or(|last| year <= last)
        };
        let programmes = policy
            .programmes
            .iter()
            .filter(|programme| in_force(programme.first_year, programme.last_year))
            .map(|programme| Compiled {
                kind: programme.kind,
                classes: programme.classes,
                amount: yuan(programme.amount_yuan.at(year) * yuan_factor),
                standard: yuan(programme.standards.at(year) * dibao_standard_yuan),
                reach: crate::knowledge::limit(programme.share.at(year)),
                spending: programme
                    .spending_above_income_share
                    .as_ref()
                    .map(|share| Rate::try_from_fraction(share.at(year)).expect("the book bounds shares")),
                needs_worker: programme.needs_worker,
                conditional: programme.conditional,
            })
            .collect();
        let loss = if policy.implementation.target_group { 0.0 } else { effort.loss };
        // Years of a bounded parameter.
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let effort_years = effort.years.max(1.0) as u8;
        Self {
            programmes,
            effort_loss: Rate::try_from_share(loss).expect("the book bounds shares"),
            effort_years,
        }
    }

    /// What a household gets.
    #[must_use]
    pub fn grant(&self, applicant: &Applicant) -> Support {
        let mut support = Support::default();
        for programme in &self.programmes {
            if !programme.reaches(applicant) {
                continue;
            }
            let paid = match programme.kind {
                ProgrammeKind::IncomeGap => {
                    let gap = programme.standard.less(applicant.seen_per_head).max(programme.amount);
                    Money::from_fen(gap.fen() * applicant.members)
                }
                ProgrammeKind::Grant | ProgrammeKind::Job | ProgrammeKind::Industry => programme.amount,
            };
            let conditional = programme.conditional
                || matches!(programme.kind, ProgrammeKind::Job | ProgrammeKind::Industry);
            if conditional {
                support.conditional += paid;
            } else {
                support.unconditional += paid;
            }
        }
        support
    }

    /// Labour earnings given up under support without condition, after `years` consecutive years of it: the
    /// loss times the support over the earnings, at most one.
    #[must_use]
    pub fn effort_lost(&self, unconditional: Money, labour: Money, years: u8) -> Money {
        if unconditional == Money::ZERO || self.effort_loss == Rate::ZERO {
            return Money::ZERO;
        }
        let full = unconditional.min(labour).times(self.effort_loss);
        Money::from_fen(full.fen() * i64::from(years.min(self.effort_years)) / i64::from(self.effort_years))
    }

    /// What programmes are expected to pay per head at a true income per head, by officials' error: the mean
    /// over five points of the lognormal error. `threshold` is the seen income under which households are on
    /// dibao; only gaps are counted, since other programmes are small.
    #[must_use]
    pub fn expected_gap(&self, income: Money, error_log_sd: f64, threshold: Money) -> Money {
        const NORMAL: [(f64, f64); 5] = [
            (-2.856_970_013_872_806, 0.011_257_411_327_720_7),
            (-1.355_626_179_974_266, 0.222_075_922_005_612_6),
            (0.0, 0.533_333_333_333_333_3),
            (1.355_626_179_974_266, 0.222_075_922_005_612_6),
            (2.856_970_013_872_806, 0.011_257_411_327_720_7),
        ];
        let mut mean = 0.0;
        for (z, weight) in NORMAL {
            let error = libm::exp(error_log_sd * z - 0.5 * error_log_sd * error_log_sd);
            let seen = Money::try_from_yuan(income.yuan() * error).expect("an income is a small amount");
            if seen >= threshold {
                continue;
            }
            for programme in self.programmes.iter().filter(|p| p.kind == ProgrammeKind::IncomeGap) {
                let gap = programme.standard.less(seen).max(programme.amount);
                mean += weight * gap.yuan() * f64::from(programme.reach) / 65_536.0;
            }
        }
        Money::try_from_yuan(mean).expect("a mean of amounts is one")
    }
}

impl Compiled {
    fn reaches(&self, applicant: &Applicant) -> bool {
        let named = self.classes.0 == 0 || self.classes.0 & applicant.classes.0 != 0;
        let heavy = self
            .spending
            .is_none_or(|share| applicant.out_of_pocket_last > applicant.income_last.or_zero().times(share));
        named
            && heavy
            && u32::from(applicant.word) < self.reach
            && (applicant.has_worker || !self.needs_worker)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::policy::Class;
    use crate::scenario::{Options, Override, load_text};

    fn year(settings: &[&str]) -> SupportYear {
        let text = "name = \"x\"\nextends = \"inclusive-vs-targeted\"\nbaseline = \"targeted\"\n";
        let overrides =
            settings.iter().map(|s| Override { origin: "set".into(), text: (*s).into() }).collect();
        let scenario = load_text("x.toml", text, &Options { overrides, ..Options::default() })
            .expect("the scenario holds");
        SupportYear::compile(
            &scenario.regimes[1].policy,
            &scenario.society.effort,
            6_000.0,
            1.0,
            Year::new(2021),
        )
    }

    const POOR: Applicant = Applicant {
        classes: ClassSet(1 << Class::Dibao as u16),
        members: 3,
        has_worker: true,
        seen_per_head: Money::from_yuan(2_500),
        income_last: Money::from_yuan(7_500),
        out_of_pocket_last: Money::ZERO,
        word: 0,
    };

    #[test]
    fn dibao_fills_the_gap_that_officials_see() {
        let support = year(&[]).grant(&POOR);
        assert_eq!(support.unconditional, Money::from_yuan(3 * (6_000 - 2_500)));
        let ordinary = Applicant { classes: ClassSet::default(), ..POOR };
        assert_eq!(year(&[]).grant(&ordinary), Support::default());
    }

    #[test]
    fn only_support_without_condition_lowers_effort_and_only_in_time() {
        let year = year(&["society.effort.loss=0.3", "society.effort.years=3"]);
        let lost = |years| year.effort_lost(Money::from_yuan(1_000), Money::from_yuan(9_000), years);
        assert_eq!(lost(0), Money::ZERO);
        assert_eq!(lost(1), Money::from_yuan(100));
        assert_eq!(lost(9), Money::from_yuan(300));
        assert_eq!(year.effort_lost(Money::ZERO, Money::from_yuan(9_000), 9), Money::ZERO);
    }

    #[test]
    fn what_is_expected_is_the_mean_over_the_error() {
        let year = year(&[]);
        // Without error: the gap itself, under the threshold.
        let income = Money::from_yuan(3_000);
        assert_eq!(year.expected_gap(income, 0.0, Money::from_yuan(4_000)), Money::from_yuan(3_000));
        assert_eq!(year.expected_gap(income, 0.0, Money::from_yuan(3_000)), Money::ZERO);
        assert!(year.expected_gap(income, 0.35, Money::from_yuan(3_000)) > Money::ZERO);
    }
}
