//! Settings of the firmware as a scenario holds them, and the way into the core.

use ngbank_core::settings::{BankLayout, Settings, Violation};
use serde::{Deserialize, Serialize};

/// Names every setting once for the three forms in which a scenario has them.
macro_rules! settings {
    ($($field:ident),* $(,)?) => {
        /// Settings of the firmware. Names, units, defaults and ranges are those of [`ngbank_core::settings`].
        #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(deny_unknown_fields)]
        #[allow(missing_docs)]
        pub struct SettingsSpec {
            $(pub $field: i32,)*
            /// The bank as it is configured in the BMS.
            pub bank: BankLayoutSpec,
        }

        /// `[settings]` of a file: what differs from the defaults.
        #[derive(Clone, Debug, Default, Deserialize)]
        #[serde(deny_unknown_fields, default)]
        pub(super) struct SettingsTable {
            $($field: Option<i64>,)*
        }

        impl SettingsTable {
            /// What the file gives, by name.
            pub(super) fn given(&self) -> impl Iterator<Item = (&'static str, i64)> {
                [$((stringify!($field), self.$field)),*].into_iter().filter_map(|(name, value)| Some((name, value?)))
            }

            /// These settings; a value beyond 32 bits becomes the nearest that has them.
            pub(super) fn apply(&self, settings: &mut Settings) {
                $(if let Some(value) = self.$field {
                    let nearest = value.clamp(i64::from(i32::MIN), i64::from(i32::MAX));
                    settings.$field = i32::try_from(nearest).unwrap_or(settings.$field);
                })*
            }
        }

        impl From<&Settings> for SettingsSpec {
            fn from(settings: &Settings) -> Self {
                Self { $($field: settings.$field,)* bank: BankLayoutSpec::from(&settings.bank) }
            }
        }

        impl SettingsSpec {
            /// The settings as the firmware takes them.
            ///
            /// # Errors
            /// With every violation; only if somebody edited a resolved scenario.
            pub fn to_core(&self) -> Result<Settings, String> {
                let settings = Settings { $($field: self.$field,)* ..Settings::new(self.bank.to_core()) };
                let mut violations = Vec::new();
                settings.check(&mut |violation| violations.push(describe(&violation)));
                if violations.is_empty() { Ok(settings) } else { Err(violations.join("; ")) }
            }
        }
    };
}

settings! {
    pre_alarm_mv,
    pre_alarm_clear_mv,
    under_voltage_mv,
    under_voltage_hold_ms,
    under_voltage_clear_mv,
    under_voltage_clear_hold_ms,
    over_voltage_mv,
    over_voltage_hold_ms,
    over_voltage_clear_mv,
    charge_min_dc,
    charge_max_dc,
    discharge_min_dc,
    discharge_max_dc,
    temperature_hysteresis_dc,
    discharge_floor_pm,
    floor_warning_margin_pm,
    floor_clear_pm,
    silence_timeout_ms,
    remote_debounce_ms,
    pre_alarm_after_cutoff_s,
}

/// The bank as it is configured in the BMS, see [`BankLayout`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct BankLayoutSpec {
    pub model: u8,
    pub cells: u8,
    pub series: u8,
    pub parallel: u8,
    pub system_voltage_v: u8,
    pub capacity_mah: u32,
    pub continuous_charge_ma: i32,
    pub continuous_discharge_ma: i32,
    pub pulse_charge_ma: i32,
    pub pulse_discharge_ma: i32,
}

impl BankLayoutSpec {
    fn to_core(&self) -> BankLayout {
        BankLayout {
            model: self.model,
            cells: self.cells,
            series: self.series,
            parallel: self.parallel,
            system_voltage_v: self.system_voltage_v,
            capacity_mah: self.capacity_mah,
            continuous_charge_ma: self.continuous_charge_ma,
            continuous_discharge_ma: self.continuous_discharge_ma,
            pulse_charge_ma: self.pulse_charge_ma,
            pulse_discharge_ma: self.pulse_discharge_ma,
        }
    }
}

impl From<&BankLayout> for BankLayoutSpec {
    fn from(bank: &BankLayout) -> Self {
        Self {
            model: bank.model,
            cells: bank.cells,
            series: bank.series,
            parallel: bank.parallel,
            system_voltage_v: bank.system_voltage_v,
            capacity_mah: bank.capacity_mah,
            continuous_charge_ma: bank.continuous_charge_ma,
            continuous_discharge_ma: bank.continuous_discharge_ma,
            pulse_charge_ma: bank.pulse_charge_ma,
            pulse_discharge_ma: bank.pulse_discharge_ma,
        }
    }
}

fn describe(violation: &Violation) -> String {
    match violation {
        Violation::OutOfRange { range, value } => {
            format!("{} = {value}: allowed is {} to {} ({})", range.field, range.min, range.max, range.rule)
        }
        Violation::Joint { allowed, left, right, .. } => format!("{allowed}: {left} > {right}"),
        _ => "the bank breaks BANK-1, BANK-2 or BANK-3".to_owned(),
    }
}
