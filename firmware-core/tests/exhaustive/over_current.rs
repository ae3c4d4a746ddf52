//! Over-current of one direction as the rules say it (OC-1 … OC-3).

use crate::invariants::pass;
use crate::world::BATTERIES;

const CONTINUOUS_MS: u32 = 30_000;
const PULSE_MS: u32 = 10_000;
const BELOW_MS: u32 = 1_000;
const WARNING_MS: u32 = 5_000;
const RETRY_MS: u32 = 60_000;
const JUDGE_MS: u32 = 2_000;
const WINDOW_MS: u32 = 10 * 60_000;
const LATCH_MS: u32 = 60 * 60_000;

#[derive(Clone, Copy, Default, Hash)]
pub struct OverCurrent {
    batteries: [Times; BATTERIES],
    cut: Cut,
    /// Ages of the last two counted cuts, newest first.
    counted: [Option<u32>; 2],
}

/// Times of one battery; they pass from report to report.
#[derive(Clone, Copy, Default, Hash)]
struct Times {
    continuous: Above,
    pulse: Above,
    extreme: u8,
    warns: bool,
    /// Below the clear value of the warning.
    below_ms: Option<u32>,
    trips: bool,
}

/// Above a level, short breaks included.
#[derive(Clone, Copy, Default, Hash)]
struct Above {
    ms: Option<u32>,
    below_ms: u32,
}

#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
enum Cut {
    #[default]
    None,
    Retry {
        ms: u32,
        battery: usize,
        judged: Option<bool>,
    },
    Latched {
        ms: u32,
    },
}

impl OverCurrent {
    pub fn is_cut(&self) -> bool {
        self.cut != Cut::None
    }

    pub fn warns(&self) -> bool {
        self.batteries.iter().any(|battery| battery.warns)
    }

    /// Time since the first cut that is still counted.
    pub fn memory_ms(&self) -> Option<u32> {
        self.counted.iter().flatten().copied().max()
    }

    pub fn retained(self) -> Self {
        let cut = match self.cut {
            Cut::None => Cut::None,
            Cut::Retry { battery, judged, .. } => Cut::Retry { ms: 0, battery, judged },
            Cut::Latched { .. } => Cut::Latched { ms: 0 },
        };
        let batteries = self.batteries.map(|battery| Times { warns: battery.warns, ..Times::default() });
        let recent = |age: &u32| *age <= WINDOW_MS;
        Self { batteries, cut, counted: self.counted.map(|age| age.filter(recent).map(|_| 0)) }
    }

    pub fn pass(&mut self, passed_ms: u32) {
        match &mut self.cut {
            Cut::None => {}
            Cut::Retry { ms, .. } | Cut::Latched { ms } => *ms += passed_ms,
        }
        for age in &mut self.counted {
            pass(age, passed_ms, WINDOW_MS + RETRY_MS + 1);
        }
    }

    pub fn report(&mut self, place: usize, elapsed_ms: u32, ma: i32, continuous_ma: i32, pulse_ma: i32) {
        let battery = &mut self.batteries[place];
        let above = ma > continuous_ma;
        battery.continuous.report(above, elapsed_ms, CONTINUOUS_MS);
        battery.pulse.report(ma > pulse_ma, elapsed_ms, PULSE_MS);
        battery.extreme = if ma > pulse_ma + pulse_ma / 2 { (battery.extreme + 1).min(2) } else { 0 };
        battery.warn(above, i64::from(ma) * 100 < i64::from(continuous_ma) * 98, elapsed_ms);
        battery.trips = (above && battery.continuous.ms >= Some(CONTINUOUS_MS))
            || (ma > pulse_ma && battery.pulse.ms >= Some(PULSE_MS))
            || battery.extreme == 2;
        self.judge(place, above);
    }

    /// A fresh report of the battery that was cut for: has the cut stopped the current?
    fn judge(&mut self, place: usize, above: bool) {
        let Cut::Retry { ms, battery, judged: None } = self.cut else { return };
        if battery != place || ms == 0 {
            return;
        }
        if above {
            let judged = if ms >= JUDGE_MS { Some(false) } else { None };
            self.cut = Cut::Retry { ms, battery, judged };
            return;
        }
        let third = self.counted.iter().all(|age| age.is_some_and(|age| age - ms <= WINDOW_MS));
        self.cut = if third { Cut::Latched { ms } } else { Cut::Retry { ms, battery, judged: Some(true) } };
        self.counted = if third { [None; 2] } else { [Some(ms), self.counted[0]] };
    }

    pub fn decide(&mut self, remote_off: bool) {
        let asking = self.batteries.iter().position(|battery| battery.trips);
        let restart = match self.cut {
            _ if remote_off => {
                (self.cut, self.counted) = (Cut::None, [None; 2]);
                asking.is_some()
            }
            Cut::None => {
                if let Some(battery) = asking {
                    self.cut = Cut::Retry { ms: 0, battery, judged: None };
                }
                asking.is_some()
            }
            Cut::Retry { ms, .. } => ms >= RETRY_MS,
            Cut::Latched { ms } => ms >= LATCH_MS,
        };
        let ended = match self.cut {
            Cut::Retry { ms, .. } => ms >= RETRY_MS,
            Cut::Latched { ms } => ms >= LATCH_MS,
            Cut::None => false,
        };
        if ended {
            self.cut = Cut::None;
        }
        // A cut that is judged late still counts those of its own ten minutes.
        if !matches!(self.cut, Cut::Retry { judged: None, .. }) {
            self.counted = self.counted.map(|age| age.filter(|&age| age <= WINDOW_MS));
        }
        if restart {
            self.batteries = self.batteries.map(|battery| Times { warns: battery.warns, ..Times::default() });
        }
    }
}

impl Times {
    /// OC-1.
    fn warn(&mut self, above: bool, below: bool, elapsed_ms: u32) {
        self.warns |= above;
        self.below_ms = match self.below_ms {
            _ if !below || !self.warns => None,
            None => Some(0),
            Some(ms) => Some(ms + elapsed_ms),
        };
        if self.below_ms >= Some(WARNING_MS) {
            (self.warns, self.below_ms) = (false, None);
        }
    }
}

impl Above {
    fn report(&mut self, above: bool, elapsed_ms: u32, end_ms: u32) {
        self.ms = match self.ms {
            None => above.then_some(0),
            Some(ms) => Some((ms + elapsed_ms).min(end_ms)),
        };
        self.below_ms = if above || self.ms.is_none() { 0 } else { self.below_ms + elapsed_ms };
        if self.below_ms >= BELOW_MS {
            *self = Self::default();
        }
    }
}
