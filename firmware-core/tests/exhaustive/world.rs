//! What the environment shows to the core, and what it does to it.

use ngbank_core::frame::{MAX_FRAME, Report, Status};
use ngbank_core::settings::{BankLayout, Settings};
use ngbank_core::{Bluetooth, Drive, Inputs, Outputs, ResetCause};

/// Most batteries of a slice.
pub const BATTERIES: usize = 2;

/// What one battery shows. All cells have one voltage, all sensors one temperature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Shown {
    pub cell_mv: u16,
    pub dc: i16,
    pub current_ma: i32,
    /// A current that LOAD or CHARGER should stop does not flow while that pin floats.
    pub obeys: bool,
    pub soc_pm: u16,
}

impl Shown {
    /// What is measured while the pins are so.
    pub fn with(self, outputs: &Outputs) -> Self {
        let pin = if self.current_ma < 0 { outputs.load } else { outputs.charger };
        let stopped = self.obeys && pin == Drive::Floating;
        Self { current_ma: if stopped { 0 } else { self.current_ma }, ..self }
    }
}

/// Nothing is wrong.
pub const HEALTHY: Shown = Shown { cell_mv: 3300, dc: 200, current_ma: 0, obeys: false, soc_pm: 500 };

/// What the core is shown for a while; `None`: the battery's frames do not arrive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct World {
    pub batteries: [Option<Shown>; BATTERIES],
    pub remote: bool,
}

impl World {
    pub const HEALTHY: Self = Self { batteries: [Some(HEALTHY); BATTERIES], remote: true };

    pub fn inputs(&self, layout: &BankLayout) -> Inputs {
        let (remote_l_mv, remote_h_mv) = if self.remote { (3200, 3200) } else { (5000, 0) };
        let supply_mv = i32::from(layout.cells) * i32::from(layout.series) * 3300;
        Inputs { supply_mv, remote_l_mv, remote_h_mv, bluetooth: Bluetooth::Disabled }
    }

    /// Every combination of what each battery may show and the remote.
    pub fn all(shown: &[Vec<Option<Shown>>], remote: &[bool]) -> Vec<Self> {
        let mut worlds = vec![Self::HEALTHY];
        for (b, choices) in shown.iter().enumerate() {
            worlds = worlds
                .iter()
                .flat_map(|world| {
                    choices.iter().map(move |&choice| {
                        let mut world = *world;
                        world.batteries[b] = choice;
                        world
                    })
                })
                .collect();
        }
        remote.iter().flat_map(|&remote| worlds.iter().map(move |world| Self { remote, ..*world })).collect()
    }
}

/// The frame of a battery.
pub fn frame(layout: &BankLayout, place: usize, sequence: u8, shown: &Shown) -> ([u8; MAX_FRAME], usize) {
    let report = Report {
        serial: 1000 + u32::try_from(place).unwrap(),
        model: layout.model,
        position: u8::try_from(place).unwrap(),
        sequence,
        cell_count: layout.cells,
        cells_mv: [shown.cell_mv; 16],
        coldest_dc: shown.dc,
        hottest_dc: shown.dc,
        current_ma: shown.current_ma,
        soc_pm: shown.soc_pm,
        remaining_mah: 50_000,
        status: Status::NONE,
    };
    let mut bytes = [0; MAX_FRAME];
    let length = report.encode(&mut bytes);
    (bytes, length)
}

/// One thing that the environment may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Move {
    /// Shows this for so long, ms.
    Show(World, u32),
    /// A reset, at once after a decision.
    Reset(ResetCause),
}

/// The ratings of [`layout`], mA.
pub const CONTINUOUS_MA: i32 = 100_000;
pub const PULSE_MA: i32 = 200_000;

/// A 24 V bank of one or two 25.6 V batteries in parallel.
pub fn layout(batteries: u8) -> BankLayout {
    BankLayout {
        model: 5,
        cells: 8,
        series: 1,
        parallel: batteries,
        system_voltage_v: 24,
        capacity_mah: 100_000,
        continuous_charge_ma: CONTINUOUS_MA,
        continuous_discharge_ma: CONTINUOUS_MA,
        pulse_charge_ma: PULSE_MA,
        pulse_discharge_ma: PULSE_MA,
    }
}

/// The shortest times that may be set, so that as much as possible happens within few reports.
pub fn short_settings(batteries: u8) -> Settings {
    Settings {
        under_voltage_hold_ms: 1000,
        under_voltage_clear_hold_ms: 1000,
        over_voltage_hold_ms: 1000,
        silence_timeout_ms: 1500,
        remote_debounce_ms: 500,
        ..Settings::new(layout(batteries))
    }
}
