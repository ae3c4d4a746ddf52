//! The bounds enclose every report of a truth within them: what exact jumping rests on.

use crate::{SILENT, electronics, ideal};
use ngbank_models::electronics::{
    BatteryTruth, BatteryTruthBounds, CELLS_MAX, Electronics, ElectronicsParams, SensorFault,
};
use proptest::prelude::*;

fn params() -> impl Strategy<Value = ElectronicsParams> {
    (prop::array::uniform16(-3.0..3.0), prop::array::uniform2(-1.0..1.0), -0.001..0.001, -0.05..0.05).prop_map(
        |(cell_offset_mv, temperature_offset_c, current_gain, current_offset_a)| ElectronicsParams {
            cell_offset_mv,
            temperature_offset_c,
            current_gain,
            current_offset_a,
            initial_soc: 0.5,
        },
    )
}

fn fault() -> impl Strategy<Value = Option<SensorFault>> {
    prop_oneof![
        Just(None),
        (-500.0..500.0).prop_map(|mv| Some(SensorFault::Offset { mv })),
        (0.0..5000.0).prop_map(|mv| Some(SensorFault::Stuck { mv })),
    ]
}

/// A low end, a width (often 0), and where in between the truth is.
fn range(low: f64, high: f64, width: f64) -> impl Strategy<Value = (f64, f64, f64)> {
    let width = prop_oneof![Just(0.0), 0.0..width];
    let part = prop_oneof![Just(0.0), Just(1.0), 0.0..1.0];
    (low..high, width, part).prop_map(|(low, width, part)| (low, low + width, low + width * part))
}

proptest! {
    #[test]
    fn enclose_every_report(
        params in params(),
        fault in fault(),
        stuck_c in prop::option::of(-150.0..150.0),
        cells in prop::array::uniform8(range(2.3, 4.0, 0.1)),
        current in range(-700.0, 700.0, 50.0),
        temperature in range(-30.0, 65.0, 3.0),
        counted in range(-100.0, 720_100.0, 3000.0),
        noise in prop::array::uniform16(prop_oneof![Just(0), Just(u32::MAX), any::<u32>()]),
    ) {
        let mut electronics = electronics(&params);
        electronics.set_fault(5, fault);
        electronics.set_temperature_fault(1, stuck_c);
        let low_high: Vec<_> = cells.iter().map(|cell| (cell.0, cell.1)).collect();
        let cells_v: Vec<_> = cells.iter().map(|cell| cell.2).collect();
        let bounds = electronics.bounds(&BatteryTruthBounds {
            cells_v: &low_high,
            current_a: (current.0, current.1),
            temperature_c: (temperature.0, temperature.1),
            counted_as: (counted.0, counted.1),
        });
        let report = electronics.measure(
            &BatteryTruth {
                cells_v: &cells_v,
                current_a: current.2,
                temperature_c: temperature.2,
                counted_as: counted.2,
            },
            &noise,
        );
        let cells_mv = &report.cells_mv[..8];
        let (lowest, highest) = (*cells_mv.iter().min().unwrap(), *cells_mv.iter().max().unwrap());
        prop_assert!((bounds.lowest_mv.0..=bounds.lowest_mv.1).contains(&lowest));
        prop_assert!((bounds.highest_mv.0..=bounds.highest_mv.1).contains(&highest));
        prop_assert!((bounds.coldest_dc.0..=bounds.coldest_dc.1).contains(&report.coldest_dc));
        prop_assert!((bounds.hottest_dc.0..=bounds.hottest_dc.1).contains(&report.hottest_dc));
        prop_assert!((bounds.current_ma.0..=bounds.current_ma.1).contains(&report.current_ma));
        prop_assert!((bounds.soc_pm.0..=bounds.soc_pm.1).contains(&report.soc_pm));
        prop_assert!(report.status.contains(bounds.status_always));
        prop_assert!(bounds.status_maybe.contains(report.status));
    }
}

fn rest(electronics: &Electronics, volts: f64) -> (u16, u16) {
    electronics
        .bounds(&BatteryTruthBounds {
            cells_v: &[(volts, volts); 8],
            current_a: (0.0, 0.0),
            temperature_c: (20.0, 20.0),
            counted_as: (1.0, 1.0),
        })
        .lowest_mv
}

#[test]
fn use_the_drawn_offset_not_the_worst_one() {
    let mut params = ElectronicsParams::ideal(0.5);
    assert_eq!(rest(&electronics(&params), 3.3), (3297, 3303));
    params.cell_offset_mv = [2.0; CELLS_MAX];
    assert_eq!(rest(&electronics(&params), 3.3), (3299, 3305));
}

#[test]
fn a_reading_at_the_edge_of_the_noise_is_reached() {
    // The bounds are tight: both ends occur.
    let electronics = ideal();
    let read = |word| {
        let truth = BatteryTruth { cells_v: &[3.3; 8], current_a: 0.0, temperature_c: 20.0, counted_as: 1.0 };
        let mut noise = SILENT;
        noise[0] = word;
        electronics.measure(&truth, &noise).cells_mv[0]
    };
    assert_eq!((read(0), read(u32::MAX)), rest(&electronics, 3.3));
}
