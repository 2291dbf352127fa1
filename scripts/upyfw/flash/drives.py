# SPDX-License-Identifier: MIT
"""Boot drives of the RP2040 and RP2350: mounted folders with INFO_UF2.TXT."""

import re
import sys
from dataclasses import dataclass
from pathlib import Path

from upyfw.base.errors import BadInput
from upyfw.board.chips import CHIPS

_INFO = "INFO_UF2.TXT"
# what the boot ROMs write into it; RP2040 datasheet, 2.8.4.2; RP2350 datasheet, 5.5.2
_BOARD_IDS = {"RPI-RP2": "rp2040", "RP2350": "rp2350"}


@dataclass(frozen=True)
class Drive:
    """A mounted boot drive; chip: name in chips.CHIPS."""

    path: Path
    chip: str

    @property
    def where(self) -> str:
        """The drive as a user knows it."""
        return f"the boot drive {self.path} ({CHIPS[self.chip].mcu})"

    def is_there(self) -> bool:
        """Tell whether it is still mounted."""
        try:
            return (self.path / _INFO).is_file()
        except OSError:
            # a drive that was pulled out: the mount point is a ruin for a moment
            return False


def mount_points() -> list[Path]:
    """Return the folders where drives are mounted."""
    if sys.platform == "darwin":
        return sorted(Path("/Volumes").glob("*"))
    if sys.platform == "win32":
        return [Path(f"{letter}:/") for letter in "DEFGHIJKLMNOPQRSTUVWXYZ"]
    lines = Path("/proc/mounts").read_text(errors="replace").splitlines()
    # blanks and the like are octal numbers there; proc(5), fstab(5)
    return [Path(_unescaped(line.split()[1])) for line in lines if _is_fat(line)]


def _is_fat(line: str) -> bool:
    return line.split()[2] in ("vfat", "msdos", "fuseblk", "exfat")


def _unescaped(text: str) -> str:
    return re.sub(r"\\([0-7]{3})", lambda match: chr(int(match[1], 8)), text)


def find() -> list[Drive]:
    """Return all boot drives that are mounted."""
    found = [_look(path) for path in mount_points()]
    return [drive for drive in found if drive]


def at(path: Path) -> Drive:
    """Return the boot drive at a path that the user named; BadInput if it is none."""
    drive = _look(path)
    if drive is None:
        raise BadInput(
            f"{path}: no boot drive of an RP2040 or RP2350: no {_INFO} that names one",
            "hold BOOTSEL while plugging the board in, and name the drive that appears",
        )
    return drive


def _look(path: Path) -> Drive | None:
    try:
        text = (path / _INFO).read_text(errors="replace")
    except OSError:
        return None
    match = re.search(r"^Board-ID: *(\S+)", text, re.MULTILINE)
    chip = _BOARD_IDS.get(match[1]) if match else None
    return Drive(path, chip) if chip else None
