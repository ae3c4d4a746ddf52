//! Faults of one part that overlap in time: the end of one does not mend what the other one does.

use ngbank_models::time::{HOUR, MINUTE, SECOND};
use ngbank_sim::engine::{Mode, Options, run};
use ngbank_sim::result::EventKind;
use ngbank_sim::scenario::{Fault, FaultKind};

use super::resolved;

/// The first lasts for 40 minutes, the second begins half-way and lasts as long. A battery is silent or not trusted (OUT-9) from
/// the beginning of the one to the end of the other.
#[test]
fn what_one_fault_does_is_not_ended_by_another_one() {
    let battery = 3;
    let overlapping = [
        [FaultKind::CableBreak { before_battery: 0 }, FaultKind::CableBreak { before_battery: 30 }],
        [FaultKind::CableBreak { before_battery: 30 }, FaultKind::CableBreak { before_battery: 0 }],
        [FaultKind::SensorStuck { battery, cell: 1, mv: 5551 }, FaultKind::SensorStuck { battery, cell: 1, mv: 5813 }],
        [
            FaultKind::TemperatureStuck { battery, sensor: 1, celsius: 190.0 },
            FaultKind::TemperatureStuck { battery, sensor: 1, celsius: -60.0 },
        ],
        [
            FaultKind::DamagedFrames { battery: None, probability: 1.0 },
            FaultKind::DamagedFrames { battery: Some(battery), probability: 1.0 },
        ],
        [FaultKind::BatteryRemoved { battery }, FaultKind::BatteryRemoved { battery }],
    ];
    for kinds in overlapping {
        let mut scenario = resolved("chain-break", 1);
        scenario.duration_us = 2 * HOUR;
        let begins = [HOUR / 2, HOUR / 2 + 20 * MINUTE];
        let fault = |(kind, at_us)| Fault { at_us, until_us: Some(at_us + 40 * MINUTE), kind };
        scenario.faults = kinds.clone().into_iter().zip(begins).map(fault).collect();
        let played = run(&scenario, &Options { mode: Mode::Jump, ..Options::default() }).expect("plays");
        let about = |text: &str| text.starts_with("OUT-9");
        let said = played.events.iter().filter(|event| event.kind == EventKind::Cause && about(&event.text));
        let said: Vec<_> = said.map(|event| (event.time_us, event.text.as_str())).collect();
        let [(begun, _), (ended, _)] = &said[..] else { panic!("{kinds:?}: once, and not {said:?}") };
        let (first, last) = (begins[0], begins[1] + 40 * MINUTE);
        assert!((first..first + 6 * SECOND).contains(begun), "{kinds:?}: {said:?}");
        // Trust takes 20 frames.
        assert!((last + 9 * SECOND..last + 11 * SECOND).contains(ended), "{kinds:?}: {said:?}");
        assert!(played.verdicts.properties.iter().all(|verdict| verdict.first_violation.is_none()), "{kinds:?}");
    }
}
