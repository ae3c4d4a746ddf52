//! A linked image: its functions with their code and stack sizes, its sections, its data by symbol.

use std::collections::BTreeMap;

use object::{Object, ObjectSection, ObjectSymbol, SectionKind, SymbolKind};

/// An image as far as it is looked at.
#[derive(Debug, Default)]
pub struct Image {
    /// Functions by their address, without the Thumb bit.
    pub functions: BTreeMap<u32, Function>,
    /// Sections that occupy memory of the target.
    pub sections: Vec<Section>,
    /// Variables in RAM.
    pub variables: Vec<Variable>,
}

/// A function.
#[derive(Debug, Default)]
pub struct Function {
    /// Its name, demangled; the first of several.
    pub name: String,
    /// Its bytes: code, and between it literals and jump tables.
    pub bytes: Vec<u8>,
    /// Where in `bytes` code stands.
    pub code: Vec<std::ops::Range<u32>>,
    /// Bytes of stack that it takes itself; `None` if the compiler did not say.
    pub stack: Option<u32>,
}

#[cfg(test)]
impl Function {
    /// One that is code throughout, given as halfwords, and takes no stack.
    pub fn of_code(name: &str, halfwords: &[u16]) -> Self {
        let bytes: Vec<u8> = halfwords.iter().flat_map(|half| half.to_le_bytes()).collect();
        let code = std::iter::once(0..length(bytes.len())).collect();
        Self { name: name.to_owned(), bytes, code, stack: Some(0) }
    }
}

/// A section.
#[derive(Debug)]
pub struct Section {
    /// Its name.
    pub name: String,
    /// Its address.
    pub at: u32,
    /// Its size, bytes.
    pub size: u32,
    /// What it holds.
    pub kind: SectionKind,
}

/// A variable in RAM.
#[derive(Debug)]
pub struct Variable {
    /// Its name, demangled.
    pub name: String,
    /// Its size, bytes.
    pub size: u32,
    /// It begins with a value that is kept in flash.
    pub initialised: bool,
}

/// Why an image cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ElfError {
    /// Not an ELF file, or a broken one.
    #[error("not a readable ELF file: {0}")]
    Elf(#[from] object::Error),
    /// Built without `-Z emit-stack-sizes`, or the linker dropped the section.
    #[error("no section .stack_sizes: build with -Z emit-stack-sizes and keep the section when linking")]
    NoStackSizes,
    /// The section of the stack sizes is cut short.
    #[error(".stack_sizes ends within an entry")]
    StackSizes,
    /// No such function.
    #[error("the image has no function {0}")]
    NoFunction(String),
}

impl Image {
    /// Reads an ELF file for a Cortex-M.
    ///
    /// # Errors
    /// If it is none, or has no stack sizes.
    pub fn parse(file: &[u8]) -> Result<Self, ElfError> {
        let file = object::File::parse(file)?;
        let sizes = file.section_by_name(".stack_sizes").ok_or(ElfError::NoStackSizes)?;
        let stack = stack_sizes(sizes.data()?)?;
        let mut image = Self { sections: sections(&file), variables: variables(&file), ..Self::default() };
        for section in file.sections().filter(|section| section.kind() == SectionKind::Text) {
            let (bytes, begin) = (section.data()?, address(section.address()));
            let marks = marks(&file, begin, begin + length(bytes.len()));
            for (at, name, size) in function_symbols(&file, begin, begin + length(bytes.len())) {
                let Some(bytes) = bytes.get(index(at - begin)..index(at - begin + size)) else { continue };
                let code = code_ranges(&marks, at, at + size);
                let function = Function { name, bytes: bytes.to_vec(), code, stack: stack.get(&at).copied() };
                image.functions.entry(at).or_insert(function);
            }
        }
        Ok(image)
    }

    /// The address of a function.
    ///
    /// # Errors
    /// If there is none of this name.
    pub fn address_of(&self, name: &str) -> Result<u32, ElfError> {
        let found = self.functions.iter().find(|(_, function)| function.name == name);
        found.map(|(&at, _)| at).ok_or_else(|| ElfError::NoFunction(name.to_owned()))
    }
}

/// What occupies memory.
fn sections(file: &object::File) -> Vec<Section> {
    let kinds = [SectionKind::Text, SectionKind::ReadOnlyData, SectionKind::ReadOnlyString, SectionKind::Data];
    let kept = |kind| kinds.contains(&kind) || kind == SectionKind::UninitializedData;
    let sections = file.sections().filter(|section| kept(section.kind()) && section.size() > 0);
    let entry = |section: object::Section| Section {
        name: section.name().unwrap_or("?").to_owned(),
        at: address(section.address()),
        size: address(section.size()),
        kind: section.kind(),
    };
    sections.map(entry).collect()
}

fn variables(file: &object::File) -> Vec<Variable> {
    let mut variables = Vec::new();
    for symbol in file.symbols().filter(|symbol| symbol.kind() == SymbolKind::Data && symbol.size() > 0) {
        let section = symbol.section_index().and_then(|index| file.section_by_index(index).ok());
        let initialised = match section.map(|section| section.kind()) {
            Some(SectionKind::Data) => true,
            Some(SectionKind::UninitializedData) => false,
            _ => continue,
        };
        variables.push(Variable { name: name_of(&symbol), size: address(symbol.size()), initialised });
    }
    variables.sort_by(|a, b| b.size.cmp(&a.size).then_with(|| a.name.cmp(&b.name)));
    variables
}

/// Address, name and size of every function; global names first where several are at one address.
///
/// What assembly defines without a size ends where the next symbol begins.
fn function_symbols(file: &object::File, begin: u32, end: u32) -> Vec<(u32, String, u32)> {
    let inside = |at: u32| at >= begin && at < end;
    let mut symbols: Vec<(u32, bool, String, u32)> = file
        .symbols()
        .filter(|symbol| symbol.kind() == SymbolKind::Text && inside(address(symbol.address())))
        .map(|symbol| (address(symbol.address()) & !1, symbol.is_local(), name_of(&symbol), address(symbol.size())))
        .collect();
    symbols.sort();
    let starts: Vec<u32> = symbols.iter().map(|&(at, ..)| at).collect();
    let next = |at: u32| starts.iter().copied().find(|&start| start > at).unwrap_or(end);
    let sized = |(at, _, name, size)| (at, name, if size == 0 { next(at) - at } else { size });
    symbols.into_iter().map(sized).collect()
}

/// The mapping symbols `$t` (code follows) and `$d` (data follows), in order (ELF for the Arm Architecture, 5.5.5).
fn marks(file: &object::File, begin: u32, end: u32) -> BTreeMap<u32, bool> {
    let mut marks = BTreeMap::new();
    for symbol in file.symbols() {
        let at = address(symbol.address());
        let name = symbol.name().unwrap_or("");
        if at >= begin && at < end && (name.starts_with("$t") || name.starts_with("$d")) {
            marks.insert(at, name.starts_with("$t"));
        }
    }
    marks
}

/// The code between two addresses, as offsets from the first.
fn code_ranges(marks: &BTreeMap<u32, bool>, begin: u32, end: u32) -> Vec<std::ops::Range<u32>> {
    let mut ranges = Vec::new();
    let mut is_code = marks.range(..=begin).next_back().is_none_or(|(_, &code)| code);
    let mut from = begin;
    let inner = marks.range(begin + 1..end).map(|(&at, &code)| (at, code));
    for (at, code) in inner.chain([(end, false)]) {
        if is_code && at > from {
            ranges.push(from - begin..at - begin);
        }
        (from, is_code) = (at, code);
    }
    ranges
}

/// Entries of an address and a ULEB128 number (LLVM, `-stack-size-section`).
fn stack_sizes(mut bytes: &[u8]) -> Result<BTreeMap<u32, u32>, ElfError> {
    let mut sizes = BTreeMap::new();
    while let Some((at, mut rest)) = bytes.split_first_chunk::<4>() {
        let mut size = 0;
        for shift in (0..32).step_by(7) {
            let (&byte, after) = rest.split_first().ok_or(ElfError::StackSizes)?;
            rest = after;
            size |= u32::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                break;
            }
        }
        sizes.insert(u32::from_le_bytes(*at) & !1, size);
        bytes = rest;
    }
    if bytes.is_empty() { Ok(sizes) } else { Err(ElfError::StackSizes) }
}

fn name_of<'a>(symbol: &impl ObjectSymbol<'a>) -> String {
    format!("{:#}", rustc_demangle::demangle(symbol.name().unwrap_or("?")))
}

/// Addresses and sizes of the target are 32 bits wide.
fn address(value: u64) -> u32 {
    u32::try_from(value).expect("an ELF file for a 32-bit target")
}

fn length(value: usize) -> u32 {
    u32::try_from(value).expect("a section of a 32-bit target")
}

fn index(value: u32) -> usize {
    usize::try_from(value).expect("a host of at least 32 bits")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stack_sizes_are_read_and_a_cut_one_is_refused() {
        let two = [0x01, 0x04, 0, 0, 0x08, 0x10, 0x05, 0, 0, 0xf0, 0x70];
        let expected = BTreeMap::from([(0x400, 8), (0x510, 0x3870)]);
        assert_eq!(stack_sizes(&two).ok(), Some(expected));
        for cut in [&two[..10], &two[..7]] {
            assert!(matches!(stack_sizes(cut), Err(ElfError::StackSizes)));
        }
    }

    #[test]
    fn literals_between_code_are_left_out() {
        let marks = BTreeMap::from([(0x100, true), (0x110, false), (0x114, true), (0x120, false)]);
        assert_eq!(code_ranges(&marks, 0x100, 0x124), [0..0x10, 0x14..0x20]);
        assert_eq!(code_ranges(&marks, 0x104, 0x110).first(), Some(&(0..0x0c)));
    }

    #[test]
    fn what_is_no_elf_file_is_refused() {
        assert!(matches!(Image::parse(b"#!/bin/sh\n"), Err(ElfError::Elf(_))));
    }
}
