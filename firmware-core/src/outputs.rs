//! What goes in at a decision and what comes out.

use crate::cause::CauseSet;
use crate::units::Instant;

/// What the BMS reads at its pins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Inputs {
    /// Supply voltage Vbat, mV.
    pub supply_mv: i32,
    /// Remote pin L, mV (REM-2).
    pub remote_l_mv: i32,
    /// Remote pin H, mV (REM-2).
    pub remote_h_mv: i32,
    /// State of the radio, shown by the blue LED (LED-1).
    pub bluetooth: Bluetooth,
}

impl Inputs {
    /// Before the first decision.
    pub(crate) const NONE: Self = Self { supply_mv: 0, remote_l_mv: 0, remote_h_mv: 0, bluetooth: Bluetooth::Disabled };
}

/// State of the radio.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bluetooth {
    /// Switched off.
    Disabled,
    /// Active, nobody connected.
    Advertising,
    /// Somebody is connected.
    Connected,
}

/// The two states of LOAD and CHARGER; an output never sinks current.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Drive {
    /// Open: disconnect.
    #[default]
    Floating,
    /// Sources Vbat − 0.1 V: allowed.
    High,
}

/// The pre-alarm output, as a pattern: the host makes the edges.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PreAlarm {
    /// No warning.
    #[default]
    Floating,
    /// Warning.
    High,
    /// 0.8 s on, 0.8 s off, from this instant (PRE-5).
    Intermittent {
        /// Beginning of the first "on".
        since: Instant,
    },
}

/// Pattern of an LED.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Led {
    /// Dark.
    #[default]
    Off,
    /// Blinking.
    Blinking,
    /// Lit.
    On,
}

/// A decision.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Outputs {
    /// Load-disconnect output.
    pub load: Drive,
    /// Charge-disconnect output.
    pub charger: Drive,
    /// Pre-alarm output.
    pub pre_alarm: PreAlarm,
    /// Red LED (LED-2).
    pub red: Led,
    /// Blue LED (LED-1).
    pub blue: Led,
    /// The lowest active error number (ERR-1).
    pub error: Option<u8>,
    /// Causes that float LOAD.
    pub load_causes: CauseSet,
    /// Causes that float CHARGER.
    pub charger_causes: CauseSet,
    /// Causes that act on PRE-ALARM, High or Floating.
    pub pre_alarm_causes: CauseSet,
    /// The BMS is in its low-cell state and draws 1.2 mA (UV-3).
    pub low_cell_state: bool,
}

impl Outputs {
    /// Before the first decision: everything floats, nothing shines.
    pub const NONE: Self = Self {
        load: Drive::Floating,
        charger: Drive::Floating,
        pre_alarm: PreAlarm::Floating,
        red: Led::Off,
        blue: Led::Off,
        error: None,
        load_causes: CauseSet::EMPTY,
        charger_causes: CauseSet::EMPTY,
        pre_alarm_causes: CauseSet::EMPTY,
        low_cell_state: false,
    };

    /// LOAD and PRE-ALARM are both High; Intermittent counts as High (PRE-2, PRE-5).
    pub(crate) const fn both_high(&self) -> bool {
        matches!(self.load, Drive::High) && !matches!(self.pre_alarm, PreAlarm::Floating)
    }
}
