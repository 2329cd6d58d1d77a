//! The table `[sweep]`: which keys `fanpin sweep` varies, and how.

use super::checks::{Ranks, in_order, order};
use super::diagnostics::Problem;
use super::document::{Node, Table};
use crate::evidence::{Book, Kind, Parameter};
use crate::uncertainty::Scale;

/// How points are chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Design {
    /// Every combination of levels.
    Grid,
    /// A Latin hypercube.
    LatinHypercube,
    /// The first points of a scrambled Sobol' sequence.
    Sobol,
}

impl Design {
    /// All designs.
    pub const ALL: [Self; 3] = [Self::Grid, Self::LatinHypercube, Self::Sobol];

    /// The name in files.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Grid => "grid",
            Self::LatinHypercube => "latin-hypercube",
            Self::Sobol => "sobol",
        }
    }
}

/// What is varied.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Sweep {
    /// How points are chosen, if said.
    pub design: Option<Design>,
    /// Number of points, if said.
    pub points: Option<u32>,
    /// The varied keys, in order.
    pub axes: Vec<Axis>,
}

/// A varied key.
#[derive(Debug, Clone, PartialEq)]
pub struct Axis {
    /// Name of its column.
    pub name: String,
    /// Dotted path, as for `--set`.
    pub key: String,
    /// Where it lies.
    pub levels: Levels,
}

/// Where a varied key lies.
#[derive(Debug, Clone, PartialEq)]
pub enum Levels {
    /// At these values, as `--set` has them.
    Values(Vec<String>),
    /// Between two ends.
    Range {
        /// Lower end.
        from: f64,
        /// Upper end.
        to: f64,
        /// Levels of a grid, if said.
        steps: Option<u32>,
        /// Scale on which levels lie evenly.
        scale: Scale,
    },
}

/// Columns of the tables, which no varied key may be called.
const COLUMNS: [&str; 13] = [
    "point",
    "scenario",
    "regime",
    "baseline",
    "year",
    "group",
    "measure",
    "unit",
    "mean",
    "se",
    "ci_low",
    "ci_high",
    "replicates",
];

/// Whether numbers are what stands at a key, and whether varying it means something: another seed makes points strangers, and
/// what is written or swept moves no result.
#[must_use]
pub fn is_varied(key: &str, parameter: &Parameter) -> bool {
    let numbers =
        matches!(parameter.kind, Kind::Number | Kind::Integer | Kind::Schedule | Kind::LevelSchedule);
    numbers && is_free(key)
}

/// Whether a key may be varied at all, by words too.
#[must_use]
pub fn is_free(key: &str) -> bool {
    let root = key.split('.').next().unwrap_or(key);
    key != "plan.seed"
        && !matches!(root, "sweep" | "output" | "name" | "title" | "description" | "source" | "baseline")
}

/// Checks the table: keys that exist and are numbers, levels or ends, not both.
pub(super) fn check(root: &Node, ranks: &Ranks, problems: &mut Vec<Problem>) {
    let Some(keys) = root.get(&["sweep", "keys"]) else { return };
    order(keys, "key", " of the sweep", ranks, problems);
    for (name, node) in listed(keys) {
        if COLUMNS.contains(&name) {
            let message = format!("`sweep.keys.{name}` has the name of another column of the tables");
            problems.push(Problem::new(message, node.at.of_key(), "expected another name"));
        }
        path(node, problems);
        levels(name, node, problems);
    }
}

/// The tables of the varied keys in order.
fn listed(keys: &Node) -> Vec<(&str, &Node)> {
    if keys.get(&["order"]).is_some() {
        return in_order(keys);
    }
    keys.table().into_iter().flatten().map(|(name, node)| (name.as_str(), node)).collect()
}

fn path(node: &Node, problems: &mut Vec<Problem>) {
    let Some((key, at)) = node.get(&["key"]).and_then(|node| Some((node.text()?, &node.at))) else { return };
    match Book::get().lookup(key) {
        Some(parameter) if is_varied(key, parameter) => {}
        Some(_) => {
            let message = format!("`{key}` is no number that a sweep can vary");
            problems.push(Problem::new(message, at.of_value(), "expected the path of a number"));
        }
        None => {
            let problem = Problem::new(
                format!("there is no key `{key}`"),
                at.of_value(),
                "expected a path as for --set, such as `society.care.share_county`",
            );
            problems.push(match Book::get().nearest(key) {
                Some(near) => problem.help(format!("did you mean `{near}`?")),
                None => problem,
            });
        }
    }
}

fn levels(name: &str, node: &Node, problems: &mut Vec<Problem>) {
    let Some(table) = node.table() else { return };
    let has = |key: &str| table.contains_key(key);
    let wrong = |key: &str, message: String, label: &str| {
        let at = table.get(key).map_or(&node.at, |node| &node.at);
        Problem::new(message, at.of_key(), label)
    };
    let values = table.get("values").and_then(Node::array);
    if values.is_some_and(<[Node]>::is_empty) {
        problems.push(wrong("values", format!("`sweep.keys.{name}.values` is empty"), "expected a level"));
    }
    if has("values") && ["from", "to", "steps", "scale"].iter().any(|key| has(key)) {
        let message = format!("`sweep.keys.{name}` has both levels and ends");
        problems.push(wrong("values", message, "expected either `values`, or `from` and `to`"));
    } else if !(has("values") || has("from") && has("to")) {
        let message = format!("`sweep.keys.{name}` does not say where it lies");
        problems.push(wrong("key", message, "expected `values`, or `from` and `to`"));
    }
    let number = |key: &str| table.get(key).and_then(Node::number);
    let (Some(from), Some(to)) = (number("from"), number("to")) else { return };
    if from >= to {
        let message = format!("`sweep.keys.{name}.to` is not above `from`");
        problems.push(wrong("to", message, "expected a higher number"));
    } else if is_log(table) && from <= 0.0 {
        let message = format!("`sweep.keys.{name}` has no logarithms from {from} on");
        problems.push(wrong("from", message, "expected a number above 0"));
    }
}

fn is_log(table: &Table) -> bool {
    table.get("scale").and_then(Node::text) == Some("log")
}

/// The checked table.
pub(super) fn typed(node: &Node) -> Sweep {
    let design = node.get(&["design"]).and_then(Node::text);
    let keys = node.get(&["keys"]).map(listed).unwrap_or_default();
    Sweep {
        design: Design::ALL.into_iter().find(|one| design == Some(one.name())),
        points: node.get(&["points"]).and_then(Node::integer).and_then(|n| u32::try_from(n).ok()),
        axes: keys.into_iter().filter_map(|(name, node)| axis(name, node)).collect(),
    }
}

fn axis(name: &str, node: &Node) -> Option<Axis> {
    let table = node.table()?;
    let number = |key: &str| table.get(key).and_then(Node::number);
    let levels = match table.get("values").and_then(Node::array) {
        Some(values) => {
            Levels::Values(values.iter().filter_map(|value| Some(plain(value.number()?))).collect())
        }
        None => Levels::Range {
            from: number("from")?,
            to: number("to")?,
            steps: table.get("steps").and_then(Node::integer).and_then(|n| u32::try_from(n).ok()),
            scale: if is_log(table) { Scale::Log } else { Scale::Linear },
        },
    };
    Some(Axis { name: name.to_owned(), key: table.get("key")?.text()?.to_owned(), levels })
}

/// A number as it stands in a file, whole ones without a point: a key of whole numbers takes no other.
#[must_use]
pub fn plain(value: f64) -> String {
    if libm::trunc(value) == value && value.abs() < 1e15 {
        format!("{value:.0}")
    } else {
        format!("{value:?}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::{Options, Scenario, ScenarioError, load_text};

    fn load(sweep: &str) -> Result<Scenario, ScenarioError> {
        let text =
            format!("name = \"x\"\nextends = \"inclusive-vs-targeted\"\nbaseline = \"targeted\"\n{sweep}");
        load_text("x.toml", &text, &Options::default())
    }

    fn problems(sweep: &str) -> Vec<String> {
        let error = load(sweep).expect_err("it does not hold");
        error.problems().iter().map(|problem| problem.message.clone()).collect()
    }

    #[test]
    fn a_sweep_reads() {
        let sweep = load(
            "[sweep]\ndesign = \"grid\"\n[sweep.keys]\norder = [\"rate\", \"beds\"]\n\
             [sweep.keys.beds]\nkey = \"places.poor-county.beds_factor\"\nfrom = 0.5\nto = 2\nsteps = 3\nscale = \"log\"\n\
             [sweep.keys.rate]\nkey = \"regimes.inclusive.layers.aid.rate\"\nvalues = [0.5, 1]\n",
        );
        let sweep = sweep.unwrap().sweep.unwrap();
        assert_eq!(sweep.design, Some(Design::Grid));
        assert_eq!(sweep.axes[0].levels, Levels::Values(vec!["0.5".into(), "1".into()]));
        let range = Levels::Range { from: 0.5, to: 2.0, steps: Some(3), scale: Scale::Log };
        assert_eq!((sweep.axes[1].name.as_str(), &sweep.axes[1].levels), ("beds", &range));
    }

    #[test]
    fn a_scenario_without_a_sweep_has_none_and_stays_as_it_was() {
        let scenario = load("").unwrap();
        assert!(scenario.sweep.is_none() && !scenario.resolved.contains_key("sweep"));
    }

    #[test]
    fn what_a_sweep_cannot_be_is_said() {
        let one = |more: &str| problems(&format!("[sweep.keys.a]\n{more}"));
        let key = "key = \"society.care.share_county\"\n";
        assert_eq!(
            one("key = \"society.care.share_countie\"\nvalues = [0.5]\n"),
            ["there is no key `society.care.share_countie`"]
        );
        assert_eq!(
            one("key = \"plan.seed\"\nvalues = [1]\n"),
            ["`plan.seed` is no number that a sweep can vary"]
        );
        assert_eq!(one(key), ["`sweep.keys.a` does not say where it lies"]);
        assert_eq!(
            one(&format!("{key}values = [1]\nfrom = 0\n")),
            ["`sweep.keys.a` has both levels and ends"]
        );
        assert_eq!(one(&format!("{key}values = []\n")), ["`sweep.keys.a.values` is empty"]);
        assert_eq!(one(&format!("{key}from = 1\nto = 1\n")), ["`sweep.keys.a.to` is not above `from`"]);
        assert_eq!(
            one(&format!("{key}from = 0\nto = 1\nscale = \"log\"\n")),
            ["`sweep.keys.a` has no logarithms from 0 on"]
        );
        assert_eq!(one("values = [1]\n"), ["missing key `sweep.keys.a.key`"]);
        assert_eq!(
            problems("[sweep.keys.year]\nkey = \"society.care.share_county\"\nvalues = [1]\n"),
            ["`sweep.keys.year` has the name of another column of the tables"]
        );
    }
}
