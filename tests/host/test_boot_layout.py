# SPDX-License-Identifier: MIT
"""Layouts of slots and journal that the boot loader is not built for."""

import re
from dataclasses import replace

import pytest
from upyfw.base.errors import UpyfwError
from upyfw.base.paths import REPO
from upyfw.build import firmware_rp2_boot as boot_loader
from upyfw.build.firmware_rp2_boot import SECTOR_BYTES, BootLayout

_SECTORS = 8
GOOD = BootLayout(
    primary_off=4 * SECTOR_BYTES,
    secondary_off=(4 + _SECTORS) * SECTOR_BYTES,
    slot_bytes=_SECTORS * SECTOR_BYTES,
    journal_off=(5 + 2 * _SECTORS) * SECTOR_BYTES,
)


def test_a_tight_layout_is_good():
    """Loader, slots and journal may follow each other without a gap."""
    assert GOOD.fault() is None


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"primary_off": 4 * SECTOR_BYTES + 256}, "not on a sector"),
        ({"slot_bytes": 0}, "1 to 896 sectors"),
        ({"slot_bytes": 897 * SECTOR_BYTES}, "1 to 896 sectors"),
        ({"primary_off": 3 * SECTOR_BYTES}, "reaches into"),
        ({"secondary_off": 11 * SECTOR_BYTES}, "reaches into"),
        ({"journal_off": 20 * SECTOR_BYTES}, "reaches into"),
    ],
)
def test_bad_layouts(change, reason, tmp_path):
    """Each rule has its own reason, before anything is compiled."""
    with pytest.raises(UpyfwError, match=reason):
        boot_loader.build(tmp_path, replace(GOOD, **change), 2 * 1024 * 1024, tmp_path, None)
    assert not list(tmp_path.iterdir())


def test_the_numbers_are_those_of_the_code():
    """Host and C agree on the sector and on the largest slot."""
    core = REPO / "ports" / "rp2" / "boot" / "core"
    for file, name, value in (
        ("port.h", "BOOT_SECTOR_BYTES", SECTOR_BYTES),
        ("layout.h", "BOOT_SLOT_SECTORS_MOST", boot_loader.SLOT_SECTORS_MOST),
    ):
        assert re.search(rf"#define {name} \({value}\)", (core / file).read_text())
