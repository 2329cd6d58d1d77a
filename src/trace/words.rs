//! The words of a trace in both languages, for tables and charts.

use super::{Event, Flow, Happened, Life, Mattered, Member, Rule};
use crate::care::Reason;
use crate::gap::CLASS_LABELS;
use crate::measures::catalogue::payer_label;
use crate::population::{Chronic, Sex};
use crate::scenario::Scenario;
use crate::scenario::plan::Language;
use crate::scenario::policy::{Class, ClassSet, Level, Programme, ProgrammeKind};
use crate::units::Money;

const fn pick<'t>(language: Language, en: &'t str, zh: &'t str) -> &'t str {
    match language {
        Language::En => en,
        Language::Zh => zh,
    }
}

/// A class of household.
#[must_use]
pub const fn class(class: Class, language: Language) -> &'static str {
    let label = CLASS_LABELS[class as usize];
    pick(language, label.en, label.zh)
}

/// The classes of a set, `–` if there are none.
#[must_use]
pub fn classes(set: ClassSet, language: Language) -> String {
    let names: Vec<&str> = set.iter().map(|of| class(of, language)).collect();
    if names.is_empty() { "–".to_owned() } else { names.join(pick(language, "; ", "；")) }
}

/// A group of chronic diseases.
#[must_use]
pub const fn disease(group: Chronic, language: Language) -> &'static str {
    let (en, zh) = match group {
        Chronic::Cardiovascular => ("heart disease or hypertension", "心血管病"),
        Chronic::Stroke => ("stroke", "脑卒中"),
        Chronic::Diabetes => ("diabetes", "糖尿病"),
        Chronic::Respiratory => ("respiratory disease", "呼吸系统病"),
        Chronic::Cancer => ("cancer", "癌症"),
        Chronic::Musculoskeletal => ("musculoskeletal disease", "骨关节病"),
        Chronic::Mental => ("mental illness", "精神障碍"),
        Chronic::Other => ("other chronic disease", "其他慢性病"),
    };
    pick(language, en, zh)
}

/// Why care was forgone.
#[must_use]
pub const fn reason(reason: Reason, language: Language) -> &'static str {
    let (en, zh) = match reason {
        Reason::Money => ("money", "费用"),
        Reason::Distance => ("distance", "路途"),
        Reason::Capacity => ("want of staff or beds", "服务能力不足"),
        Reason::Unaware => ("not knowing its entitlement", "不知政策"),
        Reason::Other => ("another reason", "其他原因"),
    };
    pick(language, en, zh)
}

/// The name of a reason in JSON.
#[must_use]
pub const fn reason_name(reason: Reason) -> &'static str {
    match reason {
        Reason::Money => "money",
        Reason::Distance => "distance",
        Reason::Capacity => "capacity",
        Reason::Unaware => "unaware",
        Reason::Other => "other",
    }
}

/// The level of a hospital.
#[must_use]
pub const fn level(level: Level, language: Language) -> &'static str {
    let (en, zh) = match level {
        Level::Township => ("township", "乡镇"),
        Level::County => ("county", "县级"),
        Level::City => ("city", "市级"),
        Level::Province => ("province", "省级"),
    };
    pick(language, en, zh)
}

/// A month, from 0.
#[must_use]
pub fn month(month: u8, language: Language) -> String {
    const NAMES: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    match language {
        Language::En => NAMES[usize::from(month.min(11))].to_owned(),
        Language::Zh => format!("{}月", month + 1),
    }
}

/// A member by sex and age.
#[must_use]
pub fn member(member: &Member, language: Language) -> String {
    let (en, zh) = match member.sex {
        Sex::Male => ("M", "男"),
        Sex::Female => ("F", "女"),
    };
    format!("{}{}", pick(language, en, zh), member.age)
}

/// What happened to whom.
#[must_use]
pub fn event(event: &Event, language: Language) -> String {
    let who = member(&event.who, language);
    let (en, zh) = match event.what {
        Happened::Born => ("born", "出生"),
        Happened::MarriedIn => ("marries in", "嫁入"),
        Happened::Founded => ("sets up this household", "分户成立"),
        Happened::Died => ("dies", "去世"),
        Happened::Left => ("leaves", "离户"),
        Happened::SetUp => ("moves to a household of its own", "分户另过"),
        Happened::Onset(group) | Happened::Recovered(group) => {
            let began = matches!(event.what, Happened::Onset(_));
            let name = disease(group, language);
            return match language {
                Language::En => format!("{who} {name} {}", if began { "begins" } else { "ends" }),
                Language::Zh => format!("{who}{}{name}", if began { "新患" } else { "痊愈：" }),
            };
        }
        Happened::Disabled => ("disabled", "致残"),
        Happened::WentAway => ("goes away to work", "外出务工"),
        Happened::CameHome => ("comes home", "返乡"),
        Happened::LeftSchool => ("leaves school", "辍学"),
    };
    format!("{who}{}{}", pick(language, " ", ""), pick(language, en, zh))
}

/// A programme: its name in English, in Chinese how it pays, since programmes have no labels.
#[must_use]
pub fn programme(programme: &Programme, language: Language) -> String {
    match language {
        Language::En => programme.id.replace('-', " "),
        Language::Zh => match programme.kind {
            ProgrammeKind::IncomeGap => "低保补差",
            ProgrammeKind::Grant => "临时救助",
            ProgrammeKind::Job => "公益岗位",
            ProgrammeKind::Industry => "产业帮扶",
        }
        .to_owned(),
    }
}

/// When a household was first in net poverty since the switch.
#[must_use]
pub fn returned(life: &Life, language: Language) -> String {
    let year = life.years.iter().find(|year| year.row.returned).map(|year| year.row.year);
    match (year, language) {
        (Some(year), Language::En) => format!("first in net poverty in {year}"),
        (Some(year), Language::Zh) => format!("{year}年首次净收入贫困"),
        (None, Language::En) => "never in net poverty since the switch".to_owned(),
        (None, Language::Zh) => "切换后从未净收入贫困".to_owned(),
    }
}

/// That nobody is left, and when.
#[must_use]
pub fn ended(life: &Life, language: Language) -> Option<String> {
    let year = life.ended?;
    Some(match language {
        Language::En => format!("nobody is left at the end of {year}"),
        Language::Zh => format!("{year}年末该户已无人"),
    })
}

/// What a household counts as.
#[must_use]
pub const fn flow(flow: Flow, language: Language) -> &'static str {
    let (en, zh) = match flow {
        Flow::Saved => ("saved", "避免返贫"),
        Flow::Lost => ("lost", "转为返贫"),
        Flow::Both => ("returned under both", "两制度下均返贫"),
        Flow::Neither => ("returned under neither", "两制度下均未返贫"),
    };
    pick(language, en, zh)
}

/// The rule that mattered, under the regime of an index.
#[must_use]
pub fn rule(mattered: &Mattered, scenario: &Scenario, regime: usize, language: Language) -> String {
    let say = |en: &'static str, zh: &'static str| pick(language, en, zh).to_owned();
    let yuan = |more: &Money| amount(*more, language);
    match &mattered.rule {
        Rule::Members => say("other members", "家庭成员不同"),
        Rule::StayForgone(why) => match language {
            Language::En => format!("stay forgone ({})", reason(*why, language)),
            Language::Zh => format!("放弃住院（{}）", reason(*why, language)),
        },
        Rule::StayHad(why) => match language {
            Language::En => format!("stay had, forgone there ({})", reason(*why, language)),
            Language::Zh => format!("得到住院治疗，基准下放弃（{}）", reason(*why, language)),
        },
        Rule::Illness => say("another course of illness", "病程不同"),
        Rule::Payer { payer, layers, more } => {
            let label = payer_label(*payer);
            let one =
                if let [only] = layers.as_slice() { layer(scenario, regime, only, language) } else { None };
            let name = one.unwrap_or_else(|| pick(language, label.en, label.zh).to_owned());
            named(&name, &yuan(more), language)
        }
        Rule::Programme { programme, more } => {
            let of = |regime: usize| scenario.regimes[regime].policy.programmes.iter();
            let found = of(regime).chain(of(scenario.baseline)).find(|found| found.id == *programme);
            let name = found.map_or_else(|| programme.clone(), |found| self::programme(found, language));
            named(&name, &yuan(more), language)
        }
        Rule::PremiumAid { more } => named(&say("premium aid", "参保资助"), &yuan(more), language),
        Rule::Classes => {
            let set = |set: ClassSet| classes(set, language);
            match (mattered.classes_gained.0, mattered.classes_lacked.0) {
                (_, 0) => format!("{}{}", say("class gained: ", "新增类别："), set(mattered.classes_gained)),
                (_, _) => format!("{}{}", say("class lacked: ", "缺少类别："), set(mattered.classes_lacked)),
            }
        }
        Rule::PastDebt { more } => named(&say("debt left from before", "以往债务"), &yuan(more), language),
        Rule::PastSavings { more } => {
            named(&say("savings left from before", "以往储蓄"), &yuan(more), language)
        }
        Rule::Other => say("something else", "其他"),
    }
}

fn named(name: &str, amount: &str, language: Language) -> String {
    format!("{name}{}{amount}", pick(language, " ", ""))
}

/// Label of a layer under a regime, or under the baseline.
fn layer(scenario: &Scenario, regime: usize, id: &str, language: Language) -> Option<String> {
    let of = |regime: usize| scenario.regimes[regime].policy.layers.iter().find(|layer| layer.id == id);
    let found = of(regime).or_else(|| of(scenario.baseline))?;
    let label = pick(language, &found.label_en, &found.label_zh);
    (!label.trim().is_empty()).then(|| label.to_owned())
}

/// A difference in whole yuan, with its sign.
#[must_use]
pub fn amount(more: Money, language: Language) -> String {
    let sign = if more.fen() < 0 { '−' } else { '+' };
    let whole = yuan(Money::from_fen(more.fen().abs()));
    format!("{sign}{whole}{}", pick(language, " yuan", "元"))
}

/// Whole yuan, rounded half up, thousands apart.
#[must_use]
pub fn yuan(money: Money) -> String {
    let whole = (money.fen() + 50).div_euclid(100);
    let digits = whole.unsigned_abs().to_string();
    let mut text = if whole < 0 { "−".to_owned() } else { String::new() };
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_whole_yuan_with_a_true_minus() {
        let fen = Money::from_fen;
        assert_eq!((yuan(fen(123_456_750)).as_str(), yuan(fen(-149)).as_str()), ("1,234,568", "−1"));
        assert_eq!(yuan(fen(99_949)), "999");
        assert_eq!(amount(fen(-120_000), Language::En), "−1,200 yuan");
        assert_eq!(amount(fen(120_000), Language::Zh), "+1,200元");
    }
}
