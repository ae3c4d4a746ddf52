//! Any mix of up to ten devices on a tree of nodes, at any point of the bank: there is an answer, the currents of every
//! node agree within 1 µA, and what cannot be fed ends as an event of a device.
//!
//! `NGBANK_OPERATING_POINTS=1000000 cargo test --release -p ngbank-models --test circuit` tries that many points
//! instead of a few thousand.

use ngbank_models::circuit::{Branch, BusState, ROUNDS_MAX, close};
use ngbank_models::devices::{Action, Installation};
use ngbank_models::time::{Micros, SECOND};

/// Changes that one instant may need: a few per device, and twenty to find out that a load cannot be fed.
const CHANGES_MAX: usize = 200;
/// Points that one tree is tried at.
const POINTS_PER_TREE: usize = 50;
const RESIDUAL_MAX_A: f64 = 1e-6;

#[test]
fn every_operating_point_has_an_answer() {
    let points: usize = match std::env::var("NGBANK_OPERATING_POINTS") {
        Ok(text) => text.parse().expect("NGBANK_OPERATING_POINTS: a number of points"),
        Err(_) => 5_000,
    };
    let mut seen = Seen::default();
    let mut random = Random(0x6e67_6261_6e6b);
    while seen.points < points {
        let mut tree = random_tree(&mut random);
        for _ in 0..POINTS_PER_TREE {
            tree.point(&mut random, &mut seen);
        }
    }
    println!("{seen:?}");
    assert!(seen.residual < RESIDUAL_MAX_A, "{} A", seen.residual);
    assert!(seen.rounds < ROUNDS_MAX / 2, "{} rounds", seen.rounds);
    // The points are worth something only if they reach these.
    assert!(seen.collapsed > points / 500, "{} loads could not be fed", seen.collapsed);
    assert!(seen.joined > points / 20, "{} points with a joined node", seen.joined);
    assert!(seen.rounded > points / 50, "{} points that were no single quadratic", seen.rounded);
}

#[derive(Debug, Default)]
struct Seen {
    points: usize,
    /// Largest sum of currents at a node (A), most rounds and changes.
    residual: f64,
    rounds: u32,
    changes: usize,
    collapsed: usize,
    joined: usize,
    rounded: usize,
}

/// SplitMix64: the same points on every machine.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, count: usize) -> usize {
        (self.next() % count as u64) as usize
    }

    fn within(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// Between two values, each decade as likely as the other.
    fn decades(&mut self, low: f64, high: f64) -> f64 {
        libm::exp(self.within(libm::log(low), libm::log(high)))
    }
}

struct Tree {
    installation: Installation,
    time: Micros,
    nodes: Vec<usize>,
    homes: Vec<Option<usize>>,
}

const SWITCHES: [&str; 5] = ["battery-protect", "contactor", "cyrix-li-load", "cyrix-li-ct", "cyrix-li-charge"];
const WIRES: [&str; 4] = ["load", "charger", "pre-alarm", "none"];

/// Up to ten devices and switches; every switch may be behind an earlier one, a node of its own only off the bus.
fn random_tree(random: &mut Random) -> Tree {
    let count = 1 + random.below(10);
    let switches = random.below(count.min(5));
    let mut text = String::new();
    // Of each switch: the one that makes the node it is on, if any.
    let mut home_of_switch: Vec<Option<usize>> = Vec::new();
    for index in 0..switches {
        let behind = (index > 0 && random.below(2) == 0).then(|| random.below(index));
        let home = behind.and_then(|switch: usize| home_of_switch[switch]);
        let kind = SWITCHES[random.below(if home.is_some() { 3 } else { 5 })];
        let own_node = ["cyrix-li-ct", "cyrix-li-charge"].contains(&kind);
        home_of_switch.push(if own_node { Some(index) } else { home });
        let behind = behind.map_or(String::new(), |switch| format!("behind = \"s{switch}\"\n"));
        let wire = WIRES[random.below(4)];
        text += &format!("[[switches]]\nkind = \"{kind}\"\nname = \"s{index}\"\nwired_to = \"{wire}\"\n{behind}");
        if own_node {
            text += &format!("cable_resistance_ohm = {}\n", random.decades(1e-3, 0.05));
        }
    }
    let mut homes = Vec::new();
    for index in 0..count - switches {
        // The first device is on the first node of its own, if there is one.
        let first = home_of_switch.iter().flatten().next().filter(|_| index == 0);
        let any = (switches > 0 && random.below(4) > 0).then(|| random.below(switches));
        let behind = first.copied().or(any);
        homes.push(behind.and_then(|switch| home_of_switch[switch]));
        let behind = behind.map_or(String::new(), |switch| format!("behind = \"s{switch}\"\n"));
        let wire = if first.is_some() { "none" } else { WIRES[random.below(4)] };
        let kind = if first.is_some() { 5 } else { random.below(9) };
        let device = random_device(random, kind);
        text += &format!("[[devices]]\nname = \"d{index}\"\nwired_to = \"{wire}\"\n{behind}{device}\n");
    }
    #[derive(serde::Deserialize)]
    struct Specs {
        #[serde(default)]
        switches: Vec<ngbank_models::devices::SwitchSpec>,
        #[serde(default)]
        devices: Vec<ngbank_models::devices::DeviceSpec>,
    }
    let specs: Specs = toml::from_str(&text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    let library = ngbank_models::profile::Library::new();
    let installation = Installation::new(&specs.switches, &specs.devices, 12, &library)
        .unwrap_or_else(|problems| panic!("{problems:?}\n{text}"));
    let nodes = (0..switches).filter(|&index| home_of_switch[index] == Some(index)).collect();
    homes.extend((0..switches).map(|index| home_of_switch[index].filter(|&home| home != index)));
    Tree { installation, time: 0, nodes, homes }
}

fn random_device(random: &mut Random, kind: usize) -> String {
    let power = random.decades(10.0, 5_000.0);
    match kind {
        0 => format!("kind = \"resistive-load\"\nresistance_ohm = {}", random.decades(0.001, 100.0)),
        1 => format!("kind = \"current-load\"\ncurrent_a = {}", random.decades(0.1, 300.0)),
        2 => format!("kind = \"power-load\"\npower_w = {power}"),
        3 => format!("kind = \"inverter\"\nrated_w = 3000.0\npower_w = {power}\ninput_current_limit_a = 300.0"),
        4 => format!("kind = \"dc-dc-converter\"\npower_w = {power}"),
        5 => format!("kind = \"mains-charger\"\ncurrent_limit_a = {}", random.decades(5.0, 300.0)),
        6 => format!(
            "kind = \"solar-charger\"\npeak_power_w = {power}\nirradiance = {{ series = \"pv-clear-winter\", start_day = 0.8 }}"
        ),
        7 => format!(
            "kind = \"alternator\"\nrated_a = {}\nspeed = {{ series = \"cycle-wltc\" }}",
            random.decades(20.0, 300.0)
        ),
        _ => format!("kind = \"starter-battery\"\ncapacity_ah = 70.0\nsoc_at_start = {}", random.within(0.0, 1.0)),
    }
}

impl Tree {
    /// A moment later, with other pins and another bank: an answer, and the changes of devices that follow.
    fn point(&mut self, random: &mut Random, seen: &mut Seen) {
        // Half of the points are a healthy bank with its pins High, the others anything.
        let healthy = random.below(2) == 0;
        let (u, z) = match healthy {
            true => (random.within(12.5, 14.5), random.decades(1e-4, 0.01)),
            false => (random.within(0.0, 17.0), random.decades(1e-4, 0.3)),
        };
        self.time += 1 + random.decades(1e3, 1e3 * SECOND as f64) as Micros;
        let pins = if healthy { u64::MAX } else { random.next() };
        let mut bus = BusState::default();
        // The timers that fell due since the last point, at this bank.
        while self.installation.next_time() <= self.time {
            let time = self.installation.next_time();
            self.settle(time, u, z, &mut bus, seen);
            self.installation.on_time(time, &bus);
        }
        self.settle(self.time, u, z, &mut bus, seen);
        self.installation.on_pins(self.time, (pins & 1 != 0, pins & 2 != 0, pins & 4 != 0), &bus);
        self.settle(self.time, u, z, &mut bus, seen);
        self.check(u, z, bus.volts, seen);
        seen.points += 1;
    }

    fn settle(&mut self, time: Micros, u: f64, z: f64, bus: &mut BusState, seen: &mut Seen) {
        for changes in 0..CHANGES_MAX {
            seen.changes = seen.changes.max(changes);
            let Ok(closed) = close(self.installation.branches(), u, z) else {
                assert!(self.installation.on_no_root(time).is_some(), "nothing to shed at {u} V, {z} Ω");
                continue;
            };
            seen.rounds = seen.rounds.max(closed.rounds);
            seen.rounded += usize::from(closed.rounds > 0);
            bus.volts = closed.volts;
            assert!(bus.volts.is_finite());
            let fires = |guard: &ngbank_models::circuit::Guard| guard.fires_at(self.installation.branches(), bus.volts);
            let Some(guard) = self.installation.guards().iter().position(fires) else {
                let events = self.installation.drain_events();
                seen.collapsed += events.filter(|event| event.action == Action::Collapsed).count();
                return;
            };
            self.installation.on_guard(time, guard, bus);
        }
        panic!("no rest after {CHANGES_MAX} changes at {u} V, {z} Ω: {:?}", self.installation.branches());
    }

    /// Kirchhoff at the bus and at every node of its own, with each device at the voltage of its own node.
    fn check(&self, u: f64, z: f64, bus: f64, seen: &mut Seen) {
        let installation = &self.installation;
        let devices = installation.devices();
        let home = |device: usize| self.homes.get(device).copied().flatten();
        let on_bus = (0..devices).filter(|&device| home(device).is_none());
        let sum: f64 = on_bus.map(|device| installation.amps(device, bus)).sum();
        assert!(sum.is_finite());
        seen.residual = seen.residual.max((sum + (u - bus) / z).abs());
        for &switch in &self.nodes {
            let slot = installation.find(&format!("s{switch}")).unwrap();
            let volts = installation.node_volts(slot, bus);
            let on_node = (0..devices).filter(|&device| home(device) == Some(switch));
            let sum: f64 = on_node.map(|device| installation.amps(device, bus)).sum();
            let through = match installation.branches()[slot] {
                Branch::Beyond { ohms, .. } => {
                    seen.joined += 1;
                    // What the cable takes to the bus, and the relay's own 4 mA at 12 V.
                    (volts - bus) / ohms + volts * 0.004 / 12.0
                }
                // A node apart has a leak of 1 µS where nothing else conducts.
                _ if sum.abs() < 1e-3 => sum,
                _ => 0.0,
            };
            assert!(volts.is_finite());
            seen.residual = seen.residual.max((sum - through).abs());
        }
    }
}
