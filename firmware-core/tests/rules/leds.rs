//! LED-1, LED-2: what the two LEDs show. Red is checked for every cause in `outputs`.

use ngbank_core::{Bluetooth, Led};

use crate::common::{Bank, DECISION, SECOND};

#[test]
fn led_1_blue_shows_the_radio() {
    let mut bank = Bank::running(1);
    for (radio, blue) in
        [(Bluetooth::Advertising, Led::Blinking), (Bluetooth::Connected, Led::On), (Bluetooth::Disabled, Led::Off)]
    {
        bank.inputs.bluetooth = radio;
        bank.run_for(DECISION);
        assert_eq!(bank.outputs.blue, blue, "{radio:?}");
    }
}

#[test]
fn led_1_blue_is_off_without_power() {
    let mut bank = Bank::running(1);
    bank.inputs.bluetooth = Bluetooth::Connected;
    bank.inputs.supply_mv = 0;
    bank.run_for(SECOND);
    assert_eq!((bank.outputs.blue, bank.outputs.red), (Led::Off, Led::Off));
}

/// The radio and the remote do not concern each other; only red goes dark with the remote (REM-4).
#[test]
fn led_1_blue_does_not_follow_the_remote() {
    let mut bank = Bank::running(1);
    bank.inputs.bluetooth = Bluetooth::Connected;
    bank.cell(0, 0, 3000);
    bank.run_for(SECOND);
    assert_eq!((bank.outputs.blue, bank.outputs.red), (Led::On, Led::Blinking));
    bank.remote(false);
    bank.run_for(SECOND);
    assert_eq!((bank.outputs.blue, bank.outputs.red), (Led::On, Led::Off));
}

#[test]
fn led_2_an_alarm_outshines_a_warning() {
    let mut bank = Bank::running(1);
    assert_eq!(bank.outputs.red, Led::Off);
    bank.cell(0, 0, 3000);
    bank.run_for(SECOND);
    assert_eq!(bank.outputs.red, Led::Blinking);
    bank.cell(0, 1, 3751);
    bank.run_for(2 * SECOND);
    assert_eq!(bank.outputs.red, Led::On);
    bank.cell(0, 1, 3300);
    bank.run_for(2 * SECOND);
    assert_eq!(bank.outputs.red, Led::Blinking);
    bank.cell(0, 0, 3300);
    bank.run_for(2 * SECOND);
    assert_eq!(bank.outputs.red, Led::Off);
}
