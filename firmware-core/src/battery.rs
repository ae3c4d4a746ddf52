//! What the core knows of one battery.

use crate::cause::Cause;
use crate::frame::{Frame, Status};
use crate::overcurrent::Currents;
use crate::settings::BankLayout;
use crate::table::Signal;
use crate::units::{Instant, Millis};

/// Frames in a row until a battery is trusted again (COM-5), and after the third loss within ten minutes.
const TRUST_FRAMES: u8 = 20;
const TRUST_FRAMES_LONG: u8 = 120;
pub(crate) const LOSS_WINDOW: Millis = Millis::minutes(10);
/// Frames in a row until the bank counts as complete: the first, and two cycles more (BOOT-1, COM-7).
pub(crate) const COMPLETE_FRAMES: u8 = 3;
/// As long as that takes, nothing foreign may be heard (COM-7).
pub(crate) const COMPLETE_TIME: Millis = Millis::new(1_500);

/// Limits of what can be true (COM-4).
const CELL_MV: (u16, u16) = (500, 5000);
const TEMPERATURE_DC: (i16, i16) = (-450, 1000);
const SOC_PM_MAX: u16 = 1000;

/// One battery: identity, last values, trust.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Battery {
    /// Learnt at start-up (COM-7).
    pub serial: Option<u32>,
    /// When the last valid frame came.
    pub last_seen: Instant,
    /// Last accepted sequence number.
    pub sequence: u8,
    /// The last frame was impossible (COM-4).
    pub implausible: bool,
    /// The battery cannot measure (COM-6).
    pub measurement_error: bool,
    /// Valid frames in a row since start-up or a clock fault, at most [`COMPLETE_FRAMES`].
    pub complete: u8,
    /// Valid frames in a row since the loss.
    pub trust: u8,
    /// The last loss was the third within ten minutes.
    pub third_loss: bool,
    /// The last two losses, newest first (COM-5).
    pub losses: [Option<Instant>; 2],
    /// Since when the condition of UV-1 and of OV-1 holds; of meaning while the row has the battery's bit.
    pub hold_since: [Instant; 2],
    /// Last values.
    pub values: Values,
    /// Over-current timers by direction: discharge, charge.
    pub currents: [Currents; 2],
}

/// The last values of a battery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Values {
    pub lowest_mv: u16,
    pub highest_mv: u16,
    pub lowest_cell: u8,
    pub highest_cell: u8,
    pub coldest_dc: i16,
    pub hottest_dc: i16,
    pub current_ma: i32,
    pub soc_pm: u16,
    pub status: Status,
}

impl Values {
    const NONE: Self = Self {
        lowest_mv: 0,
        highest_mv: 0,
        lowest_cell: 0,
        highest_cell: 0,
        coldest_dc: 0,
        hottest_dc: 0,
        current_ma: 0,
        soc_pm: 0,
        status: Status::NONE,
    };

    /// The values of a report; `None` if its content is impossible (COM-4). Lowest and highest cell are the first of
    /// equals.
    fn of(frame: Frame<'_>, layout: &BankLayout) -> Option<Self> {
        let (mut lowest, mut highest) = ((u16::MAX, 0), (0, 0));
        for (cell, mv) in (0u8..u8::MAX).zip(frame.cells_mv()) {
            if mv < lowest.0 {
                lowest = (mv, cell);
            }
            if mv > highest.0 {
                highest = (mv, cell);
            }
        }
        let values = Self {
            lowest_mv: lowest.0,
            highest_mv: highest.0,
            lowest_cell: lowest.1,
            highest_cell: highest.1,
            coldest_dc: frame.coldest_dc(),
            hottest_dc: frame.hottest_dc(),
            current_ma: frame.current_ma(),
            soc_pm: frame.soc_pm(),
            status: frame.status(),
        };
        let plausible = frame.cell_count() == layout.cells
            && values.lowest_mv >= CELL_MV.0
            && values.highest_mv <= CELL_MV.1
            && values.coldest_dc >= TEMPERATURE_DC.0
            && values.hottest_dc <= TEMPERATURE_DC.1
            && values.coldest_dc <= values.hottest_dc
            && values.soc_pm <= SOC_PM_MAX;
        plausible.then_some(values)
    }

    /// A signal, signed so that it trips below its limit.
    pub fn signed(&self, signal: Signal) -> i32 {
        match signal {
            Signal::LowestCell => i32::from(self.lowest_mv),
            Signal::HighestCell => i32::from(self.highest_mv).saturating_neg(),
            Signal::Coldest => i32::from(self.coldest_dc),
            Signal::Hottest => i32::from(self.hottest_dc).saturating_neg(),
        }
    }

    /// The cell that a threshold row speaks of.
    pub fn cell(&self, cause: Cause) -> Option<u8> {
        match cause {
            Cause::PreAlarm | Cause::UnderVoltage => Some(self.lowest_cell),
            Cause::OverVoltage => Some(self.highest_cell),
            _ => None,
        }
    }
}

/// What a valid frame turned out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reception {
    /// From another battery, or of another model (COM-7).
    Foreign,
    /// Seen before (COM-3).
    Repeated,
    /// Impossible content, the first time: dropped (COM-4).
    Implausible,
    /// Impossible content again, or the battery says that it cannot measure: not to be trusted (COM-4, COM-6).
    Untrustworthy,
    /// Values are updated; so many frames were missing before it.
    Accepted {
        /// Missing frames.
        missing: u8,
    },
}

impl Battery {
    pub const NONE: Self = Self {
        serial: None,
        last_seen: Instant::from_millis(0),
        sequence: 0,
        implausible: false,
        measurement_error: false,
        complete: 0,
        trust: 0,
        third_loss: false,
        losses: [None; 2],
        hold_since: [Instant::from_millis(0); 2],
        values: Values::NONE,
        currents: [Currents::NONE; 2],
    };

    /// True if the battery has reported since start-up.
    pub fn seen(&self) -> bool {
        self.serial.is_some()
    }

    /// True if its values are those of a frame: one with an error bit brings none (COM-6), and no cell is at 0 mV.
    pub fn has_values(&self) -> bool {
        self.values.highest_mv > 0
    }

    /// Takes a frame with a good checksum from this battery's place. `cells_mv`: where its cells are kept.
    pub fn take(
        &mut self,
        now: Instant,
        frame: Frame<'_>,
        layout: &BankLayout,
        silent: bool,
        cells_mv: &mut [u16],
    ) -> Reception {
        if frame.model() != layout.model || self.serial.is_some_and(|serial| serial != frame.serial()) {
            self.complete = 0;
            return Reception::Foreign;
        }
        let behind = self.sequence.wrapping_sub(frame.sequence());
        if self.seen() && !silent && behind <= 16 {
            return Reception::Repeated;
        }
        let Some(values) = Values::of(frame, layout) else {
            let again = self.implausible;
            self.implausible = true;
            self.complete = 0;
            self.trust = 0;
            return if again { Reception::Untrustworthy } else { Reception::Implausible };
        };
        let missing = if self.seen() && !silent { behind.wrapping_neg().wrapping_sub(1) } else { 0 };
        self.serial = Some(frame.serial());
        self.sequence = frame.sequence();
        self.last_seen = now;
        if self.was_lost() {
            self.forget_losses(now);
        }
        self.implausible = false;
        self.measurement_error = values.status.any(Status::MEASUREMENT_ERROR);
        if self.measurement_error {
            self.complete = 0;
            self.trust = 0;
            return Reception::Untrustworthy;
        }
        self.values = values;
        for (to, mv) in cells_mv.iter_mut().zip(frame.cells_mv()) {
            *to = mv;
        }
        self.complete = self.complete.saturating_add(1).min(COMPLETE_FRAMES);
        Reception::Accepted { missing }
    }

    /// Valid frames in a row that are needed until the battery is trusted again (COM-5).
    pub fn trust_needed(&self) -> u8 {
        if self.third_loss { TRUST_FRAMES_LONG } else { TRUST_FRAMES }
    }

    /// The battery has become silent or untrustworthy: how many frames it needs to be trusted again (COM-5).
    pub fn lose(&mut self, now: Instant) {
        let [newest, older] = self.losses;
        let recent = |loss: Option<Instant>| loss.is_some_and(|at| now.since(at) <= LOSS_WINDOW);
        let third = recent(newest) && recent(older);
        self.trust = 0;
        self.third_loss = third;
        self.losses = [Some(now), newest.filter(|_| recent(newest))];
    }

    /// A loss is remembered; an older one never without a newer.
    pub fn was_lost(&self) -> bool {
        let [newest, _] = self.losses;
        newest.is_some()
    }

    /// Losses older than ten minutes no longer matter; forgetting them keeps their age from wrapping (TIME-1). Every
    /// frame does so, and for a battery without frames the watch for silence.
    pub fn forget_losses(&mut self, now: Instant) {
        for loss in &mut self.losses {
            if loss.is_some_and(|at| now.since(at) > LOSS_WINDOW) {
                *loss = None;
            }
        }
    }

    /// Every instant becomes `now`: the clock, which read `before`, went backwards, or it is known for the first time.
    pub fn rebase(&mut self, before: Option<Instant>, now: Instant) {
        // What did not matter any more must not seem young.
        if let Some(before) = before {
            self.forget_losses(before);
        }
        self.last_seen = now;
        self.hold_since = [now; 2];
        self.complete = 0;
        self.trust = 0;
        for loss in self.losses.iter_mut().flatten() {
            *loss = now;
        }
        self.currents = [Currents::NONE; 2];
    }
}
