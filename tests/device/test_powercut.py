# SPDX-License-Identifier: MIT
"""Power cuts at the flash operations of what the system writes itself.

Each action is done once undisturbed, which gives the tree before, the tree after and the number of
flash operations. Then it is done again and again from the same flash, the power going away after
operation 1, 2, 3, …; after every cut the board must come to its prompt with either tree.
"""

import json
import re
from dataclasses import dataclass, field
from itertools import pairwise

import machines as at
import pytest
from session import Session
from upyfw.image import fsimage
from upyfw.targets.base import TargetError

TARGET = "RPI_PICO"
RECOVERY = "Recovery mode"
# cuts of one action in a normal run; --full does all of them, whole and torn
MOST_CUTS = 16
# an operation is cut in its middle, or after it
WHOLE, TORN = False, True

CONF = "/etc/system.conf"

Tree = dict[str, bytes]
DIRECTORY = b"(directory)"


@dataclass(frozen=True)
class Action:
    """What writes: lines typed at the prompt, or the start itself if there are none.

    partly: files that may hold something between old and new (a beginning of it, or nothing): what
    docs/spec promises no more for. leftover: beginning of the names of temporary files that may be
    left. moved: a file that is written and then renamed to the next one, over what that was.
    midway: what files hold between two writes.
    """

    name: str
    lines: tuple[str, ...] = ()
    files: dict[str, str] = field(default_factory=dict)
    remove: tuple[str, ...] = ()
    blank: bool = False
    partly: tuple[str, ...] = ()
    moved: tuple[str, ...] = ()
    leftover: str = ""
    midway: dict[str, str] = field(default_factory=dict)


# what a cut copy leaves, and the next one removes (modules/upyos/lib/files.py)
PART = "/var/.part"
# the same of a history that is cut to its newest lines (modules/upyos/line/history.py): the start
# looks into /etc only
TYPED = "/var/history.tmp"

BIG = "".join(f"line {number} of a file\n" for number in range(260))
TREE = {"/t/d/x": "x\n", "/t/d/e/y": BIG[:600], "/t/d/e/z": "z\n"}
SAVED = {"/etc/o.json": '{"old": 1}'}
LOG = {"/var/log/messages": "x" * 8180 + "\n", "/var/log/messages.0": "older\n"}
HISTORY = {"/var/history": "".join(f"echo typed before {n}\n" for n in range(18))}
LONG = {"/var/history": "".join(f"echo typed before {n}\n" for n in range(260))}
LONGER = {"/var/history": LONG["/var/history"] + "pwd\nexit -f\n"}
FILES = {"/t/a": "alpha\n", "/t/big": BIG, "/t/old": "old content\n", **TREE}

# what wget does with what comes, without a network
FETCHED = """
from webclient import resume
class Source:
    status = 200
    headers = {"etag": '"v1"'}
    def __init__(self, start):
        self.response = self
        self.status = 206 if start else 200
        self.file = open("/t/big", "rb")
        self.file.seek(start)
    def readinto(self, block):
        return self.file.readinto(block)
def __main__(args):
    source = Source(int(args[0]))
    resume.finish("/t/old", source, source)
"""
WEB = {**FILES, "/t/fetch.py": FETCHED}
BEGUN = {**WEB, "/t/old.part": BIG[:600], "/t/old.tag": '"v1"'}

ACTIONS = (
    Action("first-start", remove=("/etc/system.conf",)),
    Action("blank-flash", blank=True),
    Action("damaged-configuration", files={"/etc/system.conf": '{"ver": 1.0, "env"'}),
    Action("save", ("> utls.save_conf_file({'a': [1] * 300}, '/etc/o.json')",), SAVED),
    Action("setauth", ("setauth anna pw1 pw1",)),
    Action("log", ("logger more",), {"/var/log/messages": BIG}),
    Action("log-full", ("logger more",), LOG, moved=tuple(LOG)),
    Action("cp-new", ("cp /t/big /t/new",), FILES, leftover=PART),
    Action("cp-over", ("cp /t/big /t/old",), FILES, leftover=PART),
    Action("fileup", ("fileup /t/old < /t/big",), FILES, leftover=PART),
    Action("wget-c", ("/t/fetch 0",), WEB, leftover="/t/old."),
    Action("wget-c-again", ("/t/fetch 600",), BEGUN, leftover="/t/old."),
    Action("mv-rename", ("mv /t/a /t/b",), FILES),
    Action("mv-over", ("mv /t/a /t/old",), FILES),
    Action("mv-into", ("mv /t/big /t/d",), FILES),
    Action("mv-directory", ("mv /t/d /t/f",), FILES),
    Action("rm", ("rm /t/big",), FILES),
    Action("rm-tree", ("rm -r /t/d",), FILES, partly=("/t/d", "/t/d/e", *TREE)),
    Action("touch-new", ("touch /t/new",), FILES),
    Action("mkdir", ("mkdir -p /t/m/n",), FILES, partly=("/t/m", "/t/m/n")),
    Action("append", ("echo more >> /t/old",), FILES, partly=("/t/old",)),
    Action("history-exit", ("pwd", "exit -f"), HISTORY),
    Action("history-first", ("pwd", "exit -f"), partly=("/var/history",)),
    Action("history-reboot", ("pwd", "reboot -f"), HISTORY),
    Action("history-reset", ("pwd", "reset"), HISTORY),
    Action("history-full", tuple(f"echo {n}" for n in range(21)), HISTORY),
    Action("history-cut", ("pwd", "exit -f"), LONG, leftover=TYPED, midway=LONGER),
    Action("sed", ("sed -i s/line/LINE/ /t/big",), FILES, leftover="/t/big.tmp"),
    Action("chmod", ("chmod -w /t/a",), FILES),
    Action(
        "gzip",
        ("gzip /t/big",),
        FILES,
        partly=("/t/big", "/t/big.gz"),
        leftover="/t/big.gz.tmp",
    ),
    Action("tar", ("tar cf /t/a.tar -C /t d",), FILES, leftover="/t/a.tar.tmp"),
    Action("tee", ("tee /t/old /t/new < /t/big > v",), FILES, partly=("/t/new", "/t/old")),
    Action("vi-save", ("vi /t/big\rGoa new line\x1b:wq",), FILES, leftover="/t/big.tmp"),
    Action("vi-new", ("vi /t/new\rithe first line\x1b:wq",), FILES, leftover="/t/new.tmp"),
    Action("truncate", ("cat /t/big > /t/old",), FILES, partly=("/t/old",)),
)


def steps(ops: int, full: bool) -> list[tuple[int, bool]]:
    """The operations after which the power goes away, and whether that one is torn."""
    if full:
        return [(number, torn) for number in range(1, ops + 1) for torn in (WHOLE, TORN)]
    stride = -(-ops // MOST_CUTS)
    some = range(1, ops + 1, stride)
    return [(number, bool(n % 2)) for n, number in enumerate(some)]


class Board:
    """One emulated board that is put back to a known flash again and again."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.emulator = session.target

    def tree(self) -> Tree:
        """All files on its file system, and folders as DIRECTORY."""
        fs = fsimage.filesystem(at.board(TARGET), bytearray(at.file_system(self.session, TARGET)))
        fs.mount()
        files = fsimage.read(at.board(TARGET), bytes(fs.context.buffer))
        files[CONF] = _sorted(files.get(CONF, b""))
        return {**{path: DIRECTORY for path, _, _ in fs.walk("/")}, **files}

    def restart(self, flash: bytes | None = None, cut: tuple[int, bool] | None = None) -> None:
        """Power off and on, with this flash content and with a cut to come."""
        self.session.forget()
        self.emulator.power_cycle(flash=flash, cut=cut)

    def act(self, action: Action) -> None:
        """Type the lines, or let it start, until the prompt is there or the power is gone."""
        for line in action.lines or ("",):
            if line:
                self.session.type(line)
            self._wait()
            if self.emulator.is_off:
                break

    def _wait(self) -> None:
        """Wait for the prompt, or for the end of power."""
        try:
            self.session.wait_prompt()
        except TargetError:
            if not self.emulator.is_off:
                raise


def _beginning(action: Action) -> bytes:
    if action.blank:
        return b"\xff" * at.board(TARGET).fs_region.size_bytes
    return at.image(TARGET, action.files, action.remove)


@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: action.name)
def test_power_cut(machines, full, action):
    with machines.started(TARGET, _beginning(action)) as session:
        board = Board(session)
        if action.lines:
            session.wait_prompt()
        flash = board.emulator.flash_image()
        before = {} if action.blank else board.tree()
        ops = board.emulator.flash_ops
        board.act(action)
        ops = board.emulator.flash_ops - ops
        after = board.tree()
        assert ops > 0
        assert after != before
        for step in steps(ops, full):
            _cut(board, action, flash, step)
            _check(action, before, after, board, step)


def _cut(board: Board, action: Action, flash: bytes, step: tuple[int, bool]) -> None:
    """Do the action with a power cut, then start again."""
    if action.lines:
        board.restart(flash)
        board.session.wait_prompt()
        board.emulator.cut_after(*step)
    else:
        board.restart(flash, cut=step)
    board.act(action)
    assert board.emulator.is_off, f"no cut at {step}"
    board.restart()
    board.session.wait_prompt()


def _check(action: Action, before: Tree, after: Tree, board: Board, step: tuple) -> None:
    """The tree after a cut: the old or the new one, but for what the action says."""
    assert RECOVERY not in board.session.text, step
    found = board.tree()
    _check_begun(found, step)
    if action.leftover:
        found = {p: data for p, data in found.items() if not p.startswith(action.leftover)}
        before = {p: data for p, data in before.items() if not p.startswith(action.leftover)}
    assert [path for path in found if path.endswith(".tmp")] == [], step
    if not action.lines:
        # the start after the cut has completed it
        assert _difference(found, after) == {}, step
        return
    between = _unmoved(before, after, action.moved)
    midway = before | {path: text.encode() for path, text in action.midway.items()}
    every = (found, before, after, between, midway)
    whole = [_without(tree, action.partly) for tree in every]
    assert whole[0] in whole[1:], (step, [_difference(whole[0], tree) for tree in whole[1:]])
    for path in action.partly:
        data = found.get(path)
        wholes = [before.get(path), after.get(path)]
        assert data in wholes or _is_beginning(data, wholes), (step, path)


def _check_begun(found: Tree, step: tuple) -> None:
    """What `wget -c` goes on from is a beginning of the file whose tag is there."""
    part, tag = found.get("/t/old.part"), found.get("/t/old.tag")
    assert not (part and tag) or BIG.encode().startswith(part), step


def _unmoved(before: Tree, after: Tree, moved: tuple[str, ...]) -> Tree:
    """The tree after the content was written and before the file was renamed to the next one."""
    tree = dict(after)
    for path, new_path in pairwise(moved):
        tree |= {path: after[new_path], new_path: before[new_path]}
    return tree


def _sorted(text: bytes) -> bytes:
    """JSON with sorted keys, for theirs is that of a hash table, and no salt of a password.

    The salt is random. What is no JSON stays.
    """
    try:
        plain = json.dumps(json.loads(text), sort_keys=True).encode()
    except ValueError:
        return text
    return re.sub(rb"(pbkdf2\$\d+\$)[0-9a-f]{32}\$[0-9a-f]{64}", rb"\1...", plain)


def _difference(found: Tree, wanted: Tree) -> Tree:
    """What differs: path to what was found, None if it is not there."""
    paths = found.keys() | wanted.keys()
    return {path: found.get(path) for path in paths if found.get(path) != wanted.get(path)}


def _without(tree: Tree, paths: tuple[str, ...]) -> Tree:
    return {path: data for path, data in tree.items() if path not in paths}


def _is_beginning(data: bytes | None, wholes: list[bytes | None]) -> bool:
    return data is not None and any(whole and whole.startswith(data) for whole in wholes)


def test_steps():
    assert steps(3, full=False) == [(1, WHOLE), (2, TORN), (3, WHOLE)]
    assert len(steps(100, full=False)) <= MOST_CUTS
    assert steps(2, full=True) == [(1, WHOLE), (1, TORN), (2, WHOLE), (2, TORN)]
