//! `fanpin methods`: a paper's methods appendix for a scenario.
//!
//! The text is made once, as Markdown; LaTeX is made from it (`latex`). It depends on the scenario, the command line
//! and the version alone, so the same command gives the same bytes.

mod latex;
mod markdown;
mod notes;
mod parameters;
mod references;
mod regimes;

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use pulldown_cmark::{Event, Options, Parser, Tag};
use toml::Value;

use self::latex::Notation;
use self::markdown::{Table, code, plain, prose};
use self::parameters::{Files, Tables};
use super::bill::pick;
use super::files::Folder;
use super::new::write_new;
use super::{CliError, ScenarioArgs, SetArgs};
use crate::measures::catalogue::MEASURES;
use crate::report::store::sha256;
use crate::report::style::number;
use crate::scenario::plan::Language;
use crate::scenario::resolver::DocumentKind;
use crate::scenario::{Scenario, resolved_text};

/// The description of the model.
const ODD: &str = include_str!("../../../docs/odd.md");
/// How the program is cited.
const CITATION: &str = include_str!("../../../CITATION.cff");

/// Options of `fanpin methods`.
#[derive(Debug, Clone, Args)]
pub struct MethodsArgs {
    /// The scenario.
    #[command(flatten)]
    pub scenario: ScenarioArgs,
    /// Form of the text [default: markdown, or latex for a file ending in .tex]
    #[arg(long, value_enum)]
    pub format: Option<Format>,
    /// Language of headings, descriptions and labels; the description of the model is in English
    #[arg(long, value_enum, default_value_t = MethodsLanguage::En)]
    pub lang: MethodsLanguage,
    /// File to write [default: print]
    #[arg(short, long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Replace a file that is there
    #[arg(long, requires = "out")]
    pub force: bool,
}

/// Form of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Markdown with tables, as most tools read it
    Markdown,
    /// A LaTeX document that compiles by itself
    Latex,
}

/// Language of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum MethodsLanguage {
    /// English
    En,
    /// Chinese
    Zh,
}

/// Prints or writes the appendix.
///
/// # Errors
/// [`CliError::Scenario`] for what does not hold, [`CliError::Usage`] if the file is there already, [`CliError::Io`] if it
/// can't be written.
pub fn run(args: &MethodsArgs, out: &mut dyn Write) -> Result<(), CliError> {
    let scenario = args.scenario.load()?;
    let language = if args.lang == MethodsLanguage::Zh { Language::Zh } else { Language::En };
    let files = files(&args.scenario, &scenario)?;
    let appendix = Appendix { scenario: &scenario, files: &files, args: &args.scenario, language };
    let text = match format(args) {
        Format::Markdown => appendix.markdown(),
        Format::Latex => appendix.latex(),
    };
    match &args.out {
        Some(file) if args.force => replace(file, text.as_bytes())?,
        Some(file) => write_new(file, text.as_bytes())?,
        None => out.write_all(text.as_bytes())?,
    }
    if let Some(file) = &args.out {
        writeln!(out, "wrote {}", file.display())?;
    }
    Ok(())
}

fn format(args: &MethodsArgs) -> Format {
    let is_tex =
        args.out.as_ref().and_then(|file| file.extension()).is_some_and(|extension| extension == "tex");
    args.format.unwrap_or(if is_tex { Format::Latex } else { Format::Markdown })
}

/// Puts a file in the place of another, whole or not at all.
fn replace(file: &Path, content: &[u8]) -> Result<(), CliError> {
    let failed = |error: io::Error| CliError::Io("write", file.to_path_buf(), error);
    let Some(name) = file.file_name() else {
        return Err(CliError::Usage(format!("`{}` is no name of a file", file.display())));
    };
    let beside = file.with_file_name(format!(".{}.partial", name.to_string_lossy()));
    let mut new = OpenOptions::new().write(true).create_new(true).open(&beside).map_err(failed)?;
    let written =
        new.write_all(content).and_then(|()| new.sync_all()).and_then(|()| fs::rename(&beside, file));
    written.map_err(|error| {
        // The first error is the one to tell.
        let _ = fs::remove_file(&beside);
        failed(error)
    })
}

/// The files behind a scenario with what stands beside their values.
fn files(args: &ScenarioArgs, scenario: &Scenario) -> Result<Files, CliError> {
    let file = &args.file;
    let folder = Folder::of(file).map_err(|error| CliError::Io("read", file.clone(), error))?;
    let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let of_scenario = notes::chain(DocumentKind::Scenario, &name, &folder);
    let set: Vec<(String, String)> = args
        .set
        .overrides()
        .iter()
        .filter_map(|given| Some((given.text.split_once('=')?.0.trim().to_owned(), given.origin.clone())))
        .collect();
    // What a regime or place is based on, as the uppermost file that says so has it.
    let named = |path: [&str; 3]| -> Option<String> {
        let given = args.set.set.iter().rev().filter_map(|text| text.split_once('='));
        let mut given = given.filter(|(key, _)| key.trim() == path.join(".").trim_start_matches('.'));
        if let Some((_, value)) = given.next() {
            return Some(value.trim().trim_matches('"').to_owned());
        }
        let in_file = |document: &notes::Document| {
            let mut value = document.table.get(path[0])?;
            for key in path.iter().skip(1).filter(|key| !key.is_empty()) {
                value = value.get(key)?;
            }
            Some(value.as_str()?.to_owned())
        };
        of_scenario.iter().find_map(in_file)
    };
    let chain = |kind: DocumentKind, name: Option<String>| {
        name.map_or_else(Vec::new, |name| notes::chain(kind, &name, &folder))
    };
    let history = named(["history", "policy", ""]).or_else(|| Some("historical".to_owned()));
    let mut policies = vec![chain(DocumentKind::Policy, history)];
    for regime in &scenario.regimes {
        policies.push(chain(DocumentKind::Policy, named(["regimes", &regime.id, "policy"])));
    }
    let place = |place: &crate::scenario::plan::Place| {
        chain(DocumentKind::Place, named(["places", &place.id, "place"]))
    };
    let places = scenario.places.iter().map(place).collect();
    Ok(Files { scenario: of_scenario, policies, places, set })
}

struct Appendix<'s> {
    scenario: &'s Scenario,
    files: &'s Files,
    args: &'s ScenarioArgs,
    language: Language,
}

impl Appendix<'_> {
    fn say<'t>(&self, en: &'t str, zh: &'t str) -> &'t str {
        pick(self.language, en, zh)
    }

    fn title(&self) -> String {
        let title = pick(self.language, self.scenario.title.en.as_str(), self.scenario.title.zh.as_str());
        format!("{}{title}", self.say("Methods appendix: ", "方法附录："))
    }

    fn markdown(&self) -> String {
        let (before, odd, after) = self.parts();
        format!("# {}\n\n{before}{odd}{after}", plain(&self.title()))
    }

    fn latex(&self) -> String {
        let (before, odd, after) = self.parts();
        let body: String = [(before, Notation::Plain), (odd, Notation::Formulae), (after, Notation::Plain)]
            .iter()
            .map(|(text, notation)| latex::body(text, *notation, self.language))
            .collect();
        let program = format!("fanpin {}", env!("CARGO_PKG_VERSION"));
        latex::document(&self.title(), &program, &body, self.language)
    }

    /// What stands before the description of the model, the description, and what stands after it.
    fn parts(&self) -> (String, String, String) {
        let mut tables = Tables::new(self.scenario, self.files, self.language);
        let parameters = tables.section();
        let before = format!("## {}\n\n{}", self.say("1 What was run", "1 模拟内容"), self.what_was_run());
        let odd = self.odd();
        let after = format!(
            "## {}\n\n{}## {}\n\n{parameters}### {}\n\n{}## {}\n\n{}## {}\n\n{}",
            self.say("3 Measures reported", "3 报告的指标"),
            self.measures(),
            self.say("4 Parameters in force", "4 生效参数"),
            self.say("Tables of input data", "输入数据表"),
            references::input_tables(self.language),
            self.say("5 Calibration, validation, reproducibility", "5 校准、验证与可重复性"),
            self.statements(),
            self.say("6 References", "6 参考文献"),
            references::list(&tables.sources, ODD, self.language),
        );
        (before, odd, after)
    }

    fn odd(&self) -> String {
        let text = shifted(ODD);
        let (heading, rest) = text.split_once('\n').unwrap_or((&text, ""));
        let words = self.say(
            "This description is of this version of the program and holds for every scenario; values stand in section 4.",
            "以下为本版本模型的ODD说明，适用于所有情景，仅有英文；参数取值见第4节。",
        );
        format!("{heading}\n\n{words}\n{rest}")
    }

    fn what_was_run(&self) -> String {
        let scenario = self.scenario;
        let description =
            pick(self.language, scenario.description.en.as_str(), scenario.description.zh.as_str());
        let mut text =
            if description.is_empty() { String::new() } else { format!("{}\n\n", plain(description)) };
        text += &self.plan();
        text += &format!("### {}\n\n", self.say("Places", "地区"));
        text += &self.places();
        text += &format!("### {}\n\n", self.say("Regimes", "制度"));
        text += &self.regimes();
        text += &regimes::section(scenario, self.language);
        text + &format!("### {}\n\n{}\n\n", self.say("How to cite", "引用方式"), plain(&citation()))
    }

    fn plan(&self) -> String {
        let plan = &self.scenario.plan;
        let counties: u64 = self.scenario.places.iter().map(|place| u64::from(place.counties)).sum();
        let baseline = &self.scenario.regimes[self.scenario.baseline];
        let (first, last, switch) = (plan.first_year, plan.last_year, plan.switch_year);
        let households = number(f64::from(plan.households), 0);
        let sampling = (plan.sampling_factor > 1).then_some(plan.sampling_factor);
        let name = code(&self.scenario.name);
        let version = env!("CARGO_PKG_VERSION");
        match self.language {
            Language::En => {
                let stand = sampling.map_or_else(String::new, |factor| {
                    format!(" Each household of a county stands for {factor}.")
                });
                format!(
                    "The scenario {name} was simulated with fanpin {version}. The population is synthesised as of 31 December 2010 and lives under the rules of the time until {switch}, when the {} regimes part; {} is the baseline. Years {first} to {last} are reported, from {} replicates of {households} households in {counties} counties, with seed {}.{stand} Every regime is given the same households, the same potential illnesses and the same random numbers, so that differences are paired by replicate.\n\n",
                    self.scenario.regimes.len(),
                    code(&baseline.id),
                    plan.replicates,
                    plan.seed,
                )
            }
            Language::Zh => {
                let stand = sampling.map_or_else(String::new, |factor| format!("县内每户代表{factor}户。"));
                format!(
                    "情景{name}用fanpin {version}模拟。人口按2010年12月31日合成，{switch}年以前执行当时的政策，自{switch}年起分为{}种制度，以{}为基准。报告{first}—{last}年，{}次重复，每次{households}户、{counties}个县，随机种子{}。{stand}各制度面对相同的农户、相同的潜在疾病和相同的随机数，差异按重复配对计算。\n\n",
                    self.scenario.regimes.len(),
                    code(&baseline.id),
                    plan.replicates,
                    plan.seed,
                )
            }
        }
    }

    fn places(&self) -> String {
        let head = match self.language {
            Language::En => ["place", "name", "share of households", "counties", "based on", "sources"],
            Language::Zh => ["地区", "名称", "农户占比", "县数", "依据", "来源"],
        };
        let mut table = Table::new(&head);
        for (place, files) in self.scenario.places.iter().zip(&self.files.places) {
            let label = pick(self.language, place.label.en.as_str(), place.label.zh.as_str());
            let vary =
                if place.spread.is_some() { self.say(" (differing)", "（各不相同）") } else { "" };
            table.row(&[
                plain(label),
                code(&place.id),
                format!("{} %", number(100.0 * place.share, 1)),
                format!("{}{vary}", place.counties),
                based_on(files),
                said_source(files),
            ]);
        }
        table.finish()
    }

    fn regimes(&self) -> String {
        let head = match self.language {
            Language::En => ["regime", "name", "what it is", "based on", "sources"],
            Language::Zh => ["制度", "名称", "说明", "依据", "来源"],
        };
        let mut table = Table::new(&head);
        for (regime, files) in self.scenario.regimes.iter().zip(self.files.policies.iter().skip(1)) {
            let label = pick(self.language, regime.label_en.as_str(), regime.label_zh.as_str());
            let language = self.say("en", "zh");
            let description =
                files.first().and_then(|file| file.table.get("description")?.get(language)?.as_str());
            table.row(&[
                plain(label),
                code(&regime.id),
                description.map_or_else(String::new, plain),
                based_on(files),
                said_source(files),
            ]);
        }
        table.finish()
    }

    fn measures(&self) -> String {
        let words = self.say(
            "Each measure is reported by regime, year and group: its mean over replicates with a 95 % t interval, the spread between replicates, and paired differences to the baseline. An empty cell is undefined (nobody in the denominator), never zero.\n\n",
            "各指标按制度、年份和人群报告：重复间的均值及其95 % t区间、重复间的离散程度，以及与基准配对之差。空单元格表示无定义（分母为零），不表示零。定义仅有英文。\n\n",
        );
        let head = match self.language {
            Language::En => ["measure", "label", "unit", "over", "definition"],
            Language::Zh => ["指标", "名称", "单位", "分母", "定义"],
        };
        let mut table = Table::new(&head);
        for measure in MEASURES {
            table.row(&[
                code(measure.id),
                plain(pick(self.language, measure.label_en, measure.label_zh)),
                plain(measure.unit),
                plain(measure.denominator),
                prose(measure.definition),
            ]);
        }
        format!("{words}{}", table.finish())
    }

    fn statements(&self) -> String {
        let hash = sha256(resolved_text(self.scenario).as_bytes());
        let command = command(&self.args.file, &self.args.set);
        let book = sha256(include_str!("../../../data/parameters.toml").as_bytes());
        let version = env!("CARGO_PKG_VERSION");
        match self.language {
            Language::En => format!(
                "**Calibration and validation.** Section 4 says for each value whether it was read in a source, derived, recalled or assumed, and which differ from the book that ships. {calibration}What the model gives beside published figures, hits and misses, with the cause of each miss, stands in `docs/validation.md`; its closed forms are checked in `docs/verification.md`, the synthesised population against the census in `docs/population.md`. Claims should rest on paired differences between regimes, with both the interval of the mean over replicates and what the unverified values allow.\n\n\
                 **Reproducibility.** This command makes the results again:\n\n```\n{command}\n```\n\n\
                 The same scenario, seed and version give the same bytes in every result file but `timing.json`, at any number of threads: every random number is a function of seed, replicate, identity, year and purpose (Philox4x64-10), and only whole numbers are summed. `manifest.json` of a run has the SHA-256 of the scenario with everything in force and of each file. For this scenario and version {version} they are:\n\n\
                 - `scenario.resolved.toml`: `{hash}`\n- the book of parameters: `{book}`\n\n",
                calibration = self.calibration(),
            ),
            Language::Zh => format!(
                "**校准与验证。** 第4节逐项说明各取值是见于来源、推算、未核实还是假设，以及哪些不同于随程序的参数书。{calibration}模型与已发表结果的对照（包括不符之处及其原因）见`docs/validation.md`，与解析解的核对见`docs/verification.md`，合成人口与普查的对照见`docs/population.md`。结论应基于制度之间的配对差异，并同时考虑重复间均值的区间和未核实取值的影响。\n\n\
                 **可重复性。** 以下命令可重新得到全部结果：\n\n```\n{command}\n```\n\n\
                 情景、种子和版本相同，则除`timing.json`外各结果文件逐字节相同，与线程数无关：每个随机数只取决于种子、重复、个体、年份和用途（Philox4x64-10），且只对整数求和。运行所写的`manifest.json`含全部生效内容及各文件的SHA-256。本情景在{version}版下为：\n\n\
                 - `scenario.resolved.toml`：`{hash}`\n- 参数书：`{book}`\n\n",
                calibration = self.calibration(),
            ),
        }
    }

    /// Which values were fitted: those of a file that `fanpin calibrate` wrote.
    fn calibration(&self) -> String {
        let source =
            |file: &notes::Document| file.table.get("source").and_then(Value::as_str).map(str::to_owned);
        let made = |file: &&notes::Document| {
            source(file).is_some_and(|source| source.starts_with("fanpin calibrate"))
        };
        let fitted: Vec<String> =
            self.files.scenario.iter().filter(made).map(|file| file.name.clone()).collect();
        if fitted.is_empty() {
            return self
                .say(
                    "This scenario builds on no calibrated fragment: none of its values was fitted to the results that it gives. ",
                    "本情景未基于校准结果：没有按模型输出拟合过的取值。",
                )
                .to_owned();
        }
        match self.language {
            Language::En => format!(
                "Values of {} were fitted to published figures, as `docs/calibration.md` says; prior and posterior stand beside each, fit and residuals in the record that was written with the file. ",
                fitted.join(", ")
            ),
            Language::Zh => {
                format!(
                    "{}中的取值按已发表指标拟合，方法见`docs/calibration.md`；各值旁列先验与后验，拟合与残差见与该文件一同写出的记录。",
                    fitted.join("、")
                )
            }
        }
    }
}

/// The files that something is based on, the uppermost first.
fn based_on(files: &[notes::Document]) -> String {
    files.iter().map(|file| prose(&file.name)).collect::<Vec<_>>().join(", ")
}

/// What the uppermost file that says where its values come from says.
fn said_source(files: &[notes::Document]) -> String {
    let source = files.iter().find_map(|file| file.table.get("source").and_then(Value::as_str));
    source.map_or_else(String::new, references::with_links)
}

/// How the program is cited, from `CITATION.cff`.
fn citation() -> String {
    let field = |name: &str| {
        let line =
            CITATION.lines().map(str::trim).find_map(|line| line.trim_start_matches("- ").strip_prefix(name));
        line.map(|value| value.trim().trim_matches('"').to_owned()).unwrap_or_default()
    };
    format!("{}. {}. Version {}, software.", field("name:"), field("title:"), env!("CARGO_PKG_VERSION"))
}

/// The command that makes the results, as a shell reads it, in the folder of the scenario: a paper needs no paths of a
/// machine.
fn command(file: &Path, set: &SetArgs) -> String {
    let quoted = |text: &str| {
        let plain = |c: char| c.is_alphanumeric() || "-_./=,+:@".contains(c);
        if !text.is_empty() && text.chars().all(plain) {
            text.to_owned()
        } else {
            format!("'{}'", text.replace('\'', "'\\''"))
        }
    };
    let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let mut words = vec!["fanpin run".to_owned(), quoted(&name)];
    let mut add = |option: &str, value: &str| words.push(format!("{option} {}", quoted(value)));
    set.set.iter().for_each(|text| add("--set", text));
    for (option, value) in
        [("--seed", &set.seed), ("--replicates", &set.replicates), ("--households", &set.households)]
    {
        if let Some(value) = value {
            add(option, value);
        }
    }
    if let Some(regimes) = &set.regimes {
        add("--regimes", &regimes.join(","));
    }
    words.join(" ").replace(char::is_control, " ")
}

/// The description of the model as a section: headings one level lower, the first with its number, and links to other
/// pages of the documentation as their paths.
fn shifted(text: &str) -> String {
    let mut changes: Vec<(std::ops::Range<usize>, String)> = Vec::new();
    let mut first = true;
    for (event, range) in Parser::new_ext(text, Options::ENABLE_TABLES).into_offset_iter() {
        match event {
            Event::Start(Tag::Heading { .. }) => {
                let marks = text[range.start..].find(|c| c != '#').unwrap_or(0);
                let number = if std::mem::take(&mut first) { " 2" } else { "" };
                changes.push((
                    range.start..range.start + marks,
                    format!("#{}{number}", &text[range.start..range.start + marks]),
                ));
            }
            Event::Start(Tag::Link { dest_url, .. }) if !dest_url.contains("://") => {
                let label = text[range.clone()]
                    .split_once("](")
                    .map_or("", |(label, _)| label.trim_start_matches('['));
                changes.push((range, format!("{label} (`docs/{dest_url}`)")));
            }
            _ => {}
        }
    }
    let mut out = text.to_owned();
    for (range, with) in changes.into_iter().rev() {
        out.replace_range(range, &with);
    }
    out + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::Book;
    use crate::scenario::shipped;
    use crate::units::Year;

    const MINE: &str = "name = \"mine\"\nextends = \"inclusive-vs-targeted\"\ntitle = { en = \"50 % & more_of {it}\", zh = \"甲\" }\n\
        [regimes]\norder = [\"targeted\", \"mine\"]\n[regimes.mine]\npolicy = \"inclusive\"\nlabel = { en = \"Mine\", zh = \"我的\" }\n\
        [regimes.mine.layers.aid]\nrate = 0.8 # Guangdong, seen\n\
        [society.care]\nreferred_share = 0.5 # ours, assumption\n[society.switches]\ncomorbidity = false\n";

    fn appendix(file: &str, text: &str, format: Format, lang: MethodsLanguage) -> String {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join(file);
        fs::write(&path, text).expect("writable");
        let scenario = ScenarioArgs { file: path, set: SetArgs::default() };
        let args = MethodsArgs { scenario, format: Some(format), lang, out: None, force: false };
        let mut out = Vec::new();
        run(&args, &mut out).expect("it holds");
        String::from_utf8(out).expect("UTF-8")
    }

    fn row<'t>(text: &'t str, key: &str) -> &'t str {
        text.lines()
            .find(|line| line.starts_with(&format!("| `{key}`<br>")))
            .unwrap_or_else(|| panic!("no row {key}"))
    }

    #[test]
    fn values_stand_with_where_they_come_from() {
        let text = appendix("mine.toml", MINE, Format::Markdown, MethodsLanguage::En);
        assert!(
            text.starts_with("# Methods appendix: 50 % \\& more\\_of {it}\n\n## 1 What was run\n"),
            "{}",
            &text[..200]
        );
        let referred = row(&text, "society.care.referred_share");
        assert!(referred.contains("| **0.5**<br>(book: 0.6) | 0 to 1<br>prior "), "{referred}");
        assert!(referred.ends_with("| assumption | ours, assumption (`mine.toml`) |"), "{referred}");
        let aid = row(&text, "layers.aid.rate");
        assert!(aid.contains("`history`, `targeted`: 0.7<br>`mine`: 0.8"), "{aid}");
        assert!(aid.contains("(policy `historical`)<br>Guangdong, seen (`mine.toml`) |"), "{aid}");
        assert!(!text.contains("| `society.illness.comorbidity_factor`"), "it is switched off");
        assert!(text.contains("- `comorbidity`: `society.illness.comorbidity_factor`\n"));
        assert!(text.contains("- \\[O42\\] 国办发〔2021〕42号"), "a mark that stands beside a value");
        assert_eq!(
            text,
            appendix("mine.toml", MINE, Format::Markdown, MethodsLanguage::En),
            "the same bytes again"
        );
    }

    #[test]
    fn fitted_values_stand_with_prior_and_posterior() {
        let folder = tempfile::tempdir().expect("a folder");
        let write = |name: &str, text: &str| {
            let path = folder.path().join(name);
            fs::write(&path, text).expect("writable");
            path
        };
        let fit = "name = \"calibrated\"\nextends = \"history\"\nsource = \"fanpin calibrate; see calibration.md beside it\"\n\n\
            [society.care]\n# factor on admissions: prior 0.7 to 2, posterior 1.4 (1.2 to 1.6)\nadmission_factor = 1.41\n";
        write("calibrated.toml", fit);
        let scenario = ScenarioArgs {
            file: write("mine.toml", "name = \"mine\"\nextends = \"calibrated.toml\"\n"),
            set: SetArgs::default(),
        };
        let args = MethodsArgs { scenario, format: None, lang: MethodsLanguage::En, out: None, force: false };
        let mut out = Vec::new();
        run(&args, &mut out).expect("it holds");
        let text = String::from_utf8(out).expect("UTF-8");
        let factor = row(&text, "society.care.admission_factor");
        assert!(
            factor.contains("| **1.41**<br>(book: 1) |")
                && factor.contains("| derived | factor on admissions: prior 0.7 to 2, posterior 1.4"),
            "{factor}"
        );
        assert!(text.contains("Values of `calibrated.toml` were fitted to published figures"));
    }

    #[test]
    fn chinese_has_chinese_descriptions_and_says_what_is_english() {
        let text = appendix("mine.toml", MINE, Format::Markdown, MethodsLanguage::Zh);
        assert!(text.starts_with("# 方法附录：甲\n\n## 1 模拟内容\n"));
        assert!(text.contains("仅有英文"));
        let parameter = Book::get().pattern("society.care.referred_share").expect("it is there");
        assert!(row(&text, "society.care.referred_share").contains(&parameter.description_zh));
    }

    #[test]
    fn the_description_is_a_section_with_all_its_headings() {
        let text = shifted(ODD);
        assert!(text.starts_with("## 2 The model (ODD protocol)\n"), "{}", &text[..80]);
        let count = |text: &str, mark: &str| text.lines().filter(|line| line.starts_with(mark)).count();
        assert_eq!(count(&text, "## "), 1);
        assert_eq!(count(&text, "### "), count(ODD, "## "));
        assert_eq!(count(&text, "#### "), count(ODD, "### "));
        assert!(
            text.contains("(architecture (`docs/architecture.md`))") && !text.contains("]("),
            "links are paths"
        );
    }

    /// Every environment and group that is opened is closed, in order.
    fn assert_balanced(tex: &str) {
        let mut open: Vec<&str> = Vec::new();
        let mut rest = tex;
        while let Some(place) = rest.find("\\begin{").into_iter().chain(rest.find("\\end{")).min() {
            let begins = rest[place..].starts_with("\\begin{");
            let name = &rest[place + if begins { 7 } else { 5 }..];
            let end = name.find('}').expect("a name");
            if begins {
                open.push(&name[..end]);
            } else {
                assert_eq!(open.pop(), Some(&name[..end]));
            }
            rest = &name[end..];
        }
        assert_eq!(open, Vec::<&str>::new());
        let mut depth = 0i64;
        let mut escaped = false;
        for c in tex.chars() {
            match c {
                '\\' if !escaped => {
                    escaped = true;
                    continue;
                }
                '{' if !escaped => depth += 1,
                '}' if !escaped => depth -= 1,
                _ => {}
            }
            assert!(depth >= 0);
            escaped = false;
        }
        assert_eq!(depth, 0);
    }

    /// Every row has as many cells as its table has columns.
    fn assert_rows(tex: &str) {
        for table in tex.split("\\begin{longtable}{@{}").skip(1) {
            let (spec, body) = table.split_once("@{}}\n").expect("columns");
            let columns = if spec.starts_with('W') { spec.matches('W').count() } else { spec.len() };
            let body = body.split("\\end{longtable}").next().expect("a body");
            for line in body.lines().filter(|line| line.contains("\\tabularnewline")) {
                let cells = line.replace("\\&", "").matches('&').count() + 1;
                assert_eq!(cells, columns, "{line}");
            }
        }
    }

    #[test]
    fn latex_is_whole_and_nothing_in_it_is_read_as_a_command() {
        for lang in [MethodsLanguage::En, MethodsLanguage::Zh] {
            let tex = appendix("mine.toml", MINE, Format::Latex, lang);
            assert_balanced(&tex);
            assert_rows(&tex);
            let body = tex.split("\\begin{document}").nth(1).expect("a body");
            let (before, verbatim) = body.split_once("\\begin{verbatim}").expect("the command");
            let (_, after) = verbatim.split_once("\\end{verbatim}").expect("it ends");
            for text in [before, after] {
                let mut escaped = false;
                for c in text.chars() {
                    assert!(escaped || !"#%$_^".contains(c), "a bare {c}");
                    escaped = c == '\\' && !escaped;
                }
            }
            assert!(tex.contains("50 \\% \\& more\\_of \\{it\\}") || lang == MethodsLanguage::Zh);
        }
    }

    #[test]
    fn every_character_that_ships_has_a_glyph() {
        let mut texts: Vec<String> = vec![ODD.to_owned()];
        for parameter in Book::get().iter() {
            texts.extend(
                [&parameter.description, &parameter.description_zh, &parameter.source, &parameter.unit]
                    .map(Clone::clone),
            );
        }
        texts.extend(
            MEASURES
                .iter()
                .flat_map(|m| [m.label_en, m.label_zh, m.definition, m.denominator])
                .map(str::to_owned),
        );
        texts.extend(shipped::ALL.iter().map(|file| file.text.to_owned()));
        for c in texts.iter().flat_map(|text| text.chars()) {
            assert!(latex::is_known(c), "no command for `{c}` ({:x})", u32::from(c));
        }
    }

    #[test]
    fn a_file_is_never_overwritten_unasked() {
        let folder = tempfile::tempdir().expect("a folder");
        let (scenario, file) = (folder.path().join("mine.toml"), folder.path().join("appendix.tex"));
        fs::write(&scenario, MINE).expect("writable");
        let mut args = MethodsArgs {
            scenario: ScenarioArgs { file: scenario, set: SetArgs::default() },
            format: None,
            lang: MethodsLanguage::En,
            out: Some(file.clone()),
            force: false,
        };
        fs::write(&file, "mine").expect("writable");
        assert!(matches!(run(&args, &mut Vec::new()), Err(CliError::Usage(_))));
        assert_eq!(fs::read(&file).expect("readable"), b"mine");
        args.force = true;
        run(&args, &mut Vec::new()).expect("asked for");
        let text = fs::read_to_string(&file).expect("readable");
        assert!(text.starts_with("% Compiles by itself with ") && text.ends_with("\\end{document}\n"));
        assert_eq!(fs::read_dir(folder.path()).expect("readable").count(), 2, "nothing is left beside");
    }

    #[test]
    fn the_command_is_what_a_shell_reads() {
        let set = SetArgs {
            set: vec!["a.b={ step = [[2010, 1]] }".into()],
            seed: Some("7".into()),
            ..SetArgs::default()
        };
        assert_eq!(
            command(Path::new("a/my file.toml"), &set),
            "fanpin run 'my file.toml' --set 'a.b={ step = [[2010, 1]] }' --seed 7"
        );
        assert!(
            citation()
                .starts_with("The fanpin developers. fanpin: an agent-based simulation of health poverty"),
            "{}",
            citation()
        );
        assert!(citation().ends_with(&format!("Version {}, software.", env!("CARGO_PKG_VERSION"))));
        assert!(CITATION.contains(&format!("version: {}\n", env!("CARGO_PKG_VERSION"))));
    }

    #[test]
    fn what_was_run_is_said_with_years_and_size() {
        let scenario = crate::scenario::main_scenario(&["plan.last_year=2030"]);
        assert_eq!(scenario.plan.last_year, Year::new(2030));
        let args = ScenarioArgs { file: "x.toml".into(), set: SetArgs::default() };
        let files = Files::default();
        let appendix = Appendix { scenario: &scenario, files: &files, args: &args, language: Language::En };
        let text = appendix.plan();
        assert!(text.contains("Years 2021 to 2030 are reported, from 20 replicates of 20,000 households in 10 counties, with seed 2021."), "{text}");
    }
}
