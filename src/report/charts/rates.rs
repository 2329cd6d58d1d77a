//! Rates of return to poverty by regime and year: lines with ribbons, labelled at their ends.

use super::lines::{Reach, Trace, line, ribbon};
use super::sheet::{MARGIN, Numbers, Plot, Sheet, axis_room, grid_up, years_axis};
use super::{Chart, Setting, interval_note, replicates};
use crate::measures::table::Results;
use crate::report::fonts::{Weight, width_mm};
use crate::report::layout::{nice_ticks, spread, wrap};
use crate::report::style::{LABEL_PT, Text, line_height, number};

/// The yearly rate of return among lifted people.
#[must_use]
pub fn annual(results: &Results, setting: &Setting) -> Chart {
    let title = setting.pick("Return to poverty of lifted people", "脱贫人口返贫率");
    let subtitle = setting.pick(
        "Persons not in net poverty last year who are in it this year (%)",
        "上年未处于净贫困、当年陷入净贫困者所占比例（%）",
    );
    draw(results, setting, "poverty-return", "poverty_return_rate", title, subtitle)
}

/// The share of lifted people that has ever returned.
#[must_use]
pub fn cumulative(results: &Results, setting: &Setting) -> Chart {
    let title = setting.pick("Ever returned to poverty since the switch", "政策转换以来累计返贫");
    let subtitle =
        setting.pick("Share of lifted people alive at the switch (%)", "占转换时在世脱贫人口的比例（%）");
    draw(results, setting, "poverty-return-cumulative", "poverty_return_cumulative", title, subtitle)
}

fn draw(
    results: &Results,
    setting: &Setting,
    id: &'static str,
    measure: &str,
    title: &str,
    subtitle: &str,
) -> Chart {
    let mut sheet = Sheet::new(setting, id, title, subtitle);
    let all =
        (0..results.regimes.len()).map(|regime| Trace::of_measure(results, regime, "lifted", measure, 100.0));
    let series: Vec<Trace> = all.filter(|s| !s.points.is_empty()).collect();
    if series.is_empty() {
        let reason = setting.pick("No lifted people in these results.", "结果中没有脱贫人口。");
        return sheet.finish_empty(reason);
    }
    let reach = Reach::of(&series);
    let top = reach.with_zero().up.1;
    let (ticks, up) = nice_ticks(0.0, top, 6).trimmed(0.0, top);

    let labels = EndLabels::new(results, setting, &series, ticks.decimals);
    let left = MARGIN + axis_room(&ticks);
    let height = labels.height().max(if setting.width_mm < 120 { 48.0 } else { 62.0 });
    let plot = Plot {
        left,
        right: f64::from(setting.width_mm) - MARGIN - labels.width - LEADER,
        top: sheet.top + 1.0,
        bottom: sheet.top + 1.0 + height,
        across: reach.years(),
        up,
    };
    grid_up(&mut sheet, &plot, &ticks, Numbers::Shown);
    for one in &series {
        ribbon(&mut sheet, &plot, one, setting.theme.regime(one.regime));
    }
    for one in &series {
        line(&mut sheet, &plot, one, setting.theme.regime(one.regime));
    }
    years_axis(&mut sheet, &plot, reach.across, Numbers::Shown);
    labels.draw(&mut sheet, &plot, &series);
    let points = series.iter().flat_map(|s| &s.points);
    let note = interval_note(setting, replicates(points.map(|p| p.1)), "Ribbons", "色带");
    sheet.finish(plot.bottom + 4.2, &note)
}

/// Room between the plot and its labels, for the lines that lead to those that had to move.
const LEADER: f64 = 4.4;

/// The labels at the ends of lines.
struct EndLabels {
    width: f64,
    /// Per label: lines of the name in bold, and the value after the last or under it.
    blocks: Vec<Vec<(String, String)>>,
}

impl EndLabels {
    fn new(results: &Results, setting: &Setting, series: &[Trace], decimals: usize) -> Self {
        let most = f64::from(setting.width_mm) * 0.3;
        let mut width: f64 = 0.0;
        let mut blocks = Vec::new();
        for one in series {
            let name = setting.regime_marked(results, one.regime);
            let value = format!("{}%", number(one.end(), decimals + 1));
            let mut block: Vec<(String, String)> = wrap(&name, LABEL_PT, Weight::Bold, most, 4)
                .into_iter()
                .map(|line| (line, String::new()))
                .collect();
            // On a wide sheet the value may stand out.
            let value_room =
                if setting.width_mm < 120 { width_mm(&value, LABEL_PT, Weight::Regular) + 1.0 } else { 0.0 };
            let room = most - value_room;
            match block.last_mut() {
                Some(last) if width_mm(&last.0, LABEL_PT, Weight::Bold) <= room => last.1 = value,
                _ => block.push((String::new(), value)),
            }
            width = block.iter().map(line_width).fold(width, f64::max);
            blocks.push(block);
        }
        Self { width, blocks }
    }

    fn heights(&self) -> Vec<f64> {
        // A few lines.
        #[allow(clippy::cast_precision_loss)]
        self.blocks.iter().map(|b| b.len() as f64 * line_height(LABEL_PT)).collect()
    }

    fn height(&self) -> f64 {
        self.heights().iter().map(|h| h + GAP).sum()
    }

    fn draw(&self, sheet: &mut Sheet, plot: &Plot, series: &[Trace]) {
        let ends: Vec<f64> = series.iter().map(|s| plot.y(s.end())).collect();
        let centres = spread(&ends, &self.heights(), GAP, plot.top - 1.5, plot.bottom + 1.5);
        let x = plot.right + LEADER;
        for (((block, one), centre), end) in self.blocks.iter().zip(series).zip(&centres).zip(&ends) {
            let theme = sheet.setting.theme;
            let colour = theme.regime(one.regime);
            let from = one.points.last().map_or(plot.right, |p| plot.x(f64::from(p.0)));
            sheet.canvas.line(&[(from + 1.1, *end), (x - 0.7, *centre)], 0.4, colour.mixed(theme.paper, 30));
            let letters = Text::label(theme.letters(colour));
            let step = line_height(LABEL_PT);
            // A few lines.
            #[allow(clippy::cast_precision_loss)]
            let mut y = centre - step * (block.len() as f64 - 1.0) / 2.0;
            for (name, value) in block {
                sheet.canvas.text_centred((x, y), name, letters.bold());
                let after = if name.is_empty() { 0.0 } else { width_mm(name, LABEL_PT, Weight::Bold) + 1.0 };
                sheet.canvas.text_centred((x + after, y), value, letters);
                y += step;
            }
        }
    }
}

const GAP: f64 = 0.5;

fn line_width((name, value): &(String, String)) -> f64 {
    let gap = if name.is_empty() || value.is_empty() { 0.0 } else { 1.0 };
    width_mm(name, LABEL_PT, Weight::Bold) + gap + width_mm(value, LABEL_PT, Weight::Regular)
}
