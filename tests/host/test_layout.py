# SPDX-License-Identifier: MIT
"""Sizes and regions."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from upyfw.board import layout
from upyfw.board.layout import Region

KIB = 1024


@pytest.mark.parametrize(
    ("text", "size_bytes"),
    [("872KiB", 892928), ("2MiB", 2097152), ("256B", 256), ("0B", 0)],
)
def test_sizes(text, size_bytes):
    assert layout.parse_size(text) == size_bytes


@pytest.mark.parametrize(
    "text", ["", "KiB", "872", "872kib", "872 KiB", "08KiB", "-1KiB", "1.5MiB", "2GiB", 872, None]
)
def test_what_is_no_size_is_refused(text):
    with pytest.raises(ValueError, match="is not a size"):
        layout.parse_size(text)


@given(st.integers(min_value=0, max_value=2**32))
def test_a_size_reads_back_as_written(size_bytes):
    assert layout.parse_size(layout.size_text(size_bytes)) == size_bytes


def _fault(*regions: Region) -> str | None:
    return layout.fault(regions, 64 * KIB, 4 * KIB)


def test_regions_that_touch_are_sound():
    assert _fault(Region("b", 16 * KIB, 48 * KIB), Region("a", 0, 16 * KIB)) is None


@pytest.mark.parametrize(
    ("regions", "fault"),
    [
        ([Region("a", 0, 16 * KIB), Region("b", 12 * KIB, 4 * KIB)], "regions[1].offset: region"),
        ([Region("b", 12 * KIB, 4 * KIB), Region("a", 0, 16 * KIB)], "regions[0].offset: region"),
        ([Region("a", 0, 64 * KIB), Region("b", 4 * KIB, 4 * KIB)], "regions[1].offset: region"),
        ([Region("a", 60 * KIB, 8 * KIB)], "regions[0].size: ends at 0x11000"),
        ([Region("a", 1, 4 * KIB)], "regions[0].offset: 0x1 is not on"),
        ([Region("a", 0, 1)], "regions[0].size: 1B is no multiple"),
        ([Region("a", 0, 0)], "regions[0].size: is 0"),
        ([Region("a", 0, 4 * KIB), Region("a", 8 * KIB, 4 * KIB)], "regions[1].name: a second"),
    ],
)
def test_a_fault_names_the_key(regions, fault):
    assert _fault(*regions).startswith(fault)


@given(st.lists(st.tuples(st.integers(0, 15), st.integers(1, 4)), min_size=2, max_size=5))
def test_a_fault_is_found_exactly_when_two_regions_share_a_sector(places):
    regions = [Region(f"r{i}", 4 * KIB * at, 4 * KIB * n) for i, (at, n) in enumerate(places)]
    sectors = [at + k for at, n in places for k in range(n)]
    sound = len(set(sectors)) == len(sectors) and max(sectors) < 16
    assert (_fault(*regions) is None) == sound


def test_overrun_counts_from_the_region_not_from_0():
    region = Region("firmware", 16 * KIB, 32 * KIB)
    assert layout.overrun(region, 48 * KIB) is None
    assert layout.overrun(region, 48 * KIB + 5) == (
        "firmware needs 32,773 bytes, 5 more than its region of 32KiB at 0x4000"
    )
