//! Flash and RAM of the firmware in an image that also replays recorded calls.
//!
//! What only replaying needs is not counted: code that no call of the core reaches, and the variables named in
//! `REPLAY_VARIABLES`. Constants are counted whole, for whomever they are.

use object::SectionKind;

use crate::elf::{Image, Variable};
use crate::stack::CallGraph;

/// Variables of the image that serve replaying alone, by the last part of their name: what is read from the file, and the
/// promise (`quiet`), which a simulator that jumps asks for, and no firmware keeps.
const REPLAY_VARIABLES: [&str; 2] = ["READER", "QUIET"];

/// The names of the calls on the core begin so.
pub const CORE: &str = "core_";

/// Start-up code, part of every firmware; what it calls is the replay.
const START_UP: [&str; 1] = ["Reset"];

/// Sizes of the firmware, bytes.
#[derive(Debug)]
pub struct Memory {
    /// Vector table and other constants of the start-up.
    pub vectors: u32,
    /// Code that the calls of the core reach, and start-up code.
    pub code: u32,
    /// Constants.
    pub constants: u32,
    /// First values of the variables of the firmware.
    pub initial_values: u32,
    /// Variables of the firmware, the largest first.
    pub variables: Vec<(String, u32)>,
    /// Code that only replaying needs; not counted above.
    pub replay_code: u32,
    /// Its variables; not counted above either.
    pub replay_variables: Vec<(String, u32)>,
}

impl Memory {
    /// Adds up the sections and functions of an image.
    pub fn of(image: &Image, graph: &CallGraph) -> Self {
        let calls = image.functions.iter().filter(|(_, function)| function.name.starts_with(CORE));
        let mut kept = graph.reachable(calls.map(|(&at, _)| at));
        let start_up = image.functions.iter().filter(|(_, function)| START_UP.contains(&&*function.name));
        kept.extend(start_up.map(|(&at, _)| at));
        let size = |at: &u32| image.functions.get(at).map_or(0, |function| function.bytes.len());
        let code = u32::try_from(kept.iter().map(size).sum::<usize>()).unwrap_or(u32::MAX);
        let of_kind = |kind, name_is: &dyn Fn(&str) -> bool| -> u32 {
            let sections = image.sections.iter().filter(|section| section.kind == kind && name_is(&section.name));
            sections.map(|section| section.size).sum()
        };
        let vectors = of_kind(SectionKind::ReadOnlyData, &|name| name == ".vector_table");
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
            replay_code: of_kind(SectionKind::Text, &|_| true).saturating_sub(code),
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

fn serves_replay(name: &str) -> bool {
    name.rsplit("::").next().is_some_and(|last| REPLAY_VARIABLES.contains(&last))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::elf::{Function, Section};

    #[test]
    fn what_only_replaying_needs_is_left_out() {
        let section = |name: &str, size, kind| Section { name: name.to_owned(), size, kind };
        let variable = |name: &str, size, initialised| Variable { name: name.to_owned(), size, initialised };
        let image = Image {
            functions: [
                // bl 0x200; bx lr
                (0x100, Function::of_code("core_step", &[0xf000, 0xf87e, 0x4770])),
                (0x200, Function::of_code("below", &[0x4770])),
                (0x300, Function::of_code("main", &[0x4770, 0x4770])),
                (0x400, Function::of_code("Reset", &[0x4770])),
            ]
            .into(),
            sections: vec![
                section(".vector_table", 64, SectionKind::ReadOnlyData),
                section(".text", 100, SectionKind::Text),
                section(".rodata", 30, SectionKind::ReadOnlyData),
            ],
            variables: vec![
                variable("image::BMS", 500, true),
                variable("image::RETAINED", 40, false),
                variable("image::READER", 4000, true),
            ],
        };
        let memory = Memory::of(&image, &CallGraph::of(&image));
        assert_eq!((memory.code, memory.flash(), memory.ram()), (10, 64 + 10 + 30 + 500, 540));
        assert_eq!(memory.replay_code, 90);
        assert_eq!(memory.replay_variables, [("image::READER".to_owned(), 4000)]);
    }
}
