//! One thermal node per battery, placed in rows: heat capacity, path to the air, paths to the neighbours.
//!
//! ```text
//!   per_row = 4:    0 ─ 1 ─ 2 ─ 3         C·dT/dt = P − a·(T − T_air) − k·Σ(T − T_neighbour)
//!                   │   │   │   │
//!                   4 ─ 5 ─ 6 ─ 7         a = to_ambient + open_side for each side without a neighbour
//!                   │   │
//!                   8 ─ 9
//! ```
//!
//! So the middle, which has neighbours on every side, runs warmer. A single row has two sides per battery, left and
//! right; what its front and back give to the air is part of `to_ambient`. Several rows have four.
//!
//! The step is the trapezoidal rule. With several rows its matrix is taken apart into one sweep along the rows and
//! one across them, `(1 + ½hX)(1 + ½hY)·ΔT = h·dT/dt` (Douglas 1955): still of order 2, stable for every step and
//! exact at rest, at the cost of two tridiagonal eliminations. What leaves a node arrives at its neighbour. What the
//! trapezoidal rule itself misses the next step can bring ([`ThermalGrid::owe`]).
//! Heat of links and cables does not enter a node.

use crate::plant::Thermal;

/// The nodes with their scratch space.
#[derive(Clone, Debug)]
pub struct ThermalGrid {
    heat_capacity: f64,
    per_row: usize,
    /// The shortest time constant of a node, s; infinite when every node is isolated.
    time_constant_s: f64,
    /// W/K of each node to the air, its open sides included.
    to_air: Vec<f64>,
    /// The same within a column, to which the air is no matter.
    none: Vec<f64>,
    /// W/K of each node to the next one of its row; 0 at the end of a row.
    to_right: Vec<f64>,
    /// W/K of each node to the one of the next row; 0 in the last row.
    to_below: Vec<f64>,
    /// The matrices of a step, eliminated for this length, s.
    length: f64,
    along: Elimination,
    across: Elimination,
    change: Vec<f64>,
}

/// A tridiagonal matrix, eliminated: each node with the one before it, which is nearer to the first.
#[derive(Clone, Debug)]
struct Elimination {
    /// What the right-hand side and the node before weigh in a node.
    own: Vec<f64>,
    before: Vec<f64>,
    /// What the node after weighs in a node.
    after: Vec<f64>,
}

impl Elimination {
    fn new(nodes: usize) -> Self {
        Self { own: vec![0.0; nodes], before: vec![0.0; nodes], after: vec![0.0; nodes] }
    }

    /// Of the matrix `1 + share·A`, where `A` couples nodes with those `stride` farther by `path` and lets `own` of each
    /// escape (both W/K, `share` K/W).
    ///
    /// The pivots are quotients of determinants, each of them from the two before: so no division waits for another one.
    fn eliminate(&mut self, share: f64, own: &[f64], path: &[f64], stride: usize) {
        let n = path.len();
        for j in 0..n {
            let back = if j >= stride { path[j - stride] } else { 0.0 };
            let diagonal = 1.0 + share * (own[j] + back + path[j]);
            let coupling = share * back;
            // Determinants up to the node before and to the one before that.
            let last = if j >= stride { self.own[j - stride] } else { 1.0 };
            let before = if j >= 2 * stride { self.own[j - 2 * stride] } else { 1.0 };
            self.own[j] = diagonal * last - coupling * coupling * before;
        }
        for j in (0..n).rev() {
            let last = if j >= stride { self.own[j - stride] } else { 1.0 };
            self.own[j] = last / self.own[j];
        }
        for j in 0..n {
            let back = if j >= stride { path[j - stride] } else { 0.0 };
            self.before[j] = share * back * self.own[j];
            self.after[j] = share * path[j] * self.own[j];
        }
    }

    /// Solves for the right-hand side `x`, in place, where every row of nodes is coupled in itself.
    fn solve_along(&self, x: &mut [f64], per_row: usize) {
        x.iter_mut().zip(&self.own).for_each(|(x, own)| *x *= own);
        let weights = self.before.chunks(per_row).zip(self.after.chunks(per_row));
        for (row, (before, after)) in x.chunks_mut(per_row).zip(weights) {
            let mut last = 0.0;
            for (x, before) in row.iter_mut().zip(before) {
                *x += before * last;
                last = *x;
            }
            let mut last = 0.0;
            for (x, after) in row.iter_mut().zip(after).rev() {
                *x += after * last;
                last = *x;
            }
        }
    }

    /// The same where every node is coupled with those of the rows beside it, for all columns side by side.
    fn solve_across(&self, x: &mut [f64], per_row: usize) {
        x.iter_mut().zip(&self.own).for_each(|(x, own)| *x *= own);
        for from in (per_row..x.len()).step_by(per_row) {
            let (before, row) = x[from - per_row..].split_at_mut(per_row);
            for ((x, weight), before) in row.iter_mut().zip(&self.before[from..]).zip(before) {
                *x += weight * *before;
            }
        }
        for from in (per_row..x.len()).step_by(per_row).rev() {
            let (row, after) = x[from - per_row..].split_at_mut(per_row);
            for ((x, weight), after) in row.iter_mut().zip(&self.after[from - per_row..]).zip(after) {
                *x += weight * *after;
            }
        }
    }
}

impl ThermalGrid {
    /// `nodes` batteries in chain order, row by row.
    pub fn new(nodes: usize, node: Thermal) -> Self {
        let one_row = node.per_row == 0 || node.per_row >= nodes;
        let per_row = if one_row { nodes } else { node.per_row };
        let right = |j: usize| j + 1 < nodes && !(j + 1).is_multiple_of(per_row);
        let below = |j: usize| j + per_row < nodes;
        let path = |there: bool| if there { node.to_neighbour_w_per_k } else { 0.0 };
        let sides = if one_row { 2 } else { 4 };
        let to_air = |j: usize| {
            let neighbours = [!j.is_multiple_of(per_row), right(j), j >= per_row, below(j)];
            let open = sides - neighbours.into_iter().filter(|&there| there).count();
            node.to_ambient_w_per_k + open as f64 * node.open_side_w_per_k
        };
        let to_air: Vec<f64> = (0..nodes).map(to_air).collect();
        let out = |j: usize| {
            let left = j > 0 && right(j - 1);
            let above = j >= per_row;
            to_air[j] + path(left) + path(right(j)) + path(above) + path(below(j))
        };
        Self {
            heat_capacity: node.heat_capacity_j_per_k,
            per_row,
            time_constant_s: node.heat_capacity_j_per_k / (0..nodes).map(out).fold(0.0, f64::max),
            to_air,
            none: vec![0.0; nodes],
            to_right: (0..nodes).map(|j| path(right(j))).collect(),
            to_below: (0..nodes).map(|j| path(below(j))).collect(),
            length: 0.0,
            along: Elimination::new(nodes),
            across: Elimination::new(nodes),
            change: vec![0.0; nodes],
        }
    }

    /// The shortest time constant of a node, s; infinite when every node is isolated.
    pub fn time_constant_s(&self) -> f64 {
        self.time_constant_s
    }

    /// Adds what flows into each node at these temperatures, without its own heat, times `weight`. W.
    fn add_inflow(&self, weight: f64, ambient_c: f64, celsius: &[f64], out: &mut [f64]) {
        for ((out, path), celsius) in out.iter_mut().zip(&self.to_air).zip(celsius) {
            *out += weight * path * (ambient_c - celsius);
        }
        Self::exchange(weight, &self.to_right, 1, celsius, out);
        if self.per_row < celsius.len() {
            Self::exchange(weight, &self.to_below, self.per_row, celsius, out);
        }
    }

    /// What leaves a node arrives at the one `stride` farther: both take the same number.
    fn exchange(weight: f64, path: &[f64], stride: usize, celsius: &[f64], out: &mut [f64]) {
        let flows = || path.iter().zip(celsius).zip(&celsius[stride..]);
        let flow = |((path, here), there): ((&f64, &f64), &f64)| weight * path * (there - here);
        out.iter_mut().zip(flows()).for_each(|(out, ends)| *out += flow(ends));
        out[stride..].iter_mut().zip(flows()).for_each(|(out, ends)| *out -= flow(ends));
    }

    /// How fast the nodes warm at heat `watts` per node. K/s.
    pub fn rates(&self, ambient_c: f64, watts: &[f64], celsius: &[f64], out: &mut [f64]) {
        let per_capacity = 1.0 / self.heat_capacity;
        out.iter_mut().zip(watts).for_each(|(rate, watts)| *rate = watts * per_capacity);
        self.add_inflow(per_capacity, ambient_c, celsius, out);
    }

    /// Adds to `owed`, J per node, what the trapezoidal rule misses in a step of `h` seconds at whose end the nodes warm by
    /// `gained` K/s faster than at its start: `−h³/12·T'''`, where `C·T'''` is the flow that differences of `T''` cause.
    pub fn owe(&self, h: f64, gained: &[f64], owed: &mut [f64]) {
        self.add_inflow(-h * h / 12.0, 0.0, gained, owed);
    }

    /// Temperatures at the end of a step of `h` seconds with constant heat `watts` per node. °C.
    ///
    /// `(1 + ½h/C·(air + along the rows))·change = h/C·heat flowing into each node at the start`, then, every column at once,
    /// `(1 + ½h/C·across the rows)·change = change so far`.
    pub fn step(&mut self, h: f64, ambient_c: f64, watts: &[f64], start: &[f64], end: &mut [f64]) {
        let mut change = std::mem::take(&mut self.change);
        let per_capacity = h / self.heat_capacity;
        change.iter_mut().zip(watts).for_each(|(change, watts)| *change = watts * per_capacity);
        self.add_inflow(per_capacity, ambient_c, start, &mut change);
        let rows = self.per_row < start.len();
        // Steps of one length come in a row.
        if self.length != h {
            self.length = h;
            self.along.eliminate(0.5 * per_capacity, &self.to_air, &self.to_right, 1);
            if rows {
                self.across.eliminate(0.5 * per_capacity, &self.none, &self.to_below, self.per_row);
            }
        }
        self.along.solve_along(&mut change, self.per_row);
        if rows {
            self.across.solve_across(&mut change, self.per_row);
        }
        for ((end, start), change) in end.iter_mut().zip(start).zip(&change) {
            *end = start + change;
        }
        self.change = change;
    }
}
