//! `fanpin show`: one scenario, policy, place, measure or parameter in full.

use std::io::{self, Write};

use clap::Args;

use super::{CliError, list};
use crate::evidence::{Book, Parameter, nearest};
use crate::measures::catalogue::{self, MEASURES};
use crate::measures::table::MeasureInfo;
use crate::scenario::shipped;

/// Options of `fanpin show`.
#[derive(Debug, Args)]
pub struct ShowArgs {
    /// Name of a scenario, policy, place or measure, a scenario key such as `plan.seed`, or `draws`
    pub name: String,
}

/// Prints the thing of that name.
///
/// # Errors
/// [`CliError::Usage`] if nothing has the name, with the nearest that has.
pub fn run(args: &ShowArgs, out: &mut dyn Write) -> Result<(), CliError> {
    let name = args.name.as_str();
    if name == "draws" {
        list::draws(out)?;
    } else if let Some(file) = shipped::ALL.iter().find(|file| file.name == name) {
        out.write_all(file.text.as_bytes())?;
    } else if let Some(measure) = catalogue::info(name) {
        show_measure(measure, out)?;
    } else if let Some(parameter) = Book::get().pattern(name).or_else(|| Book::get().lookup(name)) {
        show_parameter(parameter, out)?;
    } else {
        return Err(unknown(name));
    }
    Ok(())
}

fn show_measure(measure: &MeasureInfo, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{}\n  {} · {}", measure.id, measure.label_en, measure.label_zh)?;
    writeln!(
        out,
        "  unit: {}\n  weight: {}\n  denominator: {}",
        measure.unit, measure.weight, measure.denominator
    )?;
    writeln!(out, "  {}", measure.definition)
}

fn show_parameter(parameter: &Parameter, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{}\n  {} · {}", parameter.pattern, parameter.description, parameter.description_zh)?;
    writeln!(out, "  value: {}", parameter.expected())?;
    writeln!(out, "  default: {}\n  unit: {}", list::default(parameter), parameter.unit)?;
    writeln!(out, "  status: {}\n  source: {}", parameter.status.name(), parameter.source)
}

fn unknown(name: &str) -> CliError {
    let files = shipped::ALL.iter().map(|file| file.name);
    let measures = MEASURES.iter().map(|measure| measure.id);
    let patterns = Book::get().iter().map(|parameter| parameter.pattern.as_str());
    let help = match nearest(name, files.chain(measures).chain(patterns)) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "`fanpin list` names what there is".to_owned(),
    };
    CliError::Usage(format!("nothing here is called `{name}`; {help}"))
}
