//! The starter side of a vehicle as a scenario describes it.

use super::spec::wired;
use super::{Output, Wire};
use crate::catalogue::SpeedPoint;
use crate::profile::SeriesSpec;
use serde::{Deserialize, Serialize};

wired! {
    /// Alternator: a regulated voltage behind a current limit that follows the speed and falls as it warms up. Its
    /// remote input is its regulator; cut off under load by a switch instead, it makes a load dump.
    Alternator {
        /// Rated current of a cold one (A).
        rated_a: f64,
        /// Speed of the vehicle over time (m/s); the engine runs while it moves and a while longer.
        speed: SeriesSpec,
        /// Current over speed, ascending.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        curve: Option<Vec<SpeedPoint>>,
        /// Regulated voltage (V).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        regulated_v: Option<f64>,
        /// Part of its current that a warm one has lost (0–1).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        derating: Option<f64>,
        /// Cable between alternator and its node, both ways (Ω).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        cable_resistance_ohm: Option<f64>,
    }
}

wired! {
    /// Starter battery (lead-acid), usually behind a Cyrix-Li-ct.
    StarterBattery {
        /// Capacity (Ah).
        capacity_ah: f64,
        /// State of charge at the start (0–1).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        soc_at_start: Option<f64>,
        /// Resistance with its cables (Ω); left out: by its capacity.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        resistance_ohm: Option<f64>,
    }
}
