//! `fanpin attribute`: a regime's effect shared out among its parts.

use std::io::{self, Write};

use clap::Args;
use comfy_table::presets::UTF8_FULL_CONDENSED;
use comfy_table::{CellAlignment, Table};
use serde_json::json;

use super::bill::{pick, unknown};
use super::drawing::{self, DrawArgs};
use super::run::{Bar, threads};
use super::{CliError, NoChartsArgs, ScenarioArgs, files};
use crate::attribution::game::MAX_EXACT;
use crate::attribution::{
    self, ATTRIBUTION_CSV, Attribution, Contrast, EXACT_UP_TO, Outcome, PERMUTATIONS, Settings, Work,
};
use crate::experiment;
use crate::measures::table::Statistics;
use crate::report::charts::{Setting, attribution as charts};
use crate::report::store::{self, Store, StoreError};
use crate::report::style::{number, signed};
use crate::scenario::plan::{Bilingual, Language};
use crate::scenario::{Scenario, resolved_text};

/// Options of `fanpin attribute`.
#[derive(Debug, Clone, Args)]
pub struct AttributeArgs {
    /// The scenario.
    #[command(flatten)]
    pub scenario: ScenarioArgs,
    /// Regime whose effect is attributed [default: the first other than the baseline; with --dimensions the baseline]
    #[arg(long, value_name = "NAME")]
    pub regime: Option<String>,
    /// Attribute instead what ideal implementation of the regime does, to Smith's four dimensions
    #[arg(long)]
    pub dimensions: bool,
    /// Merge parts into one, e.g. `top-up-floor+top-up-cap`; repeatable
    #[arg(long, value_name = "A+B")]
    pub group: Vec<String>,
    /// Up to how many parts all coalitions are run, two to the power of parts; with more, orders are drawn
    #[arg(long, value_name = "N", default_value_t = EXACT_UP_TO)]
    pub exact_up_to: usize,
    /// Number of orders drawn with more parts, half of them the reverse of the other half
    #[arg(long, value_name = "N", default_value_t = PERMUTATIONS)]
    pub permutations: usize,
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

impl AttributeArgs {
    fn load(&self) -> Result<Scenario, CliError> {
        let mut overrides = self.draw.overrides();
        overrides.extend(self.charts.overrides());
        Ok(files::load(&self.scenario.file, &self.scenario.set, overrides)?)
    }

    fn settings(&self) -> Result<Settings, CliError> {
        if self.exact_up_to > MAX_EXACT {
            return Err(CliError::Usage(format!("--exact-up-to takes a number from 0 to {MAX_EXACT}")));
        }
        if !(2..=100_000).contains(&self.permutations) || self.permutations % 2 == 1 {
            return Err(CliError::Usage("--permutations takes an even number from 2 to 100000".to_owned()));
        }
        Ok(Settings {
            exact_up_to: self.exact_up_to,
            permutations: self.permutations,
            groups: self.group.clone(),
            ..Settings::default()
        })
    }
}

/// Runs the command.
///
/// # Errors
/// [`CliError`]: a scenario that does not hold, nothing to attribute, a place that is taken, an interruption.
pub fn run(args: &AttributeArgs, out: &mut dyn Write) -> Result<(), CliError> {
    let settings = args.settings()?;
    let scenario = args.load()?;
    let contrast = contrast(&scenario, args)?;
    let work =
        Work::new(&scenario, contrast, &settings).map_err(|error| CliError::Usage(error.to_string()))?;
    let store = args.draw.begin("attribute")?;
    let pool = threads(args.threads)?;
    let counties = experiment::counties(&scenario) * u64::from(scenario.plan.replicates);
    if !args.quiet {
        writeln!(io::stderr(), "{work}\n{}", size(&scenario, &work))?;
    }
    let watch = Bar::new(counties * work.batches() as u64, args.quiet);
    let found = pool.install(|| attribution::run(&scenario, &work, &watch));
    watch.bar.finish_and_clear();
    let found = found.map_err(|_| CliError::Interrupted)?;
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

/// How much is simulated, so that nobody is surprised.
fn size(scenario: &Scenario, work: &Work) -> String {
    let plan = &scenario.plan;
    let coalitions = work.coalitions.len() as u64;
    format!(
        "{coalitions} coalitions × {} replicates × {} households, {} to {}",
        plan.replicates, plan.households, plan.first_year, plan.last_year
    )
}

/// What the arguments ask to compare.
fn contrast(scenario: &Scenario, args: &AttributeArgs) -> Result<Contrast, CliError> {
    let names = || scenario.regimes.iter().map(|regime| regime.id.as_str());
    let place = match &args.regime {
        Some(name) => names().position(|id| id == name).ok_or_else(|| unknown("--regime", name, names()))?,
        None if args.dimensions => scenario.baseline,
        None => (0..scenario.regimes.len()).find(|regime| *regime != scenario.baseline).ok_or_else(|| {
            let only = &scenario.regimes[scenario.baseline].id;
            CliError::Usage(format!("there is no regime beside the baseline `{only}`: nothing to attribute"))
        })?,
    };
    if args.dimensions {
        return Ok(Contrast::of_dimensions(scenario, place));
    }
    if place == scenario.baseline {
        let id = &scenario.regimes[place].id;
        return Err(CliError::Usage(format!(
            "--regime: `{id}` is the baseline; choose another regime, or `--dimensions` for what ideal implementation does"
        )));
    }
    Ok(Contrast::of_regime(scenario, place))
}

fn write(mut store: Store, scenario: &Scenario, found: &Attribution) -> Result<(), CliError> {
    let resolved = resolved_text(scenario);
    store.write("scenario.resolved.toml", resolved.as_bytes())?;
    store.write(ATTRIBUTION_CSV, &found.csv().map_err(StoreError::from)?)?;
    let draw = |setting: &Setting| vec![charts::bars(found, setting), charts::waterfall(found, setting)];
    drawing::charts(&mut store, scenario, &draw)?;
    let version = env!("CARGO_PKG_VERSION");
    let manifest = json!({
        "program": "fanpin",
        "command": "attribute",
        "version": version,
        "scenario": found.scenario,
        "seed": scenario.plan.seed,
        "regime": found.regime.0,
        "baseline": found.baseline.0,
        "parts": found.parts.iter().map(|part| &part.id).collect::<Vec<_>>(),
        "coalitions": found.coalitions,
        "orders": found.orders,
        "replicates": found.replicates,
    });
    drawing::finish(store, manifest)
}

fn as_json(found: &Attribution) -> serde_json::Value {
    let rows = found.rows();
    let rows = rows.iter().map(|row| {
        let s = &row.statistics;
        json!({
            "outcome": row.outcome.id(), "year": row.year, "unit": row.unit, "part": row.part, "kind": row.kind,
            "method": row.method, "mean": s.mean, "se": s.se, "ci_low": s.ci_low, "ci_high": s.ci_high,
            "replicates": s.replicates, "order_se": row.order_error,
        })
    });
    json!({
        "scenario": found.scenario,
        "regime": found.regime.0,
        "baseline": found.baseline.0,
        "coalitions": found.coalitions,
        "orders": found.orders,
        "rows": rows.collect::<Vec<_>>(),
    })
}

fn bilingual(language: Language, text: &Bilingual) -> &str {
    pick(language, &text.en, &text.zh)
}

/// A table an outcome: a row a part, and the whole.
fn as_text(found: &Attribution, language: Language) -> String {
    let say = |en: &'static str, zh: &'static str| pick(language, en, zh);
    let mut text = format!(
        "{}{}{}\n",
        bilingual(language, &found.regime.1),
        say(" less ", "，相对于"),
        bilingual(language, &found.baseline.1)
    );
    for one in &found.outcomes {
        let (factor, decimals) = charts::scale(one);
        let value = |s: &Statistics, form: fn(f64, usize) -> String| {
            s.mean.map_or_else(|| "–".to_owned(), |mean| form(mean * factor, decimals))
        };
        let interval = |s: &Statistics| match (s.ci_low, s.ci_high) {
            (Some(low), Some(high)) => {
                format!("{} ± {}", value(s, signed), number((high - low) / 2.0 * factor, decimals))
            }
            _ => value(s, signed),
        };
        text += &format!(
            "\n{}{}{}{}{} → {}\n",
            charts::head(found, one, language),
            say(" (", "（"),
            charts::unit(one.outcome, language),
            say("): ", "）："),
            value(&one.baseline, number),
            value(&one.regime, number)
        );
        let mut table = Table::new();
        table.load_style(UTF8_FULL_CONDENSED);
        table.set_header([
            say("part", "组成部分"),
            say("Shapley", "沙普利值"),
            say("leave one out", "去除该项"),
            say("add one in", "单独加入"),
        ]);
        for at in charts::order(one) {
            let part = &one.parts[at];
            table.add_row([
                bilingual(language, &found.parts[at].label).to_owned(),
                interval(&part.shapley),
                interval(&part.leave_one_out),
                interval(&part.add_one_in),
            ]);
        }
        table.add_row([
            say("whole effect", "总效应").to_owned(),
            interval(&one.whole),
            String::new(),
            String::new(),
        ]);
        for column in 1..4 {
            if let Some(column) = table.column_mut(column) {
                column.set_cell_alignment(CellAlignment::Right);
            }
        }
        text += &format!("{table}\n");
    }
    text + &foot(found, language)
}

/// What the numbers are.
fn foot(found: &Attribution, language: Language) -> String {
    let mut text = String::new();
    if found.replicates > 1 {
        text += pick(
            language,
            "±: 95 % interval of the mean over replicates, paired\n",
            "±：各次重复模拟（配对）均值的95%置信区间\n",
        );
    }
    text += pick(
        language,
        "leave one out: the regime less the regime without the part; add one in: the baseline with the part less the baseline\n",
        "去除该项：方案减去不含该项的方案；单独加入：基准加入该项后减去基准\n",
    );
    if let Some(orders) = found.orders {
        text += &match language {
            Language::En => format!("Shapley values over {orders} drawn orders of parts\n"),
            Language::Zh => format!("沙普利值基于{orders}个抽取的次序\n"),
        };
        let error = |outcome: Outcome| {
            let one = found.outcomes.iter().find(|one| one.outcome == outcome)?;
            let most = one.parts.iter().filter_map(|part| part.order_error).reduce(f64::max)?;
            let (factor, decimals) = charts::scale(one);
            Some(number(most * factor, decimals))
        };
        let errors: Vec<String> = Outcome::ALL.into_iter().filter_map(error).collect();
        if !errors.is_empty() {
            text += &format!(
                "{}{}\n",
                pick(
                    language,
                    "largest standard error of a part from the draw of orders, not in the intervals: ",
                    "抽取次序引起的最大标准误（未计入区间）："
                ),
                errors.join(pick(language, ", ", "、"))
            );
        }
    }
    text
}
