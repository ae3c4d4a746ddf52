//! What a person does to the running BMS: other settings (UPD-1), other firmware (UPD-2).

use ngbank_models::time::Micros;

use super::Engine;
use super::host::DEAD;
use super::truth;
use crate::oracle::WorldEvent;
use crate::result::EventKind;
use crate::scenario::{SettingsSpec, differences};

impl Engine<'_> {
    /// The BMS is asked to take these settings. Refused or not, the record says so; without power nobody hears it.
    pub(super) fn change_settings(&mut self, t: Micros, spec: &SettingsSpec) {
        if !self.host.powered {
            self.recorder.event(t, EventKind::Fault, "settings not changed: the BMS is off".to_owned());
            return;
        }
        let settings = spec.unchecked();
        let changed = differences(self.host.settings(), &settings);
        let answer = self.host.change_settings(t, &settings);
        let text = match &answer {
            Ok(()) => format!("settings taken: {changed}"),
            Err(reasons) => format!("settings refused ({changed}): {reasons}"),
        };
        self.recorder.event(t, EventKind::Fault, text);
        if answer.is_ok() {
            self.latency.change(t, spec);
        }
        self.oracle.world(t, WorldEvent::Settings { limits: truth::limits(spec), taken: answer.is_ok() });
    }

    /// The outputs float from the next decision on.
    pub(super) fn begin_update(&mut self, t: Micros) {
        if self.host.begin_update() {
            self.oracle.world(t, WorldEvent::UpdateBegins);
        }
    }

    /// The new firmware starts, or the old one again.
    pub(super) fn end_update(&mut self, t: Micros, failed: bool) {
        if self.host.end_update(failed) {
            self.chain.bms_started();
            self.oracle.world(t, WorldEvent::UpdateEnds { failed });
            // Until the first decision after a start the outputs float.
            self.show(t, DEAD);
            self.pins_act(t);
        }
    }
}
