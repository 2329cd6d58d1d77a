//! Two regimes at equal cost, return and hardship: where each stands, and the paths that scaling the one takes.

use super::sheet::{LINE_PT, Sheet, scatter, scatters};
use super::{Chart, Setting};
use crate::experiment::equalise::{Equalised, Trial, Way};
use crate::measures::outlay::{HARDSHIP, PUBLIC_OUTLAY, RETURNED};
use crate::measures::table::OutlayRow;
use crate::report::style::Colour;

/// The chart.
#[must_use]
pub fn draw(done: &Equalised, setting: &Setting) -> Chart {
    let title = setting.pick("Two regimes made equal", "两种制度的等成本与等效果比较");
    let subtitle = setting.pick(
        "Across: public outlay over all years, thousand yuan of 2020 a person, discounted at 3%; up: people not protected",
        "横轴：各年公共支出合计（人均，千元，2020年价，年贴现率3%）；纵轴：未受保护的人口",
    );
    let mut sheet = Sheet::new(setting, "equalise", title, subtitle);
    let theme = setting.theme;
    let label = |side: usize| {
        let (id, en, zh) = &done.pair[side];
        let label = setting.pick(en, zh).trim();
        if label.is_empty() { id.clone() } else { label.to_owned() }
    };
    let key: Vec<(Colour, String)> = (0..2).map(|side| (theme.regimes[side], label(side))).collect();
    sheet.key(&key);
    let heads = [
        (RETURNED, setting.pick("Lifted people ever returned (%)", "脱贫人口累计返贫比例（%）")),
        (
            HARDSHIP,
            setting.pick("All people in hardship, mean of years (%)", "医疗困难人口比例，各年平均（%）"),
        ),
    ];
    let top = sheet.top + 1.0;
    let bottom = scatters(&mut sheet, top, &heads.map(|(_, head)| head), |sheet, at, across, down| {
        draw_panel(sheet, done, heads[at].0, across, down);
    });
    let note = setting.pick(
        "Lines: the regime scaled: by a factor on what medical aid and local top-ups pay (solid), by a deductible on medical aid \
         (dashed). Rings: where both are equal in cost, return or hardship. Lower left is better; funds don't ration.",
        "线为按比例缩放医疗救助与地方补充支付（实线）或调整医疗救助起付线（虚线）的轨迹；圆圈为成本、返贫或医疗困难相等之处。\
         左下方为优；基金不限额。",
    );
    sheet.finish(bottom, note)
}

/// A regime scaled in a way.
struct Path {
    side: usize,
    way: Way,
    points: Vec<(f64, f64)>,
}

/// Outlay in thousand yuan, and a share in percent.
fn place(rows: &[OutlayRow], quantity: &str) -> Option<(f64, f64)> {
    let mean = |id: &str| rows.iter().find(|row| row.quantity == id).and_then(|row| row.value.mean);
    Some((mean(PUBLIC_OUTLAY)? / 1000.0, mean(quantity)? * 100.0))
}

fn draw_panel(
    sheet: &mut Sheet,
    done: &Equalised,
    quantity: &str,
    horizontal: (f64, f64),
    vertical: (f64, f64),
) {
    let theme = sheet.setting.theme;
    let of = |rows: &Vec<OutlayRow>| place(rows, quantity);
    let points: Vec<Option<(f64, f64)>> = done.unscaled.iter().map(of).collect();
    let paths: Vec<Path> = [0, 1]
        .into_iter()
        .flat_map(|side| Way::ALL.map(|way| (side, way)))
        .map(|(side, way)| {
            let own = |trial: &&Trial| trial.scaled == side && trial.way == way;
            let points = done.trials.iter().filter(own).filter_map(|trial| of(&trial.rows)).collect();
            Path { side, way, points }
        })
        .collect();
    let all = || points.iter().flatten().chain(paths.iter().flat_map(|path| &path.points));
    let ends = |pick: fn(&(f64, f64)) -> f64| {
        all().map(pick).fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), x| (low.min(x), high.max(x)))
    };
    let (across, up) = (ends(|p| p.0), ends(|p| p.1));
    if across.0 > across.1 {
        return;
    }
    let plot = scatter(sheet, horizontal, vertical, (across, up));
    let at = |p: &(f64, f64)| (plot.x(p.0), plot.y(p.1));
    for Path { side, way, points } in &paths {
        let line: Vec<(f64, f64)> = points.iter().map(at).collect();
        match way {
            Way::Payments => sheet.canvas.line(&line, LINE_PT, theme.regimes[*side]),
            Way::Deductible => sheet.canvas.dashed(&line, LINE_PT, theme.regimes[*side], 1.6, 1.0),
        }
    }
    for equal in &done.equal {
        if let Some(point) = equal.at.as_ref().and_then(|trial| of(&trial.rows)) {
            sheet.canvas.ring(at(&point), 1.1, LINE_PT, theme.regimes[equal.scaled]);
        }
    }
    for (side, point) in points.iter().enumerate() {
        if let Some(point) = point {
            sheet.canvas.dot(at(point), 1.2, theme.regimes[side]);
        }
    }
}
