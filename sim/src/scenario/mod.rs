//! Scenarios: what is built, what happens to it, and what must be reached.
//!
//! *Idea.* An engineer writes a TOML file. [`load`] checks it as a whole and names **all** violations at once, each
//! with file, line, field, value, what is allowed and the rule. [`Scenario::resolve`] then makes every draw that the
//! seed decides; the [`Resolved`] scenario fully determines the run and can be saved, edited and replayed.
//!
//! ```text
//!  text ─► document ─► file ─► check ─► Scenario ─► resolve(seed) ─► Resolved ◄─► TOML
//!          lines       tables  rules    no draws                     every draw
//! ```
//!
//! No file is opened here: a [`FileSource`] hands over the CSV and cell files that a scenario names.

mod builtin;
mod cells;
mod check;
mod diagnostic;
mod document;
mod expect;
mod fault;
mod file;
mod random;
mod resolve;
mod resolved;
mod settings;
mod settings_changes;
mod shelf;
mod span_of_time;
mod supply_fuse;
mod tables;

pub use builtin::{Builtin, builtin};
pub use cells::{AgeingLaw, CellSource};
pub use diagnostic::{Diagnostic, Severity};
pub use expect::{EventPromise, Expect, Figure, FigurePromise, Level, Pin, StatePromise};
pub use fault::{Bluetooth, Fault, FaultKind, RemoteChange, RemoteWiring, Reset};
pub use random::random;
pub use resolved::{Ambient, Resolved, ResolvedBank};
pub use settings::{BankLayoutSpec, SettingsSpec};
pub(crate) use settings::{differences, violations};
pub use span_of_time::Span;
pub use supply_fuse::SupplyFuse;
pub use tables::{TableQuantity, UserTable};

use ngbank_models::devices::control_currents;
use ngbank_models::time::{HOUR, Micros, SECOND};
use serde::de::DeserializeOwned;

use check::{Plan, Shape};
use document::Document;
use file::{BankTable, BmsTable, FAULT_TIME_KEYS, FaultEntry, RemoteTable, ScenarioTable};
use settings::SettingsTable;
use shelf::{CatalogueTable, Shelf};

/// Where the files come from that a scenario names: the simulator itself opens none.
pub trait FileSource {
    /// Text of the file at `path`, which is relative to the scenario's own folder, or why it cannot be read.
    fn read(&self, path: &str) -> Result<String, String>;
}

/// A scenario without files of its own: naming one is an error.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoFiles;

impl FileSource for NoFiles {
    fn read(&self, _path: &str) -> Result<String, String> {
        Err("this scenario has no folder to read files from".to_owned())
    }
}

/// A checked scenario that waits for a seed.
#[derive(Clone, Debug)]
pub struct Scenario {
    head: ScenarioTable,
    bank: BankTable,
    shape: Shape,
    cells: CellSource,
    bms: BmsTable,
    settings: SettingsSpec,
    remote: RemoteTable,
    plan: Plan,
    faults: Vec<FaultEntry>,
    expect: Expect,
    warnings: Vec<Diagnostic>,
}

impl Scenario {
    /// Name, kebab-case.
    pub fn name(&self) -> &str {
        &self.head.name
    }

    /// One line for tables and plots.
    pub fn title(&self) -> &str {
        &self.head.title
    }

    /// What it teaches, one sentence.
    pub fn lesson(&self) -> &str {
        &self.head.lesson
    }

    /// How long it runs, µs.
    pub fn duration_us(&self) -> Micros {
        self.head.duration.0
    }

    /// Cells in the bank.
    pub fn cells(&self) -> usize {
        self.shape.batteries() as usize * usize::from(self.shape.model.cells)
    }

    /// Findings that do not stop the scenario, in the order of their lines.
    pub fn warnings(&self) -> &[Diagnostic] {
        &self.warnings
    }

    /// The fuse that the supply of the BMS needs for what is connected to its outputs (BANK-5).
    pub fn supply_fuse(&self) -> SupplyFuse {
        let devices: Vec<_> = self.plan.devices.iter().map(|device| device.spec.clone()).collect();
        SupplyFuse::of(&control_currents(&self.plan.switches, &devices))
    }

    /// Makes every draw that this seed decides.
    pub fn resolve(&self, seed: u64) -> Resolved {
        resolve::resolve(self, seed)
    }
}

/// Longest run: 60 days, more than one wrap of the BMS's clock.
const DURATION_MAX: Micros = 60 * 24 * HOUR;

/// The tables of a scenario file.
const TABLES: [&str; 10] =
    ["scenario", "catalogue", "bank", "bms", "settings", "remote", "switch", "device", "fault", "expect"];

/// Reads and checks a scenario. `file_name` is only shown.
///
/// # Errors
/// All violations, in the order of their lines.
pub fn load(text: &str, file_name: &str, files: &dyn FileSource) -> Result<Scenario, Vec<Diagnostic>> {
    let shelf = Shelf::of(text, files);
    let mut doc = Document::parse(text, file_name);
    optional::<CatalogueTable>(&mut doc, "catalogue");
    shelf.report(&mut doc);
    let unknown: Vec<String> = doc.keys().filter(|key| !TABLES.contains(key)).map(str::to_owned).collect();
    for key in unknown {
        doc.error(&key, format!("unknown table; expected {}", TABLES.join(", ")), "");
    }
    let head = required::<ScenarioTable>(&mut doc, "scenario");
    if let Some(head) = &head {
        check_head(&mut doc, head);
    }
    // Without a duration, nothing else about times can be wrong.
    let duration = head.as_ref().map_or(Micros::MAX, |head| head.duration.0);
    let bank = required::<BankTable>(&mut doc, "bank");
    let shape = bank.as_ref().and_then(|bank| check::bank(&mut doc, bank));
    let cells = cells::check(&mut doc, bank.as_ref().and_then(|bank| bank.cells.as_deref()), files);
    let bms = optional::<BmsTable>(&mut doc, "bms");
    let settings = optional::<SettingsTable>(&mut doc, "settings");
    let settings = check::settings(&mut doc, &settings, shape.as_ref());
    let remote = optional::<RemoteTable>(&mut doc, "remote");
    check::remote(&mut doc, &remote, duration);
    let ambient = bank.as_ref().and_then(resolve::ambient_spec);
    let volts = bank.as_ref().map_or(0, |bank| bank.system_voltage_v);
    let plan = check::devices(&mut doc, shape.as_ref(), volts, &shelf, ambient.as_ref(), files);
    let faults = read_faults(&mut doc);
    if let Some(shape) = &shape {
        let names: Vec<&str> = plan.devices.iter().map(|device| device.spec.wire().name).collect();
        check::faults(&mut doc, &faults, shape, &names, duration);
    }
    check::settings_changes(&mut doc, &settings.unchecked(), &faults);
    check::pre_alarm_pattern(&mut doc, &settings.unchecked(), &faults, &plan);
    let expect = optional::<Expect>(&mut doc, "expect");
    let devices: Vec<&str> = plan.devices.iter().map(|device| device.spec.wire().name).collect();
    let switches: Vec<&str> = plan.switches.iter().map(|switch| switch.wire().name).collect();
    let batteries = shape.as_ref().map_or(u32::MAX, Shape::batteries);
    check::expect(&mut doc, &expect, &check::Known { devices: &devices, switches: &switches, batteries, duration });

    let (errors, warnings) = doc.finish();
    match (head, bank, shape) {
        (Some(head), Some(bank), Some(shape)) if errors.is_empty() => {
            Ok(Scenario { head, bank, shape, cells, bms, settings, remote, plan, faults, expect, warnings })
        }
        _ => Err(errors),
    }
}

fn required<T: DeserializeOwned>(doc: &mut Document<'_>, key: &str) -> Option<T> {
    if !doc.has(key) {
        doc.error(key, format!("the table [{key}] is required"), "");
        return None;
    }
    let table = doc.table(key)?;
    doc.read(table, key)
}

/// A table that may be absent; one that cannot be read has been reported and counts as absent.
fn optional<T: DeserializeOwned + Default>(doc: &mut Document<'_>, key: &str) -> T {
    let table = doc.table(key);
    table.and_then(|table| doc.read(table, key)).unwrap_or_default()
}

fn read_faults(doc: &mut Document<'_>) -> Vec<FaultEntry> {
    let tables = doc.tables("fault").into_iter().enumerate();
    let read = |(place, mut table)| {
        let path = format!("fault[{place}]");
        let time = doc.split(&mut table, &FAULT_TIME_KEYS);
        let (time, fault) = (doc.read(time, &path), doc.read(table, &path));
        Some(FaultEntry { place, time: time?, fault: fault? })
    };
    tables.filter_map(read).collect()
}

fn check_head(doc: &mut Document<'_>, head: &ScenarioTable) {
    let kebab = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    if head.name.is_empty() || !head.name.bytes().all(kebab) {
        doc.error("scenario.name", "lower-case letters, digits and hyphens, as in household-day", "");
    }
    for (field, text) in [("title", &head.title), ("lesson", &head.lesson)] {
        if text.trim().is_empty() {
            doc.error(&format!("scenario.{field}"), "a text", "");
        }
    }
    if !(SECOND..=DURATION_MAX).contains(&head.duration.0) {
        doc.error("scenario.duration", "1 s to 1440 h", "");
    }
    let [first, last] = head.days_of_year;
    if first == 0 || last > 365 || first > last {
        doc.error("scenario.days_of_year", "first and last day, 1 to 365, in ascending order", "");
    }
    if !(1e-7..=1e-2).contains(&head.tolerance_v) {
        doc.error("scenario.tolerance_v", "1e-7 to 1e-2", "");
    }
}
