//! Flash and RAM of the firmware in an image that also replays recorded calls.
//!
//! What only replaying needs is not counted: the section `.replay`, which the image's linker script keeps in a region of
//! its own, and the variables named in `REPLAY_VARIABLES`. Constants are counted whole, for whomever they are.

use object::SectionKind;

use crate::elf::{Image, Variable};
use crate::stack::CallGraph;

/// The section of the code that only replays.
const REPLAY: &str = ".replay";

/// Variables of the image that serve replaying alone, by the last part of their name: what is read from the file, and the
/// promise (`quiet`), which a simulator that jumps asks for, and no firmware keeps.
const REPLAY_VARIABLES: [&str; 2] = ["READER", "QUIET"];

/// The names of the calls on the core begin so.
pub const CORE: &str = "core_";

/// Sizes of the firmware, bytes.
#[derive(Debug)]
pub struct Memory {
    /// Vector table and other constants of the start-up.
    pub vectors: u32,
    /// Code: of the core, start-up, and what a compiler adds.
    pub code: u32,
    /// Constants.
    pub constants: u32,
    /// First values of the variables of the firmware.
    pub initial_values: u32,
    /// Variables of the firmware, the largest first.
    pub variables: Vec<(String, u32)>,
    /// Code that only replays; not counted above.
    pub replay_code: u32,
    /// Functions in it that calls of the core reach, so that they belong to the firmware: there must be none.
    pub misplaced: Vec<String>,
    /// Its variables; not counted above either.
    pub replay_variables: Vec<(String, u32)>,
}

impl Memory {
    /// Adds up the sections and functions of an image.
    pub fn of(image: &Image, graph: &CallGraph) -> Self {
        let of_kind = |kind, name_is: &dyn Fn(&str) -> bool| -> u32 {
            let sections = image.sections.iter().filter(|section| section.kind == kind && name_is(&section.name));
            sections.map(|section| section.size).sum()
        };
        let vectors = of_kind(SectionKind::ReadOnlyData, &|name| name == ".vector_table");
        let code = of_kind(SectionKind::Text, &|name| name != REPLAY);
        let replay_code = of_kind(SectionKind::Text, &|name| name == REPLAY);
        let constants = of_kind(SectionKind::ReadOnlyData, &|name| name != ".vector_table")
            + of_kind(SectionKind::ReadOnlyString, &|_| true);
        let (replay, firmware): (Vec<&Variable>, Vec<&Variable>) =
            image.variables.iter().partition(|variable| serves_replay(&variable.name));
        let named = |variables: &[&Variable]| -> Vec<(String, u32)> {
            variables.iter().map(|variable| (variable.name.clone(), variable.size)).collect()
        };
        let initial = firmware.iter().filter(|variable| variable.initialised).map(|variable| variable.size);
        Self {
            vectors,
            code,
            constants,
            initial_values: initial.sum(),
            variables: named(&firmware),
            replay_code,
            misplaced: misplaced(image, graph),
            replay_variables: named(&replay),
        }
    }

    /// Bytes of flash.
    pub fn flash(&self) -> u32 {
        self.vectors + self.code + self.constants + self.initial_values
    }

    /// Bytes of RAM without the stack.
    pub fn ram(&self) -> u32 {
        self.variables.iter().map(|(_, size)| size).sum()
    }
}

/// Functions in the section of the replay that calls of the core reach.
fn misplaced(image: &Image, graph: &CallGraph) -> Vec<String> {
    let calls = image.functions.iter().filter(|(_, function)| function.name.starts_with(CORE));
    let reached = graph.reachable(calls.map(|(&at, _)| at));
    let replay: Vec<_> = image.sections.iter().filter(|section| section.name == REPLAY).collect();
    let lies_there = |at: &u32| replay.iter().any(|section| (section.at..section.at + section.size).contains(at));
    let functions = reached.iter().filter(|at| lies_there(at)).filter_map(|at| image.functions.get(at));
    functions.map(|function| function.name.clone()).collect()
}

fn serves_replay(name: &str) -> bool {
    name.rsplit("::").next().is_some_and(|last| REPLAY_VARIABLES.contains(&last))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::elf::{Function, Section};

    /// `core_step` calls what lies at 0x200; the section of the replay begins at `replay_at`.
    fn measure(replay_at: u32) -> Memory {
        let section = |name: &str, at, size, kind| Section { name: name.to_owned(), at, size, kind };
        let variable = |name: &str, size, initialised| Variable { name: name.to_owned(), size, initialised };
        let image = Image {
            functions: [
                // bl 0x200; bx lr
                (0x100, Function::of_code("core_step", &[0xf000, 0xf87e, 0x4770])),
                (0x200, Function::of_code("below", &[0x4770])),
                (0x300, Function::of_code("main", &[0x4770, 0x4770])),
            ]
            .into(),
            sections: vec![
                section(".vector_table", 0, 64, SectionKind::ReadOnlyData),
                section(".text", 0x100, 10, SectionKind::Text),
                section(REPLAY, replay_at, 0x110, SectionKind::Text),
                section(".rodata", 0x500, 30, SectionKind::ReadOnlyData),
            ],
            variables: vec![
                variable("image::BMS", 500, true),
                variable("image::RETAINED", 40, false),
                variable("image::READER", 4000, true),
            ],
        };
        Memory::of(&image, &CallGraph::of(&image))
    }

    #[test]
    fn what_only_replays_is_left_out() {
        let memory = measure(0x300);
        assert_eq!((memory.code, memory.flash(), memory.ram()), (10, 64 + 10 + 30 + 500, 540));
        assert_eq!(memory.replay_code, 0x110);
        assert_eq!(memory.replay_variables, [("image::READER".to_owned(), 4000)]);
        assert!(memory.misplaced.is_empty());
    }

    #[test]
    fn code_of_the_firmware_among_the_replay_is_named() {
        assert_eq!(measure(0x1f0).misplaced, ["below"]);
    }
}
