# SPDX-License-Identifier: MIT
"""Boards over the network."""
