//! Who the officials see: registration, dibao, monitoring.
//!
//! On 1 January lists are made from last year's income as officials see it, with an error. Households at
//! risk are found by officials' rounds, by their own report if they know the rule, or during the year by an
//! alert on large spending; support starts after a lag, and ends when the household has been seen without
//! risk for some years. Departments pay by lists of different ages. Quotas
//! are thresholds of the county, set from last year's histogram of seen incomes, never a same-year
//! ranking; so households of a county act on one another only through these published numbers.

use std::cell::OnceCell;

use crate::population::columns::{HouseholdState, Monitored, NEVER, Registration};
use crate::poverty::Lines;
use crate::random::{Key, stream};
use crate::record::{BINS, bin, bin_from_yuan};
use crate::scenario::policy::{Class, ClassSet, DEPARTMENTS, ListRule, Policy};
use crate::scenario::society::Lists;
use crate::units::{Money, Rate, Year};

/// Months of a year.
const MONTHS: u8 = 12;

/// Income thresholds that a county publishes on 1 January, fen per head as seen by officials.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Thresholds {
    /// Registered as poor when below.
    pub registration: i64,
    /// On dibao when below.
    pub dibao: i64,
    /// Near the line only when below: the quota of monitored households.
    pub monitored: i64,
}

/// Households of a county by income per head.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Incomes(Box<[u32; BINS]>);

impl Default for Incomes {
    fn default() -> Self {
        Self(Box::new([0; BINS]))
    }
}

impl Incomes {
    fn count(&mut self, per_head: i64) {
        self.0[bin(per_head)] += 1;
    }

    fn add(&mut self, others: &Self, weight: u32) {
        self.0.iter_mut().zip(others.0.iter()).for_each(|(sum, more)| *sum += weight * more);
    }

    /// The income below which the poorest share of households lie, interpolated within its bin.
    fn quantile(&self, share: f64) -> i64 {
        let total: u64 = self.0.iter().map(|n| u64::from(*n)).sum();
        // Households of a county are far below 2^53.
        #[allow(clippy::cast_precision_loss)]
        let mut left = share * total as f64;
        for index in 1..BINS - 1 {
            let here = f64::from(self.0[index]) + if index == 1 { f64::from(self.0[0]) } else { 0.0 };
            if left < here {
                let (from, to) = (bin_from_yuan(index), bin_from_yuan(index + 1));
                let yuan = from + (to - from) * left / here;
                return Money::try_from_yuan(yuan).expect("a bin is a small amount").fen();
            }
            left -= here;
        }
        Money::try_from_yuan(bin_from_yuan(BINS - 1)).expect("a bin is a small amount").fen()
    }
}

/// Households of a county by income per head as seen by officials, and as villages judge it where they do.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SeenIncomes {
    officials: Incomes,
    villages: Option<Incomes>,
}

impl SeenIncomes {
    /// Counts a household by what officials see of its income per head; `judgement` is its village's, where villages
    /// have a view of their own.
    #[inline]
    pub fn count(&mut self, per_head: Money, judgement: Option<u32>) {
        self.officials.count(per_head.fen());
        if let Some(judgement) = judgement {
            self.villages.get_or_insert_default().count(judged(per_head, judgement).fen());
        }
    }

    /// Adds other households, each of which stands for so many.
    pub fn add(&mut self, others: &Self, weight: u32) {
        self.officials.add(&others.officials, weight);
        if let Some(villages) = &others.villages {
            self.villages.get_or_insert_default().add(villages, weight);
        }
    }

    /// Forgets all households.
    pub fn clear(&mut self) {
        self.officials.0.fill(0);
        self.villages.iter_mut().for_each(|villages| villages.0.fill(0));
    }

    /// The income below which the poorest share of households lie as officials see it.
    fn quantile(&self, share: f64) -> i64 {
        self.officials.quantile(share)
    }

    /// The same as villages judge it.
    fn judged_quantile(&self, share: f64) -> i64 {
        self.villages.as_ref().unwrap_or(&self.officials).quantile(share)
    }
}

/// List rules of a year, compiled for the loop.
#[derive(Debug, Clone)]
pub struct ListYear {
    year: Year,
    list: ListRule,
    list_exit: i64,
    monitoring: bool,
    detection: u64,
    self_report: u64,
    alert: u64,
    lag_months: u8,
    watch_years: u8,
    list_age: [u8; DEPARTMENTS],
    sudden_share: Rate,
    illness_poor_share: Rate,
    illness_poor_income: i64,
    lookback: u8,
    dibao_edge: i64,
    destitute: u64,
    registration_year: bool,
    lifting: bool,
    lift_all: bool,
    lifting_line: i64,
    lines: Lines,
    dibao_share: f64,
    monitored_share: f64,
}

/// A household's numbers of a year about lists, drawn when the first is asked for: those of most households are not.
#[derive(Debug, Clone, Default)]
pub struct ListWords {
    of: Option<(Key, u64, Year)>,
    drawn: OnceCell<[u64; 4]>,
}

impl ListWords {
    /// The numbers of a household's year.
    #[must_use]
    pub const fn new(key: Key, household: u64, year: Year) -> Self {
        Self { of: Some((key, household, year)), drawn: OnceCell::new() }
    }

    fn words(&self) -> &[u64; 4] {
        self.drawn.get_or_init(|| {
            let (key, household, year) =
                self.of.expect("a household and a year are known before they are lived");
            key.block(0, household, year, stream::HOUSEHOLD_LISTS)
        })
    }

    /// Uniform word of detection by rounds.
    fn detection(&self) -> u64 {
        self.words()[0]
    }

    /// Uniform word of the destitute class.
    fn destitute(&self) -> u64 {
        self.words()[1]
    }

    /// Uniform word of a report of one's own.
    fn report(&self) -> u64 {
        self.words()[2]
    }

    /// Uniform word of an alert.
    fn alert(&self) -> u64 {
        self.words()[3]
    }
}

/// Last year's income per head as others see it, fen.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Seen {
    /// Income without allowances, as officials see it.
    pub per_head: i64,
    /// Net income of what officials know the household got and paid.
    pub net_per_head: i64,
    /// Income without allowances, as its village judges it for dibao.
    pub judged_per_head: i64,
}

/// What is known of a household on 1 January.
#[derive(Debug, Clone, Copy)]
pub struct Known<'a> {
    /// Last year's income.
    pub seen: Seen,
    /// Whether any member can work.
    pub has_worker: bool,
    /// Whether the household knows the rules.
    pub aware: bool,
    /// Its numbers of the year.
    pub words: &'a ListWords,
}

impl ListYear {
    /// Compiles the rules of a year. `lines` are last year's, as the incomes they are held against.
    #[must_use]
    pub fn compile(
        policy: &Policy,
        lists: &Lists,
        lines: Lines,
        (dibao_standard_yuan, yuan_factor): (f64, f64),
        year: Year,
    ) -> Self {
        let (rules, monitoring) = (&policy.classes, &policy.monitoring);
        let ideal = policy.implementation.agency;
        let chance = |schedule: &crate::scenario::policy::Schedule| {
            crate::random::threshold(if ideal { 1.0 } else { schedule.at(year) })
        };
        // Months of a bounded parameter.
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let months = |schedule: &crate::scenario::policy::Schedule| {
            if ideal { 0 } else { libm::floor(schedule.at(year) + 0.5) as u8 }
        };
        let number = i64::from(year.number());
        let times = |factor: f64| {
            Money::from_fen(lines.official)
                .times(Rate::try_from_fraction(factor).expect("the book bounds multiples of the line"))
                .fen()
        };
        let ended = rules.list_last_year.is_some_and(|last| year > last);
        Self {
            year,
            list: if ended { ListRule::Ended } else { rules.list },
            list_exit: times(rules.list_exit_lines.at(year)),
            monitoring: rules.monitoring.at(year) >= 0.5,
            detection: chance(&rules.detection),
            self_report: crate::random::threshold(monitoring.self_report.at(year)),
            alert: chance(&monitoring.alert),
            lag_months: months(&monitoring.lag_months),
            watch_years: monitoring.watch_years,
            list_age: std::array::from_fn(|department| months(&monitoring.list_age_months[department])),
            sudden_share: Rate::try_from_fraction(rules.sudden_difficulty_share.at(year))
                .expect("the book bounds shares"),
            illness_poor_share: Rate::try_from_fraction(rules.illness_poor_share.at(year))
                .expect("the book bounds shares"),
            illness_poor_income: Money::try_from_yuan(rules.illness_poor_income_yuan.at(year) * yuan_factor)
                .expect("the book bounds amounts")
                .fen(),
            lookback: {
                // Months of a bounded parameter.
                #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
                {
                    libm::floor(rules.illness_poor_lookback_months.at(year) + 0.5) as u8
                }
            },
            dibao_edge: Money::try_from_yuan(dibao_standard_yuan * rules.dibao_edge_standards.at(year))
                .expect("a standard is a small amount")
                .fen(),
            destitute: crate::random::threshold(lists.destitute_share),
            registration_year: number == lists.registration_year,
            lifting: number > lists.registration_year && number <= lists.lifting_last_year,
            lift_all: number == lists.lifting_last_year + 1,
            lifting_line: times(lists.lifting_lines),
            lines,
            dibao_share: rules.dibao_share.at(year),
            monitored_share: monitoring.share.at(year),
        }
    }

    /// The thresholds that a county publishes from last year's seen incomes.
    #[must_use]
    pub fn publish(
        &self,
        lists: &Lists,
        seen: &SeenIncomes,
        registered_share: f64,
        dibao_standard_yuan: f64,
    ) -> Thresholds {
        if lists.quotas {
            return Thresholds {
                registration: seen.quantile(registered_share),
                dibao: seen.judged_quantile(self.dibao_share),
                monitored: seen.quantile((self.dibao_share + self.monitored_share).min(1.0)),
            };
        }
        let fen = |yuan: f64| Money::try_from_yuan(yuan).expect("a standard is a small amount").fen();
        Thresholds {
            registration: Money::from_fen(self.lines.official)
                .times(Rate::try_from_fraction(lists.registration_lines).expect("the book bounds it"))
                .fen(),
            dibao: fen(dibao_standard_yuan * lists.dibao_standards),
            monitored: i64::MAX,
        }
    }

    /// Opens the year for a household: registration, lifting, the list, and the classes in force. Says whether the
    /// household is at risk as officials would see it: near the line, or after large spending.
    #[inline]
    pub fn open(&self, known: &Known, thresholds: &Thresholds, state: &mut HouseholdState) -> bool {
        self.register(known, thresholds, state);
        self.keep_list(known, state);
        self.carry_illness_poor(state);
        state.found_month = NEVER;
        let risk = self.risk(known, thresholds, state);
        let found = self.follow(known, risk, state);
        let classes = self.classes(known, thresholds, state);
        state.classes_opening = self.with_monitored(classes, state).0;
        state.classes = state.classes_opening;
        if let Some(monitored) = found {
            self.find(monitored, 0, state);
            state.classes = self.with_monitored(classes, state).0;
        }
        risk.is_some()
    }

    /// Finds a household by an alert on its spending, in the month of a bill.
    pub fn alert(&self, spent: Money, words: &ListWords, month: u8, state: &mut HouseholdState) {
        if !self.monitoring || state.monitored != Monitored::No {
            return;
        }
        if self.is_large(spent, state) && words.alert() < self.alert {
            self.find(Monitored::Sudden, month, state);
            state.classes =
                ClassSet(state.classes & !(1 << Class::LiftedStable as u16)).with(Class::SuddenDifficulty).0;
        }
    }

    /// Classes that each department knows of in a month of the year, by the age of its list.
    #[must_use]
    pub fn known_classes(&self, state: &HouseholdState, month: u8) -> [ClassSet; DEPARTMENTS] {
        let stays = state.classes_before == state.classes && state.classes_opening == state.classes;
        if stays && state.illness_poor_from == NEVER {
            return [ClassSet(state.classes); DEPARTMENTS];
        }
        self.list_age.map(|age| {
            let at = match month.checked_sub(age) {
                None => return ClassSet(state.classes_before),
                Some(at) => at,
            };
            let classes = if at < state.found_month { state.classes_opening } else { state.classes };
            if at < state.illness_poor_from {
                return ClassSet(classes);
            }
            ClassSet(classes).with(Class::IllnessPoor)
        })
    }

    /// Recognises a household as illness-poor when its own payments of the year, `spent`, are over the share of
    /// its income, if it knows the rule, was poor enough and is in no class that aid goes to already; from the
    /// month of the bill and the lag on. Says whether it did.
    pub fn recognise(&self, spent: Money, aware: bool, month: u8, state: &mut HouseholdState) -> bool {
        const BETTER: u16 = ClassSet::MONITORED.0
            | 1 << Class::Destitute as u16
            | 1 << Class::Dibao as u16
            | 1 << Class::DibaoEdge as u16;
        let given = self.illness_poor_share > Rate::ZERO && state.illness_poor_from == NEVER;
        if !given || !aware || state.classes & BETTER != 0 {
            return false;
        }
        let members = i64::from(state.members_last.max(1));
        let income = Money::from_fen(state.income_last.max(0));
        let poor_enough = income.fen() < self.illness_poor_income * members;
        let recognised = poor_enough && spent > income.times(self.illness_poor_share);
        if recognised {
            state.illness_poor_from = month + self.lag_months;
        }
        recognised
    }

    /// Whether a bill of a month can be claimed back by a household recognised as illness-poor.
    #[must_use]
    pub fn claims_back(&self, state: &HouseholdState, month: u8) -> bool {
        month < state.illness_poor_from && month + self.lookback >= state.illness_poor_from
    }

    /// Recognition ends with its calendar year; one that comes into force in January goes on.
    fn carry_illness_poor(&self, state: &mut HouseholdState) {
        let from = state.illness_poor_from;
        state.illness_poor_last = from < MONTHS;
        if from == NEVER {
            state.classes_before = state.classes;
            return;
        }
        let before = ClassSet(state.classes);
        let before = if state.illness_poor_last { before.with(Class::IllnessPoor) } else { before };
        state.classes_before = before.0;
        let carried = from >= MONTHS && self.illness_poor_share > Rate::ZERO;
        state.illness_poor_from = if carried { from - MONTHS } else { NEVER };
    }

    /// What a household would be monitored for.
    fn risk(&self, known: &Known, thresholds: &Thresholds, state: &HouseholdState) -> Option<Monitored> {
        if !self.monitoring {
            return None;
        }
        if self.is_near(known, thresholds) {
            return Some(Monitored::NearLine);
        }
        self.is_sudden(state).then_some(Monitored::Sudden)
    }

    fn is_near(&self, known: &Known, thresholds: &Thresholds) -> bool {
        known.seen.net_per_head < self.lines.monitoring && known.seen.per_head < thresholds.monitored
    }

    fn is_sudden(&self, state: &HouseholdState) -> bool {
        self.is_large(Money::from_fen(state.out_of_pocket_last), state)
    }

    /// Whether spending is over the share of last year's income that makes sudden difficulty; none never is.
    fn is_large(&self, spent: Money, state: &HouseholdState) -> bool {
        spent > Money::from_fen(state.income_last.max(0)).times(self.sudden_share)
    }

    fn find(&self, monitored: Monitored, month: u8, state: &mut HouseholdState) {
        state.monitored = monitored;
        state.safe_years = 0;
        state.found_month = month.saturating_add(self.lag_months);
    }

    /// Follows a monitored household, and looks for a new one: what it is found to be, if it is.
    fn follow(
        &self,
        known: &Known,
        risk: Option<Monitored>,
        state: &mut HouseholdState,
    ) -> Option<Monitored> {
        if !self.monitoring {
            state.monitored = Monitored::No;
            return None;
        }
        if state.monitored != Monitored::No {
            state.safe_years = if risk.is_some() { 0 } else { state.safe_years + 1 };
            if state.safe_years >= self.watch_years.max(1) {
                state.monitored = Monitored::No;
            }
            return None;
        }
        let words = known.words;
        let is_found =
            || words.detection() < self.detection || (known.aware && words.report() < self.self_report);
        risk.filter(|_| is_found())
    }

    fn register(&self, known: &Known, thresholds: &Thresholds, state: &mut HouseholdState) {
        if self.registration_year && known.seen.per_head < thresholds.registration {
            state.registration = Registration::Registered;
            state.listed = true;
        }
        let lifted = self.lift_all || (self.lifting && known.seen.per_head >= self.lifting_line);
        if lifted && state.registration == Registration::Registered {
            state.registration = Registration::Lifted;
            state.lifted_in = self.year.number();
        }
    }

    /// After the campaign the list is kept by the regime's rule; until then nobody leaves it.
    fn keep_list(&self, known: &Known, state: &mut HouseholdState) {
        if self.lifting || self.registration_year {
            return;
        }
        match self.list {
            ListRule::Frozen => {}
            ListRule::Ended => state.listed = false,
            ListRule::Rechecked => {
                if state.listed && known.seen.net_per_head >= self.list_exit {
                    state.listed = false;
                } else if known.seen.net_per_head < self.lines.official
                    && known.words.detection() < self.detection
                {
                    state.listed = true;
                }
            }
        }
    }

    fn classes(&self, known: &Known, thresholds: &Thresholds, state: &HouseholdState) -> ClassSet {
        let mut classes = ClassSet::default();
        if state.listed {
            classes = classes.with(Class::Registered);
        }
        if known.seen.judged_per_head < thresholds.dibao {
            let destitute = !known.has_worker && known.words.destitute() < self.destitute;
            classes = classes.with(if destitute { Class::Destitute } else { Class::Dibao });
        } else if known.seen.per_head < self.dibao_edge {
            classes = classes.with(Class::DibaoEdge);
        }
        classes
    }

    /// Adds the monitored class, or that of the stable lifted.
    fn with_monitored(&self, classes: ClassSet, state: &HouseholdState) -> ClassSet {
        let lifted = state.registration == Registration::Lifted;
        match state.monitored {
            Monitored::NearLine => classes.with(if lifted { Class::Unstable } else { Class::Marginal }),
            Monitored::Sudden => classes.with(Class::SuddenDifficulty),
            Monitored::No if lifted => classes.with(Class::LiftedStable),
            Monitored::No => classes,
        }
    }

    /// The year of these rules.
    #[must_use]
    pub const fn year(&self) -> Year {
        self.year
    }
}

/// Last year's income per head as officials see it, with their error and without allowances, as means tests leave
/// them out, and as its village judges it on top of that; and net income, of what officials know the household got
/// and paid. `error` and `judgement` are factors in parts per million.
#[must_use]
pub fn seen((error, judgement): (u32, u32), state: &HouseholdState) -> Seen {
    let per_head = seen_per_head(error, state);
    Seen {
        per_head: per_head.fen(),
        net_per_head: Money::from_fen(state.net_per_head_last).times(Rate::from_ppm(error)).fen(),
        judged_per_head: judged(per_head, judgement).fen(),
    }
}

/// Last year's income per head as officials see it, with their error and without allowances.
#[must_use]
#[inline]
pub fn seen_per_head(error: u32, state: &HouseholdState) -> Money {
    let members = i64::from(state.members_last.max(1));
    Money::from_fen((state.income_last - state.allowance_last) / members).times(Rate::from_ppm(error))
}

/// What a village makes of the income per head that officials see: most have no view of their own.
fn judged(per_head: Money, judgement: u32) -> Money {
    let judgement = Rate::from_ppm(judgement);
    if judgement == Rate::ONE { per_head } else { per_head.times(judgement) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_quantile_is_where_the_share_lies() {
        let mut seen = SeenIncomes::default();
        for yuan in 0..1_000 {
            seen.count(Money::from_fen(yuan * 1_000), Some(2_000_000));
        }
        let (threshold, judged) = (seen.quantile(0.1), seen.judged_quantile(0.1));
        assert!((threshold - 100_000).abs() < 1_000, "{threshold}");
        assert!((judged - 200_000).abs() < 2_000, "{judged}");
    }

    #[test]
    fn a_village_judges_what_officials_see() {
        let state = HouseholdState {
            income_last: 3_300_000,
            allowance_last: 300_000,
            members_last: 3,
            net_per_head_last: 800_000,
            ..HouseholdState::default()
        };
        let seen = seen((1_100_000, 500_000), &state);
        assert_eq!(seen, Seen { per_head: 1_100_000, net_per_head: 880_000, judged_per_head: 550_000 });
    }

    fn inclusive(settings: &[&str]) -> ListYear {
        let scenario = crate::scenario::main_scenario(settings);
        let regime = scenario.regimes.iter().find(|regime| regime.id == "inclusive").expect("it is there");
        let lists = &scenario.society.lists;
        ListYear::compile(&regime.policy, lists, Lines::default(), (6_000.0, 1.0), Year::new(2022))
    }

    fn ordinary() -> HouseholdState {
        HouseholdState {
            income_last: 3_000_000,
            members_last: 3,
            found_month: NEVER,
            illness_poor_from: NEVER,
            ..HouseholdState::default()
        }
    }

    #[test]
    fn the_illness_poor_have_spent_half_their_income_know_the_rule_and_have_no_better_class() {
        let year = inclusive(&["regimes.inclusive.monitoring.lag_months=2"]);
        let recognised = |spent: i64, aware: bool, state: HouseholdState| {
            let mut state = state;
            let found = year.recognise(Money::from_yuan(spent), aware, 4, &mut state);
            assert_eq!(found, state.illness_poor_from == 6);
            found
        };
        assert!(recognised(15_001, true, ordinary()));
        assert!(!recognised(15_000, true, ordinary()), "not over half of 30,000 yuan");
        assert!(!recognised(15_001, false, ordinary()), "doesn't know the rule");
        let dibao = ClassSet::default().with(Class::Dibao).0;
        assert!(!recognised(15_001, true, HouseholdState { classes: dibao, ..ordinary() }));
        let rich = HouseholdState { income_last: 7_500_000, ..ordinary() };
        assert!(!recognised(60_000, true, rich), "25,000 yuan a head");
    }

    #[test]
    fn recognition_reaches_bills_from_its_month_on_and_claims_back_those_before() {
        let settings = [
            "regimes.inclusive.monitoring.lag_months=2",
            "regimes.inclusive.monitoring.list_age_months.civil_affairs=0",
        ];
        let year = inclusive(&settings);
        let mut state = ordinary();
        assert!(year.recognise(Money::from_yuan(20_000), true, 4, &mut state));
        let knows = |month: u8| year.known_classes(&state, month)[1].has(Class::IllnessPoor);
        assert_eq!([4, 5, 6, 11].map(knows), [false, false, true, true]);
        assert_eq!([0, 5, 6].map(|month| year.claims_back(&state, month)), [true, true, false]);
        // In November: in force in January, and not for what comes after that year.
        let mut late = ordinary();
        assert!(year.recognise(Money::from_yuan(20_000), true, 10, &mut late));
        assert_eq!((0..12).filter(|month| year.claims_back(&late, *month)).count(), 12);
        year.carry_illness_poor(&mut late);
        assert_eq!((late.illness_poor_from, late.illness_poor_last), (0, false));
        year.carry_illness_poor(&mut late);
        assert_eq!((late.illness_poor_from, late.illness_poor_last), (NEVER, true));
    }
}
