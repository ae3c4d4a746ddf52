//! Appliances of a house, a van and a boat (`data/households/`), each number with its source.

use serde::{Deserialize, Serialize};
use std::sync::OnceLock;

/// Whose appliances they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Household {
    /// A house of two people.
    House,
    /// A van of two people, 12 V appliances.
    Van,
    /// A cruising sailing boat, 12 V appliances.
    Boat,
}

/// A number and where it comes from. The unit is in the name of the field that holds it.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sourced {
    /// The number.
    pub value: f64,
    /// Its source; begins with "assumed" where none was found.
    pub source: String,
}

/// What is never switched off.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Always {
    /// Power of all of it (W).
    pub power_w: Sourced,
}

/// An appliance that switches itself on and off, such as a compressor.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cycling {
    /// Its name, of which there is one.
    pub name: String,
    /// Power while on (W).
    pub power_w: Sourced,
    /// Mean time on (min).
    pub on_min: Sourced,
    /// Mean time off (min).
    pub off_min: Sourced,
    /// Each time is drawn uniformly from this part below to this part above its mean (0–1).
    pub spread: Sourced,
}

/// An appliance that somebody uses now and then. Uses come independently of each other (a Poisson process).
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Use {
    /// Its name, of which there is one.
    pub name: String,
    /// Power while on (W).
    pub power_w: Sourced,
    /// Mean length of a use (min).
    pub minutes: Sourced,
    /// Each length is drawn uniformly from this part below to this part above the mean (0–1).
    pub spread: Sourced,
    /// Mean number of uses in a day.
    pub per_day: Sourced,
    /// Weights of the hours of the day in which a use begins, from midnight.
    pub hours: [f64; 24],
    /// Where these weights come from.
    pub hours_source: String,
}

/// All appliances of a household.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Appliances {
    /// What is never switched off.
    pub always: Always,
    /// What switches itself.
    pub cycling: Vec<Cycling>,
    /// What somebody switches.
    #[serde(rename = "use")]
    pub uses: Vec<Use>,
}

impl Household {
    /// All households.
    pub const ALL: [Household; 3] = [Household::House, Household::Van, Household::Boat];

    /// Its appliances, parsed once.
    pub fn appliances(self) -> &'static Appliances {
        static PARSED: OnceLock<[Appliances; 3]> = OnceLock::new();
        let all = PARSED.get_or_init(|| {
            [
                include_str!("../../data/households/house.toml"),
                include_str!("../../data/households/van.toml"),
                include_str!("../../data/households/boat.toml"),
            ]
            .map(|text| toml::from_str(text).expect("embedded household"))
        });
        &all[self as usize]
    }
}

impl Appliances {
    /// Mean energy of a day by the figures of the file (kWh).
    pub fn mean_kwh_per_day(&self) -> f64 {
        let cycling = self.cycling.iter().map(|one| {
            let (on, off) = (one.on_min.value, one.off_min.value);
            24.0 * one.power_w.value * on / (on + off)
        });
        let uses = self.uses.iter().map(|one| one.power_w.value * one.minutes.value / 60.0 * one.per_day.value);
        (24.0 * self.always.power_w.value + cycling.chain(uses).sum::<f64>()) / 1_000.0
    }
}
