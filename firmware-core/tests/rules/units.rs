//! TIME-1: instants and lengths of time at their edges.

use ngbank_core::units::{Instant, Millis};

const HALF: u32 = 1 << 31;

/// A difference below 2³¹ is forward, else backwards; what is backwards has no length.
#[test]
fn forward_and_backwards() {
    for start in [0, 1, 1000, HALF - 1, HALF, u32::MAX] {
        let earlier = Instant::from_millis(start);
        for (ms, forward) in
            [(0, true), (1, true), (HALF - 1, true), (HALF, false), (HALF + 1, false), (u32::MAX, false)]
        {
            let later = Instant::from_millis(start.wrapping_add(ms));
            assert_eq!(later.is_before(earlier), !forward, "{ms} ms after {start}");
            assert_eq!(later.since(earlier).as_millis(), if forward { ms } else { 0 }, "{ms} ms after {start}");
            assert_eq!(earlier.plus(Millis::new(ms)), later);
            if ms == HALF {
                continue; // neither is the earlier one
            }
            let (first, last) = if forward { (earlier, later) } else { (later, earlier) };
            assert_eq!((earlier.min(later), earlier.max(later)), (first, last), "{ms} ms after {start}");
        }
    }
}

#[test]
fn lengths_saturate() {
    let ms = |length: Millis| length.as_millis();
    assert_eq!((ms(Millis::seconds(7)), ms(Millis::minutes(7))), (7000, 420_000));
    assert_eq!((ms(Millis::seconds(u32::MAX)), ms(Millis::minutes(u32::MAX))), (u32::MAX, u32::MAX));
    assert_eq!(ms(Millis::new(3).plus(Millis::new(4))), 7);
    assert_eq!(ms(Millis::new(u32::MAX).plus(Millis::new(1))), u32::MAX);
    assert_eq!(ms(Millis::new(7).less(Millis::new(4))), 3);
    assert_eq!(ms(Millis::new(4).less(Millis::new(7))), 0);
    for (one, other) in [(3, 4), (4, 3), (4, 4)] {
        let (shorter, longer) = (Millis::new(one).min(Millis::new(other)), Millis::new(one).max(Millis::new(other)));
        assert_eq!((ms(shorter), ms(longer)), (one.min(other), one.max(other)));
    }
}
