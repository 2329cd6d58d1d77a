//! Groups of root households on 31 December before the switch.

use fanpin::record::{Cell, Standing};

use crate::expected::MENTAL;
use crate::income::{permanent_rank, strength};
use crate::people::{Household, Registration};
use crate::setting::Setting;

/// `setting` is of the year before the switch.
pub fn of_root(setting: &Setting, household: &mut Household) {
    let (society, year) = (setting.society(), setting.year);
    let own = &household.under[0];
    let here: Vec<_> = household.members.iter().filter(|person| person.under[0].is_here()).collect();
    let members = i64::try_from(here.len()).expect("a household is small");
    let workers = here.iter().filter(|person| setting.works(person.age(year)));
    let strength = workers.map(|person| strength(society, &person.under[0])).sum();
    let has = |group: usize| here.iter().any(|person| person.under[0].chronic[group]);
    let line = setting.evidence.path("official_line", year) * society.poverty.line_factor;
    let marginal = crate::evidence::yuan(line * society.poverty.marginal_lines).fen();
    let all_lifted = i64::from(year.number()) >= society.lists.lifting_last_year;
    let standing = match own.registration {
        Registration::Lifted => Standing::Lifted,
        Registration::Registered if all_lifted => Standing::Lifted,
        _ if own.income_last < marginal * own.members_last.max(1) => Standing::Marginal,
        _ => Standing::NeverPoor,
    };
    // Quintiles of the permanent rank, whose variance is what is not transitory.
    let economy = &society.economy;
    let persistent_share = 1.0 - economy.transitory_share - economy.workers_share;
    let sd = libm::sqrt((persistent_share + economy.workers_share).max(1e-6));
    let rank = permanent_rank(society, household.persistent, members, strength) as f64 / 65_536.0;
    let quintiles = [0.2, 0.4, 0.6, 0.8].map(fanpin::random::normal_quantile);
    let elderly_only = members > 0 && here.iter().all(|person| person.age(year) >= 60);
    household.group = Some(Cell {
        standing,
        fifth: quintiles.iter().filter(|quintile| rank / sd >= **quintile).count() as u8,
        elderly_only,
        chronic: (0..8).any(has),
        mental: has(MENTAL),
    });
    household.persons_at_switch = members;
    household.in_cohort = standing == Standing::Lifted && members > 0;
}
