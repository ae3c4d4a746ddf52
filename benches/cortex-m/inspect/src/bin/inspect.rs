//! Flash, RAM and worst stack of the firmware, from the linked image. Exit code 1 if a limit is broken or no bound can
//! be given.

use std::error::Error;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use ngbank_inspect::elf::Image;
use ngbank_inspect::limits::{self, Line};
use ngbank_inspect::memory::{CORE, Memory};
use ngbank_inspect::stack::CallGraph;

/// Flash, RAM and worst stack of the firmware, from an image built with `-Z emit-stack-sizes`.
#[derive(Parser)]
struct Arguments {
    /// The linked image.
    image: PathBuf,
}

/// Calls on the core that every image must have.
const CALLS: [&str; 5] = ["core_start", "core_receive", "core_step", "core_quiet", "core_fast_forward"];
/// Calls whose stack is limited; the others are information.
const LIMITED: [&str; 3] = ["core_receive", "core_step", "core_quiet"];
/// The call that makes a readout record, in an image with readout.
const READOUT: &str = "core_readout";

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("inspect: {error}");
            ExitCode::from(3)
        }
    }
}

fn run(arguments: &Arguments) -> Result<bool, Box<dyn Error>> {
    let path = arguments.image.display();
    let file = std::fs::read(&arguments.image).map_err(|error| format!("{path}: {error}"))?;
    let image = Image::parse(&file).map_err(|error| format!("{path}: {error}"))?;
    for name in CALLS {
        image.address_of(name)?;
    }
    let graph = CallGraph::of(&image);
    let memory_holds = memory(&image, &graph);
    let stack_holds = stacks(&image, &graph);
    Ok(memory_holds && stack_holds)
}

fn memory(image: &Image, graph: &CallGraph) -> bool {
    let memory = Memory::of(image, graph);
    let has_readout = image.address_of(READOUT).is_ok();
    let (name, limit) = if has_readout {
        ("flash with readout", limits::FLASH_WITH_READOUT)
    } else {
        ("flash without readout", limits::FLASH)
    };
    let mut lines = vec![
        Line::limited(name, memory.flash(), limit, "bytes"),
        Line::plain("  vector table", memory.vectors, "bytes"),
        Line::plain("  code", memory.code, "bytes"),
        Line::plain("  constants", memory.constants, "bytes"),
        Line::plain("  first values of variables", memory.initial_values, "bytes"),
        Line::limited("RAM without stack", memory.ram(), limits::RAM, "bytes"),
    ];
    lines.extend(memory.variables.iter().map(|(name, size)| Line::plain(format!("  {name}"), *size, "bytes")));
    lines.push(Line::plain("not counted: code that only replays", memory.replay_code, "bytes"));
    let misplaced = u32::try_from(memory.misplaced.len()).unwrap_or(u32::MAX);
    lines.push(Line::limited("functions of the firmware among that", misplaced, 0, "functions"));
    let not_counted = |(name, size): &(String, u32)| Line::plain(format!("not counted: {name}"), *size, "bytes");
    lines.extend(memory.replay_variables.iter().map(not_counted));
    for name in &memory.misplaced {
        println!("  {name}");
    }
    limits::all_hold(&lines)
}

/// The worst stack of every call on the core.
fn stacks(image: &Image, graph: &CallGraph) -> bool {
    let mut all_hold = true;
    for (&at, function) in image.functions.iter().filter(|(_, function)| function.name.starts_with(CORE)) {
        let what = format!("stack of {}", function.name);
        match graph.worst(at) {
            Ok(worst) => {
                let line = if LIMITED.contains(&&*function.name) {
                    Line::limited(what, worst.bytes, limits::STACK, "bytes")
                } else if function.name == READOUT {
                    Line::limited(what, worst.bytes, limits::STACK_OF_READOUT, "bytes")
                } else {
                    Line::plain(what, worst.bytes, "bytes")
                };
                all_hold &= limits::all_hold(&[line]);
                let chain: Vec<String> = worst.chain.iter().map(|(name, own)| format!("{name} {own}")).collect();
                println!("  {}", chain.join(" → "));
            }
            Err(errors) => {
                all_hold = false;
                println!("{what}: no bound");
                for error in errors {
                    println!("  {error}");
                }
            }
        }
    }
    all_hold
}
