//! Settings of the firmware as a scenario holds them, and the way into the core.

use ngbank_core::settings::{
    BankLayout, CHOICES, Countdown, LowCellCharger, OverCurrentAction, PreAlarmPattern, RANGES, Range, Settings,
    Violation,
};
use serde::{Deserialize, Serialize};

/// Names every setting once for the three forms in which a scenario has them.
macro_rules! settings {
    (numbers { $($field:ident),* $(,)? } words { $($choice:ident: $kind:ident),* $(,)? }) => {
        /// Settings of the firmware. Names, units, defaults and ranges are those of [`ngbank_core::settings`].
        #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(deny_unknown_fields)]
        #[allow(missing_docs)]
        pub struct SettingsSpec {
            $(pub $field: i32,)*
            $(#[serde(with = "words")] pub $choice: $kind,)*
            /// The bank as it is configured in the BMS.
            pub bank: BankLayoutSpec,
        }

        /// `[settings]` of a file: what differs from the defaults, or from the settings before.
        #[derive(Clone, Debug, Default, Deserialize)]
        #[serde(deny_unknown_fields, default)]
        pub(super) struct SettingsTable {
            $($field: Option<i64>,)*
            $($choice: Option<String>,)*
        }

        impl SettingsTable {
            /// The numbers that the file gives, by name.
            pub(super) fn numbers(&self) -> impl Iterator<Item = (&'static str, i64)> {
                [$((stringify!($field), self.$field)),*].into_iter().filter_map(|(name, value)| Some((name, value?)))
            }

            /// The words that the file gives, by name.
            pub(super) fn words(&self) -> impl Iterator<Item = (&'static str, &str)> {
                let words = [$((stringify!($choice), self.$choice.as_deref())),*];
                words.into_iter().filter_map(|(name, word)| Some((name, word?)))
            }

            /// These settings; a value beyond 32 bits becomes the nearest that has them, an unknown word changes nothing.
            pub(super) fn apply(&self, settings: &mut Settings) {
                $(if let Some(value) = self.$field {
                    let nearest = value.clamp(i64::from(i32::MIN), i64::from(i32::MAX));
                    settings.$field = i32::try_from(nearest).unwrap_or(settings.$field);
                })*
                $(if let Some(choice) = self.$choice.as_deref().and_then($kind::of) {
                    settings.$choice = choice;
                })*
            }
        }

        impl From<&Settings> for SettingsSpec {
            fn from(settings: &Settings) -> Self {
                Self {
                    $($field: settings.$field,)*
                    $($choice: settings.$choice,)*
                    bank: BankLayoutSpec::from(&settings.bank),
                }
            }
        }

        impl SettingsSpec {
            /// The settings as the firmware is asked to take them, right or wrong.
            pub fn unchecked(&self) -> Settings {
                Settings { $($field: self.$field,)* $($choice: self.$choice,)* bank: self.bank.to_core() }
            }
        }

        $(impl words::Word for $kind {
            fn of_word(word: &str) -> Option<Self> {
                Self::of(word)
            }

            fn to_word(self) -> &'static str {
                self.word()
            }
        })*
    };
}

settings! {
    numbers {
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
    words {
        countdown: Countdown,
        pre_alarm_pattern: PreAlarmPattern,
        charger_in_low_cell_state: LowCellCharger,
        over_current_action: OverCurrentAction,
    }
}

impl SettingsSpec {
    /// The settings as the firmware takes them.
    ///
    /// # Errors
    /// With every violation; only if somebody edited a resolved scenario.
    pub fn to_core(&self) -> Result<Settings, String> {
        let settings = self.unchecked();
        let violations = violations(&settings);
        if violations.is_empty() { Ok(settings) } else { Err(violations.join("; ")) }
    }
}

/// A choice in a file is its word.
mod words {
    use serde::{Deserialize, Deserializer, Serializer, de};

    /// A setting with words.
    pub(super) trait Word: Copy {
        fn of_word(word: &str) -> Option<Self>;
        fn to_word(self) -> &'static str;
    }

    pub(super) fn serialize<T: Word, S: Serializer>(choice: &T, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(choice.to_word())
    }

    pub(super) fn deserialize<'de, T: Word, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
        let word = String::deserialize(deserializer)?;
        T::of_word(&word).ok_or_else(|| de::Error::custom(format!("{word:?} is no word of this setting")))
    }
}

/// What a number may be: `10 to 86400`, and its default where that lies outside.
pub(super) fn allowed(range: &Range) -> String {
    let Range { default, min, max, .. } = *range;
    if (min..=max).contains(&default) { format!("{min} to {max}") } else { format!("{default}, or {min} to {max}") }
}

/// Everything that is wrong with a set, one sentence each.
pub(crate) fn violations(settings: &Settings) -> Vec<String> {
    let mut violations = Vec::new();
    settings.check(&mut |violation| violations.push(describe(&violation)));
    violations
}

/// What a change of settings changes, by name: `countdown from-under-voltage, under_voltage_mv 2700`.
pub(crate) fn differences(from: &Settings, to: &Settings) -> String {
    let numbers = RANGES.iter().zip(from.values().into_iter().zip(to.values()));
    let numbers = numbers.filter(|(_, (from, to))| from != to).map(|(range, (_, to))| format!("{} {to}", range.field));
    let words = CHOICES.iter().zip(from.chosen().into_iter().zip(to.chosen()));
    let words = words
        .filter(|(_, (from, to))| from != to)
        .map(|(choice, (_, to))| format!("{} {}", choice.field, choice.words[usize::from(to)]));
    let all: Vec<String> = numbers.chain(words).collect();
    if all.is_empty() { "nothing".to_owned() } else { all.join(", ") }
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
            format!("{} = {value}: allowed is {} ({})", range.field, allowed(range), range.rule)
        }
        Violation::Joint { allowed, left, right, .. } => format!("{allowed} does not hold: {left} > {right}"),
        _ => "the bank breaks BANK-1, BANK-2 or BANK-3".to_owned(),
    }
}
