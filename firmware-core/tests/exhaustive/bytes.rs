//! The bytes of a value that can be hashed: a hasher that keeps them all.

use std::hash::Hasher;

pub struct Bytes<'a>(pub &'a mut Vec<u8>);

impl Hasher for Bytes<'_> {
    fn write(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }

    fn finish(&self) -> u64 {
        0
    }
}
