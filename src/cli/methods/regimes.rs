//! What regimes do, in words: what is in force when, and what differs from the baseline.

use toml::Value;

use super::markdown::{Table, code, plain, prose};
use crate::cli::bill::pick;
use crate::cli::diff::{sentence, subject};
use crate::cli::timeline::value_words;
use crate::population::START;
use crate::scenario::Scenario;
use crate::scenario::compare::{Change, compare};
use crate::scenario::plan::Language;
use crate::timeline::{Group, Row, Timeline, Unit};
use crate::units::Year;

/// History, the baseline, and each other regime by what differs from it.
pub fn section(scenario: &Scenario, language: Language) -> String {
    let timeline = Timeline::new(scenario, Some(START));
    let plan = &scenario.plan;
    let say = |en, zh| pick(language, en, zh);
    let mut text = String::new();
    let before = (START, plan.switch_year.previous());
    if before.1 >= before.0 {
        let title = match language {
            Language::En => format!("Until {}: history, under every regime", before.1),
            Language::Zh => format!("{}年及以前：历史政策，各制度相同", before.1),
        };
        text += &format!("#### {title}\n\n{}", in_force(&timeline, scenario.baseline, before, language));
    }
    let after = (plan.switch_year, plan.last_year);
    let baseline = &scenario.regimes[scenario.baseline];
    let label = pick(language, baseline.label_en.as_str(), baseline.label_zh.as_str());
    text += &format!(
        "#### {}{} ({})\n\n{}",
        say("Baseline: ", "基准："),
        plain(label),
        code(&baseline.id),
        in_force(&timeline, scenario.baseline, after, language)
    );
    for (place, regime) in
        scenario.regimes.iter().enumerate().filter(|(place, _)| *place != scenario.baseline)
    {
        let label = pick(language, regime.label_en.as_str(), regime.label_zh.as_str());
        text += &format!("#### {} ({})\n\n", plain(label), code(&regime.id));
        text += &differences(scenario, place, after, language);
    }
    text
}

/// A row a policy that is in force in some of the years.
fn in_force(timeline: &Timeline, regime: usize, window: (Year, Year), language: Language) -> String {
    let head = match language {
        Language::En => ["policy", "name", "years and what it gives"],
        Language::Zh => ["政策", "名称", "年份与给付"],
    };
    let mut table = Table::new(&head);
    for group in Group::ALL {
        let mut named = false;
        for row in timeline.rows.iter().filter(|row| row.group == group) {
            let words = years_words(timeline, row, regime, window, language);
            if words.is_empty() {
                continue;
            }
            if !named {
                let label = pick(language, group.label().en, group.label().zh);
                table.row(&[format!("**{}**", plain(label)), String::new(), String::new()]);
                named = true;
            }
            let label = pick(language, row.label.en.as_str(), row.label.zh.as_str());
            table.row(&[plain(label), code(&row.id), plain(&words)]);
        }
    }
    table.finish()
}

/// `2011 to 2016: 50 %; 2017 to 2020: 70 %`, within the window.
fn years_words(
    timeline: &Timeline,
    row: &Row,
    regime: usize,
    window: (Year, Year),
    language: Language,
) -> String {
    let mut stretches: Vec<(Year, Year, String)> = Vec::new();
    for bar in timeline.bars(row, regime) {
        let (from, to) = (bar.from.max(window.0), bar.to.min(window.1));
        if from > to {
            continue;
        }
        let value = match row.unit {
            Unit::Switch => String::new(),
            // Only dibao and its edge are in multiples.
            Unit::Times => {
                format!(
                    "{}{}",
                    value_words(bar.cell.value, row.unit, language),
                    pick(language, " dibao standards", "倍低保标准")
                )
            }
            Unit::Share | Unit::Yuan => value_words(bar.cell.value, row.unit, language),
        };
        match stretches.last_mut() {
            Some((_, last, known)) if *known == value && last.next() == from => *last = to,
            _ => stretches.push((from, to, value)),
        }
    }
    let words = stretches.into_iter().map(|(from, to, value)| {
        let years = match (from == to, language) {
            (true, _) => from.to_string(),
            (false, Language::En) => format!("{from} to {to}"),
            (false, Language::Zh) => format!("{from}—{to}"),
        };
        if value.is_empty() { years } else { format!("{years}{}{value}", pick(language, ": ", "：")) }
    });
    words.collect::<Vec<_>>().join(pick(language, "; ", "；"))
}

/// What a regime has that the baseline hasn't, a sentence each.
fn differences(scenario: &Scenario, regime: usize, window: (Year, Year), language: Language) -> String {
    let id = &scenario.regimes[regime].id;
    let table = |id: &str| scenario.resolved.get("regimes").and_then(|regimes| regimes.get(id)?.as_table());
    let (Some(first), Some(second)) = (table(&scenario.regimes[scenario.baseline].id), table(id)) else {
        return String::new();
    };
    let say = |en, zh| pick(language, en, zh);
    let found = compare(&format!("regimes.{id}"), first, second, window);
    if found.is_empty() {
        return say("Nothing in force differs from the baseline.\n\n", "生效内容与基准无差异。\n\n")
            .to_owned();
    }
    let mut text = say("What differs from the baseline:\n\n", "与基准的差异：\n\n").to_owned();
    for difference in &found {
        let words = match &difference.kind {
            Change::OnlyFirst(label) | Change::OnlySecond(label) => {
                let here = matches!(difference.kind, Change::OnlySecond(_));
                let which = if here {
                    say("only here", "仅本制度有")
                } else {
                    say("only under the baseline", "仅基准有")
                };
                let what = subject(&difference.path, language);
                match label.as_ref().and_then(|label| label.get(say("en", "zh")).and_then(Value::as_str)) {
                    Some(label) => format!("{what} ({label}): {which}"),
                    None => format!("{what}: {which}"),
                }
            }
            _ => sentence(difference, window, language),
        };
        text += &format!("- {}\n", prose(&words));
    }
    text + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regimes_are_told_by_years_and_by_what_differs() {
        let scenario = crate::scenario::main_scenario(&[]);
        let text = section(&scenario, Language::En);
        assert!(text.contains("#### Until 2020: history, under every regime\n"), "{text}");
        assert!(
            text.contains("| Hypertension and diabetes drugs | `two-disease` | 2019 to 2020: 50 % |"),
            "{text}"
        );
        assert!(text.contains("#### Baseline: Targeted (benefits of 2020 kept) (`targeted`)\n"), "{text}");
        assert!(text.contains("- layer `tilt-aid` (Tilt aid): only here\n"), "{text}");
        assert!(
            text.contains("- layer `aid-registered` (Aid for the registered): only under the baseline\n"),
            "{text}"
        );
        let zh = section(&scenario, Language::Zh);
        assert!(zh.contains("| “两病”门诊用药 | `two-disease` | 2019—2020：50 % |"), "{zh}");
    }
}
