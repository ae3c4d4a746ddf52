//! The BMS as hardware: power, clock, remote wiring and the firmware that runs on it.
//!
//! ```text
//!        bus voltage [V] ──► supply (SUP-1) ──► powered? ──► Bms ──► pins
//!   remote wiring (REM-2) ──► V_L, V_H [mV] ────────────────▲
//!  simulation time [µs] ──► own clock, u32 [ms] ────────────┘
//! ```

use super::tap::Tap;
use crate::scenario::{Bluetooth, RemoteWiring, Reset, violations};
use ngbank_core::{
    Bms, InputBand, Inputs, Outputs, PreAlarm, Quiet, Refusal, ResetCause, Retained, settings::Settings, units::Instant,
};
use ngbank_models::catalogue::figures;
use ngbank_models::time::{MS, Micros};

/// Below this the supply is off, V (SUP-1).
pub const SUPPLY_OFF_V: f64 = 8.0;
/// Above this an unpowered BMS starts, V (SUP-1).
pub const SUPPLY_ON_V: f64 = 8.5;
/// A dip of the supply must last this long to switch the BMS off (SUP-1).
pub const SUPPLY_OFF_HOLD: Micros = 10 * MS;

/// Open pin L reads this, mV; joined pins read [`JOINED_MV`] (REM-2).
const OPEN_L_MV: i32 = 5_000;
const JOINED_MV: i32 = 3_200;

/// What an unpowered BMS shows: everything floats, nothing shines.
pub const DEAD: Outputs = Outputs::NONE;

/// One BMS with its wiring.
pub struct Host<'a> {
    /// The firmware under test. It is called through the host, so that no call escapes the tap.
    bms: Box<Bms>,
    tap: Option<&'a mut dyn Tap>,
    /// Those that are in force.
    pub settings: Settings,
    retained: Box<Retained>,
    /// Added to the simulation time, ms; wraps like the clock itself.
    clock_offset_ms: u32,
    /// How the remote input is wired at present.
    pub remote: RemoteWiring,
    bluetooth: Bluetooth,
    /// The supply terminals see this instead of the bus, V.
    pub supply_override_v: Option<f64>,
    /// A short on an output has blown the supply fuse (SUP-3).
    pub fuse_blown: bool,
    /// The supply is there and the firmware runs.
    pub powered: bool,
    /// A firmware update is under way (UPD-2).
    updating: bool,
    /// What the pins and LEDs show.
    pub outputs: Outputs,
}

impl<'a> Host<'a> {
    /// A BMS that has just been connected to its supply.
    pub fn new(
        settings: Settings,
        clock_start_ms: u32,
        remote: RemoteWiring,
        bluetooth: Bluetooth,
        tap: Option<&'a mut dyn Tap>,
    ) -> Self {
        let mut host = Self {
            bms: Box::new(Bms::new()),
            tap,
            settings,
            retained: Box::new(Retained::new()),
            clock_offset_ms: clock_start_ms,
            remote,
            bluetooth,
            supply_override_v: None,
            fuse_blown: false,
            powered: true,
            updating: false,
            outputs: DEAD,
        };
        host.start(ResetCause::PowerOn, false);
        host
    }

    /// The firmware, to look at.
    pub fn bms(&self) -> &Bms {
        &self.bms
    }

    /// Plants a bug in the firmware.
    #[cfg(feature = "mutants")]
    pub fn plant(&mut self, mutant: ngbank_core::Mutant) {
        self.bms.plant(mutant);
    }

    /// The BMS's own clock (TIME-1): it wraps after 49.7 days and may be set back by a fault.
    pub fn now(&self, t: Micros) -> Instant {
        // Lint: the clock is 32 bits wide and wraps; that is what is modelled.
        #[allow(clippy::cast_possible_truncation)]
        let ms = (t / MS) as u32;
        Instant::from_millis(ms.wrapping_add(self.clock_offset_ms))
    }

    /// TIME-2's fault: the clock jumps backwards.
    pub fn set_clock_back(&mut self, ms: u32) {
        self.clock_offset_ms = self.clock_offset_ms.wrapping_sub(ms);
    }

    /// Voltage at the supply terminals, V.
    pub fn supply_v(&self, bus_v: f64) -> f64 {
        self.supply_override_v.unwrap_or(bus_v)
    }

    /// What the firmware reads at its pins. While the BMS rides through a dip of less than 10 ms (SUP-1), its converter
    /// sees what it rides on, not the dip.
    pub fn inputs(&self, bus_v: f64) -> Inputs {
        let supply_v = self.supply_v(bus_v);
        let supply_mv = millivolts(if supply_v < SUPPLY_OFF_V { bus_v } else { supply_v });
        let (remote_l_mv, remote_h_mv) = self.remote_mv(supply_mv);
        Inputs {
            supply_mv,
            remote_l_mv,
            remote_h_mv,
            bluetooth: match self.bluetooth {
                Bluetooth::Disabled => ngbank_core::Bluetooth::Disabled,
                Bluetooth::Advertising => ngbank_core::Bluetooth::Advertising,
                Bluetooth::Connected => ngbank_core::Bluetooth::Connected,
            },
        }
    }

    /// V_L and V_H for this wiring (REM-2).
    pub fn remote_mv(&self, supply_mv: i32) -> (i32, i32) {
        match self.remote {
            RemoteWiring::Joined => (JOINED_MV, JOINED_MV),
            RemoteWiring::LToMinus => (0, 0),
            RemoteWiring::HToPlus => (OPEN_L_MV, supply_mv),
            RemoteWiring::Open => (OPEN_L_MV, 0),
        }
    }

    /// Every supply voltage from `low` to `high`, mV, gives inputs within the band.
    pub fn in_band(&self, low: i32, high: i32, band: &InputBand) -> bool {
        let inside = |value: i32, band: (i32, i32)| (band.0..=band.1).contains(&value);
        [low, high].into_iter().all(|supply_mv| {
            let (l_mv, h_mv) = self.remote_mv(supply_mv);
            inside(supply_mv, band.supply_mv)
                && inside(l_mv, band.remote_l_mv)
                && inside(h_mv, band.remote_h_mv)
                && inside(h_mv - supply_mv, band.remote_h_over_supply_mv)
        })
    }

    /// One decision. An unpowered BMS decides nothing; its outputs float.
    pub fn decide(&mut self, t: Micros, bus_v: f64) -> Outputs {
        let now = self.now(t);
        if self.powered && self.supply_v(bus_v) < SUPPLY_OFF_V && self.supply_override_v.is_none() {
            // The bus itself has collapsed; dips of the scenario are timed to the millisecond elsewhere.
            self.powered = false;
        } else if !self.powered && !self.fuse_blown && self.supply_v(bus_v) > SUPPLY_ON_V {
            self.power_on();
        }
        if self.powered {
            let inputs = self.inputs(bus_v);
            let outputs = self.bms.step(now, &inputs);
            if let Some(tap) = &mut self.tap {
                tap.step(now, &inputs, &outputs, &self.bms);
            }
            outputs
        } else {
            DEAD
        }
    }

    /// A frame comes off the chain.
    pub fn receive(&mut self, t: Micros, frame: &[u8]) {
        let now = self.now(t);
        self.bms.receive(now, frame);
        if let Some(tap) = &mut self.tap {
            tap.receive(now, frame);
        }
    }

    /// The firmware's promise ([`Quiet`]).
    pub fn quiet(&mut self, t: Micros, quiet: &mut Quiet) {
        let now = self.now(t);
        self.bms.quiet(now, quiet);
        if let Some(tap) = &mut self.tap {
            tap.quiet(now, quiet);
        }
    }

    /// The firmware passes so many promised cycles.
    pub fn fast_forward(&mut self, t: Micros, cycles: u32) {
        let to = self.now(t);
        self.bms.fast_forward(to, cycles);
        if let Some(tap) = &mut self.tap {
            tap.fast_forward(to, cycles);
        }
    }

    /// The run is over.
    pub fn end(&mut self, t: Micros) {
        let now = self.now(t);
        if let Some(tap) = &mut self.tap {
            tap.end(now, &self.bms);
        }
    }

    /// The supply is gone; nothing survives (BOOT-2).
    pub fn power_off(&mut self) {
        self.powered = false;
    }

    fn power_on(&mut self) {
        self.powered = true;
        self.start(ResetCause::PowerOn, false);
    }

    /// `retained`: what the last [`Bms::retained`] saved is handed over.
    fn start(&mut self, reset: ResetCause, retained: bool) {
        self.updating = false;
        self.bms.start(&self.settings, reset, retained.then_some(&*self.retained));
        if let Some(tap) = &mut self.tap {
            tap.start(&self.settings, reset, retained);
        }
    }

    /// A reset of the running firmware (BOOT-1, BOOT-2).
    pub fn reset(&mut self, reset: Reset) {
        if !self.powered {
            return;
        }
        match reset {
            Reset::Power => self.power_on(),
            Reset::Watchdog => {
                self.retain();
                self.start(ResetCause::Watchdog, true);
            }
        }
    }

    /// The firmware is asked to take other settings (UPD-1).
    ///
    /// # Errors
    /// With every reason why it refuses them.
    pub fn change_settings(&mut self, t: Micros, settings: &Settings) -> Result<(), String> {
        let now = self.now(t);
        let answer = self.bms.change_settings(now, settings);
        if let Some(tap) = &mut self.tap {
            tap.change_settings(now, settings, answer.is_ok());
        }
        match answer {
            Ok(()) => {
                self.settings = *settings;
                Ok(())
            }
            Err(Refusal::Updating) => Err("a firmware update is under way".to_owned()),
            Err(_) => Err(violations(settings).join("; ")),
        }
    }

    /// The settings that the BMS holds.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// A firmware update begins (UPD-2). False if none can: no power, or one is under way.
    pub fn begin_update(&mut self) -> bool {
        if !self.powered || self.updating {
            return false;
        }
        self.updating = true;
        self.retain();
        self.bms.begin_update();
        if let Some(tap) = &mut self.tap {
            tap.begin_update();
        }
        true
    }

    /// A firmware update ends, and the new firmware starts; if it failed, the old one with what it retained. False if a
    /// reset or a loss of power has ended it before.
    pub fn end_update(&mut self, failed: bool) -> bool {
        let ends = self.powered && self.updating;
        if ends {
            self.start(ResetCause::Update, failed);
        }
        ends
    }

    fn retain(&mut self) {
        self.bms.retained(&mut self.retained);
        if let Some(tap) = &mut self.tap {
            tap.retain();
        }
    }

    /// Current that the BMS itself takes from the bank, A (SUP-2), without what its outputs feed.
    pub fn draw_a(&self) -> f64 {
        let figures = &figures().bms;
        if !self.powered {
            0.0
        } else if self.outputs.low_cell_state || self.remote == RemoteWiring::Open {
            figures.draw_low_a.value
        } else {
            figures.draw_on_a.value
        }
    }
}

/// Volts as the BMS's converter reads them, mV.
pub fn millivolts(volts: f64) -> i32 {
    // Lint: bounded by the clamp.
    #[allow(clippy::cast_possible_truncation)]
    let mv = (volts * 1_000.0).clamp(-1e6, 1e6) as i32;
    mv
}

/// A pin is High. PRE-ALARM's intermittent pattern counts as High (PRE-5).
pub fn pre_alarm_high(pre_alarm: PreAlarm) -> bool {
    !matches!(pre_alarm, PreAlarm::Floating)
}

/// Part of the time in which PRE-ALARM feeds what is wired to it: 0.8 s of 1.6 s where it is intermittent (PRE-5).
///
/// The plant sees this mean and not the edges. Each edge would end its step, 108 000 times a day instead of some
/// thousand, and no step could be jumped over any more; the charge is the same to 0.8 s of the control current.
pub fn pre_alarm_duty(pre_alarm: PreAlarm) -> f64 {
    if matches!(pre_alarm, PreAlarm::Intermittent { .. }) { 0.5 } else { 1.0 }
}
