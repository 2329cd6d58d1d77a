//! What a household-year adds to the sums.

use super::lives::Counts;
use super::{CountyTask, HouseholdOutcome, PlaceYear, Telling};
use crate::illness::CARDIOVASCULAR;
use crate::population::columns::{Household, HouseholdState, Register, Registration};
use crate::poverty::{Deprivations, Dimension, gap_ppm, is_poor, severity_ppm};
use crate::record::{
    Descent, DescentYear, HouseholdMarks, Marks, PanelRow, PayerMarks, TALLIES, Tally, small_bin,
};
use crate::scenario::policy::{ClassSet, Payer};
use crate::support::SupportYear;
use crate::targeting::{SeenIncomes, seen_per_head};
use crate::units::Money;

/// From which age on the panels of the elderly survey people.
const SURVEYED_AGE: usize = 45;

impl Telling<'_> {
    /// Whether the household stands for others.
    pub fn is_sampled(&self) -> bool {
        self.setting.household.sampled
    }

    /// Cell of the root household.
    pub fn cell(&self) -> usize {
        usize::from(self.setting.household.cell)
    }

    /// Adds the household-year to its cell.
    pub fn record(&self, cell: &mut [i64; TALLIES]) {
        let (setting, o) = (self.setting, self.outcome);
        let (mut sums, counts) = (Adder(cell), &self.lives.counts);
        if setting.household.cohort {
            sums.cohort(setting.household, o.members == 0, (o.ever_entered, o.died_since_switch));
        }
        if o.members == 0 {
            sums.add(Tally::Deaths, counts.deaths);
            sums.add(Tally::Departures, counts.departures);
            sums.add(Tally::Arrivals, counts.arrivals);
            sums.add(Tally::Births, counts.births);
            return;
        }
        let members = i64::from(o.members);
        sums.people(o, members);
        sums.counts(counts);
        sums.flag(Tally::ElderlyOnlyHouseholds, o.residents > 0 && self.lives.elderly_only, 1);
        sums.flag(Tally::VillageDoctor, setting.clinic.doctor, members);
        sums.flag(Tally::VillageDoctorCompetent, setting.clinic.competent, members);
        sums.add(Tally::Pupils, i64::try_from(self.lives.pupils.len()).expect("a household is small"));
        sums.poverty(o, members, setting.place_year);
        sums.deprivation(o.deprived, members, setting.place_year.least_dimensions);
        sums.care(o);
        if !self.lives.episodes.is_empty() {
            sums.hospital(o);
        }
        sums.protection(o, members, setting.place_year.lines.official);
        sums.money(o);
        sums.lists(self.state, o, members);
        sums.mechanisms(o, members, setting.place_year.lines.official);
        if o.grants.applied != 0 {
            sums.support(o, members, &setting.regime_year.support);
        }
    }

    /// What the household-year adds to the histograms.
    pub fn mark(&self, marks: &mut Marks) {
        marks.household = (self.outcome.members > 0).then(|| mark_distribution(self.outcome));
        if marks.household.is_some() {
            self.mark_spending(marks);
        }
    }

    /// Counts the household's income as officials see it.
    pub fn be_seen(&self, seen: &mut SeenIncomes) {
        if self.outcome.members > 0 {
            let (rules, household) = (self.setting.regime_year, self.setting.household);
            let officials = seen_per_head(rules.official_error(household.official_error), self.state);
            let judges = self.setting.place_year.villages_judge;
            seen.count(officials, judges.then(|| rules.official_error(household.judgement)));
        }
    }

    /// Adds the household to the descent after a major illness.
    pub fn follow_shock(&self, descent: &mut Descent) {
        let o = self.outcome;
        let Some(since) = usize::from(o.shock_years).checked_sub(1) else { return };
        let Some(year) = descent.0.get_mut(since).filter(|_| o.members > 0) else { return };
        let healthy = (o.accounts.illness_free_income + o.accounts.support).fen().max(1);
        let share = |fen: i64| (fen.max(0).saturating_mul(1_000_000) / healthy).min(10_000_000);
        *year = DescentYear {
            households: year.households + 1,
            net_income_ppm: year.net_income_ppm + share(o.accounts.net_income.fen()),
            lost_ppm: year.lost_ppm + share(o.accounts.lost_earnings.fen()),
            debt_ppm: year.debt_ppm + share(o.debt.0),
            poor: year.poor + i64::from(o.poor),
        };
    }

    /// The household-year as a row of microdata.
    pub fn panel_row(&self, regime: usize, task: &CountyTask) -> PanelRow {
        let (setting, lives, o) = (self.setting, self.lives, self.outcome);
        let only_cardiovascular = |at: usize| lives.states[at].chronic == 1 << CARDIOVASCULAR;
        let small = |n: i64| u8::try_from(n).unwrap_or(u8::MAX);
        PanelRow {
            regime: u16::try_from(regime).expect("few regimes"),
            replicate: u32::try_from(task.key.replicate).expect("few replicates"),
            year: setting.year.number(),
            place: u16::try_from(task.place).expect("few places"),
            weight: task.weights.of_household(setting.household.sampled),
            household: setting.household.id,
            root_household: crate::population::PersonId::from_bits(setting.household.id).root().bits(),
            cell: setting.household.cell,
            persons: o.members,
            workers: u8::try_from(self.lives.workers.len()).expect("a household is small"),
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
            support_fen: o.support.total().fen(),
            effort_lost_fen: o.accounts.effort_lost.fen(),
            away: o.away,
            net_income_per_head_fen: o.accounts.net_income.fen() / i64::from(o.members.max(1)),
            admissions: small(o.care.admissions),
            forgone: small(o.care.forgone),
            admissions_outside: small(o.care.outside),
            inpatients: small(o.care.inpatients),
            residents: o.residents,
            members_45: small(lives.present.filter(|at| setting.age(at) >= SURVEYED_AGE).count()),
            members_65: small(lives.counts.elderly_65),
            chronic: small(lives.counts.chronic),
            cardiovascular_only: small(lives.present.filter(only_cardiovascular).count()),
            insured: small(lives.counts.insured),
            bill_inpatient_fen: o.care.inpatient.fen(),
            paid_inpatient_fen: o.care.paid_inpatient.fen(),
            poor: o.poor,
            poor_last: o.poor_last,
            lifted: setting.household.is_lifted(),
            monitored: self.state.classes & ClassSet::MONITORED.0 != 0,
            returned: o.ever_entered,
        }
    }
}

/// Adds a household-year before the switch to what is counted of the cohort: nobody has entered poverty or died since.
pub(in crate::simulation) fn count_cohort(
    tallies: &mut [i64; TALLIES],
    household: &Household,
    dissolved: bool,
) {
    Adder(tallies).cohort(household, dissolved, (false, 0));
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

    fn cohort(&mut self, household: &Household, dissolved: bool, (ever_entered, died): (bool, u8)) {
        let persons = i64::from(household.persons_at_switch);
        let died = i64::from(died).min(persons);
        self.add(Tally::CohortHouseholds, 1);
        self.add(Tally::CohortPersons, persons);
        self.flag(Tally::CohortEverEntered, ever_entered, 1);
        self.flag(Tally::CohortDissolved, dissolved && !ever_entered, 1);
        self.flag(Tally::CohortPersonsEverEntered, ever_entered, persons);
        self.add(Tally::CohortPersonsEnteredOrDied, if ever_entered { persons } else { died });
    }

    fn people(&mut self, o: &HouseholdOutcome, members: i64) {
        self.add(Tally::Households, 1);
        self.add(Tally::Persons, members);
        self.add(Tally::Residents, i64::from(o.residents));
        self.flag(Tally::ResidentHouseholds, o.residents > 0, 1);
        self.flag(Tally::OnePersonHouseholds, o.residents == 1, 1);
        self.add(Tally::LeftSchool, o.left_school);
        self.flag(Tally::AwareHouseholds, o.aware, 1);
    }

    fn counts(&mut self, c: &Counts) {
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
        self.add(Tally::Arrivals, c.arrivals);
        self.add(Tally::Multimorbid60, c.multimorbid_60);
        self.add(Tally::Signed, c.signed);
        self.add(Tally::Served, c.served);
        self.add(Tally::ServedWell, c.managed);
        self.add(Tally::Screened, c.screened);
        self.add(Tally::MentalTreated, c.mental_treated);
        self.add(Tally::LiterateAdults, c.literate_adults);
        self.add(Tally::Young, c.young);
        self.add(Tally::YoungYearsLost, c.young_years_lost);
        self.add(Tally::Lapsed, c.lapsed);
    }

    /// What a household applied for and got, and the effort that it gave up under it.
    fn support(&mut self, o: &HouseholdOutcome, members: i64, programmes: &SupportYear) {
        let a = &o.accounts;
        self.add(Tally::Support, a.support.fen());
        self.add(Tally::Applications, i64::from(o.grants.applied.count_ones()));
        self.add(Tally::ApplicationsServed, i64::from(o.grants.served.count_ones()));
        self.add(Tally::SupportUnconditional, o.support.unconditional.fen());
        self.flag(Tally::SupportedPersons, a.support > Money::ZERO, members);
        self.add(Tally::EffortLost, a.effort_lost.fen());
        for (at, kind) in programmes.kinds() {
            self.0[Tally::SupportGap as usize + kind as usize] += o.grants.paid(at).fen();
        }
    }

    /// Earnings, migration, lists and returns by other concepts.
    fn mechanisms(&mut self, o: &HouseholdOutcome, members: i64, line: i64) {
        let a = &o.accounts;
        self.add(Tally::Labour, a.labour.fen());
        self.add(Tally::LabourEarned, (a.labour - a.effort_lost).fen());
        self.add(Tally::EarnedAway, a.earned_away.fen());
        self.add(Tally::IncomeFarm, a.farm.fen());
        self.add(Tally::IncomeWages, a.wages.fen());
        self.add(Tally::IncomeProperty, a.property.fen());
        self.add(Tally::IncomeTransfers, a.transfers.fen());
        self.add(Tally::Remitted, a.remitted.fen());
        let at_home = a.income - a.earned_away + a.remitted;
        let residents = i64::from(o.residents);
        self.flag(Tally::PoorResidents, residents > 0 && is_poor(at_home, residents, line), residents);
        self.add(Tally::Late, o.care.late.fen());
        self.flag(Tally::FoundPersons, o.found, members);
        self.flag(Tally::RiskPersons, o.at_risk_seen, members);
        self.flag(Tally::RiskMonitored, o.risk_monitored, members);
        self.flag(Tally::RegisterReturned, o.newly_on_register == Register::FallenBack, members);
        self.flag(Tally::RegisterNewlyPoor, o.newly_on_register == Register::NewlyPoor, members);
        self.add(Tally::PoorYears, i64::from(o.poor_years) * members);
        if let Some(since) = usize::try_from(o.years_since_exit).ok().and_then(|years| years.checked_sub(1)) {
            let at = since.min(4);
            self.0[Tally::ExitAtRisk1 as usize + at] += members;
            if o.poor {
                self.0[Tally::ExitEntered1 as usize + at] += members;
            }
        }
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
        self.flag(Tally::EnteredPersonsTwin, o.illness_twin, members);
    }

    fn deprivation(&mut self, deprived: Deprivations, members: i64, least: u32) {
        let many = deprived.count() >= least;
        self.flag(Tally::PoorMultidimensional, many, members);
        self.flag(Tally::Deprivations, many, i64::from(deprived.count()) * members);
        self.flag(Tally::DeprivedCare, deprived.has(Dimension::Care), members);
        self.flag(Tally::DeprivedSchooling, deprived.has(Dimension::Schooling), members);
        self.flag(Tally::DeprivedEnvironment, deprived.has(Dimension::Environment), members);
    }

    fn care(&mut self, o: &HouseholdOutcome) {
        let c = &o.care;
        self.add(Tally::InpatientsLast, c.inpatients_last);
        self.add(Tally::Bill, c.bill.fen());
        self.add(Tally::BillCovered, c.covered.fen());
        self.add(Tally::OutOfPocket, c.out_of_pocket.fen());
        for (payer, paid) in c.paid.iter().enumerate() {
            self.0[Tally::PaidFirst as usize + payer] += paid.fen();
        }
    }

    /// What came of a year's potential episodes.
    fn hospital(&mut self, o: &HouseholdOutcome) {
        let c = &o.care;
        self.add(Tally::EpisodesNeeded, c.needed);
        self.add(Tally::EpisodesForgone, c.forgone);
        self.add(Tally::EpisodesForgoneMoney, c.forgone_for_money);
        self.add(Tally::EpisodesForgoneDistance, c.forgone_distance);
        self.add(Tally::EpisodesForgoneCapacity, c.forgone_capacity);
        self.add(Tally::EpisodesForgoneUnaware, c.forgone_unaware);
        self.add(Tally::EpisodesForgoneOther, c.forgone_other);
        self.add(Tally::WaitingBills, c.waiting.fen());
        self.add(Tally::Admissions, c.admissions);
        self.add(Tally::AdmissionsInduced, c.induced);
        self.add(Tally::AdmissionsOutside, c.outside);
        self.add(Tally::Inpatients, c.inpatients);
        self.add(Tally::InpatientsRepeated, c.repeated);
        self.add(Tally::InpatientsAgain, c.again);
        self.add(Tally::BillInpatient, c.inpatient.fen());
        self.add(Tally::PaidInpatient, c.paid_inpatient.fen());
        self.add(Tally::ClaimedBack, o.claimed_back.fen());
        self.flag(Tally::IllnessPoorPersons, o.recognised, i64::from(o.members));
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

fn mark_distribution(o: &HouseholdOutcome) -> HouseholdMarks {
    let members = i64::from(o.members);
    let paid = o.care.out_of_pocket.fen();
    let income = o.accounts.income.fen() / members;
    let consumption = o.accounts.consumption.fen() + paid;
    let food = o.accounts.food.fen();
    let equivalents = EQUIVALENTS_PPM[usize::from(o.members).min(15)];
    let per_equivalent = |fen: i64| fen * 1_000_000 / equivalents;
    let share = food * 500 / consumption.max(1);
    let payer = || {
        let critical = consumption - paid * 5 / 2;
        PayerMarks {
            critical_bin: small_bin(critical.div_euclid(members)),
            impoverishing_bin: small_bin((consumption - paid).div_euclid(members)),
            is_catastrophic: 10 * paid >= 4 * (consumption - food),
            food_is_critical: (food >= critical).then(|| small_bin(per_equivalent(critical))),
        }
    };
    HouseholdMarks {
        members: o.members,
        income_bin: small_bin(income),
        income: income * members,
        out_of_pocket: paid,
        consumption_bin: small_bin(consumption / members),
        food_share_bin: u16::try_from(share.min(511)).expect("food is part of it"),
        food_per_equivalent: per_equivalent(food),
        payer: (paid > 0).then(payer),
    }
}

/// Equivalent adults by household size, size^0.56 (Xu et al. 2003), in parts per million.
const EQUIVALENTS_PPM: [i64; 16] = [
    1_000_000, 1_000_000, 1_474_269, 1_850_069, 2_173_470, 2_462_766, 2_727_500, 2_973_411, 3_204_280,
    3_422_755, 3_630_781, 3_829_834, 4_021_069, 4_205_409, 4_383_608, 4_556_287,
];
