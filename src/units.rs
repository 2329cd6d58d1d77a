//! Quantities that check themselves once: money, rates, years, ages.
//!
//! Money is an integer number of fen (1/100 yuan) and rates are integer parts per million, so that
//! sums are exact in any order. Multiplying money by a rate rounds in one function,
//! [`Exact::rounded`], half up.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Neg, Sub, SubAssign};

/// What is wrong with a quantity.
#[derive(Debug, Clone, PartialEq)]
pub enum UnitError {
    /// A share or probability outside `[0, 1]` (or not a number).
    NotAShare(f64),
    /// A rate that is negative, too large or not a number.
    NotARate(f64),
    /// An amount of money that is not finite or too large to hold in fen.
    NotMoney(f64),
    /// A calendar year outside `1900..=2200`.
    NotAYear(i64),
}

impl fmt::Display for UnitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotAShare(x) => write!(f, "{x} is not a share between 0 and 1"),
            Self::NotARate(x) => write!(f, "{x} is not a rate between 0 and 4000"),
            Self::NotMoney(x) => write!(f, "{x} is not an amount of money in yuan"),
            Self::NotAYear(x) => write!(f, "{x} is not a year between 1900 and 2200"),
        }
    }
}

impl std::error::Error for UnitError {}

/// An amount of money in fen (1/100 yuan). Negative amounts are debts or losses.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Money(i64);

impl Money {
    /// No money.
    pub const ZERO: Self = Self(0);
    /// The largest amount; stands for "no ceiling".
    pub const MAX: Self = Self(i64::MAX);

    /// An amount in fen.
    #[must_use]
    pub const fn from_fen(fen: i64) -> Self {
        Self(fen)
    }

    /// An amount in whole yuan.
    #[must_use]
    pub const fn from_yuan(yuan: i64) -> Self {
        Self(yuan * 100)
    }

    /// An amount in yuan, rounded half up to the fen.
    ///
    /// # Errors
    /// [`UnitError::NotMoney`] unless the amount is finite and under ten trillion yuan.
    pub fn try_from_yuan(yuan: f64) -> Result<Self, UnitError> {
        if !(-1e13..=1e13).contains(&yuan) {
            return Err(UnitError::NotMoney(yuan));
        }
        // The range check above keeps the product far inside i64.
        #[allow(clippy::cast_possible_truncation)]
        Ok(Self(libm::floor(yuan * 100.0 + 0.5) as i64))
    }

    /// The amount in fen.
    #[must_use]
    pub const fn fen(self) -> i64 {
        self.0
    }

    /// The amount in yuan, for display and measures only.
    #[must_use]
    pub fn yuan(self) -> f64 {
        // Exact below 2^53 fen (90 trillion yuan).
        #[allow(clippy::cast_precision_loss)]
        let fen = self.0 as f64;
        fen / 100.0
    }

    /// Money times a rate, rounded half up to the fen.
    ///
    /// # Panics
    /// If the product leaves the range of money, which no checked bill can reach.
    #[must_use]
    #[inline]
    pub fn times(self, rate: Rate) -> Self {
        // Nearly always; 64-bit division by a constant is many times faster.
        if let Ok(small) = u32::try_from(self.0) {
            let product = u64::from(small) * u64::from(rate.0);
            return Self(((product + 500_000) / 1_000_000).cast_signed());
        }
        self.exactly(rate).rounded_at_length()
    }

    /// Money times a rate before rounding, so that several can be added and rounded once.
    #[must_use]
    #[inline]
    pub const fn exactly(self, rate: Rate) -> Exact {
        Exact(self.0 as i128 * rate.0 as i128)
    }

    /// The smaller of two amounts.
    #[must_use]
    pub fn min(self, other: Self) -> Self {
        Self(self.0.min(other.0))
    }

    /// The larger of two amounts.
    #[must_use]
    pub fn max(self, other: Self) -> Self {
        Self(self.0.max(other.0))
    }

    /// The amount, or nothing if it is negative.
    #[must_use]
    pub fn or_zero(self) -> Self {
        Self(self.0.max(0))
    }

    /// The difference, or nothing if it is negative. Takes [`Money::MAX`] as "no limit".
    #[must_use]
    pub fn less(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0).max(0))
    }

    /// The part above a limit, or nothing, of two amounts that are not negative.
    #[must_use]
    #[inline]
    pub const fn above(self, limit: Self) -> Self {
        debug_assert!(self.0 >= 0 && limit.0 >= 0, "the parts of a bill are not negative");
        Self(self.0.cast_unsigned().saturating_sub(limit.0.cast_unsigned()).cast_signed())
    }

    /// The sum that stays at [`Money::MAX`] instead of overflowing.
    #[must_use]
    pub fn saturating_add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        write!(f, "{sign}{}.{:02}", self.0.unsigned_abs() / 100, self.0.unsigned_abs() % 100)
    }
}

impl Add for Money {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0.checked_add(other.0).expect("sums of bills are bounded far below i64"))
    }
}

impl Sub for Money {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self(self.0.checked_sub(other.0).expect("sums of bills are bounded far below i64"))
    }
}

impl Neg for Money {
    type Output = Self;
    fn neg(self) -> Self {
        Self(-self.0)
    }
}

impl AddAssign for Money {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl SubAssign for Money {
    fn sub_assign(&mut self, other: Self) {
        *self = *self - other;
    }
}

impl Sum for Money {
    fn sum<I: Iterator<Item = Self>>(iter: I) -> Self {
        iter.fold(Self::ZERO, Add::add)
    }
}

/// Money times rates before rounding, in fen × parts per million.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Exact(i128);

impl Exact {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// The amount, rounded half up to the fen: the only place where money is rounded.
    ///
    /// # Panics
    /// If it leaves the range of money, which no checked bill can reach.
    #[must_use]
    #[inline]
    pub fn rounded(self) -> Money {
        // Nearly always; 64-bit division by a constant is many times faster.
        if let Ok(small) = u64::try_from(self.0)
            && let Some(shifted) = small.checked_add(500_000)
        {
            return Money((shifted / 1_000_000).cast_signed());
        }
        self.rounded_at_length()
    }

    /// Negative or very large amounts.
    #[inline(never)]
    fn rounded_at_length(self) -> Money {
        if let Ok(small) = i64::try_from(self.0)
            && let Some(shifted) = small.checked_add(500_000)
        {
            return Money(shifted.div_euclid(1_000_000));
        }
        let rounded = (self.0 + 500_000).div_euclid(1_000_000);
        Money(i64::try_from(rounded).expect("bills are bounded far below i64"))
    }

    /// The amount times one more rate, rounded half up to the fen.
    ///
    /// # Panics
    /// As [`Self::rounded`].
    #[must_use]
    #[inline]
    pub fn rounded_times(self, factor: Rate) -> Money {
        if factor == Rate::ONE {
            return self.rounded();
        }
        self.small_rounded_times(factor).unwrap_or_else(|| self.rounded_times_at_length(factor))
    }

    /// Negative or very large amounts.
    #[inline(never)]
    fn rounded_times_at_length(self, factor: Rate) -> Money {
        let product = self.0 * i128::from(factor.0);
        let rounded = (product + 500_000_000_000).div_euclid(1_000_000_000_000);
        Money(i64::try_from(rounded).expect("bills are bounded far below i64"))
    }

    /// The same where 64 bits hold it: whole fen and the rest are multiplied apart.
    fn small_rounded_times(self, factor: Rate) -> Option<Money> {
        let small = u64::try_from(self.0).ok()?;
        let (whole, rest) = (small / 1_000_000, small % 1_000_000);
        let of_rest = (rest * u64::from(factor.0) + 500_000_000_000) / 1_000_000;
        let rounded = whole.checked_mul(u64::from(factor.0))?.checked_add(of_rest)? / 1_000_000;
        Some(Money(rounded.cast_signed()))
    }

    /// The difference, or nothing if it is negative.
    #[must_use]
    pub fn less(self, other: Self) -> Self {
        Self((self.0 - other.0).max(0))
    }
}

impl AddAssign for Exact {
    fn add_assign(&mut self, other: Self) {
        self.0 += other.0;
    }
}

/// A non-negative rate in integer parts per million: a reimbursement rate, a share, a growth
/// factor. `Rate::ONE` is the whole.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Rate(u32);

impl Rate {
    /// Nothing.
    pub const ZERO: Self = Self(0);
    /// The whole.
    pub const ONE: Self = Self(1_000_000);

    /// A rate from parts per million.
    #[must_use]
    pub const fn from_ppm(ppm: u32) -> Self {
        Self(ppm)
    }

    /// A rate from a fraction, rounded to parts per million.
    ///
    /// # Errors
    /// [`UnitError::NotARate`] outside `[0, 4000]`.
    pub fn try_from_fraction(fraction: f64) -> Result<Self, UnitError> {
        if !(0.0..=4000.0).contains(&fraction) {
            return Err(UnitError::NotARate(fraction));
        }
        // At most 4e9, inside u32.
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        Ok(Self(libm::floor(fraction * 1e6 + 0.5) as u32))
    }

    /// A rate from a fraction that must be a share.
    ///
    /// # Errors
    /// [`UnitError::NotAShare`] outside `[0, 1]`.
    pub fn try_from_share(share: f64) -> Result<Self, UnitError> {
        if !(0.0..=1.0).contains(&share) {
            return Err(UnitError::NotAShare(share));
        }
        Self::try_from_fraction(share)
    }

    /// Parts per million.
    #[must_use]
    pub const fn ppm(self) -> u32 {
        self.0
    }

    /// The rate as a fraction.
    #[must_use]
    pub fn fraction(self) -> f64 {
        f64::from(self.0) / 1e6
    }

    /// One minus the rate, or nothing.
    #[must_use]
    pub const fn complement(self) -> Self {
        Self(1_000_000u32.saturating_sub(self.0))
    }

    /// The sum of two rates, at most the whole.
    #[must_use]
    pub fn plus_at_most_one(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0).min(1_000_000))
    }

    /// The product of two rates, rounded half up.
    #[must_use]
    pub fn times(self, other: Self) -> Self {
        let product = (u64::from(self.0) * u64::from(other.0) + 500_000) / 1_000_000;
        Self(u32::try_from(product).expect("a product of rates up to 4000 fits"))
    }
}

/// A calendar year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Year(i16);

impl Year {
    /// A calendar year known to be in range.
    #[must_use]
    pub const fn new(year: i16) -> Self {
        assert!(year >= 1900 && year <= 2200, "a calendar year between 1900 and 2200");
        Self(year)
    }

    /// A calendar year.
    ///
    /// # Errors
    /// [`UnitError::NotAYear`] outside `1900..=2200`.
    pub fn try_new(year: i64) -> Result<Self, UnitError> {
        i16::try_from(year)
            .ok()
            .filter(|y| (1900..=2200).contains(y))
            .map(Self)
            .ok_or(UnitError::NotAYear(year))
    }

    /// The number of the year.
    #[must_use]
    pub const fn number(self) -> i16 {
        self.0
    }

    /// The year after.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0 + 1)
    }

    /// The year before.
    #[must_use]
    pub const fn previous(self) -> Self {
        Self(self.0 - 1)
    }

    /// Whole years from `earlier` to this year (negative if it is later).
    #[must_use]
    pub const fn since(self, earlier: Self) -> i16 {
        self.0 - earlier.0
    }

    /// All years from this one to `last`, both included.
    pub fn through(self, last: Self) -> impl Iterator<Item = Self> + Clone {
        (self.0..=last.0).map(Self)
    }
}

impl fmt::Display for Year {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_times_rate_rounds_half_up() {
        let half = Rate::from_ppm(500_000);
        assert_eq!(Money::from_fen(1).times(half), Money::from_fen(1));
        assert_eq!(Money::from_fen(3).times(half), Money::from_fen(2));
        assert_eq!(Money::from_fen(-1).times(half), Money::from_fen(0));
        assert_eq!(Money::from_fen(1).times(Rate::from_ppm(499_999)), Money::ZERO);
    }

    #[test]
    fn sums_of_products_round_once() {
        let third = Rate::from_ppm(333_333);
        let mut sum = Exact::ZERO;
        sum += Money::from_fen(1).exactly(Rate::from_ppm(400_000));
        sum += Money::from_fen(1).exactly(Rate::from_ppm(400_000));
        assert_eq!(sum.rounded(), Money::from_fen(1));
        assert_eq!(sum.rounded_times(third), Money::ZERO);
        assert_eq!(Money::from_fen(3).exactly(third).rounded_times(Rate::from_ppm(500_000)), Money::ZERO);
        assert_eq!(
            Money::from_fen(5).exactly(Rate::ONE).rounded_times(Rate::from_ppm(500_000)),
            Money::from_fen(3)
        );
    }

    #[test]
    fn large_products_round_as_small_ones() {
        let large = Money::from_fen(9_223_372_036_854_775);
        assert_eq!(large.times(Rate::from_ppm(500_000)), Money::from_fen(4_611_686_018_427_388));
        assert_eq!(large.times(Rate::from_ppm(1_001_000)), Money::from_fen(9_232_595_408_891_630));
        for fen in [4_294_967_295, 4_294_967_296] {
            let (money, rate) = (Money::from_fen(fen), Rate(u32::MAX));
            assert_eq!(money.times(rate), money.exactly(rate).rounded_at_length());
        }
    }

    #[test]
    fn two_rates_round_once_however_large_the_amount() {
        let fen =
            [-7, 0, 1, 2, 3, 499_999, 18_446_744_073_709, 18_446_744_073_710, 4_611_686_018_427_387_904];
        for (money, rate, factor) in fen.into_iter().flat_map(|money| {
            let rates = [0, 1, 499_999, 500_000, 500_001, 999_999, 1_000_000, 1_000_001];
            rates.into_iter().flat_map(move |rate| rates.map(|factor| (money, rate, factor)))
        }) {
            let product = i128::from(money) * i128::from(rate) * i128::from(factor);
            let expected = (product + 500_000_000_000).div_euclid(1_000_000_000_000);
            let rounded = Money(money).exactly(Rate(rate)).rounded_times(Rate(factor));
            assert_eq!(i128::from(rounded.fen()), expected, "{money} {rate} {factor}");
        }
    }

    #[test]
    fn not_a_number_is_refused_everywhere() {
        assert!(matches!(Rate::try_from_share(f64::NAN), Err(UnitError::NotAShare(_))));
        assert!(matches!(Rate::try_from_fraction(f64::NAN), Err(UnitError::NotARate(_))));
        assert!(matches!(Money::try_from_yuan(f64::NAN), Err(UnitError::NotMoney(_))));
    }

    #[test]
    fn share_limits_are_closed() {
        assert_eq!(Rate::try_from_share(1.0), Ok(Rate::ONE));
        assert_eq!(Rate::try_from_share(1.000_001), Err(UnitError::NotAShare(1.000_001)));
    }

    #[test]
    fn money_prints_fen() {
        assert_eq!(Money::from_fen(-5).to_string(), "-0.05");
        assert_eq!(Money::from_yuan(1234).to_string(), "1234.00");
    }
}
