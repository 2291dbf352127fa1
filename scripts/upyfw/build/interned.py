# SPDX-License-Identifier: MIT
"""Names (qstrs) that a firmware has from the start: MicroPython never frees one made later.

It makes one of each module's name when that is imported, of each character that chr() gives, and
of all names in a .mpy file that is loaded.
"""

import ast
from collections.abc import Iterable, Iterator

# what may be typed; chr() makes texts of these
CHARACTERS = frozenset(map(chr, range(32, 127)))


def of_modules(targets: Iterable[str]) -> set[str]:
    """Return the names that importing frozen modules makes: "a.b" and its parts for "a/b.py".

    Besides, for names that begin with a u, what follows it: MicroPython looks for a built-in
    module of that name (py/objmodule.c, mp_module_get_builtin).
    """
    found = set()
    for target in targets:
        parts = target.removesuffix(".py").removesuffix("/__init__").split("/")
        found |= {".".join(parts[: end + 1]) for end in range(len(parts))} | set(parts)
    return found | {name[1:] for name in found if name[0] == "u" and "." not in name}


def of_source(source: bytes) -> Iterator[str]:
    """Return names that a frozen module's code has itself, whatever the compiler leaves out.

    These are attributes, functions and classes, their arguments, and what is imported.
    """
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        # the compiler says what is wrong
        return
    for node in ast.walk(tree):
        match node:
            case ast.Attribute(attr=name) | ast.arg(arg=name):
                yield name
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                yield name
            case ast.Import(names=aliases):
                yield from (alias.name for alias in aliases)
            case ast.ImportFrom(module=str(module), names=aliases):
                yield from (module, *(alias.name for alias in aliases))


def of_mpy(mpy: bytes) -> Iterator[str]:
    """Return the names in a .mpy file, but for those that MicroPython itself has.

    Layout: py/persistentcode.c, mp_raw_code_load and load_qstr: 4 bytes, the number of names, of
    objects, then the names.
    """
    count, at = _number(mpy, 4)
    _, at = _number(mpy, at)
    for _ in range(count):
        size, at = _number(mpy, at)
        if size & 1:
            # a number of a name that MicroPython itself has
            continue
        size >>= 1
        yield mpy[at : at + size].decode()
        at += size + 1


def _number(data: bytes, at: int) -> tuple[int, int]:
    """Return a number of 7 bits a byte, highest first, and where it ends."""
    value = 0
    while data[at] & 0x80:
        value = value << 7 | data[at] & 0x7F
        at += 1
    return value << 7 | data[at], at + 1
