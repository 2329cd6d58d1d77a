//! One household's life under every regime: what happened in each year, who paid, and the rule that mattered.
//!
//! Only the household's county is simulated, by the same core as a run, before a witness that follows the
//! household; so each number is that of the run, and of `panel.parquet` where it has it. A regime's life depends on
//! no other regime: it is told the same whichever are there. Households that were set up from it are named, and can be
//! followed by their own ids.

mod happened;
mod pick;
mod rule;
pub mod words;

pub use happened::{Event, Happened, Member};
pub use pick::{Picked, Wanted, pick};
pub use rule::{Mattered, Rule};

use std::collections::{BTreeMap, BTreeSet};

use crate::county::Published;
use crate::experiment::{Interrupted, Watch, counties_of, witness_counties};
use crate::population::HouseholdId;
use crate::population::columns::{County, CountyState, HouseholdState};
use crate::population::tables::tables;
use crate::record::{PanelRow, TALLIES};
use crate::scenario::Scenario;
use crate::simulation::{CountyTask, Detail, Witness, year_facts};
use crate::units::{Money, Year};

use self::happened::Roster;

/// A household's life under every regime of a scenario.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trace {
    /// The household.
    pub household: u64,
    /// The household of the start from which it comes; itself, if it is one.
    pub root: u64,
    /// Replicate.
    pub replicate: u32,
    /// Index of the place.
    pub place: usize,
    /// Number of the county over all places.
    pub county: u16,
    /// Index of the baseline among the regimes.
    pub baseline: usize,
    /// Households set up from the same root by members who left, with the year.
    pub split_offs: Vec<(u64, Year)>,
    /// Reported years.
    pub years: Vec<Year>,
    /// Official poverty line of each year, a head.
    pub lines: Vec<Money>,
    /// In the order of the scenario.
    pub lives: Vec<Life>,
}

/// The household's life under a regime.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Life {
    /// What `flows.csv` counts the household as in the last year, against the baseline; of lifted root households
    /// under other regimes than it.
    pub flow: Option<Flow>,
    /// In the order of the years.
    pub years: Vec<LifeYear>,
}

/// A year of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LifeYear {
    /// The row of `panel.parquet`.
    pub row: PanelRow,
    /// Members at the end of the year.
    pub members: Vec<Member>,
    /// What happened to members.
    pub events: Vec<Event>,
    /// Care, accounts, programmes.
    pub detail: Detail,
    /// What the regime keeps of the household at the end of the year.
    pub state: HouseholdState,
    /// What made the year differ from the baseline's, if it does.
    pub mattered: Option<Mattered>,
}

/// What a household counts as among the flows between a regime and the baseline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flow {
    /// Returned under the baseline only.
    Saved,
    /// Returned under the regime only.
    Lost,
    /// Returned under both.
    Both,
    /// Returned under neither.
    Neither,
}

impl Flow {
    /// The name, as in `flows.csv`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Saved => "saved",
            Self::Lost => "lost",
            Self::Both => "both",
            Self::Neither => "neither",
        }
    }

    const fn between(here: bool, baseline: bool) -> Self {
        match (here, baseline) {
            (true, true) => Self::Both,
            (true, false) => Self::Lost,
            (false, true) => Self::Saved,
            (false, false) => Self::Neither,
        }
    }
}

/// Why a household can't be followed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TraceError {
    /// There is no such county.
    NoCounty {
        /// The county of the id.
        county: u16,
        /// How many there are.
        counties: usize,
    },
    /// There is no such household in its county.
    NoHousehold {
        /// The county of the id.
        county: u16,
        /// Households there at the start.
        households: u32,
        /// The nearest id that is there.
        nearest: u64,
    },
    /// The watcher stopped it.
    Interrupted,
}

impl From<Interrupted> for TraceError {
    fn from(_: Interrupted) -> Self {
        Self::Interrupted
    }
}

impl std::fmt::Display for TraceError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::NoCounty { county, counties } => {
                write!(f, "this id is of county {county}, expected one of counties 0 to {}", counties - 1)
            }
            Self::NoHousehold { county, households, nearest } => write!(
                f,
                "county {county} has no such household, expected one of its {households} of the start or one set up \
                 from them; the nearest is {nearest}"
            ),
            Self::Interrupted => Interrupted.fmt(f),
        }
    }
}

impl std::error::Error for TraceError {}

/// Follows a household of a replicate through all regimes of a scenario.
///
/// # Errors
/// [`TraceError`] if there is no such household, or if the watcher stops it.
pub fn follow(
    scenario: &Scenario,
    household: u64,
    replicate: u32,
    watch: &dyn Watch,
) -> Result<Trace, TraceError> {
    let id = HouseholdId::from_bits(household);
    let counties = counties_of(scenario, replicate);
    let unknown = || TraceError::NoCounty { county: id.county(), counties: counties.len() };
    let task = *counties.get(usize::from(id.county())).ok_or_else(unknown)?;
    let follower = || Follower::new(scenario, household);
    let seen = witness_counties(scenario, &[task], watch, follower)?;
    let seen = seen.into_iter().next().expect("one county has one witness");
    if !seen.found() {
        let nearest = seen.ids.iter().copied().min_by_key(|known| known.abs_diff(household));
        let (county, households) = (task.county, task.households);
        let nearest = nearest.expect("a county has a household");
        return Err(TraceError::NoHousehold { county, households, nearest });
    }
    Ok(seen.tell(scenario, &task))
}

/// Keeps the years of one household.
struct Follower {
    household: u64,
    first: Year,
    /// Regimes of the scenario; before the switch there is one past for all.
    regimes: usize,
    /// Rows with details of the year under way, by regime.
    open: Vec<(PanelRow, Detail)>,
    /// `[regime]`.
    rosters: Vec<Roster>,
    lives: Vec<Vec<LifeYear>>,
    split_offs: BTreeMap<u64, Year>,
    /// Households of the county at the end.
    ids: BTreeSet<u64>,
    cohort: bool,
}

impl Witness for Follower {
    fn household(&mut self, _: &[i64; TALLIES], _: &PanelRow) {}

    fn follows(&self, household: u64) -> bool {
        household == self.household
    }

    fn detail(&mut self, row: &PanelRow, detail: &Detail) {
        self.open.push((*row, detail.clone()));
    }

    fn year(&mut self, year: Year, county: &County, states: &[CountyState], _: &[Published]) {
        let root = HouseholdId::from_bits(self.household).root().bits();
        for household in &county.households {
            let of_root = HouseholdId::from_bits(household.id).root().bits() == root;
            if of_root && household.id != root {
                self.split_offs.entry(household.id).or_insert(year);
            }
            self.ids.insert(household.id);
        }
        let row = county.households.iter().position(|household| household.id == self.household);
        let open = std::mem::take(&mut self.open);
        let Some(row) = row else { return };
        let household = &county.households[row];
        self.cohort = household.cohort;
        for regime in 0..self.regimes {
            // The one past of all.
            let at = if states.len() == 1 { 0 } else { regime };
            let (people, state) = (&county.persons[household.range()], &states[at]);
            let here = people.iter().zip(&state.persons[household.range()]);
            let (members, events) = self.rosters[regime].advance(year, here);
            if year < self.first {
                continue;
            }
            let (row_of, detail) = open[at].clone();
            let regime_number = u16::try_from(regime).expect("few regimes");
            self.lives[regime].push(LifeYear {
                row: PanelRow { regime: regime_number, ..row_of },
                members,
                events,
                detail,
                state: state.households[row],
                mattered: None,
            });
        }
    }
}

impl Follower {
    fn new(scenario: &Scenario, household: u64) -> Self {
        let regimes = scenario.regimes.len();
        Self {
            household,
            first: scenario.plan.first_year,
            regimes,
            open: Vec::new(),
            rosters: vec![Roster::default(); regimes],
            lives: vec![Vec::new(); regimes],
            split_offs: BTreeMap::new(),
            ids: BTreeSet::new(),
            cohort: false,
        }
    }

    fn found(&self) -> bool {
        self.lives.iter().all(|years| !years.is_empty())
    }

    fn tell(mut self, scenario: &Scenario, task: &CountyTask) -> Trace {
        let baseline = scenario.baseline;
        for regime in (0..self.regimes).filter(|regime| *regime != baseline) {
            for at in 0..self.lives[regime].len() {
                let policies = [regime, baseline].map(|of| &scenario.regimes[of].policy);
                let mattered = rule::find(&self.lives[regime], &self.lives[baseline], at, policies);
                self.lives[regime][at].mattered = mattered;
            }
        }
        // A household that was set up later begins in its year.
        let came: Vec<i16> = self.lives[baseline].iter().map(|year| year.row.year).collect();
        let years = scenario.plan.first_year.through(scenario.plan.last_year);
        let facts = years.zip(year_facts(scenario, tables())).filter(|(year, _)| came.contains(&year.number()));
        let line = |yuan: f64| Money::try_from_yuan(yuan).expect("a poverty line is a small amount");
        let (years, lines) = facts.map(|(year, facts)| (year, line(facts.official_line_yuan))).unzip();
        let root = HouseholdId::from_bits(self.household).root().bits();
        let returned = |life: &[LifeYear]| life.last().is_some_and(|year| year.row.returned);
        let there = returned(&self.lives[baseline]);
        let counts = self.cohort && root == self.household;
        let life = |(regime, years): (usize, Vec<LifeYear>)| {
            let flow = Flow::between(returned(&years), there);
            Life { flow: (counts && regime != baseline).then_some(flow), years }
        };
        Trace {
            household: self.household,
            root,
            replicate: u32::try_from(task.key.replicate).expect("replicates are counted in u32"),
            place: task.place,
            county: task.county,
            baseline,
            split_offs: self.split_offs.into_iter().filter(|(id, _)| *id != self.household).collect(),
            years,
            lines,
            lives: self.lives.into_iter().enumerate().map(life).collect(),
        }
    }
}
