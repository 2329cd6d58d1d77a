//! Which policies are in force when: every layer, programme, class rule, premium aid, deposit and service of each
//! regime, year by year, with how much it gives.

use crate::gap::{CLASS_LABELS, FIRST};
use crate::measures::catalogue::Label;
use crate::population::START;
use crate::scenario::Scenario;
use crate::scenario::plan::Bilingual;
use crate::scenario::policy::{
    Amount, Class, Eligibility, Kind, Layer, Level, ListRule, Payer, Policy, Programme, ProgrammeKind,
    Schedule, Settlement,
};
use crate::units::Year;

/// What a row is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Group {
    /// Layers of protection.
    Layers,
    /// Programmes of support.
    Programmes,
    /// Lists and classes.
    Classes,
    /// Premiums, and the part of them that aid pays.
    Premiums,
    /// Deposits asked before treatment.
    Deposits,
    /// Prevention and primary care.
    Service,
    /// Dimensions of implementation that are ideal.
    Implementation,
}

impl Group {
    /// All groups in their order.
    pub const ALL: [Self; 7] = [
        Self::Layers,
        Self::Programmes,
        Self::Classes,
        Self::Premiums,
        Self::Deposits,
        Self::Service,
        Self::Implementation,
    ];

    /// The name in JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Layers => "layers",
            Self::Programmes => "programmes",
            Self::Classes => "classes",
            Self::Premiums => "premiums",
            Self::Deposits => "deposits",
            Self::Service => "service",
            Self::Implementation => "implementation",
        }
    }

    /// What it is called.
    #[must_use]
    pub const fn label(self) -> Label {
        match self {
            Self::Layers => Label { en: "Layers of protection", zh: "保障层" },
            Self::Programmes => Label { en: "Programmes", zh: "帮扶项目" },
            Self::Classes => Label { en: "Lists and classes", zh: "名单与对象认定" },
            Self::Premiums => Label { en: "Premiums and premium aid", zh: "缴费与参保资助" },
            Self::Deposits => Label { en: "Deposit asked before treatment", zh: "入院预付押金" },
            Self::Service => Label { en: "Prevention and primary care", zh: "预防与初级保健" },
            Self::Implementation => Label { en: "Ideal implementation", zh: "理想执行" },
        }
    }
}

/// In which unit a row's value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Part of a whole.
    Share,
    /// Yuan of the year.
    Yuan,
    /// A multiple.
    Times,
    /// In force or not.
    Switch,
}

/// What a policy is in a year.
#[derive(Debug, Clone, PartialEq)]
pub struct Cell {
    /// What it gives, in the row's unit.
    pub value: f64,
    /// The same relative to the most it could be: from 0 to 1.
    pub shade: f64,
    /// All its terms by name.
    pub terms: Vec<(String, f64)>,
}

/// A policy over the years.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// What it is.
    pub group: Group,
    /// Its name in the scenario.
    pub id: String,
    /// What it is called.
    pub label: Bilingual,
    /// Who pays, if it is a layer.
    pub payer: Option<Payer>,
    /// Unit of its value.
    pub unit: Unit,
    /// `[regime][year]`; nothing where it is not in force.
    pub cells: Vec<Vec<Option<Cell>>>,
}

/// Years with the same terms.
#[derive(Debug, Clone, PartialEq)]
pub struct Bar<'r> {
    /// First year.
    pub from: Year,
    /// Last year.
    pub to: Year,
    /// What holds in them.
    pub cell: &'r Cell,
}

/// All policies of a scenario over the years.
#[derive(Debug, Clone, PartialEq)]
pub struct Timeline {
    /// Name of the scenario.
    pub scenario: String,
    /// Names and labels (English, Chinese) of the regimes.
    pub regimes: Vec<(String, String, String)>,
    /// First and last year.
    pub years: (Year, Year),
    /// From this year on each regime follows its own policy, until then all follow history.
    pub switch_year: Year,
    /// By group, in the order of the policies.
    pub rows: Vec<Row>,
}

impl Timeline {
    /// From 2017, or the first reported year if that is earlier, or `from`, to the last reported year.
    ///
    /// # Panics
    /// Never for a checked scenario.
    #[must_use]
    pub fn new(scenario: &Scenario, from: Option<Year>) -> Self {
        let plan = &scenario.plan;
        let first = from.unwrap_or(FIRST.min(plan.first_year)).max(START).min(plan.last_year);
        let drawn = Drawn { scenario, years: first.through(plan.last_year).collect() };
        let mut rows = drawn.layers();
        rows.extend(drawn.programmes());
        rows.extend(drawn.classes());
        rows.extend(drawn.premiums());
        rows.extend(drawn.deposits());
        rows.extend(drawn.service());
        rows.extend(drawn.implementation());
        rows.retain(|row| row.cells.iter().flatten().any(Option::is_some));
        rows.iter_mut().for_each(Row::shade);
        Self {
            scenario: scenario.name.clone(),
            regimes: scenario
                .regimes
                .iter()
                .map(|regime| (regime.id.clone(), regime.label_en.clone(), regime.label_zh.clone()))
                .collect(),
            years: (first, plan.last_year),
            switch_year: plan.switch_year,
            rows,
        }
    }

    /// Stretches of years in which a row has the same terms under a regime.
    ///
    /// # Panics
    /// If there is no such regime.
    #[must_use]
    pub fn bars<'r>(&self, row: &'r Row, regime: usize) -> Vec<Bar<'r>> {
        let mut bars: Vec<Bar<'r>> = Vec::new();
        for (year, cell) in self.years.0.through(self.years.1).zip(&row.cells[regime]) {
            let Some(cell) = cell else { continue };
            match bars.last_mut() {
                Some(bar) if bar.to.next() == year && bar.cell == cell => bar.to = year,
                _ => bars.push(Bar { from: year, to: year, cell }),
            }
        }
        bars
    }
}

impl Row {
    /// Shades yuan and multiples by the largest of the row.
    fn shade(&mut self) {
        if matches!(self.unit, Unit::Share | Unit::Switch) {
            return;
        }
        let values = || self.cells.iter().flatten().flatten().map(|cell| cell.value);
        let most = values().fold(0.0, f64::max);
        for cell in self.cells.iter_mut().flatten().flatten() {
            cell.shade = if most > 0.0 { cell.value / most } else { 1.0 };
        }
    }
}

/// A scenario and the years that are drawn.
struct Drawn<'s> {
    scenario: &'s Scenario,
    years: Vec<Year>,
}

/// What a row is, without its cells.
struct Head {
    group: Group,
    id: String,
    label: Bilingual,
    unit: Unit,
}

fn head(group: Group, id: &str, (en, zh): (&str, &str), unit: Unit) -> Head {
    Head { group, id: id.to_owned(), label: Bilingual { en: en.to_owned(), zh: zh.to_owned() }, unit }
}

/// A value that is its own shade.
fn plain(value: f64) -> Cell {
    Cell { value, shade: value.clamp(0.0, 1.0), terms: Vec::new() }
}

/// A value that is in force unless it is nothing.
fn positive(value: f64) -> Option<Cell> {
    (value > 0.0).then(|| plain(value))
}

impl<'s> Drawn<'s> {
    /// The policy of each regime and year.
    fn policy(&self, regime: usize, year: Year) -> &'s Policy {
        let before = year < self.scenario.plan.switch_year;
        if before { &self.scenario.history } else { &self.scenario.regimes[regime].policy }
    }

    fn row(&self, head: Head, of: impl Fn(&Policy, Year) -> Option<Cell>) -> Row {
        let regimes = 0..self.scenario.regimes.len();
        let year = |regime: usize, year: &Year| of(self.policy(regime, *year), *year);
        let cells = regimes.map(|regime| self.years.iter().map(|at| year(regime, at)).collect()).collect();
        let Head { group, id, label, unit } = head;
        Row { group, id, label, payer: None, unit, cells }
    }

    /// History and all regimes: what is in only one of them has a row as well.
    fn policies(&self) -> impl Iterator<Item = &'s Policy> {
        std::iter::once(&self.scenario.history)
            .chain(self.scenario.regimes.iter().map(|regime| &regime.policy))
    }

    fn layers(&self) -> Vec<Row> {
        let of = |policy: &'s Policy| policy.layers.iter().map(|layer| layer.id.as_str()).collect();
        let ids = merged(self.policies().map(of));
        let row = |id: &str| {
            let any = self.policies().flat_map(|policy| &policy.layers).find(|layer| layer.id == id)?;
            let head = head(Group::Layers, id, (&any.label_en, &any.label_zh), Unit::Share);
            let mut row = self.row(head, |policy, year| {
                let layer = policy.layers.iter().find(|layer| layer.id == id)?;
                layer_cell(layer, year)
            });
            row.payer = Some(any.payer);
            Some(row)
        };
        ids.into_iter().filter_map(row).collect()
    }

    fn programmes(&self) -> Vec<Row> {
        let of =
            |policy: &'s Policy| policy.programmes.iter().map(|programme| programme.id.as_str()).collect();
        let ids = merged(self.policies().map(of));
        let row = |id: &str| {
            let any = self.policies().flat_map(|policy| &policy.programmes).find(|of| of.id == id)?;
            let unit = if any.kind == ProgrammeKind::IncomeGap { Unit::Times } else { Unit::Yuan };
            let label = self.programme_label(id);
            let head = Head { group: Group::Programmes, id: id.to_owned(), label, unit };
            Some(self.row(head, |policy, year| {
                let programme = policy.programmes.iter().find(|programme| programme.id == id)?;
                programme_cell(programme, year)
            }))
        };
        ids.into_iter().filter_map(row).collect()
    }

    /// The label that some regime or history gives to a programme; its name if none does.
    fn programme_label(&self, id: &str) -> Bilingual {
        let resolved = &self.scenario.resolved;
        let regimes = resolved.get("regimes").and_then(toml::Value::as_table);
        let tables = regimes.into_iter().flat_map(|table| table.values()).chain(resolved.get("history"));
        let label = tables
            .filter_map(|policy| policy.get("programmes")?.get(id)?.get("label"))
            .find_map(|label| Some((label.get("en")?.as_str()?, label.get("zh")?.as_str()?)));
        let (en, zh) = label.unwrap_or((id, id));
        Bilingual { en: en.to_owned(), zh: zh.to_owned() }
    }

    fn classes(&self) -> Vec<Row> {
        let lists = &self.scenario.society.lists;
        let group = Group::Classes;
        vec![
            self.row(
                head(group, "list", ("List of the registered", "建档立卡名单"), Unit::Switch),
                |policy, year| {
                    let rules = &policy.classes;
                    let number = i64::from(year.number());
                    let ended =
                        rules.list == ListRule::Ended || rules.list_last_year.is_some_and(|last| year > last);
                    let kept =
                        number >= lists.registration_year && (number <= lists.lifting_last_year || !ended);
                    let rule = f64::from(u8::from(rules.list == ListRule::Rechecked));
                    let terms = vec![("rechecked".to_owned(), rule)];
                    kept.then_some(Cell { value: 1.0, shade: 1.0, terms })
                },
            ),
            self.row(
                head(
                    group,
                    "monitoring",
                    ("Monitoring (chance to be found)", "防返贫监测（识别概率）"),
                    Unit::Share,
                ),
                |policy, year| {
                    let monitoring = &policy.monitoring;
                    let terms = vec![
                        ("alert".to_owned(), monitoring.alert.at(year)),
                        ("self_report".to_owned(), monitoring.self_report.at(year)),
                        ("lag_months".to_owned(), monitoring.lag_months.at(year)),
                        ("share".to_owned(), monitoring.share.at(year)),
                    ];
                    let value = policy.classes.detection.at(year);
                    let in_force = policy.classes.monitoring.at(year) >= 0.5;
                    in_force.then(|| Cell { terms, ..plain(value) })
                },
            ),
            self.row(
                head(
                    group,
                    "illness_poor",
                    ("Illness-poor (own payments over)", "因病致贫认定（自付占收入超过）"),
                    Unit::Share,
                ),
                |policy, year| {
                    let value = policy.classes.illness_poor_share.at(year);
                    // The lower the more it gives.
                    positive(value).map(|cell| Cell { shade: 1.0, ..cell })
                },
            ),
            self.row(
                head(group, "dibao", ("Dibao (share of people)", "低保（人口占比）"), Unit::Share),
                |policy, year| {
                    positive(policy.classes.dibao_share.at(year)).map(|cell| Cell { shade: 1.0, ..cell })
                },
            ),
            self.row(
                head(
                    group,
                    "dibao_edge",
                    ("Dibao edge (dibao standards)", "低保边缘（低保标准倍数）"),
                    Unit::Times,
                ),
                |policy, year| positive(policy.classes.dibao_edge_standards.at(year)),
            ),
        ]
    }

    fn premiums(&self) -> Vec<Row> {
        let group = Group::Premiums;
        let mut rows = vec![
            self.row(
                head(group, "premium_yuan", ("Own premium", "个人缴费"), Unit::Yuan),
                |policy, year| positive(policy.premiums.premium_yuan.at(year)),
            ),
            self.row(head(group, "subsidy_yuan", ("Subsidy", "财政补助"), Unit::Yuan), |policy, year| {
                positive(policy.premiums.subsidy_yuan.at(year))
            }),
        ];
        rows.extend(self.by_class(
            (group, "aid_share"),
            ("Aid with the premium", "参保资助"),
            |policy, class, year| positive(policy.premiums.aid_share[class as usize].at(year)),
        ));
        rows
    }

    fn deposits(&self) -> Vec<Row> {
        let group = Group::Deposits;
        let mut rows =
            self.by_class((group, "share"), ("In the area", "区域内"), |policy, class, year| {
                positive(policy.deposit_share[class as usize].at(year))
            });
        rows.push(self.row(
            head(group, "share_outside", ("Out of the area", "区域外"), Unit::Share),
            |policy, year| positive(policy.deposit_share_outside.at(year)),
        ));
        rows
    }

    fn service(&self) -> Vec<Row> {
        let group = Group::Service;
        let signed = ("Contracts signed", "家庭医生签约");
        let mut rows = self.by_class((group, "signed"), signed, |policy, class, year| {
            positive(policy.service.signed[class as usize].at(year))
        });
        type Of = fn(&Policy) -> &Schedule;
        let others: [(&str, (&str, &str), Of); 6] = [
            ("honoured", ("Contracts honoured", "履约"), |policy| &policy.service.honoured),
            ("screening", ("Screening", "筛查"), |policy| &policy.service.screening),
            ("education", ("Health education", "健康教育"), |policy| &policy.service.education),
            ("environment", ("Environment works", "环境整治"), |policy| &policy.service.environment),
            ("mental_care", ("Mental care", "精神卫生"), |policy| &policy.service.mental_care),
            ("outreach", ("Outreach", "政策宣讲"), |policy| &policy.service.outreach),
        ];
        rows.extend(others.map(|(id, label, of)| {
            self.row(head(group, id, label, Unit::Share), |policy, year| positive(of(policy).at(year)))
        }));
        rows
    }

    fn implementation(&self) -> Vec<Row> {
        let group = Group::Implementation;
        type Of = fn(&Policy) -> bool;
        let dimensions: [(&str, (&str, &str), Of); 4] = [
            ("policy", ("Policy", "政策本身"), |policy| policy.implementation.policy),
            ("agency", ("Agency", "执行机构"), |policy| policy.implementation.agency),
            ("target_group", ("Target group", "目标群体"), |policy| policy.implementation.target_group),
            ("environment", ("Environment", "环境"), |policy| policy.implementation.environment),
        ];
        let rows = dimensions.map(|(id, label, of)| {
            self.row(head(group, id, label, Unit::Switch), |policy, _| of(policy).then(|| plain(1.0)))
        });
        rows.into()
    }

    /// A row for each set of classes that are treated alike under every regime and in every year.
    fn by_class(
        &self,
        (group, id): (Group, &str),
        (en, zh): (&str, &str),
        of: impl Fn(&Policy, Class, Year) -> Option<Cell>,
    ) -> Vec<Row> {
        let mut rows: Vec<(Vec<Class>, Row)> = Vec::new();
        for class in Class::ALL {
            let row =
                self.row(head(group, "", ("", ""), Unit::Share), |policy, year| of(policy, class, year));
            match rows.iter_mut().find(|(_, other)| other.cells == row.cells) {
                Some((classes, _)) => classes.push(class),
                None => rows.push((vec![class], row)),
            }
        }
        let named = |(classes, row): (Vec<Class>, Row)| {
            let names: Vec<&str> = classes.iter().map(|class| class.name()).collect();
            let label = |of: fn(Label) -> &'static str, apart: &str| {
                let labels: Vec<&str> =
                    classes.iter().map(|class| of(CLASS_LABELS[*class as usize])).collect();
                labels.join(apart)
            };
            Row {
                id: format!("{id}.{}", names.join("+")),
                label: Bilingual {
                    en: format!("{en}: {}", label(|l| l.en, " / ")),
                    zh: format!("{zh}：{}", label(|l| l.zh, "、")),
                },
                ..row
            }
        };
        rows.into_iter().map(named).collect()
    }
}

/// Every name once; one that only some lists have stands after what it follows there.
fn merged<'n>(lists: impl Iterator<Item = Vec<&'n str>>) -> Vec<&'n str> {
    let mut names: Vec<&str> = Vec::new();
    for list in lists {
        let mut next = 0;
        for name in list {
            match names.iter().position(|known| *known == name) {
                Some(at) => next = at + 1,
                None => {
                    names.insert(next, name);
                    next += 1;
                }
            }
        }
    }
    names
}

/// What a layer pays: its rate where that is highest, times its strength; all above a cap.
fn layer_cell(layer: &Layer, year: Year) -> Option<Cell> {
    let strength = layer.strength.at(year);
    if !layer.in_force(year) || strength <= 0.0 {
        return None;
    }
    let rates = layer.brackets.iter().flatten().map(|bracket| bracket.rate.at(year));
    let rate = if layer.kind == Kind::Cap { 1.0 } else { rates.fold(0.0, f64::max) };
    Some(Cell { terms: layer_terms(layer, year), ..plain(rate * strength) })
}

fn layer_terms(layer: &Layer, year: Year) -> Vec<(String, f64)> {
    let mut terms = vec![("strength".to_owned(), layer.strength.at(year))];
    let mut add = |name: String, value: f64| terms.push((name, value));
    for level in Level::ALL {
        let name = level.name();
        add(format!("deductible.{name}"), amount(&layer.deductible[level as usize], year));
        for (place, bracket) in layer.brackets[level as usize].iter().enumerate() {
            if place > 0 {
                add(format!("from_yuan_{place}.{name}"), bracket.from_yuan.at(year));
            }
            let rate = if place > 0 { format!("rate_{place}.{name}") } else { format!("rate.{name}") };
            add(rate, bracket.rate.at(year));
        }
    }
    if let Some(ceiling) = &layer.ceiling {
        add("ceiling".to_owned(), amount(ceiling, year));
    }
    for class in Class::ALL {
        let Some(better) = layer.class_terms.iter().find(|terms| terms.classes.has(class)) else { continue };
        let name = class.name();
        add(format!("rate_bonus.{name}"), better.rate_bonus.at(year));
        add(format!("deductible_factor.{name}"), better.deductible_factor.at(year));
        add(format!("no_ceiling.{name}"), f64::from(u8::from(better.no_ceiling)));
    }
    add("outside_factor".to_owned(), layer.outside_factor.at(year));
    add("unreferred_factor".to_owned(), layer.unreferred_factor.at(year));
    for (name, settlement) in [("", &layer.settlement), ("_outside", &layer.settlement_outside)] {
        if let Settlement::Claimed { delay_months, take_up } = settlement {
            add(format!("claim_take_up{name}"), take_up.at(year));
            add(format!("claim_delay_months{name}"), f64::from(*delay_months));
        }
    }
    eligibility_terms(&layer.eligibility, year, &mut terms);
    terms
}

/// Amounts that eligibility depends on, and the classes that are eligible.
fn eligibility_terms(eligibility: &Eligibility, year: Year, terms: &mut Vec<(String, f64)>) {
    match eligibility {
        Eligibility::IncomeBelow(yuan) => terms.push(("income_below_yuan".to_owned(), yuan.at(year))),
        Eligibility::SpendingAboveIncomeShare(share) => {
            terms.push(("spending_above_income_share".to_owned(), share.at(year)));
        }
        Eligibility::Classes(classes) => {
            let names: Vec<&str> = classes.iter().map(Class::name).collect();
            terms.push((format!("for.{}", names.join("+")), 1.0));
        }
        Eligibility::AgeAtLeast(age) => terms.push(("age_at_least".to_owned(), f64::from(*age))),
        Eligibility::Chronic(groups) => terms.push(("chronic".to_owned(), f64::from(*groups))),
        Eligibility::All(tests) | Eligibility::Any(tests) => {
            tests.iter().for_each(|test| eligibility_terms(test, year, terms));
        }
        Eligibility::Not(test) => eligibility_terms(test, year, terms),
        Eligibility::Everyone | Eligibility::Insured => {}
    }
}

fn amount(amount: &Amount, year: Year) -> f64 {
    match amount {
        Amount::Yuan(schedule) | Amount::LocalIncomeShare(schedule) => schedule.at(year),
    }
}

fn programme_cell(programme: &Programme, year: Year) -> Option<Cell> {
    let begun = programme.first_year.is_none_or(|first| first <= year);
    if !begun || programme.last_year.is_some_and(|last| year > last) {
        return None;
    }
    let mut terms = vec![
        ("amount_yuan".to_owned(), programme.amount_yuan.at(year)),
        ("standards".to_owned(), programme.standards.at(year)),
        ("share".to_owned(), programme.share.at(year)),
    ];
    if let Some(budget) = &programme.budget_yuan {
        terms.push(("budget_yuan".to_owned(), budget.at(year)));
    }
    let value = match programme.kind {
        ProgrammeKind::IncomeGap => programme.standards.at(year),
        ProgrammeKind::Grant | ProgrammeKind::Job | ProgrammeKind::Industry => programme.amount_yuan.at(year),
    };
    Some(Cell { terms, ..plain(value) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::{Options, load_text};

    const TOY: &str = r#"
        name = "toy"
        baseline = "kept"
        [plan]
        switch_year = 2022
        last_year = 2025
        [places]
        order = ["here"]
        [places.here]
        place = "ordinary-county"
        [history]
        policy = "none"
        [history.layers]
        order = ["basic", "aid"]
        [history.layers.basic]
        payer = "basic_insurance"
        rate = { step = [[2010, 0.5], [2020, 0.6]] }
        [history.layers.aid]
        payer = "medical_aid"
        rate = 0.8
        first_year = 2018
        [regimes]
        order = ["kept", "faded"]
        [regimes.kept]
        policy = "none"
        [regimes.kept.layers]
        order = ["basic", "aid"]
        [regimes.kept.layers.basic]
        payer = "basic_insurance"
        rate = 0.6
        [regimes.kept.layers.aid]
        payer = "medical_aid"
        rate = 0.8
        [regimes.faded]
        policy = "none"
        [regimes.faded.layers]
        order = ["basic", "relief", "aid"]
        [regimes.faded.layers.basic]
        payer = "basic_insurance"
        rate = 0.6
        deductible_yuan = { step = [[2010, 0], [2024, 500]] }
        [regimes.faded.layers.relief]
        payer = "charity"
        rate = 0.3
        last_year = 2023
        [regimes.faded.layers.aid]
        payer = "medical_aid"
        rate = 0.8
        strength = { taper = [[2022, 1.0], [2024, 0.0]] }
    "#;

    fn bars(timeline: &Timeline, id: &str, regime: usize) -> Vec<(i16, i16, f64)> {
        let row = timeline.rows.iter().find(|row| row.id == id).expect("it is there");
        let bar = |bar: Bar| (bar.from.number(), bar.to.number(), (bar.cell.value * 1000.0).round() / 1000.0);
        timeline.bars(row, regime).into_iter().map(bar).collect()
    }

    #[test]
    fn a_bar_ends_where_terms_change() {
        let scenario = load_text("toy.toml", TOY, &Options::default()).expect("the scenario holds");
        let timeline = Timeline::new(&scenario, None);
        let ids: Vec<&str> = timeline
            .rows
            .iter()
            .filter(|row| row.group == Group::Layers)
            .map(|row| row.id.as_str())
            .collect();
        assert_eq!(ids, ["basic", "relief", "aid"]);
        let (kept, faded) = (0, 1);
        assert_eq!(bars(&timeline, "basic", kept), [(2017, 2019, 0.5), (2020, 2025, 0.6)]);
        assert_eq!(
            bars(&timeline, "basic", faded),
            [(2017, 2019, 0.5), (2020, 2023, 0.6), (2024, 2025, 0.6)],
            "a deductible from 2024"
        );
        assert_eq!(bars(&timeline, "aid", kept), [(2018, 2025, 0.8)]);
        assert_eq!(
            bars(&timeline, "aid", faded),
            [(2018, 2022, 0.8), (2023, 2023, 0.4)],
            "tapered to nothing in 2024"
        );
        assert_eq!(bars(&timeline, "relief", kept), []);
        assert_eq!(bars(&timeline, "relief", faded), [(2022, 2023, 0.3)]);
    }

    #[test]
    fn classes_that_are_treated_alike_share_a_row() {
        let scenario = crate::scenario::main_scenario(&[]);
        let timeline = Timeline::new(&scenario, Some(Year::new(2015)));
        assert_eq!(timeline.years.0, Year::new(2015));
        let of = |group: Group| timeline.rows.iter().filter(move |row| row.group == group);
        let aid: Vec<&str> =
            of(Group::Premiums).filter_map(|row| row.id.strip_prefix("aid_share.")).collect();
        assert!(aid.contains(&"unstable+marginal+sudden_difficulty"), "{aid:?}");
        assert!(aid.iter().all(|ids| !ids.contains("lifted_stable")), "who gets none has no row: {aid:?}");
        assert_eq!(of(Group::Implementation).count(), 0);
        assert!(of(Group::Programmes).any(|row| row.id == "dibao" && row.label.zh == "低保"));
    }

    #[test]
    fn yuan_are_shaded_by_the_largest_of_their_row() {
        let scenario = crate::scenario::main_scenario(&[]);
        let timeline = Timeline::new(&scenario, None);
        let row = timeline.rows.iter().find(|row| row.id == "premium_yuan").expect("it is there");
        let cells: Vec<&Cell> = row.cells[0].iter().flatten().collect();
        assert_eq!((cells[0].value, cells[0].shade), (180.0, 0.45));
        assert_eq!(cells.last().map(|cell| (cell.value, cell.shade)), Some((400.0, 1.0)));
    }
}
