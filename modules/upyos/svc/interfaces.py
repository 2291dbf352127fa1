# SPDX-License-Identifier: MIT
"""The network interfaces of this board, as services need them: which addresses it has."""

from micropython import const

_ENODEV = const(19)
_RADIO = const((("sta", "STA_IF"), ("ap", "AP_IF")))
_WIRES = const((("usb", "USBD_NCM"), ("lan", "LAN")))


def active():
    """Return (name, address, mask) of each interface that is up.

    Raises ImportError if there is none, or no network at all.
    """
    import network

    if hasattr(network, "interfaces"):
        # a process of the host, ports/unix/network.py
        found = network.interfaces()
    else:
        found = [(name,) + nic.ifconfig()[:2] for name, nic in _nics(network) if nic.active()]
    if not found:
        raise ImportError("no network")
    return found


def every():
    """Return (name, object) of all interfaces, up or not. Raises ImportError without a network."""
    import network

    return network.nics() if hasattr(network, "nics") else _nics(network)


def _nics(network):
    """Yield (name, object) of the interfaces that this firmware knows."""
    # lwIP has the numbers of both even where there is no radio
    if hasattr(network, "WLAN"):
        for name, number in _RADIO:
            yield name, network.WLAN(getattr(network, number))
    for name, kind in _WIRES:
        if hasattr(network, kind):
            yield name, getattr(network, kind)()


def addresses():
    """Return the addresses that peers can reach, the loopback one if there is no other."""
    found = [entry[1] for entry in active()]
    return [one for one in found if not one.startswith("127.")] or found


def address(word):
    """Return the address that a word stands for: an address, or the name of an interface."""
    for entry in active():
        if entry[0] == word:
            return entry[1]
    parts = word.split(".")
    if len(parts) != 4 or not all(part.isdigit() and int(part) < 256 for part in parts):
        raise OSError(_ENODEV)
    return word


def _number(address):
    number = 0
    for part in address.split("."):
        number = number << 8 | int(part)
    return number


def facing(peer):
    """Return our address on the network that a peer is in."""
    found = active()
    for entry in found:
        mask = _number(entry[2])
        if _number(entry[1]) & mask == _number(peer) & mask:
            return entry[1]
    return addresses()[0]
