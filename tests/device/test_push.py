# SPDX-License-Identifier: MIT
"""`upyfw ota push PORT`: an emulated RPI_PICO takes an update over its serial console."""

import hashlib

import pytest
import upgrade_boards as up
from upyfw import cli
from upyfw.base.errors import UpyfwError
from upyfw.release.sites import Site
from upyfw.targets import asked_blocks
from upyfw.targets.base import TargetStopped
from upyfw.targets.pty_bridge import PtyBridge

ASK = "upgrade -y -u -"
IMAGE = "/upyos-RPI_PICO-0.3.0.img"
# the board notes how far it came for so many bytes, and takes a sender for gone after so long
NOTED = 16 * up.SECTOR
SILENT_S = 35
_SWAP_S = 60
# a swap erases the flash for 20 s of the board's time
SPEED = 5


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


def note(image: bytes, size: int) -> str:
    """The note of a push that was cut when so many bytes were in the slot."""
    return f"{hashlib.sha256(image).hexdigest()} {size}"


def nearly_pushed(
    tmp_path, image: bytes, size: int | None = None, files: dict[str, bytes] | None = None
):
    """A board that has so many bytes of an image; if not told, nearly all.

    Returns (session, folder of a site that has it).
    """
    size = len(image) // NOTED * NOTED if size is None else size
    folder = up.site(tmp_path / "site", "0.3.0", image)
    own = {"/var/upgrade.part": note(image, size).encode(), **(files or {})}
    return up.started(tmp_path, up.flash(up.stick({}), own, image[:size]), SPEED), folder


def test_pushed_over_the_serial_console(tmp_path, capsys, full):
    """The whole way through a pseudo-terminal: list, image, swap, trial, confirmed.

    It goes on behind the first 640 KiB, with --full from nothing.
    """
    files = {"/opt/mine.txt": b"mine\n"}
    session, folder = nearly_pushed(tmp_path, up.image("0.3.0"), 0 if full else 10 * NOTED, files)
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


def test_a_cable_that_is_pulled_and_a_power_cut(tmp_path, full):
    """Each leaves the running system, and the next push goes on where it broke off.

    The last one has telnet beside it, and 24 KiB of heap. With --full at 60 flash operations.
    """
    image = up.image("0.3.0")
    site = Site(up.site(tmp_path / "site", "0.3.0", image))
    session = up.started(tmp_path, up.flash(up.stick({})))
    with pytest.raises(Cut):
        push(session, site, cut_at(NOTED, seen := []))
    assert seen[0] == 0
    # nobody sends any more: the board does not wait for ever
    session.target.advance(SILENT_S)
    assert "not complete 0/1\n@! failed" in session.text
    session.target.advance(SILENT_S)
    assert session.run("echo $?") == "1"
    before = session.target.flash_image()
    for operation in range(2, 300, 5) if full else (40,):
        # a note costs some operations, a sector 17: an erase and 16 pages
        session.target.power_cycle(before)
        session.wait_prompt()
        session.target.cut_after(operation, torn=operation % 2 == 0)
        with pytest.raises(TargetStopped):
            push(session, site, cut_at(len(image), seen := []))
        # the first operations come before the image: a folder for files
        assert seen[:1] in ([], [NOTED])
        session.target.power_cycle()
        session.wait_prompt()
        assert up.version(session) == "0.2.0"
    # the rest as a push leaves it that is cut near the end
    size = len(image) // NOTED * NOTED
    content = bytearray(session.target.flash_image())
    off = up.SWAP.secondary.offset + up.SECTOR
    content[off : off + size] = image[:size]
    session.target.power_cycle(bytes(content))
    session.wait_prompt()
    session.run(f"echo {note(image, size)} > /var/upgrade.part")
    assert session.target.cable.wait()
    session.run("utelnetd start")
    session.run("> import gc; gc.collect()")
    session.run(f"> hog = bytearray(gc.mem_free() - {24 * 1024})")
    said = push(session, site, cut_at(len(image), seen := []))
    assert "The new firmware is tried at the next reset." in said, said
    assert seen[0] == size
    assert "Error" not in session.text
    session.target.stop()


REFUSED = {
    "another board": (lambda: up.other_board("0.3.0"), "for the board VCCGND_YD2040"),
    "another key": (lambda: up.image("0.3.0", "other"), "not signed by a key"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused_behind_the_last_block(tmp_path, name):
    """The same checks as for any other way, in the same words; an ordinary start follows."""
    make, why = REFUSED[name]
    session, folder = nearly_pushed(tmp_path, make())
    said = push(session, Site(folder))
    assert f"upgrade: -: {IMAGE}: {why}" in said, said
    assert "not complete 0/1" in said
    assert session.run("echo $?") == "1"
    session.type("reboot -f")
    assert "trial" not in session.wait_prompt(_SWAP_S)
    assert up.version(session) == "0.2.0"
    session.target.stop()


def test_what_is_refused_with_the_list(tmp_path, capsys):
    """A list that no key of the board signed, and one without this board; nothing is loaded."""
    session = up.started(tmp_path, up.flash(up.stick({})))
    cases = (
        (up.NAME, "other", "the list has no signature of a key in /etc/upgrade.key"),
        ("VCCGND_YD2040", "good", "has nothing for the board RPI_PICO"),
    )
    with PtyBridge(session.target) as bridge:
        for board, signer, why in cases:
            folder = up.site(tmp_path / board, "0.3.0", b"image", board, signer)
            assert cli.run(["ota", "push", bridge.path, "--site", str(folder)]) == 1
            told = capsys.readouterr()
            assert "refused" in told.out
            assert told.err.splitlines()[-1].endswith(f"refused: {why}")
    session.run("")
    assert "not found" not in session.text
    session.target.stop()
