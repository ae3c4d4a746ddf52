//! Charge and energy over all committed steps: ports and cells are summed apart and must agree.

use super::Plant;
use super::extension::{apply, weights_at};
use crate::time::Micros;

/// Charge and energy, accumulated over all committed steps.
///
/// Ports: the current of each device as the circuit solved it, linear (or a parabola) over a step. Cells: the charge of each
/// cell, which went through the cell integration. Nothing but Kirchhoff's law connects the two.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Accounts {
    /// Charge of each device into the bus, A·s.
    pub device_charge: Vec<f64>,
    /// Energy of each device into the bus, J (by quadrature on the continuous extension).
    pub device_energy: Vec<f64>,
    /// Charge stored since the start at each series position, summed over the strings, A·s.
    pub stored: Vec<f64>,
    /// Charge lost at each series position (self-discharge, bleed, coulombic), A·s.
    pub lost: Vec<f64>,
    /// Port throughput Σ∫|i| dt, A·s.
    pub throughput: f64,
    /// Smallest capacity of a series position, summed over the strings, A·s: what its charge is rounded by.
    pub capacity: f64,
    /// Committed steps.
    pub steps: u64,
    /// Heat of the batteries, J: ohmic, of the RC pairs, hysteresis, coulombic loss, self-discharge and bleed, entropic.
    pub heat: f64,
}

/// A bank that moves less than this share of its capacity in a step is measured by this share: every step rounds its charge
/// by up to 2⁻⁵³ of it, which is 10⁻⁹ of what a BMS draws in a minute.
const LEAST_SHARE: f64 = 2.5e-7;

impl Accounts {
    /// Largest |Σ port charges − lost − stored| over the series positions, relative to the port throughput.
    pub fn balance_error(&self) -> f64 {
        let ports: f64 = self.device_charge.iter().sum();
        let gap = |(stored, lost): (&f64, &f64)| (ports - lost - stored).abs();
        let largest = self.stored.iter().zip(&self.lost).map(gap).fold(0.0, f64::max);
        // A bank that only leaks has no throughput.
        let lost = self.lost.iter().copied().fold(0.0, f64::max);
        if self.steps == 0 {
            return largest;
        }
        largest / self.throughput.max(lost).max(LEAST_SHARE * self.steps as f64 * self.capacity)
    }
}

/// The ports' part, advanced at every commit.
#[derive(Clone, Debug, Default)]
pub(super) struct Ports {
    pub charge: Vec<f64>,
    pub energy: Vec<f64>,
    pub throughput: f64,
    pub heat: f64,
}

impl Ports {
    pub fn new(devices: usize) -> Self {
        Self { charge: vec![0.0; devices], energy: vec![0.0; devices], throughput: 0.0, heat: 0.0 }
    }

    /// Adds a step of `h` seconds: current of one device at both ends and its bend (the coefficient of `s²`), bus
    /// voltage in the quarters.
    fn add(&mut self, device: usize, (i0, i1, bend): (f64, f64, f64), volts: [f64; 5], h: f64) {
        let charge = h * (0.5 * (i0 + i1) - bend / 6.0);
        self.charge[device] += charge;
        self.throughput += if i0 * i1 >= 0.0 { charge.abs() } else { 0.5 * h * (i0 * i0 + i1 * i1) / (i0 - i1).abs() };
        let watts = |n: usize| {
            let s = n as f64 / 4.0;
            (i0 + s * (i1 - i0 - bend) + s * s * bend) * volts[n]
        };
        // Boole's rule is exact for a parabola times a cubic.
        self.energy[device] +=
            h / 90.0 * (7.0 * (watts(0) + watts(4)) + 32.0 * (watts(1) + watts(3)) + 12.0 * watts(2));
    }
}

impl Plant {
    /// Accounts over all committed steps.
    pub fn accounts(&self) -> Accounts {
        let positions = self.model.series * self.model.cells_per_battery;
        let mut stored = vec![0.0; positions];
        let mut lost = vec![0.0; positions];
        let mut capacity = vec![0.0; positions];
        for (index, fixed) in self.model.fixed.iter().enumerate() {
            let (at, lane) = self.place_of(index);
            let cells = &self.state.cells[at];
            stored[index % positions] += cells.q.0[lane] - fixed.q_start;
            lost[index % positions] += cells.lost.0[lane];
            capacity[index % positions] += 1.0 / fixed.per_capacity;
        }
        Accounts {
            device_charge: self.ports.charge.clone(),
            device_energy: self.ports.energy.clone(),
            stored,
            lost,
            throughput: self.ports.throughput,
            capacity: capacity.into_iter().fold(f64::INFINITY, f64::min),
            steps: self.steps,
            heat: self.ports.heat,
        }
    }

    /// Feeds every bit of the true state to `sink`: time, step control, cells in chain order, temperatures
    /// with the heat that they are owed.
    pub fn state_digest(&self, sink: &mut dyn FnMut(&[u8])) {
        let time: Micros = self.time;
        sink(&time.to_le_bytes());
        let mut real = |value: f64| sink(&value.to_bits().to_le_bytes());
        real(self.next_s);
        real(self.outside.ambient_c);
        for (index, fixed) in self.model.fixed.iter().enumerate() {
            let (at, lane) = self.place_of(index);
            let cells = &self.state.cells[at];
            for value in [cells.q, cells.v1, cells.v2, cells.h] {
                real(value.0[lane]);
            }
            real(fixed.bleed);
        }
        self.state.celsius.iter().chain(&self.state.owed).for_each(|&value| real(value));
        self.openings.digest(&mut real);
    }

    /// Where the cell lies that is `index` in chain order.
    fn place_of(&self, index: usize) -> (usize, usize) {
        let n = self.model.cells_per_battery;
        self.model.place(index / n, index % n)
    }

    /// Adds the step that is being committed to the ports' part.
    pub(super) fn book(&mut self) {
        let h = self.length as f64 * 1e-6;
        let volts = [0.0, 0.25, 0.5, 0.75, 1.0].map(|s| apply(&weights_at(s), &self.bus));
        let bent = self.bent && !self.bus_is_dead();
        for (device, branch) in self.outside.branches.iter().enumerate() {
            let (i0, i1) = (self.start.devices[device], self.end.devices[device]);
            let slope = || branch.amps_per_volt(self.start.volts) * self.start.drift;
            let bend = if bent { i1 - i0 - h * slope() } else { 0.0 };
            self.ports.add(device, (i0, i1, bend), volts, h);
        }
        self.ports.heat += self.heat_j();
    }
}
