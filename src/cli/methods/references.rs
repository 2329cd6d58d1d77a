//! Sources by their full names: input tables, marks of policies, DOIs, what the protocol and the methods come from.

use std::collections::{BTreeMap, BTreeSet};

use super::markdown::{Table, code, plain, prose};
use crate::cli::bill::pick;
use crate::evidence::Status;
use crate::population::tables::TEXTS;
use crate::scenario::plan::Language;

/// Marks of sources beside the values of policies.
const MARKS: &str = include_str!("../../../data/policy_sources.csv");

/// Tables that are read elsewhere than in `population::tables`.
const MORE: [(&str, &str); 2] = [
    ("county_spread", include_str!("../../../data/tables/county_spread.csv")),
    ("households", include_str!("../../../data/tables/households.csv")),
];

/// Works on which the methods rest.
const WORKS: [&str; 9] = [
    "Alkire S, Foster J (2011). Counting and multidimensional poverty measurement. Journal of Public Economics 95:476–487. 10.1016/j.jpubeco.2010.11.006",
    "Foster J, Greer J, Thorbecke E (1984). A class of decomposable poverty measures. Econometrica 52:761–766. 10.2307/1913475",
    "Grimm V et al. (2020). The ODD protocol for describing agent-based and other simulation models: a second update to improve clarity, replication, and structural realism. JASSS 23(2):7. 10.18564/jasss.4259",
    "Hyndman RJ, Fan Y (1996). Sample quantiles in statistical packages. The American Statistician 50:361–365. 10.1080/00031305.1996.10473566",
    "Müller B et al. (2013). Describing human decisions in agent-based models: ODD+D, an extension of the ODD protocol. Environmental Modelling & Software 48:37–48. 10.1016/j.envsoft.2013.06.003",
    "Salmon JK, Moraes MA, Dror RO, Shaw DE (2011). Parallel random numbers: as easy as 1, 2, 3. Proceedings of SC11. 10.1145/2063384.2063405",
    "Smith TB (1973). The policy implementation process. Policy Sciences 4:197–209. 10.1007/BF01405732",
    "Wagstaff A, van Doorslaer E (2003). Catastrophe and impoverishment in paying for health care. Health Economics 12:921–934. 10.1002/hec.776",
    "Xu K et al. (2003). Household catastrophic health expenditure: a multicountry analysis. The Lancet 362:111–117. 10.1016/S0140-6736(03)13861-5",
];

/// What the tables of input data hold and where it is from.
pub fn input_tables(language: Language) -> String {
    let head = match language {
        Language::En => ["table", "rows by status", "where from"],
        Language::Zh => ["数据表", "各状态行数", "来源"],
    };
    let mut table = Table::new(&head);
    let mut all: Vec<(&str, &str)> = TEXTS.into_iter().chain(MORE).collect();
    all.sort_unstable();
    for (name, text) in all {
        let (counts, sources) = rows(text);
        let counts: Vec<String> = Status::ALL
            .into_iter()
            .filter_map(|status| counts.get(status.name()).map(|count| format!("{count} {}", status.name())))
            .collect();
        let sources: Vec<String> = sources.iter().map(|source| prose(source)).collect();
        table.row(&[code(&format!("{name}.csv")), counts.join(", "), sources.join("; ")]);
    }
    table.finish()
}

/// How many rows of a table have each status, and their sources in the order in which they come.
fn rows(text: &str) -> (BTreeMap<String, usize>, Vec<String>) {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let head = reader.headers().cloned().unwrap_or_default();
    let column = |name: &str| head.iter().position(|head| head == name);
    let (status, source) = (column("status"), column("source"));
    let mut counts = BTreeMap::new();
    let mut sources: Vec<String> = Vec::new();
    for row in reader.records().flatten() {
        let of =
            |column: Option<usize>| column.and_then(|column| row.get(column)).unwrap_or_default().to_owned();
        *counts.entry(of(status)).or_default() += 1;
        let source = of(source);
        if !sources.contains(&source) {
            sources.push(source);
        }
    }
    (counts, sources)
}

/// The list of references for the sources that were printed.
pub fn list(sources: &[String], odd: &str, language: Language) -> String {
    let say = |en, zh| pick(language, en, zh);
    let mut text = format!("### {}\n\n", say("Methods", "方法"));
    for work in WORKS {
        text += &format!("- {}\n", linked(work));
    }
    let marks = used_marks(sources);
    if !marks.is_empty() {
        text += &format!("\n### {}\n\n", say("Marks of policy sources", "政策来源标记"));
        text += say(
            "A mark followed by C was read in a third party's compilation, not in the text itself.\n\n",
            "标记后附C者，所据为第三方整理而非原文。\n\n",
        );
        for (key, source) in marks {
            text += &format!("- \\[{key}\\] {}\n", linked(&source));
        }
    }
    let dois: BTreeSet<String> =
        sources.iter().map(String::as_str).chain([odd]).flat_map(dois).map(str::to_owned).collect();
    text += &format!("\n### {}\n\n", say("Works named by DOI", "以DOI注明的文献"));
    for doi in dois {
        text += &format!("- {}\n", linked(&doi));
    }
    text += &format!("\n### {}\n\n", say("Other sources named", "其他注明的来源"));
    text += say(
        "As they stand in the tables above, for values that rest on one.\n\n",
        "以下为上列各表中有出处的取值所注来源的原文。\n\n",
    );
    let others: BTreeSet<&str> =
        sources.iter().map(String::as_str).filter(|source| names_a_source(source)).collect();
    for source in others {
        text += &format!("- {}\n", linked(source));
    }
    text + "\n"
}

/// Whether a text names something published: in brackets or as recalled, and with neither a mark nor a DOI, which are
/// listed already.
fn names_a_source(text: &str) -> bool {
    let bracketed = text.split('(').skip(1).filter_map(|part| part.split_once(')')).map(|(inner, _)| inner);
    let named =
        bracketed.into_iter().any(|inner| inner.contains(char::is_uppercase)) || text.starts_with("recalled");
    named && dois(text).is_empty() && used_marks(&[text.to_owned()]).is_empty()
}

/// A text with its DOIs as links.
fn linked(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    for doi in dois(text) {
        let Some(place) = rest.find(doi) else { continue };
        let before = rest[..place].trim_end_matches("doi:").trim_end_matches("doi ");
        out += &format!("{}<https://doi.org/{doi}>", prose(before));
        rest = &rest[place + doi.len()..];
    }
    out + &prose(rest)
}

/// The DOIs in a text.
fn dois(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(place) = text[from..].find("10.").map(|place| from + place) {
        from = place + 3;
        let inside = text[..place].ends_with(|c: char| c.is_alphanumeric() || c == '.');
        let digits = text[from..].find(|c: char| !c.is_ascii_digit()).unwrap_or(0);
        if inside || !(4..=9).contains(&digits) || !text[from + digits..].starts_with('/') {
            continue;
        }
        let end = text[place..]
            .find(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | '"' | '`' | '<' | '>' | '|' | ']'));
        let mut doi = &text[place..end.map_or(text.len(), |end| place + end)];
        // A bracket that closes what was opened before the DOI is no part of it.
        while doi.ends_with(['.', ':'])
            || doi.ends_with(')') && doi.matches(')').count() > doi.matches('(').count()
        {
            doi = &doi[..doi.len() - 1];
        }
        from = place + doi.len();
        found.push(doi);
    }
    found
}

/// The marks that stand in brackets in some texts, with what they stand for.
fn used_marks(sources: &[String]) -> Vec<(String, String)> {
    let used: BTreeSet<&str> = sources.iter().flat_map(|text| marks_in(text)).collect();
    marks().into_iter().filter(|(key, _)| used.contains(key.as_str())).collect()
}

fn marks_in(text: &str) -> impl Iterator<Item = &str> {
    let bracketed = text.split('[').skip(1).filter_map(|part| part.split_once(']')).map(|(inner, _)| inner);
    bracketed.flat_map(|inner| inner.split([' ', ',', ';']))
}

/// All marks with what they stand for.
fn marks() -> Vec<(String, String)> {
    let mut reader = csv::Reader::from_reader(MARKS.as_bytes());
    let row = |row: csv::StringRecord| Some((row.get(0)?.to_owned(), row.get(1)?.to_owned()));
    reader.records().flatten().filter_map(row).collect()
}

/// A text that is plain but for its DOIs, for elsewhere.
pub fn with_links(text: &str) -> String {
    if dois(text).is_empty() { plain(text) } else { linked(text) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::shipped;

    #[test]
    fn dois_end_where_they_end() {
        let text = "a (doi 10.3390/healthcare8030256, seen), (10.1016/S2095-3119(20)63444-X); 110.1/x 10.5 v10.1234/y 10.1186/a.b.";
        assert_eq!(dois(text), ["10.3390/healthcare8030256", "10.1016/S2095-3119(20)63444-X", "10.1186/a.b"]);
        assert_eq!(linked("see doi:10.1186/a_b (x_y)"), "see <https://doi.org/10.1186/a_b> (x\\_y)");
    }

    #[test]
    fn every_mark_beside_a_value_is_resolved_and_every_mark_is_used() {
        let known: BTreeSet<String> = marks().into_iter().map(|(key, _)| key).collect();
        let mut used = BTreeSet::new();
        for file in shipped::ALL {
            for comment in
                file.text.lines().filter_map(|line| line.split_once('#')).map(|(_, comment)| comment)
            {
                for word in marks_in(comment) {
                    // A mark begins with two capitals, or with one and a figure.
                    let shape: Vec<bool> =
                        word.chars().take(2).map(|c| c.is_ascii_uppercase() || c.is_ascii_digit()).collect();
                    let is_mark = word.starts_with(|c: char| c.is_ascii_uppercase()) && shape == [true, true];
                    if is_mark && word != "KEY" {
                        assert!(known.contains(word), "{}: [{word}] stands for nothing", file.name);
                        used.insert(word.to_owned());
                    }
                }
            }
        }
        assert_eq!(used, known);
    }

    #[test]
    fn every_row_of_the_input_tables_has_status_and_source() {
        for (name, text) in TEXTS.into_iter().chain(MORE) {
            let (counts, sources) = rows(text);
            let known = Status::ALL.map(Status::name);
            assert!(counts.keys().all(|status| known.contains(&status.as_str())), "{name}: {counts:?}");
            assert!(sources.iter().all(|source| !source.is_empty()), "{name}");
        }
    }
}
