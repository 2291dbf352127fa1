# SPDX-License-Identifier: MIT
"""Targets for the tests of this folder."""

from collections.abc import Iterator
from pathlib import Path

import ftp_server
import pytest
import tls_boards
import vi_session
import web_server
from casefile import TARGETS
from machines import Machines
from session import PROMPT, Session


@pytest.fixture(scope="session")
def machines(tmp_path_factory):
    """Boards to start; the kept one is stopped at the end."""
    every = Machines(tmp_path_factory.mktemp("machines"))
    yield every
    every.close()


@pytest.fixture(params=TARGETS)
def vi_target(request):
    """The target that vi runs on."""
    return request.param


@pytest.fixture
def vi(machines, vi_target):
    """Open a file in vi on the shared board; after a failure the next test gets a new board."""
    opened = []

    def open_vi(file: str, line: str = "vi {}", **size) -> vi_session.Vi:
        opened.append(vi_session.Vi(Session(machine), vi_target, **size))
        opened[-1].type(line.format(file) + "\r")
        return opened[-1]

    with machines.shared(vi_target, "vi-screen", vi_session.FILES) as machine:
        yield open_vi
        if not PROMPT.search(machine.output):
            machines.close()


@pytest.fixture
def forty(vi) -> vi_session.Vi:
    """vi, which shows the file of forty lines."""
    found = vi("/t/forty")
    found.says("/t/forty")
    return found


@pytest.fixture
def server(machines) -> Iterator[ftp_server.Server]:
    """Without a password."""
    with ftp_server.serving(machines, ftp_server.FILES) as found:
        yield found


@pytest.fixture
def large_server(machines) -> Iterator[ftp_server.Server]:
    """With room for 4 MiB."""
    with ftp_server.serving(machines, ftp_server.FILES, 4 << 20) as found:
        yield found


@pytest.fixture
def guarded_server(machines) -> Iterator[ftp_server.Server]:
    """With a password, in clear text as an old configuration has it."""
    old = {"/etc/system.conf": ftp_server.PASSWORD}
    with ftp_server.serving(machines, {**ftp_server.FILES, **old}) as found:
        yield found


@pytest.fixture
def web(machines) -> Iterator[web_server.Server]:
    """uhttpd without a password."""
    with web_server.serving(machines, web_server.FILES) as found:
        yield found


@pytest.fixture
def guarded_web(machines) -> Iterator[web_server.Server]:
    """uhttpd with a password, in clear text as an old configuration has it."""
    old = {"/etc/system.conf": web_server.PASSWORD}
    with web_server.serving(machines, {**web_server.FILES, **old}) as found:
        yield found


@pytest.fixture
def tls_server(machines) -> Iterator[tls_boards.Server]:
    """With a certificate and a password."""
    with tls_boards.serving(machines, tls_boards.GUARDED) as found:
        yield found


@pytest.fixture
def open_tls_server(machines) -> Iterator[tls_boards.Server]:
    """With a certificate, without a password."""
    with tls_boards.serving(machines) as found:
        yield found


@pytest.fixture
def strict_tls_server(machines) -> Iterator[tls_boards.Server]:
    """With the setting that nothing is without TLS."""
    files = tls_boards.GUARDED
    with tls_boards.serving(machines, files, ', "tls": true') as found:
        yield found


@pytest.fixture
def authorities(tmp_path) -> list[Path]:
    """Files with what a client trusts: who vouches for the board, and somebody else."""
    files = [tmp_path / "good.pem", tmp_path / "other.pem"]
    for file, one in zip(files, (tls_boards.AUTHORITY, tls_boards.OTHER), strict=True):
        file.write_bytes(one.pem)
    return files
