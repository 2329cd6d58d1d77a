//! The policy gap: what is lost around a border of eligibility with the same bill, and when one policy hands over
//! to the next.
//!
//! Nothing is simulated: each bill passes through the layers as under `fanpin bill`, for a reference household that
//! stands at the border. Every payer pays in full, and everybody is insured and knows the rule. `docs/policy-gap.md`
//! has the definitions.
//!
//! - *By rule*: every claim is made.
//! - *Expected*: claims are made with the take-up of their layers; one uniform number decides all claims of a bill,
//!   as in the simulation, so who makes one claim makes every claim with a higher take-up.

mod files;
mod meter;

pub use files::{GAP_CSV, HANDOVERS_CSV, gaps_csv, handovers_csv};
pub use meter::{Gap, Handover, Meter, NotchAt, Side, measure};

use crate::billing::Bill;
use crate::measures::catalogue::Label;
use crate::population::tables::{Path, Tables, tables};
use crate::scenario::Scenario;
use crate::scenario::plan::Place;
use crate::scenario::policy::{CLASSES, Class, Level, Service};
use crate::units::{Money, Rate, Year};

/// Members of a reference household: the mean of rural households in the censuses of 2010 (3.3) and 2020 (2.7) lies
/// around it.
pub const MEMBERS: i64 = 3;

/// First year of interest before a switch: the preferential health layers came in 2017.
pub(crate) const FIRST: Year = Year::new(2017);

/// Two classes on either side of a line of eligibility.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Border {
    /// Its name in tables; the measure is `policy_gap_<id>`.
    pub id: &'static str,
    /// The class that is given more, as a rule.
    pub within: Class,
    /// The class beyond the border.
    pub beyond: Class,
    /// What the two are called.
    pub label: Label,
    /// Where the household stands.
    pub standing: Standing,
    /// What lets a household over the border.
    pub by: Crossing,
}

/// What decides on which side of a border a household is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Crossing {
    /// Its class. Layers that look at spending see what this bill makes of it.
    Class,
    /// Its own spending: beyond the border no layer that spending triggers pays.
    Spending,
}

/// Income per head of a reference household.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// At which a re-checked list is left: `classes.list_exit_lines` official lines, as history has them.
    ListExit,
    /// The dibao standard.
    DibaoStandard,
    /// Upper limit of the dibao edge, `classes.dibao_edge_standards` standards, as history has them.
    DibaoEdge,
    /// Under which the never registered are marginal: `society.poverty.marginal_lines` official lines.
    Marginal,
    /// The place's median: the published rural median at the place's level of income.
    Median,
}

/// All borders, in the order of tables and charts.
pub const BORDERS: [Border; 7] = {
    const fn border(
        id: &'static str,
        (within, beyond): (Class, Class),
        (en, zh): (&'static str, &'static str),
        standing: Standing,
    ) -> Border {
        Border { id, within, beyond, label: Label { en, zh }, standing, by: Crossing::Class }
    }
    [
        border(
            "registered",
            (Class::Registered, Class::Ordinary),
            ("Registered | never registered", "建档立卡户 | 未建档户"),
            Standing::ListExit,
        ),
        border(
            "lifted_stable",
            (Class::Registered, Class::LiftedStable),
            ("Lifted, on the list | off it", "脱贫户：名单内 | 名单外"),
            Standing::ListExit,
        ),
        border(
            "monitored",
            (Class::Marginal, Class::Ordinary),
            ("Monitored (marginal) | ordinary", "边缘易致贫户 | 普通户"),
            Standing::Marginal,
        ),
        border(
            "destitute",
            (Class::Destitute, Class::Dibao),
            ("Destitute | dibao", "特困 | 低保"),
            Standing::DibaoStandard,
        ),
        border(
            "dibao",
            (Class::Dibao, Class::DibaoEdge),
            ("Dibao | dibao edge", "低保 | 低保边缘"),
            Standing::DibaoStandard,
        ),
        border(
            "dibao_edge",
            (Class::DibaoEdge, Class::Ordinary),
            ("Dibao edge | ordinary", "低保边缘 | 普通户"),
            Standing::DibaoEdge,
        ),
        Border {
            by: Crossing::Spending,
            ..border(
                "illness_poor",
                (Class::IllnessPoor, Class::Ordinary),
                ("Illness-poor | ordinary", "因病致贫户 | 普通户"),
                Standing::Median,
            )
        },
    ]
};

impl Standing {
    /// Where a household of a class stands.
    #[must_use]
    pub const fn of(class: Class) -> Self {
        match class {
            Class::Registered | Class::LiftedStable => Self::ListExit,
            Class::Unstable | Class::Marginal | Class::SuddenDifficulty => Self::Marginal,
            Class::Destitute | Class::Dibao => Self::DibaoStandard,
            Class::DibaoEdge => Self::DibaoEdge,
            Class::Ordinary | Class::IllnessPoor => Self::Median,
        }
    }

    /// Income per head in a year, the same under every regime.
    #[must_use]
    pub fn income_per_head(self, scenario: &Scenario, place: &Place, year: Year) -> Money {
        let tables = tables();
        let (poverty, classes) = (&scenario.society.poverty, &scenario.history.classes);
        let official = tables.path(Path::OfficialLine, year) * poverty.line_factor;
        let standard = tables.path(Path::DibaoStandard, year);
        let yuan = match self {
            Self::ListExit => official * classes.list_exit_lines.at(year),
            Self::DibaoStandard => standard,
            Self::DibaoEdge => standard * classes.dibao_edge_standards.at(year),
            Self::Marginal => official * poverty.marginal_lines,
            Self::Median => tables.path(Path::IncomeMedian, year) * place.income_level.at(year),
        };
        Money::try_from_yuan(yuan).expect("the book bounds lines and incomes")
    }
}

/// What stands beside the results of a run: the first place, the reference bills; nothing where one regime leaves
/// nothing to compare.
#[must_use]
pub fn of_run(scenario: &Scenario) -> Option<Meter> {
    (scenario.regimes.len() > 1).then(|| measure(scenario, &scenario.places[0], &reference_bills(scenario)))
}

/// What a class is called.
pub const CLASS_LABELS: [Label; CLASSES] = [
    Label { en: "ordinary", zh: "普通户" },
    Label { en: "registered", zh: "建档立卡户" },
    Label { en: "lifted, off the list", zh: "名单外脱贫户" },
    Label { en: "unstable", zh: "脱贫不稳定户" },
    Label { en: "marginal", zh: "边缘易致贫户" },
    Label { en: "sudden difficulty", zh: "突发严重困难户" },
    Label { en: "destitute", zh: "特困" },
    Label { en: "dibao", zh: "低保" },
    Label { en: "dibao edge", zh: "低保边缘" },
    Label { en: "illness-poor", zh: "因病致贫户" },
];

/// A bill of each year.
#[derive(Debug, Clone, PartialEq)]
pub struct ReferenceBill {
    /// Its name in tables.
    pub id: &'static str,
    /// What it is for.
    pub label: Label,
    /// Level of the hospital.
    pub level: Level,
    /// Amount.
    pub amount: Amount,
    /// Share in the catalogue.
    pub in_catalogue: Rate,
    /// Whether it is out of the pooling area, with referral.
    pub outside: bool,
}

/// How large a bill is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Amount {
    /// The same in every year.
    Given(Money),
    /// This multiple of the mean stay at its level, in the year and at the place's prices.
    MeanStay(Rate),
}

/// The bills that are passed through the layers where none is given: a mean stay at the county hospital, the stays of
/// a stroke in the city and those of a cancer, referred, in the provincial capital. Mean costs come from the national
/// tables, what a stroke and a cancer cost relative to a mean stay and catalogue shares from `society.care`.
///
/// # Panics
/// Never: the book bounds shares and ratios.
#[must_use]
pub fn reference_bills(scenario: &Scenario) -> Vec<ReferenceBill> {
    let care = &scenario.society.care;
    let rate = |x: f64| Rate::try_from_fraction(x).expect("the book bounds it");
    let stay = |id, (en, zh), level: Level, ratio: f64, in_catalogue: f64| ReferenceBill {
        id,
        label: Label { en, zh },
        level,
        amount: Amount::MeanStay(rate(ratio)),
        in_catalogue: rate(in_catalogue),
        outside: level >= Level::City,
    };
    vec![
        stay(
            "county-mean",
            ("county, mean stay", "县级平均住院"),
            Level::County,
            1.0,
            care.in_catalogue_county,
        ),
        stay(
            "city-stroke",
            ("city, stroke", "市级脑卒中"),
            Level::City,
            care.major_stroke,
            care.in_catalogue_city,
        ),
        stay(
            "province-cancer",
            ("province, cancer", "省级癌症"),
            Level::Province,
            care.major_cancer,
            care.in_catalogue_province,
        ),
    ]
}

impl ReferenceBill {
    /// The bill of a year.
    ///
    /// # Panics
    /// Never: the tests read every mean cost.
    #[must_use]
    pub fn of_year(&self, place: &Place, tables: &Tables, year: Year) -> Bill {
        let amount = match self.amount {
            Amount::Given(amount) => amount,
            Amount::MeanStay(times) => {
                let mean = tables.admission_cost(self.level, year) * place.price_level;
                Money::try_from_yuan(mean).expect("a mean bill is a small amount").times(times)
            }
        };
        Bill {
            amount,
            covered: amount.times(self.in_catalogue),
            level: self.level,
            service: Service::Inpatient,
            outside: self.outside,
            referred: true,
            diseases: 0,
        }
    }
}
