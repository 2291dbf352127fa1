# SPDX-License-Identifier: MIT
"""Measure a firmware in the emulator: cycles and heap, at the prompt and per command."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import upyfw
from upyfw import boards, firmware, fsimage
from upyfw.bench_heap import HeapLayout, HeapUse
from upyfw.bench_report import CLOCK_HZ, Bench, CommandFigures, Figures
from upyfw.targets.emulator import Emulator

BOARD = "RPI_PICO"
# safety net for one line, seconds of this machine
_LIMIT_S = 120

_BARE_PROMPT = re.compile(rb">>> $")
_PROMPT = re.compile(rb"(?:^|[\r\n]|[^ ])/[^\r\n]* \$: $")
_TEXT_BYTES = 4096

# name → line typed; the files they need are _FILES
COMMANDS = {
    "pwd": "pwd",
    "echo hello": "echo hello",
    "cd /etc": "cd /etc",
    "test -f": "test -f /b/text",
    "export": "export v 5",
    "ps": "ps",
    "free": "free",
    "df -h": "df -h",
    "date": "date",
    "uptime": "uptime",
    "ls /": "ls /",
    "ls of 73 files": "ls /b/many",
    "cat of 4 KB": "cat /b/text",
    "grep in 4 KB": "grep line9 /b/text",
    "cp of 4 KB": "cp /b/text /b/copy",
    "mv": "mv /b/one /b/two ; mv /b/two /b/one",
    "touch": "touch /b/one",
    "mkdir, rmdir": "mkdir /b/d ; rmdir /b/d",
    "sh of 10 lines": "sh /b/ten.sh",
    "python line": "< 1 + 1",
    "pipe": "echo hello | cat",
    "> to a file": "echo hello > /b/out.txt",
    "not found": "nosuch",
}
# lines that are typed in turn to see whether anything grows
_MANY = ("pwd", "echo hello", "ls /", "cat /b/one", "test -f /b/text", "nosuch", "ps", "true")
MANY_COMMANDS = 200


def _files() -> dict[str, bytes]:
    """Files the commands work on: 73 small ones, a text of 4 KB, a script."""
    text = b"".join(b"this is line%d of the text\n" % number for number in range(200))
    many = {f"/b/many/file{number:02}.txt": b"x\n" for number in range(73)}
    script = b"".join(b"export v %d\n" % number for number in range(10))
    return {**many, "/b/text": text[:_TEXT_BYTES], "/b/one": b"1\n", "/b/ten.sh": script}


class Machine:
    """A started firmware whose heap and cycles are read from outside."""

    def __init__(self, emulator: Emulator, elf: Path, prompt: re.Pattern[bytes]) -> None:
        self.emulator = emulator
        self._heap = HeapLayout.of_elf(elf)
        self._prompt = prompt

    def wait(self) -> float:
        """Wait for the prompt; busy milliseconds since reset."""
        self.emulator.read_until(self._prompt, _LIMIT_S)
        return self.emulator.cycles / CLOCK_HZ * 1000

    def type(self, line: str) -> float:
        """Type a line and wait for the prompt; busy milliseconds from its Enter to the prompt."""
        self.emulator.send(line.encode())
        self.emulator.read_until(re.compile(re.escape(line.encode()) + b"$"), _LIMIT_S)
        before = self.emulator.cycles
        self.emulator.send(b"\r")
        return self.wait() - before / CLOCK_HZ * 1000

    def heap(self, collect: str) -> HeapUse:
        """The heap at the prompt, after the line that collects."""
        self.type(collect)
        return self._heap.use(self.emulator.peek(self._heap.table_addr, self._heap.table_bytes))


@contextmanager
def _started(
    image: Path, elf: Path, prompt: re.Pattern[bytes], flash: Path | None
) -> Iterator[Machine]:
    emulator = Emulator(image, flash)
    emulator.start()
    try:
        yield Machine(emulator, elf, prompt)
    finally:
        emulator.stop()


def measure_bare(image: Path, elf: Path) -> Figures:
    """Figures of a firmware that shows MicroPython's prompt."""
    with _started(image, elf, _BARE_PROMPT, None) as machine:
        boot_ms = machine.wait()
        machine.type("import gc")
        heap = machine.heap("gc.collect()")
        return Figures(boot_ms, heap.free_bytes, heap.largest_free_bytes)


def measure_upyos(image: Path, elf: Path, flash: Path, report: Callable[[float], None]) -> Figures:
    """Figures of a firmware that shows upyOS's prompt; report is told the fraction done."""
    with _started(image, elf, _PROMPT, flash) as machine:
        # the first start creates files; the one that is measured is an everyday one
        machine.wait()
        machine.emulator.power_cycle()
        boot_ms = machine.wait()
        heap = machine.heap("> gc.collect()")
        commands = dict(_commands(machine, report))
        left = _left_by(machine, lambda: _many(machine))
        return Figures(boot_ms, heap.free_bytes, heap.largest_free_bytes, commands, left)


def _commands(machine: Machine, report: Callable[[float], None]) -> Iterator[tuple]:
    for number, (name, line) in enumerate(COMMANDS.items()):
        report(number / len(COMMANDS))
        machine.type(line)
        times: list[float] = []
        left = _left_by(machine, lambda line=line, times=times: times.append(machine.type(line)))
        yield name, CommandFigures(times[0], left)
        machine.type("cd /")


def _left_by(machine: Machine, act: Callable[[], None]) -> int:
    """Bytes of heap that are free before act and taken after it."""
    before = machine.heap("> gc.collect()").free_bytes
    act()
    return before - machine.heap("> gc.collect()").free_bytes


def _many(machine: Machine) -> None:
    for number in range(MANY_COMMANDS):
        machine.type(_MANY[number % len(_MANY)])


def run(folder: Path, report: Callable[[float], None]) -> Bench:
    """Build both firmwares and measure them.

    folder is for the flash image; report is told the fraction done, 0.0 to 1.0.
    """
    bare = firmware.build(BOARD, firmware.BARE)
    whole = firmware.build(BOARD)
    flash = folder / "flash.bin"
    flash.write_bytes(fsimage.make(boards.load(BOARD), _files()))
    figures = measure_bare(bare.firmware, bare.elf)
    upyos = measure_upyos(whole.firmware, whole.elf, flash, report)
    return Bench(BOARD, upyfw.__version__, figures, upyos)
