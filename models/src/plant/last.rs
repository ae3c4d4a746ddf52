//! The step that was committed last, kept to be read: a caller that samples late finds what it would have found in time.

use super::extend::Cubics;
use super::state::Model;
use crate::time::Micros;

/// What can be read of a step.
#[derive(Clone, Debug)]
pub(super) struct LastStep {
    /// Its start; it ends where the present step begins.
    pub from: Micros,
    pub length: Micros,
    /// Current of every string as `i0 + s·linear + s²·bend`, A.
    pub amps: Vec<[f64; 3]>,
    /// Temperature of every battery at both ends, °C.
    pub celsius: Vec<(f64, f64)>,
    pub cubics: Cubics,
}

impl LastStep {
    pub fn new(model: &Model, cubics: Cubics) -> Self {
        Self {
            from: 0,
            length: 0,
            amps: vec![[0.0; 3]; model.batteries() / model.series],
            celsius: vec![(0.0, 0.0); model.batteries()],
            cubics,
        }
    }
}
