//! Scenarios that nobody thought of: everything that a file may say, drawn from a seed.
//!
//! Swarm: the seed first decides which kinds of devices and faults exist at all, then their figures, which go to the
//! ends of what is allowed more often than any engineer would. What comes out is the text of a scenario file, so that a
//! run that goes wrong can be kept, edited and replayed like any other.

use std::fmt::Write;

use crate::streams::{Entity, Stream, stream};

/// Model, its energy in kWh, the system voltages that it makes with the batteries in series, the most batteries, its cells.
type Layout = (&'static str, f64, &'static [(u32, u32)], u32, u32);

/// The catalogue.
const LAYOUTS: [Layout; 7] = [
    ("ng-12.8v-100ah", 1.28, &[(12, 1), (24, 2), (48, 4)], 50, 4),
    ("ng-12.8v-150ah", 1.92, &[(12, 1), (24, 2), (48, 4)], 50, 4),
    ("ng-12.8v-200ah", 2.56, &[(12, 1), (24, 2), (48, 4)], 50, 4),
    ("ng-12.8v-300ah", 3.84, &[(12, 1), (24, 2), (48, 4)], 50, 4),
    ("ng-25.6v-200ah", 5.12, &[(24, 1), (48, 2)], 50, 8),
    ("ng-25.6v-300ah", 7.68, &[(24, 1), (48, 2)], 50, 8),
    ("ng-51.2v-100ah", 5.12, &[(48, 1)], 25, 16),
];

/// Temperature series of the air.
const AIR: [&str; 2] = ["ambient-tmy", "ambient-clear-winter"];
const SUN: [&str; 2] = ["pv-tmy", "pv-clear-winter"];
const SPEED: [&str; 5] = ["vehicle-day", "cycle-wltc", "cycle-udds", "cycle-us06", "cycle-hwfet"];
const HOUSE: [&str; 2] = ["household-winter", "household-summer"];

/// The text of a scenario file that this seed decides. Loaded and resolved with the same seed it is one random run.
pub fn random(seed: u64) -> String {
    let mut draw = Draw(stream(seed, Entity::Bank, "random scenario"));
    let mut text = String::new();
    let duration_s = if draw.chance(0.1) { draw.whole(3_600, 14_400) } else { draw.whole(20, 1_200) };
    let start = format!("{:02}:{:02}", draw.whole(0, 23), draw.whole(0, 59));
    let tolerance = draw.log(1e-6, 1e-3);
    put(
        &mut text,
        format_args!(
            "[scenario]\nname = \"random-{seed}\"\ntitle = \"Random scenario {seed}\"\n\
         lesson = \"Nobody thought of it.\"\nduration = \"{duration_s} s\"\nstart = \"{start}\"\ntolerance_v = {tolerance:e}\n"
        ),
    );
    let bank = draw.bank(&mut text);
    draw.bms(&mut text, duration_s);
    let switches = draw.switches(&mut text);
    let mut devices = draw.devices(&mut text, &bank, &switches, duration_s);
    devices.extend(draw.vehicle(&mut text, &bank));
    draw.faults(&mut text, &bank, &devices, duration_s);
    text
}

fn put(text: &mut String, what: std::fmt::Arguments<'_>) {
    // Writing to a string cannot fail.
    let _ = text.write_fmt(what);
}

/// What later draws need of the bank.
struct Bank {
    batteries: u32,
    cells: u32,
    volts: u32,
    kwh: f64,
}

/// The seed's stream with the shapes of draws that a scenario needs.
struct Draw(Stream);

impl Draw {
    fn chance(&mut self, share: f64) -> bool {
        self.0.unit() < share
    }

    /// An integer from `low` to `high`.
    fn whole(&mut self, low: u32, high: u32) -> u32 {
        low + u32::try_from(self.0.below(u64::from(high - low) + 1)).unwrap_or(0)
    }

    /// Uniform, with both ends themselves one time in ten each.
    fn ends(&mut self, low: f64, high: f64) -> f64 {
        match self.whole(0, 9) {
            0 => low,
            1 => high,
            _ => self.0.uniform(low, high),
        }
    }

    /// Uniform in the logarithm.
    fn log(&mut self, low: f64, high: f64) -> f64 {
        // 2^u by its own square roots: no library function, the same bits everywhere.
        let (mut low, mut high) = (low, high);
        for _ in 0..30 {
            let middle = (low * high).sqrt();
            if self.chance(0.5) { low = middle } else { high = middle }
        }
        low
    }

    fn of<T: Copy>(&mut self, list: &[T]) -> T {
        list[usize::try_from(self.0.below(list.len() as u64)).unwrap_or(0)]
    }

    fn bank(&mut self, text: &mut String) -> Bank {
        let (model, kwh, systems, most, cells) = self.of(&LAYOUTS);
        let (volts, series) = self.of(systems);
        let widest = most / series;
        let parallel = if self.chance(0.1) { self.whole(1, widest) } else { self.whole(1, widest.min(4)) };
        put(
            text,
            format_args!(
                "\n[bank]\nmodel = \"{model}\"\nseries = {series}\nparallel = {parallel}\nsystem_voltage_v = {volts}\n\
             soc = {:?}\nsoc_spread = {:?}\nstring_soc_spread = {:?}\ncapacity_factor = {:?}\ncapacity_spread = {:?}\n\
             resistance_factor = {:?}\nresistance_spread = {:?}\nself_discharge_per_month = {:?}\ncounter_error = {:?}\n",
                self.ends(0.0, 1.0),
                self.ends(0.0, 0.05),
                self.ends(0.0, 0.1),
                self.ends(0.6, 1.1),
                self.ends(0.0, 0.05),
                self.ends(0.5, 2.0),
                self.ends(0.0, 0.15),
                self.ends(0.0, 0.2),
                self.ends(0.0, 0.3),
            ),
        );
        if self.chance(0.3) {
            put(
                text,
                format_args!("ambient = \"{}\"\nambient_offset_k = {:?}\n", self.of(&AIR), self.ends(-5.0, 20.0)),
            );
        } else {
            put(text, format_args!("ambient_c = {:?}\n", self.ends(-25.0, 55.0)));
        }
        if self.chance(0.5) {
            put(text, format_args!("temperature_c = {:?}\n", self.ends(-25.0, 55.0)));
        }
        put(
            text,
            format_args!(
                "\n[bank.wiring]\nstring_mohm = {:?}\nbus_segment_mohm = {:?}\nterminal_mohm = {:?}\n",
                self.ends(0.0, 5.0),
                self.ends(0.0, 0.2),
                self.ends(0.0, 2.0)
            ),
        );
        let batteries = series * parallel;
        // A cell may be named once only.
        let mut named = Vec::new();
        for _ in 0..self.whole(0, 3) {
            let (battery, cell) = (self.whole(1, batteries), self.whole(1, cells));
            let (capacity, resistance) = (self.ends(0.2, 1.2), self.ends(0.5, 4.0));
            let soc = if self.chance(0.5) { format!("soc = {:?}\n", self.ends(0.0, 1.0)) } else { String::new() };
            if named.contains(&(battery, cell)) {
                continue;
            }
            named.push((battery, cell));
            put(
                text,
                format_args!(
                    "\n[[bank.weak_cell]]\nbattery = {battery}\ncell = {cell}\ncapacity_factor = {capacity:?}\n\
                     resistance_factor = {resistance:?}\n{soc}"
                ),
            );
        }
        if self.chance(0.2) {
            put(
                text,
                format_args!(
                    "\n[[bank.string]]\nstring = {}\nsoc = {:?}\n",
                    self.whole(1, parallel),
                    self.ends(0.0, 1.0)
                ),
            );
        }
        Bank { batteries, cells, volts, kwh: kwh * f64::from(batteries) }
    }

    fn bms(&mut self, text: &mut String, duration_s: u32) {
        // Near the wrap of the clock one time in two.
        let clock = if self.chance(0.5) { u32::MAX - self.whole(0, 1_000_000) } else { 0 };
        put(text, format_args!("\n[bms]\nclock_start_ms = {clock}\n\n[remote]\nwiring = \"joined\"\n"));
        if self.chance(0.2) {
            let at = self.whole(1, duration_s - 2);
            let wiring = self.of(&["open", "l-to-minus", "h-to-plus"]);
            put(text, format_args!("\n[[remote.change]]\nat = \"{at} s\"\nwiring = \"{wiring}\"\n"));
            let back = self.whole(at + 1, duration_s - 1);
            put(text, format_args!("\n[[remote.change]]\nat = \"{back} s\"\nwiring = \"joined\"\n"));
        }
    }

    /// Names of the switches behind which loads may hang.
    fn switches(&mut self, text: &mut String) -> Vec<&'static str> {
        let mut names = Vec::new();
        for name in ["protect", "contactor"] {
            if !self.chance(0.3) {
                continue;
            }
            let kind = if name == "protect" { "battery-protect" } else { "contactor" };
            put(text, format_args!("\n[[switch]]\nkind = \"{kind}\"\nname = \"{name}\"\nwired_to = \"load\"\n"));
            if kind == "contactor" {
                put(
                    text,
                    format_args!(
                        "inductive = false\npick_up_ms = {:?}\ndrop_out_ms = {:?}\nbounce_ms = {:?}\n",
                        self.ends(0.0, 200.0),
                        self.ends(0.0, 200.0),
                        self.ends(0.0, 20.0)
                    ),
                );
            }
            names.push(name);
        }
        names
    }

    /// Names of all devices.
    fn devices(&mut self, text: &mut String, bank: &Bank, switches: &[&str], duration_s: u32) -> Vec<String> {
        let mut names = Vec::new();
        let watts = 1000.0 * bank.kwh;
        for _ in 0..self.whole(1, 5) {
            let kind = self.of(&[
                "profile-load",
                "appliance-load",
                "power-load",
                "current-load",
                "resistive-load",
                "inverter",
                "dc-dc-converter",
                "parasitic",
                "mains-charger",
                "solar-charger",
            ]);
            let name = format!("device {}", names.len() + 1);
            put(text, format_args!("\n[[device]]\nkind = \"{kind}\"\nname = \"{name}\"\n"));
            let charger = kind.ends_with("charger");
            if kind != "parasitic" {
                let place = match (charger, switches.is_empty() || self.chance(0.5)) {
                    (true, _) => "wired_to = \"charger\"".to_owned(),
                    (false, true) => "wired_to = \"load\"".to_owned(),
                    (false, false) => format!("behind = \"{}\"", self.of(switches)),
                };
                put(text, format_args!("{place}\n"));
            }
            // From a lamp to the power that would empty the bank in an hour.
            let power = watts * self.log(1e-4, 1.0);
            let volts = f64::from(bank.volts);
            match kind {
                "profile-load" => put(
                    text,
                    format_args!(
                        "load = {{ series = \"{}\" }}\nfraction_of_bank_per_day = {:?}\n",
                        self.of(&HOUSE),
                        self.log(0.01, 5.0)
                    ),
                ),
                "appliance-load" => put(
                    text,
                    format_args!(
                        "household = \"{}\"\nfraction_of_bank_per_day = {:?}\n",
                        self.of(&["house", "van", "boat"]),
                        self.log(0.01, 2.0)
                    ),
                ),
                "dc-dc-converter" => {
                    put(text, format_args!("power_w = {power:?}\nefficiency = {:?}\n", self.ends(0.1, 1.0)));
                    if self.chance(0.5) {
                        put(text, format_args!("input_current_limit_a = {:?}\n", (power / volts).max(0.1)));
                    }
                }
                "power-load" => put(text, format_args!("power_w = {power:?}\n")),
                "current-load" => put(text, format_args!("current_a = {:?}\n", power / volts)),
                "resistive-load" => put(text, format_args!("resistance_ohm = {:?}\n", volts * volts / power)),
                "inverter" => put(
                    text,
                    format_args!("rated_w = {:?}\npower_w = {power:?}\n", (power * self.ends(0.8, 3.0)).max(1.0)),
                ),
                "parasitic" => put(text, format_args!("current_ma = {:?}\n", self.log(1.0, 1e4))),
                "mains-charger" => put(
                    text,
                    format_args!(
                        "current_limit_a = {:?}\ncable_resistance_ohm = {:?}\nabsorption_s = {:?}\n",
                        (power / volts).max(0.1),
                        self.log(1e-4, 0.1),
                        self.ends(0.0, 600.0)
                    ),
                ),
                _ => put(
                    text,
                    format_args!(
                        "peak_power_w = {:?}\nirradiance = {{ series = \"{}\" }}\ncable_resistance_ohm = {:?}\n",
                        power.max(1.0),
                        self.of(&SUN),
                        self.log(1e-4, 0.1)
                    ),
                ),
            }
            if matches!(kind, "power-load" | "current-load" | "resistive-load") && self.chance(0.6) {
                let from = self.whole(0, duration_s - 2);
                put(text, format_args!("from_s = {from}\nuntil_s = {}\n", self.whole(from + 1, duration_s)));
            }
            names.push(name);
        }
        names
    }

    /// The starter side of a vehicle behind a Cyrix-Li-ct, one time in three; the names of its devices.
    fn vehicle(&mut self, text: &mut String, bank: &Bank) -> Vec<String> {
        if !self.chance(0.3) {
            return Vec::new();
        }
        put(
            text,
            format_args!(
                "\n[[switch]]\nkind = \"cyrix-li-ct\"\nname = \"cyrix\"\nwired_to = \"charger\"\n\
                 cable_resistance_ohm = {:?}\n",
                self.log(1e-3, 0.1)
            ),
        );
        put(
            text,
            format_args!(
                "\n[[device]]\nkind = \"starter-battery\"\nname = \"starter\"\nbehind = \"cyrix\"\n\
                 capacity_ah = {:?}\nsoc_at_start = {:?}\n",
                self.log(20.0, 400.0),
                self.ends(0.0, 1.0)
            ),
        );
        // From an alternator that is far too weak to one that fills the bank in an hour.
        let amps = 1000.0 * bank.kwh / f64::from(bank.volts) * self.log(1e-3, 1.0);
        put(
            text,
            format_args!(
                "\n[[device]]\nkind = \"alternator\"\nname = \"alternator\"\nbehind = \"cyrix\"\nrated_a = {:?}\n\
                 derating = {:?}\nspeed = {{ series = \"{}\" }}\n",
                amps.max(1.0),
                self.ends(0.0, 0.9),
                self.of(&SPEED)
            ),
        );
        vec!["starter".to_owned(), "alternator".to_owned()]
    }

    fn faults(&mut self, text: &mut String, bank: &Bank, devices: &[String], duration_s: u32) {
        if self.chance(0.4) {
            return;
        }
        for _ in 0..self.whole(1, 3) {
            let kind = self.of(&[
                "sensor-offset",
                "sensor-stuck",
                "temperature-stuck",
                "cable-break",
                "damaged-frames",
                "charger-ignores-remote",
                "bms-reset",
                "foreign-battery",
                "supply-dip",
                "output-short",
                "slow-decisions",
                "clock-set-back",
                "firmware-update",
            ]);
            let at = self.whole(0, duration_s - 2);
            let until = self.whole(at + 1, duration_s);
            put(text, format_args!("\n[[fault]]\nkind = \"{kind}\"\nat = \"{at} s\"\n"));
            let instant = matches!(kind, "bms-reset" | "clock-set-back" | "output-short");
            if kind == "firmware-update" || (!instant && self.chance(0.7)) {
                put(text, format_args!("until = \"{until} s\"\n"));
            }
            let (battery, cell) = (self.whole(1, bank.batteries), self.whole(1, bank.cells));
            match kind {
                "sensor-offset" => {
                    put(text, format_args!("battery = {battery}\ncell = {cell}\nmv = {:?}\n", self.ends(-500.0, 500.0)))
                }
                "sensor-stuck" => {
                    put(text, format_args!("battery = {battery}\ncell = {cell}\nmv = {}\n", self.whole(0, 6000)))
                }
                "temperature-stuck" => put(
                    text,
                    format_args!(
                        "battery = {battery}\nsensor = {}\ncelsius = {:?}\n",
                        self.whole(1, 2),
                        self.ends(-300.0, 300.0)
                    ),
                ),
                "cable-break" => put(text, format_args!("before_battery = {battery}\n")),
                "damaged-frames" => {
                    put(text, format_args!("battery = {battery}\nprobability = {:?}\n", self.ends(0.0, 1.0)))
                }
                "charger-ignores-remote" => {
                    let n = self.whole(0, u32::try_from(devices.len() - 1).unwrap_or(0));
                    put(text, format_args!("device = \"{}\"\n", devices[n as usize]));
                }
                "bms-reset" => put(text, format_args!("reset = \"{}\"\n", self.of(&["watchdog", "power"]))),
                "foreign-battery" => put(text, format_args!("battery = {battery}\n")),
                "supply-dip" => put(text, format_args!("volts = {:?}\n", self.ends(0.0, 70.0))),
                "slow-decisions" => put(text, format_args!("every_ms = {}\n", 100 * self.whole(2, 10))),
                "clock-set-back" => put(text, format_args!("ms = {}\n", self.whole(1, 1_000_000))),
                "firmware-update" => put(text, format_args!("fails = {}\n", self.chance(0.5))),
                _ => {}
            }
        }
    }
}
