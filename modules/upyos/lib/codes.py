# SPDX-License-Identifier: MIT
"""Constants that several modules know: the build puts them where they are imported.

Nothing of this is in memory (scripts/upyfw/build/constants.py).
"""

from micropython import const

# Operators of a command line: behind a command (the first three end an and-or list), inside one.
_END = const(0)
_SEMI = const(1)
_AMP = const(2)
_AND = const(3)
_OR = const(4)
_PIPE = const(5)
_OUT = const(6)
_APPEND = const(7)
_IN = const(8)
_PYTHON = const(9)
# A redirection that grammar.angles made: the next item is a list, [form, target].
_EXTRA = const(10)
# A here-document whose lines are not read yet, in front of its command: [form, delimiter, ...].
_HERE = const(11)
# A block that is a command: the next item is what grammar.functions runs.
_BLOCK = const(12)
# The words of statements, and what else makes a command one.
# fmt: off
_KEYWORDS = const(("if", "while", "for", "elif", "else", "fi", "done", "then", "do", "until",
                   "case", "esac", ";;", "{", "}", "(", ")", "function", 11))
# fmt: on
# The control word of a frame that asks for another script to run first.
_ENTER = const("enter")

# What a command word is, as lookup.find() says it: one of these, or a status.
_BUILTIN = const(1)
_PROGRAM = const(2)
_SCRIPT = const(3)

# Statuses (docs/spec/behaviour.md, 5.5).
_FAILED = const(1)
_USAGE = const(2)
_NOT_PROGRAM = const(126)
_NOT_FOUND = const(127)
_INTERRUPTED = const(130)
