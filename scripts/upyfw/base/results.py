# SPDX-License-Identifier: MIT
"""Where results go: stdout, as wide as the terminal; a pipe gets tables whole."""

from rich.console import Console

_PIPE_COLUMNS = 200


def console() -> Console:
    """Return the console for results; progress goes to that of `progress`."""
    found = Console(highlight=False)
    return found if found.is_terminal else Console(highlight=False, width=_PIPE_COLUMNS)
