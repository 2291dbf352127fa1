# SPDX-License-Identifier: MIT
"""wifi with the stand-in of a radio, and without a radio."""

import ftplib
import http.client
import io
import json
import re
from collections.abc import Iterator

import pytest
from machines import image
from network import free_port
from session import Session

KEY = "stand-in-key"


@pytest.fixture
def unix(machines) -> Iterator[Session]:
    """A system whose radio is off, as after a start."""
    with machines.shared("UNIX", "wifi", {}) as machine:
        session = Session(machine)
        yield session
        session.run("wifi sta off")
        session.run("wait")
        session.run("> import radio; radio.networks[:] = radio.networks[:2]")


@pytest.fixture
def on(unix) -> Session:
    assert unix.run("wifi sta on") == ""
    return unix


def last_line(text: str) -> str:
    return text.split("\n")[-1]


def joined(session: Session, *words: str) -> str:
    return session.run(" ".join(("wifi sta connect", *words)))


def test_states(on):
    assert on.run("wifi sta status; < utls.getenv('wa'), utls.getenv('wc')") == (
        "sta: not connected\nTrue False"
    )
    on.run("wifi sta off")
    assert on.run("wifi sta status") == "sta: off"
    assert on.run("wifi sta status -n; echo $wa $wc") == "False False"


def test_join(on):
    said = joined(on, "stand-in", KEY)
    assert re.fullmatch(
        r"Connecting to stand-in\nConnected: 192\.168\.77\.20\n\[\d+\]", said, re.DOTALL
    )
    assert on.run("wifi sta status -n; echo $? $wa $wc") == "0 True True"
    assert on.run("wifi sta status").split("\n")[:2] == ["sta: connected", "Network: stand-in"]
    assert "sta: connected\n  Address: 192.168.77.20\n" in on.run("ifconfig")
    said = on.run("wifi sta disconnect")
    assert said.endswith("sta: not connected")
    assert on.run("wifi sta status -n; echo $wa $wc") == "True False"


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("stand-in", "wrong"), "wrong password"),
        (("stand-in",), "wrong password"),
        (("nowhere", "key"), "no such network"),
    ],
)
def test_a_network_that_does_not_take_us(on, words, why):
    assert last_line(joined(on, *words)) == f"wifi: {words[0]}: {why}"
    assert on.run("echo $?") == "1"
    # idle again
    assert on.run("> import network; print(network.WLAN(0).status())") == "0"


def test_joining_has_a_limit(on):
    on.run("> import radio; radio.networks[0].address_ms = 99999")
    assert last_line(joined(on, "stand-in", KEY, "0.3")) == "wifi: stand-in: timed out"
    assert on.run("> import network; print(network.WLAN(0).status())") == "0"
    on.run("> import radio; radio.networks[0].address_ms = 40")


def test_ctrl_c_ends_joining(on):
    on.run("> import radio; radio.networks[0].address_ms = 99999")
    on.type(f"wifi sta connect stand-in {KEY}")
    on.target.read_until(re.compile(rb"Connecting to stand-in\r\n"), 20)
    on.run("\u0003")
    assert on.run("> import network; print(network.WLAN(0).status())") == "0"
    on.run("> import radio; radio.networks[0].address_ms = 40")


def test_scan(on):
    rows = on.run("wifi sta scan").split("\n")
    assert rows[0].split() == ["SSID", "BSSID", "Ch", "RSSI", "Security", "Hidden"]
    assert rows[1].split() == ["stand-in", "02:00:00:00:00:00", "6", "-50", "WPA2", "no"]
    assert rows[2].split() == ["stand-in-open", "02:00:00:00:00:01", "11", "-70", "open", "no"]


def test_names_of_networks_do_no_harm(on):
    on.run("> import radio; n = radio.Network('x\\x1b[2J', 'k'); radio.networks.append(n)")
    assert "\\x1b" in on.run("wifi sta scan")


def test_what_is_off_says_so(unix):
    assert unix.run("wifi sta scan") == "wifi: sta: off (wifi sta on)"
    assert joined(unix, "stand-in", KEY) == "wifi: sta: off (wifi sta on)"
    assert unix.run("echo $?") == "1"


def test_it_joins_again_when_the_router_comes_back(on):
    joined(on, "stand-in", KEY)
    on.run("> import radio; sdata.router = radio.networks.pop(0)")
    on.run("wifi sta status -n")
    assert on.run("echo $wc") == "False"
    # long enough for a try that fails
    for _ in range(100):
        if "wifi: connection lost" in on.run("dmesg"):
            break
        on.target.read_quiet(0.1, 5)
    on.run("> import radio; radio.networks.insert(0, sdata.router)")
    for _ in range(100):
        if "wifi: connected again" in on.run("dmesg"):
            break
        on.target.read_quiet(0.1, 5)
    assert on.run("wifi sta status -n; echo $wc") == "True"
    assert on.run("test -p wifikeep") == "True"


def test_it_does_not_join_again_after_a_goodbye(on):
    joined(on, "stand-in", KEY)
    on.run("> p = [q.pid for q in sdata.procs if q.cmd == 'wifikeep'][-1]; utls.setenv('p', p)")
    on.run("wifi sta disconnect -n")
    on.run("wait $p")
    assert on.run("test -p wifikeep") == "False"


def test_the_last_network_is_kept_for_recovery(on):
    joined(on, "stand-in", KEY)
    on.run("wifi sta disconnect -n")
    # one that does not work is not kept
    joined(on, "stand-in-open", "key")
    line = "> from upyos.svc import wlan; print(wlan.last(), wlan.join_last(), wlan.join_last(0))"
    assert on.run(line) == f"('stand-in', '{KEY}') None timed out"


def test_services_do_not_hand_out_the_key(on):
    joined(on, "stand-in", KEY)
    port = free_port()
    on.run(f"uftpd start -a lo -p {port}")
    try:
        ftp = ftplib.FTP()
        on.target.stream(lambda data: None)
        ftp.connect("127.0.0.1", port, 30)
        ftp.login("anybody", "")
        secrets = ("/var/wifi.last", "/var/../var/wifi.last", "//var//wifi.last.tmp")
        for path in (*secrets, "/var/history", "/var/history.tmp"):
            with pytest.raises(ftplib.error_perm):
                ftp.retrbinary(f"RETR {path}", io.BytesIO().write)
            with pytest.raises(ftplib.error_perm):
                ftp.rename(path, "/x")
            with pytest.raises(ftplib.error_perm):
                ftp.delete(path)
            with pytest.raises(ftplib.error_perm):
                ftp.storbinary(f"STOR {path}", io.BytesIO(b"x"))
        with pytest.raises(ftplib.error_perm):
            ftp.rename("/var", "/x")
        ftp.quit()
    finally:
        on.target.stream(None)
        on.run("uftpd stop")


def test_nobody_reads_the_key_of_the_last_network(on):
    """Whoever has logged in runs commands: what they show says nothing, nor does its length."""
    joined(on, "stand-in", KEY)
    first = on.run("cat /var/wifi.last")
    ssid, salt, hidden = json.loads(first)
    assert (ssid, len(salt), len(hidden)) == ("stand-in", 16, 64)
    assert KEY.encode().hex() not in hidden
    port = free_port()
    on.run(f"uhttpd start -a lo -p {port}")
    on.target.stream(lambda data: None)
    try:
        peer = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        line = {"cmd": "cat /var/wifi.last; grep . /var/wifi.last; hexdump /var/wifi.last"}
        peer.request("POST", "/api/cmd/run", json.dumps(line))
        said = json.loads(peer.getresponse().read())["output"]
        assert hidden in said
        assert KEY not in said
    finally:
        on.target.stream(None)
        on.run("uhttpd stop")
    # another one has other numbers, and the same key too
    on.run("rm /var/wifi.last")
    joined(on, "stand-in", KEY)
    assert hidden not in on.run("cat /var/wifi.last")
    assert on.run("> from upyos.svc import wlan; print(wlan.last()[1])") == KEY


def test_damaged_files_of_the_last_network(on):
    for text in ("", "[", "[1, 2]", "[1, 2, 3]", '["a"]', "{}", "null", '["a", "b", "c"]'):
        on.run(f"> f = open('/var/wifi.last', 'w'); f.write('{text}'); f.close()")
        assert on.run("> from upyos.svc import wlan; print(wlan.last())") == "None"


def test_settings(on):
    assert on.run("wifi sta config mac channel") == "mac: 02:00:00:00:01:00\nchannel: 3"
    assert on.run("wifi ap config ssid=shed key=12345678 channel=9") == ""
    assert on.run("wifi ap config ssid channel") == "ssid: shed\nchannel: 9"
    assert on.run("wifi ap config color") == "wifi: color: no such setting"
    assert on.run("wifi sta config").startswith("ssid: ")
    assert on.run("wifi country ES; wifi country") == "ES"
    assert on.run("wifi country Spain").startswith("wifi: country Spain: ")
    assert on.run("wifi phy_mode") == "wifi: phy_mode: not on this chip"
    assert on.run("wifi hostname") == "upyos"


def test_addresses(on):
    on.run("wifi ap on")
    said = on.run("wifi ap ifconfig")
    assert said.split("\n")[0] == "Address: 192.168.4.1"
    assert on.run("wifi ap ifconfig 10.0.0.1 255.0.0.0 10.0.0.1 10.0.0.2") == ""
    assert on.run("wifi ap ifconfig").split("\n")[3] == "DNS:     10.0.0.2"
    on.run("wifi ap off")


@pytest.mark.parametrize(
    "line", ["wifi sta on", "wifi ap status", "wifi sta scan", "wifi country"]
)
def test_a_board_without_a_radio(machines, line):
    with machines.shared("RPI_PICO", "no-wifi", {}) as machine:
        board = Session(machine)
        name = line.split()[1]
        assert board.run(line) == f"wifi: {name}: this board has no network: no Wi-Fi"
        assert board.run("echo $?") == "1"


def test_a_board_file_can_say_that_there_is_none(machines):
    with machines.at_prompt(
        "UNIX", image("UNIX", {"/t/none.board": '{"wifi": false}'})
    ) as session:
        session.run("loadboard /t/none.board")
        assert session.run("wifi sta on") == "wifi: sta: this board has no network: no Wi-Fi"
