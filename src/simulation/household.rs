//! One household under one regime for one year, in the order of the model.

use super::{CountyTask, PlaceYear, RegimeYear, SharedYear, World, known};
use crate::billing::{self, HouseholdYear, Patient, PersonYear};
use crate::care::{Outcome, Seeker};
use crate::demography::age_index;
use crate::economy::{Accounts, YearInput};
use crate::illness::{CANCER, CARDIOVASCULAR, MENTAL, PotentialEpisode, STROKE};
use crate::population::columns::{Household, HouseholdState, Person, PersonState, Registration, Status};
use crate::poverty::{gap_ppm, is_poor, severity_ppm};
use crate::random::{Draw, threshold, unit};
use crate::record::{Column, Histograms, PanelRow, TALLIES, Tally, bin};
use crate::scenario::policy::{ClassSet, PAYERS, Payer};
use crate::targeting::{SeenIncomes, Thresholds};
use crate::units::{Money, Rate, Year};

/// Reused memory of the loop.
#[derive(Debug, Clone, Default)]
pub(super) struct Scratch {
    episodes: Vec<PotentialEpisode>,
    persons: Vec<PersonYear>,
    lost: Vec<i64>,
    untreated: Vec<bool>,
}

/// A household at a year's start under a regime, with all it needs.
pub(super) struct Step<'a> {
    pub world: &'a World<'a>,
    pub year: Year,
    pub place_year: &'a PlaceYear,
    pub regime_year: &'a RegimeYear,
    pub household: &'a Household,
    pub shared: &'a SharedYear,
    pub people: &'a [Person],
    pub states: &'a mut [PersonState],
    pub state: &'a mut HouseholdState,
    pub thresholds: &'a Thresholds,
    pub seen: &'a mut SeenIncomes,
    pub scratch: &'a mut Scratch,
    pub switched: bool,
}

/// What happened to the household.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct HouseholdOutcome {
    pub members: u8,
    workers: u8,
    members_before: u8,
    poor_last: bool,
    target: bool,
    counts: Counts,
    care: CareSums,
    accounts: Accounts,
    premiums: Premiums,
    poor: bool,
    illness_attributed: bool,
    died_since_switch: u8,
    ever_entered: bool,
    debt: (i64, i64, i64),
}

#[derive(Debug, Clone, Copy, Default)]
struct Counts {
    deaths: i64,
    births: i64,
    departures: i64,
    elderly_60: i64,
    elderly_65: i64,
    adults: i64,
    chronic: i64,
    mental: i64,
    disabled: i64,
    insured: i64,
}

#[derive(Debug, Clone, Copy, Default)]
struct CareSums {
    bill: Money,
    covered: Money,
    inpatient: Money,
    paid_inpatient: Money,
    out_of_pocket: Money,
    paid: [Money; PAYERS],
    needed: i64,
    forgone: i64,
    forgone_for_money: i64,
    admissions: i64,
    induced: i64,
    outside: i64,
}

#[derive(Debug, Clone, Copy, Default)]
struct Premiums {
    own: Money,
    aid: Money,
    subsidy: Money,
}

impl HouseholdOutcome {
    /// Person-years for the measure of speed.
    pub fn persons_for_speed(&self, counted: bool) -> u64 {
        if counted { u64::from(self.members) } else { 0 }
    }
}

impl Step<'_> {
    /// The year of the household. The order is that of the model, and written only here.
    pub fn advance(&mut self) -> HouseholdOutcome {
        let mut outcome = HouseholdOutcome {
            members_before: self.state.members_last,
            poor_last: self.state.poor_last,
            ..HouseholdOutcome::default()
        };
        if self.state.members_last == 0 && self.shared.births.is_empty() {
            self.keep_dissolved(&mut outcome);
            return outcome;
        }
        self.open_lists(&mut outcome);
        self.demography(&mut outcome);
        self.illness();
        self.seek_care(&mut outcome);
        self.close_accounts(&mut outcome);
        self.judge_poverty(&mut outcome);
        outcome
    }

    fn keep_dissolved(&self, outcome: &mut HouseholdOutcome) {
        outcome.died_since_switch = self.state.died_since_switch;
        outcome.ever_entered = self.state.ever_entered;
    }

    fn classes(&self) -> ClassSet {
        ClassSet(self.state.classes)
    }

    fn open_lists(&mut self, outcome: &mut HouseholdOutcome) {
        let has_worker = self.people.iter().zip(self.states.iter()).any(|(person, state)| {
            state.status == Status::Present
                && !state.disabled
                && self.place_year.works(age_index(self.year, person.birth_year))
        });
        let known = known(self.shared, self.state, has_worker);
        self.regime_year.lists.open(&known, self.thresholds, self.state);
        let members = i64::from(self.state.members_last.max(1));
        outcome.target = self.state.income_last < self.place_year.start_lines.monitoring * members;
    }

    fn demography(&mut self, outcome: &mut HouseholdOutcome) {
        for candidate in &self.shared.candidates {
            let at = usize::from(candidate.offset);
            let (person, state) = (&self.people[at], &mut self.states[at]);
            if state.status != Status::Present {
                continue;
            }
            match candidate.draw {
                Draw::Death => {
                    let age = age_index(self.year, person.birth_year);
                    let p = self.place_year.demography.death(
                        usize::from(person.sex),
                        age,
                        state.chronic,
                        state.disabled,
                        state.untreated,
                    );
                    if candidate.word < threshold(p) {
                        state.status = Status::Dead;
                        outcome.counts.deaths += 1;
                        let switch = self.world.scenario.plan.switch_year;
                        if self.switched && person.birth_year < switch.number() {
                            self.state.died_since_switch += 1;
                        }
                    }
                }
                Draw::Leaving => {
                    state.status = Status::Left;
                    outcome.counts.departures += 1;
                }
                _ => {}
            }
        }
        for birth in &self.shared.births {
            if self.states[usize::from(birth.mother)].status == Status::Present {
                self.states[usize::from(birth.newborn)].status = Status::Present;
                outcome.counts.births += 1;
            }
        }
    }

    /// Onsets, disability, recovery; the potential episodes that happen are gathered by date.
    fn illness(&mut self) {
        let illness = &self.place_year.illness;
        self.scratch.episodes.clear();
        for candidate in &self.shared.candidates {
            let at = usize::from(candidate.offset);
            let (person, state) = (&self.people[at], &mut self.states[at]);
            if state.status != Status::Present {
                continue;
            }
            let (sex, age) = (usize::from(person.sex), age_index(self.year, person.birth_year));
            let group = (candidate.draw as usize).wrapping_sub(Draw::OnsetCardiovascular as usize);
            match candidate.draw {
                Draw::Disability if !state.disabled => {
                    let p = illness.disability(sex, age, state.chronic, state.untreated);
                    state.disabled = candidate.word < threshold(p);
                }
                Draw::Recovery => state.chronic &= !(1 << MENTAL),
                _ if group < 8
                    && state.chronic & (1 << group) == 0
                    && candidate.word < threshold(illness.onset(group, sex, age, state.chronic)) =>
                {
                    state.chronic |= 1 << group;
                    self.begin_major(at, group, candidate.word);
                }
                _ => {}
            }
        }
        for episode in &self.shared.episodes {
            let state = &self.states[episode.slot as usize];
            if state.status == Status::Present
                && episode.thinning < illness.episode_share(state.chronic, state.disabled, state.untreated)
            {
                self.scratch.episodes.push(*episode);
            }
        }
        self.scratch.episodes.sort_by_key(|e| (e.date, e.slot));
    }

    /// Cancer, stroke and a share of cardiovascular disease begin with a major stay.
    fn begin_major(&mut self, at: usize, group: usize, word: u64) {
        let acute = match group {
            STROKE | CANCER => true,
            // The low bits of the word that decided the onset are fresh.
            CARDIOVASCULAR => unit(word << 40) < self.world.scenario.society.care.acute_cardiovascular,
            _ => false,
        };
        if acute {
            let key = self.world_key();
            let slot = u32::try_from(at).expect("a household is small");
            let episode =
                self.place_year.illness.major_episode((key, self.year), (self.people[at].id, slot), group);
            self.scratch.episodes.push(episode);
        }
    }

    fn world_key(&self) -> crate::random::Key {
        self.shared.key
    }

    fn seek_care(&mut self, outcome: &mut HouseholdOutcome) {
        let members = self.people.len();
        self.scratch.persons.clear();
        self.scratch.persons.resize(members, PersonYear::default());
        self.scratch.lost.clear();
        self.scratch.lost.resize(members, 0);
        self.scratch.untreated.clear();
        self.scratch.untreated.resize(members, false);
        let mut household = HouseholdYear::default();
        let mut liquidity = self.place_year.economy.liquidity(self.state, self.household.assets);
        for index in 0..self.scratch.episodes.len() {
            let episode = self.scratch.episodes[index];
            self.attend(&episode, &mut household, &mut liquidity, &mut outcome.care);
        }
        self.outpatient(&mut household, &mut outcome.care);
        for (state, untreated) in self.states.iter_mut().zip(&self.scratch.untreated) {
            state.untreated = *untreated;
        }
    }

    fn seeker(&self, at: usize, liquidity: Money) -> Seeker {
        Seeker {
            classes: self.classes(),
            insured: self.regime_year.enrols(self.people[at].insure_word, self.classes()),
            distance_factor: f64::from(self.household.distance_factor) / 1e6,
            liquidity,
        }
    }

    fn patient(&self, at: usize, insured: bool) -> Patient {
        let age = age_index(self.year, self.people[at].birth_year);
        Patient {
            insured,
            classes: self.classes(),
            age: u8::try_from(age).expect("ages are capped at 100"),
            chronic: self.states[at].chronic,
            household_income: Money::from_fen(self.state.income_last),
            household_income_per_head: Money::from_fen(
                self.state.income_last / i64::from(self.state.members_last.max(1)),
            ),
        }
    }

    fn attend(
        &mut self,
        episode: &PotentialEpisode,
        household: &mut HouseholdYear,
        liquidity: &mut Money,
        sums: &mut CareSums,
    ) {
        let at = episode.slot as usize;
        let seeker = self.seeker(at, *liquidity);
        let terms = &self.regime_year.care;
        let (needed, bill) = match self.place_year.care.seek(terms, episode, &seeker) {
            Outcome::NotNeeded => return,
            Outcome::ForgoneForMoney => {
                sums.needed += 1;
                sums.forgone += 1;
                sums.forgone_for_money += 1;
                self.stay_ill(at);
                return;
            }
            Outcome::ForgoneOtherwise => {
                sums.needed += 1;
                sums.forgone += 1;
                self.stay_ill(at);
                return;
            }
            Outcome::Treated { needed, bill } => (needed, bill),
        };
        sums.needed += i64::from(needed);
        sums.induced += i64::from(!needed);
        sums.admissions += 1;
        sums.outside += i64::from(bill.outside);
        let patient = self.patient(at, seeker.insured);
        let person = &mut self.scratch.persons[at];
        let settled = self.regime_year.layers.settle(&bill, &patient, episode.claim_word, person, household);
        sums.add(&bill, &settled);
        sums.inpatient += bill.amount;
        sums.paid_inpatient += bill.amount - settled.out_of_pocket;
        *liquidity = liquidity.less(settled.out_of_pocket);
        self.lose_days(at, needed, episode.major.is_some());
    }

    /// Needed care that is not had: days are lost all the same, and next year is worse.
    fn stay_ill(&mut self, at: usize) {
        self.scratch.untreated[at] = true;
        self.scratch.lost[at] += self.place_year.economy.days_ppm(self.place_year.care.days.untreated);
    }

    /// Days lost by the patient, and by one other adult who cares.
    fn lose_days(&mut self, at: usize, needed: bool, major: bool) {
        let days = self.place_year.care.days;
        let (patient, carer) = match (needed, major) {
            (_, true) => (days.patient_major, days.carer_major),
            (true, false) => (days.patient, days.carer),
            (false, false) => (days.induced, days.carer),
        };
        self.scratch.lost[at] += self.place_year.economy.days_ppm(patient);
        let works = |other: usize| {
            other != at
                && self.states[other].status == Status::Present
                && self.place_year.works(age_index(self.year, self.people[other].birth_year))
        };
        if let Some(carer_at) = (0..self.people.len()).find(|other| works(*other)) {
            let share = Rate::try_from_share(self.world.scenario.society.economy.carer_share)
                .expect("the book bounds shares");
            let ppm = Money::from_fen(self.place_year.economy.days_ppm(carer)).times(share).fen();
            self.scratch.lost[carer_at] += ppm;
        }
    }

    /// Outpatient care of the year, one bill a person, settled after the stays.
    fn outpatient(&mut self, household: &mut HouseholdYear, sums: &mut CareSums) {
        for at in 0..self.people.len() {
            if self.states[at].status != Status::Present {
                continue;
            }
            let seeker = self.seeker(at, Money::ZERO);
            let chronic = self.states[at].chronic;
            let lane = self.shared.outpatient[at];
            let Some(bill) =
                self.place_year.care.outpatient_bill(&self.regime_year.care, &seeker, chronic, lane)
            else {
                continue;
            };
            let patient = self.patient(at, seeker.insured);
            let person = &mut self.scratch.persons[at];
            let settled = self.regime_year.layers.settle(&bill, &patient, 0, person, household);
            sums.add(&bill, &settled);
        }
    }

    fn close_accounts(&mut self, outcome: &mut HouseholdOutcome) {
        let mut input = YearInput {
            persistent: self.household.persistent,
            transitory: self.household.transitory,
            assets: self.household.assets,
            out_of_pocket: outcome.care.out_of_pocket,
            ..YearInput::default()
        };
        let aid = self.regime_year.premium_aid(self.classes());
        for at in 0..self.people.len() {
            let state = self.states[at];
            if state.status != Status::Present {
                continue;
            }
            let age = age_index(self.year, self.people[at].birth_year);
            input.members += 1;
            if self.place_year.works(age) {
                input.workers += 1;
                let lasting = self.place_year.economy.earnings_loss[usize::from(state.disabled)]
                    [usize::from(state.chronic)];
                input.earnings_lost_ppm += (i64::from(lasting) + self.scratch.lost[at]).min(1_000_000);
            }
            if self.regime_year.enrols(self.people[at].insure_word, self.classes()) {
                outcome.counts.insured += 1;
                outcome.premiums.own += self.regime_year.premium - aid;
                outcome.premiums.aid += aid;
                outcome.premiums.subsidy += self.regime_year.subsidy;
            }
            outcome.counts.person(age, &state);
        }
        input.premiums = outcome.premiums.own;
        outcome.members = u8::try_from(input.members).expect("a household is small");
        outcome.workers = u8::try_from(input.workers).expect("a household is small");
        if input.members > 0 {
            outcome.accounts = self.place_year.economy.close(self.world.tables, &input, self.state);
            debug_assert_eq!(outcome.accounts.imbalance(&input), Money::ZERO);
        }
    }

    fn judge_poverty(&mut self, outcome: &mut HouseholdOutcome) {
        let members = i64::from(outcome.members);
        let line = self.place_year.lines.official;
        let accounts = &outcome.accounts;
        let net = accounts.net_income;
        outcome.poor = outcome.members > 0 && is_poor(net, members, line);
        let restored = net
            + outcome.care.out_of_pocket
            + accounts.lost_earnings
            + accounts.medical_interest
            + accounts.lost_asset_income;
        outcome.illness_attributed = outcome.poor && !is_poor(restored, members, line);
        let state = &mut *self.state;
        let entered = outcome.poor && !outcome.poor_last && outcome.members_before > 0;
        if entered && self.switched {
            state.ever_entered = true;
        }
        state.income_last = accounts.income.fen();
        state.out_of_pocket_last = outcome.care.out_of_pocket.fen();
        state.net_per_head_last = net.fen() / members.max(1);
        state.members_last = outcome.members;
        state.poor_last = outcome.poor;
        if outcome.members > 0 {
            self.seen.count(crate::targeting::seen(self.household.official_error, state).0);
        }
        outcome.ever_entered = state.ever_entered;
        outcome.died_since_switch = state.died_since_switch;
        outcome.debt = (state.medical_debt, state.other_debt, state.savings);
    }

    /// Adds the household-year to its cell and to the histograms.
    pub fn record(&self, o: &HouseholdOutcome, cell: &mut [i64; TALLIES], histograms: &mut Histograms) {
        let mut sums = Adder(cell);
        if self.household.cohort {
            sums.cohort(self.household, o);
        }
        if o.members == 0 {
            sums.add(Tally::Deaths, o.counts.deaths);
            sums.add(Tally::Departures, o.counts.departures);
            return;
        }
        let members = i64::from(o.members);
        sums.people(o, members);
        sums.poverty(o, members, self.place_year);
        sums.care(o);
        sums.protection(o, members, self.place_year.lines.official);
        sums.money(o);
        sums.lists(self.state, o, members);
        count_distribution(histograms, o, members);
    }

    /// The household-year as a row of microdata.
    pub fn panel_row(&self, o: &HouseholdOutcome, regime: usize, task: &CountyTask) -> PanelRow {
        let small = |n: i64| u8::try_from(n).unwrap_or(u8::MAX);
        PanelRow {
            regime: u16::try_from(regime).expect("few regimes"),
            replicate: u32::try_from(task.key.replicate).expect("few replicates"),
            year: self.year.number(),
            place: u16::try_from(task.place).expect("few places"),
            household: self.household.id,
            root_household: self.household.id,
            cell: self.household.cell,
            persons: o.members,
            workers: o.workers,
            classes: self.state.classes,
            illness_free_income_fen: o.accounts.illness_free_income.fen(),
            income_fen: o.accounts.income.fen(),
            consumption_fen: o.accounts.consumption.fen(),
            food_fen: o.accounts.food.fen(),
            bill_fen: o.care.bill.fen(),
            paid_fen: o.care.paid.map(Money::fen),
            out_of_pocket_fen: o.care.out_of_pocket.fen(),
            premium_fen: o.premiums.own.fen(),
            lost_earnings_fen: o.accounts.lost_earnings.fen(),
            debt_fen: o.debt.0 + o.debt.1,
            medical_debt_fen: o.debt.0,
            savings_fen: o.debt.2,
            net_income_per_head_fen: o.accounts.net_income.fen() / i64::from(o.members.max(1)),
            admissions: small(o.care.admissions),
            forgone: small(o.care.forgone),
            poor: o.poor,
            poor_last: o.poor_last,
            lifted: self.household.cohort,
            monitored: self.state.classes & ClassSet::MONITORED.0 != 0,
            returned: o.ever_entered,
        }
    }
}

impl CareSums {
    fn add(&mut self, bill: &billing::Bill, settled: &billing::Settlement) {
        self.bill += bill.amount;
        self.covered += bill.covered;
        self.out_of_pocket += settled.out_of_pocket;
        for (sum, paid) in self.paid.iter_mut().zip(settled.by_payer) {
            *sum += paid;
        }
    }
}

impl Counts {
    fn person(&mut self, age: usize, state: &PersonState) {
        self.elderly_60 += i64::from(age >= 60);
        self.elderly_65 += i64::from(age >= 65);
        self.adults += i64::from(age >= 18);
        self.chronic += i64::from(state.chronic != 0);
        self.mental += i64::from(age >= 18 && state.chronic & (1 << MENTAL) != 0);
        self.disabled += i64::from(state.disabled);
    }
}

/// Sums of one cell, named.
struct Adder<'a>(&'a mut [i64; TALLIES]);

impl Adder<'_> {
    #[inline]
    fn add(&mut self, tally: Tally, amount: i64) {
        self.0[tally as usize] += amount;
    }

    #[inline]
    fn flag(&mut self, tally: Tally, flag: bool, amount: i64) {
        if flag {
            self.add(tally, amount);
        }
    }

    fn cohort(&mut self, household: &Household, o: &HouseholdOutcome) {
        let persons = i64::from(household.persons_at_switch);
        let died = i64::from(o.died_since_switch).min(persons);
        self.add(Tally::CohortHouseholds, 1);
        self.add(Tally::CohortPersons, persons);
        self.flag(Tally::CohortEverEntered, o.ever_entered, 1);
        self.flag(Tally::CohortDissolved, o.members == 0 && !o.ever_entered, 1);
        self.flag(Tally::CohortPersonsEverEntered, o.ever_entered, persons);
        self.add(Tally::CohortPersonsEnteredOrDied, if o.ever_entered { persons } else { died });
    }

    fn people(&mut self, o: &HouseholdOutcome, members: i64) {
        let c = &o.counts;
        self.add(Tally::Households, 1);
        self.add(Tally::Persons, members);
        self.add(Tally::Elderly60, c.elderly_60);
        self.add(Tally::Elderly65, c.elderly_65);
        self.add(Tally::Deaths, c.deaths);
        self.add(Tally::Births, c.births);
        self.add(Tally::Departures, c.departures);
        self.add(Tally::Chronic, c.chronic);
        self.add(Tally::Mental, c.mental);
        self.add(Tally::Adults, c.adults);
        self.add(Tally::Disabled, c.disabled);
        self.add(Tally::Insured, c.insured);
    }

    fn poverty(&mut self, o: &HouseholdOutcome, members: i64, year: &PlaceYear) {
        let (official, monitoring) = (year.lines.official, year.lines.monitoring);
        let (income, net) = (o.accounts.income, o.accounts.net_income);
        if is_poor(income, members, official) {
            let gap = gap_ppm(income, members, official);
            self.add(Tally::PoorIncome, members);
            self.add(Tally::GapIncome, gap * members);
            self.add(Tally::SeverityIncome, severity_ppm(gap) * members);
        }
        if o.poor {
            let gap = gap_ppm(net, members, official);
            self.add(Tally::PoorNet, members);
            self.add(Tally::GapNet, gap * members);
            self.add(Tally::SeverityNet, severity_ppm(gap) * members);
        }
        self.flag(Tally::PoorIncomeMonitoring, is_poor(income, members, monitoring), members);
        self.flag(Tally::PoorNetMonitoring, is_poor(net, members, monitoring), members);
        if o.poor_last || o.members_before == 0 {
            return;
        }
        self.add(Tally::AtRiskPersons, members);
        self.add(Tally::AtRiskHouseholds, 1);
        self.flag(Tally::EnteredPersons, o.poor, members);
        self.flag(Tally::EnteredHouseholds, o.poor, 1);
        self.flag(Tally::EnteredPersonsIllness, o.illness_attributed, members);
        self.flag(Tally::EnteredHouseholdsIllness, o.illness_attributed, 1);
    }

    fn care(&mut self, o: &HouseholdOutcome) {
        let c = &o.care;
        self.add(Tally::EpisodesNeeded, c.needed);
        self.add(Tally::EpisodesForgone, c.forgone);
        self.add(Tally::EpisodesForgoneMoney, c.forgone_for_money);
        self.add(Tally::Admissions, c.admissions);
        self.add(Tally::AdmissionsInduced, c.induced);
        self.add(Tally::AdmissionsOutside, c.outside);
        self.add(Tally::Bill, c.bill.fen());
        self.add(Tally::BillCovered, c.covered.fen());
        self.add(Tally::BillInpatient, c.inpatient.fen());
        self.add(Tally::PaidInpatient, c.paid_inpatient.fen());
        self.add(Tally::OutOfPocket, c.out_of_pocket.fen());
        for (payer, paid) in c.paid.iter().enumerate() {
            self.0[Tally::PaidFirst as usize + payer] += paid.fen();
        }
    }

    /// Catastrophic and impoverishing spending; protection above and below need.
    fn protection(&mut self, o: &HouseholdOutcome, members: i64, line: i64) {
        let paid = o.care.out_of_pocket.fen();
        let consumption = o.accounts.consumption.fen() + paid;
        let non_food = consumption - o.accounts.food.fen();
        let any = paid > 0;
        let che_non_food = any && 10 * paid >= 4 * non_food;
        self.flag(Tally::Che10Households, 10 * paid > consumption, 1);
        self.flag(Tally::Che10Persons, 10 * paid > consumption, members);
        self.flag(Tally::Che25Households, 4 * paid > consumption, 1);
        self.flag(Tally::Che25Persons, 4 * paid > consumption, members);
        self.flag(Tally::CheNonFoodHouseholds, che_non_food, 1);
        self.flag(Tally::CheNonFoodPersons, che_non_food, members);
        self.flag(Tally::CheIncome10Households, 10 * paid > o.accounts.income.fen(), 1);
        let before = consumption >= line * members;
        let after = consumption - paid >= line * members;
        self.flag(Tally::ImpoverishedHouseholds, before && !after, 1);
        self.flag(Tally::ImpoverishedPersons, before && !after, members);
        self.flag(Tally::FurtherImpoverishedPersons, !before && any, members);
        let hardship = che_non_food || o.care.forgone_for_money > 0;
        self.flag(Tally::HardshipHouseholds, hardship, 1);
        self.flag(Tally::HardshipPersons, hardship, members);
        let (over, under) = over_and_under(o, members, line);
        self.add(Tally::OverProtection, over);
        self.add(Tally::UnderProtection, under);
        self.flag(Tally::OverProtectedPersons, over > 0, members);
        self.flag(Tally::UnderProtectedPersons, under > 0, members);
    }

    fn money(&mut self, o: &HouseholdOutcome) {
        let a = &o.accounts;
        self.add(Tally::Income, a.income.fen());
        self.add(Tally::Consumption, a.consumption.fen() + o.care.out_of_pocket.fen());
        self.add(Tally::PremiumOwn, o.premiums.own.fen());
        self.add(Tally::PremiumAid, o.premiums.aid.fen());
        self.add(Tally::PremiumSubsidy, o.premiums.subsidy.fen());
        self.add(Tally::LostEarnings, a.lost_earnings.fen());
        self.add(Tally::MedicalInterest, a.medical_interest.fen());
        self.add(Tally::Debt, o.debt.0 + o.debt.1);
        self.add(Tally::MedicalDebt, o.debt.0);
        self.add(Tally::Savings, o.debt.2);
        self.add(Tally::AssetsSold, a.assets_sold.fen().max(0));
        self.add(Tally::Unpaid, a.unpaid.fen());
        self.flag(Tally::MedicalDebtHouseholds, o.debt.0 > 0, 1);
    }

    fn lists(&mut self, state: &HouseholdState, o: &HouseholdOutcome, members: i64) {
        use crate::scenario::policy::Class;
        let classes = ClassSet(state.classes);
        let monitored = classes.0 & ClassSet::MONITORED.0 != 0;
        let dibao = classes.has(Class::Dibao) || classes.has(Class::Destitute);
        let covered = dibao || monitored;
        let registered = classes.has(Class::Registered) || state.registration == Registration::Registered;
        self.flag(Tally::RegisteredPersons, registered, members);
        self.flag(Tally::MonitoredPersons, monitored, members);
        self.flag(Tally::DibaoPersons, dibao, members);
        self.flag(Tally::TargetPersons, o.target, members);
        self.flag(Tally::TargetMissed, o.target && !covered, members);
        self.flag(Tally::CoveredPersons, covered, members);
        self.flag(Tally::CoveredNotTarget, covered && !o.target, members);
    }
}

/// Preferential payments above need and need left unpaid: with N the least payment that brings
/// out-of-pocket under 40 % of non-food consumption and lifts net income over the line (at most the
/// bill).
fn over_and_under(o: &HouseholdOutcome, members: i64, line: i64) -> (i64, i64) {
    let bill = o.care.bill.fen();
    if bill == 0 {
        return (0, 0);
    }
    let paid = bill - o.care.out_of_pocket.fen();
    let before_bill = o.accounts.net_income.fen() + o.care.out_of_pocket.fen();
    let spare = before_bill - line * members;
    let capacity = o.accounts.consumption.fen() + o.care.out_of_pocket.fen() - o.accounts.food.fen();
    let affordable = spare.min(capacity * 4 / 10).max(0);
    let need = (bill - affordable).max(0);
    let preferential: i64 =
        [Payer::MedicalAid, Payer::LocalTopUp, Payer::SupplementaryInsurance, Payer::Charity]
            .into_iter()
            .map(|payer| o.care.paid[payer as usize].fen())
            .sum();
    ((preferential - need).max(0), (need - paid).max(0))
}

fn count_distribution(h: &mut Histograms, o: &HouseholdOutcome, members: i64) {
    let paid = o.care.out_of_pocket.fen();
    let income = o.accounts.income.fen() / members;
    let at = bin(income);
    h.count(Column::IncomePersons, at, members);
    h.count(Column::IncomeSum, at, income * members);
    h.count(Column::IncomeOutOfPocket, at, paid);
    let consumption = o.accounts.consumption.fen() + paid;
    let food = o.accounts.food.fen();
    h.count(Column::ConsumptionPersons, bin(consumption / members), members);
    if paid > 0 && 10 * paid >= 4 * (consumption - food) {
        h.count(Column::IncomeChePersons, at, members);
    }
    let critical = consumption - paid * 5 / 2;
    if paid > 0 {
        h.count(Column::SdgCritical, bin(critical.div_euclid(members)), members);
        h.count(Column::SdgImpoverishing, bin((consumption - paid).div_euclid(members)), members);
    }
    let equivalents = EQUIVALENTS_PPM[usize::try_from(members).expect("positive").min(15)];
    let per_equivalent = |fen: i64| fen * 1_000_000 / equivalents;
    let share = usize::try_from(food * 500 / consumption.max(1)).expect("food is part of it").min(511);
    h.count(Column::FoodShareHouseholds, share, 1);
    h.count(Column::FoodShareFood, share, per_equivalent(food));
    if paid > 0 && food >= critical {
        let at = bin(per_equivalent(critical));
        h.count(Column::XuCritical, at, 1);
        h.count(Column::XuCriticalPersons, at, members);
    }
}

/// Equivalent adults by household size, size^0.56 (Xu et al. 2003), in parts per million.
const EQUIVALENTS_PPM: [i64; 16] = [
    1_000_000, 1_000_000, 1_474_269, 1_850_069, 2_173_470, 2_462_766, 2_727_500, 2_973_411, 3_204_280,
    3_422_755, 3_630_781, 3_829_834, 4_021_069, 4_205_409, 4_383_608, 4_556_287,
];
