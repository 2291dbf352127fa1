# SPDX-License-Identifier: MIT
"""The sub-commands, one file each."""
