//! The generated part of `docs/performance.md`.

use std::fmt::Write as _;

use fanpin::report::style::number;

use crate::figures::{Figures, Point, Scaling, Speed};
use crate::instructions::Recorded;

const BEGIN: &str = "<!-- figures: written by benches/measure -->\n";
const END: &str = "<!-- end of figures -->\n";

/// The page with these figures in the place of the old ones.
pub fn with_figures(page: &str, figures: &Figures) -> String {
    let (before, rest) = page.split_once(BEGIN).expect("the page says where figures begin");
    let (_, after) = rest.split_once(END).expect("the page says where figures end");
    let parts =
        [machine(figures), speed(figures), instructions(&figures.instructions), scaling(&figures.scaling)];
    format!("{before}{BEGIN}\n{}\n{END}{after}", parts.join("\n"))
}

fn of<'f>(figures: &'f Figures, what: &str) -> &'f Speed {
    figures.speed.get(what).unwrap_or_else(|| panic!("docs/speed.csv has no {what}"))
}

fn machine(figures: &Figures) -> String {
    let (machine, commit) = (&of(figures, "machine").unit, &of(figures, "commit").unit);
    format!(
        "Seconds were taken on {machine}, at commit {commit}; instructions with {}.\n",
        figures.instructions.rustc
    )
}

/// A median and, in brackets, the range of the runs.
fn range(speed: &Speed, factor: f64, decimals: usize) -> String {
    let number = |value: Option<f64>| number(value.unwrap_or(f64::NAN) * factor, decimals);
    format!("{} ({} to {})", number(speed.median), number(speed.least), number(speed.most))
}

fn speed(figures: &Figures) -> String {
    let row = |what: &str, factor, decimals, name: &str| {
        format!("| {name} | {} |\n", range(of(figures, what), factor, decimals))
    };
    let million = of(figures, "person_years").median.unwrap_or(f64::NAN) / 1e6;
    let mut table = format!(
        "### Throughput, memory, start-up\n\n\
         The main job has {} million regime-person-years. Median of the runs, range in brackets.\n\n\
         | what | |\n| --- | --- |\n",
        number(million, 1)
    );
    table += &row("main_job", 1.0, 2, "main job, simulation, seconds");
    table += &row("main_job_rate", 1.0, 2, "its million regime-person-years a second");
    table += &row("main_job_whole", 1.0, 2, "the same from start to tables, seconds");
    table += &row("main_job_memory", 1.0, 0, "its peak memory, MiB");
    table += &row("check", 1000.0, 0, "`fanpin check`, milliseconds");
    table += &row("small_run", 1.0, 2, "1,000 households, one replicate, without charts, seconds");
    table += &row("check_to_charts", 1.0, 2, "the same, from `check` to all charts and the report, seconds");
    table
}

fn instructions(i: &Recorded) -> String {
    let mut table = format!(
        "### Instructions by process\n\n\
         **{}** a regime-person-year, of {} regime-person-years in one county of a thousand households. Beside them, \
         once a run, {} million to read and check the scenario and, once a place, {} million to compile its years and \
         fit its population.\n\n\
         | process | instructions per regime-person-year | share, % |\n| --- | ---: | ---: |\n",
        number(i.a_person_year, 0),
        number(float(i.person_years), 0),
        number(float(i.load) / 1e6, 0),
        number(float(i.ground) / 1e6, 0)
    );
    for process in &i.process {
        let share = process.a_person_year / i.a_person_year * 100.0;
        let cells = [number(process.a_person_year, 1), number(share, 1)];
        writeln!(table, "| {} | {} | {} |", process.name, cells[0], cells[1]).expect("a text takes all");
    }
    table
}

// Counts of instructions are far below 2^53.
#[allow(clippy::cast_precision_loss)]
const fn float(count: u64) -> f64 {
    count as f64
}

fn scaling(scaling: &Scaling) -> String {
    let mut text = "### Growth\n\n![Time and memory against people, replicates, regimes, years and threads](scaling.png)\n\n"
        .to_owned();
    text += &verdict(scaling);
    text += "\n| | | million person-years | simulation, s | million a second | whole program, s | CPU, s | peak memory, MiB |\n\
             | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n";
    for axis in ["people", "replicates", "regimes", "years", "threads"] {
        for point in scaling.axis(axis) {
            text += &line(axis, &point);
        }
    }
    text
}

fn line(axis: &str, point: &Point) -> String {
    let cells = [
        number(point.value, 0),
        number(point.person_years / 1e6, 1),
        number(point.seconds, 2),
        number(point.rate(), 2),
        number(point.wall, 2),
        number(point.cpu, 2),
        number(point.mebibytes, 0),
    ];
    format!("| {axis} | {} |\n", cells.join(" | "))
}

/// What the table comes to: cost of a person-year at the largest size over that at a hundred thousand people, memory,
/// and what threads give.
fn verdict(scaling: &Scaling) -> String {
    let people = scaling.axis("people");
    let threads = scaling.axis("threads");
    let (Some(last), Some(one), Some(most)) = (people.last(), threads.first(), threads.last()) else {
        return String::new();
    };
    let from = people.iter().find(|p| p.value >= 1e5).unwrap_or(last);
    format!(
        "At {} people a regime-person-year takes {} times the time that it takes at {}, and the run {} times the \
         memory; {} threads do {} times the work of one.\n",
        number(last.value, 0),
        number(from.rate() / last.rate(), 2),
        number(from.value, 0),
        number(last.mebibytes / from.mebibytes, 2),
        most.threads,
        number(most.rate() / one.rate(), 2)
    )
}
