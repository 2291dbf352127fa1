# SPDX-License-Identifier: MIT
"""upyfw flash: write a board, after everything that can be checked was."""

from contextlib import ExitStack
from pathlib import Path

import rich_click as click

from upyfw.base.errors import BadInput
from upyfw.base.progress import say, step
from upyfw.board import boards
from upyfw.board.boards import Board
from upyfw.board.port import PROGRAM
from upyfw.build import firmware
from upyfw.flash import comeback, detect, flashplan, serial_ports
from upyfw.flash.flashers import esp
from upyfw.flash.flashers.base import APPEAR_S, Flasher
from upyfw.flash.flashplan import Mode, Plan
from upyfw.release import index, release
from upyfw.release.index import File, Release
from upyfw.source import buildable


@click.command("flash")
@click.argument("board", required=False)
@click.option("--port", metavar="P", help="Serial port of the board.")
@click.option("--drive", type=Path, metavar="D", help="Boot drive of the board, mounted.")
@click.option("--from", "source", type=Path, metavar="FILE|DIR", help="A release, or one file.")
@click.option("--keep-fs", is_flag=True, help="Keep the files on the board (the default).")
@click.option("--with-fs", is_flag=True, help="Write a new file system: its files are gone.")
@click.option("--erase", is_flag=True, help="Erase all of the flash before, and --with-fs.")
@click.option("--dry-run", is_flag=True, help="Check everything, show what would be written.")
@click.option(
    "--baud",
    default=esp.BAUD,
    type=serial_ports.BAUDS,
    help="Speed of writing over a serial port.",
)
@click.option("--wait", default=APPEAR_S, metavar="S", help="For how long to wait for its answer.")
def command(
    board: str | None,
    port: str | None,
    drive: Path | None,
    source: Path | None,
    keep_fs: bool,
    with_fs: bool,
    erase: bool,
    dry_run: bool,
    baud: int,
    wait: float,
) -> None:
    """Write BOARD, or the one board that is found, and show the version that answers.

    Without --from it is built first. With it no compiler and no sources are needed: files and
    manifest.json of a release are enough.
    """
    mode = _mode(keep_fs, with_fs, erase)
    given, chosen = _given(source)
    known = _known(given, chosen, board)
    named = known.get(board or (chosen.board if chosen else ""))
    if named:
        _check_is_board(named)
    before = [each.path for each in serial_ports.find()]
    with detect.flasher(port, drive, named, baud) as flasher, ExitStack() as unwritten:
        facts = flasher.facts()
        # a board that nothing is written to runs again
        unwritten.callback(flasher.leave)
        name = detect.board_name(named.name if named else None, facts, known)
        found = given or release.of_build(firmware.build(name))
        plan = flashplan.make(found, name, chosen, mode, facts)
        for line in flashplan.lines(plan, flasher.where):
            print(line)
        if doubt := flashplan.unsure(plan, facts):
            say(doubt)
        if dry_run:
            return
        unwritten.pop_all()
        _write(flasher, plan)
    _report(plan, flasher, before, wait)


def _mode(keep_fs: bool, with_fs: bool, erase: bool) -> Mode:
    if keep_fs and (with_fs or erase):
        raise BadInput("--keep-fs and the opposite of it", "./upyfw flash --help")
    if erase:
        return Mode.ERASE
    return Mode.REPLACE if with_fs else Mode.KEEP


def _given(source: Path | None) -> tuple[Release | None, File | None]:
    """Return the release that the user named, and the file of it if it was one."""
    if source is None:
        return None, None
    if source.is_dir():
        return index.read(source), None
    if not source.exists():
        raise BadInput(f"{source}: no such file or folder")
    found = index.read(source.parent)
    return found, index.find(found, source)


def _known(given: Release | None, chosen: File | None, board: str | None) -> dict[str, Board]:
    """Return the boards that there are files for; BadInput if the user's is none of them."""
    if chosen and board not in (None, chosen.board):
        raise BadInput(f"{chosen.name} is for {chosen.board}, not for {board}")
    if given is None:
        return (
            {board: _built_here(board)} if board else {n: boards.load(n) for n in boards.names()}
        )
    if board is not None and board not in given.boards:
        there = ", ".join(sorted(given.boards))
        raise BadInput(f"{board}: no files for it in {given.folder}", f"there are: {there}")
    return {chosen.board: given.boards[chosen.board]} if chosen else given.boards


def _built_here(name: str) -> Board:
    """Return a board that this machine can build, before anything is done to one."""
    board = boards.load(name)
    _check_is_board(board)
    buildable.require(board)
    return board


def _check_is_board(board: Board) -> None:
    if board.record.image == PROGRAM:
        raise BadInput(f"{board.name}: is no board", f"./upyfw run --board {board.name}")


def _write(flasher: Flasher, plan: Plan) -> None:
    try:
        flasher.write(plan)
    except KeyboardInterrupt:
        say("broken off: the board may not start until the same command has written it whole")
        raise


def _report(plan: Plan, flasher: Flasher, before: list[str], wait_s: float) -> None:
    """Say what answers after the writing."""
    if wait_s <= 0:
        print(f"{plan.board.name}: written")
        return
    with step("waiting for the board"):
        back = comeback.wait(plan.board.chip, flasher.port, before, wait_s)
        line = comeback.check(plan, *back) if back else None
    if line:
        print(line)
        return
    say("it may only be busy, or this machine may not open its port")
    print(f"{plan.board.name}: written; nothing answers yet")
