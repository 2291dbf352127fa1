# SPDX-License-Identifier: MIT
"""_upyos.entries reads the logs of littlefs by itself: it says what os.ilistdir and os.stat say.

A program on the device changes two directories at random, so that their logs hold all there is:
entries created, deleted and moved in any order, logs that were written anew and that go on in
further blocks; after every few changes it compares.
"""

import machines as at
import pytest

RANDOM = """
import os, random, _upyos

FOLDERS = '/r', '/r/sub'

def is_true(found, folder):
    plain = [(name, kind, size) for name, kind, _, size in os.ilistdir(folder)]
    if plain != [(name, kind, size) for name, kind, _, size in found]:
        return False
    for start in ('n', '1', 'x'):
        if [e for e in found if e[0].startswith(start)] != _upyos.entries(folder, start):
            return False
    some = [random.choice(found) for _ in range(3)] if found else ()
    return all([os.stat(folder + '/' + name)[8] == time for name, _, time, _ in some])

def name():
    long = 'n' * random.choice((0, 0, 9, 200))
    return random.choice(FOLDERS) + '/' + long + str(random.randint(0, 20))

def write(path, mode):
    with open(path, mode) as file:
        file.write('x' * random.choice((0, 1, 30, 300, 3000, 9000)))

def change():
    path = name()
    what = random.randint(0, 9)
    try:
        if what < 4:
            write(path, 'w')
        elif what == 4:
            write(path, 'a')
        elif what == 5:
            os.mkdir(path)
        elif what == 6:
            os.rename(path, name())
        else:
            (os.rmdir if os.stat(path)[0] & 0x4000 else os.remove)(path)
    except OSError:
        pass

def __main__(args):
    random.seed(int(args[0]))
    os.mkdir('/r')
    os.mkdir('/r/sub')
    most = 0
    for i in range(int(args[1])):
        change()
        if i % 5 == 0:
            for folder in FOLDERS:
                found = _upyos.entries(folder)
                most = max(most, len(found))
                if not is_true(found, folder):
                    print('differs', i, folder)
                    return 1
    print('same', most)
"""
FILES = {"/t/random.py": RANDOM}


@pytest.mark.parametrize(
    ("target", "seed", "changes"),
    [("UNIX", 1, 1000), ("UNIX", 2, 1000), ("UNIX", 3, 1000), ("RPI_PICO", 4, 120)],
)
def test_entries_are_true(machines, target, seed, changes):
    with machines.at_prompt(target, at.image(target, FILES)) as session:
        word, most = session.run(f"/t/random {seed} {changes}").split()
    assert word == "same"
    assert int(most) > 20
