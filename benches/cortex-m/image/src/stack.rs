//! How deep the stack was in each call of the core, by painting.
//!
//! Before a call the memory below the stack pointer is filled with a pattern; after it the lowest word that differs
//! tells how far the call went. Only what lies below the deepest call so far is painted: the rest is known.

use crate::semihosting::{print, print_number};

/// So much below the stack pointer is watched, bytes. A call that goes deeper shows at least this.
const WATCHED: usize = 4096;
const PAINT: u32 = 0xa5a5_5a5a;
const WORD: usize = size_of::<u32>();

/// The deepest stack of one call, bytes, without the caller's own frame.
pub struct Depth(usize);

impl Depth {
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

/// The calls that are watched.
pub struct Depths {
    pub start: Depth,
    pub receive: Depth,
    pub step: Depth,
    pub quiet: Depth,
    pub fast_forward: Depth,
}

impl Depths {
    pub const fn new() -> Self {
        Self { start: Depth(0), receive: Depth(0), step: Depth(0), quiet: Depth(0), fast_forward: Depth(0) }
    }

    /// A line per call.
    pub fn print(&self) {
        let Self { start, receive, step, quiet, fast_forward } = self;
        for (name, depth) in [
            (&b"core_start "[..], start),
            (b"core_receive ", receive),
            (b"core_step ", step),
            (b"core_quiet ", quiet),
            (b"core_fast_forward ", fast_forward),
        ] {
            print(b"stack of ");
            print(name);
            print_number(u32::try_from(depth.0).unwrap_or(u32::MAX));
            print(b" bytes\n");
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
