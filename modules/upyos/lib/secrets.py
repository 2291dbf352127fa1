# SPDX-License-Identifier: MIT
"""Files that no service hands out."""

from upyos.lib import paths

# The last Wi-Fi network that worked, with its key: upyos.svc.wlan.
WIFI_LAST = "/var/wifi.last"


def holds(path):
    """Tell whether a path is such a file, or a directory that has one."""
    below = paths.join(paths.absolute(path), "")
    return any(paths.join(name, "").startswith(below) for name in (WIFI_LAST, WIFI_LAST + ".tmp"))
