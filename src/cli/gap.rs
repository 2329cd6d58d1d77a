//! `fanpin gap`: the policy-gap meter.

use std::fmt::Write as _;
use std::io::Write;

use clap::Args;
use comfy_table::presets::UTF8_FULL_CONDENSED;
use comfy_table::{CellAlignment, Table};
use serde_json::json;

use super::bill::{pick, share, unknown, yuan};
use super::drawing::{self, DrawArgs};
use super::run::{catch_interrupts, not_stopped};
use super::{CliError, RulesArgs, files};
use crate::gap::{
    Amount, BORDERS, CLASS_LABELS, GAP_CSV, Gap, HANDOVERS_CSV, Handover, MEMBERS, Meter, ReferenceBill,
    Side, gaps_csv, handovers_csv, measure, reference_bills,
};
use crate::measures::catalogue::Label;
use crate::report::charts::policy_gap;
use crate::report::store;
use crate::report::style::{number, signed};
use crate::scenario::Scenario;
use crate::scenario::plan::{Language, Place};
use crate::scenario::policy::Level;
use crate::units::Year;

/// Hand-overs that are printed.
const PRINTED: usize = 12;

/// Options of `fanpin gap`.
#[derive(Debug, Clone, Args)]
pub struct GapArgs {
    /// The scenario.
    #[command(flatten)]
    pub rules: RulesArgs,
    /// Amount of one bill in yuan, in place of the three reference bills
    #[arg(long, value_name = "YUAN", allow_negative_numbers = true)]
    pub amount: Option<f64>,
    /// Level of the hospital of that bill: township, county, city, province
    #[arg(long, default_value = "county", requires = "amount")]
    pub level: String,
    /// Share of that bill that is in the catalogue
    #[arg(
        long,
        value_name = "SHARE",
        allow_negative_numbers = true,
        default_value_t = 0.85,
        requires = "amount"
    )]
    pub in_catalogue: f64,
    /// That bill is from out of the pooling area, with referral
    #[arg(long, requires = "amount")]
    pub outside: bool,
    /// Place of the households [default: the scenario's first]
    #[arg(long, value_name = "NAME")]
    pub place: Option<String>,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
    /// Where the chart goes.
    #[command(flatten)]
    pub draw: DrawArgs,
}

/// Prints gaps and hand-overs, and writes tables and a chart if a folder is given.
///
/// # Errors
/// [`CliError::Scenario`] and [`CliError::Usage`] for what does not hold, [`CliError::Store`] if the files could not
/// be written.
pub fn run(args: &GapArgs, out: &mut dyn Write) -> Result<(), CliError> {
    catch_interrupts();
    let scenario = files::load(&args.rules.file, &args.rules.set(), args.draw.overrides())?;
    let place = place(&scenario, args)?;
    let meter = measure(&scenario, place, &bills(&scenario, args)?);
    not_stopped()?;
    if args.json {
        out.write_all(store::json(&as_json(&meter)).as_bytes())?;
    } else {
        let language = scenario.output.languages.first().copied().unwrap_or(Language::En);
        out.write_all(as_text(&meter, language).as_bytes())?;
    }
    if let Some(folder) = &args.draw.out {
        let tables = [
            (GAP_CSV, gaps_csv(&meter)),
            (HANDOVERS_CSV, handovers_csv(&meter)),
            ("gap.json", store::json(&as_json(&meter))),
        ];
        let target = args.draw.target(folder, "gap");
        drawing::write(&scenario, target, &tables, &|setting| policy_gap::draw(&meter, setting))?;
    }
    Ok(())
}

fn place<'s>(scenario: &'s Scenario, args: &GapArgs) -> Result<&'s Place, CliError> {
    let Some(name) = &args.place else { return Ok(&scenario.places[0]) };
    let found = scenario.places.iter().find(|place| place.id == *name);
    found.ok_or_else(|| unknown("--place", name, scenario.places.iter().map(|place| place.id.as_str())))
}

fn bills(scenario: &Scenario, args: &GapArgs) -> Result<Vec<ReferenceBill>, CliError> {
    let Some(amount) = args.amount else { return Ok(reference_bills(scenario)) };
    let level = Level::ALL.into_iter().find(|level| level.name() == args.level);
    Ok(vec![ReferenceBill {
        id: "given",
        label: Label { en: "the bill given", zh: "给定费用" },
        level: level
            .ok_or_else(|| unknown("--level", &args.level, Level::ALL.map(Level::name).into_iter()))?,
        amount: Amount::Given(yuan("--amount", amount)?),
        in_catalogue: share("--in-catalogue", args.in_catalogue)?,
        outside: args.outside,
    }])
}

fn as_json(meter: &Meter) -> serde_json::Value {
    let regime = |index: usize| meter.regimes[index].0.as_str();
    let gaps: Vec<_> = meter
        .gaps
        .iter()
        .map(|gap| {
            json!({
                "regime": regime(gap.regime),
                "year": gap.year.number(),
                "border": BORDERS[gap.border].id,
                "bill": meter.bills[gap.bill].id,
                "bill_fen": gap.amount.fen(),
                "gap_points": gap.points(),
                "gap_points_expected": gap.points_expected(),
                "within": side_json(&gap.within),
                "beyond": side_json(&gap.beyond),
            })
        })
        .collect();
    let handovers: Vec<_> = meter
        .handovers
        .iter()
        .map(|handover| {
            json!({
                "regime": regime(handover.regime),
                "year": handover.year.number(),
                "class": handover.class.name(),
                "bill": meter.bills[handover.bill].id,
                "bill_fen": handover.amount.fen(),
                "rate_before": handover.before,
                "rate_after": handover.after,
                "change_points": handover.points(),
                "layer": handover.layer,
                "layer_change_points": handover.layer_points,
                "ended": handover.ended,
                "successor": handover.successor,
                "years_without": handover.years_without,
            })
        })
        .collect();
    let notches: Vec<_> = meter
        .notches
        .iter()
        .map(|notch| {
            json!({
                "regime": regime(notch.regime),
                "year": notch.year.number(),
                "layer": notch.layer,
                "bill_fen": notch.bill.fen(),
                "own_below_fen": notch.below.fen(),
                "own_at_fen": notch.at.fen(),
            })
        })
        .collect();
    json!({
        "scenario": meter.scenario,
        "place": meter.place,
        "switch_year": meter.switch_year.number(),
        "household_members": MEMBERS,
        "gaps": gaps,
        "handovers": handovers,
        "notches": notches,
    })
}

fn side_json(side: &Side) -> serde_json::Value {
    let payments: Vec<_> =
        side.payments.iter().map(|(layer, paid)| json!({ "layer": layer, "paid_fen": paid.fen() })).collect();
    json!({
        "class": side.class.name(),
        "rate": side.rate,
        "rate_expected": side.rate_expected,
        "own_fen": side.own.fen(),
        "own_expected_yuan": side.own_expected,
        "catastrophic": side.catastrophic,
        "catastrophic_chance": side.catastrophic_chance,
        "impoverished": side.impoverished,
        "impoverished_chance": side.impoverished_chance,
        "payments": payments,
    })
}

const fn say(language: Language, label: Label) -> &'static str {
    pick(language, label.en, label.zh)
}

fn as_text(meter: &Meter, language: Language) -> String {
    let mut text = gap_table(meter, language);
    text += &handover_table(meter, language);
    for notch in &meter.notches {
        let (regime, layer, year) = (&meter.regimes[notch.regime].0, &notch.layer, notch.year);
        let (bill, less) = (notch.bill, notch.below - notch.at);
        text += &match language {
            Language::En => format!(
                "notch: {regime}, {year}, `{layer}`: for an ordinary household at the median, a bill of {bill} yuan \
                 leaves {less} yuan less to pay than one a fen lower\n"
            ),
            Language::Zh => format!(
                "断点：{regime}，{year}年，`{layer}`：中位收入普通户的费用达到{bill}元时，自付比少一分钱的费用反而低{less}元\n"
            ),
        };
    }
    text
}

/// A row a border, for the bill with the widest gap; a column a regime, at the switch and in the last year.
fn gap_table(meter: &Meter, language: Language) -> String {
    let say_both = |en: &'static str, zh: &'static str| pick(language, en, zh);
    let (_, last) = meter.years;
    let from = meter.switch_year.max(meter.years.0);
    let before = meter.switch_year.previous().max(meter.years.0);
    let mut table = Table::new();
    table.load_style(UTF8_FULL_CONDENSED);
    let mut header = vec![say_both("border (bill)", "界线（费用）").to_owned(), before.to_string()];
    header.extend(meter.regimes.iter().map(|(id, ..)| id.clone()));
    table.set_header(header);
    let mut marked = false;
    for (index, border) in BORDERS.iter().enumerate() {
        let of_border = || meter.gaps.iter().filter(|gap| gap.border == index);
        let Some(widest) = of_border().max_by(|a, b| a.points().abs().total_cmp(&b.points().abs())) else {
            continue;
        };
        let at = |regime: usize, year: Year| {
            of_border().find(|gap| gap.regime == regime && gap.year == year && gap.bill == widest.bill)
        };
        let mut cell = |regime: usize, year: Year| {
            let text = at(regime, year).map_or_else(|| "–".to_owned(), gap_cell);
            marked |= text.contains(['*', '!']);
            text
        };
        let bill = say(language, meter.bills[widest.bill].label);
        let border = match language {
            Language::En => format!("{} ({bill})", border.label.en),
            Language::Zh => format!("{}（{bill}）", border.label.zh),
        };
        let mut row = vec![border, cell(0, before)];
        for regime in 0..meter.regimes.len() {
            let (first, end) = (cell(regime, from), cell(regime, last));
            row.push(if first == end { first } else { format!("{first} → {end}") });
        }
        table.add_row(row);
    }
    for index in 1..=meter.regimes.len() + 1 {
        if let Some(column) = table.column_mut(index) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    let head = match language {
        Language::En => format!(
            "Policy gap, {}: points of the whole bill paid on the left side of the border more than on the right, same \
             bill, by rule; {before}, then {from} → {last}\n",
            meter.place
        ),
        Language::Zh => format!(
            "政策断层（{}）：同一费用在界线左侧比右侧多报销的百分点（按规定）；{before}年，随后{from}年→{last}年\n",
            meter.place
        ),
    };
    let mut text = format!("{head}{table}\n");
    if marked {
        text += say_both(
            "* catastrophic on the right side only · ! under the poverty line on the right side only\n",
            "* 仅右侧发生灾难性卫生支出 · ! 仅右侧因病致贫\n",
        );
    }
    text
}

fn gap_cell(gap: &Gap) -> String {
    let mut text = number(gap.points(), 1);
    if gap.beyond.catastrophic && !gap.within.catastrophic {
        text.push('*');
    }
    if gap.beyond.impoverished && !gap.within.impoverished {
        text.push('!');
    }
    text
}

/// What is printed of hand-overs that are the same for several regimes and classes.
struct Group<'m> {
    first: &'m Handover,
    regimes: Vec<usize>,
    classes: Vec<usize>,
}

/// The largest hand-overs: of each class, year and regime the bill that changes most.
fn groups(meter: &Meter) -> Vec<Group<'_>> {
    let mut worst: Vec<&Handover> = Vec::new();
    for handover in &meter.handovers {
        let same = |other: &&mut &Handover| {
            (other.regime, other.year, other.class) == (handover.regime, handover.year, handover.class)
        };
        match worst.iter_mut().find(same) {
            Some(other) if handover.points().abs() > other.points().abs() => *other = handover,
            Some(_) => {}
            None => worst.push(handover),
        }
    }
    let mut groups: Vec<Group> = Vec::new();
    for handover in worst {
        let key = |h: &Handover| {
            let percent = |share: f64| number(100.0 * share, 1);
            let layer = (h.layer.clone(), h.ended, h.successor.clone());
            (h.year, h.bill, percent(h.before), percent(h.after), layer)
        };
        let class = handover.class as usize;
        match groups.iter_mut().find(|group| key(group.first) == key(handover)) {
            Some(group) => {
                if !group.regimes.contains(&handover.regime) {
                    group.regimes.push(handover.regime);
                }
                if !group.classes.contains(&class) {
                    group.classes.push(class);
                }
            }
            None => {
                groups.push(Group { first: handover, regimes: vec![handover.regime], classes: vec![class] })
            }
        }
    }
    groups.sort_by(|a, b| b.first.points().abs().total_cmp(&a.first.points().abs()));
    groups
}

fn handover_table(meter: &Meter, language: Language) -> String {
    let say_both = |en: &'static str, zh: &'static str| pick(language, en, zh);
    let groups = groups(meter);
    if groups.is_empty() {
        return say_both(
            "No hand-over moves what a class is paid by more than a point.\n",
            "没有哪一类对象的报销比例在年度之间变动超过1个百分点。\n",
        )
        .to_owned();
    }
    let mut table = Table::new();
    table.load_style(UTF8_FULL_CONDENSED);
    let header = [
        ("year", "年份"),
        ("regimes", "制度"),
        ("class", "对象"),
        ("bill", "费用"),
        ("paid, %", "报销（%）"),
        ("points", "百分点"),
        ("layer", "保障层"),
    ];
    table.set_header(header.map(|(en, zh)| say_both(en, zh)));
    for group in groups.iter().take(PRINTED) {
        let handover = group.first;
        let regimes: Vec<&str> = group.regimes.iter().map(|index| meter.regimes[*index].0.as_str()).collect();
        let all = regimes.len() == meter.regimes.len() && regimes.len() > 1;
        let classes: Vec<&str> =
            group.classes.iter().map(|class| say(language, CLASS_LABELS[*class])).collect();
        let classes = match (&classes[..], language) {
            ([first, second, _, rest @ ..], Language::En) => {
                format!("{first}; {second}; {} others", rest.len() + 1)
            }
            ([_, _, _, ..], Language::Zh) => format!("{}等{}类", classes[..2].join("、"), classes.len()),
            _ => classes.join(pick(language, "; ", "、")),
        };
        table.add_row([
            handover.year.to_string(),
            if all { say_both("all", "全部").to_owned() } else { regimes.join(", ") },
            classes,
            say(language, meter.bills[handover.bill].label).to_owned(),
            format!("{} → {}", number(100.0 * handover.before, 1), number(100.0 * handover.after, 1)),
            signed(handover.points(), 1),
            format!("{}{}", handover.layer, aftermath(handover, language)),
        ]);
    }
    let mut text = say_both(
        "Hand-overs: what a class is paid of the same bill, the year before and after a change\n",
        "政策交接：同一费用在变动前后两年的报销比例\n",
    )
    .to_owned();
    writeln!(text, "{table}").expect("writing into a text does not fail");
    if groups.len() > PRINTED {
        let more = groups.len() - PRINTED;
        text += &match language {
            Language::En => format!("and {more} smaller ones: --json or -o DIR has all\n"),
            Language::Zh => format!("另有{more}项较小的变动，见 --json 或 -o DIR\n"),
        };
    }
    text
}

/// What comes after a layer that ended.
fn aftermath(handover: &Handover, language: Language) -> String {
    match (&handover.successor, handover.years_without, handover.ended, language) {
        (_, _, false, _) => String::new(),
        (Some(next), Some(0), _, Language::En) => format!(" ends, {next} takes up"),
        (Some(next), Some(0), _, Language::Zh) => format!("终止，由{next}接续"),
        (Some(next), Some(1), _, Language::En) => format!(" ends, {next} only a year later"),
        (Some(next), Some(years), _, Language::En) => format!(" ends, {next} only {years} years later"),
        (Some(next), Some(years), _, Language::Zh) => format!("终止，{years}年后才有{next}接续"),
        (_, _, _, Language::En) => " ends, nothing follows".to_owned(),
        (_, _, _, Language::Zh) => "终止，无接续".to_owned(),
    }
}
