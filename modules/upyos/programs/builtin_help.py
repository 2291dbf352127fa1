# SPDX-License-Identifier: MIT
"""What help says about what is a part of the shell: its commands and its statements."""

# Name, then usage and explanations, as in the docstring of a command.
_TEXTS = (
    "cd",
    "cd [DIR|-]\n\nChange the current directory to DIR, by default to $HOME; - is the one before.",
    "set",
    "set [-e|+e|-- ARG...]\n\nList all variables, as env does; -- sets $1 and the like.\n\n"
    "-e  in a script: end it at the first command that fails outside a condition\n"
    "+e  in a script: go on after failures",
    "alias",
    "alias [NAME='TEXT' | NAME TEXT...]\n\n"
    "Let TEXT, one word or more, replace the command word NAME; with NAME alone, or nothing,\n"
    "list. Aliases last until the next start; those of every start are in /etc/system.conf.",
    "unalias",
    "unalias NAME...\n\nRemove aliases.",
    "history",
    "history [-c]\n\nList the lines typed, oldest first, with their numbers.\n\n-c  forget them",
    "exit",
    "exit [N] in scripts; exit [-f] [-r] at the prompt\n\n"
    "End the script with status N, by default that of the command before. At the prompt: shut\n"
    "the system down after a question, run /etc/end.sh, stop all processes.\n\n"
    "-f  do not ask\n-r  reset the board",
    "loadconfig",
    "loadconfig [FILE]\n\n"
    "Replace the configuration, variables included, by FILE, by default /etc/system.conf.",
    "loadboard",
    "loadboard [FILE]\n\nReplace the board description by FILE, by default the configured one.",
    "if",
    "if COND ... [elif COND ...] [else ...] fi, or if A OP B COMMAND\n\n"
    "Run the first lines whose COND is true. COND is A OP B, or a command, true with status 0.\n"
    "OP is one of == != < > <= >= in. A line break or ; follows COND and each command.",
    "while",
    "while COND ... done\n\nRun the lines as long as COND, as in if, is true.",
    "for",
    "for NAME in WORD... ... done\n\nRun the lines with each WORD in turn in the variable NAME.",
    "until",
    "until COND ... done\n\nRun the lines until COND, as in if, is true.",
    "case",
    "case WORD in PATTERN[|PATTERN]) ... ;; ... esac\n\n"
    "Run the lines behind the first PATTERN that WORD fits; * ? [a-z] stand for characters.",
    "function",
    "NAME() { ... ; } or function NAME { ... ; }\n\n"
    "Make a function, which is called as a command; $1 and the like are its arguments.",
    "local",
    "local NAME[=VALUE]...\n\nIn a function: give these variables their old values at its end.",
    "shift",
    "shift [N]\n\nDrop the first N arguments, by default 1.",
    "[",
    "[ ... ]\n\nAs test, but nothing is printed.",
    "break",
    "break\n\nLeave the innermost while or for.",
    "continue",
    "continue\n\nGo on with the next turn of the innermost while or for.",
    "goto",
    "goto NAME\n\nIn a script: go on after the line :NAME, before or after.",
    "skip",
    "skip N\n\nIn a script: leave the next N lines out.",
    "return",
    "return [N]\n\nEnd the script with status N, by default 0.",
)


def text(name):
    """Return usage and explanations of a command or a statement of the shell, else ""."""
    return _TEXTS[_TEXTS.index(name) + 1] if name in _TEXTS else ""


def every():
    """Yield (name, text) of all of them."""
    for i in range(0, len(_TEXTS), 2):
        yield _TEXTS[i], _TEXTS[i + 1]


def usage(name):
    """Return the usage line."""
    return "usage: " + text(name).partition("\n")[0]
