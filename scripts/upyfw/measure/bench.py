# SPDX-License-Identifier: MIT
"""Measure a firmware in the emulator: cycles and heap, at the prompt and per command."""

import statistics
from collections.abc import Callable, Iterator
from pathlib import Path

import upyfw
from upyfw.base import progress
from upyfw.board import variant
from upyfw.board.variant import Variant
from upyfw.build import firmware, freezing
from upyfw.build.firmware import Artifacts
from upyfw.image import fsimage
from upyfw.measure import (
    bench_cache,
    bench_commands,
    bench_flash,
    bench_jobs,
    bench_lines,
    bench_machine,
    bench_network,
    bench_stack,
    bench_upgrade,
    size,
)
from upyfw.measure.bench_heap import HeapUse
from upyfw.measure.bench_machine import Machine
from upyfw.measure.bench_report import Bench, CommandFigures, Figures, ProfileFigures
from upyfw.targets import prompts

BOARD = "RPI_PICO"
PROFILES = ("tiny", "core", "net", "full")
MANY_COMMANDS = 200

_COLLECT = "> gc.collect()"
_NOT_FOUND = 127
_TEXT_BYTES = 4096
_RUNS = 5
_SORTED_LINES = 500
_TURNS = 300

_LOOP = f"export i 0\nwhile test $i -lt {_TURNS}\nincr i\ndone\n"

# told what is being done, and the fraction done, 0.0 to 1.0
Report = Callable[[str, float], None]


def _files() -> dict[str, bytes]:
    """Files the commands work on: 73 small ones, a text of 4 KB, 500 lines, two scripts."""
    text = b"".join(b"this is line%d of the text\n" % number for number in range(200))
    # 211 has no factor in common with 500: each number once, in no order
    lines = b"".join(
        b"%03d some words\n" % (n * 211 % _SORTED_LINES) for n in range(_SORTED_LINES)
    )
    return {
        **{f"/b/many/file{number:02}.txt": b"x\n" for number in range(73)},
        **bench_cache.FILES,
        **bench_stack.FILES,
        "/b/text": text[:_TEXT_BYTES],
        "/b/lines": lines,
        "/b/one": b"1\n",
        "/b/ten.sh": b"".join(b"export v %d\n" % number for number in range(10)),
        "/b/loop.sh": _LOOP.encode(),
    }


def run(folder: Path, what: Variant, report: Report, profiles: bool = False) -> Bench:
    """Build a variant and the bare firmware and measure them.

    folder is for the flash image; profiles: measure the start of every profile too.
    """
    report("building", 0.0)
    bare = firmware.build(what.board.name, variant.BARE)
    whole = firmware.build_variant(what)
    report("bare MicroPython", 0.0)
    figures = _measure_bare(bare)
    flash = folder / "flash.bin"
    cold = freezing.image_files(what)
    flash.write_bytes(fsimage.make(what.board, {**cold, **_files()}))
    with bench_machine.started(whole.firmware, whole.elf, prompts.SHELL, flash) as machine:
        upyos = _measure_upyos(machine, what, report)
        report("the C stack", 0.4)
        machine.boot(flash.read_bytes())
        stack = bench_stack.measure(machine, bench_stack.Stack.of_elf(whole.elf))
        single = bench_commands.measure(machine, what, size.of_build(whole), cold, report)
    sizes = bench_flash.groups(size.of_build(whole), size.of_build(bare))
    report("services", 0.8)
    network = bench_network.measure(folder, what, whole) if what.board.usbnet else None
    report("a whole upgrade", 0.85)
    upgrade, swaps = bench_upgrade.measure(folder, what, whole)
    starts = dict(_profiles(folder, what, report)) if profiles else {}
    first = (what.name, upyfw.__version__, figures, upyos, sizes, single, starts)
    return Bench(*first, stack, network, upgrade, swaps)


def _measure_bare(made: Artifacts) -> Figures:
    """Figures of a firmware that shows MicroPython's prompt."""
    with bench_machine.started(made.firmware, made.elf, prompts.BARE) as machine:
        # the first start formats the blank flash; the one that is measured is an everyday one
        machine.wait()
        boot_ms = machine.boot()
        machine.type("import gc")
        heap = machine.collected("gc.collect()")
        machine.type("import os")
        return Figures(
            boot_ms, heap.free_bytes, heap.largest_free_bytes, dict(_bare_commands(machine))
        )


def _bare_commands(machine: Machine) -> Iterator[tuple[str, CommandFigures]]:
    """Measure what the bare prompt does instead of a command, the second run."""
    for name, line in bench_jobs.BARE.items():
        machine.type(line)
        yield name, CommandFigures(machine.type(line))


def _measure_upyos(machine: Machine, what: Variant, report: Report) -> Figures:
    """Figures of a firmware that shows upyOS's prompt."""
    # the first start creates files
    machine.wait()
    boot_ms = machine.boot()
    heap = machine.heap_at_prompt()
    machine.type(_COLLECT)
    commands = dict(_commands(machine, report))
    report("the cache", 0.2)
    cache = bench_cache.measure(machine.type)
    report("a script's loop", 0.25)
    machine.type("sh /b/loop.sh")
    turns_per_s = _TURNS / machine.clock("sh /b/loop.sh")
    report(f"{MANY_COMMANDS} different lines", 0.3)
    many = _many(machine, what)
    first = (boot_ms, heap.free_bytes, heap.largest_free_bytes, commands)
    return Figures(*first, *many, cache, turns_per_s)


def _commands(machine: Machine, report: Report) -> Iterator[tuple]:
    """Measure each command that this firmware has; one that fails here is named and left out."""
    for number, (name, line) in enumerate(bench_jobs.COMMANDS.items()):
        report(name, 0.2 * number / len(bench_jobs.COMMANDS))
        machine.type(line)
        status = machine.status()
        if status == _NOT_FOUND and name != "not found":
            continue
        if status not in (0, _NOT_FOUND):
            progress.say(f"bench: {line!r} ended with status {status}: not measured")
            continue
        runs = [_run_again(machine, line) for _ in range(_RUNS)]
        # littlefs rewrites a directory's log now and then: not what the line takes as a rule
        busy_ms = statistics.median(run[0] for run in runs)
        yield name, CommandFigures(busy_ms, runs[0][1])
        machine.type("cd /")


def _run_again(machine: Machine, line: str) -> tuple[float, int]:
    """Type a line on a collected heap; busy milliseconds, and bytes of heap it leaves taken."""
    if undo := bench_jobs.UNDO.get(line):
        machine.type(undo)
    before = machine.collected(_COLLECT).free_bytes
    busy_ms = machine.type(line)
    return busy_ms, before - machine.collected(_COLLECT).free_bytes


def _many(machine: Machine, what: Variant) -> tuple[int, int]:
    """Type many lines that all differ; heap they leave taken, and the largest free block then.

    What a line sets on purpose is put back before both readings, which are the best of three: the
    history is written now and then, and takes some until it is.
    """
    lines = bench_lines.different(MANY_COMMANDS)
    files = {path: text.encode() for path, text in bench_lines.files(lines).items()}
    # the page makes room for the files of the lines
    files = {**freezing.image_files(what), **files}
    machine.boot(fsimage.make(what.board, files, remove={"/www"}))
    for first in bench_commands.FIRST:
        machine.type(first)

    def cleaned() -> HeapUse:
        for line in bench_lines.put_back(lines):
            machine.type(line)
        readings = [machine.collected(_COLLECT) for _ in range(3)]
        return max(readings, key=lambda heap: heap.free_bytes)

    before = cleaned()
    for line in lines:
        bench_commands.type_line(machine, line)
    after = cleaned()
    return before.free_bytes - after.free_bytes, after.largest_free_bytes


def _profiles(folder: Path, what: Variant, report: Report) -> Iterator[tuple[str, ProfileFigures]]:
    """Build each profile, and the smallest one with little heap, and measure their starts."""
    variants = [variant.of(what.board.name, name) for name in PROFILES]
    variants.append(variant.of(what.board.name, PROFILES[0], variant.SMALL_HEAP))
    for one in variants:
        report(f"profile {one.profile}", 0.9)
        made = firmware.build_variant(one)
        flash = folder / "profile.bin"
        flash.write_bytes(made.fs_image.read_bytes())
        with bench_machine.started(made.firmware, made.elf, prompts.SHELL, flash) as machine:
            machine.wait()
            boot_ms = machine.boot()
            heap = machine.heap_at_prompt()
        sizes = size.of_build(made)
        yield (
            one.name,
            ProfileFigures(
                sizes.flash_bytes,
                sizes.frozen_bytes,
                sizes.fs_used_bytes,
                boot_ms,
                heap.free_bytes,
                heap.largest_free_bytes,
            ),
        )
