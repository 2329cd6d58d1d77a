//! Where, when and under which rules something happens, and how chance decides it.

use fanpin::population::PersonId;
use fanpin::random::{Draw, Key, stream, threshold};
use fanpin::scenario::Scenario;
use fanpin::scenario::plan::Place;
use fanpin::scenario::policy::{PAYERS, Policy};
use fanpin::scenario::society::Society;
use fanpin::units::{Money, Rate, Year};

use crate::evidence::{Evidence, yuan};
use crate::expected::Expected;
use crate::people::Household;
use crate::villages::{Clinic, Village};

/// Everything that a rule of the year may look up.
#[derive(Clone, Copy)]
pub struct Setting<'a> {
    pub scenario: &'a Scenario,
    pub place: &'a Place,
    pub evidence: &'a Evidence,
    /// What is expected whatever the regime.
    pub expected: &'a Expected,
    pub key: Key,
    pub year: Year,
    /// The rules in force: historical until the switch.
    pub policy: &'a Policy,
    /// Position of the regime; 0 until the switch.
    pub regime: usize,
    pub switched: bool,
    /// Share of villages with an improved environment under the regime.
    pub improved: f64,
    /// What the county published on 1 January.
    pub published: &'a Published,
    /// The villages of the county, their clinics opened for the year.
    pub villages: &'a [Village],
}

/// What a county publishes on 1 January.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Published {
    /// Seen income per head under which households are registered, on dibao, near the line.
    pub registration: i64,
    pub dibao: i64,
    pub monitored: i64,
    /// Share of what it owes that each payer pays.
    pub met: [Rate; PAYERS],
    /// Months by which each payer pays later.
    pub delay: [u32; PAYERS],
    /// Share of its applicants that each programme of the policy serves.
    pub served: Vec<Rate>,
    /// Staff over posts, in millionths.
    pub staff: i64,
    /// As limits of numbers of 16 bits: contracts honoured, county cases treated, township cases that staff
    /// lack for.
    pub honoured: u32,
    pub capability: u32,
    pub lacking: u32,
    /// Share of cases that find a bed, in millionths.
    pub beds: i64,
}

impl<'a> Setting<'a> {
    pub fn society(&self) -> &'a Society {
        &self.scenario.society
    }

    /// A whole uniform number of 64 bits: a lane of the person-year with its extension.
    pub fn number(&self, draw: Draw, id: PersonId) -> u64 {
        self.key.extended(draw, self.lane(draw, id), id.bits(), self.year)
    }

    /// The first 16 bits of it.
    pub fn lane(&self, draw: Draw, id: PersonId) -> u16 {
        self.key.lanes_of(draw.block(), id.bits(), self.year)[draw.lane()]
    }

    /// Whether something of a chance happens to a person this year.
    pub fn happens(&self, draw: Draw, id: PersonId, chance: f64) -> bool {
        self.number(draw, id) < threshold(chance)
    }

    /// The words about lists of a household: rounds, destitute, own report, alert.
    pub fn list_words(&self, household: u64) -> [u64; 4] {
        self.key.block(0, household, self.year, stream::HOUSEHOLD_LISTS)
    }

    /// Poverty lines a head, fen.
    pub fn official_line(&self, year: Year) -> i64 {
        yuan(self.evidence.path("official_line", year) * self.society().poverty.line_factor).fen()
    }

    pub fn monitoring_line(&self, year: Year) -> i64 {
        yuan(self.evidence.path("monitoring_line", year) * self.society().poverty.line_factor).fen()
    }

    /// Factor on amounts in yuan of the rules: prices, once the rules of 2026 hold in real terms.
    pub fn terms_growth(&self) -> f64 {
        let last_known = Year::new(2026);
        if self.year <= last_known {
            return 1.0;
        }
        self.evidence.path("cpi", self.year) / self.evidence.path("cpi", last_known)
    }

    pub fn dibao_standard(&self) -> f64 {
        self.evidence.path("dibao_standard", self.year)
    }

    /// The clinic of a household's village.
    pub fn clinic(&self, household: &Household) -> Clinic {
        self.villages[household.village].under[self.regime]
    }

    /// Whether the environment of a household's village is improved.
    pub fn has_improved_environment(&self, household: &Household) -> bool {
        u32::from(self.villages[household.village].environment_number) < limit(self.improved)
    }

    /// Whether people of an age work.
    pub fn works(&self, age: i16) -> bool {
        let economy = &self.society().economy;
        (economy.working_from_age as i16..=economy.working_to_age as i16).contains(&age)
    }
}

/// A fraction in millionths, rounded half up.
pub fn rate(fraction: f64) -> Rate {
    Rate::try_from_fraction(fraction).expect("within the range of rates")
}

/// A share as the limit of a number of 16 bits: the number is below it for the share.
pub fn limit(share: f64) -> u32 {
    (share.clamp(0.0, 1.0) * 65_536.0 + 0.5) as u32
}

pub fn fen(amount: i64) -> Money {
    Money::from_fen(amount)
}

/// Rounded half up to a whole number.
pub fn whole(x: f64) -> i64 {
    libm::floor(x + 0.5) as i64
}
