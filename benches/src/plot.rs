//! Cost over size on two logarithmic axes, as SVG: the measured points and the straight line through their logarithms.

use std::error::Error;
use std::sync::OnceLock;

use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::{FontStyle, register_font};

const FONT: &str = "sans-serif";
const PANEL: (u32, u32) = (560, 420);

/// Points of one panel, all of them > 0.
#[derive(Clone, Debug, Default)]
pub struct Growth {
    /// What the panel shows.
    pub title: String,
    /// Horizontal axis, with its unit.
    pub axis: &'static str,
    /// Size, and cost in ms.
    pub points: Vec<(f64, f64)>,
}

/// `cost = factor · size^exponent`.
#[derive(Clone, Copy, Debug)]
pub struct PowerLaw {
    /// Slope of the line through the logarithms.
    pub exponent: f64,
    /// Cost at size 1, ms.
    pub factor: f64,
}

impl Growth {
    /// The power law that is nearest in the logarithms (least squares).
    pub fn law(&self) -> PowerLaw {
        let logs: Vec<(f64, f64)> =
            self.points.iter().map(|&(size, cost)| (libm::log(size), libm::log(cost))).collect();
        let n = logs.len() as f64;
        let (x, y) = logs.iter().fold((0.0, 0.0), |sum, log| (sum.0 + log.0 / n, sum.1 + log.1 / n));
        let (xy, xx) = logs
            .iter()
            .fold((0.0, 0.0), |sum, log| (sum.0 + (log.0 - x) * (log.1 - y), sum.1 + (log.0 - x) * (log.0 - x)));
        let exponent = xy / xx;
        PowerLaw { exponent, factor: libm::exp(y - exponent * x) }
    }

    fn draw<B: DrawingBackend>(&self, area: &DrawingArea<B, Shift>) -> Result<(), Box<dyn Error + '_>>
    where
        B::ErrorType: 'static,
    {
        let range = |values: &mut dyn Iterator<Item = f64>| {
            let (low, high) = values.fold((f64::INFINITY, 0.0_f64), |(low, high), v| (v.min(low), v.max(high)));
            (0.7 * low..1.4 * high).log_scale()
        };
        let sizes = range(&mut self.points.iter().map(|point| point.0));
        let costs = range(&mut self.points.iter().map(|point| point.1));
        let law = self.law();
        let mut chart = ChartBuilder::on(area)
            .caption(format!("{}: cost ~ size^{:.3}", self.title, law.exponent), (FONT, 16))
            .margin(12)
            .x_label_area_size(44)
            .y_label_area_size(64)
            .build_cartesian_2d(sizes, costs)?;
        let number = |value: &f64| format!("{value}");
        chart
            .configure_mesh()
            .x_desc(self.axis)
            .y_desc("processor time, ms")
            .x_label_formatter(&number)
            .y_label_formatter(&number)
            .label_style((FONT, 12))
            .draw()?;
        let line = self.points.iter().map(|&(size, _)| (size, law.factor * libm::pow(size, law.exponent)));
        chart.draw_series(LineSeries::new(line, &BLUE))?;
        chart.draw_series(self.points.iter().map(|&point| Circle::new(point, 4, BLACK.filled())))?;
        Ok(())
    }
}

/// The panels side by side.
///
/// # Errors
/// When the drawing fails, as one sentence.
pub fn svg(panels: &[Growth]) -> Result<String, String> {
    static REGISTERED: OnceLock<bool> = OnceLock::new();
    if !REGISTERED.get_or_init(|| register_font(FONT, FontStyle::Normal, dejavu::sans::regular()).is_ok()) {
        return Err("the embedded font is damaged".to_owned());
    }
    let mut text = String::new();
    {
        let size = (PANEL.0 * panels.len() as u32, PANEL.1);
        let root = SVGBackend::with_string(&mut text, size).into_drawing_area();
        let failed = |error: &dyn std::fmt::Display| format!("the plot cannot be drawn: {error}");
        root.fill(&WHITE).map_err(|error| failed(&error))?;
        for (panel, area) in panels.iter().zip(root.split_evenly((1, panels.len()))) {
            panel.draw(&area).map_err(|error| failed(&error))?;
        }
        root.present().map_err(|error| failed(&error))?;
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_law_of_a_power_is_that_power_and_its_line_is_drawn() {
        let points: Vec<(f64, f64)> =
            [1.0, 24.0, 168.0, 8760.0].into_iter().map(|size| (size, 0.7 * libm::pow(size, 1.25))).collect();
        let growth = Growth { title: "hours".to_owned(), axis: "h", points };
        let law = growth.law();
        assert!((law.exponent - 1.25).abs() < 1e-12 && (law.factor - 0.7).abs() < 1e-12, "{law:?}");
        let text = svg(&[growth.clone(), growth]).expect("it can be drawn");
        assert!(text.contains("size^1.250"), "the exponent is missing");
        assert_eq!(text.matches("<circle").count(), 8);
    }
}
