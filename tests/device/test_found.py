# SPDX-License-Identifier: MIT
"""The path that littlefs found last is known until a change (modules/c/littlefs/found.h).

A program on the device asks for each path before a change and behind it, and compares with a table
of what must be there; another one puts file systems into the memory where others were.
"""

import machines as at
import pytest

RANDOM = """
import os, random

NAMES = ['/f', '/f/a', '/f/b', '/f/d', '/f/d/a', '/f/d/b', '/f/' + 'n' * 60]
there = {'/f': -1}

def seen(path):
    try:
        found = os.stat(path)
    except OSError:
        return None
    return -1 if found[0] & 0x4000 else found[6]

def is_true(path):
    for _ in range(2):
        if seen(path) != there.get(path):
            print('differs', path, seen(path), there.get(path))
            return False
        if there.get(path, -1) >= 0:
            with open(path) as file:
                if len(file.read()) != there[path]:
                    return False
    return True

def parent(path):
    return path[: path.rfind('/')]

def change(path, other):
    what = random.randint(0, 4)
    if what < 2 and there.get(path) != -1 and there.get(parent(path)) == -1:
        size = random.choice((0, 5, 300, 3000))
        with open(path, 'w') as file:
            file.write('x' * size)
        there[path] = size
    elif what == 2 and there.get(path, -1) >= 0:
        os.remove(path)
        del there[path]
    elif what == 3 and path not in there and there.get(parent(path)) == -1:
        os.mkdir(path)
        there[path] = -1
    elif what == 4 and there.get(path, -1) >= 0 and there.get(other) != -1:
        if there.get(parent(other)) == -1:
            os.rename(path, other)
            there[other] = there.pop(path)

def __main__(args):
    random.seed(int(args[0]))
    os.mkdir('/f')
    for _ in range(int(args[1])):
        path, other = random.choice(NAMES), random.choice(NAMES)
        if not is_true(path) or not is_true(other):
            return
        change(path, other)
        if not is_true(path) or not is_true(other):
            return
    print('same')
"""

MOUNTS = """
import gc, os, vfs
from upyos.start.mount import RamBlocks

def made(size):
    blocks = RamBlocks(16, 256, 16)
    vfs.VfsLfs2.mkfs(blocks, readsize=16, progsize=16, lookahead=8)
    vfs.mount(vfs.VfsLfs2(blocks, readsize=16, progsize=16, lookahead=8), '/ram')
    if size:
        with open('/ram/x', 'w') as file:
            file.write('x' * size)
    vfs.umount('/ram')
    return blocks

def __main__(args):
    disks = [made(size) for size in (0, 9, 300)]
    for turn in range(9):
        vfs.mount(vfs.VfsLfs2(disks[turn % 3], readsize=16, progsize=16, lookahead=8), '/ram')
        try:
            size = os.stat('/ram/x')[6]
        except OSError:
            size = 0
        vfs.umount('/ram')
        gc.collect()
        if size != (0, 9, 300)[turn % 3]:
            return print('differs', turn, size)
    print('same')
"""


@pytest.fixture(params=["UNIX", "RPI_PICO"])
def session(request, machines):
    files = {"/b/random.py": RANDOM, "/b/mounts.py": MOUNTS}
    with machines.at_prompt(request.param, at.image(request.param, files, lean=True)) as one:
        yield one


@pytest.mark.parametrize("seed", range(2))
def test_what_was_found_holds_until_a_change(session, seed):
    assert session.run(f"/b/random {seed} 60") == "same"


def test_another_file_system_is_asked_anew(session):
    assert session.run("/b/mounts") == "same"
