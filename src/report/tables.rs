//! The main table of a paper: regimes by what they do, as LaTeX (booktabs) and CSV, in both languages.

// A table is small; its templates read better as texts than as calls.
#![allow(clippy::format_push_string)]

use super::store::StoreError;
use super::style::{number, signed};
use crate::measures::files::Table;
use crate::measures::statistics::{CriticalValues, difference};
use crate::measures::table::{Results, Statistics};
use crate::report::charts::Setting;
use crate::scenario::plan::Language;
use crate::units::Year;

/// Columns of the CSV form.
const HEAD: &str = "panel,regime,label,quantity,unit,year,mean,ci_low,ci_high,replicates";

/// A column of the table.
struct Quantity {
    measure: &'static str,
    group: &'static str,
    when: When,
    head: [&'static str; 2],
    scale: f64,
    decimals: usize,
    unit: &'static str,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum When {
    LastYear,
    MeanOverYears,
}

const fn percent(
    measure: &'static str,
    group: &'static str,
    when: When,
    head: [&'static str; 2],
) -> Quantity {
    Quantity { measure, group, when, head, scale: 100.0, decimals: 2, unit: "percent" }
}

const QUANTITIES: [Quantity; 7] = [
    percent("poverty_return_rate", "lifted", When::LastYear, ["Return rate (%)", "返贫率（%）"]),
    percent(
        "poverty_return_rate",
        "lifted",
        When::MeanOverYears,
        ["Return rate, yearly mean (%)", "返贫率年均值（%）"],
    ),
    percent("poverty_return_cumulative", "lifted", When::LastYear, ["Ever returned (%)", "累计返贫率（%）"]),
    percent("che_40_nonfood", "all", When::LastYear, ["Catastrophic spending (%)", "灾难性卫生支出（%）"]),
    // Beside it, since who can't pay spends nothing.
    percent(
        "forgone_for_money_rate",
        "all",
        When::LastYear,
        ["Care forgone for money (%)", "因贫放弃住院（%）"],
    ),
    Quantity {
        measure: "oop_per_head",
        group: "all",
        when: When::LastYear,
        head: ["Out of pocket (yuan)", "人均自付（元）"],
        scale: 1.0,
        decimals: 0,
        unit: "yuan_nominal",
    },
    Quantity {
        measure: "fund_spending_per_head",
        group: "all",
        when: When::LastYear,
        head: ["Paid by funds (yuan)", "人均基金支付（元）"],
        scale: 1.0,
        decimals: 0,
        unit: "yuan_nominal",
    },
];

/// The cells of a table: `[regime][quantity]`.
type Cells = Vec<[Statistics; QUANTITIES.len()]>;

/// The table of a run, ready to be written in either language.
pub struct MainTable<'r> {
    results: &'r Results,
    levels: Cells,
    differences: Cells,
    last: Option<Year>,
}

impl<'r> MainTable<'r> {
    /// Takes the table from results. Yearly means need the values per replicate.
    #[must_use]
    pub fn new(results: &'r Results) -> Self {
        let last = results.years.iter().max().copied();
        let of = |cell: &dyn Fn(usize, &Quantity) -> Statistics| {
            (0..results.regimes.len()).map(|r| QUANTITIES.each_ref().map(|q| cell(r, q))).collect()
        };
        let levels = of(&|r, q| level(results, r, q, last));
        let differences = of(&|r, q| paired(results, r, q, last));
        Self { results, levels, differences, last }
    }

    /// As CSV, a row a number.
    ///
    /// # Errors
    ///
    /// [`StoreError::NotFinite`].
    pub fn csv(&self, file: &'static str, setting: &Setting) -> Result<Vec<u8>, StoreError> {
        let mut table = Table::new(file, HEAD);
        for (panel, cells) in [("level", &self.levels), ("difference", &self.differences)] {
            for (index, row) in cells.iter().enumerate() {
                for (quantity, s) in QUANTITIES.iter().zip(row) {
                    let scaled = |v: Option<f64>| v.map(|v| v * quantity.scale);
                    table
                        .text(panel)
                        .text(&self.results.regimes[index].0)
                        .text(setting.regime(self.results, index));
                    table.text(quantity.measure).text(quantity.unit).text(&self.when(quantity));
                    table.number(scaled(s.mean))?.number(scaled(s.ci_low))?.number(scaled(s.ci_high))?;
                    table.text(&s.replicates.to_string()).end();
                }
            }
        }
        Ok(table.finish())
    }

    /// The numbers as texts, for a page or a paper.
    #[must_use]
    pub fn texts(&self, setting: &Setting) -> TableTexts {
        let heads = QUANTITIES.iter().map(|q| setting.pick(q.head[0], q.head[1]).to_owned()).collect();
        let when = QUANTITIES.iter().map(|q| self.when(q)).collect();
        let mut panels =
            vec![(setting.pick("Level", "水平").to_owned(), self.rows(setting, &self.levels, number))];
        let baseline = self.results.regimes.iter().position(|r| r.0 == self.results.baseline);
        if let Some(baseline) = baseline.filter(|_| self.results.regimes.len() > 1) {
            let name = setting.regime(self.results, baseline);
            let head = match setting.language {
                Language::En => format!("Difference to {name}, paired"),
                Language::Zh => format!("与{name}之差（配对）"),
            };
            panels.push((head, self.rows(setting, &self.differences, signed)));
        }
        TableTexts { heads, when, panels }
    }

    fn rows(&self, setting: &Setting, cells: &Cells, form: fn(f64, usize) -> String) -> Vec<RowText> {
        let defined = cells.iter().enumerate().filter(|(_, row)| row.iter().any(|s| s.mean.is_some()));
        defined
            .map(|(regime, row)| {
                let cells = QUANTITIES.iter().zip(row).map(|(quantity, s)| {
                    let text = |v: f64| form(v * quantity.scale, quantity.decimals);
                    let ends =
                        s.ci_low.zip(s.ci_high).map(|(low, high)| format!("[{}, {}]", text(low), text(high)));
                    (s.mean.map(text), ends)
                });
                RowText {
                    regime,
                    label: setting.regime(self.results, regime).to_owned(),
                    cells: cells.collect(),
                }
            })
            .collect()
    }

    /// As LaTeX, to be put in by `\input`; it needs `booktabs`, and for Chinese a class or package that sets it.
    #[must_use]
    pub fn latex(&self, setting: &Setting) -> String {
        let texts = self.texts(setting);
        let mut tex = String::from(
            setting
                .pick("% \\usepackage{booktabs}\n", "% \\usepackage{booktabs}，并用 ctex 或 xeCJK 排中文\n"),
        );
        let columns = QUANTITIES.len();
        tex += &format!("\\begin{{tabular}}{{l*{{{columns}}}{{r}}}}\n\\toprule\n");
        for head in &texts.heads {
            tex += &format!(" & \\shortstack[r]{{{}}}", stacked(head));
        }
        tex += " \\\\\n";
        for when in &texts.when {
            tex += &format!(" & {}", escape(when));
        }
        tex += " \\\\\n";
        for (head, rows) in &texts.panels {
            tex += &format!(
                "\\midrule\n\\multicolumn{{{}}}{{l}}{{\\textit{{{}}}}} \\\\\n",
                columns + 1,
                escape(head)
            );
            for row in rows {
                latex_row(&mut tex, row);
            }
        }
        tex += "\\bottomrule\n\\end{tabular}\n";
        tex.replace('−', "$-$").replace('+', "$+$")
    }

    fn when(&self, quantity: &Quantity) -> String {
        let last = self.last.map_or_else(String::new, |y| y.number().to_string());
        match quantity.when {
            When::LastYear => last,
            When::MeanOverYears => {
                let first =
                    self.results.years.iter().min().map_or_else(String::new, |y| y.number().to_string());
                format!("{first}–{last}")
            }
        }
    }
}

/// The numbers of a table as texts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableTexts {
    /// Heads of the columns, with their unit in brackets.
    pub heads: Vec<String>,
    /// The year or years of each column.
    pub when: Vec<String>,
    /// Head and rows of each panel.
    pub panels: Vec<(String, Vec<RowText>)>,
}

/// A regime's row of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowText {
    /// Its place in the scenario's order.
    pub regime: usize,
    /// Its label.
    pub label: String,
    /// Number and interval of each column.
    pub cells: Vec<(Option<String>, Option<String>)>,
}

fn latex_row(tex: &mut String, row: &RowText) {
    *tex += &escape(&row.label);
    for (number, _) in &row.cells {
        *tex += &format!(" & {}", number.as_deref().unwrap_or("--"));
    }
    *tex += " \\\\\n";
    if row.cells.iter().any(|cell| cell.1.is_some()) {
        for (_, ends) in &row.cells {
            let ends = ends.as_ref().map(|ends| format!("{{\\footnotesize {ends}}}"));
            *tex += &format!(" & {}", ends.unwrap_or_default());
        }
        *tex += " \\\\\n";
    }
}

fn level(results: &Results, regime: usize, quantity: &Quantity, last: Option<Year>) -> Statistics {
    match quantity.when {
        When::LastYear => results
            .measures
            .iter()
            .find(|r| {
                r.measure == quantity.measure
                    && r.group == quantity.group
                    && r.regime == results.regimes[regime].0
                    && Some(r.year) == last
            })
            .map(|r| r.statistics)
            .unwrap_or_default(),
        When::MeanOverYears => {
            let values: Vec<f64> =
                yearly_means(results, regime, quantity).into_iter().map(|(_, v)| v).collect();
            CriticalValues::up_to(values.len()).describe(&values)
        }
    }
}

fn paired(results: &Results, regime: usize, quantity: &Quantity, last: Option<Year>) -> Statistics {
    let baseline = results.regimes.iter().position(|r| r.0 == results.baseline);
    let Some(baseline) = baseline.filter(|b| *b != regime) else { return Statistics::default() };
    match quantity.when {
        When::LastYear => results
            .differences
            .iter()
            .find(|r| {
                r.measure == quantity.measure
                    && r.group == quantity.group
                    && r.regime == results.regimes[regime].0
                    && Some(r.year) == last
            })
            .map(|r| r.statistics)
            .unwrap_or_default(),
        When::MeanOverYears => {
            let base = yearly_means(results, baseline, quantity);
            let both: Vec<(f64, f64)> = yearly_means(results, regime, quantity)
                .into_iter()
                .filter_map(|(k, value)| base.iter().find(|b| b.0 == k).map(|b| (value, b.1)))
                .collect();
            let (own, other): (Vec<f64>, Vec<f64>) = both.into_iter().unzip();
            difference(&own, &other, &CriticalValues::up_to(own.len())).0
        }
    }
}

/// Mean over the years in which the measure is defined, by replicate.
fn yearly_means(results: &Results, regime: usize, quantity: &Quantity) -> Vec<(u32, f64)> {
    let group = results.groups.iter().position(|g| g == quantity.group);
    let mut cells: Vec<(u32, Year, f64)> = results
        .cells
        .iter()
        .filter(|c| usize::from(c.regime) == regime && Some(usize::from(c.group)) == group)
        .filter(|c| crate::measures::catalogue::MEASURES[usize::from(c.measure)].id == quantity.measure)
        .map(|c| (c.replicate, c.year, c.value))
        .collect();
    cells.sort_by_key(|c| (c.0, c.1));
    // Years are some dozens.
    #[allow(clippy::cast_precision_loss)]
    let mean = |of: &[(u32, Year, f64)]| of.iter().map(|c| c.2).sum::<f64>() / of.len() as f64;
    cells.chunk_by(|a, b| a.0 == b.0).map(|replicate| (replicate[0].0, mean(replicate))).collect()
}

/// A heading over two lines, its unit below.
pub(super) fn stacked(head: &str) -> String {
    let head = escape(head);
    match head.find([' ', '（']).filter(|_| head.contains('(') || head.contains('（')) {
        Some(_) => {
            let at = head.rfind(['(', '（']).unwrap_or(0);
            format!("{}\\\\{}", head[..at].trim_end(), &head[at..])
        }
        None => head,
    }
}

/// Text made safe for LaTeX.
pub(super) fn escape(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '&' | '%' | '$' | '#' | '_' | '{' | '}' => out.extend(['\\', c]),
            '\\' => out += "\\textbackslash{}",
            '~' => out += "\\textasciitilde{}",
            '^' => out += "\\textasciicircum{}",
            '–' => out += "--",
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn latex_is_safe_from_labels() {
        assert_eq!(escape("50% & a_b {x} \\ 2021–35"), "50\\% \\& a\\_b \\{x\\} \\textbackslash{} 2021--35");
        assert_eq!(stacked("Return rate (%)"), "Return rate\\\\(\\%)");
        assert_eq!(stacked("返贫率（%）"), "返贫率\\\\（\\%）");
    }
}
