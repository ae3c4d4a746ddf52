//! A charger whose power limit is beyond what its cable lets through holds its set-point from the start: there is no limit that
//! could take over, and no current that is infinite.

use crate::bench::Bench;
use ngbank_models::circuit::Branch;

#[test]
fn a_strong_charger_behind_a_long_cable_holds_its_set_point() {
    // 14.2 V behind 0.06 Ω carry at most 840 W.
    let mut bench = Bench::new(
        12,
        12.8,
        r#"
        [[devices]]
        kind = "solar-charger"
        name = "solar"
        wired_to = "charger"
        peak_power_w = 10000.0
        cable_resistance_ohm = 0.06
        irradiance = { series = "pv-tmy", start_day = 180.5 }
    "#,
    );
    bench.pins(false, true, false);
    assert_eq!(bench.branch("solar"), Branch::Voltage { volts: 14.2, ohms: 0.06 });
    let amps = (14.2 - 12.8) / (0.06 + bench.ohms);
    assert!((bench.amps("solar") - amps).abs() < 1e-9, "{} A, expected {amps} A", bench.amps("solar"));
}
