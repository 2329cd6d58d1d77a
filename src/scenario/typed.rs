//! The checked document → the types that the model reads.

use super::Scenario;
use super::checks::{in_order, prune};
use super::diagnostics::Problem;
use super::document::{Node, Value, to_toml_table};
use super::observed::Observation;
use super::plan::{Bilingual, ChartFormat, Language, Output, Place, Plan, Spread};
use super::policy::{Policy, Regime, Schedule};
use super::raw_policy::policy_from_table;
use super::society::Society;
use super::{sweep, switches};
use crate::units::Year;

/// The scenario, unless something was or is found to be wrong.
pub(super) fn scenario(mut root: Node, problems: &mut Vec<Problem>) -> Option<Scenario> {
    let complete = problems.is_empty();
    prune(&mut root);
    let history = policy(root.get(&["history"])?, problems);
    let regimes: Vec<Option<Regime>> = in_order(root.get(&["regimes"])?)
        .into_iter()
        .map(|(name, node)| regime(name, node, problems))
        .collect();
    if !complete || !problems.is_empty() {
        return None;
    }
    let name = root.get(&["name"])?.text()?.to_owned();
    let regimes: Vec<Regime> = regimes.into_iter().collect::<Option<_>>()?;
    let baseline = root.get(&["baseline"])?.text()?;
    let mut scenario = Scenario {
        title: bilingual(root.get(&["title"]))
            .unwrap_or_else(|| Bilingual { en: name.clone(), zh: name.clone() }),
        description: bilingual(root.get(&["description"])).unwrap_or_default(),
        plan: plan(root.get(&["plan"])?)?,
        places: in_order(root.get(&["places"])?)
            .into_iter()
            .map(|(id, node)| place(id, node))
            .collect::<Option<_>>()?,
        society: society(root.get(&["society"])?)?,
        observation: observation(root.get(&["observation"])?)?,
        history: history?,
        baseline: regimes.iter().position(|regime| regime.id == baseline)?,
        regimes,
        output: output(root.get(&["output"])?)?,
        sweep: root.get(&["sweep"]).map(sweep::typed),
        resolved: resolved(&root)?,
        name,
    };
    switches::apply(&mut scenario);
    Some(scenario)
}

/// The book names every key of society with its type, and every default is filled in, so this can't fail
/// on a checked document.
fn society(node: &Node) -> Option<Society> {
    let table = toml::Value::Table(to_toml_table(node.table()?));
    Some(table.try_into().expect("the book has an entry for every field of society, and no other"))
}

/// Likewise.
fn observation(node: &Node) -> Option<Observation> {
    let table = toml::Value::Table(to_toml_table(node.table()?));
    Some(table.try_into().expect("the book has an entry for every field of observation, and no other"))
}

fn bilingual(node: Option<&Node>) -> Option<Bilingual> {
    let node = node?;
    let text = |language: &str| node.get(&[language])?.text().map(str::to_owned);
    Some(Bilingual { en: text("en")?, zh: text("zh")? })
}

fn year(node: &Node, key: &str) -> Option<Year> {
    Year::try_new(node.get(&[key])?.integer()?).ok()
}

fn count(node: &Node, key: &str) -> Option<u32> {
    u32::try_from(node.get(&[key])?.integer()?).ok()
}

fn number(node: &Node, key: &str) -> Option<f64> {
    node.get(&[key])?.number()
}

fn plan(node: &Node) -> Option<Plan> {
    Some(Plan {
        first_year: year(node, "first_year")?,
        last_year: year(node, "last_year")?,
        switch_year: year(node, "switch_year")?,
        replicates: count(node, "replicates")?,
        seed: u64::try_from(node.get(&["seed"])?.integer()?).ok()?,
        households: count(node, "households")?,
        sampling_factor: count(node, "sampling_factor")?,
    })
}

fn place(id: &str, node: &Node) -> Option<Place> {
    Some(Place {
        id: id.to_owned(),
        label: bilingual(node.get(&["label"])).unwrap_or_else(|| Bilingual { en: id.into(), zh: id.into() }),
        share: number(node, "share")?,
        counties: count(node, "counties")?,
        unregistered_weight: u16::try_from(count(node, "unregistered_weight")?).ok()?,
        spread: spread(node)?,
        income_level: schedule(node.get(&["income_level"])?)?,
        registered_share: number(node, "registered_share")?,
        travel_minutes: number(node, "travel_minutes")?,
        travel_log_sd: number(node, "travel_log_sd")?,
        county_capability: number(node, "county_capability")?,
        price_level: number(node, "price_level")?,
        ageing: number(node, "ageing")?,
        morbidity: number(node, "morbidity")?,
        improved_environment: number(node, "improved_environment")?,
        staff_level: number(node, "staff_level")?,
        clinics_staffed: number(node, "clinics_staffed")?,
        beds_factor: number(node, "beds_factor")?,
        aid_budget_factor: number(node, "aid_budget_factor")?,
        programme_budget_factor: number(node, "programme_budget_factor")?,
        own_revenue_yuan: number(node, "own_revenue_yuan")?,
        local_share_factor: number(node, "local_share_factor")?,
    })
}

/// How the counties of a place differ; nothing if they are alike.
fn spread(place: &Node) -> Option<Option<Spread>> {
    if place.get(&["vary"])?.text()? == "none" {
        return Some(None);
    }
    let node = place.get(&["spread"])?;
    Some(Some(Spread {
        correlation: number(node, "correlation")?,
        income_log_sd: number(node, "income_log_sd")?,
        registered_logit_sd: number(node, "registered_logit_sd")?,
        travel_log_sd: number(node, "travel_log_sd")?,
        capability_logit_sd: number(node, "capability_logit_sd")?,
        revenue_log_sd: number(node, "revenue_log_sd")?,
        households_log_sd: number(node, "households_log_sd")?,
    }))
}

/// The schedule of a checked value.
fn schedule(node: &Node) -> Option<Schedule> {
    if let Some(x) = node.number() {
        return Some(Schedule::Constant(x));
    }
    let points = |node: &Node| -> Option<Vec<(Year, f64)>> {
        node.array()?
            .iter()
            .map(|pair| match pair.array()? {
                [year, value] => Some((Year::try_new(year.integer()?).ok()?, value.number()?)),
                _ => None,
            })
            .collect()
    };
    match (node.get(&["step"]), node.get(&["taper"])) {
        (Some(step), None) => points(step).map(Schedule::Step),
        (None, Some(taper)) => points(taper).map(Schedule::Taper),
        _ => None,
    }
}

fn regime(name: &str, node: &Node, problems: &mut Vec<Problem>) -> Option<Regime> {
    let label =
        bilingual(node.get(&["label"])).unwrap_or_else(|| Bilingual { en: name.into(), zh: name.into() });
    let policy = policy(node, problems)?;
    Some(Regime { id: name.to_owned(), label_en: label.en, label_zh: label.zh, policy })
}

/// The policy of a regime's table. What is wrong with it is located by its path.
fn policy(node: &Node, problems: &mut Vec<Problem>) -> Option<Policy> {
    let layers = node.get(&["layers"]);
    let all_listed = layers.is_some_and(|layers| {
        layers
            .get(&["order"])
            .and_then(Node::array)
            .is_some_and(|order| order.len() == in_order(layers).len())
    });
    if !all_listed {
        return None;
    }
    let table = to_toml_table(node.table()?);
    let errors = match policy_from_table(&table) {
        Ok(policy) => return Some(policy),
        Err(errors) => errors,
    };
    for error in errors {
        let (found, exact) = deepest(node, &error.path);
        // What was refused is missing now; that was reported.
        if found.has_refused() {
            continue;
        }
        let at = if exact { found.at.of_value() } else { found.at.of_key() };
        let at = if found.table().is_some() { found.at.of_key() } else { at };
        problems.push(Problem::new(format!("`{}`: {}", error.path, error.message), at, ""));
    }
    None
}

/// The node at a path such as `layers.basic.brackets[1].rate`, or the last one on the way to it.
fn deepest<'a>(node: &'a Node, path: &str) -> (&'a Node, bool) {
    let mut here = node;
    for segment in path.split(['.', '[', ']']).filter(|segment| !segment.is_empty()) {
        let next = match &here.value {
            Value::Table(table) => table.get(segment),
            Value::Array(items) => segment.parse::<usize>().ok().and_then(|index| items.get(index)),
            _ => None,
        };
        match next {
            Some(next) => here = next,
            None => return (here, false),
        }
    }
    (here, true)
}

fn output(node: &Node) -> Option<Output> {
    let texts =
        |key: &str| -> Option<Vec<&str>> { node.get(&[key])?.array()?.iter().map(Node::text).collect() };
    let languages = texts("languages")?.into_iter().map(|name| match name {
        "en" => Some(Language::En),
        "zh" => Some(Language::Zh),
        _ => None,
    });
    let formats = texts("formats")?.into_iter().map(|name| match name {
        "svg" => Some(ChartFormat::Svg),
        "pdf" => Some(ChartFormat::Pdf),
        "png" => Some(ChartFormat::Png),
        _ => None,
    });
    Some(Output {
        languages: languages.collect::<Option<_>>()?,
        formats: formats.collect::<Option<_>>()?,
        width_mm: count(node, "width_mm")?,
        panel: node.get(&["panel"]).is_some_and(|node| node.value == Value::Bool(true)),
        panel_replicates: count(node, "panel_replicates")?,
    })
}

/// Everything in force, naming no other file.
fn resolved(root: &Node) -> Option<toml::Table> {
    let mut table = to_toml_table(root.table()?);
    let standalone = |table: &mut toml::Value, key: &str| {
        if let Some(table) = table.as_table_mut().filter(|table| table.contains_key(key)) {
            table.insert(key.into(), toml::Value::String("none".into()));
        }
    };
    for (section, key) in [("places", "place"), ("regimes", "policy")] {
        let tables = table.get_mut(section)?.as_table_mut()?;
        tables.iter_mut().for_each(|(_, table)| standalone(table, key));
    }
    standalone(table.get_mut("history")?, "policy");
    Some(table)
}
