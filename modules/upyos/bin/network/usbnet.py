# SPDX-License-Identifier: MIT
"""usbnet on|off|status

The network over the USB cable, beside the serial port: the host that the cable goes to gets an
address by itself and reaches the board by name or address. It is on from the start; what is
switched stays until the next reset (a line in /local/init.sh keeps it off).

on      switch it on
off     switch it off: the host sees its cable pulled, connections end
status  state, name, and the addresses of board and host; 0 while a host is connected, else 1

Source: USB Network Control Model 1.0; RFC 2131, 3927, 6762.
"""

from upyos.lib.command import UsageError, fail, operands, options


def _interface():
    """Return network.USBD_NCM(), or None on a board without it."""
    try:
        return __import__("network").USBD_NCM()
    except (ImportError, AttributeError):
        return None


def _show(interface):
    """Print what it is like; return 0 while a host is connected."""
    connected = interface.isconnected()
    state = "connected" if connected else "no host" if interface.active() else "off"
    print("State:   " + state)
    print("Name:    %s.local" % __import__("network").hostname())
    print("Address: " + interface.ifconfig()[0])
    if connected:
        print("Host:    " + (interface.config("host") or "asked for no address"))
    return 0 if connected else 1


def __main__(args):
    _, words = options(args, "")
    operands(words, 1, 1)
    if words[0] not in ("on", "off", "status"):
        raise UsageError
    interface = _interface()
    if not interface:
        return fail(words[0], "this board has no network over USB")
    if words[0] == "status":
        return _show(interface)
    interface.active(words[0] == "on")
    return 0
