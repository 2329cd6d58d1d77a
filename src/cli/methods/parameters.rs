//! The tables of parameters in force: value, range, unit, status, where from.

use toml::{Table as Toml, Value};

use super::markdown::{Table, code, lines, plain, prose};
use super::notes::{Document, Origin, origin};
use crate::cli::bill::pick;
use crate::cli::list;
use crate::evidence::{Book, POLICY_ROOTS, Parameter, Status, plain_number};
use crate::scenario::Scenario;
use crate::scenario::plan::Language;
use crate::scenario::policy::Level;
use crate::uncertainty::prior::Scale;

/// Keys that say what something is called or in which order it stands.
const NAMES: [&str; 8] = ["name", "title", "description", "source", "extends", "label", "policy", "place"];

/// The files behind a scenario, each with those it builds on, the uppermost first.
#[derive(Debug, Default)]
pub struct Files {
    /// Of the scenario itself.
    pub scenario: Vec<Document>,
    /// Of history, then of each regime, in their order.
    pub policies: Vec<Vec<Document>>,
    /// Of each place in its order.
    pub places: Vec<Vec<Document>>,
    /// What the command line sets: key and option.
    pub set: Vec<(String, String)>,
}

impl Files {
    /// Where the scenario or the command line sets a path, or a file that is named there a part of it.
    fn origin(&self, path: &str, below: Option<(&[Document], &str)>) -> Option<Origin> {
        let set = self.set.iter().rev().find(|(key, _)| key == path || key.starts_with(&format!("{path}.")));
        let set = set.map(|(_, option)| Origin { file: format!("`{option}`"), own: None, around: None });
        let beneath = || below.and_then(|(documents, path)| origin(documents, path));
        set.or_else(|| origin(&self.scenario, path)).or_else(beneath)
    }
}

/// A value in force.
#[derive(Debug, Clone)]
struct Held<'s> {
    /// Under what: a regime, history or a place; nothing for society.
    under: &'s str,
    value: Value,
    origin: Option<Origin>,
}

/// A key with what is in force for it.
#[derive(Debug, Clone)]
struct Row<'s> {
    path: String,
    parameter: &'static Parameter,
    held: Vec<Held<'s>>,
}

/// All tables, and how many values stand in them by status.
pub struct Tables<'s> {
    scenario: &'s Scenario,
    files: &'s Files,
    language: Language,
    counts: [usize; Status::ALL.len()],
    /// Values that differ from the book's.
    changed: usize,
    /// What stands above the values that were printed last.
    around: Option<String>,
    /// Texts that say where values come from, as they were printed.
    pub sources: Vec<String>,
}

impl<'s> Tables<'s> {
    /// Tables of a scenario.
    pub const fn new(scenario: &'s Scenario, files: &'s Files, language: Language) -> Self {
        Self {
            scenario,
            files,
            language,
            counts: [0; Status::ALL.len()],
            changed: 0,
            around: None,
            sources: Vec::new(),
        }
    }

    /// The whole section, without its heading.
    pub fn section(&mut self) -> String {
        let society = self.society();
        let observation = self.observation();
        let places = self.places();
        let policies = self.policies();
        let switched_off = self.switched_off();
        let intro = match self.language {
            Language::En => {
                "A value in bold is not the book's; the book's stands beside it in brackets. Where a file of the scenario, a policy or a place sets a value, the last column has what stands beside the value there, and the file; otherwise it has the book's source. Marks such as \\[SX21\\] are resolved under *References*. *Range* is what the program accepts, *prior* where the value may lie in an analysis of uncertainty, flat between its ends (on the logarithm where it says log). Steps hold from the year named on; between the years of a taper values are interpolated.\n\n"
            }
            Language::Zh => {
                "粗体为不同于参数书的取值，括号内为参数书取值。由情景、政策或地区文件设定的取值，末列为文件中该值旁的说明及文件名；其余为参数书所列来源。\\[SX21\\]一类标记见“参考文献”。“范围”指程序允许的取值；“先验”指不确定性分析中的取值区间，区间内均匀分布（注明者为对数均匀）。阶梯值自所注年份起生效，渐变值在年份之间线性插值。来源文字仅有英文。\n\n"
            }
        };
        format!("{}{intro}{switched_off}{society}{observation}{places}{policies}", self.sentence())
    }

    fn say(&self, en: &'static str, zh: &'static str) -> &'static str {
        pick(self.language, en, zh)
    }

    /// How many values there are, by status.
    fn sentence(&self) -> String {
        let names = self.counts.iter().zip(Status::ALL).filter(|(count, _)| **count > 0);
        let parts: Vec<String> =
            names.map(|(count, status)| format!("{count} {}", status_word(status, self.language))).collect();
        let all: usize = self.counts.iter().sum();
        match self.language {
            Language::En => format!(
                "{all} values are in force: {}; {} of them differ from the book of parameters that ships. *Seen*: read in its source; *derived*: computed from values that were; *unverified*: recalled, or from a source that could not be read; *assumption*: for want of evidence; *choice*: up to whoever runs the scenario. A value whose note names several statuses counts under the weakest, one without a note as an assumption, one that a calibration found as derived.\n\n",
                parts.join(", "),
                self.changed
            ),
            Language::Zh => format!(
                "共有{all}个取值生效：{}；其中{}个不同于随程序的参数书。“已核实”为在来源中读到；“推算”由已核实的值算得；“未核实”为凭记忆或来源无法读到；“假设”为缺乏证据；“自选”由使用者决定。说明中有多种状态的按最弱者计，无说明的按假设计，经校准得到的按推算计。\n\n",
                parts.join("，"),
                self.changed
            ),
        }
    }

    fn is_on(&self, parameter: &Parameter) -> bool {
        let Some(switch) = &parameter.switch else { return true };
        let switches = self.scenario.resolved.get("society").and_then(|society| society.get("switches"));
        switches.and_then(|table| table.get(switch)?.as_bool()).unwrap_or(true)
    }

    fn switched_off(&self) -> String {
        let mut off: Vec<(&str, Vec<String>)> = Vec::new();
        for parameter in Book::get().iter().filter(|parameter| !self.is_on(parameter)) {
            let Some(switch) = parameter.switch.as_deref() else { continue };
            match off.iter_mut().find(|(known, _)| *known == switch) {
                Some((_, keys)) => keys.push(code(&parameter.pattern)),
                None => off.push((switch, vec![code(&parameter.pattern)])),
            }
        }
        if off.is_empty() {
            return self.say("No mechanism is switched off.\n\n", "未关闭任何机制。\n\n").to_owned();
        }
        let head = self.say(
            "Switched off, so that these parameters act on nothing and are not listed:",
            "已关闭的机制，其参数不起作用，故不列出：",
        );
        let items = off.iter().map(|(switch, keys)| format!("- {}: {}\n", code(switch), keys.join(", ")));
        format!("{head}\n\n{}\n", items.collect::<String>())
    }

    fn society(&mut self) -> String {
        let (scenario, files) = (self.scenario, self.files);
        let mut text =
            format!("### {}\n\n", self.say("Society: the same under every regime", "社会参数：各制度相同"));
        let groups = scenario.resolved.get("society").and_then(Value::as_table);
        for (group, table) in groups.into_iter().flatten() {
            let Some(table) = table.as_table() else { continue };
            let rows = leaves(&format!("society.{group}"), table).into_iter().filter_map(|(path, value)| {
                let parameter = Book::get().lookup(&path)?;
                let origin = files.origin(&path, None);
                Some(Row { path, parameter, held: vec![Held { under: "", value, origin }] })
            });
            text += &self.table(&format!("`society.{group}`"), rows.collect());
        }
        text
    }

    fn observation(&mut self) -> String {
        let (scenario, files) = (self.scenario, self.files);
        let table = scenario.resolved.get("observation").and_then(Value::as_table);
        let rows =
            table.into_iter().flat_map(|table| leaves("observation", table)).filter_map(|(path, value)| {
                let parameter = Book::get().lookup(&path)?;
                let origin = files.origin(&path, None);
                Some(Row { path, parameter, held: vec![Held { under: "", value, origin }] })
            });
        let rows = self.table("", rows.collect());
        if rows.is_empty() {
            return rows;
        }
        format!("### {}\n\n{rows}", self.say("Observation: what surveys see", "观测：调查所见"))
    }

    fn places(&mut self) -> String {
        let (scenario, files) = (self.scenario, self.files);
        let mut rows: Vec<Row> = Vec::new();
        for (place, below) in scenario.places.iter().zip(&files.places) {
            let table = scenario.resolved.get("places").and_then(|places| places.get(&place.id)?.as_table());
            for (path, value) in table.into_iter().flat_map(|table| leaves("", table)) {
                let full = format!("places.{}.{path}", place.id);
                let Some(parameter) = Book::get().lookup(&full) else { continue };
                let origin = files.origin(&full, Some((below, &path)));
                gather(&mut rows, (path, parameter), Held { under: &place.id, value, origin });
            }
        }
        let title = self.say("Places", "地区");
        format!("### {title}\n\n{}", self.table("", rows))
    }

    /// Keys of history and of every regime side by side.
    fn policies(&mut self) -> String {
        let (scenario, files) = (self.scenario, self.files);
        let regimes = scenario.resolved.get("regimes").and_then(Value::as_table);
        let history =
            scenario.resolved.get("history").and_then(Value::as_table).map(|table| ("history", table));
        let of_regime = |regime: &'s crate::scenario::policy::Regime| {
            Some((regime.id.as_str(), regimes?.get(&regime.id)?.as_table()?))
        };
        let tables = history.into_iter().chain(scenario.regimes.iter().filter_map(of_regime));
        let mut rows: Vec<Row> = Vec::new();
        for ((under, table), below) in tables.zip(&files.policies) {
            let prefix = if under == "history" { "history".to_owned() } else { format!("regimes.{under}") };
            for (path, value) in leaves("", table) {
                let full = format!("{prefix}.{path}");
                let Some(parameter) = Book::get().lookup(&full) else { continue };
                let origin = files.origin(&full, Some((below, &path)));
                gather(&mut rows, (path, parameter), Held { under, value, origin });
            }
        }
        rows.sort_by(|a, b| a.path.cmp(&b.path));
        let head = self.say("Policies", "政策");
        let words = self.say(
            "`history` holds until the switch, each regime from then on. A value without a name before it holds under history and every regime that has the key.",
            "`history`为切换之前的政策，其后各制度执行自身政策。前无名称的取值对历史政策和所有设有该项的制度均适用。",
        );
        let mut text = format!("### {head}\n\n{words}\n\n");
        let mut standing: Vec<Row> = Vec::new();
        for root in POLICY_ROOTS {
            let own = |row: &Row| row.path.split('.').next() == Some(root);
            let (mut here, rest): (Vec<Row>, Vec<Row>) = rows.into_iter().partition(own);
            rows = rest;
            if matches!(root, "layers" | "programmes") {
                let at_default =
                    |row: &Row| row.held.iter().all(|held| is_default(row.parameter, &held.value));
                let (usual, other) = here.into_iter().partition(at_default);
                standing.extend::<Vec<Row>>(usual);
                here = other;
            }
            text += &self.table(&format!("`{root}`"), here);
        }
        text + &self.standing(standing)
    }

    /// What layers and programmes leave at the book's value: a row a pattern, not one a layer.
    fn standing(&mut self, rows: Vec<Row<'s>>) -> String {
        let mut patterns: Vec<Row> = Vec::new();
        for mut row in rows {
            if !patterns.iter().any(|known| known.parameter.pattern == row.parameter.pattern) {
                row.path.clone_from(&row.parameter.pattern);
                row.held.truncate(1);
                row.held.iter_mut().for_each(|held| held.origin = None);
                patterns.push(row);
            }
        }
        patterns.sort_by(|a, b| a.path.cmp(&b.path));
        self.table(
            self.say(
                "What no layer or programme above names has the book's value",
                "以上各保障层和项目未列出的项取参数书的值",
            ),
            patterns,
        )
    }

    fn table(&mut self, heading: &str, rows: Vec<Row<'s>>) -> String {
        let rows: Vec<Row> = rows.into_iter().filter(|row| self.is_on(row.parameter)).collect();
        if rows.is_empty() {
            return String::new();
        }
        let head = match self.language {
            Language::En => ["parameter", "value", "range", "unit", "status", "where from"],
            Language::Zh => ["参数", "取值", "范围", "单位", "状态", "来源"],
        };
        let mut table = Table::new(&head);
        for row in rows {
            let cells = self.cells(&row);
            table.row(&cells);
        }
        let heading = if heading.is_empty() { String::new() } else { format!("#### {heading}\n\n") };
        heading + &table.finish()
    }

    /// What the program accepts, and the prior below it.
    fn range(&self, parameter: &Parameter) -> String {
        let to = self.say(" to ", "至");
        let range =
            parameter.range.map(|(least, most)| format!("{}{to}{}", plain_number(least), plain_number(most)));
        let prior = parameter.prior().map(|prior| {
            let scale = if prior.scale == Scale::Log { self.say(" (log)", "（对数）") } else { "" };
            let ends = format!("{}{to}{}", short(prior.low), short(prior.high));
            format!("{}{ends}{scale}", self.say("prior ", "先验"))
        });
        lines(&range.into_iter().chain(prior).collect::<Vec<_>>())
    }

    fn cells(&mut self, row: &Row) -> [String; 6] {
        let parameter = row.parameter;
        let description =
            pick(self.language, parameter.description.as_str(), parameter.description_zh.as_str());
        let range = self.range(parameter);
        let mut groups: Vec<(Vec<&str>, &Value, Vec<&Origin>)> = Vec::new();
        for held in &row.held {
            let place = groups.iter().position(|(_, value, _)| same(value, &held.value));
            let place = place.unwrap_or_else(|| {
                groups.push((Vec::new(), &held.value, Vec::new()));
                groups.len() - 1
            });
            groups[place].0.push(held.under);
            if let Some(origin) = held.origin.as_ref().filter(|origin| !groups[place].2.contains(origin)) {
                groups[place].2.push(origin);
            }
        }
        let (mut values, mut statuses, mut sources) = (Vec::new(), Vec::new(), Vec::new());
        let alone = groups.len() == 1;
        for (under, value, origins) in &groups {
            let who: Vec<String> = under.iter().map(|name| code(name)).collect();
            let words = value_words(value, self.language);
            let differs = parameter.default().is_some() && !is_default(parameter, value);
            let words = if differs { format!("**{words}**") } else { words };
            values.push(if alone { words } else { format!("{}: {words}", who.join(", ")) });
            self.changed += usize::from(differs);
            let (status, source) = self.founded(parameter, value, origins);
            self.counts[status as usize] += 1;
            let status = status_word(status, self.language).to_owned();
            if !statuses.contains(&status) {
                statuses.push(status);
            }
            if !sources.contains(&source) {
                sources.push(source);
            }
        }
        if let Some(default) =
            parameter.default().filter(|_| groups.iter().any(|(_, value, _)| !is_default(parameter, value)))
        {
            values.push(format!(
                "({}{})",
                self.say("book: ", "参数书："),
                value_words(default, self.language)
            ));
        }
        [
            lines(&[code(&row.path), prose(description)]),
            lines(&values),
            range,
            plain(&parameter.unit),
            lines(&statuses),
            lines(&sources),
        ]
    }

    /// How well a value is founded and where it comes from. What stands above several values is said with the first.
    fn founded(&mut self, parameter: &Parameter, value: &Value, origins: &[&Origin]) -> (Status, String) {
        let noted = origins.iter().any(|origin| origin.own.is_some() || origin.around.is_some());
        if is_default(parameter, value) && !noted {
            self.sources.push(parameter.source.clone());
            return (parameter.status, prose(&parameter.source));
        }
        let is_number = parameter.range.is_some();
        let mut status = if parameter.status == Status::Choice { Status::Choice } else { Status::Assumption };
        let mut words = Vec::new();
        for origin in origins {
            let around = origin.around.as_deref();
            status = origin
                .own
                .as_deref()
                .and_then(weakest)
                .or_else(|| around.filter(|_| is_number).and_then(weakest))
                .unwrap_or(status);
            let mut notes: Vec<String> = origin.own.iter().map(|own| prose(own)).collect();
            if let Some(around) = around {
                let known = self.around.as_deref() == Some(around);
                notes.push(if known { self.say("as above", "同上").to_owned() } else { prose(around) });
                self.around = Some(around.to_owned());
            }
            self.sources.extend(origin.own.iter().chain(&origin.around).cloned());
            words.push(match notes.is_empty() {
                true => format!("{} {}", self.say("set in", "设于"), prose(&origin.file)),
                false => format!("{} ({})", notes.join("; "), prose(&origin.file)),
            });
        }
        if words.is_empty() {
            words.push(self.say("set by the scenario", "由情景设定").to_owned());
        }
        (status, words.join("; "))
    }
}

/// A number to four figures.
fn short(value: f64) -> String {
    let text = format!("{value:.3e}");
    text.parse().map_or(text, plain_number)
}

fn gather<'s>(rows: &mut Vec<Row<'s>>, (path, parameter): (String, &'static Parameter), held: Held<'s>) {
    match rows.iter_mut().find(|row| row.path == path) {
        Some(row) => row.held.push(held),
        None => rows.push(Row { path, parameter, held: vec![held] }),
    }
}

/// The keys of a table that the book has, with their values.
fn leaves(prefix: &str, table: &Toml) -> Vec<(String, Value)> {
    let mut found = Vec::new();
    for (key, value) in table {
        if NAMES.contains(&key.as_str()) || key == "order" {
            continue;
        }
        let path = if prefix.is_empty() { key.clone() } else { format!("{prefix}.{key}") };
        let known =
            Book::get().lookup(&path).is_some() || Book::get().lookup(&format!("places.x.{path}")).is_some();
        match value.as_table() {
            Some(below) if !known => found.extend(leaves(&path, below)),
            _ => found.push((path, value.clone())),
        }
    }
    found
}

/// The weakest status that a note names. What a calibration found is computed from figures that were published.
fn weakest(note: &str) -> Option<Status> {
    if note.contains(", posterior ") {
        return Some(Status::Derived);
    }
    let words = || note.split(|c: char| !c.is_alphabetic());
    let names = |status: Status| {
        words().any(|word| word == status.name() || status == Status::Unverified && word == "recalled")
    };
    [Status::Assumption, Status::Unverified, Status::Derived, Status::Seen]
        .into_iter()
        .find(|status| names(*status))
}

const fn status_word(status: Status, language: Language) -> &'static str {
    let zh = match status {
        Status::Seen => "已核实",
        Status::Derived => "推算",
        Status::Unverified => "未核实",
        Status::Assumption => "假设",
        Status::Choice => "自选",
    };
    pick(language, status.name(), zh)
}

fn is_default(parameter: &Parameter, value: &Value) -> bool {
    parameter.default().is_some_and(|default| same(default, value))
}

/// Whether two values are the same, whole numbers and others alike.
fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
        (Value::Table(a), Value::Table(b)) => {
            a.len() == b.len()
                && a.iter().all(|(key, value)| b.get(key).is_some_and(|other| same(value, other)))
        }
        _ => a == b || number(a).is_some_and(|x| number(b) == Some(x)),
    }
}

// Whole numbers of a scenario are far below 2^53.
#[allow(clippy::cast_precision_loss)]
fn number(value: &Value) -> Option<f64> {
    value.as_float().or_else(|| value.as_integer().map(|whole| whole as f64))
}

/// A value in words, as Markdown: `0.4; 0 from 2017`.
fn value_words(value: &Value, language: Language) -> String {
    match value {
        Value::Boolean(true) => pick(language, "yes", "是").to_owned(),
        Value::Boolean(false) => pick(language, "no", "否").to_owned(),
        Value::String(text) => code(text),
        Value::Array(items) if items.iter().all(Value::is_str) => {
            let names: Vec<String> = items.iter().filter_map(Value::as_str).map(code).collect();
            if names.is_empty() { pick(language, "none", "无").to_owned() } else { names.join(", ") }
        }
        Value::Array(items) if items.iter().all(|item| number(item).is_some()) => {
            let numbers: Vec<String> = items.iter().filter_map(number).map(plain_number).collect();
            numbers.join(", ")
        }
        Value::Table(table) => {
            let by_level = Level::ALL.iter().filter_map(|level| Some((level, table.get(level.name())?)));
            let levels: Vec<String> = by_level
                .map(|(level, value)| {
                    format!("{}: {}", level_word(*level, language), value_words(value, language))
                })
                .collect();
            if levels.is_empty() {
                schedule_words(table, language).unwrap_or_else(|| code(&list::inline(value)))
            } else {
                lines(&levels)
            }
        }
        other => number(other).map_or_else(|| code(&list::inline(other)), plain_number),
    }
}

const fn level_word(level: Level, language: Language) -> &'static str {
    match (level, language) {
        (Level::Township, Language::Zh) => "乡镇",
        (Level::County, Language::Zh) => "县级",
        (Level::City, Language::Zh) => "市级",
        (Level::Province, Language::Zh) => "省级",
        (level, Language::En) => level.name(),
    }
}

/// The numbers of a step or taper with their years.
fn schedule_words(table: &Toml, language: Language) -> Option<String> {
    let (kind, points) =
        ["step", "taper"].into_iter().find_map(|kind| Some((kind, table.get(kind)?.as_array()?)))?;
    let point = |pair: &Value| {
        let pair = pair.as_array()?;
        Some((pair.first()?.as_integer()?, plain_number(number(pair.get(1)?)?)))
    };
    let points: Vec<(i64, String)> = points.iter().map(point).collect::<Option<_>>()?;
    let word = |(place, (year, value)): (usize, &(i64, String))| match (kind, language, place) {
        ("step", _, 0) => value.clone(),
        ("step", Language::En, _) => format!("{value} from {year}"),
        ("step", Language::Zh, _) => format!("{year}年起{value}"),
        (_, Language::En, _) => format!("{value} in {year}"),
        (_, Language::Zh, _) => format!("{year}年{value}"),
    };
    let words: Vec<String> = points.iter().enumerate().map(word).collect();
    let joined = words.join(pick(language, ", ", "，"));
    Some(if kind == "taper" { format!("{}{joined}", pick(language, "taper: ", "渐变：")) } else { joined })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str, language: Language) -> String {
        let table: Toml = format!("x = {text}").parse().expect("TOML");
        value_words(&table["x"], language)
    }

    #[test]
    fn values_are_said_in_words() {
        let step = "{ step = [[2010, 0.4], [2017, 0]] }";
        assert_eq!(words(step, Language::En), "0.4, 0 from 2017");
        assert_eq!(words(step, Language::Zh), "0.4，2017年起0");
        assert_eq!(
            words("{ taper = [[2021, 1], [2025, 0.0]] }", Language::En),
            "taper: 1 in 2021, 0 in 2025"
        );
        assert_eq!(words("{ county = 300, township = 100 }", Language::En), "township: 100<br>county: 300");
        assert_eq!(words("[\"a_b\", \"c\"]", Language::En), "`a_b`, `c`");
        assert_eq!(words("{ insured = true }", Language::En), "`{ insured = true }`");
    }

    #[test]
    fn a_note_counts_under_its_weakest_status() {
        assert_eq!(weakest("Nanchang 2022 [NC] seen; earlier years assumption"), Some(Status::Assumption));
        assert_eq!(weakest("[CQ seen, C]"), Some(Status::Seen));
        assert_eq!(weakest("a fifth (recalled)"), Some(Status::Unverified));
        assert_eq!(weakest("a factor: prior 0.6 to 1.8, posterior 1.1 (0.9 to 1.3)"), Some(Status::Derived));
        assert_eq!(weakest("unseen"), None);
    }

    #[test]
    fn values_are_compared_as_numbers() {
        let value = |text: &str| format!("x = {text}").parse::<Toml>().expect("TOML")["x"].clone();
        assert!(same(&value("{ step = [[2010, 1]] }"), &value("{ step = [[2010, 1.0]] }")));
        assert!(!same(&value("{ step = [[2010, 1]] }"), &value("{ step = [[2010, 1], [2011, 1]] }")));
    }

    #[test]
    fn every_value_of_society_has_a_row_or_is_switched_off() {
        let scenario = crate::scenario::main_scenario(&[
            "society.switches.comorbidity=false",
            "society.care.referred_share=0.5",
        ]);
        let files = Files {
            set: vec![("society.care.referred_share".into(), "--set #2".into())],
            ..Files::default()
        };
        let mut tables = Tables::new(&scenario, &files, Language::En);
        let text = tables.society() + &tables.observation();
        let shown = |parameter: &&Parameter| {
            ["society.", "observation."].iter().any(|root| parameter.pattern.starts_with(root))
        };
        for parameter in Book::get().iter().filter(shown) {
            let row = text.contains(&format!("| `{}`<br>", parameter.pattern));
            assert_eq!(row, parameter.switch.as_deref() != Some("comorbidity"), "{}", parameter.pattern);
        }
        let row = text.lines().find(|line| line.contains("`society.care.referred_share`")).expect("a row");
        assert!(
            row.contains("| **0.5**<br>(book: 0.6) | 0 to 1<br>prior 0.3 to 0.9 |")
                && row.contains("set in `--set #2`"),
            "{row}"
        );
        assert_eq!(tables.changed, 2, "the switch is a value too");
        assert!(tables.switched_off().contains("- `comorbidity`: `society.illness.comorbidity_factor`"));
    }
}
