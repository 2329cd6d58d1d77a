//! Records of replicates to results.
//!
//! A [`Collector`] takes one record a replicate, in any order, and keeps 8 bytes a cell (regime ×
//! year × group × measure) and replicate; the record itself can go. At the end the replicates are
//! put in order, so the results have the same bytes whatever the order they came in.

use crate::measures::catalogue::{
    Among, Base, DESCENT, Distribution, Formula, GROUPS, MEASURES, OUTCOMES, Scale, formula,
};
use crate::measures::counties::{CountyYear, Spreads};
use crate::measures::inequality::{concentration_from_bins, gini_from_bins};
use crate::measures::outlay::{RegimeOutlay, Totals, measure_index};
use crate::measures::poverty::{median, share_below};
use crate::measures::statistics::{CriticalValues, difference};
use crate::measures::table::{
    CellValue, DescentRow, DifferenceRow, FlowRow, MeasureRow, OutlayRow, PlaceInfo, Results, SpreadRow,
    Statistics,
};
use crate::measures::{real, real_wide};
use crate::record::{
    Cell, Column, CountySums, DESCENT_YEARS, Descent, DescentYear, Flows, Histograms, ReplicateRecord,
    Standing, Sums, TALLIES, Tally, YearFacts,
};
use crate::units::Year;

/// What was run: the shape that every record has, and the names of its parts.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Design {
    /// Name of the scenario.
    pub scenario: String,
    /// Regime ids with their labels (en, zh), in the order of the records.
    pub regimes: Vec<(String, String, String)>,
    /// Index of the baseline regime.
    pub baseline: usize,
    /// Reported years.
    pub years: Vec<Year>,
    /// Place ids with their labels (en, zh), in the order of the records.
    pub places: Vec<(String, String, String)>,
}

/// Gathers the records of a run.
#[derive(Debug, Clone)]
pub struct Collector {
    design: Design,
    /// Group and measure of each cell of a regime and year.
    cells: Vec<(usize, usize)>,
    replicates: Vec<Replicate>,
    /// Sums over replicates of what each cell is divided by: `[regime][year][cell]`.
    denominators: Vec<i128>,
    spreads: Spreads,
    /// Persons simulated in each county, by place.
    persons: Vec<Vec<u64>>,
}

/// What is kept of a record.
#[derive(Debug, Clone)]
struct Replicate {
    number: u32,
    /// `[regime][year][cell]`; NaN where undefined, which never leaves this module.
    values: Vec<f64>,
    /// `[regime][year]`.
    flows: Vec<Vec<Flows>>,
    /// `[regime]`.
    descent: Vec<Descent>,
}

impl Collector {
    /// An empty collector for runs of this design.
    ///
    /// # Panics
    /// If the baseline is none of the regimes.
    #[must_use]
    pub fn new(design: Design) -> Self {
        assert!(design.baseline < design.regimes.len(), "the baseline is one of the regimes");
        let groups = GROUPS.len() + design.places.len();
        let cells: Vec<(usize, usize)> = (0..groups)
            .flat_map(|group| (0..MEASURES.len()).map(move |measure| (group, measure)))
            .filter(|(group, measure)| has_distribution(*group) || !needs_distribution(*measure))
            .collect();
        let denominators = vec![0; design.regimes.len() * design.years.len() * cells.len()];
        let persons = vec![Vec::new(); design.places.len()];
        Self { design, cells, replicates: Vec::new(), denominators, spreads: Spreads::default(), persons }
    }

    /// Adds the record of a replicate. The order of the records is no part of the result.
    ///
    /// # Panics
    /// If the record isn't of the collector's design, or its replicate was added before.
    pub fn add(&mut self, record: &ReplicateRecord) {
        self.check(record);
        let mut values = Vec::with_capacity(self.denominators.len());
        let mut denominators = Vec::with_capacity(self.denominators.len());
        let lines: Vec<Lines> = (0..self.design.years.len()).map(|year| self.lines(record, year)).collect();
        for regime in 0..self.design.regimes.len() {
            for (year, lines) in lines.iter().enumerate() {
                let groups = groups(
                    &record.sums[regime][year],
                    &record.histograms[regime][year],
                    &record.counties[regime][year],
                );
                for (group, measure) in &self.cells {
                    let (value, denominator) =
                        evaluate(formula(*measure), &groups[*group], lines, &record.facts[year]);
                    values.push(value.filter(|value| value.is_finite()).unwrap_or(f64::NAN));
                    denominators.push(denominator);
                }
            }
        }
        for (sum, more) in self.denominators.iter_mut().zip(denominators) {
            *sum += i128::from(more);
        }
        self.replicates.push(Replicate {
            number: record.replicate,
            values,
            flows: record.flows.clone(),
            descent: record.descent.clone(),
        });
    }

    /// Adds the years of a county of a place and the number of persons simulated in it, in any order.
    ///
    /// # Panics
    /// If the place is none of the design.
    pub fn add_county(&mut self, rows: &[CountyYear], (place, persons): (usize, u64)) {
        self.spreads.add(rows);
        self.persons[place].push(persons);
    }

    fn places(&mut self) -> Vec<PlaceInfo> {
        let info = |((id, en, zh), persons): (&(String, String, String), &mut Vec<u64>)| {
            persons.sort_unstable();
            let persons_per_county = persons.get(persons.len() / 2).copied();
            PlaceInfo { id: id.clone(), en: en.clone(), zh: zh.clone(), persons_per_county }
        };
        self.design.places.iter().zip(&mut self.persons).map(info).collect()
    }

    fn spreads(&mut self) -> Vec<SpreadRow> {
        let regimes: Vec<String> = self.design.regimes.iter().map(|regime| regime.0.clone()).collect();
        let places: Vec<String> = self.design.places.iter().map(|place| place.0.clone()).collect();
        std::mem::take(&mut self.spreads).finish(&regimes, &places)
    }

    /// The paired differences of a measure to the baseline in the last year or another, by regime, over the replicates added so far;
    /// `None` for a group, measure or year that there is not.
    #[must_use]
    pub fn paired(&self, group: &str, measure: &str, year: Year) -> Option<Vec<(String, Statistics)>> {
        let wanted = |cell: &(usize, usize)| self.group(cell.0) == group && MEASURES[cell.1].id == measure;
        let cell = self.cells.iter().position(wanted)?;
        let year = self.design.years.iter().position(|other| *other == year)?;
        let critical = CriticalValues::up_to(self.replicates.len());
        let of = |regime| {
            let (own, base) = self.pairs(regime, year, cell);
            difference(&own, &base, &critical).0
        };
        Some(self.others().map(|regime| (self.regime(regime), of(regime))).collect())
    }

    /// Takes over what another collector of the same design has gathered.
    ///
    /// # Panics
    /// If the designs differ.
    pub fn merge(&mut self, other: Self) {
        assert_eq!(self.design, other.design, "only collectors of one design are merged");
        for (sum, more) in self.denominators.iter_mut().zip(other.denominators) {
            *sum += more;
        }
        self.replicates.extend(other.replicates);
        self.spreads.merge(other.spreads);
        for (persons, more) in self.persons.iter_mut().zip(other.persons) {
            persons.extend(more);
        }
    }

    /// The results over all replicates added.
    #[must_use]
    pub fn finish(mut self) -> Results {
        self.replicates.sort_unstable_by_key(|replicate| replicate.number);
        let critical = CriticalValues::up_to(self.replicates.len());
        Results {
            scenario: self.design.scenario.clone(),
            regimes: self.design.regimes.clone(),
            baseline: self.regime(self.design.baseline),
            years: self.design.years.clone(),
            groups: (0..GROUPS.len() + self.design.places.len()).map(|group| self.group(group)).collect(),
            measures: self.measures(&critical),
            differences: self.differences(&critical),
            flows: self.flows(&critical),
            descent: self.descent(&critical),
            outlay: self.outlay(&critical),
            counties: self.spreads(),
            places: self.places(),
            uncertainty: Vec::new(),
            cells: self.cell_values(),
        }
    }

    fn check(&self, record: &ReplicateRecord) {
        let (regimes, years, places) =
            (self.design.regimes.len(), self.design.years.len(), self.design.places.len());
        let whole = record.sums.len() == regimes
            && record.histograms.len() == regimes
            && record.flows.len() == regimes
            && record.descent.len() == regimes
            && record.facts.len() == years
            && record.flows.iter().all(|flows| flows.len() == years)
            && record.sums.iter().all(|all| all.len() == years && all.iter().all(|all| all.len() == places))
            && record
                .histograms
                .iter()
                .all(|all| all.len() == years && all.iter().all(|all| all.len() == places));
        assert!(whole, "a record has the shape of its design");
        let new = self.replicates.iter().all(|replicate| replicate.number != record.replicate);
        assert!(new, "replicate {} is added once", record.replicate);
    }

    /// Lines of a year that come from the baseline regime, all places together.
    fn lines(&self, record: &ReplicateRecord, year: usize) -> Lines {
        let mut all = Histograms::default();
        for place in &record.histograms[self.design.baseline][year] {
            all.add(place);
        }
        Lines::new(&all, &record.facts[year])
    }

    fn measures(&self, critical: &CriticalValues) -> Vec<MeasureRow> {
        let mut rows = Vec::with_capacity(self.denominators.len());
        for regime in 0..self.design.regimes.len() {
            for (year, calendar_year) in self.design.years.iter().enumerate() {
                for (cell, (group, measure)) in self.cells.iter().enumerate() {
                    let at = self.at(regime, year, cell);
                    let values: Vec<f64> = self.values(at).filter(|value| !value.is_nan()).collect();
                    rows.push(MeasureRow {
                        regime: self.regime(regime),
                        year: *calendar_year,
                        group: self.group(*group),
                        measure: MEASURES[*measure].id,
                        denominator: self.denominator(at, *measure),
                        statistics: critical.describe(&values),
                    });
                }
            }
        }
        rows
    }

    fn differences(&self, critical: &CriticalValues) -> Vec<DifferenceRow> {
        let mut rows = Vec::new();
        for regime in self.others() {
            for (year, calendar_year) in self.design.years.iter().enumerate() {
                for (cell, (group, measure)) in self.cells.iter().enumerate() {
                    let (own, base) = self.pairs(regime, year, cell);
                    let (statistics, variance_ratio) = difference(&own, &base, critical);
                    rows.push(DifferenceRow {
                        regime: self.regime(regime),
                        baseline: self.regime(self.design.baseline),
                        year: *calendar_year,
                        group: self.group(*group),
                        measure: MEASURES[*measure].id,
                        statistics,
                        variance_ratio,
                    });
                }
            }
        }
        rows
    }

    fn flows(&self, critical: &CriticalValues) -> Vec<FlowRow> {
        let mut rows = Vec::new();
        for regime in self.others() {
            for (year, calendar_year) in self.design.years.iter().enumerate() {
                for (outcome, (id, _)) in OUTCOMES.iter().enumerate() {
                    let counts: Vec<f64> = self
                        .replicates
                        .iter()
                        .map(|replicate| real(outcomes(&replicate.flows[regime][year])[outcome]))
                        .collect();
                    rows.push(FlowRow {
                        regime: self.regime(regime),
                        baseline: self.regime(self.design.baseline),
                        year: *calendar_year,
                        group: "lifted".to_owned(),
                        outcome: id,
                        households: critical.describe(&counts),
                    });
                }
            }
        }
        rows
    }

    fn descent(&self, critical: &CriticalValues) -> Vec<DescentRow> {
        let mut rows = Vec::new();
        for regime in 0..self.design.regimes.len() {
            for years_since in 0..DESCENT_YEARS {
                for (at, (quantity, _, _)) in DESCENT.iter().enumerate() {
                    let year = |replicate: &Replicate| replicate.descent[regime].0[years_since];
                    let values: Vec<f64> =
                        self.replicates.iter().filter_map(|r| descent_quantities(&year(r))[at]).collect();
                    rows.push(DescentRow {
                        regime: self.regime(regime),
                        years_since: u8::try_from(years_since).expect("a few years are followed"),
                        quantity,
                        statistics: critical.describe(&values),
                    });
                }
            }
        }
        rows
    }

    fn outlay(&self, critical: &CriticalValues) -> Vec<OutlayRow> {
        let place = |measure: &str, group: &str| {
            let group = GROUPS.iter().position(|(id, _)| *id == group).expect("a group of all runs");
            let wanted = (group, measure_index(measure));
            self.cells.iter().position(|cell| *cell == wanted).expect("a measure of the group")
        };
        let of: Vec<RegimeOutlay> = (0..self.design.regimes.len())
            .map(|regime| {
                let saved = |replicate: &Replicate| {
                    replicate.flows[regime].last().map_or(0.0, |flows| {
                        let counts = outcomes(flows);
                        let of = |id: &str| {
                            counts[OUTCOMES.iter().position(|(o, _)| *o == id).expect("an outcome")]
                        };
                        real(of("saved") - of("lost"))
                    })
                };
                let saved = self.replicates.iter().map(saved).collect();
                RegimeOutlay::of(self.design.years.len(), saved, |replicate, year, measure, group| {
                    self.replicates[replicate].values[self.at(regime, year, place(measure, group))]
                })
            })
            .collect();
        let name = self.regime(self.design.baseline);
        let rows = |(regime, outlay): (usize, &RegimeOutlay)| {
            outlay.rows(&self.regime(regime), &of[self.design.baseline], &name, critical)
        };
        of.iter().enumerate().flat_map(rows).collect()
    }

    fn cell_values(&self) -> Vec<CellValue> {
        let small = |index: usize| u16::try_from(index).expect("regimes, groups and measures are few");
        let mut cells = Vec::new();
        for replicate in &self.replicates {
            for regime in 0..self.design.regimes.len() {
                for (year, calendar_year) in self.design.years.iter().enumerate() {
                    for (cell, (group, measure)) in self.cells.iter().enumerate() {
                        let value = replicate.values[self.at(regime, year, cell)];
                        if !value.is_nan() {
                            cells.push(CellValue {
                                regime: small(regime),
                                replicate: replicate.number,
                                year: *calendar_year,
                                group: small(*group),
                                measure: small(*measure),
                                value,
                            });
                        }
                    }
                }
            }
        }
        cells
    }

    /// Mean over replicates of what a cell is divided by.
    fn denominator(&self, at: usize, measure: usize) -> Option<f64> {
        let divisor = match formula(measure) {
            Formula::Total(_) => return None,
            Formula::Ratio { bottom, .. } => bottom.divisor,
            Formula::Distribution(_) | Formula::County { .. } => 1,
        };
        let replicates = i64::try_from(self.replicates.len()).ok().filter(|count| *count > 0)?;
        Some(real_wide(self.denominators[at]) / (real(divisor) * real(replicates)))
    }

    /// Regimes other than the baseline.
    fn others(&self) -> impl Iterator<Item = usize> + '_ {
        (0..self.design.regimes.len()).filter(|regime| *regime != self.design.baseline)
    }

    fn at(&self, regime: usize, year: usize, cell: usize) -> usize {
        (regime * self.design.years.len() + year) * self.cells.len() + cell
    }

    fn values(&self, at: usize) -> impl Iterator<Item = f64> + '_ {
        self.replicates.iter().map(move |replicate| replicate.values[at])
    }

    /// Values under a regime and under the baseline, of the replicates in which both are defined.
    fn pairs(&self, regime: usize, year: usize, cell: usize) -> (Vec<f64>, Vec<f64>) {
        let own = self.values(self.at(regime, year, cell));
        let base = self.values(self.at(self.design.baseline, year, cell));
        own.zip(base).filter(|(own, base)| !own.is_nan() && !base.is_nan()).unzip()
    }

    fn regime(&self, index: usize) -> String {
        self.design.regimes[index].0.clone()
    }

    fn group(&self, index: usize) -> String {
        match GROUPS.get(index) {
            Some((id, _)) => (*id).to_owned(),
            None => format!("place:{}", self.design.places[index - GROUPS.len()].0),
        }
    }
}

/// Whether there are histograms of a group: of everyone and of places.
const fn has_distribution(group: usize) -> bool {
    group == 0 || group >= GROUPS.len()
}

const fn needs_distribution(measure: usize) -> bool {
    matches!(formula(measure), Formula::Distribution(_) | Formula::County { .. })
}

/// Counts in the order of [`OUTCOMES`].
const fn outcomes(flows: &Flows) -> [i64; OUTCOMES.len()] {
    [flows.saved, flows.lost, flows.both, flows.neither, flows.died_or_dissolved, flows.unmatched]
}

/// Values in the order of [`DESCENT`]: means over the households, of which there may be none.
fn descent_quantities(year: &DescentYear) -> [Option<f64>; DESCENT.len()] {
    let mean = |sum: i64, unit: f64| (year.households > 0).then(|| real(sum) / real(year.households) / unit);
    [
        Some(real(year.households)),
        mean(year.net_income_ppm, 1e6),
        mean(year.lost_ppm, 1e6),
        mean(year.debt_ppm, 1e6),
        mean(year.poor, 1.0),
    ]
}

/// What each regime of a replicate comes to over the reported years, without the tables of all measures. The baseline gives the
/// lines that are known only from a distribution.
///
/// # Panics
/// If the record has no such baseline.
#[must_use]
pub fn totals(record: &ReplicateRecord, baseline: usize) -> Vec<Totals> {
    let everyone = |regime: usize, year: usize| {
        let (mut sums, mut histograms) = (Sums::default(), Histograms::default());
        record.sums[regime][year].iter().for_each(|place| sums.add(place));
        record.histograms[regime][year].iter().for_each(|place| histograms.add(place));
        (sums, histograms)
    };
    let years = record.facts.len();
    let lines: Vec<Lines> =
        (0..years).map(|year| Lines::new(&everyone(baseline, year).1, &record.facts[year])).collect();
    let of_regime = |regime: usize| {
        let groups = |year| {
            let (sums, histograms) = everyone(regime, year);
            let lifted = GroupSums::of(&sums, None, |cell| cell.standing == Standing::Lifted);
            let mut all = GroupSums::of(&sums, Some(histograms), |_| true);
            let mut counties = CountySums::default();
            record.counties[regime][year].iter().for_each(|place| counties.add(place));
            all.counties = Some(counties);
            (all, lifted)
        };
        let groups: Vec<(GroupSums, GroupSums)> = (0..years).map(groups).collect();
        Totals::of(years, |year, measure, group| {
            let (all, lifted) = &groups[year];
            let group = if group == "lifted" { lifted } else { all };
            let formula = formula(measure_index(measure));
            let value = evaluate(formula, group, &lines[year], &record.facts[year]).0;
            value.filter(|value| value.is_finite()).unwrap_or(f64::NAN)
        })
    };
    (0..record.sums.len()).map(of_regime).collect()
}

/// The sums of one county.
#[derive(Debug, Clone, Copy)]
pub struct County<'a> {
    /// By cell.
    pub sums: &'a Sums,
    /// Of the county itself.
    pub county: &'a CountySums,
    /// Lines and prices of the year.
    pub facts: &'a YearFacts,
}

/// Measures of one county by their index in [`MEASURES`]: those that need no distribution.
#[must_use]
pub fn of_county<const N: usize>(county: &County, measures: &[usize; N]) -> [Option<f64>; N] {
    let mut group = GroupSums::of(county.sums, None, |_| true);
    group.counties = Some(*county.county);
    let value = |measure: &usize| evaluate(formula(*measure), &group, &Lines::NONE, county.facts).0;
    measures.each_ref().map(|measure| value(measure).filter(|value| value.is_finite()))
}

/// Sums of a group, apart for its lifted and its never registered, and its histograms.
struct GroupSums {
    lifted: [i64; TALLIES],
    never_registered: [i64; TALLIES],
    histograms: Option<Histograms>,
    counties: Option<CountySums>,
}

impl GroupSums {
    fn of(sums: &Sums, histograms: Option<Histograms>, belongs: impl Fn(Cell) -> bool) -> Self {
        let mut group =
            Self { lifted: [0; TALLIES], never_registered: [0; TALLIES], histograms, counties: None };
        for (cell, standing, tallies) in sums.cells() {
            if belongs(cell) {
                let part = match standing {
                    Standing::Lifted => &mut group.lifted,
                    Standing::Marginal | Standing::NeverPoor => &mut group.never_registered,
                };
                part.iter_mut().zip(tallies).for_each(|(sum, more)| *sum += more);
            }
        }
        group
    }

    fn total(&self, tally: Tally, among: Among) -> i64 {
        let (lifted, others) = (self.lifted[tally as usize], self.never_registered[tally as usize]);
        match among {
            Among::Everyone => lifted + others,
            Among::Lifted => lifted,
            Among::NeverRegistered => others,
        }
    }

    /// The denominator before its divisor.
    fn base(&self, base: &Base) -> i64 {
        base.terms.iter().map(|(tally, times)| times * self.total(*tally, base.among)).sum()
    }
}

impl Sums {
    /// Every cell with its standing and its tallies.
    fn cells(&self) -> impl Iterator<Item = (Cell, Standing, &[i64; TALLIES])> {
        (0..crate::record::CELLS).map(|index| {
            let cell = Cell::at(index);
            (cell, cell.standing, self.cell(index))
        })
    }
}

/// The sums of every group, in the order of [`GROUPS`] with the places after them.
fn groups(places: &[Sums], histograms: &[Histograms], counties: &[CountySums]) -> Vec<GroupSums> {
    let (mut all, mut everyone, mut whole) = (Sums::default(), Histograms::default(), CountySums::default());
    places.iter().for_each(|place| all.add(place));
    histograms.iter().for_each(|place| everyone.add(place));
    counties.iter().for_each(|place| whole.add(place));
    let mut groups = vec![GroupSums::of(&all, Some(everyone), |_| true)];
    groups[0].counties = Some(whole);
    groups.extend((1..GROUPS.len()).map(|group| GroupSums::of(&all, None, |cell| belongs(group, cell))));
    for ((sums, histograms), counties) in places.iter().zip(histograms).zip(counties) {
        let mut place = GroupSums::of(sums, Some(histograms.clone()), |_| true);
        place.counties = Some(*counties);
        groups.push(place);
    }
    groups
}

/// Whether a cell belongs to a group of [`GROUPS`].
fn belongs(group: usize, cell: Cell) -> bool {
    match GROUPS[group].0 {
        "all" => true,
        "lifted" => cell.standing == Standing::Lifted,
        "marginal" => cell.standing == Standing::Marginal,
        "never_poor" => cell.standing == Standing::NeverPoor,
        "income_1" => cell.fifth == 0,
        "income_2" => cell.fifth == 1,
        "income_3" => cell.fifth == 2,
        "income_4" => cell.fifth == 3,
        "income_5" => cell.fifth == 4,
        "elderly_only" => cell.elderly_only,
        "chronic" => cell.chronic,
        "mental" => cell.mental,
        other => unreachable!("group {other} has no cells"),
    }
}

/// Lines in yuan a year that are known only from a distribution: those of the baseline regime, so
/// that no regime moves the line it is measured by.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Lines {
    /// Median income per head.
    median_income: Option<f64>,
    /// Societal poverty line per head.
    societal: Option<f64>,
    /// Subsistence per equivalent adult (Xu).
    subsistence: Option<f64>,
}

impl Lines {
    /// No distribution is known.
    const NONE: Self = Self { median_income: None, societal: None, subsistence: None };

    fn new(all: &Histograms, facts: &YearFacts) -> Self {
        let middle = |column| median(all.column(column)).map(|median| median.value);
        Self {
            median_income: middle(Column::IncomePersons),
            societal: middle(Column::ConsumptionPersons)
                .filter(|_| facts.yuan_per_ppp_dollar > 0.0)
                .map(|median| societal_line(median, facts.yuan_per_ppp_dollar)),
            subsistence: subsistence(
                all.column(Column::FoodShareHouseholds),
                all.column(Column::FoodShareFood),
            ),
        }
    }
}

/// The societal poverty line in yuan a year: max(2.15, 1.15 + half the median) 2017 PPP dollars a
/// day (Jolliffe and Prydz 2021; WHO indicator registry 376).
fn societal_line(median_yuan: f64, yuan_per_ppp_dollar: f64) -> f64 {
    let year = 365.0 * yuan_per_ppp_dollar;
    (1.15 + 0.5 * median_yuan / year).max(2.15) * year
}

/// Mean food spending per equivalent adult, in yuan, of households between the 45th and the 55th
/// percentile of the food share (Xu 2005); the bins at the two ends count in part.
fn subsistence(households: &[i64], food_fen: &[i64]) -> Option<f64> {
    let everybody = real(households.iter().sum());
    let (from, to) = (0.45 * everybody, 0.55 * everybody);
    let (mut below, mut count, mut food) = (0.0, 0.0, 0.0);
    for (here, fen) in households.iter().zip(food_fen).filter(|(here, _)| **here > 0) {
        let here = real(*here);
        let part = ((below + here).min(to) - below.max(from)).max(0.0);
        count += part;
        food += part / here * real(*fen) / 100.0;
        below += here;
    }
    (count > 0.0).then(|| food / count)
}

/// A measure of a group and what it was divided by (before the divisor).
fn evaluate(formula: Formula, group: &GroupSums, lines: &Lines, facts: &YearFacts) -> (Option<f64>, i64) {
    match formula {
        Formula::Total(tally) => (Some(real(group.total(tally, Among::Everyone))), 0),
        Formula::County { top, bottom, scale } => {
            let Some(CountySums(sums)) = &group.counties else { return (None, 0) };
            let (top, base) = (sums[top as usize], sums[bottom as usize]);
            let ratio = (base > 0).then(|| real(top) / real(base));
            (ratio.and_then(|ratio| scaled(ratio, scale, facts)), base)
        }
        Formula::Ratio { top, bottom, scale } => {
            let sum: i64 = top.iter().map(|tally| group.total(*tally, bottom.among)).sum();
            let base = group.base(&bottom);
            let ratio = (base > 0).then(|| real(sum) * real(bottom.divisor) / real(base));
            (ratio.and_then(|ratio| scaled(ratio, scale, facts)), base)
        }
        Formula::Distribution(kind) => match &group.histograms {
            Some(histograms) => distribution(kind, group, histograms, lines),
            None => (None, 0),
        },
    }
}

fn scaled(ratio: f64, scale: Scale, facts: &YearFacts) -> Option<f64> {
    match scale {
        Scale::Share => Some(ratio),
        Scale::PartsPerMillion => Some(ratio / 1e6),
        Scale::PerThousand => Some(ratio * 1e3),
        Scale::Yuan => Some(ratio / 100.0),
        Scale::Yuan2020 => (facts.price_index > 0.0).then(|| ratio / 100.0 / facts.price_index),
    }
}

fn distribution(
    kind: Distribution,
    group: &GroupSums,
    histograms: &Histograms,
    lines: &Lines,
) -> (Option<f64>, i64) {
    let persons = histograms.column(Column::IncomePersons);
    let everybody = group.total(Tally::Persons, Among::Everyone);
    let households = group.total(Tally::Households, Among::Everyone);
    let below = |column, line: Option<f64>, total| {
        share_below(histograms.column(column), line?, real(total)).map(|share| share.value)
    };
    let (users, bills) = (histograms.column(Column::SpendingPersons), histograms.column(Column::SpendingSum));
    let stays = histograms.column(Column::Stays);
    let gini = || gini_from_bins(persons, histograms.column(Column::IncomeSum)).map(|gini| gini.value);
    let concentration =
        |column| concentration_from_bins(persons, histograms.column(column)).map(|index| index.value);
    let value = match kind {
        Distribution::RelativePoverty(share) => {
            below(Column::IncomePersons, lines.median_income.map(|median| share * median), everybody)
        }
        Distribution::Gini => gini(),
        Distribution::MedianIncome => median(persons).map(|median| median.value),
        Distribution::MedianConsumption => {
            median(histograms.column(Column::ConsumptionPersons)).map(|median| median.value)
        }
        Distribution::ConcentrationOutOfPocket => concentration(Column::IncomeOutOfPocket),
        Distribution::KakwaniOutOfPocket => {
            concentration(Column::IncomeOutOfPocket).zip(gini()).map(|(index, gini)| index - gini)
        }
        Distribution::ErreygersCatastrophic => {
            erreygers(persons, histograms.column(Column::IncomeChePersons))
        }
        Distribution::CapacityToPayPersons => below(Column::XuCriticalPersons, lines.subsistence, everybody),
        Distribution::CapacityToPayHouseholds => below(Column::XuCritical, lines.subsistence, households),
        Distribution::Sdg => below(Column::SdgCritical, lines.societal, everybody),
        Distribution::SdgImpoverishing => below(Column::SdgImpoverishing, lines.societal, everybody),
        Distribution::SpendingGini => gini_from_bins(users, bills).map(|gini| gini.value),
        Distribution::SpendingTop(share) => top_share(users, bills, share),
        Distribution::StaysTop(share) => top_share(stays, histograms.column(Column::StaysSum), share),
    };
    let denominator = match kind {
        Distribution::CapacityToPayHouseholds => households,
        Distribution::SpendingGini | Distribution::SpendingTop(_) => users.iter().sum(),
        Distribution::StaysTop(_) => stays.iter().sum(),
        _ => everybody,
    };
    (value, denominator)
}

/// Share of all amounts that the persons with the largest amounts have, from bins with exact sums; within
/// the bin that holds the limit persons count as equal.
fn top_share(persons: &[i64], fen: &[i64], share: f64) -> Option<f64> {
    let (everybody, total) = (real(persons.iter().sum()), real(fen.iter().sum()));
    if everybody <= 0.0 || total <= 0.0 {
        return None;
    }
    let (mut left, mut sum) = (share * everybody, 0.0);
    for (count, amount) in persons.iter().zip(fen).rev().filter(|(count, _)| **count > 0) {
        let part = (left / real(*count)).min(1.0);
        sum += part * real(*amount);
        left -= part * real(*count);
        if left <= 0.0 {
            break;
        }
    }
    Some(sum / total)
}

/// Erreygers' (2009) index of a yes-or-no outcome: four times its mean times its concentration
/// index. Nothing where it happens to nobody.
fn erreygers(persons: &[i64], affected: &[i64]) -> Option<f64> {
    let (everybody, hit) = (persons.iter().sum::<i64>(), affected.iter().sum::<i64>());
    if everybody > 0 && hit == 0 {
        return Some(0.0);
    }
    concentration_from_bins(persons, affected).map(|index| 4.0 * real(hit) / real(everybody) * index.value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{self, BINS};

    fn design(places: &[&str]) -> Design {
        Design {
            scenario: "test".to_owned(),
            regimes: ["a", "b"].map(|id| (id.to_owned(), id.to_owned(), id.to_owned())).to_vec(),
            baseline: 0,
            years: vec![Year::new(2021)],
            places: places.iter().map(|place| ((*place).to_owned(), String::new(), String::new())).collect(),
        }
    }

    #[test]
    fn persons_of_a_county_are_the_median_in_whatever_order_counties_come() {
        let mut some = Collector::new(design(&["x", "y"]));
        let mut more = some.clone();
        for persons in [900, 20] {
            some.add_county(&[], (0, persons));
        }
        more.add_county(&[], (0, 50));
        some.merge(more);
        let found: Vec<Option<u64>> = some.places().iter().map(|place| place.persons_per_county).collect();
        assert_eq!(found, [Some(50), None]);
    }

    fn facts() -> YearFacts {
        YearFacts {
            price_index: 1.25,
            official_line_yuan: 4_000.0,
            monitoring_line_yuan: 6_000.0,
            yuan_per_ppp_dollar: 4.0,
        }
    }

    fn empty(replicate: u32, places: usize) -> ReplicateRecord {
        ReplicateRecord {
            replicate,
            sums: vec![vec![vec![Sums::default(); places]]; 2],
            histograms: vec![vec![vec![Histograms::default(); places]]; 2],
            flows: vec![vec![Flows::default()]; 2],
            counties: vec![vec![vec![CountySums::default(); places]]; 2],
            descent: vec![record::Descent::default(); 2],
            facts: vec![facts()],
        }
    }

    fn cell(standing: Standing, fifth: u8) -> usize {
        Cell { standing, fifth, elderly_only: false, chronic: false, mental: false }.index()
    }

    fn row<'a>(results: &'a Results, regime: &str, group: &str, measure: &str) -> &'a MeasureRow {
        results
            .measures
            .iter()
            .find(|row| row.regime == regime && row.group == group && row.measure == measure)
            .expect("the row exists")
    }

    fn mean(results: &Results, regime: &str, group: &str, measure: &str) -> Option<f64> {
        row(results, regime, group, measure).statistics.mean
    }

    #[test]
    fn return_is_of_the_lifted_and_new_poverty_of_the_rest() {
        let mut record = empty(0, 1);
        let sums = &mut record.sums[0][0][0];
        sums.cell_mut(cell(Standing::Lifted, 0))[Tally::AtRiskPersons as usize] = 50;
        sums.cell_mut(cell(Standing::Lifted, 0))[Tally::EnteredPersons as usize] = 2;
        sums.cell_mut(cell(Standing::NeverPoor, 0))[Tally::AtRiskPersons as usize] = 200;
        sums.cell_mut(cell(Standing::NeverPoor, 0))[Tally::EnteredPersons as usize] = 1;
        let mut collector = Collector::new(design(&["x"]));
        collector.add(&record);
        let results = collector.finish();
        assert_eq!(mean(&results, "a", "all", "poverty_return_rate"), Some(0.04));
        assert_eq!(mean(&results, "a", "income_1", "poverty_return_rate"), Some(0.04));
        assert_eq!(mean(&results, "a", "all", "new_poverty_rate"), Some(0.005));
        assert_eq!(row(&results, "a", "all", "poverty_return_rate").denominator, Some(50.0));
        // Nobody at risk: missing, not zero, and the row stays.
        assert_eq!(mean(&results, "a", "never_poor", "poverty_return_rate"), None);
        assert_eq!(mean(&results, "b", "all", "poverty_return_rate"), None);
        assert_eq!(mean(&results, "a", "all", "persons"), Some(0.0));
    }

    #[test]
    fn money_is_in_the_unit_it_says() {
        let mut record = empty(0, 1);
        let sums = record.sums[0][0][0].cell_mut(cell(Standing::Marginal, 4));
        sums[Tally::Persons as usize] = 4;
        sums[Tally::OutOfPocket as usize] = 100_000;
        sums[Tally::Bill as usize] = 250_000;
        sums[Tally::PaidFirst as usize] = 150_000;
        sums[Tally::Deaths as usize] = 1;
        let mut collector = Collector::new(design(&["x"]));
        collector.add(&record);
        let results = collector.finish();
        assert_eq!(mean(&results, "a", "all", "oop_per_head"), Some(250.0));
        assert_eq!(mean(&results, "a", "all", "oop_per_head_2020"), Some(200.0));
        assert_eq!(mean(&results, "a", "place:x", "oop_share"), Some(0.4));
        assert_eq!(row(&results, "a", "all", "oop_share").denominator, Some(2_500.0));
        assert_eq!(mean(&results, "a", "income_5", "effective_reimbursement"), Some(0.6));
        // Four at the end, five at the beginning.
        let deaths = mean(&results, "a", "all", "deaths_per_1000").expect("there are persons");
        assert!((deaths - 1_000.0 / 4.5).abs() < 1e-9);
        assert_eq!(row(&results, "a", "all", "deaths_per_1000").denominator, Some(4.5));
    }

    #[test]
    fn the_descent_is_of_the_mean_household() {
        let records = [2, 4].map(|households| {
            let mut record = empty(u32::try_from(households).expect("few"), 1);
            record.descent[1].0[3] = record::DescentYear {
                households,
                net_income_ppm: 1_500_000,
                lost_ppm: 400_000,
                debt_ppm: 3_000_000,
                poor: 1,
            };
            record
        });
        let mut collector = Collector::new(design(&["x"]));
        records.iter().for_each(|record| collector.add(record));
        let results = collector.finish();
        let of = |regime: &str, years_since: u8, quantity: &str| {
            let found = results.descent.iter().find(|row| {
                row.regime == regime && row.years_since == years_since && row.quantity == quantity
            });
            found.expect("the row exists").statistics
        };
        assert_eq!(of("b", 3, "households").mean, Some(3.0));
        assert_eq!(of("b", 3, "net_income").mean, Some((0.75 + 0.375) / 2.0));
        assert_eq!(of("b", 3, "lost_earnings").mean, Some((0.2 + 0.1) / 2.0));
        assert_eq!(of("b", 3, "medical_debt").mean, Some((1.5 + 0.75) / 2.0));
        assert_eq!(of("b", 3, "poor").mean, Some((0.5 + 0.25) / 2.0));
        assert_eq!(of("b", 3, "poor").replicates, 2);
        // Nobody to follow: no households, and nothing to say of them.
        assert_eq!(of("a", 3, "households").mean, Some(0.0));
        assert_eq!(of("a", 3, "poor"), crate::measures::table::Statistics::default());
        assert_eq!(results.descent.len(), 2 * DESCENT_YEARS * DESCENT.len());
    }

    #[test]
    fn distributions_are_for_everyone_and_places_only() {
        let collector = Collector::new(design(&["x", "y"]));
        let results = collector.finish();
        for group in ["all", "place:x", "place:y"] {
            assert_eq!(mean(&results, "a", group, "gini"), None);
        }
        assert!(!results.measures.iter().any(|row| row.group == "lifted" && row.measure == "gini"));
        assert_eq!(results.groups.last().map(String::as_str), Some("place:y"));
        assert!(results.differences.iter().all(|row| row.regime == "b" && row.baseline == "a"));
    }

    #[test]
    fn relative_lines_are_those_of_the_baseline() {
        let mut record = empty(0, 1);
        // Baseline: everybody in the bin from 10,000 yuan; the regime: everybody at 4,000.
        for (regime, yuan) in [(0, 10_000), (1, 4_000)] {
            let sums = record.sums[regime][0][0].cell_mut(0);
            sums[Tally::Persons as usize] = 10;
            let histograms = &mut record.histograms[regime][0][0];
            histograms.count(Column::IncomePersons, record::bin(yuan * 100), 10);
            histograms.count(Column::IncomeSum, record::bin(yuan * 100), yuan * 1_000);
        }
        let mut collector = Collector::new(design(&["x"]));
        collector.add(&record);
        let results = collector.finish();
        assert_eq!(mean(&results, "a", "all", "median_income"), Some(10_025.0));
        assert_eq!(mean(&results, "a", "all", "relative_poverty_50"), Some(0.0));
        assert_eq!(mean(&results, "b", "all", "relative_poverty_50"), Some(1.0));
        assert_eq!(
            mean(&results, "b", "all", "relative_poverty_40"),
            Some(0.2),
            "4,010 is a fifth into its bin"
        );
    }

    #[test]
    fn the_societal_line_has_its_floor() {
        // At 4 yuan a dollar: 2.15 × 365 × 4 = 3,139 yuan; reached by a median of 2 dollars a day.
        assert!((societal_line(1_000.0, 4.0) - 3_139.0).abs() < 1e-9);
        assert!((societal_line(2_920.0, 4.0) - 3_139.0).abs() < 1e-9);
        assert!((societal_line(14_600.0, 4.0) - (1.15 * 1_460.0 + 7_300.0)).abs() < 1e-9);
    }

    #[test]
    fn subsistence_is_the_food_of_the_middle_tenth() {
        let (mut households, mut food) = (vec![0; BINS], vec![0; BINS]);
        // 40 below, 20 in the middle at 30 yuan each, 40 above.
        for (bin, count, yuan) in [(10, 40, 10), (20, 20, 30), (30, 40, 99)] {
            households[bin] = count;
            food[bin] = count * yuan * 100;
        }
        assert!((subsistence(&households, &food).unwrap() - 30.0).abs() < 1e-12);
        // A third of the middle tenth is the bin below once its bin reaches to the 48 1/3 %.
        households[10] = 48;
        food[10] = 48 * 1_000;
        households[20] = 12;
        food[20] = 12 * 3_000;
        assert!((subsistence(&households, &food).unwrap() - (3.0 * 10.0 + 7.0 * 30.0) / 10.0).abs() < 1e-12);
        assert_eq!(subsistence(&[0; BINS], &[0; BINS]), None);
    }

    #[test]
    fn the_top_share_takes_part_of_the_bin_at_the_limit() {
        let (mut persons, mut fen) = (vec![0; BINS], vec![0; BINS]);
        (persons[1], fen[1]) = (90, 9_000);
        (persons[9], fen[9]) = (10, 41_000);
        assert_eq!(top_share(&persons, &fen, 0.1), Some(0.82));
        assert_eq!(top_share(&persons, &fen, 0.05), Some(0.41));
        assert!((top_share(&persons, &fen, 0.2).expect("some") - 0.84).abs() < 1e-12);
        assert_eq!(top_share(&[0; BINS], &[0; BINS], 0.05), None);
    }

    #[test]
    fn the_order_of_the_records_is_no_part_of_the_result() {
        let records: Vec<ReplicateRecord> = (0..4)
            .map(|replicate| {
                let mut record = empty(replicate, 1);
                let sums = record.sums[1][0][0].cell_mut(7);
                sums[Tally::Persons as usize] = 30 + i64::from(replicate * replicate);
                sums[Tally::PoorNet as usize] = 7 * i64::from(replicate);
                record
            })
            .collect();
        let gather = |order: [usize; 4]| {
            let mut collector = Collector::new(design(&["x"]));
            order.iter().for_each(|index| collector.add(&records[*index]));
            collector.finish()
        };
        let mut halves = [Collector::new(design(&["x"])), Collector::new(design(&["x"]))];
        for (index, record) in records.iter().enumerate() {
            halves[index % 2].add(record);
        }
        let [mut even, odd] = halves;
        even.merge(odd);
        assert_eq!(gather([0, 1, 2, 3]), gather([2, 0, 3, 1]));
        assert_eq!(gather([0, 1, 2, 3]), even.finish());
        assert_eq!(gather([3, 2, 1, 0]).cells.first().map(|cell| cell.replicate), Some(0));
    }

    #[test]
    #[should_panic(expected = "replicate 3 is added once")]
    fn a_replicate_cannot_count_twice() {
        let mut collector = Collector::new(design(&["x"]));
        collector.add(&empty(3, 1));
        collector.add(&empty(3, 1));
    }
}
