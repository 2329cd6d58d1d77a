//! A trace as a table: a block a year, a column a regime.

use comfy_table::presets::UTF8_FULL_CONDENSED;
use comfy_table::{CellAlignment, Table};

use super::Choice;
use crate::measures::catalogue::{OUT_OF_POCKET_LABEL, payer_label};
use crate::population::columns::{NEVER, Registration};
use crate::scenario::Scenario;
use crate::scenario::plan::Language;
use crate::scenario::policy::{ClassSet, Payer};
use crate::trace::words::{self, yuan};
use crate::trace::{LifeYear, Trace};
use crate::units::{Money, Year};

/// Nothing to say.
const NONE: &str = "–";

/// How the table is written.
struct Words<'s> {
    scenario: &'s Scenario,
    language: Language,
}

/// The whole text.
pub(super) fn of_trace(
    trace: &Trace,
    scenario: &Scenario,
    choice: Option<&Choice>,
    language: Language,
) -> String {
    let words = Words { scenario, language };
    let mut text = words.head(trace, choice);
    let mut table = Table::new();
    table.load_style(UTF8_FULL_CONDENSED);
    let mut header = vec![String::new(), words.say("yuan", "元").to_owned()];
    header.extend((0..trace.lives.len()).map(|regime| broken(&words.regime(regime, trace))));
    table.set_header(header);
    for at in 0..trace.years.len() {
        let years: Vec<Option<&LifeYear>> = trace.lives.iter().map(|life| life.years.get(at)).collect();
        if years.iter().all(Option::is_none) {
            break;
        }
        let mut label = trace.years[at].to_string();
        for (name, cells) in words.rows(&years, trace.lines[at]) {
            if cells.iter().all(|cell| cell == NONE) {
                continue;
            }
            let mut row = vec![std::mem::take(&mut label), name];
            row.extend(cells.iter().map(|cell| broken(cell)));
            table.add_row(row);
        }
        let more = trace.lives.iter().any(|life| at + 1 < life.years.len());
        if label.is_empty() && more {
            table.add_row(vec![String::new(); trace.lives.len() + 2]);
        }
    }
    for index in 2..trace.lives.len() + 2 {
        if let Some(column) = table.column_mut(index) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    text += &format!("{table}\n{}\n", words.notes());
    text
}

/// Breaks lines at spaces, so that regimes fit side by side; a Chinese line has none and stays.
fn broken(text: &str) -> String {
    const WIDTH: usize = 24;
    let mut lines: Vec<String> = Vec::new();
    for line in text.lines() {
        let mut filling = String::new();
        for word in line.split(' ') {
            let together = filling.chars().count() + 1 + word.chars().count();
            if !filling.is_empty() && together > WIDTH {
                lines.push(std::mem::take(&mut filling));
            }
            if !filling.is_empty() {
                filling.push(' ');
            }
            filling += word;
        }
        lines.push(filling);
    }
    lines.join("\n")
}

impl Words<'_> {
    const fn say<'t>(&self, en: &'t str, zh: &'t str) -> &'t str {
        match self.language {
            Language::En => en,
            Language::Zh => zh,
        }
    }

    fn regime(&self, regime: usize, trace: &Trace) -> String {
        let of = &self.scenario.regimes[regime];
        let label = self.say(&of.label_en, &of.label_zh);
        let label = if label.trim().is_empty() { &of.id } else { label };
        let marked = if regime == trace.baseline { self.say(" (baseline)", "（基准）") } else { "" };
        format!("{label}{marked}")
    }

    fn head(&self, trace: &Trace, choice: Option<&Choice>) -> String {
        let (household, replicate, county) = (trace.household, trace.replicate, trace.county);
        let label = &self.scenario.places[trace.place].label;
        let place = self.say(&label.en, &label.zh);
        let mut text = match self.language {
            Language::En => {
                format!("household {household}: {place}, county {county}, replicate {replicate}\n")
            }
            Language::Zh => format!("农户{household}：{place}，第{county}县，第{replicate}次重复模拟\n"),
        };
        if let Some(choice) = choice {
            let (of, by) = (choice.picked.of, choice.by);
            let (flow, id) =
                (words::flow(choice.wanted.flow(), self.language), &self.scenario.regimes[choice.regime].id);
            text += &match self.language {
                Language::En => {
                    format!(
                        "picked as typical of {of} lifted households: {flow} by {by}, `{id}` against the baseline\n"
                    )
                }
                Language::Zh => format!("从{of}户已脱贫户中选出的典型：截至{by}年，{id}相对基准：{flow}\n"),
            };
        }
        if trace.root != trace.household {
            let (root, year) = (trace.root, trace.years.first().map_or(0, |year| year.number()));
            text += &match self.language {
                Language::En => format!("set up from household {root}; told from {year} on\n"),
                Language::Zh => format!("由农户{root}分户而来；自{year}年起\n"),
            };
        }
        if !trace.split_offs.is_empty() {
            let households = trace.split_offs.iter().map(|(id, year)| format!("{id} ({year})"));
            let households = households.collect::<Vec<_>>().join(", ");
            text += &match self.language {
                Language::En => format!("set up from the same root by members who left: {households}\n"),
                Language::Zh => format!("同源分出户：{households}\n"),
            };
        }
        for (regime, life) in trace.lives.iter().enumerate() {
            text += &self.outcome(trace, regime, life);
        }
        text
    }

    /// Whether and when the household returned under a regime, and what it counts as.
    fn outcome(&self, trace: &Trace, regime: usize, life: &crate::trace::Life) -> String {
        let label = self.regime(regime, trace);
        let what = words::returned(life, self.language);
        let last = self.scenario.plan.last_year;
        let by = |flow| match self.language {
            Language::En => format!(" · {} by {last}", words::flow(flow, self.language)),
            Language::Zh => format!(" · 截至{last}年{}", words::flow(flow, self.language)),
        };
        let flow = life.flow.map_or_else(String::new, by);
        let ended = words::ended(life, self.language).map_or_else(String::new, |ended| format!(" · {ended}"));
        format!("  {label}{}{what}{flow}{ended}\n", self.say(": ", "："))
    }

    /// The rows of a year: name, and a cell a regime; nothing is told of a household that has ended.
    fn rows(&self, years: &[Option<&LifeYear>], line: Money) -> Vec<(String, Vec<String>)> {
        let mut rows = Vec::new();
        let mut row = |name: &str, of: &dyn Fn(&LifeYear) -> String| {
            let cell = |year: &Option<&LifeYear>| year.map(of).filter(|cell| !cell.is_empty());
            rows.push((name.to_owned(), years.iter().map(|y| cell(y).unwrap_or(NONE.to_owned())).collect()));
        };
        let sum = |fen: i64| if fen == 0 { String::new() } else { yuan(Money::from_fen(fen)) };
        let money = |money: Money| sum(money.fen());
        row(self.say("members", "成员"), &|y| self.members(y));
        row(self.say("events", "事件"), &|y| {
            y.events.iter().map(|event| words::event(event, self.language)).collect::<Vec<_>>().join("\n")
        });
        row(self.say("hospital care", "住院"), &|y| self.care(y));
        row(self.say("bill", "医疗费用"), &|y| sum(y.row.bill_fen));
        for (at, payer) in Payer::ALL.into_iter().enumerate() {
            let label = payer_label(payer);
            row(&format!("  {}", self.say(label.en, label.zh)), &|y| sum(y.row.paid_fen[at]));
        }
        let own = OUT_OF_POCKET_LABEL;
        row(&format!("  {}", self.say(own.en, own.zh)), &|y| sum(y.row.out_of_pocket_fen));
        row(self.say("own premiums", "自缴保费"), &|y| sum(y.row.premium_fen));
        row(self.say("paid late: comes next year", "迟付：次年到账"), &|y| money(y.detail.late));
        row(self.say("paid late: came from last year", "迟付：上年款到账"), &|y| {
            money(y.detail.accounts.late_received)
        });
        row(self.say("income", "收入"), &|y| sum(y.row.income_fen));
        row(self.say("  of it programmes", "  其中：帮扶项目"), &|y| self.programmes(y));
        row(self.say("consumption", "消费"), &|y| sum(y.row.consumption_fen));
        row(self.say("gifts from kin", "亲友馈赠"), &|y| money(y.detail.accounts.gifts));
        row(self.say("assets sold (−: rebought)", "变卖资产（−为重置）"), &|y| {
            money(y.detail.accounts.assets_sold)
        });
        row(self.say("left unpaid", "未能支付"), &|y| money(y.detail.accounts.unpaid));
        row(self.say("savings", "储蓄"), &|y| sum(y.row.savings_fen));
        row(self.say("debt", "债务"), &|y| sum(y.row.debt_fen));
        row(self.say("status", "身份"), &|y| self.status(y));
        let (head, line) = (self.say("net income a head", "人均净收入"), yuan(line));
        let name = match self.language {
            Language::En => format!("{head} (line {line})"),
            Language::Zh => format!("{head}（贫困线{line}）"),
        };
        row(&name, &|y| if y.row.persons == 0 { String::new() } else { sum(y.row.net_income_per_head_fen) });
        row(self.say("poverty", "贫困"), &|y| self.poverty(y));
        row(self.say("rule that mattered", "起作用的规则"), &|y| self.rule(y));
        rows
    }

    fn members(&self, year: &LifeYear) -> String {
        if year.members.is_empty() {
            return self.say("nobody is left", "已无人").to_owned();
        }
        let member = |member: &crate::trace::Member| {
            let away = if member.away { "*" } else { "" };
            format!("{}{away}", words::member(member, self.language))
        };
        year.members.iter().map(member).collect::<Vec<_>>().join(" ")
    }

    fn who(&self, year: &LifeYear, person: u64) -> String {
        let here = year.members.iter().find(|member| member.person == person);
        let gone = || year.events.iter().map(|event| &event.who).find(|member| member.person == person);
        here.or_else(gone).map_or(NONE.to_owned(), |member| words::member(member, self.language))
    }

    fn care(&self, year: &LifeYear) -> String {
        let stays = year.detail.stays.iter().map(|stay| {
            let (who, month) = (self.who(year, stay.person), words::month(stay.month, self.language));
            let level = words::level(stay.level, self.language);
            let major = if stay.major == 0 { "" } else { self.say(", major", "，重病") };
            (stay.month, format!("{who} {month} {level}{major} {}", yuan(stay.bill)))
        });
        let forgone = year.detail.forgone.iter().map(|forgone| {
            let (who, month) = (self.who(year, forgone.person), words::month(forgone.month, self.language));
            let major = if forgone.major == 0 { "" } else { self.say(", major", "，重病") };
            let reason = words::reason(forgone.reason, self.language);
            (forgone.month, format!("{who} {month} {}{major}: {reason}", self.say("forgone", "放弃")))
        });
        let mut all: Vec<(u8, String)> = stays.chain(forgone).collect();
        all.sort_by_key(|(month, _)| *month);
        all.into_iter().map(|(_, line)| line).collect::<Vec<_>>().join("\n")
    }

    fn programmes(&self, year: &LifeYear) -> String {
        let before = Year::new(year.row.year) < self.scenario.plan.switch_year;
        let regime = usize::from(year.row.regime);
        let policy = if before { &self.scenario.history } else { &self.scenario.regimes[regime].policy };
        let paid = policy.programmes.iter().enumerate().map(|(at, p)| (p, year.detail.grants.paid(at)));
        let paid = paid.filter(|(_, paid)| *paid > Money::ZERO);
        let line = |(of, paid)| format!("{} {}", words::programme(of, self.language), yuan(paid));
        paid.map(line).collect::<Vec<_>>().join("\n")
    }

    fn status(&self, year: &LifeYear) -> String {
        if year.row.persons == 0 {
            return String::new();
        }
        let mut parts: Vec<String> = ClassSet(year.row.classes)
            .iter()
            .map(|class| words::class(class, self.language).to_owned())
            .collect();
        if parts.is_empty() {
            parts.push(
                match year.state.registration {
                    Registration::Lifted => self.say("lifted, off the list", "已脱贫，不在名单"),
                    Registration::Registered => self.say("registered, off the list", "曾建档，不在名单"),
                    Registration::Never => self.say("none", "无"),
                }
                .to_owned(),
            );
        }
        if year.state.found_month != NEVER {
            let month = words::month(year.state.found_month.min(11), self.language);
            parts.push(format!("{}{month}", self.say("found, in force from ", "当年识别，生效：")));
        }
        parts.join("\n")
    }

    fn poverty(&self, year: &LifeYear) -> String {
        match (year.row.poor, year.row.poor_last) {
            (true, false) => self.say("POOR: falls back", "贫困：返贫").to_owned(),
            (true, true) => self.say("POOR", "贫困").to_owned(),
            (false, true) if year.row.persons > 0 => self.say("leaves poverty", "脱离贫困").to_owned(),
            _ => String::new(),
        }
    }

    fn rule(&self, year: &LifeYear) -> String {
        let Some(mattered) = &year.mattered else { return String::new() };
        let mut lines =
            vec![words::rule(mattered, self.scenario, usize::from(year.row.regime), self.language)];
        for (set, en, zh) in
            [(mattered.classes_gained, "as: ", "身份："), (mattered.classes_lacked, "not: ", "非：")]
        {
            if set.0 != 0 {
                lines.push(format!("{}{}", self.say(en, zh), words::classes(set, self.language)));
            }
        }
        lines.join("\n")
    }

    const fn notes(&self) -> &'static str {
        self.say(
            "M, F: male, female, with age; *: away at work. Net income: income less own payments for care, interest \
             on medical debt and own premiums.\nRule that mattered: through what the year differs from the baseline's, \
             the first of: other members, a stay forgone, another course of\nillness, the payer or programme with the \
             largest difference (+: more than under the baseline), class, what years before left.",
            "男、女后为年龄；*表示外出务工。净收入＝收入－自付医疗费－医疗债务利息－自缴保费。\n\
             起作用的规则：该年与基准不同之处，依次为：成员不同、放弃住院、病程不同、差额最大的支付方或项目（+表示多于基准）、身份、以往遗留。",
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_at_spaces() {
        assert_eq!(broken("Five-year transition (2021–2025)"), "Five-year transition\n(2021–2025)");
        assert_eq!(broken("lifted, stable\ndibao"), "lifted, stable\ndibao");
        assert_eq!(broken(""), "");
    }
}
