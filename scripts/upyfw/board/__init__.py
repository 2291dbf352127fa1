# SPDX-License-Identifier: MIT
"""What is known of a board and of its chip: board.toml, regions of the flash, pins."""
