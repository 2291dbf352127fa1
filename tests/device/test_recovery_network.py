# SPDX-License-Identifier: MIT
"""A board in recovery mode that nobody stands beside: telnet behind a password, or nothing."""

import json

import pytest
from machines import image
from network import Plain, free_port
from test_telnet import log_in

INIT = "/etc/init.sh"
MODES = {
    "no password": {"user": "admin", "paswd": ""},
    "locked": {"user": "admin", "paswd": "!"},
}


def files(auth: dict[str, str], port: int) -> dict[str, str]:
    return {
        "/etc/system.conf": json.dumps({"auth": auth}),
        "/etc/utelnetd.conf": json.dumps({"port": port}),
    }


def test_telnet_mends_the_start_script(machines):
    port = free_port()
    flash = image("UNIX", files({"user": "admin", "paswd": "pw7"}, port), remove=(INIT,))
    with machines.at_prompt("UNIX", flash) as session:
        assert "Recovery mode" in session.text
        assert f":{port}\n" in session.text
        client = Plain(port)
        log_in(client)
        client.until(b"/ $: ")
        client.send(b"echo pwd > /etc/init.sh; cat /etc/init.sh\r\n")
        client.until(b"\r\npwd\r\n/ $: ")
        client.send(b"ps\r\n")
        services = client.until(b" ps\r\n/ $: ")
        client.close()
        assert b"utelnetd" in services
        assert b"uftpd" not in services


@pytest.mark.parametrize("mode", MODES)
def test_nothing_without_a_password(machines, mode):
    port = free_port()
    flash = image("UNIX", files(MODES[mode], port), remove=(INIT,))
    with machines.at_prompt("UNIX", flash) as session:
        assert "Recovery mode" in session.text
        with pytest.raises(ConnectionRefusedError):
            Plain(port)
        assert "utelnetd" not in session.run("ps")


def test_no_service_by_itself_in_normal_mode(machines):
    flash = image("UNIX", files({"user": "admin", "paswd": "pw7"}, free_port()))
    with machines.at_prompt("UNIX", flash) as session:
        assert "utelnetd" not in session.run("ps")


def test_over_the_usb_cable(machines):
    flash = image("RPI_PICO", files({"user": "admin", "paswd": "pw7"}, 23), remove=(INIT,))
    with machines.at_prompt("RPI_PICO", flash) as session:
        cable = session.target.cable
        assert cable.wait()
        talk = cable.open(23)
        assert talk.say(until=b"Login: ").reason is False
        talk.say(b"admin\r\n", until=b"Password: ")
        assert talk.say(b"pw7\r\n", until=b"/ $: ", limit=60).reason is False
        assert talk.say(b"pwd\r\n", until=b"\r\n/\r\n").reason is False


def test_nothing_over_the_usb_cable_without_a_password(machines):
    flash = image("RPI_PICO", files(MODES["no password"], 23), remove=(INIT,))
    with machines.at_prompt("RPI_PICO", flash) as session:
        assert session.target.cable.wait()
        assert session.target.cable.exchange(23).reason == "reset"
