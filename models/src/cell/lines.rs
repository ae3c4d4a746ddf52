//! Tables of straight lines, read for several batteries at once.

use super::Line;
use crate::wide::Vector;

/// A line of each battery's row.
#[derive(Clone, Copy)]
pub(crate) struct Lines<V> {
    pub offset: V,
    pub slope: V,
}

impl<V: Vector> Lines<V> {
    /// The same line of all rows.
    #[inline(always)]
    pub fn of<'a, R>(rows: V::Each<&'a R>, line: impl Fn(&'a R) -> &'a Line) -> Self {
        let [offset, slope] = V::pairs(rows, |row| &line(row).0);
        Self { offset, slope }
    }

    /// Its values at `x`.
    #[inline(always)]
    pub fn at(&self, x: V) -> V {
        self.offset + self.slope * x
    }
}

/// The segments that hold `position`, in segments from the start of a table of `segments`, or its end segments, as
/// [`rows`] reads them.
///
/// Clamped first; adding 2⁵² then leaves the nearest integer of `position − ½` in the lowest bits.
#[inline(always)]
pub(crate) fn segments<V: Vector>(position: V, segments: usize) -> V {
    const MAGIC: f64 = 4_503_599_627_370_496.0;
    (position - 0.5).max(V::zero()).min(V::all((segments - 1) as f64)) + MAGIC
}

/// The rows of these segments.
#[inline(always)]
pub(crate) fn rows<R, V: Vector>(table: &[R], segments: V) -> V::Each<&R> {
    let last = table.len() - 1;
    segments.each(|segment| &table[(segment.to_bits() as u32 as usize).min(last)])
}
