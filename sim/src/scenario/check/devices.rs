//! Switches, loads and chargers: their figures and the series that they name.

use std::collections::BTreeMap;

use ngbank_models::devices::{self, BuildProblem, DeviceSpec, SwitchSpec};
use ngbank_models::profile::{Library, Quantity, SeriesSpec};
use serde::Deserialize;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::super::FileSource;
use super::super::document::Document;
use super::super::shelf::Shelf;
use super::super::tables::UserTable;
use super::{Shape, csv, outputs};

/// Everything that hangs on the bank, as the file plans it.
#[derive(Clone, Debug, Default)]
pub(in super::super) struct Plan {
    /// Switchgear.
    pub switches: Vec<SwitchSpec>,
    /// Loads and chargers.
    pub devices: Vec<PlannedDevice>,
    /// Tables that were read from the user's files.
    pub tables: BTreeMap<String, UserTable>,
    /// These and the built-in ones.
    pub library: Library,
}

/// A device before the seed decides on its day.
#[derive(Clone, Debug)]
pub(in super::super) struct PlannedDevice {
    /// The device.
    pub spec: DeviceSpec,
    /// Its energy per day is to become this many kWh.
    pub energy_kwh_per_day: Option<f64>,
    /// Its series whose day the file gives; the others are drawn.
    pub days_given: Vec<&'static str>,
}

/// Keys of a `[[device]]` that scale it to the bank.
const SCALE_KEYS: [&str; 2] = ["energy_kwh_per_day", "fraction_of_bank_per_day"];

/// How a `[[device]]` is scaled: the energy of its load, or what its panels offer at 25 °C, over the run.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct ScaleTable {
    /// kWh per day.
    energy_kwh_per_day: Option<f64>,
    /// Part of the bank's rated energy per day.
    fraction_of_bank_per_day: Option<f64>,
}

/// Reads and checks `[[switch]]` and `[[device]]`. `ambient` is the series of the air, if there is one.
pub(in super::super) fn check<'t>(
    doc: &mut Document<'t>,
    shape: Option<&Shape>,
    system_voltage_v: u32,
    shelf: &'t Shelf,
    ambient: Option<&SeriesSpec>,
    files: &dyn FileSource,
) -> Plan {
    let mut plan = Plan::default();
    let (switch_paths, all_switches) = read_all(doc, "switch", |doc, mut table, path| {
        shelf.complete(doc, &mut table, path, system_voltage_v);
        doc.read(table, path)
    });
    plan.switches = all_switches.into_iter().flatten().collect();
    let (device_paths, all_devices) = read_all(doc, "device", |doc, mut table, path| {
        shelf.complete(doc, &mut table, path, system_voltage_v);
        read_device(doc, table, path, shape)
    });
    plan.devices = all_devices.into_iter().flatten().collect();

    if let Some(ambient) = ambient {
        let series = (ambient.series.as_str(), Quantity::Temperature);
        csv::load(doc, &mut plan, "bank.ambient", series, files);
        if !csv::is_file(&ambient.series) && !is_temperature(&plan.library, &ambient.series) {
            doc.error("bank.ambient", "a temperature series, such as ambient-tmy", "");
        }
    }
    let specs: Vec<DeviceSpec> = plan.devices.iter().map(|device| device.spec.clone()).collect();
    for (spec, path) in specs.iter().zip(&device_paths) {
        for (field, quantity, series) in spec.series() {
            let field = format!("{path}.{field}.series");
            csv::load(doc, &mut plan, &field, (&series.series, quantity), files);
        }
    }
    let complete = doc.tables("switch").len() == plan.switches.len();
    let voltage = [12u8, 24, 48].into_iter().find(|volts| u32::from(*volts) == system_voltage_v);
    for problem in devices::check(&plan.switches, &specs, voltage.unwrap_or(48), &plan.library) {
        // A switch that could not be read is missing for that reason only.
        let dangling = problem.field.ends_with(".behind") && !complete;
        // Limits of voltages mean nothing for a system voltage that is not one.
        let unjudged = voltage.is_none() && problem.field.ends_with("_v");
        // A file that could not be read has been reported already.
        let unread = csv::is_file(problem.value.trim_matches('"'));
        if !(dangling || unjudged || unread) {
            report(doc, problem, &switch_paths, &device_paths);
        }
    }
    outputs::check(doc, (&plan.switches, &switch_paths), (&specs, &device_paths));
    plan
}

/// Reads every `[[key]]`; the paths are those of the tables that could be read.
fn read_all<'t, T>(
    doc: &mut Document<'t>,
    key: &str,
    mut read: impl FnMut(&mut Document<'t>, Spanned<DeTable<'t>>, &str) -> Option<T>,
) -> (Vec<String>, Vec<Option<T>>) {
    let mut paths = Vec::new();
    let mut values = Vec::new();
    for (index, table) in doc.tables(key).into_iter().enumerate() {
        let path = format!("{key}[{index}]");
        let value = read(doc, table, &path);
        if value.is_some() {
            paths.push(path);
        }
        values.push(value);
    }
    (paths, values)
}

fn read_device<'t>(
    doc: &mut Document<'t>,
    mut table: Spanned<DeTable<'t>>,
    path: &str,
    shape: Option<&Shape>,
) -> Option<PlannedDevice> {
    let scale = doc.split(&mut table, &SCALE_KEYS);
    let scaled = !scale.get_ref().is_empty();
    let scale: ScaleTable = doc.read(scale, path)?;
    let one = DeValue::parse("1.0").ok()?;
    if scaled {
        check_scale(doc, path, scale);
        let kind = table.get_ref().get("kind").and_then(|kind| kind.get_ref().as_str());
        if kind == Some("solar-charger") && !table.get_ref().contains_key("peak_power_w") {
            // Required by the device; the seed replaces it.
            table.get_mut().insert(Spanned::new(0..0, "peak_power_w".into()), one);
        }
    }
    let spec: DeviceSpec = doc.read(table, path)?;
    let scalable = matches!(spec, DeviceSpec::ApplianceLoad(_))
        || spec.series().iter().any(|(field, ..)| *field != "air_temperature");
    if scaled && !scalable {
        for key in SCALE_KEYS.iter().map(|key| format!("{path}.{key}")) {
            if doc.has(&key) {
                doc.error(&key, "only for a device with a load or irradiance series, or an appliance-load", "");
            }
        }
    }
    let fields = spec.series().into_iter().map(|(field, ..)| field);
    let days_given = fields.filter(|field| doc.has(&format!("{path}.{field}.start_day"))).collect();
    let bank_kwh = shape.map_or(0.0, Shape::energy_kwh);
    let of_bank = scale.fraction_of_bank_per_day.map(|part| part * bank_kwh);
    Some(PlannedDevice { spec, energy_kwh_per_day: scale.energy_kwh_per_day.or(of_bank), days_given })
}

fn check_scale(doc: &mut Document<'_>, path: &str, scale: ScaleTable) {
    let energy = scale.energy_kwh_per_day.unwrap_or(1.0);
    super::within(doc, &format!("{path}.energy_kwh_per_day"), energy, 0.0, 1e6);
    let fraction = scale.fraction_of_bank_per_day.unwrap_or(1.0);
    super::within(doc, &format!("{path}.fraction_of_bank_per_day"), fraction, 0.0, 1e3);
    if scale.energy_kwh_per_day.is_some() && scale.fraction_of_bank_per_day.is_some() {
        let field = format!("{path}.fraction_of_bank_per_day");
        doc.error(&field, "either this or energy_kwh_per_day", "");
    }
    for fixed in ["peak_power_w", "load.scale", "irradiance.scale", "scale"] {
        let field = format!("{path}.{fixed}");
        if doc.has(&field) {
            doc.error(&field, "absent, because the energy per day decides", "");
        }
    }
}

/// Reports a problem of the models, which count only the tables that could be read, at its place in the file.
fn report(doc: &mut Document<'_>, problem: BuildProblem, switches: &[String], devices: &[String]) {
    let mut field = problem.field.clone();
    for (models, paths) in [("switches[", switches), ("devices[", devices)] {
        if let Some((index, rest)) = problem.field.strip_prefix(models).and_then(|rest| rest.split_once(']'))
            && let Some(path) = index.parse::<usize>().ok().and_then(|index| paths.get(index))
        {
            field = format!("{path}{rest}");
        }
    }
    if doc.has(&field) {
        doc.error(&field, problem.allowed, "");
    } else {
        doc.error_of(&field, problem.value, problem.allowed, "");
    }
}

fn is_temperature(library: &Library, series: &str) -> bool {
    library.table(series).is_some_and(|table| table.quantity() == Quantity::Temperature)
}
