//! Care seeking: need becomes treatment or is forgone; where; at what cost.
//!
//! A potential episode has a clinical severity. It is *needed* above a clinical threshold and
//! treated if its severity exceeds a threshold of its own, which rises with the price that the
//! family expects and with distance: of all potential episodes a share
//! `treated_share × (price / reference)^elasticity` is treated, so the published own-price
//! elasticity is reproduced once, by the whole. Under a saturation price use grows no more. A family
//! that can't raise the deposit forgoes care unless it is an emergency; one that doesn't know its
//! entitlement expects the price of ordinary people. Health centres short of staff send cases on or away, and
//! a county hospital short of staff sends more of them out of the county.

use std::sync::Arc;

use crate::billing::{Bill, CompiledLayers, HouseholdYear, Ledger, Patient, Payers, PersonYear};
use crate::economy::{EconomyYear, SCORE_ONE as SCORE_OF_RANK};
use crate::illness::PotentialEpisode;
use crate::illness::frailty::{SCORE_ONE, lane_scores};
use crate::population::tables::{Path, Tables};
use crate::scenario::plan::Place;
use crate::scenario::policy::{
    BestOfClasses, CLASSES, Class, ClassSet, LEVELS, Level, PAYERS, Policy, Service,
};
use crate::scenario::society::{Care, Society};
use crate::units::{Money, Rate, Year};

/// Steps of the score of outpatient spending, 64 a standard deviation, from −6 to 6.
const OUTPATIENT_STEPS: usize = 768;

/// Chronic groups.
const GROUPS: usize = u8::BITS as usize;

/// What care seeking needs of a year and place, the same under every regime.
#[derive(Debug, Clone)]
pub struct CareYear {
    mean_cost: [Money; LEVELS],
    in_catalogue: [Rate; LEVELS],
    level_limits: [u32; 3],
    turned_away: u32,
    mental_seeking: f64,
    referred: u32,
    needed: f64,
    emergency: f64,
    untreated_other: u64,
    major: [Rate; 8],
    /// Days lost by the patient for a stay, and by a carer.
    pub days: Days,
    outpatient: Arc<OutpatientScores>,
    visit_cost: Money,
    visits: Rate,
    /// Mean cost of a user's visits where the village has a doctor, and where it has none, `[chronic groups]`.
    visits_cost: [[Money; GROUPS + 1]; 2],
    in_catalogue_outpatient: Rate,
    means: MeansGradient,
}

/// Days lost to a stay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Days {
    /// By a patient who works.
    pub patient: i64,
    /// By a patient who works, with a major illness.
    pub patient_major: i64,
    /// By a patient who works, ill at home without the care needed.
    pub untreated: i64,
    /// By a patient who works, for a stay that was not needed.
    pub induced: i64,
    /// By a carer who works.
    pub carer: i64,
    /// By a carer who works, with a major illness.
    pub carer_major: i64,
}

impl Days {
    /// The same as shares of a year's earnings, in parts per million; a carer loses a part of each day.
    #[must_use]
    pub fn in_earnings(&self, economy: &EconomyYear, carer_share: Rate) -> Self {
        let lost = |days: i64| economy.days_ppm(days);
        let by_carer = |days: i64| Money::from_fen(lost(days)).times(carer_share).fen();
        Self {
            patient: lost(self.patient),
            patient_major: lost(self.patient_major),
            untreated: lost(self.untreated),
            induced: lost(self.induced),
            carer: by_carer(self.carer),
            carer_major: by_carer(self.carer_major),
        }
    }
}

/// What a regime makes of it in a year.
#[derive(Debug, Clone)]
pub struct CareTerms {
    /// Share of potential episodes treated, `[class][level]`; the last row is the uninsured.
    demand: [[f64; LEVELS]; CLASSES + 1],
    /// Factor on outpatient spending of the uninsured, in parts per million.
    outpatient_uninsured: u32,
    /// The same of the insured.
    outpatient: BestOfClasses<u32>,
    deposit: [Rate; CLASSES],
    deposit_outside: Rate,
}

/// The family that seeks care.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Seeker {
    /// Classes in force.
    pub classes: ClassSet,
    /// Whether the patient is insured.
    pub insured: bool,
    /// Factor of distance on the share treated.
    pub distance_factor: f64,
    /// What the family can raise at once.
    pub liquidity: Money,
    /// Whether the family knows what it is entitled to.
    pub aware: bool,
    /// Whether the patient has an untreated mental illness.
    pub mentally_ill: bool,
    /// Share of county-level cases that the county hospital can treat, as the limit of a 16-bit number.
    pub capability: u32,
    /// Share of township-level cases that health centres lack staff or beds for, likewise.
    pub lacking: u32,
    /// Factor of the family's means on the bill ([`CareYear::means_factor`]).
    pub means: Rate,
}

/// A person's need of outpatient care in a year.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OutpatientNeed {
    /// Chronic groups, one bit each.
    pub chronic: u8,
    /// What stays with the person, as a score.
    pub frailty_score: i16,
    /// The year's number.
    pub lane: u16,
    /// Factors of the person's state of illness, without a hospital stay in the year and with one, in parts per
    /// million.
    pub states: [u32; 2],
    /// Whether the village has a doctor.
    pub doctor_near: bool,
    /// Factor of the family's means on the bill ([`CareYear::means_factor`]).
    pub means: Rate,
}

/// Why needed care is not had.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// Its price, or the deposit.
    Money,
    /// The way to it.
    Distance,
    /// Staff are short.
    Capacity,
    /// The family doesn't know what it is entitled to.
    Unaware,
    /// Mental illness, or another reason.
    Other,
}

/// What becomes of a potential episode that happens.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Outcome {
    /// Mild and untreated.
    NotNeeded,
    /// Needed and forgone.
    Forgone(Reason),
    /// Treated.
    Treated {
        /// Whether it was needed.
        needed: bool,
        /// The bill.
        bill: Bill,
    },
}

impl CareYear {
    /// Compiles the year of a place. Outpatient spending by score is that of every year.
    #[must_use]
    pub fn compile(
        society: &Society,
        place: &Place,
        outpatient: &Arc<OutpatientScores>,
        tables: &Tables,
        year: Year,
    ) -> Self {
        let care = &society.care;
        let rate = |x: f64| Rate::try_from_fraction(x).expect("the book bounds it");
        let cost = |level| {
            Money::try_from_yuan(tables.admission_cost(level, year) * place.price_level)
                .expect("a mean bill is a small amount")
        };
        let cut = |share: f64| (crate::random::threshold(share) >> 32) as u32;
        let mut major = [Rate::ONE; 8];
        major[crate::illness::CANCER] = rate(care.major_cancer);
        major[crate::illness::STROKE] = rate(care.major_stroke);
        major[crate::illness::CARDIOVASCULAR] = rate(care.major_cardiovascular);
        // Days of a bounded parameter.
        #[allow(clippy::cast_possible_truncation)]
        let whole = |days: f64| libm::floor(days + 0.5) as i64;
        let patient = care.stay_days + care.convalescence_days;
        // Published visits contain the villages without a doctor; where they would be all and nobody went, nobody does.
        let without = society.villages.visits_without_doctor;
        let near = (1.0 - (1.0 - place.clinics_staffed) * (1.0 - without)).max(0.01);
        let visit_cost = Money::try_from_yuan(tables.path(Path::VisitCostTownship, year) * place.price_level)
            .expect("a mean bill is a small amount");
        let visits = rate(care.outpatient_visits / care.outpatient_user_share.max(1e-6));
        let chronic = rate(care.outpatient_visits_chronic);
        let visits_cost = |nearness: f64| {
            let groups = std::array::from_fn(|groups| u32::try_from(groups).expect("a few groups"));
            groups.map(|groups| {
                let visits = Rate::from_ppm(visits.ppm() + groups * chronic.ppm());
                visit_cost.times(visits).times(rate(nearness))
            })
        };
        Self {
            mean_cost: Level::ALL.map(cost),
            in_catalogue: [
                rate(care.in_catalogue_township),
                rate(care.in_catalogue_county),
                rate(care.in_catalogue_city),
                rate(care.in_catalogue_province),
            ],
            level_limits: [
                cut(care.share_township),
                cut(care.share_township + care.share_county),
                cut(care.share_township + care.share_county + care.share_city),
            ],
            turned_away: cut(society.capacity.turned_away) >> 16,
            mental_seeking: society.mental.care_seeking,
            referred: cut(care.referred_share) >> 16,
            needed: care.needed_share,
            emergency: care.emergency_share,
            untreated_other: crate::random::threshold(care.untreated_other),
            major,
            days: Days {
                patient: whole(patient),
                patient_major: whole(patient * care.major_days_factor),
                untreated: whole(patient * care.untreated_days_factor),
                induced: whole(care.stay_days),
                carer: whole(care.stay_days),
                carer_major: whole(care.stay_days * care.major_days_factor),
            },
            outpatient: Arc::clone(outpatient),
            visits_cost: [visits_cost(1.0 / near), visits_cost(without / near)],
            visit_cost,
            visits,
            in_catalogue_outpatient: rate(care.in_catalogue_outpatient),
            means: MeansGradient::compile(care.means_gradient),
        }
    }

    /// Factor on each bill of a household at a lasting income rank: better-off families have dearer care.
    #[must_use]
    #[inline]
    pub fn means_factor(&self, persistent: i32) -> Rate {
        self.means.factor(persistent)
    }

    /// Level of care an episode gets: by the case's need, and by what hospitals can do. `None` where a health
    /// centre turns the case away.
    fn level(&self, place_word: u64, seeker: &Seeker) -> Option<Level> {
        let case = (place_word >> 32) as u32;
        let (able, sent) = ((place_word >> 16) as u32 & 0xffff, place_word as u32 & 0xffff);
        match self.level_limits.iter().position(|limit| case < *limit) {
            Some(0) if able >= seeker.lacking => Some(Level::Township),
            Some(0) if sent < self.turned_away => None,
            Some(0) => Some(Level::County),
            Some(1) if able < seeker.capability => Some(Level::County),
            Some(1 | 2) => Some(Level::City),
            _ => Some(Level::Province),
        }
    }

    fn bill(&self, episode: &PotentialEpisode, level: Level, means: Rate) -> Bill {
        let major = episode.major.map_or(Rate::ONE, |group| self.major[usize::from(group)]);
        let amount = self.mean_cost[level as usize]
            .times(Rate::from_ppm(episode.cost_factor))
            .times(major)
            .times(means)
            .max(Money::from_yuan(1));
        Bill {
            amount,
            covered: amount.times(self.in_catalogue[level as usize]),
            level,
            service: Service::Inpatient,
            outside: level >= Level::City,
            referred: (episode.place_word as u32 & 0xffff) < self.referred,
            diseases: episode.major.map_or(0, |group| 1 << group),
        }
    }

    /// What becomes of an episode that happens.
    #[must_use]
    pub fn seek(&self, terms: &CareTerms, episode: &PotentialEpisode, seeker: &Seeker) -> Outcome {
        let needed = episode.mildness <= self.needed;
        let emergency = episode.mildness <= self.emergency;
        let forgone = |reason| if needed { Outcome::Forgone(reason) } else { Outcome::NotNeeded };
        let level = match self.level(episode.place_word, seeker) {
            Some(level) => level,
            None if emergency => Level::County,
            None => return forgone(Reason::Capacity),
        };
        if needed && !emergency && episode.claim_word.rotate_left(17) < self.untreated_other {
            return Outcome::Forgone(Reason::Other);
        }
        if !emergency && let Some(reason) = self.deterred(terms, episode.mildness, level, seeker) {
            return forgone(reason);
        }
        let bill = self.bill(episode, level, seeker.means);
        if !emergency && terms.deposit(seeker, &bill) > seeker.liquidity {
            return forgone(Reason::Money);
        }
        Outcome::Treated { needed, bill }
    }

    /// What keeps a family from care for a case as mild as this, if anything: the first hindrance without
    /// which it would go.
    fn deterred(&self, terms: &CareTerms, mildness: f64, level: Level, seeker: &Seeker) -> Option<Reason> {
        let demand = terms.demand(seeker, level);
        let seeking = if seeker.mentally_ill { self.mental_seeking } else { 1.0 };
        if mildness <= demand * seeker.distance_factor * seeking {
            return None;
        }
        if mildness <= demand * seeker.distance_factor {
            return Some(Reason::Other);
        }
        let informed = terms.demand(&Seeker { aware: true, ..*seeker }, level);
        if mildness <= informed * seeker.distance_factor {
            return Some(Reason::Unaware);
        }
        Some(if mildness <= demand { Reason::Distance } else { Reason::Money })
    }

    /// What a person's outpatient care of the year costs before the price that the family expects, without a hospital
    /// stay in the year and with one; `None` of one who uses none.
    #[must_use]
    #[inline]
    pub fn outpatient_cost(&self, need: &OutpatientNeed) -> Option<[Money; 2]> {
        let groups = need.chronic.count_ones();
        let quantile = self.outpatient.factor(groups > 0, need.frailty_score, need.lane);
        if quantile == 0 {
            return None;
        }
        let visits = self.visits_cost[usize::from(!need.doctor_near)][groups as usize];
        let alike = visits.times(Rate::from_ppm(quantile));
        let cost = |state: u32| alike.times(Rate::from_ppm(state)).times(need.means);
        let [alone, with_stay] = need.states;
        Some([cost(alone), cost(with_stay)])
    }

    /// The year's outpatient bill of a person with chronic groups, if it comes to anything at the factor of the price
    /// expected.
    #[must_use]
    #[inline]
    pub fn outpatient_bill(&self, cost: Money, chronic: u8, price_factor: u32) -> Option<Bill> {
        let amount = cost.times(Rate::from_ppm(price_factor));
        (amount > Money::ZERO).then(|| Bill {
            amount,
            covered: amount.times(self.in_catalogue_outpatient),
            level: Level::Township,
            service: if chronic == 0 { Service::Outpatient } else { Service::ChronicOutpatient },
            outside: false,
            referred: true,
            diseases: chronic,
        })
    }
}

impl CareTerms {
    /// Compiles what a regime's terms make of prices in a year: the price that a family of a class
    /// expects is its own share of a mean bill at the level, through the whole stack.
    #[must_use]
    pub fn compile(
        care: &Care,
        year: &CareYear,
        policy: &Policy,
        (layers, payers): (&CompiledLayers, &Payers),
        at: Year,
    ) -> Self {
        let share = |class: Option<Class>, bill: &Bill| expected_own_share(layers, payers, class, bill);
        let demand_at = |own: f64| {
            let price = own.max(care.saturation_own_share) / care.reference_own_share;
            care.treated_share * libm::pow(price, care.inpatient_elasticity)
        };
        let inpatient = |level: Level| {
            let amount = year.mean_cost[level as usize];
            Bill {
                amount,
                covered: amount.times(year.in_catalogue[level as usize]),
                level,
                service: Service::Inpatient,
                outside: level >= Level::City,
                referred: true,
                diseases: 0,
            }
        };
        let visit = year.visit_cost.times(year.visits);
        let outpatient = Bill {
            amount: visit,
            covered: visit.times(year.in_catalogue_outpatient),
            level: Level::Township,
            service: Service::Outpatient,
            outside: false,
            referred: true,
            diseases: 0,
        };
        let class_at = |index: usize| Class::ALL.get(index).copied();
        let outpatient_factor = |index: usize| {
            let price = share(class_at(index), &outpatient).max(care.saturation_own_share);
            let factor = libm::pow(price, care.outpatient_elasticity);
            Rate::try_from_fraction(factor).expect("prices are bounded by the saturation share").ppm()
        };
        let rate = |x: f64| Rate::try_from_share(x.clamp(0.0, 1.0)).expect("clamped to a share");
        Self {
            demand: std::array::from_fn(|index| {
                Level::ALL.map(|level| demand_at(share(class_at(index), &inpatient(level))))
            }),
            outpatient_uninsured: outpatient_factor(CLASSES),
            outpatient: BestOfClasses::new(std::array::from_fn(outpatient_factor), Ord::max),
            deposit: std::array::from_fn(|class| rate(policy.deposit_share[class].at(at))),
            deposit_outside: rate(policy.deposit_share_outside.at(at)),
        }
    }

    fn demand(&self, seeker: &Seeker, level: Level) -> f64 {
        if !seeker.insured {
            return self.demand[CLASSES][level as usize];
        }
        if !seeker.aware {
            return self.demand[Class::Ordinary as usize][level as usize];
        }
        let by_class = seeker.classes.iter().map(|class| self.demand[class as usize][level as usize]);
        by_class.fold(0.0, f64::max)
    }

    /// Factors on outpatient spending, in parts per million, of a family's uninsured and insured members.
    #[must_use]
    pub fn outpatient_factors(&self, classes: ClassSet, aware: bool) -> [u32; 2] {
        let expected = if aware { classes } else { ClassSet::default() };
        [self.outpatient_uninsured, self.outpatient.of(expected)]
    }

    fn deposit(&self, seeker: &Seeker, bill: &Bill) -> Money {
        if bill.outside {
            return bill.amount.times(self.deposit_outside);
        }
        let share =
            seeker.classes.iter().map(|class| self.deposit[class as usize]).min().unwrap_or(Rate::ONE);
        bill.amount.times(if seeker.insured { share } else { Rate::ONE })
    }
}

/// Own share of a bill that a member of a class expects, claims made, nothing used up this year.
fn expected_own_share(layers: &CompiledLayers, payers: &Payers, class: Option<Class>, bill: &Bill) -> f64 {
    let Some(class) = class else { return 1.0 };
    if bill.amount == Money::ZERO {
        return 1.0;
    }
    let patient = Patient {
        insured: true,
        classes: if class == Class::Ordinary { ClassSet::default() } else { ClassSet::default().with(class) },
        age: 40,
        chronic: 0,
        household_income: Money::MAX,
        household_income_per_head: Money::MAX,
    };
    let mut person = PersonYear::default();
    let mut household = HouseholdYear::default();
    let mut paid = [Money::ZERO; PAYERS];
    let mut ledger = Ledger { person: &mut person, household: &mut household, paid: &mut paid };
    let settled = layers.settle_by(bill, &patient, 0, payers, &mut ledger);
    settled.out_of_pocket.yuan() / bill.amount.yuan()
}

/// Cost of care by the household's lasting income rank: lognormal of mean one, or nothing where there is no gradient.
#[derive(Debug, Clone)]
struct MeansGradient(Vec<Rate>);

impl MeansGradient {
    fn compile(gradient: f64) -> Self {
        if gradient == 0.0 {
            return Self(Vec::new());
        }
        // A few hundred steps.
        #[allow(clippy::cast_precision_loss)]
        let score = |step: usize| step as f64 / 64.0 - 6.0 + 1.0 / 128.0;
        let factor = |step: usize| libm::exp(gradient * score(step) - gradient * gradient / 2.0);
        let rate = |step| Rate::try_from_fraction(factor(step)).expect("at most e to the sixth");
        Self((0..OUTPATIENT_STEPS).map(rate).collect())
    }

    fn factor(&self, persistent: i32) -> Rate {
        if self.0.is_empty() {
            return Rate::ONE;
        }
        let step = (i64::from(persistent) + 6 * SCORE_OF_RANK) / (SCORE_OF_RANK / 64);
        self.0[usize::try_from(step.clamp(0, 767)).expect("clamped")]
    }
}

/// Annual outpatient spending by a standard normal score, a part of which stays with the person.
#[derive(Debug, Clone)]
pub struct OutpatientScores {
    /// Scores of lanes, in 1/4,096.
    lanes: Vec<i16>,
    /// Weights of the person's score and of the year's, in 1/4,096.
    weights: (i32, i32),
    /// Spending relative to the mean of users in parts per million, by score: without chronic disease, of whom
    /// those with low scores use none, and with.
    factors: [Vec<u32>; 2],
}

impl OutpatientScores {
    /// Compiles the spending, the same in every year.
    #[must_use]
    pub fn compile(care: &Care) -> Self {
        let weight = |share: f64| {
            // A share.
            #[allow(clippy::cast_possible_truncation)]
            {
                libm::floor(libm::sqrt(share) * f64::from(SCORE_ONE) + 0.5) as i32
            }
        };
        let lasting = care.outpatient_lasting_share;
        let factors = |users| outpatient_factors(care.outpatient_log_sd, users);
        Self {
            lanes: lane_scores(),
            weights: (weight(lasting), weight(1.0 - lasting)),
            factors: [factors(care.outpatient_user_share), factors(1.0)],
        }
    }

    fn factor(&self, chronic: bool, frailty_score: i16, lane: u16) -> u32 {
        // Small lanes give high scores, so that a candidate of a lane is one of high spending.
        let year = -i32::from(self.lanes[usize::from(lane >> 4)]);
        let (lasting, fresh) = self.weights;
        let score = (i32::from(frailty_score) * lasting + year * fresh) / SCORE_ONE;
        let step = ((score + 6 * SCORE_ONE) / (SCORE_ONE / 64)).clamp(0, 767);
        self.factors[usize::from(chronic)][usize::try_from(step).expect("clamped")]
    }
}

/// Lognormal spending of users by score, mean one over users; non-users have the low scores.
fn outpatient_factors(log_sd: f64, users: f64) -> Vec<u32> {
    let normal_below = |z: f64| 0.5 * libm::erfc(-z / std::f64::consts::SQRT_2);
    // A few hundred steps.
    #[allow(clippy::cast_precision_loss)]
    let score = |step: usize| step as f64 / 64.0 - 6.0;
    let share = |step: usize| normal_below(score(step + 1)) - normal_below(score(step));
    let raw = |step: usize| {
        let above = 1.0 - normal_below(score(step) + 1.0 / 128.0);
        if above >= users {
            return 0.0;
        }
        libm::exp(-log_sd * crate::random::normal_quantile((above / users).max(1e-12)))
    };
    let mean = (0..OUTPATIENT_STEPS).map(|step| share(step) * raw(step)).sum::<f64>() / users.max(1e-6);
    // Saturates at 4,294-fold, which no score within reach has.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let ppm = |step: usize| (raw(step) / mean.max(1e-12) * 1e6 + 0.5) as u32;
    (0..OUTPATIENT_STEPS).map(ppm).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outpatient_spending_has_mean_one_over_users_and_lasts_in_part() {
        let care = |lasting: f64| Care {
            outpatient_log_sd: 0.8,
            outpatient_user_share: 0.4,
            outpatient_lasting_share: lasting,
            ..small_care()
        };
        let draw = |scores: &OutpatientScores, chronic: bool| -> (f64, f64) {
            let (mut sum, mut users, mut n) = (0.0, 0.0, 0.0);
            for person in lane_scores().iter().skip(4).step_by(8) {
                for lane in (64..=u16::MAX).step_by(128) {
                    let factor = f64::from(scores.factor(chronic, *person, lane));
                    sum += factor / 1e6;
                    users += if factor > 0.0 { 1.0 } else { 0.0 };
                    n += 1.0;
                }
            }
            (sum / n, users / n)
        };
        for lasting in [0.0, 0.5, 1.0] {
            let scores = OutpatientScores::compile(&care(lasting));
            let (mean, users) = draw(&scores, false);
            // A step is 1/64 of a standard deviation wide, where the density is under 0.4; classes of lanes are
            // 1/512, the highest of which leaves out part of the tail.
            assert!((users - 0.4).abs() < 0.4 / 64.0 + 1.0 / 512.0, "{lasting}: {users}");
            assert!((mean / users - 1.0).abs() < 0.04, "{lasting}: {mean} {users}");
            let (mean, users) = draw(&scores, true);
            assert!(users > 0.999_999 && (mean - 1.0).abs() < 0.04, "{lasting}: {mean}");
        }
        let lasting = OutpatientScores::compile(&care(1.0));
        assert_eq!(lasting.factor(true, 900, 3), lasting.factor(true, 900, 60_000));
        let fresh = OutpatientScores::compile(&care(0.0));
        assert_eq!(fresh.factor(true, -9_000, 3), fresh.factor(true, 9_000, 3));
    }

    #[test]
    fn dearer_care_of_the_better_off_has_mean_one_and_the_declared_slope() {
        let gradient = MeansGradient::compile(0.3);
        let at = |score: f64| {
            // A few standard deviations.
            #[allow(clippy::cast_possible_truncation)]
            let rank = (score * 65_536.0) as i32;
            f64::from(gradient.factor(rank).ppm()) / 1e6
        };
        // Within half a step of 1/64 of a standard deviation.
        let slope = libm::log(at(1.0) / at(-1.0)) / 2.0;
        assert!((slope - 0.3).abs() < 0.3 / 64.0, "{slope}");
        let (mut sum, mut n) = (0.0, 0.0);
        for class in 0..4_096 {
            sum += at(crate::random::normal_quantile((f64::from(class) + 0.5) / 4_096.0));
            n += 1.0;
        }
        assert!((sum / n - 1.0).abs() < 0.01, "{}", sum / n);
        assert_eq!(MeansGradient::compile(0.0).factor(400_000), Rate::ONE);
        assert_eq!(gradient.factor(i32::MIN), gradient.factor(-6 * 65_536));
    }

    #[test]
    fn a_place_without_a_doctor_where_nobody_goes_without_one_has_no_visits() {
        let scenario = crate::scenario::main_scenario(&[
            "places.poor-county.clinics_staffed=0",
            "society.villages.visits_without_doctor=0",
        ]);
        let tables = crate::population::tables::tables();
        let year = CareYear::compile(
            &scenario.society,
            &scenario.places[0],
            &Arc::new(OutpatientScores::compile(&scenario.society.care)),
            tables,
            Year::new(2021),
        );
        assert_eq!(year.visits_cost[1], [Money::ZERO; GROUPS + 1]);
        assert!(year.visits_cost[0].is_sorted_by(|fewer, more| fewer < more));
    }

    fn small_care() -> Care {
        crate::scenario::main_scenario(&[]).society.care
    }
}
