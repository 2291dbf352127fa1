# SPDX-License-Identifier: MIT
"""The host tool of upyOS firmware."""

__version__ = "0.2.0"
