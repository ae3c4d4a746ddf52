//! `quiet()` promises that nothing changes: whatever a bank does within the bands, nothing does.

use ngbank_core::frame::Status;
use ngbank_core::{Band, Cause, CauseInfo, InputBand, Inputs, Outputs, Quiet};
use proptest::prelude::*;
use proptest::test_runner::TestRng;

use crate::common::script::{config, script};
use crate::common::{Bank, CYCLE, DECISION, Link, SECOND};

/// Outputs and causes with their beginnings.
fn seen(bank: &Bank) -> (Outputs, Vec<Option<CauseInfo>>) {
    (bank.outputs, Cause::ALL.iter().map(|&cause| bank.bms.cause(cause)).collect())
}

/// A value of the band: at an edge, near the last one, or anywhere.
fn value(rng: &mut TestRng, (low, high): (i64, i64), last: i64) -> i64 {
    let last = last.clamp(low, high);
    let near = |by: i64| (last.saturating_sub(by).max(low), last.saturating_add(by).min(high));
    match rng.random_range(0..6) {
        0 => low,
        1 => high,
        2 => last,
        3 => rng.random_range(low..=high),
        _ => {
            let (low, high) = near(20);
            rng.random_range(low..=high)
        }
    }
}

macro_rules! pick {
    ($rng:expr, $band:expr, $last:expr) => {
        value($rng, ($band.0.into(), $band.1.into()), $last.into()).try_into().unwrap()
    };
}

/// A report within the band.
pub fn wander(bank: &mut Bank, b: usize, band: &Band, rng: &mut TestRng) {
    let cells = usize::from(bank.settings.bank.cells);
    let report = &mut bank.batteries[b].report;
    let lowest: u16 = pick!(rng, (band.lowest_mv.0, band.lowest_mv.1.min(band.highest_mv.1)), report.cells_mv[0]);
    let highest: u16 = pick!(rng, (band.highest_mv.0.max(lowest), band.highest_mv.1), report.cells_mv[1]);
    for mv in &mut report.cells_mv[..cells] {
        *mv = rng.random_range(lowest..=highest);
    }
    let at = rng.random_range(0..cells);
    report.cells_mv[at] = lowest;
    report.cells_mv[(at + 1) % cells] = highest;
    let coldest: i16 = pick!(rng, (band.coldest_dc.0, band.coldest_dc.1.min(band.hottest_dc.1)), report.coldest_dc);
    report.hottest_dc = pick!(rng, (band.hottest_dc.0.max(coldest), band.hottest_dc.1), report.hottest_dc);
    report.coldest_dc = coldest;
    report.current_ma = pick!(rng, band.current_ma, report.current_ma);
    report.soc_pm = pick!(rng, band.soc_pm, report.soc_pm);
    let free = if rng.random_range(0..4) == 0 { 1 << rng.random_range(0..16) } else { 0_u16 };
    report.status = Status::from_bits(band.status_value | (free & !band.status_mask));
}

/// Inputs within the band, if the three bands on two voltages leave room.
pub fn wander_inputs(inputs: &mut Inputs, band: &InputBand, rng: &mut TestRng) {
    let try_one = Inputs {
        supply_mv: pick!(rng, band.supply_mv, inputs.supply_mv),
        remote_l_mv: pick!(rng, band.remote_l_mv, inputs.remote_l_mv),
        remote_h_mv: pick!(rng, band.remote_h_mv, inputs.remote_h_mv),
        ..*inputs
    };
    let over = i64::from(try_one.remote_h_mv) - i64::from(try_one.supply_mv);
    let (low, high) = band.remote_h_over_supply_mv;
    if (i64::from(low)..=i64::from(high)).contains(&over) {
        *inputs = try_one;
    }
}

/// True if some report lies within the band.
fn can_be_met(band: &Band) -> bool {
    let ordered = band.lowest_mv.0 <= band.lowest_mv.1 && band.highest_mv.0 <= band.highest_mv.1;
    let ordered = ordered && band.coldest_dc.0 <= band.coldest_dc.1 && band.hottest_dc.0 <= band.hottest_dc.1;
    let ordered = ordered && band.current_ma.0 <= band.current_ma.1 && band.soc_pm.0 <= band.soc_pm.1;
    ordered && band.lowest_mv.0 <= band.highest_mv.1 && band.coldest_dc.0 <= band.hottest_dc.1
}

/// The promise, asked right after a decision at a cycle boundary; `None` if there is none, or none that can be met.
pub fn promise(bank: &Bank) -> Option<Quiet> {
    assert!(bank.time.is_multiple_of(CYCLE));
    let mut quiet = Quiet::new();
    bank.bms.quiet(bank.now(), &mut quiet);
    let length = quiet.until.since(bank.now()).as_millis();
    assert!(!quiet.until.is_before(bank.now()) && length <= 1 << 30);
    let batteries = quiet.bands.iter().take(bank.batteries.len());
    (length > 0 && batteries.clone().all(can_be_met)).then_some(quiet)
}

/// Puts the chain as the promise asks: these batteries silent, all others good.
pub fn obey(bank: &mut Bank, quiet: &Quiet) {
    for b in 0..bank.batteries.len() {
        let silent = quiet.silent >> b & 1 == 1;
        bank.link(b, if silent { Link::Silent } else { Link::Good });
    }
}

/// Whole milliseconds of the promise, at most so many.
pub fn length(bank: &Bank, quiet: &Quiet, most: u64) -> u64 {
    u64::from(quiet.until.since(bank.now()).as_millis()).min(most)
}

proptest! {
    #![proptest_config(config(600))]

    #[test]
    fn nothing_changes_before_until(
        script in script(),
        seed in any::<[u8; 32]>(),
        most in prop_oneof![16 => Just(150 * SECOND), 1 => Just(70 * 60 * SECOND)],
    ) {
        let mut rng = TestRng::from_seed(prop::test_runner::RngAlgorithm::ChaCha, &seed);
        let mut bank = script.play();
        let Some(quiet) = promise(&bank) else { return Ok(()) };
        obey(&mut bank, &quiet);
        let before = seen(&bank);
        let end = bank.time + length(&bank, &quiet, most);
        while bank.time + DECISION < end {
            if bank.time.is_multiple_of(CYCLE) {
                for b in 0..bank.batteries.len() {
                    wander(&mut bank, b, &quiet.bands[b], &mut rng);
                }
            }
            wander_inputs(&mut bank.inputs, &quiet.inputs, &mut rng);
            bank.run_for(DECISION);
            prop_assert_eq!(seen(&bank), before.clone(), "{} ms before the end", end - bank.time);
        }
    }

    /// The bank as it is fulfils the promise, or it would be worth nothing. Batteries that set a status bit are left
    /// out: their values and their bits tell different stories.
    #[test]
    fn the_bands_hold_what_is(script in script()) {
        let mut bank = script.play();
        bank.run_for(CYCLE);
        let Some(quiet) = promise(&bank) else { return Ok(()) };
        let inputs = bank.inputs;
        let band = quiet.inputs;
        prop_assert!((band.supply_mv.0..=band.supply_mv.1).contains(&inputs.supply_mv));
        prop_assert!((band.remote_l_mv.0..=band.remote_l_mv.1).contains(&inputs.remote_l_mv));
        prop_assert!((band.remote_h_mv.0..=band.remote_h_mv.1).contains(&inputs.remote_h_mv));
        for (b, (battery, band)) in bank.batteries.iter().zip(&quiet.bands).enumerate() {
            let report = &battery.report;
            let ruled = report.status.any(Status::RULED);
            if quiet.silent >> b & 1 == 1 || battery.link != Link::Good || ruled {
                continue;
            }
            let cells = &report.cells_mv[..usize::from(report.cell_count)];
            let (lowest, highest) = (cells.iter().min().unwrap(), cells.iter().max().unwrap());
            prop_assert!((band.lowest_mv.0..=band.lowest_mv.1).contains(lowest), "{} in {:?}", lowest, band);
            prop_assert!((band.highest_mv.0..=band.highest_mv.1).contains(highest), "{} in {:?}", highest, band);
            prop_assert!((band.coldest_dc.0..=band.coldest_dc.1).contains(&report.coldest_dc), "{:?}", band);
            prop_assert!((band.hottest_dc.0..=band.hottest_dc.1).contains(&report.hottest_dc), "{:?}", band);
            prop_assert!((band.current_ma.0..=band.current_ma.1).contains(&report.current_ma), "{:?}", band);
            prop_assert!((band.soc_pm.0..=band.soc_pm.1).contains(&report.soc_pm), "{:?}", band);
        }
    }
}

/// A promise is worth something: a healthy bank at rest is quiet for hours, in wide bands.
#[test]
fn a_healthy_bank_is_quiet_for_long() {
    for batteries in [1, 50] {
        let mut bank = Bank::running(batteries);
        bank.run_for(60 * SECOND);
        let quiet = promise(&bank).expect("a promise");
        assert!(quiet.until.since(bank.now()).as_millis() > 3_600_000, "{batteries} batteries: {:?}", quiet.until);
        for band in &quiet.bands[..usize::from(batteries)] {
            assert!(band.lowest_mv.0 <= 3150 && band.highest_mv.1 >= 3700, "{band:?}");
            assert!(band.coldest_dc.0 <= 60 && band.hottest_dc.1 >= 490, "{band:?}");
            assert!(band.current_ma.0 <= -140_000 && band.current_ma.1 >= 65_000, "{band:?}");
            assert!(band.soc_pm.0 <= 200 && band.soc_pm.1 == 1000, "{band:?}");
        }
    }
}

/// So is a bank that has cut off, and one that warns: nights are long.
#[test]
fn a_bank_that_waits_is_quiet() {
    type Wait = fn(&mut Bank);
    let waits: [(&str, Wait); 4] = [
        ("under-voltage", |bank| bank.all_cells(2700)),
        ("pre-alarm", |bank| bank.cell(1, 0, 3000)),
        ("floor", |bank| bank.all(|report| report.soc_pm = 90)),
        ("cold", |bank| bank.temperature(0, 20, 30)),
    ];
    for (name, wait) in waits {
        let mut bank = Bank::running(2);
        wait(&mut bank);
        bank.run_for(300 * SECOND);
        let quiet = promise(&bank);
        let length = quiet.map_or(0, |quiet| quiet.until.since(bank.now()).as_millis());
        assert!(length > 600_000, "{name}: {length} ms");
    }
}
