# SPDX-License-Identifier: MIT
"""Stand before a boot.py on the flash, which is never executed."""
