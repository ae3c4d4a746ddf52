//! The settings over the time of a run: each `settings-change` comes on top of those before it.

use ngbank_core::settings::Settings;

use super::file::{FaultEntry, FaultTable};

/// What one `settings-change` asks for.
#[derive(Clone, Copy, Debug)]
pub(super) struct SettingsChange {
    /// Place of the fault in the file, from 0.
    pub place: usize,
    /// The whole set.
    pub asked: Settings,
    /// The file says that the BMS refuses it; it then changes nothing for those after it.
    pub refused: bool,
}

/// All changes by their `at`; equal times keep the order of the file. `start`: the settings of the start.
pub(super) fn settings_changes(start: &Settings, faults: &[FaultEntry]) -> Vec<SettingsChange> {
    let mut entries: Vec<&FaultEntry> = faults.iter().collect();
    entries.sort_by_key(|entry| entry.time.at);
    let mut present = *start;
    let change = |entry: &FaultEntry| {
        let FaultTable::SettingsChange { settings, refused } = &entry.fault else { return None };
        let mut asked = present;
        settings.apply(&mut asked);
        if !refused {
            present = asked;
        }
        Some(SettingsChange { place: entry.place, asked, refused: *refused })
    };
    entries.into_iter().filter_map(change).collect()
}
