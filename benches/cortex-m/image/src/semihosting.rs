//! Files, terminal and end of the machine, through the debugger's interface (Arm semihosting).

use cortex_m_semihosting::{debug, nr, syscall, syscall1};
use ngbank_replay::{Digest, Source, Totals};

const NAME: &[u8] = b"replay.bin\0";

/// A file of the host, opened at the first read.
pub struct File(Option<usize>);

impl File {
    pub const CLOSED: Self = Self(None);
}

impl Source for File {
    fn read(&mut self, buffer: &mut [u8]) -> usize {
        let file = *self.0.get_or_insert_with(|| open(NAME, nr::open::R_BINARY));
        // SAFETY: the host writes at most so many bytes into the buffer.
        let missing = unsafe { syscall!(READ, file, buffer.as_mut_ptr(), buffer.len()) };
        buffer.len().saturating_sub(missing)
    }
}

/// The handle is all ones if there is no such file; reading from it then gives nothing.
fn open(name: &[u8], mode: usize) -> usize {
    // SAFETY: the host reads the name, which ends with a zero that is not counted.
    unsafe { syscall!(OPEN, name.as_ptr(), mode, name.len().saturating_sub(1)) }
}

/// Writes to the terminal.
pub fn print(text: &[u8]) {
    for byte in text {
        // SAFETY: the host reads one byte.
        unsafe { syscall1!(WRITEC, core::ptr::from_ref(byte)) };
    }
}

/// Writes a number, decimal.
pub fn print_number(number: u32) {
    let mut digits = [b'0'; 10];
    let mut rest = number;
    for digit in digits.iter_mut().rev() {
        let [low, ..] = (rest % 10).to_le_bytes();
        *digit |= low;
        rest /= 10;
    }
    let zeros = digits.iter().take(9).take_while(|&&digit| digit == b'0').fold(0usize, |n, _| n.saturating_add(1));
    print(digits.get(zeros..).unwrap_or(&[]));
}

/// What stands after the name of a run.
pub fn print_run(totals: Totals, digest: Digest) {
    let Totals { receive, step, quiet, fast_forward } = totals;
    for (name, count) in
        [(&b": receive "[..], receive), (b", step ", step), (b", quiet ", quiet), (b", fast_forward ", fast_forward)]
    {
        print(name);
        print_number(count);
    }
    print(b", digest ");
    print_digest(digest);
}

/// Writes 16 hexadecimal digits.
pub fn print_digest(digest: Digest) {
    for byte in digest.value().to_be_bytes() {
        print(&[hex(byte >> 4), hex(byte & 0x0f)]);
    }
}

fn hex(digit: u8) -> u8 {
    if digit < 10 { b'0' | digit } else { digit.wrapping_add(b'a' - 10) }
}

/// Ends the machine with exit code 0 or 1.
pub fn exit(success: bool) -> ! {
    debug::exit(if success { debug::EXIT_SUCCESS } else { debug::EXIT_FAILURE });
    loop {
        cortex_m::asm::nop();
    }
}
