//! The year as one ordered list of calls, household by household, for all regimes together.
//!
//! A county lives in memory once. A block of households goes through its year under every regime before the next one
//! does: what is exogenous (who is a candidate for what, with which number) is drawn once and used by all, and what
//! comes out alike under several regimes is worked out once for them. Counties and replicates know nothing of one
//! another.

mod alike;
mod block;
mod county_rules;
mod estates;
mod families;
mod fates;
mod gathered;
mod household;
mod members;
mod sampling;
mod timetable;
mod waiting;

pub use household::{Detail, Forgone, Stay};
pub use sampling::Weights;
pub use timetable::{PlaceYear, RegimeYear, Timetable, rural_income_last_year, year_context, year_facts};

use self::block::HouseholdYear;
use self::county_rules::CountyRules;
use self::fates::YearDraws;
use self::gathered::{Gathering, each};
use crate::county::{Account, Books, CountyFunds, Published, Totals};
use crate::demography::age_index;
use crate::illness::lognormal_ppm;
use crate::population::columns::{
    County, CountyState, Household, HouseholdState, NEVER, Registration, Status,
};
use crate::population::synthesis::{HouseholdDraw, Synthesiser, draw_household};
use crate::population::tables::{Path, Tables};
use crate::population::{HouseholdId, START};
use crate::random::{Key, normal, stream};
use crate::record::{
    COUNTY_TALLIES, Cell, CountySums, CountyTally, Descent, Flows, Histograms, Marks, PanelRow, Standing,
    Sums, TALLIES,
};
use crate::scenario::Scenario;
use crate::scenario::plan::Place;
use crate::scenario::policy::Payer;
use crate::targeting::SeenIncomes;
use crate::units::Year;
use crate::village::{Clinic, Village, village_of};
use sampling::{ByStratum, Sampled};
use waiting::Waiting;

/// What is simulated as one piece of work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CountyTask {
    /// Seed and replicate.
    pub key: Key,
    /// Index of the place.
    pub place: usize,
    /// Number of the county over all places; part of every id.
    pub county: u16,
    /// Number of the county among those of its place.
    pub number: u32,
    /// Index of its first household.
    pub first: u32,
    /// Households of the county.
    pub households: u32,
    /// What its households stand for.
    pub weights: Weights,
    /// Whether household-years are kept.
    pub panel: bool,
}

/// What a county hands on: exact sums by regime and reported year, over what its households stand for.
#[derive(Debug, Clone, Default)]
pub struct CountyRecord {
    /// Index of the place.
    pub place: usize,
    /// `[regime][year]`.
    pub sums: Vec<Vec<Sums>>,
    /// `[regime][year]`.
    pub histograms: Vec<Vec<Histograms>>,
    /// `[regime][year]`.
    pub flows: Vec<Vec<Flows>>,
    /// `[regime][year]`.
    pub counties: Vec<Vec<CountySums>>,
    /// `[regime]`.
    pub descent: Vec<Descent>,
    /// Household-years, if kept.
    pub panel: Vec<PanelRow>,
    /// Living person-years over all regimes and reported years, and of the lead-in once.
    pub person_years: u64,
    /// Living persons simulated at the end of the first reported year, under the baseline.
    pub persons: u64,
    /// Persons that they stand for.
    pub persons_represented: u64,
}

/// A place with what is made of it before any of its households.
#[derive(Debug, Clone)]
pub struct Ground {
    /// The place.
    pub place: Place,
    /// Its years under every regime.
    pub timetable: Timetable,
    /// Its synthesis.
    pub synthesiser: Synthesiser,
}

impl Ground {
    /// Compiles the years of a place and fits its population.
    #[must_use]
    pub fn new(scenario: &Scenario, tables: &Tables, place: Place) -> Self {
        Self::of_place(scenario, tables, &Synthesiser::nation(&scenario.society.population), place)
    }

    /// The same, where the nation's population is at hand.
    #[must_use]
    pub fn of_place(scenario: &Scenario, tables: &Tables, nation: &Synthesiser, place: Place) -> Self {
        Self {
            timetable: Timetable::compile(scenario, &place, tables),
            synthesiser: Synthesiser::of_place(nation, &place),
            place,
        }
    }

    /// All that is fixed before a county of the place runs.
    #[must_use]
    pub const fn world<'a>(&'a self, scenario: &'a Scenario, tables: &'a Tables) -> World<'a> {
        let Self { place, timetable, synthesiser } = self;
        World { scenario, tables, place, timetable, synthesiser }
    }
}

/// Everything that is fixed before a county runs.
#[derive(Debug, Clone, Copy)]
pub struct World<'a> {
    /// The scenario.
    pub scenario: &'a Scenario,
    /// The evidence by age, sex and year.
    pub tables: &'a Tables,
    /// The county's place.
    pub place: &'a Place,
    /// The years compiled for every regime.
    pub timetable: &'a Timetable,
    /// Synthesis.
    pub synthesiser: &'a Synthesiser,
}

/// Watches a county household by household and year by year: how the tests hold the fast core against a
/// plain one. It sees all that is kept and changes nothing.
pub trait Witness {
    /// A household's year under a regime is over: what it adds to the sums of its cell, and its row of
    /// microdata. Years before the first reported one are seen too.
    fn household(&mut self, tallies: &[i64; TALLIES], row: &PanelRow);
    /// Whether the years of a household are to be told in detail.
    fn follows(&self, _household: u64) -> bool {
        false
    }
    /// The same household-year in detail, after its sums and its row.
    fn detail(&mut self, _row: &PanelRow, _detail: &Detail) {}
    /// The year of the county is over under every regime; before the switch there is one.
    fn year(&mut self, year: Year, county: &County, states: &[CountyState], published: &[Published]);
}

/// Simulates one county over all years and regimes.
#[must_use]
pub fn simulate_county(world: &World, task: &CountyTask) -> CountyRecord {
    watch_county(world, task, None)
}

/// The same before a witness.
#[must_use]
pub fn watch_county<'a>(
    world: &'a World<'a>,
    task: &'a CountyTask,
    witness: Option<&'a mut dyn Witness>,
) -> CountyRecord {
    let plan = &world.scenario.plan;
    let known_before =
        plan.first_year < plan.switch_year && (witness.is_some() || !Waiting::has_room(world, task));
    let groups = known_before.then(|| {
        let mut run = CountyRun::start(world, task, None);
        run.is_counted = false;
        START.next().through(plan.switch_year.previous()).for_each(|year| run.advance(year));
        run.fix_groups(plan.switch_year);
        run.county.households
    });
    let mut run = CountyRun::start(world, task, groups);
    run.witness = witness;
    for year in START.next().through(plan.last_year) {
        if year == plan.switch_year {
            run.switch();
        }
        run.advance(year);
    }
    run.finish()
}

/// A county under way.
struct CountyRun<'a> {
    world: &'a World<'a>,
    task: &'a CountyTask,
    county: County,
    states: Vec<CountyState>,
    seen: Vec<ByStratum<SeenIncomes>>,
    record: CountyRecord,
    sampled: Sampled,
    /// Households with the groups that an earlier pass found, until they are taken over; `None` where they are found
    /// at the switch.
    groups: Option<Vec<Household>>,
    /// What is counted once the groups are found.
    waiting: Waiting,
    /// Whether what households add up to is kept.
    is_counted: bool,
    /// Where the numbers of the year are drawn from.
    draws: YearDraws,
    /// A block of households in their year.
    block: Vec<HouseholdYear>,
    /// The rules of this year: `[regime]`.
    rules: Vec<CountyRules<'a>>,
    gathering: Gathering,
    marks: Marks,
    totals: Vec<ByStratum<Totals>>,
    switched: bool,
    witness: Option<&'a mut dyn Witness>,
}

impl<'a> CountyRun<'a> {
    /// Draws the county's households as of the start. Groups found by an earlier pass are taken over.
    fn start(world: &'a World<'a>, task: &'a CountyTask, groups: Option<Vec<Household>>) -> Self {
        let mut run = Self {
            world,
            task,
            county: County::default(),
            states: vec![CountyState::default()],
            seen: vec![ByStratum::default()],
            record: CountyRecord::empty(world.scenario, task.place),
            sampled: Sampled::default(),
            groups,
            waiting: Waiting::default(),
            is_counted: true,
            draws: YearDraws::default(),
            block: Vec::new(),
            rules: Vec::new(),
            gathering: Gathering::default(),
            marks: Marks::default(),
            totals: Vec::new(),
            switched: false,
            witness: None,
        };
        run.states[0].funds = CountyFunds::at_start(world.place);
        let mut draw = HouseholdDraw::default();
        for index in task.first..task.first + task.households {
            draw_household(world.synthesiser, task.key, task.county, index, &mut draw);
            run.open_village(index);
            run.add_household(HouseholdId::root_of(task.county, index), &draw);
        }
        if task.weights.thins() {
            let regimes = world.scenario.regimes.len();
            let histograms = of_each(regimes, run.record.sums[0].len());
            run.sampled = Sampled { histograms, descent: vec![Descent::default(); regimes] };
        } else {
            run.take_groups();
        }
        run
    }

    /// Takes over the groups that an earlier pass found, once the rows are the same.
    fn take_groups(&mut self) {
        let groups = self.groups.as_mut().map(std::mem::take).unwrap_or_default();
        for (household, known) in self.county.households.iter_mut().zip(groups) {
            household.cell = known.cell;
            household.cohort = known.cohort;
            household.persons_at_switch = known.persons_at_switch;
        }
    }

    /// Adds the village of a household when it is the first there.
    fn open_village(&mut self, index: u32) {
        let society = &self.world.scenario.society;
        let id = village_of(self.task.county, index, society.population.village_size());
        if self.county.villages.last().is_some_and(|village| village.id == id.bits()) {
            return;
        }
        let village = Village::new(self.task.key, id);
        let place = self.world.place;
        self.states[0].clinics.push(Clinic::at_start(self.task.key, &village, place, &society.villages));
        self.county.villages.push(village);
    }

    fn add_household(&mut self, id: HouseholdId, draw: &HouseholdDraw) {
        let place_year = self.world.timetable.place_year(START.next());
        let society = &self.world.scenario.society;
        let year_words = self.task.key.block(0, id.bits(), START, stream::HOUSEHOLD_YEAR);
        let stays = (&place_year.migration, self.world.timetable.frailty());
        let founders = families::founders(self.task.key, id, &draw.members, stays);
        let mut strength = 0;
        for (person, state) in &founders {
            if place_year.works(age_index(START, person.birth_year)) {
                strength += place_year.strength(state);
            }
        }
        let transitory = rank(normal(year_words[0]));
        let error = lognormal_ppm(society.lists.income_error, normal(year_words[2]));
        let economy = self.world.timetable.start_economy();
        let members = i64::try_from(founders.len()).expect("a household is small");
        let permanent = economy.permanent_score(draw.permanent_score, members, strength);
        let per_head = economy.illness_free_per_head(self.world.tables, permanent, transitory);
        let distance = distance_factor(draw.travel_minutes, society.care.distance_elasticity);
        let [own, education, judgement, _] = self.task.key.block(0, id.bits(), START, stream::PROPENSITY);
        let judgement = lognormal_ppm(society.lists.dibao_error, normal(judgement));
        let household = Household {
            id: id.bits(),
            root: u32::try_from(self.county.households.len()).expect("a county has under 4e9 households"),
            start: 0,
            used: 0,
            slots: 0,
            persistent: draw.permanent_score,
            transitory,
            official_error: error,
            judgement,
            distance_factor: distance,
            awareness_word: families::part(own, 0),
            village: u32::try_from(self.county.villages.len() - 1).expect("a county has under 4e9 villages"),
            outreach_word: families::part(own, 3),
            education_word: families::part(education, 0),
            cell: 0,
            persons_at_switch: 0,
            sampled: false,
            cohort: false,
        };
        let state = HouseholdState {
            savings: draw.savings_fen,
            assets: draw.productive_assets_fen,
            found_month: NEVER,
            illness_poor_from: NEVER,
            medical_debt: draw.medical_debt_fen,
            other_debt: draw.other_debt_fen,
            income_last: per_head.fen() * members,
            net_per_head_last: per_head.fen(),
            members_last: u8::try_from(members).expect("a household is small"),
            poor_last: per_head.fen() < place_year.start_lines.official,
            ..HouseholdState::default()
        };
        let per_head = crate::targeting::seen_per_head(error, &state);
        let judgement = society.lists.villages_judge().then_some(judgement);
        self.seen[0].of_mut(false).count(per_head, judgement);
        self.county.add_household(&mut self.states[0], household, state, &founders);
    }

    /// From here each regime goes its own way from the same past.
    fn switch(&mut self) {
        if self.groups.is_none() {
            self.fix_groups(self.world.scenario.plan.switch_year);
            self.count_waiting();
        }
        let regimes = self.world.scenario.regimes.len();
        self.states = vec![self.states[0].clone(); regimes];
        for (state, regime) in self.states.iter_mut().zip(&self.world.scenario.regimes) {
            let before = &self.world.scenario.history.programmes;
            state.funds.hand_over(before, &regime.policy.programmes);
        }
        self.seen = vec![self.seen[0].clone(); regimes];
        self.switched = true;
    }

    /// Fixes the groups of root households as they stand on 31 December before the switch.
    fn fix_groups(&mut self, switch: Year) {
        let before = switch.previous();
        let place_year = self.world.timetable.place_year(before);
        let state = &self.states[0];
        for row in 0..self.county.households.len() {
            let root = self.county.households[row].root as usize;
            if root != row {
                // Roots come before the households that were set up from them.
                self.county.households[row].cell = self.county.households[root].cell;
                continue;
            }
            let (household, state_of) = (&mut self.county.households[row], &state.households[row]);
            let mut members = 0_u8;
            let (mut strength, mut elderly_only, mut chronic) = (0, true, 0_u8);
            for slot in household.range() {
                if state.persons[slot].status != Status::Present {
                    continue;
                }
                let age = age_index(before, self.county.persons[slot].birth_year);
                members += 1;
                if place_year.works(age) {
                    strength += place_year.strength(&state.persons[slot]);
                }
                elderly_only &= age >= 60;
                chronic |= state.persons[slot].chronic;
            }
            let permanent =
                place_year.economy.permanent_score(household.persistent, i64::from(members), strength);
            let cell = Cell {
                standing: standing(state_of, place_year),
                fifth: fifth(permanent, place_year.permanent_sd),
                elderly_only: elderly_only && members > 0,
                chronic: chronic != 0,
                mental: chronic & (1 << crate::illness::MENTAL) != 0,
            };
            debug_assert!(
                !self.task.weights.thins() || household.sampled == (cell.standing != Standing::Lifted)
            );
            household.cell = u16::try_from(cell.index()).expect("there are few cells");
            household.persons_at_switch = members;
            household.cohort = cell.standing == Standing::Lifted && members > 0;
        }
    }

    /// One year of the county, in the order of the model: lists and enrolment on 1 January; ageing,
    /// deaths, births, leaving; illness; care and settlement; the household's accounts; measures. The
    /// thresholds of the next year come from this year's histogram.
    fn advance(&mut self, year: Year) {
        self.sample(year);
        self.publish(year);
        self.form_households(year);
        self.draws = YearDraws::new(self.task.key, year);
        self.advance_households(year);
        self.hand_over(self.reported(year));
        self.inherit(year);
        self.close_county(year);
        if self.reported(year).is_some() && self.switched {
            self.count_flows(year);
        }
        if let Some(witness) = &mut self.witness {
            let published: Vec<Published> = self.rules.iter().map(|rules| rules.published).collect();
            witness.year(year, &self.county, &self.states, &published);
        }
    }

    /// Publishes the thresholds of 1 January from last year's seen incomes, which start anew.
    fn publish(&mut self, year: Year) {
        let scenario = self.world.scenario;
        let registered_share = self.world.place.registered_share;
        let standard = self.world.tables.path(Path::DibaoStandard, year);
        for regime in 0..self.states.len() {
            let rules = &self.regime_year(year, regime).lists;
            let seen = std::mem::take(&mut self.seen[regime]).whole(self.task.weights);
            let thresholds = rules.publish(&scenario.society.lists, &seen, registered_share, standard);
            self.states[regime].thresholds = thresholds;
        }
        self.rules = self.rules_of(year);
        self.totals.clear();
        self.totals.resize(self.states.len(), ByStratum::default());
    }

    /// Closes the county's books, and leaves money and staff to the next year.
    fn close_county(&mut self, year: Year) {
        let report = self.reported(year);
        for regime in 0..self.states.len() {
            let rules = self.regime_year(year, regime);
            let (totals, published) =
                (self.totals[regime].whole(self.task.weights), self.rules[regime].published);
            let books = rules.county.close(&totals, &mut self.states[regime].funds);
            let Some(report) = report else { continue };
            let sums = &mut self.record.counties[regime][report].0;
            for (at, kind) in rules.support.kinds() {
                sums[CountyTally::Applied as usize + kind as usize] += totals.programmes[at].applied;
                sums[CountyTally::Served as usize + kind as usize] += totals.programmes[at].served;
            }
            let mut add = |tally: CountyTally, amount: i64| sums[tally as usize] += amount;
            add(CountyTally::Persons, totals.persons);
            add(CountyTally::Burden, books.county_burden);
            add(CountyTally::Staff, published.staff_ppm * totals.persons);
            add(CountyTally::Beds, published.beds_ppm * totals.persons);
            add(CountyTally::ServiceCost, rules.service.cost.fen() * totals.persons);
            if !rules.county.kept {
                continue;
            }
            let met = |payer: Payer| i64::from(published.proration[payer as usize].ppm()) * totals.persons;
            add(CountyTally::AidMet, met(Payer::MedicalAid));
            add(CountyTally::TopUpMet, met(Payer::LocalTopUp));
            let delay = published.delay_months[Payer::MedicalAid as usize];
            add(CountyTally::AidDelay, i64::from(delay) * totals.persons);
            for account in Account::ALL {
                let at = account as usize;
                sums[CountyTally::Revenue as usize + at] += books.revenue[at];
                sums[CountyTally::Spending as usize + at] += books.spending[at];
                sums[CountyTally::Balance as usize + at] += books.balance[at];
                sums[CountyTally::HeldBack as usize + at] += books.held_back[at] * totals.persons;
            }
            sums[CountyTally::OwnRevenue as usize] += books.own_revenue;
            add_purses(sums, &totals, &books);
        }
    }

    fn regime_year(&self, year: Year, regime: usize) -> &'a RegimeYear {
        let index = self.switched.then_some(regime);
        self.world.timetable.regime_year(year, index)
    }

    fn reported(&self, year: Year) -> Option<usize> {
        usize::try_from(year.since(self.world.scenario.plan.first_year)).ok().filter(|_| self.is_counted)
    }

    /// Whether what is counted by groups waits for them.
    const fn waits(&self) -> bool {
        self.groups.is_none() && !self.switched
    }

    /// Records what became of a household, once for all regimes that share it.
    fn record_household(&mut self, year: Year, row: usize, of: &HouseholdYear) {
        let HouseholdYear { shared, passages, stories } = of;
        let report = self.reported(year);
        let by_group = report.filter(|_| !self.waits());
        let mut gathering = std::mem::take(&mut self.gathering);
        let mut marks = std::mem::take(&mut self.marks);
        let mut waiting = std::mem::take(&mut self.waiting);
        let mut histograms = std::mem::take(self.histograms_of(row));
        let (mut person_years, mut persons) = (0, 0);
        let situation = self.situation(year, row, shared);
        for story in stories.told() {
            let setting = self.setting(&situation, story.first(), &self.states[story.first()]);
            let telling = setting.tell(passages, story, &self.states[story.first()]);
            gathering.add(story.regimes, &telling, by_group.is_some());
            if report.is_some() {
                telling.mark(&mut marks);
            }
            if let Some(report) = report.filter(|_| by_group.is_none()) {
                telling.record(waiting.next(report));
            }
            for regime in each(story.regimes) {
                if let Some(report) = report {
                    histograms[regime][report].add_marks(&marks);
                }
                let members = u64::from(telling.outcome.members);
                person_years += if report.is_some() || regime == 0 { members } else { 0 };
                // Before the switch there is one past for all.
                let is_baseline = regime == self.world.scenario.baseline || !self.switched;
                let starts = report == Some(0) && is_baseline;
                persons += if starts { members } else { 0 };
            }
        }
        (self.gathering, self.marks, self.waiting) = (gathering, marks, waiting);
        *self.histograms_of(row) = histograms;
        self.record.person_years += person_years;
        self.record.persons += persons;
        let panel = self.task.panel && report.is_some();
        if panel || self.witness.is_some() {
            self.show(year, row, of, panel);
        }
    }

    /// The histograms of a household's stratum: `[regime][year]`.
    fn histograms_of(&mut self, row: usize) -> &mut Vec<Vec<Histograms>> {
        let sampled = self.county.households[row].sampled;
        if sampled { &mut self.sampled.histograms } else { &mut self.record.histograms }
    }

    /// Shows a household-year to the witness, and keeps its rows of microdata, regime by regime.
    fn show(&mut self, year: Year, row: usize, of: &HouseholdYear, panel: bool) {
        let HouseholdYear { shared, passages, stories } = of;
        let (mut witness, mut rows) = (self.witness.take(), std::mem::take(&mut self.record.panel));
        let situation = self.situation(year, row, shared);
        for regime in 0..self.states.len() {
            let story = stories.told_of(regime);
            let setting = self.setting(&situation, regime, &self.states[regime]);
            let telling = setting.tell(passages, story, &self.states[story.first()]);
            let panel_row = telling.panel_row(regime, self.task);
            if let Some(witness) = &mut witness {
                let mut tallies = [0; TALLIES];
                telling.record(&mut tallies);
                witness.household(&tallies, &panel_row);
                if witness.follows(panel_row.household) {
                    witness.detail(&panel_row, &telling.detail());
                }
            }
            if panel {
                rows.push(panel_row);
            }
        }
        (self.witness, self.record.panel) = (witness, rows);
    }

    fn count_flows(&mut self, year: Year) {
        let Some(report) = self.reported(year) else { return };
        let baseline = self.world.scenario.baseline;
        for regime in 0..self.states.len() {
            let flows = &mut self.record.flows[regime][report];
            for (row, household) in self.county.households.iter().enumerate() {
                if household.cohort {
                    let ours = &self.states[regime].households[row];
                    let theirs = &self.states[baseline].households[row];
                    count_flow(flows, ours, theirs);
                }
            }
        }
    }

    /// Years before the switch are the same under every regime: they are simulated once.
    fn finish(mut self) -> CountyRecord {
        let plan = &self.world.scenario.plan;
        let shared_years = usize::try_from(plan.switch_year.since(plan.first_year)).unwrap_or(0);
        let shared_years = shared_years.min(self.record.sums[0].len());
        for regime in 1..self.record.sums.len() {
            for year in 0..shared_years {
                self.record.sums[regime][year] = self.record.sums[0][year].clone();
                self.record.histograms[regime][year] = self.record.histograms[0][year].clone();
                self.record.counties[regime][year] = self.record.counties[0][year];
                if self.task.weights.thins() {
                    self.sampled.histograms[regime][year] = self.sampled.histograms[0][year].clone();
                }
            }
        }
        self.record.weigh(self.task.weights, &self.sampled, self.world.scenario.baseline);
        self.record
    }
}

impl CountyRecord {
    fn empty(scenario: &Scenario, place: usize) -> Self {
        let years = usize::try_from(scenario.plan.last_year.since(scenario.plan.first_year) + 1)
            .expect("a plan has a year");
        let regimes = scenario.regimes.len();
        Self {
            place,
            sums: of_each(regimes, years),
            histograms: of_each(regimes, years),
            flows: vec![vec![Flows::default(); years]; regimes],
            counties: vec![vec![CountySums([0; COUNTY_TALLIES]); years]; regimes],
            descent: vec![Descent::default(); regimes],
            panel: Vec::new(),
            person_years: 0,
            persons: 0,
            persons_represented: 0,
        }
    }
}

/// Nothing yet for each year of each regime. Each is made anew: zeroed memory costs nothing until it is used.
fn of_each<T: Default>(regimes: usize, years: usize) -> Vec<Vec<T>> {
    (0..regimes).map(|_| (0..years).map(|_| T::default()).collect()).collect()
}

/// Adds the purses of programmes that have a budget.
fn add_purses(sums: &mut [i64; COUNTY_TALLIES], totals: &Totals, books: &Books) {
    for (purse, of) in books.programmes.iter().zip(&totals.programmes) {
        let Some(purse) = purse else { continue };
        let held = of.owed * purse.held_back / 1_000_000;
        sums[CountyTally::ProgrammeRevenue as usize] += purse.revenue;
        sums[CountyTally::ProgrammeOwed as usize] += of.owed;
        sums[CountyTally::ProgrammePaid as usize] += of.paid;
        sums[CountyTally::ProgrammeBalance as usize] += purse.balance;
        sums[CountyTally::ProgrammeHeld as usize] += held;
    }
}

/// A normal score as a rank in 1/65,536 standard deviations.
fn rank(z: f64) -> i32 {
    // Normal quantiles of 53-bit uniforms are under 9.
    #[allow(clippy::cast_possible_truncation)]
    {
        libm::floor(z * 65_536.0 + 0.5) as i32
    }
}

/// Factor of travel time on the share of episodes treated, relative to 45 minutes, in parts per
/// million.
fn distance_factor(travel_minutes: u16, elasticity: f64) -> u32 {
    let factor = libm::pow(f64::from(travel_minutes.max(1)) / 45.0, elasticity);
    // Between a fraction and a few times.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    {
        (factor.clamp(0.2, 5.0) * 1e6) as u32
    }
}

fn standing(state: &HouseholdState, place_year: &PlaceYear) -> Standing {
    let members = i64::from(state.members_last.max(1));
    match state.registration {
        Registration::Lifted => Standing::Lifted,
        // On 31 December after the campaign's last year all registered are lifted; earlier switches
        // find some who are not yet.
        Registration::Registered if place_year.all_lifted => Standing::Lifted,
        _ if state.income_last < place_year.lines.marginal * members => Standing::Marginal,
        _ => Standing::NeverPoor,
    }
}

/// Fifth of permanent illness-free income: the quintiles of the normal rank.
fn fifth(permanent: i32, sd: f64) -> u8 {
    let z = f64::from(permanent) / 65_536.0 / sd;
    const LIMITS: [f64; 4] =
        [-0.841_621_233_572_914, -0.253_347_103_135_800, 0.253_347_103_135_800, 0.841_621_233_572_914];
    u8::try_from(LIMITS.iter().filter(|limit| z >= **limit).count()).expect("at most four")
}

fn count_flow(flows: &mut Flows, ours: &HouseholdState, theirs: &HouseholdState) {
    let dissolved = |state: &HouseholdState| state.members_last == 0;
    match (ours.ever_entered, theirs.ever_entered) {
        (true, true) => flows.both += 1,
        (true, false) => flows.lost += 1,
        (false, true) => flows.saved += 1,
        (false, false) if dissolved(ours) || dissolved(theirs) => flows.died_or_dissolved += 1,
        (false, false) => flows.neither += 1,
    }
}
