//! Society: illness, incomes and behaviour, the same under every regime.
//!
//! Every field is a key `society.<area>.<field>` of the book, where its value, range, unit, source
//! and status stand. A regime can't change any of them.

use serde::Deserialize;

use crate::population::synthesis::PopulationParameters;

/// All parameters of society.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Society {
    /// Synthesis of the population at the start.
    pub population: PopulationParameters,
    /// Births, deaths, leaving home.
    pub demography: Demography,
    /// Chronic disease, disability, mental illness.
    pub illness: Illness,
    /// Care seeking, levels, bills.
    pub care: Care,
    /// Incomes, consumption, coping.
    pub economy: Economy,
    /// What officials see.
    pub lists: Lists,
    /// Lines and prices.
    pub poverty: Poverty,
}

/// Births, deaths, leaving home.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Demography {
    /// Factor on the rural life table.
    pub mortality_factor: f64,
    /// Factor on rural fertility rates.
    pub fertility_factor: f64,
    /// Share of births that are twin births.
    pub twin_share: f64,
    /// Factor on the chance that a child of the household leaves the rural population for good.
    pub leaving_factor: f64,
}

/// Chronic disease, disability, mental illness.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Illness {
    /// Factor on the onset of every chronic group.
    pub onset_factor: f64,
    /// Factor on onset for a person who already has a chronic disease.
    pub comorbidity_factor: f64,
    /// Factor on mortality with cardiovascular disease.
    pub mortality_cardiovascular: f64,
    /// Factor on mortality with stroke.
    pub mortality_stroke: f64,
    /// Factor on mortality with diabetes.
    pub mortality_diabetes: f64,
    /// Factor on mortality with chronic respiratory disease.
    pub mortality_respiratory: f64,
    /// Factor on mortality with cancer.
    pub mortality_cancer: f64,
    /// Factor on mortality with musculoskeletal disease.
    pub mortality_musculoskeletal: f64,
    /// Factor on mortality with mental illness.
    pub mortality_mental: f64,
    /// Factor on mortality with another chronic disease.
    pub mortality_other: f64,
    /// Factor on mortality with a disability.
    pub mortality_disability: f64,
    /// Factor on mortality in the year after needed hospital care was forgone.
    pub mortality_forgone: f64,
    /// Largest product of mortality factors that the model allows.
    pub mortality_factor_bound: f64,
    /// Correction of mortality for diseases that go together, up to age 60.
    pub mortality_together_young: f64,
    /// The same from age 80.
    pub mortality_together_old: f64,
    /// Factor on the onset of disability for each chronic group.
    pub disability_per_chronic: f64,
    /// Factor on the onset of disability after needed care was forgone.
    pub disability_forgone: f64,
    /// Largest yearly probability of disability that the model allows.
    pub disability_bound: f64,
    /// Factor on yearly recovery from mental illness.
    pub recovery_factor: f64,
}

/// Care seeking, levels, bills.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Care {
    /// Factor on the admission rates of the evidence.
    pub admission_factor: f64,
    /// Correction of admissions for diseases that go together.
    pub admission_together: f64,
    /// Factor on admissions for each chronic group.
    pub admission_per_chronic: f64,
    /// Factor on admissions with a disability.
    pub admission_disability: f64,
    /// Factor on admissions in the year after needed care was forgone.
    pub admission_forgone: f64,
    /// Largest product of admission factors that the model allows.
    pub admission_factor_bound: f64,
    /// Share of potential episodes that are treated at the reference price.
    pub treated_share: f64,
    /// Share of potential episodes that are clinically needed.
    pub needed_share: f64,
    /// Own share of the bill at the reference price.
    pub reference_own_share: f64,
    /// Own share below which a lower price raises use no more.
    pub saturation_own_share: f64,
    /// Own-price elasticity of inpatient care.
    pub inpatient_elasticity: f64,
    /// Own-price elasticity of outpatient care.
    pub outpatient_elasticity: f64,
    /// Elasticity of inpatient care to travel time, relative to 45 minutes.
    pub distance_elasticity: f64,
    /// Share of needed episodes untreated for reasons other than money or distance.
    pub untreated_other: f64,
    /// Severity above which care is sought whatever it costs.
    pub emergency_share: f64,
    /// Share of episodes that need the township level.
    pub share_township: f64,
    /// Share of episodes that need the county level.
    pub share_county: f64,
    /// Share of episodes that need the city level; the rest need the province.
    pub share_city: f64,
    /// Share of stays outside the county with a proper referral.
    pub referred_share: f64,
    /// In-catalogue share of a township bill.
    pub in_catalogue_township: f64,
    /// In-catalogue share of a county bill.
    pub in_catalogue_county: f64,
    /// In-catalogue share of a city bill.
    pub in_catalogue_city: f64,
    /// In-catalogue share of a provincial bill.
    pub in_catalogue_province: f64,
    /// Log standard deviation of the cost of a stay within a level.
    pub inpatient_log_sd: f64,
    /// Cost of the stay at the onset of cancer relative to a stay at its level.
    pub major_cancer: f64,
    /// The same at the onset of a stroke.
    pub major_stroke: f64,
    /// The same at an acute onset of cardiovascular disease.
    pub major_cardiovascular: f64,
    /// Share of cardiovascular onsets that are acute.
    pub acute_cardiovascular: f64,
    /// Share of persons without chronic disease with any outpatient spending in a year.
    pub outpatient_user_share: f64,
    /// Outpatient spending of a person without chronic disease, in visits a year.
    pub outpatient_visits: f64,
    /// Outpatient spending for each chronic group, in visits a year.
    pub outpatient_visits_chronic: f64,
    /// Log standard deviation of annual outpatient spending.
    pub outpatient_log_sd: f64,
    /// In-catalogue share of outpatient bills.
    pub in_catalogue_outpatient: f64,
    /// Mean stay in days.
    pub stay_days: f64,
    /// Working days lost after a stay.
    pub convalescence_days: f64,
    /// Factor on days for a major illness.
    pub major_days_factor: f64,
    /// Working days lost to a needed episode that is not treated, relative to a treated one.
    pub untreated_days_factor: f64,
}

/// Incomes, consumption, coping.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Economy {
    /// Share of the variance of log income that is transitory.
    pub transitory_share: f64,
    /// Share of the variance of log income that comes from the share of members who work.
    pub workers_share: f64,
    /// Youngest age at which members work.
    pub working_from_age: f64,
    /// Oldest age at which members work.
    pub working_to_age: f64,
    /// Mean share of members who work.
    pub workers_mean: f64,
    /// Standard deviation between households of the share of members who work.
    pub workers_sd: f64,
    /// Yearly persistence of the persistent part of income.
    pub persistence: f64,
    /// Share of households' income that is earned by labour.
    pub labour_share: f64,
    /// Factor from published incomes, which include illness, to illness-free incomes.
    pub illness_free_factor: f64,
    /// Working days in a year.
    pub working_days: f64,
    /// Share of a patient's days in hospital lost by a carer who works.
    pub carer_share: f64,
    /// Earnings lost with cardiovascular disease.
    pub loss_cardiovascular: f64,
    /// Earnings lost after a stroke.
    pub loss_stroke: f64,
    /// Earnings lost with diabetes.
    pub loss_diabetes: f64,
    /// Earnings lost with chronic respiratory disease.
    pub loss_respiratory: f64,
    /// Earnings lost with cancer.
    pub loss_cancer: f64,
    /// Earnings lost with musculoskeletal disease.
    pub loss_musculoskeletal: f64,
    /// Earnings lost with mental illness.
    pub loss_mental: f64,
    /// Earnings lost with another chronic disease.
    pub loss_other: f64,
    /// Earnings lost with a disability.
    pub loss_disability: f64,
    /// Elasticity of consumption to permanent income across households.
    pub consumption_elasticity: f64,
    /// Share of an income shortfall that is taken from consumption.
    pub shortfall_passed: f64,
    /// Elasticity of the food share to consumption.
    pub engel_elasticity: f64,
    /// Subsistence floor of consumption in poverty lines.
    pub floor_lines: f64,
    /// Share of unpaid medical bills that kin give.
    pub kin_gift_share: f64,
    /// Limit of debt as a share of annual income.
    pub debt_limit: f64,
    /// Yearly interest on debt.
    pub interest: f64,
    /// Largest share of productive assets sold in a year.
    pub asset_sale_limit: f64,
    /// Yearly income per yuan of productive assets.
    pub asset_return: f64,
    /// Share of a surplus that repays debt.
    pub repayment_share: f64,
    /// Share of what is left of a surplus that replaces sold assets.
    pub rebuilding_share: f64,
    /// Share of what is left of a surplus that is saved in money.
    pub saving_share: f64,
}

/// What officials see.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Lists {
    /// Whether lists are limited by county quotas (otherwise by fixed thresholds).
    pub quotas: bool,
    /// Log standard deviation of officials' error about income.
    pub income_error: f64,
    /// Year on whose 1 January the poor were registered.
    pub registration_year: i64,
    /// Observed income over which a registered household was lifted, in poverty lines.
    pub lifting_lines: f64,
    /// Last year of the lifting campaign: on its 31 December all registered are lifted.
    pub lifting_last_year: i64,
    /// Share of dibao households without worker that are destitute.
    pub destitute_share: f64,
    /// Registration threshold in poverty lines when quotas are off.
    pub registration_lines: f64,
    /// Dibao threshold in dibao standards when quotas are off.
    pub dibao_standards: f64,
}

/// Lines and prices.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Poverty {
    /// Factor on the official line.
    pub line_factor: f64,
    /// Income under which a never registered household is marginal, in official lines.
    pub marginal_lines: f64,
    /// Income per head of all residents, over that of rural residents: what rules mean by local income.
    pub local_income_ratio: f64,
    /// Yuan per 2017 PPP dollar in 2017.
    pub yuan_per_ppp_dollar_2017: f64,
}
