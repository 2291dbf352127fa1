# SPDX-License-Identifier: MIT
"""What is said of a command that is not there."""

import _upyos


def why(word):
    """Return why there is no such command."""
    cold = _upyos.load("upyos/made/index.py", "index").COLD
    where = " (it comes with the file system image)" if "\n" + word + "\n" in cold else ""
    return "not found" + where
