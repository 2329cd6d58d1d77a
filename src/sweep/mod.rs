//! Sweeps: a scenario at many values of some of its keys.
//!
//! Every point is the scenario with its keys set, as `--set` would, and with the same seed: points are twins, so what differs between
//! them is what is varied. Points are a grid, a Latin hypercube or Sobol' points ([`crate::design`]). All are checked before one runs.

pub mod files;

use std::fmt;

use crate::design;
use crate::evidence::{Book, Kind};
use crate::experiment::{Interrupted, Watch, in_parallel};
use crate::scenario::sweep::{Axis, Design, Levels, Sweep, is_free, is_varied, plain};
use crate::scenario::{Override, Scenario, ScenarioError};
use crate::uncertainty::{Loader, Prior, Scale};
use std::collections::BTreeMap;
use std::sync::Mutex;

/// Points of a design that doesn't say how many.
pub const POINTS: usize = 64;
/// Most points of a sweep.
pub const MAX_POINTS: usize = design::MAX_SOBOL_POINTS;

/// Why there is nothing to sweep.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SweepError {
    /// No key is varied.
    Nothing,
    /// A text that says no key and levels.
    Unread(String),
    /// A key that no scenario has, and one like it.
    Unknown(String, Option<String>),
    /// A key that can't be varied.
    Fixed(String),
    /// A key that is varied twice.
    Twice(String),
    /// A key that has ends but no levels, in a grid.
    NoSteps(String),
    /// More points than [`MAX_POINTS`].
    TooMany(usize),
}

impl fmt::Display for SweepError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nothing => {
                write!(f, "nothing is varied: give `--vary KEY=…`, or a table `[sweep]` in the scenario")
            }
            Self::Unread(text) => {
                write!(f, "`{text}`: expected KEY=a,b,c or KEY=low..high or KEY=low..high/steps")
            }
            Self::Unknown(key, near) => {
                write!(f, "there is no key `{key}`")?;
                near.as_ref().map_or(Ok(()), |near| write!(f, "; did you mean `{near}`?"))
            }
            Self::Fixed(key) => write!(f, "`{key}` is nothing that a sweep can vary so"),
            Self::Twice(key) => write!(f, "`{key}` is varied twice"),
            Self::NoSteps(key) => {
                write!(
                    f,
                    "`{key}` has two ends and no levels: a grid needs `steps` (low..high/steps), other designs don't"
                )
            }
            Self::TooMany(points) => write!(f, "{points} points are more than {MAX_POINTS}"),
        }
    }
}

impl std::error::Error for SweepError {}

/// Reads `KEY=a,b,c`, `KEY=low..high` or `KEY=low..high/steps`.
///
/// # Errors
/// [`SweepError`].
pub fn axis(text: &str) -> Result<Axis, SweepError> {
    let unread = || SweepError::Unread(text.to_owned());
    let (key, levels) = text.split_once('=').ok_or_else(unread)?;
    let (key, levels) = (key.trim(), levels.trim());
    let parameter = Book::get()
        .lookup(key)
        .ok_or_else(|| SweepError::Unknown(key.to_owned(), Book::get().nearest(key).map(str::to_owned)))?;
    let range =
        levels.split_once("..").map(|(from, rest)| (from, rest.split_once('/').unwrap_or((rest, ""))));
    let levels = match range {
        Some((from, (to, steps))) if is_varied(key, parameter) => {
            let number = |text: &str| text.trim().parse::<f64>().ok().filter(|x| x.is_finite());
            let (from, to) = (number(from).ok_or_else(unread)?, number(to).ok_or_else(unread)?);
            let steps = match steps.trim() {
                "" => None,
                steps => Some(steps.parse().ok().filter(|n| (2..=1000).contains(n)).ok_or_else(unread)?),
            };
            if from >= to {
                return Err(unread());
            }
            Levels::Range { from, to, steps, scale: Scale::Linear }
        }
        Some(_) => return Err(SweepError::Fixed(key.to_owned())),
        None => {
            let values: Vec<String> = levels.split(',').map(|value| value.trim().to_owned()).collect();
            if values.iter().any(String::is_empty) {
                return Err(unread());
            }
            Levels::Values(values)
        }
    };
    let words = matches!(parameter.kind, Kind::Bool | Kind::Choice | Kind::Name | Kind::Reference);
    let by_words = words && is_free(key);
    if !is_varied(key, parameter) && !by_words {
        return Err(SweepError::Fixed(key.to_owned()));
    }
    Ok(Axis { name: key.to_owned(), key: key.to_owned(), levels })
}

/// All points of a sweep.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// How points were chosen.
    pub design: Design,
    /// The varied keys.
    pub axes: Vec<Axis>,
    /// Values as `--set` has them: `[point][axis]`.
    pub points: Vec<Vec<String>>,
}

impl Plan {
    /// The points that a sweep asks for; the seed chooses those of a design that draws.
    ///
    /// # Errors
    /// [`SweepError`].
    pub fn new(sweep: &Sweep, seed: u64) -> Result<Self, SweepError> {
        let axes = sweep.axes.clone();
        if axes.is_empty() {
            return Err(SweepError::Nothing);
        }
        if let Some(twice) = (1..axes.len()).find(|at| axes[..*at].iter().any(|a| a.key == axes[*at].key)) {
            return Err(SweepError::Twice(axes[twice].key.clone()));
        }
        let in_levels = axes.iter().all(|axis| levels(axis).is_some());
        let design = sweep.design.unwrap_or(if in_levels { Design::Grid } else { Design::Sobol });
        let wanted = sweep.points.map_or(POINTS, |points| points as usize);
        let points = match design {
            Design::Grid => grid(&axes)?,
            _ if wanted > MAX_POINTS => return Err(SweepError::TooMany(wanted)),
            Design::LatinHypercube => spread(&axes, &design::latin_hypercube(wanted, axes.len(), seed)),
            Design::Sobol => spread(&axes, &design::sobol(wanted, axes.len(), seed)),
        };
        Ok(Self { design, axes, points })
    }

    /// The settings of a point.
    #[must_use]
    pub fn settings(&self, point: usize) -> Vec<Override> {
        let set = |(axis, value): (&Axis, &String)| Override {
            origin: format!("point {}", point + 1),
            text: format!("{}={value}", axis.key),
        };
        self.axes.iter().zip(&self.points[point]).map(set).collect()
    }

    /// A point in words: `a=1, b=2`.
    #[must_use]
    pub fn in_words(&self, point: usize) -> String {
        let settings: Vec<String> = self.settings(point).into_iter().map(|set| set.text).collect();
        settings.join(", ")
    }

    /// Which points don't hold as scenarios, and what is wrong with them. With another seed than `seed` a point doesn't either.
    ///
    /// # Errors
    /// [`Interrupted`] if the watcher stops it.
    pub fn refused(
        &self,
        load: &Loader<'_>,
        watch: &dyn Watch,
    ) -> Result<Vec<(usize, ScenarioError)>, Interrupted> {
        let found = in_parallel(self.points.len(), |point| {
            if watch.stopped() {
                return Err(Interrupted);
            }
            Ok(load(&self.settings(point)).err().map(|error| (point, error)))
        })?;
        Ok(found.into_iter().flatten().collect())
    }

    /// Does something with the scenario of every point, and hands on what comes of it in the order of the points.
    ///
    /// # Errors
    /// [`Interrupted`] if the watcher stops it, or what `each` gives back.
    pub fn run<T: Send, E: From<Interrupted> + From<ScenarioError> + Send>(
        &self,
        load: &Loader<'_>,
        watch: &dyn Watch,
        each: impl Fn(usize, &Scenario) -> Result<T, E> + Sync + Send,
        hand_on: &mut (dyn FnMut(usize, T) -> Result<(), E> + Send),
    ) -> Result<(), E> {
        let waiting = Mutex::new((0, BTreeMap::new(), hand_on));
        let failed = Mutex::new(None);
        let stopped = in_parallel(self.points.len(), |point| {
            let one = || -> Result<(), E> {
                if watch.stopped() {
                    return Err(Interrupted.into());
                }
                let done = each(point, &load(&self.settings(point))?)?;
                let mut waiting = waiting.lock().expect("no point panics while it hands over");
                let (next, ready, hand_on) = &mut *waiting;
                ready.insert(point, done);
                while let Some(done) = ready.remove(next) {
                    hand_on(*next, done)?;
                    *next += 1;
                }
                Ok(())
            };
            one().map_err(|error| {
                failed.lock().expect("no point panics while it fails").get_or_insert(error);
                Interrupted
            })
        });
        match (failed.into_inner().expect("no point panics while it fails"), stopped) {
            (Some(error), _) => Err(error),
            (None, stopped) => stopped.map(|_| ()).map_err(E::from),
        }
    }
}

/// The levels of a key in a grid, if it has any.
fn levels(axis: &Axis) -> Option<Vec<String>> {
    match &axis.levels {
        Levels::Values(values) => Some(values.clone()),
        Levels::Range { steps, .. } => {
            let steps = usize::try_from((*steps)?).ok()?;
            Some((0..steps).map(|level| between(axis, design::share(level, steps))).collect())
        }
    }
}

fn grid(axes: &[Axis]) -> Result<Vec<Vec<String>>, SweepError> {
    let levels: Vec<Vec<String>> = axes
        .iter()
        .map(|axis| levels(axis).ok_or_else(|| SweepError::NoSteps(axis.key.clone())))
        .collect::<Result<_, _>>()?;
    let counts: Vec<usize> = levels.iter().map(Vec::len).collect();
    let all = counts.iter().try_fold(1_usize, |product, count| product.checked_mul(*count));
    let all = all.unwrap_or(usize::MAX);
    if all > MAX_POINTS {
        return Err(SweepError::TooMany(all));
    }
    let values = |point: Vec<usize>| point.iter().zip(&levels).map(|(at, of)| of[*at].clone()).collect();
    Ok(design::combinations(&counts).into_iter().map(values).collect())
}

/// Points of the unit cube as values; a key with levels takes them in equal parts.
fn spread(axes: &[Axis], points: &[Vec<f64>]) -> Vec<Vec<String>> {
    let value = |(axis, share): (&Axis, &f64)| match &axis.levels {
        Levels::Range { .. } => between(axis, *share),
        Levels::Values(values) => {
            // A share below one of a handful.
            #[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss)]
            let at = (share * values.len() as f64) as usize;
            values[at.min(values.len() - 1)].clone()
        }
    };
    points.iter().map(|point| axes.iter().zip(point).map(value).collect()).collect()
}

/// The value at a share of the way between the ends of a key, to twelve digits.
fn between(axis: &Axis, share: f64) -> String {
    let Levels::Range { from, to, scale, .. } = axis.levels else { return String::new() };
    let value = Prior { low: from, high: to, scale }.at(share);
    let whole = Book::get().lookup(&axis.key).is_some_and(|parameter| parameter.kind == Kind::Integer);
    if whole {
        return plain(libm::round(value));
    }
    plain(format!("{value:.11e}").parse().unwrap_or(value))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::Unwatched;
    use crate::scenario::{Options, load_text};

    fn plan(vary: &[&str], design: Option<Design>, points: Option<u32>) -> Result<Plan, SweepError> {
        let axes = vary.iter().map(|text| axis(text)).collect::<Result<_, _>>()?;
        Plan::new(&Sweep { design, points, axes }, 1)
    }

    const SHARE: &str = "society.care.share_county";

    #[test]
    fn a_grid_has_every_combination_with_its_ends() {
        let plan = plan(&["plan.last_year=2022..2024/3", "society.care.share_county=0.1,0.7"], None, None);
        let plan = plan.unwrap();
        assert_eq!(plan.design, Design::Grid);
        assert_eq!(plan.points.len(), 6);
        assert_eq!(
            (plan.points[1].clone(), plan.points[2].clone()),
            (vec!["2022".to_owned(), "0.7".to_owned()], vec!["2023".to_owned(), "0.1".to_owned()])
        );
        let tenths = self::plan(&["society.care.share_county=0..1/11"], None, None).unwrap();
        assert_eq!(tenths.points[3], ["0.3"], "no 0.30000000000000004");
    }

    #[test]
    fn other_designs_lie_between_the_ends_and_take_levels_in_equal_parts() {
        for design in [Design::LatinHypercube, Design::Sobol] {
            let plan = plan(
                &["society.care.share_county=0.2..0.4", "society.switches.funds=true,false"],
                Some(design),
                Some(8),
            );
            let plan = plan.unwrap();
            let shares: Vec<f64> = plan.points.iter().map(|point| point[0].parse().unwrap()).collect();
            assert!(shares.iter().all(|share| (0.2..0.4).contains(share)));
            assert_eq!(plan.points.iter().filter(|point| point[1] == "true").count(), 4);
        }
        assert_eq!(plan(&["society.care.share_county=0.2..0.4"], None, None).unwrap().points.len(), POINTS);
    }

    #[test]
    fn what_cannot_be_swept_is_said() {
        let error = |vary: &[&str], design| plan(vary, design, None).unwrap_err();
        assert_eq!(error(&[], None), SweepError::Nothing);
        assert_eq!(error(&["plan.seed=1,2"], None), SweepError::Fixed("plan.seed".into()));
        assert_eq!(error(&["baseline=a..b"], None), SweepError::Fixed("baseline".into()));
        assert_eq!(error(&[SHARE], None), SweepError::Unread(SHARE.into()));
        assert!(matches!(error(&["society.care.share_county=1..0"], None), SweepError::Unread(_)));
        assert!(matches!(error(&["society.care.share_county=0.1,,2"], None), SweepError::Unread(_)));
        assert!(matches!(error(&["society.care.shares=1"], None), SweepError::Unknown(..)));
        let grid = Some(Design::Grid);
        assert_eq!(error(&["society.care.share_county=0..1"], grid), SweepError::NoSteps(SHARE.into()));
        let twice = ["society.care.share_county=0.1,0.2", "society.care.share_county=0.3,0.4"];
        assert_eq!(error(&twice, None), SweepError::Twice(SHARE.into()));
        let many = ["society.care.share_county=0..1/1000", "society.care.share_city=0..1/1000"];
        assert_eq!(error(&many, None), SweepError::TooMany(1_000_000));
    }

    fn load(more: &[Override]) -> Result<Scenario, ScenarioError> {
        let text = "name = \"x\"\nextends = \"inclusive-vs-targeted\"\nbaseline = \"targeted\"\n";
        load_text("x.toml", text, &Options { overrides: more.to_vec(), ..Options::default() })
    }

    #[test]
    fn points_that_do_not_hold_are_found_before_any_runs() {
        let plan = plan(&["society.care.share_county=0.5,1.5,0.7"], None, None).unwrap();
        let refused = plan.refused(&load, &Unwatched).unwrap();
        assert_eq!(refused.len(), 1);
        assert_eq!((refused[0].0, plan.in_words(1)), (1, "society.care.share_county=1.5".to_owned()));
        assert!(refused[0].1.to_string().contains("outside 0 to 1"));
    }

    #[derive(Debug, PartialEq)]
    enum Stop {
        Interrupted,
        Scenario,
        Own,
    }

    impl From<Interrupted> for Stop {
        fn from(_: Interrupted) -> Self {
            Self::Interrupted
        }
    }

    impl From<ScenarioError> for Stop {
        fn from(_: ScenarioError) -> Self {
            Self::Scenario
        }
    }

    #[test]
    fn results_are_handed_on_in_the_order_of_the_points() {
        let plan = plan(&["society.care.share_county=0..1/9"], None, None).unwrap();
        let mut seen = Vec::new();
        let share = |_, scenario: &Scenario| Ok::<f64, Stop>(scenario.society.care.share_county);
        plan.run(&load, &Unwatched, share, &mut |point, share| {
            seen.push((point, share));
            Ok(())
        })
        .unwrap();
        let expected: Vec<(usize, f64)> = (0..9).map(|point| (point, design::share(point, 9))).collect();
        assert_eq!(seen, expected);
        let failing = |point, _: &Scenario| if point == 4 { Err(Stop::Own) } else { Ok(()) };
        assert_eq!(plan.run(&load, &Unwatched, failing, &mut |_, ()| Ok(())), Err(Stop::Own));
    }
}
