# SPDX-License-Identifier: MIT
"""What can be built: a board, what is frozen into it, and how much heap it is left."""

from dataclasses import dataclass
from pathlib import Path

from upyfw.base.errors import BadInput
from upyfw.base.paths import build_dir
from upyfw.board import boards, layout
from upyfw.board.boards import Board

# MicroPython without the operating system, for comparison
BARE = "bare"
# the profile that freezes most
LARGEST = "full"
# all that there is, which no board freezes: what its profile lacks of it is cold
WHOLE = "whole"
# what boards have that the profile tiny is for
SMALL_HEAP = "36KiB"


@dataclass(frozen=True)
class Variant:
    """One firmware: profile is manifest/<profile>.py; heap_bytes None is all that the chip has."""

    board: Board
    profile: str
    heap_bytes: int | None = None

    @property
    def name(self) -> str:
        """<BOARD>, and for what is not the board's own: /<profile>[-<heap>]."""
        heap = f"-{layout.size_text(self.heap_bytes)}" if self.heap_bytes else ""
        if not heap and self.profile == self.board.profile:
            return self.board.name
        return f"{self.board.name}/{self.profile}{heap}"

    @property
    def folder(self) -> Path:
        """build/<BOARD>, or a folder in it for what is not the board's own."""
        return build_dir() / self.name


def of(board_name: str, profile: str | None = None, heap: str | None = None) -> Variant:
    """Return a variant of a board by what was typed; a heap is a size such as "36KiB".

    Raises UpyfwError (status 2) for an unknown board and for a heap that it cannot have.
    """
    board = boards.load(board_name)
    return Variant(board, profile or board.profile, heap and _heap_bytes(board, heap))


def _heap_bytes(board: Board, text: str) -> int:
    if not board.record.can_limit_heap:
        raise BadInput(f"{board.name}: a heap can be limited on boards of some ports only")
    try:
        return layout.parse_size(text)
    except ValueError as exc:
        raise BadInput(f"heap: {exc}") from None
