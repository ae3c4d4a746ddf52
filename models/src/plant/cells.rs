//! The pass over the cells: what four cells become in a step, and what follows from their state.

use super::lanes::{Lane, WIDTH};
use super::relax::Weights;
use super::solver::Instant;
use super::state::{Cells, Climate, Model, Own, State};
use super::sums::Sums;
use crate::cell::{Line, Ocv, Row};
use crate::wide::{self, Body};

/// What drives the batteries of a block through a step, or through the part of it before or after the zero of a current.
#[derive(Clone, Copy, Debug, Default)]
struct Drive {
    /// String current at start and end, A.
    i0: Lane,
    i1: Lane,
    /// Its slope at the end, A/s.
    slope1: Lane,
    /// Its integral, A·s.
    moved: Lane,
    /// Length, s.
    h: Lane,
    /// Factor on the current that the cells integrate: 1, except in the balance test.
    planted: Lane,
    /// Weights of the RC pairs (form "tau").
    pair1: Weights,
    pair2: Weights,
    /// d(ln R)/dt of R1, R2 discharging and R2 charging by temperature alone, 1/s.
    warming1: Lane,
    warming2_discharge: Lane,
    warming2_charge: Lane,
}

/// Open-circuit voltage with its derivatives, and the slopes of the resistances.
#[derive(Clone, Copy, Debug)]
pub(super) struct Followed {
    pub volts: Lane,
    r1_slope: Lane,
    r2_discharge_slope: Lane,
    r2_charge_slope: Lane,
}

/// A line of the rows of four cells.
#[derive(Clone, Copy)]
struct Lines {
    offset: Lane,
    slope: Lane,
}

impl Lines {
    #[inline(always)]
    fn of(rows: &[&Row; WIDTH], line: impl Fn(&Row) -> Line) -> Self {
        let [a, b, c, d] = [line(rows[0]), line(rows[1]), line(rows[2]), line(rows[3])];
        Self {
            offset: Lane([a.offset, b.offset, c.offset, d.offset]),
            slope: Lane([a.slope, b.slope, c.slope, d.slope]),
        }
    }

    #[inline(always)]
    fn at(&self, z: Lane) -> Lane {
        self.offset + self.slope * z
    }
}

/// The row whose segment holds `z`, or the end row beyond the table.
///
/// Clamped first; adding 2⁵² then leaves the nearest integer of `z·rows − ½` in the lowest bits.
#[inline(always)]
fn rows(table: &[Row], z: Lane) -> [&Row; WIDTH] {
    const MAGIC: f64 = 4_503_599_627_370_496.0;
    let last = table.len() - 1;
    let position = z * table.len() as f64 - 0.5;
    let inside = position.max(Lane::default()).min(Lane::all(last as f64));
    let shifted = inside + Lane::all(MAGIC);
    let row = |n: usize| &table[(shifted.0[n].to_bits() as u32 as usize).min(last)];
    [row(0), row(1), row(2), row(3)]
}

impl Cells {
    /// Sets everything that follows from charge, hysteresis and temperature, except `emf`; returns OCV + M·h.
    #[inline(always)]
    pub fn follow(&mut self, model: &Model, own: &Own, climate: &Climate) -> Followed {
        let z = self.q * own.per_capacity;
        let rows = rows(model.set.rows(), z);
        let inside = z.max(Lane::default()).min(Lane::all(1.0));
        let beyond = !(z - inside).is_zero();
        let live = if beyond {
            Lane(std::array::from_fn(|n| if inside.0[n] == z.0[n] { own.per_capacity.0[n] } else { 0.0 }))
        } else {
            own.per_capacity
        };
        let ocv = Lines::of(&rows, |row| row.ocv);
        let (mut volts, mut per_soc) = (ocv.at(z), ocv.slope);
        if beyond {
            for n in 0..WIDTH {
                Ocv { volts: volts.0[n], per_soc: per_soc.0[n] } =
                    model.set.beyond(z.0[n], Ocv { volts: volts.0[n], per_soc: per_soc.0[n] });
            }
        }
        let entropy = Lines::of(&rows, |row| row.entropy);
        let warmer = climate.celsius - model.set.reference_c();
        self.entropy = entropy.at(inside);
        let hysteresis = Lines::of(&rows, |row| row.hysteresis);
        self.m = hysteresis.at(inside);
        self.slope = per_soc * own.per_capacity + (hysteresis.slope * self.h + entropy.slope * warmer) * live;
        let r0 = Lines::of(&rows, |row| row.r0);
        let scale0 = own.r0 * climate.r0;
        self.r0 = scale0 * r0.at(inside);
        self.r0_slope = scale0 * r0.slope * live;
        let r1 = Lines::of(&rows, |row| row.r1);
        let scale1 = own.r * climate.r1;
        self.r1 = scale1 * r1.at(inside);
        let r2_discharge = Lines::of(&rows, |row| row.r2_discharge);
        let scale2_discharge = own.r * climate.r2_discharge;
        self.r2_discharge = scale2_discharge * r2_discharge.at(inside);
        let r2_charge = Lines::of(&rows, |row| row.r2_charge);
        let scale2_charge = own.r * climate.r2_charge;
        self.r2_charge = scale2_charge * r2_charge.at(inside);
        Followed {
            volts: volts + self.entropy * warmer + self.m * self.h,
            r1_slope: scale1 * r1.slope * live,
            r2_discharge_slope: scale2_discharge * r2_discharge.slope * live,
            r2_charge_slope: scale2_charge * r2_charge.slope * live,
        }
    }

    /// `R2` in the direction of `current`, Ω.
    #[inline(always)]
    pub fn r2(&self, current: Lane) -> Lane {
        current.choose(self.r2_charge, self.r2_discharge)
    }

    /// What these cells become in a part of a step in which no string current changes sign.
    ///
    /// A cell whose bleed makes it reverse within the part counts in the direction of its mean current: the charge is
    /// exact, and what hysteresis and coulombic loss miss is that of less than the bleed.
    #[inline(always)]
    fn after<const TIGHT: bool, const RC: bool>(
        &self,
        model: &Model,
        own: &Own,
        climate: &Climate,
        drive: &Drive,
    ) -> Self {
        let mut end = *self;
        let planted = drive.planted;
        let (c0, c1) = (drive.i0 * planted - own.bleed, drive.i1 * planted - own.bleed);
        let moved = drive.moved * planted - own.bleed * drive.h;
        let wasted = moved.max(Lane::default()) * (1.0 - model.efficiency);
        let leaked = own.self_discharge * drive.h;
        end.q = self.q + (moved - wasted - leaked);
        end.lost = self.lost + (wasted + leaked + own.bleed * drive.h);
        if model.gamma > 0.0 {
            let direction = moved.sign();
            end.h = direction + (self.h - direction) * (moved.abs() * own.per_capacity * model.gamma).decay();
        }
        let followed = end.follow(model, own, climate);

        let (start1, end1) = (self.r1 * c0, end.r1 * c1);
        let (start2, end2) = (self.r2(moved) * c0, end.r2(moved) * c1);
        let (own1, own2);
        let (pair1, pair2) = if RC {
            own1 = constant_capacitance(drive.h, self.r1, end.r1, model.farads[0]);
            own2 = constant_capacitance(drive.h, self.r2(moved), end.r2(moved), model.farads[1]);
            (&own1, &own2)
        } else {
            (&drive.pair1, &drive.pair2)
        };
        if TIGHT {
            let stored = c1 - c1.max(Lane::default()) * (1.0 - model.efficiency) - own.self_discharge;
            let slope2 = moved.choose(followed.r2_charge_slope, followed.r2_discharge_slope);
            let warming2 = moved.choose(drive.warming2_charge, drive.warming2_discharge);
            let r2 = end.r2(moved);
            let rise1 = (followed.r1_slope * stored + end.r1 * drive.warming1) * c1 + end.r1 * planted * drive.slope1;
            let rise2 = (slope2 * stored + r2 * warming2) * c1 + r2 * planted * drive.slope1;
            end.v1 = pair1.quadratic(self.v1, start1, end1, rise1);
            end.v2 = pair2.quadratic(self.v2, start2, end2, rise2);
        } else {
            end.v1 = pair1.linear(self.v1, start1, end1);
            end.v2 = pair2.linear(self.v2, start2, end2);
        }
        end.emf = followed.volts + end.v1 + end.v2;
        end
    }

    /// The same where a string current changes sign: up to its zero, then from there. The targets go straight,
    /// because a part may be empty. Rare, and not in the loop.
    #[inline(never)]
    fn after_reversal<const RC: bool>(
        &self,
        model: &Model,
        own: &Own,
        [before, climate]: [&Climate; 2],
        [first, second]: &[Drive; 2],
    ) -> Self {
        let zero = self.after::<false, RC>(model, own, before, first);
        zero.after::<false, RC>(model, own, climate, second)
    }
}

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
        let kink = match (tight, self.rc) {
            (false, false) => wide::run(self.wide, Pass::<false, false> { model: self, step, start, end }),
            (false, true) => wide::run(self.wide, Pass::<false, true> { model: self, step, start, end }),
            (true, false) => wide::run(self.wide, Pass::<true, false> { model: self, step, start, end }),
            (true, true) => wide::run(self.wide, Pass::<true, true> { model: self, step, start, end }),
        };
        self.sum_strings(end);
        kink
    }
}

struct Pass<'a, const TIGHT: bool, const RC: bool> {
    model: &'a Model,
    step: &'a Step<'a>,
    start: &'a State,
    end: &'a mut State,
}

impl<const TIGHT: bool, const RC: bool> Body for Pass<'_, TIGHT, RC> {
    type Output = f64;

    #[inline(always)]
    fn run(self) -> f64 {
        let Self { model, step, start, end } = self;
        let n = model.cells_per_battery;
        let mut kink = Lane::default();
        for k in 0..model.blocks() {
            let range = k * n..(k + 1) * n;
            let (before, climate) = (&start.climate[k], &mut end.climate[k]);
            let drive = &Drive::whole(step, k, model.planted[k], [before, climate]);
            let mut tally = Tally { kink, sums: Sums::default() };
            let cells = start.cells[range.clone()].iter().zip(&mut end.cells[range.clone()]);
            let cells = cells.zip(&model.own[range]);
            // Two loops: a choice in the loop would have its cells copied.
            if (drive.i0 * drive.i1).any(|product| product < 0.0) {
                let parts = drive.parts([before, climate]);
                for ((cell, out), own) in cells {
                    *out = cell.after_reversal::<RC>(model, own, [before, climate], &parts);
                    tally.add(cell, out, own, drive);
                }
            } else {
                for ((cell, out), own) in cells {
                    let after = cell.after::<TIGHT, RC>(model, own, climate, drive);
                    tally.add(cell, &after, own, drive);
                    *out = after;
                }
            }
            model.mean_rates(&tally.sums, climate);
            (kink, end.sums[k]) = (tally.kink, tally.sums);
        }
        kink.largest()
    }
}

/// What a pass collects.
struct Tally {
    /// Largest kink of a voltage so far, V.
    kink: Lane,
    /// Of the present block.
    sums: Sums,
}

impl Tally {
    #[inline(always)]
    fn add(&mut self, before: &Cells, after: &Cells, own: &Own, drive: &Drive) {
        let bend = (after.slope + after.r0_slope * drive.i1) - (before.slope + before.r0_slope * drive.i1);
        self.kink = self.kink.max((bend * (after.q - before.q)).abs());
        self.sums.add(after, own);
    }
}

impl Drive {
    /// What drives a block through the whole step.
    #[inline(always)]
    fn whole(step: &Step, k: usize, planted: Lane, [before, after]: [&Climate; 2]) -> Self {
        let ([from, to], h) = (step.circuits, step.h);
        let (i0, i1) = (from.amps[k], to.amps[k]);
        let bend = if step.bent { i1 - i0 - from.amps_slope[k] * h } else { Lane::default() };
        let (pair1, pair2) = step.pairs[k];
        // Slope at the end of the parabola of the temperature, relative to its mean slope.
        let (straight, risen) = (from.warming[k] * h, after.celsius - before.celsius);
        let last = straight.zip(
            risen,
            |straight, risen| {
                if risen.abs() > 0.1 * straight.abs() { 2.0 - straight / risen } else { 1.0 }
            },
        );
        let per_second = |before: Lane, after: Lane| (after - before) / (after * h) * last;
        Self {
            i0,
            i1,
            slope1: (i1 - i0 + bend) * (1.0 / h),
            moved: (i0 + i1) * (0.5 * h) - bend * (h / 6.0),
            h: Lane::all(h),
            planted,
            pair1,
            pair2,
            warming1: per_second(before.r1, after.r1),
            warming2_discharge: per_second(before.r2_discharge, after.r2_discharge),
            warming2_charge: per_second(before.r2_charge, after.r2_charge),
        }
    }

    /// The parts before and after the zero of the currents that change sign; elsewhere the first part is empty.
    #[inline(never)]
    fn parts(&self, [before, after]: [&Climate; 2]) -> [Self; 2] {
        let until = Lane(std::array::from_fn(|n| {
            let (i0, i1) = (self.i0.0[n], self.i1.0[n]);
            if i0 * i1 < 0.0 { self.h.0[n] * (i0 / (i0 - i1)) } else { 0.0 }
        }));
        let zero = (self.i0 * self.i1).choose(self.i0, Lane::default());
        let part = |i0: Lane, i1: Lane, h: Lane, climate: &Climate| Self {
            i0,
            i1,
            moved: (i0 + i1) * 0.5 * h,
            h,
            pair1: Weights::new(climate.rate1 * h, Lane::all(1.0) / climate.rate1),
            pair2: Weights::new(climate.rate2 * h, Lane::all(1.0) / climate.rate2),
            ..*self
        };
        [part(self.i0, zero, until, before), part(zero, self.i1, self.h - until, after)]
    }
}

/// Weights of a pair of constant capacitance, whose resistance changes over the `h` seconds.
#[inline(always)]
fn constant_capacitance(h: Lane, start: Lane, end: Lane, farads: f64) -> Weights {
    let one = Lane::all(1.0);
    let (slow, fast) = (start * farads, end * farads);
    Weights::new(h * (one / slow + one / fast) * 0.5, fast)
}
