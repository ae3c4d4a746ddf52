//! Where Thumb code can go: calls, jumps out of a function, and what cannot be followed.

use capstone::arch::arm::{ArmInsn, ArmOperandType, ArmReg};
use capstone::arch::{ArchOperand, BuildsCapstone, BuildsCapstoneExtraMode};
use capstone::{Capstone, Insn};

use crate::elf::Function;

/// How control leaves a function, other than by returning.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exit {
    /// A call of the function at this address.
    Call(u32),
    /// A jump to code outside the function, as a tail call makes it.
    Jump(u32),
    /// To an address that only the running program knows.
    Indirect {
        /// Address of the instruction.
        at: u32,
        /// The instruction.
        text: String,
    },
    /// Bytes that are no instruction.
    Unreadable {
        /// Their address.
        at: u32,
    },
}

/// A disassembler for the instructions of Cortex-M.
#[derive(Debug)]
pub struct Disassembler(Capstone);

impl Disassembler {
    /// One for Thumb code of the M profile.
    ///
    /// # Panics
    /// If the disassembler was built without this target.
    pub fn new() -> Self {
        let builder = Capstone::new().arm().mode(capstone::arch::arm::ArchMode::Thumb);
        let builder = builder.extra_mode([capstone::arch::arm::ArchExtraMode::MClass].into_iter());
        Self(builder.detail(true).build().expect("capstone is built with the Arm target"))
    }

    /// How control leaves the function at this address, in the order of its code.
    pub fn exits(&self, begin: u32, function: &Function) -> Vec<Exit> {
        let end = begin + u32::try_from(function.bytes.len()).unwrap_or(u32::MAX);
        let mut exits = Vec::new();
        for range in &function.code {
            let (mut at, stop) = (begin + range.start, begin + range.end);
            let offset = |at: u32| usize::try_from(at - begin).unwrap_or(usize::MAX);
            let code = function.bytes.get(offset(at)..offset(stop)).unwrap_or(&[]);
            // Reads up to the first unreadable bytes.
            let instructions = self.0.disasm_all(code, at.into());
            for instruction in instructions.iter().flat_map(|instructions| instructions.iter()) {
                at += u32::try_from(instruction.len()).unwrap_or(u32::MAX);
                exits.extend(self.exit(instruction, begin..end));
            }
            if stop > at {
                exits.push(Exit::Unreadable { at });
            }
        }
        exits
    }

    fn exit(&self, instruction: &Insn, function: std::ops::Range<u32>) -> Option<Exit> {
        let operands = self.operands(instruction);
        let is = |insn: ArmInsn| instruction.id().0 == insn as u32;
        let target = operands.iter().find_map(|operand| match operand {
            ArmOperandType::Imm(target) => Some(target.cast_unsigned() & !1),
            _ => None,
        });
        let pc = ArmOperandType::Reg(reg(ArmReg::ARM_REG_PC));
        let indirect = || {
            let at = u32::try_from(instruction.address()).unwrap_or(u32::MAX);
            let words = [instruction.mnemonic(), instruction.op_str()];
            Some(Exit::Indirect { at, text: words.map(|word| word.unwrap_or("?")).join(" ") })
        };
        if is(ArmInsn::ARM_INS_BL) || is(ArmInsn::ARM_INS_BLX) {
            return target.map(Exit::Call).or_else(indirect);
        }
        if is(ArmInsn::ARM_INS_B) || is(ArmInsn::ARM_INS_CBZ) || is(ArmInsn::ARM_INS_CBNZ) {
            return target.filter(|target| !function.contains(target)).map(Exit::Jump);
        }
        // Jump tables of a `match`: the table stands in the function, its entries reach forward from there.
        if is(ArmInsn::ARM_INS_TBB) || is(ArmInsn::ARM_INS_TBH) {
            return None;
        }
        let returns = if is(ArmInsn::ARM_INS_BX) {
            operands.first() == Some(&ArmOperandType::Reg(reg(ArmReg::ARM_REG_LR)))
        } else if is(ArmInsn::ARM_INS_POP) || !operands.contains(&pc) {
            true
        } else if is(ArmInsn::ARM_INS_LDR) {
            // To another register, or a pop of one register.
            operands.first() != Some(&pc) || instruction.op_str().is_some_and(|text| text.contains("[sp], #4"))
        } else if is(ArmInsn::ARM_INS_LDM) {
            operands.first() == Some(&ArmOperandType::Reg(reg(ArmReg::ARM_REG_SP)))
        } else if is(ArmInsn::ARM_INS_MOV) {
            operands.first() != Some(&pc) || operands.get(1) == Some(&ArmOperandType::Reg(reg(ArmReg::ARM_REG_LR)))
        } else {
            // Reading pc is harmless; as first operand it may be written.
            operands.first() != Some(&pc)
        };
        if returns { None } else { indirect() }
    }

    fn operands(&self, instruction: &Insn) -> Vec<ArmOperandType> {
        let detail = self.0.insn_detail(instruction);
        let operands = detail.iter().flat_map(|detail| detail.arch_detail().operands());
        operands.map(|ArchOperand::ArmOperand(operand)| operand.op_type).collect()
    }
}

impl Default for Disassembler {
    fn default() -> Self {
        Self::new()
    }
}

fn reg(register: ArmReg::Type) -> capstone::RegId {
    capstone::RegId(u16::try_from(register).unwrap_or(u16::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The exits of code at 0x100, given as halfwords.
    fn exits(code: &[u16]) -> Vec<Exit> {
        Disassembler::new().exits(0x100, &Function::of_code("snippet", code))
    }

    fn is_indirect(code: &[u16]) -> bool {
        matches!(exits(code)[..], [Exit::Indirect { at: 0x100, .. }])
    }

    #[test]
    fn calls_and_tail_calls_are_followed() {
        assert_eq!(exits(&[0xf000, 0xf87e]), [Exit::Call(0x200)], "bl 0x200");
        assert_eq!(exits(&[0xf000, 0xb87e]), [Exit::Jump(0x200)], "b.w 0x200");
        assert_eq!(exits(&[0xe07e]), [Exit::Jump(0x200)], "b 0x200");
        assert_eq!(exits(&[0xd07e]), [Exit::Jump(0x200)], "beq 0x200");
        assert_eq!(exits(&[0xf000, 0x807e]), [Exit::Jump(0x200)], "beq.w 0x200");
    }

    #[test]
    fn what_stays_in_the_function_or_returns_is_no_exit() {
        let inside: &[u16] = &[
            0xe000, 0xbf00, // b 0x104, nop
            0xb100, // cbz r0, 0x108
            0xbf00, 0xe8df, 0xf000, // nop; tbb [pc, r0]
            0xbf08, 0x4770, // it eq; bxeq lr
            0xbd10, // pop {r4, pc}
            0xe8bd, 0x8ff0, // pop.w {r4-r11, pc}
            0xf85d, 0xfb04, // ldr.w pc, [sp], #4
            0x46f7, // mov pc, lr
            0x4478, // add r0, pc
            0x4800, // ldr r0, [pc]
            0xed9f, 0x0b00, // vldr d0, [pc]
            0x4770, // bx lr
        ];
        assert_eq!(exits(inside), []);
    }

    #[test]
    fn what_only_the_program_knows_is_indirect() {
        assert!(is_indirect(&[0x4790]), "blx r2");
        assert!(is_indirect(&[0x4718]), "bx r3");
        assert!(is_indirect(&[0x469f]), "mov pc, r3");
        assert!(is_indirect(&[0x4497]), "add pc, r2");
        assert!(is_indirect(&[0xf8d1, 0xf004]), "ldr.w pc, [r1, #4]");
        assert!(is_indirect(&[0xf85f, 0xf004]), "ldr.w pc, [pc, #-4]");
        assert!(is_indirect(&[0xe890, 0x8002]), "ldm.w r0, {{r1, pc}}");
    }

    #[test]
    fn bytes_that_are_no_instruction_are_reported() {
        assert_eq!(exits(&[0xbf00, 0xffff, 0xffff]), [Exit::Unreadable { at: 0x102 }]);
    }
}
