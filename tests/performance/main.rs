//! The generated part of `docs/performance.md` and its chart, `docs/scaling.png`, from what `benches/measure` wrote:
//! `benches/instructions.toml`, `docs/speed.csv` and `docs/scaling.csv`.
//!
//! `FANPIN_WRITE_DOCS=1 cargo test --test performance` writes them; without it they must be what these files say.

mod chart;
mod figures;
#[path = "../instructions/file.rs"]
mod instructions;
mod page;

use figures::Figures;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

#[test]
fn the_page_has_the_figures_that_were_taken() {
    let figures = Figures::read(ROOT);
    let (page_path, chart_path) = (format!("{ROOT}/docs/performance.md"), format!("{ROOT}/docs/scaling.png"));
    let old = std::fs::read_to_string(&page_path).expect("docs/performance.md is there");
    let (page, chart) = (page::with_figures(&old, &figures), chart::draw(&figures.scaling));
    if std::env::var_os("FANPIN_WRITE_DOCS").is_some() {
        std::fs::write(page_path, page).expect("docs can be written");
        std::fs::write(chart_path, chart).expect("docs can be written");
        return;
    }
    let old_chart = std::fs::read(chart_path).expect("docs/scaling.png is there");
    assert!(
        page == old && chart == old_chart,
        "docs/performance.md or docs/scaling.png is old: FANPIN_WRITE_DOCS=1 cargo test --test performance"
    );
}

#[test]
fn a_point_is_the_median_of_its_runs() {
    let text = "axis,value,households,counties,replicates,regimes,years,threads,person_years,\
                simulation_seconds,wall_seconds,cpu_seconds,peak_memory_bytes\n\
                people,10,4,2,1,5,15,2,100,3,3,5,1048576\npeople,10,4,2,1,5,15,2,100,1,1,2,1048576\n\
                people,10,4,2,1,5,15,2,100,2,2,3,3145728\n";
    let scaling = figures::Scaling::parse(text);
    let points = scaling.axis("people");
    assert_eq!(points.len(), 1);
    assert_eq!((points[0].value, points[0].seconds, points[0].mebibytes), (10.0, 2.0, 1.0));
}
