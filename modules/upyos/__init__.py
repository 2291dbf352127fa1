# SPDX-License-Identifier: MIT
"""upyOS: an operating system for microcontrollers, on MicroPython."""
