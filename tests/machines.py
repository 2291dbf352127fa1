# SPDX-License-Identifier: MIT
"""Started targets for tests: a board, the files on its flash, the prompt."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from session import Session
from upyfw.board import boards, variant
from upyfw.build import firmware, freezing
from upyfw.image import fsimage
from upyfw.targets.emulator import Emulator
from upyfw.targets.unix import Unix

# what an init.sh says that prints nothing
SILENT = b"#\n"
# what a lean image has not
_NOT_NEEDED = ("/etc/boards", "/opt", "/www/index.html.gz")
# targets that are not a board as it comes: board, profile, heap
VARIANTS = {
    "UNIX-tiny": ("UNIX", "tiny", None),
    "RPI_PICO-36KiB": ("RPI_PICO", "tiny", "36KiB"),
}


@cache
def what(name: str) -> variant.Variant:
    """What a target is made of."""
    return variant.of(*VARIANTS.get(name, (name,)))


def board(name: str) -> boards.Board:
    """The checked board definition of a target."""
    return what(name).board


@cache
def built(name: str) -> Path:
    """The firmware of a target, built if anything changed."""
    return firmware.build(*VARIANTS.get(name, (name,))).firmware


@cache
def cold_files(name: str) -> dict[str, bytes]:
    """The commands that a target's firmware has on the file system."""
    built(name)
    return freezing.image_files(what(name))


def image(
    name: str,
    files: dict[str, str],
    remove: tuple[str, ...] = (),
    overlay: dict[str, bytes] | None = None,
    size_bytes: int = 0,
    lean: bool = False,
) -> bytes:
    """File system image of a target: the default tree with a silent init.sh, then files.

    size_bytes: of the file system, if it is another one than the target's (UNIX takes any).
    lean: without what neither firmware nor commands need, for tests whose files are large.
    """
    texts = {path: text.encode() for path, text in files.items()}
    own = {"/etc/init.sh": SILENT, **cold_files(name)}
    remove = (*remove, *_NOT_NEEDED) if lean else remove
    whole = fsimage.resized(board(name), size_bytes) if size_bytes else board(name)
    return fsimage.make(whole, {**own, **texts, **(overlay or {})}, set(remove))


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
        if board(name).port == "unix":
            target = Unix(built(name), path)
        else:
            target = Emulator(built(name), path, flash_bytes=board(name).flash.size_bytes)
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
    def shared(
        self, name: str, group: str, files: dict[str, str], line: str = "", lean: bool = False
    ) -> Iterator:
        """The board of a group of tests; after an exception the next one gets a new one.

        The line, if any, is typed after each start; it must print nothing. lean: as for image().
        """
        if self._key != (name, group):
            self.close()
            self._machine = self.start(name, image(name, files, lean=lean))
            self._key = (name, group)
            session = Session(self._machine)
            session.wait_prompt()
            if line:
                assert session.run(line) == ""
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
