# SPDX-License-Identifier: MIT
"""Whether firmware that cannot be built here would fit, and all else that needs no kit."""

from dataclasses import dataclass
from pathlib import Path

from upyfw.base.errors import UpyfwError
from upyfw.base.paths import make_dir
from upyfw.board import partitions
from upyfw.board.boards import Board
from upyfw.board.ports import HOST
from upyfw.board.variant import Variant
from upyfw.build import freezing, frozen_names
from upyfw.build.workdir import Workdir
from upyfw.image import fsimage
from upyfw.measure import frozen_size
from upyfw.source import sources


@dataclass(frozen=True)
class Fit:
    """Sizes in bytes; ours and left are None where no compiler is at hand.

    upstream: MicroPython's firmware for the board, less the parts that the board does without. It
    has all that it freezes itself, most of which we leave out: so that is on the high side.
    frozen: what we freeze and it does not. c: compiled for the chip or one like it. frozen_all:
    with what upstream's firmware has too; after a build this is what `upyfw size` calls frozen.
    """

    board: Board
    profile: str
    upstream_bytes: int
    frozen_bytes: int | None
    c_bytes: int | None
    fs_used_bytes: int
    frozen_all_bytes: int | None

    @property
    def slot_bytes(self) -> int:
        """Room for the firmware."""
        return self.board.room_bytes

    @property
    def left_bytes(self) -> int | None:
        """Room that is left."""
        if self.frozen_bytes is None:
            return None
        return self.slot_bytes - self.upstream_bytes - self.frozen_bytes - self.c_bytes

    @property
    def left_percent(self) -> int | None:
        """The same as a part of the room, rounded down."""
        return None if self.left_bytes is None else 100 * self.left_bytes // self.slot_bytes

    def as_json(self) -> dict:
        """Return it for --json."""
        names = ("upstream_bytes", "frozen_bytes", "frozen_all_bytes", "c_bytes")
        names += ("slot_bytes", "left_bytes")
        row = {"board": self.board.name, "profile": self.profile}
        row |= {name: getattr(self, name) for name in names}
        room = {"fs_used_bytes": self.fs_used_bytes, "fs_bytes": self.board.fs_region.size_bytes}
        return row | room


def estimate(what: Variant) -> Fit:
    """Compile what is frozen for the chip, make and mount the image, and add the sizes up.

    Raises UpyfwError if a module does not compile, the image does not fit its region, or
    board.toml has no firmware.upstream_bytes.
    """
    board = what.board
    if board.firmware.upstream_bytes is None:
        raise UpyfwError(
            f"{board.name}: firmware.upstream_bytes is not in its board.toml",
            hint=f"./upyfw build {board.name}, then ./upyfw size {board.name}",
        )
    micropython = sources.prepare_micropython(HOST.name).micropython
    with Workdir(what.folder, board.name).locked():
        folder = make_dir(what.folder / "fit")
        frozen, _ = freezing.freeze(what, folder, micropython)
        compiled = frozen_size.compile_mpy(board.chip, frozen, folder / "mpy")
        given = _given(micropython, board.port)
        names = frozen_names.names_of(folder / "frozen.py")
        files = zip(frozen, compiled, strict=True)
        added = [mpy for file, mpy in files if given not in file.source.parents]
        image = fsimage.make(board, freezing.image_files(what))
        _check_table(board)
        return Fit(
            board,
            what.profile,
            board.firmware.upstream_bytes - sum(part.size_bytes for part in board.left_out),
            frozen_size.frozen_bytes(board.chip, added, names, micropython, folder),
            frozen_size.c_bytes(board.chip, micropython, folder),
            fsimage.used_bytes(board, image),
            frozen_size.frozen_bytes(board.chip, compiled, names, micropython, folder),
        )


def _given(micropython: Path, port: str) -> Path | None:
    """Return the folder of what upstream's firmware freezes too: asyncio, if its port does."""
    manifest = (micropython / "ports" / port / "boards" / "manifest.py").read_text()
    return micropython / "extmod" if "$(MPY_DIR)/extmod/asyncio" in manifest else None


def _check_table(board: Board) -> None:
    """Read the partition table back that the board's files would hold."""
    rows = partitions.rows(board.regions)
    if rows and list(partitions.read(partitions.table(board.regions))) != rows:
        raise UpyfwError(f"{board.name}: its partition table does not read back as written")


def refusal(fit: Fit) -> str | None:
    """Return why the firmware would not fit, or None."""
    if fit.left_bytes is None or fit.left_bytes >= 0:
        return None
    return (
        f"{fit.board.name}: about {-fit.left_bytes:,} bytes too large for "
        f"{fit.board.slots[0].name}; a smaller profile or larger regions in its board.toml"
    )
