//! What the outputs have to feed (BANK-5).

use ngbank_models::devices::{ControlCurrents, DeviceSpec, Output, SwitchSpec, Wire, control_currents};

use super::super::document::Document;

/// Largest control currents, mA (BANK-5).
const LOAD_MA_MAX: f64 = 1000.0;
const CHARGER_MA_MAX: f64 = 500.0;
const PRE_ALARM_MA_MAX: f64 = 1000.0;
const PRE_ALARM_MA_WARNING: f64 = 500.0;

/// Checks the sums and that CHARGER feeds no coil. `switch_paths` and `device_paths` are the tables of the file.
pub(super) fn check(
    doc: &mut Document<'_>,
    (switches, switch_paths): (&[SwitchSpec], &[String]),
    (devices, device_paths): (&[DeviceSpec], &[String]),
) {
    let wires: Vec<(Wire<'_>, &String)> = switches
        .iter()
        .map(SwitchSpec::wire)
        .zip(switch_paths)
        .chain(devices.iter().map(DeviceSpec::wire).zip(device_paths))
        .collect();
    // The wire that takes most is the line to look at.
    let largest = |output: Output| {
        let on_output = wires.iter().filter(|(wire, _)| wire.output == output);
        on_output
            .max_by(|(a, _), (b, _)| a.control_current_ma.total_cmp(&b.control_current_ma))
            .map_or_else(String::new, |(_, path)| format!("{path}.control_current_ma"))
    };
    let ControlCurrents { load_ma, charger_ma, pre_alarm_ma, inductive_on_charger } =
        control_currents(switches, devices);
    for (output, name, sum, most) in [
        (Output::Load, "LOAD", load_ma, LOAD_MA_MAX),
        (Output::Charger, "CHARGER", charger_ma, CHARGER_MA_MAX),
        (Output::PreAlarm, "PRE-ALARM", pre_alarm_ma, PRE_ALARM_MA_MAX),
    ] {
        let value = format!("{sum} mA on {name} together");
        if sum > most {
            let allowed = format!("at most {most} mA on {name} together");
            doc.error_of(&largest(output), value, allowed, "BANK-5");
        } else if output == Output::PreAlarm && sum > PRE_ALARM_MA_WARNING {
            let allowed = format!("better at most {PRE_ALARM_MA_WARNING} mA: text and table of the data sheet differ");
            doc.warning_of(&largest(output), value, allowed, "BANK-5");
        }
    }
    for (wire, path) in &wires {
        let inductive = inductive_on_charger.iter().any(|name| name == wire.name);
        if wire.output == Output::Charger && inductive {
            let value = format!("{:?} is inductive", wire.name);
            doc.error_of(&format!("{path}.wired_to"), value, "nothing inductive on CHARGER", "BANK-5");
        }
    }
}
