//! A chart and the tables behind it in a folder of their own, for commands that don't simulate.

use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::json;

use super::{CliError, LookArgs};
use crate::report::charts::{Chart, Setting};
use crate::report::extension;
use crate::report::render::render;
use crate::report::store::{self, Existing, Store};
use crate::report::style::PAPER;
use crate::scenario::{Override, Scenario};

/// Where a chart goes and what it looks like.
#[derive(Debug, Clone, Default, Args)]
pub struct DrawArgs {
    /// Also write tables and a chart into this folder
    #[arg(short, long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// What it looks like.
    #[command(flatten)]
    pub look: LookArgs,
    /// Replace what an earlier command wrote there; the results of `fanpin run` stay
    #[arg(long, requires = "out")]
    pub force: bool,
}

impl DrawArgs {
    /// The settings of `[output]` that the options stand for.
    #[must_use]
    pub fn overrides(&self) -> Vec<Override> {
        self.look.overrides()
    }

    /// What happens to results that are there.
    #[must_use]
    pub const fn existing(&self) -> Existing {
        if self.force { Existing::ReplaceUnlessRun } else { Existing::Refuse }
    }
}

/// Writes tables, and a chart in the languages and formats of the scenario.
///
/// # Errors
/// [`CliError::Store`] if the folder is taken or can't be written.
pub fn write(
    scenario: &Scenario,
    folder: &Path,
    existing: Existing,
    tables: &[(&str, String)],
    draw: &dyn Fn(&Setting) -> Chart,
) -> Result<(), CliError> {
    let mut files = Store::begin(folder, existing)?;
    for (name, text) in tables {
        files.write(name, text.as_bytes())?;
    }
    for language in &scenario.output.languages {
        let setting = Setting { language: *language, width_mm: scenario.output.width_mm, theme: PAPER };
        let chart = draw(&setting);
        for format in &scenario.output.formats {
            let name = format!("charts/{}.{}.{}", chart.id, chart.language_tag(), extension(*format));
            files.write(&name, &render(&chart, *format))?;
        }
    }
    let version = env!("CARGO_PKG_VERSION");
    files
        .finish(|hashes| store::json(&json!({ "program": "fanpin", "version": version, "files": hashes })))?;
    Ok(())
}
