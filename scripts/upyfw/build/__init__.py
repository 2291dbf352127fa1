# SPDX-License-Identifier: MIT
"""The firmware: what is frozen, and MicroPython's own build systems."""
