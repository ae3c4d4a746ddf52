//! The canonical state: what decides the future changes it, what is over leaves no trace in it.

use ngbank_core::frame::Status;
use ngbank_core::settings::Settings;
use ngbank_core::{Bms, Canonical};

use crate::common::script::{Event, apply};
use crate::common::{Bank, CYCLE, DECISION, Link, MINUTE, PULSE_CHARGE, PULSE_DISCHARGE, SECOND, parallel};

fn canonical(bank: &Bank) -> Vec<u8> {
    let mut canonical = Canonical::new();
    bank.bms.canonical(bank.now(), &mut canonical);
    canonical.as_bytes().to_vec()
}

/// One cycle more; afterwards every battery's sequence number is the same, whatever came before.
fn settle(bank: &mut Bank) -> Vec<u8> {
    let repeated = bank.bms.counters().repeated;
    bank.all(|report| report.sequence = 128);
    bank.run_for(CYCLE);
    assert_eq!(bank.bms.counters().repeated, repeated, "a number that is welcome (COM-3)");
    canonical(bank)
}

type Life = fn(&mut Bank);

/// The same, with the same numbers at the end.
fn lived(from: &Bank, life: Life) -> Vec<u8> {
    let mut bank = from.clone();
    life(&mut bank);
    settle(&mut bank)
}

/// Battery 1 is lost for silence, and speaks again.
fn lose(bank: &mut Bank) {
    bank.link(1, Link::Silent);
    bank.run_for(6 * SECOND);
    bank.link(1, Link::Good);
}

/// Two UV cuts: the clear hold is twice as long.
fn lengthen(bank: &mut Bank) {
    for _ in 0..2 {
        apply(bank, &Event::UnderVoltageCut);
        bank.all_cells(3300);
        bank.run_for(2 * MINUTE);
    }
}

#[test]
fn asked_twice_it_is_the_same() {
    let bank = Bank::running(2);
    let mut asked_before = Canonical::new();
    Bms::new().canonical(bank.now(), &mut asked_before);
    bank.bms.canonical(bank.now(), &mut asked_before);
    assert_eq!(asked_before.as_bytes(), canonical(&bank));
}

/// 256 cycles later the numbers of the frames are the same, and so is a bank at rest.
#[test]
fn rest_changes_nothing() {
    let mut bank = Bank::running(2);
    let before = canonical(&bank);
    bank.run_for(256 * CYCLE);
    assert_eq!(canonical(&bank), before);
}

#[test]
fn what_is_over_leaves_no_trace() {
    let lives: [(&str, Life); 9] = [
        ("a hold of OV-1 that was broken off", |bank| {
            bank.cell(1, 0, 3751);
            bank.run_for(CYCLE);
            bank.cell(1, 0, 3300);
        }),
        ("a pre-alarm", |bank| {
            bank.cell(1, 0, 3000);
            bank.run_for(10 * SECOND);
            bank.cell(1, 0, 3300);
            bank.run_for(CYCLE);
        }),
        ("a cold hour", |bank| {
            bank.temperature(0, 49, 60);
            bank.run_for(CYCLE);
            bank.temperature(0, 190, 210);
        }),
        ("a warning of OC-1", |bank| {
            bank.current(0, -PULSE_DISCHARGE);
            bank.run_for(SECOND);
            bank.current(0, 0);
            bank.run_for(6 * SECOND);
        }),
        ("a pulse on the remote", |bank| {
            bank.remote(false);
            bank.run_for(DECISION);
            bank.remote(true);
            bank.run_for(CYCLE - DECISION);
        }),
        ("a frame that was impossible", |bank| {
            bank.soc(0, 1001);
            bank.run_for(CYCLE);
            bank.soc(0, 500);
        }),
        ("another firmware", |bank| {
            bank.status(0, Status::FIRMWARE_MISMATCH);
            bank.run_for(CYCLE);
            bank.status(0, Status::NONE);
        }),
        ("a watchdog reset", |bank| {
            bank.watchdog_reset();
            bank.align();
            bank.run_for(2 * MINUTE);
        }),
        ("a visitor on the radio", |bank| apply(bank, &Event::Radio(ngbank_core::Bluetooth::Connected))),
    ];
    let calm = Bank::running(2);
    for (name, life) in lives {
        let mut rested = calm.clone();
        settle(&mut rested);
        assert_eq!(lived(&calm, life), canonical(&rested), "{name}");
    }
}

/// Two lives whose futures differ: the difference shows, although the last values are the same.
#[test]
fn what_decides_the_future_shows() {
    let pairs: [(&str, Life, Life); 13] = [
        (
            "for how long a hold runs",
            |bank| bank.cell(1, 0, 3751),
            |bank| {
                bank.cell(1, 0, 3751);
                bank.run_for(CYCLE);
            },
        ),
        (
            "for how long UV-1's hold runs, with PRE-2's 30 s behind it",
            |bank| {
                bank.cell(1, 0, 3000);
                bank.run_for(40 * SECOND);
                bank.cell(1, 0, 2700);
            },
            |bank| {
                bank.cell(1, 0, 3000);
                bank.run_for(40 * SECOND);
                bank.cell(1, 0, 2700);
                bank.run_for(CYCLE);
            },
        ),
        (
            "PRE-2's count",
            |bank| {
                bank.cell(1, 0, 3000);
                bank.run_for(CYCLE);
            },
            |bank| {
                bank.cell(1, 0, 3000);
                bank.run_for(2 * CYCLE);
            },
        ),
        (
            "how often a battery was lost",
            |_| {},
            |bank| {
                apply(bank, &Event::Loss(0));
                bank.run_for(CYCLE);
            },
        ),
        (
            "when it was lost",
            |bank| {
                apply(bank, &Event::Loss(0));
                bank.run_for(MINUTE);
            },
            |bank| {
                apply(bank, &Event::Loss(0));
                bank.run_for(2 * MINUTE);
            },
        ),
        (
            "how often it was cut for over-current",
            |_| {},
            |bank| {
                apply(bank, &Event::OverCurrentCut(-2 * PULSE_DISCHARGE));
                bank.run_for(2 * MINUTE);
            },
        ),
        (
            "which output was cut",
            |bank| {
                apply(bank, &Event::OverCurrentCut(2 * PULSE_CHARGE));
                bank.run_for(2 * MINUTE);
            },
            |bank| {
                apply(bank, &Event::OverCurrentCut(-2 * PULSE_DISCHARGE));
                bank.run_for(2 * MINUTE);
            },
        ),
        (
            "for how long a clear hold runs",
            |bank| {
                bank.all_cells(2700);
                bank.run_for(60 * SECOND);
                bank.all_cells(3200);
                bank.run_for(10 * SECOND);
            },
            |bank| {
                bank.all_cells(2700);
                bank.run_for(50 * SECOND);
                bank.all_cells(3200);
                bank.run_for(20 * SECOND);
            },
        ),
        (
            "how far a battery has come on the way to trust",
            |bank| {
                lose(bank);
                bank.run_for(10 * CYCLE);
            },
            |bank| {
                lose(bank);
                bank.run_for(4 * CYCLE);
                bank.soc(1, 1001);
                bank.run_for(CYCLE);
                bank.soc(1, 500);
                bank.run_for(5 * CYCLE);
            },
        ),
        (
            "for how long the bank has been charged (UV-2)",
            |bank| {
                lengthen(bank);
                bank.run_for(4 * SECOND);
                bank.current(0, 5000);
            },
            |bank| {
                lengthen(bank);
                bank.run_for(2 * SECOND);
                bank.current(0, 5000);
                bank.run_for(2 * SECOND);
            },
        ),
        (
            "that the last loss was the third, long after",
            |bank| {
                bank.link(1, Link::Silent);
                bank.run_for(15 * MINUTE);
            },
            |bank| {
                for _ in 0..2 {
                    lose(bank);
                    bank.run_for(20 * SECOND);
                }
                bank.link(1, Link::Silent);
                bank.run_for(15 * MINUTE);
            },
        ),
        ("an impossible frame", |bank| bank.soc(1, 500), |bank| bank.soc(1, 1001)),
        (
            "a UV cut within the hour",
            |_| {},
            |bank| {
                apply(bank, &Event::UnderVoltageCut);
                bank.all_cells(3300);
                bank.run_for(MINUTE);
            },
        ),
    ];
    let calm = Bank::running(2);
    for (name, one, other) in pairs {
        assert_ne!(lived(&calm, one), lived(&calm, other), "{name}");
    }
}

/// A bank that is not complete: error 2 or 5 comes with its age (ERR-1), and what is foreign keeps it down (COM-7).
#[test]
fn the_start_up_has_an_age() {
    let begun = |cycles: u64, foreign_at: u64| {
        let mut bank = Bank::new(Settings::new(parallel(2)));
        bank.link(1, Link::Silent);
        bank.power_on();
        for cycle in 0..cycles {
            if cycle == foreign_at {
                apply(&mut bank, &Event::Foreign(0, 4711));
            }
            bank.run_for(CYCLE);
        }
        settle(&mut bank)
    };
    const NEVER: u64 = u64::MAX;
    assert_eq!(begun(5, NEVER), begun(5, NEVER));
    assert_ne!(begun(5, NEVER), begun(6, NEVER), "its age");
    assert_ne!(begun(7, 5), begun(7, 6), "the age of what was foreign");
}

/// TIME-2 clears as BOOT-1: how many frames a battery has delivered since counts, and only then.
#[test]
fn a_clock_fault_counts_frames() {
    let faulty = |cycles: u64| {
        let mut bank = Bank::running(2);
        bank.link(1, Link::Silent);
        bank.clock = bank.clock.wrapping_sub(1000);
        bank.decide();
        bank.run_for(cycles * CYCLE);
        settle(&mut bank)
    };
    assert_ne!(faulty(0), faulty(1));
}
