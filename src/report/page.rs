//! `report.html`: one page with everything, readable offline and without scripts.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::RunMeta;
use super::charts::{Chart, Setting, language_tag};
use super::render::render;
use super::tables::{MainTable, TableTexts};
use crate::gap::{GAP_CSV, HANDOVERS_CSV};
use crate::measures::catalogue::info;
use crate::measures::table::Results;
use crate::scenario::plan::{ChartFormat, Output};

const CSS: &str = include_str!("page.css");

/// Measures that charts and table show, with their definitions in Chinese; those in English are the catalogue's.
const SHOWN: [(&str, &str); 9] = [
    (
        "poverty_return_rate",
        "上年未处于净贫困的脱贫户人口中，当年陷入净贫困者所占比例（年度进入率，同一户多次返贫分别计入）。",
    ),
    (
        "poverty_return_cumulative",
        "政策转换时在世的脱贫户人口中，其所在户此后曾陷入净贫困者所占比例；死亡与返贫互为竞争，应与“返贫或死亡”一并阅读。",
    ),
    ("che_40_nonfood", "自付医疗费用达到或超过非食品消费支出40%的户中人口所占比例。"),
    ("forgone_for_money_rate", "需要住院而因价格或缺少现金未住院的次数占全部需要住院次数的比例。"),
    ("oop_per_head", "各项报销之后由农户在就医时支付的费用，不含保费，按人平均。"),
    ("fund_spending_per_head", "各层保障支付的金额，按人平均；与自付费用之和为医疗总费用。"),
    ("aid_spending_per_head", "县医疗救助基金当年支出（含资助参保），按人平均。"),
    ("fund_balance_per_head", "县医疗救助基金年末结余，按人平均；赤字结转，超支时为负。"),
    ("aid_met_share", "按规定应付的医疗救助中当年实际支付的比例，每年1月1日公布。"),
];

/// A language's part of the page.
pub struct Edition<'p> {
    /// Its language, and how its charts were drawn.
    pub setting: Setting,
    /// Its charts, inlined in this order.
    pub charts: &'p [Chart],
}

/// The page.
#[must_use]
pub fn page(
    results: &Results,
    meta: &RunMeta,
    output: &Output,
    scenario_hash: &str,
    editions: &[Edition<'_>],
) -> String {
    let table = MainTable::new(results);
    let title = editions.first().map_or(results.scenario.as_str(), |e| title(results, meta, &e.setting));
    let page = html! {
        (DOCTYPE)
        html lang=(editions.first().map_or("en", |e| language_tag(e.setting.language))) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) }
                style { (PreEscaped(CSS)) }
            }
            body {
                @if editions.len() > 1 { (switch(editions)) }
                main {
                    @for edition in editions {
                        div class=(language_tag(edition.setting.language)) lang=(language_tag(edition.setting.language)) {
                            (self::edition(results, meta, scenario_hash, &table, edition, &output.formats))
                        }
                    }
                }
            }
        }
    };
    page.into_string() + "\n"
}

/// Two radio buttons; the style sheet hides what is not chosen.
fn switch(editions: &[Edition<'_>]) -> Markup {
    let tag = |e: &Edition<'_>| language_tag(e.setting.language);
    html! {
        @for (i, edition) in editions.iter().enumerate() {
            input.switch type="radio" name="language" id=(tag(edition)) checked[i == 0];
        }
        nav.languages {
            @for edition in editions {
                label for=(tag(edition)) { (edition.setting.pick("English", "中文")) }
            }
        }
    }
}

fn title<'m>(results: &'m Results, meta: &'m RunMeta, setting: &Setting) -> &'m str {
    let title = setting.bilingual(&meta.title);
    if title.is_empty() { &results.scenario } else { title }
}

fn edition(
    results: &Results,
    meta: &RunMeta,
    scenario_hash: &str,
    table: &MainTable<'_>,
    edition: &Edition<'_>,
    formats: &[ChartFormat],
) -> Markup {
    let s = &edition.setting;
    html! {
        h1 { (title(results, meta, s)) }
        p.lead { (s.bilingual(&meta.description)) }
        h2 { (s.pick("Key numbers", "主要结果")) }
        (numbers(&table.texts(s)))
        p { (about_numbers(meta, s)) }
        @if !edition.charts.is_empty() {
            h2 { (s.pick("Charts", "图")) }
            @for chart in edition.charts { (figure(chart, formats)) }
        }
        h2 { (s.pick("How to read this", "阅读说明")) }
        (reading(s))
        h2 { (s.pick("Definitions", "指标定义")) }
        (definitions(s))
        h2 { (s.pick("Files", "文件")) }
        (files(meta, s))
        h2 { (s.pick("To run this again", "复现信息")) }
        (provenance(meta, scenario_hash, s))
    }
}

/// What stands in brackets, and what differences are.
fn about_numbers(meta: &RunMeta, s: &Setting) -> &'static str {
    if meta.counts.replicates > 1 {
        return s.pick(
            "In brackets: 95% interval of the mean over replicates. Differences are paired: each replicate is compared \
             with itself under the baseline, with the same households and the same illnesses.",
            "方括号为各次重复模拟均值的95%置信区间。差值为配对比较：每次重复模拟中，同样的农户、同样的疾病，仅政策方案不同。",
        );
    }
    s.pick(
        "One replicate: the numbers have no interval. Differences are paired: regimes are compared on the same households \
         with the same illnesses.",
        "仅一次重复模拟，数字无区间。差值为配对比较：同样的农户、同样的疾病，仅政策方案不同。",
    )
}

fn numbers(table: &TableTexts) -> Markup {
    html! {
        div.scroll { table {
            thead { tr {
                th {}
                @for (head, when) in table.heads.iter().zip(&table.when) { th { (head) small { (when) } } }
            } }
            @for (head, rows) in &table.panels { tbody {
                tr { th colspan=(table.heads.len() + 1) scope="rowgroup" { (head) } }
                @for row in rows { tr {
                    td { (row.label) }
                    @for (number, ends) in &row.cells { td {
                        (number.as_deref().unwrap_or("–"))
                        @if let Some(ends) = ends { small { (ends) } }
                    } }
                } }
            } }
        } }
    }
}

fn figure(chart: &Chart, formats: &[ChartFormat]) -> Markup {
    let svg = String::from_utf8_lossy(&render(chart, ChartFormat::Svg)).into_owned();
    html! {
        figure {
            (PreEscaped(svg))
            figcaption { @for format in formats {
                a href=(super::chart_file(chart, *format)) { (super::extension(*format).to_uppercase()) } " "
            } }
        }
    }
}

fn reading(s: &Setting) -> Markup {
    let points: [(&str, &str); 4] = [
        (
            "Every regime is run on the same households with the same illnesses. Until the switch all follow the same \
             history, so a difference between regimes is the work of the regimes.",
            "各方案在同样的农户、同样的疾病上运行；转换年之前遵循同一历史，因此方案间的差异完全来自方案本身。",
        ),
        (
            "Net poverty is income per head less out-of-pocket payments, interest on illness debt and the household's \
             own premiums, below the official line. Return counts lifted people only.",
            "净贫困指人均收入扣除自付医疗费用、因病负债利息和自缴保费后低于国家扶贫标准；返贫仅计脱贫人口。",
        ),
        (
            "Intervals say how well the mean over replicates is known. They do not hold the uncertainty of parameters, which stands \
             in uncertainty.csv where parameters were drawn. The level of return is weakly identified by what is published; the differences are what to rely on.",
            "区间表示重复模拟均值的精度，不含参数不确定性；抽取参数时见uncertainty.csv。公开资料对返贫水平的识别较弱，应主要依据方案间差异。",
        ),
        (
            "Read spending together with care forgone for money: who can't pay spends nothing.",
            "自付费用应与因经济原因放弃治疗一并阅读：无力支付者支出为零。",
        ),
    ];
    html! { @for (en, zh) in points { p { (s.pick(en, zh)) } } }
}

fn definitions(s: &Setting) -> Markup {
    html! { dl {
        @for (info, zh) in SHOWN.iter().filter_map(|(id, zh)| info(id).map(|info| (info, zh))) {
            dt { (s.pick(info.label_en, info.label_zh)) " " code { (info.id) } }
            dd { (s.pick(info.definition, zh)) }
        }
    } }
}

fn files(meta: &RunMeta, s: &Setting) -> Markup {
    let always = [
        ("measures.csv", "every measure by regime, year and group", "各指标，按方案、年份、人群"),
        ("differences.csv", "paired differences to the baseline", "与基准方案的配对差值"),
        ("flows.csv", "households saved and lost", "避免返贫与新增返贫的户"),
        (
            "descent.csv",
            "households after a stroke, heart attack or cancer, by years since",
            "脑卒中、心肌梗死或癌症之后的农户，按发病后年数",
        ),
        (
            "outlay.csv",
            "public outlay over the years, and what it buys",
            "各年公共支出（贴现合计）及其保障效果",
        ),
        ("counties.csv", "how measures spread between counties", "各县指标的分布"),
        ("counties.parquet", "measures county by county and year", "各县各年指标"),
        ("replicates.parquet", "every measure by replicate", "各次重复模拟的指标"),
        ("scenario.resolved.toml", "everything in force, defaults included", "全部生效参数（含默认值）"),
        (
            "manifest.json",
            "what determines the result, and the hash of each file",
            "决定结果的全部信息及各文件哈希",
        ),
    ];
    let gap = [
        (
            GAP_CSV,
            "what the same bill is paid on both sides of each border of eligibility",
            "同一费用在各资格界线两侧的报销",
        ),
        (HANDOVERS_CSV, "what each change of policy gives or takes", "每次政策变动带来的增减"),
    ];
    let files = always.into_iter().chain(gap.into_iter().filter(|_| meta.gap.is_some()));
    html! { table.plain { tbody { @for (name, en, zh) in files {
        tr { td { a href=(name) { code { (name) } } } td { (s.pick(en, zh)) } }
    } } } }
}

fn provenance(meta: &RunMeta, scenario_hash: &str, s: &Setting) -> Markup {
    let counts = &meta.counts;
    let rows = [
        (s.pick("Program", "程序"), format!("fanpin {}", meta.version)),
        (s.pick("Seed", "随机种子"), meta.seed.to_string()),
        (s.pick("Scenario, SHA-256", "情景 SHA-256"), scenario_hash.to_owned()),
        (s.pick("Replicates", "重复次数"), counts.replicates.to_string()),
        (s.pick("Households per replicate", "每次重复户数"), counts.households.to_string()),
        (
            s.pick("Persons simulated per replicate in the first year", "每次重复首年模拟人数"),
            counts.persons.to_string(),
        ),
        (s.pick("Persons that they stand for", "所代表人数"), counts.persons_represented.to_string()),
        (s.pick("Person-years over all regimes", "全部方案人年数"), counts.person_years.to_string()),
    ];
    html! {
        table.plain { tbody { @for (name, value) in &rows {
            tr { td { (name) } td { code { (value) } } }
        } } }
        p { code { "fanpin run scenario.resolved.toml" } " "
            (s.pick("gives the same result, byte for byte.", "可逐字节复现本结果。")) }
    }
}
