//! The firmware core as it would be flashed, in an image that replays recorded calls.
//!
//! It reads `replay.bin` (see `ngbank-replay`), makes every call on the core, and prints one line per run with the
//! digest of all answers; the host prints the same lines for its own core. At the end it prints how deep the stack was.
//!
//! The panic handler calls a function that exists nowhere: a panic that can be reached, here or in the core, is a link
//! error. The feature `planted` shows that this works.
#![no_std]
#![no_main]

mod calls;
mod semihosting;
mod stack;

use calls::{
    core_begin_update, core_change_settings, core_fast_forward, core_quiet, core_receive, core_retain, core_start,
    core_step,
};
use core::mem::MaybeUninit;
use cortex_m_rt::{ExceptionFrame, entry, exception};
use ngbank_core::{Band, Bms, Outputs, Quiet, Retained};
use ngbank_replay::{Broken, Call, Digest, Reader, Totals};
use semihosting::{File, exit, print};
use stack::Depths;

unsafe extern "C" {
    /// Defined nowhere.
    fn a_panic_is_reachable() -> !;
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    // SAFETY: never linked.
    unsafe { a_panic_is_reachable() }
}

/// A crash of the image ends the machine at once.
#[exception]
unsafe fn HardFault(_: &ExceptionFrame) -> ! {
    print(b"hard fault\n");
    exit(false)
}

/// Nothing here answers an interrupt: the table ends after the exceptions.
#[unsafe(no_mangle)]
#[unsafe(link_section = ".vector_table.interrupts")]
pub static __INTERRUPTS: [usize; 1] = [0];

#[entry]
fn main() -> ! {
    static mut BMS: Bms = Bms::new();
    static mut RETAINED: Retained = Retained::new();
    // Written at start: its initial value would lie in flash once more.
    static mut QUIET: MaybeUninit<Quiet> = MaybeUninit::uninit();
    static mut READER: Reader<File> = Reader::new(File::CLOSED);
    let core = Core { bms: BMS, retained: RETAINED, quiet: QUIET.write(Quiet::new()) };
    exit(replay(READER, core).is_ok())
}

/// What the core needs in memory.
struct Core {
    bms: &'static mut Bms,
    retained: &'static mut Retained,
    quiet: &'static mut Quiet,
}

fn replay(reader: &mut Reader<File>, core: Core) -> Result<(), Broken> {
    let Core { bms, retained, quiet } = core;
    let mut depths = Depths::new();
    let mut outputs = Outputs::NONE;
    let mut totals = Totals::default();
    let mut digest = Digest::new();
    reader.open()?;
    loop {
        match reader.call()? {
            Call::Run => {
                print(reader.bytes());
                for band in &mut quiet.bands {
                    *band = Band::PLAUSIBLE;
                }
                (digest, totals) = (Digest::new(), Totals::default());
            }
            Call::Start { settings, reset, retained: kept } => {
                let kept = if kept { Some(&*retained) } else { None };
                depths.start.around(|| core_start(bms, &settings, reset, kept));
            }
            Call::ChangeSettings { now, settings } => digest.change_settings(core_change_settings(bms, now, &settings)),
            Call::BeginUpdate => core_begin_update(bms),
            Call::Retain => core_retain(bms, retained),
            Call::Receive { now } => {
                totals.receive = totals.receive.wrapping_add(1);
                let frame = reader.bytes();
                depths.receive.around(|| core_receive(bms, now, frame));
            }
            Call::Step { now, inputs } => {
                totals.step = totals.step.wrapping_add(1);
                depths.step.around(|| core_step(bms, now, &inputs, &mut outputs));
                digest.step(now, &outputs, bms);
            }
            Call::Quiet { now } => {
                totals.quiet = totals.quiet.wrapping_add(1);
                depths.quiet.around(|| core_quiet(bms, now, quiet));
                digest.quiet(now, quiet);
            }
            Call::FastForward { to, cycles } => {
                totals.fast_forward = totals.fast_forward.wrapping_add(1);
                depths.fast_forward.around(|| core_fast_forward(bms, to, cycles));
            }
            Call::End { now } => {
                digest.end(now, bms);
                semihosting::print_run(totals, digest);
            }
            Call::EndOfFile => {
                depths.print();
                return Ok(());
            }
        }
    }
}
