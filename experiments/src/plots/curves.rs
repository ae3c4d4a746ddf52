//! What the validation compares: curves of equal title on one sheet, under each other.

use std::ops::Range;

use ngbank_models::validation::Curve;
use plotters::{coord::Shift, prelude::*};

use super::{
    FONT, Figure, PlotError,
    panel::{Line, Panel},
};

const WIDTH: u32 = 1280;
const TITLE_HEIGHT: u32 = 36;
const PANEL_HEIGHT: u32 = 220;
/// A line is drawn through the lowest and highest point of so many stretches: more cannot be seen.
const STRETCHES: usize = 800;

/// Curves of one title.
pub struct CurveFigure<'a>(&'a [Curve]);

impl<'a> CurveFigure<'a> {
    /// One figure per title, in the order given.
    pub fn of(curves: &'a [Curve]) -> Vec<Self> {
        curves.chunk_by(|a, b| a.title == b.title).map(Self).collect()
    }

    /// What it shows.
    pub fn title(&self) -> &str {
        &self.0[0].title
    }

    /// The common horizontal axis.
    fn range(&self) -> Range<f64> {
        let points = self.0.iter().flat_map(|curve| &curve.lines).flat_map(|line| &line.points);
        let (low, high) =
            points.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), p| (low.min(p.0), high.max(p.0)));
        if low < high { low..high } else { 0.0..1.0 }
    }
}

impl Figure for CurveFigure<'_> {
    fn size(&self) -> (u32, u32) {
        (WIDTH, TITLE_HEIGHT + u32::try_from(self.0.len()).unwrap_or(0) * PANEL_HEIGHT)
    }

    fn draw<B: DrawingBackend>(&self, root: &DrawingArea<B, Shift>) -> Result<(), PlotError> {
        root.draw(&Text::new(self.title().to_owned(), (16, 10), (FONT, 16))).map_err(PlotError::from_debug)?;
        let (_, mut rest) = root.split_vertically(TITLE_HEIGHT);
        for (n, curve) in self.0.iter().enumerate() {
            let (area, below) = rest.split_vertically(PANEL_HEIGHT);
            let lines = curve.lines.iter();
            let panel = Panel {
                axis: curve.y.to_owned(),
                lines: lines.map(|line| Line { label: line.name.clone(), points: thin(&line.points) }).collect(),
                marks: Vec::new(),
            };
            let last = n + 1 == self.0.len();
            panel.draw(&area, self.range(), last.then_some(curve.x))?;
            rest = below;
        }
        Ok(())
    }
}

/// At most two points per stretch, the lowest and the highest, so that no peak is lost.
fn thin(points: &[(f64, f64)]) -> Vec<(f64, f64)> {
    if points.len() <= 2 * STRETCHES {
        return points.to_vec();
    }
    let extremes = |stretch: &[(f64, f64)]| {
        let indices = 0..stretch.len();
        let low = indices.clone().min_by(|&a, &b| stretch[a].1.total_cmp(&stretch[b].1)).unwrap_or(0);
        let high = indices.max_by(|&a, &b| stretch[a].1.total_cmp(&stretch[b].1)).unwrap_or(0);
        [stretch[low.min(high)], stretch[low.max(high)]]
    };
    points.chunks(points.len().div_ceil(STRETCHES)).flat_map(extremes).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thinned_line_keeps_its_peaks_and_its_order() {
        let mut points: Vec<(f64, f64)> = (0..10_000).map(|n| (f64::from(n), 0.0)).collect();
        points[777].1 = 5.0;
        points[778].1 = -5.0;
        let thinned = thin(&points);
        assert!(thinned.len() <= 2 * STRETCHES);
        assert!(thinned.contains(&(777.0, 5.0)) && thinned.contains(&(778.0, -5.0)));
        assert!(thinned.is_sorted_by(|a, b| a.0 <= b.0));
    }
}
