//! What the oracle is told: the truth of the plant, the events of the world, the pins, and what the core reports.

use super::config::Limits;
use ngbank_models::electronics::Envelope;
use ngbank_models::time::Micros;

/// Most cells that one battery has (BANK-1: 51.2 V).
pub const CELLS_MAX: usize = 16;

/// The true plant, readable on the interval that goes with it.
pub trait Truth {
    /// Batteries in the bank; battery `b` is at position `b % series` of string `b / series`.
    fn batteries(&self) -> usize;
    /// Cells of a battery.
    fn cells(&self) -> usize;
    /// The truth of battery `b` at `t` (right limit).
    fn sample(&self, t: Micros, b: usize, out: &mut TruthSample);
    /// Bounds on the truth of battery `b` on `[ta, tb]`; they enclose every [`Truth::sample`] there.
    fn bounds(&self, ta: Micros, tb: Micros, b: usize, out: &mut TruthBounds);
    /// As [`Truth::bounds`] of every battery on `[ta, tb]`, but cheaper and, perhaps, wider: the first look at an interval.
    fn boxes(&self, _ta: Micros, _tb: Micros) -> Option<Boxes<'_>> {
        None
    }
}

/// Boxes around the truth of the batteries throughout an interval.
#[derive(Clone, Copy, Debug)]
pub struct Boxes<'a> {
    /// By battery.
    pub each: &'a [Envelope],
    /// Around all of them.
    pub bank: &'a Envelope,
    /// Charge that a battery's counter holds when it is full, A·s.
    pub capacity_as: f64,
}

/// Charge as a battery reports it (SOC-5), ‰, rounded down.
pub fn permille(charge_as: f64, capacity_as: f64) -> u16 {
    // Lint: within 0 and 1000.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let permille = (charge_as / capacity_as * 1_000.0).clamp(0.0, 1_000.0) as u16;
    permille
}

/// The truth of one battery at one instant.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct TruthSample {
    /// Cell voltages, V; those beyond [`Truth::cells`] are ignored.
    pub cells_v: [f64; CELLS_MAX],
    /// Current, A; positive charges.
    pub current_a: f64,
    /// Temperature, °C.
    pub temperature_c: f64,
    /// State of charge that the battery itself has counted (SOC-5), ‰, rounded down.
    pub counted_soc_pm: u16,
}

/// Inclusive bounds on the truth of one battery throughout an interval, low before high.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct TruthBounds {
    /// Voltage of the lowest cell, V.
    pub lowest_v: (f64, f64),
    /// Voltage of the highest cell, V.
    pub highest_v: (f64, f64),
    /// Current, A; positive charges.
    pub current_a: (f64, f64),
    /// Temperature, °C.
    pub temperature_c: (f64, f64),
    /// Counted state of charge, ‰.
    pub soc_pm: (u16, u16),
}

impl TruthBounds {
    /// What a box around a battery says, whose counter holds `capacity_as` (A·s) when it is full.
    pub fn of(found: &Envelope, capacity_as: f64) -> Self {
        let range = |quantity: usize| (found.low[quantity], found.high[quantity]);
        let (volts, charge_as) = (range(Envelope::VOLTS), range(Envelope::COUNTED));
        Self {
            lowest_v: volts,
            highest_v: volts,
            current_a: range(Envelope::AMPS),
            temperature_c: range(Envelope::CELSIUS),
            soc_pm: (permille(charge_as.0, capacity_as), permille(charge_as.1, capacity_as)),
        }
    }
}

/// A broken cell channel: part of what the core can know, so part of the truth that it is judged by.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ChannelFault {
    /// Reads this much too high (negative: too low), mV.
    Offset {
        /// Error, mV.
        mv: f64,
    },
    /// Reads this value whatever the cell does.
    Stuck {
        /// Reading, mV.
        mv: f64,
    },
}

/// Something that happens to the BMS apart from what the plant does. The oracle begins with the BMS unpowered, the
/// chain whole, the remote off, the supply in range.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum WorldEvent {
    /// The BMS gets power and starts without retained state (BOOT-1, BOOT-2).
    PowerOn,
    /// The BMS loses power: every output floats (SUP-3).
    PowerLost,
    /// The watchdog resets the BMS; its retained state is valid (BOOT-2).
    WatchdogReset,
    /// The remote pins change (REM-1, REM-2).
    Remote {
        /// Voltage on L, mV.
        l_mv: i32,
        /// Voltage on H, mV.
        h_mv: i32,
        /// Voltage of the bank, mV.
        supply_mv: i32,
    },
    /// The chain is open in front of this battery and whole up to there: it and every one behind it are silent (COM-1).
    ChainBroken {
        /// First silent battery, counted from 0.
        from: usize,
    },
    /// The chain is whole again.
    ChainRepaired,
    /// The supply of the BMS jumps to this value and stays there (SUP-1). Only needed near 8 V and 70 V.
    Supply {
        /// Voltage, mV.
        mv: i32,
    },
    /// The clock of the BMS jumps back (TIME-2).
    ClockSetBack {
        /// By so much, ms.
        ms: u32,
    },
    /// A battery with another serial number sits at a position, or the right one again (COM-7).
    ForeignBattery {
        /// Position, counted from 0.
        battery: usize,
        /// False: the right one is back.
        present: bool,
    },
    /// A battery is taken out, and is silent therefore, or put back (COM-2).
    BatteryRemoved {
        /// Battery, counted from 0.
        battery: usize,
        /// False: it is back.
        removed: bool,
    },
    /// A cell channel breaks or is repaired (`None`).
    ChannelFault {
        /// Battery, counted from 0.
        battery: usize,
        /// Cell of the battery, counted from 0.
        cell: usize,
        /// How it is broken.
        fault: Option<ChannelFault>,
    },
    /// The BMS is asked to take other settings (UPD-1).
    Settings {
        /// All of them.
        limits: Limits,
        /// It took them.
        taken: bool,
    },
    /// A firmware update begins (UPD-2). A reset or a loss of power ends it, too.
    UpdateBegins,
    /// It ends, and the BMS starts.
    UpdateEnds {
        /// It starts with the old firmware, whose retained state is valid.
        failed: bool,
    },
    /// A temperature sensor breaks or is repaired (`None`).
    TemperatureFault {
        /// Battery, counted from 0.
        battery: usize,
        /// Sensor of the battery, 0 or 1.
        sensor: usize,
        /// It reads this whatever the temperature is, °C.
        stuck_c: Option<f64>,
    },
    /// The core decides so often from now on.
    Decisions {
        /// Distance of two decisions.
        every: Micros,
    },
    /// Frames are damaged from now on.
    Damaged {
        /// Battery, counted from 0; `None`: every one.
        battery: Option<usize>,
        /// Which part of the frames.
        part: DamagedPart,
    },
}

/// Which part of the frames is damaged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DamagedPart {
    /// None any more.
    None,
    /// Some by chance: a battery may or may not become silent (COM-2).
    Some,
    /// All of them: the battery is silent.
    All,
}

/// The three outputs: true is High, false is Floating. Intermittent counts as High (PRE-5).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pins {
    /// LOAD.
    pub load: bool,
    /// CHARGER.
    pub charger: bool,
    /// PRE-ALARM.
    pub pre_alarm: bool,
    /// PRE-ALARM is intermittent since this time of the BMS's clock, ms (PRE-5); `None`: it is not.
    pub pattern: Option<u32>,
}

/// What the core says about itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reported {
    /// Causes that float LOAD.
    pub load: CauseIds,
    /// Causes that float CHARGER.
    pub charger: CauseIds,
    /// Causes that act on PRE-ALARM.
    pub pre_alarm: CauseIds,
    /// The error number that is shown (ERR-1).
    pub error: Option<u8>,
    /// Both LEDs are blinking (LED-3).
    pub both_leds_blink: bool,
}

/// A set of cause ids `OUT-1` to `OUT-16`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CauseIds(u32);

impl CauseIds {
    /// Adds the cause with this id; an id that is none is kept as such, and the oracle objects to it.
    pub fn insert(&mut self, id: &str) {
        let number = id.strip_prefix("OUT-").and_then(|n| n.parse::<u32>().ok());
        let bit = match number {
            Some(n @ 1..=16) => n,
            _ => Self::UNKNOWN,
        };
        self.0 |= 1 << bit;
    }

    /// The causes with these ids.
    pub fn from_ids<'a>(ids: impl IntoIterator<Item = &'a str>) -> Self {
        let mut set = Self::default();
        for id in ids {
            set.insert(id);
        }
        set
    }

    /// True when the cause `OUT-n` is in the set.
    pub fn has(self, n: u32) -> bool {
        n <= 16 && self.0 & (1 << n) != 0
    }

    /// True when no cause is in the set.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    pub(super) fn has_unknown(self) -> bool {
        self.0 & (1 << Self::UNKNOWN) != 0
    }

    pub(super) fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    const UNKNOWN: u32 = 0;
}
