# SPDX-License-Identifier: MIT
"""What a running script has, in a module of its own: it is made where variables are set."""


class Frame:
    """What belongs to one running script, or to the session: digits, place, where it goes on."""

    # A script's `set -e`; its standard input; how deep scripts are nested.
    errexit = False
    stdin = None
    depth = 0
    # How many of these calls of script.run are on the C stack.
    nested = 0
    line_no = 0
    # How many blocks of the session are running; how deep functions are nested.
    blocks = 0
    calls = 0
    # How many parts of the script run in each other that are levels of their own.
    parts = 0
    # How many subshells these lines stand in: `exit` ends the innermost one.
    shells = 0
    # Whether `exit` ended the function.
    exits = False
    # (word, operand) of a control word that has not been obeyed yet, or a script or a function to
    # run first, [ENTER, path, args, stdin, calls]: the calls finish the line afterwards, innermost
    # first, `call[0](status, *call[1:])` gives the next one's status; behind a None that status
    # ends no script with `set -e`.
    control = None

    def __init__(self, path, args):
        self.path = path
        self.args = args
        self.zero = path
