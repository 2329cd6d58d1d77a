//! Bills on both sides of every border, year by year, and what changes from one year to the next.

use super::{BORDERS, Border, Crossing, FIRST, MEMBERS, ReferenceBill, Standing};
use crate::billing::{Bill, CompiledLayers, HouseholdYear, Patient, PersonYear, Settlement as Settled};
use crate::population::START;
use crate::population::tables::{Path, tables};
use crate::poverty::{Lines, is_poor};
use crate::random::threshold;
use crate::scenario::Scenario;
use crate::scenario::plan::Place;
use crate::scenario::policy::{Class, ClassSet, ListRule, Policy, Settlement};
use crate::simulation::year_context;
use crate::units::{Money, Year};

/// A change of the rate from one year to the next counts as a hand-over above this many points.
const HANDOVER_POINTS: f64 = 1.0;
/// Largest bill within which notches are sought, yuan, as `fanpin check` does.
const NOTCHES_UP_TO: i64 = 500_000;

/// The whole measurement.
#[derive(Debug, Clone, PartialEq)]
pub struct Meter {
    /// Name of the scenario.
    pub scenario: String,
    /// Name of the place.
    pub place: String,
    /// Names and labels (English, Chinese) of the regimes.
    pub regimes: Vec<(String, String, String)>,
    /// First and last year.
    pub years: (Year, Year),
    /// From this year on each regime follows its own policy.
    pub switch_year: Year,
    /// The bills.
    pub bills: Vec<ReferenceBill>,
    /// By regime, year, border and bill.
    pub gaps: Vec<Gap>,
    /// By regime, year, class and bill.
    pub handovers: Vec<Handover>,
    /// Where own spending triggers a layer in the last year, by regime: the border in spending.
    pub notches: Vec<NotchAt>,
}

/// The same bill on both sides of a border.
#[derive(Debug, Clone, PartialEq)]
pub struct Gap {
    /// Index of the regime.
    pub regime: usize,
    /// Year.
    pub year: Year,
    /// Index into [`BORDERS`].
    pub border: usize,
    /// Index of the bill.
    pub bill: usize,
    /// Amount of the bill.
    pub amount: Money,
    /// The household that is let in.
    pub within: Side,
    /// The one that isn't.
    pub beyond: Side,
}

impl Gap {
    /// The gap by rule: share of the whole bill paid within less that beyond, in percentage points.
    #[must_use]
    pub fn points(&self) -> f64 {
        100.0 * (self.within.rate - self.beyond.rate)
    }

    /// The same with claims made at their take-up.
    #[must_use]
    pub fn points_expected(&self) -> f64 {
        100.0 * (self.within.rate_expected - self.beyond.rate_expected)
    }
}

/// What one side of a border gets. `…_expected` and `…_chance` are means over claims made and not made.
#[derive(Debug, Clone, PartialEq)]
pub struct Side {
    /// The class whose terms hold: that of the border, or the one it falls to where a regime doesn't give it.
    pub class: Class,
    /// Share of the whole bill that all layers pay.
    pub rate: f64,
    /// Expected share.
    pub rate_expected: f64,
    /// Own payment.
    pub own: Money,
    /// Expected own payment, yuan.
    pub own_expected: f64,
    /// Whether the own payment is catastrophic: 40 % of spending other than food, itself included.
    pub catastrophic: bool,
    /// Chance of that.
    pub catastrophic_chance: f64,
    /// Whether the own payment takes a household that isn't poor under the official line.
    pub impoverished: bool,
    /// Chance of that.
    pub impoverished_chance: f64,
    /// What each layer pays by rule, by name.
    pub payments: Vec<(String, Money)>,
}

/// A class whose rate changes from one year to the next by more than a point, for the bill, the household, the local
/// income and the prices of the year before.
#[derive(Debug, Clone, PartialEq)]
pub struct Handover {
    /// Index of the regime.
    pub regime: usize,
    /// The first year of the new terms.
    pub year: Year,
    /// Class before the change.
    pub class: Class,
    /// Index of the bill.
    pub bill: usize,
    /// Amount of the bill.
    pub amount: Money,
    /// Share of the bill paid by rule, before.
    pub before: f64,
    /// The same after.
    pub after: f64,
    /// The layer whose payment changes most in the direction of the whole.
    pub layer: String,
    /// By how much its payment changes, in points of the bill.
    pub layer_points: f64,
    /// Whether it pays nothing after.
    pub ended: bool,
    /// Where it ended: the first layer that pays and paid nothing before.
    pub successor: Option<String>,
    /// Whole years between the end and the successor: 0 if it takes up at once.
    pub years_without: Option<i16>,
}

impl Handover {
    /// Change in percentage points: negative if the class loses.
    #[must_use]
    pub fn points(&self) -> f64 {
        100.0 * (self.after - self.before)
    }
}

/// A bill at which the patient's share falls although the bill rises by a fen ([`crate::billing::Notch`]).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotchAt {
    /// Index of the regime.
    pub regime: usize,
    /// Year.
    pub year: Year,
    /// The layer that spending triggers.
    pub layer: String,
    /// The least bill that triggers it.
    pub bill: Money,
    /// Own payment of a bill that is a fen lower.
    pub below: Money,
    /// Own payment of the bill.
    pub at: Money,
}

/// Measures gaps and hand-overs in a place from 2017, or the first reported year if that is earlier, to the last
/// reported year. Before the switch every regime has the terms of history.
///
/// # Panics
/// Never for a checked scenario.
#[must_use]
pub fn measure(scenario: &Scenario, place: &Place, bills: &[ReferenceBill]) -> Meter {
    let plan = &scenario.plan;
    let first = FIRST.min(plan.first_year).max(START.next());
    let ground = Ground { scenario, place, bills };
    let mut meter = Meter {
        scenario: scenario.name.clone(),
        place: place.id.clone(),
        regimes: scenario
            .regimes
            .iter()
            .map(|regime| (regime.id.clone(), regime.label_en.clone(), regime.label_zh.clone()))
            .collect(),
        years: (first, plan.last_year),
        switch_year: plan.switch_year,
        bills: bills.to_vec(),
        gaps: Vec::new(),
        handovers: Vec::new(),
        notches: Vec::new(),
    };
    for (index, regime) in scenario.regimes.iter().enumerate() {
        let policy = |year: Year| if year < plan.switch_year { &scenario.history } else { &regime.policy };
        let years: Vec<Terms> =
            first.through(plan.last_year).map(|year| Terms::new(&ground, policy(year), year, year)).collect();
        for terms in &years {
            meter.gaps.extend(ground.gaps(index, terms));
        }
        for at in 1..years.len() {
            let year = years[at].year;
            let after = Terms::new(&ground, policy(year), year, year.previous());
            meter.handovers.extend(ground.handovers(index, &years[at - 1], &after, &years[at..]));
        }
        if let Some(last) = years.last() {
            meter.notches.extend(ground.notches(index, last));
        }
    }
    meter
}

/// What is measured on.
struct Ground<'a> {
    scenario: &'a Scenario,
    place: &'a Place,
    bills: &'a [ReferenceBill],
}

/// The terms of a year.
struct Terms<'a> {
    year: Year,
    policy: &'a Policy,
    layers: CompiledLayers,
    untriggered: CompiledLayers,
    /// Take-up of claims in the area and out of it, rising, with 0 before and 1 after: between two of them the same
    /// claims are made.
    edges: [Vec<f64>; 2],
    list_ended: bool,
}

impl<'a> Terms<'a> {
    /// The terms of a year where local income and prices are those of `prices`.
    fn new(ground: &Ground, policy: &'a Policy, year: Year, prices: Year) -> Self {
        let society = &ground.scenario.society;
        let context = year_context(&society.poverty, ground.place, tables(), prices);
        let layers = CompiledLayers::as_implemented(policy, year, &context);
        let ideal = policy.implementation.policy;
        let edges = [false, true].map(|outside| {
            let take_up = |slot: usize| {
                let layer = &policy.layers[layers.source(slot)];
                match if outside { &layer.settlement_outside } else { &layer.settlement } {
                    Settlement::Claimed { take_up, .. } if !ideal => Some(take_up.at(year)),
                    _ => None,
                }
            };
            let mut edges: Vec<f64> = (0..layers.len()).filter_map(take_up).chain([0.0, 1.0]).collect();
            edges.sort_by(f64::total_cmp);
            edges.dedup();
            edges
        });
        let rules = &policy.classes;
        let campaign = i64::from(year.number()) <= society.lists.lifting_last_year;
        let list_ended = !campaign
            && (rules.list == ListRule::Ended || rules.list_last_year.is_some_and(|last| year > last));
        let untriggered = layers.without_spending_triggers();
        Self { year, policy, layers, untriggered, edges, list_ended }
    }

    /// The class whose terms hold for somebody who would be in a class: that class, or what is left to them where it
    /// isn't given this year.
    fn given(&self, class: Class) -> Class {
        let rules = &self.policy.classes;
        let monitoring = rules.monitoring.at(self.year) >= 0.5;
        match class {
            Class::Registered if self.list_ended => Class::LiftedStable,
            Class::Unstable if !monitoring => Class::LiftedStable,
            Class::Marginal | Class::SuddenDifficulty if !monitoring => Class::Ordinary,
            Class::IllnessPoor if rules.illness_poor_share.at(self.year) <= 0.0 => Class::Ordinary,
            class => class,
        }
    }

    /// The first bill of a household's year, for a word that decides the claims.
    fn settle(layers: &CompiledLayers, bill: &Bill, patient: &Patient, word: u64) -> Settled {
        let (mut person, mut household) = (PersonYear::default(), HouseholdYear::default());
        layers.settle(bill, patient, word, &mut person, &mut household)
    }

    /// What each layer pays where every claim is made.
    fn payments(&self, layers: &CompiledLayers, settled: &Settled) -> Vec<(String, Money)> {
        let paid = (0..layers.len()).filter(|slot| settled.payments[*slot] > Money::ZERO);
        paid.map(|slot| (self.policy.layers[layers.source(slot)].id.clone(), settled.payments[slot]))
            .collect()
    }

    fn rule(&self, class: Class, bill: &Bill, household: &Household) -> Vec<(String, Money)> {
        let settled = Self::settle(&self.layers, bill, &household.patient(self.given(class)), 0);
        self.payments(&self.layers, &settled)
    }
}

/// A reference household in a year.
struct Household {
    /// Last year's income of the household, which tests see.
    income_last: Money,
    /// This year's.
    income: Money,
    /// Usual consumption of the year other than food.
    non_food: Money,
    /// Official line per head.
    line: i64,
}

impl Household {
    fn new(ground: &Ground, standing: Standing, year: Year) -> Self {
        let tables = tables();
        let (society, place) = (&ground.scenario.society, ground.place);
        let per_head = |year| standing.income_per_head(ground.scenario, place, year);
        let income = per_head(year);
        let mean = tables.path(Path::Consumption, year);
        let relative = (income.yuan() / tables.path(Path::IncomeMean, year)).max(1e-3);
        let consumption = mean * libm::pow(relative, society.economy.consumption_elasticity);
        let engel = libm::pow(consumption / mean, society.economy.engel_elasticity);
        let food = (tables.path(Path::FoodShare, year) * engel).clamp(0.15, 0.75);
        let non_food =
            Money::try_from_yuan(consumption * (1.0 - food)).expect("consumption is a small amount");
        let times = |amount: Money| Money::from_fen(amount.fen() * MEMBERS);
        Self {
            income_last: times(per_head(year.previous())),
            income: times(income),
            non_food: times(non_food),
            line: Lines::compile(&society.poverty, tables, year).official,
        }
    }

    fn patient(&self, class: Class) -> Patient {
        Patient {
            insured: true,
            classes: ClassSet::default().with(class),
            age: 40,
            chronic: 0,
            household_income: self.income_last,
            household_income_per_head: Money::from_fen(self.income_last.fen() / MEMBERS),
        }
    }

    /// Whether an own payment is 40 % or more of what is spent on other things than food and on it.
    fn is_catastrophic(&self, own: Money) -> bool {
        own > Money::ZERO && 10 * own.fen() >= 4 * (self.non_food + own).fen()
    }

    fn is_impoverished(&self, own: Money) -> bool {
        !is_poor(self.income, MEMBERS, self.line) && is_poor(self.income - own, MEMBERS, self.line)
    }
}

impl Ground<'_> {
    fn gaps<'t>(&'t self, regime: usize, terms: &'t Terms<'_>) -> impl Iterator<Item = Gap> + 't {
        BORDERS.iter().enumerate().flat_map(move |(index, border)| {
            let household = Household::new(self, border.standing, terms.year);
            self.bills.iter().enumerate().map(move |(place, bill)| {
                let bill = bill.of_year(self.place, tables(), terms.year);
                let (within, beyond) = sides(border, terms, &bill, &household);
                Gap {
                    regime,
                    year: terms.year,
                    border: index,
                    bill: place,
                    amount: bill.amount,
                    within,
                    beyond,
                }
            })
        })
    }

    /// From the terms of a year to those `after`, with what comes `later`: that year and those that follow.
    fn handovers(&self, regime: usize, before: &Terms, after: &Terms, later: &[Terms]) -> Vec<Handover> {
        let mut handovers = Vec::new();
        for class in Class::ALL {
            let household = Household::new(self, Standing::of(class), before.year);
            for (place, bill) in self.bills.iter().enumerate() {
                let bill = bill.of_year(self.place, tables(), before.year);
                let old = before.rule(class, &bill, &household);
                let new = after.rule(class, &bill, &household);
                let (from, to) = (share(&old, bill.amount), share(&new, bill.amount));
                if 100.0 * (to - from).abs() <= HANDOVER_POINTS {
                    continue;
                }
                let Some((layer, change)) = responsible(&old, &new, to > from) else { continue };
                let ended = !new.iter().any(|(id, _)| *id == layer);
                let successor = ended.then(|| successor(&old, later, class, &bill, &household)).flatten();
                handovers.push(Handover {
                    regime,
                    year: after.year,
                    class,
                    bill: place,
                    amount: bill.amount,
                    before: from,
                    after: to,
                    layer,
                    layer_points: 100.0 * part(change, bill.amount),
                    ended,
                    years_without: successor.as_ref().map(|(_, year)| year.since(after.year)),
                    successor: successor.map(|(id, _)| id),
                });
            }
        }
        handovers
    }

    fn notches(&self, regime: usize, terms: &Terms) -> Vec<NotchAt> {
        let Some(county) = self.bills.first() else { return Vec::new() };
        let most = Money::from_yuan(NOTCHES_UP_TO);
        let bill = Bill { amount: most, covered: most, ..county.of_year(self.place, tables(), terms.year) };
        let patient = Household::new(self, Standing::Median, terms.year).patient(Class::Ordinary);
        let found = terms.layers.notches(&bill, &patient).into_iter().map(|notch| NotchAt {
            regime,
            year: terms.year,
            layer: terms.policy.layers[terms.layers.source(notch.slot)].id.clone(),
            bill: notch.bill,
            below: notch.below,
            at: notch.at,
        });
        found.collect()
    }
}

/// The same bill within and beyond a border.
fn sides(border: &Border, terms: &Terms, bill: &Bill, household: &Household) -> (Side, Side) {
    let within = side(border.within, terms, &terms.layers, bill, household);
    let beyond = match border.by {
        Crossing::Class => side(border.beyond, terms, &terms.layers, bill, household),
        Crossing::Spending => side(border.beyond, terms, &terms.untriggered, bill, household),
    };
    (within, beyond)
}

fn side(class: Class, terms: &Terms, layers: &CompiledLayers, bill: &Bill, household: &Household) -> Side {
    let class = terms.given(class);
    let patient = household.patient(class);
    let rule = Terms::settle(layers, bill, &patient, 0);
    let mut side = Side {
        class,
        rate: part(bill.amount - rule.out_of_pocket, bill.amount),
        rate_expected: 0.0,
        own: rule.out_of_pocket,
        own_expected: 0.0,
        catastrophic: household.is_catastrophic(rule.out_of_pocket),
        catastrophic_chance: 0.0,
        impoverished: household.is_impoverished(rule.out_of_pocket),
        impoverished_chance: 0.0,
        payments: terms.payments(layers, &rule),
    };
    for pair in terms.edges[usize::from(bill.outside)].windows(2) {
        let chance = pair[1] - pair[0];
        let own = Terms::settle(layers, bill, &patient, threshold(pair[0])).out_of_pocket;
        side.own_expected += chance * own.yuan();
        side.catastrophic_chance += if household.is_catastrophic(own) { chance } else { 0.0 };
        side.impoverished_chance += if household.is_impoverished(own) { chance } else { 0.0 };
    }
    side.rate_expected =
        if bill.amount > Money::ZERO { 1.0 - side.own_expected / bill.amount.yuan() } else { 0.0 };
    side
}

fn part(part: Money, whole: Money) -> f64 {
    if whole > Money::ZERO { part.yuan() / whole.yuan() } else { 0.0 }
}

fn share(payments: &[(String, Money)], whole: Money) -> f64 {
    part(payments.iter().map(|(_, paid)| *paid).sum(), whole)
}

/// The layer whose payment changes most in the direction of the whole, and the change.
fn responsible(old: &[(String, Money)], new: &[(String, Money)], gain: bool) -> Option<(String, Money)> {
    let paid = |payments: &[(String, Money)], id: &str| {
        payments.iter().find(|(layer, _)| layer == id).map_or(Money::ZERO, |(_, paid)| *paid)
    };
    let ids = old.iter().chain(new).map(|(id, _)| id);
    let changes = ids.map(|id| (id.clone(), paid(new, id) - paid(old, id)));
    let directed = |change: Money| if gain { change } else { -change };
    // The first of equals: layers stand in their order.
    let mut most: Option<(String, Money)> = None;
    for (id, change) in changes {
        if most.as_ref().is_none_or(|(_, other)| directed(change) > directed(*other)) {
            most = Some((id, change));
        }
    }
    most
}

/// The first layer that pays the bill and paid nothing before, and its year.
fn successor(
    old: &[(String, Money)],
    years: &[Terms],
    class: Class,
    bill: &Bill,
    household: &Household,
) -> Option<(String, Year)> {
    years.iter().find_map(|terms| {
        let payments = terms.rule(class, bill, household);
        let new = payments.into_iter().find(|(id, _)| !old.iter().any(|(known, _)| known == id));
        new.map(|(id, _)| (id, terms.year))
    })
}

#[cfg(test)]
mod tests {
    use super::super::{Amount, gaps_csv, handovers_csv, reference_bills};
    use super::*;
    use crate::measures::catalogue::Label;
    use crate::scenario::policy::Level;
    use crate::scenario::{Options, load_text};
    use crate::units::Rate;

    /// Basic insurance pays half of the in-catalogue bill; aid, until 2023 and again from 2026 under another name,
    /// four fifths of what is left of it to the registered, half of whom claim it.
    const TOY: &str = r#"
        name = "toy"
        baseline = "toy"
        [plan]
        last_year = 2027
        [places]
        order = ["here"]
        [places.here]
        place = "ordinary-county"
        [regimes]
        order = ["toy"]
        [regimes.toy]
        policy = "none"
        [regimes.toy.classes]
        list = "frozen"
        illness_poor_share = 0.0
        [regimes.toy.layers]
        order = ["basic", "aid", "relief"]
        [regimes.toy.layers.basic]
        payer = "basic_insurance"
        services = ["inpatient"]
        covers = "in_catalogue"
        base = "bill"
        rate = 0.5
        [regimes.toy.layers.aid]
        payer = "medical_aid"
        eligible = { classes = ["registered"] }
        services = ["inpatient"]
        covers = "in_catalogue"
        rate = 0.8
        last_year = 2023
        settlement = "claimed"
        claim_delay_months = 0
        claim_take_up = 0.5
        [regimes.toy.layers.relief]
        payer = "charity"
        eligible = { classes = ["registered"] }
        services = ["inpatient"]
        covers = "in_catalogue"
        rate = 0.8
        first_year = 2026
    "#;

    fn given(yuan: i64) -> ReferenceBill {
        ReferenceBill {
            id: "given",
            label: Label { en: "given", zh: "给定" },
            level: Level::County,
            amount: Amount::Given(Money::from_yuan(yuan)),
            in_catalogue: Rate::from_ppm(800_000),
            outside: false,
        }
    }

    fn toy(yuan: i64) -> Meter {
        let scenario = load_text("toy.toml", TOY, &Options::default()).expect("the scenario holds");
        measure(&scenario, &scenario.places[0], &[given(yuan)])
    }

    fn gap(meter: &Meter, border: &str, year: i16) -> Gap {
        let of = |gap: &&Gap| BORDERS[gap.border].id == border && gap.year == Year::new(year);
        meter.gaps.iter().find(of).expect("every border and year").clone()
    }

    fn near(a: f64, b: f64) -> bool {
        (a - b).abs() < 1e-9
    }

    #[test]
    fn the_gap_is_what_aid_pays_of_the_same_bill() {
        // Of 10,000 yuan 8,000 are in the catalogue: 4,000 basic insurance, of the other 4,000 aid 3,200.
        let gap = gap(&toy(10_000), "registered", 2022);
        assert_eq!((gap.within.own, gap.beyond.own), (Money::from_yuan(2_800), Money::from_yuan(6_000)));
        assert!(
            near(gap.within.rate, 0.72) && near(gap.beyond.rate, 0.4) && near(gap.points(), 32.0),
            "{gap:?}"
        );
        // Half claim: 2,800 or 6,000 yuan.
        assert!(near(gap.within.own_expected, 4_400.0) && near(gap.points_expected(), 16.0), "{gap:?}");
        let paid: Vec<&str> = gap.within.payments.iter().map(|(layer, _)| layer.as_str()).collect();
        assert_eq!(paid, ["basic", "aid"]);
    }

    #[test]
    fn a_border_that_no_layer_sees_has_no_gap() {
        let meter = toy(10_000);
        for border in ["monitored", "destitute", "dibao", "dibao_edge", "illness_poor"] {
            assert!(near(gap(&meter, border, 2022).points(), 0.0), "{border}");
        }
    }

    #[test]
    fn what_a_class_loses_is_found_with_the_years_until_something_takes_up() {
        let meter = toy(10_000);
        let at = |year: i16| {
            let found = |h: &&Handover| (h.class, h.year) == (Class::Registered, Year::new(year));
            meter.handovers.iter().find(found)
        };
        let loss = at(2024).expect("aid ends");
        assert!(near(loss.before, 0.72) && near(loss.after, 0.4) && near(loss.points(), -32.0), "{loss:?}");
        assert_eq!((loss.layer.as_str(), loss.ended), ("aid", true));
        assert!(near(loss.layer_points, -32.0));
        assert_eq!((loss.successor.as_deref(), loss.years_without), (Some("relief"), Some(2)));
        let gain = at(2026).expect("relief comes");
        assert_eq!((gain.layer.as_str(), gain.ended, gain.years_without), ("relief", false, None));
        assert!(at(2022).is_none() && at(2023).is_none() && at(2025).is_none() && at(2027).is_none());
    }

    /// Three people at 1.5 official lines are half a line each, some 6,500 yuan, over the line.
    #[test]
    fn an_outcome_falls_on_the_side_that_pays_more() {
        let meter = toy(15_000);
        let gap = gap(&meter, "registered", 2022);
        // 4,200 and 9,000 yuan.
        assert!(!gap.within.impoverished && gap.beyond.impoverished, "{gap:?}");
        assert!(near(gap.within.impoverished_chance, 0.5), "those who don't claim");
        assert!(near(gap.beyond.impoverished_chance, 1.0));
    }

    #[test]
    fn the_list_that_has_ended_gives_nothing() {
        let set = crate::scenario::Override {
            origin: "set".into(),
            text: "regimes.toy.classes.list_last_year=2021".into(),
        };
        let options = Options { overrides: vec![set], ..Options::default() };
        let scenario = load_text("toy.toml", TOY, &options).expect("the scenario holds");
        let meter = measure(&scenario, &scenario.places[0], &[given(10_000)]);
        assert!(near(gap(&meter, "registered", 2021).points(), 32.0));
        let after = gap(&meter, "registered", 2022);
        assert_eq!((after.within.class, after.points()), (Class::LiftedStable, 0.0));
    }

    #[test]
    fn the_cliff_takes_aid_from_the_registered_in_2021_and_nothing_follows() {
        let scenario = crate::scenario::main_scenario(&[]);
        let meter = measure(&scenario, &scenario.places[0], &reference_bills(&scenario));
        let cliff = scenario.regimes.iter().position(|regime| regime.id == "cliff").expect("it is there");
        let targeted =
            scenario.regimes.iter().position(|regime| regime.id == "targeted").expect("it is there");
        let lost = |regime: usize| {
            meter.handovers.iter().filter(move |h| {
                h.regime == regime && h.class == Class::Registered && h.year >= meter.switch_year
            })
        };
        let years: Vec<i16> = lost(cliff).map(|h| h.year.number()).collect();
        assert_eq!(years, [2021; 3], "each of the three bills, and no later year");
        for handover in lost(cliff) {
            assert!(handover.points() < -15.0 && handover.ended, "{handover:?}");
            assert_eq!((handover.successor.clone(), handover.years_without), (None, None));
        }
        assert_eq!(lost(targeted).count(), 0);
    }

    #[test]
    fn the_tables_have_every_number_once_and_in_one_order() {
        let meter = toy(10_000);
        let text = gaps_csv(&meter);
        // 2017 to 2027, seven borders, one bill.
        assert_eq!(text.lines().count(), 1 + 11 * 7);
        let row = text
            .lines()
            .find(|line| line.starts_with("toy,toy,2022,registered,given,"))
            .expect("it is there");
        assert!(row.starts_with("toy,toy,2022,registered,given,10000.00,32,16,"), "{row}");
        let head: Vec<&str> = text.lines().next().expect("a head").split(',').collect();
        let own = head.iter().position(|column| *column == "within_own_yuan_expected").expect("a column");
        assert_eq!(row.split(',').nth(own), Some("4400"), "{row}");
        let keys: Vec<&str> = text.lines().filter_map(|line| line.split(",10000.00,").next()).collect();
        let mut distinct = keys.clone();
        distinct.sort_unstable();
        distinct.dedup();
        assert_eq!(distinct.len(), keys.len());
        let row = "\ntoy,toy,2024,registered,given,10000.00,0.720000,0.400000,-32.0000,aid,-32.0000,true,relief,2\n";
        assert!(handovers_csv(&meter).contains(row), "{}", handovers_csv(&meter));
    }
}
