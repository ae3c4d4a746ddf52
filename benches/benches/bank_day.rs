//! One bank-day: 50 batteries, 400 cells, 24 h with a scaled household load, sun and a cut-off, firmware in the loop.
//!
//! `jump` and `lockstep` play the same scenario and seed. Machines are noisy: read the ratio of the two in one run. It
//! is printed first, with the decisions that jumping executes.

use criterion::{Criterion, criterion_group, criterion_main};
use ngbank_benches::household_day;
use ngbank_sim::engine::{Mode, Options, run};
use ngbank_sim::result::RunResult;
use ngbank_sim::scenario::Resolved;
use std::hint::black_box;

fn play(scenario: &Resolved, mode: Mode) -> RunResult {
    run(black_box(scenario), &Options { mode, ..Options::default() }).expect("the household day can be played")
}

/// Least time of so many plays, s.
// Lint: a benchmark measures time; nothing of it enters a result.
#[allow(clippy::disallowed_methods)]
fn least_seconds(times: u32, scenario: &Resolved, mode: Mode) -> f64 {
    let once = || {
        let start = std::time::Instant::now();
        black_box(play(scenario, mode));
        start.elapsed().as_secs_f64()
    };
    (0..times).map(|_| once()).fold(f64::INFINITY, f64::min)
}

fn bank_day(criterion: &mut Criterion) {
    let scenario = household_day(1);
    let result = play(&scenario, Mode::Jump);
    let (jump, lockstep) = (least_seconds(5, &scenario, Mode::Jump), least_seconds(2, &scenario, Mode::Lockstep));
    let executed = 100.0 * result.cost.decisions_executed as f64 / result.cost.decisions_total as f64;
    println!(
        "bank-day of {} cells: {} plant steps, {} changes of LOAD or CHARGER for a protection cause; \
         jump executes {executed:.2} % of the decisions in {:.1} ms, lockstep all in {:.0} ms: {:.0} x faster",
        result.cells,
        result.cost.plant_steps,
        result.outputs.protection_changes,
        1e3 * jump,
        1e3 * lockstep,
        lockstep / jump,
    );
    let mut group = criterion.benchmark_group("bank_day");
    group.sample_size(10);
    group.bench_function("jump", |bencher| bencher.iter(|| play(&scenario, Mode::Jump)));
    group.bench_function("lockstep", |bencher| bencher.iter(|| play(&scenario, Mode::Lockstep)));
    group.finish();
}

criterion_group!(benches, bank_day);
criterion_main!(benches);
