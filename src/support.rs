//! Programmes of support, and what they do to work effort.
//!
//! A programme is data: the gap between a standard and the income that officials see (dibao), a grant
//! (temporary aid), the wage of a public job, or income from supported industry. It goes to the classes it
//! names. A share of them applies; where the programme has a budget the county serves the share of applicants
//! that it published on 1 January (`county`), those with the lowest number first. The number is one for each
//! household, programme and term: it is keyed by the programme's name, so no programme moves another's
//! recipients, and drawn again when the household's term is over. Published incomes contain what
//! programmes paid, so what is expected at an income is taken out of the household's income first
//! (`SupportYear::expected_gap`) and paid back to whom officials see.
//!
//! Support above need (what lifts income over the poverty line) that asks nothing in return lowers labour
//! earnings by a stated share, after some years of it;
//! support for work does not. The size is an assumption, small by default (`society.effort`).

use crate::random::{Key, normal_share, stream};
use crate::scenario::policy::{ClassSet, MAX_PROGRAMMES, Policy, Programme, ProgrammeKind, SETS_OF_CLASSES};
use crate::scenario::society::Effort;
use crate::units::{Money, Rate, Year};

/// Programmes in force in a year, compiled for the loop.
#[derive(Debug, Clone)]
pub struct SupportYear {
    programmes: Vec<Compiled>,
    /// Programmes that are for a household by its classes, one bit each, for every set of classes.
    by_classes: Box<[u8; SETS_OF_CLASSES]>,
    /// How all programmes pay, four bits each.
    kinds_code: u32,
    effort_loss: Rate,
    effort_years: u8,
}

#[derive(Debug, Clone)]
struct Compiled {
    /// Place in the policy's order, and so of its purse.
    purse: usize,
    /// Its name as the block of its draws.
    block: u64,
    term_years: u8,
    kind: ProgrammeKind,
    classes: ClassSet,
    amount: Money,
    standard: Money,
    /// Share of eligible households that apply, as the limit of a 32-bit number.
    reach: u64,
    spending: Option<Rate>,
    needs_worker: bool,
    conditional: bool,
}

/// A household's numbers for programmes, each drawn once a year for all the regimes that have the programme.
#[derive(Debug, Clone, Default)]
pub struct Numbers {
    /// Name and term of the programme, and the number.
    drawn: Vec<((u64, u8), u64)>,
}

impl Numbers {
    /// Forgets another household or year.
    pub fn clear(&mut self) {
        self.drawn.clear();
    }

    fn of(&mut self, programme: &Compiled, draw: impl FnOnce() -> u64) -> u64 {
        let wanted = (programme.block, programme.term_years);
        if let Some((_, number)) = self.drawn.iter().find(|(drawn, _)| *drawn == wanted) {
            return *number;
        }
        let number = draw();
        self.drawn.push((wanted, number));
        number
    }
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
    /// Income per head of last year as the list of dibao has it.
    pub judged_per_head: Money,
    /// Household income of last year.
    pub income_last: Money,
    /// Out-of-pocket payments of last year.
    pub out_of_pocket_last: Money,
    /// The household's id, by which its numbers for programmes are drawn.
    pub id: u64,
}

/// What a household applied for and what it got, by programme in the order of the policy.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Grants {
    /// What it would get where it applied.
    pub owed: [Money; MAX_PROGRAMMES],
    /// Where it applied, one bit each.
    pub applied: u8,
    /// Where it was served, one bit each.
    pub served: u8,
}

const _: () = assert!(MAX_PROGRAMMES <= 8, "a bit for each programme");

impl Grants {
    /// What a programme paid.
    #[must_use]
    pub const fn paid(&self, programme: usize) -> Money {
        if self.served & 1 << programme != 0 { self.owed[programme] } else { Money::ZERO }
    }
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
        let programmes: Vec<Compiled> = policy
            .programmes
            .iter()
            .enumerate()
            .filter(|(_, programme)| programme.in_force(year))
            .map(|(purse, programme)| Compiled {
                purse,
                block: block_of(&programme.id),
                term_years: programme.term_years.max(1),
                kind: programme.kind,
                classes: programme.classes,
                amount: yuan(programme.amount_yuan.at(year) * yuan_factor),
                standard: yuan(programme.standards.at(year) * dibao_standard_yuan),
                reach: crate::random::threshold(programme.share.at(year)).div_ceil(1 << 32),
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
            by_classes: by_classes(&programmes),
            kinds_code: kinds_code(&programmes),
            programmes,
            effort_loss: Rate::try_from_share(loss).expect("the book bounds shares"),
            effort_years,
        }
    }

    /// What a household applies for and gets. `served` is the share of its applicants that each programme can
    /// serve, in the order of the policy; `key` and `year` are those of the draws, `numbers` what was drawn so far.
    #[must_use]
    #[inline]
    pub fn grant(
        &self,
        applicant: &Applicant,
        served: &[Rate; MAX_PROGRAMMES],
        (key, year, numbers): (Key, Year, &mut Numbers),
    ) -> (Support, Grants) {
        let (mut support, mut grants) = (Support::default(), Grants::default());
        for programme in self.of(applicant.classes).filter(|programme| programme.is_for(applicant)) {
            let served = served[programme.purse];
            let number = if programme.reach < WHOLE || served < Rate::ONE {
                numbers.of(programme, || programme.number(applicant.id, key, year))
            } else {
                0
            };
            if number >= programme.reach {
                continue;
            }
            let paid = match programme.kind {
                ProgrammeKind::IncomeGap => {
                    let gap = programme.standard.less(applicant.judged_per_head).max(programme.amount);
                    Money::from_fen(gap.fen() * applicant.members)
                }
                ProgrammeKind::Grant | ProgrammeKind::Job | ProgrammeKind::Industry => programme.amount,
            };
            let bit = 1 << programme.purse;
            grants.owed[programme.purse] = paid;
            grants.applied |= bit;
            // Who applies and has the lowest numbers is served: both stay whole numbers.
            if number * 1_000_000 >= programme.reach * u64::from(served.ppm()) {
                continue;
            }
            grants.served |= bit;
            let conditional = programme.conditional
                || matches!(programme.kind, ProgrammeKind::Job | ProgrammeKind::Industry);
            if conditional {
                support.conditional += paid;
            } else {
                support.unconditional += paid;
            }
        }
        (support, grants)
    }

    /// Programmes that are for a household by its classes.
    fn of(&self, classes: ClassSet) -> impl Iterator<Item = &Compiled> {
        let mut left = self.by_classes[usize::from(classes.0) & (SETS_OF_CLASSES - 1)];
        std::iter::from_fn(move || {
            let programme = self.programmes.get(left.trailing_zeros() as usize)?;
            left &= left - 1;
            Some(programme)
        })
    }

    /// How work effort answers to support: the loss, and the years after which it is whole.
    #[must_use]
    pub const fn effort(&self) -> (Rate, u8) {
        (self.effort_loss, self.effort_years)
    }

    /// How all programmes pay as one number, four bits each.
    #[must_use]
    pub const fn kinds_code(&self) -> u32 {
        self.kinds_code
    }

    /// How each programme pays, in the order of the policy; those not in force are left out.
    pub fn kinds(&self) -> impl Iterator<Item = (usize, ProgrammeKind)> + '_ {
        self.programmes.iter().map(|programme| (programme.purse, programme.kind))
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
                mean += weight * gap.yuan() * programme.reached();
            }
        }
        Money::try_from_yuan(mean).expect("a mean of amounts is one")
    }

    /// The same where villages judge incomes too, whose errors are wide: the mean in closed form, of a lognormal view
    /// x of the income y with mean one and log standard deviation s. Below the limit L = min(threshold, standard −
    /// least amount) the gap is standard − x, from there to the threshold the least amount;
    /// P(x < L) = Φ(d) and E\[x; x < L\] = y Φ(d − s) with d = (ln(L / y) + s² / 2) / s.
    #[must_use]
    pub fn expected_gap_judged(&self, income: Money, log_sd: f64, threshold: Money) -> Money {
        let (y, s) = (income.yuan().max(1e-9), log_sd);
        let deviate = |limit: f64| (libm::log(limit.max(1e-9) / y) + 0.5 * s * s) / s;
        let of_programme = |programme: &Compiled| {
            let (standard, least) = (programme.standard.yuan(), programme.amount.yuan());
            let (limit, whole) = ((standard - least).min(threshold.yuan()), threshold.yuan());
            let (to_limit, to_threshold) = (deviate(limit), deviate(whole));
            let gaps = standard * normal_share(to_limit) - y * normal_share(to_limit - s);
            (gaps + least * (normal_share(to_threshold) - normal_share(to_limit))) * programme.reached()
        };
        let gaps = self.programmes.iter().filter(|p| p.kind == ProgrammeKind::IncomeGap);
        Money::try_from_yuan(gaps.map(of_programme).sum()).expect("a mean of amounts is one")
    }
}

/// The share of all as the limit of a 32-bit number.
const WHOLE: u64 = 1 << 32;

/// The number that the first twelve letters of a name spell in base 38: names are laid out, not hashed, so two
/// programmes share draws only if they share these letters.
#[must_use]
pub fn block_of(name: &str) -> u64 {
    let digit = |byte: u8| match byte {
        b'a'..=b'z' => u64::from(byte - b'a') + 1,
        b'0'..=b'9' => u64::from(byte - b'0') + 27,
        _ => 37,
    };
    name.bytes().take(12).fold(0, |block, byte| block * 38 + digit(byte))
}

impl Programme {
    /// Whether the programme is in force in a year.
    #[must_use]
    pub fn in_force(&self, year: Year) -> bool {
        self.first_year.is_none_or(|first| first <= year) && self.last_year.is_none_or(|last| year <= last)
    }
}

impl Compiled {
    /// The household's 32-bit number for the programme: drawn in the first year of its term, which begins in
    /// another year for each household.
    fn number(&self, id: u64, key: Key, year: Year) -> u64 {
        let term = i64::from(self.term_years);
        let into = if term == 1 {
            0
        } else {
            let turn = key.block(self.block, id, crate::population::START, stream::PROGRAMME)[1] >> 32;
            let turn = i64::try_from(turn).expect("32 bits");
            (i64::from(year.number()) + turn).rem_euclid(term)
        };
        let first = year.number() - i16::try_from(into).expect("a term is a few years");
        key.block(self.block, id, Year::new(first), stream::PROGRAMME)[0] >> 32
    }

    /// Share of eligible households that apply.
    fn reached(&self) -> f64 {
        // At most 2^32.
        #[allow(clippy::cast_precision_loss)]
        {
            self.reach as f64 / 4_294_967_296.0
        }
    }

    /// Whether it is for a household in one of its classes.
    fn is_for(&self, applicant: &Applicant) -> bool {
        let heavy = self
            .spending
            .is_none_or(|share| applicant.out_of_pocket_last > applicant.income_last.or_zero().times(share));
        heavy && (applicant.has_worker || !self.needs_worker)
    }
}

fn by_classes(programmes: &[Compiled]) -> Box<[u8; SETS_OF_CLASSES]> {
    let of = |classes: usize| {
        let named = |programme: &Compiled| {
            programme.classes.0 == 0 || usize::from(programme.classes.0) & classes != 0
        };
        programmes.iter().rev().fold(0, |bits, programme| bits << 1 | u8::from(named(programme)))
    };
    Box::new(std::array::from_fn(of))
}

fn kinds_code(programmes: &[Compiled]) -> u32 {
    let code = |programme: &Compiled| (programme.kind as u32 + 1) << (4 * programme.purse);
    programmes.iter().map(code).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::main_scenario;
    use crate::scenario::policy::Class;

    fn year(settings: &[&str]) -> SupportYear {
        let scenario = main_scenario(settings);
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
        judged_per_head: Money::from_yuan(2_500),
        income_last: Money::from_yuan(7_500),
        out_of_pocket_last: Money::ZERO,
        id: 77,
    };

    const ALL: [Rate; MAX_PROGRAMMES] = [Rate::ONE; MAX_PROGRAMMES];
    const WHEN: (Key, Year) = (Key { seed: 1, replicate: 0 }, Year::new(2021));

    fn at(year: Year, numbers: &mut Numbers) -> (Key, Year, &mut Numbers) {
        (WHEN.0, year, numbers)
    }

    #[test]
    fn dibao_fills_the_gap_that_officials_see() {
        let (support, grants) = year(&[]).grant(&POOR, &ALL, at(WHEN.1, &mut Numbers::default()));
        assert_eq!(support.unconditional, Money::from_yuan(3 * (6_000 - 2_500)));
        let ordinary = Applicant { classes: ClassSet::default(), ..POOR };
        let none = year(&[]).grant(&ordinary, &ALL, at(WHEN.1, &mut Numbers::default()));
        assert_eq!(none, (Support::default(), Grants::default()));
        assert_eq!(grants.paid(0), support.unconditional);
        assert_eq!((grants.applied, grants.served), (1, 1));
    }

    #[test]
    fn the_expected_gap_of_a_wide_view_is_its_mean_over_the_view() {
        let year = year(&[]);
        let (log_sd, threshold) = (1.4, Money::from_yuan(2_000));
        for income in [500, 2_000, 9_000, 40_000] {
            let mean = (0..20_000).map(|i| {
                let z = crate::random::normal((2 * i + 1) * (u64::MAX / 40_000));
                let seen = f64::from(income) * libm::exp(log_sd * z - 0.5 * log_sd * log_sd);
                if seen < threshold.yuan() { (6_000.0 - seen).max(600.0) } else { 0.0 }
            });
            let mean = mean.sum::<f64>() / 20_000.0;
            let closed = year.expected_gap_judged(Money::from_yuan(income.into()), log_sd, threshold).yuan();
            // Where the view crosses the threshold, a number more or less: 6,000 / 20,000.
            assert!((closed - mean).abs() < 0.5, "{income}: {closed}, {mean}");
        }
    }

    const WORKER: Applicant = Applicant { classes: ClassSet(1 << Class::Registered as u16), ..POOR };

    /// Of the first thousand households those that a programme serves.
    fn served_by(
        year: &SupportYear,
        programme: usize,
        shares: &[Rate; MAX_PROGRAMMES],
        when: Year,
    ) -> Vec<u64> {
        let gets = |id: &u64| {
            let applicant = Applicant { id: *id, ..WORKER };
            let (_, grants) = year.grant(&applicant, shares, at(when, &mut Numbers::default()));
            grants.served & 1 << programme != 0
        };
        (0..1_000).filter(gets).collect()
    }

    #[test]
    fn money_that_runs_out_reaches_fewer_of_those_who_apply_and_nobody_else() {
        let year = year(&["regimes.targeted.programmes.public-jobs.share=0.5"]);
        let jobs = 2;
        let half = ALL.map(|rate| rate.times(Rate::try_from_share(0.5).expect("a share")));
        let (all, some) = (served_by(&year, jobs, &ALL, WHEN.1), served_by(&year, jobs, &half, WHEN.1));
        assert!((440..560).contains(&all.len()), "{}", all.len());
        assert!((200..300).contains(&some.len()), "{}", some.len());
        assert!(some.iter().all(|id| all.contains(id)));
        assert!(served_by(&year, jobs, &[Rate::ZERO; MAX_PROGRAMMES], WHEN.1).is_empty());
    }

    #[test]
    fn a_programme_that_is_taken_out_moves_no_other_s_recipients() {
        let with = year(&[]);
        let without = year(&["regimes.targeted.programmes.order=[\"industry\"]"]);
        let served = served_by(&with, 3, &ALL, WHEN.1);
        assert!(!served.is_empty());
        assert_eq!(served, served_by(&without, 0, &ALL, WHEN.1));
        assert_ne!(served, served_by(&with, 2, &ALL, WHEN.1));
    }

    #[test]
    fn turns_last_a_term_and_begin_in_different_years() {
        let year = year(&[
            "regimes.targeted.programmes.public-jobs.share=0.5",
            "regimes.targeted.programmes.public-jobs.term_years=4",
        ]);
        let in_year = |n| served_by(&year, 2, &ALL, Year::new(n));
        let kept = |n| in_year(n).iter().filter(|id| in_year(2021).contains(id)).count();
        let first = in_year(2021).len();
        // Each year a quarter draws again, and half of them get it again.
        let expected = first - first / 8;
        assert!(kept(2022).abs_diff(expected) < 30, "{} of {first}", kept(2022));
        assert!(kept(2025).abs_diff(first / 2) < 50, "{} of {first}", kept(2025));
    }

    #[test]
    fn names_are_laid_out_and_not_hashed() {
        assert_eq!(block_of("b"), 2);
        assert_eq!(block_of("a-"), 38 + 37);
        assert_ne!(block_of("public-jobs"), block_of("public-jobs2"));
        assert_eq!(block_of("temporary-aid"), block_of("temporary-ai"));
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
