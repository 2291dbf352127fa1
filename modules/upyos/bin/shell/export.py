# SPDX-License-Identifier: MIT
"""export V VALUE [-s|-i|-f|-b]

Set the variable V. The forms `export V=VALUE` and `export V = VALUE` do the same. Variables are
for programs too, always: `export V` of one that is set does nothing. `export V=VALUE W=VALUE` sets
several.

-s  VALUE is text (the default)
-i  VALUE is an int
-f  VALUE is a float
-b  VALUE is True or False
"""

import sdata
from upyos import variables

_BOOLS = {"True": True, "False": False}


def _split(words):
    """Return (V, VALUE) of the words without options. Raises UsageError."""
    is_help = words and words[0][:3] == "--h"
    if words and words[0][:1] == "-":
        words = ()
    if len(words) == 3 and words[1] == "=":
        return words[0], words[2]
    if words and "=" in words[0]:
        name, _, value = words[0].partition("=")
        if len(words) == 1:
            return name, value
        if len(words) == 2 and not value:
            return name, words[1]
    elif len(words) == 2:
        return words[0], words[1]
    from upyos.lib.command import UsageError

    raise UsageError(None) if is_help else UsageError


def _typed(value, letter):
    """Return value as the type a letter names. Raises ValueError, KeyError."""
    if letter == "i":
        return int(value)
    if letter == "f":
        return float(value)
    return _BOOLS[value] if letter == "b" else value


def __main__(args):
    if len(args) > 1 and not [word for word in args if word.find("=") < 1 or word[-1] == "="]:
        # each is a line of its own
        status = 0
        for word in args:
            status |= __main__([word])
        return status
    words = [w for w in args if w not in ("-s", "-i", "-f", "-b")]
    letter = "s"
    if len(words) != len(args):
        letter = [w for w in args if w not in words][-1][1]
    if len(words) == 1 and len(args) == 1 and words[0] in sdata.sysconfig["env"]:
        return 0
    name, value = _split(words)
    try:
        if variables.assign(name, _typed(value, letter)):
            return 0
        why = "not a name"
    except (ValueError, KeyError):
        name, why = value, "not of this type"
    from upyos.lib.command import fail

    return fail(name, why)
