//! The life of one bank on one sheet: voltages, currents, state of charge, temperatures, outputs and causes over time.

use ngbank_sim::result::{RunResult, TracePoint};
use plotters::{coord::Shift, prelude::*};

use super::{
    FONT, Figure, PlotError,
    lanes::{self, Lane},
    outputs::{cause_lanes, device_lanes, hours, output_lanes},
    panel::{Line, Mark, Panel},
};

const WIDTH: u32 = 1280;
const TITLE_HEIGHT: u32 = 40;
const PANEL_HEIGHT: u32 = 190;

/// A threshold that belongs into the plot of cell voltages.
#[derive(Clone, Debug)]
pub struct Level {
    /// What it is, with its rule id.
    pub label: String,
    /// Where, V.
    pub volts: f64,
}

/// The life of one bank over time.
pub struct TraceFigure<'a> {
    title: String,
    run: &'a RunResult,
    levels: &'a [Level],
    lanes: Vec<Lane>,
}

impl<'a> TraceFigure<'a> {
    /// Prepares the sheet of a run with a trace; `levels` are drawn where the cells come near them.
    pub fn new(title: impl Into<String>, run: &'a RunResult, levels: &'a [Level]) -> Self {
        let mut lanes = output_lanes(run);
        lanes.extend(device_lanes(run));
        lanes.extend(cause_lanes(run));
        Self { title: title.into(), run, levels, lanes }
    }

    fn line(&self, label: &str, value: impl Fn(&TracePoint) -> f64) -> Line {
        let points = self.run.trace.iter().map(|point| (hours(point.time_us), value(point))).collect();
        Line { label: label.to_owned(), points }
    }

    fn panels(&self) -> Vec<Panel> {
        let marks = self.levels.iter().map(|level| Mark { label: level.label.clone(), value: level.volts });
        let panel = |axis: &str, lines| Panel { axis: axis.to_owned(), lines, marks: Vec::new() };
        vec![
            panel("Bank voltage [V]", vec![self.line("bank terminals", |p| p.bus_v)]),
            Panel {
                axis: "Cell voltage [V]".to_owned(),
                lines: vec![self.line("highest cell", |p| p.cell_v_max), self.line("lowest cell", |p| p.cell_v_min)],
                marks: marks.collect(),
            },
            panel("Bank current [A]", vec![self.line("bank (+ charges)", |p| p.bank_a)]),
            panel(
                "String current [A]",
                vec![self.line("highest string", |p| p.string_a_max), self.line("lowest string", |p| p.string_a_min)],
            ),
            panel(
                "State of charge [%]",
                vec![
                    self.line("highest cell", |p| 100.0 * p.soc_max),
                    self.line("lowest cell", |p| 100.0 * p.soc_min),
                    self.line("mean of cells", |p| 100.0 * p.soc_mean),
                ],
            ),
            panel(
                "Temperature [°C]",
                vec![
                    self.line("hottest battery", |p| p.temperature_c_max),
                    self.line("coldest battery", |p| p.temperature_c_min),
                ],
            ),
        ]
    }
}

impl Figure for TraceFigure<'_> {
    fn size(&self) -> (u32, u32) {
        let panels = u32::try_from(self.panels().len()).unwrap_or(0);
        (WIDTH, TITLE_HEIGHT + panels * PANEL_HEIGHT + lanes_height(&self.lanes))
    }

    fn draw<B: DrawingBackend>(&self, root: &DrawingArea<B, Shift>) -> Result<(), PlotError> {
        let title = Text::new(self.title.clone(), (16, 12), (FONT, 20));
        root.draw(&title).map_err(PlotError::from_debug)?;
        let end = hours(self.run.duration_us).max(1e-3);
        let (_, mut rest) = root.split_vertically(TITLE_HEIGHT);
        for panel in self.panels() {
            let (area, below) = rest.split_vertically(PANEL_HEIGHT);
            panel.draw(&area, 0.0..end, None)?;
            rest = below;
        }
        lanes::draw(&rest, &self.lanes, 0.0..end, None)
    }
}

fn lanes_height(lanes: &[Lane]) -> u32 {
    let rows = u32::try_from(lanes.len()).unwrap_or(0);
    lanes::LANE_FRAME + (rows * lanes::LANE_HEIGHT).max(70)
}
