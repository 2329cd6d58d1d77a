//! What each part of a regime contributes to its effect: Shapley values over twins.
//!
//! The effect of a regime is the difference of an outcome to a baseline. Its parts ([`parts`]) are what the two policies differ in; a
//! coalition of parts is the baseline's policy with those parts taken from the regime, and its value is the outcome of that policy on the
//! same twins. The Shapley value ([`game`]) shares the whole effect out among the parts, and adds up to it replicate by
//! replicate. Beside it stand what the regime loses without a part (leave-one-out) and what the baseline gains by it (add-one-in); these
//! don't add up where parts act on each other.
//!
//! Coalitions are run as regimes of one scenario, as many at once as a run holds, each time beside the baseline of the scenario, which
//! gives the lines of some measures. A value doesn't depend on which others it is run with.

pub mod game;
pub mod parts;

use std::collections::BTreeMap;
use std::fmt;

use game::{Coalition, Game, MAX_EXACT, MAX_PLAYERS, Value};
use parts::{Part, PartsError, compose, fits, grouped};

use crate::experiment::{self, Interrupted, Watch};
use crate::measures::catalogue::Label;
use crate::measures::compute::totals;
use crate::measures::files::{NotFinite, Table};
use crate::measures::outlay::{CATASTROPHIC, OUTLAY, PUBLIC_OUTLAY, RETURNED, Totals};
use crate::measures::statistics::{CriticalValues, mean};
use crate::measures::table::Statistics;
use crate::scenario::plan::Bilingual;
use crate::scenario::policy::Regime;
use crate::scenario::{MAX_NAMED, Scenario};
use crate::units::Year;

/// Most parts for which all coalitions are run unless more are asked for.
pub const EXACT_UP_TO: usize = 10;
/// Orders drawn where not all are gone through.
pub const PERMUTATIONS: usize = 32;
/// Coalitions run at once; the baseline joins them.
pub const BATCH: usize = MAX_NAMED - 1;

/// What is attributed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Share of lifted people that have ever returned by the last year.
    Returned,
    /// Share of people with catastrophic spending, mean of the reported years.
    Catastrophic,
    /// Discounted public outlay per person over the reported years.
    Outlay,
}

impl Outcome {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Returned, Self::Catastrophic, Self::Outlay];

    /// Its name, as in `outlay.csv`.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Returned => RETURNED,
            Self::Catastrophic => CATASTROPHIC,
            Self::Outlay => PUBLIC_OUTLAY,
        }
    }

    /// Its unit in files and its label.
    ///
    /// # Panics
    /// Never: each is a quantity of `outlay.csv`.
    #[must_use]
    pub fn unit_and_label(self) -> (&'static str, Label) {
        let found =
            OUTLAY.iter().find(|(id, _, _)| *id == self.id()).expect("it is a quantity of the outlay");
        (found.1, found.2)
    }

    const fn of(self, totals: &Totals) -> f64 {
        match self {
            Self::Returned => totals.returned,
            Self::Catastrophic => totals.catastrophic,
            Self::Outlay => totals.outlay,
        }
    }

    /// The year of the value, or the years that it is over.
    fn years(self, first: Year, last: Year) -> String {
        match self {
            Self::Returned => last.to_string(),
            Self::Catastrophic | Self::Outlay => format!("{first}-{last}"),
        }
    }
}

/// A regime and what it is compared with.
#[derive(Debug, Clone, PartialEq)]
pub struct Contrast {
    /// The regime.
    pub regime: Regime,
    /// What its effect is against.
    pub baseline: Regime,
}

impl Contrast {
    /// A regime of a scenario against its baseline.
    #[must_use]
    pub fn of_regime(scenario: &Scenario, regime: usize) -> Self {
        Self {
            regime: scenario.regimes[regime].clone(),
            baseline: scenario.regimes[scenario.baseline].clone(),
        }
    }

    /// A regime of a scenario with all dimensions of implementation ideal, against itself as it is.
    #[must_use]
    pub fn of_dimensions(scenario: &Scenario, regime: usize) -> Self {
        let baseline = scenario.regimes[regime].clone();
        let regime = Regime {
            id: format!("{}+ideal", baseline.id),
            label_en: "Ideal implementation".to_owned(),
            label_zh: "理想执行".to_owned(),
            policy: parts::ideal(&baseline.policy),
        };
        Self { regime, baseline }
    }
}

/// How it is done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Up to how many parts all coalitions are run, at most [`MAX_EXACT`].
    pub exact_up_to: usize,
    /// Number of orders that are drawn where there are more, even.
    pub permutations: usize,
    /// Parts to be merged, `a+b` each.
    pub groups: Vec<String>,
    /// Coalitions run at once, from 1 to [`BATCH`]; no result depends on it.
    pub batch: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self { exact_up_to: EXACT_UP_TO, permutations: PERMUTATIONS, groups: Vec::new(), batch: BATCH }
    }
}

/// What is to be run.
#[derive(Debug, Clone, PartialEq)]
pub struct Work {
    /// What is compared.
    pub contrast: Contrast,
    /// Its parts.
    pub parts: Vec<Part>,
    /// The game that they play.
    pub game: Game,
    /// The coalitions to be run.
    pub coalitions: Vec<Coalition>,
    batch: usize,
}

impl Work {
    /// The work that an attribution takes.
    ///
    /// # Errors
    /// [`PartsError`] if there is nothing to attribute, or too much.
    pub fn new(scenario: &Scenario, contrast: Contrast, settings: &Settings) -> Result<Self, PartsError> {
        let (baseline, regime) = (&contrast.baseline.policy, &contrast.regime.policy);
        let label = |id: &str| programme_label(scenario, &contrast, id);
        let parts = grouped(parts::parts(baseline, regime, &label), &settings.groups)?;
        if parts.is_empty() {
            return Err(PartsError::NothingDiffers);
        }
        if parts.len() > MAX_PLAYERS {
            return Err(PartsError::TooMany { parts: parts.len(), most: MAX_PLAYERS });
        }
        let game = if parts.len() <= settings.exact_up_to.min(MAX_EXACT) {
            Game::exact(parts.len())
        } else {
            Game::sampled(parts.len(), settings.permutations.div_ceil(2).max(1), scenario.plan.seed)
        };
        let coalitions = game.coalitions();
        let work = Self { contrast, parts, game, coalitions, batch: settings.batch.clamp(1, BATCH) };
        let years = scenario.plan.switch_year.through(scenario.plan.last_year);
        work.coalitions.iter().try_for_each(|coalition| fits(&work.policy(*coalition), years.clone()))?;
        Ok(work)
    }

    /// Number of runs in which the coalitions are run.
    #[must_use]
    pub fn batches(&self) -> usize {
        self.coalitions.len().div_ceil(self.batch)
    }

    fn policy(&self, coalition: Coalition) -> crate::scenario::policy::Policy {
        let taken = self.parts.iter().enumerate().filter(|(at, _)| coalition >> at & 1 == 1);
        compose(&self.contrast.baseline.policy, &self.contrast.regime.policy, taken.map(|(_, part)| part))
    }

    /// A scenario with these coalitions as regimes, the scenario's own baseline first.
    fn scenario_of(&self, scenario: &Scenario, coalitions: &[Coalition]) -> Scenario {
        let regime = |coalition: &Coalition| Regime {
            id: format!("coalition-{coalition}"),
            label_en: String::new(),
            label_zh: String::new(),
            policy: self.policy(*coalition),
        };
        let mut with = scenario.clone();
        with.regimes = vec![scenario.regimes[scenario.baseline].clone()];
        with.regimes.extend(coalitions.iter().map(regime));
        with.baseline = 0;
        with.output.panel = false;
        with
    }
}

fn programme_label(scenario: &Scenario, contrast: &Contrast, id: &str) -> Bilingual {
    let own = |regime: &Regime, language: &str| {
        let path = ["regimes", &regime.id, "programmes", id, "label", language];
        let root = scenario.resolved.get(path[0]);
        let found = path[1..].iter().try_fold(root?, |table, key| table.get(*key));
        found.and_then(|label| label.as_str()).filter(|label| !label.is_empty()).map(str::to_owned)
    };
    let label = |language| {
        let found = own(&contrast.regime, language).or_else(|| own(&contrast.baseline, language));
        found.unwrap_or_else(|| id.to_owned())
    };
    Bilingual { en: label("en"), zh: label("zh") }
}

/// What a part contributes to an outcome.
#[derive(Debug, Clone, PartialEq)]
pub struct Contribution {
    /// The Shapley value.
    pub shapley: Statistics,
    /// The regime less the regime without the part.
    pub leave_one_out: Statistics,
    /// The baseline with the part less the baseline.
    pub add_one_in: Statistics,
    /// Standard error of the mean Shapley value from the draw of orders, if they are drawn: it is not in the interval.
    pub order_error: Option<f64>,
    /// The Shapley value of each replicate.
    pub replicates: Vec<f64>,
}

/// The attribution of an outcome.
#[derive(Debug, Clone, PartialEq)]
pub struct OutcomeAttribution {
    /// The outcome.
    pub outcome: Outcome,
    /// Its value under the baseline.
    pub baseline: Statistics,
    /// Its value under the regime.
    pub regime: Statistics,
    /// The whole effect, paired by replicate.
    pub whole: Statistics,
    /// The whole effect of each replicate.
    pub whole_replicates: Vec<f64>,
    /// By part.
    pub parts: Vec<Contribution>,
}

/// A finished attribution.
#[derive(Debug, Clone, PartialEq)]
pub struct Attribution {
    /// Name of the scenario.
    pub scenario: String,
    /// Id and labels of the regime.
    pub regime: (String, Bilingual),
    /// Id and labels of what it is compared with.
    pub baseline: (String, Bilingual),
    /// First and last reported year.
    pub years: (Year, Year),
    /// Number of replicates run.
    pub replicates: u32,
    /// Number of coalitions run.
    pub coalitions: usize,
    /// Number of orders drawn; `None` if all coalitions were run.
    pub orders: Option<usize>,
    /// The parts.
    pub parts: Vec<Part>,
    /// By outcome.
    pub outcomes: Vec<OutcomeAttribution>,
}

/// Runs all coalitions and attributes the effect.
///
/// # Errors
/// [`Interrupted`] if the watcher stops it.
pub fn run(scenario: &Scenario, work: &Work, watch: &dyn Watch) -> Result<Attribution, Interrupted> {
    // `[replicate][coalition]`, in the order of the work.
    let mut values: BTreeMap<u32, Vec<Totals>> = BTreeMap::new();
    for batch in work.coalitions.chunks(work.batch) {
        let scenario = work.scenario_of(scenario, batch);
        experiment::run_by_replicate(&scenario, watch, &mut |record| {
            let totals = totals(record, scenario.baseline);
            values.entry(record.replicate).or_default().extend(&totals[1..]);
        })?;
    }
    let values: Vec<Vec<Totals>> = values.into_values().collect();
    let label = |regime: &Regime| {
        let label = Bilingual { en: regime.label_en.clone(), zh: regime.label_zh.clone() };
        (regime.id.clone(), label)
    };
    Ok(Attribution {
        scenario: scenario.name.clone(),
        regime: label(&work.contrast.regime),
        baseline: label(&work.contrast.baseline),
        years: (scenario.plan.first_year, scenario.plan.last_year),
        replicates: scenario.plan.replicates,
        coalitions: work.coalitions.len(),
        orders: work.game.orders(),
        parts: work.parts.clone(),
        outcomes: Outcome::ALL.into_iter().map(|outcome| attribute(work, outcome, &values)).collect(),
    })
}

fn attribute(work: &Work, outcome: Outcome, values: &[Vec<Totals>]) -> OutcomeAttribution {
    let (game, critical) = (&work.game, CriticalValues::up_to(values.len()));
    let place = |coalition: Coalition| work.coalitions.binary_search(&coalition).expect("it was run");
    // Replicates in which the outcome is defined under every coalition.
    let defined: Vec<Vec<f64>> = values
        .iter()
        .map(|totals| totals.iter().map(|totals| outcome.of(totals)).collect::<Vec<f64>>())
        .filter(|values| values.iter().all(|value| value.is_finite()))
        .collect();
    let each = |f: &dyn Fn(&Value) -> f64| -> Vec<f64> {
        defined.iter().map(|values| f(&|coalition| values[place(coalition)])).collect()
    };
    let whole_replicates = each(&|value| value(game.everybody()) - value(0));
    let shapley: Vec<Vec<f64>> =
        defined.iter().map(|values| game.shapley(&|coalition| values[place(coalition)])).collect();
    let means: Vec<f64> = (0..work.coalitions.len())
        .map(|at| mean(&defined.iter().map(|values| values[at]).collect::<Vec<f64>>()).unwrap_or(0.0))
        .collect();
    let order_errors = game.order_errors(&|coalition| means[place(coalition)]);
    let part = |player: usize| {
        let replicates: Vec<f64> = shapley.iter().map(|values| values[player]).collect();
        let lost = each(&|value| value(game.everybody()) - value(game.without(player)));
        let gained = each(&|value| value(1 << player) - value(0));
        Contribution {
            shapley: critical.describe(&replicates),
            leave_one_out: critical.describe(&lost),
            add_one_in: critical.describe(&gained),
            order_error: order_errors.as_ref().filter(|_| !defined.is_empty()).map(|errors| errors[player]),
            replicates,
        }
    };
    OutcomeAttribution {
        outcome,
        baseline: critical.describe(&each(&|value| value(0))),
        regime: critical.describe(&each(&|value| value(game.everybody()))),
        whole: critical.describe(&whole_replicates),
        whole_replicates,
        parts: (0..game.players()).map(part).collect(),
    }
}

/// File name of the attribution.
pub const ATTRIBUTION_CSV: &str = "attribution.csv";
/// Columns of the attribution.
pub const ATTRIBUTION_HEAD: &str =
    "scenario,regime,baseline,outcome,year,unit,part,kind,method,mean,se,ci_low,ci_high,replicates,order_se";

/// A row of `attribution.csv`.
#[derive(Debug, Clone, PartialEq)]
pub struct Row<'a> {
    /// The outcome.
    pub outcome: Outcome,
    /// Its year, or the years that it is over.
    pub year: String,
    /// Unit of the numbers.
    pub unit: &'static str,
    /// Id of the part; `baseline`, `regime` and `whole effect` in the rows of those.
    pub part: &'a str,
    /// Its kind; `whole` in those rows.
    pub kind: &'static str,
    /// `shapley`, `leave_one_out`, `add_one_in`; `value` or `difference` in those rows.
    pub method: &'static str,
    /// The numbers.
    pub statistics: Statistics,
    /// Standard error from the draw of orders.
    pub order_error: Option<f64>,
}

impl Attribution {
    /// The rows of `attribution.csv`: by outcome the baseline, each part, the regime, the whole effect.
    #[must_use]
    pub fn rows(&self) -> Vec<Row<'_>> {
        let mut rows = Vec::new();
        for one in &self.outcomes {
            let row = |(part, kind), method, statistics, order_error| Row {
                outcome: one.outcome,
                year: one.outcome.years(self.years.0, self.years.1),
                unit: one.outcome.unit_and_label().0,
                part,
                kind,
                method,
                statistics,
                order_error,
            };
            rows.push(row(("baseline", "whole"), "value", one.baseline, None));
            for (part, found) in self.parts.iter().zip(&one.parts) {
                let name = (part.id.as_str(), part.kind);
                rows.push(row(name, "shapley", found.shapley, found.order_error));
                rows.push(row(name, "leave_one_out", found.leave_one_out, None));
                rows.push(row(name, "add_one_in", found.add_one_in, None));
            }
            rows.push(row(("regime", "whole"), "value", one.regime, None));
            rows.push(row(("whole effect", "whole"), "difference", one.whole, None));
        }
        rows
    }

    /// The content of `attribution.csv`.
    ///
    /// # Errors
    /// [`NotFinite`].
    pub fn csv(&self) -> Result<Vec<u8>, NotFinite> {
        let mut table = Table::new(ATTRIBUTION_CSV, ATTRIBUTION_HEAD);
        for row in self.rows() {
            let s = &row.statistics;
            table.text(&self.scenario).text(&self.regime.0).text(&self.baseline.0).text(row.outcome.id());
            table.text(&row.year).text(row.unit).text(row.part).text(row.kind).text(row.method);
            table.number(s.mean)?.number(s.se)?.number(s.ci_low)?.number(s.ci_high)?;
            table.whole(s.replicates).number(row.order_error)?.end();
        }
        Ok(table.finish())
    }
}

impl fmt::Display for Work {
    /// The size of the work, before it starts.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (parts, coalitions, batches) = (self.parts.len(), self.coalitions.len(), self.batches());
        let how = match self.game.orders() {
            None => format!("all {coalitions} coalitions"),
            Some(orders) => format!("{coalitions} coalitions of {orders} drawn orders"),
        };
        let (regime, baseline) = (&self.contrast.regime.id, &self.contrast.baseline.id);
        let plural = |n: usize| if n == 1 { "" } else { "s" };
        write!(
            f,
            "`{regime}` less `{baseline}`: {parts} part{}, {how} in {batches} run{}",
            plural(parts),
            plural(batches)
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::Unwatched;
    use crate::scenario::main_scenario;

    const SMALL: [&str; 4] =
        ["plan.households=400", "plan.replicates=3", "plan.last_year=2024", "places.poor-county.counties=1"];

    fn scenario(settings: &[&str]) -> Scenario {
        main_scenario(&[&SMALL[..], settings].concat())
    }

    fn place(scenario: &Scenario, id: &str) -> usize {
        scenario.regimes.iter().position(|regime| regime.id == id).expect("the regime is there")
    }

    fn attribution(scenario: &Scenario, regime: &str, settings: &Settings) -> Attribution {
        let contrast = Contrast::of_regime(scenario, place(scenario, regime));
        let work = Work::new(scenario, contrast, settings).expect("there are parts");
        run(scenario, &work, &Unwatched).expect("nobody stops it")
    }

    /// Few parts: coalitions are quick to run.
    fn few() -> Settings {
        let groups = vec![
            "aid-registered+top-up-floor+top-up-cap".into(),
            "aid-near-poor+aid-illness-poor+tilt-aid".into(),
        ];
        Settings { groups, ..Settings::default() }
    }

    fn adds_up(one: &OutcomeAttribution) -> bool {
        one.whole_replicates.iter().enumerate().all(|(replicate, whole)| {
            let sum: f64 = one.parts.iter().map(|part| part.replicates[replicate]).sum();
            let size = one.baseline.mean.expect("it is defined").abs().max(1.0);
            (sum - whole).abs() <= 1e-12 * size
        })
    }

    #[test]
    fn contributions_add_up_to_the_effect_that_a_run_finds() {
        let scenario = scenario(&[]);
        let exact = attribution(&scenario, "inclusive", &few());
        let sampled =
            attribution(&scenario, "inclusive", &Settings { exact_up_to: 0, permutations: 4, ..few() });
        assert_eq!((exact.orders, exact.coalitions, sampled.orders), (None, 32, Some(4)));
        let outlay = experiment::run(&scenario, &Unwatched).expect("nobody stops it").results.outlay;
        for (exact, sampled) in exact.outcomes.iter().zip(&sampled.outcomes) {
            assert!(adds_up(exact) && adds_up(sampled), "{exact:?}");
            assert!(exact.whole.mean.expect("it is defined").abs() > 0.0);
            assert_eq!((exact.whole, exact.baseline), (sampled.whole, sampled.baseline));
            let mut rows = outlay.iter().filter(|row| row.quantity == exact.outcome.id());
            let of = |regime: &str| rows.clone().find(|row| row.regime == regime).expect("a row").value;
            assert_eq!((exact.baseline, exact.regime), (of("targeted"), of("inclusive")));
            let change = rows.find(|row| row.regime == "inclusive").expect("a row").change;
            assert_eq!(exact.whole, change);
            // One part at the ends is the same whichever orders are gone through.
            for (a, b) in exact.parts.iter().zip(&sampled.parts) {
                assert_eq!((a.leave_one_out, a.add_one_in), (b.leave_one_out, b.add_one_in));
                assert!(a.order_error.is_none() && b.order_error.is_some());
            }
            // A value that is off would be seen.
            let mut off = exact.clone();
            off.parts[0].replicates[1] += 1e-9 * off.baseline.mean.expect("it is defined").abs().max(1.0);
            assert!(!adds_up(&off));
        }
    }

    #[test]
    fn a_part_without_effect_gets_nothing_in_every_replicate() {
        let idle = "regimes.inclusive.layers.idle={ payer = \"charity\", rate = 0.5, first_year = 2090, eligible = { classes = [\"dibao\"] } }";
        let order = "regimes.inclusive.layers.order=[\"basic\", \"outpatient\", \"chronic-outpatient\", \"two-disease\", \"critical-illness\", \"aid-rationed\", \"aid\", \"idle\"]";
        let scenario = scenario(&[idle, order]);
        let groups = vec!["aid-registered+top-up-floor+top-up-cap".into(), "classes+premiums".into()];
        for exact_up_to in [8, 0] {
            let found = attribution(
                &scenario,
                "inclusive",
                &Settings { exact_up_to, permutations: 2, groups: groups.clone(), ..Settings::default() },
            );
            let at = found.parts.iter().position(|part| part.id == "idle").expect("it is a part");
            for one in &found.outcomes {
                assert!(one.parts[at].replicates.iter().all(|value| *value == 0.0), "{one:?}");
                assert!(one.parts.iter().any(|part| part.replicates.iter().any(|value| *value != 0.0)));
                assert!(adds_up(one));
            }
        }
    }

    #[test]
    fn two_layers_that_do_the_same_get_the_same() {
        // Each lifts what is paid to the same share: either alone does all that both do.
        let floor = |id: &str| {
            format!("regimes.basic-only.layers.{id}={{ payer = \"charity\", kind = \"floor\", rate = 0.8 }}")
        };
        let (a, b) = (floor("one"), floor("two"));
        let order = "regimes.basic-only.layers.order=[\"basic\", \"outpatient\", \"chronic-outpatient\", \"two-disease\", \"one\", \"two\"]";
        let mut scenario = scenario(&[&a, &b, order]);
        let regime = place(&scenario, "basic-only");
        let mut baseline = scenario.regimes[regime].clone();
        baseline.policy.layers.truncate(4);
        scenario.regimes[scenario.baseline].policy = baseline.policy;
        let found = attribution(&scenario, "basic-only", &Settings::default());
        assert_eq!(found.parts.iter().map(|part| part.id.as_str()).collect::<Vec<_>>(), ["one", "two"]);
        for one in &found.outcomes {
            assert_eq!(one.parts[0].replicates, one.parts[1].replicates);
            assert!(one.parts[0].replicates.iter().any(|value| *value != 0.0), "{one:?}");
            assert!(one.parts.iter().all(|part| part.leave_one_out.mean == Some(0.0)), "one is enough");
            assert_eq!(one.parts[0].add_one_in, one.whole);
        }
    }

    #[test]
    fn neither_batches_nor_threads_are_part_of_the_result() {
        let scenario = scenario(&["plan.replicates=2", "plan.last_year=2022"]);
        let settings = |batch| Settings { batch, ..few() };
        let whole = attribution(&scenario, "inclusive", &settings(BATCH));
        assert_eq!(attribution(&scenario, "inclusive", &settings(5)), whole);
        #[cfg(feature = "parallel")]
        for threads in [1, 2] {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
            assert_eq!(pool.install(|| attribution(&scenario, "inclusive", &settings(7))), whole);
        }
        assert_eq!(whole.csv().expect("numbers"), whole.clone().csv().expect("numbers"));
    }

    #[test]
    fn the_four_dimensions_share_what_ideal_implementation_does() {
        let scenario = scenario(&["plan.replicates=2", "plan.last_year=2022"]);
        let contrast = Contrast::of_dimensions(&scenario, place(&scenario, "inclusive"));
        let work = Work::new(&scenario, contrast, &Settings::default()).expect("there are parts");
        let found = run(&scenario, &work, &Unwatched).expect("nobody stops it");
        let ids: Vec<&str> = found.parts.iter().map(|part| part.id.as_str()).collect();
        assert_eq!((ids, found.coalitions), (vec!["policy", "agency", "target_group", "environment"], 16));
        assert_eq!((found.regime.0.as_str(), found.baseline.0.as_str()), ("inclusive+ideal", "inclusive"));
        assert!(found.outcomes.iter().all(adds_up));
        assert!(found.outcomes[0].whole.mean.expect("it is defined") < 0.0, "{:?}", found.outcomes[0].whole);
    }

    #[test]
    fn the_table_has_a_row_a_part_and_method() {
        let scenario = scenario(&["plan.replicates=1", "plan.last_year=2021"]);
        let groups = vec![
            "critical-illness+aid-registered+top-up-floor+top-up-cap+aid-near-poor+aid-illness-poor+tilt-aid"
                .into(),
            "classes+premiums".into(),
        ];
        let found = attribution(&scenario, "inclusive", &Settings { groups, ..Settings::default() });
        let text = String::from_utf8(found.csv().expect("numbers")).expect("UTF-8");
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 1 + 3 * (2 * 3 + 3));
        assert_eq!(lines[0], ATTRIBUTION_HEAD);
        assert!(
            lines[5]
                .starts_with("x,inclusive,targeted,returned_ever,2021,share,classes+premiums,rules,shapley,"),
            "{}",
            lines[5]
        );
        assert!(lines[5].ends_with(",,,,1,"), "one replicate has no interval: {}", lines[5]);
        assert!(lines[9].contains(",whole effect,whole,difference,"), "{}", lines[9]);
        assert!(lines[10].contains(",catastrophic_mean,2021-2021,share,"), "{}", lines[10]);
    }

    #[test]
    fn the_size_of_the_work_is_told_and_limits_hold() {
        let scenario = scenario(&[]);
        let contrast = || Contrast::of_regime(&scenario, place(&scenario, "inclusive"));
        let work = |settings| Work::new(&scenario, contrast(), &settings).expect("there are parts");
        assert_eq!(
            work(Settings::default()).to_string(),
            "`inclusive` less `targeted`: 9 parts, all 512 coalitions in 9 runs"
        );
        let sampled = work(Settings { exact_up_to: 8, permutations: 2, ..Settings::default() });
        assert_eq!(
            sampled.to_string(),
            "`inclusive` less `targeted`: 9 parts, 32 coalitions of 2 drawn orders in 1 run"
        );
        let same = Contrast::of_regime(&scenario, place(&scenario, "targeted"));
        assert_eq!(Work::new(&scenario, same, &Settings::default()).err(), Some(PartsError::NothingDiffers));
    }
}
