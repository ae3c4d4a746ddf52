//! Settings within their ranges, and the constraints that must hold between them.

use ngbank_core::settings::{BankLayout, RANGES, Range, Settings, Violation};
use ngbank_models::catalogue::BatteryModel;

use super::super::document::Document;
use super::super::settings::{SettingsSpec, SettingsTable};
use super::Shape;

/// Checks `[settings]`. Without a shape the bank's layout stays empty; the scenario is then refused anyway.
pub(in super::super) fn check(doc: &mut Document<'_>, table: &SettingsTable, shape: Option<&Shape>) -> SettingsSpec {
    let mut settings = Settings::new(shape.map_or(BankLayout::NONE, layout));
    table.apply(&mut settings);
    for range in &RANGES {
        let given = table.given().find(|(name, _)| *name == range.field);
        if given.is_some_and(|(_, value)| !(i64::from(range.min)..=i64::from(range.max)).contains(&value)) {
            let allowed = format!("{} to {}", range.min, range.max);
            doc.error(&format!("settings.{}", range.field), allowed, range.rule);
        }
    }
    settings.check(&mut |violation| {
        if let Violation::Joint { fields, allowed, .. } = violation {
            joint(doc, &settings, fields, allowed);
        }
    });
    if settings.charges_in_the_cold() && settings.charge_min_dc >= -200 {
        let value = settings.charge_min_dc.to_string();
        doc.warning_of(
            "settings.charge_min_dc",
            value,
            "50 or more: cells are not made to be charged below 5 °C",
            "TEMP-1",
        );
    }
    SettingsSpec::from(&settings)
}

/// A constraint that joins several settings is reported once, at the first of them that the file gives.
fn joint(doc: &mut Document<'_>, settings: &Settings, fields: &[&str], allowed: &str) {
    let mut field = "settings".to_owned();
    if let Some(given) = fields.iter().map(|name| format!("settings.{name}")).find(|path| doc.has(path)) {
        field = given;
    }
    let named = |name: &&str| RANGES.iter().zip(settings.values()).find(|(range, _)| range.field == *name);
    let members: Vec<(&Range, i32)> = fields.iter().filter_map(named).collect();
    let values: Vec<String> = members.iter().map(|(range, value)| format!("{} {value}", range.field)).collect();
    let mut rules: Vec<&str> = members.iter().map(|(range, _)| range.rule).collect();
    rules.dedup();
    doc.error_of(&field, values.join(", "), allowed, &rules.join(", "));
}

/// The bank as it is configured in the BMS.
fn layout(shape: &Shape) -> BankLayout {
    let BatteryModel { charge_a, discharge_a, pulse_charge_a, pulse_discharge_a, .. } = *shape.model;
    BankLayout {
        model: shape.model.code,
        cells: shape.model.cells,
        // A checked shape has at most 50 of either.
        series: u8::try_from(shape.series).unwrap_or(u8::MAX),
        parallel: u8::try_from(shape.parallel).unwrap_or(u8::MAX),
        system_voltage_v: u8::try_from(u32::from(shape.model.cells) * 3 * shape.series).unwrap_or(u8::MAX),
        capacity_mah: thousandths(shape.model.capacity_ah).unsigned_abs(),
        continuous_charge_ma: thousandths(charge_a),
        continuous_discharge_ma: thousandths(discharge_a),
        pulse_charge_ma: thousandths(pulse_charge_a),
        pulse_discharge_ma: thousandths(pulse_discharge_a),
    }
}

/// A catalogue figure, at most 20 000, in thousandths.
fn thousandths(value: f64) -> i32 {
    (value * 1000.0).round() as i32
}
