//! Any bytes, any inputs, any times: an answer, never a panic; and where the core cannot be sure, the safe one.

use ngbank_core::frame::{MAX_FRAME, Report, Status};
use ngbank_core::settings::{BankLayout, CYCLE_MS, Settings};
use ngbank_core::units::Instant;
use ngbank_core::{Bluetooth, Bms, Canonical, Cause, Drive, Inputs, Outputs, PreAlarm, Quiet, ResetCause, Retained};
use proptest::prelude::*;

use crate::common::script::{Script, config, script};
use crate::common::{CYCLE, Link, MODEL, healthy_inputs, layout, parallel, shown};

#[derive(Clone, Debug)]
enum Call {
    Bytes(Vec<u8>),
    Frame(Report),
    Step(Inputs),
    Time(u32),
    Start(bool),
    Ask,
}

fn any_i32() -> impl Strategy<Value = i32> {
    prop_oneof![
        any::<i32>(),
        -1000..100_000,
        prop::sample::select(&[i32::MIN, i32::MAX, 0, 3500, 5000, 8000, 8500, 70_000][..])
    ]
}

prop_compose! {
    fn inputs()(
        (supply_mv, remote_l_mv, remote_h_mv) in (any_i32(), any_i32(), any_i32()),
        bluetooth in prop::sample::select(&[Bluetooth::Disabled, Bluetooth::Advertising, Bluetooth::Connected][..]),
    ) -> Inputs {
        Inputs { supply_mv, remote_l_mv, remote_h_mv, bluetooth }
    }
}

prop_compose! {
    /// Well-formed frames with any content, often possible.
    fn frame()(
        position in 0u8..5,
        serial in 1000u32..1004,
        model in prop_oneof![9 => Just(MODEL), 1 => any::<u8>()],
        sequence in any::<u8>(),
        cell_count in prop_oneof![9 => Just(8u8), 1 => any::<u8>()],
        mv in prop_oneof![2500u16..3800, any::<u16>()],
        cell in 0usize..16,
        low in prop_oneof![2500u16..3800, any::<u16>()],
        (coldest_dc, hottest_dc) in prop_oneof![(-250i16..300, 300i16..600), (any::<i16>(), any::<i16>())],
        current_ma in any_i32(),
        soc_pm in prop_oneof![0u16..1000, any::<u16>()],
        status in prop_oneof![Just(0u16), any::<u16>()],
    ) -> Report {
        let mut cells_mv = [mv; 16];
        cells_mv[cell] = low;
        Report {
            serial, model, position, sequence, cell_count, cells_mv, coldest_dc, hottest_dc, current_ma, soc_pm,
            remaining_mah: u32::MAX, status: Status::from_bits(status),
        }
    }
}

fn call() -> impl Strategy<Value = Call> {
    prop_oneof![
        2 => prop::collection::vec(any::<u8>(), 0..80).prop_map(Call::Bytes),
        8 => frame().prop_map(Call::Frame),
        6 => inputs().prop_map(Call::Step),
        4 => Just(Call::Step(healthy_inputs(&parallel(3)))),
        4 => prop_oneof![Just(0u32), 1u32..1000, any::<u32>()].prop_map(Call::Time),
        1 => any::<bool>().prop_map(Call::Start),
        1 => Just(Call::Ask),
    ]
}

/// What must hold of every decision, whatever came before it.
fn assert_safe(outputs: &Outputs, inputs: &Inputs) {
    assert_eq!(outputs.load == Drive::High, outputs.load_causes.is_empty(), "{outputs:?}");
    assert_eq!(outputs.charger == Drive::High, outputs.charger_causes.is_empty(), "{outputs:?}");
    let floats_both = [Cause::Communication, Cause::BankMismatch, Cause::RemoteOff, Cause::Supply, Cause::StartUp];
    for cause in floats_both.into_iter().chain([Cause::Settings, Cause::Clock]) {
        if shown(outputs).any(|shown| shown == cause) {
            assert_eq!((outputs.load, outputs.charger), (Drive::Floating, Drive::Floating), "{outputs:?}");
        }
    }
    if inputs.supply_mv > 70_000 {
        assert_eq!((outputs.load, outputs.charger), (Drive::Floating, Drive::Floating), "{outputs:?}");
        assert_eq!(outputs.pre_alarm, PreAlarm::Floating, "{outputs:?}");
    }
}

fn ask_everything(bms: &mut Bms, now: Instant) {
    let mut quiet = Quiet::new();
    bms.quiet(now, &mut quiet);
    let mut canonical = Canonical::new();
    bms.canonical(now, &mut canonical);
    let mut retained = Retained::new();
    bms.retained(&mut retained);
    for cause in Cause::ALL {
        let _ = bms.cause(cause);
    }
    #[cfg(feature = "readout")]
    for call in 0..3 {
        let mut readout = ngbank_core::readout::Readout::with_nonce(u16::MAX);
        readout.observe(now, bms);
        readout.observe(now.plus(ngbank_core::units::Millis::seconds(call)), bms);
        let config = ngbank_core::readout::ReadoutConfig { product_id: 0xffff, key: [0xff; 16] };
        let _ = readout.advertise(bms, &config);
    }
}

proptest! {
    #![proptest_config(config(400))]

    #[test]
    fn any_calls(clock in any::<u32>(), start in any::<bool>(), calls in prop::collection::vec(call(), 0..200)) {
        let settings = Settings::new(parallel(3));
        let mut bms = Bms::new();
        let mut now = clock;
        let mut started = start;
        if start {
            bms.start(&settings, ResetCause::PowerOn, None);
        }
        let mut last_step: Option<u32> = None;
        for call in calls {
            let instant = Instant::from_millis(now);
            match call {
                Call::Bytes(bytes) => bms.receive(instant, &bytes),
                Call::Frame(report) => {
                    let mut bytes = [0; MAX_FRAME];
                    let length = report.encode(&mut bytes);
                    bms.receive(instant, &bytes[..length]);
                }
                Call::Step(inputs) => {
                    let outputs = bms.step(instant, &inputs);
                    assert_safe(&outputs, &inputs);
                    let floats = (outputs.load, outputs.charger) == (Drive::Floating, Drive::Floating);
                    prop_assert!(started || floats, "not started: {outputs:?}");
                    // TIME-2: a clock that went backwards allows nothing.
                    let backwards = last_step.is_some_and(|last| now.wrapping_sub(last) >= 1 << 31);
                    prop_assert!(!backwards || floats, "backwards: {outputs:?}");
                    last_step = Some(now);
                }
                Call::Time(ms) => now = now.wrapping_add(ms),
                Call::Start(watchdog) => {
                    let reset = if watchdog { ResetCause::Watchdog } else { ResetCause::PowerOn };
                    let mut retained = Retained::new();
                    bms.retained(&mut retained);
                    bms.start(&settings, reset, Some(&retained));
                    (started, last_step) = (true, None);
                }
                Call::Ask => ask_everything(&mut bms, instant),
            }
        }
    }

    /// Nothing but noise on the line: nothing is ever allowed.
    #[test]
    fn noise_alone_allows_nothing(
        noise in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..80), 0..200),
        gap in 1u32..2000,
    ) {
        let layout = parallel(2);
        let mut bms = Bms::new();
        bms.start(&Settings::new(layout), ResetCause::PowerOn, None);
        for (now, bytes) in (0..).step_by(usize::try_from(gap).unwrap()).zip(noise) {
            bms.receive(Instant::from_millis(now), &bytes);
            let outputs = bms.step(Instant::from_millis(now), &healthy_inputs(&layout));
            prop_assert_eq!((outputs.load, outputs.charger), (Drive::Floating, Drive::Floating));
        }
    }

    /// From any state that the bank can reach: a battery without a frame for its time floats both outputs.
    #[test]
    fn silence_floats_both(script in script(), silent in 0usize..4) {
        let mut bank = script.play();
        let b = silent % bank.batteries.len();
        bank.link(b, Link::Silent);
        let timeout = u64::try_from(bank.settings.silence_timeout_ms).unwrap();
        bank.run_for(timeout + CYCLE);
        prop_assert_eq!((bank.outputs.load, bank.outputs.charger), (Drive::Floating, Drive::Floating));
    }

    /// UV-5, from any state: LOAD never rises in a decision that knows an empty cell; and what is empty for long enough
    /// floats LOAD in the end.
    #[test]
    fn empty_cells_never_feed_loads_for_long(script in script(), b in 0usize..4) {
        let mut bank = script.play();
        let b = b % bank.batteries.len();
        // Below the least UV threshold that can be set.
        bank.cell(b, 0, 2599);
        bank.status(b, Status::NONE);
        bank.link(b, Link::Good);
        let mut before = bank.outputs.load;
        // The hold, the 30 s, and one cycle of the chain.
        for decision in 0..330 {
            bank.run_for(100);
            if decision >= 5 {
                prop_assert!(before == Drive::High || bank.outputs.load == Drive::Floating, "rose onto an empty cell");
            }
            before = bank.outputs.load;
        }
        prop_assert_eq!(bank.outputs.load, Drive::Floating);
    }

    /// Extreme settings are refused or obeyed, never a panic.
    #[test]
    fn any_settings(values in any::<[i32; 8]>(), cells in any::<u8>(), series in any::<u8>(), strings in any::<u8>()) {
        let bank = BankLayout {
            cells, series, parallel: strings, system_voltage_v: 24, continuous_charge_ma: values[6], ..layout(8, 1, 1)
        };
        let mut settings = Settings::new(bank);
        settings.pre_alarm_mv = values[0];
        settings.under_voltage_mv = values[1];
        settings.over_voltage_mv = values[2];
        settings.under_voltage_clear_hold_ms = values[3];
        settings.discharge_floor_pm = values[4];
        settings.silence_timeout_ms = values[5];
        settings.remote_debounce_ms = values[7];
        let mut bms = Bms::new();
        bms.start(&settings, ResetCause::PowerOn, None);
        let inputs = healthy_inputs(&parallel(1));
        for cycle in 0..20 {
            let outputs = bms.step(Instant::from_millis(cycle * u32::try_from(CYCLE_MS).unwrap()), &inputs);
            prop_assert_eq!((outputs.load, outputs.charger), (Drive::Floating, Drive::Floating));
            prop_assert_eq!(shown(&outputs).any(|cause| cause == Cause::Settings), !settings.is_valid());
        }
    }
}

/// The scripts reach what they are meant to reach: both outputs High and Floating, and almost every cause.
#[test]
fn scripts_reach_the_causes() {
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;
    let mut runner = TestRunner::new(config(1));
    let mut reached = std::collections::BTreeMap::new();
    for _ in 0..300 {
        let script: Script = script().new_tree(&mut runner).unwrap().current();
        for (_, outputs) in script.play().log {
            shown(&outputs).for_each(|cause| *reached.entry(cause.name()).or_insert(0) += 1);
        }
    }
    for cause in Cause::ALL.into_iter().filter(|&cause| cause != Cause::Settings) {
        assert!(reached.get(cause.name()).is_some_and(|&count| count >= 5), "{cause:?} in {reached:?}");
    }
}
