//! The output stage of a charger: the smallest of a current limit, a power limit and a voltage
//! behind the cable, and never less than nothing.
//!
//! ```text
//!  A ▲ Amps
//!    │────────╮ Watts
//!    │         ╲___
//!    │             ╲  Volts (slope 1 / cable resistance)
//!    │              │
//!    └──────────────┴──────▶ bus V
//!                   set-point: Idle above
//! ```
//!
//! All four meet at their limits and fall with the bus voltage, so that exactly one of them fits
//! the bank at any time. Power is what arrives at the bank; the cable's loss is not counted.
//! Going back from `Volts` to a limit needs 0.1 % and the current of 0.2 mV across the cable
//! more; `Idle` begins at the current of 0.5 mV across the cable and ends 2 mV below the
//! set-point, after 1 s at the earliest (all at 12 V, assumed).
//!
//! For DEV-13 … DEV-15 of the device table.

use super::part::{BAND_V, Out, Tag};
use crate::circuit::Branch;
use crate::time::{Micros, NEVER, SECOND};

const KNEE_BAND: f64 = 1e-3;
const KNEE_BAND_V: f64 = 2e-4;
const IDLE_V: f64 = 5e-4;
const SETTLING: Micros = SECOND;

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Mode {
    Off,
    Amps,
    Watts,
    Volts,
    /// Has just stopped to deliver; the bank's own voltage is not known yet.
    Settling {
        until: Micros,
    },
    /// Delivers nothing, and resumes below a voltage.
    Idle {
        resume_v: f64,
    },
}

#[derive(Clone, Debug)]
pub(super) struct Regulator {
    /// Voltage factor of the system.
    pub k: f64,
    pub cable_ohm: f64,
    /// Current limit (A), may be infinite.
    pub amps_max: f64,
    /// Power limit (W), may be infinite.
    pub watts_max: f64,
    /// Voltage held at the charger's end of the cable (V).
    pub set_v: f64,
    pub mode: Mode,
}

impl Regulator {
    /// Begins to deliver, at a limit; the guards find the right mode at the same instant.
    pub fn start(&mut self) {
        self.mode = self.limit_mode();
    }

    /// Lowers the set-point: nothing is delivered until the bank has come down to it.
    pub fn lower(&mut self, set_v: f64) {
        self.set_v = set_v;
        if self.holds() {
            self.mode = Mode::Idle { resume_v: self.resume_v() };
        }
    }

    /// Raises the set-point.
    pub fn raise(&mut self, set_v: f64) {
        self.set_v = set_v;
        if self.holds() {
            self.start();
        }
    }

    /// Whether it holds the set-point, or the bank is above it.
    pub fn holds(&self) -> bool {
        matches!(self.mode, Mode::Volts | Mode::Settling { .. } | Mode::Idle { .. })
    }

    pub fn next_time(&self) -> Micros {
        match self.mode {
            Mode::Settling { until } => until,
            _ => NEVER,
        }
    }

    pub fn on_time(&mut self, t: Micros, volts: f64) {
        if let Mode::Settling { until } = self.mode
            && until <= t
        {
            let resume_v = self.resume_v().min(volts - BAND_V * self.k);
            self.mode = Mode::Idle { resume_v };
        }
    }

    pub fn on_guard(&mut self, tag: Tag, t: Micros) {
        match tag {
            Tag::ToVolts => self.mode = Mode::Volts,
            Tag::ToWatts if self.mode == Mode::Volts => self.start(),
            Tag::ToWatts => self.mode = Mode::Watts,
            Tag::ToAmps => self.mode = Mode::Amps,
            Tag::ToIdle => self.mode = Mode::Settling { until: t + SETTLING },
            _ => {}
        }
    }

    pub fn publish(&self, out: &mut Out<'_>) {
        match self.mode {
            Mode::Off | Mode::Settling { .. } => out.branch(Branch::Open),
            Mode::Amps => {
                out.branch(Branch::Current { amps: self.amps_max });
                let to_volts = self.set_v - self.amps_max * self.cable_ohm;
                let to_watts = self.watts_max / self.amps_max + BAND_V * self.k;
                out.volts_above(Tag::ToVolts, to_volts);
                if to_watts < to_volts {
                    out.volts_above(Tag::ToWatts, to_watts);
                }
            }
            Mode::Watts => {
                out.branch(Branch::Power { watts: self.watts_max });
                out.volts_above(Tag::ToVolts, self.knee_v());
                if self.amps_max.is_finite() {
                    out.volts_below(Tag::ToAmps, self.watts_max / self.amps_max);
                }
            }
            Mode::Volts => {
                out.branch(Branch::Voltage { volts: self.set_v, ohms: self.cable_ohm });
                let knee = self.knee_amps();
                let band = KNEE_BAND * knee + KNEE_BAND_V * self.k / self.cable_ohm;
                if knee.is_finite() {
                    out.amps_above(Tag::ToWatts, knee + band);
                }
                // As a voltage: where it idles its current is next to nothing, and no matter when.
                out.volts_above(Tag::ToIdle, self.set_v - IDLE_V * self.k);
            }
            Mode::Idle { resume_v } => {
                out.branch(Branch::Open);
                out.volts_below(Tag::ToVolts, resume_v);
            }
        }
    }

    /// Current at which a limit takes over from the set-point (A); infinite if none can.
    pub fn knee_amps(&self) -> f64 {
        self.amps_max.min(self.watts_knee_amps())
    }

    /// Bus voltage at which that happens (V).
    fn knee_v(&self) -> f64 {
        self.set_v - self.watts_knee_amps() * self.cable_ohm
    }

    /// The current at which set-point and power limit meet: (set − J·R)·J = P, upper branch.
    fn watts_knee_amps(&self) -> f64 {
        let square = self.set_v * self.set_v - 4.0 * self.cable_ohm * self.watts_max;
        if square < 0.0 {
            return f64::INFINITY;
        }
        2.0 * self.watts_max / (self.set_v + libm::sqrt(square))
    }

    fn limit_mode(&self) -> Mode {
        if self.knee_amps() == f64::INFINITY {
            // The cable alone keeps current and power below their limits.
            return Mode::Volts;
        }
        if self.amps_max <= self.watts_knee_amps() { Mode::Amps } else { Mode::Watts }
    }

    fn resume_v(&self) -> f64 {
        self.set_v - BAND_V * self.k
    }
}
