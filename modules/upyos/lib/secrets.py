# SPDX-License-Identifier: MIT
"""Files that no service hands out."""

from micropython import const
from upyos.lib import paths

# The last Wi-Fi network that worked, with its key: upyos.svc.wlan.
WIFI_LAST = "/var/wifi.last"
# Lines that were typed, those with a password too: upyos.line.history.
_HISTORY = const("/var/history")
# Of the board's certificate: upyos.tls.secured.
TLS_KEY = "/etc/tls/key.pem"


def holds(path):
    """Tell whether a path is such a file, or a directory that has one."""
    below = paths.join(paths.absolute(path), "")
    for name in (WIFI_LAST, _HISTORY, TLS_KEY):
        # as it is written, too
        if (name + "/").startswith(below) or (name + ".tmp/").startswith(below):
            return True
    return False
