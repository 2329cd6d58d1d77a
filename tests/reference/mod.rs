//! A second settlement, written from the policy text alone in exact fractions: slow, plain, and
//! sharing nothing with the billing module, not even the reading of a layer.

use std::collections::BTreeMap;
use std::ops::{Add, Mul, Sub};
use toml::{Table, Value};

/// A fraction.
#[derive(Debug, Clone, Copy)]
pub struct Fraction {
    top: i128,
    bottom: i128,
}

impl Fraction {
    pub const ZERO: Self = Self { top: 0, bottom: 1 };
    pub const ONE: Self = Self { top: 1, bottom: 1 };

    pub fn new(top: i128, bottom: i128) -> Self {
        let (mut a, mut b) = (top.abs(), bottom.abs());
        while b != 0 {
            (a, b) = (b, a % b);
        }
        let sign = if bottom < 0 { -1 } else { 1 };
        Self { top: sign * top / a.max(1), bottom: sign * bottom / a.max(1) }
    }

    /// The decimal number exactly as written.
    pub fn parse(text: &str) -> Self {
        let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
        let digits: i128 =
            format!("{whole}{decimals}").parse().unwrap_or_else(|_| panic!("not a number: {text}"));
        Self::new(digits, 10_i128.pow(u32::try_from(decimals.len()).expect("few decimals")))
    }

    pub fn over(self, other: Self) -> Self {
        Self::new(self.top * other.bottom, self.bottom * other.top)
    }

    /// Rounded half up to a whole number of `1/units`.
    pub fn round_to(self, units: i128) -> Self {
        let scaled = Self::new(self.top * units * 2 + self.bottom, self.bottom * 2);
        Self::new(scaled.top.div_euclid(scaled.bottom), units)
    }

    pub fn fen(self) -> i64 {
        let fen = self.round_to(100) * Self::new(100, 1);
        i64::try_from(fen.top).expect("fits")
    }

    pub fn is_more_than(self, other: Self) -> bool {
        self.top * other.bottom > other.top * self.bottom
    }

    pub fn min(self, other: Self) -> Self {
        if self.is_more_than(other) { other } else { self }
    }

    pub fn max(self, other: Self) -> Self {
        if self.is_more_than(other) { self } else { other }
    }
}

impl Add for Fraction {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self::new(self.top * other.bottom + other.top * self.bottom, self.bottom * other.bottom)
    }
}

impl Sub for Fraction {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        self + Self::new(-other.top, other.bottom)
    }
}

impl Mul for Fraction {
    type Output = Self;
    fn mul(self, other: Self) -> Self {
        Self::new(self.top * other.top, self.bottom * other.bottom)
    }
}

fn number(value: &Value) -> Fraction {
    match value {
        Value::Integer(i) => Fraction::new(i128::from(*i), 1),
        Value::Float(x) => Fraction::parse(&format!("{x}")),
        other => panic!("not a number: {other}"),
    }
}

fn at_year(value: &Value, year: i64) -> Fraction {
    let Some(table) = value.as_table() else { return number(value) };
    let (points, linear) = match (table.get("step"), table.get("taper")) {
        (Some(points), _) => (points, false),
        (_, Some(points)) => (points, true),
        _ => panic!("not a schedule: {table}"),
    };
    let points: Vec<(i64, Fraction)> = points
        .as_array()
        .expect("points")
        .iter()
        .map(|p| (p[0].as_integer().expect("year"), number(&p[1])))
        .collect();
    let mut result = points[0].1;
    for (i, (from, value)) in points.iter().enumerate() {
        if year >= *from {
            result = *value;
            if let (true, Some((to, next))) = (linear, points.get(i + 1))
                && year < *to
            {
                let passed =
                    Fraction::new(i128::from(year - from), 1).over(Fraction::new(i128::from(to - from), 1));
                result = *value + (*next - *value) * passed;
            }
        }
    }
    result
}

fn text<'a>(table: &'a Table, key: &str, default: &'a str) -> &'a str {
    table.get(key).and_then(Value::as_str).unwrap_or(default)
}

fn has(value: &Value, name: &str) -> bool {
    value.as_array().expect("a list").iter().any(|item| item.as_str() == Some(name))
}

fn class_listed(value: &Value, class: &str) -> bool {
    let monitored = ["unstable", "marginal", "sudden_difficulty"].contains(&class);
    has(value, class) || (monitored && has(value, "monitored"))
}

/// Chronic groups of a table's list, if it has one.
fn groups<'a>(table: &'a Table, key: &str) -> Vec<&'a str> {
    table
        .get(key)
        .and_then(Value::as_array)
        .map_or(Vec::new(), |list| list.iter().filter_map(Value::as_str).collect())
}

/// Everything a settlement depends on beside policy and bill, as written in a case.
pub struct World<'a> {
    pub year: i64,
    pub local_income: Fraction,
    pub proration: &'a Table,
    pub patient: &'a Table,
}

/// What the year has used up, by layer and person (none for the household).
#[derive(Clone, Default)]
pub struct State {
    counted: BTreeMap<(String, Option<i64>), Fraction>,
    paid: BTreeMap<(String, Option<i64>), Fraction>,
    own: Option<Fraction>,
}

pub struct Result {
    pub payments: BTreeMap<String, Fraction>,
    pub out_of_pocket: Fraction,
    pub class: String,
}

const CLASSES: [&str; 10] = [
    "ordinary",
    "registered",
    "lifted_stable",
    "unstable",
    "marginal",
    "sudden_difficulty",
    "destitute",
    "dibao",
    "dibao_edge",
    "illness_poor",
];

/// Settles a bill under the best of the patient's classes.
pub fn settle(policy: &Table, world: &World, bill: &Table, state: &mut State) -> Result {
    let listed = world.patient.get("classes");
    let mut candidates: Vec<&str> =
        CLASSES.into_iter().filter(|class| listed.is_some_and(|list| class_listed(list, class))).collect();
    if candidates.is_empty() {
        candidates.push("ordinary");
    }
    let mut best: Option<(Result, State)> = None;
    for class in candidates {
        let mut after = state.clone();
        let result = settle_as(policy, world, bill, class, &mut after);
        if best.as_ref().is_none_or(|(b, _)| b.out_of_pocket.is_more_than(result.out_of_pocket)) {
            best = Some((result, after));
        }
    }
    let (result, after) = best.expect("one class at least");
    *state = after;
    result
}

fn settle_as(policy: &Table, world: &World, bill: &Table, class: &str, state: &mut State) -> Result {
    let amount = number(&bill["amount"]);
    let covered = bill.get("in_catalogue").map_or(amount, number);
    let (mut left_in, mut left_out) = (covered, amount - covered);
    let layers = policy["layers"].as_table().expect("layers");
    let mut payments = BTreeMap::new();
    let mut caps = Vec::new();
    let own_before = state.own.unwrap_or(Fraction::ZERO);
    for name in layers["order"].as_array().expect("order") {
        let name = name.as_str().expect("a name");
        let layer = layers[name].as_table().expect("a layer");
        let in_time = layer.get("first_year").is_none_or(|y| y.as_integer() <= Some(world.year))
            && layer.get("last_year").is_none_or(|y| y.as_integer() >= Some(world.year));
        let service = text(bill, "service", "inpatient");
        let services = layer.get("services").is_none_or(|list| has(list, service));
        let diseases = groups(layer, "diseases");
        let disease = diseases.is_empty() || groups(bill, "diseases").iter().any(|d| diseases.contains(d));
        if !(in_time && services && disease) {
            continue;
        }
        let spending = own_before + left_in;
        let insured = Value::Table(Table::from_iter([("insured".to_owned(), Value::Boolean(true))]));
        let test = layer.get("eligible").unwrap_or(&insured);
        let eligible = eligible(test, world, class, Some(spending));
        if !eligible && !eligible_but_for_spending(test, world, class) {
            continue;
        }
        let outside = bill.get("outside").is_some_and(|v| v.as_bool() == Some(true));
        let settlement = if outside {
            text(layer, "settlement_outside", text(layer, "settlement", "instant"))
        } else {
            text(layer, "settlement", "instant")
        };
        let word = world.patient.get("claim").map_or(Fraction::ZERO, number);
        let take_up = layer.get("claim_take_up").map_or(Fraction::ONE, |v| at_year(v, world.year));
        if settlement == "claimed" && !take_up.is_more_than(word) {
            continue;
        }
        let person = bill.get("person").and_then(Value::as_integer).unwrap_or(1);
        let household = text(layer, "accumulates_over", "person") == "household";
        let key = (name.to_owned(), (!household).then_some(person));
        let (whole, left) = match text(layer, "covers", "in_catalogue") {
            "in_catalogue" => (covered, left_in),
            "out_of_catalogue" => (amount - covered, left_out),
            _ => (amount, left_in + left_out),
        };
        let base = if text(layer, "base", "left") == "bill" { whole } else { left };
        let kind = text(layer, "kind", "share");
        let zero = || Fraction::ZERO;
        let counted = state.counted.get(&key).copied().unwrap_or_else(zero);
        let payment = if eligible {
            let terms = terms_for(layer, class);
            let before = if text(layer, "deductible_window", "year") == "year" { counted } else { zero() };
            let deductible = deductible(layer, terms, bill, world);
            let owed = match kind {
                "cap" => (before + left - deductible).max(zero()),
                "floor" => (rate_at_level(layer, terms, bill, world) * whole - (whole - left)).max(zero()),
                _ => {
                    let earned = |sum: Fraction| earned(layer, terms, bill, world, sum - deductible);
                    earned(before + base) - earned(before)
                }
            };
            let paid = state.paid.get(&key).copied().unwrap_or_else(zero);
            let paid = if text(layer, "ceiling_window", "year") == "year" { paid } else { zero() };
            let factor = factor(layer, bill, outside, world);
            let payment = (owed * factor).round_to(100).min(left);
            ceiling(layer, terms, world).map_or(payment, |ceiling| payment.min((ceiling - paid).max(zero())))
        } else {
            zero()
        };
        match text(layer, "covers", "in_catalogue") {
            "in_catalogue" => left_in = left_in - payment,
            "out_of_catalogue" => left_out = left_out - payment,
            _ => {
                let from_in = payment.min(left_in);
                left_in = left_in - from_in;
                left_out = left_out - (payment - from_in);
            }
        }
        payments.insert(name.to_owned(), payment);
        let paid = state.paid.entry(key.clone()).or_insert(Fraction::ZERO);
        *paid = *paid + payment;
        if kind == "cap" {
            caps.push((key, text(layer, "covers", "in_catalogue")));
        } else {
            state.counted.insert(key, counted + base);
        }
    }
    for (key, covers) in caps {
        let own = match covers {
            "in_catalogue" => left_in,
            "out_of_catalogue" => left_out,
            _ => left_in + left_out,
        };
        let counted = state.counted.entry(key).or_insert(Fraction::ZERO);
        *counted = *counted + own;
    }
    state.own = Some(own_before + left_in);
    Result { payments, out_of_pocket: left_in + left_out, class: class.to_owned() }
}

fn eligible(test: &Value, world: &World, class: &str, spending: Option<Fraction>) -> bool {
    let patient = world.patient;
    test.as_table().expect("a test").iter().all(|(key, value)| match key.as_str() {
        "everyone" => true,
        "insured" => {
            let insured = patient.get("insured").is_none_or(|v| v.as_bool() == Some(true));
            value.as_bool() == Some(insured)
        }
        "classes" => class_listed(value, class),
        "age_at_least" => {
            patient.get("age").and_then(Value::as_integer).unwrap_or(40) >= value.as_integer().expect("age")
        }
        "chronic" => groups(patient, "chronic").iter().any(|group| has(value, group)),
        "income_below_yuan" => {
            let per_head = patient.get("income_per_head").map_or(Fraction::new(20_000, 1), number);
            at_year(value, world.year).round_to(100).is_more_than(per_head)
        }
        "spending_above_income_share" => spending.is_none_or(|spending| {
            let income = patient.get("household_income").map_or(Fraction::new(80_000, 1), number);
            spending.is_more_than(at_year(value, world.year).round_to(1_000_000) * income)
        }),
        "all" => value.as_array().expect("tests").iter().all(|t| eligible(t, world, class, spending)),
        "any" => value.as_array().expect("tests").iter().any(|t| eligible(t, world, class, spending)),
        "not" => !eligible(value, world, class, spending),
        other => panic!("unknown test {other}"),
    })
}

/// Eligible if every test of spending passed, and there is one.
fn eligible_but_for_spending(test: &Value, world: &World, class: &str) -> bool {
    test.to_string().contains("spending_above_income_share") && eligible(test, world, class, None)
}

fn terms_for<'a>(layer: &'a Table, class: &str) -> Option<&'a Table> {
    let terms = layer.get("class_terms")?.as_table()?;
    let order = terms.get("order")?.as_array()?;
    let named = order.iter().map(|name| terms[name.as_str().expect("a name")].as_table().expect("terms"));
    named.into_iter().find(|t| class_listed(&t["classes"], class))
}

fn level_of<'a>(value: &'a Value, bill: &Table) -> &'a Value {
    value.get(text(bill, "level", "county")).unwrap_or(value)
}

fn ppm(value: Fraction) -> Fraction {
    value.round_to(1_000_000)
}

fn term(terms: Option<&Table>, key: &str, default: Fraction, world: &World) -> Fraction {
    terms.and_then(|t| t.get(key)).map_or(default, |v| ppm(at_year(v, world.year)))
}

fn deductible(layer: &Table, terms: Option<&Table>, bill: &Table, world: &World) -> Fraction {
    let yuan = layer.get("deductible_yuan").map(|v| at_year(level_of(v, bill), world.year).round_to(100));
    let share = layer
        .get("deductible_income_share")
        .map(|v| (ppm(at_year(level_of(v, bill), world.year)) * world.local_income).round_to(100));
    let amount = yuan.or(share).unwrap_or(Fraction::ZERO);
    (amount * term(terms, "deductible_factor", Fraction::ONE, world)).round_to(100)
}

fn ceiling(layer: &Table, terms: Option<&Table>, world: &World) -> Option<Fraction> {
    if terms.is_some_and(|t| t.get("no_ceiling").is_some_and(|v| v.as_bool() == Some(true))) {
        return None;
    }
    let yuan = layer.get("ceiling_yuan").map(|v| at_year(v, world.year).round_to(100));
    let share = layer
        .get("ceiling_income_share")
        .map(|v| (ppm(at_year(v, world.year)) * world.local_income).round_to(100));
    yuan.or(share)
}

fn rate_at_level(layer: &Table, terms: Option<&Table>, bill: &Table, world: &World) -> Fraction {
    let rate = ppm(at_year(level_of(&layer["rate"], bill), world.year));
    (rate + term(terms, "rate_bonus", Fraction::ZERO, world)).min(Fraction::ONE)
}

/// What a sum above the deductible earns in all.
fn earned(layer: &Table, terms: Option<&Table>, bill: &Table, world: &World, above: Fraction) -> Fraction {
    let above = above.max(Fraction::ZERO);
    let Some(brackets) = layer.get("brackets").and_then(Value::as_array) else {
        return rate_at_level(layer, terms, bill, world) * above;
    };
    let mut sum = Fraction::ZERO;
    let mut rate_below = Fraction::ZERO;
    for bracket in brackets {
        let from = at_year(&bracket["from_yuan"], world.year).round_to(100);
        let rate =
            ppm(at_year(&bracket["rate"], world.year)) + term(terms, "rate_bonus", Fraction::ZERO, world);
        let rate = rate.min(Fraction::ONE);
        // Each bracket adds its difference of rates on everything above its limit.
        sum = sum + (rate - rate_below) * (above - from).max(Fraction::ZERO);
        rate_below = rate;
    }
    sum
}

fn factor(layer: &Table, bill: &Table, outside: bool, world: &World) -> Fraction {
    let year = |key: &str| layer.get(key).map(|v| ppm(at_year(v, world.year)));
    let payer = layer["payer"].as_str().expect("a payer");
    let proration = world.proration.get(payer).map_or(Fraction::ONE, |v| ppm(number(v)));
    let in_full = ppm(year("strength").unwrap_or(Fraction::ONE) * proration);
    if !outside {
        return in_full;
    }
    let referred = bill.get("referred").is_some_and(|v| v.as_bool() == Some(true));
    let with = year("outside_factor").unwrap_or(Fraction::ONE);
    let without = year("unreferred_factor").unwrap_or(with);
    ppm(in_full * if referred { with } else { without })
}
