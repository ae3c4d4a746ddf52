//! Jumping over grid points on which nothing can happen.
//!
//! At the start of a cycle the firmware is asked for its promise ([`Quiet`]): until when, and within which band of
//! every reported value, nothing that matters can change. As long as the bounds of the plant's steps, taken through
//! the electronics' own arithmetic, stay inside the bands, whole cycles are passed without being executed.
//!
//! The jump ends a cycle or two *before* the first one that may matter: [`Bms::fast_forward`] brings the firmware to the
//! start of these, and their frames are executed, so that every value the firmware holds is as fresh as in lockstep.
//! Two, where something happens within a cycle, or where the frame of the 50th battery arrives when the next cycle has
//! begun. They may begin in a step of the plant that is already committed: the plant keeps one step to be read late, and
//! what would be lost with it is sampled before (the *checkpoint*). Their decisions change nothing: samples and deadline
//! promise it.
//!
//! What is executed are whole cycles, of every battery. `fast_forward` moves the clock, what is counted from decision to
//! decision, and the freshness of all batteries at once; the core has no call that says "this one battery has reported
//! within its band". So while one battery needs its frames, the frames of the others cannot be left out.
//!
//! Bands are looked at in four stages: the box around the whole bank and the whole step, compared with limits that were
//! made of all bands and the batteries' offsets when the promise was taken; where it fails, each battery's box with its own
//! limits; for a battery that fails there, the bounds of every cell through the electronics' own arithmetic, over halves of
//! the step and halves of these; where a few cycles are left, what the battery will report in each of them. So a battery
//! that lies within its noise of a threshold does not end a jump; only a report beyond the threshold does.

use std::ops::Range;

use ngbank_core::{Band, Quiet, frame::Report};
use ngbank_models::electronics::Envelope;
use ngbank_models::time::{MS, Micros};

use super::Engine;
use super::grid::{CYCLE, DECISION, SLOT};
use super::host::millivolts;

/// A jump shorter than this many cycles is not worth its price.
const CYCLES_MIN: u64 = 4;
/// So many cycles are executed after a jump before anything may happen, at most.
const CYCLES_FRESH: u64 = 2;
/// Of so many cycles, every single report is foreseen where bounds on all of them are too wide.
const FEW: u64 = 8;

/// The state of jumping.
pub struct Jump {
    active: bool,
    /// The first cycle that is passed; the firmware stands at its start.
    from: u64,
    /// Samples of cycles before this one are known to be in the bands.
    checked: u64,
    /// Samples of cycles before this one have been taken, as far as they may be needed.
    sampled: u64,
    /// Samples of cycles from this one on are not passed: the firmware's deadline.
    cap: u64,
    /// No attempt before this cycle.
    rest_until: u64,
    quiet: Box<Quiet>,
    /// By battery: what is true within this is reported within the band.
    limits: Vec<Envelope>,
    /// Within all of them, silent batteries apart.
    tightest: Envelope,
}

impl Jump {
    /// Not jumping.
    pub fn new() -> Self {
        Self {
            active: false,
            from: 0,
            checked: 0,
            sampled: 0,
            cap: 0,
            rest_until: 0,
            quiet: Box::new(Quiet::new()),
            limits: Vec::new(),
            tightest: Envelope::NONE,
        }
    }

    /// Cycles are being passed at present.
    pub fn active(&self) -> bool {
        self.active
    }
}

impl Engine<'_> {
    /// After a decision: begins a jump if this is the start of a cycle and the firmware promises quietness.
    pub(super) fn try_jump(&mut self, t: Micros) {
        let Some(cycle) = self.grid.at_cycle_start() else { return };
        let news = !self.chain.undamaged() || self.chain.exchanged_unheard();
        let executes = news || self.decide_every != DECISION || self.in_lockstep(t);
        if cycle < self.jump.rest_until || !self.host.powered || executes {
            return;
        }
        let now = self.host.now(t);
        self.host.quiet(t, &mut self.jump.quiet);
        let horizon = Micros::from(self.jump.quiet.until.since(now).as_millis()) * MS;
        let cap = (t + horizon) / CYCLE;
        let fits = cap >= cycle + CYCLES_MIN && self.jump.quiet.silent == self.chain.silent() && self.inside(cycle);
        if !fits {
            return;
        }
        self.jump.active = true;
        self.jump.from = cycle;
        self.jump.checked = cycle;
        self.jump.sampled = cycle + 1;
        self.jump.cap = cap;
        self.make_limits();
    }

    /// The bands as limits on the truth. To be made anew when the electronics change.
    pub(super) fn make_limits(&mut self) {
        let (jump, chain) = (&mut self.jump, &self.chain);
        let batteries = 0..self.plant.batteries();
        jump.limits.clear();
        jump.limits.extend(batteries.map(|b| chain.truth_within(b, &jump.quiet.bands[b])));
        let silent = jump.quiet.silent;
        let heard = jump.limits.iter().enumerate().filter(|&(b, _)| silent & (1 << b) == 0);
        jump.tightest = Envelope::ANY;
        heard.for_each(|(_, limits)| jump.tightest.narrow(limits));
    }

    /// Passes as many samples of the proposed step as the bands allow. True if the jump goes on beyond `end`.
    pub(super) fn extend_jump(&mut self, end: Micros) -> bool {
        let start = self.plant.time();
        // Lockstep windows of the caller end a jump, too.
        let window = self.next_window(start).div_ceil(CYCLE);
        let cap = self.jump.cap.min(window);
        let beyond = end.div_ceil(CYCLE).min(cap);
        if beyond > self.jump.checked {
            let cycles = self.jump.checked..beyond;
            self.jump.checked = self.first_outside(cycles, end).unwrap_or(beyond);
            if self.jump.checked < beyond {
                return false;
            }
        } else if !self.supply_in_band(start, end) {
            return false;
        }
        self.jump.checked < cap
    }

    /// Ends a jump that must not go on beyond the cycles whose samples are known to be in the bands.
    pub(super) fn end_jump(&mut self) {
        let t = self.plant.time();
        let frames_overlap = self.plant.batteries() as Micros * SLOT >= CYCLE;
        let within_cycle = t + CYCLE > self.jump.checked * CYCLE;
        self.leave_jump(t, if frames_overlap || within_cycle { CYCLES_FRESH } else { 1 });
    }

    /// Ends a jump: the firmware goes to the start of the last `fresh` cycles whose samples are known to be in the bands,
    /// and the grid continues there. Points before `t`, the present instant of the plant, are executed at once.
    fn leave_jump(&mut self, t: Micros, fresh: u64) {
        let (from, cycle) = (self.jump.from, self.jump.checked.saturating_sub(fresh));
        self.jump.active = false;
        self.sample_past(cycle, t);
        if cycle > from {
            if cycle * CYCLE >= t {
                self.chain.sample(cycle, &self.plant);
            }
            // Lint: the firmware's deadline is below 2³⁰ ms, hence the count fits.
            #[allow(clippy::cast_possible_truncation)]
            let cycles = (cycle - from) as u32;
            self.host.fast_forward(cycle * CYCLE, cycles);
            self.grid.jump_to(cycle);
        }
        // What ends the jump has to be received first.
        self.jump.rest_until = self.jump.checked + 1;
        self.replay(t);
    }

    /// The firmware is brought to where lockstep would have it just before the present instant.
    pub(super) fn wake(&mut self, t: Micros) {
        if self.jump.active {
            self.leave_jump(t, CYCLES_FRESH);
        }
    }

    /// Executes the points of the last cycle of a jump that lie before `t`. None of them can change anything.
    fn replay(&mut self, t: Micros) {
        use super::grid::Point;
        loop {
            let (at, point) = self.grid.peek();
            if at >= t {
                return;
            }
            self.grid.pass(point);
            match point {
                Point::Frame { cycle, battery } => self.deliver(at, cycle, battery),
                Point::Decision => {
                    let moved = self.decide(at);
                    assert!(!moved, "a decision at {at} µs inside a promised stretch moved a pin");
                }
                // Taken at the checkpoint or at the end of the jump.
                Point::Sample(_) => {}
            }
        }
    }

    /// Before a step is committed at `at` while jumping: takes those samples of the last two cycles that could not be read
    /// any more afterwards – those of the step before, and those of this one unless it stays `whole`, as proposed and
    /// with unchanged electronics.
    pub(super) fn jump_checkpoint(&mut self, at: Micros, whole: bool) {
        if self.jump.active {
            let until = if whole { self.plant.time() } else { at };
            let first = self.jump.checked.saturating_sub(CYCLES_FRESH).max(self.jump.from + 1);
            self.sample_past(first, until);
        }
    }

    /// Takes the samples that are still missing of those cycles from `first` on that are checked and begin before `t`.
    fn sample_past(&mut self, first: u64, t: Micros) {
        let missing = first.max(self.jump.sampled)..self.jump.checked.min(t.div_ceil(CYCLE));
        for cycle in missing.clone() {
            self.chain.sample(cycle, &self.plant);
        }
        self.jump.sampled = self.jump.sampled.max(missing.end);
    }

    /// The reports that were sampled at the start of this cycle lie in the bands.
    fn inside(&self, cycle: u64) -> bool {
        let reports = self.chain.reports(cycle).iter().zip(&self.jump.quiet.bands);
        let silent = self.jump.quiet.silent;
        reports.enumerate().all(|(b, (report, band))| silent & (1 << b) != 0 || in_band(report, band))
    }

    /// The first of these cycles of the proposed step in which a report or an input is not in its band.
    fn first_outside(&mut self, cycles: Range<u64>, end: Micros) -> Option<u64> {
        let start = self.plant.time();
        // A jump that comes from the step before comes from within a cycle.
        let resumed = cycles.start > self.jump.from;
        let since = |cycle: u64| if resumed && cycle == cycles.start { start } else { start.max(cycle * CYCLE) };
        let mut supplied = |of: &Range<u64>| self.supply_in_band(since(of.start), end.min(of.end * CYCLE));
        let mut first = first_exception(cycles.clone(), &mut supplied);
        if self.survey.bank.within(&self.jump.tightest) {
            return first;
        }
        for b in 0..self.plant.batteries() {
            if self.jump.quiet.silent & (1 << b) == 0 && !self.survey.boxes[b].within(&self.jump.limits[b]) {
                let before = cycles.start..first.unwrap_or(cycles.end);
                first = first_exception(before, &mut |of: &Range<u64>| self.battery_in_band(b, of)).or(first);
            }
        }
        first
    }

    /// What battery `b` reports in these cycles of the proposed step lies in its band. (Of the first one, it may have been
    /// sampled before the step.)
    fn battery_in_band(&mut self, b: usize, cycles: &Range<u64>) -> bool {
        let band = &self.jump.quiet.bands[b];
        if cycles.end - cycles.start <= FEW {
            let mut samples = cycles.clone().filter(|cycle| cycle * CYCLE >= self.plant.time());
            return samples.all(|cycle| in_band(&self.chain.foresee(cycle, &self.plant, b), band));
        }
        let (first, last) = (cycles.start * CYCLE, (cycles.end - 1) * CYCLE);
        let reported = self.chain.bounds(&self.plant, b, first.max(self.plant.time()), last);
        let always = super::chain::wire_status(reported.status_always).bits();
        let changing = super::chain::wire_status(reported.status_may_change()).bits();
        within(reported.lowest_mv.0, reported.lowest_mv.1, band.lowest_mv)
            && within(reported.highest_mv.0, reported.highest_mv.1, band.highest_mv)
            && within(reported.coldest_dc.0, reported.coldest_dc.1, band.coldest_dc)
            && within(reported.hottest_dc.0, reported.hottest_dc.1, band.hottest_dc)
            && within(reported.current_ma.0, reported.current_ma.1, band.current_ma)
            && within(reported.soc_pm.0, reported.soc_pm.1, band.soc_pm)
            && changing & band.status_mask == 0
            && always & band.status_mask == band.status_value
    }

    /// The inputs of every decision in `[ta, tb]` of the proposed step lie in the band.
    fn supply_in_band(&self, ta: Micros, tb: Micros) -> bool {
        let (low, high) = match self.host.supply_override_v {
            Some(volts) => (volts, volts),
            None => self.plant.bus_bounds(ta, tb),
        };
        self.host.in_band(millivolts(low) - 1, millivolts(high) + 1, &self.jump.quiet.inputs)
    }

    /// When the next lockstep window begins, or 0 within one.
    fn next_window(&self, t: Micros) -> Micros {
        let open = self.lockstep.iter().filter(|&&(_, to)| to >= t);
        open.map(|&(from, _)| if from <= t { 0 } else { from }).min().unwrap_or(Micros::MAX)
    }
}

/// The first of these cycles of which `fine` does not hold alone, where `fine` of several says that it holds of each.
fn first_exception(cycles: Range<u64>, fine: &mut impl FnMut(&Range<u64>) -> bool) -> Option<u64> {
    if cycles.is_empty() || fine(&cycles) {
        return None;
    }
    let (first, middle) = (cycles.start, cycles.start.midpoint(cycles.end));
    if middle == first {
        return Some(first);
    }
    first_exception(first..middle, fine).or_else(|| first_exception(middle..cycles.end, fine))
}

fn in_band(report: &Report, band: &Band) -> bool {
    let cells = report.cells_mv.iter().take(report.cell_count.into());
    let (lowest, highest) = cells.fold((u16::MAX, 0), |(low, high), &mv| (low.min(mv), high.max(mv)));
    within(lowest, lowest, band.lowest_mv)
        && within(highest, highest, band.highest_mv)
        && within(report.coldest_dc, report.coldest_dc, band.coldest_dc)
        && within(report.hottest_dc, report.hottest_dc, band.hottest_dc)
        && within(report.current_ma, report.current_ma, band.current_ma)
        && within(report.soc_pm, report.soc_pm, band.soc_pm)
        && report.status.bits() & band.status_mask == band.status_value
}

fn within<T: PartialOrd>(low: T, high: T, band: (T, T)) -> bool {
    band.0 <= low && high <= band.1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_exception_is_found_wherever_the_exceptions_are() {
        for (length, bad) in (0..10_u64).flat_map(|length| (0..1_u64 << length).map(move |bad| (length, bad))) {
            let is_bad = |cycle: u64| bad & (1 << (cycle - 7)) != 0;
            let found = first_exception(7..7 + length, &mut |of| !of.clone().any(is_bad));
            assert_eq!(found, (7..7 + length).find(|&cycle| is_bad(cycle)), "{length} cycles, {bad:b}");
        }
    }
}
