//! The household's economy: income, earnings lost, consumption, and how a bill is paid.
//!
//! A household's illness-free income per head is a quantile of the published rural distribution of
//! the year, at a rank with a persistent part, a transitory part and a part from the share of
//! members who work. Illness takes earnings from it; assets sold for illness take the income they
//! gave. Out-of-pocket payments meet a surplus first, then savings, gifts from kin, debt up to a
//! limit, the sale of productive assets, and consumption down to a floor; what is then left stays
//! unpaid. The lasting loss after a shock comes out of these, it is not put in.

use crate::population::columns::HouseholdState;
use crate::population::tables::{Path, Tables};
use crate::random::normal_share;
use crate::scenario::plan::Place;
use crate::scenario::society::{Economy, Lists, Poverty, Society};
use crate::support::{Support, SupportYear};
use crate::units::{Money, Rate, Year};
use crate::work::{WORKS, Work};

/// One standard deviation of a rank.
pub const SCORE_ONE: i64 = 65_536;

/// What the economy needs of a year and place, compiled for the loop.
#[derive(Debug, Clone)]
pub struct EconomyYear {
    year: Year,
    persistent_weight: i64,
    transitory_weight: i64,
    /// Mean earning strength a member, and score of one unit more, in 2⁻²⁰.
    strength_score: (i64, i64),
    /// What programmes are expected to pay per head, by total rank.
    expected_support: Vec<i64>,
    level: Rate,
    consumption_level: Rate,
    labour_share: Rate,
    property_share: Rate,
    working_days: i64,
    /// Share of a worker's earnings lost, by set of chronic groups and disability, in parts per million.
    pub earnings_loss: Box<[[u32; 256]; 2]>,
    consumption: Vec<i64>,
    food: Vec<i64>,
    shortfall_passed: Rate,
    floor_per_head: Money,
    line_per_head: Money,
    kin_gift_share: Rate,
    child_gift_share: Rate,
    remitted: Rate,
    debt_limit: Rate,
    interest: Rate,
    asset_sale_limit: Rate,
    asset_return: Rate,
    repayment_share: Rate,
    rebuilding_share: Rate,
    saving_share: Rate,
}

/// What happened to a household in a year before its accounts are closed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct YearInput {
    /// Living members.
    pub members: i64,
    /// What the household usually has and spends.
    pub usual: Usual,
    /// Weight of the members who work in the household's labour income: `[work]`.
    pub earning: [i64; WORKS],
    /// Sum over them of weight times the share of their earnings lost, in parts per million: `[work]`.
    pub earning_lost_ppm: [i64; WORKS],
    /// What programmes pay.
    pub support: Support,
    /// Consecutive years of support before this one.
    pub support_years: u8,
    /// Children who left, who give for their parents' bills.
    pub children_away: u8,
    /// Reimbursements of this year that come next year, fen.
    pub late: Money,
    /// Out-of-pocket payments, fen.
    pub out_of_pocket: Money,
    /// Premiums paid by the household, fen.
    pub premiums: Money,
}

/// What a household usually has and spends in a year: the same under every regime in which the same members earn.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Usual {
    /// Income with no illness, before support.
    income: Money,
    /// Of it, labour earnings.
    labour: Money,
    /// Of it, income from property.
    property: Money,
    /// The same as it would be expected, with support and without what is transitory.
    expected: Money,
    consumption: Money,
    /// Of it, food.
    food: Money,
    /// Consumption that isn't cut.
    floor: Money,
}

/// The closed accounts of a household-year, all in fen.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Accounts {
    /// Income with no illness.
    pub illness_free_income: Money,
    /// Earnings lost to illness and care-giving.
    pub lost_earnings: Money,
    /// Income that assets sold for illness no longer give.
    pub lost_asset_income: Money,
    /// Labour earnings left after illness and care-giving.
    pub labour: Money,
    /// Labour earnings given up under support without condition.
    pub effort_lost: Money,
    /// What programmes paid.
    pub support: Money,
    /// Earnings of members who work away.
    pub earned_away: Money,
    /// Of them, what comes home.
    pub remitted: Money,
    /// Income from the farm: what is left of farm labour, less what sold assets no longer give.
    pub farm: Money,
    /// Wages earned at home.
    pub wages: Money,
    /// Income from property.
    pub property: Money,
    /// All other income: pensions, gifts, programmes.
    pub transfers: Money,
    /// Disposable income.
    pub income: Money,
    /// Consumption other than health care.
    pub consumption: Money,
    /// Of it, food.
    pub food: Money,
    /// Interest on medical debt.
    pub medical_interest: Money,
    /// Interest on other debt.
    pub other_interest: Money,
    /// Gifts from kin.
    pub gifts: Money,
    /// Savings used (negative: saved).
    pub savings_used: Money,
    /// New debt less repayment.
    pub borrowed: Money,
    /// Productive assets sold (negative: replaced).
    pub assets_sold: Money,
    /// Reimbursements of last year that came this year.
    pub late_received: Money,
    /// What could not be paid.
    pub unpaid: Money,
    /// Income less out-of-pocket payments, illness interest and own premiums.
    pub net_income: Money,
    /// Surplus spent on housing, ceremonies and the like.
    pub other_spending: Money,
}

impl EconomyYear {
    /// Compiles the year of a place. `support` is what programmes do under the historical rules, whose mean
    /// payments the published incomes contain, and `dibao_share` the share of households on dibao.
    #[must_use]
    pub fn compile(
        society: &Society,
        place: &Place,
        (support, dibao_share): (&SupportYear, f64),
        tables: &Tables,
        year: Year,
    ) -> Self {
        let (economy, poverty): (&Economy, &Poverty) = (&society.economy, &society.poverty);
        let rate = |x: f64| Rate::try_from_fraction(x).expect("the book bounds shares");
        let persistent_share = (1.0 - economy.transitory_share - economy.workers_share).max(0.0);
        let income_level = place.income_level.at(year);
        let level = rate(income_level * economy.illness_free_factor);
        let consumption_level = libm::pow(income_level, economy.consumption_place_elasticity);
        let consumption = consumption_grid(economy, tables, year);
        let food = food_grid(economy, tables, year, &consumption);
        Self {
            year,
            persistent_weight: score(libm::sqrt(persistent_share)),
            transitory_weight: score(libm::sqrt(economy.transitory_share)),
            strength_score: strength_score(economy, crate::migration::expected_strength(&society.migration)),
            expected_support: expected_support(
                support,
                dibao_share,
                (&society.lists, rate(economy.support_share_most)),
                level,
                tables,
                year,
            ),
            level,
            consumption_level: rate(consumption_level * economy.illness_free_factor),
            labour_share: rate(economy.labour_share),
            property_share: rate(society.work.property_share),
            // Days in a year, from a bounded parameter.
            #[allow(clippy::cast_possible_truncation)]
            working_days: economy.working_days as i64,
            earnings_loss: earnings_losses(economy),
            consumption,
            food,
            shortfall_passed: rate(economy.shortfall_passed),
            floor_per_head: Money::try_from_yuan(
                economy.floor_lines * tables.path(Path::OfficialLine, year) * poverty.line_factor,
            )
            .expect("a poverty line is a small amount"),
            line_per_head: Money::try_from_yuan(tables.path(Path::OfficialLine, year) * poverty.line_factor)
                .expect("a poverty line is a small amount"),
            kin_gift_share: rate(economy.kin_gift_share),
            child_gift_share: rate(economy.child_gift_share),
            remitted: rate(society.migration.remitted_share),
            debt_limit: rate(economy.debt_limit),
            interest: rate(economy.interest),
            asset_sale_limit: rate(economy.asset_sale_limit),
            asset_return: rate(economy.asset_return),
            repayment_share: rate(economy.repayment_share),
            rebuilding_share: rate(economy.rebuilding_share),
            saving_share: rate(economy.saving_share),
        }
    }

    /// Share of a year's earnings that some days are, in parts per million.
    #[must_use]
    pub fn days_ppm(&self, days: i64) -> i64 {
        days * 1_000_000 / self.working_days
    }

    /// Rank of illness-free income without its transitory part.
    #[must_use]
    #[inline]
    pub fn permanent_score(&self, persistent: i32, members: i64, strength: i64) -> i32 {
        let (mean, slope) = self.strength_score;
        // In millionths of a worker a member, over the mean.
        let above = strength * 1_000 / members.max(1) - mean;
        let earners = if members == 0 { 0 } else { (above * slope) >> 20 };
        let sum = i64::from(persistent) * self.persistent_weight / SCORE_ONE + earners;
        i32::try_from(sum).expect("ranks are a few standard deviations")
    }

    /// Illness-free income per head, support as expected included.
    #[must_use]
    #[inline]
    pub fn illness_free_per_head(&self, tables: &Tables, permanent: i32, transitory: i32) -> Money {
        let rank = self.rank(permanent, transitory);
        Money::from_fen(tables.income_per_head_fen(self.year, rank)).times(self.level)
    }

    /// Illness-free income per head before any support.
    #[must_use]
    #[inline]
    pub fn before_support_per_head(&self, tables: &Tables, permanent: i32, transitory: i32) -> Money {
        let expected = interpolate(&self.expected_support, self.rank(permanent, transitory));
        self.illness_free_per_head(tables, permanent, transitory).less(Money::from_fen(expected))
    }

    #[inline]
    fn rank(&self, permanent: i32, transitory: i32) -> i32 {
        let rank = i64::from(permanent) + i64::from(transitory) * self.transitory_weight / SCORE_ONE;
        i32::try_from(rank).expect("ranks are a few standard deviations")
    }

    /// What the household could raise at once for a deposit: savings, unused credit, and the assets
    /// it may sell in a year.
    #[must_use]
    pub fn liquidity(&self, state: &HouseholdState) -> Money {
        let limit = Money::from_fen(state.income_last.max(0)).times(self.debt_limit);
        let credit = limit.less(Money::from_fen(state.medical_debt + state.other_debt));
        let owned = Money::from_fen((state.assets - state.assets_sold).max(0));
        let sellable = owned.times(self.asset_sale_limit);
        Money::from_fen(state.savings) + credit + sellable
    }

    /// What a household with the persistent and the transitory part of a rank usually has and spends, `strength` being
    /// that of the members who work.
    #[must_use]
    pub fn usual(
        &self,
        tables: &Tables,
        (persistent, transitory): (i32, i32),
        members: i64,
        strength: i64,
    ) -> Usual {
        let times_members = |per_head: Money| Money::from_fen(per_head.fen() * members);
        let permanent = self.permanent_score(persistent, members, strength);
        let (consumption, food) = self.usual_consumption(permanent);
        let income = times_members(self.before_support_per_head(tables, permanent, transitory));
        let labour = if strength > 0 { income.times(self.labour_share) } else { Money::ZERO };
        Usual {
            income,
            labour,
            property: (income - labour).times(self.property_share),
            expected: times_members(self.illness_free_per_head(tables, permanent, 0)),
            consumption: times_members(consumption),
            food: times_members(food),
            floor: times_members(self.floor_per_head),
        }
    }

    /// Closes a household's year in its accounts: income, payment, debt; the state is carried forward.
    pub fn close(
        &self,
        programmes: &SupportYear,
        input: &YearInput,
        state: &mut HouseholdState,
        a: &mut Accounts,
    ) {
        let Usual { income, expected, consumption, food, floor, .. } = input.usual;
        *a = Accounts { illness_free_income: income, ..Accounts::default() };
        self.earn(programmes, input, state, a);
        let passed = (expected - a.income).or_zero().times(self.shortfall_passed);
        a.consumption = consumption.less(passed).max(floor);
        a.food = food.min(a.consumption);
        a.medical_interest = Money::from_fen(state.medical_debt).times(self.interest);
        a.other_interest = Money::from_fen(state.other_debt).times(self.interest);
        a.net_income = a.income - input.out_of_pocket - a.medical_interest - input.premiums;
        a.late_received = Money::from_fen(state.receivable);
        state.receivable = input.late.fen();
        let means = a.income + a.late_received;
        let needs = a.consumption
            + input.out_of_pocket
            + input.late
            + a.medical_interest
            + a.other_interest
            + input.premiums;
        if means >= needs {
            self.use_surplus(means - needs, state, a);
        } else {
            self.meet_shortage(needs - means, floor, input, state, a);
        }
    }

    /// Income from work, assets and programmes.
    fn earn(&self, programmes: &SupportYear, input: &YearInput, state: &HouseholdState, a: &mut Accounts) {
        let labour = input.usual.labour;
        a.lost_earnings = labour.times(lost_share(input));
        let kept = labour - a.lost_earnings;
        a.labour = kept;
        a.lost_asset_income = Money::from_fen(state.assets_sold).times(self.asset_return);
        a.support = input.support.total();
        let able_to_earn = a.illness_free_income - a.lost_earnings - a.lost_asset_income;
        if input.support.unconditional > Money::ZERO {
            let need = Money::from_fen(self.line_per_head.fen() * input.members).less(able_to_earn);
            let above_need = input.support.unconditional.less(need);
            a.effort_lost = programmes.effort_lost(above_need, kept, input.support_years);
        }
        let market = able_to_earn - a.effort_lost;
        a.income = market.or_zero() + a.support;
        self.divide(input, a);
    }

    /// Divides income by where it comes from; the parts add up to it.
    fn divide(&self, input: &YearInput, a: &mut Accounts) {
        let left = |work: Work| {
            let (earning, lost) = (input.earning[work as usize], input.earning_lost_ppm[work as usize]);
            (earning * 1_000_000 - lost).max(0)
        };
        let (farm, wage, away) = (left(Work::Farm), left(Work::LocalWage), left(Work::Away));
        let whole = farm + wage + away;
        // The last kind that the household has takes what rounding leaves.
        let part = |here: i64, others: i64, of: Money| match (here, others) {
            (0, _) => Money::ZERO,
            (_, 0) => of,
            _ => {
                // Both are of the order of a few workers times a million.
                let ppm = u32::try_from(here * 1_000 / (whole / 1_000).max(1)).expect("a part of the whole");
                (a.labour - a.effort_lost).times(Rate::from_ppm(ppm.min(1_000_000))).min(of)
            }
        };
        let earned = a.labour - a.effort_lost;
        let earned_away = part(away, farm + wage, earned);
        let farm_labour = part(farm, wage, earned - earned_away);
        a.wages = earned - earned_away - farm_labour;
        a.earned_away = earned_away;
        a.remitted = earned_away.times(self.remitted);
        a.farm = farm_labour - a.lost_asset_income;
        a.property = input.usual.property;
        a.transfers = a.income - a.earned_away - a.wages - a.farm - a.property;
    }

    /// Usual consumption and food per head at a permanent rank, at the place's level of income.
    fn usual_consumption(&self, permanent: i32) -> (Money, Money) {
        let at = |grid: &[i64]| Money::from_fen(interpolate(grid, permanent)).times(self.consumption_level);
        (at(&self.consumption), at(&self.food))
    }

    fn use_surplus(&self, surplus: Money, state: &mut HouseholdState, a: &mut Accounts) {
        let debt = Money::from_fen(state.medical_debt + state.other_debt);
        let repaid = surplus.times(self.repayment_share).min(debt);
        let medical = repaid.min(Money::from_fen(state.medical_debt));
        state.medical_debt -= medical.fen();
        state.other_debt -= (repaid - medical).fen();
        a.borrowed = -repaid;
        let left = surplus - repaid;
        let replaced = left.times(self.rebuilding_share).min(Money::from_fen(state.assets_sold));
        state.assets_sold -= replaced.fen();
        a.assets_sold = -replaced;
        let left = left - replaced;
        let saved = left.times(self.saving_share);
        state.savings += saved.fen();
        a.savings_used = -saved;
        a.other_spending = left - saved;
    }

    /// Share of an open bill that kin give: more with each child who left, up to three.
    fn gift_share(&self, children_away: u8) -> Rate {
        let children = u32::from(children_away.min(3)) * self.child_gift_share.ppm();
        Rate::from_ppm((self.kin_gift_share.ppm() + children).min(1_000_000))
    }

    fn meet_shortage(
        &self,
        shortage: Money,
        floor: Money,
        input: &YearInput,
        state: &mut HouseholdState,
        a: &mut Accounts,
    ) {
        let mut left = shortage;
        a.savings_used = left.min(Money::from_fen(state.savings));
        state.savings -= a.savings_used.fen();
        left -= a.savings_used;
        a.gifts = left.min(input.out_of_pocket).times(self.gift_share(input.children_away));
        left -= a.gifts;
        let medical_part = left.min(input.out_of_pocket);
        let limit = a.income.times(self.debt_limit);
        let credit = limit.less(Money::from_fen(state.medical_debt + state.other_debt));
        a.borrowed = left.min(credit);
        let medical = a.borrowed.min(medical_part);
        state.medical_debt += medical.fen();
        state.other_debt += (a.borrowed - medical).fen();
        left -= a.borrowed;
        let sellable =
            Money::from_fen((state.assets - state.assets_sold).max(0)).times(self.asset_sale_limit);
        a.assets_sold = left.min(sellable);
        state.assets_sold += a.assets_sold.fen();
        left -= a.assets_sold;
        let cut = left.min(a.consumption.less(floor));
        a.consumption -= cut;
        a.food = a.food.min(a.consumption);
        a.unpaid = left - cut;
    }
}

impl Accounts {
    /// What the accounts leave open: nothing, to the fen.
    #[must_use]
    pub fn imbalance(&self, input: &YearInput) -> Money {
        let inflow = self.income
            + self.late_received
            + self.gifts
            + self.savings_used
            + self.borrowed
            + self.assets_sold
            + self.unpaid;
        let outflow = self.consumption
            + input.out_of_pocket
            + input.late
            + input.premiums
            + self.medical_interest
            + self.other_interest
            + self.other_spending;
        inflow - outflow
    }
}

fn score(weight: f64) -> i64 {
    // Weights are at most one.
    #[allow(clippy::cast_possible_truncation)]
    {
        libm::floor(weight * 65_536.0 + 0.5) as i64
    }
}

/// Share of labour earnings lost to illness and care.
fn lost_share(input: &YearInput) -> Rate {
    let (earning, lost): (i64, i64) = (input.earning.iter().sum(), input.earning_lost_ppm.iter().sum());
    if earning == 0 || lost == 0 {
        return Rate::ZERO;
    }
    let share = (lost / earning).clamp(0, 1_000_000);
    Rate::from_ppm(u32::try_from(share).expect("clamped to a share"))
}

/// Mean earning strength a member in millionths of a local worker, and the score of a millionth more, in
/// 2⁻²⁰.
fn strength_score(economy: &Economy, expected_strength: f64) -> (i64, i64) {
    let weight = libm::sqrt(economy.workers_share) * 65_536.0;
    let mean = economy.workers_mean * expected_strength * 1e6;
    let slope = weight / (economy.workers_sd * expected_strength * 1e6);
    // A share of members and a score of bounded parameters.
    #[allow(clippy::cast_possible_truncation)]
    let whole = |x: f64| libm::floor(x + 0.5) as i64;
    (whole(mean), whole(slope * 1_048_576.0))
}

/// What programmes are expected to pay per head at each point of the grid of ranks: the gap that officials
/// see, under the seen income below which the share of dibao lies.
fn expected_support(
    support: &SupportYear,
    dibao_share: f64,
    (lists, most): (&Lists, Rate),
    level: Rate,
    tables: &Tables,
    year: Year,
) -> Vec<i64> {
    let incomes: Vec<Money> = (0..GRID_POINTS)
        .map(|point| Money::from_fen(tables.income_per_head_fen(year, grid_rank(point))).times(level))
        .collect();
    let (densities, weights) = normal_densities();
    // Officials' error and the village's judgement are independent, and lognormal together.
    let log_sd = libm::hypot(lists.income_error, lists.dibao_error);
    // Whether fewer than the share are seen below a limit; known as soon as as many are.
    let fewer_below = |limit: f64| {
        let mut sum = 0.0;
        incomes.iter().zip(&densities).all(|(income, density)| {
            sum += seen_below(income.yuan(), limit, log_sd) * density;
            sum / weights < dibao_share
        })
    };
    let (mut low, mut high) = (0.0, 100_000.0);
    for _ in 0..40 {
        let middle = f64::midpoint(low, high);
        if fewer_below(middle) {
            low = middle;
        } else {
            high = middle;
        }
    }
    let threshold = Money::try_from_yuan(low).expect("an income is a small amount");
    let expected = |income: Money| {
        if lists.villages_judge() {
            support.expected_gap_judged(income, log_sd, threshold)
        } else {
            support.expected_gap(income, log_sd, threshold)
        }
    };
    let part = |income: &Money| expected_part(*income, income.or_zero().times(most), expected).fen();
    incomes.iter().map(part).collect()
}

/// The part g of an income, at most `most`, that programmes are expected to have paid: what they pay where the
/// test sees the rest, g = gap(income − g). A larger part lowers what is seen and so never lowers the gap; the
/// answer is found by halving to a yuan and, where the dibao threshold makes the gap jump, is at the jump.
fn expected_part(income: Money, most: Money, gap: impl Fn(Money) -> Money) -> Money {
    let most_paid = gap(income - most);
    if most_paid == Money::ZERO || most_paid >= most {
        return most.min(most_paid);
    }
    let (mut low, mut high) = (0, most.fen());
    while high - low > 100 {
        let part = low.midpoint(high);
        if gap(income - Money::from_fen(part)) < Money::from_fen(part) {
            high = part;
        } else {
            low = part;
        }
    }
    Money::from_fen(low)
}

/// Chance that officials see an income below a limit.
fn seen_below(income: f64, limit: f64, log_sd: f64) -> f64 {
    if log_sd <= 0.0 {
        return if income < limit { 1.0 } else { 0.0 };
    }
    let z = (libm::log(limit.max(1e-9) / income.max(1e-9)) + 0.5 * log_sd * log_sd) / log_sd;
    normal_share(z)
}

fn earnings_losses(economy: &Economy) -> Box<[[u32; 256]; 2]> {
    let by_group = [
        economy.loss_cardiovascular,
        economy.loss_stroke,
        economy.loss_diabetes,
        economy.loss_respiratory,
        economy.loss_cancer,
        economy.loss_musculoskeletal,
        economy.loss_mental,
        economy.loss_other,
    ];
    let mut losses = Box::new([[0; 256]; 2]);
    for (disabled, row) in losses.iter_mut().enumerate() {
        let able = if disabled == 1 { 1.0 - economy.loss_disability } else { 1.0 };
        for (set, loss) in row.iter_mut().enumerate() {
            let kept: f64 = (0..8).filter(|g| set & (1 << g) != 0).map(|g| 1.0 - by_group[g]).product();
            *loss = Rate::try_from_share(1.0 - kept * able).expect("losses are shares").ppm();
        }
    }
    losses
}

/// Points of the consumption and food grids: ranks −5 to 5 in steps of 1/32.
const GRID_POINTS: usize = 321;

fn grid_rank(point: usize) -> i32 {
    i32::try_from(point).expect("a small grid") * 2_048 - 5 * 65_536
}

/// Linear interpolation of a grid at a rank, constant outside.
fn interpolate(grid: &[i64], rank: i32) -> i64 {
    let offset = (i64::from(rank) + 5 * SCORE_ONE).clamp(0, 10 * SCORE_ONE);
    let cell = usize::try_from(offset / 2_048).expect("clamped").min(GRID_POINTS - 2);
    let part = offset - i64::try_from(cell).expect("a small grid") * 2_048;
    grid[cell] + (grid[cell + 1] - grid[cell]) * part / 2_048
}

/// Usual consumption per head by permanent rank, fen: the published mean, spread over ranks with an
/// elasticity below one to permanent income (richer households save more).
fn consumption_grid(economy: &Economy, tables: &Tables, year: Year) -> Vec<i64> {
    let shape: Vec<f64> = (0..GRID_POINTS)
        .map(|point| {
            let income = tables.income_per_head_fen(year, grid_rank(point)).max(1);
            // Incomes per head are far below 2^53 fen.
            #[allow(clippy::cast_precision_loss)]
            libm::pow(income as f64, economy.consumption_elasticity)
        })
        .collect();
    let mean = tables.path(Path::Consumption, year) * 100.0;
    let average = normal_average(&shape);
    // Consumption per head is far inside i64.
    #[allow(clippy::cast_possible_truncation)]
    shape.iter().map(|s| libm::floor(s / average * mean + 0.5) as i64).collect()
}

/// Food per head by permanent rank, fen: the published food share at mean consumption, falling with
/// consumption (Engel), between 15 and 75 %.
fn food_grid(economy: &Economy, tables: &Tables, year: Year, consumption: &[i64]) -> Vec<i64> {
    let mean = tables.path(Path::Consumption, year) * 100.0;
    let share = tables.path(Path::FoodShare, year);
    consumption
        .iter()
        .map(|fen| {
            // Consumption per head is far below 2^53 fen.
            #[allow(clippy::cast_precision_loss)]
            let consumption = *fen as f64;
            let food_share = share * libm::pow((consumption / mean).max(1e-3), economy.engel_elasticity);
            // Smaller than consumption.
            #[allow(clippy::cast_possible_truncation)]
            {
                libm::floor(consumption * food_share.clamp(0.15, 0.75) + 0.5) as i64
            }
        })
        .collect()
}

/// Density of standard normal ranks at the points of the grid, up to a factor, and their sum.
fn normal_densities() -> (Vec<f64>, f64) {
    let density = |point: usize| {
        let z = f64::from(grid_rank(point)) / 65_536.0;
        libm::exp(-0.5 * z * z)
    };
    let densities: Vec<f64> = (0..GRID_POINTS).map(density).collect();
    let weights = densities.iter().sum();
    (densities, weights)
}

/// Average of a grid over standard normal ranks.
fn normal_average(grid: &[f64]) -> f64 {
    let (densities, weights) = normal_densities();
    grid.iter().zip(&densities).map(|(value, density)| value * density).sum::<f64>() / weights
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_part_that_programmes_paid_is_the_gap_that_tests_see() {
        let gap = |income: Money| Money::from_yuan(6_000).less(income);
        let part = |yuan, most| expected_part(Money::from_yuan(yuan), Money::from_yuan(most), gap).yuan();
        let half = |income: Money| Money::from_fen(gap(income).fen() / 2);
        let found = expected_part(Money::from_yuan(5_000), Money::from_yuan(4_000), half).yuan();
        assert!((found - 1_000.0).abs() <= 1.0, "g = (6,000 - (5,000 - g)) / 2 at g = 1,000: {found}");
        assert!((part(3_000, 1_000) - 1_000.0).abs() < 1e-9, "never more than the most");
        assert!(
            part(20_000, 10_000).abs() < 1e-9,
            "nothing is paid where nothing is seen under the standard"
        );
    }
}
