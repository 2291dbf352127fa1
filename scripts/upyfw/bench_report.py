# SPDX-License-Identifier: MIT
"""The figures of a bench run as a table, as Markdown and as JSON."""

import json
from dataclasses import asdict, dataclass, field

from rich.table import Table

from upyfw.bench_cache import CacheFigures

CLOCK_HZ = 125_000_000


@dataclass(frozen=True)
class CommandFigures:
    """One command, second run: busy time from Enter to the next prompt, heap it left taken."""

    ms: float
    left_bytes: int | None = None


@dataclass(frozen=True)
class Figures:
    """One firmware: times are busy cycles at 125 MHz, heap is after a collection at the prompt."""

    boot_ms: float
    free_bytes: int
    largest_free_bytes: int | None = None
    commands: dict[str, CommandFigures] = field(default_factory=dict)
    left_after_many_bytes: int | None = None
    cache: dict[str, CacheFigures] = field(default_factory=dict)


@dataclass(frozen=True)
class Bench:
    """A run: the firmware with upyOS and the same build without it."""

    board: str
    version: str
    bare: Figures
    upyos: Figures
    # frozen modules of upyOS: group → bytes of flash, see bench_flash
    flash: dict[str, int] = field(default_factory=dict)


# The original upyOS as .py files on the file system of the same firmware, measured in the same
# way: busy time and free heap with its default init.sh. It is not here any more to be run.
ORIGINAL = Figures(
    boot_ms=1781.9,
    free_bytes=224_512,
    commands={
        name: CommandFigures(ms)
        for name, ms in {
            "pwd": 35.5,
            "echo hello": 53.4,
            "ps": 48.0,
            "free": 81.8,
            "df -h": 108.1,
            "ls /": 163.6,
            "ls of 73 files": 928.1,
            "cat of 4 KB": 138.1,
            "grep in 4 KB": 97.4,
            "cp of 4 KB": 237.4,
        }.items()
    },
)


# what that left less than the bare prompt of its day, which had 241,872 B
ORIGINAL_TAKEN_BYTES = 17_360


def rows_of_firmware(bench: Bench) -> list[tuple[str, ...]]:
    """Rows (what, bare, upyOS, original) of the start and the heap."""
    three = (bench.bare, bench.upyos, ORIGINAL)
    taken = taken_bytes(bench)
    return [
        ("reset to prompt, busy", *(f"{figures.boot_ms:.1f} ms" for figures in three)),
        ("heap free at the prompt", *(f"{figures.free_bytes:,} B" for figures in three)),
        ("  less than the bare prompt", "–", *(f"{size:,} B" for size in taken)),
        ("largest free block", *(_bytes(figures.largest_free_bytes) for figures in three)),
        ("heap left by 200 commands", "–", _bytes(bench.upyos.left_after_many_bytes), "–"),
    ]


def taken_bytes(bench: Bench) -> tuple[int, int]:
    """Heap that upyOS takes from the bare prompt's, and that the original took."""
    return bench.bare.free_bytes - bench.upyos.free_bytes, ORIGINAL_TAKEN_BYTES


def rows_of_commands(bench: Bench) -> list[tuple[str, ...]]:
    """Rows (command, time, heap left behind, time in the original)."""
    found = []
    for name, figures in bench.upyos.commands.items():
        before = ORIGINAL.commands.get(name)
        then = f"{before.ms:.1f} ms" if before else "–"
        found.append((name, f"{figures.ms:.2f} ms", _bytes(figures.left_bytes), then))
    return found


def rows_of_flash(bench: Bench) -> list[tuple[str, ...]]:
    """Rows (group, flash)."""
    return [(name, _bytes(size)) for name, size in bench.flash.items()]


def rows_of_cache(bench: Bench) -> list[tuple[str, ...]]:
    """Rows (line, time without the cache of answers about files, time with it)."""
    figures = bench.upyos.cache.items()
    return [(name, f"{one.off_ms:.2f} ms", f"{one.on_ms:.2f} ms") for name, one in figures]


def _bytes(size: int | None) -> str:
    return "–" if size is None else f"{size:,} B"


_HEADS = (
    (rows_of_firmware, ("", "bare MicroPython", "upyOS firmware", "original upyOS")),
    (rows_of_commands, ("command", "busy", "heap left behind", "original upyOS")),
    (rows_of_cache, ("cache of answers about files", "off", "on")),
    (rows_of_flash, ("frozen modules", "flash")),
)


def tables(bench: Bench) -> list[Table]:
    """The run as tables for a terminal."""
    found = []
    for rows, heads in _HEADS:
        table = Table(*heads, title=f"{bench.board}, times are busy cycles at 125 MHz")
        for column in table.columns[1:]:
            column.justify = "right"
        for row in rows(bench):
            table.add_row(*row)
        found.append(table)
    return found


_MARKDOWN = """# Figures

Made by `./upyfw bench --docs`: {board}, version {version}, in the emulator. Cycle counts repeat
exactly from run to run; they are good for comparing builds and are not milliseconds of silicon (no
timing of the flash cache).

![chart](bench.svg)

{firmware}

{commands}

{cache}

{flash}

## How it is measured
* **Busy**: cycles that the core executed, without those it slept, divided by 125 MHz. Reset to
  prompt counts from reset to the last byte of the prompt; a command from Enter to the last byte
  of the next prompt, second run, so that nothing is created for the first time.
* **Heap**: the allocation table is read in the memory of the emulated chip while the prompt waits;
  no code that measures runs on the device. For upyOS that is right after a collection that the
  firmware began by itself, because keys typed and deleted had used up the heap. The bare prompt
  uses no heap for keys; there it is after the line `gc.collect()`.
* **Left behind**: free heap before the second run of a command, less free heap after it, both
  after the line `> gc.collect()` (the first Python line makes the session's names, which stay: it
  is typed before anything is measured). Below 32 B it is the chance of where garbage lies.
* **Bare** is the same build with nothing of ours frozen in. **Original** is the earlier system, as
  .py files on the file system, under the same firmware: measured once, in another emulator, with
  its default init.sh. That one counted 95.8 ms for the bare prompt, most of it waiting for USB
  awake; here the core sleeps meanwhile.
"""


def markdown(bench: Bench) -> str:
    """The run as docs/bench.md."""
    found = [_markdown_table(heads, rows(bench)) for rows, heads in _HEADS]
    parts = dict(zip(("firmware", "commands", "cache", "flash"), found, strict=True))
    return _MARKDOWN.format(board=bench.board, version=bench.version, **parts)


def _markdown_table(heads: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    rule = ("---",) + ("---:",) * (len(heads) - 1)
    return "\n".join("| " + " | ".join(row) + " |" for row in (heads, rule, *rows))


def as_json(bench: Bench) -> str:
    """The run as docs/bench.json; the original beside it."""
    return json.dumps({**asdict(bench), "original": asdict(ORIGINAL)}, indent=1) + "\n"
