//! Sets of causes are sets.

use std::collections::BTreeSet;

use ngbank_core::{Cause, CauseSet};

fn set(causes: &[Cause]) -> CauseSet {
    let mut set = CauseSet::EMPTY;
    causes.iter().for_each(|&cause| set.insert(cause));
    set
}

fn places(set: CauseSet) -> BTreeSet<usize> {
    set.iter().map(|cause| cause as usize).collect()
}

#[test]
fn each_cause_is_a_bit_of_its_own() {
    for cause in Cause::ALL {
        let only = CauseSet::only(cause);
        assert_eq!(only.bits(), 1 << (cause as usize), "{cause:?}");
        assert_eq!(only, set(&[cause, cause]));
        for other in Cause::ALL {
            assert_eq!(only.contains(other), other == cause, "{other:?} in the set of {cause:?}");
        }
    }
}

#[test]
fn sets_of_few_causes() {
    let few = [Cause::PreAlarm, Cause::UnderVoltage, Cause::Communication, Cause::Clock];
    let subset =
        |bits: usize| few.into_iter().enumerate().filter(move |(i, _)| bits >> i & 1 == 1).map(|(_, cause)| cause);
    for one in 0..16 {
        for other in 0..16 {
            let (a, b) = (set(&subset(one).collect::<Vec<_>>()), set(&subset(other).collect::<Vec<_>>()));
            let (x, y) = (places(a), places(b));
            assert_eq!(places(a.union(b)), &x | &y);
            assert_eq!(places(a.intersection(b)), &x & &y);
            assert_eq!(places(a.without(b)), &x - &y);
            assert_eq!(a.is_empty(), x.is_empty());
            assert_eq!(a.bits().count_ones() as usize, x.len());
        }
    }
    assert_eq!(CauseSet::default(), CauseSet::EMPTY);
}
