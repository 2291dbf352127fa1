# SPDX-License-Identifier: MIT
# MicroPython has no frozen modules of its own for this port.
