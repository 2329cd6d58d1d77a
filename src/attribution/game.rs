//! The Shapley value (1953) of each player of a game: what it adds to the players before it, over all orders or over orders
//! drawn in pairs of an order and its reverse. Within an order the additions telescope, so the values of all players add up to the
//! whole: the value of everybody together less that of nobody.

use std::collections::BTreeSet;

use crate::measures::statistics::{mean, variance};
use crate::random::{Key, stream};
use crate::units::Year;

/// A set of players, a bit each.
pub type Coalition = u32;

/// The values of coalitions.
pub type Value<'v> = dyn Fn(Coalition) -> f64 + 'v;

/// Most players that a game can have.
pub const MAX_PLAYERS: usize = 31;
/// Most players of a game whose coalitions are all evaluated.
pub const MAX_EXACT: usize = 16;

/// Players, and the orders over which their additions are averaged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Game {
    players: usize,
    /// Drawn orders, each followed by its reverse; without any, all orders count.
    drawn: Vec<Vec<usize>>,
}

impl Game {
    /// A game over all orders, which takes all coalitions.
    ///
    /// # Panics
    /// If there are more than [`MAX_EXACT`] players.
    #[must_use]
    pub fn exact(players: usize) -> Self {
        assert!(players <= MAX_EXACT, "all coalitions of {players} players are too many");
        Self { players, drawn: Vec::new() }
    }

    /// A game over drawn orders and their reverses.
    ///
    /// # Panics
    /// If there are more than [`MAX_PLAYERS`] players, or no pair.
    #[must_use]
    pub fn sampled(players: usize, pairs: usize, seed: u64) -> Self {
        assert!(players <= MAX_PLAYERS, "{players} players don't fit a word");
        assert!(pairs > 0, "there is an order");
        let key = Key { seed, replicate: 0 };
        let pair = |number: u64| {
            let order = order(players, || key.generator(number, Year::new(1900), stream::ATTRIBUTION));
            let reverse = order.iter().rev().copied().collect();
            [order, reverse]
        };
        Self { players, drawn: (0..pairs as u64).flat_map(pair).collect() }
    }

    /// Number of players.
    #[must_use]
    pub const fn players(&self) -> usize {
        self.players
    }

    /// Number of drawn orders; `None` where all count.
    #[must_use]
    pub fn orders(&self) -> Option<usize> {
        (!self.drawn.is_empty()).then_some(self.drawn.len())
    }

    /// Everybody.
    #[must_use]
    pub const fn everybody(&self) -> Coalition {
        (1 << self.players) - 1
    }

    /// Everybody but one.
    #[must_use]
    pub const fn without(&self, player: usize) -> Coalition {
        self.everybody() & !(1 << player)
    }

    /// The coalitions whose values are needed, ascending: nobody, everybody, each alone, everybody but each, and those that the
    /// orders go through.
    #[must_use]
    pub fn coalitions(&self) -> Vec<Coalition> {
        if self.drawn.is_empty() {
            return (0..=self.everybody()).collect();
        }
        let mut all: BTreeSet<Coalition> = BTreeSet::from([0, self.everybody()]);
        all.extend((0..self.players).flat_map(|player| [1 << player, self.without(player)]));
        for order in &self.drawn {
            let mut coalition = 0;
            all.extend(order.iter().map(|player| {
                coalition |= 1 << player;
                coalition
            }));
        }
        all.into_iter().collect()
    }

    /// The Shapley value of each player, from the values of coalitions.
    #[must_use]
    pub fn shapley(&self, value: &Value) -> Vec<f64> {
        if self.drawn.is_empty() {
            return (0..self.players).map(|player| self.over_all_orders(player, value)).collect();
        }
        let mut sums = vec![0.0; self.players];
        for order in &self.drawn {
            self.additions(order, value).iter().zip(&mut sums).for_each(|(addition, sum)| *sum += addition);
        }
        sums.into_iter().map(|sum| sum / real(self.drawn.len())).collect()
    }

    /// Standard error of each player's value from the draw of orders: between pairs, which are independent. `None` where all
    /// orders count, or there is one pair.
    #[must_use]
    pub fn order_errors(&self, value: &Value) -> Option<Vec<f64>> {
        let pairs: Vec<Vec<f64>> = self
            .drawn
            .chunks_exact(2)
            .map(|pair| {
                let (there, back) = (self.additions(&pair[0], value), self.additions(&pair[1], value));
                there.iter().zip(&back).map(|(a, b)| f64::midpoint(*a, *b)).collect()
            })
            .collect();
        let error = |player: usize| {
            let means: Vec<f64> = pairs.iter().map(|pair| pair[player]).collect();
            Some(libm::sqrt(variance(&means)? / real(means.len())))
        };
        if pairs.is_empty() { None } else { (0..self.players).map(error).collect() }
    }

    /// The mean over sizes of the mean over coalitions of that size of what the player adds to them: every size is as likely as
    /// another to stand before a player in an order, and within it every coalition.
    fn over_all_orders(&self, player: usize, value: &Value) -> f64 {
        let mut by_size: Vec<Vec<f64>> = vec![Vec::new(); self.players];
        for others in (0..=self.everybody()).filter(|coalition| coalition >> player & 1 == 0) {
            by_size[others.count_ones() as usize].push(value(others | 1 << player) - value(others));
        }
        let means: Vec<f64> = by_size.iter().filter_map(|additions| mean(additions)).collect();
        mean(&means).unwrap_or(0.0)
    }

    /// What each player adds to those before it in an order, by player.
    fn additions(&self, order: &[usize], value: &Value) -> Vec<f64> {
        let mut additions = vec![0.0; self.players];
        let (mut coalition, mut before) = (0, value(0));
        for player in order {
            coalition |= 1 << player;
            let after = value(coalition);
            additions[*player] = after - before;
            before = after;
        }
        additions
    }
}

/// A random order (Fisher and Yates).
fn order(players: usize, generator: impl Fn() -> crate::random::Generator) -> Vec<usize> {
    let mut generator = generator();
    let mut order: Vec<usize> = (0..players).collect();
    for last in (1..players).rev() {
        let choices = last as u128 + 1;
        // Below the number of choices.
        #[allow(clippy::cast_possible_truncation)]
        let chosen = ((u128::from(generator.word()) * choices) >> 64) as usize;
        order.swap(last, chosen);
    }
    order
}

fn real(count: usize) -> f64 {
    f64::from(u32::try_from(count).expect("orders are counted in u32"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Players 0 and 1 have a left glove each, player 2 a right one; a pair is worth 1.
    fn gloves(coalition: Coalition) -> f64 {
        f64::from(u8::from(coalition & 0b100 != 0 && coalition & 0b011 != 0))
    }

    /// Aircraft that need runways of these costs, and pay for the longest one among them (Littlechild and Owen 1973).
    const RUNWAYS: [f64; 5] = [3.0, 5.0, 6.0, 10.0, 10.0];

    fn airport(coalition: Coalition) -> f64 {
        let needed = |at: usize| if coalition >> at & 1 == 1 { RUNWAYS[at] } else { 0.0 };
        (0..RUNWAYS.len()).map(needed).fold(0.0, f64::max)
    }

    fn near(found: &[f64], expected: &[f64], by: f64) -> bool {
        found.len() == expected.len() && found.iter().zip(expected).all(|(a, b)| (a - b).abs() <= by)
    }

    #[test]
    fn the_scarce_glove_is_worth_two_thirds() {
        let found = Game::exact(3).shapley(&gloves);
        assert!(near(&found, &[1.0 / 6.0, 1.0 / 6.0, 2.0 / 3.0], 1e-15), "{found:?}");
    }

    #[test]
    fn each_piece_of_runway_is_shared_by_those_who_need_it() {
        let by_hand = [
            3.0 / 5.0,
            3.0 / 5.0 + 2.0 / 4.0,
            3.0 / 5.0 + 2.0 / 4.0 + 1.0 / 3.0,
            3.0 / 5.0 + 2.0 / 4.0 + 1.0 / 3.0 + 4.0 / 2.0,
            3.0 / 5.0 + 2.0 / 4.0 + 1.0 / 3.0 + 4.0 / 2.0,
        ];
        let game = Game::exact(5);
        assert!(near(&game.shapley(&airport), &by_hand, 1e-14));
        assert_eq!(game.order_errors(&airport), None);
        // A value that is off by a hundredth would be seen.
        assert!(!near(&game.shapley(&|c| airport(c) + if c == 1 { 0.05 } else { 0.0 }), &by_hand, 1e-3));
    }

    #[test]
    fn drawn_orders_come_near_and_their_error_says_how_near() {
        let exact = Game::exact(5).shapley(&airport);
        let game = Game::sampled(5, 200, 7);
        let (found, errors) =
            (game.shapley(&airport), game.order_errors(&airport).expect("orders are drawn"));
        for ((found, exact), error) in found.iter().zip(&exact).zip(&errors) {
            assert!(*error > 0.0 && (found - exact).abs() < 4.5 * error, "{found} {exact} {error}");
        }
        assert!(errors.iter().all(|error| *error < 0.2), "{errors:?}");
    }

    #[test]
    fn values_add_up_to_the_whole_however_they_are_found() {
        let rough = |c: Coalition| if c == 0 { 0.25 } else { libm::sin(f64::from(c)) / 3.0 };
        for game in [Game::exact(6), Game::sampled(6, 1, 1), Game::sampled(6, 17, 2)] {
            let sum: f64 = game.shapley(&rough).iter().sum();
            assert!((sum - (rough(game.everybody()) - rough(0))).abs() < 1e-14, "{sum}");
        }
    }

    #[test]
    fn who_adds_nothing_gets_exactly_nothing() {
        let without_1 = |c: Coalition| libm::exp(-f64::from(c & !0b10));
        for game in [Game::exact(4), Game::sampled(4, 3, 5)] {
            assert_eq!(game.shapley(&without_1)[1].to_bits(), 0.0_f64.to_bits());
        }
    }

    #[test]
    fn coalitions_are_those_that_are_asked_for() {
        for game in [Game::exact(4), Game::sampled(9, 2, 3)] {
            let asked = std::cell::RefCell::new(BTreeSet::new());
            let value = |c: Coalition| {
                asked.borrow_mut().insert(c);
                0.0
            };
            let _ = (game.shapley(&value), game.order_errors(&value));
            for player in 0..game.players() {
                let _ = (value(1 << player), value(game.without(player)));
            }
            let _ = (value(0), value(game.everybody()));
            assert_eq!(game.coalitions(), asked.into_inner().into_iter().collect::<Vec<_>>());
        }
        assert_eq!(Game::sampled(9, 2, 3).orders(), Some(4));
    }

    #[test]
    fn orders_are_orders_and_keep_their_place() {
        let game = Game::sampled(7, 50, 11);
        for order in &game.drawn {
            let sorted: BTreeSet<usize> = order.iter().copied().collect();
            assert_eq!(sorted, (0..7).collect());
        }
        assert!(game.drawn.chunks(2).all(|pair| pair[0].iter().rev().eq(&pair[1])));
        let firsts: BTreeSet<usize> = game.drawn.iter().map(|order| order[0]).collect();
        assert_eq!(firsts.len(), 7, "anybody may come first");
        // More orders leave those before them as they were.
        assert_eq!(Game::sampled(7, 9, 11).drawn, game.drawn[..18]);
        assert_ne!(Game::sampled(7, 9, 12).drawn, game.drawn[..18]);
    }
}
