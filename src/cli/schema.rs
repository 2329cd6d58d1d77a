//! `fanpin schema`: the JSON Schema of scenario files, made from the book.

use std::io::Write;

use serde_json::{Map, Value, json};

use super::CliError;
use crate::evidence::{Absent, Kind, Parameter};
use crate::scenario::policy::{Class, Level};
use crate::scenario::resolver::DocumentKind;
use crate::scenario::shape::Shape;

/// Names that users choose.
const NAME: &str = "^[a-z0-9][a-z0-9-]{0,63}$";

/// Prints the schema.
///
/// # Errors
/// [`CliError::Print`] if the output fails.
pub fn run(out: &mut dyn Write) -> Result<(), CliError> {
    let text = serde_json::to_string_pretty(&schema()).expect("a tree of texts and numbers has a text");
    writeln!(out, "{text}")?;
    Ok(())
}

/// The schema of scenario files.
#[must_use]
pub fn schema() -> Value {
    let mut root = table(Shape::of(DocumentKind::Scenario));
    let root_table = root.as_object_mut().expect("a table's schema is an object");
    root_table.insert("$schema".into(), json!("https://json-schema.org/draft/2020-12/schema"));
    root_table.insert("title".into(), json!("fanpin scenario"));
    root_table.insert("$defs".into(), definitions());
    root
}

/// A table: only known keys. None is required, since a file may extend another that gives it.
fn table(shape: &Shape) -> Value {
    let mut properties = Map::new();
    for (key, below) in &shape.keys {
        properties.insert(key.clone(), below.parameter.map_or_else(|| table(below), value));
    }
    if let Some(below) = &shape.classes {
        let names = Class::ALL.iter().map(|class| class.name()).chain(["monitored"]);
        for name in names.filter(|name| !shape.keys.contains_key(*name)) {
            properties.insert(name.to_owned(), below.parameter.map_or_else(|| table(below), value));
        }
    }
    let mut out = json!({ "type": "object", "properties": properties, "additionalProperties": false });
    if let Some(below) = &shape.named {
        out["patternProperties"] = json!({ NAME: below.parameter.map_or_else(|| table(below), value) });
    }
    out
}

fn value(parameter: &'static Parameter) -> Value {
    let mut out = kind(parameter);
    out["description"] = json!(format!(
        "{} · {} [{}] ({}: {})",
        parameter.description,
        parameter.description_zh,
        parameter.unit,
        parameter.status.name(),
        parameter.source
    ));
    if let Absent::Default(default) = &parameter.absent {
        out["default"] = serde_json::to_value(default).expect("defaults are numbers, texts and tables");
    }
    out
}

fn kind(parameter: &Parameter) -> Value {
    let name = json!({ "type": "string", "pattern": NAME });
    match parameter.kind {
        Kind::Number => number("number", parameter),
        Kind::Integer => number("integer", parameter),
        Kind::Bool => json!({ "type": "boolean" }),
        Kind::Text => json!({ "type": "string" }),
        Kind::Name => name,
        Kind::Reference => json!({ "type": "string", "minLength": 1 }),
        Kind::Choice => json!({ "enum": parameter.choices }),
        Kind::Choices => json!({
            "type": "array", "items": { "enum": parameter.choices }, "uniqueItems": true,
            "minItems": u8::from(!parameter.empty_allowed),
        }),
        Kind::Order => json!({ "type": "array", "items": name, "uniqueItems": true, "minItems": 1 }),
        Kind::Texts => {
            json!({ "type": "array", "items": { "type": "string" }, "uniqueItems": true, "minItems": 1 })
        }
        Kind::Bilingual => json!({
            "type": "object", "additionalProperties": false,
            "properties": { "en": { "type": "string" }, "zh": { "type": "string" } },
        }),
        Kind::Numbers => json!({ "type": "array", "items": number("number", parameter) }),
        Kind::Schedule => json!({ "anyOf": schedule(parameter) }),
        Kind::LevelSchedule => {
            let mut ways = schedule(parameter);
            let each = json!({ "anyOf": schedule(parameter) });
            let levels: Map<String, Value> =
                Level::ALL.iter().map(|level| (level.name().to_owned(), each.clone())).collect();
            ways.push(json!({ "type": "object", "properties": levels, "additionalProperties": false, "minProperties": 1 }));
            json!({ "anyOf": ways })
        }
        Kind::Eligibility => json!({ "$ref": "#/$defs/condition" }),
        Kind::Brackets => json!({
            "type": "array", "minItems": 1,
            "items": {
                "type": "object", "additionalProperties": false, "required": ["from_yuan", "rate"],
                "properties": { "from_yuan": { "$ref": "#/$defs/schedule" }, "rate": { "anyOf": schedule(parameter) } },
            },
        }),
    }
}

fn number(kind: &str, parameter: &Parameter) -> Value {
    let mut out = json!({ "type": kind });
    if let Some((least, most)) = parameter.range {
        out["minimum"] = json!(least);
        out["maximum"] = json!(most);
    }
    out
}

/// The ways to write a number that may change over the years.
fn schedule(parameter: &Parameter) -> Vec<Value> {
    ways(&number("number", parameter))
}

fn ways(number: &Value) -> Vec<Value> {
    let points = |least: u8| {
        let pair = json!({ "type": "array", "prefixItems": [{ "type": "integer" }, number], "minItems": 2, "maxItems": 2 });
        json!({ "type": "array", "items": pair, "minItems": least })
    };
    let way = |key: &str, least: u8| json!({ "type": "object", "properties": { key: points(least) }, "required": [key], "additionalProperties": false });
    vec![number.clone(), way("step", 1), way("taper", 2)]
}

fn definitions() -> Value {
    let book = crate::evidence::Book::get();
    let choices =
        |pattern: &str| book.pattern(pattern).map(|parameter| parameter.choices.clone()).unwrap_or_default();
    let classes = choices("layers.*.class_terms.*.classes");
    let chronic = choices("layers.*.diseases");
    let list = |names: Vec<String>| json!({ "type": "array", "items": { "enum": names }, "minItems": 1 });
    let conditions = json!({ "type": "array", "items": { "$ref": "#/$defs/condition" }, "minItems": 1 });
    json!({
        "schedule": { "anyOf": ways(&json!({ "type": "number" })) },
        "condition": {
            "type": "object", "additionalProperties": false, "minProperties": 1,
            "properties": {
                "everyone": { "const": true },
                "insured": { "type": "boolean" },
                "classes": list(classes),
                "age_at_least": { "type": "integer", "minimum": 0, "maximum": 120 },
                "chronic": list(chronic),
                "income_below_yuan": { "$ref": "#/$defs/schedule" },
                "spending_above_income_share": { "$ref": "#/$defs/schedule" },
                "all": conditions,
                "any": conditions,
                "not": { "$ref": "#/$defs/condition" },
            },
        },
    })
}
