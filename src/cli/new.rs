//! `fanpin new`: a commented scenario to start from.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::Args;

use super::{CliError, list};
use crate::evidence::{Book, Kind, nearest};
use crate::scenario::resolver::DocumentKind;
use crate::scenario::{Options, load_text, shipped};

/// Options of `fanpin new`.
#[derive(Debug, Args)]
pub struct NewArgs {
    /// File to write; it must not be there yet
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Scenario that the new one changes
    #[arg(long, value_name = "NAME", default_value = "inclusive-vs-targeted")]
    pub from: String,
}

/// Writes the scenario, unless something is there already.
///
/// # Errors
/// [`CliError::Usage`] if there is no such scenario or the file is there; [`CliError::Io`] if it
/// can't be written.
pub fn run(args: &NewArgs, out: &mut dyn Write) -> Result<(), CliError> {
    let names = || shipped::of(DocumentKind::Scenario).map(|file| file.name);
    if !names().any(|name| name == args.from) {
        let help = nearest(&args.from, names()).map_or_else(
            || format!("these ship: {}", names().collect::<Vec<_>>().join(", ")),
            |near| format!("did you mean `{near}`?"),
        );
        return Err(CliError::Usage(format!("there is no scenario `{}`; {help}", args.from)));
    }
    write_new(&args.file, text(&name_of(&args.file), &args.from).as_bytes())?;
    writeln!(out, "wrote {}: `fanpin check` and `fanpin run` take it as it is", args.file.display())?;
    Ok(())
}

pub(super) fn write_new(file: &Path, content: &[u8]) -> Result<(), CliError> {
    let failed = |error| CliError::Io("write", file.to_path_buf(), error);
    let mut new = match OpenOptions::new().write(true).create_new(true).open(file) {
        Ok(new) => new,
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            return Err(CliError::Usage(format!(
                "`{}` is there already and is not overwritten",
                file.display()
            )));
        }
        Err(error) => return Err(failed(error)),
    };
    if let Err(error) = new.write_all(content).and_then(|()| new.sync_all()) {
        // Half a file would be refused the next time; the first error is the one to tell.
        let _ = fs::remove_file(file);
        return Err(failed(error));
    }
    Ok(())
}

/// A scenario's name from its file's: what is no name becomes a hyphen.
fn name_of(file: &Path) -> String {
    let stem = file.file_stem().map(|stem| stem.to_string_lossy().to_lowercase()).unwrap_or_default();
    let hyphened: String = stem
        .chars()
        .map(|c| if c.is_ascii_lowercase() || c.is_ascii_digit() { c } else { '-' })
        .take(64)
        .collect();
    let name = hyphened.trim_matches('-');
    if name.is_empty() { "scenario".to_owned() } else { name.to_owned() }
}

/// The text of a new scenario: it holds as it is, and every other key stands in it as a comment.
fn text(name: &str, from: &str) -> String {
    let mut text = format!(
        "# A scenario of fanpin. Lines that begin with `#` are comments: take the mark away to set a key.\n\
         # 情景文件。以“#”开头的行是注释：去掉“#”即可设置该项。\n\
         # `fanpin schema > fanpin.schema.json` writes a schema that editors complete keys with.\n\n\
         name = \"{name}\"\n\n\
         # Everything that is not set here is as in this scenario (`fanpin show {from}` prints it).\n\
         extends = \"{from}\"\n"
    );
    let in_force = in_force(from);
    section(&mut text, &in_force, "plan", "Years, replicates, size. 年份、重复次数、规模。");
    section(&mut text, &in_force, "output", "What is written. 输出内容。");
    text.push_str(
        "\n# A regime of your own starts from a policy that ships (`fanpin list policies`) and changes what differs:\n\
         # tables merge, lists replace. Here: `targeted` with half the deductible of basic insurance in county hospitals.\n\
         # 自定义制度以随附政策为基础，只写不同之处；下例将县级医院基本医保起付线减半。\n\
         #\n\
         # [regimes]\n\
         # order = [\"targeted\", \"half-deductible\"]\n\
         #\n\
         # [regimes.half-deductible]\n\
         # policy = \"targeted\"\n\
         # label = { en = \"Half the deductible\", zh = \"起付线减半\" }\n\
         #\n\
         # [regimes.half-deductible.layers.basic]\n\
         # deductible_yuan = { county = 250 }\n\
         \n\
         # Illness, incomes and behaviour are the same under every regime; `fanpin list evidence` names every key:\n\
         #\n\
         # [society.illness]\n\
         # onset_factor = 1.2\n",
    );
    text
}

/// What is in force in a scenario that ships, defaults included.
fn in_force(from: &str) -> toml::Table {
    let extending = format!("name = \"scenario\"\nextends = \"{from}\"\n");
    let scenario = load_text("scenario.toml", &extending, &Options::default());
    scenario.expect("what ships holds, which a test of every scenario shows").resolved
}

/// A section with every key as a comment: what it is, what it may be, and the value in force, so that taking a mark
/// away changes nothing by itself.
fn section(text: &mut String, in_force: &toml::Table, name: &str, title: &str) {
    text.push_str(&format!("\n# {title}\n[{name}]\n"));
    let prefix = format!("{name}.");
    for parameter in Book::get().iter().filter(|parameter| parameter.pattern.starts_with(&prefix)) {
        let value = in_force.get(name).and_then(|section| section.get(parameter.key()));
        let range = if parameter.kind == Kind::Integer { parameter.range_in_words() } else { String::new() };
        text.push_str(&format!(
            "\n# {} ({}{range})\n# {}\n# {} = {}\n",
            parameter.description,
            parameter.unit,
            parameter.description_zh,
            parameter.key(),
            value.map_or_else(|| list::default(parameter), list::inline)
        ));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The comments of the sections, made keys.
    fn uncommented(text: &str) -> String {
        let is_setting = |line: &str| {
            let key = line.split(" = ").next().unwrap_or("");
            line.contains(" = ") && key.chars().all(|c| c.is_ascii_lowercase() || c == '_')
        };
        let keep = |line: &str| match line.strip_prefix("# ") {
            Some(rest) if is_setting(rest) || rest.starts_with('[') => rest.to_owned(),
            _ => line.to_owned(),
        };
        text.lines().map(keep).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn a_new_scenario_holds_as_it_is_and_with_its_comments_taken_away() {
        let text = text("mine", "inclusive-vs-targeted");
        let load = |text: &str| load_text("mine.toml", text, &Options::default());
        assert_eq!(load(&text).map(|scenario| scenario.name).map_err(|e| e.to_string()), Ok("mine".into()));
        let all = load(&uncommented(&text)).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(all.regimes.len(), 2);
        assert_eq!(all.plan.seed, 2021, "what the scenario says that it starts from, not the book's default");
    }

    #[test]
    fn names_come_from_file_names() {
        for (file, name) in
            [("My Run.toml", "my-run"), ("情景.toml", "scenario"), ("-a_b-.toml", "a-b"), ("", "scenario")]
        {
            assert_eq!(name_of(Path::new(file)), name);
        }
    }

    #[test]
    fn nothing_is_overwritten() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("a.toml");
        write_new(&file, b"one").expect("it is new");
        assert!(matches!(write_new(&file, b"two"), Err(CliError::Usage(_))));
        assert_eq!(fs::read(&file).expect("readable"), b"one");
    }
}
