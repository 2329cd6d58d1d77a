//! The text of `sensitivity.csv` and `sensitivity_parameters.csv`.

use super::{QUANTITIES, Sensitivity, describe, unit_and_label};
use crate::design::bootstrap::Estimate;
use crate::measures::files::{NotFinite, Table};
use crate::measures::table::Statistics;
use crate::uncertainty::Scale;

/// File name of what was found.
pub const SENSITIVITY_CSV: &str = "sensitivity.csv";
/// Columns of what was found: a row a statistic; the parameter is empty where a row is about a method as a whole.
pub const SENSITIVITY_HEAD: &str = "method,quantity,unit,parameter,statistic,value,ci_low,ci_high,count";
/// File name of what was varied.
pub const PARAMETERS_CSV: &str = "sensitivity_parameters.csv";
/// Columns of what was varied.
pub const PARAMETERS_HEAD: &str = "parameter,value,low,high,scale,unit,status,description,description_zh";

/// A row in the making.
struct Row<'a> {
    method: &'a str,
    quantity: Option<usize>,
    parameter: &'a str,
    statistic: &'a str,
}

struct Writer(Table);

impl Writer {
    fn number(
        &mut self,
        row: &Row<'_>,
        value: f64,
        ends: Option<(f64, f64)>,
        count: usize,
    ) -> Result<(), NotFinite> {
        let quantity = row.quantity.map_or("", |at| QUANTITIES[at]);
        // Indices, shares and counts have no unit of their quantity.
        let bare =
            matches!(row.statistic, "first_order" | "total" | "monte_carlo_share" | "points" | "refused");
        let unit = row.quantity.filter(|_| !bare).map_or("", |at| unit_and_label(at).0);
        let unit = if row.statistic == "variance" { format!("{unit}²") } else { unit.to_owned() };
        self.0.text(row.method).text(quantity).text(&unit).text(row.parameter).text(row.statistic);
        self.0.number(Some(value))?.number(ends.map(|ends| ends.0))?.number(ends.map(|ends| ends.1))?;
        self.0.whole(i64::try_from(count).unwrap_or(i64::MAX)).end();
        Ok(())
    }

    fn estimate(&mut self, row: &Row<'_>, estimate: Option<Estimate>, count: usize) -> Result<(), NotFinite> {
        estimate.map_or(Ok(()), |e| self.number(row, e.value, e.interval, count))
    }

    fn statistics(&mut self, row: &Row<'_>, s: &Statistics) -> Result<(), NotFinite> {
        let Some(mean) = s.mean else { return Ok(()) };
        self.number(row, mean, s.ci_low.zip(s.ci_high), s.replicates as usize)
    }
}

impl Sensitivity {
    /// The text of `sensitivity.csv`. Shares are shares, not percent; intervals are those of a bootstrap for `morris` and `sobol`,
    /// t intervals over replicates for `tornado` and `values`; the count is that of elementary effects, rows or replicates.
    ///
    /// # Errors
    /// [`NotFinite`].
    pub fn csv(&self) -> Result<Vec<u8>, NotFinite> {
        let mut writer = Writer(Table::new(SENSITIVITY_CSV, SENSITIVITY_HEAD));
        for quantity in 0..QUANTITIES.len() {
            let row =
                |method, parameter, statistic| Row { method, quantity: Some(quantity), parameter, statistic };
            writer.statistics(&row("values", "", "difference"), &describe(&self.centre[quantity]))?;
            self.screening_rows(&mut writer, quantity, &row)?;
            self.variance_rows(&mut writer, quantity, &row)?;
            for (factor, parameter) in self.factors.iter().enumerate() {
                let Some(swing) = self.swing(quantity, factor) else { continue };
                writer.statistics(&row("tornado", &parameter.key, "at_low"), &swing.ends[0])?;
                writer.statistics(&row("tornado", &parameter.key, "at_high"), &swing.ends[1])?;
                writer.statistics(&row("tornado", &parameter.key, "swing"), &swing.swing)?;
            }
        }
        for (method, points) in self.points() {
            let row = |statistic| Row { method, quantity: None, parameter: "", statistic };
            writer.number(&row("points"), whole(points.count()), None, points.count())?;
            writer.number(&row("refused"), whole(points.refusals()), None, points.count())?;
        }
        Ok(writer.0.finish())
    }

    /// The points of each step that was done.
    pub fn points(&self) -> impl Iterator<Item = (&'static str, &super::Points)> {
        let morris = self.screening.as_ref().map(|found| ("morris", &found.points));
        let sobol = self.variance.as_ref().map(|found| ("sobol", &found.points));
        let tornado = self.tornado.as_ref().map(|found| ("tornado", &found.points));
        [morris, sobol, tornado].into_iter().flatten()
    }

    fn screening_rows<'a>(
        &'a self,
        writer: &mut Writer,
        quantity: usize,
        row: &impl Fn(&'a str, &'a str, &'a str) -> Row<'a>,
    ) -> Result<(), NotFinite> {
        let Some(screening) = &self.screening else { return Ok(()) };
        for (parameter, screened) in self.factors.iter().zip(&screening.screened[quantity]) {
            let Some(found) = screened else { continue };
            let row = |statistic| row("morris", &parameter.key, statistic);
            writer.estimate(&row("mu"), Some(found.mu), found.effects)?;
            writer.estimate(&row("mu_star"), Some(found.mu_star), found.effects)?;
            writer.estimate(&row("sigma"), found.sigma, found.effects)?;
        }
        if let Some(noise) = screening.points.noise(quantity) {
            let count = screening.points.count();
            writer.number(&row("morris", "", "monte_carlo_share"), noise.share, None, count)?;
        }
        Ok(())
    }

    fn variance_rows<'a>(
        &'a self,
        writer: &mut Writer,
        quantity: usize,
        row: &impl Fn(&'a str, &'a str, &'a str) -> Row<'a>,
    ) -> Result<(), NotFinite> {
        let Some(variance) = &self.variance else { return Ok(()) };
        let found = &variance.indices[quantity];
        for (at, factor) in variance.factors.iter().enumerate() {
            let key = &self.factors[*factor].key;
            writer.estimate(&row("sobol", key, "first_order"), found.first[at], found.complete[at])?;
            writer.estimate(&row("sobol", key, "total"), found.total[at], found.complete[at])?;
        }
        writer.estimate(&row("sobol", "", "mean"), found.mean, found.rows)?;
        writer.estimate(&row("sobol", "", "variance"), found.variance, found.rows)?;
        if let Some(noise) = variance.points.noise(quantity) {
            let count = variance.points.count();
            writer.number(&row("sobol", "", "monte_carlo_share"), noise.share, None, count)?;
        }
        Ok(())
    }

    /// The text of `sensitivity_parameters.csv`.
    ///
    /// # Errors
    /// [`NotFinite`].
    pub fn parameters_csv(&self) -> Result<Vec<u8>, NotFinite> {
        let mut table = Table::new(PARAMETERS_CSV, PARAMETERS_HEAD);
        for factor in &self.factors {
            table.text(&factor.key).number(Some(factor.value))?;
            table.number(Some(factor.at(0.0)))?.number(Some(factor.at(1.0)))?;
            let scale = if factor.prior.scale == Scale::Log { "log" } else { "linear" };
            table.text(scale).text(&factor.unit).text(factor.status.name());
            table.text(&factor.description.en).text(&factor.description.zh).end();
        }
        Ok(table.finish())
    }
}

/// A count as a number.
fn whole(count: usize) -> f64 {
    f64::from(u32::try_from(count).expect("points are far fewer than 2^32"))
}
