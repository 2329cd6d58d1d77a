//! A regime's rules in a year of a county.

use super::alike::Alike;
use super::{CountyRun, RegimeYear};
use crate::billing::Payers;
use crate::care::CareTerms;
use crate::county::Published;
use crate::targeting::Thresholds;
use crate::units::Year;

/// A regime's rules in a year, as compiled for the place, and as the county published them on 1 January.
#[derive(Debug, Clone)]
pub(super) struct CountyRules<'a> {
    pub regime_year: &'a RegimeYear,
    pub published: Published,
    pub thresholds: Thresholds,
    /// What families expect of prices; `None` where every payer pays in full and in time.
    short_terms: Option<CareTerms>,
    /// Which regimes have the same terms of outpatient care.
    pub alike: Alike,
}

impl CountyRules<'_> {
    /// What families expect of prices, at the county's cuts.
    pub fn care_terms(&self) -> &CareTerms {
        self.short_terms.as_ref().unwrap_or(&self.regime_year.care)
    }
}

impl<'a> CountyRun<'a> {
    /// The rules of every regime, at the thresholds and with the money that the county has on 1 January. Clinics open.
    pub(super) fn rules_of(&mut self, year: Year) -> Vec<CountyRules<'a>> {
        let mut rules: Vec<CountyRules> =
            (0..self.states.len()).map(|regime| self.publish_rules(year, regime)).collect();
        if rules.len() > 1 {
            let alike = Alike::compare(rules.iter().map(|rules| (rules.regime_year, &rules.published)));
            for (rules, alike) in rules.iter_mut().zip(alike) {
                rules.alike = alike;
            }
        }
        rules
    }

    fn publish_rules(&mut self, year: Year, regime: usize) -> CountyRules<'a> {
        let regime_year = self.regime_year(year, regime);
        let state = &mut self.states[regime];
        let published = regime_year.county.publish(&state.funds);
        for (clinic, village) in state.clinics.iter_mut().zip(&self.county.villages) {
            clinic.open(self.task.key, village, year, &regime_year.clinics, published.load);
        }
        let thresholds = state.thresholds;
        let short_terms = self.terms_of(year, regime, &published);
        CountyRules { regime_year, published, thresholds, short_terms, alike: Alike::default() }
    }

    /// What families expect where payers pay less or later.
    fn terms_of(&self, year: Year, regime: usize, published: &Published) -> Option<CareTerms> {
        let payers =
            Payers { known: None, proration: published.proration, delay_months: published.delay_months };
        payers.are_short().then(|| {
            let scenario = self.world.scenario;
            let rules = self.regime_year(year, regime);
            let policy = if self.switched { &scenario.regimes[regime].policy } else { &scenario.history };
            let care_year = &self.world.timetable.place_year(year).care;
            CareTerms::compile(&scenario.society.care, care_year, policy, (&rules.layers, &payers), year)
        })
    }
}
