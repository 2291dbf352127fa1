# SPDX-License-Identifier: MIT
"""Firmware swapped by `upgrade` on an emulated RPI_PICO: from the list to the end of the trial."""

import random

import pytest
import upgrade_boards as up
from session import Session
from upyfw.image import slotimage

ASK = "upgrade -f -u /stick"
# Longer than a swap; than the feeding of a trial.
_SWAP_S = 60
_TRIAL_S = 110


@pytest.fixture
def board(tmp_path):
    """Start boards with flash contents; all are stopped at the end."""
    sessions = []

    def start(content: bytes) -> Session:
        sessions.append(up.started(tmp_path, content))
        return sessions[-1]

    yield start
    for session in sessions:
        session.target.stop()


def newer() -> bytes:
    """Version 0.3.0."""
    return up.image("0.3.0")


def restarted(session: Session) -> str:
    """Reset the board; return what it said up to the prompt."""
    session.type("reboot -f")
    return session.wait_prompt(_SWAP_S)


def test_basic_upgrade(board):
    """From 0.2.0 to 0.3.0: list, dots, swap, trial, confirmation; it is there after resets too."""
    session = board(up.flash(up.offered("0.3.0", newer()), {"/opt/mine.txt": b"mine\n"}))
    said = session.run(ASK)
    assert "Downloading upgrade list..., OK\nInstalled: 0.2.0, offered: 0.3.0" in said
    assert said.endswith(
        "[.]OK\n100% Upgrade complete\nThe new firmware is tried at the next reset."
    )
    said = restarted(session)
    assert "upgrade: 0.3.0 is on trial" in said
    assert up.version(session) == "0.3.0"
    session.target.advance(7)
    assert "Trial:   no" in session.run("upgrade status")
    assert "upgrade: confirmed: 0.3.0 stays" in session.run("dmesg")
    assert "trial" not in restarted(session)
    assert up.version(session) == "0.3.0"
    assert session.run("cat /opt/mine.txt") == "mine"
    # and an ordinary start again, with nothing noted
    assert session.run("ls -n /etc/upgrade.trial").startswith("ls: ")


def test_norevert_and_revert_by_hand(board):
    """A confirmed image stays; `upgrade revert` goes back to the one before, and that stays."""
    session = board(up.flash(up.offered("0.3.0", newer())))
    session.run(ASK)
    restarted(session)
    assert session.run("upgrade confirm").endswith("upgrade: confirmed: 0.3.0 stays")
    assert "is on trial" not in restarted(session)
    assert session.run("upgrade revert") == "The firmware before starts at the next reset."
    restarted(session)
    assert up.version(session) == "0.2.0"
    restarted(session)
    assert up.version(session) == "0.2.0"


def test_revert(board):
    """A trial that ends by a reset goes back, and says so."""
    session = board(up.flash(up.offered("0.3.0", newer())))
    session.run(ASK)
    restarted(session)
    assert up.version(session) == "0.3.0"
    said = restarted(session)
    assert "upgrade: went back: the new firmware did not confirm itself" in said
    assert up.version(session) == "0.2.0"
    assert "is on trial" not in restarted(session)


def test_a_note_without_a_request(board):
    """The power went between the two: nothing was tried, and what was loaded is forgotten."""
    files = {
        "/etc/upgrade.trial": b'{"from": "0.2.0", "to": "0.3.0", "net": false, "services": []}',
        "/var/upgrade/do": b"0,/opt/new.txt\n",
        "/var/upgrade/0": b"new\n",
    }
    session = board(up.flash(up.stick({}), files))
    assert "upgrade: the firmware before still runs" in session.text
    assert session.run("ls -n /opt/new.txt").startswith("ls: ")
    assert session.run("ls -n /var/upgrade").startswith("ls: ")


def test_firmware_that_hangs_at_once(board):
    """New firmware that does nothing ends by the watchdog."""
    session = board(up.flash(up.offered("0.3.0", up.hanging("0.3.0"))))
    session.run(ASK)
    said = restarted(session)
    assert "went back" in said
    assert up.version(session) == "0.2.0"


def test_firmware_that_never_confirms(board):
    """What ran before does not come back: the trial ends when its time is over."""
    files = {"/etc/init.sh": up.INIT.encode() + b"/bin/usurp\n", "/bin/usurp.py": up.USURP}
    session = board(up.flash(up.offered("0.3.0", newer()), files))
    session.run(ASK)
    restarted(session)
    assert up.version(session) == "0.3.0"
    session.target.advance(_TRIAL_S)
    assert "went back" in session.text
    assert up.version(session) == "0.2.0"


REFUSED = {
    "bad_signature": (lambda: up.image("0.3.0", "other"), "not signed by a key"),
    "other board": (lambda: up.other_board("0.3.0"), "for the board VCCGND_YD2040"),
    "no_downgrade": (lambda: up.image("0.1.0"), "version 0.1.0 is lower than the running one"),
    "unsigned": (
        lambda: slotimage.wrap(up.BOARD, up.newer_firmware("0.3.0"), "0.3.0"),
        "not signed",
    ),
    "full image": (
        lambda: up.machines.built(up.NAME).read_bytes()[:400_000],
        "no whole update image",
    ),
    "truncated": (lambda: newer()[:-1000], "no whole update image"),
    "oversized": (lambda: newer() + bytes(900_000 - len(newer())), "does not fit into a slot"),
    "same": (lambda: up.image("0.2.0"), "this firmware is the one that runs"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused_before_anything_moves(board, name):
    """A wrong image is refused with the reason, and the next start is an ordinary one."""
    make, why = REFUSED[name]
    session = board(up.flash(up.offered("0.3.0", make())))
    primary = up.SWAP.primary
    before = session.target.flash_image()[primary.offset : primary.end]
    said = session.run(ASK)
    assert why in said
    assert "not complete 0/1" in said
    said = restarted(session)
    assert "trial" not in said
    assert up.version(session) == "0.2.0"
    assert session.target.flash_image()[primary.offset : primary.end] == before


def test_flipped_bits(board, full):
    """One bit flipped anywhere in the image: refused, or it is no bit of the image."""
    good = newer()
    draw = random.Random(11)
    off = up.SWAP.secondary.offset + up.SECTOR
    content = bytearray(up.flash(up.stick({})))
    content[off : off + len(good)] = good
    session = board(bytes(content))
    session.run("> from upyos.upgrade import slots")
    assert session.run("> print(slots.check('RPI_PICO', False))") == "None"
    for _ in range(500 if full else 20):
        bit = draw.randrange(8 * len(good))
        content[off + bit // 8] ^= 1 << bit % 8
        session.target.power_cycle(bytes(content))
        session.wait_prompt()
        session.run("> from upyos.upgrade import slots")
        assert session.run("> print(slots.check('RPI_PICO', False))") != "None", bit
        content[off + bit // 8] ^= 1 << bit % 8


def test_a_dropped_update_wins(board):
    """The update UF2 by drag and drop in each state of the journal: it stays, whatever waits."""
    session = board(up.flash(up.offered("0.3.0", newer())))
    session.run(ASK)
    states = {"asked": session.target.flash_image()}
    restarted(session)
    states["on trial"] = session.target.flash_image()
    session.run("upgrade confirm")
    states["confirmed"] = session.target.flash_image()
    session.run("upgrade revert")
    states["revert asked"] = session.target.flash_image()
    for name, content in states.items():
        session.target.power_cycle(up.dropped(content, "0.4.0"))
        session.wait_prompt(_SWAP_S)
        assert up.version(session) == "0.4.0", name
        restarted(session)
        assert up.version(session) == "0.4.0", name


def test_24_kib_are_enough_with_telnet_running(board):
    """An upgrade with a service running needs at most 24 KiB; the service is back after it."""
    session = board(up.flash(up.offered("0.3.0", newer())))
    assert session.target.cable.wait()
    session.run("utelnetd start")
    session.run("> import gc; gc.collect()")
    session.run(f"> hog = bytearray(gc.mem_free() - {24 * 1024})")
    said = session.run(ASK)
    assert said.endswith("The new firmware is tried at the next reset."), said
    # the C stack has room for no step of a job on top of it
    assert "Error" not in session.text
    # it is started again by the trial: nobody but the upgrade has it in a start script
    assert "upgrade: 0.3.0 is on trial\nutelnetd: " in restarted(session)
    session.target.advance(7)
    assert "Trial:   no" in session.run("upgrade status")
    assert session.run("utelnetd status").startswith("utelnetd: 169.254.")
