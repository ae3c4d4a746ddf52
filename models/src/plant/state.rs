//! What a bank is at one instant, and what stays fixed while it runs.
//!
//! Batteries lie in blocks of eight, one lane each, in chain order; a block holds its cells by their place in the
//! battery: `[block][place]`, eight cells side by side. The lanes that fill up the last block repeat the last battery, so
//! that they are as harmless as it is; nothing sums over them. Sums over the places carry to the circuit what it
//! needs of the cells, so that closing it costs per battery, not per cell.

use super::sums::Sums;
use crate::cell::{CellSet, Climate};
use crate::wide::{self, Body, Lane, Registers, Vector, WIDTH, lanewise};

lanewise! {
    /// Cells at one instant: one place of the batteries of a block.
    #[repr(C, align(64))]
    pub(super) struct Cells {
        /// Charge, A·s; the state, never clipped.
        pub q,
        /// Voltages of the RC pairs, V.
        pub v1,
        pub v2,
        /// Hysteresis state, −1..=1.
        pub h,
        /// Charge lost so far (self-discharge, bleed, coulombic), A·s.
        pub lost,
        /// OCV + v1 + v2 + M·h, V.
        pub emf,
        /// Ω at this state and temperature.
        pub r0,
        pub r1,
        pub r2_discharge,
        pub r2_charge,
        /// Half width of the hysteresis, V.
        pub m,
        /// d(OCV + M·h)/dq, V/(A·s).
        pub slope,
        /// dR0/dq, Ω/(A·s).
        pub r0_slope,
        /// dOCV/dT, V/K.
        pub entropy,
    }
}

/// What does not change in a cell while the bank runs, except its bleed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fixed {
    /// 1 / capacity, 1/(A·s).
    pub per_capacity: f64,
    /// Ω at 50 % and the reference temperature.
    pub r0: f64,
    /// Resistance factor over rated capacity, 1/Ah.
    pub r: f64,
    /// A.
    pub self_discharge: f64,
    /// A.
    pub bleed: f64,
    /// Charge at the start of the run, A·s.
    pub q_start: f64,
}

lanewise! {
    /// [`Fixed`] as the cell pass reads it.
    pub(super) struct Own {
        pub per_capacity,
        pub r0,
        pub r,
        pub self_discharge,
        pub bleed,
    }
}

lanewise! {
    /// 1 / capacity of the cells of a block: by battery, 1/(A·s).
    pub(super) struct Capacities {
        /// Mean of its cells.
        pub mean,
        /// How far a cell is from it at most.
        pub spread,
    }
}

impl Own {
    /// Into registers, where no cell bleeds unless `BLEED`: then all cells of a battery have one current.
    #[inline(always)]
    pub fn load_for<V: Vector, const BLEED: bool>(&self, part: usize) -> Own<V> {
        let own = self.load(part);
        if BLEED { own } else { Own { bleed: V::zero(), ..own } }
    }
}

/// The bank at one instant.
#[derive(Clone, Debug, Default)]
pub(super) struct State {
    /// `[block][place]`.
    pub cells: Vec<Cells>,
    /// Per block.
    pub sums: Vec<Sums>,
    pub climate: Vec<Climate>,
    /// °C per battery.
    pub celsius: Vec<f64>,
    /// Heat that the temperatures have not received yet, J per battery: a step warms by the heat that it
    /// predicts, the next one brings the rest.
    pub owed: Vec<f64>,
    /// Voltage of each string at zero current, V, and its resistance with links and cables, Ω.
    pub emf: Vec<f64>,
    pub r: Vec<f64>,
}

/// The fixed part: sizes, parameters, cells.
#[derive(Clone, Debug)]
pub(super) struct Model {
    pub set: CellSet,
    pub rc: bool,
    pub efficiency: f64,
    /// Rate of the hysteresis state per capacity moved.
    pub gamma: f64,
    /// Capacitance of the RC pairs of a cell, F (form "rc").
    pub farads: [f64; 2],
    pub cells_per_battery: usize,
    pub series: usize,
    pub parallel: usize,
    /// 1 / cells in series in a string.
    pub per_cell: f64,
    /// The string of each battery of each block.
    pub string_of: Vec<[usize; WIDTH]>,
    /// Cables, links and fuse of each string, Ω.
    pub string_ohm: Vec<f64>,
    /// Every cell in chain order.
    pub fixed: Vec<Fixed>,
    /// `[block][place]`, as `fixed`.
    pub own: Vec<Own>,
    /// Per block.
    pub capacities: Vec<Capacities>,
    /// Whether any cell bleeds.
    pub bleeding: bool,
    /// Charge of one segment of the OCV table of the smallest cell, A·s.
    pub segment: f64,
    /// Factor on the current that the cells integrate, per block: 1, except in the balance test.
    pub planted: Vec<Lane>,
    /// Registers that compute the batteries.
    pub registers: Registers,
}

impl Model {
    pub fn batteries(&self) -> usize {
        self.series * self.parallel
    }

    pub fn blocks(&self) -> usize {
        wide::blocks(self.batteries())
    }

    /// The batteries of block `k`; padding lanes repeat the last battery.
    pub fn batteries_of(&self, k: usize) -> [usize; WIDTH] {
        let last = self.batteries() - 1;
        std::array::from_fn(|lane| (k * WIDTH + lane).min(last))
    }

    /// Whether the batteries of block `k` fill no more than half of it.
    #[inline(always)]
    pub fn is_half(&self, k: usize) -> bool {
        self.batteries() <= k * WIDTH + WIDTH / 2
    }

    /// Where cell `c` of battery `b` lies: index into `[block][place]`, and lane.
    pub fn place(&self, b: usize, c: usize) -> (usize, usize) {
        (b / WIDTH * self.cells_per_battery + c, b % WIDTH)
    }

    /// Writes what each string has into the lanes of its batteries.
    pub fn spread(&self, strings: &[f64], out: &mut [Lane]) {
        for (lane, string_of) in out.iter_mut().zip(&self.string_of) {
            *lane = Lane(string_of.map(|s| strings[s]));
        }
    }

    /// Sums what each battery has over the batteries of its string.
    pub fn gather(&self, batteries: &[Lane], out: &mut [f64]) {
        for (total, string) in out.iter_mut().zip(wide::flat(batteries).chunks_exact(self.series)) {
            *total = string.iter().sum();
        }
    }

    /// Copies `fixed` of the cells at index `at` of `[block][place]` into the lanes.
    pub fn pack(&mut self, at: usize) {
        let (k, c) = (at / self.cells_per_battery, at % self.cells_per_battery);
        let cells = self.batteries_of(k).map(|b| self.fixed[b * self.cells_per_battery + c]);
        let lane = |f: fn(&Fixed) -> f64| Lane(std::array::from_fn(|n| f(&cells[n])));
        self.own[at] = Own {
            per_capacity: lane(|cell| cell.per_capacity),
            r0: lane(|cell| cell.r0),
            r: lane(|cell| cell.r),
            self_discharge: lane(|cell| cell.self_discharge),
            bleed: lane(|cell| cell.bleed),
        };
        let of_block = &self.own[k * self.cells_per_battery..(k + 1) * self.cells_per_battery];
        let sum = of_block.iter().fold(Lane::zero(), |sum, own| sum + own.per_capacity);
        let mean = sum * (1.0 / self.cells_per_battery as f64);
        let spread = of_block.iter().fold(Lane::zero(), |spread, own| spread.max((own.per_capacity - mean).abs()));
        self.capacities[k] = Capacities { mean, spread };
    }

    /// Sets the climate of every block to these temperatures, °C per battery.
    pub fn climates(&self, celsius: &[f64], out: &mut [Climate]) {
        wide::run(self.registers, Warmed { set: &self.set, celsius, out });
    }

    /// The state at the start of a run: at rest, RC pairs and hysteresis at 0.
    pub fn rest(&self, celsius: &[f64]) -> State {
        let (blocks, n) = (self.blocks(), self.cells_per_battery);
        let mut state = State {
            cells: vec![Cells::default(); blocks * n],
            sums: vec![Sums::default(); blocks],
            climate: vec![Climate::default(); blocks],
            celsius: celsius.to_vec(),
            owed: vec![0.0; celsius.len()],
            emf: vec![0.0; self.parallel],
            r: vec![0.0; self.parallel],
        };
        self.climates(celsius, &mut state.climate);
        for (at, cells) in state.cells.iter_mut().enumerate() {
            let (k, c) = (at / n, at % n);
            cells.q = Lane(self.batteries_of(k).map(|b| self.fixed[b * n + c].q_start));
        }
        (0..state.cells.len()).for_each(|at| self.refresh(at, &mut state));
        self.sum(&mut state);
        state
    }

    /// Brings everything that follows from the state of these cells up to date, except sums.
    pub fn refresh(&self, at: usize, state: &mut State) {
        let cells = &mut state.cells[at];
        let (own, climate) = (&self.own[at], &state.climate[at / self.cells_per_battery]);
        let open = cells.follow(self, own, climate, cells.segments(self, own)).volts;
        cells.emf = open + cells.v1 + cells.v2;
    }

    /// All sums: over the cells of every block, over the batteries of every string.
    pub fn sum(&self, state: &mut State) {
        (0..self.blocks()).for_each(|k| self.sum_block(k, state));
        self.sum_strings(state);
    }

    /// Sums over the cells of block `k`.
    fn sum_block(&self, k: usize, state: &mut State) {
        let range = k * self.cells_per_battery..(k + 1) * self.cells_per_battery;
        let mut sums = Sums::default();
        for (cells, own) in state.cells[range.clone()].iter().zip(&self.own[range]) {
            sums.add(cells, own);
        }
        state.sums[k] = sums;
        self.mean_rates(&sums, &mut state.climate[k]);
    }

    /// In form "rc" the rates of a battery, as circuit and error test need them, are those of its mean cell.
    #[inline(always)]
    pub fn mean_rates<V: Vector>(&self, sums: &Sums<V>, climate: &mut Climate<V>) {
        if self.rc {
            let n = V::all(self.cells_per_battery as f64);
            climate.rate1 = n / (sums.r1 * self.farads[0]);
            climate.rate2 = n / (sums.r2_discharge * self.farads[1]);
            (climate.rate1_per_kelvin, climate.rate2_per_kelvin) = (V::zero(), V::zero());
        }
    }

    /// Sums of the strings over their batteries.
    pub fn sum_strings(&self, state: &mut State) {
        let mut batteries = (0..self.batteries()).map(|b| (&state.sums[b / WIDTH], b % WIDTH));
        for ((emf, r), ohm) in state.emf.iter_mut().zip(&mut state.r).zip(&self.string_ohm) {
            (*emf, *r) = (0.0, *ohm);
            for (sums, lane) in batteries.by_ref().take(self.series) {
                *emf += sums.emf.0[lane];
                *r += sums.r0.0[lane];
            }
        }
    }
}

struct Warmed<'a> {
    set: &'a CellSet,
    celsius: &'a [f64],
    out: &'a mut [Climate],
}

impl Body for Warmed<'_> {
    type Output = ();

    #[inline(always)]
    fn run<V: Vector>(self) {
        for (celsius, climate) in self.celsius.chunks(WIDTH).zip(self.out) {
            let celsius = Lane::take(celsius);
            for part in 0..V::PARTS {
                self.set.climate(V::load(&celsius, part)).store(climate, part);
            }
        }
    }
}
