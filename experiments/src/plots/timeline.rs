//! LOAD, CHARGER and PRE-ALARM of many runs under each other.

use ngbank_sim::result::RunResult;
use plotters::{coord::Shift, prelude::*};

use super::{
    FONT, Figure, PlotError,
    lanes::{self, Lane},
    outputs::{hours, output_lanes},
};

const WIDTH: u32 = 1280;
const TITLE_HEIGHT: u32 = 36;
const NAME_WIDTH: u32 = 330;

/// The outputs of many runs over a common time axis.
pub struct Timeline {
    lanes: Vec<Lane>,
    hours: f64,
}

impl Timeline {
    /// Three lanes per run, in the order given.
    pub fn new<'a>(runs: impl Iterator<Item = &'a RunResult>) -> Self {
        let mut timeline = Self { lanes: Vec::new(), hours: 1e-3 };
        for run in runs {
            let named = |lane: Lane| Lane { name: format!("{}: {}", run.scenario, lane.name), ..lane };
            timeline.lanes.extend(output_lanes(run).into_iter().map(named));
            timeline.hours = timeline.hours.max(hours(run.duration_us));
        }
        timeline
    }
}

impl Figure for Timeline {
    fn size(&self) -> (u32, u32) {
        let rows = u32::try_from(self.lanes.len()).unwrap_or(0);
        (WIDTH, TITLE_HEIGHT + lanes::LANE_FRAME + (rows * lanes::LANE_HEIGHT).max(70))
    }

    fn draw<B: DrawingBackend>(&self, root: &DrawingArea<B, Shift>) -> Result<(), PlotError> {
        let (title, rest) = root.split_vertically(TITLE_HEIGHT);
        title
            .draw(&Text::new("Outputs over time, first seed of each scenario", (16, 10), (FONT, 16)))
            .map_err(PlotError::from_debug)?;
        lanes::draw(&rest, &self.lanes, 0.0..self.hours, Some(NAME_WIDTH))
    }
}
