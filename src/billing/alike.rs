//! When two regimes settle outpatient bills alike: what a class can reach, as plain values that can be compared.

use super::compile::{Claim, CompiledLayer, CompiledLayers, Terms};
use super::eligibility::Test;
use super::settle::Payers;
use crate::scenario::policy::{AccumulatesOver, Base, Class, Covers, Kind, Level, Payer, Service, Window};
use crate::units::{Money, Rate};

/// Outpatient care at a health centre in the area.
const OUTPATIENT: u8 = 1 << Service::Outpatient as u8 | 1 << Service::ChronicOutpatient as u8;

/// What decides a household's outpatient bills under a class, where every department knows it by the same classes, it
/// has no other bills and all of them together are no larger than [`OutpatientTerms::MOST`]: two regimes with the same
/// terms settle them to the same fen. A layer whose deductible is larger pays nothing of them, and so doesn't count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutpatientTerms {
    layers: Vec<LayerTerms>,
    depends_on_money: bool,
}

/// What a layer is to outpatient bills.
#[derive(Debug, Clone, PartialEq, Eq)]
struct LayerTerms {
    payer: Payer,
    kind: Kind,
    covers: Covers,
    base: Base,
    over: AccumulatesOver,
    windows: [Window; 2],
    services: u8,
    diseases: Option<u8>,
    /// Whom it pays for, not insured and insured.
    tests: [Test; 2],
    brackets: Vec<(Money, Rate)>,
    terms: Terms,
    factor: Rate,
    claim: Claim,
    proration: Rate,
    delay_months: u8,
}

impl CompiledLayers {
    /// The terms of outpatient care for a class, with payers that may pay less or later.
    #[must_use]
    pub fn outpatient_terms(&self, class: Class, payers: &Payers) -> OutpatientTerms {
        let of = |layer: &CompiledLayer| -> LayerTerms {
            let brackets = layer.brackets[Level::Township as usize].clone();
            LayerTerms {
                payer: layer.payer,
                kind: layer.kind,
                covers: layer.covers,
                base: layer.base,
                over: layer.over,
                windows: [layer.deductible_window, layer.ceiling_window],
                services: layer.services & OUTPATIENT,
                diseases: layer.diseases,
                tests: [false, true].map(|insured| layer.test.given(class, insured)),
                brackets: self.brackets[brackets].to_vec(),
                terms: layer.terms[class as usize],
                factor: layer.factor[0],
                claim: layer.claim[0],
                proration: payers.proration[layer.payer as usize],
                delay_months: payers.delay_months[layer.payer as usize],
            }
        };
        let reaches = |layer: &LayerTerms| {
            let deductible = layer.terms.deductible[Level::Township as usize];
            let pays = layer.kind == Kind::Floor || deductible < OutpatientTerms::MOST;
            layer.services != 0 && layer.tests != [Test::Nobody, Test::Nobody] && pays
        };
        let layers: Vec<LayerTerms> = self.layers.iter().map(of).filter(reaches).collect();
        let depends_on_money = layers.iter().flat_map(|layer| &layer.tests).any(Test::sees_money);
        OutpatientTerms { layers, depends_on_money }
    }
}

impl OutpatientTerms {
    /// Most that the outpatient bills of a household add up to for which the terms decide.
    pub const MOST: Money = Money::from_yuan(3_000);

    /// Whether a layer looks at the household's income or spending.
    #[must_use]
    pub const fn depends_on_money(&self) -> bool {
        self.depends_on_money
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::billing::YearContext;
    use crate::units::Year;

    fn terms(regime: &str, class: Class, settings: &[&str], payers: &Payers) -> OutpatientTerms {
        let scenario = crate::scenario::main_scenario(settings);
        let regime = scenario.regimes.iter().find(|of| of.id == regime).expect("it is there");
        let context = YearContext::new(Money::from_yuan(20_000));
        CompiledLayers::compile(&regime.policy, Year::new(2022), &context).outpatient_terms(class, payers)
    }

    #[test]
    fn ordinary_people_have_the_same_outpatient_terms_until_a_payer_pays_less() {
        let full = Payers::default();
        let of = |regime: &str, payers: &Payers| terms(regime, Class::Ordinary, &[], payers);
        assert_eq!(of("targeted", &full), of("inclusive", &full));
        let mut short = full;
        short.proration[Payer::BasicInsurance as usize] = Rate::from_ppm(900_000);
        assert_ne!(of("targeted", &full), of("targeted", &short));
    }

    #[test]
    fn one_rate_more_makes_terms_differ() {
        let full = Payers::default();
        let set = "regimes.inclusive.layers.outpatient.ceiling_yuan=301";
        let of = |settings: &[&str]| terms("inclusive", Class::Ordinary, settings, &full);
        assert_ne!(of(&[]), of(&[set]));
    }
}
