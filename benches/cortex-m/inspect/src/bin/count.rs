//! Instructions of every call on the core, counted in QEMU. Exit code 1 if a limit is broken or a figure rose above its
//! baseline, 3 if something could not be run.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use clap::{Parser, Subcommand};
use ngbank_core::settings::{CHOICES, RANGES};
use ngbank_inspect::baselines::Baselines;
use ngbank_inspect::counts::{Cycles, Distribution, table};
use ngbank_inspect::limits::{self, Line};
use ngbank_inspect::qemu::{CALLS, Counted, InCycle, Machine, READOUT, RECEIVE, STEP};
use ngbank_inspect::script::Layout;
use ngbank_inspect::search::{Effort, Found, search};
use ngbank_inspect::situations::{MEASURED, situations};

/// Instructions of every call on the core, counted in QEMU by a plugin.
#[derive(Parser)]
struct Arguments {
    /// The linked image.
    #[arg(long)]
    image: PathBuf,
    /// QEMU for Arm, version 10.
    #[arg(long)]
    qemu: PathBuf,
    /// The plugin that counts.
    #[arg(long)]
    plugin: PathBuf,
    /// QEMU's name of the machine that the image is linked for.
    #[arg(long, default_value = "mps2-an386")]
    machine: String,
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Whole cycles of a full bank: quiet, all rows tripped, start-up.
    Situations {
        /// Accepted figures to compare with.
        #[arg(long)]
        baselines: Option<PathBuf>,
        /// Write them anew instead.
        #[arg(long, requires = "baselines")]
        accept: bool,
    },
    /// Distributions over a replay file.
    Recorded {
        /// The replay file.
        replay: PathBuf,
    },
    /// The most expensive decision and frame that a search finds.
    Search {
        /// Decides the search.
        #[arg(long, default_value_t = 1)]
        seed: u64,
        /// Rounds of mutation.
        #[arg(long, default_value_t = 12)]
        generations: u32,
        /// Scripts of a round.
        #[arg(long, default_value_t = 100)]
        population: usize,
    },
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("count: {error}");
            ExitCode::from(3)
        }
    }
}

fn run(arguments: &Arguments) -> Result<bool, Box<dyn Error>> {
    let Arguments { image, qemu, plugin, machine, what } = arguments;
    let machine = Machine::new(qemu, plugin, machine, image)?;
    match what {
        What::Situations { baselines, accept } => measure(&machine, baselines.as_deref(), *accept),
        What::Recorded { replay } => recorded(&machine, replay),
        What::Search { seed, generations, population } => {
            let effort = Effort { seed: *seed, generations: *generations, population: *population };
            worst_case(&machine, effort)
        }
    }
}

/// Plays the situations of both full banks; true if every limit holds and nothing rose.
fn measure(machine: &Machine, baselines: Option<&Path>, accept: bool) -> Result<bool, Box<dyn Error>> {
    let (mut rows, mut lines, mut figures) = (Vec::new(), Vec::new(), Baselines::default());
    for layout in [Layout::Eight, Layout::Sixteen] {
        let situations = situations(layout);
        let scripts: Vec<_> = situations.iter().map(|situation| situation.script.clone()).collect();
        for (situation, calls) in situations.iter().zip(machine.play_scripts(&scripts)?) {
            let name = format!("{} × {} cells, {}", layout.batteries(), layout.cells(), situation.name);
            let Cycles { receive, step, cycle, burst_step, observe, readout } = Cycles::of(&calls, MEASURED);
            let parts = [
                ("receive", receive, None),
                ("step", step, None),
                ("cycle of frames and 5 steps", cycle, Some(limits::CYCLE)),
                ("step after new frames from all", burst_step, Some(limits::STEP)),
                ("readout, current observed", observe, None),
                ("readout, record", readout, Some(limits::READOUT)),
            ];
            for (part, values, limit) in parts {
                if values.is_empty() && part.starts_with("readout") && !machine.has_readout() {
                    continue;
                }
                let distribution = Distribution::of(values).ok_or("a situation without calls")?;
                let name = format!("{name}: {part}");
                for (what, value) in [("median", distribution.median), ("max", distribution.max)] {
                    figures.0.insert(format!("{name}, {what}"), value);
                }
                let limited = |limit| Line::limited(name.clone(), distribution.max, limit, "instructions");
                lines.extend(limit.map(limited));
                rows.push((name, distribution));
            }
        }
    }
    println!("{}", table(&rows));
    let all_hold = limits::all_hold(&lines);
    let Some(path) = baselines else { return Ok(all_hold) };
    let tools = tools(machine)?;
    let at = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
    if accept {
        std::fs::write(path, figures.text(&tools)).map_err(|error| at(&error))?;
        println!("{} written", path.display());
        return Ok(all_hold);
    }
    let text = std::fs::read_to_string(path).map_err(|error| at(&error))?;
    let findings = Baselines::parse(&text).map_err(|error| at(&error))?.findings(&figures);
    for finding in &findings {
        println!("{finding}");
    }
    if findings.is_empty() {
        println!("no figure is above its baseline");
    } else {
        let others = tools.iter().filter(|tool| !text.contains(&***tool));
        others.for_each(|tool| println!("the baselines were not counted with {tool}"));
        println!("if this is meant: benches/cortex-m/measure --accept, and commit {}", path.display());
    }
    Ok(all_hold && findings.is_empty())
}

/// What was counted with.
fn tools(machine: &Machine) -> Result<Vec<String>, Box<dyn Error>> {
    let rustc = Command::new("rustc").arg("--version").output().map_err(|error| format!("rustc: {error}"))?;
    Ok(vec![String::from_utf8(rustc.stdout)?.trim().to_owned(), machine.version()?])
}

fn recorded(machine: &Machine, replay: &Path) -> Result<bool, Box<dyn Error>> {
    let bytes = std::fs::read(replay).map_err(|error| format!("{}: {error}", replay.display()))?;
    let calls = machine.play(&bytes)?;
    let mut rows = Vec::new();
    for (place, name) in CALLS.into_iter().enumerate() {
        let of_call = calls.iter().filter(|counted| counted.call == place).map(|counted| counted.instructions);
        rows.extend(Distribution::of(of_call.collect()).map(|distribution| (name.to_owned(), distribution)));
    }
    println!("{}", table(&rows));
    let readout = rows.iter().find(|(name, _)| name == CALLS[READOUT]);
    let line = readout.map(|(name, found)| Line::limited(name.clone(), found.max, limits::READOUT, "instructions"));
    Ok(limits::all_hold(line.as_slice()))
}

/// Prints the worst calls: how far above the situations the worst case lies. True if the limit of a decision with new frames
/// from all batteries holds in every script that was tried; other decisions have none.
fn worst_case(machine: &Machine, effort: Effort) -> Result<bool, Box<dyn Error>> {
    let mut tried = 0;
    let mut after_all_frames: Option<Found> = None;
    let worst = search(effort, |scripts| {
        tried += scripts.len();
        let calls = machine.play_scripts(scripts)?;
        for (script, calls) in scripts.iter().zip(&calls) {
            let found = worst_after_all_frames(calls, script.layout.batteries().into());
            let above = |(_, instructions): &(usize, u32)| {
                after_all_frames.as_ref().is_none_or(|worst| *instructions > worst.instructions)
            };
            if let Some((call, instructions)) = found.filter(above) {
                after_all_frames = Some(Found { instructions, call, script: script.clone() });
            }
        }
        let without_cycles = |calls: Vec<_>| calls.into_iter().map(|(counted, _)| counted).collect();
        Ok::<_, Box<dyn Error>>(calls.into_iter().map(without_cycles).collect::<Vec<_>>())
    })?;
    let worst = worst.ok_or("no call was counted")?;
    println!("worst of {tried} scripts, seed {}", effort.seed);
    let after_all_frames = after_all_frames.ok_or("no step after frames from all batteries")?;
    let limited = after_all_frames.instructions;
    let what = "step after new frames from all";
    for (name, found) in [("step", worst.step), (what, after_all_frames), ("receive", worst.receive)] {
        let Found { instructions, call, script } = found;
        println!("{name}: {instructions} instructions, call {call} of the script");
        println!("  bank: {} × {} cells", script.layout.batteries(), script.layout.cells());
        let (settings, usual) = (script.settings, script.layout.settings());
        for (range, (value, usual)) in RANGES.iter().zip(settings.values().into_iter().zip(usual.values())) {
            if value != usual {
                println!("  {} = {value} instead of {usual}", range.field);
            }
        }
        for (choice, (chosen, usual)) in CHOICES.iter().zip(settings.chosen().into_iter().zip(usual.chosen())) {
            if chosen != usual {
                println!("  {} = {}", choice.field, choice.words[usize::from(chosen)]);
            }
        }
        script.acts.iter().for_each(|act| println!("  {act:?}"));
    }
    Ok(limits::all_hold(&[Line::limited(what, limited, limits::STEP, "instructions")]))
}

/// Number and instructions of the worst decision before which at least `batteries` frames came since the one before it.
fn worst_after_all_frames(calls: &[InCycle], batteries: usize) -> Option<(usize, u32)> {
    let (mut frames, mut number) = (0, 0);
    let mut worst: Option<(usize, u32)> = None;
    for &(Counted { call, instructions }, _) in calls {
        match call {
            RECEIVE => frames += 1,
            STEP => {
                if frames >= batteries && worst.is_none_or(|(_, most)| instructions > most) {
                    worst = Some((number, instructions));
                }
                (frames, number) = (0, number + 1);
            }
            _ => {}
        }
    }
    worst
}
