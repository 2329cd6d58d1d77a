//! The parts in which two policies differ, and a policy with some of them taken from one and the rest from the other.
//!
//! A part is a layer or a programme that only one policy has or that has other terms, or one of the other blocks of a policy as a
//! whole, or a dimension of implementation that is ideal in one. What two policies only call differently is no part.
//!
//! Order of layers. All layers of both stand in one order: that of the regime, into which those that only the baseline has are put right
//! after the layer that they follow there (in front if they follow none). If layers of both stand in another order in the two, the
//! order is a part of its own: without it that of the baseline holds, into which layers of the regime alone are put the same way. So
//! nobody's coalition is the baseline and everybody's is the regime. Programmes likewise.

use std::fmt;

use crate::evidence::nearest;
use crate::scenario::plan::Bilingual;
use crate::scenario::policy::{Implementation, Layer, MAX_LAYERS, MAX_PROGRAMMES, Policy, Programme};
use crate::units::Year;

/// What is taken from the one policy or the other as a whole.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Element {
    Layer(String),
    LayerOrder,
    Programme(String),
    ProgrammeOrder,
    Block(Block),
    Dimension(Dimension),
}

/// A block of a policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Block {
    Classes,
    Premiums,
    Deposits,
    Monitoring,
    Service,
    Funds,
    Staff,
}

impl Block {
    const ALL: [Self; 7] = [
        Self::Classes,
        Self::Premiums,
        Self::Deposits,
        Self::Monitoring,
        Self::Service,
        Self::Funds,
        Self::Staff,
    ];

    /// Id and labels.
    const fn name(self) -> [&'static str; 3] {
        match self {
            Self::Classes => ["classes", "Classes and lists", "对象类别与名单"],
            Self::Premiums => ["premiums", "Premiums and enrolment", "缴费资助与参保"],
            Self::Deposits => ["deposits", "Deposits", "住院押金"],
            Self::Monitoring => ["monitoring", "Monitoring", "防返贫监测"],
            Self::Service => ["service", "Prevention and primary care", "预防与基层服务"],
            Self::Funds => ["funds", "County funds", "县级资金"],
            Self::Staff => ["staff", "Staff", "卫生人员"],
        }
    }

    fn differs(self, a: &Policy, b: &Policy) -> bool {
        match self {
            Self::Classes => a.classes != b.classes,
            Self::Premiums => a.premiums != b.premiums,
            Self::Deposits => {
                a.deposit_share != b.deposit_share || a.deposit_share_outside != b.deposit_share_outside
            }
            Self::Monitoring => a.monitoring != b.monitoring,
            Self::Service => a.service != b.service,
            Self::Funds => a.funds != b.funds,
            Self::Staff => a.staff != b.staff,
        }
    }

    fn take(self, into: &mut Policy, from: &Policy) {
        match self {
            Self::Classes => into.classes = from.classes.clone(),
            Self::Premiums => into.premiums = from.premiums.clone(),
            Self::Deposits => {
                into.deposit_share = from.deposit_share.clone();
                into.deposit_share_outside = from.deposit_share_outside.clone();
            }
            Self::Monitoring => into.monitoring = from.monitoring.clone(),
            Self::Service => into.service = from.service.clone(),
            Self::Funds => into.funds = from.funds.clone(),
            Self::Staff => into.staff = from.staff.clone(),
        }
    }
}

/// A dimension of implementation (Smith 1973).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Dimension {
    Policy,
    Agency,
    TargetGroup,
    Environment,
}

impl Dimension {
    const ALL: [Self; 4] = [Self::Policy, Self::Agency, Self::TargetGroup, Self::Environment];

    const fn name(self) -> [&'static str; 3] {
        match self {
            Self::Policy => ["policy", "The policy itself ideal", "理想化的政策"],
            Self::Agency => ["agency", "Implementing agency ideal", "理想的执行机构"],
            Self::TargetGroup => ["target_group", "Target group ideal", "理想的目标群体"],
            Self::Environment => ["environment", "Environment ideal", "理想的政策环境"],
        }
    }

    const fn of(self, implementation: &Implementation) -> bool {
        match self {
            Self::Policy => implementation.policy,
            Self::Agency => implementation.agency,
            Self::TargetGroup => implementation.target_group,
            Self::Environment => implementation.environment,
        }
    }

    fn take(self, into: &mut Implementation, from: &Implementation) {
        match self {
            Self::Policy => into.policy = from.policy,
            Self::Agency => into.agency = from.agency,
            Self::TargetGroup => into.target_group = from.target_group,
            Self::Environment => into.environment = from.environment,
        }
    }
}

/// The policy with all four dimensions of implementation ideal.
#[must_use]
pub fn ideal(policy: &Policy) -> Policy {
    let implementation = Implementation { policy: true, agency: true, target_group: true, environment: true };
    Policy { implementation, ..policy.clone() }
}

/// A part of what a regime changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Its name: of a layer or programme as in the scenario, else of the block.
    pub id: String,
    /// `layer`, `programme`, `order`, `rules`, `dimension` or `group`.
    pub kind: &'static str,
    /// Labels.
    pub label: Bilingual,
    elements: Vec<Element>,
}

impl Part {
    fn of(kind: &'static str, [id, en, zh]: [&str; 3], element: Element) -> Self {
        Self {
            id: id.to_owned(),
            kind,
            label: Bilingual { en: en.to_owned(), zh: zh.to_owned() },
            elements: vec![element],
        }
    }
}

/// Why there is nothing to attribute, or it can't be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PartsError {
    /// The policies are the same.
    NothingDiffers,
    /// More parts than a game can have.
    TooMany {
        /// Their number.
        parts: usize,
        /// The most.
        most: usize,
    },
    /// A group names a part that is not there.
    Unknown {
        /// The name.
        name: String,
        /// The parts.
        known: Vec<String>,
    },
    /// A part is named twice.
    Twice {
        /// The name.
        name: String,
    },
    /// Layers of both together are more than the settlement keeps.
    Layers {
        /// The year.
        year: Year,
        /// Layers in force.
        layers: usize,
    },
    /// Programmes of both together are more than a policy may have.
    Programmes {
        /// Their number.
        programmes: usize,
    },
}

impl fmt::Display for PartsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NothingDiffers => {
                f.write_str("the two policies are the same: there is no effect to attribute")
            }
            Self::TooMany { parts, most } => {
                write!(
                    f,
                    "the two policies differ in {parts} parts, expected at most {most}: merge some with `--group a+b`"
                )
            }
            Self::Unknown { name, known } => {
                let near = nearest(name, known.iter().map(String::as_str))
                    .map(|near| format!("; did you mean `{near}`?"))
                    .unwrap_or_default();
                write!(f, "--group: there is no part `{name}`, the parts are {}{near}", known.join(", "))
            }
            Self::Twice { name } => write!(f, "--group: `{name}` is named twice"),
            Self::Layers { year, layers } => write!(
                f,
                "with some parts of each policy {layers} layers are in force in {year}, expected at most {MAX_LAYERS}: \
                 merge layers of one with layers of the other by `--group a+b`"
            ),
            Self::Programmes { programmes } => write!(
                f,
                "with some parts of each policy there are {programmes} programmes, expected at most {MAX_PROGRAMMES}: \
                 merge programmes of one with programmes of the other by `--group a+b`"
            ),
        }
    }
}

impl std::error::Error for PartsError {}

/// The parts in which a policy differs from a baseline: layers, their order, programmes, their order, blocks, dimensions.
#[must_use]
pub fn parts(baseline: &Policy, regime: &Policy, programme: &dyn Fn(&str) -> Bilingual) -> Vec<Part> {
    let layer = |id: &str| {
        let found = find(&regime.layers, id).or_else(|| find(&baseline.layers, id)).expect("one has it");
        let (en, zh) = (found.label_en.as_str(), found.label_zh.as_str());
        Part::of(
            "layer",
            [id, if en.is_empty() { id } else { en }, if zh.is_empty() { id } else { zh }],
            Element::Layer(id.to_owned()),
        )
    };
    let mut all: Vec<Part> = differing(&baseline.layers, &regime.layers).iter().map(|id| layer(id)).collect();
    if reordered(&baseline.layers, &regime.layers) {
        let name = ["layer-order", "Order of layers", "保障层次的顺序"];
        all.push(Part::of("order", name, Element::LayerOrder));
    }
    for id in differing(&baseline.programmes, &regime.programmes) {
        let label = programme(&id);
        all.push(Part::of("programme", [&id, &label.en, &label.zh], Element::Programme(id.clone())));
    }
    if reordered(&baseline.programmes, &regime.programmes) {
        let name = ["programme-order", "Order of programmes", "帮扶项目的顺序"];
        all.push(Part::of("order", name, Element::ProgrammeOrder));
    }
    let blocks = Block::ALL.into_iter().filter(|block| block.differs(baseline, regime));
    all.extend(blocks.map(|block| Part::of("rules", block.name(), Element::Block(block))));
    let dimensions = Dimension::ALL
        .into_iter()
        .filter(|dimension| dimension.of(&baseline.implementation) != dimension.of(&regime.implementation));
    all.extend(dimensions.map(|d| Part::of("dimension", d.name(), Element::Dimension(d))));
    all
}

/// The parts with those of each group (`a+b`) merged, in the place of its first. A part whose name another kind of part has as well
/// can be named `kind:name`.
///
/// # Errors
/// [`PartsError::Unknown`], [`PartsError::Twice`].
pub fn grouped(parts: Vec<Part>, groups: &[String]) -> Result<Vec<Part>, PartsError> {
    let place = |name: &str| {
        let found =
            parts.iter().position(|part| part.id == name || format!("{}:{}", part.kind, part.id) == name);
        found.ok_or_else(|| PartsError::Unknown {
            name: name.to_owned(),
            known: parts.iter().map(|part| part.id.clone()).collect(),
        })
    };
    let mut group_of: Vec<Option<usize>> = vec![None; parts.len()];
    for (number, group) in groups.iter().enumerate() {
        for name in group.split('+').map(str::trim) {
            if group_of[place(name)?].replace(number).is_some() {
                return Err(PartsError::Twice { name: name.to_owned() });
            }
        }
    }
    let mut out: Vec<(Option<usize>, Part)> = Vec::new();
    for (part, group) in parts.into_iter().zip(group_of) {
        match out.iter_mut().find(|(other, _)| group.is_some() && *other == group) {
            Some((_, merged)) => {
                merged.kind = if merged.kind == part.kind { part.kind } else { "group" };
                merged.id += &format!("+{}", part.id);
                merged.label.en += &format!(" + {}", part.label.en);
                merged.label.zh += &format!("＋{}", part.label.zh);
                merged.elements.extend(part.elements);
            }
            None => out.push((group, part)),
        }
    }
    Ok(out.into_iter().map(|(_, part)| part).collect())
}

/// The baseline's policy with some parts taken from the regime.
#[must_use]
pub fn compose<'p>(baseline: &Policy, regime: &Policy, taken: impl Iterator<Item = &'p Part>) -> Policy {
    let taken: Vec<&Element> = taken.flat_map(|part| &part.elements).collect();
    let takes = |element: &Element| taken.contains(&element);
    let mut policy = baseline.clone();
    let order = ordered(&baseline.layers, &regime.layers, takes(&Element::LayerOrder));
    policy.layers =
        mixed(&baseline.layers, &regime.layers, &order, |id| takes(&Element::Layer(id.to_owned())));
    let order = ordered(&baseline.programmes, &regime.programmes, takes(&Element::ProgrammeOrder));
    policy.programmes = mixed(&baseline.programmes, &regime.programmes, &order, |id| {
        takes(&Element::Programme(id.to_owned()))
    });
    for element in taken {
        match element {
            Element::Block(block) => block.take(&mut policy, regime),
            Element::Dimension(dimension) => {
                dimension.take(&mut policy.implementation, &regime.implementation);
            }
            Element::Layer(_) | Element::LayerOrder | Element::Programme(_) | Element::ProgrammeOrder => {}
        }
    }
    policy
}

/// That the model can hold a policy through the years.
///
/// # Errors
/// [`PartsError::Layers`], [`PartsError::Programmes`].
pub fn fits(policy: &Policy, mut years: impl Iterator<Item = Year>) -> Result<(), PartsError> {
    let in_force = |year: Year| policy.layers.iter().filter(|layer| layer.in_force(year)).count();
    if let Some(year) = years.find(|year| in_force(*year) > MAX_LAYERS) {
        return Err(PartsError::Layers { year, layers: in_force(year) });
    }
    let programmes = policy.programmes.len();
    if programmes > MAX_PROGRAMMES { Err(PartsError::Programmes { programmes }) } else { Ok(()) }
}

/// What stands in a policy under a name and in an order.
trait Named: Clone {
    fn id(&self) -> &str;
    /// Whether they do the same, whatever they are called.
    fn alike(&self, other: &Self) -> bool;
}

impl Named for Layer {
    fn id(&self) -> &str {
        &self.id
    }

    fn alike(&self, other: &Self) -> bool {
        let (label_en, label_zh) = (other.label_en.clone(), other.label_zh.clone());
        Self { label_en, label_zh, ..self.clone() } == *other
    }
}

impl Named for Programme {
    fn id(&self) -> &str {
        &self.id
    }

    fn alike(&self, other: &Self) -> bool {
        self == other
    }
}

fn find<'n, N: Named>(all: &'n [N], id: &str) -> Option<&'n N> {
    all.iter().find(|named| named.id() == id)
}

/// Ids that only one has or that differ, in the order of the regime with the baseline's put in.
fn differing<N: Named>(baseline: &[N], regime: &[N]) -> Vec<String> {
    let alike = |id: &str| match (find(baseline, id), find(regime, id)) {
        (Some(a), Some(b)) => a.alike(b),
        _ => false,
    };
    merged(regime, baseline).into_iter().filter(|id| !alike(id)).collect()
}

/// Whether those that both have stand in another order.
fn reordered<N: Named>(a: &[N], b: &[N]) -> bool {
    let common = |of: &[N], in_: &[N]| -> Vec<String> {
        of.iter().map(|named| named.id().to_owned()).filter(|id| find(in_, id).is_some()).collect()
    };
    common(a, b) != common(b, a)
}

/// The ids of all: in the regime's order, or in the baseline's where the order differs and isn't taken.
fn ordered<N: Named>(baseline: &[N], regime: &[N], order_taken: bool) -> Vec<String> {
    if order_taken || !reordered(baseline, regime) {
        merged(regime, baseline)
    } else {
        merged(baseline, regime)
    }
}

/// The ids of `first` in their order, those of `second` alone right after the one that they follow there.
fn merged<N: Named>(first: &[N], second: &[N]) -> Vec<String> {
    let mut ids: Vec<String> = first.iter().map(|named| named.id().to_owned()).collect();
    let mut next = 0;
    for named in second {
        match ids.iter().position(|id| id == named.id()) {
            Some(at) => next = at + 1,
            None => {
                ids.insert(next, named.id().to_owned());
                next += 1;
            }
        }
    }
    ids
}

fn mixed<N: Named>(baseline: &[N], regime: &[N], order: &[String], taken: impl Fn(&str) -> bool) -> Vec<N> {
    let one = |id: &String| find(if taken(id) { regime } else { baseline }, id).cloned();
    order.iter().filter_map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::{Scenario, main_scenario};

    fn policy<'s>(scenario: &'s Scenario, id: &str) -> &'s Policy {
        &scenario.regimes.iter().find(|regime| regime.id == id).expect("the regime is there").policy
    }

    fn label(id: &str) -> Bilingual {
        Bilingual { en: id.to_owned(), zh: id.to_owned() }
    }

    fn ids(parts: &[Part]) -> Vec<&str> {
        parts.iter().map(|part| part.id.as_str()).collect()
    }

    fn layers(ids: &str) -> Vec<Layer> {
        let scenario = main_scenario(&[]);
        let any = &policy(&scenario, "targeted").layers[0];
        ids.chars().map(|id| Layer { id: id.to_string(), ..any.clone() }).collect()
    }

    #[test]
    fn inclusive_differs_from_targeted_in_terms_layers_lists_and_premiums() {
        let scenario = main_scenario(&[]);
        let (baseline, regime) = (policy(&scenario, "targeted"), policy(&scenario, "inclusive"));
        let found = parts(baseline, regime, &label);
        assert_eq!(
            ids(&found),
            [
                "critical-illness",
                "aid-registered",
                "top-up-floor",
                "top-up-cap",
                "aid-near-poor",
                "aid-illness-poor",
                "tilt-aid",
                "classes",
                "premiums"
            ]
        );
        assert!(parts(baseline, baseline, &label).is_empty());
    }

    #[test]
    fn nobody_is_the_baseline_and_everybody_the_regime() {
        let scenario = main_scenario(&["regimes.cliff.programmes.order=[\"industry\", \"dibao\"]"]);
        for regime in &scenario.regimes {
            for baseline in &scenario.regimes {
                let (regime, baseline) = (&regime.policy, &baseline.policy);
                let parts = parts(baseline, regime, &label);
                assert_eq!(compose(baseline, regime, [].iter()), *baseline);
                assert_eq!(compose(baseline, regime, parts.iter()), *regime);
            }
        }
    }

    #[test]
    fn layers_of_one_stand_after_what_they_follow_there() {
        let order =
            |baseline: &str, regime: &str, taken| ordered(&layers(baseline), &layers(regime), taken).concat();
        assert_eq!(order("axb", "ayb", false), "axyb");
        assert_eq!(order("xab", "ab", false), "xab");
        assert_eq!(order("ab", "yab", false), "yab");
        assert_eq!(order("axb", "b", false), "axb");
        // Where the order differs it is a part.
        assert!(reordered(&layers("abx"), &layers("bya")) && !reordered(&layers("abx"), &layers("yab")));
        assert_eq!(order("abx", "bya", false), "abyx");
        assert_eq!(order("abx", "bya", true), "bxya");
    }

    #[test]
    fn a_label_is_no_part_and_the_order_is_one() {
        let scenario = main_scenario(&[
            "regimes.targeted.layers.basic.label.en=\"Another name\"",
            "regimes.cliff.programmes.order=[\"temporary-aid\", \"dibao\", \"public-jobs\", \"industry\"]",
        ]);
        let found = parts(policy(&scenario, "targeted"), policy(&scenario, "cliff"), &label);
        assert!(!ids(&found).contains(&"basic"), "{found:?}");
        assert!(ids(&found).contains(&"programme-order"), "{found:?}");
    }

    #[test]
    fn dimensions_are_parts_where_one_policy_is_ideal() {
        let scenario = main_scenario(&["regimes.targeted.implementation.agency=\"ideal\""]);
        let policy = policy(&scenario, "targeted");
        let found = parts(policy, &ideal(policy), &label);
        assert_eq!(ids(&found), ["policy", "target_group", "environment"]);
        let mixed = compose(policy, &ideal(policy), found[1..2].iter()).implementation;
        assert_eq!(mixed, Implementation { agency: true, target_group: true, ..Implementation::default() });
    }

    #[test]
    fn groups_merge_parts_and_name_what_is_wrong() {
        let scenario = main_scenario(&[]);
        let (baseline, regime) = (policy(&scenario, "targeted"), policy(&scenario, "inclusive"));
        let found = || parts(baseline, regime, &label);
        let some = grouped(found(), &["tilt-aid+top-up-cap".into(), "classes + rules:premiums".into()])
            .expect("known");
        assert_eq!(
            ids(&some),
            [
                "critical-illness",
                "aid-registered",
                "top-up-floor",
                "top-up-cap+tilt-aid",
                "aid-near-poor",
                "aid-illness-poor",
                "classes+premiums"
            ]
        );
        assert_eq!(compose(baseline, regime, some.iter()), *regime);
        let wrong = grouped(found(), &["tilt-ad+classes".into()]).expect_err("there is no such part");
        assert!(wrong.to_string().ends_with("did you mean `tilt-aid`?"), "{wrong}");
        let twice = grouped(found(), &["classes+premiums".into(), "classes".into()]);
        assert_eq!(twice, Err(PartsError::Twice { name: "classes".into() }));
    }

    #[test]
    fn more_layers_than_the_settlement_keeps_are_refused() {
        let scenario = main_scenario(&[]);
        let mut policy = policy(&scenario, "targeted").clone();
        let years = || Year::new(2021).through(Year::new(2023));
        policy.layers = layers(&"abcdefghijklmnop"[..MAX_LAYERS]);
        assert_eq!(fits(&policy, years()), Ok(()));
        let mut one_more = layers("z");
        one_more[0].first_year = Some(Year::new(2022));
        policy.layers.extend(one_more);
        let found = fits(&policy, years());
        assert_eq!(found, Err(PartsError::Layers { year: Year::new(2022), layers: MAX_LAYERS + 1 }));
    }
}
