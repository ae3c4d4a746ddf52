//! The worst stack of a function: its own bytes and those of the deepest chain of calls below it.

use std::collections::{BTreeMap, BTreeSet};

use crate::elf::Image;
use crate::thumb::{Disassembler, Exit};

/// Stack of library functions in assembly, for which the compiler says nothing: name, bytes, what they push.
///
/// Source: compiler-builtins 0.1.160 as shipped with Rust 1.95, `src/arm.rs`.
const ASSEMBLY: [(&str, u32); 4] = [
    // push {r4, lr}; sub sp, #16; bl __udivmoddi4; add sp, #16; pop
    ("__aeabi_uldivmod", 24),
    ("__aeabi_ldivmod", 24),
    // push {lr}; sub sp, #4; bl __udivmodsi4; add sp, #4; pop
    ("__aeabi_uidivmod", 8),
    // push {r0, r1, r4, lr}; bl __aeabi_idiv; pop
    ("__aeabi_idivmod", 16),
];

/// The deepest chain from a function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Worst {
    /// Bytes of all functions of the chain.
    pub bytes: u32,
    /// Name and own bytes of each, the outermost first.
    pub chain: Vec<(String, u32)>,
}

/// Why no bound can be given.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
pub enum StackError {
    /// A call or jump through a register or memory.
    #[error("{function}: indirect call at {at:#x}: {text}")]
    Indirect {
        /// Where it is.
        function: String,
        /// Address of the instruction.
        at: u32,
        /// The instruction.
        text: String,
    },
    /// A chain of calls that comes back to where it was.
    #[error("recursion: {}", chain.join(" → "))]
    Recursion {
        /// The functions, beginning and ending with the same.
        chain: Vec<String>,
    },
    /// The compiler did not say how much stack it takes.
    #[error("{function}: no stack size; assembly is listed by hand with its source")]
    NoSize {
        /// Its name.
        function: String,
    },
    /// A call of an address where no function begins.
    #[error("{function}: goes to {to:#x}, where no function begins")]
    Nowhere {
        /// Who calls.
        function: String,
        /// The address.
        to: u32,
    },
    /// Bytes that are no instruction.
    #[error("{function}: bytes at {at:#x} are no instruction")]
    Unreadable {
        /// Where they are.
        function: String,
        /// Their address.
        at: u32,
    },
}

/// Who calls whom, by address; only direct calls.
#[derive(Debug)]
pub struct CallGraph<'a> {
    image: &'a Image,
    exits: BTreeMap<u32, Vec<Exit>>,
}

impl<'a> CallGraph<'a> {
    /// Reads the code of every function.
    pub fn of(image: &'a Image) -> Self {
        let disassembler = Disassembler::new();
        let exits = |(&at, function)| (at, disassembler.exits(at, function));
        Self { image, exits: image.functions.iter().map(exits).collect() }
    }

    /// Everything that runs below these functions, and they themselves.
    pub fn reachable(&self, from: impl IntoIterator<Item = u32>) -> BTreeSet<u32> {
        let mut found = BTreeSet::new();
        let mut open: Vec<u32> = from.into_iter().collect();
        while let Some(at) = open.pop() {
            if found.insert(at) {
                open.extend(self.exits.get(&at).into_iter().flatten().filter_map(|exit| match exit {
                    Exit::Call(to) | Exit::Jump(to) => Some(*to),
                    Exit::Indirect { .. } | Exit::Unreadable { .. } => None,
                }));
            }
        }
        found
    }

    /// The deepest chain from the function at this address. A tail call counts as if it were a call.
    ///
    /// # Errors
    /// Everything for which no bound can be given.
    pub fn worst(&self, from: u32) -> Result<Worst, BTreeSet<StackError>> {
        let mut search = Search { graph: self, path: Vec::new(), done: BTreeMap::new(), errors: BTreeSet::new() };
        search.visit(from);
        if !search.errors.is_empty() {
            return Err(search.errors);
        }
        let mut worst = Worst { bytes: search.done.get(&from).map_or(0, |&(bytes, _)| bytes), chain: Vec::new() };
        let mut next = Some(from);
        while let Some(at) = next {
            worst.chain.push((self.name(at), self.own(at).unwrap_or(0)));
            next = search.done.get(&at).and_then(|&(_, deepest)| deepest);
        }
        Ok(worst)
    }

    /// Bytes of stack of the function alone.
    fn own(&self, at: u32) -> Option<u32> {
        let function = self.image.functions.get(&at)?;
        let by_hand = || ASSEMBLY.iter().find(|(name, _)| *name == function.name).map(|&(_, bytes)| bytes);
        function.stack.or_else(by_hand)
    }

    fn name(&self, at: u32) -> String {
        self.image.functions.get(&at).map_or_else(|| format!("{at:#x}"), |function| function.name.clone())
    }
}

struct Search<'a> {
    graph: &'a CallGraph<'a>,
    /// From the first function to where we are.
    path: Vec<u32>,
    /// Bytes below and with a function, and its callee in the deepest chain.
    done: BTreeMap<u32, (u32, Option<u32>)>,
    errors: BTreeSet<StackError>,
}

impl Search<'_> {
    /// Bytes of the function with everything below it.
    fn visit(&mut self, at: u32) -> u32 {
        if let Some(&(bytes, _)) = self.done.get(&at) {
            return bytes;
        }
        if let Some(place) = self.path.iter().position(|&on_path| on_path == at) {
            let chain = self.path[place..].iter().chain([&at]).map(|&at| self.graph.name(at)).collect();
            self.errors.insert(StackError::Recursion { chain });
            return 0;
        }
        let function = self.graph.name(at);
        let own = self.graph.own(at).unwrap_or_else(|| {
            self.errors.insert(StackError::NoSize { function: function.clone() });
            0
        });
        self.path.push(at);
        let mut deepest = (0, None);
        for exit in self.graph.exits.get(&at).into_iter().flatten() {
            match exit {
                Exit::Call(to) | Exit::Jump(to) if self.graph.image.functions.contains_key(to) => {
                    let below = self.visit(*to);
                    if deepest.1.is_none() || below > deepest.0 {
                        deepest = (below, Some(*to));
                    }
                }
                Exit::Call(to) | Exit::Jump(to) => {
                    self.errors.insert(StackError::Nowhere { function: function.clone(), to: *to });
                }
                Exit::Indirect { at, text } => {
                    let error = StackError::Indirect { function: function.clone(), at: *at, text: text.clone() };
                    self.errors.insert(error);
                }
                Exit::Unreadable { at } => {
                    self.errors.insert(StackError::Unreadable { function: function.clone(), at: *at });
                }
            }
        }
        self.path.pop();
        self.done.insert(at, (own.saturating_add(deepest.0), deepest.1));
        own.saturating_add(deepest.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::elf::Function;

    /// `nop; bl` from the first to the second address, then `bx lr`.
    fn calls(from: u32, to: &[u32]) -> Vec<u16> {
        let mut code = Vec::new();
        for (place, &to) in (0u32..).zip(to) {
            let halfwords = to.wrapping_sub(from + 4 * place + 4) / 2;
            let low = |bits: u32| u16::try_from(halfwords & bits).expect("eleven bits");
            let backward = from > to;
            let high = u16::try_from((halfwords >> 11) & 0x3ff).expect("ten bits");
            code.extend([if backward { 0xf400 } else { 0xf000 } | high, 0xf800 | low(0x7ff)]);
        }
        code.push(0x4770);
        code
    }

    fn image(functions: &[(u32, &str, Option<u32>, Vec<u16>)]) -> Image {
        let function = |(at, name, stack, code): &(u32, &str, Option<u32>, Vec<u16>)| {
            (*at, Function { stack: *stack, ..Function::of_code(name, code) })
        };
        Image { functions: functions.iter().map(function).collect(), ..Image::default() }
    }

    fn errors(image: &Image) -> Vec<StackError> {
        CallGraph::of(image).worst(0x100).expect_err("no bound").into_iter().collect()
    }

    #[test]
    fn the_deepest_chain_is_found_not_the_longest() {
        let image = image(&[
            (0x100, "step", Some(100), calls(0x100, &[0x200, 0x300])),
            (0x200, "long", Some(8), calls(0x200, &[0x400])),
            (0x300, "deep", Some(500), calls(0x300, &[])),
            (0x400, "leaf", Some(16), calls(0x400, &[])),
            (0x500, "apart", Some(9000), calls(0x500, &[0x100])),
        ]);
        let graph = CallGraph::of(&image);
        let chain = vec![("step".to_owned(), 100), ("deep".to_owned(), 500)];
        assert_eq!(graph.worst(0x100), Ok(Worst { bytes: 600, chain }));
        assert_eq!(graph.reachable([0x100]), BTreeSet::from([0x100, 0x200, 0x300, 0x400]));
    }

    #[test]
    fn a_recursion_is_refused_with_its_chain() {
        let image = image(&[
            (0x100, "step", Some(8), calls(0x100, &[0x200])),
            (0x200, "a", Some(8), calls(0x200, &[0x300])),
            (0x300, "b", Some(8), calls(0x300, &[0x200])),
        ]);
        let chain = ["a", "b", "a"].map(str::to_owned).to_vec();
        assert_eq!(errors(&image), [StackError::Recursion { chain }]);
    }

    #[test]
    fn an_indirect_call_below_is_refused() {
        let image = image(&[
            (0x100, "step", Some(8), calls(0x100, &[0x200])),
            (0x200, "check", Some(8), vec![0xbf00, 0x4790, 0x4770]),
        ]);
        let [StackError::Indirect { function, at: 0x202, .. }] = &errors(&image)[..] else { panic!("one error") };
        assert_eq!(function, "check");
    }

    #[test]
    fn a_function_without_size_is_refused_unless_it_is_listed() {
        let with =
            |name| image(&[(0x100, "step", Some(8), calls(0x100, &[0x200])), (0x200, name, None, calls(0x200, &[]))]);
        assert_eq!(errors(&with("mystery")), [StackError::NoSize { function: "mystery".to_owned() }]);
        assert_eq!(CallGraph::of(&with("__aeabi_uldivmod")).worst(0x100).map(|worst| worst.bytes), Ok(32));
    }

    #[test]
    fn a_call_into_nothing_and_unreadable_bytes_are_refused() {
        let nowhere = image(&[(0x100, "step", Some(8), calls(0x100, &[0x800]))]);
        assert_eq!(errors(&nowhere), [StackError::Nowhere { function: "step".to_owned(), to: 0x800 }]);
        let unreadable = image(&[(0x100, "step", Some(8), vec![0xffff, 0xffff])]);
        assert_eq!(errors(&unreadable), [StackError::Unreadable { function: "step".to_owned(), at: 0x100 }]);
    }
}
