# SPDX-License-Identifier: MIT
"""The power goes away anywhere in an upgrade of the real firmware, in the emulator.

From 0.2.0 to 0.3.0, and back. After each cut the board is started: it must come up with one of the
two versions, and the files of the user must be what they were. With --full at every flash
operation, before it and in its middle; else at 150 of them. A record of the operations says what
each cut leaves; some cuts are made indeed, and hold the record.
"""

import contextlib
import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import pytest
import upgrade_boards as up
from session import Session
from upyfw.image import fsimage
from upyfw.targets.base import TargetError, TargetStopped

_ASK = "upgrade -f -u /stick"
_FILES = {"/opt/mine.txt": b"mine\n", "/local/data.bin": bytes(range(256)) * 40}
# Longer than a swap and the five seconds after which a start is good.
_MOST_S = 60
# How the points of a phase are shared out to the workers, and how many a slice has without --full.
_SLICES = 5
_POINTS = 10
_PHASES = ("download", "swap", "revert")


@dataclass
class Table:
    """What was tried, and what went wrong."""

    points: int = 0
    bricks: list = field(default_factory=list)
    wrong: list = field(default_factory=list)
    lost: list = field(default_factory=list)

    def look(self, session: Session, where: object, flash: bytes | None = None) -> None:
        """Start the board, as it is or with that flash, and see what it is like."""
        self.points += 1
        session.target.power_cycle(flash)
        session.forget()
        try:
            session.wait_prompt(_MOST_S)
        except TargetError:
            self.bricks.append(where)
            return
        if up.version(session) not in ("0.2.0", "0.3.0"):
            self.wrong.append(where)
        if files_on(session.target.flash_image()) != _FILES:
            self.lost.append(where)

    def show(self, name: str) -> None:
        """Print the row, and hold it."""
        print(
            f"{name}: {self.points} points tried, {len(self.bricks)} bricks, "
            f"{len(self.wrong)} wrong version, {len(self.lost)} files lost"
        )
        assert self.points
        assert not (self.bricks or self.wrong or self.lost), vars(self)


def files_on(flash: bytes) -> dict[str, bytes]:
    """Return the content of the user's files on a flash."""
    region = up.BOARD.fs_region
    system = fsimage.filesystem(up.BOARD, bytearray(flash[region.offset : region.end]))
    system.mount()
    found = {}
    for path in _FILES:
        with system.open(path, "rb") as file:
            found[path] = file.read()
    return found


@dataclass(frozen=True)
class Phase:
    """Where the power goes: the flash before, what is typed then, what is done to the flash."""

    before: bytes
    line: str
    done: list[tuple[int, bytes | None]]

    @property
    def operations(self) -> int:
        return len(self.done)

    def left(self, points: Iterable[tuple[int, bool]]) -> Iterator[tuple[int, bool, bytes]]:
        """What cuts leave, each before an operation, or (torn) in its middle."""
        flash, count = bytearray(self.before), 0
        for operation, torn in sorted(points):
            for off, data in self.done[count:operation]:
                operate(flash, off, data, 1)
            count = operation
            left = bytearray(flash)
            if torn:
                operate(left, *self.done[operation], 2)
            yield operation, torn, bytes(left)


def operate(flash: bytearray, off: int, data: bytes | None, share: int) -> None:
    """Erase a sector or program a page, or the first half of it; bits only go from 1 to 0."""
    size = (up.SECTOR if data is None else len(data)) // share
    old = flash[off : off + size]
    new = b"\xff" * size if data is None else bytes(a & b for a, b in zip(old, data, strict=False))
    flash[off : off + size] = new


@cache
def _phases(folder: Path) -> dict[str, Phase]:
    """Run an upgrade and a revert once, with the power on."""
    begin = up.flash(up.offered("0.3.0", up.image("0.3.0")), _FILES)
    session = up.started(folder, begin)
    machine = session.target
    found = {}

    def note(name: str, before: bytes, line: str) -> bytes:
        found[name] = Phase(before, line, machine.flash_record())
        return machine.flash_image()

    machine.power_cycle(begin)
    machine.flash_record()
    session.wait_prompt(_MOST_S)
    session.run(_ASK)
    asked = note("download", begin, _ASK)
    machine.power_cycle(asked)
    machine.flash_record()
    session.wait_prompt(_MOST_S)
    on_trial = machine.flash_image()
    machine.advance(7)
    note("swap", asked, "")
    assert up.version(session) == "0.3.0"
    machine.power_cycle(on_trial)
    machine.flash_record()
    session.wait_prompt(_MOST_S)
    note("revert", on_trial, "")
    assert up.version(session) == "0.2.0"
    machine.stop()
    return found


@pytest.fixture(scope="module")
def phases(tmp_path_factory):
    return _phases(tmp_path_factory.mktemp("phases"))


@pytest.fixture
def board(tmp_path, phases):
    session = up.started(tmp_path, phases["download"].before)
    yield session
    session.target.stop()


def cut(session: Session, phase: Phase, operation: int, torn: bool) -> bool:
    """Let the power go before an operation, or in its middle; False if the phase ended before."""
    machine = session.target
    machine.power_cycle(phase.before, (operation + torn, torn))
    if phase.line:
        with contextlib.suppress(TargetStopped):
            session.wait_prompt(_MOST_S)
            session.type(phase.line)
    machine.advance(_MOST_S)
    return machine.is_off


def points(phase: Phase, part: int, full: bool) -> list[tuple[int, bool]]:
    """Return where a slice is cut: at which operations, and whether in their middle."""
    every = range(part, phase.operations, _SLICES)
    if full:
        return [(operation, torn) for operation in every for torn in (False, True)]
    chosen = random.Random(part).sample(every, _POINTS)
    return [(operation, number % 2 == 1) for number, operation in enumerate(chosen)]


@pytest.mark.parametrize("part", range(_SLICES))
@pytest.mark.parametrize("name", _PHASES)
def test_one_cut(board, phases, name, part, full):
    """A cut at any operation: the board comes up, with one of two versions and all files."""
    phase, table = phases[name], Table()
    for operation, torn, flash in phase.left(points(phase, part, full)):
        table.look(board, (name, operation, torn), flash)
    table.show(f"{name} ({phase.operations} operations)")


@pytest.mark.parametrize("name", _PHASES)
def test_a_cut_leaves_what_the_record_says(board, phases, name, full):
    """The power is cut indeed; without this the other tests would not show what they say."""
    phase, parts = phases[name], 40 if full else 3
    where = [(phase.operations * (i + 1) // (parts + 1), i % 2 == 0) for i in range(parts)]
    for operation, torn, flash in phase.left(where):
        assert cut(board, phase, operation, torn)
        assert board.target.flash_image() == flash, (operation, torn)


def test_the_update_can_be_completed(board, phases, full):
    """After a cut in the download the same line completes it, without loading all again."""
    phase = phases["download"]
    table = Table()
    for operation in (phase.operations * i // 8 for i in range(1, 8, 1 if full else 3)):
        assert cut(board, phase, operation, False)
        table.look(board, operation)
        before = board.target.flash_ops
        assert "100% Upgrade complete" in board.run(_ASK)
        # what was there is not written again
        assert board.target.flash_ops - before < phase.operations - operation + 300
        board.type("reboot -f")
        board.wait_prompt(_MOST_S)
        assert up.version(board) == "0.3.0"
    table.show("completed")


@pytest.mark.parametrize("seed", range(4))
def test_several_cuts(board, phases, seed, full):
    """Up to five cuts, one after the other, wherever they fall."""
    table = Table()
    for number in range(50 if full else 2):
        draw = random.Random(1000 * seed + number)
        phase = phases[draw.choice(_PHASES[1:])]
        where = [(draw.randrange(phase.operations), draw.random() < 0.5)]
        cut(board, phase, *where[0])
        for _ in range(draw.randrange(5)):
            where.append((draw.randrange(phase.operations // 2), draw.random() < 0.5))
            board.target.power_cycle(None, where[-1])
            board.target.advance(_MOST_S)
        table.look(board, where)
    table.show("sequences")
