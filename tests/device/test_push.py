# SPDX-License-Identifier: MIT
"""`upyfw ota push PORT`: an emulated RPI_PICO takes an update over its serial console."""

import hashlib

import pytest
import upgrade_boards as up
from upyfw import cli
from upyfw.base.errors import UpyfwError
from upyfw.release import updates
from upyfw.release.sites import Site
from upyfw.targets import asked_blocks
from upyfw.targets.pty_bridge import PtyBridge

ASK = "upgrade -y -u -"
IMAGE = "/upyos-RPI_PICO-0.3.0.img"
# the board notes how far it came for so many bytes, and takes a sender for gone after so long
NOTED = 16 * up.SECTOR
SILENT_S = 35
_SWAP_S = 60


class Cut(UpyfwError):
    """The cable is out."""


def cut_at(limit: int, seen: list[int]):
    """Return a report that notes what the board has of the image, and ends it behind limit."""

    def report(path: str, done: int, total: int) -> None:
        if path == IMAGE:
            seen.append(done)
            if done > limit:
                raise Cut("cut")

    return report


def push(session, site: Site, report=lambda *_: None) -> str:
    """Push with the machine's own time; what the board says."""
    return asked_blocks.serve(
        session.target, ASK, site.content, report, asked_blocks.LONG_BLOCK_BYTES
    )


def noted(image: bytes, size: int) -> dict[str, bytes]:
    """The note of a push that was cut when so many bytes were in the slot."""
    return {"/var/upgrade.part": f"{hashlib.sha256(image).hexdigest()} {size}".encode()}


def nearly_pushed(tmp_path, image: bytes, board: str = up.NAME):
    """A board that has nearly all of an image; (session, site that has it)."""
    size = len(image) // NOTED * NOTED
    folder = up.site(tmp_path / "site", "0.3.0", image)
    content = up.flash(up.stick({}), noted(image, size), image[:size])
    return up.started(tmp_path, content), Site(folder)


def test_pushed_over_the_serial_console(tmp_path, capsys):
    """The whole way through a pseudo-terminal: list, image, swap, trial, confirmed."""
    folder = up.site(tmp_path / "site", "0.3.0", up.image("0.3.0"))
    session = up.started(tmp_path, up.flash(up.stick({}), {"/opt/mine.txt": b"mine\n"}))
    with PtyBridge(session.target) as bridge:
        assert cli.run(["ota", "push", bridge.path, "--site", str(folder)]) == 0
    told = capsys.readouterr()
    assert [word for word in told.out.split() if word in ("0.2.0", "0.3.0", "updated")] == [
        "0.2.0",
        "0.3.0",
        "updated",
    ]
    assert "loads firmware" in told.err
    assert up.version(session) == "0.3.0"
    assert "Trial:   no" in session.run("upgrade status")
    assert session.run("cat /opt/mine.txt") == "mine"
    session.target.stop()
