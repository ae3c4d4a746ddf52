//! How deep the stack was in each call of the core, by painting.
//!
//! Before a call the memory below the stack pointer is filled with a pattern; after it the lowest word that differs
//! tells how far the call went. Only what lies below the deepest call so far is painted: the rest is known.

use crate::semihosting::{print, print_number};
use ngbank_replay::Call;

/// So much below the stack pointer is watched, bytes. A call that goes deeper shows at least this.
const WATCHED: usize = 4096;
const PAINT: u32 = 0xa5a5_5a5a;
const WORD: usize = size_of::<u32>();

/// The deepest stack of one call, bytes, without the caller's own frame.
pub struct Depth(usize);

impl Depth {
    /// Nothing was called.
    pub const NONE: Self = Self(0);

    /// A line for this call.
    pub fn print(&self, name: &[u8]) {
        print(b"stack of ");
        print(name);
        print(b" ");
        print_number(u32::try_from(self.0).unwrap_or(u32::MAX));
        print(b" bytes\n");
    }

    /// Calls, and looks how deep it went.
    #[inline(always)]
    pub fn around(&mut self, call: impl FnOnce()) {
        let top = cortex_m::register::msp::read() as usize;
        let known = top.saturating_sub(self.0);
        let bottom = top.saturating_sub(WATCHED);
        paint(bottom, known);
        call();
        self.0 = top.saturating_sub(lowest_changed(bottom, known));
    }
}

/// The depths of all calls on the core.
pub struct Depths {
    start: Depth,
    receive: Depth,
    step: Depth,
    quiet: Depth,
    fast_forward: Depth,
    retain: Depth,
    change_settings: Depth,
    nothing: Depth,
}

impl Depths {
    pub const fn new() -> Self {
        const NONE: Depth = Depth::NONE;
        Self {
            start: NONE,
            receive: NONE,
            step: NONE,
            quiet: NONE,
            fast_forward: NONE,
            retain: NONE,
            change_settings: NONE,
            nothing: NONE,
        }
    }

    /// The depth of this call.
    pub fn of(&mut self, call: &Call) -> &mut Depth {
        match call {
            Call::Start { .. } => &mut self.start,
            Call::Receive { .. } => &mut self.receive,
            Call::Step { .. } => &mut self.step,
            Call::Quiet { .. } => &mut self.quiet,
            Call::FastForward { .. } => &mut self.fast_forward,
            Call::Retain => &mut self.retain,
            Call::ChangeSettings { .. } => &mut self.change_settings,
            Call::Run | Call::BeginUpdate | Call::End { .. } | Call::EndOfFile => &mut self.nothing,
        }
    }

    /// A line per call.
    pub fn print(&self) {
        for (name, depth) in [
            (&b"core_start"[..], &self.start),
            (b"core_receive", &self.receive),
            (b"core_step", &self.step),
            (b"core_quiet", &self.quiet),
            (b"core_fast_forward", &self.fast_forward),
            (b"core_retain", &self.retain),
            (b"core_change_settings", &self.change_settings),
        ] {
            depth.print(name);
        }
    }
}

/// Fills words from `from` up to `to`, both below the stack pointer.
#[inline(always)]
fn paint(from: usize, to: usize) {
    let mut at = from;
    while at < to {
        // SAFETY: memory of the stack that nothing uses; `Depth::around` has no call below it, and no interrupt is on.
        unsafe { core::ptr::with_exposed_provenance_mut::<u32>(at).write_volatile(PAINT) };
        at = at.wrapping_add(WORD);
    }
}

/// The lowest word from `from` that is not painted any more; `to` if there is none.
#[inline(always)]
fn lowest_changed(from: usize, to: usize) -> usize {
    let mut at = from;
    // SAFETY: as above.
    while at < to && unsafe { core::ptr::with_exposed_provenance::<u32>(at).read_volatile() } == PAINT {
        at = at.wrapping_add(WORD);
    }
    at
}
