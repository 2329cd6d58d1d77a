//! The published tables, read from their files as they are written and looked up where they are used.

use std::collections::BTreeMap;

use fanpin::population::tables::TEXTS;
use fanpin::population::{Chronic, Sex};
use fanpin::units::{Money, Year};

/// A sex and a number: a year, an age, or the first year of a decade.
type Of<T> = BTreeMap<(Sex, i16), T>;

pub struct Evidence {
    /// Death rates by first year of a period of five, sex and first age of a group.
    deaths: BTreeMap<(i16, Sex), Vec<(i16, f64)>>,
    fertility: BTreeMap<(&'static str, i16, i16), f64>,
    national: BTreeMap<(&'static str, i16), f64>,
    admissions: BTreeMap<(i16, i16), f64>,
    prevalence: BTreeMap<(&'static str, Sex), Vec<f64>>,
    onset: BTreeMap<(i16, &'static str, Sex), Vec<f64>>,
    recovery: BTreeMap<&'static str, f64>,
    leaving: Of<f64>,
    schooling: Of<[f64; 4]>,
    /// Shares of children under 15 and of people of 60 and over in the projection, by year.
    projection: Vec<(i16, f64, f64)>,
    /// Location, scale, skew and tail of the distribution of log income, by year.
    income: BTreeMap<i16, [f64; 4]>,
}

struct Row(BTreeMap<&'static str, &'static str>);

impl Row {
    fn text(&self, column: &str) -> &'static str {
        self.0[column]
    }

    fn number(&self, column: &str) -> f64 {
        self.text(column).parse().expect("a number")
    }

    fn whole(&self, column: &str) -> i16 {
        self.text(column).parse().expect("a whole number")
    }

    fn sex(&self) -> Sex {
        if self.text("sex") == "male" { Sex::Male } else { Sex::Female }
    }

    fn groups_of_five(&self) -> Vec<f64> {
        (0..18).map(|group| self.number(&format!("age_{}", group * 5))).collect()
    }
}

/// The rows of a file; the source stands last and may hold commas.
fn rows(name: &str) -> impl Iterator<Item = Row> {
    let (_, text) = TEXTS.iter().find(|(file, _)| *file == name).expect("a file of the evidence");
    let mut lines = text.lines();
    let header: Vec<&str> = lines.next().expect("a header").split(',').collect();
    lines.map(move |line| Row(header.iter().copied().zip(line.splitn(header.len(), ',')).collect()))
}

/// The name of a condition in the files: one of the chronic groups, then disability.
pub fn condition_name(condition: usize) -> &'static str {
    Chronic::ALL.get(condition).map_or("disability", |group| group.name())
}

impl Evidence {
    pub fn read() -> Self {
        let mut deaths: BTreeMap<_, Vec<(i16, f64)>> = BTreeMap::new();
        for row in rows("mortality") {
            let rate = (row.whole("age"), row.number("deaths_per_person_year"));
            deaths.entry((row.whole("period"), row.sex())).or_default().push(rate);
        }
        let schooling = |row: &Row| {
            let mut sum = 0.0;
            ["none", "primary", "junior", "senior"].map(|level| {
                sum += row.number(level);
                sum
            })
        };
        let fertility = |row: Row| {
            let age = if row.text("measure") == "share" { row.whole("age") } else { 0 };
            ((row.text("measure"), row.whole("year"), age), row.number("value"))
        };
        let shape = |row: &Row| ["location", "scale", "skew", "tail"].map(|name| row.number(name));
        Self {
            deaths,
            fertility: rows("fertility").map(fertility).collect(),
            national: rows("national")
                .map(|row| ((row.text("path"), row.whole("year")), row.number("value")))
                .collect(),
            admissions: rows("admissions")
                .map(|row| ((row.whole("year"), row.whole("age")), row.number("rate")))
                .collect(),
            prevalence: rows("chronic_prevalence")
                .map(|row| ((row.text("group"), row.sex()), row.groups_of_five()))
                .collect(),
            onset: rows("chronic_onset")
                .map(|row| ((row.whole("year"), row.text("group"), row.sex()), row.groups_of_five()))
                .collect(),
            recovery: rows("chronic_mortality")
                .map(|row| (row.text("group"), row.number("recovery_per_year")))
                .collect(),
            leaving: rows("leaving")
                .map(|row| ((row.sex(), row.whole("age")), row.number("leaving_per_year")))
                .collect(),
            schooling: rows("schooling")
                .map(|row| ((row.sex(), row.whole("born_from")), schooling(&row)))
                .collect(),
            projection: rows("projection")
                .map(|row| (row.whole("year"), row.number("age_0_14"), row.number("age_60")))
                .collect(),
            income: rows("income").map(|row| (row.whole("year"), shape(&row))).collect(),
        }
    }

    /// A yearly figure; a year outside 2010 to 2035 takes the nearest.
    pub fn path(&self, name: &'static str, year: Year) -> f64 {
        self.national[&(name, year.number().clamp(2010, 2035))]
    }

    /// Chance of dying within a year at an age: the rates of the middles of periods, in logs, linear between
    /// the middles of age groups and then between the middles of periods.
    pub fn death(&self, year: Year, sex: Sex, age: i16) -> f64 {
        let log_rate = |period: i16| {
            let groups = &self.deaths[&(period, sex)];
            let log = |group: usize| libm::log(groups[group].1);
            match age {
                0 => log(0),
                1..5 => log(1),
                100.. => log(groups.len() - 1),
                _ => {
                    let middles: Vec<(f64, f64)> =
                        (2..groups.len() - 1).map(|g| (f64::from(groups[g].0) + 2.5, log(g))).collect();
                    along(&middles, f64::from(age) + 0.5)
                }
            }
        };
        let periods: Vec<(f64, f64)> =
            (2010..2040).step_by(5).map(|period| (f64::from(period) + 2.5, log_rate(period))).collect();
        let rate = libm::exp(along(&periods, f64::from(year.number().clamp(2010, 2035)) + 0.5));
        // Infants who die live a tenth of the year on average.
        if age == 0 { rate / (1.0 + 0.9 * rate) } else { 1.0 - libm::exp(-rate) }
    }

    /// Chance that a woman gives birth.
    pub fn birth(&self, year: Year, age: i16) -> f64 {
        if !(15..=49).contains(&age) {
            return 0.0;
        }
        let year = year.number().clamp(2010, 2035);
        let period = (year - year % 5).min(2030);
        let of_measure = |measure, year, age| self.fertility[&(measure, year, age)];
        let rural = self.fertility.iter().find(|((measure, ..), _)| *measure == "rural_ratio");
        of_measure("total", year, 0) * rural.expect("a ratio").1 * of_measure("share", period, age - age % 5)
            / 5.0
    }

    /// Share of boys among births.
    pub fn boys(&self, year: Year) -> f64 {
        let year = year.number().clamp(2010, 2035);
        let boys_per_girl = self.fertility[&("boys_per_girl", (year - year % 5).min(2030), 0)];
        boys_per_girl / (1.0 + boys_per_girl)
    }

    /// Chance of leaving the rural population for good.
    pub fn leaving(&self, sex: Sex, age: i16) -> f64 {
        1.0 - libm::exp(-self.leaving[&(sex, (age - age % 5).min(85))])
    }

    /// Admissions a person and year.
    pub fn admissions(&self, year: Year, age: i16) -> f64 {
        let from = [65, 55, 45, 35, 25, 15, 5, 0].into_iter().find(|from| *from <= age).expect("0 is least");
        self.admissions[&(year.number().clamp(2010, 2035), from)]
    }

    /// Share with a condition at the end of 2010.
    pub fn prevalence(&self, condition: usize, sex: Sex, age: i16) -> f64 {
        self.prevalence[&(condition_name(condition), sex)][(age as usize / 5).min(17)]
    }

    /// Chance that a condition begins within a year.
    pub fn onset(&self, year: Year, condition: usize, sex: Sex, age: i16) -> f64 {
        let last = self.onset.keys().map(|(year, ..)| *year).max().expect("there are rows");
        let year = year.number().clamp(2010, last);
        1.0 - libm::exp(-self.onset[&(year, condition_name(condition), sex)][(age as usize / 5).min(17)])
    }

    /// Recoveries a person and year.
    pub fn recovery(&self, condition: usize) -> f64 {
        self.recovery[condition_name(condition)]
    }

    /// Projected shares of children under 15 and of people of 60 and over: linear between the years given, constant
    /// outside them.
    pub fn projected_shares(&self, year: Year) -> (f64, f64) {
        let (first, last) = (self.projection[0].0, self.projection[self.projection.len() - 1].0);
        let at = f64::from(year.number().clamp(first, last));
        let of = |share: fn(&(i16, f64, f64)) -> f64| {
            let points: Vec<(f64, f64)> =
                self.projection.iter().map(|row| (f64::from(row.0), share(row))).collect();
            along(&points, at)
        };
        (of(|row| row.1), of(|row| row.2))
    }

    /// Shares of those born in a year with at most no, primary, junior, senior schooling.
    pub fn schooling(&self, sex: Sex, born: i16) -> [f64; 4] {
        let decade = (born - born.rem_euclid(10)).clamp(1910, 2010);
        self.schooling[&(sex, decade)]
    }

    /// Years of schooling of a person at a rank of those born in the same year.
    pub fn schooling_years(&self, sex: Sex, born: i16, rank: f64) -> u8 {
        let [none, primary, junior, senior] = self.schooling(sex, born);
        match rank {
            _ if rank < none => 0,
            _ if rank < primary => 6,
            _ if rank < junior => 9,
            _ if rank < senior => 12,
            _ => 15,
        }
    }

    /// Income per head at a rank in 1/65,536, fen: exact at ranks 1/32 apart from -5 to 5, linear between
    /// them, constant outside.
    pub fn income(&self, year: Year, rank: i64) -> i64 {
        let rank = rank.clamp(-5 * 65_536, 5 * 65_536);
        let below = rank - rank.rem_euclid(2_048);
        let (low, part) = (self.income_at(year, below), rank - below);
        if part == 0 {
            return low;
        }
        // Rounded to the nearest fen.
        low + ((self.income_at(year, below + 2_048) - low) * part + 1_024) / 2_048
    }

    /// Income at a point of the grid, by the fitted distribution, grown to the mean of the year.
    fn income_at(&self, year: Year, rank: i64) -> i64 {
        let year = year.number().clamp(2010, 2035);
        let first = *self.income.keys().min().expect("there are rows");
        let last = *self.income.keys().max().expect("there are rows");
        let fitted = year.clamp(first, last);
        let [location, scale, skew, tail] = self.income[&fitted];
        let growth = self.national[&("income_mean", year)] / self.national[&("income_mean", fitted)];
        let score = rank as f64 / 65_536.0;
        let log = location + scale * libm::sinh((libm::asinh(score) + skew) / tail);
        yuan(libm::exp(log) * growth).fen()
    }
}

/// Yuan as money, rounded to the fen.
pub fn yuan(amount: f64) -> Money {
    Money::try_from_yuan(amount).expect("a small amount")
}

/// Linear between points; before the first and after the last along the nearest piece.
fn along(points: &[(f64, f64)], x: f64) -> f64 {
    let after = points.iter().position(|(at, _)| *at >= x).unwrap_or(points.len() - 1).max(1);
    let ((x0, y0), (x1, y1)) = (points[after - 1], points[after]);
    y0 + (y1 - y0) * (x - x0) / (x1 - x0)
}
