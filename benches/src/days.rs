//! The days that the benchmarks play: committed files in `days/`, resolved with one seed.
//!
//! Times of day are UTC and the sun is that of 105.9° W, so a day begins with fourteen hours of night.

use ngbank_models::time::Micros;
use ngbank_sim::scenario::{self, NoFiles, Resolved};

/// A day by name.
#[derive(Clone, Copy, Debug)]
pub struct Day {
    /// Name; the file is `days/<name>.toml`.
    pub name: &'static str,
    text: &'static str,
}

macro_rules! days {
    ($($name:literal),*) => {
        [$(Day { name: $name, text: include_str!(concat!("../days/", $name, ".toml")) }),*]
    };
}

/// All days: nothing happens; a cut-off and its recovery; a night at a threshold; nothing happens to 50 batteries.
pub const DAYS: [Day; 4] = days!["quiet", "cut-off", "dwell", "fifty"];

/// The same house with two devices, and with ten.
pub const INSTALLATIONS: [Day; 2] = days!["two-devices", "ten-devices"];

/// A day whose loads and sun are in proportion to the bank.
pub const GROWTH: [Day; 1] = days!["growth"];

impl Day {
    /// As the file says.
    ///
    /// # Panics
    /// If the file is none.
    pub fn resolve(&self) -> Resolved {
        self.resolve_text(self.text)
    }

    /// With another number of batteries.
    ///
    /// # Panics
    /// If the file has no `count`, or the bank is none.
    pub fn resolve_with(&self, batteries: usize) -> Resolved {
        self.resolve_text(&replaced(self.text, "count = 50", &format!("count = {batteries}")))
    }

    /// From this hour of the day on and with another duration: the day goes on, or is cut off.
    ///
    /// # Panics
    /// If the file does not begin at midnight, or the hour is none.
    pub fn resolve_from(&self, hour: Micros, duration: Micros) -> Resolved {
        let text = replaced(self.text, "start = \"00:00\"", &format!("start = \"{hour:02}:00\""));
        let mut resolved = self.resolve_text(&text);
        // Loads and sun stay those of the file's day: an hour at night has no sun to be measured by.
        resolved.duration_us = duration;
        resolved
    }

    fn resolve_text(&self, text: &str) -> Resolved {
        let loaded = scenario::load(text, self.name, &NoFiles);
        loaded.unwrap_or_else(|findings| panic!("{}: {findings:?}", self.name)).resolve(1)
    }
}

fn replaced(text: &str, from: &str, to: &str) -> String {
    assert!(text.contains(from), "the day file has no line {from}");
    text.replace(from, to)
}
