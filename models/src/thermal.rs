//! One thermal node per battery in a row: heat capacity, path to ambient, paths to the two neighbours.
//!
//! `C·dT/dt = P − a·(T − T_ambient) − n·Σ(T − T_neighbour)`, stepped by the trapezoidal rule, which is implicit:
//! one tridiagonal elimination, stable for every step, and the heat that leaves a node arrives at its neighbour.
//! Heat of links and cables does not enter a node.

use crate::plant::Thermal;

/// The row of nodes with its scratch space.
#[derive(Clone, Debug)]
pub struct ThermalRow {
    node: Thermal,
    factor: Vec<f64>,
    change: Vec<f64>,
}

impl ThermalRow {
    /// A row of `nodes` equal nodes.
    pub fn new(nodes: usize, node: Thermal) -> Self {
        Self { node, factor: vec![0.0; nodes], change: vec![0.0; nodes] }
    }

    /// The shortest time constant of a node, s; infinite when it is isolated.
    pub fn time_constant_s(&self) -> f64 {
        let neighbours = if self.factor.len() > 1 { 2.0 } else { 0.0 };
        self.node.heat_capacity_j_per_k / (self.node.to_ambient_w_per_k + neighbours * self.node.to_neighbour_w_per_k)
    }

    /// How fast the nodes warm at heat `watts` per node. K/s.
    pub fn rates(&self, ambient_c: f64, watts: &[f64], celsius: &[f64], out: &mut [f64]) {
        let n = celsius.len();
        let (a, k) = (self.node.to_ambient_w_per_k, self.node.to_neighbour_w_per_k);
        let per_capacity = 1.0 / self.node.heat_capacity_j_per_k;
        for j in 0..n {
            let here = celsius[j];
            let left = if j > 0 { celsius[j - 1] - here } else { 0.0 };
            let right = if j + 1 < n { celsius[j + 1] - here } else { 0.0 };
            out[j] = (watts[j] + a * (ambient_c - here) + k * (left + right)) * per_capacity;
        }
    }

    /// Temperatures at the end of a step of `h` seconds with constant heat `watts` per node. °C.
    pub fn step(&mut self, h: f64, ambient_c: f64, watts: &[f64], start: &[f64], end: &mut [f64]) {
        let n = start.len();
        let (a, k) = (self.node.to_ambient_w_per_k, self.node.to_neighbour_w_per_k);
        let capacity = self.node.heat_capacity_j_per_k / h;
        let couple = -0.5 * k;
        let mut inverse = 0.0;
        for j in 0..n {
            let left = if j > 0 { start[j - 1] - start[j] } else { 0.0 };
            let right = if j + 1 < n { start[j + 1] - start[j] } else { 0.0 };
            let flow = watts[j] + a * (ambient_c - start[j]) + k * (left + right);
            let neighbours = f64::from(u8::from(j > 0) + u8::from(j + 1 < n));
            let mut diagonal = capacity + 0.5 * (a + neighbours * k);
            let mut right_side = flow;
            if j > 0 {
                diagonal -= couple * self.factor[j - 1];
                right_side -= couple * self.change[j - 1];
            }
            // Equal nodes far from the ends have equal pivots, to the last bit: no need to divide again.
            if j < 3 || j + 1 == n || self.factor[j - 1] != self.factor[j - 2] {
                inverse = 1.0 / diagonal;
            }
            self.factor[j] = couple * inverse;
            self.change[j] = right_side * inverse;
        }
        for j in (0..n).rev() {
            if j + 1 < n {
                self.change[j] -= self.factor[j] * self.change[j + 1];
            }
            end[j] = start[j] + self.change[j];
        }
    }
}
