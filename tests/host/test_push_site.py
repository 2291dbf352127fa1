# SPDX-License-Identifier: MIT
"""upyfw ota push: the site that is pushed, the order of several boards, wrong usage."""

import hashlib
import socket
import struct
import threading
import urllib.error
import urllib.request

import pytest
from upyfw import cli
from upyfw.base import progress
from upyfw.base.errors import BadInput
from upyfw.flash import serial_ports
from upyfw.release.sites import Served, Site
from upyfw.remote import find
from upyfw.remote.consoles import Facts
from upyfw.remote.fleet import Fleet
from upyfw.remote.push import End, Result

DATA = bytes(range(256)) * 40
LIST = "/etc/upgrade.inf"
LIMIT_S = 30


@pytest.fixture
def folder(tmp_path):
    """A site with one image and one file; nobody signed its list, which is for boards to see."""
    records = {"/opt/a.txt": b"a\n", "@RPI_PICO": DATA}
    lines = [
        f"{'@RPI_PICO,p.img' if path[0] == '@' else path},{len(data)},"
        f"{hashlib.sha256(data).hexdigest()},"
        for path, data in records.items()
    ]
    for path, data in (("opt/a.txt", b"a\n"), ("p.img", DATA)):
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_bytes(data)
    (tmp_path / "etc").mkdir()
    text = "\n".join(["#upyOS,1.2.3,2030-01-01", *lines, "#files,2", ""])
    (tmp_path / "etc/upgrade.inf").write_text(text)
    return tmp_path


def test_a_site_is_what_its_list_says(folder):
    site = Site(folder)
    assert (site.version, site.images) == ("1.2.3", {"RPI_PICO": "/p.img"})
    assert site.content("/p.img") == DATA
    # a board is no visitor of this machine
    (folder / "secret").write_bytes(b"")
    assert site.content("/secret") is None
    assert site.content("/../secret") is None
    (folder / "p.img").write_bytes(DATA[1:])
    with pytest.raises(BadInput, match="/p.img is not what the list says"):
        Site(folder)
    (folder / "p.img").unlink()
    with pytest.raises(BadInput, match="/p.img is missing"):
        Site(folder)


@pytest.mark.parametrize("text", [b"", b"<html>", b"#upyOS,\n", b"#upyOS,1,d\n/a\n", b"\xff\xfe"])
def test_what_is_no_list(folder, text):
    (folder / "etc/upgrade.inf").write_bytes(text)
    with pytest.raises(BadInput, match="no upgrade list"):
        Site(folder)


def _get(url: str, **headers: str) -> tuple[int, bytes]:
    request = urllib.request.Request(
        url, headers={k.replace("_", "-"): v for k, v in headers.items()}
    )
    with urllib.request.urlopen(request, timeout=LIMIT_S) as answer:
        return answer.status, answer.read()


def test_served_to_a_board_that_goes_on(folder):
    """The rest of a file, if it is the same one; all of it else. Each board is told apart."""
    told = []
    with Served(Site(folder)) as served:
        base = f"http://127.0.0.1:{served.port}"
        url = base + served.visit(lambda *args: told.append(args))
        other = served.visit(lambda *args: pytest.fail("of another board"))
        assert other != url
        assert _get(url + "/p.img") == (200, DATA)
        assert told[-1] == ("/p.img", len(DATA), len(DATA))
        assert _get(url + "/p.img", Range="bytes=10000-") == (206, DATA[10000:])
        tag = f'"{hashlib.sha256(DATA).hexdigest()}"'
        assert _get(url + "/p.img", Range="bytes=9-", If_Range=tag) == (206, DATA[9:])
        assert _get(url + "/p.img", Range="bytes=9-", If_Range='"x"') == (200, DATA)
        assert _get(url + "/p.img", Range=f"bytes={len(DATA)}-") == (200, DATA)
        for path in (url + "/none", base + "/p.img", base + "/9/p.img", base + "/", url):
            with pytest.raises(urllib.error.HTTPError, match="404"):
                _get(path)


def test_a_board_that_breaks_off(folder, capfd):
    """Nothing of it is on the user's terminal: the board's console says what happened."""
    with Served(Site(folder)) as served:
        for said in (b"", b"GET /1/", b"GET /1/p.img HTTP/1.0\r\n\r\n"):
            board = socket.create_connection(("127.0.0.1", served.port))
            board.sendall(said)
            # a reset, as of a board that starts again
            board.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            board.close()
        # answered behind these
        url = f"http://127.0.0.1:{served.port}" + served.visit(lambda *_: None)
        assert _get(url + "/p.img") == (200, DATA)
    assert capfd.readouterr().err == ""


class Board:
    """What Fleet sees of a push: it waits where it is told to, and ends as it is told."""

    def __init__(self, name: str, end: End = End.UPDATED, waits: threading.Event | None = None):
        self.name = name
        self.result = Result(name)
        self._end = end
        self._waits = waits
        self.was_asked = threading.Event()
        self.was_left = False

    def ask(self) -> None:
        if self._end is End.REFUSED:
            self.result.end = self._end
        else:
            self.result.before = Facts("1.0.0", "B", False)

    def run(self, tell, may_restart) -> None:
        self.was_asked.set()
        tell("loads", 0.5)
        if self._waits:
            assert self._waits.wait(LIMIT_S)
        self.result.end = self._end if may_restart() else End.HELD

    def leave(self, limit_s: float) -> None:
        assert 0 < limit_s < LIMIT_S
        self.was_left = True


class Lost(Board):
    """A board that is gone once another one is loading; that one goes on when this is known."""

    def __init__(self, name: str, other: Board, go: threading.Event):
        super().__init__(name, End.LOST)
        self._other, self._go = other, go

    def run(self, tell, may_restart) -> None:
        assert self._other.was_asked.wait(LIMIT_S)
        super().run(tell, may_restart)


def test_a_board_that_is_loading_is_not_restarted(monkeypatch):
    """Two at once: one is lost while the other one loads; that is held, the third not begun."""
    go = threading.Event()
    loading = Board("b", waits=go)
    lost = Lost("a", loading, go)
    told = []

    def say(text: str) -> None:
        told.append(text)
        if text == "a: did not come back":
            go.set()

    monkeypatch.setattr(progress, "say", say)
    results = Fleet([lost, loading, Board("c")], 2).run()
    assert [one.end for one in results] == [End.LOST, End.HELD, End.LEFT]
    assert told[-1] == "b: loaded, not restarted"


def test_what_is_refused_stops_nothing():
    boards = [Board("a", End.REFUSED), Board("b"), Board("c", End.CURRENT)]
    assert [one.end for one in Fleet(boards, 1).run()] == [End.REFUSED, End.UPDATED, End.CURRENT]
    assert not boards[0].was_asked.is_set()


def _push(capsys, *words: object) -> tuple[int, str]:
    status = cli.run(["ota", "push", *map(str, words)])
    return status, capsys.readouterr().err.strip()


def test_what_is_asked_for_wrongly(folder, capsys, monkeypatch):
    monkeypatch.setattr(find, "boards", lambda wait_s: [])
    assert _push(capsys)[0] == 2
    assert _push(capsys, "--all", "host", "--site", folder)[0] == 2
    assert "no update site" in _push(capsys, "host", "--site", folder / "none")[1]
    assert "no such port" in _push(capsys, "/dev/none", "--site", folder)[1]
    for host in ("a:b:c", "a..b", "x" * 64):
        assert "is no HOST" in _push(capsys, host, "--site", folder)[1]
    for port in (-1, 65536):
        assert "is not in the range" in _push(capsys, "a", "--site", folder, "--port", port)[1]
    assert "no board answered" in _push(capsys, "--all", "--site", folder)[1]


class Info:
    """A port as pyserial lists it."""

    def __init__(self, device: str, vid: int | None, serial_number: str | None):
        self.device, self.vid, self.serial_number = device, vid, serial_number
        self.pid, self.product = 5, None


def test_a_port_that_gets_another_name(monkeypatch):
    """A board is known by the serial number of its own USB; a bridge's is not the board's."""
    pico, bridge = Info("/dev/ttyACM0", 0x2E8A, "E66"), Info("/dev/ttyUSB0", 0x10C4, "0001")
    monkeypatch.setattr(serial_ports.list_ports, "comports", lambda: [pico, bridge])
    mine = serial_ports.identity("/dev/ttyACM0")
    assert (mine, serial_ports.identity("/dev/ttyUSB0")) == ("E66", "")
    assert serial_ports.has_flow_control("/dev/ttyACM0")
    assert not serial_ports.has_flow_control("/dev/ttyUSB0")
    pico.device = "/dev/ttyACM1"
    assert serial_ports.now_at("/dev/ttyACM0", mine) == "/dev/ttyACM1"
    assert serial_ports.now_at("/dev/ttyUSB0", "") == "/dev/ttyUSB0"
    monkeypatch.setattr(serial_ports.list_ports, "comports", list)
    assert serial_ports.now_at("/dev/ttyACM0", mine) == "/dev/ttyACM0"


def test_progress_of_several_where_nobody_watches(capsys):
    """A line for each new thing, and none for each part of it."""
    with progress.several(["a", "b"]) as show:
        show("a", "loads", 0.1)
        show("a", "loads", 0.2)
        show("b", "loads", 0.1)
        show("a", "restarts", None)
    assert capsys.readouterr().err == "a: loads\nb: loads\na: restarts\n"
