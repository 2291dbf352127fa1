# SPDX-License-Identifier: MIT
"""Measure a firmware in the emulator: cycles and heap, at the prompt and per command."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import upyfw
from upyfw import bench_cache, bench_flash, boards, firmware, fsimage, size
from upyfw.bench_heap import HeapLayout, HeapUse
from upyfw.bench_report import CLOCK_HZ, Bench, CommandFigures, Figures
from upyfw.errors import UpyfwError
from upyfw.targets.emulator import Emulator

BOARD = "RPI_PICO"
# safety net for one line, emulated seconds
_LIMIT_S = 120
# what is typed is worked on when there has been no output for so long, seconds
_REST_S = 0.01
_COLLECT = "> gc.collect()"
_NOT_FOUND = 127
# keys typed and deleted at a time while waiting for a collection, and how often at most
_BATCH_KEYS = 40
_MOST_BATCHES = 2000

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
    many.update(bench_cache.FILES)
    return {**many, "/b/text": text[:_TEXT_BYTES], "/b/one": b"1\n", "/b/ten.sh": script}


class Machine:
    """A started firmware whose heap and cycles are read from outside."""

    def __init__(self, emulator: Emulator, elf: Path, prompt: re.Pattern[bytes]) -> None:
        self.emulator = emulator
        self._layout = HeapLayout.of_elf(elf)
        self._prompt = prompt

    def wait(self) -> float:
        """Wait for the prompt; busy milliseconds since power-on."""
        self.emulator.read_until(self._prompt, _LIMIT_S)
        return self.emulator.cycles / CLOCK_HZ * 1000

    def boot(self) -> float:
        """Power off and on; busy milliseconds until the prompt."""
        self.emulator.power_cycle()
        return self.wait()

    def type(self, line: str) -> float:
        """Type a line and wait for the prompt; busy milliseconds from its Enter to the prompt."""
        self.emulator.send(line.encode())
        self.emulator.read_quiet(_REST_S)
        before = self.emulator.cycles
        self.emulator.send(b"\r")
        return self.wait() - before / CLOCK_HZ * 1000

    def status(self) -> int:
        """$? of the line before."""
        start = len(self.emulator.output)
        self.type("echo $?")
        return int(self.emulator.output[start:].split()[2])

    def heap(self) -> HeapUse:
        """The heap as it is."""
        layout = self._layout
        return layout.use(self.emulator.peek(layout.table_addr, layout.table_bytes))

    def collected(self, collect: str) -> HeapUse:
        """The heap at the prompt after a line that collects."""
        self.type(collect)
        return self.heap()

    def heap_at_prompt(self) -> HeapUse:
        """The heap right after a collection that nothing asked for, at the prompt after a start.

        Keys typed and deleted use up the heap until the firmware collects by itself; the run up
        to there is repeated, exactly as cycles repeat, and then followed key by key.
        """
        batches = self._batches_to_collection()
        self.boot()
        for _ in range(batches):
            self._press(_BATCH_KEYS)
        uses = [self._press(1) for _ in range(2 * _BATCH_KEYS)]
        return max(uses, key=lambda use: use.free_bytes)

    def _batches_to_collection(self) -> int:
        """How many batches of keys come before the one that makes the firmware collect."""
        free_bytes = self.heap().free_bytes
        for batches in range(_MOST_BATCHES):
            now = self._press(_BATCH_KEYS).free_bytes
            if now > free_bytes:
                return batches
            free_bytes = now
        raise UpyfwError("bench: typing at the prompt does not make this firmware collect")

    def _press(self, keys: int) -> HeapUse:
        self.emulator.send(b"a\x7f" * keys)
        self.emulator.read_quiet(_REST_S)
        return self.heap()


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
        # the first start formats the blank flash; the one that is measured is an everyday one
        machine.wait()
        boot_ms = machine.boot()
        machine.type("import gc")
        heap = machine.collected("gc.collect()")
        return Figures(boot_ms, heap.free_bytes, heap.largest_free_bytes)


def measure_upyos(image: Path, elf: Path, flash: Path, report: Callable[[float], None]) -> Figures:
    """Figures of a firmware that shows upyOS's prompt; report is told the fraction done."""
    with _started(image, elf, _PROMPT, flash) as machine:
        # the first start creates files
        machine.wait()
        boot_ms = machine.boot()
        heap = machine.heap_at_prompt()
        machine.boot()
        machine.type(_COLLECT)
        commands = dict(_commands(machine, report))
        left = _left_by(machine, lambda: _many(machine))
        cache = bench_cache.measure(machine.type)
        return Figures(boot_ms, heap.free_bytes, heap.largest_free_bytes, commands, left, cache)


def _commands(machine: Machine, report: Callable[[float], None]) -> Iterator[tuple]:
    """Measure each command that this firmware has.

    Errors: UpyfwError if one fails: what is measured must be the command's work.
    """
    for number, (name, line) in enumerate(COMMANDS.items()):
        report(number / len(COMMANDS))
        machine.type(line)
        status = machine.status()
        if status == _NOT_FOUND and name != "not found":
            continue
        if status not in (0, _NOT_FOUND):
            raise UpyfwError(f"bench: {line!r} ended with status {status}")
        times: list[float] = []
        left = _left_by(machine, lambda line=line, times=times: times.append(machine.type(line)))
        yield name, CommandFigures(times[0], left)
        machine.type("cd /")


def _left_by(machine: Machine, act: Callable[[], None]) -> int:
    """Bytes of heap that are free before act and taken after it."""
    before = machine.collected(_COLLECT).free_bytes
    act()
    return before - machine.collected(_COLLECT).free_bytes


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
    sizes = bench_flash.groups(size.of_build(whole), size.of_build(bare))
    return Bench(BOARD, upyfw.__version__, figures, upyos, sizes)
