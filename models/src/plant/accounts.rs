//! Charge and energy over all committed steps: ports and cells are summed apart and must agree.

use super::Plant;
use crate::time::Micros;

/// Charge and energy, accumulated over all committed steps.
///
/// Ports: the current of each device as the circuit solved it, linear over a step. Cells: the charge of each
/// cell, which went through the cell integration. Nothing but Kirchhoff's law connects the two.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Accounts {
    /// Charge of each device into the bus, A·s.
    pub device_charge: Vec<f64>,
    /// Energy of each device into the bus, J (Simpson's rule on the continuous extension).
    pub device_energy: Vec<f64>,
    /// Charge stored since the start at each series position, summed over the strings, A·s.
    pub stored: Vec<f64>,
    /// Charge lost at each series position (self-discharge, bleed, coulombic), A·s.
    pub lost: Vec<f64>,
    /// Port throughput Σ∫|i| dt, A·s.
    pub throughput: f64,
}

impl Accounts {
    /// Largest |Σ port charges − lost − stored| over the series positions, relative to the port throughput;
    /// 0 when nothing was stored, lost or moved.
    pub fn balance_error(&self) -> f64 {
        let ports: f64 = self.device_charge.iter().sum();
        let gap = |(stored, lost): (&f64, &f64)| (ports - lost - stored).abs();
        let largest = self.stored.iter().zip(&self.lost).map(gap).fold(0.0, f64::max);
        // A bank that only leaks has no throughput; then the losses are the scale.
        let scale = self.throughput.max(self.lost.iter().copied().fold(0.0, f64::max));
        if scale > 0.0 { largest / scale } else { largest }
    }
}

/// The ports' part, advanced at every commit.
#[derive(Clone, Debug, Default)]
pub(super) struct Ports {
    pub charge: Vec<f64>,
    pub energy: Vec<f64>,
    pub throughput: f64,
}

impl Ports {
    pub fn new(devices: usize) -> Self {
        Self { charge: vec![0.0; devices], energy: vec![0.0; devices], throughput: 0.0 }
    }

    /// Adds a step of `h` seconds: currents of one device at both ends, bus voltage at start, middle and end.
    pub fn add(&mut self, device: usize, (i0, i1): (f64, f64), volts: [f64; 3], h: f64) {
        let charge = 0.5 * h * (i0 + i1);
        self.charge[device] += charge;
        self.throughput += if i0 * i1 >= 0.0 { charge.abs() } else { 0.5 * h * (i0 * i0 + i1 * i1) / (i0 - i1).abs() };
        self.energy[device] += h / 6.0 * (i0 * volts[0] + 2.0 * (i0 + i1) * volts[1] + i1 * volts[2]);
    }
}

impl Plant {
    /// Accounts over all committed steps.
    pub fn accounts(&self) -> Accounts {
        let positions = self.model.series * self.model.cells_per_battery;
        let mut stored = vec![0.0; positions];
        let mut lost = vec![0.0; positions];
        for (index, (cell, fixed)) in self.state.cells.iter().zip(&self.model.fixed).enumerate() {
            stored[index % positions] += cell.q - fixed.q_start;
            lost[index % positions] += cell.lost;
        }
        Accounts {
            device_charge: self.ports.charge.clone(),
            device_energy: self.ports.energy.clone(),
            stored,
            lost,
            throughput: self.ports.throughput,
        }
    }

    /// Feeds every bit of the true state to `sink`: time, step control, cells in chain order, temperatures.
    pub fn state_digest(&self, sink: &mut dyn FnMut(&[u8])) {
        let time: Micros = self.time;
        sink(&time.to_le_bytes());
        let mut real = |value: f64| sink(&value.to_bits().to_le_bytes());
        real(self.next_s);
        real(self.ambient_c);
        for (cell, fixed) in self.state.cells.iter().zip(&self.model.fixed) {
            for value in [cell.q, cell.v1, cell.v2, cell.h, fixed.bleed] {
                real(value);
            }
        }
        self.state.celsius.iter().for_each(|&celsius| real(celsius));
        self.openings.digest(&mut real);
    }
}
