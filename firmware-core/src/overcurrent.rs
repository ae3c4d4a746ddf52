//! Over-current (OC-1 … OC-3): timers per battery and direction, cuts and latch per output.
//!
//! Timers run on frames only: they stand still while their battery is silent.

use crate::battery::Values;
use crate::bms::first;
use crate::canonical::Pen;
use crate::frame::Status;
use crate::settings::{BankLayout, OverCurrentAction};
use crate::units::{Instant, Millis};

/// Above the continuous rating for so long, above the pulse rating for so long (OC-2), ms.
const CONTINUOUS_MS: u16 = 30_000;
const PULSE_MS: u16 = 10_000;
/// A timer restarts after so long below (OC-2), ms.
const RESTART_MS: u16 = 1_000;
/// Above 1.5 × the pulse rating in so many reports (OC-2).
const EXTREME_REPORTS: u8 = 2;
/// The warning clears below 98 % for so long (OC-1), ms.
const WARNING_CLEAR_MS: u16 = 5_000;
/// Retry, judgement of a cut, latch and its window (OC-3).
const RETRY: Millis = Millis::seconds(60);
const JUDGE: Millis = Millis::seconds(2);
const LATCH: Millis = Millis::minutes(60);
const LATCH_WINDOW: Millis = Millis::minutes(10);

/// The direction of a current and the output that stops it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Direction {
    /// LOAD stops it.
    Discharge,
    /// CHARGER stops it.
    Charge,
}

/// The ratings of a direction, mA.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Ratings {
    continuous_ma: i32,
    pulse_ma: i32,
}

impl Direction {
    pub const BOTH: [Self; 2] = [Self::Discharge, Self::Charge];

    fn ratings(self, layout: &BankLayout) -> Ratings {
        let (continuous_ma, pulse_ma) = match self {
            Self::Discharge => (layout.continuous_discharge_ma, layout.pulse_discharge_ma),
            Self::Charge => (layout.continuous_charge_ma, layout.pulse_charge_ma),
        };
        Ratings { continuous_ma, pulse_ma }
    }

    pub fn magnitude(self, current_ma: i32) -> i32 {
        match self {
            Self::Discharge => current_ma.saturating_neg(),
            Self::Charge => current_ma,
        }
    }

    fn bits(self) -> (Status, Status) {
        match self {
            Self::Discharge => (Status::DISCHARGE_CURRENT_WARNING, Status::DISCHARGE_CURRENT_ALARM),
            Self::Charge => (Status::CHARGE_CURRENT_WARNING, Status::CHARGE_CURRENT_ALARM),
        }
    }

    /// True if the values show more than the continuous rating, or say so (OC-1, COM-6).
    fn exceeds(self, values: &Values, layout: &BankLayout) -> bool {
        let (warning, alarm) = self.bits();
        self.magnitude(values.current_ma) > self.ratings(layout).continuous_ma
            || values.status.any(warning)
            || values.status.any(alarm)
    }
}

/// A timer that forgives less than a second below its level.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Timer {
    running: bool,
    run_ms: u16,
    below_ms: u16,
}

impl Timer {
    const STOPPED: Self = Self { running: false, run_ms: 0, below_ms: 0 };

    fn report(&mut self, above: bool, elapsed_ms: u16) {
        if above {
            self.run_ms = if self.running { self.run_ms.saturating_add(elapsed_ms) } else { 0 };
            self.running = true;
            self.below_ms = 0;
        } else if self.running {
            self.run_ms = self.run_ms.saturating_add(elapsed_ms);
            self.below_ms = self.below_ms.saturating_add(elapsed_ms);
            if self.below_ms >= RESTART_MS {
                *self = Self::STOPPED;
            }
        }
    }
}

/// A report, as the timers of its battery see it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sample<'a> {
    pub values: &'a Values,
    pub layout: &'a BankLayout,
    /// Since the report before.
    pub elapsed: Millis,
    /// The bit of the battery.
    pub bit: u64,
    /// Whether the battery is trusted: only then do clear rules look at it.
    pub trusted: bool,
}

/// The timers of one battery in one direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Currents {
    continuous: Timer,
    pulse: Timer,
    extreme: u8,
    /// For how long the current has been below the warning's clear level (OC-1).
    clear_ms: u16,
}

impl Currents {
    pub const NONE: Self = Self { continuous: Timer::STOPPED, pulse: Timer::STOPPED, extreme: 0, clear_ms: 0 };

    /// A report of the battery; true if it exceeds the continuous rating.
    pub fn report(&mut self, direction: Direction, sample: &Sample<'_>, cuts: &mut Cuts) -> bool {
        let &Sample { values, layout, elapsed, bit, trusted } = sample;
        let above = direction.exceeds(values, layout);
        if !above && cuts.warns & bit == 0 {
            // No time runs without the warning: it clears last.
            return false;
        }
        if cuts.restarting & bit != 0 {
            cuts.restarting &= !bit;
            *self = Self::NONE;
        }
        let ratings = direction.ratings(layout);
        let (_, alarm_bit) = direction.bits();
        let magnitude = direction.magnitude(values.current_ma);
        // Reports farther apart than the silence timeout do not come here; 2¹⁶ ms are plenty.
        let elapsed_ms = u16::try_from(elapsed.as_millis()).unwrap_or(u16::MAX);
        let pulse = magnitude > ratings.pulse_ma || values.status.any(alarm_bit);
        self.continuous.report(above, elapsed_ms);
        self.pulse.report(pulse, elapsed_ms);
        let extreme = magnitude.saturating_sub(ratings.pulse_ma) > ratings.pulse_ma / 2;
        self.extreme = if extreme { self.extreme.saturating_add(1) } else { 0 };

        if above {
            cuts.warns |= bit;
            self.clear_ms = 0;
        } else if trusted
            && i64::from(magnitude).saturating_mul(100) < i64::from(ratings.continuous_ma).saturating_mul(98)
        {
            // The hold runs from the first frame below.
            self.clear_ms = if self.clear_ms == 0 { 1 } else { self.clear_ms.saturating_add(elapsed_ms) };
            if self.clear_ms > WARNING_CLEAR_MS {
                cuts.warns &= !bit;
                self.clear_ms = 0;
            }
        } else {
            self.clear_ms = 0;
        }
        let trips = (above && self.continuous.run_ms >= CONTINUOUS_MS)
            || (pulse && self.pulse.run_ms >= PULSE_MS)
            || self.extreme >= EXTREME_REPORTS;
        cuts.trips = if trips { cuts.trips | bit } else { cuts.trips & !bit };
        above
    }

    /// What decides the future: times up to where they act, that of the warning while there is one.
    pub fn canonical(&self, warns: bool, pen: &mut Pen<'_, impl FnMut(&[u8])>) {
        for (timer, end) in [(self.continuous, CONTINUOUS_MS), (self.pulse, PULSE_MS)] {
            pen.bytes(&[u8::from(timer.running)]);
            pen.bytes(&timer.run_ms.min(end).to_le_bytes());
            pen.bytes(&timer.below_ms.to_le_bytes());
        }
        pen.bytes(&[self.extreme.min(EXTREME_REPORTS)]);
        pen.bytes(&(if warns { self.clear_ms } else { 0 }).to_le_bytes());
    }
}

/// The state of one output's over-current cut (OC-3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cut {
    /// The output is free.
    Idle,
    /// Cut until the retry.
    Running {
        since: Instant,
        battery: u8,
        /// Whether the cut was counted; `None`: not judged yet.
        counted: Option<bool>,
    },
    /// Latched after the third cut.
    Latched { since: Instant, battery: u8 },
}

/// Over-current of one direction: which batteries warn or ask, and the cuts of its output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Cuts {
    /// Batteries that warn (OC-1).
    pub warns: u64,
    /// Batteries that ask for a cut (OC-2).
    pub trips: u64,
    /// Batteries whose times start anew with their next report (OC-3): a decision writes one word, not every battery.
    pub restarting: u64,
    pub cut: Cut,
    /// The last two counted cuts, newest first.
    pub counted: [Option<Instant>; 2],
}

impl Cuts {
    pub const NONE: Self = Self { warns: 0, trips: 0, restarting: 0, cut: Cut::Idle, counted: [None; 2] };

    /// One decision: begins a cut for the first battery that asks for it, ends it after the retry time. True if
    /// either happened: the batteries' times start anew.
    pub fn decide(&mut self, now: Instant, action: OverCurrentAction) -> bool {
        self.forget_old(now);
        let ends = match self.cut {
            Cut::Idle => {
                let Some(battery) = first(self.trips).filter(|_| action == OverCurrentAction::Disconnect) else {
                    return false;
                };
                self.cut = Cut::Running { since: now, battery, counted: None };
                return true;
            }
            Cut::Running { since, .. } => now.since(since) >= RETRY,
            Cut::Latched { since, .. } => now.since(since) >= LATCH,
        };
        if ends {
            self.clear();
        }
        ends
    }

    /// Nobody asks for a cut any more; all times start anew.
    pub fn restart(&mut self) {
        (self.trips, self.restarting) = (0, u64::MAX);
    }

    /// Counted cuts older than the window no longer matter, unless they are what latched the output.
    pub fn forget_old(&mut self, now: Instant) {
        // A cut that is not judged yet counts from when it began.
        let now = match self.cut {
            Cut::Running { since, counted: None, .. } => since,
            _ => now,
        };
        for counted in &mut self.counted {
            if counted.is_some_and(|at| now.since(at) > LATCH_WINDOW) && !matches!(self.cut, Cut::Latched { .. }) {
                *counted = None;
            }
        }
    }

    /// Ends a cut. The end of a latch forgets the counted cuts.
    fn clear(&mut self) {
        if matches!(self.cut, Cut::Latched { .. }) {
            self.counted = [None; 2];
        }
        self.cut = Cut::Idle;
    }

    /// Remote off: neither cut nor latch nor count remain (OC-3, REM-4).
    pub fn forget(&mut self) {
        self.cut = Cut::Idle;
        self.counted = [None; 2];
    }

    /// A fresh report of a battery: judges whether the cut works.
    pub fn judge(&mut self, now: Instant, battery: u8, exceeds: bool) {
        let Cut::Running { since, battery: cut, counted: None } = self.cut else { return };
        if battery != cut || now.since(since) == Millis::ZERO {
            return;
        }
        if exceeds {
            if now.since(since) >= JUDGE {
                self.cut = Cut::Running { since, battery, counted: Some(false) };
            }
            return;
        }
        let [newest, older] = self.counted;
        let recent = |cut: Option<Instant>| cut.is_some_and(|at| since.since(at) <= LATCH_WINDOW);
        self.cut = if recent(newest) && recent(older) {
            Cut::Latched { since, battery }
        } else {
            Cut::Running { since, battery, counted: Some(true) }
        };
        self.counted = [Some(since), newest];
    }

    /// The battery that the cut is about.
    pub fn battery(&self) -> Option<u8> {
        match self.cut {
            Cut::Idle => None,
            Cut::Running { battery, .. } | Cut::Latched { battery, .. } => Some(battery),
        }
    }

    /// Error 36: a cut that does not stop the current.
    pub fn fails(&self) -> bool {
        matches!(self.cut, Cut::Running { counted: Some(false), .. })
    }

    /// When the cut ends by itself. `None`: nothing is running; it is not judged yet: at once.
    pub fn deadline(&self, now: Instant) -> Option<Instant> {
        match self.cut {
            Cut::Idle => None,
            Cut::Running { counted: None, .. } => Some(now),
            Cut::Running { since, .. } => Some(since.plus(RETRY)),
            Cut::Latched { since, .. } => Some(since.plus(LATCH)),
        }
    }

    /// Every instant becomes `now`; a cut that is not judged is judged anew.
    pub fn rebase(&mut self, now: Instant) {
        match &mut self.cut {
            Cut::Idle => {}
            Cut::Running { since, .. } | Cut::Latched { since, .. } => *since = now,
        }
        for counted in self.counted.iter_mut().flatten() {
            *counted = now;
        }
    }

    /// What decides the future. The counted cuts of a latched output no longer do.
    pub fn canonical(&self, pen: &mut Pen<'_, impl FnMut(&[u8])>) {
        let (kind, since, battery, end) = match self.cut {
            Cut::Idle => (0, None, 0, Millis::ZERO),
            Cut::Running { since, battery, counted: None } => (1, Some(since), battery, RETRY),
            Cut::Running { since, battery, counted: Some(false) } => (2, Some(since), battery, RETRY),
            Cut::Running { since, battery, counted: Some(true) } => (3, Some(since), battery, RETRY),
            Cut::Latched { since, battery } => (4, Some(since), battery, LATCH),
        };
        pen.bytes(&[kind, battery]);
        pen.bytes(&self.warns.to_le_bytes());
        pen.bytes(&self.trips.to_le_bytes());
        pen.maybe(since, end);
        let latched = matches!(self.cut, Cut::Latched { .. });
        for counted in self.counted {
            pen.maybe(counted.filter(|_| !latched), LATCH_WINDOW.plus(Millis::new(1)));
        }
    }
}
