//! One look at the whole proposed step, battery by battery: what the engine's parts ask before they look any closer.

use ngbank_models::electronics::Envelope;
use ngbank_models::plant::Plant;
use ngbank_models::time::Micros;

use super::chain::Chain;

/// Boxes around the truth of every battery on `[start, end]`.
#[derive(Debug, Default)]
pub struct Survey {
    /// Start of the step.
    pub start: Micros,
    /// Its end as proposed.
    pub end: Micros,
    /// By battery.
    pub boxes: Vec<Envelope>,
}

impl Survey {
    /// Of this many batteries, before the first step.
    pub fn new(batteries: usize) -> Self {
        Self { start: 0, end: 0, boxes: vec![Envelope::NONE; batteries] }
    }

    /// Looks at the step that has just been proposed.
    pub fn look(&mut self, plant: &Plant, chain: &Chain, end: Micros) {
        (self.start, self.end) = (plant.time(), end);
        let series = plant.series();
        for (s, string) in self.boxes.chunks_mut(series).enumerate() {
            let amps = ordered(plant.battery_currents(s * series));
            for (found, b) in string.iter_mut().zip(s * series..) {
                let volts = plant.step_range(b);
                let celsius = ordered(plant.battery_temperatures(b));
                let counted = chain.charge_within(b, end - self.start, amps);
                found.low = [volts.0, amps.0, celsius.0, counted.0];
                found.high = [volts.1, amps.1, celsius.1, counted.1];
            }
        }
    }
}

fn ordered((a, b): (f64, f64)) -> (f64, f64) {
    (a.min(b), a.max(b))
}
