//! `fanpin sensitivity`: which parameters move the difference between two regimes.

use std::fmt::Write as _;
use std::io::{self, Write};

use clap::{Args, ValueEnum};
use comfy_table::presets::UTF8_FULL_CONDENSED;
use comfy_table::{CellAlignment, Table};
use serde_json::{Value, json};

use super::bill::{pick, unknown};
use super::drawing::{self, DrawArgs};
use super::run::{Bar, Clock, threads};
use super::{CliError, NoChartsArgs, ScenarioArgs, files};
use crate::design::bootstrap::Estimate;
use crate::design::{MAX_SOBOL_POINTS, saltelli};
use crate::measures::table::Statistics;
use crate::report::charts::sensitivity as charts;
use crate::report::store::{self, Store, StoreError};
use crate::report::style::{number, signed};
use crate::scenario::plan::Language;
use crate::scenario::{Override, Scenario, resolved_text};
use crate::sensitivity::files::{PARAMETERS_CSV, SENSITIVITY_CSV};
use crate::sensitivity::{self, QUANTITIES, Sensitivity, Study, keys, unit_and_label, work};

/// What is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Method {
    /// Screening by Morris trajectories.
    Morris,
    /// First-order and total indices, of at most `--most` parameters.
    Sobol,
    /// Each parameter at both ends of its prior.
    Tornado,
    /// Screening, indices of those that matter most, and both ends of each.
    All,
}

impl Method {
    fn includes(self, other: Self) -> bool {
        self == other || self == Self::All
    }
}

/// Options of `fanpin sensitivity`.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
The result that is looked at is the paired difference between two regimes, of the quantities of outlay.csv: lifted people ever
returned, public outlay, people in hardship, catastrophic spending. Parameters are taken to be independent and uniform between the
ends of their priors, and every point has the same seed. With fewer than two replicates nothing is said of how much of the variance
is Monte Carlo.")]
pub struct SensitivityArgs {
    /// The scenario.
    #[command(flatten)]
    pub scenario: ScenarioArgs,
    /// The two regimes, separated by a comma: the second less the first [default: the baseline and the last of the others]
    #[arg(long, value_name = "A,B", value_delimiter = ',')]
    pub pair: Option<Vec<String>>,
    /// Which keys are varied, separated by commas; `*` stands for anything
    #[arg(long, value_name = "PATTERN,…", value_delimiter = ',', default_value = keys::SOCIETY)]
    pub keys: Vec<String>,
    /// What is done
    #[arg(long, value_name = "METHOD", default_value = "all")]
    pub method: Method,
    /// Morris trajectories, each of one run more than there are parameters
    #[arg(long, value_name = "N", default_value_t = 10)]
    pub trajectories: usize,
    /// Rows of the design for indices, best a power of two; each takes two runs more than there are parameters in it
    #[arg(long, value_name = "N", default_value_t = 128)]
    pub points: usize,
    /// Of how many parameters indices are found: those that matter most in the screening
    #[arg(long, value_name = "N", default_value_t = 10)]
    pub most: usize,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
    /// What is written.
    #[command(flatten)]
    pub draw: DrawArgs,
    /// Whether there are charts.
    #[command(flatten)]
    pub charts: NoChartsArgs,
    /// Number of threads [default: all cores]
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub threads: Option<usize>,
    /// Print nothing but errors, and what --json asks for
    #[arg(short, long)]
    pub quiet: bool,
}

impl SensitivityArgs {
    fn overrides(&self) -> Vec<Override> {
        let mut overrides = self.draw.overrides();
        overrides.extend(self.charts.overrides());
        overrides
    }

    fn check(&self, factors: usize) -> Result<(), CliError> {
        let usage = |message: String| Err(CliError::Usage(message));
        if !(2..=10_000).contains(&self.trajectories) {
            return usage("--trajectories takes a number from 2 to 10000".to_owned());
        }
        if !(4..=MAX_SOBOL_POINTS).contains(&self.points) {
            return usage(format!("--points takes a number from 4 to {MAX_SOBOL_POINTS}"));
        }
        if !(1..=saltelli::MAX_PARAMETERS).contains(&self.most) {
            return usage(format!("--most takes a number from 1 to {}", saltelli::MAX_PARAMETERS));
        }
        if self.method == Method::Sobol && factors > self.most {
            return usage(format!(
                "--method sobol: {factors} parameters are more than --most {}; name fewer with --keys, or let `--method all` choose",
                self.most
            ));
        }
        Ok(())
    }

    /// Runs of each step, for the steps that are done.
    fn sizes(&self, factors: usize) -> Vec<(&'static str, usize)> {
        let [morris, sobol, tornado] = sensitivity::sizes(factors, self.trajectories, self.points, self.most);
        let steps = [
            ("Morris", Method::Morris, morris),
            ("Sobol'", Method::Sobol, sobol),
            ("tornado", Method::Tornado, tornado),
        ];
        let done = steps.into_iter().filter(|(_, method, _)| self.method.includes(*method));
        done.map(|(name, _, size)| (name, size)).collect()
    }
}

/// Runs the command.
///
/// # Errors
/// [`CliError`]: a scenario that does not hold, keys that mean nothing, a place that is taken, an interruption.
pub fn run(args: &SensitivityArgs, out: &mut dyn Write) -> Result<(), CliError> {
    let load = |more: &[Override]| {
        let overrides = args.overrides().into_iter().chain(more.iter().cloned()).collect();
        files::load(&args.scenario.file, &args.scenario.set, overrides)
    };
    let scenario = load(&[])?;
    let pair = pair(&scenario, args.pair.as_deref())?;
    let factors =
        keys::factors(&scenario, &args.keys).map_err(|error| CliError::Usage(format!("--keys: {error}")))?;
    args.check(factors.len())?;
    let store = args.draw.begin("sensitivity")?;
    let pool = threads(args.threads)?;
    let ids = pair.each_ref().map(|regime| regime.0.clone());
    let study = Study { load: &load, pair: ids, factors, seed: scenario.plan.seed };
    let found = pool.install(|| steps(args, &scenario, &study, pair))?;
    if let Some(store) = store {
        write(store, &scenario, &found)?;
    }
    if args.json {
        out.write_all(store::json(&as_json(&found)).as_bytes())?;
    } else if !args.quiet {
        let language = scenario.output.languages.first().copied().unwrap_or(Language::En);
        out.write_all(as_text(&found, language).as_bytes())?;
        if let Some(folder) = &args.draw.out {
            writeln!(out, "{}{}", pick(language, "results: ", "结果："), folder.display())?;
        }
    }
    Ok(())
}

type Pair = [(String, String, String); 2];

/// The steps that are asked for, one after the other; the first run says how long the rest may take.
fn steps(
    args: &SensitivityArgs,
    scenario: &Scenario,
    study: &Study<'_>,
    pair: Pair,
) -> Result<Sensitivity, CliError> {
    let stopped = |_| CliError::Interrupted;
    let sizes = args.sizes(study.factors.len());
    let all: usize = sizes.iter().map(|(_, size)| size).sum();
    let clock = Clock::start();
    let watch = Bar::new(work(scenario, all + 1), args.quiet);
    let centre = study.centre(scenario, &watch).map_err(stopped)?;
    if !args.quiet {
        watch.bar.suspend(|| writeln!(io::stderr(), "{}", size(scenario, study, &sizes, clock.seconds())))?;
    }
    let mut found = Sensitivity {
        scenario: scenario.name.clone(),
        years: (scenario.plan.first_year, scenario.plan.last_year),
        pair,
        replicates: scenario.plan.replicates,
        households: scenario.plan.households,
        factors: study.factors.clone(),
        centre,
        screening: None,
        variance: None,
        tornado: None,
    };
    if args.method.includes(Method::Morris) {
        found.screening = Some(study.screen(args.trajectories, &watch).map_err(stopped)?);
    }
    if args.method.includes(Method::Sobol) {
        let factors = match &found.screening {
            Some(screening) => screening.important(args.most),
            None => (0..study.factors.len()).collect(),
        };
        if !factors.is_empty() {
            found.variance = Some(study.indices(factors, args.points, &watch).map_err(stopped)?);
        }
    }
    if args.method.includes(Method::Tornado) {
        found.tornado = Some(study.tornado(&watch).map_err(stopped)?);
    }
    watch.bar.finish_and_clear();
    Ok(found)
}

/// How much is simulated, so that nobody is surprised.
fn size(scenario: &Scenario, study: &Study<'_>, sizes: &[(&str, usize)], seconds: f64) -> String {
    let plan = &scenario.plan;
    let all: usize = sizes.iter().map(|(_, size)| size).sum();
    let steps: Vec<String> = sizes.iter().map(|(name, size)| format!("{name} {size}")).collect();
    // Runs are far fewer than 2^32.
    #[allow(clippy::cast_precision_loss)]
    let seconds = seconds * all as f64;
    format!(
        "{} parameters; {all} runs ({}) × {} replicates × {} households, {} to {}, {} less {}: about {}",
        study.factors.len(),
        steps.join(", "),
        plan.replicates,
        plan.households,
        plan.first_year,
        plan.last_year,
        study.pair[1],
        study.pair[0],
        duration(seconds)
    )
}

/// A time as people say it.
pub(super) fn duration(seconds: f64) -> String {
    let (minutes, hours) = (seconds / 60.0, seconds / 3600.0);
    if seconds < 90.0 {
        format!("{} s", number(seconds.max(1.0), 0))
    } else if minutes < 90.0 {
        format!("{} min", number(minutes, 0))
    } else {
        format!("{} h", number(hours, 1))
    }
}

/// The two regimes with their labels.
fn pair(scenario: &Scenario, names: Option<&[String]>) -> Result<Pair, CliError> {
    let ids = || scenario.regimes.iter().map(|regime| regime.id.as_str());
    let place = |name: &String| ids().position(|id| id == name).ok_or_else(|| unknown("--pair", name, ids()));
    let places = match names {
        Some([first, second]) => [place(first)?, place(second)?],
        Some(others) => {
            return Err(CliError::Usage(format!("--pair: expected two regimes, found {}", others.len())));
        }
        None => {
            let last = (0..scenario.regimes.len()).rev().find(|place| *place != scenario.baseline);
            [scenario.baseline, last.unwrap_or(scenario.baseline)]
        }
    };
    if places[0] == places[1] {
        return Err(CliError::Usage("--pair: two different regimes are needed".to_owned()));
    }
    Ok(places.map(|place| {
        let regime = &scenario.regimes[place];
        (regime.id.clone(), regime.label_en.clone(), regime.label_zh.clone())
    }))
}

fn write(mut store: Store, scenario: &Scenario, found: &Sensitivity) -> Result<(), CliError> {
    store.write("scenario.resolved.toml", resolved_text(scenario).as_bytes())?;
    store.write(SENSITIVITY_CSV, &found.csv().map_err(StoreError::from)?)?;
    store.write(PARAMETERS_CSV, &found.parameters_csv().map_err(StoreError::from)?)?;
    store.write("sensitivity.json", store::json(&as_json(found)).as_bytes())?;
    drawing::charts(&mut store, scenario, &|setting| charts::draw(found, setting))?;
    let manifest = json!({
        "program": "fanpin",
        "command": "sensitivity",
        "version": env!("CARGO_PKG_VERSION"),
        "scenario": found.scenario,
        "seed": scenario.plan.seed,
        "replicates": found.replicates,
        "points": found.points().map(|(name, points)| (name.to_owned(), json!(points.count()))).collect::<serde_json::Map<_, _>>(),
    });
    drawing::finish(store, manifest)
}

fn as_json(found: &Sensitivity) -> Value {
    let parameter = |factor: usize| {
        let f = &found.factors[factor];
        json!({
            "key": f.key, "value": f.value, "low": f.at(0.0), "high": f.at(1.0), "unit": f.unit,
            "status": f.status.name(), "description": { "en": f.description.en, "zh": f.description.zh },
        })
    };
    let steps = found.points().map(|(name, points)| {
        let step =
            json!({ "points": points.count(), "refused": points.refusals(), "reasons": points.refused });
        (name.to_owned(), step)
    });
    json!({
        "scenario": found.scenario,
        "pair": [found.pair[0].0, found.pair[1].0],
        "replicates": found.replicates,
        "households": found.households,
        "parameters": (0..found.factors.len()).map(parameter).collect::<Vec<_>>(),
        "steps": steps.collect::<serde_json::Map<_, _>>(),
        "quantities": (0..QUANTITIES.len())
            .map(|at| (QUANTITIES[at].to_owned(), of_quantity(found, at)))
            .collect::<serde_json::Map<_, _>>(),
    })
}

fn of_estimate(estimate: Option<&Estimate>) -> Value {
    estimate.map_or(Value::Null, |e| {
        json!({ "value": e.value, "ci_low": e.interval.map(|ends| ends.0), "ci_high": e.interval.map(|ends| ends.1) })
    })
}

fn of_statistics(s: &Statistics) -> Value {
    json!({ "mean": s.mean, "ci_low": s.ci_low, "ci_high": s.ci_high })
}

fn of_quantity(found: &Sensitivity, quantity: usize) -> Value {
    let mut parameters = serde_json::Map::new();
    for (at, factor) in found.factors.iter().enumerate() {
        let mut entry = serde_json::Map::new();
        if let Some(screened) = found.screening.as_ref().and_then(|s| s.screened[quantity][at]) {
            entry.insert("mu".into(), of_estimate(Some(&screened.mu)));
            entry.insert("mu_star".into(), of_estimate(Some(&screened.mu_star)));
            entry.insert("sigma".into(), of_estimate(screened.sigma.as_ref()));
        }
        if let Some((first, total)) = indices_of(found, quantity, at) {
            entry.insert("first_order".into(), of_estimate(first.as_ref()));
            entry.insert("total".into(), of_estimate(total.as_ref()));
        }
        if let Some(swing) = found.swing(quantity, at) {
            entry.insert("at_low".into(), of_statistics(&swing.ends[0]));
            entry.insert("at_high".into(), of_statistics(&swing.ends[1]));
            entry.insert("swing".into(), of_statistics(&swing.swing));
        }
        if !entry.is_empty() {
            parameters.insert(factor.key.clone(), Value::Object(entry));
        }
    }
    let most = found.most(quantity);
    json!({
        "unit": unit_and_label(quantity).0,
        "difference": of_statistics(&found.at_values(quantity)),
        "mean": of_estimate(found.variance.as_ref().and_then(|v| v.indices[quantity].mean.as_ref())),
        "variance": of_estimate(found.variance.as_ref().and_then(|v| v.indices[quantity].variance.as_ref())),
        "monte_carlo_share": noise(found, quantity),
        "most": most.iter().take(3).map(|(factor, _)| &found.factors[*factor].key).collect::<Vec<_>>(),
        "parameters": parameters,
    })
}

/// Share of the variance between points that is Monte Carlo, of the design for indices if there is one.
fn noise(found: &Sensitivity, quantity: usize) -> Option<f64> {
    let variance = found.variance.as_ref().map(|v| &v.points);
    let points = variance.or(found.screening.as_ref().map(|s| &s.points))?;
    points.noise(quantity).map(|noise| noise.share)
}

fn indices_of(
    found: &Sensitivity,
    quantity: usize,
    factor: usize,
) -> Option<(Option<Estimate>, Option<Estimate>)> {
    let variance = found.variance.as_ref()?;
    let at = variance.factors.iter().position(|other| *other == factor)?;
    let indices = &variance.indices[quantity];
    Some((indices.first[at], indices.total[at]))
}

/// How many parameters a table shows.
const SHOWN: usize = 10;

/// A table a quantity, then what moves it most.
fn as_text(found: &Sensitivity, language: Language) -> String {
    let say = |en: &'static str, zh: &'static str| pick(language, en, zh);
    let label = |side: usize| {
        let (id, en, zh) = &found.pair[side];
        let label = pick(language, en, zh);
        if label.trim().is_empty() { id.clone() } else { label.to_owned() }
    };
    let mut text = format!("{}{}{}\n", label(1), say(" less ", "，相对于"), label(0));
    for quantity in 0..QUANTITIES.len() {
        text += &of_quantity_in_words(found, quantity, language);
    }
    for (name, points) in found.points() {
        let (count, refused) = (points.count(), points.refusals());
        if refused > 0 {
            let _ = match language {
                Language::En => writeln!(
                    text,
                    "{name}: {refused} of {count} points don't hold as scenarios and have no result:"
                ),
                Language::Zh => writeln!(text, "{name}：{count}个点中有{refused}个未通过情景检查，无结果："),
            };
            for (reason, times) in &points.refused {
                let _ = writeln!(text, "  {times} × {reason}");
            }
        }
    }
    text += say(
        "[…]: 95 % bootstrap interval over trajectories or rows; ends and swing: 95 % interval over replicates, paired\n",
        "[…]：对轨迹或样本行自助抽样的95%区间；两端与摆幅为各次重复模拟（配对）的95%区间\n",
    );
    text
}

fn of_quantity_in_words(found: &Sensitivity, quantity: usize, language: Language) -> String {
    let say = |en: &'static str, zh: &'static str| pick(language, en, zh);
    let (unit, label) = unit_and_label(quantity);
    let factor = if unit == "share" { 100.0 } else { 1.0 };
    let unit = match (unit, language) {
        ("share", Language::En) => "percentage points",
        ("share", Language::Zh) => "百分点",
        (_, Language::En) => "yuan of 2020",
        (_, Language::Zh) => "元，2020年价",
    };
    let most = found.most(quantity);
    let digits = decimals(found, quantity, factor);
    let mut table = Table::new();
    table.load_style(UTF8_FULL_CONDENSED);
    table.set_header([
        say("parameter", "参数").to_owned(),
        "μ*".to_owned(),
        "σ".to_owned(),
        say("first order", "一阶指数").to_owned(),
        say("total", "总指数").to_owned(),
        say("at its ends", "两端取值").to_owned(),
        say("swing", "摆幅").to_owned(),
    ]);
    let estimate = |e: Option<Estimate>, factor: f64, digits: usize| {
        let Some(e) = e else { return String::new() };
        let text = number(e.value * factor, digits);
        e.interval.map_or(text.clone(), |(low, high)| {
            format!("{text} [{}, {}]", number(low * factor, digits), number(high * factor, digits))
        })
    };
    let statistics =
        |s: &Statistics| s.mean.map_or_else(|| "–".to_owned(), |mean| signed(mean * factor, digits));
    for (at, _) in most.iter().take(SHOWN) {
        let screened = found.screening.as_ref().and_then(|s| s.screened[quantity][*at]);
        let (first, total) = indices_of(found, quantity, *at).unwrap_or_default();
        let swing = found.swing(quantity, *at);
        table.add_row([
            found.factors[*at].short().to_owned(),
            estimate(screened.map(|s| s.mu_star), factor, digits),
            estimate(screened.and_then(|s| s.sigma), factor, digits),
            estimate(first, 1.0, 2),
            estimate(total, 1.0, 2),
            swing.map_or_else(String::new, |s| {
                format!("{} … {}", statistics(&s.ends[0]), statistics(&s.ends[1]))
            }),
            swing.map_or_else(String::new, |s| {
                let half = s.swing.ci_high.zip(s.swing.ci_low).map(|(high, low)| (high - low) / 2.0);
                let half =
                    half.map_or_else(String::new, |half| format!(" ± {}", number(half * factor, digits)));
                format!("{}{half}", statistics(&s.swing))
            }),
        ]);
    }
    for column in 1..7 {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    let mut text = format!(
        "\n{} ({unit}): {}\n{table}\n",
        pick(language, label.en, label.zh),
        statistics(&found.at_values(quantity)),
    );
    let names: Vec<&str> = most.iter().take(3).map(|(at, _)| found.factors[*at].short()).collect();
    if !names.is_empty() {
        text += &format!("{}{}\n", say("moved most by ", "影响最大的参数："), names.join(say(", ", "、")));
    }
    if let Some(share) = noise(found, quantity) {
        let percent = number(share * 100.0, 1);
        text += &match language {
            _ if share >= 1.0 => say(
                "Monte Carlo: as much as points differ; more households or replicates are needed\n",
                "蒙特卡洛误差不小于各点间的差异，需增加户数或重复次数\n",
            )
            .to_owned(),
            Language::En => format!("Monte Carlo: {percent} % of the variance between points\n"),
            Language::Zh => format!("蒙特卡洛误差占各点间方差的{percent}%\n"),
        };
    }
    text
}

/// Digits after the point that show the largest number.
fn decimals(found: &Sensitivity, quantity: usize, factor: f64) -> usize {
    let mu = found.screening.as_ref().map(|s| s.most(quantity)).unwrap_or_default();
    let swings = (0..found.factors.len()).filter_map(|at| found.swing(quantity, at)?.swing.mean);
    let largest = mu.into_iter().map(|(_, mu)| mu).chain(swings).chain(found.at_values(quantity).mean);
    let largest = largest.map(|value| (value * factor).abs()).fold(0.0, f64::max);
    if largest >= 100.0 { 0 } else { 2 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_said_in_the_unit_that_fits() {
        assert_eq!(
            [0.2, 75.0, 1500.0, 7200.0].map(duration),
            ["1 s", "75 s", "25 min", "2.0 h"].map(str::to_owned)
        );
    }
}
