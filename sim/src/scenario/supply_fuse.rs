//! The fuse in the supply of the BMS (BANK-5): 0.3 to 2.5 A by what is connected to its outputs.

use ngbank_models::devices::ControlCurrents;

/// Fuse ratings within the range of the data sheet, A. The steps are those of common glass fuses (assumed).
const RATINGS_A: [f64; 7] = [0.3, 0.5, 0.8, 1.0, 1.6, 2.0, 2.5];
/// A fuse carries at most this part of its rating for long (assumed).
const LOAD_PART: f64 = 0.8;
/// Draw of the BMS itself, mA (SUP-2).
const OWN_MA: f64 = 3.0;

/// What the supply fuse of the BMS has to carry, and which to take.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SupplyFuse {
    /// Current of all outputs together and of the BMS itself, mA.
    pub carries_ma: f64,
    /// Rating, A: the smallest that carries it for long, at most 2.5.
    pub rating_a: f64,
}

impl SupplyFuse {
    /// The fuse for these control currents.
    pub fn of(currents: &ControlCurrents) -> Self {
        let carries_ma = OWN_MA + currents.load_ma + currents.charger_ma + currents.pre_alarm_ma;
        let enough = |rating_a: &&f64| **rating_a * 1_000.0 * LOAD_PART >= carries_ma;
        let rating_a = RATINGS_A.iter().find(enough).copied().unwrap_or(2.5);
        Self { carries_ma, rating_a }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fuse_follows_what_is_connected() {
        let of = |load_ma: f64, charger_ma: f64, pre_alarm_ma: f64| {
            SupplyFuse::of(&ControlCurrents { load_ma, charger_ma, pre_alarm_ma, inductive_on_charger: Vec::new() })
        };
        for (fuse, rating_a) in [
            (of(0.0, 0.0, 0.0), 0.3),
            (of(200.0, 30.0, 7.0), 0.3),
            (of(200.0, 30.0, 8.0), 0.5),
            (of(1000.0, 0.0, 0.0), 1.6),
            (of(1000.0, 500.0, 1000.0), 2.5),
        ] {
            assert_eq!(fuse.rating_a, rating_a, "{fuse:?}");
        }
        assert_eq!(of(10.0, 20.0, 30.0).carries_ma, 63.0);
    }
}
