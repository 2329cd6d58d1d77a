//! The page of validation beside the published record: `data/validation` says what is compared with what.

use fanpin::observation;

#[test]
fn the_page_shows_every_figure() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/validation.md");
    let on_page = std::fs::read_to_string(path).expect("docs/validation.md is there");
    for target in observation::targets() {
        assert!(
            on_page.contains(&format!("| {} |", target.id)),
            "docs/validation.md is old: no {}",
            target.id
        );
    }
    for driver in observation::drivers() {
        assert!(on_page.contains(&driver.sentence), "docs/validation.md is old: {}", driver.target);
    }
}
