//! Which figures of a device are within range.

use super::Wire;
use super::spec::{ApplianceLoad, DcDcConverter, Inverter};
use super::vehicle_spec::Alternator;

pub(super) const POWER_MAX_W: f64 = 1e7;
pub(super) const CURRENT_MAX_A: f64 = 1e5;
const TIME_MAX_S: f64 = 3.2e9;

/// Range checks that report (field, value, what is allowed).
pub(super) struct Check<'a> {
    report: &'a mut dyn FnMut(&str, String, String),
}

impl<'a> Check<'a> {
    pub(super) fn new(report: &'a mut dyn FnMut(&str, String, String)) -> Check<'a> {
        Check { report }
    }

    /// NaN is within nothing.
    pub(super) fn within(&mut self, field: &str, value: f64, min: f64, max: f64) {
        if !(value >= min && value <= max) {
            (self.report)(field, value.to_string(), format!("{min} to {max}"));
        }
    }

    pub(super) fn optional(&mut self, field: &str, value: Option<f64>, min: f64, max: f64) {
        if let Some(value) = value {
            self.within(field, value, min, max);
        }
    }

    pub(super) fn wire(&mut self, wire: &Wire<'_>) {
        if wire.name.trim().is_empty() {
            (self.report)("name", format!("{:?}", wire.name), "a name".into());
        }
        self.within("control_current_ma", wire.control_current_ma, 0.0, 10_000.0);
    }

    pub(super) fn window(&mut self, from_s: f64, until_s: Option<f64>) {
        self.within("from_s", from_s, 0.0, TIME_MAX_S);
        if let Some(until_s) = until_s {
            let valid = until_s > from_s && until_s <= TIME_MAX_S;
            if !valid {
                let allowed = format!("more than from_s = {from_s}, at most {TIME_MAX_S}");
                (self.report)("until_s", until_s.to_string(), allowed);
            }
        }
    }

    /// Shut-down below restart, both plausible for the system voltage.
    pub(super) fn low_voltage(&mut self, k: f64, shut_down: Option<f64>, restart: Option<f64>) {
        self.optional("low_shut_down_v", shut_down, 7.0 * k, 13.0 * k);
        let figures = &crate::catalogue::figures().inverter;
        let shut_down = shut_down.unwrap_or(figures.low_shut_down_v.value * k);
        let restart = restart.unwrap_or(figures.low_restart_v.value * k);
        self.within("low_restart_v", restart, shut_down + 0.1 * k, 14.0 * k);
    }

    pub(super) fn charge_voltages(&mut self, k: f64, absorption: Option<f64>, float: Option<f64>) {
        let figures = &crate::catalogue::figures().mains_charger;
        self.optional("absorption_v", absorption, 13.0 * k, 16.0 * k);
        let absorption = absorption.unwrap_or(figures.absorption_v.value * k);
        let float = float.unwrap_or(figures.float_v.value * k);
        self.within("float_v", float, 12.8 * k, absorption);
    }

    pub(super) fn inverter(&mut self, k: f64, d: &Inverter) {
        self.within("rated_w", d.rated_w, 1.0, POWER_MAX_W);
        self.optional("power_w", d.power_w, 0.0, POWER_MAX_W);
        self.window(d.from_s, d.until_s);
        self.optional("no_load_w", d.no_load_w, 0.0, 10_000.0);
        self.low_voltage(k, d.low_shut_down_v, d.low_restart_v);
        if d.load.is_some() == d.power_w.is_some() {
            let found = if d.load.is_some() { "both" } else { "neither" };
            (self.report)("load", found.into(), "exactly one of load and power_w".into());
        }
        self.optional("input_current_limit_a", d.input_current_limit_a, 0.1, CURRENT_MAX_A);
        self.optional("inrush_capacitance_f", d.inrush_capacitance_f, 1e-6, 10.0);
        self.optional("inrush_resistance_ohm", d.inrush_resistance_ohm, 1e-3, 100.0);
        if d.inrush_capacitance_f.is_some() != d.inrush_resistance_ohm.is_some() {
            let missing =
                if d.inrush_resistance_ohm.is_none() { "inrush_resistance_ohm" } else { "inrush_capacitance_f" };
            (self.report)(missing, "absent".into(), "both figures of the inrush, or neither".into());
        }
        let Some(curve) = &d.efficiency else { return };
        if curve.is_empty() {
            (self.report)("efficiency", "no point".into(), "at least one point".into());
        }
        for (i, point) in curve.iter().enumerate() {
            self.within(&format!("efficiency[{i}].load_share"), point.load_share, 0.0, 10.0);
            self.within(&format!("efficiency[{i}].efficiency"), point.efficiency, 0.01, 1.0);
        }
        if curve.windows(2).any(|pair| pair[1].load_share <= pair[0].load_share) {
            (self.report)("efficiency", "points out of order".into(), "ascending load_share".into());
        }
    }

    pub(super) fn appliances(&mut self, k: f64, d: &ApplianceLoad) {
        self.within("scale", d.scale, 0.0, 1e6);
        self.low_voltage(k, d.low_shut_down_v, d.low_restart_v);
        let Some(steps) = &d.drawn_s_w else { return };
        for (i, (_, watts)) in steps.iter().enumerate() {
            self.within(&format!("drawn_s_w[{i}]"), *watts, 0.0, POWER_MAX_W);
        }
        let ascending = steps.windows(2).all(|pair| pair[0].0 < pair[1].0);
        if steps.first().is_none_or(|step| step.0 != 0) || !ascending {
            let allowed = "times in s, the first 0, each later than the one before";
            (self.report)("drawn_s_w", "other times".into(), allowed.into());
        }
    }

    pub(super) fn dc_dc(&mut self, k: f64, d: &DcDcConverter) {
        self.optional("power_w", d.power_w, 0.0, POWER_MAX_W);
        if d.load.is_some() == d.power_w.is_some() {
            let found = if d.load.is_some() { "both" } else { "neither" };
            (self.report)("load", found.into(), "exactly one of load and power_w".into());
        }
        let figures = &crate::catalogue::figures().dc_dc_converter;
        self.optional("efficiency", d.efficiency, 0.1, 1.0);
        self.optional("input_min_v", d.input_min_v, 7.0 * k, 13.0 * k);
        let input_min = d.input_min_v.unwrap_or(figures.input_min_v.value * k);
        let restart = d.input_restart_v.unwrap_or(figures.input_restart_v.value * k);
        self.within("input_restart_v", restart, input_min + 0.1 * k, 14.0 * k);
        self.optional("input_current_limit_a", d.input_current_limit_a, 0.1, CURRENT_MAX_A);
    }

    pub(super) fn alternator(&mut self, k: f64, d: &Alternator) {
        self.within("rated_a", d.rated_a, 1.0, CURRENT_MAX_A);
        self.optional("regulated_v", d.regulated_v, 13.0 * k, 15.5 * k);
        self.optional("derating", d.derating, 0.0, 0.9);
        self.optional("cable_resistance_ohm", d.cable_resistance_ohm, 1e-4, 1.0);
        let Some(curve) = &d.curve else { return };
        if curve.is_empty() {
            (self.report)("curve", "no point".into(), "at least one point".into());
        }
        for (i, point) in curve.iter().enumerate() {
            self.within(&format!("curve[{i}].speed_m_per_s"), point.speed_m_per_s, 0.0, 200.0);
            self.within(&format!("curve[{i}].current_share"), point.current_share, 0.01, 2.0);
        }
        if curve.windows(2).any(|pair| pair[1].speed_m_per_s <= pair[0].speed_m_per_s) {
            (self.report)("curve", "points out of order".into(), "ascending speed_m_per_s".into());
        }
    }
}
