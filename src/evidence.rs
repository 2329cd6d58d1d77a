//! The book of parameters: for every key of a scenario its kind, default, range, unit, source,
//! status and description. Everything else that speaks of keys (checking, the schema, the
//! documentation, messages) is made from it.
//!
//! A parameter is named by a pattern: a dotted path in which `*` stands for a name that the user
//! chooses and `<class>` for the name of a class of beneficiary. The patterns of a policy
//! (`layers.*.rate`, …) hold at the top of a policy file and under `regimes.<name>` and `history`
//! of a scenario alike.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::OnceLock;

use crate::scenario::policy::Class;

/// The text of the book, compiled in.
const SOURCE: &str = include_str!("../data/parameters.toml");

/// First segments of the patterns that make up a policy.
pub const POLICY_ROOTS: [&str; 10] = [
    "layers",
    "classes",
    "premiums",
    "deposits",
    "monitoring",
    "service",
    "funds",
    "staff",
    "programmes",
    "implementation",
];

/// What a value looks like in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A number.
    Number,
    /// A whole number.
    Integer,
    /// `true` or `false`.
    Bool,
    /// A text.
    Text,
    /// A name of lower-case letters, digits and hyphens.
    Name,
    /// The name of a file that ships, a path ending in `.toml`, or `none`.
    Reference,
    /// One of the choices.
    Choice,
    /// A list of choices without repetition.
    Choices,
    /// A list of the names of the tables beside it.
    Order,
    /// A list of texts without repetition.
    Texts,
    /// A table with `en` and `zh`.
    Bilingual,
    /// A list of numbers.
    Numbers,
    /// A number, or a number that steps or tapers over the years.
    Schedule,
    /// A schedule, or a table of schedules by hospital level.
    LevelSchedule,
    /// A condition on persons and bills.
    Eligibility,
    /// A list of brackets with `from_yuan` and `rate`.
    Brackets,
}

impl Kind {
    const NAMES: [(&'static str, Self); 16] = [
        ("number", Self::Number),
        ("integer", Self::Integer),
        ("bool", Self::Bool),
        ("text", Self::Text),
        ("name", Self::Name),
        ("reference", Self::Reference),
        ("choice", Self::Choice),
        ("choices", Self::Choices),
        ("order", Self::Order),
        ("texts", Self::Texts),
        ("bilingual", Self::Bilingual),
        ("numbers", Self::Numbers),
        ("schedule", Self::Schedule),
        ("level_schedule", Self::LevelSchedule),
        ("eligibility", Self::Eligibility),
        ("brackets", Self::Brackets),
    ];

    fn from_name(name: &str) -> Option<Self> {
        Self::NAMES.iter().find(|(known, _)| *known == name).map(|(_, kind)| *kind)
    }

    /// The name in the book.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::NAMES.iter().find(|(_, kind)| *kind == self).map_or("", |(name, _)| name)
    }
}

/// How well a default is founded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Status {
    /// Read in its source.
    Seen,
    /// Computed from values read in their sources.
    Derived,
    /// Recalled, or taken from a source that could not be read.
    Unverified,
    /// Assumed for want of evidence.
    Assumption,
    /// Not evidence: up to whoever runs the scenario.
    Choice,
}

impl Status {
    /// All statuses, best founded first.
    pub const ALL: [Self; 5] = [Self::Seen, Self::Derived, Self::Unverified, Self::Assumption, Self::Choice];

    /// The name in the book.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Seen => "seen",
            Self::Derived => "derived",
            Self::Unverified => "unverified",
            Self::Assumption => "assumption",
            Self::Choice => "choice",
        }
    }
}

/// What holds when a file does not give the key.
#[derive(Debug, Clone, PartialEq)]
pub enum Absent {
    /// The key must be given.
    Required,
    /// The key may be left out and then means nothing.
    Optional,
    /// This value holds.
    Default(toml::Value),
}

/// One entry of the book.
#[derive(Debug, Clone, PartialEq)]
pub struct Parameter {
    /// Dotted path; `*` is a name the user chooses, `<class>` the name of a class.
    pub pattern: String,
    /// What the value looks like.
    pub kind: Kind,
    /// What holds when the key is not given.
    pub absent: Absent,
    /// Least and greatest number, both allowed.
    pub range: Option<(f64, f64)>,
    /// Allowed texts.
    pub choices: Vec<String>,
    /// Whether a list may be empty.
    pub empty_allowed: bool,
    /// Number of elements of a list of numbers, if it is fixed.
    pub length: Option<usize>,
    /// Sibling keys that this one stands in for: at most one of them is in force.
    pub instead_of: Vec<String>,
    /// The switch of society that takes the parameter out of force, if one does.
    pub switch: Option<String>,
    /// Ends of the prior, where the evidence gives them (see [`crate::uncertainty::prior`]).
    pub prior_ends: Option<(f64, f64)>,
    /// Whether it is a convention and no uncertain quantity.
    pub fixed: bool,
    /// Unit.
    pub unit: String,
    /// How well the default is founded.
    pub status: Status,
    /// Where the default comes from.
    pub source: String,
    /// One line in English.
    pub description: String,
    /// One line in Chinese.
    pub description_zh: String,
}

impl Parameter {
    /// Last segment of the pattern: the key as it stands in a file.
    #[must_use]
    pub fn key(&self) -> &str {
        self.pattern.rsplit('.').next().unwrap_or(&self.pattern)
    }

    /// The default, if there is one.
    #[must_use]
    pub const fn default(&self) -> Option<&toml::Value> {
        match &self.absent {
            Absent::Default(value) => Some(value),
            Absent::Required | Absent::Optional => None,
        }
    }

    /// What a value must be, in words: `a number from 0 to 1`.
    #[must_use]
    pub fn expected(&self) -> String {
        let range = self.range_in_words();
        match self.kind {
            Kind::Number => format!("a number{range}"),
            Kind::Integer => format!("a whole number{range}"),
            Kind::Bool => "true or false".into(),
            Kind::Text => "a text".into(),
            Kind::Name => "a name of lower-case letters, digits and hyphens".into(),
            Kind::Reference => "the name of one that ships or a path ending in .toml".into(),
            Kind::Choice => format!("one of {}", quoted_list(&self.choices)),
            Kind::Choices => format!("a list of {}", quoted_list(&self.choices)),
            Kind::Order => "a list of names".into(),
            Kind::Texts => "a list of texts".into(),
            Kind::Bilingual => "a table { en = \"…\", zh = \"…\" }".into(),
            Kind::Numbers => match self.length {
                Some(length) => format!("a list of {length} numbers{range}"),
                None => format!("a list of numbers{range}"),
            },
            Kind::Schedule => {
                format!("a number{range}, or {{ step = [[year, value], …] }}, or {{ taper = … }}")
            }
            Kind::LevelSchedule => format!("a number{range}, a step or taper, or a table of them by level"),
            Kind::Eligibility => "a condition such as { classes = [\"dibao\"] }".into(),
            Kind::Brackets => "a list of { from_yuan = …, rate = … }".into(),
        }
    }

    /// The range as ` from a to b`, or nothing.
    #[must_use]
    pub fn range_in_words(&self) -> String {
        self.range.map_or_else(String::new, |(least, most)| {
            format!(" from {} to {}", plain_number(least), plain_number(most))
        })
    }
}

/// A number as people write it: no exponent, no trailing zeros.
#[must_use]
pub fn plain_number(x: f64) -> String {
    if x == 0.0 || (1e-9..1e16).contains(&x.abs()) { format!("{x}") } else { format!("{x:e}") }
}

fn quoted_list(names: &[String]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    quoted.join(", ")
}

/// Why a text is not a book. The compiled-in book is held against this by a test.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BookError(String);

impl fmt::Display for BookError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for BookError {}

/// All parameters, sorted by pattern.
#[derive(Debug, Clone, PartialEq)]
pub struct Book {
    parameters: BTreeMap<String, Parameter>,
}

impl Book {
    /// The book that is compiled in.
    ///
    /// # Panics
    /// Never: a test reads the same text.
    #[must_use]
    pub fn get() -> &'static Self {
        static BOOK: OnceLock<Book> = OnceLock::new();
        BOOK.get_or_init(|| Self::parse(&[SOURCE]).expect("a test reads the compiled-in book"))
    }

    /// Reads a book from its parts.
    ///
    /// # Errors
    /// A part that is not TOML, an entry that lacks a field, a pattern given twice.
    pub fn parse(parts: &[&str]) -> Result<Self, BookError> {
        let mut parameters = BTreeMap::new();
        for part in parts {
            let table: toml::Table = part.parse().map_err(|e: toml::de::Error| BookError(e.to_string()))?;
            for (pattern, entry) in table {
                let parameter =
                    parameter(&pattern, &entry).map_err(|e| BookError(format!("{pattern}: {e}")))?;
                if parameters.insert(pattern.clone(), parameter).is_some() {
                    return Err(BookError(format!("{pattern} is given twice")));
                }
            }
        }
        Ok(Self { parameters })
    }

    /// All parameters in the order of their patterns.
    pub fn iter(&self) -> impl Iterator<Item = &Parameter> {
        self.parameters.values()
    }

    /// The parameter with exactly this pattern.
    #[must_use]
    pub fn pattern(&self, pattern: &str) -> Option<&Parameter> {
        self.parameters.get(pattern)
    }

    /// The parameter of a concrete dotted path of a scenario, such as
    /// `regimes.targeted.layers.basic.rate`.
    ///
    /// ```
    /// use fanpin::evidence::Book;
    /// let rate = Book::get().lookup("regimes.targeted.layers.basic.rate").unwrap();
    /// assert_eq!(rate.pattern, "layers.*.rate");
    /// ```
    #[must_use]
    pub fn lookup(&self, path: &str) -> Option<&Parameter> {
        let segments: Vec<&str> = path.split('.').collect();
        let segments = match segments.as_slice() {
            ["regimes", _, rest @ ..] | ["history", rest @ ..]
                if rest.first().is_some_and(|root| POLICY_ROOTS.contains(root)) =>
            {
                rest
            }
            all => all,
        };
        let exact = self.parameters.get(&segments.join("."));
        exact.or_else(|| self.iter().find(|parameter| matches(&parameter.pattern, segments)))
    }

    /// The pattern most like a path, for "did you mean".
    #[must_use]
    pub fn nearest(&self, path: &str) -> Option<&str> {
        nearest(path, self.parameters.keys().map(String::as_str))
    }
}

fn matches(pattern: &str, path: &[&str]) -> bool {
    let mut segments = pattern.split('.');
    let all = path.iter().all(|name| match segments.next() {
        Some("*") => true,
        Some("<class>") => is_class(name),
        Some(segment) => segment == *name,
        None => false,
    });
    all && segments.next().is_none()
}

/// Whether a name stands for a class or, like `monitored`, for several.
#[must_use]
pub fn is_class(name: &str) -> bool {
    name == "monitored" || Class::ALL.iter().any(|class| class.name() == name)
}

/// The name most like `found` among the known ones, if one is near.
#[must_use]
pub fn nearest<'a>(found: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // A longer name is no slip of the pen, and comparing it costs the square of its length.
    if found.len() > 100 {
        return None;
    }
    let mut best = (0.8, None);
    for name in known {
        let likeness = strsim::jaro_winkler(found, name);
        if likeness > best.0 {
            best = (likeness, Some(name));
        }
    }
    best.1
}

fn parameter(pattern: &str, entry: &toml::Value) -> Result<Parameter, String> {
    let entry = entry.as_table().ok_or("an entry is a table")?;
    let known = [
        "kind",
        "default",
        "optional",
        "range",
        "choices",
        "empty",
        "length",
        "instead_of",
        "switch",
        "prior",
        "fixed",
        "unit",
        "status",
        "source",
        "description",
        "description_zh",
    ];
    if let Some(key) = entry.keys().find(|key| !known.contains(&key.as_str())) {
        return Err(format!("unknown field `{key}`"));
    }
    let text = |field: &str| match entry.get(field).and_then(toml::Value::as_str) {
        Some(text) if !text.is_empty() => Ok(text.to_owned()),
        _ => Err(format!("`{field}` must be a text")),
    };
    let kind_name = text("kind")?;
    let status_name = text("status")?;
    Ok(Parameter {
        pattern: pattern.to_owned(),
        kind: Kind::from_name(&kind_name).ok_or_else(|| format!("unknown kind `{kind_name}`"))?,
        absent: absent(entry)?,
        range: entry.get("range").map(|value| range("range", value)).transpose()?,
        prior_ends: entry.get("prior").map(|value| range("prior", value)).transpose()?,
        fixed: entry.get("fixed").and_then(toml::Value::as_bool).unwrap_or(false),
        choices: texts(entry, "choices")?,
        empty_allowed: entry.get("empty").and_then(toml::Value::as_bool).unwrap_or(false),
        length: entry.get("length").and_then(toml::Value::as_integer).and_then(|n| usize::try_from(n).ok()),
        instead_of: texts(entry, "instead_of")?,
        switch: entry.get("switch").and_then(toml::Value::as_str).map(str::to_owned),
        unit: text("unit")?,
        status: Status::ALL
            .into_iter()
            .find(|status| status.name() == status_name)
            .ok_or_else(|| format!("unknown status `{status_name}`"))?,
        source: text("source")?,
        description: text("description")?,
        description_zh: text("description_zh")?,
    })
}

fn absent(entry: &toml::Table) -> Result<Absent, String> {
    let optional = entry.get("optional").and_then(toml::Value::as_bool).unwrap_or(false);
    match (entry.get("default"), optional) {
        (Some(_), true) => Err("an optional entry has no default".into()),
        (Some(value), false) => Ok(Absent::Default(value.clone())),
        (None, true) => Ok(Absent::Optional),
        (None, false) => Ok(Absent::Required),
    }
}

fn range(field: &str, value: &toml::Value) -> Result<(f64, f64), String> {
    let ends: Vec<f64> = value.as_array().into_iter().flatten().filter_map(as_number).collect();
    match ends.as_slice() {
        [least, most] if least <= most => Ok((*least, *most)),
        _ => Err(format!("`{field}` must be two rising numbers")),
    }
}

fn as_number(value: &toml::Value) -> Option<f64> {
    // Whole numbers in the book stay far below 2^53.
    #[allow(clippy::cast_precision_loss)]
    value.as_float().or_else(|| value.as_integer().map(|n| n as f64))
}

fn texts(entry: &toml::Table, field: &str) -> Result<Vec<String>, String> {
    let Some(value) = entry.get(field) else { return Ok(Vec::new()) };
    let list = value.as_array().ok_or_else(|| format!("`{field}` must be a list"))?;
    list.iter()
        .map(|item| item.as_str().map(str::to_owned).ok_or_else(|| format!("`{field}` must hold texts")))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_book_that_ships_reads() {
        let book = Book::parse(&[SOURCE]).expect("the book reads");
        assert!(book.iter().count() > 60);
    }

    #[test]
    fn paths_find_their_patterns() {
        let book = Book::get();
        let pattern = |path: &str| book.lookup(path).map(|parameter| parameter.pattern.as_str());
        assert_eq!(pattern("plan.seed"), Some("plan.seed"));
        assert_eq!(pattern("places.poor-county.share"), Some("places.*.share"));
        assert_eq!(pattern("regimes.cliff.layers.aid.rate"), Some("layers.*.rate"));
        assert_eq!(pattern("history.layers.aid.rate"), Some("layers.*.rate"));
        assert_eq!(pattern("regimes.cliff.premiums.aid_share.dibao"), Some("premiums.aid_share.<class>"));
        assert_eq!(pattern("premiums.aid_share.rich"), None);
        assert_eq!(pattern("plan"), None);
        assert_eq!(pattern("plan.seed.more"), None);
    }

    #[test]
    fn defaults_lie_in_their_ranges_and_among_their_choices() {
        for parameter in Book::get().iter() {
            let Some(default) = parameter.default() else { continue };
            if let (Some((least, most)), Some(value)) = (parameter.range, as_number(default)) {
                assert!((least..=most).contains(&value), "{}: {value}", parameter.pattern);
            }
            if let (Kind::Choice, Some(text)) = (parameter.kind, default.as_str()) {
                assert!(parameter.choices.iter().any(|choice| choice == text), "{}", parameter.pattern);
            }
        }
    }

    #[test]
    fn numbers_have_ranges() {
        use Kind::{Brackets, Integer, LevelSchedule, Number, Numbers, Schedule};
        for parameter in Book::get().iter() {
            let needs =
                matches!(parameter.kind, Brackets | Integer | LevelSchedule | Number | Numbers | Schedule);
            assert_eq!(needs, parameter.range.is_some(), "{}", parameter.pattern);
        }
    }

    #[test]
    fn a_book_refuses_what_it_does_not_know() {
        let error = Book::parse(&["[\"a.b\"]\nkind = \"number\"\ncolour = 1\n"]).expect_err("unknown field");
        assert_eq!(error.to_string(), "a.b: unknown field `colour`");
        let twice = "[\"a\"]\nkind=\"bool\"\nunit=\"u\"\nstatus=\"seen\"\nsource=\"s\"\ndescription=\"d\"\ndescription_zh=\"描\"\n";
        assert_eq!(Book::parse(&[twice, twice]).expect_err("twice").to_string(), "a is given twice");
    }

    #[test]
    fn near_names_are_found() {
        assert_eq!(nearest("deductable_yuan", ["deductible_yuan", "rate"]), Some("deductible_yuan"));
        assert_eq!(nearest("colour", ["deductible_yuan", "rate"]), None);
    }
}
