//! The model against the published record: a row a figure, by family, both as shares of the published value on one logarithmic scale.

use super::sheet::{AXIS_PT, GRID_PT, LINE_PT, MARGIN, Sheet};
use super::{Chart, Setting};
use crate::observation::{Family, Split, Verdict};
use crate::report::fonts::{Weight, width_mm};
use crate::report::style::{Align, Colour, LABEL_PT, NOTE_PT, Text};
use crate::validation::{Finding, Heading, Validation};

/// Height of a row in millimetres.
const ROW: f64 = 3.3;
/// Height of a family's heading.
const HEAD: f64 = 5.2;
/// Ends of the scale: what lies further is shown by an arrow.
const ENDS: (f64, f64) = (0.125, 8.0);
/// Numbers of the scale.
const TICKS: [(f64, &str); 7] =
    [(0.125, "0.125"), (0.25, "0.25"), (0.5, "0.5"), (1.0, "1"), (2.0, "2"), (4.0, "4"), (8.0, "8")];

/// The chart.
#[must_use]
pub fn draw(validation: &Validation, setting: &Setting) -> Chart {
    let title = setting.pick("The model and the published record", "模型与已发表数据的对照");
    let subtitle = setting.pick(
        "Model over published value, logarithmic; grey: interval of the published figure (±1.96 of its error)",
        "模型值与发表值之比（对数刻度）；灰色为发表值的区间（±1.96倍误差）",
    );
    let mut sheet = Sheet::new(setting, "validation", title, subtitle);
    let blocks: Vec<Block> =
        Family::ALL.into_iter().filter_map(|family| Block::of(validation, family)).collect();
    if blocks.is_empty() {
        return sheet.finish_empty(setting.pick("No figure was observed.", "没有可对照的指标。"));
    }
    sheet.key(&key(setting));
    let columns = columns(&blocks, if setting.width_mm < 120 { 1 } else { 2 });
    let (top, gap) = (sheet.top + 1.0, 5.0);
    let room = sheet.width() - 2.0 * MARGIN;
    // One or two columns.
    #[allow(clippy::cast_precision_loss)]
    let count = columns.len() as f64;
    let width = (room - gap * (count - 1.0)) / count;
    let mut lowest = top;
    let mut left = MARGIN;
    for column in &columns {
        lowest = draw_column(&mut sheet, column, (left, left + width), top).max(lowest);
        left += width + gap;
    }
    let note = setting.pick(
        "Filled: may be fitted; ring: held out; bar: an input. Lines through points: 95% interval of the mean over replicates. Arrows: beyond the \
         scale, or of the other sign.",
        "实心点为可用于校准；空心圈为留出检验；短竖线为模型输入。点上横线为重复模拟均值的95%区间。箭头表示超出刻度或符号相反。",
    );
    sheet.finish(lowest + 3.0, note)
}

/// The figures of a family.
struct Block<'v> {
    family: Family,
    findings: Vec<&'v Finding>,
}

impl<'v> Block<'v> {
    fn of(validation: &'v Validation, family: Family) -> Option<Self> {
        let of_family =
            |f: &&Finding| f.figure.family == family && f.figure.repeats.is_none() && f.model.mean.is_some();
        let findings: Vec<&Finding> = validation.findings.iter().filter(of_family).collect();
        (!findings.is_empty()).then_some(Self { family, findings })
    }

    fn height(&self) -> f64 {
        // A few dozen figures.
        #[allow(clippy::cast_precision_loss)]
        let rows = self.findings.len() as f64;
        HEAD + ROW * rows
    }
}

/// Families in one column or two, in their order, the two as even as can be.
fn columns<'b, 'v>(blocks: &'b [Block<'v>], count: usize) -> Vec<&'b [Block<'v>]> {
    if count < 2 || blocks.len() < 2 {
        return vec![blocks];
    }
    let all: f64 = blocks.iter().map(Block::height).sum();
    let uneven = |at: &usize| {
        let first: f64 = blocks[..*at].iter().map(Block::height).sum();
        (first - (all - first)).abs()
    };
    let at = (1..blocks.len()).min_by(|a, b| uneven(a).total_cmp(&uneven(b))).unwrap_or(1);
    vec![&blocks[..at], &blocks[at..]]
}

fn key(setting: &Setting) -> Vec<(Colour, String)> {
    let name = |verdict| match verdict {
        Verdict::Within => setting.pick("within the interval", "在区间内"),
        Verdict::Near => setting.pick("up to 3 errors away", "相差不超过3倍误差"),
        Verdict::Miss => setting.pick("further", "相差更大"),
    };
    Verdict::ALL.into_iter().map(|verdict| (colour(setting, verdict), name(verdict).to_owned())).collect()
}

const fn colour(setting: &Setting, verdict: Verdict) -> Colour {
    match verdict {
        Verdict::Within => setting.theme.regimes[0],
        Verdict::Near => setting.theme.regimes[4],
        Verdict::Miss => setting.theme.regimes[1],
    }
}

fn family_name(setting: &Setting, family: Family) -> &str {
    match family {
        Family::Catastrophic => setting.pick("Catastrophic spending and burden", "灾难性卫生支出与负担"),
        Family::Impoverishing => setting.pick("Impoverishing spending", "致贫性卫生支出"),
        Family::Poverty => setting.pick("Poverty", "贫困"),
        Family::Income => setting.pick("Income and consumption", "收入与消费"),
        Family::Utilisation => setting.pick("Use of care", "卫生服务利用"),
        Family::Reimbursement => setting.pick("Reimbursement", "报销"),
        Family::Structure => setting.pick("Households", "家庭结构"),
        Family::Elasticity => setting.pick("Price elasticities", "价格弹性"),
        Family::Programme => setting.pick("Programmes and their effects", "项目及其效果"),
        Family::Monitoring => setting.pick("Monitoring and returns", "监测与返贫"),
    }
}

/// Draws families under each other; returns the lower end.
fn draw_column(sheet: &mut Sheet, blocks: &[Block], (left, right): (f64, f64), top: f64) -> f64 {
    let theme = sheet.setting.theme;
    let names = blocks.iter().flat_map(|block| &block.findings);
    let widest = names.map(|f| width_mm(&f.figure.target.id, NOTE_PT, Weight::Regular)).fold(0.0, f64::max);
    let scale = Scale { left: left + widest + 2.5, right: right - 2.5 };
    let bottom = top + blocks.iter().map(Block::height).sum::<f64>();
    for (value, text) in TICKS {
        let x = scale.x(value);
        let thick = if text == "1" { AXIS_PT } else { GRID_PT };
        let colour = if text == "1" { theme.muted } else { theme.grid };
        sheet.canvas.line(&[(x, top + HEAD - 1.5), (x, bottom)], thick, colour);
        let style = Text::label(theme.ink).sized(NOTE_PT).aligned(Align::Middle);
        sheet.canvas.text_centred((x, bottom + 2.0), text, style);
    }
    let mut y = top;
    for block in blocks {
        let name = family_name(sheet.setting, block.family);
        sheet.canvas.text_centred(
            (left, y + HEAD - 2.4),
            name,
            Text::label(theme.ink).bold().sized(LABEL_PT),
        );
        y += HEAD;
        for finding in &block.findings {
            draw_row(sheet, finding, left, &scale, y + ROW / 2.0);
            y += ROW;
        }
    }
    bottom
}

/// The logarithmic scale of ratios.
struct Scale {
    left: f64,
    right: f64,
}

impl Scale {
    /// Place of a ratio; what is beyond the ends, or of the other sign, at the end.
    fn x(&self, ratio: f64) -> f64 {
        let (low, high) = (libm::log(ENDS.0), libm::log(ENDS.1));
        let at = libm::log(ratio.clamp(ENDS.0, ENDS.1));
        self.left + (at - low) / (high - low) * (self.right - self.left)
    }
}

fn draw_row(sheet: &mut Sheet, finding: &Finding, left: f64, scale: &Scale, y: f64) {
    let (Some(ratio), Some(verdict)) = (finding.ratio(), finding.verdict) else { return };
    let theme = sheet.setting.theme;
    let published = finding.figure.target.value;
    let style = Text::label(theme.muted).sized(NOTE_PT);
    sheet.canvas.text_centred((left, y), &finding.figure.target.id, style);
    let of = |ends: (f64, f64)| {
        let (a, b) = (ends.0 / published, ends.1 / published);
        (scale.x(a.min(b)), scale.x(a.max(b)))
    };
    let (from, to) = of(finding.figure.interval());
    sheet.canvas.bar((from, y - 0.85), (to, y + 0.85), theme.grid);
    let colour = colour(sheet.setting, verdict);
    if let (Some(low), Some(high)) = (finding.model.ci_low, finding.model.ci_high) {
        let (from, to) = of((low, high));
        sheet.canvas.line(&[(from, y), (to, y)], LINE_PT, colour);
    }
    if !(ENDS.0..=ENDS.1).contains(&ratio) {
        let (x, back) = if ratio > 1.0 { (scale.right, -1.0) } else { (scale.left, 1.0) };
        sheet.canvas.line(&[(x + 1.6 * back, y - 0.9), (x, y), (x + 1.6 * back, y + 0.9)], LINE_PT, colour);
        return;
    }
    let at = (scale.x(ratio), y);
    match finding.figure.split {
        Split::Fit => sheet.canvas.dot(at, 1.0, colour),
        Split::HeldOut => {
            sheet.canvas.dot(at, 1.0, theme.paper);
            sheet.canvas.ring(at, 0.95, AXIS_PT * 1.6, colour);
        }
        Split::Input => sheet.canvas.line(&[(at.0, y - 1.1), (at.0, y + 1.1)], LINE_PT * 1.3, colour),
    }
    debug_assert!(finding.heading != Heading::Dependent || finding.figure.split == Split::Fit);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observation::{Size, figure};
    use crate::report::style::PAPER;
    use crate::scenario::plan::Language;

    fn validation(models: &[(&str, f64)]) -> Validation {
        let finding = |(id, mean): &(&str, f64)| {
            let figure = figure(id).expect("a figure");
            Finding {
                figure,
                heading: Heading::of(figure),
                model: crate::observation::estimate(&[*mean]),
                verdict: Some(Verdict::of(figure.target.value, figure.error.sd, *mean)),
                driver: None,
            }
        };
        Validation {
            scenario: "x".to_owned(),
            size: Size { households: 1, replicates: 1 },
            seed: 1,
            parameters: None,
            findings: models.iter().map(finding).collect(),
            not_compared: Vec::new(),
            checks: Vec::new(),
        }
    }

    fn setting(width_mm: u32) -> Setting {
        Setting { language: Language::En, width_mm, theme: PAPER }
    }

    #[test]
    fn every_figure_that_does_not_repeat_another_has_a_row() {
        let shown = validation(&[
            ("CHE-SX13", 15.0),
            ("CI-CHARLSr-2013", 0.2),
            ("POOR-2012", 90.0),
            ("EXIT-D1", 40.0),
        ]);
        for width in [90, 180] {
            let chart = draw(&shown, &setting(width));
            assert!(chart.svg.contains("CHE-SX13") && chart.svg.contains("EXIT-D1"));
            // Of the other sign: an arrow, not nothing.
            assert!(chart.svg.contains("CI-CHARLSr-2013"));
            assert!(!chart.svg.contains("POOR-2012"));
            assert!(chart.missing.is_empty(), "{:?}", chart.missing);
        }
    }

    #[test]
    fn without_figures_it_says_so() {
        assert!(draw(&validation(&[]), &setting(180)).svg.contains("No figure was observed."));
    }
}
