//! A policy as written (a merged TOML table) → [`Policy`], checked.
//!
//! The loader has compared every key with the book before; here the values become types and are
//! checked against each other. Every finding is collected, nothing panics, whatever the table.
//!
//! What an absent field of a layer means: no restriction and no special term. That is `kind =
//! "share"`, in force in every year at full `strength`, for the insured, all services and
//! diseases, in-catalogue cost, on what earlier layers left, per person and calendar year, without
//! deductible or ceiling, settled at discharge, no reduction out of the area.
//! `settlement_outside` is as `settlement`, `unreferred_factor` as `outside_factor`.
//!
//! A layer whose name is not in `order` is out of use: tables merge, so this is how a regime that
//! builds on another drops a layer.

use crate::evidence::Book;
use crate::scenario::policy::{
    AccumulatesOver, Amount, Base, Bracket, CLASSES, Class, ClassRules, ClassSet, ClassTerms, Covers,
    Department, Eligibility, FundRules, Implementation, Kind, LEVELS, Layer, Level, ListRule, MAX_LAYERS,
    MAX_PROGRAMMES, Monitoring, Payer, Policy, PremiumRules, Programme, ProgrammeKind, Schedule, Service,
    ServiceRules, Settlement, Shortage, StaffRules, Window,
};
use crate::units::Year;
use toml::{Table, Value};

/// Chronic groups in the order of their bits.
pub const CHRONIC_GROUPS: [&str; 8] =
    ["cardiovascular", "stroke", "diabetes", "respiratory", "cancer", "musculoskeletal", "mental", "other"];

/// Most that nested `all`, `any` and `not` may go down.
const ELIGIBILITY_DEPTH: usize = 8;

/// Something that doesn't hold at a path of the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PathError {
    /// Dotted path from the policy's table, e.g. `layers.basic.rate`.
    pub path: String,
    /// What was found and what was expected; lower case, no full stop.
    pub message: String,
}

/// Range of a number: lower limit, upper limit, and what it is called in a message.
type Range = (f64, f64, &'static str);

const SHARE: Range = (0.0, 1.0, "a share between 0 and 1");
const YUAN: Range = (0.0, 1e9, "an amount between 0 and 1000000000 yuan");
const FACTOR: Range = (0.0, 1.0, "a factor between 0 and 1");
const DEDUCTIBLE_FACTOR: Range = (0.0, 10.0, "a factor between 0 and 10");
const INCOME_SHARE: Range = (0.0, 100.0, "a multiple of income between 0 and 100");

/// Checks a merged policy table.
///
/// # Errors
/// Everything that doesn't hold, in the order of the table.
pub fn policy_from_table(table: &Table) -> Result<Policy, Vec<PathError>> {
    let mut reader = Reader { errors: Vec::new() };
    let empty = Table::new();
    let layers = reader.layers(reader_table(table, "layers").unwrap_or(&empty));
    let classes = reader
        .class_rules(&Node { table: reader_table(table, "classes").unwrap_or(&empty), path: "classes" });
    let premiums =
        reader.premiums(&Node { table: reader_table(table, "premiums").unwrap_or(&empty), path: "premiums" });
    let deposits = Node { table: reader_table(table, "deposits").unwrap_or(&empty), path: "deposits" };
    let deposit_share = reader.by_class(&deposits, "share", SHARE, None);
    let deposit_share_outside = reader
        .schedule(&deposits, "share_outside", SHARE)
        .unwrap_or_else(|| deposit_share[Class::Ordinary as usize].clone());
    let at = |path: &'static str| Node { table: reader_table(table, path).unwrap_or(&empty), path };
    let monitoring = reader.monitoring(&at("monitoring"));
    let service = reader.service(&at("service"));
    let funds = reader.funds(&at("funds"));
    let staff = reader.staff(&at("staff"));
    let programmes = reader.programmes(&at("programmes"));
    let implementation = reader.implementation(&at("implementation"));
    if !reader.errors.is_empty() {
        return Err(reader.errors);
    }
    Ok(Policy {
        layers,
        classes,
        premiums,
        deposit_share,
        deposit_share_outside,
        monitoring,
        service,
        funds,
        staff,
        programmes,
        implementation,
    })
}

fn reader_table<'a>(table: &'a Table, key: &str) -> Option<&'a Table> {
    table.get(key).and_then(Value::as_table)
}

/// A table and where it stands.
struct Node<'a> {
    table: &'a Table,
    path: &'a str,
}

impl<'a> Node<'a> {
    fn get(&self, key: &str) -> Option<&'a Value> {
        self.table.get(key)
    }

    fn at(&self, key: &str) -> String {
        format!("{}.{key}", self.path)
    }
}

/// Collects what doesn't hold.
struct Reader {
    errors: Vec<PathError>,
}

impl Reader {
    fn error(&mut self, path: impl Into<String>, message: impl Into<String>) {
        self.errors.push(PathError { path: path.into(), message: message.into() });
    }

    fn layers(&mut self, table: &Table) -> Vec<Layer> {
        let Some(order) = table.get("order") else {
            self.error(
                "layers.order",
                "missing; expected the names of the layers in the order of settlement",
            );
            return Vec::new();
        };
        let names = self.names(order, "layers.order");
        if names.is_empty() {
            self.error("layers.order", "no layer is named; a regime needs at least one");
        }
        let mut layers = Vec::with_capacity(names.len());
        for name in names {
            let path = format!("layers.{name}");
            match table.get(name).and_then(Value::as_table) {
                Some(layer) => layers.push(self.layer(name, &Node { table: layer, path: &path })),
                None => self.error("layers.order", format!("`{name}` has no table [layers.{name}]")),
            }
        }
        self.slots(&layers);
        layers
    }

    /// The settlement keeps a fixed number of slots for the layers of a year.
    fn slots(&mut self, layers: &[Layer]) {
        let starts = layers.iter().map(|layer| layer.first_year.unwrap_or(Year::new(1900)));
        for year in starts {
            let count = layers.iter().filter(|layer| layer.in_force(year)).count();
            if count > MAX_LAYERS {
                let message = format!("{count} layers are in force at once, expected at most {MAX_LAYERS}");
                return self.error("layers.order", message);
            }
        }
    }

    /// An array of distinct names.
    fn names<'a>(&mut self, value: &'a Value, path: &str) -> Vec<&'a str> {
        let mut names = Vec::new();
        let Some(array) = value.as_array() else {
            self.error(path, format!("expected an array of names, found {}", kind_of(value)));
            return names;
        };
        for item in array {
            match item.as_str() {
                None => self.error(path, format!("expected a name, found {}", kind_of(item))),
                Some(name) if names.contains(&name) => self.error(path, format!("`{name}` is named twice")),
                Some(name) => names.push(name),
            }
        }
        names
    }

    fn layer(&mut self, id: &str, node: &Node) -> Layer {
        let kind = self.choice(node, "kind", &["share", "cap", "floor"], 0);
        let kind = [Kind::Share, Kind::Cap, Kind::Floor][kind];
        let [label_en, label_zh] = self.label(node, id);
        let settlement = self.settlement(node, "settlement", None);
        let settlement_outside = self.settlement(node, "settlement_outside", Some(&settlement));
        let outside_factor = self.schedule(node, "outside_factor", FACTOR).unwrap_or(Schedule::Constant(1.0));
        let layer = Layer {
            id: id.to_owned(),
            label_en,
            label_zh,
            payer: self.payer(node),
            first_year: self.year(node, "first_year"),
            last_year: self.year(node, "last_year"),
            strength: self.schedule(node, "strength", FACTOR).unwrap_or(Schedule::Constant(1.0)),
            eligibility: self.eligible(node),
            services: self.services(node),
            diseases: self.chronic_groups(node, "diseases"),
            covers: [Covers::InCatalogue, Covers::OutOfCatalogue, Covers::All]
                [self.choice(node, "covers", &["in_catalogue", "out_of_catalogue", "all"], 0)],
            base: [Base::Left, Base::Bill][self.choice(node, "base", &["left", "bill"], 0)],
            accumulates_over: [AccumulatesOver::Person, AccumulatesOver::Household]
                [self.choice(node, "accumulates_over", &["person", "household"], 0)],
            deductible_window: self.window(node, "deductible_window"),
            deductible: self.deductible(node, kind),
            brackets: self.brackets(node, kind),
            ceiling_window: self.window(node, "ceiling_window"),
            ceiling: self.ceiling(node),
            class_terms: self.class_terms(node),
            unreferred_factor: self
                .schedule(node, "unreferred_factor", FACTOR)
                .unwrap_or_else(|| outside_factor.clone()),
            outside_factor,
            settlement,
            settlement_outside,
            kind,
        };
        self.layer_holds(node, &layer);
        layer
    }

    fn layer_holds(&mut self, node: &Node, layer: &Layer) {
        if let (Some(first), Some(last)) = (layer.first_year, layer.last_year)
            && first > last
        {
            self.error(node.at("last_year"), format!("last year {last} is before first year {first}"));
        }
        if layer.kind == Kind::Cap && layer.deductible_window == Window::Episode {
            let message = "a cap holds for the year: its `deductible_window` can only be \"year\"";
            self.error(node.at("deductible_window"), message);
        }
    }

    fn label(&mut self, node: &Node, id: &str) -> [String; 2] {
        let label = node.get("label").and_then(Value::as_table);
        ["en", "zh"].map(|language| {
            label.and_then(|l| l.get(language)).and_then(Value::as_str).unwrap_or(id).to_owned()
        })
    }

    fn payer(&mut self, node: &Node) -> Payer {
        let names = Payer::ALL.map(Payer::name);
        if node.get("payer").is_none() {
            self.error(node.path, format!("`payer` is missing; expected one of {}", names.join(", ")));
        }
        Payer::ALL[self.choice(node, "payer", &names, 0)]
    }

    fn window(&mut self, node: &Node, key: &str) -> Window {
        [Window::Year, Window::Episode][self.choice(node, key, &["year", "episode"], 0)]
    }

    /// Index of the text among the choices; the default if absent or wrong.
    fn choice(&mut self, node: &Node, key: &str, choices: &[&str], default: usize) -> usize {
        let Some(value) = node.get(key) else { return default };
        let found = value.as_str().and_then(|text| choices.iter().position(|choice| *choice == text));
        found.unwrap_or_else(|| {
            self.error(
                node.at(key),
                format!("expected one of {}, found {}", choices.join(", "), shown(value)),
            );
            default
        })
    }

    fn year(&mut self, node: &Node, key: &str) -> Option<Year> {
        let value = node.get(key)?;
        self.year_value(value, &node.at(key))
    }

    fn year_value(&mut self, value: &Value, path: &str) -> Option<Year> {
        let Some(number) = value.as_integer() else {
            self.error(path, format!("expected a calendar year, found {}", shown(value)));
            return None;
        };
        Year::try_new(number).map_err(|e| self.error(path, e.to_string())).ok()
    }

    fn number(&mut self, value: &Value, path: &str, range: Range) -> Option<f64> {
        let (low, high, what) = range;
        // Whole numbers in a file are far below 2^53.
        #[allow(clippy::cast_precision_loss)]
        let number = value.as_float().or_else(|| value.as_integer().map(|i| i as f64));
        match number {
            Some(x) if (low..=high).contains(&x) => return Some(x),
            _ => self.error(path, format!("expected {what}, found {}", shown(value))),
        }
        None
    }

    fn schedule(&mut self, node: &Node, key: &str, range: Range) -> Option<Schedule> {
        let value = node.get(key)?;
        self.schedule_value(value, &node.at(key), range)
    }

    fn schedule_value(&mut self, value: &Value, path: &str, range: Range) -> Option<Schedule> {
        let Some(table) = value.as_table() else {
            return self.number(value, path, range).map(Schedule::Constant);
        };
        match (table.get("step"), table.get("taper")) {
            (Some(points), None) => self.points(points, &format!("{path}.step"), range).map(Schedule::Step),
            (None, Some(points)) => self.points(points, &format!("{path}.taper"), range).map(Schedule::Taper),
            _ => {
                let message =
                    "expected a number, { step = [[year, value], …] } or { taper = [[year, value], …] }";
                self.error(path, message);
                None
            }
        }
    }

    fn points(&mut self, value: &Value, path: &str, range: Range) -> Option<Vec<(Year, f64)>> {
        let before = self.errors.len();
        let mut points: Vec<(Year, f64)> = Vec::new();
        for (index, item) in value.as_array().map_or(&[][..], Vec::as_slice).iter().enumerate() {
            let Some([year, number]) = item.as_array().map(Vec::as_slice) else {
                self.error(path, format!("point {} is not a pair [year, value]", index + 1));
                continue;
            };
            let (year, number) = (self.year_value(year, path), self.number(number, path, range));
            let (Some(year), Some(number)) = (year, number) else { continue };
            if let Some((last, _)) = points.last()
                && *last >= year
            {
                self.error(path, format!("{year} comes after {last}; the years of a schedule must rise"));
            }
            points.push((year, number));
        }
        if points.is_empty() && self.errors.len() == before {
            self.error(path, "a schedule needs at least one point [year, value]");
        }
        (self.errors.len() == before).then_some(points)
    }

    /// A schedule, or one for each level.
    fn by_level(&mut self, node: &Node, key: &str, range: Range) -> Option<[Schedule; LEVELS]> {
        let value = node.get(key)?;
        let path = node.at(key);
        let table = value.as_table().filter(|t| Level::ALL.iter().any(|level| t.contains_key(level.name())));
        let Some(table) = table else {
            let schedule = self.schedule_value(value, &path, range)?;
            return Some(std::array::from_fn(|_| schedule.clone()));
        };
        let node = Node { table, path: &path };
        let before = self.errors.len();
        let levels = Level::ALL.map(|level| {
            if node.get(level.name()).is_none() {
                self.error(
                    &path,
                    format!("a table by level needs all four levels, `{}` is missing", level.name()),
                );
            }
            self.schedule(&node, level.name(), range).unwrap_or(Schedule::Constant(0.0))
        });
        (self.errors.len() == before).then_some(levels)
    }

    fn deductible(&mut self, node: &Node, kind: Kind) -> [Amount; LEVELS] {
        let before = self.errors.len();
        let yuan = self.by_level(node, "deductible_yuan", YUAN);
        let share = self.by_level(node, "deductible_income_share", INCOME_SHARE);
        let given = yuan.is_some() || share.is_some() || self.errors.len() > before;
        if kind == Kind::Cap && !given {
            self.error(node.path, "a cap needs `deductible_yuan` or `deductible_income_share`: the most a person pays in a year");
        }
        if kind == Kind::Floor && given && self.errors.len() == before {
            self.error(node.path, "a floor lifts the share paid: it has no deductible");
        }
        // Tables merge, so an overlay can only switch from one form to the other by setting the first to 0.
        let yuan = yuan.filter(|levels| share.is_none() || !levels.iter().all(is_zero));
        let share = share.filter(|levels| yuan.is_none() || !levels.iter().all(is_zero));
        if yuan.is_some() && share.is_some() {
            let message =
                "both `deductible_yuan` and `deductible_income_share` are set; set one of them to 0";
            self.error(node.at("deductible_income_share"), message);
        }
        match (yuan, share) {
            (Some(levels), _) => levels.map(Amount::Yuan),
            (None, Some(levels)) => levels.map(Amount::LocalIncomeShare),
            (None, None) => [const { Amount::Yuan(Schedule::Constant(0.0)) }; LEVELS],
        }
    }

    fn ceiling(&mut self, node: &Node) -> Option<Amount> {
        let yuan = self.schedule(node, "ceiling_yuan", YUAN).map(Amount::Yuan);
        let share = self.schedule(node, "ceiling_income_share", INCOME_SHARE).map(Amount::LocalIncomeShare);
        if yuan.is_some() && share.is_some() {
            let message = "both `ceiling_yuan` and `ceiling_income_share` are set; expected one";
            self.error(node.at("ceiling_income_share"), message);
        }
        yuan.or(share)
    }

    fn brackets(&mut self, node: &Node, kind: Kind) -> [Vec<Bracket>; LEVELS] {
        let listed = node.get("brackets").filter(|value| value.as_array().is_none_or(|a| !a.is_empty()));
        let given = node.get("rate").is_some();
        match (kind, listed, given) {
            (Kind::Cap, None, false) => flat_rates([const { Schedule::Constant(1.0) }; LEVELS]),
            (Kind::Cap, ..) => {
                self.error(node.path, "a cap pays all above its deductible: it has no `rate` or `brackets`");
                Default::default()
            }
            (Kind::Floor, Some(_), _) => {
                self.error(node.at("brackets"), "a floor has one `rate`, no `brackets`");
                Default::default()
            }
            (_, Some(_), true) => {
                let message = "both `rate` and `brackets` are set; set `brackets = []` to use the rate";
                self.error(node.at("brackets"), message);
                Default::default()
            }
            (_, None, false) => {
                self.error(node.path, "no rate: expected `rate` or `brackets`");
                Default::default()
            }
            (_, None, true) => self.by_level(node, "rate", SHARE).map(flat_rates).unwrap_or_default(),
            (_, Some(value), false) => {
                let brackets = self.bracket_list(value, &node.at("brackets"));
                [brackets.clone(), brackets.clone(), brackets.clone(), brackets]
            }
        }
    }

    fn bracket_list(&mut self, value: &Value, path: &str) -> Vec<Bracket> {
        let Some(array) = value.as_array() else {
            self.error(path, format!("expected an array of {{ from_yuan, rate }}, found {}", kind_of(value)));
            return Vec::new();
        };
        let before = self.errors.len();
        let mut brackets = Vec::with_capacity(array.len());
        for (index, item) in array.iter().enumerate() {
            let path = format!("{path}[{index}]");
            let Some(table) = item.as_table() else {
                self.error(&path, format!("expected {{ from_yuan, rate }}, found {}", kind_of(item)));
                continue;
            };
            let node = Node { table, path: &path };
            for key in ["from_yuan", "rate"] {
                if node.get(key).is_none() {
                    self.error(&path, format!("a bracket needs `{key}`"));
                }
            }
            let (from_yuan, rate) =
                (self.schedule(&node, "from_yuan", YUAN), self.schedule(&node, "rate", SHARE));
            if let (Some(from_yuan), Some(rate)) = (from_yuan, rate) {
                brackets.push(Bracket { from_yuan, rate });
            }
        }
        if self.errors.len() == before {
            self.brackets_rise(&brackets, path);
        }
        brackets
    }

    /// At every point of a schedule, and between, brackets start at zero and rise.
    fn brackets_rise(&mut self, brackets: &[Bracket], path: &str) {
        let mut years: Vec<Year> = brackets.iter().flat_map(|b| schedule_years(&b.from_yuan)).collect();
        years.push(Year::new(1900));
        years.sort_unstable();
        years.dedup();
        for year in years {
            let from: Vec<f64> = brackets.iter().map(|b| b.from_yuan.at(year)).collect();
            if from[0] != 0.0 {
                return self.error(path, format!("the first bracket starts at {} yuan, expected 0", from[0]));
            }
            if let Some(pair) = from.windows(2).find(|pair| pair[0] >= pair[1]) {
                let message =
                    format!("brackets overlap: {} yuan does not come after {} yuan", pair[1], pair[0]);
                return self.error(path, message);
            }
        }
    }

    fn class_terms(&mut self, node: &Node) -> Vec<ClassTerms> {
        let Some(table) = node.get("class_terms").and_then(Value::as_table) else { return Vec::new() };
        let path = node.at("class_terms");
        let Some(order) = table.get("order") else {
            if !table.is_empty() {
                self.error(
                    &path,
                    "`order` is missing; expected the names of the class terms, the first that fits applies",
                );
            }
            return Vec::new();
        };
        let names = self.names(order, &format!("{path}.order"));
        let mut terms = Vec::with_capacity(names.len());
        for name in names {
            let path = format!("{path}.{name}");
            match table.get(name).and_then(Value::as_table) {
                Some(table) => terms.push(self.one_class_terms(&Node { table, path: &path })),
                None => self.error(node.at("class_terms.order"), format!("`{name}` has no table of its own")),
            }
        }
        terms
    }

    fn one_class_terms(&mut self, node: &Node) -> ClassTerms {
        let classes = match node.get("classes") {
            Some(value) => self.class_set(value, &node.at("classes")),
            None => {
                self.error(node.path, "`classes` is missing; expected the classes that the terms are for");
                ClassSet::default()
            }
        };
        ClassTerms {
            classes,
            rate_bonus: self.schedule(node, "rate_bonus", SHARE).unwrap_or(Schedule::Constant(0.0)),
            deductible_factor: self
                .schedule(node, "deductible_factor", DEDUCTIBLE_FACTOR)
                .unwrap_or(Schedule::Constant(1.0)),
            no_ceiling: self.truth(node, "no_ceiling").unwrap_or(false),
        }
    }

    fn truth(&mut self, node: &Node, key: &str) -> Option<bool> {
        let value = node.get(key)?;
        if value.as_bool().is_none() {
            self.error(node.at(key), format!("expected true or false, found {}", shown(value)));
        }
        value.as_bool()
    }

    fn settlement(&mut self, node: &Node, key: &str, default: Option<&Settlement>) -> Settlement {
        if let (None, Some(default)) = (node.get(key), default) {
            return default.clone();
        }
        if self.choice(node, key, &["instant", "claimed"], 0) == 0 {
            return Settlement::Instant;
        }
        let delay = match node.get("claim_delay_months") {
            Some(value) => {
                value.as_integer().and_then(|months| u8::try_from(months).ok()).filter(|m| *m <= 36)
            }
            None => Some(3),
        };
        // The two settlements read the same keys: say it once.
        if delay.is_none() && !self.errors.iter().any(|e| e.path == node.at("claim_delay_months")) {
            self.error(node.at("claim_delay_months"), "expected whole months between 0 and 36");
        }
        let said = self.errors.iter().any(|e| e.path.starts_with(&node.at("claim_take_up")));
        let take_up = if said { None } else { self.schedule(node, "claim_take_up", SHARE) };
        Settlement::Claimed {
            delay_months: delay.unwrap_or(0),
            take_up: take_up.unwrap_or(Schedule::Constant(1.0)),
        }
    }

    fn services(&mut self, node: &Node) -> Vec<Service> {
        let Some(value) = node.get("services") else { return Service::ALL.to_vec() };
        let path = node.at("services");
        let names = self.names(value, &path);
        if value.as_array().is_some_and(Vec::is_empty) {
            self.error(&path, "no service is named; leave the key out for all of them");
        }
        let mut services = Vec::new();
        for name in names {
            match Service::ALL.into_iter().find(|service| service.name() == name) {
                Some(service) => services.push(service),
                None => self.unknown_name(&path, "service", name, &Service::ALL.map(Service::name)),
            }
        }
        services
    }

    fn unknown_name(&mut self, path: &str, what: &str, name: &str, names: &[&str]) {
        self.error(path, format!("there is no {what} `{name}`; expected one of {}", names.join(", ")));
    }

    fn chronic_groups(&mut self, node: &Node, key: &str) -> Option<u8> {
        let value = node.get(key)?;
        let path = node.at(key);
        let mut bits = 0;
        for name in self.names(value, &path) {
            match CHRONIC_GROUPS.iter().position(|group| *group == name) {
                Some(bit) => bits |= 1 << bit,
                None => self.unknown_name(&path, "chronic group", name, &CHRONIC_GROUPS),
            }
        }
        if value.as_array().is_some_and(Vec::is_empty) {
            self.error(&path, "no chronic group is named; leave the key out for all of them");
        }
        Some(bits)
    }

    fn class_set(&mut self, value: &Value, path: &str) -> ClassSet {
        let mut set = ClassSet::default();
        for name in self.names(value, path) {
            match (Class::ALL.into_iter().find(|class| class.name() == name), name) {
                (Some(class), _) => set = set.with(class),
                (None, "monitored") => set = ClassSet(set.0 | ClassSet::MONITORED.0),
                (None, _) => self.unknown_name(path, "class", name, &class_names()),
            }
        }
        if value.as_array().is_some_and(Vec::is_empty) {
            self.error(path, "no class is named");
        }
        set
    }

    fn eligible(&mut self, node: &Node) -> Eligibility {
        match node.get("eligible") {
            None => Eligibility::Insured,
            Some(value) => self.eligibility(value, &node.at("eligible"), 0),
        }
    }

    fn eligibility(&mut self, value: &Value, path: &str, depth: usize) -> Eligibility {
        let Some(table) = value.as_table() else {
            self.error(
                path,
                format!("expected a table such as {{ insured = true }}, found {}", kind_of(value)),
            );
            return Eligibility::Everyone;
        };
        if depth >= ELIGIBILITY_DEPTH {
            self.error(path, format!("nested deeper than {ELIGIBILITY_DEPTH}"));
            return Eligibility::Everyone;
        }
        let node = Node { table, path };
        let mut tests = Vec::new();
        for key in table.keys() {
            tests.extend(self.eligibility_test(&node, key, depth));
        }
        if table.is_empty() {
            self.error(path, "nobody is named; expected { everyone = true }, { insured = true }, { classes = […] } or another test");
        }
        if tests.len() == 1 { tests.remove(0) } else { Eligibility::All(tests) }
    }

    fn eligibility_test(&mut self, node: &Node, key: &str, depth: usize) -> Option<Eligibility> {
        let path = node.at(key);
        let value = node.get(key)?;
        match key {
            "everyone" => match self.truth(node, key)? {
                true => Some(Eligibility::Everyone),
                false => {
                    self.error(path, "a layer for nobody; leave it out of `layers.order` instead");
                    None
                }
            },
            "insured" => Some(match self.truth(node, key)? {
                true => Eligibility::Insured,
                false => Eligibility::Not(Box::new(Eligibility::Insured)),
            }),
            "classes" => Some(Eligibility::Classes(self.class_set(value, &path))),
            "age_at_least" => {
                let age = value.as_integer().and_then(|age| u8::try_from(age).ok()).filter(|age| *age <= 120);
                if age.is_none() {
                    self.error(path, format!("expected an age between 0 and 120, found {}", shown(value)));
                }
                age.map(Eligibility::AgeAtLeast)
            }
            "chronic" => self.chronic_groups(node, key).map(Eligibility::Chronic),
            "income_below_yuan" => self.schedule(node, key, YUAN).map(Eligibility::IncomeBelow),
            "spending_above_income_share" => {
                self.schedule(node, key, INCOME_SHARE).map(Eligibility::SpendingAboveIncomeShare)
            }
            "all" => self.eligibilities(value, &path, depth).map(Eligibility::All),
            "any" => self.eligibilities(value, &path, depth).map(Eligibility::Any),
            "not" => Some(Eligibility::Not(Box::new(self.eligibility(value, &path, depth + 1)))),
            _ => {
                let names = "everyone, insured, classes, age_at_least, chronic, income_below_yuan, spending_above_income_share, all, any, not";
                self.error(path, format!("there is no test `{key}`; expected one of {names}"));
                None
            }
        }
    }

    fn eligibilities(&mut self, value: &Value, path: &str, depth: usize) -> Option<Vec<Eligibility>> {
        let array = value.as_array().filter(|array| !array.is_empty());
        let Some(array) = array else {
            self.error(path, format!("expected an array of tests, found {}", shown(value)));
            return None;
        };
        let tests = array.iter().enumerate();
        Some(tests.map(|(i, test)| self.eligibility(test, &format!("{path}[{i}]"), depth + 1)).collect())
    }

    fn class_rules(&mut self, node: &Node) -> ClassRules {
        let list = self.choice(node, "list", &["rechecked", "frozen", "ended"], 0);
        ClassRules {
            list: [ListRule::Rechecked, ListRule::Frozen, ListRule::Ended][list],
            list_last_year: self.year(node, "list_last_year"),
            list_exit_lines: self.required(
                node,
                "list_exit_lines",
                (0.1, 20.0, "a number of lines between 0.1 and 20"),
            ),
            dibao_share: self.required(node, "dibao_share", SHARE),
            dibao_edge_standards: self.required(
                node,
                "dibao_edge_standards",
                (1.0, 5.0, "a number of standards between 1 and 5"),
            ),
            monitoring: self.required(node, "monitoring", SHARE),
            detection: self.required(node, "detection", SHARE),
            sudden_difficulty_share: self.required(node, "sudden_difficulty_share", INCOME_SHARE),
            illness_poor_share: self.by_book(node, "illness_poor_share"),
            illness_poor_income_yuan: self.by_book(node, "illness_poor_income_yuan"),
            illness_poor_lookback_months: self.by_book(node, "illness_poor_lookback_months"),
        }
    }

    /// A schedule whose default is the book's.
    fn by_book(&mut self, node: &Node, key: &str) -> Schedule {
        let path = node.at(key);
        let parameter = Book::get().pattern(&path).or_else(|| Book::get().lookup(&path));
        let parameter = parameter.expect("the book has an entry for every schedule of a policy");
        let (least, most) = parameter.range.expect("a schedule has a range");
        let range = (least, most, "a number in the range of the book");
        if let Some(schedule) = self.schedule(node, key, range) {
            return schedule;
        }
        let default = parameter.default().expect("such a schedule has a default");
        self.schedule_value(default, &path, range).unwrap_or(Schedule::Constant(0.0))
    }

    /// A number of years, which the book bounds.
    fn years(&self, node: &Node, key: &str, default: u8) -> u8 {
        let years = node.get(key).and_then(Value::as_integer);
        years.and_then(|years| u8::try_from(years).ok()).unwrap_or(default)
    }

    fn monitoring(&mut self, node: &Node) -> Monitoring {
        let empty = Table::new();
        let ages = node.get("list_age_months").and_then(Value::as_table).unwrap_or(&empty);
        let path = node.at("list_age_months");
        let ages = Node { table: ages, path: &path };
        let watch = node.get("watch_years").and_then(Value::as_integer).unwrap_or(1);
        Monitoring {
            share: self.by_book(node, "share"),
            self_report: self.by_book(node, "self_report"),
            alert: self.by_book(node, "alert"),
            lag_months: self.by_book(node, "lag_months"),
            watch_years: u8::try_from(watch).unwrap_or(1),
            list_age_months: Department::ALL.map(|department| self.by_book(&ages, department.name())),
        }
    }

    fn service(&mut self, node: &Node) -> ServiceRules {
        let empty = Table::new();
        let path = node.at("signed");
        let signed = node.get("signed").and_then(Value::as_table).unwrap_or(&empty);
        let ordinary = self.by_book(&Node { table: signed, path: &path }, "ordinary");
        let signed = self.by_class(node, "signed", SHARE, Some(ordinary));
        ServiceRules {
            signed,
            honoured: self.by_book(node, "honoured"),
            screening: self.by_book(node, "screening"),
            education: self.by_book(node, "education"),
            environment: self.by_book(node, "environment"),
            mental_care: self.by_book(node, "mental_care"),
            outreach: self.by_book(node, "outreach"),
            cost_yuan: self.by_book(node, "cost_yuan"),
        }
    }

    fn funds(&mut self, node: &Node) -> FundRules {
        let shortage = self.choice(node, "shortage", &["prorate", "delay", "none"], 0);
        FundRules {
            aid_yuan: self.by_book(node, "aid_yuan"),
            top_up_yuan: self.by_book(node, "top_up_yuan"),
            critical_share: self.by_book(node, "critical_share"),
            local_risk_share: self.by_book(node, "local_risk_share"),
            subsidy_local_share: self.by_book(node, "subsidy_local_share"),
            aid_local_share: self.by_book(node, "aid_local_share"),
            service_local_share: self.by_book(node, "service_local_share"),
            shortage: [Shortage::Prorate, Shortage::Delay, Shortage::None][shortage],
        }
    }

    fn staff(&mut self, node: &Node) -> StaffRules {
        StaffRules {
            talent: self.by_book(node, "talent"),
            clinic_talent: self.by_book(node, "clinic_talent"),
            training: self.by_book(node, "training"),
            form_weight: self.by_book(node, "form_weight"),
            leaving_factor: self.by_book(node, "leaving_factor"),
        }
    }

    fn programmes(&mut self, node: &Node) -> Vec<Programme> {
        let Some(order) = node.get("order") else { return Vec::new() };
        let names = self.names(order, &node.at("order"));
        if names.len() > MAX_PROGRAMMES {
            let message = format!("{} programmes, expected at most {MAX_PROGRAMMES}", names.len());
            self.error(node.at("order"), message);
        }
        let mut programmes = Vec::with_capacity(names.len());
        for name in names {
            let path = node.at(name);
            match node.get(name).and_then(Value::as_table) {
                Some(table) => programmes.push(self.programme(name, &Node { table, path: &path })),
                None => self.error(node.at("order"), format!("`{name}` has no table [programmes.{name}]")),
            }
        }
        programmes
    }

    fn programme(&mut self, id: &str, node: &Node) -> Programme {
        let kinds = ["income_gap", "grant", "job", "industry"];
        let kind = self.choice(node, "kind", &kinds, 1);
        let classes = node.get("classes").map(|value| self.class_set(value, &node.at("classes")));
        let programme = Programme {
            id: id.to_owned(),
            kind: [
                ProgrammeKind::IncomeGap,
                ProgrammeKind::Grant,
                ProgrammeKind::Job,
                ProgrammeKind::Industry,
            ][kind],
            classes: classes.unwrap_or_default(),
            first_year: self.year(node, "first_year"),
            last_year: self.year(node, "last_year"),
            amount_yuan: self.by_book(node, "amount_yuan"),
            standards: self.by_book(node, "standards"),
            share: self.by_book(node, "share"),
            budget_yuan: self.schedule(node, "budget_yuan", YUAN),
            term_years: self.years(node, "term_years", 1),
            local_share: self.by_book(node, "local_share"),
            spending_above_income_share: self.schedule(node, "spending_above_income_share", INCOME_SHARE),
            needs_worker: self.truth(node, "needs_worker").unwrap_or(false),
            conditional: self.truth(node, "conditional").unwrap_or(false),
        };
        if let (Some(first), Some(last)) = (programme.first_year, programme.last_year)
            && first > last
        {
            self.error(node.at("last_year"), format!("last year {last} is before first year {first}"));
        }
        programme
    }

    fn implementation(&mut self, node: &Node) -> Implementation {
        let mut ideal = |key: &str| self.choice(node, key, &["real", "ideal"], 0) == 1;
        Implementation {
            policy: ideal("policy"),
            agency: ideal("agency"),
            target_group: ideal("target_group"),
            environment: ideal("environment"),
        }
    }

    fn required(&mut self, node: &Node, key: &str, range: Range) -> Schedule {
        if node.get(key).is_none() {
            self.error(node.path, format!("`{key}` is missing; expected {}", range.2));
        }
        self.schedule(node, key, range).unwrap_or(Schedule::Constant(0.0))
    }

    fn premiums(&mut self, node: &Node) -> PremiumRules {
        PremiumRules {
            premium_yuan: self.required(node, "premium_yuan", YUAN),
            subsidy_yuan: self.required(node, "subsidy_yuan", YUAN),
            aid_share: self.by_class(node, "aid_share", SHARE, Some(Schedule::Constant(0.0))),
            enrolment: self.by_class(node, "enrolment", SHARE, None),
            waiting_months: self.by_book(node, "waiting_months"),
            waiting_months_per_year: self.by_book(node, "waiting_months_per_year"),
        }
    }

    /// A schedule for each class: its own, else that of `monitored`, else the default (that of
    /// `ordinary` if there is none).
    fn by_class(
        &mut self,
        node: &Node,
        key: &str,
        range: Range,
        default: Option<Schedule>,
    ) -> [Schedule; CLASSES] {
        let empty = Table::new();
        let path = node.at(key);
        let table = node.get(key).and_then(Value::as_table).unwrap_or(&empty);
        let inner = Node { table, path: &path };
        let required = default.is_none();
        let fallback = match default {
            Some(schedule) => schedule,
            None => {
                if inner.get("ordinary").is_none() {
                    self.error(node.path, format!("`{key}.ordinary` is missing; expected {}", range.2));
                }
                self.schedule(&inner, "ordinary", range).unwrap_or(Schedule::Constant(0.0))
            }
        };
        let monitored = self.schedule(&inner, "monitored", range);
        Class::ALL.map(|class| {
            // Read above, so that what is wrong with it is said once.
            if class == Class::Ordinary && required {
                return fallback.clone();
            }
            let alias = monitored.as_ref().filter(|_| ClassSet::MONITORED.has(class));
            self.schedule(&inner, class.name(), range)
                .or_else(|| alias.cloned())
                .unwrap_or_else(|| fallback.clone())
        })
    }
}

fn flat_rates(levels: [Schedule; LEVELS]) -> [Vec<Bracket>; LEVELS] {
    levels.map(|rate| vec![Bracket { from_yuan: Schedule::Constant(0.0), rate }])
}

fn is_zero(schedule: &Schedule) -> bool {
    schedule.values().all(|value| value == 0.0)
}

fn schedule_years(schedule: &Schedule) -> Vec<Year> {
    match schedule {
        Schedule::Constant(_) => Vec::new(),
        Schedule::Step(points) | Schedule::Taper(points) => points.iter().map(|(year, _)| *year).collect(),
    }
}

fn class_names() -> Vec<&'static str> {
    let mut names = Class::ALL.map(Class::name).to_vec();
    names.push("monitored");
    names
}

/// What kind of value was found.
fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::String(_) => "a text",
        Value::Integer(_) | Value::Float(_) => "a number",
        Value::Boolean(_) => "true or false",
        Value::Datetime(_) => "a date",
        Value::Array(_) => "an array",
        Value::Table(_) => "a table",
    }
}

/// The value itself if it is short, else its kind.
fn shown(value: &Value) -> String {
    match value {
        Value::String(text) if text.chars().count() <= 40 => format!("\"{text}\""),
        Value::Integer(number) => number.to_string(),
        Value::Float(number) => number.to_string(),
        Value::Boolean(truth) => truth.to_string(),
        _ => kind_of(value).to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const REST: &str = "
        [classes]
        list_exit_lines = 1.5
        dibao_share = 0.06
        dibao_edge_standards = 1.5
        monitoring = { step = [[2010, 0], [2020, 1]] }
        detection = 0.5
        sudden_difficulty_share = 0.3
        [premiums]
        premium_yuan = 320
        subsidy_yuan = 580
        aid_share = { monitored = 0.5, marginal = 0.25 }
        enrolment = { ordinary = 0.95, registered = 0.99 }
        [deposits]
        share = { ordinary = 0.3, dibao = 0 }
    ";

    fn read(layers: &str) -> Result<Policy, Vec<PathError>> {
        policy_from_table(&format!("{REST}\n{layers}").parse().expect("the test's TOML parses"))
    }

    fn basic(fields: &str) -> Result<Policy, Vec<PathError>> {
        read(&format!("[layers]\norder = [\"basic\"]\n[layers.basic]\npayer = \"basic_insurance\"\n{fields}"))
    }

    /// The only error, as `path: message`.
    fn only_error(result: Result<Policy, Vec<PathError>>) -> String {
        let errors = result.expect_err("something is wrong");
        assert_eq!(errors.len(), 1, "{errors:?}");
        format!("{}: {}", errors[0].path, errors[0].message)
    }

    #[test]
    fn an_absent_field_is_no_restriction() {
        let policy = basic("rate = 0.7").expect("holds");
        let layer = &policy.layers[0];
        assert_eq!(layer.eligibility, Eligibility::Insured);
        assert_eq!(layer.services, Service::ALL);
        assert_eq!(layer.diseases, None);
        assert_eq!((layer.kind, layer.base, layer.covers), (Kind::Share, Base::Left, Covers::InCatalogue));
        assert_eq!((layer.deductible_window, layer.ceiling_window), (Window::Year, Window::Year));
        assert_eq!((layer.settlement.clone(), layer.ceiling.clone()), (Settlement::Instant, None));
        assert_eq!(layer.unreferred_factor, Schedule::Constant(1.0));
        assert_eq!(layer.label_zh, "basic");
    }

    #[test]
    fn the_less_specific_stands_in_for_the_absent() {
        let policy = basic(
            "rate = 0.7\noutside_factor = 0.9\nsettlement = \"claimed\"\nclaim_delay_months = 2\nclaim_take_up = 0.45",
        )
        .expect("holds");
        let layer = &policy.layers[0];
        assert_eq!(layer.unreferred_factor, Schedule::Constant(0.9));
        assert_eq!(layer.settlement_outside, layer.settlement);
        let premiums = &policy.premiums;
        assert_eq!(premiums.aid_share[Class::Unstable as usize], Schedule::Constant(0.5));
        assert_eq!(premiums.aid_share[Class::Marginal as usize], Schedule::Constant(0.25));
        assert_eq!(premiums.aid_share[Class::Dibao as usize], Schedule::Constant(0.0));
        assert_eq!(premiums.enrolment[Class::Dibao as usize], Schedule::Constant(0.95));
        assert_eq!(policy.deposit_share[Class::Dibao as usize], Schedule::Constant(0.0));
        assert_eq!(policy.deposit_share_outside, Schedule::Constant(0.3));
    }

    #[test]
    fn eligibility_nests_and_knows_the_alias() {
        let policy = basic(
            "rate = 0.5\neligible = { classes = [\"monitored\", \"dibao\"], not = { any = [{ age_at_least = 70 }, { chronic = [\"mental\"] }] } }",
        )
        .expect("holds");
        let classes = ClassSet(ClassSet::MONITORED.0).with(Class::Dibao);
        let any = Eligibility::Any(vec![Eligibility::AgeAtLeast(70), Eligibility::Chronic(1 << 6)]);
        let expected = Eligibility::All(vec![Eligibility::Classes(classes), Eligibility::Not(Box::new(any))]);
        assert_eq!(policy.layers[0].eligibility, expected);
    }

    #[test]
    fn an_overlay_switches_the_form_of_a_deductible_by_setting_the_other_to_zero() {
        let policy = basic("rate = 0.5\ndeductible_income_share = 0\ndeductible_yuan = 500").expect("holds");
        assert_eq!(policy.layers[0].deductible[0], Amount::Yuan(Schedule::Constant(500.0)));
        assert_eq!(
            only_error(basic("rate = 0.5\ndeductible_income_share = 0.1\ndeductible_yuan = 500")),
            "layers.basic.deductible_income_share: both `deductible_yuan` and `deductible_income_share` are set; set one of them to 0"
        );
    }

    #[test]
    fn what_does_not_hold_is_named_with_its_path() {
        let cases = [
            ("", "layers.basic: no rate: expected `rate` or `brackets`"),
            ("rate = 1.2", "layers.basic.rate: expected a share between 0 and 1, found 1.2"),
            ("rate = nan", "layers.basic.rate: expected a share between 0 and 1, found NaN"),
            (
                "rate = { township = 0.9, county = 0.8, city = 0.7 }",
                "layers.basic.rate: a table by level needs all four levels, `province` is missing",
            ),
            (
                "rate = { taper = [[2025, 1], [2021, 0]] }",
                "layers.basic.rate.taper: 2021 comes after 2025; the years of a schedule must rise",
            ),
            (
                "rate = { step = [] }",
                "layers.basic.rate.step: a schedule needs at least one point [year, value]",
            ),
            ("rate = { step = [[2021]] }", "layers.basic.rate.step: point 1 is not a pair [year, value]"),
            (
                "brackets = [{ from_yuan = 0, rate = 0.6 }, { from_yuan = 0, rate = 0.7 }]",
                "layers.basic.brackets: brackets overlap: 0 yuan does not come after 0 yuan",
            ),
            (
                "brackets = [{ from_yuan = 10, rate = 0.6 }]",
                "layers.basic.brackets: the first bracket starts at 10 yuan, expected 0",
            ),
            (
                "rate = 0.5\nbrackets = [{ from_yuan = 0, rate = 0.6 }]",
                "layers.basic.brackets: both `rate` and `brackets` are set; set `brackets = []` to use the rate",
            ),
            (
                "rate = 0.5\nfirst_year = 2021\nlast_year = 2020",
                "layers.basic.last_year: last year 2020 is before first year 2021",
            ),
            ("rate = 0.5\neligible = { classes = [] }", "layers.basic.eligible.classes: no class is named"),
            (
                "rate = 0.5\neligible = { everyone = false }",
                "layers.basic.eligible.everyone: a layer for nobody; leave it out of `layers.order` instead",
            ),
            (
                "kind = \"cap\"",
                "layers.basic: a cap needs `deductible_yuan` or `deductible_income_share`: the most a person pays in a year",
            ),
            (
                "kind = \"cap\"\ndeductible_yuan = 1\nrate = 0.5",
                "layers.basic: a cap pays all above its deductible: it has no `rate` or `brackets`",
            ),
            (
                "kind = \"cap\"\ndeductible_yuan = 1\ndeductible_window = \"episode\"",
                "layers.basic.deductible_window: a cap holds for the year: its `deductible_window` can only be \"year\"",
            ),
            (
                "kind = \"floor\"\nrate = 0.9\ndeductible_yuan = 1",
                "layers.basic: a floor lifts the share paid: it has no deductible",
            ),
            (
                "rate = 0.5\ncovers = \"everything\"",
                "layers.basic.covers: expected one of in_catalogue, out_of_catalogue, all, found \"everything\"",
            ),
            (
                "rate = 0.5\nsettlement = \"claimed\"\nclaim_take_up = 2",
                "layers.basic.claim_take_up: expected a share between 0 and 1, found 2",
            ),
            (
                "rate = 0.5\ndeductible_yuan = -1",
                "layers.basic.deductible_yuan: expected an amount between 0 and 1000000000 yuan, found -1",
            ),
        ];
        for (fields, message) in cases {
            assert_eq!(only_error(basic(fields)), message, "{fields}");
        }
    }

    #[test]
    fn a_name_in_the_order_needs_its_table_but_not_the_reverse() {
        let errors = read("[layers]\norder = [\"a\", \"a\", \"b\"]\n[layers.a]\npayer = \"charity\"\nrate = 1\n[layers.c]\n")
            .expect_err("`b` has no table");
        let messages: Vec<&str> = errors.iter().map(|e| e.message.as_str()).collect();
        assert_eq!(messages, ["`a` is named twice", "`b` has no table [layers.b]"]);
    }

    #[test]
    fn the_number_of_layers_in_force_is_limited() {
        let names: Vec<String> = (0..=MAX_LAYERS).map(|i| format!("l{i}")).collect();
        let stack = |first_of_last: &str| {
            let mut text = format!("[layers]\norder = {names:?}\n");
            for name in &names {
                text += &format!("[layers.{name}]\npayer = \"charity\"\nrate = 0.5\n");
                text += if *name == names[MAX_LAYERS] { first_of_last } else { "last_year = 2015\n" };
            }
            read(&text)
        };
        assert_eq!(
            only_error(stack("")),
            "layers.order: 17 layers are in force at once, expected at most 16"
        );
        assert!(stack("first_year = 2016").is_ok());
    }

    #[test]
    fn any_table_is_read_without_a_panic() {
        for text in [
            "",
            "layers = 1",
            "layers = { order = 1 }",
            "layers = { order = [\"a\"], a = { payer = 3, eligible = { all = [{}] }, class_terms = { order = 2 } } }",
            "premiums = { aid_share = [] }",
        ] {
            let table: Table = text.parse().expect("the test's TOML parses");
            assert!(policy_from_table(&table).is_err_and(|errors| !errors.is_empty()), "{text}");
        }
    }
}
