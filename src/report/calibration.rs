//! What `fanpin calibrate` writes: tables, a fragment that scenarios extend, a record in words.

use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::calibration::belief::Belief;
use crate::calibration::told::{ParameterRow, Told, scale_name};
use crate::measures::files::{NotFinite, Table};
use crate::observation::Verdict;
use crate::report::store::sha256;

/// Draws from the posterior.
pub const POSTERIOR_CSV: &str = "posterior.csv";
/// The parameters at the best point, as a file that scenarios extend.
pub const FRAGMENT: &str = "calibrated.toml";

/// The split of figures into fitted and held out, as it was compiled in.
const SPLIT: &str = include_str!("../../data/calibration/split.csv");

/// SHA-256 of the split, in hexadecimal.
#[must_use]
pub fn split_hash() -> String {
    hash(SPLIT)
}

/// SHA-256 of a text, in hexadecimal.
#[must_use]
pub fn hash(text: &str) -> String {
    sha256(text.as_bytes())
}

/// A number in a text: four significant digits.
#[must_use]
pub fn shown(value: f64) -> String {
    if value == 0.0 {
        return "0".to_owned();
    }
    let magnitude = libm::floor(libm::log10(value.abs()));
    // Between 0 and 8.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let decimals = (3.0 - magnitude).clamp(0.0, 8.0) as usize;
    format!("{value:.decimals$}")
}

/// All files but charts and manifest, with their texts.
///
/// # Errors
/// [`NotFinite`].
pub fn files(told: &Told, command: &str) -> Result<Vec<(&'static str, String)>, NotFinite> {
    Ok(vec![
        (FRAGMENT, fragment(told, command)),
        (POSTERIOR_CSV, posterior(told, command)?),
        ("fit.csv", fit(told)?),
        ("parameters.csv", parameters(told)?),
        ("correlations.csv", correlations(told)?),
        ("waves.csv", waves(told)?),
        ("simulate.csv", simulated(told)?),
        ("calibration.json", super::store::json(&as_json(told, command))),
        ("calibration.md", record(told, command)),
    ])
}

/// Parameters at the best point.
#[must_use]
pub fn fragment(told: &Told, command: &str) -> String {
    let mut text = format!(
        "# Parameters at the best point of a calibration: a scenario with `extends` on this file takes them.\n\
         # Made by `{command}` (fanpin {}), split {}.\n\
         # {} of {} targets within their interval; model (published ± 1.96 errors), distance in errors:\n",
        env!("CARGO_PKG_VERSION"),
        &split_hash()[..12],
        told.within(),
        told.fit.len(),
    );
    for row in &told.fit {
        let _ = writeln!(
            text,
            "#   {:<22} {:>9} ({} ± {}) {:+.1}",
            row.figure.target.id,
            shown(row.model),
            shown(row.figure.target.value),
            shown(1.96 * row.figure.error.sd),
            row.residual
        );
    }
    text += "\nname = \"calibrated\"\n\
             title = { en = \"Calibrated parameters\", zh = \"校准后的参数\" }\n\
             description = { en = \"Society as fitted to published figures\", zh = \"按已发表指标拟合的社会参数\" }\n\
             source = \"fanpin calibrate; see calibration.md beside it\"\n";
    let mut rows: Vec<(&str, &str, &ParameterRow)> =
        told.parameters.iter().map(|row| (parent(&row.free.key), leaf(&row.free.key), row)).collect();
    rows.sort_by_key(|(parent, leaf, _)| (*parent, *leaf));
    let mut open = "";
    for (parent, leaf, row) in rows {
        if parent != open {
            let _ = writeln!(text, "\n[{parent}]");
            open = parent;
        }
        let summary = &row.summary;
        let pinned = if summary.is_pinned() { "" } else { "; not pinned down" };
        let _ = writeln!(
            text,
            "# {}: prior {} to {}, posterior {} ({} to {}){pinned}",
            row.description.0,
            shown(row.free.prior.low),
            shown(row.free.prior.high),
            shown(summary.mean),
            shown(summary.low),
            shown(summary.high),
        );
        let _ = writeln!(text, "{leaf} = {:?}", summary.best);
    }
    text
}

fn parent(key: &str) -> &str {
    key.rsplit_once('.').map_or("", |(parent, _)| parent)
}

/// The last segment of a key.
#[must_use]
pub fn leaf(key: &str) -> &str {
    key.rsplit('.').next().unwrap_or(key)
}

/// A row a draw, a column a key; row 0 is the best point.
fn posterior(told: &Told, command: &str) -> Result<String, NotFinite> {
    let mut text = format!(
        "# Draws of parameters from the posterior of a calibration; draw 0 is the best point.\n\
         # {command}; fanpin {}; split {}\ndraw,{}\n",
        env!("CARGO_PKG_VERSION"),
        split_hash(),
        told.keys().join(",")
    );
    for (number, draw) in told.draws.iter().enumerate() {
        let _ = write!(text, "{number}");
        for (value, key) in draw.iter().zip(told.keys()) {
            let value = crate::measures::files::finite(*value, POSTERIOR_CSV, || key.to_owned())?;
            let _ = write!(text, ",{value:?}");
        }
        text.push('\n');
    }
    Ok(text)
}

fn text_of(table: Table) -> String {
    String::from_utf8_lossy(&table.finish()).into_owned()
}

fn fit(told: &Told) -> Result<String, NotFinite> {
    let mut table = Table::new(
        "fit.csv",
        "target,name,unit,published,error_sd,published_low,published_high,model,model_se,prior_low,prior_high,posterior_mean,\
         posterior_low,posterior_high,residual,verdict,emulator_explained,source",
    );
    for row in &told.fit {
        let target = &row.figure.target;
        let (low, high) = row.figure.interval();
        table.text(&target.id).text(&target.name).text(&target.unit);
        table
            .number(Some(target.value))?
            .number(Some(row.figure.error.sd))?
            .number(Some(low))?
            .number(Some(high))?;
        table.number(Some(row.model))?.number(Some(row.noise))?;
        table.number(Some(row.prior.0))?.number(Some(row.prior.1))?;
        table.number(row.posterior.map(|p| p.1))?.number(row.posterior.map(|p| p.0))?;
        table.number(row.posterior.map(|p| p.2))?.number(Some(row.residual))?;
        table.text(row.verdict.name()).number(Some(row.explained))?.text(&target.source).end();
    }
    Ok(text_of(table))
}

fn parameters(told: &Told) -> Result<String, NotFinite> {
    let mut table = Table::new(
        "parameters.csv",
        "name,key,unit,prior_low,prior_high,scale,prior_centre,before,best,mean,sd,q025,q975,variance_removed,pinned",
    );
    for row in &told.parameters {
        let (prior, summary) = (&row.free.prior, &row.summary);
        table.text(&row.name).text(&row.free.key).text(&row.unit);
        table.number(Some(prior.low))?.number(Some(prior.high))?.text(scale_name(prior.scale));
        table
            .number(centre(row))?
            .number(row.before)?
            .number(Some(summary.best))?
            .number(Some(summary.mean))?;
        table.number(Some(summary.sd))?.number(Some(summary.low))?.number(Some(summary.high))?;
        table.number(Some(summary.removed))?.text(if summary.is_pinned() { "yes" } else { "no" }).end();
    }
    Ok(text_of(table))
}

fn correlations(told: &Told) -> Result<String, NotFinite> {
    let mut table = Table::new("correlations.csv", "key,other,correlation");
    let keys = told.keys();
    for (i, row) in told.correlations.iter().enumerate() {
        for (j, correlation) in row.iter().enumerate().filter(|(j, _)| *j != i) {
            table.text(keys[i]).text(keys[j]).number(Some(*correlation))?.end();
        }
    }
    Ok(text_of(table))
}

fn count(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn waves(told: &Told) -> Result<String, NotFinite> {
    let mut table = Table::new(
        "waves.csv",
        "wave,points,refused,lowest_misfit,rank,cutoff,not_implausible_share,explained_least,explained_median",
    );
    for wave in &told.waves {
        table.whole(count(wave.wave)).whole(count(wave.points)).whole(count(wave.refused));
        table.number(Some(wave.lowest_misfit))?.whole(count(wave.rank)).number(Some(wave.cutoff))?;
        table.number(Some(wave.share))?.number(Some(wave.explained.0))?.number(Some(wave.explained.1))?.end();
    }
    Ok(text_of(table))
}

/// All points, for emulators of others: parameter values by the share of their prior, then mean and Monte Carlo variance of each target.
fn simulated(told: &Told) -> Result<String, NotFinite> {
    const NAME: &str = "simulate.csv";
    let targets = told.fit.iter().map(|row| row.figure.target.id.as_str());
    let targets: Vec<String> = targets.flat_map(|id| [id.to_owned(), format!("{id}:variance")]).collect();
    let mut text = format!("point,{},{}\n", told.keys().join(","), targets.join(","));
    for (number, one) in told.simulated.iter().enumerate() {
        let _ = write!(text, "{number}");
        let values = told.parameters.iter().zip(&one.point).map(|(row, share)| row.free.prior.at(*share));
        let outcomes = one.outcomes.iter().flat_map(|outcome| [outcome.mean, outcome.variance]);
        for value in values.chain(outcomes) {
            let _ =
                write!(text, ",{:?}", crate::measures::files::finite(value, NAME, || "a number".to_owned())?);
        }
        text.push('\n');
    }
    Ok(text)
}

/// The calibration as JSON.
#[must_use]
pub fn as_json(told: &Told, command: &str) -> Value {
    let fit = told.fit.iter().map(|row| {
        let target = &row.figure.target;
        json!({
            "target": target.id, "unit": target.unit, "published": target.value, "error_sd": row.figure.error.sd,
            "model": row.model, "model_se": row.noise, "prior": [row.prior.0, row.prior.1],
            "posterior": row.posterior.map(|(low, mean, high)| json!({ "mean": mean, "low": low, "high": high })),
            "residual": row.residual, "verdict": row.verdict.name(), "emulator_explained": row.explained,
        })
    });
    let parameters = told.parameters.iter().map(|row| {
        let summary = &row.summary;
        json!({
            "name": row.name, "key": row.free.key, "unit": row.unit,
            "prior": { "low": row.free.prior.low, "high": row.free.prior.high, "scale": scale_name(row.free.prior.scale), "shape": row.belief.name(), "centre": centre(row) },
            "before": row.before, "best": summary.best, "mean": summary.mean, "sd": summary.sd, "q025": summary.low,
            "q975": summary.high, "variance_removed": summary.removed, "pinned": summary.is_pinned(),
        })
    });
    let waves = told.waves.iter().map(|wave| {
        json!({
            "wave": wave.wave, "points": wave.points, "refused": wave.refused, "lowest_misfit": wave.lowest_misfit,
            "rank": wave.rank, "cutoff": wave.cutoff, "not_implausible_share": wave.share,
            "explained": { "least": wave.explained.0, "median": wave.explained.1 },
        })
    });
    json!({
        "program": "fanpin", "version": env!("CARGO_PKG_VERSION"), "command": command, "scenario": told.scenario,
        "split_sha256": split_hash(), "tails": told.settings.tails.name(), "seed": told.seed, "households": told.size.households, "replicates": told.size.replicates,
        "simulations": told.simulations, "misfit": told.misfit, "emulated_misfit": told.emulated_misfit,
        "within": told.within(), "targets": told.fit.len(),
        "chain": {
            "accepted": told.accepted, "autocorrelation_steps": told.autocorrelation, "effective_draws": told.effective,
        },
        "verified": told.verified, "foretold_within_two": told.foretold,
        "fit": fit.collect::<Vec<_>>(), "parameters": parameters.collect::<Vec<_>>(), "waves": waves.collect::<Vec<_>>(),
    })
}

/// The record in Markdown.
#[must_use]
pub fn record(told: &Told, command: &str) -> String {
    let mut text = format!(
        "# Calibration of `{}`\n\n```sh\n{command}\n```\n\n\
         fanpin {}; figures split into fitted and held out by `data/calibration/split.csv`, SHA-256 `{}`.\n\
         {} simulations of {} households × {} replicates, seed {}; {} free parameters, {} targets.\n\n\
         **{} of {} targets lie within their interval** (published value ± 1.96 errors, fixed before the fit) at the best point; \
         misfit {:.1}.\n",
        told.scenario,
        env!("CARGO_PKG_VERSION"),
        split_hash(),
        told.simulations,
        told.size.households,
        told.size.replicates,
        told.seed,
        told.parameters.len(),
        told.fit.len(),
        told.within(),
        told.fit.len(),
        told.misfit,
    );
    fit_table(told, &mut text);
    parameter_table(told, &mut text);
    correlation_table(told, &mut text);
    wave_table(told, &mut text);
    let foretold = told.foretold.map_or_else(String::new, |share| {
        format!(
            " Of {} draws that were simulated, {:.0} % of the figures lie within two standard errors of what the emulators said.",
            told.verified,
            100.0 * share
        )
    });
    let _ = writeln!(
        text,
        "\nPosterior: {:.0} % of moves taken, a walker forgets in {:.0} steps, the chain is worth {:.0} independent draws; {} of them are in \
         `{POSTERIOR_CSV}`.{foretold}",
        100.0 * told.accepted,
        told.autocorrelation,
        told.effective,
        told.draws.len() - 1,
    );
    text
}

fn fit_table(told: &Told, text: &mut String) {
    text.push_str(
        "\n## Fit\n\n| target | what | unit | published ± 1.96 errors | model | posterior (95 %) | distance, errors | verdict |\n\
         |---|---|---|---:|---:|---:|---:|---|\n",
    );
    for row in &told.fit {
        let target = &row.figure.target;
        let posterior = row
            .posterior
            .map_or_else(String::new, |(low, _, high)| format!("{} to {}", shown(low), shown(high)));
        let verdict = match row.verdict {
            Verdict::Within => "within".to_owned(),
            verdict => format!("**{}**", verdict.name()),
        };
        let _ = writeln!(
            text,
            "| {} | {} | {} | {} ± {} | {} | {posterior} | {:+.1} | {verdict} |",
            target.id,
            target.name.replace('|', "\\|"),
            target.unit,
            shown(target.value),
            shown(1.96 * row.figure.error.sd),
            shown(row.model),
            row.residual,
        );
    }
}

fn parameter_table(told: &Told, text: &mut String) {
    text.push_str(
        "\n## Parameters\n\n| key | unit | prior | before | best | posterior (95 %) | variance removed |\n\
         |---|---|---:|---:|---:|---:|---:|\n",
    );
    for row in &told.parameters {
        let (prior, summary) = (&row.free.prior, &row.summary);
        let _ = writeln!(
            text,
            "| `{}` | {} | {} to {} ({}{}) | {} | {} | {} ({} to {}) | {:.0} %{} |",
            row.free.key,
            row.unit,
            shown(prior.low),
            shown(prior.high),
            scale_name(prior.scale),
            centre(row).map_or_else(String::new, |centre| format!(", normal about {}", shown(centre))),
            row.before.map_or_else(String::new, shown),
            shown(summary.best),
            shown(summary.mean),
            shown(summary.low),
            shown(summary.high),
            100.0 * summary.removed,
            if summary.is_pinned() { "" } else { ", not pinned down" },
        );
    }
}

/// The centre of a normal prior.
fn centre(row: &ParameterRow) -> Option<f64> {
    match row.belief {
        Belief::Flat => None,
        Belief::Normal { centre } => Some(row.free.prior.at(centre)),
    }
}

/// The pairs that go together most.
fn correlation_table(told: &Told, text: &mut String) {
    let keys = told.keys();
    let mut pairs: Vec<(usize, usize, f64)> = (0..keys.len())
        .flat_map(|i| (0..i).map(move |j| (j, i)))
        .map(|(i, j)| (i, j, told.correlations[i][j]))
        .filter(|(_, _, correlation)| correlation.abs() >= 0.3)
        .collect();
    pairs.sort_by(|a, b| b.2.abs().total_cmp(&a.2.abs()).then((a.0, a.1).cmp(&(b.0, b.1))));
    if pairs.is_empty() {
        text.push_str("\nNo two parameters are correlated by 0.3 or more in the posterior.\n");
        return;
    }
    text.push_str(
        "\nPairs of parameters that the targets tell apart least (correlations of 0.3 or more):\n\n",
    );
    for (i, j, correlation) in pairs.iter().take(12) {
        let _ = writeln!(text, "- `{}` and `{}`: {correlation:+.2}", leaf(keys[*i]), leaf(keys[*j]));
    }
}

fn wave_table(told: &Told, text: &mut String) {
    text.push_str(
        "\n## Waves\n\n| wave | points | refused | lowest misfit | rank | cutoff | not implausible, share of the prior | emulators explain \
         (least, median) |\n|---:|---:|---:|---:|---:|---:|---:|---:|\n",
    );
    for wave in &told.waves {
        let _ = writeln!(
            text,
            "| {} | {} | {} | {:.1} | {} | {:.1} | {:.3} % | {:.2}, {:.2} |",
            wave.wave,
            wave.points,
            wave.refused,
            wave.lowest_misfit,
            wave.rank,
            wave.cutoff,
            100.0 * wave.share,
            wave.explained.0,
            wave.explained.1,
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_shown_with_four_digits() {
        let found: Vec<String> =
            [0.0, 1234.56, 12.3456, 0.012_345_6, -0.5].iter().map(|x| shown(*x)).collect();
        assert_eq!(found, ["0", "1235", "12.35", "0.01235", "-0.5000"]);
    }

    #[test]
    fn the_split_is_the_one_that_was_committed() {
        let committed = include_str!("../../data/calibration/split.sha256");
        assert!(committed.contains(&split_hash()), "{committed}");
    }
}
