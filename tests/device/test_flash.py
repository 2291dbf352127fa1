# SPDX-License-Identifier: MIT
"""`upyfw flash` of the real firmware on an emulated board: into its boot loader and back."""

import shutil
import threading
from pathlib import Path

import machines as at
import pytest
import upyfw
from boot_drive import BootDrive, written
from serial.tools.list_ports_common import ListPortInfo
from session import Session
from upyfw import cli
from upyfw.board import boards
from upyfw.board.variant import BARE
from upyfw.build import firmware
from upyfw.flash import drives
from upyfw.flash.board_repl import ask, start_bootloader
from upyfw.image import flashfile, fsimage, uf2
from upyfw.release import index, release
from upyfw.release.index import Release
from upyfw.targets.emulator import Emulator
from upyfw.targets.pty_bridge import PtyBridge

NAME = "RPI_PICO"
BOARD = boards.load(NAME)
BASE = BOARD.chip.flash_addr
FILES = {"/t/a.txt": "alpha\n", "/etc/init.sh": "echo started\n", "/local/bin/b.py": "1\n"}
# safety net of the threads that play the board
LIMIT_S = 60.0


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """A release of the build's firmware with one more page, which shows that it was written."""
    folder = tmp_path_factory.mktemp("release")
    made = firmware.build(NAME)
    image = uf2.read(made.firmware.read_bytes())
    image.pages.update(uf2.pages(image.end_addr, b"the new one"))
    content = flashfile.files(BOARD, uf2.write(image), fsimage.make(BOARD))
    files = []
    for file in release.describe(made).values():
        (folder / file.name).write_bytes(content[file.name])
        found = (BOARD, folder / file.name, file.name, file.kind, file.container)
        files.append(release.entry(*found))
    whole = Release(folder, upyfw.__version__, "1.26.1", {NAME: BOARD}, tuple(files), {})
    (folder / index.NAME).write_text(index.text(whole))
    return folder


class Board:
    """An emulated board that shows a boot drive when it is in its boot loader, and leaves it.

    at_start: its flash when it had taken the file, before the new firmware ran. ports: what the
    machine sees of it by USB once it runs the new firmware.
    """

    def __init__(self, session: Session, port: str, drive: Path) -> None:
        self.port = port
        self.session = session
        self.ports: list[ListPortInfo] = []
        self.at_start = b""
        self._target = session.target
        self._drive = drive
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._play, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """End the playing."""
        self._done.set()
        self._thread.join()

    def _play(self) -> None:
        while self._target.ended != "bootsel":
            if self._done.wait(0.05):
                return
        drive = BootDrive(self._drive)
        data = drive.wait(LIMIT_S)
        drive.close()
        if data is not None:
            self.at_start = written(self._target.flash_image(), data, BASE)
            self._target.power_cycle(self.at_start)
            self.ports.append(_usb(self.port))

    def start_bootloader(self) -> None:
        """Do what holding BOOTSEL does."""
        start_bootloader(self.port)
        while not self._drive.exists():
            assert not self._done.wait(0.05)


def _usb(path: str) -> ListPortInfo:
    info = ListPortInfo(path)
    info.vid, info.product = 0x2E8A, "Board in FS mode"
    return info


@pytest.fixture
def board(machines, tmp_path, monkeypatch):
    """A running board with user files, at a serial port."""
    drive = tmp_path / "RPI-RP2"
    monkeypatch.setattr(drives, "mount_points", lambda: [drive])
    image = at.image(NAME, FILES)
    with machines.at_prompt(NAME, image) as session, PtyBridge(session.target) as bridge:
        played = Board(session, bridge.path, drive)
        monkeypatch.setattr("serial.tools.list_ports.comports", lambda: played.ports)
        yield played
        played.close()


def files_of(flash: bytes) -> dict[str, bytes]:
    """The files in a whole flash."""
    region = BOARD.fs_region
    return fsimage.read(BOARD, flash[region.offset : region.end])


def firmware_of(folder: Path) -> uf2.Image:
    return uf2.read((folder / f"upyos-{NAME}-update.uf2").read_bytes())


def test_an_update_keeps_the_files(board, folder, capsys):
    call = ["flash", "--port", board.port, "--from", str(folder)]
    assert cli.run(call) == 0
    out = capsys.readouterr().out
    assert f"to RPI_PICO with upyOS {upyfw.__version__} at serial port {board.port}\n" in out
    assert out.splitlines()[-1] == (
        f"RPI_PICO: upyOS {upyfw.__version__} answers at {board.port}; the firmware in its flash "
        f"is that of upyos-{NAME}-update.uf2 (SHA-256)"
    )
    image = firmware_of(folder)
    size_bytes = image.end_addr - BASE
    assert board.at_start[:size_bytes] == image.content(BASE, size_bytes)
    files = files_of(board.at_start)
    assert {path: files[path].decode() for path in FILES} == FILES


def test_a_new_file_system_is_the_images(board, folder, capsys):
    call = ["flash", NAME, "--port", board.port, "--with-fs", "--from", str(folder)]
    assert cli.run(call) == 0
    image = fsimage.make(BOARD)
    assert files_of(board.at_start) == fsimage.read(BOARD, image)
    assert "/t/a.txt" not in files_of(board.at_start)
    assert "answers at" in capsys.readouterr().out


def test_a_board_that_was_in_its_boot_loader(board, folder, capsys):
    """Nobody knows its serial port before it runs."""
    board.start_bootloader()
    assert cli.run(["flash", NAME, "--from", str(folder)]) == 0
    out = capsys.readouterr().out
    assert "to the boot drive " in out
    assert f"RPI_PICO: upyOS {upyfw.__version__} answers at {board.port}; the firmware" in out
    assert files_of(board.at_start)["/t/a.txt"] == b"alpha\n"


def test_dry_run_leaves_upyos_running(board, folder, capsys):
    board.session.forget()
    call = ["flash", "--port", board.port, "--dry-run", "--from", str(folder)]
    assert cli.run(call) == 0
    assert board.session.wait_texts(("soft reboot", "/ $: "), LIMIT_S) is None
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines[1:]] == ["write"] * 2 + ["leave"] * 3
    assert board.at_start == b""
    assert ask(board.port).system == f"upyOS {upyfw.__version__}"


def test_a_board_that_says_it_is_another(board, folder, capsys, tmp_path):
    found = index.read(folder)
    text = index.text(found).replace('"RPI_PICO"', '"RPI_PICO_W"')
    (tmp_path / "w").mkdir()
    (tmp_path / "w" / index.NAME).write_text(text)
    call = ["flash", "RPI_PICO_W", "--port", board.port, "--from", str(tmp_path / "w")]
    assert cli.run(call) == 2
    assert "the board says that it is RPI_PICO, the files are for RPI_PICO_W" in _error(capsys)
    assert board.at_start == b""


def _error(capsys) -> str:
    return capsys.readouterr().err


def test_another_layout_would_lose_the_files(board, folder, capsys, tmp_path):
    """A release whose file system begins elsewhere: nothing is written."""
    smaller = index.text(index.read(folder))
    start = BOARD.fs_region.offset
    smaller = smaller.replace(f'"offset": {start},', f'"offset": {start + 4096},')
    smaller = smaller.replace('"size": "420KiB"', '"size": "416KiB"')
    smaller = smaller.replace(f'"size_bytes": {420 * 1024}', f'"size_bytes": {416 * 1024}')
    (tmp_path / "s").mkdir()
    (tmp_path / "s" / index.NAME).write_text(smaller)
    assert cli.run(["flash", NAME, "--port", board.port, "--from", str(tmp_path / "s")]) == 2
    assert "the board's file system has 105 blocks, RPI_PICO mounts 104" in _error(capsys)
    assert board.at_start == b""


def test_stock_micropython(folder, tmp_path, capsys, monkeypatch):
    """Many a board runs what was built for a Pico: that is no reason to refuse its own."""
    monkeypatch.setattr("serial.tools.list_ports.comports", list)
    named = shutil.copytree(folder, tmp_path / "w")
    text = index.text(index.read(folder))
    (named / index.NAME).write_text(text.replace('"RPI_PICO"', '"RPI_PICO_W"'))
    with Emulator(firmware.build(NAME, BARE).firmware) as emulator:
        emulator.wait_prompt()
        with PtyBridge(emulator) as bridge:
            call = ["flash", "RPI_PICO_W", "--port", bridge.path, "--from", str(named)]
            assert cli.run([*call, "--dry-run"]) == 0
            where = f"RPI_PICO with MicroPython 1.26.1 at serial port {bridge.path}\n"
            assert where in capsys.readouterr().out


def test_the_wrong_firmware_came_back(board, folder, capsys, monkeypatch):
    """The board starts, but with what it had before."""
    monkeypatch.setattr("test_flash.written", lambda flash, data, base: flash)
    call = ["flash", "--port", board.port, "--from", str(folder)]
    assert cli.run(call) == 1
    assert "the firmware in the flash is not the one in" in _error(capsys)
