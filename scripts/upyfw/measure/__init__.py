# SPDX-License-Identifier: MIT
"""What the firmware costs: bytes of flash, heap, time."""
