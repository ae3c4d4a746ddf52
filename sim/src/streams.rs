//! Random numbers: one ChaCha8 stream for each (seed, entity, purpose).
//!
//! *Idea.* The key of a stream is a hash of what it is for, so adding a battery, a device or a fault never shifts
//! another draw, and the order in which draws are made does not matter. Everything is integer arithmetic plus
//! `+ − × ÷`, so a seed gives the same numbers on every platform.
//!
//! | For | Use |
//! |---|---|
//! | draws made once, before the run | [`stream`] and the methods of [`Stream`] |
//! | the noise of a sample, read at any sample number | [`Noise`] |

use ngbank_models::electronics::noise_mv;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Whose draw it is. Indices are 0-based.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entity<'a> {
    /// The bank, or the run as a whole.
    Bank,
    /// The battery at this place of the chain.
    Battery(usize),
    /// One cell of one battery.
    Cell {
        /// Place of the battery in the chain.
        battery: usize,
        /// Place of the cell in the battery.
        cell: usize,
    },
    /// The parallel string with this number.
    String(usize),
    /// The device with this name.
    Device(&'a str),
    /// The fault with this label.
    Fault(&'a str),
    /// The series (profile) with this name.
    Series(&'a str),
}

impl Entity<'_> {
    /// Kind, text and two numbers: together unique for each entity.
    fn parts(&self) -> (u8, &str, u64, u64) {
        match *self {
            Self::Bank => (0, "", 0, 0),
            Self::Battery(battery) => (1, "", battery as u64, 0),
            Self::Cell { battery, cell } => (2, "", battery as u64, cell as u64),
            Self::String(string) => (3, "", string as u64, 0),
            Self::Device(name) => (4, name, 0, 0),
            Self::Fault(label) => (5, label, 0, 0),
            Self::Series(name) => (6, name, 0, 0),
        }
    }
}

/// Key of the stream for (seed, entity, purpose).
fn key(seed: u64, entity: Entity<'_>, purpose: &str) -> [u8; 32] {
    let (kind, text, a, b) = entity.parts();
    let mut hasher = blake3::Hasher::new();
    hasher.update(b"ngbank stream 1");
    hasher.update(&seed.to_le_bytes());
    hasher.update(&[kind]);
    hasher.update(&a.to_le_bytes());
    hasher.update(&b.to_le_bytes());
    // Lengths keep ("ab", "c") apart from ("a", "bc").
    hasher.update(&(text.len() as u64).to_le_bytes());
    hasher.update(text.as_bytes());
    hasher.update(purpose.as_bytes());
    *hasher.finalize().as_bytes()
}

/// The stream for (seed, entity, purpose), at its beginning.
pub fn stream(seed: u64, entity: Entity<'_>, purpose: &str) -> Stream {
    Stream(ChaCha8Rng::from_seed(key(seed, entity, purpose)))
}

/// One independent stream of random numbers.
#[derive(Clone, Debug)]
pub struct Stream(ChaCha8Rng);

impl Stream {
    /// The next 64 random bits.
    pub fn bits(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// The next 32 random bits.
    pub fn word(&mut self) -> u32 {
        self.0.next_u32()
    }

    /// Uniform in [0, 1), a multiple of 2⁻⁵³.
    pub fn unit(&mut self) -> f64 {
        const SCALE: f64 = 1.0 / (1u64 << 53) as f64;
        (self.bits() >> 11) as f64 * SCALE
    }

    /// Uniform in [low, high).
    pub fn uniform(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.unit()
    }

    /// Uniform integer in 0..n; 0 for n = 0. The bias of at most n·2⁻⁶⁴ is of no matter here.
    pub fn below(&mut self, n: u64) -> u64 {
        ((u128::from(self.bits()) * u128::from(n)) >> 64) as u64
    }

    /// Standard normal in shape: the sum of twelve uniforms less 6. Mean 0, variance 1, never beyond ±6.
    pub fn normal(&mut self) -> f64 {
        (0..12).map(|_| self.unit()).sum::<f64>() - 6.0
    }

    /// Normal with this deviation, cut off at `limit` deviations to either side.
    pub fn normal_within(&mut self, deviation: f64, limit: f64) -> f64 {
        self.normal().clamp(-limit, limit) * deviation
    }
}

/// Random words in one block of noise: one for each cell of the largest battery.
pub const NOISE_WORDS: usize = 16;

/// Noise with random access: sixteen words for (battery, sample number), the same whoever asks and in whatever order.
///
/// Reading one battery's samples in ascending order costs no seek. A seek costs one ChaCha8 group of four blocks.
#[derive(Clone, Debug)]
pub struct Noise {
    batteries: Vec<BatteryNoise>,
}

#[derive(Clone, Debug)]
struct BatteryNoise {
    generator: ChaCha8Rng,
    /// Sample number that the generator stands at.
    next: u64,
    /// The block that was read last, number `next − 1`; valid if `next > 0`.
    last: [u32; NOISE_WORDS],
}

impl Noise {
    /// Noise for these many batteries.
    pub fn new(seed: u64, batteries: usize) -> Self {
        let one = |battery| BatteryNoise {
            generator: ChaCha8Rng::from_seed(key(seed, Entity::Battery(battery), "sample noise")),
            next: 0,
            last: [0; NOISE_WORDS],
        };
        Self { batteries: (0..batteries).map(one).collect() }
    }

    /// The sixteen words of this battery and sample.
    ///
    /// # Panics
    /// If there is no such battery.
    pub fn block(&mut self, battery: usize, sample: u64) -> &[u32; NOISE_WORDS] {
        let noise = &mut self.batteries[battery];
        if sample.checked_add(1) == Some(noise.next) {
            return &noise.last;
        }
        if sample != noise.next {
            noise.generator.set_word_pos(u128::from(sample) * NOISE_WORDS as u128);
        }
        for word in &mut noise.last {
            *word = noise.generator.next_u32();
        }
        noise.next = sample.wrapping_add(1);
        &noise.last
    }

    /// Noise of the cell voltages of this battery and sample, mV: 1 mV RMS, bounded by
    /// [`ngbank_models::electronics::NOISE_MV_MAX`].
    pub fn cell_mv(&mut self, battery: usize, sample: u64) -> [f64; NOISE_WORDS] {
        self.block(battery, sample).map(noise_mv)
    }
}
