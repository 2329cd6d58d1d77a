//! Holds the fast core against the plain one, and names what differs first.

use fanpin::record::{CountySums, CountyTally, Descent, Flows, Histograms, Sums};

use crate::county::Totals;
use crate::frailty;
use crate::people::{
    Classes, County, Household, HouseholdState, Person, Place, Register, Registration, Risk,
};
use crate::setting::{Published, Setting};
use crate::year::CountyYear;

/// Whole numbers by name.
#[derive(Default)]
pub struct Quantities {
    whose: String,
    all: Vec<(String, i64)>,
}

impl Quantities {
    pub fn add(&mut self, name: impl Into<String>, value: impl Number) {
        self.all.push((self.whose.clone() + &name.into(), value.whole()));
    }

    pub fn of_person(&mut self, id: u64) {
        self.whose = format!("person {id:#018x}: ");
    }

    pub fn of_household(&mut self) {
        self.whose.clear();
    }

    /// What differs between the fast core and this, line by line.
    pub fn differences(&self, twin: &Self) -> Vec<String> {
        let mut lines = Vec::new();
        for at in 0..self.all.len().max(twin.all.len()) {
            let (fast, plain) = (self.all.get(at), twin.all.get(at));
            let line = match (fast, plain) {
                (Some((a, x)), Some((b, y))) if a == b && x == y => continue,
                (Some((a, x)), Some((b, y))) if a == b => format!("{a}: fast {x}, twin {y}"),
                _ => {
                    lines.push(format!("fast has {fast:?} where the twin has {plain:?}"));
                    break;
                }
            };
            lines.push(line);
        }
        lines
    }
}

/// What can be written as a whole number.
pub trait Number {
    fn whole(self) -> i64;
}

macro_rules! numbers {
    ($($kind:ty)*) => { $(impl Number for $kind {
        fn whole(self) -> i64 {
            i64::from(self)
        }
    })* };
}

numbers!(u8 u16 u32 i16 i32 i64 bool);

impl Number for usize {
    fn whole(self) -> i64 {
        i64::try_from(self).expect("a count")
    }
}

/// The set of classes as the fast core writes it.
fn bits(classes: &Classes) -> i64 {
    classes.iter().map(|class| 1_i64 << *class as u32).sum()
}

pub fn of_county(setting: &Setting, published: &Published, county: &County, into: &mut Quantities) {
    let (policy, regime) = (setting.policy, setting.regime);
    let state = &county.under[regime];
    into.add("threshold of registration", published.registration);
    into.add("threshold of dibao", published.dibao);
    into.add("threshold of monitoring", published.monitored);
    into.add("contracts honoured", published.honoured);
    into.add("county cases treated", published.capability);
    into.add("township cases that staff lack for", published.lacking);
    into.add("staff published", published.staff);
    into.add("beds published", published.beds);
    for village in &county.villages {
        let clinic = village.under[regime];
        into.add("village", village.id as i64);
        into.add("environment number", village.environment_number);
        into.add("doctor", clinic.has_doctor);
        into.add("competent doctor", clinic.has_doctor && clinic.is_competent);
    }
    for payer in 0..published.met.len() {
        into.add(format!("share met by payer {payer}"), published.met[payer].ppm());
        into.add(format!("months late of payer {payer}"), published.delay[payer]);
    }
    for (at, served) in published.served.iter().enumerate() {
        into.add(format!("share served by programme {at}"), served.ppm());
    }
    for account in 0..4 {
        into.add(format!("balance of account {account}"), state.balance[account]);
        into.add(format!("money share of account {account}"), state.money_share[account]);
    }
    for (at, programme) in policy.programmes.iter().enumerate() {
        let purse = state.purse(&programme.id);
        into.add(format!("balance of programme {at}"), purse.balance);
        into.add(format!("money share of programme {at}"), purse.share);
    }
    into.add("staff", state.staff);
    into.add("load", state.load);
    into.add("beds", state.beds);
    for (years, talents) in state.talents.iter().enumerate() {
        into.add(format!("talents of {years} years"), *talents);
    }
}

pub fn of_household(household: &Household, regime: usize, into: &mut Quantities) {
    into.add("root", household.root);
    into.add("persistent rank", household.persistent);
    into.add("transitory rank", household.transitory);
    into.add("officials' error", household.error);
    into.add("factor of distance", household.distance);
    into.add("village's judgement", household.judgement);
    into.add("awareness number", household.awareness_number);
    into.add("village", household.village);
    into.add("outreach number", household.outreach_number);
    into.add("education number", household.education_number);
    for person in &household.members {
        of_person(person, regime, into);
    }
    let own = &household.under[regime];
    into.add("members", own.members_last);
    if own.members_last > 0 {
        of_state(own, into);
    }
}

fn of_person(person: &Person, regime: usize, into: &mut Quantities) {
    let state = &person.under[regime];
    into.of_person(person.id.bits());
    into.add("sex", person.sex as u8);
    into.add("year of birth", person.born);
    into.add("schooling", person.schooling);
    into.add("couple", person.couple);
    into.add("partner", person.partner.map_or(0, |partner| partner.bits() as i64));
    into.add("leads", person.leads);
    into.add("may leave", person.may_leave);
    into.add("number to insure", person.insure_number);
    into.add("number of literacy", person.literacy_number);
    into.add("number of contract", person.contract_number);
    into.add("number of work", person.work_number);
    into.add("score of frailty", frailty::score(person.frailty_number));
    let place = match state.place {
        Place::Absent => 0,
        Place::Here => 1,
        Place::Dead => 2,
        Place::Moved => 3,
        Place::Left => 4,
    };
    into.add("where", place);
    if state.is_here() {
        let chronic: i64 = (0..8).map(|group| i64::from(state.chronic[group]) << group).sum();
        into.add("chronic groups", chronic);
        into.add("disabled", state.disabled);
        into.add("care forgone", state.forgone);
        into.add("away", state.away);
        into.add("insured", state.insured);
        into.add("years missed", state.missed_years);
        into.add("benefits from month", if state.insured { state.benefits_from_month } else { 0 });
        into.add("years widowed", state.widowed_years);
        into.add("admitted last year", state.admitted);
        into.add("schooling lost", state.schooling_lost);
        into.add("years since cancer", state.since_cancer.map_or(-1, i64::from));
        into.add("years since stroke", state.since_stroke.map_or(-1, i64::from));
    }
    into.of_household();
}

fn of_state(own: &HouseholdState, into: &mut Quantities) {
    into.add("savings", own.savings);
    into.add("medical debt", own.medical_debt);
    into.add("other debt", own.other_debt);
    into.add("assets", own.assets);
    into.add("assets sold", own.assets_sold);
    into.add("receivable", own.receivable);
    into.add("income", own.income_last);
    into.add("allowance", own.allowance_last);
    into.add("out of pocket", own.out_of_pocket_last);
    into.add("net income a head", own.net_per_head_last);
    into.add("poor", own.poor_last);
    into.add("catastrophic", own.catastrophic_last);
    into.add("hospital", own.hospital_last);
    let registration = match own.registration {
        Registration::Never => 0,
        Registration::Registered => 1,
        Registration::Lifted => 2,
    };
    into.add("registration", registration);
    into.add("lifted in", own.lifted_in.map_or(0, |year| year.number()));
    into.add("listed", own.listed);
    into.add("classes", bits(&own.classes));
    into.add("classes on 1 January", bits(&own.classes_opening));
    into.add("classes last year", bits(&own.classes_before));
    into.add("found in month", own.found_month.map_or(-1, i64::from));
    into.add("illness-poor from month", own.illness_poor_from.map_or(-1, i64::from));
    into.add("illness-poor last year", own.illness_poor_last);
    let monitored = match own.monitored {
        None => 0,
        Some(Risk::NearLine) => 1,
        Some(Risk::Sudden) => 2,
    };
    into.add("monitored", monitored);
    into.add("years without risk", if own.monitored.is_none() { 0 } else { own.safe_years });
    into.add("years of support", own.support_years);
    into.add("children away", own.children_away);
    into.add("years in poverty", own.poor_years);
    into.add("poor since lifting", own.poor_since_lifting);
    let register = match own.register {
        Register::Not => 0,
        Register::FallenBack => 1,
        Register::NewlyPoor => 2,
    };
    into.add("on the register", register);
    into.add("years since a major illness", own.years_since_shock.map_or(-1, i64::from));
    into.add("ever entered", own.ever_entered);
    into.add("died since the switch", own.died_since_switch);
}

/// The sums of a county that measures are made of, by regime and reported year.
#[derive(Default, Clone)]
pub struct Record {
    pub sums: Vec<Vec<Sums>>,
    pub histograms: Vec<Vec<Histograms>>,
    pub flows: Vec<Vec<Flows>>,
    pub counties: Vec<Vec<CountySums>>,
    pub descent: Vec<Descent>,
    pub persons: u64,
    pub represented: u64,
    pub person_years: u64,
}

impl Record {
    pub fn empty(regimes: usize, years: usize) -> Self {
        Self {
            sums: vec![vec![Sums::default(); years]; regimes],
            histograms: vec![vec![Histograms::default(); years]; regimes],
            flows: vec![vec![Flows::default(); years]; regimes],
            counties: vec![vec![CountySums::default(); years]; regimes],
            descent: vec![Descent::default(); regimes],
            persons: 0,
            represented: 0,
            person_years: 0,
        }
    }
}

/// The sums of a county's year.
pub fn county_sums(setting: &Setting, lived: &CountyYear, county: &County) -> CountySums {
    use fanpin::scenario::policy::Payer;
    let regime = setting.regime;
    let (totals, published): (&Totals, &Published) = (&lived.totals[regime], &lived.published[regime]);
    let books = &lived.books[regime];
    let mut sums = CountySums::default();
    let mut add = |tally: CountyTally, amount: i64| sums.0[tally as usize] += amount;
    let cost = setting.policy.service.cost_yuan.at(setting.year) * setting.terms_growth();
    add(CountyTally::Persons, totals.persons);
    add(CountyTally::Burden, books.burden);
    add(CountyTally::Staff, published.staff * totals.persons);
    add(CountyTally::Beds, published.beds * totals.persons);
    add(CountyTally::ServiceCost, crate::evidence::yuan(cost).fen() * totals.persons);
    use fanpin::scenario::policy::ProgrammeKind;
    for (at, of) in &totals.programmes {
        let (applied, served) = match setting.policy.programmes[*at].kind {
            ProgrammeKind::IncomeGap => (CountyTally::Applied, CountyTally::Served),
            ProgrammeKind::Grant => (CountyTally::Applied1, CountyTally::Served1),
            ProgrammeKind::Job => (CountyTally::Applied2, CountyTally::Served2),
            ProgrammeKind::Industry => (CountyTally::Applied3, CountyTally::Served3),
        };
        add(applied, of.applied);
        add(served, of.served);
    }
    if !setting.society().switches.funds {
        return sums;
    }
    add(CountyTally::OwnRevenue, books.own_revenue);
    for (at, purse) in &books.purses {
        let of = totals.programmes.get(at).copied().unwrap_or_default();
        add(CountyTally::ProgrammeRevenue, purse.revenue);
        add(CountyTally::ProgrammeOwed, of.owed);
        add(CountyTally::ProgrammePaid, of.paid);
        add(CountyTally::ProgrammeBalance, purse.balance);
        add(CountyTally::ProgrammeHeld, of.owed * purse.held_back / 1_000_000);
    }
    let met = |payer: Payer| i64::from(published.met[payer as usize].ppm()) * totals.persons;
    add(CountyTally::AidMet, met(Payer::MedicalAid));
    add(CountyTally::TopUpMet, met(Payer::LocalTopUp));
    let late = published.delay[Payer::MedicalAid as usize];
    add(CountyTally::AidDelay, i64::from(late) * totals.persons);
    let revenue = [CountyTally::Revenue, CountyTally::Revenue1, CountyTally::Revenue2, CountyTally::Revenue3];
    let spending =
        [CountyTally::Spending, CountyTally::Spending1, CountyTally::Spending2, CountyTally::Spending3];
    let balance = [CountyTally::Balance, CountyTally::Balance1, CountyTally::Balance2, CountyTally::Balance3];
    let held =
        [CountyTally::HeldBack, CountyTally::HeldBack1, CountyTally::HeldBack2, CountyTally::HeldBack3];
    for account in 0..4 {
        add(held[account], books.held_back[account] * totals.persons);
        add(revenue[account], books.revenue[account]);
        add(spending[account], books.spending[account]);
        add(balance[account], county.under[regime].balance[account]);
    }
    sums
}
