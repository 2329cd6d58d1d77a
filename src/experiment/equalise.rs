//! Two regimes at equal cost and at equal effect.
//!
//! Two regimes rarely cost the same, so that one protects better says little. Here one is scaled until both cost the same
//! ([`Goal::Cost`]), until as many lifted people return under both ([`Goal::Return`]) or until as many people are in hardship
//! ([`Goal::Hardship`]): down, the one that costs more or protects better; or up, the other, as far as its terms can go
//! ([`Direction`]). Each in two [`Way`]s, since what is changed decides what is lost or won; a conclusion holds only if both
//! ways agree.
//! Cost is [public outlay](crate::measures::outlay). Every trial is a regime on the same twins, so the searched function is
//! nearly smooth; an interval is narrowed by several trials a run, which share their draws.

use super::{Interrupted, Watch, run};
use crate::measures::outlay::{HARDSHIP, PUBLIC_OUTLAY, RETURNED};
use crate::measures::table::{OutlayRow, Statistics};
use crate::scenario::Scenario;
use crate::scenario::policy::{Amount, Kind, Layer, Payer, Policy, Regime, Schedule};

/// Trials inside an interval a run.
const TRIALS: usize = 4;
/// Times that an interval is narrowed: to a 625th of its width.
const ROUNDS: usize = 4;

/// The largest factor on payments.
const MOST_FACTOR: f64 = 10.0;

/// Which regime of a pair is scaled, and where to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// The one that costs more or protects better is cut.
    Down,
    /// The one that costs less or protects worse is given more.
    Up,
}

impl Direction {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Down, Self::Up];

    /// Its name in files.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Down => "down",
            Self::Up => "up",
        }
    }
}

/// How a regime is scaled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// Payments of medical aid and local top-ups times a factor. Under 1 it is on the strength of their layers. Over 1 the
    /// strength rises to full at most, and what is left of the factor is on the rates, which rise to 1 at most; a cap on
    /// personal spending has no rate, so at full strength it stays. Ceilings stay.
    Payments,
    /// A deductible on the layers of medical aid, in disposable income per head of the area, on top of their own: to 2 at
    /// most. Less than nothing lowers theirs, down to none.
    Deductible,
}

impl Way {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Payments, Self::Deductible];

    /// Its name in files.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Payments => "payments",
            Self::Deductible => "deductible",
        }
    }

    /// The value that changes nothing.
    #[must_use]
    pub const fn unscaled(self) -> f64 {
        match self {
            Self::Payments => 1.0,
            Self::Deductible => 0.0,
        }
    }

    /// The value that changes a policy most: downwards nothing is paid, or after two incomes only; upwards all terms that
    /// can rise are at their bounds (or payments tenfold), or no deductible in incomes is left. It is the value that changes
    /// nothing where no term can rise.
    #[must_use]
    pub fn strongest(self, direction: Direction, policy: &Policy) -> f64 {
        match (self, direction) {
            (Self::Payments, Direction::Down) => 0.0,
            (Self::Deductible, Direction::Down) => 2.0,
            (Self::Payments, Direction::Up) => {
                let layers = policy.layers.iter().filter(|layer| is_scaled(layer));
                layers.map(factor_to_bounds).fold(1.0, f64::max).min(MOST_FACTOR)
            }
            (Self::Deductible, Direction::Up) => {
                let layers = policy.layers.iter().filter(|layer| layer.payer == Payer::MedicalAid);
                // Taken from nothing, so that no deductible is 0 and not −0.
                0.0 - layers.map(income_deductible).fold(0.0, f64::max)
            }
        }
    }

    /// A policy scaled.
    #[must_use]
    pub fn scaled(self, policy: &Policy, value: f64) -> Policy {
        let mut policy = policy.clone();
        for layer in &mut policy.layers {
            match self {
                Self::Payments if is_scaled(layer) && value > 1.0 => raise_payments(layer, value),
                Self::Payments if is_scaled(layer) => {
                    layer.strength = layer.strength.map(|strength| strength * value);
                }
                Self::Deductible if layer.payer == Payer::MedicalAid => raise_deductible(layer, value),
                _ => {}
            }
        }
        policy
    }
}

const fn is_scaled(layer: &Layer) -> bool {
    matches!(layer.payer, Payer::MedicalAid | Payer::LocalTopUp)
}

/// Payments times a factor over 1, as far as strength and rates can rise.
fn raise_payments(layer: &mut Layer, by: f64) {
    let strength = std::mem::replace(&mut layer.strength, Schedule::Constant(1.0));
    // What the strength can't take of the factor, where it pays at all.
    let left = |strength: f64| if strength > 0.0 { (strength * by).max(1.0) } else { 1.0 };
    let raise = |rate: &mut Schedule| *rate = rate.with(&strength, |rate, s| (rate * left(s)).min(1.0));
    if layer.kind != Kind::Cap {
        layer.brackets.iter_mut().flatten().for_each(|bracket| raise(&mut bracket.rate));
        layer.class_terms.iter_mut().for_each(|terms| raise(&mut terms.rate_bonus));
    }
    layer.strength = strength.with(&Schedule::Constant(by), |strength, by| (strength * by).min(1.0));
}

/// The least factor on payments at which strength and rates of a layer are at their bounds in every year.
fn factor_to_bounds(layer: &Layer) -> f64 {
    let to_one = |x: f64| if x > 0.0 { 1.0 / x } else { 1.0 };
    let most = |schedule: &Schedule| schedule.values().map(to_one).fold(1.0, f64::max);
    let rates = layer.brackets.iter().flatten().map(|bracket| &bracket.rate);
    let rates = rates.filter(|_| layer.kind != Kind::Cap);
    let with_strength = |rate: &Schedule| most(&rate.with(&layer.strength, |rate, strength| rate * strength));
    rates.map(with_strength).fold(most(&layer.strength), f64::max)
}

/// The largest deductible of a layer in incomes of the area.
fn income_deductible(layer: &Layer) -> f64 {
    let largest = |amount: &Amount| match amount {
        Amount::LocalIncomeShare(share) => share.values().fold(0.0, f64::max),
        Amount::Yuan(_) => 0.0,
    };
    layer.deductible.iter().map(largest).fold(0.0, f64::max)
}

/// A deductible in yuan is a threshold of its own kind (tilt aid begins at one) and stays, unless it is nothing and is raised.
fn raise_deductible(layer: &mut Layer, by: f64) {
    for amount in &mut layer.deductible {
        *amount = match amount {
            Amount::LocalIncomeShare(share) => {
                Amount::LocalIncomeShare(share.map(|share| (share + by).max(0.0)))
            }
            Amount::Yuan(yuan) if by > 0.0 && yuan.values().all(|yuan| yuan == 0.0) => {
                Amount::LocalIncomeShare(yuan.map(|_| by))
            }
            Amount::Yuan(yuan) => Amount::Yuan(yuan.clone()),
        };
    }
}

/// What is made equal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Goal {
    /// Public outlay.
    Cost,
    /// Lifted people that ever returned.
    Return,
    /// People in hardship, mean of the years.
    Hardship,
}

impl Goal {
    /// All.
    pub const ALL: [Self; 3] = [Self::Cost, Self::Return, Self::Hardship];

    /// Its name in files.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Cost => "equal-cost",
            Self::Return => "equal-return",
            Self::Hardship => "equal-hardship",
        }
    }

    /// The quantity that is made equal.
    #[must_use]
    pub const fn quantity(self) -> &'static str {
        match self {
            Self::Cost => PUBLIC_OUTLAY,
            Self::Return => RETURNED,
            Self::Hardship => HARDSHIP,
        }
    }

    /// How far a regime is from the other, positive if it has to be scaled down: it costs more, or fewer are left unprotected.
    /// Nothing where the quantity is undefined, as returns are where nobody was lifted.
    fn excess(self, rows: &[OutlayRow]) -> Option<f64> {
        let mean = change(rows, self.quantity()).mean?;
        Some(if self == Self::Cost { mean } else { -mean })
    }

    /// What is then compared: less is better.
    #[must_use]
    pub const fn compared(self) -> &'static [&'static str] {
        match self {
            Self::Cost => &[RETURNED, HARDSHIP],
            Self::Return | Self::Hardship => &[PUBLIC_OUTLAY],
        }
    }
}

/// The paired difference of a quantity.
#[must_use]
pub fn change(rows: &[OutlayRow], quantity: &str) -> Statistics {
    rows.iter().find(|row| row.quantity == quantity).map(|row| row.change).unwrap_or_default()
}

/// A scaled regime that was simulated.
#[derive(Debug, Clone, PartialEq)]
pub struct Trial {
    /// Index of the scaled regime in the pair.
    pub scaled: usize,
    /// How it was scaled.
    pub way: Way,
    /// By how much.
    pub value: f64,
    /// What it costs and buys, with differences to the other regime of the pair.
    pub rows: Vec<OutlayRow>,
}

impl Trial {
    /// Where to it is scaled; nowhere where the value changes nothing.
    #[must_use]
    pub fn direction(&self) -> Option<Direction> {
        let more = match self.way {
            Way::Payments => self.value - self.way.unscaled(),
            Way::Deductible => self.way.unscaled() - self.value,
        };
        if more > 0.0 {
            Some(Direction::Up)
        } else if more < 0.0 {
            Some(Direction::Down)
        } else {
            None
        }
    }
}

/// Where two regimes are equal in cost or effect.
#[derive(Debug, Clone, PartialEq)]
pub struct Equal {
    /// What is equal.
    pub goal: Goal,
    /// Which regime is scaled, and where to.
    pub direction: Direction,
    /// The trial that made it so; nothing if not even the strongest scaling does.
    pub at: Option<Trial>,
    /// The trial with the strongest scaling, if not even that one does: a bound of the terms stopped it.
    pub farthest: Option<Trial>,
    /// How the regime was scaled.
    pub way: Way,
    /// Index of the scaled regime in the pair.
    pub scaled: usize,
}

impl Equal {
    /// Whether the scaled regime is better (`Some(true)`) or worse in a quantity, told apart from zero at 95 %.
    #[must_use]
    pub fn better(&self, quantity: &str) -> Option<bool> {
        sign(&change(&self.at.as_ref()?.rows, quantity)).map(|less| less == Less::Scaled)
    }

    /// Whether with the strongest scaling the goal's quantity still differs as it did, told apart from zero at 95 %: cut, the
    /// scaled regime still costs more, or leaves fewer unprotected; given more, it still costs less, or leaves more.
    #[must_use]
    pub fn never(&self) -> bool {
        let cut = self.direction == Direction::Down;
        let still = if (self.goal == Goal::Cost) == cut { Less::Other } else { Less::Scaled };
        let found = self.farthest.as_ref().and_then(|trial| sign(&change(&trial.rows, self.goal.quantity())));
        found == Some(still)
    }
}

/// Which regime of a pair has less.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Less {
    Scaled,
    Other,
}

/// Which has less by a difference of the scaled regime to the other, if its 95 % interval leaves zero out.
fn sign(difference: &Statistics) -> Option<Less> {
    let (low, high) = (difference.ci_low?, difference.ci_high?);
    if high < 0.0 {
        Some(Less::Scaled)
    } else if low > 0.0 {
        Some(Less::Other)
    } else {
        None
    }
}

/// Two regimes made equal.
#[derive(Debug, Clone, PartialEq)]
pub struct Equalised {
    /// Ids and labels (en, zh) of the two regimes.
    pub pair: [(String, String, String); 2],
    /// What each costs and buys unscaled, the second with its differences to the first.
    pub unscaled: [Vec<OutlayRow>; 2],
    /// Every trial, in the order of scaled regime, way and value.
    pub trials: Vec<Trial>,
    /// Directions × goals × ways; a goal whose quantity is undefined is left out.
    pub equal: Vec<Equal>,
}

impl Equalised {
    /// Takes a trial in, once.
    fn keep(&mut self, trial: Trial) {
        let place = |of: &Trial| (of.scaled, of.way, of.value.to_bits());
        if !self.trials.iter().any(|known| place(known) == place(&trial)) {
            self.trials.push(trial);
        }
    }

    /// The trial of a value.
    fn trial(&self, way: Way, scaled: usize, value: f64) -> Option<Trial> {
        let mut trials = self.trials.iter();
        trials.find(|t| (t.scaled, t.way, t.value.to_bits()) == (scaled, way, value.to_bits())).cloned()
    }

    /// Where a goal was sought in a direction, one a way.
    pub fn sought(&self, goal: Goal, direction: Direction) -> impl Iterator<Item = &Equal> {
        self.equal.iter().filter(move |equal| (equal.goal, equal.direction) == (goal, direction))
    }

    /// The directions that were asked for.
    pub fn directions(&self) -> impl Iterator<Item = Direction> {
        Direction::ALL
            .into_iter()
            .filter(|direction| self.equal.iter().any(|equal| equal.direction == *direction))
    }

    /// The regime of the pair that is better in a quantity where a goal is reached in a direction, if both ways agree on it.
    #[must_use]
    pub fn better(&self, goal: Goal, direction: Direction, quantity: &str) -> Option<usize> {
        let mut found = self.sought(goal, direction).map(|equal| {
            let better = equal.better(quantity)?;
            Some(if better { equal.scaled } else { 1 - equal.scaled })
        });
        let first = found.next()??;
        found.all(|other| other == Some(first)).then_some(first)
    }
}

/// Runs that [`equalise`] makes at most: one to begin with, those that narrow, one at the end, for each scaled regime and
/// direction.
#[must_use]
pub const fn most_runs(directions: usize) -> usize {
    1 + 2 * directions * (ROUNDS + 1)
}

/// Makes two regimes of a scenario equal in cost and in effect, by scaling in each of some directions. Whether funds ration is
/// the scenario's to say; a comparison of regimes by what their rules cost has `society.switches.funds` off.
///
/// # Errors
/// [`Interrupted`] if the watcher stops it.
pub fn equalise(
    scenario: &Scenario,
    pair: [usize; 2],
    directions: &[Direction],
    watch: &dyn Watch,
) -> Result<Equalised, Interrupted> {
    let regimes = pair.map(|index| &scenario.regimes[index]);
    let both = simulate(scenario, &regimes.map(Regime::clone), watch)?;
    let unscaled = [both[0].clone(), both[1].clone()];
    let mut equalised = Equalised {
        pair: regimes.map(|r| (r.id.clone(), r.label_en.clone(), r.label_zh.clone())),
        trials: Vec::new(),
        equal: Vec::new(),
        unscaled,
    };
    // The dearer regime, and the better ones: the second if its excess over the first is positive.
    let down =
        Goal::ALL.map(|goal| goal.excess(&equalised.unscaled[1]).map(|excess| usize::from(excess > 0.0)));
    for direction in directions {
        let scaled = down.map(|side| if *direction == Direction::Down { side } else { side.map(|s| 1 - s) });
        for side in 0..2 {
            let goals: Vec<Goal> =
                Goal::ALL.into_iter().zip(scaled).filter(|(_, s)| *s == Some(side)).map(|(g, _)| g).collect();
            if !goals.is_empty() {
                let regimes = (regimes[1 - side], regimes[side], side);
                search(scenario, regimes, (*direction, &goals), &mut equalised, watch)?;
            }
        }
    }
    equalised.trials.sort_by(|a, b| {
        let place = |trial: &Trial| (trial.scaled, trial.way as usize);
        place(a).cmp(&place(b)).then(a.value.total_cmp(&b.value))
    });
    let place = |equal: &Equal| (equal.direction as usize, equal.goal as usize, equal.way as usize);
    equalised.equal.sort_by_key(place);
    Ok(equalised)
}

/// An interval in which the excess changes its sign.
struct Search {
    goal: Goal,
    direction: Direction,
    way: Way,
    /// The value that changes most.
    strongest: f64,
    /// Values with their excess (upwards: what is missing), from the unscaled end on; it is positive at the first and not at
    /// the last.
    between: [(f64, f64); 2],
    reached: bool,
}

fn search(
    scenario: &Scenario,
    (other, scaled, side): (&Regime, &Regime, usize),
    (direction, goals): (Direction, &[Goal]),
    equalised: &mut Equalised,
    watch: &dyn Watch,
) -> Result<(), Interrupted> {
    let mut searches: Vec<Search> = goals
        .iter()
        .flat_map(|goal| {
            Way::ALL.map(|way| Search::new(*goal, direction, way, way.strongest(direction, &scaled.policy)))
        })
        .collect();
    let evaluate = |asked: &[(Way, f64)]| -> Result<Vec<Trial>, Interrupted> {
        let mut regimes = vec![other.clone()];
        let trial = |(way, value): &(Way, f64)| Regime {
            policy: way.scaled(&scaled.policy, *value),
            ..scaled.clone()
        };
        regimes.extend(asked.iter().map(trial));
        let rows = simulate(scenario, &regimes, watch)?;
        let trials = asked.iter().zip(rows.into_iter().skip(1));
        Ok(trials
            .map(|((way, value), rows)| Trial { scaled: side, way: *way, value: *value, rows })
            .collect())
    };
    for round in 0..ROUNDS {
        // The ends are tried in the first round, at once with what lies between.
        let inside = |search: &Search| {
            let [(from, _), (to, _)] = search.between;
            // One value where no term can be changed.
            let whole = if from == to { 0 } else { TRIALS + 1 };
            let (first, last) = if round == 0 { (0, whole) } else { (1, TRIALS) };
            // A handful.
            #[allow(clippy::cast_precision_loss)]
            let at = move |i: usize| from + (to - from) * i as f64 / (TRIALS + 1) as f64;
            (first..=last).map(at).collect::<Vec<f64>>()
        };
        let asked: Vec<Vec<f64>> =
            searches.iter().map(|s| if s.reached { inside(s) } else { Vec::new() }).collect();
        let flat: Vec<(Way, f64)> =
            searches.iter().zip(&asked).flat_map(|(s, values)| values.iter().map(|v| (s.way, *v))).collect();
        if flat.is_empty() {
            break;
        }
        let mut found = evaluate(&flat)?.into_iter();
        for (search, values) in searches.iter_mut().zip(&asked) {
            let trials: Vec<Trial> = found.by_ref().take(values.len()).collect();
            let gap = |trial: &Trial| Some((trial.value, search.gap(&trial.rows)?));
            let tried: Vec<(f64, f64)> = trials.iter().filter_map(gap).collect();
            search.narrow(&tried, round == 0);
            trials.into_iter().for_each(|trial| equalised.keep(trial));
        }
    }
    let asked: Vec<(Way, f64)> =
        searches.iter().filter(|s| s.reached).map(|s| (s.way, s.crossing())).collect();
    let mut found = evaluate(&asked)?.into_iter();
    for search in &searches {
        let at = if search.reached { found.next() } else { None };
        at.iter().for_each(|trial| equalised.keep(trial.clone()));
        let strongest = || equalised.trial(search.way, side, search.strongest);
        let farthest = if search.reached { None } else { strongest() };
        let Search { goal, direction, way, .. } = *search;
        equalised.equal.push(Equal { goal, direction, at, farthest, way, scaled: side });
    }
    Ok(())
}

impl Search {
    const fn new(goal: Goal, direction: Direction, way: Way, strongest: f64) -> Self {
        let between = [(way.unscaled(), f64::INFINITY), (strongest, 0.0)];
        Self { goal, direction, way, strongest, between, reached: true }
    }

    /// How far the scaled regime still is from the other on the side on which it began.
    fn gap(&self, rows: &[OutlayRow]) -> Option<f64> {
        let excess = self.goal.excess(rows)?;
        Some(if self.direction == Direction::Down { excess } else { -excess })
    }

    /// Keeps the first interval, from the unscaled end on, in which the excess changes its sign.
    fn narrow(&mut self, tried: &[(f64, f64)], whole: bool) {
        let mut all: Vec<(f64, f64)> = tried.to_vec();
        if !whole {
            all.insert(0, self.between[0]);
            all.push(self.between[1]);
        }
        match all.windows(2).find(|pair| pair[0].1 > 0.0 && pair[1].1 <= 0.0) {
            Some(pair) => self.between = [pair[0], pair[1]],
            // Equal from the start: nothing has to be scaled.
            None if all.first().is_some_and(|(_, excess)| *excess <= 0.0) => self.between = [all[0], all[0]],
            None => self.reached = false,
        }
    }

    /// Where the excess is nothing, by a straight line.
    fn crossing(&self) -> f64 {
        let [(from, high), (to, low)] = self.between;
        if high > low { from + (to - from) * high / (high - low) } else { from }
    }
}

/// What the regimes cost and buy on the same twins; differences are to the first.
fn simulate(
    scenario: &Scenario,
    regimes: &[Regime],
    watch: &dyn Watch,
) -> Result<Vec<Vec<OutlayRow>>, Interrupted> {
    // Ids by place: a regime may be compared with itself.
    let numbered =
        regimes.iter().enumerate().map(|(at, regime)| Regime { id: at.to_string(), ..regime.clone() });
    let mut scenario = Scenario { regimes: numbered.collect(), baseline: 0, ..scenario.clone() };
    scenario.output.panel = false;
    let results = run(&scenario, watch)?.results;
    let of = |id: &str| results.outlay.iter().filter(|row| row.regime == id).cloned().collect();
    Ok(results.regimes.iter().map(|(id, _, _)| of(id)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::main_scenario;
    use crate::units::Year;

    fn found(search: &mut Search, excess: impl Fn(f64) -> f64) -> Option<f64> {
        for round in 0..ROUNDS {
            let [(from, _), (to, _)] = search.between;
            let range = if round == 0 { 0..=5 } else { 1..=4 };
            let at = |i: i32| from + (to - from) * f64::from(i) / 5.0;
            let tried: Vec<(f64, f64)> = range.map(|i| (at(i), excess(at(i)))).collect();
            search.narrow(&tried, round == 0);
        }
        search.reached.then(|| search.crossing())
    }

    fn begun(way: Way) -> Search {
        let strongest = if way == Way::Payments { 0.0 } else { 2.0 };
        Search::new(Goal::Cost, Direction::Down, way, strongest)
    }

    fn index(scenario: &Scenario, id: &str) -> usize {
        scenario.regimes.iter().position(|regime| regime.id == id).expect("it ships")
    }

    fn policy(id: &str) -> Policy {
        let scenario = main_scenario(&[]);
        scenario.regimes[index(&scenario, id)].policy.clone()
    }

    #[test]
    fn a_search_finds_where_the_excess_is_nothing() {
        let line = found(&mut begun(Way::Payments), |x| 300.0 * (x - 0.37)).unwrap();
        assert!((line - 0.37).abs() < 1e-9, "{line}");
        let curve = found(&mut begun(Way::Deductible), |x| 1.0 / (1.0 + x) - 0.7).unwrap();
        assert!((curve - (1.0 / 0.7 - 1.0)).abs() < 1e-5, "{curve}");
        assert_eq!(found(&mut begun(Way::Payments), |_| 1.0), None, "never reached");
        assert_eq!(found(&mut begun(Way::Payments), |_| 0.0), Some(1.0), "equal from the start");
    }

    #[test]
    fn where_nobody_was_lifted_there_is_no_equal_return() {
        let scenario = main_scenario(&[
            "plan.households=120",
            "plan.replicates=2",
            "places.poor-county.counties=1",
            "places.poor-county.registered_share=0",
            "plan.last_year=2022",
            "society.switches.funds=false",
        ]);
        let pair = [index(&scenario, "targeted"), index(&scenario, "inclusive")];
        let done = equalise(&scenario, pair, &[Direction::Down], &crate::experiment::Unwatched);
        let goals: Vec<Goal> = done.unwrap().equal.iter().map(|equal| equal.goal).collect();
        assert!(!goals.contains(&Goal::Return), "{goals:?}");
        assert_eq!(goals.iter().filter(|goal| **goal == Goal::Cost).count(), 2);
    }

    #[test]
    fn what_is_left_where_most_is_cut_counts_only_apart_from_zero() {
        let with = |ends: Option<(f64, f64)>| {
            let change = Statistics {
                mean: ends.map(|(low, high)| f64::midpoint(low, high)),
                ci_low: ends.map(|ends| ends.0),
                ci_high: ends.map(|ends| ends.1),
                ..Statistics::default()
            };
            let row = |quantity| OutlayRow {
                regime: "b".into(),
                baseline: "a".into(),
                quantity,
                value: Statistics::default(),
                change,
            };
            let rows = vec![row(RETURNED), row(PUBLIC_OUTLAY)];
            let farthest = Some(Trial { scaled: 1, way: Way::Payments, value: 0.0, rows });
            move |goal| Equal {
                goal,
                direction: Direction::Down,
                at: None,
                farthest: farthest.clone(),
                way: Way::Payments,
                scaled: 1,
            }
        };
        assert!(
            with(Some((-0.3, -0.1)))(Goal::Return).never() && !with(Some((-0.3, -0.1)))(Goal::Cost).never()
        );
        assert!(with(Some((5.0, 9.0)))(Goal::Cost).never() && !with(Some((5.0, 9.0)))(Goal::Return).never());
        assert!(!with(Some((-0.24, 0.02)))(Goal::Return).never() && !with(None)(Goal::Return).never());
        let up = |ends, goal| Equal { direction: Direction::Up, ..with(Some(ends))(goal) };
        assert!(up((0.1, 0.3), Goal::Return).never() && !up((-0.3, -0.1), Goal::Return).never());
        assert!(up((-9.0, -5.0), Goal::Cost).never() && !up((-9.0, 5.0), Goal::Cost).never());
    }

    #[test]
    fn scaling_touches_aid_and_top_ups_only() {
        let scenario = main_scenario(&[]);
        let policy = &scenario.regimes.iter().find(|regime| regime.id == "targeted").unwrap().policy;
        let year = Year::new(2025);
        let halved = Way::Payments.scaled(policy, 0.5);
        let raised = Way::Deductible.scaled(policy, 0.3);
        for ((before, half), higher) in policy.layers.iter().zip(&halved.layers).zip(&raised.layers) {
            let public = matches!(before.payer, Payer::MedicalAid | Payer::LocalTopUp);
            let factor = if public { 0.5 } else { 1.0 };
            assert!(
                (half.strength.at(year) - factor * before.strength.at(year)).abs() < 1e-12,
                "{}",
                before.id
            );
            if before.payer == Payer::MedicalAid {
                let Amount::LocalIncomeShare(share) = &higher.deductible[0] else { panic!("{}", before.id) };
                assert!((share.at(year) - 0.3).abs() < 1e-12, "{}", before.id);
            } else {
                assert_eq!(before, higher);
            }
        }
    }

    #[test]
    fn two_regimes_are_made_equal_and_a_regime_equals_itself() {
        let scenario = main_scenario(&[
            "plan.households=400",
            "plan.replicates=2",
            "places.poor-county.counties=1",
            "plan.last_year=2024",
            "society.switches.funds=false",
        ]);
        let (targeted, inclusive) = (index(&scenario, "targeted"), index(&scenario, "inclusive"));
        let down = [Direction::Down];
        let done = equalise(&scenario, [targeted, inclusive], &down, &super::super::Unwatched).unwrap();
        assert_eq!(done.equal.len(), 6);
        let unscaled = change(&done.unscaled[1], PUBLIC_OUTLAY).mean.unwrap().abs();
        let at_cost = done.equal.iter().filter(|equal| equal.goal == Goal::Cost);
        for trial in at_cost.filter_map(|equal| equal.at.as_ref()) {
            let rest = change(&trial.rows, PUBLIC_OUTLAY).mean.unwrap().abs();
            assert!(rest < 0.05 * unscaled + 1.0, "{trial:?} of {unscaled}");
        }
        assert!(done.equal.iter().any(|equal| equal.at.is_some()));
        let both = Direction::ALL;
        let same = equalise(&scenario, [targeted, targeted], &both, &super::super::Unwatched).unwrap();
        assert_eq!(same.equal.len(), 12);
        for equal in &same.equal {
            assert_eq!(
                equal.at.as_ref().map(|trial| trial.value),
                Some(equal.way.unscaled()),
                "nothing to scale"
            );
        }
    }

    #[test]
    fn a_regime_that_was_cut_is_scaled_up_to_where_it_was() {
        let mut scenario = main_scenario(&[
            "plan.households=400",
            "plan.replicates=2",
            "places.poor-county.counties=1",
            "plan.last_year=2024",
            "society.switches.funds=false",
        ]);
        let inclusive = scenario.regimes[index(&scenario, "inclusive")].clone();
        let cut = Regime {
            id: "cut".into(),
            policy: Way::Payments.scaled(&inclusive.policy, 0.25),
            ..inclusive.clone()
        };
        scenario.regimes = vec![cut, inclusive];
        scenario.baseline = 0;
        let done = equalise(&scenario, [0, 1], &[Direction::Up], &super::super::Unwatched).unwrap();
        assert!(done.equal.iter().all(|equal| equal.direction == Direction::Up));
        let mut at_cost = done.sought(Goal::Cost, Direction::Up);
        let payments = at_cost.next().unwrap();
        assert_eq!((payments.way, payments.scaled), (Way::Payments, 0), "the cheaper one is scaled");
        let trial = payments.at.as_ref().expect("it was cut to a quarter");
        assert!((trial.value - 4.0).abs() < 0.2, "{}", trial.value);
        let unscaled = change(&done.unscaled[1], PUBLIC_OUTLAY).mean.unwrap();
        assert!(unscaled > 0.0 && change(&trial.rows, PUBLIC_OUTLAY).mean.unwrap().abs() < 0.05 * unscaled);
        // Three quarters of what aid pays are more than its deductibles withhold.
        let deductible = at_cost.next().unwrap();
        let farthest = deductible.farthest.as_ref().expect("a bound stops it");
        assert!((farthest.value + 0.25).abs() < 1e-12 && deductible.at.is_none(), "{}", farthest.value);
    }

    #[test]
    fn scaled_up_no_term_passes_its_bound() {
        let year = Year::new(2025);
        let before = policy("targeted");
        let up = |value| Way::Payments.scaled(&before, value);
        let most = Way::Payments.strongest(Direction::Up, &before);
        assert!((1.0 / 0.5..=MOST_FACTOR).contains(&most), "{most}");
        let (some, all) = (up(1.2), up(most));
        for ((before, some), all) in before.layers.iter().zip(&some.layers).zip(&all.layers) {
            if !is_scaled(before) {
                assert_eq!((before, before), (some, all));
                continue;
            }
            let rate = |layer: &Layer| layer.brackets[0][0].rate.at(year) * layer.strength.at(year);
            assert!(rate(before) <= rate(some) && rate(some) <= rate(all), "{}", before.id);
            let expected = (1.2 * rate(before)).min(1.0);
            assert!((rate(some) - expected).abs() < 1e-12, "{}: {}", before.id, rate(some));
            let pays = before.strength.at(year) > 0.0;
            assert!((rate(all) - f64::from(u8::from(pays))).abs() < 1e-12, "{}: {}", before.id, rate(all));
        }
    }

    #[test]
    fn strength_rises_before_rates_and_a_full_cap_stays() {
        let year = Year::new(2025);
        let halved = Way::Payments.scaled(&policy("targeted"), 0.5);
        let back = Way::Payments.scaled(&halved, 2.0);
        for (layer, before) in back.layers.iter().zip(&policy("targeted").layers) {
            let of = |layer: &Layer| (layer.strength.at(year), layer.brackets[0][0].rate.at(year));
            assert_eq!(of(layer), of(before), "{}", layer.id);
        }
        let more = Way::Payments.scaled(&policy("targeted"), 5.0);
        let cap = more.layers.iter().find(|layer| layer.kind == Kind::Cap).expect("a cap");
        assert_eq!((cap.strength.at(year), cap.brackets[0][0].rate.at(year)), (1.0, 1.0));
    }

    #[test]
    fn a_lowered_deductible_ends_at_nothing_and_thresholds_in_yuan_stay() {
        let year = Year::new(2025);
        let before = policy("inclusive");
        let most = Way::Deductible.strongest(Direction::Up, &before);
        assert!((most + 0.25).abs() < 1e-12, "{most}");
        let after = Way::Deductible.scaled(&before, most);
        for (before, after) in before.layers.iter().zip(&after.layers) {
            match (&before.deductible[0], &after.deductible[0]) {
                (Amount::LocalIncomeShare(_), Amount::LocalIncomeShare(share))
                    if before.payer == Payer::MedicalAid =>
                {
                    assert_eq!(share.at(year), 0.0, "{}", before.id);
                }
                _ => assert_eq!(before, after, "{}", before.id),
            }
        }
        let none = Way::Deductible.scaled(&before, -1.0);
        assert_eq!(Way::Deductible.strongest(Direction::Up, &none).to_bits(), 0.0_f64.to_bits());
    }
}
