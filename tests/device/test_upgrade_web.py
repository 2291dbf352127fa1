# SPDX-License-Identifier: MIT
"""An upgrade over the USB cable: from a signed site on the host, with the tool's own server."""

import pytest
import test_push
import upgrade_boards as up
import web_folder
from upyfw.release import updates

_SWAP_S = 60


@pytest.fixture
def site(tmp_path):
    """Serve an update site with 0.3.0; yields (folder, port)."""
    folder = up.site(tmp_path / "site", "0.3.0", up.image("0.3.0"))
    with web_folder.served(folder) as base:
        yield folder, int(base.rpartition(":")[2])


def started(tmp_path, port):
    """Start a board whose host has the site at port 8000; return (session, base)."""
    session = up.started(tmp_path, up.flash(up.stick({})))
    return session, reached(session, port)


def reached(session, port):
    """Let a board have the site at port 8000 of its host; return the base."""
    cable = session.target.cable
    assert cable.wait()
    cable.reach(8000, port)
    return f"http://{cable.state()['ip']}:8000"


def asked(session, base: str) -> str:
    """Type an upgrade, in real time."""
    session.target.stream(lambda data: None)
    session.type(f"upgrade -f -u {base}")
    said = session.wait_prompt(300)
    session.target.stream(None)
    return said


def test_upgrade_over_the_network(tmp_path, site):
    """A signed list and image over http; on trial until the network is back."""
    session, base = started(tmp_path, site[1])
    said = asked(session, base)
    assert "[.]OK" in said, said
    session.type("reboot -f")
    assert "upgrade: 0.3.0 is on trial" in session.wait_prompt(_SWAP_S)
    assert session.target.cable.wait()
    session.target.advance(8)
    assert "Trial:   no" in session.run("upgrade status")
    assert up.version(session) == "0.3.0"
    session.target.stop()


def test_the_server_gives_the_rest(tmp_path):
    """What a download before has left in the slot is not asked for again."""
    session, folder = test_push.nearly_pushed(tmp_path, up.image("0.3.0"))
    asked_for = []
    with web_folder.served(folder, asked_for.append) as base:
        said = asked(session, reached(session, int(base.rpartition(":")[2])))
    assert "The new firmware is tried at the next reset." in said, said
    assert [line.rpartition(" ")[2] for line in asked_for] == ["200", "206"]
    session.target.stop()


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda text: text.replace(b"0.3.0", b"0.4.0", 1), "no signature of a key"),
        (lambda text: text.partition(b"#sig")[0], "no signature of a key"),
        (lambda text: b"<html>moved</html>", "no upgrade list of upyOS"),
    ],
)
def test_a_list_that_was_changed(tmp_path, site, change, why):
    """Nothing is loaded by a list that nobody signed."""
    path = site[0] / updates.LIST
    path.write_bytes(change(path.read_bytes()))
    session, base = started(tmp_path, site[1])
    assert why in asked(session, base)
    session.target.stop()


def test_no_server(tmp_path, site):
    """A file that is not there, and a server that is gone: one line each."""
    session, base = started(tmp_path, site[1])
    assert "failed\nupgrade: " in asked(session, base + "/elsewhere")
    session.target.cable.reach(8000, 1)
    assert "failed\nupgrade: " in asked(session, base)
    session.target.stop()
