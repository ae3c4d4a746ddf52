//! Lanes over time: one row per signal, filled while it holds.

use std::ops::Range;

use plotters::{coord::Shift, prelude::*};

use super::{
    FONT, PlotError,
    panel::{LABEL_WIDTH, LEGEND_WIDTH},
};

/// Pixels of one lane.
pub(crate) const LANE_HEIGHT: u32 = 20;
/// Pixels below the lanes for the time axis, and above them.
pub(crate) const LANE_FRAME: u32 = 56;

/// What a filled stretch of a lane means.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// An output is High.
    High,
    /// PRE-ALARM is High.
    Warning,
    /// A cause holds.
    Cause,
}

impl Kind {
    fn colour(self) -> RGBColor {
        match self {
            Self::High => RGBColor(60, 150, 90),
            Self::Warning => RGBColor(225, 160, 0),
            Self::Cause => RGBColor(190, 50, 50),
        }
    }
}

/// One row.
pub(crate) struct Lane {
    /// Name left of the row.
    pub name: String,
    /// What a filled stretch says, right of the row.
    pub note: String,
    /// What a filled stretch means.
    pub kind: Kind,
    /// Filled stretches, hours.
    pub spans: Vec<(f64, f64)>,
}

/// Draws the lanes from the top down over a common time axis, `label_width` pixels for their names.
pub(crate) fn draw<B: DrawingBackend>(
    area: &DrawingArea<B, Shift>,
    lanes: &[Lane],
    hours: Range<f64>,
    label_width: Option<u32>,
) -> Result<(), PlotError> {
    let (width, _) = area.dim_in_pixel();
    let (chart, legend) = area.split_horizontally(width - LEGEND_WIDTH);
    let rows = lanes.len().max(1) as f64;
    let visible = 2.0 * (hours.end - hours.start) / f64::from(width - LEGEND_WIDTH);
    let mut context = ChartBuilder::on(&chart)
        .margin_top(8)
        .margin_right(16)
        .margin_left(10)
        .x_label_area_size(44)
        .y_label_area_size(label_width.unwrap_or(LABEL_WIDTH))
        .build_cartesian_2d(hours, rows..0.0)
        .map_err(PlotError::from_debug)?;
    context
        .configure_mesh()
        .disable_y_mesh()
        .disable_y_axis()
        .light_line_style(BLACK.mix(0.05))
        .bold_line_style(BLACK.mix(0.12))
        .max_light_lines(2)
        .x_labels(14)
        .x_label_formatter(&|hour| format!("{hour:.1}").trim_end_matches(".0").to_owned())
        .x_desc("Time since the start of the scenario [h]")
        .label_style((FONT, 13))
        .axis_desc_style((FONT, 14))
        .draw()
        .map_err(PlotError::from_debug)?;
    for (row, lane) in lanes.iter().enumerate() {
        let (top, bottom) = (row as f64 + 0.15, row as f64 + 0.85);
        // A stretch of a second must be seen on a plot of a day.
        let blocks = lane.spans.iter().map(|&(from, to)| {
            let to = to.max(from + visible);
            Rectangle::new([(from, top), (to, bottom)], lane.kind.colour().filled())
        });
        context.draw_series(blocks).map_err(PlotError::from_debug)?;
        let (_, y) = context.backend_coord(&(0.0, row as f64 + 0.5));
        let (_, origin) = chart.get_base_pixel();
        let name = Text::new(lane.name.clone(), (6, y - origin - 7), (FONT, 13));
        chart.draw(&name).map_err(PlotError::from_debug)?;
        let swatch = [(0, y - origin - 5), (12, y - origin + 5)];
        legend.draw(&Rectangle::new(swatch, lane.kind.colour().filled())).map_err(PlotError::from_debug)?;
        let note = Text::new(lane.note.clone(), (17, y - origin - 6), (FONT, 11));
        legend.draw(&note).map_err(PlotError::from_debug)?;
    }
    Ok(())
}
