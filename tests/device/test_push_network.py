# SPDX-License-Identifier: MIT
"""`upyfw ota push HOST`: an emulated RPI_PICO at the USB cable loads from this machine."""

import test_push
import test_telnet
import upgrade_boards as up
from network import free_port
from upyfw import cli
from upyfw.remote import secret


def test_pushed_over_the_network(tmp_path, capsys, monkeypatch):
    """Behind its password; the http server goes on where a push before was cut."""
    monkeypatch.setenv(secret.VARIABLE, "pw7")
    files = {"/etc/system.conf": test_telnet.PASSWORD.encode()}
    session, folder = test_push.nearly_pushed(tmp_path, up.image("0.3.0"), files=files)
    cable = session.target.cable
    assert cable.wait()
    session.run("utelnetd start")
    port = free_port()
    cable.reach(8000, port)
    here = f"{cable.state()['ip']}:8000"
    session.target.stream(lambda data: None)
    where = f"127.0.0.1:{cable.forward(23)}"
    call = ["ota", "push", where, "--here", here, "--port", str(port), "--site", str(folder)]
    assert cli.run(call) == 0, capsys.readouterr()
    session.target.stream(None)
    told = capsys.readouterr()
    assert "updated" in told.out
    assert "upgrade: 0.3.0 is on trial\nutelnetd: " in session.text
    assert up.version(session) == "0.3.0"
    session.target.stop()
