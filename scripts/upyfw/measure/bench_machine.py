# SPDX-License-Identifier: MIT
"""A started firmware whose heap and cycles are read from outside: no code of ours runs on it."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from upyfw.base.errors import UpyfwError
from upyfw.measure.bench_heap import HeapLayout, HeapUse
from upyfw.measure.bench_report import CLOCK_HZ
from upyfw.targets.emulator import Emulator

# safety net for one line, emulated seconds
_LIMIT_S = 120.0
# what is typed is worked on when there has been no output for so long, seconds
_REST_S = 0.01
# how often the heap is looked at while a command runs, seconds
_SLICE_S = 0.0005
_TAIL_BYTES = 200


class Machine:
    """One emulated board with its firmware."""

    def __init__(self, emulator: Emulator, elf: Path, prompt: re.Pattern[bytes]) -> None:
        self.emulator = emulator
        self._layout = HeapLayout.of_elf(elf)
        self._prompt = prompt

    def wait(self) -> float:
        """Wait for the prompt; busy milliseconds since power-on."""
        self.emulator.read_until(self._prompt, _LIMIT_S)
        return self._busy_ms()

    def _busy_ms(self) -> float:
        return self.emulator.cycles / CLOCK_HZ * 1000

    def boot(self, flash: bytes | None = None) -> float:
        """Power off and on, with another file system if given; busy milliseconds to the prompt."""
        self.emulator.power_cycle(flash)
        return self.wait()

    def type(self, line: str) -> float:
        """Type a line and wait for the prompt; busy milliseconds from its Enter to the prompt."""
        before_ms = self._enter(line)
        return self.wait() - before_ms

    def _enter(self, line: str) -> float:
        """Type a line with its Enter; busy milliseconds before that."""
        self.emulator.send(line.encode())
        self.rest()
        before_ms = self._busy_ms()
        self.emulator.send(b"\r")
        return before_ms

    def rest(self) -> None:
        """Run until there is nothing to do."""
        self.emulator.read_quiet(_REST_S)

    def clock(self, line: str) -> float:
        """Do as type(), but return seconds of the board's own clock, sleep included."""
        start_ns = self.emulator.clock_ns
        self.type(line)
        return (self.emulator.clock_ns - start_ns) / 1e9

    def watch(self, line: str) -> tuple[float, int]:
        """Do as type(), in short slices; return (milliseconds, bytes of heap taken at most).

        Garbage counts as taken: it is, until a collection.
        """
        before_ms = self._enter(line)
        free_bytes = least_bytes = self.heap().free_bytes
        for _ in range(int(_LIMIT_S / _SLICE_S)):
            ended = self.emulator.step(self._prompt, _SLICE_S)
            busy_ms = self._busy_ms() - before_ms
            least_bytes = min(least_bytes, self.heap().free_bytes)
            if ended or self._prompt.search(self.emulator.output[-_TAIL_BYTES:]):
                return busy_ms, free_bytes - least_bytes
        raise UpyfwError(f"bench: no prompt after {line!r}")

    def converse(self, line: str, keys: tuple[bytes, ...]) -> None:
        """Type a line, the keys for its program as soon as that waits, and wait for the prompt."""
        self._enter(line)
        for key in keys:
            self.rest()
            self.emulator.send(key)
        self.wait()

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
        """The heap at the prompt after a start: the firmware collects when nobody types."""
        self.boot()
        self.rest()
        return self.heap()


@contextmanager
def started(
    image: Path, elf: Path, prompt: re.Pattern[bytes], flash: Path | None = None
) -> Iterator[Machine]:
    """Start a firmware, with a file system if given, and stop it at the end."""
    emulator = Emulator(image, flash)
    emulator.start()
    try:
        yield Machine(emulator, elf, prompt)
    finally:
        emulator.stop()
