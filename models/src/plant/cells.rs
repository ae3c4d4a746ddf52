//! The pass over the cells: what the cells become in a step, and what follows from their state.

use super::relax::Weights;
use super::solver::Instant;
use super::state::{Cells, Model, Own, State};
use super::sums::Sums;
use crate::cell::{Climate, Lines, Ocv, rows, segments};
use crate::wide::{self, Body, Lane, NEAR, Vector, WIDTH, lanewise};

lanewise! {
    /// What drives the batteries of a block through a step, or through the part of it before or after the zero of a current.
    struct Drive {
        /// String current at start and end, A.
        i0,
        i1,
        /// The same as the cells integrate it, without their bleed: another one in the balance test only.
        c0,
        c1,
        /// Its slope at the end, A/s.
        slope1,
        /// Its integral, A·s.
        moved,
        /// Length, s.
        h,
        /// d(ln R)/dt of R1, R2 discharging and R2 charging by temperature alone, 1/s.
        warming1,
        warming2_discharge,
        warming2_charge,
    }
}

/// Open-circuit voltage with its derivatives, and the slopes of the resistances.
#[derive(Clone, Copy, Debug)]
pub(super) struct Followed<V> {
    pub volts: V,
    r1_slope: V,
    r2_discharge_slope: V,
    r2_charge_slope: V,
}

/// Bends the voltage of cells beyond 0 and 100 %, whose resistances no longer change. Rare, and not in the loop.
#[inline(never)]
fn bend<V: Vector>(model: &Model, z: V, [volts, per_soc, live]: [V; 3]) -> [V; 3] {
    let mut lanes = [Lane::default(); 4];
    let [z_lane, volts_lane, per_soc_lane, live_lane] = &mut lanes;
    z.store(z_lane, 0);
    volts.store(volts_lane, 0);
    per_soc.store(per_soc_lane, 0);
    live.store(live_lane, 0);
    for n in 0..WIDTH / V::PARTS {
        let z = z_lane.0[n];
        if !(0.0..=1.0).contains(&z) {
            live_lane.0[n] = 0.0;
        }
        Ocv { volts: volts_lane.0[n], per_soc: per_soc_lane.0[n] } =
            model.set.beyond(z, Ocv { volts: volts_lane.0[n], per_soc: per_soc_lane.0[n] });
    }
    [V::load(volts_lane, 0), V::load(per_soc_lane, 0), V::load(live_lane, 0)]
}

impl<V: Vector> Cells<V> {
    /// The segments of the tables in which the cells are.
    #[inline(always)]
    pub fn segments(&self, model: &Model, own: &Own<V>) -> V {
        let table = model.set.segments();
        segments(self.q * own.per_capacity * table as f64, table)
    }

    /// Sets everything that follows from charge, hysteresis and temperature, except `emf`; returns OCV + M·h.
    #[inline(always)]
    pub fn follow(&mut self, model: &Model, own: &Own<V>, climate: &Climate<V>, segments: V) -> Followed<V> {
        let z = self.q * own.per_capacity;
        let rows = rows(model.set.rows(), segments);
        let inside = z.max(V::zero()).min(V::all(1.0));
        let ocv = Lines::<V>::of(rows, |row| &row.ocv);
        let (mut volts, mut per_soc, mut live) = (ocv.at(z), ocv.slope, own.per_capacity);
        if !(z - inside).is_zero() {
            [volts, per_soc, live] = bend(model, z, [volts, per_soc, live]);
        }
        let entropy = Lines::<V>::of(rows, |row| &row.entropy);
        let warmer = climate.celsius - model.set.reference_c();
        self.entropy = entropy.at(inside);
        let hysteresis = Lines::<V>::of(rows, |row| &row.hysteresis);
        self.m = hysteresis.at(inside);
        self.slope = per_soc * own.per_capacity + (hysteresis.slope * self.h + entropy.slope * warmer) * live;
        let r0 = Lines::<V>::of(rows, |row| &row.r0);
        let scale0 = own.r0 * climate.r0;
        self.r0 = scale0 * r0.at(inside);
        self.r0_slope = scale0 * r0.slope * live;
        let r1 = Lines::<V>::of(rows, |row| &row.r1);
        let scale1 = own.r * climate.r1;
        self.r1 = scale1 * r1.at(inside);
        let r2_discharge = Lines::<V>::of(rows, |row| &row.r2_discharge);
        let scale2_discharge = own.r * climate.r2_discharge;
        self.r2_discharge = scale2_discharge * r2_discharge.at(inside);
        let r2_charge = Lines::<V>::of(rows, |row| &row.r2_charge);
        let scale2_charge = own.r * climate.r2_charge;
        self.r2_charge = scale2_charge * r2_charge.at(inside);
        Followed {
            volts: volts + self.entropy * warmer + self.m * self.h,
            r1_slope: scale1 * r1.slope * live,
            r2_discharge_slope: scale2_discharge * r2_discharge.slope * live,
            r2_charge_slope: scale2_charge * r2_charge.slope * live,
        }
    }

    /// Change of the slope of the voltage over charge at string current `i`, until `after`, times the charge, V.
    #[inline(always)]
    fn kink(&self, after: &Self, i: V) -> V {
        let bend = (after.slope + after.r0_slope * i) - (self.slope + self.r0_slope * i);
        (bend * (after.q - self.q)).abs()
    }

    /// `R2` in the direction of `current`, Ω.
    #[inline(always)]
    pub fn r2(&self, current: V) -> V {
        current.choose(self.r2_charge, self.r2_discharge)
    }

    /// Charge, losses and hysteresis that these cells come to in a part of a step in which no string current changes sign.
    ///
    /// A cell whose bleed makes it reverse within the part counts in the direction of its mean current: the charge is
    /// exact, and what hysteresis and coulombic loss miss is that of less than the bleed.
    #[inline(always)]
    fn carried(&self, model: &Model, own: &Own<V>, drive: &Drive<V>, fading: Option<&Fading<V>>) -> Self {
        let moved = drive.moved(own);
        let wasted = moved.max(V::zero()) * (1.0 - model.efficiency);
        let leaked = own.self_discharge * drive.h;
        let mut end = *self;
        end.q = self.q + (moved - wasted - leaked);
        end.lost = self.lost + (wasted + leaked + own.bleed * drive.h);
        if model.gamma > 0.0 {
            let direction = moved.sign();
            let left = match fading {
                Some(fading) => fading.left(own.per_capacity),
                None => (moved.abs() * own.per_capacity * model.gamma).decay(),
            };
            end.h = direction + (self.h - direction) * left;
        }
        end
    }

    /// What these cells become in the same part, from what they have [`carried`](Self::carried) to its end, in these
    /// segments of the tables.
    #[inline(always)]
    fn after<const TIGHT: bool, const RC: bool>(
        &self,
        mut end: Self,
        segments: V,
        (model, own, climate): (&Model, &Own<V>, &Climate<V>),
        drive: &Drive<V>,
        (pair1, pair2): (&Weights<V>, &Weights<V>),
    ) -> Self {
        let (c0, c1, moved) = (drive.c0 - own.bleed, drive.c1 - own.bleed, drive.moved(own));
        let followed = end.follow(model, own, climate, segments);

        let (start1, end1) = (self.r1 * c0, end.r1 * c1);
        let (start2, end2) = (self.r2(moved) * c0, end.r2(moved) * c1);
        let (own1, own2);
        let (pair1, pair2) = if RC {
            own1 = constant_capacitance(drive.h, self.r1, end.r1, model.farads[0]);
            own2 = constant_capacitance(drive.h, self.r2(moved), end.r2(moved), model.farads[1]);
            (&own1, &own2)
        } else {
            (pair1, pair2)
        };
        if TIGHT {
            let stored = c1 - c1.max(V::zero()) * (1.0 - model.efficiency) - own.self_discharge;
            let slope2 = moved.choose(followed.r2_charge_slope, followed.r2_discharge_slope);
            let warming2 = moved.choose(drive.warming2_charge, drive.warming2_discharge);
            let r2 = end.r2(moved);
            let rise1 = (followed.r1_slope * stored + end.r1 * drive.warming1) * c1 + end.r1 * drive.slope1;
            let rise2 = (slope2 * stored + r2 * warming2) * c1 + r2 * drive.slope1;
            end.v1 = pair1.quadratic(self.v1, start1, end1, rise1);
            end.v2 = pair2.quadratic(self.v2, start2, end2, rise2);
        } else {
            end.v1 = pair1.linear(self.v1, start1, end1);
            end.v2 = pair2.linear(self.v2, start2, end2);
        }
        end.emf = followed.volts + end.v1 + end.v2;
        end
    }
}

/// What the cells of block `k` become where a string current changes sign: up to its zero, then from there. The targets
/// go straight, because a part may be empty. Rare, and not in the loop.
#[inline(never)]
fn reverse<const RC: bool>(model: &Model, k: usize, whole: &Drive, start: &State, end: &mut State) {
    let [first, second] = &whole.parts();
    let (before, climate) = (&start.climate[k], &end.climate[k]);
    let weights = |rate: Lane, h: Lane| Weights::new(rate * h, Lane::all(1.0) / rate);
    let pairs = |climate: &Climate, h| (weights(climate.rate1, h), weights(climate.rate2, h));
    let (first_pairs, second_pairs) = (pairs(before, first.h), pairs(climate, second.h));
    for at in k * model.cells_per_battery..(k + 1) * model.cells_per_battery {
        let own = &model.own[at];
        let mut cells = start.cells[at];
        for (climate, drive, (pair1, pair2)) in [(before, first, &first_pairs), (climate, second, &second_pairs)] {
            let carried = cells.carried(model, own, drive, None);
            let segments = carried.segments(model, own);
            cells = cells.after::<false, RC>(carried, segments, (model, own, climate), drive, (pair1, pair2));
        }
        end.cells[at] = cells;
    }
}

/// Places of a block that are passed together, loop by loop: short loops overlap where one long loop would wait.
const PLACES: usize = 8;

/// A step to be taken.
pub(super) struct Step<'a> {
    /// s.
    pub h: f64,
    /// Whether the string currents are parabolas.
    pub bent: bool,
    /// The circuit at its ends, and the weights of the RC pairs.
    pub circuits: [&'a Instant; 2],
    pub pairs: &'a [(Weights, Weights)],
}

impl Model {
    /// The pass: the state at the end of a step, with its sums, from its start. The temperatures of `end` are set
    /// already. Returns the largest kink of a voltage over charge (change of slope times charge), V.
    pub fn advance(&self, tight: bool, step: &Step, start: &State, end: &mut State) -> f64 {
        let (model, registers) = (self, self.registers);
        let kink = match (tight, self.rc, self.bleeding) {
            // What is played most has a pass of its own.
            (false, false, false) => wide::run(registers, Pass::<false, false, false> { model, step, start, end }),
            (false, false, true) => wide::run(registers, Pass::<false, false, true> { model, step, start, end }),
            (false, true, _) => wide::run(registers, Pass::<false, true, true> { model, step, start, end }),
            (true, false, _) => wide::run(registers, Pass::<true, false, true> { model, step, start, end }),
            (true, true, _) => wide::run(registers, Pass::<true, true, true> { model, step, start, end }),
        };
        self.sum_strings(end);
        kink
    }
}

struct Pass<'a, const TIGHT: bool, const RC: bool, const BLEED: bool> {
    model: &'a Model,
    step: &'a Step<'a>,
    start: &'a State,
    end: &'a mut State,
}

impl<const TIGHT: bool, const RC: bool, const BLEED: bool> Body for Pass<'_, TIGHT, RC, BLEED> {
    type Output = f64;

    #[inline(always)]
    fn run<V: Vector>(self) -> f64 {
        let Self { model, step, start, end } = self;
        let mut kink: f64 = 0.0;
        for k in 0..model.blocks() {
            if model.is_half(k) {
                kink = kink.max(block::<V::Half, TIGHT, RC, BLEED>(model, k, V::HALF, step, start, end));
                end.sums[k].fill_up(model.batteries() % WIDTH);
            } else {
                kink = kink.max(block::<V, TIGHT, RC, BLEED>(model, k, V::PARTS, step, start, end));
            }
            if model.rc {
                model.mean_rates(&end.sums[k], &mut end.climate[k]);
            }
        }
        kink
    }
}

/// The pass over the first `parts` of block `k`. Returns the largest kink.
#[inline(always)]
fn block<V: Vector, const TIGHT: bool, const RC: bool, const BLEED: bool>(
    model: &Model,
    k: usize,
    parts: usize,
    step: &Step,
    start: &State,
    end: &mut State,
) -> f64 {
    let n = model.cells_per_battery;
    let range = k * n..(k + 1) * n;
    let mut kink = V::zero();
    let mut whole = Drive::default();
    for part in 0..parts {
        let climates = [&start.climate[k].load(part), &end.climate[k].load(part)];
        Drive::<V>::new(step, k, part, V::load(&model.planted[k], part), climates).store(&mut whole, part);
    }
    let reversed = whole.reverses::<V>();
    if reversed {
        reverse::<RC>(model, k, &whole, start, end);
    }
    let near = !BLEED && Fading::<V>::near(model, k, parts, &whole);
    for part in 0..parts {
        let drive = &whole.load::<V>(part);
        let fading = if near { Some(Fading::new(model, k, part, drive)) } else { None };
        let (before, own) = (&start.cells[range.clone()], &model.own[range.clone()]);
        let after = &mut end.cells[range.clone()];
        if !reversed {
            let climate = &end.climate[k].load(part);
            let pairs = (&step.pairs[k].0.load(part), &step.pairs[k].1.load(part));
            let chunks = before.chunks(PLACES).zip(after.chunks_mut(PLACES)).zip(own.chunks(PLACES));
            for ((before, after), own) in chunks {
                let mut segments = [Lane::default(); PLACES];
                let cells = || before.iter().zip(own);
                for ((out, segments), (cell, own)) in after.iter_mut().zip(&mut segments).zip(cells()) {
                    let own = &own.load_for::<V, BLEED>(part);
                    let carried = cell.load(part).carried(model, own, drive, fading.as_ref());
                    carried.q.store(&mut out.q, part);
                    carried.h.store(&mut out.h, part);
                    carried.lost.store(&mut out.lost, part);
                    carried.segments(model, own).store(segments, part);
                }
                for ((out, segments), (cell, own)) in after.iter_mut().zip(&segments).zip(cells()) {
                    let (own, segments) = (&own.load_for::<V, BLEED>(part), V::load(segments, part));
                    let cell = cell.load(part);
                    cell.after::<TIGHT, RC>(out.load(part), segments, (model, own, climate), drive, pairs)
                        .store(out, part);
                }
            }
        }
        let mut sums = Sums::zero();
        for ((cell, out), own) in before.iter().zip(after).zip(own) {
            let out = &out.load(part);
            sums.add(out, &own.load_for::<V, BLEED>(part));
            kink = kink.max(cell.load(part).kink(out, drive.i1));
        }
        sums.store(&mut end.sums[k], part);
    }
    kink.largest()
}

/// What a part of a step leaves of a difference of the hysteresis, where cells of a battery have one current and almost one
/// capacity: that of its mean capacity, and what a cell has more or less.
struct Fading<V> {
    rate: V,
    mean: V,
    left: V,
}

impl<V: Vector> Fading<V> {
    /// Whether no cell of the block is too far from the mean of its battery.
    #[inline(always)]
    fn near(model: &Model, k: usize, parts: usize, drive: &Drive) -> bool {
        let mut near = true;
        for part in 0..parts {
            let spread = V::load(&model.capacities[k].spread, part);
            near &= !(V::load(&drive.moved, part).abs() * spread * model.gamma).any_above(V::all(NEAR));
        }
        near
    }

    #[inline(always)]
    fn new(model: &Model, k: usize, part: usize, drive: &Drive<V>) -> Self {
        let (rate, mean) = (drive.moved.abs() * model.gamma, V::load(&model.capacities[k].mean, part));
        Self { rate, mean, left: (rate * mean).decay() }
    }

    /// For a cell of this 1 / capacity.
    #[inline(always)]
    fn left(&self, per_capacity: V) -> V {
        self.left * (self.rate * (per_capacity - self.mean)).decay_near()
    }
}

impl<V: Vector> Drive<V> {
    /// What drives a block through the whole step.
    #[inline(always)]
    fn new(step: &Step, k: usize, part: usize, planted: V, [before, after]: [&Climate<V>; 2]) -> Self {
        let ([from, to], h) = (step.circuits, step.h);
        let (i0, i1) = (V::load(&from.amps[k], part), V::load(&to.amps[k], part));
        let bend = if step.bent { i1 - i0 - V::load(&from.amps_slope[k], part) * h } else { V::zero() };
        // Slope at the end of the parabola of the temperature, relative to its mean slope.
        let (straight, risen) = (V::load(&from.warming[k], part) * h, after.celsius - before.celsius);
        let one = V::all(1.0);
        // Where the temperature hardly rises its slope is not known any better than by its mean.
        let last = (straight.abs() * 0.1 - risen.abs()).choose(one, one + one - straight / risen);
        let h = V::all(h);
        Self {
            i0,
            i1,
            c0: i0 * planted,
            c1: i1 * planted,
            slope1: (i1 - i0 + bend) * (1.0 / step.h) * planted,
            moved: ((i0 + i1) * (0.5 * step.h) - bend * (step.h / 6.0)) * planted,
            h,
            warming1: per_second(before.r1, after.r1, h) * last,
            warming2_discharge: per_second(before.r2_discharge, after.r2_discharge, h) * last,
            warming2_charge: per_second(before.r2_charge, after.r2_charge, h) * last,
        }
    }

    /// What moves through these cells, A·s.
    #[inline(always)]
    fn moved(&self, own: &Own<V>) -> V {
        self.moved - own.bleed * self.h
    }
}

/// d(ln R)/dt of a resistance that becomes `after` in `h` seconds, 1/s.
#[inline(always)]
fn per_second<V: Vector>(before: V, after: V, h: V) -> V {
    (after - before) / (after * h)
}

impl Drive {
    /// Whether a string current of the block changes sign.
    #[inline(always)]
    fn reverses<V: Vector>(&self) -> bool {
        reverses::<V>(&self.i0, &self.i1)
    }

    /// The parts before and after the zero of the currents that change sign; elsewhere the first part is empty.
    fn parts(&self) -> [Self; 2] {
        let until = Lane(std::array::from_fn(|n| {
            let (i0, i1) = (self.i0.0[n], self.i1.0[n]);
            if i0 * i1 < 0.0 { self.h.0[n] * (i0 / (i0 - i1)) } else { 0.0 }
        }));
        let zero = (self.i0 * self.i1).choose(self.c0, Lane::zero());
        let part = |c0: Lane, c1: Lane, h: Lane| Self { c0, c1, moved: (c0 + c1) * 0.5 * h, h, ..*self };
        [part(self.c0, zero, until), part(zero, self.c1, self.h - until)]
    }
}

/// Whether a current of the block goes from `i0` to an `i1` of the other sign.
#[inline(always)]
pub(super) fn reverses<V: Vector>(i0: &Lane, i1: &Lane) -> bool {
    let mut any = false;
    for part in 0..V::PARTS {
        any |= V::zero().any_above(V::load(i0, part) * V::load(i1, part));
    }
    any
}

/// Weights of a pair of constant capacitance, whose resistance changes over the `h` seconds.
#[inline(always)]
fn constant_capacitance<V: Vector>(h: V, start: V, end: V, farads: f64) -> Weights<V> {
    let one = V::all(1.0);
    let (slow, fast) = (start * farads, end * farads);
    Weights::new(h * (one / slow + one / fast) * 0.5, fast)
}
