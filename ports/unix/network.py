# SPDX-License-Identifier: MIT
"""Stand-in for MicroPython's module of that name: a process of the host uses the host's network.

WLAN, a radio with two networks around it, is a stand-in too: see radio.py.
"""

import _upyos
import vfs
from radio import (  # noqa: F401
    AP_IF,
    STA_IF,
    STAT_CONNECT_FAIL,
    STAT_CONNECTING,
    STAT_GOT_IP,
    STAT_IDLE,
    STAT_NO_AP_FOUND,
    STAT_WRONG_PASSWORD,
    WLAN,
    country,
)

# Returns (name, address, mask) of each interface of the host that is up and has an IPv4 address.
interfaces = _upyos.interfaces


def hostname(name=None):
    """Return the name of this system. Raises OSError for another one: that is the host's."""
    if name is not None:
        raise OSError(1)
    return "upyos"


def nics():
    """Return (name, object) of each interface of the host that is up, and of the stand-ins."""
    radios = [(name, WLAN(number)) for name, number in (("sta", STA_IF), ("ap", AP_IF))]
    return [(entry[0], Nic(*entry)) for entry in interfaces()] + radios


def _host_file(path):
    """Return the lines of a file of the host, none if it is not there."""
    try:
        with vfs.VfsPosix().open(path, "r") as file:
            return file.read().split("\n")
    except OSError:
        return []


class Nic:
    """One interface of the host."""

    def __init__(self, name, address, mask):
        self.name = name
        self.address = address
        self.mask = mask

    def active(self):
        """Return True: others are not listed."""
        return True

    isconnected = active

    def ifconfig(self):
        """Return (address, mask, gateway, name server), as Linux tells them."""
        return self.address, self.mask, self._gateway(), _name_server()

    def _gateway(self):
        # a row: interface, target, gateway as a number with its low byte first, ...
        for line in _host_file("/proc/net/route"):
            words = line.split()
            if words[:2] == [self.name, "00000000"]:
                number = int(words[2], 16)
                return ".".join(str(number >> shift & 255) for shift in (0, 8, 16, 24))
        return "0.0.0.0"

    def config(self, name):
        """Return the MAC address for "mac". Raises ValueError for anything else."""
        if name != "mac":
            raise ValueError("unknown config param")
        text = (_host_file("/sys/class/net/" + self.name + "/address") or [""])[0]
        return bytes(int(part, 16) for part in text.split(":")) if text else bytes(6)


def _name_server():
    for line in _host_file("/etc/resolv.conf"):
        words = line.split()
        if words[:1] == ["nameserver"]:
            return words[1]
    return "0.0.0.0"
