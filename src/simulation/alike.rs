//! Which regimes have the same terms of outpatient care in a year of a county.

use crate::billing::{OutpatientTerms, Payers};
use crate::county::Published;
use crate::scenario::policy::{CLASSES, Class, ClassSet};

use super::RegimeYear;

/// A regime's terms of outpatient care by class, as the number of the first regime that has the same.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Alike([u16; CLASSES]);

impl Alike {
    /// Compares the regimes of a year. Terms that look at a household's money are shared with no other regime.
    pub fn compare<'a>(regimes: impl Iterator<Item = (&'a RegimeYear, &'a Published)>) -> Vec<Self> {
        let terms = |(rules, published): (&RegimeYear, &Published)| -> Vec<OutpatientTerms> {
            let (proration, delay_months) = (published.proration, published.delay_months);
            let payers = Payers { known: None, proration, delay_months };
            Class::ALL.iter().map(|class| rules.layers.outpatient_terms(*class, &payers)).collect()
        };
        let terms: Vec<Vec<OutpatientTerms>> = regimes.map(terms).collect();
        let number = |regime: usize, class: usize| {
            let ours = &terms[regime][class];
            let is_same = |other: &Vec<OutpatientTerms>| !ours.depends_on_money() && other[class] == *ours;
            let same = terms[..regime].iter().position(is_same);
            u16::try_from(same.unwrap_or(regime)).expect("few regimes")
        };
        (0..terms.len()).map(|regime| Self(std::array::from_fn(|class| number(regime, class)))).collect()
    }

    /// Whether a household in some classes has the same terms under both regimes.
    pub fn is_as(self, other: Self, classes: ClassSet) -> bool {
        classes.iter().all(|class| self.0[class as usize] == other.0[class as usize])
    }
}
