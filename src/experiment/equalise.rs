//! Two regimes at equal cost and at equal effect.
//!
//! Two regimes rarely cost the same, so that one protects better says little. Here the one that costs more is scaled down until
//! both cost the same ([`Goal::Cost`]), and the one that protects better until as many lifted people return under both
//! ([`Goal::Return`]) or as many people are in hardship ([`Goal::Hardship`]); each in two [`Way`]s, since what is cut decides what is lost. A conclusion holds only if both ways agree.
//! Cost is [public outlay](crate::measures::outlay). Every trial is a regime on the same twins, so the searched function is
//! nearly smooth; an interval is narrowed by several trials a run, which share their draws.

use super::{Interrupted, Watch, run};
use crate::measures::outlay::{HARDSHIP, PUBLIC_OUTLAY, RETURNED};
use crate::measures::table::{OutlayRow, Statistics};
use crate::scenario::Scenario;
use crate::scenario::policy::{Amount, Layer, Payer, Policy, Regime};

/// Trials inside an interval a run.
const TRIALS: usize = 4;
/// Times that an interval is narrowed: to a 625th of its width.
const ROUNDS: usize = 4;

/// How a regime is scaled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// Payments of medical aid and local top-ups times a factor, from 1 to 0.
    Payments,
    /// A deductible on the layers of medical aid, in disposable income per head of the area: from 0 to 2 on top of their own.
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

    /// The value that changes nothing, and the one that cuts most.
    #[must_use]
    pub const fn ends(self) -> (f64, f64) {
        match self {
            Self::Payments => (1.0, 0.0),
            Self::Deductible => (0.0, 2.0),
        }
    }

    /// A policy scaled.
    #[must_use]
    pub fn scaled(self, policy: &Policy, value: f64) -> Policy {
        let mut policy = policy.clone();
        for layer in &mut policy.layers {
            match self {
                Self::Payments if matches!(layer.payer, Payer::MedicalAid | Payer::LocalTopUp) => {
                    layer.strength = layer.strength.map(|strength| strength * value);
                }
                Self::Deductible if layer.payer == Payer::MedicalAid => raise_deductible(layer, value),
                _ => {}
            }
        }
        policy
    }
}

/// A deductible in yuan is a threshold of its own kind (tilt aid begins at one) and stays, unless it is nothing.
fn raise_deductible(layer: &mut Layer, by: f64) {
    for amount in &mut layer.deductible {
        *amount = match amount {
            Amount::LocalIncomeShare(share) => Amount::LocalIncomeShare(share.map(|share| share + by)),
            Amount::Yuan(yuan) if yuan.values().all(|yuan| yuan == 0.0) => {
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

    /// How far a regime is from the other, positive if it has to be scaled: it costs more, or fewer are left unprotected.
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

/// Where two regimes are equal in cost or effect.
#[derive(Debug, Clone, PartialEq)]
pub struct Equal {
    /// What is equal.
    pub goal: Goal,
    /// The trial that made it so; nothing if not even the strongest scaling does.
    pub at: Option<Trial>,
    /// The trial with the strongest scaling, if not even that one does.
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

    /// Whether with the strongest scaling the goal's quantity still differs as it did, told apart from zero at 95 %: the
    /// scaled regime costs more, or leaves fewer unprotected.
    #[must_use]
    pub fn never(&self) -> bool {
        let still = if self.goal == Goal::Cost { Less::Other } else { Less::Scaled };
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
    /// Goals × ways; a goal whose quantity is undefined is left out.
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

    /// The trial that cuts most.
    fn farthest(&self, way: Way, scaled: usize) -> Option<Trial> {
        let end = way.ends().1.to_bits();
        let mut trials = self.trials.iter();
        trials.find(|t| (t.scaled, t.way, t.value.to_bits()) == (scaled, way, end)).cloned()
    }

    /// The regime of the pair that is better in a quantity where a goal is reached, if both ways agree on it.
    #[must_use]
    pub fn better(&self, goal: Goal, quantity: &str) -> Option<usize> {
        let mut found = self.equal.iter().filter(|equal| equal.goal == goal).map(|equal| {
            let better = equal.better(quantity)?;
            Some(if better { equal.scaled } else { 1 - equal.scaled })
        });
        let first = found.next()??;
        found.all(|other| other == Some(first)).then_some(first)
    }
}

/// Runs that [`equalise`] makes at most: one to begin with, those that narrow, one at the end, for each scaled regime.
#[must_use]
pub const fn most_runs() -> usize {
    1 + 2 * (ROUNDS + 1)
}

/// Makes two regimes of a scenario equal in cost and in effect. Whether funds ration is the scenario's to say; a comparison
/// of regimes by what their rules cost has `society.switches.funds` off.
///
/// # Errors
/// [`Interrupted`] if the watcher stops it.
pub fn equalise(scenario: &Scenario, pair: [usize; 2], watch: &dyn Watch) -> Result<Equalised, Interrupted> {
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
    let scaled =
        Goal::ALL.map(|goal| goal.excess(&equalised.unscaled[1]).map(|excess| usize::from(excess > 0.0)));
    for side in 0..2 {
        let goals: Vec<Goal> =
            Goal::ALL.into_iter().zip(scaled).filter(|(_, s)| *s == Some(side)).map(|(g, _)| g).collect();
        if goals.is_empty() {
            continue;
        }
        search(scenario, (regimes[1 - side], regimes[side], side), &goals, &mut equalised, watch)?;
    }
    equalised.trials.sort_by(|a, b| {
        let place = |trial: &Trial| (trial.scaled, trial.way as usize);
        place(a).cmp(&place(b)).then(a.value.total_cmp(&b.value))
    });
    equalised.equal.sort_by_key(|equal| (equal.goal as usize, equal.way as usize));
    Ok(equalised)
}

/// An interval in which the excess changes its sign.
struct Search {
    goal: Goal,
    way: Way,
    /// Values with their excess, from the unscaled end on; the excess is positive at the first and not at the last.
    between: [(f64, f64); 2],
    reached: bool,
}

fn search(
    scenario: &Scenario,
    (other, scaled, side): (&Regime, &Regime, usize),
    goals: &[Goal],
    equalised: &mut Equalised,
    watch: &dyn Watch,
) -> Result<(), Interrupted> {
    let mut searches: Vec<Search> = goals
        .iter()
        .flat_map(|goal| {
            Way::ALL.map(|way| {
                let (from, to) = way.ends();
                Search { goal: *goal, way, between: [(from, f64::INFINITY), (to, 0.0)], reached: true }
            })
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
            let (first, last) = if round == 0 { (0, TRIALS + 1) } else { (1, TRIALS) };
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
            let excess = |trial: &Trial| Some((trial.value, search.goal.excess(&trial.rows)?));
            let tried: Vec<(f64, f64)> = trials.iter().filter_map(excess).collect();
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
        let farthest = if search.reached { None } else { equalised.farthest(search.way, side) };
        equalised.equal.push(Equal { goal: search.goal, at, farthest, way: search.way, scaled: side });
    }
    Ok(())
}

impl Search {
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
        let (from, to) = way.ends();
        Search { goal: Goal::Cost, way, between: [(from, f64::INFINITY), (to, 0.0)], reached: true }
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
        let place = |id: &str| scenario.regimes.iter().position(|regime| regime.id == id).unwrap();
        let done =
            equalise(&scenario, [place("targeted"), place("inclusive")], &crate::experiment::Unwatched);
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
            move |goal| Equal { goal, at: None, farthest: farthest.clone(), way: Way::Payments, scaled: 1 }
        };
        assert!(
            with(Some((-0.3, -0.1)))(Goal::Return).never() && !with(Some((-0.3, -0.1)))(Goal::Cost).never()
        );
        assert!(with(Some((5.0, 9.0)))(Goal::Cost).never() && !with(Some((5.0, 9.0)))(Goal::Return).never());
        assert!(!with(Some((-0.24, 0.02)))(Goal::Return).never() && !with(None)(Goal::Return).never());
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
        let index = |id: &str| scenario.regimes.iter().position(|regime| regime.id == id).unwrap();
        let (targeted, inclusive) = (index("targeted"), index("inclusive"));
        let done = equalise(&scenario, [targeted, inclusive], &super::super::Unwatched).unwrap();
        assert_eq!(done.equal.len(), 6);
        let unscaled = change(&done.unscaled[1], PUBLIC_OUTLAY).mean.unwrap().abs();
        let at_cost = done.equal.iter().filter(|equal| equal.goal == Goal::Cost);
        for trial in at_cost.filter_map(|equal| equal.at.as_ref()) {
            let rest = change(&trial.rows, PUBLIC_OUTLAY).mean.unwrap().abs();
            assert!(rest < 0.05 * unscaled + 1.0, "{trial:?} of {unscaled}");
        }
        assert!(done.equal.iter().any(|equal| equal.at.is_some()));
        let same = equalise(&scenario, [targeted, targeted], &super::super::Unwatched).unwrap();
        for equal in &same.equal {
            assert_eq!(
                equal.at.as_ref().map(|trial| trial.value),
                Some(equal.way.ends().0),
                "nothing to scale"
            );
        }
    }
}
