//! Charts: equal bytes on every run, fonts inside, every shape of result drawn.
//!
//! `FANPIN_CHARTS=folder cargo test --test charts` also leaves the pictures there to be looked at.

#![cfg(feature = "output")]

mod sample;

use std::path::PathBuf;

use fanpin::measures::table::{PlaceInfo, Results, SpreadRow};
use fanpin::report::charts::bill::{self, BillBreakdown, Payment};
use fanpin::report::charts::{Chart, Setting, draw_all};
use fanpin::report::render::render;
use fanpin::report::style::{DARK, PAPER};
use fanpin::scenario::plan::{Bilingual, ChartFormat, Language};
use fanpin::scenario::policy::Payer;
use fanpin::units::{Money, Year};
use sample::{Shape, USUAL, results};

fn setting(language: Language, width_mm: u32) -> Setting {
    Setting { language, width_mm, theme: PAPER }
}

/// Leaves a picture to be looked at, if asked to.
fn show(charts: &[Chart], name: &str) {
    let Some(folder) = std::env::var_os("FANPIN_CHARTS").map(PathBuf::from) else { return };
    std::fs::create_dir_all(&folder).unwrap();
    for chart in charts {
        let file = format!("{}.{name}.{}.png", chart.id, chart.language_tag());
        std::fs::write(folder.join(file), render(chart, ChartFormat::Png)).unwrap();
    }
}

fn bills() -> Vec<BillBreakdown> {
    let text = |en: &str, zh: &str| Bilingual { en: en.into(), zh: zh.into() };
    let pay = |en, zh, payer, yuan| Payment { layer: text(en, zh), payer, paid: Money::from_yuan(yuan) };
    vec![
        BillBreakdown {
            regime: text("Targeted", "精准保障"),
            year: Year::new(2020),
            bill: Money::from_yuan(60_000),
            payments: vec![
                pay("Basic insurance", "基本医保", Payer::BasicInsurance, 33_120),
                pay("Critical-illness insurance", "大病保险", Payer::CriticalIllnessInsurance, 7_440),
                pay("Medical aid", "医疗救助", Payer::MedicalAid, 6_128),
                pay("County top-up", "县级补充保障", Payer::LocalTopUp, 6_300),
            ],
            out_of_pocket: Money::from_yuan(7_012),
        },
        BillBreakdown {
            regime: text("Cliff", "断崖退出"),
            year: Year::new(2021),
            bill: Money::from_yuan(60_000),
            payments: vec![
                pay("Basic insurance", "基本医保", Payer::BasicInsurance, 30_100),
                pay("Critical-illness insurance", "大病保险", Payer::CriticalIllnessInsurance, 4_440),
            ],
            out_of_pocket: Money::from_yuan(25_460),
        },
    ]
}

#[test]
fn every_shape_of_result_is_drawn() {
    let crowd = Shape { regimes: 8, long_labels: true, ..USUAL };
    let lonely = Shape { regimes: 1, replicates: 1, years: 1, long_labels: false };
    let two = Shape { regimes: 2, replicates: 1, ..USUAL };
    for (name, shape) in [("usual", USUAL), ("crowd", crowd), ("lonely", lonely), ("two", two)] {
        let results = results(shape);
        for language in [Language::En, Language::Zh] {
            for width in [60, 90, 180, 400] {
                let setting = setting(language, width);
                let mut charts = draw_all(&results, &setting);
                charts.push(bill::draw(&bills(), &setting));
                show(&charts, &format!("{name}-{width}"));
                for chart in &charts {
                    assert!(chart.missing.is_empty(), "{}: {:?}", chart.id, chart.missing);
                    assert!(
                        chart.height_mm > 20.0 && (chart.height_mm < 247.0 || width == 60),
                        "{} {}",
                        chart.id,
                        chart.height_mm
                    );
                    assert!(!chart.svg.contains("NaN") && !chart.svg.contains("inf"), "{}", chart.id);
                }
            }
        }
    }
}

#[test]
fn no_data_is_said_not_drawn() {
    let empty = Results::default();
    let mut charts = draw_all(&empty, &setting(Language::En, 90));
    charts.push(bill::draw(&[], &setting(Language::En, 90)));
    show(&charts, "empty");
    for chart in charts {
        assert!(
            chart.svg.contains("in these results")
                || chart.svg.contains("No second")
                || chart.svg.contains("no bill")
        );
    }
}

#[test]
fn one_replicate_has_no_ribbon() {
    let one = Shape { replicates: 1, ..USUAL };
    let ribbons = |shape| {
        let charts = draw_all(&results(shape), &setting(Language::En, 180));
        charts[0].svg.matches("opacity=\"0.18\"").count()
    };
    assert_eq!(ribbons(one), 0);
    assert_eq!(ribbons(USUAL), USUAL.regimes);
}

fn chart(results: &Results, id: &str) -> Chart {
    let charts = draw_all(results, &setting(Language::En, 180));
    charts.into_iter().find(|chart| chart.id == id).expect("it is drawn with every run")
}

#[test]
fn the_descent_has_a_ribbon_a_regime_in_each_of_its_panels() {
    let found = chart(&results(USUAL), "descent");
    assert_eq!(found.svg.matches("opacity=\"0.18\"").count(), 3 * USUAL.regimes);
    for text in ["Net income", "Medical debt", "In net poverty", "Years since onset"] {
        assert!(found.svg.contains(text), "{text}");
    }
    assert!(found.description.contains("not put in: it comes of bills"), "{}", found.description);
}

#[test]
fn the_squeeze_leaves_out_regimes_without_medical_aid_and_says_so() {
    let mut results = results(USUAL);
    let found = chart(&results, "squeeze");
    assert_eq!(found.svg.matches("opacity=\"0.18\"").count(), 3 * (USUAL.regimes - 1));
    assert!(!found.svg.contains("Basic insurance only"), "it has no medical aid in the sample");
    assert!(found.description.contains("Regimes without medical aid are left out"));
    results.regimes.remove(0);
    assert!(!chart(&results, "squeeze").description.contains("left out"));
}

#[test]
fn counties_have_two_bands_a_regime_unless_they_are_too_few() {
    let mut results = results(USUAL);
    let found = chart(&results, "counties");
    assert_eq!(found.svg.matches("opacity=\"0.2\"").count(), 2 * USUAL.regimes);
    results.counties.iter_mut().for_each(|row| row.counties = 7);
    assert!(chart(&results, "counties").svg.contains("Fewer than eight counties"));
}

#[test]
fn counties_go_by_the_label_of_their_place_in_either_language() {
    let mut results = results(Shape { replicates: 1, ..USUAL });
    let text = |results: &Results, language| {
        let charts = draw_all(results, &setting(language, 180));
        charts.into_iter().find(|chart| chart.id == "counties").unwrap().svg
    };
    let (en, zh) = (text(&results, Language::En), text(&results, Language::Zh));
    assert!(en.contains("Formerly poor county") && zh.contains("原贫困县"));
    assert!(en.contains("20 counties, the median one with 2800 simulated persons"));
    assert!(zh.contains("20个县，中位数县模拟2800人"));
    assert!(!en.contains("poor-county") && !zh.contains("poor-county"), "no raw id");
    results.places.clear();
    assert!(text(&results, Language::En).contains("poor-county"), "folders of old have no labels");
}

#[test]
fn every_place_with_several_counties_has_its_row() {
    let mut results = results(USUAL);
    let others: Vec<SpreadRow> =
        results.counties.iter().map(|row| SpreadRow { group: "place:other".into(), ..row.clone() }).collect();
    results.counties.extend(others);
    results.groups.push("place:other".into());
    results.places.push(PlaceInfo {
        id: "other".into(),
        en: "Other counties".into(),
        ..PlaceInfo::default()
    });
    let found = chart(&results, "counties");
    assert_eq!(found.svg.matches("opacity=\"0.2\"").count(), 2 * 2 * USUAL.regimes);
    assert!(found.svg.contains("Formerly poor county") && found.svg.contains("Other counties"));
}

#[test]
fn small_counties_are_said_to_spread_by_chance() {
    let mut results = results(USUAL);
    let warned =
        |results: &Results| chart(results, "counties").description.contains("in large part by chance");
    results.places[0].persons_per_county = Some(4_999);
    assert!(warned(&results));
    for enough in [Some(5_000), None] {
        results.places[0].persons_per_county = enough;
        assert!(!warned(&results), "{enough:?}");
    }
}

#[test]
fn one_replicate_is_no_mean_over_replicates() {
    let said = |replicates| chart(&results(Shape { replicates, ..USUAL }), "who-pays").description;
    assert!(said(1).contains("One replicate: no interval") && !said(1).contains("Means over"));
    assert!(said(2).contains("Means over replicates"));
}

#[test]
fn a_budget_that_all_regimes_share_is_one_grey_line() {
    let mut results = results(Shape { replicates: 1, ..USUAL });
    let mut grey_dashes = |cliff: f64| {
        for row in results.measures.iter_mut().filter(|r| r.measure == "aid_revenue_per_head") {
            row.statistics.mean = Some(if row.regime == "cliff" { cliff } else { 200.0 });
        }
        chart(&results, "squeeze").svg.matches("stroke=\"#6B6B6B\"").count()
    };
    let (shared, near, apart) = (grey_dashes(200.0), grey_dashes(200.9), grey_dashes(201.1));
    assert!(shared > 10 && near == shared && apart == 0, "{shared}, {near} and {apart} dashes");
}

#[test]
fn files_are_the_same_bytes_every_time() {
    let draw = || draw_all(&results(Shape { years: 4, ..USUAL }), &setting(Language::Zh, 180));
    for (first, second) in draw().iter().zip(&draw()) {
        for format in [ChartFormat::Svg, ChartFormat::Pdf, ChartFormat::Png] {
            assert!(render(first, format) == render(second, format), "{} {format:?}", first.id);
        }
    }
}

#[test]
fn files_carry_their_fonts_size_and_resolution() {
    let charts = draw_all(&results(USUAL), &setting(Language::Zh, 90));
    let svg = String::from_utf8(render(&charts[0], ChartFormat::Svg)).unwrap();
    assert!(
        svg.contains("width=\"90mm\"") && svg.contains("<title>脱贫人口返贫率</title>"),
        "{}",
        &svg[..300]
    );
    assert!(!svg.contains("<text") && !svg.contains("font-family"), "letters are outlines");
    let pdf = render(&charts[0], ChartFormat::Pdf);
    let holds = |needle: &[u8]| pdf.windows(needle.len()).any(|w| w == needle);
    assert!(holds(b"/FontFile3") && holds(b"NotoSansCJKsc-Bold") && holds(b"/ToUnicode"));
    let png = render(&charts[0], ChartFormat::Png);
    assert!(png.windows(12).any(|w| w == b"pHYs\x00\x00\x2e\x23\x00\x00\x2e\x23"), "300 dots an inch");
}

#[test]
fn regimes_keep_their_colour_in_any_theme() {
    let results = results(USUAL);
    let of = |theme| draw_all(&results, &Setting { theme, ..setting(Language::En, 180) })[0].svg.clone();
    assert!(of(PAPER).contains("#0072B2") && of(PAPER).contains("#D55E00"));
    assert!(of(DARK).contains("#161B22"));
}

#[test]
fn a_character_without_a_glyph_is_reported() {
    let mut results = results(USUAL);
    results.regimes[0].1 = "龘 plan \u{7} \"<&>".into();
    let charts = draw_all(&results, &setting(Language::En, 180));
    assert_eq!(charts[0].missing.iter().collect::<String>(), "龘");
    assert!(!render(&charts[0], ChartFormat::Png).is_empty(), "control and markup characters do no harm");
}
