//! The recorded figures: `benches/instructions.toml`.

use std::fmt::Write as _;

use crate::callgrind::Profile;
use crate::file::{Process, Recorded};

/// How many more instructions than recorded are too many.
const TOLERANCE: f64 = 0.05;

/// What belongs to no process of the list.
const REST: &str = "rest";

impl Recorded {
    /// What a profile says.
    ///
    /// # Panics
    /// If a process of the list has no instructions: it has another name in the source now.
    pub fn of(profile: &Profile, processes: &[(String, String)], person_years: u64, rustc: &str) -> Self {
        let county = "fixed_case::fixed_county";
        let shares = profile.by_process(county, processes);
        let a_person_year = |cost: f64| (cost / person_years as f64 * 10.0).round() / 10.0;
        let mut process: Vec<Process> = Vec::new();
        for (name, _) in processes {
            if process.iter().any(|row| row.name == *name) {
                continue;
            }
            let cost = shares.get(&Some(name.clone())).copied().unwrap_or_default();
            assert!(
                cost > 0.0,
                "`{name}` has no instructions: is its function another in benches/processes.csv?"
            );
            process.push(Process { name: name.clone(), a_person_year: a_person_year(cost) });
        }
        let rest = shares.get(&None).copied().unwrap_or_default();
        process.push(Process { name: REST.to_owned(), a_person_year: a_person_year(rest) });
        Self {
            rustc: rustc.to_owned(),
            person_years,
            a_person_year: a_person_year(profile.inclusive(county) as f64),
            load: profile.inclusive("fixed_case::fixed_load"),
            ground: profile.inclusive("fixed_case::fixed_ground"),
            process,
        }
    }

    /// Reads the file.
    pub fn read(text: &str) -> Self {
        toml::from_str(text).expect("benches/instructions.toml is what `text` writes")
    }

    /// The file.
    pub fn text(&self) -> String {
        let mut text = format!(
            "# Instructions of the fixed case, examples/fixed_case.rs. Written by\n\
             # FANPIN_ACCEPT=1 cargo test --test instructions -- --ignored\n\
             rustc = {:?}\nperson_years = {}\na_person_year = {:.1}\nload = {}\nground = {}\nprocess = [\n",
            self.rustc, self.person_years, self.a_person_year, self.load, self.ground
        );
        for Process { name, a_person_year } in &self.process {
            writeln!(text, "    {{ name = {name:?}, a_person_year = {a_person_year:.1} }},")
                .expect("a text takes all");
        }
        text + "]\n"
    }

    /// The table of processes beside what was recorded.
    pub fn beside(&self, recorded: &Self) -> String {
        let mut table = format!("{:>10} {:>10}  instructions per regime-person-year\n", "now", "recorded");
        let mut row = |now: f64, then: Option<f64>, name: &str| {
            let then = then.map_or("–".to_owned(), |then| format!("{then:.1}"));
            writeln!(table, "{now:>10.1} {then:>10}  {name}").expect("a text takes all");
        };
        row(self.a_person_year, Some(recorded.a_person_year), "in all");
        for Process { name, a_person_year } in &self.process {
            let then = recorded.process.iter().find(|row| row.name == *name);
            row(*a_person_year, then.map(|row| row.a_person_year), name);
        }
        if self.rustc != recorded.rustc {
            writeln!(table, "{} now, {} then", self.rustc, recorded.rustc).expect("a text takes all");
        }
        table
    }
}

/// How a count compares with the recorded one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Too many.
    More,
    /// Within the tolerance.
    Alike,
    /// So few that it should be recorded.
    Fewer,
}

impl Verdict {
    /// Compares a count with the recorded one.
    pub fn of(recorded: f64, found: f64) -> Self {
        if found > recorded * (1.0 + TOLERANCE) {
            Self::More
        } else if found < recorded * (1.0 - TOLERANCE) {
            Self::Fewer
        } else {
            Self::Alike
        }
    }
}

#[test]
fn five_percent_more_is_too_many() {
    assert_eq!(Verdict::of(1000.0, 1050.0), Verdict::Alike);
    assert_eq!(Verdict::of(1000.0, 1050.1), Verdict::More);
    assert_eq!(Verdict::of(1000.0, 950.0), Verdict::Alike);
    assert_eq!(Verdict::of(1000.0, 949.9), Verdict::Fewer);
}

#[test]
fn what_is_recorded_is_read_again_and_adds_up() {
    let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/benches/instructions.toml"));
    let text = text.expect("benches/instructions.toml is there");
    let recorded = Recorded::read(&text);
    assert_eq!(recorded.text(), text);
    let sum: f64 = recorded.process.iter().map(|row| row.a_person_year).sum();
    // Each is rounded to a tenth.
    assert!((sum - recorded.a_person_year).abs() < 0.06 * (recorded.process.len() + 1) as f64, "{sum}");
    assert!(
        recorded.beside(&Recorded { rustc: "older".to_owned(), ..recorded.clone() }).contains("older then")
    );
}
