//! Published tables about rural China, compiled in and parsed once: mortality, fertility, incomes, prices, lines,
//! use of care, chronic disease.
//!
//! Each file in `data/tables` has a status (seen, derived, unverified, assumption) and a source on every row; they
//! are made from the evidence by `make_tables.py` and `fit_income.py` in the same folder, where every assumption is
//! written down. Years run from 2010 to 2035; a year outside takes the value of the nearest year inside.
//!
//! Nothing here fails at run time: the text is part of the program, and the tests parse all of it.

use std::sync::OnceLock;

use crate::population::{CHRONIC_GROUPS, Chronic, Sex};
use crate::scenario::policy::{LEVELS, Level};
use crate::units::{Money, Year};

/// First year of every table.
pub const FIRST_YEAR: i16 = 2010;
/// Last year of every table.
pub const LAST_YEAR: i16 = 2035;
/// Number of years.
pub const YEARS: usize = (LAST_YEAR - FIRST_YEAR + 1) as usize;
/// Ages 0 to 100; the last stands for all ages above.
pub const AGES: usize = 101;
/// Youngest age at which women give birth.
pub const FIRST_FERTILE_AGE: u8 = 15;
/// Oldest age at which women give birth.
pub const LAST_FERTILE_AGE: u8 = 49;
/// Step of the income table in units of 1/65,536 of a standard normal score: 1/32.
pub const INCOME_STEP: i32 = 2048;
/// Largest score of the income table, in 1/65,536: 5.
pub const INCOME_LIMIT: i32 = 5 * 65_536;
const INCOME_POINTS: usize = (2 * INCOME_LIMIT / INCOME_STEP + 1) as usize;
/// Log variance of the error of survey income around latent income (assumption: half of the 0.20 that the evidence
/// gives as transitory variance including error).
pub const SURVEY_ERROR_VARIANCE: f64 = 0.10;
/// First age of each band of admission rates.
pub const ADMISSION_BANDS: [u8; 8] = [0, 5, 15, 25, 35, 45, 55, 65];
const FIVE_YEAR_BANDS: usize = 18;
/// Number of conditions with prevalence and onset: the chronic groups, then disability.
pub const CONDITIONS: usize = CHRONIC_GROUPS + 1;

/// The texts that are compiled in, by file name: for `fanpin show` and the manifest.
pub const TEXTS: [(&str, &str); 12] = [
    ("mortality", include_str!("../../data/tables/mortality.csv")),
    ("fertility", include_str!("../../data/tables/fertility.csv")),
    ("income", include_str!("../../data/tables/income.csv")),
    ("national", include_str!("../../data/tables/national.csv")),
    ("admissions", include_str!("../../data/tables/admissions.csv")),
    ("chronic_prevalence", include_str!("../../data/tables/chronic_prevalence.csv")),
    ("chronic_onset", include_str!("../../data/tables/chronic_onset.csv")),
    ("chronic_mortality", include_str!("../../data/tables/chronic_mortality.csv")),
    ("age_sex", include_str!("../../data/tables/age_sex.csv")),
    ("leaving", include_str!("../../data/tables/leaving.csv")),
    ("schooling", include_str!("../../data/tables/schooling.csv")),
    ("projection", include_str!("../../data/tables/projection.csv")),
];

/// A condition with prevalence and onset: a chronic group or disability.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Condition {
    /// One of the chronic groups.
    Chronic(Chronic),
    /// Needs help in daily life, or can't work (the ADL gradient from 60; below it an assumption).
    Disability,
}

impl Condition {
    /// All conditions, in the order of their index.
    pub const ALL: [Self; CONDITIONS] = {
        let mut all = [Self::Disability; CONDITIONS];
        let mut i = 0;
        while i < CHRONIC_GROUPS {
            all[i] = Self::Chronic(Chronic::ALL[i]);
            i += 1;
        }
        all
    };

    /// Position in tables: chronic groups by bit, then disability.
    #[must_use]
    pub const fn index(self) -> usize {
        match self {
            Self::Chronic(group) => group as usize,
            Self::Disability => CHRONIC_GROUPS,
        }
    }

    /// The name in the data files.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Chronic(group) => group.name(),
            Self::Disability => "disability",
        }
    }
}

macro_rules! paths {
    ($($(#[doc = $doc:literal])* $variant:ident = $name:literal,)*) => {
        /// A yearly figure of rural China.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Path {
            $($(#[doc = $doc])* $variant,)*
        }

        impl Path {
            /// All paths, in the order of their index.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The name in `data/tables/national.csv`.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }
        }
    };
}

paths! {
    /// Rural consumer prices, 2020 = 1.
    Cpi = "cpi",
    /// Mean disposable income per head, yuan.
    IncomeMean = "income_mean",
    /// Median disposable income per head, yuan.
    IncomeMedian = "income_median",
    /// The official poverty line, yuan per head and year; after 2020, 4,000 yuan uprated by rural prices.
    OfficialLine = "official_line",
    /// The line under which households are watched for a return to poverty, yuan per head and year.
    MonitoringLine = "monitoring_line",
    /// Mean rural dibao standard, yuan per head and year.
    DibaoStandard = "dibao_standard",
    /// Mean consumption per head, yuan.
    Consumption = "consumption",
    /// Share of food in consumption (Engel).
    FoodShare = "food_share",
    /// Hospital and health-centre beds per 1,000 rural residents.
    Beds = "beds",
    /// Mean bill of an admission to a township health centre, yuan.
    AdmissionCostTownship = "admission_cost_township",
    /// Mean bill of an admission to a county (secondary public) hospital, yuan.
    AdmissionCostCounty = "admission_cost_county",
    /// Mean bill of an admission to a city hospital, yuan.
    AdmissionCostCity = "admission_cost_city",
    /// Mean bill of an admission to a provincial hospital, yuan.
    AdmissionCostProvince = "admission_cost_province",
    /// Mean bill of a visit to a village clinic, yuan.
    VisitCostVillage = "visit_cost_village",
    /// Mean bill of a visit to a township health centre, yuan.
    VisitCostTownship = "visit_cost_township",
    /// Mean bill of an outpatient visit to a county hospital, yuan.
    VisitCostCounty = "visit_cost_county",
    /// Mean bill of an outpatient visit to a tertiary hospital, yuan.
    VisitCostTertiary = "visit_cost_tertiary",
    /// Outpatient visits per person and year (all China, facility records).
    OutpatientVisits = "outpatient_visits",
    /// Share of rural people of 15 to 69 with health literacy.
    HealthLiteracy = "health_literacy",
}

/// Parsed tables. Flat arrays, read through the methods.
#[derive(Debug)]
pub struct Tables {
    /// `[year][sex][age]`.
    death: Vec<f64>,
    /// `[year][age - 15]`.
    birth: Vec<f64>,
    /// `[year]`.
    boys: Vec<f64>,
    /// `[path][year]`.
    paths: Vec<f64>,
    /// `[year][band]`.
    admissions: Vec<f64>,
    /// `[condition][sex][band]`.
    prevalence: Vec<f64>,
    /// `[year][condition][sex][band]`, chances in a year.
    onset: Vec<f64>,
    /// `[condition]`: excess deaths and recoveries a year.
    excess: [(f64, f64); CONDITIONS],
    /// `[year][point]`, fen.
    income: Vec<i64>,
    /// Published means of fifths and their year.
    fifths: Vec<(i16, [f64; 5])>,
    /// `[sex][age]`, census of 2010.
    age_2010: Vec<f64>,
    /// `[sex][band]`, chances in a year.
    leaving: Vec<f64>,
    /// `[sex][decade of birth]`: cumulative shares of none, primary, junior, senior.
    schooling: Vec<[f64; 4]>,
    /// Year, share of children, share of the old.
    projection: Vec<(f64, f64, f64)>,
}

/// The tables, parsed at the first call.
#[must_use]
pub fn tables() -> &'static Tables {
    static TABLES: OnceLock<Tables> = OnceLock::new();
    TABLES.get_or_init(Tables::parse)
}

impl Tables {
    /// Chance that a person of completed age `age` dies within a year, by the mortality of that calendar year: the
    /// life-table q of rural China (WPP 2024 times a rural excess). Ages above 100 take that of 100.
    #[must_use]
    pub fn death_probability(&self, year: Year, sex: Sex, age: u8) -> f64 {
        self.death[(year_index(year) * 2 + sex as usize) * AGES + usize::from(age).min(AGES - 1)]
    }

    /// Chance that a woman of that age gives birth in the year (a twin birth is one birth); 0 outside 15–49.
    #[must_use]
    pub fn birth_probability(&self, year: Year, age: u8) -> f64 {
        if !(FIRST_FERTILE_AGE..=LAST_FERTILE_AGE).contains(&age) {
            return 0.0;
        }
        self.birth[year_index(year) * FERTILE_AGES + usize::from(age - FIRST_FERTILE_AGE)]
    }

    /// Share of boys among births of the year.
    #[must_use]
    pub fn share_of_boys(&self, year: Year) -> f64 {
        self.boys[year_index(year)]
    }

    /// A yearly figure of rural China, in the unit that [`Path`] states.
    #[must_use]
    pub fn path(&self, path: Path, year: Year) -> f64 {
        self.paths[path as usize * YEARS + year_index(year)]
    }

    /// A yearly figure in yuan as money.
    #[must_use]
    pub fn money(&self, path: Path, year: Year) -> Money {
        Money::try_from_yuan(self.path(path, year)).expect("the tests read every figure")
    }

    /// Mean bill of an admission by level of hospital, yuan.
    #[must_use]
    pub fn admission_cost(&self, level: Level, year: Year) -> f64 {
        const BY_LEVEL: [Path; LEVELS] = [
            Path::AdmissionCostTownship,
            Path::AdmissionCostCounty,
            Path::AdmissionCostCity,
            Path::AdmissionCostProvince,
        ];
        self.path(BY_LEVEL[level as usize], year)
    }

    /// Admissions per person and year at an age: the NHSS age pattern scaled to rural totals.
    #[must_use]
    pub fn admission_rate(&self, year: Year, age: u8) -> f64 {
        let band = ADMISSION_BANDS.iter().rposition(|from| *from <= age).expect("the first band begins at 0");
        self.admissions[year_index(year) * ADMISSION_BANDS.len() + band]
    }

    /// Share with the condition at the end of 2010, by sex and age.
    #[must_use]
    pub fn prevalence(&self, condition: Condition, sex: Sex, age: u8) -> f64 {
        self.prevalence[(condition.index() * 2 + sex as usize) * FIVE_YEAR_BANDS + five_year_band(age)]
    }

    /// Chance that a person without the condition gets it within the year; held after 2024.
    #[must_use]
    pub fn onset_probability(&self, year: Year, condition: Condition, sex: Sex, age: u8) -> f64 {
        let row = (year_index(year) * CONDITIONS + condition.index()) * 2 + sex as usize;
        self.onset[row * FIVE_YEAR_BANDS + five_year_band(age)]
    }

    /// Excess deaths per person and year among those with the condition, as assumed where onset was derived.
    #[must_use]
    pub fn excess_mortality(&self, condition: Condition) -> f64 {
        self.excess[condition.index()].0
    }

    /// Recoveries per person and year among those with the condition, as assumed where onset was derived: only mental
    /// illness has any.
    #[must_use]
    pub fn recovery(&self, condition: Condition) -> f64 {
        self.excess[condition.index()].1
    }

    /// Latent yearly income per head, in fen, of the household at a standard normal score of the distribution over
    /// rural households. The score is in 1/65,536; between points 1/32 apart the income is linear, and scores beyond
    /// ±5 take the income at ±5. Integers only.
    #[must_use]
    #[inline]
    pub fn income_per_head_fen(&self, year: Year, score: i32) -> i64 {
        let from_least = (score.clamp(-INCOME_LIMIT, INCOME_LIMIT) + INCOME_LIMIT) as usize;
        let step = INCOME_STEP as usize;
        let (point, rest) = (from_least / step, (from_least % step) as i64);
        let row = year_index(year) * INCOME_POINTS;
        let low = self.income[row + point];
        let high = self.income[row + (point + 1).min(INCOME_POINTS - 1)];
        low + ((high - low) * rest + i64::from(INCOME_STEP / 2)) / i64::from(INCOME_STEP)
    }

    /// The published means of fifths of households by survey income per head, yuan, that the distribution of income
    /// was fitted to.
    #[must_use]
    pub fn published_fifths(&self) -> &[(i16, [f64; 5])] {
        &self.fifths
    }

    /// Share of the rural population of the 2010 census at a sex and single age (up to 99).
    #[must_use]
    pub fn share_at_age_2010(&self, sex: Sex, age: u8) -> f64 {
        self.age_2010.get(sex as usize * AGES + usize::from(age)).copied().unwrap_or(0.0)
    }

    /// Chance that a person leaves the countryside for good within a year, net of those who come back: the mean of 2010
    /// to 2020, from the cohorts of the two censuses less deaths and land that became urban. Marriage within the
    /// countryside is not in it.
    #[must_use]
    pub fn leaving_probability(&self, sex: Sex, age: u8) -> f64 {
        self.leaving[sex as usize * FIVE_YEAR_BANDS + five_year_band(age)]
    }

    /// Projected shares of children under 15 and of people of 60 and over among rural residents, linear between the
    /// years given and constant after them.
    #[must_use]
    pub fn projected_shares(&self, year: Year) -> (f64, f64) {
        let at = f64::from(year.number());
        let next = self.projection.iter().position(|row| row.0 >= at).unwrap_or(self.projection.len() - 1);
        let (to, from) = (self.projection[next], self.projection[next.saturating_sub(1)]);
        let part = if to.0 > from.0 { ((at - from.0) / (to.0 - from.0)).clamp(0.0, 1.0) } else { 1.0 };
        (from.1 + part * (to.1 - from.1), from.2 + part * (to.2 - from.2))
    }

    /// Cumulative shares of no schooling, primary, junior and senior middle school among those born in a year.
    #[must_use]
    pub fn schooling(&self, sex: Sex, birth_year: i16) -> [f64; 4] {
        self.schooling[sex as usize * COHORTS + cohort(birth_year)]
    }

    fn parse() -> Self {
        let paths = parse_paths();
        let (fifths, income) = parse_income(&paths);
        let (birth, boys) = parse_fertility();
        Self {
            death: parse_mortality(),
            birth,
            boys,
            admissions: parse_admissions(),
            prevalence: parse_prevalence(),
            onset: parse_onset(),
            excess: parse_excess(),
            income,
            fifths,
            paths,
            age_2010: parse_ages(),
            leaving: parse_leaving(),
            schooling: parse_schooling(),
            projection: parse_projection(),
        }
    }
}

const FERTILE_AGES: usize = (LAST_FERTILE_AGE - FIRST_FERTILE_AGE + 1) as usize;
const FIRST_COHORT: i16 = 1910;
const COHORTS: usize = 11;

/// Years from 2010, at most 25 and at least 0.
fn year_index(year: Year) -> usize {
    (year.number().clamp(FIRST_YEAR, LAST_YEAR) - FIRST_YEAR) as usize
}

fn five_year_band(age: u8) -> usize {
    (usize::from(age) / 5).min(FIVE_YEAR_BANDS - 1)
}

fn cohort(birth_year: i16) -> usize {
    ((birth_year.max(FIRST_COHORT) - FIRST_COHORT) as usize / 10).min(COHORTS - 1)
}

/// A row of a data file.
struct Row {
    place: String,
    header: &'static str,
    cells: Vec<&'static str>,
}

impl Row {
    fn text(&self, column: &str) -> &'static str {
        let index = self.header.split(',').position(|name| name == column);
        index.map(|i| self.cells[i]).unwrap_or_else(|| panic!("{}: no column {column}", self.place))
    }

    fn number(&self, column: &str) -> f64 {
        let text = self.text(column);
        let number = text.parse().ok().filter(|x: &f64| x.is_finite());
        number.unwrap_or_else(|| panic!("{}: {column} is {text:?}, expected a number", self.place))
    }

    fn year(&self, column: &str) -> i16 {
        self.text(column).parse().unwrap_or_else(|_| panic!("{}: {column} is not a year", self.place))
    }

    fn age(&self, column: &str) -> usize {
        self.text(column).parse().unwrap_or_else(|_| panic!("{}: {column} is not an age", self.place))
    }

    fn sex(&self) -> usize {
        match self.text("sex") {
            "male" => Sex::Male as usize,
            "female" => Sex::Female as usize,
            other => panic!("{}: sex is {other:?}, expected male or female", self.place),
        }
    }

    fn condition(&self) -> usize {
        let name = self.text("group");
        let found = Condition::ALL.iter().position(|condition| condition.name() == name);
        found.unwrap_or_else(|| panic!("{}: no condition {name}", self.place))
    }

    fn bands(&self) -> impl Iterator<Item = f64> + '_ {
        (0..FIVE_YEAR_BANDS).map(|band| self.number(&format!("age_{}", band * 5)))
    }
}

/// The rows of a file; the source is last and may hold commas.
fn rows(name: &str) -> Vec<Row> {
    let (_, text) = TEXTS.iter().find(|(file, _)| *file == name).expect("the file is compiled in");
    let mut lines = text.lines();
    let header = lines.next().unwrap_or_default();
    let columns = header.split(',').count();
    let parsed = lines.enumerate().map(|(index, line)| {
        let row = Row {
            place: format!("{name}.csv:{}", index + 2),
            header,
            cells: line.splitn(columns, ',').collect(),
        };
        assert_eq!(row.cells.len(), columns, "{}: a cell is missing", row.place);
        let status = row.text("status");
        assert!(
            matches!(status, "seen" | "derived" | "unverified" | "assumption"),
            "{}: status {status}",
            row.place
        );
        assert!(!row.text("source").is_empty(), "{}: no source", row.place);
        row
    });
    parsed.collect()
}

/// Puts a value where none was put before.
fn fill(table: &mut [f64], index: usize, value: f64, row: &Row) {
    assert!(table[index].is_nan(), "{}: given twice", row.place);
    table[index] = value;
}

fn complete(table: Vec<f64>, name: &str) -> Vec<f64> {
    assert!(table.iter().all(|x| x.is_finite()), "{name}.csv: a row is missing");
    table
}

const PERIODS: usize = 6;

/// Death rates at the middle of six five-year periods, graduated by age and interpolated by year, in logs.
fn parse_mortality() -> Vec<f64> {
    let mut groups: Vec<Vec<(usize, f64)>> = vec![Vec::new(); PERIODS * 2];
    for row in rows("mortality") {
        let period = (row.year("period") - FIRST_YEAR) as usize / 5;
        groups[period * 2 + row.sex()].push((row.age("age"), row.number("deaths_per_person_year")));
    }
    let rates: Vec<Vec<f64>> = groups.iter().map(|group| graduate(group)).collect();
    let mut death = Vec::with_capacity(YEARS * 2 * AGES);
    for year in 0..YEARS {
        for sex in 0..2 {
            death.extend((0..AGES).map(|age| death_probability(&rates, year, sex, age)));
        }
    }
    death
}

/// Log death rates at single ages: as given below 5 and from 100, else linear between middles of age groups.
fn graduate(group: &[(usize, f64)]) -> Vec<f64> {
    assert_eq!(group.len(), 22, "mortality.csv: an age group is missing");
    let knots: Vec<(f64, f64)> =
        group[2..21].iter().map(|(from, rate)| (*from as f64 + 2.5, libm::log(*rate))).collect();
    let single = |age: usize| match age {
        0 => libm::log(group[0].1),
        1..5 => libm::log(group[1].1),
        100.. => libm::log(group[21].1),
        _ => linear(&knots, age as f64 + 0.5),
    };
    (0..AGES).map(single).collect()
}

/// q from m: infants who die live a tenth of the year on average, others die at a constant hazard.
fn death_probability(log_rates: &[Vec<f64>], year: usize, sex: usize, age: usize) -> f64 {
    // The middle of year y is y + 0.5; that of the period 2010-2015 is 2012.5.
    let knots: Vec<(f64, f64)> =
        (0..PERIODS).map(|period| (2.5 + 5.0 * period as f64, log_rates[period * 2 + sex][age])).collect();
    let rate = libm::exp(linear(&knots, year as f64 + 0.5));
    if age == 0 { rate / (1.0 + 0.9 * rate) } else { 1.0 - libm::exp(-rate) }
}

/// Linear between knots; beyond the ends along the first or last piece.
fn linear(knots: &[(f64, f64)], x: f64) -> f64 {
    let upper = knots.iter().position(|(at, _)| *at >= x).unwrap_or(knots.len() - 1).max(1);
    let ((x0, y0), (x1, y1)) = (knots[upper - 1], knots[upper]);
    y0 + (y1 - y0) * (x - x0) / (x1 - x0)
}

/// Births by age: rural total fertility times the age pattern of the five-year period, uniform within groups.
fn parse_fertility() -> (Vec<f64>, Vec<f64>) {
    let mut total = vec![f64::NAN; YEARS];
    let mut share = vec![f64::NAN; 5 * 7];
    let mut boys_per_girl = vec![f64::NAN; 5];
    let mut rural = vec![f64::NAN];
    for row in rows("fertility") {
        let (since, value) = ((row.year("year") - FIRST_YEAR) as usize, row.number("value"));
        match row.text("measure") {
            "total" => fill(&mut total, since, value, &row),
            "share" => fill(&mut share, since / 5 * 7 + (row.age("age") - 15) / 5, value, &row),
            "boys_per_girl" => fill(&mut boys_per_girl, since / 5, value, &row),
            "rural_ratio" => fill(&mut rural, 0, value, &row),
            other => panic!("{}: measure {other}", row.place),
        }
    }
    let (total, share) = (complete(total, "fertility"), complete(share, "fertility"));
    let boys_per_girl = complete(boys_per_girl, "fertility");
    let period = |year: usize| (year / 5).min(4);
    let mut birth = Vec::with_capacity(YEARS * FERTILE_AGES);
    for year in 0..YEARS {
        let rate = |age: usize| total[year] * rural[0] * share[period(year) * 7 + age / 5] / 5.0;
        birth.extend((0..FERTILE_AGES).map(rate));
    }
    let boys =
        (0..YEARS).map(|year| boys_per_girl[period(year)] / (1.0 + boys_per_girl[period(year)])).collect();
    (birth, boys)
}

fn parse_paths() -> Vec<f64> {
    let mut paths = vec![f64::NAN; Path::ALL.len() * YEARS];
    for row in rows("national") {
        let name = row.text("path");
        let path = Path::ALL.iter().position(|path| path.name() == name);
        let path = path.unwrap_or_else(|| panic!("{}: no path {name}", row.place));
        fill(&mut paths, path * YEARS + (row.year("year") - FIRST_YEAR) as usize, row.number("value"), &row);
    }
    complete(paths, "national")
}

fn parse_admissions() -> Vec<f64> {
    let mut rates = vec![f64::NAN; YEARS * ADMISSION_BANDS.len()];
    for row in rows("admissions") {
        let band = ADMISSION_BANDS.iter().position(|from| usize::from(*from) == row.age("age"));
        let band = band.unwrap_or_else(|| panic!("{}: not the first age of a band", row.place));
        let year = (row.year("year") - FIRST_YEAR) as usize;
        fill(&mut rates, year * ADMISSION_BANDS.len() + band, row.number("rate"), &row);
    }
    complete(rates, "admissions")
}

fn parse_prevalence() -> Vec<f64> {
    let mut table = vec![f64::NAN; CONDITIONS * 2 * FIVE_YEAR_BANDS];
    for row in rows("chronic_prevalence") {
        let start = (row.condition() * 2 + row.sex()) * FIVE_YEAR_BANDS;
        for (band, share) in row.bands().enumerate() {
            fill(&mut table, start + band, share, &row);
        }
    }
    complete(table, "chronic_prevalence")
}

/// Hazards of the file as chances in a year; years after the last row take that row.
fn parse_onset() -> Vec<f64> {
    let year_size = CONDITIONS * 2 * FIVE_YEAR_BANDS;
    let mut table = vec![f64::NAN; YEARS * year_size];
    let mut last = 0;
    for row in rows("chronic_onset") {
        let year = (row.year("year") - FIRST_YEAR) as usize;
        last = last.max(year);
        let start = year * year_size + (row.condition() * 2 + row.sex()) * FIVE_YEAR_BANDS;
        for (band, hazard) in row.bands().enumerate() {
            fill(&mut table, start + band, 1.0 - libm::exp(-hazard), &row);
        }
    }
    for year in last + 1..YEARS {
        table.copy_within(last * year_size..(last + 1) * year_size, year * year_size);
    }
    complete(table, "chronic_onset")
}

fn parse_excess() -> [(f64, f64); CONDITIONS] {
    let mut table = [(f64::NAN, f64::NAN); CONDITIONS];
    for row in rows("chronic_mortality") {
        table[row.condition()] = (row.number("excess_deaths_per_year"), row.number("recovery_per_year"));
    }
    assert!(table.iter().all(|(deaths, _)| deaths.is_finite()), "chronic_mortality.csv: a row is missing");
    table
}

/// Parameters of the sinh-arcsinh distribution of log income (Jones and Pewsey 2009), see `fit_income.py`.
struct IncomeShape {
    year: i16,
    location: f64,
    scale: f64,
    skew: f64,
    tail: f64,
}

impl IncomeShape {
    fn yuan(&self, score: f64) -> f64 {
        libm::exp(self.location + self.scale * libm::sinh((libm::asinh(score) + self.skew) / self.tail))
    }
}

/// Means of fifths by year, and incomes in fen by year and score.
fn parse_income(paths: &[f64]) -> (Vec<(i16, [f64; 5])>, Vec<i64>) {
    let mut shapes = Vec::new();
    let mut fifths = Vec::new();
    for row in rows("income") {
        let year = row.year("year");
        let [location, scale, skew, tail] =
            ["location", "scale", "skew", "tail"].map(|name| row.number(name));
        shapes.push(IncomeShape { year, location, scale, skew, tail });
        fifths.push((year, [1, 2, 3, 4, 5].map(|fifth| row.number(&format!("fifth_{fifth}")))));
    }
    assert!(shapes.windows(2).all(|pair| pair[1].year == pair[0].year + 1), "income.csv: a year is missing");
    let mean = |year: i16| paths[Path::IncomeMean as usize * YEARS + (year - FIRST_YEAR) as usize];
    let mut income = Vec::with_capacity(YEARS * INCOME_POINTS);
    for year in FIRST_YEAR..=LAST_YEAR {
        let nearest = year.clamp(shapes[0].year, shapes[shapes.len() - 1].year);
        let shape = &shapes[(nearest - shapes[0].year) as usize];
        let growth = mean(year) / mean(nearest);
        income.extend((0..INCOME_POINTS).map(|point| fen(shape.yuan(point_score(point)) * growth)));
    }
    (fifths, income)
}

fn point_score(point: usize) -> f64 {
    (point as f64 * f64::from(INCOME_STEP) - f64::from(INCOME_LIMIT)) / 65_536.0
}

fn fen(yuan: f64) -> i64 {
    Money::try_from_yuan(yuan).expect("incomes are far below the largest amount").fen()
}

/// Shares at single ages: uniform within groups, falling by a fifth a year from 85 to 99.
fn parse_ages() -> Vec<f64> {
    let mut table = vec![0.0; 2 * AGES];
    let mut groups: [Vec<(usize, f64)>; 2] = [Vec::new(), Vec::new()];
    for row in rows("age_sex") {
        if row.year("year") == FIRST_YEAR {
            groups[row.sex()].push((row.age("age"), row.number("share")));
        }
    }
    for (sex, group) in groups.iter().enumerate() {
        assert_eq!(group.len(), 19, "age_sex.csv: an age group of 2010 is missing");
        for (index, (from, share)) in group.iter().enumerate() {
            let to = group.get(index + 1).map_or(100, |(next, _)| *next);
            let fall: f64 = if to == 100 { 0.8 } else { 1.0 };
            let weights: Vec<f64> = (*from..to).map(|age| libm::pow(fall, (age - from) as f64)).collect();
            let sum: f64 = weights.iter().sum();
            for (age, weight) in (*from..to).zip(weights) {
                table[sex * AGES + age] = share * weight / sum;
            }
        }
    }
    let total: f64 = table.iter().sum();
    table.iter().map(|share| share / total).collect()
}

fn parse_leaving() -> Vec<f64> {
    let mut table = vec![f64::NAN; 2 * FIVE_YEAR_BANDS];
    for row in rows("leaving") {
        let chance = 1.0 - libm::exp(-row.number("leaving_per_year"));
        fill(&mut table, row.sex() * FIVE_YEAR_BANDS + row.age("age") / 5, chance, &row);
    }
    complete(table, "leaving")
}

/// Year, share of children, share of the old.
fn parse_projection() -> Vec<(f64, f64, f64)> {
    let row = |row: Row| (f64::from(row.year("year")), row.number("age_0_14"), row.number("age_60"));
    rows("projection").into_iter().map(row).collect()
}

fn parse_schooling() -> Vec<[f64; 4]> {
    let mut table = vec![[f64::NAN; 4]; 2 * COHORTS];
    for row in rows("schooling") {
        let mut sum = 0.0;
        let cumulative = ["none", "primary", "junior", "senior"].map(|level| {
            sum += row.number(level);
            sum
        });
        assert!((sum + row.number("college") - 1.0).abs() < 1e-4, "{}: shares don't add up to 1", row.place);
        table[row.sex() * COHORTS + cohort(row.year("born_from"))] = cumulative;
    }
    assert!(table.iter().flatten().all(|x| x.is_finite()), "schooling.csv: a row is missing");
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    fn life_expectancy(year: i16, sex: Sex) -> f64 {
        let mut alive = 1.0;
        let mut years = 0.0;
        for age in 0..=110 {
            let q = tables().death_probability(Year::new(year), sex, age);
            years += alive * (1.0 - q / 2.0);
            alive *= 1.0 - q;
        }
        years
    }

    #[test]
    fn life_expectancy_is_that_of_the_rural_life_table() {
        // WPP 2024 life expectancy of 2012 and 2022 less the rural gap of 1.15 years (evidence README 1.4).
        for (year, sex, published) in [
            (2012, Sex::Male, 73.62 - 1.15),
            (2012, Sex::Female, 79.0 - 1.15),
            (2022, Sex::Male, 75.47 - 1.15),
        ] {
            let got = life_expectancy(year, sex);
            assert!((got - published).abs() < 0.6, "{year} {sex:?}: {got}");
        }
        assert!(life_expectancy(2035, Sex::Female) > life_expectancy(2010, Sex::Female) + 2.0);
    }

    #[test]
    fn chances_are_chances() {
        let t = tables();
        for year in FIRST_YEAR..=LAST_YEAR {
            let year = Year::new(year);
            for age in 0..=120 {
                for sex in Sex::ALL {
                    assert!((0.0..1.0).contains(&t.death_probability(year, sex, age)));
                    for condition in Condition::ALL {
                        assert!((0.0..0.6).contains(&t.onset_probability(year, condition, sex, age)));
                        assert!((0.0..0.9).contains(&t.prevalence(condition, sex, age)));
                    }
                }
                assert!(Sex::ALL.iter().all(|sex| (0.0..0.2).contains(&t.leaving_probability(*sex, age))));
                assert!((0.0..0.25).contains(&t.birth_probability(year, age)));
                assert!((0.0..1.0).contains(&t.admission_rate(year, age)));
            }
            assert!((0.5..0.56).contains(&t.share_of_boys(year)));
        }
    }

    #[test]
    fn births_by_age_add_up_to_rural_total_fertility() {
        let total: f64 = (15..=49).map(|age| tables().birth_probability(Year::new(2020), age)).sum();
        assert!((total - 1.235_682 * 1.54 / 1.30).abs() < 1e-4, "{total}");
        assert_eq!(tables().birth_probability(Year::new(2020), 14), 0.0);
        assert_eq!(tables().birth_probability(Year::new(2020), 50), 0.0);
    }

    #[test]
    fn paths_keep_the_published_figures() {
        let t = tables();
        let y = Year::new;
        assert_eq!(t.path(Path::Cpi, y(2020)), 1.0);
        assert_eq!(t.money(Path::OfficialLine, y(2010)), Money::from_yuan(2300));
        assert_eq!(t.money(Path::OfficialLine, y(2020)), Money::from_yuan(4000));
        assert_eq!(t.money(Path::MonitoringLine, y(2021)), Money::from_yuan(6000));
        assert_eq!(t.path(Path::IncomeMean, y(2022)), 20_132.8);
        assert_eq!(t.path(Path::DibaoStandard, y(2020)), 5962.3);
        assert_eq!(t.admission_cost(Level::Township, y(2020)), 2083.0);
        assert!(t.admission_cost(Level::Province, y(2020)) > t.admission_cost(Level::City, y(2020)));
        assert_eq!(t.path(Path::FoodShare, y(2060)), t.path(Path::FoodShare, y(2035)));
    }

    /// Means of fifths of survey income: latent income times the error, by quadrature.
    fn survey_fifths(year: i16) -> [f64; 5] {
        let mut cells = Vec::new();
        let errors: Vec<f64> =
            (0..40).map(|i| crate::random::normal_quantile((f64::from(i) + 0.5) / 40.0)).collect();
        for i in 0..2000 {
            let score = crate::random::normal_quantile((f64::from(i) + 0.5) / 2000.0);
            let latent =
                tables().income_per_head_fen(Year::new(year), libm::round(score * 65_536.0) as i32) as f64;
            for e in &errors {
                cells.push(
                    latent * libm::exp(libm::sqrt(SURVEY_ERROR_VARIANCE) * e - SURVEY_ERROR_VARIANCE / 2.0),
                );
            }
        }
        cells.sort_by(f64::total_cmp);
        let fifth = cells.len() / 5;
        std::array::from_fn(|i| cells[i * fifth..(i + 1) * fifth].iter().sum::<f64>() / fifth as f64 / 100.0)
    }

    #[test]
    fn survey_income_has_the_published_fifths() {
        for (year, published) in tables().published_fifths() {
            let got = survey_fifths(*year);
            for (ours, theirs) in got.iter().zip(published) {
                // The largest miss of the fit is 2.8 %; the quadrature of the error is coarser by half a per cent.
                assert!((ours / theirs - 1.0).abs() < 0.035, "{year}: {got:?} for {published:?}");
            }
        }
    }

    #[test]
    fn income_rises_with_the_score_and_is_linear_between_points() {
        let t = tables();
        let year = Year::new(2016);
        let mut before = 0;
        for score in (-INCOME_LIMIT..=INCOME_LIMIT).step_by(512) {
            let income = t.income_per_head_fen(year, score);
            assert!(income >= before && income > 0 || score < -4 * 65_536, "{score}: {income}");
            before = income;
        }
        let (low, high) = (t.income_per_head_fen(year, 0), t.income_per_head_fen(year, INCOME_STEP));
        assert_eq!(t.income_per_head_fen(year, INCOME_STEP / 2), low + (high - low + 1) / 2);
        assert_eq!(t.income_per_head_fen(year, i32::MAX), t.income_per_head_fen(year, INCOME_LIMIT));
        assert_eq!(t.income_per_head_fen(year, i32::MIN), t.income_per_head_fen(year, -INCOME_LIMIT));
    }

    #[test]
    fn onset_and_excess_deaths_keep_prevalence_on_its_path() {
        // Men of 52 at the end of 2010 who live under the yearly chances reach the prevalence that `make_tables.py`
        // has for men of 60 in 2018, where the NHSS of that year sets the total.
        let t = tables();
        for (group, published) in [
            (Chronic::Cardiovascular, 0.4406),
            (Chronic::Diabetes, 0.1161),
            (Chronic::Respiratory, 0.0842),
            (Chronic::Musculoskeletal, 0.1447),
            (Chronic::Mental, 0.0822),
        ] {
            let condition = Condition::Chronic(group);
            let mut share = t.prevalence(condition, Sex::Male, 52);
            for since in 0..8u8 {
                let onset =
                    t.onset_probability(Year::new(2010 + i16::from(since)), condition, Sex::Male, 52 + since);
                let excess = t.excess_mortality(condition) * (1.0 - share);
                share += onset * (1.0 - share) - (excess + t.recovery(condition)) * share;
            }
            // Groups of five years and one-year steps leave a few per cent.
            assert!((share / published - 1.0).abs() < 0.06, "{group:?}: {share}");
        }
    }

    #[test]
    fn cohorts_of_2010_shrink_to_those_of_2020() {
        // Rural residents in millions (evidence: age_sex_rural_2010_2020), by age in 2010. The hazards are smoothed over
        // ages, which costs the cohort that loses most a fifth of what is left.
        for (sex, age, in_2010, in_2020) in [
            (Sex::Male, 12, 23.289, 7.746),
            (Sex::Male, 42, 31.738, 26.827),
            (Sex::Female, 12, 19.805, 5.938),
            (Sex::Female, 52, 18.699, 15.211),
        ] {
            let mut left = 1.0;
            for since in 0..10u8 {
                left *= 1.0 - tables().leaving_probability(sex, age + since) - 0.009;
                left *=
                    1.0 - tables().death_probability(Year::new(2011 + i16::from(since)), sex, age + since);
            }
            assert!(
                (left / (in_2020 / in_2010) - 1.0).abs() < 0.20,
                "{sex:?} {age}: {left} for {}",
                in_2020 / in_2010
            );
        }
    }

    #[test]
    fn every_row_of_every_file_has_a_status_and_a_source() {
        for (name, text) in TEXTS {
            assert_eq!(rows(name).len(), text.lines().count() - 1, "{name}");
        }
    }

    #[test]
    #[should_panic(expected = "national.csv:2: given twice")]
    fn a_figure_given_twice_is_refused() {
        let row = rows("national").remove(0);
        fill(&mut [1.0], 0, 2.0, &row);
    }
}
