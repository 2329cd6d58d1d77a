//! Care: who seeks it, who can, where, at what cost; what is forgone and why; days lost.

use fanpin::random::threshold;
use fanpin::scenario::policy::{Class, Department, Level, Service};
use fanpin::units::{Money, Rate};

use crate::bills::{Bill, Patient, UsedUp, settle};
use crate::evidence::yuan;
use crate::expected::MENTAL;
use crate::illness::Stay;
use crate::illness_poor::{self, SettledStay};
use crate::knowledge::claim_word;
use crate::lists::{self, known_to};
use crate::outcome::{CareSums, Outcome};
use crate::people::{Classes, Household};
use crate::prevention::{Delivered, in_order};
use crate::price::{inpatient_demand, own_share};
use crate::setting::{Setting, fen, rate, whole};

/// Why needed care is not had.
enum Reason {
    Money,
    Distance,
    Capacity,
    Unaware,
    Other,
}

/// What becomes of a stay.
enum Fate {
    NotNeeded,
    Forgone(Reason),
    Treated { needed: bool, bill: Bill },
}

/// A household that seeks care through a year.
pub struct Seeking<'a> {
    pub setting: &'a Setting<'a>,
    pub household: &'a mut Household,
    pub delivered: &'a [Delivered],
    pub used: UsedUp,
    /// What the family can raise at once, fen.
    pub liquidity: i64,
    /// Millionths of a year's earnings lost by each member.
    pub lost: Vec<i64>,
    /// How often each member is admitted.
    pub admitted: Vec<u32>,
    /// Whose needed hospital care is forgone this year.
    pub forgone: Vec<bool>,
    pub settled: Vec<SettledStay>,
}

pub fn mean_cost(setting: &Setting, level: Level) -> Money {
    let path = match level {
        Level::Township => "admission_cost_township",
        Level::County => "admission_cost_county",
        Level::City => "admission_cost_city",
        Level::Province => "admission_cost_province",
    };
    yuan(setting.evidence.path(path, setting.year) * setting.place.price_level)
}

/// How much dearer the care of a household is for its means: by steps of 1/64 standard deviations of its lasting rank,
/// from -6 to 6.
pub fn means_factor(setting: &Setting, persistent: i64) -> Rate {
    let gradient = setting.society().care.means_gradient;
    let step = ((persistent + 6 * 65_536) / 1_024).clamp(0, 767);
    let score = step as f64 / 64.0 - 6.0 + 1.0 / 128.0;
    if gradient == 0.0 { Rate::ONE } else { rate(libm::exp(gradient * score - gradient * gradient / 2.0)) }
}

pub fn in_catalogue(setting: &Setting, level: Level) -> Rate {
    let care = &setting.society().care;
    rate(match level {
        Level::Township => care.in_catalogue_township,
        Level::County => care.in_catalogue_county,
        Level::City => care.in_catalogue_city,
        Level::Province => care.in_catalogue_province,
    })
}

/// The chronic groups of a set as a layer names them.
pub fn only(group: Option<usize>) -> [bool; 8] {
    std::array::from_fn(|at| group == Some(at))
}

impl Seeking<'_> {
    /// The stays of the year by date, then outpatient care, once.
    pub fn through_the_year(&mut self, stays: &[Stay], outcome: &mut Outcome) {
        for stay in stays {
            self.attend(stay, outcome);
        }
        if outcome.recognised {
            illness_poor::claim_back(self, outcome);
        }
        crate::outpatient::of_the_year(self, outcome);
        let regime = self.setting.regime;
        for (at, forgone) in self.forgone.iter().enumerate() {
            self.household.person_mut(at, regime).forgone = *forgone;
        }
        for at in self.household.here(regime) {
            let (times, sums) = (self.admitted[at], &mut outcome.care);
            let state = self.household.person_mut(at, regime);
            sums.inpatients += i64::from(times > 0);
            sums.repeated += i64::from(times > 1);
            sums.inpatients_last += i64::from(state.admitted);
            sums.again += i64::from(state.admitted && times > 0);
            state.admitted = times > 0;
        }
    }

    fn attend(&mut self, stay: &Stay, outcome: &mut Outcome) {
        let (setting, regime) = (self.setting, self.setting.regime);
        let month = ((u128::from(stay.date) * 12) >> 64) as u32;
        let state = self.household.person(stay.patient, regime);
        let enrolled = state.insured;
        let insured = enrolled && month >= u32::from(state.benefits_from_month);
        let (needed, bill) = match self.fate(stay, insured, month, outcome.is_aware) {
            Fate::NotNeeded => return,
            Fate::Forgone(reason) => {
                let sums = &mut outcome.care;
                sums.needed += 1;
                *sums.count_of(&reason) += 1;
                self.forgone[stay.patient] = true;
                let care = &setting.society().care;
                let days = (care.stay_days + care.convalescence_days) * care.untreated_days_factor;
                self.lost[stay.patient] += share_of_year(setting, whole(days));
                return;
            }
            Fate::Treated { needed, bill } => (needed, bill),
        };
        let patient = self.patient(stay.patient, insured, month);
        let claim = claim_word(setting, stay.claim_word, outcome.is_aware);
        let settled = settle(setting, &bill, &patient, claim, &mut self.used);
        let sums = &mut outcome.care;
        sums.add(&bill, &settled);
        sums.admissions += 1;
        sums.needed += i64::from(needed);
        sums.induced += i64::from(!needed);
        sums.outside += i64::from(bill.outside);
        sums.inpatient += bill.amount;
        sums.paid_inpatient += bill.amount - settled.out_of_pocket;
        sums.waiting += if enrolled && !insured { bill.amount } else { 0 };
        sums.late += settled.late(month);
        outcome.billed[stay.patient] += bill.amount;
        outcome.stays.push(bill.amount);
        self.admitted[stay.patient] += 1;
        self.liquidity = (self.liquidity - settled.out_of_pocket - settled.delayed).max(0);
        let id = self.household.id;
        let own = &mut self.household.under[regime];
        let spent = outcome.care.out_of_pocket;
        outcome.found |= lists::alert(setting, id, spent, month, own);
        outcome.recognised |= illness_poor::recognise(setting, spent, outcome.is_aware, month, own);
        let patient = stay.patient;
        self.settled.push(SettledStay { bill, patient, insured, month, claim, settled });
        self.lose_days(stay, needed);
    }

    /// Where a case is treated: none where the health centre turns it away.
    fn level(&self, stay: &Stay) -> Option<Level> {
        let (care, capacity) = (&self.setting.society().care, &self.setting.society().capacity);
        // Three numbers in one word: the level of the case, what staff can do, being sent away.
        let case = stay.place_word >> 32;
        let able = (stay.place_word >> 16 & 0xffff) as u32;
        let sent_away = stay.place_word & 0xffff;
        let below = |share: f64| case < threshold(share) >> 32;
        if below(care.share_township) {
            if able >= self.setting.published.lacking {
                return Some(Level::Township);
            }
            let turned_away = sent_away < threshold(capacity.turned_away) >> 48;
            return if turned_away { None } else { Some(Level::County) };
        }
        if below(care.share_township + care.share_county) {
            let treated_here = able < self.setting.published.capability;
            return Some(if treated_here { Level::County } else { Level::City });
        }
        let is_for_city = below(care.share_township + care.share_county + care.share_city);
        Some(if is_for_city { Level::City } else { Level::Province })
    }

    fn bill(&self, stay: &Stay, level: Level) -> Bill {
        use fanpin::population::Chronic;
        let care = &self.setting.society().care;
        let major = match stay.major {
            Some(Chronic::Cancer) => rate(care.major_cancer),
            Some(Chronic::Stroke) => rate(care.major_stroke),
            Some(Chronic::Cardiovascular) => rate(care.major_cardiovascular),
            _ => Rate::ONE,
        };
        let means = means_factor(self.setting, self.household.persistent);
        let cost = mean_cost(self.setting, level).times(stay.cost).times(major).times(means);
        let amount = cost.max(Money::from_yuan(1));
        Bill {
            amount: amount.fen(),
            covered: amount.times(in_catalogue(self.setting, level)).fen(),
            level,
            service: Service::Inpatient,
            outside: level >= Level::City,
            referred: stay.place_word & 0xffff < threshold(care.referred_share) >> 48,
            diseases: only(stay.major.map(|group| group as usize)),
        }
    }

    /// The classes that any department knows of in a month.
    fn known(&self, month: u32) -> Classes {
        let own = &self.household.under[self.setting.regime];
        Department::ALL
            .iter()
            .flat_map(|department| known_to(self.setting, *department, month, own))
            .collect()
    }

    /// The classes by whose terms a family reckons: those of ordinary people if it doesn't know the rules.
    fn classes(&self, is_aware: bool, month: u32) -> Classes {
        if is_aware { self.known(month) } else { Classes::new() }
    }

    fn fate(&self, stay: &Stay, insured: bool, month: u32, is_aware: bool) -> Fate {
        let (setting, care) = (self.setting, &self.setting.society().care);
        let needed = stay.mildness <= care.needed_share;
        let emergency = stay.mildness <= care.emergency_share;
        let untreated = |reason| if needed { Fate::Forgone(reason) } else { Fate::NotNeeded };
        let level = match self.level(stay) {
            Some(level) => level,
            None if emergency => Level::County,
            None => return untreated(Reason::Capacity),
        };
        let bill = self.bill(stay, level);
        if emergency {
            return Fate::Treated { needed, bill };
        }
        if needed && stay.claim_word.rotate_left(17) < threshold(care.untreated_other) {
            return untreated(Reason::Other);
        }
        let demand = |is_aware| inpatient_demand(setting, &self.classes(is_aware, month), insured, level);
        let near = setting.policy.implementation.environment;
        let distance = f64::from(self.household.distance) / 1e6;
        let distance = if near { distance.max(1.0) } else { distance };
        let mentally_ill = self.household.person(stay.patient, setting.regime).chronic[MENTAL]
            && !self.delivered[stay.patient].mental_treated;
        let seeking = if mentally_ill { setting.society().mental.care_seeking } else { 1.0 };
        if stay.mildness > demand(is_aware) * distance * seeking {
            return untreated(if stay.mildness <= demand(is_aware) * distance {
                Reason::Other
            } else if stay.mildness <= demand(true) * distance {
                Reason::Unaware
            } else if stay.mildness <= demand(is_aware) {
                Reason::Distance
            } else {
                Reason::Money
            });
        }
        if self.deposit(&bill, insured, month) > self.liquidity {
            return untreated(Reason::Money);
        }
        Fate::Treated { needed, bill }
    }

    /// What the hospital asks before treatment, fen: by the best of the classes that departments know.
    fn deposit(&self, bill: &Bill, insured: bool, month: u32) -> i64 {
        let (policy, year) = (self.setting.policy, self.setting.year);
        let classes = in_order(&self.known(month));
        let of_class = |class: Class| policy.deposit_share[class as usize].at(year);
        let share = if bill.outside {
            policy.deposit_share_outside.at(year)
        } else if insured {
            classes.into_iter().map(of_class).fold(1.0, f64::min)
        } else {
            1.0
        };
        fen(bill.amount).times(rate(share.clamp(0.0, 1.0))).fen()
    }

    /// The patient as departments know them in a month.
    pub fn patient(&self, at: usize, insured: bool, month: u32) -> Patient {
        let own = &self.household.under[self.setting.regime];
        let person = &self.household.members[at];
        Patient {
            at,
            insured,
            age: person.age(self.setting.year),
            chronic: person.under[self.setting.regime].chronic,
            household_income: own.income_last,
            income_per_head: own.income_last / own.members_last.max(1),
            known: Department::ALL.map(|department| known_to(self.setting, department, month, own)),
        }
    }

    /// Days lost by the patient, and by the first other worker at home, who cares.
    fn lose_days(&mut self, stay: &Stay, needed: bool) {
        let (setting, regime) = (self.setting, self.setting.regime);
        let care = &setting.society().care;
        let (days, cared) = if stay.major.is_some() {
            let longer = care.major_days_factor;
            ((care.stay_days + care.convalescence_days) * longer, care.stay_days * longer)
        } else if needed {
            (care.stay_days + care.convalescence_days, care.stay_days)
        } else {
            (care.stay_days, care.stay_days)
        };
        self.lost[stay.patient] += share_of_year(setting, whole(days));
        let carer = self.household.here(regime).into_iter().find(|at| {
            let person = &self.household.members[*at];
            *at != stay.patient && !person.under[regime].away && setting.works(person.age(setting.year))
        });
        if let Some(carer) = carer {
            let share = rate(setting.society().economy.carer_share);
            self.lost[carer] += fen(share_of_year(setting, whole(cared))).times(share).fen();
        }
    }

    /// The share of a family's own of a bill that it expects, at the classes it reckons by.
    pub fn expected_shares(&self, insured: bool, is_aware: bool, month: u32, bill: &Bill) -> Vec<f64> {
        if !insured {
            return vec![1.0];
        }
        let classes = in_order(&self.classes(is_aware, month));
        classes.into_iter().map(|class| own_share(self.setting, class, bill)).collect()
    }
}

/// Days over the working days of a year, in millionths, cut.
fn share_of_year(setting: &Setting, days: i64) -> i64 {
    days * 1_000_000 / setting.society().economy.working_days as i64
}

impl CareSums {
    pub fn add(&mut self, bill: &Bill, settled: &crate::bills::Settled) {
        self.bill += bill.amount;
        self.covered += bill.covered;
        self.out_of_pocket += settled.out_of_pocket;
        for (sum, paid) in self.paid.iter_mut().zip(settled.paid) {
            *sum += paid;
        }
    }

    fn count_of(&mut self, reason: &Reason) -> &mut i64 {
        match reason {
            Reason::Money => &mut self.forgone_money,
            Reason::Distance => &mut self.forgone_distance,
            Reason::Capacity => &mut self.forgone_capacity,
            Reason::Unaware => &mut self.forgone_unaware,
            Reason::Other => &mut self.forgone_other,
        }
    }
}
