# SPDX-License-Identifier: MIT
"""Whether this machine can build the firmware of a board, and what it lacks if not."""

from upyfw.base.errors import UpyfwError
from upyfw.board.boards import Board
from upyfw.source import sdk, source_git, source_pins, sources, tools


def needs_more(board: Board) -> bool:
    """Tell whether a build needs a maker's kit, or sources that only git has."""
    return bool(board.sources) or sdk.of_port(board.port) is not None


def require(board: Board) -> None:
    """Raise UpyfwError if what cannot be fetched or installed by a build is not there.

    One line says what is missing, one how to get it.
    """
    if sdk.of_port(board.port):
        sdk.require(board)
    missing, reason = _git_only(board)
    if missing:
        hint = f"run it again where its host can be reached ({reason})"
        raise UpyfwError(f"{board.name}: {missing}", hint=hint)


def _git_only(board: Board) -> tuple[str, str]:
    """Return which sources only git has, and why they cannot be had; ("", "") for none."""
    missing = sources.missing(board.port, board.sources)
    if not missing:
        return "", ""
    reason = source_git.unreachable(source_pins.read()[missing[0]].git)
    return (f"needs {', '.join(missing)}, which only git has", reason) if reason else ("", "")


def why_not(board: Board) -> str:
    """Return why the board's firmware cannot be built here, or "" if it can. Builds nothing."""
    kit = sdk.for_board(board)
    if kit and kit.problem:
        return kit.problem
    missing, _ = _git_only(board)
    if missing:
        return missing
    compiler = board.record.compiler
    if compiler and tools.TOOLS[compiler].find().problem:
        return f"{compiler} is missing: {tools.install_line(tools.TOOLS[compiler].packages)}"
    return ""
