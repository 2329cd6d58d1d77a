//! The years of a place compiled once for every regime: integer thresholds and tables for the loop.

use std::sync::Arc;

use crate::alignment::{Alignment, ExpectedPopulation};
use crate::billing::{CompiledLayers, Payers, YearContext};
use crate::care::{CareTerms, CareYear, Days, OutpatientScores};
use crate::county::CountyYear;
use crate::demography::{AGES, DemographyYear};
use crate::economy::EconomyYear;
use crate::enrolment::EnrolmentYear;
use crate::formation::{ExpectedSingles, FormationYear};
use crate::illness::IllnessYear;
use crate::illness::expected::{ExpectedFactors, ExpectedIllness};
use crate::illness::frailty::Frailty;
use crate::illness::risk::ExpectedRisks;
use crate::knowledge::{KnowledgeYear, limit};
use crate::migration::MigrationYear;
use crate::population::columns::PersonState;
use crate::population::tables::{Path, Tables};
use crate::poverty::{Lines, least_dimensions};
use crate::random::{Draw, LaneBounds, threshold};
use crate::record::YearFacts;
use crate::scenario::Scenario;
use crate::scenario::plan::Place;
use crate::scenario::policy::{BestOfClasses, CLASSES, ClassSet, PAYERS, Policy, Regime};
use crate::scenario::society::{Poverty, Society};
use crate::schooling::SchoolingYear;
use crate::service::{ServiceYear, improve};
use crate::support::SupportYear;
use crate::targeting::ListYear;
use crate::units::{Money, Rate, Year};
use crate::village::ClinicYear;
use crate::work::WorkYear;

use crate::population::START;
use crate::population::synthesis::{expected_members, expected_singles};

/// Last year of which the policy tables speak; later amounts hold in real terms.
const LAST_KNOWN_TERMS: Year = Year::new(2026);

/// A year of a place, the same under every regime.
#[derive(Debug, Clone)]
pub struct PlaceYear {
    /// Births, deaths, leaving.
    pub demography: DemographyYear,
    /// Chronic disease and episodes.
    pub illness: IllnessYear,
    /// Prices and places of care.
    pub care: CareYear,
    /// Incomes and coping.
    pub economy: EconomyYear,
    /// What days lost to a stay take of earnings.
    pub days_lost: Days,
    /// Poverty lines.
    pub lines: Lines,
    /// Poverty lines of the year before (for the start).
    pub start_lines: Lines,
    /// Log standard deviation of officials' error.
    pub income_error: f64,
    /// Whether villages have a view of their own of whom to list for dibao.
    pub villages_judge: bool,
    /// Share of boys among births.
    pub male_share: f64,
    /// Whether all registered households are lifted by the end of this year.
    pub all_lifted: bool,
    /// Marriage and new households.
    pub formation: FormationYear,
    /// Working away.
    pub migration: MigrationYear,
    /// Farm work and work for a wage.
    pub work: WorkYear,
    /// Health literacy and awareness.
    pub knowledge: KnowledgeYear,
    /// Children's schooling in distress.
    pub schooling: SchoolingYear,
    /// Share of the earnings lost to mental illness that treatment saves.
    pub mental_earnings_kept: Rate,
    /// Dimensions in which the multidimensionally poor are deprived at least.
    pub least_dimensions: u32,
    /// Standard deviation of the permanent rank.
    pub permanent_sd: f64,
    working_ages: std::ops::RangeInclusive<usize>,
    persistence: (i64, i64),
    /// Least lanes that can't lead to decisions: `[sex][age]`.
    bounds: Box<[[LaneBounds; AGES]; 2]>,
    /// Intensity of potential episodes without frailty, rounded up, as a bound of 16-bit lanes: `[sex][age]`.
    episode_bound: [[u64; AGES]; 2],
}

/// A year of a regime in a place.
#[derive(Debug, Clone)]
pub struct RegimeYear {
    /// Layers in force.
    pub layers: CompiledLayers,
    /// Prices and deposits as families expect them.
    pub care: CareTerms,
    /// Lists.
    pub lists: ListYear,
    /// Individual premium.
    pub premium: Money,
    /// Government subsidy of a premium.
    pub subsidy: Money,
    /// Enrolment.
    pub enrolment: EnrolmentYear,
    /// Prevention and primary care.
    pub service: ServiceYear,
    /// Programmes of support.
    pub support: SupportYear,
    /// Money and staff of the county.
    pub county: CountyYear,
    /// Village clinics.
    pub clinics: ClinicYear,
    /// Share of villages with an improved environment, as the limit of a 16-bit number.
    pub improved_environment: u32,
    true_incomes: bool,
    /// The part of a premium that aid pays.
    premium_aid: BestOfClasses<Money>,
}

/// All years of a place under every regime.
#[derive(Debug, Clone)]
pub struct Timetable {
    years: Vec<PlaceYear>,
    /// Up to the switch.
    history: Vec<RegimeYear>,
    /// `[regime]`, from the switch on.
    regimes: Vec<Vec<RegimeYear>>,
    switch: Year,
    start_economy: EconomyYear,
    frailty: Frailty,
}

impl Timetable {
    /// Compiles every year of a place from the start to the end of the plan.
    #[must_use]
    pub fn compile(scenario: &Scenario, place: &Place, tables: &Tables) -> Self {
        let years: Vec<Year> = START.next().through(scenario.plan.last_year).collect();
        let switch = scenario.plan.switch_year;
        let place_years = place_years(scenario, place, tables, &years);
        let mut improved = place.improved_environment;
        let of = |policy: &Policy, in_force: &dyn Fn(Year) -> bool, improved: &mut f64| {
            let each = |(year, at): (&Year, &PlaceYear)| {
                if !in_force(*year) {
                    return None;
                }
                *improved = improve(*improved, policy, &scenario.society.prevention, *year);
                let improved = if policy.implementation.environment { 1.0 } else { *improved };
                Some(RegimeYear::compile(scenario, place, tables, policy, (at, improved), *year))
            };
            years.iter().zip(&place_years).filter_map(each).collect::<Vec<RegimeYear>>()
        };
        let history = of(&scenario.history, &|year| year < switch, &mut improved);
        let regime = |regime: &Regime| of(&regime.policy, &|year| year >= switch, &mut improved.clone());
        let regimes = scenario.regimes.iter().map(regime).collect();
        let frailty = Frailty::compile(scenario.society.care.frailty_log_sd);
        let start_economy = economy_of(scenario, place, tables, START);
        Self { history, regimes, years: place_years, switch, start_economy, frailty }
    }

    /// A year of the place.
    #[must_use]
    pub fn place_year(&self, year: Year) -> &PlaceYear {
        &self.years[since(START.next(), year)]
    }

    /// A year of a regime, from the switch on; `None` is history, up to the switch.
    #[must_use]
    pub fn regime_year(&self, year: Year, regime: Option<usize>) -> &RegimeYear {
        match regime {
            None => &self.history[since(START.next(), year)],
            Some(regime) => &self.regimes[regime][since(self.switch, year)],
        }
    }

    /// Incomes of the year at whose end the population is synthesised.
    #[must_use]
    pub const fn start_economy(&self) -> &EconomyYear {
        &self.start_economy
    }

    /// What stays with people: frailty.
    #[must_use]
    pub const fn frailty(&self) -> &Frailty {
        &self.frailty
    }
}

/// Lines and prices of the reported years, the same in every place.
#[must_use]
pub fn year_facts(scenario: &Scenario, tables: &Tables) -> Vec<YearFacts> {
    let reported = scenario.plan.first_year.through(scenario.plan.last_year);
    reported.map(|year| facts(scenario, tables, year)).collect()
}

fn place_years(scenario: &Scenario, place: &Place, tables: &Tables, years: &[Year]) -> Vec<PlaceYear> {
    let society = &scenario.society;
    let mut expected = ExpectedIllness::at_start(&society.illness, &society.care, place, tables);
    let mut singles = ExpectedSingles::at_start(expected_singles());
    let mut aligned = (society.alignment.strength > 0.0).then(|| {
        let (demography, formation) = (&society.demography, &society.formation);
        ExpectedPopulation::at_start(demography, formation, tables, expected_members())
    });
    let mut improved = place.improved_environment;
    let outpatient = Arc::new(OutpatientScores::compile(&society.care));
    let each = |year: &Year| {
        expected.advance(*year);
        let brides = singles.advance(&society.formation, &society.demography, tables, *year);
        improved = improve(improved, &scenario.history, &society.prevention, *year);
        let alignment = aligned.as_mut().map_or(Alignment::NONE, |people| {
            people.advance(brides, *year).in_part(society.alignment.strength)
        });
        let expected = (&expected.factors(), improved, brides, alignment);
        PlaceYear::compile(scenario, place, expected, &outpatient, tables, *year)
    };
    years.iter().map(each).collect()
}

fn since(first: Year, year: Year) -> usize {
    usize::try_from(year.since(first)).expect("no year is asked for before its first")
}

fn facts(scenario: &Scenario, tables: &Tables, year: Year) -> YearFacts {
    let poverty = &scenario.society.poverty;
    let prices_2017 = tables.path(Path::Cpi, Year::new(2017));
    YearFacts {
        price_index: tables.path(Path::Cpi, year),
        official_line_yuan: tables.path(Path::OfficialLine, year) * poverty.line_factor,
        monitoring_line_yuan: tables.path(Path::MonitoringLine, year) * poverty.line_factor,
        yuan_per_ppp_dollar: poverty.yuan_per_ppp_dollar_2017 * tables.path(Path::Cpi, year) / prices_2017,
    }
}

impl PlaceYear {
    fn compile(
        scenario: &Scenario,
        place: &Place,
        (expected, improved, brides, alignment): (&ExpectedFactors, f64, f64, Alignment),
        outpatient: &Arc<OutpatientScores>,
        tables: &Tables,
        year: Year,
    ) -> Self {
        let society = &scenario.society;
        let demography = DemographyYear::compile(
            &society.demography,
            &society.illness,
            (expected, alignment),
            tables,
            year,
        );
        let knowledge =
            KnowledgeYear::compile(&society.literacy, &society.awareness, &society.prevention, tables, year);
        let shares = ExpectedRisks {
            low_literacy: 1.0 - knowledge.literate_share,
            environment: 1.0 - improved,
            poor: society.effects.expected_poor,
            screened: society.prevention.reference_screened,
            served: society.prevention.reference_served,
        };
        let illness = IllnessYear::compile(society, place, expected, &shares, tables, year);
        let migration = MigrationYear::compile(&society.migration);
        let persistent_share = 1.0 - society.economy.transitory_share - society.economy.workers_share;
        let formation = FormationYear::compile(&society.formation, brides);
        let bounds = lane_bounds(&demography, &illness, &formation);
        // Ages of a bounded parameter.
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let age = |x: f64| x as usize;
        let economy = economy_of(scenario, place, tables, year);
        let care = CareYear::compile(society, place, outpatient, tables, year);
        let carer_share = Rate::try_from_share(society.economy.carer_share).expect("the book bounds shares");
        Self {
            days_lost: care.days.in_earnings(&economy, carer_share),
            economy,
            care,
            lines: Lines::compile(&society.poverty, tables, year),
            start_lines: Lines::compile(&society.poverty, tables, year.previous()),
            income_error: society.lists.income_error,
            villages_judge: society.lists.villages_judge(),
            male_share: tables.share_of_boys(year),
            all_lifted: i64::from(year.number()) >= society.lists.lifting_last_year,
            least_dimensions: least_dimensions(society.poverty.deprivation_cutoff),
            permanent_sd: libm::sqrt((persistent_share + society.economy.workers_share).max(1e-6)),
            working_ages: age(society.economy.working_from_age)..=age(society.economy.working_to_age),
            persistence: persistence(society.economy.persistence),
            mental_earnings_kept: Rate::try_from_share(society.mental.earnings_kept)
                .expect("the book bounds shares"),
            formation,
            migration,
            work: WorkYear::compile(&society.work),
            knowledge,
            schooling: SchoolingYear::compile(&society.schooling),
            bounds,
            episode_bound: illness.episode_bound.map(|by_age| by_age.map(episode_bound)),
            demography,
            illness,
        }
    }

    /// Earning strength of a person of working age, in thousandths of a local worker: less for years of schooling
    /// lost.
    #[must_use]
    #[inline]
    pub fn strength(&self, state: &PersonState) -> i64 {
        self.schooling.strength(self.migration.strength_of(state.away), state.schooling_lost)
    }

    /// Whether people of an age work.
    #[must_use]
    #[inline]
    pub fn works(&self, age: usize) -> bool {
        self.working_ages.contains(&age)
    }

    /// The lanes that may lead to a decision, one bit each.
    #[must_use]
    #[inline]
    pub fn candidates(&self, lanes: &[u16; 16], (sex, age): (usize, usize), frailty: u32) -> u16 {
        const EPISODES: usize = Draw::Episodes.lane();
        let mask = self.bounds[sex][age].below(lanes);
        // The chance of any episode is under its intensity, which frailty multiplies.
        let limit = self.episode_bound[sex][age] * u64::from(frailty) / 1_000_000;
        mask | u16::from(u64::from(lanes[EPISODES]) <= limit) << EPISODES
    }

    /// The persistent part of the rank a year on: a stationary autoregression.
    #[must_use]
    #[inline]
    pub fn next_persistent(&self, persistent: i32, innovation: i32) -> i32 {
        let (keep, new) = self.persistence;
        let next = (i64::from(persistent) * keep + i64::from(innovation) * new) / 65_536;
        i32::try_from(next).expect("ranks are a few standard deviations")
    }
}

fn economy_of(scenario: &Scenario, place: &Place, tables: &Tables, year: Year) -> EconomyYear {
    let society = &scenario.society;
    let standard = tables.path(Path::DibaoStandard, year);
    let growth = terms_growth(tables, year);
    let support = SupportYear::compile(&scenario.history, &society.effort, standard, growth, year);
    let share = scenario.history.classes.dibao_share.at(year);
    EconomyYear::compile(society, place, (&support, share), tables, year)
}

fn persistence(rho: f64) -> (i64, i64) {
    let fixed = |x: f64| {
        // A share.
        #[allow(clippy::cast_possible_truncation)]
        {
            libm::floor(x * 65_536.0 + 0.5) as i64
        }
    };
    (fixed(rho), fixed(libm::sqrt((1.0 - rho * rho).max(0.0))))
}

/// The least lane that can't lead to each decision.
fn lane_bounds(
    demography: &DemographyYear,
    illness: &IllnessYear,
    formation: &FormationYear,
) -> Box<[[LaneBounds; AGES]; 2]> {
    let mut bounds = Box::new([[LaneBounds::default(); AGES]; 2]);
    for (sex, by_age) in bounds.iter_mut().enumerate() {
        for (age, of_age) in by_age.iter_mut().enumerate() {
            let mut lanes = [0; 16];
            let mut set = |draw: Draw, limit: u64| {
                lanes[draw.lane()] = if limit == 0 { 0 } else { crate::random::lane_bound(limit) };
            };
            set(Draw::Death, threshold(demography.death_bound(sex, age)));
            set(Draw::Birth, if sex == 1 { demography.birth[age] } else { 0 });
            set(Draw::Leaving, demography.leaving[sex][age]);
            for group in 0..8 {
                let limit = threshold(illness.onset_bound(group, sex, age));
                set(super::fates::FIRST_STAGE[Draw::OnsetCardiovascular.lane() + group], limit);
            }
            set(Draw::Disability, threshold(illness.disability_bound(sex, age)));
            // Episodes have a bound that depends on the person.
            set(Draw::Episodes, 0);
            set(Draw::Recovery, illness.recovery[0].max(illness.recovery[1]));
            // Daughters leave when they marry; sons are looked at when households form.
            set(Draw::Marriage, if sex == 1 { formation.marriage[age] } else { 0 });
            *of_age = LaneBounds::new(&lanes);
        }
    }
    bounds
}

/// Stays a head and year that the beds of a place have room for.
fn stays_per_head(society: &Society, place: &Place, tables: &Tables, year: Year) -> f64 {
    const DAYS: f64 = 365.0;
    let beds = tables.path(Path::Beds, year) / 1_000.0 * place.beds_factor;
    beds * DAYS * society.capacity.bed_occupancy / society.capacity.bed_days
}

/// An intensity in 1/65,536, rounded up.
fn episode_bound(intensity: f64) -> u64 {
    // An intensity is a few events a year.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    {
        libm::ceil(intensity * 65_536.0) as u64
    }
}

/// Factor on amounts in yuan: terms hold in real terms after the last year that is known.
fn terms_growth(tables: &Tables, year: Year) -> f64 {
    if year > LAST_KNOWN_TERMS {
        tables.path(Path::Cpi, year) / tables.path(Path::Cpi, LAST_KNOWN_TERMS)
    } else {
        1.0
    }
}

/// Mean rural income per head of a place in the year before.
#[must_use]
pub fn rural_income_last_year(place: &Place, tables: &Tables, year: Year) -> Money {
    let last = year.previous();
    Money::try_from_yuan(tables.path(Path::IncomeMean, last) * place.income_level.at(last))
        .expect("an income is a small amount")
}

/// What the amounts of layers depend on in a year of a place, every payer paying in full. Rules mean the
/// income of all residents, of towns too.
#[must_use]
pub fn year_context(poverty: &Poverty, place: &Place, tables: &Tables, year: Year) -> YearContext {
    let ratio = Rate::try_from_fraction(poverty.local_income_ratio).expect("the book bounds it");
    YearContext {
        local_income_last_year: rural_income_last_year(place, tables, year).times(ratio),
        proration: [Rate::ONE; PAYERS],
        yuan_factor: Rate::try_from_fraction(terms_growth(tables, year)).expect("the book bounds it"),
    }
}

impl RegimeYear {
    fn compile(
        scenario: &Scenario,
        place: &Place,
        tables: &Tables,
        policy: &Policy,
        (at, improved): (&PlaceYear, f64),
        year: Year,
    ) -> Self {
        let society = &scenario.society;
        let rate = |x: f64| Rate::try_from_fraction(x).expect("the book bounds it");
        let growth = terms_growth(tables, year);
        let context = year_context(&society.poverty, place, tables, year);
        let ideal = policy.implementation;
        let layers = CompiledLayers::compile(policy, year, &context);
        let layers = if ideal.policy { layers.without_hindrances() } else { layers };
        let yuan = |x: f64| Money::try_from_yuan(x * growth).expect("a premium is a small amount");
        let premiums = &policy.premiums;
        let premium = yuan(premiums.premium_yuan.at(year));
        let aid: [Rate; CLASSES] =
            std::array::from_fn(|class| rate(premiums.aid_share[class].at(year).clamp(0.0, 1.0)));
        let standard = tables.path(Path::DibaoStandard, year);
        Self {
            care: CareTerms::compile(&society.care, &at.care, policy, (&layers, &Payers::default()), year),
            layers,
            lists: ListYear::compile(policy, &society.lists, at.start_lines, (standard, growth), year),
            premium,
            premium_aid: BestOfClasses::new(aid.map(|share| premium.times(share)), Ord::max),
            subsidy: yuan(premiums.subsidy_yuan.at(year)),
            enrolment: EnrolmentYear::compile(&society.enrolment, premiums, year, ideal.target_group),
            service: ServiceYear::compile(policy, &society.mental, growth, year),
            support: SupportYear::compile(policy, &society.effort, standard, growth, year),
            county: CountyYear::compile(
                (&society.funds, &society.workforce, &society.capacity),
                place,
                policy,
                society.switches.funds,
                (
                    growth,
                    tables.path(Path::IncomeMean, year) / tables.path(Path::IncomeMean, Year::new(2020)),
                ),
                year,
            )
            .with_beds(stays_per_head(society, place, tables, year)),
            clinics: ClinicYear::compile(&society.villages, &society.workforce, policy, year),
            improved_environment: limit(improved),
            true_incomes: ideal.agency,
        }
    }

    /// Officials' error about a household, or its village's judgement, in parts per million: none with an ideal agency.
    #[must_use]
    #[inline]
    pub const fn official_error(&self, error: u32) -> u32 {
        if self.true_incomes { 1_000_000 } else { error }
    }

    /// The part of a premium that aid pays: the best of the household's classes.
    #[must_use]
    #[inline]
    pub fn premium_aid(&self, classes: ClassSet) -> Money {
        self.premium_aid.of(classes)
    }
}
