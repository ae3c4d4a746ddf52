//! Quantities of time. Voltages, currents and temperatures carry their unit in the name: `_mv`, `_ma`, `_dc` (tenths
//! of °C), `_pm` (‰).

/// An instant of the BMS's own clock, ms; it wraps after 49.7 days (TIME-1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Instant(u32);

/// A length of time, ms.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Millis(u32);

impl Instant {
    /// The instant at this reading of the clock, ms.
    pub const fn from_millis(ms: u32) -> Self {
        Self(ms)
    }

    /// The reading of the clock, ms.
    pub const fn as_millis(self) -> u32 {
        self.0
    }

    /// Time from `earlier` to this instant; 0 if `earlier` is later. A difference below 2³¹ is forward (TIME-1).
    pub const fn since(self, earlier: Self) -> Millis {
        let difference = self.0.wrapping_sub(earlier.0);
        if difference < 1 << 31 { Millis(difference) } else { Millis(0) }
    }

    /// True if this instant lies before `other` (TIME-1).
    pub const fn is_before(self, other: Self) -> bool {
        self.0.wrapping_sub(other.0) >= 1 << 31
    }

    /// This much later.
    pub const fn plus(self, length: Millis) -> Self {
        Self(self.0.wrapping_add(length.0))
    }

    /// This much earlier.
    pub const fn back(self, length: Millis) -> Self {
        Self(self.0.wrapping_sub(length.0))
    }

    /// The earlier of two instants that are less than 2³¹ ms apart.
    pub const fn min(self, other: Self) -> Self {
        if other.is_before(self) { other } else { self }
    }

    /// The later of two instants that are less than 2³¹ ms apart.
    pub const fn max(self, other: Self) -> Self {
        if self.is_before(other) { other } else { self }
    }
}

impl Millis {
    /// No time.
    pub const ZERO: Self = Self(0);

    /// So many milliseconds.
    pub const fn new(ms: u32) -> Self {
        Self(ms)
    }

    /// So many seconds; saturates.
    pub const fn seconds(seconds: u32) -> Self {
        Self(seconds.saturating_mul(1_000))
    }

    /// So many minutes; saturates.
    pub const fn minutes(minutes: u32) -> Self {
        Self(minutes.saturating_mul(60_000))
    }

    /// The length, ms.
    pub const fn as_millis(self) -> u32 {
        self.0
    }

    /// The sum; it saturates.
    pub const fn plus(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }

    /// The rest after `other` has passed; 0 if nothing is left.
    pub const fn less(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}
