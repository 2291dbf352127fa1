# SPDX-License-Identifier: MIT
"""The partition table: written, read by a tool of others, and by our own reader."""

import pytest
from upyfw.board import boards, partitions
from upyfw.board.layout import Region

ESP32 = [name for name in boards.names() if boards.load(name).port == "esp32"]


def _damaged(off: int, value: int) -> bytes:
    data = bytearray(partitions.table(boards.load("ESP32_GENERIC_C3").regions))
    data[off] = value
    return bytes(data)


@pytest.mark.parametrize("name", ESP32)
def test_a_table_reads_back_as_written(name):
    regions = boards.load(name).regions
    assert list(partitions.read(partitions.table(regions))) == partitions.rows(regions)


def test_csv_has_the_rows_in_the_order_of_their_places():
    lines = partitions.csv(boards.load("ESP32_GENERIC_C3").regions).splitlines()
    assert lines[0].startswith("#")
    assert lines[1] == "nvs, data, nvs, 0x9000, 0x4000,"
    assert lines[-1] == "vfs, data, fat, 0x390000, 0x70000,"


def test_the_head_of_a_table_is_what_the_format_says():
    row = Region("nvs", 0x9000, 0x4000, "data", "nvs")
    data = partitions.table((row,))
    assert data[:12].hex() == "aa50010200900000" + "00400000"
    assert data[12:28] == b"nvs".ljust(16, b"\0")
    assert data[32:48] == b"\xeb\xeb".ljust(16, b"\xff")
    assert (len(data), data[64:]) == (0xC00, b"\xff" * (0xC00 - 64))


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "no end"),
        (b"\xaa\x50" + bytes(9), "row 0 .* cut off"),
        (_damaged(0, 0), "row 0 .* no magic"),
        (_damaged(32, 0xFF), "row 1 .* no magic"),
        (_damaged(2, 9), "type 9 unknown"),
        (_damaged(8, 1), "MD5 is wrong"),
    ],
)
def test_a_damaged_table_is_refused(data, why):
    with pytest.raises(ValueError, match=why):
        partitions.read(data)
