//! Plain loads, draws that nothing stops, and the BMS itself (SUP-2).

use crate::bench::Bench;
use ngbank_models::catalogue::Household;
use ngbank_models::circuit::Branch;
use ngbank_models::time::{HOUR, MINUTE, SECOND};

/// (DEV-6 … DEV-8)
#[test]
fn loads_work_within_their_window() {
    let mut bench = Bench::new(
        12,
        12.8,
        r#"
        [[devices]]
        kind = "current-load"
        name = "step"
        current_a = 50.0
        from_s = 60.0
        until_s = 90.5
        [[devices]]
        kind = "power-load"
        name = "fridge"
        power_w = 100.0
        from_s = 30.0
        [[devices]]
        kind = "resistive-load"
        name = "lamp"
        resistance_ohm = 2.0
        wired_to = "load"
    "#,
    );
    bench.pins(true, false, false);
    for (at, step, fridge) in [
        (29 * SECOND, 0.0, false),
        (30 * SECOND, 0.0, true),
        (60 * SECOND, -50.0, true),
        (90 * SECOND, -50.0, true),
        (90 * SECOND + SECOND / 2, 0.0, true),
    ] {
        bench.run_to(at);
        assert_eq!(bench.amps("step"), step, "at {at} µs");
        assert_eq!(bench.branch("fridge") == Branch::Power { watts: -100.0 }, fridge);
    }
    assert!((bench.amps("lamp") + bench.bus() / 2.0).abs() < 1e-12);
    bench.pins(false, false, false);
    assert_eq!(bench.branch("lamp"), Branch::Open);
}

/// (DEV-9)
#[test]
fn a_profile_plays_its_minutes() {
    let mut bench = Bench::new(
        48,
        51.2,
        r#"
        [[devices]]
        kind = "profile-load"
        name = "house"
        wired_to = "load"
        load = { series = "household-winter", start_day = 2, scale = 5.0 }
    "#,
    );
    bench.pins(true, false, false);
    let table = ngbank_models::profile::builtin("household-winter").unwrap();
    for minute in 0..24 * 60 {
        bench.run_to(minute * MINUTE);
        let at = 48 * HOUR + minute * MINUTE;
        let row = table.points().iter().rev().find(|point| point.at <= at).unwrap();
        assert_eq!(bench.branch("house"), Branch::Power { watts: -5.0 * row.value });
    }
}

/// What a seed has drawn, times its factor; nothing changes in between. Without a draw it is the household's mean.
/// (DEV-9)
#[test]
fn appliances_play_what_was_drawn() {
    let mut bench = Bench::new(
        12,
        12.8,
        r#"
        [[devices]]
        kind = "appliance-load"
        name = "van"
        wired_to = "load"
        household = "van"
        scale = 2.0
        drawn_s_w = [[0, 4.0], [31, 64.0], [40, 4.0], [90, 0.0]]
        [[devices]]
        kind = "appliance-load"
        name = "boat"
        household = "boat"
    "#,
    );
    bench.pins(true, false, false);
    for (at, watts) in [(0, 8.0), (31, 128.0), (40, 8.0), (90, 0.0)] {
        bench.run_to((at * SECOND).saturating_sub(1));
        let next = bench.installation.next_time();
        assert!(at == 0 || next == at * SECOND, "{next} µs, not at {at} s");
        bench.run_to(at * SECOND);
        assert_eq!(bench.branch("van").amps(10.0), -watts / 10.0, "at {at} s");
    }
    bench.run_to(HOUR);
    assert_eq!(bench.amps("van"), 0.0);
    let mean_w = Household::Boat.appliances().mean_kwh_per_day() * 1_000.0 / 24.0;
    assert_eq!(bench.branch("boat"), Branch::Power { watts: -mean_w });
}

/// (DEV-10)
#[test]
fn nothing_stops_a_parasitic_draw_until_the_bank_is_dead() {
    let mut bench = Bench::new(
        12,
        10.0,
        r#"
        [[devices]]
        kind = "parasitic"
        name = "leak"
        current_ma = 10.0
    "#,
    );
    for volts in [10.0, 6.0, 2.1] {
        bench.set_volts(volts);
        bench.pins(false, false, false);
        assert!((bench.amps("leak") + 0.010).abs() < 1e-12, "{volts} V");
    }
    // Below 2 V it fades out, so that it never pulls a dead bank below 0 V.
    bench.set_volts(1.0);
    assert!((bench.amps("leak") + 0.005).abs() < 1e-6);
    bench.set_volts(0.0);
    assert!(bench.bus().abs() < 1e-9);
    bench.set_volts(5.0);
    assert!((bench.amps("leak") + 0.010).abs() < 1e-12);
}

/// SUP-2: the BMS's own draw, plus the control currents of what hangs on outputs that are High.
#[test]
fn the_bms_draws_what_its_outputs_feed() {
    let mut bench = Bench::new(
        12,
        12.8,
        r#"
        [[switches]]
        kind = "contactor"
        name = "k1"
        wired_to = "load"
        control_current_ma = 400.0
        [[devices]]
        kind = "mains-charger"
        name = "charger"
        wired_to = "charger"
        control_current_ma = 20.0
        current_limit_a = 10.0
        [[devices]]
        kind = "indicator"
        name = "buzzer"
        wired_to = "pre-alarm"
        control_current_ma = 30.0
    "#,
    );
    let bms = bench.installation.bms();
    assert_eq!(bench.installation.name(bms), "bms");
    bench.installation.set_bms_draw(0, 0.003);
    for (load, charger, pre_alarm, milliamps) in
        [(false, false, false, 3.0), (true, false, false, 403.0), (true, true, false, 423.0), (false, true, true, 53.0)]
    {
        bench.pins(load, charger, pre_alarm);
        let amps = bench.installation.branches()[bms].amps(bench.bus());
        assert!((amps * 1e3 + milliamps).abs() < 1e-9, "{amps} A");
    }
}

/// PRE-5: what hangs on an intermittent PRE-ALARM is fed half the time, and stays on.
#[test]
fn a_duty_on_pre_alarm_halves_its_control_currents() {
    let mut bench = Bench::new(
        12,
        12.8,
        r#"
        [[devices]]
        kind = "current-load"
        name = "pump"
        wired_to = "pre-alarm"
        control_current_ma = 30.0
        current_a = 2.0
        [[devices]]
        kind = "indicator"
        name = "lamp"
        wired_to = "load"
        control_current_ma = 100.0
    "#,
    );
    let bms = bench.installation.bms();
    bench.pins(true, false, true);
    bench.installation.set_pre_alarm_duty(0, 0.5);
    let amps = bench.installation.branches()[bms].amps(bench.bus());
    assert!((amps * 1e3 + 115.0).abs() < 1e-9, "{amps} A");
    assert_eq!(bench.amps("pump"), -2.0);
}
