# SPDX-License-Identifier: MIT
"""What is wired to the SPI of the emulated board: an SD card, a display."""

from collections.abc import Iterator

import pytest
from machines import image
from session import Session

TARGET = "RPI_PICO"
# of the board's first SPI (boards/RPI_PICO/board.toml): pin 22 is GPIO 17
CS = 17
BLOCKS = 4096
DC, RES, DISPLAY_CS = 20, 21, 13
FORMAT = (
    "> import vfs, sdcard, machine",
    "> card = sdcard.SDCard(machine.SPI(0), machine.Pin(17))",
    "> vfs.VfsFat.mkfs(card)",
)
DISPLAY = (
    "> from machine import Pin, SPI",
    "> import ssd1306",
    "> sdata.d0 = ssd1306.SSD1306_SPI(128, 64, SPI(1), Pin(20), Pin(21), Pin(13))",
    "> d0 = sdata.d0",
)


@pytest.fixture
def board(machines) -> Iterator[Session]:
    """A board of its own: what is wired to one stays."""
    with machines.at_prompt(TARGET, image(TARGET, {})) as session:
        yield session


class TestCard:
    def test_no_card(self, board):
        assert board.run("mount sd") == "mount: sd: no such device"
        assert board.run("echo $? ; ls -1 / | grep sd") == "1"

    def test_files(self, board):
        board.target.add_spi_device(0, CS, blocks=BLOCKS)
        for line in FORMAT:
            assert board.run(line) == ""
        assert board.run("< card.ioctl(4, 0)") == str(BLOCKS)
        assert board.run("mount sd") == ""
        assert board.run("mount") == "littlefs2 on /\nfat on /sd"
        board.run(
            "seq 2000 > /sd/numbers.txt ; mkdir /sd/dir ; cp -q /etc/init.sh /sd/dir/init.sh"
        )
        assert board.run("tail -1 /sd/numbers.txt ; ls -S1 /sd/dir") == "2000\ninit.sh"
        assert board.run("umount /sd ; ls -1 /sd") == ""
        assert board.run("mount -r sd /mnt ; cmp /mnt/dir/init.sh /etc/init.sh ; echo $?") == "0"
        assert board.run("rm /mnt/numbers.txt") == "rm: /mnt/numbers.txt: read-only file system"
        assert "/mnt:\nTotal: " in board.run("df")
        assert board.run("mount sd /mnt") == "mount: sd: busy"
        assert board.run("mount sd1") == "mount: sd1: no such device"
        # FAT: the mark at the end of its first block
        assert board.target.spi_taken(0, CS)[510:512] == [0x55, 0xAA]


class TestDisplay:
    def test_spi(self, board):
        board.target.add_spi_device(1, DISPLAY_CS, dc=DC)
        for line in DISPLAY:
            assert board.run(line) == ""
        sent = board.target.spi_taken(1, DISPLAY_CS)
        commands = [byte for byte in sent if byte < 256]
        assert commands[0] == 0xAE
        assert commands[-7:] == [0xAF, 0x21, 0, 127, 0x22, 0, 7]
        assert [byte for byte in sent if byte > 255] == [256] * 1024
        assert board.target.level(RES) == 1
        board.run("> d0.fill(0); d0.pixel(3, 9, 1); d0.show()")
        sent = board.target.spi_taken(1, DISPLAY_CS)
        assert sent[:6] == [0x21, 0, 127, 0x22, 0, 7]
        data = [byte - 256 for byte in sent[6:]]
        # page 1 has rows 8 to 15, the lowest bit its first row
        assert [at for at, byte in enumerate(data) if byte] == [128 + 3]
        assert data[128 + 3] == 2
        board.run("> d0.contrast(7); d0.invert(1); d0.rotate(False); d0.poweroff(); d0.poweron()")
        wanted = [0x81, 7, 0xA7, 0xC0, 0xA0, 0xAE, 0xAF]
        assert board.target.spi_taken(1, DISPLAY_CS) == wanted

    def test_i2c(self, board):
        board.target.add_i2c_device(5, 4, 0x3C)
        for pin in (5, 4):
            # a resistor to 3.3 V
            board.target.drive(pin, 1)
        board.run("> from machine import Pin, SoftI2C; import ssd1306")
        line = (
            "> d = ssd1306.SSD1306_I2C(128, 32, SoftI2C(scl=Pin(5), sda=Pin(4))); print(d.pages)"
        )
        assert board.run(line) == "4"
        assert board.run("> d.text('ab', 0, 0); d.show()") == ""
        assert board.run("> d.addr = 0x3D; d.show()").startswith("OSError: ")
