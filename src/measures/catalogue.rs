//! The catalogue of measures: id, labels, unit, weight, denominator, definition with its source,
//! and the sums each is made of. `fanpin list measures`, axis labels, tables and the computation
//! all read this one list.
//!
//! Three concepts of poverty are kept apart (`docs/odd.md`): *income* (disposable income per head of
//! the roster, the official concept), *net* (the same less out-of-pocket payments, interest on
//! illness debt and the household's own premiums), *consumption*. On the line is not poor.
//! Return and new poverty use *net*; return is of lifted households, new poverty of those never
//! registered.

use crate::measures::table::MeasureInfo;
use crate::record::CountyTally;
use crate::record::Tally::{self, *};
use crate::scenario::policy::{PAYERS, Payer};

/// A text for charts and tables in both languages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Label {
    /// English.
    pub en: &'static str,
    /// Chinese.
    pub zh: &'static str,
}

/// Among whom a measure is taken, within its group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Among {
    /// The whole group.
    Everyone,
    /// The lifted of the group.
    Lifted,
    /// The never registered of the group.
    NeverRegistered,
}

/// What a measure is divided by: a sum of tallies with whole coefficients, over a whole divisor.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Base {
    pub(super) terms: &'static [(Tally, i64)],
    pub(super) divisor: i64,
    pub(super) among: Among,
    weight: &'static str,
    words: &'static str,
}

/// From the units of the sums to the unit of the measure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scale {
    /// Counts over counts.
    Share,
    /// Parts per million over counts.
    PartsPerMillion,
    /// Counts over counts, per thousand.
    PerThousand,
    /// Fen over counts, in yuan of the year; or fen over yuan.
    Yuan,
    /// Fen over counts, in yuan of 2020.
    Yuan2020,
}

/// A measure that needs the whole distribution: for everyone and for places.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Distribution {
    /// Share of persons with income per head under this share of the baseline's median.
    RelativePoverty(f64),
    /// Gini coefficient of income per head.
    Gini,
    /// Median of income per head, yuan of the year.
    MedianIncome,
    /// Median of consumption per head, yuan of the year.
    MedianConsumption,
    /// Concentration index of out-of-pocket payments over income per head.
    ConcentrationOutOfPocket,
    /// The same less the Gini coefficient.
    KakwaniOutOfPocket,
    /// Erreygers' index of catastrophic spending over income per head.
    ErreygersCatastrophic,
    /// Share of persons with catastrophic spending by capacity to pay (Xu).
    CapacityToPayPersons,
    /// Share of households with catastrophic spending by capacity to pay (Xu).
    CapacityToPayHouseholds,
    /// Share of persons with large or impoverishing spending by discretionary budget.
    Sdg,
    /// Its impoverishing part.
    SdgImpoverishing,
    /// Gini coefficient of the year's medical bills of those who have any.
    SpendingGini,
    /// Share of all bills that the tenth or twentieth with the largest bills has.
    SpendingTop(f64),
    /// Share of the bills of stays that the twentieth of stays with the largest bills has.
    StaysTop(f64),
}

/// How a measure comes from the sums.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Formula {
    /// A count.
    Total(Tally),
    /// Sums over sums.
    Ratio { top: &'static [Tally], bottom: Base, scale: Scale },
    /// From the histograms.
    Distribution(Distribution),
    /// Sums over counties, for everyone and for places.
    County { top: CountyTally, bottom: CountyTally, scale: Scale },
}

/// A measure with its formula.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Entry {
    info: MeasureInfo,
    formula: Formula,
}

/// Every measure, in the order of the tables.
pub const MEASURES: &[MeasureInfo] = &INFOS;

/// The measure of an id.
#[must_use]
pub fn info(id: &str) -> Option<&'static MeasureInfo> {
    MEASURES.iter().find(|measure| measure.id == id)
}

/// The formula of the measure at an index of [`MEASURES`].
pub(super) const fn formula(index: usize) -> Formula {
    ENTRIES[index].formula
}

const fn base(
    terms: &'static [(Tally, i64)],
    among: Among,
    weight: &'static str,
    words: &'static str,
) -> Base {
    Base { terms, divisor: 1, among, weight, words }
}

/// Sums in fen as a denominator in yuan.
const fn money(terms: &'static [(Tally, i64)], words: &'static str) -> Base {
    Base { terms, divisor: 100, among: Among::Everyone, weight: PERSON, words }
}

const PERSON: &str = "person";
const HOUSEHOLD: &str = "household";

const ALL_PERSONS: Base = base(&[(Persons, 1)], Among::Everyone, PERSON, "persons");
const ALL_HOUSEHOLDS: Base = base(&[(Households, 1)], Among::Everyone, HOUSEHOLD, "households");
/// Mean of the persons at the beginning and the end of the year.
const PERSON_YEARS: Base = Base {
    terms: &[(Persons, 2), (Deaths, 1), (Departures, 1), (Births, -1), (Arrivals, -1)],
    divisor: 2,
    among: Among::Everyone,
    weight: PERSON,
    words: "person-years (mean of persons at the beginning and the end of the year)",
};
const BILLS: Base = money(&[(Bill, 1)], "medical bills, yuan");
const COVERED_BILLS: Base = money(&[(BillCovered, 1)], "in-catalogue part of medical bills, yuan");
const INPATIENT_BILLS: Base = money(&[(BillInpatient, 1)], "inpatient bills, yuan");
const ALL_CONSUMPTION: Base = money(&[(Consumption, 1)], "consumption, yuan");
const NEEDED: Base = base(&[(EpisodesNeeded, 1)], Among::Everyone, PERSON, "needed hospital episodes");
const ALL_ADMISSIONS: Base = base(&[(Admissions, 1)], Among::Everyone, PERSON, "admissions");
const ALL_PUPILS: Base = base(&[(Pupils, 1)], Among::Everyone, PERSON, "pupils of primary and middle school");
const ALL_YOUNG: Base = base(&[(Young, 1)], Among::Everyone, PERSON, "persons aged 16 to 34");
const ALL_INPATIENTS: Base =
    base(&[(Inpatients, 1)], Among::Everyone, PERSON, "persons admitted in the year");
const INPATIENTS_LAST: Base =
    base(&[(InpatientsLast, 1)], Among::Everyone, PERSON, "living persons admitted last year");
const ALL_ADULTS: Base = base(&[(Adults, 1)], Among::Everyone, PERSON, "persons aged 18 and over");
const COVERED: Base = base(
    &[(CoveredPersons, 1)],
    Among::Everyone,
    PERSON,
    "persons in dibao, destitute or monitored households",
);
const TARGET: Base =
    base(&[(TargetPersons, 1)], Among::Everyone, PERSON, "persons whom dibao is meant for by true income");
const LIFTED_AT_RISK: Base = base(
    &[(AtRiskPersons, 1)],
    Among::Lifted,
    PERSON,
    "persons of lifted households not in net poverty last year",
);
const LIFTED_AT_RISK_HOUSEHOLDS: Base = base(
    &[(AtRiskHouseholds, 1)],
    Among::Lifted,
    HOUSEHOLD,
    "lifted households not in net poverty last year",
);
const LIFTED_ENTERED: Base = base(
    &[(EnteredPersons, 1)],
    Among::Lifted,
    PERSON,
    "persons of lifted households that returned to poverty in the year",
);
const LIFTED_COHORT: Base = base(
    &[(CohortPersons, 1)],
    Among::Lifted,
    PERSON,
    "persons of lifted root households alive at the switch",
);
const LIFTED_COHORT_HOUSEHOLDS: Base =
    base(&[(CohortHouseholds, 1)], Among::Lifted, HOUSEHOLD, "lifted root households alive at the switch");
const OTHERS_AT_RISK: Base = base(
    &[(AtRiskPersons, 1)],
    Among::NeverRegistered,
    PERSON,
    "persons of never registered households not in net poverty last year",
);
const OTHERS_AT_RISK_HOUSEHOLDS: Base = base(
    &[(AtRiskHouseholds, 1)],
    Among::NeverRegistered,
    HOUSEHOLD,
    "never registered households not in net poverty last year",
);
const OTHERS_COHORT: Base = base(
    &[(CohortPersons, 1)],
    Among::NeverRegistered,
    PERSON,
    "persons of never registered root households alive at the switch",
);

const ALL_PAYERS: &[Tally] = &[PaidFirst, Paid1, Paid2, Paid3, Paid4, Paid5];

const fn entry(
    id: &'static str,
    [label_en, label_zh]: [&'static str; 2],
    unit: &'static str,
    bottom: Base,
    formula: Formula,
    definition: &'static str,
) -> Entry {
    let info = MeasureInfo {
        id,
        label_en,
        label_zh,
        unit,
        weight: bottom.weight,
        denominator: bottom.words,
        definition,
    };
    Entry { info, formula }
}

const fn total(
    id: &'static str,
    labels: [&'static str; 2],
    tally: Tally,
    unit: &'static str,
    definition: &'static str,
) -> Entry {
    let weight = match tally {
        Households => HOUSEHOLD,
        _ => PERSON,
    };
    let bottom = base(&[], Among::Everyone, weight, "none (a count)");
    entry(id, labels, unit, bottom, Formula::Total(tally), definition)
}

const fn share(
    id: &'static str,
    labels: [&'static str; 2],
    top: &'static [Tally],
    bottom: Base,
    definition: &'static str,
) -> Entry {
    entry(id, labels, "share", bottom, Formula::Ratio { top, bottom, scale: Scale::Share }, definition)
}

/// Money over money.
const fn money_share(
    id: &'static str,
    labels: [&'static str; 2],
    top: &'static [Tally],
    bottom: Base,
    definition: &'static str,
) -> Entry {
    entry(id, labels, "share", bottom, Formula::Ratio { top, bottom, scale: Scale::Yuan }, definition)
}

/// Mean of a ratio that is summed in parts per million.
const fn mean_ratio(
    id: &'static str,
    labels: [&'static str; 2],
    top: &'static [Tally],
    bottom: Base,
    definition: &'static str,
) -> Entry {
    entry(
        id,
        labels,
        "index",
        bottom,
        Formula::Ratio { top, bottom, scale: Scale::PartsPerMillion },
        definition,
    )
}

const fn per_1000(
    id: &'static str,
    labels: [&'static str; 2],
    top: &'static [Tally],
    definition: &'static str,
) -> Entry {
    let formula = Formula::Ratio { top, bottom: PERSON_YEARS, scale: Scale::PerThousand };
    entry(id, labels, "per_1000", PERSON_YEARS, formula, definition)
}

const fn per_head(
    id: &'static str,
    labels: [&'static str; 2],
    top: &'static [Tally],
    definition: &'static str,
) -> Entry {
    let formula = Formula::Ratio { top, bottom: ALL_PERSONS, scale: Scale::Yuan };
    entry(id, labels, "yuan_nominal", ALL_PERSONS, formula, definition)
}

const fn per_head_2020(
    id: &'static str,
    labels: [&'static str; 2],
    top: &'static [Tally],
    definition: &'static str,
) -> Entry {
    let formula = Formula::Ratio { top, bottom: ALL_PERSONS, scale: Scale::Yuan2020 };
    entry(id, labels, "yuan_2020", ALL_PERSONS, formula, definition)
}

const fn distribution(
    id: &'static str,
    labels: [&'static str; 2],
    unit: &'static str,
    bottom: Base,
    kind: Distribution,
    definition: &'static str,
) -> Entry {
    entry(id, labels, unit, bottom, Formula::Distribution(kind), definition)
}

const fn county(
    id: &'static str,
    labels: [&'static str; 2],
    unit: &'static str,
    (top, bottom, scale): (CountyTally, CountyTally, Scale),
    definition: &'static str,
) -> Entry {
    let words = base(&[], Among::Everyone, PERSON, "persons of the county, or what the county owes");
    entry(id, labels, unit, words, Formula::County { top, bottom, scale }, definition)
}

const ALL_RESIDENTS: Base = base(&[(Residents, 1)], Among::Everyone, PERSON, "residents, migrants left out");
const APPLICATIONS: Base =
    base(&[(Applications, 1)], Among::Everyone, HOUSEHOLD, "applications to programmes");
const RESIDENT_HOUSEHOLDS: Base =
    base(&[(ResidentHouseholds, 1)], Among::Everyone, HOUSEHOLD, "households with a resident member");
const OF_60: Base = base(&[(Elderly60, 1)], Among::Everyone, PERSON, "persons aged 60 and over");
const CHRONIC_PATIENTS: Base = base(&[(Chronic, 1)], Among::Everyone, PERSON, "chronic patients");
const CONTRACTS: Base = base(&[(Signed, 1)], Among::Everyone, PERSON, "chronic patients with a contract");
const MENTALLY_ILL: Base = base(&[(Mental, 1)], Among::Everyone, PERSON, "adults with mental illness");
const AT_RISK_SEEN: Base =
    base(&[(RiskPersons, 1)], Among::Everyone, PERSON, "persons at risk on 1 January as officials see it");
const LABOUR_LEFT: Base = money(&[(Labour, 1)], "labour earnings after illness, yuan");
const NET_POOR: Base = base(&[(PoorNet, 1)], Among::Everyone, PERSON, "persons in net poverty");
const MULTIDIMENSIONALLY_POOR: Base = base(
    &[(PoorMultidimensional, 4)],
    Among::Everyone,
    PERSON,
    "multidimensionally poor persons, times four",
);
const ALL_DIMENSIONS: Base = base(&[(Persons, 4)], Among::Everyone, PERSON, "persons, times four dimensions");
const EXIT_1: Base =
    base(&[(ExitAtRisk1, 1)], Among::Lifted, PERSON, "persons a year after lifting, not poor since");
const EXIT_2: Base =
    base(&[(ExitAtRisk2, 1)], Among::Lifted, PERSON, "persons two years after lifting, not poor since");
const EXIT_3: Base =
    base(&[(ExitAtRisk3, 1)], Among::Lifted, PERSON, "persons three years after lifting, not poor since");
const EXIT_4: Base =
    base(&[(ExitAtRisk4, 1)], Among::Lifted, PERSON, "persons four years after lifting, not poor since");
const EXIT_5: Base = base(
    &[(ExitAtRisk5, 1)],
    Among::Lifted,
    PERSON,
    "persons five years or more after lifting, not poor since",
);

const ENTRIES: &[Entry] = &[
    // Poverty.
    share(
        "poverty_rate",
        ["Poverty rate (income)", "贫困发生率（收入口径）"],
        &[PoorIncome],
        ALL_PERSONS,
        "Share of persons in households whose disposable income per head is below the official line; on the \
         line is not poor. FGT(0) of Foster, Greer and Thorbecke (1984).",
    ),
    mean_ratio(
        "poverty_gap",
        ["Poverty gap (income)", "贫困深度指数（收入口径）"],
        &[GapIncome],
        ALL_PERSONS,
        "Mean over persons of the shortfall of income per head as a share of the official line, zero for the \
         not poor. FGT(1) of Foster, Greer and Thorbecke (1984).",
    ),
    mean_ratio(
        "poverty_severity",
        ["Poverty severity (income)", "贫困强度指数（收入口径）"],
        &[SeverityIncome],
        ALL_PERSONS,
        "Mean over persons of the squared shortfall of income per head as a share of the official line. FGT(2) \
         of Foster, Greer and Thorbecke (1984).",
    ),
    share(
        "poverty_rate_net",
        ["Poverty rate (net of health payments)", "贫困发生率（扣除医疗支出后）"],
        &[PoorNet],
        ALL_PERSONS,
        "Share of persons in households whose income per head less out-of-pocket payments, interest on illness \
         debt and own premiums is below the official line (O'Donnell et al. 2008, ch. 19, with income).",
    ),
    mean_ratio(
        "poverty_gap_net",
        ["Poverty gap (net of health payments)", "贫困深度指数（扣除医疗支出后）"],
        &[GapNet],
        ALL_PERSONS,
        "FGT(1) of income per head less out-of-pocket payments, interest on illness debt and own premiums, at \
         the official line (Foster, Greer and Thorbecke 1984; O'Donnell et al. 2008, ch. 19).",
    ),
    mean_ratio(
        "poverty_severity_net",
        ["Poverty severity (net of health payments)", "贫困强度指数（扣除医疗支出后）"],
        &[SeverityNet],
        ALL_PERSONS,
        "FGT(2) of income per head less out-of-pocket payments, interest on illness debt and own premiums, at \
         the official line (Foster, Greer and Thorbecke 1984; O'Donnell et al. 2008, ch. 19).",
    ),
    share(
        "poverty_rate_monitoring",
        ["Below the monitoring line (income)", "监测线以下人口比例（收入口径）"],
        &[PoorIncomeMonitoring],
        ALL_PERSONS,
        "Share of persons in households whose disposable income per head is below the year's monitoring line \
         for return to poverty.",
    ),
    share(
        "poverty_rate_net_monitoring",
        ["Below the monitoring line (net of health payments)", "监测线以下人口比例（扣除医疗支出后）"],
        &[PoorNetMonitoring],
        ALL_PERSONS,
        "Share of persons in households whose income per head less out-of-pocket payments, interest on illness \
         debt and own premiums is below the year's monitoring line.",
    ),
    share(
        "multidimensional_poverty_rate",
        ["Multidimensional poverty rate", "多维贫困发生率"],
        &[PoorMultidimensional],
        ALL_PERSONS,
        "Share of persons in households deprived in at least the cut-off's share of four dimensions of equal weight, \
         after the two assurances and three guarantees: income per head under the official line; needed hospital care \
         not had, or a member not insured; no adult with nine years of schooling; an unimproved living environment. \
         H of Alkire and Foster (2011).",
    ),
    share(
        "multidimensional_intensity",
        ["Intensity of multidimensional poverty", "多维贫困平均剥夺程度"],
        &[Deprivations],
        MULTIDIMENSIONALLY_POOR,
        "Mean share of the four dimensions in which the multidimensionally poor are deprived. A of Alkire and Foster \
         (2011).",
    ),
    share(
        "multidimensional_index",
        ["Multidimensional poverty index", "多维贫困指数"],
        &[Deprivations],
        ALL_DIMENSIONS,
        "Rate times intensity: M0 of Alkire and Foster (2011).",
    ),
    share(
        "deprived_care_rate",
        ["Deprived of medical care", "基本医疗维度剥夺率"],
        &[DeprivedCare],
        ALL_PERSONS,
        "Share of persons in households a member of which needed hospital care and didn't have it, or isn't insured.",
    ),
    share(
        "deprived_schooling_rate",
        ["Deprived of schooling", "教育维度剥夺率"],
        &[DeprivedSchooling],
        ALL_PERSONS,
        "Share of persons in households no member of 16 or over of which has nine years of schooling.",
    ),
    share(
        "deprived_environment_rate",
        ["Deprived of a sound living environment", "居住环境维度剥夺率"],
        &[DeprivedEnvironment],
        ALL_PERSONS,
        "Share of persons in villages with an unimproved living environment.",
    ),
    distribution(
        "relative_poverty_40",
        ["Relative poverty (40 % of median)", "相对贫困发生率（收入中位数40%）"],
        "share",
        ALL_PERSONS,
        Distribution::RelativePoverty(0.4),
        "Share of persons with disposable income per head below 40 % of the median over all persons under the \
         baseline regime in the same year and replicate; not equivalised.",
    ),
    distribution(
        "relative_poverty_50",
        ["Relative poverty (50 % of median)", "相对贫困发生率（收入中位数50%）"],
        "share",
        ALL_PERSONS,
        Distribution::RelativePoverty(0.5),
        "Share of persons with disposable income per head below 50 % of the median over all persons under the \
         baseline regime in the same year and replicate; not equivalised.",
    ),
    distribution(
        "relative_poverty_60",
        ["Relative poverty (60 % of median)", "相对贫困发生率（收入中位数60%）"],
        "share",
        ALL_PERSONS,
        Distribution::RelativePoverty(0.6),
        "Share of persons with disposable income per head below 60 % of the median over all persons under the \
         baseline regime in the same year and replicate; not equivalised.",
    ),
    distribution(
        "gini",
        ["Gini coefficient of income per head", "人均收入基尼系数"],
        "index",
        ALL_PERSONS,
        Distribution::Gini,
        "Gini coefficient of disposable income per head over persons, from bins with exact sums; between the \
         bounds of Gastwirth (1972).",
    ),
    // Return to poverty and new poverty.
    share(
        "poverty_return_rate",
        ["Poverty-return rate", "返贫率"],
        &[EnteredPersons],
        LIFTED_AT_RISK,
        "Of persons of lifted households not in net poverty last year, the share in net poverty this year \
         (annual entry rate; repeated returns count each time).",
    ),
    share(
        "poverty_return_rate_households",
        ["Poverty-return rate (households)", "返贫率（按户）"],
        &[EnteredHouseholds],
        LIFTED_AT_RISK_HOUSEHOLDS,
        "Of lifted households not in net poverty last year, the share in net poverty this year.",
    ),
    share(
        "poverty_return_cumulative",
        ["Ever returned to poverty since the switch", "累计返贫率"],
        &[CohortPersonsEverEntered],
        LIFTED_COHORT,
        "Of persons of lifted root households alive at the switch, the share whose household has ever entered \
         net poverty since; read beside returned_or_died_cumulative, since death competes with return.",
    ),
    share(
        "poverty_return_cumulative_households",
        ["Ever returned to poverty since the switch (households)", "累计返贫率（按户）"],
        &[CohortEverEntered],
        LIFTED_COHORT_HOUSEHOLDS,
        "Of lifted root households alive at the switch, the share that has ever entered net poverty since.",
    ),
    share(
        "returned_or_died_cumulative",
        ["Ever returned to poverty, or died", "累计返贫或死亡比例"],
        &[CohortPersonsEnteredOrDied],
        LIFTED_COHORT,
        "Of persons of lifted root households alive at the switch, the share who have died or whose household \
         has ever entered net poverty: a regime under which the frail die gains nothing by it.",
    ),
    share(
        "returned_or_dissolved_cumulative_households",
        ["Ever returned to poverty, or dissolved (households)", "累计返贫或消亡比例（按户）"],
        &[CohortEverEntered, CohortDissolved],
        LIFTED_COHORT_HOUSEHOLDS,
        "Of lifted root households alive at the switch, the share that has ever entered net poverty or has no \
         living member left.",
    ),
    share(
        "illness_return_rate",
        ["Illness-attributed poverty-return rate", "因病返贫率"],
        &[EnteredPersonsIllness],
        LIFTED_AT_RISK,
        "Of persons of lifted households not in net poverty last year, the share in net poverty this year who \
         would not be, were out-of-pocket payments, illness-lost earnings net of sick support, illness-debt \
         service and income from assets sold for illness restored (add-back).",
    ),
    share(
        "illness_return_rate_households",
        ["Illness-attributed poverty-return rate (households)", "因病返贫率（按户）"],
        &[EnteredHouseholdsIllness],
        LIFTED_AT_RISK_HOUSEHOLDS,
        "As illness_return_rate, with each household counted once (add-back).",
    ),
    share(
        "illness_return_share",
        ["Share of returns attributed to illness", "因病返贫占返贫比例"],
        &[EnteredPersonsIllness],
        LIFTED_ENTERED,
        "Of persons of lifted households that returned to net poverty in the year, the share who would not have \
         by add-back.",
    ),
    share(
        "new_poverty_rate",
        ["New-poverty rate", "新发生贫困率"],
        &[EnteredPersons],
        OTHERS_AT_RISK,
        "Of persons of never registered households not in net poverty last year, the share in net poverty this \
         year.",
    ),
    share(
        "new_poverty_rate_households",
        ["New-poverty rate (households)", "新发生贫困率（按户）"],
        &[EnteredHouseholds],
        OTHERS_AT_RISK_HOUSEHOLDS,
        "Of never registered households not in net poverty last year, the share in net poverty this year.",
    ),
    share(
        "new_poverty_cumulative",
        ["Ever newly poor since the switch", "累计新发生贫困率"],
        &[CohortPersonsEverEntered],
        OTHERS_COHORT,
        "Of persons of never registered root households alive at the switch, the share whose household has ever \
         entered net poverty since.",
    ),
    share(
        "illness_new_poverty_rate",
        ["Illness-attributed new-poverty rate", "因病致贫率"],
        &[EnteredPersonsIllness],
        OTHERS_AT_RISK,
        "As illness_return_rate, of persons of never registered households (add-back).",
    ),
    // Financial protection.
    share(
        "che_10",
        ["Catastrophic spending (10 % of consumption)", "灾难性卫生支出发生率（消费支出10%）"],
        &[Che10Persons],
        ALL_PERSONS,
        "Share of persons in households with out-of-pocket payments over 10 % of consumption, strictly (SDG \
         3.8.2 until 2025; Wagstaff and van Doorslaer 2003).",
    ),
    share(
        "che_10_households",
        [
            "Catastrophic spending (10 % of consumption), households",
            "灾难性卫生支出发生率（消费支出10%，按户）",
        ],
        &[Che10Households],
        ALL_HOUSEHOLDS,
        "Share of households with out-of-pocket payments over 10 % of consumption, strictly.",
    ),
    share(
        "che_25",
        ["Catastrophic spending (25 % of consumption)", "灾难性卫生支出发生率（消费支出25%）"],
        &[Che25Persons],
        ALL_PERSONS,
        "Share of persons in households with out-of-pocket payments over 25 % of consumption, strictly (SDG \
         3.8.2 until 2025).",
    ),
    share(
        "che_25_households",
        [
            "Catastrophic spending (25 % of consumption), households",
            "灾难性卫生支出发生率（消费支出25%，按户）",
        ],
        &[Che25Households],
        ALL_HOUSEHOLDS,
        "Share of households with out-of-pocket payments over 25 % of consumption, strictly.",
    ),
    distribution(
        "che_40",
        ["Catastrophic spending (40 % of capacity to pay)", "灾难性卫生支出发生率（支付能力40%）"],
        "share",
        ALL_PERSONS,
        Distribution::CapacityToPayPersons,
        "Share of persons in households whose out-of-pocket payments are at least 40 % of capacity to pay: \
         consumption less subsistence, or less food if that is lower; subsistence per equivalent adult (size to \
         the power 0.56) is the mean food spending of households between the 45th and 55th percentile of the food \
         share under the baseline regime (Xu et al. 2003, Xu 2005).",
    ),
    distribution(
        "che_40_households",
        [
            "Catastrophic spending (40 % of capacity to pay), households",
            "灾难性卫生支出发生率（支付能力40%，按户）",
        ],
        "share",
        ALL_HOUSEHOLDS,
        Distribution::CapacityToPayHouseholds,
        "As che_40, with each household counted once (Xu et al. 2003, Xu 2005).",
    ),
    share(
        "che_40_nonfood",
        ["Catastrophic spending (40 % of non-food consumption)", "灾难性卫生支出发生率（非食品支出40%）"],
        &[CheNonFoodPersons],
        ALL_PERSONS,
        "Share of persons in households with out-of-pocket payments of at least 40 % of non-food consumption \
         (Wagstaff and van Doorslaer 2003; usual in Chinese studies).",
    ),
    share(
        "che_40_nonfood_households",
        [
            "Catastrophic spending (40 % of non-food consumption), households",
            "灾难性卫生支出发生率（非食品支出40%，按户）",
        ],
        &[CheNonFoodHouseholds],
        ALL_HOUSEHOLDS,
        "Share of households with out-of-pocket payments of at least 40 % of non-food consumption.",
    ),
    share(
        "che_10_income_households",
        ["Catastrophic spending (10 % of income), households", "灾难性卫生支出发生率（家庭收入10%，按户）"],
        &[CheIncome10Households],
        ALL_HOUSEHOLDS,
        "Share of households with out-of-pocket payments over 10 % of yearly household income (as in Chinese \
         studies of health poverty alleviation).",
    ),
    distribution(
        "sdg_382",
        ["Financial hardship (SDG 3.8.2)", "经济困难性卫生支出发生率（SDG 3.8.2）"],
        "share",
        ALL_PERSONS,
        Distribution::Sdg,
        "Share of persons in households with positive out-of-pocket payments over 40 % of discretionary budget: \
         consumption less the societal poverty line max(2.15, 1.15 + half the median) 2017 PPP dollars a day, \
         with the median consumption of all simulated (rural) persons under the baseline regime (SDG 3.8.2 as \
         adopted in March 2025, WHO indicator registry 376).",
    ),
    distribution(
        "sdg_382_impoverishing",
        ["Impoverishing part of SDG 3.8.2", "SDG 3.8.2中的致贫性部分"],
        "share",
        ALL_PERSONS,
        Distribution::SdgImpoverishing,
        "Share of persons in households with positive out-of-pocket payments over the whole discretionary \
         budget, those under the societal poverty line included (SDG 3.8.2 as adopted in March 2025).",
    ),
    share(
        "impoverished_rate",
        ["Impoverishing spending", "致贫性卫生支出发生率"],
        &[ImpoverishedPersons],
        ALL_PERSONS,
        "Share of persons in households with consumption per head at or over the official line, and under it \
         less out-of-pocket payments (World Bank SH.UHC.NOP2; O'Donnell et al. 2008, ch. 19).",
    ),
    share(
        "impoverished_rate_households",
        ["Impoverishing spending, households", "致贫性卫生支出发生率（按户）"],
        &[ImpoverishedHouseholds],
        ALL_HOUSEHOLDS,
        "As impoverished_rate, with each household counted once.",
    ),
    share(
        "further_impoverished_rate",
        ["Further impoverishing spending", "加深贫困的卫生支出发生率"],
        &[FurtherImpoverishedPersons],
        ALL_PERSONS,
        "Share of persons in households with consumption per head under the official line and positive \
         out-of-pocket payments (WHO and World Bank 2023, Tracking Universal Health Coverage).",
    ),
    share(
        "hardship_headline",
        ["Catastrophic spending or care forgone for money", "灾难性卫生支出或因经济困难未就医"],
        &[HardshipPersons],
        ALL_PERSONS,
        "Share of persons in households with out-of-pocket payments of at least 40 % of non-food consumption, or \
         with needed hospital care forgone for money: who cannot pay spends nothing.",
    ),
    share(
        "hardship_headline_households",
        [
            "Catastrophic spending or care forgone for money, households",
            "灾难性卫生支出或因经济困难未就医（按户）",
        ],
        &[HardshipHouseholds],
        ALL_HOUSEHOLDS,
        "As hardship_headline, with each household counted once.",
    ),
    per_head(
        "oop_per_head",
        ["Out-of-pocket payments per head", "人均自付医疗费用"],
        &[OutOfPocket],
        "Payments by households at the point of use after every reimbursement, premiums excluded, per person.",
    ),
    per_head_2020(
        "oop_per_head_2020",
        ["Out-of-pocket payments per head", "人均自付医疗费用"],
        &[OutOfPocket],
        "As oop_per_head, at rural consumer prices of 2020.",
    ),
    money_share(
        "oop_share",
        ["Out-of-pocket share of medical bills", "自付费用占医疗总费用比例"],
        &[OutOfPocket],
        BILLS,
        "Out-of-pocket payments over whole medical bills.",
    ),
    money_share(
        "oop_share_of_consumption",
        ["Out-of-pocket share of consumption", "自付费用占消费支出比例"],
        &[OutOfPocket],
        ALL_CONSUMPTION,
        "Out-of-pocket payments of all households over their consumption (ratio of sums).",
    ),
    money_share(
        "effective_reimbursement",
        ["Effective reimbursement rate", "实际报销比例"],
        ALL_PAYERS,
        BILLS,
        "Payments of all layers over whole medical bills, in and out of the catalogue.",
    ),
    money_share(
        "effective_reimbursement_inpatient",
        ["Effective reimbursement rate, inpatient", "住院实际报销比例"],
        &[PaidInpatient],
        INPATIENT_BILLS,
        "Payments of all layers for hospital stays over whole inpatient bills.",
    ),
    money_share(
        "reimbursement_of_covered",
        ["Reimbursement of covered cost", "政策范围内费用报销比例"],
        ALL_PAYERS,
        COVERED_BILLS,
        "Payments of all layers over the in-catalogue part of medical bills.",
    ),
    distribution(
        "concentration_index_oop",
        ["Concentration index of out-of-pocket payments", "自付医疗费用集中指数"],
        "index",
        ALL_PERSONS,
        Distribution::ConcentrationOutOfPocket,
        "Twice the covariance of out-of-pocket payments per head with the fractional rank by income per head, \
         over mean payments; positive where the better-off pay more (O'Donnell et al. 2008, ch. 8).",
    ),
    distribution(
        "kakwani_index_oop",
        ["Kakwani index of out-of-pocket payments", "自付医疗费用Kakwani指数"],
        "index",
        ALL_PERSONS,
        Distribution::KakwaniOutOfPocket,
        "Concentration index of out-of-pocket payments less the Gini coefficient of income per head; negative \
         where payments are regressive (Kakwani 1977; O'Donnell et al. 2008, ch. 16).",
    ),
    distribution(
        "erreygers_index_che",
        ["Erreygers index of catastrophic spending", "灾难性卫生支出Erreygers指数"],
        "index",
        ALL_PERSONS,
        Distribution::ErreygersCatastrophic,
        "Four times the mean times the concentration index of catastrophic spending (40 % of non-food \
         consumption) over income per head; negative where the poor bear it (Erreygers 2009).",
    ),
    // Care and health.
    share(
        "forgone_care_rate",
        ["Needed hospital care forgone", "应住院未住院率"],
        &[EpisodesForgone],
        NEEDED,
        "Hospital episodes above the clinical threshold that were not treated, over all needed episodes.",
    ),
    share(
        "forgone_for_money_rate",
        ["Needed hospital care forgone for money", "因经济困难应住院未住院率"],
        &[EpisodesForgoneMoney],
        NEEDED,
        "Needed hospital episodes not treated for price or lack of cash, over all needed episodes.",
    ),
    per_1000(
        "admissions_per_1000",
        ["Admissions per 1,000", "每千人住院人次"],
        &[Admissions],
        "Hospital admissions per 1,000 person-years, induced ones included.",
    ),
    share(
        "induced_admission_share",
        ["Share of admissions not needed", "非必要住院占比"],
        &[AdmissionsInduced],
        ALL_ADMISSIONS,
        "Admissions below the clinical threshold over all admissions.",
    ),
    share(
        "outside_admission_share",
        ["Share of admissions outside the county", "县域外住院占比"],
        &[AdmissionsOutside],
        ALL_ADMISSIONS,
        "Admissions outside the county over all admissions.",
    ),
    per_1000(
        "deaths_per_1000",
        ["Deaths per 1,000", "死亡率（‰）"],
        &[Deaths],
        "Crude death rate: deaths in the year per 1,000 person-years.",
    ),
    per_1000(
        "births_per_1000",
        ["Births per 1,000", "出生率（‰）"],
        &[Births],
        "Crude birth rate: births in the year per 1,000 person-years.",
    ),
    share(
        "chronic_prevalence",
        ["Chronic-disease prevalence", "慢性病患病率"],
        &[Chronic],
        ALL_PERSONS,
        "Share of persons with at least one of the eight chronic groups, at the end of the year.",
    ),
    share(
        "depression_prevalence",
        ["Mental-illness prevalence, adults", "成人抑郁等精神疾患患病率"],
        &[Mental],
        ALL_ADULTS,
        "Persons with a mental illness (depression first) over persons aged 18 and over, at the end of the year.",
    ),
    share(
        "disability_prevalence",
        ["Disability prevalence", "失能率"],
        &[Disabled],
        ALL_PERSONS,
        "Share of persons with a disability, at the end of the year.",
    ),
    // Targeting.
    share(
        "insured_share",
        ["Enrolled in basic insurance", "基本医保参保率"],
        &[Insured],
        ALL_PERSONS,
        "Share of persons enrolled in resident basic insurance in the year.",
    ),
    share(
        "registered_rate",
        ["In registered households", "建档立卡人口比例"],
        &[RegisteredPersons],
        ALL_PERSONS,
        "Share of persons in registered households whose list is in force.",
    ),
    share(
        "monitored_rate",
        ["Monitored for return to poverty", "防返贫监测对象比例"],
        &[MonitoredPersons],
        ALL_PERSONS,
        "Share of persons in households monitored as unstable, marginal or in sudden difficulty.",
    ),
    share(
        "dibao_rate",
        ["On dibao", "低保人口比例"],
        &[DibaoPersons],
        ALL_PERSONS,
        "Share of persons in households with the subsistence allowance (dibao).",
    ),
    share(
        "covered_rate",
        ["In dibao, destitute or monitored households", "低保、特困及监测对象比例"],
        &[CoveredPersons],
        ALL_PERSONS,
        "Share of persons in dibao, destitute or monitored households.",
    ),
    share(
        "inclusion_error",
        ["Inclusion error", "错保率"],
        &[CoveredNotTarget],
        COVERED,
        "Of persons in dibao, destitute or monitored households, the share whose true income is not under the \
         monitoring line (covered but not eligible over covered; Coady, Grosh and Hoddinott 2004).",
    ),
    share(
        "exclusion_error",
        ["Exclusion error", "漏保率"],
        &[TargetMissed],
        TARGET,
        "Of persons whom dibao is meant for by true income, the share in no dibao, destitute or monitored \
         household (eligible but not covered over eligible; Coady, Grosh and Hoddinott 2004).",
    ),
    per_head(
        "over_protection",
        ["Over-protection per head", "人均过度保障金额"],
        &[OverProtection],
        "Preferential payments above need per person; need is the least payment that brings out-of-pocket \
         payments under 40 % of capacity to pay and net income over the line, at most the bill.",
    ),
    per_head(
        "under_protection",
        ["Under-protection per head", "人均保障不足金额"],
        &[UnderProtection],
        "Need that no layer paid, per person; need as in over_protection.",
    ),
    share(
        "over_protected_rate",
        ["Over-protected", "过度保障人口比例"],
        &[OverProtectedPersons],
        ALL_PERSONS,
        "Share of persons in households with preferential payments above need.",
    ),
    share(
        "under_protected_rate",
        ["Under-protected", "保障不足人口比例"],
        &[UnderProtectedPersons],
        ALL_PERSONS,
        "Share of persons in households with need that no layer paid.",
    ),
    // Money.
    per_head(
        "bill_per_head",
        ["Medical bills per head", "人均医疗总费用"],
        &[Bill],
        "Whole medical bills, in and out of the catalogue, per person.",
    ),
    per_head(
        "fund_spending_per_head",
        ["Payments of all payers per head", "人均各方支付金额"],
        ALL_PAYERS,
        "Payments of all layers per person; with out-of-pocket payments they make up the bills.",
    ),
    per_head_2020(
        "fund_spending_per_head_2020",
        ["Payments of all payers per head", "人均各方支付金额"],
        ALL_PAYERS,
        "As fund_spending_per_head, at rural consumer prices of 2020.",
    ),
    per_head(
        "paid_basic_insurance_per_head",
        ["Paid by basic insurance per head", "人均基本医保支付"],
        &[PaidFirst],
        "Payments of resident basic insurance per person.",
    ),
    per_head(
        "paid_critical_illness_insurance_per_head",
        ["Paid by critical-illness insurance per head", "人均大病保险支付"],
        &[Paid1],
        "Payments of critical-illness insurance per person.",
    ),
    per_head(
        "paid_medical_aid_per_head",
        ["Paid by medical aid per head", "人均医疗救助支付"],
        &[Paid2],
        "Payments of medical aid for bills, tilt aid included, per person.",
    ),
    per_head(
        "paid_local_top_up_per_head",
        ["Paid by local top-ups per head", "人均地方补充保障支付"],
        &[Paid3],
        "Payments from the county's own top-up money per person.",
    ),
    per_head(
        "paid_supplementary_insurance_per_head",
        ["Paid by supplementary insurance per head", "人均补充保险支付"],
        &[Paid4],
        "Payments of supplementary (commercial or superimposed) insurance per person.",
    ),
    per_head(
        "paid_charity_per_head",
        ["Paid by charity per head", "人均慈善救助支付"],
        &[Paid5],
        "Payments of charity per person.",
    ),
    per_head(
        "medical_aid_per_head",
        ["Medical-aid spending per head", "人均医疗救助支出"],
        &[Paid2, PremiumAid],
        "Spending of the medical-aid fund per person: for bills and for the premiums of aided persons (as the \
         National Healthcare Security Administration counts it).",
    ),
    per_head(
        "premium_own_per_head",
        ["Own premiums per head", "人均个人缴纳保费"],
        &[PremiumOwn],
        "Premiums of basic insurance paid by households, per person, insured or not.",
    ),
    per_head(
        "premium_aid_per_head",
        ["Premiums paid by aid per head", "人均资助参保金额"],
        &[PremiumAid],
        "Premiums of basic insurance paid by medical aid, per person.",
    ),
    per_head(
        "premium_subsidy_per_head",
        ["Premium subsidy per head", "人均财政补助保费"],
        &[PremiumSubsidy],
        "Government subsidy of premiums of basic insurance, per person.",
    ),
    per_head(
        "lost_earnings_per_head",
        ["Earnings lost to illness per head", "人均因病误工收入损失"],
        &[LostEarnings],
        "Earnings lost to illness and care-giving, per person.",
    ),
    per_head(
        "medical_interest_per_head",
        ["Interest on medical debt per head", "人均医疗债务利息"],
        &[MedicalInterest],
        "Interest paid on medical debt, per person.",
    ),
    per_head(
        "mean_debt_per_head",
        ["Debt per head", "人均负债"],
        &[Debt],
        "Debt at the end of the year, medical and other, per person.",
    ),
    per_head(
        "medical_debt_per_head",
        ["Medical debt per head", "人均医疗负债"],
        &[MedicalDebt],
        "Medical debt at the end of the year, per person.",
    ),
    share(
        "medical_debt_rate",
        ["Households with medical debt", "有医疗负债的家庭比例"],
        &[MedicalDebtHouseholds],
        ALL_HOUSEHOLDS,
        "Share of households with medical debt at the end of the year.",
    ),
    per_head(
        "savings_per_head",
        ["Savings per head", "人均储蓄"],
        &[Savings],
        "Savings at the end of the year, per person.",
    ),
    per_head(
        "assets_sold_per_head",
        ["Productive assets sold per head", "人均变卖生产性资产"],
        &[AssetsSold],
        "Productive assets sold in the year, per person.",
    ),
    per_head(
        "unpaid_per_head",
        ["Unpaid bills and consumption per head", "人均无力支付金额"],
        &[Unpaid],
        "Bills and consumption that could not be paid, per person.",
    ),
    per_head(
        "income_per_head",
        ["Disposable income per head", "人均可支配收入"],
        &[Income],
        "Disposable income per person of the roster, migrants included.",
    ),
    per_head_2020(
        "income_per_head_2020",
        ["Disposable income per head", "人均可支配收入"],
        &[Income],
        "As income_per_head, at rural consumer prices of 2020.",
    ),
    distribution(
        "median_income",
        ["Median income per head", "人均可支配收入中位数"],
        "yuan_nominal",
        ALL_PERSONS,
        Distribution::MedianIncome,
        "Median over persons of disposable income per head, interpolated within its bin.",
    ),
    per_head(
        "consumption_per_head",
        ["Consumption per head", "人均消费支出"],
        &[Consumption],
        "Household consumption per person, out-of-pocket payments included.",
    ),
    per_head_2020(
        "consumption_per_head_2020",
        ["Consumption per head", "人均消费支出"],
        &[Consumption],
        "As consumption_per_head, at rural consumer prices of 2020.",
    ),
    distribution(
        "median_consumption",
        ["Median consumption per head", "人均消费支出中位数"],
        "yuan_nominal",
        ALL_PERSONS,
        Distribution::MedianConsumption,
        "Median over persons of consumption per head, interpolated within its bin.",
    ),
    // People.
    total(
        "persons",
        ["Persons", "人数"],
        Persons,
        "persons",
        "Simulated living members at the end of the year.",
    ),
    total(
        "households",
        ["Households", "户数"],
        Households,
        "households",
        "Simulated households with a living member at the end of the year.",
    ),
    entry(
        "household_size",
        ["Persons per household", "户均人数"],
        "persons",
        ALL_HOUSEHOLDS,
        Formula::Ratio { top: &[Persons], bottom: ALL_HOUSEHOLDS, scale: Scale::Share },
        "Living members per household, migrants included.",
    ),
    share(
        "elderly_share",
        ["Aged 65 and over", "65岁及以上人口比例"],
        &[Elderly65],
        ALL_PERSONS,
        "Share of persons aged 65 and over.",
    ),
    share(
        "elderly_60_share",
        ["Aged 60 and over", "60岁及以上人口比例"],
        &[Elderly60],
        ALL_PERSONS,
        "Share of persons aged 60 and over.",
    ),
    // The mechanisms of the trap and of the county.
    share(
        "illness_return_rate_twin",
        ["Illness-attributed poverty-return rate (twin)", "因病返贫率（孪生对照）"],
        &[EnteredPersonsTwin],
        LIFTED_AT_RISK,
        "As illness_return_rate, with this household's illness of this year switched off instead: no stays, bills \
         or days lost and nobody falling ill this year, the past and the county held fixed.",
    ),
    share(
        "register_return_rate",
        ["Register return rate", "登记返贫率"],
        &[RegisterReturned],
        base(&[(Persons, 1)], Among::Lifted, PERSON, "persons of lifted households"),
        "Of persons of lifted households, the share newly on the register of the fallen back: monitored, and seen \
         by officials under the official line after support; the only return to compare with official counts.",
    ),
    share(
        "register_new_poverty_rate",
        ["Register rate of new poverty", "登记新增贫困率"],
        &[RegisterNewlyPoor],
        base(&[(Persons, 1)], Among::NeverRegistered, PERSON, "persons of never registered households"),
        "Of persons of never registered households, the share newly on the register of the poor: monitored, and seen \
         by officials under the official line after support.",
    ),
    share(
        "illness_poor_rate",
        ["Persons recognised as illness-poor in the year", "当年认定为因病致贫重病患者的家庭人口比例"],
        &[IllnessPoorPersons],
        ALL_PERSONS,
        "Share of persons in households recognised as illness-poor in the year: own payments over a share of income, \
         by a household that knows the rule and is in no class that aid goes to already.",
    ),
    per_head(
        "claimed_back_per_head",
        ["Bills claimed back by the illness-poor per head", "因病致贫追溯报销人均金额"],
        &[ClaimedBack],
        "What the illness-poor claimed back of the year's bills before their recognition.",
    ),
    share(
        "return_hazard_1",
        ["Return hazard, first year after lifting", "脱贫后第1年返贫风险率"],
        &[ExitEntered1],
        EXIT_1,
        "Of persons of lifted households not in net poverty since the lifting, the share that enters it in the \
         first year after.",
    ),
    share(
        "return_hazard_2",
        ["Return hazard, second year", "脱贫后第2年返贫风险率"],
        &[ExitEntered2],
        EXIT_2,
        "As return_hazard_1, in the second year after the lifting.",
    ),
    share(
        "return_hazard_3",
        ["Return hazard, third year", "脱贫后第3年返贫风险率"],
        &[ExitEntered3],
        EXIT_3,
        "As return_hazard_1, in the third year after the lifting.",
    ),
    share(
        "return_hazard_4",
        ["Return hazard, fourth year", "脱贫后第4年返贫风险率"],
        &[ExitEntered4],
        EXIT_4,
        "As return_hazard_1, in the fourth year after the lifting.",
    ),
    share(
        "return_hazard_5",
        ["Return hazard, fifth year and later", "脱贫后第5年及以后返贫风险率"],
        &[ExitEntered5],
        EXIT_5,
        "As return_hazard_1, in the fifth year after the lifting and all later ones.",
    ),
    entry(
        "mean_poverty_spell",
        ["Years in poverty so far", "已持续贫困年数"],
        "years",
        NET_POOR,
        Formula::Ratio { top: &[PoorYears], bottom: NET_POOR, scale: Scale::Share },
        "Mean over persons in net poverty of the consecutive years that their household has been in it.",
    ),
    share(
        "forgone_distance_rate",
        ["Hospital care forgone for distance", "因距离放弃住院比例"],
        &[EpisodesForgoneDistance],
        NEEDED,
        "Of needed hospital episodes, the share not treated that would be, were care as near as at 45 minutes.",
    ),
    share(
        "forgone_capacity_rate",
        ["Hospital care forgone for want of staff", "因服务能力不足未住院比例"],
        &[EpisodesForgoneCapacity],
        NEEDED,
        "Of needed hospital episodes, the share that a health centre short of staff turned away.",
    ),
    share(
        "forgone_unaware_rate",
        ["Hospital care forgone unaware of entitlement", "因不知晓政策未住院比例"],
        &[EpisodesForgoneUnaware],
        NEEDED,
        "Of needed hospital episodes, the share not treated that would be, did the family know its entitlement.",
    ),
    share(
        "forgone_other_rate",
        ["Hospital care forgone for other reasons", "因其他原因未住院比例"],
        &[EpisodesForgoneOther],
        NEEDED,
        "Of needed hospital episodes, the share not treated for mental illness or a reason other than money, \
         distance, staff or knowledge.",
    ),
    distribution(
        "spending_gini",
        ["Gini coefficient of medical bills", "医疗费用基尼系数"],
        "index",
        base(&[], Among::Everyone, PERSON, "persons with a medical bill in the year"),
        Distribution::SpendingGini,
        "Gini coefficient of the year's medical bills over persons who have any, from bins with exact sums.",
    ),
    distribution(
        "spending_top_5",
        ["Share of bills of the top 5 % of users", "费用最高5%使用者的费用占比"],
        "share",
        base(&[], Among::Everyone, PERSON, "persons with a medical bill in the year"),
        Distribution::SpendingTop(0.05),
        "Share of all medical bills of the year that the twentieth of users with the largest bills has.",
    ),
    distribution(
        "stay_cost_top_5",
        ["Share of inpatient bills of the top 5 % of stays", "费用最高5%住院人次的费用占比"],
        "share",
        base(&[], Among::Everyone, PERSON, "hospital stays in the year"),
        Distribution::StaysTop(0.05),
        "Share of all inpatient bills of the year that the twentieth of stays with the largest bills has: how \
         unequal costs are, given an admission.",
    ),
    share(
        "inpatient_share",
        ["Persons admitted in the year", "年住院人数占比"],
        &[Inpatients],
        ALL_PERSONS,
        "Share of persons with a hospital stay in the year, however many.",
    ),
    share(
        "repeat_admission_share",
        ["Admitted more than once in the year", "住院者中年内多次住院比例"],
        &[InpatientsRepeated],
        ALL_INPATIENTS,
        "Of persons admitted in the year, the share admitted at least twice.",
    ),
    share(
        "admitted_again_share",
        ["Admitted again after an admission last year", "上年住院者本年再住院比例"],
        &[InpatientsAgain],
        INPATIENTS_LAST,
        "Of living persons admitted the year before, the share admitted this year.",
    ),
    share(
        "left_school_rate",
        ["Pupils who leave school in distress", "困境中辍学率"],
        &[LeftSchool],
        ALL_PUPILS,
        "Of members who are at primary or middle school at the start of the year, the share that leaves for good \
         in a year in which the household is in net poverty, can't pay or pays a catastrophic share for care.",
    ),
    entry(
        "schooling_years_lost",
        ["Years of schooling lost in distress, 16 to 34", "16—34岁因家庭困境损失的受教育年限"],
        "years",
        ALL_YOUNG,
        Formula::Ratio { top: &[YoungYearsLost], bottom: ALL_YOUNG, scale: Scale::Share },
        "Mean over members aged 16 to 34 of the years of schooling that they lost by leaving in a year of distress.",
    ),
    share(
        "multimorbidity_60",
        ["Two or more chronic groups, 60 and over", "60岁及以上多病共存率"],
        &[Multimorbid60],
        OF_60,
        "Share of persons aged 60 and over with two or more of the eight chronic groups.",
    ),
    share(
        "mental_treated_share",
        ["Mental illness treated", "精神疾病治疗率"],
        &[MentalTreated],
        MENTALLY_ILL,
        "Of persons with mental illness, the share treated in the year.",
    ),
    share(
        "contract_signed_rate",
        ["Family-doctor contract signed", "慢性病人签约率"],
        &[Signed],
        CHRONIC_PATIENTS,
        "Of chronic patients, the share with a family-doctor contract: what is promised.",
    ),
    share(
        "contract_served_rate",
        ["Family-doctor contract honoured", "慢性病人履约率"],
        &[Served],
        CHRONIC_PATIENTS,
        "Of chronic patients, the share whose contract was honoured in the year: what is delivered.",
    ),
    share(
        "contract_honoured_share",
        ["Contracts honoured", "签约中履约比例"],
        &[Served],
        CONTRACTS,
        "Of chronic patients with a family-doctor contract, the share whose contract was honoured in the year.",
    ),
    share(
        "contract_effective_rate",
        ["Family-doctor contract honoured to effect", "慢性病人有效履约率"],
        &[ServedWell],
        CHRONIC_PATIENTS,
        "Of chronic patients, the share whose contract was honoured in the year by somebody competent, or by another \
         to good effect: what acts on health.",
    ),
    share(
        "village_doctor_share",
        ["Persons with a doctor in the village", "所在村有村医的人口比例"],
        &[VillageDoctor],
        ALL_PERSONS,
        "Share of persons in villages whose clinic has a doctor.",
    ),
    share(
        "village_doctor_competent_share",
        ["Persons with a competent doctor in the village", "所在村有胜任村医的人口比例"],
        &[VillageDoctorCompetent],
        ALL_PERSONS,
        "Share of persons in villages whose clinic has a competent doctor.",
    ),
    share(
        "screened_rate",
        ["Adults screened in the year", "成人筛查率"],
        &[Screened],
        ALL_ADULTS,
        "Share of adults screened in the year.",
    ),
    share(
        "aware_rate",
        ["Households that know their entitlement", "政策知晓率"],
        &[AwareHouseholds],
        ALL_HOUSEHOLDS,
        "Share of households that know what they are entitled to.",
    ),
    share(
        "health_literacy",
        ["Health literacy of adults", "成人健康素养水平"],
        &[LiterateAdults],
        ALL_ADULTS,
        "Share of adults with health literacy.",
    ),
    share(
        "lapsed_share",
        ["Not enrolled", "未参保比例"],
        &[Lapsed],
        ALL_PERSONS,
        "Share of persons not enrolled in basic insurance this year.",
    ),
    money_share(
        "waiting_bill_share",
        ["Bills in the waiting period", "等待期内医疗费用占比"],
        &[WaitingBills],
        BILLS,
        "Share of medical bills that fall into months in which a returned member waits for benefits.",
    ),
    share(
        "risk_monitored_share",
        ["Households at risk that are monitored", "风险人口监测覆盖率"],
        &[RiskMonitored],
        AT_RISK_SEEN,
        "Of persons in households that officials see near the line or after large spending on 1 January, the \
         share in monitored households.",
    ),
    share(
        "found_rate",
        ["Newly monitored in the year", "当年新纳入监测比例"],
        &[FoundPersons],
        ALL_PERSONS,
        "Share of persons in households found at risk in the year.",
    ),
    per_head(
        "support_per_head",
        ["Support from programmes per head", "人均帮扶补助"],
        &[Support],
        "Paid by programmes (dibao, temporary aid, public jobs, supported industry), per person.",
    ),
    per_head(
        "programme_gap_per_head",
        ["Allowances that fill a gap per head", "人均补差类补助（低保等）"],
        &[SupportGap],
        "Paid by programmes that fill the gap to a standard (dibao), per person.",
    ),
    per_head(
        "programme_grant_per_head",
        ["Grants per head", "人均一次性补助（临时救助等）"],
        &[SupportGrant],
        "Paid by programmes of grants (temporary aid), per person.",
    ),
    per_head(
        "programme_job_per_head",
        ["Wages of public jobs per head", "人均公益岗位工资"],
        &[SupportJob],
        "Paid as wages of public-welfare jobs, per person.",
    ),
    per_head(
        "programme_industry_per_head",
        ["Income from supported industry per head", "人均产业帮扶收入"],
        &[SupportIndustry],
        "Income that supported industry gives, per person.",
    ),
    share(
        "programme_served_share",
        ["Applications to programmes that are served", "帮扶申请满足率"],
        &[ApplicationsServed],
        APPLICATIONS,
        "Of applications of households to programmes, the share that the programmes' money reaches.",
    ),
    money_share(
        "unconditional_support_share",
        ["Support without condition", "无条件补助占比"],
        &[SupportUnconditional],
        money(&[(Support, 1)], "support from programmes, yuan"),
        "Share of support from programmes that asks nothing in return.",
    ),
    share(
        "supported_rate",
        ["Supported by a programme", "获得帮扶人口比例"],
        &[SupportedPersons],
        ALL_PERSONS,
        "Share of persons in households that a programme pays.",
    ),
    money_share(
        "mean_effort",
        ["Mean work effort", "平均劳动努力程度"],
        &[LabourEarned],
        LABOUR_LEFT,
        "Labour earnings earned over those left after illness: one where support lowers nobody's effort.",
    ),
    money_share(
        "effort_lost_share",
        ["Labour earnings given up under support", "因补助放弃的劳动收入比例"],
        &[EffortLost],
        LABOUR_LEFT,
        "Labour earnings given up under support without condition, over labour earnings left after illness; \
         mean effort is one less it.",
    ),
    share(
        "resident_share",
        ["Members at home", "常住成员比例"],
        &[Residents],
        ALL_PERSONS,
        "Share of members of the roster who live at home, the others being away at work.",
    ),
    money_share(
        "earned_away_share",
        ["Labour earnings made away", "外出务工收入占劳动收入比例"],
        &[EarnedAway],
        LABOUR_LEFT,
        "Earnings of members who work away, over labour earnings left after illness.",
    ),
    per_head(
        "inherited_per_head",
        ["Inherited per head", "人均继承财产"],
        &[EstatesInherited],
        "Money, claims and productive assets, less debts, that households which came to an end in the year left to \
         others of the same root, per person.",
    ),
    per_head(
        "estates_lost_per_head",
        ["Estates without heir per head", "人均无人继承财产"],
        &[EstatesLost],
        "The same where no household of the root has members, and estates with more debts than wealth, which \
         nobody takes over: negative where debts prevail.",
    ),
    per_head(
        "income_farm_per_head",
        ["Income from the farm per head", "人均经营净收入"],
        &[IncomeFarm],
        "Income from the farm and household business: labour on it left after illness, less what assets sold no \
         longer give, per person of the roster.",
    ),
    per_head(
        "income_wages_per_head",
        ["Local wages per head", "人均本地工资性收入"],
        &[IncomeWages],
        "Wages of members who live at home, per person of the roster.",
    ),
    per_head(
        "income_away_per_head",
        ["Earnings away per head", "人均外出务工收入"],
        &[EarnedAway],
        "Earnings of members who work away, sent home or not, per person of the roster.",
    ),
    per_head(
        "income_property_per_head",
        ["Income from property per head", "人均财产净收入"],
        &[IncomeProperty],
        "Income from property, per person of the roster.",
    ),
    per_head(
        "income_transfers_per_head",
        ["Income from transfers per head", "人均转移净收入"],
        &[IncomeTransfers],
        "All other income: pensions, gifts and programmes, per person of the roster; with farm, local wages, \
         earnings away and property it adds up to income.",
    ),
    per_head(
        "remittances_per_head",
        ["Remittances per head", "人均汇回收入"],
        &[Remitted],
        "What members who work away send home, per person of the roster.",
    ),
    share(
        "poverty_rate_residents",
        ["Poverty rate of residents (income)", "常住人口贫困发生率（收入口径）"],
        &[PoorResidents],
        ALL_RESIDENTS,
        "Share of residents whose household has less than the official line a resident head, counting of \
         migrants' earnings only what they send home.",
    ),
    share(
        "elderly_only_households",
        ["Households of residents of 60 and over only", "纯老年常住户比例"],
        &[ElderlyOnlyHouseholds],
        RESIDENT_HOUSEHOLDS,
        "Share of households with a resident all of whose residents are 60 or over.",
    ),
    share(
        "one_person_households",
        ["Households of one resident", "单人常住户比例"],
        &[OnePersonHouseholds],
        RESIDENT_HOUSEHOLDS,
        "Share of households with a resident that have one.",
    ),
    per_head(
        "late_per_head",
        ["Reimbursements that come next year", "跨年到账的报销"],
        &[Late],
        "Reimbursements of the year's bills that come only the year after, per person.",
    ),
    county(
        "insurance_balance_per_head",
        ["Balance of resident insurance, county's share, per head", "居民医保结余（县级分担部分）人均"],
        "yuan_nominal",
        (CountyTally::Balance, CountyTally::Persons, Scale::Yuan),
        "Balance carried at the end of the year of the county's share of the prefecture's resident insurance.",
    ),
    county(
        "fund_balance_per_head",
        ["Balance of medical aid per head", "医疗救助基金人均结余"],
        "yuan_nominal",
        (CountyTally::Balance2, CountyTally::Persons, Scale::Yuan),
        "Balance of the county's medical-aid fund at the end of the year, deficits carried on; negative when \
         overspent.",
    ),
    county(
        "top_up_balance_per_head",
        ["Balance of local top-ups per head", "地方补充保障人均结余"],
        "yuan_nominal",
        (CountyTally::Balance3, CountyTally::Persons, Scale::Yuan),
        "Balance of the county's budget for local top-ups at the end of the year; negative when overspent.",
    ),
    county(
        "aid_revenue_per_head",
        ["Medical-aid budget per head", "医疗救助人均预算"],
        "yuan_nominal",
        (CountyTally::Revenue2, CountyTally::Persons, Scale::Yuan),
        "Budget of the county's medical-aid fund in the year.",
    ),
    county(
        "aid_spending_per_head",
        ["Medical-aid spending per head", "医疗救助人均支出"],
        "yuan_nominal",
        (CountyTally::Spending2, CountyTally::Persons, Scale::Yuan),
        "Spending of the county's medical-aid fund in the year, premium aid included.",
    ),
    county(
        "insurance_spending_share",
        ["Spending of resident insurance over its revenue", "居民医保基金支出占收入比例"],
        "share",
        (CountyTally::Spending, CountyTally::Revenue, Scale::Share),
        "Spending over revenue of basic insurance in the simulated counties, the county's own balance before the \
         prefecture's pool.",
    ),
    county(
        "aid_met_share",
        ["Share of its obligations that medical aid pays", "医疗救助支付到位率"],
        "share",
        (CountyTally::AidMet, CountyTally::Persons, Scale::PartsPerMillion),
        "Share of what its rules promise that medical aid pays in the year, as published on 1 January.",
    ),
    county(
        "top_up_met_share",
        ["Share of its obligations that the top-up pays", "地方补充保障支付到位率"],
        "share",
        (CountyTally::TopUpMet, CountyTally::Persons, Scale::PartsPerMillion),
        "Share of what its rules promise that the local top-up pays in the year, as published on 1 January.",
    ),
    county(
        "aid_delay_months",
        ["Delay of medical aid", "医疗救助延迟月数"],
        "months",
        (CountyTally::AidDelay, CountyTally::Persons, Scale::Share),
        "Months by which medical aid pays later than its rules say.",
    ),
    county(
        "programme_budget_per_head",
        ["Budgets of programmes per head", "帮扶项目人均预算"],
        "yuan_nominal",
        (CountyTally::ProgrammeRevenue, CountyTally::Persons, Scale::Yuan),
        "Budgets of the programmes that have one.",
    ),
    county(
        "programme_spending_per_head",
        ["Spending of programmes with a budget per head", "有预算帮扶项目人均支出"],
        "yuan_nominal",
        (CountyTally::ProgrammePaid, CountyTally::Persons, Scale::Yuan),
        "What the programmes that have a budget paid.",
    ),
    county(
        "programme_owed_per_head",
        ["What programmes owe their applicants per head", "帮扶项目人均应付额"],
        "yuan_nominal",
        (CountyTally::ProgrammeOwed, CountyTally::Persons, Scale::Yuan),
        "What all applicants would get from the programmes that have a budget.",
    ),
    county(
        "programme_met_share",
        ["Share of what they owe that programmes pay", "帮扶项目支付到位率"],
        "share",
        (CountyTally::ProgrammePaid, CountyTally::ProgrammeOwed, Scale::Share),
        "Of what programmes with a budget owe their applicants, the share paid.",
    ),
    county(
        "programme_balance_per_head",
        ["Balance of programmes per head", "帮扶项目人均结余"],
        "yuan_nominal",
        (CountyTally::ProgrammeBalance, CountyTally::Persons, Scale::Yuan),
        "Balance of the programmes that have a budget at the end of the year; negative when overspent.",
    ),
    county(
        "grant_served_share",
        ["Applicants for grants who are served", "临时救助申请满足率"],
        "share",
        (CountyTally::Served1, CountyTally::Applied1, Scale::Share),
        "Share of households that apply for a grant that get it.",
    ),
    county(
        "job_served_share",
        ["Applicants for public jobs who are served", "公益岗位申请满足率"],
        "share",
        (CountyTally::Served2, CountyTally::Applied2, Scale::Share),
        "Share of households that apply for a public job that get it.",
    ),
    county(
        "industry_served_share",
        ["Applicants for support of industry who are served", "产业帮扶申请满足率"],
        "share",
        (CountyTally::Served3, CountyTally::Applied3, Scale::Share),
        "Share of households that apply for support of industry that get it.",
    ),
    county(
        "aid_damping",
        ["Damping of medical aid", "医疗救助的平滑偏离"],
        "share",
        (CountyTally::HeldBack2, CountyTally::Persons, Scale::PartsPerMillion),
        "Share of its obligations that medical aid will pay next year, less the share for which it has means: above \
         none it pays more than it can afford, below it holds money back. The damping of the one-year lag and the \
         least share make the difference.",
    ),
    county(
        "top_up_damping",
        ["Damping of the top-up", "地方补充保障的平滑偏离"],
        "share",
        (CountyTally::HeldBack3, CountyTally::Persons, Scale::PartsPerMillion),
        "The same for local top-ups.",
    ),
    county(
        "insurance_damping",
        ["Damping of resident insurance", "居民医保的平滑偏离"],
        "share",
        (CountyTally::HeldBack, CountyTally::Persons, Scale::PartsPerMillion),
        "The same for resident insurance.",
    ),
    county(
        "critical_illness_damping",
        ["Damping of critical-illness insurance", "大病保险的平滑偏离"],
        "share",
        (CountyTally::HeldBack1, CountyTally::Persons, Scale::PartsPerMillion),
        "The same for critical-illness insurance.",
    ),
    county(
        "programme_damping",
        ["Damping of programmes", "帮扶项目的平滑偏离"],
        "share",
        (CountyTally::ProgrammeHeld, CountyTally::ProgrammeOwed, Scale::Share),
        "The same for programmes that have a budget, weighted by what they owe.",
    ),
    county(
        "county_burden_per_head",
        ["Burden on the county per head", "县级财政人均负担"],
        "yuan_nominal",
        (CountyTally::Burden, CountyTally::Persons, Scale::Yuan),
        "What the county itself bears: top-ups, and its part of medical aid, premium subsidies, programmes, prevention \
         and primary care, and of the gap in the insurance pools.",
    ),
    county(
        "own_revenue_per_head",
        ["County's own revenue per head", "县级自有财政收入（人均）"],
        "yuan_nominal",
        (CountyTally::OwnRevenue, CountyTally::Persons, Scale::Yuan),
        "The county's own fiscal revenue over its rural people.",
    ),
    county(
        "county_burden_share",
        ["Burden over the county's own revenue", "县级负担占自有财政收入比例"],
        "share",
        (CountyTally::Burden, CountyTally::OwnRevenue, Scale::Share),
        "What the county itself bears over its own fiscal revenue.",
    ),
    county(
        "staff_share",
        ["Health workers over posts", "卫生人员与岗位之比"],
        "share",
        (CountyTally::Staff, CountyTally::Persons, Scale::PartsPerMillion),
        "Health workers of the county over the posts of the start.",
    ),
    county(
        "beds_found_share",
        ["Cases that find a bed in the county", "县域内住院需求收治率"],
        "share",
        (CountyTally::Beds, CountyTally::Persons, Scale::PartsPerMillion),
        "Share of the cases meant for beds of the county that find one, as published on 1 January.",
    ),
    county(
        "service_cost_per_head",
        ["Cost of prevention and primary care per head", "预防与初级保健人均成本"],
        "yuan_nominal",
        (CountyTally::ServiceCost, CountyTally::Persons, Scale::Yuan),
        "What prevention and primary care cost, as the regime says.",
    ),
];

static INFOS: [MeasureInfo; ENTRIES.len()] = {
    let mut infos = [ENTRIES[0].info; ENTRIES.len()];
    let mut index = 0;
    while index < ENTRIES.len() {
        infos[index] = ENTRIES[index].info;
        index += 1;
    }
    infos
};

/// Groups that every scenario has, in the order of the tables; places follow as `place:<name>`.
pub const GROUPS: [(&str, Label); 12] = [
    ("all", Label { en: "All", zh: "全体" }),
    ("lifted", Label { en: "Lifted", zh: "脱贫户" }),
    ("marginal", Label { en: "Marginal", zh: "边缘户" }),
    ("never_poor", Label { en: "Never poor", zh: "一般农户" }),
    ("income_1", Label { en: "Poorest fifth", zh: "最低收入组" }),
    ("income_2", Label { en: "Second fifth", zh: "中低收入组" }),
    ("income_3", Label { en: "Middle fifth", zh: "中等收入组" }),
    ("income_4", Label { en: "Fourth fifth", zh: "中高收入组" }),
    ("income_5", Label { en: "Richest fifth", zh: "最高收入组" }),
    ("elderly_only", Label { en: "Elderly only", zh: "纯老年户" }),
    ("chronic", Label { en: "With chronic disease", zh: "有慢性病患者户" }),
    ("mental", Label { en: "With mental illness", zh: "有精神疾患者户" }),
];

/// The label of a group that every scenario has; the label of a place is in its scenario.
#[must_use]
pub fn group_label(id: &str) -> Option<Label> {
    GROUPS.iter().find(|(group, _)| *group == id).map(|(_, label)| *label)
}

/// The label of a payer.
#[must_use]
pub const fn payer_label(payer: Payer) -> Label {
    match payer {
        Payer::BasicInsurance => Label { en: "Basic insurance", zh: "基本医保" },
        Payer::CriticalIllnessInsurance => Label { en: "Critical-illness insurance", zh: "大病保险" },
        Payer::MedicalAid => Label { en: "Medical aid", zh: "医疗救助" },
        Payer::LocalTopUp => Label { en: "Local top-up", zh: "地方补充保障" },
        Payer::SupplementaryInsurance => Label { en: "Supplementary insurance", zh: "补充保险" },
        Payer::Charity => Label { en: "Charity", zh: "慈善救助" },
    }
}

/// The label of what households pay themselves, beside [`payer_label`].
pub const OUT_OF_POCKET_LABEL: Label = Label { en: "Out of pocket", zh: "个人自付" };

/// The measure of what a payer pays per head.
#[must_use]
pub const fn paid_measure(payer: Payer) -> &'static str {
    const IDS: [&str; PAYERS] = [
        "paid_basic_insurance_per_head",
        "paid_critical_illness_insurance_per_head",
        "paid_medical_aid_per_head",
        "paid_local_top_up_per_head",
        "paid_supplementary_insurance_per_head",
        "paid_charity_per_head",
    ];
    IDS[payer as usize]
}

/// Outcomes of `flows.csv` in the order of its rows.
pub const OUTCOMES: [(&str, Label); 6] = [
    (
        "saved",
        Label {
            en: "Saved: returned under the baseline only", zh: "避免返贫：仅基准方案下返贫"
        },
    ),
    ("lost", Label { en: "Lost: returned under this regime only", zh: "新增返贫：仅本方案下返贫" }),
    ("both", Label { en: "Returned under both", zh: "两方案下均返贫" }),
    ("neither", Label { en: "Returned under neither", zh: "两方案下均未返贫" }),
    ("died_or_dissolved", Label { en: "Died or dissolved, not returned", zh: "未返贫而死亡或消亡" }),
    ("unmatched", Label { en: "Exists under one regime only", zh: "仅存在于一种方案" }),
];

/// Quantities of `descent.csv` with their units, in the order of its rows. Shares of income are means over households.
pub const DESCENT: [(&str, &str, Label); 5] = [
    ("households", "households", Label { en: "Households followed", zh: "跟踪户数" }),
    ("net_income", "share", Label { en: "Net income", zh: "净收入" }),
    ("lost_earnings", "share", Label { en: "Earnings lost to illness", zh: "因病误工损失" }),
    ("medical_debt", "share", Label { en: "Medical debt", zh: "医疗债务" }),
    ("poor", "share", Label { en: "In net poverty", zh: "净贫困" }),
];

/// Units as axis labels.
#[must_use]
pub fn unit_label(unit: &str) -> Option<Label> {
    let (en, zh) = match unit {
        "share" => ("%", "%"),
        "yuan_nominal" => ("yuan, current prices", "元（当年价）"),
        "yuan_2020" => ("yuan, 2020 prices", "元（2020年价）"),
        "per_1000" => ("per 1,000", "‰"),
        "index" => ("index", "指数"),
        "persons" => ("persons", "人"),
        "households" => ("households", "户"),
        "years" => ("years", "年"),
        "months" => ("months", "月"),
        _ => return None,
    };
    Some(Label { en, zh })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::TALLIES;

    #[test]
    fn ids_are_unique_and_plain() {
        let mut ids: Vec<&str> = MEASURES.iter().map(|measure| measure.id).collect();
        for id in &ids {
            assert!(id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_'), "{id}");
        }
        ids.sort_unstable();
        let count = ids.len();
        ids.dedup();
        assert_eq!(ids.len(), count, "an id stands twice");
    }

    #[test]
    fn every_measure_is_labelled_in_both_languages_with_a_known_unit() {
        for measure in MEASURES {
            assert!(measure.label_en.is_ascii() && !measure.label_en.is_empty(), "{}", measure.id);
            assert!(measure.label_zh.chars().any(|c| c > '\u{2E7F}'), "{}: {}", measure.id, measure.label_zh);
            assert!(unit_label(measure.unit).is_some(), "{}: {}", measure.id, measure.unit);
            assert!(["person", "household"].contains(&measure.weight), "{}", measure.id);
            assert!(!measure.denominator.is_empty() && measure.definition.ends_with('.'), "{}", measure.id);
            assert!(!measure.definition.contains("  "), "{}: {}", measure.id, measure.definition);
        }
    }

    #[test]
    fn no_tally_is_summed_in_vain() {
        let mut used = [false; TALLIES];
        for entry in ENTRIES {
            match entry.formula {
                Formula::Total(tally) => used[tally as usize] = true,
                Formula::Ratio { top, bottom, .. } => {
                    top.iter().for_each(|tally| used[*tally as usize] = true);
                    bottom.terms.iter().for_each(|(tally, _)| used[*tally as usize] = true);
                }
                Formula::Distribution(_) | Formula::County { .. } => {}
            }
        }
        let idle: Vec<usize> = (0..TALLIES).filter(|index| !used[*index]).collect();
        assert!(idle.is_empty(), "tallies without a measure: {idle:?}");
    }

    #[test]
    fn each_payer_has_its_measure() {
        for payer in Payer::ALL {
            let expected = format!("paid_{}_per_head", payer.name());
            assert_eq!(paid_measure(payer), expected);
            assert!(info(&expected).is_some(), "{expected}");
        }
    }

    #[test]
    fn an_unknown_id_has_no_measure() {
        assert!(info("poverty_return_rate").is_some());
        assert!(info("poverty_return").is_none());
        assert!(group_label("income_6").is_none());
    }
}
