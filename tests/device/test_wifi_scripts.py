# SPDX-License-Identifier: MIT
"""The start-up and exit scripts of the earlier README, word for word, and those of the image."""

import re

import pytest
from machines import image
from network import well_known_ports
from session import Session

# the promise (R) of docs/spec: these run unchanged, once SSID and password are filled in
START = """\
#
# WiFi connection and services startup
#

wifi sta on                      # Turn on wifi in client mode

wifi sta status

#wifi sta scan                   # scan wifi APs

wifi sta connect <SSID> <password> 10 # SSID PASS Timeout

wifi sta status -n
if $wa == False goto exit # wifi active
if $wc == False goto exit # wifi connected

ntpupdate es.pool.ntp.org

date

wifi sta ifconfig

utelnetd start
uftpd start
uhttpd start &

:exit
"""
END = """\
test -p uhttpd > 0
if $0 == True uhttpd stop
unset 0

uftpd stop
utelnetd stop

wifi sta status -n
if $wc == True wifi sta disconnect -n
if $wa == True wifi sta off
"""


def filled(key: str) -> str:
    return START.replace("<SSID>", "stand-in").replace("<password>", key)


SCRIPTS = {
    "of the README": {"/etc/init.sh": filled("stand-in-key"), "/etc/end.sh": END},
    "of the image": {"/etc/init.sh": "sh /etc/wifi.sh stand-in stand-in-key\n"},
}


@pytest.mark.parametrize("name", SCRIPTS)
def test_start_and_end(machines, name):
    with well_known_ports(), machines.started("UNIX", image("UNIX", SCRIPTS[name])) as session:
        session.wait_prompt()
        shown = session.text
        assert "Connected: 192.168.77.20\n" in shown
        assert re.search(r"\nutelnetd: [\d.]+:23\n", shown)
        assert re.search(r"\nuftpd: [\d.]+:21\n", shown)
        assert "Address: 192.168.77.20\n" in shown
        assert "Traceback" not in shown
        rows = session.run("ps")
        assert all(word in rows for word in ("utelnetd", "uftpd", "wifikeep"))
        ended(session)


def ended(session: Session) -> None:
    """Leave, and look at what is left from the prompt of MicroPython."""
    session.type("exit -f")
    session.target.read_until(re.compile(rb">>> $"), 20)
    session.type("import network; print(network.WLAN(0).active())")
    assert b"False" in session.target.read_until(re.compile(rb"(True|False)\r\n"), 20)


def test_without_the_network_no_service_starts(machines):
    files = {"/etc/init.sh": filled("wrong")}
    with machines.at_prompt("UNIX", image("UNIX", files)) as session:
        assert "wifi: stand-in: wrong password" in session.text
        assert "utelnetd" not in session.run("ps")
