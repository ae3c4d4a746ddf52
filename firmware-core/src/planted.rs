//! Bugs to plant, for the tests of the tests. Never part of a shipped build: without the feature `mutants` nothing of
//! this file is compiled.
//!
//! [`Bug`] is a list of mistakes that battery firmwares really had, each in the form in which it could occur here. A bug
//! spoils what the rules see or what they leave behind: a frame before it is taken, the state before a decision, the
//! state and the outputs after one.

use crate::battery::Battery;
use crate::bms::{Bms, ResetCause, with_bits};
use crate::cause::{Cause, CauseSet};
use crate::frame::{Frame, MAX_FRAME, Report, Status};
use crate::outputs::{Drive, Outputs};
use crate::overcurrent::Cut;
use crate::table::RAISES_PRE_ALARM;
use crate::threshold::{KINDS, State};
use crate::units::{Instant, Millis};

/// A bug to plant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mutant {
    /// This cause is never set: its row is missing, or its limit has no caller.
    RowRemoved(Cause),
    /// PRE-2 counts so many milliseconds less than 30 s.
    CutsEarly {
        /// Milliseconds.
        ms: u32,
    },
    /// LOAD never floats for UV, though the cause is reported.
    NeverCuts,
    /// A mistake that other firmwares had.
    Bug(Bug),
}

macro_rules! bugs {
    ($(#[doc = $planted:literal] $bug:ident = $name:literal,)*) => {
        /// A mistake that battery firmwares really had.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Bug {
            $(#[doc = $planted] $bug,)*
        }

        impl Bug {
            /// Every one.
            pub const ALL: [Self; [$($name),*].len()] = [$(Self::$bug),*];

            /// The mistake in words.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$bug => $name,)* }
            }

            /// What is done in its stead here.
            pub const fn planted(self) -> &'static str {
                match self { $(Self::$bug => $planted.trim_ascii(),)* }
            }
        }
    };
}

bugs! {
    /// Batteries from the third on report what a healthy one would.
    OnlyFirstTwo = "only the first two of N are looked at",
    /// A word of batteries has 32 bits.
    NarrowIndex = "an index too narrow for all batteries",
    /// The last cell counts as the lowest and the highest.
    LastCell = "the search picks the last cell",
    /// A cell below the plausible range counts as a healthy one.
    ZeroExempt = "a 0 V cell is exempt from under-voltage",
    /// The hottest sensor counts as the coldest.
    HottestForCold = "under-temperature is judged on the hottest sensor",
    /// A temperature without a reading counts as 20 °C.
    MissingReading = "no reading vanishes in the minimum",
    /// Charge counts as discharge.
    SignFlipped = "the sign of the current is flipped",
    /// Damaged frames are taken.
    ChecksumAlwaysTrue = "a check that is always true",
    /// The lowest state of charge of a string counts in every later string.
    NotResetPerString = "a minimum is not reset per string",
    /// In the low-cell state CHARGER stays as it is.
    StuckSubState = "a sub-state stops reading fatal flags",
    /// The time of an over-current cut begins anew for ever.
    WaitsForEver = "a wait without an end",
    /// A cut counts as two.
    CountsTwice = "a retry counts twice",
    /// A battery is trusted after 10 frames, not 20.
    HalfConstant = "a constant of half the value",
    /// "Too hot to charge" clears only while the bank is charged.
    NeverClearsDischarging = "over-temperature never clears after the current reverses",
    /// A silent battery is not marked.
    NeverWritten = "a flag that is read and never written",
    /// While one battery is not trusted, no threshold trips.
    OneDisarmsAll = "one invalid battery disarms all rules",
    /// A cut that does not work counts.
    AdvancesAnyway = "the state advances although the switch did not act",
    /// Clear rules look at old values of silent batteries.
    StaleClears = "stale data is used after a read error",
    /// "Too cold to discharge" is in no column.
    NoMask = "a flag that belongs to no mask",
    /// A wire that floats counts as a device that is off.
    EchoedFeedback = "feedback echoes the command",
    /// PRE-2 counts 100 ms per decision.
    CountsCalls = "a count of calls taken for time",
    /// A warning sets LOAD High again.
    Overwritten = "a limit is overwritten later in the loop",
    /// A lost battery restarts the firmware without what it retained.
    HandlerRestarts = "a fault handler re-enters start-up",
    /// Every 5 s all holds begin anew.
    PeriodicReset = "a periodic reset clears timers",
    /// Clear values are those at which the rows trip.
    NoHysteresis = "no hysteresis",
    /// UV and OV never clear.
    NeverRecovers = "never recovering from OV or UV",
}

/// What planted bugs change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Planted {
    pub removed: CauseSet,
    pub early: Millis,
    pub never_cuts: bool,
    bug: Option<Bug>,
    /// When the holds last began anew.
    reset: Instant,
}

impl Planted {
    pub const NOTHING: Self = Self {
        removed: CauseSet::EMPTY,
        early: Millis::ZERO,
        never_cuts: false,
        bug: None,
        reset: Instant::from_millis(0),
    };
}

impl Bms {
    /// Plants a bug, for the tests of the tests. It survives a start.
    pub fn plant(&mut self, mutant: Mutant) {
        match mutant {
            Mutant::RowRemoved(cause) => {
                self.planted.removed.insert(cause);
                for (row, kind) in self.rows.iter_mut().zip(&KINDS) {
                    if kind.cause == cause {
                        row.state = State::Clear;
                    }
                }
            }
            Mutant::CutsEarly { ms } => self.planted.early = Millis::new(ms),
            Mutant::NeverCuts => self.planted.never_cuts = true,
            Mutant::Bug(bug) => self.planted.bug = Some(bug),
        }
    }

    pub(crate) fn planted(&self) -> Planted {
        self.planted
    }

    /// A frame as a bug makes the rules see it.
    pub(crate) fn spoil_frame(&self, bytes: &[u8], spoilt: &mut [u8; MAX_FRAME]) -> Option<usize> {
        let bug = self.planted.bug?;
        if bug == Bug::ChecksumAlwaysTrue {
            return mend_checksum(bytes, spoilt);
        }
        let mut report = Report::decode(bytes).ok()?;
        let cells = usize::from(report.cell_count);
        match bug {
            Bug::OnlyFirstTwo if report.position >= 2 => make_healthy(&mut report),
            Bug::NarrowIndex if report.position >= 32 => make_healthy(&mut report),
            Bug::LastCell => {
                if let Some(&last) = report.cells_mv.get(cells.saturating_sub(1)) {
                    report.cells_mv = [last; 16];
                }
            }
            Bug::ZeroExempt => report.cells_mv.iter_mut().filter(|mv| **mv < 500).for_each(|mv| *mv = 3300),
            Bug::HottestForCold => report.coldest_dc = report.hottest_dc,
            Bug::MissingReading => {
                for dc in [&mut report.coldest_dc, &mut report.hottest_dc] {
                    if !(-450..=1000).contains(dc) {
                        *dc = 200;
                    }
                }
            }
            Bug::SignFlipped => report.current_ma = report.current_ma.saturating_neg(),
            _ => return None,
        }
        Some(report.encode(spoilt))
    }

    /// The state as a bug leaves it to a decision.
    pub(crate) fn spoil_state(&mut self, now: Instant) {
        let Some(bug) = self.planted.bug else { return };
        match bug {
            Bug::NotResetPerString => {
                let bank = self.settings.bank;
                let batteries = self.batteries.iter().take(bank.batteries());
                let lowest = batteries.map(|battery| battery.values.soc_pm).min().unwrap_or(0);
                let strings = u32::from(bank.parallel);
                let first = self.batteries.iter().take(bank.series.into()).map(|battery| battery.values.soc_pm).min();
                self.floor.sum_pm = u32::from(lowest).saturating_mul(strings.saturating_sub(1));
                self.floor.sum_pm = self.floor.sum_pm.saturating_add(first.unwrap_or(0).into());
            }
            Bug::WaitsForEver => {
                for cuts in &mut self.cuts {
                    if let Cut::Running { since, counted: Some(_), .. } = &mut cuts.cut {
                        *since = now;
                    }
                }
            }
            Bug::CountsTwice => self.cuts.iter_mut().for_each(|cuts| {
                if let [Some(only), None] = cuts.counted {
                    cuts.counted = [Some(only); 2];
                }
            }),
            Bug::HalfConstant => {
                for (bit, battery) in with_bits(self.batteries.iter()) {
                    if battery.trust >= 10 {
                        self.distrusted &= !bit;
                    }
                }
                let untrusted = self.untrusted();
                self.rows.iter_mut().for_each(|row| row.time_clearing(now, untrusted));
            }
            Bug::NeverClearsDischarging => {
                let charged = self.bank_charge_ma() > 0;
                let row = self.rows.iter_mut().skip(Cause::HotCharge as usize).take(1);
                row.filter(|row| row.state == State::Tripped && !charged).for_each(|row| row.clear_since = None);
            }
            Bug::NeverWritten => self.watch.due = now.plus(Millis::seconds(60)),
            Bug::OneDisarmsAll if self.untrusted() != 0 => {
                self.rows.iter_mut().for_each(|row| row.set = 0);
            }
            Bug::AdvancesAnyway => {
                for cuts in &mut self.cuts {
                    if let Cut::Running { since, counted: counted @ Some(false), .. } = &mut cuts.cut {
                        *counted = Some(true);
                        let [newest, _] = cuts.counted;
                        cuts.counted = [Some(*since), newest];
                    }
                }
            }
            Bug::StaleClears => self.rows.iter_mut().for_each(|row| row.time_clearing(now, 0)),
            Bug::EchoedFeedback => {
                self.ignored = [None; 2];
                for cuts in &mut self.cuts {
                    if let Cut::Running { counted: counted @ Some(false), .. } = &mut cuts.cut {
                        *counted = Some(true);
                    }
                }
            }
            Bug::CountsCalls => {
                let tick = Millis::new(100);
                self.last_step =
                    self.last_step.map(|_| Instant::from_millis(now.as_millis().wrapping_sub(tick.as_millis())));
            }
            Bug::HandlerRestarts if self.distrusted != 0 && self.active.contains(Cause::Communication) => {
                self.boot(ResetCause::PowerOn, None);
                self.advance_clock(now);
            }
            Bug::PeriodicReset if now.since(self.planted.reset) >= Millis::seconds(5) => {
                self.planted.reset = now;
                self.both_high = Millis::ZERO;
                self.batteries.iter_mut().for_each(|battery| battery.hold_since = [now; 2]);
                self.rows.iter_mut().for_each(|row| row.clear_since = row.clear_since.map(|_| now));
            }
            Bug::NoHysteresis => {
                for row in &mut self.rows {
                    row.limits.clear_from = row.limits.set_below;
                }
                let untrusted = self.untrusted();
                let reported = |battery: &Battery| battery.has_values();
                for (bit, battery) in with_bits(self.batteries.iter_mut()).filter(|(_, battery)| reported(battery)) {
                    for (row, kind) in self.rows.iter_mut().zip(&KINDS) {
                        row.update(kind, battery, bit, now, untrusted);
                    }
                }
            }
            Bug::NeverRecovers => {
                let rows = self.rows.iter_mut().skip(Cause::UnderVoltage as usize).take(2);
                rows.filter(|row| row.state == State::Tripped).for_each(|row| row.clear_since = None);
            }
            _ => {}
        }
    }

    /// The outputs as a bug leaves them; `before`: those of the last decision.
    pub(crate) fn spoil_outputs(&mut self, before: &Outputs) {
        let Some(bug) = self.planted.bug else { return };
        let warns = !self.active.intersection(RAISES_PRE_ALARM).is_empty();
        let outputs = &mut self.outputs;
        match bug {
            Bug::StuckSubState if outputs.low_cell_state && before.low_cell_state => {
                (outputs.charger, outputs.charger_causes) = (before.charger, before.charger_causes);
            }
            Bug::NoMask => {
                outputs.load_causes = outputs.load_causes.without(CauseSet::only(Cause::ColdDischarge));
                outputs.load = if outputs.load_causes.is_empty() { Drive::High } else { Drive::Floating };
            }
            Bug::Overwritten if warns && !self.active.contains(Cause::UnderVoltage) => {
                (outputs.load, outputs.load_causes) = (Drive::High, CauseSet::EMPTY);
            }
            _ => {}
        }
    }
}

/// Values of a battery that nothing is wrong with.
fn make_healthy(report: &mut Report) {
    report.cells_mv = [3300; 16];
    (report.coldest_dc, report.hottest_dc) = (200, 200);
    report.current_ma = 0;
    report.soc_pm = 500;
    report.status = Status::NONE;
}

/// The frame with a checksum that fits what it says, if it has the form of a frame.
fn mend_checksum(bytes: &[u8], mended: &mut [u8; MAX_FRAME]) -> Option<usize> {
    let body = bytes.split_last_chunk::<2>()?.0;
    let checksum = crate::frame::CRC.checksum(body).to_le_bytes();
    let place = mended.get_mut(..bytes.len())?;
    for (to, from) in place.iter_mut().zip(body.iter().copied().chain(checksum)) {
        *to = from;
    }
    Frame::decode(place).ok().map(|_| bytes.len())
}
