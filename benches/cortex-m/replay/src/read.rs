//! A replay file, read in chunks.

use crate::last::LastFrames;
use crate::{BYTES_MAX, Call, MAGIC, tag};
use ngbank_core::settings::{BankLayout, RANGES, Settings};
use ngbank_core::units::{Instant, Millis};
use ngbank_core::{Bluetooth, Inputs, ResetCause};

/// Where the bytes come from.
pub trait Source {
    /// Fills the front of `buffer`; how many bytes. 0 is the end.
    fn read(&mut self, buffer: &mut [u8]) -> usize;
}

/// The file ends too early, or holds what no [`crate::Writer`] wrote.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Broken;

/// Bytes that are read at once.
const CHUNK: usize = 4096;

/// Reads one call after the other.
#[derive(Debug)]
pub struct Reader<S> {
    source: S,
    chunk: [u8; CHUNK],
    /// What of the chunk is still to be read.
    at: usize,
    end: usize,
    now: Instant,
    inputs: Inputs,
    bytes: [u8; BYTES_MAX],
    length: usize,
    last: LastFrames,
}

impl<S: Source> Reader<S> {
    /// Before the first byte.
    pub const fn new(source: S) -> Self {
        Self {
            source,
            chunk: [0; CHUNK],
            at: 0,
            end: 0,
            now: Instant::from_millis(0),
            inputs: Inputs { supply_mv: 0, remote_l_mv: 0, remote_h_mv: 0, bluetooth: Bluetooth::Disabled },
            bytes: [0; BYTES_MAX],
            length: 0,
            last: LastFrames::NONE,
        }
    }

    /// Reads what every file begins with.
    ///
    /// # Errors
    /// If it is another file.
    pub fn open(&mut self) -> Result<(), Broken> {
        if self.array()? == MAGIC { Ok(()) } else { Err(Broken) }
    }

    /// Name of the run, or bytes of the frame, of the call read last.
    pub fn bytes(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or(&[])
    }

    /// The next call.
    ///
    /// # Errors
    /// If the file is broken.
    pub fn call(&mut self) -> Result<Call, Broken> {
        Ok(match self.u8()? {
            tag::RUN => {
                self.take_bytes()?;
                Call::Run
            }
            tag::START => self.start()?,
            tag::RETAIN => Call::Retain,
            tag::RECEIVE => {
                let now = self.time()?;
                self.take_bytes()?;
                self.remember();
                Call::Receive { now }
            }
            tag::RECEIVE_LIKE => {
                let now = self.time()?;
                self.take_differences()?;
                Call::Receive { now }
            }
            tag::STEP => {
                let now = self.time()?;
                self.inputs = self.inputs()?;
                Call::Step { now, inputs: self.inputs }
            }
            tag::STEP_SAME_INPUTS => Call::Step { now: self.time()?, inputs: self.inputs },
            tag::QUIET => Call::Quiet { now: self.time()? },
            tag::FAST_FORWARD => Call::FastForward { to: self.time()?, cycles: self.u32()? },
            tag::CHANGE_SETTINGS => Call::ChangeSettings { now: self.time()?, settings: self.settings()? },
            tag::BEGIN_UPDATE => Call::BeginUpdate,
            tag::END => Call::End { now: self.time()? },
            tag::END_OF_FILE => Call::EndOfFile,
            _ => return Err(Broken),
        })
    }

    fn start(&mut self) -> Result<Call, Broken> {
        let reset = match self.u8()? {
            0 => ResetCause::PowerOn,
            1 => ResetCause::Watchdog,
            2 => ResetCause::Update,
            _ => return Err(Broken),
        };
        let retained = self.u8()? != 0;
        Ok(Call::Start { settings: self.settings()?, reset, retained })
    }

    fn settings(&mut self) -> Result<Settings, Broken> {
        let mut numbers = [0; RANGES.len()];
        for number in &mut numbers {
            *number = self.i32()?;
        }
        let chosen = self.array()?;
        let [model, cells, series, parallel, system_voltage_v] = self.array()?;
        let bank = BankLayout {
            model,
            cells,
            series,
            parallel,
            system_voltage_v,
            capacity_mah: self.u32()?,
            continuous_charge_ma: self.i32()?,
            continuous_discharge_ma: self.i32()?,
            pulse_charge_ma: self.i32()?,
            pulse_discharge_ma: self.i32()?,
        };
        Ok(Settings::of(numbers, chosen, bank))
    }

    fn inputs(&mut self) -> Result<Inputs, Broken> {
        Ok(Inputs {
            supply_mv: self.i32()?,
            remote_l_mv: self.i32()?,
            remote_h_mv: self.i32()?,
            bluetooth: match self.u8()? {
                0 => Bluetooth::Disabled,
                1 => Bluetooth::Advertising,
                2 => Bluetooth::Connected,
                _ => return Err(Broken),
            },
        })
    }

    /// A time, by its distance from the one before.
    fn time(&mut self) -> Result<Instant, Broken> {
        let mut distance = 0u32;
        for shift in [0, 7, 14, 21, 28] {
            let byte = self.u8()?;
            distance |= u32::from(byte & 0x7f).wrapping_shl(shift);
            if byte & 0x80 == 0 {
                self.now = self.now.plus(Millis::new(distance));
                return Ok(self.now);
            }
        }
        Err(Broken)
    }

    fn take_bytes(&mut self) -> Result<(), Broken> {
        self.length = usize::from(self.u8()?);
        for place in 0..self.length {
            let byte = self.u8()?;
            if let Some(slot) = self.bytes.get_mut(place) {
                *slot = byte;
            }
        }
        Ok(())
    }

    /// The frame of the sender with these bytes changed.
    fn take_differences(&mut self) -> Result<(), Broken> {
        let place = self.u8()?;
        let last = *self.last.at(place).ok_or(Broken)?;
        let mut differ = u64::from_le_bytes(self.array()?);
        self.length = last.bytes().len();
        for (place, &old) in (0..BYTES_MAX).zip(last.bytes()) {
            let new = if differ & 1 == 0 { old } else { self.u8()? };
            if let Some(slot) = self.bytes.get_mut(place) {
                *slot = new;
            }
            differ >>= 1;
        }
        self.remember();
        Ok(())
    }

    /// Frames that no sender can be told of are not remembered.
    fn remember(&mut self) {
        let frame = self.bytes.get(..self.length).unwrap_or(&[]);
        if let Some((_, last)) = self.last.of(frame) {
            last.set(frame);
        }
    }

    fn u32(&mut self) -> Result<u32, Broken> {
        Ok(u32::from_le_bytes(self.array()?))
    }

    fn i32(&mut self) -> Result<i32, Broken> {
        Ok(i32::from_le_bytes(self.array()?))
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Broken> {
        let mut bytes = [0; N];
        for byte in &mut bytes {
            *byte = self.u8()?;
        }
        Ok(bytes)
    }

    fn u8(&mut self) -> Result<u8, Broken> {
        if self.at == self.end {
            self.end = self.source.read(&mut self.chunk).min(CHUNK);
            self.at = 0;
        }
        let read = self.chunk.get(..self.end).and_then(|chunk| chunk.get(self.at));
        self.at = self.at.saturating_add(1).min(self.end);
        read.copied().ok_or(Broken)
    }
}
