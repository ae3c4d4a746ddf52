//! Which rules a run has really exercised: a mark for each rule id, made where the rule acts.
//!
//! Marks look at pins, causes, the firmware's public answers and the hardware around it; they judge nothing (that is
//! the oracle's work) and are no part of the digest. A mark says that the rule's behaviour was seen in this run, not
//! only that something close to it happened. A rule whose mark no scenario sets is a gap in the requirement table.

use std::collections::BTreeSet;

use ngbank_core::frame::{Report, Status};
use ngbank_core::readout::{Readout, ReadoutConfig};
use ngbank_core::settings::{Countdown, OverCurrentAction, Settings};
use ngbank_core::units::Instant;
use ngbank_core::{Bms, Cause, CauseSet, Drive, Led, Outputs, PreAlarm};
use ngbank_models::time::{MS, Micros, SECOND};

use crate::scenario::RemoteWiring;

use Cause::{
    BankMismatch, ChargeOverCurrent, Clock, ColdCharge, ColdDischarge, Communication, DischargeCurrentWarning,
    DischargeOverCurrent, FirmwareUpdate, FloorAlarm, FloorWarning, HotCharge, HotDischarge, OverVoltage, RemoteOff,
    StartUp, UnderVoltage,
};
use Drive::{Floating, High};

/// A rule, and whether it has acted at a change of outputs.
type Mark = (&'static str, fn(&Change<'_>) -> bool);

/// When outputs change, which rules have acted. Causes (OUT-…) mark themselves.
const RULES: &[Mark] = &[
    ("PRE-1", |c| c.set(Cause::PreAlarm)),
    ("PRE-2", |c| c.is_uv_cut()),
    ("PRE-3", |c| c.cleared(Cause::PreAlarm)),
    ("PRE-4", |c| c.is_uv_cut() && c.settings.countdown == Countdown::FromUnderVoltage),
    ("PRE-5", |c| matches!(c.after.pre_alarm, PreAlarm::Intermittent { .. })),
    ("PRE-6", |c| c.before.load == Floating && c.empties() && warns(c.before) && !warns(c.after)),
    ("UV-1", |c| c.set(UnderVoltage) && c.before.load == High),
    ("UV-2", |c| c.cleared(UnderVoltage)),
    ("UV-3", |c| c.after.low_cell_state && c.draw_a < c.draw_before_a),
    ("UV-4", |c| c.after.low_cell_state && c.after.charger == High),
    ("UV-5", |c| c.set(UnderVoltage) && (c.before.load == Floating || c.after.load_causes != only(UnderVoltage))),
    ("OV-1", |c| c.set(OverVoltage)),
    ("OV-2", |c| c.cleared(OverVoltage)),
    ("TEMP-1", |c| c.set(ColdCharge)),
    ("TEMP-2", |c| c.set(HotCharge)),
    ("TEMP-3", |c| c.set(ColdDischarge) || c.set(HotDischarge)),
    ("TEMP-4", |c| [ColdCharge, HotCharge, ColdDischarge, HotDischarge].into_iter().any(|cause| c.cleared(cause))),
    ("OC-1", |c| c.set(DischargeCurrentWarning)),
    ("OC-2", |c| c.set(DischargeOverCurrent) || c.set(ChargeOverCurrent)),
    // A retry comes after 60 s: what lasts longer is the latch.
    ("OC-3", |c| c.over_current_for > 61 * SECOND),
    // What warns for longer than 30 s and leaves LOAD alone would have been cut.
    ("OC-4", |c| c.warned_for > 31 * SECOND && c.settings.over_current_action == OverCurrentAction::Warn),
    ("SOC-1", |c| c.settings.bank.parallel > 1 && (c.set(FloorWarning) || c.set(FloorAlarm))),
    ("SOC-2", |c| c.set(FloorWarning)),
    ("SOC-3", |c| c.set(FloorAlarm) && c.after.load == Floating),
    ("SOC-4", |c| c.cleared(FloorWarning) || c.cleared(FloorAlarm)),
    ("COM-1", |c| c.new_error(32)),
    ("COM-2", |c| c.set(Communication) && (c.new_error(32) || c.new_error(39))),
    ("COM-3", |c| c.bms.counters().damaged > 0),
    ("COM-4", |c| c.set(Communication) && c.new_error(7)),
    ("COM-5", |c| c.cleared(Communication)),
    ("COM-7", |c| c.set(BankMismatch)),
    ("BOOT-1", |c| c.cleared(StartUp)),
    // No battery has reported since the reset: what is known now was retained.
    ("BOOT-2", |c| holds(c.after, StartUp) && !c.kept.is_empty() && c.kept.without(shown(c.after)).is_empty()),
    ("SUP-1", |c| c.powered && !c.was_powered),
    ("SUP-2", |c| c.powered && c.was_powered && c.draw_a < c.draw_before_a),
    ("SUP-3", |c| c.fuse_blown && c.before.load == High && *c.after == Outputs::NONE),
    ("REM-1", |c| c.cleared(RemoteOff)),
    ("REM-2", |c| c.wiring == RemoteWiring::HToPlus && c.after.load == High),
    ("REM-3", |c| c.set(RemoteOff) && c.since_rewired >= Micros::from(c.debounce_ms()) * MS && c.debounce_ms() > 0),
    ("REM-4", |c| c.cleared(RemoteOff) && c.before.load == Floating && c.after.load == High),
    ("TIME-2", |c| c.cleared(Clock)),
    ("DIAG-1", |c| c.new_error(36) && !c.has_over_current()),
    ("LED-1", |c| c.after.blue != Led::Off),
    ("LED-2", |c| c.reds == [true; 2]),
    ("LED-3", |c| (c.after.red, c.after.blue) == (Led::Blinking, Led::Blinking) && holds(c.after, FirmwareUpdate)),
    ("HIST-1", |c| c.bms.history().errors[0].is_some() && c.bms.history().pre_alarms > 0),
    ("ERR-1", |c| c.after.error.is_some()),
    ("UPD-2", |c| c.updated && c.after.load == High),
];

/// The marks of one run, and what it takes to make them.
#[derive(Debug)]
pub struct Reach {
    ids: BTreeSet<&'static str>,
    settings: Settings,
    now: Option<Instant>,
    powered: bool,
    draw_a: f64,
    rewired: Micros,
    /// Since when each over-current cause holds.
    over_current_since: [Option<Micros>; 2],
    /// Since when the discharge current warning holds with LOAD High.
    warned_since: Option<Micros>,
    /// What a watchdog reset must keep.
    kept: CauseSet,
    /// The red LED has blinked, and has been lit.
    reds: [bool; 2],
    /// A firmware update has been seen.
    updated: bool,
    /// What the radio sends while it is on: it is asked when outputs change, never inside a decision.
    readout: Readout,
}

/// Key and product of the readout; a mark asks only whether a changed record is a new advertisement.
const RADIO: ReadoutConfig = ReadoutConfig { product_id: 0, key: [0; 16] };

/// The hardware around the firmware at a change of outputs.
#[derive(Clone, Copy, Debug)]
pub struct Surroundings {
    /// The supply is there.
    pub powered: bool,
    /// A short has blown its fuse.
    pub fuse_blown: bool,
    /// What the BMS draws, A.
    pub draw_a: f64,
    /// How the remote is wired.
    pub wiring: RemoteWiring,
}

/// A change of outputs with what surrounds it.
struct Change<'a> {
    now: Instant,
    before: &'a Outputs,
    after: &'a Outputs,
    bms: &'a Bms,
    settings: &'a Settings,
    powered: bool,
    was_powered: bool,
    fuse_blown: bool,
    draw_a: f64,
    draw_before_a: f64,
    wiring: RemoteWiring,
    since_rewired: Micros,
    /// How long an over-current cause has held that ends here.
    over_current_for: Micros,
    /// How long the discharge current warning has held with LOAD High that ends here.
    warned_for: Micros,
    kept: CauseSet,
    reds: [bool; 2],
    updated: bool,
}

impl Reach {
    /// Nothing is marked yet.
    pub fn new(settings: &Settings) -> Self {
        Self {
            ids: BTreeSet::new(),
            settings: *settings,
            now: None,
            powered: true,
            draw_a: 0.0,
            rewired: 0,
            over_current_since: [None; 2],
            warned_since: None,
            kept: CauseSet::EMPTY,
            reds: [false; 2],
            updated: false,
            readout: Readout::new(),
        }
    }

    /// A decision of a BMS whose clock reads `now` and whose settings are these.
    pub fn decision(&mut self, now: Instant, settings: &Settings) {
        if let Some(last) = self.now.replace(now)
            && !now.is_before(last)
            && now.as_millis() < last.as_millis()
        {
            self.ids.insert("TIME-1");
        }
        if *settings != self.settings {
            self.settings = *settings;
            self.ids.insert("UPD-1");
        }
    }

    /// A report that the BMS has received.
    pub fn report(&mut self, report: &Report) {
        if report.status.any(Status::RULED) {
            self.ids.insert("COM-6");
        }
    }

    /// A charge counter has been set to full, or its offset to zero.
    pub fn counter(&mut self) {
        self.ids.insert("SOC-5");
    }

    /// The remote is wired anew.
    pub fn rewired(&mut self, t: Micros) {
        self.rewired = t;
    }

    /// The watchdog is about to reset a BMS that shows this: what it must keep (BOOT-2).
    pub fn watchdog(&mut self, outputs: &Outputs) {
        let lost = Cause::ALL
            .into_iter()
            .filter(|cause| matches!(cause.id(), "OUT-9" | "OUT-10" | "OUT-11" | "OUT-14" | "OUT-15"));
        self.kept = lost.fold(shown(outputs), |kept, cause| kept.without(only(cause)));
    }

    /// Outputs have changed at `t`, when the BMS's clock reads `now`.
    pub fn outputs(
        &mut self,
        t: Micros,
        now: Instant,
        before: &Outputs,
        after: &Outputs,
        bms: &Bms,
        around: Surroundings,
    ) {
        self.ids.extend(shown(after).iter().map(Cause::id));
        self.reds[0] |= after.red == Led::Blinking;
        self.reds[1] |= after.red == Led::On;
        self.updated |= holds(after, FirmwareUpdate);
        if after.blue != Led::Off {
            self.readout.observe(now, bms);
            let nonce = self.readout.nonce();
            let changed = self.readout.advertise(bms, &RADIO);
            let unchanged = self.readout.advertise(bms, &RADIO);
            // A changed record goes out under the next nonce, an unchanged one as before.
            if self.readout.nonce() == nonce.wrapping_add(1) && unchanged == changed {
                self.ids.insert("READ-1");
            }
        }
        let over_current = [DischargeOverCurrent, ChargeOverCurrent].map(|cause| holds(after, cause));
        let ended = self.over_current_since.iter_mut().zip(over_current).map(|(since, holds)| time(since, t, holds));
        let over_current_for = ended.max().unwrap_or(0);
        let warned = holds(after, DischargeCurrentWarning) && after.load == High;
        let warned_for = time(&mut self.warned_since, t, warned);
        let change = Change {
            now,
            before,
            after,
            bms,
            settings: &self.settings,
            powered: around.powered,
            was_powered: self.powered,
            fuse_blown: around.fuse_blown,
            draw_a: around.draw_a,
            draw_before_a: self.draw_a,
            wiring: around.wiring,
            since_rewired: t - self.rewired,
            over_current_for,
            warned_for,
            kept: self.kept,
            reds: self.reds,
            updated: self.updated,
        };
        let reached = RULES.iter().filter(|(_, acts)| acts(&change)).map(|&(id, _)| id);
        self.ids.extend(reached);
        if *after != Outputs::NONE {
            self.kept = CauseSet::EMPTY;
        }
        self.powered = around.powered;
        self.draw_a = around.draw_a;
    }

    /// Ids of the rules that were reached, in alphabetical order.
    pub fn finish(self) -> Vec<&'static str> {
        self.ids.into_iter().collect()
    }
}

impl Change<'_> {
    /// The running firmware sets the cause here.
    fn set(&self, cause: Cause) -> bool {
        *self.before != Outputs::NONE && !holds(self.before, cause) && holds(self.after, cause)
    }

    /// The running firmware clears the cause here; not a loss of power or a reset.
    fn cleared(&self, cause: Cause) -> bool {
        *self.after != Outputs::NONE && holds(self.before, cause) && !holds(self.after, cause)
    }

    /// LOAD falls for an under-voltage alone, after a warning.
    fn is_uv_cut(&self) -> bool {
        let falls = self.before.load == High && self.after.load == Floating;
        falls && warns(self.before) && self.after.load_causes == only(UnderVoltage)
    }

    /// LOAD floats for an empty bank.
    fn empties(&self) -> bool {
        self.after.load == Floating && (holds(self.after, UnderVoltage) || holds(self.after, FloorAlarm))
    }

    /// This error number has come with this decision.
    fn new_error(&self, number: u8) -> bool {
        self.bms.history().errors.contains(&Some((number, self.now)))
    }

    fn has_over_current(&self) -> bool {
        holds(self.after, DischargeOverCurrent) || holds(self.after, ChargeOverCurrent)
    }

    fn debounce_ms(&self) -> u32 {
        self.settings.remote_debounce_ms.unsigned_abs()
    }
}

/// How long something has held that ends at `t`; 0 if nothing ends.
fn time(since: &mut Option<Micros>, t: Micros, holds: bool) -> Micros {
    if holds {
        since.get_or_insert(t);
        return 0;
    }
    since.take().map_or(0, |since| t - since)
}

fn shown(outputs: &Outputs) -> CauseSet {
    outputs.load_causes.union(outputs.charger_causes).union(outputs.pre_alarm_causes)
}

fn holds(outputs: &Outputs, cause: Cause) -> bool {
    shown(outputs).contains(cause)
}

fn only(cause: Cause) -> CauseSet {
    CauseSet::only(cause)
}

fn warns(outputs: &Outputs) -> bool {
    outputs.pre_alarm != PreAlarm::Floating
}
