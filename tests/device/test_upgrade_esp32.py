# SPDX-License-Identifier: MIT
"""Firmware swapped by `upgrade` on a made-up ESP32: the real system on UNIX, over a stand-in.

/lib has ports/esp32/_slot.py, and tests/esp_flash.py as the module esp32; the boot loader chooses
when that is imported, at each start. Its flash lies in files, so it outlives the process.
"""

import hashlib
from dataclasses import replace

import esp_flash
import esp_images
import machines
import pytest
from casefile import TREE
from session import Session
from upyfw.board import boards, partitions
from upyfw.board.layout import Region
from upyfw.image import signing, slotimage

NAME = "UNIX"
SLOT_BYTES = 0x20000
REGIONS = (
    Region("otadata", 0xD000, 0x2000, "data", "ota"),
    Region("ota_0", 0x10000, SLOT_BYTES, "app", "ota_0"),
    Region("ota_1", 0x10000 + SLOT_BYTES, SLOT_BYTES, "app", "ota_1"),
)
# The name that MicroPython gives itself on UNIX.
BOARD = replace(boards.load("ESP32_GENERIC_C3"), name="standard", regions=REGIONS)
POWER_ON = """
import os
import sdata

class Kept(Flash):
    def read(self, off, size):
        found = b""
        while size:
            count = min(size, SECTOR - off % SECTOR)
            found += self._sector(off // SECTOR, off % SECTOR, count)
            off, size = off + count, size - count
        return found

    def _sector(self, number, at, count):
        try:
            with open("/opt/sectors/%d" % number, "rb") as file:
                file.seek(at)
                return file.read(count)
        except OSError:
            with open("/opt/flash.bin", "rb") as file:
                file.seek(number * SECTOR + at)
                found = file.read(count)
            return found + b"\\xff" * (count - len(found))

    def _put(self, off, data):
        number = off // SECTOR
        whole = bytearray(self.read(number * SECTOR, SECTOR))
        whole[off % SECTOR : off % SECTOR + len(data)] = data
        with open("/opt/sectors/%d" % number, "wb") as file:
            file.write(whole)

def trial_end():
    print("the timer of the trial has stopped")

def version(place):
    for piece in pieces(Partition.flash, place[2], place[3]):
        if b"upyOS version " in piece:
            return piece[piece.index(b"upyOS version ") + 14 :][:5].decode()

Partition.flash = Kept(None)
Partition.running = boot(Partition.flash)
sdata.version = version(slots(Partition.flash)[Partition.running])
"""
ASK = "upgrade -f -u /opt/up"
_TRIAL_S = 20


def app(version: str) -> bytes:
    return esp_images.app("esp32c3", 8192, version)


def files(key: object, update: bytes) -> dict[str, bytes]:
    """Return what the file system has beside its own: the made-up flash, and an upgrade."""
    first = bytearray(b"\xff" * REGIONS[1].end)
    table = partitions.table(BOARD.regions)
    first[esp_flash.TABLE : esp_flash.TABLE + len(table)] = table
    old = app("0.2.0")
    first[REGIONS[1].offset : REGIONS[1].offset + len(old)] = old
    slot = (TREE / "ports/esp32/_slot.py").read_text()
    listed = f"#upyOS,0.3.0,2026-11-30\n@standard,new.img,{len(update)},"
    listed += f"{hashlib.sha256(update).hexdigest()},\n#files,1\n"
    return {
        "/etc/init.sh": b"> import esp32\n",
        "/etc/upgrade.key": signing.key_line(key, "test").encode(),
        "/lib/esp32.py": ((TREE / "tests/esp_flash.py").read_text() + POWER_ON).encode(),
        "/lib/_slot.py": slot.replace("import _upyos", "import esp32 as _upyos").encode(),
        "/opt/flash.bin": bytes(first),
        "/opt/sectors/0": b"\xff" * 4096,
        "/opt/up/new.img": update,
        "/opt/up/etc/upgrade.inf": listed.encode(),
    }


@pytest.fixture(scope="module")
def key(tmp_path_factory):
    path = tmp_path_factory.mktemp("keys") / "k.pem"
    signing.generate(path)
    return signing.load(path)


@pytest.fixture
def board(tmp_path, key):
    """A board with 0.2.0, and 0.3.0 at hand; its prompt is there."""
    update = slotimage.wrap(BOARD, app("0.3.0"), "0.3.0", key)
    flash = machines.image(NAME, {}, overlay=files(key, update))
    with machines.Machines(tmp_path).at_prompt(NAME, flash) as session:
        yield session


def restarted(session: Session) -> str:
    session.type("reboot -f")
    return session.wait_prompt()


def version(session: Session) -> str:
    return session.run("upgrade status").splitlines()[0].split()[1].rstrip(",")


def test_basic_upgrade(board):
    """Dots, a trial that ends by itself once the prompt has answered, and another way back."""
    assert "Trial:   no" in board.run("upgrade status")
    said = board.run(ASK)
    assert said.endswith(
        "[.]OK\n100% Upgrade complete\nThe new firmware is tried at the next reset."
    )
    assert "Other:   an update, 0.3.0" in board.run("upgrade status")
    # nothing of it stays in memory
    assert board.run("> import sys; print('_slot' in sys.modules)") == "False"
    assert "upgrade: 0.3.0 is on trial" in restarted(board)
    assert version(board) == "0.3.0"
    assert board.wait_texts(["upgrade: confirmed: 0.3.0 stays"], _TRIAL_S) is None
    assert "the timer of the trial has stopped" in board.text
    assert "trial" not in restarted(board)
    assert board.run("upgrade revert") == "The firmware before starts at the next reset."
    assert "is on trial" in restarted(board)
    assert "upgrade: confirmed" in board.run("upgrade confirm")
    assert version(board) == "0.2.0"
    assert "Other:   the one before, 0.3.0" in board.run("upgrade status")


def test_revert(board):
    """A trial that ends by a reset goes back, and says so."""
    board.run(ASK)
    restarted(board)
    assert version(board) == "0.3.0"
    said = restarted(board)
    assert "upgrade: went back: the new firmware did not confirm itself" in said
    assert version(board) == "0.2.0"
    assert "upgrade:" not in restarted(board)


def test_a_board_with_one_slot_says_how_it_gets_firmware(tmp_path):
    """Files only: as on an ESP8266."""
    listed = "#upyOS,0.3.0,2026-11-30\n@ESP8266_GENERIC,new.img,9,"
    listed += hashlib.sha256(b"").hexdigest() + ",\n#files,1\n"
    flash = machines.image(NAME, {"/opt/up/etc/upgrade.inf": listed})
    line = "This board has one slot: firmware comes by cable, ./upyfw flash standard"
    with machines.Machines(tmp_path).at_prompt(NAME, flash) as session:
        said = session.run(ASK)
        assert said.endswith(f"offered: 0.3.0 2026-11-30\n{line}\nNothing to upgrade")
        assert session.run("upgrade status").endswith(line)
        assert session.run("upgrade revert").endswith(line)


def test_a_request_that_was_not_written(board):
    """The power went between the note and the record: the firmware before, and no note."""
    board.run(ASK)
    otadata = REGIONS[0].offset // 4096
    board.run(f"rm /opt/sectors/{otadata + 1}")
    assert "upgrade: the firmware before still runs" in restarted(board)
    assert version(board) == "0.2.0"
    assert "upgrade:" not in restarted(board)
