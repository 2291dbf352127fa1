# SPDX-License-Identifier: MIT
"""Wi-Fi: the interfaces, joining a network, and the last network that worked.

That one stands in /var/wifi.last, which no service hands out (lib/secrets.py). Its key is mixed
with numbers of this board: who has logged in does not see it, whatever shows the file; a program
on the board could compute it, as this one does. It is written anew when another network worked: a
power cut leaves the old or the new one.
"""

import hashlib
import json
import os

import sdata
import upyos_port
from micropython import const

from upyos.lib import files, secrets, waiting

_LOOK_MS = const(20)
_SALT_BYTES = const(8)
_PART_BYTES = const(32)
# A driver may try again by itself: what is wrong counts when it has been so for a while.
_SURE_LOOKS = const(20)
_FAILURES = (
    ("STAT_WRONG_PASSWORD", "wrong password"),
    ("STAT_NO_AP_FOUND", "no such network"),
    ("STAT_CONNECT_FAIL", "connection failed"),
    ("STAT_ASSOC_FAIL", "connection failed"),
    ("STAT_HANDSHAKE_TIMEOUT", "wrong password, or no answer"),
    ("STAT_BEACON_TIMEOUT", "the network is gone"),
)
# By number, as the ESP chips have them.
_ESP_SECURITY = (
    "open",
    "WEP",
    "WPA",
    "WPA2",
    "WPA/WPA2",
    "WPA2-ENT",
    "WPA3",
    "WPA2/WPA3",
    "WAPI",
    "OWE",
)


def interface(name):
    """Return the object of `sta` or `ap`. Raises ImportError on a board without Wi-Fi."""
    import network

    if not hasattr(network, "WLAN") or sdata.board.get("wifi") in (False, 0):
        raise ImportError("no Wi-Fi")
    return network.WLAN(network.STA_IF if name == "sta" else network.AP_IF)


def failure(status):
    """Return what a status says is wrong, a text, or None."""
    import network

    for name, text in _FAILURES:
        if getattr(network, name, None) == status:
            return text
    return None


def reconnects(sta):
    """Tell whether the driver joins again by itself what it lost."""
    import network

    try:
        # of the ESP32 family; -1 and 0 are "always"
        return sta.config("reconnects") is not None
    except (ValueError, TypeError):
        return hasattr(network, "phy_mode")


def begin(sta, ssid, key):
    """Begin to join a network; that goes on in the background. Raises OSError."""
    if key:
        sta.connect(ssid, key)
    else:
        sta.connect(ssid)


def join(sta, ssid, key, limit_ms):
    """Join a network; return None once there is an address, else why not: a text.

    The interface is idle then, and after Ctrl-C. Raises OSError if it cannot begin.
    """
    looks = 0

    def settled():
        nonlocal looks
        if sta.isconnected():
            return True
        # negative: it is over; others of these are tried again
        looks = looks + 1 if sta.status() < 0 else 0
        return looks > _SURE_LOOKS

    done = False
    sta.disconnect()
    try:
        begin(sta, ssid, key)
        waiting.until(settled, limit_ms)
        done = sta.isconnected()
        why = None if done else failure(sta.status()) or "timed out"
    finally:
        if not done:
            sta.disconnect()
    return why


def _mixed(data, salt):
    """Return data mixed with numbers of this board, or mixed data as it was before."""
    mask = b""
    while len(mask) < len(data):
        mask += hashlib.sha256(salt + upyos_port.unique_id() + mask).digest()
    return bytes([data[i] ^ mask[i] for i in range(len(data))])


def remember(ssid, key):
    """Keep a network that worked, for recovery and for when it is lost. Raises OSError."""
    if (ssid, key) != last():
        salt = os.urandom(_SALT_BYTES)
        data = key.encode()
        # its length is nobody's business
        data = _mixed(data + bytes(-len(data) % _PART_BYTES), salt)
        files.write_atomic(secrets.WIFI_LAST, json.dumps([ssid, salt.hex(), data.hex()]))


def last():
    """Return (ssid, key) of the last network that worked, or None."""
    try:
        with open(secrets.WIFI_LAST) as file:
            ssid, salt, key = json.load(file)
        key = str(_mixed(bytes.fromhex(key), bytes.fromhex(salt)).rstrip(b"\0"), "utf-8")
    except (OSError, ValueError, TypeError):
        return None
    return (ssid, key) if isinstance(ssid, str) else None


def join_last(limit_ms=20000):
    """Switch Wi-Fi on and join the last network that worked, as recovery does.

    Returns None once there is an address, else why not. Raises ImportError, OSError.
    """
    sta = interface("sta")
    known = last()
    if known is None:
        return "no network is known"
    sta.active(True)
    return join(sta, known[0], known[1], limit_ms)


def security(number):
    """Return the name of what a scan says of a network's security."""
    import network

    if hasattr(network.WLAN, "SEC_WPA2") or hasattr(network, "phy_mode"):
        return _ESP_SECURITY[number] if 0 <= number < len(_ESP_SECURITY) else str(number)
    # bits of the Pico W's driver (cyw43_ll.c): 1 a key, 2 WPA, 4 WPA2
    names = [name for bit, name in ((2, "WPA"), (4, "WPA2")) if number & bit]
    return "/".join(names) or ("WEP" if number & 1 else "open")


def plain(name):
    """Return a network's name, bytes, as text that does no harm at the terminal."""
    try:
        text = name.decode()
    except UnicodeError:
        return repr(name)
    return text if all(sign >= " " and sign != "\x7f" for sign in text) else repr(name)
