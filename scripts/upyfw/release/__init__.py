# SPDX-License-Identifier: MIT
"""A folder of firmware for every board, its index, and its bill of materials."""
