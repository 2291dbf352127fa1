# SPDX-License-Identifier: MIT
"""Tables of names (maps.c), and texts among the names that are kept (interned.c).

A program on the device puts names into tables, takes them out and asks for them, at random, and
compares with a list of pairs, which knows no table.
"""

import machines as at
import pytest

RANDOM = """
import random

NAMES = [chr(97 + n % 26) * (1 + n // 26) + 'q' for n in range(60)]

class Plain:
    pass

def is_same(table, pairs):
    for name in NAMES:
        have = [value for key, value in pairs if key == name]
        if table.get(name, None) != (have[0] if have else None) or (name in table) != bool(have):
            return False
    return sorted(table.items()) == sorted(pairs)

def turn(table, pairs, used):
    name = random.choice(used)
    pairs[:] = [(key, value) for key, value in pairs if key != name]
    if random.randint(0, 2):
        value = random.randint(0, 99)
        table[name] = value
        pairs.append((name, value))
    else:
        table.pop(name, None)

def as_attributes(thing, table):
    for name in NAMES:
        if hasattr(thing, name) != (name in table):
            return False
    return True

def __main__(args):
    random.seed(int(args[0]))
    for size in (1, 3, 10, 30, 60):
        thing = Plain()
        mine, pairs, used = {}, [], NAMES[:size]
        for i in range(int(args[1])):
            turn(mine, pairs, used)
            if i % 7 == 0:
                for name in used:
                    if name in mine:
                        setattr(thing, name, mine[name])
                    elif hasattr(thing, name):
                        delattr(thing, name)
                if not is_same(mine, pairs) or not as_attributes(thing, mine):
                    return print('differs', size, i)
    print('same')
"""

TEXTS = r"""
def made(text):
    # In pieces, so that the text is made here and not by the compiler.
    return ''.join(list(text))

def __main__(args):
    known = 'append', 'upyos.lexer', '__path__', 'a', 'print', 'zip', 'x' * 40
    strange = '\x00', 'append\x00', 'appen', 'appendx', '\xff', '~', '!', 'zzzz', '\x7f' * 9, 'A'
    for text in known + strange:
        new = made(text)
        if new != text or hash(new) != hash(text) or {text: 1}.get(new) != 1:
            return print('differs', repr(text))
        setattr(Holder, new, 5)
        if getattr(Holder, text) != 5 or not hasattr(Holder, new):
            return print('lost', repr(text))
    print('same')

class Holder:
    pass
"""


@pytest.fixture(params=["UNIX", "RPI_PICO"])
def session(request, machines):
    board = request.param
    files = {"/b/random.py": RANDOM, "/b/texts.py": TEXTS}
    with machines.at_prompt(board, at.image(board, files, lean=True)) as one:
        yield one


def test_tables_have_what_was_put_into_them(session):
    for seed in range(3):
        assert session.run(f"/b/random {seed} 60") == "same"


def test_a_text_is_itself_however_it_was_made(session):
    assert session.run("/b/texts") == "same"
