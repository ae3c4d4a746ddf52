//! The scenarios that come with the program, as files under `scenarios/`.

/// A scenario that comes with the program.
#[derive(Clone, Copy, Debug)]
pub struct Builtin {
    /// Name, kebab-case; the file is `<name>.toml`.
    pub name: &'static str,
    /// One line for tables and plots.
    pub title: &'static str,
    /// The file.
    pub text: &'static str,
}

macro_rules! builtin {
    ($($name:literal: $title:literal,)*) => {
        &[$(Builtin {
            name: $name,
            title: $title,
            text: include_str!(concat!("../../scenarios/", $name, ".toml")),
        }),*]
    };
}

/// The built-in scenarios, in the order of a campaign's table.
pub fn builtin() -> &'static [Builtin] {
    BUILTIN
}

const BUILTIN: &[Builtin] = builtin! {
    "household-day": "Household day on 50 x 25.6 V",
    "night-discharge": "Night discharge to the cell cut-off",
    "cold-morning": "Cold morning: charging blocked below 5 °C",
    "hot-afternoon": "Hot afternoon: above 50 °C",
    "runner-cell": "Runner cell at the top of charge",
    "unequal-strings": "Unequal strings joined",
    "parasitic-load": "Parasitic load after the cut-off",
    "chain-break": "Break of the chain cable",
    "remote-toggled": "Remote switched off and on",
    "empty-bank-recovered": "Empty bank recovered by the sun",
    "waiting-after-start": "Start between the limits: LOAD waits",
    "bank-12v-50p": "12 V bank of 50 in parallel",
    "bank-48v-25p": "48 V bank of 25 x 51.2 V",
    "floor-warning-then-alarm": "Discharge floor: warning before alarm",
    "prealarm-binds-cold-step": "Cold bank and a load step: the 30 s bind",
    "reset-in-countdown": "Watchdog reset in the middle of the 30 s",
    "prealarm-binds-weak-cell": "Weak cell and a load step: the 30 s bind",
    "over-current-step": "Over-current: cut, retry, latch",
    "charge-over-current": "Charger stronger than the bank",
    "supply-dip": "Supply dips and an over-voltage",
    "clock-set-back": "Clock set back",
    "foreign-battery": "Foreign battery in the chain",
    "damaged-frames": "Damaged frames",
    "sensor-offset": "Cell measured too low",
    "sensor-stuck": "Cell measurement stuck high",
    "sensor-wire-open": "Cell measurement that cannot be true",
    "output-short": "Short on an output",
    "charger-ignores-remote": "Charger that ignores its remote",
    "cold-night": "Too cold to discharge",
    "low-cell-charger-gives-up": "Low cell: CHARGER gives up, and comes back",
    "countdown-from-under-voltage": "The other countdown: 30 s below under-voltage",
    "pre-alarm-intermittent": "PRE-ALARM as a pattern",
    "pre-alarm-floats-after-cut": "PRE-ALARM floats 10 min after the cut",
    "over-current-warn": "Over-current that only warns",
    "settings-changed-while-running": "Settings changed while running",
    "firmware-update": "Firmware updates: one succeeds, one fails",
    "load-ignores-wire": "A load that ignores LOAD",
    "temperature-sensor-open": "Temperature sensor without a reading",
    "cold-corner": "One cold sensor in a warm bank",
    "busy-firmware": "Busy firmware: decisions come late",
    "charger-wire-loose": "Over-current of a charger with a loose remote wire",
    "hot-while-silent": "A hot battery while another one is silent",
    "silent-at-recovery": "A silent battery while the bank recovers",
    "string-joined-while-running": "A nearly empty string joined while running",
    "string-fuse-blows": "The fuse of a string blows",
    "battery-out-and-back": "Battery taken out and put back",
    "ladder-of-ten": "Ten batteries in parallel on a ladder",
    "diagonal-of-ten": "The same ten batteries tapped diagonally",
    "charging-blocked-in-the-cold": "Charging blocked in the cold while loads empty the bank",
    "cut-off-unnoticed": "Cut-off before anyone noticed",
    "chargers-back-late": "Cut-off in the evening, chargers back in the morning",
    "floor-too-low": "Discharge floor set too low",
    "weakest-cell-cuts-early": "Loads cut early by the weakest cell",
    "protect-locks-out": "BatteryProtect locked out by toggling at the clear level",
    "cyrix-chatters": "Cyrix-Li-ct chatters with a weak alternator",
    "cyrix-load-locks-out": "Cyrix-Li-load waits for a voltage that the charger brings late",
    "charger-in-float-stays-off": "A charger in float behind a Cyrix-Li-Charge never comes back",
    "charger-locked-behind-protect": "BatteryProtect on CHARGER locks the charger out",
    "converter-goes-dark": "The 12 V side goes dark with its converter",
    "load-dump": "Load dump when CHARGER cuts an alternator",
    "boat-dark-at-night": "Boat that charges fast and goes dark at night",
    "loose-chain-connector": "Loose chain connector",
    "one-of-fifty": "One of 50 batteries alarms",
    "replaced-battery-mismatch": "Mismatch after replacement of a battery",
    "parasitic-nine-days": "10 mA for nine days after the cut-off",
    "parasitic-nine-days-switches": "The same nine days with a Cyrix and a BatteryProtect",
    "inverter-inrush": "Inverter inrush below under-voltage for 200 ms",
    "clock-wrap-in-storage": "49.7 days in storage: the clock wraps",
    "update-while-driving": "Firmware update while driving",
    "bad-link": "Parallel bank with one high-resistance link",
    "hot-summer-stack": "Hot summer stack of 50",
    "aged-and-new-mixed": "Aged and new batteries mixed",
};
