//! Where things go: nice ticks, wrapped text, labels that do not meet.

use super::fonts::{Weight, width_mm};

/// Ticks of an axis.
#[derive(Debug, Clone, PartialEq)]
pub struct Ticks {
    /// Positions, ascending.
    pub at: Vec<f64>,
    /// Digits after the decimal point that tell them apart.
    pub decimals: usize,
}

impl Ticks {
    /// Those from `low` to `high`, and the ends that an axis over them needs: the values with a little air, rather
    /// than the next ticks out.
    #[must_use]
    pub fn trimmed(mut self, low: f64, high: f64) -> (Self, (f64, f64)) {
        let air = (high - low) * 0.04;
        let ends = (
            if low < 0.0 { self.first().max(low - air) } else { self.first() },
            if high > 0.0 { self.last().min(high + air) } else { self.last() },
        );
        self.at.retain(|tick| (ends.0..=ends.1).contains(tick));
        (self, ends)
    }

    /// The first tick.
    #[must_use]
    pub fn first(&self) -> f64 {
        self.at.first().copied().unwrap_or(0.0)
    }

    /// The last tick.
    #[must_use]
    pub fn last(&self) -> f64 {
        self.at.last().copied().unwrap_or(1.0)
    }
}

/// Ticks at multiples of 1, 2 or 5 times a power of ten that enclose `low..=high`, at most about `most` of them.
#[must_use]
pub fn nice_ticks(low: f64, high: f64, most: usize) -> Ticks {
    let (low, high) =
        if high > low { (low, high) } else { (low.min(0.0), low.max(0.0) + f64::from(low == 0.0)) };
    // At most a few ticks, exactly represented.
    #[allow(clippy::cast_precision_loss)]
    let wanted = (high - low) / (most.max(2) - 1) as f64;
    let mut power = 1.0;
    let mut decimals = 0;
    while power * 10.0 <= wanted {
        power *= 10.0;
    }
    while power > wanted && decimals < 12 {
        decimals += 1;
        power /= 10.0;
    }
    let step =
        [1.0, 2.0, 5.0, 10.0].map(|m| m * power).into_iter().find(|s| *s >= wanted).unwrap_or(10.0 * power);
    if step >= 10.0 * power && decimals > 0 {
        decimals -= 1;
    }
    let from = (low / step + 1e-9).floor();
    let to = (high / step - 1e-9).ceil();
    // Bounded by `most`.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let count = (to - from) as u32;
    let at = (0..=count).map(|i| (from + f64::from(i)) * step).collect();
    Ticks { at, decimals: decimals as usize }
}

/// Years to label on an axis of some width, `label_mm` apart at least; both ends if the step allows it.
#[must_use]
pub fn year_ticks(first: i16, last: i16, width: f64, label_mm: f64) -> Vec<i16> {
    let span = last - first;
    if span <= 0 {
        return vec![first];
    }
    let fits = |step: i16| width * f64::from(step) / f64::from(span) >= label_mm;
    let step = [1, 2, 5, 10, 20, 50].into_iter().find(|s| fits(*s)).unwrap_or(100);
    let anchor = if span % step == 0 { first } else { first + (step - first.rem_euclid(step)) % step };
    (0..=span / step).map(|i| anchor + i * step).filter(|year| *year <= last).collect()
}

/// Moves label centres as little as possible so that none of them meet.
///
/// `wanted` are centres from top to bottom in any order, `heights` the labels' heights; `low..high` is where they
/// should stay if there is room. Returns the centres in the order of `wanted`.
///
/// # Panics
///
/// If there are fewer heights than labels.
#[must_use]
pub fn spread(wanted: &[f64], heights: &[f64], gap: f64, low: f64, high: f64) -> Vec<f64> {
    let mut order: Vec<usize> = (0..wanted.len()).collect();
    order.sort_by(|a, b| wanted[*a].total_cmp(&wanted[*b]).then(a.cmp(b)));
    // Take away what the labels above need; then "no two meet" is "ascending", and the nearest
    // ascending sequence is isotonic regression: pool what is out of order and take the mean.
    let mut offsets = Vec::with_capacity(order.len());
    let mut offset = 0.0;
    for (rank, label) in order.iter().enumerate() {
        if rank > 0 {
            offset += f64::midpoint(heights[order[rank - 1]], heights[*label]) + gap;
        }
        offsets.push(offset);
    }
    let mut pools: Vec<(f64, usize)> = Vec::new();
    for (label, offset) in order.iter().zip(&offsets) {
        pools.push((wanted[*label] - offset, 1));
        while pools.len() > 1 && pools[pools.len() - 2].0 > pools[pools.len() - 1].0 {
            let (b, m) = pools.pop().expect("there are two");
            let (a, n) = pools.pop().expect("there are two");
            // A handful of labels.
            #[allow(clippy::cast_precision_loss)]
            pools.push(((a * n as f64 + b * m as f64) / (n + m) as f64, n + m));
        }
    }
    let moved: Vec<f64> = pools.iter().flat_map(|(at, count)| std::iter::repeat_n(*at, *count)).collect();
    // The last bound given wins where there is no room for all.
    let (Some(top), Some(bottom)) = (order.first(), order.last()) else { return Vec::new() };
    let least = low + heights[*top] / 2.0;
    let most = high - heights[*bottom] / 2.0 - offset;
    let mut centres = vec![0.0; wanted.len()];
    for ((label, offset), at) in order.iter().zip(&offsets).zip(moved) {
        centres[*label] = at.min(most).max(least) + offset;
    }
    centres
}

/// Breaks a text into lines no wider than `width_limit` millimetres, at spaces or between Chinese characters; a word
/// that is longer is cut. Beyond `most` lines the last ends in an ellipsis.
#[must_use]
pub fn wrap(text: &str, pt: f64, weight: Weight, width_limit: f64, most: usize) -> Vec<String> {
    let fits = |line: &str| width_mm(line, pt, weight) <= width_limit;
    let mut lines: Vec<String> = Vec::new();
    let mut line = String::new();
    for piece in pieces(text) {
        let longer = format!("{line}{piece}");
        if fits(longer.trim_end()) || line.is_empty() && fits(piece.trim_end()) {
            line = longer;
            continue;
        }
        if !line.trim().is_empty() {
            lines.push(line.trim().to_owned());
        }
        line = String::new();
        for c in piece.chars() {
            if !line.is_empty() && !fits(format!("{line}{c}").trim_end()) {
                lines.push(std::mem::take(&mut line));
            }
            line.push(c);
        }
    }
    if !line.trim().is_empty() {
        lines.push(line.trim().to_owned());
    }
    if lines.len() > most {
        lines.truncate(most);
        if let Some(last) = lines.last_mut() {
            // In a Chinese face the sign … stands at mid-height, which is right after Chinese only.
            let dots = if last.ends_with(is_wide) { "…" } else { "..." };
            while !last.is_empty() && !fits(&format!("{last}{dots}")) {
                last.pop();
            }
            last.truncate(last.trim_end_matches([' ', ',', '，']).len());
            last.push_str(dots);
        }
    }
    lines
}

/// Brackets and quotation marks of Chinese text after which no line breaks.
const OPENING: [char; 10] = ['（', '《', '〈', '「', '『', '【', '〔', '〖', '［', '“'];
/// Those that no line begins with.
const CLOSING: [char; 10] = ['）', '》', '〉', '」', '』', '】', '〕', '〗', '］', '”'];

/// Pieces of a text between which a line may break: words with the space after them, hyphenated parts, single
/// Chinese characters with the closing punctuation after them.
fn pieces(text: &str) -> Vec<String> {
    let mut pieces: Vec<String> = Vec::new();
    let mut breakable = true;
    for c in text.chars().map(|c| if c.is_control() { ' ' } else { c }) {
        let wide = is_wide(c);
        let clings =
            matches!(c, '，' | '。' | '、' | '；' | '：' | '？' | '！' | '%') || CLOSING.contains(&c);
        let opens = pieces.last().is_some_and(|p| p.ends_with(OPENING));
        match pieces.last_mut() {
            Some(last) if (!breakable && !wide || c == ' ' || clings || opens) => last.push(c),
            _ => pieces.push(c.to_string()),
        }
        breakable = c == ' ' || c == '-' || c == '/' || (wide && !OPENING.contains(&c));
    }
    pieces
}

const fn is_wide(c: char) -> bool {
    matches!(c, '“' | '”' | '\u{2e80}'..='\u{9fff}' | '\u{ff00}'..='\u{ffef}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_nice_and_enclose() {
        assert_eq!(nice_ticks(0.0, 18.6, 5).at, [0.0, 5.0, 10.0, 15.0, 20.0]);
        assert_eq!(nice_ticks(-2.3, 0.4, 5), Ticks { at: vec![-3.0, -2.0, -1.0, 0.0, 1.0], decimals: 0 });
        let small = nice_ticks(0.0, 0.037, 5);
        assert_eq!((small.at.len(), small.decimals), (5, 2));
        assert!((small.last() - 0.04).abs() < 1e-12);
        for (low, high) in [(0.0, 1.0), (-3.7, 12.2), (0.0, 9_999.0), (0.0, 1e-7), (5.0, 5.0), (0.0, 0.0)] {
            let ticks = nice_ticks(low, high, 6);
            assert!(
                ticks.first() <= low && ticks.last() >= high && ticks.at.len() <= 8,
                "{low} {high} {ticks:?}"
            );
            assert!(ticks.first() < ticks.last(), "{ticks:?}");
        }
    }

    #[test]
    fn trimmed_axes_hold_the_values_and_lose_outer_ticks() {
        let (ticks, ends) = nice_ticks(0.0, 4.1, 6).trimmed(0.0, 4.1);
        assert_eq!(ticks.at, [0.0, 1.0, 2.0, 3.0, 4.0]);
        assert!(ends.0 == 0.0 && ends.1 > 4.1 && ends.1 < 4.5);
        let (ticks, ends) = nice_ticks(-2.3, 0.4, 5).trimmed(-2.3, 0.4);
        assert_eq!(ticks.at, [-2.0, -1.0, 0.0]);
        assert!(ends.0 < -2.3 && ends.1 > 0.4);
    }

    #[test]
    fn years_are_whole_and_do_not_crowd() {
        assert_eq!(year_ticks(2021, 2035, 60.0, 8.0), [2021, 2023, 2025, 2027, 2029, 2031, 2033, 2035]);
        assert_eq!(year_ticks(2021, 2035, 30.0, 8.0), [2025, 2030, 2035]);
        assert_eq!(year_ticks(2021, 2021, 30.0, 8.0), [2021]);
    }

    /// Labels of any heights, wanted anywhere: no two overlap, order is kept, and all stay within bounds if they fit.
    #[test]
    fn labels_never_meet() {
        let mut state = 1_u64;
        let mut next = move || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 40) as f64 / (1_u64 << 24) as f64
        };
        for trial in 0..2_000 {
            let count = trial % 9 + 1;
            let wanted: Vec<f64> = (0..count).map(|_| next() * 50.0).collect();
            let heights: Vec<f64> = (0..count).map(|_| 2.5 + 2.5 * (next() * 2.0).floor()).collect();
            let placed = spread(&wanted, &heights, 0.4, 0.0, 60.0);
            for a in 0..count {
                for b in 0..a {
                    let room = (placed[a] - placed[b]).abs() - f64::midpoint(heights[a], heights[b]);
                    assert!(room > 0.4 - 1e-9, "{wanted:?} {heights:?} {placed:?}");
                    assert!((wanted[a] - wanted[b]) * (placed[a] - placed[b]) >= 0.0, "order is kept");
                }
                assert!(placed[a] - heights[a] / 2.0 > -1e-9 && placed[a] + heights[a] / 2.0 < 60.0 + 1e-9);
            }
        }
        assert_eq!(
            spread(&[10.0, 40.0], &[3.0, 3.0], 0.4, 0.0, 60.0),
            [10.0, 40.0],
            "none moves without need"
        );
    }

    #[test]
    fn wrapped_lines_fit_and_lose_nothing() {
        let text = "Targeted protection, taken back in steps until 2025";
        let lines = wrap(text, 7.0, Weight::Bold, 30.0, 9);
        assert!(lines.len() > 1 && lines.iter().all(|l| width_mm(l, 7.0, Weight::Bold) <= 30.0));
        assert_eq!(lines.join(" "), text);
        let lines = wrap("精准扶贫政策在五年过渡期内（逐步）退出。", 7.0, Weight::Bold, 15.0, 9);
        assert!(lines.iter().all(|l| width_mm(l, 7.0, Weight::Bold) <= 15.0 + 2.5), "{lines:?}");
        assert!(lines.iter().all(|l| !l.starts_with('）') && !l.starts_with('。')), "{lines:?}");
        assert_eq!(lines.concat(), "精准扶贫政策在五年过渡期内（逐步）退出。");
        let named = "普惠（国办发〔2021〕42号），【过渡期】『五年』";
        for limit in 6..40 {
            let lines = wrap(named, 7.0, Weight::Bold, f64::from(limit), 99);
            assert_eq!(lines.concat(), named);
            // Where a piece itself is too long it is cut anywhere.
            let whole = pieces(named).iter().all(|p| width_mm(p, 7.0, Weight::Bold) <= f64::from(limit));
            assert!(
                !whole || lines.iter().all(|l| !l.starts_with(CLOSING) && !l.ends_with(OPENING)),
                "{lines:?}"
            );
        }
        let cut = wrap(text, 7.0, Weight::Bold, 30.0, 1);
        assert!(cut.len() == 1 && cut[0].ends_with("...") && width_mm(&cut[0], 7.0, Weight::Bold) <= 30.0);
        assert!(wrap("Incomprehensibilities", 7.0, Weight::Bold, 9.0, 9).len() > 1, "a long word is cut");
    }
}
