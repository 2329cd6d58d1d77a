//! The headline differences of a run at drawn parameters with both intervals, as LaTeX (booktabs) and CSV, in both languages.

use std::fmt::Write;

use super::charts::Setting;
use super::style::signed;
use super::tables::{escape, stacked};
use crate::measures::files::{NotFinite, Table};
use crate::measures::table::Results;
use crate::scenario::plan::Language;
use crate::uncertainty::table::{HEADLINE, Row, difference, unit_and_label};

/// Columns of the CSV form.
const HEAD: &str = "regime,label,quantity,group,unit,year,mean,monte_carlo_low,monte_carlo_high,parameter_low,parameter_high,draws,replicates";

/// Rows of the table: regimes with their differences in each headline quantity.
fn rows(results: &Results) -> Vec<(usize, Vec<Option<&Row>>)> {
    let of = |regime: usize| {
        let id = &results.regimes[regime].0;
        let cells =
            HEADLINE.iter().map(|(measure, group)| difference(&results.uncertainty, id, measure, group));
        (regime, cells.collect::<Vec<Option<&Row>>>())
    };
    (0..results.regimes.len()).map(of).filter(|(_, cells)| cells.iter().any(Option::is_some)).collect()
}

/// As CSV, a row a number; shares in percentage points.
///
/// # Errors
/// [`NotFinite`] if a number is not.
pub fn csv(results: &Results, file: &'static str, setting: &Setting) -> Result<Vec<u8>, NotFinite> {
    let mut table = Table::new(file, HEAD);
    for (regime, cells) in rows(results) {
        for row in cells.into_iter().flatten() {
            let (unit, scale) = shown(row);
            let found = &row.components;
            table.text(&results.regimes[regime].0).text(setting.regime(results, regime));
            table.text(row.subject.measure).text(&row.subject.group).text(unit).text(&row.subject.year);
            table.number(Some(found.mean * scale))?;
            for ends in [found.monte_carlo, found.parameter] {
                table.number(ends.map(|ends| ends.0 * scale))?.number(ends.map(|ends| ends.1 * scale))?;
            }
            table.text(&found.draws.to_string()).text(&found.replicates.to_string()).end();
        }
    }
    Ok(table.finish())
}

/// As LaTeX, to be put in by `\input`; it needs `booktabs`, and for Chinese a class or package that sets it.
#[must_use]
pub fn latex(results: &Results, setting: &Setting) -> String {
    let rows = rows(results);
    let mut tex = String::from(
        setting.pick("% \\usepackage{booktabs}\n", "% \\usepackage{booktabs}，并用 ctex 或 xeCJK 排中文\n"),
    );
    let _ = write!(tex, "\\begin{{tabular}}{{l*{{{}}}{{r}}}}\n\\toprule\n", HEADLINE.len());
    for (at, (measure, _)) in HEADLINE.iter().enumerate() {
        let (unit, label) = unit_and_label(measure);
        let unit = if unit == "share" {
            setting.pick("points", "百分点")
        } else {
            setting.pick("yuan of 2020", "2020年价，元")
        };
        let year = rows
            .iter()
            .find_map(|(_, cells)| cells[at])
            .map_or_else(String::new, |row| row.subject.year.replace('-', "–"));
        let head = match setting.language {
            Language::En => format!("{} ({unit}, {year})", label.en),
            Language::Zh => format!("{}（{unit}，{year}）", label.zh),
        };
        let _ = write!(tex, " & \\shortstack[r]{{{}}}", stacked(&head));
    }
    tex += " \\\\\n\\midrule\n";
    for (regime, cells) in &rows {
        tex += &escape(setting.regime(results, *regime));
        row_of(&mut tex, cells, |row, form| Some(form(row.components.mean)));
        row_of(&mut tex, cells, |row, form| ends(row.components.monte_carlo, ["[", "]"], form));
        row_of(&mut tex, cells, |row, form| ends(row.components.parameter, ["\\{", "\\}"], form));
    }
    let most = results.uncertainty.iter().map(|row| row.components.draws).max().unwrap_or(0);
    let note = match setting.language {
        Language::En => format!(
            "Paired differences; in brackets the 95\\% interval of the mean as far as chance goes, in braces 95\\% of {most} draws of \
             parameters, chance taken out."
        ),
        Language::Zh => format!(
            "配对差异；方括号为仅计随机误差的均值95\\%区间，花括号为{most}组参数抽样的95\\%范围（已扣除随机误差）。"
        ),
    };
    let _ = write!(
        tex,
        "\\bottomrule\n\\multicolumn{{{}}}{{l}}{{\\footnotesize {note}}}\n\\end{{tabular}}\n",
        HEADLINE.len() + 1
    );
    tex.replace('−', "$-$").replace('+', "$+$")
}

/// Unit and scale in which a row is shown.
fn shown(row: &Row) -> (&'static str, f64) {
    match unit_and_label(row.subject.measure).0 {
        "share" => ("percentage_points", 100.0),
        unit => (unit, 1.0),
    }
}

/// A line of the table.
fn row_of(
    tex: &mut String,
    cells: &[Option<&Row>],
    text: impl Fn(&Row, &dyn Fn(f64) -> String) -> Option<String>,
) {
    for cell in cells {
        let text = cell.and_then(|row| {
            let (_, scale) = shown(row);
            let decimals = if scale > 1.0 { 2 } else { 0 };
            text(row, &|value| signed(value * scale, decimals))
        });
        let _ = write!(tex, " & {}", text.unwrap_or_default());
    }
    *tex += " \\\\\n";
}

/// An interval between its brackets.
fn ends(ends: Option<(f64, f64)>, [open, close]: [&str; 2], form: &dyn Fn(f64) -> String) -> Option<String> {
    ends.map(|(low, high)| format!("{{\\footnotesize {open}{}, {}{close}}}", form(low), form(high)))
}
