//! `fanpin plot`: the charts of a finished run again, without simulating.

use std::io::Write;
use std::path::PathBuf;

use clap::Args;
use clap::builder::PossibleValuesParser;

use super::{CliError, LanguageArg};
use crate::report::style::{PAPER, Theme};
use crate::report::{Manifest, PlotOptions, extension, plot, read_manifest};
use crate::scenario::plan::{ChartFormat, Language};

/// Options of `fanpin plot`; what is not said stays as the run had it.
#[derive(Debug, Clone, Args)]
pub struct PlotArgs {
    /// Folder of a finished run
    #[arg(value_name = "DIR")]
    pub folder: PathBuf,
    /// Language of the charts
    #[arg(long, value_name = "LANG")]
    pub lang: Option<LanguageArg>,
    /// Width in millimetres
    #[arg(long, value_name = "MM", value_parser = clap::value_parser!(u32).range(60..=400))]
    pub width_mm: Option<u32>,
    /// Formats, separated by commas
    #[arg(long, value_name = "FORMATS", value_delimiter = ',', value_parser = PossibleValuesParser::new(["svg", "pdf", "png"]))]
    pub format: Option<Vec<String>>,
    /// Colours: for paper, or light on dark for slides
    #[arg(long, value_parser = PossibleValuesParser::new(Theme::ALL.map(|theme| theme.name)), default_value = PAPER.name)]
    pub theme: String,
}

/// Draws the charts and prints what was drawn.
///
/// # Errors
/// [`CliError::Usage`] if the folder holds no finished run, [`CliError::Report`] if it has changed or can't be written.
pub fn run(args: &PlotArgs, out: &mut dyn Write) -> Result<(), CliError> {
    let manifest = read_manifest(&args.folder)?;
    let written = plot(&args.folder, &options(args, &manifest))?;
    for file in &written.files {
        writeln!(out, "{}", written.folder.join(file).display())?;
    }
    for warning in &written.warnings {
        // Nothing is left to tell if this fails as well.
        let _ = writeln!(std::io::stderr(), "warning: {warning}");
    }
    Ok(())
}

fn options(args: &PlotArgs, manifest: &Manifest) -> PlotOptions {
    let languages = match args.lang {
        Some(LanguageArg::En) => vec![Language::En],
        Some(LanguageArg::Zh) => vec![Language::Zh],
        Some(LanguageArg::Both) => vec![Language::En, Language::Zh],
        None => {
            let had = |tag: &str| manifest.output.languages.iter().any(|l| l == tag);
            [(Language::En, "en"), (Language::Zh, "zh")]
                .into_iter()
                .filter(|(_, tag)| had(tag))
                .map(|l| l.0)
                .collect()
        }
    };
    let all = [ChartFormat::Svg, ChartFormat::Pdf, ChartFormat::Png];
    // A run without charts gets them all.
    let had = &manifest.output.formats;
    let wanted = args.format.as_ref().or_else(|| Some(had).filter(|formats| !formats.is_empty()));
    let formats = all
        .into_iter()
        .filter(|format| wanted.is_none_or(|names| names.iter().any(|name| name == extension(*format))))
        .collect();
    PlotOptions {
        languages,
        formats,
        width_mm: args.width_mm.unwrap_or(manifest.output.width_mm),
        theme: Theme::named(&args.theme).unwrap_or(PAPER),
    }
}
