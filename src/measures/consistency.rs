//! What must hold among the sums of any record, whatever the scenario: a broken one is a bug of
//! the model, found by the first test that runs it.

use crate::record::Tally::{self, *};
use crate::record::{CELLS, ReplicateRecord, Standing, Sums};

/// Sums of which the first group never exceeds the second, in any cell.
const AT_MOST: &[(&[Tally], &[Tally])] = &[
    (&[Elderly65], &[Elderly60]),
    (&[Elderly60], &[Persons]),
    (&[PoorIncome], &[Persons]),
    (&[PoorNet], &[Persons]),
    (&[PoorNetMonitoring], &[Persons]),
    (&[PoorIncomeMonitoring], &[Persons]),
    (&[EnteredPersons], &[AtRiskPersons]),
    (&[EnteredHouseholds], &[AtRiskHouseholds]),
    (&[AtRiskHouseholds], &[Households]),
    (&[EnteredPersonsIllness], &[EnteredPersons]),
    (&[EnteredHouseholdsIllness], &[EnteredHouseholds]),
    (&[CohortEverEntered, CohortDissolved], &[CohortHouseholds]),
    (&[CohortPersonsEverEntered], &[CohortPersonsEnteredOrDied]),
    (&[CohortPersonsEnteredOrDied], &[CohortPersons]),
    (&[Che25Persons], &[Che10Persons]),
    (&[Che10Persons], &[Persons]),
    (&[Che10Households], &[Households]),
    (&[CheNonFoodPersons], &[HardshipPersons]),
    (&[HardshipPersons], &[Persons]),
    (&[CheNonFoodHouseholds], &[HardshipHouseholds]),
    (&[HardshipHouseholds], &[Households]),
    (&[ImpoverishedPersons, FurtherImpoverishedPersons], &[Persons]),
    (&[BillCovered], &[Bill]),
    (&[BillInpatient], &[Bill]),
    (&[PaidInpatient], &[BillInpatient]),
    (&[MedicalDebt], &[Debt]),
    (&[MedicalDebtHouseholds], &[Households]),
    (&[EpisodesForgoneMoney], &[EpisodesForgone]),
    (&[EpisodesForgone], &[EpisodesNeeded]),
    (&[AdmissionsInduced], &[Admissions]),
    (&[AdmissionsOutside], &[Admissions]),
    (&[Mental], &[Chronic]),
    (&[Chronic], &[Persons]),
    (&[Adults], &[Persons]),
    (&[Disabled], &[Persons]),
    (&[Insured], &[Persons]),
    (&[RegisteredPersons], &[Persons]),
    (&[MonitoredPersons], &[CoveredPersons]),
    (&[DibaoPersons], &[CoveredPersons]),
    (&[CoveredPersons], &[Persons]),
    (&[CoveredNotTarget], &[CoveredPersons]),
    (&[TargetMissed], &[TargetPersons]),
    (&[OverProtectedPersons], &[Persons]),
    (&[UnderProtectedPersons], &[Persons]),
    // Payers and households make up the bills: both ways, hence equal.
    (&[PaidFirst, Paid1, Paid2, Paid3, Paid4, Paid5, OutOfPocket], &[Bill]),
    (&[Bill], &[PaidFirst, Paid1, Paid2, Paid3, Paid4, Paid5, OutOfPocket]),
];

/// Everything in a record that cannot be, in words; empty if all is well.
#[must_use]
pub fn inconsistencies(record: &ReplicateRecord) -> Vec<String> {
    let mut found = Vec::new();
    for (regime, years) in record.sums.iter().enumerate() {
        for (year, places) in years.iter().enumerate() {
            for (place, sums) in places.iter().enumerate() {
                for (few, many) in AT_MOST {
                    if let Some(cell) =
                        (0..CELLS).find(|cell| total(sums, *cell, few) > total(sums, *cell, many))
                    {
                        found.push(format!(
                            "{few:?} exceeds {many:?} in regime {regime}, year {year}, place {place}, cell {cell}"
                        ));
                    }
                }
            }
            found.extend(cohort(record, regime, year));
        }
    }
    found
}

fn total(sums: &Sums, cell: usize, tallies: &[Tally]) -> i64 {
    tallies.iter().map(|tally| sums.cell(cell)[*tally as usize]).sum()
}

/// The outcomes of the flows add up to the lifted root households alive at the switch.
fn cohort(record: &ReplicateRecord, regime: usize, year: usize) -> Option<String> {
    let cohort: i64 = record.sums[regime][year]
        .iter()
        .map(|sums| sums.total(CohortHouseholds, |cell| cell.standing == Standing::Lifted))
        .sum();
    let flows = record.flows.get(regime)?.get(year)?;
    let counted =
        flows.saved + flows.lost + flows.both + flows.neither + flows.died_or_dissolved + flows.unmatched;
    (counted != cohort).then(|| {
        format!("flows of regime {regime}, year {year} hold {counted} of {cohort} lifted households")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{Flows, Histograms, YearFacts};

    fn record(sums: Sums, flows: Flows) -> ReplicateRecord {
        ReplicateRecord {
            replicate: 0,
            sums: vec![vec![vec![sums]]],
            histograms: vec![vec![vec![Histograms::default()]]],
            flows: vec![vec![flows]],
            counties: vec![vec![vec![crate::record::CountySums::default()]]],
            descent: vec![crate::record::Descent::default()],
            facts: vec![YearFacts::default()],
        }
    }

    #[test]
    fn an_empty_record_is_consistent() {
        assert!(inconsistencies(&record(Sums::default(), Flows::default())).is_empty());
    }

    #[test]
    fn a_fen_that_nobody_paid_is_found() {
        let mut sums = Sums::default();
        let cell = sums.cell_mut(3);
        cell[Bill as usize] = 100;
        cell[OutOfPocket as usize] = 60;
        cell[Paid5 as usize] = 39;
        let found = inconsistencies(&record(sums, Flows::default()));
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].starts_with("[Bill] exceeds"), "{found:?}");
    }

    #[test]
    fn a_household_lost_from_the_flows_is_found() {
        let mut sums = Sums::default();
        sums.cell_mut(0)[CohortHouseholds as usize] = 5;
        let flows = Flows { saved: 1, neither: 3, ..Flows::default() };
        let found = inconsistencies(&record(sums, flows));
        assert_eq!(found, ["flows of regime 0, year 0 hold 4 of 5 lifted households"]);
    }
}
