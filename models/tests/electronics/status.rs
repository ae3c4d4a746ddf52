//! COM-6: the batteries' own bits lie beyond the settings of the BMS.

use crate::{SILENT, ideal};
use ngbank_models::electronics::{BatteryTruth, StatusBits};

fn bits(cell_v: f64, temperature_c: f64, current_a: f64) -> StatusBits {
    let mut cells = [3.3; 8];
    cells[7] = cell_v;
    ideal().measure(&BatteryTruth { cells_v: &cells, current_a, temperature_c, counted_as: 1.0 }, &SILENT).status
}

#[test]
fn an_ordinary_report_has_no_bit() {
    assert!(bits(3.3, 20.0, 0.0).is_empty());
    assert!(bits(2.65, 4.0, -399.0).is_empty());
    assert!(bits(3.80, 54.0, 399.0).is_empty());
}

#[test]
fn each_bit_has_its_limit() {
    use StatusBits as Bit;
    assert_eq!(bits(2.499, 20.0, 0.0), Bit::CELL_UNDER_VOLTAGE);
    assert_eq!(bits(3.851, 20.0, 0.0), Bit::CELL_OVER_VOLTAGE);
    assert_eq!(bits(3.3, -0.1, 0.0), Bit::LOW_TEMPERATURE_CHARGE);
    assert_eq!(bits(3.3, 55.1, 0.0), Bit::HIGH_TEMPERATURE_CHARGE);
    assert!(bits(3.3, -25.1, 0.0).contains(Bit::LOW_TEMPERATURE_DISCHARGE));
    assert!(bits(3.3, 60.1, 0.0).contains(Bit::HIGH_TEMPERATURE_DISCHARGE));
    assert_eq!(bits(3.3, 20.0, 400.1), Bit::CHARGE_CURRENT_WARNING);
    assert_eq!(bits(3.3, 20.0, -400.1), Bit::DISCHARGE_CURRENT_WARNING);
    let alarm = Bit::DISCHARGE_CURRENT_WARNING | Bit::DISCHARGE_CURRENT_ALARM;
    assert_eq!(bits(3.3, 20.0, -600.1), alarm);
    assert!(bits(3.3, 20.0, 600.1).contains(Bit::CHARGE_CURRENT_ALARM));
}

#[test]
fn balancing_is_shown() {
    let mut battery = ideal();
    let mut cells = [3.42; 8];
    cells[0] = 3.45;
    let outcome = battery.tick(&cells, 0.0, 20.0);
    assert!(outcome.state && outcome.bleed);
    let truth = BatteryTruth { cells_v: &cells, current_a: 0.0, temperature_c: 20.0, counted_as: 1.0 };
    assert_eq!(battery.measure(&truth, &SILENT).status, StatusBits::BALANCING);
}
