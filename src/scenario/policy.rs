//! What a regime may change: classes of beneficiaries, layers of protection, lists, premiums.
//!
//! These are the checked, complete forms that the model reads. Society (illness, incomes,
//! behaviour) is not here, so no regime can quietly change the world it is compared in.

use crate::units::Year;

/// A class of beneficiary. The order is the order in which ties between classes are broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Class {
    /// In no special class.
    Ordinary,
    /// Registered poor; after 2020 lifted with the list in force.
    Registered,
    /// Lifted, risk of return judged low.
    LiftedStable,
    /// Monitored: lifted and near the line.
    Unstable,
    /// Monitored: never registered and near the line.
    Marginal,
    /// Monitored: sudden severe difficulty.
    SuddenDifficulty,
    /// Destitute (tekun): without ability to work, income or supporters.
    Destitute,
    /// Subsistence allowance (dibao).
    Dibao,
    /// Income just above the dibao standard.
    DibaoEdge,
    /// Poor because of this year's medical spending (triggered by spending).
    IllnessPoor,
}

/// Number of classes.
pub const CLASSES: usize = 10;

/// Number of sets of classes.
pub const SETS_OF_CLASSES: usize = 1 << CLASSES;

impl Class {
    /// All classes in their listed order.
    pub const ALL: [Self; CLASSES] = [
        Self::Ordinary,
        Self::Registered,
        Self::LiftedStable,
        Self::Unstable,
        Self::Marginal,
        Self::SuddenDifficulty,
        Self::Destitute,
        Self::Dibao,
        Self::DibaoEdge,
        Self::IllnessPoor,
    ];

    /// The name in scenario files.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ordinary => "ordinary",
            Self::Registered => "registered",
            Self::LiftedStable => "lifted_stable",
            Self::Unstable => "unstable",
            Self::Marginal => "marginal",
            Self::SuddenDifficulty => "sudden_difficulty",
            Self::Destitute => "destitute",
            Self::Dibao => "dibao",
            Self::DibaoEdge => "dibao_edge",
            Self::IllnessPoor => "illness_poor",
        }
    }
}

/// A set of classes, one bit each.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct ClassSet(pub u16);

impl ClassSet {
    /// The three monitored classes.
    pub const MONITORED: Self =
        Self(1 << Class::Unstable as u16 | 1 << Class::Marginal as u16 | 1 << Class::SuddenDifficulty as u16);

    /// The set with one class more.
    #[must_use]
    pub const fn with(self, class: Class) -> Self {
        Self(self.0 | 1 << class as u16)
    }

    /// Whether the class is in the set.
    #[must_use]
    pub const fn has(self, class: Class) -> bool {
        self.0 & (1 << class as u16) != 0
    }

    /// Whether the set has no more than one class.
    #[must_use]
    #[inline]
    pub const fn has_one(self) -> bool {
        self.0 & self.0.wrapping_sub(1) == 0
    }

    /// The first class of the set in their listed order; `ordinary` if there is none.
    #[must_use]
    #[inline]
    pub fn first(self) -> Class {
        Class::ALL.get(self.0.trailing_zeros() as usize).copied().unwrap_or(Class::Ordinary)
    }

    /// The classes of the set in their listed order; `ordinary` if there is none.
    #[inline]
    pub fn iter(self) -> impl Iterator<Item = Class> {
        const ALL: u16 = (1 << CLASSES) - 1;
        let mut rest = if self.0 == 0 { 1 << Class::Ordinary as u16 } else { self.0 & ALL };
        std::iter::from_fn(move || {
            let class = *Class::ALL.get(rest.trailing_zeros() as usize)?;
            rest &= rest - 1;
            Some(class)
        })
    }
}

/// The best that any class of a household brings, for every set of classes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BestOfClasses<T>(Box<[T; SETS_OF_CLASSES]>);

impl<T: Copy> BestOfClasses<T> {
    /// From what each class brings, and which of two is better.
    #[must_use]
    pub fn new(of_class: [T; CLASSES], better: impl Fn(T, T) -> T) -> Self {
        // No class is `ordinary`.
        let mut best = Box::new([of_class[Class::Ordinary as usize]; SETS_OF_CLASSES]);
        for set in 1..best.len() {
            let (lowest, others) = (of_class[set.trailing_zeros() as usize], set & (set - 1));
            best[set] = if others == 0 { lowest } else { better(lowest, best[others]) };
        }
        Self(best)
    }

    /// The best of a set.
    #[must_use]
    #[inline]
    pub fn of(&self, classes: ClassSet) -> T {
        self.0[usize::from(classes.0) & (SETS_OF_CLASSES - 1)]
    }
}

/// Level of a provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Level {
    /// Village clinic or township health centre.
    Township,
    /// County hospital.
    County,
    /// City (prefecture) hospital.
    City,
    /// Provincial hospital.
    Province,
}

/// Number of provider levels.
pub const LEVELS: usize = 4;

impl Level {
    /// All levels from the township up.
    pub const ALL: [Self; LEVELS] = [Self::Township, Self::County, Self::City, Self::Province];

    /// The name in scenario files.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Township => "township",
            Self::County => "county",
            Self::City => "city",
            Self::Province => "province",
        }
    }
}

/// What kind of care a bill is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Service {
    /// A hospital stay.
    Inpatient,
    /// General outpatient care.
    Outpatient,
    /// Outpatient care for a recognised chronic disease.
    ChronicOutpatient,
}

impl Service {
    /// All services.
    pub const ALL: [Self; 3] = [Self::Inpatient, Self::Outpatient, Self::ChronicOutpatient];

    /// The name in scenario files.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Inpatient => "inpatient",
            Self::Outpatient => "outpatient",
            Self::ChronicOutpatient => "chronic_outpatient",
        }
    }
}

/// Who pays a layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Payer {
    /// Resident basic insurance pool.
    BasicInsurance,
    /// Critical-illness insurance pool.
    CriticalIllnessInsurance,
    /// Medical aid fund (medical assistance, tilt aid included).
    MedicalAid,
    /// County's own top-up money.
    LocalTopUp,
    /// Supplementary (commercial or superimposed) insurance.
    SupplementaryInsurance,
    /// Charity.
    Charity,
}

/// Number of payers.
pub const PAYERS: usize = 6;

impl Payer {
    /// All payers.
    pub const ALL: [Self; PAYERS] = [
        Self::BasicInsurance,
        Self::CriticalIllnessInsurance,
        Self::MedicalAid,
        Self::LocalTopUp,
        Self::SupplementaryInsurance,
        Self::Charity,
    ];

    /// The name in scenario files and columns (`paid_<payer>_fen`).
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::BasicInsurance => "basic_insurance",
            Self::CriticalIllnessInsurance => "critical_illness_insurance",
            Self::MedicalAid => "medical_aid",
            Self::LocalTopUp => "local_top_up",
            Self::SupplementaryInsurance => "supplementary_insurance",
            Self::Charity => "charity",
        }
    }
}

/// A parameter over time: piecewise constant (`step`) or piecewise linear (`taper`), constant
/// before its first and after its last year.
#[derive(Debug, Clone, PartialEq)]
pub enum Schedule {
    /// The same in every year.
    Constant(f64),
    /// Each value holds from its year until the next.
    Step(Vec<(Year, f64)>),
    /// Values are interpolated linearly between the years.
    Taper(Vec<(Year, f64)>),
}

impl Schedule {
    /// The value in a year.
    ///
    /// # Panics
    /// If the schedule has no point, which checking refuses.
    #[must_use]
    pub fn at(&self, year: Year) -> f64 {
        match self {
            Self::Constant(value) => *value,
            Self::Step(points) => points.iter().rev().find(|(from, _)| *from <= year).unwrap_or(&points[0]).1,
            Self::Taper(points) => interpolate(points, year),
        }
    }

    /// The schedule with each of its values changed.
    #[must_use]
    pub fn map(&self, change: impl Fn(f64) -> f64) -> Self {
        let points = |points: &[(Year, f64)]| points.iter().map(|(year, x)| (*year, change(*x))).collect();
        match self {
            Self::Constant(value) => Self::Constant(change(*value)),
            Self::Step(steps) => Self::Step(points(steps)),
            Self::Taper(tapers) => Self::Taper(points(tapers)),
        }
    }

    /// What two schedules come to together: year by year from the first of their points to the last.
    #[must_use]
    pub fn with(&self, other: &Self, together: impl Fn(f64, f64) -> f64) -> Self {
        let points = |schedule: &Self| -> Vec<Year> {
            match schedule {
                Self::Constant(_) => Vec::new(),
                Self::Step(points) | Self::Taper(points) => points.iter().map(|(year, _)| *year).collect(),
            }
        };
        let years = || points(self).into_iter().chain(points(other));
        let in_year = |year: Year| together(self.at(year), other.at(year));
        match (years().min(), years().max()) {
            (Some(first), Some(last)) => {
                Self::Step(first.through(last).map(|year| (year, in_year(year))).collect())
            }
            // Constant both, so any year will do.
            _ => Self::Constant(in_year(Year::new(2020))),
        }
    }

    /// The values at the points of the schedule.
    pub fn values(&self) -> impl Iterator<Item = f64> + '_ {
        let (one, many): (Option<f64>, &[(Year, f64)]) = match self {
            Self::Constant(value) => (Some(*value), &[]),
            Self::Step(points) | Self::Taper(points) => (None, points),
        };
        one.into_iter().chain(many.iter().map(|(_, value)| *value))
    }
}

fn interpolate(points: &[(Year, f64)], year: Year) -> f64 {
    let after = points.partition_point(|(at, _)| *at <= year);
    if after == 0 {
        return points[0].1;
    }
    let (from, start) = points[after - 1];
    let Some((to, end)) = points.get(after).copied() else { return start };
    start + (end - start) * f64::from(year.since(from)) / f64::from(to.since(from))
}

/// Who is eligible for a layer. Spending and income tests look at the person or household of the
/// bill; the class tests look at the one class under which the bill is settled.
#[derive(Debug, Clone, PartialEq)]
pub enum Eligibility {
    /// Everyone.
    Everyone,
    /// Enrolled in basic insurance.
    Insured,
    /// In one of the classes.
    Classes(ClassSet),
    /// At least this old.
    AgeAtLeast(u8),
    /// Has one of the chronic groups (bits as in `population::ChronicSet`).
    Chronic(u8),
    /// Last year's household income per head below this many yuan.
    IncomeBelow(Schedule),
    /// The household's in-catalogue own spending this year (this bill included) above this share
    /// of last year's household income: a class triggered by spending.
    SpendingAboveIncomeShare(Schedule),
    /// All of them.
    All(Vec<Eligibility>),
    /// Any of them.
    Any(Vec<Eligibility>),
    /// Not this.
    Not(Box<Eligibility>),
}

/// Which part of a bill a layer covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Covers {
    /// In-catalogue cost.
    InCatalogue,
    /// Out-of-catalogue cost.
    OutOfCatalogue,
    /// Both.
    All,
}

/// What the deductible and the rate of a layer apply to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Base {
    /// The covered part of the bill as it was before any layer, limited to what is left of it.
    Bill,
    /// What earlier layers have left of the covered part.
    Left,
}

/// Whose amounts accumulate over the year.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccumulatesOver {
    /// The insured person.
    Person,
    /// The household.
    Household,
}

/// Over which window a deductible or ceiling applies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Window {
    /// Each episode anew.
    Episode,
    /// The calendar year.
    Year,
}

/// An amount that is either in yuan or a share of last year's local income per head.
#[derive(Debug, Clone, PartialEq)]
pub enum Amount {
    /// Yuan.
    Yuan(Schedule),
    /// Share of last year's local disposable income per head.
    LocalIncomeShare(Schedule),
}

/// A bracket of a layer: the rate on the part of the base above `from_yuan` (after the
/// deductible) up to the next bracket.
#[derive(Debug, Clone, PartialEq)]
pub struct Bracket {
    /// Lower limit in yuan, counted from the deductible.
    pub from_yuan: Schedule,
    /// Share paid.
    pub rate: Schedule,
}

/// Terms that are better for some classes than for others.
#[derive(Debug, Clone, PartialEq)]
pub struct ClassTerms {
    /// For whom.
    pub classes: ClassSet,
    /// Percentage points (as a share) added to the rate.
    pub rate_bonus: Schedule,
    /// Factor on the deductible (0.5 halves it, 0 removes it).
    pub deductible_factor: Schedule,
    /// Whether the ceiling is waived.
    pub no_ceiling: bool,
}

/// When and how surely a layer pays.
#[derive(Debug, Clone, PartialEq)]
pub enum Settlement {
    /// Paid at discharge; in another pooling area only if `outside` is also instant.
    Instant,
    /// Claimed afterwards; the unaware never claim.
    Claimed {
        /// Months from discharge to payment.
        delay_months: u8,
        /// Chance that the claim is made.
        take_up: Schedule,
    },
}

/// Most layers that may be in force in one year: the settlement keeps a slot for each.
pub const MAX_LAYERS: usize = 16;

/// How a layer computes its payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Pays shares of the base above the deductible, by brackets.
    Share,
    /// Pays all of the covered own part above the annual personal amount (`deductible`).
    Cap,
    /// Lifts the share of the covered part that all layers together have paid to the rate.
    Floor,
}

/// A layer of protection: data for the one interpreter in `billing`.
#[derive(Debug, Clone, PartialEq)]
pub struct Layer {
    /// Its name in the scenario, e.g. `basic`.
    pub id: String,
    /// English label.
    pub label_en: String,
    /// Chinese label.
    pub label_zh: String,
    /// Who pays.
    pub payer: Payer,
    /// How the payment is computed.
    pub kind: Kind,
    /// First year in force.
    pub first_year: Option<Year>,
    /// Last year in force.
    pub last_year: Option<Year>,
    /// Factor on the payment (1 in full; schedules taper a layer in or out).
    pub strength: Schedule,
    /// Who is eligible.
    pub eligibility: Eligibility,
    /// Services covered.
    pub services: Vec<Service>,
    /// Chronic groups that a chronic outpatient bill must be for (bits); all if `None`.
    pub diseases: Option<u8>,
    /// Part of the bill covered.
    pub covers: Covers,
    /// What the terms apply to.
    pub base: Base,
    /// Whose sum accumulates.
    pub accumulates_over: AccumulatesOver,
    /// Window of the deductible.
    pub deductible_window: Window,
    /// Deductible by level.
    pub deductible: [Amount; LEVELS],
    /// Rates by level, as brackets in rising order; one bracket from 0 is a flat rate.
    pub brackets: [Vec<Bracket>; LEVELS],
    /// Window of the ceiling.
    pub ceiling_window: Window,
    /// Most that the layer pays in its window.
    pub ceiling: Option<Amount>,
    /// Better terms for some classes; the first entry that holds the class applies.
    pub class_terms: Vec<ClassTerms>,
    /// Factor on the rate for care out of the pooling area with referral.
    pub outside_factor: Schedule,
    /// Factor on the rate for care out of the pooling area without referral.
    pub unreferred_factor: Schedule,
    /// Settlement in the pooling area.
    pub settlement: Settlement,
    /// Settlement out of the pooling area.
    pub settlement_outside: Settlement,
}

impl Layer {
    /// Whether the layer is in force in a year.
    #[must_use]
    pub fn in_force(&self, year: Year) -> bool {
        self.first_year.is_none_or(|first| first <= year) && self.last_year.is_none_or(|last| year <= last)
    }
}

/// How the list of registered households is kept after it was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListRule {
    /// Checked every year: households seen well above the line leave, households seen below enter.
    Rechecked,
    /// As it stood at the switch.
    Frozen,
    /// No list in force.
    Ended,
}

/// Rules by which households come into classes.
#[derive(Debug, Clone, PartialEq)]
pub struct ClassRules {
    /// How the list of registered households is kept.
    pub list: ListRule,
    /// Last year the list gives entitlement, if it ends.
    pub list_last_year: Option<Year>,
    /// Observed income over which a household leaves a re-checked list, in poverty lines.
    pub list_exit_lines: Schedule,
    /// Share of rural people on dibao.
    pub dibao_share: Schedule,
    /// Upper limit of the dibao edge, in dibao standards.
    pub dibao_edge_standards: Schedule,
    /// Whether the monitored classes exist in a year (1) or not (0).
    pub monitoring: Schedule,
    /// Chance that a household at risk is detected in the year.
    pub detection: Schedule,
    /// Out-of-pocket spending over this share of household income makes sudden difficulty.
    pub sudden_difficulty_share: Schedule,
    /// Own payments of the year over this share of household income make illness-poor; 0: the class is not given.
    pub illness_poor_share: Schedule,
    /// Income per head of last year under which a household may be illness-poor, yuan.
    pub illness_poor_income_yuan: Schedule,
    /// Months before recognition whose bills the illness-poor may claim back.
    pub illness_poor_lookback_months: Schedule,
}

/// Premiums and enrolment.
#[derive(Debug, Clone, PartialEq)]
pub struct PremiumRules {
    /// Individual premium in yuan, by the year of the national notice.
    pub premium_yuan: Schedule,
    /// Government subsidy of it in yuan, by the same year.
    pub subsidy_yuan: Schedule,
    /// Share of the premium that aid pays, by class.
    pub aid_share: [Schedule; CLASSES],
    /// Share enrolled, by class.
    pub enrolment: [Schedule; CLASSES],
    /// Months that a member who has lapsed waits on return.
    pub waiting_months: Schedule,
    /// Further months for each missed year after the first.
    pub waiting_months_per_year: Schedule,
}

/// A department that pays by a list of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Department {
    /// Pays basic and critical-illness insurance.
    Insurance,
    /// Pays medical aid and charity.
    CivilAffairs,
    /// Pays local top-ups and supplementary insurance; keeps the list itself.
    Revitalisation,
}

/// Number of departments.
pub const DEPARTMENTS: usize = 3;

impl Department {
    /// All departments.
    pub const ALL: [Self; DEPARTMENTS] = [Self::Insurance, Self::CivilAffairs, Self::Revitalisation];

    /// The name in scenario files.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Insurance => "insurance",
            Self::CivilAffairs => "civil_affairs",
            Self::Revitalisation => "revitalisation",
        }
    }
}

impl Payer {
    /// The department by whose list the payer pays.
    #[must_use]
    pub const fn department(self) -> Department {
        match self {
            Self::BasicInsurance | Self::CriticalIllnessInsurance => Department::Insurance,
            Self::MedicalAid | Self::Charity => Department::CivilAffairs,
            Self::LocalTopUp | Self::SupplementaryInsurance => Department::Revitalisation,
        }
    }
}

/// How households at risk are found, and how old the lists of departments are.
#[derive(Debug, Clone, PartialEq)]
pub struct Monitoring {
    /// Share of households, by seen income above those on dibao, up to which the unstable and marginal are
    /// taken on.
    pub share: Schedule,
    /// Chance that a household at risk that knows the rule reports itself within the year.
    pub self_report: Schedule,
    /// Chance that large spending raises an alert.
    pub alert: Schedule,
    /// Months from finding to support.
    pub lag_months: Schedule,
    /// Years without risk after which a household is declared safe.
    pub watch_years: u8,
    /// Age of each department's list in months.
    pub list_age_months: [Schedule; DEPARTMENTS],
}

/// Prevention and primary care as promised.
#[derive(Debug, Clone, PartialEq)]
pub struct ServiceRules {
    /// Share with a family-doctor contract, by class.
    pub signed: [Schedule; CLASSES],
    /// Share of contracts honoured where staff suffice.
    pub honoured: Schedule,
    /// Share of adults screened in a year.
    pub screening: Schedule,
    /// Share of households reached by health education.
    pub education: Schedule,
    /// Environment works relative to full works.
    pub environment: Schedule,
    /// Share of people with mental illness who are treated.
    pub mental_care: Schedule,
    /// Share of households to whom officials explain the rules.
    pub outreach: Schedule,
    /// Cost a head and year, yuan.
    pub cost_yuan: Schedule,
}

/// What a fund that runs short does the year after.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shortage {
    /// Pays a share of its obligations.
    Prorate,
    /// Pays in full but late.
    Delay,
    /// Goes on as before.
    None,
}

/// Money that a regime gives a county.
#[derive(Debug, Clone, PartialEq)]
pub struct FundRules {
    /// Medical-aid budget a rural resident and year, yuan.
    pub aid_yuan: Schedule,
    /// Budget of local top-ups a rural resident and year, yuan.
    pub top_up_yuan: Schedule,
    /// Share of insurance revenue that buys critical-illness insurance.
    pub critical_share: Schedule,
    /// Share of the gap in the insurance pools that the county bears.
    pub local_risk_share: Schedule,
    /// County's share of the premium subsidy where the centre bears most of it.
    pub subsidy_local_share: Schedule,
    /// County's share of medical aid, likewise.
    pub aid_local_share: Schedule,
    /// County's share of the cost of prevention and primary care, likewise.
    pub service_local_share: Schedule,
    /// What a fund that runs short does.
    pub shortage: Shortage,
}

/// Staff that a regime gives a county.
#[derive(Debug, Clone, PartialEq)]
pub struct StaffRules {
    /// Posts filled by talent programmes each year, as a share of all posts.
    pub talent: Schedule,
    /// Share of village clinics without a doctor, and not filled otherwise, that get one from a talent programme
    /// each year.
    pub clinic_talent: Schedule,
    /// Share of village doctors who aren't competent that training makes so each year.
    pub training: Schedule,
    /// Share of the time for contracts that goes into files and signatures.
    pub form_weight: Schedule,
    /// Factor on staff who leave.
    pub leaving_factor: Schedule,
}

/// Most programmes that a policy may have: the county keeps a purse for each.
pub const MAX_PROGRAMMES: usize = 8;

/// How a programme pays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProgrammeKind {
    /// The gap between a standard and the income that officials see.
    IncomeGap,
    /// A grant to the household.
    Grant,
    /// The wage of a public job.
    Job,
    /// Income from supported industry.
    Industry,
}

/// Number of kinds of programme.
pub const PROGRAMME_KINDS: usize = 4;

/// A programme of support: data for the one interpreter in `support`.
#[derive(Debug, Clone, PartialEq)]
pub struct Programme {
    /// Its name in the scenario.
    pub id: String,
    /// How it pays.
    pub kind: ProgrammeKind,
    /// Classes it is for; everybody if empty.
    pub classes: ClassSet,
    /// First year in force.
    pub first_year: Option<Year>,
    /// Last year in force.
    pub last_year: Option<Year>,
    /// What a household (a person, where a gap is filled: at least this) gets in a year, yuan.
    pub amount_yuan: Schedule,
    /// Standard up to which a gap is filled, in dibao standards.
    pub standards: Schedule,
    /// Share of eligible households that apply.
    pub share: Schedule,
    /// Money for it a rural resident and year, yuan; without it whoever applies is paid.
    pub budget_yuan: Option<Schedule>,
    /// Years for which a household's turn lasts before it is drawn again.
    pub term_years: u8,
    /// County's share of what it pays, where the centre bears most of it.
    pub local_share: Schedule,
    /// Own medical spending of the year before must be over this share of income.
    pub spending_above_income_share: Option<Schedule>,
    /// Whether a member who can work is needed.
    pub needs_worker: bool,
    /// Whether it is given for work.
    pub conditional: bool,
}

/// Which dimensions of implementation are ideal (Smith 1973).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Implementation {
    /// The policy itself.
    pub policy: bool,
    /// The implementing agency.
    pub agency: bool,
    /// The target group.
    pub target_group: bool,
    /// The environment.
    pub environment: bool,
}

/// Everything that a regime may set.
#[derive(Debug, Clone, PartialEq)]
pub struct Policy {
    /// Layers in the order of settlement.
    pub layers: Vec<Layer>,
    /// Rules of the classes.
    pub classes: ClassRules,
    /// Premiums and enrolment.
    pub premiums: PremiumRules,
    /// Share of the expected bill asked as a deposit before treatment in the area, by class.
    pub deposit_share: [Schedule; CLASSES],
    /// Share of the expected bill asked as a deposit out of the area.
    pub deposit_share_outside: Schedule,
    /// How households at risk are found.
    pub monitoring: Monitoring,
    /// Prevention and primary care.
    pub service: ServiceRules,
    /// Money of the county.
    pub funds: FundRules,
    /// Staff of the county.
    pub staff: StaffRules,
    /// Programmes of support in the order in which they are paid.
    pub programmes: Vec<Programme>,
    /// Quality of implementation.
    pub implementation: Implementation,
}

/// A policy under its name in a scenario.
#[derive(Debug, Clone, PartialEq)]
pub struct Regime {
    /// Its name, as in `--regimes`.
    pub id: String,
    /// English label.
    pub label_en: String,
    /// Chinese label.
    pub label_zh: String,
    /// From the switch year on.
    pub policy: Policy,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schedules_hold_their_ends_and_their_middle() {
        let points = vec![(Year::new(2021), 1.0), (Year::new(2025), 0.0)];
        let taper = Schedule::Taper(points.clone());
        assert_eq!(taper.at(Year::new(2015)), 1.0);
        assert_eq!(taper.at(Year::new(2022)), 0.75);
        assert_eq!(taper.at(Year::new(2030)), 0.0);
        let step = Schedule::Step(points);
        assert_eq!(step.at(Year::new(2024)), 1.0);
        assert_eq!(step.at(Year::new(2025)), 0.0);
    }

    #[test]
    fn a_set_without_class_is_ordinary() {
        let classes: Vec<Class> = ClassSet::default().iter().collect();
        assert_eq!(classes, [Class::Ordinary]);
        for set in (0..1 << CLASSES).map(ClassSet) {
            assert_eq!(Some(set.first()), set.iter().next());
            assert_eq!(set.has_one(), set.iter().count() == 1);
        }
        assert!(ClassSet::MONITORED.has(Class::Marginal));
        assert!(!ClassSet::MONITORED.has(Class::Dibao));
    }
}
