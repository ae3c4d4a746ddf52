//! The part of the state that decides the future.

use crate::battery::LOSS_WINDOW;
use crate::bms::{Bms, bit, numbered};
use crate::outputs::PreAlarm;
use crate::overcurrent::Direction;
use crate::settings::BATTERIES_MAX;
use crate::threshold::{State, hold_of};
use crate::units::{Instant, Millis};

/// Bytes of the state that decides the future: causes, latches, values, timers as remaining times; no counters, no
/// history. Two cores with equal bytes answer all later calls alike, if their clocks are shifted alike.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Canonical {
    bytes: [u8; Self::SIZE],
    length: usize,
}

impl Canonical {
    /// Room for 50 batteries.
    const SIZE: usize = 6144;

    /// Empty.
    pub const fn new() -> Self {
        Self { bytes: [0; Self::SIZE], length: 0 }
    }

    /// The bytes.
    pub fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or(&[])
    }

    pub(crate) fn clear(&mut self) {
        self.length = 0;
    }

    pub(crate) fn put(&mut self, bytes: &[u8]) {
        let end = self.length.saturating_add(bytes.len());
        if let Some(place) = self.bytes.get_mut(self.length..end) {
            // Not `copy_from_slice`: its check of lengths is a panic that no compiler proves away here.
            for (to, &from) in place.iter_mut().zip(bytes) {
                *to = from;
            }
            self.length = end;
        }
    }
}

impl Default for Canonical {
    fn default() -> Self {
        Self::new()
    }
}

impl Bms {
    /// Feeds the part of the state that decides the future to `put`, piece by piece; every time as its distance from
    /// `now`. The pieces together are the bytes of [`Bms::canonical`], for those who have no memory to keep them.
    pub fn canonical_with(&self, now: Instant, put: &mut impl FnMut(&[u8])) {
        let age = |at: Instant| now.since(at).as_millis().to_le_bytes();
        let maybe = |at: Option<Instant>| at.map_or(u32::MAX, |at| now.since(at).as_millis()).to_le_bytes();
        let [remote, remote_sees] = self.remote.canonical();
        put(&[
            u8::from(self.configured),
            u8::from(self.updating),
            u8::from(self.clock.is_some()),
            u8::from(self.clock_fault),
            u8::from(self.complete),
            u8::from(self.mismatch.serial),
            u8::from(self.mismatch.model),
            u8::from(self.mismatch.count),
            self.mismatch.battery,
            self.floor.warning as u8,
            self.floor.alarm as u8,
            remote,
            remote_sees,
            self.supply as u8,
            u8::from(self.watchdog),
            u8::from(self.started_late),
        ]);
        put(&self.silent.to_le_bytes());
        put(&self.distrusted.to_le_bytes());
        put(&self.clear_hold.as_millis().to_le_bytes());
        put(&self.both_high.as_millis().to_le_bytes());
        put(&self.gap_counted.as_millis().to_le_bytes());
        for at in [self.last_uv_cut, self.relief_since, self.remote.changing_since, self.clean_since, self.last_step] {
            put(&maybe(at));
        }
        let count = |count: Option<Millis>| count.map_or(u32::MAX, Millis::as_millis).to_le_bytes();
        put(&count(self.low_cell.idle));
        put(&count(self.low_cell.charging));
        put(&count(self.after_cut));
        for ignored in self.ignored {
            put(&count(ignored));
        }
        if !self.complete {
            put(&age(self.started));
            put(&maybe(self.mismatch.last));
        }
        for row in &self.rows {
            row.canonical(now, put);
        }
        for cuts in &self.cuts {
            cuts.canonical(now, put);
        }
        put(&self.active.bits().to_le_bytes());
        for (info, cause) in self.infos.iter().zip(crate::Cause::ALL) {
            if self.active.contains(cause) {
                put(&[info.battery.unwrap_or(u8::MAX), info.cell.unwrap_or(u8::MAX)]);
                put(&age(info.since));
            }
        }
        if let PreAlarm::Intermittent { since } = self.outputs.pre_alarm {
            put(&age(since));
        }
        put(&self.outputs.load_causes.bits().to_le_bytes());
        put(&self.outputs.charger_causes.bits().to_le_bytes());
        put(&self.outputs.pre_alarm_causes.bits().to_le_bytes());
        for place in 0..self.settings.bank.batteries().min(BATTERIES_MAX) {
            self.battery_into(now, place, put);
        }
    }

    fn battery_into(&self, now: Instant, place: usize, put: &mut impl FnMut(&[u8])) {
        let maybe = |at: Option<Instant>| at.map_or(u32::MAX, |at| now.since(at).as_millis()).to_le_bytes();
        let Some(battery) = self.batteries.get(place) else { return };
        let values = &battery.values;
        put(&battery.serial.unwrap_or(0).to_le_bytes());
        put(&maybe(battery.serial.map(|_| battery.last_seen)));
        put(&[
            u8::from(battery.seen()),
            battery.sequence,
            u8::from(battery.implausible),
            u8::from(battery.measurement_error),
            // Counts only towards a complete bank (BOOT-1, TIME-2).
            if self.complete && !self.clock_fault { 0 } else { battery.complete },
            battery.trust,
            u8::from(battery.third_loss),
            values.lowest_cell,
            values.highest_cell,
        ]);
        for loss in battery.losses {
            // Older losses decide nothing (COM-5).
            put(&maybe(loss.filter(|&at| now.since(at) <= LOSS_WINDOW)));
        }
        for (row_place, row) in numbered(self.rows.iter()) {
            let Some(since) = hold_of(row_place).and_then(|slot| battery.hold_since.get(slot)) else { continue };
            // A tripped row looks at no hold; it clears only where no battery shows its condition.
            let counts = row.state != State::Tripped && row.set & bit(place) != 0;
            put(&(if counts { now.since(*since).as_millis() } else { u32::MAX }).to_le_bytes());
        }
        for mv in [values.lowest_mv, values.highest_mv, values.soc_pm, values.status.bits()] {
            put(&mv.to_le_bytes());
        }
        put(&values.coldest_dc.to_le_bytes());
        put(&values.hottest_dc.to_le_bytes());
        put(&values.current_ma.to_le_bytes());
        for (currents, _) in battery.currents.iter().zip(Direction::BOTH) {
            currents.canonical(put);
        }
    }
}
