# SPDX-License-Identifier: MIT
"""Lines that announce what the system does."""

from upyos import console


def show(text):
    """Print a banner."""
    console.write("\n\x1b[1;37;44m->" + text + "\x1b[0m\n")
