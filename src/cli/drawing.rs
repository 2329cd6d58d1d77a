//! A chart and the tables behind it in a folder of their own, for commands that don't simulate.

use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::{Value, json};

use super::run::not_stopped;
use super::{CliError, LookArgs};
use crate::report::chart_file;
use crate::report::charts::{Chart, Setting};
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
    /// Replace what this command wrote there before; the results of another command stay
    #[arg(long, requires = "out")]
    pub force: bool,
}

impl DrawArgs {
    /// The settings of `[output]` that the options stand for.
    #[must_use]
    pub fn overrides(&self) -> Vec<Override> {
        self.look.overrides()
    }

    /// What happens to results that are there when a command writes.
    #[must_use]
    pub const fn existing(&self, command: &'static str) -> Existing {
        if self.force { Existing::ReplaceOf(command) } else { Existing::Refuse }
    }

    /// Begins the folder of a command, if one was asked for.
    ///
    /// # Errors
    /// [`CliError::Store`] if it is taken or can't be written.
    pub fn begin(&self, command: &'static str) -> Result<Option<Store>, CliError> {
        let begin = |folder: &PathBuf| Store::begin(folder, self.existing(command));
        Ok(self.out.as_ref().map(begin).transpose()?)
    }

    /// A folder as a command writes it.
    #[must_use]
    pub const fn target<'f>(&self, folder: &'f Path, command: &'static str) -> Target<'f> {
        Target { folder, command, existing: self.existing(command) }
    }
}

/// The folder that a command writes.
#[derive(Debug, Clone, Copy)]
pub struct Target<'f> {
    /// The folder.
    pub folder: &'f Path,
    /// The command: its manifest names it.
    pub command: &'static str,
    /// What happens to results that are there.
    pub existing: Existing,
}

/// Writes tables, and a chart in the languages and formats of the scenario.
///
/// # Errors
/// [`CliError::Store`] if the folder is taken or can't be written, [`CliError::Interrupted`] if the user stopped it: then
/// nothing is left of it.
pub fn write(
    scenario: &Scenario,
    target: Target<'_>,
    tables: &[(&str, String)],
    draw: &dyn Fn(&Setting) -> Chart,
) -> Result<(), CliError> {
    let mut files = Store::begin(target.folder, target.existing)?;
    for (name, text) in tables {
        not_stopped()?;
        files.write(name, text.as_bytes())?;
    }
    charts(&mut files, scenario, &|setting| vec![draw(setting)])?;
    let version = env!("CARGO_PKG_VERSION");
    finish(files, json!({ "program": "fanpin", "command": target.command, "version": version }))
}

/// Writes charts in the languages and formats of the scenario; none is drawn where there is no format.
///
/// # Errors
/// [`CliError::Store`] if they can't be written, [`CliError::Interrupted`] if the user stopped it.
pub fn charts(
    store: &mut Store,
    scenario: &Scenario,
    draw: &dyn Fn(&Setting) -> Vec<Chart>,
) -> Result<(), CliError> {
    let output = &scenario.output;
    if output.formats.is_empty() {
        return Ok(());
    }
    for language in &output.languages {
        for chart in draw(&Setting { language: *language, width_mm: output.width_mm, theme: PAPER }) {
            for format in &output.formats {
                not_stopped()?;
                store.write(&chart_file(&chart, *format), &render(&chart, *format))?;
            }
        }
    }
    Ok(())
}

/// Finishes a folder with its manifest, to which the hashes of its files are added.
///
/// # Errors
/// [`CliError::Store`] if it can't be written.
pub fn finish(store: Store, mut manifest: Value) -> Result<(), CliError> {
    store.finish(|hashes| {
        manifest["files"] = json!(hashes);
        store::json(&manifest)
    })?;
    Ok(())
}
