//! Which numbers of a run are the manufacturer's and which are not.

use std::collections::BTreeSet;

use ngbank_sim::{
    result::RunResult,
    scenario::{Resolved, SettingsSpec},
};

use super::html::{Page, escape};

/// A number of the rules: rule, what it is, its value in given settings, and where it comes from.
type Row = (&'static str, &'static str, fn(&SettingsSpec) -> String, &'static str);

const STATED: &str = "stated by the data sheet";
const FAMILY: &str = "<b>assumed</b>: stated for another member of the family";
const OLDER: &str = "<b>assumed</b>: stated for an older generation";
const OURS: &str = "<b>assumed</b>: no source was found";

const ROWS: &[Row] = &[
    ("PRE-1", "pre-alarm threshold", |s| mv(s.pre_alarm_mv), OLDER),
    ("PRE-2", "both pins High before a UV cut", |_| "30 s".into(), STATED),
    ("PRE-3", "pre-alarm clears above its threshold by", |s| mv(s.pre_alarm_clear_mv), OURS),
    ("PRE-4", "the 30 s are counted", |s| s.countdown.word().into(), OURS),
    ("PRE-5", "pattern of PRE-ALARM", |s| s.pre_alarm_pattern.word().into(), OLDER),
    ("PRE-6", "PRE-ALARM floats after a cut", |s| after_cut(s.pre_alarm_after_cutoff_s), OURS),
    ("UV-1", "under-voltage threshold", |s| mv(s.under_voltage_mv), OLDER),
    ("UV-1", "under-voltage hold", |s| ms(s.under_voltage_hold_ms), OURS),
    ("UV-2", "under-voltage clears at", |s| mv(s.under_voltage_clear_mv), OLDER),
    ("UV-2", "under-voltage clear hold", |s| ms(s.under_voltage_clear_hold_ms), OURS),
    ("UV-4", "CHARGER in the low-cell state", |s| s.charger_in_low_cell_state.word().into(), OLDER),
    ("OV-1", "over-voltage threshold", |s| mv(s.over_voltage_mv), OLDER),
    ("OV-1", "over-voltage hold", |s| ms(s.over_voltage_hold_ms), OURS),
    ("OV-2", "over-voltage clears below", |s| mv(s.over_voltage_clear_mv), OLDER),
    ("TEMP-1", "too cold to charge below", |s| dc(s.charge_min_dc), FAMILY),
    ("TEMP-2", "too hot to charge above", |s| dc(s.charge_max_dc), FAMILY),
    ("TEMP-3", "too cold to discharge below", |s| dc(s.discharge_min_dc), FAMILY),
    ("TEMP-3", "too hot to discharge above", |s| dc(s.discharge_max_dc), FAMILY),
    ("TEMP-4", "temperature hysteresis", |s| format!("{:.1} K", f64::from(s.temperature_hysteresis_dc) / 10.0), OURS),
    ("OC-1", "continuous and pulse ratings", |_| "catalogue".into(), FAMILY),
    ("OC-2, OC-3", "over-current times and retries", |_| "see rules".into(), OURS),
    ("OC-4", "what an over-current does", |s| s.over_current_action.word().into(), OURS),
    ("SOC-2", "discharge floor", |s| pm(s.discharge_floor_pm), OURS),
    ("SOC-2", "warning margin above the floor", |s| pm(s.floor_warning_margin_pm), OURS),
    ("SOC-4", "floor clears above it by", |s| pm(s.floor_clear_pm), OURS),
    ("COM-1", "cycle of the chain, slot of a battery", |_| "500 ms, 10 ms".into(), OURS),
    ("COM-2", "silence timeout", |s| ms(s.silence_timeout_ms), OURS),
    ("COM-5", "frames until trusted again", |_| "20".into(), OURS),
    ("SUP-1", "supply range", |_| "8 V to 70 V".into(), STATED),
    ("SUP-2", "own draw, low-cell state or remote off", |_| "3 mA, 1.2 mA".into(), STATED),
    ("REM-3", "remote debounce", |s| ms(s.remote_debounce_ms), OURS),
    ("DIAG-1", "current that ignores its output", |_| "700 mA + 50 mA per string, 30 s".into(), OLDER),
    ("plant", "measurement offsets, gains and noise", |_| "drawn per battery".into(), OURS),
    ("plant", "balancer", |_| "as modelled".into(), OLDER),
    ("plant", "cell resistance and hysteresis", |_| "fitted to published cells, scaled".into(), OURS),
];

/// The table of numbers; values are those of the scenarios played, several if they differ.
pub(super) fn section(page: &mut Page, replays: &[(Resolved, RunResult)]) {
    page.heading("Which numbers are assumed");
    let rows: Vec<_> = ROWS
        .iter()
        .map(|(rule, what, value, source)| {
            let values: BTreeSet<_> = replays.iter().map(|(resolved, _)| value(&resolved.settings)).collect();
            let values: Vec<_> = values.into_iter().collect();
            vec![escape(rule), escape(what), escape(&values.join(" / ")), (*source).to_owned()]
        })
        .collect();
    page.table(&["Rule", "What", "Value in these scenarios", "Where it comes from"], &rows);
}

fn mv(value: i32) -> String {
    format!("{value} mV")
}

fn ms(value: i32) -> String {
    format!("{value} ms")
}

fn after_cut(seconds: i32) -> String {
    if seconds == 0 { "never".to_owned() } else { format!("after {seconds} s") }
}

fn dc(value: i32) -> String {
    format!("{:.1} °C", f64::from(value) / 10.0)
}

fn pm(value: i32) -> String {
    format!("{:.1} %", f64::from(value) / 10.0)
}
