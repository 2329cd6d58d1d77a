//! The fonts of charts, compiled in, so that a machine without any font draws the same picture.

use std::collections::BTreeSet;
use std::sync::{Arc, LazyLock};

use ab_glyph::{Font, FontRef};
use resvg::usvg::fontdb;

/// Family name of both weights.
pub const FAMILY: &str = "Noto Sans CJK SC";
/// Millimetres of one typographic point.
pub const MM_PER_PT: f64 = 25.4 / 72.0;

static REGULAR: &[u8] = include_bytes!("../../data/fonts/NotoSansCJKsc-Regular.subset.otf");
static BOLD: &[u8] = include_bytes!("../../data/fonts/NotoSansCJKsc-Bold.subset.otf");

static REGULAR_FACE: LazyLock<FontRef<'static>> = LazyLock::new(|| face(REGULAR));
static BOLD_FACE: LazyLock<FontRef<'static>> = LazyLock::new(|| face(BOLD));
static DATABASE: LazyLock<Arc<fontdb::Database>> = LazyLock::new(|| {
    let mut database = fontdb::Database::new();
    for bytes in [REGULAR, BOLD] {
        database.load_font_source(fontdb::Source::Binary(Arc::new(bytes)));
    }
    Arc::new(database)
});

/// Weight of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weight {
    /// Regular.
    Regular,
    /// Bold.
    Bold,
}

/// The two faces, for drawing.
#[must_use]
pub fn database() -> Arc<fontdb::Database> {
    Arc::clone(&DATABASE)
}

/// Width of a text in millimetres, at a size in points. Kerning is left out: it only makes text narrower.
///
/// # Panics
///
/// Never: the fonts are compiled in and have an em.
#[must_use]
pub fn width_mm(text: &str, pt: f64, weight: Weight) -> f64 {
    let face: &FontRef = match weight {
        Weight::Regular => &REGULAR_FACE,
        Weight::Bold => &BOLD_FACE,
    };
    let upem = f64::from(face.units_per_em().expect("the fonts are compiled in and have an em"));
    let advance: f64 = text.chars().map(|c| f64::from(face.h_advance_unscaled(face.glyph_id(c)))).sum();
    advance / upem * pt * MM_PER_PT
}

/// Characters of a text that the fonts do not have; they would be drawn as boxes.
#[must_use]
pub fn missing(text: &str) -> BTreeSet<char> {
    text.chars().filter(|c| !c.is_control() && REGULAR_FACE.glyph_id(*c).0 == 0).collect()
}

fn face(bytes: &'static [u8]) -> FontRef<'static> {
    FontRef::try_from_slice(bytes).expect("the fonts are compiled in and whole")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chinese_character_is_an_em_wide() {
        let em = 7.0 * MM_PER_PT;
        assert!((width_mm("返贫", 7.0, Weight::Regular) - 2.0 * em).abs() < 1e-9);
        assert!(width_mm("return", 7.0, Weight::Bold) > width_mm("return", 7.0, Weight::Regular));
    }

    #[test]
    fn both_languages_are_covered_and_gaps_are_found() {
        assert!(missing("因病致贫返贫率（%） Poverty return −1.5 ≥ × · – “”").is_empty());
        assert_eq!(missing("a龘b"), BTreeSet::from(['龘']), "not in GB2312");
    }
}
