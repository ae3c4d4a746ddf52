//! The pre-alarm output: the 30 s before a UV cut (PRE-2, PRE-4), its pattern (PRE-5), what follows a cut (PRE-6).

use crate::bms::Bms;
use crate::cause::{Cause, CauseSet};
use crate::outputs::{Drive, Outputs, PreAlarm};
use crate::settings::{Countdown, PreAlarmPattern};
use crate::units::{Instant, Millis};

/// PRE-2: both pins High for so long before LOAD floats for UV.
const LEAD: Millis = Millis::seconds(30);
/// PRE-2: a longer gap between two decisions counts as this.
const GAP_MAX: Millis = Millis::seconds(1);
/// PRE-6: the longest time that can be set.
pub(crate) const AFTER_CUT_MAX: Millis = Millis::seconds(86_400);
/// Causes whose cut PRE-6 speaks of.
const EMPTY_BANK: CauseSet = CauseSet::only(Cause::UnderVoltage).union(CauseSet::only(Cause::FloorAlarm));

impl Bms {
    /// PRE-2's time.
    pub(crate) fn lead(&self) -> Millis {
        LEAD.less(self.planted().early)
    }

    /// PRE-2's count up to this decision, if both pins were High at the last one.
    pub(crate) fn count_both_high(&self, elapsed: Millis) -> Millis {
        if self.outputs.both_high() {
            self.both_high.plus(elapsed.min(GAP_MAX.less(self.gap_counted))).min(LEAD)
        } else {
            Millis::ZERO
        }
    }

    /// PRE-2's count so much later. Longer gaps than it counts are over before a decision looks.
    pub(crate) fn pass_both_high(&mut self, length: Millis) {
        if self.outputs.both_high() {
            self.both_high = self.both_high.plus(length).min(LEAD);
        }
    }

    /// UV-1's hold while LOAD is High. PRE-4: the cell is below UV for as long as the countdown.
    pub(crate) fn under_voltage_hold(&self) -> Millis {
        let hold = Millis::new(self.settings.under_voltage_hold_ms.unsigned_abs());
        match self.settings.countdown {
            Countdown::FromPreAlarm => hold,
            Countdown::FromUnderVoltage => hold.max(self.lead()),
        }
    }

    /// What PRE-ALARM shows. `raised`: a cause with "High" holds, and none with "Floating".
    pub(crate) fn pre_alarm(&self, now: Instant, raised: bool, load: Drive) -> PreAlarm {
        if !raised || (load == Drive::Floating && self.is_long_after_cut()) {
            return PreAlarm::Floating;
        }
        match (self.settings.pre_alarm_pattern, self.outputs.pre_alarm) {
            (PreAlarmPattern::Continuous, _) => PreAlarm::High,
            (PreAlarmPattern::Intermittent, PreAlarm::Intermittent { since }) => PreAlarm::Intermittent { since },
            (PreAlarmPattern::Intermittent, _) => PreAlarm::Intermittent { since: now },
        }
    }

    /// PRE-6: the time of a cut has passed, and PRE-ALARM floats.
    fn is_long_after_cut(&self) -> bool {
        match (self.floats_after_cut(), self.after_cut) {
            (Some(limit), Some(time)) => time >= limit,
            _ => false,
        }
    }

    /// PRE-6's setting; `None` is never.
    pub(crate) fn floats_after_cut(&self) -> Option<Millis> {
        let seconds = self.settings.pre_alarm_after_cutoff_s.unsigned_abs();
        (seconds > 0).then_some(Millis::seconds(seconds))
    }

    /// PRE-6: counts from a UV or floor cut on; a LOAD that is High ends it.
    pub(crate) fn time_after_cut(&mut self, outputs: &Outputs) {
        if outputs.load == Drive::High {
            self.after_cut = None;
        } else if self.outputs.load == Drive::High && !outputs.load_causes.intersection(EMPTY_BANK).is_empty() {
            self.after_cut = Some(Millis::ZERO);
        }
    }

    /// PRE-6: so much later.
    pub(crate) fn pass_after_cut(&mut self, elapsed: Millis) {
        self.after_cut = self.after_cut.map(|time| time.plus(elapsed).min(AFTER_CUT_MAX));
    }
}
