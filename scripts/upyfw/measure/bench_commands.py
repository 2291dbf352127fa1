# SPDX-License-Identifier: MIT
"""Every command by itself: what it takes of the flash, of the heap while it runs, and of time."""

from collections.abc import Callable, Iterator

from upyfw.board.variant import Variant
from upyfw.build import codegen, freezing
from upyfw.image import fsimage
from upyfw.measure import bench_lines
from upyfw.measure.bench_lines import Line
from upyfw.measure.bench_machine import Machine
from upyfw.measure.bench_report import SingleFigures
from upyfw.measure.size import Report as Sizes

# typed before a command is measured, so that what any first line makes is there
FIRST = ("pwd", "> 1")


def type_line(machine: Machine, line: Line) -> None:
    """Type a line, with what it asks for before it, and go back to /."""
    for text in (f"cd {line.directory}", *line.before, line.text, "cd /"):
        machine.type(text)


def measure(
    machine: Machine,
    what: Variant,
    sizes: Sizes,
    cold: dict[str, bytes],
    report: Callable[[str, float], None],
) -> dict[str, SingleFigures]:
    """Measure all commands, each right after a start on a file system of its own.

    Those that no check runs alone and with success have sizes only.
    """
    lines = bench_lines.by_command()
    entries = sorted(codegen.commands(freezing.COMMANDS), key=lambda entry: entry.name)
    images = dict(_images(what, cold, [lines[e.name] for e in entries if e.name in lines]))
    found = {}
    for number, entry in enumerate(entries):
        report(entry.name, 0.3 + 0.6 * number / len(entries))
        line = lines.get(entry.name)
        times = _run(machine, line, images[line.name]) if line else (None, None)
        path = f"upyos/bin/{entry.group}/{entry.name}.py"
        frozen = sizes.modules.get(path)
        flash = frozen if frozen is not None else len(cold[f"/bin/{entry.name}.mpy"])
        found[entry.name] = SingleFigures(
            entry.group, frozen is not None, flash, *times, line.text if times[0] else None
        )
    return found


def _images(what: Variant, cold: dict[str, bytes], lines: list[Line]) -> Iterator[tuple]:
    """Yield (name, file system) of each line; lines whose files go together share one."""
    left = list(lines)
    while left:
        files: dict[str, str] = {}
        shared = []
        for line in left:
            if all(files.get(path, text) == text for path, text in line.files.items()):
                files |= line.files
                shared.append(line)
        texts = {path: text.encode() for path, text in files.items()}
        image = fsimage.make(what.board, {**cold, "/etc/init.sh": b"#\n", **texts})
        yield from ((line.name, image) for line in shared)
        left = [line for line in left if line not in shared]


def _run(machine: Machine, line: Line, image: bytes) -> tuple[float | None, int | None]:
    """Return (busy milliseconds, bytes of heap at most) of a line; None if it fails here."""
    machine.boot(image)
    for text in (*FIRST, f"cd {line.directory}", *line.before):
        machine.type(text)
    figures = machine.watch(line.text)
    return figures if machine.status() == 0 else (None, None)
