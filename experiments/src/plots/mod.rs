//! Plots with axes, units and a legend, as SVG text and as PNG files.
//!
//! The font is embedded, so a plot is the same bytes on every machine. A plot is a [`Figure`]; how it reaches a file is here.

mod curves;
mod histogram;
mod lanes;
mod outputs;
mod panel;
mod timeline;
mod trace;

pub use curves::CurveFigure;
pub use histogram::Histogram;
pub use timeline::Timeline;
pub use trace::{Level, TraceFigure};

use std::{io, path::Path, sync::OnceLock};

use plotters::{
    coord::Shift,
    prelude::*,
    style::{FontStyle, register_font},
};

use crate::files::{FileError, write_whole_with};

/// The only font family; registered from embedded bytes.
pub(crate) const FONT: &str = "sans-serif";

/// A plot could not be drawn.
#[derive(Debug, thiserror::Error)]
#[error("plot: {0}")]
pub struct PlotError(String);

impl PlotError {
    fn from_debug(error: impl std::fmt::Debug) -> Self {
        Self(format!("{error:?}"))
    }
}

/// A drawing of known size that any backend can show.
pub trait Figure {
    /// Width and height, pixels.
    fn size(&self) -> (u32, u32);

    /// Draws everything into `root`.
    ///
    /// # Errors
    /// What the backend reports.
    fn draw<B: DrawingBackend>(&self, root: &DrawingArea<B, Shift>) -> Result<(), PlotError>;
}

/// The figure as one `<svg>` element.
///
/// # Errors
/// When the figure cannot be drawn.
pub fn svg(figure: &impl Figure) -> Result<String, PlotError> {
    let mut text = String::new();
    on_white(figure, SVGBackend::with_string(&mut text, figure.size()))?;
    Ok(text)
}

/// Writes the figure as a PNG file, which appears only when whole.
///
/// # Errors
/// When the figure cannot be drawn or the file not be written.
pub fn write_png(figure: &impl Figure, path: &Path) -> Result<(), FileError> {
    write_whole_with(path, |temporary| {
        on_white(figure, BitMapBackend::new(temporary, figure.size())).map_err(io::Error::other)
    })
}

fn on_white<B: DrawingBackend>(figure: &impl Figure, backend: B) -> Result<(), PlotError> {
    use_embedded_font()?;
    let root = backend.into_drawing_area();
    root.fill(&WHITE).map_err(PlotError::from_debug)?;
    figure.draw(&root)?;
    root.present().map_err(PlotError::from_debug)
}

fn use_embedded_font() -> Result<(), PlotError> {
    static REGISTERED: OnceLock<bool> = OnceLock::new();
    let registered =
        *REGISTERED.get_or_init(|| register_font(FONT, FontStyle::Normal, dejavu::sans::regular()).is_ok());
    if registered { Ok(()) } else { Err(PlotError("the embedded font is damaged".into())) }
}
