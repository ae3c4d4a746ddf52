/* QEMU plugin: how many instructions each call of some functions executes, callees included.
 *
 *   -plugin libinsncount.so,entry=0x4d1,entry=0x9a3,out=counts.txt
 *
 * Writes one line per call, in the order of the returns: number of the entry (from 0), number of the call of this entry
 * (from 0), instructions. A call begins when its entry is reached and ends when the instruction after the call is
 * reached, so it includes the return but not the branch that calls. Instructions that an IT block skips count as executed.
 *
 * The code runs without interrupts, so a block of code that begins also ends; blocks end at every branch. What a
 * function counted here calls must not be counted itself, and it must be called, not jumped to: either is reported as an
 * error line instead of a wrong number.
 *
 * The declarations are those of the plugin interface, version 4 (QEMU 9.2 and later); the header is not packaged. */
#include <inttypes.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EXPORT __attribute__((visibility("default")))

typedef uint64_t plugin_id;
struct block;
struct instruction;
extern void qemu_plugin_register_vcpu_tb_trans_cb(plugin_id, void (*)(plugin_id, struct block *));
extern void qemu_plugin_register_vcpu_tb_exec_cb(struct block *, void (*)(unsigned, void *), int flags, void *);
extern void qemu_plugin_register_atexit_cb(plugin_id, void (*)(plugin_id, void *), void *);
extern size_t qemu_plugin_tb_n_insns(const struct block *);
extern uint64_t qemu_plugin_tb_vaddr(const struct block *);
extern struct instruction *qemu_plugin_tb_get_insn(const struct block *, size_t);
extern uint64_t qemu_plugin_insn_vaddr(const struct instruction *);
extern size_t qemu_plugin_insn_size(const struct instruction *);

EXPORT int qemu_plugin_version = 4;

enum { ENTRIES_MAX = 16, NONE = -1 };

/* A translated block: where it begins, where the code after it begins, its entry if it begins one. */
struct span {
    uint64_t begin, end, instructions;
    int entry;
};

static uint64_t entries[ENTRIES_MAX], calls[ENTRIES_MAX];
static int entry_count;
static FILE *out;

static int running = NONE;
static uint64_t counted, return_address, previous_end;

static void executed(unsigned cpu, void *data) {
    const struct span *span = data;
    (void)cpu;
    if (running != NONE && span->begin == return_address) {
        fprintf(out, "%d %" PRIu64 " %" PRIu64 "\n", running, calls[running]++, counted);
        running = NONE;
    }
    if (span->entry != NONE) {
        if (running != NONE) fprintf(out, "error: entry %d within a call of entry %d\n", span->entry, running);
        running = span->entry;
        return_address = previous_end;
        counted = 0;
    }
    counted += span->instructions;
    previous_end = span->end;
}

static void translated(plugin_id id, struct block *block) {
    (void)id;
    size_t n = qemu_plugin_tb_n_insns(block);
    const struct instruction *last = qemu_plugin_tb_get_insn(block, n - 1);
    /* Kept until QEMU ends: translated code refers to it. */
    struct span *span = malloc(sizeof *span);
    if (!span) abort();
    span->begin = qemu_plugin_tb_vaddr(block);
    span->end = qemu_plugin_insn_vaddr(last) + qemu_plugin_insn_size(last);
    span->instructions = n;
    span->entry = NONE;
    for (int i = 0; i < entry_count; i++)
        if (entries[i] == span->begin) span->entry = i;
    qemu_plugin_register_vcpu_tb_exec_cb(block, executed, 0, span);
}

static void finished(plugin_id id, void *data) {
    (void)id, (void)data;
    if (running != NONE) fprintf(out, "error: a call of entry %d has not returned\n", running);
    fclose(out);
}

EXPORT int qemu_plugin_install(plugin_id id, const void *info, int argc, char **argv) {
    (void)info;
    for (int i = 0; i < argc; i++) {
        if (!strncmp(argv[i], "entry=", 6) && entry_count < ENTRIES_MAX)
            entries[entry_count++] = strtoull(argv[i] + 6, NULL, 0) & ~1ull; /* bit 0 marks Thumb code */
        else if (!strncmp(argv[i], "out=", 4))
            out = fopen(argv[i] + 4, "w");
        else
            return fprintf(stderr, "insncount: argument '%s'?\n", argv[i]), 1;
    }
    if (!out || !entry_count) return fprintf(stderr, "insncount: needs out=FILE and entry=ADDRESS\n"), 1;
    qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
    qemu_plugin_register_atexit_cb(id, finished, NULL);
    return 0;
}
