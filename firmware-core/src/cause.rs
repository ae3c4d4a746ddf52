//! Why an output is as it is: the causes of SMALLBMS_NG.md, "Outputs and their causes".

use crate::units::Instant;

macro_rules! causes {
    ($($(#[$doc:meta])* $variant:ident = $bit:literal, $id:literal, $name:literal;)*) => {
        /// A cause that acts on an output. The id is that of the rule.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[repr(u8)]
        pub enum Cause {
            $($(#[$doc])* $variant = $bit,)*
        }

        impl Cause {
            /// Every cause, in the order of the rules.
            pub const ALL: [Self; [$($bit),*].len()] = [$(Self::$variant),*];

            /// Id of the rule: `OUT-2`.
            pub const fn id(self) -> &'static str {
                match self { $(Self::$variant => $id,)* }
            }

            /// Name for people.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }
        }
    };
}

causes! {
    /// A cell is below the pre-alarm threshold (PRE-1, PRE-3).
    PreAlarm = 0, "OUT-1", "cell below pre-alarm threshold";
    /// A cell is under-voltage (UV-1 … UV-5).
    UnderVoltage = 1, "OUT-2", "cell under-voltage";
    /// A cell is over-voltage (OV-1, OV-2).
    OverVoltage = 2, "OUT-3", "cell over-voltage";
    /// A battery is too cold to charge (TEMP-1).
    ColdCharge = 3, "OUT-4", "too cold to charge";
    /// A battery is too hot to charge (TEMP-2).
    HotCharge = 4, "OUT-5", "too hot to charge";
    /// A battery is too cold to discharge (TEMP-3).
    ColdDischarge = 5, "OUT-6", "too cold to discharge";
    /// A battery is too hot to discharge (TEMP-3).
    HotDischarge = 6, "OUT-6", "too hot to discharge";
    /// The bank is almost at its discharge floor (SOC-2).
    FloorWarning = 7, "OUT-7", "state of charge near the discharge floor";
    /// The bank is at its discharge floor (SOC-3).
    FloorAlarm = 8, "OUT-8", "state of charge at the discharge floor";
    /// A battery is silent or not trusted (COM-2, COM-4).
    Communication = 9, "OUT-9", "battery silent or not trusted";
    /// The bank found is not the bank configured (COM-7).
    BankMismatch = 10, "OUT-10", "bank found is not the bank configured";
    /// The remote is off (REM-1).
    RemoteOff = 11, "OUT-11", "remote off";
    /// Discharge current above the continuous rating (OC-1).
    DischargeCurrentWarning = 12, "OUT-12", "discharge current high";
    /// Discharge over-current cut (OC-2).
    DischargeOverCurrent = 13, "OUT-12", "discharge over-current";
    /// Charge over-current cut (OC-2).
    ChargeOverCurrent = 14, "OUT-13", "charge over-current";
    /// The supply is out of range (SUP-1).
    Supply = 15, "OUT-14", "supply out of range";
    /// Start-up is not finished (BOOT-1).
    StartUp = 16, "OUT-14", "start-up";
    /// A hysteresis began tripped and no value has cleared it yet (BOOT-2).
    WaitingForClear = 17, "OUT-14", "waiting for clear value";
    /// The settings are invalid.
    Settings = 18, "OUT-14", "settings invalid";
    /// A firmware update is under way (UPD-2).
    FirmwareUpdate = 19, "OUT-14", "firmware update";
    /// The clock went backwards (TIME-2).
    Clock = 20, "OUT-15", "clock fault";
    /// The low-cell state has given up on charging (UV-4).
    ChargerGivenUp = 21, "OUT-16", "no charge current in the low-cell state";
}

/// A set of causes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CauseSet(u32);

impl CauseSet {
    /// No cause.
    pub const EMPTY: Self = Self(0);

    /// The set of this cause alone.
    pub const fn only(cause: Cause) -> Self {
        Self(1 << cause as u8)
    }

    /// True if the cause is in the set.
    pub const fn contains(self, cause: Cause) -> bool {
        self.0 & Self::only(cause).0 != 0
    }

    /// Adds a cause.
    pub const fn insert(&mut self, cause: Cause) {
        self.0 |= Self::only(cause).0;
    }

    /// Both sets together.
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// What both sets have.
    pub const fn intersection(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// This set without what `other` has.
    pub const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// True if no cause is in the set.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Bit i stands for the i-th of [`Cause::ALL`].
    pub const fn bits(self) -> u32 {
        self.0
    }

    /// The causes of the set, in the order of the rules.
    pub fn iter(self) -> impl Iterator<Item = Cause> {
        Cause::ALL.into_iter().filter(move |&cause| self.contains(cause))
    }
}

/// Where and since when a cause holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CauseInfo {
    /// The battery that raised it, from 0; `None` if it is not one battery's.
    pub battery: Option<u8>,
    /// The cell of that battery, from 0; `None` if it is not one cell's.
    pub cell: Option<u8>,
    /// The decision that set it.
    pub since: Instant,
}
