//! Whether a run kept what its scenario promises to show.

use std::collections::BTreeSet;

use ngbank_models::devices::Action;
use ngbank_models::time::Micros;

use super::recorder::Record;
use crate::result::{DeviceAccount, Extremes};
use crate::scenario::{EventPromise, Expect, Figure, FigurePromise, Level, Pin, Span, StatePromise};

/// Something that a promise can be about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Happening {
    /// An output is this from now on.
    Pin(Pin, Level),
    /// A cause is set, with the battery that the BMS names, from 1.
    Set(&'static str, Option<u32>),
    /// A cause is cleared.
    Cleared(&'static str),
    /// A device, by its number, does this.
    Device(usize, Action),
}

/// What a run promises, and where to look it up.
pub struct Look<'a> {
    /// What has happened, in time order.
    pub log: &'a [(Micros, Happening)],
    /// Names of the devices, by their numbers; accounts are in the same order.
    pub devices: &'a [DeviceAccount],
    /// End of the run.
    pub end: Micros,
}

/// Every promise that was not kept, one sentence each.
pub fn unmet(expect: &Expect, record: &Record, devices: &[DeviceAccount], end: Micros) -> Vec<String> {
    let reached = |id: &str| record.causes.keys().any(|label| label.split(' ').next() == Some(id));
    let causes = expect.causes.iter().filter(|id| !reached(id)).map(|id| format!("{id} was never set"));
    let shown = |error: &&u8| !record.errors.contains(error);
    let errors = expect.errors.iter().filter(shown).map(|error| format!("error {error} was never shown"));
    let changes = record.outputs.protection_changes;
    let too_few = (changes < expect.protection_changes).then(|| {
        format!("{changes} changes of LOAD or CHARGER for a protection cause, expected {}", expect.protection_changes)
    });
    let blown = record.fuses_blown;
    let whole = (blown < expect.fuses_blown as usize)
        .then(|| format!("{blown} string fuses have blown, expected {}", expect.fuses_blown));
    let look = Look { log: &record.log, devices, end };
    let events = expect.event.iter().filter_map(|promise| look.event(promise));
    let states = expect.state.iter().filter_map(|promise| look.state(promise));
    let figures = expect.figure.iter().filter_map(|promise| look.figure(promise, &record.extremes));
    causes.chain(errors).chain(too_few).chain(whole).chain(events).chain(states).chain(figures).collect()
}

impl Look<'_> {
    fn event(&self, promise: &EventPromise) -> Option<String> {
        let (from, until) = self.window(promise.from, promise.until);
        let within = self.log.iter().filter(|(t, _)| (from..until).contains(t));
        let times = within.filter(|(_, happening)| self.is_meant(promise, happening)).count();
        let (least, most) = promise.times();
        let kept = times >= least as usize && times <= most as usize;
        (!kept)
            .then(|| format!("{promise}: {times} times, expected {}", limits(promise.at_least, promise.at_most, "1")))
    }

    fn is_meant(&self, promise: &EventPromise, happening: &Happening) -> bool {
        match happening {
            Happening::Pin(pin, level) => promise.pin == Some(*pin) && promise.becomes == Some(*level),
            Happening::Set(id, battery) => {
                promise.cause.as_deref() == Some(*id) && promise.battery.is_none_or(|named| Some(named) == *battery)
            }
            Happening::Cleared(_) => false,
            Happening::Device(device, action) => {
                promise.device.as_deref() == self.name(*device) && promise.action == Some(*action)
            }
        }
    }

    fn state(&self, promise: &StatePromise) -> Option<String> {
        let (from, until) = self.window(promise.from, promise.until);
        let mut now = State::at_start();
        let (mut total, mut since) = (0, 0);
        for (t, happening) in self.log.iter().map(|(t, happening)| (*t, Some(happening))).chain([(self.end, None)]) {
            if self.holds(promise, &now) {
                total += t.clamp(from, until) - since.clamp(from, until);
            }
            since = t;
            happening.into_iter().for_each(|happening| now.follow(happening));
        }
        let kept =
            promise.at_least.is_none_or(|least| total >= least.0) && promise.at_most.is_none_or(|most| total <= most.0);
        (!kept).then(|| {
            format!(
                "{promise}: for {}, expected {}",
                Span(total),
                limits(promise.at_least, promise.at_most, "some time")
            )
        })
    }

    fn holds(&self, promise: &StatePromise, now: &State) -> bool {
        let pins = [promise.load, promise.charger, promise.pre_alarm];
        let number = |name: &String| self.devices.iter().position(|device| device.name == *name);
        let is_closed = |name: &String| number(name).is_some_and(|device| now.closed.contains(&device));
        pins.into_iter().zip(now.pins).all(|(wanted, is)| wanted.is_none_or(|wanted| wanted == is))
            && promise.cause.as_ref().is_none_or(|cause| now.causes.contains(cause.as_str()))
            && promise.closed.as_ref().is_none_or(is_closed)
            && !promise.open.as_ref().is_some_and(is_closed)
    }

    fn figure(&self, promise: &FigurePromise, extremes: &Extremes) -> Option<String> {
        let account = promise.device.as_ref().and_then(|name| self.devices.iter().find(|device| device.name == *name));
        let value = match promise.of {
            Figure::CellVMin => extremes.cell_v_min,
            Figure::CellVMax => extremes.cell_v_max,
            Figure::TemperatureCMin => extremes.temperature_c_min,
            Figure::TemperatureCMax => extremes.temperature_c_max,
            Figure::TemperatureSpreadKMax => extremes.temperature_spread_k_max,
            Figure::SocMin => extremes.soc_min,
            Figure::SocMax => extremes.soc_max,
            Figure::StringSpreadAMax => extremes.string_spread_a_max,
            Figure::ChargeAh => account.map_or(f64::NAN, |device| device.charge_ah),
            Figure::EnergyWh => account.map_or(f64::NAN, |device| device.energy_wh),
        };
        let kept =
            value >= promise.at_least.unwrap_or(f64::NEG_INFINITY) && value <= promise.at_most.unwrap_or(f64::INFINITY);
        let of = promise.device.as_ref().map(|name| format!(" of {name}")).unwrap_or_default();
        (!kept).then(|| {
            let limits = limits(promise.at_least, promise.at_most, "a number");
            format!("{}{of}: {value:.4}, expected {limits}", promise.of.text())
        })
    }

    fn name(&self, device: usize) -> Option<&str> {
        self.devices.get(device).map(|device| device.name.as_str())
    }

    fn window(&self, from: Option<Span>, until: Option<Span>) -> (Micros, Micros) {
        (from.map_or(0, |from| from.0), until.map_or(self.end, |until| until.0).min(self.end))
    }
}

/// What a state promise looks at.
struct State {
    pins: [Level; 3],
    causes: BTreeSet<&'static str>,
    closed: BTreeSet<usize>,
}

impl State {
    /// Every output floats, no switch conducts.
    fn at_start() -> Self {
        State { pins: [Level::Floating; 3], causes: BTreeSet::new(), closed: BTreeSet::new() }
    }

    fn follow(&mut self, happening: &Happening) {
        match *happening {
            Happening::Pin(pin, level) => self.pins[pin as usize] = level,
            Happening::Set(id, _) => {
                self.causes.insert(id);
            }
            Happening::Cleared(id) => {
                self.causes.remove(id);
            }
            Happening::Device(device, Action::Closed) => {
                self.closed.insert(device);
            }
            Happening::Device(
                device,
                Action::Opened | Action::OverVoltage | Action::ShortCircuit | Action::Reverse | Action::Locked,
            ) => {
                self.closed.remove(&device);
            }
            Happening::Device(..) => {}
        }
    }
}

fn limits<T: std::fmt::Display>(least: Option<T>, most: Option<T>, otherwise: &str) -> String {
    match (least, most) {
        (Some(least), Some(most)) => format!("{least} to {most}"),
        (Some(least), None) => format!("at least {least}"),
        (None, Some(most)) => format!("at most {most}"),
        (None, None) => format!("at least {otherwise}"),
    }
}
