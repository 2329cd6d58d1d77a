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
    /// Alignment of demography to an external projection.
    pub alignment: AlignmentParameters,
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
    /// Marriage and new households.
    pub formation: Formation,
    /// Labour migration and remittances.
    pub migration: Migration,
    /// What members do, and where income comes from.
    pub work: Work,
    /// What makes chronic disease likelier.
    pub effects: Effects,
    /// Mental illness: causes, effects, treatment.
    pub mental: Mental,
    /// Health literacy.
    pub literacy: Literacy,
    /// Who knows the rules.
    pub awareness: Awareness,
    /// Children's schooling in distress.
    pub schooling: Schooling,
    /// What prevention and primary care do.
    pub prevention: Prevention,
    /// Care where staff are short.
    pub capacity: Capacity,
    /// Work effort under support.
    pub effort: Effort,
    /// Enrolment in basic insurance.
    pub enrolment: Enrolment,
    /// County funds.
    pub funds: Funds,
    /// Health workers of the county.
    pub workforce: Workforce,
    /// Village clinics and their doctors.
    pub villages: Villages,
    /// Which mechanisms are in the model: `true` keeps one.
    pub switches: Switches,
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

/// Alignment of demography to an external projection.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct AlignmentParameters {
    /// How much of the factors that meet the projection is applied: 0 is none, 1 all.
    pub strength: f64,
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
    /// Log standard deviation of frailty: what stays with a person and multiplies potential episodes.
    pub frailty_log_sd: f64,
    /// Mean number of stays in the year after the onset of cancer.
    pub follow_up_cancer: f64,
    /// The same after a stroke.
    pub follow_up_stroke: f64,
    /// Factor on these stays with each further year.
    pub follow_up_fade: f64,
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
    /// Factor on outpatient spending in a year with a stay.
    pub outpatient_after_stay: f64,
    /// Factor on it in the year of a cancer or stroke and the years that are followed.
    pub outpatient_major: f64,
    /// Share of the log variance of outpatient spending that stays with the person.
    pub outpatient_lasting_share: f64,
    /// Log change of a bill with one standard deviation of the household's lasting income rank.
    pub means_gradient: f64,
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
    /// Elasticity of a place's usual consumption to its level of income.
    pub consumption_place_elasticity: f64,
    /// Share of an income shortfall that is taken from consumption.
    pub shortfall_passed: f64,
    /// Elasticity of the food share to consumption.
    pub engel_elasticity: f64,
    /// Subsistence floor of consumption in poverty lines.
    pub floor_lines: f64,
    /// Share of unpaid medical bills that kin give.
    pub kin_gift_share: f64,
    /// Further share that each child who left gives, up to three.
    pub child_gift_share: f64,
    /// Largest share of published income that programmes are taken to be.
    pub support_share_most: f64,
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

impl Lists {
    /// Whether villages have a view of their own when they list households for dibao.
    #[must_use]
    pub fn villages_judge(&self) -> bool {
        self.dibao_error > 0.0
    }
}

/// What officials see.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Lists {
    /// Whether lists are limited by county quotas (otherwise by fixed thresholds).
    pub quotas: bool,
    /// Log standard deviation of officials' error about income.
    pub income_error: f64,
    /// Log standard deviation of the village's judgement of a household's income for dibao, which stays with it.
    pub dibao_error: f64,
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
    /// Share of the dimensions in which the multidimensionally poor are deprived at least.
    pub deprivation_cutoff: f64,
    /// Income per head of all residents, over that of rural residents: what rules mean by local income.
    pub local_income_ratio: f64,
    /// Yuan per 2017 PPP dollar in 2017.
    pub yuan_per_ppp_dollar_2017: f64,
}

/// Marriage and new households.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Formation {
    /// Yearly chance that a child of the household of 20 to 24 marries.
    pub marriage_20: f64,
    /// Yearly chance of marriage at 25 to 29.
    pub marriage_25: f64,
    /// Yearly chance of marriage at 30 to 39.
    pub marriage_30: f64,
    /// Share of sons who set up a household of their own when they marry; the others bring their wife home.
    pub own_household: f64,
    /// Yearly chance that a couple living with the parents sets up a household of its own, where another couple stays.
    pub fission: f64,
    /// The same for the last couple that lives with the parents.
    pub fission_last: f64,
    /// Years by which a wife who marries in is younger than her husband.
    pub spouse_age_gap: f64,
}

/// Labour migration and remittances.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Migration {
    /// Yearly chance that a man of 16 to 29 who is able to work goes away to work.
    pub going_16: f64,
    /// Yearly chance that a man of 30 to 44 who is able to work goes away to work.
    pub going_30: f64,
    /// Yearly chance that a man of 45 to 59 who is able to work goes away to work.
    pub going_45: f64,
    /// Yearly chance that a migrant of 16 to 29 comes home for good.
    pub returning_16: f64,
    /// Yearly chance that a migrant of 30 to 44 comes home for good.
    pub returning_30: f64,
    /// Yearly chance that a migrant of 45 to 59 comes home for good.
    pub returning_45: f64,
    /// Chance that a woman goes away relative to a man.
    pub women_factor: f64,
    /// Factor on going away for each three years of schooling over junior primary, six years.
    pub schooling_factor: f64,
    /// Factor on coming home when a member at home is disabled or has had a stroke or cancer and no other adult is there.
    pub care_return_factor: f64,
    /// Earnings of a migrant relative to a local worker.
    pub wage_ratio: f64,
    /// Share of a migrant's earnings that the household at home receives.
    pub remitted_share: f64,
    /// Share of a household's workers expected to be away.
    pub reference_share: f64,
}

/// What members do, and where income comes from.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Work {
    /// Chance that a man of up to 29 who works and isn't away works for a local wage.
    pub wage_16: f64,
    /// The same from 30 to 44.
    pub wage_30: f64,
    /// The same from 45.
    pub wage_45: f64,
    /// Chance of a local wage for a woman relative to a man.
    pub women_factor: f64,
    /// Factor on it for each three years of schooling over six.
    pub schooling_factor: f64,
    /// Factor on it with a disability.
    pub disabled_factor: f64,
    /// Earnings of a farm worker relative to a local wage worker.
    pub farm_earnings: f64,
    /// Part of a day's farm earnings that a day of illness or care takes.
    pub farm_days: f64,
    /// Share of property in income that isn't labour's.
    pub property_share: f64,
}

/// What makes chronic disease likelier.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Effects {
    /// Factor on onset for a person without health literacy.
    pub low_literacy: f64,
    /// Factor on onset of respiratory, musculoskeletal and other disease in an unimproved living environment.
    pub environment: f64,
    /// Factor on onset in the year after net poverty.
    pub poverty: f64,
    /// Factor on onset of other disease with mental illness.
    pub mental: f64,
    /// Share of people expected to have been in net poverty, in the published rates.
    pub expected_poor: f64,
}

/// Mental illness: causes, effects, treatment.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Mental {
    /// Factor on onset with medical debt over half a year's income.
    pub debt_factor: f64,
    /// Factor on onset in the year after catastrophic spending.
    pub catastrophe_factor: f64,
    /// Factor on onset in the two years after a partner's death.
    pub widowhood_factor: f64,
    /// Factor on onset with another chronic disease.
    pub chronic_factor: f64,
    /// Mean of the factors, contained in the published onset.
    pub expected_factor: f64,
    /// Factor on yearly recovery when treated.
    pub recovery_treated: f64,
    /// Share of the earnings lost to mental illness that treatment saves.
    pub earnings_kept: f64,
    /// Factor on the share of episodes treated, with untreated mental illness.
    pub care_seeking: f64,
    /// Chance of treatment of a person without health literacy relative to another.
    pub unaware_treated: f64,
}

/// Health literacy.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Literacy {
    /// Factor on the odds of health literacy of the year.
    pub level_factor: f64,
    /// Odds ratio of health literacy for each three years of schooling.
    pub schooling_odds: f64,
    /// Odds ratio of health literacy at 65 and over.
    pub age_odds: f64,
}

/// Children's schooling in distress.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Schooling {
    /// Chance that a pupil of junior middle school leaves in a year of distress.
    pub leaving_junior: f64,
    /// The same for senior middle school.
    pub leaving_senior: f64,
    /// Share of earning strength that each year of schooling lost takes for life.
    pub earnings_per_year: f64,
}

/// Who knows the rules.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Awareness {
    /// Share of households without a health-literate adult that know what they are entitled to.
    pub aware: f64,
    /// The same with a health-literate adult.
    pub aware_literate: f64,
    /// Share of households that know, to which the take-up of claims refers.
    pub reference: f64,
    /// Odds ratio of knowing where officials explain the rules.
    pub outreach_odds: f64,
}

/// What prevention and primary care do.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Prevention {
    /// Factor on onset of stroke and diabetes for a screened person.
    pub screening_onset: f64,
    /// Factor on the cost of cancer at onset for a screened person.
    pub screening_major: f64,
    /// Odds ratio of health literacy where health education is given.
    pub education_odds: f64,
    /// Factor on onset of stroke for a person with cardiovascular disease or diabetes served by a family doctor.
    pub served_onset: f64,
    /// Factor on onset of disability for a chronic patient served by a family doctor.
    pub served_disability: f64,
    /// Factor on admissions of a chronic patient served by a family doctor.
    pub served_admission: f64,
    /// Share of people screened, in the published rates.
    pub reference_screened: f64,
    /// Share of chronic patients served by a family doctor, in the published rates.
    pub reference_served: f64,
    /// Share of unimproved villages that full environment works improve in a year.
    pub works_effect: f64,
}

/// Care where staff are short.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Capacity {
    /// Elasticity of what the county hospital can treat to its staff, relative to the start.
    pub hospital_elasticity: f64,
    /// Staff, relative to the start, at which health centres turn no case away.
    pub township_full: f64,
    /// Share of the cases a health centre lacks staff for that get no care unless an emergency.
    pub turned_away: f64,
    /// Days that a stay takes a bed.
    pub bed_days: f64,
    /// Largest share of bed-days that can be used.
    pub bed_occupancy: f64,
}

/// Work effort under support.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Effort {
    /// Share of labour earnings given up when support without condition equals them.
    pub loss: f64,
    /// Consecutive years of support until the loss is full.
    pub years: f64,
}

/// Enrolment in basic insurance.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Enrolment {
    /// Odds ratio of enrolment for a doubling of the household's premiums over its income.
    pub burden_odds: f64,
    /// Premiums over income at which enrolment is as the policy says.
    pub reference_burden: f64,
    /// Odds ratio of enrolment in the year after a hospital bill.
    pub illness_odds: f64,
}

/// County funds.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Funds {
    /// Share of a fund's gap that next year's cut or delay closes.
    pub damping: f64,
    /// Least share of its obligations that a fund pays.
    pub floor: f64,
    /// Balance that a fund may carry over, in years of revenue; more is taken back.
    pub reserve: f64,
    /// Share of its own revenue that a county spends on all of this before it cuts what it may.
    pub burden_limit: f64,
}

/// Village clinics and their doctors.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Villages {
    /// Yearly chance that a village doctor leaves, without overload.
    pub doctor_leaves: f64,
    /// Yearly chance that a village without a doctor finds one.
    pub vacancy_filled: f64,
    /// Share of village doctors at the start who are competent.
    pub competent: f64,
    /// The same of those who come later.
    pub competent_newcomer: f64,
    /// Share of contracts served by a team from the township where the village has no doctor.
    pub team_service: f64,
    /// Share of those served by a doctor who is not competent to whom it does good.
    pub untrained_effect: f64,
    /// Outpatient visits where the village has no doctor, relative to where it has.
    pub visits_without_doctor: f64,
}

/// Health workers of the county.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Workforce {
    /// Share of staff who leave in a year.
    pub attrition: f64,
    /// Further share who leave for each unit of contracts and stays over capacity.
    pub overload_attrition: f64,
    /// Share of vacancies filled in a year.
    pub filled: f64,
    /// Share of staff from talent programmes who stay after their duty.
    pub duty_stay: f64,
    /// Years of duty of staff from talent programmes.
    pub duty_years: f64,
    /// Visits of a year that a primary-care doctor can give to contracts.
    pub visits_per_doctor: f64,
    /// Visits that an honoured contract takes.
    pub visits_per_contract: f64,
    /// Primary-care doctors at the start of the place where it doesn't say.
    pub doctors_per_1000: f64,
}

/// Which mechanisms are in the model: `true` keeps one.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Switches {
    /// Whether people die.
    pub mortality: bool,
    /// Whether children are born.
    pub fertility: bool,
    /// Whether children leave the rural population for good.
    pub leaving: bool,
    /// Whether children marry and couples set up households of their own.
    pub formation: bool,
    /// Whether members work away and return.
    pub migration: bool,
    /// Whether chronic disease begins.
    pub onset: bool,
    /// Whether one chronic disease makes another likelier.
    pub comorbidity: bool,
    /// Whether literacy, environment, poverty and mental illness change onset.
    pub onset_effects: bool,
    /// Whether disability begins, likelier with chronic disease.
    pub disability: bool,
    /// Whether cancer, stroke and acute heart disease begin with a costly stay, and others follow.
    pub major_illness: bool,
    /// Whether some people are admitted and spend more than others for life.
    pub frailty: bool,
    /// Whether children leave school when their household is in distress.
    pub schooling: bool,
    /// Whether farm work differs from work for a wage.
    pub work: bool,
    /// Whether households of the same root inherit what one leaves that comes to an end.
    pub inheritance: bool,
    /// Whether debt, catastrophic bills and widowhood cause mental illness, which lowers care seeking; treatment helps.
    pub mental: bool,
    /// Whether health literacy differs between people; otherwise everybody has it.
    pub literacy: bool,
    /// Whether screening, health education, environment works and family doctors act.
    pub prevention: bool,
    /// Whether some households do not know what they are entitled to.
    pub awareness: bool,
    /// Whether use of care falls with the price that families expect.
    pub price_response: bool,
    /// Whether use of care falls with travel time.
    pub distance: bool,
    /// Whether hospitals ask a deposit.
    pub deposits: bool,
    /// Whether hospitals and health centres lack staff for some cases.
    pub capacity: bool,
    /// Whether care forgone raises death, disability and admissions, and costs days of work.
    pub forgone_effects: bool,
    /// Whether illness and care-giving take earnings.
    pub lost_earnings: bool,
    /// Whether income moves from year to year.
    pub income_shocks: bool,
    /// Whether kin give for medical bills.
    pub kin: bool,
    /// Whether households borrow.
    pub borrowing: bool,
    /// Whether households sell productive assets.
    pub asset_sales: bool,
    /// Whether officials see income with an error.
    pub identification_error: bool,
    /// Whether households at risk are found, supported and declared safe.
    pub monitoring: bool,
    /// Whether departments hold lists of different ages.
    pub department_lists: bool,
    /// Whether support without condition lowers work effort.
    pub effort: bool,
    /// Whether enrolment depends on premium, income and last year's illness; who lapses waits.
    pub enrolment: bool,
    /// Whether county funds run short, and pay less or later.
    pub funds: bool,
    /// Whether staff leave, are hired and trained.
    pub workforce: bool,
    /// Whether villages differ in having a doctor, and a competent one.
    pub villages: bool,
    /// Whether dibao, temporary aid, jobs and industry support are paid to whom officials see.
    pub programmes: bool,
}
