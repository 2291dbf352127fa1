# SPDX-License-Identifier: MIT
"""The ways to write a board: its boot drive, esptool, picotool."""
