# SPDX-License-Identifier: MIT
"""The power goes away anywhere in an upgrade of the real firmware, in the emulator.

From 0.2.0 to 0.3.0, and back. After each cut the board is started: it must come up with one of the
two versions, and the files of the user must be what they were. With --full at every flash
operation, before it and in its middle; else at 150 of them.
"""

import random
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import pytest
import upgrade_boards as up
from session import Session
from upyfw.image import fsimage
from upyfw.targets.base import TargetError

_ASK = "upgrade -f -u /stick"
_FILES = {"/opt/mine.txt": b"mine\n", "/local/data.bin": bytes(range(256)) * 40}
# Longer than a swap and the five seconds after which a start is good.
_MOST_S = 60
# How the points of a phase are shared out to the workers, and how many a slice has without --full.
_SLICES = 5
_POINTS = 4
_PHASES = ("download", "swap", "revert")


@dataclass
class Table:
    """What was tried, and what went wrong."""

    points: int = 0
    bricks: list = field(default_factory=list)
    wrong: list = field(default_factory=list)
    lost: list = field(default_factory=list)

    def look(self, session: Session, where: object) -> None:
        """Start the board as it is and see what it is like."""
        self.points += 1
        session.target.power_cycle()
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
    """Where the power goes: the flash before, what is typed then, how many operations it has."""

    before: bytes
    line: str
    operations: int


@cache
def _phases(folder: Path) -> dict[str, Phase]:
    """Run an upgrade and a revert once, with the power on."""
    begin = up.flash(up.offered("0.3.0", up.image("0.3.0")), _FILES)
    session = up.started(folder, begin)
    machine = session.target
    found = {}

    def note(name: str, before: bytes, line: str, since: int) -> bytes:
        found[name] = Phase(before, line, machine.flash_ops - since)
        return machine.flash_image()

    at = machine.flash_ops
    session.run(_ASK)
    asked = note("download", begin, _ASK, at)
    machine.power_cycle(asked)
    at = machine.flash_ops
    session.wait_prompt(_MOST_S)
    on_trial = machine.flash_image()
    machine.advance(7)
    note("swap", asked, "", at)
    assert up.version(session) == "0.3.0"
    machine.power_cycle(on_trial)
    at = machine.flash_ops
    session.wait_prompt(_MOST_S)
    note("revert", on_trial, "", at)
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
    """Let the power go at an operation of a phase; False if the phase ended before."""
    machine = session.target
    if phase.line:
        machine.power_cycle(phase.before)
        session.wait_prompt(_MOST_S)
        machine.cut_after(operation, torn)
        session.type(phase.line)
    else:
        machine.power_cycle(phase.before, (operation, torn))
    machine.advance(_MOST_S)
    return machine.is_off


def points(phase: Phase, part: int, full: bool) -> list[int]:
    """Return the operations of a slice."""
    every = range(part, phase.operations, _SLICES)
    return list(every) if full else random.Random(part).sample(every, _POINTS)


@pytest.mark.parametrize("part", range(_SLICES))
@pytest.mark.parametrize("name", _PHASES)
def test_one_cut(board, phases, name, part, full):
    """A cut at any operation: the board comes up, with one of two versions and all files."""
    phase, table = phases[name], Table()
    for number, operation in enumerate(points(phase, part, full)):
        for torn in (False, True) if full else (number % 2 == 1,):
            if cut(board, phase, operation, torn):
                table.look(board, (name, operation, torn))
    table.show(f"{name} ({phase.operations} operations)")


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
