# SPDX-License-Identifier: MIT
"""$((...)): a Python expression over the variables.

Variables stand in it without $ too. Text that reads as a number is one; a variable that is not set
is 0. As in sh, / of whole numbers gives a whole number, && || ! are and, or, not, and a comparison
is 1 or 0.
"""

from _upyos import span
from micropython import const

_NAME = const("abcdefghijklmnopqrstuvwxyz_ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")
_MOST_CHARACTERS = const(1000)


def value(text, get):
    """Return the value of an expression. Raises ValueError, its text says what is wrong."""
    names = {}
    if len(text) > _MOST_CHARACTERS:
        raise ValueError("$((...)): too long")
    try:
        code, whole = _python(text, get, names)
        if whole:
            code = _whole(code)
        found = eval(code.strip() or "0", names)
    except MemoryError:
        raise
    # barrier: whatever an expression raises is what is wrong with it
    except Exception as exc:
        raise ValueError("$((%s)): %s" % (text, _why(exc))) from None
    return int(found) if type(found) is bool else found


def _why(exc):
    if isinstance(exc, SyntaxError):
        return "no expression"
    return str(exc) or type(exc).__name__


def _python(text, get, names):
    """Return the expression in Python, and whether there are only whole numbers in it.

    What its names stand for is put into names.
    """
    code = ""
    whole = True
    at = 0
    while at < len(text):
        c = text[at]
        if c in _NAME:
            end = span(text, at, _NAME + ".", True)
            name = text[at:end]
            at = end
            if name.isdigit():
                # 010 is no number for Python
                name = name.lstrip("0") or "0"
            elif c.isdigit() or "." in name:
                whole = whole and "." not in name and name[:2] in ("0x", "0X", "0b", "0o")
            elif get(name) != "" or not _known(name):
                names[name] = _number(get(name))
                whole = whole and type(names[name]) is int
            code += name
        elif text[at : at + 2] in ("&&", "||"):
            code += " and " if c == "&" else " or "
            at += 2
        elif c == "!" and text[at + 1 : at + 2] != "=":
            code += " not "
            at += 1
        else:
            whole = whole and c not in "'\""
            code += c
            at += 1
    return code, whole


def _whole(code):
    """Return code in which / is the division of whole numbers."""
    return "//".join([part.replace("/", "//") for part in code.split("//")])


def _known(name):
    """Tell whether Python knows a name: a word of its own, or a function."""
    import builtins

    return name in ("and", "or", "not", "in", "is", "if", "else", "for") or hasattr(builtins, name)


def _number(value):
    """Return the number that a value reads as, else the value."""
    if type(value) is bool:
        return int(value)
    if type(value) is not str:
        return value
    try:
        return float(value) if "." in value else int(value, 0 if "x" in value.lower() else 10)
    except ValueError:
        return value if value else 0
