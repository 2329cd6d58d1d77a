//! What a household-year adds to the sums behind the measures.

use fanpin::record::{TALLIES, Tally};
use fanpin::scenario::policy::{Class, Payer, ProgrammeKind};

use crate::expected::MENTAL;
use crate::lists::is_monitored;
use crate::outcome::Outcome;
use crate::people::{Household, Register, Registration};
use crate::setting::Setting;

/// The sums of a household-year by name.
#[derive(Clone)]
pub struct Sums(pub [i64; TALLIES]);

impl Sums {
    fn add(&mut self, tally: Tally, amount: i64) {
        self.0[tally as usize] += amount;
    }

    fn add_if(&mut self, holds: bool, tally: Tally, amount: i64) {
        self.add(tally, if holds { amount } else { 0 });
    }
}

/// Of a household that was passed over, or nobody is left of.
fn cohort(household: &Household, regime: usize, members: i64, sums: &mut Sums) {
    if !household.in_cohort {
        return;
    }
    let (own, persons) = (&household.under[regime], household.persons_at_switch);
    sums.add(Tally::CohortHouseholds, 1);
    sums.add(Tally::CohortPersons, persons);
    if own.ever_entered {
        sums.add(Tally::CohortEverEntered, 1);
        sums.add(Tally::CohortPersonsEverEntered, persons);
        sums.add(Tally::CohortPersonsEnteredOrDied, persons);
    } else {
        sums.add_if(members == 0, Tally::CohortDissolved, 1);
        sums.add(Tally::CohortPersonsEnteredOrDied, own.died_since_switch.min(persons));
    }
}

pub fn of_household(setting: &Setting, household: &Household, outcome: Option<&Outcome>) -> Sums {
    let mut sums = Sums([0; TALLIES]);
    cohort(household, setting.regime, outcome.map_or(0, |outcome| outcome.members), &mut sums);
    let Some(outcome) = outcome else { return sums };
    sums.add(Tally::Deaths, outcome.deaths);
    sums.add(Tally::Births, outcome.births);
    sums.add(Tally::Departures, outcome.departures);
    sums.add(Tally::Arrivals, outcome.arrivals);
    if outcome.members > 0 {
        people(setting, household, outcome, &mut sums);
        care(outcome, &mut sums);
        deprivation(setting, outcome, &mut sums);
        poverty(setting, outcome, &mut sums);
        protection(setting, outcome, &mut sums);
        money(setting, household, outcome, &mut sums);
        programmes(setting, outcome, &mut sums);
        lists(setting, household, outcome, &mut sums);
        returns(outcome, household, setting.regime, &mut sums);
    }
    sums
}

fn people(setting: &Setting, household: &Household, outcome: &Outcome, sums: &mut Sums) {
    let regime = setting.regime;
    sums.add(Tally::Households, 1);
    for at in household.here(regime) {
        let (age, state) = (household.members[at].age(setting.year), household.person(at, regime));
        sums.add(Tally::Persons, 1);
        sums.add_if(age >= 60, Tally::Elderly60, 1);
        sums.add_if(age >= 65, Tally::Elderly65, 1);
        sums.add_if(age >= 18, Tally::Adults, 1);
        sums.add_if(state.groups() > 0, Tally::Chronic, 1);
        sums.add_if(age >= 60 && state.groups() >= 2, Tally::Multimorbid60, 1);
        sums.add_if(age >= 18 && state.chronic[MENTAL], Tally::Mental, 1);
        sums.add_if(state.disabled, Tally::Disabled, 1);
        sums.add_if(state.insured, Tally::Insured, 1);
        sums.add_if(state.missed_years > 0, Tally::Lapsed, 1);
        sums.add_if(!state.away, Tally::Residents, 1);
    }
    let residents = outcome.members - outcome.away;
    sums.add_if(residents > 0, Tally::ResidentHouseholds, 1);
    sums.add_if(residents == 1, Tally::OnePersonHouseholds, 1);
    sums.add_if(residents > 0 && outcome.elderly_only, Tally::ElderlyOnlyHouseholds, 1);
    sums.add(Tally::Signed, outcome.signed);
    sums.add(Tally::Served, outcome.served);
    sums.add(Tally::ServedWell, outcome.managed);
    sums.add(Tally::VillageDoctor, outcome.with_doctor);
    sums.add(Tally::VillageDoctorCompetent, outcome.with_competent_doctor);
    sums.add(Tally::Screened, outcome.screened);
    sums.add(Tally::MentalTreated, outcome.mental_treated);
    sums.add(Tally::LiterateAdults, outcome.literate_adults);
    sums.add(Tally::Pupils, outcome.pupils);
    sums.add(Tally::LeftSchool, outcome.left_school);
    sums.add(Tally::Young, outcome.young);
    sums.add(Tally::YoungYearsLost, outcome.young_years_lost);
    sums.add_if(outcome.is_aware, Tally::AwareHouseholds, 1);
}

fn care(outcome: &Outcome, sums: &mut Sums) {
    let care = &outcome.care;
    sums.add(Tally::Bill, care.bill);
    sums.add(Tally::BillCovered, care.covered);
    sums.add(Tally::BillInpatient, care.inpatient);
    sums.add(Tally::PaidInpatient, care.paid_inpatient);
    sums.add(Tally::OutOfPocket, care.out_of_pocket);
    let by_payer = [Tally::PaidFirst, Tally::Paid1, Tally::Paid2, Tally::Paid3, Tally::Paid4, Tally::Paid5];
    by_payer.into_iter().zip(care.paid).for_each(|(tally, paid)| sums.add(tally, paid));
    sums.add(Tally::WaitingBills, care.waiting);
    sums.add(Tally::Late, care.late);
    sums.add(Tally::Admissions, care.admissions);
    sums.add(Tally::AdmissionsInduced, care.induced);
    sums.add(Tally::AdmissionsOutside, care.outside);
    sums.add(Tally::Inpatients, care.inpatients);
    sums.add(Tally::InpatientsRepeated, care.repeated);
    sums.add(Tally::InpatientsLast, care.inpatients_last);
    sums.add(Tally::InpatientsAgain, care.again);
    sums.add(Tally::EpisodesNeeded, care.needed);
    sums.add(Tally::EpisodesForgone, care.forgone());
    sums.add(Tally::EpisodesForgoneMoney, care.forgone_money);
    sums.add(Tally::EpisodesForgoneDistance, care.forgone_distance);
    sums.add(Tally::EpisodesForgoneCapacity, care.forgone_capacity);
    sums.add(Tally::EpisodesForgoneUnaware, care.forgone_unaware);
    sums.add(Tally::EpisodesForgoneOther, care.forgone_other);
}

/// Multidimensional poverty: deprived in at least a share of the four dimensions.
fn deprivation(setting: &Setting, outcome: &Outcome, sums: &mut Sums) {
    let [_, care, schooling, environment] = outcome.deprived;
    let count = outcome.deprived.iter().filter(|deprived| **deprived).count();
    let cutoff = setting.society().poverty.deprivation_cutoff;
    // In one at least; a share of a third or a half isn't missed by rounding.
    let is_poor = count > 0 && (count == 4 || count as f64 / 4.0 >= cutoff - 1e-9);
    sums.add_if(is_poor, Tally::PoorMultidimensional, outcome.members);
    sums.add_if(is_poor, Tally::Deprivations, count as i64 * outcome.members);
    sums.add_if(care, Tally::DeprivedCare, outcome.members);
    sums.add_if(schooling, Tally::DeprivedSchooling, outcome.members);
    sums.add_if(environment, Tally::DeprivedEnvironment, outcome.members);
}

/// Gap over the line and its square, in millionths; no income counts as none.
fn gap_and_severity(income: i64, line: i64) -> (i64, i64) {
    let gap = (line - income.clamp(0, line)) * 1_000_000 / line;
    (gap, gap * gap / 1_000_000)
}

fn poverty(setting: &Setting, outcome: &Outcome, sums: &mut Sums) {
    let members = outcome.members;
    let line = setting.official_line(setting.year) * members;
    let monitoring = setting.monitoring_line(setting.year) * members;
    let (income, net) = (outcome.accounts.income, outcome.accounts.net_income);
    if income < line {
        let (gap, severity) = gap_and_severity(income, line);
        sums.add(Tally::PoorIncome, members);
        sums.add(Tally::GapIncome, gap * members);
        sums.add(Tally::SeverityIncome, severity * members);
    }
    if net < line {
        let (gap, severity) = gap_and_severity(net, line);
        sums.add(Tally::PoorNet, members);
        sums.add(Tally::GapNet, gap * members);
        sums.add(Tally::SeverityNet, severity * members);
    }
    sums.add_if(income < monitoring, Tally::PoorIncomeMonitoring, members);
    sums.add_if(net < monitoring, Tally::PoorNetMonitoring, members);
    if outcome.poor_last {
        return;
    }
    sums.add(Tally::AtRiskPersons, members);
    sums.add(Tally::AtRiskHouseholds, 1);
    sums.add_if(outcome.poor, Tally::EnteredPersons, members);
    sums.add_if(outcome.poor, Tally::EnteredHouseholds, 1);
    sums.add_if(outcome.not_poor_by_add_back, Tally::EnteredPersonsIllness, members);
    sums.add_if(outcome.not_poor_by_add_back, Tally::EnteredHouseholdsIllness, 1);
    sums.add_if(outcome.not_poor_by_twin, Tally::EnteredPersonsTwin, members);
}

/// Catastrophic and impoverishing spending, hardship, protection above and below need.
fn protection(setting: &Setting, outcome: &Outcome, sums: &mut Sums) {
    let (members, paid) = (outcome.members, outcome.care.out_of_pocket);
    let consumption = outcome.accounts.consumption + paid;
    let non_food = consumption - outcome.accounts.food;
    let line = setting.official_line(setting.year) * members;
    let over_a_tenth = paid * 10 > consumption;
    let over_a_quarter = paid * 4 > consumption;
    let of_non_food = paid > 0 && paid * 10 >= non_food * 4;
    sums.add_if(over_a_tenth, Tally::Che10Households, 1);
    sums.add_if(over_a_tenth, Tally::Che10Persons, members);
    sums.add_if(over_a_quarter, Tally::Che25Households, 1);
    sums.add_if(over_a_quarter, Tally::Che25Persons, members);
    sums.add_if(of_non_food, Tally::CheNonFoodHouseholds, 1);
    sums.add_if(of_non_food, Tally::CheNonFoodPersons, members);
    sums.add_if(paid * 10 > outcome.accounts.income, Tally::CheIncome10Households, 1);
    let is_pushed_under = consumption >= line && consumption - paid < line;
    sums.add_if(is_pushed_under, Tally::ImpoverishedHouseholds, 1);
    sums.add_if(is_pushed_under, Tally::ImpoverishedPersons, members);
    sums.add_if(consumption < line && paid > 0, Tally::FurtherImpoverishedPersons, members);
    let hardship = of_non_food || outcome.care.forgone_money > 0;
    sums.add_if(hardship, Tally::HardshipHouseholds, 1);
    sums.add_if(hardship, Tally::HardshipPersons, members);
    if outcome.care.bill == 0 {
        return;
    }
    // What the household can pay of the bill, and the least that others must.
    let to_the_line = outcome.accounts.net_income + paid - line;
    let affordable = to_the_line.min(non_food * 4 / 10).max(0);
    let need = (outcome.care.bill - affordable).max(0);
    let preferential: i64 =
        [Payer::MedicalAid, Payer::LocalTopUp, Payer::SupplementaryInsurance, Payer::Charity]
            .map(|payer| outcome.care.paid[payer as usize])
            .iter()
            .sum();
    let over = (preferential - need).max(0);
    let under = (need - (outcome.care.bill - paid)).max(0);
    sums.add(Tally::OverProtection, over);
    sums.add(Tally::UnderProtection, under);
    sums.add_if(over > 0, Tally::OverProtectedPersons, members);
    sums.add_if(under > 0, Tally::UnderProtectedPersons, members);
}

fn money(setting: &Setting, household: &Household, outcome: &Outcome, sums: &mut Sums) {
    let (a, own, members) = (&outcome.accounts, &household.under[setting.regime], outcome.members);
    sums.add(Tally::Income, a.income);
    sums.add(Tally::Consumption, a.consumption + outcome.care.out_of_pocket);
    sums.add(Tally::PremiumOwn, outcome.premiums_own);
    sums.add(Tally::PremiumAid, outcome.premiums_aid);
    sums.add(Tally::PremiumSubsidy, outcome.premiums_subsidy);
    sums.add(Tally::LostEarnings, a.lost_earnings);
    sums.add(Tally::MedicalInterest, a.medical_interest);
    sums.add(Tally::Debt, own.medical_debt + own.other_debt);
    sums.add(Tally::MedicalDebt, own.medical_debt);
    sums.add(Tally::Savings, own.savings);
    sums.add(Tally::AssetsSold, a.assets_sold.max(0));
    sums.add(Tally::Unpaid, a.unpaid);
    sums.add_if(own.medical_debt > 0, Tally::MedicalDebtHouseholds, 1);
    sums.add(Tally::Support, a.support);
    sums.add(Tally::SupportUnconditional, outcome.support.without_condition);
    sums.add_if(a.support > 0, Tally::SupportedPersons, members);
    sums.add(Tally::EffortLost, a.effort_lost);
    sums.add(Tally::Labour, a.labour);
    sums.add(Tally::LabourEarned, a.labour - a.effort_lost);
    sums.add(Tally::EarnedAway, a.earned_away);
    sums.add(Tally::IncomeFarm, a.farm);
    sums.add(Tally::IncomeWages, a.wages);
    sums.add(Tally::IncomeProperty, a.property);
    sums.add(Tally::IncomeTransfers, a.transfers);
    sums.add(Tally::Remitted, a.remitted);
    let residents = members - outcome.away;
    let at_home = a.income - a.earned_away + a.remitted;
    let line = setting.official_line(setting.year);
    sums.add_if(residents > 0 && at_home < line * residents, Tally::PoorResidents, residents);
}

fn programmes(setting: &Setting, outcome: &Outcome, sums: &mut Sums) {
    for grant in &outcome.grants {
        sums.add(Tally::Applications, 1);
        sums.add_if(grant.is_served, Tally::ApplicationsServed, 1);
        let of_kind = match setting.policy.programmes[grant.programme].kind {
            ProgrammeKind::IncomeGap => Tally::SupportGap,
            ProgrammeKind::Grant => Tally::SupportGrant,
            ProgrammeKind::Job => Tally::SupportJob,
            ProgrammeKind::Industry => Tally::SupportIndustry,
        };
        sums.add(of_kind, grant.paid());
    }
}

fn lists(setting: &Setting, household: &Household, outcome: &Outcome, sums: &mut Sums) {
    let (own, members) = (&household.under[setting.regime], outcome.members);
    let monitored = is_monitored(&own.classes);
    let dibao = own.classes.contains(&Class::Dibao) || own.classes.contains(&Class::Destitute);
    let registered = own.classes.contains(&Class::Registered) || own.registration == Registration::Registered;
    let (covered, target) = (dibao || monitored, outcome.is_target);
    sums.add_if(registered, Tally::RegisteredPersons, members);
    sums.add_if(monitored, Tally::MonitoredPersons, members);
    sums.add_if(dibao, Tally::DibaoPersons, members);
    sums.add_if(target, Tally::TargetPersons, members);
    sums.add_if(target && !covered, Tally::TargetMissed, members);
    sums.add_if(covered, Tally::CoveredPersons, members);
    sums.add_if(covered && !target, Tally::CoveredNotTarget, members);
    sums.add_if(outcome.found, Tally::FoundPersons, members);
    sums.add_if(outcome.at_risk, Tally::RiskPersons, members);
    sums.add_if(outcome.risk_is_monitored, Tally::RiskMonitored, members);
    let register = outcome.newly_on_register;
    sums.add_if(register == Register::FallenBack, Tally::RegisterReturned, members);
    sums.add_if(register == Register::NewlyPoor, Tally::RegisterNewlyPoor, members);
    sums.add_if(outcome.recognised, Tally::IllnessPoorPersons, members);
    sums.add(Tally::ClaimedBack, outcome.claimed_back);
}

/// Spells of net poverty, and returns by years since the lifting; the year of lifting itself is left out.
fn returns(outcome: &Outcome, household: &Household, regime: usize, sums: &mut Sums) {
    sums.add(Tally::PoorYears, i64::from(household.under[regime].poor_years) * outcome.members);
    let (at_risk, entered) = match outcome.years_since_lifting {
        ..=0 => return,
        1 => (Tally::ExitAtRisk1, Tally::ExitEntered1),
        2 => (Tally::ExitAtRisk2, Tally::ExitEntered2),
        3 => (Tally::ExitAtRisk3, Tally::ExitEntered3),
        4 => (Tally::ExitAtRisk4, Tally::ExitEntered4),
        5.. => (Tally::ExitAtRisk5, Tally::ExitEntered5),
    };
    sums.add(at_risk, outcome.members);
    sums.add_if(outcome.poor, entered, outcome.members);
}
