//! The circuit at one instant, and the implicit circuit at the end of a step.

use super::cells::reverses;
use super::relax::Weights;
use super::state::{Model, State};
use super::sums::Sums;
use crate::circuit::{Branch, NoRoot, Node};
use crate::network::{Network, Sources};
use crate::thermal::ThermalGrid;
use crate::wide::{self, Body, Lane, Vector, WIDTH};

/// The devices at the terminals, and the air outside the batteries.
#[derive(Clone, Debug)]
pub(super) struct Outside {
    pub branches: Vec<Branch>,
    /// The branches, folded.
    pub node: Node,
    pub thermal: ThermalGrid,
    pub ambient_c: f64,
}

/// How the implicit circuit at the end of a step is to be solved.
pub(super) struct End<'a> {
    /// Length of the step, s.
    pub h: f64,
    /// Whether the charge moved is that of currents that start with their slope.
    pub bent: bool,
    /// Weights of the RC pairs, per block.
    pub pairs: &'a [(Weights, Weights)],
    /// The strings have to agree within this, V.
    pub enough: f64,
}

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
    /// `strings` and `slopes` in the lanes of the batteries.
    pub amps: Vec<Lane>,
    pub amps_slope: Vec<Lane>,
    /// K/s, in the same lanes.
    pub warming: Vec<Lane>,
    /// What the sums over the cells of a battery miss of its drift, in the same lanes, V/s: bleeding cells do not all have the
    /// direction of their string.
    pub astray: Vec<Lane>,
}

impl Instant {
    pub fn new(model: &Model, devices: usize) -> Self {
        let (strings, lanes) = (vec![0.0; model.parallel], vec![Lane::default(); model.blocks()]);
        Self {
            devices: vec![0.0; devices],
            strings: strings.clone(),
            slopes: strings,
            amps: lanes.clone(),
            amps_slope: lanes.clone(),
            warming: lanes.clone(),
            astray: lanes,
            ..Self::default()
        }
    }

    /// Takes over the currents of another instant.
    pub fn copy_currents(&mut self, other: &Instant) {
        self.volts = other.volts;
        self.devices.copy_from_slice(&other.devices);
        self.strings.copy_from_slice(&other.strings);
        self.amps.copy_from_slice(&other.amps);
    }
}

/// Elimination with its scratch space.
#[derive(Clone, Debug)]
pub(super) struct Solver {
    /// The circuit of a state: its elimination and its open voltage, V.
    network: Network,
    sources: Sources,
    open: f64,
    /// Its drift.
    drifting: Sources,
    /// Per string.
    e: Vec<f64>,
    /// The implicit circuit at the end of the step.
    end_network: Network,
    end_sources: Sources,
    end_e: Vec<f64>,
    end_r: Vec<f64>,
    /// Per battery.
    volts: Vec<Lane>,
    ohms: Vec<Lane>,
    /// Per battery, not padded.
    watts: Vec<f64>,
    kelvin_per_s: Vec<f64>,
}

/// Corrections of the implicit circuit that are at most made; two are the rule.
const CORRECTIONS: usize = 4;

impl Solver {
    pub fn new(network: Network, model: &Model) -> Self {
        let zeros = || vec![0.0; model.parallel];
        let lanes = || vec![Lane::default(); model.blocks()];
        Self {
            end_network: network.clone(),
            end_sources: Sources::default(),
            network,
            sources: Sources::default(),
            open: 0.0,
            drifting: Sources::default(),
            e: zeros(),
            end_e: zeros(),
            end_r: zeros(),
            volts: lanes(),
            ohms: lanes(),
            watts: vec![0.0; model.batteries()],
            kelvin_per_s: vec![0.0; model.batteries()],
        }
    }

    pub fn network(&self) -> &Network {
        &self.network
    }

    /// Opens or closes a string, in the circuit of a state and in the implicit one.
    pub fn set_open(&mut self, string: usize, open: bool) {
        self.network.set_open(string, open);
        self.end_network.set_open(string, open);
    }

    /// Resistance of the bank as its terminals see it, Ω.
    pub fn ohms(&self) -> f64 {
        self.network.ohms()
    }

    /// Solves the circuit of `state` and its time derivative. `reduced` says that the elimination is still that of the
    /// same state, so that only the devices differ.
    pub fn instant(
        &mut self,
        model: &Model,
        state: &State,
        reduced: bool,
        outside: &Outside,
        out: &mut Instant,
    ) -> Result<(), NoRoot> {
        if !reduced {
            self.network.factor(&state.r);
            self.open = self.network.reduce(&state.emf, &mut self.sources);
        }
        close(&self.network, &self.sources, self.open, outside, out)?;
        model.spread(&out.strings, &mut out.amps);
        self.warm(model, state, outside, out);
        let Instant { amps, warming, astray, .. } = out;
        wide::run(model.registers, Drifts { model, state, amps, warming, drift: &mut self.volts, astray });
        model.gather(&self.volts, &mut self.e);
        if self.network.all_open() {
            out.slopes.fill(0.0);
            out.drift = 0.0;
            model.spread(&out.slopes, &mut out.amps_slope);
            return Ok(());
        }
        let u = self.network.reduce(&self.e, &mut self.drifting);
        let siemens = outside.node.slope(out.volts);
        out.drift = u / (1.0 + self.network.ohms() * siemens);
        self.network.distribute(&self.drifting, -siemens * out.drift, &mut out.slopes);
        model.spread(&out.slopes, &mut out.amps_slope);
        Ok(())
    }

    /// How fast the batteries warm at the currents of `out`.
    fn warm(&mut self, model: &Model, state: &State, outside: &Outside, out: &mut Instant) {
        wide::run(model.registers, Heats { model, state, amps: &out.amps, watts: &mut self.watts });
        outside.thermal.rates(outside.ambient_c, &self.watts, &state.celsius, &mut self.kelvin_per_s);
        for (lane, rates) in out.warming.iter_mut().zip(self.kelvin_per_s.chunks(WIDTH)) {
            *lane = Lane::take(rates);
        }
    }

    /// Solves for the currents at the end of a step of `h` seconds: OCV through its slope, RC pairs exactly for a
    /// straight current, hysteresis with its exponential, corrected until the strings agree.
    pub fn end(
        &mut self,
        model: &Model,
        state: &State,
        start: &Instant,
        end: &End,
        outside: &Outside,
        out: &mut Instant,
    ) -> Result<(), NoRoot> {
        for (guess, (i, slope)) in out.amps.iter_mut().zip(start.amps.iter().zip(&start.amps_slope)) {
            *guess = *i + *slope * end.h;
        }
        for _ in 0..CORRECTIONS {
            let (volts, ohms) = (&mut self.volts, &mut self.ohms);
            wide::run(model.registers, Ends { model, state, start, end, amps: &out.amps, volts, ohms });
            model.gather(volts, &mut self.end_e);
            model.gather(ohms, &mut self.end_r);
            self.end_r.iter_mut().zip(&model.string_ohm).for_each(|(r, ohm)| *r += ohm);
            self.end_network.factor(&self.end_r);
            for (guess, of_batteries) in self.e.iter_mut().zip(wide::flat(&out.amps).chunks_exact(model.series)) {
                *guess = of_batteries[0];
            }
            let u = self.end_network.reduce(&self.end_e, &mut self.end_sources);
            close(&self.end_network, &self.end_sources, u, outside, out)?;
            model.spread(&out.strings, &mut out.amps);
            let pairs = out.strings.iter().zip(&self.e).zip(&state.r);
            let change = pairs.map(|((i, guess), r)| r * (i - guess).abs()).fold(0.0, f64::max);
            if change <= end.enough {
                break;
            }
        }
        Ok(())
    }

    /// What voltages of the batteries that `fill` gives, for two purposes, are at the bus of `after`, whose elimination
    /// this is.
    pub fn of_bus(
        &mut self,
        model: &Model,
        outside: &Outside,
        after: &Instant,
        fill: impl FnOnce([&mut [Lane]; 2]),
    ) -> [f64; 2] {
        if self.network.all_open() {
            return [0.0; 2];
        }
        fill([&mut self.volts, &mut self.ohms]);
        let held = 1.0 + self.network.ohms() * outside.node.slope(after.volts);
        [&self.volts, &self.ohms].map(|volts| {
            model.gather(volts, &mut self.e);
            self.network.reduce(&self.e, &mut self.drifting) / held
        })
    }

    /// Solves the implicit circuit once more, with what its strings are known to miss of the end state `state`.
    pub fn correct(
        &mut self,
        model: &Model,
        state: &State,
        outside: &Outside,
        out: &mut Instant,
    ) -> Result<(), NoRoot> {
        for s in 0..model.parallel {
            let i = out.strings[s];
            self.end_e[s] += (state.emf[s] + state.r[s] * i) - (self.end_e[s] + self.end_r[s] * i);
        }
        let u = self.end_network.reduce(&self.end_e, &mut self.end_sources);
        close(&self.end_network, &self.end_sources, u, outside, out)?;
        model.spread(&out.strings, &mut out.amps);
        Ok(())
    }
}

/// Closes the circuit of the strings eliminated into `sources`, whose open voltage is `u`. Without a bank the bus is
/// dead: no device of this kind feeds another one by itself (assumed).
fn close(network: &Network, sources: &Sources, u: f64, outside: &Outside, out: &mut Instant) -> Result<(), NoRoot> {
    if network.all_open() {
        out.volts = 0.0;
        out.devices.fill(0.0);
        out.strings.fill(0.0);
        return Ok(());
    }
    out.volts = outside.node.volts(u, network.ohms())?;
    assert!(out.volts.is_finite(), "bus at {} V: a branch is not a number", out.volts);
    let mut total = 0.0;
    for (amps, branch) in out.devices.iter_mut().zip(&outside.branches) {
        *amps = branch.amps(out.volts);
        total += *amps;
    }
    network.distribute(sources, total, &mut out.strings);
    Ok(())
}

/// Heat of every battery at the currents of an instant, W.
struct Heats<'a> {
    model: &'a Model,
    state: &'a State,
    amps: &'a [Lane],
    watts: &'a mut [f64],
}

impl Body for Heats<'_> {
    type Output = ();

    #[inline(always)]
    fn run<V: Vector>(self) {
        let Self { model, state, amps, watts } = self;
        for (k, watts) in watts.chunks_mut(WIDTH).enumerate() {
            let mut heat = Lane::default();
            for part in 0..V::PARTS {
                let (sums, climate) = (&state.sums[k].load::<V>(part), &state.climate[k].load(part));
                model.heat(sums, climate, V::load(&amps[k], part)).store(&mut heat, part);
            }
            heat.put(watts);
        }
    }
}

/// dE/dt of every battery at the currents of an instant, V/s.
struct Drifts<'a> {
    model: &'a Model,
    state: &'a State,
    amps: &'a [Lane],
    warming: &'a [Lane],
    drift: &'a mut [Lane],
    astray: &'a mut [Lane],
}

impl Body for Drifts<'_> {
    type Output = ();

    #[inline(always)]
    fn run<V: Vector>(self) {
        let Self { model, state, amps, warming, drift, astray } = self;
        for (k, (drift, astray)) in drift.iter_mut().zip(astray).enumerate() {
            let bleeding = !state.sums[k].r0_bleed.is_zero();
            for part in 0..V::PARTS {
                let (sums, climate) = (&state.sums[k].load::<V>(part), &state.climate[k].load(part));
                let (i, warming) = (V::load(&amps[k], part), V::load(&warming[k], part));
                let of_sums = model.drift(sums, climate, i, warming);
                let exact = if bleeding { model.drift_of_cells(state, k, part, [i, warming]) } else { of_sums };
                exact.store(drift, part);
                (exact - of_sums).store(astray, part);
            }
        }
    }
}

/// Every battery at the end of the step as `volts + ohms·i1`, linearised about the guess `amps`.
struct Ends<'a> {
    model: &'a Model,
    state: &'a State,
    start: &'a Instant,
    end: &'a End<'a>,
    amps: &'a [Lane],
    volts: &'a mut [Lane],
    ohms: &'a mut [Lane],
}

impl Body for Ends<'_> {
    type Output = ();

    #[inline(always)]
    fn run<V: Vector>(self) {
        let Self { model, state, start, end, amps, volts, ohms } = self;
        for (k, (volts, ohms)) in volts.iter_mut().zip(ohms).enumerate() {
            let crossing = reverses::<V>(&start.amps[k], &amps[k]);
            for part in 0..V::PARTS {
                let bend_from = end.bent.then_some(V::load(&start.amps_slope[k], part));
                let amps = [V::load(&start.amps[k], part), V::load(&amps[k], part)];
                let (sums, climate) = (&state.sums[k].load(part), &state.climate[k]);
                let risen = V::load(&start.warming[k], part) * end.h;
                let added = sums.entropy * risen + V::load(&start.astray[k], part) * end.h;
                let warmed = (added, sums.r0 * V::load(&climate.r0_per_kelvin, part) * risen);
                let pairs = (&end.pairs[k].0.load(part), &end.pairs[k].1.load(part));
                let (e, r) = block_end(model, sums, warmed, amps, crossing, bend_from, end.h, pairs);
                e.store(volts, part);
                r.store(ohms, part);
            }
        }
    }
}

/// The batteries of a block at the end of the step; `warmed` is what their warming adds to OCV (with what else their sums
/// do not know) and `R0`. Without it the mismatch of the end state would be of order 1.
#[inline(always)]
#[allow(clippy::too_many_arguments)]
fn block_end<V: Vector>(
    model: &Model,
    sums: &Sums<V>,
    (warmed_volts, warmed_ohms): (V, V),
    [i0, i1]: [V; 2],
    crossing: bool,
    bend_from: Option<V>,
    h: f64,
    (pair1, pair2): (&Weights<V>, &Weights<V>),
) -> (V, V) {
    let zero = V::zero();
    // Without a change of sign both ends see the direction of the mean, and all is in the second part.
    let mean = i0 + i1;
    let (mut d0, mut d1, mut first, mut second, mut per_amp) = (mean, mean, zero, mean * (0.5 * h), 0.5 * h);
    if let Some(slope) = bend_from {
        let bend = i1 - i0 - slope * h;
        second = second - bend * (h / 6.0);
        per_amp = h / 3.0;
    }
    if crossing {
        // Where this current changes its sign, one part of the step is before its zero; elsewhere that part is empty.
        let product = i0 * i1;
        let until = product.choose(zero, i0 / (i0 - i1) * h);
        (d0, d1) = (product.choose(mean, i0), product.choose(mean, i1));
        first = until * i0 * 0.5;
        second = product.choose(second, (V::all(h) - until) * i1 * 0.5);
        per_amp = 0.5 * h;
    }
    let stored = efficiency(model, d0) * first + efficiency(model, d1) * second;
    let stored_per_amp = efficiency(model, d1) * per_amp;

    let (sign0, sign1) = (d0.sign(), d1.sign());
    let (mut mh, mut mh_per_amp) = (sums.mh, zero);
    if model.gamma > 0.0 {
        // The rate of a battery is that with which its cells start.
        let left = (sums.m - sign1 * sums.mh).max(V::all(1e-12));
        let rate = (sums.m_per_q - sign1 * sums.mh_per_q).max(zero) / left * model.gamma;
        if crossing {
            mh = sign0 * sums.m + (mh - sign0 * sums.m) * (rate * first.abs()).decay();
        }
        let left = (mh - sign1 * sums.m) * (rate * second.abs()).decay();
        mh = sign1 * sums.m + left;
        mh_per_amp = -(left * rate * sign1 * per_amp);
    }
    let (a1, a2) = (pair1.of_end(), pair2.of_end());
    let r2_end = d1.choose(sums.r2_charge, sums.r2_discharge);
    let v1 = pair1.linear(sums.v1, sums.target1(i0), sums.target1(i1));
    let v2 = pair2.linear(sums.v2, sums.target2(d0, i0), sums.target2(d1, i1));
    let r0 = sums.r0 + warmed_ohms + sums.r0_slope * stored;
    let ohms = r0
        + sums.r0_slope * stored_per_amp * i1
        + sums.slope * stored_per_amp
        + a1 * sums.r1
        + a2 * r2_end
        + mh_per_amp;
    let volts = sums.emf + warmed_volts + sums.slope * stored - sums.leak * h
        + (v1 - sums.v1)
        + (v2 - sums.v2)
        + (mh - sums.mh)
        + r0 * i1;
    (volts - ohms * i1, ohms)
}

#[inline(always)]
fn efficiency<V: Vector>(model: &Model, i: V) -> V {
    i.choose(V::all(model.efficiency), V::all(1.0))
}
