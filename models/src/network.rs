//! The strings and their bus bars as one Thevenin source: one elimination, one back-substitution.
//!
//! ```text
//!  terminals ──┬──seg──┬──seg──┬── …        seg = both bars together between neighbours, Ω
//!            r0,e0   r1,e1   r2,e2          each string: source e behind r
//! ```
//!
//! Elimination runs from the far end to the terminals; what lies at and beyond node `j` is the source `u[j]`
//! behind `z[j]`. Back-substitution divides the current at each node with those same factors, never by shooting
//! from the terminals, so the currents of the strings add up to the current at the terminals to the last bit or
//! two (Kirchhoff does not depend on the rounding of 50 V). Equal paths are the same ladder with `seg = 0`.

/// Elimination of a ladder of strings for given string resistances.
#[derive(Clone, Debug)]
pub struct Network {
    segment: f64,
    terminal: f64,
    /// String resistance, Ω.
    r: Vec<f64>,
    /// Thevenin resistance at and beyond each node, Ω.
    z: Vec<f64>,
    /// Share of the own string in `u`: `1 / (1 + r/zz)` with `zz` the rest behind its segment.
    share: Vec<f64>,
}

/// The sources of one right-hand side, eliminated.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    /// String sources relative to the first, V.
    e: Vec<f64>,
    u: Vec<f64>,
    reference: f64,
}

impl Network {
    /// A ladder of `strings` (≥ 1) with `segment_ohm` between neighbours and `terminal_ohm` before string 0.
    pub fn new(strings: usize, segment_ohm: f64, terminal_ohm: f64) -> Self {
        Self {
            segment: segment_ohm,
            terminal: terminal_ohm,
            r: vec![0.0; strings],
            z: vec![0.0; strings],
            share: vec![0.0; strings],
        }
    }

    /// Eliminates for the string resistances `r`, Ω > 0.
    pub fn factor(&mut self, r: &[f64]) {
        self.r.copy_from_slice(r);
        let last = r.len() - 1;
        self.z[last] = r[last];
        for j in (0..last).rev() {
            let rest = self.z[j + 1] + self.segment;
            self.share[j] = rest / (r[j] + rest);
            self.z[j] = r[j] * self.share[j];
        }
    }

    /// Resistance of the source that the terminals see, Ω.
    pub fn ohms(&self) -> f64 {
        self.z[0] + self.terminal
    }

    /// Eliminates the string voltages `e` into `sources` and returns the open voltage at the terminals, V.
    pub fn reduce(&self, e: &[f64], sources: &mut Sources) -> f64 {
        sources.reference = e[0];
        sources.e.clear();
        sources.e.extend(e.iter().map(|e_j| e_j - sources.reference));
        sources.u.clear();
        sources.u.extend_from_slice(&sources.e);
        for j in (0..e.len() - 1).rev() {
            let beyond = sources.u[j + 1];
            sources.u[j] = beyond + self.share[j] * (sources.e[j] - beyond);
        }
        sources.reference + sources.u[0]
    }

    /// Divides the terminal current `total` (positive charges) among the strings, A.
    pub fn distribute(&self, sources: &Sources, total: f64, currents: &mut [f64]) {
        let last = self.r.len() - 1;
        let mut here = total;
        for (j, current) in currents[..last].iter_mut().enumerate() {
            let rest = self.z[j + 1] + self.segment;
            let own = here * self.share[j] + (sources.u[j + 1] - sources.e[j]) / (self.r[j] + rest);
            *current = own;
            here -= own;
        }
        currents[last] = here;
    }
}
