//! What differs between two scenarios, policies or places, key by key and year by year, as far as it is in force.

use toml::{Table, Value};

use super::policy::Level;
use crate::evidence::{Book, Kind, Parameter};
use crate::units::Year;

/// Keys that say what something is called or comes from, not what it does.
const UNCOMPARED: [&str; 8] =
    ["name", "title", "description", "source", "extends", "label", "policy", "place"];
/// Tables of things that have a name.
const NAMED: [&str; 5] = ["layers", "programmes", "class_terms", "regimes", "places"];

/// How two values of a key differ.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference {
    /// Dotted path of the key as in `--set`, or of what only one side has.
    pub path: String,
    /// The book's entry; nothing where a whole table is on one side only, or an order differs.
    pub parameter: Option<&'static Parameter>,
    /// Level of hospital, where a value has several.
    pub level: Option<Level>,
    /// What kind of difference it is.
    pub kind: Change,
}

/// A kind of difference.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// The first side has a layer, programme, place or regime that the second hasn't, with its label.
    OnlyFirst(Option<Value>),
    /// The same the other way round.
    OnlySecond(Option<Value>),
    /// What both have is ordered otherwise: the names on both sides.
    Order(Vec<String>, Vec<String>),
    /// A value, the same in all years; nothing where it is not given.
    Value(Option<Value>, Option<Value>),
    /// A value over the years.
    Years(Vec<Span>),
}

/// Years in a row in which two numbers differ.
#[derive(Debug, Clone, PartialEq)]
pub struct Span {
    /// First year.
    pub from: Year,
    /// Last year.
    pub to: Year,
    /// The number on each side, year by year; one number if it is the same throughout. Nothing where it is not given.
    pub values: [Vec<Option<f64>>; 2],
}

/// The years that count: a policy before the switch isn't in force.
pub type Window = (Year, Year);

/// What differs between the tables at `path` of two resolved scenarios, in the order of the keys.
#[must_use]
pub fn compare(path: &str, first: &Table, second: &Table, window: Window) -> Vec<Difference> {
    let mut found = Vec::new();
    Comparison { window, found: &mut found }.tables(path, first, second);
    found
}

struct Comparison<'f> {
    window: Window,
    found: &'f mut Vec<Difference>,
}

impl Comparison<'_> {
    fn report(
        &mut self,
        path: &str,
        parameter: Option<&'static Parameter>,
        level: Option<Level>,
        kind: Change,
    ) {
        self.found.push(Difference { path: path.to_owned(), parameter, level, kind });
    }

    fn tables(&mut self, path: &str, first: &Table, second: &Table) {
        let named = path.rsplit('.').next().is_some_and(|key| NAMED.contains(&key));
        let mut keys: Vec<&String> = first.keys().chain(second.keys()).collect();
        keys.sort_unstable();
        keys.dedup();
        for key in keys {
            if UNCOMPARED.contains(&key.as_str()) && !named {
                continue;
            }
            let below = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
            match (first.get(key), second.get(key)) {
                (Some(a), Some(b)) if a == b => {}
                (Some(Value::Array(a)), Some(Value::Array(b))) if named && key == "order" => {
                    self.order(path, a, b);
                }
                (Some(Value::Table(a)), Some(Value::Table(b))) if Book::get().lookup(&below).is_none() => {
                    self.tables(&below, a, b);
                }
                (Some(Value::Table(a)), None) if named => {
                    self.report(&below, None, None, Change::OnlyFirst(a.get("label").cloned()));
                }
                (None, Some(Value::Table(b))) if named => {
                    self.report(&below, None, None, Change::OnlySecond(b.get("label").cloned()));
                }
                (Some(Value::Table(a)), None) if Book::get().lookup(&below).is_none() => {
                    self.tables(&below, a, &Table::new());
                }
                (None, Some(Value::Table(b))) if Book::get().lookup(&below).is_none() => {
                    self.tables(&below, &Table::new(), b);
                }
                (a, b) => self.values(&below, a, b),
            }
        }
    }

    /// Names that both sides have in another order; that one side has more is reported with the tables.
    fn order(&mut self, path: &str, first: &[Value], second: &[Value]) {
        let common = |of: &[Value], other: &[Value]| -> Vec<String> {
            let names = of.iter().filter(|name| other.contains(name)).filter_map(Value::as_str);
            names.map(str::to_owned).collect()
        };
        let (a, b) = (common(first, second), common(second, first));
        if a != b {
            self.report(path, None, None, Change::Order(a, b));
        }
    }

    fn values(&mut self, path: &str, first: Option<&Value>, second: Option<&Value>) {
        let parameter = Book::get().lookup(path);
        let kind = parameter.map(|parameter| parameter.kind);
        if !matches!(kind, Some(Kind::Schedule | Kind::LevelSchedule)) {
            self.report(path, parameter, None, Change::Value(first.cloned(), second.cloned()));
            return;
        }
        let by_level = [first, second].into_iter().flatten().any(has_levels);
        if !by_level {
            self.schedules(path, parameter, None, (first, second));
            return;
        }
        for level in Level::ALL {
            let of = |value: Option<&'_ Value>| -> Option<Value> {
                let value = value?;
                if has_levels(value) { value.get(level.name()).cloned() } else { Some(value.clone()) }
            };
            let (a, b) = (of(first), of(second));
            self.schedules(path, parameter, Some(level), (a.as_ref(), b.as_ref()));
        }
    }

    fn schedules(
        &mut self,
        path: &str,
        parameter: Option<&'static Parameter>,
        level: Option<Level>,
        (first, second): (Option<&Value>, Option<&Value>),
    ) {
        let spans = self.spans(first, second);
        if !spans.is_empty() {
            self.report(path, parameter, level, Change::Years(spans));
        }
    }

    /// Runs of years in which the numbers differ. Years whose numbers hold for a single year stand together, as those
    /// of a taper do.
    fn spans(&self, first: Option<&Value>, second: Option<&Value>) -> Vec<Span> {
        let mut spans: Vec<Span> = Vec::new();
        for year in self.window.0.through(self.window.1) {
            let pair = [first, second].map(|value| value.and_then(|value| at(value, year)));
            if pair[0] == pair[1] {
                continue;
            }
            match spans.last_mut() {
                Some(span) if span.to.next() == year && span.values == pair.map(|value| vec![value]) => {
                    span.to = year;
                }
                _ => spans.push(Span { from: year, to: year, values: pair.map(|value| vec![value]) }),
            }
        }
        let mut joined: Vec<Span> = Vec::new();
        for span in spans {
            let single = span.from == span.to;
            match joined.last_mut() {
                Some(last)
                    if single && last.to.next() == span.from && (last.from == last.to || is_series(last)) =>
                {
                    last.to = span.to;
                    for (values, more) in last.values.iter_mut().zip(span.values) {
                        values.extend(more);
                    }
                }
                _ => joined.push(span),
            }
        }
        for values in joined.iter_mut().flat_map(|span| &mut span.values) {
            if values.iter().all(|value| *value == values[0]) {
                values.truncate(1);
            }
        }
        joined
    }
}

/// Whether a span has a number a year.
fn is_series(span: &Span) -> bool {
    span.values.iter().any(|values| values.len() > 1)
}

fn has_levels(value: &Value) -> bool {
    value.as_table().is_some_and(|table| Level::ALL.iter().any(|level| table.contains_key(level.name())))
}

// Whole numbers of a scenario are far below 2^53.
#[allow(clippy::cast_precision_loss)]
fn number(value: &Value) -> Option<f64> {
    value.as_float().or_else(|| value.as_integer().map(|whole| whole as f64))
}

/// The number of a schedule as it stands in a file, in a year.
fn at(value: &Value, year: Year) -> Option<f64> {
    if let Some(number) = number(value) {
        return Some(number);
    }
    let points = |key: &str| -> Option<Vec<(Year, f64)>> {
        let point = |pair: &Value| {
            let pair = pair.as_array()?;
            Some((Year::try_new(pair.first()?.as_integer()?).ok()?, number(pair.get(1)?)?))
        };
        value.get(key)?.as_array()?.iter().map(point).collect()
    };
    let schedule = match (points("step"), points("taper")) {
        (Some(points), _) => super::policy::Schedule::Step(points),
        (None, Some(points)) => super::policy::Schedule::Taper(points),
        (None, None) => return None,
    };
    Some(schedule.at(year))
}

#[cfg(test)]
mod tests {
    use super::*;

    const WINDOW: Window = (Year::new(2021), Year::new(2030));

    fn regime(settings: &[&str], id: &str) -> Table {
        let scenario = crate::scenario::main_scenario(settings);
        scenario.resolved["regimes"][id].as_table().expect("it is there").clone()
    }

    fn found(first: &Table, second: &Table) -> Vec<Difference> {
        compare("regimes.inclusive", first, second, WINDOW)
    }

    #[test]
    fn a_scenario_does_not_differ_from_itself() {
        let scenario = crate::scenario::main_scenario(&[]);
        assert_eq!(compare("", &scenario.resolved, &scenario.resolved, WINDOW), []);
    }

    #[test]
    fn what_is_set_is_found_and_nothing_else() {
        let set = "regimes.inclusive.layers.aid.rate={ step = [[2010, 0.7], [2024, 0.9]] }";
        let found = found(&regime(&[], "inclusive"), &regime(&[set], "inclusive"));
        let [only] = &found[..] else { panic!("{found:?}") };
        assert_eq!(only.path, "regimes.inclusive.layers.aid.rate");
        assert_eq!(only.parameter.map(|parameter| parameter.pattern.as_str()), Some("layers.*.rate"));
        let values = [vec![Some(0.7)], vec![Some(0.9)]];
        let span = Span { from: Year::new(2024), to: Year::new(2030), values };
        assert_eq!(only.kind, Change::Years(vec![span]));
    }

    #[test]
    fn what_differs_only_before_the_years_that_count_does_not_differ() {
        let set = "regimes.inclusive.layers.aid.rate={ step = [[2010, 0.1], [2020, 0.7]] }";
        assert_eq!(found(&regime(&[], "inclusive"), &regime(&[set], "inclusive")), []);
    }

    #[test]
    fn a_taper_is_one_span_with_a_number_a_year() {
        let set = "regimes.targeted.layers.top-up-cap.strength={ taper = [[2021, 1.0], [2025, 0.0]] }";
        let found =
            compare("regimes.targeted", &regime(&[], "targeted"), &regime(&[set], "targeted"), WINDOW);
        let [Difference { kind: Change::Years(spans), .. }] = &found[..] else { panic!("{found:?}") };
        let as_numbers: Vec<(i16, i16, usize, usize)> = spans
            .iter()
            .map(|span| (span.from.number(), span.to.number(), span.values[0].len(), span.values[1].len()))
            .collect();
        // 75, 50 and 25 %, then nothing at all for six years.
        assert_eq!(as_numbers, [(2022, 2024, 1, 3), (2025, 2030, 1, 1)]);
    }

    #[test]
    fn levels_of_hospital_are_compared_one_by_one() {
        let set = "regimes.inclusive.layers.basic.rate.city=0.5";
        let found = found(&regime(&[], "inclusive"), &regime(&[set], "inclusive"));
        let [only] = &found[..] else { panic!("{found:?}") };
        assert_eq!(
            (only.path.as_str(), only.level),
            ("regimes.inclusive.layers.basic.rate", Some(Level::City))
        );
    }

    #[test]
    fn a_layer_of_one_side_is_named_once() {
        let found = found(&regime(&[], "inclusive"), &regime(&[], "cliff"));
        let only: Vec<&str> = found
            .iter()
            .filter(|difference| matches!(difference.kind, Change::OnlyFirst(_)))
            .map(|difference| difference.path.as_str())
            .collect();
        let layers = ["aid-illness-poor", "aid-near-poor", "tilt-aid"];
        assert_eq!(only, layers.map(|layer| format!("regimes.inclusive.layers.{layer}")));
        assert!(!found.iter().any(|difference| matches!(difference.kind, Change::OnlySecond(_))));
        assert!(!found.iter().any(|difference| matches!(difference.kind, Change::Order(..))));
    }

    #[test]
    fn an_order_differs_only_where_common_names_do() {
        let order = r#"regimes.targeted.layers.order=["basic", "outpatient", "chronic-outpatient", "two-disease", "critical-illness", "aid-rationed", "aid", "aid-registered", "top-up-cap", "top-up-floor"]"#;
        let found =
            compare("regimes.targeted", &regime(&[], "targeted"), &regime(&[order], "targeted"), WINDOW);
        let [Difference { kind: Change::Order(a, b), path, .. }] = &found[..] else { panic!("{found:?}") };
        assert_eq!(path, "regimes.targeted.layers");
        assert_eq!((a[8].as_str(), b[8].as_str()), ("top-up-floor", "top-up-cap"));
    }
}
