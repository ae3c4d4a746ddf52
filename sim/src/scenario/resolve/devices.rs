//! The day that each series begins with, and devices scaled to the bank.

use ngbank_models::catalogue;
use ngbank_models::devices::DeviceSpec;
use ngbank_models::profile::{Library, Series, SeriesSpec};
use ngbank_models::time::{HOUR, Micros};

use super::super::check::PlannedDevice;
use super::Start;
use crate::appliances;
use crate::streams::{Entity, stream};

/// One day.
const DAY: Micros = 24 * HOUR;
/// A table longer than this holds a whole year and follows the calendar.
const YEAR_MIN: Micros = 300 * DAY;

/// The device as this seed makes it.
pub(super) fn resolve(device: &PlannedDevice, start: &Start, library: &Library, duration: Micros) -> DeviceSpec {
    let mut spec = device.spec.clone();
    for (field, series) in series_mut(&mut spec) {
        let given = device.days_given.contains(&field);
        set_start(series, start, library, given);
    }
    if let DeviceSpec::ApplianceLoad(load) = &mut spec
        && load.drawn_s_w.is_none()
    {
        let drawn = appliances::power(load.household, start.seed, &load.name, start.time_of_day, duration);
        load.drawn_s_w = Some(drawn);
    }
    if let Some(kwh_per_day) = device.energy_kwh_per_day {
        scale(&mut spec, kwh_per_day, library, duration);
    }
    spec
}

/// Sets the day with which a series begins: as given, or by the calendar for a year-long table, or drawn out of the
/// days of a shorter one (the same for every device that uses the table).
pub(super) fn set_start(spec: &mut SeriesSpec, start: &Start, library: &Library, given: bool) {
    let period = library.table(&spec.series).map_or(DAY, |table| table.period());
    if !given {
        let days = period / DAY;
        let day = if period >= YEAR_MIN {
            start.day_of_year
        } else {
            stream(start.seed, Entity::Series(&spec.series), "day").below(days)
        };
        spec.start_day = day as f64;
    }
    spec.start_day += start.time_of_day as f64 / DAY as f64;
}

/// Brings the energy of a load, or what panels offer at 25 °C, to a mean of so much per day of the run.
/// A run without any sun or load stays as it is.
fn scale(spec: &mut DeviceSpec, kwh_per_day: f64, library: &Library, duration: Micros) {
    let wanted_wh = kwh_per_day * 1000.0 * (duration as f64 / DAY as f64);
    let over_run =
        |series: &SeriesSpec| library.series(series).map(|series| integral(&series, duration)).filter(|sum| *sum > 0.0);
    match spec {
        DeviceSpec::ProfileLoad(load) => {
            if let Some(wh) = over_run(&load.load) {
                load.load.scale *= wanted_wh / wh;
            }
        }
        // Days differ: only the mean of all days is brought to this energy.
        DeviceSpec::ApplianceLoad(load) => load.scale = kwh_per_day / load.household.appliances().mean_kwh_per_day(),
        DeviceSpec::Inverter(inverter) => {
            if let Some(load) = &mut inverter.load
                && let Some(wh) = over_run(load)
            {
                load.scale *= wanted_wh / wh;
            }
        }
        DeviceSpec::SolarCharger(solar) => {
            let default = catalogue::figures().solar_charger.conversion_efficiency.value;
            let efficiency = solar.conversion_efficiency.unwrap_or(default);
            if let Some(sun) = over_run(&solar.irradiance) {
                solar.peak_power_w = wanted_wh / (sun / 1000.0 * efficiency);
            }
        }
        _ => {}
    }
}

/// Integral of a series from the start of the run over its duration, unit of the series × h.
fn integral(series: &Series, duration: Micros) -> f64 {
    let mut sum = 0.0;
    let mut t = 0;
    while t < duration {
        let end = series.next_change_after(t).min(duration);
        sum += series.value_at(t) * ((end - t) as f64 / HOUR as f64);
        t = end;
    }
    sum
}

fn series_mut(spec: &mut DeviceSpec) -> Vec<(&'static str, &mut SeriesSpec)> {
    match spec {
        DeviceSpec::ProfileLoad(load) => vec![("load", &mut load.load)],
        DeviceSpec::Inverter(inverter) => inverter.load.iter_mut().map(|load| ("load", load)).collect(),
        DeviceSpec::DcDcConverter(converter) => converter.load.iter_mut().map(|load| ("load", load)).collect(),
        DeviceSpec::Alternator(alternator) => vec![("speed", &mut alternator.speed)],
        DeviceSpec::SolarCharger(solar) => {
            let air = solar.air_temperature.iter_mut().map(|air| ("air_temperature", air));
            std::iter::once(("irradiance", &mut solar.irradiance)).chain(air).collect()
        }
        _ => Vec::new(),
    }
}
