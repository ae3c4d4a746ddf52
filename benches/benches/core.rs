//! The critical control path: one decision, and one frame of a battery.
//!
//! Targets on a desktop host: 0.5 µs per decision when nothing changes, 0.3 µs per frame of 8 cells. Times are given
//! per element, that is per decision or frame.

use std::hint::black_box;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use ngbank_benches::core_bank::{CoreBank, DECISION_MS};
use ngbank_core::units::Instant;
use ngbank_core::{Bms, Cause, Drive};

/// Decisions of one round: less than the silence timeout, so that no frame is needed in between.
const DECISIONS: u32 = 40;

/// A healthy bank of 400 cells, both outputs High.
fn quiet() -> CoreBank {
    let mut bank = CoreBank::of_8_cells();
    bank.play(80);
    let outputs = bank.bms.clone().step(Instant::from_millis(bank.now_ms), &bank.inputs);
    assert_eq!((outputs.load, outputs.charger), (Drive::High, Drive::High));
    bank
}

/// Nearly every cause holds, each by another battery, and one battery is silent.
fn tripped() -> CoreBank {
    let mut bank = quiet();
    bank.reports[10].cells_mv[3] = 2600;
    bank.reports[20].cells_mv[4] = 3790;
    (bank.reports[30].coldest_dc, bank.reports[31].hottest_dc) = (-250, 560);
    bank.reports[40].current_ma = -160_000;
    bank.reports[41].current_ma = 80_000;
    for report in &mut bank.reports {
        report.soc_pm = 50;
    }
    bank.reports.pop();
    bank.play(80);
    for cause in [Cause::UnderVoltage, Cause::OverVoltage, Cause::HotDischarge, Cause::FloorAlarm, Cause::Communication]
    {
        assert!(bank.bms.cause(cause).is_some(), "{cause:?}");
    }
    bank
}

/// One battery has not reported yet.
fn starting() -> CoreBank {
    let mut bank = CoreBank::of_8_cells();
    bank.reports.pop();
    bank.play(4);
    assert!(bank.bms.cause(Cause::StartUp).is_some());
    bank
}

fn step(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("step");
    group.throughput(Throughput::Elements(DECISIONS.into()));
    for (name, bank) in [("quiet", quiet()), ("everything tripped", tripped()), ("start-up", starting())] {
        let round = |bms: &mut Bms| {
            for decision in 1..=DECISIONS {
                let now = Instant::from_millis(bank.now_ms + decision * DECISION_MS);
                black_box(bms.step(now, black_box(&bank.inputs)));
            }
        };
        group.bench_function(name, |bencher| {
            bencher.iter_batched_ref(|| bank.bms.clone(), round, BatchSize::SmallInput);
        });
    }
    group.finish();
}

fn receive(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("receive");
    for (name, mut bank) in [("8 cells", CoreBank::of_8_cells()), ("16 cells", CoreBank::of_16_cells())] {
        bank.play(80);
        let frames = bank.next_frames();
        let accepted = bank.bms.counters().accepted;
        let round = |bms: &mut Bms| {
            for (slot, frame) in (1..).zip(&frames) {
                bms.receive(Instant::from_millis(bank.now_ms + slot * 10), black_box(frame.bytes()));
            }
        };
        let mut once = bank.bms.clone();
        round(&mut once);
        assert_eq!(usize::try_from(once.counters().accepted - accepted), Ok(frames.len()));
        group.throughput(Throughput::Elements(u64::try_from(frames.len()).unwrap_or(1)));
        group.bench_function(name, |bencher| {
            bencher.iter_batched_ref(|| bank.bms.clone(), round, BatchSize::SmallInput);
        });
    }
    group.finish();
}

/// One cycle of the chain: a frame of each battery in its slot, a decision every 100 ms. At most 10 µs on a desktop host.
fn cycle(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("cycle of 500 ms");
    for (name, bank) in [("quiet", quiet()), ("everything tripped", tripped()), ("start-up", starting())] {
        let frames = bank.next_frames();
        let start = bank.now_ms;
        let round = |bms: &mut Bms| {
            for (slot, frame) in (1u32..=50).zip(frames.iter().map(Some).chain(std::iter::repeat(None))) {
                let now = Instant::from_millis(start + slot * 10);
                if let Some(frame) = frame {
                    bms.receive(now, black_box(frame.bytes()));
                }
                if slot.is_multiple_of(10) {
                    black_box(bms.step(now, black_box(&bank.inputs)));
                }
            }
        };
        group.bench_function(name, |bencher| {
            bencher.iter_batched_ref(|| bank.bms.clone(), round, BatchSize::SmallInput);
        });
    }
    group.finish();
}

criterion_group!(benches, step, receive, cycle);
criterion_main!(benches);
