//! How exactly the plant is to be integrated.

/// Order of the steps and the error that they are controlled to.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Accuracy {
    /// Error tolerance of a cell voltage per step, V > 0.
    pub tolerance_v: f64,
    order: Order,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Order {
    Two,
    Three,
}

impl Accuracy {
    /// String currents linear in time within a step: order 2, the fastest above about 10 µV.
    pub fn default_with(tolerance_v: f64) -> Self {
        Self { tolerance_v, order: Order::Two }
    }

    /// String currents parabolas that start with their exact slope: order 3, for a fraction of a microvolt.
    /// Steps that are too stiff for it, or in which a current changes sign, are of order 2.
    pub fn tight_with(tolerance_v: f64) -> Self {
        Self { tolerance_v, order: Order::Three }
    }

    /// Order 3 at 3 µV: the reference cells and bank come out within 1 µV RMS.
    pub fn tight() -> Self {
        Self::tight_with(3e-6)
    }

    /// How much a kink of a table counts, which is an error of one cell inside one step and of no state. Only at order 2
    /// is 1 mV, what a cell may be wrong by at most, far enough from the tolerance for it to count less.
    pub(super) fn weight_of_kink(self) -> f64 {
        if self.cubic() { 1.0 } else { 0.5 }
    }

    pub(super) fn cubic(self) -> bool {
        self.order == Order::Three
    }
}

impl Default for Accuracy {
    /// 0.1 mV, order 2.
    fn default() -> Self {
        Self::default_with(1e-4)
    }
}

impl From<f64> for Accuracy {
    fn from(tolerance_v: f64) -> Self {
        Self::default_with(tolerance_v)
    }
}
