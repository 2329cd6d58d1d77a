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
    /// The year by whose end nobody of the household is left, if there is one: the last that is told.
    pub ended: Option<Year>,
    /// In the order of the years, up to the one in which the household ends.
    pub years: Vec<LifeYear>,
}

impl Life {
    /// Tells years up to the one by whose end nobody is left for good; a household that nobody lives in to begin with ends
    /// in its first year.
    fn told(flow: Option<Flow>, mut years: Vec<LifeYear>) -> Self {
        let lived = years.iter().rposition(|year| year.row.persons > 0).map_or(0, |last| last + 1);
        let ended = years.get(lived).map(|year| Year::new(year.row.year));
        years.truncate(lived + 1);
        Self { flow, ended, years }
    }
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
        let facts =
            years.zip(year_facts(scenario, tables())).filter(|(year, _)| came.contains(&year.number()));
        let line = |yuan: f64| Money::try_from_yuan(yuan).expect("a poverty line is a small amount");
        let (years, lines) = facts.map(|(year, facts)| (year, line(facts.official_line_yuan))).unzip();
        let root = HouseholdId::from_bits(self.household).root().bits();
        let returned = |life: &[LifeYear]| life.last().is_some_and(|year| year.row.returned);
        let there = returned(&self.lives[baseline]);
        let counts = self.cohort && root == self.household;
        let life = |(regime, years): (usize, Vec<LifeYear>)| {
            let flow = Flow::between(returned(&years), there);
            Life::told((counts && regime != baseline).then_some(flow), years)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::{Finished, Unwatched, run};
    use crate::scenario::{Options, Override, load_text};

    const SMALL: &str = r#"
        name = "small"
        extends = "inclusive-vs-targeted"
        baseline = "targeted"
        [plan]
        households = 500
        replicates = 2
        last_year = 2027
        [places.poor-county]
        counties = 2
        [regimes]
        order = ["basic-only", "targeted", "inclusive"]
        [output]
        panel = true
    "#;

    fn small(regimes: Option<&[&str]>, settings: &[&str]) -> Scenario {
        let set = |text: &&str| Override { origin: "setting".to_owned(), text: (*text).to_owned() };
        let options = Options {
            overrides: settings.iter().map(set).collect(),
            regimes: regimes.map(|names| names.iter().map(|name| (*name).to_owned()).collect()),
            ..Options::default()
        };
        load_text("small.toml", SMALL, &options).expect("it holds")
    }

    fn finished(scenario: &Scenario) -> Finished {
        run(scenario, &Unwatched).expect("nobody stops it")
    }

    fn traced(scenario: &Scenario, household: u64, replicate: u32) -> Trace {
        follow(scenario, household, replicate, &Unwatched).expect("it is there")
    }

    /// Some households of a replicate: those in which a stay is forgone, some of the start, some set up later.
    fn some(panel: &[PanelRow], replicate: u32) -> Vec<u64> {
        let of = |wanted: &dyn Fn(&PanelRow) -> bool, most: usize| {
            let rows = panel.iter().filter(|row| row.replicate == replicate && wanted(row));
            let ids: BTreeSet<u64> = rows.map(|row| row.household).collect();
            let step = (ids.len() / most).max(1);
            ids.into_iter().step_by(step).take(most).collect::<Vec<_>>()
        };
        let mut ids = of(&|row| row.forgone > 0 && row.admissions > 1, 5);
        ids.extend(of(&|row| row.household == row.root_household, 5));
        let set_up = of(&|row| row.household != row.root_household, 3);
        assert!(ids.len() == 10 && set_up.len() == 3);
        ids.extend(set_up);
        ids
    }

    #[test]
    fn a_trace_has_the_numbers_of_the_panel_and_they_add_up() {
        let scenario = small(None, &[]);
        let panel = finished(&small(None, &["output.panel_replicates=2"])).panel;
        let mut stays = 0;
        for household in some(&panel, 1) {
            let trace = traced(&scenario, household, 1);
            for (regime, life) in trace.lives.iter().enumerate() {
                let ours: Vec<PanelRow> = life.years.iter().map(|year| year.row).collect();
                let theirs: Vec<PanelRow> = panel
                    .iter()
                    .filter(|row| row.household == household && row.replicate == 1)
                    .filter(|row| usize::from(row.regime) == regime)
                    .copied()
                    .collect();
                // The panel goes on with rows of nobody.
                let (told, rest) = theirs.split_at(ours.len());
                assert!(!told.is_empty());
                assert_eq!(ours, told, "household {household}, regime {regime}");
                assert!(rest.iter().all(|row| row.persons == 0));
                for year in &life.years {
                    let (row, detail) = (&year.row, &year.detail);
                    let paid: i64 = row.paid_fen.iter().sum();
                    assert_eq!(paid + row.out_of_pocket_fen, row.bill_fen);
                    for stay in &detail.stays {
                        let paid: Money = stay.paid.iter().copied().sum();
                        assert_eq!(paid + stay.out_of_pocket, stay.bill);
                    }
                    for payer in 0..row.paid_fen.len() {
                        let of_stays: i64 = detail.stays.iter().map(|stay| stay.paid[payer].fen()).sum();
                        assert!(of_stays <= row.paid_fen[payer], "the rest is for outpatient care");
                    }
                    assert_eq!(detail.stays.len(), usize::from(row.admissions));
                    assert_eq!(detail.forgone.len(), usize::from(row.forgone));
                    assert_eq!(year.members.len(), usize::from(row.persons));
                    assert_eq!(detail.accounts.income.fen(), row.income_fen);
                    let granted: Money = (0..8).map(|at| detail.grants.paid(at)).sum();
                    assert_eq!(granted.fen(), row.support_fen);
                    stays += detail.stays.len();
                }
                for pair in life.years.windows(2) {
                    let arrived = |event: &&Event| {
                        matches!(event.what, Happened::Born | Happened::MarriedIn | Happened::Founded)
                    };
                    let gone = |event: &&Event| {
                        matches!(event.what, Happened::Died | Happened::Left | Happened::SetUp)
                    };
                    let events = &pair[1].events;
                    let (more, less) =
                        (events.iter().filter(arrived).count(), events.iter().filter(gone).count());
                    assert_eq!(pair[0].members.len() + more, pair[1].members.len() + less);
                }
            }
        }
        assert!(stays > 10);
    }

    #[test]
    fn a_life_ends_with_its_household() {
        let scenario = small(None, &[]);
        let panel = finished(&scenario).panel;
        let last = scenario.plan.last_year;
        let gone = |row: &&PanelRow| row.year == last.number() && row.persons == 0 && row.regime == 1;
        let ended: Vec<u64> = panel.iter().filter(gone).map(|row| row.household).take(20).collect();
        assert!(ended.len() > 5, "{}", ended.len());
        let mut later = 0;
        for household in ended {
            let life = &traced(&scenario, household, 0).lives[1];
            let end = life.ended.expect("nobody is left");
            let rows = || panel.iter().filter(|row| row.household == household && row.regime == 1);
            let lived = rows().filter(|row| row.persons > 0).map(|row| row.year).max();
            let first = rows().map(|row| row.year).min().expect("it has rows");
            assert_eq!(end.number(), lived.map_or(first, |year| year + 1));
            let told: Vec<i16> = life.years.iter().map(|year| year.row.year).collect();
            assert_eq!(told, (first..=end.number()).collect::<Vec<_>>());
            later += usize::from(lived.is_some());
        }
        assert!(later > 0, "one ends while it is told");
        let alive = panel.iter().find(|row| row.year == last.number() && row.persons > 0);
        let life = &traced(&scenario, alive.expect("somebody lives").household, 0).lives[0];
        assert_eq!((life.ended, life.years.last().map(|year| year.row.year)), (None, Some(last.number())));
    }

    #[test]
    fn a_regimes_life_is_the_same_whichever_others_are_there() {
        let all = small(None, &[]);
        let two = small(Some(&["targeted", "inclusive"]), &[]);
        let one = small(Some(&["targeted"]), &[]);
        assert_eq!((all.regimes.len(), two.regimes.len(), one.regimes.len()), (3, 2, 1));
        let panel = finished(&all).panel;
        let plain = |scenario: &Scenario, trace: &Trace, id: &str| {
            let regime = scenario.regimes.iter().position(|regime| regime.id == id).expect("it is there");
            let mut life = trace.lives[regime].clone();
            life.years.iter_mut().for_each(|year| year.row.regime = 0);
            life
        };
        for household in some(&panel, 0) {
            let [whole, pair, single] = [&all, &two, &one].map(|scenario| traced(scenario, household, 0));
            for id in ["targeted", "inclusive"] {
                assert_eq!(plain(&all, &whole, id), plain(&two, &pair, id), "{household} under {id}");
            }
            assert_eq!(plain(&all, &whole, "targeted"), plain(&one, &single, "targeted"));
        }
    }

    #[test]
    fn what_is_picked_has_the_outcome_and_is_counted_as_the_flows_are() {
        let scenario = small(None, &["plan.households=1500", "output.panel=false"]);
        let results = finished(&small(None, &["plan.households=1500", "plan.replicates=1"])).results;
        let counties = counties_of(&scenario, 0);
        let mut found = 0;
        for (regime, id) in [(0, "basic-only"), (2, "inclusive")] {
            for wanted in [Wanted::Saved, Wanted::Lost, Wanted::Both] {
                for by in [2024, 2027].map(Year::new) {
                    let picked =
                        pick(&scenario, &counties, (wanted, regime, by), &Unwatched).expect("it runs");
                    let flow = results.flows.iter().find(|flow| {
                        flow.regime == id && flow.year == by && flow.outcome == wanted.flow().name()
                    });
                    let counted =
                        flow.and_then(|flow| flow.households.mean).expect("a mean of one replicate");
                    #[allow(clippy::cast_precision_loss)]
                    let of = picked.map_or(0, |picked| picked.of) as f64;
                    assert_eq!(of, counted, "{id} {wanted:?} {by}");
                    let Some(picked) = picked else { continue };
                    let trace = traced(&scenario, picked.household, 0);
                    let returned = |regime: usize| {
                        let years = &trace.lives[regime].years;
                        years.iter().any(|year| year.row.year <= by.number() && year.row.returned)
                    };
                    assert_eq!(Flow::between(returned(regime), returned(1)), wanted.flow());
                    if by == scenario.plan.last_year {
                        assert_eq!(trace.lives[regime].flow, Some(wanted.flow()));
                        assert_eq!(trace.lives[1].flow, None);
                    }
                    found += 1;
                }
            }
        }
        assert!(found >= 8, "{found}");
    }

    #[test]
    fn a_difference_has_its_rule_and_no_rule_stands_without_one() {
        let scenario = small(None, &[]);
        let panel = finished(&scenario).panel;
        let (mut different, mut alike, mut kinds) = (0, 0, BTreeSet::new());
        for household in some(&panel, 0) {
            let trace = traced(&scenario, household, 0);
            let baseline = &trace.lives[1];
            assert!(baseline.years.iter().all(|year| year.mattered.is_none()));
            for life in [&trace.lives[0], &trace.lives[2]] {
                for (ours, theirs) in life.years.iter().zip(&baseline.years) {
                    let row = PanelRow { regime: theirs.row.regime, ..ours.row };
                    let Some(mattered) = &ours.mattered else {
                        assert_eq!(row, theirs.row);
                        alike += 1;
                        continue;
                    };
                    different += 1;
                    kinds.insert(mattered.rule.name());
                    if let Rule::Payer { payer, more, .. } = &mattered.rule {
                        let at = *payer as usize;
                        assert_eq!(more.fen(), ours.row.paid_fen[at] - theirs.row.paid_fen[at]);
                        assert!((0..6).all(|other| {
                            (ours.row.paid_fen[other] - theirs.row.paid_fen[other]).abs() <= more.fen().abs()
                        }));
                    }
                }
            }
        }
        assert!(different > 20 && alike > 0 && kinds.contains("payer"), "{different} {alike} {kinds:?}");
    }

    #[test]
    fn who_is_not_there_is_not_followed() {
        let scenario = small(None, &[]);
        let root = HouseholdId::root_of(1, 249).bits();
        let asked = |household: u64| follow(&scenario, household, 0, &Unwatched).expect_err("it isn't there");
        let none = asked(HouseholdId::root_of(1, 250).bits());
        let TraceError::NoHousehold { county: 1, households: 250, nearest } = none else {
            panic!("{none:?}")
        };
        assert_eq!(HouseholdId::from_bits(nearest).index(), 249, "of the last root: {root}");
        let none = asked(HouseholdId::root_of(2, 0).bits());
        assert_eq!(none, TraceError::NoCounty { county: 2, counties: 2 });
        assert_eq!(none.to_string(), "this id is of county 2, expected one of counties 0 to 1");
    }
}
