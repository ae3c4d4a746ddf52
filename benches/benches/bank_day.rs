//! Bank-days: 400 cells, one-minute load and one-minute sun, full physics, default tolerance, firmware in the loop.
//!
//! Machines are noisy: read ratios of one run. Before the timings the bench prints, for every day, what was executed and
//! what jumping saves against lockstep, and for the quiet day the comparison with a plain explicit loop, each with its
//! error against its own equations solved tightly.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use ngbank_benches::days::{DAYS, Day, INSTALLATIONS};
use ngbank_benches::explicit::{EVERY_S, Explicit, Voltages};
use ngbank_benches::{least_seconds, least_seconds_in_turn};
use ngbank_models::time::{MINUTE, Micros, SECOND};
use ngbank_sim::engine::{Mode, Options, run};
use ngbank_sim::result::RunResult;
use ngbank_sim::scenario::Resolved;

/// Tolerance of the tight solution that a day is compared with, V.
const TIGHT_V: f64 = 1e-6;
/// Steps per second of the plain loop, and of the tight solution of its equations.
const PLAIN: u32 = 1;
const PLAIN_TIGHT: u32 = 16;
/// The least time of so many runs is told.
const TIMES: u32 = 20;

fn play(scenario: &Resolved, mode: Mode) -> RunResult {
    run(black_box(scenario), &Options { mode, ..Options::default() }).expect("the day can be played")
}

/// Bus power of every minute, W, and voltages every ten seconds, except where a minute begins: there the power changes.
fn readings(scenario: &Resolved) -> (Vec<f64>, Vec<Voltages>) {
    let every = Micros::from(EVERY_S) * SECOND;
    let traced =
        run(scenario, &Options { trace_every_us: Some(every), ..Options::default() }).expect("it can be played");
    let series = (scenario.bank.params.series * scenario.bank.params.cells_per_battery) as f64;
    let within = || traced.trace.iter().filter(|point| point.time_us % MINUTE != 0);
    let middle = within().filter(|point| point.time_us % MINUTE == MINUTE / 2);
    let voltages = within().map(|at| [at.bus_v / series, at.cell_v_min, at.cell_v_max]);
    (middle.map(|at| at.bank_a * at.bus_v).collect(), voltages.collect())
}

/// Root mean square and largest difference, V, over mean, lowest and highest cell.
fn error(found: &[Voltages], tight: &[Voltages]) -> (f64, f64) {
    let differences = || found.iter().flatten().zip(tight.iter().flatten()).map(|(found, tight)| (found - tight).abs());
    let squares: f64 = differences().map(|d| d * d).sum();
    ((squares / differences().count() as f64).sqrt(), differences().fold(0.0, f64::max))
}

fn report(day: &Day) {
    let scenario = day.resolve();
    let result = play(&scenario, Mode::Jump);
    let (jump, lockstep) =
        (least_seconds(TIMES, || play(&scenario, Mode::Jump)), least_seconds(1, || play(&scenario, Mode::Lockstep)));
    let cost = &result.cost;
    println!(
        "{}: {:.2} ms; {} cells, SoC swing {:.0} %, {} steps, {:.1} s not quiet, {} of {} decisions executed, {} changes of \
         LOAD or CHARGER for a protection cause; lockstep {:.0} x as long",
        day.name,
        1e3 * jump,
        result.cells,
        100.0 * (result.extremes.soc_max - result.extremes.soc_min),
        cost.plant_steps,
        // A decision stands for 100 ms.
        0.1 * cost.decisions_executed as f64,
        cost.decisions_executed,
        cost.decisions_total,
        result.outputs.protection_changes,
        lockstep / jump,
    );
}

fn compare(day: &Day) {
    let scenario = day.resolve();
    let (watts, found) = readings(&scenario);
    let mut tight = scenario.clone();
    tight.tolerance_v = TIGHT_V;
    let (rms, most) = error(&found, &readings(&tight).1);
    let plain = |steps_per_s: u32| {
        let mut voltages = Vec::with_capacity(watts.len());
        Explicit::new(&scenario.bank.params).play(&watts, steps_per_s, |at| voltages.push(at));
        voltages
    };
    let (plain_rms, plain_most) = error(&plain(PLAIN), &plain(PLAIN_TIGHT));
    let (ours, loops) = least_seconds_in_turn(TIMES, || play(&scenario, Mode::Jump), || plain(PLAIN));
    let cells = Explicit::new(&scenario.bank.params).cells() as f64;
    println!(
        "{}: ours {:.2} ms, error {:.2} µV RMS, {:.3} mV at most; plain loop of 1 s steps {:.1} ms, {:.0} M cell-seconds/s, error \
         {:.2} µV RMS, {:.3} mV at most; {:.1} x faster",
        day.name,
        1e3 * ours,
        1e6 * rms,
        1e3 * most,
        1e3 * loops,
        1e-6 * cells * 60.0 * watts.len() as f64 / loops,
        1e6 * plain_rms,
        1e3 * plain_most,
        loops / ours,
    );
}

/// What eight more devices cost.
fn compare_installations() {
    let [two, ten] = INSTALLATIONS.each_ref().map(Day::resolve);
    let (two, ten) = least_seconds_in_turn(TIMES, || play(&two, Mode::Jump), || play(&ten, Mode::Jump));
    println!("ten devices {:.2} ms, two devices {:.2} ms: {:.2} x", 1e3 * ten, 1e3 * two, ten / two);
}

fn bank_day(criterion: &mut Criterion) {
    DAYS.iter().for_each(report);
    compare(&DAYS[0]);
    compare_installations();
    let mut group = criterion.benchmark_group("bank_day");
    group.sample_size(10);
    for day in &DAYS {
        let scenario = day.resolve();
        group.bench_function(day.name, |bencher| bencher.iter(|| play(&scenario, Mode::Jump)));
    }
    let year = DAYS[0].resolve_from(0, 365 * 24 * 60 * MINUTE);
    group.bench_function("year", |bencher| bencher.iter(|| play(&year, Mode::Jump)));
    group.finish();
}

criterion_group!(benches, bank_day);
criterion_main!(benches);
