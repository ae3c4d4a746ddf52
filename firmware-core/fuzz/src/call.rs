//! The calls of a script. A call is one byte that says which, then its fields, little-endian; bytes that are missing
//! at the end are zero. Every sequence of bytes is a script, and small changes of bytes are small changes of it.

use arbitrary::{Arbitrary, Result, Unstructured};

/// Reads and writes one field of a call.
trait Field: Sized {
    fn read(bytes: &mut Unstructured<'_>) -> Result<Self>;
    fn write(&self, bytes: &mut Vec<u8>);
}

macro_rules! numbers {
    ($($number:ty)*) => {
        $(impl Field for $number {
            fn read(bytes: &mut Unstructured<'_>) -> Result<Self> {
                Self::arbitrary(bytes)
            }
            fn write(&self, bytes: &mut Vec<u8>) {
                bytes.extend(self.to_le_bytes());
            }
        })*
    };
}
numbers!(u8 u16 u32 i32);

impl Field for Vec<u8> {
    fn read(bytes: &mut Unstructured<'_>) -> Result<Self> {
        let length = usize::from(u8::arbitrary(bytes)?) % (NOISE_MAX + 1);
        Ok(bytes.bytes(length.min(bytes.len()))?.to_vec())
    }
    fn write(&self, bytes: &mut Vec<u8>) {
        bytes.push(self.len() as u8);
        bytes.extend(self);
    }
}

/// Longest noise on the line, bytes: a little more than a frame.
const NOISE_MAX: usize = 72;

macro_rules! calls {
    ($($(#[$doc:meta])* $name:ident { $($(#[$of:meta])* $field:ident: $type:ty),* } = $code:literal;)*) => {
        /// One call, or what prepares one.
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub enum Call {
            $($(#[$doc])* $name { $($(#[$of])* $field: $type),* },)*
        }

        /// How many kinds there are.
        const KINDS: u8 = [$($code),*].len() as u8;

        impl<'a> Arbitrary<'a> for Call {
            fn arbitrary(bytes: &mut Unstructured<'a>) -> Result<Self> {
                match u8::arbitrary(bytes)? % KINDS {
                    $($code => Ok(Self::$name { $($field: Field::read(bytes)?),* }),)*
                    _ => unreachable!("codes are consecutive"),
                }
            }
        }

        impl Call {
            fn write(&self, bytes: &mut Vec<u8>) {
                match self {
                    $(Self::$name { $($field),* } => {
                        bytes.push($code);
                        $($field.write(bytes);)*
                    })*
                }
            }
        }
    };
}

calls! {
    /// So many cycles and one: a frame of every battery that is not muted, five decisions each.
    Cycles { count: u8 } = 0;
    /// From now on this battery (all from 200 on) reports this; see [`super::player::What`].
    Value { battery: u8, what: u8, value: i32 } = 1;
    /// From now on a pin reads this: supply, L, H in mV, or the radio.
    Input { what: u8, value: i32 } = 2;
    /// Time passes, then a decision.
    Decide { ms: u16 } = 3;
    /// Time passes, then a well-formed frame of this battery with one value changed.
    Frame { ms: u16, battery: u8, what: u8, value: i32 } = 4;
    /// Time passes, then any bytes on the line.
    Noise { ms: u16, bytes: Vec<u8> } = 5;
    /// The clock jumps.
    Time { ms: i32 } = 6;
    /// The battery's frames stop or go on.
    Mute { battery: u8, muted: u8 } = 7;
    /// One setting of the next start or change.
    Setting { which: u8, value: i32 } = 8;
    /// The bank of the next start or change.
    Bank { cells: u8, series: u8, parallel: u8, volts: u8 } = 9;
    /// A start: power-on; after the watchdog with what is retained, with damaged bytes, or with nothing; after an
    /// update that failed.
    Start { how: u8, damaged: u16 } = 10;
    /// A snapshot is restored into another core, which answers along from now on.
    Twin { } = 11;
    /// Asks for a promise and holds the core to it for so many cycles, with values drawn from this seed.
    Promise { seed: u32, cycles: u8 } = 12;
    /// The prepared settings and bank while running.
    Change { } = 13;
    /// A firmware update begins.
    Update { } = 14;
}

/// Calls in their order. All bytes that there are make one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Script(pub Vec<Call>);

impl<'a> Arbitrary<'a> for Script {
    fn arbitrary(bytes: &mut Unstructured<'a>) -> Result<Self> {
        let mut calls = Vec::new();
        while !bytes.is_empty() {
            calls.push(Call::arbitrary(bytes)?);
        }
        Ok(Self(calls))
    }
}

impl Script {
    /// The script of these bytes.
    pub fn of(bytes: &[u8]) -> Self {
        Self::arbitrary(&mut Unstructured::new(bytes)).unwrap_or_default()
    }

    /// The bytes of this script.
    pub fn bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        self.0.iter().for_each(|call| call.write(&mut bytes));
        bytes
    }
}
