//! How every chart looks: sizes, colours, and a canvas in millimetres over the drawing backend.

use plotters::backend::SVGBackend;
use plotters::coord::Shift;
use plotters::prelude::{
    Circle, Color, DrawingArea, DrawingAreaErrorKind, DrawingBackend, FontStyle, IntoDrawingArea, IntoFont,
    PathElement, Polygon, RGBColor, ShapeStyle, TextStyle,
};
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::fonts::{FAMILY, MM_PER_PT, Weight};

/// Size of titles in points.
pub const TITLE_PT: f64 = 8.0;
/// Size of labels in points.
pub const LABEL_PT: f64 = 7.0;
/// Size of notes and of numbers within bars in points.
pub const NOTE_PT: f64 = 6.0;
/// Distance of two lines of text over their size.
pub const LEADING: f64 = 1.3;
/// Height of capitals over the size.
const CAPITALS: f64 = 0.733;

/// A colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Colour(pub u8, pub u8, pub u8);

impl Colour {
    /// The colour mixed with another, of which it takes `share` parts per hundred.
    #[must_use]
    pub fn mixed(self, other: Self, share: u8) -> Self {
        let mix = |a: u8, b: u8| {
            let sum = u16::from(a) * u16::from(100 - share) + u16::from(b) * u16::from(share);
            // A weighted mean of bytes is a byte.
            #[allow(clippy::cast_possible_truncation)]
            let byte = (sum / 100) as u8;
            byte
        };
        Self(mix(self.0, other.0), mix(self.1, other.1), mix(self.2, other.2))
    }

    /// Whether black text reads better on it than white text (relative luminance of WCAG, linearised by a square).
    #[must_use]
    pub fn is_light(self) -> bool {
        let square = |c: u8| u32::from(c) * u32::from(c);
        let luminance = 2126 * square(self.0) + 7152 * square(self.1) + 722 * square(self.2);
        luminance > 10_000 * 255 * 255 * 3 / 10
    }
}

/// The colours of a chart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Theme {
    /// Name on the command line.
    pub name: &'static str,
    /// Behind everything.
    pub paper: Colour,
    /// Text and axes.
    pub ink: Colour,
    /// Subtitles and notes.
    pub muted: Colour,
    /// Grid lines.
    pub grid: Colour,
    /// Regimes, in the order of the scenario.
    pub regimes: [Colour; 8],
    /// What patients pay themselves.
    pub own: Colour,
    /// Payers, in the order of [`crate::scenario::policy::Payer::ALL`].
    pub payers: [Colour; 6],
    /// Better off.
    pub gain: Colour,
    /// Worse off.
    pub loss: Colour,
}

/// Okabe and Ito (2008), without the yellow that white paper swallows; told apart under all common colour blindness.
const OKABE_ITO: [Colour; 8] = [
    Colour(0x00, 0x72, 0xB2),
    Colour(0xD5, 0x5E, 0x00),
    Colour(0x00, 0x9E, 0x73),
    Colour(0xCC, 0x79, 0xA7),
    Colour(0xE6, 0x9F, 0x00),
    Colour(0x56, 0xB4, 0xE9),
    Colour(0x22, 0x22, 0x22),
    Colour(0x8C, 0x8C, 0x8C),
];

/// For print: dark on white.
pub const PAPER: Theme = Theme {
    name: "paper",
    paper: Colour(0xFF, 0xFF, 0xFF),
    ink: Colour(0x22, 0x22, 0x22),
    muted: Colour(0x6B, 0x6B, 0x6B),
    grid: Colour(0xE2, 0xE2, 0xE2),
    regimes: OKABE_ITO,
    own: Colour(0xD5, 0x5E, 0x00),
    payers: [
        Colour(0x00, 0x4B, 0x7A),
        Colour(0x2B, 0x8C, 0xC4),
        Colour(0x00, 0x9E, 0x73),
        Colour(0x7F, 0xCB, 0xB2),
        Colour(0xCC, 0x79, 0xA7),
        Colour(0xA8, 0xA8, 0xA8),
    ],
    gain: Colour(0x00, 0x72, 0xB2),
    loss: Colour(0xD5, 0x5E, 0x00),
};

/// For slides: light on dark.
pub const DARK: Theme = Theme {
    name: "dark",
    paper: Colour(0x16, 0x1B, 0x22),
    ink: Colour(0xEC, 0xEC, 0xEC),
    muted: Colour(0xA6, 0xAD, 0xB5),
    grid: Colour(0x36, 0x3D, 0x46),
    regimes: [
        Colour(0x56, 0xB4, 0xE9),
        Colour(0xF0, 0x8A, 0x3C),
        Colour(0x2F, 0xC2, 0x97),
        Colour(0xE0, 0x9A, 0xC2),
        Colour(0xF0, 0xE4, 0x42),
        Colour(0x2F, 0x8F, 0xD0),
        Colour(0xB0, 0xB0, 0xB0),
        Colour(0xC8, 0xA8, 0x50),
    ],
    own: Colour(0xF0, 0x8A, 0x3C),
    payers: [
        Colour(0x2F, 0x8F, 0xD0),
        Colour(0x8C, 0xCB, 0xF0),
        Colour(0x2F, 0xC2, 0x97),
        Colour(0x9A, 0xE0, 0xCB),
        Colour(0xE0, 0x9A, 0xC2),
        Colour(0xA0, 0xA0, 0xA0),
    ],
    gain: Colour(0x56, 0xB4, 0xE9),
    loss: Colour(0xF0, 0x8A, 0x3C),
};

impl Theme {
    /// All themes.
    pub const ALL: [Self; 2] = [PAPER, DARK];

    /// The theme of a name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|theme| theme.name == name)
    }

    /// Colour of the regime at an index of the scenario's order.
    #[must_use]
    pub const fn regime(&self, index: usize) -> Colour {
        self.regimes[index % self.regimes.len()]
    }

    /// A colour made strong enough for letters on this paper.
    #[must_use]
    pub fn letters(&self, colour: Colour) -> Colour {
        colour.mixed(self.ink, if colour.is_light() == self.paper.is_light() { 38 } else { 8 })
    }
}

/// Which end of a text its position is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Align {
    /// The text begins there.
    Start,
    /// Its middle is there.
    Middle,
    /// The text ends there.
    End,
}

/// How a text looks.
#[derive(Debug, Clone, Copy)]
pub struct Text {
    /// Size in points.
    pub pt: f64,
    /// Weight.
    pub weight: Weight,
    /// Colour.
    pub colour: Colour,
    /// Alignment.
    pub align: Align,
}

impl Text {
    /// A label that begins at its position.
    #[must_use]
    pub const fn label(colour: Colour) -> Self {
        Self { pt: LABEL_PT, weight: Weight::Regular, colour, align: Align::Start }
    }

    /// In bold.
    #[must_use]
    pub const fn bold(self) -> Self {
        Self { weight: Weight::Bold, ..self }
    }

    /// At another size.
    #[must_use]
    pub const fn sized(self, pt: f64) -> Self {
        Self { pt, ..self }
    }

    /// Aligned otherwise.
    #[must_use]
    pub const fn aligned(self, align: Align) -> Self {
        Self { align, ..self }
    }
}

/// Height of a line of text in millimetres.
#[must_use]
pub fn line_height(pt: f64) -> f64 {
    pt * MM_PER_PT * LEADING
}

/// A picture in millimetres, drawn on the SVG backend with a hundred units a millimetre: its coordinates and stroke
/// widths are whole numbers, so a coarser canvas would show steps.
#[derive(Debug, Default)]
pub struct Canvas {
    shapes: Vec<Shape>,
}

#[derive(Debug)]
enum Shape {
    Line { points: Vec<(i32, i32)>, stroke: Stroke },
    Area { points: Vec<(i32, i32)>, stroke: Stroke },
    Dot { at: (i32, i32), radius: u32, stroke: Stroke, filled: bool },
    Text { at: (i32, i32), text: String, style: Text },
}

#[derive(Debug, Clone, Copy)]
struct Stroke {
    colour: Colour,
    alpha: f64,
    width: u32,
}

impl Stroke {
    fn shape(self) -> ShapeStyle {
        let color = RGBColor(self.colour.0, self.colour.1, self.colour.2).mix(self.alpha);
        ShapeStyle { color, filled: false, stroke_width: self.width }
    }
}

impl Text {
    fn backend_style(&self) -> TextStyle<'static> {
        let style = match self.weight {
            Weight::Regular => FontStyle::Normal,
            Weight::Bold => FontStyle::Bold,
        };
        let horizontal = match self.align {
            Align::Start => HPos::Left,
            Align::Middle => HPos::Center,
            Align::End => HPos::Right,
        };
        // The backend divides sizes by 1.24.
        let font = (FAMILY, font_units(self.pt) * 1.24).into_font().style(style);
        let colour = RGBColor(self.colour.0, self.colour.1, self.colour.2);
        let mut style = TextStyle::from(font).pos(Pos::new(horizontal, VPos::Top));
        style.color = colour.to_backend_color();
        style
    }
}

impl Canvas {
    /// A line through points, `pt` points thick.
    pub fn line(&mut self, points: &[(f64, f64)], pt: f64, colour: Colour) {
        let stroke = Stroke { colour, alpha: 1.0, width: stroke_units(pt) };
        self.shapes.push(Shape::Line { points: points.iter().map(|p| units(*p)).collect(), stroke });
    }

    /// A dashed line through points; the dashes go on round the corners.
    pub fn dashed(&mut self, points: &[(f64, f64)], pt: f64, colour: Colour, dash: f64, space: f64) {
        let mut drawn = 0.0;
        for pair in points.windows(2) {
            let (dx, dy) = (pair[1].0 - pair[0].0, pair[1].1 - pair[0].1);
            let length = (dx * dx + dy * dy).sqrt();
            let mut at = 0.0;
            while at < length {
                let within: f64 = drawn % (dash + space);
                let (on, left) =
                    if within < dash { (true, dash - within) } else { (false, dash + space - within) };
                let to = (at + left.max(0.01)).min(length);
                if on {
                    let point = |d: f64| (pair[0].0 + dx * d / length, pair[0].1 + dy * d / length);
                    self.line(&[point(at), point(to)], pt, colour);
                }
                drawn += to - at;
                at = to;
            }
        }
    }

    /// A filled polygon.
    pub fn area(&mut self, points: &[(f64, f64)], colour: Colour, alpha: f64) {
        let stroke = Stroke { colour, alpha, width: 0 };
        self.shapes.push(Shape::Area { points: points.iter().map(|p| units(*p)).collect(), stroke });
    }

    /// A filled rectangle from corner to corner.
    pub fn bar(&mut self, from: (f64, f64), to: (f64, f64), colour: Colour) {
        self.area(&[from, (to.0, from.1), to, (from.0, to.1)], colour, 1.0);
    }

    /// A filled circle.
    pub fn dot(&mut self, at: (f64, f64), radius: f64, colour: Colour) {
        let stroke = Stroke { colour, alpha: 1.0, width: 0 };
        self.shapes.push(Shape::Dot { at: units(at), radius: length_units(radius), stroke, filled: true });
    }

    /// A circle.
    pub fn ring(&mut self, at: (f64, f64), radius: f64, pt: f64, colour: Colour) {
        let stroke = Stroke { colour, alpha: 1.0, width: stroke_units(pt) };
        self.shapes.push(Shape::Dot { at: units(at), radius: length_units(radius), stroke, filled: false });
    }

    /// A text whose baseline is at the position.
    pub fn text(&mut self, at: (f64, f64), text: &str, style: Text) {
        let (x, y) = units(at);
        // The backend draws the baseline 0.76 em under the position it is given.
        #[allow(clippy::cast_possible_truncation)]
        let drop = (0.76 * font_units(style.pt)).round() as i32;
        let text = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        self.shapes.push(Shape::Text { at: (x, y - drop), text, style });
    }

    /// A text whose capitals have their middle at the position.
    pub fn text_centred(&mut self, at: (f64, f64), text: &str, style: Text) {
        self.text((at.0, at.1 + CAPITALS * style.pt * MM_PER_PT / 2.0), text, style);
    }

    /// Lines of text, one under the other, the block's middle at the position.
    pub fn block_centred(&mut self, at: (f64, f64), lines: &[String], style: Text) {
        let step = line_height(style.pt);
        // A few lines.
        #[allow(clippy::cast_precision_loss)]
        let first = at.1 - step * (lines.len() as f64 - 1.0) / 2.0;
        let mut y = first;
        for line in lines {
            self.text_centred((at.0, y), line, style);
            y += step;
        }
    }

    /// All texts on it.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        self.shapes.iter().filter_map(|shape| match shape {
            Shape::Text { text, .. } => Some(text.as_str()),
            _ => None,
        })
    }

    /// The picture as SVG with text as text, sized in millimetres.
    ///
    /// # Panics
    ///
    /// Never: drawing into a string does not fail.
    #[must_use]
    pub fn to_svg(&self, width_mm: f64, height_mm: f64, theme: &Theme) -> String {
        let (width, height) = (length_units(width_mm), length_units(height_mm));
        let mut svg = String::new();
        {
            let area = SVGBackend::with_string(&mut svg, (width, height)).into_drawing_area();
            let paper = RGBColor(theme.paper.0, theme.paper.1, theme.paper.2);
            area.fill(&paper).expect(IN_MEMORY);
            for shape in &self.shapes {
                shape.draw(&area).expect(IN_MEMORY);
            }
            area.present().expect(IN_MEMORY);
        }
        let was = format!("<svg width=\"{width}\" height=\"{height}\"");
        let now = format!("<svg width=\"{width_mm}mm\" height=\"{height_mm}mm\" stroke-linejoin=\"round\"");
        svg.replacen(&was, &now, 1)
    }
}

const IN_MEMORY: &str = "drawing into a string does not fail";

impl Shape {
    fn draw<B: DrawingBackend>(
        &self,
        area: &DrawingArea<B, Shift>,
    ) -> Result<(), DrawingAreaErrorKind<B::ErrorType>> {
        match self {
            Self::Line { points, stroke } => area.draw(&PathElement::new(points.clone(), stroke.shape())),
            Self::Area { points, stroke } => {
                area.draw(&Polygon::new(points.clone(), stroke.shape().filled()))
            }
            Self::Dot { at, radius, stroke, filled } => {
                let style = if *filled { stroke.shape().filled() } else { stroke.shape() };
                area.draw(&Circle::new(*at, *radius, style))
            }
            Self::Text { at, text, style } => {
                area.draw(&plotters::element::Text::new(text.as_str(), *at, style.backend_style()))
            }
        }
    }
}

fn font_units(pt: f64) -> f64 {
    (pt * MM_PER_PT * 100.0).round()
}

// Charts are below 100 m.
#[allow(clippy::cast_possible_truncation)]
fn units((x, y): (f64, f64)) -> (i32, i32) {
    ((x * 100.0).round() as i32, (y * 100.0).round() as i32)
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
fn length_units(mm: f64) -> u32 {
    (mm * 100.0).round() as u32
}

fn stroke_units(pt: f64) -> u32 {
    length_units(pt * MM_PER_PT).max(1)
}

/// A signed number: a true minus or a plus before it, unless it rounds to zero.
#[must_use]
pub fn signed(value: f64, decimals: usize) -> String {
    let text = number(value, decimals);
    if value > 0.0 && text.bytes().any(|b| (b'1'..=b'9').contains(&b)) { format!("+{text}") } else { text }
}

/// A number with a fixed count of decimals, thousands apart by commas, and a true minus sign.
#[must_use]
pub fn number(value: f64, decimals: usize) -> String {
    let text = format!("{:.decimals$}", value.abs());
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let mut out = String::new();
    if value < 0.0 && text.bytes().any(|b| (b'1'..=b'9').contains(&b)) {
        out.push('−');
    }
    for (i, digit) in whole.chars().enumerate() {
        // Four digits stand together, as years and small sums do.
        if i > 0 && (whole.len() - i).is_multiple_of(3) && whole.len() > 4 {
            out.push(',');
        }
        out.push(digit);
    }
    if !fraction.is_empty() {
        out.push('.');
        out.push_str(fraction);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_as_in_a_journal() {
        assert_eq!(number(-1.25, 1), "−1.2");
        assert_eq!(number(-0.04, 1), "0.0", "no minus before a rounded zero");
        assert_eq!((signed(0.31, 2), signed(0.001, 2)), ("+0.31".into(), "0.00".into()));
        assert_eq!(number(12_345.6, 0), "12,346");
        assert_eq!(number(2_021.0, 0), "2021");
    }

    #[test]
    fn the_canvas_is_sized_in_millimetres() {
        let mut canvas = Canvas::default();
        canvas.text((1.0, 5.0), "a < b & c", Text::label(PAPER.ink));
        let svg = canvas.to_svg(90.0, 60.5, &PAPER);
        assert!(svg.contains("<svg width=\"90mm\" height=\"60.5mm\""), "{svg}");
        assert!(svg.contains("viewBox=\"0 0 9000 6050\""), "{svg}");
        assert!(svg.contains("a &lt; b &amp; c"), "{svg}");
    }
}
