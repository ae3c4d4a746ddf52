//! One look at the whole proposed step, battery by battery: what the engine's parts ask before they look any closer.

use ngbank_models::electronics::Envelope;
use ngbank_models::plant::Plant;
use ngbank_models::time::Micros;

use super::chain::Chain;

/// Boxes around the truth of every battery on `[start, end]`.
#[derive(Debug)]
pub struct Survey {
    /// Start of the step.
    pub start: Micros,
    /// Its end as proposed.
    pub end: Micros,
    /// By battery.
    pub boxes: Vec<Envelope>,
    /// Around all of them: where that is enough, nobody looks at a single battery.
    pub bank: Envelope,
    /// Lowest and highest cell by battery, V; kept for its memory.
    volts: Vec<(f64, f64)>,
}

impl Survey {
    /// Of this many batteries, before the first step.
    pub fn new(batteries: usize) -> Self {
        let boxes = vec![Envelope::NONE; batteries];
        Self { start: 0, end: 0, boxes, bank: Envelope::NONE, volts: vec![(0.0, 0.0); batteries] }
    }

    /// Looks at the step that has just been proposed.
    pub fn look(&mut self, plant: &Plant, chain: &Chain, end: Micros) {
        (self.start, self.end) = (plant.time(), end);
        plant.step_ranges_into(&mut self.volts);
        self.bank = Envelope::NONE;
        let (length, series) = (end - self.start, plant.series());
        let temperatures = plant.temperatures();
        let celsius = temperatures.0.iter().zip(temperatures.1);
        let mut batteries = self.boxes.iter_mut().zip(chain.electronics()).zip(self.volts.iter().zip(celsius));
        let (start_a, end_a) = plant.string_currents();
        for amps in start_a.iter().zip(end_a) {
            let amps = ordered(amps);
            for ((found, electronics), (volts, celsius)) in batteries.by_ref().take(series) {
                let celsius = ordered(celsius);
                let counted = electronics.charge_within(length, amps.0, amps.1);
                found.low = [volts.0, amps.0, celsius.0, counted.0];
                found.high = [volts.1, amps.1, celsius.1, counted.1];
                self.bank.enclose(found);
            }
        }
    }
}

fn ordered((&a, &b): (&f64, &f64)) -> (f64, f64) {
    if a < b { (a, b) } else { (b, a) }
}
