//! `fanpin diff`: what differs between two scenarios, policies, places or regimes, in words.

use std::fs;
use std::io::Write;
use std::path::Path;

use clap::Args;
use clap::builder::PossibleValuesParser;
use serde_json::json;
use toml::{Table, Value};

use super::bill::{pick, unknown};
use super::files::{self, Folder};
use super::{CliError, SetArgs, list};
use crate::evidence::{Book, POLICY_ROOTS, Parameter, plain_number};
use crate::population::START;
use crate::report::store;
use crate::report::style::number;
use crate::scenario::compare::{Change, Difference, Span, Window, compare};
use crate::scenario::plan::Language;
use crate::scenario::resolver::DocumentKind;
use crate::scenario::{Options, Override, Scenario, load_bytes, load_text, shipped};
use crate::units::Year;

/// Last year in which policies and places are compared that stand in no scenario.
const LAST: Year = Year::new(2035);

/// Options of `fanpin diff`.
#[derive(Debug, Clone, Args)]
pub struct DiffArgs {
    /// A scenario file, or the name of a scenario, policy or place that ships; policy and place files too
    #[arg(value_name = "A")]
    pub first: String,
    /// What it is compared with [default: A with what --set and --regimes say]
    #[arg(value_name = "B")]
    pub second: Option<String>,
    /// Set a key of B by its dotted path; repeatable
    #[arg(long = "set", value_name = "KEY=VALUE")]
    pub set: Vec<String>,
    /// Compare only this regime of A with that of B
    #[arg(long, value_name = "A,B", value_delimiter = ',')]
    pub regimes: Option<Vec<String>>,
    /// Language of the sentences
    #[arg(long, value_name = "LANG", default_value = "en", value_parser = PossibleValuesParser::new(["en", "zh"]))]
    pub lang: String,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// One side of the comparison, complete.
struct Loaded {
    kind: DocumentKind,
    table: Table,
    /// Switch year and last year of a scenario.
    years: Option<(Year, Year)>,
}

/// Differences under one heading.
struct Part {
    heading: String,
    window: Window,
    differences: Vec<Difference>,
}

/// Prints every key in force that differs. That things differ is no failure.
///
/// # Errors
/// [`CliError::Scenario`] and [`CliError::Usage`] for what does not hold or can't be compared.
pub fn run(args: &DiffArgs, out: &mut dyn Write) -> Result<(), CliError> {
    if args.second.is_none() && args.set.is_empty() && args.regimes.is_none() {
        let message = "nothing to compare with: expected a second scenario, --set or --regimes";
        return Err(CliError::Usage(message.to_owned()));
    }
    let second = args.second.as_ref().unwrap_or(&args.first);
    let (a, b) = (load(&args.first, &[])?, load(second, &args.set)?);
    if a.kind != b.kind {
        let message = format!(
            "`{}` is a {} and `{second}` a {}: only like can be compared with like",
            args.first,
            a.kind.word(),
            b.kind.word()
        );
        return Err(CliError::Usage(message));
    }
    let parts = match &args.regimes {
        Some(names) => vec![regimes(&a, &b, names)?],
        None => parts(&a, &b),
    };
    let language = if args.lang == "zh" { Language::Zh } else { Language::En };
    if args.json {
        out.write_all(store::json(&as_json(&parts)).as_bytes())?;
    } else {
        out.write_all(as_text(&parts, (&args.first, second), language).as_bytes())?;
    }
    Ok(())
}

/// Reads a scenario, policy or place: a name that ships, or a file.
fn load(name: &str, set: &[String]) -> Result<Loaded, CliError> {
    let settings = SetArgs { set: set.to_vec(), ..SetArgs::default() };
    let shipped = shipped::ALL.iter().find(|file| file.name == name);
    if let Some(file) = shipped {
        return match file.kind {
            DocumentKind::Scenario => {
                let options = Options { overrides: settings.overrides(), ..Options::default() };
                Ok(of_scenario(load_text(&format!("{name}.toml"), file.text, &options)?))
            }
            kind => Ok(within(kind, load_text("diff.toml", &around(kind, name), &under(kind, &settings))?)),
        };
    }
    let path = Path::new(name);
    let text = fs::read_to_string(path).unwrap_or_default();
    let kind = kind_of(&text);
    if text.is_empty() && !name.ends_with(".toml") {
        return Err(unknown("diff", name, shipped::ALL.iter().map(|file| file.name)));
    }
    if kind == DocumentKind::Scenario {
        return Ok(of_scenario(files::load(path, &settings, Vec::new())?));
    }
    let folder = Folder::of(path).map_err(|error| CliError::Io("read", path.to_owned(), error))?;
    let file = path.file_name().map_or_else(String::new, |file| file.to_string_lossy().into_owned());
    let scenario = load_bytes("diff.toml", around(kind, &file).as_bytes(), &folder, &under(kind, &settings))?;
    Ok(within(kind, scenario))
}

fn of_scenario(scenario: Scenario) -> Loaded {
    let years = Some((scenario.plan.switch_year, scenario.plan.last_year));
    Loaded { kind: DocumentKind::Scenario, table: scenario.resolved, years }
}

/// What kind of file a text is, by the keys at its top.
fn kind_of(text: &str) -> DocumentKind {
    let Ok(table) = text.parse::<Table>() else { return DocumentKind::Scenario };
    let has = |keys: &[&str]| keys.iter().any(|key| table.contains_key(*key));
    let extends = table.get("extends").and_then(Value::as_str).unwrap_or("");
    let of_place = |key: &String| Book::get().pattern(&format!("places.*.{key}")).is_some();
    if has(&["plan", "places", "regimes", "society", "baseline", "history", "output"]) {
        DocumentKind::Scenario
    } else if has(&POLICY_ROOTS) || shipped::find(DocumentKind::Policy, extends).is_some() {
        DocumentKind::Policy
    } else if table.keys().any(of_place) || shipped::find(DocumentKind::Place, extends).is_some() {
        DocumentKind::Place
    } else {
        DocumentKind::Scenario
    }
}

/// A scenario around a policy or place, so that every default is filled in.
fn around(kind: DocumentKind, name: &str) -> String {
    let (place, policy) = match kind {
        DocumentKind::Place => (name, "basic-only"),
        DocumentKind::Policy | DocumentKind::Scenario => ("ordinary-county", name),
    };
    format!(
        "name = \"diff\"\nbaseline = \"it\"\n[places]\norder = [\"it\"]\n[places.it]\nplace = {place:?}\n\
         [regimes]\norder = [\"it\"]\n[regimes.it]\npolicy = {policy:?}\n"
    )
}

/// Where a policy or place stands in the scenario around it.
const fn stands_at(kind: DocumentKind) -> [&'static str; 2] {
    match kind {
        DocumentKind::Place => ["places", "it"],
        DocumentKind::Policy | DocumentKind::Scenario => ["regimes", "it"],
    }
}

/// Settings of a policy or place as settings of the scenario around it.
fn under(kind: DocumentKind, settings: &SetArgs) -> Options {
    let [section, name] = stands_at(kind);
    let moved = settings.overrides().into_iter().map(|given| Override {
        origin: given.origin,
        text: format!("{section}.{name}.{}", given.text.trim_start()),
    });
    Options { overrides: moved.collect(), ..Options::default() }
}

fn within(kind: DocumentKind, scenario: Scenario) -> Loaded {
    let [section, name] = stands_at(kind);
    let table = scenario.resolved.get(section).and_then(|tables| tables.get(name)?.as_table());
    Loaded { kind, table: table.cloned().unwrap_or_default(), years: None }
}

/// All differences, by heading.
fn parts(a: &Loaded, b: &Loaded) -> Vec<Part> {
    let (Some((switch_a, last_a)), Some((switch_b, last_b))) = (a.years, b.years) else {
        let [section, name] = stands_at(a.kind);
        let window = (START, LAST);
        let differences = compare(&format!("{section}.{name}"), &a.table, &b.table, window);
        let heading = a.kind.word().to_owned();
        return vec![Part { heading, window, differences }];
    };
    let (switch, last) = (switch_a.min(switch_b), last_a.max(last_b));
    let empty = Table::new();
    let table = |of: &'_ Loaded, key: &str| of.table.get(key).and_then(Value::as_table).cloned();
    let mut parts = Vec::new();
    let mut add = |heading: String, window: Window, differences: Vec<Difference>| {
        if !differences.is_empty() {
            parts.push(Part { heading, window, differences });
        }
    };
    for key in ["society", "places", "plan", "history", "regimes", "output"] {
        let (one, other) = (table(a, key), table(b, key));
        let (one, other) = (one.as_ref().unwrap_or(&empty), other.as_ref().unwrap_or(&empty));
        let window = match key {
            "regimes" => (switch, last),
            "history" => (START, switch_a.max(switch_b).previous()),
            _ => (START, last),
        };
        let mut found = compare(key, one, other, window);
        if key == "plan" {
            let baseline = |of: &Loaded| -> Table {
                of.table
                    .get("baseline")
                    .map(|name| ("baseline".to_owned(), name.clone()))
                    .into_iter()
                    .collect()
            };
            found.extend(compare("", &baseline(a), &baseline(b), window));
        }
        if !matches!(key, "places" | "regimes") {
            add(key.to_owned(), window, found);
            continue;
        }
        // A heading a place or regime that both have; what one side has alone stands first.
        let depth = |difference: &Difference| difference.path.split('.').count();
        let (alone, mut common): (Vec<_>, Vec<_>) = found.into_iter().partition(|found| depth(found) <= 2);
        add(key.to_owned(), window, alone);
        while let Some(first) = common.first() {
            let prefix: Vec<&str> = first.path.split('.').take(2).collect();
            let heading = format!("{} {}", key.trim_end_matches('s'), prefix[1]);
            let prefix = format!("{}.", prefix.join("."));
            let (here, rest) = common.into_iter().partition(|found| found.path.starts_with(&prefix));
            add(heading, window, here);
            common = rest;
        }
    }
    parts
}

/// A regime of each side.
fn regimes(a: &Loaded, b: &Loaded, names: &[String]) -> Result<Part, CliError> {
    let ([first, second], Some((switch_a, last_a)), Some((switch_b, last_b))) = (names, a.years, b.years)
    else {
        let message = "--regimes: expected a regime of each of two scenarios, as in --regimes targeted,cliff";
        return Err(CliError::Usage(message.to_owned()));
    };
    let of = |side: &Loaded, name: &str| -> Result<Table, CliError> {
        let regimes = side.table.get("regimes").and_then(Value::as_table);
        let named = regimes.into_iter().flatten().filter(|(_, regime)| regime.is_table());
        let known: Vec<&str> = named.map(|(known, _)| known.as_str()).collect();
        let found = regimes.and_then(|regimes| regimes.get(name)?.as_table());
        found.cloned().ok_or_else(|| unknown("--regimes", name, known.into_iter()))
    };
    let window = (switch_a.min(switch_b), last_a.max(last_b));
    let differences = compare(&format!("regimes.{second}"), &of(a, first)?, &of(b, second)?, window);
    Ok(Part { heading: format!("regime {second} instead of {first}"), window, differences })
}

fn as_json(parts: &[Part]) -> serde_json::Value {
    let plain = |value: &Option<Value>| serde_json::to_value(value).unwrap_or_default();
    let spans = |spans: &[Span]| -> Vec<_> {
        let span = |span: &Span| {
            json!({
                "from": span.from.number(),
                "to": span.to.number(),
                "a": span.values[0],
                "b": span.values[1],
            })
        };
        spans.iter().map(span).collect()
    };
    let differences = parts.iter().flat_map(|part| {
        part.differences.iter().map(|difference| {
            let (kind, a, b, years) = match &difference.kind {
                Change::OnlyFirst(label) => ("only_a", plain(label), json!(null), json!(null)),
                Change::OnlySecond(label) => ("only_b", json!(null), plain(label), json!(null)),
                Change::Order(a, b) => ("order", json!(a), json!(b), json!(null)),
                Change::Value(a, b) => ("value", plain(a), plain(b), json!(null)),
                Change::Years(years) => ("years", json!(null), json!(null), json!(spans(years))),
            };
            let parameter = difference.parameter;
            json!({
                "part": part.heading,
                "path": difference.path,
                "level": difference.level.map(crate::scenario::policy::Level::name),
                "kind": kind,
                "a": a,
                "b": b,
                "years": years,
                "unit": parameter.map(|parameter| parameter.unit.as_str()),
                "description": parameter.map(|parameter| parameter.description.as_str()),
                "description_zh": parameter.map(|parameter| parameter.description_zh.as_str()),
            })
        })
    });
    json!(differences.collect::<Vec<_>>())
}

fn as_text(parts: &[Part], (first, second): (&str, &str), language: Language) -> String {
    let found: usize = parts.iter().map(|part| part.differences.len()).sum();
    if found == 0 {
        return pick(language, "no difference in force\n", "生效内容无差异\n").to_owned();
    }
    let mut text = match language {
        Language::En => format!("A: {first}\nB: {second}\nwhat B has, instead of what A has:\n"),
        Language::Zh => format!("A：{first}\nB：{second}\nB的取值，以及A的取值：\n"),
    };
    for part in parts.iter().filter(|part| !part.differences.is_empty()) {
        text += &format!("\n{}\n", heading(&part.heading, language));
        for difference in &part.differences {
            text += &format!("  {}\n", sentence(difference, part.window, language));
        }
    }
    text
}

fn heading(heading: &str, language: Language) -> String {
    if language == Language::En {
        return heading.to_owned();
    }
    let words = [
        ("society", "社会（各制度相同）"),
        ("places", "地区"),
        ("place", "地区"),
        ("plan", "运行设置"),
        ("history", "切换之前的政策"),
        ("regimes", "制度"),
        ("regime", "制度"),
        ("policy", "政策"),
        ("output", "输出"),
    ];
    let (first, rest) = heading.split_once(' ').unwrap_or((heading, ""));
    let word = words.iter().find(|(en, _)| *en == first).map_or(first, |(_, zh)| zh);
    format!("{word} {}", rest.replace(" instead of ", " 对比 ")).trim_end().to_owned()
}

/// Whose key it is: ``layer `aid` ``, nothing for a key of its own.
pub(super) fn subject(path: &str, language: Language) -> String {
    let segments: Vec<&str> = path.split('.').collect();
    let segments = match segments.as_slice() {
        ["regimes" | "places", _, rest @ ..] | ["history", rest @ ..] => rest,
        all => all,
    };
    let say = |en, zh| pick(language, en, zh);
    match segments {
        ["layers", layer, "class_terms", terms, ..] => match language {
            Language::En => format!("layer `{layer}`, terms `{terms}`"),
            Language::Zh => format!("保障层 `{layer}` 的 `{terms}` 条款"),
        },
        ["layers", layer, ..] => format!("{} `{layer}`", say("layer", "保障层")),
        ["programmes", programme, ..] => format!("{} `{programme}`", say("programme", "项目")),
        _ => String::new(),
    }
}

pub(super) fn sentence(difference: &Difference, window: Window, language: Language) -> String {
    let subject = subject(&difference.path, language);
    let say = |en: &'static str, zh: &'static str| pick(language, en, zh);
    match &difference.kind {
        Change::OnlyFirst(label) | Change::OnlySecond(label) => {
            let name = difference.path.rsplit('.').next().unwrap_or(&difference.path);
            let what = if subject.is_empty() { format!("`{name}`") } else { subject };
            let which = if matches!(difference.kind, Change::OnlyFirst(_)) { "A" } else { "B" };
            let label = label.as_ref().and_then(|label| label.get(say("en", "zh"))?.as_str());
            match (language, label) {
                (Language::En, Some(label)) => format!("{what} ({label}): only in {which}"),
                (Language::En, None) => format!("{what}: only in {which}"),
                (Language::Zh, Some(label)) => format!("{what}（{label}）：仅{which}有"),
                (Language::Zh, None) => format!("{what}：仅{which}有"),
            }
        }
        Change::Order(a, b) => {
            let what = if subject.is_empty() {
                difference.path.rsplit('.').next().unwrap_or_default().to_owned()
            } else {
                subject
            };
            match language {
                Language::En => format!("{what}: in the order {}, instead of {}", b.join(", "), a.join(", ")),
                Language::Zh => format!("{what}：顺序为{}，而非{}", b.join("、"), a.join("、")),
            }
        }
        Change::Value(a, b) => {
            let value = |value: &Option<Value>| value_words(value.as_ref(), difference.parameter, language);
            statement(difference, &subject, (value(a), value(b)), "", language)
        }
        Change::Years(spans) => {
            let words = |values: &[Option<f64>]| -> String {
                let words = values.iter().map(|value| number_words(*value, difference.parameter, language));
                words.collect::<Vec<_>>().join(say(", ", "、"))
            };
            let mut text = String::new();
            for (place, span) in spans.iter().enumerate() {
                let values = (words(&span.values[0]), words(&span.values[1]));
                let years = years(span, window, language);
                if place == 0 {
                    text = statement(difference, &subject, values, &years, language);
                } else {
                    text += &match language {
                        Language::En => format!("; {} instead of {}{years}", values.1, values.0),
                        Language::Zh => format!("；{}，而非{}{years}", values.1, values.0),
                    };
                }
            }
            text
        }
    }
}

/// "layer `aid` pays 70 % instead of 50 % (`rate`)", or what the book says of the key with both values.
fn statement(
    difference: &Difference,
    subject: &str,
    (a, b): (String, String),
    years: &str,
    language: Language,
) -> String {
    let key = difference.path.rsplit('.').next().unwrap_or(&difference.path);
    let pattern = difference.parameter.map_or("", |parameter| parameter.pattern.as_str());
    let at = match (difference.level, language) {
        (None, _) => String::new(),
        (Some(level), Language::En) => format!(", {}", level.name()),
        (Some(level), Language::Zh) => {
            let level = ["乡镇", "县级", "市级", "省级"][level as usize];
            format!("，{level}")
        }
    };
    match (pattern, language) {
        ("layers.*.rate", Language::En) => {
            return format!("{subject} pays {b} instead of {a} (`rate`{at}){years}");
        }
        ("layers.*.rate", Language::Zh) => return format!("{subject} 支付{b}，而非{a}（`rate`{at}）{years}"),
        ("layers.*.first_year" | "programmes.*.first_year", Language::En) => {
            return format!("{subject} begins in {b} instead of {a} (`{key}`)");
        }
        ("layers.*.last_year" | "programmes.*.last_year", Language::En) => {
            return format!("{subject} ends with {b} instead of {a} (`{key}`)");
        }
        _ => {}
    }
    let description = difference.parameter.map_or(key, |parameter| {
        pick(language, parameter.description.as_str(), parameter.description_zh.as_str())
    });
    // What holds where a class isn't named is no part of the difference.
    let without = |mark: &str| description.split_once(mark).map(|(before, _)| before);
    let description = without("; otherwise").or_else(|| without("；缺省")).unwrap_or(description);
    let class = if pattern.ends_with("<class>") { format!(" `{key}`") } else { String::new() };
    let name = if subject.is_empty() { short(&difference.path) } else { key.to_owned() };
    match language {
        Language::En => {
            let subject = if subject.is_empty() { String::new() } else { format!("{subject}: ") };
            format!("{subject}{description}{class} (`{name}`{at}): {b} instead of {a}{years}")
        }
        Language::Zh => {
            let subject = if subject.is_empty() { String::new() } else { format!("{subject}：") };
            format!("{subject}{description}{class}（`{name}`{at}）：{b}，而非{a}{years}")
        }
    }
}

/// A path without the regime or place, which stands in the heading.
fn short(path: &str) -> String {
    let mut segments = path.split('.');
    match segments.next() {
        Some("regimes" | "places") => segments.skip(1).collect::<Vec<_>>().join("."),
        _ => path.to_owned(),
    }
}

fn years(span: &Span, window: Window, language: Language) -> String {
    let (from, to) = (span.from, span.to);
    match (language, from == window.0, to == window.1) {
        (_, true, true) => String::new(),
        (Language::En, _, true) => format!(", from {from} on"),
        (Language::Zh, _, true) => format!("，{from}年起"),
        (Language::En, true, _) => format!(", until {to}"),
        (Language::Zh, true, _) => format!("，至{to}年"),
        (Language::En, ..) if from == to => format!(", in {from}"),
        (Language::Zh, ..) if from == to => format!("，{from}年"),
        (Language::En, ..) => format!(", {from} to {to}"),
        (Language::Zh, ..) => format!("，{from}—{to}年"),
    }
}

fn number_words(value: Option<f64>, parameter: Option<&Parameter>, language: Language) -> String {
    let Some(value) = value else { return pick(language, "nothing given", "未设定").to_owned() };
    let unit = parameter.map_or("", |parameter| parameter.unit.as_str());
    if unit.starts_with("share") || unit.starts_with("probability") {
        let digits = plain_number((value * 1e8).round() / 1e6);
        return format!("{digits} %");
    }
    if unit.starts_with("yuan") {
        let decimals = usize::from(value.fract() != 0.0) * 2;
        return format!("{}{}", number(value, decimals), pick(language, " yuan", "元"));
    }
    let zh = [("months", "个月"), ("years", "年"), ("days", "天"), ("minutes", "分钟")];
    // Interpolated values without the last bits of their sum.
    let plain = plain_number((value * 1e9).round() / 1e9);
    match (zh.iter().find(|(en, _)| *en == unit), language) {
        (Some((en, _)), Language::En) => format!("{plain} {en}"),
        (Some((_, zh)), Language::Zh) => format!("{plain}{zh}"),
        (None, Language::En) if unit.ends_with("lines") || unit.ends_with("standards") => {
            format!("{plain} {unit}")
        }
        (None, _) => plain,
    }
}

fn value_words(value: Option<&Value>, parameter: Option<&Parameter>, language: Language) -> String {
    // Whole numbers of a scenario are far below 2^53.
    #[allow(clippy::cast_precision_loss)]
    match value {
        None => pick(language, "nothing given", "未设定").to_owned(),
        Some(Value::Boolean(true)) => pick(language, "yes", "是").to_owned(),
        Some(Value::Boolean(false)) => pick(language, "no", "否").to_owned(),
        Some(Value::String(text)) => format!("`{text}`"),
        Some(Value::Integer(whole)) => number_words(Some(*whole as f64), parameter, language),
        Some(Value::Float(number)) => number_words(Some(*number), parameter, language),
        Some(Value::Array(items)) if items.iter().all(Value::is_str) => {
            let names: Vec<&str> = items.iter().filter_map(Value::as_str).collect();
            if names.is_empty() { pick(language, "none", "无").to_owned() } else { names.join(", ") }
        }
        Some(other) => list::inline(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn diff(first: &str, second: Option<&str>, set: &[&str], regimes: Option<&str>, lang: &str) -> String {
        let args = DiffArgs {
            first: first.to_owned(),
            second: second.map(str::to_owned),
            set: set.iter().map(|text| (*text).to_owned()).collect(),
            regimes: regimes.map(|names| names.split(',').map(str::to_owned).collect()),
            lang: lang.to_owned(),
            json: false,
        };
        let mut out = Vec::new();
        match run(&args, &mut out) {
            Ok(()) => String::from_utf8(out).expect("UTF-8"),
            Err(error) => error.to_string(),
        }
    }

    /// The sentences alone.
    fn sentences(text: &str) -> Vec<&str> {
        text.lines().filter_map(|line| line.strip_prefix("  ")).collect()
    }

    const MAIN: &str = "inclusive-vs-targeted";

    #[test]
    fn what_ships_does_not_differ_from_itself() {
        for file in shipped::ALL {
            let text = diff(file.name, Some(file.name), &[], None, "en");
            assert_eq!(text, "no difference in force\n", "{}", file.name);
        }
    }

    #[test]
    fn a_setting_is_said_in_both_languages() {
        let set = ["regimes.inclusive.layers.aid.rate={ step = [[2010, 0.7], [2024, 0.9]] }"];
        let text = diff(MAIN, None, &set, None, "en");
        assert!(text.contains("\nregime inclusive\n"), "{text}");
        assert_eq!(sentences(&text), ["layer `aid` pays 90 % instead of 70 % (`rate`), from 2024 on"]);
        let text = diff(MAIN, None, &set, None, "zh");
        assert_eq!(sentences(&text), ["保障层 `aid` 支付90 %，而非70 %（`rate`），2024年起"]);
        let set = ["society.care.referred_share=0.5", "plan.households=600"];
        let text = diff(MAIN, None, &set, None, "en");
        let found = sentences(&text);
        assert_eq!(found.len(), 2, "{text}");
        assert!(found[0].contains("(`society.care.referred_share`): 50 % instead of "), "{text}");
        assert!(found[1].ends_with("(`plan.households`): 600 instead of 20000"), "{text}");
    }

    #[test]
    fn regimes_are_compared_by_name() {
        let text = diff(MAIN, None, &[], Some("targeted,transition"), "en");
        let found = sentences(&text);
        let aid = "layer `tilt-aid` (Tilt aid): only in B";
        assert!(found.contains(&aid), "{text}");
        let taper = found.iter().find(|line| line.starts_with("layer `top-up-cap`")).expect("it tapers");
        assert!(
            taper.ends_with("0.75, 0.5, 0.25 instead of 1, 2022 to 2024; 0 instead of 1, from 2025 on"),
            "{taper}"
        );
        let text = diff(MAIN, None, &[], Some("targeted,transitoin"), "en");
        assert!(text.contains("did you mean `transition`?"), "{text}");
    }

    #[test]
    fn policies_and_places_are_compared_with_their_like() {
        let text = diff("targeted", Some("targeted-frozen"), &[], None, "en");
        assert_eq!(
            sentences(&text),
            [
                "how the list of registered households is kept (`classes.list`): `frozen` instead of `rechecked`"
            ]
        );
        let text = diff("poor-county", Some("ordinary-county"), &[], None, "zh");
        assert!(sentences(&text).len() > 5, "{text}");
        let text = diff("poor-county", Some("targeted"), &[], None, "en");
        assert_eq!(
            text,
            "`poor-county` is a place and `targeted` a policy: only like can be compared with like"
        );
        let text = diff("targeted", None, &["layers.aid.rate=0.75"], None, "en");
        assert_eq!(sentences(&text), ["layer `aid` pays 75 % instead of 70 % (`rate`)"]);
    }

    #[test]
    fn a_file_is_told_by_its_keys() {
        assert_eq!(kind_of("name = \"x\"\nextends = \"targeted\""), DocumentKind::Policy);
        assert_eq!(kind_of("[layers.aid]\nrate = 0.5"), DocumentKind::Policy);
        assert_eq!(kind_of("income_level = 0.8"), DocumentKind::Place);
        assert_eq!(kind_of("extends = \"national\""), DocumentKind::Scenario);
        assert_eq!(kind_of("[plan]\nseed = 1"), DocumentKind::Scenario);
    }
}
