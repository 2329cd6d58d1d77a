//! The runs behind the figures, and the figures read from them, one a replicate.

use std::collections::{BTreeMap, BTreeSet};

use super::experiments;
use super::panel::{self, Seen};
use super::survey::{Answers, Survey};
use super::{Comparison, Figure, ObserveError, Size, figure};
use crate::experiment::{self, Finished, Watch};
use crate::measures::catalogue::MEASURES;
use crate::record::PanelRow;
use crate::scenario::{Override, Scenario};
use crate::uncertainty::Loader;

/// Residents over households with a resident: two denominators, no measure of its own.
pub const RESIDENTS_PER_HOUSEHOLD: &str = "residents_per_household";

/// By how much reimbursement rates fall for the elasticities.
const DEARER: f64 = 0.9;

/// A run: what is set in the scenario for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Which {
    /// The years 2011 to 2020, groups as of the end of 2019.
    History,
    /// 2011 to 2013 in a county at the mean income of rural Shaanxi.
    Shaanxi,
    /// 2011 to 2015 in a county at the mean income of rural Fujian.
    Fujian,
    /// 2016 to 2024, groups as of the end of 2015.
    At2016,
    /// The year 2013, groups as of the end of 2012.
    At2013,
    /// The same with basic inpatient insurance paying a tenth less.
    DearerInpatient,
    /// The same with basic outpatient insurance paying a tenth less.
    DearerOutpatient,
    /// 2014 to 2017, with the health project for the registered from 2016 on as in Chishui, a year before the nation.
    Chishui,
    /// The year 2014.
    At2014,
    /// The same without critical-illness insurance.
    NoCriticalIllness,
}

/// Runs that stand side by side, the others being dropped before.
const TOGETHER: [&[Which]; 7] = [
    &[Which::History],
    &[Which::Shaanxi],
    &[Which::Fujian],
    &[Which::At2016],
    &[Which::At2013, Which::DearerInpatient, Which::DearerOutpatient],
    &[Which::Chishui],
    &[Which::At2014, Which::NoCriticalIllness],
];

impl Which {
    /// The run with a name in `comparisons.csv`.
    fn named(name: &str) -> Self {
        match name {
            "history" => Self::History,
            "shaanxi" => Self::Shaanxi,
            "fujian" => Self::Fujian,
            "at-2016" => Self::At2016,
            "at-2013" => Self::At2013,
            "chishui" => Self::Chishui,
            "at-2014" => Self::At2014,
            _ => panic!("there is no run `{name}`"),
        }
    }

    /// The runs that a figure needs.
    fn of(comparison: &Comparison) -> Vec<Self> {
        let own = Self::named(&comparison.run);
        match comparison.measure.as_str() {
            "elasticity:inpatient" => vec![own, Self::DearerInpatient],
            "elasticity:outpatient" => vec![own, Self::DearerOutpatient],
            "contrast:critical_illness" => vec![own, Self::NoCriticalIllness],
            _ => vec![own],
        }
    }

    /// What it sets in a scenario whose baseline has this name.
    fn settings(self, size: Size, panel: bool, regime: &str) -> Vec<Override> {
        let (first, switch, last) = match self {
            Self::History => (2011, 2020, 2020),
            Self::Shaanxi => (2011, 2013, 2013),
            Self::Fujian => (2011, 2015, 2015),
            Self::At2016 => (2016, 2016, 2024),
            Self::At2013 | Self::DearerInpatient | Self::DearerOutpatient => (2013, 2013, 2013),
            Self::Chishui => (2014, 2016, 2017),
            Self::At2014 | Self::NoCriticalIllness => (2014, 2014, 2014),
        };
        let settings = vec![
            ("plan.households", size.households.to_string()),
            ("plan.replicates", size.replicates.to_string()),
            ("plan.sampling_factor", "1".to_owned()),
            ("plan.first_year", first.to_string()),
            ("plan.switch_year", switch.to_string()),
            ("plan.last_year", last.to_string()),
            ("output.panel", panel.to_string()),
            ("output.panel_replicates", if panel { size.replicates } else { 1 }.to_string()),
        ];
        let of_regime = match self {
            Self::DearerInpatient => dearer_inpatient(),
            Self::DearerOutpatient => dearer_outpatient(),
            Self::Chishui => health_project(),
            Self::NoCriticalIllness => vec![("layers.critical-illness.first_year", "2015".to_owned())],
            _ => Vec::new(),
        };
        let of_place = self.province().map_or_else(Vec::new, |province| province.settings());
        let set = |text| Override { origin: "observation".to_owned(), text };
        let plain = settings.into_iter().map(|(key, value)| format!("{key}={value}"));
        let of_regime = of_regime.into_iter().map(|(key, value)| format!("regimes.{regime}.{key}={value}"));
        plain.chain(of_place).chain(of_regime).map(set).collect()
    }

    /// The province whose countryside is simulated in place of the scenario's counties.
    const fn province(self) -> Option<&'static Province> {
        match self {
            Self::Shaanxi => Some(&SHAANXI),
            Self::Fujian => Some(&FUJIAN),
            _ => None,
        }
    }
}

/// The countryside of a province: counties at its mean income, like the nation's in all else.
struct Province {
    name: &'static str,
    /// Disposable income a head over that of the rural nation.
    income_level: f64,
    /// Share of rural residents who were registered as poor in 2014.
    registered_share: f64,
}

/// Income: 7,092 yuan over 9,430 in 2013 (NBS; the province recalled, unverified). Registered: nobody before 2014.
const SHAANXI: Province = Province { name: "shaanxi", income_level: 0.75, registered_share: 0.145 };

/// Income: mean of the fifths of rural Fujian over that of the nation's, 15,812 yuan over 13,234 in 2016 (Fujian
/// Statistical Yearbook 2022; NBS). Registered: about 0.6 of 14 million (recalled, unverified).
const FUJIAN: Province = Province { name: "fujian", income_level: 1.19, registered_share: 0.04 };

/// Counties that stand for a province.
const COUNTIES_OF_PROVINCE: u32 = 4;

impl Province {
    fn settings(&self) -> Vec<String> {
        let Self { name, income_level, registered_share } = self;
        vec![
            format!("places.order=[\"{name}\"]"),
            format!("places.{name}.place=\"ordinary-county\""),
            format!("places.{name}.share=1.0"),
            format!("places.{name}.counties={COUNTIES_OF_PROVINCE}"),
            format!("places.{name}.income_level={income_level:?}"),
            format!("places.{name}.registered_share={registered_share:?}"),
        ]
    }
}

/// Comparisons that a figure is made of: its own, or those of the two of which it is the ratio.
fn parts(comparison: &Comparison) -> Vec<&Comparison> {
    match comparison.measure.strip_prefix("ratio:") {
        None => vec![comparison],
        Some(pair) => pair.split('/').map(|id| &figure(id).expect("a figure").comparison).collect(),
    }
}

impl Comparison {
    /// Whether it is made of household-years.
    pub(super) fn needs_panel(&self) -> bool {
        ["panel:", "did:", "contrast:", "border:"].iter().any(|kind| self.measure.starts_with(kind))
    }
}

/// Name of the regime that figures are of.
fn baseline(load: &Loader) -> Result<String, ObserveError> {
    let scenario = load(&[])?;
    Ok(scenario.regimes[scenario.baseline].id.clone())
}

/// What the asked figures need of a run.
fn needs(figures: &[&Figure]) -> BTreeMap<Which, bool> {
    let mut needed = BTreeMap::new();
    for part in figures.iter().flat_map(|figure| parts(&figure.comparison)) {
        for which in Which::of(part) {
            *needed.entry(which).or_insert(false) |= part.needs_panel();
        }
    }
    needed
}

pub(super) fn counties(load: &Loader, figures: &[&Figure], size: Size) -> Result<u64, ObserveError> {
    let regime = baseline(load)?;
    let of = |(which, panel): (&Which, &bool)| {
        let scenario = load(&which.settings(size, *panel, &regime))?;
        Ok(experiment::counties(&scenario) * u64::from(size.replicates))
    };
    needs(figures).iter().map(of).sum()
}

pub(super) fn observe(
    load: &Loader,
    figures: &[&Figure],
    size: Size,
    watch: &dyn Watch,
) -> Result<Vec<Option<Vec<f64>>>, ObserveError> {
    let (needed, regime) = (needs(figures), baseline(load)?);
    let mut values = vec![None; figures.len()];
    for together in TOGETHER {
        let wanted: BTreeSet<Which> = together.iter().copied().filter(|w| needed.contains_key(w)).collect();
        let of_these = figures.iter().zip(&mut values).filter(|(figure, _)| {
            parts(&figure.comparison).iter().flat_map(|part| Which::of(part)).all(|w| wanted.contains(&w))
        });
        let of_these: Vec<_> = of_these.collect();
        if of_these.is_empty() {
            continue;
        }
        let mut runs = Runs(BTreeMap::new());
        for which in wanted {
            let scenario = load(&which.settings(size, needed[&which], &regime))?;
            runs.0.insert(which, Run::new(scenario, watch)?);
        }
        for (figure, value) in of_these {
            runs.check(figure)?;
            let of = |replicate| runs.in_replicate(&figure.comparison, replicate);
            *value = (0..size.replicates).map(of).collect();
        }
    }
    Ok(values)
}

/// A finished run with its cells by key.
struct Run {
    scenario: Scenario,
    finished: Finished,
    /// What a survey has of each row of the panel.
    answers: Vec<Answers>,
    cells: BTreeMap<(u32, i16, u16, u16), f64>,
}

impl Run {
    fn new(scenario: Scenario, watch: &dyn Watch) -> Result<Self, ObserveError> {
        let mut finished = experiment::run(&scenario, watch)?;
        let baseline = u16::try_from(scenario.baseline).expect("few regimes");
        // Until the switch all regimes are one, and the panel has it as the first.
        let switch = scenario.plan.switch_year.number();
        finished.panel.retain(|row| row.regime == baseline || row.year < switch);
        let cells = std::mem::take(&mut finished.results.cells);
        let key = |c: &crate::measures::table::CellValue| (c.replicate, c.year.number(), c.group, c.measure);
        let of_baseline = cells.iter().filter(|c| c.regime == baseline);
        let cells = of_baseline.map(|c| (key(c), c.value)).collect();
        let survey = Survey::of(&scenario);
        let answers = finished.panel.iter().map(|row| survey.ask(row)).collect();
        Ok(Self { scenario, finished, answers, cells })
    }

    fn group(&self, id: &str) -> Option<u16> {
        let at = self.finished.results.groups.iter().position(|group| group == id)?;
        u16::try_from(at).ok()
    }

    fn value(&self, replicate: u32, year: i16, group: &str, id: &str) -> Option<f64> {
        let at = MEASURES.iter().position(|m| m.id == id).unwrap_or_else(|| panic!("no measure `{id}`"));
        let measure = u16::try_from(at).expect("few measures");
        self.cells.get(&(replicate, year, self.group(group)?, measure)).copied()
    }

    /// Household-years of a replicate.
    fn rows(&self, replicate: u32) -> Vec<&PanelRow> {
        self.finished.panel.iter().filter(|row| row.replicate == replicate && row.persons > 0).collect()
    }

    /// Household-years of a replicate, with what a survey has of them.
    fn seen(&self, replicate: u32) -> Vec<Seen<'_>> {
        let rows = &self.finished.panel;
        let first = rows.partition_point(|row| row.replicate < replicate);
        let last = rows.partition_point(|row| row.replicate <= replicate);
        let both = rows[first..last].iter().zip(&self.answers[first..last]);
        both.map(|(row, told)| Seen { row, told }).collect()
    }

    /// A row of the baseline.
    fn row(&self, year: i16, group: &str, id: &str) -> Option<&crate::measures::table::MeasureRow> {
        let results = &self.finished.results;
        let of = |row: &&crate::measures::table::MeasureRow| {
            row.regime == results.baseline
                && row.year.number() == year
                && row.group == group
                && row.measure == id
        };
        results.measures.iter().find(of)
    }

    /// Mean denominator over replicates.
    fn denominator(&self, year: i16, group: &str, id: &str) -> Option<f64> {
        self.row(year, group, id)?.denominator
    }
}

/// Runs side by side.
struct Runs(BTreeMap<Which, Run>);

impl Runs {
    fn run(&self, name: &str) -> &Run {
        &self.0[&Which::named(name)]
    }

    /// Whether the groups of a figure are there.
    fn check(&self, figure: &Figure) -> Result<(), ObserveError> {
        for part in parts(&figure.comparison) {
            let run = self.run(&part.run);
            let households = part.group.split('+').next().unwrap_or_default();
            let found = match households.split_once('@') {
                Some((_, place)) => run.scenario.places.iter().any(|p| p.id == place),
                None => part.needs_panel() || run.group(&part.group).is_some(),
            };
            if !found {
                let (figure, group) = (figure.target.id.clone(), part.group.clone());
                return Err(ObserveError::NoGroup { figure, group });
            }
        }
        Ok(())
    }

    fn in_replicate(&self, c: &Comparison, replicate: u32) -> Option<f64> {
        if let [top, bottom] = parts(c)[..] {
            return Some(self.in_replicate(top, replicate)? / self.in_replicate(bottom, replicate)?);
        }
        if let Some(what) = c.measure.strip_prefix("panel:") {
            let run = self.run(&c.run);
            let rows = run.seen(replicate);
            let value = panel::estimate(what, &rows, &run.scenario, &c.group, &c.years)?;
            return Some(c.factor * value);
        }
        if let Some((kind @ ("did" | "contrast" | "border"), what)) = c.measure.split_once(':') {
            return Some(c.factor * self.experiment(kind, what, c, replicate)?);
        }
        let by_year = c.years.iter().map(|year| self.in_year(c, replicate, *year));
        let values: Vec<f64> = by_year.collect::<Option<_>>()?;
        #[allow(clippy::cast_precision_loss, reason = "a handful of years")]
        let years = values.len() as f64;
        Some(c.factor * values.iter().sum::<f64>() / years)
    }

    fn experiment(&self, kind: &str, what: &str, c: &Comparison, replicate: u32) -> Option<f64> {
        let run = self.run(&c.run);
        let rows = run.rows(replicate);
        match kind {
            "did" => {
                let place = c.group.split_once('@').map_or("", |(_, place)| place);
                experiments::difference_in_differences(what, &rows, &run.scenario, place)
            }
            "contrast" => {
                experiments::with_and_without(&rows, &self.0[&Which::NoCriticalIllness].rows(replicate))
            }
            _ => experiments::jump_at_the_border(&rows, &run.scenario, &c.years),
        }
    }

    fn in_year(&self, c: &Comparison, replicate: u32, year: i16) -> Option<f64> {
        let run = self.run(&c.run);
        let value = |id: &str| run.value(replicate, year, &c.group, id);
        match c.measure.split_once(':') {
            None if c.measure == RESIDENTS_PER_HOUSEHOLD => residents_per_household(run, year, &c.group),
            None => value(&c.measure),
            Some(("product", ids)) => ids.split('*').map(value).product(),
            Some(("quotient", ids)) => {
                let (top, bottom) = ids.split_once('/')?;
                let top: Option<f64> = top.split('*').map(value).product();
                Some(top? / value(bottom)?)
            }
            Some(("fall", id)) => Some(run.value(replicate, year - 1, &c.group, id)? - value(id)?),
            Some(("without", id)) => without(run, replicate, year, &c.group, id),
            Some(("elasticity", "inpatient")) => self.inpatient_elasticity(replicate, year),
            Some(("elasticity", "outpatient")) => self.outpatient_elasticity(year),
            Some((kind, _)) => panic!("there is no estimator `{kind}`"),
        }
    }

    /// Log change of admissions over log change of the own share of inpatient bills.
    fn inpatient_elasticity(&self, replicate: u32, year: i16) -> Option<f64> {
        let at = |which: Which| {
            let run = &self.0[&which];
            let own = 1.0 - run.value(replicate, year, "all", "effective_reimbursement_inpatient")?;
            let admissions = run.value(replicate, year, "all", "admissions_per_1000")?;
            Some((libm::log(admissions), libm::log(own)))
        };
        let (before, after) = (at(Which::At2013)?, at(Which::DearerInpatient)?);
        Some((after.0 - before.0) / (after.1 - before.1))
    }

    /// Log change of outpatient bills over log change of their own share; of the means over replicates.
    fn outpatient_elasticity(&self, year: i16) -> Option<f64> {
        let at = |which: Which| {
            let run = &self.0[&which];
            let mean = |id: &str| run.row(year, "all", id)?.statistics.mean;
            let (bills, inpatient) = (
                run.denominator(year, "all", "effective_reimbursement")?,
                run.denominator(year, "all", "effective_reimbursement_inpatient")?,
            );
            let paid = bills * mean("effective_reimbursement")?
                - inpatient * mean("effective_reimbursement_inpatient")?;
            let outpatient = bills - inpatient;
            Some((libm::log(outpatient), libm::log(1.0 - paid / outpatient)))
        };
        let (before, after) = (at(Which::At2013)?, at(Which::DearerOutpatient)?);
        Some((after.0 - before.0) / (after.1 - before.1))
    }
}

/// Reimbursement rates of the inpatient layer of `policies/historical.toml` in 2013, less a tenth.
fn dearer_inpatient() -> Vec<(&'static str, String)> {
    let of = |rate: f64| format!("{:.3}", rate * DEARER);
    let (township, county, city, province) = (of(0.80), of(0.70), of(0.55), of(0.48));
    let rates =
        format!("{{ township = {township}, county = {county}, city = {city}, province = {province} }}");
    vec![("layers.basic.rate", rates)]
}

/// Rates and annual ceiling of its outpatient layer in 2013, less a tenth: the ceiling binds on a mean
/// bill, so lower rates alone leave the price that families expect as it was.
fn dearer_outpatient() -> Vec<(&'static str, String)> {
    let of = |x: f64| format!("{:.3}", x * DEARER);
    let rates = format!("{{ township = {}, county = {}, city = 0.0, province = 0.0 }}", of(0.55), of(0.3));
    vec![("layers.outpatient.rate", rates), ("layers.outpatient.ceiling_yuan", of(60.0))]
}

/// What came to the registered in `policies/historical.toml` in 2017, a year earlier.
fn health_project() -> Vec<(&'static str, String)> {
    let year = || "2016".to_owned();
    vec![
        ("layers.aid-registered.first_year", year()),
        ("layers.top-up-floor.first_year", year()),
        ("layers.top-up-cap.first_year", year()),
        ("deposits.share.registered", "{ step = [[2010, 0.4], [2016, 0.0]] }".to_owned()),
    ]
}

fn residents_per_household(run: &Run, year: i16, group: &str) -> Option<f64> {
    let residents = run.denominator(year, group, "poverty_rate_residents")?;
    Some(residents / run.denominator(year, group, "one_person_households")?)
}

/// A share of households outside a group, from those of all and of the group.
fn without(run: &Run, replicate: u32, year: i16, group: &str, id: &str) -> Option<f64> {
    let of = |group: &str| {
        let households = run.value(replicate, year, group, "households")?;
        Some((households, households * run.value(replicate, year, group, id)?))
    };
    let (all, inside) = (of("all")?, of(group)?);
    Some((all.1 - inside.1) / (all.0 - inside.0))
}
