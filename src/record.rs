//! Exact sums: the only thing the yearly loop hands on.
//!
//! Every household-year adds integers to one *cell* of a partition (place × standing × income
//! fifth × three flags); a group such as `lifted` is a sum of cells, taken once at the end. What
//! needs a whole distribution goes into integer histograms. Integers add to the same total in any
//! order, so threads, shards and resumed runs give the same bytes.

use crate::scenario::policy::{PAYERS, PROGRAMME_KINDS, ProgrammeKind};

/// Standing of a root household on 31 December before the switch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Standing {
    /// Registered as poor and lifted.
    Lifted,
    /// Never registered, true income under 1.5 lines.
    Marginal,
    /// Never registered, above.
    NeverPoor,
}

/// Number of standings.
pub const STANDINGS: usize = 3;
/// Number of income groups.
pub const FIFTHS: usize = 5;
/// Number of cells of a place: standing × fifth × elderly only × chronic × mental.
pub const CELLS: usize = STANDINGS * FIFTHS * 8;

/// Which cell of its place a root household belongs to, fixed before the switch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cell {
    /// Standing.
    pub standing: Standing,
    /// Income fifth, 0 the poorest.
    pub fifth: u8,
    /// All members 60 or over.
    pub elderly_only: bool,
    /// A member with a chronic disease.
    pub chronic: bool,
    /// A member with a mental illness.
    pub mental: bool,
}

impl Cell {
    /// Index into the cells of a place.
    #[must_use]
    pub const fn index(self) -> usize {
        let flags = self.elderly_only as usize | (self.chronic as usize) << 1 | (self.mental as usize) << 2;
        (self.standing as usize * FIFTHS + self.fifth as usize) * 8 + flags
    }

    /// The cell at an index below [`CELLS`].
    #[must_use]
    pub const fn at(index: usize) -> Self {
        let (group, flags) = (index / 8, index % 8);
        let standing = match group / FIFTHS {
            0 => Standing::Lifted,
            1 => Standing::Marginal,
            _ => Standing::NeverPoor,
        };
        Self {
            standing,
            // Below FIFTHS.
            fifth: (group % FIFTHS) as u8,
            elderly_only: flags & 1 != 0,
            chronic: flags & 2 != 0,
            mental: flags & 4 != 0,
        }
    }
}

macro_rules! tallies {
    ($($(#[doc = $doc:literal])* $name:ident,)*) => {
        /// What is summed over household-years.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(usize)]
        pub enum Tally { $($(#[doc = $doc])* $name,)* }

        /// Number of tallies.
        pub const TALLIES: usize = [$(Tally::$name),*].len();

        impl Tally {
            /// All tallies, in the order of their places.
            pub const ALL: [Self; TALLIES] = [$(Tally::$name),*];
        }
    };
}

tallies! {
    /// Households with a living member.
    Households,
    /// Living members of the roster at the end of the year.
    Persons,
    /// Members aged 60 and over.
    Elderly60,
    /// Members aged 65 and over.
    Elderly65,
    /// Persons in income poverty (official concept and line).
    PoorIncome,
    /// Poverty gap ratio × persons, in parts per million.
    GapIncome,
    /// Squared gap ratio × persons, in parts per million.
    SeverityIncome,
    /// Persons in net poverty (income less out-of-pocket payments, illness interest, own premiums).
    PoorNet,
    /// Net gap ratio × persons, in parts per million.
    GapNet,
    /// Squared net gap ratio × persons, in parts per million.
    SeverityNet,
    /// Persons under the monitoring line by income.
    PoorIncomeMonitoring,
    /// Persons under the monitoring line by net income.
    PoorNetMonitoring,
    /// Persons in households that were not in net poverty last year.
    AtRiskPersons,
    /// Of them, persons in net poverty this year.
    EnteredPersons,
    /// Households that were not in net poverty last year.
    AtRiskHouseholds,
    /// Of them, households in net poverty this year.
    EnteredHouseholds,
    /// Entered persons who would not be net poor had this year's illness been restored (add-back).
    EnteredPersonsIllness,
    /// Entered households that would not be net poor under add-back.
    EnteredHouseholdsIllness,
    /// Root households of the cohort alive at the switch.
    CohortHouseholds,
    /// Of the cohort, those that have ever entered net poverty since the switch.
    CohortEverEntered,
    /// Of the cohort, those dissolved (no living member) without having entered.
    CohortDissolved,
    /// Persons of the cohort at the switch.
    CohortPersons,
    /// Persons at the switch of cohort households that have ever entered net poverty.
    CohortPersonsEverEntered,
    /// Persons of the cohort at the switch who have died or whose household has ever entered.
    CohortPersonsEnteredOrDied,
    /// Households with out-of-pocket payments over 10 % of consumption.
    Che10Households,
    /// Persons in them.
    Che10Persons,
    /// Households with out-of-pocket payments over 25 % of consumption.
    Che25Households,
    /// Persons in them.
    Che25Persons,
    /// Households with out-of-pocket payments of at least 40 % of non-food consumption.
    CheNonFoodHouseholds,
    /// Persons in them.
    CheNonFoodPersons,
    /// Households with out-of-pocket payments over 10 % of income.
    CheIncome10Households,
    /// Persons in households with consumption at or over the line that payments push under it.
    ImpoverishedPersons,
    /// Such households.
    ImpoverishedHouseholds,
    /// Persons in households under the line by consumption that pay anything.
    FurtherImpoverishedPersons,
    /// Households that are catastrophic (40 % non-food) or forgo needed care for money.
    HardshipHouseholds,
    /// Persons in them.
    HardshipPersons,
    /// Medical bills, fen.
    Bill,
    /// In-catalogue part of medical bills, fen.
    BillCovered,
    /// Inpatient part of medical bills, fen.
    BillInpatient,
    /// Paid by all payers for inpatient care, fen.
    PaidInpatient,
    /// Out-of-pocket payments after every reimbursement, fen.
    OutOfPocket,
    /// Disposable income, fen.
    Income,
    /// Consumption, fen.
    Consumption,
    /// Premiums paid by households, fen.
    PremiumOwn,
    /// Premiums paid by aid, fen.
    PremiumAid,
    /// Government subsidy of premiums, fen.
    PremiumSubsidy,
    /// Earnings lost to illness and care-giving, fen.
    LostEarnings,
    /// Interest paid on medical debt, fen.
    MedicalInterest,
    /// Debt at the end of the year, medical and other, fen.
    Debt,
    /// Medical debt at the end of the year, fen.
    MedicalDebt,
    /// Savings at the end of the year, fen.
    Savings,
    /// Productive assets sold in the year, fen.
    AssetsSold,
    /// Bills and consumption that could not be paid, fen.
    Unpaid,
    /// Households with medical debt.
    MedicalDebtHouseholds,
    /// Needed hospital episodes.
    EpisodesNeeded,
    /// Needed episodes not treated.
    EpisodesForgone,
    /// Needed episodes not treated for lack of money or for price.
    EpisodesForgoneMoney,
    /// Hospital admissions.
    Admissions,
    /// Admissions that were not needed.
    AdmissionsInduced,
    /// Admissions outside the county.
    AdmissionsOutside,
    /// Deaths of members.
    Deaths,
    /// Births into households.
    Births,
    /// Members who left the rural population for good.
    Departures,
    /// Persons with any chronic disease.
    Chronic,
    /// Persons with a mental illness.
    Mental,
    /// Persons aged 18 and over (denominator of mental illness).
    Adults,
    /// Persons with a disability.
    Disabled,
    /// Persons insured.
    Insured,
    /// Persons in registered households whose list is in force.
    RegisteredPersons,
    /// Persons in monitored households.
    MonitoredPersons,
    /// Persons in dibao households.
    DibaoPersons,
    /// Persons in the poorest share of true income that dibao is meant for.
    TargetPersons,
    /// Of the target persons, those not in dibao, destitute or monitored classes.
    TargetMissed,
    /// Persons in dibao, destitute or monitored classes.
    CoveredPersons,
    /// Of them, persons whose true income is not under the monitoring line.
    CoveredNotTarget,
    /// Preferential payments above need, fen (measures: over-protection).
    OverProtection,
    /// Need left unpaid, fen (measures: under-protection).
    UnderProtection,
    /// Persons in households that are over-protected.
    OverProtectedPersons,
    /// Persons in households that are under-protected.
    UnderProtectedPersons,
    /// Members who live at home, not away at work.
    Residents,
    /// Households all of whose resident members are 60 or over.
    ElderlyOnlyHouseholds,
    /// Households with one resident member.
    OnePersonHouseholds,
    /// Households with a resident member.
    ResidentHouseholds,
    /// Spouses who married in.
    Arrivals,
    /// Persons aged 60 and over with two or more chronic groups.
    Multimorbid60,
    /// Needed episodes not treated for the way to care.
    EpisodesForgoneDistance,
    /// Needed episodes not treated for want of staff.
    EpisodesForgoneCapacity,
    /// Needed episodes not treated because the family didn't know its entitlement.
    EpisodesForgoneUnaware,
    /// Needed episodes not treated for another reason.
    EpisodesForgoneOther,
    /// Chronic patients with a family-doctor contract.
    Signed,
    /// Chronic patients whose contract was honoured.
    Served,
    /// Of them, served by somebody competent, or to good effect all the same.
    ServedWell,
    /// Persons in villages whose clinic has a doctor.
    VillageDoctor,
    /// Of them, in villages whose doctor is competent.
    VillageDoctorCompetent,
    /// Adults screened.
    Screened,
    /// Persons with mental illness who are treated.
    MentalTreated,
    /// Households that know the rules.
    AwareHouseholds,
    /// Adults with health literacy.
    LiterateAdults,
    /// Support from programmes, fen.
    Support,
    /// Of it without condition, fen.
    SupportUnconditional,
    /// Persons in households with support.
    SupportedPersons,
    /// Labour earnings given up under support, fen.
    EffortLost,
    /// Labour earnings left after illness, fen.
    Labour,
    /// Of them, what is earned under support.
    LabourEarned,
    /// Earnings of members who work away, fen.
    EarnedAway,
    /// Of them, what comes home, fen.
    Remitted,
    /// Persons in multidimensional poverty.
    PoorMultidimensional,
    /// Dimensions in which they are deprived, times persons.
    Deprivations,
    /// Persons in households deprived of medical care: needed hospital care not had, or a member not insured.
    DeprivedCare,
    /// Persons in households no adult of which has nine years of schooling.
    DeprivedSchooling,
    /// Persons in villages with an unimproved environment.
    DeprivedEnvironment,
    /// Residents whose income per resident head, with remittances alone, is under the official line.
    PoorResidents,
    /// Reimbursements that come the year after, fen.
    Late,
    /// Persons of households found at risk in the year.
    FoundPersons,
    /// Persons at risk on 1 January: seen income or spending would have them monitored.
    RiskPersons,
    /// Of them, monitored.
    RiskMonitored,
    /// Persons of lifted households, not on the register of the fallen back last year, who are found in the
    /// year to be under the line after support (register concept).
    RegisterReturned,
    /// Persons of never registered households, likewise newly poor on the register.
    RegisterNewlyPoor,
    /// Persons of households recognised as illness-poor in the year.
    IllnessPoorPersons,
    /// What they claimed back of earlier bills, fen.
    ClaimedBack,
    /// Entered persons who would not be net poor had there been no illness this year (twin).
    EnteredPersonsTwin,
    /// Consecutive years in net poverty, summed over net-poor persons.
    PoorYears,
    /// Members not enrolled whom the class obliges or not, having been enrolled before.
    Lapsed,
    /// Payments for members' bills in months without benefits (waiting), fen.
    WaitingBills,
    /// Persons admitted in the year.
    Inpatients,
    /// Of them, admitted more than once.
    InpatientsRepeated,
    /// Living members admitted the year before.
    InpatientsLast,
    /// Of them, admitted this year too.
    InpatientsAgain,
    /// Pupils of primary and middle school.
    Pupils,
    /// Of them, those who left school in a year of distress.
    LeftSchool,
    /// Persons aged 16 to 34.
    Young,
    /// Years of schooling that they lost in distress.
    YoungYearsLost,
    /// Income from the farm, fen.
    IncomeFarm,
    /// Wages earned at home, fen.
    IncomeWages,
    /// Income from property, fen.
    IncomeProperty,
    /// Pensions, gifts and programmes, fen.
    IncomeTransfers,
    /// Worth of what households left when they came to an end and others inherited, fen.
    EstatesInherited,
    /// Worth of what nobody inherited, debts beyond an estate taken off, fen.
    EstatesLost,
    /// Persons of lifted households one year after leaving poverty and not poor since; longer stretches follow.
    ExitAtRisk1,
    /// Two years.
    ExitAtRisk2,
    /// Three years.
    ExitAtRisk3,
    /// Four years.
    ExitAtRisk4,
    /// Five years or more.
    ExitAtRisk5,
    /// Of them, in net poverty this year; longer stretches follow.
    ExitEntered1,
    /// Two years.
    ExitEntered2,
    /// Three years.
    ExitEntered3,
    /// Four years.
    ExitEntered4,
    /// Five years or more.
    ExitEntered5,
    /// Applications to programmes.
    Applications,
    /// Of them, served.
    ApplicationsServed,
    /// Support that fills an income gap, fen; the other kinds follow in the order of `ProgrammeKind`.
    SupportGap,
    /// Grants, fen.
    SupportGrant,
    /// Wages of public jobs, fen.
    SupportJob,
    /// Income from supported industry, fen.
    SupportIndustry,
    /// Paid by basic insurance, fen; the other payers follow in the order of `Payer`.
    PaidFirst,
    /// Paid by critical-illness insurance, fen.
    Paid1,
    /// Paid by medical aid, fen.
    Paid2,
    /// Paid by local top-up, fen.
    Paid3,
    /// Paid by supplementary insurance, fen.
    Paid4,
    /// Paid by charity, fen.
    Paid5,
}

const _: () = assert!(Tally::Paid5 as usize - Tally::PaidFirst as usize + 1 == PAYERS);
const _: () = assert!(Tally::SupportIndustry as usize - Tally::SupportGap as usize + 1 == PROGRAMME_KINDS);
const _: () = assert!(ProgrammeKind::Industry as usize + 1 == PROGRAMME_KINDS);

/// The sums of one place, regime and year: `[cell][tally]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sums(Vec<i64>);

impl Default for Sums {
    fn default() -> Self {
        Self(vec![0; CELLS * TALLIES])
    }
}

impl Sums {
    /// The tallies of a cell.
    #[must_use]
    pub fn cell(&self, index: usize) -> &[i64; TALLIES] {
        self.0[index * TALLIES..(index + 1) * TALLIES].try_into().expect("a cell has TALLIES sums")
    }

    /// The tallies of a cell, to add to.
    pub fn cell_mut(&mut self, index: usize) -> &mut [i64; TALLIES] {
        (&mut self.0[index * TALLIES..(index + 1) * TALLIES]).try_into().expect("a cell has TALLIES sums")
    }

    /// Adds another county's sums.
    pub fn add(&mut self, other: &Self) {
        for (sum, more) in self.0.iter_mut().zip(&other.0) {
            *sum += more;
        }
    }

    /// Multiplies every sum by what a household of its cell stands for.
    pub fn weigh(&mut self, weight: impl Fn(Cell) -> i64) {
        for index in 0..CELLS {
            let weight = weight(Cell::at(index));
            self.cell_mut(index).iter_mut().for_each(|sum| *sum *= weight);
        }
    }

    /// Adds the sums of one cell.
    pub fn add_cell(&mut self, index: usize, other: &Self) {
        for (sum, more) in self.cell_mut(index).iter_mut().zip(other.cell(index)) {
            *sum += more;
        }
    }

    /// The sum of one tally over the cells that belong to a group.
    pub fn total(&self, tally: Tally, belongs: impl Fn(Cell) -> bool) -> i64 {
        (0..CELLS)
            .filter(|index| belongs(Cell::at(*index)))
            .map(|index| self.cell(index)[tally as usize])
            .sum()
    }
}

/// Number of bins of a money histogram.
pub const BINS: usize = 512;

/// The bin of an amount per head or per equivalent adult, in fen: bin 0 is below zero, then 50
/// yuan wide to 15,000, 250 yuan wide to 40,000, 2,000 yuan wide to 200,000, then one open bin at the end of
/// each stretch of growing width.
#[must_use]
#[inline]
pub fn bin(fen: i64) -> usize {
    usize::from(small_bin(fen))
}

/// The same as a small number.
#[must_use]
#[inline]
pub fn small_bin(fen: i64) -> u16 {
    let Ok(fen) = u64::try_from(fen) else { return 0 };
    let index = match fen {
        0..1_500_000 => 1 + fen / 5_000,
        1_500_000..4_000_000 => 301 + (fen - 1_500_000) / 25_000,
        4_000_000..20_000_000 => 401 + (fen - 4_000_000) / 200_000,
        20_000_000..122_000_000 => 481 + (fen - 20_000_000) / 3_400_000,
        _ => 511,
    };
    u16::try_from(index).expect("every bin is below 512")
}

/// Lower limit of a bin in yuan; bin 0 has none and gives minus infinity.
#[must_use]
pub fn bin_from_yuan(bin: usize) -> f64 {
    // Bins are below 512.
    #[allow(clippy::cast_precision_loss)]
    let b = bin as f64;
    match bin {
        0 => f64::NEG_INFINITY,
        1..301 => (b - 1.0) * 50.0,
        301..401 => 15_000.0 + (b - 301.0) * 250.0,
        401..481 => 40_000.0 + (b - 401.0) * 2_000.0,
        _ => 200_000.0 + (b - 481.0) * 34_000.0,
    }
}

macro_rules! columns {
    ($($(#[doc = $doc:literal])* $name:ident,)*) => {
        /// A column of the histograms.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[repr(usize)]
        pub enum Column { $($(#[doc = $doc])* $name,)* }
        /// Number of histogram columns.
        pub const COLUMNS: usize = [$(Column::$name),*].len();
    };
}

columns! {
    /// Persons by disposable income per head.
    IncomePersons,
    /// Sum of income per head × persons in fen, by disposable income per head.
    IncomeSum,
    /// Out-of-pocket payments in fen, by disposable income per head.
    IncomeOutOfPocket,
    /// Persons in households with payments at or over 40 % of non-food consumption, by income per head.
    IncomeChePersons,
    /// Persons by consumption per head.
    ConsumptionPersons,
    /// Persons in households that pay, by critical societal poverty line per head: (consumption − payments / 0.4) / members.
    SdgCritical,
    /// Persons in households that pay, by (consumption − payments) / members.
    SdgImpoverishing,
    /// Households by food share of consumption in ten-thousandths, 20 a bin.
    FoodShareHouseholds,
    /// Sum of food consumption per equivalent adult in fen, by food share.
    FoodShareFood,
    /// Persons with a medical bill in the year, by its amount.
    SpendingPersons,
    /// Sum of their bills in fen, by amount.
    SpendingSum,
    /// Hospital stays, by their bill.
    Stays,
    /// Sum of their bills in fen.
    StaysSum,
    /// Households whose food consumption is at least (consumption − payments / 0.4), by that amount per equivalent adult (Xu).
    XuCritical,
    /// Persons in those households.
    XuCriticalPersons,
}

/// Integer histograms of one place, regime and year: `[column][bin]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Histograms(Vec<i64>);

impl Default for Histograms {
    fn default() -> Self {
        Self(vec![0; COLUMNS * BINS])
    }
}

impl Histograms {
    /// The bins of a column.
    #[must_use]
    pub fn column(&self, column: Column) -> &[i64] {
        &self.0[column as usize * BINS..(column as usize + 1) * BINS]
    }

    /// Multiplies every count by what a household stands for.
    pub fn weigh(&mut self, weight: i64) {
        self.0.iter_mut().for_each(|sum| *sum *= weight);
    }

    /// Adds to a bin.
    pub fn count(&mut self, column: Column, bin: usize, amount: i64) {
        self.columns()[column as usize][bin] += amount;
    }

    fn columns(&mut self) -> &mut [[i64; BINS]; COLUMNS] {
        self.0.as_chunks_mut().0.try_into().expect("as many bins in each column")
    }

    /// Adds what is marked.
    pub fn add_marks(&mut self, marks: &Marks) {
        let Some(household) = &marks.household else { return };
        let columns = self.columns();
        let mut add =
            |column: Column, bin: u16, amount: i64| columns[column as usize][usize::from(bin)] += amount;
        let (at, members) = (household.income_bin, i64::from(household.members));
        add(Column::IncomePersons, at, members);
        add(Column::IncomeSum, at, household.income);
        add(Column::IncomeOutOfPocket, at, household.out_of_pocket);
        add(Column::ConsumptionPersons, household.consumption_bin, members);
        add(Column::FoodShareHouseholds, household.food_share_bin, 1);
        add(Column::FoodShareFood, household.food_share_bin, household.food_per_equivalent);
        if let Some(payer) = &household.payer {
            add(Column::SdgCritical, payer.critical_bin, members);
            add(Column::SdgImpoverishing, payer.impoverishing_bin, members);
            add(Column::IncomeChePersons, at, if payer.is_catastrophic { members } else { 0 });
            if let Some(at) = payer.food_is_critical {
                add(Column::XuCritical, at, 1);
                add(Column::XuCriticalPersons, at, members);
            }
        }
        for (at, bill) in &marks.stays {
            add(Column::Stays, *at, 1);
            add(Column::StaysSum, *at, *bill);
        }
        for (at, bills) in &marks.spending {
            add(Column::SpendingPersons, *at, 1);
            add(Column::SpendingSum, *at, *bills);
        }
    }

    /// Adds another county's counts.
    pub fn add(&mut self, other: &Self) {
        for (sum, more) in self.0.iter_mut().zip(&other.0) {
            *sum += more;
        }
    }
}

/// What a household-year adds to the bins of the histograms, worked out once for all regimes that share it.
#[derive(Debug, Clone, Default)]
pub struct Marks {
    /// What the household adds; `None` of one that came to an end.
    pub household: Option<HouseholdMarks>,
    /// Hospital stays: bin and bill, fen.
    pub stays: Vec<(u16, i64)>,
    /// Members with a medical bill in the year: bin and sum of their bills, fen.
    pub spending: Vec<(u16, i64)>,
}

/// What a household with living members adds to the bins of the histograms.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct HouseholdMarks {
    /// Living members.
    pub members: u8,
    /// Bin of disposable income per head.
    pub income_bin: u16,
    /// Income per head × members, fen.
    pub income: i64,
    /// Out-of-pocket payments, fen.
    pub out_of_pocket: i64,
    /// Bin of consumption per head.
    pub consumption_bin: u16,
    /// Bin of the food share of consumption.
    pub food_share_bin: u16,
    /// Food consumption per equivalent adult, fen.
    pub food_per_equivalent: i64,
    /// What it adds if it pays anything out of pocket.
    pub payer: Option<PayerMarks>,
}

/// What a household that pays out of pocket adds besides.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PayerMarks {
    /// Bin of (consumption − payments / 0.4) per head.
    pub critical_bin: u16,
    /// Bin of (consumption − payments) per head.
    pub impoverishing_bin: u16,
    /// Whether payments are at or over 40 % of non-food consumption.
    pub is_catastrophic: bool,
    /// Bin of (consumption − payments / 0.4) per equivalent adult, if food consumption is at least as much (Xu).
    pub food_is_critical: Option<u16>,
}

macro_rules! county_tallies {
    ($($(#[doc = $doc:literal])* $name:ident,)*) => {
        /// What is summed over counties and not over households.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(usize)]
        pub enum CountyTally { $($(#[doc = $doc])* $name,)* }
        /// Number of county tallies.
        pub const COUNTY_TALLIES: usize = [$(CountyTally::$name),*].len();
    };
}

county_tallies! {
    /// Living members of the roster.
    Persons,
    /// Revenue of resident insurance, fen; the other accounts follow in the order of `county::Account`.
    Revenue,
    /// Revenue of critical-illness insurance.
    Revenue1,
    /// Budget of medical aid.
    Revenue2,
    /// Budget of local top-ups.
    Revenue3,
    /// Spending of resident insurance, fen; the other accounts follow.
    Spending,
    /// Spending of critical-illness insurance.
    Spending1,
    /// Spending of medical aid, premium aid included.
    Spending2,
    /// Spending of local top-ups.
    Spending3,
    /// Balance of resident insurance, the county's share, fen; the other accounts follow.
    Balance,
    /// Balance of critical-illness insurance, the county's share.
    Balance1,
    /// Balance of medical aid.
    Balance2,
    /// Balance of local top-ups.
    Balance3,
    /// What the county itself bears, fen.
    Burden,
    /// Share of its obligations that medical aid met, in parts per million, times persons.
    AidMet,
    /// Share of its obligations that the top-up met, in parts per million, times persons.
    TopUpMet,
    /// Months by which medical aid paid late, times persons.
    AidDelay,
    /// Health workers over posts, in parts per million, times persons.
    Staff,
    /// Cost of prevention and primary care, fen.
    ServiceCost,
    /// Share of the cases meant for the county's beds that find one, in parts per million, times persons.
    Beds,
    /// The county's own fiscal revenue, fen.
    OwnRevenue,
    /// Budgets of programmes, fen.
    ProgrammeRevenue,
    /// What programmes that have a budget owed their applicants, fen.
    ProgrammeOwed,
    /// Of it paid, fen.
    ProgrammePaid,
    /// Balance of these programmes, fen.
    ProgrammeBalance,
    /// Share of applicants served next year over what means allow, times what is owed, fen.
    ProgrammeHeld,
    /// Households that applied for a gap to be filled; the other kinds follow in the order of `ProgrammeKind`.
    Applied,
    /// For a grant.
    Applied1,
    /// For a public job.
    Applied2,
    /// For support of industry.
    Applied3,
    /// Of them served; the other kinds follow.
    Served,
    /// With a grant.
    Served1,
    /// With a public job.
    Served2,
    /// With support of industry.
    Served3,
    /// Share of obligations met next year over what means allow, in parts per million, times persons: resident
    /// insurance; the other accounts follow.
    HeldBack,
    /// Critical-illness insurance.
    HeldBack1,
    /// Medical aid.
    HeldBack2,
    /// Local top-ups.
    HeldBack3,
}

/// The county sums of one place, regime and year.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CountySums(pub [i64; COUNTY_TALLIES]);

impl Default for CountySums {
    fn default() -> Self {
        Self([0; COUNTY_TALLIES])
    }
}

impl CountySums {
    /// Multiplies every sum by what a household of the county stands for.
    pub fn weigh(&mut self, weight: i64) {
        self.0.iter_mut().for_each(|sum| *sum *= weight);
    }

    /// Adds another county's sums.
    pub fn add(&mut self, other: &Self) {
        for (sum, more) in self.0.iter_mut().zip(other.0) {
            *sum += more;
        }
    }
}

/// Years after the onset that the descent after a major illness is followed.
pub const DESCENT_YEARS: usize = 9;

/// Households after a member's first stroke, heart attack or cancer since the switch, by years since.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Descent(pub [DescentYear; DESCENT_YEARS]);

/// One year of the descent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct DescentYear {
    /// Households.
    pub households: i64,
    /// Net income over the income they would have without illness, in parts per million, summed.
    pub net_income_ppm: i64,
    /// Labour earnings lost to illness over the same, in parts per million, summed.
    pub lost_ppm: i64,
    /// Medical debt over the same, in parts per million, summed.
    pub debt_ppm: i64,
    /// Households in net poverty.
    pub poor: i64,
}

impl Descent {
    /// Multiplies every sum by what a household stands for.
    pub fn weigh(&mut self, weight: i64) {
        for year in &mut self.0 {
            year.households *= weight;
            year.net_income_ppm *= weight;
            year.lost_ppm *= weight;
            year.debt_ppm *= weight;
            year.poor *= weight;
        }
    }

    /// Adds another county's households.
    pub fn add(&mut self, other: &Self) {
        for (sum, more) in self.0.iter_mut().zip(&other.0) {
            sum.households += more.households;
            sum.net_income_ppm += more.net_income_ppm;
            sum.lost_ppm += more.lost_ppm;
            sum.debt_ppm += more.debt_ppm;
            sum.poor += more.poor;
        }
    }
}

/// Outcomes of root households lifted at the switch, under a regime and the baseline: *ever
/// returned by the end of the year*.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Flows {
    /// Returned under the baseline only.
    pub saved: i64,
    /// Returned under the regime only.
    pub lost: i64,
    /// Returned under both.
    pub both: i64,
    /// Returned under neither.
    pub neither: i64,
    /// Returned under neither, and dissolved under at least one.
    pub died_or_dissolved: i64,
    /// Exists under one regime only.
    pub unmatched: i64,
}

impl Flows {
    /// Multiplies every count by what a household stands for.
    pub const fn weigh(&mut self, weight: i64) {
        self.saved *= weight;
        self.lost *= weight;
        self.both *= weight;
        self.neither *= weight;
        self.died_or_dissolved *= weight;
        self.unmatched *= weight;
    }

    /// Adds another county's flows.
    pub fn add(&mut self, other: &Self) {
        self.saved += other.saved;
        self.lost += other.lost;
        self.both += other.both;
        self.neither += other.neither;
        self.died_or_dissolved += other.died_or_dissolved;
        self.unmatched += other.unmatched;
    }
}

/// A household-year of `panel.parquet`: enough to compute the measures again.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PanelRow {
    /// Index of the regime.
    pub regime: u16,
    /// Replicate.
    pub replicate: u32,
    /// Calendar year.
    pub year: i16,
    /// Index of the place.
    pub place: u16,
    /// Households that this one stands for.
    pub weight: u32,
    /// Household id.
    pub household: u64,
    /// Id of its root household.
    pub root_household: u64,
    /// Cell of the root household (see [`Cell`]).
    pub cell: u16,
    /// Living members at the end of the year.
    pub persons: u8,
    /// Members who work.
    pub workers: u8,
    /// Classes in force, bits in the order of `Class`.
    pub classes: u16,
    /// Illness-free income, fen.
    pub illness_free_income_fen: i64,
    /// Disposable income, fen.
    pub income_fen: i64,
    /// Consumption other than health care, fen.
    pub consumption_fen: i64,
    /// Of it food, fen.
    pub food_fen: i64,
    /// Medical bills, fen.
    pub bill_fen: i64,
    /// Paid by each payer, fen.
    pub paid_fen: [i64; PAYERS],
    /// Out-of-pocket payments, fen.
    pub out_of_pocket_fen: i64,
    /// Own premiums, fen.
    pub premium_fen: i64,
    /// Lost earnings, fen.
    pub lost_earnings_fen: i64,
    /// Debt at the end of the year, fen.
    pub debt_fen: i64,
    /// Medical debt at the end of the year, fen.
    pub medical_debt_fen: i64,
    /// Savings at the end of the year, fen.
    pub savings_fen: i64,
    /// Support from programmes, fen.
    pub support_fen: i64,
    /// Labour earnings given up under support, fen.
    pub effort_lost_fen: i64,
    /// Members away at work.
    pub away: u8,
    /// Net income per head, fen.
    pub net_income_per_head_fen: i64,
    /// Admissions of members.
    pub admissions: u8,
    /// Needed episodes not treated.
    pub forgone: u8,
    /// Of the admissions, those outside the county.
    pub admissions_outside: u8,
    /// Members admitted.
    pub inpatients: u8,
    /// Members who live at home, not away at work.
    pub residents: u8,
    /// Members aged 45 and over.
    pub members_45: u8,
    /// Members aged 65 and over.
    pub members_65: u8,
    /// Members with a chronic disease.
    pub chronic: u8,
    /// Of them, those whose only chronic group is cardiovascular disease, hypertension among it.
    pub cardiovascular_only: u8,
    /// Members insured.
    pub insured: u8,
    /// Inpatient part of medical bills, fen.
    pub bill_inpatient_fen: i64,
    /// Paid by all payers for inpatient care, fen.
    pub paid_inpatient_fen: i64,
    /// In net poverty.
    pub poor: bool,
    /// Was in net poverty the year before.
    pub poor_last: bool,
    /// Lifted at the switch.
    pub lifted: bool,
    /// In a monitored class.
    pub monitored: bool,
    /// Has entered net poverty since the switch.
    pub returned: bool,
}

/// Lines and prices of a year, equal in all regimes, for turning sums into measures.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct YearFacts {
    /// Rural consumer prices, 2020 = 1.
    pub price_index: f64,
    /// Official poverty line, yuan a head and year.
    pub official_line_yuan: f64,
    /// Monitoring line, yuan a head and year.
    pub monitoring_line_yuan: f64,
    /// Yuan per 2017 PPP dollar, in this year's prices.
    pub yuan_per_ppp_dollar: f64,
}

/// All sums of one replicate.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ReplicateRecord {
    /// Number of the replicate.
    pub replicate: u32,
    /// `[regime][year][place]`.
    pub sums: Vec<Vec<Vec<Sums>>>,
    /// `[regime][year][place]`.
    pub histograms: Vec<Vec<Vec<Histograms>>>,
    /// `[regime][year]`, against the baseline.
    pub flows: Vec<Vec<Flows>>,
    /// `[regime][year][place]`.
    pub counties: Vec<Vec<Vec<CountySums>>>,
    /// `[regime]`.
    pub descent: Vec<Descent>,
    /// `[year]`.
    pub facts: Vec<YearFacts>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_and_their_indices_are_inverse() {
        for index in 0..CELLS {
            assert_eq!(Cell::at(index).index(), index);
        }
    }

    #[test]
    fn bins_begin_where_they_say() {
        for index in 1..BINS {
            let from = bin_from_yuan(index);
            // Exact whole yuan.
            #[allow(clippy::cast_possible_truncation)]
            let fen = from as i64 * 100;
            assert_eq!(bin(fen), index, "bin {index} from {from}");
            assert_eq!(bin(fen - 1), index - 1, "below bin {index}");
        }
    }
}
