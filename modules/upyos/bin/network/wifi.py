# SPDX-License-Identifier: MIT
"""wifi sta|ap VERB [-n] [WORD...], wifi country|hostname|phy_mode [VALUE]

Wi-Fi: sta joins networks, ap is one. VERB is

on, off                       switch the interface
status                        print its state; set $wa (it is on) and $wc (connected)
scan                          print the networks in reach (sta)
connect SSID [KEY [SECONDS]]  join a network, 30 s at most (sta); the last one that worked is kept,
                              and joined again by itself when it is lost
disconnect                    leave it (sta)
ifconfig [IP MASK GW DNS]     print addresses, or set them
config [NAME...|NAME=VALUE...]  print settings, or set them

-n  print nothing (status, disconnect)

country, hostname and phy_mode print the chip's setting or set it.

Source: upyOS; MicroPython network.WLAN.
"""

import sdata
import utls
from upyos.lib.command import UsageError, fail, milliseconds, operands, options

try:
    from upyos.svc import wlan, wlan_show
except ImportError:
    wlan = None

_LIMIT_MS = 30000
_CHIP = ("country", "hostname", "phy_mode")


def _on(nic, name, words, found):
    nic.active(True)


def _off(nic, name, words, found):
    if name == "sta":
        _keep(False)
    nic.active(False)


def _status(nic, name, words, found):
    on, connected = bool(nic.active()), bool(nic.isconnected())
    utls.setenv("wa", on)
    utls.setenv("wc", connected)
    if "n" not in found:
        why = wlan.failure(nic.status()) if on and not connected and name == "sta" else None
        state = "connected" if connected else why or "not connected"
        print("%s: %s" % (name, state if on else "off"))
        if connected:
            print("Network:", nic.config("ssid"))
            wlan_show.addresses(nic)


def _scan(nic, name, words, found):
    if not nic.active():
        return fail(name, "off (wifi sta on)")
    return wlan_show.scan(nic)


def _connect(nic, name, words, found):
    if not nic.active():
        return fail(name, "off (wifi sta on)")
    ssid, key = words[0], words[1] if words[1:] else ""
    limit_ms = milliseconds(words[2]) if words[2:] else _LIMIT_MS
    _keep(False)
    print("Connecting to " + ssid)
    why = wlan.join(nic, ssid, key, limit_ms)
    if why:
        return fail(ssid, why)
    print("Connected: " + nic.ifconfig()[0])
    wlan.remember(ssid, key)
    if not wlan.reconnects(nic):
        _keep(True)


def _keep(wanted):
    """Start or stop what joins a lost network again."""
    for proc in sdata.procs:
        if proc.cmd == "wifikeep":
            proc.sts = "S"
    if wanted:
        sdata.upyos.run_cmd("wifikeep &")


def _disconnect(nic, name, words, found):
    _keep(False)
    nic.disconnect()
    if "n" not in found:
        print(name + ": not connected")


def _config(nic, name, words, found):
    return wlan_show.settings(nic, words)


def _ifconfig(nic, name, words, found):
    if words:
        nic.ifconfig(tuple(words))
    else:
        wlan_show.addresses(nic)


# How many words each verb takes, at least and at most; those of sta alone.
_VERBS = {"on": (0, 0), "off": (0, 0), "status": (0, 0), "scan": (0, 0), "connect": (1, 3)}
_VERBS.update({"disconnect": (0, 0), "ifconfig": (0, 4), "config": (0, 99)})


def _run(found, words):
    """Do what is asked for; return the status. Raises UsageError."""
    name = words[0]
    if name in _CHIP:
        operands(words, 1, 2)
        _there().interface("sta")
        return wlan_show.chip(words)
    verb = words[1] if words[1:] else None
    of_sta = verb in ("scan", "connect", "disconnect")
    if name not in ("sta", "ap") or verb not in _VERBS or name == "ap" and of_sta:
        raise UsageError
    operands(rest := words[2:], *_VERBS[verb])
    if verb == "connect" and rest[2:]:
        milliseconds(rest[2])
    if verb == "ifconfig" and (len(rest) not in (0, 4) or not all(map(_is_address, rest))):
        raise UsageError
    return globals()["_" + verb](_there().interface(name), name, rest, found)


def _there():
    if not wlan:
        raise ImportError
    return wlan


def _is_address(word):
    parts = word.split(".")
    return len(parts) == 4 and all(part.isdigit() and int(part) < 256 for part in parts)


def __main__(args):
    found, words = options(args, "n")
    operands(words, 1)
    try:
        return _run(found, words) or 0
    except ImportError:
        return fail(words[0], "this board has no network: no Wi-Fi")
    except (OSError, ValueError) as e:
        return fail(" ".join(words[:2]), e)
