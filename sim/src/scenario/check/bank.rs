//! Is it a bank that the BMS may have? Rules BANK-1, BANK-2, BANK-3, BANK-6, and sane numbers.

use ngbank_models::catalogue::{self, BatteryModel};
use ngbank_models::network::Layout;

use super::super::document::Document;
use super::super::file::{BankTable, FuseTable};

/// Shape of a bank that passed.
#[derive(Clone, Copy, Debug)]
pub(in super::super) struct Shape {
    /// The model of all batteries.
    pub model: &'static BatteryModel,
    /// Batteries in series.
    pub series: u32,
    /// Strings in parallel.
    pub parallel: u32,
}

impl Shape {
    /// Batteries in the bank.
    pub(in super::super) fn batteries(&self) -> u32 {
        self.series * self.parallel
    }

    /// Rated energy of the bank, kWh.
    pub(in super::super) fn energy_kwh(&self) -> f64 {
        self.model.energy_wh * f64::from(self.batteries()) / 1000.0
    }
}

/// Checks `[bank]`; the shape, if there is one.
pub(in super::super) fn check(doc: &mut Document<'_>, bank: &BankTable) -> Option<Shape> {
    numbers(doc, bank);
    ambient(doc, bank);
    let model = catalogue::find(&bank.model);
    if model.is_none() {
        let names: Vec<&str> = catalogue::builtin().models().iter().map(|model| model.name.as_str()).collect();
        doc.error("bank.model", format!("a model of the catalogue: {}", names.join(", ")), "BANK-1");
    }
    let voltage_known = [12, 24, 48].contains(&bank.system_voltage_v);
    if !voltage_known {
        doc.error("bank.system_voltage_v", "12, 24 or 48", "BANK-3");
    }
    let model = model?;
    let series = series(doc, bank, model, voltage_known);
    let parallel = parallel(doc, bank, model, series);
    let shape = Shape { model, series: series?, parallel: parallel? };
    places(doc, bank, &shape);
    Some(shape)
}

/// Batteries in series in one string (BANK-3).
fn series(doc: &mut Document<'_>, bank: &BankTable, model: &BatteryModel, voltage_known: bool) -> Option<u32> {
    // 4, 8 or 16 cells make 12, 24 or 48 V.
    let one_v = u32::from(model.cells) * 3;
    let most = 48 / one_v;
    let needed =
        (bank.system_voltage_v.is_multiple_of(one_v) && voltage_known).then_some(bank.system_voltage_v / one_v);
    match (bank.series, needed) {
        (Some(series), _) if series == 0 || series > most => {
            doc.error("bank.series", format!("1 to {most} batteries of {} V in series", model.nominal_v()), "BANK-3");
            None
        }
        (Some(series), Some(needed)) if series != needed => {
            let allowed = format!(
                "{needed} in series: {needed} × {} V make a {} V system",
                model.nominal_v(),
                bank.system_voltage_v
            );
            doc.error("bank.series", allowed, "BANK-3");
            None
        }
        (_, None) if voltage_known => {
            let allowed = format!("a multiple of {one_v} V for batteries of {} V", model.nominal_v());
            doc.error("bank.system_voltage_v", allowed, "BANK-3");
            None
        }
        (series, needed) => series.or(needed),
    }
}

/// Strings in parallel, and how many batteries that makes (BANK-2, BANK-3).
fn parallel(doc: &mut Document<'_>, bank: &BankTable, model: &BatteryModel, series: Option<u32>) -> Option<u32> {
    let most = u32::from(model.batteries_max());
    let allowed = format!("1 to {most} batteries of {} V", model.nominal_v());
    if let Some(count) = bank.count {
        if count == 0 || count > most {
            doc.error("bank.count", allowed, "BANK-2");
            return None;
        }
        let series = series?;
        if !count.is_multiple_of(series) {
            let whole = most / series * series;
            let allowed = format!(
                "count = series × parallel: a multiple of {series} at {} V, at most {whole} (BANK-4)",
                bank.system_voltage_v
            );
            doc.error("bank.count", allowed, "BANK-3");
            return None;
        }
        let parallel = count / series;
        if bank.parallel.is_some_and(|given| given != parallel) {
            doc.error("bank.parallel", format!("count / series = {count} / {series} = {parallel}"), "BANK-3");
            return None;
        }
        return Some(parallel);
    }
    let Some(parallel) = bank.parallel else {
        doc.error("bank.count", "required: count, or series and parallel", "BANK-3");
        return None;
    };
    let series = series?;
    let count = u64::from(series) * u64::from(parallel);
    if count == 0 || count > u64::from(most) {
        doc.error_of(
            "bank.parallel",
            format!("{parallel} ({series} × {parallel} = {count} batteries)"),
            allowed,
            "BANK-2",
        );
        return None;
    }
    Some(parallel)
}

fn numbers(doc: &mut Document<'_>, bank: &BankTable) {
    let wiring = &bank.wiring;
    for (field, value, low, high) in [
        ("soc", bank.soc, 0.0, 1.0),
        ("soc_spread", bank.soc_spread, 0.0, 0.2),
        ("string_soc_spread", bank.string_soc_spread, 0.0, 0.5),
        ("capacity_factor", bank.capacity_factor, 0.1, 1.2),
        ("capacity_spread", bank.capacity_spread, 0.0, 0.1),
        ("resistance_factor", bank.resistance_factor, 0.1, 10.0),
        ("resistance_spread", bank.resistance_spread, 0.0, 0.15),
        ("self_discharge_per_month", bank.self_discharge_per_month, 0.0, 1.0),
        ("self_discharge_spread", bank.self_discharge_spread, 0.0, 0.3),
        ("counter_error", bank.counter_error, 0.0, 0.5),
        ("temperature_c", bank.temperature_c.unwrap_or(25.0), -40.0, 70.0),
        ("ambient_offset_k", bank.ambient_offset_k, -60.0, 60.0),
        ("wiring.string_mohm", wiring.string_mohm, 0.0, 1000.0),
        ("wiring.link_mohm", wiring.link_mohm, 0.0, 1000.0),
        ("wiring.bus_segment_mohm", wiring.segment_mohm(), 0.0, 1000.0),
        ("wiring.negative_bar_part", wiring.negative_bar_part, 0.0, 1.0),
        ("wiring.terminal_mohm", wiring.terminal_mohm, 0.0, 1000.0),
    ] {
        super::within(doc, &format!("bank.{field}"), value, low, high);
    }
    if wiring.layout == Layout::EqualPaths && wiring.bus_segment_mohm.is_some_and(|mohm| mohm != 0.0) {
        doc.error("bank.wiring.bus_segment_mohm", "absent or 0: equal paths have no segments", "");
    }
    if let Some(fuse) = &wiring.fuse {
        self::fuse(doc, fuse);
    }
    let thermal = &bank.thermal;
    for (field, value, low, high) in [
        ("heat_capacity_j_per_k", thermal.heat_capacity_j_per_k, 100.0, 1e7),
        ("to_ambient_w_per_k", thermal.to_ambient_w_per_k, 0.0, 1000.0),
        ("to_neighbour_w_per_k", thermal.to_neighbour_w_per_k, 0.0, 1000.0),
        ("open_side_w_per_k", thermal.open_side_w_per_k, 0.0, 1000.0),
        ("per_row", thermal.per_row.map(f64::from), 1.0, 50.0),
    ] {
        if let Some(value) = value {
            super::within(doc, &format!("bank.thermal.{field}"), value, low, high);
        }
    }
}

/// The fuse in each string and its melting curve.
fn fuse(doc: &mut Document<'_>, fuse: &FuseTable) {
    super::within(doc, "bank.wiring.fuse.rated_a", fuse.rated_a, 1.0, 2000.0);
    super::within(doc, "bank.wiring.fuse.mohm", fuse.mohm, 0.0, 1000.0);
    let melting = "bank.wiring.fuse.melting";
    if fuse.melting.len() < 2 {
        doc.error(melting, "two points or more: [multiple of the rating, seconds]", "");
    }
    for (index, &(multiple, seconds)) in fuse.melting.iter().enumerate() {
        super::within(doc, &format!("{melting}[{index}][0]"), multiple, 1.0, 100.0);
        super::within(doc, &format!("{melting}[{index}][1]"), seconds, 1e-3, 1e6);
    }
    for (index, pair) in fuse.melting.windows(2).enumerate() {
        if pair[1].0 <= pair[0].0 {
            doc.error(&format!("{melting}[{}][0]", index + 1), "above the multiple of the point before", "");
        }
        if pair[1].1 >= pair[0].1 {
            doc.error(&format!("{melting}[{}][1]", index + 1), "below the seconds of the point before", "");
        }
    }
}

/// Air around the bank (BANK-6).
fn ambient(doc: &mut Document<'_>, bank: &BankTable) {
    if bank.ambient.is_some() && bank.ambient_c.is_some() {
        doc.error("bank.ambient_c", "either ambient_c or ambient, not both", "");
    }
    if bank.ambient.is_none() && doc.has("bank.ambient_offset_k") {
        doc.error("bank.ambient_offset_k", "only together with an ambient series", "");
    }
    let Some(celsius) = bank.ambient_c else {
        return;
    };
    super::within(doc, "bank.ambient_c", celsius, -40.0, 60.0);
    if (-40.0..=60.0).contains(&celsius) && !(-20.0..=50.0).contains(&celsius) {
        doc.warning_of("bank.ambient_c", celsius.to_string(), "-20 to 50: the BMS is not made for more", "BANK-6");
    }
}

/// Cells, batteries and strings that the file names must exist.
fn places(doc: &mut Document<'_>, bank: &BankTable, shape: &Shape) {
    for (index, cell) in bank.weak_cell.iter().enumerate() {
        let path = format!("bank.weak_cell[{index}]");
        super::place(doc, &format!("{path}.battery"), cell.battery, shape.batteries(), "battery");
        super::place(doc, &format!("{path}.cell"), cell.cell, u32::from(shape.model.cells), "cell");
        super::within(doc, &format!("{path}.capacity_factor"), cell.capacity_factor, 0.05, 2.0);
        super::within(doc, &format!("{path}.resistance_factor"), cell.resistance_factor, 0.05, 100.0);
        super::within(doc, &format!("{path}.self_discharge_factor"), cell.self_discharge_factor, 0.0, 1000.0);
        super::within(doc, &format!("{path}.soc"), cell.soc.unwrap_or(0.5), 0.0, 1.0);
        let before = &bank.weak_cell[..index];
        if before.iter().any(|other| (other.battery, other.cell) == (cell.battery, cell.cell)) {
            doc.error(&format!("{path}.cell"), "a cell that is not named before", "");
        }
    }
    for (index, battery) in bank.battery.iter().enumerate() {
        let path = format!("bank.battery[{index}]");
        super::place(doc, &format!("{path}.battery"), battery.battery, shape.batteries(), "battery");
        super::within(doc, &format!("{path}.capacity_factor"), battery.capacity_factor, 0.05, 2.0);
        super::within(doc, &format!("{path}.resistance_factor"), battery.resistance_factor, 0.05, 100.0);
        super::within(doc, &format!("{path}.self_discharge_factor"), battery.self_discharge_factor, 0.0, 1000.0);
        super::within(doc, &format!("{path}.soc"), battery.soc.unwrap_or(0.5), 0.0, 1.0);
        if bank.battery[..index].iter().any(|other| other.battery == battery.battery) {
            doc.error(&format!("{path}.battery"), "a battery that is not named before", "");
        }
    }
    for (index, string) in bank.string.iter().enumerate() {
        let path = format!("bank.string[{index}]");
        super::place(doc, &format!("{path}.string"), string.string, shape.parallel, "string");
        super::within(doc, &format!("{path}.soc"), string.soc.unwrap_or(0.5), 0.0, 1.0);
        super::within(doc, &format!("{path}.extra_mohm"), string.extra_mohm, 0.0, 1000.0);
    }
}
