//! thevenin 0.2.1 hands its root finder the values of the last call instead of the time that is asked for: cut-offs come up to
//! one internal step early, and over 20 switchings of a day the instants drift by 10 to 62 s.

use ngbank_models::circuit::{Branch, Guard, Quantity, When};
use ngbank_models::time::HOUR;
use ngbank_models::validation::{Accuracy, bank, run, straight};

/// A straight cell without RC pairs: it reaches `limit` at charge `(limit − R0·i − low)/(high − low)`, on paper.
#[test]
fn twenty_cut_offs_in_a_row_come_when_they_are_due() {
    let (low, high, r0, capacity) = (2.9, 3.6, 0.0005, 100.0);
    let set = straight(low, high, capacity * r0, [(0.0, 30.0), (0.0, 600.0)]);
    let mut plant = Accuracy::Default.plant(&bank(1, 1, 1, capacity, r0), &set, 1);
    let (mut soc, mut due) = (0.5, 0.0);
    for n in 0..20 {
        let (amps, limit, when) = if n % 2 == 0 { (150.0, 3.5, When::Above) } else { (-130.0, 3.0, When::Below) };
        let at_limit = (limit - r0 * amps - low) / (high - low);
        due += (at_limit - soc) * capacity * 3600.0 / amps;
        soc = at_limit;
        let guard = Guard { device: 0, quantity: Quantity::BusVolts, limit, when };
        let fired = run(&mut plant, &[Branch::Current { amps }], &[guard], 100 * HOUR, |_, _| {});
        assert_eq!(fired, Some(0));
        let off = plant.time() as f64 * 1e-6 - due;
        assert!(off.abs() <= 1e-3, "cut-off {n} at {due} s is {off} s off");
        assert!((plant.bus_volts() - limit).abs() <= 1e-6, "{} V at the limit of {limit} V", plant.bus_volts());
    }
}

/// The event of a power device is the voltage at its own instant, too: current and resistance change until then.
#[test]
fn the_voltage_at_the_event_is_the_limit() {
    let set = ngbank_models::cell::CellSet::ng();
    for watts in [-50.0, -300.0, -900.0] {
        let mut bank = bank(4, 1, 2, 100.0, 0.0005);
        bank.cells.iter_mut().for_each(|cell| cell.soc = 0.12);
        let mut plant = Accuracy::Default.plant(&bank, &set, 1);
        let guard = Guard { device: 0, quantity: Quantity::BusVolts, limit: 11.6, when: When::Below };
        let fired = run(&mut plant, &[Branch::Power { watts }], &[guard], 100 * HOUR, |_, _| {});
        assert_eq!(fired, Some(0));
        let off = plant.bus_volts() - 11.6;
        assert!(off.abs() <= Accuracy::Default.tolerance_v(), "{watts} W: {off} V off");
    }
}
