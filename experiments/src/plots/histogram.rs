//! How often a measured quantity came out where.

use plotters::{coord::Shift, prelude::*};

use super::{
    FONT, Figure, PlotError,
    panel::{LEGEND_WIDTH, LegendColumn, digits_for},
};

const BINS: usize = 30;

/// A histogram of one quantity over runs, with its limit if it has one.
pub struct Histogram {
    /// Title above the plot.
    pub title: String,
    /// Name and unit of the horizontal axis, as in `Lead [s]`.
    pub axis: String,
    /// Name of the bars in the legend, as in `runs`.
    pub label: String,
    /// One value per run.
    pub values: Vec<f64>,
    /// A limit: name and place.
    pub limit: Option<(String, f64)>,
}

impl Histogram {
    /// Lower end, width of a bin, and counts.
    fn bins(&self) -> (f64, f64, [u32; BINS]) {
        let limit = self.limit.as_ref().map(|limit| limit.1);
        let (low, high) = self
            .values
            .iter()
            .copied()
            .chain(limit)
            .filter(|value| value.is_finite())
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| (low.min(v), high.max(v)));
        if low > high {
            return (0.0, 1.0 / BINS as f64, [0; BINS]);
        }
        let air = (0.03 * (high - low)).max(1e-3 * high.abs()).max(1e-6);
        let (mut low, high) = (low - air, high + air);
        let width = (high - low) / (BINS - 1) as f64;
        if let Some(limit) = limit {
            low = limit - ((limit - low) / width).ceil() * width; // an edge, so that no bar straddles the limit
        }
        let mut counts = [0; BINS];
        for value in self.values.iter().filter(|value| value.is_finite()) {
            let bin = ((value - low) / width + 1e-9).floor();
            counts[bin.clamp(0.0, (BINS - 1) as f64) as usize] += 1;
        }
        (low, width, counts)
    }
}

impl Figure for Histogram {
    fn size(&self) -> (u32, u32) {
        (760, 260)
    }

    fn draw<B: DrawingBackend>(&self, root: &DrawingArea<B, Shift>) -> Result<(), PlotError> {
        let (width, _) = root.dim_in_pixel();
        let (chart, legend) = root.split_horizontally(width - LEGEND_WIDTH);
        let (low, bin, counts) = self.bins();
        let high = low + bin * BINS as f64;
        let tallest = f64::from(counts.iter().copied().max().unwrap_or(0).max(1)) * 1.08;
        let digits = digits_for(high - low);
        let colour = RGBColor(0, 92, 171);
        let mut context = ChartBuilder::on(&chart)
            .caption(&self.title, (FONT, 16))
            .margin_right(24)
            .margin_left(10)
            .x_label_area_size(44)
            .y_label_area_size(64)
            .build_cartesian_2d(low..high, 0.0..tallest)
            .map_err(PlotError::from_debug)?;
        context
            .configure_mesh()
            .light_line_style(BLACK.mix(0.05))
            .bold_line_style(BLACK.mix(0.12))
            .max_light_lines(2)
            .x_labels(8)
            .y_labels((tallest as usize).min(5) + 1)
            .x_label_formatter(&|value| format!("{value:.digits$}"))
            .y_label_formatter(&|value| format!("{value:.0}"))
            .x_desc(&self.axis)
            .y_desc("Number of runs [1]")
            .label_style((FONT, 13))
            .axis_desc_style((FONT, 14))
            .draw()
            .map_err(PlotError::from_debug)?;
        let bars = counts.iter().enumerate().filter(|(_, count)| **count > 0).map(|(k, count)| {
            let left = low + bin * k as f64;
            Rectangle::new([(left + 0.08 * bin, 0.0), (left + 0.92 * bin, f64::from(*count))], colour.filled())
        });
        context.draw_series(bars).map_err(PlotError::from_debug)?;
        let mut entry = LegendColumn::new(legend);
        entry.block(&self.label, colour)?;
        if let Some((name, place)) = &self.limit {
            let ends = [(*place, 0.0), (*place, tallest)];
            context
                .draw_series(DashedLineSeries::new(ends, 6, 6, BLACK.mix(0.6).stroke_width(1)))
                .map_err(PlotError::from_debug)?;
            entry.dashes(name)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(values: &[f64]) -> Histogram {
        Histogram {
            title: String::new(),
            axis: String::new(),
            label: String::new(),
            values: values.to_vec(),
            limit: Some(("limit".into(), 30.0)),
        }
    }

    #[test]
    fn every_finite_value_is_counted_once() {
        let (_, _, counts) = of(&[30.0, 30.1, 45.0, f64::INFINITY]).bins();
        assert_eq!(counts.iter().sum::<u32>(), 3);
    }

    #[test]
    fn a_value_at_the_limit_is_counted_on_its_good_side() {
        let (low, width, counts) = of(&[30.0, 31.0]).bins();
        let first = counts.iter().position(|count| *count > 0).unwrap();
        assert!((low + width * first as f64 - 30.0).abs() < 1e-9);
    }

    #[test]
    fn no_values_and_equal_values_still_have_an_axis() {
        for values in [&[][..], &[30.0, 30.0]] {
            let (low, width, _) = of(values).bins();
            assert!(low < 30.0 && width > 0.0);
        }
    }
}
