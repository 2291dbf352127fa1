# SPDX-License-Identifier: MIT
"""What `wifi` prints of networks, settings and the chip, and the settings that it changes."""

import utls
from micropython import const

from upyos.lib.command import fail
from upyos.svc import wlan

_SETTINGS = const(("ssid", "channel", "security", "mac", "txpower", "pm", "reconnects", "hidden"))
_TITLES = const(("Address", "Mask", "Gateway", "DNS"))


def scan(nic):
    """Print the networks in reach, the strongest first. Raises OSError."""
    print("%-24s %-17s %2s %4s %-9s %s" % ("SSID", "BSSID", "Ch", "RSSI", "Security", "Hidden"))
    for one in sorted(nic.scan(), key=lambda one: -one[3]):
        # of a Pico W the last one is a count
        hidden = not one[0].strip(b"\0") or one[5] is True
        row = (wlan.plain(one[0]), utls.mac2Str(one[1]), one[2], one[3], wlan.security(one[4]))
        print("%-24s %-17s %2d %4d %-9s %s" % (row + ("yes" if hidden else "no",)))


def addresses(nic):
    """Print address, mask, gateway and name server."""
    for i, value in enumerate(nic.ifconfig()):
        print("%-8s %s" % (_TITLES[i] + ":", value))


def settings(nic, words):
    """Print settings, all that there are without words, or set them; return the status."""
    given = [word.partition("=") for word in words]
    for key, sign, text in given:
        if sign:
            try:
                nic.config(**{key: _value(text)})
            except (ValueError, TypeError):
                return fail(key, "no such setting, or not of this value")
        elif not _show(nic, key):
            return fail(key, "no such setting")
    if not words:
        for key in _SETTINGS:
            _show(nic, key)
    return 0


def _show(nic, key):
    """Print a setting; False if there is none of this name."""
    try:
        value = nic.config(key)
    except (ValueError, TypeError, KeyError, OSError):
        return False
    print("%s: %s" % (key, utls.mac2Str(value) if key == "mac" else value))
    return True


def _value(text):
    if text in ("True", "False"):
        return text == "True"
    return int(text) if text.lstrip("-").isdigit() else text


def chip(words):
    """Show or set what is the chip's; return the status. Raises OSError, ValueError."""
    import network

    setting = getattr(network, words[0], None)
    if setting is None:
        return fail(words[0], "not on this chip")
    if words[1:]:
        setting(_value(words[1]))
    else:
        print(setting())
    return 0
