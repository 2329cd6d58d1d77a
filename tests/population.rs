//! The synthesised population against the published margins.
//!
//! Each margin is compared over 20,000 households with a tolerance of 4.5 standard errors of the sample (households
//! are the sampling unit) plus a stated discrepancy of the fit, where sources disagree. The same table is written to
//! `docs/population.md` by
//! `FANPIN_WRITE_DOCS=1 cargo test --test population`.
#![allow(clippy::disallowed_methods, reason = "statistics of a test are compared within a tolerance")]

use std::fmt::Write as _;

use fanpin::population::synthesis::{
    Founder, HouseholdDraw, PopulationParameters, Relation, Synthesiser, draw_household,
};
use fanpin::population::tables::{Condition, Path, SURVEY_ERROR_VARIANCE, tables};
use fanpin::population::{Chronic, START, Sex};
use fanpin::random::{Key, normal};
use fanpin::scenario::plan::{Bilingual, Place};
use fanpin::scenario::policy::Schedule;
use fanpin::units::Year;

const HOUSEHOLDS: u32 = 20_000;
const KEY: Key = Key { seed: 20_101_231, replicate: 0 };

/// The entries of the book for the population, by field.
fn book() -> toml::Table {
    let book: toml::Table = include_str!("../data/parameters.toml").parse().expect("the book parses");
    let fields = book.into_iter().filter_map(|(key, entry)| {
        key.strip_prefix("society.population.").map(|name| (name.to_owned(), entry))
    });
    fields.collect()
}

fn defaults() -> toml::Table {
    book().into_iter().map(|(name, entry)| (name, entry["default"].clone())).collect()
}

/// The defaults of the book; each field has an entry and each entry a field.
fn parameters() -> PopulationParameters {
    defaults().try_into().expect("the book has a default for each field")
}

fn place() -> Place {
    Place {
        id: "nation".to_owned(),
        label: Bilingual::default(),
        share: 1.0,
        counties: 1,
        unregistered_weight: 1,
        spread: None,
        income_level: Schedule::Constant(1.0),
        registered_share: 0.12,
        travel_minutes: 45.0,
        travel_log_sd: 0.5,
        county_capability: 0.8,
        price_level: 1.0,
        ageing: 1.0,
        morbidity: 1.0,
        improved_environment: 0.65,
        staff_level: 1.0,
        clinics_staffed: 1.0,
        beds_factor: 1.0,
        aid_budget_factor: 1.0,
        programme_budget_factor: 1.0,
        own_revenue_yuan: 4_000.0,
        local_share_factor: 2.0,
    }
}

fn draw_all(place: &Place, households: u32) -> Vec<HouseholdDraw> {
    let synthesiser = Synthesiser::new(&parameters(), place);
    let draw = |index| {
        let mut draw = HouseholdDraw::default();
        draw_household(&synthesiser, KEY, 0, index, &mut draw);
        draw
    };
    (0..households).map(draw).collect()
}

/// A published margin and what the sample has.
struct Margin {
    what: String,
    published: f64,
    synthesised: f64,
    standard_error: f64,
    /// By how much the fit itself may miss, and why it does.
    discrepancy: f64,
    source: &'static str,
    digits: usize,
}

impl Margin {
    fn tolerance(&self) -> f64 {
        4.5 * self.standard_error + self.discrepancy
    }

    fn holds(&self) -> bool {
        (self.synthesised - self.published).abs() <= self.tolerance()
    }
}

/// Sum of `top` over sum of `bottom` with the standard error of a ratio over households.
fn ratio(
    draws: &[HouseholdDraw],
    top: &dyn Fn(&HouseholdDraw) -> f64,
    bottom: &dyn Fn(&HouseholdDraw) -> f64,
) -> (f64, f64) {
    let (above, below): (f64, f64) =
        draws.iter().fold((0.0, 0.0), |(a, b), draw| (a + top(draw), b + bottom(draw)));
    let value = above / below;
    let squares: f64 = draws.iter().map(|draw| (top(draw) - value * bottom(draw)).powi(2)).sum();
    (value, squares.sqrt() / below)
}

fn margin(
    what: impl Into<String>,
    published: f64,
    (synthesised, standard_error): (f64, f64),
    discrepancy: f64,
    source: &'static str,
) -> Margin {
    Margin { what: what.into(), published, synthesised, standard_error, discrepancy, source, digits: 4 }
}

fn flag(is: bool) -> f64 {
    f64::from(u8::from(is))
}

fn of_households(draws: &[HouseholdDraw], is: &dyn Fn(&HouseholdDraw) -> bool) -> (f64, f64) {
    ratio(draws, &|draw| flag(is(draw)), &|_| 1.0)
}

fn of_persons(
    draws: &[HouseholdDraw],
    among: &dyn Fn(&Founder) -> bool,
    is: &dyn Fn(&Founder) -> bool,
) -> (f64, f64) {
    let count = |draw: &HouseholdDraw, also: bool| {
        draw.members.iter().filter(|member| among(member) && (!also || is(member))).count() as f64
    };
    ratio(draws, &|draw| count(draw, true), &|draw| count(draw, false))
}

fn generations(draw: &HouseholdDraw) -> usize {
    let levels = [
        &[Relation::Head, Relation::Spouse][..],
        &[Relation::Child, Relation::ChildInLaw],
        &[Relation::Grandchild],
        &[Relation::Parent],
    ];
    levels.iter().filter(|level| draw.members.iter().any(|member| level.contains(&member.relation))).count()
}

fn old(draw: &HouseholdDraw) -> usize {
    draw.members.iter().filter(|member| member.age() >= 65).count()
}

const CENSUS_STRUCTURE: &str = "6th census 2010, 1,633 rural-type counties (seen, pooled)";
const CENSUS_AGES: &str = "6th census 2010, rural residents, raked regression (unverified)";

fn census_ages(draws: &[HouseholdDraw]) -> Vec<Margin> {
    let mut margins = Vec::new();
    for sex in Sex::ALL {
        for band in 0..18u8 {
            let last = if band == 17 { 99 } else { band * 5 + 4 };
            let published = (band * 5..=last).map(|age| tables().share_at_age_2010(sex, age)).sum();
            let in_band = |age: u8| (band * 5..=last).contains(&age);
            let got = of_persons(draws, &|_| true, &|member| member.sex == sex && in_band(member.age()));
            let name = if sex == Sex::Male { "men" } else { "women" };
            let what = format!("share of persons: {name} {}", age_label(band));
            margins.push(margin(what, published, got, 0.0003, CENSUS_AGES));
        }
    }
    margins
}

fn age_label(band: u8) -> String {
    if band == 17 { "85 and over".to_owned() } else { format!("{} to {}", band * 5, band * 5 + 4) }
}

/// Households. Where the discrepancy is large, the census of persons and that of households disagree: ages give 0.336
/// members of 65 and over a household, households 0.309; persons come first.
fn households(draws: &[HouseholdDraw]) -> Vec<Margin> {
    let size = ratio(draws, &|draw| draw.members.len() as f64, &|_| 1.0);
    let of = |what: &str, published, is: &dyn Fn(&HouseholdDraw) -> bool, discrepancy| {
        margin(what, published, of_households(draws, is), discrepancy, CENSUS_STRUCTURE)
    };
    vec![
        margin("persons a household", 3.339, size, 0.005, CENSUS_STRUCTURE),
        of("households of one person", 0.1219, &|draw| draw.members.len() == 1, 0.001),
        of("households of one generation", 0.2866, &|draw| generations(draw) == 1, 0.002),
        of("households of two generations", 0.4986, &|draw| generations(draw) == 2, 0.002),
        of("households of three generations", 0.2054, &|draw| generations(draw) == 3, 0.002),
        of("households with any member of 65 and over", 0.2376, &|draw| old(draw) > 0, 0.012),
        of("households with exactly one", 0.1643, &|draw| old(draw) == 1, 0.003),
        of("households with two", 0.0723, &|draw| old(draw) == 2, 0.008),
    ]
}

const SCHOOLING: &str = "cohort table fitted to schooling in rural-type counties, 7th census 2020 (derived)";

/// Schooling of those of 25 and over in 2010, against the cohort table over the census ages.
fn schooling(draws: &[HouseholdDraw]) -> Vec<Margin> {
    let mut margins = Vec::new();
    for (level, years) in [0, 6, 9, 12, 15].into_iter().enumerate() {
        for sex in Sex::ALL {
            let share = |age: u8| {
                let limits = tables().schooling(sex, START.number() - i16::from(age));
                let upper = limits.get(level).copied().unwrap_or(1.0);
                if level == 0 { upper } else { upper - limits[level - 1] }
            };
            let published = over_ages(sex, 25, &share);
            let among = |member: &Founder| member.sex == sex && member.age() >= 25;
            let got = of_persons(draws, &among, &|member| member.schooling_years == years);
            margins.push(margin(
                format!("{years} years of schooling, {sex:?}, 25 and over"),
                published,
                got,
                0.002,
                SCHOOLING,
            ));
        }
    }
    margins
}

/// Mean over the census ages of a sex from an age on.
fn over_ages(sex: Sex, from: u8, value: &dyn Fn(u8) -> f64) -> f64 {
    let weight = |age: u8| tables().share_at_age_2010(sex, age);
    (from..100).map(|age| weight(age) * value(age)).sum::<f64>() / (from..100).map(weight).sum::<f64>()
}

/// Prevalence at 15 and over; a tenth of a per cent for the ages within groups.
fn illness(draws: &[HouseholdDraw]) -> Vec<Margin> {
    let adult = |member: &Founder| member.age() >= 15;
    let mut margins = Vec::new();
    for condition in Condition::ALL {
        let of_sex = |sex| {
            let people: f64 = (15..100).map(|age| tables().share_at_age_2010(sex, age)).sum();
            (people * over_ages(sex, 15, &|age| tables().prevalence(condition, sex, age)), people)
        };
        let ((ill_men, men), (ill_women, women)) = (of_sex(Sex::Male), of_sex(Sex::Female));
        let has = |member: &Founder| match condition {
            Condition::Chronic(group) => member.chronic.has(group),
            Condition::Disability => member.disabled,
        };
        let published = (ill_men + ill_women) / (men + women);
        let what = format!("{}, 15 and over", condition.name());
        margins.push(margin(
            what,
            published,
            of_persons(draws, &adult, &has),
            0.001,
            "prevalence tables (derived)",
        ));
    }
    let any = of_persons(draws, &adult, &|member| !member.chronic.without(Chronic::Mental).is_empty());
    let source = "NHSS rural 15 and over, between 2008 and 2013 (unverified)";
    margins.push(margin("any diagnosed group (without mental), 15 and over", 0.1934, any, 0.002, source));
    margins
}

/// The poor here are the tenth of households with the lowest scores (10.2 %, the official rate of 2012), before a
/// simulated year has passed; the register's figures are of 2013 to 2018, so the discrepancy is wide.
fn poverty(draws: &[HouseholdDraw]) -> Vec<Margin> {
    let mut scores: Vec<i32> = draws.iter().map(|draw| draw.permanent_score).collect();
    scores.sort_unstable();
    let line = scores[(0.102 * scores.len() as f64) as usize];
    let among = |is: fn(&HouseholdDraw) -> bool| {
        ratio(draws, &|draw| flag(draw.permanent_score < line && is(draw)), &|draw| {
            flag(draw.permanent_score < line)
        })
    };
    vec![
        margin(
            "poor households with a patient",
            0.60,
            among(HouseholdDraw::has_patient),
            0.02,
            "Zhou, Guo and Liu 2020 (seen)",
        ),
        margin(
            "poor households with a serious patient, for poor because of illness",
            0.432,
            among(HouseholdDraw::has_serious_patient),
            0.02,
            "register 2013 and 2015: 42.4 and 44.1 % (seen)",
        ),
    ]
}

fn wealth(draws: &[HouseholdDraw]) -> Vec<Margin> {
    let recalled = "recalled CHFS/CFPS 2013 and 2015 (unverified)";
    let indebted = of_households(draws, &|draw| draw.medical_debt_fen + draw.other_debt_fen > 0);
    let medical = of_households(draws, &|draw| draw.medical_debt_fen > 0);
    let income = |year| tables().path(Path::IncomeMean, Year::new(year));
    let mut net: Vec<i64> = draws.iter().map(HouseholdDraw::net_wealth_fen).collect();
    net.sort_unstable();
    let rank = |share: f64| net[(share * net.len() as f64) as usize] as f64 / 100.0;
    // The standard error of a median: half the distance between the quantiles one binomial error either side.
    let error = 0.5 / (net.len() as f64).sqrt();
    let median = (rank(0.5), (rank(0.5 + error) - rank(0.5 - error)) / 2.0);
    let mut travel: Vec<u16> = draws.iter().map(|draw| draw.travel_minutes).collect();
    travel.sort_unstable();
    // Log standard deviation 0.5, so the median of minutes has the relative error 0.5 · 1.2533 / √n.
    let minutes = (f64::from(travel[travel.len() / 2]), 45.0 * 0.5 * 1.2533 / (net.len() as f64).sqrt());
    let mut margins = vec![
        margin("households with any debt", 0.35, indebted, 0.005, recalled),
        margin("households with medical debt", 0.08, medical, 0.003, recalled),
        margin("median net wealth, yuan", 130_000.0 * income(2010) / income(2013), median, 2000.0, recalled),
        margin("median minutes to the county hospital", 45.0, minutes, 0.5, "the place's parameter"),
    ];
    margins[2].digits = 0;
    margins[3].digits = 1;
    margins
}

/// Latent income at the permanent score, and a survey's view of it, yuan a head.
fn incomes(draws: &[HouseholdDraw], year: i16) -> Vec<f64> {
    let error = |index: usize| normal(KEY.block(0, index as u64, Year::new(year), u64::MAX)[0]);
    let survey = |(index, draw): (usize, &HouseholdDraw)| {
        let latent = tables().income_per_head_fen(Year::new(year), draw.permanent_score) as f64 / 100.0;
        latent * libm::exp(SURVEY_ERROR_VARIANCE.sqrt() * error(index) - SURVEY_ERROR_VARIANCE / 2.0)
    };
    draws.iter().enumerate().map(survey).collect()
}

/// Means of fifths in survey income. The largest miss of the fit of four parameters to five means is 2.8 %.
fn income_fifths(draws: &[HouseholdDraw]) -> Vec<Margin> {
    let mut margins = Vec::new();
    for (year, published) in tables().published_fifths() {
        if ![2013, 2016, 2019, 2023].contains(year) {
            continue;
        }
        let mut incomes = incomes(draws, *year);
        incomes.sort_by(f64::total_cmp);
        let size = incomes.len() / 5;
        for (fifth, published) in published.iter().enumerate() {
            let part = &incomes[fifth * size..(fifth + 1) * size];
            let mean = part.iter().sum::<f64>() / size as f64;
            let spread = part.iter().map(|income| (income - mean).powi(2)).sum::<f64>() / size as f64;
            // The ends of the fifth move with the sample too, by about as much as the mean within.
            let error = (2.0 * spread / size as f64).sqrt();
            let what = format!("income a head, fifth {} of {year}, yuan", fifth + 1);
            margins.push(margin(
                what,
                *published,
                (mean, error),
                0.028 * published,
                "NBS fifths of households (unverified)",
            ));
        }
    }
    margins.iter_mut().for_each(|margin| margin.digits = 0);
    margins
}

/// Mean by persons: lower than by households, since larger households have less a head.
fn income_mean(draws: &[HouseholdDraw]) -> Margin {
    let year = Year::new(2013);
    let persons = |draw: &HouseholdDraw| draw.members.len() as f64;
    let income =
        |draw: &HouseholdDraw| tables().income_per_head_fen(year, draw.permanent_score) as f64 / 100.0;
    let got = ratio(draws, &|draw| persons(draw) * income(draw), &persons);
    let published = tables().path(Path::IncomeMean, year);
    let mut mean = margin(
        "mean income by persons, 2013, yuan",
        published,
        got,
        0.02 * published,
        "NBS 2013 (unverified)",
    );
    mean.digits = 0;
    mean
}

fn all_margins(draws: &[HouseholdDraw]) -> Vec<(&'static str, Vec<Margin>)> {
    vec![
        ("Persons by sex and age", census_ages(draws)),
        ("Households", households(draws)),
        ("Schooling", schooling(draws)),
        ("Illness", illness(draws)),
        ("Illness and poverty", poverty(draws)),
        ("Wealth, debt, distance", wealth(draws)),
        ("Income", income_fifths(draws).into_iter().chain([income_mean(draws)]).collect()),
    ]
}

fn markdown(sections: &[(&str, Vec<Margin>)]) -> String {
    let mut text = String::from(
        "# The synthesised population against the published margins\n\n\
         20,000 households of the national default place at the end of 2010, seed 20,101,231. Generated by\n\
         `FANPIN_WRITE_DOCS=1 cargo test --test population`; the same comparison is a test. The tolerance is 4.5\n\
         standard errors of the sample plus the discrepancy that the fit itself may have, where sources disagree with\n\
         each other or four parameters meet five numbers. The population was fitted to these margins: this is a check of\n\
         the synthesis, not a validation of the model.\n",
    );
    for (title, margins) in sections {
        let _ = write!(
            text,
            "\n## {title}\n\n| margin | published | synthesised | tolerance | of which fit | source |\n|---|---|---|---|---|---|\n"
        );
        for m in margins {
            let d = m.digits;
            let _ = writeln!(
                text,
                "| {} | {:.d$} | {:.d$} | {:.d$} | {:.d$} | {} |",
                m.what,
                m.published,
                m.synthesised,
                m.tolerance(),
                m.discrepancy,
                m.source
            );
        }
    }
    text
}

#[test]
fn synthesised_margins_are_the_published_ones() {
    let draws = draw_all(&place(), HOUSEHOLDS);
    let sections = all_margins(&draws);
    let text = markdown(&sections);
    println!("{text}");
    if std::env::var_os("FANPIN_WRITE_DOCS").is_some() {
        std::fs::write(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/population.md"), &text)
            .expect("docs can be written");
    }
    let missed: Vec<&str> = sections
        .iter()
        .flat_map(|(_, margins)| margins)
        .filter(|m| !m.holds())
        .map(|m| m.what.as_str())
        .collect();
    assert!(missed.is_empty(), "outside their tolerance: {missed:#?}");
}

#[test]
fn the_page_shows_the_current_numbers() {
    let page = include_str!("../docs/population.md");
    let fresh = markdown(&all_margins(&draw_all(&place(), HOUSEHOLDS)));
    assert!(page == fresh, "docs/population.md is old: FANPIN_WRITE_DOCS=1 cargo test --test population");
}

#[test]
fn a_wrong_population_is_outside_the_tolerances() {
    let older = draw_all(&Place { ageing: 1.15, ..place() }, HOUSEHOLDS);
    assert!(
        census_ages(&older).iter().filter(|m| !m.holds()).count() >= 3,
        "an age structure 15 % older passes"
    );
    let sicker = draw_all(&Place { morbidity: 1.15, ..place() }, HOUSEHOLDS);
    assert!(illness(&sicker).iter().any(|m| !m.holds()), "15 % more illness passes");
    let draws = draw_all(&place(), HOUSEHOLDS);
    for mut margin in all_margins(&draws).into_iter().flat_map(|(_, margins)| margins) {
        margin.published = margin.synthesised + 1.001 * margin.tolerance();
        assert!(!margin.holds(), "{} can't fail", margin.what);
    }
}

#[test]
fn a_household_is_the_same_however_many_are_drawn_and_in_any_order() {
    let many = draw_all(&place(), HOUSEHOLDS);
    let synthesiser = Synthesiser::new(&parameters(), &place());
    let mut buffer = HouseholdDraw::default();
    for index in (0..3_000u32).rev() {
        draw_household(&synthesiser, KEY, 0, index, &mut buffer);
        assert_eq!(buffer, many[index as usize], "household {index}");
    }
    draw_household(&synthesiser, KEY, 1, 0, &mut buffer);
    assert_ne!(buffer, many[0], "another county has other households");
}

#[test]
fn scores_are_standard_normal_in_any_place() {
    let harsh = Place { ageing: 2.0, morbidity: 1.8, ..place() };
    for place in [place(), harsh] {
        let draws = draw_all(&place, HOUSEHOLDS);
        let score = |draw: &HouseholdDraw| f64::from(draw.permanent_score) / 65_536.0;
        let n = f64::from(HOUSEHOLDS);
        let mean = draws.iter().map(score).sum::<f64>() / n;
        let variance = draws.iter().map(|draw| (score(draw) - mean).powi(2)).sum::<f64>() / n;
        // The pilot of 4,096 households adds its own error, half that of the mean index: 0.45 / 64.
        assert!(mean.abs() < 4.5 / n.sqrt() + 0.02, "mean {mean}");
        assert!((variance - 1.0).abs() < 4.5 * (2.0 / n).sqrt() + 0.02, "variance {variance}");
        let lowest = draws.iter().filter(|draw| score(draw) < -1.281_551_565_5).count() as f64 / n;
        assert!((lowest - 0.1).abs() < 4.5 * 0.3 / n.sqrt() + 0.004, "lowest tenth {lowest}");
    }
}

#[test]
fn ageing_is_the_odds_ratio_of_sixty_and_over() {
    let odds = |ageing| {
        let draws = draw_all(&Place { ageing, ..place() }, HOUSEHOLDS);
        let (share, error) = of_persons(&draws, &|_| true, &|member| member.age() >= 60);
        (share / (1.0 - share), error / (1.0 - share).powi(2))
    };
    let (one, one_error) = odds(1.0);
    for ratio in [0.6, 1.5, 2.5] {
        let (other, other_error) = odds(ratio);
        let tolerance = 4.5 * (other_error + ratio * one_error);
        assert!((other - ratio * one).abs() < tolerance, "{ratio}: {other} against {one}");
    }
}

#[test]
fn the_ill_and_the_indebted_are_poorer() {
    let draws = draw_all(&place(), HOUSEHOLDS);
    let mean_score = |is: &dyn Fn(&HouseholdDraw) -> bool| {
        ratio(&draws, &|draw| flag(is(draw)) * f64::from(draw.permanent_score) / 65_536.0, &|draw| {
            flag(is(draw))
        })
    };
    let apart = |is: &dyn Fn(&HouseholdDraw) -> bool| {
        let ((with, a), (without, b)) = (mean_score(is), mean_score(&|draw| !is(draw)));
        (with - without) / a.hypot(b)
    };
    assert!(apart(&|draw| draw.has_serious_patient()) < -10.0);
    assert!(apart(&|draw| draw.medical_debt_fen > 0) < -10.0);
    assert!(apart(&|draw| draw.savings_fen > 1_000_000) > 10.0);
    let debt = |is: fn(&HouseholdDraw) -> bool| {
        ratio(&draws, &|draw| flag(is(draw) && draw.medical_debt_fen > 0), &|draw| flag(is(draw))).0
    };
    assert!(debt(HouseholdDraw::has_serious_patient) > 2.0 * debt(|draw| !draw.has_patient()));
}

#[test]
fn households_hang_together_at_the_ends_of_every_range() {
    for ageing in [0.05, 1.0, 20.0] {
        for morbidity in [0.05, 1.0, 20.0] {
            for (travel_minutes, travel_log_sd) in [(1.0, 0.0), (600.0, 2.0)] {
                let place = Place { ageing, morbidity, travel_minutes, travel_log_sd, ..place() };
                for draw in draw_all(&place, 300) {
                    check(&draw);
                }
            }
        }
    }
}

/// Draws with one parameter moved from its default.
fn draws_with(name: &str, value: &toml::Value) -> Vec<HouseholdDraw> {
    let mut changed = defaults();
    changed.insert(name.to_owned(), value.clone());
    let parameters: PopulationParameters = changed.try_into().expect("a number for a number");
    let synthesiser = Synthesiser::new(&parameters, &place());
    let draw = |index| {
        let mut draw = HouseholdDraw::default();
        draw_household(&synthesiser, KEY, 0, index, &mut draw);
        draw
    };
    (0..200).map(draw).collect()
}

#[test]
fn every_parameter_of_the_book_acts_and_its_range_is_safe() {
    for (name, entry) in book() {
        let range = entry["range"].as_array().expect("a range has two ends");
        let [low, high] = [0, 1].map(|end| draws_with(&name, &range[end]));
        low.iter().chain(&high).for_each(check);
        assert_ne!(low, high, "{name} does nothing");
    }
}

fn check(draw: &HouseholdDraw) {
    assert!((1..=9).contains(&draw.members.len()));
    assert_eq!(draw.members[0].relation, Relation::Head);
    assert!((1..=600).contains(&draw.travel_minutes));
    assert!(draw.savings_fen >= 0 && draw.medical_debt_fen >= 0 && draw.other_debt_fen >= 0);
    for (slot, member) in (1u8..).zip(&draw.members) {
        assert_eq!(member.slot, slot);
        assert!((1911..=2010).contains(&member.birth_year));
        assert!([0, 6, 9, 12, 15].contains(&member.schooling_years));
    }
    let ages = |relation| draw.members.iter().filter(move |m| m.relation == relation).map(|m| m.age());
    for head in ages(Relation::Head) {
        assert!(ages(Relation::Child).all(|child| child + 16 <= head), "{draw:?}");
        assert!(ages(Relation::Parent).all(|parent| head + 16 <= parent), "{draw:?}");
        assert!(ages(Relation::Grandchild).all(|grandchild| grandchild + 32 <= head), "{draw:?}");
    }
}

#[test]
fn the_first_household_of_a_key_stays_what_it_is() {
    let synthesiser = Synthesiser::new(&parameters(), &place());
    let mut draw = HouseholdDraw::default();
    draw_household(&synthesiser, Key { seed: 1, replicate: 2 }, 3, 4, &mut draw);
    let members: Vec<_> =
        draw.members.iter().map(|m| (m.sex, m.birth_year, m.schooling_years, m.chronic.0)).collect();
    let expected = [
        (Sex::Male, 1971, 6, 0),
        (Sex::Female, 1980, 9, 0),
        (Sex::Male, 1941, 6, 0),
        (Sex::Female, 1949, 6, 64),
        (Sex::Female, 2001, 9, 0),
        (Sex::Male, 2009, 15, 0),
    ];
    assert_eq!(members, expected);
}
