//! Layers as they stand in one year.

use std::ops::Range;

use super::eligibility::Test;
use super::entitlement::Entitlement;
use crate::random::threshold;
use crate::scenario::policy::{
    AccumulatesOver, Amount, Base, Bracket, CLASSES, Class, ClassTerms, Covers, Department, Kind, LEVELS,
    Layer, MAX_LAYERS, PAYERS, Payer, Policy, Schedule, Service, Settlement, Window,
};
use crate::units::{Money, Rate, Year};

/// What the amounts of a year depend on beside the policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct YearContext {
    /// Local disposable income per head of the year before, for amounts that are shares of it.
    pub local_income_last_year: Money,
    /// Share of its obligations that each payer's fund meets this year.
    pub proration: [Rate; PAYERS],
    /// Factor on all amounts given in yuan: one, or the price index once terms hold in real terms.
    pub yuan_factor: Rate,
}

impl YearContext {
    /// A year in which every payer pays in full and yuan are as written.
    #[must_use]
    pub const fn new(local_income_last_year: Money) -> Self {
        Self { local_income_last_year, proration: [Rate::ONE; PAYERS], yuan_factor: Rate::ONE }
    }

    pub(super) fn yuan(&self, schedule: &Schedule, year: Year) -> Money {
        let yuan = Money::try_from_yuan(schedule.at(year)).expect("amounts of a checked policy are in range");
        yuan.times(self.yuan_factor)
    }

    fn amount(&self, amount: &Amount, year: Year) -> Money {
        match amount {
            Amount::Yuan(schedule) => self.yuan(schedule, year),
            Amount::LocalIncomeShare(schedule) => {
                self.local_income_last_year.or_zero().times(rate(schedule, year))
            }
        }
    }
}

pub(super) fn rate(schedule: &Schedule, year: Year) -> Rate {
    Rate::try_from_fraction(schedule.at(year)).expect("rates of a checked policy are in range")
}

/// The layers in force in a year, in their order; a layer's place is its *slot*.
#[derive(Debug, Clone)]
pub struct CompiledLayers {
    pub(super) layers: Vec<CompiledLayer>,
    /// Brackets of all layers, one after the other.
    pub(super) brackets: Vec<(Money, Rate)>,
    /// Which layers a bill can reach, and under which class.
    pub(super) entitlement: Entitlement,
    /// Services that some layer covers, one bit each.
    services: u8,
    /// Place of each slot in `Policy::layers`.
    sources: Vec<usize>,
}

#[derive(Debug, Clone)]
pub(super) struct CompiledLayer {
    pub payer: Payer,
    pub department: Department,
    pub kind: Kind,
    pub covers: Covers,
    pub base: Base,
    pub over: AccumulatesOver,
    pub deductible_window: Window,
    pub ceiling_window: Window,
    pub services: u8,
    pub diseases: Option<u8>,
    pub test: Test,
    pub spending_triggered: bool,
    /// Places of the brackets, by level.
    pub brackets: [Range<usize>; LEVELS],
    /// Whether there is one bracket, from the deductible on, by level.
    pub flat: [bool; LEVELS],
    /// `[class]`
    pub terms: [Terms; CLASSES],
    /// In the area, out of it with referral, out of it without.
    pub factor: [Rate; 3],
    /// In the area, out of it.
    pub claim: [Claim; 2],
}

/// Amounts and rates for one class.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Terms {
    pub deductible: [Money; LEVELS],
    /// Rate of the first bracket, with the bonus.
    pub rate: [Rate; LEVELS],
    pub bonus: Rate,
    pub ceiling: Money,
}

/// How a layer is paid out: after some months, if the word of the bill is below the threshold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Claim {
    threshold: u64,
    pub delay_months: u8,
}

impl CompiledLayers {
    /// Works out the layers in force in a year.
    ///
    /// # Panics
    /// If more than [`MAX_LAYERS`] layers are in force or an amount is out of range, which checking
    /// a policy refuses.
    #[must_use]
    pub fn compile(policy: &Policy, year: Year, context: &YearContext) -> Self {
        let in_force = || policy.layers.iter().enumerate().filter(|(_, layer)| layer.in_force(year));
        assert!(
            in_force().count() <= MAX_LAYERS,
            "checking refuses a policy with more than {MAX_LAYERS} layers"
        );
        let mut brackets = Vec::new();
        let layers: Vec<CompiledLayer> =
            in_force().map(|(_, layer)| CompiledLayer::new(layer, year, context, &mut brackets)).collect();
        Self {
            entitlement: Entitlement::new(&layers),
            services: layers.iter().fold(0, |services, layer| services | layer.services),
            sources: in_force().map(|(place, _)| place).collect(),
            layers,
            brackets,
        }
    }

    /// The layers of a year as they pay, without hindrances where the policy is ideal
    /// (`implementation.policy`).
    #[must_use]
    pub fn as_implemented(policy: &Policy, year: Year, context: &YearContext) -> Self {
        let layers = Self::compile(policy, year, context);
        if policy.implementation.policy { layers.without_hindrances() } else { layers }
    }

    /// The same layers with every test of spending failing, for showing what spending triggers.
    #[must_use]
    pub fn without_spending_triggers(&self) -> Self {
        let mut layers = self.clone();
        for layer in &mut layers.layers {
            layer.test.fail_spending();
            layer.spending_triggered = false;
        }
        layers.entitlement = Entitlement::new(&layers.layers);
        layers
    }

    /// The same layers as an ideal policy would pay them: at discharge, without a claim, and out of the area
    /// as in it.
    #[must_use]
    pub fn without_hindrances(mut self) -> Self {
        for layer in &mut self.layers {
            layer.factor = [layer.factor[0]; 3];
            layer.claim = [Claim::INSTANT; 2];
        }
        self
    }

    /// Whether any layer covers a service at all.
    #[must_use]
    #[inline]
    pub const fn reaches(&self, service: Service) -> bool {
        self.services & (1 << service as u8) != 0
    }

    /// Number of layers in force.
    #[must_use]
    pub fn len(&self) -> usize {
        self.layers.len()
    }

    /// Whether no layer is in force.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.layers.is_empty()
    }

    /// Whether the eligibility of the layer in a slot depends on spending.
    ///
    /// # Panics
    /// If there is no such slot.
    #[must_use]
    pub fn is_spending_triggered(&self, slot: usize) -> bool {
        self.layers[slot].spending_triggered
    }

    /// Place of a slot in [`Policy::layers`].
    ///
    /// # Panics
    /// If there is no such slot.
    #[must_use]
    pub fn source(&self, slot: usize) -> usize {
        self.sources[slot]
    }

    /// Who pays the layer in a slot.
    ///
    /// # Panics
    /// If there is no such slot.
    #[must_use]
    pub fn payer(&self, slot: usize) -> Payer {
        self.layers[slot].payer
    }
}

impl CompiledLayer {
    fn new(layer: &Layer, year: Year, context: &YearContext, brackets: &mut Vec<(Money, Rate)>) -> Self {
        let test = Test::new(&layer.eligibility, year, context);
        let places = layer.brackets.each_ref().map(|list| compile_brackets(list, year, context, brackets));
        let of = places.each_ref().map(|places| &brackets[places.clone()]);
        let in_full = rate(&layer.strength, year).times(context.proration[layer.payer as usize]);
        Self {
            payer: layer.payer,
            department: layer.payer.department(),
            kind: layer.kind,
            covers: layer.covers,
            base: layer.base,
            over: layer.accumulates_over,
            deductible_window: layer.deductible_window,
            ceiling_window: layer.ceiling_window,
            services: layer.services.iter().fold(0, |bits, service| bits | 1 << *service as u8),
            diseases: layer.diseases,
            spending_triggered: test.sees_spending(),
            test,
            flat: of.map(|brackets| matches!(brackets, [(Money::ZERO, _)])),
            terms: Class::ALL.map(|class| Terms::new(layer, of, class, year, context)),
            brackets: places,
            factor: [
                in_full,
                in_full.times(rate(&layer.outside_factor, year)),
                in_full.times(rate(&layer.unreferred_factor, year)),
            ],
            claim: [Claim::new(&layer.settlement, year), Claim::new(&layer.settlement_outside, year)],
        }
    }
}

fn compile_brackets(
    list: &[Bracket],
    year: Year,
    context: &YearContext,
    all: &mut Vec<(Money, Rate)>,
) -> Range<usize> {
    let first = all.len();
    all.extend(list.iter().map(|b| (context.yuan(&b.from_yuan, year), rate(&b.rate, year))));
    first..all.len()
}

impl Terms {
    fn new(
        layer: &Layer,
        brackets: [&[(Money, Rate)]; LEVELS],
        class: Class,
        year: Year,
        context: &YearContext,
    ) -> Self {
        let better: Option<&ClassTerms> = layer.class_terms.iter().find(|terms| terms.classes.has(class));
        let factor = better.map_or(Rate::ONE, |terms| rate(&terms.deductible_factor, year));
        let ceiling = layer.ceiling.as_ref().filter(|_| !better.is_some_and(|terms| terms.no_ceiling));
        let bonus = better.map_or(Rate::ZERO, |terms| rate(&terms.rate_bonus, year));
        Self {
            deductible: layer.deductible.each_ref().map(|amount| context.amount(amount, year).times(factor)),
            rate: brackets
                .map(|list| list.first().map_or(Rate::ZERO, |(_, rate)| rate.plus_at_most_one(bonus))),
            bonus,
            ceiling: ceiling.map_or(Money::MAX, |amount| context.amount(amount, year)),
        }
    }
}

impl Claim {
    /// At discharge.
    const INSTANT: Self = Self { threshold: u64::MAX, delay_months: 0 };

    fn new(settlement: &Settlement, year: Year) -> Self {
        match settlement {
            Settlement::Instant => Self::INSTANT,
            Settlement::Claimed { delay_months, take_up } => {
                Self { threshold: threshold(take_up.at(year)), delay_months: *delay_months }
            }
        }
    }

    /// Whether it is made; the largest threshold stands for certainty.
    pub const fn is_made(self, word: u64) -> bool {
        word < self.threshold || self.threshold == u64::MAX
    }
}
