//! The box around a whole step: what lies within it is reported within the bounds it was made from, and ticks that it lets
//! pass are ticks that change nothing.

use crate::{electronics, ideal};
use ngbank_models::electronics::{
    BatteryTruth, ElectronicsParams, Envelope, ReportedBounds, SensorFault, StatusBits, TickOutcome,
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

/// Everything that can be reported, with no status bit.
const PLAIN: ReportedBounds = ReportedBounds {
    lowest_mv: (0, 6000),
    highest_mv: (0, 6000),
    coldest_dc: (-500, 1200),
    hottest_dc: (-500, 1200),
    current_ma: (i32::MIN, i32::MAX),
    soc_pm: (0, 1000),
    status_always: StatusBits::NONE,
    status_maybe: StatusBits::NONE,
};

proptest! {
    #[test]
    fn what_is_true_within_is_reported_within(
        params in params(),
        offset in prop::option::of(-300.0..300.0),
        lowest in (2000..3300_u16, 900..2500_u16),
        highest in (2000..3300_u16, 900..2500_u16),
        celsius in (-45..0_i16, 400..1200_i16),
        amps in (-700..-100_i32, 500..1500_i32),
        charge in (0..900_u16, 1..200_u16),
        bit in prop_oneof![Just(None), (0..5_usize).prop_map(Some)],
        parts in prop::array::uniform11(prop_oneof![Just(0.0), Just(1.0), 0.0..1.0]),
        noise in prop::array::uniform16(prop_oneof![Just(0), Just(u32::MAX), any::<u32>()]),
    ) {
        use StatusBits as Bits;
        let mut electronics = electronics(&params);
        electronics.set_fault(5, offset.map(|mv| SensorFault::Offset { mv }));
        let some = [
            Bits::CELL_UNDER_VOLTAGE,
            Bits::CELL_OVER_VOLTAGE,
            Bits::LOW_TEMPERATURE_CHARGE,
            Bits::HIGH_TEMPERATURE_DISCHARGE,
            Bits::DISCHARGE_CURRENT_WARNING,
        ];
        let set = bit.map_or(Bits::NONE, |bit| some[bit]);
        let all = ReportedBounds {
            lowest_mv: (lowest.0, lowest.0 + lowest.1),
            highest_mv: (highest.0, highest.0 + highest.1),
            coldest_dc: (celsius.0 * 10, celsius.0 * 10 + celsius.1),
            hottest_dc: (celsius.0 * 10, celsius.0 * 10 + celsius.1),
            current_ma: (amps.0 * 1000, (amps.0 + amps.1) * 1000),
            soc_pm: (charge.0, (charge.0 + charge.1).min(1000)),
            status_always: set,
            status_maybe: set,
        };
        let Envelope { low, high } = electronics.truth_within(&all);
        let within = |quantity: usize, part: f64| low[quantity] + part * (high[quantity] - low[quantity]);
        prop_assume!((0..4).all(|quantity| low[quantity] <= high[quantity]));
        let cells_v: Vec<f64> = (0..8).map(|cell| within(Envelope::VOLTS, parts[cell])).collect();
        let report = electronics.measure(
            &BatteryTruth {
                cells_v: &cells_v,
                current_a: within(Envelope::AMPS, parts[8]),
                temperature_c: within(Envelope::CELSIUS, parts[9]),
                counted_as: within(Envelope::COUNTED, parts[10]).clamp(-1e9, 1e9),
            },
            &noise,
        );
        let cells_mv = &report.cells_mv[..8];
        let (low_mv, high_mv) = (*cells_mv.iter().min().unwrap(), *cells_mv.iter().max().unwrap());
        prop_assert!((all.lowest_mv.0..=all.lowest_mv.1).contains(&low_mv));
        prop_assert!((all.highest_mv.0..=all.highest_mv.1).contains(&high_mv));
        prop_assert!((all.coldest_dc.0..=all.coldest_dc.1).contains(&report.coldest_dc));
        prop_assert!((all.hottest_dc.0..=all.hottest_dc.1).contains(&report.hottest_dc));
        prop_assert!((all.current_ma.0..=all.current_ma.1).contains(&report.current_ma));
        prop_assert!((all.soc_pm.0..=all.soc_pm.1).contains(&report.soc_pm));
        prop_assert_eq!(report.status, set);
    }

    /// Most batteries rest or carry a steady current: their ticks pass, and passing is deciding each of them.
    #[test]
    fn ticks_that_pass_change_nothing(
        params in params(),
        volts in (2.8..3.7, 0.0..0.02),
        amps in (prop_oneof![Just(0.0), -0.2..0.2, -60.0..60.0], prop_oneof![Just(0.0), 0.0..1.0]),
        before in (0..6_u32, any::<bool>()),
        ticks in 1..30_u32,
        parts in prop::collection::vec(prop::array::uniform9(0.0..1.0), 30),
    ) {
        let mut passed = electronics(&params);
        // Some history: rest, and perhaps a current after it.
        for _ in 0..before.0 {
            passed.tick(&[3.2; 8], 0.0, 20.0);
            passed.advance(60_000_000, 0.0, if before.1 { 5.0 } else { 0.0 });
        }
        let mut decided = passed.clone();
        let found = Envelope {
            low: [volts.0, amps.0, 20.0, 0.0],
            high: [volts.0 + volts.1, amps.0 + amps.1, 20.0, 0.0],
        };
        let Some(rests) = passed.passes(ticks, &found) else { return Ok(()) };
        passed.pass(ticks, rests);
        for parts in parts.iter().take(ticks as usize) {
            let cells_v: Vec<f64> = parts[..8].iter().map(|part| volts.0 + part * volts.1).collect();
            let outcome = decided.tick(&cells_v, amps.0 + parts[8] * amps.1, 20.0);
            prop_assert_eq!(outcome, TickOutcome::default());
        }
        prop_assert_eq!(format!("{passed:?}"), format!("{decided:?}"));
    }
}

#[test]
fn an_ordinary_battery_lies_within_ordinary_bounds() {
    let electronics = ideal();
    let limits = electronics.truth_within(&ReportedBounds { lowest_mv: (3100, 6000), highest_mv: (0, 3600), ..PLAIN });
    let ordinary = Envelope { low: [3.11, -40.0, 5.0, 1e5], high: [3.59, 40.0, 40.0, 6e5] };
    assert!(ordinary.within(&limits), "{limits:?}");
    let low = Envelope { low: [3.101, -40.0, 5.0, 1e5], ..ordinary };
    assert!(!low.within(&limits), "a reading may be 3.5 mV lower: {limits:?}");
}

#[test]
fn a_broken_channel_lets_nothing_pass() {
    let mut electronics = ideal();
    electronics.set_fault(3, Some(SensorFault::Stuck { mv: 3300.0 }));
    assert_eq!(electronics.truth_within(&PLAIN), Envelope::NONE);
    let rest = Envelope { low: [3.2, 10.0, 20.0, 1e5], high: [3.21, 11.0, 20.0, 1e5] };
    assert_eq!(electronics.passes(1, &rest), None);
    electronics.set_fault(3, None);
    assert_eq!(electronics.passes(1, &rest), Some(false));
}

#[test]
fn what_may_matter_does_not_pass() {
    let at =
        |volts: (f64, f64), amps: f64| Envelope { low: [volts.0, amps, 20.0, 0.0], high: [volts.1, amps, 20.0, 0.0] };
    // Within reach of full, of the starting difference, of the pull-down; a current across the dead band.
    assert_eq!(ideal().passes(1, &at((3.495, 3.5), 5.0)), None);
    assert_eq!(ideal().passes(1, &at((3.30, 3.35), 5.0)), None);
    assert_eq!(ideal().passes(1, &at((3.2, 3.301), 5.0)), None);
    let across = Envelope { low: [3.2, 0.05, 20.0, 0.0], high: [3.2, 0.2, 20.0, 0.0] };
    assert_eq!(ideal().passes(1, &across), None);
    assert_eq!(ideal().passes(1, &at((3.2, 3.25), 0.0)), Some(true));
}
