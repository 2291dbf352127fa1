# SPDX-License-Identifier: MIT
"""Where firmware runs: the emulated RP2040 board, or this machine as a process."""
