//! The page of validation is of the figures, errors, split and drivers as they stand.

use fanpin::{observation, report, validation};

fn page() -> String {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/validation.md");
    std::fs::read_to_string(path).expect("docs/validation.md is there")
}

#[test]
fn the_page_is_of_the_data_as_they_stand() {
    let fingerprint = report::validation::fingerprint();
    assert!(
        page().contains(&fingerprint),
        "docs/validation.md is old: write it again by `fanpin validate -o`"
    );
}

#[test]
fn the_page_shows_every_figure_and_hides_no_miss() {
    let page = page();
    for target in observation::targets() {
        assert!(page.contains(&format!("| {} |", target.id)), "docs/validation.md is old: no {}", target.id);
    }
    assert!(!page.contains("| not known |"), "a miss on the page has no driver");
    for check in validation::checks() {
        assert!(page.contains(&check.place), "docs/validation.md is old: no {}", check.place);
    }
}
