# SPDX-License-Identifier: MIT
"""How a board is found, checked and written."""
