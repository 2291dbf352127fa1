# SPDX-License-Identifier: MIT
"""What sdata says about this system."""

import time

import sdata
import upyos_port
from upyos.made import index
from upyos.settings import board


def fill():
    """Fill in the system's name, version and id, and the time since which it runs."""
    sdata.name = board.default_name()
    sdata.version = index.VERSION
    sdata.initime = int(time.time())
    sdata.sid = upyos_port.unique_id().hex().upper()
