//! Settings with their ranges, and the constraints that must hold between them (UPD-1 refuses a set as a whole).

/// Declares the settings once. Numbers: field, id of the rule, default, least, greatest. Choices: field, type, id of
/// the rule, words; the first is the default.
macro_rules! settings {
    (
        numbers {
            $($(#[$doc:meta])* $field:ident: $rule:literal, $default:literal in $min:literal..=$max:literal;)*
        }
        choices {
            $($(#[$choice_doc:meta])* $choice:ident: $kind:ident, $choice_rule:literal, {
                $(#[$first_doc:meta])* $first:ident = $first_word:literal,
                $(#[$other_doc:meta])* $other:ident = $other_word:literal $(,)?
            };)*
        }
    ) => {
        /// Settings of the BMS. Names carry the unit: mV, ms, s, 0.1 °C (`_dc`), ‰ (`_pm`).
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub struct Settings {
            $($(#[$doc])* pub $field: i32,)*
            $($(#[$choice_doc])* pub $choice: $kind,)*
            /// The bank as it is configured.
            pub bank: BankLayout,
        }

        impl Settings {
            /// The defaults for this bank.
            pub const fn new(bank: BankLayout) -> Self {
                Self { $($field: $default,)* $($choice: $kind::$first,)* bank }
            }

            /// Before the first start; not valid.
            pub(crate) const ZERO: Self = Self { $($field: 0,)* $($choice: $kind::$first,)* bank: BankLayout::NONE };

            /// The settings of these numbers, in the order of [`RANGES`], of these choices as [`Settings::chosen`] gives
            /// them, and of this bank.
            pub const fn of(numbers: [i32; RANGES.len()], chosen: [u8; CHOICES.len()], bank: BankLayout) -> Self {
                let [$($field),*] = numbers;
                let [$($choice),*] = chosen;
                Self { $($field,)* $($choice: if $choice == 0 { $kind::$first } else { $kind::$other },)* bank }
            }

            /// The numbers, in the order of [`RANGES`].
            pub const fn values(&self) -> [i32; RANGES.len()] {
                [$(self.$field),*]
            }

            /// True if every number lies in its range. Looks at no name, so that none is linked.
            const fn in_range(&self) -> bool {
                true $(&& (self.$field == $default || (self.$field >= $min && self.$field <= $max)))*
            }

            /// The place of the word of each choice, in the order of [`CHOICES`].
            pub fn chosen(&self) -> [u8; CHOICES.len()] {
                [$(self.$choice as u8),*]
            }
        }

        /// Every setting that is a number: name, rule, default and range.
        pub static RANGES: [Range; [$($default),*].len()] = [
            $(Range { field: stringify!($field), rule: $rule, default: $default, min: $min, max: $max }),*
        ];

        /// Every setting that is a choice: name, rule and words.
        pub static CHOICES: [Choice; [$($first_word),*].len()] = [
            $(Choice { field: stringify!($choice), rule: $choice_rule, words: [$first_word, $other_word] }),*
        ];

        $(
            $(#[$choice_doc])*
            #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
            #[repr(u8)]
            pub enum $kind {
                $(#[$first_doc])*
                #[default]
                $first,
                $(#[$other_doc])*
                $other,
            }

            impl $kind {
                /// The choice of this word; `None` if there is no such.
                pub fn of(word: &str) -> Option<Self> {
                    match word {
                        $first_word => Some(Self::$first),
                        $other_word => Some(Self::$other),
                        _ => None,
                    }
                }

                /// Its word.
                pub const fn word(self) -> &'static str {
                    match self {
                        Self::$first => $first_word,
                        Self::$other => $other_word,
                    }
                }
            }
        )*
    };
}

settings! {
    numbers {
        /// PRE-1.
        pre_alarm_mv: "PRE-1", 3100 in 2850..=3150;
        /// PRE-3, above `pre_alarm_mv`.
        pre_alarm_clear_mv: "PRE-3", 50 in 0..=200;
        /// UV-1.
        under_voltage_mv: "UV-1", 2800 in 2600..=2800;
        /// UV-1.
        under_voltage_hold_ms: "UV-1", 1000 in 0..=10_000;
        /// UV-2.
        under_voltage_clear_mv: "UV-2", 3200 in 3000..=3300;
        /// UV-2.
        under_voltage_clear_hold_ms: "UV-2", 30_000 in 0..=600_000;
        /// OV-1.
        over_voltage_mv: "OV-1", 3750 in 3600..=3800;
        /// OV-1.
        over_voltage_hold_ms: "OV-1", 1000 in 0..=5000;
        /// OV-2.
        over_voltage_clear_mv: "OV-2", 3600 in 3450..=3650;
        /// TEMP-1; below 5.0 °C it loads with a warning.
        charge_min_dc: "TEMP-1", 50 in -200..=200;
        /// TEMP-2.
        charge_max_dc: "TEMP-2", 500 in 300..=550;
        /// TEMP-3.
        discharge_min_dc: "TEMP-3", -200 in -200..=0;
        /// TEMP-3.
        discharge_max_dc: "TEMP-3", 500 in 400..=600;
        /// TEMP-4.
        temperature_hysteresis_dc: "TEMP-4", 20 in 5..=50;
        /// SOC-2; 0 is no floor.
        discharge_floor_pm: "SOC-2", 100 in 0..=800;
        /// SOC-2, above the floor.
        floor_warning_margin_pm: "SOC-2", 50 in 0..=200;
        /// SOC-4.
        floor_clear_pm: "SOC-4", 50 in 10..=200;
        /// COM-2.
        silence_timeout_ms: "COM-2", 5000 in 1500..=30_000;
        /// REM-3.
        remote_debounce_ms: "REM-3", 200 in 0..=1000;
        /// PRE-6: PRE-ALARM floats so long after a cut; 0 is never.
        pre_alarm_after_cutoff_s: "PRE-6", 0 in 10..=86_400;
    }
    choices {
        /// PRE-4: what the 30 s before a UV cut are counted from.
        countdown: Countdown, "PRE-4", {
            /// Both pins High for 30 s (PRE-2).
            FromPreAlarm = "from-pre-alarm",
            /// The same, and the cell below UV for 30 s.
            FromUnderVoltage = "from-under-voltage",
        };
        /// PRE-5: what PRE-ALARM shows for High.
        pre_alarm_pattern: PreAlarmPattern, "PRE-5", {
            /// High.
            Continuous = "continuous",
            /// 0.8 s on, 0.8 s off.
            Intermittent = "intermittent",
        };
        /// UV-4: what CHARGER does in the low-cell state.
        charger_in_low_cell_state: LowCellCharger, "UV-4", {
            /// It stays High.
            On = "on",
            /// It floats after 5 min without charge current (OUT-16).
            OffAfter = "off-after",
        };
        /// OC-4: what an over-current does.
        over_current_action: OverCurrentAction, "OC-4", {
            /// The direction is cut (OC-2).
            Disconnect = "disconnect",
            /// A warning; LOAD and CHARGER are left alone.
            Warn = "warn",
        };
    }
}

/// A setting with two words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Choice {
    /// Name of the field.
    pub field: &'static str,
    /// The rule that it belongs to.
    pub rule: &'static str,
    /// The words; the first is the default.
    pub words: [&'static str; 2],
}

/// A setting that is a number. Its default is allowed even where it lies outside the range: it means "off".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Range {
    /// Name of the field.
    pub field: &'static str,
    /// The rule that it belongs to.
    pub rule: &'static str,
    /// Default.
    pub default: i32,
    /// Least value.
    pub min: i32,
    /// Greatest value.
    pub max: i32,
}

impl Range {
    /// True if the setting may have this value.
    pub const fn allows(&self, value: i32) -> bool {
        value == self.default || (self.min <= value && value <= self.max)
    }
}

/// The bank as it is configured (BANK-1 … BANK-3) with the ratings of its batteries. Currents are magnitudes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BankLayout {
    /// Model code of the catalogue.
    pub model: u8,
    /// Cells of a battery: 4, 8 or 16.
    pub cells: u8,
    /// Batteries in series.
    pub series: u8,
    /// Strings in parallel.
    pub parallel: u8,
    /// System voltage, V: 12, 24 or 48.
    pub system_voltage_v: u8,
    /// Rated capacity of a battery, mAh.
    pub capacity_mah: u32,
    /// Continuous charge current of a battery, mA.
    pub continuous_charge_ma: i32,
    /// Continuous discharge current of a battery, mA.
    pub continuous_discharge_ma: i32,
    /// 10 s pulse charge current of a battery, mA.
    pub pulse_charge_ma: i32,
    /// 10 s pulse discharge current of a battery, mA.
    pub pulse_discharge_ma: i32,
}

/// Most batteries of a bank (BANK-2).
pub const BATTERIES_MAX: usize = 50;
/// Most cells of a bank: 50 batteries of 8, or 25 of 16 (BANK-2).
pub const CELLS_TOTAL: usize = 400;

impl BankLayout {
    /// An empty layout; it is not valid.
    pub const NONE: Self = Self {
        model: 0,
        cells: 0,
        series: 0,
        parallel: 0,
        system_voltage_v: 0,
        capacity_mah: 0,
        continuous_charge_ma: 0,
        continuous_discharge_ma: 0,
        pulse_charge_ma: 0,
        pulse_discharge_ma: 0,
    };

    /// Batteries of the bank.
    pub const fn batteries(&self) -> usize {
        (self.series as usize).saturating_mul(self.parallel as usize)
    }

    /// True if BANK-1, BANK-2 and BANK-3 hold and every rating is positive.
    pub const fn is_valid(&self) -> bool {
        // Nominal cells of a string: 4 at 12 V, 8 at 24 V, 16 at 48 V.
        let cells = match self.system_voltage_v {
            12 => 4,
            24 => 8,
            48 => 16,
            _ => return false,
        };
        let most = if self.cells == 16 { 25 } else { BATTERIES_MAX };
        matches!(self.cells, 4 | 8 | 16)
            && (self.cells as usize).saturating_mul(self.series as usize) == cells
            && self.parallel > 0
            && self.batteries() <= most
            && self.capacity_mah > 0
            && self.continuous_charge_ma > 0
            && self.continuous_discharge_ma > 0
            && self.pulse_charge_ma >= self.continuous_charge_ma
            && self.pulse_discharge_ma >= self.continuous_discharge_ma
    }
}

/// What is wrong with a set of settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Violation {
    /// A setting is out of its range.
    OutOfRange {
        /// The setting.
        range: &'static Range,
        /// Its value.
        value: i32,
    },
    /// Two or more settings do not go together.
    Joint {
        /// The settings, as they are named.
        fields: &'static [&'static str],
        /// The constraint in words, with units.
        allowed: &'static str,
        /// The side that must not be greater, evaluated.
        left: i32,
        /// The side that must not be less, evaluated.
        right: i32,
    },
    /// The bank breaks BANK-1, BANK-2 or BANK-3, or a rating is not positive.
    Bank,
}

/// One cycle of the chain, ms (COM-1).
pub const CYCLE_MS: i32 = 500;

/// A constraint between settings.
struct Joint {
    fields: &'static [&'static str],
    allowed: &'static str,
}

/// What must hold together, in the order of [`Settings::joint_sides`].
static JOINTS: [Joint; 6] = [
    Joint {
        fields: &["over_voltage_clear_mv", "over_voltage_mv"],
        allowed: "over_voltage_clear_mv ≤ over_voltage_mv − 50",
    },
    Joint {
        fields: &["pre_alarm_mv", "pre_alarm_clear_mv", "under_voltage_clear_mv"],
        allowed: "pre_alarm_mv + pre_alarm_clear_mv ≤ under_voltage_clear_mv",
    },
    Joint {
        fields: &["charge_min_dc", "charge_max_dc", "temperature_hysteresis_dc"],
        allowed: "charge_min_dc + temperature_hysteresis_dc + 50 ≤ charge_max_dc − temperature_hysteresis_dc",
    },
    Joint {
        fields: &["discharge_min_dc", "discharge_max_dc", "temperature_hysteresis_dc"],
        allowed: "discharge_min_dc + temperature_hysteresis_dc + 50 ≤ discharge_max_dc − temperature_hysteresis_dc",
    },
    Joint {
        fields: &["discharge_floor_pm", "floor_warning_margin_pm", "floor_clear_pm"],
        allowed: "discharge_floor_pm + floor_warning_margin_pm + floor_clear_pm ≤ 950",
    },
    Joint { fields: &["silence_timeout_ms"], allowed: "silence_timeout_ms ≥ 3 cycles of 500 ms" },
];

impl Settings {
    /// Every violation; none means that the settings may be used.
    pub fn check(&self, report: &mut impl FnMut(Violation)) {
        for (range, value) in RANGES.iter().zip(self.values()) {
            if !range.allows(value) {
                report(Violation::OutOfRange { range, value });
            }
        }
        for (joint, (left, right)) in JOINTS.iter().zip(self.joint_sides()) {
            if left > right {
                report(Violation::Joint { fields: joint.fields, allowed: joint.allowed, left, right });
            }
        }
        if !self.bank.is_valid() {
            report(Violation::Bank);
        }
    }

    /// True if nothing is violated.
    pub fn is_valid(&self) -> bool {
        self.in_range() && self.joint_sides().iter().all(|(left, right)| left <= right) && self.bank.is_valid()
    }

    /// The sides of each constraint between settings; the left one must not be greater.
    fn joint_sides(&self) -> [(i32, i32); JOINTS.len()] {
        let hysteresis = self.temperature_hysteresis_dc;
        let warm = |min: i32| min.saturating_add(hysteresis).saturating_add(50);
        let cool = |max: i32| max.saturating_sub(hysteresis);
        let floor = self.discharge_floor_pm.saturating_add(self.floor_warning_margin_pm);
        [
            (self.over_voltage_clear_mv, self.over_voltage_mv.saturating_sub(50)),
            (self.pre_alarm_mv.saturating_add(self.pre_alarm_clear_mv), self.under_voltage_clear_mv),
            (warm(self.charge_min_dc), cool(self.charge_max_dc)),
            (warm(self.discharge_min_dc), cool(self.discharge_max_dc)),
            (floor.saturating_add(self.floor_clear_pm), 950),
            (CYCLE_MS.saturating_mul(3), self.silence_timeout_ms),
        ]
    }

    /// True if charging below 5.0 °C is allowed: it loads, with a warning (TEMP-1).
    pub const fn charges_in_the_cold(&self) -> bool {
        self.charge_min_dc < 50
    }
}
