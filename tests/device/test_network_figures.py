# SPDX-License-Identifier: MIT
"""What services take on a board, measured as bench does: 6 KiB together, 3 KiB a connection."""

import pytest
from machines import what
from upyfw.build import firmware
from upyfw.measure import bench_network
from upyfw.measure.bench_report import NetworkFigures

IDLE_BYTES = 6 * 1024
CONNECTION_BYTES = 3 * 1024


@pytest.fixture(scope="module")
def figures(tmp_path_factory) -> NetworkFigures:
    made = firmware.build("RPI_PICO")
    return bench_network.measure(tmp_path_factory.mktemp("network"), what("RPI_PICO"), made)


def test_services_without_a_client(figures):
    assert 0 < figures.idle_bytes <= IDLE_BYTES


def test_connections(figures):
    assert set(figures.connection_bytes) == {
        "telnet session",
        "FTP control connection",
        "FTP transfer",
        "HTTP request",
        "terminal in the page",
    }
    each = figures.connection_bytes
    assert {what: n for what, n in each.items() if not 0 < n <= CONNECTION_BYTES} == {}


def test_every_transfer_ended(figures):
    """With ten connections before it: the end of a listening socket wrote into one of them."""
    assert min(figures.ftp_read_kb_per_s, figures.ftp_written_kb_per_s) > 0


def test_the_web_server_answered(figures):
    assert figures.http_per_s > 0


def test_an_echo_does_not_wait_for_the_timer(figures):
    assert figures.telnet_echo_ms < 10
