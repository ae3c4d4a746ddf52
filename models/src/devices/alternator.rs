//! Alternator: a regulated voltage behind a current limit that follows speed and temperature.
//!
//! The engine runs while the vehicle moves and for a while after it stopped (a stop at a light). Its current
//! limit is a curve over the speed, less what warming up takes: the derating goes exponentially to its final
//! value while the engine runs and back while it stands (assumed). New limits are taken over in steps of a
//! few per cent, so that a speed trace of one second does not become an event each second.
//!
//! Its remote input is its regulator: switched off there, it stops without harm. Taken off the bank under
//! load by a switch, with nothing left at its node, its voltage peaks: a load dump.
//!
//! For DEV-15 of the device table.

use super::Action;
use super::part::{Log, Moment, Out, Part, Tag};
use super::regulator::{Mode, Regulator};
use crate::catalogue::SpeedPoint;
use crate::profile::Series;
use crate::time::{HOUR, Micros, NEVER};

/// Change of the current limit that is taken over, as a share of the rated current.
const STEP: f64 = 0.03;
/// Steps of the warming-up within its time constant.
const WARMING_STEPS: u64 = 20;
/// Closer than this to its final temperature it is warm.
const WARM: f64 = 0.02;

/// Without a change that matters it looks again after this time.
const LOOK_AHEAD: Micros = HOUR;

/// What an alternator is.
pub(super) struct AlternatorData {
    pub rated_a: f64,
    pub speed: Series,
    /// Ascending in speed, not empty.
    pub curve: Vec<SpeedPoint>,
    /// Part of its current that a warm one has lost.
    pub derating: f64,
    pub warming: Micros,
    /// Standing longer than this the engine is off.
    pub engine_off_after: Micros,
    pub load_dump_a: f64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Engine {
    Off,
    Running,
    /// Standing, until the engine is switched off.
    Idling {
        until: Micros,
    },
}

/// An alternator at work.
pub(super) struct AlternatorPart {
    data: AlternatorData,
    regulator: Regulator,
    engine: Engine,
    enabled: bool,
    /// 0 cold, 1 warm.
    warmth: f64,
    warmth_at: Micros,
    next_speed: Micros,
    next_warming: Micros,
}

impl AlternatorPart {
    pub fn new(data: AlternatorData, regulator: Regulator) -> Self {
        AlternatorPart {
            data,
            regulator,
            engine: Engine::Off,
            enabled: false,
            warmth: 0.0,
            warmth_at: 0,
            next_speed: 0,
            next_warming: NEVER,
        }
    }

    /// The limit at this speed for a cold one, as a share of the rated current.
    fn share(&self, speed: f64) -> f64 {
        let curve = &self.data.curve;
        let after = curve.partition_point(|point| point.speed_m_per_s <= speed);
        let Some(b) = curve.get(after) else {
            return curve[curve.len() - 1].current_share;
        };
        let Some(a) = after.checked_sub(1).map(|i| curve[i]) else {
            return b.current_share;
        };
        let part = (speed - a.speed_m_per_s) / (b.speed_m_per_s - a.speed_m_per_s);
        a.current_share + part * (b.current_share - a.current_share)
    }

    /// Brings engine, temperature and current limit to time `t`.
    fn update(&mut self, t: Micros, log: &mut Log<'_>) {
        let ran = self.engine != Engine::Off;
        let target = if ran { 1.0 } else { 0.0 };
        let elapsed = (t - self.warmth_at) as f64 / self.data.warming as f64;
        self.warmth = target + (self.warmth - target) * libm::exp(-elapsed);
        self.warmth_at = t;

        let speed = self.data.speed.value_at(t);
        self.engine = match self.engine {
            _ if speed > 0.0 => Engine::Running,
            Engine::Running => Engine::Idling { until: t + self.data.engine_off_after },
            Engine::Idling { until } if until <= t => Engine::Off,
            engine => engine,
        };
        let share = self.share(speed);
        self.next_speed = self.next_speed_after(t, share);
        let runs = self.engine != Engine::Off;
        let warming = runs && self.warmth < 1.0 - WARM;
        self.next_warming = if warming { t + self.data.warming / WARMING_STEPS } else { NEVER };

        let works = self.enabled && runs;
        if works {
            self.regulator.amps_max = self.data.rated_a * share * (1.0 - self.data.derating * self.warmth);
        }
        match (works, self.regulator.mode == Mode::Off) {
            (true, true) => {
                self.regulator.start();
                log.add(Action::Started);
            }
            (false, false) => {
                self.regulator.mode = Mode::Off;
                log.add(Action::Stopped);
            }
            _ => {}
        }
    }

    /// The next change of speed that matters: between moving and standing, or of the limit by a step.
    fn next_speed_after(&self, t: Micros, share: f64) -> Micros {
        let moves = self.data.speed.value_at(t) > 0.0;
        let mut next = self.data.speed.next_change_after(t);
        while next != NEVER {
            let speed = self.data.speed.value_at(next);
            if (speed > 0.0) != moves || (self.share(speed) - share).abs() > STEP {
                break;
            }
            next = self.data.speed.next_change_after(next);
            if next > t + LOOK_AHEAD {
                break;
            }
        }
        next
    }
}

impl Part for AlternatorPart {
    fn set_enabled(&mut self, t: Micros, enabled: bool, log: &mut Log<'_>) {
        if enabled != self.enabled || self.next_speed == 0 {
            self.enabled = enabled;
            self.update(t, log);
        }
    }

    fn cut(&mut self, amps: f64, log: &mut Log<'_>) {
        if amps > self.data.load_dump_a {
            log.add(Action::LoadDump);
        }
    }

    fn on_time(&mut self, now: Moment, log: &mut Log<'_>) {
        self.regulator.on_time(now.time, now.volts);
        self.update(now.time, log);
    }

    fn on_guard(&mut self, tag: Tag, now: Moment, _log: &mut Log<'_>) {
        self.regulator.on_guard(tag, now.time);
    }

    fn regulates(&self) -> bool {
        true
    }

    fn next_time(&self) -> Micros {
        let engine = match self.engine {
            Engine::Idling { until } => until,
            Engine::Off | Engine::Running => NEVER,
        };
        engine.min(self.next_speed).min(self.next_warming).min(self.regulator.next_time())
    }

    fn publish(&self, out: &mut Out<'_>) {
        self.regulator.publish(out);
    }
}
