//! From a picture to files: SVG, PDF and PNG, the same bytes on every run and machine.

use krilla::geom::Size;
use krilla::page::PageSettings;
use krilla_svg::{SurfaceExt, SvgSettings};
use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{Options, Tree, WriteOptions};

use super::charts::Chart;
use super::fonts;
use crate::scenario::plan::ChartFormat;

/// Dots an inch of PNG files.
pub const DPI: f64 = 300.0;

/// A chart in a format, as the content of a file.
///
/// # Panics
///
/// Never for a chart of this crate: what the canvas writes, the parser reads.
#[must_use]
pub fn render(chart: &Chart, format: ChartFormat) -> Vec<u8> {
    let options =
        Options { fontdb: fonts::database(), font_family: fonts::FAMILY.to_owned(), ..Options::default() };
    let tree = Tree::from_str(&chart.svg, &options).expect("the canvas writes well-formed SVG");
    match format {
        ChartFormat::Svg => svg(chart, &tree).into_bytes(),
        ChartFormat::Pdf => pdf(chart, &tree),
        ChartFormat::Png => png(chart, &tree),
    }
}

/// SVG with letters as outlines, so that it looks the same where the font is missing.
fn svg(chart: &Chart, tree: &Tree) -> String {
    let options = WriteOptions {
        id_prefix: Some(format!("{}-{}-", chart.id, chart.language_tag())),
        coordinates_precision: 1,
        transforms_precision: 5,
        ..WriteOptions::default()
    };
    let drawn = tree.to_string(&options);
    let body = drawn.find('>').map_or("", |end| &drawn[end + 1..]);
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{}mm\" height=\"{}mm\" viewBox=\"0 0 {} {}\" role=\"img\">\n\
         <title>{}</title>\n<desc>{}</desc>{body}",
        chart.width_mm,
        chart.height_mm,
        tree.size().width(),
        tree.size().height(),
        escape(&chart.title),
        escape(&chart.description),
    )
}

fn pdf(chart: &Chart, tree: &Tree) -> Vec<u8> {
    // Points of a page of a chart are small.
    #[allow(clippy::cast_possible_truncation)]
    let points = |mm: f64| (mm * 72.0 / 25.4) as f32;
    let size = Size::from_wh(points(chart.width_mm), points(chart.height_mm)).expect("charts have a size");
    let mut document = krilla::Document::new();
    let metadata = krilla::metadata::Metadata::new()
        .title(chart.title.clone())
        .description(chart.description.clone())
        .language(chart.language_tag().to_owned())
        .creator(concat!("fanpin ", env!("CARGO_PKG_VERSION")).to_owned());
    document.set_metadata(metadata);
    let settings = PageSettings::from_wh(size.width(), size.height()).expect("charts have a size");
    let mut page = document.start_page_with(settings);
    let mut surface = page.surface();
    surface.draw_svg(tree, size, SvgSettings::default());
    surface.finish();
    page.finish();
    document.finish().expect("a page of paths and two known fonts makes a document")
}

fn png(chart: &Chart, tree: &Tree) -> Vec<u8> {
    // Pixels of a chart are some thousands.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let pixels = |mm: f64| (mm * DPI / 25.4).round() as u32;
    let (width, height) = (pixels(chart.width_mm), pixels(chart.height_mm));
    let mut pixmap = Pixmap::new(width, height).expect("charts have a size");
    #[allow(clippy::cast_precision_loss)]
    let scale =
        Transform::from_scale(width as f32 / tree.size().width(), height as f32 / tree.size().height());
    resvg::render(tree, scale, &mut pixmap.as_mut());
    // Paper lies under everything, so every pixel is opaque.
    let rgb: Vec<u8> = pixmap.data().chunks_exact(4).flat_map(|p| [p[0], p[1], p[2]]).collect();
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, width, height);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    // 300 dpi in dots a metre.
    let dots = 11_811;
    encoder.set_pixel_dims(Some(png::PixelDimensions { xppu: dots, yppu: dots, unit: png::Unit::Meter }));
    let mut writer = encoder.write_header().expect("writing into memory does not fail");
    writer.write_image_data(&rgb).expect("three bytes a pixel");
    writer.finish().expect("writing into memory does not fail");
    bytes
}

fn escape(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect::<String>()
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}
