# SPDX-License-Identifier: MIT
"""Whatever lies on the flash, there is a prompt, and what is not blank is never formatted."""

import json
import random
import re

import casefile
import machines as at
import pytest
from upyfw.image import fsimage

CONF = "/etc/system.conf"
BAD = CONF + ".bad"
RECOVERY = "Recovery mode"
NORMAL = "Normal mode"

both = pytest.mark.parametrize("target", casefile.TARGETS)


def _random_bytes(seed: int, size: int) -> bytes:
    return random.Random(seed).randbytes(size)


def _image(target: str, overlay: dict[str, bytes], remove: tuple[str, ...] = ()) -> bytes:
    return fsimage.make(at.board(target), {"/etc/init.sh": at.SILENT, **overlay}, set(remove))


# ---- system.conf -----------------------------------------------------------------------------

DAMAGED = {
    "empty": b"",
    "cut-off": b'{"ver": 1.0, "env": {"TZ"',
    "list": b"[]",
    "number": b"42",
    "text": b'"upyOS"',
    "null": b"null",
    "zeros": bytes(64),
    "erased": b"\xff" * 256,
    "env-list": b'{"env": []}',
    "alias-number": b'{"alias": 5}',
    "pfiles-text": b'{"pfiles": "/boot.py"}',
    "board-number": b'{"board": 7}',
    "cache-text": b'{"cache": "yes"}',
    "deep": b"[" * 3000,
    "deep-object": b'{"env":' * 1000,
    "not-utf8": b'{"upgrade": "\xff\xfe"}' + b"\x80" * 9,
    "two-objects": b'{"ver": 1.0}{"ver": 1.0}',
}


@both
@pytest.mark.parametrize("damage", DAMAGED)
def test_damaged_configuration(machines, target, damage):
    with machines.at_prompt(target, _image(target, {CONF: DAMAGED[damage]})) as session:
        files = fsimage.read(at.board(target), at.file_system(session, target))
        assert RECOVERY not in session.text
        assert re.search(r"^system.conf: \w[\w ]+; kept as", session.text, re.MULTILINE)
        assert files[BAD] == DAMAGED[damage]
        assert json.loads(files[CONF])["auth"] == {"user": "admin", "paswd": "!"}
        assert session.run("< sdata.sysconfig['auth']['paswd']") == "!"


@both
@pytest.mark.parametrize("conf", [b"", None], ids=["damaged", "absent"])
def test_the_configuration_is_not_shown(machines, target, conf):
    """What cannot be written may hold a password."""
    overlay = {CONF + ".tmp/x": b"1"} | ({CONF: conf} if conf is not None else {})
    with machines.at_prompt(target, _image(target, overlay)) as session:
        assert "system.conf cannot be written: is a directory\n" in session.text
        assert "/etc/system.conf.tmp cannot be removed: directory not empty\n" in session.text
        assert "paswd" not in session.text
        assert RECOVERY not in session.text


@both
def test_configuration_with_a_byte_order_mark(machines, target):
    conf = b'\xef\xbb\xbf{"auth": {"user": "dora", "paswd": "1"}, "alias": {"p": "pwd"}}'
    with machines.at_prompt(target, _image(target, {CONF: conf})) as session:
        assert "system.conf" not in session.text
        assert session.run("p") == "/"
        assert session.run("< sdata.sysconfig['auth']") == "{'user': 'dora', 'paswd': '1'}"


BOARDS = {
    "bytes": (b"\xff\xfe\x00" * 9, "not text"),
    "empty": (b"", "syntax error in JSON"),
    "list": (b"[]", "not a JSON object"),
    "gpio": (b'{"gpio": 5}', "wrong type of gpio"),
    "tables": (b'{"i2c": [7]}', "wrong type of i2c"),
    "pins": (b'{"rgbio": [{"user": "25"}]}', "wrong type of rgbio"),
    "keys": (b'{"gpio": [{"x": 3}]}', "wrong type of gpio"),
    "flag": (b'{"wifi": "no"}', "wrong type of wifi"),
    "name": (b'{"board": "pico"}', "wrong type of board"),
}


@both
@pytest.mark.parametrize("kind", BOARDS)
def test_damaged_board_file(machines, target, kind):
    data, reason = BOARDS[kind]
    overlay = {"/etc/x.board": data, CONF: b'{"board": "/etc/x.board"}'}
    with machines.at_prompt(target, _image(target, overlay)) as session:
        warning = f"/etc/x.board: {reason}; the built-in description is used"
        assert session.text.count(warning + "\n") == 1
        assert session.run("lshw").startswith(warning + "\nId: ")
        assert "Error" not in session.run("led on ; < utls.getgpio(3)")
        assert session.run("loadboard /etc/x.board") == f"loadboard: /etc/x.board: {reason}"


def _fuzzed(seed: int) -> bytes:
    """A good configuration with a few bytes changed, cut or doubled."""
    rng = random.Random(seed)
    text = bytearray(b'{"ver":1.0,"board":"/etc/upyOS-rp2.board","pfiles":["/boot.py"],')
    text += (
        b'"alias":{"ll":"ls"},"env":{"TZ":"+1"},"auth":{"user":"admin","paswd":""},"cache":false}'
    )
    for _ in range(rng.randint(1, 4)):
        place = rng.randrange(len(text))
        end = min(len(text), place + rng.randint(0, 9))
        text[place:end] = rng.choice(
            [rng.randbytes(3), b"", b"{", b"[", b'"', text[place:end] * 2]
        )
    return bytes(text)


@pytest.mark.parametrize("seed", range(12))
def test_fuzzed_configuration(machines, seed):
    """Any bytes: the prompt, and a file that is kept was kept as it is or under .bad."""
    data = _fuzzed(seed)
    with machines.at_prompt("UNIX", _image("UNIX", {CONF: data})) as session:
        files = fsimage.read(at.board("UNIX"), at.file_system(session, "UNIX"))
        assert session.run("pwd") == "/"
        assert "Traceback" not in session.text
        assert data in (files[CONF], files.get(BAD))


# ---- the file system -------------------------------------------------------------------------


def _fat(size: int) -> bytes:
    """A FAT12 volume as after a format (Microsoft FAT specification 1.03, first sector)."""
    sector = bytearray(512)
    sector[0:11] = b"\xeb\x3c\x90MSDOS5.0"
    sector[11:24] = b"\x00\x02\x08\x01\x00\x02\x00\x02\xd0\x06\xf8\x01\x00"
    sector[54:62] = b"FAT12   "
    sector[510:512] = b"\x55\xaa"
    return (bytes(sector) + b"\xf8\xff\xff").ljust(size, b"\0")


def _foreign(kind: str, target: str) -> bytes:
    """Flash content that is not blank and cannot be mounted."""
    size = at.board(target).fs_region.size_bytes
    good = _image(target, {})
    return {
        "fat": lambda: _fat(size),
        "random": lambda: _random_bytes(5, size),
        "zeros": lambda: bytes(size),
        "first-blocks-lost": lambda: b"\xff" * 8192 + good[8192:],
        "first-blocks-random": lambda: _random_bytes(6, 8192) + good[8192:],
        "one-byte": lambda: b"\xff" * (size - 1) + b"\0",
        "other-block-count": lambda: _small(target).ljust(size, b"\xff"),
    }[kind]()


def _small(target: str) -> bytes:
    """A good littlefs image, but made for 64 blocks."""
    board = at.board(target)
    fs = fsimage.filesystem(board, bytearray(b"\xff" * 64 * board.littlefs.block_bytes))
    fs.format()
    return bytes(fs.context.buffer)


FOREIGN = (
    "fat",
    "random",
    "zeros",
    "first-blocks-lost",
    "first-blocks-random",
    "one-byte",
    "other-block-count",
)


@both
@pytest.mark.parametrize("kind", FOREIGN)
def test_foreign_flash_is_left_alone(machines, target, kind):
    before = _foreign(kind, target)
    with machines.at_prompt(target, before) as session:
        assert RECOVERY in session.text
        assert "utls.format_fs(True)" in session.text
        assert session.run("echo x > /tmp/a") == ""
        assert session.run("cat /tmp/a") == "x"
        assert at.file_system(session, target) == before


@both
def test_format_mends_foreign_flash(machines, target):
    with machines.at_prompt(target, _foreign("random", target)) as session:
        session.type("> utls.format_fs(True)")
        assert session.wait_texts((RECOVERY, NORMAL, "/ $: "), limit_s=30) is None
        assert session.run("ls -1 /etc/init.sh") == "/etc/init.sh"


@both
def test_format_asks_for_a_word(machines, target):
    before = _foreign("fat", target)
    with machines.at_prompt(target, before) as session:
        assert session.run("> utls.format_fs()").startswith("ValueError")
        assert at.file_system(session, target) == before


@both
def test_blank_flash_gets_the_default_tree(machines, target):
    board = at.board(target)
    with machines.at_prompt(target, b"\xff" * board.fs_region.size_bytes) as session:
        assert NORMAL in session.text
        found = fsimage.read(board, at.file_system(session, target))
        wanted = {path: text.encode() for path, text in fsimage.skeleton().items()}
        wanted[f"/etc/{board.system_name}.board"] = fsimage.board_text(board).encode()
        assert {path: found.get(path) for path in wanted} == wanted


# ---- init.sh ---------------------------------------------------------------------------------

ENDLESS = {
    "goto": ":again\ngoto again\n",
    "while": "while 1 == 1\ndone\n",
    "sleep": "sleep 3000\n",
    "python": "> while True: pass\n",
    "itself": "sh /etc/init.sh\n",
    "read": "read v\n",
}


@both
@pytest.mark.parametrize("kind", ENDLESS)
def test_ctrl_c_leaves_init_sh(machines, target, kind):
    init = 'echo "st" "art"\n' + ENDLESS[kind] + "< 'af' + 'ter'\n"
    with machines.started(target, _image(target, {"/etc/init.sh": init.encode()})) as session:
        assert session.wait_texts(("st art",), limit_s=30) is None
        session.type("\x03")
        session.wait_prompt()
        assert RECOVERY not in session.text
        # the prompt may have been drawn once more meanwhile
        assert session.run("pwd").splitlines()[-1] == "/"


FAILING = {
    "not-found": b"nosuch7\n",
    "exception": b"> 1/0\n",
    "syntax": b'echo "a\n',
    "bytes": _random_bytes(7, 300).replace(b"\n", b" ") + b"\n",
    "zeros": bytes(100) + b"\n",
    "long-line": b"echo " + b"x" * 20_000 + b" > /tmp/long\n",
    "exit-in-python": b"> raise SystemExit(3)\n",
    "interrupt": b"> raise KeyboardInterrupt\n",
    "memory": b"> bytearray(100_000_000_000)\n",
    "unknown-goto": b"goto nowhere\n",
    "cr-lf": b"false\r\n",
}


@both
@pytest.mark.parametrize("kind", FAILING)
def test_failing_init_sh(machines, target, kind):
    with machines.at_prompt(target, _image(target, {"/etc/init.sh": FAILING[kind]})) as session:
        assert RECOVERY not in session.text
        assert "Traceback" not in session.text
        assert session.run("pwd") == "/"


@both
def test_no_init_sh_is_recovery(machines, target):
    with machines.at_prompt(
        target, fsimage.make(at.board(target), {CONF: b"{}"}, {"/etc/init.sh"})
    ) as session:
        assert RECOVERY in session.text
        assert session.run("< sdata.debug") == "True"


@both
def test_three_starts_without_a_prompt(machines, target):
    init = b"< 'tr' + 'ying'\nreboot -f\n"
    with machines.at_prompt(target, _image(target, {"/etc/init.sh": init})) as session:
        assert session.text.count("trying") == 3
        assert RECOVERY in session.text
        session.run("rm /etc/init.sh")
        session.run("echo > /etc/init.sh")
        session.type("reboot -f")
        assert session.wait_texts((RECOVERY, NORMAL, "/ $: "), limit_s=30) is None


# ---- files that must not be run --------------------------------------------------------------


@both
def test_files_on_the_flash_do_not_replace_the_system(machines, target):
    evil = b"print('E' + 'VIL')\n"
    names = ("/boot.py", "/main.py", "/_boot.py", "/lib/utls.py", "/sdata.py", "/lib/upyos.py")
    with machines.at_prompt(target, _image(target, dict.fromkeys(names, evil))) as session:
        assert session.run("pwd") == "/"
        assert "EVIL" not in session.text
