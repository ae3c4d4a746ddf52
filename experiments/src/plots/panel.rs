//! One chart, mostly over time: lines, dashed levels, and a legend beside it that never covers data.

use std::ops::Range;

use plotters::{coord::Shift, prelude::*};

use super::{FONT, PlotError};

/// Pixels right of a chart that belong to its legend.
pub(crate) const LEGEND_WIDTH: u32 = 240;
/// Pixels left of a chart that belong to the labels of its vertical axis.
pub(crate) const LABEL_WIDTH: u32 = 90;

/// Blue, red, green, violet, orange: distinct in print and for most colour-blind readers.
pub(crate) const COLOURS: [RGBColor; 5] =
    [RGBColor(0, 92, 171), RGBColor(200, 40, 40), RGBColor(20, 130, 70), RGBColor(120, 70, 160), RGBColor(215, 120, 0)];

/// A line of a panel.
pub(crate) struct Line {
    /// Name in the legend.
    pub label: String,
    /// Points: place on the horizontal axis, value.
    pub points: Vec<(f64, f64)>,
}

/// A horizontal dashed line.
pub(crate) struct Mark {
    /// Name in the legend, with its value.
    pub label: String,
    /// Where.
    pub value: f64,
}

/// One chart.
pub(crate) struct Panel {
    /// Name and unit of the vertical axis, as in `Current [A]`.
    pub axis: String,
    /// Solid lines.
    pub lines: Vec<Line>,
    /// Dashed levels; they widen the axis only if near the data.
    pub marks: Vec<Mark>,
}

impl Panel {
    /// Draws the panel; `span` is the common horizontal axis, `name` its name with the unit if it is written here.
    pub(crate) fn draw<B: DrawingBackend>(
        &self,
        area: &DrawingArea<B, Shift>,
        span: Range<f64>,
        name: Option<&str>,
    ) -> Result<(), PlotError> {
        let (width, _) = area.dim_in_pixel();
        let (chart, legend) = area.split_horizontally(width - LEGEND_WIDTH);
        let values = self.range();
        let digits = digits_for(values.end - values.start);
        let mut context = ChartBuilder::on(&chart)
            .margin_top(8)
            .margin_right(16)
            .margin_left(10)
            .x_label_area_size(if name.is_some() { 44 } else { 22 })
            .y_label_area_size(LABEL_WIDTH)
            .build_cartesian_2d(span.clone(), values.clone())
            .map_err(PlotError::from_debug)?;
        context
            .configure_mesh()
            .light_line_style(BLACK.mix(0.05))
            .bold_line_style(BLACK.mix(0.12))
            .max_light_lines(2)
            .x_labels(14)
            .y_labels(6)
            .x_label_formatter(&|hour| format!("{hour:.1}").trim_end_matches(".0").to_owned())
            .y_label_formatter(&|value| format!("{value:.digits$}"))
            .x_desc(name.unwrap_or_default())
            .y_desc(&self.axis)
            .label_style((FONT, 13))
            .axis_desc_style((FONT, 14))
            .draw()
            .map_err(PlotError::from_debug)?;
        let mut entry = LegendColumn::new(legend);
        for (line, colour) in self.lines.iter().zip(COLOURS.iter().cycle()) {
            context
                .draw_series(LineSeries::new(line.points.iter().copied(), colour.stroke_width(1)))
                .map_err(PlotError::from_debug)?;
            entry.line(&line.label, colour.stroke_width(2))?;
        }
        for mark in self.marks.iter().filter(|mark| values.contains(&mark.value)) {
            let ends = [(span.start, mark.value), (span.end, mark.value)];
            context
                .draw_series(DashedLineSeries::new(ends, 6, 6, BLACK.mix(0.6).stroke_width(1)))
                .map_err(PlotError::from_debug)?;
            entry.dashes(&mark.label)?;
        }
        Ok(())
    }

    /// The axis: all lines, plus levels at most half a span away, with 5 % of air.
    fn range(&self) -> Range<f64> {
        let values = || self.lines.iter().flat_map(|line| &line.points).map(|point| point.1);
        let (mut low, mut high) = values()
            .filter(|value| value.is_finite())
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| (low.min(v), high.max(v)));
        if low > high {
            return 0.0..1.0;
        }
        let near = 0.5 * (high - low).max(1e-3 * high.abs()).max(1e-6);
        for mark in &self.marks {
            if (low - near..=high + near).contains(&mark.value) {
                low = low.min(mark.value);
                high = high.max(mark.value);
            }
        }
        let air = 0.05 * (high - low).max(1e-3 * high.abs()).max(1e-6);
        low - air..high + air
    }
}

/// Entries of a legend from the top down.
pub(crate) struct LegendColumn<B: DrawingBackend> {
    area: DrawingArea<B, Shift>,
    next_y: i32,
}

impl<B: DrawingBackend> LegendColumn<B> {
    const STEP: i32 = 18;
    const SWATCH: i32 = 24;

    pub(crate) fn new(area: DrawingArea<B, Shift>) -> Self {
        Self { area, next_y: 18 }
    }

    pub(crate) fn line(&mut self, label: &str, style: ShapeStyle) -> Result<(), PlotError> {
        let swatch = [(0, self.next_y), (Self::SWATCH, self.next_y)];
        self.area.draw(&PathElement::new(swatch, style)).map_err(PlotError::from_debug)?;
        self.text(label)
    }

    pub(crate) fn dashes(&mut self, label: &str) -> Result<(), PlotError> {
        for start in [0, 10, 20] {
            let swatch = [(start, self.next_y), (start + 5, self.next_y)];
            self.area.draw(&PathElement::new(swatch, BLACK.mix(0.6))).map_err(PlotError::from_debug)?;
        }
        self.text(label)
    }

    pub(crate) fn block(&mut self, label: &str, colour: RGBColor) -> Result<(), PlotError> {
        let corners = [(0, self.next_y - 5), (Self::SWATCH, self.next_y + 5)];
        self.area.draw(&Rectangle::new(corners, colour.filled())).map_err(PlotError::from_debug)?;
        self.text(label)
    }

    fn text(&mut self, label: &str) -> Result<(), PlotError> {
        let place = (Self::SWATCH + 6, self.next_y - 7);
        let text = Text::new(label.to_owned(), place, (FONT, 13));
        self.area.draw(&text).map_err(PlotError::from_debug)?;
        self.next_y += Self::STEP;
        Ok(())
    }
}

/// Digits after the point that tell six labels of a span apart.
pub(crate) fn digits_for(span: f64) -> usize {
    match span {
        s if s >= 20.0 => 0,
        s if s >= 2.0 => 1,
        s if s >= 0.2 => 2,
        s if s >= 0.02 => 3,
        _ => 4,
    }
}
