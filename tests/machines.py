# SPDX-License-Identifier: MIT
"""Started targets for tests: a board, the files on its flash, the prompt."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from session import Session
from upyfw import boards, firmware, fsimage
from upyfw.targets.emulator import Emulator
from upyfw.targets.unix import Unix

# what an init.sh says that prints nothing
SILENT = b"#\n"


@cache
def board(name: str) -> boards.Board:
    """The checked board definition."""
    return boards.load(name)


@cache
def built(name: str) -> Path:
    """The firmware of a board, built if anything changed."""
    return firmware.build(name).firmware


def image(name: str, files: dict[str, str], remove: tuple[str, ...] = ()) -> bytes:
    """File system image of a board: the default tree with a silent init.sh, then files."""
    overlay = {path: text.encode() for path, text in files.items()}
    return fsimage.make(board(name), {"/etc/init.sh": SILENT, **overlay}, set(remove))


def file_system(session: Session, name: str) -> bytes:
    """The flash region of the file system of a started board, as it is now."""
    region = board(name).fs_region
    return session.target.flash_image()[region.offset :][: region.size_bytes]


class Machines:
    """Starts targets in a folder of its own, and keeps one for tests that share it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._count = 0
        self._key: tuple[str, str] | None = None
        self._machine = None

    def start(self, name: str, flash: bytes):
        """Start a board with this flash content (its file system) and wait for nothing."""
        self._count += 1
        path = self._folder / f"flash-{self._count}.bin"
        path.write_bytes(flash)
        target = {"UNIX": Unix, "RPI_PICO": Emulator}[name](built(name), path)
        target.start()
        return target

    @contextmanager
    def started(self, name: str, flash: bytes) -> Iterator[Session]:
        """A session on a board of its own with this flash content, from its reset on."""
        machine = self.start(name, flash)
        try:
            yield Session(machine)
        finally:
            machine.stop()

    @contextmanager
    def at_prompt(self, name: str, flash: bytes) -> Iterator[Session]:
        """The same, from its first prompt on."""
        with self.started(name, flash) as session:
            session.wait_prompt()
            yield session

    @contextmanager
    def shared(self, name: str, group: str, files: dict[str, str]) -> Iterator:
        """The board of a group of tests; after an exception the next one gets a new one."""
        if self._key != (name, group):
            self.close()
            self._machine = self.start(name, image(name, files))
            self._key = (name, group)
            Session(self._machine).wait_prompt()
        try:
            yield self._machine
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Stop the kept board."""
        if self._machine is not None:
            self._machine.stop()
        self._machine = self._key = None
