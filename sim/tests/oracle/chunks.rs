//! The verdict does not depend on how the truth is cut into steps, nor on how the first look at a step is taken.

use crate::bench::{NONE, Plant, Ramp, Run, config};
use ngbank_models::time::{MINUTE, MS, Micros, SECOND};

fn verdict(chunk: Micros, boxes: bool) -> String {
    let plant = Plant {
        cell_v: Ramp::through(&[(100.0, 3.3), (160.0, 2.7), (300.0, 2.7), (330.0, 3.3)]),
        celsius: Ramp::through(&[(400.0, 20.0), (900.0, 3.0), (1200.0, 3.0), (1500.0, 20.0)]),
        soc_pm: Ramp::through(&[(100.0, 500.0), (2000.0, 90.0)]),
        ..Plant::default()
    };
    let mut run = Run::powered(config(), plant).chunk(chunk);
    if !boxes {
        run = run.without_boxes();
    }
    run.boot(0.1);
    run.pins(120.6, "LCP", [&[], &[], &[1]]);
    run.pins(152.6, "CP", [&[2], &[], &[1, 2]]);
    run.pins(355.9, "LC", NONE);
    run.pins(842.0, "L", [&[], &[4], &[]]);
    run.pins(1272.0, "LC", NONE);
    format!("{:#?}", run.end(2500.0))
}

#[test]
fn chunks_do_not_matter() {
    let whole = verdict(10 * MINUTE, true);
    assert!(whole.contains("(SOC-2) is true in the plant"), "the floor warning is missed: {whole}");
    for chunk in [70 * MS, 500 * MS, 17 * SECOND + 3, 61 * SECOND] {
        assert_eq!(verdict(chunk, true), whole, "chunks of {chunk} µs");
        assert_eq!(verdict(chunk, false), whole, "chunks of {chunk} µs without boxes");
    }
}
