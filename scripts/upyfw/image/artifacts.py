# SPDX-License-Identifier: MIT
"""The files of a build: their names, by port, and what they hold."""

from dataclasses import dataclass
from pathlib import Path

from upyfw.base.errors import BadInput
from upyfw.board.boards import Board
from upyfw.board.port import ESP, PROGRAM, UF2
from upyfw.board.variant import Variant
from upyfw.image import espimage, flashfile


@dataclass(frozen=True)
class Artifacts:
    """The files of one build; None where the port or the profile has no such file."""

    board: Board
    firmware: Path
    elf: Path
    bootloader: Path | None = None
    fs_image: Path | None = None
    combined_uf2: Path | None = None
    combined_bin: Path | None = None
    update_uf2: Path | None = None
    update_bin: Path | None = None

    def to_flash(self) -> list[Path]:
        """Return the files that are meant for a user: to flash, or to run."""
        files = [self.combined_uf2, self.combined_bin, self.update_uf2, self.update_bin]
        return [path for path in files if path] or [self.firmware]

    def content(self) -> dict[str, bytes]:
        """Return {name: content} of the files to flash, made from the others; none of a program.

        Raises UpyfwError if a part does not belong to the board.
        """
        if self.board.record.image == PROGRAM:
            return {}
        parts = [self.firmware.read_bytes(), self.fs_image.read_bytes()]
        if self.board.record.image == ESP:
            bootloader = self.bootloader.read_bytes() if self.bootloader else b""
            return espimage.files(self.board, parts[0], bootloader, parts[1])
        return flashfile.files(self.board, *parts)


def named(what: Variant, with_fs: bool = True) -> Artifacts:
    """Return the paths of a build's files, whether or not they are there."""
    board, folder = what.board, what.folder
    stem = f"upyos-{board.name}"
    made = {
        "firmware": folder / board.record.firmware_file,
        "elf": folder / "firmware.elf",
        "bootloader": folder / "bootloader.bin" if board.record.has_table else None,
    }
    if with_fs:
        made["fs_image"] = folder / "fs.img"
    if with_fs and board.record.image != PROGRAM:
        made["combined_bin"] = folder / f"{stem}.bin"
        kind = "bin" if board.record.image == ESP else "uf2"
        made[f"update_{kind}"] = folder / f"{stem}-update.{kind}"
    if with_fs and board.record.image == UF2:
        made["combined_uf2"] = folder / f"{stem}.uf2"
    return Artifacts(board, **made)


def built(what: Variant) -> Artifacts:
    """Return the files of the last build, without building.

    Raises BadInput if there is no built firmware.
    """
    made = named(what)
    if not made.firmware.exists():
        raise BadInput(
            f"{what.board.name}: not built yet", hint=f"./upyfw build {what.board.name}"
        )
    return made


def check_firmware(board: Board, firmware: bytes) -> None:
    """Raise UpyfwError for what is no firmware, or may not go onto the board."""
    if board.record.image == UF2:
        flashfile.check_firmware(board, firmware)
    elif board.record.image == ESP:
        espimage.check_app(board, firmware)
