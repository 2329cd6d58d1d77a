//! Sets of members of a household, one bit for each slot.

/// Most slots of a household: everybody who was ever a member under any regime.
pub(super) const MOST_SLOTS: usize = 64;

/// Members of each set among the first eight slots.
const FEW: [u8; 256] = {
    let mut counts = [0; 256];
    let mut set = 0;
    while set < counts.len() {
        counts[set] = set.count_ones() as u8;
        set += 1;
    }
    counts
};

/// A set of members of a household by offset.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Members(u64);

impl Members {
    /// All members up to `count`.
    #[inline]
    pub fn all(count: usize) -> Self {
        assert!(count <= MOST_SLOTS, "a household has at most {MOST_SLOTS} members ever");
        Self(u64::MAX.checked_shr(u64::BITS - u32::try_from(count).expect("at most 64")).unwrap_or(0))
    }

    /// Those of the set for whom something holds.
    #[inline]
    pub fn filter(self, holds: impl Fn(usize) -> bool) -> Self {
        Self(self.iter().fold(0, |set, at| set | u64::from(holds(at)) << at))
    }

    /// Whether a member is in the set.
    #[inline]
    pub const fn has(self, at: usize) -> bool {
        self.0 >> at & 1 != 0
    }

    /// Adds a member if something holds.
    #[inline]
    pub fn add_if(&mut self, at: usize, holds: bool) {
        self.0 |= u64::from(holds) << at;
    }

    /// Adds a member.
    #[inline]
    pub const fn add(&mut self, at: usize) {
        self.0 |= 1 << at;
    }

    /// Takes a member out.
    #[inline]
    pub const fn remove(&mut self, at: usize) {
        self.0 &= !(1 << at);
    }

    /// Members of both sets.
    #[inline]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Members of one set or both.
    #[inline]
    pub const fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Members who are not in the other set.
    #[inline]
    pub const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// Whether there is anybody.
    #[inline]
    pub const fn any(self) -> bool {
        self.0 != 0
    }

    /// How many there are.
    #[inline]
    pub const fn count(self) -> i64 {
        // Most sets are among the first slots, and not every processor counts bits.
        if self.0 < FEW.len() as u64 { FEW[self.0 as usize] as i64 } else { self.0.count_ones() as i64 }
    }

    /// The members in order.
    #[inline]
    pub fn iter(self) -> impl Iterator<Item = usize> {
        let mut left = self.0;
        std::iter::from_fn(move || {
            if left == 0 {
                return None;
            }
            let at = left.trailing_zeros() as usize;
            left &= left - 1;
            Some(at)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_hold_whom_they_say() {
        let even = Members::all(MOST_SLOTS).filter(|at| at % 2 == 0);
        let small = Members::all(5);
        assert!(!Members::all(0).any());
        assert_eq!(even.and(small).iter().collect::<Vec<_>>(), [0, 2, 4]);
        assert_eq!(small.without(even).iter().collect::<Vec<_>>(), [1, 3]);
        assert_eq!((even.count(), small.count()), (32, 5));
        assert_eq!((even.or(small).count(), Members::all(8).count(), Members::all(9).count()), (34, 8, 9));
        assert!(even.has(62) && !even.has(63) && !Members::default().any());
    }
}
