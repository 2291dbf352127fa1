# SPDX-License-Identifier: MIT
"""Stand-in for the radio of a Pico W: no waves, two networks that a test can change.

It answers as extmod/network_cyw43.c of MicroPython 1.26.1 does: joining goes on in the background
and ends in a status, what was lost is not joined again by itself, and what needs the interface
on fails while it is off. `networks` is what is in reach; no data goes through it: sockets are
the host's.
"""

import time

STA_IF = 0
AP_IF = 1
# As network of the rp2 port has them.
STAT_IDLE = 0
STAT_CONNECTING = 1
STAT_WRONG_PASSWORD = -3
STAT_NO_AP_FOUND = -2
STAT_CONNECT_FAIL = -1
STAT_GOT_IP = 3
_NO_ADDRESS = ("0.0.0.0",) * 4
_EPERM = 1


class Network:
    """A router: what it calls itself, and how it takes those who want in."""

    def __init__(self, ssid, key="", channel=6, rssi=-50):
        self.ssid = ssid
        self.key = key
        self.channel = channel
        self.rssi = rssi
        self.bssid = bytes((2, 0, 0, 0, 0, len(networks)))
        # How long joining and asking for an address take.
        self.join_ms = 40
        self.address_ms = 40
        self.address = ("192.168.77.20", "255.255.255.0", "192.168.77.1", "192.168.77.1")


networks = []
networks.append(Network("stand-in", "stand-in-key"))
networks.append(Network("stand-in-open", "", 11, -70))
_country = ["XX"]


def country(code=None):
    """Return the two letters of the country, or set them."""
    if code is None:
        return _country[0]
    if len(code) != 2:
        raise ValueError
    _country[0] = code


def _find(ssid):
    for one in networks:
        if one.ssid == ssid:
            return one
    return None


class WLAN:
    """One of the two interfaces."""

    IF_STA = 0
    IF_AP = 1
    PM_NONE = 16
    PM_PERFORMANCE = 10555714
    PM_POWERSAVE = 17
    _made = {}
    _on = False
    # (ssid, key, since when), and the Network that was reached.
    _wanted = None
    _network = None
    _fixed = None

    def __new__(cls, number=STA_IF):
        if number not in cls._made:
            made = object.__new__(cls)
            made.number = number
            made.settings = {
                "ssid": "" if number == STA_IF else "PICO0000",
                "channel": 3,
                "security": 0,
                "pm": WLAN.PM_PERFORMANCE,
                "txpower": 31,
                "mac": bytes((2, 0, 0, 0, 1, number)),
            }
            cls._made[number] = made
        return cls._made[number]

    def active(self, on=None):
        """Tell whether it is on, or switch it."""
        if on is None:
            return self._on
        self._on = bool(on)
        if not on:
            self.disconnect()

    def _need_on(self):
        if not self._on:
            raise OSError(_EPERM)

    def scan(self):
        """Return what is in reach."""
        self._need_on()
        # the bits of the driver: 1 a key, 2 WPA, 4 WPA2
        return [
            (n.ssid.encode(), n.bssid, n.channel, n.rssi, 5 if n.key else 0, 1) for n in networks
        ]

    def connect(self, ssid, key=None, *, security=-1, bssid=None, channel=-1):
        """Begin to join a network."""
        self._need_on()
        if isinstance(ssid, bytes):
            ssid = ssid.decode()
        self._network = None
        self._wanted = (ssid, key or "", time.ticks_ms())

    def disconnect(self):
        """Leave the network."""
        self._wanted = self._network = None

    def status(self, what=None):
        """Return the state of the link, or what is asked for."""
        if what == "rssi" and self.number == STA_IF:
            return self._network.rssi if self._network else 0
        if what == "stations" and self.number == AP_IF:
            return []
        if what is not None:
            raise ValueError("unknown status param")
        if self.number == AP_IF:
            return STAT_GOT_IP if self._on else STAT_IDLE
        if self._network is not None and self._network not in networks:
            # the router is gone: the link is down, and stays so when it comes back
            self.disconnect()
        return self._progress() if self._wanted else STAT_IDLE

    def _progress(self):
        ssid, key, since_ms = self._wanted
        found = self._network or _find(ssid)
        took_ms = time.ticks_diff(time.ticks_ms(), since_ms)
        join_ms = found.join_ms if found else 40
        if self._network is None:
            if took_ms < join_ms:
                return STAT_CONNECTING
            if found is None:
                return STAT_NO_AP_FOUND
            if found.key != key:
                return STAT_WRONG_PASSWORD
            self._network = found
        return STAT_GOT_IP if took_ms >= join_ms + found.address_ms else 2

    def isconnected(self):
        """Tell whether it has an address; of an access point: whether a station is there."""
        return self.number == STA_IF and self.status() == STAT_GOT_IP

    def ifconfig(self, values=None):
        """Return address, mask, gateway and name server, or set them."""
        if values is not None:
            self._fixed = None if values == "dhcp" else tuple(values)
            return None
        if self.number == AP_IF:
            return self._fixed or ("192.168.4.1", "255.255.255.0", "192.168.4.1", "0.0.0.0")
        return (self._fixed or self._network.address) if self.isconnected() else _NO_ADDRESS

    def config(self, *name, **values):
        """Return one setting, or set some."""
        for key in name or values:
            if key == "essid":
                key = "ssid"
            if key not in self.settings and key not in ("key", "password"):
                raise ValueError("unknown config param")
            if name:
                if self.number == STA_IF and key == "ssid" and self._wanted:
                    return self._wanted[0]
                return self.settings[key]
            self.settings[key] = values[key]
        return None
