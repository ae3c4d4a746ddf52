//! Holds the core to [`Bms::quiet`](ngbank_core::Bms::quiet): within the bands nothing changes before the promised
//! instant, and `fast_forward` comes to where execution comes.

use ngbank_core::frame::{Report, Status};
use ngbank_core::{Band, Cause, CauseInfo, InputBand, Inputs, Outputs, Quiet};

use super::player::{CYCLE, Player, canonical};

/// Asks for a promise, plays at most so many cycles within it, and jumps over them with a second core.
pub fn check(player: &mut Player, seed: u32, cycles: u32) {
    if !player.settings.is_valid() || player.is_over() {
        return;
    }
    // The promise is about batteries that go on reporting, and about those that stay silent.
    let silent = ask(player).silent;
    for (b, muted) in player.muted.iter_mut().enumerate() {
        *muted = silent >> b & 1 == 1;
    }
    let before = player.bms.counters().accepted;
    player.cycle();
    let speaking = player.muted.iter().filter(|&&muted| !muted).count();
    let quiet = ask(player);
    let now = player.instant();
    let all_came = player.bms.counters().accepted.wrapping_sub(before) as usize == speaking;
    let length = quiet.until.since(now).as_millis();
    assert!(!quiet.until.is_before(now), "promised until an instant that is past");
    let can_be_met =
        quiet.bands.iter().take(player.reports.len()).all(reports_lie_within) && inputs_lie_within(&quiet.inputs);
    if length == 0 || !all_came || quiet.silent != silent || player.is_over() || !can_be_met {
        return;
    }
    // The decision at the end of the jump must still change nothing.
    let cycles = (length.saturating_sub(1) / CYCLE).min(cycles);
    let begin = player.bms.clone();
    let before = seen(player);
    let mut draw = Draw(seed);
    for _ in 0..cycles {
        for (report, band) in player.reports.iter_mut().zip(&quiet.bands) {
            wander(report, band, &mut draw);
        }
        wander_inputs(&mut player.inputs, &quiet.inputs, &mut draw);
        player.cycle();
        if player.is_over() {
            return;
        }
        assert_eq!(seen(player), before, "something changed before {:?}", quiet.until);
    }
    // All that the jump spares is the walk: values, inputs and clock are those of its end.
    let mut jumper = player.with_core(begin);
    if cycles > 0 {
        let to = jumper.instant();
        jumper.bms.fast_forward(to, cycles);
    }
    player.cycle();
    jumper.cycle();
    if player.is_over() {
        return;
    }
    assert_eq!(seen(player), seen(&jumper), "after a jump over {cycles} cycles");
    let (walked, jumped) = (canonical(&player.bms, player.instant()), canonical(&jumper.bms, jumper.instant()));
    assert!(walked == jumped, "a jump over {cycles} cycles leaves another state");
}

fn ask(player: &Player) -> Quiet {
    let mut quiet = Quiet::new();
    player.bms.quiet(player.instant(), &mut quiet);
    quiet
}

/// Outputs, and causes with their beginnings.
fn seen(player: &Player) -> (Outputs, [Option<CauseInfo>; Cause::ALL.len()]) {
    (player.outputs, Cause::ALL.map(|cause| player.bms.cause(cause)))
}

/// True if some report lies within the band.
fn reports_lie_within(band: &Band) -> bool {
    band.lowest_mv.0 <= band.lowest_mv.1.min(band.highest_mv.1)
        && band.highest_mv.0 <= band.highest_mv.1
        && band.coldest_dc.0 <= band.coldest_dc.1.min(band.hottest_dc.1)
        && band.hottest_dc.0 <= band.hottest_dc.1
        && band.current_ma.0 <= band.current_ma.1
        && band.soc_pm.0 <= band.soc_pm.1
}

/// True if some inputs do. None do while the supply is not looked at, as in an update, and has left the range that it was last seen in.
fn inputs_lie_within(band: &InputBand) -> bool {
    let ranges = [band.supply_mv, band.remote_l_mv, band.remote_h_mv, band.remote_h_over_supply_mv];
    ranges.iter().all(|(low, high)| low <= high)
}

/// Values out of a seed (xorshift).
struct Draw(u32);

impl Draw {
    fn next(&mut self) -> u32 {
        self.0 = self.0.max(1);
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 17;
        self.0 ^= self.0 << 5;
        self.0
    }

    /// A value of the band: an edge, the last one, or anywhere.
    fn within(&mut self, low: i64, high: i64, last: i64) -> i64 {
        match self.next() % 4 {
            0 => low,
            1 => high,
            2 => last.clamp(low, high),
            _ => low + i64::from(self.next()) % (high - low + 1),
        }
    }
}

/// A value of a band, in the type of the band.
macro_rules! draw {
    ($draw:expr, $low:expr, $high:expr, $last:expr) => {
        $draw.within($low.into(), $high.into(), $last.into()).try_into().unwrap_or($low)
    };
}

fn wander(report: &mut Report, band: &Band, draw: &mut Draw) {
    let [first, second, others @ ..] = &mut report.cells_mv;
    *first = draw!(draw, band.lowest_mv.0, band.lowest_mv.1.min(band.highest_mv.1), *first);
    *second = draw!(draw, band.highest_mv.0.max(*first), band.highest_mv.1, *second);
    others.fill(*first);
    let coldest_to = band.coldest_dc.1.min(band.hottest_dc.1);
    report.coldest_dc = draw!(draw, band.coldest_dc.0, coldest_to, report.coldest_dc);
    report.hottest_dc = draw!(draw, band.hottest_dc.0.max(report.coldest_dc), band.hottest_dc.1, report.hottest_dc);
    report.current_ma = draw!(draw, band.current_ma.0, band.current_ma.1, report.current_ma);
    report.soc_pm = draw!(draw, band.soc_pm.0, band.soc_pm.1, report.soc_pm);
    let free = (draw.next() & draw.next() & draw.next()) as u16;
    report.status = Status::from_bits(band.status_value | (free & !band.status_mask));
}

/// Inputs within the band, where the bands of two voltages and of their difference leave room.
fn wander_inputs(inputs: &mut Inputs, band: &InputBand, draw: &mut Draw) {
    let supply_mv = draw!(draw, band.supply_mv.0, band.supply_mv.1, inputs.supply_mv);
    let remote_l_mv = draw!(draw, band.remote_l_mv.0, band.remote_l_mv.1, inputs.remote_l_mv);
    let remote_h_mv: i32 = draw!(draw, band.remote_h_mv.0, band.remote_h_mv.1, inputs.remote_h_mv);
    let (low, high) = band.remote_h_over_supply_mv;
    if (low..=high).contains(&remote_h_mv.saturating_sub(supply_mv)) {
        *inputs = Inputs { supply_mv, remote_l_mv, remote_h_mv, ..*inputs };
    }
}
