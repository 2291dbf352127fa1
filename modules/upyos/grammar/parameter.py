# SPDX-License-Identifier: MIT
"""${name-word} and the like (POSIX.1-2024 XCU 2.6.2)."""

from upyos import lexer, state, variables
from upyos.grammar import expansion
from upyos.lib import wildcards


def text(part, get):
    """Return the text of a part of grammar.words. Raises ValueError for ${name?word}."""
    _, _, name, operator, word = part
    value = lexer.text(("", name), get)
    if operator == "#":
        return str(len(value))
    operator = operator[1:]
    if operator[0] in "#%":
        return _without(value, operator, expansion.pattern(word, get))
    missing = not value if operator[0] == ":" else not _is_set(name)
    kind = operator[-1]
    if kind == "+":
        return "" if missing else expansion.text(word, get)
    if not missing:
        return value
    value = expansion.text(word, get)
    if kind == "?":
        raise ValueError("%s: %s" % (name, value or "not set"))
    if kind == "=" and not variables.assign(name, value):
        raise ValueError("%s: not a name" % name)
    return value


def _is_set(name):
    """Tell whether a variable is set; the special ones always are."""
    import sdata

    if name.isdigit():
        frame = state.frame
        return name == "0" or frame is not None and int(name) <= len(frame.args)
    return name in sdata.sysconfig["env"] or name in ("?", "!", "#", "@", "*", "HOME", "PWD")


def _without(value, operator, pattern):
    """Return a value without what fits a pattern: its beginning (#), its end (%), the longest."""
    longest = len(operator) == 2
    counts = range(len(value) + 1)
    for count in reversed(counts) if longest else counts:
        at = len(value) - count
        part = value[:count] if operator[0] == "#" else value[at:]
        if wildcards.fits(part, pattern):
            return value[count:] if operator[0] == "#" else value[:at]
    return value
