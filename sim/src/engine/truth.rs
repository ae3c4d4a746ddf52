//! What the oracle is shown: the true plant, what happens to the BMS, its pins and what it says.

use ngbank_core::settings::{Countdown, LowCellCharger, OverCurrentAction, PreAlarmPattern};
use ngbank_core::{CauseSet, Led, Outputs, PreAlarm};
use ngbank_models::plant::Plant;
use ngbank_models::time::{MS, Micros};

use super::chain::Chain;
use super::grid::DECISION;
use super::host::pre_alarm_high;
use super::survey::Survey;
use crate::oracle::{
    Boxes, CauseIds, ChannelFault, DamagedPart, Limits, OracleConfig, Pins, Reported, Truth, TruthBounds, TruthSample,
    WorldEvent,
};
use crate::scenario::{FaultKind, Resolved, SettingsSpec};

/// The true plant on its proposed step.
pub struct View<'a> {
    /// The plant.
    pub plant: &'a Plant,
    /// The batteries' electronics, for the charge that they have counted (SOC-5).
    pub chain: &'a Chain,
    /// The first look at the step.
    pub survey: &'a Survey,
}

impl Truth for View<'_> {
    fn batteries(&self) -> usize {
        self.plant.batteries()
    }

    fn cells(&self) -> usize {
        self.plant.cells_per_battery()
    }

    fn sample(&self, t: Micros, b: usize, out: &mut TruthSample) {
        self.plant.battery_cells(b, t, &mut out.cells_v[..self.plant.cells_per_battery()]);
        out.current_a = self.plant.battery_current(b, t);
        out.temperature_c = self.plant.battery_temperature(b, t);
        out.counted_soc_pm = self.chain.counted_pm(self.plant, b, t);
    }

    fn boxes(&self, _ta: Micros, _tb: Micros) -> Option<Boxes<'_>> {
        // Those of the whole step enclose every part.
        let Survey { boxes: each, bank, .. } = self.survey;
        Some(Boxes { each, bank, capacity_as: self.chain.capacity_as() })
    }

    fn bounds(&self, ta: Micros, tb: Micros, b: usize, out: &mut TruthBounds) {
        let mut cells = [(0.0, 0.0); 16];
        let cells = &mut cells[..self.plant.cells_per_battery()];
        let battery = self.plant.battery_bounds(b, ta, tb, cells);
        let (mut lowest, mut highest) = ((f64::INFINITY, f64::INFINITY), (f64::NEG_INFINITY, f64::NEG_INFINITY));
        for &(low, high) in cells.iter() {
            lowest = (low.min(lowest.0), high.min(lowest.1));
            highest = (low.max(highest.0), high.max(highest.1));
        }
        out.lowest_v = lowest;
        out.highest_v = highest;
        out.current_a = battery.current;
        out.temperature_c = battery.temperature;
        out.soc_pm = self.chain.counted_pm_bounds(self.plant, b, ta, tb);
    }
}

/// What the oracle knows before the run.
pub fn oracle_config(scenario: &Resolved) -> OracleConfig {
    let settings = &scenario.settings;
    let bank = &settings.bank;
    let amps = |ma: i32| f64::from(ma) / 1_000.0;
    OracleConfig {
        limits: limits(settings),
        series: scenario.bank.params.series,
        parallel: scenario.bank.params.parallel,
        cells: scenario.bank.params.cells_per_battery,
        capacity_ah: f64::from(bank.capacity_mah) / 1_000.0,
        continuous_charge_a: amps(bank.continuous_charge_ma),
        continuous_discharge_a: amps(bank.continuous_discharge_ma),
        pulse_charge_a: amps(bank.pulse_charge_ma),
        pulse_discharge_a: amps(bank.pulse_discharge_ma),
        tolerance_v: scenario.tolerance_v,
    }
}

/// The settings as the oracle reads them. A number that is none becomes one that no rule allows.
pub fn limits(settings: &SettingsSpec) -> Limits {
    let number = |value: i32| u32::try_from(value).unwrap_or(u32::MAX);
    Limits {
        pre_alarm_mv: number(settings.pre_alarm_mv),
        pre_alarm_clear_mv: number(settings.pre_alarm_clear_mv),
        under_voltage_mv: number(settings.under_voltage_mv),
        under_voltage_hold_ms: number(settings.under_voltage_hold_ms),
        under_voltage_clear_mv: number(settings.under_voltage_clear_mv),
        under_voltage_clear_hold_ms: number(settings.under_voltage_clear_hold_ms),
        over_voltage_mv: number(settings.over_voltage_mv),
        over_voltage_hold_ms: number(settings.over_voltage_hold_ms),
        over_voltage_clear_mv: number(settings.over_voltage_clear_mv),
        charge_min_dc: settings.charge_min_dc,
        charge_max_dc: settings.charge_max_dc,
        discharge_min_dc: settings.discharge_min_dc,
        discharge_max_dc: settings.discharge_max_dc,
        temperature_hysteresis_dc: settings.temperature_hysteresis_dc,
        discharge_floor_pm: number(settings.discharge_floor_pm),
        floor_warning_margin_pm: number(settings.floor_warning_margin_pm),
        floor_clear_pm: number(settings.floor_clear_pm),
        silence_timeout_ms: number(settings.silence_timeout_ms),
        remote_debounce_ms: number(settings.remote_debounce_ms),
        pre_alarm_after_cutoff_s: number(settings.pre_alarm_after_cutoff_s),
        countdown_from_under_voltage: settings.countdown == Countdown::FromUnderVoltage,
        pre_alarm_intermittent: settings.pre_alarm_pattern == PreAlarmPattern::Intermittent,
        charger_gives_up: settings.charger_in_low_cell_state == LowCellCharger::OffAfter,
        over_current_warns: settings.over_current_action == OverCurrentAction::Warn,
    }
}

/// What a fault means to the BMS, if the plant does not show it anyway.
pub fn world_event(kind: &FaultKind, begins: bool) -> Option<WorldEvent> {
    match *kind {
        FaultKind::SensorOffset { battery, cell, mv } => {
            Some(WorldEvent::ChannelFault { battery, cell, fault: begins.then_some(ChannelFault::Offset { mv }) })
        }
        FaultKind::SensorStuck { battery, cell, mv } => Some(WorldEvent::ChannelFault {
            battery,
            cell,
            fault: begins.then_some(ChannelFault::Stuck { mv: f64::from(mv) }),
        }),
        FaultKind::TemperatureStuck { battery, sensor, celsius } => {
            Some(WorldEvent::TemperatureFault { battery, sensor, stuck_c: begins.then_some(celsius) })
        }
        FaultKind::SlowDecisions { every_ms } => {
            Some(WorldEvent::Decisions { every: if begins { Micros::from(every_ms) * MS } else { DECISION } })
        }
        FaultKind::DamagedFrames { battery, probability } => {
            let part = if !begins || probability <= 0.0 {
                DamagedPart::None
            } else if probability >= 1.0 {
                DamagedPart::All
            } else {
                DamagedPart::Some
            };
            Some(WorldEvent::Damaged { battery, part })
        }
        FaultKind::ForeignBattery { battery } => Some(WorldEvent::ForeignBattery { battery, present: begins }),
        FaultKind::BatteryRemoved { battery } => Some(WorldEvent::BatteryRemoved { battery, removed: begins }),
        FaultKind::ClockSetBack { ms } if begins => Some(WorldEvent::ClockSetBack { ms }),
        _ => None,
    }
}

/// The outputs as levels.
pub fn levels(outputs: &Outputs) -> Pins {
    use ngbank_core::Drive::High;
    Pins {
        load: outputs.load == High,
        charger: outputs.charger == High,
        pre_alarm: pre_alarm_high(outputs.pre_alarm),
        pattern: match outputs.pre_alarm {
            PreAlarm::Intermittent { since } => Some(since.as_millis()),
            PreAlarm::High | PreAlarm::Floating => None,
        },
    }
}

/// What the firmware says: causes, error number, LEDs.
pub fn reported(outputs: &Outputs) -> Reported {
    let ids = |causes: CauseSet| CauseIds::from_ids(causes.iter().map(|cause| cause.id()));
    Reported {
        load: ids(outputs.load_causes),
        charger: ids(outputs.charger_causes),
        pre_alarm: ids(outputs.pre_alarm_causes),
        error: outputs.error,
        both_leds_blink: outputs.red == Led::Blinking && outputs.blue == Led::Blinking,
    }
}
