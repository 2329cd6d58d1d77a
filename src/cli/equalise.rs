//! `fanpin equalise`: two regimes at equal cost, return and hardship.

use std::io::Write;
use std::path::Path;

use clap::{Args, ValueEnum};
use comfy_table::presets::UTF8_FULL_CONDENSED;
use comfy_table::{CellAlignment, Table};
use serde_json::json;

use super::bill::pick;
use super::drawing::{self, DrawArgs};
use super::run::{Bar, threads};
use super::{CliError, ScenarioArgs, files};
use crate::evidence::nearest;
use crate::experiment;
use crate::experiment::equalise::{self, Direction, Equal, Equalised, Goal, Way, change};
use crate::measures::files as tables;
use crate::measures::outlay::{CATASTROPHIC, HARDSHIP, OUTLAY, PUBLIC_OUTLAY, RETURNED};
use crate::measures::table::{OutlayRow, Statistics};
use crate::report::charts::equal as chart;
use crate::report::store;
use crate::report::style::{number, signed};
use crate::scenario::plan::Language;
use crate::scenario::{Override, Scenario, resolved_text};

/// Options of `fanpin equalise`.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
The regime that costs more is scaled down until both cost the same, the one under which fewer lifted people return until as
many return under both, and the one with fewer people in hardship until there are as many under both: by a factor on what medical aid and local top-ups pay, and again by a deductible on medical aid.
With --scale up the other regime is given more instead, as far as its terms can go: strength of a layer to full and then its
rates to 1, the deductibles of medical aid that are shares of income to none; ceilings, caps and deductibles in yuan stay. Where a bound stops it before both are
equal, that is said. Cost is
public outlay over all reported years, discounted at 3 %, with deficits; funds don't ration meanwhile (society.switches.funds is
off). A conclusion holds only if both ways of scaling agree on it.")]
pub struct EqualiseArgs {
    /// The scenario.
    #[command(flatten)]
    pub scenario: ScenarioArgs,
    /// The two regimes, separated by a comma [default: those of a scenario that has two]
    #[arg(long, value_name = "A,B", value_delimiter = ',')]
    pub pair: Option<Vec<String>>,
    /// Which is scaled: down, the dearer or better one; up, the other; both, one after the other
    #[arg(long, value_name = "WAY", value_enum, default_value_t = ScaleArg::Down)]
    pub scale: ScaleArg,
    /// Where tables and chart go.
    #[command(flatten)]
    pub draw: DrawArgs,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
    /// Number of threads [default: all cores]
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub threads: Option<usize>,
    /// Print nothing but errors
    #[arg(short, long, conflicts_with = "json")]
    pub quiet: bool,
}

/// Which regime is scaled, and where to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ScaleArg {
    /// The one that costs more or protects better is cut
    Down,
    /// The one that costs less or protects worse is given more, as far as its terms can go
    Up,
    /// Down, then up
    Both,
}

impl ScaleArg {
    const fn directions(self) -> &'static [Direction] {
        match self {
            Self::Down => &[Direction::Down],
            Self::Up => &[Direction::Up],
            Self::Both => &Direction::ALL,
        }
    }
}

/// Runs the command.
///
/// # Errors
/// [`CliError`]: a scenario that does not hold, names that are none of its regimes, a place that is taken, an interruption.
pub fn run(args: &EqualiseArgs, out: &mut dyn Write) -> Result<(), CliError> {
    let mut more =
        vec![Override { origin: "equalise".to_owned(), text: "society.switches.funds=false".to_owned() }];
    more.extend(args.draw.overrides());
    let scenario = files::load(&args.scenario.file, &args.scenario.set, more)?;
    let pair = pair(&scenario, args.pair.as_deref())?;
    // A folder that is taken is said before the work, not after it.
    drop(args.draw.begin("equalise")?);
    let pool = threads(args.threads)?;
    let counties = experiment::counties(&scenario) * u64::from(scenario.plan.replicates);
    let directions = args.scale.directions();
    let runs = equalise::most_runs(directions.len()) as u64;
    let language = scenario.output.languages.first().copied().unwrap_or(Language::En);
    if !args.quiet {
        let households = scenario.plan.households
            / u32::try_from(experiment::counties(&scenario).max(1)).unwrap_or(u32::MAX);
        let work = match language {
            Language::En => {
                format!(
                    "up to {runs} runs of up to 37 regimes: {counties} counties of {households} households each"
                )
            }
            Language::Zh => format!("最多{runs}次运行，每次最多37种制度：{counties}个县，每县{households}户"),
        };
        writeln!(std::io::stderr(), "{work}")?;
    }
    let watch = Bar::new(counties * runs, args.quiet);
    let done = pool
        .install(|| equalise::equalise(&scenario, pair, directions, &watch))
        .map_err(|_| CliError::Interrupted)?;
    watch.bar.finish_and_clear();
    if let Some(folder) = &args.draw.out {
        write(folder, &args.draw, &scenario, &done)?;
    }
    if args.json {
        out.write_all(store::json(&as_json(&done)).as_bytes())?;
    } else if !args.quiet {
        out.write_all(as_text(&done, language).as_bytes())?;
    }
    Ok(())
}

/// The places of the two regimes.
fn pair(scenario: &Scenario, names: Option<&[String]>) -> Result<[usize; 2], CliError> {
    let ids: Vec<&str> = scenario.regimes.iter().map(|regime| regime.id.as_str()).collect();
    let Some(names) = names else {
        if ids.len() == 2 {
            return Ok([scenario.baseline, 1 - scenario.baseline]);
        }
        return Err(CliError::Usage(format!("--pair: name two of the regimes {}", ids.join(", "))));
    };
    let [first, second] = names else {
        return Err(CliError::Usage(format!("--pair: expected two regimes, found {}", names.len())));
    };
    let find = |name: &String| {
        ids.iter().position(|id| id == name).ok_or_else(|| {
            let near = nearest(name, ids.iter().copied());
            let near = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
            CliError::Usage(format!("--pair: there is no regime `{name}`, expected {}{near}", ids.join(", ")))
        })
    };
    let found = [find(first)?, find(second)?];
    if found[0] == found[1] {
        return Err(CliError::Usage("--pair: the two regimes are the same".to_owned()));
    }
    Ok(found)
}

fn write(folder: &Path, args: &DrawArgs, scenario: &Scenario, done: &Equalised) -> Result<(), CliError> {
    let table = csv(&scenario.name, done).map_err(|error| CliError::Report(error.into()))?;
    let written = [
        ("equalise.csv", table),
        ("equalise.json", store::json(&as_json(done))),
        ("scenario.resolved.toml", resolved_text(scenario)),
    ];
    drawing::write(scenario, args.target(folder, "equalise"), &written, &|setting| chart::draw(done, setting))
}

const HEAD: &str = "scenario,role,goal,way,scaled,other,value,quantity,unit,mean,ci_low,ci_high,\
                    difference_mean,difference_ci_low,difference_ci_high,replicates,direction";

fn csv(scenario: &str, done: &Equalised) -> Result<String, tables::NotFinite> {
    let mut table = tables::Table::new("equalise.csv", HEAD);
    let name = |side: usize| done.pair[side].0.as_str();
    let mut rows = |[role, goal, way, direction]: [&str; 4], (side, value), rows: &[OutlayRow]| {
        for row in rows.iter().filter(|row| row.value.mean.is_some()) {
            let unit = OUTLAY.iter().find(|(id, _, _)| *id == row.quantity).map_or("", |(_, unit, _)| unit);
            table.text(scenario).text(role).text(goal).text(way).text(name(side)).text(name(1 - side));
            table.number(value)?.text(row.quantity).text(unit);
            let (own, change) = (&row.value, &row.change);
            table.number(own.mean)?.number(own.ci_low)?.number(own.ci_high)?;
            table.number(change.mean)?.number(change.ci_low)?.number(change.ci_high)?;
            table.whole(own.replicates).text(direction).end();
        }
        Ok(())
    };
    for (side, unscaled) in done.unscaled.iter().enumerate() {
        rows(["unscaled", "", "", ""], (side, None), unscaled)?;
    }
    for trial in &done.trials {
        // One value changes nothing, and belongs to both directions.
        let direction = trial.direction().map_or("", Direction::name);
        rows(["trial", "", trial.way.name(), direction], (trial.scaled, Some(trial.value)), &trial.rows)?;
    }
    for equal in &done.equal {
        if let Some(trial) = &equal.at {
            let words = ["equal", equal.goal.name(), equal.way.name(), equal.direction.name()];
            rows(words, (equal.scaled, Some(trial.value)), &trial.rows)?;
        }
    }
    Ok(String::from_utf8_lossy(&table.finish()).into_owned())
}

fn as_json(done: &Equalised) -> serde_json::Value {
    let statistics = |s: &Statistics| json!({ "mean": s.mean, "ci_low": s.ci_low, "ci_high": s.ci_high });
    let quantities = |rows: &[OutlayRow]| -> serde_json::Value {
        let of = |row: &OutlayRow| {
            let pair = json!({ "value": statistics(&row.value), "difference": statistics(&row.change) });
            (row.quantity.to_owned(), pair)
        };
        serde_json::Value::Object(rows.iter().filter(|r| r.value.mean.is_some()).map(of).collect())
    };
    let equal: Vec<_> = done
        .equal
        .iter()
        .map(|equal| {
            json!({
                "goal": equal.goal.name(),
                "way": equal.way.name(),
                "direction": equal.direction.name(),
                "scaled": done.pair[equal.scaled].0,
                "other": done.pair[1 - equal.scaled].0,
                "reached": equal.at.is_some(),
                "value": equal.at.as_ref().or(equal.farthest.as_ref()).map(|trial| trial.value),
                "quantities": equal.at.as_ref().or(equal.farthest.as_ref()).map(|trial| quantities(&trial.rows)),
            })
        })
        .collect();
    let mut json = json!({
        "pair": [done.pair[0].0, done.pair[1].0],
        "unscaled": [quantities(&done.unscaled[0]), quantities(&done.unscaled[1])],
        "equal": equal,
    });
    for direction in done.directions() {
        let key = if direction == Direction::Down { "better" } else { "better_scaled_up" };
        json[key] = better_json(done, direction);
    }
    json
}

/// Which regime is better in what, a goal each.
fn better_json(done: &Equalised, direction: Direction) -> serde_json::Value {
    let of_goal = |goal: Goal| {
        let of = |quantity: &&str| {
            let better = done.better(goal, direction, quantity).map(|side| done.pair[side].0.clone());
            ((*quantity).to_owned(), json!(better))
        };
        serde_json::Value::Object(goal.compared().iter().map(of).collect())
    };
    Goal::ALL.iter().map(|goal| (goal.name().to_owned(), of_goal(*goal))).collect()
}

fn interval(s: &Statistics, factor: f64, decimals: usize) -> String {
    let Some(mean) = s.mean else { return "–".to_owned() };
    let mean = signed(mean * factor, decimals);
    match (s.ci_low, s.ci_high) {
        (Some(low), Some(high)) => {
            format!("{mean} [{}, {}]", signed(low * factor, decimals), signed(high * factor, decimals))
        }
        _ => mean,
    }
}

/// A regime less the other.
fn less(done: &Equalised, side: usize, language: Language) -> String {
    let (one, other) = (&done.pair[side].0, &done.pair[1 - side].0);
    match language {
        Language::En => format!("{one} less {other}"),
        Language::Zh => format!("{one}减{other}"),
    }
}

fn as_text(done: &Equalised, language: Language) -> String {
    let mut table = Table::new();
    table.load_style(UTF8_FULL_CONDENSED);
    let head = [
        ("", ""),
        ("scaled", "缩放"),
        ("outlay,\nyuan a person", "公共支出\n（元/人）"),
        ("ever returned,\npoints", "累计返贫\n（百分点）"),
        ("hardship,\npoints", "医疗困难\n（百分点）"),
        ("catastrophic,\npoints", "灾难性支出\n（百分点）"),
    ];
    table.set_header(head.map(|(en, zh)| pick(language, en, zh)));
    let cells = |rows: &[OutlayRow]| {
        let of = |quantity, factor, decimals| interval(&change(rows, quantity), factor, decimals);
        [
            of(PUBLIC_OUTLAY, 1.0, 0),
            of(RETURNED, 100.0, 2),
            of(HARDSHIP, 100.0, 2),
            of(CATASTROPHIC, 100.0, 2),
        ]
    };
    let mut row = |first: String, scaled: String, rows: &[OutlayRow]| {
        table.add_row([first, scaled].into_iter().chain(cells(rows)));
    };
    row(less(done, 1, language), pick(language, "no", "否").to_owned(), &done.unscaled[1]);
    for equal in &done.equal {
        let first = format!("{}\n{}", words(equal.goal, language), less(done, equal.scaled, language));
        match &equal.at {
            Some(trial) => row(first, how(equal, trial.value, language), &trial.rows),
            None => {
                let rows = equal.farthest.as_ref().map_or(&[][..], |trial| &trial.rows);
                row(first, not_reached(equal, language), rows);
            }
        }
    }
    for index in 2..6 {
        if let Some(column) = table.column_mut(index) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    let mut text = format!("{table}\n");
    for direction in done.directions() {
        if done.directions().count() > 1 || direction == Direction::Up {
            text += match direction {
                Direction::Down => pick(language, "Scaled down:\n", "缩减：\n"),
                Direction::Up => pick(language, "Scaled up:\n", "增加：\n"),
            };
        }
        text += &Goal::ALL.map(|goal| verdict(done, goal, direction, language)).concat();
    }
    if done.directions().any(|direction| direction == Direction::Up) {
        text += pick(
            language,
            "Scaled up, strength rises to full at most, rates to 1; a cap, ceilings and deductibles in yuan stay.\n",
            "增加时，保障层力度最高为全额，报销比例最高为1；封顶自付额、最高支付限额与以元计的起付线不变。\n",
        );
    }
    text += pick(
        language,
        "In brackets: 95 % interval of the paired mean over replicates. Outlay: discounted at 3 %, prices of 2020, all years.\n",
        "方括号内为重复模拟配对均值的95%区间。公共支出：各年合计，按3%贴现，2020年价格。\n",
    );
    text
}

const fn words(goal: Goal, language: Language) -> &'static str {
    match goal {
        Goal::Cost => pick(language, "at equal cost", "等成本时"),
        Goal::Return => pick(language, "at equal return", "等返贫时"),
        Goal::Hardship => pick(language, "at equal hardship", "等困难时"),
    }
}

fn capital(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// What stopped it.
fn not_reached(equal: &Equal, language: Language) -> String {
    let value = equal.farthest.as_ref().map_or(equal.way.unscaled(), |trial| trial.value);
    // Nothing is changed where no term can be.
    #[allow(clippy::float_cmp)]
    let nothing = value == equal.way.unscaled();
    match (equal.way, equal.direction) {
        (Way::Payments, Direction::Down) => {
            pick(language, "not even\nwithout them", "全部取消\n仍不相等").to_owned()
        }
        (Way::Deductible, Direction::Down) => {
            pick(language, "not even with\n+ 200 % of income", "起付线增加\n200%收入仍不相等").to_owned()
        }
        (Way::Payments, Direction::Up) if nothing => {
            pick(language, "aid and top-ups\nare at their bounds", "救助与补充\n已达上限").to_owned()
        }
        (Way::Deductible, Direction::Up) if nothing => {
            pick(language, "no deductible of aid\nto lower", "救助无起付线\n可降").to_owned()
        }
        (Way::Payments, Direction::Up) => {
            let value = number(value, 1);
            match language {
                Language::En => format!("not even × {value},\nrates at 1"),
                Language::Zh => format!("比例升至1\n（×{value}）仍不相等"),
            }
        }
        (Way::Deductible, Direction::Up) => {
            pick(language, "not even without\na deductible of aid", "取消救助起付线\n仍不相等").to_owned()
        }
    }
}

fn how(equal: &Equal, value: f64, language: Language) -> String {
    let size = number(value.abs(), 3);
    match (equal.way, language) {
        (Way::Payments, Language::En) => format!("aid and top-ups\n× {size}"),
        (Way::Payments, Language::Zh) => format!("救助与补充支付\n×{size}"),
        (Way::Deductible, Language::En) => {
            format!("aid deductible\n{} {size} of income", if value < 0.0 { '−' } else { '+' })
        }
        (Way::Deductible, Language::Zh) => {
            format!("救助起付线{}\n收入的{size}", if value < 0.0 { "减" } else { "加" })
        }
    }
}

/// What can be said where a goal is sought: a line a quantity.
fn verdict(done: &Equalised, goal: Goal, direction: Direction, language: Language) -> String {
    let at = words(goal, language);
    let Some(scaled) = done.sought(goal, direction).next().map(|equal| equal.scaled) else {
        return match language {
            Language::En => format!("{}: undefined, there is nobody to count.\n", capital(at)),
            Language::Zh => format!("{at}：无定义，没有可统计的人口。\n"),
        };
    };
    if done.sought(goal, direction).all(|equal| equal.at.is_none()) {
        return out_of_reach(done, goal, (direction, scaled), language);
    }
    let name = |side: usize| done.pair[side].0.as_str();
    let line = |quantity: &&str| {
        let Some(side) = done.better(goal, direction, quantity) else {
            let label = OUTLAY.iter().find(|(id, _, _)| id == quantity).map(|(_, _, label)| label);
            let label = label.map_or(*quantity, |label| pick(language, label.en, label.zh));
            return match language {
                Language::En => {
                    format!("{label} {at}: open, since not both ways show a difference of one sign.\n")
                }
                Language::Zh => format!("{at}，{label}：未定，两种缩放方式未显示同号差异。\n"),
            };
        };
        let (better, other) = (name(side), name(1 - side));
        match (*quantity, language) {
            (RETURNED, Language::En) => {
                format!("Fewer lifted people return under {better} than under {other} {at}, both ways.\n")
            }
            (RETURNED, Language::Zh) => {
                format!("{at}，{better}下返贫的脱贫人口少于{other}，两种方式一致。\n")
            }
            (HARDSHIP, Language::En) => {
                format!("Fewer people are in hardship under {better} than under {other} {at}, both ways.\n")
            }
            (HARDSHIP, Language::Zh) => {
                format!("{at}，{better}下陷入医疗困难的人少于{other}，两种方式一致。\n")
            }
            (_, Language::En) => format!("{better} costs less than {other} {at}, both ways.\n"),
            (_, Language::Zh) => format!("{at}，{better}的成本低于{other}，两种方式一致。\n"),
        }
    };
    goal.compared().iter().map(line).collect()
}

/// What can be said where neither way of scaling reaches a goal.
fn out_of_reach(
    done: &Equalised,
    goal: Goal,
    (direction, scaled): (Direction, usize),
    language: Language,
) -> String {
    let cut = direction == Direction::Down;
    if !done.sought(goal, direction).all(Equal::never) {
        let at = words(goal, language);
        return match (language, cut) {
            (Language::En, true) => format!(
                "{}: not reached, and whether a difference is left where medical aid is cut most is open.\n",
                capital(at)
            ),
            (Language::En, false) => format!(
                "{}: not reached, and whether a difference is left where all terms are at their bounds is open.\n",
                capital(at)
            ),
            (Language::Zh, true) => format!("{at}：未能达到；医疗救助削减到底后是否仍有差异，未定。\n"),
            (Language::Zh, false) => format!("{at}：未能达到；各项待遇增至上限后是否仍有差异，未定。\n"),
        };
    }
    // Who has more, and who has fewer left unprotected, whichever is scaled.
    let (one, other) = if cut { (scaled, 1 - scaled) } else { (1 - scaled, scaled) };
    let (one, other) = (&done.pair[one].0, &done.pair[other].0);
    match language {
        Language::En => {
            let what = match goal {
                Goal::Cost => format!("{one} costs more than {other}"),
                Goal::Return => format!("fewer lifted people return under {one} than under {other}"),
                Goal::Hardship => format!("fewer people are in hardship under {one} than under {other}"),
            };
            let most = if cut {
                "Even where medical aid is cut most"
            } else {
                "Even where all terms are at their bounds"
            };
            format!("{most}, {what}: what else differs between them is enough.\n")
        }
        Language::Zh => {
            let what = match goal {
                Goal::Cost => format!("{one}的成本仍高于{other}"),
                Goal::Return => format!("{one}下返贫的脱贫人口仍少于{other}"),
                Goal::Hardship => format!("{one}下陷入医疗困难的人仍少于{other}"),
            };
            let most = if cut { "医疗救助削减到底" } else { "各项待遇增至上限" };
            format!("即使{most}，{what}：两者的其他差异已足以造成。\n")
        }
    }
}
