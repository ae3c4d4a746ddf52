//! Which settings the BMS takes (UPD-1): the ranges and constraints of the rules, typed from them.

use super::config::Limits;

impl Limits {
    /// A rule that these settings break, if there is one.
    pub(super) fn broken_rule(&self) -> Option<&'static str> {
        let s = self;
        let within = |value: u32, least: u32, most: u32| (least..=most).contains(&value);
        let celsius = |value: i32, least: i32, most: i32| (least..=most).contains(&value);
        let numbers = [
            (within(s.pre_alarm_mv, 2850, 3150), "PRE-1"),
            (within(s.pre_alarm_clear_mv, 0, 200), "PRE-3"),
            (s.pre_alarm_after_cutoff_s == 0 || within(s.pre_alarm_after_cutoff_s, 10, 86_400), "PRE-6"),
            (within(s.under_voltage_mv, 2600, 2800), "UV-1"),
            (within(s.under_voltage_hold_ms, 0, 10_000), "UV-1"),
            (within(s.under_voltage_clear_mv, 3000, 3300), "UV-2"),
            (within(s.under_voltage_clear_hold_ms, 0, 600_000), "UV-2"),
            (within(s.over_voltage_mv, 3600, 3800), "OV-1"),
            (within(s.over_voltage_hold_ms, 0, 5000), "OV-1"),
            (within(s.over_voltage_clear_mv, 3450, 3650), "OV-2"),
            (celsius(s.charge_min_dc, -200, 200), "TEMP-1"),
            (celsius(s.charge_max_dc, 300, 550), "TEMP-2"),
            (celsius(s.discharge_min_dc, -200, 0), "TEMP-3"),
            (celsius(s.discharge_max_dc, 400, 600), "TEMP-3"),
            (celsius(s.temperature_hysteresis_dc, 5, 50), "TEMP-4"),
            (within(s.discharge_floor_pm, 0, 800), "SOC-2"),
            (within(s.floor_warning_margin_pm, 0, 200), "SOC-2"),
            (within(s.floor_clear_pm, 10, 200), "SOC-4"),
            (within(s.silence_timeout_ms, 1500, 30_000), "COM-2"),
            (within(s.remote_debounce_ms, 0, 1000), "REM-3"),
        ];
        if let Some((_, rule)) = numbers.iter().find(|(right, _)| !right) {
            return Some(rule);
        }
        let inside = s.temperature_hysteresis_dc;
        let apart = |min: i32, max: i32| min + inside + 50 <= max - inside;
        let together = [
            (s.over_voltage_clear_mv + 50 <= s.over_voltage_mv, "OV-1 and OV-2"),
            (s.pre_alarm_mv + s.pre_alarm_clear_mv <= s.under_voltage_clear_mv, "PRE-1, PRE-3 and UV-2"),
            (apart(s.charge_min_dc, s.charge_max_dc), "TEMP-1, TEMP-2 and TEMP-4"),
            (apart(s.discharge_min_dc, s.discharge_max_dc), "TEMP-3 and TEMP-4"),
            (s.discharge_floor_pm + s.floor_warning_margin_pm + s.floor_clear_pm <= 950, "SOC-2 and SOC-4"),
        ];
        together.iter().find(|(right, _)| !right).map(|(_, rule)| *rule)
    }
}
