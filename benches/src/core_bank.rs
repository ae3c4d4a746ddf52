//! The firmware core with the frames of a bank, without plant or chain.

use ngbank_core::frame::{MAX_FRAME, Report, Status};
use ngbank_core::settings::{BankLayout, Settings};
use ngbank_core::units::Instant;
use ngbank_core::{Bluetooth, Bms, Inputs, ResetCause};

/// Between two decisions, ms.
pub const DECISION_MS: u32 = 100;
/// One cycle of the chain, ms.
pub const CYCLE_MS: u32 = 500;
const SLOT_MS: u32 = 10;

/// A frame on the wire.
pub struct Frame {
    bytes: [u8; MAX_FRAME],
    length: usize,
}

impl Frame {
    /// The report as it comes off the chain.
    pub fn of(report: &Report) -> Self {
        let mut bytes = [0; MAX_FRAME];
        let length = report.encode(&mut bytes);
        Self { bytes, length }
    }

    /// The bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes[..self.length]
    }
}

/// A core and what its batteries report.
#[derive(Clone)]
pub struct CoreBank {
    /// The core.
    pub bms: Bms,
    /// Inputs of every decision.
    pub inputs: Inputs,
    /// What each battery reports; a battery beyond them is silent.
    pub reports: Vec<Report>,
    /// Time of the last decision, ms.
    pub now_ms: u32,
}

impl CoreBank {
    /// The largest 24 V bank: 50 batteries of 8 cells.
    pub fn of_8_cells() -> Self {
        Self::started(8, 50, 24)
    }

    /// The largest 48 V bank of 51.2 V batteries: 25 of 16 cells.
    pub fn of_16_cells() -> Self {
        Self::started(16, 25, 48)
    }

    fn started(cells: u8, parallel: u8, system_voltage_v: u8) -> Self {
        let layout = BankLayout {
            model: 5,
            cells,
            series: 1,
            parallel,
            system_voltage_v,
            capacity_mah: 100_000,
            continuous_charge_ma: 70_000,
            continuous_discharge_ma: 150_000,
            pulse_charge_ma: 100_000,
            pulse_discharge_ma: 200_000,
        };
        let healthy = Report {
            model: layout.model,
            cell_count: cells,
            cells_mv: [3300; 16],
            coldest_dc: 190,
            hottest_dc: 210,
            soc_pm: 500,
            remaining_mah: 50_000,
            status: Status::BALANCED,
            ..Report::default()
        };
        let mut reports = vec![healthy; parallel.into()];
        for (report, position) in reports.iter_mut().zip(0..) {
            (report.serial, report.position) = (u32::from(position), position);
        }
        let inputs = Inputs {
            supply_mv: i32::from(cells) * 3300,
            remote_l_mv: 3200,
            remote_h_mv: 3200,
            bluetooth: Bluetooth::Advertising,
        };
        let mut bms = Bms::new();
        bms.start(&Settings::new(layout), ResetCause::PowerOn, None);
        Self { bms, inputs, reports, now_ms: 0 }
    }

    /// Plays so many cycles of the chain with their decisions.
    pub fn play(&mut self, cycles: u32) {
        for _ in 0..cycles {
            let start = self.now_ms;
            for slot in 1..=CYCLE_MS / SLOT_MS {
                let now = Instant::from_millis(start + slot * SLOT_MS);
                let place = usize::try_from(slot - 1).unwrap_or(usize::MAX);
                if let Some(report) = self.reports.get_mut(place) {
                    report.sequence = report.sequence.wrapping_add(1);
                    self.bms.receive(now, Frame::of(report).bytes());
                }
                if slot % (DECISION_MS / SLOT_MS) == 0 {
                    self.bms.step(now, &self.inputs);
                }
            }
            self.now_ms = start + CYCLE_MS;
        }
    }

    /// The frames of the next cycle.
    pub fn next_frames(&self) -> Vec<Frame> {
        let next = |report: &Report| Report { sequence: report.sequence.wrapping_add(1), ..*report };
        self.reports.iter().map(|report| Frame::of(&next(report))).collect()
    }
}
