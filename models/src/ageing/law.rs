//! The law: M. Naumann et al., Sony/Murata US26650FTC1 (LFP/graphite, 3 Ah).
//!
//! - Calendar: J. Energy Storage 17 (2018) 153–169: `Q = k_T·k_S·√t`, resistance `+ k_T·k_S·t`, t in s.
//! - Cycles: J. Power Sources 451 (2020) 227666: `Q = k_C·k_D·√(full equivalent cycles)`, resistance
//!   `+ k_C·k_D·cycles`, in per cent.
//!
//! The constants are those of SimSES (TUM), the code of the institute that measured the cells. On one exponent two
//! codes disagree: the resistance over storage at a state of charge goes with `(SoC − ½)²` in SimSES and with the
//! cube in BLAST-Lite (NREL). Here it is the square: SimSES has it in both of its generations, and the cube would let
//! the resistance of an *empty* cell grow fastest (1.7 times as fast as that of a full one), where by the same paper its
//! capacity fades slowest. At 50 % both are the same.
//!
//! Measured between 10 and 60 °C, up to 1C; carried on outside. The cells were 3 Ah: that a large prismatic cell
//! ages alike is assumed.

/// J/(mol·K).
const GAS: f64 = 8.3145;

fn arrhenius(joule_per_mol: f64, celsius: f64) -> f64 {
    libm::exp(-joule_per_mol / GAS * (1.0 / (celsius + 273.15) - 1.0 / 298.15))
}

fn square(x: f64) -> f64 {
    x * x
}

fn cube(x: f64) -> f64 {
    x * x * x
}

/// Square of the calendar loss per second, 1/s.
pub fn calendar_loss_squared(celsius: f64, soc: f64) -> f64 {
    let by_temperature = 1.2571e-5 * arrhenius(17_126.0, celsius);
    let by_charge = 2.8575 * cube(soc.clamp(0.0, 1.0) - 0.5) + 0.60225;
    square(by_temperature * by_charge)
}

/// Growth of the resistance by time, 1/s.
pub fn calendar_growth(celsius: f64, soc: f64) -> f64 {
    let by_temperature = 3.4194e-10 * arrhenius(71_827.0, celsius);
    let by_charge = -3.3903 * square(soc.clamp(0.0, 1.0) - 0.5) + 1.5604;
    by_temperature * by_charge
}

/// Square of the cycle loss per full equivalent cycle of this depth (0..=1) and rate (1/h).
pub fn cycle_loss_squared(depth: f64, rate: f64) -> f64 {
    let by_rate = 0.0630 * rate + 0.0971;
    let by_depth = 4.0253 * cube(depth.min(1.0) - 0.6) + 1.0923;
    square(0.01 * by_rate * by_depth)
}

/// Growth of the resistance per full equivalent cycle. The law would turn negative above 1.05C: no growth there.
pub fn cycle_growth(depth: f64, rate: f64) -> f64 {
    let by_rate = (0.0021 - 0.0020 * rate).max(0.0);
    let by_depth = 6.8477 * cube(depth.min(1.0) - 0.5) + 0.918_82;
    0.01 * by_rate * by_depth
}
