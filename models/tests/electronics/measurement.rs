//! PLANT.md "Measurement chain": offsets, resolution, broken channels.

use crate::{SILENT, electronics, ideal};
use ngbank_models::electronics::{BatteryTruth, ElectronicsParams, SensorFault};

fn truth(cells_v: &[f64]) -> BatteryTruth<'_> {
    BatteryTruth { cells_v, current_a: -12.3456, temperature_c: 19.96, counted_as: 360_000.0 }
}

#[test]
fn values_are_rounded_to_their_resolution() {
    let mut cells = [3.3; 8];
    cells[3] = 3.200_499;
    cells[4] = 3.200_501;
    let report = ideal().measure(&truth(&cells), &SILENT);
    assert_eq!(report.cells_mv[..5], [3300, 3300, 3300, 3200, 3201]);
    assert_eq!(report.cells_mv[8..], [0; 8]);
    assert_eq!((report.coldest_dc, report.hottest_dc), (200, 200));
    assert_eq!(report.current_ma, -12_350);
    // 360 kA·s of 720 kA·s.
    assert_eq!((report.soc_pm, report.remaining_mah), (500, 100_000));
}

#[test]
fn drawn_errors_add_to_the_truth() {
    let mut params = ElectronicsParams::ideal(0.5);
    params.cell_offset_mv[2] = -3.0;
    params.temperature_offset_c = [0.5, -1.0];
    params.current_gain = 0.001;
    params.current_offset_a = 0.05;
    let report = electronics(&params).measure(&truth(&[3.3; 8]), &SILENT);
    assert_eq!(report.cells_mv[1..4], [3300, 3297, 3300]);
    assert_eq!((report.coldest_dc, report.hottest_dc), (190, 205));
    assert_eq!(report.current_ma, -12_310);
}

#[test]
fn noise_moves_a_cell_by_less_than_4_mv() {
    let mut noise = SILENT;
    noise[0] = 0;
    noise[1] = u32::MAX;
    let report = ideal().measure(&truth(&[3.3; 8]), &noise);
    assert_eq!(report.cells_mv[..3], [3297, 3303, 3300]);
}

#[test]
fn state_of_charge_is_rounded_down_and_stays_within_its_range() {
    let report = |counted_as| {
        let cells = [3.3; 8];
        ideal().measure(&BatteryTruth { counted_as, ..truth(&cells) }, &SILENT)
    };
    assert_eq!(report(719_999.9).soc_pm, 999);
    assert_eq!(report(720_000.0).soc_pm, 1000);
    assert_eq!(report(721_000.0).soc_pm, 1000);
    assert_eq!(report(721_000.0).remaining_mah, 200_000);
    assert_eq!(report(-5.0).soc_pm, 0);
    assert_eq!(report(-5.0).remaining_mah, 0);
}

#[test]
fn a_broken_channel_reads_wrong_until_it_is_repaired() {
    let mut electronics = ideal();
    let mv = |electronics: &ngbank_models::electronics::Electronics| {
        electronics.measure(&truth(&[3.3; 8]), &[u32::MAX; 16]).cells_mv[2]
    };
    electronics.set_fault(2, Some(SensorFault::Offset { mv: -150.0 }));
    assert_eq!(mv(&electronics), 3153);
    electronics.set_fault(2, Some(SensorFault::Stuck { mv: 3200.0 }));
    assert_eq!(mv(&electronics), 3200, "a stuck channel has no noise");
    electronics.set_fault(2, None);
    assert_eq!(mv(&electronics), 3303);
    electronics.set_fault(8, Some(SensorFault::Stuck { mv: 0.0 }));
    assert_eq!(mv(&electronics), 3303, "the battery has no ninth cell");
}

#[test]
fn a_broken_temperature_sensor_reads_a_constant_until_it_is_repaired() {
    let mut electronics = ideal();
    let dc = |electronics: &ngbank_models::electronics::Electronics, celsius: f64| {
        let report = electronics.measure(&BatteryTruth { temperature_c: celsius, ..truth(&[3.3; 8]) }, &SILENT);
        (report.coldest_dc, report.hottest_dc)
    };
    electronics.set_temperature_fault(0, Some(10.0));
    assert_eq!(dc(&electronics, 20.0), (100, 200));
    assert_eq!(dc(&electronics, 5.0), (50, 100));
    electronics.set_temperature_fault(1, Some(-100.0));
    assert_eq!(dc(&electronics, 20.0), (-1000, 100));
    electronics.set_temperature_fault(0, None);
    electronics.set_temperature_fault(1, None);
    electronics.set_temperature_fault(2, Some(0.0));
    assert_eq!(dc(&electronics, 20.0), (200, 200), "the battery has no third sensor");
}

#[test]
fn impossible_truths_saturate() {
    let mut cells = [3.3; 8];
    cells[0] = -0.5;
    cells[1] = f64::NAN;
    cells[2] = 1e9;
    let report = ideal().measure(&BatteryTruth { temperature_c: 1e9, current_a: -1e12, ..truth(&cells) }, &SILENT);
    assert_eq!(report.cells_mv[..3], [0, 0, u16::MAX]);
    assert_eq!(report.hottest_dc, i16::MAX);
    assert_eq!(report.current_ma, -10_000_000);
}
