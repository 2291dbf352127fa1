# SPDX-License-Identifier: MIT
"""Stand-in for MicroPython's module of that name: a process of the host uses the host's network.

There is no WLAN: what needs one says that this board has none.
"""

import _upyos

# Returns (name, address, mask) of each interface of the host that is up and has an IPv4 address.
interfaces = _upyos.interfaces


def hostname(name=None):
    """Return the name of this system. Raises OSError for another one: that is the host's."""
    if name is not None:
        raise OSError(1)
    return "upyos"
