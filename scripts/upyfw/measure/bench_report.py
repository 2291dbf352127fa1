# SPDX-License-Identifier: MIT
"""The figures of a bench run as a table, as Markdown and as JSON."""

import json
import math
from dataclasses import asdict, dataclass, field

from rich.markup import escape
from rich.table import Table

from upyfw.measure import bench_jobs
from upyfw.measure.bench_cache import CacheFigures

CLOCK_HZ = 125_000_000
# the ways that firmware comes
WAYS = ("USB network", "serial console")


@dataclass(frozen=True)
class CommandFigures:
    """One command: busy time from Enter to the next prompt, heap it left taken.

    The time is the median of five runs after a first one.
    """

    ms: float
    left_bytes: int | None = None


@dataclass(frozen=True)
class Figures:
    """One firmware: times are busy cycles at 125 MHz, heap is after a collection at the prompt."""

    boot_ms: float
    free_bytes: int | None
    largest_free_bytes: int | None = None
    commands: dict[str, CommandFigures] = field(default_factory=dict)
    # after 200 lines that all differ
    left_after_many_bytes: int | None = None
    largest_after_many_bytes: int | None = None
    cache: dict[str, CacheFigures] = field(default_factory=dict)
    # of a script's while loop with a test and an incr, per second of the board's clock
    turns_per_s: float | None = None


@dataclass(frozen=True)
class SingleFigures:
    """One command by itself; ms, heap_bytes and line are None where it was not run.

    flash_bytes: of its frozen module, or of its file if it is cold.
    """

    group: str
    frozen: bool
    flash_bytes: int
    ms: float | None = None
    heap_bytes: int | None = None
    line: str | None = None


@dataclass(frozen=True)
class ProfileFigures:
    """A firmware as it starts: the sizes of the build, and the heap at its prompt."""

    flash_bytes: int
    frozen_bytes: int
    fs_used_bytes: int
    boot_ms: float
    free_bytes: int
    largest_free_bytes: int


@dataclass(frozen=True)
class NetworkFigures:
    """What the services take, in bytes of heap, and what they do."""

    # all of them, nobody connected
    idle_bytes: int
    # each further connection, by what it is for
    connection_bytes: dict[str, int]
    ftp_read_kb_per_s: float
    ftp_written_kb_per_s: float
    telnet_echo_ms: float
    http_per_s: float


@dataclass(frozen=True)
class UpgradeFigures:
    """A whole upgrade: the way that firmware comes → its parts → seconds of the board's clock."""

    image_bytes: int
    ways: dict[str, dict[str, float]]


@dataclass(frozen=True)
class SwapFigures:
    """A swap of two images of a size, and the sum of the erases and programs that it needs.

    looked_s: until its first one; took_s: from reset to the end.
    """

    image_bytes: int
    looked_s: float
    took_s: float
    needed_s: float


@dataclass(frozen=True)
class Bench:
    """A run: the firmware with upyOS and the same build without it."""

    board: str
    version: str
    bare: Figures
    upyos: Figures
    # frozen modules of upyOS: group → bytes of flash, see bench_flash
    flash: dict[str, int] = field(default_factory=dict)
    single: dict[str, SingleFigures] = field(default_factory=dict)
    profiles: dict[str, ProfileFigures] = field(default_factory=dict)
    # what is typed → bytes of C stack, see bench_stack
    stack: dict[str, int] = field(default_factory=dict)
    network: NetworkFigures | None = None
    upgrade: UpgradeFigures | None = None
    swaps: list[SwapFigures] = field(default_factory=list)


# The free heap of the original is not here: it was read before a collection, the others after one.
ORIGINAL = Figures(
    boot_ms=bench_jobs.ORIGINAL["reset_to_prompt_ms"],
    free_bytes=None,
    commands={name: CommandFigures(ms) for name, ms in bench_jobs.original_ms().items()},
)
# what that left less than the bare prompt
ORIGINAL_TAKEN_BYTES = bench_jobs.ORIGINAL["heap_below_bare_after_collection_bytes"]


def rows_of_firmware(bench: Bench) -> list[tuple[str, ...]]:
    """Rows (what, bare, upyOS, original) of the start and the heap."""
    three = (bench.bare, bench.upyos, ORIGINAL)
    taken = taken_bytes(bench)
    turns = bench.upyos.turns_per_s
    return [
        ("reset to prompt, busy", *(f"{figures.boot_ms:.1f} ms" for figures in three)),
        ("heap free at the prompt", *(_bytes(figures.free_bytes) for figures in three)),
        ("  less than the bare prompt", "–", *(f"{size:,} B" for size in taken)),
        ("largest free block", *(_bytes(figures.largest_free_bytes) for figures in three)),
        ("heap left by 200 commands", "–", _bytes(bench.upyos.left_after_many_bytes), "–"),
        ("  largest free block then", "–", _bytes(bench.upyos.largest_after_many_bytes), "–"),
        ("turns of a script's loop", "–", f"{turns:.0f} a second" if turns else "–", "–"),
    ]


def taken_bytes(bench: Bench) -> tuple[int, int]:
    """Heap that upyOS takes from the bare prompt's, and that the original took."""
    return bench.bare.free_bytes - bench.upyos.free_bytes, ORIGINAL_TAKEN_BYTES


def rows_of_commands(bench: Bench) -> list[tuple[str, ...]]:
    """Rows (command, time, heap left behind, the bare prompt's time, the original's, faster)."""
    found = []
    factors = speed_ups(bench)
    for name, figures in bench.upyos.commands.items():
        before = ORIGINAL.commands.get(name)
        bare = bench.bare.commands.get(name)
        beside = f"{bare.ms:.2f} ms" if bare else "–"
        then = (f"{before.ms:.1f} ms", f"{factors[name]:.1f}") if before else ("–", "–")
        found.append((name, f"{figures.ms:.2f} ms", _bytes(figures.left_bytes), beside, *then))
    if factors:
        found.append(("geometric mean", "", "", "", "", f"{mean(factors):.1f}"))
    return found


def speed_ups(bench: Bench) -> dict[str, float]:
    """How many times faster than the original each command is that both have."""
    now = bench.upyos.commands
    return {name: f.ms / now[name].ms for name, f in ORIGINAL.commands.items() if name in now}


def mean(factors: dict[str, float]) -> float:
    """The geometric mean."""
    return math.exp(sum(map(math.log, factors.values())) / len(factors))


def rows_of_flash(bench: Bench) -> list[tuple[str, ...]]:
    """Rows (group, flash)."""
    return [(name, _bytes(size)) for name, size in bench.flash.items()]


def rows_of_single(bench: Bench) -> list[tuple[str, ...]]:
    """Rows (command, group, flash, time, heap while running, line)."""
    found = []
    for name, one in bench.single.items():
        size = _bytes(one.flash_bytes) + ("" if one.frozen else " (file)")
        busy = "–" if one.ms is None else f"{one.ms:.1f} ms"
        found.append((name, one.group, size, busy, _bytes(one.heap_bytes), one.line or "–"))
    return found


def rows_of_profiles(bench: Bench) -> list[tuple[str, ...]]:
    """Rows (firmware, flash, frozen, files of the image, start, heap, largest free block)."""
    return [
        (
            name,
            *map(_bytes, (one.flash_bytes, one.frozen_bytes, one.fs_used_bytes)),
            f"{one.boot_ms:.1f} ms",
            *map(_bytes, (one.free_bytes, one.largest_free_bytes)),
        )
        for name, one in bench.profiles.items()
    ]


def rows_of_cache(bench: Bench) -> list[tuple[str, ...]]:
    """Rows (line, time without the cache of answers about files, time with it)."""
    figures = bench.upyos.cache.items()
    return [(name, f"{one.off_ms:.2f} ms", f"{one.on_ms:.2f} ms") for name, one in figures]


def rows_of_network(bench: Bench) -> list[tuple[str, str]]:
    """Rows (what, figure) of the services over the USB cable."""
    one = bench.network
    if one is None:
        return []
    return [
        ("heap of the services, no client", _bytes(one.idle_bytes)),
        *(
            (f"heap of a connection: {what}", _bytes(n))
            for what, n in one.connection_bytes.items()
        ),
        ("FTP, file of 64 KiB read", f"{one.ftp_read_kb_per_s:.0f} KB/s"),
        ("FTP, file of 64 KiB written", f"{one.ftp_written_kb_per_s:.0f} KB/s"),
        ("telnet, a character and its echo", f"{one.telnet_echo_ms:.1f} ms"),
        ("HTTP, requests for a file of 6 bytes", f"{one.http_per_s:.0f} a second"),
    ]


def rows_of_upgrade(bench: Bench) -> list[tuple[str, ...]]:
    """Rows (part of an upgrade, seconds by each way)."""
    one = bench.upgrade
    if one is None:
        return []
    ways = [one.ways.get(name, {}) for name in WAYS]
    parts = {part: [way.get(part) for way in ways] for part in next(filter(None, ways))}
    parts["all of it"] = [sum(way.values()) or None for way in ways]
    rows = [(part, *("–" if s is None else f"{s:.2f} s" for s in parts[part])) for part in parts]
    return [("image", *[_bytes(one.image_bytes)] * len(WAYS)), *rows]


def rows_of_swap(bench: Bench) -> list[tuple[str, ...]]:
    """Rows (images, time from reset, of the erases and programs alone, how many times that)."""
    return [
        (
            f"two of {one.image_bytes:,} B",
            f"{one.took_s:.1f} s",
            f"{one.needed_s:.1f} s",
            f"{one.took_s / one.needed_s:.2f}",
        )
        for one in bench.swaps
    ]


def rows_of_stack(bench: Bench) -> list[tuple[str, ...]]:
    """Rows (what is typed, C stack that it takes)."""
    return [(name, _bytes(size_bytes)) for name, size_bytes in bench.stack.items()]


def _bytes(size: int | None) -> str:
    return "–" if size is None else f"{size:,} B"


_PROFILE_HEADS = ("firmware", "flash", "frozen", "file system", "reset to prompt")
_COMMAND_HEADS = ("command", "busy", "heap left behind", "bare prompt", "original upyOS")
_COMMAND_HEADS += ("times faster",)
_HEADS = (
    (rows_of_firmware, ("", "bare MicroPython", "upyOS firmware", "original upyOS")),
    (rows_of_profiles, (*_PROFILE_HEADS, "heap free", "largest free block")),
    (rows_of_commands, _COMMAND_HEADS),
    (rows_of_cache, ("cache of answers about files", "off", "on")),
    (rows_of_network, ("services over the USB cable", "")),
    (rows_of_upgrade, ("a whole upgrade", *WAYS)),
    (rows_of_swap, ("swap of images", "time", "its erases and programs", "times as long")),
    (rows_of_stack, ("what is typed", "C stack")),
    (rows_of_single, ("command", "group", "flash", "busy", "heap while running", "line")),
    (rows_of_flash, ("frozen modules", "flash")),
)
_TEXT_COLUMNS = ("group", "line")


def tables(bench: Bench) -> list[Table]:
    """The run as tables for a terminal."""
    found = []
    for rows, heads in _HEADS:
        table = Table(title=f"{bench.board}, times are busy cycles at 125 MHz")
        for number, head in enumerate(heads):
            is_text = number == 0 or head in _TEXT_COLUMNS
            table.add_column(head, justify="left" if is_text else "right")
        for row in rows(bench):
            table.add_row(*map(escape, row))
        if table.rows:
            found.append(table)
    return found


_MARKDOWN = """# Figures

Made by `./upyfw bench --docs`: {board}, version {version}, in the emulator. Cycle counts repeat
exactly from run to run; they are good for comparing builds and are not milliseconds of silicon (no
timing of the flash cache).

![chart](bench.svg)

{firmware}

{profiles}

{commands}

{cache}

{network}

{upgrade}

{swap}

{stack}

{flash}

## Every command by itself

{single}

## How it is measured
* **Busy**: cycles that the core executed, without those it slept, divided by 125 MHz. Reset to
  prompt counts from reset to the last byte of the prompt; a command from Enter to the last byte
  of the next prompt: the median of five runs after a first one. So nothing is created for the
  first time, and a directory's log that littlefs rewrites now and then does not count.
* **Heap**: the allocation table is read in the memory of the emulated chip while the prompt waits;
  no code that measures runs on the device. upyOS collects by itself when nobody types; the bare
  prompt does not, there it is after the line `gc.collect()`.
* **Left behind**: free heap before the second run of a command, less free heap after it, both
  after the line `> gc.collect()` (the first Python line makes the session's names, which stay: it
  is typed before anything is measured). Below 32 B it is the chance of where garbage lies.
* **Services**: the board runs in the emulator, and a TCP/IP stack in it is the client at the other
  end of the USB cable, which is faster than a real one. Rates and times are of the emulated clock,
  flash operations included. The heap is read while nobody types, after a collection.
* **A whole upgrade**: on a board as it is delivered that trusts a key, from Enter to the first
  prompt of the new firmware; `reboot -f` is typed as soon as all is loaded, and the trial behind
  that prompt is not in it. Over the network it is the tool's own server, at the other end of the
  USB cable, in real time. On the console the sender takes no time and the cable carries at once
  what it is given, which no UART does. **Verification** reads the slot back and looks at the
  image's signature. The newer version is the same firmware under another number; the **swap** is
  one of two images of its size that differ in each sector. **Times as long**: from reset on, so
  with the SHA-256 of both images. An erased sector costs 45 ms here and a page 0.7 ms, which old
  flash may exceed.
* **Every command by itself**: the first check of its file in tests/cases that succeeds and runs it
  alone, typed once on a board that was just started. **Heap while running**: the allocation table
  is read every half millisecond; the most blocks in use, less those in use when Enter was typed.
  Garbage counts, for it takes room until a collection, which the whole heap of this board puts off
  for long. **Flash** is the frozen module; what commands share is in other rows. "(file)" is a
  command that this profile leaves to the file system.
* **C stack**: of the 8 KiB of core 0. Its memory is read before and after; the distance from its
  top to the lowest byte that changed. Interrupts take of it too. An ESP8266 has 6.5 KiB for the
  same calls, in code of another processor.
* **200 commands**: lines of tests/cases that all differ, without Python. What they set is taken
  back with `setauth -d`, `loadconfig`, `loadboard` and `dmesg -c` before both measurements.
* **Bare** is the same build with nothing of ours frozen in. "bare prompt" is its own prompt that
  does the same job in the same run, second time: {bare}.
* **Original** is the earlier system, as .py files on the file system, under the bare firmware:
  measured once in this emulator ({date}, `scripts/upyfw/measure/original.json`), the same lines
  typed, with its default init.sh. It does not collect by itself, so its free heap has no figure;
  what it left less than the bare prompt was read after a collection. "times faster" below 1 means
  slower.
"""


def markdown(bench: Bench) -> str:
    """The run as docs/bench.md."""
    found = {rows.__name__: _markdown_table(heads, rows(bench)) for rows, heads in _HEADS}
    parts = {name.removeprefix("rows_of_"): table for name, table in found.items()}
    jobs = bench_jobs.BARE.items()
    bare = ",\n  ".join(f"`{line}` for `{bench_jobs.COMMANDS[name]}`" for name, line in jobs)
    return _MARKDOWN.format(
        board=bench.board,
        version=bench.version,
        bare=bare,
        date=bench_jobs.ORIGINAL["date"],
        **parts,
    )


def _markdown_table(heads: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    rule = ["---" if n == 0 or head in _TEXT_COLUMNS else "---:" for n, head in enumerate(heads)]
    escaped = [[cell.replace("|", "\\|") for cell in row] for row in (heads, rule, *rows)]
    return "\n".join("| " + " | ".join(row) + " |" for row in escaped) if rows else ""


def as_json(bench: Bench) -> str:
    """The run as docs/bench.json; the original beside it."""
    return json.dumps({**asdict(bench), "original": asdict(ORIGINAL)}, indent=1) + "\n"
