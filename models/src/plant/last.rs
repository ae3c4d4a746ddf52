//! The step that was committed last, kept to be read: a caller that samples late finds what it would have found in time.

use super::extension::Cubic;
use crate::time::Micros;

/// What can be read of a step.
#[derive(Clone, Debug, Default)]
pub(super) struct LastStep {
    /// Its start; it ends where the present step begins.
    pub from: Micros,
    pub length: Micros,
    /// String currents at both ends, A.
    pub amps: (Vec<f64>, Vec<f64>),
    /// Battery temperatures at both ends, °C.
    pub celsius: (Vec<f64>, Vec<f64>),
    pub cubics: Vec<Cubic>,
}

impl LastStep {
    pub fn new(strings: usize, batteries: usize, cells: usize) -> Self {
        Self {
            from: 0,
            length: 0,
            amps: (vec![0.0; strings], vec![0.0; strings]),
            celsius: (vec![0.0; batteries], vec![0.0; batteries]),
            cubics: vec![[0.0; 4]; cells],
        }
    }

    /// Takes over a step that is being committed. The cubics are exchanged: those of the next step are yet to be made.
    pub fn keep(
        &mut self,
        (from, length): (Micros, Micros),
        amps: (&[f64], &[f64]),
        celsius: (&[f64], &[f64]),
        cubics: &mut Vec<Cubic>,
    ) {
        (self.from, self.length) = (from, length);
        self.amps.0.copy_from_slice(amps.0);
        self.amps.1.copy_from_slice(amps.1);
        self.celsius.0.copy_from_slice(celsius.0);
        self.celsius.1.copy_from_slice(celsius.1);
        std::mem::swap(&mut self.cubics, cubics);
    }
}
