//! The circuit at one instant, and the implicit circuit at the end of a step.

use super::state::{Model, State, Weights, decay};
use crate::circuit::{Branch, NoRoot, Node};
use crate::network::{Network, Sources};

/// The circuit at one instant: bus, devices, strings, and how fast they drift.
#[derive(Clone, Debug, Default)]
pub(super) struct Instant {
    /// V.
    pub volts: f64,
    /// V/s.
    pub drift: f64,
    /// A into the bus, per device.
    pub devices: Vec<f64>,
    /// A, positive charges, per string.
    pub strings: Vec<f64>,
    /// A/s per string.
    pub slopes: Vec<f64>,
}

impl Instant {
    /// Without a bank the bus is dead: no device of this kind feeds another one by itself (assumed).
    fn make_dead(&mut self) {
        (self.volts, self.drift) = (0.0, 0.0);
        for amps in [&mut self.devices, &mut self.strings, &mut self.slopes] {
            amps.fill(0.0);
        }
    }
}

/// Elimination with its scratch space.
#[derive(Clone, Debug)]
pub(super) struct Solver {
    network: Network,
    sources: Sources,
    e: Vec<f64>,
    r: Vec<f64>,
    guess: Vec<f64>,
}

/// Corrections of the implicit circuit that are at most made; two are the rule.
const CORRECTIONS: usize = 4;

impl Solver {
    pub fn new(network: Network, strings: usize) -> Self {
        let zeros = || vec![0.0; strings];
        Self { network, sources: Sources::default(), e: zeros(), r: zeros(), guess: zeros() }
    }

    pub fn network(&self) -> &Network {
        &self.network
    }

    /// The bars, to open and close strings.
    pub fn network_mut(&mut self) -> &mut Network {
        &mut self.network
    }

    /// Closes the circuit for sources `self.e` behind the factored resistances.
    fn close(&mut self, branches: &[Branch], node: &Node, out: &mut Instant) -> Result<(), NoRoot> {
        if self.network.all_open() {
            out.make_dead();
            return Ok(());
        }
        let u = self.network.reduce(&self.e, &mut self.sources);
        out.volts = node.volts(u, self.network.ohms())?;
        assert!(out.volts.is_finite(), "bus at {} V: a branch is not a number", out.volts);
        let mut total = 0.0;
        for (amps, branch) in out.devices.iter_mut().zip(branches) {
            *amps = branch.amps(out.volts);
            total += *amps;
        }
        self.network.distribute(&self.sources, total, &mut out.strings);
        Ok(())
    }

    /// Solves the circuit of `state` and its time derivative.
    pub fn instant(
        &mut self,
        model: &Model,
        state: &State,
        branches: &[Branch],
        node: &Node,
        out: &mut Instant,
    ) -> Result<(), NoRoot> {
        self.network.factor(&state.r);
        self.e.copy_from_slice(&state.emf);
        self.close(branches, node, out)?;
        if self.network.all_open() {
            return Ok(());
        }
        for (s, e) in self.e.iter_mut().enumerate() {
            let mut drift = 0.0;
            for b in s * model.series..(s + 1) * model.series {
                drift += model.battery_drift(&state.sums[b], &state.factors[b], out.strings[s]);
            }
            *e = drift;
        }
        let u = self.network.reduce(&self.e, &mut self.sources);
        let siemens = node.slope(out.volts);
        out.drift = u / (1.0 + self.network.ohms() * siemens);
        self.network.distribute(&self.sources, -siemens * out.drift, &mut out.slopes);
        Ok(())
    }

    /// Solves for the currents at the end of a step of `h` seconds in which every string current is linear in
    /// time: OCV through its slope, RC pairs exactly, hysteresis with its exponential, corrected until the
    /// strings agree within `enough` volts.
    #[allow(clippy::too_many_arguments)]
    pub fn end(
        &mut self,
        model: &Model,
        state: &State,
        start: &Instant,
        h: f64,
        weights: &[Weights],
        branches: &[Branch],
        node: &Node,
        enough: f64,
        out: &mut Instant,
    ) -> Result<(), NoRoot> {
        for (guess, (i, slope)) in self.guess.iter_mut().zip(start.strings.iter().zip(&start.slopes)) {
            *guess = i + h * slope;
        }
        for _ in 0..CORRECTIONS {
            for s in 0..model.parallel {
                let (i0, i1) = (start.strings[s], self.guess[s]);
                let (mut volts, mut ohms) = (0.0, model.string_ohm[s]);
                let batteries = s * model.series..(s + 1) * model.series;
                for (b, w) in batteries.clone().zip(&weights[batteries]) {
                    let (v, r) = battery_end(model, state, b, i0, i1, h, w);
                    volts += v;
                    ohms += r;
                }
                self.e[s] = volts;
                self.r[s] = ohms;
            }
            self.network.factor(&self.r);
            self.close(branches, node, out)?;
            let mut change: f64 = 0.0;
            for (s, guess) in self.guess.iter_mut().enumerate() {
                change = change.max(state.r[s] * (out.strings[s] - *guess).abs());
                *guess = out.strings[s];
            }
            if change <= enough {
                break;
            }
        }
        Ok(())
    }
}

/// Voltage of battery `b` at the end of the step as `source + ohms·i1`, linearised about the guess `i1`.
fn battery_end(model: &Model, state: &State, b: usize, i0: f64, i1: f64, h: f64, w: &Weights) -> (f64, f64) {
    let sums = &state.sums[b];
    let efficiency = |i: f64| if i >= 0.0 { model.efficiency } else { 1.0 };
    // Without a change of sign both ends see the direction of the mean.
    let crossing = i0 * i1 < 0.0;
    let (d0, d1) = if crossing { (i0, i1) } else { (i0 + i1, i0 + i1) };
    let (first, second) = if crossing {
        let first = h * (i0 / (i0 - i1));
        (0.5 * first * i0, 0.5 * (h - first) * i1)
    } else {
        (0.0, 0.5 * h * (i0 + i1))
    };
    let stored = efficiency(d0) * first + efficiency(d1) * second;
    let stored_per_amp = 0.5 * h * efficiency(d1);
    let sign0 = if d0 >= 0.0 { 1.0 } else { -1.0 };
    let sign1 = if d1 >= 0.0 { 1.0 } else { -1.0 };
    let midway = sign0 * sums.m + (sums.mh - sign0 * sums.m) * decay(sums.gamma * first.abs());
    let left = (midway - sign1 * sums.m) * decay(sums.gamma * second.abs());
    let mh = sign1 * sums.m + left;
    let mh_per_amp = -left * sums.gamma * sign1 * 0.5 * h;
    // The direction is that of the step, not of the end current itself, so that the model stays linear in it.
    let target2 = |direction: f64, i: f64| {
        if direction >= 0.0 {
            sums.r2_charge * i - sums.r2_charge_bleed
        } else {
            sums.r2_discharge * i - sums.r2_discharge_bleed
        }
    };
    let r2_end = if d1 >= 0.0 { sums.r2_charge } else { sums.r2_discharge };
    let ohms = sums.r0 + sums.slope * stored_per_amp + w.b1 * sums.r1 + w.b2 * r2_end + mh_per_amp;
    let volts = sums.emf + sums.slope * stored - h * sums.leak - w.a1 * sums.v1 - w.a2 * sums.v2
        + sums.r1 * ((w.a1 - w.b1) * i0 + w.b1 * i1)
        - w.a1 * sums.r1_bleed
        + (w.a2 - w.b2) * target2(d0, i0)
        + w.b2 * target2(d1, i1)
        + (mh - sums.mh)
        + sums.r0 * i1;
    (volts - ohms * i1, ohms)
}
