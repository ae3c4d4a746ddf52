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
#[cfg_attr(not(feature = "readout"), path = "no_radio.rs")]
mod radio;
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
use radio::{Radio, Readout};
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
    static mut READOUT: Readout = Readout::new();
    static mut READER: Reader<File> = Reader::new(File::CLOSED);
    let core =
        Core { bms: BMS, retained: RETAINED, quiet: QUIET.write(Quiet::new()), outputs: Outputs::NONE, taken: false };
    exit(replay(READER, core, Radio::new(READOUT)).is_ok())
}

fn replay(reader: &mut Reader<File>, mut core: Core, mut radio: Radio) -> Result<(), Broken> {
    let mut depths = Depths::new();
    let mut totals = Totals::default();
    let mut digest = Digest::new();
    reader.open()?;
    loop {
        let call = reader.call()?;
        depths.of(&call).around(|| core.make(&call, reader.bytes()));
        totals.count(&call);
        match call {
            Call::Run => {
                print(reader.bytes());
                (digest, totals) = (Digest::new(), Totals::default());
                radio.begin_run();
            }
            Call::Start { .. } => radio.start(),
            Call::Step { now, .. } => {
                digest.step(now, &core.outputs, core.bms);
                radio.decided(now, core.bms);
            }
            Call::Quiet { now } => digest.quiet(now, core.quiet),
            Call::ChangeSettings { .. } => digest.change_settings(core.taken),
            Call::End { now } => {
                digest.end(now, core.bms);
                semihosting::print_run(totals, digest);
                radio.print_run();
                print(b"\n");
            }
            Call::EndOfFile => {
                depths.print();
                radio.print_depths();
                return Ok(());
            }
            Call::BeginUpdate | Call::Retain | Call::Receive { .. } | Call::FastForward { .. } => {}
        }
    }
}

/// The core with its memory, and its last answers.
struct Core {
    bms: &'static mut Bms,
    retained: &'static mut Retained,
    quiet: &'static mut Quiet,
    outputs: Outputs,
    taken: bool,
}

impl Core {
    /// Makes a call. Inlined, so that the stack of the call begins where it is painted.
    #[inline(always)]
    fn make(&mut self, call: &Call, bytes: &[u8]) {
        match *call {
            // A start forgets what was; only bands of batteries that a bank does not have would stay.
            Call::Run => self.quiet.bands.iter_mut().for_each(|band| *band = Band::PLAUSIBLE),
            Call::Start { ref settings, reset, retained } => {
                core_start(self.bms, settings, reset, if retained { Some(&*self.retained) } else { None });
            }
            Call::ChangeSettings { now, ref settings } => self.taken = core_change_settings(self.bms, now, settings),
            Call::BeginUpdate => core_begin_update(self.bms),
            Call::Retain => core_retain(self.bms, self.retained),
            Call::Receive { now } => core_receive(self.bms, now, bytes),
            Call::Step { now, ref inputs } => core_step(self.bms, now, inputs, &mut self.outputs),
            Call::Quiet { now } => core_quiet(self.bms, now, self.quiet),
            Call::FastForward { to, cycles } => core_fast_forward(self.bms, to, cycles),
            Call::End { .. } | Call::EndOfFile => {}
        }
    }
}
