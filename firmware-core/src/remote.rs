//! The remote input (REM-1 … REM-3) and the supply (SUP-1).

use crate::outputs::Inputs;
use crate::quiet::InputBand;
use crate::units::{Instant, Millis};

/// L below this is pulled to battery minus, mV (REM-1).
const L_LOW_MV: i32 = 3500;
/// H above this is high, mV (REM-1).
const H_HIGH_MV: i32 = 2900;
/// H may be so far above the supply, mV (REM-2).
const H_OVER_SUPPLY_MV: i32 = 200;

/// Off below and on above, mV (SUP-1).
const SUPPLY_LOW_MV: i32 = 8000;
const SUPPLY_LOW_CLEAR_MV: i32 = 8500;
/// OUT-14 above; clears below, mV (SUP-1).
const SUPPLY_HIGH_MV: i32 = 70_000;
const SUPPLY_HIGH_CLEAR_MV: i32 = 69_000;

/// What the remote input has been judged to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
enum Judged {
    /// Nothing yet since the start: every pin floats, and nothing is cleared by it.
    NotYet,
    Off,
    On,
}

/// The debounced state of the remote input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Remote {
    judged: Judged,
    /// The state that the last decision saw, if it was another one.
    sees_on: bool,
    /// The first decision of an unbroken row that saw it.
    pub changing_since: Option<Instant>,
}

impl Remote {
    pub const UNKNOWN: Self = Self { judged: Judged::NotYet, sees_on: false, changing_since: None };

    /// One decision (REM-3): a new state acts at the first decision at which it has held for `debounce`. True if that
    /// toggles the remote; the first judgement does not.
    pub fn decide(&mut self, now: Instant, inputs: &Inputs, debounce: Millis) -> bool {
        let sees_on = is_on(inputs);
        let seen = if sees_on { Judged::On } else { Judged::Off };
        if seen == self.judged {
            self.changing_since = None;
            return false;
        }
        if sees_on != self.sees_on {
            self.changing_since = None;
        }
        self.sees_on = sees_on;
        let since = *self.changing_since.get_or_insert(now);
        if now.since(since) < debounce {
            return false;
        }
        let toggles = self.judged != Judged::NotYet;
        (self.judged, self.changing_since) = (seen, None);
        toggles
    }

    pub fn is_on(self) -> bool {
        self.judged == Judged::On
    }

    /// Judged off; not merely not judged yet.
    pub fn is_off(self) -> bool {
        self.judged == Judged::Off
    }

    /// What decides the future besides the time of the change.
    pub fn canonical(self) -> [u8; 2] {
        [self.judged as u8, u8::from(self.sees_on && self.changing_since.is_some())]
    }

    /// Inputs that are on the same side of every limit as these.
    pub fn bands(inputs: &Inputs, band: &mut InputBand) {
        band.remote_l_mv = side(inputs.remote_l_mv, L_LOW_MV);
        band.remote_h_mv = side(inputs.remote_h_mv, H_HIGH_MV + 1);
        band.remote_h_over_supply_mv = side(inputs.remote_h_mv.saturating_sub(inputs.supply_mv), H_OVER_SUPPLY_MV + 1);
    }
}

/// The side of a limit on which a value lies, inclusive.
pub(crate) fn side(value: i32, limit: i32) -> (i32, i32) {
    if value < limit { (i32::MIN, limit.saturating_sub(1)) } else { (limit, i32::MAX) }
}

/// REM-1 and REM-2: on if L is low (joined pins read 3.2 V both) or H is high. H far above the supply is a wiring
/// fault: unsure, hence off.
fn is_on(inputs: &Inputs) -> bool {
    let over = inputs.remote_h_mv.saturating_sub(inputs.supply_mv) > H_OVER_SUPPLY_MV;
    !over && (inputs.remote_l_mv < L_LOW_MV || inputs.remote_h_mv > H_HIGH_MV)
}

/// Whether the supply is in range (SUP-1). It begins in range: an unpowered BMS does not run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Supply {
    InRange,
    Low,
    High,
}

impl Supply {
    /// The state of this number.
    pub fn of(number: u8) -> Self {
        match number {
            n if n == Self::Low as u8 => Self::Low,
            n if n == Self::High as u8 => Self::High,
            _ => Self::InRange,
        }
    }

    /// One decision.
    pub fn decide(&mut self, supply_mv: i32) {
        *self = match *self {
            _ if supply_mv < SUPPLY_LOW_MV => Self::Low,
            _ if supply_mv > SUPPLY_HIGH_MV => Self::High,
            Self::Low if supply_mv <= SUPPLY_LOW_CLEAR_MV => Self::Low,
            Self::High if supply_mv >= SUPPLY_HIGH_CLEAR_MV => Self::High,
            _ => Self::InRange,
        };
    }

    /// Supply voltages within which the state stays.
    pub fn band(self) -> (i32, i32) {
        match self {
            Self::InRange => (SUPPLY_LOW_MV, SUPPLY_HIGH_MV),
            Self::Low => (i32::MIN, SUPPLY_LOW_CLEAR_MV),
            Self::High => (SUPPLY_HIGH_CLEAR_MV, i32::MAX),
        }
    }
}
