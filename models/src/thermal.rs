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

/// Which neighbours a node has.
#[derive(Clone, Copy, Debug)]
struct Neighbours {
    left: bool,
    right: bool,
    above: bool,
    below: bool,
}

impl Neighbours {
    fn beside(self) -> f64 {
        f64::from(u8::from(self.left) + u8::from(self.right))
    }

    fn across(self) -> f64 {
        f64::from(u8::from(self.above) + u8::from(self.below))
    }
}

/// The nodes with their scratch space.
#[derive(Clone, Debug)]
pub struct ThermalGrid {
    heat_capacity: f64,
    to_neighbour: f64,
    per_row: usize,
    neighbours: Vec<Neighbours>,
    /// Places of the node's neighbours; its own where it has none.
    around: Vec<[usize; 4]>,
    /// W/K of each node to the air, its open sides included.
    to_air: Vec<f64>,
    factor: Vec<f64>,
    change: Vec<f64>,
}

impl ThermalGrid {
    /// `nodes` batteries in chain order, row by row.
    pub fn new(nodes: usize, node: Thermal) -> Self {
        let one_row = node.per_row == 0 || node.per_row >= nodes;
        let per_row = if one_row { nodes } else { node.per_row };
        let neighbours = (0..nodes).map(|j| Neighbours {
            left: !j.is_multiple_of(per_row),
            right: j + 1 < nodes && !(j + 1).is_multiple_of(per_row),
            above: j >= per_row,
            below: j + per_row < nodes,
        });
        let neighbours: Vec<Neighbours> = neighbours.collect();
        let around = neighbours.iter().enumerate().map(|(j, of)| {
            let there = |there: bool, place: usize| if there { place } else { j };
            let beside = [there(of.left, j.wrapping_sub(1)), there(of.right, j + 1)];
            [beside[0], beside[1], there(of.above, j.wrapping_sub(per_row)), there(of.below, j + per_row)]
        });
        let sides = if one_row { 2.0 } else { 4.0 };
        let to_air =
            |of: &Neighbours| node.to_ambient_w_per_k + (sides - of.beside() - of.across()) * node.open_side_w_per_k;
        Self {
            heat_capacity: node.heat_capacity_j_per_k,
            to_neighbour: node.to_neighbour_w_per_k,
            per_row,
            to_air: neighbours.iter().map(to_air).collect(),
            around: around.collect(),
            neighbours,
            factor: vec![0.0; nodes],
            change: vec![0.0; nodes],
        }
    }

    /// The shortest time constant of a node, s; infinite when every node is isolated.
    pub fn time_constant_s(&self) -> f64 {
        let out = |(air, of): (&f64, &Neighbours)| air + (of.beside() + of.across()) * self.to_neighbour;
        self.heat_capacity / self.to_air.iter().zip(&self.neighbours).map(out).fold(0.0, f64::max)
    }

    /// What flows into node `j` at these temperatures, without its own heat, W.
    #[inline]
    fn inflow(&self, j: usize, ambient_c: f64, celsius: &[f64]) -> f64 {
        let own = celsius[j];
        let [left, right, above, below] = self.around[j].map(|other| celsius[other] - own);
        self.to_air[j] * (ambient_c - own) + self.to_neighbour * ((left + right) + (above + below))
    }

    /// How fast the nodes warm at heat `watts` per node. K/s.
    pub fn rates(&self, ambient_c: f64, watts: &[f64], celsius: &[f64], out: &mut [f64]) {
        let per_capacity = 1.0 / self.heat_capacity;
        for (j, rate) in out.iter_mut().enumerate().take(celsius.len()) {
            *rate = (watts[j] + self.inflow(j, ambient_c, celsius)) * per_capacity;
        }
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
        let couple = -0.5 * self.to_neighbour;
        let capacity = self.heat_capacity / h;
        for (j, own) in watts.iter().enumerate() {
            let of = self.neighbours[j];
            let mut right_side = own + self.inflow(j, ambient_c, start);
            let mut diagonal = capacity + 0.5 * self.to_air[j] - couple * of.beside();
            if of.left {
                diagonal -= couple * self.factor[j - 1];
                right_side -= couple * self.change[j - 1];
            }
            let inverse = 1.0 / diagonal;
            self.factor[j] = couple * inverse;
            self.change[j] = right_side * inverse;
        }
        for j in (0..start.len()).rev() {
            if self.neighbours[j].right {
                self.change[j] -= self.factor[j] * self.change[j + 1];
            }
        }
    }

    /// `(1 + h/C·½(across the rows))·change = change so far`, every column at once.
    fn across_rows(&mut self, h: f64) {
        let couple = -0.5 * self.to_neighbour * h / self.heat_capacity;
        for j in 0..self.factor.len() {
            let of = self.neighbours[j];
            let mut diagonal = 1.0 - couple * of.across();
            let mut right_side = self.change[j];
            if of.above {
                diagonal -= couple * self.factor[j - self.per_row];
                right_side -= couple * self.change[j - self.per_row];
            }
            let inverse = 1.0 / diagonal;
            self.factor[j] = couple * inverse;
            self.change[j] = right_side * inverse;
        }
        for j in (0..self.factor.len()).rev() {
            if self.neighbours[j].below {
                self.change[j] -= self.factor[j] * self.change[j + self.per_row];
            }
        }
    }
}
