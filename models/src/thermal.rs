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
//! exact at rest, at the cost of two tridiagonal eliminations. What leaves a node arrives at its neighbour.
//! Heat of links and cables does not enter a node.

use crate::plant::Thermal;

/// The nodes with their scratch space.
#[derive(Clone, Debug)]
pub struct ThermalGrid {
    heat_capacity: f64,
    to_neighbour: f64,
    per_row: usize,
    /// W/K of each node to the air, its open sides included.
    to_air: Vec<f64>,
    factor: Vec<f64>,
    change: Vec<f64>,
}

impl ThermalGrid {
    /// `nodes` batteries in chain order, row by row.
    pub fn new(nodes: usize, node: Thermal) -> Self {
        let one_row = node.per_row == 0 || node.per_row >= nodes;
        let mut grid = Self {
            heat_capacity: node.heat_capacity_j_per_k,
            to_neighbour: node.to_neighbour_w_per_k,
            per_row: if one_row { nodes } else { node.per_row },
            to_air: Vec::new(),
            factor: vec![0.0; nodes],
            change: vec![0.0; nodes],
        };
        let sides = if one_row { 2 } else { 4 };
        let to_air =
            |j: usize| node.to_ambient_w_per_k + f64::from(sides - grid.neighbours(j)) * node.open_side_w_per_k;
        grid.to_air = (0..nodes).map(to_air).collect();
        grid
    }

    fn has_left(&self, j: usize) -> bool {
        !j.is_multiple_of(self.per_row)
    }

    fn has_right(&self, j: usize) -> bool {
        j + 1 < self.factor.len() && !(j + 1).is_multiple_of(self.per_row)
    }

    fn has_above(&self, j: usize) -> bool {
        j >= self.per_row
    }

    fn has_below(&self, j: usize) -> bool {
        j + self.per_row < self.factor.len()
    }

    fn neighbours(&self, j: usize) -> u8 {
        [self.has_left(j), self.has_right(j), self.has_above(j), self.has_below(j)].map(u8::from).iter().sum()
    }

    /// The shortest time constant of a node, s; infinite when every node is isolated.
    pub fn time_constant_s(&self) -> f64 {
        let out = |j: usize| self.to_air[j] + f64::from(self.neighbours(j)) * self.to_neighbour;
        self.heat_capacity / (0..self.to_air.len()).map(out).fold(0.0, f64::max)
    }

    /// Temperatures at the end of a step of `h` seconds with constant heat `watts` per node. °C.
    pub fn step(&mut self, h: f64, ambient_c: f64, watts: &[f64], start: &[f64], end: &mut [f64]) {
        self.along_rows(h, ambient_c, watts, start);
        if self.per_row < self.factor.len() {
            self.across_rows(h);
        }
        for ((end, start), change) in end.iter_mut().zip(start).zip(&self.change) {
            *end = start + change;
        }
    }

    /// `(C/h + ½(air + along the rows))·change = heat flowing into each node at the start`.
    fn along_rows(&mut self, h: f64, ambient_c: f64, watts: &[f64], start: &[f64]) {
        let n = start.len();
        let k = self.to_neighbour;
        let couple = -0.5 * k;
        let capacity = self.heat_capacity / h;
        for j in 0..n {
            let from = |there: bool, other: usize| if there { start[other] - start[j] } else { 0.0 };
            let (has_left, has_right) = (self.has_left(j), self.has_right(j));
            let beside = from(has_left, j.wrapping_sub(1)) + from(has_right, j + 1);
            let others =
                from(self.has_above(j), j.wrapping_sub(self.per_row)) + from(self.has_below(j), j + self.per_row);
            let mut right_side = watts[j] + self.to_air[j] * (ambient_c - start[j]) + k * (beside + others);
            let neighbours = f64::from(u8::from(has_left) + u8::from(has_right));
            let mut diagonal = capacity + 0.5 * (self.to_air[j] + neighbours * k);
            if has_left {
                diagonal -= couple * self.factor[j - 1];
                right_side -= couple * self.change[j - 1];
            }
            let inverse = 1.0 / diagonal;
            self.factor[j] = couple * inverse;
            self.change[j] = right_side * inverse;
        }
        for j in (0..n).rev() {
            if self.has_right(j) {
                self.change[j] -= self.factor[j] * self.change[j + 1];
            }
        }
    }

    /// `(1 + h/C·½(across the rows))·change = change so far`, every column at once.
    fn across_rows(&mut self, h: f64) {
        let couple = -0.5 * self.to_neighbour * h / self.heat_capacity;
        let n = self.factor.len();
        for j in 0..n {
            let neighbours = f64::from(u8::from(self.has_above(j)) + u8::from(self.has_below(j)));
            let mut diagonal = 1.0 - couple * neighbours;
            let mut right_side = self.change[j];
            if self.has_above(j) {
                diagonal -= couple * self.factor[j - self.per_row];
                right_side -= couple * self.change[j - self.per_row];
            }
            let inverse = 1.0 / diagonal;
            self.factor[j] = couple * inverse;
            self.change[j] = right_side * inverse;
        }
        for j in (0..n).rev() {
            if self.has_below(j) {
                self.change[j] -= self.factor[j] * self.change[j + self.per_row];
            }
        }
    }
}
