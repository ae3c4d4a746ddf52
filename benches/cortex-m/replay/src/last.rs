//! The last frame of every sender: the next one differs from it in a few bytes.

/// Places in the chain that are remembered.
const PLACES: usize = 50;
/// Longer frames are not remembered: one bit a byte.
const LENGTH: usize = u64::BITS as usize;

/// The last frames by the place in the chain that they name.
#[derive(Clone, Debug)]
pub struct LastFrames([Frame; PLACES]);

/// The beginning of a buffer.
#[derive(Clone, Copy, Debug)]
pub struct Frame {
    pub bytes: [u8; LENGTH],
    pub length: u8,
}

impl LastFrames {
    /// Nobody has spoken.
    pub const NONE: Self = Self([Frame { bytes: [0; LENGTH], length: 0 }; PLACES]);

    /// The memory for frames of the sender that `frame` names, if it is one that can be remembered.
    pub fn of(&mut self, frame: &[u8]) -> Option<(u8, &mut Frame)> {
        let &place = frame.get(2)?;
        let last = self.at(place)?;
        (frame.len() <= LENGTH).then_some((place, last))
    }

    /// The memory for this place.
    pub fn at(&mut self, place: u8) -> Option<&mut Frame> {
        self.0.get_mut(usize::from(place))
    }
}

impl Frame {
    /// The bytes.
    pub fn bytes(&self) -> &[u8] {
        self.bytes.get(..self.length.into()).unwrap_or(&self.bytes)
    }

    /// Remembers these bytes; of more than 64 the front.
    pub fn set(&mut self, bytes: &[u8]) {
        self.length = 0;
        for (to, &from) in self.bytes.iter_mut().zip(bytes) {
            *to = from;
            self.length = self.length.saturating_add(1);
        }
    }
}
