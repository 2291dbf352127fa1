# SPDX-License-Identifier: MIT
"""Services by name: hosts find them by mDNS (RFC 6763) where the board can say so."""


def service(name, port):
    """Say that a service, such as utelnetd, is at a port; port 0: no longer."""
    try:
        # as _telnet; a network over USB alone knows how
        __import__("network").USBD_NCM().announce("_" + name[1:-1], port)
    except (ImportError, AttributeError, OSError):
        # none, or no place for another one
        return
