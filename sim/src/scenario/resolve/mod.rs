//! Every draw that a seed decides, made before the run.
//!
//! Each draw has a stream of its own, named by what it is for, so that another battery, device or fault in the file
//! leaves all others as they are.

mod bank;
mod devices;
mod faults;

use ngbank_models::profile::SeriesSpec;
use ngbank_models::time::Micros;

use super::fault::RemoteChange;
use super::resolved::{Ambient, Resolved, ResolvedBank};
use super::{Scenario, file};
use crate::streams::{Entity, stream};

/// Air around the bank if the file says nothing, °C.
const AMBIENT_C: f64 = 25.0;

/// The day and time at which the run begins.
#[derive(Clone, Copy, Debug)]
struct Start {
    seed: u64,
    /// Day of the year, from 0.
    day_of_year: u64,
    /// Since midnight.
    time_of_day: Micros,
}

/// The scenario as this seed makes it.
pub(super) fn resolve(scenario: &Scenario, seed: u64) -> Resolved {
    let Scenario { head, bank: table, shape, .. } = scenario;
    let [first, last] = head.days_of_year.map(u64::from);
    let start = Start {
        seed,
        day_of_year: first - 1 + stream(seed, Entity::Bank, "day of year").below(last - first + 1),
        time_of_day: head.start.0,
    };
    let library = &scenario.plan.library;
    let ambient = ambient(table, &start, library);
    let celsius = ambient.series(library).map_or(AMBIENT_C, |series| series.value_at(0));
    let params = bank::bank(seed, table, shape, table.temperature_c.unwrap_or(celsius));
    let devices = scenario.plan.devices.iter();
    let devices: Vec<_> = devices.map(|device| devices::resolve(device, &start, library, head.duration.0)).collect();
    let mut remote = vec![RemoteChange { at_us: 0, wiring: scenario.remote.wiring }];
    remote
        .extend(scenario.remote.change.iter().map(|change| RemoteChange { at_us: change.at.0, wiring: change.wiring }));
    Resolved {
        name: head.name.clone(),
        title: head.title.clone(),
        lesson: head.lesson.clone(),
        seed,
        duration_us: head.duration.0,
        clock_start_ms: scenario.bms.clock_start_ms,
        tolerance_v: head.tolerance_v,
        bluetooth: scenario.bms.bluetooth,
        serials: bank::serials(seed, shape.batteries()),
        expect: scenario.expect.clone(),
        settings: scenario.settings.clone(),
        ambient,
        remote,
        electronics: bank::electronics(seed, table, &params),
        bank: ResolvedBank {
            model: table.model.clone(),
            // A checked system voltage is 12, 24 or 48 V.
            system_voltage_v: scenario.settings.bank.system_voltage_v,
            ageing: table.ageing,
            cells: scenario.cells.clone(),
            params,
        },
        switches: scenario.plan.switches.clone(),
        faults: faults::resolve(&scenario.faults, seed, &devices, &scenario.settings.unchecked()),
        devices,
        tables: scenario.plan.tables.clone(),
    }
}

/// The series of the air that the file names, before its day is known.
pub(super) fn ambient_spec(table: &file::BankTable) -> Option<SeriesSpec> {
    table.ambient.as_ref().map(|name| SeriesSpec { add: table.ambient_offset_k, ..SeriesSpec::named(name) })
}

fn ambient(table: &file::BankTable, start: &Start, library: &ngbank_models::profile::Library) -> Ambient {
    match ambient_spec(table) {
        Some(mut spec) => {
            devices::set_start(&mut spec, start, library, false);
            Ambient::Series(spec)
        }
        None => Ambient::Celsius(table.ambient_c.unwrap_or(AMBIENT_C)),
    }
}
