//! Which layers a bill can reach, and under which class: all that a year's rules decide before the bill comes.

use super::compile::CompiledLayer;
use super::eligibility::{Condition, Test};
use super::settle::Bill;
use crate::scenario::policy::{AccumulatesOver, CLASSES, Class, DEPARTMENTS, Kind, MAX_LAYERS, Service};
use crate::units::Money;

/// Layers by slot, one bit each.
pub(super) type SlotSet = u16;

const _: () = assert!(MAX_LAYERS <= SlotSet::BITS as usize);

/// Number of kinds of care.
const SERVICES: usize = Service::ALL.len();

/// Sets of chronic groups.
const GROUP_SETS: usize = 256;

/// A class as each department knows it.
pub(super) type Known = [Class; DEPARTMENTS];

/// What is decided before a bill comes.
#[derive(Debug, Clone)]
pub(super) struct Entitlement {
    /// Layers that cover the care, `[service][diseases]`.
    covering: Box<[[SlotSet; GROUP_SETS]; SERVICES]>,
    /// `[insured][class]`
    rights: [[Rights; CLASSES]; 2],
    /// Layers that each department pays.
    paid_by: [SlotSet; DEPARTMENTS],
    /// Layers that tell two classes apart, `[insured][class][class]`.
    differing: [[[SlotSet; CLASSES]; CLASSES]; 2],
    /// Layers that tell any classes apart.
    by_class: SlotSet,
    /// What is left to the bill.
    conditions: Vec<Condition>,
    /// Layers that pay nothing of a person's only bill of the year if it is no larger than an amount: the smallest
    /// amounts first, and with each all layers of it and of larger ones.
    idle: Vec<(Money, SlotSet)>,
}

/// The layers of a class.
#[derive(Debug, Clone, Copy, Default)]
struct Rights {
    /// Layers that pay whatever the bill is.
    sure: SlotSet,
    /// Layers for which there is a condition.
    open: SlotSet,
    /// Place of the condition, by slot.
    conditions: [u16; MAX_LAYERS],
}

impl Entitlement {
    pub fn new(layers: &[CompiledLayer]) -> Self {
        let left = [false, true].map(|insured| {
            Class::ALL.map(|class| -> Vec<Test> {
                layers.iter().map(|layer| layer.test.given(class, insured)).collect()
            })
        });
        let mut conditions = Vec::new();
        let rights = left
            .each_ref()
            .map(|by_class| by_class.each_ref().map(|tests| Rights::new(tests, &mut conditions)));
        let differing = left.each_ref().map(|by_class| {
            Class::ALL.map(|a| {
                Class::ALL.map(|b| {
                    let (ours, theirs) = (&by_class[a as usize], &by_class[b as usize]);
                    slots(layers, |slot, layer| {
                        let terms_count = ours[slot] != Test::Nobody;
                        let same_terms = layer.terms[a as usize] == layer.terms[b as usize];
                        ours[slot] != theirs[slot] || (terms_count && !same_terms)
                    })
                })
            })
        });
        let any = |all: SlotSet, set: &SlotSet| all | set;
        let mut covering = Box::new([[0; GROUP_SETS]; SERVICES]);
        for service in Service::ALL {
            for (diseases, set) in (0..=u8::MAX).zip(&mut covering[service as usize]) {
                *set = slots(layers, |_, layer| layer.covers_care(service, diseases));
            }
        }
        Self {
            covering,
            rights,
            paid_by: std::array::from_fn(|at| slots(layers, |_, layer| layer.department as usize == at)),
            by_class: differing.as_flattened().as_flattened().iter().fold(0, any),
            differing,
            conditions,
            idle: idle(layers),
        }
    }

    /// Layers that pay nothing of a person's only bill of the year, since none of their deductibles is below it.
    #[inline]
    pub fn idle(&self, only: Money) -> SlotSet {
        self.idle.iter().find(|(deductible, _)| only <= *deductible).map_or(0, |(_, slots)| *slots)
    }

    /// Layers that cover the care of a bill.
    #[inline]
    pub fn covering(&self, bill: &Bill) -> SlotSet {
        self.covering[bill.service as usize][usize::from(bill.diseases)]
    }

    /// Whether any of some layers tells classes apart.
    #[inline]
    pub const fn depends_on_class(&self, slots: SlotSet) -> bool {
        slots & self.by_class != 0
    }

    /// Layers that a class may reach: those that pay whatever the bill is, and those that have a condition.
    #[inline]
    pub fn reached(&self, insured: bool, class: Known) -> (SlotSet, SlotSet) {
        let rights = &self.rights[usize::from(insured)];
        if class == [class[0]; DEPARTMENTS] {
            let rights = &rights[class[0] as usize];
            return (rights.sure, rights.open);
        }
        let (mut sure, mut open) = (0, 0);
        for (class, paid) in class.into_iter().zip(self.paid_by) {
            sure |= rights[class as usize].sure & paid;
            open |= rights[class as usize].open & paid;
        }
        (sure, open)
    }

    /// The condition that a layer has for a class.
    #[inline]
    pub fn condition(&self, insured: bool, class: Class, slot: usize) -> &Condition {
        let place = self.rights[usize::from(insured)][class as usize].conditions[slot];
        &self.conditions[usize::from(place)]
    }

    /// Whether some layers are the same to two classes.
    #[inline]
    pub fn are_alike(&self, insured: bool, (a, b): (Known, Known), slots: SlotSet) -> bool {
        let differing = &self.differing[usize::from(insured)];
        (0..DEPARTMENTS).all(|at| differing[a[at] as usize][b[at] as usize] & self.paid_by[at] & slots == 0)
    }
}

/// The slots of layers that something holds for.
fn slots(layers: &[CompiledLayer], holds: impl Fn(usize, &CompiledLayer) -> bool) -> SlotSet {
    let those = layers.iter().enumerate().filter(|(slot, layer)| holds(*slot, layer));
    those.fold(0, |set, (slot, _)| set | 1 << slot)
}

/// Layers by their smallest deductible, each amount with all layers of it and of larger ones. What accumulates over the
/// household may have been used up by another member, and a floor has no deductible.
fn idle(layers: &[CompiledLayer]) -> Vec<(Money, SlotSet)> {
    let is_one = |layer: &CompiledLayer| layer.over == AccumulatesOver::Person && layer.kind != Kind::Floor;
    let least = |layer: &CompiledLayer| {
        let deductibles = layer.terms.iter().flat_map(|terms| terms.deductible);
        deductibles.fold(Money::MAX, Money::min)
    };
    let mut amounts: Vec<Money> = layers.iter().filter(|layer| is_one(layer)).map(least).collect();
    amounts.sort_unstable();
    amounts.dedup();
    let idle_at = |amount: Money| slots(layers, |_, layer| is_one(layer) && least(layer) >= amount);
    amounts.into_iter().map(|amount| (amount, idle_at(amount))).collect()
}

impl Rights {
    fn new(tests: &[Test], conditions: &mut Vec<Condition>) -> Self {
        let mut rights = Self::default();
        for (slot, test) in tests.iter().enumerate() {
            match test {
                Test::Everyone => rights.sure |= 1 << slot,
                Test::Nobody => {}
                test => {
                    rights.open |= 1 << slot;
                    rights.conditions[slot] = place_of(Condition::new(test.clone()), conditions);
                }
            }
        }
        rights
    }
}

/// Place of a condition in the list, at whose end it is put if it is new.
fn place_of(condition: Condition, conditions: &mut Vec<Condition>) -> u16 {
    let place = conditions.iter().position(|other| *other == condition).unwrap_or_else(|| {
        conditions.push(condition);
        conditions.len() - 1
    });
    u16::try_from(place).expect("at most one for each layer and class")
}
