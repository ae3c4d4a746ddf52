//! Distributions of instruction counts.

use std::collections::BTreeMap;

use comfy_table::{CellAlignment, Table, presets};

use crate::qemu::{Counted, InCycle, OBSERVE, READOUT, RECEIVE, STEP};

/// How a count is distributed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Distribution {
    /// So many values.
    pub number: usize,
    /// The least.
    pub min: u32,
    /// Half of all are not above it.
    pub median: u32,
    /// 99 of 100 are not above it.
    pub p99: u32,
    /// The greatest.
    pub max: u32,
}

impl Distribution {
    /// Of these values; `None` if there are none.
    pub fn of(mut values: Vec<u32>) -> Option<Self> {
        values.sort_unstable();
        // The nearest rank: the least value that so many per cent of all do not exceed.
        let rank = |percent: usize| values.get((values.len() * percent).div_ceil(100).saturating_sub(1)).copied();
        Some(Self {
            number: values.len(),
            min: *values.first()?,
            median: rank(50)?,
            p99: rank(99)?,
            max: *values.last()?,
        })
    }
}

/// The calls of a situation: frames, decisions within cycles, whole cycles, decisions after frames from all batteries.
#[derive(Debug, Default)]
pub struct Cycles {
    /// Each frame of a measured cycle.
    pub receive: Vec<u32>,
    /// Each decision of a measured cycle.
    pub step: Vec<u32>,
    /// Each measured cycle, frames and decisions together.
    pub cycle: Vec<u32>,
    /// Each decision outside of cycles.
    pub burst_step: Vec<u32>,
    /// Each observation of a measured cycle, by an image with readout.
    pub observe: Vec<u32>,
    /// Each record of a measured cycle.
    pub readout: Vec<u32>,
}

impl Cycles {
    /// Sorts out the calls of a script; only its last `measured` cycles count.
    pub fn of(calls: &[InCycle], measured: u32) -> Self {
        let last = calls.iter().filter_map(|&(_, cycle)| cycle).max().map_or(0, |last| last + 1);
        let first = last.saturating_sub(measured);
        let mut found = Self::default();
        let mut cycles: BTreeMap<u32, u32> = BTreeMap::new();
        for &(Counted { call, instructions }, cycle) in calls {
            match cycle {
                Some(cycle) if cycle >= first => {
                    let (kind, of_cycle) = match call {
                        RECEIVE => (&mut found.receive, instructions),
                        OBSERVE => (&mut found.observe, 0),
                        READOUT => (&mut found.readout, 0),
                        _ => (&mut found.step, instructions),
                    };
                    kind.push(instructions);
                    *cycles.entry(cycle).or_default() += of_cycle;
                }
                None if call == STEP => found.burst_step.push(instructions),
                Some(_) | None => {}
            }
        }
        found.cycle = cycles.into_values().collect();
        found
    }
}

/// A table of distributions, one per row.
pub fn table(rows: &[(String, Distribution)]) -> Table {
    let mut table = Table::new();
    table.load_preset(presets::UTF8_HORIZONTAL_ONLY);
    table.set_header(["instructions", "calls", "min", "median", "p99", "max"]);
    for (name, Distribution { number, min, median, p99, max }) in rows {
        let numbers = [number.to_string(), min.to_string(), median.to_string(), p99.to_string(), max.to_string()];
        table.add_row([name.clone()].into_iter().chain(numbers));
    }
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranks_are_values_that_occurred() {
        assert_eq!(Distribution::of(Vec::new()), None);
        let one_to_200 = Distribution::of((1..=200).rev().collect());
        assert_eq!(one_to_200, Some(Distribution { number: 200, min: 1, median: 100, p99: 198, max: 200 }));
        let single = Distribution { number: 1, min: 7, median: 7, p99: 7, max: 7 };
        assert_eq!(Distribution::of(vec![7]), Some(single));
    }

    #[test]
    fn only_the_last_cycles_count_and_bursts_stand_apart() {
        let call = |call, instructions, cycle| (Counted { call, instructions }, cycle);
        let calls = [
            call(RECEIVE, 900, Some(0)),
            call(RECEIVE, 10, Some(1)),
            call(STEP, 20, Some(1)),
            call(RECEIVE, 11, Some(2)),
            call(STEP, 21, Some(2)),
            call(OBSERVE, 30, Some(2)),
            call(READOUT, 700, Some(2)),
            call(RECEIVE, 500, None),
            call(STEP, 60, None),
        ];
        let Cycles { receive, step, cycle, burst_step, observe, readout } = Cycles::of(&calls, 2);
        assert_eq!((receive, step, cycle, burst_step), (vec![10, 11], vec![20, 21], vec![30, 32], vec![60]));
        assert_eq!((observe, readout), (vec![30], vec![700]));
    }
}
