//! Settings within their ranges, words that exist, and the constraints that must hold between them.

use ngbank_core::settings::{BankLayout, CHOICES, RANGES, Range, Settings, Violation};
use ngbank_models::catalogue::BatteryModel;

use super::super::document::Document;
use super::super::file::{FaultEntry, FaultTable};
use super::super::settings::{SettingsSpec, SettingsTable, allowed};
use super::super::settings_changes::settings_changes;
use super::Shape;

/// One thing that is wrong with a set.
struct Finding {
    field: String,
    /// Computed; as it is written in the file, if absent.
    value: Option<String>,
    allowed: String,
    rule: String,
}

impl Finding {
    fn tell(self, doc: &mut Document<'_>) {
        match self.value {
            None => doc.error(&self.field, self.allowed, &self.rule),
            Some(value) => doc.error_of(&self.field, value, self.allowed, &self.rule),
        }
    }
}

/// Checks `[settings]`. Without a shape the bank's layout stays empty; the scenario is then refused anyway.
pub(in super::super) fn check(doc: &mut Document<'_>, table: &SettingsTable, shape: Option<&Shape>) -> SettingsSpec {
    let mut settings = Settings::new(shape.map_or(BankLayout::NONE, layout));
    table.apply(&mut settings);
    check_words(doc, table, "settings");
    for finding in findings(doc, table, &settings, "settings") {
        finding.tell(doc);
    }
    warn_of_cold_charging(doc, &settings, "settings");
    SettingsSpec::from(&settings)
}

/// Checks every `settings-change`: a set that the BMS takes, or, where the file says so, one that it refuses (UPD-1).
pub(in super::super) fn check_changes(doc: &mut Document<'_>, start: &Settings, faults: &[FaultEntry]) {
    for change in settings_changes(start, faults) {
        let entry = faults.iter().find(|entry| entry.place == change.place).map(|entry| &entry.fault);
        let Some(FaultTable::SettingsChange { settings, .. }) = entry else { continue };
        let path = format!("fault[{}].settings", change.place);
        check_words(doc, settings, &path);
        let findings = findings(doc, settings, &change.asked, &path);
        if change.refused && findings.is_empty() {
            let field = format!("fault[{}].refused", change.place);
            doc.error(&field, "false: these settings break no rule, and the BMS takes them", "UPD-1");
        } else if !change.refused {
            findings.into_iter().for_each(|finding| finding.tell(doc));
            if settings.numbers().any(|(name, _)| name == "charge_min_dc") {
                warn_of_cold_charging(doc, &change.asked, &path);
            }
        }
    }
}

/// A word that a setting does not have cannot even be asked for.
fn check_words(doc: &mut Document<'_>, table: &SettingsTable, path: &str) {
    for (name, word) in table.words() {
        let Some(choice) = CHOICES.iter().find(|choice| choice.field == name) else { continue };
        if !choice.words.contains(&word) {
            let allowed = choice.words.map(|word| format!("{word:?}")).join(" or ");
            doc.error(&format!("{path}.{name}"), allowed, choice.rule);
        }
    }
}

/// Numbers that the table gives out of their ranges, and constraints that the whole set breaks.
fn findings(doc: &Document<'_>, table: &SettingsTable, settings: &Settings, path: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    for range in &RANGES {
        let given = table.numbers().find(|(name, _)| *name == range.field);
        let allows = |value: i64| i32::try_from(value).is_ok_and(|value| range.allows(value));
        if given.is_some_and(|(_, value)| !allows(value)) {
            findings.push(Finding {
                field: format!("{path}.{}", range.field),
                value: None,
                allowed: allowed(range),
                rule: range.rule.to_owned(),
            });
        }
    }
    settings.check(&mut |violation| {
        if let Violation::Joint { fields, allowed, .. } = violation {
            findings.push(joint(doc, settings, fields, allowed, path));
        }
    });
    findings
}

/// A constraint that joins several settings is reported once, at the first of them that the file gives there.
fn joint(doc: &Document<'_>, settings: &Settings, fields: &[&str], allowed: &str, path: &str) -> Finding {
    let given = fields.iter().map(|name| format!("{path}.{name}")).find(|field| doc.has(field));
    let named = |name: &&str| RANGES.iter().zip(settings.values()).find(|(range, _)| range.field == *name);
    let members: Vec<(&Range, i32)> = fields.iter().filter_map(named).collect();
    let values: Vec<String> = members.iter().map(|(range, value)| format!("{} {value}", range.field)).collect();
    let mut rules: Vec<&str> = members.iter().map(|(range, _)| range.rule).collect();
    rules.dedup();
    Finding {
        field: given.unwrap_or_else(|| path.to_owned()),
        value: Some(values.join(", ")),
        allowed: allowed.to_owned(),
        rule: rules.join(", "),
    }
}

fn warn_of_cold_charging(doc: &mut Document<'_>, settings: &Settings, path: &str) {
    if settings.charges_in_the_cold() && settings.charge_min_dc >= -200 {
        let value = settings.charge_min_dc.to_string();
        let allowed = "50 or more: cells are not made to be charged below 5 °C";
        doc.warning_of(&format!("{path}.charge_min_dc"), value, allowed, "TEMP-1");
    }
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
